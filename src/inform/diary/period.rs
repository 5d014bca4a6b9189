//! A period: what the marks of each subject come to so far, and what §2.3.1 still asks for.

use super::Diary;
use super::shown::Around;
use crate::error::Result;
use crate::journal::read::count::Counts;
use crate::journal::read::course_view::Outlook;
use crate::journal::read::diary::{OwnCourse, OwnLesson};
use crate::journal::read::finals::{finals_of_pupil, last_within};
use crate::journal::read::{Pupil, Tables};
use crate::school::{Day, Marks, PeriodName, counted};

/// A subject in a period.
#[derive(Debug, Clone, PartialEq)]
pub struct SubjectLine {
    /// The subject.
    pub subject: String,
    /// The group, where the pupil has the subject in two at once; else empty.
    pub group: String,
    /// The course's teacher, «Семёнов С. С.».
    pub teacher: String,
    /// The marks in order of time, each with its day.
    pub marks: Vec<(Day, String)>,
    /// Lessons missed.
    pub missed: u32,
    /// Lessons to which he came late.
    pub late: u32,
    /// Average, forecast and what is lacking; nothing where the grade is taught without marks.
    pub outlook: Option<Outlook>,
    /// Whether he is exempted from the subject at the period's end.
    pub exempted: bool,
    /// The final mark, once it is set.
    pub final_mark: Option<Marks>,
}

/// The subjects of a pupil in a period of his class, in the school's order.
///
/// Marks from the class or group where he was before count on, as they do for the final mark; so a subject has one line,
/// unless he has it in two groups at once.
///
/// # Errors
/// A period that his class does not have; tables that do not read.
pub fn period(tables: &Tables, pupil: &Pupil, name: &PeriodName) -> Result<Vec<SubjectLine>> {
    let diary = Diary::open(tables, pupil)?;
    let period = diary.period(name)?;
    let span = (period.begins, period.ends);
    let lessons = diary.lessons(span.0, span.1)?;
    let around = Around::read(&diary, span.0, span.1)?;
    let finals = finals_of_pupil(tables, &diary.school, pupil.id)?;
    let mut lines = Vec::new();
    for (main, others) in diary.lines(span, &lessons) {
        let own: Vec<&OwnLesson> = lessons
            .iter()
            .filter(|(of, _)| of.course.id == main.course.id || others.contains(&of.course.id))
            .map(|(_, lesson)| lesson)
            .collect();
        let subject = &main.course.key.subject;
        let final_mark = finals.iter().find(|of| of.course.subject == *subject && of.period == *name);
        let twice = diary.is_doubled(main, span);
        let exempted = around.is_exempted(subject, span.1);
        lines.push(SubjectLine {
            subject: subject.clone(),
            group: if twice { main.course.key.group.clone() } else { String::new() },
            teacher: diary.name_of(&main.course.teacher)?,
            marks: own.iter().filter_map(|of| Some((of.lesson.date, of.marks.as_ref()?.marks.to_string()))).collect(),
            missed: count(&own, |kind| kind.is_absence()),
            late: count(&own, |kind| !kind.is_absence()),
            outlook: diary.outlook(main, span, exempted)?,
            exempted,
            final_mark: final_mark.map(|of| of.mark.clone()),
        });
    }
    Ok(lines)
}

fn count(lessons: &[&OwnLesson], is_meant: impl Fn(crate::school::Attendance) -> bool) -> u32 {
    let meant = lessons.iter().filter_map(|of| of.attendance).filter(|(kind, _)| is_meant(*kind)).count();
    u32::try_from(meant).unwrap_or(u32::MAX)
}

impl Diary<'_> {
    /// The courses that stand for his subjects in a span of days, each with the rows of those whose marks it takes on: where
    /// he was before he came to it.
    pub(super) fn lines(&self, span: (Day, Day), lessons: &[(&OwnCourse, OwnLesson)]) -> Vec<(&OwnCourse, Vec<i64>)> {
        let was_there = |own: &OwnCourse| own.stays.iter().any(|stay| stay.overlaps(span.0, span.1));
        let is_filled =
            |own: &OwnCourse| lessons.iter().any(|(of, lesson)| of.course.id == own.course.id && lesson.is_filled());
        let his: Vec<&OwnCourse> = self.courses.iter().filter(|own| was_there(own) || is_filled(own)).collect();
        let mut lines: Vec<(&OwnCourse, Vec<i64>)> = Vec::new();
        for own in &his {
            let subject = &own.course.key.subject;
            let same: Vec<&&OwnCourse> = his.iter().filter(|other| other.course.key.subject == *subject).collect();
            let at_the_end: Vec<i64> =
                same.iter().filter(|other| other.covers(span.1)).map(|other| other.course.id).collect();
            let main = if at_the_end.is_empty() {
                let last = same.iter().max_by_key(|other| last_within(&other.stays, span));
                last.map(|last| last.course.id).into_iter().collect()
            } else {
                at_the_end
            };
            if main.contains(&own.course.id) {
                let others = same.iter().map(|other| other.course.id).filter(|id| !main.contains(id)).collect();
                lines.push((own, others));
            }
        }
        lines
    }

    /// Whether he has the subject of a course in another one too to the end of a span.
    pub(super) fn is_doubled(&self, own: &OwnCourse, span: (Day, Day)) -> bool {
        let beside =
            |other: &&OwnCourse| other.course.key.subject == own.course.key.subject && other.course.id != own.course.id;
        own.covers(span.1) && self.courses.iter().filter(beside).any(|other| other.covers(span.1))
    }

    pub(super) fn outlook(&self, own: &OwnCourse, span: (Day, Day), exempted: bool) -> Result<Option<Outlook>> {
        if self.is_unmarked(span.1) {
            return Ok(None);
        }
        let counts = Counts::take(self.tables, &self.school, &own.course, span, [self.pupil.id])?;
        Ok(Some(Outlook::of(&counts, self.pupil.id, exempted)))
    }
}

/// What §2.3.1 still asks for, in words; empty where nothing is lacking.
pub fn lack_in_words(outlook: &Outlook) -> String {
    let lacking = counted(outlook.lacking, ["отметки", "отметок", "отметок"]);
    match (outlook.lacking, outlook.lacks_written) {
        (0, false) => String::new(),
        (0, true) => "не хватает отметки за письменную работу".to_owned(),
        (_, false) => format!("не хватает {lacking}"),
        (1, true) => format!("не хватает {lacking} за письменную работу"),
        (_, true) => format!("не хватает {lacking}, из них одной за письменную работу"),
    }
}
