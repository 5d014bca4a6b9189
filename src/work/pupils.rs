//! Pupils, their classes and groups (§3.3.1), and what was recorded of them by mistake.

use super::contacts::erase_all;
use super::people::{clean_name, or_stands};
use super::{Done, Workplace};
use crate::error::{Action, Error, Result, Warning};
use crate::journal::entry::{
    Body, EnrolmentCorrected, GroupAnnulled, GroupSet, PupilAnnulled, PupilEnrolled, PupilLeft, PupilMoved,
    PupilRenumbered, PupilSet, StayIn,
};
use crate::journal::read::{self, Membership, Pupil, Tables, Ungrouped};
use crate::journal::rules::twin;
use crate::school::{ClassName, Day, PersonName, clean, format_date};
use std::collections::BTreeSet;

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
    /// The first day in it; else the school year's first, or today once it has begun.
    pub since: Option<Day>,
    /// That a pupil of this name and birthday, if there is one, is somebody else.
    pub another: bool,
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
    /// Where the class has groups: that he is in none.
    pub ungrouped: Option<Ungrouped>,
}

/// A pupil who came to a class or left one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stepped {
    /// What was recorded.
    pub done: Done,
    /// His name.
    pub name: PersonName,
    /// Where the class has groups: that he is in none.
    pub ungrouped: Option<Ungrouped>,
}

/// A day on which a pupil left, put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaving {
    /// It was another day.
    On(Day),
    /// He did not leave.
    Withdrawn,
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
    /// The first day in the class he is in.
    pub enrolled: Option<Day>,
    /// The class, where he had been put into another by mistake.
    pub class: Option<ClassName>,
    /// The day he left.
    pub left: Option<Leaving>,
    /// The number of the personal file.
    pub number: Option<String>,
    /// Why what was recorded was wrong.
    pub reason: String,
    /// That a pupil of this name and birthday, if there is one, is somebody else.
    pub another: bool,
}

impl Changes {
    fn is_nothing(&self) -> bool {
        let Self { surname, given, patronymic, born, enrolled, class, left, number, reason: _, another: _ } = self;
        let name = [surname, given, patronymic, number].iter().all(|part| part.is_none());
        name && born.is_none() && enrolled.is_none() && class.is_none() && left.is_none()
    }
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
    /// His stay as it is now, where that was put right: class, first day, day he left.
    pub stay: Option<StayIn>,
    /// The number of his personal file now, where it was changed.
    pub number: Option<String>,
    /// Where he is in another class now that has groups: that he is in none.
    pub ungrouped: Option<Ungrouped>,
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
/// A personal file that is there already, or was; another pupil of this name and birthday; text that cannot be printed;
/// what a right or a rule refuses.
pub fn add(place: &mut Workplace<'_>, wish: &NewPupil) -> Result<Added> {
    let file = clean(&wish.file)?;
    if let Some(known) = read::pupil(place.tables(), &file)? {
        if known.file != *file {
            let (name, now) = (known.name.full(), &known.file);
            return Err(Error::input(format!("«{file}» — прежний номер личного дела ученика {name}, теперь «{now}»"))
                .next("возьмите другой номер"));
        }
        return Err(Error::input(format!("личное дело «{file}» уже есть: {}", known.name.full()))
            .next_by("зачислите снова", Action::EnrollPupil)
            .then_by("или исправьте имя", Action::ChangePupil));
    }
    let since = match wish.since {
        Some(since) => since,
        None => place.today()?.max(place.school()?.year.begins),
    };
    let (name, class) = (clean_name(&wish.name)?, wish.class.clone());
    let set = PupilSet { file: file.clone(), name: name.clone(), born: wish.born, another: false };
    let another = wish.another && twin(place.tables(), &set, None)?.is_some();
    let enrolled = PupilEnrolled { file: file.clone(), class: class.clone(), since };
    let done = place.record([PupilSet { another, ..set }.into(), enrolled.into()])?;
    Ok(Added { done, name, since, ungrouped: ungrouped(place.tables(), &file, &class, since)? })
}

/// Whether a pupil is in none of his class's groups on a day, where it has any.
fn ungrouped(tables: &Tables, file: &str, class: &ClassName, day: Day) -> Result<Option<Ungrouped>> {
    Ok(read::ungrouped(tables, class, day)?.into_iter().find(|one| one.pupil.is_named(file)))
}

/// Changes what is recorded of a pupil: his name and birthday as they are now, the rest as it should have been from the
/// start.
///
/// # Errors
/// A pupil whom the journal does not know; what rests on what was wrong; as [`add`].
pub fn change(place: &mut Workplace<'_>, file: &str, changes: &Changes) -> Result<Changed> {
    if changes.is_nothing() {
        return Err(Error::input("не указано, что изменить")
            .next("укажите фамилию, имя, отчество, дату рождения, зачисление, класс, выбытие или номер личного дела"));
    }
    let pupil = known(place.tables(), file)?;
    let (file, before) = (pupil.file.to_string(), pupil.name.clone());
    let stands = read::born(place.tables(), &file)?;
    let stands = stands.ok_or_else(|| Error::damaged(format!("дата рождения ученика «{file}» не читается")))?;
    let name = PersonName {
        surname: or_stands(changes.surname.as_deref(), &before.surname)?,
        given: or_stands(changes.given.as_deref(), &before.given)?,
        patronymic: or_stands(changes.patronymic.as_deref(), &before.patronymic)?,
    };
    let born = changes.born.unwrap_or(stands);
    let reason = clean(&changes.reason)?;
    let number = changes.number.as_deref().map(clean).transpose()?.filter(|number| *number != file);
    let mut bodies: Vec<Body> = Vec::new();
    if name != before || born != stands {
        let set = PupilSet { file: file.clone(), name: name.clone(), born, another: false };
        let another = changes.another && twin(place.tables(), &set, Some(&pupil))?.is_some();
        bodies.push(PupilSet { another, ..set }.into());
    }
    let stay = stay_after(place.tables(), &pupil, changes)?;
    if let Some((was, becomes)) = stay.clone() {
        bodies.push(EnrolmentCorrected { file: file.clone(), was, becomes, reason: reason.clone() }.into());
    }
    if let Some(becomes) = number.clone() {
        bodies.push(PupilRenumbered { file: file.clone(), becomes, reason }.into());
    }
    let done = if bodies.is_empty() { Done::default() } else { place.record(bodies)? };
    // As it stands now: where a move was taken back, it is one with the stay before.
    let now = read::stays_of(place.tables(), pupil.id)?.pop().map(|(of, stay)| StayIn::of(of, stay));
    let stay = stay.and(now);
    let ungrouped = match stay.as_ref().filter(|_| changes.class.is_some()) {
        Some(stay) => ungrouped(place.tables(), &file, &stay.class, stay.since)?,
        None => None,
    };
    Ok(Changed { done, before, name, born, stay, number, ungrouped })
}

/// A pupil's last stay as it stands and as it should have been; nothing where nothing of it changes.
fn stay_after(tables: &Tables, pupil: &Pupil, changes: &Changes) -> Result<Option<(StayIn, StayIn)>> {
    let Changes { enrolled, class, left, .. } = changes;
    if enrolled.is_none() && class.is_none() && left.is_none() {
        return Ok(None);
    }
    let name = pupil.name.surname_given();
    let Some((of, stay)) = read::stays_of(tables, pupil.id)?.pop() else {
        return Err(
            Error::refused(format!("{name} не зачислен(а) ни в один класс")).next_by("зачислите", Action::EnrollPupil)
        );
    };
    let was = StayIn::of(of, stay);
    let until = match left {
        None => was.until,
        Some(_) if was.until.is_none() => {
            return Err(Error::refused(format!("{name}: выбытие не записано, исправлять нечего"))
                .next_by("если он выбыл, запишите это", Action::LeavePupil));
        }
        Some(Leaving::On(day)) => Some(*day),
        Some(Leaving::Withdrawn) => None,
    };
    let class = class.clone().unwrap_or_else(|| was.class.clone());
    let becomes = StayIn { class, since: enrolled.unwrap_or(was.since), until };
    Ok((was != becomes).then_some((was, becomes)))
}

/// Takes back a pupil who was recorded by mistake: he never came, or is there twice. His parents' contacts are erased.
/// Gives his name.
///
/// # Errors
/// What rests on him; as [`change`].
pub fn annul(place: &mut Workplace<'_>, file: &str, reason: &str) -> Result<(Done, PersonName)> {
    let pupil = known(place.tables(), file)?;
    let reason = clean(reason)?;
    let done = place.record([PupilAnnulled { file: pupil.file.to_string(), reason }.into()])?;
    if read::pupil(place.tables(), &pupil.file)?.is_none() {
        erase_all(place, &pupil)?;
    }
    Ok((done, pupil.name))
}

/// Enrols a pupil whom the journal knows, who has come back.
///
/// # Errors
/// As [`change`].
pub fn enroll(place: &mut Workplace<'_>, file: &str, class: ClassName, since: Day) -> Result<Stepped> {
    let pupil = known(place.tables(), file).map_err(|error| {
        error.then_by("кто вернулся из прошлых лет или пришёл впервые, того внесите", Action::AddPupil)
    })?;
    let stands = read::stays_of(place.tables(), pupil.id)?.pop();
    if stands.as_ref().is_some_and(|(of, stay)| *of == class && stay.until == Some(since)) {
        let name = read::name_of(place.tables(), &pupil)?;
        return Err(Error::refused(format!(
            "{name}: с этого же дня, {}, записано выбытие из {class}: он(а) там без перерыва",
            format_date(since)
        ))
        .next_by("снимите выбытие: дата «нет»", Action::CorrectLeaving));
    }
    let done = match stands.is_some_and(|(of, stay)| of == class && stay.since == since && stay.until.is_none()) {
        true => Done::default(),
        false => place.record([PupilEnrolled { file: pupil.file.to_string(), class: class.clone(), since }.into()])?,
    };
    stepped(place, done, pupil, Some((class, since)))
}

/// Moves a pupil to another class; his marks stay his. `despite` says that those which stand in the other class from
/// that day on are to stay.
///
/// # Errors
/// As [`change`].
pub fn move_to(place: &mut Workplace<'_>, file: &str, class: ClassName, since: Day, despite: bool) -> Result<Stepped> {
    let pupil = known(place.tables(), file)?;
    let stands = match &read::stays_of(place.tables(), pupil.id)?[..] {
        [.., (_, before), (of, stay)] => {
            *of == class && stay.since == since && stay.until.is_none() && before.until == Some(since)
        }
        _ => false,
    };
    let done = match stands {
        true => Done::default(),
        false => {
            let file = pupil.file.to_string();
            place.record([PupilMoved { file, class: class.clone(), since, despite }.into()])?
        }
    };
    stepped(place, done, pupil, Some((class, since)))
}

/// Records that a pupil has left; `until` is the first day without him. `despite` says that marks and absences which
/// stand from that day on are to stay.
///
/// # Errors
/// As [`change`].
pub fn leave(place: &mut Workplace<'_>, file: &str, until: Day, despite: bool) -> Result<Stepped> {
    let pupil = known(place.tables(), file)?;
    let last = read::stays_of(place.tables(), pupil.id)?.pop();
    let done = match last.is_some_and(|(_, stay)| stay.until == Some(until)) {
        true => Done::default(),
        false => place.record([PupilLeft { file: pupil.file.to_string(), until, despite }.into()])?,
    };
    stepped(place, done, pupil, None)
}

fn stepped(place: &Workplace<'_>, done: Done, pupil: Pupil, to: Option<(ClassName, Day)>) -> Result<Stepped> {
    let ungrouped = match to {
        Some((class, since)) => ungrouped(place.tables(), &pupil.file, &class, since)?,
        None => None,
    };
    Ok(Stepped { done, name: pupil.name, ungrouped })
}

/// The day from which on a group changes: the one that is said, else today, once it has had lessons. Nothing where the
/// group is made, or made otherwise, for the whole year.
///
/// # Errors
/// Tables that do not read.
pub fn group_changes_on(
    place: &Workplace<'_>,
    class: &ClassName,
    group: &str,
    said: Option<Day>,
) -> Result<Option<Day>> {
    let (group, year, today) = (clean(group)?, place.school()?.year, place.today()?);
    let (mut has_lessons, tables) = (false, place.tables());
    for course in read::courses_of(tables, class)?.iter().filter(|course| course.key.group == group) {
        has_lessons |= !read::lessons_of(tables, course.id)?.is_empty();
    }
    let all = read::memberships(tables, class)?;
    let has_days = all.iter().any(|of| of.group == group && (of.since.is_some() || of.until.is_some()));
    let day = match said {
        Some(day) => day,
        None if has_lessons => today.clamp(year.begins, year.ends),
        None => year.begins,
    };
    Ok((day != year.begins || has_lessons || has_days).then_some(day))
}

/// Those of whom a group of the class can be made from a day on, or where none is said from the year's first: who is in it on that
/// day and who comes later; without a day also whoever is in it today.
///
/// # Errors
/// Tables that do not read.
pub fn of_class_on(place: &Workplace<'_>, class: &ClassName, since: Option<Day>) -> Result<Vec<Pupil>> {
    let year = place.school()?.year;
    let day = since.unwrap_or_else(|| place.today().map_or(year.begins, |today| today)).clamp(year.begins, year.ends);
    read::members_of_class(place.tables(), class, day, year.ends)
}

/// Sets who belongs to a group, from a day on or for the whole year. `despite` says that marks which somebody who leaves
/// it has there from that day on are to stay. Gives how many belong to it then.
///
/// # Errors
/// Text that cannot be printed; what a right or a rule refuses.
pub fn set_group(
    place: &mut Workplace<'_>,
    class: &ClassName,
    group: &str,
    wish: &Members,
    since: Option<Day>,
    despite: bool,
) -> Result<(Done, usize)> {
    let (year, group) = (place.school()?.year, clean(group)?);
    let pupils = match since {
        Some(since) => read::members_of_class(place.tables(), class, since, year.ends)?,
        None => read::pupils_of_class(place.tables(), class)?,
    };
    let mut standing = read::memberships(place.tables(), class)?;
    standing.retain(|of| of.group == group && since.is_none_or(|since| of.covers(since)));
    let file = |of: &Membership| pupils.iter().find(|pupil| pupil.id == of.pupil).map(|pupil| pupil.file.to_string());
    let standing: Vec<String> = standing.iter().filter_map(file).collect();
    let members = wish.after(&standing);
    let count = members.len();
    if members.iter().collect::<BTreeSet<_>>() == standing.iter().collect() {
        return Ok((Done::default(), count));
    }
    let gone = match wish {
        Members::All(_) => gone(&pupils, &standing, &members),
        Members::Changes(_) => None,
    };
    let set = GroupSet { class: class.clone(), group, members, since, despite };
    let mut done = place.record([set.into()])?;
    done.warnings.extend(gone);
    Ok((done, count))
}

/// Whom a list that names all of a group leaves out of it.
fn gone(pupils: &[Pupil], standing: &[String], members: &[String]) -> Option<Warning> {
    let is_gone = |pupil: &&Pupil| {
        let is_in = |files: &[String]| files.iter().any(|file| pupil.is_named(file));
        is_in(standing) && !is_in(members)
    };
    let name = |pupil: &Pupil| format!("{} ({})", pupil.name.surname_given(), pupil.file);
    let gone: Vec<String> = pupils.iter().filter(is_gone).map(name).collect();
    (!gone.is_empty())
        .then(|| format!("назван весь состав группы, больше в ней не состоят: {}", gone.join("; ")).into())
}

/// Takes back a group that was made by mistake.
///
/// # Errors
/// Courses that are taught to it; as [`set_group`].
pub fn annul_group(place: &mut Workplace<'_>, class: &ClassName, group: &str, reason: &str) -> Result<Done> {
    let (group, reason) = (clean(group)?, clean(reason)?);
    place.record([GroupAnnulled { class: class.clone(), group, reason }.into()])
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
