//! `letopis print access` and `print consent`: slips that are handed out, papers that come back signed (forms 22, 23).

use super::days::Days;
use super::{Common, recorder::Recorder, screen, session};
use crate::error::{Error, Result};
use crate::journal::contacts::Standing;
use crate::journal::resolve;
use crate::print::Layouts;
use crate::school::counted;
use crate::work::access::{self, Access as Line, Printed, Wish};
use crate::work::informed::{self, SlipsWish};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Access {
    /// Класс: 7А
    #[arg(value_name = "КЛАСС")]
    class: String,
    /// Адрес дневника, как его открывают в браузере: https://… (иначе из настроек сервера)
    #[arg(long, visible_alias = "адрес", value_name = "АДРЕС")]
    address: Option<String>,
    /// Файл настроек сервера (иначе serve.toml рядом с журналом)
    #[arg(long, visible_alias = "настройки", value_name = "ФАЙЛ", conflicts_with = "address")]
    config: Option<PathBuf>,
    /// Листки самих учеников, а не родителей
    #[arg(long, visible_alias = "ученикам")]
    pupils: bool,
    /// Только этому человеку, хотя листок у него уже есть: старый код перестанет действовать (можно повторить)
    #[arg(long, visible_alias = "заново", value_name = "ФИО")]
    again: Vec<String>,
    #[command(flatten)]
    to: Where,
}

#[derive(Args)]
pub struct Consent {
    /// Класс: 7А
    #[arg(value_name = "КЛАСС")]
    class: String,
    #[command(flatten)]
    to: Where,
}

#[derive(Args)]
pub struct Diary {
    /// Класс: 7А
    #[arg(value_name = "КЛАСС")]
    class: String,
    /// День недели, за которую листки: 15.09.2025 (иначе эта неделя)
    #[arg(long, visible_alias = "неделя", value_name = "ДАТА")]
    week: Option<String>,
    /// Для всех, а не только для тех, кто не получает писем и не читает дневник
    #[arg(long, visible_alias = "все")]
    all: bool,
    #[command(flatten)]
    to: Where,
}

#[derive(Args)]
struct Where {
    /// Папка для файла PDF
    #[arg(long, visible_alias = "куда", value_name = "ПАПКА")]
    out: PathBuf,
    /// Папка с изменёнными макетами
    #[arg(long, visible_alias = "макеты", value_name = "ПАПКА")]
    layouts: Option<PathBuf>,
}

impl Access {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        session::not_on_stick(common, "печатать листки доступа")?;
        let mut recorder = Recorder::open(common)?;
        let Some(address) = access::address(recorder.journal.path(), self.address, self.config.as_deref())? else {
            return Err(Error::input("не сказано, по какому адресу открывают дневник")
                .next("укажите --address https://… — тот адрес, что родители наберут в браузере"));
        };
        let class = resolve::class(recorder.tables(), &self.class)?;
        let layouts = Layouts::load(self.to.layouts.as_deref())?;
        let of = if self.pupils { Standing::Pupil } else { Standing::Parent };
        let wish = Wish { class: &class, of, again: &self.again, address: &address };
        let printed = access::print(&recorder.workplace()?, &layouts, &wish, &self.to.out)?;
        if common.json {
            let names = |all: &[Line]| all.iter().map(|access| access.name.clone()).collect::<Vec<_>>();
            screen::json(&serde_json::json!({
                "file": printed.file, "issued": names(&printed.slips), "held": names(&printed.held),
                "revoked": names(&printed.revoked),
                "joined": printed.joined.iter().map(|(name, children)| serde_json::json!({
                    "name": name, "children": children,
                })).collect::<Vec<_>>(),
            }));
            return Ok(ExitCode::SUCCESS);
        }
        say(&printed, self.pupils);
        Ok(ExitCode::SUCCESS)
    }
}

fn say(printed: &Printed, pupils: bool) {
    match &printed.file {
        Some(file) => {
            println!("{}: {}", counted(printed.slips.len(), ["листок", "листка", "листков"]), file.display());
            println!("Разрежьте и раздайте в руки; файл после печати удалите: в нём коды, а больше их нигде нет.");
        }
        None if printed.held.is_empty() && printed.revoked.is_empty() && !pupils => {
            println!("Листки печатать некому: внесите родителей в контакты (contact set) или перенесите contacts.csv.");
        }
        None => println!("Новых листков не нужно."),
    }
    for (name, children) in &printed.joined {
        println!("{name}: прежний листок открывает теперь и дневник: {}.", children.join(", "));
    }
    let names = |all: &[Line]| all.iter().map(|access| access.name.as_str()).collect::<Vec<_>>().join(", ");
    if !printed.held.is_empty() {
        println!("Листок уже есть: {}. Напечатать заново: --again ФИО.", names(&printed.held));
    }
    if !printed.revoked.is_empty() {
        println!("Доступ закрыт, и листка нет: {}. Выдать снова: --again ФИО.", names(&printed.revoked));
    }
}

impl Consent {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        session::not_on_stick(common, "печатать согласия")?;
        let journal = session::journal(common)?;
        let class = resolve::class(journal.tables(), &self.class)?;
        let layouts = Layouts::load(self.to.layouts.as_deref())?;
        let (file, count) = access::print_consents(&journal, &session::SystemClock, &layouts, &class, &self.to.out)?;
        if common.json {
            screen::json(&serde_json::json!({ "file": file, "pages": count }));
        } else {
            println!("{}: {}", counted(count, ["бланк", "бланка", "бланков"]), file.display());
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Diary {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        session::not_on_stick(common, "печатать листки дневника")?;
        let journal = session::journal(common)?;
        let class = resolve::class(journal.tables(), &self.class)?;
        let days = Days::of(journal.tables())?;
        let week = days.given(self.week.as_deref())?.unwrap_or(days.today());
        let layouts = Layouts::load(self.to.layouts.as_deref())?;
        let proven = session::prove(&journal, None)?;
        let wish = SlipsWish { class: &class, week, all: self.all };
        let printed = informed::print_slips(&proven, &session::SystemClock, &layouts, &wish, &self.to.out)?;
        if common.json {
            screen::json(&serde_json::json!({
                "file": printed.file, "slips": printed.slips, "reached": printed.reached,
            }));
            return Ok(ExitCode::SUCCESS);
        }
        match &printed.file {
            Some(file) => {
                println!("{}: {}", counted(printed.slips, ["листок", "листка", "листков"]), file.display());
                println!("Разрежьте по линиям и раздайте: листок вклеивают в дневник.");
            }
            None => println!("Листки не нужны: все в {class} получают письма или читают дневник. Всем: --all."),
        }
        if printed.file.is_some() && printed.reached > 0 {
            let pupils = counted(printed.reached, ["ученика", "учеников", "учеников"]);
            println!("Без листка: родители {pupils} получают письма или читают дневник. Всем: --all.");
        }
        Ok(ExitCode::SUCCESS)
    }
}
