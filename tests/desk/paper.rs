//! Paper held against the journal at the page: the code is typed, the page stands below it as a table.

use super::Opened;
use super::browser::{Browser, run};
use crate::common::school::School;

#[test]
fn a_page_is_shown_beside_its_code_as_a_table_with_its_empty_cells() {
    let Some(school) = School::small() else { return };
    let record = ["lesson", "record", "7А", "Алгебра", "01.09.2025", "--topic", "Дроби"];
    school.run("2025-09-01 12:00:00", "semyonov", &record).ok();
    school.run("2025-09-01 12:01:00", "semyonov", &["mark", "set", "7А", "Алгебра", "01.09.2025", "Петренко=5"]).ok();
    school.run("2025-09-02 12:00:00", "petrova", &["print", "class", "7А", "--out", "print"]).ok();
    let code: String = school
        .file()
        .query_row("SELECT digest FROM document_pages WHERE number = '2025-0001' AND page = 6", [], |row| row.get(0))
        .unwrap();
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-09-02 12:10:00", "petrova", &[]);
        browser.open(&desk).await;
        browser.click("nav a[href='/paper']").await;
        browser.until("h1", "Сверка бумаги").await;
        browser.fill("[name=code]", "2025-0001/6 0000 0000 0000 0000").await;
        browser.click(".plain-form button").await;
        browser.until(".fault", "Журнал не выдавал страницы с таким кодом").await;
        browser.fill("[name=code]", &format!("2025-0001/6 {}", &code[..16])).await;
        browser.click(".plain-form button").await;
        browser.until("h2", "Код верен").await;
        browser.until(".facts", "Страница").await;
        browser.until("table.leaf", "Петренко").await;
        assert!(browser.text("table.leaf").await.contains('5'));
        browser.accessible("сверка").await;
        browser.picture("paper").await;
        browser.close().await;
    });
}
