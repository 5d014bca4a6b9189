//! The school's server sends mail by itself, and takes a reader off in one click.

use super::server::Server as MailServer;
use super::{IN_THE_CLEAR, contact, write_contacts};
use crate::common::school::School;
use crate::serve::{HOST, Server, prepared, settings};
use std::time::{Duration, Instant};

#[test]
fn a_mark_is_in_the_evenings_mail_of_the_schools_server_and_one_click_ends_the_mails() {
    let Some(school) = School::small() else { return };
    let folder = tempfile::tempdir().unwrap();
    let Some(mail) = MailServer::start(folder.path(), &[]) else { return };
    prepared(&school, &settings());
    let record = |args: &[&str]| drop(school.run("2025-09-15 11:00:00", "semyonov", args).ok());
    record(&["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Дроби"]);
    record(&["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=5"]);
    write_contacts(&school, &[contact("П-03", "мать", "Петренко Ольга", "family@example.org")]);
    let text = format!(
        "{}[mail]\nhost = \"localhost\"\nport = {}\nfrom = \"journal@school.example\"\ndigest_at = \"11:30\"\n{IN_THE_CLEAR}",
        settings(),
        mail.port
    );
    let server = Server::start(&school, &text);
    let until = Instant::now() + Duration::from_secs(20);
    while mail.taken().is_empty() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(50));
    }
    let letters = mail.read();
    assert_eq!(letters.len(), 1, "{}", server.log());
    assert!(letters[0].text().contains("– Алгебра: 5\r\n"), "{}", letters[0].text());
    assert!(server.log().contains("\"event\":\"mail\"") && !server.log().contains("family@"), "{}", server.log());
    let link = letters[0].header("List-Unsubscribe")[0].trim_matches(['<', '>']).to_owned();
    let path = link.strip_prefix(&format!("https://{HOST}")).unwrap();
    let body = "List-Unsubscribe=One-Click";
    let click = format!(
        "POST {path} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    let (status, _, page) = server.raw(click.as_bytes());
    assert!((200..400).contains(&status), "{status}: {page}");
    let shown = school.run("2025-09-15 12:01:00", "semyonov", &["inform", "status", "--class", "7А", "--wide"]).ok();
    assert!(shown.stdout.contains("от писем отказались"), "{shown}");
}
