//! The diary as parents and pupils fetch it, over real sockets, with sessions.

use super::browsing::Reading;
use super::{Server, prepared, school, settings};
use crate::common::school::School;
use letopis::journal::contacts::{Contacts, Page, ReaderId, Standing};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// When the server of these tests is started: a Friday after everything that [`recorded`] records.
pub const FRIDAY: &str = "2025-09-26 15:00:00";

const PAVEL: (&str, &str) = ("И-01", "Иванов Павел");
const PYOTR: (&str, &str) = ("И-02", "Иванов Пётр");
const ANNA: (&str, &str) = ("П-03", "Петренко Анна");
const DARYA: (&str, &str) = ("Ё-04", "Ёлкина Дарья");
const OLEG: (&str, &str) = ("С-05", "Сизов Олег");
const PUPILS: [(&str, &str); 5] = [PAVEL, PYOTR, ANNA, DARYA, OLEG];

/// A week with everything: marks for every kind of work, absences with and without reason, a correction, an exemption, a
/// substitute, what is planned, a lesson that was recorded later.
pub fn recorded(school: &School) {
    let plan = "№;Тема;Вид работы\n1;Дроби;\n2;Степени;контрольная работа № 1\n3;Корни;\n4;Уравнения;самостоятельная\n\
                5;Неравенства;\n6;Системы;контрольная работа № 2\n";
    std::fs::write(school.path("план.csv"), plan).unwrap();
    let algebra = |on: &str, topic: &str, homework: &str| {
        ["lesson", "record", "7А", "Алгебра", on, "--topic", topic, "--homework", homework].map(str::to_owned).to_vec()
    };
    let words = |line: &[&str]| line.iter().map(|word| (*word).to_owned()).collect::<Vec<String>>();
    let marks = ["Иванов Павел=5/4/5", "Иванов Пётр=3/2/3", "Петренко=4/4/2", "Ёлкина=2/5/5", "Сизов=3/3/4"];
    let mut set = words(&["mark", "set", "7А", "Алгебра", "17.09.2025", "--work", "контрольная работа № 1"]);
    set.extend(marks.map(str::to_owned));
    let steps: Vec<(&str, &str, Vec<String>)> = vec![
        ("2025-09-02 09:00:00", "semyonov", words(&["plan", "import", "7А", "Алгебра", "план.csv"])),
        (
            "2025-09-10 09:00:00",
            "petrova",
            words(&["school", "event", "add", "Родительское собрание", "18.09.2025", "--at", "18:00", "--class", "7А"]),
        ),
        (
            "2025-09-15 10:00:00",
            "semyonov",
            algebra("15.09.2025", "Дроби <b>&amp; доли</b>", "§ 12, № 340–345; повторить «правила»"),
        ),
        ("2025-09-15 10:01:00", "semyonov", words(&["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=3"])),
        (
            "2025-09-15 10:02:00",
            "semyonov",
            words(&["absence", "set", "7А", "Алгебра", "15.09.2025", "Ёлкина", "Иванов Пётр=оп"]),
        ),
        (
            "2025-09-16 10:00:00",
            "belova",
            words(&[
                "lesson",
                "record",
                "7А",
                "Английский язык",
                "16.09.2025",
                "--topic",
                "My day",
                "--homework",
                "ex. 7",
            ]),
        ),
        (
            "2025-09-16 10:00:00",
            "gusev",
            words(&["lesson", "record", "7А", "Английский язык", "16.09.2025", "--topic", "Тема второй группы"]),
        ),
        ("2025-09-17 10:00:00", "semyonov", algebra("17.09.2025", "Степени", "§ 13")),
        ("2025-09-17 10:01:00", "semyonov", set),
        (
            "2025-09-17 11:00:00",
            "semyonov",
            words(&["absence", "excuse", "7А", "Ёлкина", "15.09.2025", "--reason", "болезнь"]),
        ),
        (
            "2025-09-18 09:00:00",
            "semyonov",
            words(&[
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
            ]),
        ),
        (
            "2025-09-18 12:00:00",
            "petrova",
            words(&["lesson", "record", "7А", "Химия", "18.09.2025", "--lesson", "4", "--topic", "Вещества"]),
        ),
        ("2025-09-22 10:00:00", "semyonov", algebra("19.09.2025", "Корни", "§ 14")),
        (
            "2025-09-25 10:00:00",
            "semyonov",
            words(&[
                "correction",
                "request",
                "7А",
                "Алгебра",
                "15.09.2025",
                "--mark",
                "Петренко=4",
                "--reason",
                "опечатка",
            ]),
        ),
        ("2025-09-25 11:00:00", "petrova", words(&["correction", "approve", "1"])),
    ];
    // The key of the server is older than all of it.
    prepared(school, &settings());
    for (clock, login, args) in steps {
        school.run(clock, login, &args.iter().map(String::as_str).collect::<Vec<_>>()).ok();
    }
}

/// The accounts of the school: who reads whose diary.
fn accounts(contacts: &Contacts) -> Vec<(ReaderId, Vec<(&'static str, &'static str)>)> {
    let reader = |standing, name: &str, children: &[(&'static str, &'static str)]| {
        let id = contacts.add_reader(standing, name, children[0].0).unwrap();
        children.iter().skip(1).for_each(|(file, _)| assert!(contacts.add_child(id, file).unwrap()));
        (id, children.to_vec())
    };
    vec![
        reader(Standing::Parent, "Иванова Ольга", &[PAVEL]),
        reader(Standing::Parent, "Иванов Олег", &[PYOTR]),
        reader(Standing::Parent, "Петренко Мария", &[ANNA, DARYA]),
        reader(Standing::Pupil, "Ёлкина Дарья Ильинична", &[DARYA]),
        reader(Standing::Parent, "Сизова Юлия", &[OLEG]),
    ]
}

#[test]
fn no_page_of_an_account_has_anything_of_another_child() {
    let Some(school) = school() else { return };
    recorded(&school);
    let server = Server::start_at(&school, &settings(), FRIDAY);
    let contacts = Contacts::open(&school.path("journal.letopis")).unwrap();
    let marks: BTreeMap<&str, &str> =
        PUPILS.iter().map(|(file, _)| *file).zip(["5/4/5", "3/2/3", "4/4/2", "2/5/5", "3/3/4"]).collect();
    for (id, children) in accounts(&contacts) {
        let reading = Reading::begin(&server, &contacts, id);
        let pages = reading.crawl();
        assert!(pages.len() > 15 * children.len(), "{:?}", pages.keys());
        for (address, page) in &pages {
            for (file, name) in PUPILS {
                let is_own = children.iter().any(|(own, _)| *own == file);
                assert!(!page.contains(file), "{address}: a personal file, even one's own");
                assert!(is_own || !page.contains(name), "{address} has {name}");
                assert!(is_own || !page.contains(marks[file]), "{address} has the marks of {name}");
            }
            assert!(page.len() < 30_000, "{address}: {} bytes", page.len());
            assert!(!page.contains("<script") && !page.contains("<b>&amp;"), "{address}");
        }
        let all = pages.values().cloned().collect::<String>();
        for (file, name) in &children {
            assert!(all.contains(name) && all.contains(marks[file]), "{name} has his own");
        }
        // A page that shows one child has nothing of the reader's other one but the name that leads there.
        for (n, (file, _)) in children.iter().enumerate() {
            let own = format!("/diary/{n}/");
            for (address, page) in pages.iter().filter(|(address, _)| address.starts_with(&own)) {
                let others = children.iter().filter(|(other, _)| other != file);
                others.for_each(|(other, _)| assert!(!page.contains(marks[other]), "{address}"));
            }
        }
        let foreign = reading.get(&format!("/diary/{}/week/2025-09-15", children.len()));
        assert_eq!((foreign.0, foreign.2), (404, reading.get("/diary/77/finals").2), "the same, whatever is asked for");
    }
}

#[test]
fn an_address_that_is_no_page_is_refused_in_words_and_without_a_session_there_is_nothing() {
    let Some(school) = school() else { return };
    let server = Server::start_at(&school, &settings(), FRIDAY);
    let contacts = Contacts::open(&school.path("journal.letopis")).unwrap();
    let (id, _) = accounts(&contacts).remove(0);
    let reading = Reading::begin(&server, &contacts, id);
    for address in [
        "/diary/0/week/x",
        "/diary/0/week/9999-01-01",
        "/diary/0/week/-262143-01-01",
        "/diary/0/week/2025-02-30",
        "/diary/0/subject/0",
        "/diary/0/subject/99",
        "/diary/0/subject/1?period=99",
        "/diary/0/subject/18446744073709551615",
        "/diary/0/period/0",
        "/diary/0/period/99",
        "/diary/0/absences?period=0",
        "/diary/1/finals",
        "/diary/18446744073709551615/finals",
        "/calendar/",
        "/calendar/x.ics",
        "/calendar/.ics",
    ] {
        let (status, _, page) = reading.get(address);
        assert_eq!(status, 404, "{address}");
        assert!(!page.contains("panick") && page.len() < 2000, "{address}: {page}");
    }
    for address in ["/diary/0/week/2025-09-15", "/diary/0/finals", "/diary/0/period"] {
        let (status, _, page) = server.get(address, &[]);
        assert!(matches!(status, 302 | 303 | 307 | 401), "{address}: {status}");
        assert!(!page.contains("Иванов"), "{address}");
    }
    let (_, heads, _) = reading.get("/diary/0/week/2025-09-15");
    for head in [
        "content-security-policy: default-src 'none'",
        "frame-ancestors 'none'",
        "cache-control: no-store",
        "referrer-policy: same-origin",
        "x-content-type-options: nosniff",
    ] {
        assert!(heads.contains(head), "{head} is not in {heads}");
    }
}

#[test]
fn a_week_is_signed_once_by_a_parent_and_what_was_read_is_kept() {
    let Some(school) = school() else { return };
    let mut server = Server::start_at(&school, &settings(), FRIDAY);
    let contacts = Contacts::open(&school.path("journal.letopis")).unwrap();
    let accounts = accounts(&contacts);
    let parent = Reading::begin(&server, &contacts, accounts[2].0);
    let week = "/diary/1/week/2025-09-15";
    assert!(parent.get(week).2.contains("Ознакомлен(а) с этой неделей"));
    assert_eq!(parent.post(&format!("{week}/seen")).0, 303);
    let page = parent.get(week).2;
    assert!(page.contains("Вы ознакомились с этой неделей 26.09.2025."), "{page}");
    assert!(!page.contains("Ознакомлен(а) с этой неделей"));
    let pupil = Reading::begin(&server, &contacts, accounts[3].0);
    let page = pupil.get("/diary/0/week/2025-09-15").2;
    assert!(
        !page.contains("Петренко") && !page.to_lowercase().contains("ознакомил"),
        "a pupil reads no signatures and gives none"
    );
    assert!(!page.contains("Ознакомлен(а)"));
    assert_eq!(pupil.post("/diary/0/week/2025-09-15/seen").0, 404);
    assert_eq!(parent.post("/diary/0/week/2025-10-06/seen").0, 404, "a week that has not come");
    let monday = letopis::school::parse_date_or("2025-09-15").unwrap();
    let seen = contacts.seen(DARYA.0, (monday, monday)).unwrap();
    assert_eq!(seen.iter().map(|of| of.who).collect::<Vec<_>>(), [accounts[2].0]);
    server.signal("TERM");
    assert!(server.ended(Duration::from_secs(15)).success());
    let read: BTreeSet<(ReaderId, Page)> =
        contacts.readings(DARYA.0).unwrap().into_iter().map(|of| (of.who, of.page)).collect();
    assert!(read.contains(&(accounts[2].0, Page::Week)) && read.contains(&(accounts[3].0, Page::Week)));
    assert_eq!(contacts.readings(PAVEL.0).unwrap(), []);
}

#[test]
fn a_calendar_is_fetched_without_a_session_until_its_address_is_revoked() {
    let Some(school) = school() else { return };
    recorded(&school);
    let server = Server::start_at(&school, &settings(), FRIDAY);
    let contacts = Contacts::open(&school.path("journal.letopis")).unwrap();
    let (id, _) = accounts(&contacts).remove(0);
    let now = chrono::DateTime::parse_from_rfc3339("2025-09-26T15:00:00+03:00").unwrap();
    let token = contacts.make_calendar(id, &PAVEL.0.into(), now).unwrap();
    let (status, heads, feed) = server.get(&format!("/calendar/{token}.ics"), &[]);
    assert_eq!(status, 200, "{heads}");
    assert!(heads.contains("content-type: text/calendar; charset=utf-8"), "{heads}");
    assert!(feed.contains("SUMMARY:") && feed.contains("BEGIN:VCALENDAR"), "{feed}");
    for absent in PUPILS.iter().flat_map(|(file, name)| [*file, *name]).chain(["5/4/5", "3/2/3"]) {
        assert!(!feed.replace("\r\n ", "").contains(absent), "{absent}");
    }
    assert!(contacts.revoke_calendar(id, &PAVEL.0.into()).unwrap());
    assert_eq!(server.get(&format!("/calendar/{token}.ics"), &[]).0, 404);
}
