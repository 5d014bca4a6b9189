//! A lesson as a diary shows it to the one whose diary it is.

use super::Diary;
use crate::error::Result;
use crate::journal::entry::{PlanLine, Reason};
use crate::journal::read;
use crate::journal::read::corrections::{Corrected, corrected_of_pupil};
use crate::journal::read::diary::{OwnCourse, OwnLesson, PlaceOfLesson};
use crate::journal::read::explain::{Exemption, Reasons, exemptions_of_pupil};
use crate::school::{Attendance, Day, Login, format_date};
use std::collections::HashMap;

/// A lesson: recorded, or expected by the timetable.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// The day.
    pub date: Day,
    /// The lesson's number in the day.
    pub number: u8,
    /// «08:30–09:15», where the school has bells.
    pub time: Option<String>,
    /// The subject.
    pub subject: String,
    /// The group of the class, or empty.
    pub group: String,
    /// Whether it was recorded; of one that was not only the subject and what is due are known.
    pub recorded: bool,
    /// What was done.
    pub topic: String,
    /// Kind of work as worded, or empty.
    pub work: String,
    /// What was set for the next lesson.
    pub homework: String,
    /// What was set for this lesson by the one before it.
    pub due: String,
    /// Marks.
    pub mark: Option<MarkShown>,
    /// Absence or lateness.
    pub absence: Option<Absence>,
    /// Whether the pupil is exempted from the subject on this day.
    pub exempted: bool,
    /// What «Замена сведений» changed, in order (§2.3.3).
    pub corrected: Vec<Correction>,
    /// Who gave it, or will give it, instead of the course's teacher: «Гусев Г. Г.», or empty.
    pub substitute: String,
    /// The day on which it was recorded, where that was later than its own.
    pub late: Option<Day>,
    /// The line of the plan that it will probably be, where that names a kind of work.
    pub planned: Option<PlanLine>,
}

/// A mark, with what it was given for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkShown {
    /// «5», «4/5», «зач».
    pub marks: String,
    /// Kind of work as worded, or empty.
    pub work: String,
    /// Whether it rests on a document from elsewhere (§2.3.5).
    pub brought: bool,
}

/// That a pupil was not there, or came late.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Absence {
    /// «н», «б», «у», «оп».
    pub kind: Attendance,
    /// The reason that was given for the day (§3.3.4).
    pub reason: Option<Reason>,
}

impl Absence {
    /// What it means, with its reason.
    pub fn in_words(self) -> &'static str {
        match (self.kind, self.reason) {
            (Attendance::Late, _) => "опоздание",
            (Attendance::Ill, _) | (Attendance::Absent, Some(Reason::Illness)) => "отсутствие, болезнь",
            (Attendance::Excused, _) | (Attendance::Absent, Some(Reason::Valid)) => {
                "отсутствие по уважительной причине"
            }
            (Attendance::Absent, Some(Reason::Invalid)) => "отсутствие без уважительной причины",
            (Attendance::Absent, None) => "отсутствие, причина не указана",
        }
    }
}

/// A change that «Замена сведений» made (§2.3.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// The day of the decision.
    pub on: Day,
    /// What stood in the pupil's cell, may be empty; nothing where the lesson's own line was changed.
    pub was: Option<String>,
}

impl Correction {
    /// «исправлено 20.10.2025, было 3».
    pub fn in_words(&self) -> String {
        let on = format_date(self.on);
        match self.was.as_deref() {
            None => format!("запись урока исправлена {on}"),
            Some("") => format!("исправлено {on}, было пусто"),
            Some(was) => format!("исправлено {on}, было {was}"),
        }
    }
}

/// What has to be known of a span of days to show its lessons.
pub(super) struct Around {
    pub(super) reasons: Reasons,
    pub(super) exemptions: Vec<Exemption>,
    /// By place, each with the entry that decided.
    pub(super) corrected: HashMap<PlaceOfLesson, Vec<(u64, Corrected)>>,
}

impl Around {
    pub(super) fn read(diary: &Diary<'_>, first: Day, last: Day) -> Result<Self> {
        let (tables, pupil) = (diary.tables, diary.pupil.id);
        let mut corrected: HashMap<PlaceOfLesson, Vec<(u64, Corrected)>> = HashMap::new();
        for (course, entry, of) in corrected_of_pupil(tables, pupil, first, last)? {
            corrected.entry((course, of.date, of.lesson)).or_default().push((entry, of));
        }
        let (reasons, exemptions) =
            (Reasons::of_pupil(tables, pupil)?, exemptions_of_pupil(tables, pupil, first, last)?);
        Ok(Self { reasons, exemptions, corrected })
    }

    pub(super) fn is_exempted(&self, subject: &str, day: Day) -> bool {
        self.exemptions.iter().any(|of| of.subject == subject && (of.since..=of.until).contains(&day))
    }
}

impl Diary<'_> {
    /// A lesson that was recorded.
    pub(super) fn shown(&self, own: &OwnCourse, lesson: OwnLesson, around: &Around) -> Result<Shown> {
        let (date, number) = (lesson.lesson.date, lesson.lesson.number);
        let corrected = around.corrected.get(&(lesson.course, date, number)).into_iter().flatten();
        let corrected = corrected.map(|(_, of)| self.correction(of)).collect();
        let absence = lesson.attendance.map(|(kind, _)| Absence {
            kind,
            reason: around.reasons.on(self.pupil.id, date).filter(|_| kind.is_absence()),
        });
        let mark = lesson.marks.map(|of| MarkShown {
            marks: of.marks.to_string(),
            work: of.work,
            brought: !of.document.is_empty(),
        });
        let late = lesson.lesson.recorded_late();
        Ok(Shown {
            recorded: true,
            topic: lesson.lesson.topic,
            work: lesson.lesson.work,
            homework: lesson.lesson.homework,
            mark,
            absence,
            corrected,
            late,
            ..self.expected(own, date, number, &lesson.lesson.substitute, around)?
        })
    }

    /// A lesson that was not recorded.
    pub(super) fn expected(
        &self,
        own: &OwnCourse,
        date: Day,
        number: u8,
        substitute: &Login,
        around: &Around,
    ) -> Result<Shown> {
        let key = &own.course.key;
        Ok(Shown {
            date,
            number,
            time: self.bell(number),
            subject: key.subject.clone(),
            group: key.group.clone(),
            exempted: around.is_exempted(&key.subject, date),
            substitute: self.name_of(substitute)?,
            recorded: false,
            topic: String::new(),
            work: String::new(),
            homework: String::new(),
            due: String::new(),
            mark: None,
            absence: None,
            corrected: Vec::new(),
            late: None,
            planned: None,
        })
    }

    pub(super) fn correction(&self, of: &Corrected) -> Correction {
        Correction { on: self.school.day_of(of.decided_at), was: of.pupil.map(|_| of.was.clone()) }
    }

    /// A teacher's name with initials; of nobody an empty one.
    pub(super) fn name_of(&self, login: &Login) -> Result<String> {
        if login.is_empty() {
            return Ok(String::new());
        }
        let person = read::staff(self.tables, login)?;
        Ok(person.map(|person| person.name.initials()).unwrap_or_default())
    }
}
