//! A private folder for what must lie in the clear for a moment: a snapshot of the journal, a journal taken out of an
//! archive, documents on their way to one.
//!
//! It is made new, under a random name, for its owner alone. SQLite opens its files by name, each connection again, so they
//! cannot be without one; what can be had is that nobody else may enter, and that a run that is killed does not leave them
//! there for long. So each such folder holds a mark that is locked while its run lives, and whoever makes the next one
//! first removes those beside it that are this account's and whose mark is free, or that are empty. The mark is what a stranger
//! cannot plant: a folder of another purpose that somebody renames is not touched.

use super::draft::random_name;
use super::{Readers, create, folder_of, kind, list, make_folder, make_folders, real, remove, system};
use crate::error::{Error, NotTaken, Result};
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// The file that tells a private folder of ours.
const MARK: &str = "letopis-private";

/// The folder; it is removed with all its files when this is dropped.
#[derive(Debug)]
pub struct PrivateFolder {
    path: PathBuf,
    held: system::Held,
    mark: Option<File>,
}

/// The system's folder for what lies there for a moment, and a name in it: where a [`PrivateFolder`] is made of which there
/// may be several.
pub fn temporary(purpose: &str) -> PathBuf {
    std::env::temp_dir().join(format!("letopis-{purpose}"))
}

/// Removes what killed runs of this account left in the system's temporary folder.
pub fn sweep_temporary() {
    if let Ok(folder) = real(&std::env::temp_dir()) {
        sweep(&folder, "letopis-");
    }
}

/// So often others may be quicker.
const TRIES: usize = 20;

impl PrivateFolder {
    /// Makes one whose name begins with the last name of `like`, beside it.
    ///
    /// # Errors
    /// A folder that cannot be made there.
    pub fn new(like: &Path) -> Result<Self> {
        let failed = |cause: io::Error| Error::file("создать временную папку", like, &cause);
        let stem = like.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let folder = real(folder_of(like)).map_err(failed)?;
        make_folders(&folder, Readers::Owner).map_err(failed)?;
        sweep(&folder, &format!("{stem}-"));
        for _ in 0..TRIES {
            match Self::make(folder.join(format!("{stem}-{}", random_name()))) {
                // Another run's sweep took it for what a killed one left, before its mark was locked.
                Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
                made => return made.map_err(failed),
            }
        }
        Err(failed(io::ErrorKind::NotFound.into()))
    }

    /// As [`PrivateFolder::new`], for work that only one program may do at a time.
    ///
    /// # Errors
    /// Also another one of this name whose run lives.
    pub fn alone(like: &Path) -> Result<Self> {
        let own = Self::new(like)?;
        let stem = like.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let others = list(folder_of(&own.path)).unwrap_or_default().into_iter();
        let mut others = others.map(|entry| folder_of(&own.path).join(entry.name)).filter(|path| *path != own.path);
        if others
            .any(|path| is_named(&path, &format!("{stem}-")) && system::hold(&path).is_ok_and(|held| is_in_use(&held)))
        {
            return Err(Error::environment("архив этого журнала уже создаёт или проверяет другая программа")
                .next("дождитесь её окончания и повторите"));
        }
        Ok(own)
    }

    fn make(path: PathBuf) -> io::Result<Self> {
        make_folder(&path, Readers::Owner)?;
        let held = system::hold(&path)?;
        if !system::is_own(&held) {
            return Err(NotTaken::NotAFolder.into());
        }
        let mark = create(&path.join(MARK), Readers::Owner)?;
        mark.lock()?;
        // A sweep that was quicker has the lock until all of it is gone.
        system::open_in(&held, MARK)?;
        Ok(Self { path, held, mark: Some(mark) })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Makes an empty file that only its owner may read.
    ///
    /// # Errors
    /// A name that is taken; a disk that is full.
    pub fn create(&self, name: &str) -> Result<(PathBuf, File)> {
        let path = self.path.join(name);
        match create(&path, Readers::Owner) {
            Ok(file) => Ok((path, file)),
            Err(cause) => Err(Error::file("создать", &path, &cause)),
        }
    }

    /// Removes whatever lies in it.
    ///
    /// # Errors
    /// A file that cannot be removed.
    pub fn empty(&self) -> Result<()> {
        let failed = |cause: io::Error| Error::file("очистить временную папку", &self.path, &cause);
        for entry in list(&self.path).map_err(failed)?.into_iter().filter(|entry| entry.name != MARK) {
            let path = self.path.join(&entry.name);
            let gone = if entry.kind == super::Kind::Folder { super::remove_folder(&path) } else { remove(&path) };
            gone.map_err(failed)?;
        }
        Ok(())
    }
}

impl Drop for PrivateFolder {
    fn drop(&mut self) {
        // Nobody is left to tell, and the next run removes what stays: by the mark, which therefore goes last. It is emptied
        // through the folder that is held: its name may be another's by now.
        self.mark = None;
        let _ = system::empty_open_folder(&self.held, MARK).and_then(|()| system::remove_held(&self.held, &self.path));
    }
}

fn is_named(path: &Path, stem: &str) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(stem))
}

/// Whether a folder is a private one of ours whose run lives.
fn is_in_use(folder: &system::Held) -> bool {
    system::is_own(folder)
        && system::open_in(folder, MARK).is_ok_and(|mark| matches!(mark.try_lock(), Err(TryLockError::WouldBlock)))
}

/// Removes the private folders of killed runs whose names begin with `stem`.
fn sweep(folder: &Path, stem: &str) {
    for entry in list(folder).unwrap_or_default() {
        let path = folder.join(&entry.name);
        if entry.kind != super::Kind::Folder || !is_named(&path, stem) {
            continue;
        }
        let Ok(held) = system::hold(&path) else { continue };
        if !system::is_own(&held) {
            continue;
        }
        let Ok(mark) = system::open_in(&held, MARK) else {
            // A run that was killed before the mark was made, or when only the folder was left to remove.
            let _ = system::remove_empty_folder(&path);
            continue;
        };
        if mark.try_lock().is_ok() {
            // Locked until all is gone: a run that made it just now waits, and sees that it is. Windows removes no open file.
            let _locked = cfg!(unix).then_some(mark);
            let _ = system::empty_open_folder(&held, MARK).and_then(|()| system::remove_held(&held, &path));
        }
    }
}

/// Whether a folder is this account's own and nobody else may enter it. Where rights cannot be told, it is not.
pub fn is_private(path: &Path) -> bool {
    system::hold(path).is_ok_and(|folder| system::is_own(&folder))
}

/// Makes a folder that is this account's own, with those above it.
///
/// # Errors
/// A folder that cannot be made, or that others may enter.
pub fn make_private(path: &Path) -> Result<()> {
    let failed = |cause: io::Error| Error::file("создать папку", path, &cause);
    if kind(path).map_err(failed)?.is_none() {
        make_folders(path, Readers::Owner).map_err(failed)?;
    }
    if is_private(path) {
        return Ok(());
    }
    Err(Error::environment(format!("папка «{}» доступна другим или не ваша", path.display()))
        .next("сделайте её своей: chmod 700"))
}
