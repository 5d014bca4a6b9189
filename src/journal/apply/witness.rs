//! Whom the school names as witnesses of its ledger.

use super::Place;
use crate::error::Result;
use crate::journal::entry::{WitnessAdded, WitnessRemoved};
use rusqlite::params;

impl Place<'_> {
    pub(super) fn witness_added(&self, added: &WitnessAdded) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO witnesses (entry, name, key, url, at, by) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let WitnessAdded { name, key, url } = added;
        self.run(sql, params![self.seq, name, key, url, self.time(), self.entry.author])
    }

    /// It stays listed: what it signed before, it signed.
    pub(super) fn witness_removed(&self, removed: &WitnessRemoved) -> Result<()> {
        let sql = "UPDATE witnesses SET removed_entry = ?2, removed_at = ?3, removed_by = ?4, reason = ?5
                   WHERE key = ?1 AND removed_entry IS NULL";
        self.run(sql, params![removed.key, self.seq, self.time(), self.entry.author, removed.reason])
    }
}
