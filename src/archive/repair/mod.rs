//! Repairing an archive: from its recovery data, from the other copy, or from both together, slice by slice.
//!
//! 1. [`draw`]: what there is to draw from, and the damaged files as they were, written into a folder beside the bag;
//! 2. [`recovery`]: recovery data that are lost themselves are made anew, byte for byte;
//! 3. [`swap`]: the new files take the place of the damaged ones, which are kept until everything verifies again;
//! 4. [`aside`]: what does not belong to the archive is moved beside it.
//!
//! Nothing in the bag is touched before the new files are whole and on the carrier for good, and a run that is killed
//! at any moment is taken up by the next. What cannot be repaired is left as it is.

mod aside;
mod draw;
mod listed;
mod recovery;
mod swap;

use std::path::{Path, PathBuf};

use super::bag::{BAGIT, BagPath, Folder, RECOVERY, TAGS};
use super::progress::Progress;
use super::recovery::is_par2;
use super::report::{Report, Verdict};
use super::verify::{Request, verify};
use crate::error::{Action, Detail, Error, Next, Result};
pub use crate::journal::entry::RepairedFrom;
pub(crate) use listed::signed as signed_files;

use aside::Aside;
use swap::Workshop;

/// What is to be repaired, and with what.
pub struct Wish<'a> {
    /// The folder of the damaged bag.
    pub bag: &'a Path,
    /// The folder of the other copy's bag; it is only read.
    pub other: Option<&'a Path>,
    /// Where to write the repaired bag instead of putting it in the place of the damaged one: a folder that is there.
    pub to: Option<&'a Path>,
}

/// What was done.
#[derive(Debug)]
pub struct Repaired {
    /// Where the repaired bag is.
    pub bag: PathBuf,
    /// The files that were brought back, recovery data among them.
    pub files: Vec<BagPath>,
    /// The bytes of those files.
    pub bytes: u64,
    /// Where their content came from.
    pub from: RepairedFrom,
    /// Files that do not belong to the archive, and where they were put.
    pub strangers: Option<PathBuf>,
    /// Those of them that could not be moved, and why, in Russian.
    pub left: Vec<(String, String)>,
    /// The verification afterwards.
    pub report: Report,
}

/// Repairs a bag. Nothing where it is whole already.
///
/// # Errors
/// Damage beyond what there is to draw from; another copy that is another archive; a carrier that fails. The bag is as
/// it was.
pub fn repair(wish: &Wish<'_>, progress: &dyn Progress) -> Result<Option<Repaired>> {
    let bag = Folder::new(wish.bag);
    let folder = wish.to.unwrap_or_else(|| wish.bag.parent().unwrap_or(wish.bag));
    let name = bag.root().canonicalize().map_err(|cause| Error::file("открыть", bag.root(), &cause))?;
    let name = Folder::new(name).name();
    if wish.to.is_none() {
        swap::finish_interrupted(wish.bag, folder, &name)?;
    }
    refuse_emptied(&bag, &name)?;
    let before = verify(wish.bag, &Request::default(), progress)?;
    if matches!(before.verdict, Verdict::Whole { .. }) && wish.to.is_none() {
        swap::clear(folder, &name)?;
        return Ok(tidied(&bag, folder, &name, before));
    }
    refuse_forgery(&before)?;
    let workshop = Workshop::open(folder, &name)?;
    let done = in_workshop(wish, &bag, &before, &workshop, progress);
    match done {
        Ok(repaired) => Ok(Some(repaired)),
        Err(error) => {
            // What went wrong is what matters; the next run clears up too, or goes on where files were being moved.
            if !workshop.has_moved() {
                let _ = workshop.remove();
            }
            Err(error)
        }
    }
}

/// A whole bag without the strangers' files in it; nothing where there are none.
fn tidied(bag: &Folder, folder: &Path, name: &str, mut report: Report) -> Option<Repaired> {
    report.strays().next()?;
    let aside = aside::put_aside(bag, folder, name, &report);
    forget(&mut report, &aside);
    let (strangers, left) = (aside.folder, aside.left);
    let bag = bag.root().to_owned();
    Some(Repaired { bag, files: Vec::new(), bytes: 0, from: RepairedFrom::Itself, strangers, left, report })
}

/// Takes out of a report what was said of strangers' files that are not there any more.
fn forget(report: &mut Report, aside: &Aside) {
    let is_left = |place: &str| aside.left.iter().any(|(path, _)| Path::new(path).starts_with(place));
    report.findings.retain(|finding| !finding.stray || is_left(&finding.path));
}

/// A folder that lost everything is no damaged archive: there is nothing to repair it from, and a copy of it is written
/// anew.
fn refuse_emptied(bag: &Folder, name: &str) -> Result<()> {
    // Without one list, signature or recovery data nobody can tell what the files were that may still be there.
    let is_left = |path: &BagPath| is_par2(path) || (TAGS.contains(&path.as_str()) && path.as_str() != BAGIT);
    if bag.list().files.keys().any(is_left) {
        return Ok(());
    }
    Err(Error::damaged(format!(
        "в папке «{}» не осталось ни списков архива, ни подписи, ни данных для восстановления: исправлять её нечем",
        bag.root().display()
    ))
    .next_by(
        "ничего не изменено; запишите эту копию снова с другого носителя",
        Action::CompleteArchive { name: Some(name.to_owned()) },
    ))
}

/// A bag that is whole and yet not what it claims to be is not repaired into something credible, and a stranger's not at
/// all.
fn refuse_forgery(report: &Report) -> Result<()> {
    if report.is_foreign() {
        return Err(Error::input(format!("«{}» — не архив Летописи, а другой пакет BagIt", report.name))
            .next("исправляются только архивы Летописи; повреждённые файлы возьмите из другой копии пакета"));
    }
    if report.verdict != Verdict::Forged {
        return Ok(());
    }
    let why: Vec<String> = report.faults().map(ToString::to_string).collect();
    Err(Error::damaged(format!("архив «{}» не повреждён, а не подлинен: {}", report.name, why.join("; ")))
        .next("не исправляйте его: сохраните как есть и сообщите директору"))
}

fn in_workshop(
    wish: &Wish<'_>,
    bag: &Folder,
    before: &Report,
    workshop: &Workshop,
    progress: &dyn Progress,
) -> Result<Repaired> {
    let drawn = match wish.to {
        None => draw::damaged(bag, wish.other, before, workshop.new_files(), progress)?,
        Some(_) => draw::everything(bag, wish.other, workshop.new_files(), progress)?,
    };
    workshop.admit(bag, &drawn.files)?;
    let is_lost =
        |path: &str| path == RECOVERY || path.strip_prefix(RECOVERY).is_some_and(|rest| rest.starts_with('/'));
    let recovery_lost = before.faults().any(|finding| is_lost(&finding.path));
    let from = if drawn.files.is_empty() { RepairedFrom::Itself } else { drawn.from };
    let mut files = drawn.files;
    if recovery_lost || before.facts.is_none() || wish.to.is_some() {
        files.extend(recovery::make_anew(bag, workshop, wish.to.is_some(), progress)?);
    }
    let bytes = files.iter().filter_map(|file| crate::files::length(&file.under(workshop.new_files())).ok()).sum();
    let place = match wish.to {
        None => {
            if let Err(error) = workshop.swap(bag, &files) {
                workshop.swap_back(bag, &files)?;
                return Err(error);
            }
            wish.bag.to_owned()
        }
        Some(_) => workshop.become_a_bag()?,
    };
    let mut report = verify(&place, &Request::default(), progress)?;
    if !matches!(report.verdict, Verdict::Whole { .. }) {
        // Written elsewhere, nothing of the bag was moved.
        if wish.to.is_none() {
            workshop.swap_back(bag, &files)?;
        }
        let why: Vec<String> = report.faults().take(5).map(ToString::to_string).collect();
        return Err(Error::damaged(format!(
            "после исправления архив «{}» не сходится: {}",
            report.name,
            why.join("; ")
        ))
        .next("ничего не изменено; проверьте другую копию и память этого компьютера"));
    }
    let mut aside = Aside::default();
    if wish.to.is_none() {
        let (beside, name) = (workshop.beside_bag(), before.name.as_str());
        aside = aside::put_aside(bag, beside, name, &report);
        aside::put_old_aside(&workshop.old_files(), &files, beside, name, &mut aside);
        forget(&mut report, &aside);
    }
    workshop.remove()?;
    let (strangers, left) = (aside.folder, aside.left);
    Ok(Repaired { bag: place, files, bytes, from, strangers, left, report })
}

/// How much worse than healable a bag is, in words.
fn beyond(name: &str, lost: usize, available: usize, other: bool) -> Error {
    let unchanged = Next::new("ничего не изменено");
    let next = if other {
        unchanged.then(
            "сохраните оба носителя и обратитесь к тем, кто восстанавливает данные; другие архивы на них это не портит",
        )
    } else {
        unchanged
            .then_by("укажите вторую копию", Action::Give(Detail::OtherCopy))
            .then("вместе они часто восстанавливают то, чего нет в каждой")
    };
    Error::damaged(format!(
        "архив «{name}» не восстановить: утрачено частей — {lost}, а данных для восстановления хватает на {available}"
    ))
    .next(next)
}

#[cfg(test)]
mod tests;
