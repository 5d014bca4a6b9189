//! Where records are kept: the one table of the journal's file that is a source of truth.

use crate::error::{Error, Result};
use crate::ledger::chain::{Record, Tip, ZERO};
use rusqlite::{Connection, OptionalExtension, Row, params};

/// The ledger's table. `payload` is the exact text that was signed.
const SCHEMA: &str = "CREATE TABLE ledger (
    seq INTEGER PRIMARY KEY, payload TEXT NOT NULL, signature BLOB NOT NULL, head BLOB NOT NULL) STRICT";

/// Makes an empty ledger.
pub fn create(file: &Connection) -> Result<()> {
    Ok(file.execute_batch(SCHEMA)?)
}

/// Where the chain stands. Trusts the stored heads; an audit does not.
pub fn tip(file: &Connection) -> Result<Tip> {
    let Some(last) = record_at(file, "SELECT seq, payload, signature, head FROM ledger ORDER BY seq DESC LIMIT 1")?
    else {
        return Ok(Tip::EMPTY);
    };
    let first = record_at(file, "SELECT seq, payload, signature, head FROM ledger ORDER BY seq LIMIT 1")?;
    Ok(Tip { journal: first.map_or(ZERO, |record| record.head), seq: last.seq, head: last.head })
}

/// The last record, if there is any.
pub fn last(file: &Connection) -> Result<Option<Record>> {
    record_at(file, "SELECT seq, payload, signature, head FROM ledger ORDER BY seq DESC LIMIT 1")
}

/// The record of a number.
pub fn get(file: &Connection, seq: u64) -> Result<Option<Record>> {
    let seq = i64::try_from(seq).unwrap_or(i64::MAX);
    let mut statement = file.prepare_cached("SELECT seq, payload, signature, head FROM ledger WHERE seq = ?1")?;
    statement.query_row([seq], |row| Ok(read(row))).optional()?.transpose()
}

/// Adds a record at the end.
pub fn append(file: &Connection, record: &Record) -> Result<()> {
    let mut statement =
        file.prepare_cached("INSERT INTO ledger (seq, payload, signature, head) VALUES (?1, ?2, ?3, ?4)")?;
    statement.execute(params![record.seq, record.payload, &record.signature[..], &record.head[..]])?;
    Ok(())
}

/// Visits every record in order of number until `visit` fails.
pub fn each(file: &Connection, mut visit: impl FnMut(Record) -> Result<()>) -> Result<()> {
    let mut statement = file.prepare("SELECT seq, payload, signature, head FROM ledger ORDER BY seq")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        visit(read(row)?)?;
    }
    Ok(())
}

fn record_at(file: &Connection, sql: &str) -> Result<Option<Record>> {
    file.prepare_cached(sql)?.query_row([], |row| Ok(read(row))).optional()?.transpose()
}

fn read(row: &Row<'_>) -> Result<Record> {
    let seq: i64 = row.get(0)?;
    let broken = |what: &str| {
        Error::damaged(format!("запись № {seq} журнала повреждена: {what}"))
            .next("восстановите журнал из архивной копии и сообщите администратору")
    };
    let payload: String = row.get(1).map_err(|cause| broken("текст не читается").caused_by(cause))?;
    let signature: Vec<u8> = row.get(2).map_err(|cause| broken("подпись не читается").caused_by(cause))?;
    let head: Vec<u8> = row.get(3).map_err(|cause| broken("контрольная сумма не читается").caused_by(cause))?;
    Ok(Record {
        seq: u64::try_from(seq).map_err(|_| broken("номер меньше нуля"))?,
        payload,
        signature: signature.try_into().map_err(|_| broken("подпись не той длины"))?,
        head: head.try_into().map_err(|_| broken("контрольная сумма не той длины"))?,
    })
}
