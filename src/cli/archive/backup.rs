//! `letopis archive backup`: the copy of any day (§5.5.1), for a timer or by hand.

use super::create::share;
use super::{Bar, Common};
use crate::archive::par2::create::Share;
use crate::cli::recorder::Recorder;
use crate::cli::{advice, screen};
use crate::error::Result;
use crate::ledger::chain::grouped;
use crate::school::{BYTES, counted, grouped as grouped_number};
use crate::work::archive::{self, Keep, MadeBackup, NewBackup};
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Backup {
    /// Куда: носитель, папка на втором диске или в сети
    #[arg(long, value_name = "ПАПКА", visible_alias = "куда")]
    to: PathBuf,
    /// За сколько последних дней хранить копии
    #[arg(long, value_name = "ДНЕЙ", default_value_t = 7, value_parser = |text: &str| within(text, 1, 3660), visible_alias = "дней")]
    daily: u32,
    /// За сколько недель до них хранить по одной копии
    #[arg(long, value_name = "НЕДЕЛЬ", default_value_t = 4, value_parser = |text: &str| within(text, 0, 520), visible_alias = "недель")]
    weekly: u32,
    /// Сколько данных для восстановления добавить, в процентах от объёма; 0 — не добавлять
    #[arg(long, visible_alias = "восстановление", value_name = "ДОЛЯ", default_value = "10%", value_parser = share)]
    recovery: Share,
    /// Согласиться, что копия ляжет на тот же диск, что и журнал
    #[arg(long, visible_alias = "одно-устройство")]
    allow_same_device: bool,
    /// Прежних копий там нет, и это правильно: диск новый или его очистили
    #[arg(long, visible_alias = "новое-место")]
    new_place: bool,
}

/// A number between two, both included.
fn within(text: &str, least: u32, most: u32) -> std::result::Result<u32, String> {
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("нужно целое число от {least} до {most}"))
}

impl Backup {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        let mut recorder = Recorder::open(common)?;
        let wish = NewBackup {
            to: &self.to,
            keep: Keep { daily: self.daily, weekly: self.weekly },
            recovery: self.recovery,
            allow_same_device: self.allow_same_device,
            new_place: self.new_place,
        };
        let bar = Bar::new();
        let made = archive::backup(&mut recorder.workplace()?, &wish, &bar);
        bar.finish();
        let made = made?;
        if common.json {
            say_json(&made)
        } else {
            say(&made)
        }
        made.contradiction.map_or(Ok(ExitCode::SUCCESS), Err)
    }
}

fn say_json(made: &MadeBackup) {
    let recorded = &made.recorded;
    screen::json(&serde_json::json!({
        "name": recorded.name, "folder": made.folder, "code": recorded.tagmanifest, "length": recorded.length,
        "head": recorded.head, "files": recorded.files, "bytes": recorded.bytes, "fingerprint": made.fingerprint,
        "kept": made.kept, "removed": made.removed, "notes": made.notes.iter().map(advice::warning).collect::<Vec<_>>(),
        "contradiction": made.contradiction.as_ref().map(|error| error.message()),
    }));
}

fn say(made: &MadeBackup) {
    for note in &made.notes {
        screen::warning(&advice::warning(note));
    }
    let recorded = &made.recorded;
    println!("Копия дня «{}» записана, прочитана и сверена.", recorded.name);
    println!("  {}", made.folder.display());
    let (length, files) = (grouped_number(recorded.length), grouped_number(recorded.files));
    println!("Записей журнала: {length}, файлов: {files}, {}.", counted(recorded.bytes, BYTES));
    println!("Код копии: {}", grouped(&recorded.tagmanifest));
    let removed = match made.removed.as_slice() {
        [] => String::new(),
        [name] => format!("; удалена отслужившая: {name}"),
        names => format!("; удалены отслужившие: {}", names.join(", ")),
    };
    println!("Копий там теперь: {}{removed}.", made.kept);
}
