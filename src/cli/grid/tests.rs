//! The grid without a terminal: keys in, jobs and a drawn screen out.
//!
//! A desk is a model with tables in memory behind it. It takes jobs as a journal would, and refuses the marks that it
//! is told to refuse.

use super::draw;
use super::keys::Key;
use super::model::{Access, Focus, Job, Message, Model, Target};
use crate::error::Error;
use crate::journal::entry::{
    Body, ClassSet, CourseSet, Entry, LessonRecorded, LessonRef, PlanLine, PlanSet, PupilEnrolled, PupilLeft, PupilSet,
    RULES, SchoolChanged, Slot, SubjectLine, SubjectsSet, TimetableSet,
};
use crate::journal::read::Tables;
use crate::journal::read::course_view::{CourseView, Keeper, Place, course_view};
use crate::journal::{apply, read};
use crate::ledger::store;
use crate::school::{ClassName, CourseKey, PersonName, School, parse_date};
use chrono::NaiveDate;
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const SIZES: [(u16, u16); 12] =
    [(80, 24), (120, 40), (40, 10), (200, 60), (110, 12), (80, 3), (3, 80), (20, 5), (1, 1), (2, 2), (10, 1), (0, 0)];

struct Desk {
    tables: Tables,
    seq: u64,
    model: Model,
    refuse: Option<&'static str>,
    jobs: Vec<Job>,
}

fn day(text: &str) -> NaiveDate {
    parse_date(text).unwrap()
}

fn key() -> CourseKey {
    CourseKey { class: ClassName::parse("7А").unwrap(), group: String::new(), subject: "Алгебра".into() }
}

fn apply(tables: &Tables, seq: &mut u64, body: Body) {
    *seq += 1;
    let time = chrono::DateTime::parse_from_rfc3339("2025-09-15T12:00:00+03:00").unwrap();
    let (author, key) = ("semyonov".to_owned(), String::new());
    let entry = Entry { time, author, key, rules: RULES, taken_over: false, body };
    apply::apply(tables, *seq, &entry).unwrap();
}

/// A class of so many pupils with a lesson a day from 1 September on; the last pupil left on the 10th.
fn school(pupils: usize, lessons: u32) -> (Tables, u64) {
    let tables = apply::in_memory().unwrap();
    store::create(tables.db()).unwrap();
    let mut seq = 0;
    let mut put = |body: Body| apply(&tables, &mut seq, body);
    let config = std::fs::read_to_string("tests/fixtures/small/school.toml").unwrap();
    put(SchoolChanged { school: School::from_toml(&config).unwrap() }.into());
    let line = SubjectLine {
        name: "Алгебра".into(), short: "Алг.".into(), association: String::new(), written: true
    };
    put(SubjectsSet { subjects: vec![line] }.into());
    put(ClassSet { class: key().class, teacher: String::new() }.into());
    put(CourseSet { course: key(), teacher: "semyonov".into(), hours: 3.0 }.into());
    put(TimetableSet {
        course: key(),
        since: None,
        slots: vec![Slot { weekday: 1, lesson: 2 }, Slot { weekday: 3, lesson: 1 }],
    }
    .into());
    let line = |no| PlanLine { no, topic: format!("Тема {no}"), work: String::new(), homework: format!("§ {no}") };
    put(PlanSet { course: key(), lines: (1..=60).map(line).collect() }.into());
    for n in 0..pupils {
        let (file, class) = (format!("П-{n:02}"), key().class);
        let name =
            PersonName { surname: format!("Ученик{n:02}"), given: "Анна".into(), patronymic: String::new() };
        put(PupilSet { file: file.clone(), name, born: day("2012-01-01") }.into());
        put(PupilEnrolled { file: file.clone(), class, since: day("2025-09-01") }.into());
        if n + 1 == pupils && n > 0 {
            put(PupilLeft { file, until: day("2025-09-10") }.into());
        }
    }
    for n in 0..lessons {
        let date = day("2025-09-01") + chrono::Duration::days(n.into());
        let at = LessonRef { course: key(), date, lesson: 2 };
        let (topic, homework) = (format!("Тема {}", n + 1), format!("§ {}", n + 1));
        let (work, substitute) = (String::new(), String::new());
        put(LessonRecorded { at, topic, work, homework, substitute, cells: Vec::new() }.into());
    }
    (tables, seq)
}

impl Desk {
    fn new(pupils: usize, lessons: u32) -> Self {
        let (tables, seq) = school(pupils, lessons);
        let keeper = Keeper { login: "semyonov".into(), substitute: false };
        let model = Model::new(view(&tables), Access::Keeps(keeper, "Семёнов С. С.".into()), day("2025-09-15"));
        Self { tables, seq, model, refuse: None, jobs: Vec::new() }
    }

    fn press(&mut self, key: Key) {
        let Some(job) = self.model.press(key) else { return };
        let text = format!("{:?}", job.bodies);
        if self.refuse.is_some_and(|what| text.contains(what)) {
            self.model.refused(&job.target, Error::refused("§2.3.2: нельзя").next("подайте заявку"));
        } else {
            let mut entries = Vec::new();
            for body in &job.bodies {
                apply(&self.tables, &mut self.seq, body.clone());
                entries.push(self.seq);
            }
            self.model.recorded(&job.target, view(&self.tables), &entries, &[]);
        }
        self.jobs.push(job);
    }

    fn type_in(&mut self, text: &str) {
        text.chars().for_each(|c| self.press(Key::Char(c)));
    }

    fn screen(&mut self, width: u16, height: u16) -> String {
        screen(&mut self.model, width, height)
    }

    fn cell(&self, row: usize) -> String {
        self.model.view.text(&self.model.current().unwrap().place, row)
    }

    fn said(&self) -> String {
        match &self.model.message {
            Some(Message::Done(text)) => text.clone(),
            Some(Message::Fault(error)) => error.to_string(),
            None => String::new(),
        }
    }
}

fn view(tables: &Tables) -> CourseView {
    course_view(tables, &read::course(tables, &key()).unwrap().unwrap()).unwrap()
}

fn screen(model: &mut Model, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    terminal.draw(|frame| draw::draw(frame, model)).unwrap();
    let buffer = terminal.backend().buffer();
    let line = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
    (0..height).map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn marks_typed_down_a_column_are_an_entry_each_and_stand_in_their_cells() {
    let mut desk = Desk::new(26, 15);
    for n in 0..25 {
        desk.type_in(["5", "4/5", "н", "зач"][n % 4]);
        desk.press(if n % 2 == 0 { Key::Enter } else { Key::Down });
    }
    assert_eq!(desk.jobs.len(), 25);
    assert!(desk.jobs.iter().all(|job| job.bodies.len() == 1));
    for n in 0..25 {
        assert_eq!(desk.cell(n), ["5", "4/5", "н", "зач"][n % 4]);
    }
    assert!(desk.said().contains("подписано: Семёнов С. С."), "{}", desk.said());
}

#[test]
fn an_absence_with_a_mark_is_two_entries_of_one_job_and_what_stands_is_none() {
    let mut desk = Desk::new(3, 1);
    desk.type_in("оп 4");
    desk.press(Key::Enter);
    assert_eq!(desk.jobs[0].bodies.iter().map(Body::kind).collect::<Vec<_>>(), ["attendance.set", "marks.set"]);
    desk.press(Key::Up);
    desk.type_in("оп 4");
    desk.press(Key::Enter);
    assert_eq!(desk.jobs.len(), 1);
    assert_eq!(desk.said(), "Так уже записано");
}

#[test]
fn what_was_refused_stays_in_its_cell_and_the_next_mark_goes_to_the_next_pupil() {
    let mut desk = Desk::new(5, 3);
    desk.refuse = Some("Grade(2)");
    desk.type_in("2");
    desk.press(Key::Enter);
    desk.type_in("5");
    assert!(desk.screen(80, 24).contains("2!"), "{}", desk.screen(80, 24));
    assert!(desk.screen(80, 24).contains("5_"));
    desk.press(Key::Enter);
    assert_eq!((desk.cell(0).as_str(), desk.cell(1).as_str()), ("", "5"));
    desk.press(Key::NextRefused);
    assert_eq!(desk.model.row, 0);
    assert!(desk.screen(80, 24).contains("§2.3.2: нельзя. Что делать: подайте заявку"));
    desk.type_in("3");
    desk.press(Key::Enter);
    assert_eq!((desk.cell(0).as_str(), desk.model.refusals()), ("3", 0));
}

#[test]
fn the_cursor_goes_down_past_those_who_were_not_there_that_day() {
    let mut desk = Desk::new(5, 15);
    for _ in 0..9 {
        desk.press(Key::Down);
    }
    assert_eq!(desk.model.row, 3, "the last pupil had left");
    desk.press(Key::Home);
    desk.press(Key::Down);
    assert_eq!(desk.model.row, 4);
}

#[test]
fn what_is_no_mark_never_reaches_the_journal() {
    let mut desk = Desk::new(2, 1);
    desk.type_in("55");
    desk.press(Key::Right);
    assert!(desk.jobs.is_empty());
    assert!(desk.said().contains("не отметка"), "{}", desk.said());
    desk.press(Key::Left);
    desk.press(Key::Esc);
    assert_eq!(desk.model.refusals() + desk.model.attempts.len(), 0);
}

#[test]
fn a_cell_is_emptied_and_an_empty_one_asks_for_nothing() {
    let mut desk = Desk::new(2, 1);
    desk.type_in("н");
    desk.press(Key::Enter);
    desk.press(Key::Up);
    desk.press(Key::Delete);
    assert_eq!(desk.cell(0), "");
    desk.press(Key::Delete);
    assert_eq!(desk.jobs.len(), 2);
}

#[test]
fn a_mark_over_an_absence_that_may_not_be_replaced_says_how_to_keep_both() {
    let mut desk = Desk::new(2, 1);
    desk.type_in("н");
    desk.press(Key::Enter);
    desk.refuse = Some("attendance: None");
    desk.press(Key::Up);
    desk.type_in("4");
    desk.press(Key::Enter);
    assert!(desk.said().contains("наберите «н 4»"), "{}", desk.said());
    desk.press(Key::Up);
    desk.press(Key::Esc);
    desk.press(Key::Edit);
    desk.type_in(" 4");
    desk.press(Key::Enter);
    assert_eq!(desk.cell(0), "н 4");
}

#[test]
fn a_final_mark_is_recorded_in_its_periods_column() {
    let mut desk = Desk::new(2, 1);
    desk.press(Key::End);
    assert_eq!(desk.model.current().unwrap().place, Place::Final { period: "Год".into() });
    desk.press(Key::Left);
    desk.type_in("4");
    desk.press(Key::Enter);
    assert_eq!(desk.jobs[0].bodies[0].kind(), "finals.set");
    assert_eq!(desk.cell(0), "4");
    desk.press(Key::Up);
    desk.press(Key::Delete);
    assert!(desk.said().contains("нельзя убрать"), "{}", desk.said());
}

#[test]
fn final_marks_stand_after_the_last_lesson_of_their_period() {
    let desk = Desk::new(2, 70);
    let columns = &desk.model.view.columns;
    let first = desk.model.view.column(&Place::Final { period: "I четверть".into() }).unwrap();
    assert_eq!(columns[first - 1].place, Place::Lesson { date: day("2025-10-24"), number: 2 });
    assert_eq!(columns[first + 1].place, Place::Lesson { date: day("2025-10-25"), number: 2 });
    let last: Vec<&str> = columns[columns.len() - 2..].iter().map(|column| column.short.as_str()).collect();
    assert_eq!(last, ["II четв.", "Год"]);
}

#[test]
fn a_new_lesson_takes_its_number_from_the_timetable_and_its_words_from_the_plan() {
    let mut desk = Desk::new(2, 0);
    desk.press(Key::NewLesson);
    assert!(desk.screen(80, 24).contains("Новый урок"));
    desk.press(Key::Enter);
    let Body::LessonRecorded(lesson) = &desk.jobs[0].bodies[0] else { panic!() };
    assert_eq!((lesson.at.date, lesson.at.lesson), (day("2025-09-15"), 2));
    assert_eq!((lesson.topic.as_str(), lesson.homework.as_str()), ("Тема 1", "§ 1"));
    assert_eq!(desk.model.current().unwrap().place, Place::Lesson { date: day("2025-09-15"), number: 2 });

    desk.press(Key::NewLesson);
    desk.press(Key::Enter);
    assert!(desk.said().contains("урока нет или он уже записан"), "{}", desk.said());
    assert!(matches!(desk.model.focus, Focus::Panel(_)), "what was typed stays");
}

#[test]
fn the_panel_records_the_lesson_of_the_column() {
    let mut desk = Desk::new(2, 3);
    desk.press(Key::Tab);
    desk.press(Key::Tab);
    desk.press(Key::Tab);
    desk.type_in(", № 5");
    desk.press(Key::Enter);
    assert_eq!(desk.model.current().unwrap().lesson.as_ref().unwrap().homework, "§ 3, № 5");
    assert!(desk.said().contains("Урок записан: 03.09.2025"), "{}", desk.said());
    desk.press(Key::Tab);
    desk.press(Key::Enter);
    assert_eq!((desk.jobs.len(), desk.said().as_str()), (1, "Изменений нет"));
}

#[test]
fn whoever_may_only_look_changes_nothing_and_is_told_why() {
    let mut desk = Desk::new(2, 2);
    desk.model.access = Access::Looks(Error::refused("у «belova» нет права на это действие (§3.3)"));
    for key in [Key::Char('5'), Key::Enter, Key::Delete, Key::NewLesson, Key::Tab, Key::Char('x'), Key::Enter] {
        desk.press(key);
    }
    assert!(desk.jobs.is_empty());
    let screen = desk.screen(80, 24);
    assert!(screen.contains("только просмотр") && screen.contains("нет права"), "{screen}");
}

#[test]
fn leaving_warns_once_where_something_would_be_lost() {
    let mut desk = Desk::new(2, 2);
    desk.refuse = Some("Grade(2)");
    desk.type_in("2");
    desk.press(Key::Quit);
    assert!(!desk.model.leaving, "it was recorded on the way out, and refused");
    desk.press(Key::Quit);
    assert!(!desk.model.leaving && desk.said().contains("не записано клеток: 1"), "{}", desk.said());
    desk.press(Key::Quit);
    assert!(desk.model.leaving);

    let mut desk = Desk::new(2, 2);
    desk.type_in("5");
    desk.press(Key::Quit);
    assert_eq!((desk.model.leaving, desk.jobs.len()), (true, 1));
}

#[test]
fn what_others_wrote_elsewhere_hinders_nothing_and_what_they_wrote_here_is_not_overwritten_unseen() {
    let mut desk = Desk::new(3, 2);
    let seen = desk.model.view.clone();
    let cell = desk.model.cell().unwrap();
    let other = ("П-01".to_owned(), cell.1.clone());
    desk.type_in("5");
    desk.press(Key::Enter);
    let now = view(&desk.tables);
    assert!(super::unchanged(&Target::Cell(other), &seen, &now).is_ok());
    assert!(super::unchanged(&Target::Lesson(cell.1.clone()), &seen, &now).is_ok());
    let error = super::unchanged(&Target::Cell(cell), &seen, &now).unwrap_err();
    assert!(error.message().contains("только что изменили"), "{error}");
}

#[test]
fn the_cursor_stays_on_its_lesson_when_others_record_one_before_it() {
    let mut desk = Desk::new(3, 4);
    desk.press(Key::Down);
    let before = desk.model.cell();
    let at = LessonRef { course: key(), date: day("2025-09-02"), lesson: 1 };
    let (topic, text) = ("Ещё урок".to_owned(), String::new());
    let lesson =
        LessonRecorded { at, topic, work: text.clone(), homework: text.clone(), substitute: text, cells: vec![] };
    apply(&desk.tables, &mut desk.seq, lesson.into());
    desk.model.replace_view(view(&desk.tables));
    assert_eq!(desk.model.cell(), before);
}

#[test]
fn the_usual_window_shows_months_days_names_and_the_lesson() {
    let mut desk = Desk::new(28, 40);
    desk.type_in("5");
    desk.press(Key::Enter);
    let narrow = desk.screen(80, 24);
    for text in ["7А, Алгебра", "сентябрь", " 15", " 1 Ученик00 Анна", "пн 15.09.2025, урок 2: Тема 15", "F10 выход"]
    {
        assert!(narrow.contains(text), "«{text}» is missing\n{narrow}");
    }
    let wide = desk.screen(120, 40);
    assert!(wide.contains("28 Ученик27 Анна") && wide.contains("Задание: § 15"), "{wide}");
    desk.press(Key::Help);
    assert!(desk.screen(40, 10).contains("Клавиши"));
}

#[test]
fn the_current_cell_is_on_the_screen_wherever_it_is() {
    let mut desk = Desk::new(38, 60);
    for (row, column) in [(0, 0), (37, 0), (37, 61), (0, 61), (20, 30)] {
        (desk.model.row, desk.model.column) = (row, column);
        desk.press(Key::Edit);
        for (width, height) in [(80, 24), (120, 40), (40, 10)] {
            let screen = desk.screen(width, height);
            assert!(screen.contains('_'), "{row},{column} at {width}×{height}\n{screen}");
        }
        desk.press(Key::Esc);
    }
}

fn keys() -> impl Strategy<Value = Key> {
    prop_oneof![
        4 => prop::sample::select(vec!['5', '4', '/', 'н', 'о', 'п', ' ', 'y', 'з', '2', '\u{301}', '漢', '🙂']).prop_map(Key::Char),
        1 => any::<char>().prop_map(Key::Char),
        6 => prop::sample::select(vec![
            Key::Enter, Key::Esc, Key::Tab, Key::BackTab, Key::Backspace, Key::Delete, Key::Up, Key::Down, Key::Left,
            Key::Right, Key::Home, Key::End, Key::PageUp, Key::PageDown, Key::Help, Key::Edit, Key::NewLesson,
            Key::NextRefused, Key::Quit,
        ]),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever is pressed: nothing panics at any size; the ledger holds exactly what the grid shows beside attempts; no
    /// text disappears from a cell without being recorded, refused or given up.
    #[test]
    fn no_sequence_of_keys_loses_a_mark_or_panics(
        pressed in prop::collection::vec((keys(), 0..SIZES.len()), 1..120),
        pupils in 0usize..5, lessons in 0u32..5,
    ) {
        let mut desk = Desk::new(pupils, lessons);
        desk.refuse = Some("Grade(2)");
        for (key, size) in pressed {
            let (before, at) = (desk.model.attempts.clone(), desk.model.cell());
            let jobs = desk.jobs.len();
            desk.press(key);
            let (width, height) = SIZES[size];
            desk.screen(width, height);
            for (cell, attempt) in &before {
                let kept = desk.model.attempts.contains_key(cell);
                let row = desk.model.view.pupils.iter().position(|pupil| pupil.file == cell.0).unwrap();
                let stands = crate::school::Cell::parse(&attempt.text).is_ok_and(|new| new.to_string() == desk.model.view.text(&cell.1, row));
                let given_up = at.as_ref() == Some(cell)
                    && (matches!(key, Key::Esc | Key::Delete | Key::Backspace) || attempt.text.trim().is_empty());
                prop_assert!(kept || stands || given_up || desk.jobs.len() > jobs, "{:?} lost at {:?}", attempt.text, key);
            }
            let fresh = view(&desk.tables);
            for column in &fresh.columns {
                for row in 0..fresh.pupils.len() {
                    prop_assert_eq!(fresh.text(&column.place, row), desk.model.view.text(&column.place, row));
                }
            }
        }
    }
}
