//! Archives that were recorded, and on which carriers their copies lie.

use super::Tables;
use crate::error::Result;
use rusqlite::Row;

/// A recorded archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// Its name, the bag's folder.
    pub name: String,
    /// The period it was made for, as it was named.
    pub period: String,
    /// How many records the ledger in it has.
    pub length: u64,
    /// The head of the last of them, hex.
    pub head: String,
    /// SHA-256 of its tag manifest in hex: the archive's code.
    pub tagmanifest: String,
    /// Ids of the carriers that a copy was written to.
    pub carriers: Vec<String>,
}

const SELECT: &str = "SELECT name, period, length, head, tagmanifest FROM archives";

/// Every archive, in the order in which they were made.
pub fn archives(tables: &Tables) -> Result<Vec<Archive>> {
    let mut statement = tables.prepare_cached(&format!("{SELECT} ORDER BY entry"))?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(tables, row)?);
    }
    Ok(all)
}

/// An archive by its name.
pub fn archive(tables: &Tables, name: &str) -> Result<Option<Archive>> {
    let mut statement = tables.prepare_cached(&format!("{SELECT} WHERE name = ?1"))?;
    let mut rows = statement.query([name])?;
    rows.next()?.map(|row| read(tables, row)).transpose()
}

fn read(tables: &Tables, row: &Row<'_>) -> Result<Archive> {
    let name: String = row.get("name")?;
    let sql = "SELECT DISTINCT carrier FROM archive_copies WHERE archive = ?1 ORDER BY carrier";
    let mut copies = tables.prepare_cached(sql)?;
    let carriers = copies.query_map([&name], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(Archive {
        period: row.get("period")?,
        length: row.get("length")?,
        head: row.get("head")?,
        tagmanifest: row.get("tagmanifest")?,
        carriers,
        name,
    })
}
