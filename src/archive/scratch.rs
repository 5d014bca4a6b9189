//! A private folder for what must lie in the clear for a moment: a snapshot of the journal, a journal taken out of an
//! archive.
//!
//! It has a fixed name, is its owner's alone, and is emptied when it is opened: what a killed run left there does not
//! outlive the next run. A lock keeps two runs from emptying each other's.

use std::fs::{self, DirBuilder, File, TryLockError};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

const LOCK: &str = "lock";

/// The folder; it is removed with all its files when this is dropped.
#[derive(Debug)]
pub struct Scratch {
    root: PathBuf,
    _lock: File,
}

impl Scratch {
    /// Opens the folder `root`, whose parent exists, and empties it.
    pub fn open(root: &Path) -> Result<Self> {
        let failed = |cause: std::io::Error| Error::file("создать временную папку", root, &cause);
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(root).map_err(failed)?;
        if root.symlink_metadata().map_err(failed)?.is_symlink() {
            return Err(Error::environment(format!("временная папка «{}» — ссылка", root.display())).next("удалите её"));
        }
        let lock = File::create(root.join(LOCK)).map_err(failed)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::environment("архив этого журнала уже создаёт или проверяет другая программа")
                    .next("дождитесь её окончания и повторите"));
            }
            Err(TryLockError::Error(cause)) => return Err(failed(cause)),
        }
        let scratch = Self { root: root.to_owned(), _lock: lock };
        scratch.empty()?;
        Ok(scratch)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// Creates an empty file that only its owner may read.
    pub fn create(&self, name: &str) -> Result<(PathBuf, File)> {
        let path = self.root.join(name);
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&path) {
            Ok(file) => Ok((path, file)),
            Err(cause) => Err(Error::file("создать", &path, &cause)),
        }
    }

    /// Removes whatever lies in it.
    ///
    /// # Errors
    /// A file that cannot be removed.
    pub fn empty(&self) -> Result<()> {
        self.remove_files().map_err(|cause| Error::file("очистить временную папку", &self.root, &cause))
    }

    fn remove_files(&self) -> std::io::Result<()> {
        for entry in fs::read_dir(&self.root)? {
            let entry = entry?;
            if entry.file_name() == LOCK {
                continue;
            }
            if entry.file_type()?.is_dir() { fs::remove_dir_all(entry.path())? } else { fs::remove_file(entry.path())? }
        }
        Ok(())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nobody is left to tell, and the next run empties what stays. The files go first: where the lock, still open,
        // keeps the folder in place, they at least are gone.
        let _ = self.empty();
        let _ = fs::remove_dir_all(&self.root);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_run_left_is_gone_and_two_runs_keep_apart() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("journal.archive-tmp");
        fs::create_dir(&root).unwrap();
        fs::write(root.join("snapshot"), "left").unwrap();
        let scratch = Scratch::open(&root).unwrap();
        assert!(!root.join("snapshot").exists());
        assert!(Scratch::open(&root).unwrap_err().message().contains("другая программа"));
        drop(scratch);
        assert!(!root.exists());
    }
}
