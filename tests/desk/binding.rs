//! A secretary at the page: books are bound, counted and put on their shelf.

use super::Opened;
use super::browser::{Browser, run};
use crate::common::school::School;

#[test]
fn a_book_is_bound_with_its_leaves_counted_and_its_shelf_put_right() {
    let Some(school) = School::small() else { return };
    let roles = ["staff", "change", "belova", "--roles", "учитель,секретарь"];
    school.run("2026-05-28 09:00:00", "ivanova", &roles).ok();
    school.run("2026-05-29 12:00:00", "petrova", &["print", "class", "7А", "--out", "print"]).ok();
    school.run("2026-05-29 12:01:00", "petrova", &["print", "keys", "--out", "print"]).ok();
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2026-05-30 12:00:00", "belova", &[]);
        browser.open(&desk).await;
        browser.until(".waits", "Журналов ждёт подшивки: 1").await;
        browser.click(".waits a[href='/binding']").await;
        browser.until("h1", "Подшивка").await;
        browser.until("th", "2025-0001").await;
        let form = ".row-form";
        // The class has the figure too.
        let told = browser.text("tr:has(.row-form)").await.replace("29.05.2026", "").replace("7 «А»", "");
        assert!(!told.contains('7'), "the leaves are counted, not copied");
        browser.until("td", "Реестр ключей").await;
        browser.accessible("подшивка").await;
        browser.click(&format!("{form} button")).await;
        browser.until(".fault", "сколько листов").await;
        browser.fill("[name=sheets]", "6").await;
        browser.click(&format!("{form} button")).await;
        browser.until(".fault", "место хранения").await;
        browser.fill("[name=shelf]", "архив, шкаф 2").await;
        browser.click(&format!("{form} button")).await;
        browser.until(".fault", "насчитано 6 листов, а в его листе-заверителе — 7 листов").await;
        browser.picture("binding-refused").await;
        browser.fill("[name=sheets]", "7").await;
        browser.fill("[name=date]", "28.05").await;
        browser.click(&format!("{form} button")).await;
        browser.until(".fault", "он выдан 29.05.2026").await;
        browser.fill("[name=date]", "вчера").await;
        browser.click(&format!("{form} button")).await;
        browser.until(".said", "№ 2025-0001 подшит 29.05.2026, место хранения: архив, шкаф 2").await;
        browser.until(".empty", "Все выданные журналы подшиты").await;
        browser.click("summary").await;
        browser.click("details button").await;
        browser.until(".fault", "Так уже записано").await;
        browser.fill("details [name=shelf]", "архив, шкаф 3").await;
        browser.click("details button").await;
        browser.until(".said", "шкаф 3").await;
        browser.accessible("подшитые").await;
        browser.picture("binding").await;
        browser.fits_twice_as_large("binding").await;
        browser.picture_in_the_dark("binding").await;
        drop(desk);
        let teacher = Opened::of(&school, "2026-05-30 13:00:00", "gusev", &[]);
        browser.open(&teacher).await;
        assert!(!browser.text("nav").await.contains("Подшивка"));
        browser.close().await;
    });
    let list = school.run("2026-05-30 14:00:00", "petrova", &["print", "list"]).ok();
    assert!(list.stdout.contains("29.05.2026, архив, шкаф 3"), "{}", list.stdout);
    school.run("2026-05-30 14:10:00", "ivanova", &["audit"]).ok();
}
