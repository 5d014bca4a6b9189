//! The lessons of a day in the whole school, with who gives each: what substitutions are assigned from (§2.1).

use crate::error::Result;
use crate::journal::read::timetable::Timetable;
use crate::journal::read::{self, Course, Tables, Teachers};
use crate::school::{Day, Login};
use std::collections::{BTreeMap, HashSet};

/// A lesson of the day.
#[derive(Debug, Clone, PartialEq)]
pub struct OfDay {
    /// The course.
    pub course: Course,
    /// Which lesson of the day.
    pub number: u8,
    /// Login of who teaches the course then.
    pub teacher: Login,
    /// Login of who gives it instead of him.
    pub substitute: Option<Login>,
    /// Whether it was recorded.
    pub is_recorded: bool,
    /// Whether its substitution was assigned or confirmed, if there is one.
    pub is_confirmed: bool,
}

impl OfDay {
    /// Login of who gives it.
    pub fn given_by(&self) -> &Login {
        self.substitute.as_ref().unwrap_or(&self.teacher)
    }
}

/// The lessons of a day, by class and hour: those that the timetable has, those that were recorded beside it, and those that
/// somebody was assigned to.
///
/// # Errors
/// Tables that do not read.
pub fn lessons(tables: &Tables, day: Day) -> Result<Vec<OfDay>> {
    let (school, teachers) = (read::school(tables)?, Teachers::read(tables)?);
    let mut numbers: BTreeMap<i64, Vec<u8>> = BTreeMap::new();
    for at in read::lessons_between(tables, day, day)? {
        if let Some(course) = read::course(tables, &at.course)? {
            numbers.entry(course.id).or_default().push(at.lesson);
        }
    }
    let assigned = read::assigned_substitutes(tables)?;
    for (course, _, number) in assigned.keys().filter(|(_, on, _)| *on == day) {
        numbers.entry(*course).or_default().push(*number);
    }
    let mut out = Vec::new();
    for class in read::classes(tables)? {
        let mut of_class = Vec::new();
        for course in read::courses_of(tables, &class)? {
            let timetable = Timetable::of(tables, course.id)?;
            let mut all: Vec<u8> = timetable.expected(&school, day, day).map(|(_, number)| number).collect();
            all.extend(numbers.remove(&course.id).unwrap_or_default());
            all.sort_unstable();
            all.dedup();
            for number in all {
                let recorded = read::lesson(tables, course.id, day, number)?;
                let teacher = teachers.on(&course, day).clone();
                let (substitute, is_confirmed) = match &recorded {
                    Some(lesson) => (Some(lesson.substitute.clone()), lesson.confirmed),
                    None => (assigned.get(&(course.id, day, number)).cloned(), true),
                };
                let (substitute, is_recorded) = (substitute.filter(|login| !login.is_empty()), recorded.is_some());
                of_class.push(OfDay { course: course.clone(), number, teacher, substitute, is_recorded, is_confirmed });
            }
        }
        of_class.sort_by_key(|lesson| lesson.number);
        out.append(&mut of_class);
    }
    Ok(out)
}

/// Who gives another lesson at this hour of the day.
pub fn busy(lessons: &[OfDay], number: u8) -> HashSet<&Login> {
    lessons.iter().filter(|lesson| lesson.number == number).map(OfDay::given_by).collect()
}

#[cfg(test)]
mod tests {
    use super::{busy, lessons};
    use crate::journal::testing::day;
    use crate::school::Login;
    use crate::work::lesson::{self, LessonWish};
    use crate::work::substitution::{assign, cancel};
    use crate::work::testing::{Office, about, at};

    fn told(office: &Office, on: &str) -> Vec<(u8, String, bool, bool)> {
        let all = lessons(office, day(on)).unwrap();
        all.iter().map(|one| (one.number, one.given_by().to_string(), one.is_recorded, one.is_confirmed)).collect()
    }

    #[test]
    fn a_day_has_the_lessons_of_its_timetable_with_who_gives_them() {
        let mut office = Office::open();
        let (monday, gusev) = (at("2025-09-08", 2), Login::from("gusev"));
        assert_eq!(told(&office, "2025-09-08"), [(2, "semyonov".to_owned(), false, true)]);
        assert_eq!(told(&office, "2025-09-07"), [], "a Sunday");
        office.ask("petrova", "2025-09-05", |place| assign(place, &monday, &gusev)).unwrap();
        assert_eq!(told(&office, "2025-09-08"), [(2, "gusev".to_owned(), false, true)]);
        let all = lessons(&office, day("2025-09-08")).unwrap();
        assert!(busy(&all, 2).contains(&gusev) && busy(&all, 3).is_empty());
        office.ask("petrova", "2025-09-05", |place| cancel(place, &monday)).unwrap();
        assert_eq!(told(&office, "2025-09-08"), [(2, "semyonov".to_owned(), false, true)]);
        office.teach(&at("2025-09-08", 2));
        assert_eq!(told(&office, "2025-09-08"), [(2, "semyonov".to_owned(), true, true)]);
        let instead = LessonWish { substitute: true, ..about(&at("2025-09-10", 1), "Тема") };
        office.ask("gusev", "2025-09-10", |place| lesson::record(place, &instead)).unwrap();
        assert_eq!(told(&office, "2025-09-10"), [(1, "gusev".to_owned(), true, false)], "nobody has confirmed it");
    }
}
