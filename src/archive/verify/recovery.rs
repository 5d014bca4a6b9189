//! The recovery data: whether they are whole, and what they could do about the damage that was found.
//!
//! Nothing lists them. Their packets check themselves, and which files there must be follows from the share that
//! `bag-info.txt` names. Whatever else lies in their folder is a stranger's.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::archive::bag::{BagPath, Facts, Folder, INFO, RECOVERY, is_recovery_of};
use crate::archive::par2::create::{Share, volume_names};
use crate::archive::par2::{PacketFile, Recovery};
use crate::archive::progress::Progress;
use crate::archive::recovery::{find, of_copies, of_listed};
use crate::archive::report::{Finding, Healing, Severity};
use crate::archive::targets::FAT32_LIMIT;

use super::files::{Files, each_named};

/// Checks the recovery data. `known` is what was found before: damage there is held against them.
pub(super) fn check(
    folder: &Folder,
    files: &Files,
    facts: Option<&Facts>,
    known: &[Finding],
    progress: &dyn Progress,
) -> (Vec<Finding>, Option<Healing>) {
    progress.begin("данные для восстановления", 0);
    let roots = [folder.root().to_owned()];
    let recovery = of_listed(&[(folder.root(), files.listed())]);
    // What was itself damaged tells nothing.
    let is_sound = known.iter().all(|finding| finding.path != INFO || !finding.is_fault());
    let share = facts.filter(|_| is_sound).and_then(|facts| Share::new(facts.recovery).ok());
    let name = name(folder, &recovery, is_sound);
    let wanted = share.map(|share| wanted(&recovery, share, &name));
    let here: Vec<&BagPath> = files.all().filter(|path| path.is_in(RECOVERY)).collect();
    let (mut findings, mut strays) = (Vec::new(), Vec::new());
    for path in &here {
        let read = recovery.files.get(&path.under(folder.root()));
        let is_own = match &wanted {
            Some(Wanted::Files(wanted)) => wanted.contains_key(path.as_str()),
            Some(Wanted::None) => false,
            Some(Wanted::Unknown) => is_recovery_of(&name, path.as_str()),
            None => {
                is_recovery_of(&name, path.as_str()) || read.is_some_and(|read| read.is_of_set && !read.is_of_others)
            }
        };
        let range = match &wanted {
            Some(Wanted::Files(wanted)) => wanted.get(path.as_str()),
            _ => None,
        };
        match is_own {
            true => findings.extend(fault_of(read, range).map(|why| Finding::damage(path, why))),
            false => strays.push(*path),
        }
    }
    findings.extend(each_named(RECOVERY, &strays));
    match &wanted {
        Some(Wanted::Unknown) => {
            let what = "данные для восстановления были записаны с архивом, но пропали или не читаются";
            findings.push(Finding::damage(RECOVERY, what));
        }
        Some(Wanted::Files(wanted)) => {
            let lacking = wanted.keys().filter(|wanted| here.iter().all(|path| path.as_str() != *wanted));
            let what = "файл отсутствует: данных для восстановления стало меньше";
            findings.extend(lacking.map(|file| Finding::damage(file, what)));
        }
        _ => {}
    }
    let damaged = known.iter().any(|finding| finding.severity == Severity::Damage);
    // What lies elsewhere is not searched for slices.
    let healing = recovery.set.as_ref().filter(|_| damaged && !files.elsewhere).map(|set| {
        let found = find(set, &roots, progress);
        Healing { slices: set.slices(), lost: found.located.lost().count(), available: recovery.slices.len() }
    });
    (findings, healing)
}

/// Which files of recovery data the archive must have, by what is read of them so far; none where that cannot be told.
pub(super) fn expected(folder: &Folder) -> Vec<BagPath> {
    let Some(facts) = folder.info().and_then(|info| Facts::from_info(&info).ok()) else { return Vec::new() };
    let Ok(share) = Share::new(facts.recovery) else { return Vec::new() };
    match wanted(&of_copies(&[folder.root().to_owned()]), share, &folder.called()) {
        Wanted::Files(files) => files.keys().filter_map(|file| BagPath::new(file).ok()).collect(),
        Wanted::None | Wanted::Unknown => Vec::new(),
    }
}

/// Strangers' files beside the recovery data, where nothing but names is looked at.
pub(super) fn strays_by_name(folder: &Folder, files: &Files) -> Vec<Finding> {
    let name = folder.called();
    let strays = files.all().filter(|path| path.is_in(RECOVERY) && !is_recovery_of(&name, path.as_str()));
    each_named(RECOVERY, &strays.collect::<Vec<_>>())
}

/// Which files of recovery data there must be.
enum Wanted {
    /// None: the archive was made without.
    None,
    /// Some, and what is left does not tell which.
    Unknown,
    /// These, with the recovery slices in each.
    Files(BTreeMap<String, Range<usize>>),
}

fn wanted(recovery: &Recovery, share: Share, name: &str) -> Wanted {
    match &recovery.set {
        _ if share.percent() == 0 => Wanted::None,
        None => Wanted::Unknown,
        Some(set) => {
            let names = volume_names(set, share.slices(set.slices()), name, FAT32_LIMIT);
            Wanted::Files(names.into_iter().map(|(file, slices)| (format!("{RECOVERY}/{file}"), slices)).collect())
        }
    }
}

/// Why a file of recovery data is not what it must be.
fn fault_of(read: Option<&PacketFile>, range: Option<&Range<usize>>) -> Option<String> {
    let Some(read) = read else {
        return Some("слишком длинный для данных для восстановления: не читается".to_owned());
    };
    if let Some(fault) = &read.fault {
        return Some(fault.clone());
    }
    let has = |exponent: usize| u32::try_from(exponent).is_ok_and(|exponent| read.exponents.contains(&exponent));
    let lacks = range.is_some_and(|range| !read.is_of_set || range.clone().any(|exponent| !has(exponent)));
    (lacks || read.is_of_others)
        .then(|| "в нём не те данные для восстановления, что были записаны с архивом".to_owned())
}

/// The archive's name in the names of the files: what it calls itself. Its folder may have been renamed since, and where
/// `bag-info.txt` is damaged, the files that are whole tell.
fn name(folder: &Folder, recovery: &Recovery, is_sound: bool) -> String {
    if is_sound {
        return folder.called();
    }
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for (path, _) in recovery.files.iter().filter(|(_, read)| read.is_of_set && read.fault.is_none()) {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let stem = stem.split_once(".vol").map_or(stem.as_ref(), |(name, _)| name).to_owned();
        *names.entry(stem).or_default() += 1;
    }
    names.into_iter().max_by_key(|(_, count)| *count).map_or_else(|| folder.name(), |(name, _)| name)
}
