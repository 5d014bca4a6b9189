//! `letopis contact`: how parents can be reached (§4.5); kept outside the ledger, so that it can be erased (§1.5).

use super::{Common, recorder::Recorder, screen, session};
use crate::error::Result;
use crate::journal::resolve;
use crate::work::contacts::{self, Contact as Line};
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
        #[arg(value_name = "ДЕЛО")]
        pupil: String,
    },
}

#[derive(Args)]
pub struct Set {
    /// Номер личного дела
    #[arg(value_name = "ДЕЛО")]
    pupil: String,
    /// Кто: мать, отец, опекун
    #[arg(long, visible_alias = "кто", value_name = "КТО")]
    who: String,
    /// Фамилия, имя, отчество
    #[arg(long, visible_alias = "имя", value_name = "ФИО")]
    name: String,
    /// Телефон
    #[arg(long, visible_alias = "телефон", value_name = "ТЕЛЕФОН", default_value = "")]
    telephone: String,
    /// Электронная почта
    #[arg(long, visible_alias = "почта", value_name = "АДРЕС", default_value = "")]
    email: String,
    /// Почтовый адрес
    #[arg(long, visible_alias = "адрес", value_name = "АДРЕС", default_value = "")]
    address: String,
}

impl Contact {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        session::not_on_stick(common, "вести контакты")?;
        match self {
            Self::List { class } => {
                let journal = session::journal(common)?;
                let class = resolve::class(journal.tables(), &class)?;
                let row = |(line, pupil): (Line, String)| {
                    let Line { pupil: file, who, name, telephone, email, address, .. } = line;
                    [file, pupil, who, name, telephone, email, address].map(Into::into).to_vec()
                };
                let rows = contacts::of_class(&journal, &class)?.into_iter().map(row).collect();
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
            Self::Set(Set { pupil, who, name, telephone, email, address }) => {
                let line = Line { pupil, who, name, telephone, email, address, consent: None };
                match contacts::set(&Recorder::open(common)?.workplace()?, line)? {
                    false => return session::unchanged(),
                    true => {
                        println!("Контакты записаны. Они лежат отдельно от журнала и ни в какой архив не попадают.")
                    }
                }
            }
            Self::Erase { pupil } => match contacts::erase(&Recorder::open(common)?.workplace()?, &pupil)? {
                0 => println!("Контактов этого ученика нет: стирать нечего."),
                count => println!("Контактов стёрто: {count}."),
            },
        }
        Ok(ExitCode::SUCCESS)
    }
}
