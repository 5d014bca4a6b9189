//! Damaged archives made whole again from what is left of them, and what the journal learns of it.

use super::checked::carrier_of;
use crate::archive::carrier::{self, locate};
use crate::archive::progress::Progress;
use crate::archive::repair::{Repaired, Wish, repair};
use crate::error::{Action, Detail, Error, Result};
use crate::files;
use crate::journal::entry::ArchiveRepaired;
use crate::journal::{Author, Journal, Recorded, read};
use std::path::{Path, PathBuf};

/// An archive to be healed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damaged {
    /// Its folder.
    pub bag: PathBuf,
    /// The other copy, which is only read.
    pub other: Option<PathBuf>,
}

/// The archives under a path, unfinished ones among them (what is missing may be healed too), each with its other copy
/// under `from`.
///
/// # Errors
/// No archive under the path; a copy that is the same one.
pub fn damaged(path: &Path, from: Option<&Path>) -> Result<Vec<Damaged>> {
    let others = from.map(self::bags).transpose()?.unwrap_or_default();
    let mut bags = bags(path)?;
    bags.extend(emptied(path, &others)?);
    if bags.is_empty() {
        return Err(
            Error::input(format!("в «{}» нет архива", path.display())).next("укажите носитель или папку архива на нём")
        );
    }
    let real = |path: &PathBuf| path.canonicalize().ok();
    if let Some(same) = others.iter().find(|other| bags.iter().any(|bag| real(bag) == real(other))) {
        return Err(Error::input(format!("«{}» — та же самая копия, а не вторая", same.display()))
            .next_by("подключите второй носитель и назовите его", Action::Give(Detail::OtherCopy)));
    }
    let single = bags.len() == 1;
    let other = |bag: &PathBuf| {
        let named = others.iter().find(|other| other.file_name() == bag.file_name());
        named.or_else(|| others.first().filter(|_| single)).cloned()
    };
    Ok(bags.iter().map(|bag| Damaged { bag: bag.clone(), other: other(bag) }).collect())
}

/// Folders on the carrier that lost all that made them archives: the path itself, and those that the other copy's carrier
/// has as archives. Of each it is said how it is written again.
fn emptied(path: &Path, others: &[PathBuf]) -> Result<Vec<PathBuf>> {
    if carrier::emptied(path).is_some() {
        return Ok(vec![path.to_owned()]);
    }
    let Some(folder) = locate(path)?.carrier else { return Ok(Vec::new()) };
    let named = others.iter().filter_map(|other| Some(folder.join(other.file_name()?)));
    Ok(named.filter(|place| carrier::emptied(place).is_some()).collect())
}

fn bags(path: &Path) -> Result<Vec<PathBuf>> {
    let found = locate(&files::named(path)?)?;
    Ok(found.bags.into_iter().chain(found.unfinished).collect())
}

/// Heals an archive where it lies, or writes it whole into the folder `to` and leaves the damaged one alone. Nothing where
/// it is whole.
///
/// # Errors
/// Damage that cannot be healed; a folder that cannot be written.
pub fn heal(damaged: &Damaged, to: Option<&Path>, progress: &dyn Progress) -> Result<Option<Repaired>> {
    let to = to.map(files::named).transpose()?;
    repair(&Wish { bag: &damaged.bag, other: damaged.other.as_deref(), to: to.as_deref() }, progress)
}

/// Enters into the journal that a copy of one of its own archives was healed where it lies.
///
/// # Errors
/// As [`record_repair`].
pub fn enter_repair(
    journal: &mut Journal,
    author: Author<'_>,
    bag: &Path,
    repaired: &Repaired,
) -> Result<Option<Recorded>> {
    let (archive, carrier) = (repaired.report.name.clone(), carrier_of(bag));
    let (files, bytes, from) = (repaired.files.len() as u64, repaired.bytes, repaired.from);
    record_repair(journal, author, ArchiveRepaired { archive, carrier, files, bytes, from })
}

/// Records the repair of one of the journal's own archives; of another's there is nothing to record.
///
/// # Errors
/// An author who may not.
pub fn record_repair(journal: &mut Journal, author: Author<'_>, repaired: ArchiveRepaired) -> Result<Option<Recorded>> {
    match read::archive(journal.tables(), &repaired.archive)? {
        Some(_) => journal.record(author, repaired).map(Some),
        None => Ok(None),
    }
}
