//! A journal that is open and somebody whose key is in force, which is what a command takes that records.

use super::called::ME;
use super::{Common, advice, screen, session};
use crate::error::Result;
use crate::journal::read::Tables;
use crate::journal::read::{self, Course};
use crate::journal::{Journal, author_of, resolve};
use crate::ledger::identity::Identity;
use crate::school::{ClassName, PersonName, School, strange_letter};
use crate::work::memory::Errand;
use crate::work::{Done, Workplace};
use chrono::NaiveDate;
use clap::Args;
use std::process::ExitCode;

/// A journal, and who works in it.
pub struct Recorder {
    pub journal: Journal,
    pub identity: Identity,
    /// Login of whose key it is.
    pub login: String,
}

impl Recorder {
    /// Opens the journal and the key, which must be enrolled and in force.
    pub fn open(common: &Common) -> Result<Self> {
        Self::open_for(common, Errand::Any)
    }

    /// The same, for something that a journal which goes on from an older copy is gone on with.
    pub fn open_for(common: &Common, errand: Errand) -> Result<Self> {
        let journal = session::journal_for(common, errand)?;
        let identity = session::identity(common)?;
        let login = author_of(journal.tables(), &identity.public().fingerprint())?;
        Ok(Self { journal, identity, login })
    }

    pub fn tables(&self) -> &Tables {
        self.journal.tables()
    }

    pub fn school(&self) -> Result<School> {
        read::school(self.tables())
    }

    /// The day in the school's own time.
    pub fn today(&self) -> Result<NaiveDate> {
        Ok(self.school()?.day_of(session::now()))
    }

    /// The place at which use cases are asked for.
    pub fn workplace(&mut self) -> Result<Workplace<'_>> {
        Workplace::at(&mut self.journal, &self.identity, &session::SystemClock)
    }
}

/// Says what was recorded: `what` is it in the past, «Урок записан».
pub fn say(done: Done, what: &str) -> Result<ExitCode> {
    let Done { numbers, on_stick, waiting, alone, warnings, signed_by } = done;
    warnings.iter().for_each(|warning| screen::warning(&advice::warning(warning)));
    let what = what.trim_end_matches('.');
    if let Some(number) = waiting.first() {
        println!("Записано и ждёт подтверждения второго лица, до него не в силе: {what}.");
        println!(
            "Запись № {number}, подписано: {signed_by}\nПодтверждает директор, завуч или администратор, кроме автора:"
        );
        println!("  {ME} confirm show {number}");
        return Ok(ExitCode::SUCCESS);
    }
    if !alone.is_empty() {
        screen::warning("внесено одним лицом: второго лица с подтверждённым ключом в журнале ещё не было");
    }
    let (of, numbers) = if on_stick.is_empty() { ("", numbers) } else { (" носителя", on_stick) };
    match numbers[..] {
        [] => return session::unchanged(),
        [number] => println!("{what}. Запись{of} № {number}, подписано: {signed_by}"),
        [first, .., last] => println!("{what}. Записи{of} № {first}–{last}, подписано: {signed_by}"),
    }
    Ok(ExitCode::SUCCESS)
}

/// Warns of letters in a name that only look as they should: nobody will find him by it.
pub fn look_alike(name: &PersonName) {
    for part in [&name.surname, &name.given, &name.patronymic] {
        if let Some(letter) = strange_letter(part) {
            let which = if letter.is_ascii() { "латинская" } else { "русская" };
            screen::warning(&format!(
                "в «{part}» буква «{letter}» — {which}, она лишь похожа на нужную: по такому имени человека не найти; исправьте его"
            ));
        }
    }
}

/// Names a course: class, subject, group; shared by the commands about one.
#[derive(Args)]
pub struct WhichCourse {
    /// Класс: 7А
    #[arg(value_name = "КЛАСС")]
    pub class: String,
    /// Предмет, можно кратко: Алгебра
    #[arg(value_name = "ПРЕДМЕТ")]
    pub subject: String,
    /// Группа, если класс делится на группы
    #[arg(long, visible_alias = "группа", value_name = "ГРУППА")]
    pub group: Option<String>,
}

impl WhichCourse {
    /// The course that is meant; where groups share a subject, one's own.
    pub fn find(&self, tables: &Tables, login: Option<&str>) -> Result<Course> {
        let class = ClassName::parse(&self.class)?;
        resolve::course(tables, &class, &self.subject, self.group.as_deref(), login)
    }
}
