//! Pupils, their classes and groups (§3.3.1).

use super::people::{clean_name, or_stands};
use super::{Done, Workplace};
use crate::error::{Action, Error, Result};
use crate::journal::entry::{GroupSet, PupilEnrolled, PupilLeft, PupilMoved, PupilSet};
use crate::journal::read::{self, Pupil, Tables};
use crate::school::{ClassName, CourseKey, Day, PersonName, clean};

/// A pupil who is new to the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPupil {
    /// Номер личного дела.
    pub file: String,
    /// Surname, given name, patronymic.
    pub name: PersonName,
    /// The date of birth.
    pub born: Day,
    /// The class.
    pub class: ClassName,
    /// The first day in it; else the school year's.
    pub since: Option<Day>,
}

/// A pupil who was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// What was recorded.
    pub done: Done,
    /// The name as it is recorded.
    pub name: PersonName,
    /// The first day in the class.
    pub since: Day,
}

/// What changes of a pupil; what is not said stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Фамилия.
    pub surname: Option<String>,
    /// Имя.
    pub given: Option<String>,
    /// Отчество.
    pub patronymic: Option<String>,
    /// Birthday.
    pub born: Option<Day>,
}

/// A pupil of whom something was changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// What was recorded.
    pub done: Done,
    /// The name before.
    pub before: PersonName,
    /// The name now, and the date of birth.
    pub name: PersonName,
    /// Birthday.
    pub born: Day,
}

/// Who belongs to a group, by personal files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Members {
    /// These and nobody else.
    All(Vec<String>),
    /// These come to it (`true`) or leave it, in this order.
    Changes(Vec<(String, bool)>),
}

impl Members {
    /// Who belongs to the group then, after those who did.
    fn after(&self, standing: &[String]) -> Vec<String> {
        let (mut members, steps) = match self {
            Self::All(files) => (Vec::new(), files.iter().map(|file| (file.clone(), true)).collect()),
            Self::Changes(steps) => (standing.to_vec(), steps.clone()),
        };
        for (file, comes) in steps {
            match comes {
                false => members.retain(|member| *member != file),
                true if members.contains(&file) => {}
                true => members.push(file),
            }
        }
        members
    }
}

fn known(tables: &Tables, file: &str) -> Result<Pupil> {
    read::pupil(tables, file)?.ok_or_else(|| {
        Error::input(format!("в журнале нет ученика с личным делом «{file}»"))
            .next_by("посмотрите номера", Action::ListPupils)
    })
}

/// Adds a pupil and enrols him in his class.
///
/// # Errors
/// A personal file that is there already; text that cannot be printed; what a right or a rule refuses.
pub fn add(place: &mut Workplace<'_>, wish: &NewPupil) -> Result<Added> {
    let file = clean(&wish.file)?;
    if let Some(known) = read::pupil(place.tables(), &file)? {
        return Err(Error::input(format!("личное дело «{file}» уже есть: {}", known.name.full()))
            .next_by("зачислите снова", Action::EnrollPupil)
            .then_by("или исправьте имя", Action::ChangePupil));
    }
    let since = match wish.since {
        Some(since) => since,
        None => place.school()?.year.begins,
    };
    let name = clean_name(&wish.name)?;
    let set = PupilSet { file: file.clone(), name: name.clone(), born: wish.born };
    let enrolled = PupilEnrolled { file, class: wish.class.clone(), since };
    Ok(Added { done: place.record([set.into(), enrolled.into()])?, name, since })
}

/// Changes the name or the date of birth of a pupil.
///
/// # Errors
/// A pupil whom the journal does not know; as [`add`].
pub fn change(place: &mut Workplace<'_>, file: &str, changes: &Changes) -> Result<Changed> {
    let before = known(place.tables(), file)?.name;
    let stands = read::born(place.tables(), file)?;
    let stands = stands.ok_or_else(|| Error::damaged(format!("дата рождения ученика «{file}» не читается")))?;
    let name = PersonName {
        surname: or_stands(changes.surname.as_deref(), &before.surname)?,
        given: or_stands(changes.given.as_deref(), &before.given)?,
        patronymic: or_stands(changes.patronymic.as_deref(), &before.patronymic)?,
    };
    let born = changes.born.unwrap_or(stands);
    let done = match name == before && born == stands {
        true => Done::default(),
        false => place.record([PupilSet { file: file.to_owned(), name: name.clone(), born }.into()])?,
    };
    Ok(Changed { done, before, name, born })
}

/// Enrols a pupil whom the journal knows, who has come back. Gives his name.
///
/// # Errors
/// As [`change`].
pub fn enroll(place: &mut Workplace<'_>, file: &str, class: ClassName, since: Day) -> Result<(Done, PersonName)> {
    let name = known(place.tables(), file)?.name;
    Ok((place.record([PupilEnrolled { file: file.to_owned(), class, since }.into()])?, name))
}

/// Moves a pupil to another class; his marks stay his. Gives his name.
///
/// # Errors
/// As [`change`].
pub fn move_to(place: &mut Workplace<'_>, file: &str, class: ClassName, since: Day) -> Result<(Done, PersonName)> {
    let name = known(place.tables(), file)?.name;
    Ok((place.record([PupilMoved { file: file.to_owned(), class, since }.into()])?, name))
}

/// Records that a pupil has left; `until` is the first day without him. Gives his name.
///
/// # Errors
/// As [`change`].
pub fn leave(place: &mut Workplace<'_>, file: &str, until: Day) -> Result<(Done, PersonName)> {
    let name = known(place.tables(), file)?.name;
    Ok((place.record([PupilLeft { file: file.to_owned(), until }.into()])?, name))
}

/// Those of whom a group of the class can be made: who is in it today, or on the day of the school year next to it.
///
/// # Errors
/// Tables that do not read.
pub fn of_class_now(place: &Workplace<'_>, class: &ClassName) -> Result<Vec<Pupil>> {
    let year = place.school()?.year;
    let key = CourseKey { class: class.clone(), group: String::new(), subject: String::new() };
    read::roster(place.tables(), &key, place.today()?.clamp(year.begins, year.ends))
}

/// Sets who belongs to a group. Gives how many do then.
///
/// # Errors
/// Text that cannot be printed; what a right or a rule refuses.
pub fn set_group(
    place: &mut Workplace<'_>,
    class: &ClassName,
    group: &str,
    members: &Members,
) -> Result<(Done, usize)> {
    let (group, pupils) = (clean(group)?, of_class_now(place, class)?);
    let standing: Vec<String> = read::groups_of_class(place.tables(), class)?
        .into_iter()
        .filter(|(name, _)| *name == group)
        .filter_map(|(_, id)| pupils.iter().find(|pupil| pupil.id == id).map(|pupil| pupil.file.to_string()))
        .collect();
    let members = members.after(&standing);
    let count = members.len();
    if members == standing {
        return Ok((Done::default(), count));
    }
    Ok((place.record([GroupSet { class: class.clone(), group, members }.into()])?, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_named_as_a_whole_or_by_who_comes_and_goes() {
        let files = |files: &[&str]| files.iter().map(|file| (*file).to_owned()).collect::<Vec<_>>();
        let standing = files(&["1", "2"]);
        assert_eq!(Members::All(files(&["3", "1", "3"])).after(&standing), files(&["3", "1"]));
        let steps = [("2", false), ("3", true), ("1", true)].map(|(file, comes)| (file.to_owned(), comes));
        assert_eq!(Members::Changes(steps.to_vec()).after(&standing), files(&["1", "3"]));
        assert_eq!(Members::Changes(Vec::new()).after(&standing), standing);
    }
}
