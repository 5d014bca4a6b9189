//! Whether two carriers may take an archive of a journal: registered, apart, writable, on two devices, and with no archive on
//! them that the journal contradicts (§2.5, §5.5.4).

use std::path::PathBuf;

use super::trust::Witness;
use crate::archive::anchor::JournalFacts;
use crate::archive::carrier::{Carrier, locate};
use crate::device;
use crate::error::{Error, Result};
use crate::journal::{Journal, rules};
use crate::ledger::chain::hex;
use rusqlite::OptionalExtension;

/// Whether two carriers may take an archive: registered, apart, on two devices that can be written. Gives what
/// `allow_same_device` puts up with.
pub(super) fn check_carriers(
    journal: &Journal,
    carriers: &[Carrier],
    mounts: &[PathBuf],
    allow_same_device: bool,
) -> Result<Vec<String>> {
    acceptable(journal, carriers, mounts)?;
    for (carrier, mount) in carriers.iter().zip(mounts) {
        if device::is_read_only(mount)? {
            let label = &carrier.card().label;
            return Err(Error::environment(format!("носитель «{label}» ({}) доступен только для чтения", mount.display()))
                .next("снимите защиту от записи (переключатель на корпусе), отключите и подключите его снова; если не помогло, замените носитель"));
        }
    }
    device::check_targets(mounts, journal.path(), allow_same_device)
}

/// §2.5, §5.5.4: two registered carriers, of different holders, kept in different places.
fn acceptable(journal: &Journal, carriers: &[Carrier], mounts: &[PathBuf]) -> Result<()> {
    let ([one, other], [_, mount]) = (carriers, mounts) else {
        return Err(Error::input(format!("нужны два носителя (§2.5), а указано {}", carriers.len()))
            .next("укажите оба: --to НОСИТЕЛЬ1 --to НОСИТЕЛЬ2"));
    };
    let (first, second) = (&one.card().label, &other.card().label);
    if one.card().id == other.card().id {
        return Err(Error::input(format!("носитель «{first}» назван дважды, а нужны два разных (§2.5)"))
            .next("подключите второй и укажите его папку: --to НОСИТЕЛЬ2"));
    }
    for carrier in carriers {
        if !super::register::is_known(journal, &carrier.card().id)? {
            return Err(Error::refused(format!(
                "носитель «{}» не зарегистрирован в этом журнале",
                carrier.card().label
            ))
            .next("зарегистрируйте его: letopis carrier register"));
        }
        rules::is_not_lost(journal.tables(), &carrier.card().id)?;
    }
    let (one, other) = (holder_and_place(journal, one)?, holder_and_place(journal, other)?);
    let (what, right) = if one.0 == other.0 {
        (
            format!("у носителей «{first}» и «{second}» один хранитель ({})", one.0),
            "--holder ДРУГОЙ_ЛОГИН --place МЕСТО",
        )
    } else if crate::school::same_word(&one.1, &other.1) {
        (format!("носители «{first}» и «{second}» хранятся в одном месте ({})", one.1), "--place ДРУГОЕ_МЕСТО")
    } else {
        return Ok(());
    };
    let holder = if one.0 == other.0 { String::new() } else { format!(" --holder {}", other.0) };
    Err(Error::refused(format!("{what}, а копии хранятся в разных помещениях у директора и у завуча (§2.5, §5.5.4)"))
        .next(format!(
            "подключите другой носитель; если же «{second}» записан неверно, зарегистрируйте его заново: \
             letopis carrier register {} --label {second}{holder} {right}",
            mount.display()
        )))
}

fn holder_and_place(journal: &Journal, carrier: &Carrier) -> Result<(String, String)> {
    let sql = "SELECT holder, place FROM carriers WHERE id = ?1";
    let mut statement = journal.tables().prepare_cached(sql)?;
    Ok(statement.query_row([&carrier.card().id], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// The archives of this journal that lie on the carriers, and the last that it recorded, are of today's chain: nobody
/// has cut the ledger's end off, or taken up an older copy of it.
pub(super) fn continues(journal: &Journal, carriers: &[Carrier]) -> Result<()> {
    let id = hex(&journal.tip()?.journal);
    for carrier in carriers {
        for bag in locate(carrier.folder())?.bags {
            let Ok(report) = crate::archive::settle::read_facts(&bag) else { continue };
            if report.journal == id {
                in_chain(journal, report.length, &report.head, &bag.display().to_string())?;
            }
        }
    }
    let sql = "SELECT name, length, head FROM archives ORDER BY entry DESC LIMIT 1";
    let last: Option<(String, u64, String)> =
        journal.tables().db().query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional()?;
    last.map_or(Ok(()), |(name, length, head)| in_chain(journal, length, &head, &name))
}

fn in_chain(journal: &Journal, length: u64, head: &str, archive: &str) -> Result<()> {
    match Witness(journal).head_at(length)? {
        Some(ours) if ours == head => Ok(()),
        _ => Err(Error::damaged(format!(
            "архив «{archive}» сделан по {length} записям, которых в этом журнале нет: журнал подменён или его конец отрезан"
        ))
        .next("не создавайте архив: восстановите журнал из этой копии и сообщите директору")),
    }
}
