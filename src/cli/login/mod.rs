//! `letopis login`, `letopis logout`: the passphrase is asked once, and the identity stays unlocked for a working
//! session at one terminal.
//!
//! The unlocked identity lies in a file of `$XDG_RUNTIME_DIR`, the memory folder that the system keeps for one account
//! and empties when it logs out, or where there is none in a private folder on the disk; see [`store`]. It holds for one terminal, one login of it and one start of the machine
//! ([`terminal`]), and ends after 45 minutes without a command, by the machine's running time and by the calendar
//! clock, whichever says so first ([`clock`]).
//!
//! **It protects against** the colleague who sits down at another terminal of the same account; a terminal number that
//! the system gives out again; a clock that is set forwards or back; a machine that was suspended, restarted, or put
//! back to a snapshot; other accounts. **It does not protect against** the administrator of the machine, a program that
//! runs under the same account (it could read the keyboard as well), or whoever sits down at this very terminal within
//! the idle time: for that, there is `logout`, and the lock of the screen.

mod clock;
mod store;
mod terminal;

use super::{Common, session};
use crate::cli::called::ME;
use crate::error::{Error, Result};
use crate::ledger::identity::Identity;
use clap::Args;
use clock::Moment;
use std::path::Path;
use std::process::ExitCode;
use store::{Folder, Unlocked};
use terminal::Terminal;

#[derive(Args)]
pub struct Login {
    /// Файл ключа (иначе --identity, иначе LETOPIS_IDENTITY)
    #[arg(value_name = "ФАЙЛ")]
    file: Option<std::path::PathBuf>,
    /// Через сколько минут без работы вход закончится
    #[arg(long, visible_alias = "без-работы", value_name = "МИНУТЫ", default_value_t = 45, value_parser = minutes)]
    idle: u16,
}

#[derive(Args)]
pub struct Logout {}

/// A working day at most.
fn minutes(typed: &str) -> std::result::Result<u16, String> {
    let minutes = typed.parse().ok().filter(|minutes| (1..=480).contains(minutes));
    minutes.ok_or_else(|| "укажите число минут от 1 до 480".to_owned())
}

impl Login {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        // Where the system cannot tell, no folder is made either.
        Moment::now()?;
        let folder = Folder::of_account()?;
        let terminal = Terminal::current().ok_or_else(|| {
            Error::environment("вход запоминается за терминалом, а терминала здесь нет")
                .next("войдите из окна терминала или указывайте ключ в каждой команде: --identity ФАЙЛ")
        })?;
        let path =
            self.file.as_deref().or(common.identity.as_deref()).ok_or_else(|| {
                Error::input("не указан файл вашего ключа").next(format!("укажите его: {ME} login ФАЙЛ"))
            })?;
        let identity = session::read_identity(common, path)?;
        folder.keep(&terminal, path, &identity, self.idle, Moment::now()?)?;
        println!("Вход выполнен: {}.", whose(common, &identity).trim_end_matches('.'));
        println!("Пароль не понадобится в этом терминале, пока вы работаете: перерыв до {} мин.", self.idle);
        if folder.is_on_disk() {
            println!(
                "Папки для входов в памяти (XDG_RUNTIME_DIR) здесь нет: до выхода ключ без пароля лежит на диске, в «{}», \
                 куда входите только вы.",
                folder.path().display()
            );
        }
        println!("Закончить: {ME} logout");
        Ok(ExitCode::SUCCESS)
    }
}

impl Logout {
    pub fn run(self) -> Result<ExitCode> {
        let ended = match Terminal::current() {
            Some(terminal) => {
                let ended = Folder::all().iter().map(|folder| folder.end(&terminal)).collect::<Result<Vec<_>>>()?;
                ended.contains(&true)
            }
            None => false,
        };
        println!(
            "{}",
            if ended {
                "Выход выполнен: ключ снова под паролем."
            } else {
                "Входа в этом терминале нет."
            }
        );
        Ok(ExitCode::SUCCESS)
    }
}

/// The name of the identity's owner if the journal is at hand and knows him, else the key's fingerprint.
fn whose(common: &Common, identity: &Identity) -> String {
    let known = session::journal(common).and_then(|journal| session::signer(&journal, identity));
    match known {
        Ok(Some((_, name))) if !name.is_empty() => name,
        _ => format!("ключ {}", identity.public().fingerprint()),
    }
}

/// The identity that is unlocked at this terminal, and its file; the idle time begins anew.
pub fn unlocked() -> Option<Unlocked> {
    let (terminal, now) = (Terminal::current()?, Moment::now().ok()?);
    Folder::all().iter().find_map(|folder| folder.open(&terminal, now))
}

/// Begins the idle time anew, where there is a login at this terminal.
pub fn renew() {
    let _ = unlocked();
}

/// Wipes what is left of logins that have ended, wherever they were given.
pub fn sweep() {
    if let Ok(now) = Moment::now() {
        Folder::all().iter().for_each(|folder| folder.sweep(now));
    }
}

/// Whether a login's identity is the one in the file at `path`.
pub fn is_of(unlocked: &Unlocked, path: &Path) -> bool {
    store::name_and_digest(path).is_ok_and(|named| named == unlocked.file)
}
