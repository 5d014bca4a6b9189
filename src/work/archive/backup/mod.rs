//! The copy of any day (§5.5.1): the journal as it stands, to a carrier, a second disk or a folder of the network, so that
//! no more than a day is lost with the school's computer.
//!
//! It is a bag like an archive and is proved like one. But it is no archive of a period: it issues nothing, is no link in
//! the chain of archives, and later ones take its place ([`rotation`]). Whatever goes wrong on the way leaves the older
//! copies as they were; the next run clears up what a killed one left ([`unfinished`]).

mod rotation;
mod unfinished;

#[cfg(test)]
mod tests;

pub use rotation::Keep;

use super::super::Workplace;
use super::make::{beside, facts, recipients};
use super::trust::{COPIERS, Witness};
use crate::archive::anchor::Anchor;
use crate::archive::bag::Content;
use crate::archive::carrier::{Carrier, locate};
use crate::archive::create::{self, Created, Plan};
use crate::archive::par2::create::Share;
use crate::archive::progress::Progress;
use crate::archive::report::Verdict;
use crate::archive::signature::AllowedSigners;
use crate::archive::verify::{Request, verify};
use crate::archive::{dated, export};
use crate::device::{self, DeviceId};
use crate::error::{Action, Detail, Error, Result, Warning};
use crate::files::{self, PrivateFolder};
use crate::journal::entry::BackupMade;
use crate::journal::read::Tables;
use crate::journal::{Author, Proven, read, rules};
use crate::ledger::chain::hex;
use crate::school::{Day, clean, format_date, printable};
use std::path::{Path, PathBuf};

use unfinished::Mark;

/// What is wanted.
pub struct NewBackup<'a> {
    /// A carrier, or any other folder that is there.
    pub to: &'a Path,
    /// How many copies stay.
    pub keep: Keep,
    /// How much recovery data to make.
    pub recovery: Share,
    /// Whether it may lie on the disk that the journal lies on.
    pub allow_same_device: bool,
    /// Whether it is put up with that copies made there before are there no more.
    pub new_place: bool,
}

/// What was made.
#[derive(Debug)]
pub struct MadeBackup {
    /// The copy as it was recorded.
    pub recorded: BackupMade,
    /// Where it lies.
    pub folder: PathBuf,
    /// Fingerprint of the key that signed it.
    pub fingerprint: String,
    /// How many copies of this journal lie there now.
    pub kept: usize,
    /// Names of the copies that it took the place of.
    pub removed: Vec<String>,
    /// What should be known, in Russian.
    pub notes: Vec<Warning>,
    /// A copy lies there that the journal contradicts: the journal was rolled back or replaced.
    pub contradiction: Option<Error>,
}

/// Makes and records a copy of the day, and removes those that it takes the place of.
///
/// # Errors
/// A journal that does not pass its audit; somebody who may not; a place that is not there, is full or fails. What was
/// there before stays whole.
pub fn backup(place: &mut Workplace<'_>, wish: &NewBackup<'_>, progress: &dyn Progress) -> Result<MadeBackup> {
    let (author, journal) = (place.author, &mut *place.journal);
    let target = Carrier::or_folder(wish.to)?;
    // What forbids the whole is better heard before the proof, which takes longer.
    copier(journal.tables(), author)?;
    may_lie(journal.tables(), journal.path(), &target, wish)?;
    let whole_run = journal.path().with_extension("backup-run");
    let _alone = PrivateFolder::alone(&whole_run)?;
    let proven = journal.prove(&mut |_| {})?;
    let tables = proven.tables()?;
    let login = copier(&tables, author)?;
    let mut notes = may_lie(&tables, journal.path(), &target, wish)?;
    let day = read::school(&tables)?.day_of(author.now());
    let name = free_name(&target, day)?;
    let mut made = described(&proven, &tables, &target, &name)?;
    // Nor is what cannot be recorded worth writing; what is not committed is not recorded.
    journal.batch()?.record(author, made.clone())?;
    let id = hex(&proven.tip().journal);
    let was_empty = !files::is_there(target.folder());
    target.make_folder()?;
    notes.extend(unfinished::clear(&target, &id, progress)?);
    let copy = Written { login: &login, day, name: &name, target: &target };
    let created = write(&proven, author, &copy, wish, progress).inspect_err(|_| {
        if was_empty {
            target.remove_empty_folder();
        }
    })?;
    notes.extend(created.notes.iter().cloned().map(Warning::from));
    made.tagmanifest.clone_from(&created.code);
    (made.files, made.bytes) = (created.files, created.bytes);
    journal.record(author, made.clone())?;
    let turned = rotation::turn(&proven, &target, wish.keep, &id)?;
    notes.extend(turned.notes);
    Ok(MadeBackup {
        folder: target.bag(&name).root().to_owned(),
        recorded: made,
        fingerprint: author.fingerprint(),
        kept: turned.kept,
        removed: turned.removed,
        notes,
        contradiction: turned.contradiction,
    })
}

/// The login of who may copy the journal.
fn copier(tables: &Tables, author: Author<'_>) -> Result<String> {
    let key = read::key(tables, &author.fingerprint())?.filter(|key| key.revoked_at.is_none());
    for role in COPIERS {
        if let Some(key) = &key
            && read::has_role(tables, &key.login, role)?
        {
            return Ok(key.login.to_string());
        }
    }
    Err(Error::refused("у вашего ключа нет права копировать журнал (§5.5.1)")
        .next("копию дня делает диспетчер, завуч или директор своим ключом")
        .then_by("по расписанию — служба копирования, её заводит администратор", Action::AddBackupService))
}

/// Whether a copy may lie there. Gives what is put up with.
fn may_lie(tables: &Tables, home: &Path, target: &Carrier, wish: &NewBackup<'_>) -> Result<Vec<Warning>> {
    rules::is_not_lost(tables, &target.card().id)?;
    let shown = target.card().label.as_str();
    if device::is_read_only(wish.to)? {
        return Err(Error::environment(format!("«{shown}» доступен только для чтения"))
            .next("снимите защиту от записи или подключите другой носитель"));
    }
    if !wish.new_place {
        copies_are_there(tables, target)?;
    }
    let disks = |path: &Path| match device::identify(path) {
        Ok(DeviceId::Block { disks }) => disks,
        _ => Default::default(),
    };
    let (there, here) = (disks(wish.to), disks(home));
    let shared: Vec<&str> = there.intersection(&here).map(String::as_str).collect();
    if shared.is_empty() {
        return Ok(Vec::new());
    }
    let what = format!(
        "«{shown}» лежит на том же диске, что и журнал ({}): сломается он — пропадут и журнал, и копия",
        shared.join(", ")
    );
    if wish.allow_same_device {
        return Ok(vec![what.into()]);
    }
    Err(Error::refused(what)
        .next("подключите носитель, второй диск или папку сети; если они подключены, проверьте путь")
        .then_by("отменить эту проверку можно на вашу ответственность", Action::Give(Detail::SameDevice)))
}

/// Where copies were made before, they are: else it is a folder into which nothing is plugged.
fn copies_are_there(tables: &Tables, target: &Carrier) -> Result<()> {
    let (carrier, place) = whereabouts(tables, target)?;
    let before =
        read::newest_backups(tables)?.into_iter().find(|known| known.carrier == carrier && known.place == place);
    let Some(before) = before.filter(|_| carrier.is_empty()) else { return Ok(()) };
    let is_copy = |bag: &PathBuf| {
        bag.file_name().and_then(|name| name.to_str()).is_some_and(|name| dated::day_of(name).is_some())
    };
    let found = if files::is_folder(target.folder()) { locate(target.folder())? } else { Default::default() };
    let any = found.bags.iter().chain(&found.unfinished).any(is_copy);
    if any {
        return Ok(());
    }
    let day = format_date(read::school(tables)?.day_of(before.at));
    Err(Error::environment(format!("в «{place}» нет прежних копий, а {day} туда записана «{}»: похоже, диск, носитель или папка сети не подключены", before.name))
        .next("подключите его и повторите")
        .then_by("если он новый или прежние копии убраны, скажите это", Action::Give(Detail::NewPlace)))
}

/// The carrier or the folder, as the journal calls it: one of the two is empty.
fn whereabouts(tables: &Tables, target: &Carrier) -> Result<(String, String)> {
    let card = target.card();
    if !card.id.is_empty() && read::carrier(tables, &card.id)?.is_some() {
        return Ok((card.id.clone(), String::new()));
    }
    let folder = target.folder().parent().unwrap_or(target.folder()).display().to_string();
    // What cannot be printed is in no entry.
    Ok((String::new(), clean(&printable(&folder))?))
}

/// The first name of this day under which nothing lies.
fn free_name(target: &Carrier, day: Day) -> Result<String> {
    let is_free = |name: &String| !files::is_there(target.bag(name).root()) && !Mark::is_set(target, name);
    (1..1000).map(|number| dated::name(day, number)).find(is_free).ok_or_else(|| {
        Error::environment("не нашлось имени для копии дня").next("уберите лишние копии этого дня и повторите")
    })
}

/// What is recorded of a copy, but for what only the written one tells.
fn described(proven: &Proven, tables: &Tables, target: &Carrier, name: &str) -> Result<BackupMade> {
    let (carrier, place) = whereabouts(tables, target)?;
    let (tip, tagmanifest) = (proven.tip(), "0".repeat(64));
    let (name, length, head) = (name.to_owned(), tip.seq, hex(&tip.head));
    Ok(BackupMade { name, carrier, place, tagmanifest, length, head, files: 0, bytes: 0 })
}

struct Written<'a> {
    login: &'a str,
    day: Day,
    name: &'a str,
    target: &'a Carrier,
}

/// Writes the copy, reads it back and proves it.
fn write(
    proven: &Proven,
    author: Author<'_>,
    copy: &Written<'_>,
    wish: &NewBackup<'_>,
    progress: &dyn Progress,
) -> Result<Created> {
    let mut facts = facts(proven, author, copy.login, &format_date(copy.day), proven.tip())?;
    (facts.content, facts.previous, facts.recovery) = (Content::Backup, None, wish.recovery.percent());
    progress.begin("снимок журнала", 0);
    let exported = export::database(proven, &beside(proven, "backup-tmp"))?;
    let mark = Mark::set(copy.target, copy.name, &facts.journal)?;
    let plan = Plan {
        name: copy.name,
        carriers: std::slice::from_ref(copy.target),
        recipients: &recipients(proven)?,
        signer: author.signer,
        signers: &signers(proven)?,
        facts: &facts,
        packages: std::slice::from_ref(&exported.package),
        scratch: &beside(proven, "backup-recovery-tmp"),
    };
    let bag = copy.target.bag(copy.name);
    let created = create::create(&plan, progress).inspect_err(|_| {
        // What could not be removed is left to the next run, which the mark tells of it.
        if !files::is_there(bag.root()) {
            let _ = mark.remove();
        }
    })?;
    let witness = Witness(proven);
    let request = Request { anchors: &[Anchor::Journal(&witness)], ..Request::default() };
    let report = verify(bag.root(), &request, progress)?;
    if !matches!(report.verdict, Verdict::Genuine { .. }) {
        let faults: Vec<String> = report.faults().map(ToString::to_string).collect();
        let folder = bag.root().display();
        return Err(Error::damaged(format!(
            "копия «{folder}» только что записана и {}: {}",
            report.verdict.word(),
            faults.join("; ")
        ))
        .next("этому носителю верить нельзя: возьмите другой; прежние копии целы"));
    }
    mark.remove()?;
    Ok(created)
}

/// Whose signature a copy may bear.
fn signers(proven: &Proven) -> Result<AllowedSigners> {
    let tables = proven.tables()?;
    let mut people = Vec::new();
    for role in COPIERS {
        people.extend(read::keys_in_force(&tables, role)?);
    }
    people.sort_by_key(|(login, key)| (login.clone(), key.fingerprint()));
    people.dedup();
    Ok(AllowedSigners::new(people))
}
