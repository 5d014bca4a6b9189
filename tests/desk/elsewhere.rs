//! A desk that another system's program serves: `tests/peers/windows.sh` starts it under Wine and names what leads in.

use super::browser::{Browser, run};
use std::path::PathBuf;

#[test]
#[ignore = "tests/peers/windows.sh starts the program whose page this opens"]
fn marks_are_recorded_at_a_page_of_the_windows_program() {
    let opening = PathBuf::from(std::env::var_os("LETOPIS_OPENING").expect("the file that leads in"));
    let lesson = std::env::var("LETOPIS_LESSON").expect("day and number of a lesson");
    run(async {
        let browser = Browser::start().await.expect("a browser");
        browser.open_file(&opening).await;
        browser.until("main", "Обыкновенные дроби").await;
        browser.click("tbody a").await;
        browser.until("h1", "7А, Алгебра").await;
        let place =
            "return document.querySelector('.grid thead tr').cells[document.activeElement.cellIndex].dataset.place";
        assert_eq!(browser.client.execute(place, vec![]).await.unwrap(), serde_json::json!(lesson));
        browser.click("[data-puts='3']").await;
        browser.until("#live", "Записано").await;
        browser.click("[data-puts='5']").await;
        browser.until("#live", "Иванов").await;
        browser.click("nav a[href='/unsent']").await;
        browser.until("main", "отметки, 7А, Алгебра").await;
        browser.picture("windows").await;
        browser.close().await;
    });
}
