//! Putting repaired files in the place of damaged ones.
//!
//! Beside the bag `NAME` stands, for the time of a repair, the folder `NAME.repair`:
//!
//! * `new/`: the repaired files; once all of them are there for good, an empty file `ready` is written;
//! * `old/`: the damaged ones, moved out of the bag as the new ones move in.
//!
//! Killed before `ready`, the folder is rubbish and nothing in the bag was touched. Killed after it, the next run moves
//! in what is left of `new/`. Only files are moved, within one file system: that much FAT does.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::archive::bag::{BagPath, Folder};
use crate::archive::targets::sync_folder;
use crate::error::{Action, Detail, Error, Result};

const NEW: &str = "new";
const OLD: &str = "old";
const READY: &str = "ready";

/// The folder of one repair.
pub(super) struct Workshop {
    /// The folder that the bag lies in, and its name.
    folder: PathBuf,
    name: String,
    root: PathBuf,
    new: PathBuf,
}

impl Workshop {
    /// Makes the folder; what a killed run left there is removed.
    pub fn open(folder: &Path, name: &str) -> Result<Self> {
        let workshop = Self::beside(folder, name);
        workshop.remove()?;
        fs::create_dir_all(&workshop.new).map_err(|cause| Error::file("создать папку", &workshop.new, &cause))?;
        Ok(workshop)
    }

    fn beside(folder: &Path, name: &str) -> Self {
        let root = folder.join(format!("{name}.repair"));
        Self { folder: folder.to_owned(), name: name.to_owned(), new: root.join(NEW), root }
    }

    /// Where repaired files are put together.
    pub fn new_files(&self) -> &Path {
        &self.new
    }

    /// A folder for recovery data on their way.
    pub fn recovery_folder(&self) -> Result<PathBuf> {
        let folder = self.root.join("par2");
        fs::create_dir_all(&folder).map_err(|cause| Error::file("создать папку", &folder, &cause))?;
        Ok(folder)
    }

    /// Takes a file in among the new ones.
    pub fn take_in(&self, file: &Path, path: &BagPath) -> Result<()> {
        let sync = File::options().write(true).open(file).and_then(|file| file.sync_all());
        sync.map_err(|cause| Error::file("записать", file, &cause))?;
        move_file(file, &path.under(&self.new))
    }

    /// Moves the damaged files out of the bag and the new ones in.
    pub fn swap(&self, bag: &Folder, files: &[BagPath]) -> Result<()> {
        sync_folders(&self.new)?;
        let ready = self.root.join(READY);
        let mark = || File::create(&ready).and_then(|file| file.sync_all());
        mark().map_err(|cause| Error::file("записать", &ready, &cause))?;
        sync_folder(&self.root)?;
        for path in files {
            self.move_in(bag.root(), path.as_str())?;
        }
        sync_folders(bag.root())
    }

    fn move_in(&self, bag: &Path, path: &str) -> Result<()> {
        let (place, old) = (bag.join(path), self.root.join(OLD).join(path));
        if place.symlink_metadata().is_ok() && !old.exists() {
            move_file(&place, &old)?;
        }
        move_file(&self.new.join(path), &place)
    }

    /// Puts everything back where it was.
    pub fn swap_back(&self, bag: &Folder, files: &[BagPath]) -> Result<()> {
        for path in files {
            let (place, new) = (path.under(bag.root()), path.under(&self.new));
            let old = path.under(&self.root.join(OLD));
            if !new.exists() && place.exists() {
                move_file(&place, &new)?;
            }
            if old.exists() {
                move_file(&old, &place)?;
            }
        }
        sync_folders(bag.root())?;
        let ready = self.root.join(READY);
        if ready.exists() {
            fs::remove_file(&ready).map_err(|cause| Error::file("удалить", &ready, &cause))?;
        }
        Ok(())
    }

    /// Whether files may have been moved: then the folder holds what must not be lost.
    pub fn is_ready(&self) -> bool {
        self.root.join(READY).exists()
    }

    /// Makes a bag of the new files, where it is to stand elsewhere.
    pub fn become_a_bag(&self) -> Result<PathBuf> {
        let bag = self.folder.join(&self.name);
        if bag.symlink_metadata().is_ok() {
            return Err(Error::input(format!("«{}» уже есть", bag.display()))
                .next_by("укажите другую папку", Action::Give(Detail::Folder)));
        }
        sync_folders(&self.new)?;
        fs::rename(&self.new, &bag).map_err(|cause| Error::file("записать", &bag, &cause))?;
        sync_folder(&self.folder)?;
        Ok(bag)
    }

    /// The folder that the bag lies in.
    pub fn beside_bag(&self) -> &Path {
        &self.folder
    }

    /// Where the damaged files are kept.
    pub fn old_files(&self) -> PathBuf {
        self.root.join(OLD)
    }

    /// Removes the folder with all that is in it.
    pub fn remove(&self) -> Result<()> {
        // Without the mark, whatever else a kill leaves is rubbish.
        let gone = |done: io::Result<()>| match done {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(Error::file("удалить", &self.root, &cause)),
            _ => Ok(()),
        };
        gone(fs::remove_file(self.root.join(READY)))?;
        gone(fs::remove_dir_all(&self.root))
    }
}

/// Removes what a repair of a bag that is whole now has left.
pub(super) fn clear(folder: &Path, name: &str) -> Result<()> {
    Workshop::beside(folder, name).remove()
}

/// Takes up a repair that was killed while it moved files.
pub(super) fn finish_interrupted(bag: &Path, folder: &Path, name: &str) -> Result<()> {
    let workshop = Workshop::beside(folder, name);
    if !workshop.root.join(READY).exists() {
        return Ok(());
    }
    for path in files_under(&workshop.new) {
        workshop.move_in(bag, &path)?;
    }
    sync_folders(bag)
}

fn move_file(from: &Path, to: &Path) -> Result<()> {
    let moved = to.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::rename(from, to));
    moved.map_err(|cause| Error::file("переместить", from, &cause))
}

/// The files under a folder, from it, with `/`.
fn files_under(root: &Path) -> Vec<String> {
    Folder::new(root).list().files.keys().map(|path| path.as_str().to_owned()).collect()
}

fn sync_folders(root: &Path) -> Result<()> {
    let folders = walkdir::WalkDir::new(root).follow_links(false).into_iter().flatten();
    folders.filter(|entry| entry.file_type().is_dir()).try_for_each(|entry| sync_folder(entry.path()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::bag::DATA;

    /// A disk may fail between any two moves; then the bag must be as it was, damage and all.
    #[test]
    fn a_swap_that_broke_off_after_any_file_is_taken_back_whole() {
        let names = ["data/a.zip.age", "data/b.zip.age", "bag-info.txt"];
        let paths = names.map(|name| BagPath::new(name).unwrap());
        for moved in 0..=paths.len() {
            let dir = tempfile::tempdir().unwrap();
            let bag = Folder::new(dir.path().join("2025-2026-q1"));
            let workshop = Workshop::open(dir.path(), "2025-2026-q1").unwrap();
            for (root, word) in [(bag.root(), "damaged"), (workshop.new_files(), "good")] {
                fs::create_dir_all(root.join(DATA)).unwrap();
                paths.iter().for_each(|path| fs::write(path.under(root), format!("{word} {}", path.as_str())).unwrap());
            }
            // One of the damaged files is missing altogether.
            fs::remove_file(paths[1].under(bag.root())).unwrap();
            workshop.swap(&bag, &paths[..moved]).unwrap();
            workshop.swap_back(&bag, &paths).unwrap();
            for (number, path) in paths.iter().enumerate() {
                let stands = fs::read_to_string(path.under(bag.root())).ok();
                assert_eq!(stands, (number != 1).then(|| format!("damaged {}", path.as_str())), "after {moved}");
                let new = fs::read_to_string(path.under(workshop.new_files())).unwrap();
                assert_eq!(new, format!("good {}", path.as_str()), "after {moved}");
            }
            assert!(!workshop.is_ready());
        }
    }
}
