//! Who goes where: the pupils of a closed year, placed into the classes of the next by what the pedagogical council has
//! decided.
//!
//! Whoever cannot be placed (of whom nothing is decided, or nothing yet; who is in no class) goes over without a class, and
//! is named: the office enrols him when it knows where to.

use crate::error::{Action, Error, Result};
use crate::journal::entry::{Body, ClassSet, GroupSet, PupilEnrolled, PupilRenumbered, PupilSet};
use crate::journal::read::{self, Pupil, Tables};
use crate::school::decision::{Outcome, Resolution};
use crate::school::{ClassName, Day, Role};
use std::collections::BTreeMap;

/// Why a file of the new journal has numbers that it had before.
const RENUMBERED: &str = "номер изменён в прежнем учебном году";

/// Where the pupils go.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Placing {
    /// Class by class.
    pub classes: Vec<ClassGoing>,
    /// Those who could not be placed.
    pub unplaced: Vec<Unplaced>,
    /// Everybody who goes into a class.
    going: Vec<(Pupil, ClassName)>,
}

/// Where the pupils of a class go.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassGoing {
    /// The class that they were in.
    pub class: ClassName,
    /// How many go into which class.
    pub to: BTreeMap<ClassName, usize>,
    /// Those of them who stay in the grade.
    pub repeating: Vec<Pupil>,
    /// Those of them who go up with something to make up for.
    pub conditionally: Vec<Pupil>,
    /// How many have finished school.
    pub finished: Vec<Pupil>,
    /// How many leave the school without having finished it.
    pub leaving: Vec<Pupil>,
    /// Those who left after the year's last day, whatever the council had decided.
    pub left: Vec<Pupil>,
}

/// Somebody who could not be placed.
#[derive(Debug, Clone, PartialEq)]
pub struct Unplaced {
    /// Who.
    pub pupil: Pupil,
    /// The class that he was in.
    pub class: Option<ClassName>,
    /// Why not.
    pub why: WhyNot,
}

/// Why somebody could not be placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WhyNot {
    /// The council has decided nothing.
    NoDecision,
    /// What it has decided does not say where he goes: the words.
    Undecided(String),
    /// He is in no class.
    NoClass,
}

impl Placing {
    /// Where the pupils of a year go. Those of whom nothing is decided go a grade up where that is said, but for the grades
    /// that finish a school.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn of(tables: &Tables, promote_undecided: bool) -> Result<Self> {
        let (school, decisions) = (read::school(tables)?, read::decisions(tables)?);
        let ends = school.year.ends;
        let mut placing = Self::default();
        for class in read::classes(tables)? {
            let mut going = ClassGoing::nobody_of(&class);
            for pupil in read::members_of_class(tables, &class, ends, ends)? {
                // After the year's last day he may have left, or gone to another class.
                let last = read::stays_of(tables, pupil.id)?.pop();
                if last.as_ref().is_some_and(|(_, stay)| stay.until.is_some()) {
                    going.left.push(pupil);
                    continue;
                }
                let now = last.map_or_else(|| class.clone(), |(class, _)| class);
                let words = decisions.get(&pupil.id).map(|decided| decided.decision.as_str());
                placing.place(&mut going, (pupil, now), words, promote_undecided);
            }
            placing.classes.push(going);
        }
        for pupil in read::all_pupils(tables)? {
            let stays = read::stays_of(tables, pupil.id)?;
            let (left, is_there) = (
                stays.last().is_some_and(|(_, stay)| stay.until.is_some()),
                stays.iter().any(|(_, stay)| stay.covers(ends)),
            );
            if !left && !is_there {
                placing.unplaced.push(Unplaced { pupil, class: None, why: WhyNot::NoClass });
            }
        }
        Ok(placing)
    }

    fn place(
        &mut self,
        going: &mut ClassGoing,
        (pupil, class): (Pupil, ClassName),
        words: Option<&str>,
        promote_undecided: bool,
    ) {
        let promoted = "переведён";
        let finishes = matches!(class.grade(), 9 | 11);
        let words = words.or((promote_undecided && !finishes).then_some(promoted));
        let Some(words) = words else {
            return self.unplaced.push(Unplaced { pupil, class: Some(class), why: WhyNot::NoDecision });
        };
        // Words that were recorded before there was a list are taken as a school's own.
        let own = [words.to_owned()];
        let resolution = Resolution::parse(words, &own);
        let outcome = resolution.as_ref().map_or(Outcome::Own, |resolution| resolution.outcome);
        if let Some(to) = resolution.and_then(|resolution| resolution.destination(&class)) {
            *going.to.entry(to.clone()).or_default() += 1;
            match outcome {
                Outcome::Repeats => going.repeating.push(pupil.clone()),
                Outcome::PromotedConditionally => going.conditionally.push(pupil.clone()),
                _ => {}
            }
            return self.going.push((pupil, to));
        }
        match outcome {
            Outcome::Finished => going.finished.push(pupil),
            Outcome::Leaves => going.leaving.push(pupil),
            _ => {
                let why = WhyNot::Undecided(words.to_owned());
                self.unplaced.push(Unplaced { pupil, class: Some(class), why });
            }
        }
    }

    /// How many go into a class.
    pub fn placed(&self) -> usize {
        self.going.len()
    }

    /// How many have finished school or leave it.
    pub fn gone(&self) -> usize {
        self.classes.iter().map(|class| class.finished.len() + class.leaving.len() + class.left.len()).sum()
    }

    /// The entries that the new journal has of it: classes with their teachers, pupils, groups.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn record(&self, tables: &Tables, begins: Day, bodies: &mut Vec<Body>) -> Result<()> {
        self.classes(tables, bodies)?;
        let placed = self.going.iter().map(|(pupil, class)| (pupil, Some(class)));
        let mut before: Vec<(&Pupil, Day)> = Vec::new();
        for (pupil, class) in placed.chain(self.unplaced.iter().map(|unplaced| (&unplaced.pupil, None))) {
            let file = pupil.file.to_string();
            let born = read::born(tables, &file)?;
            let born = born.ok_or_else(|| {
                Error::damaged(format!("дата рождения ученика «{file}» не читается"))
                    .next_by("проверьте прежний журнал", Action::Audit)
            })?;
            // Those who were two people in the old journal are so in the new one.
            let another = before.iter().any(|(other, day)| *day == born && other.name.may_be(&pupil.name));
            before.push((pupil, born));
            // His file has the numbers that it had before again, one after another, so that nobody else is given them.
            let numbers: Vec<String> = pupil
                .former
                .iter()
                .map(ToString::to_string)
                .filter(|former| *former != file)
                .chain([file.clone()])
                .collect();
            let (name, first) = (pupil.name.clone(), numbers[..1].concat());
            bodies.push(PupilSet { file: first, name, born, sex: pupil.listed_sex, another }.into());
            bodies.extend(numbers.windows(2).filter_map(|pair| match pair {
                [file, becomes] => {
                    let (file, becomes, reason) = (file.clone(), becomes.clone(), RENUMBERED.to_owned());
                    Some(Body::from(PupilRenumbered { file, becomes, reason }))
                }
                _ => None,
            }));
            bodies.extend(class.map(|class| Body::from(PupilEnrolled { file, class: class.clone(), since: begins })));
        }
        self.groups(tables, bodies)
    }

    /// A class's teacher goes up with it, if he still is one.
    fn classes(&self, tables: &Tables, bodies: &mut Vec<Body>) -> Result<()> {
        let mut teachers: BTreeMap<ClassName, String> =
            self.going.iter().map(|(_, class)| (class.clone(), String::new())).collect();
        for class in read::classes(tables)? {
            let teacher = read::class_teacher(tables, &class)?.unwrap_or_default();
            if let Some(next) = raised(&class)
                && let Some(known) = teachers.get_mut(&next)
                && read::has_role(tables, &teacher, Role::ClassTeacher)?
            {
                *known = teacher.into();
            }
        }
        bodies.extend(teachers.into_iter().map(|(class, teacher)| ClassSet { class, teacher }.into()));
        Ok(())
    }

    /// Groups go up with their classes.
    fn groups(&self, tables: &Tables, bodies: &mut Vec<Body>) -> Result<()> {
        for class in read::classes(tables)? {
            let Some(next) = raised(&class) else { continue };
            let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for (group, id) in read::groups_of_class(tables, &class)? {
                let member = self.going.iter().find(|(pupil, to)| pupil.id == id && *to == next);
                groups.entry(group).or_default().extend(member.map(|(pupil, _)| pupil.file.to_string()));
            }
            for (group, members) in groups.into_iter().filter(|(_, members)| !members.is_empty()) {
                bodies.push(GroupSet { class: next.clone(), group, members, since: None, despite: false }.into());
            }
        }
        Ok(())
    }
}

impl ClassGoing {
    fn nobody_of(class: &ClassName) -> Self {
        Self {
            class: class.clone(),
            to: BTreeMap::new(),
            repeating: Vec::new(),
            conditionally: Vec::new(),
            finished: Vec::new(),
            leaving: Vec::new(),
            left: Vec::new(),
        }
    }
}

/// The class a grade up; nothing after the last.
fn raised(class: &ClassName) -> Option<ClassName> {
    ClassName::parse(&format!("{}{}", class.grade() + 1, class.letter())).ok()
}
