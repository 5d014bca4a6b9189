//! A course's plan for the year (КТП, §3.3.3): what it proposes for a lesson, and how it is adjusted.
//!
//! A plan has numbered lessons and no dates: its line n is for the course's n-th lesson of the year. A plan is recorded
//! as a whole, so adjusting gives the lines of the plan that is to be recorded next.

use crate::error::{Action, Error, Result};
use crate::journal::entry::PlanLine;
use crate::journal::read::{self, Course, Tables};
use crate::school::Day;

/// What the plan proposes for a lesson that is not recorded yet: the line whose number is the lesson's in the year.
pub fn proposed(tables: &Tables, course: &Course, day: Day, lesson: u8) -> Result<Option<PlanLine>> {
    let given = read::lessons_of(tables, course.id)?;
    let before = given.iter().filter(|given| (given.date, given.number) < (day, lesson)).count();
    Ok(read::plan_of(tables, course.id)?
        .into_iter()
        .find(|line| usize::try_from(line.no).is_ok_and(|no| no == before + 1)))
}

/// Puts a line at `line.no`; what stands there and after it moves down by one.
pub fn insert(mut lines: Vec<PlanLine>, line: PlanLine) -> Result<Vec<PlanLine>> {
    if line.no == 0 {
        return Err(Error::input("уроки плана нумеруются с 1").next("укажите номер от 1"));
    }
    lines.iter_mut().filter(|other| other.no >= line.no).for_each(|other| other.no += 1);
    lines.push(line);
    lines.sort_by_key(|line| line.no);
    Ok(lines)
}

/// Takes line `no` out; what stands after it moves up by one.
pub fn drop(mut lines: Vec<PlanLine>, no: u32) -> Result<Vec<PlanLine>> {
    let place = place_of(&lines, no)?;
    lines.remove(place);
    lines.iter_mut().filter(|other| other.no > no).for_each(|other| other.no -= 1);
    Ok(lines)
}

/// Moves line `no` to number `to`, in between everything closes up.
pub fn move_line(lines: Vec<PlanLine>, no: u32, to: u32) -> Result<Vec<PlanLine>> {
    let mut line = lines[place_of(&lines, no)?].clone();
    line.no = to;
    insert(drop(lines, no)?, line)
}

/// Moves line `from` and all after it by `by` numbers: down leaves lessons without a planned topic, up closes a gap.
pub fn shift(mut lines: Vec<PlanLine>, from: u32, by: i32) -> Result<Vec<PlanLine>> {
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
        assert_eq!(shown(&shift(plan("a b c"), 2, 2).unwrap()), "a . . b c");
        assert_eq!(shown(&shift(plan("a . . b c"), 4, -2).unwrap()), "a b c");
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
}
