//! General information on the pupils. Contact data is no part of it: it is kept elsewhere and may be erased.

use super::Composer;
use super::class::Pupil;
use super::listing::Listing;
use super::moves::{self, Words};
use crate::error::Result;
use crate::print::layout::PupilField;
use crate::print::page::Page;
use crate::school::format_date;

impl Composer<'_> {
    /// The list of pupils, whose first page is `first`.
    ///
    /// # Errors
    /// A birthday that is no date.
    pub(super) fn pupils_list(&self, first: u32) -> Result<Vec<Page>> {
        let layout = &self.layouts.book.pupils;
        let about = self.about_class();
        let heading = self.heading(&layout.heading, layout.heading_size, &about);
        let look = Listing::in_book(layout.size, &layout.columns, &layout.empty);
        let mut lines = Vec::new();
        for (i, pupil) in self.data.pupils.iter().enumerate() {
            lines.push((i + 1, pupil, format_date(pupil.born)));
        }
        let text = |(number, pupil, born): &(usize, &Pupil, String), field| match field {
            PupilField::Number => number.to_string(),
            PupilField::Name => pupil.name.full(),
            PupilField::Born => born.clone(),
            PupilField::File => pupil.file.to_string(),
            PupilField::Moves => self.moves(pupil),
        };
        Ok(self.listing(&heading, &look, &lines, text, first).0)
    }

    /// The pupil's name in full, and when he came and left during the year.
    pub(super) fn name_and_moves(&self, pupil: &Pupil) -> String {
        let (full, moves) = (pupil.whole.clone(), self.moves(pupil));
        if moves.is_empty() { full } else { format!("{full}, {moves}") }
    }

    /// When the pupil came and left during the year.
    pub(super) fn moves(&self, pupil: &Pupil) -> String {
        let layout = &self.layouts.book.pupils;
        let words = Words {
            enrolled: &layout.enrolled,
            left: &layout.left,
            from_class: &layout.from_class,
            to_class: &layout.to_class,
            groups: None,
        };
        let said = |(what, day): (_, _)| words.say(&what, &format_date(day), pupil.sex);
        moves::of_class(pupil, &self.school).into_iter().map(said).collect::<Vec<_>>().join(", ")
    }
}
