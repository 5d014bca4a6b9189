//! The school's server at a school of 30 classes at its year's end, under the load of a whole school's parents, while marks are
//! recorded: pages a second, the slowest of a hundred, memory, the first page after a start, ten thousand idle connections.
//!
//! `cargo bench --bench serve`; `-- --classes 3 --seconds 3` for a small one, `--page /settings` for one page alone, `--keep DIR` to
//! make the school once and load it again. Needs `wrk`, `faketime`, GNU `time`.

#[path = "place/mod.rs"]
mod place;

use chrono::{DateTime, FixedOffset, Local};
use letopis::inform::mail::Settings;
use letopis::inform::outbox::Outbox;
use letopis::journal::Journal;
use letopis::journal::contacts::{Consent, Contact, Contacts, Standing};
use letopis::ledger::identity::Identity;
use letopis::ledger::keyfile;
use letopis::school::{ClassName, CourseKey, Marks};
use letopis::work::Workplace;
use letopis::work::informing::Informing;
use letopis::work::lesson::LessonRef;
use letopis::work::marks::{self, CellWish, CellsWish};
use place::{LETOPIS, Place};
use rusqlite::{Connection, OptionalExtension};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const HOST: &str = "dnevnik.school.example";
/// The cookie of a session.
const COOKIE: &str = "__Host-letopis";
/// Connections that ask at once.
const CONNECTIONS: usize = 64;
/// Connections that are held idle.
const IDLE: usize = 10_000;
/// Entries that are recorded a second.
const RECORDED: u32 = 20;
/// Readers who have a session.
const READERS: usize = 200;

fn main() {
    let given: Vec<String> = std::env::args().collect();
    let option = |name: &str, usual: &str| {
        let at = given.iter().position(|word| word == name);
        at.and_then(|at| given.get(at + 1)).map_or_else(|| usual.to_owned(), Clone::clone)
    };
    let (classes, seconds) = (option("--classes", "30"), option("--seconds", "20"));
    let (dir, kept) = (tempfile::tempdir().unwrap(), option("--keep", ""));
    let place = match kept.as_str() {
        "" => made(dir.path(), &classes),
        kept if Path::new(kept).join("full/serve.toml").exists() => Place(Path::new(kept).join("full")),
        kept => made(Path::new(kept), &classes),
    };
    let recorder = Recorder::find(&place, "%", "2026-05-29 16:00:00").unwrap();
    let pages = pages(&place, &recorder, &option("--page", ""));
    let first = Serving::start(&place);
    println!("first page after the start, proven from the first record: {:?}", first.until_page(&pages[0]));
    drop(first);
    let serving = Serving::start(&place);
    println!("first page after the start, proof kept: {:?}", serving.until_page(&pages[0]));
    weigh(&serving, &pages);
    load(&place, &serving, &recorder, &pages, &seconds);
    println!("memory after the load: {}", serving.memory(&place));
    idle(&serving, &pages[0]);
    println!("memory after {IDLE} idle connections: {}", serving.memory(&place));
    drop(serving);
    digests(&place);
}

/// A school with all that the server needs.
fn made(dir: &Path, classes: &str) -> Place {
    let place = Place::new(dir, "full", &["--classes", classes]);
    place.import();
    prepare(&place);
    place
}

/// What the evening's digests of a whole school take: a family of each pupil, and a mark for everybody in a lesson of the day.
fn digests(place: &Place) {
    let file = Connection::open(place.path("journal.letopis")).unwrap();
    let mut statement =
        file.prepare("SELECT file FROM pupils JOIN enrolments ON pupil = pupils.id WHERE until IS NULL").unwrap();
    let pupils: Vec<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let consent = Some(Consent { day: "2025-09-01".parse().unwrap(), document: "согласие".into() });
    let line = |pupil: &String| Contact {
        pupil: pupil.clone(),
        who: "мать".into(),
        name: "Учебная Анна Ивановна".into(),
        telephone: String::new(),
        email: format!("{}@example.org", pupil.bytes().map(|byte| format!("{byte:02x}")).collect::<String>()),
        address: String::new(),
        consent: consent.clone(),
    };
    let contacts = Contacts::open(&place.path("journal.letopis")).unwrap();
    contacts.set(&pupils.iter().map(line).collect::<Vec<_>>()).unwrap();
    let mail = "journal = \"journal.letopis\"\npublic_address = \"https://dnevnik.school.example\"\n[mail]\nhost = \"localhost\"\n\
                from = \"journal@school.example\"\ntls = \"none-on-loopback\"\ndigest_at = \"17:00\"\nforecast_on = \"\"\n";
    std::fs::write(place.path("mail.toml"), mail).unwrap();
    let (settings, _) = Settings::read(&place.path("mail.toml")).unwrap();
    let mut journal = Journal::open(&place.path("journal.letopis")).unwrap();
    let before = journal.prove(&mut |_| {}).unwrap().tip().seq.to_string();
    let mut classes = file.prepare("SELECT DISTINCT class FROM courses").unwrap();
    let classes: Vec<String> = classes.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let clock = "2026-05-29 17:05:00";
    let teachers: Vec<Recorder> = classes.iter().filter_map(|class| Recorder::find(place, class, clock)).collect();
    teachers.iter().for_each(|of| of.record_all(&mut journal));
    let proven = journal.prove(&mut |_| {}).unwrap();
    let now: DateTime<FixedOffset> = "2026-05-29T18:00:00+03:00".parse().unwrap();
    let informing = Informing::new(&proven, &contacts, &settings, &now).unwrap();
    let mut outbox = Outbox::open(&place.path("journal.letopis")).unwrap();
    let length = proven.tip().seq.to_string();
    outbox
        .round()
        .unwrap()
        .unwrap()
        .put(&[], now, &[("digest", before.as_str()), ("finals", length.as_str())])
        .unwrap();
    let begun = Instant::now();
    let due = informing.due(&outbox).unwrap();
    println!("{} digests for {} families composed in {:?}", due.len(), pupils.len(), begun.elapsed());
}

/// The server's key, its settings and its certificate; the key of a teacher who records.
fn prepare(place: &Place) {
    let clock = "2026-05-29 16:00:00";
    place.run(clock, "ivanova", &["staff", "service", "server", "--key", "keys/server.key"]);
    let settings = format!(
        "journal = \"journal.letopis\"\nidentity = \"keys/server.key\"\ncache = \"cache/server\"\n\
         public_address = \"https://{HOST}\"\n[diary]\nlisten = \"127.0.0.1:0\"\n"
    );
    std::fs::write(place.path("serve.toml"), settings).unwrap();
}

/// A page that is asked for, with the session of who may see it.
struct Page {
    path: String,
    token: String,
}

/// Pages of many readers: each has a session, and asks for the weeks and final marks of his child, or for one page alone.
fn pages(place: &Place, recorder: &Recorder, alone: &str) -> Vec<Page> {
    let file = Connection::open(place.path("journal.letopis")).unwrap();
    let sql = "SELECT file FROM pupils JOIN enrolments ON pupil = pupils.id WHERE until IS NULL ORDER BY class = ?1 DESC, file LIMIT ?2";
    let mut statement = file.prepare(sql).unwrap();
    let of = (recorder.at.course.class.to_string(), i64::try_from(READERS).unwrap());
    let pupils: Vec<String> = statement.query_map(of, |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let contacts = Contacts::open(&place.path("journal.letopis")).unwrap();
    let now = Local::now().fixed_offset();
    let mut pages = Vec::new();
    for (number, pupil) in pupils.iter().enumerate() {
        let reader = contacts.add_reader(Standing::Parent, "Учебная Анна Ивановна", pupil).unwrap();
        contacts.issue(reader, "ivanova", now).unwrap();
        let token = contacts.begin_session(reader, now).unwrap();
        let weeks = ["2026-05-25", "2026-05-18", "2026-05-11", "2026-04-20"];
        let path = match number % 5 {
            _ if !alone.is_empty() => alone.to_owned(),
            4 => "/diary/0/finals".to_owned(),
            week => format!("/diary/0/week/{}", weeks[week]),
        };
        pages.push(Page { path, token });
    }
    pages
}

/// A teacher with a lesson on the last day, and the pupils whose marks are set there one by one.
struct Recorder {
    identity: Identity,
    at: LessonRef,
    pupils: Vec<String>,
}

impl Recorder {
    /// In a class, or in any where marks are given.
    fn find(place: &Place, class: &str, clock: &str) -> Option<Self> {
        let file = Connection::open(place.path("journal.letopis")).unwrap();
        let sql = "SELECT teacher, class, subject, date, lessons.lesson, lessons.id FROM lessons JOIN courses ON courses.id = course
                   WHERE date = '2026-05-29' AND class LIKE ?1 AND class NOT LIKE '1_' AND grp = '' ORDER BY lessons.id LIMIT 1";
        let (teacher, at, id): (String, LessonRef, i64) = file
            .query_row(sql, [class], |row| {
                let (class, subject): (String, String) = (row.get(1)?, row.get(2)?);
                let course = CourseKey { class: ClassName::parse(&class).unwrap(), group: String::new(), subject };
                let date = row.get::<_, String>(3)?.parse().unwrap();
                Ok((row.get(0)?, LessonRef { course, date, lesson: row.get(4)? }, row.get(5)?))
            })
            .optional()
            .unwrap()?;
        let sql = "SELECT file FROM pupils JOIN enrolments ON pupil = pupils.id WHERE class = ?1 AND until IS NULL
                   AND NOT EXISTS (SELECT 1 FROM marks WHERE lesson = ?2 AND marks.pupil = pupils.id)
                   AND NOT EXISTS (SELECT 1 FROM attendance WHERE lesson = ?2 AND attendance.pupil = pupils.id)";
        let mut statement = file.prepare(sql).unwrap();
        let pupils = statement.query_map((at.course.class.to_string(), id), |row| row.get(0)).unwrap();
        let pupils = pupils.map(Result::unwrap).collect();
        let key = format!("keys/{teacher}.key");
        if !place.path(&key).exists() {
            place.run(clock, &teacher, &["key", "new", &key, "--no-passphrase"]);
            place.run(clock, "ivanova", &["staff", "enroll", &teacher, &key]);
        }
        let identity = keyfile::read(&place.path(&key), || unreachable!("it has no passphrase")).unwrap();
        Some(Self { identity, at, pupils })
    }

    /// Records a mark for everybody, in one entry.
    fn record_all(&self, journal: &mut Journal) {
        let now: DateTime<FixedOffset> = "2026-05-29T17:10:00+03:00".parse().unwrap();
        let mark = |pupil: &String| CellWish {
            pupil: pupil.as_str().into(),
            attendance: None,
            marks: Some(Some(Marks::parse("4/5").unwrap())),
        };
        let wish = CellsWish { cells: self.pupils.iter().map(mark).collect(), ..CellsWish::of(self.at.clone()) };
        marks::set(&mut Workplace::at(journal, &self.identity, &now).unwrap(), &wish).unwrap();
    }

    /// Records marks, so many a second, until it is told to stop.
    fn record(&self, journal: &Path, stop: &AtomicBool, done: &AtomicUsize) {
        let now: DateTime<FixedOffset> = "2026-05-29T17:00:00+03:00".parse().unwrap();
        let mut journal = Journal::open(journal).unwrap();
        let begun = Instant::now();
        for number in 0.. {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            let pupil = self.pupils[number % self.pupils.len()].as_str().into();
            let mark = ["3", "4", "5"][number / self.pupils.len() % 3];
            let cell = CellWish { pupil, attendance: None, marks: Some(Some(Marks::parse(mark).unwrap())) };
            let wish = CellsWish { cells: vec![cell], ..CellsWish::of(self.at.clone()) };
            marks::set(&mut Workplace::at(&mut journal, &self.identity, &now).unwrap(), &wish).unwrap();
            done.fetch_add(1, Ordering::Relaxed);
            let due = Duration::from_secs(1) / RECORDED * u32::try_from(number + 1).unwrap();
            std::thread::sleep(due.saturating_sub(begun.elapsed()));
        }
    }
}

/// The server, running.
struct Serving {
    program: Child,
    begun: Instant,
    door: String,
}

impl Serving {
    fn start(place: &Place) -> Self {
        let begun = Instant::now();
        let mut program = Command::new(LETOPIS)
            .arg("serve")
            .current_dir(&place.0)
            .env("XDG_STATE_HOME", place.path("state"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(program.stdout.take().unwrap());
        let door = said
            .lines()
            .map_while(Result::ok)
            .find_map(|line| line.split_once("(дверь ").map(|(_, door)| door.trim_end_matches(')').to_owned()));
        Self { program, begun, door: door.expect("it starts") }
    }

    /// Asks for a page; the connection stays open.
    fn ask(&self, stream: &mut TcpStream, page: &Page) -> (String, usize) {
        let Page { path, token } = page;
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {HOST}\r\nCookie: {COOKIE}={token}\r\n\r\n").unwrap();
        let mut answer = BufReader::new(stream);
        let (mut status, mut length) = (String::new(), 0);
        answer.read_line(&mut status).unwrap();
        loop {
            let mut line = String::new();
            answer.read_line(&mut line).unwrap();
            if line == "\r\n" {
                break;
            }
            if let Some(told) = line.to_lowercase().strip_prefix("content-length:") {
                length = told.trim().parse().unwrap();
            }
        }
        answer.read_exact(&mut vec![0; length]).unwrap();
        (status.trim().to_owned(), length)
    }

    fn page(&self, page: &Page) -> (String, usize) {
        self.ask(&mut TcpStream::connect(&self.door).unwrap(), page)
    }

    /// From the program's start to the first page.
    fn until_page(&self, page: &Page) -> Duration {
        let (status, _) = self.page(page);
        assert_eq!(status, "HTTP/1.1 200 OK");
        self.begun.elapsed()
    }

    /// The most memory that it has had, and how much of that the proven tables are.
    fn memory(&self, place: &Place) -> String {
        let told = std::fs::read_to_string(format!("/proc/{}/status", self.program.id())).unwrap();
        let of = |name: &str| -> u64 {
            let line = told.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
            line.trim().trim_end_matches(" kB").parse().unwrap()
        };
        let (peak, now, program) = (of("VmHWM:"), of("RssAnon:") >> 10, of("RssFile:") >> 10);
        let kept =
            std::fs::read_dir(place.path("cache/server")).unwrap().map(|file| file.unwrap().metadata().unwrap().len());
        let tables = kept.max().unwrap_or_default() >> 20;
        let peak = peak >> 10;
        let beside = peak.saturating_sub(tables);
        format!(
            "peak {peak} MiB, the proven tables {tables} MiB: {beside} MiB beside them, {program} of which the program's file; \
             now {now} MiB of its own"
        )
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        let _ = Command::new("kill").args(["-s", "TERM", &self.program.id().to_string()]).status();
        let _ = self.program.wait();
    }
}

/// How large the pages are.
fn weigh(serving: &Serving, pages: &[Page]) {
    let sizes: Vec<usize> = pages.iter().take(50).map(|page| serving.page(page).1).collect();
    println!(
        "a page: {} bytes at most, {} on average",
        sizes.iter().max().unwrap(),
        sizes.iter().sum::<usize>() / sizes.len()
    );
}

/// Many readers at once, while marks are recorded.
fn load(place: &Place, serving: &Serving, recorder: &Recorder, pages: &[Page], seconds: &str) {
    let requests: String = pages
        .iter()
        .map(|page| {
            format!("  wrk.format('GET', '{}', {{Host='{HOST}', Cookie='{COOKIE}={}'}}),\n", page.path, page.token)
        })
        .collect();
    let script = format!(
        "local pages, at = nil, math.random(1, 1000)\n\
         function init() pages = {{\n{requests}}} end\n\
         function request() at = at + 1; return pages[at % #pages + 1] end\n\
         local threads = {{}}\nfunction setup(thread) table.insert(threads, thread) end\n\
         local bad = 0\n"
    );
    std::fs::write(place.path("pages.lua"), script).unwrap();
    let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let journal = place.path("journal.letopis");
    std::thread::scope(|scope| {
        let recording = scope.spawn(|| recorder.record(&journal, &stop, &done));
        let told = Command::new("wrk")
            .args([
                "-t",
                "2",
                "-c",
                &CONNECTIONS.to_string(),
                "-d",
                &format!("{seconds}s"),
                "--latency",
                "-s",
                "pages.lua",
            ])
            .arg(format!("http://{}", serving.door))
            .current_dir(&place.0)
            .output()
            .expect("wrk is installed");
        stop.store(true, Ordering::Relaxed);
        recording.join().unwrap();
        println!("{}", String::from_utf8_lossy(&told.stdout));
        eprint!("{}", String::from_utf8_lossy(&told.stderr));
    });
    println!("recorded meanwhile: {} entries", done.load(Ordering::Relaxed));
}

/// Connections that are open and ask for nothing, and a page meanwhile.
fn idle(serving: &Serving, page: &Page) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let now = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: now.maximum, maximum: now.maximum });
    let begun = Instant::now();
    let mut held = Vec::with_capacity(IDLE);
    for _ in 0..IDLE {
        let mut stream = TcpStream::connect(&serving.door).unwrap();
        write!(stream, "GET /health HTTP/1.1\r\nHost: {HOST}\r\n\r\n").unwrap();
        held.push(stream);
    }
    let answered =
        held.iter_mut().filter_map(|stream| stream.read(&mut [0; 512]).ok().filter(|read| *read > 0)).count();
    println!("{answered} of {IDLE} idle connections held after {:?}", begun.elapsed());
    let begun = Instant::now();
    let (status, _) = serving.page(page);
    println!("a page meanwhile: {status} in {:?}", begun.elapsed());
}
