//! Rules for leaves of a class's book that are replaced before it is bound (§5.4).

use super::Context;
use crate::error::{Action, Error, Result};
use crate::journal::entry::DocumentIssued;
use crate::journal::read;
use crate::journal::read::Tables;
use crate::journal::read::folder::{BOOK, Folder, LEAVES};
use crate::school::{ClassName, format_date};

/// The folder of a book whose leaves may be replaced: the one that was issued last of its class, in one volume, not bound.
///
/// # Errors
/// A number that is no such book's, with what to do instead.
pub fn may_be_replaced(tables: &Tables, number: &str) -> Result<Folder> {
    let Some(book) = read::documents::document(tables, number)? else {
        return Err(Error::input(format!("документа № {number} нет в реестре"))
            .next("номер стоит внизу каждой страницы: 2025-0143"));
    };
    let cannot = |why: &str| format!("листы журнала № {number} заменять нельзя: {why}");
    if book.form != BOOK {
        return Err(Error::refused(format!("№ {number} — «{}», а листы заменяют в классном журнале", book.title))
            .next("укажите номер классного журнала"));
    }
    let class = ClassName::parse(&book.subject)?;
    let whole = || Action::PrintClass { class: class.clone() };
    if let Some(bound) = read::bound(tables, number)? {
        let day = format_date(bound.date);
        return Err(Error::refused(cannot(&format!("§5.4: он подшит {day}, в подшитом деле листы не меняют")))
            .next("исправления в нём показывает журнал «Замена сведений в электронном журнале»"));
    }
    if let Some(later) = read::later_issue(tables, number)? {
        return Err(Error::refused(cannot(&format!("позже выдан № {later}, в № {number} прежнее состояние")))
            .next(format!("укажите № {later}, если отпечатан он, или напечатайте журнал целиком")));
    }
    if !book.variant.split(',').all(|word| matches!(word, "" | "simplex")) || has_volumes(tables, &book)? {
        return Err(Error::refused(cannot("он выдан томами")).next_by("напечатайте его целиком", whole()));
    }
    Folder::of(tables, number)?.ok_or_else(|| {
        Error::refused(cannot("листы в нём пронумерованы так, как это делала прежняя версия программы"))
            .next_by("напечатайте его целиком", whole())
    })
}

/// Whether a book has volumes after its first.
fn has_volumes(tables: &Tables, book: &read::documents::Registered) -> Result<bool> {
    let sql = "SELECT 1 FROM documents WHERE form = ?1 AND subject = ?2 AND entry > ?3 AND variant LIKE '%volume=%'";
    tables.any(sql, rusqlite::params![BOOK, book.subject, book.entry])
}

/// A document of leaves names those that it replaces: each of those lies in the folder of a book that may be changed yet, and
/// with the new ones there is a list and a certificate.
pub(super) fn replaced(context: &Context<'_>, issued: &DocumentIssued) -> Result<()> {
    let number = &issued.number;
    let wrong =
        |why: &str| Error::refused(format!("документ № {number} описан неверно: {why}")).next("повторите печать");
    let Some(replaces) = &issued.replaces else {
        return if issued.form == LEAVES {
            Err(wrong("не сказано, какие листы заменяются"))
        } else {
            Ok(())
        };
    };
    if issued.form != LEAVES {
        return Err(wrong("листы журнала заменяет другой документ"));
    }
    let tables = context.tables;
    let mut folder = may_be_replaced(tables, &replaces.book)?;
    let Some(book) = read::documents::document(tables, &replaces.book)? else { return Ok(()) };
    let turn = format!("turn={}", folder.by.len() + 1);
    let variant = [book.variant.as_str(), turn.as_str()].into_iter().filter(|word| !word.is_empty());
    if issued.subject != book.subject || issued.variant != variant.collect::<Vec<_>>().join(",") {
        return Err(wrong("журнал, листы которого он заменяет, другого класса или отпечатан иначе"));
    }
    let last = replaces.leaves.last().map(|last| last.page);
    if last != u32::try_from(issued.pages.len()).ok() {
        return Err(wrong("лист-заверитель в нём не последний"));
    }
    folder.replace(number, replaces).map_err(|why| wrong(&why))
}
