//! When the administrator set a wrong clock right.

use crate::error::Result;
use crate::journal::read::Tables;
use crate::school::Login;
use chrono::{DateTime, FixedOffset};

/// A setting of a wrong clock by the administrator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClockReset {
    /// The number of its entry.
    pub entry: u64,
    /// When it was recorded, by the right clock.
    pub at: DateTime<FixedOffset>,
    /// Login of who did it.
    pub by: Login,
    /// Why.
    pub reason: String,
}

/// Every setting of the clock, in order.
pub fn clock_resets(tables: &Tables) -> Result<Vec<ClockReset>> {
    let sql = "SELECT entry, at, by, reason FROM clock_resets ORDER BY entry";
    tables.all("поправка часов", sql, [], |row| {
        let (entry, by) = (row.get("entry")?, row.get("by")?);
        Ok(ClockReset { entry, at: row.moment("at")?, by, reason: row.get("reason")? })
    })
}
