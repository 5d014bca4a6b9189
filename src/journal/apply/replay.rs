//! The tables made anew from the ledger, up to any of its entries. Nothing is judged here: an audit does that.

use super::{apply, create, in_memory, names};
use crate::error::Result;
use crate::journal::entry::Entry;
use crate::journal::read::Tables;
use crate::ledger::store;

/// The tables as they stood after entry `up_to`, or after the last one, in memory.
///
/// # Errors
/// An entry that does not read or cannot be applied is damage.
pub fn as_of(file: &Tables, up_to: Option<u64>) -> Result<Tables> {
    let database = in_memory()?;
    replay(file, &database, up_to)?;
    Ok(database)
}

/// Drops the tables of a journal's file and makes them anew from its ledger. The caller holds the transaction.
pub fn rebuild(file: &Tables) -> Result<()> {
    for table in names(file.db())? {
        if table != "ledger" && table != "page_texts" {
            file.db().execute_batch(&format!("DROP TABLE \"{}\"", table.replace('"', "\"\"")))?;
        }
    }
    create(file.db())?;
    replay(file, file, None)
}

fn replay(file: &Tables, database: &Tables, up_to: Option<u64>) -> Result<()> {
    let last = up_to.unwrap_or(u64::MAX);
    let transaction = if database.db().is_autocommit() { Some(database.db().unchecked_transaction()?) } else { None };
    let _remembering = database.remembering();
    database.are_of(store::tip(file.db())?.journal);
    let mut seq = 1;
    // One by one rather than in a single scan: on a rebuild the same connection is written to.
    while seq <= last {
        let Some(record) = store::get(file.db(), seq)? else { break };
        let entry = Entry::from_json(&record.payload).map_err(|e| e.at(format!("запись № {seq}")))?;
        apply(database, seq, &entry).map_err(|e| e.at(format!("запись № {seq}")))?;
        seq += 1;
    }
    if let Some(transaction) = transaction {
        transaction.commit()?;
    }
    Ok(())
}
