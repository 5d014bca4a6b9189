//! What the cells of a table say: a mark or several, an absence, or something that cannot be told.

use super::cells::text;
use super::headings::month;
use crate::import::sheet::Value;
use crate::school::{Cell, fold, format_date, in_cyrillic, parse_date_or};
use chrono::Datelike;

/// Why a cell cannot be told, and what it may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unclear {
    /// What is the matter, in Russian.
    pub what: String,
    /// What it may be; empty where nothing can be guessed.
    pub guess: String,
}

/// What a cell says; nothing where it is empty.
///
/// # Errors
/// What cannot be told.
pub fn cell(value: &Value) -> Result<Option<Cell>, Unclear> {
    let unclear = |what: String, guess: &str| Err(Unclear { what, guess: guess.to_owned() });
    match value {
        Value::Empty => Ok(None),
        Value::Text(_) => of_text(&text(value)),
        Value::Date(day) => Err(of_date(&format_date(*day), (day.day(), day.month()))),
        Value::Time => unclear("вместо отметки время".to_owned(), ""),
        Value::Error => unclear("формула в ячейке даёт ошибку".to_owned(), ""),
        Value::Fault(what) => unclear(what.to_string(), ""),
    }
}

fn of_text(text: &str) -> Result<Option<Cell>, Unclear> {
    if text.is_empty() {
        return Ok(None);
    }
    let folded = fold(&in_cyrillic(text));
    let bare = folded.trim_end_matches('.');
    let marks = |text: &str| Cell::parse(text).ok();
    if let Some(cell) = marks(bare).or_else(|| marks(&separated(bare)?)).or_else(|| marks(&apart(bare)?)) {
        return Ok(Some(cell));
    }
    if bare == "ув" {
        return Ok(marks("у"));
    }
    if let Some(day) = date(bare) {
        return Err(of_date(text, day));
    }
    let known = match bare {
        "п" => Some(("«п» в разных дневниках — и пропуск, и «присутствовал»", "")),
        "" | "-" | "–" | "—" | "+" | "?" | "*" => Some(("знак, а не отметка", "-")),
        _ => None,
    };
    let (what, guess) = match known {
        Some((what, guess)) => (what.to_owned(), guess.to_owned()),
        None => no_mark(bare),
    };
    Err(Unclear { what: format!("«{text}»: {what}"), guess })
}

/// A date where a mark should be: what two marks it may have been.
fn of_date(text: &str, (first, second): (u32, u32)) -> Unclear {
    let are_marks = (1..=5).contains(&first) && (1..=5).contains(&second);
    let guess = if are_marks { format!("{first}/{second}") } else { String::new() };
    Unclear {
        what: format!("вместо отметки дата {text}: таблица могла превратить в неё «4/5»"), guess
    }
}

/// Day and month of a text that is a date as spreadsheets write one into CSV: «04.05.2026», «04.май».
fn date(text: &str) -> Option<(u32, u32)> {
    if let Some(day) = parse_date_or(text) {
        return Some((day.day(), day.month()));
    }
    let (day, name) = text.split_once('.')?;
    Some((day.parse().ok().filter(|day| (1..=31).contains(day))?, month(name)?))
}

/// Marks with whatever people put between them: «4 5», «4,5», «4;5», «4\5».
fn separated(text: &str) -> Option<String> {
    let between = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '/' | '\\');
    let parts: Vec<&str> = text.split(between).filter(|part| !part.is_empty()).collect();
    let (absence, grades) = match parts.split_first() {
        Some((first, rest)) if matches!(*first, "н" | "б" | "у" | "оп" | "ув") => (Some(*first), rest),
        _ => (None, parts.as_slice()),
    };
    let are_grades =
        !grades.is_empty() && grades.iter().all(|part| part.len() == 1 && part.bytes().all(|c| c.is_ascii_digit()));
    let absence = absence.map(|absence| if absence == "ув" { "у" } else { absence });
    are_grades.then(|| absence.into_iter().map(|absence| format!("{absence} ")).collect::<String>() + &grades.join("/"))
}

/// «н4» as «н 4».
fn apart(text: &str) -> Option<String> {
    let rest = text.strip_prefix(['н', 'б', 'у'])?;
    (rest.len() == 1 && rest.bytes().all(|c| c.is_ascii_digit())).then(|| {
        let absence: String = text.chars().take(1).collect();
        format!("{absence} {rest}")
    })
}

/// Why a text is no mark.
fn no_mark(text: &str) -> (String, String) {
    let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
    let are_marks = digits.iter().all(|digit| ('1'..='5').contains(digit));
    let pair = match digits[..] {
        [one, other] if are_marks => format!("{one}/{other}"),
        _ => String::new(),
    };
    if text.contains('(') {
        return ("отметка в скобках: исправленная, весомая или вторая?".to_owned(), String::new());
    }
    if text.parse::<f64>().is_ok() && text.contains('.') {
        return ("дробное число: средний балл или две отметки?".to_owned(), pair);
    }
    if digits.len() == 2 && text.len() == 2 && are_marks {
        return ("две цифры подряд: две отметки?".to_owned(), pair);
    }
    ("такой отметки нет".to_owned(), String::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Result<String, String> {
        cell(&Value::Text(text.to_owned()))
            .map(|cell| cell.map(|cell| cell.to_string()).unwrap_or_default())
            .map_err(|unclear| unclear.guess)
    }

    #[test]
    fn cells_are_read_in_the_ways_in_which_people_fill_them() {
        for (text, means) in [
            ("5", "5"),
            ("4 5", "4/5"),
            ("4/5", "4/5"),
            ("4,5", "4/5"),
            ("4, 5", "4/5"),
            ("5;4;3", "5/4/3"),
            ("н", "н"),
            ("Н", "н"),
            ("H", "н"),
            ("н/4", "н 4"),
            ("н4", "н 4"),
            ("Б", "б"),
            ("у", "у"),
            ("ув", "у"),
            ("Ув.", "у"),
            ("осв", "осв"),
            ("ОСВ.", "осв"),
            ("оп 4", "оп 4"),
            ("оп", "оп"),
            ("н/а", "н/а"),
            ("Зач", "зач"),
            (" ", ""),
        ] {
            assert_eq!(of(text), Ok(means.to_owned()), "{text}");
        }
    }

    #[test]
    fn what_may_be_one_thing_or_another_is_a_doubt_with_a_guess() {
        for (text, guess) in [
            ("5(2)", ""),
            ("4.5", "4/5"),
            ("4.33", ""),
            ("45", "4/5"),
            ("п", ""),
            ("–", "-"),
            ("-", "-"),
            (".", "-"),
            ("5-", ""),
            ("6", ""),
            ("нб", ""),
            ("болел", ""),
            ("4/5/6", ""),
            ("04.05.2026", "4/5"),
            ("04.май", "4/5"),
            ("15.09.2025", ""),
        ] {
            assert_eq!(of(text), Err(guess.to_owned()), "{text}");
        }
        let day = |m, d| Value::Date(chrono::NaiveDate::from_ymd_opt(2026, m, d).unwrap());
        assert_eq!(cell(&day(5, 4)).unwrap_err().guess, "4/5");
        assert_eq!(cell(&day(9, 15)).unwrap_err().guess, "");
        assert!(cell(&Value::Error).is_err() && cell(&Value::Time).is_err());
    }

    proptest! {
        #[test]
        fn no_cell_makes_the_reader_panic_and_what_it_reads_it_reads_again(text in "[0-9нбуопНH.,/() \\-–a-z]{0,8}") {
            if let Ok(Some(read)) = cell(&Value::Text(text)) {
                prop_assert_eq!(cell(&Value::Text(read.to_string())).unwrap(), Some(read));
            }
        }
    }
}
