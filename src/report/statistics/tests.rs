//! The table against the other reports over the same school, before anything is suppressed; and what it looks like.

use super::suppress::{Rule, is_small, table};
use super::{ALL, COLUMNS, Measure, Person, Row, counted, csv, rows};
use crate::journal::read::Tables;
use crate::journal::testing::{TestJournal, decided, lesson_at, moment};
use crate::report::progress::{By, progress};
use crate::report::testing::{
    self, ANNA, DARYA, PAVEL, PYOTR, absence, algebra, chemistry, day, final_mark, lesson, mark, reason,
};
use crate::report::{Filter, When, attendance, coverage, discipline, plan};
use crate::school::{ClassName, Share};

const QUARTER: &str = "I четверть";

/// Algebra with marks, an absence of each reason, a late entry, a correction, a substitution; final marks in chemistry alone.
fn school() -> TestJournal {
    use crate::journal::entry::{Change, CorrectionRequested, LessonRecorded, LessonText, PlanLine, PlanSet};
    let mut annals = testing::annals();
    let all = &mut annals;
    let monday = lesson(all, &algebra(), "2025-09-01", 2, "Тема");
    let thursday = lesson(all, &chemistry(), "2025-09-04", 4, "Тема");
    for (pupil, marks) in [(PAVEL, "5"), (PYOTR, "4/5"), (ANNA, "2")] {
        mark(all, &monday, pupil, marks, "");
    }
    absence(all, &monday, DARYA, "н");
    absence(all, &thursday, PAVEL, "б");
    absence(all, &thursday, PYOTR, "н");
    absence(all, &thursday, ANNA, "оп");
    reason(all, DARYA, "2025-09-01", "2025-09-01", "неуважительная");
    let late = lesson_at(&algebra(), "2025-09-03", 1);
    annals.taught(moment("2025-09-05T09:00"), crate::journal::testing::lesson(&late, "Тема", ""));
    let given = lesson_at(&algebra(), "2025-09-05", 3);
    let given =
        LessonRecorded { substitute: "belova".into(), ..crate::journal::testing::lesson(&given, "Тема", "§ 1") };
    annals.by("belova", moment("2025-09-05T09:30"), given);
    let line = |topic: &str| LessonText { topic: topic.into(), ..LessonText::default() };
    let asked = CorrectionRequested {
        course: algebra(),
        date: late.date,
        lesson: late.lesson,
        changes: vec![Change::Lesson { was: Some(line("Тема")), becomes: line("Другая тема") }],
        reason: "описка".into(),
    };
    annals.taught(moment("2025-09-05T10:00"), asked);
    annals.by("petrova", moment("2025-09-05T11:00"), decided(1, true, ""));
    let lines = vec![PlanLine { no: 1, topic: "Тема".into(), work: String::new(), homework: String::new() }];
    annals.taken_over(moment("2025-09-01T08:00"), PlanSet { course: algebra(), lines });
    for (pupil, mark) in [(PAVEL, "5"), (PYOTR, "3"), (ANNA, "н/а"), (DARYA, "4")] {
        final_mark(&mut annals, &chemistry(), pupil, QUARTER, mark);
    }
    annals.record()
}

fn everything(tables: &Tables, period: &str) -> Vec<Row> {
    table(&counted(tables, period).unwrap(), Rule::Everything)
}

/// The count of a kind where the table is divided furthest.
fn count(rows: &[Row], measure: Measure, subject: Option<&str>, kind: &str) -> u64 {
    let of = |row: &&Row| row.measure == measure && row.subject.as_deref() == subject && row.kind == kind;
    let furthest = |row: &&Row| row.grade.is_some() || row.month.is_some() || kind == ALL && row.stage.is_none();
    let found: Vec<u64> = rows.iter().filter(of).filter(furthest).filter_map(|row| row.value).collect();
    if kind == ALL { found[0] } else { found.iter().sum() }
}

#[test]
fn before_anything_is_suppressed_the_table_says_what_the_reports_say() {
    let journal = school();
    let rows = everything(&journal, QUARTER);
    let (filter, when) = (Filter::default(), When::Period(QUARTER.into()));
    let of = |measure, subject, kind: &str| count(&rows, measure, subject, kind);

    let results = progress(&journal, &filter, By::Subject, Some(QUARTER)).unwrap();
    let [result] = &results[..] else { panic!("{results:?}") };
    let subject = Some(result.name.as_str());
    for (kind, expected) in [
        ("5", result.fives),
        ("4", result.fours),
        ("3", result.threes),
        ("2", result.twos),
        ("not_attested", result.not_attested),
    ] {
        assert_eq!(of(Measure::FinalMarks, subject, kind), u64::from(expected), "{kind}");
    }
    let (quality, rest) = (of(Measure::FinalMarks, subject, "quality"), of(Measure::FinalMarks, subject, "rest"));
    assert_eq!(Share::of(quality, quality + rest), result.quality);
    let below = of(Measure::FinalMarks, subject, "below");
    assert_eq!(Share::of(quality + rest - below, quality + rest).percent(), result.success.percent());

    let missed = attendance::attendance(&journal, &filter, &when).unwrap();
    let [missed] = &missed[..] else { panic!("{missed:?}") };
    assert_eq!(of(Measure::Attendance, None, ALL), u64::from(missed.lessons_held));
    for (kind, expected) in [
        ("missed", missed.lessons.all),
        ("ill", missed.lessons.ill),
        ("excused", missed.lessons.excused),
        ("unexcused", missed.lessons.unexcused),
        ("unexplained", missed.lessons.unexplained),
    ] {
        assert_eq!(of(Measure::Attendance, None, kind), u64::from(expected), "{kind}");
        assert!(kind == "excused" || expected > 0, "{kind} is not in the school of the test");
    }

    let kept = discipline::discipline(&journal, &filter, &when, day("2025-10-27")).unwrap();
    let sum = |of: fn(&discipline::Row) -> u32| kept.iter().map(of).sum::<u32>().into();
    assert_eq!(of(Measure::Lessons, None, ALL), sum(|row| row.lessons));
    assert_eq!((of(Measure::Lessons, None, "late"), sum(|row| row.late)), (1, 1));
    assert_eq!((of(Measure::Corrections, None, ALL), sum(|row| row.corrections)), (1, 1));
    assert_eq!(of(Measure::Substitutions, None, ALL), 1);
    // «4/5» is two grades; all of one lesson.
    let marks = ["5", "4", "3", "2"].map(|kind| of(Measure::Marks, Some("Алгебра"), kind));
    assert_eq!(marks, [2, 1, 0, 1]);

    for row in plan::plan(&journal, &filter, day("2025-10-24")).unwrap() {
        let subject = Some(row.subject.as_str());
        assert_eq!(count(&rows, Measure::LessonsDue, subject, ALL), u64::from(row.due), "{subject:?}");
        assert_eq!(count(&rows, Measure::LessonsGiven, subject, ALL), u64::from(row.given), "{subject:?}");
    }
}

#[test]
fn courses_short_of_marks_are_those_of_the_coverage_before_final_marks_were_set() {
    let journal = school();
    let rows = everything(&journal, QUARTER);
    let mut before = testing::annals();
    lesson(&mut before, &chemistry(), "2025-09-04", 4, "Тема");
    let covered = coverage::coverage(&before.record(), &Filter::default(), Some(QUARTER), day("2025-10-27")).unwrap();
    let short = covered.iter().filter(|row| row.subject == "Химия" && row.state == coverage::State::Lacks).count();
    assert_eq!((count(&rows, Measure::Coverage, Some("Химия"), "short"), short), (4, 4));
    // Whose final mark is not set is counted neither here nor there, so that nobody stands between the two.
    assert_eq!(count(&rows, Measure::Coverage, Some("Алгебра"), "short"), 0);
}

#[test]
fn four_pupils_are_not_told_of_at_all() {
    let journal = school();
    let rows = table(&counted(&journal, QUARTER).unwrap(), Rule::Suppress);
    assert!(rows.iter().all(|row| row.value.is_none()), "{rows:?}");
    // Which rows there are follows from the curriculum: none is there for English of a quarter without a mark or with.
    assert!(rows.iter().any(|row| row.subject.as_deref() == Some("Английский язык")));
}

#[test]
fn a_year_has_its_final_marks_and_its_pupils_alone() {
    let rows = everything(&school(), "Год");
    assert!(rows.iter().all(|row| matches!(row.measure, Measure::FinalMarks | Measure::Pupils)));
    assert_eq!(count(&rows, Measure::Pupils, None, ALL), 4);
}

#[test]
fn a_count_is_small_by_its_people_by_one_class_and_by_one_person() {
    let pupil = |class: &str, row| Person::Pupil(ClassName::parse(class).unwrap(), row);
    let small = |people: &[(Person, u64)]| is_small(people.iter().map(|(person, value)| (person, *value)));
    let two = |one: i64, other: i64| -> Vec<(Person, u64)> {
        (0..one).map(|row| (pupil("7А", row), 1)).chain((0..other).map(|row| (pupil("7Б", 100 + row), 1))).collect()
    };
    assert!(small(&[]) && small(&two(4, 0)) && small(&two(25, 0)));
    assert!(small(&two(25, 4)) && small(&two(4, 25)) && !small(&two(25, 5)) && !small(&two(5, 5)));
    // Who was counted nothing is not behind it.
    let mut idle = two(5, 5);
    idle.iter_mut().take(5).for_each(|(_, value)| *value = 0);
    assert!(small(&idle));
    let teacher = |login: &str, value| (Person::Teacher(login.into()), value);
    let mut five: Vec<_> = ["a", "b", "c", "d", "e"].map(|login| teacher(login, 1)).to_vec();
    assert!(!small(&five) && small(&five[1..]));
    five[0].1 = 5;
    assert!(small(&five), "more than half of it is one teacher's");
}

#[test]
fn the_same_journal_gives_the_same_bytes_and_nobodys_name() {
    let journal = school();
    let counted = counted(&journal, QUARTER).unwrap();
    let text = csv(&table(&counted, Rule::Everything));
    assert_eq!(text, csv(&table(&super::counted(&journal, QUARTER).unwrap(), Rule::Everything)));
    let text = String::from_utf8(text).unwrap();
    assert!(text.starts_with(&COLUMNS.join(",")));
    assert!(text.contains("I четверть,attendance,,5-9,7,,ill,1\n"), "{text}");
    for name in ["Иванов", "semyonov", "belova", "И-01", "7А"] {
        assert!(!text.contains(name), "{name}");
    }
    let mut number = 0;
    let rows = rows::rows(&counted, || {
        number += 1;
        format!("p{number}")
    });
    let ill: Vec<_> = rows.iter().filter(|row| row.row.kind == "ill").collect();
    assert_eq!(ill.len(), 1);
    // He is ill, has missed for a valid reason, has missed, and had a lesson.
    let same = rows.iter().filter(|row| row.person == ill[0].person && row.row.measure == Measure::Attendance);
    let mut kinds: Vec<_> = same.map(|row| (row.row.kind, row.row.value)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert!(["ill", "valid", "missed", ALL].iter().all(|kind| kinds.contains(&(kind, Some(1)))), "{kinds:?}");
    let text = String::from_utf8(rows::csv(&rows)).unwrap();
    assert!(!text.contains("Иванов") && !text.contains("semyonov"));
}
