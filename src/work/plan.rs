//! A course's plan for the year (КТП, §3.3.3): what it proposes for a lesson, and how it is adjusted.
//!
//! A plan has numbered lessons and no dates: its line n is for the course's n-th lesson of the year. A plan is recorded
//! as a whole, so adjusting gives the lines of the plan that is to be recorded next.

use super::{Done, Workplace};
use crate::error::{Action, Error, Kind, Result};
pub use crate::journal::entry::PlanLine;
use crate::journal::entry::{Body, PlanSet};
use crate::journal::may;
use crate::journal::read::{self, Course, Tables};
use crate::journal::rules::known_course;
use crate::school::{CourseKey, Day, clean, same_word};
use sha2::{Digest, Sha256};
use std::fmt;

/// What becomes of a plan.
#[derive(Debug, Clone, PartialEq)]
pub enum Adjustment {
    /// These lines are the plan.
    Replace(Vec<PlanLine>),
    /// A line is put at its number; what stands there and after it moves down by one.
    Insert(PlanLine),
    /// A line says this, at its number or at another to which it goes.
    Change {
        /// Its number.
        no: u32,
        /// What it says then, and where.
        line: PlanLine,
    },
    /// A line is taken out; what stands after it moves up by one.
    Drop {
        /// Its number.
        no: u32,
    },
    /// A line goes to another number, in between everything closes up.
    Move {
        /// Its number.
        no: u32,
        /// Its new number.
        to: u32,
    },
    /// A line and all after it move.
    Shift {
        /// Number of the first that moves.
        from: u32,
        /// By how much: down leaves lessons without a planned topic, up closes a gap.
        by: i32,
    },
}

/// What was adjusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adjusted {
    /// What was recorded: an entry for each plan that changed.
    pub done: Done,
    /// The courses whose plans changed.
    pub courses: Vec<CourseKey>,
    /// How much of each of these plans changed.
    pub extents: Vec<Extent>,
}

/// How much of a plan is another than before, line by line by their numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Extent {
    /// How many lines it had.
    pub before: usize,
    /// Lines that say another thing.
    pub replaced: usize,
    /// Lines that are new.
    pub added: usize,
    /// Lines that are gone.
    pub removed: usize,
}

impl Extent {
    fn of(before: &[PlanLine], after: &[PlanLine]) -> Self {
        let at = |lines: &[PlanLine], no: u32| lines.iter().find(|line| line.no == no).cloned();
        let there = after.iter().filter_map(|line| Some((at(before, line.no)?, line)));
        let common = there.clone().count();
        let replaced = there.filter(|(old, new)| old != *new).count();
        Self { before: before.len(), replaced, added: after.len() - common, removed: before.len() - common }
    }
}

/// «строк было 68: заменено 3, добавлено 2, убрано 0», or how many a new plan has.
impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { before, replaced, added, removed } = self;
        match before {
            0 => write!(f, "новый, строк {added}"),
            _ => write!(f, "строк было {before}: заменено {replaced}, добавлено {added}, убрано {removed}"),
        }
    }
}

/// A plan as somebody has looked at it.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    /// Of which course.
    pub course: &'a CourseKey,
    /// Its stamp then.
    pub stamp: &'a str,
}

/// What tells a plan from every other: by it one sees that others have changed it meanwhile.
pub fn stamp(lines: &[PlanLine]) -> String {
    let mut digest = Sha256::new();
    for line in lines {
        for part in [&line.no.to_string(), &line.topic, &line.work, &line.homework] {
            digest.update(part);
            digest.update([0]);
        }
    }
    crate::ledger::chain::hex(&digest.finalize())
}

/// Adjusts the plans of courses alike, all or none.
///
/// # Errors
/// A line that a plan does not have or has no room for, with its course; what a right refuses.
pub fn adjust(place: &mut Workplace<'_>, courses: &[CourseKey], adjustment: Adjustment) -> Result<Adjusted> {
    adjust_seen(place, courses, None, adjustment)
}

/// As [`adjust`], where one of the plans was looked at before: what others have changed since is not overwritten unseen.
///
/// # Errors
/// As [`adjust`], and a plan that is another than it was.
pub fn adjust_seen(
    place: &mut Workplace<'_>,
    courses: &[CourseKey],
    seen: Option<Seen<'_>>,
    adjustment: Adjustment,
) -> Result<Adjusted> {
    let adjustment = adjustment.cleaned()?;
    let (done, (courses, extents)) = place.decide(|tables, _| {
        let mut bodies: Vec<Body> = Vec::new();
        let (mut changed, mut extents) = (Vec::new(), Vec::new());
        for key in courses {
            let before = read::plan_of(tables, known_course(tables, key)?.id)?;
            if seen.is_some_and(|seen| seen.course == key && seen.stamp != stamp(&before)) {
                return Err(Error::refused(format!("{key}: этот план только что изменили"))
                    .next("откройте план снова и повторите, если это ещё нужно"));
            }
            let lines = adjustment.of(before.clone()).map_err(|error| error.at(key))?;
            if lines != before {
                extents.push(Extent::of(&before, &lines));
                bodies.push(PlanSet { course: key.clone(), lines }.into());
                changed.push(key.clone());
            }
        }
        Ok((bodies, (changed, extents)))
    })?;
    Ok(Adjusted { done, courses, extents })
}

/// Whether somebody may adjust the plan of a course.
///
/// # Errors
/// The refusal, which says who may.
pub fn may_adjust(tables: &Tables, login: &str, course: &CourseKey) -> Result<()> {
    may(tables, login, PlanSet { course: course.clone(), lines: Vec::new() }.into())
}

/// The courses whose plans somebody may adjust, by class.
///
/// # Errors
/// Tables that do not read.
pub fn kept_by(tables: &Tables, login: &str) -> Result<Vec<Course>> {
    let mut kept = Vec::new();
    for class in read::classes(tables)? {
        for course in read::courses_of(tables, &class)? {
            match may_adjust(tables, login, &course.key) {
                Ok(()) => kept.push(course),
                Err(why) if why.kind() == Kind::Refused => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(kept)
}

/// The parallel courses of a grade in a subject, of the groups of this name only where one is named.
///
/// # Errors
/// There is none.
pub fn parallel_courses(tables: &Tables, grade: u8, subject: &str, group: Option<&str>) -> Result<Vec<CourseKey>> {
    let mut courses = Vec::new();
    for class in read::classes(tables)?.into_iter().filter(|class| class.grade() == grade) {
        courses.extend(read::courses_of(tables, &class)?.into_iter().map(|course| course.key));
    }
    courses.retain(|key| key.subject == subject && group.is_none_or(|group| same_word(&key.group, group)));
    if courses.is_empty() {
        return Err(
            Error::input(format!("в {grade}-х классах нет курсов «{subject}»")).next("проверьте параллель и предмет")
        );
    }
    Ok(courses)
}

impl Adjustment {
    /// With texts as the journal keeps them.
    fn cleaned(self) -> Result<Self> {
        let cleaned = |PlanLine { no, topic, work, homework }: PlanLine| -> Result<PlanLine> {
            Ok(PlanLine { no, topic: clean(&topic)?, work: clean(&work)?, homework: clean(&homework)? })
        };
        Ok(match self {
            Self::Insert(line) => Self::Insert(cleaned(line)?),
            Self::Change { no, line } => Self::Change { no, line: cleaned(line)? },
            other => other,
        })
    }

    fn of(&self, lines: Vec<PlanLine>) -> Result<Vec<PlanLine>> {
        match self {
            Self::Replace(lines) => Ok(lines.clone()),
            Self::Insert(line) => insert(lines, line.clone()),
            Self::Change { no, line } => insert(drop(lines, *no)?, line.clone()),
            Self::Drop { no } => drop(lines, *no),
            Self::Move { no, to } => move_line(lines, *no, *to),
            Self::Shift { from, by } => shift(lines, *from, *by),
        }
    }
}

/// What the plan proposes for a lesson that is not recorded yet: the line whose number is the lesson's in the year.
///
/// # Errors
/// Tables that do not read.
pub fn proposed(tables: &Tables, course: &Course, day: Day, lesson: u8) -> Result<Option<PlanLine>> {
    let given = read::lessons_of(tables, course.id)?;
    let given = given.iter().map(|given| (given.date, given.number));
    Ok(line_for(&read::plan_of(tables, course.id)?, given, (day, lesson)).cloned())
}

/// The line of a plan for a lesson, told which lessons were given.
pub(super) fn line_for(
    plan: &[PlanLine],
    given: impl Iterator<Item = (Day, u8)>,
    lesson: (Day, u8),
) -> Option<&PlanLine> {
    let before = given.filter(|given| *given < lesson).count();
    plan.iter().find(|line| usize::try_from(line.no).is_ok_and(|no| no == before + 1))
}

/// Puts a line at `line.no`; what stands there and after it moves down by one.
fn insert(mut lines: Vec<PlanLine>, line: PlanLine) -> Result<Vec<PlanLine>> {
    if line.no == 0 {
        return Err(Error::input("уроки плана нумеруются с 1").next("укажите номер от 1"));
    }
    lines.iter_mut().filter(|other| other.no >= line.no).for_each(|other| other.no += 1);
    lines.push(line);
    lines.sort_by_key(|line| line.no);
    Ok(lines)
}

/// Takes line `no` out; what stands after it moves up by one.
fn drop(mut lines: Vec<PlanLine>, no: u32) -> Result<Vec<PlanLine>> {
    let place = place_of(&lines, no)?;
    lines.remove(place);
    lines.iter_mut().filter(|other| other.no > no).for_each(|other| other.no -= 1);
    Ok(lines)
}

/// Moves line `no` to number `to`, in between everything closes up.
fn move_line(lines: Vec<PlanLine>, no: u32, to: u32) -> Result<Vec<PlanLine>> {
    let mut line = lines[place_of(&lines, no)?].clone();
    line.no = to;
    insert(drop(lines, no)?, line)
}

/// Moves line `from` and all after it by `by` numbers: down leaves lessons without a planned topic, up closes a gap.
fn shift(mut lines: Vec<PlanLine>, from: u32, by: i32) -> Result<Vec<PlanLine>> {
    let before = lines.iter().filter(|line| line.no < from).map(|line| line.no).max().unwrap_or(0);
    let mut moved = 0;
    for line in lines.iter_mut().filter(|line| line.no >= from) {
        line.no = line.no.checked_add_signed(by).filter(|no| *no > before).ok_or_else(|| {
            Error::input(format!("урок {} плана некуда сдвинуть: перед ним стоит урок {before}", line.no))
                .next_by("сдвиньте на меньшее число или сначала уберите лишнее", Action::DropFromPlan)
        })?;
        moved += 1;
    }
    if moved == 0 {
        return Err(no_line(from));
    }
    Ok(lines)
}

fn place_of(lines: &[PlanLine], no: u32) -> Result<usize> {
    lines.iter().position(|line| line.no == no).ok_or_else(|| no_line(no))
}

fn no_line(no: u32) -> Error {
    Error::input(format!("в плане нет урока № {no}")).next_by("посмотрите номера уроков", Action::ShowPlan)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::work::testing::{Office, refused};

    fn plan(text: &str) -> Vec<PlanLine> {
        let line = |(no, topic): (u32, &str)| PlanLine {
            no,
            topic: topic.to_owned(),
            work: String::new(),
            homework: String::new(),
        };
        (1u32..).zip(text.split(' ')).filter(|(_, topic)| *topic != ".").map(line).collect()
    }

    fn shown(lines: &[PlanLine]) -> String {
        let last = lines.last().map_or(0, |line| line.no);
        let topic = |no| lines.iter().find(|line| line.no == no).map_or(".", |line| line.topic.as_str());
        (1..=last).map(topic).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_plan_is_adjusted_line_by_line() {
        let new = PlanLine { no: 2, topic: "x".into(), work: String::new(), homework: String::new() };
        assert_eq!(shown(&insert(plan("a b c"), new).unwrap()), "a x b c");
        assert_eq!(shown(&drop(plan("a b c"), 2).unwrap()), "a c");
        assert_eq!(shown(&move_line(plan("a b c d"), 1, 3).unwrap()), "b c a d");
        assert_eq!(shown(&move_line(plan("a b c d"), 4, 1).unwrap()), "d a b c");
        let change = |no, to| {
            let line = PlanLine { no: to, topic: "x".into(), work: String::new(), homework: String::new() };
            shown(&Adjustment::Change { no, line }.of(plan("a b c")).unwrap())
        };
        assert_eq!((change(2, 2).as_str(), change(1, 3).as_str()), ("a x c", "b c x"));
        assert_eq!(shown(&shift(plan("a b c"), 2, 2).unwrap()), "a . . b c");
        assert_eq!(shown(&shift(plan("a . . b c"), 4, -2).unwrap()), "a b c");
    }

    #[test]
    fn how_much_of_a_plan_changes_is_counted_line_by_line() {
        let of = |before: &str, after: &str| {
            let Extent { before, replaced, added, removed } = Extent::of(&plan(before), &plan(after));
            (before, replaced, added, removed)
        };
        assert_eq!(of("a b c", "a x c d e"), (3, 1, 2, 0));
        assert_eq!(of("a b c", "a"), (3, 0, 0, 2));
        assert_eq!(of(". a", "b ."), (1, 0, 1, 1));
        assert_eq!(Extent::of(&plan("a b"), &[]), Extent { before: 2, removed: 2, ..Extent::default() });
    }

    #[test]
    fn what_has_no_place_is_refused() {
        assert!(drop(plan("a b"), 3).is_err());
        assert!(move_line(plan("a b"), 3, 1).is_err());
        assert!(move_line(plan("a b"), 1, 0).is_err());
        assert!(shift(plan("a b"), 2, -1).is_err(), "it would fall onto line 1");
        assert!(shift(plan("a b"), 1, -1).is_err());
        assert!(shift(plan("a b"), 2, i32::MIN).is_err());
        assert!(shift(plan("a b"), 9, 1).is_err());
    }

    #[test]
    fn a_plan_that_others_have_changed_is_not_adjusted_unseen() {
        let mut office = Office::open();
        let courses = parallel_courses(&office, 7, "Алгебра", None).unwrap();
        let stamp_of = |office: &Office| {
            let course = read::course(office, &courses[0]).unwrap().unwrap();
            stamp(&read::plan_of(office, course.id).unwrap())
        };
        let seen = stamp_of(&office);
        let mut ask = |courses: &[CourseKey], stamp: &str| {
            let seen = Some(Seen { course: &courses[0], stamp });
            office.ask("kuznetsov", "2025-09-02", |place| adjust_seen(place, courses, seen, Adjustment::Drop { no: 1 }))
        };
        assert_eq!(ask(&courses[1..], "").unwrap_err().kind(), Kind::Refused);
        assert_eq!(ask(&courses, &seen).unwrap().courses.len(), 2);
        refused(ask(&courses, &seen), Kind::Refused, "7А, Алгебра: этот план только что изменили");
        assert_ne!(stamp_of(&office), seen);
        assert_eq!(kept_by(&office, "kuznetsov").unwrap().len(), 2);
        assert_eq!(kept_by(&office, "semyonov").unwrap(), []);
    }

    #[test]
    fn parallel_plans_are_adjusted_together_or_not_at_all() {
        let mut office = Office::open();
        let courses = parallel_courses(&office, 7, "Алгебра", None).unwrap();
        assert_eq!(courses.iter().map(ToString::to_string).collect::<Vec<_>>(), ["7А, Алгебра", "7Б, Алгебра"]);
        refused(parallel_courses(&office, 8, "Алгебра", None), Kind::Input, "в 8-х классах нет курсов");
        refused(parallel_courses(&office, 7, "Алгебра", Some("1")), Kind::Input, "нет курсов");

        let mut ask = |courses: &[CourseKey], adjustment| {
            office.ask("kuznetsov", "2025-09-02", |place| adjust(place, courses, adjustment))
        };
        let one = ask(&courses[..1], Adjustment::Drop { no: 3 }).unwrap();
        assert_eq!((one.done.numbers.len(), &one.courses[..]), (1, &courses[..1]));
        refused(ask(&courses, Adjustment::Drop { no: 3 }), Kind::Input, "7А, Алгебра: в плане нет урока № 3");
        let both = ask(&courses, Adjustment::Drop { no: 2 }).unwrap();
        assert_eq!((both.done.numbers.len(), both.courses.len()), (2, 2));
        let same = ask(&courses, Adjustment::Shift { from: 1, by: 0 }).unwrap();
        assert!(same.done.is_nothing() && same.courses.is_empty());
        let foreign = office.ask("semyonov", "2025-09-02", |place| adjust(place, &courses, Adjustment::Drop { no: 1 }));
        refused(foreign, Kind::Refused, "");
    }
}
