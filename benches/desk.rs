//! The desk at a school of 30 classes at its year's end: «Сегодня» from the passphrase on, a course, a mark from the key that
//! was pressed to the answer, a column pasted. A mark has its peer in the same run: the same use case without the page.
//!
//! `cargo bench --bench desk`

#[path = "place/mod.rs"]
mod place;

use chrono::{DateTime, FixedOffset};
use letopis::journal::Journal;
use letopis::ledger::keyfile;
use letopis::school::{ClassName, CourseKey, Marks};
use letopis::work::Workplace;
use letopis::work::lesson::LessonRef;
use letopis::work::marks::{self, CellWish, CellsWish};
use letopis::work::seat::{Console, Seat, Wish};
use place::Place;
use rusqlite::Connection;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::mpsc::{Sender, channel};
use std::time::{Duration, Instant};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How many marks are typed one by one.
const MARKS: usize = 100;

static NOW: OnceLock<DateTime<FixedOffset>> = OnceLock::new();

fn main() {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::new(dir.path(), "full", &["--classes", "30"]);
    place.import();
    let now = NOW.get_or_init(|| "2026-05-29T17:00:00+03:00".parse().unwrap());
    let course = Course::find(&place.path("journal.letopis"));
    for login in [course.teacher.as_str(), "petrova"] {
        let (clock, key) = ("2026-05-29 16:00:00", format!("keys/{login}.key"));
        place.run(clock, login, &["key", "new", &key, "--no-passphrase"]);
        place.run(clock, "ivanova", &["staff", "enroll", login, &key]);
    }
    for login in ["petrova", &course.teacher] {
        let page = Page::open(&place, login, now);
        println!("«Сегодня» of {login}: first {:?}, again {:?}", page.get("/").0, page.get("/").0);
    }
    let page = Page::open(&place, &course.teacher, now);
    let address = format!("/course/{}", course.id);
    println!(
        "a course of {} pupils: first {:?}, again {:?}",
        course.pupils.len(),
        page.get(&address).0,
        page.get(&address).0
    );
    let typed: Vec<Duration> = (0..MARKS).map(|number| page.mark(&course, number)).collect();
    println!("a mark from key to answer: {}", told(typed.clone()));
    let alone: Vec<Duration> = (0..MARKS).map(|number| course.record(&place, now, number)).collect();
    println!("the same without the page: {}", told(alone.clone()));
    println!("ratio of the medians: {:.1}", median(typed) / median(alone));
    let (cells, took) = page.paste(&course);
    println!("{cells} cells pasted: {took:?}, {:?} for 300", took * 300 / u32::try_from(cells).unwrap());
}

/// A course with a lesson today, and what of its last days can still be filled.
struct Course {
    id: i64,
    teacher: String,
    at: LessonRef,
    pupils: Vec<String>,
    /// Days and numbers of the lessons of the last week with the pupils who have nothing in them.
    empty: Vec<(String, String)>,
}

impl Course {
    fn find(journal: &Path) -> Self {
        let file = Connection::open(journal).unwrap();
        let sql = "SELECT courses.id, teacher, class, grp, subject, date, lessons.lesson, lessons.id FROM lessons
                   JOIN courses ON courses.id = course WHERE date = '2026-05-29' AND class NOT LIKE '1_' AND grp = ''
                   ORDER BY (SELECT count(*) FROM lessons AS near WHERE near.course = courses.id AND near.date > '2026-05-22') DESC LIMIT 1";
        let (id, teacher, at, lesson): (i64, String, LessonRef, i64) = file
            .query_row(sql, [], |row| {
                let (class, subject): (String, String) = (row.get(2)?, row.get(4)?);
                let course = CourseKey { class: ClassName::parse(&class).unwrap(), group: row.get(3)?, subject };
                let date = row.get::<_, String>(5)?.parse().unwrap();
                Ok((row.get(0)?, row.get(1)?, LessonRef { course, date, lesson: row.get(6)? }, row.get(7)?))
            })
            .unwrap();
        let free = "NOT EXISTS (SELECT 1 FROM marks WHERE marks.lesson = lessons.id AND marks.pupil = pupils.id)
                    AND NOT EXISTS (SELECT 1 FROM attendance WHERE attendance.lesson = lessons.id AND attendance.pupil = pupils.id)";
        let sql = format!(
            "SELECT lessons.date || '/' || lessons.lesson, file, lessons.id FROM lessons, pupils
             JOIN enrolments ON enrolments.pupil = pupils.id
             WHERE lessons.course = ?1 AND lessons.date >= '2026-05-23' AND class = ?2 AND until IS NULL AND {free}"
        );
        let mut statement = file.prepare(&sql).unwrap();
        let free: Vec<(String, String, i64)> = statement
            .query_map((id, at.course.class.to_string()), |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let pupils = free.iter().filter(|one| one.2 == lesson).map(|one| one.1.clone()).collect();
        let empty = free.into_iter().filter(|one| one.2 != lesson).map(|(place, file, _)| (place, file)).collect();
        Self { id, teacher, at, pupils, empty }
    }

    fn mark(&self, number: usize) -> (&str, &'static str) {
        (&self.pupils[number % self.pupils.len()], ["3", "4", "5"][number / self.pupils.len() % 3])
    }

    /// Records a mark as a command does that has the journal open.
    fn record(&self, place: &Place, now: &DateTime<FixedOffset>, number: usize) -> Duration {
        let identity = key(place, &self.teacher);
        let mut journal = Journal::open(&place.path("journal.letopis")).unwrap();
        let (pupil, mark) = self.mark(number + 1);
        let cell = CellWish { pupil: pupil.into(), attendance: None, marks: Some(Some(Marks::parse(mark).unwrap())) };
        let wish = CellsWish { cells: vec![cell], ..CellsWish::of(self.at.clone()) };
        let start = Instant::now();
        marks::set(&mut Workplace::at(&mut journal, &identity, now).unwrap(), &wish).unwrap();
        start.elapsed()
    }
}

fn key(place: &Place, login: &str) -> letopis::ledger::identity::Identity {
    keyfile::read(&place.path(&format!("keys/{login}.key")), || unreachable!("it has no passphrase")).unwrap()
}

/// A page that is open.
struct Page {
    authority: String,
    secret: String,
}

/// Tells where the page can be opened, and never ends it.
struct Window(Sender<PathBuf>);

impl Console for Window {
    fn ready(&mut self, opening: &Path) {
        self.0.send(opening.to_owned()).unwrap();
    }

    fn wish(&mut self) -> Wish {
        Wish::Nothing
    }

    fn unlock(&mut self) -> letopis::Result<Seat> {
        unreachable!("it is not left alone")
    }
}

impl Page {
    fn open(place: &Place, login: &str, now: &'static DateTime<FixedOffset>) -> Self {
        let journal = Journal::open(&place.path("journal.letopis")).unwrap();
        let seat = Seat { journal, identity: key(place, login), clock: now, stick: None, cache: None, hand: None };
        let (tells, told) = channel();
        std::thread::spawn(move || letopis::web::desk::open(seat, &mut Window(tells)));
        let file = std::fs::read_to_string(told.recv().unwrap()).unwrap();
        let address = file.split("http://").nth(1).unwrap().split('"').next().unwrap();
        let (authority, token) = address.split_once("/#").unwrap();
        let mut page = Self { authority: authority.to_owned(), secret: String::new() };
        page.secret = page.ask("POST", "/session", "text/plain", token).1;
        page
    }

    fn get(&self, path: &str) -> (Duration, String) {
        self.ask("GET", path, "text/plain", "")
    }

    fn ask(&self, method: &str, path: &str, kind: &str, body: &str) -> (Duration, String) {
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nX-Letopis-Desk: {}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.authority,
            self.secret,
            body.len()
        );
        // The first request has no secret to send.
        let request = request.replace("X-Letopis-Desk: \r\n", "");
        let start = Instant::now();
        let mut stream = TcpStream::connect(&self.authority).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let took = start.elapsed();
        let (heads, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(heads.starts_with("HTTP/1.1 200"), "{path}: {answer:.300}");
        (took, body.to_owned())
    }

    fn cells(&self, course: &Course, cells: &[(&str, &str, &str)]) -> (Duration, serde_json::Value) {
        let length: serde_json::Value = serde_json::from_str(&self.get("/tip").1).unwrap();
        // The page has been looked at as it stands.
        self.get(&format!("/course/{}", course.id));
        let cells: Vec<_> = cells
            .iter()
            .map(|(place, file, text)| serde_json::json!({"place": place, "file": file, "text": text}))
            .collect();
        let body = serde_json::json!({"length": length["length"], "cells": cells}).to_string();
        let (took, answer) = self.ask("POST", &format!("/course/{}/cells", course.id), "application/json", &body);
        (took, serde_json::from_str(&answer).unwrap())
    }

    fn mark(&self, course: &Course, number: usize) -> Duration {
        let (pupil, mark) = course.mark(number);
        let place = format!("{}/{}", course.at.date, course.at.lesson);
        let (took, answer) = self.cells(course, &[(&place, pupil, mark)]);
        assert!(answer["results"][0]["refused"].is_null(), "{answer}");
        took
    }

    fn paste(&self, course: &Course) -> (usize, Duration) {
        let cells: Vec<(&str, &str, &str)> =
            course.empty.iter().map(|(place, file)| (place.as_str(), file.as_str(), "4")).collect();
        let (took, answer) = self.cells(course, &cells);
        let refused = answer["results"].as_array().unwrap().iter().filter(|one| !one["refused"].is_null()).count();
        assert_eq!(refused, 0, "{answer:.600}");
        (cells.len(), took)
    }
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64()
}

/// «median 1.2 ms, 99 of 100 within 3.4 ms».
fn told(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or(Duration::ZERO);
    format!("median {:?}, 99 of 100 within {:?}", at(50), at(99))
}
