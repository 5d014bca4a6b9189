//! The archives that lie beside this one: the one it names as its previous, and others of the same journal.
//!
//! A neighbour accuses this archive only while its own seal holds: a damaged one is a witness to nothing.

use crate::archive::bag::{BagPath, Facts, Folder, INFO, Info, Manifest, SIGNATURE, TAGMANIFEST};
use crate::archive::report::Finding;
use crate::archive::signature::ArchiveSignature;
use crate::archive::sum::Sum;
use crate::files::{self, Kind};
use crate::school::{RECORDS, counted};

/// Holds the archive against its neighbours on the carrier. What cannot be read there is for its own verification.
pub(super) fn check(folder: &Folder, facts: &Facts, code: &Sum) -> Vec<Finding> {
    let mut findings = Vec::new();
    let neighbours = neighbours(folder);
    if let Some(previous) = &facts.previous {
        let named = neighbours.iter().find(|neighbour| neighbour.name == previous.name);
        let found = neighbours.iter().any(|neighbour| neighbour.code.to_string() == previous.code);
        findings.push(match named {
            _ if found => Finding::note(INFO, format!("предыдущий архив {} лежит рядом, и это он", previous.name)),
            Some(other) if !other.sealed => Finding::note(
                INFO,
                format!(
                    "предыдущий архив рядом повреждён: у {} подпись не сходится с {TAGMANIFEST}; проверьте его отдельно",
                    other.name
                ),
            ),
            Some(other) => Finding::forgery(
                INFO,
                format!(
                    "предыдущим назван архив {} с кодом {}, а у лежащего рядом код {}",
                    previous.name, previous.code, other.code
                ),
            ),
            None => Finding::note(INFO, format!("предыдущего архива {} на этом носителе нет", previous.name)),
        });
    }
    for neighbour in neighbours.iter().filter(|neighbour| neighbour.code != *code) {
        let Some(other) = &neighbour.facts else { continue };
        if other.journal == facts.journal && other.length == facts.length && other.head != facts.head {
            let what = format!(
                "в архиве {} столько же того же журнала: {}, но другие",
                neighbour.name,
                counted(facts.length, RECORDS)
            );
            findings.push(Finding::forgery(INFO, what));
        }
    }
    findings
}

struct Neighbour {
    name: String,
    code: Sum,
    /// Whether its signature is one over its tag manifest.
    sealed: bool,
    /// What it says of itself, where its seal covers that.
    facts: Option<Facts>,
}

impl Neighbour {
    fn read(other: &Folder) -> Option<Self> {
        let tagmanifest = other.read_tag(TAGMANIFEST).ok()?;
        let signature = other.read_tag(SIGNATURE).ok().and_then(|file| ArchiveSignature::parse(&file).ok());
        let sealed = signature.is_some_and(|signature| signature.holds(&tagmanifest));
        let facts = if sealed { sealed_facts(other, &tagmanifest) } else { None };
        Some(Self { name: other.name(), code: Sum::of(&tagmanifest), sealed, facts })
    }
}

fn sealed_facts(other: &Folder, tagmanifest: &[u8]) -> Option<Facts> {
    let listed = Manifest::parse(&String::from_utf8_lossy(tagmanifest)).ok()?;
    let info = other.read_tag(INFO).ok()?;
    if listed.get(&BagPath::new(INFO).ok()?) != Some(Sum::of(&info)) {
        return None;
    }
    Facts::from_info(&Info::parse(&String::from_utf8(info).ok()?).ok()?).ok()
}

fn neighbours(folder: &Folder) -> Vec<Neighbour> {
    // A bag named by `.` still has its carrier around it.
    let Ok(root) = folder.root().canonicalize() else { return Vec::new() };
    let Some(carrier) = root.parent() else { return Vec::new() };
    let folders = files::list(carrier).unwrap_or_default().into_iter().filter(|entry| entry.kind == Kind::Folder);
    let others = folders.map(|entry| carrier.join(entry.name)).filter(|path| *path != root);
    others.filter_map(|path| Neighbour::read(&Folder::new(path))).collect()
}
