//! A teacher's day at the page.

use super::Opened;
use super::browser::{Browser, run};
use crate::common::school::School;
use fantoccini::key::Key;

#[test]
fn a_teacher_records_a_lesson_and_marks_by_keyboard() {
    let Some(school) = School::small() else { return };
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-09-15 12:00:00", "semyonov", &[]);
        browser.open(&desk).await;
        browser.until("main", "Записать урок").await;
        browser.picture("today").await;
        browser.accessible("Сегодня").await;
        browser.click("a.button").await;
        browser.until("h1", "Алгебра").await;
        let down = format!("{}", Key::Enter);
        browser.press(&format!("Дроби{down}")).await;
        browser.until(".said", "Урок записан: Дроби").await;
        browser.press(&format!("5{down}y{down}4/5{down}")).await;
        browser.until("#live", "Записано").await;
        browser.press(&format!("7{down}")).await;
        browser.until("#live", "Допустимы").await;
        browser.picture("course").await;
        browser.accessible("курс").await;
        assert!(browser.text("td.refused").await.contains('7'));
        browser.close().await;
    });
    let list = school.run("2025-09-15 12:30:00", "semyonov", &["mark", "list", "7А", "Алгебра", "15.09.2025"]);
    let said = list.0.stdout.clone();
    list.ok();
    assert!(said.contains("4/5") && said.contains('н'), "{said}");
    school.run("2025-09-15 12:31:00", "petrova", &["audit"]).ok();
}

#[test]
fn what_others_record_shows_and_is_not_overwritten_unseen() {
    let Some(school) = School::small() else { return };
    let lesson = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Дроби"];
    school.run("2025-09-15 11:00:00", "semyonov", &lesson).ok();
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-09-15 12:00:00", "semyonov", &[]);
        browser.open(&desk).await;
        browser.click("nav a[href^='/course/']").await;
        browser.until("h1", "Алгебра").await;
        let cell = "tbody tr:first-child td:focus";
        browser.until(cell, "").await;
        school.run("2025-09-15 12:10:00", "semyonov", &["mark", "set", "7А", "Алгебра", "15.09.2025", "Ёлкина=3"]).ok();
        browser.until("tbody td", "3").await;
        // What is being typed meanwhile stays, and overwrites nothing that was not seen.
        browser.press("4").await;
        browser.until("td.typing", "4").await;
        school.run("2025-09-15 12:11:00", "semyonov", &["mark", "set", "7А", "Алгебра", "15.09.2025", "Ёлкина=2"]).ok();
        browser.until(".why", "только что изменили").await;
        browser.press(&Key::Enter.to_string()).await;
        browser.until("td.refused", "4").await;
        browser.press(&format!("{}{}", Key::F8, Key::Escape)).await;
        browser.until("td:focus", "2").await;
        // Nor does a lesson's line.
        browser.click("[name=homework]").await;
        browser.press("п. 3").await;
        let lesson = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Степени"];
        school.run("2025-09-15 12:12:00", "semyonov", &lesson).ok();
        tokio::time::sleep(std::time::Duration::from_secs(3)).await;
        browser.press(&Key::Enter.to_string()).await;
        browser.until(".fault", "только что изменили").await;
        browser.close().await;
    });
    let said = school.run("2025-09-15 12:30:00", "semyonov", &["mark", "list", "7А", "Алгебра", "15.09.2025"]).ok();
    assert!(said.stdout.contains('2') && !said.stdout.contains(" 4"), "{}", said.stdout);
}

#[test]
fn a_column_is_pasted_and_taken_back_and_nothing_of_it_is_left_in_the_browsers_profile() {
    let Some(school) = School::small() else { return };
    let lesson = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Дроби"];
    school.run("2025-09-15 11:00:00", "semyonov", &lesson).ok();
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-09-15 12:00:00", "semyonov", &[]);
        browser.open(&desk).await;
        browser.click("nav a[href^='/course/']").await;
        browser.until("h1", "Алгебра").await;
        let paste = "const data = new DataTransfer(); data.setData('text/plain', arguments[0]);
            document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))";
        browser.client.execute(paste, vec!["5\n4\n9\n".into()]).await.unwrap();
        browser.until("#live", "Записано клеток: 2, отклонено: 1").await;
        browser.press(&Key::F8.to_string()).await;
        browser.until("td:focus", "9").await;
        browser.press(&format!("{}", Key::Escape)).await;
        let back = "document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'z', code: 'KeyZ', ctrlKey: true, bubbles: true }))";
        browser.client.execute(back, vec![]).await.unwrap();
        browser.until("#live", "Записано").await;
        assert_eq!(browser.client.title().await.unwrap(), "7А, Алгебра — Летопись");
        // A cell that is left by the mouse is recorded; what is typed and not recorded stays in no file.
        browser.press("3").await;
        browser.click("[name=topic]").await;
        browser.until("#live", "Записано").await;
        browser.press("спросить Секретову").await;
        browser.until("#live", "Записано").await;
        let profile = browser.close().await;
        let kept = walkdir::WalkDir::new(profile.path()).into_iter().filter_map(Result::ok);
        for file in kept.filter(|entry| entry.file_type().is_file()) {
            let bytes = std::fs::read(file.path()).unwrap_or_default();
            for name in ["Ёлкина", "Семёнов", "Секретову"] {
                let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
                let held = |what: &[u8]| bytes.windows(what.len()).any(|part| part == what);
                assert!(!held(name.as_bytes()) && !held(&wide), "{name} is in {}", file.path().display());
            }
        }
    });
    let marks = school.run("2025-09-15 12:30:00", "semyonov", &["mark", "list", "7А", "Алгебра", "15.09.2025"]).ok();
    assert!(marks.stdout.contains('5') && !marks.stdout.contains(" 4"), "{}", marks.stdout);
}

#[test]
fn who_does_not_keep_a_course_only_looks_and_a_lesson_off_the_timetable_is_asked_about() {
    let Some(school) = School::small() else { return };
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let head = Opened::of(&school, "2025-09-15 12:00:00", "kuznetsov", &[]);
        browser.open(&head).await;
        let opened = format!("http://{}/course/1", head.authority);
        browser.client.goto(&opened).await.unwrap();
        browser.until(".looks", "Только просмотр").await;
        assert_eq!(browser.text("main button:enabled").await, "");
        drop(head);
        browser.until("main", "Программа закрыта").await;
        let desk = Opened::of(&school, "2025-09-16 12:00:00", "semyonov", &[]);
        browser.open(&desk).await;
        browser.click("nav a[href^='/course/']").await;
        browser.until("h1", "Алгебра").await;
        browser.press(&format!("{}", Key::Insert)).await;
        let typed =
            "document.querySelector('[name=number]').value = '7'; document.querySelector('[name=topic]').focus()";
        browser.client.execute(typed, vec![]).await.unwrap();
        browser.press(&format!("Вне сетки{}", Key::Enter)).await;
        browser.until(".fault", "нет в расписании").await;
        assert_eq!(
            browser.client.execute("return document.querySelector('[name=topic]').value", vec![]).await.unwrap(),
            "Вне сетки"
        );
        browser.picture("refused").await;
        browser.accessible("отказ").await;
        browser.close().await;
    });
}

#[test]
fn what_is_too_late_is_asked_for_from_its_cell() {
    let Some(school) = School::small() else { return };
    let lesson = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Дроби", "--mark", "Ёлкина=3"];
    school.run("2025-09-15 11:00:00", "semyonov", &lesson).ok();
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-09-24 12:00:00", "semyonov", &[]);
        browser.open(&desk).await;
        browser.click("nav a[href^='/course/']").await;
        browser.until("h1", "Алгебра").await;
        let at = "Array.from(document.querySelectorAll('td')).find((cell) => cell.textContent === '3').click()";
        browser.client.execute(at, vec![]).await.unwrap();
        browser.press(&format!("5{}", Key::Left)).await;
        browser.until("td.refused", "5").await;
        browser.press(&Key::F8.to_string()).await;
        browser.until(".why", "§2.3").await;
        browser.click(".why a").await;
        browser.until("h1", "Заявка на исправление").await;
        browser.until("dd", "Ёлкина").await;
        browser.picture("correction").await;
        browser.accessible("заявка").await;
        assert!(!browser.client.current_url().await.unwrap().as_str().contains("%D0%"), "a name in the address");
        browser.click("textarea").await;
        browser.press("Списала с доски неверно").await;
        browser.click("main button").await;
        browser.until(".said", "Заявка № 1 подана").await;
        browser.click("nav a[href='/']").await;
        browser.until("main", "Списала с доски неверно").await;
        browser.close().await;
    });
    let asked = school.run("2025-09-24 13:00:00", "petrova", &["correction", "show", "1"]).ok();
    assert!(asked.stdout.contains("Ёлкина") && asked.stdout.contains('5'), "{}", asked.stdout);
}
