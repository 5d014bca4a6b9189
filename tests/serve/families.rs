//! What parents see in Chromium and find in their mail: a mark from a teacher's stick, its correction, a final mark; and the
//! diary of whoever moved, left, has a namesake, is exempted, or learns without marks.

use super::browsing::Reading;
use super::{HOST, Server, prepared, school, settings};
use crate::common::browser::{Browser, run};
use crate::common::school::School;
use crate::mail::server::{Letter, Server as MailServer};
use crate::mail::{IN_THE_CLEAR, contact, write_contacts};
use crate::sticks::OnStick;
use letopis::journal::contacts::{Contacts, Standing};
use std::io::Write;
use std::time::{Duration, Instant};

/// Waits until so many mails were taken, and gives the last one.
fn mailed(mail: &MailServer, count: usize, server: &Server) -> Letter {
    let until = Instant::now() + Duration::from_secs(40);
    while mail.taken().len() < count && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(50));
    }
    let mut letters = mail.read();
    assert_eq!(letters.len(), count, "{}", server.log());
    letters.pop().unwrap()
}

/// Opens the diary of a child as its parent does who has a slip; gives where its pages are.
async fn enter(
    browser: &Browser,
    server: &Server,
    contacts: &Contacts,
    (standing, name, file): (Standing, &str, &str),
) -> String {
    let now = chrono::DateTime::parse_from_rfc3339("2025-09-15T08:00:00+03:00").unwrap();
    let reader = contacts.add_reader(standing, name, file).unwrap();
    let code = contacts.issue(reader, "semyonov", now).unwrap();
    let origin = format!("http://localhost:{}", server.diary.rsplit(':').next().unwrap());
    browser.client.delete_all_cookies().await.unwrap();
    browser.client.goto(&format!("{origin}/in/{}", code.plain())).await.unwrap();
    browser.click("form button").await;
    browser.until("main", "дневник открыт").await;
    origin
}

#[test]
fn a_mark_of_a_stick_its_correction_and_a_final_mark_are_on_the_page_and_in_the_mail() {
    let Some((stick, port)) = OnStick::with_server() else { return };
    let folder = tempfile::tempdir().unwrap();
    let Some(mail) = MailServer::start(folder.path(), &[]) else { return };
    let text = format!(
        "{}[mail]\nhost = \"localhost\"\nport = {}\nfrom = \"journal@school.example\"\ndigest_at = \"12:00\"\n{IN_THE_CLEAR}",
        crate::sticks::server::settings(port),
        mail.port
    );
    let contacts = Contacts::open(&stick.school.path("journal.letopis")).unwrap();
    write_contacts(&stick.school, &[contact("Ё-04", "мать", "Ёлкина Вера", "family@example.org")]);
    stick.teach("2025-09-15", "10:00", "Ёлкина=3");
    let mother = (Standing::Parent, "Ёлкина Вера", "Ё-04");
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let server = Server::start_at(&stick.school, &text, "2025-09-15 11:00:00");
        let origin = enter(&browser, &server, &contacts, mother).await;
        let week = format!("{origin}/diary/0/week/2025-09-15");
        stick.hand_over("2025-09-15 11:00:10").fails(0, &["принято записей: 2, отклонено: 0"]);
        // Within two seconds it is served.
        std::thread::sleep(Duration::from_secs(2));
        browser.client.goto(&week).await.unwrap();
        browser.until("main", "Дроби").await;
        let shown = browser.text("main").await;
        assert!(shown.contains("Алгебра") && shown.contains('3') && !shown.contains("исправлено"), "{shown}");
        browser.picture("family-mark").await;
        drop(server);
        let server = Server::start_at(&stick.school, &text, "2025-09-15 12:01:00");
        let digest = mailed(&mail, 1, &server);
        assert!(digest.text().contains("– Алгебра: 3\r\n"), "{}", digest.text());
        assert!(!digest.header("Subject")[0].contains("Ёлкина"), "nothing personal in a subject line");
        drop(server);

        let correct =
            ["correction", "request", "7А", "Алгебра", "15.09.2025", "--mark", "Ёлкина=4", "--reason", "опечатка"];
        stick.at_school("2025-09-25 10:00:00", "semyonov", &correct).ok();
        stick.at_school("2025-09-25 11:00:00", "petrova", &["correction", "approve", "1"]).ok();
        let server = Server::start_at(&stick.school, &text, "2025-09-25 12:10:00");
        // Who opens the diary itself is known on this device for another thirty days.
        browser.client.goto(&here(&server)).await.unwrap();
        browser.client.goto(&week.replace(&origin, &here(&server))).await.unwrap();
        browser.until("main", "исправлено 25.09.2025, было 3").await;
        browser.picture("family-correction").await;
        let digest = mailed(&mail, 2, &server);
        assert!(digest.text().contains("4") && digest.text().contains("было 3"), "{}", digest.text());
        drop(server);

        // No evening is waited for with a final mark.
        let last = ["final", "set", "7А", "Алгебра", "I четверть", "Ёлкина=н/а"];
        stick.at_school("2025-10-20 09:00:00", "semyonov", &last).ok();
        let server = Server::start_at(&stick.school, &text, "2025-10-20 09:10:00");
        browser.client.goto(&format!("{}/diary/0/finals", here(&server))).await.unwrap();
        browser.until("main", "н/а").await;
        browser.accessible("finals").await;
        let told = mailed(&mail, 3, &server);
        assert!(told.text().contains("I четверть") && told.text().contains("н/а"), "{}", told.text());
        browser.close().await;
    });
}

/// Where the browser finds a server of this machine.
fn here(server: &Server) -> String {
    format!("http://localhost:{}", server.diary.rsplit(':').next().unwrap())
}

/// The small school with a second class, where a namesake is, and a first one, which learns without marks.
fn with_classes(school: &School) {
    let more = |name: &str, lines: &str| {
        let path = school.path(&format!("school/{name}.csv"));
        let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
        file.write_all(lines.as_bytes()).unwrap();
    };
    more("subjects", "Математика;Мат.;МО учителей математики;да\n");
    more("classes", "7Б;semyonov\n1А;semyonov\n");
    more("pupils", "Б-10;7Б;Иванов;Пётр;Денисович;04.04.2012;;\nМ-11;1А;Малышева;Мила;Львовна;01.02.2018;;\n");
    more("courses", "7Б;;Алгебра;semyonov;3\n1А;;Математика;semyonov;1\n");
    more("timetable", "7Б;;Алгебра;вт;2\n1А;;Математика;ср;3\n");
    school.run("2025-09-01 08:10:00", "ivanova", &["import", "school"]).ok();
}

#[test]
fn whoever_moved_left_has_a_namesake_is_exempted_or_learns_without_marks_has_the_diary_that_is_his() {
    let Some(school) = school() else { return };
    with_classes(&school);
    prepared(&school, &settings());
    let steps: [(&str, &str, &[&str]); 11] = [
        ("2025-09-15 10:00:00", "semyonov", &["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Дроби"]),
        (
            "2025-09-15 10:01:00",
            "semyonov",
            &["mark", "set", "7А", "Алгебра", "15.09.2025", "Иванов Пётр=5", "Сизов=4"],
        ),
        (
            "2025-09-17 10:00:00",
            "semyonov",
            &["lesson", "record", "1А", "Математика", "17.09.2025", "--topic", "Счёт до десяти"],
        ),
        (
            "2025-09-18 09:00:00",
            "semyonov",
            &[
                "absence",
                "exempt",
                "7А",
                "Петренко",
                "18.09.2025",
                "31.12.2025",
                "--subject",
                "Химия",
                "--document",
                "справка № 3",
            ],
        ),
        (
            "2025-09-18 12:00:00",
            "petrova",
            &["lesson", "record", "7А", "Химия", "18.09.2025", "--lesson", "4", "--topic", "Вещества"],
        ),
        ("2025-09-22 09:00:00", "ivanova", &["pupil", "move", "И-02", "7Б", "22.09.2025"]),
        ("2025-09-23 10:00:00", "semyonov", &["lesson", "record", "7Б", "Алгебра", "23.09.2025", "--topic", "Степени"]),
        (
            "2025-09-23 10:01:00",
            "semyonov",
            &["mark", "set", "7Б", "Алгебра", "23.09.2025", "Иванов Пётр Олегович=3", "Иванов Пётр Денисович=2"],
        ),
        ("2025-09-29 10:00:00", "semyonov", &["lesson", "record", "7А", "Алгебра", "29.09.2025", "--topic", "Корни"]),
        (
            "2025-10-01 10:00:00",
            "semyonov",
            &["lesson", "record", "7А", "Алгебра", "01.10.2025", "--topic", "Уравнения"],
        ),
        (
            "2025-10-02 12:00:00",
            "petrova",
            &["lesson", "record", "7А", "Химия", "02.10.2025", "--lesson", "4", "--topic", "Смеси"],
        ),
    ];
    for (clock, login, args) in steps {
        school.run(clock, login, args).ok();
    }
    let server = Server::start_at(&school, &settings(), "2025-10-03 15:00:00");
    let contacts = Contacts::open(&school.path("journal.letopis")).unwrap();
    run(async {
        let Some(browser) = Browser::start().await else { return };
        let parent = |name, file| (Standing::Parent, name, file);
        let says = async |address: String, expected: &[&str], never: &[&str]| {
            browser.client.goto(&address).await.unwrap();
            let text = browser.text("body").await;
            assert!(expected.iter().all(|words| text.contains(words)), "{address}: {expected:?} in\n{text}");
            assert!(!never.iter().any(|words| text.contains(words)), "{address}: {never:?} in\n{text}");
        };

        // Moved: the week is the new class's, what was earned before counts on.
        let origin = enter(&browser, &server, &contacts, parent("Иванов Олег", "И-02")).await;
        says(format!("{origin}/diary/0/week/2025-09-15"), &["7А", "Дроби", "5"], &["Степени"]).await;
        says(format!("{origin}/diary/0/week/2025-09-22"), &["7Б", "Степени", "3"], &["Денисович"]).await;
        says(format!("{origin}/diary/0/period"), &["Алгебра", "5, 3", "4,00"], &["2,50"]).await;
        browser.accessible("moved").await;
        browser.picture("family-moved").await;

        // His namesake in the same class has marks of his own.
        let origin = enter(&browser, &server, &contacts, parent("Иванов Денис", "Б-10")).await;
        says(format!("{origin}/diary/0/period"), &["Алгебра", "2,00"], &["4,00", "Олегович"]).await;
        browser.picture("family-namesake").await;

        // Left on the 30th: what was stays, and nothing comes.
        let origin = enter(&browser, &server, &contacts, parent("Сизова Юлия", "С-05")).await;
        says(format!("{origin}/diary/0/week/2025-09-15"), &["Дроби", "4"], &[]).await;
        says(format!("{origin}/diary/0/week/2025-09-29"), &["Корни", "уже выбыл"], &["Уравнения"]).await;
        browser.accessible("left").await;
        browser.picture("family-left").await;

        // Exempted: the lesson is there with the reason why nothing is asked of her.
        let origin = enter(&browser, &server, &contacts, parent("Петренко Ольга", "П-03")).await;
        says(format!("{origin}/diary/0/week/2025-09-15"), &["Вещества", "освобождение от предмета"], &[]).await;
        says(format!("{origin}/diary/0/period"), &["Химия"], &["не хватает отметок по химии"]).await;
        browser.picture("family-exempted").await;

        // Without marks: no average, no forecast.
        let origin = enter(&browser, &server, &contacts, parent("Малышева Анна", "М-11")).await;
        says(format!("{origin}/diary/0/week/2025-09-15"), &["1А", "Счёт до десяти"], &[]).await;
        says(format!("{origin}/diary/0/period"), &["В этом классе учатся без отметок"], &["Прогноз", "Средний"]).await;
        browser.accessible("without marks").await;
        browser.picture("family-without-marks").await;
        browser.close().await;
    });
}

#[test]
fn a_page_says_of_when_it_is_where_the_ledger_cannot_be_proven() {
    let Some(school) = school() else { return };
    let server = Server::start(&school, &settings());
    let contacts = Contacts::open(&school.path("journal.letopis")).unwrap();
    let reading =
        Reading::begin(&server, &contacts, contacts.add_reader(Standing::Parent, "Петренко Ольга", "П-03").unwrap());
    let page = |address: &str| reading.get(address).2;
    assert!(!page("/diary/0/week/2025-09-15").contains("Данные на"), "nothing is wrong yet");
    let sql =
        "INSERT INTO ledger SELECT seq + 1, payload, signature, zeroblob(32) FROM ledger ORDER BY seq DESC LIMIT 1";
    school.file().execute(sql, []).unwrap();
    server.until(Duration::from_secs(10), |status, _| status == 503);
    for address in ["/diary/0/week/2025-09-15", "/diary/0/period", "/diary/0/finals", "/diary/0/absences"] {
        let page = page(address);
        assert!(page.contains("Данные на 15.09.2025, 12:0"), "{address} of {HOST}: {page}");
    }
}
