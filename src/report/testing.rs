//! A small school for the tests of this layer, put into the tables by SQL: 7А with four pupils, algebra (course 1, three
//! lessons a week), English for group 1 (course 2), chemistry (course 4, one hour a week).

use crate::journal::apply::in_memory;
use crate::journal::read::Tables;
use crate::school::School;
use chrono::NaiveDate;
use rusqlite::params;

pub fn day(text: &str) -> NaiveDate {
    crate::school::parse_date(text).unwrap()
}

/// The school without any lesson. Pupils: 1 Иванов Павел, 2 Иванов Пётр, 3 Петренко Анна, 4 Ёлкина Дарья.
pub fn tables() -> Tables {
    let tables = in_memory().unwrap();
    let school = School::from_toml(include_str!("../../tests/fixtures/small/school.toml")).unwrap();
    let config = serde_json::to_string(&school).unwrap();
    tables.execute("INSERT INTO school VALUES (1, ?1, 1)", [config]).unwrap();
    tables
        .execute_batch(
            "INSERT INTO people VALUES ('semyonov', 'Семёнов', 'Савва', 'Сергеевич', 'учитель', '', NULL, 1),
                 ('petrova', 'Петрова', 'Полина', 'Павловна', 'завуч', '', NULL, 1),
                 ('belova', 'Белова', 'Берта', '', 'учитель', '', NULL, 1);
             INSERT INTO subjects VALUES ('Алгебра', 'Алг.', '', 1, 1, 1), ('Английский язык', 'Англ.', '', 1, 2, 1),
                 ('Химия', 'Хим.', '', 1, 3, 1);
             INSERT INTO classes VALUES ('7А', 7, 'А', 'semyonov', 1);
             INSERT INTO pupils VALUES (1, 'И-01', 'Иванов', 'Павел', 'Андреевич', '2012-02-01', 1),
                 (2, 'И-02', 'Иванов', 'Пётр', 'Олегович', '2012-04-03', 1),
                 (3, 'П-03', 'Петренко', 'Анна', '', '2012-06-05', 1),
                 (4, 'Ё-04', 'Ёлкина', 'Дарья', 'Ильинична', '2012-08-07', 1);
             INSERT INTO enrolments SELECT id, '7А', '2025-09-01', NULL, 1 FROM pupils;
             INSERT INTO group_members VALUES ('7А', '1', 1, 1), ('7А', '1', 3, 1);
             INSERT INTO courses VALUES (1, '7А', '', 'Алгебра', 'semyonov', 3.0, 1),
                 (2, '7А', '1', 'Английский язык', 'belova', 3.0, 1), (4, '7А', '', 'Химия', 'petrova', 1.0, 1);
             INSERT INTO course_teachers (course, since, teacher, entry) VALUES (1, '2025-09-01', 'semyonov', 1), (2, '2025-09-01', 'belova', 1),
                 (4, '2025-09-01', 'semyonov', 1), (4, '2025-10-01', 'petrova', 2);
             INSERT INTO timetables VALUES (1, '2025-09-01', 1), (4, '2025-09-01', 1);
             INSERT INTO timetable VALUES (1, '2025-09-01', 1, 2, 1), (1, '2025-09-01', 3, 1, 1),
                 (1, '2025-09-01', 5, 3, 1), (4, '2025-09-01', 4, 4, 1);",
        )
        .unwrap();
    tables
}

/// A lesson that was entered on its day by the course's teacher; its row's id.
pub fn lesson(tables: &Tables, course: i64, date: &str, number: u8, topic: &str) -> i64 {
    let sql = "INSERT INTO lessons (course, date, lesson, topic, work, homework, substitute, confirmed, recorded_on,
                   taken_over, author, entry)
               SELECT ?1, ?2, ?3, ?4, '', '§ 1', '', 1, ?2, 0, teacher, 1 FROM courses WHERE id = ?1";
    tables.execute(sql, params![course, date, number, topic]).unwrap();
    tables.db().last_insert_rowid()
}

/// Marks, for written work where `work` says so.
pub fn mark(tables: &Tables, lesson: i64, pupil: i64, marks: &str, work: &str) {
    let sql = "INSERT INTO marks VALUES (?1, ?2, ?3, ?4, '', 'semyonov', 1)";
    tables.execute(sql, params![lesson, pupil, marks, work]).unwrap();
}

pub fn absence(tables: &Tables, lesson: i64, pupil: i64, kind: &str) {
    let sql = "INSERT INTO attendance VALUES (?1, ?2, ?3, 'semyonov', 1)";
    tables.execute(sql, params![lesson, pupil, kind]).unwrap();
}

pub fn reason(tables: &Tables, pupil: i64, since: &str, until: &str, reason: &str) {
    let sql = "INSERT INTO reasons VALUES (?1, ?2, ?3, ?4, '', 1)";
    tables.execute(sql, params![pupil, since, until, reason]).unwrap();
}

pub fn final_mark(tables: &Tables, course: i64, pupil: i64, period: &str, mark: &str) {
    let sql = "INSERT INTO finals VALUES (?1, ?2, ?3, ?4, '', '2025-10-24', 1)";
    tables.execute(sql, params![course, pupil, period, mark]).unwrap();
}
