//! How Linux keeps to it: paths are looked up by `openat2`, and everything else is done in the folder that it gave.

use super::{Entry, Kind, LEAST_OF_HOLES, Readers, folder_of};
use crate::error::NotTaken;
use rustix::fs::{self as sys, AtFlags, CWD, Dir, FileType, Mode, OFlags, Stat};
use rustix::io::Errno;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};

/// A folder that is held on to.
pub type Held = OwnedFd;

/// As many links as the kernel follows.
const MOST_LINKS: usize = 40;
/// No folder of ours is nested deeper; a trap may be.
const DEEPEST: usize = 64;
/// A name that leads nowhere by itself.
const NAME: OFlags = OFlags::PATH.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
const FOLDER: OFlags = OFlags::PATH.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC).union(OFlags::DIRECTORY);

/// Looks a path up, through no link; the last name may be one only where the flags ask for the name itself.
fn look_up(path: &Path, flags: OFlags, mode: Mode) -> io::Result<OwnedFd> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    #[cfg(target_os = "linux")]
    match sys::openat2(CWD, path, flags, mode, sys::ResolveFlags::NO_SYMLINKS) {
        // An old kernel or a container that does not know the call; or a link where a folder is wanted, of which more is told there.
        Err(Errno::NOSYS | Errno::PERM | Errno::NOTDIR) => {}
        Err(Errno::LOOP) => return Err(NotTaken::Link.into()),
        found => return Ok(found?),
    }
    folder_by_folder(path, flags, mode)
}

/// As [`look_up`], for kernels before 5.6.
pub(super) fn folder_by_folder(path: &Path, flags: OFlags, mode: Mode) -> io::Result<OwnedFd> {
    let mut names: Vec<&OsStr> = path.components().map(Component::as_os_str).collect();
    let last = names.pop().unwrap_or(OsStr::new("."));
    let mut folder: Option<OwnedFd> = None;
    for name in names {
        let within = folder.as_ref().map_or(CWD, AsFd::as_fd);
        folder = Some(sys::openat(within, name, FOLDER, Mode::empty()).map_err(|cause| link_or(cause, within, name))?);
    }
    let within = folder.as_ref().map_or(CWD, AsFd::as_fd);
    sys::openat(within, last, flags | OFlags::NOFOLLOW, mode).map_err(|cause| link_or(cause, within, last))
}

/// What the kernel says of a link is «not a folder» or «too many links».
fn link_or(cause: Errno, folder: BorrowedFd<'_>, name: &OsStr) -> io::Error {
    let is_link =
        || sys::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW).is_ok_and(|stat| kind_of(&stat) == Kind::Link);
    match cause {
        Errno::LOOP | Errno::NOTDIR if is_link() => NotTaken::Link.into(),
        cause => cause.into(),
    }
}

/// The folder that a path lies in, and its own name there.
fn place(path: &Path) -> io::Result<(OwnedFd, &OsStr)> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    Ok((look_up(folder_of(path), FOLDER, Mode::empty())?, name))
}

fn kind_of(stat: &Stat) -> Kind {
    match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Kind::File(u64::try_from(stat.st_size).unwrap_or_default()),
        FileType::Directory => Kind::Folder,
        FileType::Symlink => Kind::Link,
        _ => Kind::Special,
    }
}

fn mode_of(readers: Readers, is_folder: bool) -> Mode {
    match (readers, is_folder) {
        (Readers::Owner | Readers::Folder, false) => Mode::RUSR | Mode::WUSR,
        (Readers::Owner | Readers::Folder, true) => Mode::RWXU,
        (Readers::All, false) => Mode::from_raw_mode(0o666),
        (Readers::All, true) => Mode::from_raw_mode(0o777),
    }
}

pub fn kind(path: &Path) -> io::Result<Kind> {
    Ok(kind_of(&sys::fstat(look_up(path, NAME, Mode::empty())?)?))
}

/// The file is looked at before it is opened, since opening alone makes a device do something, and again once it is
/// open, since it may be another by then. `NONBLOCK`: a FIFO that takes its place in between does not hold us up.
pub fn open(path: &Path, change: bool) -> io::Result<File> {
    plain(&sys::fstat(look_up(path, NAME, Mode::empty())?)?)?;
    let access = if change { OFlags::RDWR } else { OFlags::RDONLY };
    let flags = access | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = look_up(path, flags, Mode::empty())?;
    plain(&sys::fstat(&file)?)?;
    Ok(file.into())
}

/// Without opening the file: whoever closes a file loses the locks that SQLite has on it.
pub fn permissions(path: &Path) -> io::Result<std::fs::Permissions> {
    Ok(File::from(look_up(path, NAME, Mode::empty())?).metadata()?.permissions())
}

pub fn may_read(path: &Path) -> io::Result<()> {
    match sys::accessat(CWD, path, sys::Access::READ_OK, AtFlags::EACCESS) {
        Err(Errno::ACCESS) => Err(Errno::ACCESS.into()),
        _ => Ok(()),
    }
}

fn plain(stat: &Stat) -> io::Result<()> {
    let Kind::File(bytes) = kind_of(stat) else { return Err(NotTaken::of(kind_of(stat)).into()) };
    let on_disk = u64::try_from(stat.st_blocks).unwrap_or_default().saturating_mul(512);
    if bytes >= LEAST_OF_HOLES && on_disk < bytes / 64 {
        return Err(NotTaken::Holes.into());
    }
    Ok(())
}

pub fn create(path: &Path, readers: Readers) -> io::Result<File> {
    let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = look_up(path, flags, mode_of(readers, false))?;
    if readers == Readers::Folder && is_shared(folder_of(path))? {
        // What the account's own mask takes away is given all the same: the folder says so.
        sys::fchmod(&file, Mode::RUSR | Mode::WUSR | Mode::RGRP | Mode::WGRP)?;
    }
    Ok(file.into())
}

/// Whether what is made in a folder belongs to its group, who may write there.
fn is_shared(folder: &Path) -> io::Result<bool> {
    let mode = Mode::from_raw_mode(sys::fstat(look_up(folder, FOLDER, Mode::empty())?)?.st_mode);
    Ok(mode.contains(Mode::SGID | Mode::WGRP))
}

pub fn make_folder(path: &Path, readers: Readers) -> io::Result<()> {
    let (folder, name) = place(path)?;
    Ok(sys::mkdirat(folder, name, mode_of(readers, true))?)
}

pub fn list(folder: &Path) -> io::Result<Vec<Entry>> {
    let folder = readable(folder)?;
    let mut entries = Vec::new();
    for name in names_in(&folder)? {
        match sys::statat(&folder, &*name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => entries.push(Entry { kind: kind_of(&stat), name }),
            // Removed while we were looking.
            Err(Errno::NOENT) => {}
            Err(cause) => return Err(cause.into()),
        }
    }
    Ok(entries)
}

fn readable(folder: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    look_up(folder, flags, Mode::empty())
}

fn names_in(folder: &OwnedFd) -> io::Result<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in Dir::read_from(folder)? {
        let name = OsString::from_vec(entry?.file_name().to_bytes().to_vec());
        if name != "." && name != ".." {
            names.push(name);
        }
    }
    Ok(names)
}

pub fn remove(path: &Path) -> io::Result<()> {
    let (folder, name) = place(path)?;
    Ok(sys::unlinkat(folder, name, AtFlags::empty())?)
}

pub fn remove_folder(path: &Path) -> io::Result<()> {
    let (above, name) = place(path)?;
    let folder = open_folder_in(&above, name)?;
    empty(&folder, sys::fstat(&folder)?.st_dev, DEEPEST, "")?;
    Ok(sys::unlinkat(above, name, AtFlags::REMOVEDIR)?)
}

pub fn remove_empty_folder(path: &Path) -> io::Result<()> {
    let (above, name) = place(path)?;
    Ok(sys::unlinkat(above, name, AtFlags::REMOVEDIR)?)
}

fn open_folder_in(above: &OwnedFd, name: &OsStr) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    sys::openat(above, name, flags, Mode::empty()).map_err(|cause| link_or(cause, above.as_fd(), name))
}

/// Removes what an open folder holds, the file of the name `last` after all others.
pub fn empty_open_folder(folder: &OwnedFd, last: &str) -> io::Result<()> {
    empty(folder, sys::fstat(folder)?.st_dev, DEEPEST, last)
}

fn empty(folder: &OwnedFd, device: u64, deeper: usize, last: &str) -> io::Result<()> {
    let mut names = names_in(folder)?;
    names.sort_by_key(|name| name == last);
    for name in names {
        let stat = match sys::statat(folder, &*name, AtFlags::SYMLINK_NOFOLLOW) {
            Err(Errno::NOENT) => continue,
            stat => stat?,
        };
        if kind_of(&stat) != Kind::Folder {
            sys::unlinkat(folder, &*name, AtFlags::empty())?;
            continue;
        }
        let below = open_folder_in(folder, &name)?;
        if deeper == 0 || sys::fstat(&below)?.st_dev != device {
            return Err(NotTaken::NotAFolder.into());
        }
        empty(&below, device, deeper - 1, last)?;
        sys::unlinkat(folder, &*name, AtFlags::REMOVEDIR)?;
    }
    Ok(())
}

pub fn rename(from: &Path, to: &Path) -> io::Result<()> {
    let ((from, old), (to, new)) = (place(from)?, place(to)?);
    Ok(sys::renameat(from, old, to, new)?)
}

pub fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    let ((from, old), (to, new)) = (place(from)?, place(to)?);
    #[cfg(target_os = "linux")]
    match sys::renameat_with(&from, old, &to, new, sys::RenameFlags::NOREPLACE) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
        done => return Ok(done?),
    }
    match sys::linkat(&from, old, &to, new, AtFlags::empty()) {
        Ok(()) => return Ok(sys::unlinkat(from, old, AtFlags::empty())?),
        Err(Errno::EXIST) => return Err(Errno::EXIST.into()),
        Err(_) => {}
    }
    // A file system that knows neither: what is there is looked for first.
    match sys::statat(&to, new, AtFlags::SYMLINK_NOFOLLOW) {
        Err(Errno::NOENT) => Ok(sys::renameat(from, old, to, new)?),
        Ok(_) => Err(Errno::EXIST.into()),
        Err(cause) => Err(cause.into()),
    }
}

pub fn sync_folder(folder: &Path) -> io::Result<()> {
    Ok(sys::fsync(readable(folder)?)?)
}

/// The path without links of one that a person has named; the same one where there are none. What is not there yet stays
/// as it is named.
///
/// # Errors
/// A link that another could have planted: in a folder that others may write to, and neither this account's, nor the
/// system's, nor the folder's owner's. More links than the system follows.
pub fn real(path: &Path) -> io::Result<PathBuf> {
    let mut to_go: Vec<OsString> = path.components().rev().map(|part| part.as_os_str().to_owned()).collect();
    let (mut at, mut links) = (PathBuf::new(), 0);
    // How many components of the path itself still follow those that a link brought in.
    let mut behind_link = usize::MAX;
    while let Some(name) = to_go.pop() {
        let is_of_link = to_go.len() >= behind_link;
        if name == ".." {
            up(&mut at);
            continue;
        }
        let next = at.join(&name);
        let stat = match look_up(&next, NAME, Mode::empty()).and_then(|found| Ok(sys::fstat(found)?)) {
            Ok(stat) if kind_of(&stat) == Kind::Link => stat,
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
            Err(_) if is_of_link => return Err(NotTaken::LinkToNothing.into()),
            _ => {
                at = next;
                continue;
            }
        };
        links += 1;
        let folder = sys::fstat(look_up(&at, FOLDER, Mode::empty())?)?;
        if links > MOST_LINKS || !may_be_followed(&stat, &folder) {
            return Err(NotTaken::LinkOfAnother.into());
        }
        let (within, name) = place(&next)?;
        let target = OsString::from_vec(sys::readlinkat(within, name, Vec::new())?.into_bytes());
        behind_link = to_go.len().min(behind_link);
        to_go.extend(Path::new(&target).components().rev().map(|part| part.as_os_str().to_owned()));
    }
    Ok(if links == 0 { path.to_owned() } else { at })
}

fn up(at: &mut PathBuf) {
    match at.components().next_back() {
        Some(Component::Normal(_)) => drop(at.pop()),
        Some(Component::RootDir) => {}
        _ => at.push(".."),
    }
}

/// What the kernel asks of links in `/tmp` (`protected_symlinks`), asked of every folder that others may write to.
fn may_be_followed(link: &Stat, folder: &Stat) -> bool {
    let others_may_write = folder.st_mode & 0o022 != 0;
    let own = rustix::process::geteuid().as_raw();
    !others_may_write || [own, 0, folder.st_uid].contains(&link.st_uid)
}

/// File systems that keep no rights: FAT, exFAT, NTFS, what lies behind FUSE.
const WITHOUT_RIGHTS: [sys::FsWord; 5] = [0x4d44, 0x2011_bab0, 0x5346_544e, 0x7366_746e, 0x6573_5546];

/// Whether others than its owner may read a file, on a file system where that can be told.
pub fn is_open_to_others(path: &Path) -> bool {
    let keeps_rights = |path: &Path| sys::statfs(path).is_ok_and(|of| !WITHOUT_RIGHTS.contains(&of.f_type));
    sys::stat(path).is_ok_and(|stat| kind_of(&stat) != Kind::Folder && stat.st_mode & 0o077 != 0) && keeps_rights(path)
}

/// Whether what is open belongs to this account and is for its eyes alone.
pub fn is_own(what: impl AsFd) -> bool {
    let own = rustix::process::geteuid().as_raw();
    sys::fstat(what).is_ok_and(|stat| stat.st_uid == own && stat.st_mode & 0o077 == 0)
}

/// Opens a folder by its path, to be held on to whatever becomes of its name.
pub fn hold(folder: &Path) -> io::Result<OwnedFd> {
    readable(folder)
}

/// Removes a folder that is empty by now, if its name still is that of the folder that is held.
pub fn remove_held(folder: &OwnedFd, path: &Path) -> io::Result<()> {
    let (above, name) = place(path)?;
    let (held, named) = (sys::fstat(folder)?, sys::statat(&above, name, AtFlags::SYMLINK_NOFOLLOW)?);
    if (held.st_dev, held.st_ino) == (named.st_dev, named.st_ino) {
        sys::unlinkat(above, name, AtFlags::REMOVEDIR)?;
    }
    Ok(())
}

/// Opens a plain file of a folder that is held.
pub fn open_in(folder: &OwnedFd, name: &str) -> io::Result<File> {
    let flags = OFlags::RDWR | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = sys::openat(folder, OsStr::from_bytes(name.as_bytes()), flags, Mode::empty())?;
    plain(&sys::fstat(&file)?)?;
    Ok(file.into())
}
