//! What an entry of a stick says, for whoever is told what became of it, and what can be asked for where it was refused.

use crate::error::{Kind, Result};
use crate::journal::entry::{Body, CorrectionRequested, Entry};
use crate::journal::may;
use crate::journal::read::Tables;
use crate::school::{Attendance, Cell, CourseKey, Day, Marks, format_date};
use crate::work::correction::{CorrectionWish, FinalChanges, LessonChanges, LineChange, What};
use crate::work::lesson::LessonRef;
use chrono::{DateTime, FixedOffset};

/// What an entry says.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// In words: «отметки, 7А, Алгебра, 15.09.2025».
    pub what: String,
    /// Its kind, as the ledger calls it.
    pub kind: &'static str,
    /// When it was made.
    pub at: DateTime<FixedOffset>,
    /// What a request for a correction would ask for (§2.3.3); nothing where whoever is told of it may not ask.
    pub asks: Option<Asks>,
    /// Of a request for a correction, which is asked for again once it is put right: course, day and lesson, zero of none.
    pub asked: Option<(CourseKey, Day, u8)>,
}

/// What a request would ask for. Pupils are named by their personal files; an empty text takes out what stands.
#[derive(Debug, Clone, PartialEq)]
#[allow(missing_docs)] // the fields are those of the entries
pub enum Asks {
    Lesson { at: LessonRef, topic: String, work: String, homework: String },
    Annulment { at: LessonRef },
    Marks { at: LessonRef, marks: Vec<(String, String)> },
    Absences { at: LessonRef, kinds: Vec<(String, String)> },
    Finals { course: CourseKey, period: String, marks: Vec<(String, String)> },
}

impl Said {
    /// What a text of a strand says; nothing where it is no entry.
    pub fn of(payload: &str) -> Option<Self> {
        let entry = Entry::from_json(payload).ok()?;
        let (what, kind) = (what(&entry.body), entry.body.kind());
        let asked = match &entry.body {
            Body::CorrectionRequested(set) => Some((set.course.clone(), set.date, set.lesson)),
            _ => None,
        };
        Some(Self { what, kind, at: entry.time, asks: asks(entry.body), asked })
    }

    /// The same for somebody: what he has no right to ask for, he is not told to.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn for_whom(mut self, tables: &Tables, login: &str) -> Result<Self> {
        let Some(asks) = &self.asks else { return Ok(self) };
        match may(tables, login, asks.request(self.at.date_naive())) {
            Ok(()) => {}
            Err(error) if error.kind() == Kind::Refused => self.asks = None,
            Err(error) => return Err(error),
        }
        Ok(self)
    }
}

impl Asks {
    /// The wish that asks for it.
    ///
    /// # Errors
    /// A mark or an absence that is none: the entry was made by a program that knew others.
    pub fn wish(&self, reason: &str) -> Result<CorrectionWish> {
        let what = match self.clone() {
            Self::Annulment { at } => What::Annulment(at),
            Self::Lesson { at, topic, work, homework } => {
                let said = |text: String| Some(text).filter(|text| !text.is_empty());
                let line =
                    LineChange { topic: said(topic), work: said(work), homework: said(homework), substitute: None };
                What::Lesson(LessonChanges { line, ..LessonChanges::nothing(at) })
            }
            Self::Marks { at, marks } => {
                let mut changes = LessonChanges::nothing(at);
                for (pupil, text) in marks {
                    let cell = if text.is_empty() { Cell::default() } else { Cell::parse(&text)? };
                    match (cell.attendance, cell.marks) {
                        (Some(absence), Some(marks)) => changes.earned.push((pupil.into(), absence, marks)),
                        (_, marks) => changes.marks.push((pupil.into(), marks)),
                    }
                }
                What::Lesson(changes)
            }
            Self::Absences { at, kinds } => {
                let mut changes = LessonChanges::nothing(at);
                changes.attendance =
                    kinds.into_iter().map(|(pupil, kind)| (pupil.into(), Attendance::parse(&kind))).collect();
                What::Lesson(changes)
            }
            Self::Finals { course, period, marks } => {
                let mark = |(pupil, text): (String, String)| {
                    let mark = if text.is_empty() { None } else { Some(Marks::parse(&text)?) };
                    Ok((pupil.into(), mark))
                };
                let marks = marks.into_iter().map(mark).collect::<Result<_>>()?;
                What::Finals(FinalChanges { course, period: period.into(), marks })
            }
        };
        Ok(CorrectionWish { what, reason: reason.to_owned() })
    }

    /// The request, as far as it takes a right to it; `day` is that of one which is about no lesson.
    fn request(&self, day: Day) -> Body {
        let (course, date, lesson) = match self {
            Self::Lesson { at, .. } | Self::Annulment { at } | Self::Marks { at, .. } | Self::Absences { at, .. } => {
                (at.course.clone(), at.date, at.lesson)
            }
            Self::Finals { course, .. } => (course.clone(), day, 0),
        };
        CorrectionRequested { course, date, lesson, changes: Vec::new(), reason: String::new() }.into()
    }
}

fn what(body: &Body) -> String {
    let lesson = |what: &str, at: &LessonRef| format!("{what}, {}, {}", at.course, format_date(at.date));
    match body {
        Body::LessonRecorded(set) => lesson("урок", &set.at),
        Body::LessonAnnulled(set) => lesson("аннулирование урока", &set.at),
        Body::MarksSet(set) => lesson("отметки", &set.at),
        Body::AttendanceSet(set) => lesson("посещаемость", &set.at),
        Body::FinalsSet(set) => format!("итоговые отметки, {}, {}", set.course, set.period),
        Body::CorrectionRequested(set) => {
            format!("заявка на исправление, {}, {}", set.course, format_date(set.date))
        }
        Body::ReasonSet(_) | Body::ReasonWithdrawn(_) => "причина отсутствия".to_owned(),
        Body::ExemptionSet(_) | Body::ExemptionWithdrawn(_) => "освобождение".to_owned(),
        Body::NoteAdded(_) => "«Блокнот»".to_owned(),
        _ => "запись".to_owned(),
    }
}

fn asks(body: Body) -> Option<Asks> {
    Some(match body {
        Body::LessonRecorded(set) => {
            Asks::Lesson { at: set.at, topic: set.topic, work: set.work, homework: set.homework }
        }
        Body::LessonAnnulled(set) => Asks::Annulment { at: set.at },
        Body::MarksSet(set) => {
            let line = |marks: Option<String>, earned: bool| match marks {
                Some(marks) if earned => format!("н/{marks}"),
                marks => marks.unwrap_or_default(),
            };
            let marks = set.marks.into_iter();
            let marks = marks.map(|of| (of.pupil, line(of.marks.map(|marks| marks.to_string()), of.earned)));
            Asks::Marks { at: set.at, marks: marks.collect() }
        }
        Body::AttendanceSet(set) => {
            let kind = |of: Option<crate::school::Attendance>| of.map_or("", |kind| kind.as_str()).to_owned();
            let kinds = set.pupils.into_iter().map(|of| (of.pupil, kind(of.attendance)));
            Asks::Absences { at: set.at, kinds: kinds.collect() }
        }
        Body::FinalsSet(set) => {
            let marks = set.marks.into_iter().map(|of| (of.pupil, of.mark.to_string()));
            Asks::Finals { course: set.course, period: set.period, marks: marks.collect() }
        }
        _ => return None,
    })
}
