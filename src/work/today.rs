//! What a teacher has to do today: the lessons of the day, and what waits for him.

use crate::error::Result;
use crate::journal::entry::LessonText;
use crate::journal::read::corrections::{self, Correction};
use crate::journal::read::timetable::Timetable;
use crate::journal::read::{self, Course, Substitution, Tables, Teachers};
use crate::report::Filter;
use crate::report::missing::{Row, missing};
use crate::school::{Bell, Day, Login};
use std::collections::BTreeMap;

/// A day of somebody who teaches.
#[derive(Debug, Clone, PartialEq)]
pub struct Today {
    /// The day.
    pub day: Day,
    /// Why there are no lessons: «воскресенье», «осенние каникулы».
    pub off: Option<String>,
    /// The lessons that he gives or gave, in their order.
    pub lessons: Vec<Due>,
    /// Lessons of days before that nobody entered, the oldest first.
    pub owed: Vec<Row>,
    /// His requests that were not decided yet.
    pub asked: Vec<Correction>,
    /// Lessons of his courses that somebody gave instead of him, and that nobody has confirmed.
    pub unconfirmed: Vec<Substitution>,
}

/// A lesson of the day.
#[derive(Debug, Clone, PartialEq)]
pub struct Due {
    /// The course.
    pub course: Course,
    /// Which lesson of the day.
    pub number: u8,
    /// When it begins and ends, where the school has bells.
    pub bell: Option<Bell>,
    /// Its line, once it was recorded.
    pub recorded: Option<LessonText>,
    /// Whether he gives it instead of the course's teacher.
    pub instead: bool,
}

/// What somebody has to do on a day.
///
/// # Errors
/// Tables that hold what they cannot hold.
pub fn of(tables: &Tables, login: &Login, day: Day) -> Result<Today> {
    let school = read::school(tables)?;
    let (teachers, assigned) = (Teachers::read(tables)?, read::assigned_substitutes(tables)?);
    let mut lessons: BTreeMap<(u8, i64), Due> = BTreeMap::new();
    for course in all_courses(tables)? {
        let own = teachers.on(&course, day) == login;
        let is_assigned = || assigned.iter().any(|((id, on, _), who)| (*id, *on, who) == (course.id, day, login));
        // Of a school of thirty classes only a few courses are anything to him.
        if !own && !is_assigned() && !read::has_substituted(tables, course.id, login.as_str())? {
            continue;
        }
        let timetable = Timetable::of(tables, course.id)?;
        let substitute = |number| assigned.get(&(course.id, day, number));
        let due = timetable.expected(&school, day, day).map(|(_, number)| number);
        let his = due.filter(|number| substitute(*number).map_or(own, |substitute| substitute == login));
        let numbers = his.map(|number| (number, None)).collect::<Vec<_>>();
        let given = read::lessons_of(tables, course.id)?.into_iter().filter(|lesson| lesson.date == day);
        let given = given.filter(
            |lesson| {
                if lesson.substitute.as_str().is_empty() { own } else { lesson.substitute == *login }
            },
        );
        for (number, recorded) in numbers.into_iter().chain(given.map(|lesson| (lesson.number, Some(lesson.text())))) {
            let bell = school.bells.iter().find(|bell| bell.lesson == number).cloned();
            lessons.insert((number, course.id), Due { course: course.clone(), number, bell, recorded, instead: !own });
        }
    }
    let asked =
        corrections::all(tables)?.into_iter().filter(|one| one.decision.is_none() && one.requested_by == *login);
    let unconfirmed = read::substitutions(tables)?.into_iter();
    let unconfirmed = unconfirmed.filter(|one| one.given && !one.confirmed && one.teacher == *login);
    let filter = Filter { teacher: Some(login.clone()), ..Filter::default() };
    let owed = missing(tables, &filter, day.pred_opt().unwrap_or(day))?;
    Ok(Today {
        day,
        off: school.day_off(day).map(str::to_owned),
        lessons: lessons.into_values().collect(),
        owed,
        asked: asked.collect(),
        unconfirmed: unconfirmed.collect(),
    })
}

fn all_courses(tables: &Tables) -> Result<Vec<Course>> {
    let classes = read::classes(tables)?;
    let courses: Vec<Vec<Course>> =
        classes.iter().map(|class| read::courses_of(tables, class)).collect::<Result<_>>()?;
    Ok(courses.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::testing::day;
    use crate::work::testing::{Office, at};

    #[test]
    fn a_day_has_its_lessons_done_or_not_and_what_nobody_entered_before() {
        let mut office = Office::open();
        let on = |office: &Office, login: &str, date: &str| of(office, &login.into(), day(date)).unwrap();
        let told = |today: &Today| {
            let lessons = today.lessons.iter();
            lessons.map(|due| (due.number, due.recorded.as_ref().map(|line| line.topic.clone()))).collect::<Vec<_>>()
        };
        assert_eq!(told(&on(&office, "semyonov", "2025-09-01")), [(2, None)]);
        assert_eq!(on(&office, "semyonov", "2025-09-01").owed, [], "the day itself is not over");
        assert_eq!(on(&office, "semyonov", "2025-09-02").owed.len(), 1);
        assert_eq!(told(&on(&office, "petrova", "2025-09-01")), [], "it is another's course");
        office.teach(&at("2025-09-01", 2));
        assert_eq!(told(&on(&office, "semyonov", "2025-09-01")), [(2, Some("Тема".to_owned()))]);
        assert_eq!(on(&office, "semyonov", "2025-09-02").owed, []);
        let sunday = on(&office, "semyonov", "2025-09-07");
        assert_eq!((sunday.off.as_deref(), told(&sunday)), (Some("воскресенье"), Vec::new()));
    }
}
