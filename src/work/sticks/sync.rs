//! Taking a stick in and renewing it, at a machine that has the journal. Its owner does both with his passphrase; a deputy head
//! takes in without it, and what the stick then lacks (receipts, a newer base) its owner brings it the next time.

use super::at_work::again;
use super::base::{Base, may_prepare};
use super::known;
use super::programs::{self, Program};
use super::told::Said;
use crate::away::base::{Header, Taken};
use crate::away::card::Card;
use crate::away::closed::{CLOSED, Closing};
use crate::away::pins::Server;
use crate::away::receipts::{Receipt, SignedReceipt};
use crate::away::stick::{Stick, Unlocked};
use crate::away::taking_in::{self, HandOver, Outcome, Stopped, TakenIn};
use crate::error::{Action, Detail, Error, Result, Warning};
use crate::journal::entry::{CarriedReceipt, ReceiptText};
use crate::journal::read::{self, Closed, Strand, Tables};
use crate::journal::{Author, Journal, Proven, author_of};
use crate::ledger::chain::hex;
use crate::ledger::identity::Identity;
use crate::ledger::signer::Signer;
use crate::ledger::strand::{Base as Place, Strung};
use crate::school::{Clock, Day, RECORDS, counted};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::path::Path;

/// In whose hand a stick is.
pub enum By {
    /// Its owner's, who has typed its passphrase.
    Owner(Box<Unlocked>),
    /// A deputy head's, who has his own key.
    Deputy(Box<Stick>, Box<Identity>),
}

/// An entry that was handed over.
#[derive(Debug)]
pub struct HandedOver {
    /// Its number on the stick.
    pub number: u64,
    /// The record of the ledger.
    pub seq: u64,
    /// What it says.
    pub said: Said,
    /// What became of it.
    pub outcome: Outcome,
}

/// What was done.
pub struct Synced {
    /// Which stick it is.
    pub card: Card,
    /// Login of whose it is.
    pub owner: String,
    /// What became of each entry.
    pub entries: Vec<HandedOver>,
    /// Why it stopped before the last one.
    pub stopped: Option<Stopped>,
    /// The end of its strand, where that goes on no more: the stick says so from now on, and was not renewed.
    pub closed: Option<Closed>,
    /// Until when something may be recorded on it now; nothing where it was not renewed.
    pub renewed: Option<Day>,
    /// The programs on it; none where it was not renewed.
    pub programs: Vec<Program>,
    /// What is to be looked at.
    pub warnings: Vec<Error>,
}

impl Synced {
    /// Of a stick of which nothing was taken in.
    pub(super) fn of(card: &Card, owner: &str) -> Self {
        Self {
            card: card.clone(),
            owner: owner.to_owned(),
            entries: Vec::new(),
            stopped: None,
            closed: None,
            renewed: None,
            programs: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Where the strand has ended by now, says so on the stick.
    fn end(&mut self, tables: &Tables, mount: &Path, signer: &dyn Signer) -> Result<()> {
        let Some(strand) = read::strand(tables, &hex(&self.card.strand))? else { return Ok(()) };
        let Some(end) = &strand.closed else { return Ok(()) };
        self.warnings.extend(mark_closed(tables, mount, (&strand, end), signer).err());
        self.closed = Some(end.clone());
        Ok(())
    }

    /// Rules that only warn.
    pub fn remarks(&self) -> impl Iterator<Item = &Warning> {
        self.entries.iter().flat_map(|one| match &one.outcome {
            Outcome::Accepted(warnings) => &warnings[..],
            _ => &[],
        })
    }
}

/// What renewing takes.
pub struct Renewing<'a> {
    /// Proves the journal once all is taken in.
    pub prove: &'a mut dyn FnMut(&Journal) -> Result<Proven>,
    /// Where programs are taken from; else beside the one that runs.
    pub programs: Option<&'a Path>,
    /// Where the stick hands over over the network from now on; where nothing is said, as before.
    pub server: Option<Server>,
}

/// Takes in what lies on a stick, and renews it where its owner is there.
///
/// # Errors
/// A stick of another journal; who may not take in; a journal or a stick that cannot be written. What was taken in by then
/// stays taken in.
pub fn sync(
    journal: &mut Journal,
    clock: &dyn Clock,
    mount: &Path,
    by: By,
    renewing: &mut Renewing<'_>,
) -> Result<Synced> {
    programs::is_there(renewing.programs)?;
    match by {
        By::Deputy(stick, identity) => {
            let Read { strand, entries, damage } = read_by(journal.tables(), &stick, &identity)?;
            let taken = take_in(journal, author(&identity, clock), &strand, (&entries, &[]))?;
            let mut synced = told(journal.tables(), stick.card(), &strand, &entries, taken)?;
            synced.warnings.extend(damage);
            synced.end(journal.tables(), mount, &*identity)?;
            Ok(synced)
        }
        By::Owner(mut unlocked) => {
            let owner = again(unlocked.owner())?;
            take_and_renew((journal, &owner, clock), mount, &mut unlocked, renewing)
        }
    }
}

/// Takes in with somebody's key what lies on a stick that is unlocked, and renews it under that key.
pub(super) fn take_and_renew(
    (journal, taker, clock): (&mut Journal, &Identity, &dyn Clock),
    mount: &Path,
    unlocked: &mut Unlocked,
    renewing: &mut Renewing<'_>,
) -> Result<Synced> {
    let strand = known(journal.tables(), unlocked.card())?;
    match author_of(journal.tables(), &taker.public().fingerprint()) {
        Ok(_) => {}
        // With a lost stick went its key; it was found, and is told what became of it.
        Err(error) if strand.closed.is_some() => {
            let mut synced = Synced::of(unlocked.card(), &strand.login);
            synced.warnings.push(error);
            synced.end(journal.tables(), mount, taker)?;
            return Ok(synced);
        }
        Err(error) => return Err(of_revoked(journal.tables(), &strand, unlocked.card(), error)?),
    }
    let entries = handed_over(journal.tables(), &strand, unlocked)?;
    let receipts = unlocked.receipts().iter().map(carried_receipt).collect::<Vec<_>>();
    let taken = take_in(journal, author(taker, clock), &strand, (&entries, &receipts))?;
    let receipt = taken.receipt.clone();
    let mut synced = told(journal.tables(), unlocked.card(), &strand, &entries, taken)?;
    synced.warnings.extend(unlocked.warnings().iter().cloned());
    synced.end(journal.tables(), mount, taker)?;
    if synced.stopped.is_none() && synced.closed.is_none() {
        let was_marked = unlocked.goes_on().is_err();
        let until = renew(journal, (unlocked, taker), clock, receipt, renewing);
        synced.renewed = Some(until.map_err(|error| error.at("записи приняты, но носитель не обновлён"))?);
        synced.programs = programs::put(mount, renewing.programs, &keys(journal.tables(), &strand)?, taker)?;
        synced.warnings.extend(was_marked.then(unmarked));
    }
    Ok(synced)
}

/// What the owner of a stick hands over: what its base does not know as taken in; or, where the ledger has not what the base
/// says it has, all that the stick still keeps. A ledger that lacks it was restored from an older copy, and says so.
fn handed_over(tables: &Tables, strand: &Strand, unlocked: &mut Unlocked) -> Result<Vec<Strung>> {
    let base = unlocked.base();
    let Some(stands) = Standing::of(tables, strand, base.base(), base.taken)? else {
        return Err(outrun(&unlocked.card().label, base.length, read::ledger::tip(tables)?.seq));
    };
    if stands.restored {
        unlocked.ledger_was_restored();
    }
    if stands.lacks { unlocked.all_kept() } else { Ok(unlocked.to_hand_in()?.to_vec()) }
}

/// How a ledger stands to what the base of a stick says of it.
pub(super) struct Standing {
    /// It goes on from an older copy than the base was made of.
    pub restored: bool,
    /// It lacks entries that the base knows as taken in.
    pub lacks: bool,
}

impl Standing {
    /// Nothing where the base is of another ledger, or knows more of it than there is.
    pub fn of(tables: &Tables, strand: &Strand, base: Place, taken: Taken) -> Result<Option<Self>> {
        let stands = read::ledger::record(tables, base.length)?.is_some_and(|record| record.head == base.head);
        if !stands && !read::lengths_kept(tables)?.into_iter().any(|kept| kept < base.length) {
            return Ok(None);
        }
        let known = read::carried_number(tables, &hex(&strand.id), taken.number)?;
        let lacks = taken.number > 0 && known.is_none_or(|known| known.head != taken.head);
        Ok(Some(Self { restored: !stands, lacks }))
    }
}

/// A ledger that has not what it had when a stick was renewed.
fn outrun(label: &str, seen: u64, has: u64) -> Error {
    Error::refused(format!(
        "носитель «{label}» обновляли, когда в журнале было {}, а этот журнал другой или старше: в нём {}",
        counted(seen, RECORDS),
        counted(has, RECORDS)
    ))
    .next_by("укажите журнал, который ведёт школа", Action::Give(Detail::Journal))
    .then_by("если он восстановлен из старой копии, внесите это", Action::ResumeJournal)
}

/// What was read of a stick.
pub(super) struct Read {
    /// Its strand, by the ledger.
    pub strand: Strand,
    /// What was not taken in, up to where it reads.
    pub entries: Vec<Strung>,
    /// What does not read, and what comes after it.
    pub damage: Option<Error>,
}

/// Reads a stick with a key that its frames are encrypted to.
pub(super) fn read_by(tables: &Tables, stick: &Stick, identity: &Identity) -> Result<Read> {
    let strand = known(tables, stick.card())?;
    let owner = read::key(tables, &strand.key)?
        .ok_or_else(|| Error::damaged(format!("ключа {} нет в журнале", strand.key)).next("сообщите администратору"))?;
    let file = stick.strand(strand.number)?;
    file.make_durable()?;
    let tip = strand.tip(read::ledger::tip(tables)?.journal);
    // What was taken in is compared too, as far as the stick keeps it and this key opens it: a copy that went on elsewhere may
    // have other entries under the same numbers.
    let kept = file.after(&file.begins(tip.journal), &owner.public, identity).unwrap_or_default();
    let entries = if differs(tables, &strand, &kept)? { kept } else { file.after(&tip, &owner.public, identity)? };
    let damage = file.damage().map(Error::from);
    Ok(Read { strand, entries, damage })
}

/// Whether one of the entries of a stick is another than the one that was taken in under its number.
fn differs(tables: &Tables, strand: &Strand, kept: &[Strung]) -> Result<bool> {
    let taken = read::carried_of(tables, &hex(&strand.id))?;
    let taken: HashMap<u64, String> = taken.into_iter().map(|carried| (carried.number, carried.signature)).collect();
    let is_other =
        |one: &Strung| taken.get(&one.number).is_some_and(|known| *known != hex(&Sha256::digest(one.signature)));
    Ok(kept.iter().any(is_other))
}

pub(super) fn author<'a>(signer: &'a Identity, clock: &'a dyn Clock) -> Author<'a> {
    Author { signer, clock, taken_over: false }
}

/// Takes in, in one transaction.
pub(super) fn take_in(
    journal: &mut Journal,
    author: Author<'_>,
    strand: &Strand,
    (entries, receipts): (&[Strung], &[CarriedReceipt]),
) -> Result<TakenIn> {
    let mut batch = journal.batch()?;
    batch
        .check_clock(author)
        .map_err(|error| error.at("с носителя ничего не принято, часы этого компьютера отстают от журнала"))?;
    let taken = taking_in::take_in(&mut batch, author, HandOver { strand: &strand.id, entries, receipts })?;
    batch.commit()?;
    Ok(taken)
}

pub(super) fn told(
    tables: &Tables,
    card: &Card,
    strand: &Strand,
    entries: &[Strung],
    taken: TakenIn,
) -> Result<Synced> {
    let of = |one: taking_in::Taken| {
        let strung = entries.iter().find(|strung| strung.number == one.number)?;
        let said = Said::of(&strung.payload)?.for_whom(tables, &strand.login);
        Some(said.map(|said| HandedOver { number: one.number, seq: one.seq, said, outcome: one.outcome }))
    };
    let entries = taken.results.into_iter().filter_map(of).collect::<Result<_>>()?;
    Ok(Synced { entries, stopped: taken.stopped, ..Synced::of(card, &strand.login) })
}

/// Leaves on a stick how its strand ended.
pub(super) fn mark_closed(
    tables: &Tables,
    mount: &Path,
    (strand, end): (&Strand, &Closed),
    signer: &dyn Signer,
) -> Result<()> {
    let closing = Closing {
        journal: read::ledger::tip(tables)?.journal,
        strand: strand.id,
        why: end.why,
        time: end.at,
        entry: end.entry,
        number: strand.number,
    };
    Stick::close(mount, &closing, signer).map_err(|error| {
        error.at("носитель закрыт в журнале, но на нём это не отмечено").then_by("отметьте", Action::SyncStick)
    })
}

/// What said that the strand was closed, of one that goes on.
fn unmarked() -> Error {
    Error::refused(format!("{CLOSED}: с носителя убрана метка о том, что он сдан: по журналу он в работе"))
        .next("если её оставили не в школе, проверьте, у кого был носитель")
}

/// A key that was revoked hands nothing in: what lies on the stick, a deputy head takes in.
fn of_revoked(tables: &Tables, strand: &Strand, card: &Card, error: Error) -> Result<Error> {
    let is_revoked = read::key(tables, &strand.key)?.is_some_and(|key| key.revoked_at.is_some());
    if !is_revoked {
        return Ok(error);
    }
    Ok(Error::refused(format!(
        "ключ, которым подписывает носитель «{}», отозван: владелец с него больше не передаёт и не записывает",
        card.label
    ))
    .next_by("записи примет завуч", Action::ReturnCarrier { label: card.label.clone() })
    .then("отклонённое внесите снова или подайте заявки на исправление")
    .then_by("с новым ключом подготовьте носитель заново", Action::PrepareStick))
}

fn keys(tables: &Tables, strand: &Strand) -> Result<Vec<[u8; 32]>> {
    Ok(may_prepare(tables, strand)?.into_iter().map(|key| key.0).collect())
}

/// Brings receipts and a newer base.
fn renew(
    journal: &Journal,
    (unlocked, taker): (&mut Unlocked, &Identity),
    clock: &dyn Clock,
    receipt: Option<ReceiptText>,
    renewing: &mut Renewing<'_>,
) -> Result<Day> {
    let proven = (renewing.prove)(journal)?;
    let id = hex(&unlocked.card().strand);
    let strand = read::strand(&proven.tables()?, &id)?
        .ok_or_else(|| Error::damaged(format!("цепочки {id} нет в журнале")).next("проверьте журнал"))?;
    let base = Base::of(&proven, &strand, clock.now())?;
    let receipts = receipt.map(|receipt| signed(&receipt, taker)).transpose()?;
    let server = renewing.server.clone().or_else(|| unlocked.server().cloned());
    let base = Base { header: Header { server, ..base.header }, ..base };
    unlocked.renew(&base.header, &base.image, receipts.as_slice(), taker)?;
    Ok(base.header.until)
}

/// A receipt as the stick keeps it.
pub(super) fn signed(receipt: &ReceiptText, signer: &dyn Signer) -> Result<String> {
    let read = || serde_json::from_str::<Receipt>(&serde_json::to_string(receipt)?);
    let receipt =
        read().map_err(|cause| Error::environment("расписка не составлена").next("повторите").caused_by(cause))?;
    receipt.sign(signer)
}

/// A receipt as it is handed over with the entries that it tells of.
pub(super) fn carried_receipt(receipt: &SignedReceipt) -> CarriedReceipt {
    let mut lines = receipt.text.lines();
    let (text, signed) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let (key, signature) = signed.split_once(' ').unwrap_or_default();
    CarriedReceipt { text: text.to_owned(), key: key.to_owned(), signature: signature.to_owned() }
}
