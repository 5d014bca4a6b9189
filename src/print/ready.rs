//! When a document may be certified: not before what it certifies has happened, and not with gaps unless it says so.
//!
//! A class's book grows with the year and may be printed on any day. The sheet that is kept for 25 years (form 9) tells
//! how the year ended: it waits for the year's end, and wants every mark of the year and every decision, or the reason why
//! they are not there, which is printed on it. The справка about a period waits for the period's first final marks. A draft
//! of either may be looked at whenever one likes.

use super::forms::{FINAL, YEAR};
use super::{Form, Subject, Wanted, register};
use crate::error::{Action, Detail, Error, Result};
use crate::journal::read::gaps::ClassGaps;
use crate::journal::read::{self, Tables, finals};
use crate::school::{ClassName, Day};
use chrono::Duration;

/// Why a document cannot be issued on a day yet, in Russian.
///
/// # Errors
/// Only the database's.
pub fn not_yet(tables: &Tables, wanted: &Wanted, today: Day) -> Result<Option<Error>> {
    match (wanted.form, &wanted.subject) {
        (Form::SummarySheet, Subject::Class(class)) => summary_sheet(tables, class, today),
        (Form::Analytics, Subject::Period(period)) => analytics(tables, period),
        (Form::CaseList, _) => case_list(tables),
        _ => Ok(None),
    }
}

fn summary_sheet(tables: &Tables, class: &ClassName, today: Day) -> Result<Option<Error>> {
    let school = read::school(tables)?;
    let year = &school.year;
    let sheet = |why: &str| format!("сводная ведомость итоговой успешности {class} класса (§5.2) не выдаётся: {why}");
    if read::members_of_class(tables, class, year.begins, year.ends)?.is_empty() {
        let nobody = "в классе за год не было ни одного обучающегося";
        return Ok(Some(Error::refused(sheet(nobody)).next("проверьте список класса")));
    }
    if today >= year.ends || read::is_closed(tables)? {
        return Ok(None);
    }
    let marked = !school.policy.unmarked_grades.contains(&class.grade());
    let first = year.ends - Duration::days(school.policy.final_days.into());
    let why = match marked {
        true if !finals::is_class_marked(tables, class, &[YEAR, FINAL])? => "годовых отметок в классе ещё нет",
        true if today >= first => return Ok(None),
        _ => "учебный год ещё не окончен",
    };
    let next = Error::refused(sheet(why))
        .next("выдайте её в конце года, когда годовые отметки выставлены")
        .then_by("до того её можно посмотреть", Action::Give(Detail::Draft));
    Ok(Some(next))
}

/// The list names the sheets of all classes, so it waits for them.
fn case_list(tables: &Tables) -> Result<Option<Error>> {
    let year = read::school(tables)?.year;
    let issued = register::in_force(tables, Form::SummarySheet)?;
    let mut without = Vec::new();
    for class in read::classes(tables)? {
        let is_empty = read::members_of_class(tables, &class, year.begins, year.ends)?.is_empty();
        if !is_empty && !issued.iter().any(|document| document.subject == class.to_string()) {
            without.push(class.to_string());
        }
    }
    let Some(class) = without.first().cloned() else { return Ok(None) };
    let why = format!("опись дел не выдаётся: не выданы сводные ведомости итоговой успешности {}", without.join(", "));
    Ok(Some(
        Error::refused(why)
            .next_by("сначала выдайте их", Action::IssueSheet { class })
            .then_by("посмотреть опись можно", Action::Give(Detail::Draft)),
    ))
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

/// What is missing of what a document certifies: of the sheet that is kept for 25 years, where anything is.
///
/// # Errors
/// Only the database's.
pub fn gaps(tables: &Tables, wanted: &Wanted) -> Result<Option<ClassGaps>> {
    let (Form::SummarySheet, Subject::Class(class)) = (wanted.form, &wanted.subject) else { return Ok(None) };
    let gaps = ClassGaps::of_sheet(tables, &read::school(tables)?, class)?;
    Ok((!gaps.is_empty()).then_some(gaps))
}

/// The refusal of a sheet with gaps of which nobody has said why.
pub fn incomplete(gaps: &ClassGaps) -> Error {
    let (class, (marks, decisions)) = (&gaps.class, gaps.counts());
    let pupils = gaps.pupils.len();
    Error::refused(format!(
        "сводная ведомость итоговой успешности {class} класса (§5.2) не выдаётся: нет годовых отметок: {marks}, решений \
         педагогического совета: {decisions}, у обучающихся: {pupils}"
    ))
    .next_by("посмотрите, у кого", Action::ShowYear)
    .then_by("внесите их или выдайте ведомость с причиной, она печатается", Action::IssueSheet {
        class: class.to_string(),
    })
}
