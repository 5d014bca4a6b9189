//! Whom the school has named as witnesses of its ledger, and whom it no longer names.

use super::column::Columns;
use super::restorations::restorations;
use crate::error::{Action, Error, Result};
use crate::journal::read::Tables;
use crate::ledger::chain::Hash;
use crate::ledger::log::checkpoint::Origin;
use crate::ledger::log::note::Verifier;
use crate::school::Login;
use chrono::{DateTime, FixedOffset};

/// A witness that the school named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// The number of the entry from which on it is named; where it waited for a second person, of the one that confirmed it.
    pub entry: u64,
    /// What people call it.
    pub name: String,
    /// Its key.
    pub key: Verifier,
    /// Where it takes checkpoints, if anywhere.
    pub url: Option<String>,
    /// When it was recorded,
    pub at: DateTime<FixedOffset>,
    /// and by whom.
    pub by: Login,
    /// Since when it is named no longer.
    pub removed: Option<Removal>,
}

/// The end of a witness's being named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// The number of its entry; where it waited, of the one that confirmed it.
    pub entry: u64,
    /// When it was recorded,
    pub at: DateTime<FixedOffset>,
    /// and by whom.
    pub by: Login,
    /// Why.
    pub reason: String,
}

impl Witness {
    fn of(row: &Columns<'_>) -> Result<Self> {
        let removed = match row.get::<Option<u64>>("removed_entry")? {
            Some(entry) => {
                let (at, by) = (row.moment("removed_at")?, row.get("removed_by")?);
                Some(Removal { entry, at, by, reason: row.get("reason")? })
            }
            None => None,
        };
        let key: String = row.get("key")?;
        let key = Verifier::parse(&key).map_err(|_| {
            Error::damaged(format!("ключ свидетеля «{key}» не читается")).next_by("проверьте журнал", Action::Audit)
        })?;
        let (entry, name, url) = (row.get("entry")?, row.get("name")?, row.get("url")?);
        Ok(Self { entry, name, key, url, at: row.moment("at")?, by: row.get("by")?, removed })
    }
}

/// Every witness that was ever named, in order: one that was named again stands twice.
///
/// # Errors
/// Tables that do not read.
pub fn witnesses(tables: &Tables) -> Result<Vec<Witness>> {
    let sql = "SELECT entry, name, key, url, at, by, removed_entry, removed_at, removed_by, reason
               FROM witnesses ORDER BY entry, name";
    tables.all("свидетель", sql, [], Witness::of)
}

/// Whether any was named after a record.
///
/// # Errors
/// As [`witnesses`].
pub fn had_witnesses(tables: &Tables, seq: u64) -> Result<bool> {
    let sql = "SELECT 1 FROM witnesses WHERE entry <= ?1 AND (removed_entry IS NULL OR removed_entry > ?1)";
    tables.any(sql, [seq])
}

/// Which log the journal was to its witnesses after a record: a restoration makes it another one.
///
/// # Errors
/// Tables that do not read.
pub fn origin(tables: &Tables, journal: Hash, seq: u64) -> Result<Origin> {
    let restored = restorations(tables)?.into_iter().filter(|restoration| restoration.entry <= seq).count();
    Ok(Origin { journal, epoch: u32::try_from(restored).unwrap_or(u32::MAX).saturating_add(1) })
}

/// Those that are named now, in order.
///
/// # Errors
/// As [`witnesses`].
pub fn witnesses_now(tables: &Tables) -> Result<Vec<Witness>> {
    Ok(witnesses(tables)?.into_iter().filter(|witness| witness.removed.is_none()).collect())
}
