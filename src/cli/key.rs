//! `letopis key`: identity files.

use super::{Common, session};
use crate::error::Result;
use crate::ledger::identity::Identity;
use crate::ledger::keyfile;
use age::secrecy::ExposeSecret;
use clap::Subcommand;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Key {
    /// Создать ключ: файл, который открывается паролем
    #[command(visible_alias = "создать")]
    New {
        /// Файл ключа
        #[arg(value_name = "ФАЙЛ")]
        file: PathBuf,
        /// Без пароля (только для проб: кто взял файл, тот подписывает за вас)
        #[arg(long)]
        no_passphrase: bool,
    },
    /// Показать открытую часть ключа, которую вносит администратор
    #[command(visible_alias = "показать")]
    Show {
        /// Файл ключа
        #[arg(value_name = "ФАЙЛ")]
        file: PathBuf,
    },
    /// Сменить пароль ключа
    #[command(visible_alias = "пароль")]
    Passphrase {
        /// Файл ключа
        #[arg(value_name = "ФАЙЛ")]
        file: PathBuf,
        /// Прочитать новый пароль из файла, а не спрашивать
        #[arg(long, value_name = "ФАЙЛ")]
        new_passphrase_file: Option<PathBuf>,
    },
}

impl Key {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::New { file, no_passphrase } => {
                let identity = Identity::generate();
                let passphrase =
                    if no_passphrase { None } else { Some(session::new_passphrase(common, "--passphrase-file")?) };
                keyfile::write_new(&file, &identity, passphrase.as_ref().map(ExposeSecret::expose_secret))?;
                println!("Ключ создан: {}", file.display());
                show(common, &identity);
                println!("Передайте открытую часть администратору: letopis staff enroll ЛОГИН \"ОТКРЫТАЯ ЧАСТЬ\"");
            }
            Self::Show { file } => show(common, &session::read_identity(common, &file)?),
            Self::Passphrase { file, new_passphrase_file } => {
                let new = Common { passphrase_file: new_passphrase_file, ..common.clone() };
                let passphrase = session::new_passphrase(&new, "--new-passphrase-file")?;
                let old = || session::passphrase(common, "Прежний пароль: ");
                keyfile::change_passphrase(&file, old, Some(passphrase.expose_secret()))?;
                println!("Пароль ключа «{}» изменён.", file.display());
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn show(common: &Common, identity: &Identity) {
    let public = identity.public();
    if common.json {
        let ssh = public.ssh_line("");
        super::screen::json(&serde_json::json!({
            "fingerprint": public.fingerprint(), "recipient": public.recipient(), "ssh": ssh.trim(),
            "public": public.to_string(),
        }));
        return;
    }
    println!("Отпечаток: {}", public.fingerprint());
    println!("Открытая часть: {public}");
}
