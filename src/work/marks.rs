//! Marks and attendance of one lesson (§2.1, §2.3): a few pupils, everybody else, or the class in one line.
//!
//! Cells are named one by one, and what is named is brought to what was said of it; what stands there already takes no
//! entry. `journal::cell` says which entries that makes.

use super::lesson::LessonRef;
use super::{Done, Workplace, nobody_twice};
use crate::error::{Action, Error, Result, Warning};
use crate::journal::cell::{self, Typed};
use crate::journal::entry::{Body, MarksSet};
use crate::journal::may;
use crate::journal::read::explain::exempted;
use crate::journal::read::{self, Pupil, Tables, standing};
use crate::journal::rules::known_pupil;
use crate::school::{Attendance, Marks, PersonalFile, clean};
use std::collections::HashSet;

/// Cells of a lesson that are to be brought to something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellsWish {
    /// Which lesson; it was recorded before.
    pub at: LessonRef,
    /// The cells that are named, each pupil once.
    pub cells: Vec<CellWish>,
    /// Marks for everybody else who was there and has none yet («все=зач»).
    pub others: Option<Marks>,
    /// The kind of work that the marks are for, where it is said; empty where it is the lesson's.
    pub work: Option<String>,
    /// The document that they rest on (§2.3.5), where it is said.
    pub document: Option<String>,
}

/// What is to stand in a pupil's cell. Nothing leaves a part of it as it is; an empty inside empties it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(clippy::option_option)]
pub struct CellWish {
    /// Whose cell.
    pub pupil: PersonalFile,
    /// Absence, lateness, or that he was there after all.
    pub attendance: Option<Option<Attendance>>,
    /// The marks, or that there are none.
    pub marks: Option<Option<Marks>>,
}

/// What became of the cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellsDone {
    /// What was recorded: one entry for all attendance, one for the marks of each kind of work.
    pub done: Done,
    /// In how many cells the marks changed.
    pub marks: usize,
    /// In how many cells the attendance changed.
    pub attendance: usize,
    /// Whose marks went because he is said to have been absent: «Иванов Пётр «5»».
    pub taken_out: Vec<String>,
}

impl CellsWish {
    /// Nothing of a lesson yet.
    pub fn of(at: LessonRef) -> Self {
        Self { at, cells: Vec::new(), others: None, work: None, document: None }
    }
}

/// Brings cells of a lesson to what is wished.
///
/// # Errors
/// A pupil who is named twice: which of the two was meant? And what a right or a rule refuses.
pub fn set(place: &mut Workplace<'_>, wish: &CellsWish) -> Result<CellsDone> {
    let (mut done, (marks, attendance, taken_out, exempted)) = place.decide(|tables, login| {
        let bodies = bodies(tables, wish)?;
        if bodies.is_empty() {
            let set = MarksSet { at: wish.at.clone(), work: String::new(), marks: Vec::new() };
            may(tables, login, set.into())?;
        }
        let (marks, attendance) = changed(&bodies);
        let taken_out = taken_out(tables, wish, &bodies)?;
        let exempted = of_exempted(tables, wish, &bodies)?;
        Ok((bodies, (marks, attendance, taken_out, exempted)))
    })?;
    done.warnings.extend(exempted);
    Ok(CellsDone { done, marks, attendance, taken_out })
}

/// The entries that bring the cells to what is wished.
pub(super) fn bodies(tables: &Tables, wish: &CellsWish) -> Result<Vec<Body>> {
    let said = |text: &Option<String>| text.as_deref().map(clean).transpose();
    let (work, document) = (said(&wish.work)?, said(&wish.document)?);
    nobody_twice(tables, wish.cells.iter().map(|cell| &cell.pupil))?;
    let others = match &wish.others {
        Some(marks) => others(tables, wish, marks)?,
        None => Vec::new(),
    };
    let typed = wish.cells.iter().cloned().chain(others).map(|CellWish { pupil, attendance, marks }| {
        let (work, document) = (work.clone(), document.clone());
        Typed { pupil, attendance, marks, work, document }
    });
    cell::entries(tables, &wish.at, typed)
}

/// The pupils of a lesson in the order of its list, each with what is said of him in one line for the class.
///
/// # Errors
/// More or fewer words than pupils.
pub fn in_order<T>(tables: &Tables, at: &LessonRef, line: Vec<T>) -> Result<Vec<(Pupil, T)>> {
    let roster = read::roster(tables, &at.course, at.date)?;
    if line.len() != roster.len() {
        return Err(Error::input(format!("клеток {}, а в списке учеников {}", line.len(), roster.len()))
            .next_by("посмотрите список по порядку", Action::ListMarks)
            .then("пропуск обозначьте точкой"));
    }
    Ok(roster.into_iter().zip(line).collect())
}

/// Who is exempted from the subject on the day of a lesson (§3.3.4).
fn exempted_files(tables: &Tables, at: &LessonRef) -> Result<HashSet<PersonalFile>> {
    let rows = exempted(tables, &at.course.subject, at.date)?;
    if rows.is_empty() {
        return Ok(HashSet::new());
    }
    let roster = read::roster(tables, &at.course, at.date)?;
    Ok(roster.into_iter().filter(|pupil| rows.contains(&pupil.id)).map(|pupil| pupil.file).collect())
}

/// What is to be said of the exempted: whom «все» left out, and who is marked all the same, since an exemption may come late
/// or be of a part of the lessons only.
pub(super) fn of_exempted(tables: &Tables, wish: &CellsWish, bodies: &[Body]) -> Result<Vec<Warning>> {
    let exempted = exempted_files(tables, &wish.at)?;
    let named = |files: HashSet<&str>| -> Result<String> {
        let pupils: Vec<Pupil> = read::roster(tables, &wish.at.course, wish.at.date)?
            .into_iter()
            .filter(|pupil| files.contains(pupil.file.as_str()))
            .collect();
        Ok(read::names(tables, &pupils)?.join(", "))
    };
    let set = bodies.iter().filter_map(|body| if let Body::MarksSet(set) = body { Some(&set.marks) } else { None });
    let marked: HashSet<&str> = set.flatten().filter(|line| line.marks.is_some()).map(|line| &*line.pupil).collect();
    let is_named = |file: &PersonalFile| wish.cells.iter().any(|cell| cell.pupil == *file);
    let with: HashSet<&str> = exempted.iter().map(PersonalFile::as_str).filter(|file| marked.contains(file)).collect();
    let without: HashSet<&str> =
        exempted.iter().filter(|file| wish.others.is_some() && !is_named(file)).map(PersonalFile::as_str).collect();
    let subject = &wish.at.course.subject;
    let mut warnings = Vec::new();
    if !without.is_empty() {
        warnings.push(format!("§3.3.4: «все» — без освобождённых от предмета «{subject}»: {}", named(without)?).into());
    }
    if !with.is_empty() {
        let who = named(with)?;
        warnings.push(format!("§3.3.4: отметка записана тем, кто освобождён от предмета «{subject}»: {who}").into());
    }
    Ok(warnings)
}

/// The cells of those who are not named, were there, are not exempted and have no mark.
fn others(tables: &Tables, wish: &CellsWish, marks: &Marks) -> Result<Vec<CellWish>> {
    let named: HashSet<&PersonalFile> = wish.cells.iter().map(|cell| &cell.pupil).collect();
    let (marked, attendance) = match read::lesson_at(tables, &wish.at)? {
        Some(lesson) => (standing::marks_of(tables, lesson.id)?, standing::attendance_of(tables, lesson.id)?),
        None => Default::default(),
    };
    let absent = |pupil: &PersonalFile| attendance.get(pupil).is_some_and(|kind| kind.is_absence());
    let mut pupils: Vec<PersonalFile> =
        read::roster(tables, &wish.at.course, wish.at.date)?.into_iter().map(|pupil| pupil.file).collect();
    let exempted = exempted_files(tables, &wish.at)?;
    pupils.retain(|pupil| !exempted.contains(pupil));
    pupils.retain(|pupil| !named.contains(pupil) && !absent(pupil) && !marked.contains_key(pupil));
    let cell = |pupil| CellWish { pupil, attendance: None, marks: Some(Some(marks.clone())) };
    Ok(pupils.into_iter().map(cell).collect())
}

/// Whose marks go because he is said to have been absent, and nothing is said of his marks.
pub(super) fn taken_out(tables: &Tables, wish: &CellsWish, bodies: &[Body]) -> Result<Vec<String>> {
    let Some(lesson) = read::lesson_at(tables, &wish.at)? else { return Ok(Vec::new()) };
    let stands = standing::marks_of(tables, lesson.id)?;
    let mut out = Vec::new();
    for body in bodies {
        let Body::MarksSet(set) = body else { continue };
        for line in set.marks.iter().filter(|line| line.marks.is_none()) {
            let unsaid = wish.cells.iter().any(|cell| cell.pupil == line.pupil.as_str() && cell.marks.is_none());
            if let (true, Some(standing)) = (unsaid, stands.get(line.pupil.as_str())) {
                let name = known_pupil(tables, &line.pupil)?.name.surname_given();
                out.push(format!("{name} «{}»", standing.marks));
            }
        }
    }
    Ok(out)
}

/// In how many cells marks and attendance change.
pub(super) fn changed(bodies: &[Body]) -> (usize, usize) {
    bodies.iter().fold((0, 0), |(marks, attendance), body| match body {
        Body::MarksSet(set) => (marks + set.marks.len(), attendance),
        Body::AttendanceSet(set) => (marks, attendance + set.pupils.len()),
        _ => (marks, attendance),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::work::testing::{Office, at, refused};

    fn cell(pupil: &str, typed: &str) -> CellWish {
        let cell = crate::school::Cell::parse(typed).unwrap();
        CellWish { pupil: pupil.into(), attendance: cell.attendance.map(Some), marks: cell.marks.map(Some) }
    }

    fn shown(office: &Office, at: &LessonRef) -> String {
        let lesson = read::lesson_at(office, at).unwrap().unwrap();
        let marks = standing::marks_of(office, lesson.id).unwrap();
        let attendance = standing::attendance_of(office, lesson.id).unwrap();
        let of = |pupil: Pupil| {
            let (attendance, marks) = (attendance.get(&pupil.file).copied(), marks.get(&pupil.file));
            let cell = crate::school::Cell { attendance, marks: marks.map(|marks| marks.marks.clone()) };
            if cell == Default::default() { ".".to_owned() } else { cell.to_string().replace(' ', "") }
        };
        read::roster(office, &at.course, at.date).unwrap().into_iter().map(of).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn everybody_is_who_was_there_is_not_named_and_has_no_mark_yet() {
        let mut office = Office::open();
        let monday = at("2025-09-01", 2);
        office.teach(&monday);
        let mut ask = |wish: CellsWish| office.ask("semyonov", "2025-09-01T13:00", |place| set(place, &wish)).unwrap();
        let first =
            CellsWish { cells: vec![cell("А-1", "н"), cell("Б-2", "оп")], ..CellsWish::of(monday.clone()) };
        let absent = ask(first.clone());
        assert_eq!((absent.done.numbers.len(), absent.attendance, absent.marks), (1, 2, 0));
        let others = Some(Marks::parse("зач").unwrap());
        let all = CellsWish { cells: vec![cell("В-3", "5")], others, ..CellsWish::of(monday.clone()) };
        let done = ask(all.clone());
        assert_eq!((done.done.numbers.len(), done.attendance, done.marks), (1, 0, 3), "late is there");
        let again = ask(all);
        assert!(again.done.is_nothing() && (again.attendance, again.marks) == (0, 0));
        assert!(ask(first).done.is_nothing());
        assert_eq!(shown(&office, &monday), "н опзач 5 зач");
    }

    #[test]
    fn who_is_named_twice_is_asked_about_and_nothing_is_recorded() {
        let mut office = Office::open();
        let monday = at("2025-09-01", 2);
        office.teach(&monday);
        let before = office.entries();
        let wish = CellsWish { cells: vec![cell("Б-2", "5"), cell("Б-2", "4")], ..CellsWish::of(monday) };
        let twice = office.ask("semyonov", "2025-09-01T13:00", |place| set(place, &wish));
        refused(twice, Kind::Input, "ученик указан дважды: Белов Борис");
        assert_eq!(office.entries(), before);
    }

    #[test]
    fn a_line_for_the_class_has_a_word_for_each_of_its_pupils() {
        let office = Office::open();
        let monday = at("2025-09-01", 2);
        for words in [3, 5] {
            let line = in_order(&office, &monday, vec!["5"; words]);
            refused(line.map(|_| ()), Kind::Input, &format!("клеток {words}, а в списке учеников 4"));
        }
        let line = in_order(&office, &monday, vec![1, 2, 3, 4]).unwrap();
        let files: Vec<_> = line.iter().map(|(pupil, n)| (pupil.file.as_str(), *n)).collect();
        assert_eq!(files, [("А-1", 1), ("Б-2", 2), ("В-3", 3), ("Г-4", 4)]);
    }
}
