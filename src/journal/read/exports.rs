//! What left the school as statistics.

use super::column::Columns;
use crate::error::Result;
use crate::journal::read::Tables;
use crate::school::Login;
use chrono::{DateTime, FixedOffset};

/// Statistics of a period that were given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatisticsExport {
    /// The period.
    pub period: String,
    /// SHA-256 of the table as CSV, in hex.
    pub sha256: String,
    /// When.
    pub at: DateTime<FixedOffset>,
    /// By whom.
    pub by: Login,
    /// The entry that recorded it.
    pub entry: u64,
}

const EXPORT: &str = "SELECT period, sha256, at, by, entry FROM statistics_exports WHERE rows = 0";

impl StatisticsExport {
    fn of(row: &Columns<'_>) -> Result<Self> {
        Ok(Self {
            period: row.get("period")?,
            sha256: row.get("sha256")?,
            at: row.moment("at")?,
            by: row.get("by")?,
            entry: row.get("entry")?,
        })
    }
}

/// The table of a period, if it was given out; there is one at most.
pub fn statistics_of(tables: &Tables, period: &str) -> Result<Option<StatisticsExport>> {
    let sql = format!("{EXPORT} AND period = ?1 ORDER BY entry LIMIT 1");
    tables.one("выгрузка статистики", &sql, [period], StatisticsExport::of)
}
