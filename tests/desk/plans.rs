//! A methodist at the page: plans line by line, brought as files, and copied to parallel courses.

use super::Opened;
use super::browser::{Browser, run};
use crate::common::school::School;
use fantoccini::Locator;

const NOON: &str = "2025-09-16 12:00:00";

/// The small school with algebra in 7Б too.
fn school() -> Option<School> {
    let school = School::small()?;
    let run = |args: &[&str]| school.run("2025-09-02 08:00:00", "ivanova", args).ok();
    run(&["course", "class", "7Б", "--teacher", "semyonov"]);
    run(&["course", "set", "7Б", "Алгебра", "--teacher", "gusev", "--hours", "3"]);
    std::fs::write(school.path("plan.csv"), "№;Тема;Вид работы\n1;Степень;\n2;Одночлены;тест\n3;Многочлены;\n")
        .unwrap();
    Some(school)
}

/// The topics of a plan, as the command line shows it.
fn topics(school: &School, class: &str) -> Vec<String> {
    let shown = school.run(NOON, "semyonov", &["plan", "show", class, "Алгебра", "--json"]).ok();
    let lines: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
    let line = |line: &serde_json::Value| format!("{} {}", line["no"], line["topic"].as_str().unwrap());
    lines.as_array().unwrap().iter().map(line).collect()
}

async fn choose_file(browser: &Browser, school: &School, name: &str) {
    let path = school.path(name).display().to_string();
    browser.client.find(Locator::Css("[type=file]")).await.unwrap().send_keys(&path).await.unwrap();
}

#[test]
fn a_plan_is_brought_adjusted_line_by_line_and_copied() {
    let Some(school) = school() else { return };
    std::fs::write(school.path("bad.csv"), "№;Тема\n1;Степень\nдва;Одночлены\n1;Корни\n").unwrap();
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, NOON, "semyonov", &[]);
        browser.open(&desk).await;
        browser.until(".waits", "Курсов без плана: 2").await;
        browser.click(".waits a[href='/plans']").await;
        browser.until("td", "плана нет").await;
        assert!(!browser.text("main").await.contains("Химия"), "of another association");
        browser.accessible("планы").await;
        browser.click("main table a").await;
        browser.until("h1", "План: 7А, Алгебра").await;
        browser.accessible("пустой план").await;

        // A file: none, one with faults, the right one.
        let upload = "form[enctype='multipart/form-data'] button";
        browser.click(upload).await;
        browser.until(".fault", "Файл не выбран").await;
        choose_file(&browser, &school, "bad.csv").await;
        browser.click(upload).await;
        browser.until(".fault", "Ошибок в файле: 2. Ничего не записано").await;
        browser.until(".fault", "Файл bad.csv, строка 3, столбец 1 «№»: «два» не номер урока").await;
        browser.until(".fault", "строка 4").await;
        browser.picture("plan-refused").await;
        choose_file(&browser, &school, "plan.csv").await;
        browser.click(upload).await;
        browser.until(".said", "План внесён: 7А, Алгебра (новый, строк 3)").await;
        browser.until("td", "Многочлены").await;

        // A line: changed, the next one without leaving the keyboard, one inserted, one taken out, the rest shifted.
        browser.click("main table a[href$='/line/1']").await;
        browser.until("h1", "Урок плана № 1").await;
        browser.accessible("урок плана").await;
        browser.fill("[name=topic]", "").await;
        browser.click("main form button").await;
        browser.until(".fault", "тема").await;
        browser.fill("[name=topic]", "Степень и <i>свойства</i>").await;
        browser.fill("[name=homework]", "- § 1").await;
        browser.click("[value=next]").await;
        browser.until("h1", "Урок плана № 2").await;
        browser.fill("[name=no]", "пять").await;
        browser.click("main form button").await;
        browser.until(".fault", "«пять» не номер урока").await;
        browser.picture("plan-line").await;
        browser.click("a[href$='/new?no=2']").await;
        browser.until("h1", "Новый урок плана").await;
        browser.fill("[name=topic]", "Повторение").await;
        browser.click("main form button").await;
        browser.until(".said", "Урок № 2 вставлен в план").await;
        browser.click("main table a[href$='/line/4']").await;
        browser.until("h1", "Урок плана № 4").await;
        browser.fill("[name=by]", "−3").await;
        browser.click("form[action$='/shift'] button").await;
        browser.until(".fault", "некуда сдвинуть").await;
        browser.fill("[name=by]", "2").await;
        browser.click("form[action$='/shift'] button").await;
        browser.until(".said", "План сдвинут").await;
        browser.click("main table a[href$='/line/3']").await;
        browser.until("h1", "Урок плана № 3").await;
        browser.click("[value=drop]").await;
        browser.until(".said", "Урок № 3 убран").await;
        browser.picture("plan").await;
        browser.accessible("план").await;
        browser.fits_twice_as_large("plan").await;

        browser.click("details:has(form[action$='/copy']) summary").await;
        browser.click("form[action$='/copy'] button").await;
        browser.until(".fault", "Курсы не выбраны").await;
        browser.click("form[action$='/copy'] input[type=checkbox]").await;
        browser.click("form[action$='/copy'] button").await;
        browser.until(".said", "План скопирован: 7Б, Алгебра (новый, строк 3)").await;
        browser.close().await;
    });
    let expected = ["1 Степень и <i>свойства</i>", "2 Повторение", "5 Многочлены"];
    assert_eq!(topics(&school, "7А"), expected);
    assert_eq!(topics(&school, "7Б"), expected);
    school.run("2025-09-16 14:00:00", "ivanova", &["audit"]).ok();
}

#[test]
fn a_plan_that_was_given_out_comes_back_the_same_and_what_others_changed_is_not_overwritten() {
    let Some(school) = school() else { return };
    let import = ["plan", "import", "7", "Алгебра", "plan.csv"];
    school.run("2025-09-16 09:00:00", "semyonov", &import).ok();
    let odd = ["plan", "insert", "7А", "Алгебра", "2", "--topic=-1 и «; \" корни»", "--homework", "=§ 2"];
    school.run("2025-09-16 09:10:00", "semyonov", &odd).ok();
    let before = topics(&school, "7А");
    let desk = Opened::of(&school, NOON, "semyonov", &[]);
    let secret = desk.enter();
    let heads = [("X-Letopis-Desk", secret.as_str())];
    let (status, named, table) = desk.ask("GET", "/plans/1/plan.csv", &heads, "");
    assert_eq!(status, 200);
    assert!(named.contains("filename=\"plan-7a-1.csv\""), "{named}");
    std::fs::write(school.path("again.csv"), &table).unwrap();
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, NOON, "semyonov", &[]);
        browser.open(&desk).await;
        browser.client.goto(&format!("http://{}/plans/1", desk.authority)).await.unwrap();
        browser.until("h1", "План: 7А").await;
        browser.click("details:has([type=file]) summary").await;
        choose_file(&browser, &school, "again.csv").await;
        browser.click("form[enctype='multipart/form-data'] button").await;
        browser.until(".said", "Так уже записано, изменений нет").await;
        browser.client.goto(&format!("http://{}/plans/1/line/1", desk.authority)).await.unwrap();
        browser.until("h1", "Урок плана № 1").await;
        let drop = ["plan", "drop", "7А", "Алгебра", "1"];
        school.run(NOON, "semyonov", &drop).ok();
        browser.click("[value=drop]").await;
        browser.until(".fault", "этот план только что изменили").await;
        browser.click("a[href='/plans/1']").await;
        browser.until("h1", "План: 7А").await;
        browser.click("details:has(form[action$='/clear']) summary").await;
        browser.click("form[action$='/clear'] button").await;
        browser.until(".fault", "План не убран").await;
        browser.click("[name=sure]").await;
        browser.click("form[action$='/clear'] button").await;
        browser.until(".said", "План убран: 7А, Алгебра (строк было 3").await;
        browser.close().await;
    });
    assert_eq!((before.len(), topics(&school, "7А").len(), topics(&school, "7Б").len()), (4, 0, 3));
}

#[test]
fn a_plan_of_another_association_is_looked_at_and_a_file_is_bounded() {
    let Some(school) = school() else { return };
    let desk = Opened::of(&school, NOON, "semyonov", &[]);
    let secret = desk.enter();
    let heads = [("X-Letopis-Desk", secret.as_str()), ("Content-Type", "multipart/form-data; boundary=x")];
    let chemistry =
        (1..9).find(|id| desk.ask("GET", &format!("/plans/{id}"), &heads[..1], "").2.contains("План: 7А, Химия"));
    let chemistry = format!("/plans/{}", chemistry.unwrap());
    let (_, _, page) = desk.ask("GET", &chemistry, &heads[..1], "");
    // The bar has a form of its own.
    let main = page.split("<main").nth(1).unwrap_or_default();
    assert!(main.contains("Только просмотр") && !main.contains("<form"), "{page}");
    let before = school.entries();
    let sent = |bytes: &str| {
        format!(
            "--x\r\nContent-Disposition: form-data; name=\"stamp\"\r\n\r\n\r\n--x\r\n\
             Content-Disposition: form-data; name=\"file\"; filename=\"plan.csv\"\r\n\r\n{bytes}\r\n--x--\r\n"
        )
    };
    let plan = sent("№;Тема\n1;Степень\n");
    let (status, _, said) = desk.ask("POST", &format!("{chemistry}/file"), &heads, &plan);
    assert!(status == 409 && said.contains("fault"), "{status} {said}");
    let (status, _, said) = desk.ask("POST", "/plans/1/file", &heads, &sent(&"x".repeat(6 << 20)));
    assert!(status == 422 && said.contains("больше 5 МБ"), "{status} {said}");
    for broken in ["", "--x\r\n", "x", &sent("\0\0"), &plan[..plan.len() - 9]] {
        let (status, _, said) = desk.ask("POST", "/plans/1/file", &heads, broken);
        assert!((400..500).contains(&status), "{broken:?}: {status} {said}");
    }
    assert_eq!(school.entries(), before);
}
