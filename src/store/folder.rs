//! A folder as a place: a disk of another machine over NFS, and what tests and small schools begin with.
//!
//! Bags in it are ordinary files, so `sha256sum -c` passes on them in place. It keeps no versions and locks nothing. Putting over
//! something is done under a lock that all programs on this folder hold for that moment.

use super::place::{Answer, Fault, FaultKind, LIMITS, Piece, Place, Put, Tag, Upload};
use crate::archive::sum::Sum;
use crate::error::{Error, Result, reason};
use crate::files::{self, Draft, Kind, Readers};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// What is locked while something is put over something else.
const LOCK: &str = ".letopis-lock";

/// A folder.
#[derive(Debug)]
pub struct FolderPlace {
    root: PathBuf,
}

impl FolderPlace {
    /// Opens a folder that is there.
    ///
    /// # Errors
    /// One that is not: a disk that is not mounted must not be written beside.
    pub fn open(folder: &Path) -> Result<Self> {
        let root = files::named(folder)?;
        if !files::is_folder(&root) {
            return Err(Error::input(format!("нет папки хранилища «{}»", folder.display()))
                .next("подключите диск или папку сети и проверьте путь в настройках хранилища"));
        }
        // What the journal calls the place by must not depend on the folder that a command was started in.
        let root = std::path::absolute(&root).unwrap_or(root);
        Ok(Self { root })
    }

    fn path(&self, key: &str) -> Answer<PathBuf> {
        if key.split('/').any(|part| matches!(part, "" | "." | "..")) || key.contains(['\\', '\0']) {
            return Err(Fault::lasting(format!("недопустимое имя «{key}»")));
        }
        Ok(key.split('/').fold(self.root.clone(), |path, part| path.join(part)))
    }

    fn make_parent(&self, path: &Path) -> Answer<()> {
        // A disk that was taken away must not be made anew as a folder under its mount point.
        if !files::is_folder(&self.root) {
            return Err(Fault::lasting("папки хранилища больше нет"));
        }
        path.parent().map_or(Ok(()), |parent| files::make_folders(parent, Readers::All)).map_err(|cause| fault(&cause))
    }

    fn lock(&self) -> io::Result<File> {
        let path = self.root.join(LOCK);
        let file = match files::create(&path, Readers::All) {
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => files::open_to_change(&path)?,
            made => made?,
        };
        file.lock()?;
        Ok(file)
    }
}

/// Which content a file has: of a short one its sum, of a long one its length and when it was written.
fn tag(path: &Path) -> io::Result<Option<Tag>> {
    if files::kind(path)?.is_none() {
        return Ok(None);
    }
    let size = files::length(path)?;
    if size <= LIMITS.whole {
        return Ok(Some(Tag(Sum::of(&files::read(path, LIMITS.whole)?).to_string())));
    }
    let modified = files::open(path)?.metadata()?.modified()?;
    let since = modified.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Ok(Some(Tag(format!("{size}-{}", since.as_nanos()))))
}

fn fault(cause: &io::Error) -> Fault {
    use io::ErrorKind as Io;
    let kind = match cause.kind() {
        Io::PermissionDenied | Io::ReadOnlyFilesystem => FaultKind::Denied,
        Io::StorageFull | Io::QuotaExceeded => FaultKind::Full,
        Io::TimedOut | Io::Interrupted | Io::WouldBlock | Io::StaleNetworkFileHandle => FaultKind::Passing,
        _ => FaultKind::Lasting,
    };
    Fault { kind, what: reason(cause) }
}

impl Place for FolderPlace {
    fn name(&self) -> String {
        format!("папка {}", self.root.display())
    }

    fn get(&self, key: &str, from: u64, length: u64) -> Answer<Option<Piece>> {
        let path = self.path(key)?;
        let read = || -> io::Result<Option<Piece>> {
            let Some(tag) = tag(&path)? else { return Ok(None) };
            let mut file = files::open(&path)?;
            let size = file.metadata()?.len();
            file.seek(SeekFrom::Start(from))?;
            let mut bytes = Vec::new();
            file.take(length).read_to_end(&mut bytes)?;
            Ok(Some(Piece { bytes, size, tag }))
        };
        match read() {
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.map_err(|cause| Fault { what: format!("«{key}»: {}", reason(&cause)), ..fault(&cause) }),
        }
    }

    fn put_new(&self, key: &str, bytes: &[u8]) -> Answer<Put> {
        let path = self.path(key)?;
        self.make_parent(&path)?;
        match files::write_new(&path, bytes, Readers::All) {
            Ok(()) => Ok(Put::Done(Tag(Sum::of(bytes).to_string()))),
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => Ok(Put::Taken),
            Err(cause) => Err(fault(&cause)),
        }
    }

    fn put_over(&self, key: &str, bytes: &[u8], old: &Tag) -> Answer<Put> {
        let path = self.path(key)?;
        let put = || -> io::Result<Put> {
            let _held = self.lock()?;
            if tag(&path)?.as_ref() != Some(old) {
                return Ok(Put::Taken);
            }
            files::replace(&path, bytes, Readers::All)?;
            Ok(Put::Done(Tag(Sum::of(bytes).to_string())))
        };
        put().map_err(|cause| fault(&cause))
    }

    fn begin<'p>(&'p self, key: &str) -> Answer<Box<dyn Upload + 'p>> {
        let path = self.path(key)?;
        self.make_parent(&path)?;
        let draft = Draft::new(&path, Readers::All).map_err(|cause| fault(&cause))?;
        Ok(Box::new(OnDisk { draft: Some(draft), parts: 0 }))
    }

    fn sweep(&self, folder: &str) -> Answer<usize> {
        let mut left = Vec::new();
        each_file(&self.path(folder)?, &mut |path, _| {
            if path.file_name().and_then(|name| name.to_str()).is_some_and(files::is_draft) {
                left.push(path.to_owned());
            }
        })
        .map_err(|cause| fault(&cause))?;
        for path in &left {
            files::remove_if_there(path).map_err(|cause| fault(&cause))?;
        }
        Ok(left.len())
    }

    fn remove(&self, key: &str) -> Answer<()> {
        files::remove_if_there(&self.path(key)?).map_err(|cause| fault(&cause))
    }

    fn list(&self, folder: &str, each: &mut dyn FnMut(&str, u64)) -> Answer<()> {
        let root = if folder.is_empty() { self.root.clone() } else { self.path(folder)? };
        each_file(&root, &mut |path, size| {
            let Ok(below) = path.strip_prefix(&self.root) else { return };
            let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
            let hidden = parts.last().is_some_and(|name| *name == LOCK || files::is_draft(name));
            if !hidden {
                each(&parts.join("/"), size);
            }
        })
        .map_err(|cause| fault(&cause))
    }

    fn keeps_versions(&self) -> Answer<bool> {
        Ok(false)
    }
}

/// Every plain file below a folder; nothing where there is none.
fn each_file(folder: &Path, each: &mut dyn FnMut(&Path, u64)) -> io::Result<()> {
    if !files::is_folder(folder) {
        return Ok(());
    }
    for entry in files::list(folder)? {
        let path = folder.join(&entry.name);
        match entry.kind {
            Kind::Folder => each_file(&path, each)?,
            Kind::File(size) => each(&path, size),
            Kind::Link | Kind::Special => {}
        }
    }
    Ok(())
}

/// A long file on its way, beside its place.
struct OnDisk {
    draft: Option<Draft>,
    parts: usize,
}

impl Upload for OnDisk {
    fn part(&mut self, number: usize, bytes: &[u8]) -> Answer<()> {
        let Some(draft) = &mut self.draft else {
            return Err(Fault::lasting("передача уже окончена"));
        };
        // What was half written cannot be taken back here: the file is begun anew.
        if number != self.parts {
            return Err(Fault::lasting("часть записана не до конца"));
        }
        self.parts += 1;
        draft.write_all(bytes).map_err(|cause| half_written(&cause))
    }

    fn complete(&mut self) -> Answer<()> {
        let draft = self.draft.take().ok_or_else(|| Fault::lasting("передача уже окончена"))?;
        draft.put().map_err(|cause| fault(&cause))
    }

    fn abort(&mut self) -> Answer<()> {
        self.draft = None;
        Ok(())
    }
}

/// A part that was not written to its end: that is never tried again by itself.
fn half_written(cause: &io::Error) -> Fault {
    match fault(cause) {
        Fault { kind: FaultKind::Passing, what } => Fault::lasting(what),
        other => other,
    }
}
