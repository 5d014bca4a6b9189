//! Finding things in the tables: the questions that rights, rules and commands all ask.

mod control;

pub use control::{Remark, Substitution, remarks, substitutions};

use crate::error::{Error, Result};
use crate::journal::entry::{LessonRef, SubjectLine};
use crate::ledger::identity::PublicIdentity;
use crate::school::{ClassName, CourseKey, PersonName, Role, School};
use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension, Row, params};

/// A course as the tables have it.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// The row's id.
    pub id: i64,
    /// Its name.
    pub key: CourseKey,
    /// Login of its teacher.
    pub teacher: String,
    /// Hours a week.
    pub hours: f64,
}

/// A lesson as the tables have it.
#[derive(Debug, Clone, PartialEq)]
pub struct Lesson {
    /// The row's id.
    pub id: i64,
    /// Topic.
    pub topic: String,
    /// Kind of work as worded.
    pub work: String,
    /// Homework.
    pub homework: String,
    /// Login of the substitute, or empty.
    pub substitute: String,
    /// Whether the substitution was assigned or confirmed, if there is one.
    pub confirmed: bool,
    /// Login of who recorded it.
    pub author: String,
}

/// A pupil on a class list.
#[derive(Debug, Clone, PartialEq)]
pub struct Pupil {
    /// The row's id.
    pub id: i64,
    /// Номер личного дела.
    pub file: String,
    /// The name.
    pub name: PersonName,
}

/// A member of staff.
#[derive(Debug, Clone, PartialEq)]
pub struct Staff {
    /// The login.
    pub login: String,
    /// The name.
    pub name: PersonName,
    /// Должность.
    pub position: String,
    /// Методическое объединение, may be empty.
    pub association: String,
    /// Whether the person was dismissed.
    pub dismissed: bool,
}

/// The school's configuration as it stands.
///
/// # Errors
/// A journal without one is damaged.
pub fn school(tables: &Connection) -> Result<School> {
    let config: Option<String> =
        tables.prepare_cached("SELECT config FROM school")?.query_row([], |row| row.get(0)).optional()?;
    config
        .and_then(|json| serde_json::from_str(&json).ok())
        .ok_or_else(|| Error::damaged("в журнале нет сведений о школе").next("выполните «letopis audit»"))
}

/// Whether a person holds a role and was not dismissed.
pub fn has_role(tables: &Connection, login: &str, role: Role) -> Result<bool> {
    let sql = "SELECT 1 FROM roles JOIN people USING (login) WHERE login = ?1 AND role = ?2 AND dismissed IS NULL";
    Ok(tables.prepare_cached(sql)?.exists(params![login, role.word()])?)
}

/// Whether a person was dismissed.
pub fn is_dismissed(tables: &Connection, login: &str) -> Result<bool> {
    let sql = "SELECT 1 FROM people WHERE login = ?1 AND dismissed IS NOT NULL";
    Ok(tables.prepare_cached(sql)?.exists([login])?)
}

/// A member of staff by login.
pub fn staff(tables: &Connection, login: &str) -> Result<Option<Staff>> {
    let sql = "SELECT login, surname, given, patronymic, position, association, dismissed IS NOT NULL
               FROM people WHERE login = ?1";
    Ok(tables.prepare_cached(sql)?.query_row([login], staff_row).optional()?)
}

/// All the staff, by name.
pub fn all_staff(tables: &Connection) -> Result<Vec<Staff>> {
    let sql = "SELECT login, surname, given, patronymic, position, association, dismissed IS NOT NULL FROM people";
    let mut all = tables.prepare_cached(sql)?.query_map([], staff_row)?.collect::<rusqlite::Result<Vec<_>>>()?;
    all.sort_by_key(|person| person.name.sort_key());
    Ok(all)
}

fn staff_row(row: &Row<'_>) -> rusqlite::Result<Staff> {
    Ok(Staff {
        login: row.get(0)?,
        name: PersonName { surname: row.get(1)?, given: row.get(2)?, patronymic: row.get(3)? },
        position: row.get(4)?,
        association: row.get(5)?,
        dismissed: row.get(6)?,
    })
}

/// The roles of a person, in the order of the regulation.
pub fn roles_of(tables: &Connection, login: &str) -> Result<Vec<Role>> {
    let mut statement = tables.prepare_cached("SELECT role FROM roles WHERE login = ?1")?;
    let words = statement.query_map([login], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut roles: Vec<Role> = words.iter().filter_map(|word| Role::parse(word)).collect();
    roles.sort_unstable();
    Ok(roles)
}

/// An enrolled key.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// Whose it is.
    pub login: String,
    /// Its public half.
    pub public: PublicIdentity,
    /// When it was revoked, if it was.
    pub revoked_at: Option<String>,
}

/// A key by its fingerprint.
///
/// # Errors
/// A row whose key does not read is damage.
pub fn key(tables: &Connection, fingerprint: &str) -> Result<Option<Key>> {
    let sql = "SELECT login, public, recipient, revoked_at FROM keys WHERE fingerprint = ?1";
    let row: Option<(String, Vec<u8>, String, Option<String>)> = tables
        .prepare_cached(sql)?
        .query_row([fingerprint], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    row.map(|(login, public, recipient, revoked_at)| {
        let key: Option<[u8; 32]> = public.try_into().ok();
        let public = key.and_then(|key| PublicIdentity::new(&recipient, key).ok()).ok_or_else(|| {
            Error::damaged(format!("ключ {fingerprint} в таблицах повреждён")).next("выполните «letopis audit»")
        })?;
        Ok(Key { login, public, revoked_at })
    })
    .transpose()
}

/// Keys in force of everyone who holds a role, as (login, key).
pub fn keys_in_force(tables: &Connection, role: Role) -> Result<Vec<(String, PublicIdentity)>> {
    let sql = "SELECT fingerprint FROM keys JOIN roles USING (login)
               WHERE role = ?1 AND revoked_entry IS NULL ORDER BY login, enrolled_entry";
    let mut statement = tables.prepare_cached(sql)?;
    let fingerprints =
        statement.query_map([role.word()], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    let keys = fingerprints.iter().map(|fingerprint| key(tables, fingerprint)).collect::<Result<Vec<_>>>()?;
    Ok(keys.into_iter().flatten().map(|key| (key.login, key.public)).collect())
}

/// Whether a methodist belongs to the association that a subject belongs to.
pub fn shares_association(tables: &Connection, login: &str, subject: &str) -> Result<bool> {
    let sql = "SELECT 1 FROM people, subjects WHERE login = ?1 AND subjects.name = ?2
               AND people.association = subjects.association AND people.association <> ''";
    Ok(tables.prepare_cached(sql)?.exists(params![login, subject])?)
}

/// Login of a class's teacher.
pub fn class_teacher(tables: &Connection, class: &ClassName) -> Result<Option<String>> {
    let sql = "SELECT teacher FROM classes WHERE name = ?1";
    Ok(tables.prepare_cached(sql)?.query_row([class.to_string()], |row| row.get(0)).optional()?)
}

/// Every class, in order.
pub fn classes(tables: &Connection) -> Result<Vec<ClassName>> {
    let mut statement = tables.prepare_cached("SELECT name FROM classes")?;
    let names = statement.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut classes = names.iter().map(|name| ClassName::parse(name)).collect::<Result<Vec<_>>>()?;
    classes.sort();
    Ok(classes)
}

const COURSE: &str = "SELECT id, class, grp, subject, teacher, hours FROM courses";

/// A course by its name.
pub fn course(tables: &Connection, key: &CourseKey) -> Result<Option<Course>> {
    let mut statement = tables.prepare_cached(&format!("{COURSE} WHERE class = ?1 AND grp = ?2 AND subject = ?3"))?;
    let row = statement.query_row(params![key.class.to_string(), key.group, key.subject], course_row).optional()?;
    row.transpose()
}

/// A course by its row.
pub fn course_by_id(tables: &Connection, id: i64) -> Result<Option<Course>> {
    let mut statement = tables.prepare_cached(&format!("{COURSE} WHERE id = ?1"))?;
    statement.query_row([id], course_row).optional()?.transpose()
}

/// The courses of a class, in the school's order of subjects, groups one after another.
pub fn courses_of(tables: &Connection, class: &ClassName) -> Result<Vec<Course>> {
    let sql = format!("{COURSE} JOIN subjects ON subjects.name = subject WHERE class = ?1 ORDER BY place, grp");
    let mut statement = tables.prepare_cached(&sql.replace("SELECT id,", "SELECT courses.id,"))?;
    let rows = statement.query_map([class.to_string()], course_row)?.collect::<rusqlite::Result<Vec<_>>>()?;
    rows.into_iter().collect()
}

/// The courses of a teacher, by class and subject.
pub fn courses_of_teacher(tables: &Connection, login: &str) -> Result<Vec<Course>> {
    let mut statement = tables.prepare_cached(&format!("{COURSE} WHERE teacher = ?1"))?;
    let rows = statement.query_map([login], course_row)?.collect::<rusqlite::Result<Vec<_>>>()?;
    let mut courses = rows.into_iter().collect::<Result<Vec<Course>>>()?;
    courses.sort_by(|a, b| a.key.cmp(&b.key));
    Ok(courses)
}

fn course_row(row: &Row<'_>) -> rusqlite::Result<Result<Course>> {
    let class: String = row.get(1)?;
    let (id, group, subject, teacher, hours) = (row.get(0)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?);
    Ok(ClassName::parse(&class).map(|class| Course { id, key: CourseKey { class, group, subject }, teacher, hours }))
}

/// The lesson that an entry names, if it was recorded.
pub fn lesson_at(tables: &Connection, at: &LessonRef) -> Result<Option<Lesson>> {
    match course(tables, &at.course)? {
        Some(course) => lesson(tables, course.id, at.date, at.lesson),
        None => Ok(None),
    }
}

/// A lesson of a course.
pub fn lesson(tables: &Connection, course: i64, date: NaiveDate, number: u8) -> Result<Option<Lesson>> {
    let sql = "SELECT id, topic, work, homework, substitute, author, confirmed FROM lessons
               WHERE course = ?1 AND date = ?2 AND lesson = ?3";
    let mut statement = tables.prepare_cached(sql)?;
    let found = statement.query_row(params![course, iso(date), number], |row| {
        Ok(Lesson {
            id: row.get(0)?,
            topic: row.get(1)?,
            work: row.get(2)?,
            homework: row.get(3)?,
            substitute: row.get(4)?,
            author: row.get(5)?,
            confirmed: row.get(6)?,
        })
    });
    Ok(found.optional()?)
}

/// Login of who was assigned to give a lesson instead of the course's teacher (§2.1).
pub fn assigned_substitute(tables: &Connection, course: i64, date: NaiveDate, lesson: u8) -> Result<Option<String>> {
    let sql = "SELECT substitute FROM substitutions WHERE course = ?1 AND date = ?2 AND lesson = ?3";
    let mut statement = tables.prepare_cached(sql)?;
    Ok(statement.query_row(params![course, iso(date), lesson], |row| row.get(0)).optional()?)
}

/// The pupils of a course on a day: those of the class, or of the group, who are enrolled on it; sorted by name.
pub fn roster(tables: &Connection, key: &CourseKey, date: NaiveDate) -> Result<Vec<Pupil>> {
    let mut roster = roster_unsorted(tables, key, date)?;
    roster.sort_by_cached_key(|pupil| pupil.name.sort_key());
    Ok(roster)
}

/// As [`roster`], in no particular order.
pub fn roster_unsorted(tables: &Connection, key: &CourseKey, date: NaiveDate) -> Result<Vec<Pupil>> {
    let sql = "SELECT pupils.id, file, surname, given, patronymic FROM enrolments JOIN pupils ON pupils.id = pupil
               WHERE class = ?1 AND since <= ?2 AND (until IS NULL OR until > ?2)
               AND (?3 = '' OR EXISTS (SELECT 1 FROM group_members AS g
                    WHERE g.class = ?1 AND g.grp = ?3 AND g.pupil = enrolments.pupil))";
    let mut statement = tables.prepare_cached(sql)?;
    let rows = statement.query_map(params![key.class.to_string(), iso(date), key.group], pupil_row)?;
    Ok(rows.collect::<rusqlite::Result<Vec<_>>>()?)
}

/// A pupil by the personal file, if [`roster`] has him.
pub fn pupil_on_roster(tables: &Connection, key: &CourseKey, date: NaiveDate, file: &str) -> Result<Option<Pupil>> {
    let sql = "SELECT pupils.id, file, surname, given, patronymic FROM pupils JOIN enrolments ON pupils.id = pupil
               WHERE file = ?4 AND class = ?1 AND since <= ?2 AND (until IS NULL OR until > ?2)
               AND (?3 = '' OR EXISTS (SELECT 1 FROM group_members AS g
                    WHERE g.class = ?1 AND g.grp = ?3 AND g.pupil = enrolments.pupil))";
    let parameters = params![key.class.to_string(), iso(date), key.group, file];
    Ok(tables.prepare_cached(sql)?.query_row(parameters, pupil_row).optional()?)
}

/// A pupil by the number of the personal file.
pub fn pupil(tables: &Connection, file: &str) -> Result<Option<Pupil>> {
    let sql = "SELECT id, file, surname, given, patronymic FROM pupils WHERE file = ?1";
    Ok(tables.prepare_cached(sql)?.query_row([file], pupil_row).optional()?)
}

pub(super) fn pupil_row(row: &Row<'_>) -> rusqlite::Result<Pupil> {
    Ok(Pupil {
        id: row.get(0)?,
        file: row.get(1)?,
        name: PersonName { surname: row.get(2)?, given: row.get(3)?, patronymic: row.get(4)? },
    })
}

/// The class that a pupil is in on a day.
pub fn class_of_pupil(tables: &Connection, file: &str, date: NaiveDate) -> Result<Option<ClassName>> {
    let sql = "SELECT class FROM enrolments JOIN pupils ON pupils.id = pupil
               WHERE file = ?1 AND since <= ?2 AND (until IS NULL OR until > ?2)";
    let class: Option<String> =
        tables.prepare_cached(sql)?.query_row(params![file, iso(date)], |row| row.get(0)).optional()?;
    class.map(|name| ClassName::parse(&name)).transpose()
}

/// Whether the year was closed.
pub fn is_closed(tables: &Connection) -> Result<bool> {
    Ok(tables.prepare_cached("SELECT 1 FROM year_closed")?.exists([])?)
}

/// A date as the tables keep it.
pub fn iso(date: NaiveDate) -> String {
    date.to_string()
}

/// Fingerprints of a person's keys in force.
pub fn fingerprints_of(tables: &Connection, login: &str) -> Result<Vec<String>> {
    let sql = "SELECT fingerprint FROM keys WHERE login = ?1 AND revoked_entry IS NULL ORDER BY enrolled_entry";
    let mut statement = tables.prepare_cached(sql)?;
    Ok(statement.query_map([login], |row| row.get(0))?.collect::<rusqlite::Result<Vec<_>>>()?)
}

/// The lessons of a teacher's courses, in order of time.
pub fn lessons_of_teacher(tables: &Connection, login: &str) -> Result<Vec<LessonRef>> {
    let sql = "SELECT class, grp, subject, date, lessons.lesson FROM lessons JOIN courses ON courses.id = course
               WHERE teacher = ?1 ORDER BY date, lessons.lesson";
    let mut statement = tables.prepare_cached(sql)?;
    let mut rows = statement.query([login])?;
    let mut lessons = Vec::new();
    while let Some(row) = rows.next()? {
        let (class, date): (String, String) = (row.get(0)?, row.get(3)?);
        let damaged = || Error::damaged(format!("дата урока «{date}» не читается"));
        let date = crate::school::parse_date_or(&date).ok_or_else(damaged)?;
        let course = CourseKey { class: ClassName::parse(&class)?, group: row.get(1)?, subject: row.get(2)? };
        lessons.push(LessonRef { course, date, lesson: row.get(4)? });
    }
    Ok(lessons)
}

/// Personal files of those who have a mark or an absence at a lesson.
pub fn marked_pupils(tables: &Connection, at: &LessonRef) -> Result<Vec<String>> {
    let Some(lesson) = lesson_at(tables, at)? else { return Ok(Vec::new()) };
    let sql = "SELECT file FROM pupils WHERE id IN
               (SELECT pupil FROM marks WHERE lesson = ?1 UNION SELECT pupil FROM attendance WHERE lesson = ?1)";
    let mut statement = tables.prepare_cached(sql)?;
    Ok(statement.query_map([lesson.id], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
}

/// A final mark that stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Final {
    /// Whose.
    pub pupil: Pupil,
    /// A period's name, «Год», «Экзамен» or «Итог».
    pub period: String,
    /// The mark.
    pub mark: String,
    /// The deputy head's reason for setting it against the mark count, or empty.
    pub override_reason: String,
    /// The day it was set on, as the tables keep it.
    pub set_on: String,
}

/// The final marks of a course, by pupil and in the order in which they were set.
pub fn finals_of(tables: &Connection, course: i64) -> Result<Vec<Final>> {
    let sql = "SELECT pupils.id, file, surname, given, patronymic, period, mark, override, set_on FROM finals
               JOIN pupils ON pupils.id = pupil WHERE course = ?1 ORDER BY set_on, finals.entry";
    let mut statement = tables.prepare_cached(sql)?;
    let rows = statement.query_map([course], |row| {
        let (period, mark) = (row.get(5)?, row.get(6)?);
        Ok(Final { pupil: pupil_row(row)?, period, mark, override_reason: row.get(7)?, set_on: row.get(8)? })
    })?;
    let mut finals = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    finals.sort_by_cached_key(|f| f.pupil.name.sort_key());
    Ok(finals)
}

/// A pupil's date of birth.
pub fn born(tables: &Connection, file: &str) -> Result<Option<NaiveDate>> {
    let mut statement = tables.prepare_cached("SELECT born FROM pupils WHERE file = ?1")?;
    let born: Option<String> = statement.query_row([file], |row| row.get(0)).optional()?;
    Ok(born.and_then(|text| crate::school::parse_date_or(&text)))
}

/// The groups of a class: a group's name and the row of a member, in order.
pub fn groups_of_class(tables: &Connection, class: &ClassName) -> Result<Vec<(String, i64)>> {
    let mut statement =
        tables.prepare_cached("SELECT grp, pupil FROM group_members WHERE class = ?1 ORDER BY grp, pupil")?;
    let rows = statement.query_map([class.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A pupil's stays in a class: the first day, and the day on which he was no longer there.
pub fn stays_in(tables: &Connection, pupil: i64, class: &ClassName) -> Result<Vec<(String, Option<String>)>> {
    let sql = "SELECT since, until FROM enrolments WHERE pupil = ?1 AND class = ?2 ORDER BY since";
    let mut statement = tables.prepare_cached(sql)?;
    let rows = statement.query_map(params![pupil, class.to_string()], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Who taught a course, each with the day from which on, in order.
pub fn teachers_of_course(tables: &Connection, course: i64) -> Result<Vec<(String, String)>> {
    let sql = "SELECT teacher, since FROM course_teachers WHERE course = ?1 ORDER BY entry";
    let mut statement = tables.prepare_cached(sql)?;
    let rows = statement.query_map([course], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// A subject by its name.
pub fn subject(tables: &Connection, name: &str) -> Result<Option<SubjectLine>> {
    let sql = "SELECT name, short, association, written FROM subjects WHERE name = ?1";
    let found = tables.prepare_cached(sql)?.query_row([name], |row| {
        Ok(SubjectLine { name: row.get(0)?, short: row.get(1)?, association: row.get(2)?, written: row.get(3)? })
    });
    Ok(found.optional()?)
}
