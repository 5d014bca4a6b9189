//! What the journal learns of a third place: that an archive of its own was brought there, and how it was read there again.

use crate::archive::report::{Depth, Report};
use crate::error::Result;
use crate::journal::entry::{ArchiveStored, VerifiedAs, VerifiedDepth};
use crate::journal::{Author, Journal, read};
use crate::store::Shelf;
use crate::store::protect::Protection;
use crate::store::push::Pushed;
use crate::work::archive::{damaged_files, depth_of, verdict_of};

/// What became of it in the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// It is recorded.
    Done,
    /// It is none of this journal's archives.
    Foreign,
    /// The journal cannot be written.
    ReadOnly,
    /// The key is not one of the journal's.
    Stranger,
}

/// Enters that an archive was brought to a place, where every byte of it was read; where all of it stood there already, that it was read.
///
/// # Errors
/// A key that was revoked; an author who may not.
pub fn enter_put(
    journal: &mut Journal,
    author: Author<'_>,
    (place, shelf): (&str, &Shelf),
    pushed: &Pushed,
    protection: Protection,
) -> Result<Told> {
    let locked_until = match protection {
        Protection::Until(day) => Some(day),
        Protection::Cannot | Protection::None => None,
    };
    let own = read::archive(journal.tables(), shelf.bag())?.map(|archive| archive.code);
    if own.as_ref() != Some(&pushed.code) {
        return Ok(Told::Foreign);
    }
    let (put, tagmanifest) = (pushed.sent > 0, pushed.code.clone());
    let whole = (VerifiedDepth::Signature, VerifiedAs::Whole);
    enter(journal, author, ArchiveStored { put, tagmanifest, locked_until, ..of(place, shelf, whole) })
}

/// Enters how an archive was read in a place.
///
/// # Errors
/// As [`enter_put`].
pub fn enter_verified(
    journal: &mut Journal,
    author: Author<'_>,
    (place, shelf): (&str, &Shelf),
    report: &Report,
) -> Result<Told> {
    // A look at the list of files is no verification.
    if report.depth == Depth::List {
        return Ok(Told::Foreign);
    }
    let found = (depth_of(report.depth), verdict_of(&report.verdict));
    let stored = ArchiveStored {
        tagmanifest: report.code.clone().unwrap_or_default(),
        damaged: damaged_files(report),
        healable: report.healing.map(|healing| healing.suffices()),
        ..of(place, shelf, found)
    };
    enter(journal, author, stored)
}

/// Enters that nothing of an archive is in a place where the journal says that it lies.
///
/// # Errors
/// As [`enter_put`].
pub fn enter_gone(journal: &mut Journal, author: Author<'_>, (place, shelf): (&str, &Shelf)) -> Result<Told> {
    let known = read::stored(journal.tables(), shelf.bag())?.into_iter().any(|stored| stored.place == place);
    if !known {
        return Ok(Told::Foreign);
    }
    let gone = (VerifiedDepth::List, VerifiedAs::Damaged);
    enter(journal, author, ArchiveStored { healable: Some(false), ..of(place, shelf, gone) })
}

/// The archives of the journal that lie in a place by what it says.
///
/// # Errors
/// Tables that do not read.
pub fn known_there(journal: &Journal, place: &str) -> Result<Vec<String>> {
    let mut names = read::archives(journal.tables())?;
    let mut there = Vec::new();
    for name in names.drain(..) {
        if read::stored(journal.tables(), &name)?.iter().any(|stored| stored.place == place) {
            there.push(name);
        }
    }
    Ok(there)
}

fn of(place: &str, shelf: &Shelf, (depth, result): (VerifiedDepth, VerifiedAs)) -> ArchiveStored {
    ArchiveStored {
        archive: shelf.bag().to_owned(),
        place: place.to_owned(),
        shelf: shelf.to_string(),
        tagmanifest: String::new(),
        put: false,
        depth,
        result,
        damaged: None,
        healable: None,
        locked_until: None,
    }
}

fn enter(journal: &mut Journal, author: Author<'_>, stored: ArchiveStored) -> Result<Told> {
    if read::archive(journal.tables(), &stored.archive)?.is_none() {
        return Ok(Told::Foreign);
    }
    if journal.is_read_only() {
        return Ok(Told::ReadOnly);
    }
    if read::key(journal.tables(), &author.fingerprint())?.is_none() {
        return Ok(Told::Stranger);
    }
    journal.record(author, stored)?;
    Ok(Told::Done)
}
