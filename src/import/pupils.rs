//! Pupils, their classes and groups.

use super::fault::Source;
use super::present;
use super::record::Import;
use super::rows::{Files, Key, name, personal_file};
use super::table::{Line, date};
use crate::error::{Result, Warning};
use crate::journal::entry::{GroupSet, PupilEnrolled, PupilLeft, PupilSet};
use crate::journal::read::annulments::Annulled;
use crate::journal::read::{self, Pupil};
use crate::journal::rules::twin;
use crate::school::{ClassName, Day, PersonName, Sex, Stay, format_date, in_cyrillic};
use chrono::NaiveDate;
use std::collections::{BTreeSet, HashSet};

/// pupils.csv
#[allow(missing_docs)]
pub struct PupilRow {
    pub file: String,
    /// The number as it was typed, where the journal knows the file by another.
    pub typed: Option<String>,
    pub class: ClassName,
    pub name: PersonName,
    pub born: NaiveDate,
    pub since: Option<NaiveDate>,
    pub until: Option<NaiveDate>,
    /// Nothing where the list does not say: what the journal has stays.
    pub sex: Option<Sex>,
}

impl PupilRow {
    /// From a line of the table.
    pub(super) fn of(line: &mut Line<'_>) -> Option<Self> {
        let (file, class) = (personal_file(line, 0), line.parse(1, ClassName::parse));
        let (name, born) = (name(line, [2, 3, 5]), line.parse(4, date));
        let (since, until) = (line.parse_optional(6, date), line.parse_optional(7, date));
        let sex = line.parse_optional(8, Sex::parse);
        let (file, class, name, born) = (file?, class?, name?, born?);
        Some(Self { file, typed: None, class, name, born, since: since?, until: until?, sex: sex? })
    }
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
        let (mut seen, mut untold) = (HashSet::new(), Vec::new());
        for (at, row) in &files.pupils {
            let key = Key::Pupil(row.file.clone());
            if !self.claim(&mut seen, *at, "Личное дело", &key) {
                continue;
            }
            let known = read::pupil(self.batch.tables(), &row.file)?;
            let sex = row.sex.or(known.as_ref().and_then(|known| known.listed_sex));
            let set = PupilSet { file: row.file.clone(), name: row.name.clone(), born: row.born, sex, another: false };
            if known.is_none() && read::annulments::annulled_pupil(self.batch.tables(), &row.file)?.is_some() {
                let what =
                    "запись об этом ученике аннулирована: уберите строку; кто всё же учится, того внесите заново";
                self.faults.column(*at, "Личное дело", what);
                self.learn(key, false);
                continue;
            }
            if let Some(known) = &known
                && !self.is_still_he(*at, row, known)?
            {
                self.learn(key, false);
                continue;
            }
            let another = self.how.another && twin(self.batch.tables(), &set, known.as_ref())?.is_some();
            let set = PupilSet { another, ..set };
            let is_there = present::pupil(self.batch.tables(), &set)?;
            if !is_there && Sex::of(set.sex, &set.name).is_none() {
                untold.push(format!("{} ({})", set.name.surname_given(), set.file));
            }
            let mut good = self.needs(*at, &[(Key::Class(row.class.clone()), "Класс")])
                && (is_there || self.record(*at, "Дата рождения", set, false)?);
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
        self.tell_of_whom_no_sex_is_known(&untold);
        Ok(())
    }

    fn tell_of_whom_no_sex_is_known(&mut self, untold: &[String]) {
        const NAMED: usize = 5;
        let more = untold.len().saturating_sub(NAMED);
        let more = if more == 0 { String::new() } else { format!(" и ещё {more}") };
        let named = untold.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ");
        let what = format!("пол не указан и по отчеству не виден: {named}{more}");
        let told = (!untold.is_empty()).then(|| {
            let next =
                "в бумагах будет «зачислен(а)»; добавьте в таблицу учеников столбец «Пол» (м или ж) и повторите импорт";
            Warning::from(what).next(next)
        });
        self.faults.warnings.extend(told);
    }

    /// Whether a row is about the pupil whose file it names: by a number that he had before, it must bear his name. What it
    /// makes of his name and birthday is told.
    fn is_still_he(&mut self, at: Source, row: &PupilRow, known: &Pupil) -> Result<bool> {
        let is_former = |typed: &String| {
            let looks = in_cyrillic(typed);
            known.former.iter().any(|former| **former == **typed || in_cyrillic(former) == looks)
        };
        if let Some(typed) = row.typed.as_ref().filter(|typed| is_former(typed))
            && known.name != row.name
        {
            let (name, other) = (known.name.full(), row.name.full());
            let what = format!(
                "«{typed}» — прежний номер личного дела ученика {name} (теперь «{}»), а в строке {other}: укажите номер \
                 его личного дела",
                known.file
            );
            self.faults.column(at, "Личное дело", what);
            return Ok(false);
        }
        let born = read::born(self.batch.tables(), &known.file)?.unwrap_or(row.born);
        if known.name != row.name || born != row.born {
            let was = format!("{} ({})", known.name.full(), format_date(born));
            let becomes = format!("{} ({})", row.name.full(), format_date(row.born));
            self.replaces(at, &format!("личное дело «{}»: {} {was}, станет {becomes}", known.file, known.agree("был")));
        }
        if let (Some(was), Some(becomes)) = (known.listed_sex, row.sex)
            && was != becomes
        {
            let (was, becomes) = (was.as_str(), becomes.as_str());
            self.replaces(at, &format!("личное дело «{}»: пол был «{was}», станет «{becomes}»", known.file));
        }
        Ok(true)
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

    /// Who comes to a group that is there and who leaves it.
    fn tell_who_comes_and_goes(&mut self, group: &Group<'_>, sets: &[GroupSet], stood: &BTreeSet<i64>) -> Result<()> {
        let tables = self.batch.tables();
        let mut becomes = BTreeSet::new();
        for file in sets.iter().flat_map(|set| &set.members) {
            becomes.extend(read::pupil(tables, file)?.map(|pupil| pupil.id));
        }
        let of_class = read::pupils_of_class(tables, group.class)?;
        let names = |of: Vec<i64>| {
            let name = |pupil: &&Pupil| of.contains(&pupil.id);
            let names = of_class.iter().filter(name);
            names.map(|pupil| format!("{} ({})", pupil.name.surname_given(), pupil.file)).collect::<Vec<_>>().join("; ")
        };
        let comes = names(becomes.difference(stood).copied().collect());
        let goes = names(stood.difference(&becomes).copied().collect());
        let told = |what: &str, names: String| (!names.is_empty()).then(|| format!("{what}: {names}"));
        let told: Vec<String> = [told("приходят", comes), told("уходят", goes)].into_iter().flatten().collect();
        if !told.is_empty() {
            self.replaces(group.at, &format!("состав группы «{}» {}: {}", group.name, group.class, told.join(", ")));
        }
        Ok(())
    }

    /// Records a group that the journal has otherwise or not at all.
    fn group(&mut self, group: &Group<'_>, sets: Vec<GroupSet>) -> Result<bool> {
        let there = read::memberships(self.batch.tables(), group.class)?;
        if there.iter().any(|of| of.group == group.name && (of.since.is_some() || of.until.is_some())) {
            self.replaces(group.at, &format!("состав группы «{}» {} по дням", group.name, group.class));
        }
        let stood: BTreeSet<i64> = there.iter().filter(|of| of.group == group.name).map(|of| of.pupil).collect();
        if stood.is_empty() {
            let name = format!("{}, группа «{}»", group.class, group.name);
            if !self.was_not_annulled(group.at, "Группа", Annulled::Group, &name)? {
                return Ok(false);
            }
        } else {
            self.tell_who_comes_and_goes(group, &sets, &stood)?;
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
