//! `letopis key`: identity files.

use super::called::ME;
use super::recorder::{Recorder, say};
use super::typed::quoted;
use super::{Common, output, screen, session};
use crate::away::stick::{KEY, Stick};
use crate::error::{Error, Result};
use crate::files;
use crate::ledger::chain::parse_hash;
use crate::ledger::identity::Identity;
use crate::ledger::possession::Request;
use crate::ledger::{keyfile, paper_key};
use crate::work::founding;
use crate::work::sticks::at_work;
use age::secrecy::ExposeSecret;
use clap::Subcommand;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use zeroize::Zeroizing;

#[derive(Subcommand)]
pub enum Key {
    /// Создать ключ: файл, который открывается паролем
    #[command(visible_alias = "создать")]
    New {
        /// Файл ключа
        #[arg(value_name = "ФАЙЛ")]
        file: PathBuf,
        /// Без пароля (только для проб: кто взял файл, тот подписывает за вас)
        #[arg(long, visible_alias = "без-пароля")]
        no_passphrase: bool,
    },
    /// Показать открытую часть ключа, которую вносит администратор
    #[command(visible_alias = "показать")]
    Show {
        /// Файл ключа
        #[arg(value_name = "ФАЙЛ")]
        file: PathBuf,
    },
    /// Набрать ключ восстановления с напечатанного листа и записать его в файл
    #[command(visible_alias = "восстановить")]
    Recover {
        /// Файл ключа, который будет создан
        #[arg(value_name = "ФАЙЛ")]
        file: PathBuf,
        /// Прочитать набранное из текстового файла, а не спрашивать по строкам
        #[arg(long, visible_alias = "откуда", value_name = "ФАЙЛ")]
        from: Option<PathBuf>,
        /// Без пароля (только для проб)
        #[arg(long, visible_alias = "без-пароля")]
        no_passphrase: bool,
    },
    /// Составить заявку администратору на внесение ключа: ключ подписывает, что он ваш
    #[command(visible_alias = "заявка")]
    Request {
        /// Файл ключа
        #[arg(value_name = "ФАЙЛ")]
        file: PathBuf,
        /// Ваш логин
        #[arg(long, visible_alias = "логин", value_name = "ЛОГИН")]
        login: String,
        /// Номер журнала, если самого журнала на этом компьютере нет: его называет администратор
        #[arg(long, visible_alias = "номер", value_name = "НОМЕР")]
        number: Option<String>,
        /// Для журнала, который ещё не заведён: вас назовут в нём вторым лицом
        #[arg(long, visible_alias = "новый-журнал", conflicts_with = "number")]
        new_journal: bool,
        /// Записать заявку в файл
        #[arg(long, visible_alias = "куда", value_name = "ФАЙЛ")]
        to: Option<PathBuf>,
    },
    /// Дать журналу аварийный ключ, или новый вместо прежнего: лист для сейфа
    #[command(visible_alias = "аварийный")]
    Emergency {
        /// Записать ключ в файл: в .pdf — лист для печати, иначе текст
        #[arg(long, visible_alias = "лист", value_name = "ФАЙЛ")]
        sheet: PathBuf,
    },
    /// Сменить пароль ключа
    #[command(visible_alias = "пароль")]
    Passphrase {
        /// Файл ключа или папка носителя учителя
        #[arg(value_name = "ФАЙЛ")]
        file: PathBuf,
        /// Прочитать новый пароль из файла, а не спрашивать
        #[arg(long, visible_alias = "файл-нового-пароля", value_name = "ФАЙЛ")]
        new_passphrase_file: Option<PathBuf>,
    },
}

impl Key {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        match self {
            Self::New { file, no_passphrase } => {
                let identity = Identity::generate();
                write(common, &file, &identity, no_passphrase)?;
                println!("Ключ создан: {}", file.display());
                show(common, &identity);
                println!(
                    "Передайте администратору заявку: {ME} key request {} --login ЛОГИН",
                    quoted(&file.display().to_string())
                );
                println!("Он внесёт ключ: {ME} staff enroll ЛОГИН ЗАЯВКА");
            }
            Self::Recover { file, from, no_passphrase } => {
                is_free(&file)?;
                let identity = match from {
                    Some(from) => typed_in(&from)?,
                    None => ask()?,
                };
                write(common, &file, &identity, no_passphrase)?;
                if common.json {
                    show(common, &identity);
                } else {
                    println!("Ключ набран без ошибок и записан: {}", file.display());
                    println!("Открытая часть, сверьте её с листом: {}", identity.public().recipient());
                    let file = quoted(&file.display().to_string());
                    println!(
                        "Ключом восстановления открывают архив: {ME} archive verify НОСИТЕЛЬ --deep --identity {file}"
                    );
                    println!(
                        "Аварийным ключом вносят ключ: {ME} staff enroll ЛОГИН ЗАЯВКА --emergency-key {file} --reason ПРИЧИНА"
                    );
                }
            }
            Self::Request { file, login, number, new_journal, to } => {
                let journal = match number {
                    _ if new_journal => None,
                    Some(number) => Some(parse_hash(&number).ok_or_else(|| {
                        Error::input(format!("«{number}» — не номер журнала")).next("в нём 64 знака: 0–9 и a–f")
                    })?),
                    None => Some(session::journal(common)?.tip()?.journal),
                };
                let request = Request::by(&session::read_identity(common, &file)?, journal, &login)?;
                hand_over(common, &request, to.as_deref())?;
            }
            Self::Emergency { sheet } => {
                let mut recorder = Recorder::open(common)?;
                let emergency = Identity::generate();
                let done = founding::new_emergency_key(&mut recorder.workplace()?, &emergency, &sheet)?;
                let what = format!("Аварийный ключ {} дан журналу", emergency.public().fingerprint());
                say(done, &what)?;
                println!("Он записан в «{}»: распечатайте, уберите в сейф и удалите файл.", sheet.display());
            }
            Self::Show { file } => show(common, &session::read_identity(common, &file)?),
            Self::Passphrase { file, new_passphrase_file } => {
                let new = Common { passphrase_file: new_passphrase_file, ..common.clone() };
                let passphrase = session::new_passphrase(&new, "--new-passphrase-file")?;
                let old = || session::passphrase(common, "Прежний пароль: ");
                let new = passphrase.expose_secret();
                session::asked_again(common, || match stick_of(&file) {
                    Some(mount) => Stick::open(&mount)?.change_passphrase(old, new),
                    None => keyfile::change_passphrase(&file, old, Some(new)).map(|_| ()),
                })?;
                println!("Пароль ключа «{}» изменён.", file.display());
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The mount point of the stick whose key file, or whose folder, was named.
fn stick_of(file: &Path) -> Option<PathBuf> {
    let is_key = file.file_name().is_some_and(|name| name.eq_ignore_ascii_case(KEY));
    at_work::mount_of(if is_key { file.parent()? } else { file })
}

/// Shows a request, or writes it down.
fn hand_over(common: &Common, request: &Request, to: Option<&Path>) -> Result<()> {
    if let Some(to) = to {
        files::write_new_named(to, format!("{request}\n").as_bytes(), files::Readers::Owner)
            .map_err(|e| Error::file("записать", to, &e))?;
    }
    if common.json {
        screen::json(&serde_json::json!({
            "login": request.login, "fingerprint": request.key.fingerprint(), "request": request.to_string(),
        }));
        return Ok(());
    }
    println!("Отпечаток: {}", request.key.fingerprint());
    match to {
        Some(to) => println!("Заявка записана в «{}»: передайте файл администратору, тайного в нём нет.", to.display()),
        None => println!("Заявка, передайте её администратору, тайного в ней нет:\n{request}"),
    }
    Ok(())
}

/// Writes a new key file under a new passphrase.
fn write(common: &Common, file: &Path, identity: &Identity, no_passphrase: bool) -> Result<()> {
    let passphrase = if no_passphrase { None } else { Some(session::new_passphrase(common, "--passphrase-file")?) };
    keyfile::write_new(file, identity, passphrase.as_ref().map(ExposeSecret::expose_secret))
}

/// Nobody types a key for a file that is there already. Writing it asks again.
fn is_free(file: &Path) -> Result<()> {
    if !file.exists() {
        return Ok(());
    }
    Err(Error::input(format!("файл «{}» уже существует, ключи не перезаписываются", file.display()))
        .next("назовите другой файл"))
}

/// A key from a file with what was typed.
fn typed_in(from: &Path) -> Result<Identity> {
    let text = files::read_named_text(from, files::LARGEST_TEXT).map_err(|e| Error::file("прочитать", from, &e))?;
    let text = Zeroizing::new(text);
    // Notepad may have put a byte order mark before it.
    let text = Zeroizing::new(text.trim_start_matches('\u{feff}').to_owned());
    paper_key::read(&text).map_err(|e| e.at(format!("файл {}", from.display())))
}

/// A key from the terminal, a line at a time; a line with a mistake is asked for again. The bare key is taken too.
fn ask() -> Result<Identity> {
    if !std::io::stdin().is_terminal() {
        return Err(Error::input("набрать ключ негде: нет терминала").next("запишите набранное в файл: --from ФАЙЛ"));
    }
    println!("Наберите строки с листа вместе с контрольными знаками после «=» (пробелы и регистр не важны).");
    let mut lines = Vec::new();
    while lines.len() < paper_key::LINES {
        let number = lines.len() + 1;
        let typed = line(&format!("Строка {number} из {}: ", paper_key::LINES))?;
        if number == 1 && paper_key::is_bare(&typed) {
            return paper_key::read(&typed);
        }
        match paper_key::read_line(number, &typed) {
            Ok(line) => lines.push(line),
            Err(error) => screen::error(&error),
        }
    }
    paper_key::join(&lines)
}

fn line(prompt: &str) -> Result<Zeroizing<String>> {
    print!("{prompt}");
    let mut typed = Zeroizing::new(String::with_capacity(256));
    output::flush();
    match std::io::stdin().read_line(&mut typed) {
        Ok(0) => Err(Error::input("ключ набран не до конца").next("повторите команду")),
        Ok(_) => Ok(typed),
        Err(e) => {
            Err(Error::environment(format!("строка не прочитана: {e}")).next("запишите набранное в файл: --from ФАЙЛ"))
        }
    }
}

fn show(common: &Common, identity: &Identity) {
    let public = identity.public();
    if common.json {
        let ssh = public.ssh_line("");
        screen::json(&serde_json::json!({
            "fingerprint": public.fingerprint(), "recipient": public.recipient(), "ssh": ssh.trim(),
            "public": public.to_string(),
        }));
        return;
    }
    println!("Отпечаток: {}", public.fingerprint());
    println!("Открытая часть: {public}");
}
