//! Upgrading is a promise: what an earlier version wrote, this one opens, proves, restores and answers for.
//!
//! `tests/fixtures/v1` is the folder of a small school as version 0.1.0 left it: a journal with every kind of entry there
//! was, its keys, two carriers, papers and the codes on them, and the journal of the next year. Its `make.sh` tells how it
//! was made. Every test works on a copy, at a moment after the last entry. The tests hold what was promised (clean, whole,
//! issued, the same number), by exit status and by the fields of `--json`, not by wording.

use crate::common::peers;
use crate::common::school::{LETOPIS, School, copy_folder};
use letopis::journal::entry::Body;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// When the tests are at work: after the last entry of both journals.
const NOW: &str = "2026-10-24 12:00:00";

const JOURNALS: [&str; 2] = ["journal.letopis", "next.letopis"];

/// Every archive of the carriers: its journal, its name, whether a journal is in it.
const ARCHIVES: [(&str, &str, bool); 4] = [
    ("journal.letopis", "2025-2026-q1", true),
    ("journal.letopis", "2025-2026-year", true),
    ("journal.letopis", "2025-2026-summaries", false),
    ("next.letopis", "2026-2027-q1-db", true),
];

/// Kinds of entry that the program knows and the fixture cannot hold, each with the reason.
const CAME_LATER: &[(&str, &str)] = &[
    ("archive.stored", "0.1.0 knew no third place"),
    ("backup.made", "0.1.0 made archives alone, and no copy of any day"),
    ("strand.opened", "0.1.0 knew no sticks that are recorded on"),
    ("strand.closed", "0.1.0 knew no sticks that are recorded on"),
    ("carried", "0.1.0 knew no sticks that are recorded on"),
    ("year.reopened", "in 0.1.0 what was closed stayed closed"),
    ("year.continued", "0.1.0 began the next year without a word in the old journal"),
    ("entries.confirmed", "by rules 1 nothing waited"),
    ("entries.refused", "by rules 1 nothing waited"),
    ("emergency.set", "by rules 1 there was no emergency key"),
    ("emergency.enrolled", "by rules 1 there was no emergency key"),
    ("pupil.renumbered", "0.1.0 could not put right what was recorded by mistake"),
    ("pupil.annulled", "0.1.0 could not put right what was recorded by mistake"),
    ("enrolment.corrected", "0.1.0 could not put right what was recorded by mistake"),
    ("group.annulled", "0.1.0 could not put right what was recorded by mistake"),
    ("lesson.annulled", "0.1.0 could not put right what was recorded by mistake"),
    ("course.annulled", "0.1.0 could not put right what was recorded by mistake"),
    ("class.annulled", "0.1.0 could not put right what was recorded by mistake"),
    ("subject.annulled", "0.1.0 could not put right what was recorded by mistake"),
    ("journal.restored", "0.1.0 went on from a restored copy without a word"),
    ("document.signed", "0.1.0 handed nothing to a signing program"),
    ("archive.destroyed", "no term was over yet"),
    ("witness.added", "0.1.0 knew no witnesses next door"),
    ("witness.removed", "0.1.0 knew no witnesses next door"),
    ("statistics.exported", "0.1.0 gave out no statistics"),
    ("event.announced", "events of the school came with the diary"),
    ("event.annulled", "events of the school came with the diary"),
];

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/v1")
}

/// A copy of the fixture; nothing where `faketime` is missing.
fn school() -> Option<School> {
    peers::require("faketime")?;
    let dir = tempfile::tempdir().unwrap();
    copy_folder(&fixture(), dir.path());
    Some(School::in_folder(dir))
}

/// The lines of `codes.txt`: what it is, whose, the code.
fn codes(what: &str) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(fixture().join("codes.txt")).unwrap();
    let fields = text.lines().map(|line| line.split('\t').map(str::to_owned).collect::<Vec<_>>());
    let wanted = fields.filter(|fields| fields[0] == what);
    let codes: Vec<_> = wanted.map(|fields| (fields[1].clone(), fields[2].clone())).collect();
    assert!(!codes.is_empty(), "no code of the kind {what}");
    codes
}

/// Runs the program and reads the JSON that it prints.
#[track_caller]
fn json(school: &School, login: &str, args: &[&str]) -> Value {
    let output = school.run(NOW, login, &[args, &["--json"]].concat()).ok();
    serde_json::from_str(&output.stdout).unwrap_or_else(|fault| panic!("{fault}: {output}"))
}

/// Demands that a journal audits clean, and gives what the audit says of it.
#[track_caller]
fn clean(school: &School, journal: &str) -> Value {
    let audit = json(school, "petrova", &["audit", "--journal", journal]);
    assert_eq!(audit["clean"], true, "{audit}");
    audit
}

/// What a verification says of each archive: its name and its verdict.
fn verdicts(verified: &Value) -> Vec<(String, String)> {
    let archives = verified["paths"].as_array().unwrap().iter().flat_map(|path| path["archives"].as_array().unwrap());
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    archives.map(|archive| (text(&archive["name"]), text(&archive["verdict"]))).collect()
}

fn bag(carrier: &str, archive: &str) -> String {
    format!("{carrier}/LETOPIS/{archive}")
}

/// The bodies of a ledger's entries as JSON: kind and whole text.
fn entries(journal: &Path) -> Vec<(String, Value)> {
    let file = rusqlite::Connection::open(journal).unwrap();
    let mut statement = file.prepare("SELECT payload FROM ledger ORDER BY seq").unwrap();
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let entries = rows.map(|text| serde_json::from_str::<Value>(&text.unwrap()).unwrap());
    entries.map(|entry| (entry["kind"].as_str().unwrap().to_owned(), entry)).collect()
}

#[test]
fn both_journals_open_and_audit_clean_with_the_head_that_was_written_down() {
    let Some(school) = school() else { return };
    for (journal, head) in codes("head") {
        assert_eq!(clean(&school, &journal)["head"], Value::from(head), "{journal}");
    }
    // A journal that the audit has not been asked about opens as well.
    let Some(school) = self::school() else { return };
    let pupils = json(&school, "petrova", &["pupil", "list", "7А"]);
    assert!(pupils.as_array().unwrap().iter().any(|pupil| pupil.to_string().contains("Петренко")), "{pupils}");
    let pupils = json(&school, "petrova", &["pupil", "list", "8А", "--journal", "next.letopis"]);
    assert!(pupils.as_array().unwrap().iter().any(|pupil| pupil.to_string().contains("Петренко")), "{pupils}");
}

#[test]
fn the_fixture_holds_every_kind_of_entry_but_those_that_came_later() {
    let dir = tempfile::tempdir().unwrap();
    copy_folder(&fixture(), dir.path());
    let entries = entries(&dir.path().join("journal.letopis"));
    let held: BTreeSet<&str> = entries.iter().map(|(kind, _)| kind.as_str()).collect();
    let known: BTreeSet<&str> = Body::KINDS.iter().copied().collect();
    let later: BTreeSet<&str> = CAME_LATER.iter().map(|(kind, _)| *kind).collect();
    let missing: Vec<_> = known.difference(&held).filter(|kind| !later.contains(*kind)).collect();
    assert!(missing.is_empty(), "no entry of {missing:?}; a kind that came later is named with its reason");
    assert!(held.is_subset(&known), "kinds that are read no more: {:?}", held.difference(&known));
    assert!(later.is_subset(&known) && later.is_disjoint(&held), "{later:?}");
    // And of the kinds that say several things, each.
    let some = |kind: &str, what: &dyn Fn(&Value) -> bool| entries.iter().any(|(k, entry)| k == kind && what(entry));
    assert!(some("lesson.recorded", &|entry| entry["taken_over"] == true));
    assert!(some("correction.decided", &|entry| entry["body"]["approved"] == true));
    assert!(some("correction.decided", &|entry| entry["body"]["approved"] == false));
    let changes: BTreeSet<String> = entries
        .iter()
        .filter(|(kind, _)| kind == "correction.requested")
        .flat_map(|(_, entry)| entry["body"]["changes"].as_array().unwrap().clone())
        .map(|change| change["what"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(changes.len(), 4, "{changes:?}");
}

/// Carriers as they lie, with the journals and without, at the surface and in depth.
#[test]
fn both_carriers_are_whole_without_a_journal_and_genuine_with_it() {
    let Some(school) = school() else { return };
    let without = peers::run("env", [LETOPIS, "archive", "verify", "usb-1", "usb-2", "--json"], &school.path("."));
    assert_eq!(without.code, Some(0), "{without}");
    let without: Value = serde_json::from_str(&without.stdout).unwrap();
    let whole: Vec<_> = verdicts(&without);
    assert_eq!(whole.len(), 2 * ARCHIVES.len(), "{whole:?}");
    assert!(whole.iter().all(|(_, verdict)| verdict == "whole"), "{whole:?}");
    let copies = without["copies"].as_array().unwrap();
    assert!(copies.len() == ARCHIVES.len() && copies.iter().all(|pair| pair["comparison"] == "same"), "{copies:?}");
    let chains = without["chains"].as_array().unwrap();
    assert!(chains.iter().any(|chain| chain["names"].as_array().unwrap().len() == ARCHIVES.len()), "{chains:?}");
    for (journal, archive, _) in ARCHIVES {
        for carrier in ["usb-1", "usb-2"] {
            let args = ["archive", "verify", &bag(carrier, archive), "--journal", journal];
            let verified = json(&school, "kuznetsov", &args);
            assert_eq!(verdicts(&verified), [(archive.to_owned(), "genuine".to_owned())]);
            let findings = verified["paths"][0]["archives"][0]["findings"].as_array().unwrap();
            assert!(findings.iter().all(|finding| finding["severity"] == "note"), "{findings:?}");
        }
    }
    JOURNALS.iter().for_each(|journal| drop(clean(&school, journal)));
}

#[test]
fn every_archive_is_genuine_to_the_director_in_depth_and_to_the_code_and_fingerprint_on_paper() {
    let Some(school) = school() else { return };
    let signer = codes("fingerprint").into_iter().find(|(key, _)| key == "keys/petrova.key").unwrap().1;
    for (journal, code) in codes("archive") {
        let (name, code) = code.split_once(' ').unwrap();
        let known = ARCHIVES.iter().any(|(of, archive, _)| *of == journal && *archive == name);
        assert!(known, "{name}");
        let bag = bag("usb-2", name);
        let args = ["archive", "verify", &bag, "--deep", "--expect", code, "--signer", &signer];
        let verified = json(&school, "kuznetsov", &args);
        let archive = &verified["paths"][0]["archives"][0];
        assert_eq!((&archive["verdict"], &archive["code"]), (&"genuine".into(), &code.into()), "{verified}");
        let findings = archive["findings"].as_array().unwrap();
        assert!(findings.iter().all(|finding| finding["severity"] == "note"), "{findings:?}");
    }
    assert_eq!(codes("archive").len(), ARCHIVES.len());
}

#[test]
fn a_restored_journal_audits_clean_and_is_the_one_that_was_archived() {
    let Some(school) = school() else { return };
    let recover = ["key", "recover", "keys/safe.key", "--from", "recovery.txt", "--no-passphrase"];
    school.run(NOW, "kuznetsov", &recover).ok();
    for (number, (journal, archive, holds_journal)) in ARCHIVES.into_iter().enumerate() {
        // By the director's key from one carrier, by the key from the safe from the other.
        for (login, carrier) in [("kuznetsov", "usb-1"), ("safe", "usb-2")] {
            let out = format!("out-{number}-{login}");
            let bag = bag(carrier, archive);
            school.run(NOW, login, &["archive", "restore", &bag, "--to", &out]).ok();
            let papers = walkdir::WalkDir::new(school.path(&out)).into_iter().map(Result::unwrap);
            let papers = papers.filter(|file| file.path().extension().is_some_and(|ending| ending == "pdf")).count();
            assert_eq!(papers == 0, archive.ends_with("-db"), "{archive}: {papers}");
            if !holds_journal {
                continue;
            }
            let restored = format!("{out}/journal.letopis");
            let audit = clean(&school, &restored);
            let against = ["audit", "--journal", journal, "--against", audit["head"].as_str().unwrap()];
            school.run(NOW, "petrova", &against).ok();
            assert!(audit["entries"].as_u64().unwrap() > 25, "{audit}");
        }
    }
}

#[test]
fn the_end_of_each_journal_is_held_against_each_of_its_archives_and_its_head() {
    let Some(school) = school() else { return };
    for (journal, archive, _) in ARCHIVES {
        for carrier in ["usb-1", "usb-2"] {
            school.run(NOW, "petrova", &["audit", "--journal", journal, "--against", &bag(carrier, archive)]).ok();
        }
    }
    for (journal, head) in codes("head") {
        school.run(NOW, "petrova", &["audit", "--journal", &journal, "--against", &head]).ok();
        let another = head.chars().rev().collect::<String>();
        assert_eq!(
            school.run(NOW, "petrova", &["audit", "--journal", &journal, "--against", &another]).0.code,
            Some(1)
        );
    }
}

/// The code at a page's foot and the text of its QR code are of one page, so each must lead to the other's.
#[test]
fn every_code_on_paper_is_answered_as_issued() {
    let Some(school) = school() else { return };
    let (feet, squares) = (codes("page"), codes("qr"));
    assert_eq!(feet.len(), squares.len());
    for ((journal, foot), (_, square)) in feet.iter().zip(&squares) {
        let page = foot.split_once(' ').unwrap().0;
        for code in [foot, square] {
            let found = json(&school, "petrova", &["print", "check", code, "--journal", journal]);
            assert_eq!(format!("{}/{}", found["number"].as_str().unwrap(), found["page"]), page, "{code}");
            let digest = found["digest"].as_str().unwrap().to_uppercase();
            assert!(square.ends_with(&digest), "{code}: {digest}");
            // Where today's layouts set it otherwise they are named; what was issued is the kept text.
            let again = &found["again"];
            let named = again["differs"].as_array().is_some_and(|differs| !differs.is_empty());
            assert!(named || again.as_str().is_some_and(|again| again != "unexplained"), "{code}: {again}");
        }
    }
    let refused = school.run(NOW, "petrova", &["print", "check", &feet[0].1.replace(['0', '1'], "2")]);
    assert_eq!(refused.0.code, Some(1), "{}", refused.0);
}

#[test]
fn every_file_on_paper_is_known_by_its_sum() {
    let Some(school) = school() else { return };
    let files: Vec<String> = walkdir::WalkDir::new(fixture().join("print"))
        .into_iter()
        .map(Result::unwrap)
        .filter(|file| file.file_type().is_file())
        .map(|file| file.path().strip_prefix(fixture()).unwrap().display().to_string())
        .collect();
    assert!(files.len() >= 14, "{files:?}");
    let issued: BTreeSet<String> =
        codes("page").into_iter().map(|(_, code)| code.split('/').next().unwrap().to_owned()).collect();
    let mut found = BTreeSet::new();
    for file in &files {
        let journal = if file.starts_with("print/next/") { "next.letopis" } else { "journal.letopis" };
        let check = json(&school, "petrova", &["print", "check", file, "--journal", journal]);
        found.insert(check["number"].as_str().unwrap().to_owned());
    }
    assert_eq!(found, issued);
}

/// A newer program sets pages otherwise. What was issued stands: its file comes from an archive, or is at hand.
#[test]
fn the_book_of_a_closed_year_that_is_printed_again_keeps_its_number() {
    let Some(school) = school() else { return };
    let archives = ["2025-2026-year", "2025-2026-summaries"].map(|archive| bag("usb-1", archive));
    for (file, args) in [
        ("print/journal-7a.pdf", &["print", "class", "7А"][..]),
        ("print/summary-7a.pdf", &["print", "summary", "7А"]),
        ("print/closed/carriers.pdf", &["print", "carriers"]),
    ] {
        let number = json(&school, "petrova", &["print", "check", file])["number"].clone();
        let from = ["--from", &archives[0], "--from", &archives[1], "--from", "print/closed/carriers.pdf"];
        let again = json(&school, "petrova", &[args, &["--out", "again"], &from].concat());
        assert_eq!((&again[0]["number"], &again[0]["new"]), (&number, &Value::from(false)), "{again}");
        let printed = again[0]["file"].as_str().unwrap();
        let check = json(&school, "petrova", &["print", "check", printed]);
        assert_eq!(check["number"], number, "byte for byte: {check}");
    }
}

#[test]
fn a_book_that_would_be_set_otherwise_today_is_set_anew_only_where_that_is_wanted() {
    let Some(school) = school() else { return };
    let number = json(&school, "petrova", &["print", "check", "print/journal-7a.pdf"])["number"].clone();
    let issued = |school: &School| json(school, "petrova", &["print", "list"]).as_array().unwrap().len();
    let (print, before) = (["print", "class", "7А", "--out", "again"], issued(&school));
    let refused = school.run(NOW, "petrova", &print).0;
    assert_eq!(refused.code, Some(1), "{refused}");
    let number = number.as_str().unwrap();
    assert!(refused.stderr.contains(number) && refused.stderr.contains("--reissue"), "{refused}");
    // An archive of another quarter has not the file, and nothing is issued.
    let other = school.run(NOW, "petrova", &[&print[..], &["--from", &bag("usb-1", "2025-2026-q1")]].concat()).0;
    assert_eq!(other.code, Some(2), "{other}");
    assert_eq!(issued(&school), before);
    let anew = json(&school, "petrova", &[&print[..], &["--reissue"]].concat());
    assert_eq!(anew[0]["new"], Value::from(true), "{anew}");
    assert_ne!(anew[0]["number"], Value::from(number), "{anew}");
    // From then on it is today's program that set it.
    let again = json(&school, "petrova", &print);
    assert_eq!((&again[0]["number"], &again[0]["new"]), (&anew[0]["number"], &Value::from(false)), "{again}");
}

#[test]
fn keys_are_read_with_and_without_a_passphrase_and_have_the_fingerprints_on_paper() {
    let Some(school) = school() else { return };
    for (key, fingerprint) in codes("fingerprint") {
        assert_eq!(json(&school, "petrova", &["key", "show", &key])["fingerprint"], Value::from(fingerprint), "{key}");
    }
    let gusev = ["key", "show", "keys/gusev.key", "--passphrase-file", "keys/words.txt"];
    let fingerprint = json(&school, "petrova", &gusev)["fingerprint"].as_str().unwrap().to_owned();
    let entries = entries(&school.path("journal.letopis"));
    assert!(entries.iter().any(|(kind, entry)| kind == "lesson.recorded" && entry["key"] == fingerprint.as_str()));
}

#[test]
fn work_goes_on_in_the_old_journals() {
    let Some(school) = school() else { return };
    // Notes are sealed to their author's key; contacts lie beside the journal.
    let notes = school.run(NOW, "belova", &["note", "list", "--all", "--json"]).ok();
    assert!(notes.stdout.contains("проверить часы"), "{notes}");
    let contacts = school.run(NOW, "semyonov", &["contact", "list", "7А", "--json"]).ok();
    assert!(contacts.stdout.contains("petrenko@example.com"), "{contacts}");
    // A closed journal is printed from; the open one is written to, and archived in the same chain.
    school.run(NOW, "petrova", &["print", "keys", "--out", "print", "--reissue"]).ok();
    let next = |clock: &str, login: &str, args: &[&str]| {
        school.run(clock, login, &[args, &["--journal", "next.letopis"]].concat()).ok();
    };
    let late = ["lesson", "record", "7А", "Алгебра", "29.05.2026", "--lesson", "1", "--topic", "Степени"];
    assert_eq!(school.run("2026-05-31 12:00:00", "semyonov", &late).0.code, Some(1), "the old year is closed");
    let moment = "2026-11-05 12:00:00";
    next(
        moment,
        "semyonov",
        &["lesson", "record", "8А", "Алгебра", "05.11.2026", "--lesson", "1", "--topic", "Степени"],
    );
    next(moment, "semyonov", &["mark", "set", "8А", "Алгебра", "05.11.2026", "Петренко=5"]);
    let create =
        ["archive", "create", "--period", "I четверть", "--to", "usb-1", "--to", "usb-2", "--allow-same-device"];
    next(moment, "petrova", &create);
    let verified = json(&school, "petrova", &["archive", "verify", "usb-1", "usb-2"]);
    let chains = verified["chains"].as_array().unwrap();
    assert!(chains.iter().any(|chain| chain["names"].as_array().unwrap().len() == ARCHIVES.len() + 1), "{chains:?}");
    school.run(moment, "petrova", &["audit", "--journal", "next.letopis"]).ok();
    JOURNALS.iter().for_each(|journal| drop(clean(&school, journal)));
}

#[test]
fn a_new_year_is_begun_from_the_old_journal() {
    let Some(school) = school() else { return };
    let init = ["init", "--school", "next.toml", "--admin", "ivanova", "--previous", "journal.letopis"];
    school
        .run(
            "2026-08-21 09:00:00",
            "ivanova",
            &[&init[..], &["--against", "usb-1", "--journal", "begun.letopis"]].concat(),
        )
        .ok();
    let pupils = json(&school, "ivanova", &["pupil", "list", "8А", "--journal", "begun.letopis"]);
    assert!(pupils.to_string().contains("Петренко"), "{pupils}");
    clean(&school, "begun.letopis");
}

/// What is certified of the old is proven, not waved through.
#[test]
fn what_was_falsified_in_the_old_journal_or_on_the_old_carrier_is_found() {
    let Some(school) = school() else { return };
    let falsified = "UPDATE ledger SET payload = replace(payload, '\"marks\":\"3\"', '\"marks\":\"5\"') WHERE payload LIKE '%\"marks\":\"3\"%'";
    assert!(school.file().execute(falsified, []).unwrap() > 0);
    assert_eq!(school.run(NOW, "petrova", &["audit"]).0.code, Some(1));
    let package = school.path("usb-1/LETOPIS/2025-2026-year/data/class-7a.zip.age");
    let mut bytes = std::fs::read(&package).unwrap();
    bytes[1000] ^= 1;
    std::fs::write(&package, bytes).unwrap();
    let verified = school.run(NOW, "petrova", &["archive", "verify", "usb-1", "--journal", "next.letopis"]).0;
    assert_eq!(verified.code, Some(1), "{verified}");
    school
        .run(NOW, "petrova", &["archive", "repair", "usb-1/LETOPIS/2025-2026-year", "--journal", "next.letopis"])
        .ok();
    assert_eq!(
        std::fs::read(&package).unwrap(),
        std::fs::read(fixture().join("usb-1/LETOPIS/2025-2026-year/data/class-7a.zip.age")).unwrap()
    );
}
