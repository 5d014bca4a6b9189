//! Handing over through the school's server: what a stick that is in its owner's hand gives, and is brought (`docs/formats/sync.md`).
//!
//! It takes three steps, so that nobody who works on the stick waits for a network. What waits is taken from the stick
//! ([`Outgoing`]); it is handed over, and what comes of it fetched ([`Outgoing::exchange`]); that is brought onto the stick
//! ([`Brought::onto`]). Whatever is cut off between or within them is made good by doing it again.

pub mod counter;
mod settings;

pub use settings::{announce, beside, digest, known_by, of_settings};

use super::sync::{HandedOver, Synced, carried_receipt};
use super::told::Said;
use crate::away::base::{self, Header, Trust};
use crate::away::closed::Closing;
use crate::away::exchange::{
    Answer, Ask, Challenge, Code, Ended, Fault, Intake, Load, MOST_LINES, Met, Stop, StopWhy, What, batch,
};
use crate::away::pins::Server;
use crate::away::receipts::{self, SignedReceipt};
use crate::away::stick::Unlocked;
use crate::away::taking_in::{Fork, Outcome, Stopped};
use crate::error::{Action, Detail, Error, Result, Warning};
use crate::journal::apply::schema_version;
use crate::journal::entry::{CarriedReceipt, Entry};
use crate::journal::read::{Closed, Tables};
use crate::ledger::identity::Identity;
use crate::ledger::strand::{StrandTip, Strung};
use crate::school::{Day, RECORDS, counted};
use chrono::{DateTime, Duration, FixedOffset};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// An entry whose time lies further beyond the server's is kept back: it would be refused (`docs/formats/strand.md`, five minutes).
const AHEAD: Duration = Duration::minutes(4);

/// What a stick hands over.
pub struct Outgoing {
    owner: Identity,
    server: Server,
    login: String,
    ask: Ask,
    /// Where the strand stands before the first of the entries.
    from: StrandTip,
    entries: Vec<Strung>,
    /// The receipts that come with them, each with the last entry that it tells of.
    receipts: Vec<(u64, CarriedReceipt)>,
    /// How many entries go at once at most.
    pub(super) at_once: usize,
}

/// What a stick is brought.
#[derive(Default)]
pub struct Brought {
    /// What became of each entry.
    pub met: Vec<Met>,
    /// Why it stopped before the last one.
    pub stopped: Option<Stop>,
    /// That its strand goes on no more.
    pub closed: Option<Ended>,
    /// Whether the ledger lacks entries that were taken in once: all that the stick keeps is to be handed over.
    pub lacks: bool,
    /// What the clock of who took in said.
    pub at: Option<DateTime<FixedOffset>>,
    /// How many entries were kept back since the clock here runs ahead of that one.
    pub ahead: usize,
    /// Why it was not renewed though the ledger has moved.
    pub unrenewed: Option<Fault>,
    receipts: Vec<String>,
    base: Option<(Header, Zeroizing<Vec<u8>>)>,
    is_shorter: bool,
}

impl Outgoing {
    /// What lies on a stick and was not taken in yet, as far as it knows; nothing of one that knows no server.
    ///
    /// # Errors
    /// A carrier that does not take what was recorded last.
    pub fn of(unlocked: &Unlocked) -> Result<Option<Self>> {
        let taken = unlocked.base().taken;
        let pins = unlocked.pins();
        let from = StrandTip { journal: pins.journal, strand: pins.strand, number: taken.number, head: taken.head };
        Self::from(unlocked, from, unlocked.to_hand_in()?.to_vec(), false)
    }

    /// All that a stick keeps, with its receipts, for a ledger that lacks some of it.
    ///
    /// # Errors
    /// A carrier whose entries do not read.
    pub fn all_of(unlocked: &Unlocked) -> Result<Option<Self>> {
        Self::from(unlocked, unlocked.kept_from(), unlocked.all_kept()?, true)
    }

    fn from(unlocked: &Unlocked, from: StrandTip, entries: Vec<Strung>, all: bool) -> Result<Option<Self>> {
        let Some(server) = unlocked.server().cloned() else { return Ok(None) };
        let (base, pins) = (unlocked.base(), unlocked.pins());
        let ask = Ask::of(What::HandOver, (pins.journal, pins.strand), base.base().into(), base.taken);
        let ask = Ask {
            certificate: server.certificate,
            until: base.until,
            schema: u32::try_from(schema_version()).unwrap_or_default(),
            image: Sha256::digest(unlocked.image()).into(),
            all,
            ..ask
        };
        // A renewal that was cut off has left a receipt of what the base does not know as taken in.
        let is_of_these = |one: &&SignedReceipt| all || one.receipt.to > base.taken.number;
        let receipts = unlocked.receipts().iter().filter(is_of_these);
        let receipts = receipts.map(|one| (one.receipt.to, carried_receipt(one))).collect();
        let (owner, login) = (super::at_work::again(unlocked.owner())?, pins.login.clone());
        Ok(Some(Self { owner, server, login, ask, from, entries, receipts, at_once: MOST_LINES }))
    }

    /// The server that it is for.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Hands it over, and fetches what comes of it; what others have recorded only `with_others`.
    ///
    /// # Errors
    /// See [`Code`]. What was taken in by then stays taken in, and is told the next time.
    pub fn exchange(&self, intake: &mut dyn Intake, with_others: bool) -> std::result::Result<Brought, Fault> {
        let challenge = intake.challenge()?;
        if challenge.journal != self.ask.journal {
            return Err(Fault::new(Code::Unknown, "школьный сервер ведёт другой журнал, чем этот носитель")
                .next("сообщите администратору школы; записи ждут на носителе"));
        }
        let ready = self.ready(&challenge);
        let (mut rest, mut at) = (&self.entries[..ready], self.from);
        let mut brought = Brought { at: Some(challenge.time), ahead: self.entries.len() - ready, ..Brought::default() };
        let last = loop {
            let (now, later) = rest.split_at(self.in_one_go(rest)?);
            let answer = self.hand_over(intake, &challenge, now)?;
            brought.is_shorter |= answer.restored;
            self.keep(&mut brought, &answer, (&mut at, now))?;
            if answer.closed.is_some() || answer.lacks {
                (brought.closed, brought.lacks) = (answer.closed, answer.lacks);
                return Ok(brought);
            }
            (rest, brought.stopped) = (later, answer.stopped.clone());
            if rest.is_empty() || answer.stopped.is_some() {
                break answer;
            }
        };
        if brought.stopped.is_none() && self.has_moved(&last, with_others) {
            match self.fetch(intake, &challenge, &last) {
                Ok(base) => brought.base = base,
                Err(fault) => brought.unrenewed = Some(fault),
            }
        }
        Ok(brought)
    }

    /// How many of the entries the server's clock lets through.
    fn ready(&self, challenge: &Challenge) -> usize {
        let latest = challenge.time + AHEAD;
        let is_ahead = |strung: &Strung| Entry::from_json(&strung.payload).is_ok_and(|entry| entry.time > latest);
        self.entries.iter().position(is_ahead).unwrap_or(self.entries.len())
    }

    /// How many entries go at once. Of those that the ledger lost, all: a receipt holds where the entries that it tells of come with it.
    fn in_one_go(&self, rest: &[Strung]) -> std::result::Result<usize, Fault> {
        let broken = |error: Error| Fault::of(&error, Code::Failed);
        if !self.ask.all {
            return batch(rest).map(|count| count.min(self.at_once)).map_err(broken);
        }
        match self.load(rest).fits().map_err(broken)? {
            true => Ok(rest.len()),
            false => Err(Fault::new(
                Code::TooLarge,
                format!(
                    "журнал школы восстановлен из старой копии, а на носителе {}: по сети за один раз столько не передать",
                    counted(rest.len() as u64, RECORDS)
                ),
            )
            .next("передайте записи за компьютером школы")),
        }
    }

    /// Entries with the receipts that end among them.
    fn load(&self, entries: &[Strung]) -> Load {
        let numbers = entries.first().map_or(0, |first| first.number)..=entries.last().map_or(0, |last| last.number);
        let receipts = self.receipts.iter().filter(|(to, _)| self.ask.all || numbers.contains(to));
        Load { entries: entries.to_vec(), receipts: receipts.map(|(_, receipt)| receipt.clone()).collect() }
    }

    fn hand_over(
        &self,
        intake: &mut dyn Intake,
        challenge: &Challenge,
        entries: &[Strung],
    ) -> std::result::Result<Answer, Fault> {
        let broken = |error: Error| Fault::of(&error, Code::Failed);
        let mut load = self.load(entries);
        if !load.fits().map_err(broken)? {
            load.receipts.clear();
        }
        let load = load.to_bytes().map_err(broken)?;
        let ask = Ask { challenge: challenge.challenge.clone(), ..self.ask.clone() }.with(&load);
        intake.hand_over(&ask.sign(&self.owner).map_err(broken)?, &load)
    }

    /// Holds an answer against what was handed over, and keeps what comes of it.
    fn keep(
        &self,
        brought: &mut Brought,
        answer: &Answer,
        (at, sent): (&mut StrandTip, &[Strung]),
    ) -> std::result::Result<(), Fault> {
        let wrong = || {
            Fault::new(Code::Stranger, "ответ школьного сервера не подходит к тому, что передано")
                .next("сообщите администратору школы; записи ждут на носителе")
        };
        let tells = answer
            .results
            .iter()
            .map(|met| met.number)
            .eq(sent.iter().map(|one| one.number).take(answer.results.len()));
        if !tells || (answer.results.len() < sent.len() && !answer.stops()) {
            return Err(wrong());
        }
        let first = at.number + 1;
        for strung in &sent[..answer.results.len()] {
            *at = at.after(strung);
        }
        if let Some(text) = &answer.receipt {
            let of = (self.ask.journal, self.ask.strand);
            let read = receipts::read(text.as_bytes(), &[self.server.key.0], of).ok_or_else(wrong)?;
            let [signed] = &read[..] else { return Err(wrong()) };
            let receipt = &signed.receipt;
            if (receipt.from, receipt.to, receipt.strand_head) != (first, at.number, at.head) {
                return Err(wrong());
            }
            brought.receipts.push(text.clone());
        }
        brought.met.extend(answer.results.iter().cloned());
        Ok(())
    }

    /// Whether there may be a base that shows more.
    fn has_moved(&self, answer: &Answer, with_others: bool) -> bool {
        let by_others = with_others && answer.length != self.ask.base.number;
        answer.restored || answer.taken != self.ask.taken || by_others
    }

    fn fetch(
        &self,
        intake: &mut dyn Intake,
        challenge: &Challenge,
        last: &Answer,
    ) -> std::result::Result<Option<Fetched>, Fault> {
        let ask =
            Ask { what: What::Base, challenge: challenge.challenge.clone(), length: last.length, ..self.ask.clone() };
        let asked = ask.sign(&self.owner).map_err(|error| Fault::of(&error, Code::Failed))?;
        let Some(sealed) = intake.base(&asked)? else { return Ok(None) };
        let (journal, strand) = (self.ask.journal, self.ask.strand);
        let trust = Trust { journal, strand, login: self.login.clone(), keys: vec![self.server.key.0] };
        base::open(&sealed, &self.owner, &trust).map(Some).map_err(|_| {
            Fault::new(Code::Stranger, "основа от школьного сервера не читается или подписана не им")
                .next("сообщите администратору школы")
        })
    }
}

impl Brought {
    /// Brings it onto the stick, under the owner's key; gives until when something may be recorded on it now, where it was renewed.
    ///
    /// # Errors
    /// A base that does not fit what lies on the stick; a carrier that is full, write-protected or gone.
    pub fn onto(&self, unlocked: &mut Unlocked) -> Result<Option<Day>> {
        if let Some(end) = &self.closed {
            let pins = unlocked.pins();
            unlocked.end(Closing {
                journal: pins.journal,
                strand: pins.strand,
                why: end.why,
                time: end.time,
                entry: end.entry,
                number: end.number,
            })?;
            return Ok(None);
        }
        let Some((header, image)) = &self.base else {
            if !self.receipts.is_empty() {
                unlocked.keep_receipts(&self.receipts)?;
            }
            return Ok(None);
        };
        if self.is_shorter {
            unlocked.ledger_was_restored();
        }
        let owner = super::at_work::again(unlocked.owner())?;
        // One that does not say where it is found is found where it was.
        let server = header.server.clone().or_else(|| unlocked.server().cloned());
        let header = &Header { server, ..header.clone() };
        unlocked.renew(header, image, &self.receipts, &owner)?;
        Ok(Some(header.until))
    }

    /// Whether anything is brought.
    pub fn is_nothing(&self) -> bool {
        self.closed.is_none() && self.base.is_none() && self.receipts.is_empty()
    }

    /// What is to be looked at, in a sentence each.
    pub fn faults(&self) -> Vec<Error> {
        let ahead = (self.ahead > 0).then(|| {
            Error::refused(format!(
                "часы этого компьютера спешат: {} ждёт на носителе, пока часы школы их не догонят",
                counted(self.ahead as u64, RECORDS)
            ))
            .next("поставьте часы компьютера правильно")
        });
        ahead.into_iter().chain(self.unrenewed.as_ref().map(Fault::to_error)).collect()
    }

    /// The same as of a stick that was handed over at a machine with the journal; `tables` are those of the stick.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn told(
        &self,
        outgoing: &Outgoing,
        unlocked: &Unlocked,
        tables: &Tables,
        renewed: Option<Day>,
    ) -> Result<Synced> {
        let mut synced = Synced::of(unlocked.card(), &outgoing.login);
        for met in &self.met {
            let strung = outgoing.entries.iter().find(|strung| strung.number == met.number);
            let Some(said) = strung.and_then(|strung| Said::of(&strung.payload)) else { continue };
            let (said, outcome) = (said.for_whom(tables, &outgoing.login)?, outcome(met));
            synced.entries.push(HandedOver { number: met.number, seq: met.entry, said, outcome });
        }
        let sent = |number: u64| outgoing.entries.iter().find(|strung| strung.number == number);
        synced.stopped = self.stopped.as_ref().map(|stop| match stop.why {
            StopWhy::Fork => Stopped::Fork(Fork {
                number: stop.number,
                known: stop.known.clone(),
                other: sent(stop.number).map(|strung| strung.payload.clone()).unwrap_or_default(),
                closed: None,
            }),
            StopWhy::Fault => Stopped::Fault {
                number: stop.number,
                why: Error::refused(stop.text.as_str()).next("сообщите завучу"),
            },
        });
        synced.closed = self.closed.as_ref().map(|end| Closed {
            why: end.why,
            at: end.time,
            by: String::new().into(),
            entry: end.entry,
            abandoned: String::new(),
        });
        synced.renewed = renewed;
        synced.warnings = unlocked.warnings().iter().cloned().chain(self.faults()).collect();
        Ok(synced)
    }
}

fn outcome(met: &Met) -> Outcome {
    match (met.before, met.refused.is_empty()) {
        (true, _) => Outcome::Already { refused: met.refused.clone() },
        (false, false) => Outcome::Refused(met.refused.clone()),
        (false, true) => Outcome::Accepted(met.warnings.iter().cloned().map(Warning::from).collect()),
    }
}

/// What leads to a server's end of the exchange.
pub type Reach<'a, 'f> = dyn FnMut(&Server) -> std::result::Result<Box<dyn Intake + 'a>, Fault> + 'f;

/// A base that was fetched: what it says of itself, and its tables.
type Fetched = (Header, Zeroizing<Vec<u8>>);

/// Hands over what lies on a stick and renews it; of a ledger that lacks some of it, all that the stick keeps. Gives what was
/// handed over, what was brought, and until when something may be recorded now.
///
/// # Errors
/// A stick that knows no server; see [`Code`]; a carrier that cannot be written.
pub fn hand_over<'a>(unlocked: &mut Unlocked, intake: &mut Reach<'a, '_>) -> Result<(Outgoing, Brought, Option<Day>)> {
    let no_server = || {
        Error::input("не указан журнал школы, в который передаются записи, а школьного сервера этот носитель не знает")
            .next_by("на компьютере школы укажите её журнал", Action::Give(Detail::Journal))
    };
    let mut outgoing = Outgoing::of(unlocked)?.ok_or_else(no_server)?;
    let mut intake = intake(outgoing.server()).map_err(|fault| fault.to_error())?;
    let mut brought = outgoing.exchange(&mut *intake, true).map_err(|fault| fault.to_error())?;
    if brought.lacks {
        outgoing = Outgoing::all_of(unlocked)?.ok_or_else(no_server)?;
        brought = outgoing.exchange(&mut *intake, true).map_err(|fault| fault.to_error())?;
    }
    let renewed = brought.onto(unlocked)?;
    Ok((outgoing, brought, renewed))
}
