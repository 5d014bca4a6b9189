//! What was counted in a period, person by person, by the same questions as the other reports ask.

use super::measure::Measure;
use super::{ALL, Fact, OTHER, Person, Place};
use crate::error::Result;
use crate::journal::read::absences::{Absences, Missed};
use crate::journal::read::explain::Reasons;
use crate::journal::read::finals::finals_of_school;
use crate::journal::read::standing::marks_of_course;
use crate::journal::read::timetable::Timetable;
use crate::journal::read::{self, Course, Tables, Teachers, corrections};
use crate::journal::rules::YEARLY;
use crate::report::discipline::keeper;
use crate::report::marks::standings;
use crate::report::{Filter, When};
use crate::school::{ClassName, Day, Login, School};
use chrono::Datelike;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What was counted in a period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The period.
    pub period: String,
    /// The subjects, in the school's order.
    pub subjects: Vec<String>,
    /// What there is to count, by the curriculum and the calendar, whether anything was counted or not.
    pub places: BTreeSet<Place>,
    /// The counts, in order.
    pub facts: Vec<Fact>,
}

/// Counts a period, or of «Год» the year's final marks.
///
/// # Errors
/// Tables that do not read.
pub fn counted(tables: &Tables, period: &str) -> Result<Counted> {
    let school = read::school(tables)?;
    let when = When::Period(period.into());
    let yearly = YEARLY.contains(&period);
    let span = |class: &ClassName| match yearly {
        true => Some((school.year.begins, school.year.ends)),
        false => when.span(&school, class),
    };
    let spans: BTreeMap<ClassName, (Day, Day)> =
        read::classes(tables)?.into_iter().filter_map(|class| Some((class.clone(), span(&class)?))).collect();
    let mut courses = Filter::default().courses(tables)?;
    courses.retain(|course| spans.contains_key(&course.key.class));
    let subjects = read::subjects(tables)?.into_iter().map(|subject| subject.name).collect();
    let mut count = Count {
        tables,
        school: &school,
        period,
        spans,
        courses,
        class_of: HashMap::new(),
        marked: HashMap::new(),
        places: BTreeSet::new(),
        counts: BTreeMap::new(),
    };
    count.pupils()?;
    count.final_marks()?;
    if !yearly {
        count.marks()?;
        count.coverage()?;
        count.attendance()?;
        count.lessons()?;
        count.substitutions()?;
        count.corrections()?;
    }
    let fact = |((place, kind, person), value)| Fact { place, kind, person, value };
    let facts = count.counts.into_iter().filter(|(_, value)| *value > 0).map(fact).collect();
    Ok(Counted { period: period.to_owned(), subjects, places: count.places, facts })
}

/// The counts under way.
struct Count<'a> {
    tables: &'a Tables,
    school: &'a School,
    period: &'a str,
    /// The classes that have the period, each with its days.
    spans: BTreeMap<ClassName, (Day, Day)>,
    courses: Vec<Course>,
    /// The class of each pupil, one alone: the last of the period.
    class_of: HashMap<i64, ClassName>,
    /// Whose final mark of the period is counted, by course.
    marked: HashMap<i64, HashSet<i64>>,
    places: BTreeSet<Place>,
    counts: BTreeMap<(Place, &'static str, Person), u64>,
}

/// The place of a count that has neither subject nor grade nor month.
fn of(measure: Measure) -> Place {
    Place { measure, subject: None, grade: None, month: None }
}

fn of_course(measure: Measure, course: &Course) -> Place {
    Place { subject: Some(course.key.subject.clone()), grade: Some(course.key.class.grade()), ..of(measure) }
}

fn of_subject(measure: Measure, course: &Course) -> Place {
    Place { subject: Some(course.key.subject.clone()), ..of(measure) }
}

fn of_class(measure: Measure, class: &ClassName) -> Place {
    Place { grade: Some(class.grade()), ..of(measure) }
}

fn of_month(measure: Measure, day: Day) -> Place {
    Place { month: Some(format!("{}-{:02}", day.year(), day.month())), ..of(measure) }
}

/// The kind of a grade; «1» is counted with «2».
fn grade(grade: u8) -> &'static str {
    match grade {
        5 => "5",
        4 => "4",
        3 => "3",
        _ => "2",
    }
}

impl Count<'_> {
    fn add(&mut self, place: &Place, kind: &'static str, person: &Person, value: u64) {
        *self.counts.entry((place.clone(), kind, person.clone())).or_default() += value;
    }

    fn pupil(&self, pupil: i64, class: &ClassName) -> Person {
        Person::Pupil(self.class_of.get(&pupil).unwrap_or(class).clone(), pupil)
    }

    /// The courses of grades that are given marks.
    fn with_marks(&self) -> Vec<Course> {
        let unmarked = &self.school.policy.unmarked_grades;
        self.courses.iter().filter(|course| !unmarked.contains(&course.key.class.grade())).cloned().collect()
    }

    fn is_marked(&self, course: i64, pupil: i64) -> bool {
        self.marked.get(&course).is_some_and(|marked| marked.contains(&pupil))
    }

    fn span(&self, course: &Course) -> Option<(Day, Day)> {
        self.spans.get(&course.key.class).copied()
    }

    fn pupils(&mut self) -> Result<()> {
        let mut last_seen: HashMap<i64, Day> = HashMap::new();
        for (class, (first, last)) in self.spans.clone() {
            let place = of_class(Measure::Pupils, &class);
            self.places.insert(place.clone());
            for (pupil, stays) in read::stays_in(self.tables, &class)? {
                let stays = stays.iter().filter(|stay| stay.overlaps(first, last));
                let Some(seen) = stays.map(|stay| stay.last_day().map_or(last, |left| left.min(last))).max() else {
                    continue;
                };
                if last_seen.get(&pupil).is_none_or(|before| *before < seen) {
                    last_seen.insert(pupil, seen);
                    self.class_of.insert(pupil, class.clone());
                }
            }
            for pupil in read::members_of_class(self.tables, &class, last, last)? {
                self.add(&place, ALL, &Person::Pupil(class.clone(), pupil.id), 1);
            }
        }
        Ok(())
    }

    fn final_marks(&mut self) -> Result<()> {
        let finals = finals_of_school(self.tables, self.school)?;
        for course in &self.with_marks() {
            let (place, Some((_, last))) = (of_course(Measure::FinalMarks, course), self.span(course)) else {
                continue;
            };
            self.places.insert(place.clone());
            let marked = finals.get(&(course.id, self.period.into())).map_or(&[][..], Vec::as_slice);
            let marked = marked.iter().filter(|(_, mark)| mark.is_not_attested() || mark.grades().next().is_some());
            for (pupil, mark) in marked {
                let person = self.pupil(*pupil, &course.key.class);
                self.marked.entry(course.id).or_default().insert(*pupil);
                let kind = mark.grades().next().map_or("not_attested", grade);
                self.add(&place, kind, &person, 1);
            }
            for pupil in read::roster(self.tables, &course.key, last)? {
                if !self.is_marked(course.id, pupil.id) {
                    let person = self.pupil(pupil.id, &course.key.class);
                    self.add(&place, OTHER, &person, 1);
                }
            }
        }
        Ok(())
    }

    fn marks(&mut self) -> Result<()> {
        for course in &self.with_marks() {
            let (place, Some((first, last))) = (of_course(Measure::Marks, course), self.span(course)) else { continue };
            self.places.insert(place.clone());
            let lessons = read::lessons_of(self.tables, course.id)?.into_iter();
            let within: BTreeSet<i64> =
                lessons.filter(|lesson| (first..=last).contains(&lesson.date)).map(|lesson| lesson.id).collect();
            for ((lesson, pupil), standing) in marks_of_course(self.tables, course.id)? {
                if within.contains(&lesson) {
                    let person = self.pupil(pupil, &course.key.class);
                    standing.marks.grades().for_each(|mark| self.add(&place, grade(mark), &person, 1));
                }
            }
        }
        Ok(())
    }

    /// As the coverage counts before final marks are set; of the same pupils as final marks, so that nobody is between.
    fn coverage(&mut self) -> Result<()> {
        let last = self.spans.values().map(|(_, last)| *last).max().unwrap_or(self.school.year.ends);
        for standing in standings(self.tables, self.school, &Filter::default(), Some(self.period), last)? {
            let place = of_course(Measure::Coverage, &standing.course);
            self.places.insert(place.clone());
            let marked = self.marked.get(&standing.course.id).cloned().unwrap_or_default();
            let listed = standing.pupils.iter().map(|pupil| pupil.id);
            for pupil in listed.chain(marked).collect::<BTreeSet<i64>>() {
                let person = self.pupil(pupil, &standing.course.key.class);
                let short = !standing.exempted.contains(&pupil) && standing.counts.lack(pupil).is_some();
                let kind = match (self.is_marked(standing.course.id, pupil), short) {
                    (false, _) => OTHER,
                    (true, false) => "enough",
                    (true, true) => "short",
                };
                self.add(&place, kind, &person, 1);
            }
        }
        Ok(())
    }

    fn attendance(&mut self) -> Result<()> {
        let reasons = Reasons::read(self.tables)?;
        for (class, (first, last)) in self.spans.clone() {
            let place = of_class(Measure::Attendance, &class);
            self.places.insert(place.clone());
            let absences = Absences::of_class(self.tables, &class, &reasons)?;
            for pupil in read::pupils_of_class(self.tables, &class)? {
                let Missed { held, lessons, .. } = absences.between(pupil.id, first, last);
                let person = self.pupil(pupil.id, &class);
                let kinds = [
                    ("present", held.saturating_sub(lessons.all())),
                    ("ill", lessons.ill),
                    ("excused", lessons.excused),
                    ("unexcused", lessons.unexcused),
                    ("unexplained", lessons.unexplained),
                ];
                kinds.into_iter().for_each(|(kind, count)| self.add(&place, kind, &person, count.into()));
            }
        }
        Ok(())
    }

    fn months(&mut self, measure: Measure) {
        for (first, last) in self.spans.values().copied() {
            let days = first.iter_days().take_while(|day| *day <= last);
            self.places.extend(days.map(|day| of_month(measure, day)));
        }
    }

    /// Lessons entered, those of each subject beside what the timetable has.
    fn lessons(&mut self) -> Result<()> {
        let teachers = Teachers::read(self.tables)?;
        self.months(Measure::Lessons);
        for course in self.courses.clone() {
            let Some((first, last)) = self.span(&course) else { continue };
            let (due, given) = (of_subject(Measure::LessonsDue, &course), of_subject(Measure::LessonsGiven, &course));
            self.places.extend([due.clone(), given.clone()]);
            for (date, _) in Timetable::of(self.tables, course.id)?.expected(self.school, first, last) {
                self.add(&due, ALL, &Person::Teacher(teachers.on(&course, date).clone()), 1);
            }
            let lessons = read::lessons_of(self.tables, course.id)?;
            for lesson in lessons.iter().filter(|lesson| (first..=last).contains(&lesson.date)) {
                let person = Person::Teacher(keeper(lesson, &course, &teachers).clone());
                let kind = if lesson.recorded_late().is_some() { "late" } else { "in_time" };
                self.add(&of_month(Measure::Lessons, lesson.date), kind, &person, 1);
                self.add(&given, ALL, &person, 1);
            }
        }
        Ok(())
    }

    fn substitutions(&mut self) -> Result<()> {
        self.months(Measure::Substitutions);
        for one in read::substitutions(self.tables)?.into_iter().filter(|one| one.given) {
            let within = self.spans.get(&one.at.course.class);
            if within.is_some_and(|(first, last)| (*first..=*last).contains(&one.at.date)) {
                let place = of_month(Measure::Substitutions, one.at.date);
                self.add(&place, ALL, &Person::Teacher(one.substitute), 1);
            }
        }
        Ok(())
    }

    /// Corrections count on the day on which they were asked for.
    fn corrections(&mut self) -> Result<()> {
        let courses: HashMap<i64, Course> = self.courses.iter().map(|course| (course.id, course.clone())).collect();
        self.places.extend(courses.values().map(|course| of_subject(Measure::Corrections, course)));
        for asked in corrections::asked(self.tables)? {
            let Some(course) = courses.get(&asked.course) else { continue };
            let (Some((first, last)), day) = (self.span(course), self.school.day_of(asked.at)) else { continue };
            if (first..=last).contains(&day) {
                let by: Login = asked.by;
                self.add(&of_subject(Measure::Corrections, course), ALL, &Person::Teacher(by), 1);
            }
        }
        Ok(())
    }
}
