//! A school for the tests of this layer, put into the tables by SQL: a class with a year behind it, of any size.

#[path = "../../tests/common/issued.rs"]
mod issued;

pub use issued::context;

use super::{Form, Subject, Wanted};
use crate::journal::read::Tables;
use crate::school::{ClassName, School};
use chrono::{Datelike, NaiveDate};
use rusqlite::params;

/// How large the class is, and how unwieldy.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Pupils.
    pub pupils: i64,
    /// Letters in a pupil's surname and given name; 0 for lifelike names.
    pub name_letters: usize,
    /// Letters in a topic; 0 for lifelike topics.
    pub topic_letters: usize,
    /// How many of the subjects.
    pub subjects: usize,
}

pub const LIFELIKE: Size = Size { pupils: 28, name_letters: 0, topic_letters: 0, subjects: SUBJECTS.len() };
pub const LARGE: Size = Size { pupils: 38, ..LIFELIKE };
pub const UNWIELDY: Size = Size { pupils: 38, name_letters: 60, topic_letters: 400, subjects: 3 };

/// Subject, hours a week, whether the class is divided into groups.
pub const SUBJECTS: [(&str, u32, bool); 17] = [
    ("Русский язык", 5, false),
    ("Литература", 2, false),
    ("Иностранный язык (английский)", 3, true),
    ("Алгебра", 3, false),
    ("Геометрия", 2, false),
    ("Вероятность и статистика", 1, false),
    ("Информатика", 1, true),
    ("История России. Всеобщая история", 2, false),
    ("Обществознание", 1, false),
    ("География", 2, false),
    ("Физика", 2, false),
    ("Биология", 1, false),
    ("Основы духовно-нравственной культуры народов России", 1, false),
    ("Музыка", 1, false),
    ("Изобразительное искусство", 1, false),
    ("Труд (технология)", 2, true),
    ("Физическая культура", 2, false),
];

const SURNAMES: [&str; 30] = [
    "Абрамов",
    "Алексеева",
    "Андреев",
    "Белова",
    "Васильев",
    "Волкова",
    "Громов",
    "Данилова",
    "Егоров",
    "Ёлкина",
    "Жуков",
    "Зайцева",
    "Иванов",
    "Иванов",
    "Казакова",
    "Лада-Заречная",
    "Ли",
    "Мамедов",
    "Николаев",
    "Орлова",
    "Петров",
    "Рождественская",
    "Сергеев",
    "Тихонова",
    "Ушаков",
    "Фёдорова",
    "Христорождественский",
    "Цветкова",
    "Шевченко-Кривоносова",
    "Яковлев",
];
const GIVEN: [&str; 8] = ["Артём", "Анастасия", "Глеб", "Екатерина", "Семён", "Фёкла", "Илья", "Александра"];
const TOPICS: [&str; 6] = [
    "Сложение и вычитание рациональных чисел",
    "Решение задач с помощью уравнений. Составление математической модели по условию задачи",
    "Повторение",
    "Анализ ошибок, допущенных в работе. Свойства степени с натуральным показателем и их применение",
    "Обобщающий урок по теме «Линейная функция и её график»",
    "Правописание суффиксов -к- и -ск- в прилагательных",
];
const HOMEWORK: [&str; 4] =
    ["§ 12, № 145–148", "П. 3.2, упр. 214 (устно), 216; выучить правило на с. 98", "", "Не задано"];

const SCHOOL: &str = r#"
[school]
name = "Муниципальное бюджетное общеобразовательное учреждение «Средняя общеобразовательная школа № 1»"
short_name = "МБОУ «СОШ № 1»"
place = "г. Великие Луки"
case_index = "02-15"
[year]
name = "2025/2026"
begins = 2025-09-01
ends = 2026-05-29
[[period]]
name = "I четверть"
short = "I четв."
grades = [1, 9]
begins = 2025-09-01
ends = 2025-10-24
[[period]]
name = "II четверть"
short = "II четв."
grades = [1, 9]
begins = 2025-11-03
ends = 2025-12-30
[[period]]
name = "III четверть"
short = "III четв."
grades = [1, 9]
begins = 2026-01-12
ends = 2026-03-20
[[period]]
name = "IV четверть"
short = "IV четв."
grades = [1, 9]
begins = 2026-03-30
ends = 2026-05-29
[[holiday]]
name = "Осенние каникулы"
begins = 2025-10-25
ends = 2025-11-02
[[holiday]]
name = "Зимние каникулы"
begins = 2025-12-31
ends = 2026-01-11
[[holiday]]
name = "Весенние каникулы"
begins = 2026-03-21
ends = 2026-03-29
"#;

pub fn class() -> ClassName {
    ClassName::parse("7А").unwrap()
}

/// The documents of a class.
pub const OF_CLASS: [Form; 3] = [Form::ClassBook, Form::Progress, Form::SummarySheet];

/// A document of the class.
pub fn of_class(form: Form) -> Wanted {
    Wanted::of_class(form, class())
}

/// Tables of a school with one class, 7А.
pub fn tables(size: Size) -> Tables {
    let tables = Tables::new(rusqlite::Connection::open_in_memory().unwrap());
    tables.execute_batch(include_str!("../journal/apply/schema.sql")).unwrap();
    let school = School::from_toml(SCHOOL).unwrap();
    let config = serde_json::to_string(&school).unwrap();
    tables.execute("INSERT INTO school VALUES (1, ?1, 1)", [config]).unwrap();
    for (login, surname, position, role) in [
        ("zav", "Завьялова", "заместитель директора по УВР", "завуч"),
        ("dir", "Директоров", "директор", "директор"),
        ("t1", "Учителева", "учитель", "учитель"),
        ("t2", "Преподавателев", "учитель", "учитель"),
    ] {
        tables
            .execute(
                "INSERT INTO people VALUES (?1, ?2, 'Инна', 'Игоревна', ?3, '', NULL, 1)",
                params![login, surname, position],
            )
            .unwrap();
        tables.execute("INSERT INTO roles VALUES (?1, ?2)", [login, role]).unwrap();
    }
    tables.execute("INSERT INTO classes VALUES ('7А', 7, 'А', 't1', 1)", []).unwrap();
    add_pupils(&tables, size);
    tables.execute_batch("BEGIN").unwrap();
    for (i, (subject, hours, grouped)) in SUBJECTS.iter().take(size.subjects).enumerate() {
        tables.execute("INSERT INTO subjects VALUES (?1, '', '', 1, ?2, 1)", params![subject, i as i64]).unwrap();
        let groups: &[&str] = if *grouped { &["1 группа", "2 группа"] } else { &[""] };
        for (g, group) in groups.iter().enumerate() {
            let course = (i * 2 + g + 1) as i64;
            let teacher = if g == 0 { "t1" } else { "t2" };
            tables
                .execute(
                    "INSERT INTO courses VALUES (?1, '7А', ?2, ?3, ?4, ?5, 1)",
                    params![course, group, subject, teacher, f64::from(*hours)],
                )
                .unwrap();
            if *grouped {
                tables
                    .execute(
                        "INSERT OR IGNORE INTO group_members SELECT '7А', ?1, id, 1 FROM pupils WHERE id % 2 = ?2",
                        params![group, g as i64],
                    )
                    .unwrap();
            }
            add_year(&tables, &school, course, *hours, if *grouped { Some(g as i64) } else { None }, size);
        }
    }
    tables.execute_batch("COMMIT").unwrap();
    tables
}

fn add_pupils(tables: &Tables, size: Size) {
    for id in 1..=size.pupils {
        let i = id as usize;
        let surname = match size.name_letters {
            0 => SURNAMES[i % SURNAMES.len()].to_owned(),
            letters => {
                format!("{}{}", SURNAMES[i % SURNAMES.len()], "щ".repeat(letters)).chars().take(letters - 10).collect()
            }
        };
        let given = if size.name_letters > 0 { "Александра" } else { GIVEN[i % GIVEN.len()] };
        let born = format!("2012-{:02}-{:02}", i % 12 + 1, i % 28 + 1);
        tables
            .execute(
                "INSERT INTO pupils VALUES (?1, ?2, ?3, ?4, 'Михайловна', ?5, 1)",
                params![id, format!("А-{id:03}"), surname, given, born],
            )
            .unwrap();
        let (since, until) = match id {
            4 => ("2025-11-12", None),
            9 => ("2025-09-01", Some("2026-02-03")),
            _ => ("2025-09-01", None),
        };
        tables.execute("INSERT INTO enrolments VALUES (?1, '7А', ?2, ?3, 1)", params![id, since, until]).unwrap();
        tables
            .execute("INSERT INTO decisions VALUES (?1, '2026-05-29', '7', 'переведён в 8 класс', 1)", params![id])
            .unwrap();
    }
    tables.execute("INSERT INTO reasons VALUES (5, '2025-09-08', '2025-09-19', 'болезнь', 'справка', 1)", []).unwrap();
    tables
        .execute("INSERT INTO reasons VALUES (6, '2025-09-10', '2025-09-12', 'уважительная', 'заявление', 1)", [])
        .unwrap();
}

/// The lessons, marks, absences and final marks of a course, all from the numbers of the lesson and the pupil.
fn add_year(tables: &Tables, school: &School, course: i64, hours: u32, group: Option<i64>, size: Size) {
    let mut number = 0;
    let days = school.year.begins.iter_days().take_while(|day| *day <= school.year.ends);
    for day in days.filter(|day| school.day_off(*day).is_none() && day.weekday().num_days_from_monday() < 5) {
        let weekday = day.weekday().num_days_from_monday();
        if (weekday + course as u32) % 5 < hours {
            // The subject of five hours has two lessons on Mondays.
            for lesson in 0..if hours == 5 && weekday == 0 { 2 } else { 1 } {
                number += 1;
                add_lesson(tables, course, day, number, lesson + 2, group, size);
            }
        }
    }
    let begins = school.year.begins.to_string();
    tables.execute("INSERT INTO timetables VALUES (?1, ?2, 1)", params![course, begins]).unwrap();
    for weekday in 1..=5 {
        if (weekday - 1 + course as u32) % 5 < hours {
            let sql = "INSERT INTO timetable VALUES (?1, ?2, ?3, 2, 1)";
            tables.execute(sql, params![course, begins, weekday]).unwrap();
        }
    }
    let periods = ["I четверть", "II четверть", "III четверть", "IV четверть", "Год"];
    for id in (1..=size.pupils).filter(|id| group.is_none_or(|group| id % 2 == group) && *id != 9) {
        for (i, period) in periods.iter().enumerate() {
            let mark = if id == 4 && i == 0 {
                "н/а".to_owned()
            } else {
                (3 + (id + i as i64 / 3 + course % 3) % 3).to_string()
            };
            let reason = if id == 7 && i == 0 { "болезнь в течение месяца" } else { "" };
            tables
                .execute(
                    "INSERT INTO finals VALUES (?1, ?2, ?3, ?4, ?5, '2026-05-29', 1)",
                    params![course, id, period, mark, reason],
                )
                .unwrap();
        }
    }
}

fn add_lesson(tables: &Tables, course: i64, day: NaiveDate, number: i64, lesson: i64, group: Option<i64>, size: Size) {
    let id = course * 1000 + number;
    let n = number as usize;
    let topic = match size.topic_letters {
        0 => TOPICS[n % TOPICS.len()].to_owned(),
        letters => TOPICS.join(". ").chars().cycle().take(letters).collect(),
    };
    let work =
        if n.is_multiple_of(9) { format!("контрольная работа № {}", n / 9) } else { String::new() };
    let substitute = if n % 31 == 5 { "t2" } else { "" };
    let late = if n % 40 == 7 { day + chrono::Days::new(3) } else { day };
    tables
        .execute(
            "INSERT INTO lessons VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 1, ?9, 0, 't1', 1)",
            params![
                id,
                course,
                day.to_string(),
                lesson,
                topic,
                work,
                HOMEWORK[n % HOMEWORK.len()],
                substitute,
                late.to_string()
            ],
        )
        .unwrap();
    let mut mark = tables.prepare_cached("INSERT INTO marks VALUES (?1, ?2, ?3, '', ?4, 't1', 1)").unwrap();
    let mut absence = tables.prepare_cached("INSERT INTO attendance VALUES (?1, ?2, ?3, 't1', 1)").unwrap();
    for pupil in (1..=size.pupils).filter(|id| group.is_none_or(|group| id % 2 == group)) {
        let away = (pupil == 4 && day.to_string().as_str() < "2025-11-12")
            || (pupil == 9 && day.to_string().as_str() > "2026-02-03");
        if away {
            continue;
        }
        let ill = matches!(pupil, 5 | 6) && ("2025-09-08"..="2025-09-12").contains(&day.to_string().as_str());
        let chance = (pupil * 7 + number * 13 + course * 5) % 41;
        if ill || chance == 3 {
            absence.execute(params![id, pupil, "н"]).unwrap();
        } else if chance == 4 {
            absence.execute(params![id, pupil, "оп"]).unwrap();
            mark.execute(params![id, pupil, "4", ""]).unwrap();
        } else if chance < 14 || !work.is_empty() {
            let grade = 3 + chance % 3;
            let text = if chance == 7 { format!("{grade}/5") } else { grade.to_string() };
            let document = if chance == 9 && pupil == 11 {
                "справка санатория «Сосновый бор» № 14 от 12.10.2025"
            } else {
                ""
            };
            mark.execute(params![id, pupil, text, document]).unwrap();
        }
    }
}

/// More subjects, for a large school: [`SUBJECTS`] and these are 25.
const MORE_SUBJECTS: [&str; 8] = [
    "Химия",
    "Родной язык (русский)",
    "Родная литература (русская)",
    "Второй иностранный язык (немецкий)",
    "Основы безопасности и защиты Родины",
    "Индивидуальный проект",
    "Астрономия",
    "Практикум по решению математических задач повышенной сложности",
];

/// Tables of a school with so many classes of so many pupils and so many subjects: final marks of every period, and a
/// lesson a week a class with its absences. 1А and 10А come on top: the one without marks, the other without quarters.
pub fn school_of(classes: usize, pupils: i64, subjects: usize) -> Tables {
    let tables = tables(Size { pupils: 0, subjects: 0, ..LIFELIKE });
    tables.execute_batch("BEGIN; DELETE FROM classes").unwrap();
    let school = School::from_toml(SCHOOL).unwrap();
    let names = SUBJECTS.iter().map(|(name, ..)| *name).chain(MORE_SUBJECTS).take(subjects);
    for (place, name) in names.clone().enumerate() {
        tables.execute("INSERT INTO subjects VALUES (?1, '', '', 1, ?2, 1)", params![name, place as i64]).unwrap();
    }
    let of_grade = |grade: usize| ['А', 'Б', 'В', 'Г'].map(|letter| format!("{grade}{letter}"));
    let marked: Vec<String> = if classes < 8 {
        (0..classes).map(|i| format!("{}А", 9 - i)).rev().collect()
    } else {
        (2..=9).flat_map(of_grade).take(classes).collect()
    };
    for (c, class) in marked.iter().chain(&["1А".to_owned(), "10А".to_owned()]).enumerate() {
        let (name, c) = (ClassName::parse(class).unwrap(), c as i64);
        let sql = "INSERT INTO classes VALUES (?1, ?2, ?3, 't1', 1)";
        tables.execute(sql, params![class, name.grade(), name.letter().to_string()]).unwrap();
        for id in c * 100 + 1..=c * 100 + pupils {
            let surname = SURNAMES[id as usize % SURNAMES.len()];
            let sql = "INSERT INTO pupils VALUES (?1, ?2, ?3, ?4, '', '2012-01-01', 1)";
            tables.execute(sql, params![id, format!("К-{id}"), surname, GIVEN[id as usize % GIVEN.len()]]).unwrap();
            let sql = "INSERT INTO enrolments VALUES (?1, ?2, '2025-09-01', NULL, 1)";
            tables.execute(sql, params![id, class]).unwrap();
            let reason = ["болезнь", "уважительная", "неуважительная"].get(id as usize % 4);
            if let Some(reason) = reason {
                let sql = "INSERT INTO reasons VALUES (?1, '2025-09-01', '2026-05-31', ?2, '', 1)";
                tables.execute(sql, params![id, reason]).unwrap();
            }
        }
        for (s, subject) in names.clone().enumerate() {
            let course = c * 100 + s as i64 + 1;
            let sql = "INSERT INTO courses VALUES (?1, ?2, '', ?3, 't1', 1.0, 1)";
            tables.execute(sql, params![course, class, subject]).unwrap();
            if s == 0 {
                add_weekly_lessons(&tables, &school, course, c * 100 + 1..=c * 100 + pupils);
            }
            if !matches!(class.as_str(), "1А" | "10А") {
                add_finals(&tables, course, c * 100 + 1..=c * 100 + pupils);
            }
        }
    }
    tables.execute_batch("COMMIT").unwrap();
    tables
}

fn add_weekly_lessons(tables: &Tables, school: &School, course: i64, pupils: std::ops::RangeInclusive<i64>) {
    let days = school.year.begins.iter_days().take_while(|day| *day <= school.year.ends);
    for (n, day) in (1..).zip(days.filter(|day| day.weekday().num_days_from_monday() == 2)) {
        if school.day_off(day).is_some() {
            continue;
        }
        let (id, date) = (course * 1000 + n, day.to_string());
        let sql = "INSERT INTO lessons VALUES (?1, ?2, ?3, 2, '', '', '', '', 1, ?3, 0, 't1', 1)";
        tables.execute(sql, params![id, course, date]).unwrap();
        for pupil in pupils.clone().filter(|pupil| (pupil * 7 + n * 13) % 11 < 1 + n % 3) {
            tables.execute("INSERT INTO attendance VALUES (?1, ?2, 'н', 't1', 1)", params![id, pupil]).unwrap();
        }
    }
}

/// Final marks that are better in some classes and subjects than in others, a few «2» and «н/а» among them.
fn add_finals(tables: &Tables, course: i64, pupils: std::ops::RangeInclusive<i64>) {
    let mut add = tables.prepare_cached("INSERT INTO finals VALUES (?1, ?2, ?3, ?4, '', '2026-05-29', 1)").unwrap();
    for (i, period) in (0..).zip(["I четверть", "II четверть", "III четверть", "IV четверть", "Год"])
    {
        for pupil in pupils.clone() {
            let (class, subject) = (course / 100, course % 100);
            // A pupil is as good as his number says, a subject as easy, a class as able.
            let points = (pupil * 37) % 101 + (subject * 29) % 23 + (class * 17) % 19 + (pupil * course + i * 5) % 9;
            let mark = match points {
                0..8 => "2",
                8..13 if subject % 5 == 1 => "н/а",
                8..40 => "3",
                40..90 => "4",
                _ => "5",
            };
            add.execute(params![course, pupil, period, mark]).unwrap();
        }
    }
}

/// An approved correction of one cell.
pub fn correct(tables: &Tables, number: u64, lesson: i64, what: (&str, Option<i64>, &str), was: &str, becomes: &str) {
    let (kind, pupil, period) = what;
    let sql = "INSERT INTO corrections SELECT ?1, '2025-10-18T12:00:00+03:00', 't1', 1, date, lesson, 'описка',
               'удовлетворено', '', '2025-10-20T21:30:00+00:00', 'zav', 1, 2 FROM lessons WHERE id = ?2";
    tables.execute(sql, rusqlite::params![number, lesson]).unwrap();
    let sql = "INSERT INTO correction_changes VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, '{}')";
    tables.execute(sql, rusqlite::params![number, kind, pupil, period, was, becomes]).unwrap();
}

/// Fills the registers of the school: so many corrections and documents, with texts that go on and on where `unwieldy`.
pub fn add_papers(tables: &Tables, corrections: i64, documents: i64, unwieldy: bool) {
    let long = |text: &str, letters: usize| -> String {
        if unwieldy { text.chars().cycle().take(letters).collect() } else { text.to_owned() }
    };
    tables.execute_batch("BEGIN").unwrap();
    if unwieldy {
        tables.execute("UPDATE people SET surname = surname || ?1", ["щ".repeat(40)]).unwrap();
    }
    let reason = long("отметка поставлена не тому ученику ", 400);
    for number in 1..=corrections {
        let (decision, note, at, by) = match number % 3 {
            0 => ("", String::new(), "", ""),
            1 => ("удовлетворено", String::new(), "2025-10-20T12:00:00+03:00", "zav"),
            _ => ("отклонено", long("работа не найдена ", 300), "2025-10-20T12:00:00+03:00", "zav"),
        };
        let sql =
            "INSERT INTO corrections VALUES (?1, '2025-10-19T09:00:00+03:00', 't1', 1, '2025-10-14', 3, ?2, ?3, ?4,
                   ?5, ?6, ?7, ?7)";
        let entry = 1000 + 2 * number;
        tables.execute(sql, params![number, reason, decision, note, at, by, entry]).unwrap();
        let change = |place: i64, json: serde_json::Value| {
            let sql = "INSERT INTO correction_changes VALUES (?1, ?2, 'mark', NULL, '', '', '', ?3)";
            tables.execute(sql, params![number, place, json.to_string()]).unwrap();
        };
        change(1, serde_json::json!({ "what": "mark", "pupil": "А-002", "was": "3", "becomes": "4" }));
        if number % 4 == 0 {
            let (topic, substitute) = (long("Повторение. Свойства степени ", 400), "t2");
            let line = serde_json::json!({ "topic": topic, "work": "", "homework": "§ 4", "substitute": substitute });
            change(2, serde_json::json!({ "what": "lesson", "was": line, "becomes": line }));
        }
    }
    let sql = "INSERT INTO clock_resets VALUES (1003, '2025-10-19T10:00:00+03:00', 'dir', ?1)";
    tables.execute(sql, [long("села батарея, часы показывали 2031 год ", 200)]).unwrap();
    for number in 1..=documents {
        let name = format!("2025-{number:04}");
        let (form, subject, variant) = match number % 5 {
            0 => ("register", "", ""),
            1 => ("class-book", "7А", "simplex"),
            _ => ("class-book", "7А", ""),
        };
        let sql = "INSERT INTO documents VALUES (?1, ?2, ?3, ?4, ?5, 72, 900, '2025-10-24T15:00:00+03:00', 'zav', ?6,
                   '0.1.0', ?7)";
        let (title, digest) = (long("Классный журнал 7 «А» класса за 2025/2026 учебный год ", 200), "0a".repeat(32));
        tables.execute(sql, params![name, form, subject, variant, title, digest, 2000 + number]).unwrap();
        for page in 1..=2 {
            let digest = format!("{number:04x}{page:04x}").repeat(8);
            tables.execute("INSERT INTO document_pages VALUES (?1, ?2, ?3)", params![name, page, digest]).unwrap();
        }
    }
    let place = long("сейф директора, кабинет № 12 ", 150);
    for (id, label, holder, device) in [
        ("00c1d2e3f4a5b6c7", "А-1", "dir", ""),
        ("11c1d2e3f4a5b6c7", "А-2", "zav", "JetFlash, серийный № 0A1B2C3D4E5F"),
    ] {
        let sql = "INSERT INTO carriers VALUES (?1, ?2, ?3, ?4, ?5, '2025-10-24T14:00:00+03:00', ?6)";
        let (label, entry) = (long(label, 60), if holder == "dir" { 1500 } else { 1501 });
        tables.execute(sql, params![id, label, holder, place, device, entry]).unwrap();
    }
    let sql = "INSERT INTO archives VALUES (?1, 'I четверть', '2025-10-24T15:20:00+03:00', 41237, ?2, ?3, 461825, 9,
               'SHA256:UubaRZpX9s2SFBa+OjgqJTeElMNxk3dBCC3KuwVpDyk', 'zav', 1502)";
    tables.execute(sql, params![ARCHIVE, "c4".repeat(32), "1a2b3c4d".repeat(8)]).unwrap();
    tables
        .execute("INSERT INTO archive_copies SELECT ?1, id, '2025-10-24T15:20:00+03:00', 1502 FROM carriers", [ARCHIVE])
        .unwrap();
    tables.execute_batch("COMMIT").unwrap();
}

/// The archive of [`add_papers`].
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

/// The tables of a small class with registers.
pub fn papers(corrections: i64, documents: i64, unwieldy: bool) -> Tables {
    let size = if unwieldy { Size { pupils: 4, subjects: 1, ..UNWIELDY } } else { LIFELIKE };
    let tables = tables(Size { subjects: 2, ..size });
    add_papers(&tables, corrections, documents, unwieldy);
    tables
}

/// A register of the whole school.
pub fn of_school(form: Form) -> Wanted {
    Wanted::new(form, Subject::School)
}
