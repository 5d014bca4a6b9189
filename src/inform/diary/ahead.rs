//! What the timetable leads a pupil to expect, and what the lesson plans (КТП) say of it.

use super::Diary;
use crate::error::Result;
use crate::journal::entry::PlanLine;
use crate::journal::read::diary::{Before, OwnCourse, given_before, lessons_of_pupil, planned_works};
use crate::journal::read::timetable::Timetable;
use crate::journal::read::{Pupil, Tables};
use crate::school::Day;
use std::collections::HashMap;

/// A lesson ahead for which a plan names a kind of work.
#[derive(Debug, Clone, PartialEq)]
pub struct Planned {
    /// The day by the timetable, if every lesson before it is given.
    pub date: Day,
    /// The lesson's number in the day.
    pub number: u8,
    /// The subject.
    pub subject: String,
    /// The line of the plan.
    pub line: PlanLine,
}

/// The works that plans have on the days from one to another, both included and none before today: where the lessons
/// between are given by the timetable, since a plan numbers lessons and knows no days.
///
/// # Errors
/// Tables that do not read.
pub fn ahead(tables: &Tables, pupil: &Pupil, (first, last): (Day, Day), today: Day) -> Result<Vec<Planned>> {
    let diary = Diary::open(tables, pupil)?;
    let timetables = Timetable::of_pupil(tables, pupil.id)?;
    Ok(Plans::read(&diary, &timetables, (first, last), today)?.in_order())
}

/// The works ahead, each with the row of its course.
pub(super) struct Plans(Vec<(i64, Planned)>);

impl Plans {
    pub(super) fn read(
        diary: &Diary<'_>,
        timetables: &HashMap<i64, Timetable>,
        (first, last): (Day, Day),
        today: Day,
    ) -> Result<Self> {
        let (tables, pupil) = (diary.tables, diary.pupil.id);
        let mut out = Vec::new();
        if last < today {
            return Ok(Self(out));
        }
        let works = planned_works(tables, pupil)?;
        if works.is_empty() {
            return Ok(Self(out));
        }
        let given = given_before(tables, pupil, today)?;
        let mut since: HashMap<i64, Vec<(Day, u8)>> = HashMap::new();
        for lesson in lessons_of_pupil(tables, pupil, today, last)? {
            since.entry(lesson.course).or_default().push((lesson.lesson.date, lesson.lesson.number));
        }
        for own in &diary.courses {
            let (Some(lines), Some(timetable)) = (works.get(&own.course.id), timetables.get(&own.course.id)) else {
                continue;
            };
            let recorded = since.remove(&own.course.id).unwrap_or_default();
            let before = given.get(&own.course.id).copied().unwrap_or_default();
            let expected = timetable.expected(&diary.school, today, last).filter(|at| !recorded.contains(at));
            let mut places: Vec<((Day, u8), bool)> = expected.map(|at| (at, true)).collect();
            places.extend(recorded.iter().map(|at| (*at, false)));
            places.sort_unstable();
            for (no, ((date, number), ahead)) in (before + 1..).zip(places) {
                let line = lines.iter().find(|line| usize::try_from(line.no).is_ok_and(|of| of == no));
                if let Some(line) = line.filter(|_| ahead && date >= first && own.covers(date)) {
                    let (subject, line) = (own.course.key.subject.clone(), line.clone());
                    out.push((own.course.id, Planned { date, number, subject, line }));
                }
            }
        }
        Ok(Self(out))
    }

    /// All of them in order of time.
    pub(super) fn in_order(self) -> Vec<Planned> {
        let mut all: Vec<Planned> = self.0.into_iter().map(|(_, planned)| planned).collect();
        all.sort_by(|a, b| (a.date, a.number, &a.subject).cmp(&(b.date, b.number, &b.subject)));
        all
    }

    /// The line of a lesson that is expected.
    pub(super) fn of(&self, course: i64, date: Day, number: u8) -> Option<&PlanLine> {
        let is_it = |(of, planned): &&(i64, Planned)| (*of, planned.date, planned.number) == (course, date, number);
        self.0.iter().find(is_it).map(|(_, planned)| &planned.line)
    }
}

/// The homework that a course's next lesson has to bring, on or after a day.
pub(super) fn due_from<'b>(
    diary: &Diary<'_>,
    own: &OwnCourse,
    timetable: Option<&Timetable>,
    before: Option<&'b Before>,
    day: Day,
) -> Option<&'b str> {
    let before = before?;
    let last = Some(before.last).filter(|last| own.covers(*last))?;
    // It was due at the lesson after that, recorded or not.
    let between = (last.succ_opt()?, day.pred_opt()?);
    let passed = timetable.is_some_and(|of| of.expected(&diary.school, between.0, between.1).next().is_some());
    (!passed).then_some(before.homework.as_str())
}
