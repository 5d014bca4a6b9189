//! One pupil in a span of days: his courses with their marks and what these come to, the days on which he was not there, and
//! his final marks.

use super::scope::{Filter, Names};
use crate::error::Result;
use crate::journal::entry::Reason;
use crate::journal::read::count::Counts;
use crate::journal::read::course_view::Outlook;
use crate::journal::read::explain::{self, Exemption, Reasons, exempted};
use crate::journal::read::standing::{attendance_of_pupil, marks_of_pupil};
use crate::journal::read::{self, Course, Pupil, Tables};
use crate::school::{Attendance, ClassName, Day, School};
use std::collections::BTreeMap;

/// A course of a pupil.
#[derive(Debug, Clone, PartialEq)]
pub struct OfCourse {
    /// The course.
    pub course: Course,
    /// Its teacher, «Семёнов С. С.».
    pub teacher: String,
    /// The marks, as they stand in their cells, in order of time.
    pub marks: Vec<String>,
    /// Lessons missed.
    pub missed: u32,
    /// Lessons to which he came late.
    pub late: u32,
    /// What the marks come to, with those from other classes and groups.
    pub outlook: Outlook,
}

/// A day on which a pupil missed lessons or came late.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Away {
    /// The day.
    pub date: Day,
    /// Subjects and what stands there, in order of the lessons.
    pub lessons: Vec<(String, Attendance)>,
    /// The reason, where one was given.
    pub reason: Option<Reason>,
    /// The documents that reasons of this day rest on.
    pub documents: Vec<String>,
}

/// The courses of a pupil in a span of days, both ends included: those to which he belonged then, and those that have marks or
/// absences of him from then.
///
/// # Errors
/// Tables that do not read.
pub fn courses(
    tables: &Tables,
    school: &School,
    filter: &Filter,
    pupil: &Pupil,
    (first, last): (Day, Day),
) -> Result<Vec<OfCourse>> {
    let names = Names::read(tables)?;
    let is_then = |date: &Day| (first..=last).contains(date);
    let mut marks = marks_of_pupil(tables, pupil.id)?;
    marks.retain(|of| is_then(&of.date));
    let mut attendance = attendance_of_pupil(tables, pupil.id)?;
    attendance.retain(|of| is_then(&of.date));
    let mut out = Vec::new();
    for class in classes_of(tables, pupil)? {
        let unmarked = school.policy.unmarked_grades.contains(&class.grade());
        for course in (Filter { class: Some(class), ..filter.clone() }).courses(tables)? {
            let key = &course.key;
            let is_its = |class: &ClassName, group: &str, subject: &str| {
                *class == key.class && group == key.group && subject == key.subject
            };
            let given = marks.iter().filter(|of| is_its(&of.class, &of.group, &of.subject));
            let given: Vec<String> = given.map(|of| of.what.to_string()).collect();
            let kinds = attendance.iter().filter(|of| is_its(&of.class, &of.group, &of.subject)).map(|of| of.what);
            let (missed, late): (Vec<_>, Vec<_>) = kinds.partition(|kind| kind.is_absence());
            let stays = read::stays_on_course(tables, key)?.remove(&pupil.id).unwrap_or_default();
            let belonged = stays.iter().any(|stay| stay.overlaps(first, last));
            if !belonged && given.is_empty() && missed.is_empty() && late.is_empty() {
                continue;
            }
            let outlook = if unmarked {
                Outlook::default()
            } else {
                let counts = Counts::take(tables, school, &course, (first, last), [pupil.id])?;
                Outlook::of(&counts, pupil.id, exempted(tables, &key.subject, last)?.contains(&pupil.id))
            };
            let count = |of: &[Attendance]| u32::try_from(of.len()).unwrap_or(u32::MAX);
            let (missed, late, teacher) = (count(&missed), count(&late), names.of(&course.teacher));
            out.push(OfCourse { teacher, marks: given, missed, late, outlook, course });
        }
    }
    Ok(out)
}

/// The classes in which a pupil is or was, in order of time.
fn classes_of(tables: &Tables, pupil: &Pupil) -> Result<Vec<ClassName>> {
    let mut classes = Vec::new();
    for (class, _) in read::stays_of(tables, pupil.id)? {
        if !classes.contains(&class) {
            classes.push(class);
        }
    }
    Ok(classes)
}

/// The days of a span, both ends included, on which a pupil missed lessons or came late.
///
/// # Errors
/// Tables that do not read.
pub fn away(tables: &Tables, pupil: &Pupil, (first, last): (Day, Day)) -> Result<Vec<Away>> {
    let mut days: BTreeMap<Day, Vec<(String, Attendance)>> = BTreeMap::new();
    for of in attendance_of_pupil(tables, pupil.id)? {
        if (first..=last).contains(&of.date) {
            days.entry(of.date).or_default().push((of.subject, of.what));
        }
    }
    let reasons = Reasons::read(tables)?;
    let mut given = explain::reasons(tables, first, last)?;
    given.retain(|given| pupil.is_named(&given.pupil) && !given.document.is_empty());
    let away = days.into_iter().map(|(date, lessons)| {
        let given = given.iter().filter(|given| (given.since..=given.until).contains(&date));
        Away {
            reason: lessons.iter().any(|(_, kind)| kind.is_absence()).then(|| reasons.on(pupil.id, date)).flatten(),
            documents: given.map(|given| given.document.clone()).collect(),
            date,
            lessons,
        }
    });
    Ok(away.collect())
}

/// The exemptions of a pupil that touch a span of days, both ends included.
///
/// # Errors
/// Tables that do not read.
pub fn exemptions(tables: &Tables, pupil: &Pupil, (first, last): (Day, Day)) -> Result<Vec<Exemption>> {
    let mut all = explain::exemptions(tables, first, last)?;
    all.retain(|of| pupil.is_named(&of.pupil));
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::entry::ExemptionSet;
    use crate::journal::testing::{moment, reason};
    use crate::report::testing::{DARYA, PAVEL, absence, algebra, annals, chemistry, day, lesson, mark};

    #[test]
    fn a_pupil_has_the_courses_to_which_he_belonged_then_with_what_he_was_given_in_them() {
        let mut annals = annals();
        let monday = lesson(&mut annals, &algebra(), "2025-09-15", 2, "Дроби");
        mark(&mut annals, &monday, PAVEL, "5", "");
        absence(&mut annals, &monday, DARYA, "н");
        let wednesday = lesson(&mut annals, &algebra(), "2025-09-17", 1, "Степени");
        mark(&mut annals, &wednesday, PAVEL, "4/4", "");
        mark(&mut annals, &wednesday, DARYA, "3", "");
        absence(&mut annals, &wednesday, DARYA, "оп");
        let later = lesson(&mut annals, &algebra(), "2025-11-05", 1, "Корни");
        mark(&mut annals, &later, PAVEL, "2", "");
        let tables = annals.record();
        let of = |file: &str| {
            let (school, pupil) = (read::school(&tables).unwrap(), read::pupil(&tables, file).unwrap().unwrap());
            let span = (day("2025-09-01"), day("2025-10-24"));
            let rows = courses(&tables, &school, &Filter::default(), &pupil, span).unwrap();
            let row = |of: OfCourse| {
                let average = of.outlook.average.map(|average| format!("{average:.2}")).unwrap_or_default();
                format!("{}: {} = {average}, {}/{}", of.course.key.subject, of.marks.join(" "), of.missed, of.late)
            };
            rows.into_iter().map(row).collect::<Vec<_>>().join("; ")
        };
        assert_eq!(of(PAVEL), "Алгебра: 5 4/4 = 4.33, 0/0; Английский язык:  = , 0/0; Химия:  = , 0/0");
        assert_eq!(of(DARYA), "Алгебра: 3 = 3.00, 1/1; Химия:  = , 0/0", "she is in no group");
    }

    #[test]
    fn days_away_have_their_reason_and_exemptions_are_the_pupils_own() {
        let mut annals = annals();
        let monday = lesson(&mut annals, &algebra(), "2025-09-15", 2, "Дроби");
        absence(&mut annals, &monday, PAVEL, "н");
        absence(&mut annals, &monday, DARYA, "оп");
        let wednesday = lesson(&mut annals, &algebra(), "2025-09-17", 1, "Степени");
        absence(&mut annals, &wednesday, PAVEL, "н");
        let given = reason(PAVEL, "2025-09-15", "2025-09-16", "болезнь", "справка 7");
        annals.by("semyonov", moment("2025-09-18T09:00"), given);
        let (since, until) = (day("2025-09-15"), day("2025-09-16"));
        let (subject, document) = (chemistry().subject, "приказ 3".into());
        let exempted = ExemptionSet { pupil: DARYA.into(), subject, since, until, document };
        annals.by("semyonov", moment("2025-09-18T09:05"), exempted);
        let tables = annals.record();
        let pupil = |file| read::pupil(&tables, file).unwrap().unwrap();
        let span = (day("2025-09-01"), day("2025-10-24"));
        let days = away(&tables, &pupil(PAVEL), span).unwrap();
        assert_eq!(days.iter().map(|away| away.reason).collect::<Vec<_>>(), [Some(Reason::Illness), None]);
        assert_eq!((days[0].documents.as_slice(), days[1].documents.len()), (&["справка 7".to_owned()][..], 0));
        assert_eq!(away(&tables, &pupil(DARYA), span).unwrap()[0].reason, None, "who is late is there");
        assert_eq!(exemptions(&tables, &pupil(DARYA), span).unwrap().len(), 1);
        assert!(exemptions(&tables, &pupil(PAVEL), span).unwrap().is_empty());
    }
}
