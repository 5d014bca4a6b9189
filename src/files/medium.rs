//! A folder of files that are written in place, on a carrier that may be pulled out or lose its power at any moment.
//!
//! Everywhere else a file gets new content by a new file in its place; on a stick with FAT a renaming is not safe from a cut, and
//! a mark must not wait for one. So here bytes are written where they stand, and who writes them sees to it by slots and frames
//! that a half of them does no harm. [`Medium`] is the port: a real folder, or the tests' simulated carrier.
//!
//! Nothing is durable before it is synced: bytes and length of a file by [`Medium::sync`], which names there are by
//! [`Medium::sync_names`].

use super::{Kind, Readers};
use crate::error::NotTaken;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// The least that a carrier writes as one.
pub const SECTOR: usize = 512;

/// Where the files of a stick lie.
pub trait Medium: Send + Sync {
    /// How long a plain file is; nothing where there is no such file.
    ///
    /// # Errors
    /// What stands there is no plain file; a carrier that is gone.
    fn length(&self, name: &str) -> io::Result<Option<u64>>;

    /// Makes an empty file, or leaves the one that is there.
    ///
    /// # Errors
    /// What stands there is no plain file; a carrier that is full, write-protected or gone.
    fn make(&self, name: &str) -> io::Result<()>;

    /// Cuts a file off, or makes it longer by bytes that are not said.
    ///
    /// # Errors
    /// As [`Medium::make`].
    fn set_length(&self, name: &str, length: u64) -> io::Result<()>;

    /// Fills `bytes` from a place of a file.
    ///
    /// # Errors
    /// A file that ends before; a carrier that is gone.
    fn read_at(&self, name: &str, at: u64, bytes: &mut [u8]) -> io::Result<()>;

    /// Writes bytes at a place of a file, which grows where it has to.
    ///
    /// # Errors
    /// As [`Medium::make`].
    fn write_at(&self, name: &str, at: u64, bytes: &[u8]) -> io::Result<()>;

    /// Makes a file's bytes and its length durable.
    ///
    /// # Errors
    /// A carrier that does not take them.
    fn sync(&self, name: &str) -> io::Result<()>;

    /// Makes durable which names there are.
    ///
    /// # Errors
    /// As [`Medium::sync`].
    fn sync_names(&self) -> io::Result<()>;

    /// Removes a file, where there is one.
    ///
    /// # Errors
    /// As [`Medium::make`].
    fn remove(&self, name: &str) -> io::Result<()>;

    /// The whole of a file of at most `limit` bytes; nothing where there is none.
    ///
    /// # Errors
    /// As [`Medium::length`]; a longer one.
    fn read(&self, name: &str, limit: u64) -> io::Result<Option<Vec<u8>>> {
        let Some(length) = self.length(name)? else { return Ok(None) };
        let room = usize::try_from(length).ok().filter(|_| length <= limit).ok_or(NotTaken::Large(limit))?;
        let mut bytes = vec![0; room];
        self.read_at(name, 0, &mut bytes)?;
        Ok(Some(bytes))
    }

    /// Gives a file this content and nothing else, durably. A cut in the middle leaves anything at all in it.
    ///
    /// # Errors
    /// As [`Medium::make`].
    fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        self.make(name)?;
        self.write_at(name, 0, bytes)?;
        self.set_length(name, bytes.len() as u64)?;
        self.sync(name)?;
        self.sync_names()
    }
}

/// A real folder: the root of a stick. No link is followed, only plain files are opened; they stay open until they are let go.
#[derive(Debug)]
pub struct FolderMedium {
    folder: PathBuf,
    open: Mutex<HashMap<String, File>>,
}

impl FolderMedium {
    /// The folder of this path, which no link leads to.
    ///
    /// # Errors
    /// What is no folder; a link on the way.
    pub fn open(folder: &Path) -> io::Result<Self> {
        match super::kind(folder)? {
            Some(Kind::Folder) => Ok(Self { folder: folder.to_owned(), open: Mutex::default() }),
            Some(Kind::Link) => Err(NotTaken::Link.into()),
            Some(_) => Err(NotTaken::NotAFolder.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn files(&self) -> MutexGuard<'_, HashMap<String, File>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does something with an open file. One that failed is opened anew the next time: it may be another stick by then.
    fn with<T>(&self, name: &str, act: impl FnOnce(&mut File) -> io::Result<T>) -> io::Result<T> {
        let mut files = self.files();
        let mut file = match files.remove(name) {
            Some(file) => file,
            None => self.opened(name)?,
        };
        let done = act(&mut file)?;
        files.insert(name.to_owned(), file);
        Ok(done)
    }

    /// A stick whose switch is set against writing is read all the same.
    fn opened(&self, name: &str) -> io::Result<File> {
        let path = self.folder.join(name);
        match super::open_to_change(&path) {
            Err(cause)
                if matches!(cause.kind(), io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied) =>
            {
                super::open(&path)
            }
            opened => opened,
        }
    }
}

impl Medium for FolderMedium {
    fn length(&self, name: &str) -> io::Result<Option<u64>> {
        match super::length(&self.folder.join(name)) {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound && super::is_folder(&self.folder) => Ok(None),
            length => length.map(Some),
        }
    }

    fn make(&self, name: &str) -> io::Result<()> {
        if self.length(name)?.is_none() {
            let file = super::create(&self.folder.join(name), Readers::All)?;
            self.files().insert(name.to_owned(), file);
        }
        Ok(())
    }

    fn set_length(&self, name: &str, length: u64) -> io::Result<()> {
        self.with(name, |file| file.set_len(length))
    }

    fn read_at(&self, name: &str, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        self.with(name, |file| {
            file.seek(SeekFrom::Start(at))?;
            file.read_exact(bytes)
        })
    }

    fn write_at(&self, name: &str, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.with(name, |file| {
            file.seek(SeekFrom::Start(at))?;
            file.write_all(bytes)
        })
    }

    fn sync(&self, name: &str) -> io::Result<()> {
        self.with(name, |file| file.sync_all())
    }

    fn sync_names(&self) -> io::Result<()> {
        super::sync_folder(&self.folder)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.files().remove(name);
        super::remove_if_there(&self.folder.join(name))
    }
}
