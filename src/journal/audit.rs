//! The audit: proves that the ledger is whole and genuine, that every entry was within its author's rights and the
//! rules at its place, and that the tables are what the ledger makes them.
//!
//! The ledger is read once. Entries are applied to tables in memory, and each is judged against those tables just
//! before it is applied, by the very code that judges it when it is recorded. Signatures are checked on all cores, a
//! block of entries at a time. In the end the tables in memory are compared with those in the file.

use crate::error::{Error, Result};
use crate::journal::entry::{Body, Entry};
use crate::journal::{find, record, tables};
use crate::ledger::chain::{Record, Tip, hex};
use crate::ledger::identity::{self, PublicIdentity, Signed};
use crate::ledger::store;
use crate::school::School;
use chrono::{DateTime, FixedOffset};
use rayon::prelude::*;
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// How many findings are described; the rest are counted.
const DESCRIBED: usize = 50;

/// Entries whose signatures are checked together.
const BLOCK: usize = 4096;

/// What an audit found.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Where the chain ends.
    pub tip: Tip,
    /// The first findings, in order of place; the first is the one to look at.
    pub findings: Vec<Finding>,
    /// How many there are in all.
    pub count: usize,
    /// Whether the tables were compared with the ledger. Not so in an archived journal whose tables another version made:
    /// they are rebuilt when it is opened for work.
    pub tables_compared: bool,
}

/// A thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The entry at fault, if it is one.
    pub seq: Option<u64>,
    /// What is wrong with it, in Russian.
    pub what: String,
}

impl Report {
    /// Whether nothing was found.
    pub fn is_clean(&self) -> bool {
        self.count == 0
    }

    fn add(&mut self, seq: Option<u64>, what: impl Into<String>) {
        self.count += 1;
        if self.findings.len() < DESCRIBED {
            self.findings.push(Finding { seq, what: what.into() });
        }
    }
}

/// Audits a journal's file. `progress` is told how many entries were done.
///
/// # Errors
/// Only what makes reading impossible; what is wrong with the content is in the report.
pub fn audit(file: &Connection, progress: &mut dyn FnMut(u64)) -> Result<Report> {
    // One read transaction: what is audited is one state, whoever writes meanwhile.
    let _snapshot = file.unchecked_transaction()?;
    let mut walk = Walk {
        report: Report { tip: Tip::EMPTY, findings: Vec::new(), count: 0, tables_compared: false },
        tables: tables::in_memory()?,
        school: None,
        last: None,
        keys: HashMap::new(),
        block: Vec::with_capacity(BLOCK),
    };
    walk.tables.execute_batch("BEGIN")?;
    integrity(file, &mut walk.report)?;
    let mut statement = file.prepare("SELECT count(*) FROM ledger")?;
    let length: u64 = statement.query_row([], |row| row.get(0))?;
    for_each_readable(file, length, |read| {
        match read {
            Ok(record) => walk.take(record)?,
            Err(error) => walk.report.add(None, error.message()),
        }
        progress(walk.report.tip.seq);
        Ok(())
    })?;
    walk.check_block();
    walk.tables.execute_batch("COMMIT")?;
    let Walk { mut report, tables: rebuilt, .. } = walk;
    let version: i32 = file.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version == tables::schema_version() {
        report.tables_compared = true;
        let (count, differences) = tables::compare(file, &rebuilt, DESCRIBED)?;
        report.count += count.saturating_sub(differences.len());
        for difference in differences {
            report.add(None, difference.what);
        }
    }
    page_texts(file, &rebuilt, &mut report)?;
    // Signatures are checked by blocks, so findings come in as they are found; the reader wants them by place.
    report.findings.sort_by_key(|finding| finding.seq.unwrap_or(u64::MAX));
    Ok(report)
}

/// SQLite's own check of the file.
fn integrity(file: &Connection, report: &mut Report) -> Result<()> {
    let mut statement = file.prepare("PRAGMA quick_check(5)")?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    for line in lines.iter().filter(|line| *line != "ok") {
        report.add(None, format!("файл базы данных повреждён: {line}"));
    }
    Ok(())
}

/// Visits records by number. One that does not read is handed on as an error and skipped.
fn for_each_readable(
    file: &Connection,
    length: u64,
    mut visit: impl FnMut(Result<Record>) -> Result<()>,
) -> Result<()> {
    let mut statement = file.prepare("SELECT seq FROM ledger ORDER BY seq")?;
    let mut rows = statement.query([])?;
    let mut seen = 0;
    while let Some(row) = rows.next()? {
        seen += 1;
        let seq: i64 = row.get(0)?;
        match store::get(file, u64::try_from(seq).unwrap_or(0)) {
            Ok(Some(record)) => visit(Ok(record))?,
            Ok(None) => visit(Err(Error::damaged(format!("запись № {seq} имеет недопустимый номер"))))?,
            Err(error) => visit(Err(error))?,
        }
    }
    debug_assert_eq!(seen, length);
    Ok(())
}

/// The state of an audit at one place of the ledger.
struct Walk {
    report: Report,
    tables: Connection,
    school: Option<School>,
    last: Option<DateTime<FixedOffset>>,
    keys: HashMap<String, PublicIdentity>,
    block: Vec<(Tip, Record, PublicIdentity)>,
}

impl Walk {
    fn take(&mut self, record: Record) -> Result<()> {
        let seq = record.seq;
        let before = self.report.tip;
        if seq != before.seq + 1 {
            let what = format!("перед ней недостаёт записей: предыдущая имеет № {}", before.seq);
            self.report.add(Some(seq), what);
        }
        // From here on the record is taken at its word, so that one break is one finding.
        let here = Tip { seq: seq.saturating_sub(1), ..before };
        if !here.is_next(&record) {
            self.report
                .add(Some(seq), "содержание, подпись или место записи изменены: контрольная сумма цепочки не сходится");
        }
        self.report.tip = here.after(&record);
        let entry = match Entry::from_json(&record.payload) {
            Ok(entry) => entry,
            Err(error) => {
                self.report.add(Some(seq), error.message());
                return Ok(());
            }
        };
        self.author(here, record, &entry)?;
        self.last = Some(entry.time);
        Ok(())
    }

    /// The author's key, rights and rules, then the tables.
    fn author(&mut self, here: Tip, record: Record, entry: &Entry) -> Result<()> {
        let seq = record.seq;
        match self.key_of(seq, entry)? {
            Ok(key) => {
                self.judge(seq, entry, &record.payload)?;
                self.block.push((here, record, key));
            }
            Err(what) => self.report.add(Some(seq), what),
        }
        if let Err(error) = tables::apply(&self.tables, seq, entry) {
            self.report.add(Some(seq), format!("не применяется к таблицам: {}", error.message()));
        }
        match &entry.body {
            Body::JournalCreated(created) => self.school = Some(created.school.clone()),
            Body::SchoolChanged(changed) => self.school = Some(changed.school.clone()),
            // A key may be revoked or a person dismissed here: look every key up anew.
            Body::KeyRevoked(_) | Body::PersonDismissed(_) | Body::KeyEnrolled(_) => self.keys.clear(),
            _ => {}
        }
        if self.block.len() >= BLOCK {
            self.check_block();
        }
        Ok(())
    }

    /// The key that the entry names, if it is the author's and in force at this place.
    fn key_of(&mut self, seq: u64, entry: &Entry) -> Result<std::result::Result<PublicIdentity, String>> {
        if let (1, Body::JournalCreated(created)) = (seq, &entry.body) {
            let named = entry.key == created.key.fingerprint() && entry.author == created.administrator.login;
            return Ok(if named {
                Ok(created.key.clone())
            } else {
                Err("первая запись подписана не тем ключом, который в ней назван".to_owned())
            });
        }
        let cache_key = format!("{} {}", entry.author, entry.key);
        if let Some(key) = self.keys.get(&cache_key) {
            return Ok(Ok(key.clone()));
        }
        let found = match find::key(&self.tables, &entry.key)? {
            None => Err(format!("подписана ключом {}, который не был внесён в журнал", entry.key)),
            Some(key) if key.login != entry.author => {
                Err(format!("автором назван «{}», а ключ принадлежит «{}»", entry.author, key.login))
            }
            Some(key) if key.revoked_at.is_some() => {
                Err(format!("подписана ключом сотрудника «{}», который к этому месту был отозван", entry.author))
            }
            Some(key) => Ok(key.public),
        };
        if let Ok(key) = &found {
            self.keys.insert(cache_key, key.clone());
        }
        Ok(found)
    }

    fn judge(&mut self, seq: u64, entry: &Entry, payload: &str) -> Result<()> {
        let school = match (&self.school, &entry.body) {
            (Some(school), _) => school,
            (None, Body::JournalCreated(created)) => {
                // The administrator's rights come from the very entry that is judged.
                tables::apply(&self.tables, seq, entry)?;
                &created.school
            }
            (None, _) => {
                self.report.add(Some(seq), "стоит раньше записи о заведении журнала");
                return Ok(());
            }
        };
        if let Err(error) = record::judge(&self.tables, school, seq, self.last, entry, payload) {
            self.report.add(Some(seq), format!("{} («{}», {})", error.message(), entry.author, entry.body.kind()));
        }
        Ok(())
    }

    fn check_block(&mut self) {
        let messages: Vec<Vec<u8>> =
            self.block.par_iter().map(|(tip, record, _)| tip.message(&record.payload)).collect();
        let signed: Vec<Signed<'_>> = messages
            .iter()
            .zip(&self.block)
            .map(|(message, (_, record, key))| Signed { message, signature: &record.signature, key: key.key() })
            .collect();
        let bad: Vec<u64> = identity::invalid(&signed).into_iter().map(|place| self.block[place].1.seq).collect();
        self.block.clear();
        for seq in bad {
            self.report.add(Some(seq), "подпись автора не подходит к содержанию и месту записи");
        }
    }
}

/// Every issued page's text is kept, and is what its code says.
fn page_texts(file: &Connection, rebuilt: &Connection, report: &mut Report) -> Result<()> {
    let mut statement = rebuilt.prepare("SELECT number, page, digest FROM document_pages ORDER BY number, page")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let (number, page, digest): (String, u32, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        match super::page_text(file, &digest)? {
            Some(text) if hex(&Sha256::digest(&text)) == digest => {}
            Some(_) => report.add(None, format!("сохранённый текст документа № {number}, стр. {page}, изменён")),
            None => report.add(None, format!("сохранённый текст документа № {number}, стр. {page}, утрачен")),
        }
    }
    Ok(())
}
