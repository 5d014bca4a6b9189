//! What a killed run leaves, and how the next one knows it for its own.
//!
//! Before a copy is begun, and before one is removed, a mark is put beside its folder: a file that names the journal. What
//! lies under a mark of this journal, is not sealed and holds nothing but files of a copy is rubbish of a run of ours. All
//! else stays.

use crate::archive::bag::{BagPath, Folder, TAGS, is_recovery_of};
use crate::archive::carrier::Carrier;
use crate::archive::dated;
use crate::archive::export::DATABASE;
use crate::archive::progress::Progress;
use crate::archive::settle::{State, inspect, settle};
use crate::archive::targets::{remove_bag, sync_folder};
use crate::error::{Error, Result, Warning};
use crate::files::{self, Kind, Readers};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The end of a mark's name.
const END: &str = ".unfinished";

/// No mark is longer: a journal's id and a line end.
const LONGEST: u64 = 128;

/// The mark beside a copy that is being made or removed.
pub(super) struct Mark {
    path: PathBuf,
}

impl Mark {
    /// Puts it there, for good. It is written in its place: one that a kill has torn is a mark too, where a draft beside it
    /// would be nobody's.
    pub fn set(target: &Carrier, name: &str, journal: &str) -> Result<Self> {
        let path = path_of(target, name);
        let failed = |cause: io::Error| Error::file("записать", &path, &cause);
        files::remove_if_there(&path).map_err(failed)?;
        let written = files::create(&path, Readers::All)
            .and_then(|mut file| file.write_all(format!("{journal}\n").as_bytes()).and_then(|()| file.sync_all()));
        if let Err(cause) = written {
            let _ = files::remove_if_there(&path);
            return Err(failed(cause));
        }
        sync_folder(target.folder())?;
        Ok(Self { path })
    }

    /// Whether one is there.
    pub fn is_set(target: &Carrier, name: &str) -> bool {
        files::is_there(&path_of(target, name))
    }

    pub fn remove(&self) -> Result<()> {
        files::remove_if_there(&self.path).map_err(|cause| Error::file("удалить", &self.path, &cause))?;
        sync_folder(self.path.parent().unwrap_or(Path::new(".")))
    }
}

fn path_of(target: &Carrier, name: &str) -> PathBuf {
    target.folder().join(format!("{name}{END}"))
}

/// Clears up after runs that were killed. Gives what was done, and what could not be.
///
/// # Errors
/// A place that cannot be read or written.
pub(super) fn clear(target: &Carrier, journal: &str, progress: &dyn Progress) -> Result<Vec<Warning>> {
    let mut notes = Vec::new();
    let failed = |cause: io::Error| Error::file("открыть", target.folder(), &cause);
    for entry in files::list(target.folder()).map_err(failed)? {
        let marked = entry.name.to_str().and_then(|name| name.strip_suffix(END));
        let Some(name) = marked.filter(|name| matches!(entry.kind, Kind::File(_)) && dated::day_of(name).is_some())
        else {
            continue;
        };
        let mark = Mark { path: path_of(target, name) };
        // Torn by the kill, it is still a mark; another journal's is its own run's.
        let text = files::read(&mark.path, LONGEST).unwrap_or_default();
        if !format!("{journal}\n").as_bytes().starts_with(&text) {
            continue;
        }
        match settled(target, name, progress) {
            Ok(note) => {
                notes.extend(note.map(Warning::from));
                mark.remove()?;
            }
            Err(error) => notes.push(format!("копия «{name}» не закончена и не удалена: {}", error.message()).into()),
        }
    }
    Ok(notes)
}

fn settled(target: &Carrier, name: &str, progress: &dyn Progress) -> Result<Option<String>> {
    let folder = target.bag(name);
    if inspect(target, name)? != (State::Partial { sealed: false }) {
        return Ok(settle(target, name, progress)?.1);
    }
    if let Some(stranger) = stranger_in(&folder, name) {
        let folder = folder.root().display();
        return Err(Error::damaged(format!("в «{folder}» лежит «{stranger}», а этого «Летопись» не пишет"))
            .next("посмотрите, что это, и уберите папку сами"));
    }
    remove_bag(folder.root())?;
    sync_folder(target.folder())?;
    Ok(Some(format!("удалена незаконченная копия «{name}», оставшаяся от прерванного запуска")))
}

/// Something in a folder that is none of the files of a copy.
fn stranger_in(folder: &Folder, name: &str) -> Option<String> {
    let listed = folder.list();
    let is_own = |path: &BagPath| {
        let path = path.as_str();
        let part = path.strip_prefix("data/").and_then(|file| file.strip_prefix(DATABASE));
        let is_package = part.is_some_and(|end| end.strip_prefix(".zip.age").is_some_and(is_number_or_nothing));
        TAGS.contains(&path) || is_package || is_recovery_of(name, path) || files::is_draft(path)
    };
    let strange = listed.strange.into_iter().map(|(shown, _)| shown);
    listed
        .files
        .into_keys()
        .find(|path| !is_own(path))
        .map(|path| path.to_string())
        .or_else(|| strange.into_iter().next())
}

/// `.001` of a package that was cut, or nothing.
fn is_number_or_nothing(end: &str) -> bool {
    let digits = end.strip_prefix('.');
    end.is_empty() || digits.is_some_and(|digits| digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}
