//! Whoever has the table tries to learn what it leaves out.
//!
//! A hidden count is found if every journal that gives the same table has the same one. So other journals are made: in
//! small schools all there are, in drawn ones those in which what may be shifted without any told sum noticing it is
//! shifted. Of each hidden count at least as many values must be left as the least number of people that is told of.

use super::suppress::{LEAST, Rule, table};
use super::{ALL, Counted, Fact, Measure, OTHER, Person, Place, Row, stage};
use crate::school::ClassName;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Which places and last kinds a row is the sum of.
fn is_in(row: &Row, place: &Place, kind: &str) -> bool {
    fn of<'k>(kinds: &'k [super::measure::Kind], name: &str) -> Option<&'k super::measure::Kind> {
        kinds.iter().find_map(|kind| if kind.name == name { Some(kind) } else { of(kind.parts, name) })
    }
    let kinds = (row.kind == ALL && kind != OTHER) || of(row.measure.kinds(), row.kind).is_some_and(|of| of.has(kind));
    row.measure == place.measure
        && kinds
        && (row.subject.is_none() || row.subject == place.subject)
        && (row.stage.is_none() || row.stage == place.grade.map(stage))
        && (row.grade.is_none() || row.grade == place.grade)
        && (row.month.is_none() || row.month == place.month)
}

/// Every last kind of a measure.
fn last_kinds(measure: Measure) -> Vec<&'static str> {
    fn walk(kinds: &'static [super::measure::Kind], out: &mut Vec<&'static str>) {
        for kind in kinds {
            if kind.parts.is_empty() {
                out.push(kind.name);
            }
            walk(kind.parts, out);
        }
    }
    let mut out = Vec::new();
    walk(measure.kinds(), &mut out);
    if out.is_empty() { vec![ALL] } else { out }
}

/// How far each hidden row can be moved while no told row changes, for who knows some facts already.
fn freedom<'r>(counted: &Counted, rows: &'r [Row], known: &dyn Fn(&Fact) -> bool) -> Vec<(&'r Row, u64)> {
    let cells =
        counted.places.iter().flat_map(|place| last_kinds(place.measure).into_iter().map(move |kind| (place, kind)));
    // What the told rows say of two cells alike, they say of their sum alone.
    let mut alike: BTreeMap<Vec<usize>, Vec<(&Place, &str)>> = BTreeMap::new();
    for (place, kind) in cells {
        let told = |(_, row): &(usize, &Row)| row.value.is_some() && is_in(row, place, kind);
        let told: Vec<usize> = rows.iter().enumerate().filter(told).map(|(at, _)| at).collect();
        alike.entry(told).or_default().push((place, kind));
    }
    let unknown = |cells: &[(&Place, &str)]| -> u64 {
        let of = |fact: &&Fact| cells.contains(&(&fact.place, fact.kind)) && !known(fact);
        counted.facts.iter().filter(of).map(|fact| fact.value).sum()
    };
    let hidden = rows.iter().filter(|row| row.value.is_none());
    hidden
        .map(|row| {
            let width = alike.iter().map(|(told, cells)| {
                let inside = cells.iter().filter(|(place, kind)| is_in(row, place, kind)).count();
                match (told.is_empty(), inside) {
                    (_, 0) => 0,
                    // Of what no sum is told, nothing is known.
                    (true, _) => u64::from(u32::MAX),
                    (false, inside) if inside == cells.len() => 0,
                    (false, _) => unknown(cells),
                }
            });
            (row, width.sum())
        })
        .collect()
}

fn class(grade: u8, at: usize) -> ClassName {
    ClassName::parse(&format!("{grade}{}", ["А", "Б", "В"][at])).unwrap()
}

fn place(measure: Measure, subject: Option<&str>, grade: Option<u8>, month: Option<&str>) -> Place {
    Place { measure, subject: subject.map(str::to_owned), grade, month: month.map(str::to_owned) }
}

/// A period of a drawn school: for each grade its classes, for each class its pupils, each with a mark in two subjects,
/// lessons missed, and whether he has marks enough; teachers with lessons in three subjects.
fn school(grades: &[(u8, Vec<Vec<u8>>)], teachers: &[(usize, u64, u64)]) -> Counted {
    let mut facts = Vec::new();
    let mut places = BTreeSet::new();
    let subjects = ["Алгебра", "Физика", "Труд"].map(str::to_owned).to_vec();
    for (grade, classes) in grades {
        for (at, pupils) in classes.iter().enumerate() {
            let at = class(*grade, at);
            for (number, drawn) in pupils.iter().enumerate() {
                let person =
                    Person::Pupil(at.clone(), i64::from(*grade) * 1000 + number as i64 + 100 * at.letter() as i64);
                let mut add = |place: Place, kind, value| {
                    places.insert(place.clone());
                    if value > 0 {
                        facts.push(Fact { place, kind, person: person.clone(), value });
                    }
                };
                let kinds = last_kinds(Measure::FinalMarks);
                for (subject, by) in [("Алгебра", 1), ("Физика", 5)] {
                    let exempted = drawn % 31 == 3 * by;
                    let kind = if exempted { OTHER } else { kinds[usize::from(*drawn / by) % kinds.len()] };
                    add(place(Measure::FinalMarks, Some(subject), Some(*grade), None), kind, 1);
                }
                let kinds = last_kinds(Measure::Attendance);
                let absences = place(Measure::Attendance, None, Some(*grade), None);
                add(absences.clone(), "present", 100);
                add(absences, kinds[usize::from(*drawn) % kinds.len()], u64::from(*drawn % 7));
                let kind = if drawn % 9 == 0 { "short" } else { "enough" };
                add(place(Measure::Coverage, Some("Алгебра"), Some(*grade), None), kind, 1);
            }
        }
    }
    for (number, (subject, in_time, late)) in teachers.iter().enumerate() {
        let person = Person::Teacher(format!("t{number}").as_str().into());
        let mut add = |place: Place, kind, value| {
            places.insert(place.clone());
            if value > 0 {
                facts.push(Fact { place, kind, person: person.clone(), value });
            }
        };
        for (month, share) in [("2025-09", 1), ("2025-10", 2)] {
            let at = place(Measure::Lessons, None, None, Some(month));
            add(at.clone(), "in_time", *in_time / share);
            add(at, "late", *late / share);
        }
        let subject = &subjects[*subject];
        add(place(Measure::Corrections, Some(subject), None, None), ALL, *late);
    }
    facts.sort();
    Counted { period: "I четверть".into(), subjects, places, facts }
}

prop_compose! {
    fn drawn()(
        grades in prop::collection::btree_map(
            1u8..12,
            prop::collection::vec(prop::collection::vec(any::<u8>(), 1..16), 1..4),
            1..5,
        ),
        teachers in prop::collection::vec((0usize..3, 0u64..20, 0u64..4), 0..14),
    ) -> Counted {
        school(&grades.into_iter().collect::<Vec<_>>(), &teachers)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_hidden_count_is_found_by_subtraction_from_totals_and_from_its_neighbours(counted in drawn()) {
        let rows = table(&counted, Rule::Suppress);
        for (row, width) in freedom(&counted, &rows, &|_| false) {
            prop_assert!(width >= LEAST as u64, "{row:?}: {width}");
        }
    }

    #[test]
    fn who_knows_all_of_a_class_but_one_learns_no_hidden_count(counted in drawn()) {
        let rows = table(&counted, Rule::Suppress);
        let pupils: BTreeSet<&Person> =
            counted.facts.iter().map(|fact| &fact.person).filter(|person| matches!(person, Person::Pupil(..))).collect();
        let mut of_class: BTreeMap<&ClassName, &Person> = BTreeMap::new();
        for person in pupils {
            if let Person::Pupil(class, _) = person {
                of_class.insert(class, person);
            }
        }
        for (class, last) in of_class {
            let known = |fact: &Fact| matches!(&fact.person, Person::Pupil(of, _) if of == class) && fact.person != *last;
            for (row, width) in freedom(&counted, &rows, &known) {
                prop_assert!(width >= LEAST as u64, "{row:?} to who knows {class}: {width}");
            }
        }
    }

    #[test]
    fn what_is_told_is_true_and_of_five_at_least(counted in drawn()) {
        let told = table(&counted, Rule::Suppress);
        prop_assert_eq!(&told, &table(&counted, Rule::Suppress));
        for row in told.iter().filter(|row| row.value.is_some()) {
            let facts = counted.facts.iter().filter(|fact| is_in(row, &fact.place, fact.kind));
            let people: BTreeSet<&Person> = facts.clone().map(|fact| &fact.person).collect();
            prop_assert!(people.len() >= LEAST, "{row:?}");
            // Nor is it told of too few by subtraction from the lists of pupils, which are no secret.
            let others = counted.facts.iter().filter(|fact| fact.kind == OTHER && is_in(row, &fact.place, "5"));
            let others = others.filter(|_| row.measure == Measure::FinalMarks && row.kind == ALL).count();
            prop_assert!(others == 0 || others >= LEAST, "{row:?}: {others} are not in it");
            prop_assert_eq!(row.value, Some(facts.map(|fact| fact.value).sum()));
        }
    }
}

/// A grade of two classes: in each, how many have marks enough and how many are short of them.
fn two_classes([enough, short, more, fewer]: [usize; 4]) -> Counted {
    let at = place(Measure::Coverage, Some("Алгебра"), Some(7), None);
    let mut facts = Vec::new();
    for (class, (kind, count)) in
        [(0, ("enough", enough)), (0, ("short", short)), (1, ("enough", more)), (1, ("short", fewer))]
            .map(|(at, of)| (self::class(7, at), of))
    {
        facts.extend((0..count).map(|number| {
            let row = number as i64 + if kind == "short" { 100 } else { 0 };
            Fact { place: at.clone(), kind, person: Person::Pupil(class.clone(), row), value: 1 }
        }));
    }
    Counted {
        period: "I четверть".into(), subjects: vec!["Алгебра".into()], places: BTreeSet::from([at]), facts
    }
}

/// Everybody knows the rule too: of all schools of two classes and up to eighteen pupils, those with the same table differ in
/// what it hides, also to who knows how it stands in the first class but for one pupil.
#[test]
fn who_knows_the_rule_and_tries_every_school_learns_no_hidden_count() {
    const MOST: usize = 18;
    let mut by_table: BTreeMap<Vec<Row>, BTreeSet<usize>> = BTreeMap::new();
    let mut by_class: BTreeMap<(Vec<Row>, usize, usize), BTreeSet<usize>> = BTreeMap::new();
    for at in 0..(MOST + 1).pow(4) {
        let of = |place: u32| at / (MOST + 1).pow(place) % (MOST + 1);
        let counts = [of(0), of(1), of(2), of(3)];
        if counts.iter().sum::<usize>() > MOST {
            continue;
        }
        let rows = table(&two_classes(counts), Rule::Suppress);
        if rows.iter().all(|row| row.value.is_some()) {
            continue;
        }
        let short = counts[1] + counts[3];
        by_table.entry(rows.clone()).or_default().insert(short);
        // The pupil whom he does not know may be of either sort.
        let [enough, few, ..] = counts;
        for known in [(enough.checked_sub(1), Some(few)), (Some(enough), few.checked_sub(1))] {
            // Of a larger class, what is tried ends before the guesses do.
            if let (Some(enough), Some(few)) = known
                && enough + few <= MOST - 6
            {
                by_class.entry((rows.clone(), enough, few)).or_default().insert(short);
            }
        }
    }
    assert!(by_table.len() >= MOST - 2 * LEAST && by_class.len() > 100, "{} {}", by_table.len(), by_class.len());
    let found = |values: &BTreeSet<usize>| values.len() < LEAST;
    assert_eq!(by_table.iter().find(|(_, values)| found(values)), None);
    assert_eq!(by_class.iter().find(|(_, values)| found(values)), None);
}
