//! What arrives, as another program reads it: whatever stands in the journal, nothing of it gets into a header, and everything
//! is shown as it was written.

use super::server::{Letter, Server};
use super::{EVENING, IN_THE_CLEAR, contact, run, school, settings, write_contacts};
use std::collections::BTreeSet;

/// What may stand in a header, in order.
const HEADERS: [&str; 11] = [
    "Message-ID",
    "Date",
    "From",
    "To",
    "Subject",
    "Auto-Submitted",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
];

fn is_ours(letter: &Letter, to: &str) {
    letter.is_sound();
    let names: BTreeSet<&str> = letter.names().into_iter().collect();
    assert!(names.iter().all(|name| HEADERS.contains(name)), "{names:?}");
    assert_eq!(names.len(), letter.names().len(), "none stands twice");
    assert_eq!(letter.header("To"), [to]);
    let unsubscribe = letter.header("List-Unsubscribe");
    let token = unsubscribe[0]
        .strip_prefix("<https://dnevnik.school.example/unsubscribe/")
        .and_then(|rest| rest.strip_suffix('>'));
    assert!(
        token.is_some_and(|token| token.len() >= 16 && token.chars().all(|c| c.is_ascii_alphanumeric())),
        "{unsubscribe:?}"
    );
    assert_eq!(letter.header("List-Unsubscribe-Post"), ["List-Unsubscribe=One-Click"]);
    assert!(letter.text().contains(&format!("https://dnevnik.school.example/unsubscribe/{}", token.unwrap())));
    assert!(
        letter.text().contains("Дневник: https://dnevnik.school.example/\r\n"),
        "a link without a code: {}",
        letter.text()
    );
}

#[test]
fn a_family_gets_one_digest_of_all_its_children_and_nobody_elses() {
    let Some(school) = school() else { return };
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = Server::start(folder.path(), &[]) else { return };
    settings(&school, &server, IN_THE_CLEAR);
    let silent = super::Contact {
        consent: None, ..contact("П-03", "отец", "Петренко Пётр", "father@example.org")
    };
    write_contacts(
        &school,
        &[
            contact("И-01", "мать", "Иванова Ирина", "Family@example.org"),
            contact("П-03", "мать", "Иванова Ирина", "family@example.org"),
            contact("И-02", "мать", "Иванова Ольга", "other@example.org"),
            silent,
        ],
    );
    let dry = school.run(EVENING, "ivanova", &["inform", "run", "--config", "serve.toml", "--dry-run"]).ok();
    assert!(dry.stdout.contains("Было бы отправлено: 2 письма"), "{dry}");
    assert!(server.taken().is_empty());
    let output = run(&school, EVENING);
    assert!(output.stdout.contains("Составлено писем: 2, доставлено: 2, осталось в исходящих: 0"), "{output}");
    let letters = server.read();
    let (family, other) = match letters[0].header("To")[0] {
        "other@example.org" => (&letters[1], &letters[0]),
        _ => (&letters[0], &letters[1]),
    };
    is_ours(family, "Family@example.org");
    is_ours(other, "other@example.org");
    assert_eq!(family.header("Subject"), ["Дневник: новое за 1 сентября"]);
    assert_eq!(family.header("From"), ["Школа № 1 <journal@school.example>"]);
    for said in
        ["Иванов Павел Андреевич, 7А", "– Алгебра: 5 (контрольная)", "Петренко Анна, 7А", "– Алгебра: 3 (контрольная)"]
    {
        assert!(family.text().contains(said), "{said} is missing in {}", family.text());
    }
    assert!(!family.text().contains("Пётр") && !other.text().contains("Павел"), "of another's child");
    assert!(family.html().contains("<b style=\"font-weight:600\"><bdi>5 (контрольная)</bdi></b>"), "{}", family.html());
    assert!(!family.html().contains("src="), "nothing is fetched from elsewhere");
    assert!(!family.text().contains("Задано"), "nothing is set for tomorrow");
    run(&school, "2025-09-01 18:05:00");
    assert_eq!(server.taken().len(), 2, "nothing is told twice");
    run(&school, "2025-09-02 18:00:05");
    let letters = server.read();
    assert_eq!(letters.len(), 4);
    assert!(
        letters[3].text().contains("Задано: среда, 3 сентября 2025 г.\r\n– Алгебра: § 1, № 2\r\n"),
        "{}",
        letters[3].text()
    );
    run(&school, "2025-09-03 18:00:05");
    assert_eq!(server.taken().len(), 4, "of a day without news nothing");
    let status = school.run("2025-09-02 18:10:00", "semyonov", &["inform", "status", "--all", "--wide"]).ok();
    assert!(status.stdout.contains("последнее письмо 02.09.2025 18:00 (мать, новое за день)"), "{status}");
}

#[test]
fn names_topics_and_works_of_any_kind_break_no_header_and_no_page() {
    let Some(school) = school() else { return };
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = Server::start(folder.path(), &[]) else { return };
    let long = "Очень длинное название школы имени выдающегося деятеля просвещения ".repeat(6);
    settings(&school, &server, IN_THE_CLEAR);
    let toml = std::fs::read_to_string(school.path("serve.toml")).unwrap();
    std::fs::write(school.path("serve.toml"), toml.replace("Школа № 1", &format!("\\\"{}\\\"", long.trim()))).unwrap();
    let set = |args: &[&str]| drop(school.run("2025-09-01 13:00:00", "semyonov", args).ok());
    set(&[
        "lesson",
        "record",
        "7А",
        "Алгебра",
        "01.09.2025",
        "--topic",
        "Дроби",
        "--homework",
        "§ 1 <b>&amp;</b> «№» \"2\"",
    ]);
    set(&["mark", "set", "7А", "Алгебра", "01.09.2025", "Ёлкина=4", "--work", "контрольная <script>alert(1)</script>"]);
    let names = [
        "Мать\r\nBcc: spy@example.org",
        "=?utf-8?B?0L/RgNC40LLQtdGC?=",
        "\u{202e}ьтаМ\u{2066}",
        "<b>Мать</b>, \"мать\" (мать)",
    ];
    let lines: Vec<_> =
        names.iter().zip(0..).map(|(name, n)| contact("Ё-04", name, name, &format!("family{n}@example.org"))).collect();
    write_contacts(&school, &lines);
    // Past every rule: what no school can record and a mail must bear all the same.
    let output = run(&school, EVENING);
    assert_eq!(output.code, Some(0), "{output}");
    let letters = server.read();
    assert_eq!(letters.len(), names.len());
    for letter in &letters {
        let to = letter.header("To")[0].to_owned();
        is_ours(letter, &to);
        let from = letter.header("From")[0].to_owned();
        assert!(from.contains(long.trim()), "{from}");
        for said in ["Ёлкина Дарья Ильинична, 7А", "– Алгебра: 4 (контрольная <script>alert(1)</script>)"]
        {
            assert!(letter.text().contains(said), "{said} is missing in {}", letter.text());
        }
        assert!(!letter.html().contains("<script>") && letter.html().contains("&#60;script&#62;"), "{}", letter.html());
    }
    run(&school, "2025-09-02 18:00:05");
    let letters = server.read();
    assert_eq!(letters.len(), 2 * names.len());
    for letter in &letters[names.len()..] {
        letter.is_sound();
        assert!(letter.text().contains("– Алгебра: § 1 <b>&amp;</b> «№» \"2\""), "{}", letter.text());
        assert!(letter.html().contains("§ 1 &#60;b&#62;&#38;amp;&#60;/b&#62;"), "{}", letter.html());
    }
}

#[test]
fn an_absence_is_told_the_same_day_and_not_at_night_and_a_forecast_comes_in_the_class_teachers_name() {
    let Some(school) = school() else { return };
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = Server::start(folder.path(), &[]) else { return };
    settings(&school, &server, IN_THE_CLEAR);
    write_contacts(&school, &[contact("С-05", "мать", "Сизова Софья", "family@example.org")]);
    run(&school, "2025-09-01 21:00:00");
    let before = server.taken().len();
    school.run("2025-09-01 22:25:00", "semyonov", &["absence", "set", "7А", "Алгебра", "01.09.2025", "Сизов"]).ok();
    let night = run(&school, "2025-09-01 22:30:00");
    assert!(night.stdout.contains("Составлено писем: 1, доставлено: 0, осталось в исходящих: 1"), "{night}");
    run(&school, "2025-09-02 06:59:00");
    assert_eq!(server.taken().len(), before);
    run(&school, "2025-09-02 07:00:05");
    assert_eq!(server.taken().len(), before + 1);
    let letters = server.read();
    let notice = letters.last().unwrap();
    is_ours(notice, "family@example.org");
    assert_eq!(notice.header("Subject"), ["Дневник: посещение 1 сентября"]);
    assert!(notice.text().contains("– 2-й урок, Алгебра: отсутствие, причина не указана"), "{}", notice.text());
    assert!(notice.text().contains("классному руководителю: 7А – Семёнов Савва Сергеевич."), "{}", notice.text());
    run(&school, "2025-09-05 18:00:05");
    let letters = server.read();
    let forecast = letters.iter().find(|letter| letter.header("Subject")[0].contains("прогноз")).unwrap();
    is_ours(forecast, "family@example.org");
    assert_eq!(forecast.header("From"), ["Семёнов Савва Сергеевич <journal@school.example>"]);
    assert!(forecast.text().contains("Классный руководитель Семёнов Савва Сергеевич"), "{}", forecast.text());
    assert!(forecast.text().contains("Прогноз: I четверть"), "{}", forecast.text());
}
