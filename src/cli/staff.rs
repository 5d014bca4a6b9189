//! `letopis staff`: people, their roles and keys (§3.3).

use super::{Common, desk::Desk, screen, session};
use crate::error::{Error, Result};
use crate::journal::entry::{KeyEnrolled, KeyRevoked, Person, PersonDismissed};
use crate::journal::read;
use crate::ledger::identity::PublicIdentity;
use crate::school::{PersonName, Role, clean};
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Staff {
    /// Добавить сотрудника или изменить сведения о нём
    #[command(visible_alias = "добавить")]
    Add(Add),
    /// Список сотрудников
    #[command(visible_alias = "список")]
    List,
    /// Внести открытую часть ключа сотрудника
    #[command(visible_alias = "ключ")]
    Enroll {
        /// Логин сотрудника
        #[arg(value_name = "ЛОГИН")]
        login: String,
        /// Открытая часть ключа («letopis key show») или файл с нею
        #[arg(value_name = "КЛЮЧ")]
        key: String,
    },
    /// Изменить сведения о сотруднике: указывается только то, что меняется
    #[command(visible_alias = "изменить")]
    Change(Change),
    /// Отозвать один ключ сотрудника: утрачен или вызывает сомнения
    #[command(visible_alias = "отозвать")]
    Revoke {
        /// Отпечаток ключа: SHA256:…
        #[arg(value_name = "ОТПЕЧАТОК")]
        fingerprint: String,
        /// Причина
        #[arg(long, value_name = "ПРИЧИНА")]
        reason: String,
    },
    /// Уволить: ключи сотрудника отзываются с этого места, прежние подписи остаются в силе
    #[command(visible_alias = "уволить")]
    Dismiss {
        /// Логин сотрудника
        #[arg(value_name = "ЛОГИН")]
        login: String,
    },
}

#[derive(Args)]
pub struct Add {
    /// Логин: строчные латинские буквы и цифры
    #[arg(value_name = "ЛОГИН")]
    login: String,
    /// Фамилия
    #[arg(long, value_name = "ФАМИЛИЯ")]
    surname: String,
    /// Имя
    #[arg(long, value_name = "ИМЯ")]
    given: String,
    /// Отчество
    #[arg(long, value_name = "ОТЧЕСТВО", default_value = "")]
    patronymic: String,
    /// Должность
    #[arg(long, value_name = "ДОЛЖНОСТЬ")]
    position: String,
    /// Методическое объединение
    #[arg(long, value_name = "МО", default_value = "")]
    association: String,
    /// Роли через запятую: учитель, классный руководитель, завуч …
    #[arg(long, value_name = "РОЛИ", value_delimiter = ',', required = true)]
    roles: Vec<String>,
}

#[derive(Args)]
pub struct Change {
    /// Логин
    #[arg(value_name = "ЛОГИН")]
    login: String,
    /// Фамилия
    #[arg(long, value_name = "ФАМИЛИЯ")]
    surname: Option<String>,
    /// Имя
    #[arg(long, value_name = "ИМЯ")]
    given: Option<String>,
    /// Отчество
    #[arg(long, value_name = "ОТЧЕСТВО")]
    patronymic: Option<String>,
    /// Должность
    #[arg(long, value_name = "ДОЛЖНОСТЬ")]
    position: Option<String>,
    /// Методическое объединение
    #[arg(long, value_name = "МО")]
    association: Option<String>,
    /// Роли через запятую, все
    #[arg(long, value_name = "РОЛИ", value_delimiter = ',')]
    roles: Vec<String>,
}

impl Staff {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::List => return list(common),
            Self::Add(add) => {
                let person = add.person()?;
                let what = format!("{} («{}») записан(а)", person.name.full(), person.login);
                Desk::open(common)?.record(person, &what)?;
            }
            Self::Enroll { login, key } => {
                let text = if !key.contains("age1") || std::path::Path::new(&key).is_file() {
                    std::fs::read_to_string(&key).map_err(|e| Error::file("прочитать", key.as_ref(), &e))?
                } else {
                    key
                };
                // What «letopis key show» prints begins with words.
                let key = PublicIdentity::parse(text.find("age1").and_then(|at| text.get(at..)).unwrap_or(&text))?;
                let what = format!("Ключ {} внесён для «{login}»", key.fingerprint());
                Desk::open(common)?.record(KeyEnrolled { login, key }, &what)?;
            }
            Self::Change(change) => return change.run(common),
            Self::Revoke { fingerprint, reason } => {
                let what = format!("Ключ {fingerprint} отозван, прежние подписи остаются в силе");
                Desk::open(common)?.record(KeyRevoked { fingerprint, reason: clean(&reason)? }, &what)?;
            }
            Self::Dismiss { login } => {
                let what = format!("«{login}» уволен(а), ключи отозваны");
                Desk::open(common)?.record(PersonDismissed { login }, &what)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn list(common: &Common) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let tables = journal.tables();
    let mut rows = Vec::new();
    let mut values = Vec::new();
    for person in read::all_staff(tables)? {
        let roles: Vec<&str> = read::roles_of(tables, &person.login)?.into_iter().map(Role::word).collect();
        let keys = read::fingerprints_of(tables, &person.login)?;
        values.push(serde_json::json!({
            "login": person.login, "name": person.name.full(), "position": person.position,
            "association": person.association, "roles": roles, "keys": keys, "dismissed": person.dismissed,
        }));
        let state = if person.dismissed { "уволен(а)".to_owned() } else { keys.join(", ") };
        rows.push(vec![person.login.into(), person.name.full(), person.position, roles.join(", "), state]);
    }
    if common.json {
        screen::json(&values.into());
    } else {
        screen::table(&["Логин", "Фамилия, имя, отчество", "Должность", "Роли", "Действующие ключи"], &rows);
    }
    Ok(ExitCode::SUCCESS)
}

fn roles(words: &[String]) -> Result<Vec<Role>> {
    let role = |word: &String| {
        Role::parse(word).ok_or_else(|| {
            let words = Role::ALL.map(Role::word).join(", ");
            Error::input(format!("роли «{}» нет", word.trim())).next(format!("роли: {words}"))
        })
    };
    words.iter().map(role).collect()
}

impl Change {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mut desk = Desk::open(common)?;
        let known = read::staff(desk.tables(), &self.login)?.filter(|person| !person.dismissed).ok_or_else(|| {
            Error::input(format!("сотрудника «{}» нет в журнале", self.login))
                .next("список: letopis staff list; принять снова: letopis staff add")
        })?;
        let or = |typed: &Option<String>, stands: &str| typed.as_deref().map_or(Ok(stands.to_owned()), clean);
        let standing = read::roles_of(desk.tables(), &self.login)?;
        let name = PersonName {
            surname: or(&self.surname, &known.name.surname)?,
            given: or(&self.given, &known.name.given)?,
            patronymic: or(&self.patronymic, &known.name.patronymic)?,
        };
        let position = or(&self.position, &known.position)?;
        let association = or(&self.association, &known.association)?;
        let mut roles = if self.roles.is_empty() { standing.clone() } else { roles(&self.roles)? };
        roles.sort_unstable();
        let same = name == known.name && position == known.position && association == known.association;
        if same && roles == standing {
            return session::unchanged();
        }
        let what = format!("Сведения изменены: {} («{}»)", name.full(), self.login);
        desk.record(Person { login: self.login, name, position, association, roles }, &what)
    }
}

impl Add {
    fn person(&self) -> Result<Person> {
        let (surname, given, patronymic) = (clean(&self.surname)?, clean(&self.given)?, clean(&self.patronymic)?);
        Ok(Person {
            login: self.login.clone(),
            name: PersonName { surname, given, patronymic },
            position: clean(&self.position)?,
            association: clean(&self.association)?,
            roles: roles(&self.roles)?,
        })
    }
}
