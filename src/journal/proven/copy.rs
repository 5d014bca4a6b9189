//! The journal written anew from what was proven of it: what goes into an archive.

use super::Proven;
use crate::error::Result;
use crate::journal::{APPLICATION_ID, apply, file, read};
use crate::ledger::chain::Record;
use crate::ledger::store;
use rusqlite::backup::Backup;
use std::path::Path;
use std::time::Duration;

impl Proven {
    /// Writes the journal anew into an empty file: the proven tables, the records up to the proven head, the texts of the
    /// pages that the register knows. Nothing is copied that was not held against the proof.
    ///
    /// # Errors
    /// A record or a text that is not the proven one; a file that cannot be written.
    pub fn write_copy(&self, path: &Path) -> Result<()> {
        let tables = self.tables()?;
        // The file is there already, empty and with its rights; SQLite fills it page by page.
        let mut copy = file::open_made(path)?;
        Backup::new(tables.db(), &mut copy)?.run_to_completion(i32::MAX, Duration::ZERO, None)?;
        copy.pragma_update(None, "application_id", APPLICATION_ID)?;
        let transaction = copy.unchecked_transaction()?;
        store::create(&transaction)?;
        apply::create_page_texts(&transaction)?;
        self.each_record(&mut |record| store::append(&transaction, record))?;
        for page in read::documents::pages_issued_after(&tables, 0)? {
            apply::keep_page_text(&transaction, &page.digest, &self.page_text(&page.digest)?)?;
        }
        for (_, digest) in read::signatures::files_after(&tables, 0)? {
            apply::keep_page_text(&transaction, &digest, &self.signature_file(&digest)?)?;
        }
        transaction.commit()?;
        apply::compact(&copy)?;
        copy.close().map_err(|(_, error)| error.into())
    }

    /// Visits every proven record in order.
    ///
    /// # Errors
    /// A record that is not the proven one any more; what `visit` fails with.
    pub fn each_record(&self, visit: &mut dyn FnMut(&Record) -> Result<()>) -> Result<()> {
        (1..=self.tip().seq).try_for_each(|seq| visit(&self.record(seq)?))
    }

    /// The names of the proven tables.
    ///
    /// # Errors
    /// Only the database's.
    pub fn table_names(&self) -> Result<Vec<String>> {
        apply::names(self.tables()?.db())
    }

    /// The columns of a proven table, then its rows in the order of its key, each handed to `visit` as texts: NULL is empty,
    /// a BLOB is hex.
    ///
    /// # Errors
    /// What `visit` fails with.
    pub fn each_row(
        &self,
        table: &str,
        visit: &mut dyn FnMut(&[read::rows::Field]) -> Result<()>,
    ) -> Result<Vec<String>> {
        read::rows::each(&self.tables()?, table, visit)
    }
}
