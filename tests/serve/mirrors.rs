//! The school's server mirrors the journal by itself, catches up after a place that was away, and never stops recording.

use super::{Server, prepared, school, settings};
use serde_json::Value;
use std::time::{Duration, Instant};

/// A new head is in the mirror within this time.
const MINUTE: Duration = Duration::from_secs(60);

fn mirrored(school: &crate::common::school::School) -> u64 {
    let status = school.run("2025-09-15 12:30:00", "petrova", &["archive", "status", "--json"]).0;
    let told: Value = serde_json::from_str(&status.stdout).unwrap();
    told["mirror"]["entries"].as_u64().unwrap_or_default()
}

/// Waits until the mirror has all.
fn is_whole(school: &crate::common::school::School, server: &Server) {
    let begun = Instant::now();
    while mirrored(school) != school.entries() {
        assert!(begun.elapsed() < MINUTE, "{} of {}: {}", mirrored(school), school.entries(), server.log());
        std::thread::sleep(Duration::from_millis(300));
    }
}

#[test]
fn a_new_head_is_mirrored_within_a_minute_and_what_a_lost_place_lacks_is_caught_up() {
    let Some(school) = school() else { return };
    let settings = settings() + "[mirror]\nstore = \"store.toml\"\n";
    std::fs::write(school.path("store.toml"), "school = \"sosh-1\"\nfolder = \"far\"\n").unwrap();
    prepared(&school, &settings);
    // The disk of another machine is not there yet: the server serves all the same, and says so.
    let check = school.run("2025-09-15 11:50:00", "server", &["serve", "check"]).0;
    assert!(check.code == Some(2) && check.stderr.contains("нет папки хранилища"), "{check}");
    let server = Server::start(&school, &settings);
    let lesson = |number: &str| {
        let lesson =
            ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--lesson", number, "--topic", "Тема", "--despite"];
        school.run("2025-09-15 12:05:00", "semyonov", &lesson).ok();
    };
    lesson("1");
    server.until(MINUTE, |status, _| status == 200 && server.log().contains("\"not_mirrored\""));
    std::fs::create_dir(school.path("far")).unwrap();
    is_whole(&school, &server);
    assert!(server.log().contains("\"mirrored_again\"") && server.log().contains("\"mirrored\""), "{}", server.log());
    lesson("2");
    is_whole(&school, &server);
    school.run("2025-09-15 12:31:00", "petrova", &["store", "rebuild", "--to", "made"]).ok();
    let audit = school.run("2025-09-15 12:32:00", "petrova", &["audit", "--journal", "made/journal.letopis"]);
    assert!(audit.ok().stdout.contains("Журнал цел"));
}
