//! What the journal already has: an import records only what is new, so a second import of the same folder records
//! nothing.

use crate::error::{Action, Error, Result};
use crate::journal::cell::{self, Typed};
use crate::journal::entry::{
    Body, ClassSet, CourseSet, DecisionSet, GroupSet, LessonCell, LessonRecorded, LessonRef, Person, PlanLine,
    PupilSet, ReasonSet, Slot, SubjectLine,
};
use crate::journal::read::explain::{self, Explained};
use crate::journal::read::timetable::Timetable;
use crate::journal::read::{self, Tables, standing};
use crate::school::decision::said_of;
use crate::school::{Cell, ClassName, CourseKey, PersonalFile, Stay};
use std::collections::BTreeSet;

/// Whether the person is there, the same in everything.
pub fn person(tables: &Tables, person: &Person) -> Result<bool> {
    let Some(known) = read::staff(tables, &person.login)? else { return Ok(false) };
    let mut roles = person.roles.clone();
    roles.sort_unstable();
    Ok(known.name == person.name
        && known.position == person.position
        && known.association == person.association
        && !known.dismissed
        && read::roles_of(tables, &person.login)? == roles)
}

/// Whether the subject is there, the same in everything.
pub fn subject(tables: &Tables, s: &SubjectLine) -> Result<bool> {
    Ok(read::subject(tables, &s.name)?.is_some_and(|known| known == *s))
}

/// Whether the class is there with this teacher.
pub fn class(tables: &Tables, set: &ClassSet) -> Result<bool> {
    Ok(read::class_teacher(tables, &set.class)?.is_some_and(|teacher| teacher == set.teacher))
}

/// Whether the pupil is there with this name, sex and birthday.
pub fn pupil(tables: &Tables, set: &PupilSet) -> Result<bool> {
    Ok(read::pupil(tables, &set.file)?.is_some_and(|known| known.name == set.name && known.listed_sex == set.sex)
        && read::born(tables, &set.file)? == Some(set.born))
}

/// Whether the pupil was enrolled in the class on that day; whether he left it on the other.
pub fn enrolment(tables: &Tables, file: &str, class: &ClassName, stay: Stay) -> Result<(bool, bool)> {
    let Some(pupil) = read::pupil(tables, file)? else { return Ok((false, false)) };
    let stays = read::stays_of(tables, pupil.id)?;
    let known = stays.iter().find(|(known, of)| known == class && of.since == stay.since).map(|(_, stay)| *stay);
    Ok((known.is_some(), known == Some(stay)))
}

/// Whether the group has these members: for the whole year, and from each day on which it changes. Where the file names
/// no days, those of the journal are its own business.
pub fn group(tables: &Tables, sets: &[GroupSet]) -> Result<bool> {
    let Some(whole) = sets.first() else { return Ok(true) };
    let known: Vec<_> =
        read::memberships(tables, &whole.class)?.into_iter().filter(|of| of.group == whole.group).collect();
    for set in sets {
        let is_there = |of: &&read::Membership| match (set.since, sets.len()) {
            (None, 1) => of.until.is_none(),
            (None, _) => of.since.is_none(),
            (Some(day), _) => of.covers(day),
        };
        let known: BTreeSet<i64> = known.iter().filter(is_there).map(|of| of.pupil).collect();
        let mut members = BTreeSet::new();
        for file in &set.members {
            let Some(pupil) = read::pupil(tables, file)? else { return Ok(false) };
            members.insert(pupil.id);
        }
        if known != members || known.len() != set.members.len() {
            return Ok(false);
        }
    }
    // Nor does the group change on days that the file does not name.
    let days: BTreeSet<_> = sets.iter().filter_map(|set| set.since).collect();
    Ok(sets.len() == 1 || known.iter().flat_map(|of| [of.since, of.until]).flatten().all(|day| days.contains(&day)))
}

/// Whether the course is there with this teacher and these hours.
pub fn course(tables: &Tables, set: &CourseSet) -> Result<bool> {
    Ok(read::course(tables, &set.course)?.is_some_and(|known| known.teacher == set.teacher && known.hours == set.hours))
}

/// Whether the course has had exactly these lessons in the week since the year began; later changes are not looked at.
pub fn timetable(tables: &Tables, course: &CourseKey, slots: &[Slot]) -> Result<bool> {
    let Some(course) = read::course(tables, course)? else { return Ok(false) };
    let begins = read::school(tables)?.year.begins;
    Ok(Timetable::of(tables, course.id)?.week(begins) == slots)
}

/// Whether the course has exactly this plan.
pub fn plan(tables: &Tables, course: &CourseKey, lines: &[PlanLine]) -> Result<bool> {
    let Some(course) = read::course(tables, course)? else { return Ok(false) };
    Ok(read::plan_of(tables, course.id)? == lines)
}

/// Whether the reason is there, the same in everything.
pub fn reason(tables: &Tables, set: &ReasonSet) -> Result<bool> {
    let ReasonSet { pupil, since, until, reason, document } = set.clone();
    explain::is_given(tables, &Explained { pupil: pupil.into(), reason, since, until, document })
}

/// Whether another reason of just these days is there.
pub fn other_reason(tables: &Tables, set: &ReasonSet) -> Result<bool> {
    explain::is_explained(tables, &set.pupil, set.since, set.until)
}

/// Whether anything was decided of a pupil.
pub fn is_decided(tables: &Tables, pupil: &str) -> Result<bool> {
    let Some(pupil) = read::pupil(tables, pupil)? else { return Ok(false) };
    Ok(read::decision_of(tables, pupil.id)?.is_some())
}

/// Whether the decision is there, the same in everything but the gender of its words.
pub fn decision(tables: &Tables, set: &DecisionSet) -> Result<bool> {
    let Some(pupil) = read::pupil(tables, &set.pupil)? else { return Ok(false) };
    let said = |words: &str| said_of(words, pupil.sex());
    let is_said = |known: read::Decision| said(&known.decision) == said(&set.decision);
    Ok(read::decision_of(tables, pupil.id)?
        .is_some_and(|known| known.date == set.date && known.number == set.number && is_said(known)))
}

/// What of a lesson with its cells the journal lacks.
pub struct Lacking {
    /// The lesson itself, new or with other text, with all its cells where it is new.
    pub lesson: Option<LessonRecorded>,
    /// Marks and absences to add to a lesson that is there.
    pub cells: Vec<Body>,
    /// The pupils in whose cells something else stands, with what is to be said of it.
    pub differ: Vec<(String, Error)>,
}

/// Compares a lesson and its cells with the journal.
pub fn lesson(tables: &Tables, lesson: LessonRecorded) -> Result<Lacking> {
    if read::lesson_at(tables, &lesson.at)?.is_none() {
        return Ok(Lacking { lesson: Some(lesson), cells: Vec::new(), differ: Vec::new() });
    }
    let same = standing::is_recorded(tables, &lesson)?;
    let (cells, differ) = cells(tables, &lesson.at, &lesson.cells)?;
    let lesson = if same { None } else { Some(LessonRecorded { cells: Vec::new(), ..lesson }) };
    Ok(Lacking { lesson, cells, differ })
}

/// What brings the cells of a lesson that is there to those of a file, and those in which something else stands. What a file does not say
/// stays as it is; a cell with anything in it is only added to by one that has the same and more: «н» by «н/4». Marks and
/// absences of two sources are never joined.
#[allow(clippy::type_complexity)]
pub fn cells(tables: &Tables, at: &LessonRef, cells: &[LessonCell]) -> Result<(Vec<Body>, Vec<(String, Error)>)> {
    let (attendance, marks) = match read::lesson_at(tables, at)? {
        Some(lesson) => (standing::attendance_of(tables, lesson.id)?, standing::marks_of(tables, lesson.id)?),
        None => Default::default(),
    };
    let (mut typed, mut differ) = (Vec::new(), Vec::new());
    for cell in cells {
        let pupil = PersonalFile::from(&cell.pupil);
        let marks = marks.get(&pupil).map(|standing| standing.marks.clone());
        let stands = Cell { attendance: attendance.get(&pupil).copied(), marks };
        let brings = Cell { attendance: cell.attendance, marks: cell.marks.clone() };
        if !brings.has(&stands) && !stands.has(&brings) {
            let name = read::name_of_file(tables, &cell.pupil)?;
            differ.push((cell.pupil.clone(), differs(&name, &stands, &brings)));
            continue;
        }
        let (attendance, marks) = (cell.attendance.map(Some), cell.marks.clone().map(Some));
        typed.push(Typed { pupil, attendance, marks, ..Typed::default() });
    }
    Ok((cell::entries(tables, at, typed)?, differ))
}

fn differs(name: &str, stands: &Cell, brings: &Cell) -> Error {
    let error = Error::refused(format!("{name}: в журнале уже стоит другое: «{stands}», а в файле «{brings}»"));
    let how = match (stands.attendance.filter(|kind| kind.is_absence()), &stands.marks, &brings.marks) {
        (Some(absence), None, Some(marks)) => {
            format!("если отметка получена позже, напишите «{}/{marks}»; иначе ", absence.as_str())
        }
        _ => String::new(),
    };
    error.next_by(
        format!(
            "перенос ничего не заменяет и не складывает: {how}исправьте файл или подайте заявку на исправление (§2.3.3)"
        ),
        Action::RequestCorrection,
    )
}
