//! The archives that lie beside this one: the one it names as its previous, and others of the same journal.

use std::fs;

use crate::archive::bag::{Facts, Folder, INFO, Info};
use crate::archive::report::Finding;
use crate::archive::sum::Sum;

/// Holds the archive against its neighbours on the carrier. What cannot be read there is for its own verification.
pub(super) fn check(folder: &Folder, facts: &Facts, code: &Sum) -> Vec<Finding> {
    let mut findings = Vec::new();
    let neighbours = neighbours(folder);
    if let Some(previous) = &facts.previous {
        let named = neighbours.iter().find(|neighbour| neighbour.name == previous.name);
        let found = neighbours.iter().any(|neighbour| neighbour.code.to_string() == previous.code);
        findings.push(match named {
            _ if found => Finding::note(INFO, format!("предыдущий архив {} лежит рядом, и это он", previous.name)),
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
            let what = format!("в архиве {} те же {} записей того же журнала, но другие", neighbour.name, facts.length);
            findings.push(Finding::forgery(INFO, what));
        }
    }
    findings
}

struct Neighbour {
    name: String,
    code: Sum,
    facts: Option<Facts>,
}

fn neighbours(folder: &Folder) -> Vec<Neighbour> {
    // A bag named by `.` still has its carrier around it.
    let Ok(root) = folder.root().canonicalize() else { return Vec::new() };
    let Some(carrier) = root.parent() else { return Vec::new() };
    let entries = fs::read_dir(carrier).into_iter().flatten().flatten();
    let others = entries.filter(|entry| entry.path() != root && entry.file_type().is_ok_and(|kind| kind.is_dir()));
    others
        .filter_map(|entry| {
            let other = Folder::new(entry.path());
            if !other.is_declared() {
                return None;
            }
            let info = other.read_tag(INFO).ok().and_then(|text| String::from_utf8(text).ok());
            let facts = info.and_then(|text| Info::parse(&text).ok()).and_then(|info| Facts::from_info(&info).ok());
            Some(Neighbour { name: other.name(), code: other.code().ok()?, facts })
        })
        .collect()
}
