//! Recording: the one way into the ledger.
//!
//! An entry is judged (clock, right, regulation), signed onto the chain and applied to the tables, all inside one
//! write transaction. Nothing else appends. Several entries may share a transaction, which is how an import is all or
//! nothing.
//!
//! It takes two steps. [`Batch::draft`] judges what somebody would record and gives the exact message to be signed;
//! [`Batch::seal`] takes the signature, holds it against the enrolled key and appends. Who signs and what tells the time
//! are handed in, so that a key may lie in another process, and work of an hour is recorded at the times at which it is
//! done.

use crate::error::{Action, Error, Result, Warning};
use crate::journal::away::Away;
use crate::journal::entry::{Body, Effect, EntriesConfirmed, EntriesRefused, Entry, RULES, Source};
use crate::journal::read::{Remembering, Tables, extraordinary};
use crate::journal::rules::{self, Context, Place, Places};
use crate::journal::turn::Turn;
use crate::journal::{apply, read, roles};
use crate::ledger::chain::{Record, Tip};
use crate::ledger::signatures::Signed;
use crate::ledger::signer::Signer;
use crate::ledger::store;
use crate::ledger::strand::{StrandTip, Strung};
use crate::school::{Clock, School};
use chrono::{DateTime, Duration, FixedOffset, SubsecRound};
use rusqlite::{Transaction, TransactionBehavior};
use std::cell::RefCell;

mod draft;
mod unchecked;

pub use draft::Draft;
use unchecked::Unchecked;
pub(super) use unchecked::strand_signature;

/// A write transaction on a journal into which entries are recorded.
pub struct Batch<'j> {
    tables: &'j Tables,
    transaction: Transaction<'j>,
    /// Until the transaction ends, nobody else writes.
    _remembering: Remembering<'j>,
    /// Given back after the transaction has ended.
    _turn: Option<Turn>,
    tip: Tip,
    last: Option<Last>,
    school: School,
    /// The last author's key, while no entry has touched a key.
    key: RefCell<Option<(String, read::Key)>>,
    unchecked: Unchecked,
    /// Where entries go that are recorded away from the ledger.
    outbox: Option<Outbox<'j>>,
}

/// Entries on their way to a strand.
struct Outbox<'j> {
    away: &'j mut Away,
    tip: StrandTip,
    entries: Vec<Strung>,
}

/// What recording an entry came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// The entry's number.
    pub seq: u64,
    /// Rules that only warn.
    pub warnings: Vec<Warning>,
    /// Whether it is in force, or waits for a second person.
    pub effect: Effect,
}

/// What the next entry is held against of those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Last {
    /// The time that it may not fall behind.
    pub time: DateTime<FixedOffset>,
    /// The version of the rules, which never falls.
    pub rules: u32,
}

impl Last {
    /// What holds after an entry that was applied. A setting of the clock that waits, or was refused, sets nothing.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn after(tables: &Tables, seq: u64, entry: &Entry, before: Option<Self>) -> Result<Self> {
        let sets_nothing = sets_no_clock(tables, seq, entry)?;
        let time = before.filter(|_| sets_nothing).map_or(entry.time, |before| before.time);
        Ok(Self { time, rules: entry.rules })
    }

    /// What holds after entry `seq` of a ledger, and the tables that it makes.
    ///
    /// # Errors
    /// An entry that does not read.
    pub fn of(file: &Tables, tables: &Tables, seq: u64) -> Result<Option<Self>> {
        let Some(mut entry) = read::ledger::entry(file, seq)? else { return Ok(None) };
        let rules = entry.rules;
        // Few entries set nothing, and those lie at the end.
        for at in (1..seq).rev() {
            if !sets_no_clock(tables, at + 1, &entry)? {
                break;
            }
            let Some(before) = read::ledger::entry(file, at)? else { break };
            entry = before;
        }
        Ok(Some(Self { time: entry.time, rules }))
    }
}

/// Whether an entry that was applied says nothing about the time: a setting of the clock that waits or was refused.
fn sets_no_clock(tables: &Tables, seq: u64, entry: &Entry) -> Result<bool> {
    match &entry.body {
        Body::ClockReset(_) => Ok(entry.effect == Effect::Waits),
        Body::EntriesRefused(_) => extraordinary::decided_on_clock(tables, seq),
        _ => Ok(false),
    }
}

/// Who records, by which clock, and whether it is history from another program.
#[derive(Clone, Copy)]
pub struct Author<'a> {
    /// Who signs.
    pub signer: &'a dyn Signer,
    /// What tells the time of each entry.
    pub clock: &'a dyn Clock,
    /// See [`Entry::taken_over`].
    pub taken_over: bool,
}

impl Author<'_> {
    /// The clock's time, at this moment.
    pub fn now(&self) -> DateTime<FixedOffset> {
        self.clock.now()
    }

    /// OpenSSH's fingerprint of the key that signs.
    pub fn fingerprint(&self) -> String {
        self.signer.public().fingerprint()
    }
}

/// How long a signature may be waited for: the time in an entry is the time at which it was drafted.
const WAITED_FOR: Duration = Duration::minutes(5);

impl<'j> Batch<'j> {
    /// Begins a write transaction. Waits while another process writes.
    pub(super) fn begin(file: &'j mut Tables, away: Option<&'j mut Away>) -> Result<Self> {
        let tables: &'j Tables = file;
        let turn = Turn::wait_for(tables.db())?;
        let transaction = Transaction::new_unchecked(tables.db(), TransactionBehavior::Immediate)?;
        let (tip, last) = match &away {
            None => {
                let tip = store::tip(&transaction)?;
                (tip, Last::of(tables, tables, tip.seq)?)
            }
            Some(away) => (away.tip, away.last),
        };
        tables.are_of(tip.journal);
        let outbox = away.map(|away| Outbox { tip: away.strand_tip, away, entries: Vec::new() });
        let remembering = tables.remembering();
        let school = read::school(tables)?;
        Ok(Self {
            tables,
            transaction,
            _remembering: remembering,
            _turn: turn,
            tip,
            last,
            school,
            key: RefCell::default(),
            unchecked: Unchecked::default(),
            outbox,
        })
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
        author_of(self.tables, &author.fingerprint())?;
        rules::time::check(self.last.map(|last| last.time), &self.school.year, author.now(), false)
    }

    /// Whether the author's clock lies behind the last record: then nothing can be recorded by it.
    ///
    /// # Errors
    /// Such a clock.
    pub fn check_clock(&self, author: Author<'_>) -> Result<()> {
        rules::time::not_behind(self.last.map(|last| last.time), author.now())
    }

    /// Judges, signs, appends and applies one entry. Nothing is kept until [`Batch::commit`].
    ///
    /// # Errors
    /// A refusal by right, clock or rule; an author whose key is not enrolled or was revoked.
    pub fn record(&mut self, author: Author<'_>, body: impl Into<Body>) -> Result<Recorded> {
        self.record_from(author, body, None)
    }

    /// As [`Batch::record`], of an entry that was read from a file.
    ///
    /// # Errors
    /// As there; a place in a file that is none.
    pub fn record_from(
        &mut self,
        author: Author<'_>,
        body: impl Into<Body>,
        source: Option<Source>,
    ) -> Result<Recorded> {
        let draft = self.draft_from(&author.fingerprint(), author.clock, author.taken_over, body.into(), source)?;
        let message = draft.message();
        let signature = author.signer.sign(&message)?;
        let record = draft.record(signature);
        let key = *draft.author.key();
        self.unchecked.add(Signed { seq: record.seq, message, signature, key, strand: false });
        self.append(&record, &draft.entry)?;
        self.put_out(draft.strung(signature));
        Ok(Recorded { seq: record.seq, warnings: draft.warnings, effect: draft.entry.effect })
    }

    /// The first step: judges what the holder of an enrolled key would record now. Nothing is recorded.
    ///
    /// # Errors
    /// As [`Batch::record`].
    pub fn draft(&self, key: &str, clock: &dyn Clock, taken_over: bool, body: impl Into<Body>) -> Result<Draft> {
        self.draft_from(key, clock, taken_over, body.into(), None)
    }

    fn draft_from(
        &self,
        key: &str,
        clock: &dyn Clock,
        taken_over: bool,
        body: Body,
        source: Option<Source>,
    ) -> Result<Draft> {
        let fingerprint = key.to_owned();
        let now = clock.now().trunc_subsecs(0);
        let time = self.outbox.as_ref().map_or(now, |outbox| outbox.away.settled(now, self.last));
        let key = self.key_for(&fingerprint, &body)?;
        let (author, effect) = (key.login.into(), Effect::AtOnce);
        let mut entry = Entry { time, author, key: fingerprint, rules: RULES, taken_over, effect, source, body };
        entry.effect = rules::two_eyes::effect(self.tables, &self.school, &entry)?;
        let payload = entry.to_json()?;
        let canonical = rules::is_canonical(&payload);
        let told = match &self.outbox {
            None => None,
            Some(outbox) => outbox.away.check(&self.school, &entry, self.last)?.filter(|_| outbox.entries.is_empty()),
        };
        let mut warnings = judge(&self.ground(), &self.tip, self.last, &entry, canonical)?;
        warnings.extend(told);
        let strung = self.outbox.as_ref().map(|outbox| (outbox.tip, outbox.away.base()));
        Ok(Draft { before: self.tip, entry, payload, author: key.public, warnings, strung })
    }

    /// The second step: takes the author's signature of [`Draft::message`], appends and applies. Nothing is kept until
    /// [`Batch::commit`].
    ///
    /// # Errors
    /// A ledger that has moved since the draft, or a signature that took longer than five minutes: draft anew. A signature
    /// that is not the enrolled key's over this message.
    pub fn seal(&mut self, draft: Draft, clock: &dyn Clock, signature: &[u8; 64]) -> Result<Recorded> {
        let Draft { before, entry, author, .. } = &draft;
        if *before != self.tip {
            return Err(Error::refused(format!(
                "пока запись подписывали, в журнал внесены другие: последняя теперь № {}",
                self.tip.seq
            ))
            .next("повторите: запись будет проверена и подписана заново"));
        }
        if (clock.now() - entry.time).abs() > WAITED_FOR {
            return Err(Error::refused(format!(
                "запись составлена в {}, а подпись пришла в {}: прошло больше пяти минут",
                entry.time.format("%H:%M:%S"),
                clock.now().with_timezone(entry.time.offset()).format("%H:%M:%S")
            ))
            .next("повторите: запись будет проверена и подписана заново"));
        }
        let record = draft.record(*signature);
        if !author.verify(&draft.message(), signature) {
            return Err(wrong_signature(&entry.key));
        }
        self.append(&record, entry)?;
        self.put_out(draft.strung(*signature));
        Ok(Recorded { seq: record.seq, effect: draft.entry.effect, warnings: draft.warnings })
    }

    /// Appends a record and applies its entry.
    fn append(&mut self, record: &Record, entry: &Entry) -> Result<()> {
        store::append(&self.transaction, record)?;
        if store::get(&self.transaction, record.seq)?.as_ref() != Some(record) {
            return Err(Error::damaged(format!(
                "запись № {} прочитана из файла журнала иной, чем записана",
                record.seq
            ))
            .next_by("файлу журнала или диску нельзя верить: проверьте журнал", Action::Audit)
            .then("сообщите администратору"));
        }
        self.unchecked.extend(strand_signature(self.tables, record.seq, entry)?);
        apply::apply(self.tables, record.seq, entry)?;
        self.tip = self.tip.after(record);
        self.last = Some(Last::after(self.tables, record.seq, entry, self.last)?);
        match entry.body {
            Body::SchoolChanged(_) => self.school = read::school(self.tables)?,
            Body::KeyEnrolled(_)
            | Body::KeyRevoked(_)
            | Body::PersonDismissed(_)
            | Body::CarrierLost(_)
            | Body::EmergencyEnrolment(_) => {
                *self.key.get_mut() = None;
            }
            Body::EntriesConfirmed(_) | Body::EntriesRefused(_) => {
                self.school = read::school(self.tables)?;
                *self.key.get_mut() = None;
            }
            _ => {}
        }
        Ok(())
    }

    /// Lays an entry of a strand with those that go to where the strand lies.
    fn put_out(&mut self, strung: Option<(StrandTip, Strung)>) {
        if let (Some(outbox), Some((after, strung))) = (&mut self.outbox, strung) {
            outbox.tip = after;
            outbox.entries.push(strung);
        }
    }

    /// What entries are judged on.
    fn ground(&self) -> Ground<'_> {
        Ground { tables: self.tables, school: &self.school, places: self.tables }
    }

    /// What an entry that the ledger would carry next is judged against.
    pub(crate) fn place(&self) -> Context<'_> {
        let Ground { tables, school, places } = self.ground();
        Context { tables, school, seq: self.tip.seq + 1, before: &self.tip, places, handed: None }
    }

    /// The key that an entry is signed with: an enrolled one, or the one that the emergency key enrols by it.
    fn key_for(&self, fingerprint: &str, body: &Body) -> Result<read::Key> {
        match emergency_key_itself(self.tables, fingerprint, body)? {
            Some(key) => Ok(key),
            None => self.key_of(fingerprint),
        }
    }

    /// The enrolled key of a fingerprint, which is in force at this place.
    fn key_of(&self, fingerprint: &str) -> Result<read::Key> {
        if let Some((known, key)) = &*self.key.borrow()
            && known == fingerprint
        {
            return Ok(key.clone());
        }
        let key = key_of(self.tables, fingerprint)?;
        self.key.replace(Some((fingerprint.to_owned(), key.clone())));
        Ok(key)
    }

    /// Keeps the text of an issued page, deflated, under its digest in hex.
    pub fn keep_page_text(&self, digest: &str, text: &[u8]) -> Result<()> {
        apply::keep_page_text(&self.transaction, digest, text)
    }

    /// Makes everything recorded durable, once every signature was checked.
    ///
    /// # Errors
    /// A signer that signed with another key than the enrolled one; a full or faulty disk. Then nothing of the batch is kept.
    pub fn commit(self) -> Result<()> {
        if let Some(seq) = self.unchecked.first_bad() {
            let record = store::get(&self.transaction, seq)?;
            let entry = record.map(|record| Entry::from_json(&record.payload)).transpose()?;
            return Err(wrong_signature(&entry.map(|entry| entry.key).unwrap_or_default()));
        }
        // What the strand has kept, it has kept: it comes first.
        if let Some(Outbox { away, tip, entries }) = self.outbox {
            away.append(&entries)?;
            (away.tip, away.strand_tip, away.last) = (self.tip, tip, self.last);
        }
        Ok(self.transaction.commit()?)
    }
}

fn wrong_signature(key: &str) -> Error {
    Error::refused(format!("подпись не подходит к записи: она сделана не ключом {key} или под другим содержанием"))
        .next("повторите; если не помогает, войдите своим ключом заново")
}

/// The login for which a key is enrolled and in force.
///
/// # Errors
/// A refusal where the key was never enrolled, or was revoked.
pub fn author_of(tables: &Tables, fingerprint: &str) -> Result<String> {
    Ok(key_of(tables, fingerprint)?.login.into())
}

/// The enrolled key of a fingerprint, which is in force.
fn key_of(tables: &Tables, fingerprint: &str) -> Result<read::Key> {
    match read::key(tables, fingerprint)? {
        None => Err(Error::refused(format!("ключ {fingerprint} не внесён в журнал"))
            .next_by("составьте заявку и передайте администратору", Action::RequestKey)),
        Some(key) if key.revoked_at.is_some() => {
            Err(Error::refused(format!("ключ {fingerprint} сотрудника «{}» отозван: подписывать им нельзя", key.login))
                .next("если вы работаете в школе, создайте новый ключ и передайте его администратору"))
        }
        Some(key) => match extraordinary::suspended_by(tables, &key.login, fingerprint)? {
            None => Ok(key),
            Some(seq) => Err(Error::refused(format!(
                "ключ сотрудника «{}» приостановлен: запись № {seq} об отзыве или увольнении ждёт решения второго лица",
                key.login
            ))
            .next_by("дождитесь решения", Action::ListConfirmations)),
        },
    }
}

/// Where the emergency key enrols a key that nobody has yet, and its holder signs that himself: all keys were lost.
pub(super) fn emergency_key_itself(tables: &Tables, fingerprint: &str, body: &Body) -> Result<Option<read::Key>> {
    let Body::EmergencyEnrolment(enrolled) = body else { return Ok(None) };
    if enrolled.key.fingerprint() != fingerprint || read::key(tables, fingerprint)?.is_some() {
        return Ok(None);
    }
    Ok(Some(read::Key { login: enrolled.login.as_str().into(), public: enrolled.key.clone(), revoked_at: None }))
}

/// What entries are judged on: the tables and the school as they stand, and the ledger before them.
#[derive(Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) tables: &'a Tables,
    pub(super) school: &'a School,
    pub(super) places: &'a dyn Places,
}

/// The ledger beside a file's tables.
impl Places for Tables {
    fn place(&self, seq: u64) -> Result<Option<Place>> {
        let Some(record) = read::ledger::record(self, seq)? else { return Ok(None) };
        let Ok(entry) = Entry::from_json(&record.payload) else { return Ok(None) };
        Ok(Some(Place { head: record.head, time: entry.time.timestamp() }))
    }
}

/// Judges an entry: clock, right, rules. The same for recording and for audit, which works out whether the text is
/// canonical ahead of its turn. Returns warnings.
pub(super) fn judge(
    ground: &Ground<'_>,
    before: &Tip,
    last: Option<Last>,
    entry: &Entry,
    canonical: Result<()>,
) -> Result<Vec<Warning>> {
    let Ground { tables, school, places } = *ground;
    check_version(last, entry)?;
    let last = match &entry.body {
        Body::ClockReset(_) => None,
        // Who decides on a setting of the clock is held against that clock.
        Body::EntriesConfirmed(EntriesConfirmed { entries }) | Body::EntriesRefused(EntriesRefused { entries, .. }) => {
            extraordinary::reset_among(tables, entries)?.or(last.map(|last| last.time))
        }
        _ => last.map(|last| last.time),
    };
    let endless = rules::year::outlasts_year(tables, &entry.body)?;
    rules::time::check(last, &school.year, entry.time, endless)?;
    roles::check(tables, entry)?;
    rules::two_eyes::check_effect(tables, school, entry)?;
    rules::two_eyes::nothing_alike_waits(tables, entry)?;
    let seq = before.seq + 1;
    let context = Context { tables, school, seq, before, places, handed: None };
    let warnings = rules::check(&context, entry, canonical)?;
    rules::two_eyes::somebody_remains(tables, seq, entry)?;
    Ok(warnings)
}

/// Within a journal the version of the rules never falls, and nobody judges by rules that he does not know.
fn check_version(last: Option<Last>, entry: &Entry) -> Result<()> {
    let rules = entry.rules;
    if !(1..=RULES).contains(&rules) {
        return Err(Error::refused(format!(
            "внесена по правилам версии {rules}, эта программа знает версии 1–{RULES}"
        ))
        .next("возьмите более новую «Летопись»"));
    }
    match last {
        Some(last) if rules < last.rules => Err(Error::refused(format!(
            "внесена по правилам версии {rules}, а до неё действовали правила версии {}: версия не понижается",
            last.rules
        ))
        .next("сообщите директору")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
