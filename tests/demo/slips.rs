//! A whole year of the sample school with every kind of slip made and put right: its books are, word for word, those of the
//! school that made none.

use crate::common::peers;
use crate::common::school::{School, copy_folder};
use std::path::Path;

/// Tables that are there before school begins.
const AUGUST: [&str; 8] = [
    "school.toml",
    "staff.csv",
    "subjects.csv",
    "classes.csv",
    "pupils.csv",
    "groups.csv",
    "courses.csv",
    "timetable.csv",
];

const CLASSES: [&str; 3] = ["5А", "8Б", "10А"];
const STAFF: [&str; 3] = ["petrova", "sokolova", "tarasova"];

/// The sample school in August, with keys for those who slip.
fn in_august() -> Option<School> {
    peers::require("faketime")?;
    let school = School::in_folder(tempfile::tempdir().unwrap());
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/school-1");
    copy_folder(&sample, &school.path("whole"));
    for folder in ["august", "keys"] {
        std::fs::create_dir(school.path(folder)).unwrap();
    }
    for name in AUGUST {
        std::fs::copy(sample.join(name), school.path("august").join(name)).unwrap();
    }
    let at = "2025-08-20 09:00:00";
    let sheets = ["--recovery-sheet", "recovery.txt", "--no-passphrase"];
    school
        .run(at, "ivanova", &[&["init", "--school", "august/school.toml", "--admin", "ivanova"], &sheets[..]].concat())
        .ok();
    school.run("2025-08-20 09:10:00", "ivanova", &["import", "august"]).ok();
    for login in STAFF {
        let key = format!("keys/{login}.key");
        school.run("2025-08-20 09:20:00", login, &["key", "new", &key, "--no-passphrase"]).ok();
        school.run("2025-08-20 09:20:00", "ivanova", &["staff", "enroll", login, &key]).ok();
    }
    Some(school)
}

/// What goes wrong, and how it is put right: when, who, what is typed.
const SLIPS: &[(&str, &str, &[&str])] = &[
    // August: the office.
    (
        "2025-08-25 09:00:00",
        "ivanova",
        &["pupil", "add", "Ю-0900", "8Б", "--surname", "Юрьев", "--given", "Юрий", "--born", "01.02.2011"],
    ),
    ("2025-08-25 09:01:00", "ivanova", &["pupil", "change", "Ю-0900", "--class", "5А"]),
    ("2025-08-25 09:02:00", "ivanova", &["pupil", "change", "Ю-0900", "--file", "Ю-0901"]),
    ("2025-08-25 09:03:00", "ivanova", &["pupil", "annul", "Ю-0901", "--reason", "не пришёл"]),
    (
        "2025-08-25 09:04:00",
        "ivanova",
        &[
            "pupil",
            "add",
            "А-0999",
            "5А",
            "--surname",
            "Абдулвалеева",
            "--given",
            "Аделина",
            "--patronymic",
            "Маратовна",
            "--born",
            "07.01.2014",
            "--another",
        ],
    ),
    ("2025-08-25 09:05:00", "ivanova", &["pupil", "annul", "А-0999", "--reason", "внесена дважды"]),
    ("2025-08-25 09:06:00", "ivanova", &["pupil", "change", "Б-0316", "--surname", "Берёзин", "--born", "05.02.2014"]),
    ("2025-08-25 09:07:00", "ivanova", &["pupil", "change", "Б-0316", "--surname", "Березин", "--born", "04.02.2014"]),
    ("2025-08-25 09:08:00", "ivanova", &["pupil", "change", "Г-0325", "--enrolled", "03.09.2025"]),
    ("2025-08-25 09:09:00", "ivanova", &["pupil", "change", "Г-0325", "--enrolled", "01.09.2025"]),
    ("2025-08-25 09:10:00", "ivanova", &["course", "class", "7Б", "--teacher", "tarasova"]),
    ("2025-08-25 09:11:00", "ivanova", &["course", "set", "7Б", "Биология", "--teacher", "tarasova", "--hours", "2"]),
    ("2025-08-25 09:12:00", "ivanova", &["course", "annul", "7Б", "Биология", "--reason", "класса нет"]),
    ("2025-08-25 09:13:00", "ivanova", &["course", "class", "7Б", "--annul", "--reason", "класса нет"]),
    ("2025-08-25 09:14:00", "ivanova", &["pupil", "group", "5А", "лишняя", "Гусев"]),
    ("2025-08-25 09:15:00", "ivanova", &["pupil", "group", "5А", "лишняя", "--annul", "--reason", "группы нет"]),
    (
        "2025-08-25 09:16:00",
        "ivanova",
        &["course", "set", "5А", "Русский язык", "--teacher", "sokolova", "--hours", "6"],
    ),
    (
        "2025-08-25 09:17:00",
        "ivanova",
        &["course", "set", "5А", "Русский язык", "--teacher", "sokolova", "--hours", "5"],
    ),
    ("2025-08-25 09:18:00", "ivanova", &["school", "holiday", "День города", "08.09.2025"]),
    ("2025-08-25 09:19:00", "ivanova", &["school", "workday", "День города"]),
    // September: the classroom. A lesson of another day, with its marks; one that is asked about too late to be annulled at once.
    (
        "2025-09-01 12:00:00",
        "sokolova",
        &[
            "lesson",
            "record",
            "5А",
            "Русский язык",
            "сегодня",
            "--topic",
            "Не тот урок",
            "--mark",
            "Гусев=2",
            "--absent",
            "Ёлкина",
        ],
    ),
    (
        "2025-09-01 12:05:00",
        "sokolova",
        &["lesson", "annul", "5А", "Русский язык", "сегодня", "--reason", "урок другого класса"],
    ),
    (
        "2025-09-02 14:00:00",
        "sokolova",
        &["lesson", "record", "5А", "Русский язык", "сегодня", "--topic", "Тоже не тот", "--mark", "Гусев=3"],
    ),
    (
        "2025-09-04 14:00:00",
        "sokolova",
        &["correction", "request", "5А", "Русский язык", "02.09.2025", "--annul", "--reason", "записан не тот урок"],
    ),
    ("2025-09-04 15:00:00", "petrova", &["correction", "approve", "1"]),
    // A lesson as it was; a wrong mark and a wrong absence of the day, put right on the day.
    (
        "2025-09-03 12:00:00",
        "sokolova",
        &["lesson", "record", "5А", "Русский язык", "03.09", "--topic", "Речь", "--homework", "упр. 1"],
    ),
    (
        "2025-09-03 12:01:00",
        "sokolova",
        &[
            "lesson",
            "record",
            "5А",
            "Русский язык",
            "03.09",
            "--topic",
            "Язык и речь. Монолог. Диалог. Полилог",
            "--homework",
            "упр. 27 (письменно), словарные слова на с. 9",
        ],
    ),
    (
        "2025-09-03 12:02:00",
        "sokolova",
        &["mark", "set", "5А", "Русский язык", "03.09", "С-0373=2", "Гусев=5", "Ц-0387=4"],
    ),
    ("2025-09-03 12:03:00", "sokolova", &["mark", "set", "5А", "Русский язык", "03.09", "С-0373=5", "Гусев=-"]),
    ("2025-09-03 12:04:00", "sokolova", &["absence", "set", "5А", "Русский язык", "03.09", "Ёлкина"]),
    ("2025-09-03 12:05:00", "sokolova", &["absence", "set", "5А", "Русский язык", "03.09", "Ёлкина=-"]),
    // The class teacher.
    (
        "2025-09-10 12:00:00",
        "sokolova",
        &[
            "absence",
            "excuse",
            "5А",
            "Д-0329",
            "08.09.2025",
            "09.09.2025",
            "--reason",
            "болезнь",
            "--document",
            "справка № 1",
        ],
    ),
    (
        "2025-09-10 12:01:00",
        "sokolova",
        &["absence", "excuse", "5А", "Д-0329", "08.09.2025", "09.09.2025", "--reason", "уважительная", "--instead"],
    ),
    ("2025-09-10 12:02:00", "sokolova", &["absence", "withdraw", "5А", "Д-0329", "08.09.2025", "09.09.2025"]),
    // The office again: somebody who did not leave, and one who did not move.
    ("2025-09-15 09:00:00", "ivanova", &["pupil", "leave", "Ж-0342", "15.09.2025"]),
    ("2025-09-15 09:01:00", "ivanova", &["pupil", "change", "Ж-0342", "--left", "нет", "--reason", "не уходил"]),
    ("2025-09-15 09:02:00", "ivanova", &["pupil", "move", "З-0344", "8Б", "15.09.2025"]),
    ("2025-09-15 09:03:00", "ivanova", &["pupil", "change", "З-0344", "--class", "5А", "--reason", "не тот класс"]),
];

/// Slips in the order of the clock.
fn in_time() -> Vec<&'static (&'static str, &'static str, &'static [&'static str])> {
    let mut all: Vec<_> = SLIPS.iter().collect();
    all.sort_by_key(|(clock, ..)| *clock);
    all
}

/// The words of every page of a class's book but its certificate, which names the ledger.
fn book(school: &School, class: &str) -> Vec<String> {
    let out = format!("out-{class}");
    school.run("2026-05-30 12:00:00", "petrova", &["print", "class", class, "--draft", "--out", &out]).ok();
    let file = std::fs::read_dir(school.path(&out)).unwrap().next().unwrap().unwrap().path();
    let text =
        peers::require("pdftotext").unwrap().run(["-layout", file.to_str().unwrap(), "-"], &school.path(".")).stdout;
    let pages = text.split('\u{c}').filter(|page| !page.to_lowercase().contains("заверитель"));
    pages.map(str::to_owned).collect()
}

#[test]
fn books_of_a_year_of_slips_put_right_are_those_of_a_year_without_any() {
    let (Some(clean), Some(slipped)) = (in_august(), in_august()) else { return };
    let Some(_) = peers::require("pdftotext") else { return };
    for (clock, login, args) in in_time() {
        slipped.run(clock, login, args).ok();
    }
    for school in [&clean, &slipped] {
        school.run("2026-05-30 09:00:00", "ivanova", &["import", "whole", "--another"]).ok();
        school.run("2026-05-30 10:00:00", "petrova", &["audit"]).ok();
    }
    for class in CLASSES {
        let (without, with) = (book(&clean, class), book(&slipped, class));
        assert_eq!(with.len(), without.len(), "{class}");
        for (number, (without, with)) in (1..).zip(without.iter().zip(&with)) {
            assert!(with == without, "{class}, page {number}:\n{without}\n-----\n{with}");
        }
    }
    let said = slipped.run("2026-05-30 11:00:00", "petrova", &["report", "discipline"]).ok().stdout;
    for annulled in ["Юрьев", "7Б", "Не тот урок", "Тоже не тот"] {
        assert!(said.contains(annulled), "«{annulled}» is not listed:\n{said}");
    }
}
