//! The whole way on the sample school, from a folder of tables to two verified archive copies.
//!
//! The school year of the sample is over, so the clock is not the system's but stands at the end of that year. Keys have
//! no passphrase, and both «carriers» are folders of one disk; the demonstration says both.

mod sample;

use super::archive::{Made, NewArchive, Verification};
use super::carriers::Registration;
use super::confirm::{self, Which};
use super::founding::{self, Founded, Founding, Key};
use super::{Workplace, access, archive, audit, carriers, import, informed, papers, people};
use crate::archive::anchor::Code;
use crate::archive::par2::create::Share;
use crate::archive::progress::Progress;
use crate::archive::report::Report;
use crate::error::{Error, Result, Warning};
use crate::files::{self, Readers};
use crate::journal::contacts::{Contacts, Standing};
use crate::journal::entry::{LessonRef, MarkLine, MarksSet};
use crate::journal::{Author, Journal, read};
use crate::ledger::chain::hex;
use crate::ledger::identity::Identity;
use crate::ledger::keyfile;
use crate::ledger::possession::Request;
use crate::print::check::Again;
use crate::print::issue::{self, Issued, Out};
use crate::print::{Layouts, Wanted, parse_code};
use crate::school::{ClassName, Marks, PersonName, School};
use chrono::{DateTime, Duration, FixedOffset, NaiveTime, TimeZone};
use std::path::{Path, PathBuf};

/// Marks a folder as one of ours, which may be made anew.
const MARKER: &str = ".letopis-demo";

/// The settings of the school's server.
pub const SETTINGS: &str = "serve.toml";

/// Where the diary answers, by these settings.
const ADDRESS: &str = "http://127.0.0.1:8880";

/// A mother of this class gets a slip.
const CLASS: &str = "8Б";

/// The people of the sample who act, and which of them is which.
const STAFF: [&str; 4] = ["ivanova", "petrova", "kuznetsov", "semyonov"];
const ADMINISTRATOR: usize = 0;
const DEPUTY: usize = 1;
const DIRECTOR: usize = 2;
const TEACHER: usize = 3;

/// What was done, in this order.
#[derive(Debug)]
#[allow(missing_docs)] // a field is what it is called
pub enum Step {
    /// The journal was founded; its id.
    Founded { journal: String },
    /// The year of these classes was taken over.
    Imported { classes: Vec<ClassName>, recorded: usize, warnings: Vec<Warning> },
    /// The deputy head confirmed so many entries that take a second person.
    Confirmed(u64),
    /// Keys of these people were enrolled.
    Enrolled(Vec<&'static str>),
    /// A teacher set a mark.
    Marked { at: LessonRef, pupil: PersonName, seq: u64 },
    /// A mark was refused, as it must be: it is too late for it.
    Refused(Error),
    /// All documents were issued.
    Issued(Vec<Issued>),
    /// The code of a page was typed from paper, and the page printed the same again.
    CodeHolds(String),
    /// The archive of the year was made.
    Archived(Made),
    /// The act on it was issued.
    ActIssued(Vec<Issued>),
    /// A copy was verified to the bottom.
    Verified(PathBuf, Report),
    /// Whether all copies are whole and genuine.
    CopiesHold(bool),
    /// The audit of the journal found nothing.
    Audited { entries: u64 },
}

/// Goes the whole way in a folder, which is new or an earlier demonstration's, and tells of each step when it is done. Gives
/// whether both copies are whole and genuine, and a parent's way to the diary.
///
/// # Errors
/// A folder that holds something else; a step that went otherwise than it must.
pub fn run(dir: &Path, progress: &dyn Progress, told: &mut dyn FnMut(&Step)) -> Result<Done> {
    fresh_folder(dir)?;
    let mut stage = Stage::open(dir)?;
    told(&Step::Founded { journal: hex(&stage.journal.tip()?.journal) });
    told(&stage.import(progress)?);
    told(&Step::Confirmed(stage.confirm()?));
    told(&stage.enroll()?);
    stage.set_up_server()?;
    stage.record(told)?;
    stage.register_carriers()?;
    let issued = stage.print(progress)?;
    told(&Step::Issued(issued.clone()));
    stage.check_paper(&issued)?.iter().for_each(|typed| told(&Step::CodeHolds(typed.clone())));
    let made = stage.archive(progress)?;
    let (name, code, folders) = (made.recorded.name.clone(), made.recorded.tagmanifest.clone(), made.folders.clone());
    told(&Step::Archived(made));
    told(&Step::ActIssued(stage.print_act(&name)?));
    let whole = stage.verify(&folders, &code, progress, told)?;
    told(&Step::CopiesHold(whole));
    told(&Step::Audited { entries: stage.audit()? });
    let way_in = stage.let_in()?;
    stage.hand_out()?;
    Ok(Done { whole, way_in })
}

/// What the way has led to.
#[derive(Debug, Clone)]
pub struct Done {
    /// Whether both copies are whole and genuine.
    pub whole: bool,
    /// A link that lets a parent of the sample into the diary, and who that is.
    pub way_in: Option<(String, String)>,
}

struct Stage {
    dir: PathBuf,
    journal: Journal,
    keys: Vec<Identity>,
    clock: DateTime<FixedOffset>,
}

/// Makes the folder, or empties one that an earlier demonstration made.
fn fresh_folder(dir: &Path) -> Result<()> {
    let is_ours = files::is_file(&dir.join(MARKER));
    let is_empty = files::list(dir).map_or(true, |entries| entries.is_empty());
    if !is_ours && !is_empty {
        return Err(Error::input(format!("папка «{}» не пуста", dir.display())).next("укажите новую папку"));
    }
    if is_ours {
        files::remove_folder(dir).map_err(|e| Error::file("очистить папку", dir, &e))?;
    }
    files::make_folders(&dir.join("keys"), Readers::All).map_err(|e| Error::file("создать папку", dir, &e))?;
    files::write_new(&dir.join(MARKER), b"", Readers::All).map_err(|e| Error::file("записать", dir, &e))
}

impl Stage {
    /// Keys, and the journal with its first entry.
    fn open(dir: &Path) -> Result<Self> {
        let source = dir.join("school");
        sample::write(&source)?;
        let toml = source.join("school.toml");
        let text =
            files::read_named_text(&toml, files::LARGEST_TEXT).map_err(|e| Error::file("прочитать", &toml, &e))?;
        let school = School::from_toml(&text)?;
        let keys: Vec<Identity> = STAFF.iter().map(|_| Identity::generate()).collect();
        for (login, identity) in STAFF.iter().zip(&keys) {
            keyfile::write_new(&dir.join(format!("keys/{login}.key")), identity, None)?;
        }
        // The names that the roles are known by in the documentation.
        for (role, who) in [("admin", ADMINISTRATOR), ("deputy", DEPUTY), ("director", DIRECTOR)] {
            keyfile::write_new(&dir.join(format!("keys/{role}.key")), &keys[who], None)?;
        }
        let noon = NaiveTime::from_hms_opt(15, 0, 0).unwrap_or_default();
        let clock = school.offset().from_local_datetime(&school.year.ends.and_time(noon)).single();
        let clock = clock
            .ok_or_else(|| Error::input("конец учебного года указан неверно").next("проверьте файл school.toml"))?;
        let wish = Founding {
            path: &dir.join("journal.letopis"),
            school,
            administrator: founding::administrator(&source, STAFF[ADMINISTRATOR], None)?,
            key: Key::AtHand(&keys[ADMINISTRATOR]),
            second: vec![founding::second(&source, STAFF[DEPUTY], &Request::by(&keys[DEPUTY], None, STAFF[DEPUTY])?)?],
            recovery_sheet: None,
            emergency_sheet: None,
        };
        let Founded { journal, recovery, emergency, .. } = founding::found(wish, &clock)?;
        keyfile::write_new(&dir.join("recovery.txt"), &recovery, None)?;
        keyfile::write_new(&dir.join("emergency.txt"), &emergency, None)?;
        Ok(Self { dir: dir.to_owned(), journal, keys, clock })
    }

    /// The place of one of the staff.
    fn place_of(&mut self, who: usize) -> Result<Workplace<'_>> {
        Workplace::at(&mut self.journal, &self.keys[who], &self.clock)
    }

    fn import(&mut self, progress: &dyn Progress) -> Result<Step> {
        let (source, mut before) = (self.dir.join("school"), None);
        let mut done_so_far = |done: u64, total: u64| {
            if before.is_none() {
                progress.begin("Перенос уроков и отметок", total);
            }
            progress.advance(done.saturating_sub(before.replace(done).unwrap_or_default()));
        };
        let outcome =
            import::import(&mut self.place_of(ADMINISTRATOR)?, &source, import::How::default(), &mut done_so_far)?;
        if let Some(fault) = outcome.faults.first() {
            return Err(fault.clone().into());
        }
        let classes = read::classes(self.journal.tables())?;
        Ok(Step::Imported { classes, recorded: outcome.recorded, warnings: outcome.warnings })
    }

    fn enroll(&mut self) -> Result<Step> {
        self.clock += Duration::minutes(10);
        let journal = self.journal.tip()?.journal;
        // The deputy head is the second person from the first entry on.
        for who in [DIRECTOR, TEACHER] {
            let request = Request::by(&self.keys[who], Some(journal), STAFF[who])?;
            people::enroll(&mut self.place_of(ADMINISTRATOR)?, STAFF[who], &request)?;
            self.confirm()?;
        }
        Ok(Step::Enrolled(STAFF[1..].to_vec()))
    }

    /// The key and the settings of the school's server: both doors on this very machine.
    fn set_up_server(&mut self) -> Result<()> {
        let (key, settings) = (Identity::generate(), self.dir.join(SETTINGS));
        keyfile::write_new(&self.dir.join("keys/server.key"), &key, None)?;
        people::add_service(&mut self.place_of(ADMINISTRATOR)?, people::Service::Server, &key)?;
        files::write_new(&settings, include_bytes!("serve.toml"), Readers::All)
            .map_err(|cause| Error::file("записать", &settings, &cause))
    }

    /// Issues a slip to a mother of the sample. Gives its link and her name.
    fn let_in(&mut self) -> Result<Option<(String, String)>> {
        let contacts = Contacts::open(self.journal.path())?;
        let (class, today) = (ClassName::parse(CLASS)?, self.clock.date_naive());
        for line in contacts.all()? {
            let of_class = read::class_of_pupil(self.journal.tables(), &line.pupil, today)?;
            if line.who == "мать" && of_class.as_ref() == Some(&class) {
                let reader = contacts.add_reader(Standing::Parent, &line.name, &line.pupil)?;
                let code = contacts.issue(reader, STAFF[ADMINISTRATOR], self.clock)?;
                return Ok(Some((format!("{ADDRESS}/in/{}", code.plain()), line.name)));
            }
        }
        Ok(None)
    }

    /// Prints what the class teacher hands out: slips of access for the other parents of the class, and the slips of a week for
    /// diaries of paper.
    fn hand_out(&mut self) -> Result<()> {
        let (layouts, dir) = (Layouts::load(None)?, self.dir.join("slips"));
        let (class, clock) = (ClassName::parse(CLASS)?, self.clock);
        let wish = access::Wish { class: &class, of: Standing::Parent, again: &[], address: ADDRESS };
        access::print(&self.place_of(ADMINISTRATOR)?, &layouts, &wish, &dir)?;
        let proven = self.journal.prove(&mut |_| {})?;
        let week = informed::SlipsWish { class: &class, week: clock.date_naive() - Duration::days(14), all: true };
        informed::print_slips(&proven, &clock, &layouts, &week, &dir).map(drop)
    }

    /// The deputy head confirms what the administrator has asked for, having seen it. Gives how much it was.
    fn confirm(&mut self) -> Result<u64> {
        let list = confirm::list(self.journal.tables())?;
        if !list.waiting.is_empty() {
            confirm::give(&mut self.place_of(DEPUTY)?, &Which::All(list.code))?;
        }
        Ok(list.waiting.iter().map(|one| one.count).sum())
    }

    /// A teacher adds a mark to a lesson of the last week, and is refused for one that lies further back.
    fn record(&mut self, told: &mut dyn FnMut(&Step)) -> Result<()> {
        self.clock += Duration::minutes(10);
        let (recent, old) = self.lessons_of(STAFF[TEACHER])?;
        for (at, allowed) in [(recent, true), (old, false)] {
            let Some(pupil) = self.unmarked_pupil(&at)? else { continue };
            let line = MarkLine {
                pupil: pupil.file.into(),
                marks: Some(Marks::parse("5")?),
                document: String::new(),
                earned: false,
            };
            let set = MarksSet { at: at.clone(), work: String::new(), marks: vec![line] };
            match self.place_of(TEACHER)?.record([set.into()]) {
                Ok(done) if allowed => {
                    let seq = done.numbers.first().copied().unwrap_or_default();
                    told(&Step::Marked { at, pupil: pupil.name, seq });
                }
                Err(refused) if !allowed => told(&Step::Refused(refused)),
                Ok(_) => {
                    return Err(Error::damaged("поздняя отметка принята, а должна быть отклонена (§2.3.2)")
                        .next("сообщите разработчикам: программа работает не так, как должна"));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The last lesson of a teacher's course, and one that lies more than a week back.
    fn lessons_of(&self, login: &str) -> Result<(LessonRef, LessonRef)> {
        let lessons = read::lessons_of_teacher(self.journal.tables(), login)?;
        let today = self.clock.date_naive();
        let recent = lessons.iter().rev().find(|at| at.date <= today);
        let old = lessons.iter().rev().find(|at| at.date < today - Duration::days(7));
        match (recent, old) {
            (Some(recent), Some(old)) => Ok((recent.clone(), old.clone())),
            _ => Err(Error::input(format!("у «{login}» нет уроков")).next("проверьте данные учебной школы")),
        }
    }

    fn unmarked_pupil(&self, at: &LessonRef) -> Result<Option<read::Pupil>> {
        let tables = self.journal.tables();
        let marked = read::marked_pupils(tables, at)?;
        Ok(read::roster(tables, &at.course, at.date)?.into_iter().find(|pupil| !marked.contains(&pupil.file)))
    }

    fn carriers(&self) -> [PathBuf; 2] {
        [self.dir.join("usb-1"), self.dir.join("usb-2")]
    }

    /// Before anything is printed, so that the register of carriers knows them.
    fn register_carriers(&mut self) -> Result<()> {
        self.clock += Duration::days(1);
        let keepers = [("А-1", STAFF[DIRECTOR], "сейф директора"), ("А-2", STAFF[DEPUTY], "кабинет завуча")];
        for (mount, (label, holder, place)) in self.carriers().iter().zip(keepers) {
            files::make_folders(mount, Readers::All).map_err(|e| Error::file("создать папку", mount, &e))?;
            carriers::register(&mut self.place_of(DEPUTY)?, &Registration { mount, label, holder, place })?;
        }
        Ok(())
    }

    /// Issues documents into `print/`.
    fn issue(&mut self, wanted: &[Wanted], progress: &(dyn Fn(u64) + Sync)) -> Result<Vec<Issued>> {
        let (layouts, dir) = (Layouts::load(None)?, self.dir.join("print"));
        let mut proven = self.journal.prove(&mut |_| {})?;
        papers::issue(
            &mut self.place_of(DEPUTY)?,
            &mut proven,
            &layouts,
            wanted,
            &Out { progress, ..Out::quietly(&dir) },
        )
    }

    fn print(&mut self, progress: &dyn Progress) -> Result<Vec<Issued>> {
        let wanted = issue::everything(self.journal.tables())?;
        progress.begin("Печать документов", wanted.len() as u64);
        self.issue(&wanted, &|_| progress.advance(1))
    }

    /// Takes the code of one page from the register, as if it had been typed from the paper. Gives the code.
    fn check_paper(&self, issued: &[Issued]) -> Result<Option<String>> {
        let Some(document) = issued.first() else { return Ok(None) };
        let proven = self.journal.prove(&mut |_| {})?;
        let registered = read::documents::document(&proven.tables()?, &document.number)?;
        let pages = registered.map(|document| document.pages).unwrap_or_default();
        let page = pages.len() / 2;
        let digest = pages.get(page).cloned().unwrap_or_default();
        let typed = format!("{}/{} {}", document.number, page + 1, digest.get(..16).unwrap_or_default());
        let again = papers::check_code(&proven, &Layouts::load(None)?, &parse_code(&typed)?)?.checked.again;
        if again != Again::Identical {
            return Err(Error::damaged(format!("страница {typed} при повторной печати отличается: {again:?}"))
                .next("сообщите разработчикам: программа работает не так, как должна"));
        }
        Ok(Some(typed))
    }

    fn archive(&mut self, progress: &dyn Progress) -> Result<Made> {
        self.clock += Duration::hours(1);
        let wish = NewArchive {
            period: "Год",
            targets: &self.carriers(),
            allow_same_device: true,
            layouts: &Layouts::load(None)?,
            recovery: Share::default(),
            database_only: false,
        };
        archive::create(&mut self.place_of(DEPUTY)?, &wish, progress)
    }

    /// The paper that a copy is checked by later.
    fn print_act(&mut self, archive: &str) -> Result<Vec<Issued>> {
        let act = papers::act(self.journal.tables(), archive.to_owned())?;
        self.issue(&[act], &|_| {})
    }

    /// Verifies both copies to the bottom, with the director's key, against the journal and the code of the act.
    fn verify(
        &mut self,
        folders: &[PathBuf],
        code: &str,
        progress: &dyn Progress,
        told: &mut dyn FnMut(&Step),
    ) -> Result<bool> {
        self.clock += Duration::hours(1);
        let proven = self.journal.prove(&mut |_| {})?;
        let wish = Verification {
            paths: folders,
            quick: false,
            opener: Some(&self.keys[DIRECTOR]),
            anchors: Vec::new(),
            code: Some(Code::parse(code)?),
            journal: Some(&proven),
            scratch: &self.dir.join("verify-tmp"),
        };
        let checks = archive::verify(&wish, progress)?;
        let author = Author { signer: &self.keys[DEPUTY], clock: &self.clock, taken_over: false };
        archive::enter(&mut self.journal, author, &checks)?;
        let whole = checks.exit_status() == 0;
        for (folder, report) in checks.checked.into_iter().flat_map(|checked| checked.reports) {
            told(&Step::Verified(folder, report));
        }
        Ok(whole)
    }

    fn audit(&self) -> Result<u64> {
        let report = audit::audit(self.journal.path(), Vec::new(), None, &mut |_| {})?.report;
        match report.findings.first() {
            Some(finding) => Err(Error::damaged(finding.what.clone())
                .next("сообщите разработчикам: программа работает не так, как должна")),
            None => Ok(report.tip.seq),
        }
    }
}
