//! What the forms of a class are made of: the class, its pupils and its courses, read from the tables.
//!
//! Everything is read in an order that does not depend on how SQLite stored it, since equal tables must give equal
//! bytes. The lessons and marks of a course, by far the most of it, are read course by course ([`super::course`]).

use crate::error::{Action, Error, Result};
use crate::journal::read::explain::Reasons;
use crate::journal::read::{self, Decision, Tables};
use crate::school::{ClassName, Day, Period, PersonName, PersonalFile, Role, School, Stay, fold};
use std::collections::{BTreeMap, HashMap, HashSet};

/// A class with everyone and everything in it.
#[derive(Debug)]
pub struct ClassData {
    /// The class.
    pub class: ClassName,
    /// The class teacher, where one is named.
    pub teacher: Option<PersonName>,
    /// Everyone who was in the class this year, sorted by name.
    pub pupils: Vec<Pupil>,
    /// Whoever belongs to a course of the class by what stands in it and was in the class on no day.
    others: Vec<Pupil>,
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
    pub file: PersonalFile,
    /// Numbers that it had before.
    pub former: Vec<PersonalFile>,
    /// The name.
    pub name: PersonName,
    /// The name as lists of marks have it: surname and given name, and the patronymic where two would be alike.
    pub listed: String,
    /// Birthday.
    pub born: Day,
    /// When the pupil was in the class.
    pub stays: Vec<Stay>,
    /// The classes the pupil came from or went to this year.
    pub elsewhere: Vec<(ClassName, Stay)>,
    /// The pedagogical council's decision.
    pub decision: Option<Decision>,
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
    /// Rows of everybody who belonged to it this year.
    pub members: HashSet<i64>,
    /// When each of them did, by his row; not of those who have only what stands there of them.
    pub stays: BTreeMap<i64, Vec<Stay>>,
}

impl Course {
    /// When a pupil belonged to the course; of whom that is not known, when he was in the class.
    pub fn stays_of<'p>(&'p self, pupil: &'p Pupil) -> &'p [Stay] {
        self.stays.get(&pupil.id).unwrap_or(&pupil.stays)
    }
}

impl Pupil {
    /// Whether his file has this number, or had it before.
    pub fn is_named(&self, file: &str) -> bool {
        self.file == file || self.former.iter().any(|former| *former == file)
    }

    /// Whether the pupil was in the class on a day.
    pub fn present(&self, day: Day) -> bool {
        self.stays.iter().any(|stay| stay.covers(day))
    }

    /// When the pupil came, where that was after the year began, and left, where he was not there to its end: the first
    /// day on which he was there, and the first on which he was not.
    pub fn came_and_left(&self, school: &School) -> Vec<(bool, Day)> {
        came_and_left(&self.stays, school)
    }
}

/// When somebody with these stays came, where that was after the year began, and left, where he was not there to its end.
pub fn came_and_left(stays: &[Stay], school: &School) -> Vec<(bool, Day)> {
    let mut out = Vec::new();
    for stay in stays {
        if stay.since > school.year.begins {
            out.push((true, stay.since));
        }
        if let Some(until) = stay.until.filter(|until| *until <= school.year.ends) {
            out.push((false, until));
        }
    }
    out
}

impl ClassData {
    /// Reads the class.
    ///
    /// # Errors
    /// A class that is not there; tables that hold what they cannot hold.
    pub fn load(tables: &Tables, school: &School, class: &ClassName) -> Result<Self> {
        let login = read::class_teacher(tables, class)?.ok_or_else(|| {
            Error::input(format!("в журнале нет класса {class}")).next("проверьте параллель и букву класса")
        })?;
        let periods = school.periods_of(class).into_iter().cloned().collect();
        let teacher = person(tables, &login)?;
        let (courses, members) = courses(tables, class)?;
        let (pupils, others) = pupils(tables, class, members)?;
        let reasons = Reasons::read(tables)?;
        Ok(Self { class: class.clone(), teacher, pupils, others, reasons, courses, periods })
    }

    /// The first holder of a role, in the order of names, for a signature's expansion.
    ///
    /// # Errors
    /// Only the database's.
    pub fn holder(tables: &Tables, role: Role) -> Result<Option<PersonName>> {
        Ok(read::holder_of(tables, role)?.map(|person| person.name))
    }

    /// The pupils of a course, sorted by name: everybody who belonged to it this year.
    pub fn pupils_of<'a>(&'a self, course: &'a Course) -> impl Iterator<Item = &'a Pupil> {
        let mut pupils: Vec<&Pupil> = self.pupils.iter().chain(&self.others).collect();
        pupils.retain(|pupil| course.members.contains(&pupil.id));
        if !self.others.is_empty() {
            pupils.sort_by_cached_key(|pupil| (pupil.name.sort_key(), pupil.file.clone()));
        }
        pupils.into_iter()
    }
}

pub(super) fn damaged(what: impl Into<String>) -> Error {
    Error::damaged(what).next_by("проверьте журнал", Action::Audit).then("сообщите администратору")
}

/// The name of a member of the staff.
pub(super) fn person(tables: &Tables, login: &str) -> Result<Option<PersonName>> {
    Ok(read::staff(tables, login)?.map(|person| person.name))
}

/// The pupils of the class, and those of `members` who never were in it.
fn pupils(tables: &Tables, class: &ClassName, members: Vec<read::Pupil>) -> Result<(Vec<Pupil>, Vec<Pupil>)> {
    let of_class = read::pupils_of_class(tables, class)?;
    let mut others: BTreeMap<i64, read::Pupil> = members.into_iter().map(|pupil| (pupil.id, pupil)).collect();
    of_class.iter().for_each(|pupil| drop(others.remove(&pupil.id)));
    let mut decisions = read::decisions(tables)?;
    let mut pupil = |known: read::Pupil| pupil(tables, class, known, &mut decisions);
    let mut pupils = of_class.into_iter().map(&mut pupil).collect::<Result<Vec<_>>>()?;
    let mut others = others.into_values().map(&mut pupil).collect::<Result<Vec<_>>>()?;
    let mut alike: BTreeMap<String, u32> = BTreeMap::new();
    pupils.iter().chain(&others).for_each(|pupil| *alike.entry(fold(&pupil.listed)).or_default() += 1);
    for pupil in pupils.iter_mut().chain(&mut others).filter(|pupil| alike[&fold(&pupil.listed)] > 1) {
        pupil.listed = pupil.name.full();
    }
    Ok((pupils, others))
}

fn pupil(
    tables: &Tables,
    class: &ClassName,
    known: read::Pupil,
    decisions: &mut HashMap<i64, Decision>,
) -> Result<Pupil> {
    let read::Pupil { id, file, name, former } = known;
    let (stays, elsewhere): (Vec<_>, Vec<_>) =
        read::stays_of(tables, id)?.into_iter().partition(|(there, _)| there == class);
    let stays = stays.into_iter().map(|(_, stay)| stay).collect();
    let born = read::born(tables, &file)?.ok_or_else(|| damaged(format!("ученика «{file}» нет в таблицах журнала")))?;
    let (listed, decision) = (name.surname_given(), decisions.remove(&id));
    Ok(Pupil { id, file, former, name, listed, born, stays, elsewhere, decision })
}

/// The courses, and everybody who belonged to any of them.
fn courses(tables: &Tables, class: &ClassName) -> Result<(Vec<Course>, Vec<read::Pupil>)> {
    let (mut courses, mut all) = (Vec::new(), Vec::new());
    for course in read::courses_of(tables, class)? {
        let members = read::pupils_of_course(tables, &course)?;
        let stays = read::stays_on_course(tables, &course.key)?;
        let read::Course { id, key, teacher: login, hours } = course;
        let teacher = person(tables, &login)?
            .ok_or_else(|| damaged(format!("{class}, {}: учителя «{login}» нет среди сотрудников", key.subject)))?;
        let ids = members.iter().map(|pupil| pupil.id).collect();
        courses.push(Course { id, subject: key.subject, group: key.group, teacher, hours, members: ids, stays });
        all.extend(members);
    }
    Ok((courses, all))
}
