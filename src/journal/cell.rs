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
    /// A whole cell, as it is typed in a grid over what stands there. A plain mark does not take an absence out: who was
    /// absent has earned it later («н 4»), or is said to have been there first.
    pub fn cell(pupil: PersonalFile, cell: &Cell, stands: &Stands) -> Self {
        let absent = stands.attendance.is_some_and(Attendance::is_absence);
        let attendance =
            if absent && cell.attendance.is_none() && cell.marks.is_some() { None } else { Some(cell.attendance) };
        Self { pupil, attendance, marks: Some(cell.marks.clone()), ..Self::default() }
    }

    /// Whether this says of somebody with a plain mark that he was not there, and nothing of the mark: then it stands no
    /// more.
    fn takes_the_mark(&self, stands: &Stands) -> bool {
        let absent = |attendance: Option<Attendance>| attendance.is_some_and(Attendance::is_absence);
        absent(self.attendance.flatten()) && !absent(stands.attendance) && self.marks.is_none()
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
    let (mut emptied, mut of_absent): (Vec<MarkLine>, Vec<MarkLine>) = Default::default();
    for (mut typed, stands) in cells {
        // «н/4» over «б» says that the mark was earned later, and nothing new of why he was absent.
        if typed.attendance == Some(Some(Attendance::Absent))
            && matches!(typed.marks, Some(Some(_)))
            && stands.attendance.is_some_and(Attendance::is_absence)
        {
            typed.attendance = Some(stands.attendance);
        }
        let takes_the_mark = typed.takes_the_mark(&stands);
        let becomes_absent = typed.attendance.flatten().is_some_and(Attendance::is_absence);
        if let Some(attendance) = typed.attendance.filter(|new| *new != stands.attendance) {
            let marked = matches!(&typed.marks, Some(Some(_))) && stands.marks.is_some();
            let earned = becomes_absent && marked;
            pupils.push(PresenceLine { pupil: typed.pupil.to_string(), attendance, earned });
        }
        let Some(marks) = typed.marks.or(takes_the_mark.then_some(None)) else { continue };
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
        let earned = marks.is_some() && becomes_absent;
        let line = MarkLine { pupil: typed.pupil.into(), marks, document, earned };
        if line.marks.is_none() {
            if becomes_absent {
                of_absent.push(line)
            } else {
                emptied.push(line)
            }
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
    // Where «н» takes a mark's place, the mark goes first.
    let out =
        (!of_absent.is_empty()).then(|| MarksSet { at: at.clone(), work: String::new(), marks: of_absent }.into());
    let attendance = (!pupils.is_empty()).then(|| AttendanceSet { at: at.clone(), pupils }.into());
    out.into_iter().chain(attendance).chain(sets.into_iter().map(Body::from)).collect()
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
                Action::CorrectFinals { course: course.clone(), period: period.to_owned(), file: None },
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
        let cell = Typed::cell("И-01".into(), &Cell::parse("оп 4").unwrap(), &Stands::default());
        assert_eq!(recorded(cell, stands("4", "тест", "справка")), []);
        assert_eq!(recorded(Typed::default(), stands("4", "", "")), [], "nothing was typed");
        assert_eq!(recorded(Typed { marks: Some(None), ..Typed::default() }, Stands::default()), [], "it is empty");
    }

    #[test]
    fn a_mark_that_is_typed_with_an_absence_was_earned_later() {
        let absent = Stands { attendance: Some(Attendance::Absent), marks: None };
        let typed = Typed::cell("И-01".into(), &Cell::parse("н/4").unwrap(), &absent);
        let line = MarkLine { pupil: "И-01".into(), marks: Some(marks("4")), document: String::new(), earned: true };
        let expected = MarksSet { at: at(), work: String::new(), marks: vec![line] };
        assert_eq!(recorded(typed, absent), [expected.into()]);
    }

    /// What is recorded, in short: «-» takes out, «!» was earned later.
    fn told(bodies: &[Body]) -> String {
        let earned = |earned: bool| if earned { "!" } else { "" };
        let told = bodies.iter().map(|body| match body {
            Body::AttendanceSet(set) => {
                let line = &set.pupils[0];
                line.attendance.map_or("-", Attendance::as_str).to_owned() + earned(line.earned)
            }
            Body::MarksSet(set) => {
                let line = &set.marks[0];
                line.marks.as_ref().map_or("-".to_owned(), ToString::to_string) + earned(line.earned)
            }
            other => panic!("{other:?}"),
        });
        told.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn what_is_typed_over_an_absence_or_a_mark_is_recorded_in_the_order_in_which_it_may_be() {
        let plain = |attendance: Option<Attendance>, mark: &str| Stands {
            attendance,
            marks: (!mark.is_empty()).then(|| stands(mark, "", "").marks).flatten(),
        };
        let (nothing, absent) = (plain(None, ""), plain(Some(Attendance::Absent), ""));
        let (four, late) = (plain(None, "4"), plain(Some(Attendance::Late), "4"));
        let earned = plain(Some(Attendance::Absent), "4");
        // What is typed over what stands: in a grid; on the command line, where a mark and an absence come alone.
        let table = [
            ("4", &nothing, "4", "4"),
            ("н", &nothing, "н", "н"),
            ("н 4", &nothing, "н 4!", "н 4!"),
            ("4", &absent, "4", "4"), // which is refused with the hint «н/4»
            ("н/4", &absent, "4!", "4!"),
            ("н", &absent, "", ""),
            ("н", &four, "- н", "- н"),
            ("н 4", &four, "н!", "н!"),
            ("н 5", &four, "н! 5!", "н! 5!"),
            ("оп", &four, "оп -", "оп"),
            ("н", &late, "- н", "- н"),
            ("4", &late, "-", ""),
            ("н", &earned, "-", ""),
            ("б", &earned, "- б", "б"),
            ("5", &earned, "5", "5"), // refused as well
            ("н 5", &earned, "5!", "5!"),
        ];
        for (typed, standing, grid, line) in table {
            let cell = Cell::parse(typed).unwrap();
            let whole = Typed::cell("И-01".into(), &cell, standing);
            let alone =
                Typed { attendance: cell.attendance.map(Some), marks: cell.marks.map(Some), ..Typed::default() };
            let what = format!("{typed} over {standing:?}");
            assert_eq!(told(&recorded(whole, standing.clone())), grid, "in a grid: {what}");
            assert_eq!(told(&recorded(alone, standing.clone())), line, "on a line: {what}");
        }
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
        let none = Stands::default();
        let typed = |pupil: &str, cell| Typed::cell(pupil.into(), &Cell::parse(cell).unwrap(), &none);
        let cells = [
            (typed("а", "н"), Stands::default()),
            (typed("б", "5"), Stands { attendance: None, ..stands("3", "тест", "") }),
            (typed("в", "оп 4"), Stands::default()),
            (typed("г", "5"), Stands { attendance: None, ..stands("2", "тест", "") }),
            (Typed::cell("д".into(), &Cell::default(), &none), Stands { attendance: None, ..stands("2", "опрос", "") }),
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
