//! A carrier that is pulled out while an archive is written: the other copy is recorded as the only one, and made up for.

use std::fs;
use std::path::PathBuf;

use crate::common::school::School;
use letopis::archive::par2::create::Share;
use letopis::archive::progress::Progress;
use letopis::error::Action;
use letopis::journal::Journal;
use letopis::ledger::keyfile;
use letopis::print::Layouts;
use letopis::work::Workplace;
use letopis::work::archive::{self, NewArchive};

/// Pulls a carrier out when the writing begins.
struct Pulled(PathBuf);

impl Progress for Pulled {
    fn begin(&self, step: &str, _: u64) {
        if step == "запись архива" {
            fs::remove_dir_all(&self.0).unwrap();
        }
    }
    fn advance(&self, _: u64) {}
}

#[test]
fn a_single_copy_is_recorded_and_completed() {
    let Some(school) = School::small() else { return };
    let mounts = ["usb-1", "usb-2", "usb-3"].map(|mount| school.path(mount));
    mounts.iter().for_each(|mount| fs::create_dir(mount).unwrap());
    let run = |at: &str, args: &[&str]| school.run(&format!("2025-10-24 {at}:00"), "petrova", args);
    for (mount, holder, place) in
        [("usb-1", "kuznetsov", "сейф"), ("usb-2", "petrova", "кабинет"), ("usb-3", "petrova", "шкаф")]
    {
        run("15:00", &["carrier", "register", mount, "--label", mount, "--holder", holder, "--place", place]).ok();
    }
    let mut journal = Journal::open(&school.path("journal.letopis")).unwrap();
    let identity = keyfile::read(&school.path("keys/petrova.key"), || unreachable!("no passphrase")).unwrap();
    let now = chrono::DateTime::parse_from_rfc3339("2025-10-24T15:10:00+03:00").unwrap();
    let layouts = Layouts::load(None).unwrap();
    let wish = NewArchive {
        period: "I четверть",
        targets: &mounts[..2],
        allow_same_device: true,
        layouts: &layouts,
        recovery: Share::default(),
        database_only: false,
    };
    let mut place = Workplace::at(&mut journal, &identity, &now).unwrap();
    let made = archive::create(&mut place, &wish, &Pulled(mounts[1].join("LETOPIS"))).unwrap();
    drop(journal);
    let failed = made.failed.unwrap();
    assert_eq!((failed.exit_status(), made.recorded.copies.len(), made.folders.len()), (1, 1, 1));
    assert!(
        failed.next_step().unwrap().offers(&Action::CompleteArchive { name: Some("2025-2026-h1".to_owned()) }),
        "{failed}"
    );
    run("15:20", &["archive", "status"]).fails(1, &["цела одна копия, на «usb-1»", "archive complete"]);
    let complete = ["archive", "complete", "2025-2026-h1", "--from", "usb-1", "--to", "usb-3", "--allow-same-device"];
    run("15:30", &complete).ok();
    run("15:40", &["archive", "status"]).ok();
    run("15:50", &["archive", "verify", "usb-1", "usb-3"]).fails(0, &["одинаковы до последнего байта"]);
    // It is there already; wiped, it is written again.
    run("16:00", &complete).fails(1, &["на носителе «usb-3» копия архива", "уже есть", "archive repair"]);
    fs::remove_dir_all(mounts[2].join("LETOPIS/2025-2026-h1")).unwrap();
    run("16:05", &["carrier", "register", "usb-2", "--label", "usb-2a", "--holder", "petrova", "--place", "стол"]).ok();
    let elsewhere = [&complete[..6], &["usb-2", "--allow-same-device"]].concat();
    run("16:10", &elsewhere).ok();
    run("16:15", &complete).ok();
    // Three copies, and of the two that one person keeps the worn one is retired.
    run("16:16", &["archive", "status"]).ok();
    run("16:17", &["carrier", "retire", "usb-2a", "--reason", "портит файлы, уничтожен"]).fails(0, &["списан"]);
    run("16:18", &["archive", "verify", "usb-2"]).fails(0, &["числится в журнале как списан"]);
    run("16:18", &["carrier", "retire", "usb-2a", "--reason", "ещё раз"]).fails(1, &["«usb-2a» списан 24.10.2025"]);
    run("16:18", &["carrier", "restore", "usb-2a", "--replacement", "usb-3"]).fails(1, &["не записан как утерянный"]);
    run("16:18", &["carrier", "list"]).fails(0, &["списан 24.10.2025"]);
    run("16:18", &["carrier", "history", "usb-2a"]).fails(0, &["списан: портит файлы, уничтожен"]);
    run("16:18", &["archive", "status"]).fails(0, &["«usb-2a» (Петрова П. П.; стол): носитель списан 24.10.2025"]);
    run("16:20", &["archive", "verify", "usb-1", "usb-3"]).fails(0, &["одинаковы до последнего байта"]);
    run("16:25", &["audit"]).ok();
    // The carrier knows of the copy that was written to it, not of the day the archive was made.
    let history = run("16:30", &["carrier", "history", "usb-3"]).ok().stdout;
    let line = |words: &str| history.lines().position(|line| line.contains(words)).unwrap();
    assert!(line("зарегистрирован") < line("записан архив"), "{history}");
    assert!(line("записан архив") < line("записан снова архив"), "{history}");
    let history = run("16:31", &["carrier", "history", "usb-3", "--json"]).ok().stdout;
    assert_eq!(history.matches(r#""kind": "archived""#).count(), 2, "{history}");
    let nowhere = [&complete[..6], &["usb-9"]].concat();
    run("16:32", &nowhere).fails(2, &["нет папки «usb-9»", "подключите носитель"]);
    fs::remove_dir_all(mounts[1].join("LETOPIS/2025-2026-h1")).unwrap();
    run("16:35", &["archive", "verify", "usb-2"]).fails(2, &["в «usb-2» нет архива", "archive complete"]);
    run("16:40", &["carrier", "lost", "usb-1", "--circumstances", "забыт в автобусе"]).ok();
    run("16:41", &["carrier", "retire", "usb-3", "--reason", "изношен"])
        .fails(1, &["последняя копия", "archive complete"]);
    run("16:42", &["audit"]).ok();
}
