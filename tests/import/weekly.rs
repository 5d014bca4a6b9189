//! A table of marks that is brought every week of a year: in the end the administrator's book is the one that `marks.csv`
//! makes, and the teacher's is the same but for the notes that something was recorded later, and for what came too late.

use super::grids::bring;
use crate::common::grid::{Is, Sheet, each_format};
use crate::common::issued;
use crate::common::office::{Office, at};
use chrono::{Datelike, Days, NaiveDate};
use letopis::import;
use letopis::journal::Author;
use letopis::print::{Form, Layouts, Subject, Variant, Wanted, lay_out};
use letopis::school::{ClassName, School};
use letopis::work::brought::{Given, Map, TablesWish, Taken};
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// Whoever is in the table: the number of his file and what he is called there.
const PUPILS: [(&str, &str); 4] =
    [("И-01", "Иванов Павел"), ("И-02", "Иванов Пётр"), ("П-03", "Петренко Анна"), ("Ё-04", "Ёлкина Дарья")];
/// Of what final marks are given, and on which day they stand in the table.
const FINALS: [(&str, &str); 5] = [
    ("I четверть", "2025-10-24"),
    ("II четверть", "2025-12-29"),
    ("III четверть", "2026-03-27"),
    ("IV четверть", "2026-05-29"),
    ("Год", "2026-05-29"),
];
const FINAL_MARKS: [&str; 4] = ["5", "4", "4", "3"];

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

/// Algebra on Mondays, Wednesdays and Fridays of the year.
fn lessons() -> Vec<Lesson> {
    let school = std::fs::read_to_string(folder().path().join("school.toml")).unwrap();
    let school = School::from_toml(&school).unwrap();
    let mut lessons = Vec::new();
    let mut random = 2025u32;
    let mut next = |of: usize| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 16) as usize % of
    };
    for date in school.year.begins.iter_days().take_while(|date| *date <= school.year.ends) {
        let number = match date.weekday().number_from_monday() {
            1 => 2,
            3 => 1,
            5 => 3,
            _ => continue,
        };
        if school.day_off(date).is_some() {
            continue;
        }
        let cells = [(); 4].map(|()| ["5", "4", "3", "4/5", "н", "", "", "н/4", "оп", "5"][next(10)]);
        let is_written = lessons.len() % 5 == 4;
        let work = if is_written { "контрольная работа" } else { "" };
        // Whom none of a quarter's written works was marked gets no final mark.
        let cells = if is_written { cells.map(|cell| if cell.is_empty() { "4" } else { cell }) } else { cells };
        lessons.push(Lesson { day: date, number, work, cells });
    }
    lessons
}

fn topic(at: usize) -> String {
    format!("Тема урока {}", at + 1)
}

/// The shapes of IMPORT.md «A grid».
#[derive(Clone, Copy, PartialEq)]
enum Shape {
    OneRow,
    MonthsOverDays,
    WorkBesideTheDay,
    AsPeopleFillCells,
    TopicsBelow,
    ASheetAPeriod,
}

/// What settles the mistakes that people make in the tables of this year, once for all weeks.
const MAP: &str = "[pupils]\n\"Иванов П.\" = \"И-01\"\n[marks]\n\"п\" = \"н\"\n\"4.5\" = \"4/5\"\n\"5(2)\" = \"5\"\n\"–\" = \"-\"\n\"04.05.2026\" = \"4/5\"\n";

/// A cell as it is, or as one of those that fill tables writes it: `=` is a number, `@` a day (`Sheet::of`).
fn filled(shape: Shape, cell: &'static str, at: usize) -> &'static str {
    let of = |ways: &[&'static str]| ways[at % ways.len()];
    match cell {
        _ if shape != Shape::AsPeopleFillCells => cell,
        "5" => of(&["5", "=5", "5(2)", " 5 "]),
        "4" => of(&["=4", "4"]),
        "4/5" => of(&["4 5", "4,5", "=4.5", "@2026-05-04", "4\\5"]),
        "н" => of(&["Н", "H", "п", "н."]),
        "н/4" => of(&["н4", "Н 4", "н/4"]),
        "оп" => of(&["ОП", "оп"]),
        "" => of(&["", "–", " "]),
        other => other,
    }
}

/// The names as each shape has them.
fn name(shape: Shape, pupil: usize) -> &'static str {
    match shape {
        Shape::AsPeopleFillCells => ["Иванов П.", "ИВАНОВ  пётр о.", "1) Петренко А", "Елкина Д. И."][pupil],
        Shape::MonthsOverDays => {
            ["Иванов Павел Андреевич", "Иванов Петр Олегович", "Петренко, Анна", "Ёлкина Дарья"][pupil]
        }
        _ => PUPILS[pupil].1,
    }
}

/// The table as it stands on a day, `late` telling the cells that its keeper forgot until the day after.
fn table(shape: Shape, lessons: &[Lesson], today: NaiveDate, late: impl Fn(usize, usize) -> bool) -> Vec<Sheet> {
    let given: Vec<(usize, &Lesson)> = lessons.iter().enumerate().filter(|(_, lesson)| lesson.day <= today).collect();
    let cell = |at: usize, pupil: usize| {
        if late(at, pupil) { "" } else { filled(shape, lessons[at].cells[pupil], at + pupil) }
    };
    let periods = FINALS.iter().filter(|(_, ends)| day(ends) <= today).map(|(period, _)| *period);
    let periods: Vec<&str> = periods.collect();
    let mut sheets = match shape {
        Shape::MonthsOverDays => vec![of_months(&given, &periods, cell)],
        Shape::ASheetAPeriod => of_periods(&given, &periods, cell),
        _ => vec![of_days(shape, &given, &periods, cell)],
    };
    let mut topics = "Дата;Тема;Домашнее задание;Вид работы".to_owned();
    for (at, lesson) in &given {
        let work = if shape == Shape::WorkBesideTheDay { "" } else { lesson.work };
        topics += &format!("\n{};{};§ {};{work}", lesson.day.format("%d.%m"), topic(*at), at + 1);
    }
    let topics = Sheet::of("Темы", &topics);
    match (shape, &mut sheets[..]) {
        (Shape::TopicsBelow, [marks]) => marks.rows.extend(topics.rows),
        _ => sheets.push(topics),
    }
    sheets
}

/// Days across, final marks at the end.
fn of_days(
    shape: Shape,
    given: &[(usize, &Lesson)],
    periods: &[&str],
    cell: impl Fn(usize, usize) -> &'static str,
) -> Sheet {
    let mut lines = vec!["№;Фамилия Имя".to_owned()];
    lines.extend((0..PUPILS.len()).map(|pupil| format!("{};{}", pupil + 1, name(shape, pupil))));
    for (at, lesson) in given {
        let is_beside = shape == Shape::WorkBesideTheDay && !lesson.work.is_empty();
        lines[0] += &format!(";{}{}", lesson.day.format("%d.%m"), if is_beside { " К/р" } else { "" });
        for pupil in 0..PUPILS.len() {
            lines[pupil + 1] += &format!(";{}", cell(*at, pupil));
        }
    }
    for period in periods {
        lines[0] += &format!(";{period}");
        lines.iter_mut().skip(1).zip(FINAL_MARKS).for_each(|(line, mark)| *line += &format!(";{mark}"));
    }
    Sheet::of("Алгебра", &lines.join("\n"))
}

/// Months merged over their days.
fn of_months(given: &[(usize, &Lesson)], periods: &[&str], cell: impl Fn(usize, usize) -> &'static str) -> Sheet {
    let plain = of_days(Shape::MonthsOverDays, given, periods, cell);
    let (mut months, mut days) = (plain.rows[0].clone(), plain.rows[0].clone());
    let (mut merged, mut last): (Vec<(u32, u16, u32, u16)>, _) = (Vec::new(), None);
    for (column, (_, lesson)) in (2u16..).zip(given) {
        let month = lesson.day.month();
        days[usize::from(column)] = Is::Text(lesson.day.day().to_string());
        let is_new = last != Some(month);
        let name = letopis::school::MONTHS[lesson.day.month0() as usize];
        months[usize::from(column)] = Is::Text(if is_new { name.to_owned() } else { String::new() });
        match (is_new, merged.last_mut()) {
            (false, Some((.., to))) => *to = column,
            _ => merged.push((0, column, 0, column)),
        }
        last = Some(month);
    }
    for column in [0, 1].into_iter().chain(given.len() + 2..days.len()) {
        days[column] = Is::Text(String::new());
        merged.push((0, column as u16, 1, column as u16));
    }
    merged.retain(|(row, column, last_row, last_column)| (row, column) != (last_row, last_column));
    let rows = [vec![months, days], plain.rows[1..].to_vec()].concat();
    Sheet { rows, merged, ..plain }
}

/// A sheet a quarter, with an average and a sum; the year's mark is on the last one.
fn of_periods(given: &[(usize, &Lesson)], periods: &[&str], cell: impl Fn(usize, usize) -> &'static str) -> Vec<Sheet> {
    let mut sheets: Vec<Sheet> = Vec::new();
    let mut begins = day("2025-09-01");
    for (period, ends) in &FINALS[..4] {
        let of: Vec<(usize, &Lesson)> =
            given.iter().copied().filter(|(_, lesson)| (begins..=day(ends)).contains(&lesson.day)).collect();
        begins = day(ends).succ_opt().unwrap();
        if of.is_empty() {
            continue;
        }
        let mut head = "№;Фамилия Имя".to_owned();
        let mut rows: Vec<String> =
            (0..PUPILS.len()).map(|pupil| format!("{};{}", pupil + 1, PUPILS[pupil].1)).collect();
        for (at, lesson) in &of {
            head += &format!(";{}", lesson.day.format("%d.%m"));
            (0..PUPILS.len()).for_each(|pupil| rows[pupil] += &format!(";{}", cell(*at, pupil)));
        }
        head += ";Ср. балл;Четверть";
        let is_over = periods.contains(period);
        let mark = |pupil: usize| if is_over { FINAL_MARKS[pupil] } else { "" };
        (0..PUPILS.len()).for_each(|pupil| rows[pupil] += &format!(";=4.25;{}", mark(pupil)));
        if *period == "IV четверть" && periods.contains(&"Год") {
            head += ";Год";
            (0..PUPILS.len()).for_each(|pupil| rows[pupil] += &format!(";{}", FINAL_MARKS[pupil]));
        }
        let caption =
            if sheets.is_empty() { "7А, Алгебра, учитель Семёнов С. С.;;\n" } else { "" };
        sheets.push(Sheet::of(period, &format!("{caption}{head}\n{}\n;Итого отметок;4;4;4", rows.join("\n"))));
    }
    sheets
}

/// Brings the table every Friday up to a day, and once more at the end of December, each time in another format.
fn weekly(
    office: &mut Office,
    shape: Shape,
    (login, until): (&str, NaiveDate),
    late: impl Fn(usize, usize, NaiveDate) -> bool,
) -> Vec<Taken> {
    let lessons = lessons();
    let mut all = Vec::new();
    let mut days: Vec<NaiveDate> = day("2025-09-05").iter_days().step_by(7).take_while(|date| *date <= until).collect();
    days.extend(Some(day("2025-12-29")).filter(|date| *date <= until));
    days.sort();
    for (week, date) in days.into_iter().enumerate() {
        let sheets = table(shape, &lessons, date, |at, pupil| late(at, pupil, date));
        let (ending, bytes) = each_format(&sheets)[week % 3].clone();
        let files = vec![Given { name: format!("7А Алгебра.{ending}"), bytes }];
        let wish = TablesWish { files, answers: Map::parse(MAP).unwrap(), ..TablesWish::default() };
        let taken = bring(office, login, &format!("{date}T15:00"), &wish).unwrap();
        assert_eq!(taken.doubts.iter().map(ToString::to_string).collect::<Vec<_>>(), [""; 0], "{date} {ending}");
        all.push(taken);
    }
    all
}

/// The small school's tables with a year of four quarters.
fn folder() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let small = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/small");
    for file in std::fs::read_dir(small).unwrap().map(|file| file.unwrap()) {
        std::fs::copy(file.path(), dir.path().join(file.file_name())).unwrap();
    }
    let mut school = std::fs::read_to_string(dir.path().join("school.toml")).unwrap();
    for (name, short, begins, ends) in [
        ("III четверть", "III четв.", "2026-01-12", "2026-03-27"),
        ("IV четверть", "IV четв.", "2026-04-06", "2026-05-29"),
    ] {
        school += &format!(
            "\n[[period]]\nname = \"{name}\"\nshort = \"{short}\"\ngrades = [1, 9]\nbegins = {begins}\nends = {ends}\n"
        );
    }
    for (begins, ends) in [("2025-12-31", "2026-01-11"), ("2026-03-28", "2026-04-05")] {
        school += &format!("\n[[holiday]]\nname = \"Каникулы\"\nbegins = {begins}\nends = {ends}\n");
    }
    std::fs::write(dir.path().join("school.toml"), school).unwrap();
    dir
}

/// The same year up to a day as `lessons.csv`, `marks.csv` and `finals.csv`.
fn from_csv(until: NaiveDate) -> Office {
    let dir = folder();
    let mut office = Office::of(dir.path());
    let mut lines = "Класс;Предмет;Дата;Урок;Тема;Вид работы;Домашнее задание\n".to_owned();
    let mut marks = "Класс;Предмет;Дата;Урок;Личное дело;Отметка\n".to_owned();
    let mut finals = "Класс;Предмет;Личное дело;Период;Отметка\n".to_owned();
    for (at, lesson) in lessons().iter().enumerate().filter(|(_, lesson)| lesson.day <= until) {
        let place = format!("7А;Алгебра;{};{}", lesson.day, lesson.number);
        lines += &format!("{place};{};{};§ {}\n", topic(at), lesson.work, at + 1);
        for ((file, _), cell) in PUPILS.iter().zip(lesson.cells).filter(|(_, cell)| !cell.is_empty()) {
            marks += &format!("{place};{file};{cell}\n");
        }
    }
    for (period, _) in FINALS.iter().filter(|(_, ends)| day(ends) <= until) {
        for ((file, _), mark) in PUPILS.iter().zip(FINAL_MARKS) {
            finals += &format!("7А;Алгебра;{file};{period};{mark}\n");
        }
    }
    for (name, text) in [("lessons.csv", lines), ("marks.csv", marks), ("finals.csv", finals)] {
        std::fs::write(dir.path().join(name), text).unwrap();
    }
    let now = at(&format!("{YEAR}T15:00"));
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

/// The end of the year.
const YEAR: &str = "2026-05-29";

/// What is kept, and the book.
type Made = (BTreeSet<String>, Vec<Vec<String>>);

/// What `marks.csv` makes of the year.
fn expected() -> &'static Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    MADE.get_or_init(|| {
        let office = from_csv(day(YEAR));
        assert!(kept(&office).len() > 350, "so many marks: {}", kept(&office).len());
        (kept(&office), book(&office))
    })
}

#[track_caller]
fn of_the_administrator(shape: Shape) {
    let mut office = Office::of(folder().path());
    let taken = weekly(&mut office, shape, ("ivanova", day(YEAR)), |_, _, _| false);
    assert!(taken.iter().all(|week| week.courses[0].differs.is_empty()));
    let without = taken.iter().filter(|week| week.done.numbers.is_empty()).count();
    assert_eq!(without, 4, "in the weeks of holidays there is nothing new");
    let (kept_then, book_then) = expected();
    assert_eq!(kept(&office), *kept_then);
    assert!(book(&office) == *book_then, "the books are the same");
    assert!(office.is_clean());
}

#[test]
fn shape_1_brought_weekly_over_a_year_makes_the_administrators_book_the_one_of_marks_csv() {
    of_the_administrator(Shape::OneRow);
}

#[test]
fn shape_2_brought_weekly_over_a_year_makes_the_administrators_book_the_one_of_marks_csv() {
    of_the_administrator(Shape::MonthsOverDays);
}

#[test]
fn shape_3_brought_weekly_over_a_year_makes_the_administrators_book_the_one_of_marks_csv() {
    of_the_administrator(Shape::WorkBesideTheDay);
}

#[test]
fn shape_4_brought_weekly_over_a_year_makes_the_administrators_book_the_one_of_marks_csv() {
    of_the_administrator(Shape::AsPeopleFillCells);
}

#[test]
fn shape_5_brought_weekly_over_a_year_makes_the_administrators_book_the_one_of_marks_csv() {
    of_the_administrator(Shape::TopicsBelow);
}

#[test]
fn shape_6_brought_weekly_over_a_year_makes_the_administrators_book_the_one_of_marks_csv() {
    of_the_administrator(Shape::ASheetAPeriod);
}

/// The teacher's book differs from the administrator's by what was noted and refused alone.
#[track_caller]
fn of_the_teacher(shape: Shape) {
    let (administrators, book_then) = expected();
    let mut office = Office::of(folder().path());
    // In time each week, but for one cell that was forgotten for three weeks.
    let lessons = lessons();
    let forgotten =
        lessons.iter().position(|lesson| lesson.day >= day("2025-09-15") && lesson.cells[0] == "5").unwrap();
    let since = lessons[forgotten].day.checked_add_days(Days::new(21)).unwrap();
    let is_late = |at: usize, pupil: usize, today: NaiveDate| at == forgotten && pupil == 0 && today < since;
    let taken = weekly(&mut office, shape, ("semyonov", day(YEAR)), is_late);
    let late: Vec<_> = taken.iter().flat_map(|week| &week.courses[0].late).collect();
    assert!(!late.is_empty() && late.iter().all(|late| late.why.message().starts_with("§2.3.2")), "{late:?}");
    let refused: Vec<_> = taken.iter().flat_map(|week| &week.courses[0].refused).collect();
    assert!(refused.is_empty(), "{refused:?}");
    let teachers = kept(&office);
    let lacking: Vec<&String> = administrators.difference(&teachers).collect();
    assert_eq!(lacking, [&format!("{} И-01=5", lessons[forgotten].day)], "what came too late, and nothing else");
    assert_eq!(teachers.difference(administrators).count(), 0);
    // And it is asked for, approved, and then nothing is lacking.
    let what = late.last().unwrap().what.clone();
    let wish = letopis::work::correction::CorrectionWish { what, reason: "внесено позже".into() };
    let (key, now) = (&office.keys["semyonov"], at(&format!("{YEAR}T16:00")));
    let mut place = letopis::work::Workplace::at(&mut office.journal, key, &now).unwrap();
    letopis::work::correction::request(&mut place, &wish).unwrap();
    let (key, now) = (&office.keys["petrova"], at(&format!("{YEAR}T17:00")));
    let mut place = letopis::work::Workplace::at(&mut office.journal, key, &now).unwrap();
    letopis::work::correction::approve(&mut place, 1, "").unwrap();
    assert_eq!(kept(&office), *administrators);
    // On the pages nothing is added but the notes of the day on which something was recorded, and that of the correction with its
    // number on both pages.
    let (mut added, mut gone) = (book(&office).concat(), Vec::new());
    for text in book_then.concat() {
        match added.iter().position(|other| *other == text) {
            Some(at) => drop(added.swap_remove(at)),
            None => gone.push(text),
        }
    }
    let is_noted = |text: &String| text.strip_prefix("внесено ").is_some_and(|day| day.len() == 5);
    let (noted, mut added): (Vec<String>, Vec<String>) = added.into_iter().partition(is_noted);
    assert!(noted.len() > 30, "{noted:?}");
    // A month is named anew over the dates that notes have brought to another page.
    const MONTHS: [&str; 9] =
        ["сентябрь", "октябрь", "ноябрь", "декабрь", "январь", "февраль", "март", "апрель", "май"];
    let is_month = |text: &String| MONTHS.contains(&text.as_str());
    added.retain(|text| !is_month(text));
    gone.retain(|text| !is_month(text));
    added.sort();
    let corrected = format!(
        "1) Исправлено {}, запись № 1 журнала «Замена сведений»: было пусто, стало 5.",
        letopis::school::format_date(day(YEAR))
    );
    let digest = added.pop_if(|text| text.starts_with("Свод дела"));
    assert_eq!((added, digest.is_some()), (["1)", "1)", &corrected, "Примечания"].map(str::to_owned).to_vec(), true));
    assert!(gone.len() == 1 && gone[0].starts_with("Свод дела"), "{gone:?}");
    assert!(office.is_clean());
}

#[test]
fn shape_1_brought_weekly_over_a_year_makes_the_teachers_book_but_for_what_was_noted_and_refused() {
    of_the_teacher(Shape::OneRow);
}

#[test]
fn shape_2_brought_weekly_over_a_year_makes_the_teachers_book_but_for_what_was_noted_and_refused() {
    of_the_teacher(Shape::MonthsOverDays);
}

#[test]
fn shape_3_brought_weekly_over_a_year_makes_the_teachers_book_but_for_what_was_noted_and_refused() {
    of_the_teacher(Shape::WorkBesideTheDay);
}

#[test]
fn shape_4_brought_weekly_over_a_year_makes_the_teachers_book_but_for_what_was_noted_and_refused() {
    of_the_teacher(Shape::AsPeopleFillCells);
}

#[test]
fn shape_5_brought_weekly_over_a_year_makes_the_teachers_book_but_for_what_was_noted_and_refused() {
    of_the_teacher(Shape::TopicsBelow);
}

#[test]
fn shape_6_brought_weekly_over_a_year_makes_the_teachers_book_but_for_what_was_noted_and_refused() {
    of_the_teacher(Shape::ASheetAPeriod);
}
