//! The year as it was lived: every lesson of the timetable on every school day,
//! with its place in the plan, who gave it, and who was away.

use std::ops::Range;

use crate::absence::{self, Span};
use crate::calendar::{self, BEGINS, Date, ENDS};
use crate::curriculum::SUBJECTS;
use crate::random::Rng;
use crate::school::{Course, School, Slot};
use crate::topics::{self, Planned};

pub struct Lesson {
    pub date: Date,
    pub slot: Slot,
    pub substitute: Option<usize>,
}

pub struct CourseYear {
    /// One planned lesson for each that was given, in order.
    pub plan: Vec<Planned>,
    pub lessons: Vec<Lesson>,
    /// Which lessons belong to each period of the grade.
    pub periods: Vec<Range<usize>>,
}

pub struct Year {
    /// Beside the school's courses.
    pub courses: Vec<CourseYear>,
    /// Absences by class, then by pupil.
    pub absences: Vec<Vec<Vec<Span>>>,
}

pub fn live(school: &School, seed: u64) -> Year {
    let days = calendar::school_days();
    let live = |course: &Course| course_year(school, course, &days, seed);
    let mut courses: Vec<CourseYear> = school.courses.iter().map(live).collect();
    substitute(school, &mut courses, &mut Rng::of(seed, "substitutions", 0));
    let absences_of = |(class, entry): (usize, &crate::school::Class)| {
        let of = |(index, pupil)| absence::of(pupil, &mut Rng::of(seed, "absence", class * 100 + index));
        entry.pupils.iter().enumerate().map(of).collect()
    };
    let absences = school.classes.iter().enumerate().map(absences_of).collect();
    Year { courses, absences }
}

fn course_year(school: &School, course: &Course, days: &[Date], seed: u64) -> CourseYear {
    let grade = school.class_of(course).grade;
    let on_day = |date: &Date| {
        let (date, day) = (*date, date.weekday());
        let slots = course.slots.iter().filter(move |slot| slot.day == day);
        slots.map(move |slot| Lesson { date, slot: *slot, substitute: None })
    };
    let lessons: Vec<Lesson> = days.iter().flat_map(on_day).collect();
    let range = |period: &&calendar::Period| {
        let start = lessons.partition_point(|l| l.date < period.begins);
        start..lessons.partition_point(|l| l.date <= period.ends)
    };
    let periods: Vec<Range<usize>> = calendar::periods_of(grade).iter().map(range).collect();
    let counts: Vec<usize> = periods.iter().map(ExactSizeIterator::len).collect();
    // Groups of a class share a stream, and so a plan.
    let mut rng = Rng::of(seed, SUBJECTS[course.subject].code, course.class);
    let plan = topics::plan(SUBJECTS[course.subject].code, grade, course.hours, &counts, &mut rng);
    CourseYear { plan, lessons, periods }
}

/// Some teachers are away for some days, and colleagues who are free take their lessons.
fn substitute(school: &School, courses: &mut [CourseYear], rng: &mut Rng) {
    let mut away: Vec<Option<(Date, Date)>> = vec![None; school.staff.len()];
    for span in &mut away {
        if rng.permille(300) {
            let from = BEGINS.plus(rng.between(10, ENDS.days_since(BEGINS) - 20));
            *span = Some((from, from.plus(rng.between(0, 4))));
        }
    }
    let mut busy: Vec<Vec<Slot>> = vec![Vec::new(); school.staff.len()];
    for course in &school.courses {
        busy[course.teacher].extend(&course.slots);
    }
    let is_away = |teacher: usize, date: Date| away[teacher].is_some_and(|(from, to)| from <= date && date <= to);
    let mut taken: Vec<(Date, Slot, usize)> = Vec::new();
    for (course, year) in school.courses.iter().zip(courses) {
        let association = &school.staff[course.teacher].association;
        for lesson in year.lessons.iter_mut().filter(|l| is_away(course.teacher, l.date)) {
            let free = |teacher: &usize| {
                !busy[*teacher].is_empty()
                    && !busy[*teacher].contains(&lesson.slot)
                    && !is_away(*teacher, lesson.date)
                    && !taken.contains(&(lesson.date, lesson.slot, *teacher))
            };
            let teachers: Vec<usize> = (0..school.staff.len()).filter(free).collect();
            let near = |teacher: &&usize| school.staff[**teacher].association == *association;
            let chosen = teachers.iter().find(near).or_else(|| teachers.get(rng.below(teachers.len().max(1))));
            if let Some(teacher) = chosen {
                lesson.substitute = Some(*teacher);
                taken.push((lesson.date, lesson.slot, *teacher));
            }
        }
    }
}
