//! Which pupil somebody means: by the surname or a beginning of it, or by the number of the personal file; and who may be
//! meant where nobody is.

use crate::error::{Error, Result};
use crate::journal::read::Pupil;
use crate::school::{Fit, each_in_cyrillic, fold, in_cyrillic, on_russian_keys};

/// The pupil whom someone means by a surname, with initials or names where two share it, by a beginning of the surname that
/// only one has, or by the personal file. A surname is never the beginning of another one: «Петров» is not «Петрова».
///
/// # Errors
/// Nobody, or several, on the list.
pub fn pupil<'r>(roster: &'r [Pupil], typed: &str) -> Result<&'r Pupil> {
    let typed = typed.trim();
    let alike = |pupil: &&Pupil| in_cyrillic(&pupil.file) == in_cyrillic(typed);
    let former = |pupil: &&Pupil| pupil.former.iter().any(|file| in_cyrillic(file) == in_cyrillic(typed));
    let by_file = roster.iter().find(|pupil| pupil.file == typed).or_else(|| roster.iter().find(alike));
    if let Some(pupil) = by_file.or_else(|| roster.iter().find(former)) {
        return Ok(pupil);
    }
    let of = |fit: Fit| roster.iter().filter(move |pupil| pupil.name.fit(typed) == Some(fit));
    let whole: Vec<&Pupil> = of(Fit::Whole).collect();
    if let [pupil] = whole[..] {
        return Ok(pupil);
    }
    if !whole.is_empty() {
        return Err(several_pupils(typed, &whole, &one_of(&whole)));
    }
    let others: Vec<&Pupil> = of(Fit::AnotherSurname).collect();
    let begun: Vec<&Pupil> = of(Fit::Beginning).chain(others.iter().copied()).collect();
    match begun[..] {
        [pupil] if others.is_empty() => Ok(pupil),
        [] | [_] => Err(unknown_pupil(roster, typed, &others)),
        _ => Err(several_pupils(typed, &begun, "наберите ещё несколько букв, имя или номер личного дела")),
    }
}

/// How each of them alone is named: by the name that only he has among them, else by the personal file.
fn one_of(pupils: &[&Pupil]) -> String {
    let name = |pupil: &Pupil| pupil.name.surname_given();
    let alone = |pupil: &Pupil| pupils.iter().filter(|other| name(other) == name(pupil)).count() == 1;
    let named = |pupil: &&Pupil| if alone(pupil) { name(pupil) } else { pupil.file.to_string() };
    let named: Vec<String> = pupils.iter().map(|pupil| format!("«{}»", named(pupil))).collect();
    format!("назовите одного: {}", named.join(", "))
}

fn several_pupils(typed: &str, pupils: &[&Pupil], next: &str) -> Error {
    let names: Vec<String> = pupils.iter().map(|pupil| format!("{} ({})", pupil.name.full(), pupil.file)).collect();
    Error::input(format!("«{typed}» — это несколько учеников: {}", names.join("; "))).next(next)
}

/// Nobody is meant: who may be, and which letters are not what they look like.
fn unknown_pupil(roster: &[Pupil], typed: &str, others: &[&Pupil]) -> Error {
    let names =
        |pupils: &[&Pupil]| pupils.iter().map(|pupil| pupil.name.surname_given()).collect::<Vec<_>>().join(", ");
    let meant = |typed: &str| roster.iter().filter(|pupil| pupil.name.fit(typed).is_some()).collect::<Vec<&Pupil>>();
    if let Some((what, russian)) = not_russian(typed) {
        let meant = match meant(&russian)[..] {
            [] => "наберите имя русскими буквами".to_owned(),
            ref meant => format!("наберите русскими буквами: {}", names(meant)),
        };
        return Error::input(format!("ученика «{typed}» нет в списке: {what}")).next(meant);
    }
    let near = if others.is_empty() { near_to(roster, typed) } else { others.to_vec() };
    let error = Error::input(format!("ученика «{typed}» нет в списке"));
    match (near.is_empty(), others.is_empty()) {
        (true, _) => error.next("проверьте фамилию, класс, группу и дату"),
        (false, true) => error.next(format!("возможно, это: {}", names(&near))),
        (false, false) => error.next(format!("возможно, это: {}; тогда наберите фамилию целиком", names(&near))),
    }
}

/// What is said of letters that only look Russian, or were typed without a look at the layout, and what they come to.
fn not_russian(typed: &str) -> Option<(String, String)> {
    let latin: Vec<char> = typed.chars().filter(char::is_ascii_alphabetic).collect();
    let cyrillic = typed.chars().any(|c| matches!(c, '\u{400}'..='\u{52f}'));
    match (&latin[..], cyrillic) {
        ([], _) => None,
        (_, false) => Some(("набрано латинскими буквами".to_owned(), on_russian_keys(typed))),
        (letters, true) => {
            let mut letters: Vec<String> = letters.iter().map(|c| format!("«{c}»")).collect();
            letters.dedup();
            let word =
                if letters.len() == 1 { "латинская буква" } else { "латинские буквы" };
            Some((format!("в нём {word} {}", letters.join(", ")), each_in_cyrillic(typed)))
        }
    }
}

/// The pupils whose surnames are spelled almost so, at most three, the nearest first.
fn near_to<'r>(roster: &'r [Pupil], typed: &str) -> Vec<&'r Pupil> {
    let folded = fold(typed);
    let word = folded.split(|c: char| c.is_whitespace() || c == '.').next().unwrap_or_default();
    let length = word.chars().count();
    let start: String = word.chars().take(3).collect();
    let far = |pupil: &Pupil| {
        let surname = fold(&pupil.name.surname);
        let away = strsim::damerau_levenshtein(word, &surname);
        let alike = away <= (length / 3).max(1) || (length >= 3 && surname.starts_with(&start));
        (length > 0 && alike).then_some(away)
    };
    let mut near: Vec<(usize, &Pupil)> = roster.iter().filter_map(|pupil| Some((far(pupil)?, pupil))).collect();
    near.sort_by_key(|(away, _)| *away);
    near.into_iter().take(3).map(|(_, pupil)| pupil).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::testing::name;
    use crate::school::PersonName;
    use proptest::prelude::*;

    /// A list of pupils of these names, numbered from 1.
    fn list(names: &[&str]) -> Vec<Pupil> {
        let pupil = |(id, full): (i64, &&str)| Pupil {
            id,
            file: format!("№{id}").into(),
            name: name(full),
            listed_sex: None,
            former: Vec::new(),
        };
        (1..).zip(names).map(pupil).collect()
    }

    #[test]
    fn a_pupil_is_meant_by_a_beginning_that_only_one_has_and_asked_about_otherwise() {
        let class = list(&["Иванов Павел", "Иванов Пётр", "Петренко Анна", "Петрова Ия", "Сизов Олег", "Ёлкин Ян"]);
        for (typed, meant) in [
            ("Петре", Ok("Петренко")),
            ("елк", Ok("Ёлкин")),
            ("Петр", Err("это несколько учеников: Петренко Анна (№3); Петрова Ия (№4)")),
            ("Петр А", Ok("Петренко")),
            ("Петров", Err("ученика «Петров» нет в списке")),
            ("Иван", Err("это несколько учеников: Иванов Павел (№1); Иванов Пётр (№2)")),
            ("Иван Пе", Ok("Иванов")),
            ("Ивaнов", Err("в нём латинская буква «a»")),
            ("Cизoв", Err("в нём латинские буквы «C», «o»")),
            ("Cbpjd", Err("набрано латинскими буквами")),
            ("Сизав", Err("ученика «Сизав» нет в списке")),
            ("Орлов", Err("ученика «Орлов» нет в списке")),
            ("№5", Ok("Сизов")),
            ("", Err("ученика «» нет в списке")),
        ] {
            match (pupil(&class, typed), meant) {
                (Ok(found), Ok(surname)) => assert_eq!(found.name.surname, surname, "«{typed}»"),
                (Err(error), Err(words)) => assert!(error.message().contains(words), "«{typed}»: {error}"),
                (found, _) => panic!("«{typed}»: {found:?}"),
            }
        }
        let step = |typed: &str| pupil(&class, typed).unwrap_err().next_step().unwrap().to_string();
        assert_eq!(step("Петров"), "возможно, это: Петрова Ия; тогда наберите фамилию целиком");
        assert_eq!(step("Cизoв"), "наберите русскими буквами: Сизов Олег");
        assert_eq!(step("Cbpjd"), "наберите русскими буквами: Сизов Олег");
        assert_eq!(step("Сизав"), "возможно, это: Сизов Олег");
        assert_eq!(step("Петрова А"), "возможно, это: Петрова Ия, Петренко Анна");
    }

    /// Surnames that begin alike, of boys and of girls.
    const SURNAMES: [&str; 16] = [
        "Петров",
        "Петрова",
        "Петровский",
        "Петровская",
        "Петренко",
        "Иванов",
        "Иванова",
        "Иванович",
        "Ильин",
        "Ильина",
        "Ильинский",
        "Сизов",
        "Сизова",
        "Ёлкин",
        "Елкина",
        "Ёлкин-Сизов",
    ];

    proptest! {
        /// Whatever is typed, the one who is found is called so, and nobody else of the class could have been meant; and a
        /// surname that the class does not have is nobody's.
        #[test]
        fn a_beginning_never_picks_another_surname(
            class in prop::sample::subsequence(SURNAMES.to_vec(), 0..16), typed in prop::sample::select(SURNAMES.to_vec()),
            letters in 1usize..12,
        ) {
            let full: Vec<String> = class.iter().map(|surname| format!("{surname} Ян")).collect();
            let class: Vec<Pupil> = list(&full.iter().map(String::as_str).collect::<Vec<_>>());
            let has = |surname: &str| class.iter().any(|pupil| fold(&pupil.name.surname) == fold(surname));
            prop_assert_eq!(pupil(&class, typed).is_ok(), has(typed), "{}", typed);
            let begun: String = typed.chars().take(letters).collect();
            if let Ok(found) = pupil(&class, &begun) {
                let begins = |name: &PersonName| fold(&name.surname).starts_with(&fold(&begun));
                prop_assert!(begins(&found.name));
                let whole = fold(&found.name.surname) == fold(&begun);
                prop_assert!(whole || class.iter().filter(|other| begins(&other.name)).count() == 1, "{}", begun);
            }
        }
    }
}
