//! What becomes of a mail, whatever the server answers and wherever the program is killed.

use super::*;
use crate::journal::contacts::Topic;
use crate::school::{Clock, Day};
use chrono::TimeDelta;
use rusqlite::params;
use std::cell::Cell;
use std::collections::HashSet;
use std::sync::atomic::AtomicBool;

/// A clock that is set by hand.
struct Hand(std::sync::Mutex<DateTime<FixedOffset>>);

impl Hand {
    fn new() -> Self {
        Self(at("2025-09-01T18:00:00+03:00").into())
    }

    fn pass(&self, minutes: i64) {
        *self.0.lock().unwrap() += TimeDelta::minutes(minutes);
    }
}

impl Clock for Hand {
    fn now(&self) -> DateTime<FixedOffset> {
        *self.0.lock().unwrap()
    }
}

/// A server that answers as it is told, and counts what it was given.
struct Server {
    answers: Box<dyn FnMut(&str) -> Answer>,
    given: Vec<(String, Vec<u8>)>,
    /// Answers without having asked for the text.
    at_once: bool,
}

impl Server {
    fn new(answers: impl FnMut(&str) -> Answer + 'static) -> Self {
        Self { answers: Box::new(answers), given: Vec::new(), at_once: false }
    }
}

impl Post for Server {
    fn offer(&mut self, address: &str, text: &[u8], before_data: &mut dyn FnMut() -> Result<()>) -> Result<Answer> {
        if !self.at_once {
            before_data()?;
            self.given.push((address.to_owned(), text.to_vec()));
        }
        Ok((self.answers)(address))
    }
}

#[derive(Default)]
struct Families {
    silent: HashSet<String>,
    gone: Vec<String>,
}

impl Readers for Families {
    fn want(&mut self, address: &str, _: Topic) -> Result<bool> {
        Ok(!self.silent.contains(address))
    }

    fn are_gone(&mut self, address: &str, _: &str) -> Result<()> {
        self.gone.push(address.to_owned());
        Ok(())
    }
}

fn at(text: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(text).unwrap()
}

fn monday() -> Day {
    Day::from_ymd_opt(2025, 9, 1).unwrap()
}

struct Place {
    folder: tempfile::TempDir,
    clock: Hand,
    stop: AtomicBool,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("journal.letopis"), "").unwrap();
        Self { folder, clock: Hand::new(), stop: AtomicBool::new(false) }
    }

    fn open(&self) -> Outbox {
        Outbox::open(&self.folder.path().join("journal.letopis")).unwrap()
    }

    fn terms(&self) -> Terms<'_> {
        let quiet = Quiet::at(*at("2025-09-01T00:00:00+03:00").offset());
        Terms { clock: &self.clock, quiet, per_minute: 1000, stop: &self.stop }
    }

    fn deliver(&self, server: &mut Server, families: &mut Families) -> Delivered {
        let mut outbox = self.open();
        let mut round = outbox.round().unwrap().unwrap();
        round.deliver(server, families, self.terms()).unwrap()
    }

    fn put(&self, addresses: &[&str]) {
        let now = self.clock.now();
        let mails: Vec<Mail> = addresses.iter().map(|address| mail(address, now)).collect();
        let mut outbox = self.open();
        assert_eq!(outbox.round().unwrap().unwrap().put(&mails, now, &[]).unwrap(), addresses.len());
    }

    fn contents(&self) -> Contents {
        self.open().contents(DateTime::UNIX_EPOCH).unwrap()
    }

    fn bytes(&self) -> Vec<u8> {
        let files = std::fs::read_dir(self.folder.path()).unwrap();
        files.flat_map(|file| std::fs::read(file.unwrap().path()).unwrap()).collect()
    }
}

fn mail(address: &str, made: DateTime<FixedOffset>) -> Mail {
    let facts = vec![Fact { pupil: "А-1".into(), fact: "mark".into(), value: "5".into() }];
    let id = Mail::id("school.example", (Topic::Digest, monday()), address, &facts, made);
    let text = format!("Message-ID: {id}\r\n\r\nАлиев Али: 5").into_bytes();
    let about = vec![About { pupil: "А-1".into(), who: "мать".into() }];
    Mail { id, kind: Topic::Digest, day: monday(), address: address.into(), about, facts, text, due: made }
}

fn value(place: &Place, address: &str) -> Option<String> {
    place.open().told(&ReaderKey::of_address(address), "А-1", "mark").unwrap()
}

#[test]
fn a_mail_that_was_taken_leaves_the_fact_and_no_text_and_no_address() {
    let place = Place::new();
    place.put(&["mother@example.org"]);
    assert!(String::from_utf8_lossy(&place.bytes()).contains("Алиев Али: 5"));
    let mut server = Server::new(|_| Answer::Taken);
    let done = place.deliver(&mut server, &mut Families::default());
    assert_eq!((done.taken, server.given.len()), (1, 1));
    let again = place.deliver(&mut server, &mut Families::default());
    assert_eq!((again, server.given.len()), (Delivered::default(), 1), "it is not sent twice");
    let left = String::from_utf8_lossy(&place.bytes()).into_owned();
    assert!(!left.contains("Алиев") && !left.contains("mother@"), "overwritten in the file and in its log");
    assert_eq!(value(&place, "Mother@Example.ORG ").as_deref(), Some("5"));
    let reached = place.open().reached(None).unwrap();
    let way = &reached["А-1"][0];
    assert_eq!(
        (way.who.as_str(), way.kind, way.day, way.at),
        ("мать", Topic::Digest, monday(), at("2025-09-01T18:00:00+03:00").into())
    );
    assert_eq!(place.open().reached(Some(Topic::Finals)).unwrap(), Reached::new());
}

#[test]
fn a_kill_before_the_answer_repeats_the_mail_word_for_word_and_a_kill_before_data_does_not() {
    let place = Place::new();
    place.put(&["a@example.org", "b@example.org"]);
    {
        // Killed after the text was given for the first, and before the answer.
        let mut outbox = place.open();
        let round = outbox.round().unwrap().unwrap();
        round.outbox.begin_data(1).unwrap();
    }
    let states: Vec<_> = place.contents().lying.into_iter().map(|mail| mail.state).collect();
    assert_eq!(states, [State::InData, State::Waiting]);
    let mut server = Server::new(|_| Answer::Taken);
    assert_eq!(place.deliver(&mut server, &mut Families::default()).taken, 2);
    assert!(String::from_utf8_lossy(&server.given[0].1).contains("Message-ID: <"));
    assert_eq!(server.given[0].0, "a@example.org");
}

#[test]
fn who_is_put_off_waits_longer_each_time_and_three_days_at_most() {
    let place = Place::new();
    place.put(&["grey@example.org"]);
    let mut server = Server::new(|_| Answer::Later("451".into()));
    let (mut waited, mut given) = (Vec::new(), 0);
    let minutes = (0..60).chain((60..5 * 24 * 60).step_by(30));
    for minute in minutes {
        let done = place.deliver(&mut server, &mut Families::default());
        given += done.given_up;
        if done.put_off + done.given_up > 0 {
            waited.push(minute);
        }
        if given > 0 {
            break;
        }
        place.clock.pass(if minute < 60 { 1 } else { 30 });
    }
    assert_eq!(waited[..5], [0, 1, 6, 21, 51]);
    assert_eq!(given, 1);
    let (last, hours) = (*waited.last().unwrap() / 60, 24);
    assert!((3 * hours..=3 * hours + 13).contains(&last), "{last} h, the night between");
    assert_eq!(value(&place, "grey@example.org"), None, "what did not arrive was not told");
    assert!(place.contents().given_up[0].said.contains("451"));
}

#[test]
fn a_final_refusal_ends_a_mail_and_a_dead_address_all_that_is_for_it() {
    let place = Place::new();
    place.put(&["full@example.org", "nobody@example.org"]);
    place.clock.pass(1);
    place.put(&["nobody@example.org"]);
    let mut families = Families::default();
    let mut server = Server::new(|address| match address {
        "full@example.org" => Answer::Never("552".into()),
        _ => Answer::Dead("550 5.1.1".into()),
    });
    let done = place.deliver(&mut server, &mut families);
    assert_eq!((done.given_up, done.dead, done.taken), (1, 2, 0));
    assert_eq!((families.gone.as_slice(), server.given.len()), (["nobody@example.org".to_owned()].as_slice(), 2));
    let contents = place.contents();
    assert_eq!((contents.lying.len(), contents.given_up.len(), contents.delivered), (0, 3, 0));
    assert_eq!(place.deliver(&mut server, &mut families), Delivered::default());
}

#[test]
fn where_there_is_no_server_no_mail_is_blamed_and_it_is_asked_less_and_less() {
    let place = Place::new();
    place.put(&["a@example.org", "b@example.org"]);
    let asked = std::rc::Rc::new(Cell::new(0));
    let counted = asked.clone();
    let mut server = Server::new(move |_| {
        counted.set(counted.get() + 1);
        Answer::NoServer("не отвечает".into())
    });
    server.at_once = true;
    for _ in 0..60 {
        place.deliver(&mut server, &mut Families::default());
        place.clock.pass(1);
    }
    assert_eq!(asked.get(), 6, "at once, then after 1, 2, 5, 10, 20 minutes");
    let contents = place.contents();
    assert!(contents.lying.iter().all(|mail| mail.state == State::Waiting && mail.tries == 0));
    let fault = contents.no_server.unwrap();
    assert_eq!((fault.tries, fault.since), (6, at("2025-09-01T18:00:00+03:00").into()));
    place.clock.pass(30);
    assert_eq!(place.deliver(&mut Server::new(|_| Answer::Taken), &mut Families::default()).taken, 2);
    assert_eq!(place.contents().no_server, None);
}

#[test]
fn a_server_that_loses_its_connections_is_left_alone_and_one_that_puts_everybody_off_hears_all() {
    for (answer, offered) in [(Answer::Lost("прервано".into()), 3), (Answer::Later("451".into()), 5)] {
        let place = Place::new();
        place.put(&["a@b.org", "b@b.org", "c@b.org", "d@b.org", "e@b.org"]);
        let mut server = Server::new(move |_| answer.clone());
        assert_eq!(place.deliver(&mut server, &mut Families::default()).put_off, offered);
    }
}

#[test]
fn who_wants_no_mail_any_more_gets_none_that_was_written_already() {
    let place = Place::new();
    place.put(&["a@example.org"]);
    let mut families = Families { silent: HashSet::from(["a@example.org".to_owned()]), ..Families::default() };
    let mut server = Server::new(|_| Answer::Taken);
    let done = place.deliver(&mut server, &mut families);
    assert_eq!((done.unwanted, server.given.len()), (1, 0));
    assert!(!String::from_utf8_lossy(&place.bytes()).contains("Алиев"));
}

#[test]
fn nobody_is_written_to_in_the_quiet_hours() {
    let place = Place::new();
    place.clock.pass(5 * 60);
    place.put(&["a@example.org"]);
    let mut server = Server::new(|_| Answer::Taken);
    assert_eq!(place.deliver(&mut server, &mut Families::default()), Delivered::default());
    place.clock.pass(8 * 60);
    assert_eq!(place.deliver(&mut server, &mut Families::default()).taken, 1);
}

#[test]
fn two_are_never_on_their_round_at_once_and_one_mail_is_put_once() {
    let place = Place::new();
    let (mut one, mut other) = (place.open(), place.open());
    let mut round = one.round().unwrap().unwrap();
    assert!(other.round().unwrap().is_none());
    let now = place.clock.now();
    let mail = mail("a@example.org", now);
    assert_eq!(round.put(std::slice::from_ref(&mail), now, &[("digest", "2025-09-01")]).unwrap(), 1);
    assert_eq!(round.put(&[mail], now, &[]).unwrap(), 0);
    drop(round);
    assert!(other.round().unwrap().is_some());
    assert_eq!(other.composed("digest").unwrap().as_deref(), Some("2025-09-01"));
}

#[test]
fn a_pupil_who_is_forgotten_leaves_nothing_and_what_was_told_of_others_in_the_same_mail_is_told_anew() {
    let place = Place::new();
    let now = place.clock.now();
    let mut both = mail("family@example.org", now);
    both.about.push(About { pupil: "Б-2".into(), who: "мать".into() });
    both.facts.push(Fact { pupil: "Б-2".into(), fact: "mark".into(), value: "4".into() });
    let mut outbox = place.open();
    outbox.round().unwrap().unwrap().put(&[both], now, &[]).unwrap();
    assert_eq!(outbox.forget(["Б-2"]).unwrap(), 1);
    assert_eq!(value(&place, "family@example.org"), None);
    let rows =
        outbox.file.query_row("SELECT (SELECT count(*) FROM about) + (SELECT count(*) FROM told)", params![], |row| {
            row.get::<_, i64>(0)
        });
    assert_eq!(rows.unwrap(), 0);
    assert!(!String::from_utf8_lossy(&place.bytes()).contains("Алиев"));
}
