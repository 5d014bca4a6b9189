//! Lessons and days missed, by reason: for each period and for the year.

use super::{Composer, RunOn, sans, sans_bold};
use crate::journal::read::absences::{Absences, Counts, Missed};
use crate::print::page::{Area, Page};
use crate::print::sheet::Orientation;
use crate::print::table::{Cell, Row};
use crate::print::typeset::Align;
use chrono::NaiveDate;

/// The smallest type, in points.
const SMALLEST: f32 = 6.5;
/// Room between a count and the rules beside it, in mm.
const COUNT_PAD: f32 = 0.8;
/// Room between the table and the note below it, in mm.
const NOTE_GAP: f32 = 1.5;

/// The four columns of a span: all, through illness, for a valid reason, without one.
fn columns(counts: Counts) -> [u32; 4] {
    [counts.all(), counts.ill, counts.excused, counts.without_reason()]
}

impl Composer<'_> {
    /// The form, whose first page is `first`.
    pub(super) fn missed(&self, absences: &Absences, first: u32) -> Vec<Page> {
        let layout = &self.layouts.book.missed;
        let year = &self.school.year;
        let mut spans: Vec<(&str, NaiveDate, NaiveDate)> =
            self.data.periods.iter().map(|period| (period.name.as_str(), period.begins, period.ends)).collect();
        spans.push((layout.year.as_str(), year.begins, year.ends));
        let fixed = layout.number.width.0 + layout.pupil.width.0 + layout.unit.width.0;
        let (_, area) = self.new_page(Orientation::Portrait, first);
        let mut totals = vec![Missed::default(); spans.len()];
        let mut of_pupils = Vec::new();
        for pupil in &self.data.pupils {
            let missed: Vec<Missed> =
                spans.iter().map(|(_, from, to)| absences.between(pupil.id, *from, *to)).collect();
            for (total, missed) in totals.iter_mut().zip(&missed) {
                *total += *missed;
            }
            of_pupils.push(missed);
        }
        let columns = self.count_widths(area.w - fixed, &totals);
        let mut widths = vec![layout.number.width.0, layout.pupil.width.0, layout.unit.width.0];
        widths.extend(columns.iter().flat_map(|width| [*width; 4]));
        let heads = self.missed_heads(&spans, &columns);
        let about = self.about_class();
        let heading = self.heading(&layout.heading, layout.heading_size, &about);
        // Which absences stand under «без уважительной причины» though nobody has said so; documents of rules 1 do not tell.
        let tells = self.context.rules >= 2;
        let is_unexplained = |missed: &Missed| tells && missed.lessons.unexplained > 0;
        let note = totals
            .iter()
            .any(is_unexplained)
            .then(|| self.set.wrap(sans(layout.size.0), layout.note_unexplained.as_str(), area.w));
        let lay = |size: f32| {
            let parts = self.missed_parts(&of_pupils, &totals, size);
            let (orientation, tail) =
                (Orientation::Portrait, note.as_ref().map_or(0.0, |note| NOTE_GAP + note.height()));
            let run = RunOn { orientation, widths: &widths, heads: &heads, parts: &parts, tail, large: None };
            let mut drawn = self.run_on(&heading, &run, first);
            if let (Some(note), Some((page, table))) = (&note, drawn.last_mut()) {
                let (_, area) = self.new_page(orientation, first);
                let below =
                    Area { x: table.xs.first().copied().unwrap_or(area.x), y: table.bottom() + NOTE_GAP, ..area };
                self.lines(page, below, note, Align::Left);
            }
            drawn.into_iter().map(|(page, _)| page).collect::<Vec<_>>()
        };
        let pages = lay(layout.size.0);
        // Smaller type, where it saves turning the leaf for the last few pupils.
        if pages.len() == 2 {
            let smaller = lay(SMALLEST.min(layout.size.0));
            if smaller.len() == 1 {
                return smaller;
            }
        }
        pages
    }

    /// A part a pupil, and one for the class, in type of this size.
    fn missed_parts(&self, of_pupils: &[Vec<Missed>], totals: &[Missed], size: f32) -> Vec<Vec<Row>> {
        let layout = &self.layouts.book.missed;
        let mut parts = Vec::new();
        for (i, (pupil, missed)) in self.data.pupils.iter().zip(of_pupils).enumerate() {
            let number = self.cell(sans(size), &(i + 1).to_string(), layout.number.width.0).span(2, 1);
            let name = self.cell(sans(size), &pupil.listed, layout.pupil.width.0).left().span(2, 1);
            parts.push(self.missed_rows(vec![number, name], missed, size, (i + 1).is_multiple_of(5)));
        }
        let both = layout.number.width.0 + layout.pupil.width.0;
        let total = self.cell(sans_bold(size), layout.total.as_str(), both).left().span(2, 2);
        parts.push(self.missed_rows(vec![total], totals, size, false));
        parts
    }

    /// The width of a column of counts in each span, in mm: what the class's totals, the longest figures, need; what is
    /// left over is shared by all columns. The periods are alike.
    fn count_widths(&self, room: f32, totals: &[Missed]) -> Vec<f32> {
        let kind = sans(self.layouts.book.missed.size.0);
        let needed = |missed: &Missed| {
            let counts = [missed.days, missed.lessons].into_iter().flat_map(columns);
            counts.map(|count| self.set.width(kind, &count.to_string())).fold(0.0, f32::max) + 2.0 * COUNT_PAD
        };
        let Some((year, periods)) = totals.split_last() else { return Vec::new() };
        let period = periods.iter().map(needed).fold(0.0, f32::max);
        let mut widths = vec![period; periods.len()];
        widths.push(needed(year));
        let spare = room / 4.0 - widths.iter().sum::<f32>();
        let share = spare / widths.len() as f32;
        widths.iter().map(|width| width + share).collect()
    }

    fn missed_heads(&self, spans: &[(&str, NaiveDate, NaiveDate)], widths: &[f32]) -> [Row; 2] {
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
        upper.extend(spans.iter().zip(widths).map(|((name, ..), width)| self.cell(kind, name, width * 4.0).span(1, 4)));
        let reasons = [&layout.all, &layout.ill, &layout.excused, &layout.unexcused];
        let lower = widths
            .iter()
            .flat_map(|width| reasons.map(|reason| self.turned_cell(kind, reason.as_str(), 22.0, *width)))
            .collect();
        [Row { cells: upper, least: 5.0, fifth: false }, Row { cells: lower, least: 5.0, fifth: false }]
    }

    /// Two rows, days and lessons, behind the cells that span both.
    fn missed_rows(&self, before: Vec<Cell>, missed: &[Missed], size: f32, fifth: bool) -> Vec<Row> {
        let layout = &self.layouts.book.missed;
        let kind = sans(size);
        let row = |mut cells: Vec<Cell>, unit: &str, counts: &dyn Fn(&Missed) -> Counts, fifth| {
            cells.push(self.cell(sans(layout.head_size.0), unit, layout.unit.width.0));
            for count in missed.iter().flat_map(|missed| columns(counts(missed))) {
                cells.push(Cell::new(self.set.line(kind, &count.to_string())));
            }
            Row { cells, least: 0.0, fifth }
        };
        vec![
            row(before, layout.days.as_str(), &|missed| missed.days, false),
            row(Vec::new(), layout.lessons.as_str(), &|missed| missed.lessons, fifth),
        ]
    }
}
