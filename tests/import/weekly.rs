//! A table of marks that is brought every week of a year: in the end the administrator's book is the one that `marks.csv`
//! makes, and the teacher's is the same but for the notes that something was recorded later, and for what came too late.

use super::grids::bring;
use crate::common::grid::{Sheet, xlsx};
use crate::common::issued;
use crate::common::office::{Office, at};
use chrono::{Datelike, Days, NaiveDate};
use letopis::import;
use letopis::journal::Author;
use letopis::print::{Form, Layouts, Subject, Variant, Wanted, lay_out};
use letopis::school::ClassName;
use letopis::work::brought::{Given, TablesWish, Taken};
use std::collections::BTreeSet;

/// Whoever is in the table: the number of his file and what he is called there.
const PUPILS: [(&str, &str); 4] =
    [("И-01", "Иванов Павел"), ("И-02", "Иванов Пётр"), ("П-03", "Петренко Анна"), ("Ё-04", "Ёлкина Дарья")];
const PERIODS: [(&str, &str); 2] = [("I четверть", "2025-10-24"), ("II четверть", "2025-12-29")];

/// A lesson of the year: its day, its number, and what stands in each pupil's cell.
struct Lesson {
    day: NaiveDate,
    number: u8,
    work: &'static str,
    cells: [&'static str; 4],
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Algebra on Mondays, Wednesdays and Fridays of two quarters.
fn lessons() -> Vec<Lesson> {
    let mut lessons = Vec::new();
    let mut random = 2025u32;
    let mut next = |of: usize| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 16) as usize % of
    };
    for date in day("2025-09-01").iter_days().take_while(|date| *date <= day("2025-12-29")) {
        let number = match date.weekday().number_from_monday() {
            1 => 2,
            3 => 1,
            5 => 3,
            _ => continue,
        };
        if (day("2025-10-25")..=day("2025-11-02")).contains(&date) {
            continue;
        }
        let cells = [(); 4].map(|()| ["5", "4", "3", "4/5", "н", "", "", "н/4", "оп", "5"][next(10)]);
        let work = if lessons.len() % 5 == 4 { "контрольная работа" } else { "" };
        lessons.push(Lesson { day: date, number, work, cells });
    }
    lessons
}

fn topic(at: usize) -> String {
    format!("Тема урока {}", at + 1)
}

/// The table as it stands on a day, `late` telling the cells that its keeper forgot until the day after.
fn table(lessons: &[Lesson], today: NaiveDate, late: impl Fn(usize, usize) -> bool) -> Vec<u8> {
    let given: Vec<(usize, &Lesson)> = lessons.iter().enumerate().filter(|(_, lesson)| lesson.day <= today).collect();
    let mut head = "№;Фамилия Имя".to_owned();
    let mut works = ";Вид работы".to_owned();
    let mut rows: Vec<String> = PUPILS.iter().zip(1..).map(|((_, name), no)| format!("{no};{name}")).collect();
    let mut topics = "Дата;Тема;Домашнее задание".to_owned();
    for (at, lesson) in &given {
        head += &format!(";{}", lesson.day.format("%d.%m"));
        works += if lesson.work.is_empty() { ";" } else { ";К/р" };
        for (pupil, row) in rows.iter_mut().enumerate() {
            let cell = if late(*at, pupil) { "" } else { lesson.cells[pupil] };
            *row += &format!(";{cell}");
        }
        topics += &format!("\n{};{};§ {}", lesson.day.format("%d.%m"), topic(*at), at + 1);
    }
    for (period, ends) in PERIODS.iter().filter(|(_, ends)| day(ends) <= today) {
        head += &format!(";{period}");
        works += ";";
        rows.iter_mut().zip(["5", "4", "4", "3"]).for_each(|(row, mark)| *row += &format!(";{mark}"));
        let _ = ends;
    }
    let lines = [vec![head, works], rows].concat().join("\n");
    xlsx(&[Sheet::of("Алгебра", &lines), Sheet::of("Темы", &topics)])
}

/// Brings the table every Friday, and once more at the end of December.
fn weekly(office: &mut Office, login: &str, late: impl Fn(usize, usize, NaiveDate) -> bool) -> Vec<Taken> {
    let lessons = lessons();
    let mut all = Vec::new();
    let fridays = day("2025-09-05").iter_days().step_by(7).take_while(|date| *date <= day("2025-12-26"));
    for date in fridays.chain([day("2025-12-29")]) {
        let bytes = table(&lessons, date, |at, pupil| late(at, pupil, date));
        let files = vec![Given { name: "7А Алгебра.xlsx".into(), bytes }];
        let wish = TablesWish { files, ..TablesWish::default() };
        let taken = bring(office, login, &format!("{date}T15:00"), &wish).unwrap();
        assert_eq!(taken.doubts.iter().map(ToString::to_string).collect::<Vec<_>>(), [""; 0], "{date}");
        all.push(taken);
    }
    all
}

/// The same year as `lessons.csv`, `marks.csv` and `finals.csv`.
fn from_csv() -> Office {
    let mut office = Office::open();
    let dir = tempfile::tempdir().unwrap();
    let small = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/small");
    for file in std::fs::read_dir(small).unwrap().map(|file| file.unwrap()) {
        std::fs::copy(file.path(), dir.path().join(file.file_name())).unwrap();
    }
    let mut lines = "Класс;Предмет;Дата;Урок;Тема;Вид работы;Домашнее задание\n".to_owned();
    let mut marks = "Класс;Предмет;Дата;Урок;Личное дело;Отметка\n".to_owned();
    let mut finals = "Класс;Предмет;Личное дело;Период;Отметка\n".to_owned();
    for (at, lesson) in lessons().iter().enumerate() {
        let place = format!("7А;Алгебра;{};{}", lesson.day, lesson.number);
        lines += &format!("{place};{};{};§ {}\n", topic(at), lesson.work, at + 1);
        for ((file, _), cell) in PUPILS.iter().zip(lesson.cells).filter(|(_, cell)| !cell.is_empty()) {
            marks += &format!("{place};{file};{cell}\n");
        }
    }
    for (period, _) in PERIODS {
        for ((file, _), mark) in PUPILS.iter().zip(["5", "4", "4", "3"]) {
            finals += &format!("7А;Алгебра;{file};{period};{mark}\n");
        }
    }
    for (name, text) in [("lessons.csv", lines), ("marks.csv", marks), ("finals.csv", finals)] {
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    let now = at("2025-12-29T15:00");
    let author = Author { signer: &office.keys["ivanova"], clock: &now, taken_over: false };
    let outcome = import::import(&mut office.journal, author, dir.path(), import::How::default(), &mut |_, _| {});
    assert_eq!(outcome.unwrap().faults, []);
    office
}

/// The texts of the class's book, page by page.
fn book(office: &Office) -> Vec<Vec<String>> {
    let subject = Subject::Class(ClassName::parse("7А").unwrap());
    let wanted = Wanted { form: Form::ClassBook, subject, variant: Variant::default() };
    let layouts = Layouts::load(None).unwrap();
    let document = lay_out(office.journal.tables(), &layouts, &wanted, &issued::context("2025-0143")).unwrap();
    let texts = |page: &letopis::print::page::Page| {
        page.runs.iter().filter(|run| !run.seal).map(|run| run.shaped.text.to_string()).collect()
    };
    let mut pages: Vec<Vec<String>> = document.pages.iter().map(texts).collect();
    // The certificate names keys, which are each school's own, and the digest of all other pages, which must be the same.
    let certificate = pages.last_mut().unwrap();
    certificate.retain(|text| text.starts_with("Свод дела"));
    assert_eq!(certificate.len(), 1);
    pages
}

/// What stands in the tables of lessons, marks, absences and final marks, in order.
fn kept(office: &Office) -> BTreeSet<String> {
    let file = rusqlite::Connection::open(office.journal.path()).unwrap();
    let of = |sql: &str| {
        let mut statement = file.prepare(sql).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap);
        rows.collect::<Vec<_>>()
    };
    let lessons = of("SELECT date || '/' || lesson || ' ' || topic || '|' || work || '|' || homework FROM lessons");
    let marks = of("SELECT date || ' ' || file || '=' || marks FROM marks JOIN lessons ON lessons.id = marks.lesson
                    JOIN pupils ON pupils.id = pupil");
    let absences = of("SELECT date || ' ' || file || ': ' || kind FROM attendance
                       JOIN lessons ON lessons.id = attendance.lesson JOIN pupils ON pupils.id = pupil");
    let finals = of("SELECT period || ' ' || file || '=' || mark FROM finals JOIN pupils ON pupils.id = pupil");
    [lessons, marks, absences, finals].concat().into_iter().collect()
}

#[test]
fn brought_weekly_the_administrators_book_is_the_one_that_marks_csv_makes() {
    let expected = from_csv();
    let mut office = Office::open();
    let taken = weekly(&mut office, "ivanova", |_, _, _| false);
    assert!(taken.iter().all(|week| week.courses[0].differs.is_empty()));
    let without = taken.iter().filter(|week| week.done.numbers.is_empty()).count();
    assert_eq!(without, 1, "in the week of holidays there is nothing new");
    assert!(kept(&expected).len() > 150, "a year of marks: {}", kept(&expected).len());
    assert_eq!(kept(&office), kept(&expected));
    assert_eq!(book(&office), book(&expected));
    assert!(office.is_clean());
}

#[test]
fn brought_weekly_the_teachers_book_differs_by_what_was_noted_and_refused_alone() {
    let expected = from_csv();
    let mut office = Office::open();
    // In time each week, but for one cell that was forgotten for three weeks, and one for two days.
    let lessons = lessons();
    let forgotten =
        lessons.iter().position(|lesson| lesson.day >= day("2025-09-15") && lesson.cells[0] == "5").unwrap();
    let since = lessons[forgotten].day.checked_add_days(Days::new(21)).unwrap();
    let taken = weekly(&mut office, "semyonov", |at, pupil, today| at == forgotten && pupil == 0 && today < since);
    let late: Vec<_> = taken.iter().flat_map(|week| &week.courses[0].late).collect();
    assert!(!late.is_empty() && late.iter().all(|late| late.why.message().starts_with("§2.3.2")), "{late:?}");
    let (teachers, administrators) = (kept(&office), kept(&expected));
    let lacking: Vec<&String> = administrators.difference(&teachers).collect();
    assert_eq!(lacking, [&format!("{} И-01=5", lessons[forgotten].day)], "what came too late, and nothing else");
    assert_eq!(teachers.difference(&administrators).count(), 0);
    // On the pages of lessons and marks nothing is added but notes of the day on which something was recorded.
    let all = |office: &Office| book(office).concat();
    let (mut notes, mut before) = (all(&office), all(&expected));
    for text in std::mem::take(&mut before) {
        match notes.iter().position(|other| *other == text) {
            Some(at) => drop(notes.swap_remove(at)),
            None => before.push(text),
        }
    }
    assert!(notes.iter().any(|text| text.contains("внесено")), "{notes:?}");
    // And it is asked for, approved, and then nothing is lacking.
    let what = late.last().unwrap().what.clone();
    let wish = letopis::work::correction::CorrectionWish { what, reason: "внесено позже".into() };
    let (key, now) = (&office.keys["semyonov"], at("2025-12-29T16:00"));
    let mut place = letopis::work::Workplace::at(&mut office.journal, key, &now).unwrap();
    letopis::work::correction::request(&mut place, &wish).unwrap();
    let (key, now) = (&office.keys["petrova"], at("2025-12-29T17:00"));
    let mut place = letopis::work::Workplace::at(&mut office.journal, key, &now).unwrap();
    letopis::work::correction::approve(&mut place, 1, "").unwrap();
    assert_eq!(kept(&office), kept(&expected));
    assert!(office.is_clean());
}
