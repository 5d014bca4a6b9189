//! What a command works with: the journal, the identity, the time.

use super::called::ME;
use super::state::State;
use super::typed::quoted;
use super::{Common, ask, login, screen};
use crate::away::stick::{Stick as OnMount, Unlocked};
use crate::error::{Error, Result, Warning, reason};
use crate::files;
use crate::journal::{Author, Journal, Keep, Proven, read};
use crate::ledger::identity::Identity;
use crate::ledger::keyfile;
use crate::school::{Clock, counted};
use crate::work::memory::{self, Errand};
use crate::work::sticks::at_work::{self, AtWork, Hand};
use crate::work::sticks::status;
use age::secrecy::SecretString;
use chrono::{DateTime, FixedOffset, Local};
use std::io::{ErrorKind, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Mutex, PoisonError};
use zeroize::Zeroizing;

/// Where the journal is: what is named, else the journal of the current folder, else the stick that this folder is.
pub fn journal_path(common: &Common) -> PathBuf {
    let usual = PathBuf::from("journal.letopis");
    let here = || at_work::mount_of(Path::new(".")).filter(|_| !usual.exists());
    common.journal.clone().or_else(here).unwrap_or(usual)
}

/// The mount point of the stick that is the journal here, if it is one.
pub fn stick(common: &Common) -> Option<PathBuf> {
    at_work::mount_of(&journal_path(common))
}

/// Refuses what takes the whole journal where a stick is the journal.
pub fn not_on_stick(common: &Common, what: &str) -> Result<()> {
    match stick(common) {
        Some(_) => Err(Error::refused(format!("на носителе нельзя {what}: здесь только часть журнала"))
            .next("сделайте это за компьютером школы, в её журнале")),
        None => Ok(()),
    }
}

/// The passphrase of a stick, asked once a run.
static TYPED: Mutex<Option<SecretString>> = Mutex::new(None);

/// Unlocks a stick that is no workplace now.
pub fn unlocked(common: &Common, mount: &Path) -> Result<Unlocked> {
    let prompt = format!("Пароль носителя «{}»: ", OnMount::open(mount)?.card().label);
    asked_again(common, || OnMount::open(mount)?.unlock(|| passphrase(common, &prompt)))
}

/// Opens a stick for work.
fn open_stick(common: &Common, mount: &Path) -> Result<AtWork> {
    let prompt = format!("Пароль носителя «{}»: ", mount.display());
    let typed = || TYPED.lock().unwrap_or_else(PoisonError::into_inner);
    let ask = || {
        let known = typed().clone();
        let given = known.map_or_else(|| passphrase(common, &prompt), Ok)?;
        typed().replace(given.clone());
        Ok(given)
    };
    let opened = asked_again(common, || at_work::open(mount, ask).inspect_err(|_| drop(typed().take())))?;
    OWNER.lock().unwrap_or_else(PoisonError::into_inner).replace(opened.owner.secret_text());
    HAND.lock().unwrap_or_else(PoisonError::into_inner).replace(opened.hand.clone());
    Ok(opened)
}

/// The key of the stick that was opened, so that it is unlocked once a run: that takes a second.
static OWNER: Mutex<Option<Zeroizing<String>>> = Mutex::new(None);

/// The stick that was opened for work last.
static HAND: Mutex<Option<Hand>> = Mutex::new(None);

/// The stick that was opened for work, if one was.
pub fn hand() -> Option<Hand> {
    HAND.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Forgets the stick's passphrase and key: nobody has worked here for a while.
pub fn put_away() {
    HAND.lock().unwrap_or_else(PoisonError::into_inner).take();
    TYPED.lock().unwrap_or_else(PoisonError::into_inner).take();
    OWNER.lock().unwrap_or_else(PoisonError::into_inner).take();
}

/// Opens the journal.
pub fn journal(common: &Common) -> Result<Journal> {
    journal_for(common, Errand::Any)
}

/// Opens the journal for something that a journal which goes on from an older copy is gone on with.
pub fn journal_for(common: &Common, errand: Errand) -> Result<Journal> {
    let Some(mount) = stick(common) else { return open_for(&journal_path(common), errand) };
    let at_work = open_stick(common, &mount)?;
    at_work.warnings.iter().for_each(|error| screen::warning(&super::advice::warning(&Warning::of(error))));
    // One that was closed hands nothing in any more.
    if at_work.goes_on
        && let Some(days) = status::late_on(&at_work.journal, now())?
    {
        screen::warning(&late(days, &mount));
    }
    Ok(at_work.journal)
}

/// That something has not been handed in for so many days.
pub fn late(days: i64, mount: &Path) -> String {
    let days = counted(days.unsigned_abs(), ["день", "дня", "дней"]);
    format!(
        "записи не переданы уже {days}: принесите носитель и передайте их ({ME} stick sync {})",
        quoted(&mount.display().to_string())
    )
}

/// Opens any journal, and holds it against what this workplace remembers of it.
pub fn open(path: &Path) -> Result<Journal> {
    open_for(path, Errand::Any)
}

fn open_for(path: &Path, errand: Errand) -> Result<Journal> {
    let mut journal = Journal::open(path)?;
    if let Some(warning) = memory::arrive(&mut journal, State::of_account(), errand)? {
        screen::warning(&super::advice::warning(&warning));
    }
    Ok(journal)
}

/// Proves the journal, going on from the proof that this person kept of it, and keeps the new one.
///
/// # Errors
/// What the audit found first: nothing is certified of a journal that does not pass it.
pub fn prove(journal: &Journal, identity: Option<&Identity>) -> Result<Proven> {
    journal.is_at_hand("печатать и архивировать")?;
    let bar = screen::progress("Проверка записей");
    bar.set_length(journal.tip()?.seq);
    let folder = cache_folder();
    let keep = folder.as_deref().zip(identity).map(|(folder, identity)| Keep { folder, identity });
    let proven = match keep {
        Some(keep) => Proven::from_kept(journal.path(), keep, &mut |done| bar.set_position(done)),
        None => journal.prove(&mut |done| bar.set_position(done)),
    };
    bar.finish_and_clear();
    proven
}

/// Keeps a proof for this person's next command.
pub fn keep(proven: &Proven, identity: Option<&Identity>) {
    if let (Some(folder), Some(identity)) = (cache_folder(), identity) {
        proven.keep(Keep { folder: &folder, identity });
    }
}

/// Where the account keeps what can be made again: `$XDG_CACHE_HOME/letopis`, `~/.cache/letopis`, on Windows
/// `%LOCALAPPDATA%\\Letopis`.
pub fn cache_folder() -> Option<PathBuf> {
    account_folder("XDG_CACHE_HOME", ".cache")
}

/// The program's folder below one of the account's own: what the variable names, or else below its home.
pub fn account_folder(variable: &str, below_home: &str) -> Option<PathBuf> {
    let of = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let folder = match cfg!(windows) {
        true => of("LOCALAPPDATA").map(|path| path.join("Letopis")),
        false => of(variable).or_else(|| Some(of("HOME")?.join(below_home))).map(|path| path.join("letopis")),
    };
    // A home may be a link.
    folder.and_then(|folder| files::real(&folder).ok())
}

/// The system's clock, the only one of the program.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<FixedOffset> {
        Local::now().fixed_offset()
    }
}

/// The system's time.
pub fn now() -> DateTime<FixedOffset> {
    SystemClock.now()
}

/// The identity that signs: the one that is named, else the one that is logged in at this terminal. The passphrase of a
/// named one is not asked where it is the one logged in.
///
/// # Errors
/// No identity is named or logged in; the file is no identity; the passphrase is wrong.
pub fn identity(common: &Common) -> Result<Identity> {
    identity_if_named(common)?.ok_or_else(|| {
        Error::input("не указан файл вашего ключа")
            .next(format!("укажите --identity ФАЙЛ, задайте LETOPIS_IDENTITY или войдите: {ME} login ФАЙЛ; новый ключ: {ME} key new ФАЙЛ"))
    })
}

/// The identity that is logged in at this terminal, or named and not closed with a passphrase: nobody is asked for one.
pub fn identity_without_asking(common: &Common) -> Option<Identity> {
    let closed = || Err(Error::input("ключ закрыт паролем").next("введите пароль"));
    let named = || keyfile::read(common.identity.as_ref()?, closed).ok();
    login::unlocked().map(|unlocked| unlocked.identity).or_else(named)
}

/// As [`identity`]; nothing where none is named and none is logged in.
pub fn identity_if_named(common: &Common) -> Result<Option<Identity>> {
    // On a stick its owner works.
    if let Some(mount) = stick(common) {
        let known = OWNER.lock().unwrap_or_else(PoisonError::into_inner).clone();
        return match known {
            Some(secret) => Identity::parse(&secret).map(Some),
            None => open_stick(common, &mount).map(|at_work| Some(at_work.owner)),
        };
    }
    let unlocked = login::unlocked();
    match (&common.identity, unlocked) {
        (None, unlocked) => Ok(unlocked.map(|unlocked| unlocked.identity)),
        (Some(path), Some(unlocked)) if login::is_of(&unlocked, path) => Ok(Some(unlocked.identity)),
        (Some(path), _) => read_identity(common, path).map(Some),
    }
}

/// Reads any identity file.
pub fn read_identity(common: &Common, path: &Path) -> Result<Identity> {
    warn_if_open(path, "файл ключа");
    asked_again(common, || keyfile::read(path, || passphrase(common, &format!("Пароль ключа {}: ", path.display()))))
}

/// How often a passphrase is asked for at a terminal.
const TRIES: u32 = 3;

/// Does what asks for a passphrase; at a terminal once more where it was not the right one, three times in all.
pub fn asked_again<T>(common: &Common, opening: impl Fn() -> Result<T>) -> Result<T> {
    let asks = common.passphrase_file.is_none() && std::io::stdin().is_terminal();
    let mut left = if asks { TRIES } else { 1 };
    loop {
        left -= 1;
        match opening() {
            Err(error) if left > 0 && keyfile::is_wrong_passphrase(&error) => {
                let more = counted(left, ["попытка", "попытки", "попыток"]);
                eprintln!("Пароль не подходит: проверьте раскладку клавиатуры и Caps Lock. Осталось: {more}.");
            }
            done => return done,
        }
    }
}

/// Warns of a secret that others on this machine may read.
fn warn_if_open(path: &Path, what: &str) {
    if files::is_open_to_others(path) {
        let path = path.display().to_string();
        let typed = quoted(&path);
        screen::warning(&format!(
            "{what} «{path}» могут прочитать другие пользователи этого компьютера: chmod 600 {typed}"
        ));
    }
}

/// A passphrase from the file that was named, or from the terminal.
pub fn passphrase(common: &Common, prompt: &str) -> Result<SecretString> {
    passphrase_or(common, prompt, "--passphrase-file")
}

/// As [`passphrase`], naming the option that a file is given with.
fn passphrase_or(common: &Common, prompt: &str, option: &str) -> Result<SecretString> {
    if let Some(path) = &common.passphrase_file {
        let fault = |e: std::io::Error| Error::file("прочитать", path, &e);
        warn_if_open(path, "файл пароля");
        let bytes = keyfile::as_saved(files::read_named(path, files::LARGEST_TEXT).map_err(fault)?.into());
        let text = std::str::from_utf8(&bytes).map_err(|e| fault(std::io::Error::new(ErrorKind::InvalidData, e)))?;
        return Ok(SecretString::from(text.trim_end_matches(['\r', '\n']).to_owned()));
    }
    if !std::io::stdin().is_terminal() {
        return Err(Error::input("ключ защищён паролем, а спросить его негде: нет терминала")
            .next(format!("укажите {option} ФАЙЛ")));
    }
    ask::passphrase(prompt)
        .map_err(|e| Error::environment(format!("пароль не прочитан: {}", reason(&e))).next("повторите команду"))
}

/// A new passphrase: twice from the terminal, or once from the file.
pub fn new_passphrase(common: &Common, option: &str) -> Result<SecretString> {
    use age::secrecy::ExposeSecret;
    let first = passphrase_or(common, "Новый пароль ключа: ", option)?;
    if first.expose_secret().chars().count() < 8 {
        return Err(Error::input("пароль короче 8 знаков").next("придумайте фразу из нескольких слов"));
    }
    if common.passphrase_file.is_none() {
        let second = passphrase(common, "Ещё раз: ")?;
        if first.expose_secret() != second.expose_secret() {
            return Err(Error::input("пароли не совпали").next("повторите команду"));
        }
    }
    Ok(first)
}

/// The author of what is recorded now.
pub fn author(identity: &Identity) -> Author<'_> {
    Author { signer: identity, clock: &SystemClock, taken_over: false }
}

/// Login and «Иванова И. И.» of the person to whom an identity belongs, if it is enrolled.
pub fn signer(journal: &Journal, identity: &Identity) -> Result<Option<(String, String)>> {
    let Some(key) = read::key(journal.tables(), &identity.public().fingerprint())? else { return Ok(None) };
    let name = read::staff(journal.tables(), &key.login)?.map(|person| person.name.initials()).unwrap_or_default();
    Ok(Some((key.login.into(), name)))
}

/// Says that all of it stands already.
pub fn unchanged() -> Result<ExitCode> {
    println!("Всё это уже записано: ничего не изменено.");
    Ok(ExitCode::SUCCESS)
}
