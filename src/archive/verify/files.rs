//! The files of a bag against its lists: what is missing, what is extra, whose sum does not hold.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::Read;

use rayon::prelude::*;

use crate::archive::bag::{
    ALLOWED_SIGNERS, BAGIT, BagPath, DATA, Folder, INFO, Listed, MANIFEST, MAX_INFO, Manifest, Oxum, RECOVERY,
    TAGMANIFEST, TAGS, total,
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
    /// The sum of every file of the archive but the recovery data, or why it cannot be read; where files are missing, also
    /// of those that may be they under other names.
    sums: BTreeMap<BagPath, Result<Sum, String>>,
    manifest: Result<Manifest, String>,
    /// Whether the payload lies elsewhere, and was summed up there.
    pub elsewhere: bool,
}

impl Files {
    /// A bag whose payload was summed up elsewhere; its tag files lie in the folder.
    pub fn of_elsewhere(folder: &Folder, seen: super::Seen) -> Self {
        let super::Seen { files, strange, sums } = seen;
        Self { listed: Listed { files, strange }, sums, manifest: read_manifest(folder), elsewhere: true }
    }

    /// What is there, and how long each is.
    pub fn listed(&self) -> &BTreeMap<BagPath, u64> {
        &self.listed.files
    }

    /// The payload as it is on disk.
    pub fn payload(&self) -> Oxum {
        oxum(self.payload_files().map(|(_, size)| size))
    }

    /// Everything in the payload's folder, strangers' files too.
    pub fn in_data(&self) -> Oxum {
        oxum(self.listed.files.iter().filter(|(path, _)| path.is_in(DATA)).map(|(_, size)| *size))
    }

    /// The files of the payload that are there; all in its folder where nobody can tell which belong to it.
    pub fn payload_files(&self) -> impl Iterator<Item = (&BagPath, u64)> {
        let is_listed = |path: &BagPath| self.manifest.as_ref().map_or(true, |manifest| manifest.get(path).is_some());
        let files = self.listed.files.iter().map(|(path, size)| (path, *size));
        files.filter(move |(path, _)| path.is_in(DATA) && is_listed(path))
    }

    /// Every file that the walk found.
    pub fn all(&self) -> impl Iterator<Item = &BagPath> {
        self.listed.files.keys()
    }

    /// The sum of a file that is there and can be read.
    pub fn sum(&self, path: &BagPath) -> Option<Sum> {
        self.sums.get(path).and_then(|sum| sum.as_ref().ok()).copied()
    }

    /// Files that are not the archive's, but for the recovery data, of which the set that they make knows more.
    fn strays(&self) -> impl Iterator<Item = &BagPath> {
        let is_own = |path: &BagPath| {
            TAGS.contains(&path.as_str())
                || (path.is_in(DATA) && self.manifest.as_ref().map_or(true, |manifest| manifest.get(path).is_some()))
        };
        self.all().filter(move |path| !is_own(path) && !path.is_in(RECOVERY))
    }
}

fn oxum(sizes: impl Iterator<Item = u64>) -> Oxum {
    sizes.fold(Oxum::default(), |sum, size| Oxum { bytes: sum.bytes.saturating_add(size), files: sum.files + 1 })
}

/// Reads every file of the archive once, one after another on each processor; the payload only where it is asked for.
/// Strangers' files are not read, but where one of them may be a missing file under another name.
pub(super) fn read(folder: &Folder, payload: bool, progress: &dyn Progress) -> Files {
    let manifest = read_manifest(folder);
    let mut files = Files { listed: folder.list(), sums: BTreeMap::new(), manifest, elsewhere: false };
    let most = most_bytes(folder);
    let tags = files.listed.files.iter().map(|(path, size)| (path, *size));
    let mut own: Vec<(&BagPath, u64)> = tags.filter(|(path, _)| TAGS.contains(&path.as_str())).collect();
    if payload {
        own.extend(files.payload_files());
        let is_lost = |(path, _): (&BagPath, Sum)| path.is_in(DATA) && !files.listed.files.contains_key(path);
        if files.manifest.as_ref().is_ok_and(|manifest| manifest.iter().any(is_lost)) {
            let size = |path: &BagPath| files.listed.files.get(path).copied().unwrap_or_default();
            let strays = files.strays().map(|path| (path, size(path)));
            own.extend(strays.filter(|(_, size)| *size <= most.unwrap_or(u64::MAX)));
        }
    }
    progress.begin("контрольные суммы", total(own.iter().map(|(_, size)| *size)));
    // A large file that came last would have all processors but one wait.
    own.sort_by_key(|(_, size)| Reverse(*size));
    let plugged_in = device::is_plugged_in(folder.root());
    let sum = |path: &BagPath, size: u64| {
        if path.is_in(DATA) && most.is_some_and(|most| size > most) {
            return Err(format!("длиннее, чем весь архив по {INFO}: не читается"));
        }
        let sum = || {
            let file = folder.open(path)?;
            if plugged_in {
                device::forget_cached(&file);
            }
            // What grows while it is read is read as far as it was long.
            Sum::of_reader(file.take(size), progress).map(|(sum, _)| sum)
        };
        sum().map_err(|cause| format!("не читается ({})", reason(&cause)))
    };
    let sums: BTreeMap<_, _> =
        own.into_par_iter().with_max_len(1).map(|(path, size)| (path.clone(), sum(path, size))).collect();
    files.sums = sums;
    files
}

/// The list of the payload, or why there is none.
fn read_manifest(folder: &Folder) -> Result<Manifest, String> {
    let text = folder
        .read_tag(MANIFEST)
        .map_err(|cause| format!("не читается или отсутствует ({})", reason(&cause)))
        .and_then(|bytes| String::from_utf8(bytes).map_err(|_| "не в UTF-8".to_owned()));
    text.and_then(|text| Manifest::parse(&text).map_err(|error| error.to_string()))
}

/// How many bytes the payload has by `bag-info.txt`, where the tag manifest vouches for that. No file of it is longer, so
/// one that is, a sparse one of a terabyte perhaps, need not be read to be called damaged.
pub(super) fn most_bytes(folder: &Folder) -> Option<u64> {
    let bytes = folder.read_tag_within(INFO, MAX_INFO).ok()?;
    let tags = Manifest::parse(&String::from_utf8(folder.read_tag(TAGMANIFEST).ok()?).ok()?).ok()?;
    if tags.get(&BagPath::new(INFO).ok()?) != Some(Sum::of(&bytes)) {
        return None;
    }
    let oxum: Oxum = folder.info()?.get("Payload-Oxum")?.parse().ok()?;
    Some(oxum.bytes)
}

/// Compares the payload with its manifest. `known` are the findings on the tag files: a manifest that is itself damaged
/// is not believed against a file that nearly fits it.
pub(super) fn compare(files: &Files, known: &[Finding]) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        files.listed.strange.iter().map(|(place, why)| strange(files, place, why)).collect();
    let own = |path: &BagPath| TAGS.contains(&path.as_str()) || files.payload_files().any(|(own, _)| own == path);
    let unread = files.sums.iter().filter_map(|(path, sum)| Some((path, sum.as_ref().err()?)));
    findings.extend(unread.filter(|(path, _)| own(path)).map(|(path, why)| Finding::damage(path, why.as_str())));
    let manifest = match &files.manifest {
        Ok(manifest) => manifest,
        Err(why) => {
            findings.push(Finding::damage(MANIFEST, why.as_str()));
            findings.extend(strangers(files));
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
    let is_there = |path: &BagPath| files.listed.files.contains_key(path);
    for (path, listed) in manifest.iter() {
        if !path.is_in(DATA) {
            findings.push(Finding::damage(MANIFEST, format!("называет файл «{path}» вне папки {DATA}")));
        } else if !is_there(path) {
            findings.push(blame(path, "файл отсутствует"));
        } else if let Some(sum) = files.sum(path).filter(|sum| *sum != listed) {
            let same = doubted && sum.differing_digits(&listed) <= SAME_SUM_DIGITS;
            let of_another = manifest.iter().find(|(_, other)| *other == sum);
            match of_another {
                _ if same => {}
                Some((other, _)) => findings.push(Finding::damage(path, format!("под этим именем лежит «{other}»"))),
                None => {
                    findings.push(Finding::damage(path, "содержимое изменилось: контрольная сумма не сходится"));
                }
            }
        }
    }
    findings.extend(strangers(files));
    findings
}

/// The lost file of the payload that a stranger's file is by its sum.
fn renamed<'f>(files: &'f Files, path: &BagPath) -> Option<&'f BagPath> {
    let sum = files.sum(path)?;
    let is_it = |(real, listed): &(&BagPath, Sum)| *listed == sum && !files.listed.files.contains_key(*real);
    files.manifest.as_ref().ok()?.iter().find(is_it).map(|(real, _)| real)
}

/// What to say of a link, a special file, a folder that cannot be read: damage where it stands in the place of something
/// of the archive's, and a stranger's otherwise. It is never opened.
fn strange(files: &Files, place: &str, why: &str) -> Finding {
    let concerns = |path: &str| {
        place.is_empty() || path == place || path.strip_prefix(place).is_some_and(|rest| rest.starts_with('/'))
    };
    let tags = TAGS.iter().copied().chain([DATA, RECOVERY]).any(concerns);
    let payload =
        files.manifest.as_ref().is_ok_and(|manifest| manifest.iter().any(|(path, _)| concerns(path.as_str())));
    let unknown = files.manifest.is_err() && place.starts_with(DATA);
    if tags || payload || unknown {
        Finding::damage(place, why)
    } else {
        Finding::stray(place, format!("{why}; {STRAY}"))
    }
}

/// What is said of whatever does not belong to an archive.
pub(super) const STRAY: &str = "посторонний файл: архив он не портит, а исправление архива отложит его в сторону";

/// So many files in one folder are named, and of the others how many they are.
const NAMED: usize = 20;

/// Files that belong to no bag of ours. They are in nobody's list, so they harm nothing.
fn strangers(files: &Files) -> Vec<Finding> {
    let mut findings = Vec::new();
    // What somebody unpacked is one thing, however many files it has.
    let mut places: BTreeMap<&str, Vec<&BagPath>> = BTreeMap::new();
    for path in files.strays() {
        match renamed(files, path) {
            Some(real) => {
                findings.push(Finding::stray(path, format!("это «{real}» под другим именем: переименуйте обратно")));
            }
            None => places.entry(path.as_str().split('/').next().unwrap_or_default()).or_default().push(path),
        }
    }
    for (place, paths) in places {
        match paths.as_slice() {
            paths if place == DATA => findings.extend(each_named(DATA, paths)),
            [path] if path.as_str() == place => findings.push(Finding::stray(place, STRAY)),
            paths => findings.push(Finding::stray(
                place,
                format!(
                    "посторонняя папка, файлов: {}; если это извлечено из архива, оно не зашифровано, и здесь ему не место; \
                     исправление архива отложит её в сторону",
                    paths.len()
                ),
            )),
        }
    }
    findings
}

/// Strangers' files of a folder, named up to a number.
pub(super) fn each_named(folder: &str, paths: &[&BagPath]) -> Vec<Finding> {
    let mut findings: Vec<Finding> = paths.iter().take(NAMED).map(|path| Finding::stray(path, STRAY)).collect();
    if let Some(more) = paths.len().checked_sub(NAMED).filter(|more| *more > 0) {
        findings.push(Finding::stray(folder, format!("и ещё посторонних файлов: {more}")));
    }
    findings
}
