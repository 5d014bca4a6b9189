//! Remarks on how the journal is kept (замечания по ведению журнала), and what was done about them.

use super::Composer;
use super::listing::Listing;
use crate::error::Result;
use crate::journal::read;
use crate::print::layout::RemarkField;
use crate::print::page::Page;
use crate::school::format_date;

impl Composer<'_> {
    /// The remarks on the class's book, whose first page is `first`.
    ///
    /// # Errors
    /// Only the database's.
    pub(super) fn remarks(&self, first: u32) -> Result<Vec<Page>> {
        let layout = &self.layouts.book.remarks;
        let mut remarks = read::remarks(self.tables)?;
        remarks.retain(|remark| remark.class == self.data.class);
        let about = self.about_class();
        let heading = self.heading(&layout.heading, layout.heading_size, &about);
        let look = Listing::in_book(layout.size, &layout.columns, &layout.empty);
        let text = |remark: &read::Remark, field| match field {
            RemarkField::Date => format_date(self.school.day_of(remark.written_at)),
            RemarkField::Text if remark.subject.is_empty() => format!("{} ({})", remark.text, remark.author),
            RemarkField::Text => format!("{}: {} ({})", remark.subject, remark.text, remark.author),
            RemarkField::Answer => remark.answer.clone(),
        };
        Ok(self.listing(&heading, &look, &remarks, text, first).0)
    }
}
