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

#[test]
fn a_page_that_is_renewed_because_others_record_stays_where_its_reader_has_gone() {
    let Some(school) = School::small() else { return };
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-09-15 12:00:00", "semyonov", &[]);
        browser.open(&desk).await;
        browser.click("a.button").await;
        browser.until("h1", "Алгебра").await;
        // Answers of the pages that are renewed are held back until the lesson, recorded meanwhile, is shown.
        let slow = "const own = window.fetch; window.fetch = async (url, options) => {
            const answer = await own(url, options);
            if (String(url).endsWith('/cells') || String(url) === '/tip') await new Promise((done) => setTimeout(done, 1500));
            return answer;
        }";
        browser.client.execute(slow, vec![]).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(1600)).await;
        browser.press(&format!("Дроби{}", Key::Enter)).await;
        browser.until(".said", "Урок записан: Дроби").await;
        browser.press(&format!("5{}", Key::Enter)).await;
        tokio::time::sleep(std::time::Duration::from_secs(4)).await;
        browser.press("4").await;
        browser.until("td.typing", "4").await;
        let place = "const cell = document.querySelector('td.typing'); return document.querySelector('.grid thead tr').cells[cell.cellIndex].dataset.place";
        assert_eq!(browser.client.execute(place, vec![]).await.unwrap(), "2025-09-15/2");
        browser.close().await;
    });
}

#[test]
fn a_line_that_is_too_late_goes_along_to_its_request_and_a_lesson_of_today_is_annulled() {
    let Some(school) = School::small() else { return };
    let lesson = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Дроби"];
    school.run("2025-09-15 11:00:00", "semyonov", &lesson).ok();
    let mistaken = ["lesson", "record", "7А", "Алгебра", "24.09.2025", "--topic", "По ошибке"];
    school.run("2025-09-24 11:00:00", "semyonov", &mistaken).ok();
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-09-24 12:00:00", "semyonov", &[]);
        browser.open(&desk).await;
        browser.client.goto(&format!("http://{}/course/1?at=2025-09-15/2", desk.authority)).await.unwrap();
        browser.until("h1", "Алгебра").await;
        browser.click("[name=homework]").await;
        browser.press("§ 5, № 12").await;
        browser.click("form.lesson button").await;
        browser.until(".fault", "§2.3.2").await;
        browser.click(".fault a").await;
        browser.until("h1", "Урок").await;
        let stands = "return document.querySelector('[name=homework]').value";
        assert_eq!(browser.client.execute(stands, vec![]).await.unwrap(), "§ 5, № 12");
        browser.picture("amend").await;
        browser.accessible("урок").await;
        browser.click("[name=reason]").await;
        browser.press("Задание не внесено").await;
        browser.click("main .plain-form button").await;
        browser.until(".said", "Заявка № 1 подана").await;
        browser.client.goto(&format!("http://{}/course/1?at=2025-09-24/1", desk.authority)).await.unwrap();
        browser.click("[data-does=amend]").await;
        browser.until("main", "его автор аннулирует его сам").await;
        browser.click("form[action$=annul] textarea").await;
        browser.press("Не тот день").await;
        browser.click("form[action$=annul] button").await;
        browser.until(".said", "Урок аннулирован").await;
        browser.close().await;
    });
    let asked = school.run("2025-09-24 13:00:00", "petrova", &["correction", "show", "1"]).ok();
    assert!(asked.stdout.contains("§ 5, № 12"), "{}", asked.stdout);
    let audit = school.run("2025-09-24 13:01:00", "petrova", &["audit"]).ok();
    assert!(!audit.stdout.is_empty());
}

#[test]
fn a_lesson_is_given_instead_of_the_courses_teacher() {
    let Some(school) = School::small() else { return };
    let assigned = ["substitution", "assign", "7А", "Алгебра", "15.09.2025", "--teacher", "gusev"];
    school.run("2025-09-15 08:00:00", "petrova", &assigned).ok();
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-09-15 12:00:00", "gusev", &[]);
        browser.open(&desk).await;
        browser.until("tbody small", "замена").await;
        browser.click("a.button").await;
        browser.until("main", "Вы замещаете учителя").await;
        browser.press(&format!("Дроби{}", Key::Enter)).await;
        browser.until(".said", "Урок записан: Дроби").await;
        browser.press(&format!("5{}", Key::Enter)).await;
        browser.until("#live", "Записано").await;
        browser.close().await;
        // One that nobody has assigned is confirmed later.
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-09-17 12:00:00", "belova", &[]);
        browser.open(&desk).await;
        browser.client.goto(&format!("http://{}/course/1", desk.authority)).await.unwrap();
        browser.until(".looks", "курс ведёт Семёнов").await;
        browser.click(".looks a").await;
        browser.until("main", "Вы замещаете учителя").await;
        let number = "const number = document.querySelector('[name=number]'), was = number.value; number.value = '7'; return was";
        assert_eq!(browser.client.execute(number, vec![]).await.unwrap(), "1");
        browser.press(&format!("Степени{}", Key::Enter)).await;
        browser.until(".fault", "нет в расписании").await;
        let number =
            "document.querySelector('[name=number]').value = '1'; document.querySelector('[name=topic]').focus()";
        browser.client.execute(number, vec![]).await.unwrap();
        browser.press(&Key::Enter.to_string()).await;
        browser.until(".said", "Урок записан: Степени").await;
        browser.close().await;
    });
    let list = school.run("2025-09-17 13:00:00", "petrova", &["substitution", "list"]).ok();
    assert!(list.stdout.contains("подтверждена") && list.stdout.contains("не подтверждена"), "{}", list.stdout);
}

#[test]
fn a_whole_class_is_absent_or_present_in_one_key_and_a_mark_takes_one_click() {
    let Some(school) = School::small() else { return };
    let lesson = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Дроби", "--mark", "Ёлкина=3"];
    school.run("2025-09-15 11:00:00", "semyonov", &lesson).ok();
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-09-15 12:00:00", "semyonov", &[]);
        browser.open(&desk).await;
        browser.click("nav a[href^='/course/']").await;
        browser.until("td:focus", "3").await;
        browser.press(&Key::F6.to_string()).await;
        browser.until("#live", "Записано клеток: 4").await;
        browser.press(&Key::F7.to_string()).await;
        browser.until_gone("td.sent").await;
        browser.press(&Key::F7.to_string()).await;
        browser.until("#live", "ни у кого не стоит «н»").await;
        browser.click("[data-puts='5']").await;
        browser.until("#live", "Ёлкина Дарья: Записано").await;
        browser.click("[data-puts='4']").await;
        browser.until("#live", "Иванов Павел: Записано").await;
        browser.picture("palette").await;
        browser.accessible("палитра").await;
        browser.close().await;
    });
    let list = school.run("2025-09-15 13:00:00", "semyonov", &["mark", "list", "7А", "Алгебра", "15.09.2025"]).ok();
    assert!(list.stdout.contains('5') && list.stdout.contains('4') && !list.stdout.contains(" н"), "{}", list.stdout);
}

#[test]
fn a_list_shows_what_others_record_unless_somebody_is_typing() {
    let Some(school) = School::small() else { return };
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-09-15 12:00:00", "semyonov", &[]);
        browser.open(&desk).await;
        browser.until("main", "Записать урок").await;
        let lesson = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Дроби"];
        school.run("2025-09-15 12:10:00", "semyonov", &lesson).ok();
        browser.until("main td", "Дроби").await;
        browser.click("nav a[href='/notebook']").await;
        browser.until("h1", "Блокнот").await;
        browser.click("[name=text]").await;
        browser.press("Не пропадёт").await;
        school.run("2025-09-15 12:20:00", "semyonov", &["note", "add", "Ещё одно"]).ok();
        browser.until("#live", "обновите страницу").await;
        let typed = "return document.querySelector('[name=text]').value";
        assert_eq!(browser.client.execute(typed, vec![]).await.unwrap(), "Не пропадёт");
        browser.close().await;
    });
}

#[test]
fn a_new_lesson_overwrites_none_and_going_back_loses_nothing_unseen() {
    let Some(school) = School::small() else { return };
    let lesson = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Дроби", "--homework", "п. 1"];
    school.run("2025-09-15 11:00:00", "semyonov", &lesson).ok();
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-09-15 12:00:00", "semyonov", &[]);
        browser.open(&desk).await;
        browser.click("nav a[href^='/course/']").await;
        browser.until("h1", "Алгебра").await;
        browser.press(&Key::Insert.to_string()).await;
        let number = "document.querySelector('[name=number]').value = '2'";
        browser.client.execute(number, vec![]).await.unwrap();
        browser.press(&format!("Ещё раз{}", Key::Enter)).await;
        browser.until(".fault", "уже записан: Дроби").await;
        // To the page's content by its own link: nothing is fetched anew.
        browser.client.execute("document.querySelector('.skip').click()", vec![]).await.unwrap();
        let topic = "return [document.activeElement.id, document.querySelector('[name=topic]').value].join()";
        assert_eq!(browser.client.execute(topic, vec![]).await.unwrap(), "main,Ещё раз");
        // What is typed is not left by the browser's own button either; the second time one insists.
        browser.client.back().await.unwrap();
        browser.until("#live", "набран и не записан").await;
        let topic = "return document.querySelector('[name=topic]').value";
        assert_eq!(browser.client.execute(topic, vec![]).await.unwrap(), "Ещё раз");
        browser.client.back().await.unwrap();
        browser.until("h1", "Сегодня").await;
        browser.close().await;
    });
    let stands = school.run("2025-09-15 13:00:00", "semyonov", &["correction", "list"]).ok();
    assert!(!stands.stdout.contains("Ещё раз"));
    let file = school.file();
    let line: (String, String) = file
        .query_row("SELECT topic, homework FROM lessons WHERE date = '2025-09-15'", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .unwrap();
    assert_eq!(line, ("Дроби".to_owned(), "п. 1".to_owned()));
}

#[test]
fn what_is_to_be_done_is_kept_in_the_notebook_until_it_is_done() {
    let Some(school) = School::small() else { return };
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-09-15 12:00:00", "semyonov", &[]);
        browser.open(&desk).await;
        browser.click("nav a[href='/notebook']").await;
        browser.until(".empty", "Записей нет").await;
        browser.click("[name=text]").await;
        browser.press("Пересдать <b>§ 12</b>").await;
        browser.click("[name=due]").await;
        browser.press("32.09").await;
        browser.click("main button").await;
        browser.until(".fault", "не дата").await;
        let clear = "const due = document.querySelector('[name=due]'); due.value = 'сегодня'";
        browser.client.execute(clear, vec![]).await.unwrap();
        browser.click("main .plain-form button").await;
        browser.until(".said", "прочитать сможете только вы").await;
        browser.until(".notes", "Пересдать <b>§ 12</b>").await;
        browser.picture("notebook").await;
        browser.accessible("блокнот").await;
        browser.click("nav a[href='/']").await;
        browser.until("main a[href='/notebook']", "подошёл срок: 1 запись").await;
        browser.click("main a[href='/notebook']").await;
        browser.until(".notes", "Пересдать").await;
        browser.click(".notes button").await;
        browser.until(".empty", "Записей нет").await;
        browser.close().await;
    });
}
