//! What may be told of counts, so that nobody is found again.
//!
//! A count is **small** when fewer than [`LEAST`] people are behind it, nobody at all among them; of pupils also when fewer are
//! left once all of any one class are known; and when more than half of it is one person's. A sum that is not small is told.
//! Its parts are told if none of them is small, else none of them: then each may be anything from nothing to the sum, and
//! how the others are to be had from it is left open. Which parts there are follows from the curriculum and the calendar,
//! never from what was counted, and no part belongs to two sums, so that there is nothing else to subtract.
//!
//! A count of pupils of a grade is not told either where those of its list who are not in it (exempted, not marked) are few
//! but not nobody: the list is no secret.
//!
//! Only among subjects some parts are told and others not: the small ones are left out, and as many more, by their place in
//! the school's list from its end, as it takes until what is left out is two subjects and their sum not small. What is
//! counted there (lessons, corrections) may be many of one teacher, so that the number left out says of none how many.

use super::measure::{Divided, Kind, Measure};
use super::{ALL, Counted, Fact, OTHER, Person, Place, Row, stage};
use std::collections::{BTreeMap, BTreeSet};

/// Fewer people than this are never told of.
pub const LEAST: usize = 5;

/// What may be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// What lets nobody be found.
    Suppress,
    /// Everything: for who works in the school, and to hold the table against the reports.
    Everything,
}

/// The table of what was counted, in a fixed order.
pub fn table(counted: &Counted, rule: Rule) -> Vec<Row> {
    let mut told = Told { period: &counted.period, subjects: &counted.subjects, rule, rows: Vec::new() };
    for measure in Measure::EVERY {
        let places: BTreeSet<&Place> = counted.places.iter().filter(|place| place.measure == measure).collect();
        let facts: Vec<&Fact> = counted.facts.iter().filter(|fact| fact.place.measure == measure).collect();
        if !places.is_empty() {
            told.measure(measure, &places, &facts);
        }
    }
    told.rows
}

/// The whole, or a part of it: which row it is, which places belong to it, and what was counted there.
struct Part<'a> {
    at: At,
    places: BTreeSet<&'a Place>,
    facts: Vec<&'a Fact>,
}

/// The columns of a row but period, kind and value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct At {
    measure: Measure,
    subject: Option<String>,
    stage: Option<&'static str>,
    grade: Option<u8>,
    month: Option<String>,
}

struct Told<'a> {
    period: &'a str,
    subjects: &'a [String],
    rule: Rule,
    rows: Vec<Row>,
}

/// By what something is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Stage,
    Grade,
    Month,
}

impl Told<'_> {
    fn measure<'a>(&mut self, measure: Measure, places: &BTreeSet<&'a Place>, facts: &[&'a Fact]) {
        let at = At { measure, subject: None, stage: None, grade: None, month: None };
        let whole = Part { at, places: places.clone(), facts: facts.to_vec() };
        match measure.divided() {
            Divided::BySubjectThenGrade => {
                for part in self.by_subject(&whole) {
                    self.whole(&part, &[By::Stage, By::Grade]);
                }
            }
            Divided::ByGrade => self.whole(&whole, &[By::Stage, By::Grade]),
            Divided::ByMonth => self.whole(&whole, &[By::Month]),
            Divided::AmongSubjects => self.among_subjects(&whole),
        }
    }

    /// The parts by subject, in the school's order.
    fn by_subject<'a>(&self, whole: &Part<'a>) -> Vec<Part<'a>> {
        let mut parts = split(whole, &|place| At { subject: place.subject.clone(), ..whole.at.clone() });
        parts.sort_by_key(|part| self.subjects.iter().position(|subject| part.at.subject.as_ref() == Some(subject)));
        parts
    }

    fn whole(&mut self, part: &Part<'_>, by: &[By]) {
        let told = !self.is_small(&part.facts);
        self.row(&part.at, ALL, told.then_some(&part.facts));
        if told {
            self.divide(part, by);
        }
    }

    /// The parts of what is told: by place or time as far as that goes, and the kinds of the least part that is told.
    fn divide(&mut self, part: &Part<'_>, by: &[By]) {
        let Some((first, rest)) = by.split_first() else { return self.kinds(part, part.at.measure.kinds()) };
        let parts = split(part, &|place| {
            let at = part.at.clone();
            match first {
                By::Stage => At { stage: place.grade.map(stage), ..at },
                By::Grade => At { grade: place.grade, ..at },
                By::Month => At { month: place.month.clone(), ..at },
            }
        });
        let told = !parts.iter().any(|part| self.is_small(&part.facts));
        for part in &parts {
            self.row(&part.at, ALL, told.then_some(&part.facts));
            if told {
                self.divide(part, rest);
            }
        }
        if !told {
            self.kinds(part, part.at.measure.kinds());
        }
    }

    /// The kinds of a part that is told.
    fn kinds(&mut self, part: &Part<'_>, kinds: &[Kind]) {
        let of =
            |kind: &Kind| -> Vec<&Fact> { part.facts.iter().copied().filter(|fact| kind.has(fact.kind)).collect() };
        let told = !kinds.iter().any(|kind| self.is_small(&of(kind)));
        for kind in kinds {
            let facts = of(kind);
            self.row(&part.at, kind.name, told.then_some(&facts));
            if told {
                self.kinds(part, kind.parts);
            } else {
                self.untold(&part.at, kind.parts);
            }
        }
    }

    fn untold(&mut self, at: &At, kinds: &[Kind]) {
        for kind in kinds {
            self.row(at, kind.name, None);
            self.untold(at, kind.parts);
        }
    }

    fn among_subjects(&mut self, whole: &Part<'_>) {
        let told = !self.is_small(&whole.facts);
        self.row(&whole.at, ALL, told.then_some(&whole.facts));
        let parts = self.by_subject(whole);
        let mut left_out: Vec<bool> = parts.iter().map(|part| !told || self.is_small(&part.facts)).collect();
        if left_out.contains(&true) {
            for at in (0..parts.len()).rev() {
                let out = parts.iter().zip(&left_out).filter(|(_, out)| **out);
                let facts: Vec<&Fact> = out.clone().flat_map(|(part, _)| part.facts.iter().copied()).collect();
                if out.count() >= 2 && !self.is_small(&facts) {
                    break;
                }
                left_out[at] = true;
            }
        }
        for (part, left_out) in parts.iter().zip(left_out) {
            self.row(&part.at, ALL, (!left_out).then_some(&part.facts));
        }
    }

    fn row(&mut self, at: &At, kind: &'static str, told: Option<&Vec<&Fact>>) {
        self.rows.push(Row {
            period: self.period.to_owned(),
            measure: at.measure,
            subject: at.subject.clone(),
            stage: at.stage,
            grade: at.grade,
            month: at.month.clone(),
            kind,
            value: told.map(|facts| counted_in(facts).map(|fact| fact.value).sum()),
        });
    }

    fn is_small(&self, facts: &[&Fact]) -> bool {
        let others = facts.iter().filter(|fact| fact.kind == OTHER).map(|fact| (&fact.person, fact.value));
        let few = others.clone().next().is_some() && is_small(others);
        self.rule == Rule::Suppress && (few || is_small(counted_in(facts).map(|fact| (&fact.person, fact.value))))
    }
}

/// What of some facts is in the count of all.
fn counted_in<'f>(facts: &'f [&Fact]) -> impl Iterator<Item = &'f Fact> {
    facts.iter().copied().filter(|fact| fact.kind != OTHER)
}

/// Whether these people, each with what he adds, are too few to be told of.
pub fn is_small<'p>(counts: impl Iterator<Item = (&'p Person, u64)>) -> bool {
    let mut people: BTreeMap<&Person, u64> = BTreeMap::new();
    counts.filter(|(_, value)| *value > 0).for_each(|(person, value)| *people.entry(person).or_default() += value);
    let mut in_class: BTreeMap<_, usize> = BTreeMap::new();
    for person in people.keys() {
        if let Person::Pupil(class, _) = person {
            *in_class.entry(class).or_default() += 1;
        }
    }
    let one_class = in_class.values().copied().max().unwrap_or_default();
    let (sum, most) = (people.values().sum::<u64>(), people.values().copied().max().unwrap_or_default());
    people.len() - one_class < LEAST || most * 2 > sum
}

/// The parts of something, in order.
fn split<'a>(whole: &Part<'a>, at: &dyn Fn(&Place) -> At) -> Vec<Part<'a>> {
    let mut parts: BTreeMap<At, Part<'a>> = BTreeMap::new();
    let empty = |at: At| Part { at, places: BTreeSet::new(), facts: Vec::new() };
    for place in &whole.places {
        let at = at(place);
        parts.entry(at.clone()).or_insert_with(|| empty(at)).places.insert(place);
    }
    for fact in &whole.facts {
        let at = at(&fact.place);
        parts.entry(at.clone()).or_insert_with(|| empty(at)).facts.push(fact);
    }
    parts.into_values().collect()
}
