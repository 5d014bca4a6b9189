//! The recovery data: whether they are whole, and what they could do about the damage that was found.
//!
//! Nothing lists them. Their packets check themselves, and which files there must be follows from the share that
//! `bag-info.txt` names.

use crate::archive::bag::{Facts, Folder, INFO, RECOVERY};
use crate::archive::par2::create::{Share, volume_names};
use crate::archive::par2::locate::locate;
use crate::archive::par2::{self, Recovery};
use crate::archive::progress::Progress;
use crate::archive::report::{Finding, Healing, Severity};
use crate::archive::targets::FAT32_LIMIT;

use super::files::Files;

/// Checks the recovery data. `known` is what was found before: damage there is held against them.
pub(super) fn check(
    folder: &Folder,
    files: &Files,
    facts: Option<&Facts>,
    known: &[Finding],
    progress: &dyn Progress,
) -> (Vec<Finding>, Option<Healing>) {
    let paths: Vec<_> = files.all().filter(|path| path.is_in(RECOVERY)).collect();
    progress.begin("данные для восстановления", 0);
    let recovery = par2::read(&paths.iter().map(|path| path.under(folder.root())).collect::<Vec<_>>());
    let mut findings = Vec::new();
    for (file, why) in &recovery.faults {
        let place = file.strip_prefix(folder.root()).unwrap_or(file);
        findings.push(Finding::damage(place.display(), why.as_str()));
    }
    // A share that was itself damaged tells nothing.
    let facts = facts.filter(|_| known.iter().all(|finding| finding.path != INFO || !finding.is_fault()));
    findings.extend(facts.into_iter().flat_map(|facts| missing(&recovery, files, facts)));
    let damaged = known.iter().any(|finding| finding.severity == Severity::Damage);
    let healing = recovery.set.as_ref().filter(|_| damaged).map(|set| {
        let located = locate(set, &[folder.root().to_owned()], progress);
        Healing { slices: set.slices(), lost: located.lost().count(), available: recovery.slices.len() }
    });
    (findings, healing)
}

/// The files of recovery data that were made with the archive and are not there.
fn missing(recovery: &Recovery, files: &Files, facts: &Facts) -> Vec<Finding> {
    let Some(share) = Share::new(facts.recovery).ok().filter(|share| share.percent() > 0) else { return Vec::new() };
    let Some(set) = &recovery.set else {
        let what = "данные для восстановления были записаны с архивом, но пропали или не читаются";
        return vec![Finding::damage(RECOVERY, what)];
    };
    // The name of the files is that of the archive when it was made; its folder may have been renamed since.
    let Some(name) = files.all().find_map(|path| index_name(path.as_str())) else {
        return vec![Finding::damage(RECOVERY, "нет ни одного файла с данными для восстановления")];
    };
    let wanted = volume_names(set, share.slices(set.slices()), name, FAT32_LIMIT).into_iter();
    let wanted = wanted.map(|(file, _)| format!("{RECOVERY}/{file}"));
    let lacking = wanted.filter(|wanted| files.all().all(|path| path.as_str() != wanted));
    lacking.map(|file| Finding::damage(file, "файл отсутствует: данных для восстановления стало меньше")).collect()
}

/// The archive's name in the name of a file of recovery data: what stands before `.par2` or `.vol…`.
fn index_name(path: &str) -> Option<&str> {
    let name = path.strip_prefix(RECOVERY)?.strip_prefix('/')?.strip_suffix(".par2")?;
    Some(name.split_once(".vol").map_or(name, |(name, _)| name))
}
