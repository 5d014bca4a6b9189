//! When a document may be certified: not before what it certifies has happened.
//!
//! A class's book grows with the year and may be printed on any day. The sheet that is kept for 25 years (form 9) tells
//! how the year ended: without the year's marks it would be an empty table under three signatures. The справка about a
//! period waits for the period's first final marks. A draft of either may be looked at whenever one likes.

use super::forms::{FINAL, YEAR};
use super::{Form, Subject, Wanted};
use crate::error::{Action, Detail, Error, Result};
use crate::journal::read::{self, Tables, finals};
use crate::school::{ClassName, Day};

/// Why a document cannot be issued on a day yet, in Russian.
///
/// # Errors
/// Only the database's.
pub fn not_yet(tables: &Tables, wanted: &Wanted, today: Day) -> Result<Option<Error>> {
    match (wanted.form, &wanted.subject) {
        (Form::SummarySheet, Subject::Class(class)) => summary_sheet(tables, class, today),
        (Form::Analytics, Subject::Period(period)) => analytics(tables, period),
        _ => Ok(None),
    }
}

fn summary_sheet(tables: &Tables, class: &ClassName, today: Day) -> Result<Option<Error>> {
    let school = read::school(tables)?;
    let why = if school.policy.unmarked_grades.contains(&class.grade()) {
        (today < school.year.ends && !read::is_closed(tables)?).then_some("учебный год ещё не окончен")
    } else {
        let marked = finals::is_class_marked(tables, class, &[YEAR, FINAL])?;
        (!marked).then_some("годовых отметок в классе ещё нет")
    };
    Ok(why.map(|why| {
        Error::refused(format!("сводная ведомость итоговой успешности {class} класса (§5.2) не выдаётся: {why}"))
            .next("выдайте её в конце года, когда годовые отметки выставлены")
            .then_by("до того её можно посмотреть", Action::Give(Detail::Draft))
    }))
}

fn analytics(tables: &Tables, period: &str) -> Result<Option<Error>> {
    let marked = finals::is_period_marked(tables, period)?;
    let refused = || {
        Error::refused(format!(
            "аналитическая справка за период «{period}» не выдаётся: итоговых отметок за него ещё нет"
        ))
        .next_by("выдайте её, когда отметки выставлены, или назовите другой период", Action::Give(Detail::Period))
        .then_by("посмотреть её можно", Action::Give(Detail::Draft))
    };
    Ok((!marked).then(refused))
}

/// What can be issued on a day, and what not yet and why.
///
/// # Errors
/// Only the database's.
pub fn sort_out(tables: &Tables, wanted: Vec<Wanted>, today: Day) -> Result<(Vec<Wanted>, Vec<Error>)> {
    let (mut ready, mut later) = (Vec::new(), Vec::new());
    for document in wanted {
        match not_yet(tables, &document, today)? {
            None => ready.push(document),
            Some(why) => later.push(why),
        }
    }
    Ok((ready, later))
}
