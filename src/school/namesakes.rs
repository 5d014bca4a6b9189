//! Namesakes: how the people of one list are called so that nobody in it is taken for another.
//!
//! Where nothing clashes, a list calls everybody as it always does. Who shares such a name with another, «ё» and «е» being
//! the same to a reader, is called with the patronymic; where that is missing or shared as well, with the date of birth;
//! and where even that is shared, with the number of the personal file, which nobody shares.

use super::{Day, PersonName, fold, format_date};
use std::collections::HashMap;

/// How a list calls those who have no namesake in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameForm {
    /// «Иванов Иван».
    Short,
    /// «Иванов И. П.».
    Initials,
    /// «Иванов Иван Петрович».
    Full,
}

impl NameForm {
    /// A name in this form.
    pub fn of(self, name: &PersonName) -> String {
        match self {
            Self::Short => name.surname_given(),
            Self::Initials => name.initials(),
            Self::Full => name.full(),
        }
    }
}

/// The people of a list, each with the shortest name that is unique in it, in the list's order: a person is a name and the
/// number of the personal file, and `born` tells the day of birth of the one at a place, which is asked of few.
///
/// # Errors
/// What `born` says.
pub fn told_apart<E>(
    people: &[(&PersonName, &str)],
    form: NameForm,
    mut born: impl FnMut(usize) -> Result<Option<Day>, E>,
) -> Result<Vec<String>, E> {
    let mut shown: Vec<String> = people.iter().map(|(name, _)| form.of(name)).collect();
    for at in shared(&shown) {
        shown[at] = people[at].0.full();
    }
    // A missing patronymic tells nobody from one who has it.
    let alone = |at: &usize| people[*at].0.patronymic.is_empty();
    let bare = shared(&people.iter().map(|(name, _)| form.of(name)).collect::<Vec<_>>()).into_iter().filter(alone);
    let mut left: Vec<usize> = shared(&shown).into_iter().chain(bare).collect();
    left.sort_unstable();
    left.dedup();
    for at in &left {
        let by = born(*at)?.map_or_else(|| people[*at].1.to_owned(), format_date);
        shown[*at] = format!("{} ({by})", people[*at].0.full());
    }
    for at in shared(&shown) {
        shown[at] = format!("{} ({})", people[at].0.full(), people[at].1);
    }
    Ok(shown)
}

/// The places of those names that are not the only ones of their kind.
fn shared(names: &[String]) -> Vec<usize> {
    let folded: Vec<String> = names.iter().map(|name| fold(name)).collect();
    let mut count: HashMap<&str, usize> = HashMap::new();
    folded.iter().for_each(|name| *count.entry(name).or_default() += 1);
    (0..names.len()).filter(|at| count.get(folded[*at].as_str()).is_some_and(|count| *count > 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;
    use std::convert::Infallible;

    type Person = (PersonName, Option<Day>, String);

    fn person(name: &str, born: &str, file: &str) -> Person {
        let mut words = name.split(' ').map(str::to_owned);
        let mut next = || words.next().unwrap_or_default();
        let name = PersonName { surname: next(), given: next(), patronymic: next() };
        (name, crate::school::parse_date_or(born), file.to_owned())
    }

    fn called(list: &[Person], form: NameForm) -> Vec<String> {
        let people: Vec<(&PersonName, &str)> = list.iter().map(|(name, _, file)| (name, file.as_str())).collect();
        told_apart::<Infallible>(&people, form, |at| Ok(list[at].1)).unwrap_or_else(|never| match never {})
    }

    #[test]
    fn where_nothing_clashes_nothing_changes() {
        let list = [person("Иванов Павел Андреевич", "01.02.2012", "И-1"), person("Иванов Пётр Олегович", "", "И-2")];
        assert_eq!(called(&list, NameForm::Short), ["Иванов Павел", "Иванов Пётр"]);
        assert_eq!(called(&list, NameForm::Initials), ["Иванов П. А.", "Иванов П. О."]);
    }

    #[test]
    fn namesakes_are_told_apart_by_patronymic_then_by_birth_then_by_the_personal_file() {
        let list = [
            person("Иванов Семён Петрович", "01.02.2012", "А"),
            person("Иванов Семен Петрович", "03.04.2012", "Б"),
            person("Иванов Семён Олегович", "01.02.2012", "В"),
            person("Иванов Семён", "05.06.2012", "Г"),
            person("Ким Вэй", "05.06.2012", "Д"),
            person("Ким Вэй", "05.06.2012", "Е"),
            person("Ким Вэй", "", "Ж"),
            person("Ли Вэй", "", "З"),
        ];
        assert_eq!(
            called(&list, NameForm::Short),
            [
                "Иванов Семён Петрович (01.02.2012)",
                "Иванов Семен Петрович (03.04.2012)",
                "Иванов Семён Олегович",
                "Иванов Семён (05.06.2012)",
                "Ким Вэй (Д)",
                "Ким Вэй (Е)",
                "Ким Вэй (Ж)",
                "Ли Вэй",
            ]
        );
    }

    #[test]
    fn equal_initials_are_written_out() {
        let list = [
            person("Иванов Иван Петрович", "", "А"),
            person("Иванов Игорь Павлович", "", "Б"),
            person("Иванов Олег Павлович", "", "В"),
        ];
        let expected = ["Иванов Иван Петрович", "Иванов Игорь Павлович", "Иванов О. П."];
        assert_eq!(called(&list, NameForm::Initials), expected);
    }

    proptest! {
        #[test]
        fn no_two_of_a_list_are_called_the_same(
            names in prop::collection::vec(
                ("(Иванов|Ким)", "(Иван|Семён|Семен|Иван Ильич)", "(|Ильич|Олегович)", 0i64..3), 0..12,
            ),
            form in prop::sample::select(vec![NameForm::Short, NameForm::Initials, NameForm::Full]),
        ) {
            let day = |days: i64| (days > 0).then(|| chrono::NaiveDate::default() + chrono::Duration::days(days));
            let list: Vec<Person> = (0..).zip(names).map(|(file, (surname, given, patronymic, days))| {
                (PersonName { surname, given, patronymic }, day(days), format!("№ {file}"))
            }).collect();
            let shown = called(&list, form);
            let different: HashSet<String> = shown.iter().map(|name| fold(name)).collect();
            prop_assert_eq!(different.len(), list.len(), "{:?}", shown);
            for ((name, ..), shown) in list.iter().zip(&shown) {
                let whole = shown.starts_with(&form.of(name)) || shown.starts_with(&name.full());
                prop_assert!(whole, "{shown}: nobody is called by another name");
            }
        }
    }
}
