//! How other systems keep to it, Windows above all: reparse points (links, junctions, what another program stands behind) are
//! refused in every component. What is its owner's alone gets an access list of its own, which inherits nothing from the
//! folder; on a file system that keeps none (FAT) whoever holds the carrier reads it.

use super::{Entry, Kind, Readers};
use crate::error::NotTaken;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// A folder that is held on to.
pub type Held = PathBuf;

#[cfg(windows)]
fn is_reparse_point(meta: &Metadata) -> bool {
    const REPARSE_POINT: u32 = 0x400;
    std::os::windows::fs::MetadataExt::file_attributes(meta) & REPARSE_POINT != 0
}

#[cfg(not(windows))]
fn is_reparse_point(meta: &Metadata) -> bool {
    meta.is_symlink()
}

/// Opens what stands at a path itself, and not what a reparse point there leads to.
fn itself(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(windows)]
    {
        const OPEN_REPARSE_POINT: u32 = 0x0020_0000;
        std::os::windows::fs::OpenOptionsExt::custom_flags(options, OPEN_REPARSE_POINT);
    }
    options
}

fn kind_of(meta: &Metadata) -> Kind {
    match meta {
        meta if is_reparse_point(meta) => Kind::Link,
        meta if meta.is_dir() => Kind::Folder,
        meta if meta.is_file() => Kind::File(meta.len()),
        _ => Kind::Special,
    }
}

/// Every folder on the way is looked at.
fn way_to(path: &Path) -> io::Result<()> {
    for folder in path.ancestors().skip(1).filter(|folder| !folder.as_os_str().is_empty()) {
        if fs::symlink_metadata(folder).is_ok_and(|meta| is_reparse_point(&meta)) {
            return Err(NotTaken::Link.into());
        }
    }
    Ok(())
}

pub fn kind(path: &Path) -> io::Result<Kind> {
    way_to(path)?;
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    Ok(kind_of(&fs::symlink_metadata(path)?))
}

pub fn open(path: &Path, change: bool) -> io::Result<File> {
    match kind(path)? {
        Kind::File(_) => {}
        other => return Err(NotTaken::of(other).into()),
    }
    let file = itself(OpenOptions::new().read(true).write(change)).open(path)?;
    match kind_of(&file.metadata()?) {
        Kind::File(_) => Ok(file),
        other => Err(NotTaken::of(other).into()),
    }
}

pub fn permissions(path: &Path) -> io::Result<fs::Permissions> {
    kind(path)?;
    Ok(fs::symlink_metadata(path)?.permissions())
}

pub fn may_read(_: &Path) -> io::Result<()> {
    Ok(())
}

pub fn create(path: &Path, readers: Readers) -> io::Result<File> {
    way_to(path)?;
    let file = OpenOptions::new().read(true).write(true).create_new(true).open(path)?;
    give_to(path, readers).inspect_err(|_| drop(fs::remove_file(path)))?;
    Ok(file)
}

pub fn make_folder(path: &Path, readers: Readers) -> io::Result<()> {
    way_to(path)?;
    fs::create_dir(path)?;
    give_to(path, readers).inspect_err(|_| drop(fs::remove_dir(path)))
}

/// Makes what is still empty its owner's alone.
#[cfg(windows)]
fn give_to(path: &Path, readers: Readers) -> io::Result<()> {
    use windows_permissions::constants::{SeObjectType, SecurityInformation};
    use windows_permissions::utilities::current_process_sid;
    use windows_permissions::wrappers::{ConvertSidToStringSid, SetNamedSecurityInfo};
    use windows_permissions::{LocalBox, SecurityDescriptor};
    /// «Invalid function» and «not supported»: a file system without access lists.
    const WITHOUT_LISTS: [i32; 2] = [1, 50];
    if readers == Readers::All {
        return Ok(());
    }
    // By the account and not by its ownership (OW): what an administrator makes may be owned by all of them, and Wine knows no OW.
    let account = ConvertSidToStringSid(&*current_process_sid()?)?;
    let account = account.to_str().ok_or(io::ErrorKind::InvalidData)?;
    // All rights to this account and to the system (SY), for what is made below it too; nothing inherited (P).
    let list: LocalBox<SecurityDescriptor> = format!("D:P(A;OICI;FA;;;{account})(A;OICI;FA;;;SY)").parse()?;
    let what = SecurityInformation::Dacl | SecurityInformation::ProtectedDacl;
    match SetNamedSecurityInfo(path, SeObjectType::SE_FILE_OBJECT, what, None, None, list.dacl(), None) {
        Err(cause) if cause.raw_os_error().is_some_and(|code| WITHOUT_LISTS.contains(&code)) => Ok(()),
        given => given,
    }
}

#[cfg(not(windows))]
fn give_to(_: &Path, _: Readers) -> io::Result<()> {
    Ok(())
}

pub fn list(folder: &Path) -> io::Result<Vec<Entry>> {
    match kind(folder)? {
        Kind::Folder => {}
        Kind::Link => return Err(NotTaken::Link.into()),
        _ => return Err(NotTaken::NotAFolder.into()),
    }
    let entries = fs::read_dir(folder)?;
    entries
        .map(|entry| {
            let entry = entry?;
            Ok(Entry { name: entry.file_name(), kind: kind_of(&fs::symlink_metadata(entry.path())?) })
        })
        .collect()
}

pub fn remove(path: &Path) -> io::Result<()> {
    match kind(path)? {
        Kind::Folder => Err(NotTaken::Folder.into()),
        _ => fs::remove_file(path),
    }
}

pub fn remove_folder(path: &Path) -> io::Result<()> {
    for entry in list(path)? {
        let below = path.join(entry.name);
        match entry.kind {
            Kind::Folder => remove_folder(&below)?,
            // The link goes, whether to a file or to a folder, and nothing behind it.
            Kind::Link => fs::remove_file(&below).or_else(|_| fs::remove_dir(&below))?,
            _ => fs::remove_file(&below)?,
        }
    }
    fs::remove_dir(path)
}

pub fn remove_empty_folder(path: &Path) -> io::Result<()> {
    match kind(path)? {
        Kind::Folder => fs::remove_dir(path),
        _ => Err(NotTaken::NotAFolder.into()),
    }
}

pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    way_to(from)?;
    way_to(to)?;
    fs::rename(from, to)
}

pub fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    way_to(from)?;
    match kind(to) {
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => {}
        Ok(_) => return Err(io::ErrorKind::AlreadyExists.into()),
        Err(cause) => return Err(cause),
    }
    if fs::symlink_metadata(from)?.is_file() && fs::hard_link(from, to).is_ok() {
        return fs::remove_file(from);
    }
    fs::rename(from, to)
}

/// Windows has no such call; its file systems keep a journal of names.
pub fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

/// A person's own links are named by himself; the path is taken apart by the system.
///
/// # Errors
/// A path that cannot be followed.
pub fn real(path: &Path) -> io::Result<PathBuf> {
    let has_links = path
        .ancestors()
        .filter(|part| !part.as_os_str().is_empty())
        .any(|part| fs::symlink_metadata(part).is_ok_and(|meta| is_reparse_point(&meta)));
    match fs::canonicalize(path) {
        _ if !has_links => Ok(path.to_owned()),
        Err(cause) if cause.kind() == io::ErrorKind::NotFound => match (fs::symlink_metadata(path), path.file_name()) {
            (Err(_), Some(name)) => Ok(real(super::folder_of(path))?.join(name)),
            _ => Err(NotTaken::LinkToNothing.into()),
        },
        real => real,
    }
}

/// Rights are the folder's here.
pub fn is_open_to_others(_: &Path) -> bool {
    false
}

/// A person's own folders are his by what Windows gives them.
pub fn is_own(_: &Held) -> bool {
    true
}

pub fn hold(folder: &Path) -> io::Result<Held> {
    match kind(folder)? {
        Kind::Folder => Ok(folder.to_owned()),
        Kind::Link => Err(NotTaken::Link.into()),
        _ => Err(NotTaken::NotAFolder.into()),
    }
}

pub fn empty_open_folder(folder: &Held, last: &str) -> io::Result<()> {
    let mut entries = list(folder)?;
    entries.sort_by_key(|entry| entry.name == last);
    for entry in entries {
        let path = folder.join(entry.name);
        if entry.kind == Kind::Folder { remove_folder(&path)? } else { fs::remove_file(&path)? }
    }
    Ok(())
}

pub fn remove_held(_: &Held, path: &Path) -> io::Result<()> {
    fs::remove_dir(path)
}

pub fn open_in(folder: &Held, name: &str) -> io::Result<File> {
    open(&folder.join(name), true)
}
