//! An administrator's day at the page (§3.3.1): pupils, groups, the timetable and the bells, with the mistakes that people make.

use super::Opened;
use super::browser::{Browser, run};
use crate::common::school::School;
use fantoccini::key::Key;
use serde_json::json;

const DAY: &str = "2025-09-16 12:00:00";

/// The school with a second class, and a mark of Ёлкина's.
fn school() -> Option<School> {
    let school = School::small()?;
    school.run("2025-09-01 09:00:00", "ivanova", &["course", "class", "7Б", "--teacher", "semyonov"]).ok();
    let lesson = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Дроби", "--mark", "Ёлкина=3"];
    school.run("2025-09-15 14:00:00", "semyonov", &lesson).ok();
    Some(school)
}

/// Puts texts into fields of the form with this end of its address, and sends it.
async fn send(browser: &Browser, form: &str, fields: &[(&str, &str)]) {
    let fields: Vec<serde_json::Value> = fields.iter().map(|(name, text)| json!([name, text])).collect();
    let script = "const form = document.querySelector(`main form[action$='${arguments[0]}']`);
        for (let up = form; up; up = up.parentElement) if (up.tagName === 'DETAILS') up.open = true;
        for (const [name, text] of arguments[1]) {
            const field = form.elements[name];
            if (field.type === 'checkbox') field.checked = text !== ''; else field.value = text;
        }
        form.querySelector('button').focus()";
    browser.client.execute(script, vec![json!(form), json!(fields)]).await.unwrap();
    browser.press(&Key::Enter.to_string()).await;
}

/// Opens a section of the bar.
async fn section(browser: &Browser, name: &str, address: &str) {
    browser.click(&format!("nav[aria-label='Разделы'] a[href='{address}']")).await;
    browser.until("h1", name).await;
}

#[test]
fn a_pupil_comes_moves_leaves_and_comes_back() {
    let Some(school) = school() else { return };
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, DAY, "ivanova", &[]);
        browser.open(&desk).await;
        browser.until(".waits", "Ученики без группы: 7А — 1").await;
        section(&browser, "Ученики", "/pupils").await;
        browser.accessible("ученики, класс не выбран").await;
        browser.click(".tabs a[href$='class=7a']").await;
        browser.until("h1", "Ученики 7А").await;
        browser.until(".looks", "Сизов Олег (С-05) не состоит ни в одной группе").await;
        browser.picture("pupils").await;
        browser.accessible("ученики").await;
        browser.fits_at_twice_the_size("pupils").await;
        // A day that there is none, then a number that somebody has, then somebody of the same name.
        let pupil = [("surname", "Яковлев"), ("given", "Ян"), ("born", "31.02.2012"), ("file", "И-01")];
        send(&browser, "/pupils", &pupil).await;
        browser.until(".fault", "31.02.2012").await;
        send(&browser, "/pupils", &[("born", "03.02.2012")]).await;
        browser.until(".fault", "уже есть: Иванов Павел").await;
        browser.picture("pupil-refused").await;
        send(&browser, "/pupils", &[("file", "Я-10")]).await;
        browser.until(".said", "Яковлев Ян: внесён(а), 7А с 16.09.2025").await;
        browser.until(".said", "не состоит ни в одной группе").await;
        let twin = [("surname", "Яковлев"), ("given", "Ян"), ("born", "03.02.2012"), ("file", "Я-11")];
        send(&browser, "/pupils", &twin).await;
        browser.until(".fault", "Яковлев").await;
        send(&browser, "/pupils", &[("another", "да")]).await;
        browser.until("tbody", "Я-11").await;
        // Into the other class, out of the school, and back.
        browser.press(&format!("/Я-10{}", Key::Enter)).await;
        browser.until("h1", "Яковлев Ян").await;
        browser.click("main .tabs a[href^='/pupils/']").await;
        browser.until("summary", "Перевести в другой класс").await;
        let open = "document.querySelectorAll('details').forEach((one) => { one.open = true; })";
        browser.client.execute(open, vec![]).await.unwrap();
        browser.picture("pupil-kept").await;
        browser.accessible("сведения об ученике").await;
        browser.fits_at_twice_the_size("pupil-kept").await;
        assert!(!browser.client.current_url().await.unwrap().as_str().contains('%'));
        assert_eq!(browser.client.title().await.unwrap(), "Сведения об ученике — Летопись");
        send(&browser, "/move", &[("class", "7Б"), ("date", "завтра")]).await;
        browser.until(".said", "переведён(а) в 7Б с 17.09.2025").await;
        send(&browser, "/leave", &[("date", "22.09")]).await;
        browser.until(".said", "выбыл(а) 22.09.2025").await;
        send(&browser, "/stay", &[("left", "нет")]).await;
        browser.until(".fault", "указана причина").await;
        send(&browser, "/stay", &[("reason", "ошибка в приказе"), ("left", "24.09.2025")]).await;
        browser.until(".said", "24.09.2025").await;
        drop(desk);
        let desk = Opened::of(&school, "2025-09-25 09:00:00", "ivanova", &[]);
        browser.open(&desk).await;
        browser.press(&format!("/Я-10{}", Key::Enter)).await;
        browser.until("h1", "Яковлев Ян").await;
        browser.click("main .tabs a[href^='/pupils/']").await;
        browser.until("summary", "Зачислить снова").await;
        send(&browser, "/enrol", &[("class", "7А"), ("date", "сегодня")]).await;
        browser.until(".said", "зачислен(а) в 7А с 25.09.2025").await;
        send(&browser, "/name", &[("patronymic", "Янович")]).await;
        browser.until(".fault", "такой ученик уже есть").await;
        send(&browser, "/name", &[("another", "да")]).await;
        browser.until(".said", "Теперь Яковлев Ян Янович").await;
        send(&browser, "/annul", &[("reason", "внесён дважды")]).await;
        browser.until(".said", "запись об ученике аннулирована").await;
        browser.close().await;
    });
    let list = school.run("2025-09-25 10:00:00", "petrova", &["pupil", "list", "7А"]).ok();
    assert!(list.stdout.contains("Я-11"), "{list}");
    school.run("2025-09-25 10:01:00", "petrova", &["audit"]).ok();
}

#[test]
fn what_waits_for_a_second_person_says_so() {
    let Some(school) = School::small() else { return };
    // A journal that was founded with a second person.
    let journal = ["--journal", "j.letopis"];
    let founded = |clock: &str, login: &str, args: &[&str]| {
        school.run(&format!("2025-09-{clock}"), login, &[args, &journal].concat()).ok()
    };
    let request = ["key", "request", "keys/petrova.key", "--login", "petrova", "--new-journal", "--to", "p.request"];
    school.run("2025-09-01 10:00:00", "petrova", &request).ok();
    let init = ["init", "--school", "school/school.toml", "--admin", "ivanova", "--second", "petrova=p.request"];
    let sheets = ["--recovery-sheet", "r.txt", "--emergency-sheet", "e.txt"];
    founded("01 10:00:10", "ivanova", &[&init[..], &sheets].concat());
    founded("01 10:01:00", "ivanova", &["import", "school"]);
    let lesson =
        ["lesson", "record", "7А", "Химия", "11.09.2025", "--lesson", "4", "--topic", "Вода", "--mark", "Ёлкина=3"];
    founded("11 15:00:00", "petrova", &lesson);
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, DAY, "ivanova", &journal);
        browser.open(&desk).await;
        browser.press(&format!("/Ё-04{}", Key::Enter)).await;
        browser.until("h1", "Ёлкина").await;
        browser.click("main .tabs a[href^='/pupils/']").await;
        browser.until("summary", "Исправить номер").await;
        send(&browser, "/number", &[("number", "Ё-40"), ("reason", "опечатка")]).await;
        browser.until(".said", "ждёт подтверждения второго лица").await;
        browser.until("h2", "Ждёт подтверждения второго лица").await;
        browser.until(".waits", "Ё-40").await;
        browser.picture("pupil-waits").await;
        send(&browser, "/number", &[("number", "Ё-40"), ("reason", "опечатка")]).await;
        browser.until(".fault", "уже ждёт подтверждения").await;
        browser.close().await;
    });
    let waits = founded("16 13:00:00", "petrova", &["confirm", "list"]);
    assert!(waits.stdout.contains("Ё-40"), "{waits}");
}

#[test]
fn groups_are_made_and_changed_by_ticking() {
    let Some(school) = school() else { return };
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, DAY, "ivanova", &[]);
        browser.open(&desk).await;
        section(&browser, "Группы", "/groups").await;
        browser.click(".tabs a[href$='class=7a']").await;
        browser.until("h2", "Группа «1» Английский язык — Белова Б.").await;
        browser.until(".looks", "Сизов Олег").await;
        let tick = "const details = document.querySelectorAll('details'); details[0].open = true;
            Array.from(details[0].querySelectorAll('label')).find((label) => label.textContent.includes(arguments[0])).click();
            details[0].querySelector('form button').focus()";
        browser.client.execute(tick, vec![json!("Сизов")]).await.unwrap();
        browser.picture("groups").await;
        browser.accessible("группы").await;
        browser.fits_at_twice_the_size("groups").await;
        // Meanwhile somebody else takes one out: that stays.
        let other = ["pupil", "group", "7А", "1", "П-03=-"];
        school.run("2025-09-16 12:05:00", "ivanova", &other).ok();
        browser.press(&Key::Enter.to_string()).await;
        browser.until(".said", "7А, группа «1»: 2 ученика, с начала года").await;
        send(&browser, "/groups/7a", &[("since", "32.09")]).await;
        browser.until(".fault", "32.09").await;
        let new = "const details = Array.from(document.querySelectorAll('details')).at(-1); details.open = true;
            details.querySelector('[name=group]').value = 'физкультура'; details.querySelector('form button').focus()";
        browser.client.execute(new, vec![]).await.unwrap();
        browser.press(&Key::Enter.to_string()).await;
        browser.until(".fault", "никто не отмечен").await;
        browser.client.execute("document.querySelector('details[open] [name=is]').checked = true; document.querySelector('details[open] form button').focus()", vec![]).await.unwrap();
        browser.close().await;
    });
    let list = school.run("2025-09-16 13:00:00", "ivanova", &["pupil", "list", "7А"]).ok();
    let of =
        |file: &str| list.stdout.lines().find(|line| line.contains(file)).unwrap_or_default().trim_end().to_owned();
    assert!(of("С-05").ends_with('1'), "{list}");
    assert!(!of("П-03").ends_with('1'), "what somebody else has changed stays: {list}");
}

#[test]
fn a_week_is_set_by_ticking_and_what_is_at_one_time_is_shown() {
    let Some(school) = school() else { return };
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, DAY, "ivanova", &[]);
        browser.open(&desk).await;
        section(&browser, "Расписание", "/timetable").await;
        browser.click("main a[href='/bells']").await;
        browser.until("h1", "Звонки").await;
        browser.accessible("звонки").await;
        for (lesson, begins, ends, css, says) in [
            ("1", "8:30", "09.15", ".said", "Звонок урока 1: 08:30–09:15"),
            ("2", "09:25", "10:10", ".said", "Звонок урока 2: 09:25–10:10"),
            ("3", "10:05", "11:00", ".fault", "пересекаются"),
            ("два", "10:20", "11:00", ".fault", "не номер урока"),
        ] {
            send(&browser, "/bells", &[("lesson", lesson), ("begins", begins), ("ends", ends)]).await;
            browser.until(css, says).await;
        }
        section(&browser, "Расписание", "/timetable").await;
        browser.click(".tabs a[href$='class=7a']").await;
        browser.until(".week", "Английский язык (1)").await;
        browser.until(".week", "08:30–09:15").await;
        browser.until(".clash", "такого урока нет, звонков в школе 2").await;
        browser.picture("timetable").await;
        browser.accessible("расписание").await;
        browser.click("main .list a[href='/timetable/1']").await;
        browser.until("caption", "Отметьте уроки курса").await;
        browser.picture("week").await;
        browser.accessible("уроки курса").await;
        browser.fits_at_twice_the_size("week").await;
        // Tuesday's first lesson is English.
        let tick = "document.querySelector('[value=\"2-1\"]').checked = true; document.querySelector('[name=others]').value = arguments[0];
            document.querySelector('main form button').focus()";
        browser.client.execute(tick, vec![json!("вс1, пусто")]).await.unwrap();
        browser.press(&Key::Enter.to_string()).await;
        browser.until(".fault", "«пусто» не урок недели").await;
        browser.client.execute(tick, vec![json!("вс 1")]).await.unwrap();
        browser.press(&Key::Enter.to_string()).await;
        browser.until(".fault", "воскресенье не учебный день").await;
        browser.until(".fault", "Английский язык").await;
        let checked = browser.client.execute("return document.querySelector('[value=\"2-1\"]').checked", vec![]).await;
        assert_eq!(checked.unwrap(), json!(true), "what was ticked stays");
        browser.client.execute("document.querySelector('[name=despite]').checked = true; document.querySelector('main form button').focus()", vec![]).await.unwrap();
        browser.press(&Key::Enter.to_string()).await;
        browser.until(".said", "7А, Алгебра: уроки в неделю с 16.09.2025").await;
        browser.until(".week .clash", "воскресенье").await;
        browser.until(".week .clash", "у 7А уже «7А (1), Английский язык»").await;
        browser.picture("timetable-clash").await;
        browser.accessible("расписание с совпадениями").await;
        browser.fits_at_twice_the_size("timetable").await;
        browser.click(".tabs a[href*='since=2025-09-01']").await;
        browser.until(".tabs a[aria-current]", "с 01.09.2025").await;
        assert!(!browser.text(".week").await.contains("воскресенье"), "the week before is as it was");
        browser.close().await;
    });
    let week = school.run("2025-09-17 13:00:00", "petrova", &["course", "week", "7А"]).ok();
    let algebra = week.stdout.lines().filter(|line| line.contains("Алгебра")).count();
    assert_eq!(algebra, 5, "{week}");
}

#[test]
fn what_is_malformed_or_not_ones_own_is_answered_and_changes_nothing() {
    let Some(school) = school() else { return };
    let before = school.entries();
    let desk = Opened::of(&school, DAY, "ivanova", &[]);
    let secret = desk.enter();
    let heads = [("X-Letopis-Desk", secret.as_str()), ("Content-Type", "application/x-www-form-urlencoded")];
    for path in [
        "/pupils/999",
        "/pupils/-1",
        "/pupils/x",
        "/pupil/999",
        "/pupil/1?period=999",
        "/pupil/1?period=x",
        "/class/",
        "/class/%00",
        "/class/../7a",
        "/pupils?class=%D0%AF",
        "/groups?class=99z",
        "/timetable?class=7a&since=x",
        "/timetable/999",
        "/find?sought=%00",
    ] {
        let (status, _, body) = desk.ask("GET", path, &heads[..1], "");
        assert!(status < 500, "{status} {path}: {body}");
    }
    let long = format!("sought={}", "%D0%B8".repeat(5_000));
    for (path, body) in [
        ("/find", "sought=%00%E2%80%AE"),
        ("/find", &long),
        ("/pupils", "class=7A"),
        ("/pupils", "class=7A&surname=%00&given=%00&patronymic=&born=01.01.2012&file=%00&since="),
        ("/pupils", "class=7A&surname=1&given=2&patronymic=&born=01.01.2012&file=9&since="),
        ("/pupils/1/move", "class=99&date=16.09.2025"),
        ("/pupils/1/stay", "class=&enrolled=&left=&reason="),
        ("/pupils/999/leave", "date=16.09.2025"),
        ("/pupils/1/number", "number=&reason="),
        ("/groups/7a", ""),
        ("/groups/7a", "group=1&is=-1&is=999&is=x"),
        ("/groups/7a", "group=&is=1"),
        ("/groups/7a/annul", "group=9&reason=x"),
        ("/timetable/1", "slot=99-99&slot=x&slot=1-0&others=&since="),
        ("/timetable/1", "others=%D0%BF%D0%BD+999"),
        ("/bells", "lesson=0&begins=08:30&ends=09:15"),
        ("/bells", "lesson=255&begins=99:99&ends=9"),
        ("/bells", "lesson=256&begins=&ends="),
        ("/bells/annul", "lesson=9"),
    ] {
        let (status, _, answer) = desk.ask("POST", path, &heads, body);
        let fits = if path == "/find" { 200..300 } else { 400..500 };
        assert!(fits.contains(&status), "{status} {path} {body:.80}: {answer}");
    }
    drop(desk);
    // A teacher is told that it is not his.
    let desk = Opened::of(&school, DAY, "belova", &[]);
    let secret = desk.enter();
    let heads = [("X-Letopis-Desk", secret.as_str()), ("Content-Type", "application/x-www-form-urlencoded")];
    for (path, body) in [
        ("/pupils/1/leave", "date=16.09.2025"),
        ("/groups/7a", "group=1&was=1"),
        ("/timetable/1", "slot=6-2&since=16.09.2025"),
        ("/bells", "lesson=1&begins=08:30&ends=09:15"),
    ] {
        let (status, _, answer) = desk.ask("POST", path, &heads, body);
        assert!(status == 409 && answer.contains("§3.3"), "{status} {path}: {answer}");
    }
    assert_eq!(school.entries(), before);
}
