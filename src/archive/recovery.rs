//! The recovery data of an archive among whatever else lies in its folder: which files they are in, which set is the
//! archive's, and where its files are that got another name.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::Read;
use std::path::{Path, PathBuf};

use md5::{Digest, Md5};

use super::bag::{BagPath, Folder, RECOVERY, TAGS, is_recovery_of, total};
use super::par2::locate::{Located, State, locate};
use super::par2::{BEGINNING, Described, Recovery, Set, read_fitting};
use super::progress::Progress;
use super::targets::FAT32_LIMIT;

/// A file of recovery data is never longer than twice all else in the bag and this, nor than FAT32 allows; a longer one is a stranger's, and is
/// not searched.
const MAX_BESIDE: u64 = 64 * 1024 * 1024;

/// So many files are tried at most in the place of one that is lost.
const MAX_TRIED: usize = 8;

/// Reads the recovery data of the copies of an archive in these folders. Foreign sets, truncated ones and copies of ours
/// may lie beside and before them: the set is meant that covers what lies in the folders.
pub(super) fn of_copies(roots: &[PathBuf]) -> Recovery {
    let listed: Vec<_> = roots.iter().map(|root| Folder::new(root).list().files).collect();
    of_listed(&roots.iter().map(PathBuf::as_path).zip(&listed).collect::<Vec<_>>())
}

/// The same, where it is known what lies in the folders; of what is elsewhere they hold the tag files and the recovery data.
pub(super) fn of_listed(listed: &[(&Path, &BTreeMap<BagPath, u64>)]) -> Recovery {
    let mut paths = Vec::new();
    for (root, files) in listed {
        let name = Folder::new(*root).called();
        let beside = total(files.iter().filter(|(path, _)| !is_par2(path)).map(|(_, size)| *size));
        let limit = beside.saturating_mul(2).saturating_add(MAX_BESIDE).min(FAT32_LIMIT);
        let searched = files.iter().filter(|(path, size)| is_par2(path) && **size <= limit);
        let mut searched: Vec<&BagPath> = searched.map(|(path, _)| path).collect();
        searched.sort_by_key(|path| !is_recovery_of(&name, path.as_str()));
        paths.extend(searched.into_iter().map(|path| path.under(root)));
    }
    read_fitting(&paths, &|set| {
        let covered = |file: &Described| listed.iter().any(|(_, files)| files.get(&file.name) == Some(&file.length));
        let tags = set.files.iter().filter(|file| TAGS.contains(&file.name.as_str())).count();
        2 * set.files.iter().filter(|file| covered(file)).count() + tags
    })
}

/// What may be a file of recovery data: wherever it lies, and whatever a file manager did to its name.
pub(super) fn is_par2(path: &BagPath) -> bool {
    let name = path.as_str().to_lowercase();
    name.ends_with(".par2") || (path.is_in(RECOVERY) && name.contains(".par2"))
}

/// Which slices are where in the copies of an archive, also in files that got another name.
pub(super) struct Found {
    /// The folders, by the number of the copy in `located`; one stands there again for files under other names.
    pub copies: Vec<PathBuf>,
    /// For each of them, the number of the folder among those that were given.
    pub of: Vec<usize>,
    pub located: Located,
}

/// Looks for the slices of the set in these folders.
pub(super) fn find(set: &Set, roots: &[PathBuf], progress: &dyn Progress) -> Found {
    let located = locate(set, roots, progress);
    let mut found = Found { copies: roots.to_vec(), of: (0..roots.len()).collect(), located };
    for (number, root) in roots.iter().enumerate() {
        if found.located.lost().next().is_none() {
            break;
        }
        for names in renamed(set, &found.located, number, root) {
            found.located.look_in(set, root, names, progress);
            found.copies.push(root.clone());
            found.of.push(number);
        }
    }
    found
}

/// Files that may be lost ones of the set under other names, because they are as long or begin alike. A file that is
/// tried in several places comes into several of the maps.
fn renamed(set: &Set, located: &Located, copy: usize, root: &Path) -> Vec<HashMap<usize, BagPath>> {
    let places: Vec<(usize, u64)> = set.places().collect();
    let lost: BTreeSet<usize> = located.lost().map(|slice| places[slice].0).collect();
    let whole: BTreeSet<&BagPath> = set
        .files
        .iter()
        .zip(&located.copies[copy])
        .filter(|(_, state)| **state == State::Whole)
        .map(|(file, _)| &file.name)
        .collect();
    let longest = lost.iter().map(|file| set.files[*file].length).max().unwrap_or_default();
    let files = Folder::new(root).list().files;
    let others: Vec<(&BagPath, u64)> = files
        .iter()
        .map(|(path, size)| (path, *size))
        .filter(|(path, size)| {
            !whole.contains(path) && !is_par2(path) && *size > 0 && *size <= longest.saturating_mul(2)
        })
        .collect();
    let mut beginnings: BTreeMap<&BagPath, Option<[u8; 16]>> = BTreeMap::new();
    let mut layers: Vec<HashMap<usize, BagPath>> = Vec::new();
    for file in lost {
        let described = &set.files[file];
        let alike = others.iter().filter(|(path, size)| {
            **path != described.name
                && (*size == described.length
                    || *beginnings.entry(path).or_insert_with(|| beginning(root, path)) == Some(described.beginning))
        });
        for (layer, (path, _)) in alike.take(MAX_TRIED).enumerate() {
            if layers.len() == layer {
                layers.push(HashMap::new());
            }
            layers[layer].insert(file, (*path).clone());
        }
    }
    layers
}

fn beginning(root: &Path, path: &BagPath) -> Option<[u8; 16]> {
    let mut bytes = Vec::new();
    Folder::new(root).open(path).ok()?.take(BEGINNING).read_to_end(&mut bytes).ok()?;
    Some(Md5::digest(&bytes).into())
}
