//! A deputy head's and a director's day at the page: requests decided, substitutions, remarks, reports.

use super::Opened;
use super::browser::{Browser, run};
use crate::common::school::School;
use fantoccini::Locator;

/// 7А, algebra, 15 September: two marks, and two requests about them made on the 24th.
fn with_requests() -> Option<School> {
    let school = School::small()?;
    let lesson = ["lesson", "record", "7А", "Химия", "11.09.2025", "--lesson", "4", "--topic", "Опыты"];
    school.run("2025-09-11 13:00:00", "petrova", &lesson).ok();
    let lesson = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Дроби"];
    let marks = ["--mark", "Ёлкина=3", "Петренко=4"];
    school.run("2025-09-15 11:00:00", "semyonov", &[&lesson[..], &marks].concat()).ok();
    for (mark, why) in [("Ёлкина=5", "Списала верно, я ошибся"), ("Ёлкина=4", "Пересмотрел работу")]
    {
        ask(&school, "semyonov", "Алгебра", mark, why);
    }
    Some(school)
}

fn ask(school: &School, login: &str, subject: &str, mark: &str, why: &str) {
    let date = if subject == "Химия" { "11.09.2025" } else { "15.09.2025" };
    let asks = ["correction", "request", "7А", subject, date, "--mark", mark, "--reason", why];
    school.run("2025-09-24 10:00:00", login, &asks).ok();
}

async fn fill(browser: &Browser, css: &str, text: &str) {
    browser.click(css).await;
    browser.press(text).await;
}

async fn choose(browser: &Browser, css: &str, label: &str) {
    browser.client.find(Locator::Css(css)).await.unwrap().select_by_label(label).await.unwrap();
}

/// Waits until the page that is shown has this in its address.
async fn until_address(browser: &Browser, part: &str) {
    for _ in 0..200 {
        if browser.client.current_url().await.unwrap().as_str().contains(part) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("«{part}» never comes into the address");
}

async fn no_name_in_the_address(browser: &Browser) {
    let address = browser.client.current_url().await.unwrap();
    let address = address.as_str().to_lowercase();
    for name in ["semyonov", "gusev", "petrova", "%d0", "%d1"] {
        assert!(!address.contains(name), "{address}");
    }
}

#[test]
fn a_deputy_head_decides_requests_with_before_and_after_side_by_side() {
    let Some(school) = with_requests() else { return };
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-09-24 12:00:00", "petrova", &[]);
        browser.open(&desk).await;
        browser.until("main", "Заявок на исправление ждёт решения: 2").await;
        browser.accessible("Сегодня завуча").await;
        browser.click("nav a[href='/requests']").await;
        browser.until("h1", "Заявки на исправление").await;
        browser.until("main", "Пересмотрел работу").await;
        browser.picture("requests").await;
        browser.accessible("заявки").await;
        browser.click("main a[href='/requests/1']").await;
        browser.until("h1", "Заявка № 1").await;
        assert_eq!(browser.text(".sides td").await, "3\n5");
        assert_eq!(browser.text(".careful").await, "");
        browser.picture("request").await;
        browser.accessible("заявка").await;
        // Without a reason nothing is rejected: the field is asked for.
        browser.click("form[action$='/reject'] button").await;
        browser.until("h1", "Заявка № 1").await;
        fill(&browser, "form[action$='/approve'] textarea", "Сверено с работой").await;
        browser.click("form[action$='/approve'] button").await;
        browser.until(".said", "Заявка № 1 удовлетворена").await;
        // The other one was made for a cell in which something else stands now.
        browser.click("main a[href='/requests/2']").await;
        browser.until(".careful", "что-то изменили").await;
        browser.until("tr.changed", "при подаче: 3").await;
        browser.picture("request-changed").await;
        browser.accessible("заявка, к которой место изменилось").await;
        browser.click("form[action$='/approve'] button").await;
        browser.until(".fault", "удовлетворить нельзя").await;
        fill(&browser, "form[action$='/reject'] textarea", "Уже исправлено").await;
        browser.click("form[action$='/reject'] button").await;
        browser.until(".said", "Заявка № 2 отклонена").await;
        browser.until("main", "Заявок без решения нет").await;
        browser.client.back().await.unwrap();
        browser.until("h1", "Заявка № 2").await;
        browser.until(".facts", "Отклонено 24.09.2025: Уже исправлено").await;
        browser.close().await;
    });
    let list = school.run("2025-09-24 13:00:00", "petrova", &["correction", "list"]).ok();
    assert!(list.stdout.contains("удовлетворено") && list.stdout.contains("отклонено"), "{}", list.stdout);
    let marks = school.run("2025-09-24 13:00:00", "semyonov", &["mark", "list", "7А", "Алгебра", "15.09.2025"]).ok();
    assert!(marks.stdout.contains('5'), "{}", marks.stdout);
}

#[test]
fn nobody_decides_his_own_request_and_a_teacher_sees_only_his() {
    let Some(school) = with_requests() else { return };
    ask(&school, "petrova", "Химия", "Ёлкина=5", "Не внесла");
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-09-24 12:00:00", "petrova", &[]);
        browser.open(&desk).await;
        browser.click("nav a[href='/requests']").await;
        browser.until("h1", "Заявки на исправление").await;
        browser.click("main a[href='/requests/3']").await;
        browser.until("main", "Свою заявку решает не заявитель").await;
        assert_eq!(browser.text("main form").await, "");
        // Whoever sends it all the same is refused by the rule.
        let sent = "const done = arguments[0]; fetch('/requests/3/approve', { method: 'POST', headers: { 'X-Letopis-Desk': \
                    sessionStorage.getItem('letopis-desk') }, body: new URLSearchParams({ note: '' }) })\
                    .then((answer) => answer.text()).then(done)";
        let said = browser.client.execute_async(sent, vec![]).await.unwrap();
        assert!(said.as_str().unwrap().contains("§2.3.3.2"), "{said}");
        drop(desk);
        let desk = Opened::of(&school, "2025-09-24 12:20:00", "semyonov", &[]);
        browser.open(&desk).await;
        browser.click("nav a[href='/requests']").await;
        browser.until("h1", "Заявки на исправление").await;
        browser.until("main", "Пересмотрел работу").await;
        assert!(!browser.text("main").await.contains("Не внесла"));
        browser.click("main a[href='/requests/1']").await;
        browser.until("main", "Решает завуч или директор").await;
        assert_eq!(browser.text("main button").await, "");
        let there = format!("http://{}/requests/3", desk.authority);
        browser.client.goto(&there).await.unwrap();
        browser.until(".fault", "среди тех, что вам видны, нет").await;
        assert!(!browser.text("nav").await.contains("Замены"));
        browser.close().await;
    });
    let list = school.run("2025-09-24 13:00:00", "petrova", &["correction", "list", "--open"]).ok();
    assert!(list.stdout.contains("Не внесла"), "{}", list.stdout);
}

#[test]
fn substitutions_are_assigned_from_the_lessons_of_a_day_and_confirmed_afterwards() {
    let Some(school) = School::small() else { return };
    let given = ["lesson", "record", "7А", "Алгебра", "12.09.2025", "--topic", "Повторение", "--substitute"];
    school.run("2025-09-12 13:00:00", "gusev", &given).ok();
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-09-15 08:00:00", "petrova", &[]);
        browser.open(&desk).await;
        browser.until("main", "Замен ждёт подтверждения: 1").await;
        browser.click("nav a[href='/substitutions']").await;
        browser.until("h1", "Замены").await;
        browser.until(".notes", "Гусев Г. Г. вместо: Семёнов С. С.").await;
        browser.picture("substitutions").await;
        browser.accessible("замены").await;
        browser.click(".notes button").await;
        browser.until(".said", "Замена подтверждена: 7А, Алгебра, 12.09.2025, урок 3").await;
        // A day that is none, then a Sunday, then the lessons of one teacher.
        browser.client.execute("document.querySelector('[name=day]').value = 'чепуха'", vec![]).await.unwrap();
        browser.click(".filter button").await;
        browser.until(".fault", "чепуха").await;
        browser.client.execute("document.querySelector('[name=day]').value = 'завтра'", vec![]).await.unwrap();
        browser.click(".filter button").await;
        browser.until(".day", "16 сентября").await;
        browser.until("table", "Английский язык (1)").await;
        choose(&browser, ".filter [name=teacher]", "Белова Б.").await;
        browser.click(".filter button").await;
        until_address(&browser, "teacher=").await;
        assert!(!browser.text("table").await.contains("(2)"), "{}", browser.text("table").await);
        no_name_in_the_address(&browser).await;
        browser.click("table a").await;
        browser.until("h1", "Замена на уроке").await;
        let label = "return document.querySelector('optgroup:nth-of-type(2)').textContent";
        let busy = browser.client.execute(label, vec![]).await.unwrap();
        assert!(busy.as_str().unwrap().contains("Гусев"), "{busy}");
        browser.picture("substitution").await;
        browser.accessible("замена").await;
        browser.click("form[action$='/assign'] button").await;
        browser.until("h1", "Замена на уроке").await;
        choose(&browser, "[name=substitute]", "Семёнов С. С.").await;
        browser.click("form[action$='/assign'] button").await;
        browser.until(".said", "Замена назначена: 7А (1), Английский язык, 16.09.2025, урок 1: Семёнов С. С.").await;
        browser.until("table", "назначена").await;
        browser.click("table a").await;
        browser.until(".facts", "Семёнов").await;
        browser.click("form[action$='/cancel'] button").await;
        browser.until(".said", "Замена отменена").await;
        browser.click("table a").await;
        browser.until("h1", "Замена на уроке").await;
        choose(&browser, "[name=substitute]", "Гусев Г. Г.").await;
        browser.click("form[action$='/assign'] button").await;
        browser.until(".said", "Гусев").await;
        browser.close().await;
    });
    let list = school.run("2025-09-15 13:00:00", "petrova", &["substitution", "list"]).ok();
    assert!(list.stdout.contains("подтверждена") && !list.stdout.contains("не подтверждена"), "{}", list.stdout);
    assert!(list.stdout.contains("назначена") && list.stdout.contains("gusev"), "{}", list.stdout);
}

#[test]
fn a_remark_is_written_to_a_course_and_answered_by_its_teacher() {
    let Some(school) = School::small() else { return };
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-09-15 12:00:00", "petrova", &[]);
        browser.open(&desk).await;
        browser.click("nav a[href='/remarks']").await;
        browser.until("h1", "Замечания").await;
        choose(&browser, "[name=about]", "7А, Алгебра").await;
        browser.click("form[action='/remarks'] button").await;
        fill(&browser, "form[action='/remarks'] textarea", "Нет <заданий> за 10.09").await;
        browser.click("form[action='/remarks'] button").await;
        browser.until(".said", "Замечание № 1 записано: 7А, Алгебра").await;
        choose(&browser, "[name=about]", "7А, весь журнал").await;
        fill(&browser, "form[action='/remarks'] textarea", "Заполнить сведения о родителях").await;
        browser.click("form[action='/remarks'] button").await;
        browser.until(".said", "Замечание № 2 записано: 7А, весь журнал").await;
        browser.picture("remarks").await;
        browser.accessible("замечания").await;
        drop(desk);
        let desk = Opened::of(&school, "2025-09-16 12:00:00", "semyonov", &[]);
        browser.open(&desk).await;
        browser.until("main", "Замечаний ждёт вашего ответа: 2").await;
        browser.click("main a[href='/remarks']").await;
        browser.until(".remarks", "Нет <заданий> за 10.09").await;
        assert_eq!(browser.text("form[action='/remarks']").await, "");
        fill(&browser, "form[action='/remarks/1/answer'] textarea", "Внесены").await;
        browser.click("form[action='/remarks/1/answer'] button").await;
        browser.until(".said", "Замечание № 1: отметка о выполнении записана").await;
        browser.until("table", "Внесены").await;
        browser.accessible("замечания учителя").await;
        drop(desk);
        // Whom it does not concern sees none of it.
        let desk = Opened::of(&school, "2025-09-16 12:00:00", "gusev", &[]);
        browser.open(&desk).await;
        browser.click("nav a[href='/remarks']").await;
        browser.until("h1", "Замечания").await;
        assert!(!browser.text("main").await.contains("родителях"));
        browser.close().await;
    });
    let list = school.run("2025-09-16 13:00:00", "petrova", &["remark", "list"]).ok();
    assert!(list.stdout.contains("Внесены") && list.stdout.contains("родителях"), "{}", list.stdout);
}

/// Final marks of a quarter in two courses, which the deputy head sets with a reason.
fn with_finals() -> Option<School> {
    let school = School::small()?;
    for (subject, marks) in [
        ("Алгебра", ["Ёлкина=5", "Петренко=4", "Иванов Павел=3"]),
        ("Химия", ["Ёлкина=5", "Петренко=3", "Иванов Павел=2"]),
    ] {
        let set = ["final", "set", "7А", subject, "I четверть"];
        let reason = ["--reason", "по итогам зачёта"];
        school.run("2025-10-23 12:00:00", "petrova", &[&set[..], &marks, &reason].concat()).ok();
    }
    Some(school)
}

#[test]
fn reports_are_narrowed_drawn_and_saved_as_the_command_line_saves_them() {
    let Some(school) = with_finals() else { return };
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-10-24 12:00:00", "petrova", &[]);
        browser.open(&desk).await;
        browser.click("nav a[href='/reports']").await;
        browser.until("h1", "Отчёты").await;
        browser.picture("reports").await;
        browser.accessible("отчёты").await;
        browser.click("main a[href='/reports/progress']").await;
        browser.until("h1", "Успеваемость").await;
        choose(&browser, "[name=by]", "предметам").await;
        choose(&browser, "[name=period]", "I четверть").await;
        browser.click(".filter button").await;
        browser.until("svg", "66,7 %").await;
        browser.until("table", "Химия").await;
        browser.picture("report").await;
        browser.accessible("успеваемость").await;
        no_name_in_the_address(&browser).await;
        choose(&browser, "[name=by]", "учителям").await;
        choose(&browser, "[name=teacher]", "Семёнов С. С.").await;
        browser.click(".filter button").await;
        browser.until("table", "Семёнов С. С.").await;
        no_name_in_the_address(&browser).await;
        browser.click("a[download][href*='/csv']").await;
        browser.until("#live", "Файл сохранён: progress-2025-10-24.csv").await;
        for name in ["attendance", "coverage", "forecast", "missing", "discipline", "plan"] {
            browser.client.goto(&format!("http://{}/reports/{name}", desk.authority)).await.unwrap();
            browser.until("main .day", "").await;
            browser.until("form.filter", "Класс").await;
            browser.picture(&format!("report-{name}")).await;
            browser.accessible(name).await;
        }
        // Days that are none, days that are out of order, a period and days at once.
        browser.client.goto(&format!("http://{}/reports/attendance", desk.authority)).await.unwrap();
        browser.until("h1", "Посещаемость").await;
        fill(&browser, "[name=from]", "40.09").await;
        browser.click(".filter button").await;
        browser.until(".fault", "40.09").await;
        let typed = "document.querySelector('[name=from]').value = '20.09'; document.querySelector('[name=to]').value = '10.09'";
        browser.client.execute(typed, vec![]).await.unwrap();
        browser.click(".filter button").await;
        browser.until(".fault", "Первый день позже последнего").await;
        choose(&browser, "[name=period]", "I четверть").await;
        browser.click(".filter button").await;
        browser.until(".fault", "и период, и дни").await;
        browser.close().await;
        drop(desk);
    });
    let desk = Opened::of(&school, "2025-10-24 12:00:00", "kuznetsov", &[]);
    let secret = desk.enter();
    let heads: &[(&str, &str)] = &[("X-Letopis-Desk", &secret)];
    for (name, args) in [
        ("progress", &["report", "progress"][..]),
        ("attendance", &["report", "attendance"]),
        ("coverage", &["report", "coverage"]),
        ("forecast", &["report", "forecast"]),
        ("missing", &["lesson", "missing"]),
        ("discipline", &["report", "discipline"]),
        ("plan", &["report", "plan"]),
    ] {
        let (file, csv) = (format!("{name}.csv"), ["--csv", &format!("{name}.csv")].map(str::to_owned));
        let args: Vec<&str> = args.iter().copied().chain(csv.iter().map(String::as_str)).collect();
        school.run("2025-10-24 12:00:00", "kuznetsov", &args).ok();
        let (status, said, body) = desk.ask("GET", &format!("/reports/{name}/csv"), heads, "");
        assert_eq!(status, 200, "{name}: {body}");
        assert!(said.contains(&format!("attachment; filename=\"{name}-2025-10-24.csv\"")), "{said}");
        assert_eq!(body, std::fs::read_to_string(school.path(&file)).unwrap(), "{name}");
        assert_eq!(desk.ask("GET", &format!("/reports/{name}/xlsx"), heads, "").0, 200);
    }
    assert_eq!(desk.ask("GET", "/reports/progress/exe", heads, "").0, 422);
    assert_eq!(desk.ask("GET", "/reports/secrets", heads, "").0, 422);
    let wrong = desk.ask("GET", "/reports/progress?class=99&subject=99&teacher=99&period=99", heads, "");
    assert_eq!(wrong.0, 422, "a place that is in no list is not passed over: {}", wrong.2);
}

#[test]
fn at_twice_the_size_no_page_is_cut_and_each_can_be_reached_by_keyboard() {
    let Some(school) = with_requests() else { return };
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-09-24 12:00:00", "petrova", &[]);
        browser.open(&desk).await;
        browser.client.set_window_size(640, 512).await.unwrap();
        for (path, head) in [
            ("/requests", "Заявки"),
            ("/requests/1", "Заявка № 1"),
            ("/substitutions", "Замены"),
            ("/remarks", "Замечания"),
            ("/finals/course/1", "Итоговые отметки"),
            ("/reports", "Отчёты"),
            ("/reports/progress", "Успеваемость"),
            ("/reports/attendance?class=0", "Посещаемость"),
            ("/confirmations", "Подтверждения"),
            ("/archives", "Архив"),
        ] {
            browser.client.goto(&format!("http://{}{path}", desk.authority)).await.unwrap();
            browser.until("h1", head).await;
            let wide = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
            let wide = browser.client.execute(wide, vec![]).await.unwrap();
            assert_eq!(wide.as_f64(), Some(0.0), "{path} is cut");
            browser.accessible(path).await;
        }
        browser.picture("twice").await;
        browser.close().await;
    });
}

#[test]
fn on_a_stick_ones_own_is_read_and_nothing_is_decided() {
    let Some(school) = with_requests() else { return };
    let remark = ["remark", "write", "7А", "Нет заданий", "--subject", "Алгебра"];
    school.run("2025-09-24 10:30:00", "petrova", &remark).ok();
    std::fs::create_dir(school.path("usb")).unwrap();
    let owner = ["--to", "semyonov", "--label", "Ф-1", "--owner-key", "keys/semyonov.key"];
    let prepare = [&["stick", "prepare", "usb"][..], &owner, &["--programs", "school", "--json"]].concat();
    let told = school.run("2025-09-24 11:00:00", "petrova", &prepare).ok();
    let told: serde_json::Value = serde_json::from_str(&told.stdout).unwrap();
    std::fs::write(school.path("usb.pass"), told["passphrase"].as_str().unwrap()).unwrap();
    let desk = Opened::of(&school, "2025-09-24 12:00:00", "nobody", &["usb", "--passphrase-file", "usb.pass"]);
    let secret = desk.enter();
    let read = |path: &str| desk.ask("GET", path, &[("X-Letopis-Desk", &secret)], "");
    // The bar has a form of its own.
    let is_sent = |page: &str| page.split("<main").nth(1).is_some_and(|main| main.contains("<form"));
    let (status, _, home) = read("/");
    assert!(status == 200 && home.contains("href=\"/requests\"") && !home.contains("href=\"/reports\""), "{home}");
    let (status, _, list) = read("/requests");
    assert!(status == 200 && list.contains("Пересмотрел работу"), "{list}");
    let (status, _, request) = read("/requests/1");
    assert!(status == 200 && request.contains("Ёлкина") && !is_sent(&request), "{request}");
    let (status, _, remarks) = read("/remarks");
    assert!(status == 200 && remarks.contains("Нет заданий") && !is_sent(&remarks), "{remarks}");
    for path in ["/confirmations", "/confirmations/2", "/archives", "/substitutions", "/reports"] {
        let (status, _, said) = read(path);
        assert!(status == 409 && said.contains("только часть журнала"), "{path}: {said}");
    }
    let form = [("X-Letopis-Desk", secret.as_str()), ("Content-Type", "application/x-www-form-urlencoded")];
    for (path, body) in [("/requests/1/approve", "note="), ("/remarks/1/answer", "text=%D0%94%D0%B0")] {
        let (status, _, said) = desk.ask("POST", path, &form, body);
        assert_eq!(status, 409, "{path}: {said}");
    }
}
