//! Carriers of the journal: their id on the stick and in the ledger, holder and place (§5.5.3, §5.5.4).

use std::path::Path;

use crate::archive::carrier::{Card, Carrier};
use crate::error::{Error, Result};
use crate::journal::entry::CarrierRegistered;
use crate::journal::{Author, Journal, Recorded, find};
use chrono::SubsecRound;

/// Registers the stick that is mounted at `mount`. The entry is recorded first and the stick is marked after it, so a
/// failure leaves an entry without a stick and never a stick that the ledger does not know.
///
/// # Errors
/// A stick that cannot be written, one that is registered in this journal already, an unknown holder.
pub fn register(
    journal: &mut Journal,
    author: Author<'_>,
    mount: &Path,
    label: &str,
    holder: &str,
    place: &str,
) -> Result<(Carrier, Recorded)> {
    if !mount.is_dir() {
        return Err(
            Error::input(format!("нет папки «{}»", mount.display())).next("подключите носитель и укажите его папку")
        );
    }
    if let Ok(known) = Carrier::open(mount)
        && is_known(journal, &known.card().id)?
    {
        return Err(Error::refused(format!("это уже зарегистрированный носитель «{}»", known.card().label))
            .next("укажите другой носитель"));
    }
    writable(mount)?;
    let holder_name = find::staff(journal.tables(), holder)?.map(|person| person.name.full()).unwrap_or_default();
    let id = new_id();
    let registered = CarrierRegistered {
        id: id.clone(),
        label: label.to_owned(),
        holder: holder.to_owned(),
        place: place.to_owned(),
        device: String::new(),
    };
    let recorded = journal.record(author, registered)?;
    let card = Card::new(&id, label, &holder_name, place, &author.now.trunc_subsecs(0).to_rfc3339());
    Ok((Carrier::register(mount, &card)?, recorded))
}

/// Whether the journal knows a carrier of this id.
pub fn is_known(journal: &Journal, id: &str) -> Result<bool> {
    Ok(journal.tables().prepare_cached("SELECT 1 FROM carriers WHERE id = ?1")?.exists([id])?)
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

/// Every carrier of the journal, in the order of registration.
pub fn all(journal: &Journal) -> Result<Vec<CarrierRegistered>> {
    let mut statement =
        journal.tables().prepare_cached("SELECT id, label, holder, place, device FROM carriers ORDER BY entry")?;
    let rows = statement.query_map([], |row| {
        let (id, label, holder, place, device) = (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
        Ok(CarrierRegistered { id, label, holder, place, device })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
