//! Final marks: of each period, of the year, of examinations.
//!
//! A period's mark is the rounded mean of its marks, «н/а» where there are too
//! few or none for written work (§2.3.1), «осв» for the exempt. The year's is
//! the rounded mean of the periods'. The pupil who left has those of the
//! periods he finished; the one who came, those from then on.

use crate::calendar::{self, ENDS, Period};
use crate::curriculum::SUBJECTS;
use crate::marks::{self, Page};
use crate::random::Rng;
use crate::school::{Course, Pupil, School};
use crate::topics;
use crate::year::CourseYear;

pub struct Final {
    pub pupil: usize,
    pub period: &'static str,
    pub mark: String,
}

pub const YEAR: &str = "Год";

/// A course's final marks, pupil by pupil.
pub fn of(school: &School, course: &Course, year: &CourseYear, page: &Page, seed: u64) -> Vec<Final> {
    let class = school.class_of(course);
    let mut finals = Vec::new();
    if class.grade == 1 {
        return finals;
    }
    for (member, pupil) in page.members.iter().enumerate() {
        let entry = &class.pupils[*pupil];
        let mut given = Vec::new();
        for (index, period) in calendar::periods_of(class.grade).iter().enumerate() {
            if entry.attends(period.ends) {
                let mark = of_period(course, year, page, (index, period), (member, entry));
                finals.push(Final { pupil: *pupil, period: period.name, mark: mark.clone() });
                given.push(mark);
            }
        }
        if entry.attends(ENDS) {
            let mark = of_year(&given);
            finals.push(Final { pupil: *pupil, period: YEAR, mark: mark.clone() });
            let mut rng = Rng::of(seed, "examination", course.class * 10_000 + course.subject * 100 + pupil);
            finals.extend(examination(school, course, *pupil, &mark, &mut rng));
        }
    }
    finals
}

fn of_period(
    course: &Course,
    year: &CourseYear,
    page: &Page,
    (index, period): (usize, &Period),
    (member, pupil): (usize, &Pupil),
) -> String {
    let subject = &SUBJECTS[course.subject];
    if marks::is_pass_or_fail(subject.code) {
        return "зач".to_string();
    }
    let exempt = pupil.exempt.is_some_and(|(from, to)| from <= period.begins && period.ends <= to);
    if subject.code == "pe" && exempt {
        return "осв".to_string();
    }
    let lessons = year.periods[index].clone();
    let cells = || lessons.clone().map(|lesson| (lesson, &page.cells[lesson][member].marks));
    let figures: Vec<u8> = cells().flat_map(|(_, marks)| marks.iter().copied()).collect();
    let written = cells().any(|(lesson, marks)| !marks.is_empty() && topics::is_written(&year.plan[lesson].work));
    if figures.len() < marks::least(course.hours) || (subject.written && !written) {
        return "н/а".to_string();
    }
    mean(&figures).to_string()
}

fn of_year(given: &[String]) -> String {
    let figures: Vec<u8> = given.iter().filter_map(|mark| mark.parse().ok()).collect();
    match (figures.is_empty(), given.first()) {
        (true, Some(word)) => word.clone(),
        (true, None) => "н/а".to_string(),
        (false, _) => mean(&figures).to_string(),
    }
}

/// The mean rounded to the nearest, a half upwards.
fn mean(figures: &[u8]) -> usize {
    let sum: usize = figures.iter().map(|f| usize::from(*f)).sum();
    (2 * sum + figures.len()) / (2 * figures.len())
}

/// The tenth grade is examined in two subjects before it goes on, the ninth and eleventh at their
/// end; those two also have a mark for the certificate in everything.
fn examination(school: &School, course: &Course, pupil: usize, year: &str, rng: &mut Rng) -> Vec<Final> {
    let grade = school.class_of(course).grade;
    let code = SUBJECTS[course.subject].code;
    let examined = ["rus", "alg", "anal"].contains(&code);
    let Ok(of_year) = year.parse::<i32>() else {
        return Vec::new();
    };
    match grade {
        9..=11 if examined => {
            let exam = (of_year + [-1, 0, 0, 0, 1][rng.below(5)]).clamp(3, 5);
            let outcome = (of_year + exam + 1) / 2;
            let of = |period, mark: i32| Final { pupil, period, mark: mark.to_string() };
            vec![of("Экзамен", exam), of("Итог", outcome)]
        }
        9 | 11 => vec![Final { pupil, period: "Итог", mark: year.to_string() }],
        _ => Vec::new(),
    }
}
