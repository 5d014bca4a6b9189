//! Making up the second copy of an archive that has only one: a carrier was full or pulled out when it was made, was wiped or
//! is lost since (§2.5, §5.8).

use std::path::{Path, PathBuf};

use super::fit::{check_carriers, continues};
use super::trust::Witness;
use crate::archive::anchor::Anchor;
use crate::archive::carrier::Carrier;
use crate::archive::create;
use crate::archive::progress::Progress;
use crate::archive::report::Verdict;
use crate::archive::verify::{Request, verify};
use crate::error::{Error, Result};
use crate::journal::entry::ArchiveCopied;
use crate::journal::{Author, Journal, read};

/// What is wanted.
pub struct Wish<'a> {
    /// The archive's name.
    pub name: &'a str,
    /// Where the carrier with the whole copy is mounted, and where the other goes.
    pub from: &'a Path,
    pub to: &'a Path,
    pub allow_same_device: bool,
}

/// Whether the journal lists the copy; on a carrier that was wiped since it is missing all the same.
fn is_recorded(journal: &Journal, copied: &ArchiveCopied) -> Result<bool> {
    let sql = "SELECT 1 FROM archive_copies WHERE archive = ?1 AND carrier = ?2";
    Ok(journal.tables().prepare_cached(sql)?.exists([&copied.archive, &copied.carrier])?)
}

/// Refuses a carrier where another archive lies under the name of this one.
fn not_another(journal: &Journal, name: &str, carrier: &Carrier) -> Result<()> {
    let bag = carrier.bag(name);
    let sql = "SELECT tagmanifest FROM archives WHERE name = ?1";
    let code: String = journal.tables().prepare_cached(sql)?.query_row([name], |row| row.get(0))?;
    if !bag.is_declared() || bag.code().is_ok_and(|found| found.to_string() == code) {
        return Ok(());
    }
    let place = bag.root().display().to_string();
    Err(Error::damaged(format!("в папке «{place}» лежит не архив «{name}»: код не тот, что в журнале"))
        .next("проверьте её: letopis archive verify; если это не исправить, перенесите папку с носителя и повторите"))
}

/// Writes the second copy, byte for byte, reads it back and records it. Gives where it lies, and what should be known.
///
/// # Errors
/// An archive that the journal did not record; a copy that is not whole or not genuine; carriers that are not fit for the
/// two of them; a second copy that is there already.
pub fn complete(
    journal: &mut Journal,
    author: Author<'_>,
    wish: &Wish<'_>,
    progress: &dyn Progress,
) -> Result<(PathBuf, Vec<String>)> {
    let name = wish.name;
    if !read::archives(journal.tables())?.iter().any(|known| known == name) {
        return Err(Error::input(format!("архив «{name}» в журнале не записан")).next("имена: letopis archive list"));
    }
    let mounts = [wish.from.to_owned(), wish.to.to_owned()];
    let carriers = mounts.iter().map(|mount| Carrier::open(mount)).collect::<Result<Vec<_>>>()?;
    let mut notes = check_carriers(journal, &carriers, &mounts, wish.allow_same_device)?;
    continues(journal, &carriers)?;
    let copied = ArchiveCopied { archive: name.to_owned(), carrier: carriers[1].card().id.clone() };
    // A refusal is better heard before the copy is written; what is not committed is not recorded.
    journal.batch()?.record(author, copied.clone())?;
    not_another(journal, name, &carriers[1])?;
    if carriers[1].bag(name).is_declared() && is_recorded(journal, &copied)? {
        return Err(Error::refused(format!(
            "на носителе «{}» копия архива «{name}» уже есть",
            carriers[1].card().label
        ))
        .next("проверьте её: letopis archive verify НОСИТЕЛЬ; повреждённую исправьте: letopis archive repair"));
    }
    let source = carriers[0].bag(name);
    if !source.root().is_dir() {
        return Err(Error::input(format!("на носителе «{}» нет архива «{name}»", carriers[0].card().label))
            .next("укажите носитель с целой копией: --from НОСИТЕЛЬ"));
    }
    let witness = Witness(journal);
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
        .next("сначала исправьте её: letopis archive repair"));
    }
    notes.extend(create::complete(name, &carriers[0], &carriers[1], progress)?);
    journal.record(author, copied)?;
    Ok((carriers[1].bag(name).root().to_owned(), notes))
}
