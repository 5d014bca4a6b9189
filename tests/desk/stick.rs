//! The desk of a stick: what was not handed over, and what was refused.

use super::Opened;
use super::browser::{Browser, run};
use crate::sticks::OnStick;

#[test]
fn what_was_not_handed_over_or_was_refused_is_shown_and_asked_for() {
    let Some(stick) = OnStick::new() else { return };
    stick.teach("2025-09-15", "10:00", "Ёлкина=5");
    let lesson = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Дроби", "--mark", "Ёлкина=3"];
    stick.at_school("2025-09-15 11:00:00", "semyonov", &lesson).ok();
    let passphrase = ["--passphrase-file", "usb.pass"];
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk =
            Opened::of(&stick.school, "2025-09-15 12:00:00", "nobody", &[&[stick.mount], &passphrase[..]].concat());
        browser.open(&desk).await;
        browser.until(".who", "не передано: 2 записи").await;
        browser.click("nav a[href='/unsent']").await;
        browser.until("main li", "отметки, 7А, Алгебра, 15.09.2025").await;
        browser.accessible("не передано").await;
        drop(desk);
        stick.sync("2025-09-16 09:00:00").fails(1, &["отклонено: 1"]);
        let late =
            Opened::of(&stick.school, "2025-09-24 12:00:00", "nobody", &[&[stick.mount], &passphrase[..]].concat());
        browser.open(&late).await;
        browser.until("main a[href='/unsent']", "При передаче отклонено: 1 запись").await;
        browser.click("main a[href='/unsent']").await;
        browser.until(".empty", "Всё передано").await;
        browser.until(".refusals", "отметки, 7А, Алгебра, 15.09.2025").await;
        browser.picture("unsent").await;
        browser.accessible("отклонено").await;
        browser.click("summary").await;
        browser.click(".refusals button").await;
        assert!(!browser.text("main").await.contains("подана"), "without a reason nothing is asked for");
        browser.click(".refusals textarea").await;
        browser.press("Верна отметка с носителя").await;
        browser.click(".refusals button").await;
        browser.until(".said", "Заявка № 1 подана").await;
        browser.until("main li", "заявка на исправление, 7А, Алгебра").await;
        browser.close().await;
    });
    let outside = ["tmp", "cache", "state"].map(|folder| stick.school.path(folder));
    let files = outside.iter().filter(|folder| folder.exists()).flat_map(walkdir::WalkDir::new);
    for file in files.filter_map(Result::ok).filter(|entry| entry.file_type().is_file()) {
        let bytes = std::fs::read(file.path()).unwrap_or_default();
        let held = |what: &[u8]| bytes.windows(what.len()).any(|part| part == what);
        assert!(!held("Ёлкина".as_bytes()) && !held("Семёнов".as_bytes()), "{}", file.path().display());
    }
    stick.sync("2025-09-24 13:00:00").fails(0, &["принято записей: 1"]);
    stick.at_school("2025-09-24 14:00:00", "petrova", &["correction", "show", "1"]).fails(0, &["Ёлкина", "5", "Верна"]);
    stick.at_school("2025-09-24 14:10:00", "petrova", &["audit"]).ok();
}
