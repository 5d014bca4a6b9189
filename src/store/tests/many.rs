//! The bags of many schools: shares of them, what is stated, and the catalogue.

use super::*;
use crate::ledger::identity::Identity;
use crate::store::catalogue::{Catalogue, Mark, Wish, gather, page};
use crate::store::destroy::{self, Order};
use crate::store::shard::{Step, Work, work};
use crate::store::statement::Verifier;
use crate::store::trust::Trust;
use chrono::{DateTime, FixedOffset};
use std::collections::BTreeSet;

/// The bag of one carrier in the folders of many schools.
struct Many {
    of: Try,
    schools: usize,
    verifier: Identity,
}

impl Many {
    fn new(schools: usize) -> Self {
        let of = Try::new();
        of.push().unwrap();
        let bag = of.memory.files();
        for school in 2..=schools {
            for (key, bytes) in &bag {
                let key = key.replacen("school-1/", &format!("school-{school}/"), 1);
                of.memory.put_new(&key, bytes).unwrap();
            }
        }
        Self { of, schools, verifier: Identity::generate() }
    }

    fn shelf(&self, school: usize) -> Shelf {
        Shelf::of(&format!("school-{school}"), NAME).unwrap()
    }

    /// Works on a share; what was stated now and before, and how much could not be read.
    fn share(&self, shard: &str, run: &str, trust: Option<&Trust>) -> (BTreeSet<String>, BTreeSet<String>, usize) {
        let scratch = self.of.school.path("scratch");
        let verifier = Verifier { run, name: "отдел", signer: &self.verifier };
        let of = Work { shard: shard.parse().unwrap(), verifier, trust, clock: &self.of.hand, scratch: &scratch };
        let (mut now, mut before, mut failed) = (BTreeSet::new(), BTreeSet::new(), 0);
        let done = work(self.of.place(), &of, &Quiet, &mut |step| match step {
            Step::Stated(statement) => drop(now.insert(statement.bag)),
            Step::Before(statement) => drop(before.insert(statement.bag)),
            Step::Failed(..) => failed += 1,
        });
        (now, before, failed + usize::from(done.is_err()))
    }

    fn catalogue(&self, trust: Option<&Trust>) -> Catalogue {
        gather(self.of.place(), &Wish { now: self.now(), days: 365, trust }).unwrap()
    }

    fn now(&self) -> DateTime<FixedOffset> {
        use crate::school::Clock;
        self.of.hand.now()
    }

    /// The marks of a school's bag.
    fn marks(&self, school: usize, trust: Option<&Trust>) -> Vec<Mark> {
        let row = self.catalogue(trust).rows.into_iter().find(|row| row.shelf == self.shelf(school));
        row.map(|row| row.marks).unwrap_or_default()
    }

    fn trust(&self, text: &str) -> Trust {
        let path = self.of.school.path("trust.toml");
        std::fs::write(&path, text).unwrap();
        Trust::read(&path).unwrap()
    }
}

#[test]
fn shares_are_all_of_it_twice_the_same_and_a_killed_worker_loses_nothing() {
    let many = Many::new(9);
    let all: BTreeSet<String> = (1..=many.schools).map(|school| many.shelf(school).to_string()).collect();
    let shares = ["0/4", "1/4", "2/4", "3/4"];
    let mut union = BTreeSet::new();
    for shard in shares {
        let (now, before, failed) = many.share(shard, "2026-02", None);
        assert_eq!((before.len(), failed), (0, 0));
        assert!(union.is_disjoint(&now), "{shard}");
        union.extend(now);
    }
    assert_eq!(union, all);
    let stated = many.of.memory.files();
    let again: Vec<_> = shares.map(|shard| many.share(shard, "2026-02", None)).into();
    assert!(again.iter().all(|(now, _, failed)| now.is_empty() && *failed == 0));
    assert_eq!(again.into_iter().flat_map(|(_, before, _)| before).collect::<BTreeSet<_>>(), all);
    assert!(many.of.memory.files() == stated, "twice the same, and nothing is written again");
    // Killed at a request, and started again: what was stated stays, and nothing is missing.
    many.of.memory.plan(|_, _| Trick::Fair);
    many.share("0/1", "whole", None);
    let requests = many.of.memory.requests();
    for (number, at) in (0..requests).step_by(requests / 40).enumerate() {
        let run = format!("killed-{number}");
        many.of.memory.plan(move |request, _| match request == at {
            true if number % 2 == 0 => Trick::DieBefore,
            true => Trick::DieAfter,
            false => Trick::Fair,
        });
        let (first, _, _) = many.share("0/1", &run, None);
        many.of.memory.heal();
        let (second, before, failed) = many.share("0/1", &run, None);
        assert!(failed == 0 && first.is_subset(&before), "request {at}");
        assert_eq!(second.union(&before).cloned().collect::<BTreeSet<_>>(), all, "request {at}");
    }
}

#[test]
fn a_damaged_bag_is_never_stated_whole_whatever_the_place_does() {
    let many = Many::new(2);
    let key = many.shelf(2).under("data/class-7a.zip.age");
    many.of.memory.tamper(&key, |bytes| bytes[100] ^= 1);
    for seed in 0..60 {
        let run = format!("seed-{seed}");
        let mut dice = Dice(seed * 2 + 1);
        many.of.memory.plan(move |_, what| match (dice.roll(12), what) {
            (0, _) => Trick::Before,
            (1, _) => Trick::After,
            (2, "get") => Trick::Garble,
            (3, "get") => Trick::Cut,
            _ => Trick::Fair,
        });
        many.share("0/1", &run, None);
        many.of.memory.heal();
    }
    let found = many.catalogue(None);
    assert!(found.rows[1].verified.as_ref().is_some_and(|seen| !seen.statement.is_whole()));
    let mut statements = 0;
    for (key, line) in
        many.of.memory.files().iter().filter(|(key, _)| key.contains("/school-2/") && key.starts_with(".verified"))
    {
        let (statement, _) = crate::store::statement::Statement::read(line).unwrap();
        assert!(!statement.is_whole(), "{key}");
        statements += 1;
    }
    assert!(statements > 10, "{statements}");
}

#[test]
fn without_a_fingerprint_a_bag_is_whole_with_the_schools_genuine_and_with_anothers_not() {
    let many = Many::new(1);
    let verdict = |run: &str, trust: Option<&Trust>| {
        many.share("0/1", run, trust);
        many.of.hand.turn(1);
        many.catalogue(None).rows[0].verified.as_ref().unwrap().statement.verdict.clone()
    };
    let key = many.of.school.petrova.public().fingerprint();
    let other = Identity::generate().public().fingerprint();
    assert_eq!(verdict("a", None), "цел");
    assert_eq!(
        verdict("b", Some(&many.trust(&format!("[schools]\nschool-1 = [\"{other}\", \"{key}\"]\n")))),
        "цел и подлинен"
    );
    assert_eq!(verdict("c", Some(&many.trust(&format!("[schools]\nschool-2 = \"{key}\"\n")))), "цел");
    assert_eq!(verdict("d", Some(&many.trust(&format!("[schools]\nschool-1 = \"{other}\"\n")))), "не подлинен");
    assert_eq!(many.marks(1, None), [Mark::Found("не подлинен".to_owned())]);
}

#[test]
fn the_catalogue_says_what_is_missing_damaged_overdue_unknown_changed_and_left() {
    let many = Many::new(6);
    assert!(!many.catalogue(None).is_due(), "never verified, and not yet overdue: {:?}", many.catalogue(None));
    assert_eq!(many.catalogue(None).rows[0].state(), "не проверялся");
    many.of.memory.tamper(&many.shelf(2).under("data/class-7a.zip.age"), |bytes| bytes[100] ^= 1);
    let (now, _, failed) = many.share("0/1", "2026-02", None);
    assert_eq!((now.len(), failed), (6, 0));
    let memory = &many.of.memory;
    for (key, _) in memory.files().iter().filter(|(key, _)| key.starts_with("school-3/")) {
        memory.lose(key);
    }
    memory.tamper(&many.shelf(4).under(TAGMANIFEST), |bytes| bytes[0] ^= 1);
    memory.lose(&many.shelf(5).under(BAGIT));
    memory.put_new(&many.shelf(6).under(".claim"), br#"{"format":"letopis-claim-1","owner":"x","who":"kim","code":"","until":"2026-01-01T00:00:00Z","done":false}"#).unwrap();
    memory.put_new("holiday.jpg", b"x").unwrap();
    memory.put_new(&format!("school-1/{}/1/0.age", "ab".repeat(32)), b"a mirror is ours").unwrap();
    let found = many.catalogue(None);
    let marks: Vec<Vec<Mark>> = found.rows.iter().map(|row| row.marks.clone()).collect();
    assert_eq!(
        marks,
        [
            vec![],
            vec![Mark::Found("повреждён".into())],
            vec![Mark::Missing("проверен 01.02.2026: цел".into())],
            vec![Mark::Changed],
            vec![Mark::Unfinished],
            vec![Mark::ClaimLeft("kim".into())],
        ]
    );
    assert_eq!((found.strange, &found.strangers), (1, &vec!["holiday.jpg".to_owned()]));
    let key = many.verifier.public().fingerprint();
    let trust = many.trust(&format!("[schools]\nschool-1 = \"{key}\"\n[verifiers]\n\"РОНО\" = \"{key}\"\n"));
    assert_eq!(many.marks(2, Some(&trust)), [Mark::Unknown, Mark::Found("повреждён".into())]);
    let known = many.catalogue(Some(&trust));
    assert_eq!(known.rows[0].verified.as_ref().map(|seen| (seen.by.as_str(), seen.known)), Some(("РОНО", true)));
    many.of.hand.turn(366 * 24 * 60);
    assert_eq!(many.marks(1, None), [Mark::Overdue(chrono::NaiveDate::from_ymd_opt(2027, 2, 1).unwrap())]);
    let html = page(&found).unwrap();
    for says in ["Каталог архивов", "повреждён", "holiday.jpg", "school-3", "требуют внимания: 5"]
    {
        assert!(html.contains(says), "{says}: {html}");
    }
    assert!(!html.contains("<script") && !html.contains("http"), "no script, nothing from elsewhere");
}

#[test]
fn a_statement_counts_only_where_it_stands_as_it_was_signed_and_by_whom_trust_names() {
    let many = Many::new(2);
    many.share("0/1", "2026-02", None);
    let memory = &many.of.memory;
    let key = |school: usize| {
        let ends = format!("/{}.json", many.shelf(school));
        memory.files().into_keys().find(|key| key.ends_with(&ends)).unwrap()
    };
    let (one, two) = (key(1), key(2));
    let line = memory.files()[&one].clone();
    // One bag's statement in another's place, one of another run, and one that was changed.
    memory.tamper(&two, |bytes| *bytes = line.clone());
    memory.put_new(&one.replace("2026-02", "2027-02"), &line).unwrap();
    let changed = String::from_utf8(line.clone()).unwrap().replace("отдел", "район");
    memory.put_new(&one.replace(".json", "-2.json"), changed.as_bytes()).unwrap();
    let found = many.catalogue(None);
    assert_eq!(found.doubtful.len(), 3, "{:?}", found.doubtful);
    assert!(found.rows[0].verified.is_some() && found.rows[1].verified.is_none());
    // Such a place is not stated over: the run says so.
    assert_eq!(many.share("0/1", "2026-02", None).2, 1);
    let stranger = Identity::generate().public().fingerprint();
    let found = many.catalogue(Some(&many.trust(&format!("[verifiers]\n\"РОНО\" = \"{stranger}\"\n"))));
    assert!(found.rows[0].verified.is_none() && found.doubtful.len() == 4, "{:?}", found.doubtful);
}

#[test]
fn a_bag_is_destroyed_by_its_act_alone_after_its_lock_and_by_whoever_goes_on_after_a_kill() {
    let many = Many::new(2);
    let (memory, shelf, signer) = (&many.of.memory, many.shelf(1), &many.verifier);
    let code = Folder::new(many.of.bag.root()).code().unwrap().to_string();
    let order = |act: &str, code: &str, at: &str| Order {
        act: act.to_owned(),
        entry: 7,
        journal: "ab".repeat(32),
        code: code.to_owned(),
        by: "kuznetsov".to_owned(),
        at: DateTime::parse_from_rfc3339(at).unwrap(),
    };
    let before = memory.files();
    protect(many.of.place(), &many.of.bag, &shelf, Lock::Governance).unwrap();
    let refused = |order: &Order, word: &str| {
        let error = destroy::destroy(many.of.place(), &shelf, order, signer).unwrap_err();
        assert!(error.exit_status() == 1 && error.message().contains(word), "{error}");
        assert!(memory.files() == before, "nothing is touched");
    };
    refused(&order("2031-0007", &code, "2031-12-31T12:00:00Z"), "заперт в хранилище от удаления до 01.01.2032");
    refused(&order("2031-0007", &"00".repeat(32), "2032-01-12T12:00:00Z"), "другой архив");
    let order = order("2031-0007", &code, "2032-01-12T12:00:00Z");
    for at in 0.. {
        memory.plan(move |request, _| if request == at { Trick::DieAfter } else { Trick::Fair });
        let done = destroy::destroy(many.of.place(), &shelf, &order, signer);
        memory.heal();
        if done.is_ok() {
            break;
        }
        let marks = many.marks(1, None);
        let half = [vec![], vec![Mark::Destroying("2031-0007".into())], vec![Mark::Destroyed("2031-0007".into())]];
        assert!(half.contains(&marks), "request {at}: {marks:?}");
    }
    let left: Vec<String> = memory.files().into_keys().filter(|key| key.starts_with("school-1/")).collect();
    assert_eq!(left, [shelf.under(destroy::DESTROYED)]);
    assert_eq!(many.marks(1, None), [Mark::Destroyed("2031-0007".into())]);
    assert!(!many.catalogue(None).is_due(), "and not missing");
    assert_eq!(memory.files().keys().filter(|key| key.starts_with("school-2/")).count(), before.len() / 2);
    let error = many.of.push().unwrap_err();
    assert!(error.message().contains("уничтожен в хранилище по акту № 2031-0007"), "{error}");
    assert!(list::list(many.of.place(), Some("school-1")).unwrap().is_empty());
    let school = |key: String| many.trust(&format!("[schools]\nschool-1 = \"{key}\"\nschool-2 = \"{key}\"\n"));
    assert_eq!(many.marks(1, Some(&school(signer.public().fingerprint()))), [Mark::Destroyed("2031-0007".into())]);
    let stranger = Identity::generate().public().fingerprint();
    assert_eq!(many.marks(1, Some(&school(stranger))), [Mark::BadNote], "whoever may write there may put such a note");
    memory.tamper(&shelf.under(destroy::DESTROYED), |bytes| bytes[20] ^= 1);
    assert_eq!(many.marks(1, None), [Mark::BadNote]);
}
