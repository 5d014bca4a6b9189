//! The journal of the next year, with all that it takes over from the one before, once that is proven.

use super::moved_on::moved_on;
use super::placing::Placing;
use super::taken_over::{self, Changes, TakenOver};
use crate::error::{Action, Detail, Error, Result, Warning};
use crate::files::{self, PrivateFolder};
use crate::journal::contacts::Contacts;
use crate::journal::entry::{JournalCreated, Person, PreviousWitness, SecondPerson};
use crate::journal::{Author, Journal, Proven, read};
use crate::ledger::identity::Identity;
use crate::ledger::signer::Signer;
use crate::school::{Clock, Day, School};
use crate::work::archive::witnesses::{Outside, Testimony, that_speak_of};
use crate::work::founding::{write_emergency, write_recovery};
use std::path::{Path, PathBuf};

/// A closed year, proven and heard of, which its administrator is about to continue.
pub struct OldYear<'a> {
    journal: Journal,
    proven: Proven,
    author: Author<'a>,
    administrator: Person,
    witness: PreviousWitness,
}

/// What is wanted of the new year.
pub struct NewYear<'a> {
    /// Where its journal goes.
    pub path: &'a Path,
    /// The school, with its new year.
    pub school: School,
    /// Where the school was read from, for whoever must mend it; nothing where it is the old one, moved on.
    pub school_file: Option<&'a Path>,
    /// Second persons with new keys, beside those who go over.
    pub second: Vec<SecondPerson>,
    /// Where a new recovery key is written down; without it, the old one stays.
    pub recovery_sheet: Option<&'a Path>,
    /// Where a new emergency key is written down; without it, the old one stays.
    pub emergency_sheet: Option<&'a Path>,
    /// Whether those of whom nothing is decided go a grade up.
    pub promote_undecided: bool,
    /// Whether the year is begun once more, since the journal that was begun was not made or is lost.
    pub another: bool,
}

/// What would become of it, before anything is recorded.
pub struct Plan {
    /// The school, with its new year.
    pub school: School,
    /// Where the pupils go.
    pub placing: Placing,
}

/// The new year.
pub struct Begun {
    /// Its journal.
    pub journal: Journal,
    /// The journal that it continues.
    pub previous: PathBuf,
    /// Where the pupils went.
    pub placing: Placing,
    /// Contacts of parents that were taken over.
    pub contacts: usize,
}

impl<'a> OldYear<'a> {
    /// Proves the journal of a closed year and asks the witnesses from outside about it. Gives what they say.
    ///
    /// # Errors
    /// A journal that does not pass its audit or is not closed; a key that is not its administrator's; a witness that
    /// contradicts: then nothing is taken over.
    pub fn prove(
        journal: Journal,
        signer: &'a dyn Signer,
        clock: &'a dyn Clock,
        administrator: Option<&str>,
        witnesses: Vec<Outside>,
    ) -> Result<(Self, Vec<Testimony>)> {
        let author = Author { signer, clock, taken_over: false };
        let proven = journal.prove(&mut |_| {})?;
        let administrator = taken_over::administrator(&proven, administrator, &author.fingerprint())?;
        let (witness, testimonies) = hear(&proven, &that_speak_of(witnesses, proven.tip()))?;
        Ok((Self { journal, proven, author, administrator, witness }, testimonies))
    }

    /// What is to be said where none of the witnesses has seen the year as it is since it was opened again.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn has_outlived(&self, testimonies: &[Testimony]) -> Result<Option<Warning>> {
        let Some(reopened) = read::reopenings(&self.proven.tables()?)?.pop() else { return Ok(None) };
        let seen = testimonies.iter().filter_map(|testimony| testimony.length.as_ref().ok()).max();
        let outlived = seen.filter(|length| **length < reopened.entry);
        Ok(outlived.map(|_| {
            let what = format!(
                "год открыт снова записью № {} после того, как был сделан этот свидетель: исправленного он не видел",
                reopened.entry
            );
            Warning::from(what).next_by("сделайте новый архив за год и сверьте с ним", Action::CreateArchive)
        }))
    }

    /// How many records it has.
    pub fn length(&self) -> u64 {
        self.proven.tip().seq
    }

    /// Somebody who works at the school.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn person(&self, login: &str) -> Result<Option<Person>> {
        taken_over::person(&self.proven.tables()?, login)
    }

    /// The school as it was, with its year moved on.
    ///
    /// # Errors
    /// A year that cannot be moved on.
    pub fn school_moved_on(&self) -> Result<School> {
        moved_on(&read::school(&self.proven.tables()?)?)
    }

    /// What would become of it. Nothing is recorded.
    ///
    /// # Errors
    /// As [`OldYear::begin`], for what can be told without a new journal.
    pub fn plan(&self, wish: &NewYear<'_>) -> Result<Plan> {
        let TakenOver { placing, .. } = self.take_over(wish, "0".repeat(32), &self.proven)?;
        Ok(Plan { school: wish.school.clone(), placing })
    }

    fn take_over(&self, wish: &NewYear<'_>, token: String, proven: &Proven) -> Result<TakenOver> {
        let begins: Day = wish.school.year.begins;
        let changes = Changes { begins, second: &wish.second, promote_undecided: wish.promote_undecided };
        let (fingerprint, witness) = (self.author.fingerprint(), self.witness.clone());
        taken_over::take_over(proven, self.administrator.clone(), &fingerprint, &changes, (token, witness))
            .map_err(|error| of_school(error, wish))
    }

    /// Begins the next year: the old journal says that it is continued, and the new one has all that goes over, or is not
    /// there.
    ///
    /// # Errors
    /// Whatever forbids the new journal is heard before the old one says that it is continued.
    pub fn begin(mut self, wish: &NewYear<'_>) -> Result<Begun> {
        let mut made = Vec::new();
        self.make(wish, &mut made).inspect_err(|_| {
            for sheet in &made {
                let _ = files::real(sheet).and_then(|sheet| files::remove(&sheet));
            }
        })
    }

    /// As [`OldYear::begin`]; sheets that are written on the way are named in `made`.
    fn make(&mut self, wish: &NewYear<'_>, made: &mut Vec<PathBuf>) -> Result<Begun> {
        let author = self.author;
        let [recovery, emergency] =
            [wish.recovery_sheet, wish.emergency_sheet].map(|sheet| sheet.map(|_| Identity::generate()));
        let created = |taken: &mut TakenOver| JournalCreated {
            previous: Some(taken.previous.clone()),
            school: wish.school.clone(),
            administrator: taken.administrator.clone(),
            key: author.signer.public(),
            recovery: match &recovery {
                Some(key) => key.public().recipient().to_owned(),
                None => std::mem::take(&mut taken.recovery),
            },
            second: std::mem::take(&mut taken.second),
            emergency: match &emergency {
                Some(key) => Some(key.public().ssh_line("")),
                None => taken.emergency.take(),
            },
        };
        let mut taken = self.take_over(wish, "0".repeat(32), &self.proven)?;
        let first = created(&mut taken);
        on_trial(wish, author, first, taken)?;
        if let (Some(sheet), Some(key)) = (wish.recovery_sheet, &recovery) {
            write_recovery(sheet, key, &wish.school, author.clock)?;
            made.push(sheet.to_owned());
        }
        if let (Some(sheet), Some(key)) = (wish.emergency_sheet, &emergency) {
            write_emergency(sheet, key, &wish.school, author.clock)?;
            made.push(sheet.to_owned());
        }
        let (token, proven) = taken_over::mark_continued(&mut self.journal, &self.proven, author, wish.another)?;
        let mut taken = self.take_over(wish, token, &proven)?;
        let first = created(&mut taken);
        let journal = Journal::create_with(wish.path, author, first, taken.bodies)?;
        let contacts = taken_over::take_over_contacts(&self.journal, &journal)?;
        made.clear();
        Ok(Begun { journal, previous: self.journal.path().to_owned(), placing: taken.placing, contacts })
    }
}

/// An error that the school's data have to do with names their file.
fn of_school(error: Error, wish: &NewYear<'_>) -> Error {
    match wish.school_file {
        Some(file) => error.at(format!("файл «{}»", file.display())),
        None => error,
    }
}

/// Makes the new journal under another name and removes it again: what is wrong with it, or with the files that come
/// with it, is an error now.
fn on_trial(wish: &NewYear<'_>, author: Author<'_>, created: JournalCreated, taken: TakenOver) -> Result<()> {
    let contacts = Contacts::path_for(wish.path);
    let sheets = wish.recovery_sheet.into_iter().chain(wish.emergency_sheet);
    if wish.recovery_sheet.is_some() && wish.recovery_sheet == wish.emergency_sheet {
        return Err(Error::input("листы ключа восстановления и аварийного ключа — один и тот же файл")
            .next("укажите разные: они хранятся отдельно"));
    }
    for file in sheets.chain([contacts.as_path()]) {
        if files::is_there(&files::named(file)?) {
            return Err(Error::input(format!("файл «{}» уже существует", file.display()))
                .next("уберите его или укажите другое имя"));
        }
    }
    let room = PrivateFolder::new(&files::named(wish.path)?.with_extension("letopis-trial"))?;
    let made = Journal::create_with(&room.path().join("journal.letopis"), author, created, taken.bodies).map(drop);
    made.map_err(|error| match wish.school_file {
        Some(file) => error.at(format!("журнал следующего года по «{}»", file.display())),
        None => error.at("журнал следующего года".to_owned()),
    })
}

/// Asks the witnesses about the journal before; gives the one that has seen most of it, and what each says.
///
/// # Errors
/// A witness that contradicts.
fn hear(proven: &Proven, witnesses: &[Outside]) -> Result<(PreviousWitness, Vec<Testimony>)> {
    let mut most = (0, PreviousWitness::Nothing);
    let mut testimonies = Vec::new();
    for witness in witnesses {
        let testimony = witness.ask(proven)?;
        if testimony.lost_in.is_some() {
            continue;
        }
        if testimony.recorded == Some(false) {
            return Err(Error::damaged(format!(
                "записи о том, что создан {}, в прежнем журнале нет: его конец отрезан, или он извлечён из архива",
                testimony.witness
            ))
            .next("возьмите сам прежний журнал или другого свидетеля")
            .then_by("или продолжите без него", Action::Give(Detail::WithoutWitness)));
        }
        let length = testimony.length.clone().map_err(|what| {
            Error::damaged(format!("прежний журнал не таков, каким его видел свидетель: {what}"))
                .next("не продолжайте его: восстановите журнал из архива и сообщите директору")
        })?;
        if length >= most.0 {
            let seen = match witness {
                Outside::Head(_) | Outside::Stick(_) | Outside::Checkpoint(_) => PreviousWitness::Head { length },
                Outside::Archive(archive) => {
                    PreviousWitness::Archive { name: archive.name.clone(), code: archive.code.clone(), length }
                }
            };
            most = (length, seen);
        }
        testimonies.push(testimony);
    }
    Ok((most.1, testimonies))
}
