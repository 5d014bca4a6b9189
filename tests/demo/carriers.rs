//! When `archive create` must refuse, and that it leaves both carriers as they were.

use super::{LATER, bare, demo};
use crate::common::peers;
use crate::common::school::{Run, School, contents};
use letopis::archive::carrier::{Card, Carrier};
use std::collections::HashMap;
use std::path::PathBuf;

/// A copy of the demonstration, and what its carriers held before.
struct Stage {
    school: School,
    before: [HashMap<PathBuf, Vec<u8>>; 2],
}

impl Stage {
    fn new() -> Option<Self> {
        let school = demo().copy()?;
        let before = ["usb-1", "usb-2"].map(|mount| contents(&school.path(mount)));
        Some(Self { school, before })
    }

    fn create(&self, one: &str, other: &str) -> Run {
        let args = ["archive", "create", "--period", "Год", "--to", one, "--to", other, "--allow-same-device"];
        self.school.run(LATER, "petrova", &args)
    }

    /// Demands that nothing was recorded by `run`, and that both carriers are as they were, byte for byte.
    #[track_caller]
    fn unchanged(&self, run: impl FnOnce()) {
        let entries = self.school.entries();
        run();
        assert_eq!(self.school.entries(), entries, "nothing is recorded");
        for (mount, before) in ["usb-1", "usb-2"].iter().zip(&self.before) {
            assert!(contents(&self.school.path(mount)) == *before, "{mount} was changed");
        }
    }
}

#[test]
fn a_mark_changed_by_sqlite3_lets_no_archive_be_made() {
    let (Some(stage), Some(sqlite3)) = (Stage::new(), peers::require("sqlite3")) else { return };
    let sql = "UPDATE marks SET marks = '2' WHERE (lesson, pupil) = (SELECT lesson, pupil FROM marks WHERE marks = '4' LIMIT 1)";
    let changed = sqlite3.run(["journal.letopis", sql], &stage.school.path("."));
    assert_eq!(changed.code, Some(0), "{changed}");
    let refused = ["журнал не прошёл проверку", "в таблице «2», по подписанным записям «4»"];
    stage.unchanged(|| drop(stage.create("usb-1", "usb-2").fails(1, &refused)));
    stage.unchanged(|| {
        stage.school.run(LATER, "petrova", &["print", "all", "--out", "out"]).fails(1, &refused);
    });
    assert!(!stage.school.path("out").exists(), "nothing is printed");
}

#[test]
fn two_folders_of_one_device_are_refused_unless_one_says_so() {
    let Some(stage) = Stage::new() else { return };
    let args = ["archive", "create", "--period", "Год", "--to", "usb-1", "--to", "usb-2"];
    stage.unchanged(|| {
        let refused = ["нужны два разных носителя (§2.5)", "--allow-same-device"];
        stage.school.run(LATER, "petrova", &args).fails(1, &refused);
    });
    let made = stage.create("usb-1", "usb-2").fails(0, &["Требование §2.5 о двух носителях этим запуском не доказано"]);
    assert!(made.stdout.contains("Архив «2025-2026-year-2» за период «Год» записан на два носителя"), "{made}");
}

#[test]
fn a_carrier_that_is_not_registered_in_this_journal_is_refused() {
    let Some(stage) = Stage::new() else { return };
    std::fs::create_dir(stage.school.path("empty")).unwrap();
    stage.unchanged(|| drop(stage.create("usb-1", "empty").fails(2, &["не носитель", "letopis carrier register"])));
    // A stick of another school.
    std::fs::create_dir(stage.school.path("foreign")).unwrap();
    let card = Card::new("f0f0f0f0", "Б-7", "Орлов Пётр Ильич", "сейф", "2025-09-01T09:00:00+03:00");
    Carrier::register(&stage.school.path("foreign"), &card).unwrap();
    stage.unchanged(|| {
        stage.create("usb-1", "foreign").fails(1, &["носитель «Б-7» не зарегистрирован в этом журнале"]);
    });
    assert_eq!(contents(&stage.school.path("foreign/LETOPIS")).len(), 3, "nothing was written to it");
}

#[test]
fn two_carriers_of_one_holder_are_refused_and_one_carrier_twice() {
    let Some(stage) = Stage::new() else { return };
    std::fs::create_dir(stage.school.path("usb-3")).unwrap();
    let register = ["carrier", "register", "usb-3", "--label", "А-3", "--holder", "petrova", "--place", "кабинет 12"];
    stage.school.run(LATER, "petrova", &register).ok();
    stage.unchanged(|| {
        let how = "letopis carrier register usb-3 --label А-3 --holder ДРУГОЙ_ЛОГИН --place \"кабинет 12\"";
        stage.create("usb-2", "usb-3").fails(1, &["«А-2» и «А-3» один хранитель", "§2.5", how]);
    });
    stage.unchanged(|| drop(stage.create("usb-1", "usb-1").fails(2, &["носитель «А-1» назван дважды"])));
    stage.unchanged(|| {
        let one = ["archive", "create", "--period", "Год", "--to", "usb-1", "--allow-same-device"];
        stage.school.run(LATER, "petrova", &one).fails(2, &["нужны два носителя (§2.5), а указано 1"]);
    });
}

#[test]
fn a_carrier_written_down_wrongly_is_put_right_and_its_archives_stay() {
    let Some(stage) = Stage::new() else { return };
    let as_said = |label: &str, holder: &str, place: &str| {
        let args = ["carrier", "register", "usb-2", "--label", label, "--holder", holder, "--place", place];
        stage.school.run(LATER, "petrova", &args)
    };
    as_said("А-2", "petrova", "Сейф директора").ok();
    let how = "letopis carrier register usb-2 --label А-2 --holder petrova --place ДРУГОЕ_МЕСТО";
    stage.create("usb-1", "usb-2").fails(1, &["«А-1» и «А-2» хранятся в одном месте", how]);
    as_said("А-1", "petrova", "кабинет завуча").fails(1, &["«А-1» уже зарегистрирована за другим носителем"]);
    as_said("А-2", "petrova", "кабинет завуча").ok();
    let listed = stage.school.run(LATER, "petrova", &["carrier", "list"]).ok();
    assert!(listed.stdout.contains("кабинет завуча") && !listed.stdout.contains("Сейф директора"), "{listed}");
    // Said once more, nothing is recorded, and files of the carrier that were damaged are whole again.
    let entries = stage.school.entries();
    std::fs::write(stage.school.path("usb-2/LETOPIS/README.txt"), "damaged").unwrap();
    stage.school.run(LATER, "petrova", &["archive", "verify", "usb-2"]).fails(1, &["README.txt", "carrier register"]);
    let verified = stage.school.entries();
    as_said("А-2", "petrova", "кабинет завуча").ok();
    assert_eq!((verified, stage.school.entries()), (entries + 1, entries + 1));
    let card = stage.school.path("usb-2/LETOPIS/carrier.json");
    let id = |text: String| serde_json::from_str::<serde_json::Value>(&text).unwrap()["id"].clone();
    let kept = id(std::fs::read_to_string(&card).unwrap());
    std::fs::write(&card, "damaged").unwrap();
    as_said("А-2", "petrova", "кабинет завуча").ok();
    assert_eq!((kept, stage.school.entries()), (id(std::fs::read_to_string(&card).unwrap()), entries + 1));
    stage.school.run(LATER, "petrova", &["archive", "verify", "usb-2"]).ok();
    stage.create("usb-1", "usb-2").ok();
}

#[test]
fn a_recorded_archive_that_lost_its_declaration_gets_it_again_if_all_else_is_whole() {
    let Some(stage) = Stage::new() else { return };
    let lost = stage.school.path("usb-1/LETOPIS/2025-2026-year/bagit.txt");
    let declaration = std::fs::read(&lost).unwrap();
    std::fs::remove_file(&lost).unwrap();
    let verify = ["archive", "verify", "usb-1"];
    stage.school.run(LATER, "petrova", &verify).fails(1, &["bagit.txt: пропал", "повреждён", "archive repair"]);
    stage.create("usb-1", "usb-2").fails(0, &["пропал bagit.txt", "он записан снова", "архив уже есть"]);
    assert_eq!(std::fs::read(&lost).unwrap(), declaration);
    stage.school.run(LATER, "petrova", &verify).ok();
    // With a damaged package it stays as it is, and that is said.
    std::fs::remove_file(&lost).unwrap();
    let package = stage.school.path("usb-1/LETOPIS/2025-2026-year/data/class-5a.zip.age");
    std::fs::write(&package, "damaged").unwrap();
    stage.create("usb-1", "usb-2").fails(0, &["data/class-5a.zip.age: содержимое изменилось", "не возвращён"]);
    assert!(!lost.exists());
}

#[test]
fn only_the_deputy_head_and_the_director_make_archives() {
    let Some(stage) = Stage::new() else { return };
    let args = ["archive", "create", "--period", "Год", "--to", "usb-1", "--to", "usb-2", "--allow-same-device"];
    for login in ["semyonov", "ivanova"] {
        stage.unchanged(|| drop(stage.school.run(LATER, login, &args).fails(1, &["§5.5"])));
    }
}

#[test]
fn a_journal_whose_tail_was_cut_off_is_told_by_the_archive_on_the_carrier() {
    let Some(mut stage) = Stage::new() else { return };
    stage.create("usb-1", "usb-2").ok();
    stage.before = ["usb-1", "usb-2"].map(|mount| contents(&stage.school.path(mount)));
    // What came after the first archive goes: the two verifications and the second archive.
    let file = stage.school.file();
    file.execute("DELETE FROM ledger WHERE seq > (SELECT max(entry) FROM archives WHERE name = '2025-2026-year')", [])
        .unwrap();
    file.execute_batch("PRAGMA user_version = 1").unwrap();
    drop(file);
    stage.school.run(LATER, "petrova", &["audit"]).ok();
    stage.unchanged(|| {
        let refused = ["2025-2026-year-2» сделан по", "конец отрезан", "не создавайте архив"];
        stage.create("usb-1", "usb-2").fails(1, &refused);
    });
    stage.school.run(LATER, "petrova", &["audit", "--against", "usb-1"]).fails(1, &["конец журнала отрезан"]);
    stage.school.run(LATER, "petrova", &["archive", "verify", "usb-1"]).fails(1, &["не подлинен", "отрезан конец"]);
}

#[test]
fn a_stick_that_lost_its_card_is_known_by_its_archives_and_one_with_anothers_card_by_nothing() {
    let Some(stage) = Stage::new() else { return };
    let run = |args: &[&str]| stage.school.run(LATER, "petrova", args);
    let card = |mount: &str| stage.school.path(mount).join("LETOPIS/carrier.json");
    let register =
        ["carrier", "register", "usb-1", "--label", "А-1", "--holder", "kuznetsov", "--place", "сейф директора"];
    let known = std::fs::read_to_string(card("usb-1")).unwrap();
    std::fs::remove_file(card("usb-1")).unwrap();
    run(&["archive", "verify", "usb-1"]).fails(1, &["carrier.json", "нет такого файла", "carrier register"]);
    run(&register).fails(0, &["файлы носителя записаны заново"]);
    let id = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap()["id"].to_string();
    assert_eq!(id(&std::fs::read_to_string(card("usb-1")).unwrap()), id(&known));
    run(&["archive", "verify", "usb-1", "usb-2"]).fails(0, &["одинаковы до последнего байта"]);

    // What was copied too much: both say they are the second.
    for name in ["carrier.json", "SHA256SUMS"] {
        let from = |mount: &str| stage.school.path(mount).join("LETOPIS").join(name);
        std::fs::copy(from("usb-2"), from("usb-1")).unwrap();
    }
    let entries = stage.school.entries();
    let verify = ["archive", "verify", "usb-1", "usb-2", "--journal", "journal.letopis"];
    run(&verify).fails(1, &["номер тот же, что на «usb-2»", "номер тот же, что на «usb-1»", "не записана"]);
    assert_eq!(stage.school.entries(), entries, "of neither it is known which it is");
    run(&["archive", "verify", "usb-1", "./usb-1"]).fails(2, &["указан дважды"]);
    // A stick without archives is not taken for one that has some.
    std::fs::create_dir(stage.school.path("usb-9")).unwrap();
    let empty = [&register[..2], &["usb-9"], &register[3..]].concat();
    run(&empty).fails(1, &["уже зарегистрирована"]);
}

#[test]
fn another_archive_under_the_name_of_one_is_named_and_not_taken_for_it() {
    let Some(stage) = Stage::new() else { return };
    let run = |args: &[&str]| stage.school.run(LATER, "petrova", args);
    let (zeros, act) = ("0".repeat(64), stage.school.path("act.pdf"));
    let folder = stage.school.path(".");
    let other = ["archive", "verify", "usb-1", "--expect", &zeros, "--act", "act.pdf"];
    bare(&other, &folder).fails(1, &["не тот архив, для которого составлен акт", "не подлинен"]);
    if let Some(pdftotext) = peers::require("pdftotext") {
        let text = pdftotext.run(["-layout", act.to_str().unwrap(), "-"], &folder).stdout;
        for word in ["«А-1», №", "код из акта: не сходится", "это первый архив журнала", "SHA256:"]
        {
            assert!(text.contains(word), "{word}: {text}");
        }
    }
    stage.create("usb-1", "usb-2").ok();
    // Of several archives none is accused by a code that is none of theirs.
    let said = bare(&other[..5], &folder).fails(1, &["архива с кодом из акта на этом носителе нет", "цел; подпись"]);
    assert!(!said.stdout.contains("не подлинен"), "{}", said.stdout);
    let bag = |name: &str| stage.school.path("usb-2").join("LETOPIS").join(name);
    std::fs::remove_dir_all(bag("2025-2026-year-2")).unwrap();
    std::fs::rename(bag("2025-2026-year"), bag("2025-2026-year-2")).unwrap();
    let said = "архив называет себя «2025-2026-year»";
    bare(&["archive", "verify", "usb-2"], &stage.school.path(".")).fails(0, &[said]);
    run(&["archive", "verify", "usb-2"]).fails(1, &[said, "не подлинен"]);
    let complete =
        ["archive", "complete", "2025-2026-year-2", "--from", "usb-1", "--to", "usb-2", "--allow-same-device"];
    run(&complete).fails(1, &["лежит не архив «2025-2026-year-2»", "перенесите папку"]);
    std::fs::rename(bag("2025-2026-year-2"), stage.school.path("aside")).unwrap();
    run(&complete).ok();
}

#[test]
fn what_is_not_recorded_is_said() {
    let Some(stage) = Stage::new() else { return };
    let bare = |args: &[&str]| bare(args, &stage.school.path("."));
    let entries = stage.school.entries();
    bare(&["archive", "verify", "usb-1", "--journal", "journal.letopis"]).fails(0, &["не записана", "--identity ФАЙЛ"]);
    let recovery = ["archive", "verify", "usb-1", "--journal", "journal.letopis", "--identity", "recovery.txt"];
    bare(&recovery).fails(0, &["цел и подлинен", "этого ключа в нём нет"]);
    std::fs::remove_file(stage.school.path("usb-1/LETOPIS/2025-2026-year/bagit.txt")).unwrap();
    bare(&["archive", "verify", "usb-1"]).fails(1, &["archive repair usb-1"]);
    bare(&["archive", "repair", "usb-1", "--from", "./usb-1"]).fails(2, &["та же самая копия"]);
    bare(&["archive", "repair", "usb-1"]).fails(0, &["исправлен", "В журнал это не записано"]);
    bare(&["archive", "repair", "usb-1"]).fails(0, &["исправлять нечего", "запишите проверку"]);
    assert_eq!(stage.school.entries(), entries);
}
