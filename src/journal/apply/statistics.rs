//! What left the school as statistics.

use super::Place;
use crate::error::Result;
use crate::journal::entry::StatisticsExported;
use rusqlite::params;

impl Place<'_> {
    pub(super) fn statistics(&self, exported: &StatisticsExported) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO statistics_exports (entry, period, sha256, rows, at, by)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let (at, by) = (self.time(), &self.entry.author);
        self.run(sql, params![self.seq, exported.period, exported.sha256, exported.rows, at, by])
    }
}
