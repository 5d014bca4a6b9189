//! Bringing in what a school has: a folder of tables, checked as a whole and recorded as entries.
//!
//! Nothing is recorded unless everything is right, and every fault is reported with its file, line and column. What the
//! journal already has is passed over, so the same folder can be imported again.

mod again;
mod csv;
mod fault;
mod files;
pub mod grid;
mod lessons;
mod plan;
pub(crate) mod present;
mod pupils;
mod record;
mod rows;
mod sheet;
mod table;
mod timetable;

pub use fault::{Fault, Faults, Source};
pub use files::named_bytes;
pub use plan::{plan_of, read_plan};
pub use rows::{StaffRow, read_staff};

use crate::error::{Error, Result, Warning};
use crate::journal::contacts::{Contact, Contacts};
use crate::journal::{Author, Journal};
use crate::school::School;
use std::path::Path;

/// What an import came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Entries recorded; with faults or on a trial, entries that would have been.
    pub recorded: usize,
    /// How many of them wait for a second person.
    pub waiting: u64,
    /// Contacts written to their own file.
    pub contacts: usize,
    /// What should be looked at.
    pub warnings: Vec<Warning>,
    /// What must be mended; then nothing was recorded.
    pub faults: Vec<Fault>,
}

/// How a folder is imported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct How {
    /// Everything is checked and nothing kept.
    pub trial: bool,
    /// A pupil of the same name and birthday as another is somebody else.
    pub another: bool,
    /// What clashes in the timetable is taken over too, with a warning each.
    pub despite: bool,
}

/// Imports the folder `dir`. `progress` is told of lessons done and their number.
///
/// # Errors
/// A folder or file that cannot be read, a journal that cannot be written, an author who may not. Faults of the files'
/// content are in the outcome.
pub fn import(
    journal: &mut Journal,
    author: Author<'_>,
    dir: &Path,
    how: How,
    progress: &mut dyn FnMut(u64, u64),
) -> Result<Outcome> {
    if !dir.is_dir() {
        return Err(Error::input(format!("нет папки «{}»", dir.display())).next("укажите папку с файлами школы"));
    }
    let dir = &*crate::files::named(dir)?;
    let mut faults = Faults::default();
    let school = read_school(dir, &mut faults)?;
    let files = rows::read(dir, &mut faults)?;
    let contacts: Vec<Contact> = files.contacts.iter().map(|(_, contact)| contact.clone()).collect();
    let beside = journal.path().to_owned();
    let batch = journal.batch()?;
    batch.check_author(author)?;
    let mut import = record::Import::new(batch, author, faults, how, progress)?;
    import.run(school, files)?;
    let record::Import { batch, faults, recorded, waiting, .. } = import;
    let mut list = faults.list;
    list.sort();
    let mut outcome = Outcome { recorded, waiting, contacts: 0, warnings: faults.warnings, faults: list };
    if how.trial || !outcome.faults.is_empty() {
        return Ok(outcome);
    }
    batch.commit()?;
    if !contacts.is_empty() {
        outcome.contacts = Contacts::open(&beside)?.set(&contacts)?;
    }
    Ok(outcome)
}

/// Reads `school.toml` of a folder.
///
/// # Errors
/// A file that cannot be read; what is wrong in it goes into `faults`.
fn read_school(dir: &Path, faults: &mut Faults) -> Result<Option<School>> {
    let path = dir.join("school.toml");
    let bytes =
        crate::files::read(&path, crate::files::LARGEST_TEXT).map_err(|e| Error::file("прочитать", &path, &e))?;
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(_) => {
            faults.file("school.toml", "файл не в кодировке UTF-8");
            return Ok(None);
        }
    };
    match School::from_toml(text.trim_start_matches('\u{feff}')) {
        Ok(school) => Ok(Some(school)),
        Err(error) => {
            faults.file("school.toml", error.message());
            Ok(None)
        }
    }
}
