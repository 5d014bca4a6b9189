//! `letopis contact`: how parents can be reached (§4.5); kept outside the ledger, so that it can be erased (§1.5).

use super::{Common, days::Days, recorder::Recorder, screen, session};
use crate::error::{Error, Result};
use crate::journal::contacts::{Seen, Slip};
use crate::journal::resolve;
use crate::school::format_date;
use crate::work::access::day_of;
use crate::work::contacts::{self, Consent, Contact as Line, Held, Topic};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::collections::BTreeSet;
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
    /// Всё, что хранится об ученике, и кто это читал (152-ФЗ, ст. 14)
    #[command(visible_alias = "показать")]
    Show {
        /// Номер личного дела
        #[arg(value_name = "ДЕЛО")]
        pupil: String,
    },
    /// Записать контакты представителя ученика или самого ученика
    #[command(visible_alias = "записать")]
    Set(Set),
    /// Стереть без следа всё, что хранится об ученике: контакты, доступ к дневнику, кто его читал
    #[command(visible_alias = "стереть")]
    Erase {
        /// Номер личного дела
        #[arg(value_name = "ДЕЛО")]
        pupil: String,
        /// Только об этом человеке: его контакты и доступ к дневнику этого ученика
        #[arg(long, visible_alias = "имя", value_name = "ФИО")]
        name: Option<String>,
    },
}

#[derive(Args)]
pub struct Set {
    /// Номер личного дела
    #[arg(value_name = "ДЕЛО")]
    pupil: String,
    /// Кто: мать, отец, опекун; ученик — его собственный контакт
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
    /// День письменного согласия (§4.5): письма шлют только с ним
    #[arg(long, visible_alias = "согласие", value_name = "ДЕНЬ", requires = "document")]
    consent: Option<String>,
    /// Документ, которым оно дано: «согласие, личное дело»
    #[arg(long, visible_alias = "документ", value_name = "ДОКУМЕНТ", requires = "consent")]
    document: Option<String>,
}

impl Contact {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        session::not_on_stick(common, "вести контакты")?;
        match self {
            Self::List { class } => list(common, &class)?,
            Self::Show { pupil } => show(common, &contacts::held(&session::journal(common)?, &pupil)?),
            Self::Set(set) => return set.run(common),
            Self::Erase { pupil, name } => return erase(common, &pupil, name.as_deref()),
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn list(common: &Common, class: &str) -> Result<()> {
    let journal = session::journal(common)?;
    let class = resolve::class(journal.tables(), class)?;
    let row = |(line, pupil): (Line, String)| {
        let Line { pupil: file, who, name, telephone, email, address, consent } = line;
        let mut row: Vec<Value> = [file, pupil, who, name, telephone, email, address].map(Into::into).to_vec();
        let (day, document) = consent.map(|consent| (consent.day, consent.document)).unzip();
        row.push(day.map_or(Value::Null, |day| if common.json { day.to_string() } else { format_date(day) }.into()));
        row.push(document.unwrap_or_default().into());
        row
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
        ("consent", "Согласие"),
        ("document", "Документ"),
    ];
    screen::list(common.json, &columns, rows);
    Ok(())
}

impl Set {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let Self { pupil, who, name, telephone, email, address, consent, document } = self;
        let mut recorder = Recorder::open(common)?;
        let consent = match (consent, document) {
            (Some(day), Some(document)) => {
                let day = Days::of(recorder.tables())?.given(Some(&day))?;
                let day = day.ok_or_else(|| Error::input("не назван день согласия").next("укажите --consent ДЕНЬ"))?;
                Some(Consent { day, document })
            }
            _ => None,
        };
        let line = Line { pupil, who, name, telephone, email, address, consent };
        let without_consent = line.consent.is_none() && !line.email.trim().is_empty();
        if !contacts::set(&recorder.workplace()?, line)? {
            return session::unchanged();
        }
        println!("Контакты записаны. Они лежат отдельно от журнала и ни в какой архив не попадают.");
        if without_consent {
            println!(
                "Письма на новый адрес не шлют без письменного согласия (§4.5): бланк печатает print consent, день и документ записывают с --consent и --document."
            );
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn erase(common: &Common, pupil: &str, name: Option<&str>) -> Result<ExitCode> {
    let mut recorder = Recorder::open(common)?;
    let place = recorder.workplace()?;
    match name {
        Some(name) => match contacts::erase_person(&place, pupil, name)? {
            true => println!("Стёрто: {}.", name.trim()),
            false => println!("О «{}» у этого ученика ничего нет: стирать нечего.", name.trim()),
        },
        None => match contacts::erase(&place, pupil)? {
            0 => println!("Контактов этого ученика нет: стирать нечего."),
            count => println!("Контактов стёрто: {count}."),
        },
    }
    Ok(ExitCode::SUCCESS)
}

/// What a topic of mails is called.
fn topic(topic: Topic) -> &'static str {
    match topic {
        Topic::Digest => "новое за день",
        Topic::Absence => "пропуски",
        Topic::Forecast => "прогноз",
        Topic::Finals => "итоги",
    }
}

fn show(common: &Common, held: &Held) {
    if common.json {
        return screen::json(&as_json(held));
    }
    println!("{}, личное дело {}", held.pupil.name.full(), held.pupil.file);
    println!("\nКонтакты:");
    if held.contacts.is_empty() {
        println!("  нет");
    }
    for (line, silent) in &held.contacts {
        let said = [&line.telephone, &line.email, &line.address].into_iter().filter(|text| !text.is_empty());
        let said = said.map(String::as_str).collect::<Vec<_>>().join(", ");
        let said = if said.is_empty() { "больше ничего" } else { &said };
        println!("  {} ({}): {said}", line.name, line.who);
        match &line.consent {
            Some(consent) => println!("    согласие от {}: {}", format_date(consent.day), consent.document),
            None => println!("    письменного согласия нет: писем не шлют"),
        }
        if !silent.is_empty() {
            println!(
                "    не шлют по его желанию: {}",
                silent.iter().map(|one| topic(*one)).collect::<Vec<_>>().join(", ")
            );
        }
        if let Some(dead) = held.dead.iter().find(|dead| dead.address == line.email.trim().to_lowercase()) {
            println!("    адрес не принимает писем с {}: {}", format_date(dead.since), dead.why);
        }
    }
    println!("\nЧитают дневник:");
    if held.readers.is_empty() {
        println!("  никто");
    }
    for slip in &held.readers {
        println!("  {} ({}): {}", slip.reader.name, slip.reader.standing.word(), standing(slip));
    }
    println!("\nКто что читал:");
    if held.readings.is_empty() {
        println!("  никто ничего");
    }
    let rows = held.readings.iter().map(|reading| {
        let (day, times) = (format_date(reading.day), reading.times.to_string());
        vec![day, reading.name.clone(), reading.page.word().to_owned(), times]
    });
    if !held.readings.is_empty() {
        screen::table(&["День", "Кто", "Страница", "Раз"], &rows.collect::<Vec<_>>());
    }
    if !held.seen.is_empty() {
        println!("\nОтметили, что ознакомлены:");
        signed(held).iter().for_each(|line| println!("  {line}"));
    }
}

/// «15.09.2025: неделя с 08.09.2025, Агафонова Мирослава Витальевна».
fn signed(held: &Held) -> Vec<String> {
    let line = |one: &Seen| format!("{}: неделя с {}, {}", format_date(one.day), format_date(one.monday), one.name);
    held.seen.iter().map(line).collect()
}

fn standing(slip: &Slip) -> String {
    match (slip.issued, slip.used, slip.revoked) {
        (_, _, Some(_)) => format!("доступ закрыт {}", day_of(slip.revoked)),
        (Some(_), Some(_), None) => {
            format!("листок выдан {} ({}), первый вход {}", day_of(slip.issued), slip.issuer, day_of(slip.used))
        }
        (Some(_), None, None) => format!("листок выдан {} ({}), входа не было", day_of(slip.issued), slip.issuer),
        _ => "листка нет".to_owned(),
    }
}

fn as_json(held: &Held) -> Value {
    let words = |silent: &BTreeSet<Topic>| silent.iter().map(|topic| topic.word()).collect::<Vec<_>>();
    let dead = |line: &Line| held.dead.iter().find(|dead| dead.address == line.email.trim().to_lowercase());
    let contact = |(line, silent): &(Line, BTreeSet<Topic>)| {
        json!({
            "who": line.who, "name": line.name, "telephone": line.telephone, "email": line.email, "address": line.address,
            "consent": line.consent.as_ref().map(|consent| consent.day.to_string()),
            "document": line.consent.as_ref().map(|consent| &consent.document),
            "silent": words(silent),
            "dead": dead(line).map(|dead| json!({ "since": dead.since.to_string(), "why": dead.why })),
        })
    };
    let at = |at: Option<chrono::DateTime<chrono::FixedOffset>>| at.map(|at| at.to_rfc3339());
    json!({
        "pupil": held.pupil.file, "name": held.pupil.name.full(),
        "contacts": held.contacts.iter().map(contact).collect::<Vec<_>>(),
        "readers": held.readers.iter().map(|slip| json!({
            "name": slip.reader.name, "standing": slip.reader.standing.word(), "issued": at(slip.issued),
            "issued_by": slip.issuer, "used": at(slip.used), "revoked": at(slip.revoked), "password": slip.has_password,
        })).collect::<Vec<_>>(),
        "readings": held.readings.iter().map(|reading| json!({
            "day": reading.day.to_string(), "name": reading.name, "page": reading.page.word(), "times": reading.times,
        })).collect::<Vec<_>>(),
        "signed": held.seen.iter().map(|one| json!({
            "day": one.day.to_string(), "name": one.name, "week": one.monday.to_string(),
        })).collect::<Vec<_>>(),
    })
}
