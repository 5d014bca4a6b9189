//! `letopis init`: the journal of a school year, its administrator, its recovery key.

use super::called::ME;
use super::{Common, audit, screen, session};
use crate::error::{Error, Result};
use crate::files;
use crate::journal::{Journal, read};
use crate::ledger::chain::hex;
use crate::ledger::paper_key;
use crate::ledger::possession::Request;
use crate::school::School;
use crate::work::archive::witnesses::{self, Outside};
use crate::work::confirm;
use crate::work::founding::{self, Founded, Founding, Key, SecondPerson};
use crate::work::year::{Begun, NewYear, OldYear};
use age::secrecy::ExposeSecret;
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct Init {
    /// Сведения о школе и учебном годе: school.toml
    #[arg(long, value_name = "ФАЙЛ")]
    school: PathBuf,
    /// Логин администратора; его ФИО и должность берутся из staff.csv рядом со school.toml
    #[arg(long, value_name = "ЛОГИН")]
    admin: String,
    /// ФИО администратора, если staff.csv нет: «Иванова Инна Игоревна»
    #[arg(long, value_name = "ФИО")]
    admin_name: Option<String>,
    /// Закрытый журнал прошлого года: люди, ключи, предметы и ученики переходят из него, ученики — на класс старше
    #[arg(long, value_name = "ФАЙЛ")]
    previous: Option<PathBuf>,
    /// Свидетель того, что прежний журнал цел: папка его архива или контрольная сумма с листа-заверителя
    #[arg(long, value_name = "АРХИВ|СУММА", requires = "previous")]
    against: Option<String>,
    /// Продолжить прежний журнал без свидетеля: новый журнал запомнит, что его не было
    #[arg(long, requires = "previous", conflicts_with = "against")]
    without_witness: bool,
    /// Начать следующий год ещё раз: если начатый прежде журнал не был создан или утрачен
    #[arg(long, requires = "previous")]
    another: bool,
    /// Записать ключ восстановления в файл, а не на экран: в .pdf — лист для печати, иначе текст; уберите в сейф
    #[arg(long, value_name = "ФАЙЛ")]
    recovery_sheet: Option<PathBuf>,
    /// Второе лицо (директор, завуч или ещё администратор) и файл его заявки («letopis key request --new-journal»); можно повторить
    #[arg(long, value_name = "ЛОГИН=ЗАЯВКА", conflicts_with = "previous")]
    second: Vec<String>,
    /// Записать аварийный ключ в файл, а не на экран: в .pdf — лист для печати, иначе текст; уберите в сейф
    #[arg(long, value_name = "ФАЙЛ", conflicts_with = "previous")]
    emergency_sheet: Option<PathBuf>,
    /// Создать ключ администратора без пароля (только для проб)
    #[arg(long)]
    no_passphrase: bool,
}

impl Init {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        let text = files::read_named_text(&self.school, files::LARGEST_TEXT)
            .map_err(|e| Error::file("прочитать", &self.school, &e))?;
        let school = School::from_toml(text.trim_start_matches('\u{feff}'))
            .map_err(|e| e.at(format!("файл {}", self.school.display())))?;
        let path = session::journal_path(common);
        if path.exists() {
            return Err(Error::input(format!("журнал «{}» уже существует", path.display()))
                .next("укажите другой файл: --journal ФАЙЛ"));
        }
        if let Some(previous) = &self.previous {
            return self.continue_from(common, &path, school, previous);
        }
        let Founded { journal, fingerprint, recovery, emergency } = self.found(common, &path, school)?;
        println!("Журнал «{}» заведён.", path.display());
        println!("Номер журнала: {}", hex(&journal.tip()?.journal));
        println!("Отпечаток ключа администратора: {fingerprint}");
        match &self.recovery_sheet {
            Some(sheet) => println!(
                "Ключ восстановления записан в «{}»: распечатайте, уберите в сейф директора и удалите файл.",
                sheet.display()
            ),
            None => {
                println!("Ключ восстановления архива. Он больше нигде не хранится: перепишите его и уберите в сейф.");
                let secret = recovery.secret_text();
                println!("{}", secret.as_str());
                println!("То же по строкам, с контрольными знаками, для {ME} key recover:");
                for (number, line) in (1..).zip(paper_key::lines(&secret)) {
                    println!("  {number}. {}", line.as_str());
                }
            }
        }
        match &self.emergency_sheet {
            Some(sheet) => println!(
                "Аварийный ключ записан в «{}»: распечатайте, уберите в сейф отдельно и удалите файл.",
                sheet.display()
            ),
            None => {
                println!("Аварийный ключ: вносит ключ взамен утраченных. Он больше нигде не хранится, перепишите его:");
                for (number, line) in (1..).zip(paper_key::lines(&emergency.secret_text())) {
                    println!("  {number}. {}", line.as_str());
                }
            }
        }
        advise(&journal)?;
        println!("Дальше: {ME} import ПАПКА — перенести данные школы.");
        Ok(ExitCode::SUCCESS)
    }

    /// The journal of the next year, with all that it takes over from the one before, once that is proven.
    fn continue_from(&self, common: &Common, path: &Path, school: School, previous: &Path) -> Result<ExitCode> {
        let witnesses = self.witnesses()?;
        let alone = witnesses.is_empty();
        let old = session::open(previous)?;
        let identity = session::identity(common)?;
        let (old, testimonies) = OldYear::prove(old, &identity, &session::SystemClock, &self.admin, witnesses)?;
        for testimony in &testimonies {
            audit::heard(testimony, old.length()).iter().for_each(|line| println!("{line}"));
        }
        if alone {
            screen::warning("прежний журнал ни с чем не сверен (--without-witness): отрезан ли его конец, не известно");
        }
        let wish = NewYear {
            path,
            school,
            school_file: &self.school,
            recovery_sheet: self.recovery_sheet.as_deref(),
            another: self.another,
        };
        let Begun { journal, previous, pupils, gone, contacts } = old.begin(&wish)?;
        println!("Журнал «{}» заведён, он продолжает «{}».", path.display(), previous.display());
        println!("Номер журнала: {}", hex(&journal.tip()?.journal));
        println!("Учеников перешло: {pupils}, окончили школу или выбыли: {gone}, контактов родителей: {contacts}.");
        if self.recovery_sheet.is_none() {
            println!("Ключ восстановления прежний: он остаётся в сейфе директора.");
        }
        compare_with_paper(&journal)?;
        println!("Дальше: {ME} import ПАПКА — первые классы, нагрузка, расписание и планы нового года.");
        Ok(ExitCode::SUCCESS)
    }

    /// The witnesses that are named.
    ///
    /// # Errors
    /// None is named, and not said either that it goes without.
    fn witnesses(&self) -> Result<Vec<Outside>> {
        match &self.against {
            Some(named) => witnesses::named(named),
            None if self.without_witness => Ok(Vec::new()),
            None => Err(Error::input("не назван свидетель того, что прежний журнал цел и его конец не отрезан").next(
                "укажите архив прежнего года или контрольную сумму с листа-заверителя: --against АРХИВ|СУММА; если их нет: --without-witness",
            )),
        }
    }

    /// Founds the journal, with the administrator's key as it is, or a new one where its file is not there.
    fn found(&self, common: &Common, path: &Path, school: School) -> Result<Founded> {
        let dir = self.school.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let administrator = founding::administrator(dir, &self.admin, self.admin_name.as_deref())?;
        let file = common.identity.as_deref().ok_or_else(|| {
            Error::input("не указан файл ключа администратора").next("укажите --identity ФАЙЛ, он будет создан")
        })?;
        let at_hand = file.exists().then(|| session::read_identity(common, file)).transpose()?;
        let passphrase = match &at_hand {
            None if !self.no_passphrase => Some(session::new_passphrase(common, "--passphrase-file")?),
            _ => None,
        };
        let passphrase = passphrase.as_ref().map(ExposeSecret::expose_secret);
        let key = at_hand.as_ref().map_or(Key::New { file, passphrase }, Key::AtHand);
        let recovery_sheet = self.recovery_sheet.as_deref();
        let emergency_sheet = self.emergency_sheet.as_deref();
        let second = self.second.iter().map(|named| second(dir, named)).collect::<Result<_>>()?;
        let wish = Founding { path, school, administrator, key, second, recovery_sheet, emergency_sheet };
        founding::found(wish, &session::SystemClock)
    }
}

/// A second person: «petrova=petrova.request».
fn second(dir: &Path, named: &str) -> Result<SecondPerson> {
    let (login, file) = named.split_once('=').ok_or_else(|| {
        Error::input(format!("«{named}»: не сказано, чья заявка")).next("напишите --second ЛОГИН=ФАЙЛ_ЗАЯВКИ")
    })?;
    let text = files::read_named_text(file.as_ref(), files::LARGEST_TEXT)
        .map_err(|e| Error::file("прочитать", file.as_ref(), &e))?;
    founding::second(dir, login, &Request::parse(&text).map_err(|e| e.at(format!("файл {file}")))?)
}

/// Advises a second person until there is one.
fn advise(journal: &Journal) -> Result<()> {
    if confirm::standing(journal.tables())?.alone {
        println!("У журнала нет второго лица: ключи, роли и другие чрезвычайные записи вносит одно лицо, и это");
        println!("печатается на листах-заверителях. Внесите ключ директора или завуча аварийным ключом с листа:");
        println!("  {ME} staff enroll ЛОГИН ЗАЯВКА --emergency-key ФАЙЛ --reason ПРИЧИНА");
    }
    Ok(())
}

/// Says what was taken over of keys, to be compared with the registers on paper.
fn compare_with_paper(journal: &Journal) -> Result<()> {
    let tables = journal.tables();
    println!("Сверьте с реестром ключей подписи на бумаге:");
    for staff in read::all_staff(tables)? {
        for fingerprint in read::fingerprints_of(tables, &staff.login)? {
            println!("  {fingerprint}  {} ({})", staff.name.full(), staff.login);
        }
    }
    println!("и с листом ключа восстановления:");
    read::recovery_keys(tables)?.iter().for_each(|recipient| println!("  {recipient}"));
    Ok(())
}
