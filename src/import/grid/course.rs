//! Which course a table is of: as it is named beside the command, in the caption, on the sheet or by the file's own name.

use crate::error::Result;
use crate::journal::read::{self, Course, Tables};
use crate::journal::resolve;
use crate::school::{ClassName, fold};

/// The courses that a text names: «8Б, Алгебра, учитель …», «8Б_Алгебра». Where groups share a subject and none is named,
/// whoever asks means his own.
///
/// # Errors
/// Tables that do not read.
pub fn named(tables: &Tables, text: &str, login: Option<&str>) -> Result<Vec<Course>> {
    let known = read::classes(tables)?;
    let Some((class, rest)) = classes(text).into_iter().find(|(class, _)| known.contains(class)) else {
        return Ok(Vec::new());
    };
    let folded = fold(&rest).replace('_', " ");
    let mut all = read::courses_of(tables, &class)?;
    let longest =
        all.iter().map(|course| fold(&course.key.subject)).filter(|subject| folded.contains(subject.as_str()));
    let Some(subject) = longest.max_by_key(String::len) else {
        let short =
            resolve::course(tables, &class, rest.trim().trim_start_matches([',', ';', '_']).trim(), None, login);
        return Ok(short.into_iter().collect());
    };
    all.retain(|course| fold(&course.key.subject) == subject);
    let after = folded.replace(&subject, " ");
    if all.len() > 1 {
        let of_group = |course: &&Course| !course.key.group.is_empty() && names_group(&after, &fold(&course.key.group));
        let grouped: Vec<Course> = all.iter().filter(of_group).cloned().collect();
        let own: Vec<Course> = all.iter().filter(|course| Some(course.teacher.as_str()) == login).cloned().collect();
        match (&grouped[..], &own[..]) {
            ([_], _) => all = grouped,
            ([], [_]) => all = own,
            _ => {}
        }
    }
    Ok(all)
}

/// The classes that a text names, each with the text without it.
fn classes(text: &str) -> Vec<(ClassName, String)> {
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let at = |place: usize| chars.get(place).map(|(_, c)| *c);
    let mut found = Vec::new();
    for (place, (begins, c)) in chars.iter().enumerate() {
        if !c.is_ascii_digit() || place.checked_sub(1).and_then(at).is_some_and(char::is_alphanumeric) {
            continue;
        }
        let digits = chars.iter().skip(place).take_while(|(_, c)| c.is_ascii_digit()).count();
        let between = chars.iter().skip(place + digits).take_while(|(_, c)| " «\"'-".contains(*c)).count();
        let letter = place + digits + between;
        let is_alone = at(letter + 1).is_none_or(|c| !c.is_alphanumeric());
        let Some(c) = at(letter).filter(|c| digits <= 2 && between <= 2 && c.is_alphabetic() && is_alone) else {
            continue;
        };
        let number: String = chars.iter().skip(place).take(digits).map(|(_, c)| *c).collect();
        let ends = chars.get(letter + 1).map_or(text.len(), |(at, _)| *at);
        if let Ok(class) = ClassName::parse(&format!("{number}{c}")) {
            let rest = text.get(ends..).unwrap_or_default().trim_start_matches(['»', '"', '\'']);
            found.push((class, format!("{} {rest}", text.get(..*begins).unwrap_or_default())));
        }
    }
    found
}

fn names_group(text: &str, group: &str) -> bool {
    let words: Vec<&str> =
        text.split(|c: char| !c.is_alphanumeric() && c != '-').filter(|word| !word.is_empty()).collect();
    let is_group = |word: Option<&&str>| word.is_some_and(|word| word.starts_with("гр") || *word == "подгруппа");
    let beside = |at: usize| is_group(words.get(at + 1)) || at.checked_sub(1).is_some_and(|at| is_group(words.get(at)));
    text.contains(&format!("({group})")) || words.iter().enumerate().any(|(at, word)| *word == group && beside(at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_class_is_found_in_a_text_however_it_is_written() {
        let of =
            |text: &str| classes(text).into_iter().map(|(class, rest)| (class.to_string(), rest)).collect::<Vec<_>>();
        for text in ["8Б, Алгебра", "8 «Б» Алгебра", "8-б Алгебра", "класс 8 Б, Алгебра"]
        {
            let found = of(text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert_eq!(found[0].0, "8Б");
            assert!(found[0].1.contains("Алгебра"));
        }
        assert!(of("за 1 полугодие").is_empty() && of("2025/2026").is_empty() && of("кабинет 12").is_empty());
    }

    #[test]
    fn a_group_is_named_beside_the_word_or_in_brackets() {
        assert!(names_group(" (группа 1)", "1") && names_group("1 группа", "1") && names_group(" (1)", "1"));
        assert!(!names_group("1 четверть", "1") && !names_group("группа 2", "1"));
    }
}
