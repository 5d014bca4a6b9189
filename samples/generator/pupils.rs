//! Classes and their pupils: the sample's from a hand-written list, any other
//! school's from the banks of names.
//!
//! A pupil brings along what decides the year: an ability to which the marks
//! lean. The groups of a class are made here too, since they are lists of its
//! pupils; which groups a class has follows from its subjects.

use crate::calendar::{BEGINS, Date};
use crate::curriculum::{BOYS_AND_GIRLS, HALVES, SUBJECTS};
use crate::names;
use crate::random::Rng;
use crate::school::{Class, Group, Pupil};

const SAMPLE: &str = include_str!("people/pupils.txt");

/// Grades in the order in which a growing school gets its classes.
const GRADES: [u8; 11] = [5, 8, 10, 6, 7, 9, 2, 3, 4, 11, 1];
const LETTERS: [char; 10] = ['А', 'Б', 'В', 'Г', 'Д', 'Е', 'Ж', 'З', 'И', 'К'];

/// The sample's three classes.
pub fn sample_classes(seed: u64) -> Vec<Class> {
    let mut classes: Vec<Class> = Vec::new();
    let mut rng = Rng::of(seed, "sample pupils", 0);
    let mut number = 312;
    for line in SAMPLE.lines().filter(|line| !line.starts_with("//")) {
        if let Some(name) = line.strip_prefix("== ") {
            let letter = name.chars().next_back().expect("a class has a letter");
            let grade = name.trim_end_matches(letter).parse().expect("a class has a grade");
            classes.push(Class { grade, letter, pupils: Vec::new(), groups: Vec::new(), class_teacher: 0 });
        } else {
            let class = classes.last_mut().expect("a class before its pupils");
            number += rng.between(1, 5);
            class.pupils.push(sample_pupil(line, class.grade, number, &mut rng));
        }
    }
    for class in &mut classes {
        // The sample divides 8Б for English and 5А for labour, and nothing else.
        let groups = if class.grade == 5 { BOYS_AND_GIRLS } else { HALVES };
        if class.grade < 10 {
            divide(class, groups);
        }
    }
    classes
}

fn sample_pupil(line: &str, grade: u8, number: i32, rng: &mut Rng) -> Pupil {
    let mut fields = line.split('|').map(str::trim);
    let mut name = fields.next().unwrap_or("").split(',').map(|part| part.trim().to_string());
    let mut next = || name.next().expect("three parts of a name");
    let name = names::Name { surname: next(), name: next(), patronymic: next() };
    let mut pupil = pupil(name, fields.next() == Some("ж"), grade, number, rng);
    for (key, value) in fields.map(|field| field.split_once('=').unwrap_or((field, ""))) {
        let span = || value.split_once("..").map(|(from, to)| (Date::parse(from), Date::parse(to)));
        match key {
            "ability" => pupil.ability = value.parse().expect("a number"),
            "came" => pupil.enrolled = Date::parse(value),
            "left" => pupil.left = Some(Date::parse(value)),
            "ill" => pupil.illness = span(),
            "exempt" => pupil.exempt = span(),
            "decomposed" => pupil.decomposed = true,
            _ => panic!("{key} is not known of pupils"),
        }
    }
    pupil
}

/// A school of that many classes, in the order of grades and letters.
pub fn invented_classes(count: usize, seed: u64) -> Vec<Class> {
    let mut names: Vec<(u8, usize)> = (0..count).map(|n| (GRADES[n % 11], n / 11)).collect();
    names.sort_unstable();
    let mut number = 1000;
    let build = |(index, (grade, letter)): (usize, (u8, usize))| {
        let mut rng = Rng::of(seed, "pupils", index);
        let size = rng.between(29, 32);
        let mut pupils: Vec<Pupil> = Vec::new();
        while pupils.len() < size as usize {
            let female = rng.permille(500);
            let name = names::invent(female, &mut rng);
            number += 1;
            let pupil = pupil(name, female, grade, number, &mut rng);
            if pupils.iter().all(|other| other.full_name() != pupil.full_name()) {
                pupils.push(pupil);
            }
        }
        if rng.permille(300) {
            pupils[0].left = Some(BEGINS.plus(rng.between(50, 200)));
        }
        if rng.permille(300) {
            pupils[1].enrolled = BEGINS.plus(rng.between(30, 150));
        }
        pupils.sort_by_cached_key(|pupil| names::alphabetical(&pupil.full_name()));
        let mut class = Class { grade, letter: LETTERS[letter], pupils, groups: Vec::new(), class_teacher: 0 };
        for groups in [HALVES, BOYS_AND_GIRLS] {
            if SUBJECTS.iter().any(|s| s.hours_in(grade) > 0 && s.groups_in(grade) == Some(groups)) {
                divide(&mut class, groups);
            }
        }
        class
    };
    names.into_iter().enumerate().map(build).collect()
}

fn pupil(name: names::Name, female: bool, grade: u8, number: i32, rng: &mut Rng) -> Pupil {
    let letter = name.surname.chars().next().expect("a surname has letters");
    let born = Date::of(2019 - i32::from(grade), 1, 1).plus(rng.between(-75, 300));
    Pupil {
        file: format!("{letter}-{number:04}"),
        surname: name.surname,
        name: name.name,
        patronymic: name.patronymic,
        female,
        born,
        enrolled: BEGINS,
        left: None,
        ability: 63 + rng.around_zero(32),
        illness: None,
        exempt: None,
        decomposed: false,
    }
}

fn divide(class: &mut Class, names: [&'static str; 2]) {
    let all = 0..class.pupils.len();
    let (first, second) = if names == BOYS_AND_GIRLS {
        all.partition(|p| !class.pupils[*p].female)
    } else {
        let half = class.pupils.len().div_ceil(2);
        all.partition(|p| *p < half)
    };
    class.groups.push(Group { name: names[0], members: first });
    class.groups.push(Group { name: names[1], members: second });
}
