//! Walking the ledger: every record read, judged at its place and checked, the tables built up on the way.
//!
//! Judging goes in order and takes one processor. What needs no order is done around it, a block of records at a time:
//! while one block is judged, the next one is read, parsed and summed (`ahead.rs`), and the signatures of the one before
//! are checked (`ledger/signatures.rs`). What passes between the threads is bounded.

use super::ahead::{self, Ahead};
use super::report::{DESCRIBED, Finding, Report};
use crate::error::Result;
use crate::journal::entry::{Body, Entry};
use crate::journal::read::{Tables, extraordinary};
use crate::journal::record::{self, Ground, Last};
use crate::journal::rules::{Place, Places};
use crate::journal::{apply, read};
use crate::ledger::chain::{Hash, Tip};
use crate::ledger::signatures::{Checker, Signed};
use crate::school::School;
use rusqlite::Connection;
use std::collections::HashMap;
use std::sync::mpsc::{Receiver, sync_channel};

/// How far a ledger has been walked, and what came of it: the tables, and the head after each record.
#[derive(Debug)]
pub struct Walked {
    /// Where the chain stands.
    pub tip: Tip,
    /// The tables that the records make.
    pub tables: Tables,
    /// The head after each record, in order.
    pub heads: Vec<Hash>,
    /// The time of each record, in seconds since 1970; the least of all where it does not read.
    pub times: Vec<i64>,
    /// What the next entry is held against.
    pub last: Option<Last>,
}

impl Walked {
    /// The beginning of every ledger, over empty tables.
    pub fn nothing(tables: Tables) -> Self {
        Self { tip: Tip::EMPTY, tables, heads: Vec::new(), times: Vec::new(), last: None }
    }
}

/// The records that a walk has passed.
struct Passed<'a> {
    heads: &'a [Hash],
    times: &'a [i64],
}

impl Places for Passed<'_> {
    fn place(&self, seq: u64) -> Result<Option<Place>> {
        let at = seq.checked_sub(1).and_then(|at| usize::try_from(at).ok());
        let place = at.and_then(|at| Some((self.heads.get(at)?, self.times.get(at)?)));
        Ok(place.filter(|(_, time)| **time != i64::MIN).map(|(head, time)| Place { head: *head, time: *time }))
    }
}

/// Signatures of a walk that are still being checked, beside whatever is done next.
pub struct Signatures(Checker);

impl Signatures {
    /// Waits for the last of them and adds those that do not hold.
    pub fn finish(self, report: &mut Report) {
        let bad = self.0.finish();
        report.count += bad.len();
        let what = |strand: bool| match strand {
            false => "подпись автора не подходит к содержанию и месту записи",
            true => "подпись записи с носителя не подходит к её содержанию и месту в цепочке",
        };
        report.findings.extend(
            bad.iter().take(DESCRIBED).map(|(seq, strand)| Finding { seq: Some(*seq), what: what(*strand).into() }),
        );
    }
}

/// Reads and judges every record after those that were walked already, up to `last`, and has their signatures checked.
///
/// # Errors
/// Only what makes reading impossible; what is wrong with the records is in the report.
pub fn walk(
    file: &Connection,
    before: Walked,
    last: u64,
    progress: &mut dyn FnMut(u64),
) -> Result<(Report, Walked, Signatures)> {
    let tip = before.tip;
    let mut walk = Walk::after(before)?;
    std::thread::scope(|scope| {
        let (to_judge, blocks) = sync_channel(1);
        let checker = Checker::start(std::thread::available_parallelism().map_or(1, Into::into));
        let judge = scope.spawn(move || walk.all(blocks, &checker).map(|()| (walk, checker)));
        let read = ahead::read(file, tip, last, &to_judge, progress);
        drop(to_judge);
        // A thread that panicked has found a fault of the program, which is passed on as it is.
        let walked = judge.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let (Walk { mut report, walked, .. }, checker) = walked?;
        for finding in read? {
            report.add(None, finding);
        }
        Ok((report, walked, Signatures(checker)))
    })
}

/// The state of an audit at one place of the ledger.
struct Walk {
    report: Report,
    walked: Walked,
    school: Option<School>,
    keys: HashMap<(String, String), [u8; 32]>,
    waiting: Vec<Signed>,
}

impl Walk {
    fn after(walked: Walked) -> Result<Self> {
        if !walked.heads.is_empty() {
            walked.tables.are_of(walked.tip.journal);
        }
        let school = if walked.heads.is_empty() { None } else { Some(read::school(&walked.tables)?) };
        Ok(Self { report: Report::empty(walked.tip), walked, school, keys: HashMap::new(), waiting: Vec::new() })
    }

    /// Takes all blocks of records in order; signatures go on to be checked.
    fn all(&mut self, blocks: Receiver<Vec<Ahead>>, checker: &Checker) -> Result<()> {
        self.walked.tables.db().execute_batch("BEGIN")?;
        self.walked.tables.remember(true);
        for block in blocks {
            for record in block {
                self.take(record)?;
            }
            checker.check(std::mem::take(&mut self.waiting));
        }
        self.walked.tables.remember(false);
        Ok(self.walked.tables.db().execute_batch("COMMIT")?)
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
        self.walked.tip = record.tip;
        self.walked.heads.push(record.tip.head);
        self.walked.times.push(record.entry.as_ref().map_or(i64::MIN, |entry| entry.time.timestamp()));
        if seq == 1 {
            self.walked.tables.are_of(record.tip.head);
        }
        let entry = match record.entry {
            Ok(entry) => entry,
            Err(error) => {
                self.report.add(Some(seq), error.message());
                return Ok(());
            }
        };
        match self.key_of(seq, &entry)? {
            Ok(key) => {
                self.judge(&Tip { seq: seq.saturating_sub(1), ..before }, &entry, record.canonical)?;
                let Ahead { message, signature, .. } = record;
                self.waiting.push(Signed { seq, message, signature, key, strand: false });
                self.waiting.extend(record::strand_signature(&self.walked.tables, seq, &entry)?);
            }
            Err(what) => self.report.add(Some(seq), what),
        }
        self.apply(seq, &entry);
        self.walked.last = Some(Last::after(&self.walked.tables, seq, &entry, self.walked.last)?);
        Ok(())
    }

    /// Applies the entry to the tables, whatever was found of it, as recording it did.
    fn apply(&mut self, seq: u64, entry: &Entry) {
        if let Err(error) = apply::apply(&self.walked.tables, seq, entry) {
            self.report.add(Some(seq), format!("не применяется к таблицам: {}", error.message()));
        }
        match &entry.body {
            Body::JournalCreated(created) => self.school = Some(created.school.clone()),
            Body::SchoolChanged(_) | Body::EntriesConfirmed(_) | Body::EntriesRefused(_) => {
                self.school = read::school(&self.walked.tables).ok().or_else(|| self.school.take());
                self.keys.clear();
            }
            // A key may be revoked or a person dismissed here: look every key up anew.
            Body::KeyRevoked(_)
            | Body::PersonDismissed(_)
            | Body::KeyEnrolled(_)
            | Body::CarrierLost(_)
            | Body::EmergencyEnrolment(_) => {
                self.keys.clear();
            }
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
        let itself = record::emergency_key_itself(&self.walked.tables, &entry.key, &entry.body)?;
        let is_new = itself.is_some();
        let found = match itself.map_or_else(|| read::key(&self.walked.tables, &entry.key), |key| Ok(Some(key)))? {
            None => Err(format!("подписана ключом {}, который не был внесён в журнал", entry.key)),
            Some(key) if key.login != entry.author => {
                Err(format!("автором назван «{}», а ключ принадлежит «{}»", entry.author, key.login))
            }
            Some(key) if key.revoked_at.is_some() => {
                Err(format!("подписана ключом сотрудника «{}», который к этому месту был отозван", entry.author))
            }
            // What suspended his other keys does not suspend one that is let in here.
            Some(key) if is_new => Ok(*key.public.key()),
            Some(key) => match extraordinary::suspended_by(&self.walked.tables, &key.login, &entry.key)? {
                None => Ok(*key.public.key()),
                Some(seq) => Err(format!(
                    "подписана ключом сотрудника «{}», который был приостановлен записью № {seq}",
                    entry.author
                )),
            },
        };
        if let Ok(key) = &found {
            self.keys.insert(named, *key);
        }
        Ok(found)
    }

    fn judge(&mut self, before: &Tip, entry: &Entry, canonical: Result<()>) -> Result<()> {
        let seq = before.seq + 1;
        let school = match (&self.school, &entry.body) {
            (Some(school), _) => school,
            (None, Body::JournalCreated(created)) => {
                // The administrator's rights come from the very entry that is judged.
                apply::apply(&self.walked.tables, seq, entry)?;
                &created.school
            }
            (None, _) => {
                self.report.add(Some(seq), "стоит раньше записи о заведении журнала");
                return Ok(());
            }
        };
        let Walked { tables, heads, times, last, .. } = &self.walked;
        let ground = Ground { tables, school, places: &Passed { heads, times } };
        if let Err(error) = record::judge(&ground, before, *last, entry, canonical) {
            self.report.add(Some(seq), format!("{} («{}», {})", error.message(), entry.author, entry.body.kind()));
        }
        Ok(())
    }
}
