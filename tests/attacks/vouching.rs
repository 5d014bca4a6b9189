//! Bags that were never this journal's, sealed with keys that it knows: it vouches for none of them.

use super::falsehoods::{closed, cut, rewrite_facts, sign_anew};
use letopis::ledger::chain::hex;
use letopis::ledger::keyfile;

const DAY: &str = "2026-06-01 12:00:00";
const VERIFY: [&str; 5] = ["archive", "verify", "usb-1/LETOPIS/2025-2026-year", "--journal", "journal.letopis"];

#[test]
fn an_archive_that_another_has_sealed_again_is_not_the_one_that_was_recorded() {
    let Some(school) = closed() else { return };
    school.run(DAY, "petrova", &VERIFY).fails(0, &["цел и подлинен: журнал, ключ petrova"]);
    let bag = school.path("usb-1/LETOPIS/2025-2026-year");
    let list = std::fs::read(bag.join("tagmanifest-sha256.txt")).unwrap();
    let director = keyfile::read(&school.path("keys/kuznetsov.key"), || unreachable!("no passphrase")).unwrap();
    let seal = letopis::archive::signature::sign(&director, &list).unwrap();
    std::fs::write(bag.join("tagmanifest-sha256.txt.sig"), seal).unwrap();
    school.run(DAY, "petrova", &VERIFY).fails(1, &["не подлинен", "в журнале этот архив записан с подписью ключа"]);
}

#[test]
fn an_archive_that_was_never_recorded_is_none_whatever_old_place_of_the_journal_it_claims() {
    let Some(school) = closed() else { return };
    let length: u64 = 40;
    let head: Vec<u8> =
        school.file().query_row("SELECT head FROM ledger WHERE seq = ?1", [length], |row| row.get(0)).unwrap();
    let (bag, other) = (school.path("usb-1/LETOPIS/2025-2026-year"), school.path("usb-1/LETOPIS/2025-2026-q9"));
    std::fs::rename(&bag, &other).unwrap();
    let args = ["archive", "verify", "usb-1/LETOPIS/2025-2026-q9", "--journal", "journal.letopis"];
    for length_and_head in [(length, hex(&head)), (length + 10_000, "cd".repeat(32))] {
        rewrite_facts(&other, length_and_head.0, &length_and_head.1);
        for login in ["petrova", "semyonov"] {
            sign_anew(&other, &school.path(&format!("keys/{login}.key")), login);
            let said = school.run(DAY, "petrova", &args).fails(1, &["не подлинен"]);
            let why = match (login, length_and_head.0 == length) {
                ("petrova", true) => "самым новым, запись которого прервали, он быть не может",
                ("petrova", false) => "отрезан конец",
                _ => "нет права создавать такие архивы",
            };
            assert!(said.stdout.contains(why), "{said}");
        }
    }
}

#[test]
fn a_journal_that_was_put_back_makes_no_archive_beside_one_that_followed_more() {
    let Some(school) = closed() else { return };
    let sql = "SELECT entry FROM archives WHERE name = '2025-2026-h1'";
    let recorded: u64 = school.file().query_row(sql, [], |row| row.get(0)).unwrap();
    let head: Vec<u8> =
        school.file().query_row("SELECT head FROM ledger WHERE seq = ?1", [recorded - 1], |row| row.get(0)).unwrap();
    cut(&school, recorded - 1);
    let create =
        ["archive", "create", "--period", "I четверть", "--to", "usb-1", "--to", "usb-2", "--allow-same-device"];
    let words = ["записям, которых в этом журнале нет", "audit --against", "archive restore", "journal resume"];
    school.run("2025-10-24 16:00:00", "petrova", &create).fails(1, &words);
    // Another that was made of the first one names its place, and follows it.
    for usb in ["usb-1", "usb-2"] {
        let folder = school.path(usb).join("LETOPIS");
        rewrite_facts(&folder.join("2025-2026-year"), recorded - 1, &hex(&head));
        sign_anew(&folder.join("2025-2026-year"), &school.path("keys/petrova.key"), "petrova");
        std::fs::remove_dir_all(folder.join("2025-2026-h1")).unwrap();
    }
    let words = ["следует за архивом «2025-2026-h1», которого в этом журнале нет", "journal resume"];
    school.run("2025-10-24 16:00:00", "petrova", &create).fails(1, &words);
}

#[test]
fn nothing_is_taken_out_from_under_a_broken_seal_unless_somebody_insists() {
    let Some(school) = closed() else { return };
    let (one, two) = ("usb-1/LETOPIS/2025-2026-year", "usb-2/LETOPIS/2025-2026-year");
    let report = school.run(DAY, "petrova", &["archive", "verify", two, "--json"]).ok().stdout;
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let said = |field: &str| report["paths"][0]["archives"][0][field].as_str().unwrap().to_owned();
    let (code, signer) = (said("code"), said("signer"));
    let take = |bag: &str, more: &[&str]| {
        let _ = std::fs::remove_dir_all(school.path("out"));
        school.run(DAY, "kuznetsov", &[&["archive", "restore", bag, "--to", "out"], more].concat())
    };
    // Each anchor vouches; none, and it is said that nobody does.
    take(two, &[]).fails(0, &["Архив подлинен: журнал, ключ petrova"]);
    let known = ["--expect", &code, "--signer", &signer, "--trusted", one];
    take(two, &known).fails(0, &["Архив подлинен: отпечаток ключа из акта", "код из акта"]);
    std::fs::rename(school.path("journal.letopis"), school.path("burnt")).unwrap();
    let alone = take(two, &[]).fails(0, &["кто создал архив, не доказано", &signer, "с журналом", "не сверен"]);
    assert!(!alone.stdout.contains("подлинен"), "{alone}");
    assert!(alone.stdout.replace(' ', "").to_lowercase().contains(&code), "{alone}");
    take(two, &["--expect", &code]).fails(0, &["Архив подлинен: код из акта"]);
    take(two, &["--expect", &"ab".repeat(32)]).fails(1, &["не подлинен", "--despite-broken-seal"]);
    assert!(!school.path("out").exists());
    // The signature does not hold any more; the packages do.
    rewrite_facts(&school.path(one), 40, &"cd".repeat(32));
    take(one, &[]).fails(1, &["под нарушенной печатью", "archive repair", "--despite-broken-seal"]);
    assert!(!school.path("out").exists());
    let only = ["--despite-broken-seal", "--only", "реестры"];
    take(one, &only).fails(0, &["ПЕЧАТЬ НАРУШЕНА", "registers: файлов", "подпись не сходится"]);
}
