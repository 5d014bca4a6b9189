//! Lessons and days missed, by reason: for each period and for the year.

use super::{Composer, RunOn, sans, sans_bold};
use crate::journal::absences::{Absences, Counts, Missed};
use crate::print::page::Page;
use crate::print::sheet::Orientation;
use crate::print::table::{Cell, Row};
use chrono::NaiveDate;

/// The four columns of a span: all, through illness, for a valid reason, without one.
fn columns(counts: Counts) -> [u32; 4] {
    [counts.all(), counts.ill, counts.excused, counts.without_reason()]
}

impl Composer<'_> {
    /// The form, whose first page is `first`.
    pub(super) fn missed(&self, absences: &Absences, first: u32) -> Vec<Page> {
        let layout = &self.layouts.book.missed;
        let year = &self.data.school.year;
        let mut spans: Vec<(&str, NaiveDate, NaiveDate)> =
            self.data.periods.iter().map(|period| (period.name.as_str(), period.begins, period.ends)).collect();
        spans.push((layout.year.as_str(), year.begins, year.ends));
        let fixed = layout.number.width.0 + layout.pupil.width.0 + layout.unit.width.0;
        let (_, area) = self.new_page(Orientation::Portrait, first);
        let width = (area.w - fixed) / (spans.len() * 4) as f32;
        let mut widths = vec![layout.number.width.0, layout.pupil.width.0, layout.unit.width.0];
        widths.extend(std::iter::repeat_n(width, spans.len() * 4));
        let heads = self.missed_heads(&spans, width);
        let mut totals = vec![Missed::default(); spans.len()];
        let mut parts = Vec::new();
        for (i, pupil) in self.data.pupils.iter().enumerate() {
            let missed: Vec<Missed> =
                spans.iter().map(|(_, from, to)| absences.between(pupil.id, *from, *to)).collect();
            for (total, missed) in totals.iter_mut().zip(&missed) {
                *total += *missed;
            }
            let number = self.cell(sans(layout.size.0), &(i + 1).to_string(), layout.number.width.0).span(2, 1);
            let name = self.cell(sans(layout.size.0), &pupil.listed, layout.pupil.width.0).left().span(2, 1);
            parts.push(self.missed_rows(vec![number, name], &missed, (i + 1).is_multiple_of(5)));
        }
        let both = layout.number.width.0 + layout.pupil.width.0;
        let total = self.cell(sans_bold(layout.size.0), layout.total.as_str(), both).left().span(2, 2);
        parts.push(self.missed_rows(vec![total], &totals, false));
        let run =
            RunOn { orientation: Orientation::Portrait, widths: &widths, heads: &heads, parts: &parts, tail: 0.0 };
        let about = self.about_class();
        let pages = self.run_on(&self.heading(&layout.heading, layout.heading_size, &about), &run, first);
        pages.into_iter().map(|(page, _)| page).collect()
    }

    fn missed_heads(&self, spans: &[(&str, NaiveDate, NaiveDate)], width: f32) -> [Row; 2] {
        let layout = &self.layouts.book.missed;
        let kind = sans(layout.head_size.0);
        let fixed = [&layout.number, &layout.pupil, &layout.unit];
        let mut upper: Vec<Cell> = fixed
            .iter()
            .enumerate()
            .map(|(i, column)| {
                let cell = if i == 2 {
                    self.turned_cell(kind, column.heading.as_str(), 40.0, column.width.0)
                } else {
                    self.cell(kind, column.heading.as_str(), column.width.0)
                };
                cell.span(2, 1)
            })
            .collect();
        upper.extend(spans.iter().map(|(name, ..)| self.cell(kind, name, width * 4.0).span(1, 4)));
        let reasons = [&layout.all, &layout.ill, &layout.excused, &layout.unexcused];
        let lower = spans
            .iter()
            .flat_map(|_| reasons.map(|reason| self.turned_cell(kind, reason.as_str(), 22.0, width)))
            .collect();
        [Row { cells: upper, least: 5.0, fifth: false }, Row { cells: lower, least: 5.0, fifth: false }]
    }

    /// Two rows, days and lessons, behind the cells that span both.
    fn missed_rows(&self, before: Vec<Cell>, missed: &[Missed], fifth: bool) -> Vec<Row> {
        let layout = &self.layouts.book.missed;
        let kind = sans(layout.size.0);
        let row = |mut cells: Vec<Cell>, unit: &str, counts: &dyn Fn(&Missed) -> Counts, fifth| {
            cells.push(self.cell(sans(layout.head_size.0), unit, layout.unit.width.0));
            for count in missed.iter().flat_map(|missed| columns(counts(missed))) {
                cells.push(if count == 0 { Cell::empty() } else { Cell::new(self.set.line(kind, &count.to_string())) });
            }
            Row { cells, least: 3.7, fifth }
        };
        vec![
            row(before, layout.days.as_str(), &|missed| missed.days, false),
            row(Vec::new(), layout.lessons.as_str(), &|missed| missed.lessons, fifth),
        ]
    }
}
