//! `letopis witness`: what a stranger vouches for, without reading it.

use super::called::ME;
use super::typed::quoted;
use super::{Common, output, screen, session};
use crate::error::{Error, Result};
use crate::files::{self, Readers};
use crate::ledger::chain::hex;
use crate::school::{RECORDS, counted};
use crate::work::checkpoint;
use clap::Subcommand;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Witness {
    /// Назвать свидетелю журнал и ключ, по которому он узнаёт его контрольные точки
    #[command(visible_alias = "ключ")]
    Export,
    /// Записать сегодняшнюю контрольную точку, подписанную ключом службы приёма
    #[command(visible_alias = "точка")]
    Checkpoint {
        /// Новый файл
        #[arg(value_name = "ФАЙЛ")]
        out: PathBuf,
    },
    /// Доказать, что запись журнала была в нём при контрольной точке
    #[command(visible_alias = "доказать")]
    Prove {
        /// Номер записи
        #[arg(value_name = "НОМЕР")]
        record: u64,
        /// Контрольная точка, сделанная после записи, с подписями свидетелей
        #[arg(long, visible_alias = "точка", value_name = "ФАЙЛ")]
        checkpoint: PathBuf,
        /// Новый файл доказательства; запись ляжет рядом, с окончанием .json
        #[arg(value_name = "ФАЙЛ")]
        out: PathBuf,
    },
    /// Проверить доказательство записи; журнал и ключ не нужны
    #[command(visible_alias = "проверить")]
    Check {
        /// Файл доказательства; запись лежит рядом, с окончанием .json
        #[arg(value_name = "ФАЙЛ")]
        proof: PathBuf,
        /// Чьим подписям верить: файл доверия проверяющего
        #[arg(long, visible_alias = "доверие", value_name = "ФАЙЛ")]
        policy: Option<PathBuf>,
    },
}

impl Witness {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        if let Self::Check { proof, policy } = &self {
            return check(common, proof, policy.as_deref());
        }
        session::not_on_stick(common, "сделать контрольную точку")?;
        let journal = session::journal(common)?;
        let identity = session::identity(common)?;
        let proven = session::prove(&journal, Some(&identity))?;
        match self {
            Self::Export => {
                let key = checkpoint::log_key(&proven, &identity)?;
                if common.json {
                    screen::json(&serde_json::json!({ "origin": key.name(), "key": key.to_string() }));
                } else {
                    output::put_lines(&format!("Журнал (origin): {}\nКлюч (vkey): {key}", key.name()));
                }
            }
            Self::Checkpoint { out } => {
                let note = checkpoint::checkpoint(&proven, &identity)?;
                put(&out, &note.to_string(), Readers::All)?;
                let length = counted(proven.tip().seq, RECORDS);
                println!("Контрольная точка записана: {}, {length}.", out.display());
                println!("Отдайте её свидетелю; его подписи допишите в конец файла и храните файл вне школы.");
            }
            Self::Prove { record, checkpoint, out } => {
                let shown = checkpoint::prove(&proven, &identity, record, &checkpoint)?;
                let beside = beside(&out);
                put(&beside, &shown.record, Readers::Owner)?;
                if let Err(error) = put(&out, &shown.proof.to_string(), Readers::Owner) {
                    let _ = files::remove(&beside);
                    return Err(error);
                }
                println!("Доказательство записи № {record}: {}, сама запись: {}.", out.display(), beside.display());
                println!("Проверить: {ME} witness check {}", quoted(&out.display().to_string()));
            }
            Self::Check { .. } => {}
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The record beside its proof.
fn beside(proof: &Path) -> PathBuf {
    proof.with_extension("json")
}

fn put(path: &Path, text: &str, readers: Readers) -> Result<()> {
    files::write_new_named(path, text.as_bytes(), readers).map_err(|cause| Error::file("записать", path, &cause))
}

fn check(common: &Common, proof: &Path, policy: Option<&Path>) -> Result<ExitCode> {
    let policy = policy.map(checkpoint::policy).transpose()?;
    let (point, verdict, seq) = checkpoint::check(proof, &beside(proof), policy.as_ref())?;
    if common.json {
        let seen = verdict.as_ref().map(|verdict| {
            let seen =
                verdict.seen.iter().map(|seen| serde_json::json!({ "name": seen.witness, "at": seen.at.to_rfc3339() }));
            seen.collect::<Vec<_>>()
        });
        screen::json(&serde_json::json!({
            "entry": seq, "journal": hex(&point.origin.journal), "epoch": point.origin.epoch, "entries": point.size,
            "witnesses": seen,
        }));
        return Ok(ExitCode::SUCCESS);
    }
    println!(
        "Запись № {seq} была в журнале {}, когда в нём было {}.",
        hex(&point.origin.journal),
        counted(point.size, RECORDS)
    );
    match verdict {
        None => println!("Кто подписал контрольную точку, не проверено: файла доверия нет (--policy)."),
        Some(verdict) => {
            for seen in &verdict.seen {
                println!("Точку подписал свидетель {}, {}.", seen.witness, seen.at.format("%d.%m.%Y %H:%M UTC"));
            }
        }
    }
    println!("Кто автор записи, доказательство не говорит: это видно из журнала и его архива.");
    Ok(ExitCode::SUCCESS)
}
