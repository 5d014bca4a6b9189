//! The grid without a terminal: keys in, jobs and a drawn screen out.
//!
//! A desk is a model with a journal behind it, which records its jobs and refuses, beside what the rules refuse, the marks
//! that it is told to refuse.

use super::draw;
use super::keys::Key;
use super::model::{Access, Focus, Job, Message, Model};
use crate::error::Error;
use crate::journal::entry::{LessonRef, PlanLine, PlanSet, PupilLeft, SubjectLine, SubjectsSet};
use crate::journal::read::course_view::{CourseView, Keeper, Place, course_view};
use crate::journal::read::{self, Tables};
use crate::journal::testing::{Annals, TestJournal, day, identity, lesson, moment, name, noon, person};
use crate::school::{ClassName, CourseKey, Role, School};
use crate::work::{Workplace, grid};
use chrono::NaiveDate;
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

mod elsewhere;

const SIZES: [(u16, u16); 12] =
    [(80, 24), (120, 40), (40, 10), (200, 60), (110, 12), (80, 3), (3, 80), (20, 5), (1, 1), (2, 2), (10, 1), (0, 0)];

struct Desk {
    journal: TestJournal,
    model: Model,
    refuse: Option<&'static str>,
    jobs: Vec<Job>,
    /// How many entries each job came to.
    entries: Vec<usize>,
}

fn key() -> CourseKey {
    CourseKey { class: ClassName::parse("7А").unwrap(), group: String::new(), subject: "Алгебра".into() }
}

/// A class of so many pupils with a lesson on each of the first school days, whose topic is the day's number in the
/// year; the last pupil left on the 10th. The school lets its teachers enter and overwrite for as long as they like.
fn school(pupils: usize, lessons: usize) -> TestJournal {
    let mut school = School::from_toml(&std::fs::read_to_string("tests/fixtures/small/school.toml").unwrap()).unwrap();
    let policy = &mut school.policy;
    (policy.edit_days, policy.overwrite_days, policy.final_days) = (365, 365, 365);
    (policy.min_marks_one_hour, policy.min_marks_more_hours) = (0, 0);
    let days = school.year.begins.iter_days().filter(|day| school.day_off(*day).is_none());
    let days: Vec<NaiveDate> = days.take(lessons).collect();
    let roles = [Role::Administrator, Role::Teacher];
    let begins = school.year.begins;
    let mut annals =
        Annals::new(school, person("semyonov", "Семёнов Савва Сергеевич", "учитель", &roles), "2025-09-01");
    let (subject, short) = ("Алгебра".to_owned(), "Алг.".to_owned());
    let line = SubjectLine { name: subject, short, association: String::new(), written: false };
    annals.first(SubjectsSet { subjects: vec![line] });
    annals.class("7А", "").course(&key(), "semyonov", 3.0).timetable(&key(), &[(1, 2), (3, 1)]);
    let line = |no| PlanLine { no, topic: format!("Тема {no}"), work: String::new(), homework: format!("§ {no}") };
    annals.taken_over(moment("2025-09-01"), PlanSet { course: key(), lines: (1..=60).map(line).collect() });
    for n in 0..pupils {
        let file = format!("П-{n:02}");
        annals.pupil(&file, name(&format!("Ученик{n:02} Анна")), day("2012-01-01"), "7А", day("2025-09-01"));
        if n + 1 == pupils && n > 0 {
            annals.first(PupilLeft { file, until: day("2025-09-10"), despite: true });
        }
    }
    for date in days {
        let (at, number) = (LessonRef { course: key(), date, lesson: 2 }, (date - begins).num_days() + 1);
        annals.taught(noon(date), lesson(&at, &format!("Тема {number}"), &format!("§ {number}")));
    }
    annals.record()
}

impl Desk {
    fn new(pupils: usize, lessons: usize) -> Self {
        let mut journal = school(pupils, lessons);
        journal.wait_until("2025-09-15");
        let keeper = Keeper { login: "semyonov".into(), substitute: false };
        let model = Model::new(view(&journal), Access::Keeps(keeper, "Семёнов С. С.".into()), day("2025-09-15"));
        Self { journal, model, refuse: None, jobs: Vec::new(), entries: Vec::new() }
    }

    fn press(&mut self, key: Key) {
        let Some(job) = self.model.press(key) else { return };
        let recorded = if self.refuse.is_some_and(|what| format!("{job:?}").contains(what)) {
            Err(Error::refused("§2.3.2: нельзя").next("подайте заявку"))
        } else {
            self.record(&job)
        };
        self.entries.push(recorded.as_ref().map_or(0, Vec::len));
        match recorded {
            Ok(entries) => self.model.recorded(&job.target(), view(&self.journal), &entries, &[]),
            Err(error) => self.model.refused(&job.target(), error),
        }
        self.jobs.push(job);
    }

    fn record(&mut self, job: &Job) -> crate::Result<Vec<u64>> {
        let (key, (journal, clock)) = (identity("semyonov"), self.journal.at_hand());
        let mut place = Workplace::at(journal, &key, clock)?;
        match job {
            Job::Cell(change) => Ok(grid::bring(&mut place, &self.model.view, change)?.numbers),
            Job::Lesson(wish) => Ok(grid::record_lesson(&mut place, &self.model.view, wish)?.done.numbers),
        }
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
            Some(Message::Fault(error)) => crate::cli::advice::error(error),
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
fn what_the_marks_come_to_stands_beside_the_final_mark_in_a_usual_window() {
    let mut desk = Desk::new(24, 3);
    desk.type_in("5");
    desk.press(Key::Up);
    desk.press(Key::Left);
    desk.type_in("4");
    desk.press(Key::Up);
    desk.press(Key::Esc);
    let screen = desk.screen(80, 24);
    let line = |name: &str| screen.lines().find(|line| line.contains(name)).unwrap().to_owned();
    let words = line("Ученик00").split_whitespace().skip(3).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(words[..6], ["·", "4", "5", "4,50", "5", "·"], "{screen}");
    assert!(line("итог").contains("ср. ещё пр. итог") && screen.contains("I четв."), "{screen}");
    let usual = |line: &str| line.chars().count() <= 80;
    assert!(screen.lines().all(usual) && screen.contains("I четв.: средний балл 4,50, прогноз 5"), "{screen}");
    let none = line("Ученик01").split_whitespace().skip(3).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(none[..4], ["·", "·", "·", "·"], "{screen}");
}

#[test]
fn marks_typed_down_a_column_are_an_entry_each_and_stand_in_their_cells() {
    let mut desk = Desk::new(26, 15);
    for n in 0..25 {
        desk.type_in(["5", "4/5", "н", "зач"][n % 4]);
        desk.press(if n % 2 == 0 { Key::Enter } else { Key::Down });
    }
    assert_eq!(desk.entries, [1; 25]);
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
    assert_eq!((desk.entries[0], desk.cell(0).as_str()), (2, "оп 4"));
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
    assert_eq!((desk.entries[0], desk.cell(0).as_str()), (1, "4"));
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
    assert_eq!(columns[first + 1].place, Place::Lesson { date: day("2025-11-03"), number: 2 });
    let last: Vec<&str> = columns[columns.len() - 2..].iter().map(|column| column.short.as_str()).collect();
    assert_eq!(last, ["II четв.", "Год"]);
}

#[test]
fn a_new_lesson_takes_its_number_from_the_timetable_and_its_words_from_the_plan() {
    let mut desk = Desk::new(2, 0);
    desk.press(Key::NewLesson);
    assert!(desk.screen(80, 24).contains("Новый урок"));
    desk.press(Key::Enter);
    let column = desk.model.current().unwrap();
    assert_eq!(column.place, Place::Lesson { date: day("2025-09-15"), number: 2 });
    let lesson = column.lesson.as_ref().unwrap();
    assert_eq!((lesson.topic.as_str(), lesson.homework.as_str()), ("Тема 1", "§ 1"));

    desk.press(Key::NewLesson);
    desk.press(Key::Enter);
    assert!(desk.said().contains("урока нет или он уже записан"), "{}", desk.said());
    assert!(matches!(desk.model.focus, Focus::Panel(_)), "what was typed stays");
}

#[test]
fn a_new_lesson_that_the_timetable_does_not_have_is_doubted_once() {
    let mut desk = Desk::new(2, 0);
    desk.press(Key::NewLesson);
    desk.press(Key::Up);
    desk.press(Key::Backspace);
    desk.type_in("5");
    desk.press(Key::Enter);
    assert!(desk.jobs.is_empty() && desk.said().contains("по расписанию 15.09.2025 урока 5 нет"), "{}", desk.said());
    // Another hour is doubted anew; the same is insisted on.
    desk.press(Key::Backspace);
    desk.type_in("6");
    desk.press(Key::Enter);
    assert!(desk.jobs.is_empty() && desk.said().contains("урока 6 нет"), "{}", desk.said());
    desk.press(Key::Enter);
    assert_eq!(desk.model.current().unwrap().place, Place::Lesson { date: day("2025-09-15"), number: 6 });
}

#[test]
fn the_day_of_a_new_lesson_is_typed_in_short() {
    let mut desk = Desk::new(2, 0);
    desk.press(Key::NewLesson);
    desk.press(Key::BackTab);
    desk.press(Key::BackTab);
    (0..10).for_each(|_| desk.press(Key::Backspace));
    desk.type_in("ср");
    desk.press(Key::Enter);
    let column = desk.model.current().unwrap();
    assert_eq!(column.place, Place::Lesson { date: day("2025-09-10"), number: 1 }, "{}", desk.said());
    assert!(desk.said().contains("Урок записан: 10.09.2025"), "{}", desk.said());
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
    assert!(!screen.contains("записать") && screen.contains("Только просмотр"), "{screen}");
    desk.press(Key::Help);
    let help = desk.screen(80, 24);
    assert!(!help.contains("Ins") && help.contains("страница списка"), "{help}");
}

#[test]
fn a_long_refusal_is_readable_whole_in_a_usual_window() {
    let mut desk = Desk::new(2, 2);
    let long = format!("{} конец", "нельзя так делать ".repeat(16).trim());
    desk.model.message = Some(Message::Fault(Error::refused(long).next("обратитесь к завучу и подождите решения")));
    let screen = desk.screen(80, 24);
    let flat = screen.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("делать конец. Что делать: обратитесь к завучу и подождите решения"), "{screen}");
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
fn the_cursor_stays_on_its_lesson_when_others_record_one_before_it() {
    let mut desk = Desk::new(3, 4);
    desk.press(Key::Down);
    let before = desk.model.cell();
    let at = LessonRef { course: key(), date: day("2025-09-02"), lesson: 1 };
    desk.journal.attempt("semyonov", &[lesson(&at, "Ещё урок", "").into()]).unwrap();
    desk.model.replace_view(view(&desk.journal));
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
        pupils in 0usize..5, lessons in 0usize..5,
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
            let fresh = view(&desk.journal);
            for column in &fresh.columns {
                for row in 0..fresh.pupils.len() {
                    prop_assert_eq!(fresh.text(&column.place, row), desk.model.view.text(&column.place, row));
                }
            }
        }
    }
}
