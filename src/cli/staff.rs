//! `letopis staff`: people, their roles and keys (§3.3).

use super::called::ME;
use super::recorder::{Recorder, look_alike, say};
use super::{Common, screen, session};
use crate::error::{Error, Result};
use crate::files;
use crate::journal::Journal;
use crate::journal::read;
use crate::journal::read::extraordinary;
use crate::ledger::identity::Identity;
use crate::ledger::keyfile;
use crate::ledger::possession::Request;
use crate::school::{PersonName, Role};
use crate::work::confirm;
use crate::work::people::{self, Changes, Colleague};
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Staff {
    /// Добавить сотрудника или принять снова уволенного
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
        /// Заявка владельца («letopis key request»), файл с нею или сам файл его ключа, если он у вас в руках
        #[arg(value_name = "ЗАЯВКА")]
        key: String,
        /// Внести аварийным ключом: файл, набранный с листа («letopis key recover»); ключи директора и завуча утрачены
        #[arg(long, visible_alias = "аварийный-ключ", value_name = "ФАЙЛ", requires = "reason")]
        emergency_key: Option<PathBuf>,
        /// Почему аварийным ключом
        #[arg(long, visible_alias = "причина", value_name = "ПРИЧИНА", requires = "emergency_key")]
        reason: Option<String>,
    },
    /// Завести службу: логин и ключ без пароля для программы, которая работает сама
    #[command(visible_alias = "служба")]
    Service {
        #[command(subcommand)]
        service: Service,
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
        #[arg(long, visible_alias = "причина", value_name = "ПРИЧИНА")]
        reason: String,
    },
    /// Уволить: ключи сотрудника отзываются с этого места, прежние подписи остаются в силе
    #[command(visible_alias = "уволить")]
    Dismiss {
        /// Логин сотрудника
        #[arg(value_name = "ЛОГИН")]
        login: String,
        /// Почему оставлено то, что могло остаться на его носителе непереданным
        #[arg(long, value_name = "ПРИЧИНА", visible_alias = "оставить")]
        abandon: Option<String>,
    },
}

#[derive(Subcommand)]
pub enum Service {
    /// Служба копирования: делает копии дня по расписанию, больше ей ничего нельзя (§5.5.1)
    #[command(visible_alias = "копия")]
    Backup {
        /// Куда записать её ключ: новый файл
        #[arg(long, value_name = "ФАЙЛ", visible_alias = "ключ")]
        key: PathBuf,
    },
    /// Служба приёма: принимает записи с носителей учителей, больше ей ничего нельзя (§5.6)
    #[command(visible_alias = "приём")]
    Server {
        /// Куда записать её ключ: новый файл
        #[arg(long, value_name = "ФАЙЛ", visible_alias = "ключ")]
        key: PathBuf,
    },
}

#[derive(Args)]
pub struct Add {
    /// Логин: строчные латинские буквы и цифры
    #[arg(value_name = "ЛОГИН")]
    login: String,
    /// Фамилия
    #[arg(long, visible_alias = "фамилия", value_name = "ФАМИЛИЯ")]
    surname: String,
    /// Имя
    #[arg(long, visible_alias = "имя", value_name = "ИМЯ")]
    given: String,
    /// Отчество
    #[arg(long, visible_alias = "отчество", value_name = "ОТЧЕСТВО", default_value = "")]
    patronymic: String,
    /// Должность
    #[arg(long, visible_alias = "должность", value_name = "ДОЛЖНОСТЬ")]
    position: String,
    /// Методическое объединение
    #[arg(long, visible_alias = "объединение", value_name = "МО", default_value = "")]
    association: String,
    /// Роли через запятую: учитель, классный руководитель, завуч …
    #[arg(long, visible_alias = "роли", value_name = "РОЛИ", value_delimiter = ',', required = true)]
    roles: Vec<String>,
}

#[derive(Args)]
pub struct Change {
    /// Логин
    #[arg(value_name = "ЛОГИН")]
    login: String,
    /// Фамилия
    #[arg(long, visible_alias = "фамилия", value_name = "ФАМИЛИЯ")]
    surname: Option<String>,
    /// Имя
    #[arg(long, visible_alias = "имя", value_name = "ИМЯ")]
    given: Option<String>,
    /// Отчество
    #[arg(long, visible_alias = "отчество", value_name = "ОТЧЕСТВО")]
    patronymic: Option<String>,
    /// Должность
    #[arg(long, visible_alias = "должность", value_name = "ДОЛЖНОСТЬ")]
    position: Option<String>,
    /// Методическое объединение
    #[arg(long, visible_alias = "объединение", value_name = "МО")]
    association: Option<String>,
    /// Роли через запятую, все
    #[arg(long, visible_alias = "роли", value_name = "РОЛИ", value_delimiter = ',')]
    roles: Vec<String>,
}

impl Staff {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::List => return list(common),
            Self::Add(add) => {
                let colleague = add.colleague()?;
                let (done, name) = people::add(&mut Recorder::open(common)?.workplace()?, &colleague)?;
                look_alike(&name);
                say(done, &format!("{} («{}») записан(а)", name.full(), colleague.login))?;
            }
            Self::Enroll { login, key, emergency_key: Some(emergency), reason } => {
                return by_emergency(common, &login, &key, (&emergency, &reason.unwrap_or_default()));
            }
            Self::Enroll { login, key, emergency_key: None, .. } => {
                let mut recorder = Recorder::open(common)?;
                let request = request(common, &recorder.journal, &login, &key)?;
                let what = format!("Ключ {} внесён для «{login}»", request.key.fingerprint());
                say(people::enroll(&mut recorder.workplace()?, &login, &request)?, &what)?;
            }
            Self::Service { service: Service::Backup { key } } => {
                return add_service(common, people::Service::Backup, &key);
            }
            Self::Service { service: Service::Server { key } } => {
                return add_service(common, people::Service::Server, &key);
            }
            Self::Change(change) => return change.run(common),
            Self::Revoke { fingerprint, reason } => {
                let what = format!("Ключ {fingerprint} отозван, прежние подписи остаются в силе");
                say(people::revoke(&mut Recorder::open(common)?.workplace()?, &fingerprint, &reason)?, &what)?;
            }
            Self::Dismiss { login, abandon } => {
                let what = format!("«{login}» уволен(а), ключи отозваны");
                say(
                    people::dismiss(&mut Recorder::open(common)?.workplace()?, &login, &abandon.unwrap_or_default())?,
                    &what,
                )?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The request to enrol a key: as it was typed or in a file, or made now where the key itself is at hand.
fn request(common: &Common, journal: &Journal, login: &str, given: &str) -> Result<Request> {
    let path = Path::new(given);
    if given.contains("age1") && !path.is_file() {
        return Request::parse(given);
    }
    let bytes = files::read_named(path, files::LARGEST_TEXT).map_err(|e| Error::file("прочитать", path, &e))?;
    match String::from_utf8(keyfile::as_saved(bytes.into()).to_vec()) {
        Ok(text) if !text.contains("AGE-SECRET-KEY-") && !text.contains("BEGIN AGE ENCRYPTED FILE") => {
            Request::parse(&text)
        }
        _ => Request::by(&session::read_identity(common, path)?, Some(journal.tip()?.journal), login),
    }
}

/// Enrols a key by the emergency key. Whoever has no other key left signs with the very key that is enrolled.
fn by_emergency(common: &Common, login: &str, given: &str, (emergency, reason): (&Path, &str)) -> Result<ExitCode> {
    let mut journal = session::journal(common)?;
    let request = request(common, &journal, login, given)?;
    let (identity, emergency) = (session::identity(common)?, session::read_identity(common, emergency)?);
    let author = session::author(&identity);
    let recorded = confirm::emergency_enrolment(&mut journal, author, &emergency, &request, reason)?;
    println!("Ключ {} внесён для «{login}» аварийным ключом. Запись № {}", request.key.fingerprint(), recorded.seq);
    println!("Удалите файл с аварийным ключом, лист верните в сейф; прежние ключи отзовите: {ME} staff revoke.");
    Ok(ExitCode::SUCCESS)
}

/// Makes the key of a service and enrols it. What is not recorded leaves no key behind.
fn add_service(common: &Common, service: people::Service, file: &Path) -> Result<ExitCode> {
    let mut recorder = Recorder::open(common)?;
    let key = Identity::generate();
    keyfile::write_new(file, &key, None)?;
    let done = people::add_service(&mut recorder.workplace()?, service, &key).inspect_err(|_| {
        let _ = files::real(file).and_then(|file| files::remove(&file));
    })?;
    let login = service.login();
    let status = say(done, &format!("Служба «{login}» заведена, ключ {}", key.public().fingerprint()))?;
    println!("Ключ записан в «{}»: без пароля, читать его может только ваш пользователь.", file.display());
    match service {
        people::Service::Backup => {
            println!("Ключ ничего не открывает и подписывает только копии дня: {ME} archive backup --to ПАПКА");
        }
        people::Service::Server => println!("Ключ подписывает только приём записей с носителей."),
    }
    Ok(status)
}

fn list(common: &Common) -> Result<ExitCode> {
    let journal = session::journal(common)?;
    let tables = journal.tables();
    let mut rows = Vec::new();
    let mut values = Vec::new();
    for person in read::all_staff(tables)? {
        let roles: Vec<&str> = read::roles_of(tables, &person.login)?.into_iter().map(Role::word).collect();
        let keys = read::fingerprints_of(tables, &person.login)?;
        let mut suspended = serde_json::Map::new();
        let mut standing = Vec::new();
        for key in &keys {
            standing.push(match extraordinary::suspended_by(tables, &person.login, key)? {
                Some(entry) => {
                    suspended.insert(key.clone(), entry.into());
                    format!("{key} приостановлен записью № {entry}, ждёт подтверждения")
                }
                None => key.clone(),
            });
        }
        values.push(serde_json::json!({
            "login": person.login, "name": person.name.full(), "position": person.position,
            "association": person.association, "roles": roles, "keys": keys, "dismissed": person.dismissed,
            "suspended": suspended,
        }));
        let state = if person.dismissed { "уволен(а)".to_owned() } else { standing.join(", ") };
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
        let mut recorder = Recorder::open(common)?;
        let Self { login, surname, given, patronymic, position, association, roles: typed } = self;
        let roles = if typed.is_empty() { None } else { Some(roles(&typed)?) };
        let changes = Changes { surname, given, patronymic, position, association, roles };
        let (done, name) = people::change(&mut recorder.workplace()?, &login, &changes)?;
        look_alike(&name);
        say(done, &format!("Сведения изменены: {} («{login}»)", name.full()))
    }
}

impl Add {
    fn colleague(self) -> Result<Colleague> {
        let Self { login, surname, given, patronymic, position, association, roles: typed } = self;
        let name = PersonName { surname, given, patronymic };
        Ok(Colleague { login, name, position, association, roles: roles(&typed)? })
    }
}
