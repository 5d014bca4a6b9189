//! What is inside the packages: with a key, every member is read and summed, and the journal is taken out for the
//! caller to judge.

use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::files::Files;
use crate::archive::bag::{self, BagPath, Facts, Folder};
use crate::archive::export::{DATABASE, JOURNAL, LEDGER};
use crate::archive::package::{self, Member, OpenPackage};
use crate::archive::progress::Progress;
use crate::archive::report::Finding;
use crate::error::{Action, Error, Result};
use crate::files::PrivateFolder;
use crate::ledger::identity::Identity;

/// Judges the content: chain and signatures, tables ≡ ledger, printed documents ≡ ledger. Findings name members.
pub type DeepCheck<'a> = &'a (dyn Fn(&Contents<'_>) -> Result<Vec<Finding>> + 'a);

/// A key, and what to do with what it opens.
#[derive(Clone, Copy)]
pub struct Content<'a> {
    /// The key that opens the packages.
    pub identity: &'a Identity,
    /// A folder on this machine, not on the carrier, where the journal may lie in the clear for a while. It is made,
    /// and removed afterwards.
    pub scratch: &'a Path,
    /// What judges what came out.
    pub check: DeepCheck<'a>,
}

/// What the packages hold.
pub struct Contents<'a> {
    /// What `bag-info.txt` says.
    pub facts: &'a Facts,
    /// The archived journal, taken out.
    pub journal: &'a Path,
    /// The archived `ledger.jsonl`, taken out.
    pub ledger: &'a Path,
    /// Every member of the packages that were opened, with its sum.
    pub members: &'a [PackageMember],
    /// Whether those are all packages of the archive, so that a document that is not there is missing.
    pub complete: bool,
}

/// A member and the package it lies in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageMember {
    /// The package's name: `class-7a`.
    pub package: String,
    /// The member itself.
    pub member: Member,
}

impl Content<'_> {
    pub(super) fn check(
        &self,
        folder: &Folder,
        files: &Files,
        facts: Option<&Facts>,
        progress: &dyn Progress,
    ) -> Result<Vec<Finding>> {
        let packages: Vec<_> = package::group(files.payload_files().map(|(path, _)| path)).into_iter().collect();
        let alien = files.payload_files().filter(|(path, _)| !packages.iter().any(|(_, parts)| parts.contains(path)));
        let mut findings: Vec<Finding> =
            alien.map(|(path, _)| Finding::warning(path, "не пакет: содержимое не проверяется")).collect();
        progress.begin("содержимое пакетов", 0);
        let identity = self.identity;
        let opened: Vec<_> =
            packages.par_iter().map(|(name, parts)| read_package(folder, name, parts, identity, progress)).collect();
        // What is sound and opens to others is not damaged: the key is another one.
        let is_locked = |faults: &[Finding]| faults.iter().any(|fault| fault.what == package::NOT_FOR_THIS_KEY);
        if !opened.is_empty() && opened.iter().all(|(_, faults)| is_locked(faults)) {
            return Err(Error::input("этот ключ архив не открывает: архив зашифрован для других ключей")
                .next(
                    "назовите ключ директора, завуча или ключ восстановления из сейфа, которым этот архив открывается",
                )
                .then_by("целость и подпись проверяются и без ключа", Action::VerifyArchive));
        }
        let mut members = Vec::new();
        for (found, faults) in opened {
            members.extend(found);
            findings.extend(faults);
        }
        let database = packages.iter().find(|(name, _)| name == DATABASE);
        if facts.is_some_and(|facts| facts.content == bag::Content::Summaries) && database.is_none() {
            findings.push(Finding::note("data", "в этом архиве только ведомости; журнала в нём и не было"));
            return Ok(findings);
        }
        let Some((_, parts)) = database else {
            findings.push(Finding::damage("data", format!("нет пакета {DATABASE} с журналом")));
            return Ok(findings);
        };
        let scratch = PrivateFolder::new(self.scratch)?;
        match (facts, self.extract(folder, parts, &scratch)?) {
            (Some(facts), Ok((journal, ledger))) => {
                progress.begin("журнал из архива", 0);
                let contents =
                    Contents { facts, journal: &journal, ledger: &ledger, members: &members, complete: true };
                findings.extend((self.check)(&contents)?);
            }
            (None, _) => {}
            (_, Err(why)) => findings.extend(parts.first().map(|part| Finding::damage(part, why))),
        }
        Ok(findings)
    }

    /// Takes the journal and its ledger out; the inner error says in Russian what is wrong with the package.
    fn extract(
        &self,
        folder: &Folder,
        parts: &[BagPath],
        scratch: &PrivateFolder,
    ) -> Result<std::result::Result<(PathBuf, PathBuf), String>> {
        let mut package = match OpenPackage::open(folder, parts, self.identity) {
            Ok(package) => package,
            Err(why) => return Ok(Err(why)),
        };
        let mut paths = Vec::new();
        for name in [JOURNAL, LEDGER] {
            let (path, mut file) = scratch.create(name)?;
            let extracted = package.extract(name, &mut file).map_err(|cause| Error::file("записать", &path, &cause))?;
            if let Err(why) = extracted {
                return Ok(Err(why));
            }
            paths.push(path);
        }
        let ledger = paths.pop().unwrap_or_default();
        Ok(Ok((paths.pop().unwrap_or_default(), ledger)))
    }
}

/// Reads one package through: its members, and what is wrong with it.
fn read_package(
    folder: &Folder,
    name: &str,
    parts: &[BagPath],
    identity: &Identity,
    progress: &dyn Progress,
) -> (Vec<PackageMember>, Vec<Finding>) {
    let place = parts.first().map(ToString::to_string).unwrap_or_default();
    match OpenPackage::open(folder, parts, identity) {
        Err(why) => (Vec::new(), vec![Finding::damage(place, why)]),
        Ok(mut package) => {
            let (members, faults) = package.check(progress);
            let members = members.into_iter().map(|member| PackageMember { package: name.to_owned(), member });
            (members.collect(), faults.into_iter().map(|fault| Finding::damage(&place, fault)).collect())
        }
    }
}
