//! Putting repaired files in the place of damaged ones.
//!
//! Beside the bag `NAME` stands, for the time of a repair, the folder `NAME.repair`:
//!
//! * `new/`: the repaired files; none of them moves before the signed lists name it and its sum fits;
//! * `old/`: the damaged ones, moved out of the bag as the new ones move in.
//!
//! Whoever may write to the carrier may have put such a folder there, so it is never believed: what a killed repair left is
//! worked out from what lies there. A file of `new/` is moved in where the signed lists name it, its sum fits and the bag
//! lacks it; all else goes. Only files are moved, within one file system: that much FAT does.

use std::cell::Cell;
use std::path::{Path, PathBuf};

use super::listed;
use crate::archive::bag::{BagPath, Folder};
use crate::archive::targets::sync_folder;
use crate::error::{Action, Detail, Error, Result};
use crate::files::{self, Readers};

const NEW: &str = "new";
const OLD: &str = "old";

/// The folder of one repair.
pub(super) struct Workshop {
    /// The folder that the bag lies in, and its name.
    folder: PathBuf,
    name: String,
    root: PathBuf,
    new: PathBuf,
    /// Whether this run has moved files and not put them back: then the folder holds what must not be lost.
    moved: Cell<bool>,
}

impl Workshop {
    /// Makes the folder; what a killed run left there is removed.
    pub fn open(folder: &Path, name: &str) -> Result<Self> {
        let workshop = Self::beside(folder, name);
        workshop.remove()?;
        let make = || {
            files::make_folder(&workshop.root, Readers::All)
                .and_then(|()| files::make_folder(&workshop.new, Readers::All))
        };
        make().map_err(|cause| Error::file("создать папку", &workshop.root, &cause))?;
        Ok(workshop)
    }

    fn beside(folder: &Path, name: &str) -> Self {
        let root = folder.join(format!("{name}.repair"));
        let (folder, name, new) = (folder.to_owned(), name.to_owned(), root.join(NEW));
        Self { folder, name, new, root, moved: Cell::new(false) }
    }

    /// Where repaired files are put together.
    pub fn new_files(&self) -> &Path {
        &self.new
    }

    /// A folder for recovery data on their way.
    pub fn recovery_folder(&self) -> Result<PathBuf> {
        let folder = self.root.join("par2");
        files::make_folders(&folder, Readers::All).map_err(|cause| Error::file("создать папку", &folder, &cause))?;
        Ok(folder)
    }

    /// Takes a file in among the new ones.
    pub fn take_in(&self, file: &Path, path: &BagPath) -> Result<()> {
        let sync = files::open_to_change(file).and_then(|file| file.sync_all());
        sync.map_err(|cause| Error::file("записать", file, &cause))?;
        move_file(file, &path.under(&self.new))
    }

    /// Makes sure of files that were drawn from recovery data or another copy: the archive's signed lists, as they will be,
    /// name each of them, and its sum fits.
    pub fn admit(&self, bag: &Folder, files: &[BagPath]) -> Result<()> {
        let alien = |what: String| {
            Err(Error::damaged(what)
                .next_by("ничего не изменено; укажите вторую копию", Action::Give(Detail::OtherCopy)))
        };
        let Some(list) = listed::signed(&[&self.new, bag.root()]) else {
            return alien(format!(
                "у архива «{}» нет целых подписанных списков: восстановленное не с чем сверить",
                self.name
            ));
        };
        match files.iter().find(|path| !list.get(path).is_some_and(|sum| listed::is_there(&self.new, path, *sum))) {
            Some(path) => alien(format!(
                "«{path}» из данных для восстановления — не файл архива «{}»: подписанные списки его не подтверждают",
                self.name
            )),
            None => Ok(()),
        }
    }

    /// Moves the damaged files out of the bag and the new ones in.
    pub fn swap(&self, bag: &Folder, files: &[BagPath]) -> Result<()> {
        sync_folders(&self.new)?;
        sync_folder(&self.root)?;
        self.moved.set(true);
        for path in files {
            self.move_in(bag.root(), path)?;
        }
        sync_folders(bag.root())
    }

    fn move_in(&self, bag: &Path, path: &BagPath) -> Result<()> {
        let (place, old) = (path.under(bag), path.under(&self.root.join(OLD)));
        if files::is_there(&place) && !files::is_there(&old) {
            set_aside(&place, &old)?;
        }
        move_file(&path.under(&self.new), &place)
    }

    /// Puts everything back where it was.
    pub fn swap_back(&self, bag: &Folder, files: &[BagPath]) -> Result<()> {
        for path in files {
            let (place, new) = (path.under(bag.root()), path.under(&self.new));
            let old = path.under(&self.root.join(OLD));
            if !files::is_there(&new) && files::is_there(&place) {
                move_file(&place, &new)?;
            }
            if files::is_there(&old) {
                set_aside(&old, &place)?;
            }
        }
        sync_folders(bag.root())?;
        self.moved.set(false);
        Ok(())
    }

    /// Whether files were moved and not put back: then the folder holds what must not be lost.
    pub fn has_moved(&self) -> bool {
        self.moved.get()
    }

    /// Makes a bag of the new files, where it is to stand elsewhere.
    pub fn become_a_bag(&self) -> Result<PathBuf> {
        let bag = self.folder.join(&self.name);
        if files::is_there(&bag) {
            return Err(Error::input(format!("«{}» уже есть", bag.display()))
                .next_by("укажите другую папку", Action::Give(Detail::Folder)));
        }
        sync_folders(&self.new)?;
        files::rename_new(&self.new, &bag).map_err(|cause| Error::file("записать", &bag, &cause))?;
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
        match files::remove_folder(&self.root) {
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
                Err(Error::file("удалить", &self.root, &cause))
            }
            _ => Ok(()),
        }
    }
}

/// Removes what a repair of a bag that is whole now has left.
pub(super) fn clear(folder: &Path, name: &str) -> Result<()> {
    Workshop::beside(folder, name).remove()
}

/// Takes up a repair that was killed while it moved files: of those it left, the ones that the signed lists name and whose
/// sums fit. The lists are the bag's own; where these are among what was to be moved, as they were to be.
pub(super) fn finish_interrupted(bag: &Path, folder: &Path, name: &str) -> Result<()> {
    let workshop = Workshop::beside(folder, name);
    if !files::is_there(&workshop.root) {
        return Ok(());
    }
    let Some(list) = listed::signed(&[bag]).or_else(|| listed::signed(&[&workshop.new, bag])) else { return Ok(()) };
    for (path, sum) in list {
        let old = path.under(&workshop.root.join(OLD));
        if listed::is_there(&workshop.new, &path, sum) && !listed::is_there(bag, &path, sum) {
            workshop.move_in(bag, &path)?;
        } else if !files::is_there(&path.under(bag)) && files::is_file(&old) {
            // A damaged file of the bag: its whole parts are drawn from again. Who planted it could have put it there himself.
            move_file(&old, &path.under(bag))?;
        }
    }
    sync_folders(bag)
}

fn move_file(from: &Path, to: &Path) -> Result<()> {
    make_room(to).and_then(|()| files::rename(from, to)).map_err(|cause| Error::file("переместить", from, &cause))
}

/// Moves whatever stands in a file's place, a link or a FIFO too.
fn set_aside(from: &Path, to: &Path) -> Result<()> {
    make_room(to).and_then(|()| files::set_aside(from, to)).map_err(|cause| Error::file("переместить", from, &cause))
}

fn make_room(place: &Path) -> std::io::Result<()> {
    place.parent().map_or(Ok(()), |folder| files::make_folders(folder, Readers::All))
}

fn sync_folders(root: &Path) -> Result<()> {
    sync_folder(root)?;
    let folders = walkdir::WalkDir::new(root).follow_links(false).into_iter().flatten();
    folders.filter(|entry| entry.file_type().is_dir()).try_for_each(|entry| sync_folder(entry.path()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::bag::DATA;
    use std::fs;

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
            assert!(!workshop.has_moved());
        }
    }
}
