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

const ISSUED: &str = "2025-10-24T15:00";

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

fn document(number: i64, unwieldy: bool) -> DocumentIssued {
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
