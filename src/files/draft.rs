//! A file that gets its name only when it is whole.
//!
//! It is written under a random name in the folder where it is to stand (`letopis-….part`), so that a full disk or a kill
//! leaves no half of a document under a document's name. What a kill leaves may be deleted by anybody.

use super::{Readers, create, folder_of, kind, open_to_change, remove, rename, rename_new, sync_folder};
use crate::error::NotTaken;
use chacha20poly1305::aead::OsRng;
use chacha20poly1305::aead::rand_core::RngCore;
use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A file on its way; it is removed when it is dropped before it was put in its place.
#[derive(Debug)]
pub struct Draft {
    beside: PathBuf,
    place: PathBuf,
    file: Option<File>,
    /// Whether it stays when it is dropped, to be gone on with.
    stays: bool,
}

/// Sixteen hex digits that nobody can guess.
pub(super) fn random_name() -> String {
    format!("{:016x}", OsRng.next_u64())
}

/// Whether a name is that of a file on its way: what a kill left, where nobody is writing.
pub fn is_draft(name: &str) -> bool {
    let number = name.strip_prefix("letopis-").and_then(|rest| rest.strip_suffix(".part"));
    number.is_some_and(|number| number.len() == 16 && number.bytes().all(|digit| digit.is_ascii_hexdigit()))
}

impl Draft {
    /// Begins a file that is to stand at `place`.
    ///
    /// # Errors
    /// A folder that cannot be written to; a link on the way.
    pub fn new(place: &Path, readers: Readers) -> io::Result<Self> {
        let beside = folder_of(place).join(format!("letopis-{}.part", random_name()));
        let file = create(&beside, readers)?;
        Ok(Self { beside, place: place.to_owned(), file: Some(file), stays: false })
    }

    /// Goes on with the file that is to stand at `place` and was left in the middle under this number, or begins it; it stays when it is
    /// dropped, until [`Draft::discard`]. Nothing where another program is writing it.
    ///
    /// # Errors
    /// As [`Draft::new`].
    pub fn resumed(place: &Path, number: u64, readers: Readers) -> io::Result<Option<Self>> {
        let beside = folder_of(place).join(format!("letopis-{number:016x}.part"));
        let file = match create(&beside, readers) {
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => open_to_change(&beside)?,
            made => made?,
        };
        if file.try_lock().is_err() {
            return Ok(None);
        }
        Ok(Some(Self { beside, place: place.to_owned(), file: Some(file), stays: true }))
    }

    /// What was written of it so far, from its beginning; what is written next is appended.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn so_far(&mut self, to: &mut dyn Write) -> io::Result<u64> {
        let Some(file) = &mut self.file else { return Ok(0) };
        file.seek(SeekFrom::Start(0))?;
        io::copy(file, to)
    }

    /// What was written is none of the file: nothing of it stays.
    pub fn discard(mut self) {
        self.stays = false;
    }

    /// Writes a whole file.
    ///
    /// # Errors
    /// As [`Draft::new`]; a disk that is full.
    pub fn of(place: &Path, bytes: &[u8], readers: Readers) -> io::Result<Self> {
        let mut draft = Self::new(place, readers)?;
        draft.write_all(bytes)?;
        draft.sync()?;
        // Hundreds of documents may be on their way at once.
        draft.file = None;
        Ok(draft)
    }

    /// Where it is to stand.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// Makes its bytes durable.
    ///
    /// # Errors
    /// A disk that does not take them.
    pub fn sync(&self) -> io::Result<()> {
        self.file.as_ref().map_or(Ok(()), File::sync_all)
    }

    /// Where it is written meanwhile, for those who write to it by name.
    pub fn beside(&self) -> &Path {
        &self.beside
    }

    /// Puts it in its place as [`Draft::put`] does, without waiting for the disk to know the name.
    ///
    /// # Errors
    /// As [`Draft::put`].
    pub fn put_lightly(mut self) -> io::Result<()> {
        self.file = None;
        rename(&self.beside, &self.place)?;
        self.beside = PathBuf::new();
        Ok(())
    }

    /// Puts it in its place, where nothing stands or a plain file, which it replaces.
    ///
    /// # Errors
    /// Anything else stands there.
    pub fn put(self) -> io::Result<()> {
        self.put_by(rename)
    }

    /// Puts it in its place, where nothing stands.
    ///
    /// # Errors
    /// Something stands there.
    pub fn put_new(self) -> io::Result<()> {
        self.put_by(rename_new)
    }

    fn put_by(mut self, rename: fn(&Path, &Path) -> io::Result<()>) -> io::Result<()> {
        self.sync()?;
        // Windows renames no file that is open.
        self.file = None;
        rename(&self.beside, &self.place)?;
        self.beside = PathBuf::new();
        sync_folder(folder_of(&self.place))
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.as_mut().map_or(Err(io::ErrorKind::NotFound.into()), |file| file.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        self.file = None;
        if !self.beside.as_os_str().is_empty() && !self.stays {
            let _ = remove(&self.beside);
        }
    }
}

/// Writes a new file; under its name stands all of it or nothing.
///
/// # Errors
/// A name that is taken; a link on the way; a disk that is full.
pub fn write_new(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    if kind(path)?.is_some() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    Draft::of(path, bytes, readers)?.put_new()
}

/// Writes a file in the place of a plain one, if there is any; at every moment one of the two stands there whole.
///
/// # Errors
/// What stands there is no plain file; a link on the way; a disk that is full.
pub fn replace(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    match kind(path)? {
        None | Some(super::Kind::File(_)) => Draft::of(path, bytes, readers)?.put(),
        Some(other) => Err(NotTaken::of(other).into()),
    }
}
