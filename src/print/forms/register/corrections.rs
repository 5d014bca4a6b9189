//! The register «Замена сведений в электронном журнале» (form 10, §2.3.3): what was asked for, why, and what came of it.
//! Between the requests stand the entries by which the administrator put a wrong clock right.

use super::super::{Composer, Document};
use crate::error::Result;
use crate::journal::read;
use crate::journal::read::corrections::{self, APPROVED, Correction, REJECTED};
use crate::print::layout::CorrectionField;
use crate::school::format_date;

/// A line as it is printed.
struct Line {
    number: String,
    requested: String,
    class: String,
    name: String,
    date: String,
    subject: String,
    changes: String,
    reason: String,
    decision: String,
}

/// Lays out the register.
///
/// # Errors
/// Tables that cannot be read.
pub(in super::super) fn corrections(composer: &Composer<'_, ()>) -> Result<Document> {
    let title = format!("Журнал «Замена сведений в электронном журнале» за {} учебный год", composer.year());
    composer.register(&composer.layouts.corrections.register, title, &composer.lines()?, |line, field| {
        let text = match field {
            CorrectionField::Number => &line.number,
            CorrectionField::Requested => &line.requested,
            CorrectionField::Class => &line.class,
            CorrectionField::Name => &line.name,
            CorrectionField::Date => &line.date,
            CorrectionField::Subject => &line.subject,
            CorrectionField::Changes => &line.changes,
            CorrectionField::Reason => &line.reason,
            CorrectionField::Decision => &line.decision,
        };
        text.clone()
    })
}

impl Composer<'_, ()> {
    /// Requests and settings of the clock, as the ledger has them one after another.
    fn lines(&self) -> Result<Vec<Line>> {
        let mut lines = self.clock_lines()?;
        for request in corrections::all(self.tables)? {
            lines.push((request.requested_entry, self.request_line(&request)?));
        }
        lines.sort_by_key(|(entry, _)| *entry);
        Ok(lines.into_iter().map(|(_, line)| line).collect())
    }

    fn request_line(&self, request: &Correction) -> Result<Line> {
        let words = &self.layouts.corrections.words;
        let date = format_date(request.date);
        let decision = match &request.decision {
            None => words.open.as_str().to_owned(),
            Some(decision) => {
                let wording = if decision.note.is_empty() { &words.decided } else { &words.decided_noted };
                wording.fill(&[
                    ("decision", if decision.approved { APPROVED } else { REJECTED }),
                    ("date", &self.day(decision.at)),
                    ("name", &self.initials(&decision.by)?),
                    ("note", &decision.note),
                ])
            }
        };
        let course = &request.course;
        let group = if course.group.is_empty() { String::new() } else { format!(" ({})", course.group) };
        Ok(Line {
            number: request.number.to_string(),
            requested: self.day(request.requested_at),
            class: course.class.to_string(),
            name: self.initials(&request.requested_by)?,
            date: match request.lesson {
                0 => date,
                lesson => words.lesson.fill(&[("date", &date), ("lesson", &lesson.to_string())]),
            },
            subject: format!("{}{group}", course.subject),
            changes: corrections::in_words(self.tables, &request.changes)?,
            reason: request.reason.clone(),
            decision,
        })
    }

    fn clock_lines(&self) -> Result<Vec<(u64, Line)>> {
        let words = &self.layouts.corrections.words;
        let nothing = || words.nothing.as_str().to_owned();
        let mut lines = Vec::new();
        for read::ClockReset { entry, at, by, reason } in read::clock_resets(self.tables)? {
            let (day, name) = (self.day(at), self.initials(&by)?);
            let decision = words.clock_decided.fill(&[("date", &day), ("name", &name)]);
            let changes = words.clock.as_str().to_owned();
            let (number, class, date, subject) = (nothing(), nothing(), nothing(), nothing());
            lines.push((entry, Line { number, requested: day, class, name, date, subject, changes, reason, decision }));
        }
        Ok(lines)
    }
}
