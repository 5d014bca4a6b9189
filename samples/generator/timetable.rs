//! Fits the week: no teacher and no class is in two places at once.
//!
//! A class's week is filled exactly, without gaps, and then lessons are swapped
//! within a class until no teacher is wanted twice at one moment and a subject
//! stands at most once a day where that is possible. What moves is a *unit*: a
//! subject of a class, with all of its groups, which are taught in parallel.
//! Teachers have much free room, so the search ends soon; that it ended is
//! asserted.

use crate::random::Rng;
use crate::school::{DAYS, LESSONS, School, Slot};

/// The longer days stand in the middle of the week.
const LONGER_FIRST: [usize; DAYS] = [1, 2, 3, 0, 4];
const CLASH: i32 = 100;
const TWICE_A_DAY: i32 = 8;
const MOST_PASSES: usize = 20_000;

struct Unit {
    courses: Vec<usize>,
    teachers: Vec<usize>,
}

struct Week {
    units: Vec<Unit>,
    /// The slots a class fills, and which unit stands in each.
    slots: Vec<Slot>,
    placed: Vec<usize>,
}

struct Fitting {
    weeks: Vec<Week>,
    /// How often a teacher is wanted: by teacher, then by slot.
    wanted: Vec<[i32; DAYS * LESSONS]>,
}

/// Gives every course of the school its slots.
///
/// # Panics
/// When no timetable was found.
pub fn fit(school: &mut School, rng: &mut Rng) {
    let mut fitting = Fitting { weeks: Vec::new(), wanted: vec![[0; DAYS * LESSONS]; school.staff.len()] };
    for class in 0..school.classes.len() {
        fitting.weeks.push(week(school, class, rng));
    }
    for week in &fitting.weeks {
        for (slot, unit) in week.slots.iter().zip(&week.placed) {
            for teacher in &week.units[*unit].teachers {
                fitting.wanted[*teacher][slot.index()] += 1;
            }
        }
    }
    let solved = (0..MOST_PASSES).any(|_| fitting.pass(rng) == 0);
    assert!(solved, "no timetable found");
    for week in &fitting.weeks {
        for (slot, unit) in week.slots.iter().zip(&week.placed) {
            for course in &week.units[*unit].courses {
                school.courses[*course].slots.push(*slot);
            }
        }
    }
    for course in &mut school.courses {
        course.slots.sort_unstable();
    }
}

/// A class's week, filled at random.
fn week(school: &School, class: usize, rng: &mut Rng) -> Week {
    let mut units: Vec<Unit> = Vec::new();
    let mut placed = Vec::new();
    let mut last_subject = None;
    for (index, course) in school.courses.iter().enumerate().filter(|(_, c)| c.class == class) {
        if last_subject == Some(course.subject) {
            let unit = units.last_mut().expect("a unit of the same subject");
            unit.courses.push(index);
            unit.teachers.push(course.teacher);
        } else {
            placed.extend(std::iter::repeat_n(units.len(), course.hours));
            units.push(Unit { courses: vec![index], teachers: vec![course.teacher] });
            last_subject = Some(course.subject);
        }
    }
    rng.shuffle(&mut placed);
    let mut slots = Vec::new();
    for lesson in 0..LESSONS {
        slots.extend(LONGER_FIRST.iter().map(|day| Slot { day: *day, lesson }));
    }
    slots.truncate(placed.len());
    assert_eq!(slots.len(), placed.len(), "a class's hours fit into the week");
    Week { units, slots, placed }
}

impl Fitting {
    /// Goes once through all lessons that stand badly; how many there were.
    fn pass(&mut self, rng: &mut Rng) -> usize {
        let mut bad = 0;
        for class in 0..self.weeks.len() {
            for place in 0..self.weeks[class].slots.len() {
                if self.clashes(class, place) {
                    bad += 1;
                    self.improve(class, place, rng);
                } else if self.is_second_of_day(class, place) {
                    self.improve(class, place, rng);
                }
            }
        }
        bad
    }

    fn clashes(&self, class: usize, place: usize) -> bool {
        let week = &self.weeks[class];
        let slot = week.slots[place].index();
        week.units[week.placed[place]].teachers.iter().any(|t| self.wanted[*t][slot] > 1)
    }

    fn is_second_of_day(&self, class: usize, place: usize) -> bool {
        let week = &self.weeks[class];
        let same =
            |other: usize| week.placed[other] == week.placed[place] && week.slots[other].day == week.slots[place].day;
        (0..week.slots.len()).any(|other| other != place && same(other))
    }

    /// Swaps a lesson with the one of its class that helps most; now and then with any equal one.
    fn improve(&mut self, class: usize, place: usize, rng: &mut Rng) {
        let mut best: Vec<usize> = Vec::new();
        let mut best_gain = i32::MIN;
        for other in 0..self.weeks[class].slots.len() {
            if self.weeks[class].placed[other] == self.weeks[class].placed[place] {
                continue;
            }
            let before = self.cost(class, place, other);
            self.swap(class, place, other);
            let gain = before - self.cost(class, place, other);
            self.swap(class, place, other);
            if gain > best_gain {
                best_gain = gain;
                best.clear();
            }
            if gain == best_gain {
                best.push(other);
            }
        }
        if !best.is_empty() && (best_gain >= 0 || rng.permille(20)) {
            let other = best[rng.below(best.len())];
            self.swap(class, place, other);
        }
    }

    fn swap(&mut self, class: usize, a: usize, b: usize) {
        let week = &mut self.weeks[class];
        for (from, to) in [(a, b), (b, a)] {
            for teacher in &week.units[week.placed[from]].teachers {
                self.wanted[*teacher][week.slots[from].index()] -= 1;
                self.wanted[*teacher][week.slots[to].index()] += 1;
            }
        }
        week.placed.swap(a, b);
    }

    /// What the two places cost, counted alike before and after their swap.
    fn cost(&self, class: usize, a: usize, b: usize) -> i32 {
        let week = &self.weeks[class];
        let mut cost = 0;
        for place in [a, b] {
            let unit = week.placed[place];
            for teacher in &week.units[unit].teachers {
                for slot in [week.slots[a].index(), week.slots[b].index()] {
                    cost += CLASH * (self.wanted[*teacher][slot] - 1).max(0);
                }
            }
            let mut a_day = [0; DAYS];
            for (slot, _) in week.slots.iter().zip(&week.placed).filter(|(_, u)| **u == unit) {
                a_day[slot.day] += 1;
            }
            cost += a_day.iter().map(|n: &i32| TWICE_A_DAY * (n - 1).max(0)).sum::<i32>();
        }
        cost
    }
}
