//! The journal of the next year, with all that it takes over from the one before, once that is proven.

use super::taken_over::{self, TakenOver};
use crate::error::{Action, Detail, Error, Result};
use crate::files::{self, PrivateFolder};
use crate::journal::contacts::Contacts;
use crate::journal::entry::{JournalCreated, Person, PreviousWitness};
use crate::journal::{Author, Journal, Proven};
use crate::ledger::identity::Identity;
use crate::ledger::signer::Signer;
use crate::school::{Clock, School};
use crate::work::archive::witnesses::{Outside, Testimony, that_speak_of};
use crate::work::founding::write_recovery;
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
    /// Where the school was read from, for whoever must mend it.
    pub school_file: &'a Path,
    /// Where a new recovery key is written down; without it, the old one stays.
    pub recovery_sheet: Option<&'a Path>,
    /// Whether the year is begun once more, since the journal that was begun was not made or is lost.
    pub another: bool,
}

/// The new year.
pub struct Begun {
    /// Its journal.
    pub journal: Journal,
    /// The journal that it continues.
    pub previous: PathBuf,
    /// Pupils who were taken over.
    pub pupils: usize,
    /// Pupils who have finished or left.
    pub gone: usize,
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
        administrator: &str,
        witnesses: Vec<Outside>,
    ) -> Result<(Self, Vec<Testimony>)> {
        let author = Author { signer, clock, taken_over: false };
        let proven = journal.prove(&mut |_| {})?;
        let administrator = taken_over::administrator(&proven, administrator, &author.fingerprint())?;
        let (witness, testimonies) = hear(&proven, &that_speak_of(witnesses, proven.tip()))?;
        Ok((Self { journal, proven, author, administrator, witness }, testimonies))
    }

    /// How many records it has.
    pub fn length(&self) -> u64 {
        self.proven.tip().seq
    }

    /// Begins the next year: the old journal says that it is continued, and the new one has all that goes over, or is not
    /// there.
    ///
    /// # Errors
    /// Whatever forbids the new journal is heard before the old one says that it is continued.
    pub fn begin(self, wish: &NewYear<'_>) -> Result<Begun> {
        let Self { journal: mut old, proven, author, administrator, witness } = self;
        let fingerprint = author.fingerprint();
        let recovery = wish.recovery_sheet.map(|_| Identity::generate());
        let new = |proven: &Proven, token: String| -> Result<(JournalCreated, TakenOver)> {
            let (administrator, begins) = (administrator.clone(), wish.school.year.begins);
            let mut taken =
                taken_over::take_over(proven, administrator, &fingerprint, begins, (token, witness.clone()))?;
            let recovery = recovery.as_ref().map(|key| key.public().recipient().to_owned());
            let created = JournalCreated {
                previous: Some(taken.previous.clone()),
                school: wish.school.clone(),
                administrator: taken.administrator.clone(),
                key: author.signer.public(),
                recovery: recovery.unwrap_or_else(|| std::mem::take(&mut taken.recovery)),
                second: std::mem::take(&mut taken.second),
                emergency: taken.emergency.take(),
            };
            Ok((created, taken))
        };
        let of_school = |error: Error| error.at(format!("файл «{}»", wish.school_file.display()));
        let (created, taken) = new(&proven, "0".repeat(32)).map_err(of_school)?;
        on_trial(wish, author, created, taken)?;
        let (token, proven) = taken_over::mark_continued(&mut old, &proven, author, wish.another)?;
        let (created, TakenOver { bodies, pupils: (pupils, gone), .. }) = new(&proven, token)?;
        if let (Some(sheet), Some(recovery)) = (wish.recovery_sheet, &recovery) {
            write_recovery(sheet, recovery, &wish.school, author.clock)?;
        }
        let journal = Journal::create_with(wish.path, author, created, bodies).inspect_err(|_| {
            if let Some(sheet) = wish.recovery_sheet {
                let _ = files::real(sheet).and_then(|sheet| files::remove(&sheet));
            }
        })?;
        let contacts = taken_over::take_over_contacts(&old, &journal)?;
        Ok(Begun { journal, previous: old.path().to_owned(), pupils, gone, contacts })
    }
}

/// Makes the new journal under another name and removes it again: what is wrong with it, or with the files that come
/// with it, is an error now.
fn on_trial(wish: &NewYear<'_>, author: Author<'_>, created: JournalCreated, taken: TakenOver) -> Result<()> {
    let contacts = Contacts::path_for(wish.path);
    for file in wish.recovery_sheet.into_iter().chain([contacts.as_path()]) {
        if files::is_there(&files::named(file)?) {
            return Err(Error::input(format!("файл «{}» уже существует", file.display()))
                .next("уберите его или укажите другое имя"));
        }
    }
    let room = PrivateFolder::new(&files::named(wish.path)?.with_extension("letopis-trial"))?;
    let made = Journal::create_with(&room.path().join("journal.letopis"), author, created, taken.bodies).map(drop);
    made.map_err(|error| error.at(format!("журнал следующего года по «{}»", wish.school_file.display())))
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
                Outside::Head(_) => PreviousWitness::Head { length },
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
