//! `letopis init`: the journal of a school year, its administrator, its recovery key.

use super::called::ME;
use super::{Common, advice, audit, going, screen, session};
use crate::error::{Error, Result};
use crate::files;
use crate::journal::{Journal, read};
use crate::ledger::chain::hex;
use crate::ledger::paper_key;
use crate::ledger::possession::Request;
use crate::school::{School, format_date};
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
    /// Сведения о школе и учебном годе: school.toml; с --previous можно не указывать: год прежнего переносится вперёд
    #[arg(long, visible_alias = "школа", value_name = "ФАЙЛ", required_unless_present = "previous")]
    school: Option<PathBuf>,
    /// Логин администратора; его ФИО и должность берутся из staff.csv рядом со school.toml, с --previous — из прежнего журнала, по ключу
    #[arg(long, visible_alias = "администратор", value_name = "ЛОГИН", required_unless_present = "previous")]
    admin: Option<String>,
    /// ФИО администратора, если staff.csv нет: «Иванова Инна Игоревна»
    #[arg(long, visible_alias = "имя-администратора", value_name = "ФИО")]
    admin_name: Option<String>,
    /// Закрытый журнал прошлого года: люди, ключи, предметы и ученики переходят из него, ученики — на класс старше
    #[arg(long, visible_alias = "прежний", value_name = "ФАЙЛ")]
    previous: Option<PathBuf>,
    /// Свидетель того, что прежний журнал цел: папка его архива или контрольная сумма с листа-заверителя
    #[arg(long, visible_alias = "против", value_name = "АРХИВ|СУММА", requires = "previous")]
    against: Option<String>,
    /// Продолжить прежний журнал без свидетеля: новый журнал запомнит, что его не было
    #[arg(long, visible_alias = "без-свидетеля", requires = "previous", conflicts_with = "against")]
    without_witness: bool,
    /// Начать следующий год ещё раз: если начатый прежде журнал не был создан или утрачен
    #[arg(long, visible_alias = "другой", requires = "previous")]
    another: bool,
    /// Только показать, кто куда переходит; ничего не записывается
    #[arg(long, requires = "previous", visible_alias = "проба")]
    dry_run: bool,
    /// Перевести в следующий класс и тех, о ком решения педсовета нет (кроме 9 и 11 классов)
    #[arg(long, requires = "previous", visible_alias = "без-решения-перевести")]
    promote_undecided: bool,
    /// Записать ключ восстановления в файл, а не на экран: в .pdf — лист для печати, иначе текст; уберите в сейф
    #[arg(long, visible_alias = "лист-восстановления", value_name = "ФАЙЛ")]
    recovery_sheet: Option<PathBuf>,
    /// Второе лицо (директор, завуч или ещё администратор) и файл его заявки («letopis key request --new-journal»); можно повторить
    #[arg(long, visible_alias = "второе-лицо", value_name = "ЛОГИН=ЗАЯВКА")]
    second: Vec<String>,
    /// Записать аварийный ключ в файл, а не на экран: в .pdf — лист для печати, иначе текст; уберите в сейф. С --previous — новый, взамен прежнего
    #[arg(long, visible_alias = "аварийный-лист", value_name = "ФАЙЛ")]
    emergency_sheet: Option<PathBuf>,
    /// Создать ключ администратора без пароля (только для проб)
    #[arg(long, visible_alias = "без-пароля")]
    no_passphrase: bool,
}

impl Init {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        let school = self.school.as_deref().map(read_school).transpose()?;
        let path = session::journal_path(common);
        if path.exists() {
            return Err(Error::input(format!("журнал «{}» уже существует", path.display()))
                .next("укажите другой файл: --journal ФАЙЛ"));
        }
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
            return Err(Error::input(format!("папки «{}» нет: журналу негде быть", folder.display()))
                .next("создайте её или укажите другой файл: --journal ФАЙЛ"));
        }
        if let Some(previous) = &self.previous {
            return self.continue_from(common, &path, school, previous);
        }
        let school =
            school.ok_or_else(|| Error::input("не указано: --school").next("укажите файл school.toml школы"))?;
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
    fn continue_from(&self, common: &Common, path: &Path, school: Option<School>, previous: &Path) -> Result<ExitCode> {
        let witnesses = if self.dry_run { Vec::new() } else { self.witnesses()? };
        let alone = witnesses.is_empty();
        let old = session::open(previous)?;
        let identity = session::identity(common)?;
        let administrator = self.admin.as_deref();
        let (old, testimonies) = OldYear::prove(old, &identity, &session::SystemClock, administrator, witnesses)?;
        for testimony in &testimonies {
            audit::heard(testimony, old.length()).iter().for_each(|line| println!("{line}"));
        }
        if let Some(warning) = old.has_outlived(&testimonies)? {
            screen::warning(&advice::warning(&warning));
        }
        let moved_on = school.is_none();
        let school = school.map_or_else(|| old.school_moved_on(), Ok)?;
        let second = self.second.iter().map(|named| second_before(&old, named)).collect::<Result<_>>()?;
        let wish = NewYear {
            path,
            school: school.clone(),
            school_file: self.school.as_deref(),
            second,
            recovery_sheet: self.recovery_sheet.as_deref(),
            emergency_sheet: self.emergency_sheet.as_deref(),
            another: self.another,
            promote_undecided: self.promote_undecided,
        };
        if self.dry_run {
            let plan = old.plan(&wish)?;
            if common.json {
                let year = &plan.school.year;
                screen::json(&serde_json::json!({
                    "year": year.name, "begins": year.begins, "ends": year.ends, "moved_on": moved_on,
                    "placing": going::as_json(&plan.placing),
                }));
                return Ok(ExitCode::SUCCESS);
            }
            say_year(&plan.school, moved_on);
            going::say(&plan.placing);
            if !self.promote_undecided && !plan.placing.unplaced.is_empty() {
                println!(
                    "Тех, о ком решения нет, в следующий класс переводит --promote-undecided (кроме 9 и 11 классов)."
                );
            }
            println!("Это проба: ничего не записано.");
            return Ok(ExitCode::SUCCESS);
        }
        if alone {
            screen::warning("прежний журнал ни с чем не сверен (--without-witness): отрезан ли его конец, не известно");
        }
        let Begun { journal, previous, placing, contacts } = old.begin(&wish)?;
        println!("Журнал «{}» заведён, он продолжает «{}».", path.display(), previous.display());
        println!("Номер журнала: {}", hex(&journal.tip()?.journal));
        say_year(&school, moved_on);
        going::say(&placing);
        let (placed, gone, unplaced) = (placing.placed(), placing.gone(), placing.unplaced.len());
        println!(
            "Учеников перешло: {placed}, окончили школу или выбыли: {gone}, не распределены: {unplaced}, \
             контактов родителей: {contacts}."
        );
        self.say_keys(&journal)?;
        compare_with_paper(&journal)?;
        println!("Дальше: {ME} import ПАПКА — первые классы, нагрузка, расписание и планы нового года.");
        Ok(ExitCode::SUCCESS)
    }

    /// Says which sheets are new, and which of the old ones hold.
    fn say_keys(&self, journal: &Journal) -> Result<()> {
        match &self.recovery_sheet {
            Some(sheet) => println!("Новый ключ восстановления записан в «{}».", sheet.display()),
            None => println!("Ключ восстановления прежний: он остаётся в сейфе директора."),
        }
        match &self.emergency_sheet {
            Some(sheet) => println!(
                "Новый аварийный ключ записан в «{}»: распечатайте, уберите в сейф отдельно и удалите файл. Прежний в новом \
                 журнале не действует.",
                sheet.display()
            ),
            None if confirm::standing(journal.tables())?.emergency => {
                println!("Аварийный ключ прежний: он остаётся в сейфе.");
            }
            None => println!("Аварийного ключа нет: {ME} key emergency --sheet ФАЙЛ"),
        }
        advise(journal)
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
        let dir = self.school.as_deref().and_then(Path::parent);
        let dir = dir.filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let login = self.admin.as_deref().unwrap_or_default();
        let administrator = founding::administrator(dir, login, self.admin_name.as_deref())?;
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

fn read_school(file: &Path) -> Result<School> {
    let text = files::read_named_text(file, files::LARGEST_TEXT).map_err(|e| Error::file("прочитать", file, &e))?;
    School::from_toml(text.trim_start_matches('\u{feff}')).map_err(|e| e.at(format!("файл {}", file.display())))
}

/// A second person: «petrova=petrova.request».
fn second(dir: &Path, named: &str) -> Result<SecondPerson> {
    let (login, request) = request(named)?;
    founding::second(dir, login, &request)
}

/// A second person of the journal before.
fn second_before(old: &OldYear<'_>, named: &str) -> Result<SecondPerson> {
    let (login, request) = request(named)?;
    founding::second_before(old.person(login)?, login, &request)
}

fn request(named: &str) -> Result<(&str, Request)> {
    let (login, file) = named.split_once('=').ok_or_else(|| {
        Error::input(format!("«{named}»: не сказано, чья заявка")).next("напишите --second ЛОГИН=ФАЙЛ_ЗАЯВКИ")
    })?;
    let text = files::read_named_text(file.as_ref(), files::LARGEST_TEXT)
        .map_err(|e| Error::file("прочитать", file.as_ref(), &e))?;
    Ok((login, Request::parse(&text).map_err(|e| e.at(format!("файл {file}")))?))
}

/// Says which year it is, and where its dates come from.
fn say_year(school: &School, moved_on: bool) {
    let year = &school.year;
    let (begins, ends) = (format_date(year.begins), format_date(year.ends));
    println!("Учебный год: {}, с {begins} по {ends}.", year.name);
    if moved_on {
        println!(
            "Год, периоды и каникулы перенесены с прошлого года на год вперёд. Сверьте с приказом: {ME} school show;"
        );
        println!("исправить: {ME} school set ФАЙЛ. Или заведите журнал с --school ФАЙЛ.");
    }
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
