//! Lessons, marks and absences by day (§2.1, §2.2, §2.3.2).

use super::*;
use letopis::journal::entry::SchoolChanged;
use letopis::journal::entry::{AttendanceSet, ClassSet, CourseSet, LessonCell, PresenceLine, PupilEnrolled, PupilLeft};
use letopis::journal::read;
use letopis::school::{Attendance, ClassName, Holiday};

fn absent(at: LessonRef, pupil: &str, attendance: Option<Attendance>) -> AttendanceSet {
    AttendanceSet { at, pupils: vec![PresenceLine { pupil: pupil.into(), attendance, earned: false }] }
}

const LATE: &str = "прошло больше 7 дней";
const REPLACES: &str = "нельзя заменить записанное";

/// A lesson of 15 September with a mark and an absence, as it stands that day.
fn taught() -> Office {
    let mut office = Office::open();
    let set = LessonRecorded { homework: "§ 1".into(), ..lesson(algebra("2025-09-15")) };
    office.record("semyonov", "2025-09-15T10:00", set).unwrap();
    office.record("semyonov", "2025-09-15T10:01", marks(algebra("2025-09-15"), "П-03", "4")).unwrap();
    let missed = absent(algebra("2025-09-15"), "С-05", Some(Attendance::Absent));
    office.record("semyonov", "2025-09-15T10:02", missed).unwrap();
    office
}

#[test]
fn clause_2_3_2_what_stands_is_overwritten_on_the_day_of_the_lesson_to_its_last_minute_and_not_after() {
    let mut office = taught();
    let changed: [Body; 3] = [
        marks(algebra("2025-09-15"), "П-03", "5").into(),
        absent(algebra("2025-09-15"), "С-05", Some(Attendance::Late)).into(),
        LessonRecorded { topic: "Другая".into(), homework: "§ 1".into(), ..lesson(algebra("2025-09-15")) }.into(),
    ];
    let emptied: [Body; 2] =
        [marks(algebra("2025-09-15"), "П-03", "-").into(), absent(algebra("2025-09-15"), "С-05", None).into()];
    for body in changed.iter().chain(&emptied) {
        office.allows("semyonov", "2025-09-15T23:59", body.clone());
        office.forbids("semyonov", "2025-09-16T00:00", body.clone(), REPLACES);
        office.forbids("semyonov", "2025-09-22T23:59", body.clone(), REPLACES);
        office.forbids("semyonov", "2025-09-23T00:00", body.clone(), LATE);
    }
}

#[test]
fn clause_2_3_2_what_is_missing_is_added_to_the_seventh_day_and_not_on_the_eighth() {
    let mut office = taught();
    let added: [Body; 4] = [
        marks(algebra("2025-09-15"), "И-01", "5").into(),
        absent(algebra("2025-09-15"), "И-01", Some(Attendance::Late)).into(),
        LessonRecorded { work: "ответ".into(), homework: "§ 1".into(), ..lesson(algebra("2025-09-15")) }.into(),
        // A lesson that was never entered has its seven days too.
        lesson(lesson_at(course("Алгебра"), "2025-09-15", 3)).into(),
    ];
    for body in added {
        for moment in ["2025-09-15T23:59", "2025-09-16T00:00", "2025-09-22T23:59"] {
            office.allows("semyonov", moment, body.clone());
        }
        office.forbids("semyonov", "2025-09-23T00:00", body, LATE);
    }
}

#[test]
fn clause_2_1_nothing_is_recorded_of_a_day_that_has_not_begun() {
    let mut office = Office::open();
    for body in [lesson(algebra("2025-09-16")).into(), Body::from(marks(algebra("2025-09-16"), "П-03", "5"))] {
        office.forbids("semyonov", "2025-09-15T23:59", body.clone(), "ещё не наступило");
        office.tries_taking_over("2025-09-15T23:59", body).expect_err("history is of days that were");
    }
    office.allows("semyonov", "2025-09-16T00:00", lesson(algebra("2025-09-16")));
}

#[test]
fn days_are_the_schools_own_whatever_offset_the_computer_has() {
    let mut office = taught();
    let set = || marks(algebra("2025-09-15"), "П-03", "5");
    // 23:59 and midnight in Moscow, told by a clock in Greenwich and one in Vladivostok.
    office.allows("semyonov", "2025-09-15T20:59:59+00:00", set());
    office.forbids("semyonov", "2025-09-15T21:00:00+00:00", set(), REPLACES);
    office.allows("semyonov", "2025-09-16T06:59:59+10:00", set());
    office.forbids("semyonov", "2025-09-16T07:00:00+10:00", set(), REPLACES);
}

#[test]
fn a_school_may_give_other_days_for_overwriting_and_adding() {
    let mut office = taught();
    let mut school = read::school(office.journal.tables()).unwrap();
    (school.policy.overwrite_days, school.policy.edit_days) = (1, 3);
    office.record("ivanova", "2025-09-15T10:05", SchoolChanged { school }).unwrap();
    let (change, add) = (marks(algebra("2025-09-15"), "П-03", "5"), marks(algebra("2025-09-15"), "И-01", "5"));
    office.allows("semyonov", "2025-09-16T23:59", change.clone());
    office.forbids("semyonov", "2025-09-17T00:00", change, REPLACES);
    office.allows("semyonov", "2025-09-18T23:59", add.clone());
    office.forbids("semyonov", "2025-09-19T00:00", add, "прошло больше 3 дней");
}

#[test]
fn to_say_again_what_stands_replaces_nothing_and_to_empty_what_is_empty_is_a_mistake() {
    let mut office = taught();
    for now in ["2025-09-15T11:00", "2025-09-20T11:00"] {
        office.allows("semyonov", now, marks(algebra("2025-09-15"), "П-03", "4"));
        office.allows("semyonov", now, absent(algebra("2025-09-15"), "С-05", Some(Attendance::Absent)));
        office.allows("semyonov", now, LessonRecorded { homework: "§ 1".into(), ..lesson(algebra("2025-09-15")) });
        office.forbids("semyonov", now, marks(algebra("2025-09-15"), "И-01", "-"), "убирать нечего");
        office.forbids("semyonov", now, absent(algebra("2025-09-15"), "И-01", None), "убирать нечего");
    }
    // The kind of work and the document belong to a mark's cell; each field of a lesson's line stands for itself.
    let now = "2025-09-16T11:00";
    let of_work = MarksSet { work: "ответ".into(), ..marks(algebra("2025-09-15"), "П-03", "4") };
    office.forbids("semyonov", now, of_work, REPLACES);
    let mut documented = marks(algebra("2025-09-15"), "П-03", "4");
    documented.marks[0].document = "справка".into();
    office.forbids("semyonov", now, documented, REPLACES);
    let emptied = lesson(algebra("2025-09-15"));
    office.forbids("semyonov", now, emptied, REPLACES);
}

#[test]
fn a_substitutes_lesson_is_his_on_its_day_too() {
    let mut office = taught();
    let by = |who: &str| LessonRecorded { substitute: who.into(), ..lesson(algebra("2025-09-17")) };
    office.record("gusev", "2025-09-17T10:00", by("gusev")).unwrap();
    office.record("gusev", "2025-09-17T10:01", marks(algebra("2025-09-17"), "П-03", "4")).unwrap();
    office.allows("gusev", "2025-09-17T10:02", marks(algebra("2025-09-17"), "П-03", "5"));
    office.forbids("semyonov", "2025-09-17T10:02", marks(algebra("2025-09-17"), "П-03", "5"), "другой учитель");
    office.allows("semyonov", "2025-09-17T10:02", marks(algebra("2025-09-17"), "И-01", "5"));
    office.forbids("semyonov", "2025-09-17T10:02", by(""), "другой учитель");
    office.forbids("semyonov", "2025-09-17T10:02", by("nobody"), "не учитель этой школы");
    office.forbids("semyonov", "2025-09-17T10:02", by("kuznetsov"), "не учитель этой школы");
}

#[test]
fn a_plain_mark_is_of_somebody_who_was_there_and_one_earned_later_says_so() {
    let mut office = taught();
    let at = || algebra("2025-09-15");
    office.record("semyonov", "2025-09-15T12:10", absent(at(), "И-01", Some(Attendance::Absent))).unwrap();
    let plain = marks(at(), "И-01", "4");
    let mut earned = plain.clone();
    earned.marks[0].earned = true;
    office.forbids("semyonov", "2025-09-16T12:00", plain, "на уроке стоит «н»");
    office.allows("semyonov", "2025-09-16T12:00", earned.clone());
    // History joins no mark and no absence of two sources, but adds what says that it belongs together.
    office.tries_taking_over("2025-12-01T12:00", earned).unwrap();
    let error =
        office.tries_taking_over("2025-12-01T12:00", absent(at(), "П-03", Some(Attendance::Absent))).unwrap_err();
    assert!(error.message().contains("уже стоит другое: «4»"), "{error:?}");
}

#[test]
fn history_is_bound_by_no_days_and_replaces_nothing() {
    let mut office = taught();
    let now = "2025-12-01T12:00";
    let history = LessonRecorded {
        cells: vec![LessonCell { pupil: "П-03".into(), attendance: None, marks: Some(Marks::parse("5").unwrap()) }],
        ..lesson(algebra("2025-09-03"))
    };
    let today = LessonRecorded { at: lesson_at(course("Алгебра"), "2025-09-15", 3), ..history.clone() };
    office.forbids("semyonov", "2025-09-15T12:00", today, "только при переносе");
    office.tries_taking_over(now, history.clone()).unwrap();
    let over = LessonRecorded { at: algebra("2025-09-15"), homework: "§ 1".into(), ..history.clone() };
    let error = office.tries_taking_over(now, over.clone()).unwrap_err();
    assert!(error.message().contains("в журнале уже стоит другое"), "{error:?}");
    let mut same = over;
    same.cells[0].marks = Some(Marks::parse("4").unwrap());
    office.tries_taking_over(now, same.clone()).unwrap();
    same.cells.push(same.cells[0].clone());
    assert!(office.tries_taking_over(now, same).unwrap_err().message().contains("указан дважды"));
    let mut stranger = history;
    stranger.cells[0].pupil = "Н-06".into();
    assert!(office.tries_taking_over(now, stranger).unwrap_err().message().contains("не в списке"));
}

#[test]
fn a_lesson_is_of_a_school_day_of_the_year_and_has_a_number_to_fifteen() {
    let mut office = Office::open();
    let of = |date: &str, number: u8| lesson(lesson_at(course("Алгебра"), date, number));
    for (date, words) in [
        ("2025-08-31", Some("вне учебного года")),
        ("2025-09-01", None),
        ("2025-09-06", None),
        ("2025-09-07", Some("воскресенье")),
        ("2025-10-24", None),
        ("2025-10-25", Some("Осенние каникулы")),
        ("2025-11-02", Some("Осенние каникулы")),
        ("2025-11-03", None),
        ("2026-05-29", None),
        ("2026-05-30", Some("вне учебного года")),
    ] {
        let now = format!("{}T12:00", if date < BEGUN { BEGUN } else { date });
        each(&mut office, "semyonov", &now, &[(of(date, 1), words)]);
    }
    let numbers = [(0, Some("урока № 0 не бывает")), (1, None), (15, None), (16, Some("урока № 16 не бывает"))];
    for (number, words) in numbers {
        each(&mut office, "semyonov", "2025-09-15T12:00", &[(of("2025-09-15", number), words)]);
    }
    // A holiday of one day has a first and a last day as well.
    let mut school = read::school(office.journal.tables()).unwrap();
    let holiday = Holiday { name: "День города".into(), begins: day("2025-09-10"), ends: day("2025-09-10") };
    school.holidays.push(holiday);
    office.record("ivanova", "2025-09-01T12:00", SchoolChanged { school }).unwrap();
    for (date, words) in [("2025-09-09", None), ("2025-09-10", Some("День города")), ("2025-09-11", None)] {
        each(&mut office, "semyonov", &format!("{date}T12:00"), &[(of(date, 1), words)]);
    }
}

#[test]
fn a_text_of_a_thousand_letters_fits_and_one_more_does_not() {
    let mut office = Office::open();
    let now = "2025-09-15T12:00";
    let at = || lesson(algebra("2025-09-15"));
    let work = |length: usize| format!("ответ {}", letters(length - 6));
    let bodies = [
        (LessonRecorded { topic: letters(1000), ..at() }, None),
        (LessonRecorded { topic: letters(1001), ..at() }, Some("тема: 1 001 знак")),
        (LessonRecorded { topic: " ".into(), ..at() }, Some("не указано: тема урока")),
        (LessonRecorded { homework: letters(1000), ..at() }, None),
        (LessonRecorded { homework: letters(1001), ..at() }, Some("домашнее задание: 1 001 знак")),
        (LessonRecorded { work: work(1000), ..at() }, None),
        (LessonRecorded { work: work(1001), ..at() }, Some("вид работы: 1 001 знак")),
        (LessonRecorded { work: "игра".into(), ..at() }, Some("вид работы «игра» неизвестен")),
    ];
    each(&mut office, "semyonov", now, &bodies);
}

#[test]
fn marks_are_of_somebody_named_once_who_is_on_the_list_that_day() {
    let mut office = taught();
    let now = "2025-09-15T12:00";
    let at = || algebra("2025-09-15");
    let none = MarksSet { marks: Vec::new(), ..marks(at(), "П-03", "5") };
    let twice = MarksSet { marks: vec![line("И-01", "5"), line("И-01", "5")], ..marks(at(), "И-01", "5") };
    let unknown = MarksSet { work: "игра".into(), ..marks(at(), "И-01", "5") };
    each(
        &mut office,
        "semyonov",
        now,
        &[
            (none, Some("не указан ни один ученик")),
            (twice, Some("указан дважды")),
            (unknown, Some("вид работы «игра» неизвестен")),
            (marks(algebra("2025-09-12"), "И-01", "5"), Some("не записан")),
            (marks(at(), "Х-99", "5"), Some("нет ученика с личным делом")),
        ],
    );
    let nobody = AttendanceSet { at: at(), pupils: Vec::new() };
    let mut twice = absent(at(), "И-01", Some(Attendance::Late));
    twice.pupils.push(twice.pupils[0].clone());
    each(&mut office, "semyonov", now, &[(nobody, Some("не указан ни один ученик")), (twice, Some("указан дважды"))]);
    // The first day on the list, and the day that is the first off it.
    let entered = |date: &str| lesson(algebra(date));
    for date in ["2025-09-29", "2025-09-30", "2025-10-17", "2025-10-20"] {
        office.record("semyonov", &format!("{date}T09:00"), entered(date)).unwrap();
    }
    for (date, pupil, words) in [
        ("2025-09-29", "С-05", None),
        ("2025-09-30", "С-05", Some("не в списке")),
        ("2025-10-17", "Н-06", Some("не в списке")),
        ("2025-10-20", "Н-06", None),
    ] {
        // The clock has gone on, so they are asked for as history, which no day binds.
        match (office.tries_taking_over("2025-10-20T12:00", marks(algebra(date), pupil, "5")), words) {
            (Ok(_), None) => {}
            (Err(error), Some(words)) if error.message().contains(words) => {}
            (other, _) => panic!("{date} {pupil}: {other:?}"),
        }
    }
}

#[test]
fn the_lowest_mark_is_the_schools_and_first_grades_have_none() {
    let mut office = taught();
    let now = "2025-09-15T12:00";
    let set = |mark: &str| marks(algebra("2025-09-15"), "И-01", mark);
    each(
        &mut office,
        "semyonov",
        now,
        &[(set("1"), Some("отметки от 2 до 5")), (set("2"), None), (set("4/1"), Some("отметки от 2 до 5"))],
    );
    let mut school = read::school(office.journal.tables()).unwrap();
    school.policy.lowest_mark = 1;
    school.policy.unmarked_grades = vec![1, 6];
    office.record("ivanova", now, SchoolChanged { school }).unwrap();
    office.allows("semyonov", now, set("1"));
    let class = ClassName::parse("6А").unwrap();
    let key = CourseKey { class: class.clone(), ..course("Алгебра") };
    office.record("ivanova", now, ClassSet { class: class.clone(), teacher: String::new() }).unwrap();
    office.record("ivanova", now, PupilLeft { file: "И-01".into(), until: day("2025-09-15"), despite: false }).unwrap();
    office.record("ivanova", now, PupilEnrolled { file: "И-01".into(), class, since: day("2025-09-15") }).unwrap();
    office.record("ivanova", now, CourseSet { course: key.clone(), teacher: "semyonov".into(), hours: 3.0 }).unwrap();
    let there = || lesson_at(key.clone(), "2025-09-15", 1);
    office.record("semyonov", now, lesson(there())).unwrap();
    office.forbids("semyonov", now, marks(there(), "И-01", "5"), "отметки не ставятся");
    office.forbids("semyonov", now, marks(there(), "И-01", "зач"), "отметки не ставятся");
}
