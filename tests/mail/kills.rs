//! The program is killed at any moment while it sends: nothing is lost, and only what was left unanswered goes twice.

use super::server::{Event, Server};
use super::{EVENING, IN_THE_CLEAR, contact, run, school, settings, write_contacts};
use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, Instant};

/// Families and kills; `LETOPIS_FULL_SIZE=1` has as many as a school has.
fn size() -> (usize, u64) {
    if std::env::var_os("LETOPIS_FULL_SIZE").is_some_and(|value| value == "1") { (900, 100) } else { (120, 25) }
}

/// A number that looks drawn by chance and is the same every time.
fn drawn(n: u64) -> u64 {
    let mut x = n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[test]
fn every_mail_arrives_over_kills_and_twice_only_where_its_answer_was_lost() {
    let Some(school) = school() else { return };
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = Server::start(folder.path(), &["--lose", "0.05", "--linger", "8"]) else { return };
    settings(&school, &server, IN_THE_CLEAR);
    let (families, kills) = size();
    let lines: Vec<_> = (0..families)
        .map(|n| {
            contact(["И-01", "И-02", "П-03"][n % 3], "мать", &format!("Мать {n}"), &format!("family{n}@example.org"))
        })
        .collect();
    write_contacts(&school, &lines);
    // Some are killed while they begin; most while they send, anywhere on their way through the mails.
    let each = u64::try_from(families).unwrap() * 14 * 2 / kills;
    for n in 0..kills {
        let before = server.taken().len();
        school.run_and_kill_after(&moment(n), "ivanova", &["inform", "run", "--config", "serve.toml"], || {
            let sends = Instant::now() + Duration::from_secs(5);
            while n % 4 > 0 && server.taken().len() == before && Instant::now() < sends {
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(Duration::from_micros(drawn(n) % (each * 1000)));
        });
    }
    let killed_with = server.taken().len();
    for n in 0..60 {
        let output = run(&school, &moment(kills + n * 5));
        assert!(output.code == Some(0), "{output}");
        if left(&school) == 0 {
            break;
        }
    }
    let ids: HashSet<String> = sent(&school);
    assert_eq!(ids.len(), families, "a mail a family");
    let mut attempts: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    let (mut answered, mut heard) = (HashSet::new(), HashSet::new());
    for event in server.events() {
        match event {
            Event::Taken(id, number) => attempts.entry(id).or_default().push(number),
            Event::Answered(number) => _ = answered.insert(number),
            Event::Heard(number) => _ = heard.insert(number),
        }
    }
    assert_eq!(attempts.keys().cloned().collect::<HashSet<_>>(), ids, "every mail arrives, and no other");
    let twice = attempts.values().filter(|numbers| numbers.len() > 1).count();
    for (id, numbers) in &attempts {
        let (last, before) = numbers.split_last().unwrap();
        assert!(
            before.iter().all(|number| !heard.contains(number)),
            "{id} was repeated though it was answered: {numbers:?}"
        );
        assert!(answered.contains(last), "{id} is taken for delivered, and was not answered");
    }
    println!("{families} families, {kills} kills: {killed_with} taken while they went on, {twice} twice");
    assert!(
        twice > 0 && killed_with > families / 10,
        "the kills met the program at other things: {killed_with}, {twice}"
    );
}

/// The clock goes on by a minute from one run to the next.
fn moment(minute: u64) -> String {
    format!("2025-09-01 {:02}:{:02}:05", 18 + minute / 60 % 4, minute % 60)
}

fn outbox(school: &crate::common::school::School) -> rusqlite::Connection {
    rusqlite::Connection::open(school.path("journal.outbox")).unwrap()
}

fn left(school: &crate::common::school::School) -> i64 {
    outbox(school).query_row("SELECT count(*) FROM mails WHERE ended IS NULL", [], |row| row.get(0)).unwrap()
}

fn sent(school: &crate::common::school::School) -> HashSet<String> {
    let file = outbox(school);
    let mut statement = file.prepare("SELECT message FROM mails WHERE state = 'delivered'").unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn two_runs_at_once_send_each_mail_once() {
    let Some(school) = school() else { return };
    let folder = tempfile::tempdir().unwrap();
    let Some(server) = Server::start(folder.path(), &["--linger", "5"]) else { return };
    settings(&school, &server, IN_THE_CLEAR);
    let lines: Vec<_> =
        (0..30).map(|n| contact("И-01", "мать", &format!("Мать {n}"), &format!("family{n}@example.org"))).collect();
    write_contacts(&school, &lines);
    let statuses: Vec<_> = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..2).map(|_| scope.spawn(|| run(&school, EVENING))).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    assert!(statuses.iter().any(|output| output.code == Some(0)));
    run(&school, "2025-09-01 18:05:00");
    let taken = server.taken();
    assert_eq!(taken.len(), taken.iter().collect::<HashSet<_>>().len());
    assert_eq!(taken.len(), 30);
}
