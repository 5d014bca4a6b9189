//! The only way to open, make, replace and remove files that others may reach too: on carriers, in bags, in shared and in
//! temporary folders, beside the journal.
//!
//! Whoever may write into a folder can plant a link where a file is expected, a FIFO that is never written to, a device, a
//! file of holes that claims a terabyte. So every function here but [`real`] takes a path as it is: **no component of it may
//! be a link**, what is read is a plain file, what is made was not there, and what is replaced gets a new file in its place,
//! never new bytes in the old one.
//!
//! A person may name a path through links of his own: a home that is a link, a folder `usb` that points to `/media/…`.
//! Such a path goes through [`real`] once, where it comes in. It follows a link only if nobody but its follower could have
//! planted it and something is behind it, and gives the path without links; from there on, and for everything that the program looks for below it,
//! nothing is followed. A link that is planted later anywhere on the way makes the next function refuse.
//!
//! On Linux the kernel holds this in one step (`openat2` with `RESOLVE_NO_SYMLINKS`), where it is too old for that, folder
//! by folder (`O_NOFOLLOW`). On Windows reparse points are refused. What is refused is told by [`NotTaken`].

mod draft;
pub mod medium;
mod private;
#[cfg(test)]
pub mod simulated;
#[cfg(unix)]
#[path = "unix.rs"]
mod system;
#[cfg(not(unix))]
#[path = "elsewhere.rs"]
mod system;
#[cfg(test)]
mod tests;

pub use draft::{Draft, is_draft, replace, write_new};
pub use private::{PrivateFolder, is_private, make_private, sweep_temporary, temporary};
pub use system::{is_open_to_others, real};

use crate::error::NotTaken;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Who may read what is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// Its owner alone (0600, a folder 0700).
    Owner,
    /// Whoever shares the folder: its group too (0660) where the folder gives it to what is made there and lets it write
    /// (2770), else the owner alone.
    Folder,
    /// Whom the account's own mask lets: what lies on a carrier is for whoever holds it.
    All,
}

/// What stands under a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A plain file of so many bytes.
    File(u64),
    /// A folder.
    Folder,
    /// A link.
    Link,
    /// A FIFO, a device, a socket.
    Special,
}

/// What a folder holds under one name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub name: std::ffi::OsString,
    /// What it is.
    pub kind: Kind,
}

/// A file that claims at least so many bytes and has less than a 64th of them on its disk is not read: it is holes.
pub const LEAST_OF_HOLES: u64 = 1 << 30;

/// What stands at a path; nothing where nothing does.
///
/// # Errors
/// A link on the way; a folder that cannot be entered.
pub fn kind(path: &Path) -> io::Result<Option<Kind>> {
    match system::kind(path) {
        Err(cause) if matches!(cause.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        kind => kind.map(Some),
    }
}

/// Whether anything at all stands at a path, a link too; what cannot be told is taken to be there.
pub fn is_there(path: &Path) -> bool {
    !matches!(kind(path), Ok(None))
}

/// Whether a folder stands there, reached through no link.
pub fn is_folder(path: &Path) -> bool {
    matches!(kind(path), Ok(Some(Kind::Folder)))
}

/// Whether a plain file stands there, reached through no link.
pub fn is_file(path: &Path) -> bool {
    matches!(kind(path), Ok(Some(Kind::File(_))))
}

/// The bytes of a plain file.
///
/// # Errors
/// What is no plain file, or not there.
pub fn length(path: &Path) -> io::Result<u64> {
    match system::kind(path)? {
        Kind::File(bytes) => Ok(bytes),
        other => Err(NotTaken::of(other).into()),
    }
}

/// The rights of a file, which is not opened: closing it would take the locks that SQLite has on it.
///
/// # Errors
/// A link on the way; nothing there.
pub fn permissions(path: &Path) -> io::Result<std::fs::Permissions> {
    system::permissions(path)
}

/// Makes sure that a plain file stands there that this account may read, and does not open it.
///
/// # Errors
/// What is no plain file; one that may not be read.
pub fn may_read(path: &Path) -> io::Result<()> {
    length(path)?;
    system::may_read(path)
}

/// Opens a plain file for reading.
///
/// # Errors
/// What is no plain file, a file of holes, a link on the way.
pub fn open(path: &Path) -> io::Result<File> {
    system::open(path, false)
}

/// Opens a plain file that is there for reading and writing: one of this account's own.
///
/// # Errors
/// As [`open`].
pub fn open_to_change(path: &Path) -> io::Result<File> {
    system::open(path, true)
}

/// Reads a plain file of at most `limit` bytes.
///
/// # Errors
/// As [`open`]; a larger one.
pub fn read(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut file = open(path)?;
    let length = file.metadata()?.len();
    if length > limit {
        return Err(NotTaken::Large(limit).into());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    (&mut file).take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(NotTaken::Large(limit).into());
    }
    Ok(bytes)
}

/// Reads a plain file that a person has named, and that may be reached through links of his own.
///
/// # Errors
/// As [`read`]; a link that another has planted.
pub fn read_named(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    read(&real(path)?, limit)
}

/// As [`read_named`], a text in UTF-8.
///
/// # Errors
/// As [`read_named`]; another encoding.
pub fn read_named_text(path: &Path, limit: u64) -> io::Result<String> {
    String::from_utf8(read_named(path, limit)?).map_err(|_| io::ErrorKind::InvalidData.into())
}

/// Writes a new file where a person has named it; under its name stands all of it or nothing.
///
/// # Errors
/// As [`write_new`]; a link that another has planted.
pub fn write_new_named(path: &Path, bytes: &[u8], readers: Readers) -> io::Result<()> {
    write_new(&real(path)?, bytes, readers)
}

/// The path without links of one that a person has named: [`real`], with the words for its refusal.
///
/// # Errors
/// As [`real`].
pub fn named(path: &Path) -> crate::error::Result<std::path::PathBuf> {
    real(path).map_err(|cause| crate::error::Error::file("открыть", path, &cause))
}

/// What a text of a person's own may have, in bytes: settings, keys, passphrases.
pub const LARGEST_TEXT: u64 = 1024 * 1024;

/// Makes an empty file, to be written and read.
///
/// # Errors
/// A name that is taken; a link on the way.
pub fn create(path: &Path, readers: Readers) -> io::Result<File> {
    system::create(path, readers)
}

/// Makes a folder.
///
/// # Errors
/// A name that is taken; a link on the way.
pub fn make_folder(path: &Path, readers: Readers) -> io::Result<()> {
    system::make_folder(path, readers)
}

/// Makes a folder and those above it, as far as they are not there.
///
/// # Errors
/// What is there and is no folder; a link on the way.
pub fn make_folders(path: &Path, readers: Readers) -> io::Result<()> {
    match kind(path)? {
        Some(Kind::Folder) => return Ok(()),
        Some(Kind::Link) => return Err(NotTaken::Link.into()),
        Some(_) => return Err(NotTaken::NotAFolder.into()),
        None if path.as_os_str().is_empty() => return Ok(()),
        None => {}
    }
    path.parent().map_or(Ok(()), |parent| make_folders(parent, readers))?;
    match make_folder(path, readers) {
        // Somebody else has made it in the meantime; it must be a folder all the same.
        Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists && is_folder(path) => Ok(()),
        done => done,
    }
}

/// What lies in a folder, in the order of the names.
///
/// # Errors
/// What is no folder; a link on the way.
pub fn list(folder: &Path) -> io::Result<Vec<Entry>> {
    let mut entries = system::list(folder)?;
    entries.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(entries)
}

/// Removes a name that is no folder's: of a link, the link.
///
/// # Errors
/// A name that is not there; a link on the way.
pub fn remove(path: &Path) -> io::Result<()> {
    system::remove(path)
}

/// As [`remove`], where it is no matter if nothing is there.
///
/// # Errors
/// A link on the way; what cannot be removed.
pub fn remove_if_there(path: &Path) -> io::Result<()> {
    match remove(path) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Removes a folder with all that is in it, through no link and onto no other file system.
///
/// # Errors
/// What is no folder; a link on the way; what cannot be removed.
pub fn remove_folder(path: &Path) -> io::Result<()> {
    system::remove_folder(path)
}

/// Removes a folder in which nothing is.
///
/// # Errors
/// A folder that holds something; what is no folder; a link on the way.
pub fn remove_empty_folder(path: &Path) -> io::Result<()> {
    system::remove_empty_folder(path)
}

/// Gives a plain file or a folder another name on its file system. Only a plain file may be replaced, by a plain file.
///
/// # Errors
/// Anything else; a link on the way.
pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    let moved = system::kind(from)?;
    match (moved, kind(to)?) {
        (Kind::File(_), None | Some(Kind::File(_))) | (Kind::Folder, None) => system::rename(from, to),
        (Kind::File(_) | Kind::Folder, Some(Kind::Link)) => Err(NotTaken::Link.into()),
        (Kind::File(_) | Kind::Folder, Some(_)) => Err(io::ErrorKind::AlreadyExists.into()),
        (other, _) => Err(NotTaken::of(other).into()),
    }
}

/// As [`rename`], where nothing may stand under the new name.
///
/// # Errors
/// As [`rename`]; a name that is taken.
pub fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match system::kind(from)? {
        Kind::File(_) | Kind::Folder => system::rename_new(from, to),
        other => Err(NotTaken::of(other).into()),
    }
}

/// Gives whatever stands under a name, a link or a FIFO too, another name, where nothing stands.
///
/// # Errors
/// A name that is taken; a link on the way.
pub fn set_aside(from: &Path, to: &Path) -> io::Result<()> {
    system::rename_new(from, to)
}

/// Makes the names in a folder as durable as the bytes of its files. Some file systems (FUSE) cannot, which is theirs to answer
/// for.
///
/// # Errors
/// A folder that cannot be opened, or does not take it.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    match system::sync_folder(folder) {
        Err(cause) if matches!(cause.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => {
            match cause.get_ref() {
                Some(_) => Err(cause),
                None => Ok(()),
            }
        }
        done => done,
    }
}

/// The folder that a path lies in.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

impl NotTaken {
    /// Why what stands there is not taken for a plain file.
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Link => Self::Link,
            Kind::Folder => Self::Folder,
            Kind::File(_) | Kind::Special => Self::Special,
        }
    }
}
