//! What a damaged bag can be brought back from, and the files as they were.

use std::path::{Path, PathBuf};

use super::{beyond, listed};
use crate::archive::bag::{BagPath, Folder, MANIFEST, RECOVERY, SIGNATURE, TAGMANIFEST, total};
use crate::archive::par2::create::files_in;
use crate::archive::par2::locate::{Located, State, locate};
use crate::archive::par2::{self, Recovery, Set};
use crate::archive::progress::{Progress, Quiet};
use crate::archive::report::Report;
use crate::archive::sum::Sum;
use crate::device::free_space;
use crate::error::{Action, Detail, Error, Result};
use crate::files::{self, Readers};
use crate::journal::entry::RepairedFrom;

/// Room for folders and what is left of clusters.
const SLACK: u64 = 1024 * 1024;

/// The files that were brought back.
pub(super) struct Drawn {
    pub files: Vec<BagPath>,
    pub from: RepairedFrom,
}

/// Writes the damaged files of the bag, as they were, into `out`.
pub(super) fn damaged(
    bag: &Folder,
    other: Option<&Path>,
    report: &Report,
    out: &Path,
    progress: &dyn Progress,
) -> Result<Drawn> {
    let copies = copies(bag, other)?;
    let recovery = all_recovery(&copies);
    let Some(set) = &recovery.set else {
        let (files, known) = (by_sums(&copies)?, Folder::new(&copies[0]));
        let lacking = |(path, sum): &(BagPath, Sum)| sum_of(&known, path) != Some(*sum);
        return whole_files(&copies, files.into_iter().filter(lacking).collect(), out, progress);
    };
    let located = locate(set, &copies, progress);
    let wanted: Vec<usize> = (0..set.files.len()).filter(|at| located.copies[0][*at] != State::Whole).collect();
    if wanted.is_empty() && report.faults().all(|finding| !finding.path.starts_with(RECOVERY)) {
        // The set vouches for every file and the archive does not: it was made over other files.
        let files = by_sums(&copies)?;
        let known = Folder::new(&copies[0]);
        let lacking: Vec<_> = files.into_iter().filter(|(path, sum)| sum_of(&known, path) != Some(*sum)).collect();
        return whole_files(&copies, lacking, out, progress);
    }
    by_slices(&recovery, set, &located, &copies, &wanted, out, progress)
}

/// Writes every file of the bag, as it was, into `out`.
pub(super) fn everything(bag: &Folder, other: Option<&Path>, out: &Path, progress: &dyn Progress) -> Result<Drawn> {
    let copies = copies(bag, other)?;
    let recovery = all_recovery(&copies);
    let Some(set) = &recovery.set else {
        return whole_files(&copies, by_sums(&copies)?, out, progress);
    };
    let located = locate(set, &copies, progress);
    let all: Vec<usize> = (0..set.files.len()).collect();
    by_slices(&recovery, set, &located, &copies, &all, out, progress)
}

/// The folders to draw from: the bag's, and the other copy's, which must be the same archive.
fn copies(bag: &Folder, other: Option<&Path>) -> Result<Vec<PathBuf>> {
    let mut copies = vec![bag.root().to_owned()];
    let Some(other) = other else { return Ok(copies) };
    let other = Folder::new(other);
    let same_file = |name: &str| bag.read_tag(name).ok().is_some_and(|bytes| other.read_tag(name).ok() == Some(bytes));
    let set = |folder: &Folder| recovery_of(folder.root()).set.map(|set| set.id);
    let same = [TAGMANIFEST, SIGNATURE, MANIFEST].into_iter().any(same_file)
        || set(bag).is_some_and(|id| set(&other) == Some(id));
    if !same {
        return Err(Error::input(format!(
            "«{}» и «{}» — не копии одного архива: не совпадают ни списки сумм, ни подпись",
            bag.root().display(),
            other.root().display()
        ))
        .next_by("укажите вторую копию того же архива", Action::Give(Detail::OtherCopy)));
    }
    copies.push(other.root().to_owned());
    Ok(copies)
}

fn recovery_of(bag: &Path) -> Recovery {
    par2::read(&files_in(&bag.join(RECOVERY)).unwrap_or_default())
}

/// The recovery data of all copies together.
fn all_recovery(copies: &[PathBuf]) -> Recovery {
    let files = copies.iter().flat_map(|copy| files_in(&copy.join(RECOVERY)).unwrap_or_default());
    par2::read(&files.collect::<Vec<_>>())
}

fn by_slices(
    recovery: &Recovery,
    set: &Set,
    located: &Located,
    copies: &[PathBuf],
    wanted: &[usize],
    out: &Path,
    progress: &dyn Progress,
) -> Result<Drawn> {
    let lost = located.lost().count();
    if lost > recovery.slices.len() {
        let name = Folder::new(&copies[0]).name();
        return Err(beyond(&name, lost, recovery.slices.len(), copies.len() > 1));
    }
    has_room(out, wanted.iter().map(|at| set.files[*at].length).sum())?;
    par2::repair::repair(recovery, located, copies, wanted, out, progress)?;
    let from_copy = located.slices.iter().flatten().any(|place| place.copy > 0);
    let from = match (lost > 0, from_copy) {
        (true, true) => RepairedFrom::Both,
        (false, true) => RepairedFrom::Copy,
        (_, false) => RepairedFrom::Recovery,
    };
    Ok(Drawn { files: wanted.iter().map(|at| set.files[*at].name.clone()).collect(), from })
}

/// Every file that the archive must have but its recovery data, and its sum, from lists that one of the copies has whole
/// and signed.
fn by_sums(copies: &[PathBuf]) -> Result<Vec<(BagPath, Sum)>> {
    for copy in copies {
        if let Some(list) = listed::signed(&[copy]) {
            return Ok(list.into_iter().collect());
        }
    }
    let name = Folder::new(&copies[0]).name();
    Err(Error::damaged(format!("в архиве «{name}» нет ни данных для восстановления, ни целых подписанных списков"))
        .next_by("ничего не изменено; укажите вторую копию", Action::Give(Detail::OtherCopy)))
}

/// The sum of a file that is there, and that a walk finds to be a plain one.
fn sum_of(folder: &Folder, path: &BagPath) -> Option<Sum> {
    folder.list().files.get(path)?;
    folder.open(path).and_then(|file| Sum::of_reader(file, &Quiet)).ok().map(|(sum, _)| sum)
}

/// The most bytes that a file has in any of the copies.
fn largest(copies: &[PathBuf], path: &BagPath) -> u64 {
    let sizes = copies.iter().filter_map(|copy| files::length(&path.under(copy)).ok());
    sizes.max().unwrap_or_default()
}

/// The damaged files stay until the repaired ones are proved, so both must find room.
fn has_room(out: &Path, bytes: u64) -> Result<()> {
    let needed = bytes.saturating_add(SLACK);
    let Some(free) = free_space(out)?.filter(|free| *free < needed) else { return Ok(()) };
    Err(Error::environment(format!(
        "исправленным файлам нужно до {} МиБ, а свободно {} МиБ: «{}»",
        (needed >> 20) + 1,
        free >> 20,
        out.parent().and_then(Path::parent).unwrap_or(out).display()
    ))
    .next_by("ничего не изменено; запишите исправленный архив туда, где места хватит", Action::Give(Detail::Folder)))
}

/// Copies whole files, from whichever copy has them.
fn whole_files(copies: &[PathBuf], wanted: Vec<(BagPath, Sum)>, out: &Path, progress: &dyn Progress) -> Result<Drawn> {
    progress.begin("копирование целых файлов", 0);
    let name = Folder::new(&copies[0]).name();
    let mut files = Vec::new();
    has_room(out, total(wanted.iter().map(|(path, _)| largest(copies, path))))?;
    for (path, sum) in wanted {
        let source = copies.iter().map(Folder::new).find(|folder| sum_of(folder, &path) == Some(sum));
        let Some(source) = source else {
            return Err(Error::damaged(format!("файл «{path}» архива «{name}» повреждён во всех копиях, что указаны"))
                .next_by("ничего не изменено; укажите вторую копию", Action::Give(Detail::OtherCopy)));
        };
        let target = path.under(out);
        let copy = || {
            target.parent().map_or(Ok(()), |folder| files::make_folders(folder, Readers::All))?;
            let mut file = files::create(&target, Readers::All)?;
            std::io::copy(&mut source.open(&path)?, &mut file)?;
            file.sync_all()
        };
        copy().map_err(|cause| Error::file("записать", &target, &cause))?;
        files.push(path);
    }
    Ok(Drawn { files, from: RepairedFrom::Copy })
}
