//! People who work here: who they are, what they may, and by which keys they sign (§3.3).

use super::{Done, Workplace};
use crate::error::{Action, Error, Result};
use crate::journal::entry::{Body, KeyEnrolled, KeyRevoked, Person, PersonDismissed};
use crate::journal::read::{self, Tables};
use crate::ledger::identity::Identity;
use crate::ledger::possession::Request;
use crate::school::{PersonName, Role, clean};

/// Somebody who comes to work here, or of whom all is said anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Colleague {
    /// The login.
    pub login: String,
    /// Surname, given name, patronymic.
    pub name: PersonName,
    /// Должность.
    pub position: String,
    /// Методическое объединение; empty where there is none.
    pub association: String,
    /// What he may.
    pub roles: Vec<Role>,
}

/// What changes of somebody; what is not said stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Фамилия.
    pub surname: Option<String>,
    /// Имя.
    pub given: Option<String>,
    /// Отчество.
    pub patronymic: Option<String>,
    /// Должность.
    pub position: Option<String>,
    /// Методическое объединение.
    pub association: Option<String>,
    /// All roles.
    pub roles: Option<Vec<Role>>,
}

/// Cleans every part of a name.
pub(super) fn clean_name(name: &PersonName) -> Result<PersonName> {
    let PersonName { surname, given, patronymic } = name;
    Ok(PersonName { surname: clean(surname)?, given: clean(given)?, patronymic: clean(patronymic)? })
}

/// What is said, cleaned, or what stands.
pub(super) fn or_stands(said: Option<&str>, stands: &str) -> Result<String> {
    said.map_or(Ok(stands.to_owned()), clean)
}

/// Records somebody who comes to work here, or comes back. Gives the name as it is recorded.
///
/// # Errors
/// A login that somebody else has, or of whom another thing is recorded. Text that cannot be printed; what a right or a rule refuses.
pub fn add(place: &mut Workplace<'_>, wish: &Colleague) -> Result<(Done, PersonName)> {
    let (name, position) = (clean_name(&wish.name)?, clean(&wish.position)?);
    let (login, association) = (wish.login.clone(), clean(&wish.association)?);
    let person = Person { login, name: name.clone(), position, association, roles: wish.roles.clone() };
    let (done, ()) = place.decide(|tables, _| match read::staff(tables, &person.login)? {
        Some(known) if !known.dismissed => {
            if is_recorded(tables, &known, &person)? {
                return Ok((Vec::new(), ()));
            }
            Err(Error::refused(format!("логин «{}» уже есть: {}, {}", known.login, known.name.full(), known.position))
                .next_by("чтобы изменить сведения о нём", Action::ChangeStaff)
                .then("другому человеку дайте другой логин"))
        }
        _ => Ok((vec![person.into()], ())),
    })?;
    Ok((done, name))
}

/// Whether somebody is recorded just so.
fn is_recorded(tables: &Tables, known: &read::Staff, person: &Person) -> Result<bool> {
    let mut roles = person.roles.clone();
    roles.sort_unstable();
    Ok(known.name == person.name
        && known.position == person.position
        && known.association == person.association
        && read::roles_of(tables, &person.login)? == roles)
}

/// Changes what is recorded of somebody. Gives the name as it is then.
///
/// # Errors
/// Nobody of this login works here; as [`add`].
pub fn change(place: &mut Workplace<'_>, login: &str, changes: &Changes) -> Result<(Done, PersonName)> {
    if *changes == Changes::default() {
        return Err(Error::input("не указано, что изменить")
            .next("укажите фамилию, имя, отчество, должность, объединение или роли"));
    }
    let known = read::staff(place.tables(), login)?.filter(|person| !person.dismissed).ok_or_else(|| {
        Error::input(format!("сотрудника «{login}» нет в журнале"))
            .next_by("посмотрите список", Action::ListStaff)
            .then_by("или примите снова", Action::AddStaff)
    })?;
    let name = PersonName {
        surname: or_stands(changes.surname.as_deref(), &known.name.surname)?,
        given: or_stands(changes.given.as_deref(), &known.name.given)?,
        patronymic: or_stands(changes.patronymic.as_deref(), &known.name.patronymic)?,
    };
    let position = or_stands(changes.position.as_deref(), &known.position)?;
    let association = or_stands(changes.association.as_deref(), &known.association)?;
    let mut roles = changes.roles.clone().map_or_else(|| read::roles_of(place.tables(), login), Ok)?;
    roles.sort_unstable();
    let person = Person { login: login.to_owned(), name: name.clone(), position, association, roles };
    if is_recorded(place.tables(), &known, &person)? {
        return Ok((Done::default(), name));
    }
    Ok((place.record([person.into()])?, name))
}

/// Enrols a key for somebody.
///
/// # Errors
/// What a right or a rule refuses.
pub fn enroll(place: &mut Workplace<'_>, login: &str, request: &Request) -> Result<Done> {
    let here = read::ledger::tip(place.tables())?.journal;
    if request.login != login || request.journal != here {
        return Err(Error::input(format!(
            "заявка составлена для «{}» и для другого журнала или логина",
            request.login
        ))
        .next_by("составьте её для этого журнала", Action::RequestKey));
    }
    let (key, possession) = (request.key.clone(), request.possession.clone());
    place.record([KeyEnrolled { login: login.to_owned(), key, possession, proven_in: String::new() }.into()])
}

/// A service: a program that records under a login and a key of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Service {
    /// Makes copies of any day (§5.5.1).
    Backup,
    /// Takes in what was recorded on sticks (§5.6).
    Server,
}

impl Service {
    /// Its login.
    pub fn login(self) -> &'static str {
        match self {
            Self::Backup => "backup",
            Self::Server => "server",
        }
    }

    fn role(self) -> Role {
        match self {
            Self::Backup => Role::BackupService,
            Self::Server => Role::ServerService,
        }
    }

    fn name(self) -> PersonName {
        let [given, patronymic] = match self {
            Self::Backup => ["резервного", "копирования"],
            Self::Server => ["приёма", "записей"],
        };
        PersonName { surname: "Служба".to_owned(), given: given.to_owned(), patronymic: patronymic.to_owned() }
    }
}

/// Gives a service its login, and enrols its key. Where the service is there already, the key is a further one of it.
///
/// # Errors
/// A login that is a person's; what a right or a rule refuses.
pub fn add_service(place: &mut Workplace<'_>, service: Service, key: &Identity) -> Result<Done> {
    let journal = read::ledger::tip(place.tables())?.journal;
    let login = service.login();
    let enrolled = KeyEnrolled::of(key, &journal, login)?;
    let known = read::staff(place.tables(), login)?.filter(|known| !known.dismissed);
    if known.is_some() && !read::has_role(place.tables(), login, service.role())? {
        return Err(Error::refused(format!("логин «{login}» занят сотрудником, службе его не дать"))
            .next_by("посмотрите, кто это", Action::ListStaff));
    }
    let person = known.is_none().then(|| Person {
        login: login.to_owned(),
        name: service.name(),
        position: "программа на школьном сервере".to_owned(),
        association: String::new(),
        roles: vec![service.role()],
    });
    place.record(person.map(Body::from).into_iter().chain([enrolled.into()]))
}

/// Revokes one key, by its fingerprint; what it signed before stays in force.
///
/// # Errors
/// As [`enroll`].
pub fn revoke(place: &mut Workplace<'_>, fingerprint: &str, reason: &str) -> Result<Done> {
    place.record([KeyRevoked { fingerprint: fingerprint.to_owned(), reason: clean(reason)? }.into()])
}

/// Dismisses somebody, whose keys are revoked from here on. `abandoned` says why what may still lie on a stick of his is given
/// up; empty where nothing does.
///
/// # Errors
/// As [`enroll`]; a stick whose strand was not closed, without a reason.
pub fn dismiss(place: &mut Workplace<'_>, login: &str, abandoned: &str) -> Result<Done> {
    let abandoned = if abandoned.is_empty() { String::new() } else { clean(abandoned)? };
    place.record([PersonDismissed { login: login.to_owned(), abandoned }.into()])
}
