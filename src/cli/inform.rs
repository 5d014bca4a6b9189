//! `letopis inform`: mail to parents (§4.2–4.5): who is reached, what lies in the outbox, sending what is due, and a trial.

use super::{Common, screen, session};
use crate::error::{Error, Result};
use crate::files;
use crate::inform::mail::{Settings, smtp::Smtp};
use crate::inform::outbox::{Answer, Contents, Outbox, Way};
use crate::inform::reached::{ReachedPupil, reached};
use crate::journal::contacts::{Contacts, Topic};
use crate::journal::{Journal, read, resolve};
use crate::school::{School, counted, format_date};
use crate::work::informing::{self, Informing, Written};
use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

#[derive(Subcommand)]
pub enum Inform {
    /// До кого письма не доходят и почему; что лежит в исходящих
    #[command(visible_alias = "состояние")]
    Status(Status),
    /// Составить, что пора, и разослать (для таймера, когда сервер школы не запущен)
    #[command(visible_alias = "разослать")]
    Run(Run),
    /// Отправить одно проверочное письмо без личных данных и показать каждый шаг
    #[command(visible_alias = "проба")]
    Test(Test),
}

#[derive(Args)]
pub struct Status {
    /// Только этот класс
    #[arg(long, visible_alias = "класс", value_name = "КЛАСС")]
    class: Option<String>,
    /// За сколько последних дней показать недоставленное
    #[arg(long, visible_alias = "дней", value_name = "ДНЕЙ", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=366))]
    days: u16,
    /// И тех, до кого письма доходят
    #[arg(long, visible_alias = "все")]
    all: bool,
}

#[derive(Args)]
pub struct Run {
    /// Настройки сервера школы: serve.toml
    #[arg(long, visible_alias = "настройки", value_name = "ФАЙЛ")]
    config: PathBuf,
    /// Только показать, кому и что было бы отправлено
    #[arg(long, visible_alias = "вхолостую")]
    dry_run: bool,
}

#[derive(Args)]
pub struct Test {
    /// Адрес, на который отправить
    #[arg(value_name = "АДРЕС")]
    address: String,
    /// Настройки сервера школы: serve.toml
    #[arg(long, visible_alias = "настройки", value_name = "ФАЙЛ")]
    config: PathBuf,
}

impl Inform {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        session::not_on_stick(common, "рассылать письма")?;
        match self {
            Self::Status(status) => status.run(common),
            Self::Run(run) => run.run(common),
            Self::Test(test) => test.run(common),
        }
    }
}

impl Status {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let journal = session::journal(common)?;
        let school = read::school(journal.tables())?;
        let classes = match &self.class {
            Some(class) => vec![resolve::class(journal.tables(), class)?],
            None => read::classes(journal.tables())?,
        };
        let contacts = Contacts::open(journal.path())?;
        let outbox = if Outbox::is_there(journal.path()) { Some(Outbox::open(journal.path())?) } else { None };
        let today = school.day_of(session::now());
        let mut pupils = reached(journal.tables(), &contacts, outbox.as_ref(), today, &classes)?;
        let since = (session::now() - TimeDelta::days(self.days.into())).with_timezone(&Utc);
        let mut contents = outbox.map(|outbox| outbox.contents(since)).transpose()?.unwrap_or_default();
        if self.class.is_some() {
            let is_here = |file: &_| pupils.iter().any(|of| of.pupil.is_named(file));
            contents.lying.retain(|mail| mail.pupils.iter().any(|file| is_here(file)));
            contents.given_up.retain(|mail| mail.pupils.iter().any(|file| is_here(file)));
        }
        if !self.all && !common.json {
            pupils.retain(|of| of.has_no_mail() || !of.dead.is_empty() || of.last.is_empty());
        }
        if common.json {
            screen::json(&as_json(&pupils, &contents, &school));
        } else {
            show(&pupils, &contents, &school, &journal)?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Why nobody is reached, or by whom and when somebody was last.
fn in_words(of: &ReachedPupil, school: &School) -> String {
    let mut said = Vec::new();
    for dead in &of.dead {
        said.push(format!(
            "{} ({}): писем не принимает с {}, {}",
            dead.address,
            dead.who.join(", "),
            format_date(dead.since),
            dead.why
        ));
    }
    match (of.boxes.is_empty(), of.has_no_mail()) {
        (true, _) if of.lacks_consent => said.push("адрес есть, согласия нет".to_owned()),
        (true, _) if of.dead.is_empty() => said.push("адреса почты нет".to_owned()),
        (false, true) => said.push("от писем отказались".to_owned()),
        _ => {}
    }
    said.push(of.last.first().map_or_else(|| "писем ещё не было".to_owned(), |way| last(way, school)));
    said.join("; ")
}

fn last(way: &Way, school: &School) -> String {
    format!("последнее письмо {} ({}, {})", at(way.at, school), way.who, kind(way.kind))
}

fn at(moment: DateTime<Utc>, school: &School) -> String {
    moment.with_timezone(&school.offset()).format("%d.%m.%Y %H:%M").to_string()
}

/// «новое за день».
fn kind(kind: Topic) -> &'static str {
    match kind {
        Topic::Digest => "новое за день",
        Topic::Absence => "пропуск",
        Topic::Forecast => "прогноз",
        Topic::Finals => "итоговые отметки",
    }
}

fn show(pupils: &[ReachedPupil], contents: &Contents, school: &School, journal: &Journal) -> Result<()> {
    if let Some(fault) = &contents.no_server {
        println!(
            "Почтовый сервер недоступен с {}: {}. Следующая попытка {}.",
            at(fault.since, school),
            fault.said,
            at(fault.again, school)
        );
    }
    println!("Доставлено писем: {}; в исходящих: {}.", contents.delivered, contents.lying.len());
    if !contents.lying.is_empty() {
        let rows: Vec<Vec<String>> = contents
            .lying
            .iter()
            .map(|mail| {
                vec![
                    kind(mail.kind).to_owned(),
                    format_date(mail.day),
                    mail.address.clone(),
                    mail.state.in_words().to_owned(),
                    at(mail.due, school),
                    mail.tries.to_string(),
                    mail.said.clone(),
                ]
            })
            .collect();
        screen::table(&["Письмо", "За день", "Кому", "Состояние", "Когда", "Попыток", "Что ответили"], &rows);
    }
    if !contents.given_up.is_empty() {
        let mut rows = Vec::new();
        for mail in &contents.given_up {
            let mut names = Vec::new();
            for file in &mail.pupils {
                names.push(read::name_of_file(journal.tables(), file)?);
            }
            rows.push(vec![
                kind(mail.kind).to_owned(),
                format_date(mail.day),
                names.join(", "),
                mail.who.join(", "),
                at(mail.ended, school),
                mail.said.clone(),
            ]);
        }
        println!("Не доставлено:");
        screen::table(&["Письмо", "За день", "Ученик", "Кому", "Когда", "Почему"], &rows);
    }
    if pupils.is_empty() {
        println!("До семьи каждого ученика письма доходят.");
        return Ok(());
    }
    let rows: Vec<Vec<String>> =
        pupils.iter().map(|of| vec![of.class.to_string(), of.name.clone(), in_words(of, school)]).collect();
    screen::table(&["Класс", "Ученик", "Письма"], &rows);
    Ok(())
}

fn as_json(pupils: &[ReachedPupil], contents: &Contents, school: &School) -> serde_json::Value {
    let moment = |at: DateTime<Utc>| at.with_timezone(&school.offset()).to_rfc3339();
    let way =
        |way: &Way| json!({"who": way.who, "kind": way.kind.word(), "day": way.day.to_string(), "at": moment(way.at)});
    json!({
        "delivered": contents.delivered,
        "no_server": contents.no_server.as_ref().map(|of| json!({"since": moment(of.since), "again": moment(of.again), "tries": of.tries, "said": of.said})),
        "outbox": contents.lying.iter().map(|of| json!({
            "kind": of.kind.word(), "day": of.day.to_string(), "address": of.address, "pupils": of.pupils,
            "state": of.state.as_str(), "due": moment(of.due), "tries": of.tries, "said": of.said,
        })).collect::<Vec<_>>(),
        "given_up": contents.given_up.iter().map(|of| json!({
            "kind": of.kind.word(), "day": of.day.to_string(), "pupils": of.pupils, "who": of.who, "at": moment(of.ended), "said": of.said,
        })).collect::<Vec<_>>(),
        "pupils": pupils.iter().map(|of| json!({
            "class": of.class.to_string(), "pupil": of.pupil.file, "pupil_name": of.name,
            "addresses": of.boxes.iter().map(|live| json!({"address": live.address, "who": live.who, "silent": live.silent.iter().map(|topic| topic.word()).collect::<Vec<_>>()})).collect::<Vec<_>>(),
            "dead": of.dead.iter().map(|dead| json!({"address": dead.address, "who": dead.who, "since": dead.since.to_string(), "why": dead.why})).collect::<Vec<_>>(),
            "lacks_consent": of.lacks_consent,
            "last": of.last.iter().map(way).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}

impl Run {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let (settings, of_server) = Settings::read(&self.config)?;
        let path = common.journal.clone().unwrap_or(of_server);
        let journal = session::open(&path)?;
        let proven = session::prove(&journal, session::identity_without_asking(common).as_ref())?;
        let contacts = Contacts::open(journal.path())?;
        let informing = Informing::new(&proven, &contacts, &settings, &session::SystemClock)?;
        let mut outbox = Outbox::open(journal.path())?;
        if self.dry_run {
            let due = informing.due(&outbox)?;
            show_written(common, &due, "Сейчас письма не составляются: нового нет или ещё не время.");
            return Ok(ExitCode::SUCCESS);
        }
        let mut server = Smtp::new(&settings)?;
        let ran = informing.run(&mut outbox, &mut server, &AtomicBool::new(false))?;
        if ran.elsewhere {
            return Err(Error::environment("письма сейчас рассылает другая программа «Летописи»")
                .next("подождите: она разошлёт и то, что составили бы вы; сервер школы рассылает сам"));
        }
        let lying = outbox.contents(session::now().with_timezone(&Utc))?.lying.len();
        let of = &ran.delivered;
        if common.json {
            screen::json(&json!({
                "written": ran.written.len(), "delivered": of.taken, "put_off": of.put_off, "given_up": of.given_up,
                "dead": of.dead, "unwanted": of.unwanted, "no_server": of.no_server, "left": lying,
            }));
        } else {
            println!(
                "Составлено писем: {}, доставлено: {}, осталось в исходящих: {lying}.",
                ran.written.len(),
                of.taken
            );
            if of.put_off + of.given_up + of.dead + of.unwanted > 0 {
                println!(
                    "Отложено: {}, не доставлено: {}, на несуществующие адреса: {}, от писем отказались: {}.",
                    of.put_off, of.given_up, of.dead, of.unwanted
                );
            }
        }
        match &of.no_server {
            None => Ok(ExitCode::SUCCESS),
            Some(why) => Err(Error::environment(format!("письма не ушли: {why}")).next(
                "ничего не потеряно: письма ждут, попытка повторится; проверьте раздел [mail] и связь с сервером",
            )),
        }
    }
}

fn show_written(common: &Common, due: &[Written], nothing: &str) {
    if due.is_empty() && !common.json {
        return println!("{}", nothing);
    }
    let rows = due.iter().map(|mail| {
        vec![
            mail.kind.word().into(),
            mail.address.clone().into(),
            mail.pupils.iter().map(ToString::to_string).collect::<Vec<_>>().into(),
            mail.due.to_rfc3339().into(),
        ]
    });
    let columns = [("kind", "Письмо"), ("address", "Кому"), ("pupils", "Ученики"), ("due", "Когда")];
    let shown = due.iter().map(|mail| {
        vec![
            kind(mail.kind).into(),
            mail.address.clone().into(),
            mail.pupils.iter().map(ToString::to_string).collect::<Vec<_>>().into(),
            mail.due.format("%d.%m.%Y %H:%M").to_string().into(),
        ]
    });
    let rows = if common.json { rows.collect() } else { shown.collect() };
    screen::list(common.json, &columns, rows);
    if !common.json {
        println!("Было бы отправлено: {}.", counted(due.len() as u64, ["письмо", "письма", "писем"]));
    }
}

impl Test {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let (settings, of_server) = Settings::read(&self.config)?;
        let path = files::named(&common.journal.clone().unwrap_or(of_server))?;
        let school = read::school(session::open(&path)?.tables())?;
        let mut server = Smtp::new(&settings)?;
        let answer = informing::test(&settings, &mut server, &school, &session::SystemClock, &self.address)?;
        let steps = server.heard().to_vec();
        if common.json {
            screen::json(&json!({"steps": steps, "taken": answer == Answer::Taken, "said": said(&answer)}));
        } else {
            steps.iter().for_each(|step| println!("– {step}"));
        }
        match said(&answer) {
            None => {
                if !common.json {
                    println!("Письмо принято сервером: проверьте, пришло ли оно на {}.", self.address);
                }
                Ok(ExitCode::SUCCESS)
            }
            Some(why) => Err(Error::environment(format!("проверочное письмо не ушло: {why}"))
                .next("исправьте раздел [mail] настроек сервера школы или адрес и повторите")),
        }
    }
}

/// What the server has said where it did not take a mail.
fn said(answer: &Answer) -> Option<&str> {
    match answer {
        Answer::Taken => None,
        Answer::Later(said)
        | Answer::Lost(said)
        | Answer::Never(said)
        | Answer::Dead(said)
        | Answer::NoServer(said) => Some(said),
    }
}
