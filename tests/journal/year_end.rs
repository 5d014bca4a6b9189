//! The end of a year with two people: opened again, papers and archives superseded, and the next one begun, with everybody's
//! keys; and a journal of the first rules that is raised to those of two pairs of eyes.

use crate::common::peers;
use crate::common::school::{School, copy_folder};
use crate::common::tmux::Window;
use std::path::Path;

/// A school whose deputy head and director are independent of the administrator, with an emergency key.
fn of_three() -> Option<School> {
    let school = School::small()?;
    let now = "2025-09-01 08:30:00";
    std::fs::rename(school.path("journal.letopis"), school.path("alone.letopis")).unwrap();
    for file in ["journal.letopis-wal", "journal.letopis-shm"] {
        let _ = std::fs::remove_file(school.path(file));
    }
    let mut seconds = Vec::new();
    for login in ["petrova", "kuznetsov"] {
        let (key, request) = (format!("keys/{login}.key"), format!("{login}.request"));
        school.run(now, login, &["key", "request", &key, "--login", login, "--new-journal", "--to", &request]).ok();
        seconds.push(format!("{login}={request}"));
    }
    let init = ["init", "--school", "school/school.toml", "--admin", "ivanova", "--recovery-sheet", "r.txt"];
    let second = ["--emergency-sheet", "e.txt", "--second", &seconds[0], "--second", &seconds[1]];
    school.run(now, "ivanova", &[&init[..], &second].concat()).ok();
    school.run(now, "ivanova", &["import", "school"]).ok();
    school.run(now, "ivanova", &["key", "new", "keys/spare.key", "--no-passphrase"]).ok();
    for login in ["semyonov", "belova", "gusev"] {
        school.run(now, "ivanova", &["staff", "enroll", login, &format!("keys/{login}.key")]).ok();
    }
    Some(school)
}

fn number_of_waiting(school: &School, now: &str) -> String {
    let list = school.run(now, "petrova", &["confirm", "list", "--json"]).ok().stdout;
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    list["entries"][0]["from"].to_string()
}

const CLOSE: [&str; 6] = ["year", "close", "--year", "2025/2026", "--reason", "отметки в бумажном журнале"];
const SHEET: [&str; 9] =
    ["print", "summary", "7А", "--out", "print", "--year", "2025/2026", "--reason", "отметки в бумажном журнале"];

#[test]
fn a_year_that_is_opened_again_wants_its_sheets_and_its_archive_anew() {
    let Some(school) = of_three() else { return };
    for (usb, holder, place) in [("usb-1", "kuznetsov", "сейф"), ("usb-2", "petrova", "кабинет")] {
        std::fs::create_dir(school.path(usb)).unwrap();
        let register = ["carrier", "register", usb, "--label", usb, "--holder", holder, "--place", place];
        school.run("2026-05-29 11:00:00", "petrova", &register).ok();
    }
    let archive = ["archive", "create", "--period", "Год", "--to", "usb-1", "--to", "usb-2", "--allow-same-device"];
    // The sheet was issued with a reason, so the archive of the year has it.
    school.run("2026-05-29 11:30:00", "petrova", &SHEET).fails(0, &["№ 2025-0001", "Не хватает"]);
    school.run("2026-05-29 12:00:00", "petrova", &CLOSE).ok();
    let made = school.run("2026-05-29 13:00:00", "petrova", &archive).ok();
    assert!(!made.stdout.contains("не выдаётся") && !made.stderr.contains("не выдаётся"), "{made}");
    let due = |now: &str| {
        let status = school.run(now, "petrova", &["archive", "status", "--json"]).0.stdout;
        serde_json::from_str::<serde_json::Value>(&status).unwrap()["missing"].to_string()
    };
    assert!(!due("2026-06-01 09:00:00").contains("Год"));

    // Only the director asks, only another confirms; until then it is closed.
    let reopen = ["year", "reopen", "--reason", "пропущена отметка"];
    school.run("2026-06-01 10:00:00", "petrova", &reopen).fails(1, &["нет права"]);
    school.run("2026-06-01 10:01:00", "kuznetsov", &reopen).fails(0, &["ждёт подтверждения второго лица"]);
    let set = ["final", "set", "7А", "Алгебра", "Год", "Петренко=4"];
    school.run("2026-06-01 10:02:00", "semyonov", &set).fails(1, &["учебный год закрыт", "--previous"]);
    school.run("2026-06-01 10:02:10", "gusev", &["year", "status"]).fails(0, &["Ждёт решения второго лица"]);
    let number = number_of_waiting(&school, "2026-06-01 10:03:00");
    school.run("2026-06-01 10:03:00", "kuznetsov", &["confirm", "give", &number]).fails(1, &["её внесли вы сами"]);
    let init = ["init", "--previous", "journal.letopis", "--journal", "next.letopis", "--without-witness"];
    school.run("2026-06-01 10:03:30", "ivanova", &init).fails(1, &["ждёт решения второго лица"]);
    school.run("2026-06-01 10:04:00", "petrova", &["confirm", "give", &number]).ok();

    let status = school.run("2026-06-01 10:05:00", "gusev", &["year", "status"]).ok().stdout;
    for words in ["не закрыт", "Открыт снова 01.06.2026 (kuznetsov)", "не выданы сводные ведомости на 25 лет: 7А"]
    {
        assert!(status.contains(words), "{words}: {status}");
    }
    assert!(due("2026-06-01 10:06:00").contains("Год"), "a new archive is asked for");
    let check = ["print", "check", "print/summary-7a.pdf"];
    school.run("2026-06-01 10:07:00", "gusev", &check).fails(0, &["Не действует", "пропущена отметка", "байт в байт"]);
    school.run("2026-06-01 10:08:00", "semyonov", &set).ok();
    // It has another number, though nothing of the rest has changed.
    school.run("2026-06-02 10:00:00", "petrova", &CLOSE).ok();
    school.run("2026-06-02 10:01:00", "petrova", &SHEET[..5]).fails(2, &["--year ГОД"]);
    let anew = school.run("2026-06-02 10:02:00", "petrova", &SHEET).ok().stdout;
    assert!(!anew.contains("2025-0001"), "{anew}");
    school.run("2026-06-02 10:03:00", "petrova", &archive).ok();
    assert!(!due("2026-06-02 10:04:00").contains("Год"));
    let audit = school.run("2026-06-02 10:05:00", "petrova", &["audit"]).ok().stdout;
    assert!(audit.contains("закрытый учебный год открыт снова: пропущена отметка — подтверждено"), "{audit}");

    // On paper: the register says both, the sheet its reason.
    let Some(pdftotext) = peers::require("pdftotext") else { return };
    school.run("2026-06-02 11:00:00", "petrova", &["print", "register", "--out", "print"]).ok();
    let text = |file: &str| {
        let text = pdftotext.run(["-layout", file, "-"], &school.path("print")).stdout;
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let register = text("register.pdf");
    for words in ["с пробелами: отметки в бумажном журнале", "открыт снова 01.06.2026", "Не действует"]
    {
        assert!(register.contains(words), "{words}: {register}");
    }
    let sheet = text("summary-7a.pdf");
    let words = "Выдана с пробелами: годовых отметок нет: 13, решений педагогического совета нет: 5. Причина: отметки в бумажном";
    assert!(sheet.contains(words), "{sheet}");
    let book = ["print", "class", "7А", "--out", "print"];
    school.run("2026-06-02 11:01:00", "petrova", &book).ok();
    assert!(text("journal-7a.pdf").contains("Учебный год закрыт 02.06.2026 с пробелами. Причина: отметки в бумажном"));
    // Once the next year was begun, it stays closed.
    school.run("2026-08-20 09:00:00", "ivanova", &init).ok();
    let words = ["журнал следующего года уже начат", "оформите актом"];
    school.run("2026-08-20 10:00:00", "kuznetsov", &reopen).fails(1, &words);
}

#[test]
fn the_next_year_has_the_second_persons_the_emergency_key_and_everybody_where_the_council_sent_him() {
    let Some(school) = of_three() else { return };
    let pupils = [
        "Иванов Павел=переведён в 8Б класс",
        "Иванов Пётр=оставлен на повторное обучение",
        "Петренко=переведена условно",
        "Ёлкина=переведена",
    ];
    let decide = [&["final", "decision", "7А"][..], &pupils, &["--date", "29.05.2026", "--number", "9"]].concat();
    school.run("2026-05-29 11:00:00", "petrova", &decide).ok();
    school.run("2026-05-29 12:00:00", "petrova", &CLOSE).ok();
    let entries = school.entries();
    let (now, base) = ("2026-08-20 09:00:00", ["init", "--previous", "journal.letopis", "--journal", "next.letopis"]);
    let init = |more: &[&str]| school.run(now, "ivanova", &[&base[..], more].concat());

    // What is typed wrong leaves the old journal as it is, and no sheet behind.
    std::fs::write(school.path("there.txt"), "").unwrap();
    std::fs::write(school.path("old.toml"), std::fs::read(school.path("school/school.toml")).unwrap()).unwrap();
    school.run(now, "belova", &["key", "request", "keys/belova.key", "--login", "belova", "--to", "b.request"]).ok();
    for (more, status, words) in [
        (&[][..], 2, "--against АРХИВ|СУММА"),
        (&["--without-witness", "--second", "petrova"], 2, "не сказано, чья заявка"),
        (&["--without-witness", "--second", "petrova=none.request"], 2, "прочитать"),
        (&["--without-witness", "--second", "petrova=kuznetsov.request"], 2, "для другого сотрудника"),
        (&["--without-witness", "--second", "belova=b.request"], 2, "для другого журнала"),
        (&["--without-witness", "--emergency-sheet", "there.txt"], 2, "уже существует"),
        (&["--without-witness", "--emergency-sheet", "none/e.txt"], 2, "none"),
        (&["--without-witness", "--emergency-sheet", "x.txt", "--recovery-sheet", "x.txt"], 2, "один и тот же файл"),
        (&["--without-witness", "--school", "old.toml"], 2, "он за ним не следует"),
        (&["--without-witness", "--school", "none.toml"], 2, "none.toml"),
        (&["--without-witness", "--admin", "petrova"], 1, "не администратор"),
        (&["--without-witness", "--recovery-sheet", "r2.txt", "--emergency-sheet", "none/e.txt"], 2, "none"),
    ] {
        init(more).fails(status, &[words]);
        assert_eq!(school.entries(), entries, "{more:?}");
        assert!(!school.path("next.letopis").exists() && !school.path("r2.txt").exists(), "{more:?}");
    }
    let plan = init(&["--dry-run"]).fails(
        0,
        &[
            "2026/2027, с 01.09.2026 по 28.05.2027",
            "перенесены с прошлого года",
            "7А: в 7А — 1, в 8А — 2, в 8Б — 1, не распределены — 1",
            "оставлены на повторное обучение: Иванов Пётр",
            "переведены условно, проверьте ликвидацию задолженности: Петренко Анна",
            "Новикова Ника (Н-06), 7А: решения педагогического совета нет",
            "letopis pupil enroll",
            "ничего не записано",
        ],
    );
    assert!(!plan.stdout.contains("Сизов"), "he has left: {plan}");
    assert_eq!(school.entries(), entries);

    // The director has a new key, which is named; the rest goes over.
    let request = ["key", "request", "keys/gusev.key", "--login", "kuznetsov", "--new-journal", "--to", "new.request"];
    school.run(now, "gusev", &request).ok();
    let second = ["--without-witness", "--second", "kuznetsov=new.request", "--emergency-sheet", "e2.txt"];
    init(&second).fails(0, &["Учеников перешло: 4", "не распределены: 1", "Новый аварийный ключ записан в «e2.txt»"]);
    assert_eq!(school.entries(), entries + 1);
    let next =
        |at: &str, login: &str, args: &[&str]| school.run(at, login, &[args, &["--journal", "next.letopis"]].concat());
    let audit = next("2026-08-20 10:00:00", "petrova", &["audit"]).fails(0, &["Журнал цел"]);
    assert!(!audit.stdout.contains("Второго лица с подтверждённым ключом в журнале не было"), "{audit}");
    next("2026-08-20 10:00:10", "petrova", &["pupil", "list", "8А"]).fails(0, &["Ёлкина", "Петренко"]);
    next("2026-08-20 10:00:20", "petrova", &["pupil", "list", "8Б"]).fails(0, &["Иванов Павел"]);
    next("2026-08-20 10:00:30", "ivanova", &["pupil", "enroll", "Н-06", "8А", "01.09.2026"]).ok();
    // What takes two pairs of eyes waits for the deputy head, whose key went over.
    next("2026-08-20 10:01:00", "ivanova", &["clock", "reset", "--reason", "часы спешили"]).fails(0, &["ждёт"]);
    let list = next("2026-08-20 10:02:00", "petrova", &["confirm", "list", "--json"]).ok().stdout;
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    next("2026-08-20 10:03:00", "petrova", &["confirm", "give", &list["entries"][0]["from"].to_string()]).ok();
    // The new emergency key holds, the old one does not.
    let enroll = |sheet: &str| {
        let args = ["staff", "enroll", "ivanova", "keys/spare.key", "--emergency-key", sheet, "--reason", "утрачен"];
        next("2026-08-20 10:04:00", "petrova", &args)
    };
    enroll("e.txt").fails(1, &["аварийный ключ не тот"]);
    enroll("e2.txt").ok();
    next("2026-08-20 10:05:00", "petrova", &["audit"]).fails(0, &["Журнал цел", "внесён аварийным ключом"]);
}

#[test]
fn an_emergency_key_and_people_that_nobody_renews_go_over_as_they_are() {
    let Some(school) = of_three() else { return };
    school.run("2026-05-29 12:00:00", "petrova", &CLOSE).ok();
    let init = ["init", "--previous", "journal.letopis", "--journal", "next.letopis", "--without-witness"];
    let words = ["Ключ восстановления прежний", "Аварийный ключ прежний", "Учеников перешло: 5"];
    let now = "2026-08-20 09:00:00";
    school.run(now, "ivanova", &[&init[..], &["--promote-undecided"]].concat()).fails(0, &words);
    let enroll = ["staff", "enroll", "ivanova", "keys/spare.key", "--emergency-key", "e.txt", "--reason", "утрачен"];
    school.run("2026-08-20 10:00:00", "kuznetsov", &[&enroll[..], &["--journal", "next.letopis"]].concat()).ok();
    school.run("2026-08-20 10:01:00", "petrova", &["audit", "--journal", "next.letopis"]).fails(0, &["Журнал цел"]);
}

/// The journal of version 0.1.0 goes on under the rules of two pairs of eyes: what takes a second person waits for him.
#[test]
fn a_journal_of_the_first_rules_is_raised_with_something_that_waits() {
    if peers::require("faketime").is_none() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    copy_folder(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/v1"), dir.path());
    let school = School::in_folder(dir);
    let next =
        |at: &str, login: &str, args: &[&str]| school.run(at, login, &[args, &["--journal", "next.letopis"]].concat());
    let waiting = |at: &str| {
        let list = next(at, "petrova", &["confirm", "list", "--json"]).ok().stdout;
        let list: serde_json::Value = serde_json::from_str(&list).unwrap();
        list["entries"][0]["from"].to_string()
    };
    let sheet = ["key", "emergency", "--sheet", "e.txt"];
    next("2026-10-24 12:00:00", "ivanova", &sheet).fails(0, &["ждёт подтверждения второго лица"]);
    next("2026-10-24 12:01:00", "petrova", &["audit"]).fails(0, &["Журнал цел", "ждёт подтверждения"]);
    let number = waiting("2026-10-24 12:02:00");
    next("2026-10-24 12:03:00", "ivanova", &["confirm", "give", &number]).fails(1, &["её внесли вы сами"]);
    next("2026-10-24 12:04:00", "petrova", &["confirm", "give", &number]).ok();
    next("2026-10-24 12:05:00", "petrova", &["audit"])
        .fails(0, &["Журнал цел", "аварийный ключ SHA256:", "подтверждено"]);
    next("2026-10-24 12:06:00", "ivanova", &["key", "new", "keys/spare.key", "--no-passphrase"]).ok();
    let enroll = ["staff", "enroll", "ivanova", "keys/spare.key", "--emergency-key", "e.txt", "--reason", "утрачен"];
    next("2026-10-24 12:07:00", "petrova", &enroll).ok();
    let reset = ["clock", "reset", "--reason", "часы спешили"];
    next("2026-10-24 12:08:00", "spare", &reset).fails(0, &["ждёт подтверждения второго лица"]);
    let number = waiting("2026-10-24 12:08:30");
    next("2026-10-24 12:09:00", "petrova", &["confirm", "give", &number]).ok();
    let words = ["Журнал цел", "поправка часов: часы спешили — подтверждено"];
    next("2026-10-24 12:09:30", "petrova", &["audit"]).fails(0, &words);
    // The closed journal of the year before stays as it was.
    school.run("2026-10-24 12:10:00", "petrova", &["audit"]).fails(0, &["Журнал цел"]);
}

#[test]
fn at_a_terminal_the_year_and_the_reason_are_asked_for() {
    if peers::require("tmux").is_none() {
        return;
    }
    let Some(school) = School::small() else { return };
    let Some(window) = Window::shell(&school.path("."), 120, 50) else { return };
    let close = school.shell_line("2026-05-29 12:00:00", Some("petrova"), &["year", "close"]);
    window.line(&close);
    window.wait_for("наберите учебный год, 2025/2026:");
    window.line("2024/2025");
    window.wait_for("в этом журнале 2025/2026 учебный год, а набрано «2024/2025»");
    window.line("clear");
    window.line(&close);
    window.wait_for("наберите учебный год, 2025/2026:");
    window.line("2025/2026");
    window.wait_for("Почему так, будет напечатано:");
    window.line("отметки на бумаге");
    window.wait_for("Учебный год закрыт. Запись №");
    let reason: String =
        school.file().query_row("SELECT reason FROM year_turns WHERE reopened = 0", [], |row| row.get(0)).unwrap();
    assert_eq!(reason, "отметки на бумаге");
}
