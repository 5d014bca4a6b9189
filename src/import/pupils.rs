//! Pupils, their classes and groups.

use super::fault::Source;
use super::present;
use super::record::Import;
use super::rows::{Files, Key};
use crate::error::Result;
use crate::journal::entry::{GroupSet, PupilEnrolled, PupilLeft, PupilSet};
use crate::journal::read;
use crate::journal::rules::twin;
use crate::school::{ClassName, Day, PersonName, Stay};
use chrono::NaiveDate;
use std::collections::{BTreeSet, HashSet};

/// pupils.csv
#[allow(missing_docs)]
pub struct PupilRow {
    pub file: String,
    pub class: ClassName,
    pub name: PersonName,
    pub born: NaiveDate,
    pub since: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
}

/// groups.csv
#[allow(missing_docs)]
pub struct GroupRow {
    pub class: ClassName,
    pub group: String,
    pub pupil: String,
    pub since: Option<NaiveDate>,
    pub last: Option<NaiveDate>,
}

/// A group as its rows have it.
struct Group<'f> {
    at: Source,
    class: &'f ClassName,
    name: &'f str,
    rows: Vec<&'f GroupRow>,
}

impl Group<'_> {
    /// Who is in it for the whole year, and from each day on which it changes.
    fn sets(&self, begins: Day) -> Vec<GroupSet> {
        let first = |row: &GroupRow| row.since.filter(|since| *since > begins);
        let ends = |row: &GroupRow| row.last.and_then(|last| last.succ_opt());
        let days: BTreeSet<Day> = self.rows.iter().flat_map(|row| [first(row), ends(row)]).flatten().collect();
        let set = |since: Option<Day>| {
            let is_there = |row: &&&GroupRow| match since {
                None => first(row).is_none(),
                Some(day) => first(row).is_none_or(|first| first <= day) && ends(row).is_none_or(|ends| day < ends),
            };
            let members = self.rows.iter().filter(is_there).map(|row| row.pupil.clone()).collect();
            let (class, group) = (self.class.clone(), self.name.to_owned());
            GroupSet { class, group, members, since, despite: false }
        };
        std::iter::once(set(None)).chain(days.into_iter().map(|day| set(Some(day)))).collect()
    }
}

impl Import<'_, '_> {
    pub(super) fn pupils(&mut self, files: &Files) -> Result<()> {
        let begins = read::school(self.batch.tables())?.year.begins;
        let mut seen = HashSet::new();
        for (at, row) in &files.pupils {
            let key = Key::Pupil(row.file.clone());
            if !self.claim(&mut seen, *at, "Личное дело", &key) {
                continue;
            }
            let set = PupilSet { file: row.file.clone(), name: row.name.clone(), born: row.born, another: false };
            let known = read::pupil(self.batch.tables(), &set.file)?;
            if known.is_none() && read::annulments::annulled_pupil(self.batch.tables(), &row.file)?.is_some() {
                let what =
                    "запись об этом ученике аннулирована: уберите строку; кто всё же учится, того внесите заново";
                self.faults.column(*at, "Личное дело", what);
                self.learn(key, false);
                continue;
            }
            let another = self.how.another && twin(self.batch.tables(), &set, known.as_ref())?.is_some();
            let set = PupilSet { another, ..set };
            let mut good = self.needs(*at, &[(Key::Class(row.class.clone()), "Класс")])
                && (present::pupil(self.batch.tables(), &set)? || self.record(*at, "Дата рождения", set, false)?);
            if good {
                let since = row.since.unwrap_or(begins);
                let stay = Stay { since, until: row.until };
                let (enrolled, left) = present::enrolment(self.batch.tables(), &row.file, &row.class, stay)?;
                let (file, class) = (row.file.clone(), row.class.clone());
                good = enrolled || self.record(*at, "Зачислен", PupilEnrolled { file, class, since }, false)?;
                if let (Some(until), true, false) = (row.until, good, left) {
                    let file = row.file.clone();
                    good = self.record(*at, "Выбыл", PupilLeft { file, until, despite: false }, false)?;
                }
            }
            self.learn(key, good);
        }
        Ok(())
    }

    pub(super) fn groups(&mut self, files: &Files) -> Result<()> {
        let begins = read::school(self.batch.tables())?.year.begins;
        let mut groups: Vec<Group<'_>> = Vec::new();
        for (at, row) in &files.groups {
            let place = groups.iter().position(|of| *of.class == row.class && of.name == row.group);
            let place = place.unwrap_or_else(|| {
                groups.push(Group { at: *at, class: &row.class, name: &row.group, rows: Vec::new() });
                groups.len() - 1
            });
            let needs = [(Key::Class(row.class.clone()), "Класс"), (Key::Pupil(row.pupil.clone()), "Личное дело")];
            if !self.needs(*at, &needs) {
                continue;
            }
            if row.since.zip(row.last).is_some_and(|(since, last)| last < since) {
                self.faults.column(*at, "По", "последний день раньше первого");
                continue;
            }
            groups[place].rows.push(row);
        }
        for group in groups {
            let key = Key::Group(group.class.clone(), group.name.to_owned());
            let sets = group.sets(begins);
            let good = present::group(self.batch.tables(), &sets)? || self.group(&group, sets)?;
            self.learn(key, good);
        }
        Ok(())
    }

    /// Records a group that the journal has otherwise or not at all.
    fn group(&mut self, group: &Group<'_>, sets: Vec<GroupSet>) -> Result<bool> {
        let there = read::memberships(self.batch.tables(), group.class)?;
        if there.iter().any(|of| of.group == group.name && (of.since.is_some() || of.until.is_some())) {
            self.replaces(group.at, &format!("состав группы «{}» {} по дням", group.name, group.class));
        }
        for set in sets {
            let column = if set.since.is_some() { "С" } else { "Личное дело" };
            if !self.record(group.at, column, set, false)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
