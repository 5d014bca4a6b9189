//! The audit: proves that the ledger is whole and genuine, that every entry was within its author's rights and the
//! rules at its place, and that the tables are what the ledger makes them.
//!
//! The ledger is read once. Entries are applied to tables in memory, and each is judged against those tables just
//! before it is applied, by the very code that judges it when it is recorded. In the end the tables in memory are
//! compared with those in the file.
//!
//! Judging goes in order and takes one processor. What needs no order is done around it, a block of records at a time:
//! while one block is judged, the next one is read, parsed and summed (`ahead.rs`), and the signatures of the one before
//! are checked. So there are three threads, and what passes between them is bounded.

mod ahead;
mod compare;

use crate::error::Result;
use crate::journal::entry::{Body, Entry};
use crate::journal::read::Tables;
use crate::journal::{apply, read, record};
use crate::ledger::chain::{Tip, hex};
use crate::ledger::strict::{Signed, Verifiers};
use crate::school::School;
use ahead::Ahead;
use chrono::{DateTime, FixedOffset};
use rusqlite::Connection;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

/// How many findings are described; the rest are counted.
const DESCRIBED: usize = 50;

/// Records that go from thread to thread together.
const BLOCK: usize = 2048;

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
pub fn audit(file: &Tables, progress: &mut dyn FnMut(u64)) -> Result<Report> {
    // One read transaction: what is audited is one state, whoever writes meanwhile.
    let database = file.db();
    let _snapshot = database.unchecked_transaction()?;
    let broken = integrity(database)?;
    let (mut report, rebuilt) = walk(database, progress)?;
    for line in broken {
        report.add(None, format!("файл базы данных повреждён: {line}"));
    }
    let version: i32 = database.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version == apply::schema_version() {
        report.tables_compared = true;
        let (count, differences) = compare::compare(database, rebuilt.db(), DESCRIBED)?;
        report.count += count.saturating_sub(differences.len());
        for difference in differences {
            report.add(None, difference.what);
        }
    }
    page_texts(file, &rebuilt, &mut report)?;
    // Each thread adds its findings when it has them; the reader wants them by place.
    report.findings.sort_by_key(|finding| finding.seq.unwrap_or(u64::MAX));
    report.findings.truncate(DESCRIBED);
    Ok(report)
}

/// Reads, judges and checks every record; gives what was found and the tables that the ledger makes.
fn walk(file: &Connection, progress: &mut dyn FnMut(u64)) -> Result<(Report, Tables)> {
    let mut walk = Walk::new(apply::in_memory()?);
    std::thread::scope(|scope| {
        let (to_judge, blocks) = sync_channel(1);
        let (to_check, signed) = sync_channel(1);
        let judge = scope.spawn(move || walk.all(blocks, &to_check).map(|()| walk));
        let checker = scope.spawn(move || falsely_signed(signed));
        let read = ahead::read(file, &to_judge, progress);
        drop(to_judge);
        // A thread that panicked has found a fault of the program, which is passed on as it is.
        let walked = judge.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let bad = checker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let Walk { mut report, tables, .. } = walked?;
        for finding in read? {
            report.add(None, finding);
        }
        report.count += bad.len();
        let what = "подпись автора не подходит к содержанию и месту записи";
        report
            .findings
            .extend(bad.iter().take(DESCRIBED).map(|seq| Finding { seq: Some(*seq), what: what.to_owned() }));
        Ok((report, tables))
    })
}

/// A signature that waits to be checked.
struct Waiting {
    seq: u64,
    message: Vec<u8>,
    signature: [u8; 64],
    key: [u8; 32],
}

/// Checks signatures as they come; gives the numbers of the records whose do not hold.
fn falsely_signed(blocks: Receiver<Vec<Waiting>>) -> Vec<u64> {
    let mut verifiers = Verifiers::default();
    let mut bad = Vec::new();
    for block in blocks {
        let signed: Vec<Signed<'_>> =
            block.iter().map(|Waiting { message, signature, key, .. }| Signed { message, signature, key }).collect();
        bad.extend(verifiers.invalid(&signed).into_iter().map(|place| block[place].seq));
    }
    bad
}

/// SQLite's own check of the file: what it finds, if anything.
fn integrity(file: &Connection) -> Result<Vec<String>> {
    let mut statement = file.prepare("PRAGMA quick_check(5)")?;
    let lines = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}

/// The state of an audit at one place of the ledger.
struct Walk {
    report: Report,
    tables: Tables,
    school: Option<School>,
    last: Option<DateTime<FixedOffset>>,
    keys: HashMap<(String, String), [u8; 32]>,
    waiting: Vec<Waiting>,
}

impl Walk {
    fn new(tables: Tables) -> Self {
        let report = Report { tip: Tip::EMPTY, findings: Vec::new(), count: 0, tables_compared: false };
        Self { report, tables, school: None, last: None, keys: HashMap::new(), waiting: Vec::new() }
    }

    /// Takes all blocks of records in order; signatures go on to be checked.
    fn all(&mut self, blocks: Receiver<Vec<Ahead>>, to_check: &SyncSender<Vec<Waiting>>) -> Result<()> {
        self.tables.db().execute_batch("BEGIN")?;
        for block in blocks {
            for record in block {
                self.take(record)?;
            }
            // The other end goes away only by a panic, which is passed on when the threads are joined.
            let _ = to_check.send(std::mem::take(&mut self.waiting));
        }
        Ok(self.tables.db().execute_batch("COMMIT")?)
    }

    fn take(&mut self, record: Ahead) -> Result<()> {
        let seq = record.tip.seq;
        let before = self.report.tip;
        if seq != before.seq + 1 {
            let what = format!("перед ней недостаёт записей: предыдущая имеет № {}", before.seq);
            self.report.add(Some(seq), what);
        }
        if !record.is_next {
            self.report
                .add(Some(seq), "содержание, подпись или место записи изменены: контрольная сумма цепочки не сходится");
        }
        self.report.tip = record.tip;
        let entry = match record.entry {
            Ok(entry) => entry,
            Err(error) => {
                self.report.add(Some(seq), error.message());
                return Ok(());
            }
        };
        match self.key_of(seq, &entry)? {
            Ok(key) => {
                self.judge(seq, &entry, record.canonical)?;
                let Ahead { message, signature, .. } = record;
                self.waiting.push(Waiting { seq, message, signature, key });
            }
            Err(what) => self.report.add(Some(seq), what),
        }
        self.apply(seq, &entry);
        self.last = Some(entry.time);
        Ok(())
    }

    /// Applies the entry to the tables, whatever was found of it, as recording it did.
    fn apply(&mut self, seq: u64, entry: &Entry) {
        if let Err(error) = apply::apply(&self.tables, seq, entry) {
            self.report.add(Some(seq), format!("не применяется к таблицам: {}", error.message()));
        }
        match &entry.body {
            Body::JournalCreated(created) => self.school = Some(created.school.clone()),
            Body::SchoolChanged(changed) => self.school = Some(changed.school.clone()),
            // A key may be revoked or a person dismissed here: look every key up anew.
            Body::KeyRevoked(_) | Body::PersonDismissed(_) | Body::KeyEnrolled(_) => self.keys.clear(),
            _ => {}
        }
    }

    /// The key that the entry names, if it is the author's and in force at this place.
    fn key_of(&mut self, seq: u64, entry: &Entry) -> Result<std::result::Result<[u8; 32], String>> {
        if let (1, Body::JournalCreated(created)) = (seq, &entry.body) {
            let named = entry.key == created.key.fingerprint() && entry.author == created.administrator.login;
            return Ok(if named {
                Ok(*created.key.key())
            } else {
                Err("первая запись подписана не тем ключом, который в ней назван".to_owned())
            });
        }
        let named = (entry.author.clone(), entry.key.clone());
        if let Some(key) = self.keys.get(&named) {
            return Ok(Ok(*key));
        }
        let found = match read::key(&self.tables, &entry.key)? {
            None => Err(format!("подписана ключом {}, который не был внесён в журнал", entry.key)),
            Some(key) if key.login != entry.author => {
                Err(format!("автором назван «{}», а ключ принадлежит «{}»", entry.author, key.login))
            }
            Some(key) if key.revoked_at.is_some() => {
                Err(format!("подписана ключом сотрудника «{}», который к этому месту был отозван", entry.author))
            }
            Some(key) => Ok(*key.public.key()),
        };
        if let Ok(key) = &found {
            self.keys.insert(named, *key);
        }
        Ok(found)
    }

    fn judge(&mut self, seq: u64, entry: &Entry, canonical: Result<()>) -> Result<()> {
        let school = match (&self.school, &entry.body) {
            (Some(school), _) => school,
            (None, Body::JournalCreated(created)) => {
                // The administrator's rights come from the very entry that is judged.
                apply::apply(&self.tables, seq, entry)?;
                &created.school
            }
            (None, _) => {
                self.report.add(Some(seq), "стоит раньше записи о заведении журнала");
                return Ok(());
            }
        };
        if let Err(error) = record::judge(&self.tables, school, seq, self.last, entry, canonical) {
            self.report.add(Some(seq), format!("{} («{}», {})", error.message(), entry.author, entry.body.kind()));
        }
        Ok(())
    }
}

/// Every issued page's text is kept, and is what its code says.
fn page_texts(file: &Tables, rebuilt: &Tables, report: &mut Report) -> Result<()> {
    let mut statement =
        rebuilt.prepare_cached("SELECT number, page, digest FROM document_pages ORDER BY number, page")?;
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
