//! `letopis serve`: the school's server. Here it is started and looked at; the server itself is another face, which the
//! program hands in.

use super::called::ME;
use super::typed::quoted;
use super::{Common, advice, output, screen, session};
use crate::error::{Error, Result};
use crate::ledger::identity::Identity;
use crate::ledger::keyfile;
use crate::work::serving::{Checked, Ready, Server, Start};
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
#[command(args_conflicts_with_subcommands = false)]
pub struct Serve {
    /// Файл настроек сервера
    #[arg(long, global = true, value_name = "ФАЙЛ", visible_alias = "настройки", default_value = "serve.toml")]
    config: PathBuf,
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    /// Проверить всё, что нужно для запуска, и ничего не запускать
    #[command(visible_alias = "проверить")]
    Check,
    /// Сделать сертификат дверей, которые отвечают по TLS сами, и показать его отпечаток
    #[command(visible_alias = "сертификат")]
    Certificate {
        /// Заменить прежний: носители учителей после этого готовят заново
        #[arg(long, visible_alias = "заменить")]
        replace: bool,
    },
}

impl Serve {
    pub fn run(self, common: &Common, server: Server) -> Result<ExitCode> {
        let start = Start {
            settings: self.config.clone(),
            clock: &session::SystemClock,
            cache: session::cache_folder(),
            open: session::open,
            tell: output::put_json_aside,
            identity: key,
        };
        match self.what {
            None => (server.run)(&start, &mut |ready| say_ready(ready))?,
            Some(What::Check) => return Ok(say_checked(common, &(server.check)(&start)?, &self.config)),
            Some(What::Certificate { replace }) => {
                let made = (server.certify)(&self.config, replace)?;
                println!("Сертификат: {}", made.certificate.display());
                println!("Его ключ, читать его может только ваш пользователь: {}", made.key.display());
                println!("Для имён и адресов: {}", made.names.join(", "));
                println!("Отпечаток SHA-256, по нему сервер узнают носители учителей:\n{}", made.fingerprint);
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The key of the server: nobody is there to type a passphrase.
fn key(path: &Path) -> Result<Identity> {
    keyfile::read(path, || {
        Err(Error::input(format!("ключ «{}» закрыт паролем, а сервер запускается без человека", path.display()))
            .next(format!("дайте серверу ключ службы приёма: {ME} staff service server --key ФАЙЛ")))
    })
}

fn say_ready(ready: &Ready) {
    println!("Сервер отвечает, доказано записей: {}.", ready.proven);
    println!("Дневник: {} (дверь {})", ready.public_address, ready.diary);
    if let Some(door) = &ready.taking_in {
        println!("Приём записей с носителей: {door}");
    }
    println!("Остановить: Ctrl+C.");
}

/// Says what was found; the worst of it is the exit status.
fn say_checked(common: &Common, checked: &Checked, settings: &Path) -> ExitCode {
    let status = checked.faults.iter().map(Error::exit_status).max().unwrap_or_default();
    if common.json {
        let told = |errors: &[Error]| -> Vec<serde_json::Value> {
            let next = |error: &Error| error.next_step().map(advice::advice);
            errors.iter().map(|error| serde_json::json!({ "what": error.message(), "next": next(error) })).collect()
        };
        let (faults, remarks) = (told(&checked.faults), told(&checked.remarks));
        screen::json(&serde_json::json!({ "good": checked.good, "faults": faults, "remarks": remarks }));
        return ExitCode::from(status);
    }
    checked.good.iter().for_each(|good| println!("В порядке: {good}."));
    for remark in &checked.remarks {
        let next = remark.next_step().map(|next| format!("; {}", advice::advice(next))).unwrap_or_default();
        screen::warning(&format!("{}{next}", remark.message()));
    }
    checked.faults.iter().for_each(screen::error);
    if status == 0 {
        println!("Сервер можно запускать: {ME} serve --config {}", quoted(&settings.display().to_string()));
    }
    ExitCode::from(status)
}
