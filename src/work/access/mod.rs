//! Slips of access to the diary (§4): who has one, who gets one, whose ends.
//!
//! A person has one slip, whatever number of children; whoever is named in the contacts of several is one person where a
//! telephone, an e-mail or a postal address says so. Only a digest of a code is kept, so a slip is made once, with a new code:
//! who has one gets another only by name, and the first ends with that.

mod slips;
#[cfg(test)]
mod tests;

pub use slips::{Printed, Wish, address, print, print_consents};

use super::Workplace;
use super::contacts::{class_of, may_write_of};
use crate::error::{Action, Error, Result};
use crate::journal::Journal;
use crate::journal::contacts::{Contact, Contacts, Slip, Standing, whose};
use crate::journal::read::{self, Pupil, Tables};
use crate::school::{ClassName, Day, PersonName, PersonalFile, Sex, fold, format_date};
use chrono::{DateTime, Datelike, FixedOffset};
use std::collections::HashMap;

/// At this age a pupil is of age.
const OF_AGE: i32 = 18;

/// Somebody who reads the diary of a pupil of a class, or might.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// ФИО.
    pub name: String,
    /// As what.
    pub standing: Standing,
    /// «мать», «отец»; empty of a pupil.
    pub who: String,
    /// Whose diary it is, those of other classes too.
    pub children: Vec<Child>,
    /// His slip; none where he never had one.
    pub slip: Option<Slip>,
}

/// A child of a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// Номер личного дела.
    pub pupil: PersonalFile,
    /// «Петренко Анна».
    pub name: String,
    /// Whether a he or a she, where that is known.
    pub sex: Option<Sex>,
    /// The class that he is in, or was in last.
    pub class: Option<ClassName>,
    /// The day from which he is in no class any more.
    pub left: Option<Day>,
    /// Whether he is of age: the diary is his own then, and what his parents read is named.
    pub of_age: bool,
}

/// How it stands with somebody's access.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// No slip yet.
    None,
    /// A slip is out that nobody has used.
    Issued,
    /// A slip is out and was used.
    Used,
    /// The slip was revoked.
    Revoked,
}

impl State {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "нет листка",
            Self::Issued => "выдан",
            Self::Used => "вошёл",
            Self::Revoked => "отозван",
        }
    }
}

impl Access {
    /// How it stands.
    pub fn state(&self) -> State {
        match &self.slip {
            Some(slip) if slip.revoked.is_some() => State::Revoked,
            Some(slip) if slip.is_in_force() && slip.used.is_some() => State::Used,
            Some(slip) if slip.is_in_force() => State::Issued,
            _ => State::None,
        }
    }

    /// What the class teacher should know of it: a child who has left, or who is of age while a parent reads.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        for child in &self.children {
            if let Some(left) = child.left {
                notes.push(format!("{}: {} {}", child.name, Sex::agree(child.sex, "выбыл"), format_date(left)));
            }
            if child.of_age && self.standing == Standing::Parent {
                notes.push(format!("{}: {}", child.name, Sex::agree(child.sex, "совершеннолетний")));
            }
        }
        notes
    }

    /// Whether this is who somebody means by a surname or a whole name.
    fn is_meant(&self, typed: &str) -> bool {
        let mut words = self.name.split_whitespace().map(str::to_owned);
        let mut next = || words.next().unwrap_or_default();
        let name = PersonName { surname: next(), given: next(), patronymic: next() };
        fold(&self.name) == fold(typed.trim()) || name.fit(typed).is_some()
    }
}

/// Who reads the diaries of a class, or might: pupil by pupil, parents before the pupil himself. A person stands there once.
///
/// # Errors
/// A file of contacts, or tables, that do not read.
pub fn of_class(journal: &Journal, class: &ClassName, today: Day) -> Result<Vec<Access>> {
    Register::open(journal, &Contacts::open(journal.path())?, today)?.of_class(class)
}

/// What is known of everybody's access, under the numbers that personal files have today.
struct Register<'a> {
    tables: &'a Tables,
    today: Day,
    lines: Vec<Contact>,
    slips: Vec<Slip>,
    /// Numbers in use that a file had before, and the one that it has.
    former: HashMap<String, PersonalFile>,
}

impl<'a> Register<'a> {
    fn open(journal: &'a Journal, contacts: &Contacts, today: Day) -> Result<Self> {
        let tables = journal.tables();
        let mut known = HashMap::new();
        for pupil in read::all_pupils(tables)? {
            known.extend(pupil.former.iter().map(|old| (old.to_string(), pupil.file.clone())));
        }
        let (mut lines, mut slips) = (contacts.all()?, contacts.slips()?);
        let mut former = HashMap::new();
        for line in &mut lines {
            if let Some(file) = known.get(&line.pupil) {
                former.insert(std::mem::replace(&mut line.pupil, file.to_string()), file.clone());
            }
        }
        for child in slips.iter_mut().flat_map(|slip| &mut slip.reader.children) {
            if let Some(file) = known.get(child.as_str()) {
                former.insert(std::mem::replace(child, file.clone()).into(), file.clone());
            }
        }
        Ok(Self { tables, today, lines, slips, former })
    }

    fn of_class(&self, class: &ClassName) -> Result<Vec<Access>> {
        let year = read::school(self.tables)?.year;
        let mut all: Vec<Access> = Vec::new();
        for pupil in read::members_of_class(self.tables, class, year.begins, year.ends)? {
            if class_of(self.tables, &pupil, self.today)?.is_none_or(|(now, _)| now != *class) {
                continue;
            }
            for line in self.lines.iter().filter(|line| line.pupil == pupil.file && !line.is_own()) {
                self.add_parent(&mut all, line)?;
            }
            let reads = |slip: &&Slip| slip.reader.children.contains(&pupil.file);
            for slip in self.slips.iter().filter(reads) {
                if !all.iter().any(|known| known.slip.as_ref() == Some(slip)) {
                    all.push(self.with_slip(slip)?);
                }
            }
            let own = |access: &Access| {
                access.standing == Standing::Pupil && access.children.iter().any(|child| child.pupil == pupil.file)
            };
            if !all.iter().any(own) {
                let (name, child) = (pupil.name.full(), self.child(&pupil)?);
                all.push(Access {
                    name,
                    standing: Standing::Pupil,
                    who: String::new(),
                    children: vec![child],
                    slip: None,
                });
            }
        }
        Ok(all)
    }

    /// Adds the person of a line, or the line's pupil to whom stands there already as the same person.
    fn add_parent(&self, all: &mut Vec<Access>, line: &Contact) -> Result<()> {
        let slip = whose(line, &self.lines, &self.slips);
        let parents = all.iter_mut().filter(|access| access.standing == Standing::Parent);
        let same = |access: &Access| match (&access.slip, slip) {
            (Some(one), Some(other)) => one.reader.id == other.reader.id,
            (None, None) => self.lines.iter().any(|other| {
                let here = access.children.iter().any(|child| child.pupil == *other.pupil);
                here && other.name == access.name && line.is_of_one_person_with(other)
            }),
            _ => false,
        };
        let child = match read::pupil(self.tables, &line.pupil)? {
            Some(pupil) => self.child(&pupil)?,
            None => return Ok(()),
        };
        match parents.into_iter().find(|access| same(access)) {
            Some(known) if known.children.iter().any(|there| there.pupil == child.pupil) => {}
            Some(known) => known.children.push(child),
            None => {
                let mut access = match slip {
                    Some(slip) => self.with_slip(slip)?,
                    None => Access {
                        name: line.name.clone(),
                        standing: Standing::Parent,
                        who: String::new(),
                        children: Vec::new(),
                        slip: None,
                    },
                };
                access.who = line.who.clone();
                if !access.children.iter().any(|there| there.pupil == child.pupil) {
                    access.children.push(child);
                }
                all.push(access);
            }
        }
        Ok(())
    }

    fn with_slip(&self, slip: &Slip) -> Result<Access> {
        let mut children: Vec<Child> = Vec::new();
        for file in &slip.reader.children {
            // Whoever is in the journal no more is in no diary either.
            if let Some(pupil) = read::pupil(self.tables, file)?
                && !children.iter().any(|child| child.pupil == pupil.file)
            {
                children.push(self.child(&pupil)?);
            }
        }
        // A pupil's own name is the journal's.
        let own = match (slip.reader.standing, children.first()) {
            (Standing::Pupil, Some(child)) => read::pupil(self.tables, &child.pupil)?.map(|pupil| pupil.name.full()),
            _ => None,
        };
        let name = own.unwrap_or_else(|| slip.reader.name.clone());
        let (standing, slip) = (slip.reader.standing, Some(slip.clone()));
        Ok(Access { name, standing, who: String::new(), children, slip })
    }

    fn child(&self, pupil: &Pupil) -> Result<Child> {
        let (class, left) = match class_of(self.tables, pupil, self.today)? {
            Some((class, left)) => (Some(class), left),
            None => (None, None),
        };
        let of_age = is_of_age(read::born(self.tables, &pupil.file)?, self.today);
        let (file, name) = (pupil.file.clone(), pupil.name.surname_given());
        Ok(Child { pupil: file, name, sex: pupil.sex(), class, left, of_age })
    }
}

/// Ends the access of somebody who reads the diary of a class's pupil; gives who it was.
///
/// # Errors
/// Somebody who does not keep the contacts of this class; a name that nobody has, or several; a slip that opens nothing already.
pub fn revoke(place: &Workplace<'_>, class: &ClassName, typed: &str) -> Result<Access> {
    may_write_of(place, Some(class))?;
    let contacts = Contacts::open(place.journal.path())?;
    let mut all = Register::open(place.journal, &contacts, place.today()?)?.of_class(class)?;
    all.retain(|access| access.slip.is_some());
    if all.is_empty() {
        return Err(Error::input(format!("в {class} ни у кого нет листка доступа"))
            .next_by("посмотрите, у кого они есть", Action::ListAccess { class: class.clone() }));
    }
    let access = meant(&all, typed)?;
    match &access.slip {
        Some(slip) if contacts.revoke(slip.reader.id, place.author.now())? => Ok(access.clone()),
        _ => Err(Error::refused(format!("доступ «{}» уже прекращён", access.name))
            .next_by("посмотрите, у кого он есть", Action::ListAccess { class: class.clone() })),
    }
}

/// The one whom somebody means: by a name, or by «И-01» the parents of one pupil.
fn meant<'a>(all: &'a [Access], typed: &str) -> Result<&'a Access> {
    let found: Vec<&Access> = all.iter().filter(|access| access.is_meant(typed)).collect();
    let exact: Vec<&Access> = found.iter().filter(|access| fold(&access.name) == fold(typed.trim())).copied().collect();
    let found = if exact.is_empty() { found } else { exact };
    let list = |some: &[&Access]| some.iter().map(|access| access.name.as_str()).collect::<Vec<_>>().join(", ");
    match found.as_slice() {
        [one] => Ok(one),
        [] => Err(Error::input(format!("«{}»: такого человека нет среди тех, кому выдают листки", typed.trim())).next(
            format!(
                "назовите одного из них: {}; родителей вносят в контакты ученика",
                list(&all.iter().collect::<Vec<_>>())
            ),
        )),
        several => Err(Error::input(format!("«{}» подходит нескольким: {}", typed.trim(), list(several)))
            .next("назовите полностью фамилию, имя и отчество")),
    }
}

/// When something of a slip was, for people: «01.09.2025».
pub fn day_of(at: Option<DateTime<FixedOffset>>) -> String {
    at.map(|at| format_date(at.date_naive())).unwrap_or_default()
}

/// Whether somebody who was born on a day is of age on another.
fn is_of_age(born: Option<Day>, today: Day) -> bool {
    let comes_of_age = born.and_then(|born| {
        let year = born.year() + OF_AGE;
        born.with_year(year).or_else(|| Day::from_ymd_opt(year, 3, 1))
    });
    comes_of_age.is_some_and(|day| day <= today)
}
