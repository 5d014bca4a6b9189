//! Making up the second copy of an archive that has only one: a carrier was full or pulled out when it was made, was wiped or
//! is lost since (§2.5, §5.8).

use std::path::{Path, PathBuf};

use super::super::Workplace;
use super::fit::{check_carriers, continues};
use super::trust::Witness;
use crate::archive::anchor::Anchor;
use crate::archive::carrier::Carrier;
use crate::archive::create;
use crate::archive::progress::Progress;
use crate::archive::report::Verdict;
use crate::archive::verify::{Request, verify};
use crate::error::{Action, Detail, Error, Result, Warning};
use crate::journal::entry::ArchiveCopied;
use crate::journal::read;
use crate::journal::read::Archive;

/// What is wanted.
pub struct Completion<'a> {
    /// The archive's name.
    pub name: &'a str,
    /// Where the carrier with the whole copy is mounted.
    pub from: &'a Path,
    /// Where the carrier is mounted that the copy goes to.
    pub to: &'a Path,
    /// Whether targets whose device cannot be told, or that are one device, are put up with.
    pub allow_same_device: bool,
}

/// The second copy.
#[derive(Debug)]
pub struct Completed {
    /// Where it lies.
    pub folder: PathBuf,
    /// What should be known, in Russian.
    pub notes: Vec<Warning>,
}

/// Refuses a carrier where another archive lies under the name of this one.
fn not_another(archive: &Archive, carrier: &Carrier) -> Result<()> {
    let (name, bag) = (&archive.name, carrier.bag(&archive.name));
    if !bag.is_declared() || bag.code().is_ok_and(|found| found.to_string() == archive.code) {
        return Ok(());
    }
    let place = bag.root().display().to_string();
    Err(Error::damaged(format!("в папке «{place}» лежит не архив «{name}»: код не тот, что в журнале"))
        .next_by("проверьте её", Action::VerifyArchive)
        .then("если это не исправить, перенесите папку с носителя и повторите"))
}

/// Writes the second copy, byte for byte, reads it back and records it.
///
/// # Errors
/// An archive that the journal did not record; a copy that is not whole or not genuine; carriers that are not fit for the
/// two of them; a second copy that is there already.
pub fn complete(place: &mut Workplace<'_>, wish: &Completion<'_>, progress: &dyn Progress) -> Result<Completed> {
    let (author, journal) = (place.author, &mut *place.journal);
    let name = wish.name;
    let unknown = || {
        Error::input(format!("архив «{name}» в журнале не записан")).next_by("посмотрите имена", Action::ListArchives)
    };
    read::archive(journal.tables(), name)?.ok_or_else(unknown)?;
    let mounts = [wish.from.to_owned(), wish.to.to_owned()];
    let carriers = mounts.iter().map(|mount| Carrier::open(mount)).collect::<Result<Vec<_>>>()?;
    // What is wrong with the carriers is better heard before the proof, which takes longer.
    check_carriers(journal.tables(), journal.path(), &carriers, &mounts, wish.allow_same_device)?;
    let proven = journal.prove(&mut |_| {})?;
    let tables = proven.tables()?;
    let archive = read::archive(&tables, name)?.ok_or_else(unknown)?;
    let mut notes = check_carriers(&tables, journal.path(), &carriers, &mounts, wish.allow_same_device)?;
    continues(&proven, &carriers)?;
    let copied = ArchiveCopied { archive: name.to_owned(), carrier: carriers[1].card().id.clone() };
    // A refusal is better heard before the copy is written; what is not committed is not recorded.
    journal.batch()?.record(author, copied.clone())?;
    not_another(&archive, &carriers[1])?;
    if carriers[1].bag(name).is_declared() && read::carriers_of_archive(&tables, name)?.contains(&copied.carrier) {
        return Err(Error::refused(format!(
            "на носителе «{}» копия архива «{name}» уже есть",
            carriers[1].card().label
        ))
        .next_by("проверьте её", Action::VerifyArchive)
        .then_by("повреждённую исправьте", Action::RepairArchive { bag: None }));
    }
    let source = carriers[0].bag(name);
    if !source.root().is_dir() {
        return Err(Error::input(format!("на носителе «{}» нет архива «{name}»", carriers[0].card().label))
            .next_by("укажите носитель с целой копией", Action::Give(Detail::SoundCopy)));
    }
    let witness = Witness(&proven);
    let request = Request { anchors: &[Anchor::Journal(&witness)], ..Request::default() };
    let report = verify(source.root(), &request, progress)?;
    if !matches!(report.verdict, Verdict::Genuine { .. }) {
        let faults: Vec<String> = report.faults().map(ToString::to_string).collect();
        return Err(Error::damaged(format!(
            "копия «{}» {}: {}",
            source.root().display(),
            report.verdict.word(),
            faults.join("; ")
        ))
        .next_by("сначала исправьте её", Action::RepairArchive { bag: None }));
    }
    notes.extend(create::complete(name, &carriers[0], &carriers[1], progress)?.map(Warning::from));
    journal.record(author, copied)?;
    Ok(Completed { folder: carriers[1].bag(name).root().to_owned(), notes })
}
