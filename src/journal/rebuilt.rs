//! A journal's file made anew from records and texts that come one after another: out of a mirror.
//!
//! Each record must follow the one before it; of authors, rights and rules nothing is judged here. The tables are made when the
//! last record is there, and whoever asked for the file audits it before it is believed.

use super::read::Tables;
use super::{APPLICATION_ID, apply, file};
use crate::error::{Action, Detail, Error, Result};
use crate::files::{self, Draft, Readers};
use crate::ledger::chain::{Record, Tip};
use crate::ledger::store;
use std::path::Path;

/// A journal that is being made anew. Under its name stands nothing before the end.
pub struct Rebuilt<'t> {
    tables: &'t Tables,
    tip: Tip,
}

impl Rebuilt<'_> {
    /// Makes a file where none stands, of what `fill` adds.
    ///
    /// # Errors
    /// A file that is there; a folder that cannot be written to; a record that does not read or cannot be applied; what `fill`
    /// fails with.
    pub fn make<T>(path: &Path, fill: impl FnOnce(&mut Rebuilt<'_>) -> Result<T>) -> Result<T> {
        let path = &file::real(path)?;
        if files::is_there(path) {
            return Err(Error::input(format!("файл «{}» уже существует", path.display()))
                .next_by("укажите новую папку", Action::Give(Detail::Folder)));
        }
        let failed = |cause: std::io::Error| Error::file("создать журнал", path, &cause);
        let draft = Draft::new(path, Readers::Owner).map_err(failed)?;
        let tables = Tables::new(file::open_made(draft.beside())?)?;
        let database = tables.db();
        // What a power cut spoils has no name yet, and the whole of it is synced before it gets one.
        database.pragma_update(None, "synchronous", "OFF")?;
        database.pragma_update(None, "application_id", APPLICATION_ID)?;
        let transaction = database.unchecked_transaction()?;
        apply::structure::create(database)?;
        let done = fill(&mut Rebuilt { tables: &tables, tip: Tip::EMPTY })?;
        apply::rebuild(&tables)?;
        transaction.commit()?;
        tables.close()?;
        draft.put_new().map_err(failed)?;
        Ok(done)
    }

    /// Where the chain stands.
    pub fn tip(&self) -> Tip {
        self.tip
    }

    /// Adds the next record; tells whether it is that.
    ///
    /// # Errors
    /// A full or faulty disk.
    pub fn append(&mut self, record: &Record) -> Result<bool> {
        if !self.tip.is_next(record) {
            return Ok(false);
        }
        store::append(self.tables.db(), record)?;
        self.tip = self.tip.after(record);
        Ok(true)
    }

    /// Keeps a text that records rest on, which is what its digest says.
    ///
    /// # Errors
    /// A full or faulty disk.
    pub fn keep_text(&self, digest: &str, bytes: &[u8]) -> Result<()> {
        apply::keep_page_text(self.tables.db(), digest, bytes)
    }
}
