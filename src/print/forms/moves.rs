//! When a pupil came to a class or a group and left it, and from where and where to.
//!
//! Who goes to another class of the school has not left the school, and who goes to another group has not left the class.

use super::class::{ClassData, Course, Pupil};
use crate::print::layout::{Moving, Since, Wording};
use crate::school::{ClassName, Day, School, Sex, Stay};

/// What happened on a day: the first on which he was there, or the first on which he was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Move {
    /// Came to the school.
    Enrolled,
    /// Left it.
    Left,
    /// Came from another class.
    FromClass(ClassName),
    /// Went to another class.
    ToClass(ClassName),
    /// Came from another group that has the subject.
    FromGroup(String),
    /// Went to another group that has it.
    ToGroup(String),
    /// Came to the group from none.
    IntoGroup,
    /// Left the group for none.
    OutOfGroup,
}

/// How the moves are worded.
pub struct Words<'l> {
    /// Came to the school.
    pub enrolled: &'l Wording<Since>,
    /// Left the school.
    pub left: &'l Wording<Since>,
    /// From another class.
    pub from_class: &'l Wording<Moving>,
    /// To another class.
    pub to_class: &'l Wording<Moving>,
    /// Those of groups: from one, to one, into this from none, out of it to none.
    pub groups: Option<[&'l Wording<Moving>; 4]>,
}

impl Words<'_> {
    /// A move of somebody in words that agree with him or her, its day written as `date`.
    pub fn say(&self, what: &Move, date: &str, of: Option<Sex>) -> String {
        Sex::agree(of, &self.said(what, date))
    }

    fn said(&self, what: &Move, date: &str) -> String {
        let moving = |wording: &Wording<Moving>, class: &str, group: &str| {
            wording.fill(&[("class", class), ("group", group), ("date", date)])
        };
        match (what, self.groups) {
            (Move::FromClass(class), _) => moving(self.from_class, &class.quoted(), ""),
            (Move::ToClass(class), _) => moving(self.to_class, &class.quoted(), ""),
            (Move::FromGroup(group), Some([from, ..])) => moving(from, "", group),
            (Move::ToGroup(group), Some([_, to, ..])) => moving(to, "", group),
            (Move::IntoGroup, Some([_, _, into, _])) => moving(into, "", ""),
            (Move::OutOfGroup, Some([.., out])) => moving(out, "", ""),
            (Move::Enrolled | Move::FromGroup(_) | Move::IntoGroup, _) => self.enrolled.fill(&[("date", date)]),
            (Move::Left | Move::ToGroup(_) | Move::OutOfGroup, _) => self.left.fill(&[("date", date)]),
        }
    }
}

/// When a pupil came to the class, where that was after the year began, and left it, where he was not there to its end.
pub fn of_class(pupil: &Pupil, school: &School) -> Vec<(Move, Day)> {
    let told = |(came, day): (bool, Day)| (class_move(pupil, came, day), day);
    comings_and_goings(&pupil.stays, school).into_iter().map(told).collect()
}

/// The same of a course, which may be a group's.
pub fn of_course(data: &ClassData, course: &Course, pupil: &Pupil, school: &School) -> Vec<(Move, Day)> {
    let told = |(came, day): (bool, Day)| {
        let in_class_too =
            if came { day.pred_opt().is_some_and(|before| pupil.present(before)) } else { pupil.present(day) };
        let what = if in_class_too { group_move(data, course, pupil, came, day) } else { class_move(pupil, came, day) };
        (what, day)
    };
    comings_and_goings(course.stays_of(pupil), school).into_iter().map(told).collect()
}

fn class_move(pupil: &Pupil, came: bool, day: Day) -> Move {
    let other = pupil.elsewhere.iter().find(|(_, stay)| if came { stay.until == Some(day) } else { stay.since == day });
    match (other, came) {
        (Some((class, _)), true) => Move::FromClass(class.clone()),
        (Some((class, _)), false) => Move::ToClass(class.clone()),
        (None, true) => Move::Enrolled,
        (None, false) => Move::Left,
    }
}

fn group_move(data: &ClassData, course: &Course, pupil: &Pupil, came: bool, day: Day) -> Move {
    let meets = |stay: &Stay| if came { stay.until == Some(day) } else { stay.since == day };
    let is_there = |other: &&Course| {
        other.subject == course.subject
            && other.group != course.group
            && other.stays.get(&pupil.id).is_some_and(|stays| stays.iter().any(meets))
    };
    match (data.courses.iter().find(is_there), came) {
        (Some(other), true) => Move::FromGroup(other.group.clone()),
        (Some(other), false) => Move::ToGroup(other.group.clone()),
        (None, true) => Move::IntoGroup,
        (None, false) => Move::OutOfGroup,
    }
}

/// The days on which somebody came, where that was after the year began, and left, where he was not there to its end. A
/// stay that goes on where another ends is one with it.
fn comings_and_goings(stays: &[Stay], school: &School) -> Vec<(bool, Day)> {
    let mut out = Vec::new();
    for stay in stays {
        if stay.since > school.year.begins && !stays.iter().any(|other| other.until == Some(stay.since)) {
            out.push((true, stay.since));
        }
        let ended = |until: &Day| *until <= school.year.ends && !stays.iter().any(|other| other.since == *until);
        if let Some(until) = stay.until.filter(ended) {
            out.push((false, until));
        }
    }
    out
}
