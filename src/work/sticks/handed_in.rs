//! A stick that is handed in (§5.7): what lies on it is taken in, its strand is closed, the carrier is back.

use super::sync::{HandedOver, Read, mark_closed, read_by, take_in, told};
use crate::away::card::Card;
use crate::away::stick::Stick;
use crate::away::taking_in::Stopped;
use crate::error::{Action, Detail, Error, Kind, Result, Warning};
use crate::journal::entry::{Body, CarrierReturned, StrandClosed, StrandEnd};
use crate::journal::read::{self, Carrier, Strand};
use crate::journal::rules::strand::left_on;
use crate::journal::{Author, Journal};
use crate::ledger::chain::hex;
use crate::ledger::identity::Identity;
use crate::school::{Clock, clean};
use crate::work::{Done, Workplace};
use std::path::Path;

/// What becomes of the records that may lie on it.
pub enum Records<'a> {
    /// They are taken in: where it is mounted.
    At(&'a Path),
    /// They are given up: why.
    GivenUp(&'a str),
    /// Nothing was said.
    Unsaid,
}

/// What was done.
pub struct HandedIn {
    /// What was recorded of the carrier.
    pub done: Done,
    /// Where it is kept now.
    pub place: String,
    /// What was taken in of it.
    pub entries: Vec<HandedOver>,
}

/// Takes a carrier back. Of one on which somebody records, what lies on it is taken in first, and its strand is closed.
///
/// # Errors
/// Records of which nothing was said; another stick than the one that is named; what a right or a rule refuses.
pub fn hand_in(
    (journal, identity, clock): (&mut Journal, &Identity, &dyn Clock),
    carrier: &Carrier,
    place: &str,
    records: &Records<'_>,
) -> Result<HandedIn> {
    let place = clean(place)?;
    let mut bodies: Vec<Body> = Vec::new();
    let mut entries = Vec::new();
    let open = read::open_strand_on(journal.tables(), &carrier.id)?;
    if let Some(strand) = &open {
        let abandoned = match records {
            Records::At(mount) => {
                entries = taken_from(journal, identity, clock, (mount, carrier, strand))?;
                String::new()
            }
            Records::GivenUp(why) => clean(why)?,
            Records::Unsaid => return Err(unsaid(carrier, strand)),
        };
        let (strand, why) = (hex(&strand.id), StrandEnd::Returned);
        bodies.push(StrandClosed { strand, why, abandoned }.into());
    }
    // One that was not issued stays where it is, and only goes on no more.
    let place = match carrier.issue.is_none() && !bodies.is_empty() {
        true => carrier.place.clone(),
        false => {
            bodies.push(CarrierReturned { carrier: carrier.id.clone(), place: place.clone() }.into());
            place
        }
    };
    let mut done = Workplace::at(journal, identity, clock)?.record(bodies)?;
    // Only once the ledger has it the stick says that it goes on no more.
    if let (Some(strand), Records::At(mount)) = (open, records) {
        let marked = marked(journal, mount, &strand, identity);
        done.warnings.extend(marked.err().map(|error| Warning::of(&error)));
    }
    Ok(HandedIn { done, place, entries })
}

fn marked(journal: &Journal, mount: &Path, strand: &Strand, identity: &Identity) -> Result<()> {
    let tables = journal.tables();
    let Some(strand) = read::strand(tables, &hex(&strand.id))? else { return Ok(()) };
    match &strand.closed {
        Some(end) => mark_closed(tables, mount, (&strand, end), identity),
        None => Ok(()),
    }
}

fn taken_from(
    journal: &mut Journal,
    identity: &Identity,
    clock: &dyn Clock,
    (mount, carrier, strand): (&Path, &Carrier, &Strand),
) -> Result<Vec<HandedOver>> {
    let here = read::ledger::tip(journal.tables())?.journal;
    let given_up = |error: Error| match error.kind() {
        Kind::Damaged => error
            .at("носитель не сдан")
            .then_by("если записей с него не взять, скажите, почему они оставлены", Action::Give(Detail::Abandon)),
        _ => error,
    };
    let stick = Stick::without_card(mount, Card::new(&carrier.id, &carrier.label, here, strand.id))?;
    if stick.card().carrier != carrier.id {
        return Err(Error::input(format!("вставлен носитель «{}», а сдаётся «{}»", stick.card().label, carrier.label))
            .next("вставьте тот, который сдаётся, или назовите этот"));
    }
    let Read { strand, entries, damage } = read_by(journal.tables(), &stick, identity).map_err(given_up)?;
    let author = Author { signer: identity, clock, taken_over: false };
    let taken = take_in(journal, author, &strand, (&entries, &[]))?;
    let synced = told(journal.tables(), stick.card(), &strand, &entries, taken)?;
    match synced.stopped {
        None => match damage {
            None => Ok(synced.entries),
            Some(damage) => Err(Error::refused(format!(
                "носитель не сдан: до повреждённого места записи приняты ({}). {}",
                synced.entries.len(),
                damage.message()
            ))
            .next_by(
                "когда они не нужны или внесены снова, скажите, почему они оставлены",
                Action::Give(Detail::Abandon),
            )),
        },
        Some(Stopped::Fault { why, .. }) => Err(why.at("носитель не принят")),
        Some(Stopped::Fork(fork)) => Err(Error::refused(format!(
            "носитель не принят: запись № {} уже принята с другим содержанием, копия носителя велась в другом месте",
            fork.number
        ))
        .next("сообщите директору")),
    }
}

fn unsaid(carrier: &Carrier, strand: &Strand) -> Error {
    Error::refused(left_on(&carrier.label, &strand.login))
        .next_by("вставьте носитель и укажите его папку", Action::Give(Detail::Stick))
        .then_by("если прочитать его нельзя, скажите, почему записи оставлены", Action::Give(Detail::Abandon))
}
