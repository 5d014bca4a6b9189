//! The kept texts of issued pages. They are no projection: what a page said is its own witness.

use crate::error::{Error, Result};
use rusqlite::{Connection, params};
use std::io::Write;

/// Their table. Each row proves itself, since its key is its digest. With row ids,
/// since without them SQLite would put each text on a page of the file for itself.
const PAGE_TEXTS: &str = "CREATE TABLE page_texts (
    digest TEXT NOT NULL PRIMARY KEY, text BLOB NOT NULL) STRICT";

/// Makes their empty table.
pub fn create_page_texts(file: &Connection) -> Result<()> {
    Ok(file.execute_batch(PAGE_TEXTS)?)
}

/// Keeps the text of an issued page, deflated, under its digest in hex. The caller holds the transaction.
///
/// # Errors
/// A full or faulty disk.
pub fn keep_page_text(file: &Connection, digest: &str, text: &[u8]) -> Result<()> {
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    let deflated = encoder.write_all(text).and_then(|()| encoder.finish());
    let deflated = deflated.map_err(|e| {
        Error::environment(format!("текст страницы не сжимается: {e}"))
            .next("повторите; если не поможет, сообщите разработчикам")
            .caused_by(e)
    })?;
    let sql = "INSERT OR IGNORE INTO page_texts (digest, text) VALUES (?1, ?2)";
    file.prepare_cached(sql)?.execute(params![digest, deflated])?;
    Ok(())
}
