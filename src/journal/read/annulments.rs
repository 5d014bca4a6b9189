//! What was recorded by mistake and taken back: on no page and in no count, but listed for ever.

use super::column::Columns;
use super::standing::cells_of;
use super::{class_teacher, corrections, course, iso, lesson_at, lessons_of, pupil, school, staff};
use crate::error::{Action, Error, Result};
use crate::journal::entry::{LessonCell, LessonRef};
use crate::journal::read::Tables;
use crate::school::{Cell, ClassName, CourseKey, Day, Login, format_date};
use chrono::{DateTime, FixedOffset};
use rusqlite::params;
use serde::Serialize;

/// What was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Annulled {
    /// A lesson with all its cells.
    Lesson,
    /// A course.
    Course,
    /// A class.
    Class,
    /// A group of a class.
    Group,
    /// A pupil.
    Pupil,
    /// The class or the first day of a pupil's stay.
    Enrolment,
    /// The day on which a pupil left.
    Leaving,
    /// The number of a personal file.
    FileNumber,
}

impl Annulled {
    const ALL: [(Self, &'static str); 8] = [
        (Self::Lesson, "урок"),
        (Self::Course, "курс"),
        (Self::Class, "класс"),
        (Self::Group, "группа"),
        (Self::Pupil, "ученик"),
        (Self::Enrolment, "зачисление"),
        (Self::Leaving, "выбытие"),
        (Self::FileNumber, "номер личного дела"),
    ];

    /// Its Russian word, as the tables and lists have it.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, word)| word)
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == word).map(|(kind, _)| *kind)
    }
}

/// What was taken back, by whom, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annulment {
    /// The entry that took it back.
    pub entry: u64,
    /// What it was.
    pub kind: Annulled,
    /// What it was about: a class («7А»), a personal file, a course, a group («7А, группа «1»»).
    pub about: String,
    /// As it stood before, in words.
    pub what: String,
    /// Why it was taken back; empty where a slip was put right before anything rested on it.
    pub reason: String,
    /// Login of who did it.
    pub by: Login,
    /// «Петрова Е. Н.»
    pub author: String,
    /// When.
    pub at: DateTime<FixedOffset>,
    /// The request by which it was done, where it was by one.
    pub request: Option<Granted>,
}

/// The request of «Замена сведений» that an annulment was made by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Granted {
    /// Its number in the register.
    pub number: u64,
    /// Login of who approved it.
    pub approved_by: Login,
    /// «Петрова Е. Н.»
    pub approved_by_name: String,
}

impl Annulment {
    /// Who did it: «Семёнов С. С.», «Семёнов С. С. по заявке № 2, разрешил(а) Петрова Е. Н.»
    pub fn who(&self) -> String {
        let granted = |one: &Granted| format!(" по заявке № {}, разрешил(а) {}", one.number, one.approved_by_name);
        format!("{}{}", self.author, self.request.as_ref().map(granted).unwrap_or_default())
    }

    fn of(tables: &Tables, row: &Columns<'_>) -> Result<Self> {
        let (by, kind): (Login, String) = (row.get("by")?, row.get("kind")?);
        let initials = |login: &Login| -> Result<String> {
            Ok(staff(tables, login)?.map_or(login.to_string(), |person| person.name.initials()))
        };
        let (number, approved_by): (Option<u64>, Option<Login>) = (row.get("number")?, row.get("decided_by")?);
        let request = match number.zip(approved_by) {
            Some((number, approved_by)) => {
                Some(Granted { number, approved_by_name: initials(&approved_by)?, approved_by })
            }
            None => None,
        };
        Ok(Self {
            entry: row.get("entry")?,
            kind: Annulled::of(&kind).ok_or_else(|| {
                Error::damaged(format!("аннулировано «{kind}»: такого вида нет"))
                    .next_by("проверьте журнал", Action::Audit)
            })?,
            about: row.get("about")?,
            what: row.get("what")?,
            reason: row.get("reason")?,
            author: initials(&by)?,
            by,
            at: row.moment("at")?,
            request,
        })
    }
}

/// Everything that was ever taken back, in order.
///
/// # Errors
/// Tables that hold what they cannot hold.
pub fn annulments(tables: &Tables) -> Result<Vec<Annulment>> {
    let sql =
        "SELECT annulments.entry AS entry, kind, about, what, annulments.reason AS reason, by, at, number, decided_by
               FROM annulments LEFT JOIN corrections ON corrections.entry = annulments.entry AND decision = ?1
               ORDER BY annulments.entry, kind, about";
    tables.all("аннулированная запись", sql, [corrections::APPROVED], |row| {
        Annulment::of(tables, row)
    })
}

/// Of these, what paper names: what was put right before the school year began leaves no trace there.
///
/// # Errors
/// As [`annulments`].
pub fn annulments_on_paper(tables: &Tables) -> Result<Vec<Annulment>> {
    let school = school(tables)?;
    let mut all = annulments(tables)?;
    all.retain(|annulment| school.day_of(annulment.at) >= school.year.begins);
    Ok(all)
}

/// The name of a pupil who was annulled under this personal file.
///
/// # Errors
/// As [`annulments`].
pub fn annulled_pupil(tables: &Tables, file: &str) -> Result<Option<String>> {
    let sql = "SELECT about, what FROM annulments WHERE kind = ?1 AND about = ?2 ORDER BY entry DESC LIMIT 1";
    let what: Option<String> =
        tables.one("аннулированная запись", sql, [Annulled::Pupil.word(), file], |row| {
            row.get("what")
        })?;
    Ok(what.map(|what| what.split(" (").next().unwrap_or_default().to_owned()))
}

/// The entry that last annulled a course, a class or a group, by what it is called in the list.
///
/// # Errors
/// As [`annulments`].
pub fn last_annulment(tables: &Tables, kind: Annulled, about: &str) -> Result<Option<u64>> {
    let sql = "SELECT entry FROM annulments WHERE kind = ?1 AND about = ?2 ORDER BY entry DESC LIMIT 1";
    tables.one("аннулированная запись", sql, [kind.word(), about], |row| row.get("entry"))
}

/// A lesson with its cells as it stands, in words; empty where there is none.
///
/// # Errors
/// Tables that hold what they cannot hold.
pub fn lesson_in_words(tables: &Tables, at: &LessonRef) -> Result<String> {
    let Some(lesson) = lesson_at(tables, at)? else { return Ok(String::new()) };
    let cells = cells_in_words(tables, &cells_of(tables, lesson.id)?)?;
    let line = corrections::line_in_words(tables, &lesson.text())?;
    let with = if cells.is_empty() { String::new() } else { format!("; с ним: {cells}") };
    Ok(format!("{}, урок {}: {line}{with}", format_date(at.date), at.lesson))
}

/// A course as it stands, in words: «учитель Семёнов С. С., часов в неделю 2; с ним уроков: 3».
///
/// # Errors
/// As [`lesson_in_words`].
pub fn course_in_words(tables: &Tables, key: &CourseKey) -> Result<String> {
    let Some(course) = course(tables, key)? else { return Ok(String::new()) };
    let teacher = staff(tables, &course.teacher)?.map_or(course.teacher.to_string(), |known| known.name.initials());
    let lessons: Vec<String> = lessons_of(tables, course.id)?.iter().map(|lesson| format_date(lesson.date)).collect();
    let with = match lessons.is_empty() {
        true => String::new(),
        false => format!("; с ним уроков: {} ({})", lessons.len(), first_of(lessons)),
    };
    Ok(format!("учитель {teacher}, часов в неделю {}{with}", course.hours))
}

/// A class as it stands, in words: «классный руководитель Белова Б. Б.».
///
/// # Errors
/// As [`lesson_in_words`].
pub fn class_in_words(tables: &Tables, class: &ClassName) -> Result<String> {
    let teacher = class_teacher(tables, class)?.filter(|login| !login.is_empty());
    let Some(login) = teacher else { return Ok("без классного руководителя".to_owned()) };
    let name = staff(tables, &login)?.map_or(login.to_string(), |known| known.name.initials());
    Ok(format!("классный руководитель {name}"))
}

/// «Иванов Пётр 5, Сизов Олег н».
pub fn cells_in_words(tables: &Tables, cells: &[LessonCell]) -> Result<String> {
    let words = cells.iter().map(|LessonCell { pupil: file, attendance, marks }| -> Result<String> {
        let name = pupil(tables, file)?.map_or(file.clone(), |known| known.name.surname_given());
        Ok(format!("{name} {}", Cell { attendance: *attendance, marks: marks.clone() }))
    });
    Ok(first_of(words.collect::<Result<Vec<_>>>()?))
}

/// The first of a list, and how many more there are: a cell of the register holds no class.
fn first_of(words: Vec<String>) -> String {
    const SHOWN: usize = 12;
    let more = words.len().saturating_sub(SHOWN);
    let shown = words[..words.len() - more].join(", ");
    if more == 0 { shown } else { format!("{shown} и ещё: {more}") }
}

/// Whether lessons of a course were annulled.
pub fn had_lessons(tables: &Tables, course: i64) -> Result<bool> {
    tables.any("SELECT 1 FROM annulled_lessons WHERE course = ?1", [course])
}

/// The entry that last annulled a lesson of a course on a day; of a number, or whichever it had.
pub fn lesson_annulled(tables: &Tables, course: i64, date: Day, number: Option<u8>) -> Result<Option<u64>> {
    let sql = "SELECT max(entry) AS entry FROM annulled_lessons WHERE course = ?1 AND date = ?2 AND lesson = coalesce(?3, lesson)
               HAVING count(*) > 0";
    tables.one("аннулированный урок", sql, params![course, iso(date), number], |row| row.get("entry"))
}

/// Whether annulled courses of a class had lessons.
pub fn class_had_lessons(tables: &Tables, class: &ClassName) -> Result<bool> {
    let sql = "SELECT 1 FROM annulled_lessons JOIN annulled_courses ON id = course WHERE class = ?1";
    tables.any(sql, [class.to_string()])
}

/// The name of a course that was annulled, by its row.
pub fn annulled_course(tables: &Tables, id: i64) -> Result<Option<CourseKey>> {
    tables
        .one("курс", "SELECT id, class, grp, subject FROM annulled_courses WHERE id = ?1", [id], |row| row.course())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::apply::in_memory;
    use crate::school::School;

    #[test]
    fn what_was_put_right_before_the_year_began_is_listed_but_not_on_paper() {
        let tables = in_memory().unwrap();
        let school = School::from_toml(include_str!("../../../tests/fixtures/small/school.toml")).unwrap();
        tables.db().execute("INSERT INTO school VALUES (1, ?1, 1)", [serde_json::to_string(&school).unwrap()]).unwrap();
        let sql = "INSERT INTO annulments VALUES (5, 'ученик', 'А-1', 'Алиев Али', 'повтор', 'ivanova',
                       '2025-08-31T23:59:00+03:00'), (7, 'урок', '7А', 'Алгебра', 'лишний', 'ivanova',
                       '2025-08-31T22:00:00+01:00')";
        tables.db().execute_batch(sql).unwrap();
        let kinds = |all: Vec<Annulment>| all.into_iter().map(|one| (one.entry, one.kind)).collect::<Vec<_>>();
        assert_eq!(kinds(annulments(&tables).unwrap()), [(5, Annulled::Pupil), (7, Annulled::Lesson)]);
        assert_eq!(kinds(annulments_on_paper(&tables).unwrap()), [(7, Annulled::Lesson)], "by the school's own day");
        for (kind, word) in Annulled::ALL {
            assert_eq!(Annulled::of(word), Some(kind));
        }
        tables.db().execute_batch("UPDATE annulments SET kind = 'звонок'").unwrap();
        assert!(annulments(&tables).unwrap_err().to_string().contains("звонок"));
    }
}
