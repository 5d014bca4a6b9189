//! What a damaged bag can be brought back from, and the files as they were.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{beyond, listed};
use crate::archive::bag::{BagPath, Folder, MANIFEST, MAX_INFO, Oxum, RECOVERY, SIGNATURE, TAGMANIFEST, total};
use crate::archive::par2::locate::State;
use crate::archive::par2::{self, Recovery, Set};
use crate::archive::progress::{Progress, Quiet};
use crate::archive::recovery::{Found, find, of_copies};
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
    let recovery = of_copies(&copies);
    let Some(set) = &recovery.set else {
        let (files, known) = (by_sums(&copies)?, Folder::new(&copies[0]));
        let lacking = |(path, sum): &(BagPath, Sum)| sum_of(&known, path) != Some(*sum);
        return whole_files(&copies, files.into_iter().filter(lacking).collect(), out, progress);
    };
    let found = find(set, &copies, progress);
    let wanted: Vec<usize> = (0..set.files.len()).filter(|at| found.located.copies[0][*at] != State::Whole).collect();
    if wanted.is_empty() && report.faults().all(|finding| !finding.path.starts_with(RECOVERY)) {
        // The set vouches for every file and the archive does not: it was made over other files.
        let files = by_sums(&copies)?;
        let known = Folder::new(&copies[0]);
        let lacking: Vec<_> = files.into_iter().filter(|(path, sum)| sum_of(&known, path) != Some(*sum)).collect();
        return whole_files(&copies, lacking, out, progress);
    }
    by_slices(&recovery, set, &found, &wanted, out, progress)
}

/// Writes every file of the bag, as it was, into `out`.
pub(super) fn everything(bag: &Folder, other: Option<&Path>, out: &Path, progress: &dyn Progress) -> Result<Drawn> {
    let copies = copies(bag, other)?;
    let recovery = of_copies(&copies);
    let Some(set) = &recovery.set else {
        return whole_files(&copies, by_sums(&copies)?, out, progress);
    };
    let found = find(set, &copies, progress);
    let all: Vec<usize> = (0..set.files.len()).collect();
    by_slices(&recovery, set, &found, &all, out, progress)
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
    of_copies(&[bag.to_owned()])
}

fn by_slices(
    recovery: &Recovery,
    set: &Set,
    found: &Found,
    wanted: &[usize],
    out: &Path,
    progress: &dyn Progress,
) -> Result<Drawn> {
    let Found { copies, of, located } = found;
    let lost = located.lost().count();
    if lost > recovery.slices.len() {
        let name = Folder::new(&copies[0]).name();
        return Err(beyond(&name, lost, recovery.slices.len(), of.contains(&1)));
    }
    has_room(out, wanted.iter().map(|at| set.files[*at].length).sum())?;
    par2::repair::repair(recovery, located, copies, wanted, out, progress)?;
    let from_copy = located.slices.iter().flatten().any(|place| of[place.copy] > 0);
    let from = match (lost > 0, from_copy) {
        (true, true) => RepairedFrom::Both,
        (false, true) => RepairedFrom::Copy,
        (true, false) => RepairedFrom::Recovery,
        // Nothing was lost: it stood under another name, or in another place of a file.
        (false, false) => RepairedFrom::Itself,
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
        .next_by("ничего не изменено; укажите вторую копию", Action::Give(Detail::OtherCopy))
        .then_by("или запишите эту копию снова с другого носителя", Action::CompleteArchive { name: Some(name) }))
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
    let (mut by_sum, mut from) = (None, RepairedFrom::Itself);
    for (path, sum) in wanted {
        let named = copies.iter().position(|copy| sum_of(&Folder::new(copy), &path) == Some(sum));
        let source = named.map(|copy| (copy, path.clone())).or_else(|| {
            let others = by_sum.get_or_insert_with(|| sums_of_all(copies));
            others.get(&sum).cloned()
        });
        let Some((copy, under)) = source else {
            return Err(Error::damaged(format!("файл «{path}» архива «{name}» повреждён во всех копиях, что указаны"))
                .next_by("ничего не изменено; укажите вторую копию", Action::Give(Detail::OtherCopy)));
        };
        let target = path.under(out);
        let written = || {
            target.parent().map_or(Ok(()), |folder| files::make_folders(folder, Readers::All))?;
            let mut file = files::create(&target, Readers::All)?;
            std::io::copy(&mut Folder::new(&copies[copy]).open(&under)?, &mut file)?;
            file.sync_all()
        };
        written().map_err(|cause| Error::file("записать", &target, &cause))?;
        if copy > 0 {
            from = RepairedFrom::Copy;
        }
        files.push(path);
    }
    Ok(Drawn { files, from })
}

/// Every file of the copies by its sum, whatever it is called: the number of the copy, and its path there. What is longer
/// than the archive says that all its files are together is none of them, and is not read.
fn sums_of_all(copies: &[PathBuf]) -> BTreeMap<Sum, (usize, BagPath)> {
    let mut sums = BTreeMap::new();
    let folders = || copies.iter().map(Folder::new);
    let oxum = folders().find_map(|folder| folder.info()?.get("Payload-Oxum")?.parse::<Oxum>().ok());
    let most = oxum.map_or(u64::MAX, |oxum| oxum.bytes.max(MAX_INFO));
    for (number, folder) in folders().enumerate() {
        for (path, _) in folder.list().files.into_iter().filter(|(_, size)| *size <= most) {
            let sum = folder.open(&path).and_then(|file| Sum::of_reader(file, &Quiet));
            if let Ok((sum, _)) = sum {
                sums.entry(sum).or_insert((number, path));
            }
        }
    }
    sums
}
