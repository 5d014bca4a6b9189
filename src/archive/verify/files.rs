//! The files of a bag against its lists: what is missing, what is extra, whose sum does not hold.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::archive::bag::{
    ALLOWED_SIGNERS, BAGIT, BagPath, DATA, Folder, INFO, Listed, MANIFEST, Manifest, Oxum, RECOVERY, SIGNATURE,
    TAGMANIFEST, total,
};
use crate::archive::progress::Progress;
use crate::archive::report::Finding;
use crate::archive::sum::Sum;
use crate::device;
use crate::error::reason;

/// The tag files that the tag manifest of an archive lists.
pub(super) const LISTED_TAGS: [&str; 4] = [ALLOWED_SIGNERS, INFO, BAGIT, MANIFEST];

/// Two sums that differ in no more digits than this are the same sum, one of them damaged.
pub(super) const SAME_SUM_DIGITS: usize = 8;

/// A bag as it was found.
pub(super) struct Files {
    listed: Listed,
    /// The sum of every file but the recovery data, or why it cannot be read.
    sums: BTreeMap<BagPath, Result<Sum, String>>,
    manifest: Result<Manifest, String>,
}

impl Files {
    /// The payload as it is on disk.
    pub fn payload(&self) -> Oxum {
        let sizes = self.payload_files().map(|(_, size)| size);
        sizes.fold(Oxum::default(), |sum, size| Oxum { bytes: sum.bytes.saturating_add(size), files: sum.files + 1 })
    }

    pub fn payload_files(&self) -> impl Iterator<Item = (&BagPath, u64)> {
        self.listed.files.iter().filter(|(path, _)| path.is_in(DATA)).map(|(path, size)| (path, *size))
    }

    /// Every file that the walk found.
    pub fn all(&self) -> impl Iterator<Item = &BagPath> {
        self.listed.files.keys()
    }

    /// The sum of a file that is there and can be read.
    pub fn sum(&self, path: &BagPath) -> Option<Sum> {
        self.sums.get(path).and_then(|sum| sum.as_ref().ok()).copied()
    }
}

/// Reads every file once, one after another on each processor; the payload only where it is asked for.
pub(super) fn read(folder: &Folder, payload: bool, progress: &dyn Progress) -> Files {
    let listed = folder.list();
    let own = listed.files.iter().map(|(path, size)| (path, *size)).filter(|(path, _)| !path.is_in(RECOVERY));
    let mut own: Vec<(&BagPath, u64)> = own.filter(|(path, _)| payload || !path.is_in(DATA)).collect();
    progress.begin("контрольные суммы", total(own.iter().map(|(_, size)| *size)));
    // A large file that came last would have all processors but one wait.
    own.sort_by_key(|(_, size)| Reverse(*size));
    // What the system remembers of a file is no proof of what its carrier still gives.
    let plugged_in = device::is_plugged_in(folder.root());
    let sum = |path: &BagPath| {
        let file = folder.open(path)?;
        if plugged_in {
            device::forget_cached(&file);
        }
        Sum::of_reader(file, progress).map(|(sum, _)| sum)
    };
    let sums = own.into_par_iter().with_max_len(1).map(|(path, _)| {
        let sum = sum(path).map_err(|cause| format!("не читается ({})", reason(&cause)));
        (path.clone(), sum)
    });
    let sums = sums.collect();
    let manifest = folder
        .read_tag(MANIFEST)
        .map_err(|cause| format!("не читается или отсутствует ({})", reason(&cause)))
        .and_then(|bytes| String::from_utf8(bytes).map_err(|_| "не в UTF-8".to_owned()))
        .and_then(|text| Manifest::parse(&text).map_err(|error| error.to_string()));
    Files { listed, sums, manifest }
}

/// Compares the payload with its manifest. `known` are the findings on the tag files: a manifest that is itself damaged
/// is not believed against a file that nearly fits it.
pub(super) fn compare(files: &Files, known: &[Finding]) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        files.listed.strange.iter().map(|(place, why)| Finding::damage(place, why.as_str())).collect();
    let unread = files.sums.iter().filter_map(|(path, sum)| Some((path, sum.as_ref().err()?)));
    findings.extend(unread.map(|(path, why)| Finding::damage(path, why.as_str())));
    let manifest = match &files.manifest {
        Ok(manifest) => manifest,
        Err(why) => {
            findings.push(Finding::damage(MANIFEST, why.as_str()));
            return findings;
        }
    };
    let doubted = known.iter().any(|finding| finding.path == MANIFEST);
    let blame = |path: &BagPath, what: &str| {
        if doubted {
            Finding::warning(path, format!("{what}; но и сам {MANIFEST} повреждён"))
        } else {
            Finding::damage(path, what)
        }
    };
    for (path, listed) in manifest.iter() {
        if !path.is_in(DATA) {
            findings.push(Finding::damage(MANIFEST, format!("называет файл «{path}» вне папки {DATA}")));
        } else if !files.listed.files.contains_key(path) {
            findings.push(blame(path, "файл отсутствует"));
        } else if let Some(sum) = files.sum(path).filter(|sum| *sum != listed) {
            let same = doubted && sum.differing_digits(&listed) <= SAME_SUM_DIGITS;
            if !same {
                findings.push(Finding::damage(path, "содержимое изменилось: контрольная сумма не сходится"));
            }
        }
    }
    let missing = || manifest.iter().filter(|(path, _)| path.is_in(DATA) && !files.listed.files.contains_key(path));
    for (path, _) in files.payload_files().filter(|(path, _)| manifest.get(path).is_none()) {
        let renamed = missing().find(|(_, sum)| files.sum(path) == Some(*sum));
        findings.push(match renamed {
            Some((real, _)) => blame(path, &format!("это «{real}» под другим именем: переименуйте обратно")),
            None => blame(path, "лишний файл: его нет в списке"),
        });
    }
    findings.extend(strangers(files));
    findings
}

/// Files beside the payload that belong to no bag of ours. They are in nobody's list, so they harm nothing.
fn strangers(files: &Files) -> impl Iterator<Item = Finding> + '_ {
    let own = LISTED_TAGS.into_iter().chain([TAGMANIFEST, SIGNATURE]);
    let own: Vec<&str> = own.collect();
    let strange = files.listed.files.keys();
    let strange = strange.filter(|path| !path.is_in(DATA) && !path.is_in(RECOVERY) && !own.contains(&path.as_str()));
    // What somebody unpacked is one thing, however many files it has.
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    strange.for_each(|path| *places.entry(path.as_str().split('/').next().unwrap_or_default()).or_default() += 1);
    places.into_iter().map(|(place, count)| {
        let is_file = files.listed.files.keys().any(|path| path.as_str() == place);
        let what = if is_file {
            "посторонний файл".into()
        } else {
            format!("посторонняя папка, файлов: {count}")
        };
        Finding::warning(
            place,
            format!("{what}; удалите: в архиве этого быть не должно, а извлечённое из архива не зашифровано"),
        )
    })
}
