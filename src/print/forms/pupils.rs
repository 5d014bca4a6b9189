//! General information on the pupils. Contact data is no part of it: it is kept elsewhere and may be erased.

use super::class::{Pupil, date};
use super::{Composer, RunOn, sans};
use crate::error::Result;
use crate::print::page::Page;
use crate::print::sheet::Orientation;
use crate::print::table::Row;
use crate::school::format_date;

impl Composer<'_> {
    /// The list of pupils, whose first page is `first`.
    ///
    /// # Errors
    /// A birthday that is no date.
    pub(super) fn pupils_list(&self, first: u32) -> Result<Vec<Page>> {
        let layout = &self.layouts.book.pupils;
        let widths: Vec<f32> = layout.columns.iter().map(|column| column.width.0).collect();
        let kind = sans(layout.size.0);
        let row = |cells, fifth| Row { cells, least: 6.0, fifth };
        let heading = layout.columns.iter().map(|c| self.cell(kind, c.heading.as_str(), c.width.0)).collect();
        let mut lines = Vec::new();
        for (i, pupil) in self.data.pupils.iter().enumerate() {
            let born = if pupil.born.is_empty() { String::new() } else { format_date(date(&pupil.born)?) };
            let cells = vec![
                self.cell(kind, &(i + 1).to_string(), widths[0]),
                self.cell(kind, &pupil.name.full(), widths[1]).left(),
                self.cell(kind, &born, widths[2]),
                self.cell(kind, &pupil.file, widths[3]),
                self.cell(kind, &self.moves(pupil), widths[4]).left(),
            ];
            lines.push(vec![row(cells, (i + 1).is_multiple_of(5))]);
        }
        let heads = [row(heading, false)];
        let run = RunOn {
            orientation: Orientation::Portrait,
            widths: &widths,
            heads: &heads,
            parts: &lines,
            tail: 0.0,
            even: false,
        };
        let about = self.about_class();
        let pages = self.run_on(&self.heading(&layout.heading, layout.heading_size, &about), &run, first);
        Ok(pages.into_iter().map(|(page, _)| page).collect())
    }

    /// The pupil's name in full, and when he came and left during the year.
    pub(super) fn name_and_moves(&self, pupil: &Pupil) -> String {
        let (full, moves) = (pupil.name.full(), self.moves(pupil));
        if moves.is_empty() { full } else { format!("{full}, {moves}") }
    }

    /// When the pupil came and left during the year.
    pub(super) fn moves(&self, pupil: &Pupil) -> String {
        let layout = &self.layouts.book.pupils;
        let said = |(came, day): (bool, _)| {
            let wording = if came { &layout.enrolled } else { &layout.left };
            wording.fill(&[("date", &format_date(day))])
        };
        pupil.came_and_left(&self.school).into_iter().map(said).collect::<Vec<_>>().join(", ")
    }
}
