//! Another face than the command line: it asks for use cases with a clock and a signer of its own.
//!
//! What a page in the browser or a teacher's stick will be, as small as it can be made. The key lies in another thread and
//! is asked over a channel; the clock moves on whenever somebody looks at it.

use crate::common::office::{Office, at, course, day};
use chrono::{DateTime, Duration, FixedOffset};
use letopis::error::Kind;
use letopis::journal::Journal;
use letopis::journal::read::{self, corrections, standing};
use letopis::ledger::identity::{Identity, PublicIdentity};
use letopis::ledger::signer::Signer;
use letopis::school::{Attendance, Clock, Login, Marks};
use letopis::work::correction::{self, CorrectionWish, LessonChanges, What};
use letopis::work::lesson::{self, LessonRef, LessonWish};
use letopis::work::marks::{self, CellWish, CellsWish};
use letopis::work::{Workplace, substitution};
use letopis::{Error, Result};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Mutex, PoisonError};

/// Moves on by twenty seconds at every look.
struct Moving(Mutex<DateTime<FixedOffset>>);

impl Moving {
    fn from(moment: &str) -> Self {
        Self(Mutex::new(at(moment)))
    }

    fn goes_on_at(&self, moment: &str) {
        *self.0.lock().unwrap() = at(moment);
    }
}

impl Clock for Moving {
    fn now(&self) -> DateTime<FixedOffset> {
        let mut moment = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *moment += Duration::seconds(20);
        *moment
    }
}

/// A message to sign, and where the signature is sent.
type Request = (Vec<u8>, Sender<[u8; 64]>);

/// A key in another thread, which counts what it has signed and may be pulled out.
struct Elsewhere {
    public: PublicIdentity,
    asked: Mutex<Option<Sender<Request>>>,
    signed: Mutex<usize>,
}

impl Elsewhere {
    fn holding(key: Identity) -> Self {
        let (asked, requests) = channel::<Request>();
        let public = key.public();
        std::thread::spawn(move || {
            for (message, answer) in requests {
                let _ = answer.send(key.sign(&message));
            }
        });
        Self { public, asked: Mutex::new(Some(asked)), signed: Mutex::new(0) }
    }

    fn is_pulled_out(&self) {
        *self.asked.lock().unwrap() = None;
    }
}

impl Signer for Elsewhere {
    fn public(&self) -> PublicIdentity {
        self.public.clone()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64]> {
        let gone = || Error::environment("ключ вынут");
        let (answer, signature) = channel();
        let asked = self.asked.lock().unwrap().clone().ok_or_else(gone)?;
        asked.send((message.to_vec(), answer)).map_err(|_| gone())?;
        let signature = signature.recv().map_err(|_| gone())?;
        *self.signed.lock().unwrap() += 1;
        Ok(signature)
    }
}

/// A face: the journal, and the people who come to it, each with a key of his own.
struct Face {
    office: Office,
    clock: Moving,
    keys: Vec<(&'static str, Elsewhere)>,
}

impl Face {
    fn open(moment: &str) -> Self {
        let office = Office::open();
        let keys = ["petrova", "semyonov", "gusev"].map(|login| {
            let key = Identity::parse(&office.keys[login].secret_text()).unwrap();
            (login, Elsewhere::holding(key))
        });
        Self { office, clock: Moving::from(moment), keys: keys.into() }
    }

    fn key(&self, login: &str) -> &Elsewhere {
        &self.keys.iter().find(|(of, _)| *of == login).unwrap().1
    }

    fn ask<T>(&mut self, login: &str, ask: impl FnOnce(&mut Workplace<'_>) -> Result<T>) -> Result<T> {
        let key = &self.keys.iter().find(|(of, _)| *of == login).unwrap().1;
        let mut place = Workplace::at(&mut self.office.journal, key, &self.clock)?;
        assert_eq!(*place.login(), login);
        ask(&mut place)
    }

    fn length(&self) -> u64 {
        self.office.journal.tip().unwrap().seq
    }
}

fn monday() -> LessonRef {
    LessonRef { course: course("Алгебра"), date: day("2025-09-15"), lesson: 2 }
}

fn equations() -> LessonWish {
    let said = |text: &str| Some(text.to_owned());
    LessonWish {
        at: monday(),
        topic: said("Уравнения"),
        work: None,
        homework: said("§ 4"),
        substitute: false,
        despite: false,
    }
}

fn cell(pupil: &str, attendance: Option<Attendance>, marks: &str) -> CellWish {
    let marks = (!marks.is_empty()).then(|| Some(Marks::parse(marks).unwrap()));
    CellWish { pupil: pupil.into(), attendance: attendance.map(Some), marks }
}

#[test]
fn a_lesson_marks_and_a_correction_go_through_another_face_and_pass_the_audit() {
    let mut face = Face::open("2025-09-15T10:00");
    let before = face.length();
    let given = face.ask("semyonov", |place| lesson::record(place, &equations())).unwrap();
    assert_eq!((given.was, given.done.numbers, given.unconfirmed), (None, vec![before + 1], false));
    assert_eq!((given.says.topic.as_str(), given.done.signed_by.as_str()), ("Уравнения", "Семёнов С. С."));

    let cells = vec![cell("И-01", None, "3"), cell("П-03", Some(Attendance::Absent), "")];
    let wish = CellsWish { cells, ..CellsWish::of(monday()) };
    let set = face.ask("semyonov", |place| marks::set(place, &wish)).unwrap();
    assert_eq!((set.marks, set.attendance, set.done.numbers), (1, 1, vec![before + 2, before + 3]));
    assert_eq!(*face.key("semyonov").signed.lock().unwrap(), 3, "each was signed elsewhere");

    face.clock.goes_on_at("2025-09-24T10:00");
    let mut changes = LessonChanges::of(monday());
    changes.marks.push(("И-01".into(), Some(Marks::parse("4").unwrap())));
    let wish = CorrectionWish { what: What::Lesson(changes), reason: "описка".into() };
    let asked = face.ask("semyonov", |place| correction::request(place, &wish)).unwrap();
    let words = corrections::in_words(face.office.journal.tables(), &asked.changes).unwrap();
    assert!(asked.number == 1 && words.ends_with("было 3, стало 4"), "{words}");
    let decided = face.ask("petrova", |place| correction::approve(place, asked.number, "")).unwrap();
    assert_eq!(decided.numbers, [before + 5]);

    let tables = face.office.journal.tables();
    let lesson = read::lesson_at(tables, &monday()).unwrap().unwrap();
    assert_eq!(
        (lesson.topic.as_str(), lesson.homework.as_str(), lesson.author.clone()),
        ("Уравнения", "§ 4", Login::from("semyonov"))
    );
    assert_eq!(standing::marks_of(tables, lesson.id).unwrap()["И-01"].marks.to_string(), "4");
    assert_eq!(standing::attendance_of(tables, lesson.id).unwrap()["П-03"], Attendance::Absent);
    let correction = corrections::by_number(tables, 1).unwrap().unwrap();
    assert!(correction.requested_by == *"semyonov" && correction.decision.unwrap().by == *"petrova");
    let report = Journal::audit(face.office.journal.path(), &mut |_| {}).unwrap().report;
    assert!(report.is_clean());
    assert_eq!(report.tip.seq, before + 5);
}

#[test]
fn a_refusal_comes_back_typed_and_leaves_the_ledger_as_it_was() {
    let mut face = Face::open("2025-09-15T10:00");
    let before = face.length();
    let mut refused = |login: &str, kind: Kind, words: &str, ask: &dyn Fn(&mut Workplace<'_>) -> Result<()>| {
        let error = face.ask(login, ask).unwrap_err();
        assert!(error.kind() == kind && error.message().contains(words), "{error}");
        assert_eq!(face.length(), before);
    };
    let record = |place: &mut Workplace<'_>| lesson::record(place, &equations()).map(|_| ());
    refused("gusev", Kind::Refused, "нет права", &record);
    let tuesday = LessonRef { date: day("2025-09-16"), ..monday() };
    let early = LessonWish { at: tuesday.clone(), ..equations() };
    refused("semyonov", Kind::Refused, "ещё не наступило", &|place| {
        lesson::record(place, &early).map(|_| ())
    });
    let own = Login::from("semyonov");
    refused("petrova", Kind::Input, "и есть учитель", &|place| {
        substitution::assign(place, &tuesday, &own).map(|_| ())
    });
    let twice =
        CellsWish { cells: vec![cell("И-01", None, "3"), cell("И-01", None, "4")], ..CellsWish::of(monday()) };
    refused("semyonov", Kind::Input, "указан дважды", &|place| marks::set(place, &twice).map(|_| ()));
    face.key("semyonov").is_pulled_out();
    let error = face.ask("semyonov", record).unwrap_err();
    assert_eq!((error.kind(), error.message(), face.length()), (Kind::Environment, "ключ вынут", before));
    assert!(face.office.is_clean());
}
