//! What lies on a carrier under the name of an archive, and clearing up after a run that was killed.
//!
//! A bag is written in this order: payload, lists, signature (then it is **sealed**), `bagit.txt` (then it is whole).
//! Killed before the seal, it is rubbish of ours and is removed. Killed after it, it lacks only the declaration: it is
//! completed, if every sum still holds. A sealed bag that does not check out may be an old archive in trouble, so it is
//! never removed by us.

use std::io::ErrorKind;
use std::path::Path;

use super::bag::{BAGIT, BAGIT_TEXT, Facts, Folder, INFO, Info, Oxum, SIGNATURE, TAGMANIFEST};
use super::carrier::Carrier;
use super::progress::Progress;
use super::report::Verdict;
use super::targets::{remove_bag, sync_folder};
use super::verify::{Request, verify};
use crate::error::{Action, Error, NotTaken, Result};
use crate::files::{self, Kind, Readers};

/// An archive on a carrier, as it describes itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Its name.
    pub name: String,
    /// What `bag-info.txt` says.
    pub facts: Facts,
    /// SHA-256 of the tag manifest, 64 hex digits.
    pub code: String,
    /// Bytes and files under `data/`.
    pub payload: Oxum,
    /// How many files the bag has, recovery data among them.
    pub files: u64,
    /// The bytes of those files.
    pub bytes: u64,
}

/// What lies under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing.
    Absent,
    /// A run was interrupted; whether the signature was already there.
    Partial {
        /// Whether it was.
        sealed: bool,
    },
    /// A whole archive; its sums are for [`verify`] to check.
    Whole(Box<Summary>),
}

/// Looks, and changes nothing.
pub fn inspect(carrier: &Carrier, name: &str) -> Result<State> {
    let folder = carrier.bag(name);
    if !is_there(folder.root())? {
        return Ok(State::Absent);
    }
    // What cannot be read is not missing: a carrier that fails for a moment must not have its archive taken for rubbish.
    for name in [TAGMANIFEST, SIGNATURE] {
        is_there(&folder.root().join(name))?;
    }
    match folder.read_tag(BAGIT) {
        Err(cause) if cause.kind() != ErrorKind::NotFound => {
            return Err(Error::file("прочитать", &folder.root().join(BAGIT), &cause));
        }
        _ => {}
    }
    if !folder.is_declared() {
        return Ok(State::Partial { sealed: folder.is_sealed() });
    }
    summary(&folder).map(|summary| State::Whole(Box::new(summary)))
}

fn is_there(path: &Path) -> Result<bool> {
    let failed = |cause: &std::io::Error| Error::file("прочитать", path, cause);
    match files::kind(path).map_err(|cause| failed(&cause))? {
        None => Ok(false),
        Some(Kind::Link) => Err(failed(&NotTaken::Link.into())),
        Some(_) => Ok(true),
    }
}

/// Clears up: afterwards the name is absent, or a whole archive whose sums and signature were just checked. The text
/// says in Russian what was done, if anything.
pub fn settle(carrier: &Carrier, name: &str, progress: &dyn Progress) -> Result<(State, Option<String>)> {
    let folder = carrier.bag(name);
    let shown = folder.root().display();
    match inspect(carrier, name)? {
        State::Absent => Ok((State::Absent, None)),
        State::Partial { sealed: false } => {
            remove_bag(folder.root())?;
            sync_folder(carrier.folder())?;
            Ok((
                State::Absent,
                Some(format!("удалена незаконченная копия «{shown}», оставшаяся от прерванного запуска")),
            ))
        }
        State::Partial { sealed: true } => {
            declare(&folder)?;
            if let Err(error) = checked(&folder, progress) {
                // Back to what it was: without a declaration nobody takes it for an archive.
                let _ = files::remove(&folder.root().join(BAGIT));
                return Err(error);
            }
            let done = format!("завершена копия «{shown}»: прерванный запуск не успел записать только {BAGIT}");
            Ok((State::Whole(Box::new(summary(&folder)?)), Some(done)))
        }
        State::Whole(summary) => {
            checked(&folder, progress)?;
            Ok((State::Whole(summary), None))
        }
    }
}

/// Writes the declaration that makes a sealed folder a bag.
pub(super) fn declare(folder: &Folder) -> Result<()> {
    let path = folder.root().join(BAGIT);
    files::replace(&path, BAGIT_TEXT.as_bytes(), Readers::All)
        .map_err(|cause| Error::file("записать", &path, &cause))?;
    sync_folder(folder.root())
}

fn checked(folder: &Folder, progress: &dyn Progress) -> Result<()> {
    let report = verify(folder.root(), &Request::default(), progress)?;
    if matches!(report.verdict, Verdict::Whole { .. }) {
        return Ok(());
    }
    let faults: Vec<String> = report.faults().map(ToString::to_string).collect();
    Err(Error::damaged(format!("архив «{}» {}: {}", folder.root().display(), report.verdict.word(), faults.join("; ")))
        .next_by("перенесите эту папку с носителя на диск и разберитесь с ней отдельно", Action::VerifyArchive))
}

/// What a bag says of itself, unchecked.
pub fn read_facts(bag: &Path) -> Result<Facts> {
    summary(&Folder::new(bag)).map(|summary| summary.facts)
}

fn summary(folder: &Folder) -> Result<Summary> {
    let damaged = |why: String| {
        Error::damaged(format!("архив «{}»: {why}", folder.root().display()))
            .next_by("проверьте его", Action::VerifyArchive)
    };
    let text =
        folder.read_tag(INFO).map_err(|cause| damaged(format!("{INFO} не читается ({cause})")).caused_by(cause))?;
    let info = Info::parse(&String::from_utf8_lossy(&text)).map_err(|why| damaged(format!("{INFO}: {why}")))?;
    let code = folder.code().map_err(|cause| damaged(format!("список сумм не читается ({cause})")).caused_by(cause))?;
    let oxum = info.get("Payload-Oxum").and_then(|oxum| oxum.parse().ok());
    let own = folder.own_files();
    Ok(Summary {
        name: folder.name(),
        facts: Facts::from_info(&info).map_err(|why| damaged(format!("{INFO}: {why}")))?,
        code: code.to_string(),
        payload: oxum.ok_or_else(|| damaged(format!("{INFO}: нет поля «Payload-Oxum»")))?,
        files: own.len() as u64,
        bytes: super::bag::total(own.values().copied()),
    })
}
