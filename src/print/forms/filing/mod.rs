//! Records management: the list of what is kept over 10 years (form 18), the act on what is destroyed (form 19), and the
//! page of the records schedule (form 20).
//!
//! Which heading, index, term and article a form has, the school says in its settings; what it does not say is printed as
//! the usual and marked so.

mod case_list;
mod destruction;
mod nomenclature;

pub(super) use case_list::case_list;
pub(super) use destruction::destruction;
pub(super) use nomenclature::nomenclature;

use super::flow::Flow;
use super::{Composer, serif};
use crate::error::Result;
use crate::journal::read;
use crate::print::layout::{Columns, Fields, Label, SchoolPlaces, Wording};
use crate::print::page::Area;
use crate::print::table::Row;
use crate::school::Role;

/// Between the parts, in mm.
const GAP: f32 = 2.5;
/// The height of a line to be signed, in mm.
const SIGNATURE: f32 = 11.5;
/// Printed for a number of fund or inventory that the school has not named.
const BY_HAND: &str = "____";
/// Of the width, what the block of approval takes, at the right.
const APPROVAL: f32 = 0.46;

/// The row, whose cell in this column tells whoever hears the table what the row is about.
fn headed<F: Fields>(mut row: Row, columns: &Columns<F>, field: F) -> Row {
    let at = columns.iter().position(|column| column.field == field);
    if let Some(cell) = at.and_then(|at| row.cells.get_mut(at)) {
        cell.heads_row = true;
    }
    row
}

impl Composer<'_, ()> {
    /// «УТВЕРЖДАЮ», the director, and room for date and signature, in the right upper corner.
    fn approval(
        &self,
        flow: &mut Flow<'_, '_>,
        word: &Label,
        director: &Wording<SchoolPlaces>,
        size: f32,
    ) -> Result<()> {
        let person = read::holder_of(self.tables, Role::Director)?;
        let office = director.fill(&self.school_values());
        let whole = flow.rest();
        let width = whole.w * APPROVAL;
        let area = Area { x: whole.right() - width, w: width, ..whole };
        flow.draw(|canvas, page| {
            canvas.approved(
                page,
                area,
                serif(size),
                (word.as_str(), &office),
                person.as_ref().map(|person| &person.name),
            )
        });
        flow.gap(GAP);
        Ok(())
    }

    /// A line to be signed: an office, and the name where it is known.
    fn signed(&self, flow: &mut Flow<'_, '_>, office: &str, name: Option<&crate::school::PersonName>) {
        flow.need(SIGNATURE);
        let area = flow.rest();
        flow.draw(|canvas, page| canvas.signature(page, area, office, name));
    }

    /// A number that the school has named, or room for it.
    fn or_by_hand(text: &str) -> String {
        if text.is_empty() { BY_HAND.to_owned() } else { text.to_owned() }
    }
}
