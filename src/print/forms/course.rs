//! One course's year: its lessons, what stands in its cells, its final marks, its plan, read from the tables.

use super::class::{ClassData, Course, Pupil, person};
use crate::error::Result;
use crate::journal::read::absences::{attendance_of_course, turned};
use crate::journal::read::corrections::{Corrected, corrected};
use crate::journal::read::finals::{Other, finals_on_page};
use crate::journal::read::standing::{marks_of_course, marks_of_pupil};
use crate::journal::read::timetable::Timetable;
use crate::journal::read::{self, HandedMark, Tables, handed_marks};
use crate::school::{ClassName, CourseKey, Day, Period, School};
use std::collections::{BTreeSet, HashMap};

/// Names of the final marks that are no period's.
pub const YEAR: &str = "Год";
/// The exam's.
pub const EXAM: &str = "Экзамен";
/// The one after the exam.
pub const FINAL: &str = "Итог";

/// A lesson that was held.
#[derive(Debug)]
pub struct Lesson {
    /// Key in the tables.
    pub id: i64,
    /// The day.
    pub date: Day,
    /// Which lesson of the day.
    pub number: u8,
    /// What was done.
    pub topic: String,
    /// The kind of work as it was worded, or empty.
    pub work: String,
    /// Homework, or empty.
    pub homework: String,
    /// Who gave it instead, with initials, and whether that is confirmed.
    pub substitute: Option<(String, bool)>,
    /// The day it was entered, where that was later than the lesson and not in another program.
    pub entered_late: Option<Day>,
    /// The day on which it was entered on a stick and that on which it was handed in, where they differ.
    pub handed_in: Option<(Day, Day)>,
}

/// What stands in a pupil's cell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CellText {
    /// «5», «н», «оп 4».
    pub text: String,
    /// The document that the mark rests on (§2.3.5), or empty.
    pub document: String,
}

/// A final mark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinalMark {
    /// The mark.
    pub mark: String,
    /// Why the deputy head overrode the mark count, or empty.
    pub overridden: String,
    /// What another course has to do with it.
    pub elsewhere: Option<Elsewhere>,
}

/// What a final mark has to do with another course of its subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Elsewhere {
    /// It was set there, before the pupil came here.
    SetIn {
        /// «7 «В» классе», «группе «2»».
        place: String,
    },
    /// It does not count: the one that was set there does.
    CountsIn {
        /// «7 «В» классе», «группе «2»».
        place: String,
        /// That mark.
        mark: String,
    },
}

/// Everything that was recorded of a course.
#[derive(Debug)]
pub struct CourseYear {
    /// The lessons in order of time.
    pub lessons: Vec<Lesson>,
    /// By lesson and pupil.
    pub cells: HashMap<(i64, i64), CellText>,
    /// By pupil and period.
    pub finals: HashMap<(i64, String), FinalMark>,
    /// What was recorded on a stick and handed in on another day, a column after the other.
    pub handed: Vec<HandedMark>,
    /// What approved corrections changed, in the order of their register.
    pub corrected: Vec<Corrected>,
    /// Lessons planned in each of the class's periods.
    pub planned: Vec<u32>,
    /// Lessons planned for the year.
    pub planned_year: u32,
}

impl CourseYear {
    /// Reads the course's year.
    ///
    /// # Errors
    /// Tables that hold what they cannot hold.
    pub fn load(tables: &Tables, school: &School, data: &ClassData, course: &Course) -> Result<Self> {
        let lessons = lessons(tables, course.id)?;
        let cells = cells(tables, data, course.id, &lessons)?;
        let finals = finals(tables, school, data, course)?;
        let (planned, planned_year) = planned(tables, school, data, course)?;
        let corrected = corrected(tables, course.id)?;
        let handed = handed_marks(tables, course.id)?;
        Ok(Self { lessons, cells, finals, handed, corrected, planned, planned_year })
    }

    /// Whether anyone has a final mark of this name.
    pub fn has_final(&self, period: &str) -> bool {
        self.finals.keys().any(|(_, known)| known == period)
    }

    /// How many lessons were held within a period.
    pub fn taught(&self, period: &Period) -> u32 {
        let held = self.lessons.iter().filter(|lesson| (period.begins..=period.ends).contains(&lesson.date)).count();
        u32::try_from(held).unwrap_or(u32::MAX)
    }

    /// The pupil's final mark of a period.
    pub fn final_mark(&self, pupil: i64, period: &str) -> Option<&FinalMark> {
        self.finals.get(&(pupil, period.to_owned()))
    }
}

fn lessons(tables: &Tables, course: i64) -> Result<Vec<Lesson>> {
    let handed = read::handed_lessons(tables, course)?;
    let lesson = |lesson: read::Lesson| {
        let handed_in = handed.get(&(lesson.date, lesson.number)).copied();
        let (entered_late, login) = (lesson.recorded_late(), &lesson.substitute);
        let name = if login.is_empty() { None } else { person(tables, login)? };
        let name = name.map_or_else(|| login.to_string(), |name| name.initials());
        let substitute = (!login.is_empty()).then_some((name, lesson.confirmed));
        let read::Lesson { id, date, number, topic, work, homework, .. } = lesson;
        Ok(Lesson { id, date, number, topic, work, homework, substitute, entered_late, handed_in })
    };
    read::lessons_of(tables, course)?.into_iter().map(lesson).collect()
}

fn cells(tables: &Tables, data: &ClassData, course: i64, lessons: &[Lesson]) -> Result<HashMap<(i64, i64), CellText>> {
    let days: HashMap<i64, Day> = lessons.iter().map(|lesson| (lesson.id, lesson.date)).collect();
    let mut cells: HashMap<(i64, i64), CellText> = HashMap::new();
    for ((lesson, pupil), kind) in attendance_of_course(tables, course)? {
        let kind = days.get(&lesson).map_or(kind, |day| turned(&data.reasons, pupil, *day, kind));
        cells.insert((lesson, pupil), CellText { text: kind.as_str().to_owned(), document: String::new() });
    }
    for (place, marks) in marks_of_course(tables, course)? {
        let cell = cells.entry(place).or_default();
        if !cell.text.is_empty() {
            cell.text.push(' ');
        }
        cell.text.push_str(&marks.marks.to_string());
        cell.document = marks.document;
    }
    Ok(cells)
}

fn finals(
    tables: &Tables,
    school: &School,
    data: &ClassData,
    course: &Course,
) -> Result<HashMap<(i64, String), FinalMark>> {
    let key = CourseKey { class: data.class.clone(), group: course.group.clone(), subject: course.subject.clone() };
    let known = read::Course { id: course.id, key, teacher: String::new().into(), hours: course.hours };
    let place = |course: &CourseKey| place_of(data, &course.class, &course.group);
    let shown = finals_on_page(tables, school, &known)?.into_iter().map(|on| {
        let elsewhere = on.other.map(|other| match other {
            Other::SetIn(course) => Elsewhere::SetIn { place: place(&course) },
            Other::Counts(there) => {
                Elsewhere::CountsIn { place: place(&there.course), mark: there.of.mark.to_string() }
            }
        });
        let mark = FinalMark { mark: on.of.mark.to_string(), overridden: on.of.override_reason, elsewhere };
        ((on.of.pupil.id, on.of.period.into()), mark)
    });
    Ok(shown.collect())
}

/// Where another course is, after «в»: «7 «В» классе», «группе «2»» of the same class.
fn place_of(data: &ClassData, class: &ClassName, group: &str) -> String {
    match (*class == data.class, group) {
        (true, "") => "общем списке класса".to_owned(),
        (true, group) => format!("группе «{group}»"),
        (false, "") => format!("{} классе", class.quoted()),
        (false, group) => format!("{} классе (группа «{group}»)", class.quoted()),
    }
}

/// Lessons planned in each period and in the year. The lesson plan (КТП) has no dates: its number of lessons is shared
/// out by the lessons that the timetable has in each period, so that the periods add up to the year.
fn planned(tables: &Tables, school: &School, data: &ClassData, course: &Course) -> Result<(Vec<u32>, u32)> {
    let timetable = Timetable::of(tables, course.id)?;
    let lessons_on = |day: Day| match timetable.is_empty() {
        // Without a timetable: the weekly hours over six days.
        true => course.hours / 6.0,
        false => timetable.on(day).count() as f64,
    };
    let days_of = |period: &Period| -> f64 {
        let days = period.begins.iter_days().take_while(|day| *day <= period.ends);
        days.filter(|day| school.day_off(*day).is_none()).map(lessons_on).sum()
    };
    let weights: Vec<f64> = data.periods.iter().map(days_of).collect();
    let plan = u32::try_from(read::plan_of(tables, course.id)?.len()).unwrap_or(u32::MAX);
    let total: f64 = weights.iter().sum();
    let year = if plan > 0 { plan } else { total.round() as u32 };
    Ok((share_out(year, &weights), year))
}

/// Shares `total` out in proportion to the weights; the shares add up to it.
fn share_out(total: u32, weights: &[f64]) -> Vec<u32> {
    let sum: f64 = weights.iter().sum();
    let (mut before, mut weight) = (0, 0.0);
    let share = |so_far: f64| if sum > 0.0 { (f64::from(total) * so_far / sum).round() as u32 } else { 0 };
    let mut out = Vec::new();
    for part in weights {
        weight += part;
        let upto = share(weight);
        out.push(upto - before);
        before = upto;
    }
    out
}

/// Marks that a pupil who came to this course on the day `came` had got in the same subject in other classes and groups
/// until then, a text a class or group: «04.09 — 4, …». What he got there while he was not here any more, or not yet again,
/// belongs to their pages alone.
///
/// # Errors
/// Only the database's.
pub fn marks_elsewhere(
    tables: &Tables,
    data: &ClassData,
    course: &Course,
    pupil: &Pupil,
    came: Day,
) -> Result<Vec<(String, String)>> {
    if !was_elsewhere(data, course, pupil, came) {
        return Ok(Vec::new());
    }
    // Of another class all its groups together.
    let mut lists: BTreeSet<(ClassName, Option<String>)> = BTreeSet::new();
    let all = marks_of_pupil(tables, pupil.id)?;
    let from = |class: &ClassName| pupil.elsewhere.iter().any(|(of, stay)| of == class && stay.since < came);
    let here = course.stays_of(pupil);
    let earned_for_here = |day: Day| day < came || here.iter().any(|stay| stay.covers(day));
    for mark in all.iter().filter(|mark| mark.subject == course.subject && earned_for_here(mark.date)) {
        let own = mark.class == data.class;
        let left = match own {
            true => mark.group != course.group && has_left(data, &mark.group, course, pupil, came),
            false => from(&mark.class),
        };
        if left {
            lists.insert((mark.class.clone(), own.then(|| mark.group.clone())));
        }
    }
    let on_list = |(class, group): (ClassName, Option<String>)| {
        let there = all.iter().filter(|mark| {
            mark.class == class
                && earned_for_here(mark.date)
                && mark.subject == course.subject
                && group.as_ref().is_none_or(|group| mark.group == *group)
        });
        let marks: Vec<String> = there.map(|mark| format!("{} — {}", mark.date.format("%d.%m"), mark.what)).collect();
        (place_of(data, &class, group.as_deref().unwrap_or_default()), marks.join(", "))
    };
    Ok(lists.into_iter().map(on_list).collect())
}

/// Whether a pupil may have marks of the subject elsewhere. Most have not, and are not asked of all the marks of the school.
fn was_elsewhere(data: &ClassData, course: &Course, pupil: &Pupil, came: Day) -> bool {
    let moved = pupil.elsewhere.iter().any(|(_, stay)| stay.since < came);
    let beside = |other: &Course| other.subject == course.subject && other.group != course.group;
    moved || data.courses.iter().any(|other| beside(other) && other.members.contains(&pupil.id))
}

/// Whether a pupil is in another group of the class no more, or had been taken off its list, when he came to this one.
fn has_left(data: &ClassData, group: &str, course: &Course, pupil: &Pupil, came: Day) -> bool {
    let other = data.courses.iter().find(|other| other.group == group && other.subject == course.subject);
    let stays = other.and_then(|other| other.stays.get(&pupil.id));
    course.stays.contains_key(&pupil.id) && !stays.is_some_and(|stays| stays.iter().any(|stay| stay.covers(came)))
}

#[cfg(test)]
mod tests {
    use super::{ClassData, share_out, was_elsewhere};
    use crate::journal::read;
    use crate::journal::testing::{Annals, course, day, name, person};
    use crate::school::{ClassName, Role, School};
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_plan_is_shared_out_by_the_timetable() {
        assert_eq!(share_out(10, &[1.0, 1.0, 2.0]), [3, 2, 5]);
        assert_eq!(share_out(0, &[1.0]), [0]);
        assert_eq!(share_out(7, &[0.0, 0.0]), [0, 0]);
    }

    proptest! {
        #[test]
        fn shares_add_up_to_the_year(total in 0u32..300, weights in prop::collection::vec(0.1f64..60.0, 1..6)) {
            prop_assert_eq!(share_out(total, &weights).iter().sum::<u32>(), total);
        }
    }

    /// English in two groups, algebra for all. В changed groups, Г came from 7Б; the others were always where they are.
    #[test]
    fn only_who_was_in_another_class_or_group_of_the_subject_is_asked_about_marks_there() {
        let school = School::from_toml(include_str!("../../../tests/fixtures/small/school.toml")).unwrap();
        let administrator = person("ivanova", "Иванова Инна", "администратор", &[Role::Administrator]);
        let mut annals = Annals::new(school, administrator, "2025-09-01T08:00");
        annals.person(person("semyonov", "Семёнов Савва", "учитель", &[Role::Teacher]));
        annals.subject("Алгебра").subject("Пение").class("7А", "").class("7Б", "");
        for (file, class) in [("А", "7А"), ("Б", "7А"), ("В", "7А"), ("Г", "7Б")] {
            annals.pupil(file, name(&format!("{file} Имя")), day("2012-01-01"), class, day("2025-09-01"));
        }
        annals.group("7А", "1", vec!["А".into(), "В".into()]).group("7А", "2", vec!["Б".into()]);
        for key in [course("7А", "Алгебра"), course("7А/1", "Пение"), course("7А/2", "Пение")] {
            annals.course(&key, "semyonov", 1.0);
        }
        let mut journal = annals.record();
        let class = ClassName::parse("7А").unwrap();
        let on = day("2025-09-02");
        let group = |group: &str, members: &[&str]| crate::journal::entry::GroupSet {
            class: class.clone(),
            group: group.into(),
            members: members.iter().map(|file| (*file).to_owned()).collect(),
            since: Some(on),
            despite: false,
        };
        journal.by("ivanova", "2025-09-02", group("1", &["А"]));
        journal.by("ivanova", "2025-09-02", group("2", &["Б", "В"]));
        let moved =
            crate::journal::entry::PupilMoved { file: "Г".into(), class: class.clone(), since: on, despite: false };
        journal.by("ivanova", "2025-09-02", moved);
        let data = ClassData::load(&journal, &read::school(&journal).unwrap(), &class).unwrap();
        let mut asked = BTreeSet::new();
        for course in &data.courses {
            for pupil in data.pupils_of(course) {
                let came = course.stays_of(pupil).iter().map(|stay| stay.since).max().unwrap();
                if was_elsewhere(&data, course, pupil, came) {
                    asked.insert(format!("{} {}{}", pupil.noted, course.subject, course.group));
                }
            }
        }
        let asked: Vec<&str> = asked.iter().map(String::as_str).collect();
        assert_eq!(asked.len(), 3, "В in both groups, Г in algebra: {asked:?}");
        assert!(asked.iter().all(|one| one.starts_with('В') || one.starts_with('Г')), "{asked:?}");
    }
}
