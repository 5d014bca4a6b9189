//! The audit at full size: 30 classes, a whole year, every mark and every absence an entry of its own, as teachers record
//! them in the grid. Run with `cargo bench --bench audit`.
//!
//! The generator's school is imported whole into one journal, from whose tables the lessons, marks and absences are taken
//! and recorded anew in another: each by its teacher, at the time of its lesson. Each figure gets a peer in the same run:
//! the audit is held against its signatures alone, and those against dalek's batches; `mark set` is a whole
//! process on the large journal and on an empty one. With `LETOPIS_BENCH_DIR` the journal is made there and kept for the
//! next run.

use chrono::{DateTime, Duration, FixedOffset, NaiveDate};
use ed25519_dalek::{Signature, VerifyingKey, verify_batch};
use letopis::import;
use letopis::journal::entry::{
    AttendanceSet, Body, JournalCreated, KeyEnrolled, LessonRecorded, LessonRef, MarkLine, MarksSet, Person,
    PresenceLine,
};
use letopis::journal::read::Tables;
use letopis::journal::{Author, Journal, read};
use letopis::ledger::identity::Identity;
use letopis::ledger::keyfile;
use letopis::ledger::signatures::{Checker, Signed};
use letopis::school::{ClassName, CourseKey, Marks, School, parse_date};
use rayon::prelude::*;
use rusqlite::Connection;
use std::collections::HashMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const LETOPIS: &str = env!("CARGO_BIN_EXE_letopis");

/// How often a short command is run; the median counts.
const RUNS: usize = 31;

/// Entries that share a transaction while the journal is made.
const TOGETHER: usize = 20_000;

/// Of so many marks of a lesson, one was first entered wrong and is overwritten on the day: the ledger keeps both.
const SLIPS: usize = 4;

/// Signatures that are checked for their figure.
const SIGNATURES: usize = 100_000;

fn main() {
    let kept = std::env::var_os("LETOPIS_BENCH_DIR").map(PathBuf::from);
    let made = tempfile::tempdir().expect("a temporary folder");
    let dir = kept.as_deref().unwrap_or(made.path());
    let full = Place::new(dir.join("full"), 30);
    let empty = Place::new(dir.join("empty"), 1);
    let signatures = full.signatures();
    full.audit(signatures);
    full.advance();
    mark_set(&full, &empty);
}

/// A school in a folder of its own: `journal.letopis`, `keys/*.key`.
struct Place(PathBuf);

impl Place {
    fn new(dir: PathBuf, classes: usize) -> Self {
        let place = Self(dir);
        if place.0.join("journal.letopis").exists() {
            return place;
        }
        std::fs::create_dir_all(place.0.join("keys")).expect("a folder");
        place.generate(classes);
        let whole = place.found("whole.letopis", "2026-05-29T15:00:00+03:00", &[]).0;
        let later = ["lessons.csv", "marks.csv", "reasons.csv", "finals.csv", "decisions.csv", "contacts.csv"];
        let (mut journal, keys) = place.found("journal.letopis", "2025-09-01T07:00:00+03:00", &later);
        if classes > 1 {
            let start = Instant::now();
            let entries = live(&mut journal, &keys, &Connection::open(whole.path()).expect("the journal"));
            println!("made         {entries} entries in {:.0} s", start.elapsed().as_secs_f64());
        } else {
            let first =
                happenings(&Connection::open(whole.path()).expect("the journal")).into_iter().next().expect("a lesson");
            journal.record(author(&keys[&first.by], &first.at), first.body).expect("a lesson");
        }
        place
    }

    fn generate(&self, classes: usize) {
        let status = Command::new(env!("CARGO"))
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .args(["run", "--quiet", "--release", "--example", "generate-school", "--"])
            .arg(self.0.join("school"))
            .args(["--classes", &classes.to_string()])
            .status();
        assert!(status.is_ok_and(|status| status.success()), "the generator failed");
    }

    /// A new journal with everything of the school but some files, and everybody's key, which is kept in `keys/`.
    fn found(&self, name: &str, now: &str, without: &[&str]) -> (Journal, HashMap<String, Identity>) {
        let now = DateTime::parse_from_rfc3339(now).expect("a time");
        let folder = self.0.join("school");
        for file in without {
            let _ = std::fs::remove_file(folder.join(file));
        }
        let school = std::fs::read_to_string(folder.join("school.toml")).expect("the school");
        let school = School::from_toml(&school).expect("the school");
        let mut faults = import::Faults::default();
        let staff = import::read_staff(&folder, &mut faults).expect("the staff");
        let keys: HashMap<String, Identity> =
            staff.iter().map(|(_, row)| (row.login.clone(), Identity::generate())).collect();
        let row = staff.into_iter().map(|(_, row)| row).find(|row| row.login == "ivanova").expect("the administrator");
        let import::StaffRow { login, name: person, position, association, roles } = row;
        let created = JournalCreated {
            previous: None,
            school,
            administrator: Person { login, name: person, position, association, roles },
            key: keys["ivanova"].public(),
            recovery: Identity::generate().public().recipient().to_owned(),
            second: Vec::new(),
            emergency: None,
        };
        let administrator = author(&keys["ivanova"], &now);
        let mut journal = Journal::create(&self.0.join(name), administrator, created).expect("a journal");
        let outcome = import::import(
            &mut journal,
            administrator,
            &folder,
            import::How { another: true, ..import::How::default() },
            &mut |_, _| {},
        )
        .expect("an import");
        assert!(outcome.faults.is_empty(), "{:?}", outcome.faults.first());
        let id = journal.tip().expect("a tip").journal;
        let mut batch = journal.batch().expect("a batch");
        for (login, key) in keys.iter().filter(|(login, _)| *login != "ivanova") {
            batch.record(administrator, KeyEnrolled::of(key, &id, login).expect("a key")).expect("a key");
        }
        batch.commit().expect("a commit");
        for (login, key) in &keys {
            let file = self.0.join(format!("keys/{login}.key"));
            let _ = std::fs::remove_file(&file);
            keyfile::write_new(&file, key, None).expect("a key file");
        }
        (journal, keys)
    }

    fn journal(&self) -> PathBuf {
        self.0.join("journal.letopis")
    }

    /// Checks the signatures alone, in three ways, on all processors.
    /// The signatures alone, on as many threads as an audit checks them on; gives how many a second.
    fn signatures(&self) -> f64 {
        let file = Connection::open(self.journal()).expect("the journal");
        let records = records(&file, Journal::open(&self.journal()).expect("the journal").tables());
        let threads = std::thread::available_parallelism().map_or(1, Into::into);
        let mut blocks: Vec<Vec<Signed>> = Vec::new();
        for (seq, (message, signature, key)) in (1..).zip(&records) {
            if blocks.last().is_none_or(|block| block.len() == 2048) {
                blocks.push(Vec::new());
            }
            let signed = Signed { seq, message: message.clone(), signature: *signature, key: *key, strand: false };
            blocks.last_mut().expect("a block").push(signed);
        }
        let strict = seconds(|| {
            let checker = Checker::start(threads);
            blocks.into_iter().for_each(|block| checker.check(block));
            assert!(checker.finish().is_empty());
        });
        let messages: Vec<&[u8]> = records.iter().map(|(message, ..)| message.as_slice()).collect();
        let signatures: Vec<Signature> =
            records.iter().map(|(_, signature, _)| Signature::from_bytes(signature)).collect();
        let keys: Vec<VerifyingKey> =
            records.iter().map(|(.., key)| VerifyingKey::from_bytes(key).expect("a key")).collect();
        let batches = seconds(|| {
            let holds = |at: usize| {
                let places = at..(at + 256).min(keys.len());
                verify_batch(&messages[places.clone()], &signatures[places.clone()], &keys[places]).is_ok()
            };
            assert!((0..keys.len()).into_par_iter().step_by(256).all(holds));
        });
        let rate = |seconds: f64| records.len() as f64 / seconds;
        println!("signatures   {:.0}/s; in batches (not strict) {:.0}/s", rate(strict), rate(batches));
        rate(strict)
    }

    fn audit(&self, signatures: f64) {
        let start = Instant::now();
        let report = Journal::audit(&self.journal(), &mut |_| {}).expect("an audit").report;
        let seconds = start.elapsed().as_secs_f64();
        assert!(report.is_clean(), "{:?}", report.findings.first());
        let bytes = self.journal().metadata().expect("the journal").len();
        let entries = report.tip.seq;
        println!(
            "audit        {entries} entries in {seconds:.1} s, {:.0} entries/s, {:.2} times the signatures alone; the file {} MiB, {} bytes an entry",
            entries as f64 / seconds,
            seconds * signatures / entries as f64,
            bytes >> 20,
            bytes / entries
        );
    }

    /// A proof from the start, and one that goes on from it to a single mark.
    fn advance(&self) {
        let journal = Journal::open(&self.journal()).expect("the journal");
        let mut proven = None;
        let whole = seconds(|| proven = Some(journal.prove(&mut |_| {}).expect("a proof")));
        self.mark_set(RUNS);
        let further = seconds(|| {
            proven.expect("a proof").advance().expect("a proof");
        });
        println!("proof        {whole:.1} s from the start, {further:.2} s to go on by one entry");
    }

    /// A whole process that sets a mark of the last recorded lesson.
    fn mark_set(&self, run: usize) -> f64 {
        let file = Connection::open(self.journal()).expect("the journal");
        let sql = "SELECT lessons.author, courses.class, subject, grp, date, lessons.lesson, pupils.file FROM lessons
                   JOIN courses ON courses.id = course JOIN enrolments ON enrolments.class = courses.class
                   JOIN pupils ON pupils.id = pupil WHERE until IS NULL AND grp = ''
                   ORDER BY lessons.id DESC, pupils.id LIMIT 1";
        let row = file.query_row(sql, [], |row| {
            let texts = [0, 1, 2, 4, 6].map(|column| row.get::<_, String>(column));
            Ok((texts, row.get::<_, u8>(5)?.to_string()))
        });
        let (texts, lesson) = row.expect("a lesson");
        let [teacher, class, subject, date, pupil] = texts.map(|text| text.expect("a text"));
        let mark = format!("{pupil}={}", 3 + run % 3);
        let date_of = parse_date(&date).expect("a date").format("%d.%m.%Y").to_string();
        // In the evening of that day, and after whatever an earlier run recorded.
        let sql = "SELECT payload ->> 'time' FROM ledger ORDER BY seq DESC LIMIT 1";
        let last: String = file.query_row(sql, [], |row| row.get(0)).expect("a time");
        let last = DateTime::parse_from_rfc3339(&last).expect("a time") + Duration::seconds(20);
        let evening = DateTime::parse_from_rfc3339(&format!("{date}T20:00:00+03:00")).expect("a time");
        let clock = last.max(evening).format("%Y-%m-%d %H:%M:%S").to_string();
        drop(file);
        let start = Instant::now();
        let status = Command::new("faketime")
            .args([&clock, LETOPIS])
            .args(["mark", "set", &class, &subject, &date_of, &mark, "--lesson", &lesson])
            .env("TZ", "MSK-3")
            .env("LETOPIS_IDENTITY", self.0.join(format!("keys/{teacher}.key")))
            .env("LETOPIS_JOURNAL", self.journal())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status();
        let time = start.elapsed().as_secs_f64() * 1000.0;
        assert!(status.is_ok_and(|status| status.success()), "mark set failed");
        time
    }
}

/// The whole process, in turn on the large journal and on the empty one.
fn mark_set(full: &Place, empty: &Place) {
    let mut times = [Vec::new(), Vec::new()];
    for run in 0..RUNS {
        for (place, times) in [full, empty].into_iter().zip(&mut times) {
            times.push(place.mark_set(run));
        }
    }
    let [full, empty] = times.map(|mut times| {
        times.sort_by(f64::total_cmp);
        times[RUNS / 2]
    });
    println!("mark set     {full:.1} ms, on an empty journal {empty:.1} ms, ratio {:.2}", full / empty);
}

fn author<'a>(identity: &'a Identity, now: &'a DateTime<FixedOffset>) -> Author<'a> {
    Author { signer: identity, clock: now, taken_over: false }
}

/// An entry to be recorded: by whom, when, what.
struct Happening {
    by: String,
    at: DateTime<FixedOffset>,
    body: Body,
}

/// Records the whole year; gives the number of entries.
fn live(journal: &mut Journal, keys: &HashMap<String, Identity>, whole: &Connection) -> usize {
    let all = happenings(whole);
    let entries = all.len();
    let mut all = all.into_iter().peekable();
    while all.peek().is_some() {
        let mut batch = journal.batch().expect("a batch");
        for happening in all.by_ref().take(TOGETHER) {
            let recorded = batch.record(author(&keys[&happening.by], &happening.at), happening.body);
            recorded.unwrap_or_else(|error| panic!("{error}"));
        }
        batch.commit().expect("a commit");
    }
    entries
}

/// The lessons of a journal in order of time, each followed by its marks and absences, one entry a cell.
fn happenings(whole: &Connection) -> Vec<Happening> {
    let sql = "SELECT lessons.id, class, grp, subject, date, lessons.lesson, topic, work, homework, substitute, teacher
               FROM lessons JOIN courses ON courses.id = course ORDER BY date, lessons.lesson, lessons.id";
    let mut statement = whole.prepare(sql).expect("a statement");
    let mut rows = statement.query([]).expect("lessons");
    let mut all = Vec::new();
    while let Some(row) = rows.next().expect("a lesson") {
        let text = |column: usize| row.get::<_, String>(column).expect("a text");
        let class = ClassName::parse(&text(1)).expect("a class");
        let (date, lesson): (NaiveDate, u8) = (parse_date(&text(4)).expect("a date"), row.get(5).expect("a number"));
        let at = LessonRef { course: CourseKey { class, group: text(2), subject: text(3) }, date, lesson };
        let substitute = text(9);
        let by = if substitute.is_empty() { text(10) } else { substitute.clone() };
        let start = DateTime::parse_from_rfc3339(&format!("{date}T08:00:00+03:00")).expect("a time");
        let now = start + Duration::minutes(50 * i64::from(lesson));
        let (topic, work, homework) = (text(6), text(7), text(8));
        let recorded =
            LessonRecorded { at: at.clone(), topic, work, homework, substitute, cells: Vec::new(), despite: false };
        all.push(Happening { by: by.clone(), at: now, body: recorded.into() });
        let cells = cells(whole, row.get(0).expect("an id"), &at);
        all.extend(cells.into_iter().map(|body| Happening { by: by.clone(), at: now, body }));
    }
    all
}

fn cells(whole: &Connection, lesson: i64, at: &LessonRef) -> Vec<Body> {
    let rows = |sql: &str| -> Vec<(String, String)> {
        let mut statement = whole.prepare_cached(sql).expect("a statement");
        let rows = statement.query_map([lesson], |row| Ok((row.get(0)?, row.get(1)?))).expect("cells");
        rows.map(|row| row.expect("a cell")).collect()
    };
    let marks = rows("SELECT file, marks FROM marks JOIN pupils ON pupils.id = pupil WHERE lesson = ?1");
    let absences = rows("SELECT file, kind FROM attendance JOIN pupils ON pupils.id = pupil WHERE lesson = ?1");
    let mark = |pupil: &str, marks: &str| {
        let marks = Some(Marks::parse(marks).expect("marks"));
        let line = MarkLine { pupil: pupil.to_owned(), marks, document: String::new(), earned: false };
        Body::from(MarksSet { at: at.clone(), work: String::new(), marks: vec![line] })
    };
    let marks = marks.iter().enumerate().flat_map(|(nth, (pupil, marks))| {
        let slip = (nth % SLIPS == 0).then(|| mark(pupil, if marks == "5" { "4" } else { "5" }));
        slip.into_iter().chain([mark(pupil, marks)])
    });
    let absences = absences.into_iter().map(|(pupil, kind)| {
        let attendance = letopis::school::Attendance::parse(&kind);
        Body::from(AttendanceSet { at: at.clone(), pupils: vec![PresenceLine { pupil, attendance, earned: false }] })
    });
    marks.chain(absences).collect()
}

/// The last records of a ledger: message, signature, key.
fn records(file: &Connection, tables: &Tables) -> Vec<(Vec<u8>, [u8; 64], [u8; 32])> {
    use letopis::journal::entry::Entry;
    use letopis::ledger::chain::Tip;
    let first = letopis::ledger::store::get(file, 1).expect("a record").expect("the first record");
    let last = letopis::ledger::store::tip(file).expect("a tip").seq;
    let mut keys = HashMap::new();
    let begin = last.saturating_sub(SIGNATURES as u64).max(2);
    let record = |seq| letopis::ledger::store::get(file, seq).expect("a record").expect("a record");
    let mut head = record(begin - 1).head;
    let take = |seq| {
        let record = record(seq);
        let key = Entry::from_json(&record.payload).expect("an entry").key;
        let key = *keys
            .entry(key)
            .or_insert_with_key(|key| *read::key(tables, key).expect("a key").expect("an enrolled key").public.key());
        let message = Tip { journal: first.head, seq: seq - 1, head }.message(&record.payload);
        head = record.head;
        (message, record.signature, key)
    };
    (begin..=last).map(take).collect()
}

fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    start.elapsed().as_secs_f64()
}
