//! Carriers of the journal: their id on the stick and in the ledger, holder and place (§5.5.3, §5.5.4), and what each went
//! through ([`history`]).

pub mod history;

use super::sticks::prepare::is_free;
use super::{Done, Workplace};
use crate::archive::bag::Folder;
use crate::archive::carrier::{self, Card, Carrier};
use crate::device;
use crate::error::{Error, Result};
use crate::files::{self, Readers};
use crate::journal::entry::{
    CarrierIssued, CarrierLost, CarrierRegistered, CarrierRestored, CarrierRetired, CarrierReturned,
};
use crate::journal::{Journal, read, rules};
use crate::school::{Day, clean};
use chrono::SubsecRound;
use std::path::{Path, PathBuf};

/// A stick to be registered.
#[derive(Debug, Clone, Copy)]
pub struct Registration<'a> {
    /// Where it is mounted.
    pub mount: &'a Path,
    /// What is written on it: «А-1».
    pub label: &'a str,
    /// Login of who keeps it.
    pub holder: &'a str,
    /// Where.
    pub place: &'a str,
}

/// A stick that is registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// Its number.
    pub id: String,
    /// What is written on it, as it is recorded.
    pub label: String,
    /// Nothing where the journal said the same already, and only the files on the stick were written anew.
    pub done: Done,
    /// What the journal said of it before, where it was registered and this says another thing.
    pub before: Option<read::Carrier>,
}

/// Registers a stick. The entry is recorded first and the stick is marked after it, so a failure leaves an entry without a
/// stick and never a stick that the ledger does not know. A stick of this journal keeps its id and gets what is said of it
/// now; one whose own files are damaged, or gone from beside its archives, is known by the same label, holder and place.
///
/// # Errors
/// A stick that cannot be written or that somebody records on, a label that another has, an unknown holder.
pub fn register(workplace: &mut Workplace<'_>, wish: &Registration<'_>) -> Result<Registered> {
    let (mount, holder) = (&*files::named(wish.mount)?, wish.holder);
    let (label, place) = (&*clean(wish.label)?, &*clean(wish.place)?);
    let journal = &*workplace.journal;
    if !mount.is_dir() {
        return Err(
            Error::input(format!("нет папки «{}»", mount.display())).next("подключите носитель и укажите его папку")
        );
    }
    // A teacher's stick is in the register already, and names nobody in the clear.
    is_free(journal.tables(), mount)?;
    let card = Carrier::open(mount).ok().map(|carrier| carrier.card().clone());
    let lost = card_is_damaged(mount);
    let known = read::carriers(journal.tables())?.into_iter().find(|known| {
        let same = (known.label.as_str(), known.holder.as_str(), known.place.as_str()) == (label, holder, place);
        card.as_ref().is_some_and(|card| card.id == known.id) || (same && (lost || holds(journal, mount, &known.id)))
    });
    if let Some(known) = &known {
        rules::is_not_lost(journal.tables(), &known.id)?;
    }
    writable(mount)?;
    let holder_name = read::staff(journal.tables(), holder)?.map(|person| person.name.full()).unwrap_or_default();
    let (label, holder, place) = (label.to_owned(), holder.to_owned(), place.to_owned());
    let stick = device::usb_stick(mount).and_then(|said| crate::school::clean(&said).ok());
    let registered = match &known {
        Some(known) => {
            let device = stick.unwrap_or_else(|| known.device.clone());
            CarrierRegistered { id: known.id.clone(), label, holder, place, device }
        }
        None => CarrierRegistered { id: new_id(), label, holder, place, device: stick.unwrap_or_default() },
    };
    let CarrierRegistered { id, label, place, .. } = registered.clone();
    let repeated = known.as_ref().is_some_and(|known| says(known) == registered);
    let before = known.filter(|known| says(known) != registered);
    let done = match repeated {
        true => workplace.stands(registered)?,
        false => workplace.record([registered.into()])?,
    };
    let now = workplace.author.now().trunc_subsecs(0).to_rfc3339();
    Carrier::register(mount, &Card::new(&id, &label, &holder_name, &place, &now))?;
    Ok(Registered { id, label, done, before })
}

/// Gives a carrier out to somebody (§5.6). Carriers are named by their ids, here and below.
///
/// # Errors
/// What a right or a rule refuses.
pub fn issue(workplace: &mut Workplace<'_>, carrier: &str, to: &str) -> Result<Done> {
    workplace.record([CarrierIssued { carrier: carrier.to_owned(), to: to.to_owned() }.into()])
}

/// Takes a carrier back (§5.7). Gives where it is kept now, as it is recorded.
///
/// # Errors
/// As [`issue`].
pub fn take_back(workplace: &mut Workplace<'_>, carrier: &str, place: &str) -> Result<(Done, String)> {
    let place = clean(place)?;
    let returned = CarrierReturned { carrier: carrier.to_owned(), place: place.clone() };
    Ok((workplace.record([returned.into()])?, place))
}

/// How a carrier was lost (§5.8.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// The carrier's id.
    pub carrier: String,
    /// The day on which it was reported; else today.
    pub reported: Option<Day>,
    /// What is known of it.
    pub circumstances: String,
    /// Whether who had it is to blame (§5.8.2).
    pub by_fault: bool,
}

/// Records that a carrier was lost.
///
/// # Errors
/// As [`issue`].
pub fn lose(workplace: &mut Workplace<'_>, loss: &Loss) -> Result<Done> {
    let Loss { carrier, reported, circumstances, by_fault } = loss;
    let reported = reported.map_or_else(|| workplace.today(), Ok)?;
    let (carrier, circumstances) = (carrier.clone(), clean(circumstances)?);
    workplace.record([CarrierLost { carrier, reported, circumstances, by_fault: *by_fault }.into()])
}

/// Records that what was on a lost carrier is on another now (§5.8.2).
///
/// # Errors
/// As [`issue`].
pub fn restore(workplace: &mut Workplace<'_>, lost: &str, replacement: &str) -> Result<Done> {
    workplace.record([CarrierRestored { carrier: lost.to_owned(), replacement: replacement.to_owned() }.into()])
}

/// Records that a carrier serves for nothing any more.
///
/// # Errors
/// As [`issue`].
pub fn retire(workplace: &mut Workplace<'_>, carrier: &str, reason: &str) -> Result<Done> {
    workplace.record([CarrierRetired { carrier: carrier.to_owned(), reason: clean(reason)? }.into()])
}

/// Whether a stick without a card holds an archive of the journal that lies on this carrier.
fn holds(journal: &Journal, mount: &Path, id: &str) -> bool {
    if files::is_there(&mount.join(carrier::FOLDER).join(carrier::CARD)) {
        return false;
    }
    let is_there = |bag: &PathBuf| {
        let code = Folder::new(bag).code().ok()?.to_string();
        read::is_on_carrier(journal.tables(), id, &code).ok()
    };
    carrier::locate(mount).is_ok_and(|found| found.bags.iter().any(|bag| is_there(bag) == Some(true)))
}

/// What the journal says of a carrier, as it would be registered.
fn says(known: &read::Carrier) -> CarrierRegistered {
    let read::Carrier { id, label, holder, place, device, .. } = known.clone();
    CarrierRegistered { id, label, holder: holder.into(), place, device }
}

/// Whether the stick has a card that cannot be trusted to say which stick it is.
fn card_is_damaged(mount: &Path) -> bool {
    let folder = mount.join(carrier::FOLDER);
    files::is_there(&folder.join(carrier::CARD))
        && carrier::check(&folder).iter().any(|finding| finding.path == carrier::CARD)
}

/// A random id of 16 hex digits: enough that no two sticks of a school share one.
pub(super) fn new_id() -> String {
    // An identity is the one source of system randomness that the program has; its public half is as random.
    let random = crate::ledger::identity::Identity::generate().public();
    crate::ledger::chain::hex(&random.key()[..8])
}

fn writable(mount: &Path) -> Result<()> {
    files::Draft::new(&mount.join("probe"), Readers::Owner).map(drop).map_err(|e| Error::file("записать", mount, &e))
}
