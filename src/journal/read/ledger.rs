//! The ledger beside a journal file's tables: where it ends, and its records. A record that is read here is taken at its
//! word; [`Proven`](crate::journal::Proven) gives those that were proven.

use super::Tables;
use crate::error::Result;
use crate::journal::entry::Entry;
use crate::ledger::chain::{Hash, Record, Tip};
use crate::ledger::store;

/// Where the chain of a journal's file ends.
pub fn tip(file: &Tables) -> Result<Tip> {
    store::tip(file.db())
}

/// A record by its number.
pub fn record(file: &Tables, seq: u64) -> Result<Option<Record>> {
    store::get(file.db(), seq)
}

/// The entry of a record.
///
/// # Errors
/// A record whose text does not read.
pub fn entry(file: &Tables, seq: u64) -> Result<Option<Entry>> {
    record(file, seq)?.map(|record| Entry::from_json(&record.payload)).transpose()
}

/// The length of the ledger up to which `head` is the chain's head, if it ever was. Trusts the stored heads.
pub fn position_of(file: &Tables, head: &Hash) -> Result<Option<u64>> {
    let sql = "SELECT seq FROM ledger WHERE head = ?1";
    file.one("запись", sql, [&head[..]], |row| row.get("seq"))
}
