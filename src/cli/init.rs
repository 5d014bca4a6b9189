//! `letopis init`: the journal of a school year, its administrator, its recovery key.

use super::{Common, audit, screen, session};
use crate::error::{Error, Result};
use crate::import::{self, Faults};
use crate::journal::contacts::Contacts;
use crate::journal::entry::{Body, JournalCreated, Person, PreviousWitness};
use crate::journal::{Author, Journal, Proven, next_year, read};
use crate::ledger::identity::Identity;
use crate::ledger::{keyfile, paper_key};
use crate::print::{Layouts, Recovery, recovery_sheet};
use crate::school::{PersonName, Role, School};
use crate::work::archive::witnesses::{self, Outside};
use age::secrecy::ExposeSecret;
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use zeroize::Zeroizing;

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
    /// Создать ключ администратора без пароля (только для проб)
    #[arg(long)]
    no_passphrase: bool,
}

/// What `init` makes.
struct Made {
    journal: Journal,
    identity: Identity,
    recovery: Identity,
}

impl Init {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        let text = std::fs::read_to_string(&self.school).map_err(|e| Error::file("прочитать", &self.school, &e))?;
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
        let administrator = self.administrator()?;
        let mut made = Vec::new();
        let journal = self.create(common, &path, school, administrator, &mut made).inspect_err(|_| {
            // A refused command leaves nothing behind, least of all a key that opens nothing.
            for file in &made {
                let _ = std::fs::remove_file(file);
            }
        })?;
        let Made { journal, identity, recovery } = journal;
        println!("Журнал «{}» заведён.", path.display());
        println!("Номер журнала: {}", crate::ledger::chain::hex(&journal.tip()?.journal));
        println!("Отпечаток ключа администратора: {}", identity.public().fingerprint());
        match &self.recovery_sheet {
            Some(sheet) => println!(
                "Ключ восстановления записан в «{}»: распечатайте, уберите в сейф директора и удалите файл.",
                sheet.display()
            ),
            None => {
                println!("Ключ восстановления архива. Он больше нигде не хранится: перепишите его и уберите в сейф.");
                let secret = recovery.secret_text();
                println!("{}", secret.as_str());
                println!("То же по строкам, с контрольными знаками, для letopis key recover:");
                for (number, line) in (1..).zip(paper_key::lines(&secret)) {
                    println!("  {number}. {}", line.as_str());
                }
            }
        }
        println!("Дальше: letopis import ПАПКА — перенести данные школы.");
        Ok(ExitCode::SUCCESS)
    }

    /// The journal of the next year, with all that it takes over from the one before, once that is proven.
    fn continue_from(&self, common: &Common, path: &Path, school: School, previous: &Path) -> Result<ExitCode> {
        let witnesses = self.witnesses()?;
        let mut old = Journal::open(previous)?;
        let identity = session::identity(common)?;
        let fingerprint = identity.public().fingerprint();
        let proven = old.prove(&mut |_| {})?;
        let administrator = next_year::administrator(&proven, &self.admin, &fingerprint)?;
        let witness = hear(&proven, &witnesses::that_speak_of(witnesses, proven.tip()))?;
        let author = Author { signer: &identity, clock: &session::SystemClock, taken_over: false };
        let recovery = self.recovery_sheet.as_ref().map(|_| Identity::generate());
        let new = |proven: &Proven, token: String| -> Result<(JournalCreated, Vec<Body>, (usize, usize))> {
            let (administrator, begins) = (administrator.clone(), school.year.begins);
            let taken = next_year::take_over(proven, administrator, &fingerprint, begins, (token, witness.clone()))?;
            let recovery = recovery.as_ref().map(|key| key.public().recipient().to_owned());
            let created = JournalCreated {
                previous: Some(taken.previous),
                school: school.clone(),
                administrator: taken.administrator,
                key: identity.public(),
                recovery: recovery.unwrap_or(taken.recovery),
            };
            Ok((created, taken.bodies, taken.pupils))
        };
        // Whatever forbids the new journal is heard before the old one says that it is continued.
        let of_school = |error: Error| error.at(format!("файл «{}»", self.school.display()));
        let (created, bodies, _) = new(&proven, "0".repeat(32)).map_err(of_school)?;
        self.on_trial(path, author, created, bodies)?;
        let (token, proven) = next_year::mark_continued(&mut old, &proven, author, self.another)?;
        let (created, bodies, (pupils, gone)) = new(&proven, token)?;
        if let (Some(sheet), Some(recovery)) = (&self.recovery_sheet, &recovery) {
            write_recovery(sheet, recovery, &school)?;
        }
        let journal = Journal::create_with(path, author, created, bodies).inspect_err(|_| {
            if let Some(sheet) = &self.recovery_sheet {
                let _ = std::fs::remove_file(sheet);
            }
        })?;
        let contacts = next_year::take_over_contacts(&old, &journal)?;
        println!("Журнал «{}» заведён, он продолжает «{}».", path.display(), old.path().display());
        println!("Номер журнала: {}", crate::ledger::chain::hex(&journal.tip()?.journal));
        println!("Учеников перешло: {pupils}, окончили школу или выбыли: {gone}, контактов родителей: {contacts}.");
        if self.recovery_sheet.is_none() {
            println!("Ключ восстановления прежний: он остаётся в сейфе директора.");
        }
        compare_with_paper(&journal)?;
        println!("Дальше: letopis import ПАПКА — первые классы, нагрузка, расписание и планы нового года.");
        Ok(ExitCode::SUCCESS)
    }

    /// Makes the new journal under another name and removes it again: what is wrong with it, or with the files that come
    /// with it, is an error now.
    fn on_trial(&self, path: &Path, author: Author<'_>, created: JournalCreated, bodies: Vec<Body>) -> Result<()> {
        let contacts = Contacts::path_for(path);
        for file in self.recovery_sheet.iter().chain([&contacts]) {
            if file.exists() {
                return Err(Error::input(format!("файл «{}» уже существует", file.display()))
                    .next("уберите его или укажите другое имя"));
            }
        }
        let trial = path.with_extension("letopis-trial");
        let _ = std::fs::remove_file(&trial);
        let made = Journal::create_with(&trial, author, created, bodies).map(drop);
        for ending in ["letopis-trial", "letopis-trial-lock"] {
            let _ = std::fs::remove_file(path.with_extension(ending));
        }
        made.map_err(|error| error.at(format!("журнал следующего года по «{}»", self.school.display())))
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

    /// The identity, the recovery key and the journal; files that are made on the way are named in `made`.
    fn create(
        &self,
        common: &Common,
        path: &Path,
        school: School,
        administrator: Person,
        made: &mut Vec<PathBuf>,
    ) -> Result<Made> {
        let identity = self.identity(common, made)?;
        let recovery = Identity::generate();
        if let Some(sheet) = &self.recovery_sheet {
            write_recovery(sheet, &recovery, &school)?;
            made.push(sheet.clone());
        }
        let created = JournalCreated {
            previous: None,
            school,
            administrator,
            key: identity.public(),
            recovery: recovery.public().recipient().to_owned(),
        };
        let author = Author { signer: &identity, clock: &session::SystemClock, taken_over: false };
        let journal = Journal::create(path, author, created)?;
        Ok(Made { journal, identity, recovery })
    }

    fn administrator(&self) -> Result<Person> {
        let dir = self.school.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut faults = Faults::default();
        let staff = import::read_staff(dir, &mut faults)?;
        if let Some((_, row)) = staff.into_iter().find(|(_, row)| row.login == self.admin) {
            if !row.roles.contains(&Role::Administrator) {
                return Err(Error::input(format!("у «{}» в staff.csv нет роли «администратор»", self.admin))
                    .next("добавьте роль или укажите другого сотрудника"));
            }
            let import::StaffRow { login, name, position, association, roles } = row;
            return Ok(Person { login, name, position, association, roles });
        }
        if let (None, Some(fault)) = (&self.admin_name, faults.list.first()) {
            return Err(Error::input(fault.to_string()).next("исправьте файл или укажите --admin-name"));
        }
        let typed = self.admin_name.as_deref().ok_or_else(|| {
            Error::input(format!("сотрудника «{}» нет в staff.csv рядом со school.toml", self.admin))
                .next("проверьте логин или укажите --admin-name \"Фамилия Имя Отчество\"")
        })?;
        let cleaned = crate::school::clean(typed)?;
        let mut words = cleaned.splitn(3, ' ').map(str::to_owned);
        let mut word = || words.next().unwrap_or_default();
        let name = PersonName { surname: word(), given: word(), patronymic: word() };
        let (login, position) = (self.admin.clone(), "администратор электронного журнала".to_owned());
        Ok(Person { login, name, position, association: String::new(), roles: vec![Role::Administrator] })
    }

    /// The administrator's identity: read if its file is there, made if not.
    fn identity(&self, common: &Common, made: &mut Vec<PathBuf>) -> Result<Identity> {
        let path = common.identity.as_deref().ok_or_else(|| {
            Error::input("не указан файл ключа администратора").next("укажите --identity ФАЙЛ, он будет создан")
        })?;
        if path.exists() {
            return session::read_identity(common, path);
        }
        let identity = Identity::generate();
        let passphrase =
            if self.no_passphrase { None } else { Some(session::new_passphrase(common, "--passphrase-file")?) };
        keyfile::write_new(path, &identity, passphrase.as_ref().map(ExposeSecret::expose_secret))?;
        made.push(path.to_owned());
        Ok(identity)
    }
}

/// Asks the witnesses about the journal before; gives the one that has seen most of it.
///
/// # Errors
/// A witness that contradicts: then nothing is taken over.
fn hear(proven: &Proven, witnesses: &[Outside]) -> Result<PreviousWitness> {
    let tip = proven.tip();
    let mut most = (0, PreviousWitness::Nothing);
    for witness in witnesses {
        let testimony = witness.ask(proven)?;
        if testimony.recorded == Some(false) {
            return Err(Error::damaged(format!(
                "записи о том, что создан {}, в прежнем журнале нет: его конец отрезан, или он извлечён из архива",
                testimony.witness
            ))
            .next("возьмите сам прежний журнал или другого свидетеля; продолжить без него: --without-witness"));
        }
        let length = testimony.length.clone().map_err(|what| {
            Error::damaged(format!("прежний журнал не таков, каким его видел свидетель: {what}"))
                .next("не продолжайте его: восстановите журнал из архива и сообщите директору")
        })?;
        audit::heard(&testimony, tip.seq).iter().for_each(|line| println!("{line}"));
        if length >= most.0 {
            most = (
                length,
                match witness {
                    Outside::Head(_) => PreviousWitness::Head { length },
                    Outside::Archive(archive) => {
                        PreviousWitness::Archive { name: archive.name.clone(), code: archive.code.clone(), length }
                    }
                },
            );
        }
    }
    if witnesses.is_empty() {
        screen::warning("прежний журнал ни с чем не сверен (--without-witness): отрезан ли его конец, не известно");
    }
    Ok(most.1)
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

/// Writes the recovery key with what it is for: a sheet to be printed where the file is a PDF, else a text, which is an
/// age identity file.
fn write_recovery(path: &Path, recovery: &Identity, school: &School) -> Result<()> {
    use std::io::Write;
    let is_pdf = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("pdf"));
    let content = if is_pdf { recovery_pdf(recovery, school)? } else { recovery_text(recovery, school) };
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(&content).and_then(|()| file.sync_all()));
    written.map_err(|e| Error::file("записать", path, &e))
}

fn recovery_pdf(recovery: &Identity, school: &School) -> Result<Zeroizing<Vec<u8>>> {
    let (secret, public) = (recovery.secret_text(), recovery.public());
    let sheet = Recovery {
        school,
        secret: secret.as_str(),
        recipient: public.recipient(),
        at: session::now(),
        version: env!("CARGO_PKG_VERSION"),
    };
    recovery_sheet(&Layouts::load(None)?, &sheet)
}

fn recovery_text(recovery: &Identity, school: &School) -> Zeroizing<Vec<u8>> {
    let text = format!(
        "# Ключ восстановления архива электронного журнала\n# {}, {} учебный год\n\
         # Открывает архивные копии, если ключи директора и завуча утрачены; ничего не подписывает.\n\
         # Распечатайте, уберите в сейф директора и удалите этот файл.\n{}\n",
        school.school.short_name,
        school.year.name,
        recovery.secret_text().as_str()
    );
    // The text's own buffer becomes the bytes, which are wiped.
    Zeroizing::new(text.into_bytes())
}
