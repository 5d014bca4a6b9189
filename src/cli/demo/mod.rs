//! `letopis demo`: the whole way on the sample school, from a folder of tables to two verified archive copies.
//!
//! The school year of the sample is over, so the clock is not the system's but stands at the end of that year. Keys have
//! no passphrase, and both «carriers» are folders of one disk; the demonstration says both.

mod sample;

use super::archive::{Bar, say_report};
use super::{print, screen};
use crate::archive::anchor::{Anchor, Code};
use crate::archive::par2::create::Share;
use crate::archive::verify::{Content, Request, verify};
use crate::error::{Error, Result};
use crate::import;
use crate::journal::entry::{JournalCreated, KeyEnrolled, LessonRef, MarkLine, MarksSet, Person};
use crate::journal::{Author, Journal, read};
use crate::ledger::chain::hex;
use crate::ledger::identity::Identity;
use crate::ledger::keyfile;
use crate::print::check::{self, Again};
use crate::print::issue::{self, Issued, Out};
use crate::print::{Form, Layouts, Subject, Wanted, parse_code};
use crate::school::{Marks, School, format_date};
use crate::work::archive::make::{self, Made, Wish};
use crate::work::archive::trust::Witness;
use crate::work::archive::{judge, record_verification};
use crate::work::carriers as register;
use chrono::{DateTime, Duration, FixedOffset, NaiveTime, TimeZone};
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

/// Marks a folder as one of ours, which may be made anew.
const MARKER: &str = ".letopis-demo";

#[derive(Args)]
pub struct Demo {
    /// Папка, в которой всё будет создано
    #[arg(value_name = "ПАПКА")]
    dir: PathBuf,
}

/// The people of the sample who act.
const STAFF: [&str; 4] = ["ivanova", "petrova", "kuznetsov", "semyonov"];

struct Stage {
    dir: PathBuf,
    journal: Journal,
    keys: Vec<Identity>,
    clock: DateTime<FixedOffset>,
    started: Instant,
}

impl Demo {
    pub fn run(self) -> Result<ExitCode> {
        let started = Instant::now();
        fresh_folder(&self.dir)?;
        let mut stage = Stage::open(&self.dir, started)?;
        stage.import()?;
        stage.enroll()?;
        stage.record()?;
        stage.register_carriers()?;
        let issued = stage.print()?;
        stage.check_paper(&issued)?;
        let made = stage.archive()?;
        stage.print_act(&made)?;
        let whole = stage.verify(&made)?;
        stage.audit()?;
        println!("\nСоздано в «{}»:", self.dir.display());
        for (name, what) in [
            ("journal.letopis", "журнал"),
            ("keys/", "ключи без паролей: только для пробы, в школе каждый ключ закрыт паролем"),
            ("recovery.txt", "ключ восстановления архива: в школе печатается и уходит в сейф"),
            ("print/", "книги классов, реестры (PDF/A-2u), ведомости и акт об архиве (PDF/A-2a, PDF/UA-1)"),
            ("usb-1/, usb-2/", "две архивные копии; здесь это папки одного диска, в школе — две флешки"),
        ] {
            println!("  {name:16} {what}");
        }
        println!("Всего {:.1} с.", started.elapsed().as_secs_f64());
        Ok(ExitCode::from(u8::from(!whole)))
    }
}

/// Makes the folder, or empties one that an earlier demonstration made.
fn fresh_folder(dir: &Path) -> Result<()> {
    let is_ours = dir.join(MARKER).is_file();
    let is_empty = std::fs::read_dir(dir).map_or(true, |mut entries| entries.next().is_none());
    if !is_ours && !is_empty {
        return Err(Error::input(format!("папка «{}» не пуста", dir.display())).next("укажите новую папку"));
    }
    if is_ours {
        std::fs::remove_dir_all(dir).map_err(|e| Error::file("очистить папку", dir, &e))?;
    }
    std::fs::create_dir_all(dir.join("keys")).map_err(|e| Error::file("создать папку", dir, &e))?;
    std::fs::write(dir.join(MARKER), "").map_err(|e| Error::file("записать", dir, &e))
}

impl Stage {
    /// Keys, and the journal with its first entry.
    fn open(dir: &Path, started: Instant) -> Result<Self> {
        let source = dir.join("school");
        sample::write(&source)?;
        let toml = source.join("school.toml");
        let text = std::fs::read_to_string(&toml).map_err(|e| Error::file("прочитать", &toml, &e))?;
        let school = School::from_toml(&text)?;
        let keys: Vec<Identity> = STAFF.iter().map(|_| Identity::generate()).collect();
        for (login, identity) in STAFF.iter().zip(&keys) {
            keyfile::write_new(&dir.join(format!("keys/{login}.key")), identity, None)?;
        }
        // The names that the roles are known by in the documentation.
        for (role, identity) in [("admin", &keys[0]), ("deputy", &keys[1]), ("director", &keys[2])] {
            keyfile::write_new(&dir.join(format!("keys/{role}.key")), identity, None)?;
        }
        let recovery = Identity::generate();
        keyfile::write_new(&dir.join("recovery.txt"), &recovery, None)?;
        let mut faults = import::Faults::default();
        let staff = import::read_staff(&source, &mut faults)?;
        let row = staff.into_iter().map(|(_, row)| row).find(|row| row.login == STAFF[0]);
        let row = row.ok_or_else(|| Error::input("в staff.csv нет администратора"))?;
        let import::StaffRow { login, name, position, association, roles } = row;
        let administrator = Person { login, name, position, association, roles };
        let noon = NaiveTime::from_hms_opt(15, 0, 0).unwrap_or_default();
        let clock = school.offset().from_local_datetime(&school.year.ends.and_time(noon)).single();
        let clock = clock.ok_or_else(|| Error::input("конец учебного года указан неверно"))?;
        let author = Author { signer: &keys[0], clock: &clock, taken_over: false };
        let recovery = recovery.public().recipient().to_owned();
        let created = JournalCreated { previous: None, school, administrator, key: keys[0].public(), recovery };
        let journal = Journal::create(&dir.join("journal.letopis"), author, created)?;
        let stage = Self { dir: dir.to_owned(), journal, keys, clock, started };
        stage.say(&format!("журнал заведён, номер {}", hex(&stage.journal.tip()?.journal)));
        Ok(stage)
    }

    /// Prints a line with the time since the start.
    fn say(&self, what: &str) {
        println!("[{:5.1} с] {what}", self.started.elapsed().as_secs_f64());
    }

    fn import(&mut self) -> Result<()> {
        let bar = screen::progress("Перенос уроков и отметок");
        let mut progress = |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        };
        let author = Author { signer: &self.keys[0], clock: &self.clock, taken_over: false };
        let outcome = import::import(&mut self.journal, author, &self.dir.join("school"), false, &mut progress)?;
        bar.finish_and_clear();
        if let Some(fault) = outcome.faults.first() {
            return Err(Error::input(fault.to_string()));
        }
        let classes = read::classes(self.journal.tables())?;
        let classes = classes.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        self.say(&format!("перенесён год классов {classes}: записей {}", outcome.recorded));
        for warning in outcome.warnings {
            screen::warning(&warning);
        }
        Ok(())
    }

    fn enroll(&mut self) -> Result<()> {
        self.clock += Duration::minutes(10);
        for (login, identity) in STAFF.iter().zip(&self.keys).skip(1) {
            let author = Author { signer: &self.keys[0], clock: &self.clock, taken_over: false };
            self.journal.record(author, KeyEnrolled { login: (*login).to_owned(), key: identity.public() })?;
        }
        self.say(&format!("внесены ключи: {}", STAFF[1..].join(", ")));
        Ok(())
    }

    /// A teacher adds a mark to a lesson of the last week, and is refused for one that lies further back.
    fn record(&mut self) -> Result<()> {
        self.clock += Duration::minutes(10);
        let (recent, old) = self.lessons_of(STAFF[3])?;
        for (at, allowed) in [(recent, true), (old, false)] {
            let Some(pupil) = self.unmarked_pupil(&at)? else { continue };
            let what = format!("{}, {}, {}", at.course, format_date(at.date), pupil.name.surname_given());
            let line = MarkLine { pupil: pupil.file.into(), marks: Some(Marks::parse("5")?), document: String::new() };
            let set = MarksSet { at, work: String::new(), marks: vec![line] };
            let author = Author { signer: &self.keys[3], clock: &self.clock, taken_over: false };
            match self.journal.record(author, set) {
                Ok(recorded) if allowed => {
                    self.say(&format!("учитель поставил отметку: {what}, запись № {}", recorded.seq))
                }
                Err(refused) if !allowed => self.say(&format!("поздняя отметка отклонена: {}", refused.message())),
                Ok(_) => return Err(Error::damaged("поздняя отметка принята, а должна быть отклонена (§2.3.2)")),
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
            _ => Err(Error::input(format!("у «{login}» нет уроков"))),
        }
    }

    fn unmarked_pupil(&self, at: &LessonRef) -> Result<Option<read::Pupil>> {
        let tables = self.journal.tables();
        let marked = read::marked_pupils(tables, at)?;
        Ok(read::roster(tables, &at.course, at.date)?.into_iter().find(|pupil| !marked.contains(&pupil.file)))
    }

    fn print(&mut self) -> Result<Vec<Issued>> {
        let wanted = issue::everything(self.journal.tables())?;
        let layouts = Layouts::load(None)?;
        let bar = screen::progress("Печать документов");
        bar.set_length(wanted.len() as u64);
        let author = Author { signer: &self.keys[1], clock: &self.clock, taken_over: false };
        let out = self.dir.join("print");
        let mut proven = self.journal.prove(&mut |_| {})?;
        let out = Out { dir: &out, progress: &|done| bar.set_position(done) };
        let issued = issue::issue(&mut self.journal, &mut proven, author, &layouts, &wanted, &out)?;
        bar.finish_and_clear();
        let pages: usize = issued.iter().map(|document| document.pages).sum();
        self.say(&format!("выдано документов: {}, страниц: {pages}", issued.len()));
        issued.iter().for_each(print::say);
        Ok(issued)
    }

    /// Takes the code of one page from the register, as if it had been typed from the paper.
    fn check_paper(&self, issued: &[Issued]) -> Result<()> {
        let Some(document) = issued.first() else { return Ok(()) };
        let layouts = Layouts::load(None)?;
        let proven = self.journal.prove(&mut |_| {})?;
        let registered = read::documents::document(&proven.tables()?, &document.number)?;
        let pages = registered.map(|document| document.pages).unwrap_or_default();
        let page = pages.len() / 2;
        let digest = pages.get(page).cloned().unwrap_or_default();
        let typed = format!("{}/{} {}", document.number, page + 1, digest.get(..16).unwrap_or_default());
        let found = check::find(&proven, &parse_code(&typed)?)?;
        let again = check::page_again(&proven, &layouts, &found)?.again;
        if again != Again::Identical {
            return Err(Error::damaged(format!("страница {typed} при повторной печати отличается: {again:?}")));
        }
        self.say(&format!("код с бумаги «{typed}» верен, повторная печать дала тот же файл"));
        Ok(())
    }

    fn carriers(&self) -> [PathBuf; 2] {
        [self.dir.join("usb-1"), self.dir.join("usb-2")]
    }

    /// Before anything is printed, so that the register of carriers knows them.
    fn register_carriers(&mut self) -> Result<()> {
        self.clock += Duration::days(1);
        let targets = self.carriers();
        let keepers = [("А-1", STAFF[2], "сейф директора"), ("А-2", STAFF[1], "кабинет завуча")];
        for (mount, (label, holder, place)) in targets.iter().zip(keepers) {
            std::fs::create_dir_all(mount).map_err(|e| Error::file("создать папку", mount, &e))?;
            let author = Author { signer: &self.keys[1], clock: &self.clock, taken_over: false };
            register::register(&mut self.journal, author, mount, label, holder, place)?;
        }
        Ok(())
    }

    fn archive(&mut self) -> Result<Made> {
        self.clock += Duration::hours(1);
        let targets = self.carriers();
        let layouts = Layouts::load(None)?;
        let wish = Wish {
            period: "Год",
            targets: &targets,
            allow_same_device: true,
            layouts: &layouts,
            recovery: Share::default(),
            database_only: false,
        };
        let bar = Bar::new();
        let author = Author { signer: &self.keys[1], clock: &self.clock, taken_over: false };
        let made = make::make(&mut self.journal, author, &wish, &bar);
        bar.finish();
        let made = made?;
        self.say("архив создан");
        super::archive::say(&made);
        Ok(made)
    }

    /// The paper that a copy is checked by later.
    fn print_act(&mut self, made: &Made) -> Result<()> {
        let layouts = Layouts::load(None)?;
        let act = Wanted::new(Form::ArchiveAct, Subject::Archive(made.recorded.name.clone()));
        let author = Author { signer: &self.keys[1], clock: &self.clock, taken_over: false };
        let out = self.dir.join("print");
        let mut proven = self.journal.prove(&mut |_| {})?;
        let issued = issue::issue(&mut self.journal, &mut proven, author, &layouts, &[act], &Out::quietly(&out))?;
        issued.iter().for_each(print::say);
        Ok(())
    }

    /// Verifies both copies to the bottom, with the director's key, against the journal and the code of the act.
    fn verify(&mut self, made: &Made) -> Result<bool> {
        self.clock += Duration::hours(1);
        let mut whole = true;
        let mut reports = Vec::new();
        {
            let proven = self.journal.prove(&mut |_| {})?;
            let witness = Witness(&proven);
            let anchors = [Anchor::Journal(&witness), Anchor::Expect(Code::parse(&made.recorded.tagmanifest)?)];
            let scratch = self.dir.join("verify-tmp");
            let content = Content { identity: &self.keys[2], scratch: &scratch, check: &judge::check };
            let request = Request { anchors: &anchors, content: Some(content), ..Request::default() };
            let bar = Bar::new();
            for folder in &made.folders {
                reports.push((folder, verify(folder, &request, &bar)?));
            }
            bar.finish();
        }
        for (folder, report) in &reports {
            say_report(folder, report);
            whole &= report.verdict.exit_status() == 0;
            let author = Author { signer: &self.keys[1], clock: &self.clock, taken_over: false };
            record_verification(&mut self.journal, author, folder, report)?;
        }
        self.say(if whole {
            "обе копии целы и подлинны"
        } else {
            "копии повреждены"
        });
        Ok(whole)
    }

    fn audit(&self) -> Result<()> {
        let report = Journal::audit(self.journal.path(), &mut |_| {})?.report;
        if let Some(finding) = report.findings.first() {
            return Err(Error::damaged(finding.what.clone()));
        }
        self.say(&format!("журнал проверен: {} записей, всё сходится", report.tip.seq));
        Ok(())
    }
}
