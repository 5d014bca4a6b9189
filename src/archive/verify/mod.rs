//! Verifying an archive, from shallow to deep, without writing to its carrier.
//!
//! 1. [`files`]: everything listed is there, and every sum holds; what else is there is named as a stranger's;
//! 2. [`recovery`]: the recovery data are whole, and how much of the damage they can heal;
//! 3. [`seal`]: the tag manifest bears a signature that holds; where a list and a file disagree, which of them is
//!    damaged;
//! 4. [`link`]: the archives beside it agree with what it says came before;
//! 5. [`content`], with a key: packages open, their own sums hold, and the journal inside passes the caller's check;
//! 6. [`series`]: what was checked in one run, copies and chains;
//! 7. the anchors of [`super::anchor`], which alone can make «цел» into «цел и подлинен».
//!
//! A bag that is not ours goes another way ([`stranger`]).
//!
//! Damage is a finding, never an error: an error means that the archive could not be looked at at all.

mod content;
mod files;
mod link;
mod recovery;
mod seal;
mod series;
mod stranger;

use std::collections::BTreeMap;
use std::path::Path;

use super::anchor::{Anchor, Subject};
use super::bag::{BAGIT, BagPath, Facts, Folder, INFO, Info, MAX_INFO, Oxum, SIGNATURE, TAGMANIFEST};
use super::bagit;
use super::progress::Progress;
use super::report::{Depth, Finding, Report, Severity, Verdict};
use super::sum::Sum;
use crate::error::{Error, NotTaken, Result, reason};
use crate::files::Kind;

pub use content::{Content, Contents, DeepCheck, PackageMember};
pub use series::{Chain, Comparison, Copies, Together, vouch_back};

/// What to check beyond files, sums and signature.
#[derive(Clone, Copy, Default)]
pub struct Request<'a> {
    /// What the checker trusts; every one of them must fit.
    pub anchors: &'a [Anchor<'a>],
    /// A key, and what to do with the journal that it opens.
    pub content: Option<Content<'a>>,
    /// Whether the payload is only held against the lists by name and size, and not read.
    pub unread: bool,
}

/// Verifies the bag in the folder `path`.
pub fn verify(path: &Path, request: &Request<'_>, progress: &dyn Progress) -> Result<Report> {
    let folder = Folder::new(path);
    let found = crate::files::kind(path).map_err(|cause| Error::file("открыть", path, &cause))?;
    if found == Some(Kind::Link) {
        return Err(Error::file("открыть", path, &NotTaken::Link.into()));
    }
    if found != Some(Kind::Folder) {
        return Err(Error::input(format!("«{}» — не папка архива", path.display()))
            .next("укажите носитель или папку архива на нём"));
    }
    if bagit::is_foreign(&folder) {
        return Ok(stranger::check(&folder, request, progress));
    }
    if !folder.is_declared() && !seal::holds(&folder) {
        return Ok(unfinished(&folder));
    }
    let files = files::read(&folder, !request.unread, progress);
    judge(&folder, &files, request, progress)
}

/// A bag that lies elsewhere, as whoever read it there found it.
#[derive(Debug, Default)]
pub struct Seen {
    /// Its files and how long they are.
    pub files: BTreeMap<BagPath, u64>,
    /// Names that are none of a bag's: shown, with the fault.
    pub strange: Vec<(String, String)>,
    /// The sum of every file but the recovery data, or why it cannot be told.
    pub sums: BTreeMap<BagPath, std::result::Result<Sum, String>>,
}

/// Verifies a bag that lies elsewhere. `tags` is a folder of the bag's name with its tag files and its recovery data.
///
/// # Errors
/// A bag that is not ours.
pub fn verify_seen(tags: &Path, seen: Seen, request: &Request<'_>, progress: &dyn Progress) -> Result<Report> {
    let folder = Folder::new(tags);
    if bagit::is_foreign(&folder) {
        return Err(Error::input(format!("«{}» — не архив «Летописи»", folder.name())).next("укажите имя архива школы"));
    }
    if !folder.is_declared() && !seal::holds(&folder) {
        return Ok(unfinished(&folder));
    }
    let request = Request { content: None, ..*request };
    judge(&folder, &files::Files::of_elsewhere(&folder, seen), &request, progress)
}

/// How many bytes the payload of a bag has, where its lists vouch for that.
pub fn payload_bytes(folder: &Folder) -> Option<u64> {
    files::most_bytes(folder)
}

/// Which files of recovery data an archive must have, by those of them that lie in its folder.
pub fn recovery_files(folder: &Folder) -> Vec<BagPath> {
    recovery::expected(folder)
}

/// What the files of a bag come to.
fn judge(folder: &Folder, files: &files::Files, request: &Request<'_>, progress: &dyn Progress) -> Result<Report> {
    let sealed = seal::check(folder, files);
    let mut findings = sealed.findings;
    findings.extend(files::compare(files, &findings));
    let facts = read_facts(folder, files, &mut findings);
    if let (Some(facts), Some(code)) = (&facts, &sealed.code) {
        if findings.is_empty() {
            findings.extend(seal::check_login(&sealed.signer, facts));
            findings.extend(seal::check_checkpoint(facts));
        }
        findings.extend(link::check(folder, facts, code));
    }
    let mut depth = if request.unread { Depth::List } else { Depth::Signature };
    let (faults, healing) = match request.unread {
        true => (recovery::strays_by_name(folder, files), None),
        false => recovery::check(folder, files, facts.as_ref(), &findings, progress),
    };
    findings.extend(faults);
    if let Some(content) = &request.content {
        depth = Depth::Content;
        match content.check(folder, files, facts.as_ref(), progress) {
            // A key that opens nothing is told of where nothing worse was found.
            Err(error) if error.kind() == crate::error::Kind::Input && findings.iter().any(Finding::is_fault) => {
                findings.push(Finding::note("data", error.message()));
            }
            found => findings.extend(found?),
        }
    }
    let (mut by, mut asked) = (Vec::new(), Vec::new());
    if let (Some(facts), Some(code), Some(signer)) = (&facts, sealed.code, &sealed.signer) {
        let name = folder.name();
        let subject = Subject { name: &name, code, key: signer.key, fingerprint: &signer.fingerprint, facts };
        for anchor in request.anchors {
            let answer = anchor.ask(&subject)?;
            let against = answer.findings.iter().any(Finding::is_fault);
            asked.push(match &answer.vouched {
                Some(vouched) => vouched.clone(),
                None if against => format!("{}: не сходится", anchor.name()),
                None => format!("{}: об этом архиве ничего не говорит", anchor.name()),
            });
            by.extend(answer.vouched);
            findings.extend(answer.findings);
        }
    }
    findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.path.cmp(&b.path)));
    findings.dedup();
    let fingerprint = sealed.signer.map(|signer| signer.fingerprint);
    Ok(Report {
        name: folder.name(),
        facts,
        code: sealed.code.map(|code| code.to_string()),
        signer: fingerprint.clone(),
        asked,
        payload: files.payload(),
        depth,
        verdict: verdict(&findings, depth, fingerprint, by),
        findings,
        healing,
    })
}

fn verdict(findings: &[Finding], depth: Depth, fingerprint: Option<String>, by: Vec<String>) -> Verdict {
    let worst = |severity: Severity| findings.iter().any(|finding| finding.severity == severity);
    // Of a seal that holds an anchor's word is true whatever else is damaged; of what was read from a file it may not be.
    let is_of_seal = |finding: &&Finding| finding.path == SIGNATURE || finding.path == TAGMANIFEST;
    let sealed_by_another = findings.iter().filter(is_of_seal).any(|finding| finding.severity == Severity::Forgery);
    match fingerprint {
        _ if sealed_by_another => Verdict::Forged,
        _ if worst(Severity::Damage) => Verdict::Damaged,
        _ if worst(Severity::Forgery) => Verdict::Forged,
        // Without a signature there was a finding already; were there none, this would still promise nothing.
        None => Verdict::Damaged,
        Some(fingerprint) if depth == Depth::List => Verdict::Complete { fingerprint },
        Some(fingerprint) if by.is_empty() => Verdict::Whole { fingerprint },
        Some(fingerprint) => Verdict::Genuine { fingerprint, by },
    }
}

fn unfinished(folder: &Folder) -> Report {
    let what = "файла нет или он не дописан: запись архива была прервана, или файл удалён";
    Report {
        name: folder.name(),
        facts: None,
        code: folder.code().ok().map(|code| code.to_string()),
        signer: None,
        asked: Vec::new(),
        payload: Oxum::default(),
        depth: Depth::Nothing,
        findings: vec![Finding::damage(BAGIT, what)],
        verdict: Verdict::Unfinished,
        healing: None,
    }
}

fn read_facts(folder: &Folder, files: &files::Files, findings: &mut Vec<Finding>) -> Option<Facts> {
    let blamed = findings.iter().any(|finding| finding.path == INFO);
    let text = match folder.read_tag_within(INFO, MAX_INFO) {
        Ok(text) => text,
        Err(cause) => {
            let why = format!("не читается ({})", reason(&cause));
            findings.extend((!blamed).then(|| Finding::damage(INFO, why)));
            return None;
        }
    };
    let info = String::from_utf8(text).map_err(|_| "не в UTF-8".to_owned()).and_then(|text| Info::parse(&text));
    let oxum = info.as_ref().ok().and_then(|info| info.get("Payload-Oxum")?.parse::<Oxum>().ok());
    // A list that is itself damaged may lack a file that is there: then all files of the folder are as many as it says.
    if !blamed && oxum.is_some_and(|oxum| oxum != files.payload() && oxum != files.in_data()) {
        let found = files.payload();
        let what = format!("должно быть {} (байты.файлы), а есть {found}", oxum.unwrap_or_default());
        findings.push(Finding::damage(super::bag::DATA, what));
    }
    let called = info.as_ref().ok().and_then(|info| info.get("External-Identifier"));
    if let Some(called) = called.filter(|called| !blamed && !called.eq_ignore_ascii_case(&folder.name())) {
        let what = format!("архив называет себя «{called}»: папка переименована, или в ней лежит другой архив");
        findings.push(Finding::warning(INFO, what));
    }
    match info.and_then(|info| Facts::from_info(&info)) {
        Ok(facts) => Some(facts),
        Err(why) => {
            if !blamed {
                findings.push(Finding::damage(INFO, why));
            }
            None
        }
    }
}

#[cfg(test)]
mod flips;
#[cfg(test)]
mod tests;
