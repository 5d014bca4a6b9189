//! Subjects, classes, courses and their timetable: the teaching load (§3.3.1).

use super::people::or_stands;
use super::{Done, Workplace};
use crate::error::{Error, Result};
use crate::journal::entry::{
    ClassAnnulled, ClassSet, CourseAnnulled, CourseSet, SubjectAnnulled, SubjectsSet, TimetableSet,
};
use crate::journal::read::Tables;
use crate::journal::read::timetable::Timetable;
use crate::journal::rules::timetable::{faults, span};
use crate::journal::{may, read};
use crate::school::{ClassName, CourseKey, Day, Login, WEEKDAYS_SHORT, clean, weekday_from_short};

pub use crate::journal::entry::{Slot, SubjectLine};

/// A course as it is to be.
#[derive(Debug, Clone, PartialEq)]
pub struct Wish {
    /// Class, group and subject.
    pub course: CourseKey,
    /// The teacher's login; of a course that is there, the same as before if it is not said.
    pub teacher: Option<String>,
    /// Hours a week; likewise.
    pub hours: Option<f64>,
}

/// What was done about a course.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It stands as it was wished.
    Set(Box<Standing>),
    /// The course is new, and its teacher was not said.
    NoTeacher(CourseKey),
    /// The course is new, and its hours were not said.
    NoHours(CourseKey),
}

/// A course as it stands now.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// What was recorded.
    pub done: Done,
    /// The course.
    pub course: CourseKey,
    /// The teacher's login, and the hours a week.
    pub teacher: String,
    /// Hours a week.
    pub hours: f64,
    /// Who taught it before, where that was somebody else.
    pub before: Option<String>,
    /// How many hours a week it had before, where that was another number.
    pub hours_before: Option<f64>,
}

/// Makes a course, gives it to another teacher or changes its hours.
///
/// # Errors
/// Text that cannot be printed; what a right or a rule refuses.
pub fn set(place: &mut Workplace<'_>, wish: Wish) -> Result<Outcome> {
    let course = CourseKey { group: clean(&wish.course.group)?, ..wish.course };
    let known = read::course(place.tables(), &course)?;
    let teacher = wish.teacher.or(known.as_ref().map(|known| known.teacher.to_string()));
    let Some(teacher) = teacher else { return Ok(Outcome::NoTeacher(course)) };
    let Some(hours) = wish.hours.or(known.as_ref().map(|known| known.hours)) else {
        return Ok(Outcome::NoHours(course));
    };
    let stands = known.as_ref().is_some_and(|known| known.teacher == teacher && known.hours == hours);
    let set = CourseSet { course: course.clone(), teacher: teacher.clone(), hours };
    let done = if stands { place.stands(set)? } else { place.record([set.into()])? };
    let hours_before = known.as_ref().map(|known| known.hours).filter(|before| *before != hours);
    let before = known.map(|known| known.teacher.to_string()).filter(|before| *before != teacher);
    Ok(Outcome::Set(Box::new(Standing { done, course, teacher, hours, before, hours_before })))
}

/// Sets the lessons of a course in the week, from the beginning of the year or from a day on. What clashes with other courses
/// or with the school's week is set only `despite` that.
///
/// # Errors
/// What a right or a rule refuses.
pub fn set_timetable(
    place: &mut Workplace<'_>,
    course: &read::Course,
    since: Option<Day>,
    mut slots: Vec<Slot>,
    despite: bool,
) -> Result<Done> {
    slots.sort_unstable();
    let begins = place.school()?.year.begins;
    let weeks = Timetable::of(place.tables(), course.id)?;
    let stands = |(day, week): &(Day, Vec<Slot>)| *day == since.unwrap_or(begins) && *week == slots;
    let standing = weeks.weeks().iter().any(stands);
    let set = TimetableSet { course: course.key.clone(), since, slots, despite };
    if standing { place.stands(set) } else { place.record([set.into()]) }
}

/// A lesson of the week: «пн 2», «пн2», «Понедельник 2» are read by the first two letters and the number.
///
/// # Errors
/// A text that has no day of the week or no number.
pub fn slot(typed: &str) -> Result<Slot> {
    let bad = || Error::input(format!("«{}» не урок недели", typed.trim())).next("укажите так: «пн 2», «ср 4»");
    let word: String = typed.chars().filter(|c| c.is_alphabetic()).take(2).collect();
    let number: String = typed.chars().filter(char::is_ascii_digit).collect();
    let weekday = weekday_from_short(&word).ok_or_else(bad)?;
    Ok(Slot { weekday, lesson: number.parse().map_err(|_| bad())? })
}

/// «пн 2, ср 4».
pub fn in_words(week: &[Slot]) -> String {
    let word = |slot: &Slot| {
        let weekday = WEEKDAYS_SHORT.get(usize::from(slot.weekday).wrapping_sub(1)).copied().unwrap_or_default();
        format!("{weekday} {}", slot.lesson)
    };
    if week.is_empty() { "нет".to_owned() } else { week.iter().map(word).collect::<Vec<_>>().join(", ") }
}

/// A lesson in the week of a class.
#[derive(Debug, Clone, PartialEq)]
pub struct Placed {
    /// The day and the hour.
    pub slot: Slot,
    /// Whose it is.
    pub course: read::Course,
    /// What speaks against it: another lesson of the class, the group or the teacher then; an hour that the school does
    /// not have.
    pub faults: Vec<String>,
}

/// The week of a class that holds on a day, by day and hour.
///
/// # Errors
/// Tables that do not read.
pub fn week_of_class(tables: &Tables, class: &ClassName, day: Day) -> Result<Vec<Placed>> {
    let (school, mut week) = (read::school(tables)?, Vec::new());
    for course in read::courses_of(tables, class)? {
        let slots = Timetable::of(tables, course.id)?.week(day).to_vec();
        let against = faults(tables, &school, &course, (day, day), &slots)?;
        week.extend(slots.into_iter().map(|slot| {
            let faults = against.iter().filter(|(at, _)| *at == slot).map(|(_, why)| why.clone()).collect();
            Placed { slot, course: course.clone(), faults }
        }));
    }
    week.sort_by(|one, other| (one.slot, &one.course.key).cmp(&(other.slot, &other.course.key)));
    Ok(week)
}

/// What speaks against lessons of a course at these hours from a day on, in Russian, as recording them would say.
///
/// # Errors
/// Tables that do not read.
pub fn against(tables: &Tables, course: &read::Course, since: Day, slots: &[Slot]) -> Result<Vec<(Slot, String)>> {
    let school = read::school(tables)?;
    faults(tables, &school, course, span(tables, &school, course, since)?, slots)
}

/// A subject, and what is said of it; what is not said stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// Its name.
    pub name: String,
    /// Its short name for narrow columns; of a new one, the name itself.
    pub short: Option<String>,
    /// Методическое объединение; of a new one, none.
    pub association: Option<String>,
    /// Whether it has written work (§2.3.1); a new one has.
    pub written: Option<bool>,
}

/// A subject as it stands now.
#[derive(Debug, Clone, PartialEq)]
pub struct SubjectDone {
    /// What was recorded: nothing where it stood so.
    pub done: Done,
    /// The subject.
    pub now: SubjectLine,
    /// What it was before, where it was there.
    pub before: Option<SubjectLine>,
}

/// Adds a subject or changes what is said of it.
///
/// # Errors
/// Text that cannot be printed; what a right or a rule refuses.
pub fn set_subject(place: &mut Workplace<'_>, subject: &Subject) -> Result<SubjectDone> {
    let name = clean(&subject.name)?;
    let known = read::subject(place.tables(), &name)?;
    let stands = known.clone().unwrap_or_else(|| SubjectLine {
        name: name.clone(),
        short: name.clone(),
        association: String::new(),
        written: true,
    });
    let line = SubjectLine {
        name: name.clone(),
        short: or_stands(subject.short.as_deref(), &stands.short)?,
        association: or_stands(subject.association.as_deref(), &stands.association)?,
        written: subject.written.unwrap_or(stands.written),
    };
    let set = SubjectsSet { subjects: vec![line.clone()] };
    let done = if known.as_ref() == Some(&line) { place.stands(set)? } else { place.record([set.into()])? };
    Ok(SubjectDone { done, now: line, before: known })
}

/// Annuls a subject that was entered by mistake.
///
/// # Errors
/// As [`annul`].
pub fn annul_subject(place: &mut Workplace<'_>, subject: &str, reason: &str) -> Result<Done> {
    place.record([SubjectAnnulled { subject: subject.to_owned(), reason: clean(reason)? }.into()])
}

/// A class as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassDone {
    /// What was recorded: nothing where it stood so.
    pub done: Done,
    /// Login of the class teacher before, where the class was there; may be empty.
    pub before: Option<Login>,
}

/// Makes a class, or gives it another class teacher.
///
/// # Errors
/// What a right or a rule refuses.
pub fn set_class(place: &mut Workplace<'_>, class: ClassName, teacher: &str) -> Result<ClassDone> {
    let (done, before) = place.decide(|tables, login| {
        let before = read::class_teacher(tables, &class)?;
        let set = ClassSet { class, teacher: teacher.to_owned() };
        if before.as_ref().is_some_and(|before| *before == teacher) {
            may(tables, login, set.into())?;
            return Ok((Vec::new(), before));
        }
        Ok((vec![set.into()], before))
    })?;
    Ok(ClassDone { done, before })
}

/// Annuls a course that was made by mistake, with its timetable and with lessons in which there are no marks.
///
/// # Errors
/// What rests on it; what a right refuses.
pub fn annul(place: &mut Workplace<'_>, course: &CourseKey, reason: &str) -> Result<Done> {
    place.record([CourseAnnulled { course: course.clone(), reason: clean(reason)? }.into()])
}

/// Annuls a class that was made by mistake.
///
/// # Errors
/// As [`annul`].
pub fn annul_class(place: &mut Workplace<'_>, class: &ClassName, reason: &str) -> Result<Done> {
    place.record([ClassAnnulled { class: class.clone(), reason: clean(reason)? }.into()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::founded;
    use crate::ledger::identity::Identity;
    use crate::school::{PersonName, Role};
    use crate::work::people::{self, Changes, Colleague};

    #[test]
    fn what_is_not_said_of_a_course_stays_and_what_stands_is_recorded_once() {
        let (dir, key) = (tempfile::tempdir().unwrap(), Identity::generate());
        let mut journal = founded::journal(&dir.path().join("journal.letopis"), &key);
        let now = chrono::DateTime::parse_from_rfc3339("2025-09-01T09:00:00+03:00").unwrap();
        let mut place = Workplace::at(&mut journal, &key, &now).unwrap();
        for login in ["semyonov", "belova"] {
            let name = PersonName { surname: login.into(), given: "Инна".into(), patronymic: String::new() };
            let (position, association, roles) = ("учитель".into(), String::new(), vec![Role::Teacher]);
            people::add(&mut place, &Colleague { login: login.into(), name, position, association, roles }).unwrap();
        }
        assert!(people::change(&mut place, "belova", &Changes::default()).is_err(), "nothing is said to change");
        let subject = Subject { name: " Алгебра ".into(), ..Subject::default() };
        assert_eq!(set_subject(&mut place, &subject).unwrap().now.name, "Алгебра");
        assert!(set_subject(&mut place, &subject).unwrap().done.numbers.is_empty());

        let class = ClassName::parse("7А").unwrap();
        let course = CourseKey { class, group: String::new(), subject: "Алгебра".into() };
        let mut wished = |teacher: Option<&str>, hours| {
            let wish = Wish { course: course.clone(), teacher: teacher.map(str::to_owned), hours };
            set(&mut place, wish).unwrap()
        };
        assert_eq!(wished(None, Some(2.0)), Outcome::NoTeacher(course.clone()));
        assert_eq!(wished(Some("semyonov"), None), Outcome::NoHours(course.clone()));
        let stands = |outcome: Outcome| match outcome {
            Outcome::Set(standing) => {
                let Standing { done, teacher, hours, before, .. } = *standing;
                (done.numbers.len(), teacher, hours, before)
            }
            lacking => panic!("{lacking:?}"),
        };
        assert_eq!(stands(wished(Some("semyonov"), Some(2.0))), (1, "semyonov".into(), 2.0, None));
        assert_eq!(stands(wished(None, Some(2.0))), (0, "semyonov".into(), 2.0, None));
        let before = Some("semyonov".to_owned());
        assert_eq!(stands(wished(Some("belova"), None)), (1, "belova".into(), 2.0, before));
    }

    #[test]
    fn a_week_shows_what_is_at_one_time_and_where_the_school_has_no_lessons() {
        let (dir, key) = (tempfile::tempdir().unwrap(), Identity::generate());
        let mut journal = founded::journal(&dir.path().join("journal.letopis"), &key);
        let now = chrono::DateTime::parse_from_rfc3339("2025-09-01T09:00:00+03:00").unwrap();
        let mut place = Workplace::at(&mut journal, &key, &now).unwrap();
        let name =
            PersonName { surname: "Семёнов".into(), given: "Савва".into(), patronymic: String::new() };
        let (position, association, roles) = ("учитель".into(), String::new(), vec![Role::Teacher]);
        people::add(&mut place, &Colleague { login: "semyonov".into(), name, position, association, roles }).unwrap();
        let class = ClassName::parse("7А").unwrap();
        let mut courses = Vec::new();
        for subject in ["Алгебра", "Химия"] {
            set_subject(&mut place, &Subject { name: subject.into(), ..Subject::default() }).unwrap();
            let course = CourseKey { class: class.clone(), group: String::new(), subject: subject.into() };
            let wish = Wish { course: course.clone(), teacher: Some("semyonov".into()), hours: Some(2.0) };
            set(&mut place, wish).unwrap();
            courses.push((*read::course(place.tables(), &course).unwrap().unwrap()).clone());
        }
        let slots = |typed: &[&str]| typed.iter().map(|one| slot(one).unwrap()).collect::<Vec<_>>();
        let day = |text: &str| crate::school::parse_date(text).unwrap();
        set_timetable(&mut place, &courses[0], None, slots(&["пн 2", "Среда 1"]), false).unwrap();
        set_timetable(&mut place, &courses[1], None, slots(&["чт4"]), false).unwrap();
        let later = slots(&["пн 2", "вс 1"]);
        let error = set_timetable(&mut place, &courses[1], Some(day("01.12.2025")), later.clone(), false).unwrap_err();
        set_timetable(&mut place, &courses[1], Some(day("01.12.2025")), later, true).unwrap();
        let week = |on: &str| {
            let week = week_of_class(place.tables(), &class, day(on)).unwrap();
            let shown =
                |one: Placed| format!("{} {} {}", in_words(&[one.slot]), one.course.key.subject, one.faults.join("; "));
            week.into_iter().map(shown).collect::<Vec<_>>()
        };
        assert_eq!(week("15.10.2025"), ["пн 2 Алгебра ", "ср 1 Алгебра ", "чт 4 Химия "]);
        let after = week("03.12.2025");
        assert_eq!(
            after,
            [
                "пн 2 Алгебра у 7А уже «7А, Химия»",
                "пн 2 Химия у 7А уже «7А, Алгебра»",
                "ср 1 Алгебра ",
                "вс 1 Химия воскресенье не учебный день"
            ]
        );
        for (words, at) in [("у 7А уже «7А, Алгебра»", "пн, урок 2"), ("воскресенье не учебный день", "вс, урок 1")]
        {
            assert!(error.message().contains(&format!("{at}: {words}")), "{error}");
        }
        assert!(slot("пн").is_err() && slot("2").is_err() && slot("пусто 1").is_err());
    }
}
