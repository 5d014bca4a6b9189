//! The journal as files for an archive: what a stranger opens without Letopis.
//!
//! Four forms of the same, each for another reader: the journal itself (a SQLite file, for restoring it), the ledger as
//! JSON lines (for proving it), the tables as CSV with a dictionary of their columns (for reading it), and the pages on
//! our formats (for writing a program that does all this anew).
//!
//! Everything is taken from one snapshot, so the four agree whatever is recorded meanwhile. A table that the dictionary
//! does not know is exported all the same; a test sees to it that there is none.

mod columns;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use serde::Serialize;

use super::package::{Package, Source};
use super::scratch::Scratch;
use crate::error::{Error, Result};
use crate::journal::read::Tables;
use crate::ledger::chain::hex;
use crate::ledger::store;

/// The package that holds the journal.
pub const DATABASE: &str = "database";
/// The journal in it.
pub const JOURNAL: &str = "journal.letopis";
/// The ledger in it.
pub const LEDGER: &str = "ledger.jsonl";

/// Tables that are no tables of facts: the ledger is exported whole as [`LEDGER`], the texts of printed pages are in the
/// PDFs and, deflated, in the journal.
const NOT_AS_CSV: [&str; 2] = ["ledger", "page_texts"];

/// The pages on our formats: where they lie in a package, and their text.
pub const FORMATS: [(&str, &str); 4] = [
    ("formats/archive.md", include_str!("../../../docs/formats/archive.md")),
    ("formats/identity.md", include_str!("../../../docs/formats/identity.md")),
    ("formats/ledger.md", include_str!("../../../docs/formats/ledger.md")),
    ("formats/paper.md", include_str!("../../../docs/formats/paper.md")),
];

/// The exported journal. Its files lie in a private folder until this is dropped.
#[derive(Debug)]
pub struct Exported {
    /// The package `database`, to be written first.
    pub package: Package,
    scratch: Scratch,
}

impl Exported {
    /// The snapshot itself, while it is there.
    pub fn journal(&self) -> PathBuf {
        self.scratch.path().join(JOURNAL)
    }
}

/// A line of [`LEDGER`].
#[derive(Serialize)]
struct Line<'a> {
    seq: u64,
    head: String,
    signature: String,
    /// The signed text, byte for byte, as a JSON string.
    payload: &'a str,
}

/// Exports the journal through `scratch`, a folder beside it that is made and removed. Nothing may be being written
/// through this connection.
pub fn database(journal: &Tables, scratch: &Path) -> Result<Exported> {
    let scratch = Scratch::open(scratch)?;
    let snapshot = snapshot(journal, &scratch)?;
    let file = Tables::new(Connection::open_with_flags(&snapshot, OpenFlags::SQLITE_OPEN_READ_ONLY)?);
    let mut package = Package::new(DATABASE)?;
    package.add(JOURNAL, Source::File(snapshot))?;
    package.add(LEDGER, Source::File(ledger(&file, &scratch)?))?;
    let mut dictionary = csv::Writer::from_writer(Vec::new());
    write_row(&mut dictionary, ["table", "column", "meaning"])?;
    for table in tables(&file)? {
        let (path, columns) = export_table(&file, &table, &scratch)?;
        package.add(&format!("tables/{table}.csv"), Source::File(path))?;
        for column in columns {
            let meaning = columns::meaning(&table, &column).unwrap_or_default();
            write_row(&mut dictionary, [table.as_str(), &column, meaning])?;
        }
    }
    let dictionary = dictionary.into_inner().map_err(|cause| unwritten("columns.csv", &cause.to_string()))?;
    package.add("tables/columns.csv", Source::Bytes(dictionary))?;
    for (name, text) in FORMATS {
        package.add(name, Source::Bytes(text.as_bytes().to_vec()))?;
    }
    Ok(Exported { package, scratch })
}

/// A copy of the journal as it stands, compacted, with the rights of the original.
fn snapshot(journal: &Tables, scratch: &Scratch) -> Result<PathBuf> {
    // SQLite fills an empty file, and so it is nobody else's to read from the first byte on.
    let (path, _) = scratch.create(JOURNAL)?;
    let name = path.to_str().ok_or_else(|| {
        Error::environment(format!("путь «{}» не в UTF-8", path.display())).next("перенесите журнал в другую папку")
    })?;
    journal.db().execute("VACUUM INTO ?1", [name])?;
    Ok(path)
}

fn ledger(file: &Tables, scratch: &Scratch) -> Result<PathBuf> {
    let (path, out) = scratch.create(LEDGER)?;
    let mut out = BufWriter::new(out);
    store::each(file.db(), |record| {
        let line = Line {
            seq: record.seq,
            head: hex(&record.head),
            signature: hex(&record.signature),
            payload: &record.payload,
        };
        serde_json::to_writer(&mut out, &line)
            .map_err(std::io::Error::from)
            .and_then(|()| out.write_all(b"\n"))
            .map_err(|cause| Error::file("записать", &path, &cause))
    })?;
    finish(out, &path)?;
    Ok(path)
}

fn tables(file: &Tables) -> Result<Vec<String>> {
    let mut statement = file.db().prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?;
    let mut tables = names.collect::<rusqlite::Result<Vec<_>>>()?;
    tables.retain(|table| !table.starts_with("sqlite_") && !NOT_AS_CSV.contains(&table.as_str()));
    Ok(tables)
}

/// Writes one table in the order of its key (RFC 4180, UTF-8, a header; NULL is an empty field, a BLOB is hex).
fn export_table(file: &Tables, table: &str, scratch: &Scratch) -> Result<(PathBuf, Vec<String>)> {
    let name = format!("{table}.csv");
    let (path, out) = scratch.create(&name)?;
    let mut out = csv::Writer::from_writer(BufWriter::new(out));
    let mut statement = file.db().prepare(&format!("SELECT * FROM \"{}\"", table.replace('"', "\"\"")))?;
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    write_row(&mut out, &columns)?;
    let mut rows = statement.query([])?;
    let mut fields = Vec::with_capacity(columns.len());
    while let Some(row) = rows.next()? {
        fields.clear();
        for index in 0..columns.len() {
            fields.push(field(row.get_ref(index)?));
        }
        write_row(&mut out, &fields)?;
    }
    let out = out.into_inner().map_err(|cause| unwritten(&name, &cause.to_string()))?;
    finish(out, &path)?;
    Ok((path, columns))
}

fn field(value: ValueRef<'_>) -> Vec<u8> {
    match value {
        ValueRef::Null => Vec::new(),
        ValueRef::Integer(number) => number.to_string().into_bytes(),
        ValueRef::Real(number) => number.to_string().into_bytes(),
        ValueRef::Text(text) => text.to_vec(),
        ValueRef::Blob(bytes) => hex(bytes).into_bytes(),
    }
}

fn write_row<W: Write, F: AsRef<[u8]>>(out: &mut csv::Writer<W>, fields: impl IntoIterator<Item = F>) -> Result<()> {
    out.write_record(fields).map_err(|cause| unwritten("таблица", &cause.to_string()))
}

fn finish(out: BufWriter<File>, path: &Path) -> Result<()> {
    out.into_inner().map(drop).map_err(|cause| Error::file("записать", path, cause.error()))
}

fn unwritten(what: &str, cause: &str) -> Error {
    Error::environment(format!("не удалось записать: {what} ({cause})")).next("освободите место на диске и повторите")
}

#[cfg(test)]
mod tests;
