//! Bags of other programs, valid and not: a case for every rule of RFC 8493 and of the drafts that is checked, each also
//! held against `bagit.py`. Where that is known to be laxer or stricter, the case says so.

use crate::common::peers;
mod bag;
mod files;
mod lists;
mod made;
mod tags;

use bag::{Bag, Case, Peer};
use rayon::prelude::*;

fn cases() -> Vec<Case> {
    [lists::cases(), files::cases(), tags::cases()].into_iter().flatten().collect()
}

#[test]
fn every_case_is_judged_as_the_rfc_and_the_drafts_say() {
    let mut wrong = Vec::new();
    for case in cases() {
        let dir = tempfile::tempdir().unwrap();
        let root = case.bag.write(dir.path());
        let before = bag::snapshot(dir.path());
        let report = bag::verify(&root);
        if let Err(why) = case.expected.holds(&report) {
            wrong.push(format!("{}: {why}: {} {:?}", case.name, report.verdict, report.findings));
        }
        assert_eq!(bag::snapshot(dir.path()), before, "{}: verifying writes nothing", case.name);
    }
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn bagit_py_agrees_but_where_it_is_known_not_to() {
    let Some(peer) = peers::require("bagit.py") else { return };
    let judge = |case: &Case| {
        let dir = tempfile::tempdir().unwrap();
        let root = case.bag.write(dir.path());
        let accepts = peer.run(["--validate", "--quiet", root.to_str().unwrap()], dir.path()).code == Some(0);
        let should = (case.peer == Peer::Agrees) == case.expected.is_valid();
        let word = if accepts { "accepts" } else { "refuses" };
        (accepts != should).then(|| format!("{}: {word} {:?}", case.name, case.peer))
    };
    let cases = cases();
    let wrong: Vec<String> = cases.par_iter().filter_map(judge).collect();
    assert!(wrong.is_empty(), "{} cases:\n{}", wrong.len(), wrong.join("\n"));
    let judged = cases.iter().filter(|case| case.peer == Peer::Agrees).count();
    println!("{} cases, {judged} of them judged alike", cases.len());
    assert!(judged > 200, "{judged} cases were judged by both");
}

#[test]
fn names_of_cases_are_unique_and_every_version_and_algorithm_is_there() {
    let names: Vec<String> = cases().into_iter().map(|case| case.name).collect();
    let unique: std::collections::BTreeSet<_> = names.iter().collect();
    assert_eq!(unique.len(), names.len());
    for version in bag::VERSIONS {
        for algorithms in bag::combinations() {
            let name = format!("{version} valid with {}", algorithms.join(" and "));
            assert!(names.contains(&name), "{name}");
        }
    }
}

#[test]
fn a_changed_byte_in_any_listed_file_is_found_in_every_version() {
    for version in bag::VERSIONS {
        for name in ["data/a.txt", "data/folder/b.bin", "bag-info.txt", "manifest-md5.txt"] {
            let dir = tempfile::tempdir().unwrap();
            let root = Bag::new(version).listed_by(&["md5", "sha512"]).write(dir.path());
            let path = root.join(if name == "bag-info.txt" { bag::info_name(version) } else { name });
            let mut bytes = std::fs::read(&path).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            std::fs::write(&path, bytes).unwrap();
            let report = bag::verify(&root);
            let blamed = path.strip_prefix(&root).unwrap().to_str().unwrap();
            assert!(report.blames(blamed), "{version} {name}: {:?}", report.findings);
        }
    }
}

#[test]
fn the_program_says_what_it_is_and_refuses_what_only_an_archive_of_ours_can_give() {
    let dir = tempfile::tempdir().unwrap();
    Bag::new("0.97").write(dir.path());
    let run = |args: &[&str], code: i32, words: &[&str]| {
        let output = peers::run(env!("CARGO_BIN_EXE_letopis"), args, dir.path());
        assert_eq!(output.code, Some(code), "{output}");
        let said = format!("{}{}", output.stdout, output.stderr);
        words.iter().for_each(|word| assert!(said.contains(word), "{word}: {output}"));
        said
    };
    let not_ours = "это не архив Летописи";
    let said = run(
        &["archive", "verify", "bag", "--act", "act.pdf"],
        0,
        &["цел как пакет BagIt 0.97; чьё это — не известно", not_ours],
    );
    assert!(!said.contains("подлинен;") && !said.contains("подпись"), "{said}");
    assert!(dir.path().join("act.pdf").exists());
    let json = run(&["archive", "verify", "bag", "--json"], 0, &[]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(
        json.to_string().contains(r#""verdict":"bag""#) && json.to_string().contains(r#""bagit":"0.97""#),
        "{json}"
    );
    let (code, signer) = ("0".repeat(64), format!("SHA256:{}A", "a".repeat(42)));
    run(&["archive", "verify", "bag", "--expect", &code], 1, &["не подлинен", not_ours]);
    run(&["archive", "verify", "bag", "--signer", &signer], 1, &["не подлинен", not_ours]);
    run(&["archive", "repair", "bag"], 2, &["не архив Летописи"]);
    run(&["key", "new", "some.key", "--no-passphrase"], 0, &[]);
    run(&["archive", "verify", "bag", "--deep", "--identity", "some.key"], 1, &["не подлинен", not_ours]);
    run(&["archive", "restore", "bag", "--to", "out", "--identity", "some.key"], 2, &["не архив Летописи"]);
    assert!(!dir.path().join("out").exists());
    std::fs::write(dir.path().join("bag/data/a.txt"), "b text\n").unwrap();
    run(
        &["archive", "verify", "bag"],
        1,
        &["data/a.txt: содержимое изменилось", "не цел как пакет BagIt 0.97", not_ours],
    );
}
