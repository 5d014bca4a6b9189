//! When `archive create` must refuse, and that it leaves both carriers as they were.

use crate::common::peers;
use crate::common::school::{Run, School, contents};
use crate::{LATER, demo};
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
        let how = "letopis carrier register usb-3 --label А-3 --holder ДРУГОЙ_ЛОГИН --place МЕСТО";
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
    stage.school.run(LATER, "petrova", &verify).fails(1, &["bagit.txt: пропал", "повреждён", "archive create"]);
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
