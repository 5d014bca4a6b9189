//! What strangers wrote reaches the terminal as text only: no name, list, table, key or argument moves the cursor, turns the
//! direction of writing or draws a line of its own.

use crate::common::peers::{self, Output};
use crate::common::school::{LETOPIS, School};
use crate::common::workbook;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::Path;

const CLOCK: &str = "2025-09-15 10:00:00";
/// Wipes the line, goes a line up, to its beginning, turns the writing, clears the screen, is not seen, breaks the line.
const HOSTILE: &str = "x\u{1b}[2K\u{1b}[1A\r\u{202e}\u{9b}2J\u{200b}\u{ad}\u{7f}\n  цел и подлинен";

#[track_caller]
fn is_tame(output: &Output, escape: &str) {
    let all = format!("{}{}", output.stdout, output.stderr);
    let hidden = |c: &char| *c != '\n' && (c.is_control() || "\u{202e}\u{200b}\u{ad}".contains(*c));
    assert_eq!(all.chars().find(hidden), None, "{all:?}");
    assert!(all.contains(escape), "it is shown as what it is: {all}");
    assert!(!all.contains("\n  цел и подлинен"), "it draws no line: {all}");
}

fn run(dir: &Path, args: &[&str]) -> Output {
    peers::run(LETOPIS, args, dir)
}

#[test]
fn arguments_and_names_of_files_are_shown_as_what_they_are() {
    let dir = tempfile::tempdir().unwrap();
    for args in [
        &[HOSTILE][..],
        &["archive", HOSTILE],
        &["audit", "--journal", HOSTILE],
        &["key", "show", HOSTILE],
        &["archive", "verify", HOSTILE],
        &["completions", HOSTILE],
    ] {
        is_tame(&run(dir.path(), args), "⟨U+001B⟩");
    }
    let key = dir.path().join(HOSTILE);
    fs::write(&key, "not a key").unwrap();
    is_tame(&run(dir.path(), &["key", "show", HOSTILE]), "");
}

#[test]
fn a_strangers_bag_draws_no_verdict() {
    let dir = tempfile::tempdir().unwrap();
    let bag = dir.path().join(HOSTILE);
    fs::create_dir_all(bag.join("data")).unwrap();
    fs::write(bag.join("data").join(HOSTILE), "а").unwrap();
    let sum = format!("{:x}", Sha256::digest("б"));
    let path = HOSTILE.replace('\r', "%0D").replace('\n', "%0A");
    let version = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
    fs::write(bag.join("bagit.txt"), version).unwrap();
    fs::write(bag.join("manifest-sha256.txt"), format!("{sum}  data/{path}\n{sum}  data/{path}2\n")).unwrap();
    let info = HOSTILE.replace(['\r', '\n'], " ");
    fs::write(bag.join("bag-info.txt"), format!("Payload-Oxum: {info}\n{info}: {info}\nSource-Organization: {info}\n"))
        .unwrap();
    is_tame(&run(dir.path(), &["archive", "verify", HOSTILE]), "⟨U+009B⟩");
    let json = run(dir.path(), &["archive", "verify", HOSTILE, "--json"]);
    let value: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert!(value.to_string().contains('\u{202e}'), "it is the value all the same");
    is_tame(&json, "\\u202e");
}

#[test]
fn a_workbook_and_a_toml_file_are_told_of_without_what_they_hide() {
    let Some(school) = School::small() else { return };
    let sheet = "лист\u{202e}\u{9b}2J\u{200b}";
    fs::remove_file(school.path("school/subjects.csv")).unwrap();
    let rows = [vec!["Предмет", "Краткое название", sheet], vec!["Химия", "Хим."]];
    fs::write(school.path("school/subjects.xlsx"), workbook::xlsx(&[(sheet, &rows), ("ещё", &rows)])).unwrap();
    is_tame(&school.run(CLOCK, "ivanova", &["import", "school", "--dry-run"]).0, "⟨U+202E⟩");
    fs::write(school.path("bad.toml"), "\"a\\u001b[2K\\u202e\\n  цел и подлинен\" = 1\n").unwrap();
    let init = ["init", "--school", "bad.toml", "--admin", "ivanova", "--no-passphrase"];
    is_tame(&school.run(CLOCK, "ivanova", &init).0, "⟨U+001B⟩");
}

#[test]
fn a_forged_journal_tells_of_its_authors_and_remarks_in_plain_text() {
    let Some(school) = School::small() else { return };
    let remark = ["remark", "write", "7А", "Нет тем уроков"];
    school.run(CLOCK, "petrova", &remark).ok();
    let journal = rusqlite::Connection::open(school.path("journal.letopis")).unwrap();
    assert_eq!(journal.execute("UPDATE remarks SET text = ?1", [HOSTILE]).unwrap(), 1);
    assert!(journal.execute("UPDATE people SET surname = ?1", [HOSTILE]).unwrap() > 1);
    is_tame(&school.run(CLOCK, "petrova", &["remark", "list"]).0, "⟨U+001B⟩");
    is_tame(&school.run(CLOCK, "petrova", &["staff", "list"]).0, "⟨U+202E⟩");
    is_tame(&school.run(CLOCK, "petrova", &["staff", "list", "--json"]).0, "\\u202e");
    let author =
        "UPDATE ledger SET payload = replace(payload, '\"author\":\"petrova\"', '\"author\":\"' || ?1 || '\"')";
    journal.execute(author, [HOSTILE.replace('\u{1b}', "\\u001b").replace('\r', "\\r").replace('\n', "\\n")]).unwrap();
    let audit = school.run(CLOCK, "ivanova", &["audit"]).0;
    is_tame(&audit, "");
    assert_ne!(audit.code, Some(0));
}
