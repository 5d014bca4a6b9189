//! The summary of progress (сводная ведомость учёта успеваемости): every pupil's final marks in every subject.

use super::class::Pupil;
use super::course::{EXAM, FINAL, YEAR};
use super::signatures::CERTIFICATION_BELOW;
use super::{Composer, Document, NOTHING, RunOn, sans, sans_bold};
use crate::error::Result;
use crate::journal::read::absences::Absences;
use crate::journal::read::finals::finals_of_class;
use crate::print::layout::PlainColumn;
use crate::print::page::Page;
use crate::print::pdf::Bookmark;
use crate::print::sheet::Orientation;
use crate::print::table::{Cell, Row};
use crate::print::typeset::Type;
use crate::school::{Day, Marks, PeriodName, format_date};
use std::collections::HashMap;

/// Final marks by pupil, subject and period.
pub(super) struct Finals(HashMap<(i64, String, String), String>);

impl Finals {
    /// Whether anybody has a mark of this period.
    fn has(&self, period: &str) -> bool {
        self.0.keys().any(|(_, _, of)| of == period)
    }

    /// The mark, or an empty text.
    pub(super) fn mark(&self, pupil: i64, subject: &str, period: &str) -> &str {
        self.0.get(&(pupil, subject.to_owned(), period.to_owned())).map_or("", String::as_str)
    }
}

/// Lays out the form as a document of its own (`print progress`).
///
/// # Errors
/// Tables that cannot be read.
pub(super) fn progress_sheet(composer: &Composer<'_>) -> Result<Document> {
    let data = &composer.data;
    let heading = &composer.layouts.book.progress.heading;
    let title = format!(
        "Сводная ведомость учёта успеваемости {} класса за {} учебный год",
        data.class.quoted(),
        composer.year()
    );
    let absences = Absences::of_class(composer.tables, &data.class, &data.reasons)?;
    let (mut pages, bottom) = composer.progress(&composer.finals()?, &absences, 1, CERTIFICATION_BELOW);
    composer.certify_last(&mut pages, Orientation::Landscape, bottom);
    let foot = composer.foot(pages.len() as u32);
    let seals = composer.close(&mut pages, &foot, 1)?;
    let bookmarks = vec![Bookmark { title: heading.as_str().to_owned(), page: 0, under: Vec::new() }];
    Ok(composer.document(title, pages, seals, bookmarks))
}

impl Composer<'_> {
    /// The class's subjects in the school's order, each once.
    pub(super) fn subjects(&self) -> Vec<&str> {
        let mut subjects: Vec<&str> = self.data.courses.iter().map(|course| course.subject.as_str()).collect();
        subjects.dedup();
        subjects
    }

    /// Reads the final marks of the class, with those that pupils brought from other classes.
    ///
    /// # Errors
    /// Only the database's.
    pub(super) fn finals(&self) -> Result<Finals> {
        let finals = finals_of_class(self.tables, &self.school, &self.data.class)?.into_iter();
        let text = |((pupil, subject, period), mark): ((i64, String, PeriodName), Marks)| {
            ((pupil, subject, period.into()), mark.to_string())
        };
        Ok(Finals(finals.map(text).collect()))
    }

    /// The form, whose first page is `first`. Where there are more subjects than a page is wide, it is laid out again
    /// for each share of them. `tail` mm are kept free below the last table, whose lower edge is given with the pages.
    pub(super) fn progress(&self, finals: &Finals, absences: &Absences, first: u32, tail: f32) -> (Vec<Page>, f32) {
        let layout = &self.layouts.book.progress;
        let (_, area) = self.new_page(Orientation::Landscape, first);
        let fixed = [&layout.number, &layout.pupil, &layout.period, &layout.missed, &layout.decision];
        let room = area.w - fixed.iter().map(|column| column.width.0).sum::<f32>();
        let (mut pages, mut bottom) = (Vec::new(), area.y);
        let (subjects, lines) = (self.subjects(), self.progress_lines(finals, absences));
        let shares = even_shares(&subjects, room, layout.subject_narrowest.0);
        for (i, share) in shares.iter().enumerate() {
            let width = (room / share.len().max(1) as f32).min(layout.subject_widest.0);
            // What few subjects leave over goes to the texts on both sides of them: the table is as wide as the page.
            let spare = (room - width * share.len() as f32) / 2.0;
            let mut widths = vec![layout.number.width.0, layout.pupil.width.0 + spare, layout.period.width.0];
            widths.extend(std::iter::repeat_n(width, share.len()));
            widths.extend([layout.missed.width.0, layout.decision.width.0 + spare]);
            let heads = [self.progress_head(share, &widths)];
            let block = |i| self.progress_block(i, share, &widths, &lines, (finals, absences));
            let parts: Vec<Vec<Row>> = (0..self.data.pupils.len()).map(block).collect();
            let run = RunOn {
                orientation: Orientation::Landscape,
                widths: &widths,
                heads: &heads,
                parts: &parts,
                tail: if i + 1 == shares.len() { tail } else { 0.0 },
                large: None,
            };
            let about = self.about_class();
            let heading = self.heading(&layout.heading, layout.heading_size, &about);
            for (page, drawn) in self.run_on(&heading, &run, first + pages.len() as u32) {
                bottom = drawn.bottom();
                pages.push(page);
            }
        }
        (pages, bottom)
    }

    /// The lines of a pupil: the periods, the year, the exam and what comes out of it, without those that would be empty
    /// for the whole class.
    fn progress_lines(&self, finals: &Finals, absences: &Absences) -> Vec<Line<'_>> {
        let (layout, year) = (&self.layouts.book.progress, &self.school.year);
        let periods = self.data.periods.iter();
        let mut lines: Vec<Line<'_>> =
            periods.map(|period| (&*period.name, &*period.name, Some((period.begins, period.ends)))).collect();
        lines.push((YEAR, layout.year.as_str(), Some((year.begins, year.ends))));
        lines.extend([(EXAM, layout.exam.as_str(), None), (FINAL, layout.total.as_str(), None)]);
        let missed = |days: Option<(Day, Day)>| {
            let of = |(from, to): (Day, Day)| {
                self.data.pupils.iter().any(|pupil| absences.between(pupil.id, from, to).lessons.all() > 0)
            };
            days.is_some_and(of)
        };
        let all = lines.clone();
        lines.retain(|(period, _, days)| finals.has(period) || missed(*days));
        if lines.is_empty() { all } else { lines }
    }

    fn progress_head(&self, subjects: &[&str], widths: &[f32]) -> Row {
        let layout = &self.layouts.book.progress;
        let kind = sans(layout.head_size.0);
        let plain = |column: &PlainColumn, at: usize| {
            self.cell(kind, column.heading.as_str(), widths.get(at).copied().unwrap_or(column.width.0))
        };
        let mut cells = vec![plain(&layout.number, 0), plain(&layout.pupil, 1), plain(&layout.period, 2)];
        let columns = subjects.iter().zip(widths.iter().skip(3));
        cells.extend(columns.map(|(subject, width)| self.subject_head(kind, subject, *width)));
        cells.push(self.turned_cell(kind, layout.missed.heading.as_str(), SUBJECT_HEAD, layout.missed.width.0));
        cells.push(plain(&layout.decision, widths.len().saturating_sub(1)));
        Row { cells, least: 0.0, fifth: false }
    }

    /// A subject's name reading upwards above its column, in as many lines as the column has room for.
    pub(super) fn subject_head(&self, kind: Type, subject: &str, width: f32) -> Cell {
        self.turned_cell(kind, subject, SUBJECT_HEAD, width)
    }

    /// The rows of one pupil: a period a row.
    fn progress_block(
        &self,
        index: usize,
        subjects: &[&str],
        widths: &[f32],
        lines: &[Line<'_>],
        (finals, absences): (&Finals, &Absences),
    ) -> Vec<Row> {
        let layout = &self.layouts.book.progress;
        let Some(pupil) = self.data.pupils.get(index) else { return Vec::new() };
        let width = |at: usize| widths.get(at).copied().unwrap_or_default();
        let (kind, height) = (sans(layout.size.0), lines.len());
        let mut rows = Vec::new();
        for (i, (period, heading, days)) in lines.iter().enumerate() {
            let mut cells = Vec::new();
            if i == 0 {
                cells.push(self.cell(kind, &(index + 1).to_string(), layout.number.width.0).span(height, 1));
                let name = self.cell(kind, &self.name_and_moves(pupil), width(1));
                cells.push(name.left().heads_row().span(height, 1));
            }
            let firm = days.is_none() || *period == YEAR;
            let (head, body) = match firm {
                true => (sans_bold(layout.head_size.0), sans_bold(layout.size.0)),
                false => (sans(layout.head_size.0), kind),
            };
            cells.push(self.cell(head, heading, layout.period.width.0).left().heads_row());
            cells.extend(subjects.iter().map(|subject| self.mark_of(body, finals.mark(pupil.id, subject, period))));
            let missed = days.map(|(from, to)| absences.between(pupil.id, from, to).lessons.all().to_string());
            cells.push(self.mark_of(body, &missed.unwrap_or_default()));
            if i == 0 {
                cells.push(self.decision_cell(kind, pupil, width(widths.len().saturating_sub(1))).span(height, 1));
            }
            rows.push(Row { cells, least: 3.8, fifth: i + 1 == height });
        }
        rows
    }

    /// A cell for a mark, which stays on one line; where there is none, none may be written in.
    pub(super) fn mark_of(&self, kind: Type, mark: &str) -> Cell {
        Cell::new(if mark.is_empty() { self.dash(kind) } else { self.set.line(kind, mark) })
    }

    /// «переведён, 29.05.2026, № 7».
    pub(super) fn decision_cell(&self, kind: Type, pupil: &Pupil, width: f32) -> Cell {
        let text = pupil.decision.as_ref().map_or_else(
            || NOTHING.to_owned(),
            |decision| format!("{}, {}, № {}", decision.decision, format_date(decision.date), decision.number),
        );
        self.cell(kind, &text, width).left()
    }
}

/// The length that the name of a subject may take before it goes on to a second line, in mm.
const SUBJECT_HEAD: f32 = 27.0;

/// A line of every pupil: the name the marks are kept under, what the paper calls it, and the days whose absences it says.
type Line<'a> = (&'a str, &'a str, Option<(Day, Day)>);

/// Shares of the subjects that fit `room` mm at `narrowest` mm a column, as even as can be; one share at least.
pub(super) fn even_shares<'s, 'a>(subjects: &'s [&'a str], room: f32, narrowest: f32) -> Vec<&'s [&'a str]> {
    let most = ((room / narrowest.max(1.0)) as usize).max(1);
    let shares = subjects.len().div_ceil(most).max(1);
    let length = subjects.len().div_ceil(shares).max(1);
    if subjects.is_empty() { vec![subjects] } else { subjects.chunks(length).collect() }
}

#[cfg(test)]
mod tests {
    use super::even_shares;

    #[test]
    fn subjects_that_do_not_fit_one_page_are_shared_out_evenly() {
        let subjects = ["а"; 25];
        let lengths = |room| even_shares(&subjects, room, 6.0).iter().map(|share| share.len()).collect::<Vec<_>>();
        assert_eq!(lengths(150.0), [25]);
        assert_eq!(lengths(149.0), [13, 12]);
        assert_eq!(even_shares(&[], 100.0, 6.0).len(), 1);
    }
}
