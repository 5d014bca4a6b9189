//! `letopis carrier`: the sticks that archives and personal journals are kept on, and who has them (§5.5.3, §5.5.4,
//! §5.6–5.8).

mod history;

use super::called::ME;
use super::days::Days;
use super::recorder::{Recorder, say};
use super::typed::quoted;
use super::{Common, advice, screen, session};
use crate::error::Result;
use crate::journal::read::{self, Tables};
use crate::journal::resolve;
use crate::school::{School, format_date};
use crate::work::carriers::{self, Loss, Registered, Registration};
use crate::work::sticks::replaced::after_loss;
use crate::work::sticks::{self, HandedIn, Records};
use clap::{Args, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Carrier {
    /// Зарегистрировать носитель: кто хранит и где; повторно — исправить записанное о нём
    #[command(visible_alias = "зарегистрировать")]
    Register {
        /// Папка, в которой виден носитель: /media/usb
        #[arg(value_name = "НОСИТЕЛЬ")]
        mount: PathBuf,
        /// Надпись на носителе: А-1
        #[arg(long, visible_alias = "надпись", value_name = "НАДПИСЬ")]
        label: String,
        /// Логин хранителя
        #[arg(long, visible_alias = "хранитель", value_name = "ЛОГИН")]
        holder: String,
        /// Место хранения: «сейф директора»
        #[arg(long, visible_alias = "место", value_name = "МЕСТО")]
        place: String,
    },
    /// Выдать носитель работнику школы (§5.6)
    #[command(visible_alias = "выдать")]
    Issue {
        /// Надпись или номер носителя
        #[arg(value_name = "НАДПИСЬ")]
        carrier: String,
        /// Логин того, кому он выдаётся
        #[arg(long, visible_alias = "кому", value_name = "ЛОГИН")]
        to: String,
    },
    /// Принять сданный носитель (§5.7)
    #[command(visible_aliases = ["вернуть", "сдать"])]
    Return {
        /// Надпись или номер носителя
        #[arg(value_name = "НАДПИСЬ")]
        carrier: String,
        /// Где он теперь хранится: «кабинет завуча»
        #[arg(long, visible_alias = "место", value_name = "МЕСТО")]
        place: String,
        /// Носитель учителя вставлен: папка, в которой он виден; записи с него будут приняты
        #[arg(long, value_name = "ПАПКА", visible_alias = "носитель")]
        stick: Option<PathBuf>,
        /// Носитель учителя не читается: почему записи, которые могут на нём быть, оставлены
        #[arg(long, value_name = "ПРИЧИНА", visible_alias = "оставить", conflicts_with = "stick")]
        abandon: Option<String>,
    },
    /// Записать, что носитель утерян (§5.8.1)
    #[command(visible_alias = "утерян")]
    Lost(Lost),
    /// Записать, что данные утерянного носителя восстановлены на другом (§5.8.2)
    #[command(visible_alias = "восстановить")]
    Restore {
        /// Надпись или номер утерянного носителя
        #[arg(value_name = "НАДПИСЬ")]
        carrier: String,
        /// Надпись или номер носителя, который его заменил
        #[arg(long, visible_alias = "замена", value_name = "НАДПИСЬ")]
        replacement: String,
    },
    /// Списать изношенный носитель: больше он ни для чего не служит
    #[command(visible_alias = "списать")]
    Retire {
        /// Надпись или номер носителя
        #[arg(value_name = "НАДПИСЬ")]
        carrier: String,
        /// Причина и что с ним сделано: «портит файлы, уничтожен»
        #[arg(long, visible_alias = "причина", value_name = "ТЕКСТ")]
        reason: String,
    },
    /// Список носителей: у кого каждый, какие утеряны или списаны и чем заменены
    #[command(visible_alias = "список")]
    List,
    /// История носителя: что на него записано, какие проверки он прошёл, не пора ли его заменить
    #[command(visible_alias = "история")]
    History {
        /// Надпись или номер носителя
        #[arg(value_name = "НАДПИСЬ")]
        carrier: String,
    },
}

#[derive(Args)]
pub struct Lost {
    /// Надпись или номер носителя
    #[arg(value_name = "НАДПИСЬ")]
    carrier: String,
    /// Обстоятельства утери
    #[arg(long, visible_alias = "обстоятельства", value_name = "ТЕКСТ")]
    circumstances: String,
    /// День, когда об утере сообщено; без него — сегодня
    #[arg(long, visible_alias = "сообщено", value_name = "ДАТА")]
    reported: Option<String>,
    /// Утерян по вине того, у кого был: новый носитель покупает он (§5.8.2)
    #[arg(long, visible_alias = "по-вине")]
    by_fault: bool,
}

impl Carrier {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::Register { mount, label, holder, place } => {
                let wish = Registration { mount: &mount, label: &label, holder: &holder, place: &place };
                let Registered { id, label, done, before } =
                    carriers::register(&mut Recorder::open(common)?.workplace()?, &wish)?;
                let was = before.map(|was| format!("; было: «{}», {}, {}", was.label, was.holder, was.place));
                let what = format!("Носитель «{label}» зарегистрирован, номер {id}{}", was.unwrap_or_default());
                match done.numbers.is_empty() {
                    true => println!("{what}: так и записано в журнале, файлы носителя записаны заново."),
                    false => return say(done, &what),
                }
            }
            Self::Issue { carrier, to } => return issue(common, &carrier, &to),
            Self::Return { carrier, place, stick, abandon } => {
                let mut recorder = Recorder::open(common)?;
                let known = resolve::carrier(recorder.tables(), &carrier)?;
                let records = match (&stick, &abandon) {
                    (Some(mount), _) => Records::At(mount),
                    (None, Some(why)) => Records::GivenUp(why),
                    (None, None) => Records::Unsaid,
                };
                let hands = (&mut recorder.journal, &recorder.identity, &session::SystemClock as _);
                let handed = sticks::hand_in(hands, &known, &place, &records)?;
                super::stick::say_handed_in(&handed);
                let HandedIn { done, place, .. } = handed;
                return say(done, &format!("Носитель «{}» принят, место хранения: {place}", known.label));
            }
            Self::Lost(lost) => return lost.run(common),
            Self::Restore { carrier, replacement } => {
                let mut recorder = Recorder::open(common)?;
                let lost = resolve::carrier(recorder.tables(), &carrier)?;
                let new = resolve::carrier(recorder.tables(), &replacement)?;
                let done = carriers::restore(&mut recorder.workplace()?, &lost.id, &new.id)?;
                return say(done, &format!("Данные носителя «{}» восстановлены на «{}»", lost.label, new.label));
            }
            Self::Retire { carrier, reason } => {
                let mut recorder = Recorder::open(common)?;
                let known = resolve::carrier(recorder.tables(), &carrier)?;
                let done = carriers::retire(&mut recorder.workplace()?, &known.id, &reason)?;
                let status = say(done, &format!("Носитель «{}» списан", known.label))?;
                println!("Что делать: проверьте, что архивам хватает оставшихся копий: {ME} archive status.");
                return Ok(status);
            }
            Self::List => list(common)?,
            Self::History { carrier } => history::run(common, &carrier)?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Lost {
    fn run(self, common: &Common) -> Result<ExitCode> {
        let mut recorder = Recorder::open(common)?;
        let known = resolve::carrier(recorder.tables(), &self.carrier)?;
        let reported = Days::of(recorder.tables())?.given(self.reported.as_deref())?;
        let who = name(recorder.tables(), known.in_hands_of())?;
        let strand = read::open_strand_on(recorder.tables(), &known.id)?;
        let Self { circumstances, by_fault, .. } = self;
        let loss = Loss { carrier: known.id, reported, circumstances, by_fault };
        let done = carriers::lose(&mut recorder.workplace()?, &loss)?;
        let status = say(done, &format!("Носитель «{}» записан как утерянный", known.label))?;
        let whose = match by_fault {
            true => format!("новый носитель покупает {who} (§5.8.2)"),
            false => "новый носитель предоставляет школа".to_owned(),
        };
        if let Some(strand) = strand {
            let next = after_loss(recorder.tables(), &strand, &known.label)?;
            println!("Что делать ({whose}):");
            (1..).zip(advice::steps(&next)).for_each(|(number, step)| println!("  {number}. {step}"));
            return Ok(status);
        }
        println!(
            "Что делать: {whose}; зарегистрируйте его ({ME} carrier register) и, когда данные восстановлены, запишите это: \
             {ME} carrier restore {} --replacement НАДПИСЬ",
            quoted(&known.label)
        );
        Ok(status)
    }
}

fn issue(common: &Common, carrier: &str, to: &str) -> Result<ExitCode> {
    let mut recorder = Recorder::open(common)?;
    let known = resolve::carrier(recorder.tables(), carrier)?;
    let what = format!("Носитель «{}» выдан: {}", known.label, name(recorder.tables(), to)?);
    say(carriers::issue(&mut recorder.workplace()?, &known.id, to)?, &what)
}

/// «Иванова И. И.», or the login where nobody has it.
fn name(tables: &Tables, login: &str) -> Result<String> {
    Ok(read::staff(tables, login)?.map_or_else(|| login.to_owned(), |person| person.name.initials()))
}

fn list(common: &Common) -> Result<()> {
    session::not_on_stick(common, "смотреть носители школы")?;
    let journal = session::journal(common)?;
    let tables = journal.tables();
    let school = read::school(tables)?;
    let (mut rows, mut values) = (Vec::new(), Vec::new());
    for carrier in read::carriers(tables)? {
        let (state, word) = state(tables, &school, &carrier)?;
        let (issue, loss) = (carrier.issue.as_ref(), carrier.loss.as_ref());
        values.push(serde_json::json!({
            "id": carrier.id, "label": carrier.label, "holder": carrier.holder, "place": carrier.place, "state": word,
            "issued_to": issue.map(|issue| &issue.to), "issued_at": issue.map(|issue| issue.at.to_rfc3339()),
            "lost_on": loss.filter(|loss| !loss.retired).map(|loss| loss.reported),
            "retired_on": loss.filter(|loss| loss.retired).map(|loss| loss.reported),
            "by_fault": loss.filter(|loss| !loss.retired).map(|loss| loss.by_fault),
            "replacement": loss.and_then(|loss| loss.restored.as_ref()).map(|restored| &restored.on),
        }));
        let holder = name(tables, &carrier.holder)?;
        rows.push(vec![carrier.id, carrier.label, holder, carrier.place, state]);
    }
    if common.json {
        screen::json(&values.into());
    } else {
        screen::table(&["Номер", "Надпись", "Хранитель", "Место", "Состояние"], &rows);
    }
    Ok(())
}

/// What became of a carrier, in words and for scripts.
fn state(tables: &Tables, school: &School, carrier: &read::Carrier) -> Result<(String, &'static str)> {
    Ok(match (&carrier.loss, &carrier.issue) {
        (Some(loss), _) if loss.retired => (format!("списан {}", format_date(loss.reported)), "retired"),
        (Some(loss), _) => match &loss.restored {
            Some(restored) => {
                let on = read::carrier(tables, &restored.on)?.map_or_else(|| restored.on.clone(), |known| known.label);
                (format!("утерян {}, заменён: «{on}»", format_date(loss.reported)), "replaced")
            }
            None => (format!("утерян {}, не заменён", format_date(loss.reported)), "lost"),
        },
        (None, Some(issue)) => {
            (format!("выдан: {} с {}", name(tables, &issue.to)?, format_date(school.day_of(issue.at))), "issued")
        }
        (None, None) => ("у хранителя".to_owned(), "kept"),
    })
}
