//! `letopis access`: who may read a diary (§4), and ending that.

use super::{Common, recorder::Recorder, screen, session};
use crate::error::Result;
use crate::journal::{read, resolve};
use crate::work::access::{self, Access as Line, Child, day_of};
use clap::Subcommand;
use serde_json::Value;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Access {
    /// Кто читает дневники класса: кому выдан листок, кто вошёл, у кого его нет
    #[command(visible_alias = "список")]
    List {
        /// Класс: 7А
        #[arg(value_name = "КЛАСС")]
        class: String,
    },
    /// Закрыть доступ: код, пароль, открытые входы и адреса календаря больше не действуют
    #[command(visible_alias = "отозвать")]
    Revoke {
        /// Класс ребёнка: 7А
        #[arg(value_name = "КЛАСС")]
        class: String,
        /// Чей: фамилия или полное имя
        #[arg(value_name = "ФИО")]
        name: String,
    },
}

impl Access {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        session::not_on_stick(common, "вести доступ к дневнику")?;
        match self {
            Self::List { class } => {
                let journal = session::journal(common)?;
                let class = resolve::class(journal.tables(), &class)?;
                let today = read::school(journal.tables())?.day_of(session::now());
                let rows = access::of_class(&journal, &class, today)?.iter().map(row).collect();
                let columns = [
                    ("name", "Фамилия, имя, отчество"),
                    ("standing", "Кто"),
                    ("children", "Чей дневник"),
                    ("state", "Доступ"),
                    ("issued", "Листок выдан"),
                    ("issued_by", "Кем"),
                    ("used", "Первый вход"),
                    ("revoked", "Отозван"),
                    ("password", "Пароль"),
                    ("notes", "Обратите внимание"),
                ];
                screen::list(common.json, &columns, rows);
            }
            Self::Revoke { class, name } => {
                let mut recorder = Recorder::open(common)?;
                let class = resolve::class(recorder.tables(), &class)?;
                let access = access::revoke(&recorder.workplace()?, &class, &name)?;
                println!(
                    "Доступ закрыт: {}. Новый листок печатают по имени: print access {class} --again.",
                    access.name
                );
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn row(access: &Line) -> Vec<Value> {
    let slip = access.slip.as_ref();
    let child = |child: &Child| match &child.class {
        Some(class) => format!("{}, {class}", child.name),
        None => child.name.clone(),
    };
    let day = |at| match day_of(at) {
        day if day.is_empty() => Value::Null,
        day => day.into(),
    };
    vec![
        access.name.clone().into(),
        if access.who.is_empty() { access.standing.word() } else { &access.who }.into(),
        access.children.iter().map(child).collect::<Vec<_>>().into(),
        access.state().word().into(),
        day(slip.and_then(|slip| slip.issued)),
        slip.map(|slip| slip.issuer.as_str()).unwrap_or_default().into(),
        day(slip.and_then(|slip| slip.used)),
        day(slip.and_then(|slip| slip.revoked)),
        slip.is_some_and(|slip| slip.has_password).into(),
        access.notes().into(),
    ]
}
