//! A lesson as a row of a page.

use crate::inform::diary::{MarkShown, Shown};
use crate::school::format_date;

/// A row.
pub struct Row {
    pub number: u8,
    pub time: Option<String>,
    /// «08.09».
    pub day: String,
    pub subject: String,
    pub topic: String,
    pub homework: String,
    pub due: String,
    pub mark: Option<MarkShown>,
    /// «н», and what it means.
    pub absence: Option<(&'static str, &'static str)>,
    pub corrected: Vec<String>,
    /// What there is to know besides.
    pub notes: Vec<String>,
}

impl Row {
    /// Of a lesson; `today` decides whether one that was not recorded is still to come.
    pub fn of(of: Shown, is_past: bool) -> Self {
        let mut notes = Vec::new();
        if of.mark.is_none() && !of.work.is_empty() {
            notes.push(of.work.clone());
        }
        if let Some(line) = &of.planned {
            notes.push(format!("по плану: {}", line.work));
        }
        if !of.recorded && is_past {
            notes.push("урок ещё не записан".to_owned());
        }
        if of.exempted {
            notes.push("освобождение от предмета".to_owned());
        }
        if !of.substitute.is_empty() {
            notes.push(format!("замена: {}", of.substitute));
        }
        if let Some(late) = of.late {
            notes.push(format!("внесено {}", format_date(late)));
        }
        Self {
            number: of.number,
            time: of.time,
            day: of.date.format("%d.%m").to_string(),
            subject: of.subject,
            topic: of.topic,
            homework: of.homework,
            due: of.due,
            mark: of.mark,
            absence: of.absence.map(|absence| (absence.kind.as_str(), absence.in_words())),
            corrected: of.corrected.iter().map(crate::inform::diary::Correction::in_words).collect(),
            notes,
        }
    }
}
