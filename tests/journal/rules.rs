//! The rules of the regulation, driven through the library, whose clock is a parameter.

use crate::common::office::{Office, at, course, day};
use letopis::journal::entry::{
    ArchiveCopied, ArchiveCreated, ArchiveRepaired, ArchiveVerified, CarrierLost, CarrierRegistered, ClockReset,
    CopyOn, DocumentIssued, ExemptionSet, FinalLine, FinalsSet, IssuedPage, KeyEnrolled, KeyRevoked, LessonRecorded,
    LessonRef, MarkLine, MarksSet, PupilEnrolled, PupilLeft, Reason, ReasonSet, RepairedFrom, SchoolChanged,
    VerifiedAs, VerifiedDepth,
};
use letopis::journal::{Author, read};
use letopis::school::{ClassName, CourseKey, Marks};
use letopis::work::archive::record_repair;
use letopis::work::carriers::history::History;

fn finals(subject: &str, period: &str, pupil: &str, mark: &str, reason: &str) -> FinalsSet {
    let line = FinalLine { pupil: pupil.into(), mark: Marks::parse(mark).unwrap() };
    FinalsSet { course: course(subject), period: period.into(), marks: vec![line], override_reason: reason.into() }
}

#[test]
fn clause_2_3_1_three_marks_at_one_hour_one_of_them_for_written_work() {
    let mut office = Office::open();
    let days = ["2025-09-04", "2025-09-11", "2025-09-18"];
    office.lessons("petrova", "Химия", "П-03", &days[..2], "контрольная работа № 1");
    let wanted = || finals("Химия", "I четверть", "П-03", "4", "");
    office.refuses(
        "petrova",
        "2025-10-20T12:00",
        wanted(),
        "§2.3.1: Петренко Анна, 7А, Химия, I четверть: отметок 2, нужно не менее 3",
    );
    let mut office = Office::open();
    office.lessons("petrova", "Химия", "П-03", &days, "ответ");
    office.refuses("petrova", "2025-10-20T12:00", wanted(), "ни одной отметки за письменную работу");
    let mut office = Office::open();
    office.lessons("petrova", "Химия", "П-03", &days, "лабораторная работа № 1");
    office.record("petrova", "2025-10-20T12:00", wanted()).unwrap();
    assert!(office.is_clean());
}

#[test]
fn clause_2_3_1_five_marks_at_two_hours_and_more() {
    let mut office = Office::open();
    let days = ["2025-09-03", "2025-09-05", "2025-09-08", "2025-09-10", "2025-09-12"];
    office.lessons("semyonov", "Алгебра", "П-03", &days[..4], "контрольная работа № 1");
    let wanted = || finals("Алгебра", "I четверть", "П-03", "4", "");
    office.refuses("semyonov", "2025-10-20T12:00", wanted(), "отметок 4, нужно не менее 5");
    // «н/а» is always possible.
    office.record("semyonov", "2025-10-20T12:00", finals("Алгебра", "I четверть", "П-03", "н/а", "")).unwrap();
    // The deputy head overrides with a reason, and not without one; a teacher never.
    let reasoned = || finals("Алгебра", "I четверть", "И-01", "3", "отметки из санаторной школы");
    office.refuses("semyonov", "2025-10-20T12:01", reasoned(), "только завуч");
    office.refuses("petrova", "2025-10-20T12:01", finals("Алгебра", "I четверть", "И-01", "3", ""), "с обоснованием");
    office.record("petrova", "2025-10-20T12:01", reasoned()).unwrap();
    assert!(office.is_clean());
}

#[test]
fn a_final_mark_has_its_days_and_is_overwritten_on_the_day_it_is_set_only() {
    let mut office = Office::open();
    let mark = |mark: &str| finals("Алгебра", "I четверть", "П-03", mark, "");
    office.refuses("semyonov", "2025-10-16T12:00", mark("н/а"), "выставляются с 17.10.2025 по 31.10.2025");
    office.record("semyonov", "2025-10-17T12:00", mark("н/а")).unwrap();
    office.refuses("semyonov", "2025-10-17T12:30", mark("осв"), "не освобождён(а) от предмета «Алгебра»");
    let (since, until) = (day("2025-10-01"), day("2025-12-31"));
    let (pupil, subject, document) = ("П-03".into(), "Алгебра".into(), "справка № 8".into());
    office.record("semyonov", "2025-10-17T12:40", ExemptionSet { pupil, subject, since, until, document }).unwrap();
    office.record("semyonov", "2025-10-17T13:00", mark("осв")).unwrap();
    office.refuses("semyonov", "2025-10-18T12:00", mark("н/а"), "уже стоит «осв»");
    office.refuses(
        "semyonov",
        "2025-10-20T12:00",
        finals("Алгебра", "I четверть", "И-01", "4/5", ""),
        "итоговая отметка одна",
    );
    office.refuses("semyonov", "2025-10-20T12:00", finals("Алгебра", "III триместр", "И-01", "н/а", ""), "нет периода");
    office.refuses(
        "semyonov",
        "2025-10-20T12:00",
        finals("Алгебра", "I четверть", "Н-99", "н/а", ""),
        "не учился на курсе",
    );
    office.refuses(
        "semyonov",
        "2025-11-01T12:00",
        finals("Алгебра", "I четверть", "И-01", "н/а", ""),
        "выставляются с",
    );
    // One who left during the period was on the course; the year's mark needs no count.
    office.record("semyonov", "2025-10-20T12:00", finals("Алгебра", "I четверть", "С-05", "н/а", "")).unwrap();
    office.record("semyonov", "2026-05-25T12:00", finals("Алгебра", "Год", "П-03", "4", "")).unwrap();
    assert!(office.is_clean());
}

#[test]
fn pupils_are_in_one_class_at_a_time_and_nobody_is_marked_where_he_is_not() {
    let mut office = Office::open();
    let enrolled =
        |since| PupilEnrolled { file: "П-03".into(), class: ClassName::parse("7А").unwrap(), since: day(since) };
    office.refuses("ivanova", "2025-09-15T12:00", enrolled("2025-09-15"), "уже учится");
    office
        .record(
            "ivanova",
            "2025-09-15T12:00",
            PupilLeft { file: "П-03".into(), until: day("2025-09-15"), despite: false },
        )
        .unwrap();
    office.refuses(
        "ivanova",
        "2025-09-15T12:00",
        PupilLeft { file: "П-03".into(), until: day("2025-09-16"), despite: false },
        "не учится",
    );
    let at = LessonRef { course: course("Алгебра"), date: day("2025-09-15"), lesson: 2 };
    let cells = Vec::new();
    let (topic, empty) = ("Тема".to_owned(), String::new());
    let lesson = LessonRecorded {
        at: at.clone(),
        topic,
        work: empty.clone(),
        homework: empty.clone(),
        substitute: empty.clone(),
        cells,
        despite: false,
    };
    office.record("semyonov", "2025-09-15T12:01", lesson).unwrap();
    let line = MarkLine {
        pupil: "П-03".into(),
        marks: Some(Marks::parse("4").unwrap()),
        document: empty.clone(),
        earned: false,
    };
    let marks = MarksSet { at, work: empty, marks: vec![line] };
    office.refuses("semyonov", "2025-09-15T12:02", marks.clone(), "Петренко Анна (П-03) 15.09.2025 не в списке");
    office.record("ivanova", "2025-09-15T12:03", enrolled("2025-09-15")).unwrap();
    office.record("semyonov", "2025-09-15T12:04", marks).unwrap();
    assert!(office.is_clean());
}

#[test]
fn a_revoked_key_signs_nothing_more_and_the_last_administrator_keeps_his() {
    let mut office = Office::open();
    let revoked = |office: &Office, login: &str| KeyRevoked {
        fingerprint: office.keys[login].public().fingerprint(),
        reason: "утерян".into(),
    };
    let of = |office: &Office, login: &str| revoked(office, login);
    let (own, teachers) = (of(&office, "ivanova"), of(&office, "semyonov"));
    office.refuses("ivanova", "2025-09-15T12:00", own, "не осталось бы администратора");
    office.record("ivanova", "2025-09-15T12:00", teachers.clone()).unwrap();
    office.refuses("ivanova", "2025-09-15T12:01", teachers, "уже отозван");
    office.refuses("semyonov", "2025-09-15T12:01", finals("Алгебра", "I четверть", "П-03", "н/а", ""), "отозван");
    let journal = office.journal.tip().unwrap().journal;
    let again = KeyEnrolled::of(&office.keys["semyonov"], &journal, "semyonov").unwrap();
    office.refuses("ivanova", "2025-09-15T12:02", again, "уже внесён");
    assert!(office.is_clean());
}

#[test]
fn a_policy_changed_later_does_not_judge_what_came_before() {
    let mut office = Office::open();
    office.lessons("semyonov", "Алгебра", "П-03", &["2025-09-12"], "");
    let at = LessonRef { course: course("Алгебра"), date: day("2025-09-12"), lesson: 2 };
    let line = MarkLine {
        pupil: "И-01".into(),
        marks: Some(Marks::parse("4").unwrap()),
        document: String::new(),
        earned: false,
    };
    let mark = MarksSet { at, work: String::new(), marks: vec![line] };
    office.record("semyonov", "2025-09-18T12:00", mark.clone()).unwrap();
    let mut school = read::school(office.journal.tables()).unwrap();
    school.policy.edit_days = 2;
    office.refuses("semyonov", "2025-09-18T12:30", SchoolChanged { school: school.clone() }, "нет права");
    office.record("ivanova", "2025-09-18T12:30", SchoolChanged { school }).unwrap();
    let another = MarksSet { marks: vec![MarkLine { pupil: "И-02".into(), ..mark.marks[0].clone() }], ..mark };
    office.refuses("semyonov", "2025-09-18T13:00", another, "прошло больше 2 дней");
    assert!(office.is_clean(), "the first mark was within the policy of its place");
}

#[test]
fn a_clock_that_ran_ahead_is_reset_by_the_administrator_only() {
    let mut office = Office::open();
    office.lessons("semyonov", "Алгебра", "П-03", &["2025-12-15"], "");
    let mark = finals("Алгебра", "I четверть", "П-03", "н/а", "");
    office.refuses("semyonov", "2025-10-20T12:00", mark.clone(), "часы показывают");
    let reset = || ClockReset { reason: "часы спешили на два месяца".into() };
    office.refuses("petrova", "2025-10-20T12:00", reset(), "нет права");
    office.record("ivanova", "2025-10-20T12:00", reset()).unwrap();
    office.record("semyonov", "2025-10-20T12:01", mark).unwrap();
    assert!(office.is_clean());
}

#[test]
fn reasons_are_the_class_teachers_come_late_and_do_not_overlap() {
    let mut office = Office::open();
    let reason = |since, until| ReasonSet {
        pupil: "П-03".into(),
        since: day(since),
        until: day(until),
        reason: Reason::Illness,
        document: "справка № 7".into(),
    };
    office.refuses("belova", "2025-11-20T12:00", reason("2025-09-15", "2025-09-19"), "классный руководитель");
    office.record("semyonov", "2025-11-20T12:00", reason("2025-09-15", "2025-09-19")).unwrap();
    office.refuses("semyonov", "2025-11-20T12:01", reason("2025-09-19", "2025-09-22"), "уже записана причина");
    office.record("semyonov", "2025-11-20T12:02", reason("2025-09-20", "2025-09-22")).unwrap();
    assert!(office.is_clean());
}

#[test]
fn documents_are_numbered_without_a_gap_and_issued_by_the_deputy_head_or_the_director() {
    let mut office = Office::open();
    let document = |number: &str| DocumentIssued {
        number: number.into(),
        form: "class-book".into(),
        subject: "7А".into(),
        variant: String::new(),
        title: "Классный журнал".into(),
        leaves: 1,
        at_entry: 3,
        issued_at: at("2025-10-20T12:00"),
        pages: vec![IssuedPage("0".repeat(64))],
        pdf_sha256: "0".repeat(64),
        version: "0".into(),
        resources: Vec::new(),
        writing: 2,
        replaces: None,
        reason: String::new(),
    };
    office.refuses("petrova", "2025-10-20T12:00", document("2025-0002"), "следующий — № 2025-0001");
    office.refuses("semyonov", "2025-10-20T12:00", document("2025-0001"), "завуч или директор");
    office.record("petrova", "2025-10-20T12:00", document("2025-0001")).unwrap();
    let future = DocumentIssued { at_entry: 1_000, ..document("2025-0002") };
    office.refuses("kuznetsov", "2025-10-20T12:01", future, "описан неверно");
    office.record("kuznetsov", "2025-10-20T12:01", document("2025-0002")).unwrap();
    assert!(!office.is_clean(), "the texts of their pages were never kept");
}

fn carrier(id: &str, holder: &str, place: &str) -> CarrierRegistered {
    CarrierRegistered {
        id: id.into(),
        label: format!("А-{id}"),
        holder: holder.into(),
        place: place.into(),
        device: String::new(),
    }
}

fn archive(carriers: &[&str]) -> ArchiveCreated {
    ArchiveCreated {
        signer: String::new(),
        name: "2025-2026-q1".into(),
        period: "I четверть".into(),
        tagmanifest: "0".repeat(64),
        length: 5,
        head: "0".repeat(64),
        files: 1,
        bytes: 1,
        copies: carriers.iter().map(|carrier| CopyOn { carrier: (*carrier).into() }).collect(),
        kind: None,
    }
}

#[test]
fn clause_5_8_nothing_is_archived_on_a_lost_carrier() {
    let mut office = Office::open();
    let now = "2025-10-27T12:00";
    office.record("petrova", now, carrier("1", "kuznetsov", "сейф директора")).unwrap();
    office.record("petrova", now, carrier("4", "petrova", "кабинет")).unwrap();
    let lost = |reported: &str| CarrierLost {
        carrier: "4".into(),
        reported: day(reported),
        circumstances: "забыт в автобусе".into(),
        by_fault: false,
    };
    office.refuses("petrova", now, lost("2025-10-28"), "ещё не наступил");
    office.record("petrova", now, lost("2025-10-27")).unwrap();
    office.refuses("petrova", now, lost("2025-10-27"), "утерян");
    office.refuses("petrova", now, archive(&["1", "4"]), "носитель «А-4» утерян");
    assert!(office.is_clean());
}

#[test]
fn a_carrier_that_is_damaged_again_is_to_be_replaced() {
    let mut office = Office::open();
    let now = "2025-10-27T12:00";
    office.record("petrova", now, carrier("1", "kuznetsov", "сейф директора")).unwrap();
    office.record("petrova", now, carrier("4", "petrova", "кабинет")).unwrap();
    office.record("petrova", now, archive(&["1", "4"])).unwrap();
    let damaged = || ArchiveVerified {
        archive: "2025-2026-q1".into(),
        carrier: "4".into(),
        depth: VerifiedDepth::Signature,
        result: VerifiedAs::Damaged,
        damaged: Some(2),
        healable: Some(true),
    };
    office.record("petrova", "2025-11-27T12:00", damaged()).unwrap();
    let author = Author { signer: &office.keys["semyonov"], clock: &at("2025-11-27T13:00"), taken_over: false };
    let repaired = |archive: &str| ArchiveRepaired {
        archive: archive.into(),
        carrier: "4".into(),
        files: 2,
        bytes: 8192,
        from: RepairedFrom::Recovery,
    };
    let refused = record_repair(&mut office.journal, author, repaired("2025-2026-q1"));
    assert!(refused.unwrap_err().message().contains("нет права"));
    let author = Author { signer: &office.keys["petrova"], ..author };
    assert!(record_repair(&mut office.journal, author, repaired("another")).unwrap().is_none());
    assert!(record_repair(&mut office.journal, author, repaired("2025-2026-q1")).unwrap().is_some());
    assert!(!History::of(office.journal.tables(), "4").unwrap().is_failing());
    office.record("petrova", "2026-01-27T12:00", damaged()).unwrap();
    let history = History::of(office.journal.tables(), "4").unwrap();
    assert!(history.is_failing() && history.failures == 2, "{history:?}");
    let kinds: Vec<_> =
        history.events.iter().map(|event| serde_json::to_value(event).unwrap()["kind"].clone()).collect();
    assert_eq!(kinds, ["registered", "archived", "verified", "repaired", "verified"]);
    assert!(!History::of(office.journal.tables(), "1").unwrap().is_failing());
    assert!(office.is_clean());
}

#[test]
fn clause_2_5_two_copies_with_different_holders_in_different_places() {
    let mut office = Office::open();
    let now = "2025-10-27T12:00";
    office.refuses("semyonov", now, carrier("1", "kuznetsov", "сейф"), "нет права");
    office.refuses("petrova", now, carrier("1", "nobody", "сейф"), "нет среди сотрудников");
    for (id, holder, place) in [
        ("1", "kuznetsov", "сейф директора"),
        ("2", "kuznetsov", "кабинет"),
        ("3", "petrova", "Сейф директора"),
        ("4", "petrova", "кабинет"),
    ] {
        office.record("petrova", now, carrier(id, holder, place)).unwrap();
    }
    office.refuses("petrova", now, carrier("4", "petrova", "кабинет"), "уже зарегистрирован");
    let taken = CarrierRegistered { label: "А-3".into(), ..carrier("4", "petrova", "кабинет") };
    office.refuses("petrova", now, taken, "за другим носителем");
    // What was written down wrongly is put right.
    office.record("petrova", now, carrier("4", "kuznetsov", "кабинт")).unwrap();
    office.refuses("semyonov", now, carrier("4", "petrova", "кабинет"), "нет права");
    office.record("petrova", now, carrier("4", "petrova", "кабинет")).unwrap();
    for (copies, words) in [
        (&[][..], "ни на одном носителе"),
        (&["1", "1"], "нужны две копии"),
        (&["1", "2"], "нужны две копии"),
        (&["1", "3"], "нужны две копии"),
        (&["1", "9"], "не зарегистрирован"),
    ] {
        office.refuses("petrova", now, archive(copies), words);
    }
    office.record("petrova", now, archive(&["1", "4"])).unwrap();
    office.refuses("petrova", now, archive(&["1", "4"]), "уже записан");
    // One copy, where writing the other failed; the other is made up for, under the same demands.
    let single = |name: &str| ArchiveCreated { name: name.to_owned(), ..archive(&["1"]) };
    let copied = |archive: &str, carrier: &str| ArchiveCopied { archive: archive.into(), carrier: carrier.into() };
    office.record("petrova", now, single("2025-2026-q2")).unwrap();
    office.refuses("petrova", now, copied("2025-2026-q3", "4"), "не записан");
    office.refuses("petrova", now, copied("2025-2026-q2", "2"), "уже лежит на «А-1»");
    office.refuses("petrova", now, copied("2025-2026-q2", "3"), "уже лежит на «А-1»");
    office.refuses("semyonov", now, copied("2025-2026-q2", "4"), "нет права");
    office.record("petrova", now, copied("2025-2026-q2", "4")).unwrap();
    // Wiped from a carrier, it is written there again.
    office.record("petrova", now, copied("2025-2026-q2", "1")).unwrap();
    office.record("petrova", now, copied("2025-2026-q2", "4")).unwrap();
    assert!(office.is_clean());
}

#[test]
fn a_pupil_who_moves_keeps_his_marks_and_they_count_on() {
    let mut office = Office::open();
    let days = ["2025-09-03", "2025-09-05", "2025-09-08", "2025-09-10", "2025-09-12"];
    office.lessons("semyonov", "Алгебра", "П-03", &days, "контрольная работа № 1");
    let b = ClassName::parse("7Б").unwrap();
    let now = "2025-09-15T12:00";
    let class = letopis::journal::entry::ClassSet { class: b.clone(), teacher: String::new() };
    office.record("ivanova", now, class).unwrap();
    let moved = CourseKey { class: b.clone(), ..course("Алгебра") };
    let set = letopis::journal::entry::CourseSet { course: moved.clone(), teacher: "semyonov".into(), hours: 3.0 };
    office.record("ivanova", now, set).unwrap();
    office.record("ivanova", now, PupilLeft { file: "П-03".into(), until: day("2025-09-15"), despite: false }).unwrap();
    office.record("ivanova", now, PupilEnrolled { file: "П-03".into(), class: b, since: day("2025-09-15") }).unwrap();
    let wanted = FinalsSet { course: moved, ..finals("Алгебра", "I четверть", "П-03", "4", "") };
    office.record("semyonov", "2025-10-20T12:00", wanted).unwrap();
    assert!(office.is_clean());
}
