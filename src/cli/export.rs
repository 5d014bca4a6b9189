//! `letopis export`: what leaves the school as counts, without anybody's name.

use super::called::ME;
use super::recorder::Recorder;
use super::{Common, screen, session};
use crate::error::Result;
use crate::school::counted;
use crate::work::statistics::{self, Exported, Wish};
use clap::Subcommand;
use serde_json::json;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Export {
    /// Числа закрытого периода: по параллелям, предметам и месяцам, без малых чисел; за период один раз
    #[command(visible_alias = "статистика")]
    Statistics {
        /// Четверть, полугодие или «Год»
        #[arg(value_name = "ПЕРИОД")]
        period: String,
        /// Имя школы среди других: малые латинские буквы, цифры, дефис
        #[arg(long, visible_alias = "школа", value_name = "ИМЯ")]
        school: String,
        /// Папка, в которой будет создан пакет
        #[arg(long, visible_alias = "куда", value_name = "ПАПКА")]
        to: PathBuf,
        /// Для самой школы: строки под случайными псевдонимами, зашифрованные ключами директора и завучей
        #[arg(long, visible_alias = "строки")]
        rows: bool,
    },
}

/// How rows are counted.
const ROWS: [&str; 3] = ["строка", "строки", "строк"];

impl Export {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        session::not_on_stick(common, "выгрузить статистику")?;
        let Self::Statistics { period, school, to, rows } = self;
        let mut recorder = Recorder::open(common)?;
        let wish = Wish { period: &period, school: &school, to: &to, rows };
        let done = statistics::export(&mut recorder.workplace()?, &wish)?;
        if common.json {
            screen::json(&json!({
                "folder": done.folder, "period": done.period, "rows": done.rows, "suppressed": done.suppressed,
                "sha256": done.sha256, "code": done.code, "entry": done.entry, "again": done.again,
            }));
        } else {
            say(&done, rows);
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn say(done: &Exported, rows: bool) {
    println!("Записано: {} ({}).", done.folder.display(), counted(done.rows as u64, ROWS));
    if rows {
        println!("Это персональные данные: файл открывает ключ директора или завуча, из школы он не передаётся.");
    } else {
        println!("Скрыто чисел: {}; почему, сказано в docs/statistics.md.", done.suppressed);
    }
    match done.again {
        true => println!("За «{}» то же уже выдано, запись № {}: числа те же.", done.period, done.entry),
        false => println!("Выгрузка внесена в журнал, запись № {}.", done.entry),
    }
    println!("Получатель проверит пакет у себя: {ME} archive verify ПАКЕТ; подпись — ssh-keygen (docs/statistics.md).");
}
