//! The program at full size: a school of 30 classes, a whole year. Run with `cargo bench --bench full_size`.
//!
//! Whole processes are timed, as a user waits for them, and each figure that can have one gets a peer in the same run:
//! `mark set` against the same on a nearly empty journal, `archive verify` against `sha256sum -c` over the same bag.
//! Peak memory is what GNU time (`/usr/bin/time`) saw. The school's year is over, so the clock is moved with `faketime`,
//! which costs every run the same few milliseconds.

mod place;

use place::{LETOPIS, Place};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How often a short command is run; the median counts.
const RUNS: usize = 21;

fn main() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let full = Place::new(dir.path(), "full", &["--classes", "30"]);
    println!("demo         {}", full.run("2026-05-29 15:05:00", "ivanova", &["demo", "demo"]));
    println!("import       {}", full.import());
    println!("audit        {}", full.run("2026-05-30 09:00:00", "ivanova", &["audit"]));
    full.enroll();
    let class = std::fs::read_to_string(full.path("school/classes.csv")).expect("the classes");
    let class = class.lines().last().and_then(|line| line.split(';').next()).expect("a class").to_owned();
    // The first proves the journal and keeps the proof; the second goes on from it.
    for (which, minute) in [("first", 0), ("kept proof", 1)] {
        let clock = format!("2026-05-30 10:3{minute}:00");
        let printed = full.run(&clock, "petrova", &["print", "class", &class, "--out", "class"]);
        println!("print class  {printed}, {which}");
    }
    let printed = full.run("2026-05-30 11:00:00", "petrova", &["print", "all", "--out", "print"]);
    let (files, pages, bytes) = full.printed();
    let rate = pages as f64 / printed.time.as_secs_f64();
    println!("print all    {printed}: {files} files, {pages} pages, {bytes} bytes, {rate:.0} pages/s with the proof");
    full.mark_set(&Place::new(dir.path(), "empty", &["--classes", "1"]));
    full.archive();
}

impl Place {
    /// Keys for the deputy head, the director and every teacher whose lessons are marked later.
    fn enroll(&self) {
        for login in ["petrova", "kuznetsov", &self.last_lesson().0] {
            self.enroll_one(login);
        }
    }

    fn enroll_one(&self, login: &str) {
        let clock = "2026-05-30 10:00:00";
        let key = format!("keys/{login}.key");
        if self.0.join(&key).exists() {
            return;
        }
        self.run(clock, login, &["key", "new", &key, "--no-passphrase"]);
        self.run(clock, "ivanova", &["staff", "enroll", login, &key]);
    }

    fn printed(&self) -> (usize, u64, u64) {
        let file = rusqlite::Connection::open(self.0.join("journal.letopis")).expect("the journal");
        let pages = file.query_row("SELECT count(*) FROM document_pages", [], |row| row.get(0)).expect("pages");
        let files: Vec<_> = std::fs::read_dir(self.0.join("print")).expect("the folder").flatten().collect();
        let bytes = files.iter().filter_map(|file| file.metadata().ok()).map(|meta| meta.len()).sum();
        (files.len(), pages, bytes)
    }

    /// A lesson of the last school day: teacher, class, subject, group, number, and a pupil's personal file.
    fn last_lesson(&self) -> (String, [String; 5]) {
        let file = rusqlite::Connection::open(self.0.join("journal.letopis")).expect("the journal");
        let sql = "SELECT teacher, courses.class, subject, grp, lessons.lesson, pupils.file FROM lessons
                   JOIN courses ON courses.id = course JOIN enrolments ON enrolments.class = courses.class
                   JOIN pupils ON pupils.id = pupil
                   WHERE date = '2026-05-29' AND until IS NULL AND grp = '' AND courses.class NOT LIKE '1_'
                   AND NOT EXISTS (SELECT 1 FROM marks WHERE marks.lesson = lessons.id AND marks.pupil = pupils.id)
                   ORDER BY lessons.id, pupils.id LIMIT 1";
        file.query_row(sql, [], |row| {
            let number: u8 = row.get(4)?;
            Ok((row.get(0)?, [row.get(1)?, row.get(2)?, row.get(3)?, number.to_string(), row.get(5)?]))
        })
        .expect("a lesson without a mark")
    }

    /// `mark set`: here, and on a journal with one mark, in turn.
    fn mark_set(&self, empty: &Self) {
        empty.import();
        empty.enroll();
        let mut times = [Vec::new(), Vec::new()];
        for run in 0..RUNS {
            for (place, times) in [self, empty].into_iter().zip(&mut times) {
                let (teacher, [class, subject, _, lesson, pupil]) = place.last_lesson();
                place.enroll_one(&teacher);
                let clock = format!("2026-05-30 12:{run:02}:00");
                let mark = format!("{pupil}=5");
                let args = ["mark", "set", &class, &subject, "29.05.2026", &mark, "--lesson", &lesson];
                times.push(place.run(&clock, &teacher, &args).time);
            }
        }
        let [full, empty] = times.map(|mut times| {
            times.sort();
            times[RUNS / 2].as_secs_f64() * 1000.0
        });
        println!("mark set     {full:6.1} ms, on a journal of one class {empty:.1} ms, ratio {:.2}", full / empty);
    }

    fn archive(&self) {
        for (mount, label, holder, place) in
            [("usb-1", "А-1", "kuznetsov", "сейф директора"), ("usb-2", "А-2", "petrova", "кабинет завуча")]
        {
            std::fs::create_dir_all(self.0.join(mount)).expect("a folder");
            let register = ["carrier", "register", mount, "--label", label, "--holder", holder, "--place", place];
            self.run("2026-05-30 13:00:00", "petrova", &register);
        }
        let create = ["archive", "create", "--period", "Год", "--to", "usb-1", "--to", "usb-2", "--allow-same-device"];
        let created = self.run("2026-05-30 13:10:00", "petrova", &create);
        let bag = self.0.join("usb-1/LETOPIS/2025-2026-year");
        let bytes: u64 = walkdir::WalkDir::new(&bag)
            .into_iter()
            .flatten()
            .filter_map(|entry| entry.metadata().ok())
            .filter(std::fs::Metadata::is_file)
            .map(|meta| meta.len())
            .sum();
        println!("archive create {created}: {bytes} bytes on each of two targets, with the proof and the print");
        self.verify(&bag);
        let mut deep = Command::new(LETOPIS);
        deep.args(["archive", "verify", "usb-1", "--deep", "--identity", "keys/kuznetsov.key"])
            .current_dir(&self.0)
            .stdout(Stdio::null());
        println!("archive verify --deep {:6.2} s", time(&mut deep).as_secs_f64());
    }

    /// Checksums and signature, against `sha256sum -c` of the same files, in turn, from the page cache.
    fn verify(&self, bag: &Path) {
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..RUNS {
            times[0].push(time(Command::new(LETOPIS).args(["archive", "verify"]).arg(bag).stdout(Stdio::null())));
            let sums = ["-c", "--quiet", "manifest-sha256.txt"];
            times[1].push(time(Command::new("sha256sum").args(sums).current_dir(bag).stdout(Stdio::null())));
        }
        let [ours, theirs] = times.map(|mut times| {
            times.sort();
            times[RUNS / 2].as_secs_f64() * 1000.0
        });
        println!("archive verify {ours:.0} ms, sha256sum -c {theirs:.0} ms, {:.1} times as fast", theirs / ours);
    }
}

fn time(command: &mut Command) -> Duration {
    let start = Instant::now();
    assert!(command.status().is_ok_and(|status| status.success()), "{command:?} failed");
    start.elapsed()
}
