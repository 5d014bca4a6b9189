//! Making the archive of a period or of the year: everything is proved first, then issued, exported, written to both
//! carriers, read back, and recorded (§2.5, §5.5).
//!
//! A run that was interrupted is taken up where it stands: a copy that is whole and was never recorded is completed on
//! the other carrier and recorded, and what is no archive yet is removed.

use std::path::{Path, PathBuf};

use super::super::Workplace;
use super::due::Due;
use super::fit::{check_carriers, continues};
use super::interrupted::{adopt, declare_again, free_name};
use super::trust::MAKERS;
use crate::archive::bag::{Content, Facts, Previous};
use crate::archive::carrier::Carrier;
use crate::archive::create::{self, Copied, Created, Plan};
use crate::archive::export;
use crate::archive::package::{Package, Source};
use crate::archive::par2::create::Share;
use crate::archive::progress::Progress;
use crate::archive::signature::AllowedSigners;
use crate::error::{Action, Detail, Error, Result, Warning};
use crate::files::PrivateFolder;
use crate::journal::entry::{ArchiveCreated, ArchiveKind, CopyOn};
use crate::journal::read::{Tables, outdated};
use crate::journal::{Author, Journal, Proven, read};
use crate::ledger::chain::{Tip, hex};
use crate::ledger::log::checkpoint::Checkpoint;
use crate::print::issue::{self, Issued, Out};
use crate::print::setting::SetOtherwise;
use crate::print::{Form, Layouts};
use crate::school::{ClassName, Role};
use crate::work::submission;
use crate::work::year;
use chrono::SubsecRound;

/// What is wanted.
pub struct NewArchive<'a> {
    /// A period's name, or «Год».
    pub period: &'a str,
    /// Where the two carriers are mounted.
    pub targets: &'a [PathBuf],
    /// Whether targets whose device cannot be told, or that are one device, are put up with.
    pub allow_same_device: bool,
    /// The layouts to issue documents with.
    pub layouts: &'a Layouts,
    /// How much recovery data to make.
    pub recovery: Share,
    /// Whether the database alone is copied, and no document issued (§5.5.1).
    pub database_only: bool,
}

/// What was made.
#[derive(Debug)]
pub struct Made {
    /// The archive as it was recorded.
    pub recorded: ArchiveCreated,
    /// Documents that went into it; none where an interrupted run was completed.
    pub documents: Vec<Issued>,
    /// Where the copies lie.
    pub folders: Vec<PathBuf>,
    /// Fingerprint of the key that signed it, for the act.
    pub fingerprint: String,
    /// What should be known, in Russian.
    pub notes: Vec<Warning>,
    /// Where only one copy was written: what became of the other.
    pub failed: Option<Error>,
}

/// Makes and records an archive.
///
/// # Errors
/// A journal that does not pass its audit; carriers that are not registered, or are one device, or have one holder or
/// place; a carrier whose archive the journal contradicts; a carrier that fails. What was on the carriers stays whole.
pub fn create(place: &mut Workplace<'_>, wish: &NewArchive<'_>, progress: &dyn Progress) -> Result<Made> {
    let (author, journal) = (place.author, &mut *place.journal);
    let school = read::school(journal.tables())?;
    let due = Due::parse(&school, wish.period)?;
    let may = |tables: &Tables| if wish.database_only { dispatcher(tables, author) } else { maker(tables, author) };
    let fit = |tables: &Tables, path: &Path, carriers: &[Carrier]| {
        check_carriers(tables, path, carriers, wish.targets, wish.allow_same_device)
    };
    // What forbids the whole is better heard before the proof, which takes longer.
    may(journal.tables())?;
    due.check_day(&school, school.day_of(author.now()))?;
    let carriers = wish.targets.iter().map(|mount| Carrier::open(mount)).collect::<Result<Vec<_>>>()?;
    fit(journal.tables(), journal.path(), &carriers)?;
    let mut proven = journal.prove(&mut |_| {})?;
    let tables = proven.tables()?;
    let school = read::school(&tables)?;
    let login = may(&tables)?;
    let unfinished = due.check_day(&school, school.day_of(author.now()))?;
    let mut notes = fit(&tables, journal.path(), &carriers)?;
    continues(&proven, &carriers)?;
    declare_again(&tables, &carriers, &mut notes, progress)?;
    let base = if wish.database_only { format!("{}-db", due.bag) } else { due.bag.clone() };
    let (name, interrupted) = free_name(&proven, &carriers, &base, &mut notes, progress)?;
    if let Some(interrupted) = interrupted {
        return adopt(journal, author, &due.period, &carriers, &interrupted, notes, progress);
    }
    notes.extend(unfinished.map(Warning::from).into_iter().chain(due.earlier(&tables, &base)?));
    // Until they are in the archive the documents lie here.
    let folder = PrivateFolder::alone(&beside(&proven, "print-tmp"))?;
    let documents = match wish.database_only {
        true => Vec::new(),
        false => issue_due(journal, &mut proven, author, wish.layouts, folder.path(), &mut notes, progress)?,
    };
    progress.begin("снимок журнала", 0);
    let exported = export::database(&proven, &beside(&proven, "archive-tmp"))?;
    let mut packages = vec![exported.package.clone()];
    packages.extend(of_documents(&documents)?);
    let mut facts = facts(&proven, author, &login, &due.period, proven.tip())?;
    facts.recovery = wish.recovery.percent();
    facts.content = if wish.database_only { Content::Database } else { Content::Journal };
    let what = What { name: &name, period: &due.period, facts: &facts, packages: &packages };
    let made = write(journal, &proven, author, &what, &carriers, notes, progress)?;
    Ok(Made { documents, ..made })
}

/// Issues what is not issued yet, into a folder; what cannot be issued yet is noted.
fn issue_due(
    journal: &mut Journal,
    proven: &mut Proven,
    author: Author<'_>,
    layouts: &Layouts,
    folder: &Path,
    notes: &mut Vec<Warning>,
    progress: &dyn Progress,
) -> Result<Vec<Issued>> {
    // An archive is whole: what stands but would be set otherwise today goes into it set anew.
    let otherwise = SetOtherwise::Reissue;
    let (due, later) = issue::sort_out(proven, author, layouts, issue::everything(&proven.tables()?)?, otherwise)?;
    notes.extend(later.iter().map(Warning::of));
    progress.begin("печать документов", 0);
    let bound = outdated::all_bound(&proven.tables()?)?;
    let out = Out { progress: &|_| progress.advance(1), otherwise, ..Out::quietly(folder) };
    let issued = issue::issue(journal, proven, author, layouts, &due, &out)?;
    let is_new = |class: &ClassName| {
        let of =
            |one: &&Issued| one.wanted.form == Form::ClassBook && one.wanted.subject.to_string() == class.to_string();
        issued.iter().filter(of).find(|one| one.new)
    };
    for (class, number) in bound {
        if let Some(new) = is_new(&class) {
            let what = format!(
                "журнал {class} № {number} подшит, но с тех пор изменён или оформлен иначе: в архив вошёл выданный сейчас № {}",
                new.number
            );
            notes.push(Warning::from(what).next_by("допечатайте и подшейте изменённое", Action::PrintClass { class }));
        }
    }
    Ok(issued)
}

/// A new archive, put together.
pub(super) struct What<'a> {
    pub name: &'a str,
    /// The period, as it is recorded.
    pub period: &'a str,
    pub facts: &'a Facts,
    pub packages: &'a [Package],
}

/// Writes an archive to the carriers, for everybody who may open archives now, and records it.
pub(super) fn write(
    journal: &mut Journal,
    proven: &Proven,
    author: Author<'_>,
    what: &What<'_>,
    carriers: &[Carrier],
    mut notes: Vec<Warning>,
    progress: &dyn Progress,
) -> Result<Made> {
    let plan = Plan {
        name: what.name,
        carriers,
        recipients: &recipients(proven)?,
        signer: author.signer,
        signers: &signers(proven)?,
        facts: what.facts,
        packages: what.packages,
        scratch: &beside(proven, "recovery-tmp"),
    };
    let created = create::create(&plan, progress)?;
    notes.extend(created.notes.iter().cloned().map(Warning::from));
    let written: Vec<&Copied> = created.copies.iter().filter(|copy| copy.outcome.is_ok()).collect();
    let folders = written.iter().map(|copy| copy.folder.clone()).collect();
    let recorded = ArchiveCreated {
        name: created.name.clone(),
        period: what.period.to_owned(),
        tagmanifest: created.code.clone(),
        length: what.facts.length,
        head: what.facts.head.clone(),
        files: created.files,
        bytes: created.bytes,
        signer: String::new(),
        copies: written.iter().map(|copy| CopyOn { carrier: copy.carrier.clone() }).collect(),
        kind: Some(kind_of(what.facts.content)),
    };
    let failed = failed(&created);
    journal.record(author, recorded.clone())?;
    let fingerprint = author.fingerprint();
    Ok(Made { recorded, documents: Vec::new(), folders, fingerprint, notes, failed })
}

/// What is in an archive, as the ledger says it.
pub(super) fn kind_of(content: Content) -> ArchiveKind {
    match content {
        Content::Journal => ArchiveKind::Journal,
        // A copy of any day is never recorded as an archive.
        Content::Database | Content::Backup => ArchiveKind::Database,
        Content::Summaries => ArchiveKind::Summaries,
    }
}

/// A folder beside the journal, for what must lie in the clear for a while.
pub(super) fn beside(proven: &Proven, suffix: &str) -> PathBuf {
    proven.path().with_extension(suffix)
}

/// The login of the author, who may make archives. Asked before anything is written; recording asks again.
pub(super) fn maker(tables: &Tables, author: Author<'_>) -> Result<String> {
    let key = read::key(tables, &author.fingerprint())?.filter(|key| key.revoked_at.is_none());
    for role in [Role::DeputyHead, Role::Director] {
        if let Some(key) = &key
            && read::has_role(tables, &key.login, role)?
        {
            return Ok(key.login.to_string());
        }
    }
    Err(Error::refused("у вашего ключа нет права создавать архивы с документами (§5.5.2)")
        .next("архив создаёт заместитель директора или директор своим ключом")
        .then_by("диспетчер — копию базы данных", Action::Give(Detail::DatabaseOnly)))
}

/// The login of who copies the database: the dispatcher (§5.5.1), or whoever may make archives at all.
fn dispatcher(tables: &Tables, author: Author<'_>) -> Result<String> {
    let key = read::key(tables, &author.fingerprint())?.filter(|key| key.revoked_at.is_none());
    match key {
        Some(key) if read::has_role(tables, &key.login, Role::Dispatcher)? => Ok(key.login.into()),
        _ => maker(tables, author),
    }
}

/// A package a class, with everything that was issued for it, and one with the registers of the school.
fn of_documents(documents: &[Issued]) -> Result<Vec<Package>> {
    let mut subjects: Vec<_> = documents.iter().map(|document| document.wanted.subject.class()).collect();
    subjects.sort();
    subjects.dedup();
    subjects
        .iter()
        .map(|class| {
            let name = class.map_or_else(|| "registers".to_owned(), |class| format!("class-{}", class.ascii()));
            let mut package = Package::new(&name)?;
            for document in documents.iter().filter(|document| document.wanted.subject.class() == *class) {
                let name = document.file.file_name().map(|name| name.to_string_lossy().into_owned());
                package.add(&name.unwrap_or_default(), Source::File(document.file.clone()))?;
                for file in &document.beside {
                    let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
                    package.add(&name.unwrap_or_default(), Source::File(file.clone()))?;
                }
            }
            Ok(package)
        })
        .collect()
}

pub(super) fn facts(proven: &Proven, author: Author<'_>, login: &str, period: &str, tip: Tip) -> Result<Facts> {
    let tables = proven.tables()?;
    let (school, person) = (read::school(&tables)?, read::staff(&tables, login)?);
    let who = person.map(|p| format!("{}, {}", p.name.full(), p.position)).unwrap_or_default();
    let previous = year::last_archive(proven)?.map(|last| Previous { name: last.name, code: last.code });
    Ok(Facts {
        school: school.school.name.clone(),
        author: who,
        login: login.to_owned(),
        created: author.now().trunc_subsecs(0).with_timezone(&school.offset()).to_rfc3339(),
        period: format!("{period}, {} учебный год", school.year.name),
        journal: hex(&tip.journal),
        length: tip.seq,
        head: hex(&tip.head),
        previous,
        recovery: 0,
        source: None,
        content: Content::Journal,
        checkpoint: checkpoint_within(proven, tip),
    })
}

/// The newest checkpoint that witnesses have signed, of the ledger up to a place. What is kept of their answers is not the
/// journal's: where it does not read, the archive is made without it, and the list of witnesses says why.
fn checkpoint_within(proven: &Proven, tip: Tip) -> Option<String> {
    let note = submission::newest(proven).ok().flatten()?;
    Checkpoint::read(&note).is_ok_and(|point| point.size <= tip.seq).then(|| note.to_string())
}

/// Who can open the archive: the director, the deputy heads, and the recovery key.
pub(in crate::work) fn recipients(proven: &Proven) -> Result<Vec<String>> {
    let tables = &proven.tables()?;
    let mut recipients = Vec::new();
    for (role, who) in [(Role::Director, "директора"), (Role::DeputyHead, "завуча")] {
        let keys = read::keys_in_force(tables, role)?;
        if keys.is_empty() {
            return Err(Error::refused(format!(
                "в журнале нет действующего ключа {who}: открыть архив было бы некому"
            ))
            .next_by("внесите ключ", Action::EnrollKey));
        }
        recipients.extend(keys.into_iter().map(|(_, key)| key.recipient().to_owned()));
    }
    recipients.extend(read::recovery_keys(tables)?);
    recipients.sort();
    recipients.dedup();
    Ok(recipients)
}

fn signers(proven: &Proven) -> Result<AllowedSigners> {
    let tables = proven.tables()?;
    let keys = MAKERS.into_iter().map(|role| read::keys_in_force(&tables, role));
    let mut people: Vec<_> = keys.collect::<Result<Vec<_>>>()?.into_iter().flatten().collect();
    people.sort_by_key(|(login, key)| (login.clone(), key.fingerprint()));
    people.dedup();
    Ok(AllowedSigners::new(people))
}

/// What became of a copy that was not written, and how to go on.
fn failed(created: &Created) -> Option<Error> {
    let (failed, error) =
        created.copies.iter().find_map(|copy| copy.outcome.as_ref().err().map(|error| (copy, error)))?;
    let message = format!(
        "вторая копия, «{}», не записана: {}. Первая цела и записана в журнал как единственная",
        failed.folder.display(),
        error.message()
    );
    let complete = Action::CompleteArchive { name: Some(created.name.clone()) };
    Some(Error::damaged(message).next_by("подключите исправный носитель и допишите копию", complete))
}
