//! Leaves of a class's book that differ from those that were issued: printed alone, they take their places before the book is
//! bound (§5.4).

use super::Workplace;
use crate::error::{Error, Result};
use crate::journal::Proven;
use crate::journal::entry::Replaces;
use crate::journal::read;
use crate::journal::read::folder::Fate;
use crate::journal::rules::may_be_replaced;
use crate::print::Layouts;
use crate::print::issue::{self, Differing, Issued, Out};
use crate::school::{ClassName, LeafName, leaves_listed};

/// What became of it.
#[derive(Debug)]
pub enum Replaced {
    /// Nothing differs.
    Nothing {
        /// Register number of the book.
        book: String,
        /// The documents that replaced leaves of it before.
        by: Vec<String>,
        /// The last of them, written again.
        again: Option<Issued>,
    },
    /// Leaves were issued.
    Leaves {
        /// The document.
        issued: Issued,
        /// What they replace.
        replaces: Replaces,
    },
}

/// Issues the leaves of a class's book that differ from those that were issued under a number, the book's or that of leaves
/// which replaced some before.
///
/// # Errors
/// A number that is no book's of this class; a book that is bound or was issued again; what else a rule refuses.
pub fn replace(
    place: &mut Workplace<'_>,
    proven: &mut Proven,
    layouts: &Layouts,
    (class, number): (&ClassName, &str),
    out: &Out<'_>,
) -> Result<Replaced> {
    let number = number.trim().trim_start_matches('№').trim();
    let tables = proven.tables()?;
    let of_leaves = read::folder::replaces(&tables, number)?;
    let folder = may_be_replaced(&tables, of_leaves.as_ref().map_or(number, |of| &of.book))?;
    let subject = read::documents::document(&tables, &folder.book)?.map(|book| book.subject).unwrap_or_default();
    if subject != class.to_string() {
        return Err(Error::input(format!("документ № {number} — журнал {subject}, а не {class}"))
            .next(format!("укажите класс {subject} или номер журнала {class}")));
    }
    let Some(Differing { wanted, replaces }) = issue::differing_leaves(proven, place.author, layouts, &folder)? else {
        let last = folder.by.last();
        let again = last.map(|last| issue::leaves_again(proven, place.author, layouts, last, out.dir)).transpose()?;
        return Ok(Replaced::Nothing { book: folder.book, by: folder.by, again: again.flatten() });
    };
    let out = Out { replaces: Some(&replaces), ..*out };
    let mut issued = issue::issue(place.journal, proven, place.author, layouts, &[wanted], &out)?;
    let issued = issued
        .pop()
        .ok_or_else(|| Error::environment("листы взамен прежних не напечатаны").next("повторите печать"))?;
    Ok(Replaced::Leaves { issued, replaces })
}

/// What a document of leaves replaces, adds and takes out, as people list it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Leaves that replace others.
    pub replaced: String,
    /// Leaves that are added.
    pub added: String,
    /// Leaves that are taken out with none in their place.
    pub removed: String,
}

impl Listed {
    /// Of what a document replaces.
    pub fn of(replaces: &Replaces) -> Self {
        let new = |is_added: bool| {
            let leaves = replaces.leaves.iter().filter(move |new| new.instead.is_none() == is_added);
            leaves_listed(leaves.filter_map(|new| LeafName::parse(&new.leaf)))
        };
        let removed = replaces.removed.iter().filter_map(|old| LeafName::parse(&old.leaf));
        Self { replaced: new(false), added: new(true), removed: leaves_listed(removed) }
    }
}

/// What became of the leaf of a page that somebody holds in his hand, in Russian; nothing where no leaf of its book was
/// replaced.
pub fn fate_in_words(fate: &Fate) -> Option<String> {
    let (leaf, book) = (fate.leaf.spoken(), &fate.book);
    let by: Vec<String> =
        fate.replaced.iter().map(|at| format!("документ № {}, стр. {}", at.number, at.page)).collect();
    let others: Vec<&str> = fate.by.iter().map(String::as_str).collect();
    let kept = "этот хранится за вкладным листом и показывает прежнее состояние";
    Some(match (&by[..], &fate.removed) {
        ([], None) if others.is_empty() => return None,
        ([], None) => {
            format!("Лист действует: это {} журнала № {book}. Листы в нём заменяли: № {}.", leaf, others.join(", № "))
        }
        ([], Some(number)) => format!("Лист изъят без замены ({leaf} журнала № {book}): документ № {number}; {kept}."),
        (by, None) => format!("Лист заменён ({leaf} журнала № {book}): {}; {kept}.", by.join(", затем ")),
        (by, Some(number)) => format!(
            "Лист заменён ({leaf} журнала № {book}): {}, а тот изъят без замены: документ № {number}; {kept}.",
            by.join(", затем ")
        ),
    })
}
