//! How the diary looks and reads: in Chromium, wide and narrow, light and dark, twice as large, on paper; in `lynx`.

use super::browsing::Reading;
use super::diary::{FRIDAY, recorded};
use super::{Server, school, settings};
use crate::common::browser::{Browser, run};
use crate::common::peers;
use letopis::journal::contacts::{Contacts, Standing};
use serde_json::json;

/// Every kind of page, and what it is called in pictures.
const PAGES: [(&str, &str); 10] = [
    ("week", "/diary/0/week/2025-09-15"),
    ("week-to-come", "/diary/0/week/2025-09-29"),
    ("week-of-holidays", "/diary/0/week/2025-10-27"),
    ("week-before-school", "/diary/0/week/2025-08-18"),
    ("period", "/diary/0/period"),
    ("subject", "/diary/0/subject/1"),
    ("finals", "/diary/0/finals"),
    ("absences", "/diary/1/absences"),
    ("other-child", "/diary/1/week/2025-09-15"),
    ("nothing", "/diary/7/finals"),
];

/// A mother of two, with the file of contacts.
fn mother(contacts: &Contacts) -> letopis::journal::contacts::ReaderId {
    let id = contacts.add_reader(Standing::Parent, "Петренко Мария", "П-03").unwrap();
    assert!(contacts.add_child(id, "Ё-04").unwrap());
    id
}

#[test]
fn every_page_is_accessible_and_fits_a_telephone_twice_the_size_and_the_dark() {
    let Some(school) = school() else { return };
    recorded(&school);
    let server = Server::start_at(&school, &settings(), FRIDAY);
    let contacts = Contacts::open(&school.path("journal.letopis")).unwrap();
    let now = chrono::DateTime::parse_from_rfc3339("2025-09-26T14:00:00+03:00").unwrap();
    let code = contacts.issue(mother(&contacts), "semyonov", now).unwrap();
    let origin = format!("http://localhost:{}", server.diary.rsplit(':').next().unwrap());
    run(async {
        let Some(browser) = Browser::start().await else { return };
        // As a mother does who has scanned her slip.
        browser.client.goto(&format!("{origin}/in/{}", code.plain())).await.unwrap();
        browser.accessible("the button").await;
        browser.picture("diary-entrance").await;
        browser.click("form button").await;
        browser.until("main", "дневник открыт").await;
        for (what, address) in PAGES {
            browser.client.goto(&format!("{origin}{address}")).await.unwrap();
            browser.accessible(what).await;
            browser.picture(&format!("diary-{what}")).await;
            browser.client.set_window_size(360, 780).await.unwrap();
            let over = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
            let over = browser.client.execute(over, vec![]).await.unwrap();
            browser.picture(&format!("diary-{what}-360")).await;
            assert!(over.as_i64().is_some_and(|over| over <= 0), "{what} at 360 px: {over}");
            browser.client.set_window_size(1280, 800).await.unwrap();
            browser.picture_in_the_dark(&format!("diary-{what}")).await;
        }
        browser.client.goto(&format!("{origin}/diary/0/week/2025-09-15")).await.unwrap();
        browser.until("main", "исправлено 25.09.2025, было 3").await;
        let paper = browser.printed().await;
        if let Some(folder) = std::env::var_os("LETOPIS_SCREENSHOTS") {
            std::fs::write(std::path::Path::new(&folder).join("diary-week.pdf"), &paper).unwrap();
        }
        assert!(paper.starts_with(b"%PDF"));
        let loads = "return performance.getEntriesByType('resource').map((of) => new URL(of.name).pathname)";
        let loads = browser.client.execute(loads, vec![]).await.unwrap();
        assert_eq!(loads.as_array().map(Vec::len), Some(1), "the style alone: {loads}");
        assert_eq!(browser.client.execute("return document.scripts.length", vec![]).await.unwrap(), json!(0));
        browser.click("form button").await;
        browser.until(".said", "Вы ознакомились с этой неделей 26.09.2025").await;
        browser.close().await;
    });
}

#[test]
fn a_week_reads_well_in_lynx() {
    let Some(lynx) = peers::require("lynx") else { return };
    let Some(school) = school() else { return };
    recorded(&school);
    let server = Server::start_at(&school, &settings(), FRIDAY);
    let contacts = Contacts::open(&school.path("journal.letopis")).unwrap();
    let reading = Reading::begin(&server, &contacts, mother(&contacts));
    let page = school.path("week.html");
    std::fs::write(&page, reading.get("/diary/0/week/2025-09-15").2).unwrap();
    let args = ["-dump", "-nolist", "-width=100", "-assume_charset=utf-8", "-display_charset=utf-8"];
    let told = lynx.run(args.into_iter().chain([page.to_str().unwrap()]), &school.path("."));
    assert_eq!(told.code, Some(0), "{told}");
    let lines: Vec<String> =
        told.stdout.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let text = lines.join("\n");
    let mut from = 0;
    for expected in [
        "Неделя 15–20 сентября 2025 г. 7А",
        "понедельник, 15 сентября",
        "Алгебра",
        "Дроби",
        "§ 12, № 340–345; повторить «правила»",
        "4",
        "исправлено 25.09.2025, было 3",
        "вторник, 16 сентября",
        "My day",
        "среда, 17 сентября",
        "4/4/2",
        "контрольная работа № 1",
        "четверг, 18 сентября",
        "18:00, Родительское собрание",
        "освобождение от предмета",
        "пятница, 19 сентября",
        "внесено 22.09.2025",
    ] {
        let at = text[from..].find(expected);
        from += at.unwrap_or_else(|| panic!("«{expected}» does not come in its place in\n{text}"));
    }
}
