//! The desk of a stick and the school's server: handed over by itself.

use super::Opened;
use super::browser::{Browser, run};
use crate::serve::Server;
use crate::sticks::OnStick;
use crate::sticks::server::settings;
use fantoccini::key::Key;

#[test]
fn what_is_recorded_at_a_sticks_desk_is_in_the_ledger_within_seconds_by_itself() {
    let Some((stick, port)) = OnStick::with_server() else { return };
    let server = Server::start(&stick.school, &settings(port));
    let before = stick.school.entries();
    let in_ledger = async |count: u64| {
        let begun = std::time::Instant::now();
        while stick.school.entries() < before + count {
            assert!(begun.elapsed().as_secs() < 15, "not within seconds: {}", stick.school.entries() - before);
            tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        }
    };
    let down = Key::Enter.to_string();
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let args = [stick.mount, "--passphrase-file", "usb.pass"];
        let desk = Opened::of(&stick.school, "2025-09-15 12:00:05", "nobody", &args);
        browser.open(&desk).await;
        browser.until("#handing", "передано 12:0").await;
        browser.click("a.button").await;
        browser.until("h1", "Алгебра").await;
        browser.press(&format!("Дроби{down}")).await;
        browser.until(".said", "Урок записан: Дроби").await;
        browser.press(&format!("5{down}4{down}")).await;
        in_ledger(3).await;
        browser.until_without("#unsent", "не передано").await;
        // What waits while there is no server is said, and goes when there is one.
        drop(server);
        browser.press(&format!("3{down}")).await;
        browser.until("#handing", "школьный сервер недоступен, записи ждут на носителе").await;
        browser.until("#unsent", "не передано: 1 запись").await;
        browser.click("nav a[href='/unsent']").await;
        browser.until("main", "Сейчас: школьный сервер недоступен").await;
        browser.accessible("не передано").await;
        browser.picture("unsent-server").await;
        let _server = Server::start(&stick.school, &settings(port));
        browser.click("nav a[href^='/course/']").await;
        browser.until("h1", "Алгебра").await;
        browser.press(&format!("2{down}")).await;
        in_ledger(5).await;
        browser.until("#handing", "передано 12:0").await;
        browser.until_without("#unsent", "не передано").await;
        browser.close().await;
    });
    stick.away("2025-09-15 12:30:00", &["stick", "status"]).fails(0, &["Всё передано"]);
    stick.at_school("2025-09-15 12:31:00", "petrova", &["audit"]).ok();
    stick
        .at_school("2025-09-15 12:32:00", "petrova", &["audit", "--against", "usb", "--passphrase-file", "usb.pass"])
        .ok();
}
