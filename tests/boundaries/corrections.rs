//! The register «Замена сведений» (§2.3.3).

use super::*;
use letopis::journal::entry::{Change, CorrectionDecided, CorrectionRequested, LessonText};
use letopis::school::Attendance;

const NOW: &str = "2025-10-20T12:00";

fn request(at: LessonRef, changes: Vec<Change>) -> CorrectionRequested {
    CorrectionRequested { course: at.course, date: at.date, lesson: at.lesson, changes, reason: "описка".into() }
}

fn mark(pupil: &str, was: &str, becomes: &str) -> Change {
    let of = |text: &str| (text != "-").then(|| Marks::parse(text).unwrap());
    Change::Mark {
        pupil: pupil.into(),
        was: of(was),
        becomes: of(becomes),
        work: String::new(),
        document: String::new(),
        earned: false,
    }
}

/// A mark that says that it was earned later by who was absent.
fn earned(mut change: Change) -> Change {
    if let Change::Mark { earned, .. } = &mut change {
        *earned = true;
    }
    change
}

fn final_mark(pupil: &str, period: &str, was: &str, becomes: &str) -> Change {
    let of = |text: &str| (text != "-").then(|| Marks::parse(text).unwrap());
    Change::Final { pupil: pupil.into(), period: period.into(), was: of(was), becomes: of(becomes) }
}

fn text(topic: &str) -> LessonText {
    LessonText { topic: topic.into(), work: String::new(), homework: String::new(), substitute: String::new() }
}

/// A lesson of 15 September, with a mark.
fn taught() -> Office {
    let mut office = Office::open();
    office.record("semyonov", "2025-09-15T10:00", lesson(algebra("2025-09-15"))).unwrap();
    office.record("semyonov", "2025-09-15T10:01", marks(algebra("2025-09-15"), "П-03", "4")).unwrap();
    office
}

#[test]
fn clause_2_3_3_1_a_request_gives_a_reason_and_one_to_a_hundred_changes_of_what_stands() {
    let mut office = taught();
    let of = |changes| request(algebra("2025-09-15"), changes);
    let one = || vec![mark("П-03", "4", "5")];
    let reason = |words: &str| CorrectionRequested { reason: words.into(), ..of(one()) };
    // Places are told apart by kind, pupil and period; a hundred and one are too many whoever they are of.
    let many = |count: usize| (0..count).map(|n| mark(&format!("Х-{n}"), "-", "5")).collect();
    each(
        &mut office,
        "semyonov",
        NOW,
        &[
            (of(one()), None),
            (reason(" "), Some("причина")),
            (reason(&letters(1000)), None),
            (reason(&letters(1001)), Some("1 001 знак")),
            (of(Vec::new()), Some("не перечислены изменения")),
            (of(many(101)), Some("изменений больше 100")),
            (of(many(100)), Some("нет ученика")),
            (of(vec![mark("П-03", "4", "5"), mark("П-03", "4", "3")]), Some("указано дважды")),
            (of(vec![mark("П-03", "3", "5")]), Some("в журнале стоит «4», а в заявке указано «3»")),
            (of(vec![mark("П-03", "-", "5")]), Some("в журнале стоит «4», а в заявке указано пусто")),
            (of(vec![mark("П-03", "4", "4")]), Some("исправлять нечего")),
            (of(vec![mark("П-03", "4", "-")]), None),
            (of(vec![mark("И-01", "-", "5")]), None),
            (of(vec![mark("Н-06", "-", "5")]), Some("не в списке")),
            (of(vec![mark("И-01", "-", "1")]), Some("отметки от 2 до 5")),
        ],
    );
    let mut with_work = mark("И-01", "-", "5");
    if let Change::Mark { work, .. } = &mut with_work {
        *work = "игра".into();
    }
    let mut with_document = mark("И-01", "-", "5");
    if let Change::Mark { document, .. } = &mut with_document {
        *document = letters(1001);
    }
    let missed = |pupil: &str| Change::Attendance { pupil: pupil.into(), was: None, becomes: Some(Attendance::Absent) };
    let line = |was: &str, becomes: LessonText| Change::Lesson { was: Some(text(was)), becomes };
    each(
        &mut office,
        "semyonov",
        NOW,
        &[
            (of(vec![with_work]), Some("вид работы «игра» неизвестен")),
            (of(vec![with_document]), Some("документ: 1 001 знак")),
            (of(vec![missed("И-01")]), None),
            (of(vec![missed("Н-06")]), Some("не в списке")),
            (of(vec![mark("П-03", "4", "5"), missed("П-03")]), Some("на уроке стоит «н», а отметка «5»")),
            (of(vec![missed("П-03")]), Some("на уроке стоит отметка «4», а «н»")),
            (of(vec![earned(mark("П-03", "4", "5")), missed("П-03")]), None),
            (of(vec![mark("П-03", "4", "-"), missed("П-03")]), None),
            (of(vec![line("Тема", text("Другая"))]), None),
            (of(vec![line("Тема", text(&letters(1001)))]), Some("тема: 1 001 знак")),
            (of(vec![line("Тема", LessonText { substitute: "kuznetsov".into(), ..text("Тема") })]), Some("не учитель")),
        ],
    );
}

#[test]
fn a_mark_of_another_kind_of_work_or_document_is_a_change_though_the_mark_is_the_same() {
    let mut office = taught();
    let mut change = mark("П-03", "4", "4");
    if let Change::Mark { document, .. } = &mut change {
        *document = "табель № 8".into();
    }
    office.allows("semyonov", NOW, request(algebra("2025-09-15"), vec![change]));
    let mut change = mark("П-03", "4", "4");
    if let Change::Mark { work, .. } = &mut change {
        *work = "ответ".into();
    }
    office.allows("semyonov", NOW, request(algebra("2025-09-15"), vec![change]));
}

#[test]
fn a_correction_is_of_today_at_the_latest_and_of_a_lesson_that_was_recorded_or_is_added_by_it() {
    let mut office = taught();
    let added = || Change::Lesson { was: None, becomes: text("Пропущенный") };
    let cell = || mark("П-03", "-", "5");
    each(
        &mut office,
        "semyonov",
        NOW,
        &[
            (request(algebra("2025-10-20"), vec![added()]), None),
            (request(algebra("2025-10-21"), vec![added()]), Some("ещё не наступило")),
            (request(algebra("2025-10-17"), vec![cell()]), Some("не записан")),
            (request(algebra("2025-10-17"), vec![added(), cell()]), None),
            (request(algebra("2025-10-17"), vec![cell(), added()]), Some("не записан")),
            (request(algebra("2025-10-19"), vec![added()]), Some("воскресенье")),
        ],
    );
}

#[test]
fn a_corrected_final_mark_stands_from_seven_days_before_the_periods_end_and_at_any_time_after() {
    let mut office = taught();
    let of = |period: &str, mark: &str| request(algebra("2025-09-15"), vec![final_mark("П-03", period, "-", mark)]);
    for (moment, period, words) in [
        ("2025-10-16T23:59", "I четверть", Some("выставляются с 17.10.2025")),
        ("2025-10-17T00:00", "I четверть", None),
        ("2025-12-31T12:00", "I четверть", None),
        ("2026-05-21T23:59", "Год", Some("выставляются с 22.05.2026")),
        ("2026-05-22T00:00", "Год", None),
        ("2026-05-22T00:00", "V четверть", Some("нет периода")),
    ] {
        each(&mut office, "semyonov", moment, &[(of(period, "4"), words)]);
    }
    each(
        &mut office,
        "semyonov",
        "2026-01-20T12:00",
        &[
            (of("I четверть", "4/5"), Some("итоговая отметка одна")),
            (of("I четверть", "1"), Some("отметки от 2 до 5")),
            (request(algebra("2025-09-15"), vec![final_mark("С-05", "II четверть", "-", "4")]), Some("не учился")),
            (
                request(
                    algebra("2025-09-15"),
                    vec![final_mark("П-03", "I четверть", "-", "4"), final_mark("П-03", "II четверть", "-", "4")],
                ),
                None,
            ),
            (
                request(
                    algebra("2025-09-15"),
                    vec![final_mark("П-03", "I четверть", "-", "4"), final_mark("П-03", "I четверть", "-", "5")],
                ),
                Some("указано дважды"),
            ),
        ],
    );
}

#[test]
fn clause_2_3_3_2_a_request_is_decided_once_by_another_and_a_refusal_says_why() {
    let mut office = taught();
    office.record("semyonov", NOW, request(algebra("2025-09-15"), vec![mark("П-03", "4", "5")])).unwrap();
    let decided = |number, approved, note: &str| CorrectionDecided { number, approved, note: note.into() };
    each(
        &mut office,
        "petrova",
        NOW,
        &[
            (decided(1, true, ""), None),
            (decided(1, false, " "), Some("причина отказа")),
            (decided(1, false, "нет"), None),
            (decided(1, true, &letters(1000)), None),
            (decided(1, true, &letters(1001)), Some("1 001 знак")),
            (decided(2, true, ""), Some("заявки № 2 нет")),
        ],
    );
    office.record("kuznetsov", NOW, decided(1, true, "")).unwrap();
    office.forbids("petrova", NOW, decided(1, true, ""), "уже решена");
    office.forbids("petrova", NOW, decided(1, false, "нет"), "уже решена");
    // The deputy head teaches as well, and does not decide what she asked for.
    let at = || lesson_at(course("Химия"), "2025-10-20", 4);
    office.record("petrova", NOW, lesson(at())).unwrap();
    office.record("petrova", NOW, request(at(), vec![mark("П-03", "-", "5")])).unwrap();
    office.forbids("petrova", NOW, decided(2, true, ""), "свою заявку решает не заявитель");
    office.allows("kuznetsov", NOW, decided(2, true, ""));
    // What was changed meanwhile no longer fits, and may only be refused.
    office.record("petrova", NOW, marks(at(), "П-03", "4")).unwrap();
    office.forbids("kuznetsov", NOW, decided(2, true, ""), "в журнале стоит «4»");
    office.allows("kuznetsov", NOW, decided(2, false, "изменено"));
    assert!(office.is_clean());
}

#[test]
fn clause_2_3_1_a_final_mark_that_rests_on_too_few_is_approved_with_a_note_only() {
    let mut office = taught();
    let at = algebra("2025-09-15");
    let decided = |note: &str| CorrectionDecided { number: 1, approved: true, note: note.into() };
    office.record("semyonov", NOW, request(at.clone(), vec![final_mark("П-03", "I четверть", "-", "4")])).unwrap();
    each(
        &mut office,
        "petrova",
        NOW,
        &[
            (decided(""), Some("отметок 1, нужно не менее 5")),
            (decided(" "), Some("нужно не менее 5")),
            (decided("санаторная школа"), None),
        ],
    );
    // «н/а» rests on nothing.
    office.record("semyonov", NOW, request(at, vec![final_mark("И-01", "I четверть", "-", "н/а")])).unwrap();
    office.allows("petrova", NOW, CorrectionDecided { number: 2, ..decided("") });
}
