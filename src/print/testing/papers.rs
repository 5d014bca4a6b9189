//! The papers of the school for the tests of this layer: corrections, issued documents, carriers, an archive and its act.

use super::*;

/// What a request asks for in a pupil's cell.
pub fn mark_change(pupil: i64, was: &str, becomes: &str) -> Change {
    let marks = |text: &str| (!text.is_empty()).then(|| Marks::parse(text).unwrap());
    let (was, becomes) = (marks(was), marks(becomes));
    Change::Mark { pupil: file(pupil), was, becomes, work: String::new(), document: String::new(), earned: false }
}

/// A correction that the course's teacher asks for on 18 October, and that is approved on 21 October just after midnight.
pub fn correct(annals: &mut Annals, at: &LessonRef, change: Change) {
    request(annals, at, change);
    let requests = annals.entries.iter().filter(|entry| entry.body.kind() == "correction.requested").count();
    annals.by("zav", moment("2025-10-20T21:30:00+00:00"), decided(requests as u64, true, ""));
}

/// A correction that is asked for and awaits its decision.
pub fn request(annals: &mut Annals, at: &LessonRef, change: Change) {
    let LessonRef { course, date, lesson } = at.clone();
    let lesson = if matches!(change, Change::Final { .. }) { 0 } else { lesson };
    let request =
        CorrectionRequested { course, date, lesson, changes: vec![change], reason: "описка".to_owned() };
    annals.taught(moment("2025-10-18"), request);
}

/// What happens in a small class and in the registers of its school: so many corrections and documents, with texts that
/// go on and on where `unwieldy`.
pub fn annals_of_papers(corrections: i64, documents: i64, unwieldy: bool) -> Annals {
    let size = if unwieldy { Size { pupils: 4, subjects: 1, ..UNWIELDY } } else { Size { subjects: 2, ..LIFELIKE } };
    let mut annals = class_of(staff(if unwieldy { 40 } else { 0 }), size);
    add_corrections(&mut annals, corrections, unwieldy);
    let reason = long("села батарея, часы показывали 2031 год ", 200, unwieldy);
    annals.by("dir", moment("2025-10-19T10:00"), ClockReset { reason });
    add_carriers(&mut annals, unwieldy);
    for number in 1..=documents {
        annals.by("zav", moment(ISSUED), document(number, unwieldy));
    }
    annals.by("zav", moment("2025-10-24T15:20"), archive(ARCHIVE, "I четверть", &CARRIERS));
    annals
}

/// A school whose sheets for 25 years were issued for so many classes, and that has set an old journal apart, with its
/// records schedule named for some forms.
pub fn filing(classes: usize, unwieldy: bool) -> TestJournal {
    testing::once(format!("filing of {classes} classes, unwieldy: {unwieldy}"), || annals_of_filing(classes, unwieldy))
}

fn annals_of_filing(classes: usize, unwieldy: bool) -> Annals {
    let mut annals = class_of(staff(if unwieldy { 40 } else { 0 }), Size { pupils: 2, subjects: 1, ..LIFELIKE });
    let mut school = School::from_toml(SCHOOL).unwrap();
    school.records.list = long(
        "Перечень типовых управленческих архивных документов (приказ Росархива от 20.12.2019 № 236) ",
        300,
        unwieldy,
    );
    school.records.fund = "12".to_owned();
    school.records.inventory = "3".to_owned();
    let case = |form, index: &str, article: &str| Case {
        form,
        index: index.to_owned(),
        title: String::new(),
        term: String::new(),
        article: long(article, 60, unwieldy),
        note: if unwieldy { long("по минованию надобности ", 90, true) } else { String::new() },
    };
    school.cases = vec![case(Filed::SummarySheet, "02-16", "ст. 9 "), case(Filed::ClassBook, "02-15", "ст. 8 ")];
    annals.by("dir", moment("2025-10-24T13:00"), SchoolChanged { school });
    // None of them is the class whose sheet has gaps.
    let letters = ["А", "Б", "В", "Г", "Д", "Е", "Ж", "З"];
    let name = |number: usize| format!("{}{}", 1 + number / letters.len(), letters[number % letters.len()]);
    let names = (0..classes).map(name);
    for (number, class) in (1..).zip(names) {
        let title = format!("Сводная ведомость итоговой успешности {class} класса за 2025/2026 учебный год ");
        let (form, subject) = ("summary-sheet".to_owned(), class);
        let title = long(&title, 200, unwieldy);
        annals.by(
            "zav",
            moment(ISSUED),
            DocumentIssued { form, subject, title, variant: String::new(), ..document(number, false) },
        );
    }
    annals.by("zav", moment("2025-10-24T15:30"), gone(classes, unwieldy));
    annals
}

/// An old journal whose term is over.
fn gone(classes: usize, unwieldy: bool) -> ArchiveDestroyed {
    let code = |digits: &str| digits.repeat(32);
    let archive = |name: &str, digits: &str| NamedArchive { name: name.to_owned(), code: code(digits) };
    let case = |number: usize| DestroyedCase {
        index: "02-15".to_owned(),
        title: long(&format!("Классный журнал {number} «А» класса за 2018/2019 учебный год "), 200, unwieldy),
        first: day("2018-09-01"),
        last: day("2019-05-31"),
        count: 1,
        term: "5 лет (статью уточните)".to_owned(),
        note: long("№ 2018-0003, листов 72, архив, шкаф 2 ", 150, unwieldy),
    };
    let copies = DestroyedCase {
        title: "Архивные копии «2018-2019-year» от 31.05.2019".to_owned(),
        count: 2,
        note: format!("носители «А-1», «А-2»; код {}", crate::ledger::chain::grouped(&code("5a"))),
        ..case(1)
    };
    ArchiveDestroyed {
        journal: code("6b"),
        year: "2018/2019".to_owned(),
        ends: day("2019-05-31"),
        what: Destroyed::Journal,
        length: 40_112,
        head: code("7c"),
        archives: vec![archive("2018-2019-year", "5a")],
        stays: Some(archive("2018-2019-summaries", "8d")),
        cases: (1..=classes.max(1)).map(case).chain([copies]).collect(),
        protocol: long("от 12.01.2025 № 3 ", 300, unwieldy),
        means: long("бумага измельчается, носители стираются ", 300, unwieldy),
    }
}

/// The act on the old journal of [`filing`].
pub fn destruction(tables: &Tables) -> Wanted {
    let gone = crate::journal::read::destroyed(tables).unwrap().remove(0);
    Wanted::new(Form::DestructionAct, Subject::Entry(gone.entry.to_string()))
}

pub(super) const ISSUED: &str = "2025-10-24T15:00";

/// The ids of the carriers А-1 and А-2.
pub const CARRIERS: [&str; 2] = ["00c1d2e3f4a5b6c7", "11c1d2e3f4a5b6c7"];

/// A text, or one made of it that has so many letters.
fn long(text: &str, letters: usize, unwieldy: bool) -> String {
    if unwieldy { text.chars().cycle().take(letters).collect() } else { text.trim().to_owned() }
}

/// Requests of one day, a third approved the next, a third rejected, a third left. Three have a lesson together, and each
/// asks for another mark.
fn add_corrections(annals: &mut Annals, corrections: i64, unwieldy: bool) {
    let days = ["2025-10-14", "2025-10-13", "2025-10-10", "2025-10-09", "2025-10-08", "2025-10-07", "2025-10-06"];
    let mut lessons = days.iter().flat_map(|day| (3..=15).map(|number| lesson_at(&russian(), day, number)));
    let mut lessons = std::iter::from_fn(|| lessons.find(|at| at.lesson > 3 || at.date == day(days[0])));
    let line = LessonText {
        topic: long("Повторение. Свойства степени ", 400, unwieldy),
        homework: "§ 4".to_owned(),
        ..LessonText::default()
    };
    let mut give = |annals: &mut Annals| {
        let at = lessons.next().unwrap();
        annals.taught(noon(at.date), lesson(&at, &line.topic, &line.homework));
        annals.taught(noon(at.date), testing::mark(&at, &file(2), "3", ""));
        at
    };
    let mut at = give(annals);
    for number in 1..=corrections {
        if number % 3 == 1 && number > 1 {
            at = give(annals);
        }
        let becomes = match number % 3 {
            1 => "4",
            2 => "5",
            _ => "2",
        };
        let mut changes = vec![mark_change(2, "3", becomes)];
        if number % 4 == 0 {
            let becomes = LessonText { substitute: "t2".to_owned(), ..line.clone() };
            changes.push(Change::Lesson { was: Some(line.clone()), becomes });
        }
        let LessonRef { course, date, lesson } = at.clone();
        let reason = long("отметка поставлена не тому ученику ", 400, unwieldy);
        // Between the first and the others the clock was put right.
        let asked = moment(if number == 1 { "2025-10-19T09:00" } else { "2025-10-19T10:30" });
        annals.taught(asked, CorrectionRequested { course, date, lesson, changes, reason });
        let decision = match number % 3 {
            0 => continue,
            1 => decided(number as u64, true, ""),
            _ => decided(number as u64, false, &long("работа не найдена ", 300, unwieldy)),
        };
        annals.by("zav", moment("2025-10-20"), decision);
    }
}

pub(super) fn document(number: i64, unwieldy: bool) -> DocumentIssued {
    let (form, subject, variant) = match number % 5 {
        0 => ("register", "", ""),
        1 => ("class-book", "7А", "simplex"),
        _ => ("class-book", "7А", ""),
    };
    DocumentIssued {
        number: format!("2025-{number:04}"),
        form: form.to_owned(),
        subject: subject.to_owned(),
        variant: variant.to_owned(),
        title: long("Классный журнал 7 «А» класса за 2025/2026 учебный год ", 200, unwieldy),
        leaves: 72,
        at_entry: 0,
        issued_at: moment(ISSUED),
        pages: (1..=2).map(|page| IssuedPage(format!("{number:04x}{page:04x}").repeat(8))).collect(),
        pdf_sha256: "0a".repeat(32),
        version: "0.1.0".to_owned(),
        resources: Vec::new(),
        writing: 2,
        replaces: None,
        reason: String::new(),
    }
}

/// Two carriers of two holders, kept in two places (§2.5).
fn add_carriers(annals: &mut Annals, unwieldy: bool) {
    for (id, label, holder, place, device) in [
        (CARRIERS[0], "А-1", "dir", "сейф директора, кабинет № 12 ", ""),
        (CARRIERS[1], "А-2", "zav", "шкаф завуча, кабинет № 14 ", "JetFlash, серийный № 0A1B2C3D4E5F"),
    ] {
        let carrier = CarrierRegistered {
            id: id.to_owned(),
            label: long(label, 60, unwieldy),
            holder: holder.to_owned(),
            place: long(place, 150, unwieldy),
            device: device.to_owned(),
        };
        annals.by("zav", moment("2025-10-24T14:00"), carrier);
    }
}

/// The archive of [`papers`].
pub const ARCHIVE: &str = "2025-2026-q1";

/// The act on it.
pub fn act() -> Wanted {
    Wanted::new(Form::ArchiveAct, Subject::Archive(ARCHIVE.to_owned()))
}

/// The extract of a pupil who left.
pub fn extract() -> Wanted {
    Wanted::new(Form::Extract, Subject::Pupil("А-009".to_owned()))
}

/// The registers and other documents about the whole school.
pub const OF_SCHOOL: [Form; 4] = [Form::Corrections, Form::Register, Form::Carriers, Form::Keys];

/// A small class and the registers of its school.
pub fn papers(corrections: i64, documents: i64, unwieldy: bool) -> TestJournal {
    let name = format!("{corrections} corrections, {documents} documents, unwieldy: {unwieldy}");
    testing::once(name, || annals_of_papers(corrections, documents, unwieldy))
}

/// A register of the whole school.
pub fn of_school(form: Form) -> Wanted {
    Wanted::new(form, Subject::School)
}

/// A stick of t2's on the carrier А-1, prepared on 30 May and lost the day after.
pub fn lose_stick(tables: &mut TestJournal) {
    testing::TestStrand::open(tables, "zav", "2026-05-30", (CARRIERS[0], "t2"));
    tables.by("zav", "2026-05-31", lost(CARRIERS[0]));
}

/// The report of a loss on 31 May.
pub fn lost(carrier: &str) -> CarrierLost {
    CarrierLost {
        carrier: carrier.to_owned(),
        reported: day("2026-05-31"),
        circumstances: "забыт в автобусе".to_owned(),
        by_fault: false,
    }
}
