//! What several archives say of each other: copies of one archive, and the chain in which each names the one before.

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::archive::bag::{Content, Previous};
use crate::archive::report::{Report, Verdict};

/// Archives that name each other, the oldest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Chain {
    /// Their names, the oldest first.
    pub names: Vec<String>,
    /// What the oldest names as the one before it, where that was not among those checked.
    pub missing: Option<Previous>,
}

/// Copies of one archive, by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Copies {
    /// The archive's name.
    pub name: String,
    /// Where the copies are.
    pub paths: Vec<PathBuf>,
    /// How they compare.
    pub comparison: Comparison,
}

/// How copies compare. Their code stands for every byte but the recovery data.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Comparison {
    /// All are whole, and the same bytes.
    Same,
    /// One of them is damaged: until it is repaired nobody can tell.
    Damaged,
    /// Whole, and different archives: one was made anew, or put in the other's place.
    Different,
}

/// What was checked in one run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Together {
    /// Every chain, by the names in it.
    pub chains: Vec<Chain>,
    /// Every archive that was checked in more than one copy, by its name.
    pub copies: Vec<Copies>,
}

impl Together {
    /// Holds reports against each other.
    pub fn of<'r>(reports: impl IntoIterator<Item = (&'r Path, &'r Report)>) -> Self {
        let reports: Vec<_> = reports.into_iter().collect();
        Self { chains: chains(&reports), copies: copies(&reports) }
    }

    /// Whether copies of one name are different archives.
    pub fn contradict(&self) -> bool {
        self.copies.iter().any(|copies| copies.comparison == Comparison::Different)
    }
}

/// A genuine archive vouches for the one it names as its previous, as any trusted archive does; that one for the one before
/// it, and so on.
pub fn vouch_back(reports: &mut [&mut Report]) {
    loop {
        let genuine = reports.iter().filter(|report| matches!(report.verdict, Verdict::Genuine { .. }));
        let named: Vec<(String, String)> = genuine
            .filter_map(|report| Some((report.name.clone(), report.facts.as_ref()?.previous.as_ref()?.code.clone())))
            .collect();
        let mut changed = false;
        for report in reports.iter_mut() {
            let by = named.iter().find(|(_, code)| report.code.as_ref() == Some(code));
            if let (Verdict::Whole { fingerprint }, Some((name, _))) = (&report.verdict, by) {
                let by = vec![format!("архив {name} называет его предыдущим")];
                report.asked.clone_from(&by);
                report.verdict = Verdict::Genuine { fingerprint: fingerprint.clone(), by };
                changed = true;
            }
        }
        if !changed {
            return;
        }
    }
}

fn is_whole(report: &Report) -> bool {
    matches!(report.verdict, Verdict::Whole { .. } | Verdict::Genuine { .. })
}

/// Chains of at least two archives. Only whole ones are links: what a damaged one says of itself proves nothing.
fn chains(reports: &[(&Path, &Report)]) -> Vec<Chain> {
    let mut links: Vec<(&str, &str, Option<&Previous>)> = Vec::new();
    for (_, report) in reports.iter().filter(|(_, report)| is_whole(report)) {
        let (Some(code), Some(facts)) = (&report.code, &report.facts) else { continue };
        if links.iter().all(|(_, known, _)| known != code) {
            links.push((&report.name, code, facts.previous.as_ref()));
        }
    }
    let is_named =
        |code: &str| links.iter().any(|(.., previous)| previous.is_some_and(|previous| previous.code == code));
    let newest = links.iter().filter(|(_, code, _)| !is_named(code));
    let mut chains: Vec<Chain> = newest
        .map(|last| {
            let (mut names, mut at, mut missing) = (vec![last.0.to_owned()], last, None);
            while let Some(previous) = at.2 {
                // A chain cannot be longer than there are links: a code covers the one it names.
                match links.iter().find(|(_, code, _)| *code == previous.code).filter(|_| names.len() < links.len()) {
                    Some(before) => at = before,
                    None => {
                        missing = Some(previous.clone());
                        break;
                    }
                }
                names.push(at.0.to_owned());
            }
            names.reverse();
            Chain { names, missing }
        })
        .filter(|chain| chain.names.len() > 1)
        .collect();
    chains.sort_by(|a, b| a.names.cmp(&b.names));
    chains
}

fn copies(reports: &[(&Path, &Report)]) -> Vec<Copies> {
    // Copies of a day that lie in two places were made one after the other: they are two, whatever they are called.
    let is_copy = |report: &Report| report.facts.as_ref().is_none_or(|facts| facts.content != Content::Backup);
    let reports: Vec<_> = reports.iter().filter(|(_, report)| !report.is_foreign() && is_copy(report)).collect();
    let mut names: Vec<&str> = reports.iter().map(|(_, report)| report.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let of_name = |name: &&str| {
        let same_name: Vec<_> = reports.iter().filter(|(_, report)| report.name == **name).collect();
        let comparison = if same_name.windows(2).all(|pair| pair[0].1.code == pair[1].1.code) {
            match same_name.iter().all(|(_, report)| is_whole(report)) {
                true => Comparison::Same,
                false => Comparison::Damaged,
            }
        } else {
            match same_name.iter().all(|(_, report)| report.verdict != Verdict::Damaged) {
                true => Comparison::Different,
                false => Comparison::Damaged,
            }
        };
        let paths = same_name.iter().map(|(path, _)| (*path).to_owned()).collect::<Vec<_>>();
        Copies { name: (*name).to_owned(), paths, comparison }
    };
    names.iter().map(of_name).filter(|copies| copies.paths.len() > 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::fixture::{NAME, School, packages};
    use crate::archive::progress::Quiet;
    use crate::archive::verify::{Request, verify};
    use std::fs;

    fn reports(bags: &[PathBuf]) -> Vec<Report> {
        bags.iter().map(|bag| verify(bag, &Request::default(), &Quiet).unwrap()).collect()
    }

    fn together(bags: &[PathBuf]) -> Together {
        let reports = reports(bags);
        Together::of(bags.iter().map(PathBuf::as_path).zip(&reports))
    }

    #[test]
    fn archives_that_name_each_other_are_a_chain_and_a_gap_is_named() {
        let mut school = School::new();
        let mut bags = Vec::new();
        for name in ["2024-2025-year", "2025-2026-q1", "2025-2026-q2"] {
            let created = school.create(name, &packages()).unwrap();
            bags.push(created.copies[0].folder.clone());
            school.facts.previous = School::previous(&created);
            school.facts.length += 1;
        }
        let all = together(&bags);
        assert_eq!(all.chains.len(), 1);
        assert_eq!(all.chains[0].names, ["2024-2025-year", "2025-2026-q1", "2025-2026-q2"]);
        assert_eq!((&all.chains[0].missing, &all.copies), (&None, &Vec::new()));
        let gap = together(&bags[1..]);
        assert_eq!(gap.chains[0].missing.as_ref().unwrap().name, "2024-2025-year");
        let broken = together(&[bags[0].clone(), bags[2].clone()]);
        assert_eq!(broken.chains, [], "what is between them is not there");
    }

    #[test]
    fn copies_are_the_same_or_different_and_of_a_damaged_one_nobody_can_tell() {
        let school = School::new();
        school.archive();
        let other = School::new();
        other.archive();
        let [one, two, stranger] = [school.bag(0), school.bag(1), other.bag(0)].map(|bag| bag.root().to_owned());
        let compare = |bags: &[PathBuf]| {
            let together = together(bags);
            assert_eq!(together.copies[0].name, NAME);
            (together.copies[0].comparison, together.contradict())
        };
        assert_eq!(compare(&[one.clone(), two.clone()]), (Comparison::Same, false));
        assert_eq!(compare(&[one.clone(), stranger]), (Comparison::Different, true));
        fs::remove_file(two.join("bag-info.txt")).unwrap();
        assert_eq!(compare(&[one, two]), (Comparison::Damaged, false));
    }
}
