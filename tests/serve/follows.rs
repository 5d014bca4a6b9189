//! What others record is served; what cannot be proven is not, and the server says so.

use super::{Server, school, settings};
use std::time::Duration;

/// A mark that is recorded anywhere is on the page within this time (issue 19).
const SHOWN: Duration = Duration::from_secs(2);
/// A machine that tests run on at once is slower.
const PATIENCE: Duration = Duration::from_secs(20);

fn record(school: &crate::common::school::School, lesson: u32) {
    let number = lesson.to_string();
    let lesson =
        ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--lesson", &number, "--topic", "Тема", "--despite"];
    school.run("2025-09-15 12:05:00", "semyonov", &lesson).ok();
}

#[test]
fn what_others_record_is_served_within_two_seconds_and_the_proof_is_kept_for_the_next_start() {
    let Some(school) = school() else { return };
    let mut server = Server::start(&school, &settings());
    let (status, health) = server.health();
    assert_eq!((status, health["status"].as_str(), health["behind"].as_u64()), (200, Some("ok"), Some(0)));
    assert_eq!(health["proven"].as_u64(), Some(school.entries()));
    let mut took = Vec::new();
    for lesson in 1..=3 {
        record(&school, lesson);
        let length = school.entries();
        took.push(server.until(PATIENCE, |_, health| health["proven"].as_u64() == Some(length)));
    }
    took.sort();
    assert!(took[0] < SHOWN, "{took:?}");
    server.signal("TERM");
    assert!(server.ended(Duration::from_secs(15)).success());
    let log = server.log();
    assert!(log.contains("\"event\":\"stopped\""), "{log}");
    for line in log.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|_| panic!("no JSON: {line}"));
    }
    let kept: Vec<_> = std::fs::read_dir(school.path("cache/letopis")).unwrap().collect();
    assert_eq!(kept.len(), 1, "a proof is kept");
}

#[test]
fn at_a_record_that_cannot_be_proven_the_last_proven_head_stays_and_an_alarm_is_raised() {
    let Some(school) = school() else { return };
    let server = Server::start(&school, &settings());
    let proven = school.entries();
    // Somebody adds a record that nobody has signed.
    school
        .file()
        .execute(
            "INSERT INTO ledger SELECT seq + 1, payload, signature, zeroblob(32) FROM ledger ORDER BY seq DESC LIMIT 1",
            [],
        )
        .unwrap();
    server.until(PATIENCE, |status, health| {
        status == 503 && health["alarm"] == "journal_not_proven" && health["behind"].as_u64() == Some(1)
    });
    let (_, health) = server.health();
    assert_eq!((health["proven"].as_u64(), health["status"].as_str()), (Some(proven), Some("stale")));
    assert!(health["stale_since"].as_str().is_some_and(|since| since.starts_with("2025-09-15T12:")), "{health}");
    let alarms = |log: &str| log.lines().filter(|line| line.contains("\"alarm\"")).count();
    assert_eq!(alarms(&server.log()), 1, "it is told once: {}", server.log());
    // What should not be there is taken away, as an administrator would after the audit.
    school.file().execute("DELETE FROM ledger WHERE seq > ?1", [i64::try_from(proven).unwrap()]).unwrap();
    server.until(PATIENCE, |status, health| status == 200 && health["alarm"].is_null());
    assert!(server.log().contains("proven_again"));
    record(&school, 1);
    let length = school.entries();
    server.until(PATIENCE, |status, health| status == 200 && health["proven"].as_u64() == Some(length));
}

#[test]
fn what_was_recorded_before_a_false_record_is_still_served() {
    let Some(school) = school() else { return };
    let server = Server::start(&school, &settings());
    let file = school.file();
    // Both come in one look.
    record(&school, 1);
    let good = school.entries();
    file.execute(
        "INSERT INTO ledger SELECT seq + 1, payload, signature, zeroblob(32) FROM ledger ORDER BY seq DESC LIMIT 1",
        [],
    )
    .unwrap();
    server.until(PATIENCE, |status, health| status == 503 && health["proven"].as_u64() == Some(good));
}
