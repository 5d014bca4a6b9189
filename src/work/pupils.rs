//! Pupils and their classes (§3.3.1), and what was recorded of them by mistake.

use super::contacts::erase_all;
use super::people::{clean_name, or_stands};
use super::{Done, Workplace};
use crate::error::{Action, Detail, Error, Next, Result, Warning};
use crate::journal::entry::{
    Body, EnrolmentCorrected, PupilAnnulled, PupilEnrolled, PupilLeft, PupilMoved, PupilRenumbered, PupilSet, StayIn,
};
use crate::journal::read::{self, Pupil, Tables, Ungrouped};
use crate::journal::rules::twin;
use crate::school::{ClassName, Day, PersonName, Sex, clean, fold, format_date};

/// A pupil who is new to the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPupil {
    /// Номер личного дела.
    pub file: String,
    /// Surname, given name, patronymic.
    pub name: PersonName,
    /// The date of birth.
    pub born: Day,
    /// What the list says of the sex; else it is told by the patronymic.
    pub sex: Option<Sex>,
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
    /// Whether a he or a she, where that is known.
    pub sex: Option<Sex>,
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
    /// Whether a he or a she, where that is known.
    pub sex: Option<Sex>,
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

/// What the list says of a pupil's sex, put right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListedSex {
    /// It is this.
    Is(Sex),
    /// It says nothing: the patronymic tells.
    Nothing,
}

impl ListedSex {
    /// As people type it: «м», «ж» and the like ([`Sex::parse`]), or «нет».
    ///
    /// # Errors
    /// Anything else.
    pub fn parse(text: &str) -> Result<Self> {
        match fold(text.trim()).as_str() {
            "нет" | "" => Ok(Self::Nothing),
            _ => Sex::parse(text).map(Self::Is),
        }
    }
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
    /// Пол.
    pub sex: Option<ListedSex>,
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
    /// That marks and absences which stand after an earlier day of leaving or moving are to stay.
    pub despite: bool,
}

impl Changes {
    fn is_nothing(&self) -> bool {
        let Self { surname, given, patronymic, born, sex, enrolled, class, left, number, .. } = self;
        let name = [surname, given, patronymic, number].iter().all(|part| part.is_none());
        name && born.is_none() && sex.is_none() && enrolled.is_none() && class.is_none() && left.is_none()
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
    /// Where it was changed: what the list says of the sex now.
    pub sex: Option<ListedSex>,
    /// His stay as it is now, where that was put right: class, first day, day he left.
    pub stay: Option<StayIn>,
    /// The number of his personal file now, where it was changed.
    pub number: Option<String>,
    /// Where he is in another class now that has groups: that he is in none.
    pub ungrouped: Option<Ungrouped>,
}

fn known(tables: &Tables, file: &str) -> Result<Pupil> {
    if let Some(pupil) = read::pupil(tables, file)? {
        return Ok(pupil);
    }
    let next = match read::pupil_alike(tables, file)? {
        Some(pupil) => Next::new(format!("похож номер «{}», {}: наберите его так", pupil.file, pupil.name.full())),
        None => Next::by("посмотрите номера", Action::ListPupils),
    };
    Err(Error::input(format!("в журнале нет ученика с личным делом «{file}»")).next(next))
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
    let set = PupilSet { file: file.clone(), name: name.clone(), born: wish.born, sex: wish.sex, another: false };
    let another = wish.another && twin(place.tables(), &set, None)?.is_some();
    let enrolled = PupilEnrolled { file: file.clone(), class: class.clone(), since };
    let done = place.record([PupilSet { another, ..set }.into(), enrolled.into()])?;
    let sex = Sex::of(wish.sex, &name);
    Ok(Added { done, name, sex, since, ungrouped: ungrouped(place.tables(), &file, &class, since)? })
}

/// What the list says of the sex now, for the end of a message.
pub fn sex_in_words(sex: ListedSex) -> String {
    match sex {
        ListedSex::Is(sex) => format!(", пол «{}»", sex.as_str()),
        ListedSex::Nothing => ", пол не указан".to_owned(),
    }
}

/// Whether a pupil is in none of his class's groups on a day, where it has any.
fn ungrouped(tables: &Tables, file: &str, class: &ClassName, day: Day) -> Result<Option<Ungrouped>> {
    Ok(read::ungrouped(tables, class, day)?.into_iter().find(|one| one.pupil.is_named(file)))
}

/// That a pupil of a class with groups is in none.
pub fn in_no_group(Ungrouped { pupil, class, subjects }: &Ungrouped) -> Warning {
    let of = if subjects.is_empty() { String::new() } else { format!(" ({})", subjects.join(", ")) };
    let joins = Action::JoinGroup { class: class.to_string(), file: pupil.file.to_string() };
    Warning::from(format!("{} ({}) не состоит ни в одной группе класса{of}", pupil.name.surname_given(), pupil.file))
        .next_by("включите его в группу", joins)
}

/// Changes what is recorded of a pupil: his name and birthday as they are now, the rest as it should have been from the
/// start.
///
/// # Errors
/// A pupil whom the journal does not know; what rests on what was wrong; as [`add`].
pub fn change(place: &mut Workplace<'_>, file: &str, changes: &Changes) -> Result<Changed> {
    if changes.is_nothing() {
        return Err(Error::input("не указано, что изменить").next(
            "укажите фамилию, имя, отчество, пол, дату рождения, зачисление, класс, выбытие или номер личного дела",
        ));
    }
    let pupil = known(place.tables(), file)?;
    let (file, before) = (pupil.file.to_string(), pupil.name.clone());
    let stands = read::born(place.tables(), &file)?;
    let stands = stands.ok_or_else(|| {
        Error::damaged(format!("дата рождения ученика «{file}» не читается")).next_by("проверьте журнал", Action::Audit)
    })?;
    let name = PersonName {
        surname: or_stands(changes.surname.as_deref(), &before.surname)?,
        given: or_stands(changes.given.as_deref(), &before.given)?,
        patronymic: or_stands(changes.patronymic.as_deref(), &before.patronymic)?,
    };
    if name != before {
        name.is_of_letters()?;
    }
    let born = changes.born.unwrap_or(stands);
    let sex = match changes.sex {
        Some(ListedSex::Is(sex)) => Some(sex),
        Some(ListedSex::Nothing) => None,
        None => pupil.listed_sex,
    };
    let reason = clean(&changes.reason)?;
    let number = changes.number.as_deref().map(clean).transpose()?.filter(|number| *number != file);
    let mut bodies: Vec<Body> = Vec::new();
    if name != before || born != stands || sex != pupil.listed_sex {
        let set = PupilSet { file: file.clone(), name: name.clone(), born, sex, another: false };
        let another = changes.another && twin(place.tables(), &set, Some(&pupil))?.is_some();
        bodies.push(PupilSet { another, ..set }.into());
    }
    let stay = stay_after(place.tables(), &pupil, changes)?;
    if let Some((was, becomes)) = stay.clone() {
        if reason.is_empty() && place.today()? >= place.school()?.year.begins {
            return Err(Error::input("не указана причина: исправление печатается в журнале «Замена сведений»")
                .next_by("укажите причину", Action::Give(Detail::Reason)));
        }
        let (file, reason, despite) = (file.clone(), reason.clone(), changes.despite);
        bodies.push(EnrolmentCorrected { file, was, becomes, reason, despite }.into());
    }
    if let Some(becomes) = number.clone() {
        bodies.push(PupilRenumbered { file: file.clone(), becomes, reason }.into());
    }
    let done = match bodies.is_empty() {
        true => place.stands(PupilSet { file: file.clone(), name: name.clone(), born, sex, another: false })?,
        false => place.record(bodies)?,
    };
    // As it stands now: where a move was taken back, it is one with the stay before.
    let now = read::stays_of(place.tables(), pupil.id)?.pop().map(|(of, stay)| StayIn::of(of, stay));
    let stay = stay.and(now);
    let ungrouped = match stay.as_ref().filter(|_| changes.class.is_some()) {
        Some(stay) => ungrouped(place.tables(), &file, &stay.class, stay.since)?,
        None => None,
    };
    Ok(Changed { done, before, name, born, sex: changes.sex, stay, number, ungrouped })
}

/// A pupil's last stay as it stands and as it should have been; nothing where nothing of it changes.
fn stay_after(tables: &Tables, pupil: &Pupil, changes: &Changes) -> Result<Option<(StayIn, StayIn)>> {
    let Changes { enrolled, class, left, .. } = changes;
    if enrolled.is_none() && class.is_none() && left.is_none() {
        return Ok(None);
    }
    let name = pupil.name.surname_given();
    let Some((of, stay)) = read::stays_of(tables, pupil.id)?.pop() else {
        return Err(Error::refused(format!("{name} {} ни в один класс", pupil.agree("не зачислен")))
            .next_by("зачислите", Action::EnrollPupil));
    };
    let was = StayIn::of(of, stay);
    let until = match left {
        None => was.until,
        Some(_) if was.until.is_none() => {
            return Err(Error::refused(format!("{name}: выбытие не записано, исправлять нечего"))
                .next_by("если ученик выбыл, запишите это", Action::LeavePupil));
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
            "{name}: с этого же дня, {}, записано выбытие из {class}: {} там без перерыва",
            format_date(since),
            pupil.agree("он")
        ))
        .next_by("снимите выбытие: дата «нет»", Action::CorrectLeaving));
    }
    let enrolled = PupilEnrolled { file: pupil.file.to_string(), class: class.clone(), since };
    let done = match stands.is_some_and(|(of, stay)| of == class && stay.since == since && stay.until.is_none()) {
        true => place.stands(enrolled)?,
        false => place.record([enrolled.into()])?,
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
    let moved = PupilMoved { file: pupil.file.to_string(), class: class.clone(), since, despite };
    let done = if stands { place.stands(moved)? } else { place.record([moved.into()])? };
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
    let left = PupilLeft { file: pupil.file.to_string(), until, despite };
    let done = match last.is_some_and(|(_, stay)| stay.until == Some(until)) {
        true => place.stands(left)?,
        false => place.record([left.into()])?,
    };
    stepped(place, done, pupil, None)
}

fn stepped(place: &Workplace<'_>, done: Done, pupil: Pupil, to: Option<(ClassName, Day)>) -> Result<Stepped> {
    let ungrouped = match to {
        Some((class, since)) => ungrouped(place.tables(), &pupil.file, &class, since)?,
        None => None,
    };
    let sex = pupil.sex();
    Ok(Stepped { done, name: pupil.name, sex, ungrouped })
}
