//! The program on a stick, for Linux and for Windows, and what lies beside it for people.
//!
//! A stick goes through many hands and machines, so the program on it is not believed: what was put there is kept as sums
//! that whoever put it there has signed (`programs.json`), and at school each is compared with them and with the school's
//! own, and replaced.

use crate::away::signed::{Signed, sign};
use crate::away::stick::unwritten;
use crate::error::{Error, Result};
use crate::files::{self, Readers};
use crate::ledger::chain::hex;
use crate::ledger::signer::Signer;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// The program's name on a stick, and what it is called where it is taken from.
const PROGRAMS: [(&str, &[&str]); 2] = [("letopis", &["letopis"]), ("Letopis.exe", &["Letopis.exe", "letopis.exe"])];
/// What was put there.
const SUMS: &str = "programs.json";
/// Keeps the signature of sums from being good for anything else.
const DOMAIN: &str = "letopis-programs-v1";
/// No program is larger, in bytes.
const LARGEST: u64 = 512 << 20;
/// What is read of the sums.
const LARGEST_SUMS: u64 = 64 << 10;
/// What to do with the stick, for whoever finds it.
const README: (&str, &str) = ("README.txt", include_str!("readme.txt"));

/// What became of the program for one system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// Its name on the stick.
    pub name: &'static str,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a program on a stick.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It was not there, and is now.
    Put,
    /// It is the school's.
    Same,
    /// It was what had been put there, an older one, and was replaced.
    Renewed,
    /// It was not what had been put there: somebody has exchanged it. It was replaced.
    Exchanged,
    /// The school has none for this system at hand, and none is there.
    Missing,
    /// The school has none at hand; what is there is what had been put there.
    Left,
    /// The school has none at hand, and what is there is not what had been put there: it was removed.
    Removed,
}

#[derive(Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Sums {
    version: String,
    programs: Vec<Sum>,
}

#[derive(Serialize, Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct Sum {
    name: String,
    sha256: String,
}

/// The folder that programs are taken from: the one that is named, else the running program's own.
pub fn folder(named: Option<&Path>) -> Option<PathBuf> {
    named.map(Path::to_owned).or_else(|| Some(std::env::current_exe().ok()?.parent()?.to_owned()))
}

/// Whether a folder that is named is there.
///
/// # Errors
/// It is not.
pub(super) fn is_there(named: Option<&Path>) -> Result<()> {
    match named.filter(|folder| !folder.is_dir()) {
        Some(missing) => {
            Err(Error::input(format!("нет папки «{}»", missing.display())).next("укажите папку с программами"))
        }
        None => Ok(()),
    }
}

/// Puts the programs of a folder onto a stick, compares those that are there, and signs what lies there then. `believed` are
/// the keys whose sums are believed.
///
/// # Errors
/// A folder that was named and is not there; a stick that cannot be written.
pub(super) fn put(
    mount: &Path,
    named: Option<&Path>,
    believed: &[[u8; 32]],
    signer: &dyn Signer,
) -> Result<Vec<Program>> {
    is_there(named)?;
    forget_drafts(mount);
    let before = sums_on(mount, believed);
    let (mut all, mut sums) = (Vec::new(), Vec::new());
    for (name, sources) in PROGRAMS {
        let source = folder(named).and_then(|folder| read_one(&folder, sources));
        let there = files::read(&mount.join(name), LARGEST).ok();
        let is_ours = |bytes: &[u8]| before.iter().any(|sum| sum.name == name && sum.sha256 == sum_of(bytes));
        let fate = match (&source, &there) {
            (Some(ours), Some(there)) if ours == there => Fate::Same,
            (Some(_), None) => Fate::Put,
            (Some(_), Some(there)) if is_ours(there) => Fate::Renewed,
            (Some(_), Some(_)) => Fate::Exchanged,
            (None, None) => Fate::Missing,
            (None, Some(there)) if is_ours(there) => Fate::Left,
            (None, Some(_)) => Fate::Removed,
        };
        bring(mount, name, fate, source.as_deref())?;
        let stays = source.or(there).filter(|_| !matches!(fate, Fate::Missing | Fate::Removed));
        sums.extend(stays.map(|bytes| Sum { name: name.to_owned(), sha256: sum_of(&bytes) }));
        all.push(Program { name, fate });
    }
    let sums = Sums { version: env!("CARGO_PKG_VERSION").to_owned(), programs: sums };
    let json = serde_json::to_string(&sums)
        .map_err(|cause| Error::environment("суммы программ не составлены").next("повторите").caused_by(cause))?;
    write(mount, SUMS, sign(signer, DOMAIN, &json)?.as_bytes())?;
    // A line feed alone is no end of a line to the oldest of Windows' editors.
    write(mount, README.0, ("\u{feff}".to_owned() + &README.1.replace('\n', "\r\n")).as_bytes())?;
    Ok(all)
}

/// Removes what killed runs have left of files on their way: a program is large, and a stick is in one hand at a time.
fn forget_drafts(mount: &Path) {
    for entry in files::list(mount).unwrap_or_default() {
        if files::is_draft(&entry.name.to_string_lossy()) {
            let _ = files::remove(&mount.join(entry.name));
        }
    }
}

fn bring(mount: &Path, name: &str, fate: Fate, source: Option<&[u8]>) -> Result<()> {
    match (fate, source) {
        (Fate::Put | Fate::Renewed | Fate::Exchanged, Some(bytes)) => write(mount, name, bytes),
        (Fate::Removed, _) => files::remove(&mount.join(name)).map_err(|cause| unwritten(name, &cause)),
        _ => Ok(()),
    }
}

fn write(mount: &Path, name: &str, bytes: &[u8]) -> Result<()> {
    files::replace(&mount.join(name), bytes, Readers::All).map_err(|cause| unwritten(name, &cause))
}

/// The first of these that is there; of whatever is no file, nothing.
fn read_one(folder: &Path, names: &[&str]) -> Option<Vec<u8>> {
    names.iter().find_map(|name| files::read(&folder.join(name), LARGEST).ok())
}

/// The sums that somebody who is believed has signed.
fn sums_on(mount: &Path, believed: &[[u8; 32]]) -> Vec<Sum> {
    let Ok(bytes) = files::read(&mount.join(SUMS), LARGEST_SUMS) else { return Vec::new() };
    let signed =
        Signed::first(&bytes).filter(|(signed, rest)| rest.is_empty() && signed.by(DOMAIN, believed).is_some());
    let sums = signed.and_then(|(signed, _)| serde_json::from_str::<Sums>(signed.json).ok());
    sums.unwrap_or_default().programs
}

fn sum_of(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::identity::Identity;
    use Fate::{Exchanged, Left, Missing, Put, Removed, Renewed, Same};

    #[test]
    fn a_program_that_somebody_exchanged_is_told_from_an_older_one_and_both_are_replaced() {
        let (stick, school) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (deputy, stranger) = (Identity::generate(), Identity::generate());
        let believed = [*deputy.public().key()];
        let fates = |signer: &Identity| {
            let all = put(stick.path(), Some(school.path()), &believed, signer).unwrap();
            [all[0].fate, all[1].fate]
        };
        let on = |name: &str, bytes: &str| std::fs::write(stick.path().join(name), bytes).unwrap();
        let at = |name: &str, bytes: &str| std::fs::write(school.path().join(name), bytes).unwrap();
        assert_eq!(fates(&deputy), [Missing, Missing]);
        on("letopis-0123456789abcdef.part", "убито на полпути");
        on("letopis-notes.part", "чужое");
        at("letopis", "1");
        at("letopis.exe", "2");
        assert_eq!(fates(&deputy), [Put, Put]);
        let is_on = |name: &str| stick.path().join(name).exists();
        assert!(!is_on("letopis-0123456789abcdef.part") && is_on("letopis-notes.part"));
        assert_eq!(fates(&deputy), [Same, Same]);
        at("letopis", "3");
        on("Letopis.exe", "вирус");
        assert_eq!(fates(&deputy), [Renewed, Exchanged]);
        assert_eq!(std::fs::read(stick.path().join("Letopis.exe")).unwrap(), b"2");
        std::fs::remove_file(school.path().join("letopis")).unwrap();
        std::fs::remove_file(school.path().join("letopis.exe")).unwrap();
        assert_eq!(fates(&deputy), [Left, Left]);
        // Sums that a stranger has signed say nothing.
        fates(&stranger);
        assert_eq!(fates(&deputy), [Removed, Removed]);
        assert!(put(stick.path(), Some(&school.path().join("none")), &believed, &deputy).is_err());
        assert!(std::fs::read_to_string(stick.path().join("README.txt")).unwrap().contains("\r\n"));
    }
}
