//! Archives made from the demonstration's: for a new director's key, and of the sheets that are kept for 25 years.

use super::{BAG, LATER, bare, demo};
use crate::common::school::{School, contents};

const TO: [&str; 5] = ["--to", "usb-1", "--to", "usb-2", "--allow-same-device"];

fn derive(school: &School, command: &str, more: &[&str]) -> String {
    let bag = format!("usb-1/LETOPIS/{BAG}");
    school.run(LATER, "petrova", &[&["archive", command, &bag][..], &TO, more].concat()).ok().stdout
}

#[test]
fn a_new_director_opens_the_archives_of_the_one_before() {
    let Some(school) = demo().copy() else { return };
    let restore = |key: &str, bag: &str, to: &str| {
        let bag = format!("usb-2/LETOPIS/{bag}");
        bare(&["archive", "restore", &bag, "--to", to, "--identity", key], &school.path("."))
    };
    school.run(LATER, "ivanova", &["key", "new", "keys/new.key", "--no-passphrase"]).ok();
    let fingerprint = |key: &str| {
        let shown = school.run(LATER, "ivanova", &["key", "show", key, "--json"]).ok().stdout;
        serde_json::from_str::<serde_json::Value>(&shown).unwrap()["fingerprint"].as_str().unwrap().to_owned()
    };
    let old = fingerprint("keys/director.key");
    school.run(LATER, "ivanova", &["staff", "enroll", "kuznetsov", "keys/new.key"]).ok();
    school.run(LATER, "ivanova", &["staff", "revoke", &old, "--reason", "сменился директор"]).ok();
    let list = school.run(LATER, "petrova", &["confirm", "list", "--json"]).ok().stdout;
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    school.run(LATER, "petrova", &["confirm", "give", "--all", list["code"].as_str().unwrap()]).ok();
    restore("keys/new.key", BAG, "before").fails(1, &["не зашифрован для этого ключа"]);

    let said = derive(&school, "rekey", &[]);
    let renewed = format!("{BAG}-r1");
    assert!(said.contains(&renewed), "{said}");
    restore("keys/new.key", &renewed, "after").ok();
    restore("keys/director.key", &renewed, "no").fails(1, &["не зашифрован для этого ключа"]);
    let original = restore("keys/director.key", BAG, "original");
    original.ok();
    let (mut after, mut original) = (contents(&school.path("after")), contents(&school.path("original")));
    // The lists of sums are not taken out; all else is the same, byte for byte.
    after.retain(|path, _| path.file_name().is_some_and(|name| name != "SHA256SUMS"));
    original.retain(|path, _| path.file_name().is_some_and(|name| name != "SHA256SUMS"));
    assert!(after == original, "{:?} {:?}", after.keys(), original.keys());

    // And once more: the number goes on.
    let again =
        school.run(LATER, "petrova", &[&["archive", "rekey", &format!("usb-1/LETOPIS/{renewed}")][..], &TO].concat());
    assert!(again.ok().stdout.contains(&format!("{BAG}-r2")));
}

#[test]
fn what_is_kept_for_25_years_is_the_sheets_and_nothing_else() {
    let Some(school) = demo().copy() else { return };
    derive(&school, "extract-summaries", &[]);
    let bag = "usb-1/LETOPIS/2025-2026-summaries";
    let director = ["--identity", "keys/director.key"];
    let verified = school.run(LATER, "petrova", &["archive", "verify", bag, "--deep"]).ok();
    assert!(verified.stdout.contains("цел и подлинен") && verified.stdout.contains("только ведомости"), "{verified}");
    bare(&[&["archive", "restore", bag, "--to", "sheets"][..], &director].concat(), &school.path(".")).ok();
    let sheets = contents(&school.path("sheets/print/summaries"));
    for class in ["5a", "8b", "10a"] {
        let file = format!("summary-{class}.pdf");
        let printed = std::fs::read(demo().path(&format!("print/{file}"))).unwrap();
        assert!(sheets.iter().any(|(path, bytes)| path.ends_with(&file) && *bytes == printed), "{file}");
    }
    let others: Vec<_> = sheets.keys().filter(|path| !path.to_string_lossy().contains("summary-")).collect();
    assert!(others.iter().all(|path| path.starts_with("formats") || path.ends_with("documents.csv")), "{others:?}");
    // There is no journal in it, so nothing to restore as one; and none can be made of it again.
    let refused =
        school.run(LATER, "petrova", &[&["archive", "rekey", "usb-2/LETOPIS/2025-2026-summaries"][..], &TO].concat());
    assert!(refused.ok().stdout.contains("2025-2026-summaries-r1"));
}
