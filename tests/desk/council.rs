//! Final marks and the pedagogical council at the deputy head's page.

use super::Opened;
use super::browser::{Browser, run};
use crate::common::school::School;
use fantoccini::Locator;

#[test]
fn a_final_mark_on_too_few_marks_takes_a_reason() {
    let Some(school) = School::small() else { return };
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-10-23 12:00:00", "petrova", &[]);
        browser.open(&desk).await;
        browser.click("nav a[href='/finals']").await;
        browser.until("h1", "Итоги").await;
        browser.accessible("итоги").await;
        let courses = browser.client.find(Locator::Css("[name=course]")).await.unwrap();
        courses.select_by_label("7А, Алгебра").await.unwrap();
        browser.click("main form button").await;
        browser.until("h1", "Итоговые отметки").await;
        browser.until(".choices strong", "I четверть").await;
        browser.click("main form button").await;
        browser.until(".fault", "Ни одной отметки не вписано").await;
        browser.click("[aria-label='Отметка: Ёлкина Дарья']").await;
        browser.press("5").await;
        browser.click("main form button").await;
        browser.until(".fault", "только с обоснованием").await;
        browser.click("[name=reason]").await;
        browser.press("Болела, сдала зачёт").await;
        browser.picture("finals").await;
        browser.accessible("итоговые отметки").await;
        // Meanwhile her teacher sets the mark himself: it is not overwritten unseen.
        let set = ["final", "set", "7А", "Алгебра", "I четверть", "Ёлкина=н/а"];
        school.run("2025-10-23 12:01:00", "semyonov", &set).ok();
        browser.click("main form button").await;
        browser.until(".fault", "только что изменили").await;
        browser.click(".choices a").await;
        browser.until(".choices strong", "II четверть").await;
        browser.client.back().await.unwrap();
        browser.until(".choices strong", "I четверть").await;
        browser.until("table", "н/а").await;
        browser.click("[aria-label='Отметка: Иванов Павел']").await;
        browser.press("4").await;
        browser.click("[name=reason]").await;
        browser.press("Зачёт").await;
        browser.click("main form button").await;
        browser.until(".said", "7А, Алгебра, I четверть: итоговых отметок 1").await;
        browser.close().await;
    });
    let list = school.run("2025-10-23 13:00:00", "petrova", &["final", "list", "7А", "Алгебра"]).ok();
    assert!(list.stdout.contains("Зачёт") && list.stdout.contains("н/а"), "{}", list.stdout);
    assert!(!list.stdout.contains("Болела"), "{}", list.stdout);
}

#[test]
fn decisions_are_recorded_for_all_and_for_those_who_are_decided_otherwise() {
    let Some(school) = School::small() else { return };
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2026-05-28 12:00:00", "kuznetsov", &[]);
        browser.open(&desk).await;
        browser.click("nav a[href='/finals']").await;
        browser.until("h1", "Итоги").await;
        browser.client.find(Locator::Css("[name=class]")).await.unwrap().select_by_label("7А").await.unwrap();
        browser.click("main form:nth-of-type(2) button").await;
        browser.until("h1", "Решения педагогического совета").await;
        for (field, text) in [("[name=date]", "28.05"), ("[name=number]", "5")] {
            browser.click(field).await;
            browser.press(text).await;
        }
        browser.click("main button").await;
        browser.until(".fault", "Ни одного решения не вписано").await;
        browser.click("[name=others]").await;
        browser.press("переведён в 8 класс").await;
        browser.click("[aria-label='Решение: Петренко Анна']").await;
        browser.press("как-нибудь").await;
        browser.click("main button").await;
        browser.until(".fault", "как-нибудь").await;
        let typed = "document.querySelector(\"[aria-label='Решение: Петренко Анна']\").value = 'оставлена на повторное обучение'";
        browser.client.execute(typed, vec![]).await.unwrap();
        browser.picture("decisions").await;
        browser.accessible("решения").await;
        browser.click("main button").await;
        browser.until(".said", "7А: решений записано 5").await;
        browser.until("table", "оставлена на повторное обучение (28.05.2026, протокол № 5)").await;
        browser.close().await;
    });
    let same = ["final", "decision", "7А", "Ёлкина=переведён в 8 класс", "--date", "28.05.2026", "--number", "5"];
    let said = school.run("2026-05-28 13:00:00", "kuznetsov", &same).ok();
    assert!(said.stdout.contains("уже записано"), "{}", said.stdout);
}
