//! `letopis contact`: how parents can be reached (§4.5); kept outside the ledger, so that it can be erased (§1.5).

use super::{Common, desk::Desk, screen, session};
use crate::error::{Error, Result};
use crate::journal::contacts::{Contact as Line, Contacts};
use crate::journal::{read, resolve};
use crate::school::clean;
use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Contact {
    /// Контакты родителей класса
    #[command(visible_alias = "список")]
    List {
        /// Класс: 7А
        #[arg(value_name = "КЛАСС")]
        class: String,
    },
    /// Записать контакты представителя ученика
    #[command(visible_alias = "записать")]
    Set(Set),
    /// Стереть контакты ученика без следа
    #[command(visible_alias = "стереть")]
    Erase {
        /// Номер личного дела
        #[arg(value_name = "ЛИЧНОЕ ДЕЛО")]
        pupil: String,
    },
}

#[derive(Args)]
pub struct Set {
    /// Номер личного дела
    #[arg(value_name = "ЛИЧНОЕ ДЕЛО")]
    pupil: String,
    /// Кто: мать, отец, опекун
    #[arg(long, value_name = "КТО")]
    who: String,
    /// Фамилия, имя, отчество
    #[arg(long, value_name = "ФИО")]
    name: String,
    /// Телефон
    #[arg(long, value_name = "ТЕЛЕФОН", default_value = "")]
    telephone: String,
    /// Электронная почта
    #[arg(long, value_name = "АДРЕС", default_value = "")]
    email: String,
    /// Почтовый адрес
    #[arg(long, value_name = "АДРЕС", default_value = "")]
    address: String,
}

impl Contact {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        let journal = session::journal(common)?;
        match self {
            Self::List { class } => {
                let tables = journal.tables();
                let class = resolve::class(tables, &class)?;
                let year = read::school(tables)?.year;
                let members = read::members_of_class(tables, &class, year.begins, year.ends)?;
                let mut rows = Vec::new();
                for line in Contacts::open(journal.path())?.all()? {
                    let Some(pupil) = members.iter().find(|pupil| pupil.file == line.pupil) else { continue };
                    let Line { pupil: file, who, name, telephone, email, address } = line;
                    let pupil = pupil.name.surname_given();
                    rows.push([file, pupil, who, name, telephone, email, address].map(Into::into).to_vec());
                }
                let columns = [
                    ("pupil", "Личное дело"),
                    ("pupil_name", "Ученик"),
                    ("who", "Кто"),
                    ("name", "Фамилия, имя, отчество"),
                    ("telephone", "Телефон"),
                    ("email", "Почта"),
                    ("address", "Адрес"),
                ];
                screen::list(common.json, &columns, rows);
            }
            Self::Set(set) => {
                keeper(common)?;
                known(&journal, &set.pupil)?;
                let (who, name) = (clean(&set.who)?, clean(&set.name)?);
                let (telephone, email) = (clean(&set.telephone)?, clean(&set.email)?);
                let line = Line { pupil: set.pupil, who, name, telephone, email, address: clean(&set.address)? };
                match Contacts::open(journal.path())?.set(&[line])? {
                    0 => return session::unchanged(),
                    _ => println!("Контакты записаны. Они лежат отдельно от журнала и ни в какой архив не попадают."),
                }
            }
            Self::Erase { pupil } => {
                keeper(common)?;
                known(&journal, &pupil)?;
                match Contacts::open(journal.path())?.erase(&pupil)? {
                    0 => println!("Контактов этого ученика нет: стирать нечего."),
                    count => println!("Контактов стёрто: {count}."),
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Contacts are written and erased by those who keep them: the administrator and class teachers.
fn keeper(common: &Common) -> Result<()> {
    let desk = Desk::open(common)?;
    crate::journal::may_keep_contacts(desk.tables(), &desk.login)
}

fn known(journal: &crate::journal::Journal, pupil: &str) -> Result<()> {
    match read::pupil(journal.tables(), pupil)? {
        Some(_) => Ok(()),
        None => Err(Error::input(format!("в журнале нет ученика с личным делом «{pupil}»"))
            .next("номера: letopis pupil list КЛАСС")),
    }
}
