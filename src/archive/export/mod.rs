//! The journal as files for an archive: what a stranger opens without Letopis.
//!
//! Four forms of the same, each for another reader: the journal itself (a SQLite file, for restoring it), the ledger as
//! JSON lines (for proving it), the tables as CSV with a dictionary of their columns (for reading it), and the pages on
//! our formats (for writing a program that does all this anew).
//!
//! Everything is written anew from one proof ([`Proven`]), so the four agree whatever is recorded meanwhile, and nothing that
//! was done to the file gets into an archive. A table that the dictionary
//! does not know is exported all the same; a test sees to it that there is none.

mod columns;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::package::{Package, Source};
use crate::error::{Error, Result, copy_of};
use crate::files::PrivateFolder;
use crate::journal::Proven;
use crate::ledger::line;

/// The package that holds the journal.
pub const DATABASE: &str = "database";
/// The package of the sheets of final results, where nothing else is archived.
pub const SUMMARIES: &str = "summaries";
/// The journal in it.
pub const JOURNAL: &str = "journal.letopis";
/// The ledger in it.
pub const LEDGER: &str = "ledger.jsonl";

/// The pages on our formats: where they lie in a package, and their text.
pub const FORMATS: [(&str, &str); 6] = [
    ("formats/archive.md", include_str!("../../../docs/formats/archive.md")),
    ("formats/checkpoint.md", include_str!("../../../docs/formats/checkpoint.md")),
    ("formats/identity.md", include_str!("../../../docs/formats/identity.md")),
    ("formats/ledger.md", include_str!("../../../docs/formats/ledger.md")),
    ("formats/paper.md", include_str!("../../../docs/formats/paper.md")),
    ("formats/strand.md", include_str!("../../../docs/formats/strand.md")),
];

/// The exported journal. Its files lie in a private folder until this is dropped.
#[derive(Debug)]
pub struct Exported {
    /// The package `database`, to be written first.
    pub package: Package,
    _scratch: PrivateFolder,
}

/// Exports a journal as it was proven, through `scratch`, a folder beside it that is made and removed.
///
/// # Errors
/// A record or a page's text that is not the proven one any more; a folder that cannot be written.
pub fn database(proven: &Proven, scratch: &Path) -> Result<Exported> {
    let scratch = PrivateFolder::alone(scratch)?;
    // An empty file that is filled is nobody else's to read from the first byte on.
    let (journal, _) = scratch.create(JOURNAL)?;
    proven.write_copy(&journal)?;
    let mut package = Package::new(DATABASE)?;
    package.add(JOURNAL, Source::File(journal))?;
    package.add(LEDGER, Source::File(ledger(proven, &scratch)?))?;
    let mut dictionary = csv::Writer::from_writer(Vec::new());
    write_row(&mut dictionary, ["table", "column", "meaning"])?;
    for table in proven.table_names()? {
        let (path, columns) = export_table(proven, &table, &scratch)?;
        package.add(&format!("tables/{table}.csv"), Source::File(path))?;
        for column in columns {
            let meaning = columns::meaning(&table, &column).unwrap_or_default();
            write_row(&mut dictionary, [table.as_str(), &column, meaning])?;
        }
    }
    let dictionary = dictionary.into_inner().map_err(|cause| unwritten("columns.csv", copy_of(cause.error())))?;
    package.add("tables/columns.csv", Source::Bytes(dictionary))?;
    for (name, text) in FORMATS {
        package.add(name, Source::Bytes(text.as_bytes().to_vec()))?;
    }
    Ok(Exported { package, _scratch: scratch })
}

fn ledger(proven: &Proven, scratch: &PrivateFolder) -> Result<PathBuf> {
    let (path, out) = scratch.create(LEDGER)?;
    let mut out = BufWriter::new(out);
    proven.each_record(&mut |record| {
        writeln!(out, "{}", line::write(record)).map_err(|cause| Error::file("записать", &path, &cause))
    })?;
    finish(out, &path)?;
    Ok(path)
}

/// Writes one table in the order of its key (RFC 4180, UTF-8, a header; NULL is an empty field, a BLOB is hex).
fn export_table(proven: &Proven, table: &str, scratch: &PrivateFolder) -> Result<(PathBuf, Vec<String>)> {
    let name = format!("{table}.csv");
    let (path, out) = scratch.create(&name)?;
    let mut out = csv::Writer::from_writer(BufWriter::new(out));
    let columns = proven.each_row(table, &mut |fields| write_row(&mut out, fields))?;
    let out = out.into_inner().map_err(|cause| unwritten(&name, copy_of(cause.error())))?;
    finish(out, &path)?;
    Ok((path, columns))
}

fn write_row<W: Write, F: AsRef<[u8]>>(out: &mut csv::Writer<W>, fields: impl IntoIterator<Item = F>) -> Result<()> {
    out.write_record(fields).map_err(|cause| unwritten("таблица", cause))
}

fn finish(out: BufWriter<File>, path: &Path) -> Result<()> {
    out.into_inner().map(drop).map_err(|cause| Error::file("записать", path, cause.error()))
}

fn unwritten(what: &str, cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::environment(format!("не удалось записать: {what} ({cause})"))
        .next("освободите место на диске и повторите")
        .caused_by(cause)
}

#[cfg(test)]
mod tests;
