//! Papers of the small school while its year goes on: what they say when, and that what was issued is proved later.

use crate::common::peers;
use crate::common::school::School;
use sha2::Digest;

const LESSON: [&str; 3] = ["7А", "Алгебра", "15.09.2025"];

/// The small school with a lesson, a mark, and the class's book issued the same day.
fn school() -> Option<School> {
    let school = School::small()?;
    let topic = ["--topic", "Линейные уравнения"];
    school.run("2025-09-15 10:00:00", "semyonov", &[&["lesson", "record"], &LESSON[..], &topic].concat()).ok();
    school.run("2025-09-15 10:01:00", "semyonov", &[&["mark", "set"], &LESSON[..], &["Петренко=4"]].concat()).ok();
    school.run("2025-09-15 12:00:00", "petrova", &["print", "class", "7А", "--out", "print"]).ok();
    Some(school)
}

/// What `print check` takes for the first page with marks of the first document.
fn code_of_page(school: &School, page: u32) -> String {
    let sql = "SELECT digest FROM document_pages WHERE number = '2025-0001' AND page = ?1";
    let digest: String = school.file().query_row(sql, [page], |row| row.get(0)).unwrap();
    format!("2025-0001/{page} {}", &digest[..16])
}

#[test]
fn a_page_is_printed_again_as_it_was_after_the_journal_has_moved_on() {
    let Some(school) = school() else { return };
    let code = code_of_page(&school, 6);
    let set = |clock: &str, mark: &str| {
        school.run(clock, "semyonov", &[&["mark", "set"], &LESSON[..], &[mark]].concat()).ok();
    };
    set("2025-09-15 13:00:00", "Петренко=5");
    set("2025-09-16 13:00:00", "Сизов=3");
    let request = [&["correction", "request"], &LESSON[..], &["--mark", "Петренко=3", "--reason", "описка"]].concat();
    school.run("2025-09-17 13:00:00", "semyonov", &request).ok();
    school.run("2025-09-17 14:00:00", "petrova", &["correction", "approve", "1"]).ok();
    let check = ["print", "check", &code];
    let shown = school.run("2025-09-18 10:00:00", "petrova", &check).ok().stdout;
    assert!(shown.contains("Повторная печать по записям на тот момент дала тот же файл, байт в байт"), "{shown}");
    school.run("2025-09-18 11:00:00", "petrova", &["print", "class", "7А", "--out", "print"]).ok();
    let shown = school.run("2025-09-18 12:00:00", "petrova", &check).ok().stdout;
    assert!(
        shown.contains("байт в байт") && shown.contains("Позже выдан документ № 2025-0002 от 18.09.2025"),
        "{shown}"
    );
}

/// Mondays, Wednesdays and Fridays on which 7А had algebra in September.
const DAYS: [&str; 10] = ["01", "03", "05", "08", "10", "12", "15", "17", "19", "22"];
const PUPILS: [&str; 4] = ["Иванов Павел", "Иванов Пётр", "Петренко Анна", "Ёлкина Дарья"];

/// The small school with ten lessons of algebra, a mark for each of four pupils at each, and the book issued.
fn marked_school() -> Option<School> {
    let school = School::small()?;
    for day in DAYS {
        let (clock, date) = (format!("2025-09-{day} 10:00:00"), format!("{day}.09.2025"));
        let topic = ["lesson", "record", "7А", "Алгебра", &date, "--topic", "Уравнения"];
        school.run(&clock, "semyonov", &topic).ok();
        let marks = PUPILS.map(|pupil| format!("{pupil}=4"));
        let marks: Vec<&str> = marks.iter().map(String::as_str).collect();
        school.run(&clock, "semyonov", &[&["mark", "set", "7А", "Алгебра", &date], &marks[..]].concat()).ok();
    }
    school.run("2025-09-22 12:00:00", "petrova", &["print", "class", "7А", "--out", "print"]).ok();
    Some(school)
}

/// Forty corrections, one for each mark.
fn correct(school: &School) {
    for (at, (day, pupil)) in DAYS.iter().flat_map(|day| PUPILS.map(|pupil| (day, pupil))).enumerate() {
        let (date, mark, number) = (format!("{day}.09.2025"), format!("{pupil}=5"), (at + 1).to_string());
        let what = ["correction", "request", "7А", "Алгебра", &date, "--mark", &mark, "--reason", "описка"];
        let clock = format!("2025-10-{:02} 10:{:02}:00", 1 + at / 10, at % 10);
        school.run(&clock, "semyonov", &what).ok();
        school.run(&clock, "petrova", &["correction", "approve", &number]).ok();
    }
}

#[test]
fn a_year_old_page_is_shown_as_issued_after_forty_corrections_and_what_has_changed_is_named() {
    let Some(school) = marked_school() else { return };
    let issued = std::fs::read(school.path("print/journal-7a.pdf")).unwrap();
    let code = code_of_page(&school, 6);
    let text = |shown: &str| shown.split("Код верен").next().unwrap().to_owned();
    let before = school.run("2025-09-22 13:00:00", "gusev", &["print", "check", &code]).ok().stdout;
    assert!(before.contains("С тех пор на этой странице ничего не изменилось."), "{before}");
    correct(&school);
    let year_later = "2026-09-20 10:00:00";
    let shown = school.run(year_later, "gusev", &["print", "check", &code]).ok().stdout;
    assert_eq!(text(&shown), text(&before), "the page as it was issued");
    assert!(shown.contains("дала тот же файл, байт в байт") && !shown.contains("Позже выдан"), "{shown}");
    let list: Vec<&str> = shown.lines().skip_while(|line| !line.starts_with("С тех пор")).skip(1).collect();
    assert_eq!(list.len(), 21, "{shown}");
    assert_eq!(list[0], "  Ёлкина Дарья, 01.09: было 4, стало 5");
    assert!(list[20].starts_with("  … и ещё "), "{shown}");
    let changes = cells(&school, year_later, &["print", "check", &code, "--json"]);
    assert_eq!(changes.len(), 40, "{changes:?}");
    assert!(changes.contains(&"Иванов Пётр, 22.09: 4 → 5".to_owned()), "{changes:?}");
    // The lessons, which face the marks, are what they were.
    let shown = school.run(year_later, "gusev", &["print", "check", &code_of_page(&school, 7)]).ok().stdout;
    assert!(shown.contains("С тех пор на этой странице ничего не изменилось."), "{shown}");

    school.run("2025-10-20 10:00:00", "petrova", &["print", "class", "7А", "--out", "print"]).ok();
    assert_ne!(std::fs::read(school.path("print/journal-7a.pdf")).unwrap(), issued);
    std::fs::write(school.path("kept.pdf"), &issued).unwrap();
    for brought in [&*code, "kept.pdf"] {
        let shown = school.run(year_later, "gusev", &["print", "check", brought]).ok().stdout;
        assert!(shown.contains("Позже выдан документ № 2025-0002 от 20.10.2025"), "{shown}");
        assert!(shown.contains("байт в байт") && shown.contains("С тех пор"), "{shown}");
    }
    let damaged: Vec<u8> = issued.iter().enumerate().map(|(at, byte)| byte ^ u8::from(at == 5000)).collect();
    std::fs::write(school.path("kept.pdf"), damaged).unwrap();
    school.run(year_later, "gusev", &["print", "check", "kept.pdf"]).fails(1, &["этим журналом не выдан"]);
}

/// The cells among the changes that a check names, as «place: was → now».
fn cells(school: &School, clock: &str, run: &[&str]) -> Vec<String> {
    let shown: serde_json::Value = serde_json::from_str(&school.run(clock, "gusev", run).ok().stdout).unwrap();
    let changes = shown["changes"].as_array().unwrap().iter().filter(|change| change["what"] == "cell");
    let text = |change: &serde_json::Value, field: &str| change[field].as_str().unwrap().to_owned();
    changes.map(|c| format!("{}: {} → {}", text(c, "place"), text(c, "was"), text(c, "now"))).collect()
}

#[test]
fn a_row_slipped_into_the_register_vouches_for_no_page_and_for_no_file() {
    let Some(school) = school() else { return };
    std::fs::write(school.path("forged.pdf"), "%PDF-1.7 forged").unwrap();
    let sum = "UPDATE documents SET pdf_sha256 = ?1";
    let forged = sha2::Sha256::digest(b"%PDF-1.7 forged").iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    assert_eq!(school.file().execute(sum, [forged]).unwrap(), 1);
    let now = "2025-09-18 10:00:00";
    for brought in ["forged.pdf", &code_of_page(&school, 6)] {
        let what = ["журнал не прошёл проверку", "таблица documents, строка 2025-0001", "letopis audit"];
        school.run(now, "petrova", &["print", "check", brought]).fails(1, &what);
    }
}

#[test]
fn a_page_that_a_changed_layout_draws_otherwise_is_still_proved_and_the_layout_is_named() {
    let Some(school) = school() else { return };
    let layouts = school.path("layouts");
    std::fs::create_dir(&layouts).unwrap();
    let built_in = std::fs::read_to_string("layouts/class-book.toml").unwrap();
    let changed = built_in.replace("Наименование предмета: {subject}\"", "Предмет: {subject}\"");
    assert_ne!(changed, built_in);
    std::fs::write(layouts.join("class-book.toml"), changed).unwrap();
    let code = code_of_page(&school, 6);
    let set = [&["mark", "set"], &LESSON[..], &["Петренко=5"]].concat();
    school.run("2025-09-15 13:00:00", "semyonov", &set).ok();
    let check = ["print", "check", &code, "--layouts", "layouts"];
    let shown = school.run("2025-09-18 10:00:00", "petrova", &check).ok().stdout;
    let named = "Повторная печать отличается, потому что с тех пор изменились: layouts/class-book.toml.";
    assert!(shown.contains(named) && shown.contains("Код верен"), "{shown}");
    assert!(shown.contains("Страницу подтверждает её сохранённый текст."), "{shown}");
    assert!(shown.ends_with("изменилось:\n  Петренко Анна, 15.09: было 4, стало 5\n"), "{shown}");
    let shown = school.run(
        "2025-09-18 10:00:00",
        "petrova",
        &["print", "check", "print/journal-7a.pdf", "--layouts", "layouts"],
    );
    let shown = shown.fails(0, &[named, "Файл в точности тот, что выдан", "Файл подтверждает его сумма"]);
    assert!(shown.stdout.contains("изменилось на страницах"), "{shown}");
}

#[test]
fn an_approved_correction_and_a_mark_on_a_document_are_notes_on_paper() {
    let (Some(school), Some(pdftotext)) = (school(), peers::require("pdftotext")) else { return };
    let document = ["Ёлкина=5", "--document", "справка санатория № 14"];
    school.run("2025-09-16 10:00:00", "semyonov", &[&["mark", "set"], &LESSON[..], &document].concat()).ok();
    let request = [&["correction", "request"], &LESSON[..], &["--mark", "Петренко=5", "--reason", "описка"]].concat();
    school.run("2025-09-17 13:00:00", "semyonov", &request).ok();
    school.run("2025-09-20 14:00:00", "petrova", &["correction", "approve", "1"]).ok();
    // A lesson of the 17th, entered on the 20th.
    let late = ["lesson", "record", "7А", "Алгебра", "17.09.2025", "--topic", "Системы"];
    school.run("2025-09-20 15:00:00", "semyonov", &late).ok();
    school.run("2025-09-22 10:00:00", "petrova", &["print", "class", "7А", "--out", "print"]).ok();
    let text = pdftotext.run(["-layout", "journal-7a.pdf", "-"], &school.path("print")).stdout;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for note in [
        "Исправлено 20.09.2025, запись № 1 журнала «Замена сведений»: было 4, стало 5.",
        "15.09.2025: отметка 5 выставлена на основании документа: справка санатория № 14.",
        "внесено 20.09",
        "Окончен ____",
    ] {
        assert!(text.contains(note), "{note}:\n{text}");
    }
}

#[test]
fn the_sheet_kept_for_25_years_is_not_certified_before_the_years_marks_are_there() {
    let Some(school) = school() else { return };
    let entries = school.entries();
    let now = "2025-10-24 15:00:00";
    let sheet = ["print", "summary", "7А", "--out", "sheets"];
    school.run(now, "petrova", &sheet).fails(1, &["§5.2", "годовых отметок в классе ещё нет", "--draft"]);
    assert_eq!(school.entries(), entries, "nothing is issued");
    school.run(now, "petrova", &[&sheet[..], &["--draft"]].concat()).ok();
    assert!(school.path("sheets/summary-7a-draft.pdf").exists());
    let all =
        school.run(now, "petrova", &["print", "all", "--out", "all"]).fails(0, &["годовых отметок в классе ещё нет"]);
    assert!(all.stdout.contains("Классный журнал") && !all.stdout.contains("ведомость"), "{all}");
    let year = ["final", "set", "7А", "Алгебра", "Год", "Петренко=4"];
    school.run("2026-05-28 12:00:00", "semyonov", &year).ok();
    let (now, of_year) = ("2026-05-29 12:00:00", [&sheet[..], &["--year", "2025/2026"]].concat());
    school.run(now, "petrova", &sheet).fails(2, &["Не хватает", "не указано, какой учебный год", "--year ГОД"]);
    school
        .run(now, "petrova", &of_year)
        .fails(2, &["Год: Английский язык, Химия; решение педсовета", "--reason ПРИЧИНА"]);
    school.run(now, "petrova", &[&of_year[..], &["--reason", "отметки в бумажном журнале"]].concat()).ok();
}

#[test]
fn the_report_about_a_period_is_issued_once_its_marks_are_there_and_each_period_has_its_own() {
    let Some(school) = school() else { return };
    let now = "2025-10-24 15:00:00";
    let print = ["print", "analytics", "--out", "reports"];
    let of = |period| [&print[..], &["--period", period]].concat();
    school.run("2025-09-30 15:00:00", "petrova", &print).fails(2, &["ни один период ещё не закончился", "--period"]);
    school.run(now, "petrova", &of("V четверть")).fails(2, &["периода «V четверть» нет"]);
    school.run(now, "petrova", &of("i четв.")).fails(1, &["«I четверть»", "итоговых отметок", "--draft"]);
    let entries = school.entries();
    school.run(now, "petrova", &[&print[..], &["--draft"]].concat()).ok();
    assert!(school.path("reports/analytics-i-chetvert-draft.pdf").exists());
    assert_eq!(school.entries(), entries, "a draft is no entry");
    let set = |clock: &str, period: &str, mark: &str| {
        school.run(clock, "semyonov", &["final", "set", "7А", "Алгебра", period, mark]).ok();
    };
    set(now, "I четверть", "Петренко=н/а");
    school.run("2025-10-24 16:00:00", "semyonov", &print).fails(1, &["нет права"]);
    let issued = school.run("2025-10-24 16:01:00", "petrova", &print).ok();
    assert!(issued.stdout.contains("№ 2025-0002: Аналитическая справка за I четверть 2025/2026"), "{issued}");
    assert!(school.path("reports/analytics-i-chetvert.pdf").exists());
    let again = school.run("2025-10-24 17:00:00", "petrova", &of("I четв.")).ok();
    assert!(again.stdout.contains("№ 2025-0002") && again.stdout.contains("номер прежний"), "{again}");
    set("2026-05-29 12:00:00", "Год", "Петренко=4");
    let year = school.run("2026-05-29 13:00:00", "petrova", &print).ok();
    assert!(year.stdout.contains("№ 2025-0003: Аналитическая справка за 2025/2026 учебный год"), "{year}");
    let digest: String = school
        .file()
        .query_row("SELECT digest FROM document_pages WHERE number = '2025-0002' AND page = 1", [], |row| row.get(0))
        .unwrap();
    let check = ["print", "check", &format!("2025-0002/1 {}", &digest[..16])];
    let shown = school.run("2026-05-29 14:00:00", "petrova", &check).ok().stdout;
    assert!(shown.contains("байт в байт") && shown.contains("АНАЛИТИЧЕСКАЯ СПРАВКА"), "{shown}");
    assert!(!shown.contains("Позже выдан"), "the year's report does not supersede the quarter's: {shown}");
}

#[test]
fn an_archive_is_whole_though_papers_were_issued_that_it_does_not_hold() {
    let Some(school) = school() else { return };
    school.run("2025-10-24 12:00:00", "petrova", &["print", "progress", "7А", "--out", "print"]).ok();
    school.run("2025-10-24 12:10:00", "petrova", &["print", "class", "7А", "--simplex", "--out", "print"]).ok();
    school.run("2025-10-24 12:20:00", "semyonov", &["final", "set", "7А", "Алгебра", "I четверть", "Сизов=н/а"]).ok();
    school.run("2025-10-24 12:30:00", "petrova", &["print", "analytics", "--out", "print"]).ok();
    for (usb, holder, place) in [("usb-1", "kuznetsov", "сейф"), ("usb-2", "petrova", "кабинет")] {
        std::fs::create_dir(school.path(usb)).unwrap();
        let register = ["carrier", "register", usb, "--label", usb, "--holder", holder, "--place", place];
        school.run("2025-10-24 13:00:00", "petrova", &register).ok();
    }
    let create = ["archive", "create", "--period", "I четверть", "--to", "usb-1", "--to", "usb-2"];
    school.run("2025-10-24 13:10:00", "petrova", &[&create[..], &["--allow-same-device"]].concat()).ok();
    school.run("2025-10-24 13:20:00", "petrova", &["archive", "verify", "usb-1", "--deep"]).ok();
}

/// §1.5: what must stay erasable is printed beside the book, and kept in nothing that lasts.
#[test]
fn contacts_are_printed_on_a_sheet_of_their_own_and_neither_in_the_book_nor_in_the_journal() {
    let (Some(school), Some(pdftotext)) = (school(), peers::require("pdftotext")) else { return };
    let sql = "SELECT file FROM pupils WHERE surname = 'Петренко'";
    let file: String = school.file().query_row(sql, [], |row| row.get(0)).unwrap();
    let (name, telephone) = ("Петренко Мария Львовна", "+7 900 765-43-21");
    let set = ["contact", "set", &file, "--who", "мать", "--name", name, "--telephone", telephone];
    school.run("2025-09-16 10:00:00", "ivanova", &set).ok();
    let print = ["print", "class", "7А", "--with-contacts", "--out", "print"];
    let said = school.run("2025-09-16 12:00:00", "petrova", &print).ok().stdout;
    assert!(said.contains("contacts-7a.pdf (не подшивается и не архивируется)"), "{said}");
    peers::verapdf("2u", &[school.path("print/contacts-7a.pdf")]).unwrap();
    let text = |file: &str| pdftotext.run(["-layout", file, "-"], &school.path("print")).stdout;
    let sheet = text("contacts-7a.pdf");
    assert!(sheet.contains(name) && sheet.contains(telephone) && sheet.contains("не подшивается и не архивируется"));
    assert!(!sheet.contains("Код сверки") && !sheet.contains("Документ №"), "{sheet}");
    assert!(!text("journal-7a.pdf").contains(telephone));
    let issued: u32 = school.file().query_row("SELECT count(*) FROM documents", [], |row| row.get(0)).unwrap();
    assert_eq!(issued, 1, "the book is as it was, and the sheet is no document");
    let kept = std::fs::read(school.path("journal.letopis")).unwrap();
    assert!(!kept.windows(telephone.len()).any(|bytes| bytes == telephone.as_bytes()));
}
