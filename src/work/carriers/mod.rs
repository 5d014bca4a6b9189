//! Carriers of the journal: their id on the stick and in the ledger, holder and place (§5.5.3, §5.5.4), and what each went
//! through ([`history`]).

pub mod history;

use std::path::{Path, PathBuf};

use crate::archive::bag::Folder;
use crate::archive::carrier::{self, Card, Carrier};
use crate::device;
use crate::error::{Error, Result};
use crate::journal::entry::CarrierRegistered;
use crate::journal::{Author, Journal, Recorded, read, rules};
use chrono::SubsecRound;

/// Registers the stick that is mounted at `mount`. The entry is recorded first and the stick is marked after it, so a
/// failure leaves an entry without a stick and never a stick that the ledger does not know. A stick of this journal keeps
/// its id and gets what is said of it now; one whose own files are damaged, or gone from beside its
/// archives, is known by the same label, holder and place.
/// Where the journal says the same already, only the files on the stick are
/// written anew and nothing is recorded.
///
/// # Errors
/// A stick that cannot be written, a label that another has, an unknown holder.
pub fn register(
    journal: &mut Journal,
    author: Author<'_>,
    mount: &Path,
    label: &str,
    holder: &str,
    place: &str,
) -> Result<(Carrier, Option<Recorded>)> {
    if !mount.is_dir() {
        return Err(
            Error::input(format!("нет папки «{}»", mount.display())).next("подключите носитель и укажите его папку")
        );
    }
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
    let recorded = if known.is_some_and(|known| says(&known) == registered) {
        None
    } else {
        Some(journal.record(author, registered)?)
    };
    let card = Card::new(&id, &label, &holder_name, &place, &author.now().trunc_subsecs(0).to_rfc3339());
    Ok((Carrier::register(mount, &card)?, recorded))
}

/// Whether a stick without a card holds an archive of the journal that lies on this carrier.
fn holds(journal: &Journal, mount: &Path, id: &str) -> bool {
    if mount.join(carrier::FOLDER).join(carrier::CARD).exists() {
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
    folder.join(carrier::CARD).exists() && carrier::check(&folder).iter().any(|finding| finding.path == carrier::CARD)
}

/// Whether the journal knows a carrier of this id.
pub fn is_known(journal: &Journal, id: &str) -> Result<bool> {
    Ok(read::carrier(journal.tables(), id)?.is_some())
}

/// A random id of 16 hex digits: enough that no two sticks of a school share one.
fn new_id() -> String {
    // An identity is the one source of system randomness that the program has; its public half is as random.
    let random = crate::ledger::identity::Identity::generate().public();
    crate::ledger::chain::hex(&random.key()[..8])
}

fn writable(mount: &Path) -> Result<()> {
    let probe = mount.join(".letopis-probe");
    std::fs::write(&probe, b"")
        .and_then(|()| std::fs::remove_file(&probe))
        .map_err(|e| Error::file("записать", mount, &e))
}
