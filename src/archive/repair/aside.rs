//! Setting aside what does not belong to an archive: an operating system, a viewer or a person left it in the bag's folder.
//!
//! It may be somebody's only copy, so it is moved beside the bag and never deleted, never over anything, and a link is moved
//! as a link. What cannot be moved stays: it does the archive no harm, and no repair fails for it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::archive::bag::{BagPath, DATA, Folder, RECOVERY, TAGS, is_recovery_of};
use crate::archive::report::Report;
use crate::archive::targets::sync_folder;
use crate::error::reason;
use crate::files::{self, Readers};

/// What became of strangers' files.
#[derive(Debug, Default)]
pub(super) struct Aside {
    /// The folder they were moved to, under the paths that they had in the bag.
    pub folder: Option<PathBuf>,
    /// Those that could not be moved, and why, in Russian.
    pub left: Vec<(String, String)>,
}

/// Moves out of the bag whatever is not the archive's. `report` is that of a verification that found it whole. `beside` is
/// the folder that the bag lies in, `name` the bag's.
pub(super) fn put_aside(bag: &Folder, beside: &Path, name: &str, report: &Report) -> Aside {
    let mut aside = Aside::default();
    let Some(own) = own(bag, report) else { return aside };
    let is_own = |path: &Path| path.to_str().is_some_and(|path| own.contains(path));
    let found = WalkDir::new(bag.root()).min_depth(1).follow_links(false).into_iter().flatten();
    let strays: Vec<PathBuf> = found
        .filter(|entry| !entry.file_type().is_dir())
        .filter_map(|entry| entry.path().strip_prefix(bag.root()).ok().map(Path::to_owned))
        .filter(|path| !is_own(path))
        .collect();
    move_all(&strays, bag.root(), beside, name, &mut aside);
    strays.iter().for_each(|path| remove_emptied(bag.root(), path));
    aside
}

/// Moves to the same place what a swap took for damaged files of the archive and is something else: a folder with files
/// that stood in the place of one.
pub(super) fn put_old_aside(old: &Path, repaired: &[BagPath], beside: &Path, name: &str, aside: &mut Aside) {
    let repaired: BTreeSet<&str> = repaired.iter().map(BagPath::as_str).collect();
    let found = WalkDir::new(old).min_depth(1).follow_links(false).into_iter().flatten();
    let strays: Vec<PathBuf> = found
        .filter(|entry| !entry.file_type().is_dir())
        .filter_map(|entry| entry.path().strip_prefix(old).ok().map(Path::to_owned))
        .filter(|path| path.to_str().is_none_or(|path| !repaired.contains(path)))
        .collect();
    move_all(&strays, old, beside, name, aside);
}

/// The paths of the archive's own files; nothing where its list cannot be read.
fn own(bag: &Folder, report: &Report) -> Option<BTreeSet<String>> {
    let named: BTreeSet<&str> = report.strays().map(|finding| finding.path.as_str()).collect();
    let called = bag.called();
    let manifest = bag.manifest()?;
    let listed = manifest.iter().map(|(path, _)| path.as_str().to_owned());
    let recovery = bag.list().files.into_keys().filter(|path| {
        path.is_in(RECOVERY) && is_recovery_of(&called, path.as_str()) && !named.contains(path.to_string().as_str())
    });
    let recovery = recovery.map(|path| path.as_str().to_owned());
    Some(TAGS.iter().map(|name| (*name).to_owned()).chain(listed).chain(recovery).collect())
}

fn move_all(strays: &[PathBuf], root: &Path, beside: &Path, name: &str, aside: &mut Aside) {
    if strays.is_empty() {
        return;
    }
    let folder = free_folder(beside, name);
    for path in strays {
        let to = folder.join(path);
        let moved = to
            .parent()
            .map_or(Ok(()), |folder| files::make_folders(folder, Readers::All))
            .and_then(|()| files::set_aside(&root.join(path), &to));
        match moved {
            Ok(()) => aside.folder = Some(folder.clone()),
            Err(cause) => aside.left.push((path.to_string_lossy().into_owned(), reason(&cause))),
        }
    }
    // That a moved file may stand in its old place again after a power cut is no loss.
    let _ = aside.folder.as_deref().map(sync_folder);
}

/// A folder that is not there yet: `NAME.extra/files`, `NAME.extra/files-2` and so on. What bears such a name and is no
/// folder, a link perhaps, is let be.
fn free_folder(beside: &Path, name: &str) -> PathBuf {
    let numbered = |text: &str, number: u32| if number == 1 { text.to_owned() } else { format!("{text}-{number}") };
    let is_usable = |path: &PathBuf| path.symlink_metadata().map_or(true, |meta| meta.is_dir());
    let extra = (1..).map(|number| beside.join(numbered(&format!("{name}.extra"), number))).find(is_usable);
    let extra = extra.unwrap_or_else(|| beside.to_owned());
    let folder = (1..).map(|number| extra.join(numbered("files", number)));
    folder.into_iter().find(|path| path.symlink_metadata().is_err()).unwrap_or(extra)
}

/// Removes the folders of a file that are empty now, but for those that every archive has.
fn remove_emptied(root: &Path, path: &Path) {
    let folders = path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty());
    for folder in folders.filter(|folder| *folder != Path::new(DATA) && *folder != Path::new(RECOVERY)) {
        if files::remove_empty_folder(&root.join(folder)).is_err() {
            return;
        }
    }
}
