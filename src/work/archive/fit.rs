//! Whether two carriers may take an archive of a journal: registered, apart, writable, on two devices, and with no archive on
//! them that the journal contradicts (§2.5, §5.5.4).

use std::path::{Path, PathBuf};

use super::witnesses::{Outside, witnessed};
use crate::archive::bag::{Facts, Folder};
use crate::archive::bagit::is_foreign;
use crate::archive::carrier::{Carrier, locate};
use crate::device;
use crate::error::{Action, Detail, Error, Result, Warning};
use crate::journal::read::Tables;
use crate::journal::{Proven, read, rules};
use crate::ledger::chain::hex;
use crate::school::counted;
use crate::work::year;

/// Whether two carriers may take an archive: registered, apart, on two devices that can be written. Gives what
/// `allow_same_device` puts up with.
pub(super) fn check_carriers(
    tables: &Tables,
    journal: &Path,
    carriers: &[Carrier],
    mounts: &[PathBuf],
    allow_same_device: bool,
) -> Result<Vec<Warning>> {
    acceptable(tables, carriers, mounts)?;
    for (carrier, mount) in carriers.iter().zip(mounts) {
        if device::is_read_only(mount)? {
            let label = &carrier.card().label;
            return Err(Error::environment(format!("носитель «{label}» ({}) доступен только для чтения", mount.display()))
                .next("снимите защиту от записи (переключатель на корпусе), отключите и подключите его снова; если не помогло, замените носитель"));
        }
    }
    Ok(device::check_targets(mounts, journal, allow_same_device)?.into_iter().map(Warning::from).collect())
}

/// §2.5, §5.5.4: two registered carriers, of different holders, kept in different places.
fn acceptable(tables: &Tables, carriers: &[Carrier], mounts: &[PathBuf]) -> Result<()> {
    let ([one, other], [_, mount]) = (carriers, mounts) else {
        return Err(Error::input(format!("нужны два носителя (§2.5), а указано {}", carriers.len()))
            .next_by("укажите оба", Action::Give(Detail::BothCarriers)));
    };
    let (first, second) = (&one.card().label, &other.card().label);
    if one.card().id == other.card().id {
        return Err(Error::input(format!("носитель «{first}» назван дважды, а нужны два разных (§2.5)"))
            .next_by("подключите второй и укажите его папку", Action::Give(Detail::SecondCarrier)));
    }
    for carrier in carriers {
        if read::carrier(tables, &carrier.card().id)?.is_none() {
            return Err(Error::refused(format!(
                "носитель «{}» не зарегистрирован в этом журнале",
                carrier.card().label
            ))
            .next_by("зарегистрируйте его", Action::RegisterCarrier));
        }
        rules::is_not_lost(tables, &carrier.card().id)?;
    }
    let (one, other) = (holder_and_place(tables, one)?, holder_and_place(tables, other)?);
    let (one_holder, one_place) = (one.0 == other.0, crate::school::same_word(&one.1, &other.1));
    let what = match (one_holder, one_place) {
        (true, _) => format!("у носителей «{first}» и «{second}» один хранитель ({})", one.0),
        (false, true) => format!("носители «{first}» и «{second}» хранятся в одном месте ({})", one.1),
        (false, false) => return Ok(()),
    };
    let (holder, place) = ((!one_holder).then_some(other.0), (!one_place).then_some(other.1));
    Err(Error::refused(format!("{what}, а копии хранятся в разных помещениях у директора и у завуча (§2.5, §5.5.4)"))
        .next("подключите другой носитель")
        .then_by(
            format!("если же «{second}» записан неверно, зарегистрируйте его заново"),
            Action::CorrectCarrier { mount: mount.clone(), label: second.clone(), holder, place },
        ))
}

fn holder_and_place(tables: &Tables, carrier: &Carrier) -> Result<(String, String)> {
    let known = read::carrier(tables, &carrier.card().id)?;
    let known = known.ok_or_else(|| {
        Error::damaged(format!("носителя {} нет в журнале", carrier.card().id))
            .next_by("зарегистрируйте носитель", Action::RegisterCarrier)
    })?;
    Ok((known.holder.to_string(), known.place))
}

/// The archives of this journal that lie on the carriers, and the last that it recorded, are of today's chain: nobody
/// has cut the ledger's end off, or taken up an older copy of it. An archive is believed only what its signature covers.
///
/// # Errors
/// An archive that the journal contradicts; one whose lists or signature do not hold, which is no witness at all.
pub(super) fn continues(proven: &Proven, carriers: &[Carrier]) -> Result<()> {
    let id = hex(&proven.tip().journal);
    for carrier in carriers {
        let located = locate(carrier.folder())?;
        let sealed = located.unfinished.into_iter().filter(|bag| Folder::new(bag).is_sealed());
        for bag in located.bags.into_iter().chain(sealed) {
            if is_foreign(&Folder::new(&bag)) {
                continue;
            }
            let witnessed = witnessed(&bag)?;
            let of_lost_part = read::is_given_up(&proven.tables()?, witnessed.facts.length, &witnessed.facts.head)?
                && proven.head_at(witnessed.facts.length).map(|head| hex(&head)).as_ref()
                    != Some(&witnessed.facts.head);
            if witnessed.facts.journal == id && !of_lost_part {
                let (length, shown) = (witnessed.facts.length, bag.display().to_string());
                let facts = witnessed.facts.clone();
                let testimony = Outside::Archive(Box::new(witnessed)).ask(proven)?;
                testimony.length.map_err(|_| not_in_chain(length, &shown))?;
                follows_a_known_one(proven, &facts, &shown)?;
            }
        }
    }
    let last = read::all_archives(&proven.tables()?)?.pop();
    last.map_or(Ok(()), |last| in_chain(proven, last.length, &last.head, &last.name))
}

/// An archive that was made of an older one names the place of that one; what it follows tells how far the journal had
/// come.
fn follows_a_known_one(proven: &Proven, facts: &Facts, archive: &str) -> Result<()> {
    let Some(previous) = &facts.previous else { return Ok(()) };
    let recorded = read::all_archives(&proven.tables()?)?.iter().any(|known| known.code == previous.code);
    if recorded || year::archive_before(proven)?.is_some_and(|before| before.code == previous.code) {
        return Ok(());
    }
    Err(Error::damaged(format!(
        "архив «{archive}» следует за архивом «{}», которого в этом журнале нет: журнал подменён или его конец отрезан",
        previous.name
    ))
    .next_by("не создавайте архив: сверьте журнал с этим носителем", Action::AuditAgainstWitness)
    .then_by(RESTORED, Action::ResumeJournal))
}

/// Said where a journal turns out to be an older copy of itself.
const RESTORED: &str = "если журнал восстановлен из старой копии, запишите это и продолжайте его";

fn in_chain(proven: &Proven, length: u64, head: &str, archive: &str) -> Result<()> {
    match proven.head_at(length).map(|head| hex(&head)) {
        Some(ours) if ours == head => Ok(()),
        _ => Err(not_in_chain(length, archive)),
    }
}

fn not_in_chain(length: u64, archive: &str) -> Error {
    Error::damaged(format!(
        "архив «{archive}» сделан по {}, которых в этом журнале нет: журнал подменён или его конец отрезан",
        counted(length, ["записи", "записям", "записям"])
    ))
    .next_by("не создавайте архив: сверьте журнал с этим носителем и сообщите директору", Action::AuditAgainstWitness)
    .then_by("восстановите журнал из этой копии", Action::RestoreArchive)
    .then_by(RESTORED, Action::ResumeJournal)
}
