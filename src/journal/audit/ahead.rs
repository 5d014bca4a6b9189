//! What an audit can know of a record before it is that record's turn: its text, its entry, its sum.
//!
//! None of it depends on the tables, so a block of records is worked out on all processors while the block before is
//! judged.

use crate::error::Result;
use crate::journal::entry::Entry;
use crate::journal::rules;
use crate::ledger::chain::{Record, Tip};
use crate::ledger::store;
use rayon::prelude::*;
use rusqlite::Connection;
use std::sync::mpsc::SyncSender;

/// Records that go from thread to thread together.
const BLOCK: usize = 2048;

/// A record as far as it can be judged without the tables.
pub struct Ahead {
    /// Where the chain stands after it, by what the record says.
    pub tip: Tip,
    /// Whether its sum follows from its content and place.
    pub is_next: bool,
    /// Its entry, or why its text does not read.
    pub entry: Result<Entry>,
    /// Whether its text is canonical.
    pub canonical: Result<()>,
    /// What its author signed.
    pub message: Vec<u8>,
    /// The author's signature.
    pub signature: [u8; 64],
}

/// Reads the ledger by number after `tip` up to `last` and hands it on in blocks. Gives what was wrong with records that do not read at all, which
/// are passed over.
pub fn read(
    file: &Connection,
    mut tip: Tip,
    last: u64,
    blocks: &SyncSender<Vec<Ahead>>,
    progress: &mut dyn FnMut(u64),
) -> Result<Vec<String>> {
    let mut unreadable = Vec::new();
    let mut block = Vec::with_capacity(BLOCK);
    let mut statement = file.prepare("SELECT seq FROM ledger WHERE (?1 = 0 OR seq > ?1) AND seq <= ?2 ORDER BY seq")?;
    let mut rows = statement.query([tip.seq, last].map(|seq| i64::try_from(seq).unwrap_or(i64::MAX)))?;
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(0)?;
        let record = match u64::try_from(seq).map(|seq| store::get(file, seq)) {
            Ok(Ok(Some(record))) => record,
            Ok(Err(error)) => {
                unreadable.push(error.message().to_owned());
                continue;
            }
            Ok(Ok(None)) | Err(_) => {
                unreadable.push(format!("запись № {seq} имеет недопустимый номер"));
                continue;
            }
        };
        // From here on the record is taken at its word, so that one break is one finding.
        let here = Tip { seq: record.seq.saturating_sub(1), ..tip };
        tip = here.after(&record);
        block.push((here, record));
        if block.len() == BLOCK && !hand_on(&mut block, blocks) {
            return Ok(unreadable);
        }
        if tip.seq.is_multiple_of(BLOCK as u64) {
            progress(tip.seq);
        }
    }
    hand_on(&mut block, blocks);
    progress(tip.seq);
    Ok(unreadable)
}

/// Works a block out and sends it; false where nobody takes it, since judging failed.
fn hand_on(block: &mut Vec<(Tip, Record)>, blocks: &SyncSender<Vec<Ahead>>) -> bool {
    let done = std::mem::take(block).into_par_iter().with_min_len(32).map(|(here, record)| Ahead::of(here, record));
    blocks.send(done.collect()).is_ok()
}

impl Ahead {
    fn of(here: Tip, record: Record) -> Self {
        Self {
            tip: here.after(&record),
            is_next: here.is_next(&record),
            entry: Entry::from_json(&record.payload),
            canonical: rules::is_canonical(&record.payload),
            message: here.message(&record.payload),
            signature: record.signature,
        }
    }
}
