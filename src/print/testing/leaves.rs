//! A class's book that was issued, and what replaces its leaves after something has changed.

use super::*;
use crate::journal::entry::Replaces;
use crate::journal::read::folder::Folder;
use crate::ledger::chain::hex;
use crate::print::forms::Composer;
use crate::print::forms::leaves::{differing, spoken};
use crate::print::seal::read_record;
use crate::print::sheet::FOOT_ROWS;
use crate::print::{Document, IssueContext, Layouts, Variant, lay_out};

/// The number of the book.
pub const BOOK: &str = "2025-0001";

/// A book, and the leaves that differ from it.
pub struct Reprint {
    /// The book as it was issued.
    pub book: Document,
    /// The journal of today.
    pub tables: TestJournal,
    /// The document of leaves.
    pub wanted: Wanted,
    /// What it says; nothing differs where it replaces nothing.
    pub context: IssueContext,
}

/// Issues the class's book, changes something, and finds the leaves that differ.
pub fn reprint(size: Size, simplex: bool, change: impl FnOnce(&mut Annals)) -> Reprint {
    let layouts = Layouts::load(None).unwrap();
    let variant = Variant { simplex, ..Variant::default() };
    let of_book = Wanted { variant, ..of_class(Form::ClassBook) };
    let book = lay_out(&tables(size), &layouts, &of_book, &context(BOOK)).unwrap();
    let mut annals = year(size);
    change(&mut annals);
    let issued = DocumentIssued {
        number: BOOK.to_owned(),
        form: "class-book".to_owned(),
        subject: class().to_string(),
        variant: variant.to_string(),
        leaves: book.leaves,
        pages: book.seals.iter().map(|seal| IssuedPage(hex(&seal.digest))).collect(),
        ..papers::document(1, false)
    };
    annals.by("zav", moment(papers::ISSUED), issued);
    let tables = annals.record();
    let variant = Variant { turn: 1, ..variant };
    let wanted = Wanted { variant, ..of_class(Form::BookLeaves) };
    let today = context("2025-0002");
    let replaces: Option<Replaces> = {
        let composer = Composer::new(&tables, &layouts, &wanted, &today).unwrap().of_class(&class()).unwrap();
        let folder = Folder::of(&tables, BOOK).unwrap().unwrap();
        let kept = |_: &str, page: u32| {
            let (.., runs) = read_record(&book.seals[page as usize - 1].record).unwrap();
            Ok(spoken(runs, FOOT_ROWS))
        };
        differing(&composer, &folder, &kept).unwrap()
    };
    Reprint { book, tables, wanted, context: IssueContext { replaces, ..today } }
}
