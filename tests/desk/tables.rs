//! Tables of another diary at the page: what they do not tell is asked there, what is new is recorded, and what comes too late
//! is asked for.

use super::Opened;
use super::browser::{Browser, run};
use crate::common::school::School;
use fantoccini::Locator;

const NOON: &str = "2025-09-12 12:00:00";
const TABLE: &str = "7А, Алгебра\n№;Фамилия Имя;01.09;08.09;10.09\n1;Иванов Павел;5;4;п\n2;Ивонов Пётр;;3;5\n\
    Дата;Тема\n01.09;Числа\n08.09;Дроби\n10.09;Степени\n";

async fn choose_file(browser: &Browser, school: &School, name: &str) {
    let path = school.path(name).display().to_string();
    browser.client.find(Locator::Css("[type=file]")).await.unwrap().send_keys(&path).await.unwrap();
}

#[test]
fn a_teacher_answers_what_a_table_does_not_tell_and_asks_for_what_comes_too_late() {
    let Some(school) = School::small() else { return };
    std::fs::write(school.path("algebra.csv"), TABLE).unwrap();
    let before = school.entries();
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, NOON, "semyonov", &[]);
        browser.open(&desk).await;
        browser.click("a[href='/tables']").await;
        browser.until("h1", "Таблицы из другого дневника").await;
        browser.accessible("таблицы").await;
        browser.click("form[enctype='multipart/form-data'] button").await;
        browser.until(".fault", "Файл не выбран").await;
        choose_file(&browser, &school, "algebra.csv").await;
        browser.click("form[enctype='multipart/form-data'] button").await;
        browser.until("main", "Сомнений: 2. Ничего не записано").await;
        browser.until("legend", "Вопросы").await;
        browser.until("td", "«п» в разных дневниках").await;
        browser.accessible("сомнения").await;
        browser.picture("tables-in-doubt").await;
        assert_eq!(school.entries(), before);

        // «Ивонов» is proposed to be the one who is spelled almost so; «п» has no proposal.
        let answers = browser.client.find_all(Locator::Css("[name=answer]")).await.unwrap();
        for (answer, typed) in answers.iter().zip(["у", "И-02"]) {
            answer.clear().await.unwrap();
            answer.send_keys(typed).await.unwrap();
        }
        browser.click("form[action='/tables/answers'] button").await;
        browser.until(".said", "Таблицы внесены").await;
        browser.until("main", "Поздно (§2.3.2)").await;
        browser.until("td", "Иванов Павел 5").await;
        browser.accessible("внесённое").await;
        browser.picture("tables-brought").await;
        browser.fill("[name=reason]", "дневник вёлся в другой программе").await;
        browser.click("form[action='/tables/requests'] button").await;
        browser.until(".said", "Заявок подано: 1").await;
        browser.close().await;
    });
    let listed = school.run(NOON, "semyonov", &["correction", "list", "--json"]).ok();
    assert!(listed.stdout.contains("дневник вёлся в другой программе") && listed.stdout.contains("Числа"), "{listed}");
    school.run("2025-09-12 14:00:00", "ivanova", &["audit"]).ok();
}

#[test]
fn whoever_neither_teaches_nor_administers_has_no_tables_and_a_broken_file_records_nothing() {
    let Some(school) = School::small() else { return };
    let desk = Opened::of(&school, NOON, "semyonov", &[]);
    let secret = desk.enter();
    let heads = [("X-Letopis-Desk", secret.as_str()), ("Content-Type", "multipart/form-data; boundary=x")];
    let before = school.entries();
    let sent = |name: &str, bytes: &str| {
        format!("--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n{bytes}\r\n--x--\r\n")
    };
    let (status, _, said) = desk.ask("POST", "/tables", &heads, &sent("a.csv", &"x".repeat(6 << 20)));
    assert!(status == 422 && said.contains("больше 5 МБ"), "{status} {said}");
    // Of another's course.
    let (status, _, said) = desk.ask("POST", "/tables", &heads, &sent("7А Химия.csv", "ФИО;04.09\nИванов Павел;5\n"));
    assert!(status == 409 && said.contains("нет права"), "{status} {said}");
    for broken in ["", "--x\r\n", "x"] {
        let (status, _, said) = desk.ask("POST", "/tables", &heads, broken);
        assert!((400..500).contains(&status), "{broken:?}: {status} {said}");
    }
    for (name, bytes) in [("a.xlsx", "x"), ("a.csv", ""), ("a.csv", "\0;\0"), ("", "")] {
        let (status, _, said) = desk.ask("POST", "/tables", &heads, &sent(name, bytes));
        assert!([303, 422].contains(&status), "{name}: {status} {said}");
    }
    for answers in ["answer=1&answer=2", ""] {
        let form = [heads[0], ("Content-Type", "application/x-www-form-urlencoded")];
        let (status, _, said) = desk.ask("POST", "/tables/answers", &form, answers);
        assert!([303, 422].contains(&status), "{status} {said}");
    }
    assert_eq!(school.entries(), before);
    let deputy = Opened::of(&school, NOON, "kuznetsov", &[]);
    let secret = deputy.enter();
    let (_, _, page) = deputy.ask("GET", "/", &[("X-Letopis-Desk", secret.as_str())], "");
    assert!(!page.contains("href=\"/tables\""), "{page}");
}
