//! Taking in: the entries of a strand are recorded in the ledger, each once, in order, without a gap.
//!
//! Whoever takes in (the service, a deputy head, the author himself) signs a record that carries the entry, bytes untouched.
//! What a rule refuses is recorded too, as refused. What is no next entry of the strand is not recorded, and stops the rest:
//! so does a **fork**, a number that was taken in already with another signature. All of it is one transaction, the
//! caller's: nothing is kept until he commits. There is more than one way in (a folder, the network), so this knows of neither.

use crate::error::{Action, Error, Result, Warning};
use crate::journal::entry::{Body, Carried, CarriedReceipt, ReceiptText, RefusedNumber, StrandClosed, StrandEnd};
use crate::journal::read::{self, Strand};
use crate::journal::rules::carried::{is_refusal, next_of_strand, receipt_holds};
use crate::journal::{Author, Batch};
use crate::ledger::chain::hex;
use crate::ledger::identity::PublicIdentity;
use crate::ledger::strand::{StrandId, StrandTip, Strung};
use crate::school::is_printable;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

/// What a stick hands over.
#[derive(Debug, Clone, Copy)]
pub struct HandOver<'a> {
    /// The strand.
    pub strand: &'a StrandId,
    /// Its entries, in order; those that were taken in before may be among them.
    pub entries: &'a [Strung],
    /// Receipts that the stick was given before; they count where the ledger was restored from a copy that lacks their entries.
    pub receipts: &'a [CarriedReceipt],
}

/// What became of a hand-over.
#[derive(Debug)]
pub struct TakenIn {
    /// What became of each entry, in order, up to where it stopped.
    pub results: Vec<Taken>,
    /// Why it stopped before the last entry.
    pub stopped: Option<Stopped>,
    /// What the stick is given for it, to be signed by who takes in; nothing where nothing was or is taken in.
    pub receipt: Option<ReceiptText>,
}

/// What became of an entry.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// Its number in the strand.
    pub number: u64,
    /// The record that carries it.
    pub seq: u64,
    /// What became of it.
    pub outcome: Outcome,
}

/// How an entry was met.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was taken in; what is to be looked at.
    Accepted(Vec<Warning>),
    /// A rule refused it.
    Refused(String),
    /// It had been taken in, or refused, before.
    Already {
        /// Why it was refused then; empty where it was not.
        refused: String,
    },
}

/// Why the rest of a hand-over was not looked at.
#[derive(Debug)]
pub enum Stopped {
    /// A number bears two entries: a copy of the stick was gone on with elsewhere.
    Fork(Fork),
    /// An entry that is not the next of an open strand over a place of this ledger.
    Fault {
        /// Its number.
        number: u64,
        /// Which of these it is not.
        why: Error,
    },
}

/// Two entries of one number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fork {
    /// The number.
    pub number: u64,
    /// The text of the entry that the ledger carries.
    pub known: String,
    /// The text of the one that was handed over.
    pub other: String,
    /// The record that closed the strand; nothing where who takes in may not close it, or it was closed before.
    pub closed: Option<u64>,
}

/// Takes in what a stick hands over. Nothing is kept until the batch is committed; doing it again records nothing.
///
/// # Errors
/// A strand that the journal does not know; who takes in may not, or his clock is wrong: then nothing is to be committed.
pub fn take_in(batch: &mut Batch<'_>, author: Author<'_>, hand_over: HandOver<'_>) -> Result<TakenIn> {
    let id = hex(hand_over.strand);
    let strand = read::strand(batch.tables(), &id)?.ok_or_else(|| {
        Error::input(format!("цепочки {id} нет в журнале: носитель готовили не здесь"))
            .next("проверьте, тот ли это журнал и тот ли носитель")
    })?;
    let mut taken = TakenIn { results: Vec::new(), stopped: None, receipt: None };
    let first_new = hand_over.entries.iter().position(|strung| strung.number > strand.number);
    let (known, new) = hand_over.entries.split_at(first_new.unwrap_or(hand_over.entries.len()));
    for strung in known {
        match met_before(batch, author, &strand, strung)? {
            Ok(result) => taken.results.push(result),
            Err(stopped) => {
                taken.stopped = Some(stopped);
                return Ok(taken);
            }
        }
    }
    let signed = first_unsigned(batch, &strand, new)?;
    let receipts = Receipts::of(&hand_over, &strand, new, batch.tip().journal);
    for (place, strung) in new.iter().enumerate() {
        if signed.is_some_and(|bad| place >= bad) {
            let why = Error::refused(format!(
                "запись № {} носителя: подпись не подходит к ней или к её месту",
                strung.number
            ))
            .next("сообщите завучу: запись изменена после того, как её внесли");
            taken.stopped = Some(Stopped::Fault { number: strung.number, why });
            break;
        }
        match next(batch, author, hand_over.strand, strung, &receipts)? {
            Ok(result) => taken.results.push(result),
            Err(stopped) => {
                taken.stopped = Some(stopped);
                break;
            }
        }
    }
    taken.receipt = receipt(batch, author, &id, &taken.results)?;
    Ok(taken)
}

/// An entry whose number was taken in or refused before.
fn met_before(
    batch: &mut Batch<'_>,
    author: Author<'_>,
    strand: &Strand,
    strung: &Strung,
) -> Result<std::result::Result<Taken, Stopped>> {
    let number = strung.number;
    let Some(known) = read::carried_number(batch.tables(), &hex(&strand.id), number)? else {
        let why = Error::damaged(format!("записи № {number} носителя нет в журнале"))
            .next_by("проверьте журнал", Action::Audit);
        return Ok(Err(Stopped::Fault { number, why }));
    };
    if known.signature == hex(&Sha256::digest(strung.signature)) {
        return Ok(Ok(Taken { number, seq: known.entry, outcome: Outcome::Already { refused: known.refused } }));
    }
    let carried = read::ledger::entry(batch.tables(), known.entry)?;
    let known_text = match carried.map(|entry| entry.body) {
        Some(Body::Carried(carried)) => carried.payload,
        _ => String::new(),
    };
    let closed = match strand.closed {
        Some(_) => None,
        None => close(batch, author, strand)?,
    };
    Ok(Err(Stopped::Fork(Fork { number, known: known_text, other: strung.payload.clone(), closed })))
}

/// Closes a strand that was forked, where who takes in may.
fn close(batch: &mut Batch<'_>, author: Author<'_>, strand: &Strand) -> Result<Option<u64>> {
    let closed = StrandClosed { strand: hex(&strand.id), why: StrandEnd::Fork, abandoned: String::new() };
    match batch.record(author, closed) {
        Ok(recorded) => Ok(Some(recorded.seq)),
        Err(error) if is_refusal(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The next entry: recorded as it is, or as refused.
fn next(
    batch: &mut Batch<'_>,
    author: Author<'_>,
    id: &StrandId,
    strung: &Strung,
    receipts: &Receipts<'_>,
) -> Result<std::result::Result<Taken, Stopped>> {
    let number = strung.number;
    let mut carried = Carried::of(id, strung);
    carried.receipt = receipts.for_entry(batch, strung)?;
    match next_of_strand(&batch.place(), &carried) {
        Ok(_) => {}
        Err(why) if is_refusal(&why) => return Ok(Err(Stopped::Fault { number, why })),
        Err(error) => return Err(error),
    }
    let why = match batch.record(author, carried.clone()) {
        Ok(recorded) => {
            return Ok(Ok(Taken { number, seq: recorded.seq, outcome: Outcome::Accepted(recorded.warnings) }));
        }
        Err(error) if is_refusal(&error) => error,
        Err(error) => return Err(error),
    };
    carried.refused = said(why.message());
    // What is wrong with who takes in is wrong with this record too.
    let recorded = batch.record(author, carried.clone())?;
    Ok(Ok(Taken { number, seq: recorded.seq, outcome: Outcome::Refused(carried.refused) }))
}

/// A refusal as the ledger may hold it: canonical, and no longer than a cell of a form.
fn said(message: &str) -> String {
    const MOST: usize = 900;
    let printable = |c: char| if is_printable(c) { c } else { '?' };
    crate::school::clean(&message.chars().map(printable).take(MOST).collect::<String>())
        .unwrap_or_else(|_| "не принята".to_owned())
}

/// The place of the first entry whose signature does not hold.
fn first_unsigned(batch: &Batch<'_>, strand: &Strand, new: &[Strung]) -> Result<Option<usize>> {
    let Some(owner) = read::key(batch.tables(), &strand.key)?.map(|key| key.public) else { return Ok(Some(0)) };
    let mut tip = strand.tip(batch.tip().journal);
    let mut places: Vec<(StrandTip, &Strung)> = Vec::with_capacity(new.len());
    for strung in new {
        places.push((tip, strung));
        tip = tip.after(strung);
    }
    let holds = |owner: &PublicIdentity, (tip, strung): &(StrandTip, &Strung)| tip.is_next(owner, strung);
    let first = places.par_iter().position_first(|place| !holds(&owner, place));
    // One that is out of order is told so, not that its signature is bad.
    Ok(first.filter(|at| places.get(*at).is_none_or(|(tip, strung)| strung.number == tip.number + 1)))
}

/// Receipts whose last entry is among those that are handed over, as it was then.
struct Receipts<'a> {
    of: Vec<(ReceiptText, &'a CarriedReceipt)>,
}

impl<'a> Receipts<'a> {
    fn of(hand_over: &HandOver<'a>, strand: &Strand, new: &[Strung], journal: [u8; 32]) -> Self {
        let mut tip = strand.tip(journal);
        let mut heads = std::collections::HashMap::new();
        if !hand_over.receipts.is_empty() {
            for strung in new {
                tip = tip.after(strung);
                heads.insert(strung.number, hex(&tip.head));
            }
        }
        let read = |receipt: &'a CarriedReceipt| {
            let text: ReceiptText = serde_json::from_str(&receipt.text).ok()?;
            (heads.get(&text.to) == Some(&text.strand_head)).then_some((text, receipt))
        };
        Self { of: hand_over.receipts.iter().filter_map(read).collect() }
    }

    /// The earliest receipt that counts for an entry.
    fn for_entry(&self, batch: &Batch<'_>, strung: &Strung) -> Result<Option<CarriedReceipt>> {
        let mut best: Option<&(ReceiptText, &CarriedReceipt)> = None;
        for one in self.of.iter().filter(|(text, _)| (text.from..=text.to).contains(&strung.number)) {
            let earlier = best.is_none_or(|(text, _)| one.0.time < text.time);
            if earlier && receipt_holds(&batch.place(), &one.0.strand, strung, one.1)? {
                best = Some(one);
            }
        }
        Ok(best.map(|(_, receipt)| (*receipt).clone()))
    }
}

/// What the stick is given.
fn receipt(batch: &Batch<'_>, author: Author<'_>, id: &str, results: &[Taken]) -> Result<Option<ReceiptText>> {
    let (Some(first), Some(last)) = (results.first(), results.last()) else { return Ok(None) };
    let head = read::carried_by(batch.tables(), last.seq)?.map(|carried| carried.head).unwrap_or_default();
    let tip = batch.tip();
    let time = match read::ledger::entry(batch.tables(), tip.seq)? {
        Some(entry) if results.iter().any(|taken| taken.seq == tip.seq) => entry.time,
        _ => chrono::SubsecRound::trunc_subsecs(author.now(), 0),
    };
    let refused = results.iter().filter_map(|taken| match &taken.outcome {
        Outcome::Refused(why) | Outcome::Already { refused: why } if !why.is_empty() => {
            Some(RefusedNumber { number: taken.number, why: why.clone() })
        }
        _ => None,
    });
    Ok(Some(ReceiptText {
        journal: hex(&tip.journal),
        strand: id.to_owned(),
        from: first.number,
        to: last.number,
        strand_head: hex(&head),
        length: tip.seq,
        head: hex(&tip.head),
        time,
        refused: refused.collect(),
    }))
}
