//! `letopis archive repair`: an archive made whole again from what is left of it.

use super::{Bar, Common};
use crate::archive::repair::{Repaired, RepairedFrom};
use crate::cli::called::ME;
use crate::cli::store::Where;
use crate::cli::typed::quoted;
use crate::cli::{advice, screen, session};
use crate::error::{Error, Result};
use crate::journal::Journal;
use crate::ledger::identity::Identity;
use crate::work::archive::{self, Damaged};
use crate::work::stores::Store as Opened;
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct Repair {
    /// Повреждённый носитель или папка архива
    #[arg(value_name = "ПУТЬ")]
    path: PathBuf,
    /// Вторая копия: носитель или папка архива; только читается
    #[arg(long, visible_alias = "откуда", value_name = "ПУТЬ")]
    from: Option<PathBuf>,
    /// Взять недостающее из третьего места: передаётся только повреждённое
    #[arg(long, visible_alias = "из-хранилища", conflicts_with = "from")]
    from_store: bool,
    #[command(flatten)]
    settings: Where,
    /// Записать исправленный архив в другую папку, а повреждённый не трогать
    #[arg(long, visible_alias = "куда", value_name = "ПАПКА")]
    to: Option<PathBuf>,
}

impl Repair {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        let damaged = archive::damaged(&self.path, self.from.as_deref())?;
        if let Some(to) = self.to.as_deref().filter(|to| !to.is_dir()) {
            return Err(Error::input(format!("нет папки «{}»", to.display())).next("создайте её или укажите другую"));
        }
        let store = self.from_store.then(|| Opened::open(&self.settings.config)).transpose()?;
        let mut recorder = Recorder::of(common)?;
        let (mut values, mut failures) = (Vec::new(), Vec::new());
        for one in &damaged {
            let (bag, bar) = (&one.bag, Bar::new());
            let done = self.heal(store.as_ref(), one, &bar);
            bar.finish();
            match done {
                Ok(repaired) => {
                    values.push(value(bag, repaired.as_ref()));
                    match &repaired {
                        _ if common.json => {}
                        Some(repaired) if self.to.is_some() => say_beside(repaired),
                        repaired => say(bag, repaired.as_ref(), self.from_store),
                    }
                    let is_repair = |repaired: &&Repaired| self.to.is_none() && !repaired.files.is_empty();
                    if let Some(repaired) = repaired.as_ref().filter(is_repair) {
                        recorder.enter(bag, repaired)?;
                    }
                }
                Err(error) if damaged.len() == 1 => return Err(error),
                Err(error) => failures.push((bag, error)),
            }
        }
        if common.json {
            screen::json(&values.into());
        }
        for (bag, error) in &failures {
            screen::warning(&format!("{}: {}", bag.display(), advice::error(error)));
        }
        Ok(ExitCode::from(failures.iter().map(|(_, error)| error.exit_status()).max().unwrap_or_default()))
    }

    /// Heals one archive, with what it lacks fetched from the third place where that is wanted.
    fn heal(&self, store: Option<&Opened>, one: &Damaged, bar: &Bar) -> Result<Option<Repaired>> {
        let lent = store.map(|store| store.lend(&one.bag, bar)).transpose()?.flatten();
        let Some(lent) = lent else { return archive::heal(one, self.to.as_deref(), bar) };
        let damaged = Damaged { bag: one.bag.clone(), other: Some(lent.copy.clone()) };
        archive::heal(&damaged, self.to.as_deref(), bar)
    }
}

/// How the journal learns that a copy is whole.
const RECORD: &str = "archive verify НОСИТЕЛЬ --journal ФАЙЛ --identity ФАЙЛ_КЛЮЧА";

/// Where repairs are recorded: the journal that was named, by the person who was. Without them an archive is repaired
/// all the same.
struct Recorder {
    place: Option<(Journal, Identity)>,
    quiet: bool,
}

impl Recorder {
    fn of(common: &Common) -> Result<Self> {
        let quiet = common.json;
        let Some(path) = &common.journal else { return Ok(Self { place: None, quiet }) };
        let journal = session::open(path)?;
        Ok(Self { place: session::identity_if_named(common)?.map(|identity| (journal, identity)), quiet })
    }

    fn enter(&mut self, bag: &Path, repaired: &Repaired) -> Result<()> {
        let Some((journal, identity)) = &mut self.place else {
            if !self.quiet {
                println!("  В журнал это не записано. Запишите: {ME} {RECORD}.");
            }
            return Ok(());
        };
        let recorded = archive::enter_repair(journal, session::author(identity), bag, repaired)?;
        if recorded.is_some() && !self.quiet {
            println!("  Исправление записано в журнал.");
        }
        Ok(())
    }
}

fn value(bag: &Path, repaired: Option<&Repaired>) -> serde_json::Value {
    serde_json::json!({
        "path": bag, "repaired": repaired.is_some_and(|repaired| !repaired.files.is_empty()), "folder": repaired.map(|repaired| &repaired.bag),
        "files": repaired.map(|r| r.files.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap_or_default(),
        "bytes": repaired.map_or(0, |repaired| repaired.bytes), "from": repaired.map(|repaired| repaired.from),
        "strangers": repaired.and_then(|repaired| repaired.strangers.as_ref()),
        "left": repaired.map(|r| r.left.iter().map(|(path, _)| path).collect::<Vec<_>>()).unwrap_or_default(),
    })
}

/// What was written elsewhere: all of it, whatever of it was damaged.
fn say_beside(repaired: &Repaired) {
    let place = quoted(&repaired.bag.display().to_string());
    println!("Целый архив записан в {place}: файлов — {}, байт — {}.", repaired.files.len(), repaired.bytes);
    println!("  После исправления: {}.", repaired.report.verdict);
    println!("  Что делать: на носитель его вернёт «{ME} archive repair НОСИТЕЛЬ --from {place}».");
}

fn say(bag: &Path, repaired: Option<&Repaired>, from_store: bool) {
    let Some(repaired) = repaired else {
        println!("Архив {}: цел, исправлять нечего.", bag.display());
        println!("  Если в журнале он числится повреждённым, запишите проверку: {ME} {RECORD}.");
        return;
    };
    let from = match repaired.from {
        RepairedFrom::Recovery => "по данным для восстановления",
        RepairedFrom::Copy if from_store => "из третьего места",
        RepairedFrom::Both if from_store => "по данным для восстановления и третьему месту вместе",
        RepairedFrom::Copy => "со второй копии",
        RepairedFrom::Itself => "по его же файлам",
        RepairedFrom::Both => "по данным для восстановления и второй копии вместе",
    };
    match repaired.files.len() {
        0 => println!("Архив {}: цел, исправлять нечего.", repaired.bag.display()),
        files => {
            println!("Архив {} исправлен {from}: файлов — {files}, байт — {}.", repaired.bag.display(), repaired.bytes)
        }
    }
    for file in &repaired.files {
        println!("  {file}");
    }
    if let Some(aside) = &repaired.strangers {
        println!("  Посторонние файлы перенесены в {}.", aside.display());
    }
    for (path, why) in &repaired.left {
        screen::warning(&format!("посторонний файл «{path}» остался на месте: {why}"));
    }
    println!("  После исправления: {}.", repaired.report.verdict);
    if repaired.files.is_empty() {
        return;
    }
    println!("  Что делать: если этот носитель портит файлы не впервые, замените его («{ME} carrier history»).");
}
