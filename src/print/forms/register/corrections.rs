//! The register «Замена сведений в электронном журнале» (form 10, §2.3.3): what was asked for, why, and what came of it.
//! Between the requests stand the entries by which the administrator put a wrong clock right.

use super::super::{Composer, Document, sans, serif_bold};
use super::{CERTIFICATION_BELOW, Flow, Parts};
use crate::error::Result;
use crate::journal::read;
use crate::journal::read::annulments::{self, Annulment};
use crate::journal::read::corrections::{self, APPROVED, Correction, REJECTED};
use crate::print::layout::{AnnulledField, CorrectionField};
use crate::school::format_date;

/// Between the register and the table of what was annulled, in mm.
const ABOVE_ANNULLED: f32 = 5.0;

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
    let (lines, annulled) = (composer.lines()?, annulments::annulments_on_paper(composer.tables)?);
    let text = |line: &Line, field| {
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
    };
    composer.register_with(&composer.layouts.corrections.register, title, (&lines, text), |flow| {
        if !annulled.is_empty() {
            composer.annulled(flow, &annulled);
        }
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
            class: course.class.quoted(),
            name: self.initials(&request.requested_by)?,
            date: match request.lesson {
                0 => date,
                lesson => words.lesson.fill(&[("date", &date), ("lesson", &lesson.to_string())]),
            },
            subject: format!("{}{group}", course.subject),
            changes: corrections::in_words_of(self.tables, &request.changes, self.context.rules)?,
            reason: request.reason.clone(),
            decision,
        })
    }

    /// The table of what was annulled, under its heading.
    fn annulled(&self, flow: &mut Flow<'_, '_>, annulled: &[Annulment]) {
        let layout = &self.layouts.annulments;
        let (body, head) = (sans(layout.size.0), sans(layout.head_size.0));
        let text = |one: &Annulment, field| match field {
            AnnulledField::Number => one.entry.to_string(),
            AnnulledField::Date => self.day(one.at),
            AnnulledField::Kind => one.kind.word().to_owned(),
            AnnulledField::About => one.about.clone(),
            AnnulledField::What => one.what.clone(),
            AnnulledField::Reason if one.reason.is_empty() => {
                self.layouts.corrections.words.nothing.as_str().to_owned()
            }
            AnnulledField::Reason => one.reason.clone(),
            AnnulledField::Name => one.who(),
        };
        let line = |one: &Annulment| vec![self.column_cells(body, &layout.columns, |field| text(one, field))];
        flow.gap(ABOVE_ANNULLED);
        flow.subheading(serif_bold(layout.heading_size.0), layout.heading.as_str());
        let heads = vec![self.column_heads(head, &layout.columns)];
        let widths = layout.columns.iter().map(|column| column.width.0).collect();
        let parts = annulled.iter().map(line).collect();
        flow.table(&Parts { widths, heads, parts }, CERTIFICATION_BELOW);
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
