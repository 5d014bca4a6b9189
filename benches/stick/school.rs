//! The sticks of a school of 30 classes at its year's end: prepared for a teacher of eight courses and for a deputy head, opened
//! at the speed of a slow stick, recorded on, taken in.
//!
//! Taking in gets its peer in the same run: the same entries recorded in one batch in a copy of the same journal.

use super::place::Place;
use super::told;
use age::secrecy::SecretString;
use chrono::{DateTime, FixedOffset};
use letopis::away::stick::Stick;
use letopis::away::taking_in::{HandOver, Outcome, take_in};
use letopis::files::medium::{FolderMedium, Medium};
use letopis::journal::entry::{Body, Entry};
use letopis::journal::{Author, Journal, Keep, Proven, excerpt};
use letopis::ledger::identity::Identity;
use letopis::ledger::keyfile;
use letopis::ledger::strand::{StrandId, Strung};
use letopis::school::{ClassName, CourseKey, Marks};
use letopis::work::Workplace;
use letopis::work::lesson::LessonRef;
use letopis::work::marks::{self, CellWish, CellsWish};
use letopis::work::sticks::sync::Renewing;
use letopis::work::sticks::{By, Preparation, at_work, prepare, sync};
use rusqlite::Connection;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What a slow stick gives, in bytes a second.
const SLOW: f64 = 2_000_000.0;
/// A teacher's courses.
const COURSES: i64 = 8;
/// Entries of a hand-over.
const HANDED: usize = 300;
/// Entries by which taking in is held against recording.
const TAKEN: usize = 1_200;
/// How often; the best counts.
const ROUNDS: usize = 3;

const DEPUTY: &str = "petrova";

/// A stick that was prepared.
struct Issued {
    mount: PathBuf,
    passphrase: SecretString,
}

struct Bench {
    place: Place,
    /// Where sticks are made.
    sticks: PathBuf,
    now: DateTime<FixedOffset>,
}

/// Makes the school and tells the figures.
pub fn sticks(folder: &Path) {
    let dir = tempfile::tempdir().unwrap();
    let place = Place::new(dir.path(), "full", &["--classes", "30"]);
    place.import();
    let now = "2026-05-29T17:00:00+03:00".parse().unwrap();
    let bench = Bench { place, sticks: folder.to_owned(), now };
    std::fs::create_dir(bench.path("none")).unwrap();
    let (teacher, at, pupils) = bench.lesson();
    for login in [DEPUTY, &teacher] {
        bench.enroll(login);
    }
    let proof = seconds(|| bench.prove(&mut |_| {}).keep(bench.keep(&bench.key(DEPUTY))));
    println!("proof from the start: {proof:.2} s; what follows goes on from it");
    let issued = bench.prepare(&teacher, &format!("a teacher of {COURSES} courses"));
    bench.prepare(DEPUTY, "a deputy head");
    let owner = bench.key(&teacher);
    let (first, more) = (bench.record(&issued, (&at, &pupils), 0, HANDED), HANDED);
    println!("a mark from key to durable: {}", told(first));
    bench.hand_over(&issued);
    bench.record(&issued, (&at, &pupils), more, TAKEN);
    bench.compare(&issued, &owner);
}

impl Bench {
    fn path(&self, name: &str) -> PathBuf {
        self.place.path(name)
    }

    fn key(&self, login: &str) -> Identity {
        keyfile::read(&self.path(&format!("keys/{login}.key")), || unreachable!("it has no passphrase")).unwrap()
    }

    fn keep<'a>(&'a self, identity: &'a Identity) -> Keep<'a> {
        Keep { folder: &self.place.0, identity }
    }

    fn journal(&self) -> Journal {
        Journal::open(&self.path("journal.letopis")).unwrap()
    }

    fn prove(&self, progress: &mut dyn FnMut(u64)) -> Proven {
        Proven::from_kept(&self.path("journal.letopis"), self.keep(&self.key(DEPUTY)), progress).unwrap()
    }

    fn enroll(&self, login: &str) {
        let (clock, key) = ("2026-05-29 16:00:00", format!("keys/{login}.key"));
        self.place.run(clock, login, &["key", "new", &key, "--no-passphrase"]);
        self.place.run(clock, "ivanova", &["staff", "enroll", login, &key]);
    }

    /// A lesson of the last day by somebody of eight courses, who has no class, and the pupils without a mark in it.
    fn lesson(&self) -> (String, LessonRef, Vec<String>) {
        let file = Connection::open(self.path("journal.letopis")).unwrap();
        let sql = "SELECT teacher, class, grp, subject, date, lessons.lesson, lessons.id FROM lessons
                   JOIN courses ON courses.id = course WHERE date = '2026-05-29' AND class NOT LIKE '1_'
                   AND (SELECT count(*) FROM courses AS own WHERE own.teacher = courses.teacher) >= ?1
                   AND teacher NOT IN (SELECT teacher FROM classes WHERE teacher IS NOT NULL) AND grp = ''
                   ORDER BY (SELECT count(*) FROM courses AS own WHERE own.teacher = courses.teacher), lessons.id LIMIT 1";
        let found = file.query_row(sql, [COURSES], |row| {
            let (class, subject): (String, String) = (row.get(1)?, row.get(3)?);
            let course = CourseKey { class: ClassName::parse(&class).unwrap(), group: row.get(2)?, subject };
            let date = row.get::<_, String>(4)?.parse().unwrap();
            Ok((row.get(0)?, LessonRef { course, date, lesson: row.get(5)? }, row.get::<_, i64>(6)?))
        });
        let (teacher, at, id) = found.unwrap();
        let sql = "SELECT file FROM pupils JOIN enrolments ON pupil = pupils.id WHERE class = ?1 AND until IS NULL
                   AND NOT EXISTS (SELECT 1 FROM marks WHERE lesson = ?2 AND marks.pupil = pupils.id)
                   AND NOT EXISTS (SELECT 1 FROM attendance WHERE lesson = ?2 AND attendance.pupil = pupils.id)";
        let mut statement = file.prepare(sql).unwrap();
        let pupils = statement.query_map((at.course.class.to_string(), id), |row| row.get(0)).unwrap();
        (teacher, at, pupils.map(Result::unwrap).collect())
    }

    /// Prepares a stick, and opens it as a slow one.
    fn prepare(&self, login: &str, whose: &str) -> Issued {
        let mount = self.sticks.join(login);
        std::fs::create_dir(&mount).unwrap();
        let (mut journal, deputy) = (self.journal(), self.key(DEPUTY));
        let mut place = Workplace::at(&mut journal, &deputy, &self.now).unwrap();
        let wish = Preparation {
            mount: &mount,
            to: login,
            label: Some(login),
            place: None,
            replaces: None,
            owner_key: Some(self.key(login)),
            programs: Some(&self.path("none")),
            server: None,
        };
        let start = Instant::now();
        let prepared = prepare(&mut place, &wish, &mut |_| Ok(self.prove(&mut |_| {}))).unwrap();
        let whole = start.elapsed().as_secs_f64();
        let proven = self.prove(&mut |_| {});
        let excerpt = seconds(|| drop(proven.excerpt(login).unwrap()));
        let sealed = std::fs::metadata(mount.join("base-0.age")).unwrap().len();
        println!(
            "base of {whose}: {} bytes, {sealed} on the stick; made in {excerpt:.2} s, the stick prepared in {whole:.2} s",
            prepared.bytes
        );
        let issued = Issued { mount, passphrase: SecretString::from(prepared.passphrase.to_string()) };
        issued.open_slowly(whose);
        issued
    }

    /// Records marks one by one, each as a key of the grid does.
    fn record(
        &self,
        issued: &Issued,
        (at, pupils): (&LessonRef, &[String]),
        from: usize,
        count: usize,
    ) -> Vec<Duration> {
        let mut stick = at_work::open(&issued.mount, || Ok(issued.passphrase.clone())).unwrap();
        let one = |number: usize| {
            let marks = Marks::parse(["3", "4", "5"][number / pupils.len() % 3]).unwrap();
            let pupil = pupils[number % pupils.len()].as_str().into();
            let cell = CellWish { pupil, attendance: None, marks: Some(Some(marks)) };
            let wish = CellsWish { cells: vec![cell], ..CellsWish::of(at.clone()) };
            let start = Instant::now();
            let mut place = Workplace::at(&mut stick.journal, &stick.owner, &self.now).unwrap();
            assert_eq!(marks::set(&mut place, &wish).unwrap().marks, 1);
            start.elapsed()
        };
        (from..from + count).map(one).collect()
    }

    /// All that a hand-over is: what was recorded is taken in, the journal proven on, the stick renewed.
    fn hand_over(&self, issued: &Issued) {
        let mut journal = self.journal();
        let unlocked = issued.open();
        let none = self.path("none");
        let mut prove = |_: &Journal| Ok(self.prove(&mut |_| {}));
        let mut renewing = Renewing { prove: &mut prove, programs: Some(&none), server: None };
        let start = Instant::now();
        let by = By::Owner(Box::new(unlocked));
        let synced = sync(&mut journal, &self.now, &issued.mount, by, &mut renewing).unwrap();
        let time = start.elapsed().as_secs_f64();
        let taken = synced.entries.iter().filter(|one| matches!(one.outcome, Outcome::Accepted(_))).count();
        assert!(taken == HANDED && synced.renewed.is_some(), "{taken} taken in");
        println!("sync of {HANDED} entries: {time:.2} s after its opening");
    }

    /// Entries taken in a second, and the same recorded in one batch, in turn, each in a copy of the journal.
    fn compare(&self, issued: &Issued, owner: &Identity) {
        let unlocked = issued.open();
        let entries = unlocked.to_hand_in().unwrap().to_vec();
        let strand = unlocked.card().strand;
        let bodies: Vec<Body> = entries.iter().map(|strung| Entry::from_json(&strung.payload).unwrap().body).collect();
        let (mut taken, mut recorded) = (f64::MAX, f64::MAX);
        for round in 0..ROUNDS {
            let copy = |name: &str| {
                let to = self.path(&format!("{name}-{round}.letopis"));
                let file = Connection::open(self.path("journal.letopis")).unwrap();
                file.execute("VACUUM INTO ?1", [to.to_str().unwrap()]).unwrap();
                Journal::open(&to).unwrap()
            };
            let author = Author { signer: owner, clock: &self.now, taken_over: false };
            let (mut one, mut other) = (copy("taken"), copy("recorded"));
            taken = taken.min(seconds(|| take(&mut one, author, (&strand, &entries))));
            recorded = recorded.min(seconds(|| {
                let mut batch = other.batch().unwrap();
                bodies.iter().for_each(|body| drop(batch.record(author, body.clone()).unwrap()));
                batch.commit().unwrap();
            }));
        }
        let rate = |seconds: f64| entries.len() as f64 / seconds;
        println!(
            "taking in {TAKEN} entries: {:.0}/s, recording them in one batch {:.0}/s, ratio {:.2}",
            rate(taken),
            rate(recorded),
            recorded / taken
        );
        assert!(recorded / taken >= 1.0 / 3.0, "taking in is too slow");
    }
}

fn take(journal: &mut Journal, author: Author<'_>, (strand, entries): (&StrandId, &[Strung])) {
    let mut batch = journal.batch().unwrap();
    let taken = take_in(&mut batch, author, HandOver { strand, entries, receipts: &[] }).unwrap();
    batch.commit().unwrap();
    assert!(taken.results.iter().all(|one| matches!(one.outcome, Outcome::Accepted(_))), "{:?}", taken.results);
    assert_eq!(taken.results.len(), entries.len());
}

impl Issued {
    fn open(&self) -> letopis::away::stick::Unlocked {
        Stick::open(&self.mount).unwrap().unlock(|| Ok(self.passphrase.clone())).unwrap()
    }

    /// From the passphrase to the tables that are worked on.
    fn open_slowly(&self, whose: &str) {
        let medium = Arc::new(Slow { folder: FolderMedium::open(&self.mount).unwrap(), read: AtomicU64::new(0) });
        let start = Instant::now();
        let unlocked = Stick::on(medium.clone()).unwrap().unlock(|| Ok(self.passphrase.clone())).unwrap();
        drop(excerpt::open(unlocked.image()).unwrap());
        let (time, read) = (start.elapsed().as_secs_f64(), medium.read.load(Ordering::Relaxed));
        println!(
            "the stick of {whose} at 2 MB/s: opened in {time:.2} s, {:.2} s of it reading {read} bytes",
            read as f64 / SLOW
        );
    }
}

/// A folder that is read as slowly as a slow stick.
struct Slow {
    folder: FolderMedium,
    read: AtomicU64,
}

impl Medium for Slow {
    fn read_at(&self, name: &str, at: u64, bytes: &mut [u8]) -> io::Result<()> {
        std::thread::sleep(Duration::from_secs_f64(bytes.len() as f64 / SLOW));
        self.read.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        self.folder.read_at(name, at, bytes)
    }

    fn length(&self, name: &str) -> io::Result<Option<u64>> {
        self.folder.length(name)
    }

    fn make(&self, name: &str) -> io::Result<()> {
        self.folder.make(name)
    }

    fn set_length(&self, name: &str, length: u64) -> io::Result<()> {
        self.folder.set_length(name, length)
    }

    fn write_at(&self, name: &str, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.folder.write_at(name, at, bytes)
    }

    fn sync(&self, name: &str) -> io::Result<()> {
        self.folder.sync(name)
    }

    fn sync_names(&self) -> io::Result<()> {
        self.folder.sync_names()
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.folder.remove(name)
    }
}

fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}
