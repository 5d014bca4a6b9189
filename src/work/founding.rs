//! The founding of a journal: its administrator, his key, and the recovery key of its archives.

use super::{Done, Workplace, confirm};
use crate::error::{Action, Detail, Error, Result};
use crate::files::{self, Readers};
use crate::import::{self, Faults};
pub use crate::journal::entry::SecondPerson;
use crate::journal::entry::{JournalCreated, Person};
use crate::journal::{Author, Journal};
use crate::ledger::chain::ZERO;
use crate::ledger::identity::Identity;
use crate::ledger::keyfile;
use crate::ledger::possession::Request;
use crate::print::{Layouts, Recovery, emergency_sheet, recovery_sheet};
use crate::school::{Clock, PersonName, Role, School, clean};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// What is wanted.
pub struct Founding<'a> {
    /// Where the journal goes.
    pub path: &'a Path,
    /// The school and its year.
    pub school: School,
    /// Who administers it.
    pub administrator: Person,
    /// His key.
    pub key: Key<'a>,
    /// Second persons, independent of him from the start.
    pub second: Vec<SecondPerson>,
    /// Where the recovery key is written down; without it, it is only given back.
    pub recovery_sheet: Option<&'a Path>,
    /// Where the emergency key is written down; without it, it is only given back.
    pub emergency_sheet: Option<&'a Path>,
}

/// The key of the administrator.
pub enum Key<'a> {
    /// He has one.
    AtHand(&'a Identity),
    /// It is made, and written into this file under this passphrase, or under none.
    New {
        /// The file, which is not there yet.
        file: &'a Path,
        /// The passphrase.
        passphrase: Option<&'a str>,
    },
}

/// What was founded.
pub struct Founded {
    /// The journal.
    pub journal: Journal,
    /// The fingerprint of the administrator's key.
    pub fingerprint: String,
    /// The recovery key, which is kept nowhere.
    pub recovery: Identity,
    /// The emergency key, which is kept nowhere.
    pub emergency: Identity,
}

/// Who will administer the journal: as the school's table of staff in this folder has him, or by his name as it was typed.
///
/// # Errors
/// Somebody who is not in the table and not named, or without the role.
pub fn administrator(tables: &Path, login: &str, typed_name: Option<&str>) -> Result<Person> {
    let mut faults = Faults::default();
    if let Some(person) = in_table(tables, login, &mut faults)? {
        if !person.roles.contains(&Role::Administrator) {
            return Err(Error::input(format!("у «{login}» в staff.csv нет роли «администратор»"))
                .next("добавьте роль или укажите другого сотрудника"));
        }
        return Ok(person);
    }
    if let (None, Some(fault)) = (typed_name, faults.list.first()) {
        return Err(Error::from(fault.clone())
            .then("исправьте файл")
            .then_by("или назовите администратора", Action::Give(Detail::AdministratorName)));
    }
    let typed = typed_name.ok_or_else(|| {
        Error::input(format!("сотрудника «{login}» нет в staff.csv рядом со school.toml"))
            .next_by("проверьте логин или назовите администратора", Action::Give(Detail::AdministratorName))
    })?;
    let cleaned = clean(typed)?;
    let mut words = cleaned.splitn(3, ' ').map(str::to_owned);
    let mut word = || words.next().unwrap_or_default();
    let name = PersonName { surname: word(), given: word(), patronymic: word() };
    name.is_of_letters()?;
    let (login, position) = (login.to_owned(), "администратор электронного журнала".to_owned());
    Ok(Person { login, name, position, association: String::new(), roles: vec![Role::Administrator] })
}

/// Somebody of the school's table of staff in this folder.
fn in_table(tables: &Path, login: &str, faults: &mut Faults) -> Result<Option<Person>> {
    let staff = import::read_staff(&files::named(tables)?, faults)?;
    Ok(staff.into_iter().find(|(_, row)| row.login == login).map(|(_, row)| {
        let import::StaffRow { login, name, position, association, roles } = row;
        Person { login, name, position, association, roles }
    }))
}

/// A second person, of the school's table of staff in this folder, by the request that his key has signed.
///
/// # Errors
/// A request of somebody else or for a journal that is founded already; somebody who is not in the table.
pub fn second(tables: &Path, login: &str, request: &Request) -> Result<SecondPerson> {
    let place = || format!("второе лицо «{login}»");
    is_for_new_journal(login, request)?;
    let mut faults = Faults::default();
    let person = in_table(tables, login, &mut faults)?.ok_or_else(|| match faults.list.first() {
        Some(fault) => Error::from(fault.clone()).then("исправьте файл"),
        None => Error::input("его нет в staff.csv рядом со school.toml").at(place()).next("добавьте строку о нём"),
    })?;
    Ok(of_request(person, request))
}

/// As [`second`], somebody of whom the journal before knows.
///
/// # Errors
/// As [`second`]; somebody who did not work there.
pub fn second_before(known: Option<Person>, login: &str, request: &Request) -> Result<SecondPerson> {
    is_for_new_journal(login, request)?;
    let person = known.ok_or_else(|| {
        Error::input("его нет среди сотрудников прежнего журнала")
            .at(format!("второе лицо «{login}»"))
            .next_by("внесите его в прежний журнал или уже в новый", Action::AddStaff)
    })?;
    Ok(of_request(person, request))
}

fn of_request(person: Person, request: &Request) -> SecondPerson {
    let (key, possession) = (request.key.clone(), request.possession.clone());
    SecondPerson { person, key, possession, proven_in: String::new() }
}

fn is_for_new_journal(login: &str, request: &Request) -> Result<()> {
    if request.login == login && request.journal == ZERO {
        return Ok(());
    }
    Err(Error::input("заявка составлена для другого сотрудника или для другого журнала")
        .at(format!("второе лицо «{login}»"))
        .next_by("составьте её для нового журнала", Action::RequestKey))
}

/// Founds a journal. A refusal leaves nothing behind, least of all a key that opens nothing.
///
/// # Errors
/// Files that are there already or cannot be written; a school that contradicts itself; a clock far from its year.
pub fn found(wish: Founding<'_>, clock: &dyn Clock) -> Result<Founded> {
    let mut made = Vec::new();
    make(wish, clock, &mut made).inspect_err(|_| {
        for file in &made {
            let _ = files::real(file).and_then(|file| files::remove(&file));
        }
    })
}

/// As [`found`]; files that are made on the way are named in `made`.
fn make(wish: Founding<'_>, clock: &dyn Clock, made: &mut Vec<PathBuf>) -> Result<Founded> {
    let Founding { path, school, administrator, key, second, recovery_sheet, emergency_sheet } = wish;
    let new;
    let identity = match key {
        Key::AtHand(identity) => identity,
        Key::New { file, passphrase } => {
            new = Identity::generate();
            keyfile::write_new(file, &new, passphrase)?;
            made.push(file.to_owned());
            &new
        }
    };
    let (recovery, emergency) = (Identity::generate(), Identity::generate());
    for (sheet, key, write) in
        [(recovery_sheet, &recovery, write_recovery as Write), (emergency_sheet, &emergency, write_emergency)]
    {
        if let Some(sheet) = sheet {
            write(sheet, key, &school, clock)?;
            made.push(sheet.to_owned());
        }
    }
    let created = JournalCreated {
        previous: None,
        school,
        administrator,
        key: identity.public(),
        recovery: recovery.public().recipient().to_owned(),
        second,
        emergency: Some(emergency.public().ssh_line("")),
    };
    let journal = Journal::create(path, Author { signer: identity, clock, taken_over: false }, created)?;
    Ok(Founded { journal, fingerprint: identity.public().fingerprint(), recovery, emergency })
}

/// Writes a key down.
type Write = fn(&Path, &Identity, &School, &dyn Clock) -> Result<()>;

/// Writes the recovery key with what it is for: a sheet to be printed where the file is a PDF, else a text, which is an
/// age identity file.
pub(super) fn write_recovery(path: &Path, recovery: &Identity, school: &School, clock: &dyn Clock) -> Result<()> {
    let content = if is_pdf(path) { recovery_pdf(recovery, school, clock)? } else { recovery_text(recovery, school) };
    write_secret(path, &content)
}

/// As [`write_recovery`], the emergency key.
pub(super) fn write_emergency(path: &Path, emergency: &Identity, school: &School, clock: &dyn Clock) -> Result<()> {
    let content = if is_pdf(path) {
        let (secret, public) = (emergency.secret_text(), emergency.public().fingerprint());
        let (at, version) = (clock.now(), env!("CARGO_PKG_VERSION"));
        let sheet = Recovery { school, secret: secret.as_str(), recipient: &public, at, version };
        emergency_sheet(&Layouts::load(None)?, &sheet)?
    } else {
        let text = format!(
            "# Аварийный ключ электронного журнала\n# {}, {} учебный год\n\
             # Вместе с директором или завучем вносит ключ взамен утраченных; ничего не открывает.\n\
             # Распечатайте, уберите в сейф отдельно от ключа восстановления и удалите этот файл.\n{}\n",
            school.school.short_name,
            school.year.name,
            emergency.secret_text().as_str()
        );
        Zeroizing::new(text.into_bytes())
    };
    write_secret(path, &content)
}

/// Gives a journal that has none an emergency key, or another one, which is written down.
///
/// # Errors
/// A sheet that cannot be written; what a right or a rule refuses, and then no sheet is left.
pub fn new_emergency_key(place: &mut Workplace<'_>, emergency: &Identity, sheet: &Path) -> Result<Done> {
    write_emergency(sheet, emergency, &place.school()?, place.author.clock)?;
    confirm::set_emergency_key(place, emergency).inspect_err(|_| {
        let _ = files::remove(sheet);
    })
}

fn is_pdf(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("pdf"))
}

fn write_secret(path: &Path, content: &[u8]) -> Result<()> {
    files::write_new_named(path, content, Readers::Owner).map_err(|e| Error::file("записать", path, &e))
}

fn recovery_pdf(recovery: &Identity, school: &School, clock: &dyn Clock) -> Result<Zeroizing<Vec<u8>>> {
    let (secret, public) = (recovery.secret_text(), recovery.public());
    let sheet = Recovery {
        school,
        secret: secret.as_str(),
        recipient: public.recipient(),
        at: clock.now(),
        version: env!("CARGO_PKG_VERSION"),
    };
    recovery_sheet(&Layouts::load(None)?, &sheet)
}

fn recovery_text(recovery: &Identity, school: &School) -> Zeroizing<Vec<u8>> {
    let text = format!(
        "# Ключ восстановления архива электронного журнала\n# {}, {} учебный год\n\
         # Открывает архивные копии, если ключи директора и завуча утрачены; ничего не подписывает.\n\
         # Распечатайте, уберите в сейф директора и удалите этот файл.\n{}\n",
        school.school.short_name,
        school.year.name,
        recovery.secret_text().as_str()
    );
    // The text's own buffer becomes the bytes, which are wiped.
    Zeroizing::new(text.into_bytes())
}
