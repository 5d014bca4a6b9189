//! What is typed into cells, and the entries that bring them to it: one answer for the grid, the command line, and what
//! is taken over from a file.
//!
//! Only what changes is recorded. What is not typed stays as it stands: whoever types a mark says nothing of the kind of
//! work and the document of the one before it.

use crate::error::{Action, Error, Result};
use crate::journal::entry::{AttendanceSet, Body, FinalLine, FinalsSet, LessonRef, MarkLine, MarksSet, PresenceLine};
use crate::journal::read::standing::{StandingMarks, attendance_of, marks_of};
use crate::journal::read::{self, Course, Tables};
use crate::school::{Attendance, Cell, CourseKey, Marks, PersonalFile};

/// What is to stand in a pupil's cell of a lesson. Nothing leaves a part of it as it is; an empty inside empties it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[allow(clippy::option_option)]
pub struct Typed {
    /// Whose cell.
    pub pupil: PersonalFile,
    /// Absence, lateness, or that he was there after all.
    pub attendance: Option<Option<Attendance>>,
    /// The marks, or that there are none.
    pub marks: Option<Option<Marks>>,
    /// The kind of work that the marks are for, where it is said; empty where it is the lesson's.
    pub work: Option<String>,
    /// The document that they rest on (§2.3.5), where it is said.
    pub document: Option<String>,
}

impl Typed {
    /// A whole cell, as it is typed in a grid.
    pub fn cell(pupil: PersonalFile, cell: &Cell) -> Self {
        let (attendance, marks) = (Some(cell.attendance), Some(cell.marks.clone()));
        Self { pupil, attendance, marks, ..Self::default() }
    }
}

/// What stands in a pupil's cell.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stands {
    /// Absence or lateness.
    pub attendance: Option<Attendance>,
    /// The marks, with what they are for and rest on.
    pub marks: Option<StandingMarks>,
}

/// The entries that bring the cells of a lesson to what was typed, by what stands in them: one for all absences, one for
/// the marks of each kind of work; none where everything stands so already.
///
/// # Errors
/// Tables that hold what they cannot hold.
pub fn entries(tables: &Tables, at: &LessonRef, typed: impl IntoIterator<Item = Typed>) -> Result<Vec<Body>> {
    let lesson = read::lesson_at(tables, at)?;
    let (mut attendance, mut marks) = match &lesson {
        Some(lesson) => (attendance_of(tables, lesson.id)?, marks_of(tables, lesson.id)?),
        None => Default::default(),
    };
    let with_standing = |typed: Typed| {
        let (attendance, marks) = (attendance.remove(&typed.pupil), marks.remove(&typed.pupil));
        (typed, Stands { attendance, marks })
    };
    Ok(entries_from(at, typed.into_iter().map(with_standing)))
}

/// As [`entries`], told what stands in each cell.
pub fn entries_from(at: &LessonRef, cells: impl IntoIterator<Item = (Typed, Stands)>) -> Vec<Body> {
    let (mut pupils, mut sets): (Vec<PresenceLine>, Vec<MarksSet>) = Default::default();
    let mut emptied: Vec<MarkLine> = Vec::new();
    for (typed, stands) in cells {
        if let Some(attendance) = typed.attendance.filter(|new| *new != stands.attendance) {
            pupils.push(PresenceLine { pupil: typed.pupil.to_string(), attendance });
        }
        let Some(marks) = typed.marks else { continue };
        let (work, document) = match (&marks, &stands.marks) {
            (Some(_), Some(old)) => {
                (typed.work.unwrap_or_else(|| old.work.clone()), typed.document.unwrap_or_else(|| old.document.clone()))
            }
            (Some(_), None) => (typed.work.unwrap_or_default(), typed.document.unwrap_or_default()),
            (None, _) => Default::default(),
        };
        let new = marks.clone().map(|marks| StandingMarks { marks, work: work.clone(), document: document.clone() });
        if new == stands.marks {
            continue;
        }
        // «н/4»: what is typed as one is meant so.
        let earned = marks.is_some() && typed.attendance.flatten().is_some_and(Attendance::is_absence);
        let line = MarkLine { pupil: typed.pupil.into(), marks, document, earned };
        if line.marks.is_none() {
            emptied.push(line);
            continue;
        }
        match sets.iter_mut().find(|set| set.work == work) {
            Some(set) => set.marks.push(line),
            None => sets.push(MarksSet { at: at.clone(), work, marks: vec![line] }),
        }
    }
    // What is taken out is for no work, so it goes with any entry.
    match sets.first_mut() {
        Some(set) => set.marks.extend(emptied),
        None if emptied.is_empty() => {}
        None => sets.push(MarksSet { at: at.clone(), work: String::new(), marks: emptied }),
    }
    let attendance = (!pupils.is_empty()).then(|| AttendanceSet { at: at.clone(), pupils }.into());
    attendance.into_iter().chain(sets.into_iter().map(Body::from)).collect()
}

/// The entry that brings a pupil's final mark to what was typed into its cell; none where it stands so already.
///
/// # Errors
/// Attendance, or an empty cell: a final mark is only replaced.
pub fn final_entry(
    course: &CourseKey,
    period: &str,
    pupil: PersonalFile,
    stands: Option<&Marks>,
    typed: &Cell,
) -> Result<Vec<Body>> {
    if typed.attendance.is_some() {
        return Err(Error::input("в столбце итоговых отметок посещение не отмечается")
            .next("поставьте отметку: 2–5, «н/а», «осв», «зач»"));
    }
    let Some(mark) = typed.marks.clone() else {
        return Err(Error::refused("итоговую отметку нельзя убрать, её можно только заменить в день выставления")
            .next_by(
                "поставьте другую, например «н/а», или подайте заявку на исправление (§2.3.3)",
                Action::RequestCorrection,
            ));
    };
    let lines = (stands != Some(&mark)).then(|| FinalLine { pupil: pupil.into(), mark });
    Ok(finals_set(course, period, lines.into_iter().collect(), "").map(Body::from).into_iter().collect())
}

/// The entry that brings final marks of a course to what was typed; none where all of them stand so already. A mark that
/// stands is recorded again where it is given a reason for setting it against the mark count that it has not.
///
/// # Errors
/// Tables that hold what they cannot hold.
pub fn finals(
    tables: &Tables,
    course: &Course,
    period: &str,
    mut marks: Vec<FinalLine>,
    override_reason: &str,
) -> Result<Option<FinalsSet>> {
    let standing = read::finals_of_period(tables, course.id, period)?;
    marks.retain(|line| {
        standing.get(line.pupil.as_str()).is_none_or(|(mark, reason)| {
            *mark != line.mark || (!override_reason.is_empty() && reason != override_reason)
        })
    });
    Ok(finals_set(&course.key, period, marks, override_reason))
}

fn finals_set(course: &CourseKey, period: &str, marks: Vec<FinalLine>, override_reason: &str) -> Option<FinalsSet> {
    let (course, period) = (course.clone(), period.to_owned());
    (!marks.is_empty()).then(|| FinalsSet { course, period, marks, override_reason: override_reason.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::school::{ClassName, Day};

    fn at() -> LessonRef {
        let course =
            CourseKey { class: ClassName::parse("7А").unwrap(), group: String::new(), subject: "Химия".into() };
        LessonRef { course, date: Day::from_ymd_opt(2025, 9, 1).unwrap(), lesson: 2 }
    }

    fn marks(text: &str) -> Marks {
        Marks::parse(text).unwrap()
    }

    fn stands(text: &str, work: &str, document: &str) -> Stands {
        let marks = StandingMarks { marks: marks(text), work: work.into(), document: document.into() };
        Stands { attendance: Some(Attendance::Late), marks: Some(marks) }
    }

    /// What a grid, a row of marks and a file of marks would record of one cell.
    fn recorded(typed: Typed, stands: Stands) -> Vec<Body> {
        entries_from(&at(), [(Typed { pupil: "И-01".into(), ..typed }, stands)])
    }

    fn set(marks: Option<Marks>, work: &str, document: &str) -> Body {
        let line = MarkLine { pupil: "И-01".into(), marks, document: document.into(), earned: false };
        MarksSet { at: at(), work: work.into(), marks: vec![line] }.into()
    }

    #[test]
    fn a_cell_that_stands_as_it_was_typed_takes_no_entry() {
        let cell = Typed::cell("И-01".into(), &Cell::parse("оп 4").unwrap());
        assert_eq!(recorded(cell, stands("4", "тест", "справка")), []);
        assert_eq!(recorded(Typed::default(), stands("4", "", "")), [], "nothing was typed");
        assert_eq!(recorded(Typed { marks: Some(None), ..Typed::default() }, Stands::default()), [], "it is empty");
    }

    #[test]
    fn a_mark_that_is_typed_with_an_absence_was_earned_later() {
        let typed = Typed::cell("И-01".into(), &Cell::parse("н/4").unwrap());
        let absent = Stands { attendance: Some(Attendance::Absent), marks: None };
        let line = MarkLine { pupil: "И-01".into(), marks: Some(marks("4")), document: String::new(), earned: true };
        let expected = MarksSet { at: at(), work: String::new(), marks: vec![line] };
        assert_eq!(recorded(typed, absent), [expected.into()]);
    }

    #[test]
    fn the_work_and_the_document_stay_with_the_cell_unless_others_are_said() {
        let four = Typed { marks: Some(Some(marks("4"))), ..Typed::default() };
        assert_eq!(recorded(four.clone(), stands("3", "тест", "справка")), [set(Some(marks("4")), "тест", "справка")]);
        let said = Typed { work: Some("диктант".into()), document: Some(String::new()), ..four };
        assert_eq!(recorded(said, stands("4", "тест", "справка")), [set(Some(marks("4")), "диктант", "")]);
        let out = Typed { marks: Some(None), work: Some("диктант".into()), ..Typed::default() };
        assert_eq!(recorded(out, stands("4", "тест", "справка")), [set(None, "", "")]);
    }

    #[test]
    fn absences_are_one_entry_and_marks_one_for_each_kind_of_work() {
        let typed = |pupil: &str, cell| Typed::cell(pupil.into(), &Cell::parse(cell).unwrap());
        let cells = [
            (typed("а", "н"), Stands::default()),
            (typed("б", "5"), Stands { attendance: None, ..stands("3", "тест", "") }),
            (typed("в", "оп 4"), Stands::default()),
            (typed("г", "5"), Stands { attendance: None, ..stands("2", "тест", "") }),
            (Typed::cell("д".into(), &Cell::default()), Stands { attendance: None, ..stands("2", "опрос", "") }),
        ];
        let entries = entries_from(&at(), cells);
        let told: Vec<String> = entries
            .iter()
            .map(|body| match body {
                Body::AttendanceSet(set) => set.pupils.iter().map(|line| line.pupil.as_str()).collect(),
                Body::MarksSet(set) => {
                    set.work.clone() + &set.marks.iter().map(|line| line.pupil.as_str()).collect::<String>()
                }
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(told, ["ав", "тестбгд", "в"], "what is taken out is for no work");
    }
}
