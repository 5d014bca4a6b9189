//! Finding things from anywhere, a pupil's page, the classes, and all of it on paper.

use super::Opened;
use super::browser::{Browser, holds_nothing_of, run};
use crate::common::peers;
use crate::common::school::School;
use fantoccini::key::Key;

/// The clock of these tests.
const NOON: &str = "2025-09-22 12:00:00";

/// Two lessons of algebra: Ёлкина has marks, was late and was ill; the number of a file was mended.
fn school() -> Option<School> {
    let school = School::small()?;
    let number = ["pupil", "change", "И-02", "--file", "И-77", "--reason", "опечатка"];
    school.run("2025-09-02 10:00:00", "ivanova", &number).ok();
    let lesson = |date, topic, cells: &[&str]| {
        let mut args = vec!["lesson", "record", "7А", "Алгебра", date, "--topic", topic];
        cells.iter().for_each(|cell| args.extend(["--mark", cell]));
        let clock = format!("2025-09-{} 14:00:00", &date[..2]);
        school.run(&clock, "semyonov", &args).ok();
    };
    lesson("15.09.2025", "Дроби", &["Ёлкина=5", "Петренко=4"]);
    lesson("17.09.2025", "Степени", &["Ёлкина=4/4"]);
    lesson("19.09.2025", "Корни", &[]);
    let absent = ["absence", "set", "7А", "Алгебра", "19.09.2025", "Ёлкина=н"];
    school.run("2025-09-19 14:10:00", "semyonov", &absent).ok();
    let reason = [
        "absence",
        "excuse",
        "7А",
        "Ё-04",
        "19.09.2025",
        "20.09.2025",
        "--reason",
        "болезнь",
        "--document",
        "справка 7",
    ];
    school.run("2025-09-19 14:20:00", "semyonov", &reason).ok();
    Some(school)
}

/// The address has nothing of what was typed or found.
async fn tells_nothing(browser: &Browser) {
    let address = browser.client.current_url().await.unwrap();
    assert!(!address.as_str().contains('%'), "{address}");
    let title = browser.client.title().await.unwrap();
    assert!(["Иванов", "Ёлкина", "Семёнов"].iter().all(|name| !title.contains(name)), "{title}");
}

#[test]
fn anything_is_found_from_anywhere_on_either_keys() {
    let Some(school) = school() else { return };
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, NOON, "petrova", &[]);
        browser.open(&desk).await;
        browser.press(&format!("/7f fku{}", Key::Enter)).await;
        browser.until("h1", "Алгебра").await;
        tells_nothing(&browser).await;
        // From a cell of the grid as well, and what is found several times is listed.
        browser.press("/").await;
        browser.press(&format!("ива{}", Key::Enter)).await;
        browser.until("h1", "Найденное").await;
        let found = browser.text("main").await;
        for what in ["Иванов Павел Андреевич", "Иванов Пётр Олегович", "И-77 (прежде И-02)", "Иванова Инна Игоревна"]
        {
            assert!(found.contains(what), "{what}: {found}");
        }
        tells_nothing(&browser).await;
        browser.picture("found").await;
        browser.accessible("найденное").await;
        browser.fits_at_twice_the_size("found").await;
        browser.click("tbody a").await;
        browser.until("h1", "Иванов Павел").await;
        tells_nothing(&browser).await;
        browser.client.back().await.unwrap();
        browser.until("h1", "Найденное").await;
        browser.until("main", "Иванов Пётр Олегович").await;
        // By the former number, a class, a teacher with his courses, and nothing.
        for (typed, css, expected) in [
            ("и-02", "h1", "Иванов Пётр"),
            ("7а", "h1", "Класс 7А"),
            ("semyo", ".empty", "Ничего не нашлось"),
            ("Семенов", "main li", "7А, Алгебра"),
            ("<b>Елкинова</b>", ".empty", "Ничего не нашлось"),
        ] {
            browser.click("#sought").await;
            browser.press(&format!("{typed}{}", Key::Enter)).await;
            browser.until(css, expected).await;
            tells_nothing(&browser).await;
        }
        let profile = browser.close().await;
        holds_nothing_of(profile.path(), &["Иванов", "Семенов", "Семёнов", "Елкинова", "И-77", "и-02"]);
    });
}

#[test]
fn what_is_typed_is_not_lost_to_a_search() {
    let Some(school) = school() else { return };
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-09-19 15:00:00", "semyonov", &[]);
        browser.open(&desk).await;
        browser.click("nav a[href^='/course/']").await;
        browser.until("h1", "Алгебра").await;
        // A stroke within a mark is a part of it.
        browser.press(&format!("{}4/5{}", Key::Down, Key::Enter)).await;
        browser.until("#live", "Записано").await;
        browser.press(&format!("9{}", Key::Up)).await;
        browser.until("td.refused", "9").await;
        browser.press(&format!("/ива{}", Key::Enter)).await;
        browser.until("#live", "не записаны").await;
        browser.until("h1", "Алгебра").await;
        browser.press(&Key::Enter.to_string()).await;
        browser.until("h1", "Найденное").await;
        browser.close().await;
    });
}

#[test]
fn a_pupils_page_tells_what_he_has_and_why_he_was_away() {
    let Some(school) = school() else { return };
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, NOON, "kuznetsov", &[]);
        browser.open(&desk).await;
        browser.press(&format!("/елк{}", Key::Enter)).await;
        browser.until("h1", "Ёлкина Дарья Ильинична").await;
        let page = browser.text("main").await;
        for what in [
            "Ё-04",
            "07.08.2012",
            "7А с 01.09.2025",
            "Группа",
            "5, 4/4",
            "4,33",
            "19.09.2025",
            "Алгебра: н",
            "болезнь",
            "справка 7",
            "Освобождений нет",
            "Итоговых отметок нет",
        ] {
            assert!(page.contains(what), "{what}: {page}");
        }
        browser.picture("pupil").await;
        browser.accessible("ученик").await;
        browser.fits_at_twice_the_size("pupil").await;
        browser.click(".tabs a[href$='period=2']").await;
        browser.until("h2", "03.11.2025").await;
        assert!(!browser.text("main").await.contains("4/4"), "marks of another quarter");
        browser.click(".tabs a[href$='period=0']").await;
        browser.until("main", "5, 4/4").await;
        browser.click("nav[aria-label='Разделы'] a[href='/classes']").await;
        browser.until("h1", "Классы").await;
        browser.until("main", "Семёнов С. С.").await;
        browser.accessible("классы").await;
        browser.click("main a").await;
        browser.until("h1", "Класс 7А").await;
        browser.picture("class").await;
        browser.accessible("класс").await;
        browser.fits_at_twice_the_size("class").await;
        browser.click("main a[href^='/course/']").await;
        browser.until(".looks", "Только просмотр").await;
        browser.close().await;
    });
}

/// What a page looks like on paper, as text, and how wide and high its leaves are.
async fn on_paper(browser: &Browser, name: &str) -> Option<(String, String)> {
    let (text, info) = (peers::require("pdftotext")?, peers::require("pdfinfo")?);
    let folder = tempfile::tempdir().unwrap();
    let pdf = folder.path().join("page.pdf");
    std::fs::write(&pdf, browser.printed().await).unwrap();
    if let Some(pictures) = std::env::var_os("LETOPIS_SCREENSHOTS") {
        std::fs::copy(&pdf, std::path::Path::new(&pictures).join(format!("{name}.pdf"))).unwrap();
    }
    let read = text.run(["-layout", "page.pdf", "-"], folder.path());
    let size = info.run(["page.pdf"], folder.path());
    let size = size.stdout.lines().find(|line| line.starts_with("Page size")).unwrap().to_owned();
    Some((read.stdout, size))
}

#[test]
fn a_wide_course_is_on_paper_to_its_last_lesson() {
    let Some(school) = School::small() else { return };
    let first = chrono::NaiveDate::from_ymd_opt(2025, 9, 1).unwrap();
    let mut lessons = 0;
    for day in first.iter_days().take(89) {
        let (weekday, holidays) = (chrono::Datelike::weekday(&day), (10, 25)..=(11, 2));
        let off = holidays.contains(&(chrono::Datelike::month(&day), chrono::Datelike::day(&day)));
        if off || !["Mon", "Wed", "Fri"].contains(&weekday.to_string().as_str()) {
            continue;
        }
        let (clock, date) = (format!("{day} 16:00:00"), day.to_string());
        let topic = format!("Тема {day}");
        let args = ["lesson", "record", "7А", "Алгебра", &date, "--topic", &topic, "--mark", "Ёлкина=4/5"];
        school.run(&clock, "semyonov", &args).ok();
        lessons += 1;
    }
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-11-28 17:00:00", "kuznetsov", &[]);
        browser.open(&desk).await;
        browser.client.goto(&format!("http://{}/course/1", desk.authority)).await.unwrap();
        browser.until("h1", "Алгебра").await;
        browser.picture("wide").await;
        browser.client.execute("window.print = () => { document.title = 'printed'; }", vec![]).await.unwrap();
        browser.click("[data-does=print]").await;
        assert_eq!(browser.client.title().await.unwrap(), "printed");
        let Some((text, size)) = on_paper(&browser, "course").await else { return };
        for what in ["сентябрь", "октябрь", "ноябрь", "01.09", "22.10", "05.11", "28.11", "I четв.", "II четв.", "Год"]
        {
            assert!(text.contains(what), "{what} is not on paper:\n{text}");
        }
        assert_eq!(text.matches("4/5").count(), lessons, "{text}");
        assert!(text.matches("Ёлкина").count() > 1, "the names stand in each part:\n{text}");
        assert!(text.contains("7А, Алгебра · пятница, 28 ноября 2025 г."), "{text}");
        assert!(!text.contains("Печать") && !text.contains("Найти") && !text.contains("Клавиши"), "{text}");
        assert!(size.contains("841.92 x 594.96"), "it lies: {size}");
        assert_eq!(browser.text(".part").await, "", "the page is as it was");
        browser.press("/ёлк").await;
        browser.press(&Key::Enter.to_string()).await;
        browser.until("h1", "Ёлкина").await;
        let Some((text, _)) = on_paper(&browser, "pupil").await else { return };
        assert!(text.contains("Ученик · пятница") && text.contains("Гусев Г. Г."), "{text}");
        browser.close().await;
    });
}

#[test]
fn a_long_list_has_its_heads_on_every_leaf() {
    let Some(school) = School::small() else { return };
    school.enlarge(28);
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, NOON, "kuznetsov", &[]);
        browser.open(&desk).await;
        browser.press(&format!("/7а{}", Key::Enter)).await;
        browser.until("h1", "Класс 7А").await;
        let Some((text, size)) = on_paper(&browser, "long").await else { return };
        let leaves: Vec<&str> = text.trim_end_matches('\u{c}').split('\u{c}').collect();
        assert!(leaves.len() > 1 && leaves.iter().all(|leaf| leaf.contains("Личное дело")), "{text}");
        assert!(text.contains("Б-00") && text.contains("Б-27"), "{text}");
        assert!(size.contains("594.96 x 841.92"), "it stands: {size}");
        browser.close().await;
    });
}

#[test]
fn on_a_stick_is_found_what_is_on_it() {
    let Some(school) = school() else { return };
    std::fs::create_dir(school.path("usb")).unwrap();
    let (to, key) = (["--to", "belova", "--label", "У-8"], ["--owner-key", "keys/belova.key", "--programs", "school"]);
    let prepare = [&["stick", "prepare", "usb"][..], &to, &key, &["--json"]].concat();
    let told = school.run("2025-09-22 10:00:00", "petrova", &prepare).ok();
    let told: serde_json::Value = serde_json::from_str(&told.stdout).unwrap();
    std::fs::write(school.path("usb.pass"), told["passphrase"].as_str().unwrap()).unwrap();
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, NOON, "nobody", &["usb", "--passphrase-file", "usb.pass"]);
        browser.open(&desk).await;
        for (typed, css, expected) in [
            // One after another they differ, so that the page before is not taken for the next.
            ("алг", ".empty", "Ничего не нашлось"),
            ("ива", "h1", "Иванов Павел"),
            ("елк", ".empty", "Ничего не нашлось"),
            ("англ", "h1", "7А (1), Английский язык"),
            ("петр", "h1", "Петренко Анна"),
        ] {
            browser.click("#sought").await;
            browser.press(&format!("{typed}{}", Key::Enter)).await;
            browser.until(css, expected).await;
        }
        let page = browser.text("main").await;
        assert!(page.contains("Английский язык") && !page.contains("Алгебра"), "{page}");
        assert!(!browser.text("nav").await.contains("Ученики"), "nothing of an administrator's");
        browser.close().await;
    });
}
