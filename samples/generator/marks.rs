//! Marks and absences, lesson by lesson.
//!
//! A mark follows the pupil's ability, a liking for the subject, and the day. A
//! written work is marked for nearly all who were there; at other lessons a
//! quarter or a third are asked, those with the fewest marks first. At a
//! period's end the teacher sees to it that everyone has as many as the
//! regulation asks for (§2.3.1), where the pupil was there to be asked.

use crate::absence;
use crate::calendar;
use crate::curriculum::SUBJECTS;
use crate::random::Rng;
use crate::school::{Class, Course, School};
use crate::topics;
use crate::year::{CourseYear, Year};

/// What stands in one place of the journal's grid.
#[derive(Clone, Default)]
pub struct Cell {
    pub marks: Vec<u8>,
    /// A mark that is a word: «зач», «незач», «осв».
    pub word: Option<&'static str>,
    pub absent: Option<&'static str>,
    pub late: bool,
    /// The pupil was not of the class on that day.
    pub elsewhere: bool,
}

impl Cell {
    /// As it is written, or nothing for an empty cell.
    pub fn text(&self) -> Option<String> {
        let marks: Vec<String> = self.marks.iter().map(u8::to_string).collect();
        let late = self.late.then_some("оп".to_string());
        let marks = (!marks.is_empty()).then(|| marks.join("/"));
        let parts: Vec<String> = [self.absent.map(str::to_string), late, marks, self.word.map(str::to_string)]
            .into_iter()
            .flatten()
            .collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }

    fn is_open(&self) -> bool {
        !self.elsewhere && self.absent.is_none() && self.marks.is_empty() && self.word.is_none()
    }
}

/// A course's page: cells by lesson, then by the members of the course.
pub struct Page {
    pub members: Vec<usize>,
    pub cells: Vec<Vec<Cell>>,
}

/// Subjects in which no figures are given.
pub fn is_pass_or_fail(code: &str) -> bool {
    code == "orkse"
}

/// The least number of marks for a period's final mark (§2.3.1).
pub fn least(hours: usize) -> usize {
    if hours < 2 { 3 } else { 5 }
}

struct Marking<'a> {
    class: &'a Class,
    course: &'a Course,
    year: &'a CourseYear,
    page: Page,
    liking: Vec<i32>,
    rng: Rng,
}

pub fn page(school: &School, year: &Year, course: usize, seed: u64) -> Page {
    let mut rng = Rng::of(seed, "marks", course);
    let (entry, of_year) = (&school.courses[course], &year.courses[course]);
    let class = school.class_of(entry);
    let members = class.members(entry.group);
    let absences = &year.absences[entry.class];
    let mut cells = Vec::with_capacity(of_year.lessons.len());
    for lesson in &of_year.lessons {
        let number = lesson.slot.lesson + 1;
        let cell = |member: &usize| {
            if !class.pupils[*member].attends(lesson.date) {
                return Cell { elsewhere: true, ..Cell::default() };
            }
            let absent = absence::code_at(&absences[*member], lesson.date, number);
            let late = absent.is_none() && rng.permille(if number == 1 { 8 } else { 1 });
            Cell { absent, late, ..Cell::default() }
        };
        cells.push(members.iter().map(cell).collect());
    }
    let liking = members.iter().map(|_| rng.around_zero(16)).collect();
    let page = Page { members, cells };
    let mut marking = Marking { class, course: entry, year: of_year, page, liking, rng };
    if class.grade > 1 {
        marking.exempt();
        for period in 0..of_year.periods.len() {
            marking.live_through(period);
            marking.complete(period);
        }
    }
    marking.page
}

impl Marking<'_> {
    fn code(&self) -> &'static str {
        SUBJECTS[self.course.subject].code
    }

    fn exempt(&mut self) {
        for (member, pupil) in self.page.members.iter().enumerate() {
            let Some((from, to)) = self.class.pupils[*pupil].exempt.filter(|_| self.code() == "pe") else {
                continue;
            };
            for (lesson, cells) in self.year.lessons.iter().zip(&mut self.page.cells) {
                if from <= lesson.date && lesson.date <= to && cells[member].is_open() {
                    cells[member].word = Some("осв");
                }
            }
        }
    }

    fn live_through(&mut self, period: usize) {
        let mut asked = vec![0; self.page.members.len()];
        for lesson in self.year.periods[period].clone() {
            let work = self.year.plan[lesson].work.as_str();
            let open: Vec<usize> = (0..asked.len()).filter(|m| self.page.cells[lesson][*m].is_open()).collect();
            if work.is_empty() || work == "ответ" {
                let share = if self.course.hours == 1 { 340 } else { 295 };
                let count = (open.len() * share + self.rng.below(1000)) / 1000;
                let mut waiting: Vec<(i32, usize)> =
                    open.iter().map(|m| (asked[*m] * 4 + self.rng.between(0, 9), *m)).collect();
                waiting.sort_unstable();
                for (_, member) in waiting.into_iter().take(count) {
                    asked[member] += 1;
                    self.mark(lesson, member);
                }
            } else {
                let share = if work.starts_with("контрольная") { 985 } else { 920 };
                for member in open {
                    if self.rng.permille(share) {
                        asked[member] += 1;
                        self.mark(lesson, member);
                    }
                }
            }
        }
    }

    /// Asks those who lack marks at the period's end; who missed a written work writes another.
    fn complete(&mut self, period: usize) {
        let ends = calendar::periods_of(self.class.grade)[period].ends;
        let least = least(self.course.hours);
        for member in 0..self.page.members.len() {
            if !self.class.pupils[self.page.members[member]].attends(ends) {
                continue;
            }
            let lessons = self.year.periods[period].clone();
            let is_written = |lesson: &usize| topics::is_written(&self.year.plan[*lesson].work);
            let (written, oral): (Vec<usize>, Vec<usize>) = lessons.clone().partition(is_written);
            let marked = |lesson: &usize| !self.page.cells[*lesson][member].marks.is_empty();
            if !written.iter().any(marked) {
                let missed = written.iter().rev().find(|l| self.page.cells[**l][member].is_open());
                if let Some(lesson) = missed.copied() {
                    self.mark(lesson, member);
                }
            }
            for lesson in oral.into_iter().chain(written).rev() {
                let count: usize = lessons.clone().map(|l| self.page.cells[l][member].marks.len()).sum();
                if count >= least {
                    break;
                }
                if self.page.cells[lesson][member].is_open() {
                    self.mark(lesson, member);
                }
            }
        }
    }

    fn mark(&mut self, lesson: usize, member: usize) {
        let work = self.year.plan[lesson].work.as_str();
        if work.starts_with("зачёт") || is_pass_or_fail(self.code()) {
            let passed = self.rng.permille(930);
            let cell = &mut self.page.cells[lesson][member];
            cell.word = Some(if passed { "зач" } else { "незач" });
            cell.late = false;
            return;
        }
        let first = self.figure(member, topics::is_written(work));
        let mut marks = vec![first];
        let double = ["диктант", "сочинение", "изложение"].iter().any(|kind| work.starts_with(kind));
        if self.rng.permille(if double { 700 } else { 5 }) {
            let second = i32::from(first) + self.rng.between(-1, 1);
            marks.push(second.clamp(2, 5) as u8);
        }
        self.page.cells[lesson][member].marks = marks;
    }

    fn figure(&mut self, member: usize, written: bool) -> u8 {
        let ability = self.class.pupils[self.page.members[member]].ability;
        let easy = match self.code() {
            "pe" | "mus" | "art" | "tech" | "proj" | "safe" => 20,
            _ => 0,
        };
        let score = ability + self.liking[member] + easy - if written { 5 } else { 0 } + self.rng.around_zero(30);
        match score {
            77.. => 5,
            54.. => 4,
            23.. => 3,
            _ => 2,
        }
    }
}
