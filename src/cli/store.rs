//! `letopis store`: a third place for archives beside the two carriers: a folder of the network, an object store.

pub mod beside;
mod catalogue;
mod destroy;
mod shard;
mod verify;

use super::archive::{Bar, say_report};
use super::called::ME;
use super::mirror::{Mirror, Rebuild};
use super::typed::quoted;
use super::{Common, screen, session};
use crate::error::{Error, Result};
use crate::ledger::chain::grouped;
use crate::school::{BYTES, counted, format_date, parse_date_or};
use crate::store::Shelf;
use crate::store::list::Lying;
use crate::store::protect::Protection;
use crate::store::push::Pushed;
use crate::work::stores::{self, Store as Opened, Wish};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use beside::Beside;
use catalogue::Catalogue;
use destroy::Destroy;
use verify::Verify;

/// How files are counted.
const FILES: [&str; 3] = ["файл", "файла", "файлов"];

/// Which place is meant.
#[derive(Args)]
pub struct Where {
    /// Файл настроек хранилища
    #[arg(
        long,
        global = true,
        value_name = "ФАЙЛ",
        visible_alias = "настройки",
        default_value = "store.toml",
        env = "LETOPIS_STORE",
        hide_env = true
    )]
    pub config: PathBuf,
}

#[derive(Args)]
pub struct Store {
    #[command(flatten)]
    settings: Where,
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Передать архивы с носителя; прерванное продолжается, переданное не передаётся снова
    #[command(visible_alias = "передать")]
    Push(Push),
    /// Архивы школы в хранилище: код, период, передан ли до конца
    #[command(visible_alias = "список")]
    List,
    /// Проверить архивы в хранилище, прочитав каждый байт; журнал и ключ не нужны
    #[command(visible_alias = "проверить")]
    Verify(Verify),
    /// Забрать архив из хранилища на носитель или в папку
    #[command(visible_alias = "забрать")]
    Fetch(Fetch),
    /// Архивы всех школ в хранилище: когда и кем проверены, что просрочено, повреждено, пропало
    #[command(visible_alias = "каталог")]
    Catalogue(Catalogue),
    /// Удалить из хранилища архив, срок хранения которого истёк, по акту о выделении к уничтожению
    #[command(visible_alias = "уничтожить")]
    Destroy(Destroy),
    /// Передать в зеркало новые записи журнала (ключом службы приёма)
    #[command(visible_alias = "зеркало")]
    Mirror(Mirror),
    /// Проверить зеркало журнала или сделать из него журнал заново
    #[command(visible_alias = "воссоздать")]
    Rebuild(Rebuild),
    /// Испытать хранилище: что оно умеет и чем приходится поступиться
    #[command(visible_alias = "испытать")]
    Check,
}

#[derive(Args)]
struct Push {
    /// Носители или папки архивов
    #[arg(value_name = "ПУТЬ", required = true)]
    paths: Vec<PathBuf>,
    /// Только этот архив; можно назвать несколько раз
    #[arg(long, value_name = "АРХИВ", visible_alias = "только")]
    only: Vec<String>,
    /// Взять передачу на себя: программа, которая её вела, точно не работает
    #[arg(long, visible_alias = "взять-на-себя")]
    take_over: bool,
}

#[derive(Args)]
struct Fetch {
    /// Имя архива: 2025-2026-q1
    #[arg(value_name = "АРХИВ")]
    name: String,
    /// Носитель или папка, куда его записать
    #[arg(long, visible_alias = "куда", value_name = "ПУТЬ")]
    to: PathBuf,
}

impl Store {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        let store = Opened::open(&self.settings.config)?;
        match self.what {
            What::Push(push) => push.run(common, &store),
            What::List => list(common, &store),
            What::Verify(verify) => verify.run(common, &store),
            What::Fetch(fetch) => fetch.run(common, &store),
            What::Catalogue(catalogue) => catalogue.run(common, &store),
            What::Destroy(destroy) => destroy.run(common, &store),
            What::Mirror(mirror) => mirror.run(common, &store),
            What::Rebuild(rebuild) => rebuild.run(common, &store),
            What::Check => check(common, &store),
        }
    }
}

/// The settings of a place, where commands that do not name them find some.
pub fn settings_at_hand() -> Option<PathBuf> {
    let named = std::env::var_os("LETOPIS_STORE").filter(|named| !named.is_empty()).map(PathBuf::from);
    named.or_else(|| Some(PathBuf::from("store.toml")).filter(|file| crate::files::is_file(file)))
}

/// Who is at work here, for whoever comes at the same time.
pub fn who() -> String {
    account().unwrap_or_else(|| "другая программа".to_owned())
}

/// The account and the machine, as the system names them.
fn account() -> Option<String> {
    let named = |variable: &str| std::env::var(variable).ok().filter(|name| !name.trim().is_empty());
    let account = named("USER").or_else(|| named("USERNAME"))?;
    Some(match named("HOSTNAME").or_else(|| named("COMPUTERNAME")) {
        Some(machine) => format!("{account} на {machine}"),
        None => account,
    })
}

impl Push {
    fn run(self, common: &Common, store: &Opened) -> Result<ExitCode> {
        let who = who();
        let wish = Wish {
            paths: &self.paths,
            only: &self.only,
            who: &who,
            clock: &session::SystemClock,
            take_over: self.take_over,
        };
        let (mut values, mut failed) = (Vec::new(), Vec::new());
        let (bags, place, mut beside) = (store.wanted(&wish)?, store.name(), Beside::of(common)?);
        for bag in bags {
            let bar = Bar::new();
            let done = store.push(&bag, &wish, &bar);
            bar.finish();
            match done {
                Ok((shelf, pushed, protection)) => {
                    match common.json {
                        true => values.push(as_json(&shelf, &pushed, protection)),
                        false => say_pushed(shelf.bag(), &place, &pushed, protection),
                    }
                    beside.enter(shelf.bag(), |journal, author| {
                        stores::enter_put(journal, author, (&place, &shelf), &pushed, protection)
                    })?;
                }
                Err(error) => failed.push(error.at(format!("архив «{}»", shown(&bag)))),
            }
        }
        if common.json {
            screen::json(&values.into());
        }
        failed.iter().for_each(screen::error);
        Ok(ExitCode::from(failed.iter().map(Error::exit_status).max().unwrap_or_default()))
    }
}

fn shown(bag: &Path) -> String {
    bag.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// A push for scripts.
pub fn as_json(shelf: &Shelf, pushed: &Pushed, protection: Protection) -> Value {
    json!({
        "archive": shelf.bag(), "place": shelf.to_string(), "code": pushed.code, "files": pushed.files,
        "sent": pushed.sent, "bytes": pushed.bytes, "healed": pushed.healed, "locked_until": locked_until(protection),
    })
}

pub fn say_pushed(name: &str, place: &str, pushed: &Pushed, protection: Protection) {
    let (files, sent) = (counted(pushed.files as u64, FILES), counted(pushed.sent as u64, FILES));
    match pushed.sent {
        0 => println!("Архив «{name}» уже в хранилище ({place}), прочитан там и цел: {files}."),
        _ => println!(
            "Архив «{name}» в хранилище ({place}), прочитан там и сверен: {files}, из них передано {sent}, {}.",
            counted(pushed.bytes, BYTES)
        ),
    }
    for file in &pushed.healed {
        println!("  Исправлен: {file}");
    }
    if pushed.swept > 0 {
        println!("  Убрано брошенных передач: {}.", pushed.swept);
    }
    println!("  код архива: {}", grouped(&pushed.code));
    say_protection(protection);
}

/// The day until which a bag is locked.
fn locked_until(protection: Protection) -> Option<String> {
    match protection {
        Protection::Until(day) => Some(day.to_string()),
        Protection::Cannot | Protection::None => None,
    }
}

fn say_protection(protection: Protection) {
    match protection {
        Protection::Until(day) => println!("  заперт от удаления до {}", format_date(day)),
        Protection::Cannot => {
            screen::warning("это хранилище не запирает файлов: от удаления раньше срока архив там ничто не защищает");
        }
        Protection::None => {}
    }
}

fn list(common: &Common, store: &Opened) -> Result<ExitCode> {
    let columns = [
        ("year", "Год"),
        ("name", "Архив"),
        ("period", "Период"),
        ("created", "Создан"),
        ("bytes", "Байт"),
        ("finished", "Передан"),
        ("code", "Код архива"),
    ];
    let row = |lying: Lying| {
        let facts = lying.facts.as_ref();
        let created = facts.and_then(|facts| facts.created.get(..10)).unwrap_or_default();
        let code = lying.code.as_deref().unwrap_or_default();
        let (created, code, finished) = match common.json {
            true => (json!(created), json!(code), json!(lying.finished)),
            false => (
                json!(parse_date_or(created).map(format_date).unwrap_or_default()),
                json!(grouped(code)),
                json!(if lying.finished { "да" } else { "не до конца" }),
            ),
        };
        let period = facts.map_or("", |facts| facts.period.as_str());
        let (year, bag) = (json!(lying.shelf.year()), json!(lying.shelf.bag()));
        vec![year, bag, json!(period), created, json!(lying.bytes), finished, code]
    };
    let rows = store.list()?.into_iter().map(row).collect();
    screen::list(common.json, &columns, rows);
    Ok(ExitCode::SUCCESS)
}

impl Fetch {
    fn run(self, common: &Common, store: &Opened) -> Result<ExitCode> {
        let bar = Bar::new();
        let done = store.fetch(&self.name, &self.to, &bar);
        bar.finish();
        let fetched = done?;
        if common.json {
            screen::json(&json!({
                "archive": self.name, "folder": fetched.folder, "files": fetched.files, "bytes": fetched.bytes,
                "report": fetched.report,
            }));
            return Ok(ExitCode::SUCCESS);
        }
        let (files, bytes) = (counted(fetched.files as u64, FILES), counted(fetched.bytes, BYTES));
        println!("Архив «{}» забран: {files}, {bytes}.", self.name);
        say_report(&fetched.folder, &fetched.report);
        if !fetched.registered {
            let to = quoted(&self.to.display().to_string());
            println!("  Это не зарегистрированный носитель; чтобы копия им считалась: «{ME} carrier register {to}».");
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn check(common: &Common, store: &Opened) -> Result<ExitCode> {
    let found = store.check()?;
    if common.json {
        screen::json(&json!({
            "place": store.name(), "good": found.good, "given_up": found.given_up, "unfit": found.unfit, "remarks": found.remarks,
        }));
    } else {
        println!("Хранилище: {}, папка школы {}", store.name(), quoted(store.school()));
        found.good.iter().for_each(|good| println!("Умеет: {good}."));
        found.given_up.iter().for_each(|what| println!("Не умеет: {what}."));
        found.remarks.iter().for_each(|what| println!("Учтите: {what}."));
        found.unfit.iter().for_each(|what| screen::error(&unfit(what)));
    }
    Ok(ExitCode::from(u8::from(!found.unfit.is_empty())))
}

fn unfit(what: &str) -> Error {
    Error::refused(format!("архивы здесь хранить нельзя: {what}")).next("возьмите другое хранилище или обновите это")
}
