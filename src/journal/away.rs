//! A journal away from the ledger: what its owner may see as it stood at some record, and what he has recorded since on his
//! stick (`docs/formats/strand.md`).
//!
//! It is a [`Journal`] like any other: the same [`Batch`](super::Batch) judges by the same rules, so a refusal is met while
//! it is typed, not a week later. But an entry is signed into the stick's **strand**, and kept there before it is kept here.
//! Where the strand lies is a port ([`Strand`]): this layer knows of no files. Proving, printing and archiving take the
//! ledger, which is not here.

use super::entry::Entry;
use super::read::{self, Tables};
use super::record::Last;
use super::rules::carried;
use super::{Journal, apply, file, rules};
use crate::error::{Action, Error, Result, Warning};
use crate::ledger::chain::{Record, Tip, hex};
use crate::ledger::store;
use crate::ledger::strand::{Base, StrandTip, Strung};
use crate::school::{Day, School, format_date};
use chrono::{DateTime, Duration, FixedOffset};
use rusqlite::backup::Backup;
use std::path::PathBuf;

/// Where a strand is kept.
pub trait Strand: Send {
    /// Where it ends.
    fn tip(&self) -> StrandTip;

    /// Its entries after a number, in order. Those that were archived may have been forgotten.
    ///
    /// # Errors
    /// A strand that does not read, or begins later.
    fn after(&self, number: u64) -> Result<Vec<Strung>>;

    /// Every entry that it still keeps, in order, those that were taken in too.
    ///
    /// # Errors
    /// A strand that does not read.
    fn kept(&self) -> Result<Vec<Strung>> {
        self.after(0)
    }

    /// Appends entries and makes them durable, all or none. Whatever it says is done stays done.
    ///
    /// # Errors
    /// What keeps it from it; then nothing of them was kept.
    fn append(&mut self, entries: &[Strung]) -> Result<()>;
}

/// What a base says of the journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AwayBase {
    /// The record up to which the journal was proven for it.
    pub tip: Tip,
    /// The time of that record.
    pub time: DateTime<FixedOffset>,
    /// The version of the rules of that record.
    pub rules: u32,
    /// The last day on which something may be recorded over it.
    pub until: Day,
}

/// How many days before the last one it is told.
const TOLD: Duration = Duration::days(10);

/// A clock that lies no further behind what is known already is taken for slow: two clocks are never quite the same, and a base
/// may have been made a moment ago.
const SLOW: Duration = Duration::minutes(5);

/// The strand beneath a journal away from the ledger.
pub(super) struct Away {
    base: AwayBase,
    strand: Box<dyn Strand>,
    /// Where its next entry stands, as if it were the ledger's.
    pub(super) tip: Tip,
    pub(super) strand_tip: StrandTip,
    pub(super) last: Option<Last>,
    /// Why nothing is recorded any more.
    closed: Option<String>,
    /// Numbers of entries of the strand that the base does not take any more.
    outdated: Vec<u64>,
}

impl Away {
    /// The base, as a strand names it.
    pub(super) fn base(&self) -> Base {
        Base { length: self.base.tip.seq, head: self.base.tip.head }
    }

    /// The time of an entry that is made now: of a clock that is a little slow, the last time that is known.
    pub(super) fn settled(&self, now: DateTime<FixedOffset>, last: Option<Last>) -> DateTime<FixedOffset> {
        let last = last.map(|last| last.time.with_timezone(now.offset()));
        last.filter(|last| *last > now && *last - now <= SLOW).unwrap_or(now)
    }

    /// Whether such an entry may be recorded here now; what is to be told with it.
    pub(super) fn check(&self, school: &School, entry: &Entry, last: Option<Last>) -> Result<Option<Warning>> {
        carried::is_carried(entry)?;
        let renew = "передайте записи в школе: основа носителя обновится";
        if let Some(why) = &self.closed {
            return Err(
                Error::refused(format!("на этот носитель больше не записывают: {why}")).next("обратитесь к завучу")
            );
        }
        let (today, until) = (school.day_of(entry.time), self.base.until);
        if today > until {
            return Err(Error::refused(format!(
                "срок основы носителя истёк {}: записывать на него нельзя",
                format_date(until)
            ))
            .next(renew));
        }
        if let Some(last) = last.filter(|last| entry.time.timestamp() < last.time.timestamp()) {
            let show = |time: DateTime<FixedOffset>| time.format("%d.%m.%Y %H:%M:%S").to_string();
            return Err(Error::refused(format!(
                "часы показывают {}, а последнее, что есть на носителе, — {}",
                show(entry.time),
                show(last.time.with_timezone(entry.time.offset()))
            ))
            .next("проверьте часы компьютера: такую запись при передаче отвергнут")
            .then_by(
                "если тогда часы спешили, передайте записи в школе: после этого записывать снова можно",
                Action::SyncStick,
            ));
        }
        let close = today >= until - TOLD;
        let told = format!("после {} записывать на носитель будет нельзя; {renew}", format_date(until));
        Ok(close.then(|| Warning::from(told)))
    }

    /// Keeps entries where the strand lies.
    pub(super) fn append(&mut self, entries: &[Strung]) -> Result<()> {
        if entries.is_empty() { Ok(()) } else { self.strand.append(entries) }
    }

    /// Applies what the strand holds beyond its base.
    fn go_on(&mut self, tables: &Tables, beyond: Vec<Strung>, owner: &read::Key) -> Result<()> {
        let transaction = tables.db().unchecked_transaction()?;
        let _remembering = tables.remembering();
        for strung in beyond {
            if !self.strand_tip.is_next(&owner.public, &strung) {
                return Err(Error::damaged(format!(
                    "запись № {} носителя изменена или стоит не на месте",
                    strung.number
                ))
                .next("не записывайте на этот носитель; передайте его завучу"));
            }
            self.strand_tip = self.strand_tip.after(&strung);
            let number = strung.number;
            let record = Record {
                seq: self.tip.seq + 1,
                payload: strung.payload,
                signature: strung.signature,
                head: self.strand_tip.head,
            };
            let entry = Entry::from_json(&record.payload)?;
            store::append(tables.db(), &record)?;
            if tables.whole(|| apply::apply(tables, record.seq, &entry)).is_err() {
                self.outdated.push(number);
            }
            self.tip = self.tip.after(&record);
            self.last = Some(Last { time: entry.time, rules: entry.rules });
        }
        if self.strand.tip() != self.strand_tip {
            return Err(Error::damaged("носитель и его основа говорят о разных цепочках").next("передайте его завучу"));
        }
        Ok(transaction.commit()?)
    }
}

impl Journal {
    /// A journal away from the ledger: `tables`, in memory, as they stood at `base`, and what `strand` holds beyond it.
    ///
    /// # Errors
    /// Tables of another version, or that do not know the strand; a strand that is not its owner's.
    pub fn away(tables: Tables, base: AwayBase, strand: Box<dyn Strand>) -> Result<Self> {
        let again = "обновите носитель в школе";
        file::guard(tables.db())?;
        if !file::is_of_this_version(tables.db())? {
            return Err(Error::input("основа носителя сделана другой версией «Летописи»").next(again));
        }
        if !apply::names(tables.db())?.iter().any(|name| name == "ledger") {
            store::create(tables.db())?;
            apply::create_page_texts(tables.db())?;
        }
        tables.are_of(base.tip.journal);
        let ends = strand.tip();
        let known = read::strand(&tables, &hex(&ends.strand))?
            .filter(|_| ends.journal == base.tip.journal)
            .ok_or_else(|| Error::input("основа носителя не знает его цепочки").next(again))?;
        let owner = read::key(&tables, &known.key)?
            .ok_or_else(|| Error::input("основа носителя не знает ключа владельца").next(again))?;
        let closed = known.closed.as_ref().map(|end| end.why.in_words().to_owned());
        let time = known.time.map_or(base.time, |time| time.max(base.time));
        let mut away = Away {
            base,
            strand,
            tip: base.tip,
            strand_tip: known.tip(base.tip.journal),
            last: Some(Last { time, rules: base.rules }),
            closed,
            outdated: Vec::new(),
        };
        let beyond = away.strand.after(known.number)?;
        away.go_on(&tables, beyond, &owner)?;
        let access = file::Access::Write;
        Ok(Self { file: tables, access, path: PathBuf::new(), outrun: None, closing: None, away: Some(away) })
    }

    /// The number in the strand of an entry that was recorded here, away from the ledger: what is told of it when it is taken in.
    pub fn number_on_stick(&self, seq: u64) -> Option<u64> {
        let away = self.away.as_ref()?;
        Some(seq.saturating_sub(away.tip.seq.saturating_sub(away.strand_tip.number)))
    }

    /// Whether it lies on a stick, away from the ledger.
    pub fn is_away(&self) -> bool {
        self.away.is_some()
    }

    /// The last day on which something may be recorded here, of a journal away from the ledger.
    pub fn until(&self) -> Option<Day> {
        self.away.as_ref().map(|away| away.base.until)
    }

    /// The base of a journal away from the ledger, and where its strand ends.
    pub fn strand_tip(&self) -> Option<(AwayBase, StrandTip)> {
        self.away.as_ref().map(|away| (away.base, away.strand_tip))
    }

    /// Every entry that the strand of a journal away from the ledger still keeps, in order; of a ledger none.
    ///
    /// # Errors
    /// A strand that does not read.
    pub fn kept(&self) -> Result<Vec<Strung>> {
        self.away.as_ref().map_or_else(|| Ok(Vec::new()), |away| away.strand.kept())
    }

    /// Numbers of entries of the strand that do not fit the renewed base any more: they are kept, will be refused when they
    /// are taken in, and are not among what is shown.
    pub fn outdated(&self) -> &[u64] {
        self.away.as_ref().map_or(&[], |away| &away.outdated)
    }

    /// That something takes the ledger, of a journal away from it.
    ///
    /// # Errors
    /// A journal away from the ledger; `what` names what was wished: «печатать документы».
    pub fn is_at_hand(&self, what: &str) -> Result<()> {
        match self.away {
            None => Ok(()),
            Some(_) => Err(Error::refused(format!("на носителе нельзя {what}: здесь только часть журнала"))
                .next("сделайте это за компьютером школы, в её журнале")),
        }
    }
}

/// A copy of tables in memory, that sees one state of them.
pub(super) fn copy(tables: &Tables) -> Result<Tables> {
    let mut copy = rusqlite::Connection::open_in_memory()?;
    Backup::new(tables.db(), &mut copy)?.run_to_completion(i32::MAX, std::time::Duration::ZERO, None)?;
    Tables::new(copy)
}

/// Nothing of a ledger lies beneath a journal away from it.
pub(super) struct Nowhere;

impl rules::Places for Nowhere {
    fn place(&self, _: u64) -> Result<Option<rules::Place>> {
        Ok(None)
    }
}
