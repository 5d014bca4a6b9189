//! A copy that the journal knows on a carrier and that is not there any more: a verification finds it, `archive status` says so.

use std::fs;

use crate::common::school::School;

#[test]
fn a_copy_that_is_gone_from_its_carrier_is_named_until_it_is_written_again() {
    let Some(school) = School::small() else { return };
    let run = |at: &str, args: &[&str]| school.run(&format!("2025-10-24 {at}:00"), "petrova", args);
    for (mount, holder, place) in [("usb-1", "kuznetsov", "сейф"), ("usb-2", "petrova", "кабинет")] {
        fs::create_dir(school.path(mount)).unwrap();
        run("15:00", &["carrier", "register", mount, "--label", mount, "--holder", holder, "--place", place]).ok();
    }
    let create =
        ["archive", "create", "--period", "I четверть", "--to", "usb-1", "--to", "usb-2", "--allow-same-device"];
    run("15:10", &create).ok();
    run("15:20", &create).ok();
    let status = |at: &str| run(at, &["archive", "status"]);
    status("15:30").ok();
    fs::remove_dir_all(school.path("usb-2/LETOPIS/2025-2026-h1-2")).unwrap();
    // Nobody has looked yet; a verification that knows the journal finds it, and records it.
    status("15:31").ok();
    let verify = ["archive", "verify", "usb-2", "--journal", "journal.letopis"];
    let words = [
        "archive complete 2025-2026-h1-2 --from ВТОРАЯ --to usb-2",
        "2025-2026-h1-2: по журналу на носителе «usb-2» лежит копия этого архива, а её нет",
    ];
    let said = run("15:40", &verify).fails(1, &words);
    assert!(!said.stdout.contains("carrier register"), "{said}");
    let words = ["проверен 24.10.2025: копии нет", "копии на «usb-2» больше нет", "archive complete 2025-2026-h1-2"];
    let said = status("15:41").fails(1, &words);
    let (first, second) = said.stdout.split_once("Архив «2025-2026-h1-2»").unwrap();
    assert!(!first.contains("копии нет") && second.contains("вторая копия — на «usb-1»"), "{said}");
    let complete = ["archive", "complete", "2025-2026-h1-2", "--from", "usb-1", "--to", "usb-2", "--allow-same-device"];
    run("15:50", &complete).ok();
    status("15:51").ok();
    run("15:52", &verify).ok();
}
