//! What keeps the journal sound: confirmations, and the state of archives and copies.

use super::Opened;
use super::browser::{Browser, run};
use crate::common::school::School;

/// A journal of the small school that has had two people from its first entry.
const OF_TWO: [&str; 2] = ["--journal", "two.letopis"];

fn of_two() -> Option<School> {
    let school = School::small()?;
    let request =
        ["key", "request", "keys/petrova.key", "--login", "petrova", "--new-journal", "--to", "petrova.request"];
    school.run("2025-09-01 10:00:00", "petrova", &request).ok();
    let init = ["init", "--school", "school/school.toml", "--admin", "ivanova", "--second", "petrova=petrova.request"];
    let sheets = ["--recovery-sheet", "r.txt", "--emergency-sheet", "e.txt"];
    school.run("2025-09-01 10:00:20", "ivanova", &[&init[..], &sheets, &OF_TWO].concat()).ok();
    school.run("2025-09-01 10:01:00", "ivanova", &[&["import", "school"][..], &OF_TWO].concat()).ok();
    Some(school)
}

#[test]
fn what_waits_is_confirmed_or_refused_by_a_second_person_as_it_was_shown() {
    let Some(school) = of_two() else { return };
    let roles = |clock: &str, login: &str, roles: &str| {
        let change = ["staff", "change", login, "--roles", roles];
        school.run(clock, "ivanova", &[&change[..], &OF_TWO].concat()).ok();
    };
    roles("2025-09-15 10:00:00", "gusev", "учитель, завуч");
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-09-15 12:00:00", "ivanova", &OF_TWO);
        browser.open(&desk).await;
        browser.click("nav a[href='/confirmations']").await;
        browser.until("table", "gusev").await;
        assert_eq!(browser.text("main button").await, "", "her own, she does not confirm");
        browser.click("table a").await;
        browser.until("main", "Подтвердить свою запись нельзя").await;
        assert_eq!(browser.text("main button").await, "Отозвать");
        browser.accessible("своя запись").await;
        drop(desk);
        let desk = Opened::of(&school, "2025-09-15 12:10:00", "petrova", &OF_TWO);
        browser.open(&desk).await;
        browser.until("main", "Записей ждёт второго лица: 2").await;
        browser.click("main a[href='/confirmations']").await;
        browser.until("h1", "Подтверждения").await;
        browser.until("table", "Иванова И. И.").await;
        browser.picture("confirmations").await;
        browser.accessible("подтверждения").await;
        // Something more comes between looking and confirming: what was not seen is not confirmed.
        roles("2025-09-15 10:05:00", "semyonov", "учитель, директор");
        browser.click("main form button").await;
        browser.until(".fault", "Список с тех пор изменился").await;
        browser.click("nav a[href='/confirmations']").await;
        browser.until("table", "semyonov").await;
        browser.client.execute("document.querySelectorAll('table a')[2].click()", vec![]).await.unwrap();
        browser.until(".facts", "semyonov").await;
        browser.until(".facts", "Решить могут").await;
        browser.picture("confirmation").await;
        browser.accessible("подтверждение").await;
        browser.click("form[action$='/refuse'] button").await;
        browser.until(".facts", "semyonov").await;
        browser.click("form[action$='/refuse'] textarea").await;
        browser.press("Такого решения не было").await;
        browser.click("form[action$='/refuse'] button").await;
        browser.until(".said", "Отказано: №").await;
        browser.click("main form button").await;
        browser.until(".said", "Подтверждено и в силе: №").await;
        browser.until("main", "Ничто не ждёт подтверждения").await;
        browser.close().await;
    });
    let staff = school.run("2025-09-15 13:00:00", "ivanova", &[&["staff", "list"][..], &OF_TWO].concat()).ok();
    let line = |login: &str| staff.stdout.lines().find(|line| line.contains(login)).unwrap_or_default().to_owned();
    assert!(line("gusev").contains("завуч") && line("kuznetsov").contains("директор"), "{}", staff.stdout);
    assert!(!line("semyonov").contains("директор"), "{}", staff.stdout);
}

#[test]
fn the_state_of_archives_and_copies_is_shown_with_what_is_due() {
    let Some(school) = School::small() else { return };
    for folder in ["usb-1", "usb-2", "disk"] {
        std::fs::create_dir(school.path(folder)).unwrap();
    }
    let dispatcher = ["staff", "change", "gusev", "--roles", "учитель, диспетчер"];
    school.run("2025-10-24 14:00:00", "ivanova", &dispatcher).ok();
    for (mount, label, holder, place) in
        [("usb-1", "А-1", "kuznetsov", "сейф"), ("usb-2", "А-2", "petrova", "кабинет завуча")]
    {
        let register = ["carrier", "register", mount, "--label", label, "--holder", holder, "--place", place];
        school.run("2025-10-24 15:00:00", "petrova", &register).ok();
    }
    let create =
        ["archive", "create", "--period", "I четверть", "--to", "usb-1", "--to", "usb-2", "--allow-same-device"];
    school.run("2025-10-24 15:06:00", "petrova", &create).ok();
    let backup = ["archive", "backup", "--to", "disk", "--allow-same-device"];
    school.run("2025-10-24 16:00:00", "petrova", &backup).ok();
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-10-25 12:00:00", "gusev", &[]);
        browser.open(&desk).await;
        assert!(!browser.text("nav").await.contains("Отчёты"), "a dispatcher keeps archives");
        assert!(!browser.text("main").await.contains("По архиву"));
        browser.click("nav a[href='/archives']").await;
        browser.until("h1", "Архив").await;
        browser.until("main", "Всё в срок").await;
        browser.until("h3", "создан 24.10.2025").await;
        browser.until("main", "кабинет завуча").await;
        browser.until("main", "в срок").await;
        browser.picture("archives").await;
        browser.accessible("архив").await;
        drop(desk);
        // Half a year later the copies are to be verified, and the copy of the day lags behind.
        let lost = ["carrier", "lost", "А-2", "--circumstances", "украден"];
        school.run("2025-11-10 10:00:00", "petrova", &lost).ok();
        let desk = Opened::of(&school, "2026-04-30 12:00:00", "kuznetsov", &[]);
        browser.open(&desk).await;
        browser.until("main", "По архиву и копиям пора сделать").await;
        browser.click("main a[href='/archives']").await;
        browser.until(".waits", "пора проверить копию на «А-1»").await;
        browser.until(".waits", "letopis archive verify").await;
        browser.until(".waits", "отстала").await;
        browser.until("main", "утерян 10.11.2025").await;
        browser.picture("archives-due").await;
        browser.accessible("архив, есть дела").await;
        browser.close().await;
    });
}
