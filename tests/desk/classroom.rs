//! A class teacher at the page: why pupils were absent, who is exempted, how the class does.

use super::Opened;
use super::browser::{Browser, run};
use crate::common::school::School;
use crate::sticks::OnStick;

/// Ёлкина and Сизов are absent on Monday and Wednesday of algebra; Ёлкина again the week after, with a day at school between.
fn absences(school: &School) {
    for (day, absent) in
        [("08", &["Ёлкина", "Сизов"][..]), ("10", &["Ёлкина", "Сизов"]), ("12", &[]), ("15", &["Ёлкина"])]
    {
        let date = format!("{day}.09.2025");
        let mut lesson = vec!["lesson", "record", "7А", "Алгебра", &date, "--topic", "Дроби"];
        lesson.extend(if absent.is_empty() { &[][..] } else { &["--absent"] });
        lesson.extend(absent);
        school.run(&format!("2025-09-{day} 14:00:00"), "semyonov", &lesson).ok();
    }
}

/// The last row of a pupil without a reason.
const LAST: &str = "tr:has(.row-form):last-child";

/// The first one.
const FIRST: &str = "main table tbody tr:first-child";

#[test]
fn a_class_teacher_explains_whole_spans_and_takes_a_slip_back() {
    let Some(school) = School::small() else { return };
    absences(&school);
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-09-16 12:00:00", "semyonov", &[]);
        browser.open(&desk).await;
        browser.until(".waits", "7А: пропуски без причины у 2 учеников").await;
        browser.click(".waits a[href='/classroom']").await;
        browser.until("h1", "7А").await;
        browser.until(LAST, "Сизов").await;
        browser.until(LAST, "08.09.2025–10.09.2025").await;
        browser.until(LAST, "2 дня, 2 урока").await;
        assert_eq!(browser.text(".row-form button").await.matches("Ёлкина").count(), 2, "a day at school parts them");
        browser.accessible("пропуски").await;
        browser.picture("classroom").await;

        // Nothing chosen; a day that is none; a span the wrong way round.
        let send = format!("{LAST} button");
        browser.click(&send).await;
        browser.until(".fault", "Причина не выбрана").await;
        browser.choose(&format!("{LAST} select"), "болезнь").await;
        browser.fill(&format!("{LAST} [name=document]"), "справка № 7").await;
        browser.fill(&format!("{LAST} [name=until]"), "32.09").await;
        browser.click(&send).await;
        browser.until(".fault", "«32.09» не дата").await;
        browser.picture("classroom-refused").await;
        browser.fill(&format!("{LAST} [name=until]"), "05.09").await;
        browser.click(&send).await;
        browser.until(".fault", "заканчивается раньше").await;
        let typed = format!("return document.querySelector('{LAST} [name=document]').value");
        assert_eq!(browser.client.execute(&typed, vec![]).await.unwrap(), "справка № 7", "what was typed stays");
        browser.fill(&format!("{LAST} [name=until]"), "11.09").await;
        browser.click(&send).await;
        browser.until(".said", "Причина записана: Сизов Олег, 08.09.2025–11.09.2025, болезнь").await;
        browser.until("main", "справка № 7").await;

        // Another reason of these days only in place of the first.
        let form = "form.plain-form";
        browser.choose(&format!("{form} [name=pupil]"), "Сизов Олег").await;
        browser.fill(&format!("{form} [name=since]"), "08.09").await;
        browser.fill(&format!("{form} [name=until]"), "12.09").await;
        browser.choose(&format!("{form} [name=reason]"), "уважительная").await;
        browser.click(&format!("{form} button")).await;
        browser.until(".fault", "уже записана причина: «болезнь»").await;
        browser.click(&format!("{form} [name=instead]")).await;
        browser.click(&format!("{form} button")).await;
        browser.until(".said", "вместо: болезнь, 08.09.2025–11.09.2025").await;
        browser.choose(&format!("{form} [name=pupil]"), "Ёлкина Дарья").await;
        browser.fill(&format!("{form} [name=since]"), "пн").await;
        browser.choose(&format!("{form} [name=reason]"), "неуважительная").await;
        browser.click(&format!("{form} button")).await;
        browser.until(".said", "Ёлкина Дарья, 15.09.2025, неуважительная").await;
        browser.fits_twice_as_large("classroom-given").await;
        browser.click("form[action$='/reason/withdraw'] button").await;
        browser.until(".said", "Причина отменена: Ёлкина Дарья, 15.09.2025").await;
        let address = browser.client.current_url().await.unwrap();
        assert_eq!(address.path(), "/classroom/7a", "no name in the address");
        browser.close().await;
    });
    let list = school.run("2025-09-16 13:00:00", "semyonov", &["absence", "list", "7А"]).ok();
    assert!(list.stdout.contains("Сизов") && list.stdout.contains("уважительная"), "{}", list.stdout);
    assert!(!list.stdout.contains("болезнь") && !list.stdout.contains("Ёлкина"), "{}", list.stdout);
    let left = school.run("2025-09-16 13:00:00", "semyonov", &["absence", "unexplained", "7А"]).ok();
    assert_eq!(left.stdout.matches("Ёлкина").count(), 3, "{}", left.stdout);
    school.run("2025-09-16 13:10:00", "ivanova", &["audit"]).ok();
}

#[test]
fn an_exemption_rests_on_a_document_and_is_taken_back() {
    let Some(school) = School::small() else { return };
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-09-16 12:00:00", "semyonov", &[]);
        browser.open(&desk).await;
        browser.click("nav a[href='/classroom']").await;
        browser.until(".empty", "Пропусков без причины нет").await;
        browser.click("nav.tabs a[href$='/exemptions']").await;
        browser.until(".empty", "Освобождений нет").await;
        browser.accessible("освобождения").await;
        let form = "form.plain-form";
        browser.click(&format!("{form} button")).await;
        browser.until(".fault", "Ученик не выбран").await;
        browser.choose("[name=pupil]", "Петренко Анна").await;
        browser.click(&format!("{form} button")).await;
        browser.until(".fault", "Не указан первый день").await;
        browser.fill("[name=since]", "сегодня").await;
        browser.fill("[name=until]", "24.10").await;
        browser.click(&format!("{form} button")).await;
        browser.until(".fault", "Предмет не выбран").await;
        browser.click("[value='Алгебра']").await;
        browser.click("[value='Химия']").await;
        browser.click(&format!("{form} button")).await;
        browser.until(".fault", "документ").await;
        browser.picture("exemptions-refused").await;
        browser.fill("[name=document]", "справка <b>№ 12</b>").await;
        browser.click(&format!("{form} button")).await;
        browser.until(".said", "Освобождение записано: Петренко Анна, Алгебра, Химия, 16.09.2025–24.10.2025").await;
        browser.until("td", "справка <b>№ 12</b>").await;
        browser.picture("exemptions").await;
        browser.fits_twice_as_large("exemptions").await;
        browser.click("form[action$='/withdraw'] button").await;
        browser.until(".said", "Освобождение отменено: Петренко Анна").await;
        browser.close().await;
    });
    let list = school.run("2025-09-16 13:00:00", "semyonov", &["absence", "list", "7А"]).ok();
    assert_eq!(list.stdout.matches("Петренко").count(), 1, "{}", list.stdout);
}

#[test]
fn the_class_is_seen_at_a_glance_and_only_by_its_teacher() {
    let Some(school) = School::small() else { return };
    absences(&school);
    let marks = ["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=5", "Иванов Павел=4/3"];
    school.run("2025-09-15 15:00:00", "semyonov", &marks).ok();
    school.run("2025-09-15 15:10:00", "ivanova", &["course", "class", "7Б", "--teacher", "semyonov"]).ok();
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk = Opened::of(&school, "2025-10-16 12:00:00", "semyonov", &[]);
        browser.open(&desk).await;
        browser.click("nav a[href='/classroom']").await;
        browser.until("h1", "7А").await;
        browser.click("nav.tabs a[href='/classroom/7a/marks']").await;
        browser.until("h2", "Кому не хватит отметок").await;
        browser.until("table.list", "не хватит").await;
        browser.until(".glance", "5,00 · 5").await;
        browser.until(".glance", "3,50 · 4 мало").await;
        browser.accessible("отметки").await;
        browser.picture("classroom-marks").await;
        browser.picture_in_the_dark("classroom-marks").await;
        browser.fits_twice_as_large("classroom-marks").await;
        browser.click("nav.tabs a[href$='period=2']").await;
        browser.until("nav.tabs a[aria-current][href$='period=2']", "II четверть").await;
        browser.click("nav.tabs a[href='/classroom/7a/attendance']").await;
        browser.until("td", "75,0").await;
        browser.accessible("посещаемость").await;
        browser.picture("classroom-attendance").await;
        browser.fits_twice_as_large("classroom-attendance").await;
        browser.click("nav.tabs a[href='/classroom/7b/attendance']").await;
        browser.until("h1", "7Б").await;
        browser.until(".empty", "Уроков в этом периоде ещё не было").await;
        drop(desk);

        let other = Opened::of(&school, "2025-10-16 12:00:00", "belova", &[]);
        browser.open(&other).await;
        assert!(!browser.text("nav").await.contains("Мой класс"));
        browser.client.goto(&format!("http://{}/classroom/7a", other.authority)).await.unwrap();
        browser.until(".fault", "У вас нет класса").await;
        assert!(!browser.text("main").await.contains("Ёлкина"));
        browser.close().await;
    });
}

#[test]
fn a_reason_given_on_a_stick_comes_to_the_school_with_it() {
    let Some(stick) = OnStick::new() else { return };
    let lesson = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Дроби", "--absent", "Ёлкина"];
    stick.away("2025-09-15 10:00:00", &lesson).ok();
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let desk =
            Opened::of(&stick.school, "2025-09-15 12:00:00", "nobody", &[stick.mount, "--passphrase-file", "usb.pass"]);
        browser.open(&desk).await;
        browser.click(".waits a[href='/classroom']").await;
        browser.until("h1", "7А").await;
        browser.choose(&format!("{FIRST} select"), "болезнь").await;
        browser.click(&format!("{FIRST} button")).await;
        browser.until(".said", "Причина записана: Ёлкина Дарья, 15.09.2025, болезнь").await;
        browser.click("nav.tabs a[href$='/exemptions']").await;
        browser.until("h1", "освобождения").await;
        browser.choose("[name=pupil]", "Ёлкина Дарья").await;
        browser.click("[value='Химия']").await;
        browser.fill("[name=since]", "16.09").await;
        browser.fill("[name=until]", "30.09").await;
        browser.fill("[name=document]", "справка").await;
        browser.click("form.plain-form button").await;
        browser.until(".said", "Освобождение записано").await;
        browser.click("nav.tabs a[href$='/marks']").await;
        browser.until(".glance", "Ёлкина").await;
        browser.click("nav.tabs a[href$='/attendance']").await;
        browser.until("th", "Ёлкина").await;
        browser.close().await;
    });
    stick.sync("2025-09-16 09:00:00").fails(0, &["принято записей: 4"]);
    let list = stick.at_school("2025-09-16 10:00:00", "petrova", &["absence", "list", "7А"]).ok();
    assert!(list.stdout.contains("болезнь") && list.stdout.contains("Химия"), "{}", list.stdout);
}

#[test]
fn what_no_form_sends_is_answered_in_words_and_changes_nothing() {
    let Some(school) = School::small() else { return };
    let desk = Opened::of(&school, "2025-09-16 12:00:00", "semyonov", &[]);
    let (secret, before) = (desk.enter(), school.entries());
    let heads =
        [("X-Letopis-Desk", secret.as_str()), ("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")];
    for path in
        ["/classroom/7a/marks?period=0", "/classroom/7a/attendance?period=99999999999999999999", "/plans/1/new?no=x"]
    {
        let (status, _, body) = desk.ask("GET", path, &heads, "");
        assert!(status == 200 && body.contains("7А"), "{path}: {status} {body}");
    }
    let excuse = "pupil=1&since=15.09&until=&reason=%D0%B1%D0%BE%D0%BB%D0%B5%D0%B7%D0%BD%D1%8C&document=";
    let table = [
        ("/classroom/8b/reason", excuse, "не ваш класс"),
        ("/classroom/%00/reason", excuse, "не ваш класс"),
        ("/classroom/7a/reason", "pupil=999&since=15.09&until=&reason=x&document=", "Ученик не выбран"),
        ("/classroom/7a/reason", "pupil=1&since=15.09&until=&reason=x&document=", "Причина не выбрана"),
        ("/classroom/7a/reason/withdraw", "pupil=1&since=15.09&until=", "не записана"),
        ("/classroom/7a/exemptions", "pupil=1&pupil=2&since=15.09", "Предмет не выбран"),
        ("/classroom/7a/exemptions", "pupil=1&since=15.09&subject=%D0%A5&document=x", "предмета «Х» нет"),
        ("/classroom/7a/exemptions/withdraw", "pupil=1&since=15.09&subject=x", "не записана"),
        ("/plans/1/copy", "stamp=&course=1", "Курсы не выбраны"),
        ("/plans/1/shift", "stamp=&from=0&by=1", "не номер урока"),
        ("/plans/1/line/1", "stamp=x&no=1&topic=x&work=&homework=", "план только что изменили"),
    ];
    for (path, body, words) in table {
        let (status, _, said) = desk.ask("POST", path, &heads, body);
        let told = said.to_lowercase().contains(&words.to_lowercase());
        assert!((400..500).contains(&status) && told, "{path} {body}: {status} {said}");
    }
    assert_eq!(school.entries(), before);
}
