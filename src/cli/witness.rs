//! `letopis witness`: what a stranger vouches for, without reading it.

mod asked;
mod named;

pub use named::{json, standing};

use super::called::ME;
use super::recorder::{Recorder, say};
use super::typed::quoted;
use super::{Common, output, screen, session};
use crate::error::{Error, Result};
use crate::files::{self, Readers};
use crate::ledger::chain::hex;
use crate::school::{RECORDS, counted};
use crate::work::{checkpoint, cosigners, submission};
use clap::Subcommand;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Witness {
    /// Назвать свидетеля журнала: кто будет подписывать его контрольные точки (нужно второе лицо)
    #[command(visible_alias = "назвать")]
    Add {
        /// Как его называть: РОНО
        #[arg(value_name = "НАЗВАНИЕ")]
        name: String,
        /// Его ключ: строка из трёх частей через «+»
        #[arg(value_name = "КЛЮЧ")]
        key: String,
        /// Куда посылать ему точки: https://…; без этого их относят
        #[arg(long, visible_alias = "адрес", value_name = "АДРЕС")]
        url: Option<String>,
    },
    /// Показать, кого школа назвала свидетелями и кого убрала
    #[command(visible_alias = "список")]
    List,
    /// Больше не называть свидетеля (нужно второе лицо); подписанное им остаётся
    #[command(visible_alias = "убрать")]
    Remove {
        /// Его название или имя ключа
        #[arg(value_name = "НАЗВАНИЕ")]
        name: String,
        /// Почему
        #[arg(long, visible_alias = "причина", value_name = "ПРИЧИНА")]
        reason: String,
    },
    /// Назвать свидетелю журнал и ключ, по которому он узнаёт его контрольные точки
    #[command(visible_alias = "ключ")]
    Export,
    /// Записать сегодняшнюю контрольную точку, подписанную ключом службы приёма
    #[command(visible_alias = "точка")]
    Checkpoint {
        /// Новый файл
        #[arg(value_name = "ФАЙЛ")]
        out: PathBuf,
        /// Не сегодняшнюю, а последнюю, которую подписали свидетели, с их подписями; ключ службы не нужен
        #[arg(long, visible_alias = "подписанную")]
        cosigned: bool,
    },
    /// Послать контрольную точку свидетелям, у которых есть адрес, и сохранить их подписи
    #[command(visible_alias = "послать")]
    Submit {
        /// Сертификат своего удостоверяющего центра, которому верить наравне с системными
        #[arg(long, visible_alias = "сертификат", value_name = "ФАЙЛ")]
        ca_file: Option<PathBuf>,
    },
    /// Сохранить подписи с контрольной точки, которую относили свидетелю
    #[command(visible_alias = "принять")]
    Take {
        /// Файл точки, в конец которого дописана подпись свидетеля
        #[arg(value_name = "ФАЙЛ")]
        file: PathBuf,
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
        match self {
            Self::Check { proof, policy } => check(common, &proof, policy.as_deref()),
            Self::List => named::list(common),
            Self::Add { name, key, url } => {
                let mut recorder = Recorder::open(common)?;
                let done = cosigners::add(&mut recorder.workplace()?, &name, &key, url.as_deref())?;
                say(done, &format!("Свидетель «{name}» назван"))
            }
            Self::Remove { name, reason } => {
                let mut recorder = Recorder::open(common)?;
                let done = cosigners::remove(&mut recorder.workplace()?, &name, &reason)?;
                say(done, &format!("Свидетель «{name}» убран"))
            }
            of_journal => of_journal.prove_and_run(common),
        }
    }

    fn prove_and_run(self, common: &Common) -> Result<ExitCode> {
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
            Self::Submit { ca_file } => return asked::submit(&proven, &identity, ca_file.as_deref()),
            Self::Take { file } => {
                let signed = submission::brought(&proven, &checkpoint::note(&file)?)?;
                println!("Подписи сохранены: {}.", signed.join(", "));
            }
            Self::Checkpoint { out, cosigned: true } => {
                let note = submission::newest(&proven)?.ok_or_else(|| {
                    Error::input("ни одной контрольной точки с подписью свидетеля ещё нет")
                        .next(format!("пошлите её свидетелям: {ME} witness submit"))
                })?;
                put(&out, &note.to_string(), Readers::All)?;
                println!("Контрольная точка с подписями свидетелей записана: {}.", out.display());
            }
            Self::Checkpoint { out, .. } => {
                let note = checkpoint::checkpoint(&proven, &identity)?;
                put(&out, &note.to_string(), Readers::All)?;
                let length = counted(proven.tip().seq, RECORDS);
                println!("Контрольная точка записана: {}, {length}.", out.display());
                println!(
                    "Отдайте её свидетелю; его подпись допишите в конец файла, сохраните её ({ME} witness take) и храните файл вне школы."
                );
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
            Self::Check { .. } | Self::Add { .. } | Self::List | Self::Remove { .. } => {}
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
