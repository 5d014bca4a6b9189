//! A course kept cell by cell: what was typed answers to what was seen.
//!
//! Whoever keeps a course in a grid looks at a [`CourseView`] that may be older than the journal. A cell or a lesson that
//! somebody else has changed since is not overwritten unseen; what they wrote elsewhere hinders nothing.

use super::correction::{self, CorrectionWish, FinalChanges, LessonChanges, Requested, What};
use super::lesson::{self, LessonDone, LessonRef, LessonWish};
use super::plan::PlanLine;
use super::{Done, Workplace, plan};
use crate::error::{Error, Result};
use crate::journal::cell::{self, Stands, Typed};
use crate::journal::entry::Body;
use crate::journal::read::course_view::{CourseView, Place, Standing, course_view};
use crate::journal::read::ledger::tip;
use crate::journal::read::standing::StandingMarks;
use crate::journal::read::{Lesson, Tables};
use crate::school::{Cell, Day, PersonalFile};

/// A cell that is to be brought to something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellChange {
    /// The column.
    pub place: Place,
    /// The pupil.
    pub pupil: PersonalFile,
    /// What is to stand there, which may be nothing. The kind of work and the document stay with the cell.
    pub becomes: Cell,
}

impl CellChange {
    /// Whether the cell stands so already, as it was seen: then nothing has to be recorded.
    ///
    /// # Errors
    /// What can stand in no such cell: attendance in a column of final marks, or emptying one, since a final mark is only
    /// replaced.
    pub fn stands(&self, seen: &CourseView) -> Result<bool> {
        Ok(self.entries(seen)?.is_empty())
    }

    /// What is to be asked for, so that the cell comes to it.
    fn correction(&self, seen: &CourseView) -> What {
        let (course, pupil) = (seen.course.key.clone(), self.pupil.clone());
        let (date, lesson) = match &self.place {
            Place::Final { period } => {
                let marks = vec![(pupil, self.becomes.marks.clone())];
                return What::Finals(FinalChanges { course, period: period.clone(), marks });
            }
            Place::Lesson { date, number } => (*date, *number),
        };
        let mut changes = LessonChanges::of(LessonRef { course, date, lesson });
        let stands = seen.row(&self.pupil).and_then(|row| seen.standing(&self.place, row));
        let stands = stands.map(|standing| standing.cell.clone()).unwrap_or_default();
        let Cell { attendance, marks } = self.becomes.clone();
        match (attendance, marks) {
            (Some(absence), Some(marks)) if absence.is_absence() => changes.earned.push((pupil, absence, marks)),
            (attendance, marks) => {
                if marks != stands.marks {
                    changes.marks.push((pupil.clone(), marks));
                }
                if attendance != stands.attendance {
                    changes.attendance.push((pupil, attendance));
                }
            }
        }
        What::Lesson(changes)
    }

    /// None where it stands so already; one for the attendance and one for the marks where both change.
    fn entries(&self, seen: &CourseView) -> Result<Vec<Body>> {
        let Some(row) = seen.row(&self.pupil) else { return Ok(Vec::new()) };
        let standing = seen.standing(&self.place, row);
        match &self.place {
            Place::Lesson { date, number } => {
                let at = LessonRef { course: seen.course.key.clone(), date: *date, lesson: *number };
                let stands = standing.map(stands).unwrap_or_default();
                let typed = Typed::cell(self.pupil.clone(), &self.becomes, &stands);
                Ok(cell::entries_from(&at, [(typed, stands)]))
            }
            Place::Final { period } => {
                let standing = standing.and_then(|standing| standing.cell.marks.as_ref());
                cell::final_entry(&seen.course.key, period, self.pupil.clone(), standing, &self.becomes)
            }
        }
    }
}

/// Brings a cell to what is wished, by what was seen.
///
/// # Errors
/// As [`CellChange::stands`]; a cell that somebody has changed since; what a right or a rule refuses.
pub fn bring(place: &mut Workplace<'_>, seen: &CourseView, change: &CellChange) -> Result<Done> {
    let (done, ()) = place.decide(|tables, _| {
        is_as_seen(tables, seen, |view| {
            view.row(&change.pupil).and_then(|row| view.standing(&change.place, row).cloned())
        })?;
        Ok((change.entries(seen)?, ()))
    })?;
    Ok(done)
}

/// Asks that a cell be brought to something that may no longer be entered (§2.3.3); what is taken out of it is what was seen there.
///
/// # Errors
/// As [`bring`] where it was changed meanwhile; a cell that stands so already; what a right or a rule refuses.
pub fn ask(place: &mut Workplace<'_>, seen: &CourseView, change: &CellChange, reason: &str) -> Result<Requested> {
    is_as_seen(place.tables(), seen, |view| {
        view.row(&change.pupil).and_then(|row| view.standing(&change.place, row).cloned())
    })?;
    correction::request(place, &CorrectionWish { what: change.correction(seen), reason: reason.to_owned() })
}

/// Records a lesson, or changes what stands of it, by what was seen.
///
/// # Errors
/// A lesson that somebody has recorded or changed since; what a right or a rule refuses.
pub fn record_lesson(place: &mut Workplace<'_>, seen: &CourseView, wish: &LessonWish) -> Result<LessonDone> {
    let column = Place::Lesson { date: wish.at.date, number: wish.at.lesson };
    let lesson = |view: &CourseView| -> Option<Lesson> {
        view.column(&column).and_then(|column| view.columns[column].lesson.clone())
    };
    lesson::record_where(place, wish, |tables, _| is_as_seen(tables, seen, lesson))
}

/// What the plan proposes for a lesson of a day; without a number for the last of that day.
pub fn proposed(seen: &CourseView, day: Day, number: Option<u8>) -> Option<&PlanLine> {
    let given = seen.columns.iter().filter_map(|column| column.lesson.as_ref());
    let given = given.map(|lesson| (lesson.date, lesson.number));
    plan::line_for(&seen.plan, given, (day, number.unwrap_or(u8::MAX)))
}

/// Others may have written while the journal was waited for; what was typed answers to what was seen.
fn is_as_seen<T: PartialEq>(tables: &Tables, seen: &CourseView, part: impl Fn(&CourseView) -> T) -> Result<()> {
    if tip(tables)?.seq == seen.length || part(&course_view(tables, &seen.course)?) == part(seen) {
        return Ok(());
    }
    Err(Error::refused("это место журнала только что изменили с другого компьютера или в другом окне")
        .next("посмотрите, что там стоит теперь, и, если нужно, введите ещё раз"))
}

/// What changing a cell has to know of it.
fn stands(standing: &Standing) -> Stands {
    let (work, document) = (standing.work.clone(), standing.document.clone());
    let marks = standing.cell.marks.clone().map(|marks| StandingMarks { marks, work, document });
    Stands { attendance: standing.cell.attendance, marks }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Kind;
    use crate::journal::entry::Change;
    use crate::journal::read;
    use crate::journal::testing::day;
    use crate::work::testing::{Office, about, algebra, at, refused};

    fn view(office: &Office) -> CourseView {
        course_view(office, &read::course(office, &algebra()).unwrap().unwrap()).unwrap()
    }

    fn change(pupil: &str, typed: &str) -> CellChange {
        let place = Place::Lesson { date: day("2025-09-01"), number: 2 };
        CellChange { place, pupil: pupil.into(), becomes: Cell::parse(typed).unwrap_or_default() }
    }

    fn ask(office: &mut Office, seen: &CourseView, change: &CellChange) -> Result<Done> {
        office.ask("semyonov", "2025-09-01T13:00", |place| bring(place, seen, change))
    }

    #[test]
    fn a_cell_is_brought_to_what_was_typed_and_what_stands_takes_no_entry() {
        let mut office = Office::open();
        office.teach(&at("2025-09-01", 2));
        let both = change("А-1", "оп 4");
        let seen = view(&office);
        assert!(!both.stands(&seen).unwrap());
        assert_eq!(ask(&mut office, &seen, &both).unwrap().numbers.len(), 2);
        let now = view(&office);
        assert!(both.stands(&now).unwrap());
        assert!(ask(&mut office, &now, &both).unwrap().is_nothing());
        assert_eq!(ask(&mut office, &now, &change("А-1", "")).unwrap().numbers.len(), 2);
        assert!(change("А-1", "").stands(&view(&office)).unwrap());
    }

    #[test]
    fn what_others_wrote_elsewhere_hinders_nothing_and_what_they_wrote_here_is_not_overwritten_unseen() {
        let mut office = Office::open();
        let monday = at("2025-09-01", 2);
        office.teach(&monday);
        let seen = view(&office);
        ask(&mut office, &seen, &change("А-1", "5")).unwrap();
        let before = office.entries();
        refused(ask(&mut office, &seen, &change("А-1", "4")), Kind::Refused, "только что изменили");
        assert_eq!(office.entries(), before);
        ask(&mut office, &seen, &change("Б-2", "4")).unwrap();
        let mut lesson = |topic: &str| {
            let wish = about(&monday, topic);
            office.ask("semyonov", "2025-09-01T13:00", |place| record_lesson(place, &seen, &wish))
        };
        assert_eq!(lesson("Дроби").unwrap().says.topic, "Дроби");
        refused(lesson("Степени"), Kind::Refused, "только что изменили");
    }

    #[test]
    fn a_new_lesson_is_not_put_over_one_that_somebody_recorded_meanwhile() {
        let mut office = Office::open();
        let (monday, seen) = (at("2025-09-01", 2), view(&office));
        office.teach(&monday);
        let wish = about(&monday, "Дроби");
        let late = office.ask("semyonov", "2025-09-01T13:00", |place| record_lesson(place, &seen, &wish));
        refused(late, Kind::Refused, "только что изменили");
    }

    #[test]
    fn a_final_mark_is_only_replaced_and_holds_no_attendance() {
        let office = Office::open();
        let of = |typed: &str| CellChange {
            place: Place::Final { period: "I четверть".into() },
            ..change("А-1", typed)
        };
        refused(of("н").stands(&view(&office)), Kind::Input, "посещение не отмечается");
        refused(of("").stands(&view(&office)), Kind::Refused, "нельзя убрать");
        assert!(!of("4").stands(&view(&office)).unwrap());
    }

    #[test]
    fn the_plan_proposes_by_the_place_in_the_year() {
        let mut office = Office::open();
        office.teach(&at("2025-09-03", 1));
        let seen = view(&office);
        let of = |on: &str, number| proposed(&seen, day(on), number).map(|line| line.no);
        assert_eq!(
            (of("2025-09-01", Some(2)), of("2025-09-03", Some(2)), of("2025-09-08", None)),
            (Some(1), Some(2), Some(2))
        );
    }

    #[test]
    fn what_is_too_late_for_a_cell_is_asked_for_with_all_that_it_takes() {
        let mut office = Office::open();
        office.teach(&at("2025-09-01", 2));
        for typed in ["3", "оп 3"] {
            let seen = view(&office);
            ask(&mut office, &seen, &change("А-1", typed)).unwrap();
        }
        let seen = view(&office);
        for (typed, expected) in [
            ("5", vec![("mark", Some("5")), ("attendance", None)]),
            ("", vec![("mark", None), ("attendance", None)]),
            ("н", vec![("mark", None), ("attendance", Some("н"))]),
            ("н 4", vec![("attendance", Some("н")), ("mark", Some("4"))]),
            ("оп 4", vec![("mark", Some("4"))]),
        ] {
            let wish = change("А-1", typed);
            let asked = office.ask("semyonov", "2025-09-20T13:00", |place| super::ask(place, &seen, &wish, "ошибка"));
            let changes = match asked {
                Ok(asked) => asked.changes,
                Err(error) => panic!("{typed}: {error:?}"),
            };
            let told = changes.iter().map(|change| match change {
                Change::Mark { becomes, .. } => ("mark", becomes.as_ref().map(ToString::to_string)),
                Change::Attendance { becomes, .. } => ("attendance", becomes.map(|kind| kind.as_str().to_owned())),
                other => panic!("{other:?}"),
            });
            let expected: Vec<_> = expected.into_iter().map(|(what, word)| (what, word.map(str::to_owned))).collect();
            assert_eq!(told.collect::<Vec<_>>(), expected, "{typed}");
            let number = crate::journal::read::corrections::all(&office).unwrap().len() as u64;
            let reject = |place: &mut Workplace<'_>| correction::reject(place, number, "ещё раз");
            office.ask("petrova", "2025-09-20T14:00", reject).unwrap();
        }
    }
}
