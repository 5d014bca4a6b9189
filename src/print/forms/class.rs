//! What the forms of a class are made of: the class, its pupils and its courses, read from the tables.
//!
//! Everything is read in an order that does not depend on how SQLite stored it, since equal tables must give equal
//! bytes. The lessons and marks of a course, by far the most of it, are read course by course ([`super::course`]).

use crate::error::{Error, Result};
use crate::journal::read::Tables;
use crate::journal::read::absences::{Reasons, members};
use crate::school::{ClassName, Period, PersonName, Role, School, fold, parse_date_or};
use chrono::NaiveDate;
use rusqlite::{OptionalExtension, Row};
use std::collections::{BTreeMap, HashSet};

/// A class with everyone and everything in it.
#[derive(Debug)]
pub struct ClassData {
    /// The class.
    pub class: ClassName,
    /// The class teacher, where one is named.
    pub teacher: Option<PersonName>,
    /// Everyone who was in the class this year, sorted by name.
    pub pupils: Vec<Pupil>,
    /// The reasons given for absences.
    pub reasons: Reasons,
    /// The courses in the school's order of subjects, groups one after another.
    pub courses: Vec<Course>,
    /// The class's periods in order of time.
    pub periods: Vec<Period>,
}

/// A pupil of the class.
#[derive(Debug)]
pub struct Pupil {
    /// Key in the tables.
    pub id: i64,
    /// № личного дела.
    pub file: String,
    /// The name.
    pub name: PersonName,
    /// The name as lists of marks have it: surname and given name, and the patronymic where two would be alike.
    pub listed: String,
    /// Birthday as the tables have it, ISO.
    pub born: String,
    /// When the pupil was in the class.
    pub stays: Vec<Stay>,
    /// The classes the pupil came from or went to this year.
    pub elsewhere: Vec<(ClassName, Stay)>,
    /// The pedagogical council's decision.
    pub decision: Option<Decision>,
}

/// A span of days in a class; `until` is the day the pupil left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// First day.
    pub since: NaiveDate,
    /// Last day, if the pupil left.
    pub until: Option<NaiveDate>,
}

/// A decision of the pedagogical council.
#[derive(Debug)]
pub struct Decision {
    /// The day.
    pub date: NaiveDate,
    /// The number of the protocol.
    pub number: String,
    /// «переведён», «оставлен», «выпущен» ….
    pub decision: String,
}

/// A course of the class.
#[derive(Debug)]
pub struct Course {
    /// Key in the tables.
    pub id: i64,
    /// The subject.
    pub subject: String,
    /// The group, or empty.
    pub group: String,
    /// The teacher.
    pub teacher: PersonName,
    /// Hours a week.
    pub hours: f64,
    /// The pupils of the group; `None` where the whole class is taught.
    pub members: Option<HashSet<i64>>,
}

impl Stay {
    /// Whether the pupil was there on a day.
    pub fn covers(self, day: NaiveDate) -> bool {
        self.since <= day && self.until.is_none_or(|until| day <= until)
    }
}

impl Pupil {
    /// Whether the pupil was in the class on a day.
    pub fn present(&self, day: NaiveDate) -> bool {
        self.stays.iter().any(|stay| stay.covers(day))
    }

    /// When the pupil came, where that was after the year began, and left, where that was before it ended.
    pub fn came_and_left(&self, school: &School) -> Vec<(bool, NaiveDate)> {
        let mut out = Vec::new();
        for stay in &self.stays {
            if stay.since > school.year.begins {
                out.push((true, stay.since));
            }
            if let Some(until) = stay.until.filter(|until| *until < school.year.ends) {
                out.push((false, until));
            }
        }
        out
    }
}

impl ClassData {
    /// Reads the class.
    ///
    /// # Errors
    /// A class that is not there; tables that hold what they cannot hold.
    pub fn load(tables: &Tables, school: &School, class: &ClassName) -> Result<Self> {
        let login: Option<String> = tables
            .db()
            .query_row("SELECT teacher FROM classes WHERE name = ?1", [class.to_string()], |row| row.get(0))
            .optional()?;
        let login = login.ok_or_else(|| {
            Error::input(format!("в журнале нет класса {class}")).next("проверьте параллель и букву класса")
        })?;
        let periods = school.periods_of(class).into_iter().cloned().collect();
        let teacher = person(tables, &login)?;
        let (pupils, courses) = (pupils(tables, class)?, courses(tables, class)?);
        let reasons = Reasons::read(tables)?;
        Ok(Self { class: class.clone(), teacher, pupils, reasons, courses, periods })
    }

    /// The first holder of a role, in the order of names, for a signature's expansion.
    ///
    /// # Errors
    /// Only the database's.
    pub fn holder(tables: &Tables, role: Role) -> Result<Option<PersonName>> {
        let sql = "SELECT surname, given, patronymic FROM people JOIN roles USING (login)
                   WHERE role = ?1 AND dismissed IS NULL ORDER BY surname, given, patronymic, login";
        Ok(tables.prepare_cached(sql)?.query_row([role.word()], |row| name(row, 0)).optional()?)
    }

    /// The pupils of a course, sorted by name: the group's members, else the whole class.
    pub fn pupils_of<'a>(&'a self, course: &'a Course) -> impl Iterator<Item = &'a Pupil> {
        self.pupils.iter().filter(|pupil| course.members.as_ref().is_none_or(|members| members.contains(&pupil.id)))
    }
}

pub(super) fn damaged(what: impl Into<String>) -> Error {
    Error::damaged(what).next("выполните «letopis audit» и сообщите администратору")
}

/// A date as the tables have it.
pub(super) fn date(text: &str) -> Result<NaiveDate> {
    parse_date_or(text).ok_or_else(|| damaged(format!("в таблицах журнала «{text}» вместо даты")))
}

/// A name in three columns from `first` on.
pub(super) fn name(row: &Row<'_>, first: usize) -> rusqlite::Result<PersonName> {
    Ok(PersonName { surname: row.get(first)?, given: row.get(first + 1)?, patronymic: row.get(first + 2)? })
}

/// A member of the staff.
pub(super) fn person(tables: &Tables, login: &str) -> Result<Option<PersonName>> {
    let sql = "SELECT surname, given, patronymic FROM people WHERE login = ?1";
    Ok(tables.prepare_cached(sql)?.query_row([login], |row| name(row, 0)).optional()?)
}

fn pupils(tables: &Tables, class: &ClassName) -> Result<Vec<Pupil>> {
    let sql = "SELECT id, file, surname, given, patronymic, born FROM pupils
               WHERE id IN (SELECT pupil FROM enrolments WHERE class = ?1) ORDER BY id";
    let mut statement = tables.prepare_cached(sql)?;
    let rows = statement.query_map([class.to_string()], |row| {
        let (id, file, born) = (row.get(0)?, row.get(1)?, row.get(5)?);
        let (stays, elsewhere) = (Vec::new(), Vec::new());
        let name = name(row, 2)?;
        let listed = name.surname_given();
        Ok(Pupil { id, file, name, listed, born, stays, elsewhere, decision: None })
    })?;
    let mut pupils = rows.collect::<rusqlite::Result<Vec<_>>>()?;
    let places: BTreeMap<i64, usize> = pupils.iter().enumerate().map(|(i, pupil)| (pupil.id, i)).collect();
    add_stays(tables, class, &mut pupils, &places)?;
    add_decisions(tables, &mut pupils, &places)?;
    let mut alike: BTreeMap<String, u32> = BTreeMap::new();
    pupils.iter().for_each(|pupil| *alike.entry(fold(&pupil.listed)).or_default() += 1);
    for pupil in pupils.iter_mut().filter(|pupil| alike[&fold(&pupil.listed)] > 1) {
        pupil.listed = pupil.name.full();
    }
    pupils.sort_by_cached_key(|pupil| (pupil.name.sort_key(), pupil.id));
    Ok(pupils)
}

fn add_stays(tables: &Tables, class: &ClassName, pupils: &mut [Pupil], places: &BTreeMap<i64, usize>) -> Result<()> {
    let sql = "SELECT pupil, class, since, until FROM enrolments
               WHERE pupil IN (SELECT pupil FROM enrolments WHERE class = ?1) ORDER BY pupil, since";
    let mut statement = tables.prepare_cached(sql)?;
    let mut rows = statement.query([class.to_string()])?;
    while let Some(row) = rows.next()? {
        let Some(place) = places.get(&row.get(0)?) else { continue };
        let until: Option<String> = row.get(3)?;
        let stay = Stay { since: date(&row.get::<_, String>(2)?)?, until: until.as_deref().map(date).transpose()? };
        let where_to = ClassName::parse(&row.get::<_, String>(1)?)?;
        if where_to == *class {
            pupils[*place].stays.push(stay);
        } else {
            pupils[*place].elsewhere.push((where_to, stay));
        }
    }
    Ok(())
}

fn add_decisions(tables: &Tables, pupils: &mut [Pupil], places: &BTreeMap<i64, usize>) -> Result<()> {
    let mut statement = tables.prepare_cached("SELECT pupil, date, number, decision FROM decisions ORDER BY pupil")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let Some(place) = places.get(&row.get(0)?) else { continue };
        let (number, decision) = (row.get(2)?, row.get(3)?);
        pupils[*place].decision = Some(Decision { date: date(&row.get::<_, String>(1)?)?, number, decision });
    }
    Ok(())
}

fn courses(tables: &Tables, class: &ClassName) -> Result<Vec<Course>> {
    let sql = "SELECT courses.id, subject, grp, hours, teacher FROM courses
               LEFT JOIN subjects ON subjects.name = courses.subject
               WHERE class = ?1 ORDER BY subjects.place, subject, grp";
    let mut statement = tables.prepare_cached(sql)?;
    let rows = statement.query_map([class.to_string()], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get::<_, String>(4)?))
    })?;
    let mut out = Vec::new();
    for row in rows {
        let (id, subject, group, hours, login): (i64, String, String, f64, String) = row?;
        let teacher = person(tables, &login)?
            .ok_or_else(|| damaged(format!("{class}, {subject}: учителя «{login}» нет среди сотрудников")))?;
        let members = if group.is_empty() { None } else { Some(members(tables, class, &group, id)?) };
        out.push(Course { id, subject, group, teacher, hours, members });
    }
    Ok(out)
}
