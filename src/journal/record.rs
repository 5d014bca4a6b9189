//! Recording: the one way into the ledger.
//!
//! An entry is judged (clock, right, regulation), signed onto the chain and applied to the tables, all inside one
//! write transaction. Nothing else appends. Several entries may share a transaction, which is how an import is all or
//! nothing.

use crate::error::{Error, Result};
use crate::journal::entry::{Body, Entry, RULES};
use crate::journal::read::Tables;
use crate::journal::rules::{self, Context};
use crate::journal::turn::Turn;
use crate::journal::{apply, read, roles};
use crate::ledger::chain::Tip;
use crate::ledger::identity::Identity;
use crate::ledger::store;
use crate::school::School;
use chrono::{DateTime, FixedOffset, SubsecRound};
use rusqlite::{Transaction, TransactionBehavior};

/// A write transaction on a journal into which entries are recorded.
pub struct Batch<'j> {
    tables: &'j Tables,
    transaction: Transaction<'j>,
    /// Given back after the transaction has ended.
    _turn: Option<Turn>,
    tip: Tip,
    last: Option<DateTime<FixedOffset>>,
    school: School,
}

/// What recording an entry came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The entry's number.
    pub seq: u64,
    /// Rules that only warn.
    pub warnings: Vec<String>,
}

/// Who records, when, and whether it is history from another program.
#[derive(Clone, Copy)]
pub struct Author<'a> {
    /// The author's identity.
    pub identity: &'a Identity,
    /// The clock's time.
    pub now: DateTime<FixedOffset>,
    /// See [`Entry::taken_over`].
    pub taken_over: bool,
}

impl<'j> Batch<'j> {
    /// Begins a write transaction. Waits while another process writes.
    pub(super) fn begin(file: &'j mut Tables) -> Result<Self> {
        let tables: &'j Tables = file;
        let turn = Turn::wait_for(tables.db())?;
        let transaction = Transaction::new_unchecked(tables.db(), TransactionBehavior::Immediate)?;
        let tip = store::tip(&transaction)?;
        let last = store::last(&transaction)?.map(|record| Entry::from_json(&record.payload)).transpose()?;
        let school = read::school(tables)?;
        Ok(Self { tables, transaction, _turn: turn, tip, last: last.map(|entry| entry.time), school })
    }

    /// The tables as this transaction sees them.
    pub fn tables(&self) -> &Tables {
        self.tables
    }

    /// Where the chain stands.
    pub fn tip(&self) -> Tip {
        self.tip
    }

    /// Whether the author's key and clock would let him record anything now: what is wrong with those is wrong with every
    /// entry of a batch.
    ///
    /// # Errors
    /// A key that is not enrolled or was revoked; a clock that lies behind the last record or far outside the year.
    pub fn check_author(&self, author: Author<'_>) -> Result<()> {
        author_of(self.tables, &author.identity.public().fingerprint())?;
        rules::time::check(self.last, &self.school.year, author.now, false)
    }

    /// Judges, signs, appends and applies one entry. Nothing is kept until [`Batch::commit`].
    ///
    /// # Errors
    /// A refusal by right, clock or rule; an author whose key is not enrolled or was revoked.
    pub fn record(&mut self, author: Author<'_>, body: impl Into<Body>) -> Result<Recorded> {
        let public = author.identity.public();
        let fingerprint = public.fingerprint();
        let login = author_of(self.tables, &fingerprint)?;
        let entry = Entry {
            time: author.now.trunc_subsecs(0),
            author: login,
            key: fingerprint,
            rules: RULES,
            taken_over: author.taken_over,
            body: body.into(),
        };
        let payload = entry.to_json()?;
        let canonical = rules::is_canonical(&payload);
        let warnings = judge(self.tables, &self.school, self.tip.seq + 1, self.last, &entry, canonical)?;
        let record = self.tip.sign(author.identity, payload);
        store::append(&self.transaction, &record)?;
        if store::get(&self.transaction, record.seq)?.as_ref() != Some(&record) {
            return Err(Error::damaged(format!(
                "запись № {} прочитана из файла журнала иной, чем записана",
                record.seq
            ))
            .next("в файл журнала или в диск нельзя верить: выполните «letopis audit» и сообщите администратору"));
        }
        apply::apply(self.tables, record.seq, &entry)?;
        self.tip = self.tip.after(&record);
        self.last = Some(entry.time);
        if matches!(entry.body, Body::SchoolChanged(_)) {
            self.school = read::school(self.tables)?;
        }
        Ok(Recorded { seq: record.seq, warnings })
    }

    /// Keeps the text of an issued page, deflated, under its digest in hex.
    pub fn keep_page_text(&self, digest: &str, text: &[u8]) -> Result<()> {
        apply::keep_page_text(&self.transaction, digest, text)
    }

    /// Makes everything recorded durable.
    ///
    /// # Errors
    /// A full or faulty disk; then nothing of the batch is kept.
    pub fn commit(self) -> Result<()> {
        Ok(self.transaction.commit()?)
    }
}

/// The login for which a key is enrolled and in force.
///
/// # Errors
/// A refusal where the key was never enrolled, or was revoked.
pub fn author_of(tables: &Tables, fingerprint: &str) -> Result<String> {
    match read::key(tables, fingerprint)? {
        None => Err(Error::refused(format!("ключ {fingerprint} не внесён в журнал"))
            .next("передайте администратору открытую часть ключа (letopis key show) для внесения")),
        Some(key) if key.revoked_at.is_some() => {
            Err(Error::refused(format!("ключ {fingerprint} сотрудника «{}» отозван: подписывать им нельзя", key.login))
                .next("если вы работаете в школе, создайте новый ключ и передайте его администратору"))
        }
        Some(key) => Ok(key.login.into()),
    }
}

/// Judges an entry: clock, right, rules. The same for recording and for audit, which works out whether the text is
/// canonical ahead of its turn. Returns warnings.
pub(super) fn judge(
    tables: &Tables,
    school: &School,
    seq: u64,
    last: Option<DateTime<FixedOffset>>,
    entry: &Entry,
    canonical: Result<()>,
) -> Result<Vec<String>> {
    let last = if matches!(entry.body, Body::ClockReset(_)) { None } else { last };
    let endless = rules::year::outlasts_year(tables, &entry.body)?;
    rules::time::check(last, &school.year, entry.time, endless)?;
    roles::check(tables, entry)?;
    rules::check(&Context { tables, school, seq }, entry, canonical)
}
