//! The audit: proves that the ledger is whole and genuine, that every entry was within its author's rights and the
//! rules at its place, and that the tables are what the ledger makes them.
//!
//! The ledger is read once (`walk.rs`). Entries are applied to tables in memory, and each is judged against those tables
//! just before it is applied, by the very code that judges it when it is recorded. In the end the tables in memory are
//! compared with those in the file, of which nothing is believed. The tables in memory are what
//! [`Proven`](super::Proven) certifies from.

mod ahead;
mod compare;
mod report;
mod walk;

pub use report::{Finding, Report};
pub(super) use walk::Walked;

use super::apply::structure;
use super::file;
use super::read::{self, Tables};
use crate::error::Result;
use crate::ledger::chain::hex;
use report::DESCRIBED;
use rusqlite::Connection;
use sha2::{Digest, Sha256};

/// Audits a journal's file on from what was walked before. `progress` is told how many entries were done.
///
/// # Errors
/// Only what makes reading impossible; what is wrong with the content is in the report.
pub(super) fn audit(file: &Tables, before: Walked, progress: &mut dyn FnMut(u64)) -> Result<(Report, Walked)> {
    let database = file.db();
    // One read transaction: what is audited is one state, whoever writes meanwhile.
    let _snapshot = database.unchecked_transaction()?;
    let (mut report, walked, signatures) = walk::walk(database, before, u64::MAX, progress)?;
    // While the last signatures are checked.
    for line in integrity(database)? {
        report.add(None, format!("файл базы данных повреждён: {line}"));
    }
    if file::is_of_this_version(database)? {
        report.tables_compared = true;
        let (count, differences) = compare::compare(database, walked.tables.db(), DESCRIBED)?;
        report.count += count.saturating_sub(differences.len());
        for difference in differences {
            report.add(None, difference.what);
        }
    } else {
        for name in structure::foreign(database)? {
            report.add(None, format!("устройство файла изменено: «{name}»"));
        }
    }
    page_texts(file, &walked.tables, 0, &mut report)?;
    signatures.finish(&mut report);
    // Each thread adds its findings when it has them; the reader wants them by place.
    report.findings.sort_by_key(|finding| finding.seq.unwrap_or(u64::MAX));
    report.findings.truncate(DESCRIBED);
    Ok((report, walked))
}

/// Audits only the records that have come since, up to `last`, in one state of the file.
///
/// # Errors
/// As [`audit`].
pub(super) fn audit_since(file: &Tables, before: Walked, last: u64) -> Result<(Report, Walked)> {
    let _snapshot = file.db().unchecked_transaction()?;
    let done = before.tip.seq;
    let (mut report, walked, signatures) = walk::walk(file.db(), before, last, &mut |_| {})?;
    page_texts(file, &walked.tables, done, &mut report)?;
    signatures.finish(&mut report);
    Ok((report, walked))
}

/// SQLite's own check of the file, indexes against their tables included: what it finds, if anything.
fn integrity(file: &Connection) -> Result<Vec<String>> {
    let mut statement = file.prepare("PRAGMA integrity_check(5)")?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}

/// Every page's text that was issued after an entry, and every file of a signature, is kept and is what its digest says.
fn page_texts(file: &Tables, rebuilt: &Tables, after: u64, report: &mut Report) -> Result<()> {
    for page in read::documents::pages_issued_after(rebuilt, after)? {
        let text = read::documents::page_text(file, &page.digest)?;
        let (number, page, digest) = (&page.number, page.page, &page.digest);
        match text {
            Some(text) if hex(&Sha256::digest(&text)) == *digest => {}
            Some(_) => report.add(None, format!("сохранённый текст документа № {number}, стр. {page}, изменён")),
            None => report.add(None, format!("сохранённый текст документа № {number}, стр. {page}, утрачен")),
        }
    }
    for (number, digest) in read::signatures::files_after(rebuilt, after)? {
        match read::documents::page_text(file, &digest)? {
            Some(bytes) if hex(&Sha256::digest(&bytes)) == digest => {}
            Some(_) => report.add(None, format!("сохранённая подпись документа № {number} изменена")),
            None => report.add(None, format!("сохранённая подпись документа № {number} утрачена")),
        }
    }
    Ok(())
}
