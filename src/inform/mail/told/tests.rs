//! What is told of two pupils of 7А, who have algebra on Mondays and Wednesdays.

use super::*;
use crate::journal::entry::{Change, CorrectionRequested, LessonRef, Person};
use crate::journal::read::{self, Tables, ledger::tip};
use crate::journal::testing::{
    self, Annals, TestJournal, absence as absent, course, day, decided, finals as finals_set, lesson_at, mark, name,
    person, reason,
};
use crate::school::{Marks, Role, School};
use chrono::NaiveTime;
use std::collections::HashMap;

const ALI: &str = "А-1";
const BORIS: &str = "Б-2";
const MONDAY: &str = "2025-09-01";

/// What a reader was told.
#[derive(Default)]
struct Told(HashMap<String, String>);

impl Told {
    /// Tells what a mail says.
    fn by(&mut self, child: &Child) {
        self.0.extend(child.facts.iter().map(|fact| (fact.fact.clone(), fact.value.clone())));
    }
}

impl Before for Told {
    fn value(&self, fact: &str) -> Result<Option<String>> {
        Ok(self.0.get(fact).cloned())
    }

    fn beginning(&self, prefix: &str) -> Result<Vec<(String, String)>> {
        let mut all: Vec<_> = self.0.clone().into_iter().filter(|(fact, _)| fact.starts_with(prefix)).collect();
        all.sort();
        Ok(all)
    }
}

fn school() -> School {
    let bells = "[[bell]]\nlesson = 2\nbegins = \"09:25\"\nends = \"10:10\"\n";
    let text = include_str!("../../../../tests/fixtures/small/school.toml");
    let text = if text.contains("[[bell]]") { text.to_owned() } else { format!("{text}\n{bells}") };
    School::from_toml(&text).unwrap()
}

fn journal() -> TestJournal {
    testing::once("told".to_owned(), || {
        let administrator: Person = person("ivanova", "Иванова Инна Игоревна", "администратор", &[Role::Administrator]);
        let mut annals = Annals::new(school(), administrator, "2025-09-01T08:00");
        annals.person(person("semyonov", "Семёнов Савва Сергеевич", "учитель", &[Role::Teacher, Role::ClassTeacher]));
        annals.person(person("petrova", "Петрова Елена Николаевна", "завуч", &[Role::DeputyHead]));
        annals.subject("Алгебра").class("7А", "semyonov");
        annals.pupil(ALI, name("Алиев Али"), day("2012-01-01"), "7А", day(MONDAY));
        annals.pupil(BORIS, name("Белов Борис"), day("2012-01-01"), "7А", day(MONDAY));
        annals.course(&course("7А", "Алгебра"), "semyonov", 3.0);
        annals.timetable(&course("7А", "Алгебра"), &[(1, 2), (3, 2)]);
        annals
    })
    .copy()
}

fn monday() -> LessonRef {
    lesson_at(&course("7А", "Алгебра"), MONDAY, 2)
}

/// The first day: a lesson with homework, a mark for one, the other was not there.
fn first_day() -> TestJournal {
    let mut journal = journal();
    journal.by("semyonov", "2025-09-01T10:00", testing::lesson(&monday(), "Дроби", "§ 1"));
    journal.by("semyonov", "2025-09-01T10:01", mark(&monday(), ALI, "3", "контрольная"));
    journal.by("semyonov", "2025-09-01T10:02", absent(&monday(), BORIS, "н"));
    journal
}

fn pupil(tables: &Tables, file: &str) -> Pupil {
    read::pupil(tables, file).unwrap().unwrap()
}

fn class() -> ClassName {
    ClassName::parse("7А").unwrap()
}

/// «Отметки: Алгебра: 5», a text a line.
fn lines(child: &Child) -> Vec<String> {
    let of = |section: &Section| {
        let line = |line: &Line| format!("{} | {} | {}", section.heading, line.about, line.said);
        section.lines.iter().map(line).collect::<Vec<_>>()
    };
    child.sections.iter().flat_map(of).collect()
}

/// The digest of a day of what came after an entry; what it says is told.
fn digest_of(journal: &TestJournal, file: &str, (after, on): (u64, &str), told: &mut Told) -> Vec<String> {
    let entries = after + 1..=tip(journal).unwrap().seq;
    let pupil = pupil(journal, file);
    let gathered = digest::gather(journal, &pupil, class(), &entries, day(on)).unwrap();
    let Some(child) = gathered.told_after(told).unwrap() else { return Vec::new() };
    told.by(&child);
    lines(&child)
}

#[test]
fn a_digest_tells_marks_with_their_work_absences_and_what_is_set_for_the_next_day_and_tells_it_once() {
    let journal = first_day();
    let (mut of_ali, mut of_boris) = (Told::default(), Told::default());
    let homework = "Задано: среда, 3 сентября 2025 г. | Алгебра | § 1";
    let ali = digest_of(&journal, ALI, (0, MONDAY), &mut of_ali);
    assert_eq!(ali, ["Отметки | Алгебра | 3 (контрольная)", homework]);
    let boris = digest_of(&journal, BORIS, (0, MONDAY), &mut of_boris);
    assert_eq!(boris, ["Посещение | Алгебра, 2-й урок | отсутствие, причина не указана", homework]);
    assert!(digest_of(&journal, ALI, (0, MONDAY), &mut of_ali).is_empty(), "told already");
}

#[test]
fn what_was_told_and_is_changed_the_same_day_is_told_as_a_change() {
    let mut journal = first_day();
    let (mut of_ali, mut of_boris) = (Told::default(), Told::default());
    digest_of(&journal, ALI, (0, MONDAY), &mut of_ali);
    digest_of(&journal, BORIS, (0, MONDAY), &mut of_boris);
    let till = tip(&journal).unwrap().seq;
    journal.by("semyonov", "2025-09-01T20:00", mark(&monday(), ALI, "4", "контрольная"));
    journal.by("semyonov", "2025-09-01T20:01", absent(&monday(), BORIS, "оп"));
    let ali = digest_of(&journal, ALI, (till, MONDAY), &mut of_ali);
    assert_eq!(ali, ["Исправлено | Алгебра | исправлено: было 3, стало 4"]);
    let boris = digest_of(&journal, BORIS, (till, MONDAY), &mut of_boris);
    assert_eq!(boris, ["Исправлено | Алгебра | исправлено: было н, стало оп"]);
    let mut new = Told::default();
    let ali = digest_of(&journal, ALI, (till, MONDAY), &mut new);
    assert_eq!(ali[0], "Отметки | Алгебра | 4 (контрольная)", "who did not know of it is told of no change");
}

#[test]
fn a_decided_correction_is_told_with_what_it_changed() {
    let mut journal = first_day();
    let mut told = Told::default();
    digest_of(&journal, ALI, (0, MONDAY), &mut told);
    let till = tip(&journal).unwrap().seq;
    let marks = |text: &str| Some(Marks::parse(text).unwrap());
    let change = Change::Mark {
        pupil: ALI.into(),
        was: marks("3"),
        becomes: marks("4"),
        work: "контрольная".into(),
        document: String::new(),
        earned: false,
    };
    let requested = CorrectionRequested {
        course: course("7А", "Алгебра"),
        date: day(MONDAY),
        lesson: 2,
        changes: vec![change],
        reason: "ошибка".into(),
    };
    journal.by("semyonov", "2025-09-10T10:00", requested);
    journal.by("petrova", "2025-09-10T11:00", decided(1, true, "обоснованно"));
    let ali = digest_of(&journal, ALI, (till, "2025-09-10"), &mut told);
    assert_eq!(ali, ["Исправлено | Алгебра, 01.09.2025 | исправлено: было 3, стало 4"]);
    assert!(digest_of(&journal, ALI, (till, "2025-09-10"), &mut told).is_empty());
}

fn notice(journal: &TestJournal, file: &str, time: &str, told: &mut Told) -> Vec<String> {
    let (pupil, time) = (pupil(journal, file), NaiveTime::parse_from_str(time, "%H:%M").unwrap());
    let child = absence::absence(journal, &school(), (&pupil, &class()), (day(MONDAY), time), told).unwrap();
    child.as_ref().inspect(|child| told.by(child)).map(lines).unwrap_or_default()
}

#[test]
fn a_notice_of_absence_waits_for_the_lessons_end_comes_once_and_is_taken_back_by_the_digest() {
    let mut journal = first_day();
    let ends = school().bells.into_iter().find(|bell| bell.lesson == 2).unwrap().ends;
    let mut told = Told::default();
    assert!(notice(&journal, BORIS, "09:30", &mut told).is_empty(), "he may still come late");
    let said = notice(&journal, BORIS, &ends, &mut told);
    assert_eq!(said.len(), 1);
    assert!(
        said[0].starts_with("Посещение 1 сентября | 2-й урок (")
            && said[0].ends_with("Алгебра | отсутствие, причина не указана"),
        "{said:?}"
    );
    assert!(notice(&journal, BORIS, "13:00", &mut told).is_empty(), "once a day");
    assert!(notice(&journal, ALI, "13:00", &mut Told::default()).is_empty(), "he was there");
    let before: Vec<String> = digest_of(&journal, BORIS, (0, MONDAY), &mut told);
    assert!(before.iter().all(|line| !line.contains("отсутствие")), "told by the notice: {before:?}");
    let till = tip(&journal).unwrap().seq;
    let mut was_there = absent(&monday(), BORIS, "н");
    was_there.pupils.iter_mut().for_each(|line| line.attendance = None);
    journal.by("semyonov", "2025-09-01T14:00", was_there);
    let after = digest_of(&journal, BORIS, (till, MONDAY), &mut told);
    assert_eq!(after, ["Исправлено | Алгебра, 2-й урок | отметка об отсутствии снята"]);
    assert!(digest_of(&journal, BORIS, (till, MONDAY), &mut told).is_empty());
}

#[test]
fn the_reason_of_an_absence_is_told_when_it_is_given() {
    let mut journal = first_day();
    let mut told = Told::default();
    digest_of(&journal, BORIS, (0, MONDAY), &mut told);
    let till = tip(&journal).unwrap().seq;
    journal.by("semyonov", "2025-09-02T09:00", reason(BORIS, MONDAY, "2025-09-02", "болезнь", "справка"));
    let said = digest_of(&journal, BORIS, (till, "2025-09-02"), &mut told);
    assert_eq!(said, ["Посещение | Причина пропуска, 01.09.2025 – 02.09.2025 | болезнь"]);
}

#[test]
fn a_forecast_says_what_comes_out_and_what_is_lacking_once_a_week_and_never_in_holidays() {
    let journal = first_day();
    let ali = pupil(&journal, ALI);
    let of = |on: &str, told: &Told| forecast::forecast(&journal, &school(), (&ali, &class()), day(on), told).unwrap();
    let mut told = Told::default();
    let child = of("2025-09-05", &told).unwrap();
    let said = lines(&child);
    assert_eq!(said.len(), 1);
    assert!(
        said[0].starts_with("Прогноз: I четверть | Алгебра | средний балл 3,00; выходит 3; не хватает 4 отметок"),
        "{said:?}"
    );
    told.by(&child);
    assert!(of("2025-09-06", &told).is_none(), "of the same week");
    assert!(of("2025-09-12", &told).is_some());
    assert!(of("2025-10-29", &Told::default()).is_none(), "between the periods");
}

#[test]
fn final_marks_are_told_when_they_are_set_and_a_change_of_them_as_one() {
    let mut journal = first_day();
    let till = tip(&journal).unwrap().seq;
    journal.wait_until("2025-10-22T10:00");
    let mut body = finals_set(&course("7А", "Алгебра"), "I четверть", &[(ALI, "3")]);
    body.override_reason = "мало уроков".to_owned();
    journal.by("petrova", "2025-10-22T10:00", body);
    let ali = pupil(&journal, ALI);
    let of = |told: &Told| {
        let entries = till + 1..=tip(&journal).unwrap().seq;
        finals::finals(&journal, (&ali, &class()), &entries, day("2025-10-22"), told).unwrap()
    };
    let mut told = Told::default();
    let child = of(&told).unwrap();
    assert_eq!(lines(&child), ["Итоговые отметки: I четверть | Алгебра | 3"]);
    told.by(&child);
    assert!(of(&told).is_none());
    told.0.insert("final/I четверть/Алгебра".into(), "2".into());
    assert_eq!(lines(&of(&told).unwrap()), ["Итоговые отметки: I четверть | Алгебра | исправлено: было 2, стало 3"]);
}

#[test]
fn nothing_that_breaks_a_line_or_turns_the_writing_gets_into_a_line() {
    let line = Line::new("Алгебра\r\nBcc: a@b.org", "5\u{202e}(\u{2066}контрольная\u{7}) <b>");
    assert_eq!((line.about.as_str(), line.said.as_str()), ("Алгебра Bcc: a@b.org", "5 ( контрольная ) <b>"));
    assert_eq!(short_day(day("2025-11-28")), "28 ноября");
}
