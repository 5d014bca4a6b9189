//! Issuing documents: proof of the journal, rendering, the entry in the register, the files (§5.1, §5.4).
//!
//! Documents are made of what was proven of the journal ([`Proven`]) and of nothing else; the file's own tables never reach
//! certified paper. A document's number is used again while nothing on its pages has changed: it is rendered as it was
//! issued last, from the tables of today, and only if a page's code differs does it get a new number, unless it is today's
//! program alone that sets it otherwise ([`super::setting`]). Every document names
//! the place in the ledger that the proof ends at. Files appear under their names after the register has
//! them, so no certified paper exists that the ledger does not know.

mod leaves;
mod made;

pub use leaves::{Differing, differing_leaves, leaves_again};

use made::{Made, register, write, write_issued};

use super::pdf::WRITING;
use super::register::{Registered, checkpoint_at, context_of, last_issued};
use super::setting::{self, SetOtherwise};
use super::{Form, IssueContext, Layouts, Rendered, Subject, Variant, Wanted, ready, render, resources, signature};
use crate::error::{Action, Detail, Error, Kind, Result};
use crate::files::{self, Readers};
use crate::journal::entry::{DocumentIssued, IssuedPage, IssuedResource, RULES, Replaces};
use crate::journal::read::Tables;
use crate::journal::{Author, Journal, Proven, read, rules};
use crate::ledger::chain::{Tip, hex};
use crate::school::{PersonName, Role};
use chrono::{DateTime, FixedOffset, SubsecRound};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The version that documents name.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A document that was issued, now or before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// What it is.
    pub wanted: Wanted,
    /// Its register number.
    pub number: String,
    /// Its title.
    pub title: String,
    /// Pages.
    pub pages: usize,
    /// Leaves.
    pub leaves: u32,
    /// Where its file lies.
    pub file: PathBuf,
    /// The files of its signatures, beside it.
    pub beside: Vec<PathBuf>,
    /// Whether it got its number now.
    pub new: bool,
}

/// Everything that is issued at the end of a year: the books of all classes, their sheets kept for 25 years, and the
/// school's registers.
pub fn everything(tables: &Tables) -> Result<Vec<Wanted>> {
    let classes = read::classes(tables)?;
    let of = |form: Form| classes.iter().map(move |class| Wanted::of_class(form, class.clone()));
    let books = [Form::ClassBook, Form::SummarySheet].into_iter().flat_map(of);
    let registers = REGISTERS.map(|form| Wanted::new(form, Subject::School));
    Ok(books.chain(registers).collect())
}

/// The registers of the whole school.
const REGISTERS: [Form; 4] = [Form::Corrections, Form::Carriers, Form::Keys, Form::Register];

/// Issues what is wanted, as it was proven, and writes the files into `dir`. `proven` goes on to the entries that this
/// records. `progress` is told how many documents are done.
///
/// # Errors
/// An author without the right; something that cannot be certified yet; a folder that cannot be written. Then nothing is
/// issued.
pub fn issue(
    journal: &mut Journal,
    proven: &mut Proven,
    author: Author<'_>,
    layouts: &Layouts,
    wanted: &[Wanted],
    out: &Out<'_>,
) -> Result<Vec<Issued>> {
    let Out { dir, progress, reason, otherwise, replaces } = *out;
    let tables = proven.tables()?;
    let issuer = Issuer { reason, otherwise, replaces, ..Issuer::new(&tables, author, layouts)? };
    let today = issuer.school.day_of(issuer.issued_at);
    for document in wanted {
        if let Some(why) = ready::not_yet(&tables, document, today)? {
            return Err(why);
        }
    }
    let dir = &*files::named(dir)?;
    files::make_folders(dir, Readers::All).map_err(|e| Error::file("создать папку", dir, &e))?;
    // The register of documents lists the others, so it is made after them.
    let (last, first): (Vec<_>, Vec<_>) = wanted.iter().cloned().partition(|wanted| wanted.form == Form::Register);
    let done = AtomicU64::new(0);
    let mut issued = Vec::new();
    let mut rounds = vec![last, first];
    while let Some(round) = rounds.pop() {
        let made = issuer.round(proven, &round, dir, &|| progress(done.fetch_add(1, Ordering::Relaxed) + 1))?;
        if register(journal, author, &made)? {
            *proven = proven.advance()?;
        }
        // How many volumes a book has is known once its first is laid out.
        let further: Vec<Wanted> = made.iter().flat_map(Made::further_volumes).collect();
        rounds.extend((!further.is_empty()).then_some(further));
        let tables = proven.tables()?;
        for made in made {
            let one = made.into_place()?;
            let beside = signature::put_beside(proven, &tables, &one.number, &one.file)?;
            issued.push(Issued { beside, ..one });
        }
        files::sync_folder(dir).map_err(|e| Error::file("записать", dir, &e))?;
    }
    Ok(issued)
}

/// What of this can be issued now, and why the rest cannot: it has not happened yet, something is missing of it and it was
/// not issued with a reason as it stands, or it stands and would be set otherwise today.
///
/// # Errors
/// As [`issue`].
pub fn sort_out(
    proven: &Proven,
    author: Author<'_>,
    layouts: &Layouts,
    wanted: Vec<Wanted>,
    otherwise: SetOtherwise<'_>,
) -> Result<(Vec<Wanted>, Vec<Error>)> {
    let tables = proven.tables()?;
    let issuer = Issuer::new(&tables, author, layouts)?;
    let today = issuer.school.day_of(issuer.issued_at);
    let (mut due, mut left) = (Vec::new(), Vec::new());
    let standing = issuer.set_otherwise(proven, &tables, &wanted)?;
    for document in wanted {
        if let (SetOtherwise::Refuse, Some(issued)) = (otherwise, standing.get(&document)) {
            left.push(setting::refusal(issued));
            continue;
        }
        if standing.contains_key(&document) {
            due.push(document);
            continue;
        }
        let leaves = issuer.leaves_of_today(proven, &tables, &document)?;
        if !leaves.is_empty() {
            due.push(document);
            due.extend(leaves);
            continue;
        }
        if let Some(why) = ready::not_yet(&tables, &document, today)? {
            left.push(why);
            continue;
        }
        match ready::gaps(&tables, &document)? {
            Some(gaps) if !issuer.stands(proven, &tables, &document)? => left.push(ready::incomplete(&gaps)),
            _ => due.push(document),
        }
    }
    Ok((due, left))
}

/// Whether a document was issued and would be printed again under its number.
///
/// # Errors
/// As [`issue`].
pub fn stands(proven: &Proven, author: Author<'_>, layouts: &Layouts, wanted: &Wanted) -> Result<bool> {
    let tables = proven.tables()?;
    Issuer::new(&tables, author, layouts)?.stands(proven, &tables, wanted)
}

/// Where files go, who is told how many documents are done, and what excuses gaps.
#[derive(Clone, Copy)]
pub struct Out<'a> {
    /// The folder.
    pub dir: &'a Path,
    /// Told after each document how many there are by now.
    pub progress: &'a (dyn Fn(u64) + Sync),
    /// Why a document is issued of which something is missing; empty where none is to be.
    pub reason: &'a str,
    /// What is done with documents that are the same but would be set otherwise today.
    pub otherwise: SetOtherwise<'a>,
    /// The leaves of a book that are to be replaced, where it is those that are wanted.
    pub replaces: Option<&'a Replaces>,
}

impl<'a> Out<'a> {
    /// Into a folder, with nobody told.
    pub fn quietly(dir: &'a Path) -> Self {
        Self { dir, progress: &|_| {}, reason: "", otherwise: SetOtherwise::Refuse, replaces: None }
    }
}

/// Writes drafts: unnumbered, marked «ПРОЕКТ», with no entry.
///
/// # Errors
/// As [`issue`], but for the proof and the right, which a draft does not need.
pub fn draft(
    journal: &Journal,
    now: DateTime<FixedOffset>,
    layouts: &Layouts,
    wanted: &[Wanted],
    dir: &Path,
) -> Result<Vec<PathBuf>> {
    let dir = &*files::named(dir)?;
    files::make_folders(dir, Readers::All).map_err(|e| Error::file("создать папку", dir, &e))?;
    let path = journal.path().to_owned();
    let nobody = PersonName { surname: String::new(), given: String::new(), patronymic: String::new() };
    let one = |wanted: &Wanted| -> Result<(PathBuf, u32)> {
        let tables = Journal::open(&path)?.reader()?;
        let tip = read::ledger::tip(&tables)?;
        let context = context(tip, String::new(), now.trunc_subsecs(0), nobody.clone(), String::new());
        let rendered = render(&tables, layouts, wanted, &context)?;
        let file = dir.join(format!("{}-draft.pdf", wanted.file_stem()));
        files::replace(&file, &rendered.pdf, Readers::Owner).map_err(|e| Error::file("записать", &file, &e))?;
        Ok((file, rendered.volumes))
    };
    let volumes = |wanted: &Wanted| -> Result<Vec<PathBuf>> {
        let (file, volumes) = one(wanted)?;
        let mut files = vec![file];
        for volume in 2..=volumes {
            let variant = Variant { volume, ..wanted.variant };
            files.push(one(&Wanted { variant, ..wanted.clone() })?.0);
        }
        Ok(files)
    };
    Ok(wanted.par_iter().map(volumes).collect::<Result<Vec<_>>>()?.concat())
}

struct Issuer<'a> {
    layouts: &'a Layouts,
    school: crate::school::School,
    issued_at: DateTime<FixedOffset>,
    name: PersonName,
    position: String,
    /// Why something is issued with gaps.
    reason: &'a str,
    otherwise: SetOtherwise<'a>,
    replaces: Option<&'a Replaces>,
}

impl<'a> Issuer<'a> {
    /// Renders and writes what is wanted, side by side: first what is printed as it was issued last, then the rest,
    /// which takes the next numbers. `done` is told of each.
    fn round(&self, proven: &Proven, wanted: &[Wanted], dir: &Path, done: &(dyn Fn() + Sync)) -> Result<Vec<Made>> {
        let tables = proven.tables()?;
        let last: Vec<Option<Registered>> =
            wanted.iter().map(|wanted| last_issued(&tables, wanted)).collect::<Result<_>>()?;
        let again: Vec<Option<Made>> = (wanted, last)
            .into_par_iter()
            .map(|(one, last)| {
                if leaves::is_printed_as_issued(one, wanted) {
                    return last.map(|last| self.as_it_was(proven, one, &last, dir)).transpose().map(Option::flatten);
                }
                let wanted = one;
                let last = last.filter(|last| self.reason.is_empty() || self.reason == last.reason);
                let made = last.map(|last| self.again(proven, wanted, &last, dir)).transpose()?.flatten();
                made.iter().for_each(|_| done());
                Ok(made)
            })
            .collect::<Result<_>>()?;
        let again = self.as_issued(proven, wanted, again, dir)?;
        let first = rules::next_running(&tables)?;
        let anew = again.iter().scan(first, |next, made| {
            let running = *next;
            *next += u64::from(made.is_none());
            Some(running)
        });
        let numbers: Vec<String> = anew.map(|running| rules::register_number(&self.school, running)).collect();
        (wanted, again, numbers)
            .into_par_iter()
            .map(|(wanted, again, number)| match again {
                Some(made) => Ok(made),
                None => self.anew(proven, wanted, number, dir).inspect(|_| done()),
            })
            .collect()
    }

    /// Puts the issued files in the place of documents that would be set otherwise today, where that is wanted.
    fn as_issued(
        &self,
        proven: &Proven,
        wanted: &[Wanted],
        mut again: Vec<Option<Made>>,
        dir: &Path,
    ) -> Result<Vec<Option<Made>>> {
        if matches!(self.otherwise, SetOtherwise::Reissue) {
            return Ok(again);
        }
        let tables = proven.tables()?;
        let open: Vec<Wanted> =
            wanted.iter().zip(&again).filter(|(_, made)| made.is_none()).map(|(one, _)| one.clone()).collect();
        let standing = self.set_otherwise(proven, &tables, &open)?;
        let SetOtherwise::From(archive) = self.otherwise else {
            return standing.values().next().map_or(Ok(again), |issued| Err(setting::refusal(issued)));
        };
        let mut files = archive(&standing.values().map(|issued| issued.pdf_sha256.clone()).collect())?;
        for (wanted, made) in wanted.iter().zip(&mut again) {
            let Some(issued) = standing.get(wanted) else { continue };
            let pdf = files.remove(&issued.pdf_sha256).ok_or_else(|| setting::not_there(issued))?;
            *made = Some(write_issued(&tables, wanted, issued, &pdf, dir)?);
        }
        Ok(again)
    }

    /// What of this was issued and would be set otherwise today although nothing in it has changed.
    fn set_otherwise(
        &self,
        proven: &Proven,
        tables: &Tables,
        wanted: &[Wanted],
    ) -> Result<BTreeMap<Wanted, Registered>> {
        let mut issued = BTreeMap::new();
        for one in wanted {
            let last = last_issued(tables, one)?.filter(|last| self.reason.is_empty() || self.reason == last.reason);
            if let Some(last) = last
                && self.may_stand(tables, &last)?
            {
                issued.insert(one.clone(), last);
            }
        }
        let documents = issued.iter().map(|(wanted, document)| (wanted.clone(), document.clone())).collect();
        let found = setting::set_otherwise(proven, tables, self.layouts, documents)?;
        issued.retain(|_, document| found.contains(&document.number));
        Ok(issued)
    }

    /// Whether a document is still valid, all its leaves lie where they did, and no period has ended since of which it
    /// would say something.
    fn may_stand(&self, tables: &Tables, last: &Registered) -> Result<bool> {
        Ok(last.superseded.is_none()
            && self.periods_over(last.issued_at) == self.periods_over(self.issued_at)
            && read::folder::replacing(tables, &last.number)?.is_empty())
    }

    fn new(tables: &Tables, author: Author<'_>, layouts: &'a Layouts) -> Result<Self> {
        let fingerprint = author.fingerprint();
        let key = read::key(tables, &fingerprint)?.filter(|key| key.revoked_at.is_none());
        let login = key.map(|key| key.login).ok_or_else(|| {
            Error::refused(format!("ключ {fingerprint} не внесён в журнал или отозван"))
                .next("документы выдаёт завуч или директор своим ключом")
        })?;
        let may = [Role::DeputyHead, Role::Director].into_iter().map(|role| read::has_role(tables, &login, role));
        if !may.collect::<Result<Vec<_>>>()?.contains(&true) {
            return Err(Error::refused(format!(
                "у «{login}» нет права выдавать документы (§5.4): это делает завуч или директор"
            ))
            .next_by("для просмотра напечатайте проект", Action::Give(Detail::Draft)));
        }
        let person = read::staff(tables, &login)?.ok_or_else(|| {
            Error::damaged(format!("нет сотрудника «{login}»")).next_by("проверьте журнал", Action::Audit)
        })?;
        let (school, issued_at) = (read::school(tables)?, author.now().trunc_subsecs(0));
        let (name, position) = (person.name, person.position);
        let (reason, otherwise, replaces) = ("", SetOtherwise::Refuse, None);
        Ok(Self { layouts, school, issued_at, name, position, reason, otherwise, replaces })
    }

    /// How many periods, and the year, were over on the day of a time: papers say so, whatever was recorded since.
    fn periods_over(&self, at: DateTime<FixedOffset>) -> usize {
        let (today, year) = (self.school.day_of(at), self.school.year.ends);
        self.school.periods.iter().map(|period| period.ends).chain([year]).filter(|ends| *ends <= today).count()
    }

    /// The document as it was issued last, if its pages are still the same today.
    fn again(&self, proven: &Proven, wanted: &Wanted, last: &Registered, dir: &Path) -> Result<Option<Made>> {
        let Some(rendered) = self.unchanged(proven, &proven.tables()?, wanted, last)? else { return Ok(None) };
        let made = write(wanted, &last.number, rendered, dir)?;
        Ok(Some(Made { issued: Issued { new: false, ..made.issued }, entry: None, ..made }))
    }

    fn unchanged(
        &self,
        proven: &Proven,
        tables: &Tables,
        wanted: &Wanted,
        last: &Registered,
    ) -> Result<Option<Rendered>> {
        if !self.may_stand(tables, last)? {
            return Ok(None);
        }
        let context = context_of(proven, tables, last)?;
        let rendered = match render(tables, self.layouts, wanted, &context) {
            // Set as it is today, a book may have fewer volumes than it was issued in.
            Err(error) if error.kind() == Kind::Input && wanted.variant.volume > 1 => return Ok(None),
            rendered => rendered?,
        };
        let same = rendered.pages.iter().map(|page| hex(&page.digest)).eq(last.pages.iter().cloned());
        Ok((same && hex(&rendered.pdf_sha256) == last.pdf_sha256).then_some(rendered))
    }

    /// Whether it was issued and is the same today.
    fn stands(&self, proven: &Proven, tables: &Tables, wanted: &Wanted) -> Result<bool> {
        match last_issued(tables, wanted)? {
            Some(last) => Ok(self.unchanged(proven, tables, wanted, &last)?.is_some()
                || !self.set_otherwise(proven, tables, std::slice::from_ref(wanted))?.is_empty()),
            None => Ok(false),
        }
    }

    /// What a document says that is issued now.
    fn context(&self, proven: &Proven, number: String) -> Result<IssueContext> {
        let (name, position) = (self.name.clone(), self.position.clone());
        let context = context(proven.tip(), number, self.issued_at, name, position);
        let rules = proven.entry(context.ledger_length)?.rules;
        let checkpoint = checkpoint_at(proven, &proven.tables()?, context.ledger_length)?;
        Ok(IssueContext { rules, replaces: self.replaces.cloned(), checkpoint, ..context })
    }

    fn anew(&self, proven: &Proven, wanted: &Wanted, number: String, dir: &Path) -> Result<Made> {
        let tables = proven.tables()?;
        let reason = match ready::gaps(&tables, wanted)? {
            Some(gaps) if self.reason.is_empty() => return Err(ready::incomplete(&gaps)),
            Some(_) => self.reason.to_owned(),
            None => String::new(),
        };
        let context = IssueContext { reason: reason.clone(), ..self.context(proven, number.clone())? };
        let rendered = render(&tables, self.layouts, wanted, &context)?;
        let entry = DocumentIssued {
            number: number.clone(),
            form: wanted.form.id().to_owned(),
            subject: wanted.subject.to_string(),
            variant: wanted.variant.to_string(),
            title: rendered.title.clone(),
            leaves: rendered.leaves,
            at_entry: context.ledger_length,
            issued_at: self.issued_at,
            pages: rendered.pages.iter().map(|page| IssuedPage(hex(&page.digest))).collect(),
            pdf_sha256: hex(&rendered.pdf_sha256),
            version: VERSION.to_owned(),
            resources: issued_resources(self.layouts),
            writing: context.writing,
            replaces: context.replaces.clone(),
            reason,
        };
        let seals = rendered.pages.clone();
        let made = write(wanted, &number, rendered, dir)?;
        Ok(Made { entry: Some((entry, seals)), ..made })
    }
}

/// The layouts and fonts in use, as entries name them.
pub fn issued_resources(layouts: &Layouts) -> Vec<IssuedResource> {
    let named = resources(layouts).into_iter();
    named.map(|(name, digest)| IssuedResource { name, sha256: hex(&digest) }).collect()
}

/// What a document says that shows the state up to `tip`.
fn context(
    tip: Tip,
    number: String,
    issued_at: DateTime<FixedOffset>,
    issued_by: PersonName,
    issued_position: String,
) -> IssueContext {
    IssueContext {
        number,
        issued_at,
        issued_by,
        issued_position,
        journal_id: hex(&tip.journal),
        ledger_length: tip.seq,
        ledger_head: hex(&tip.head),
        version: VERSION.to_owned(),
        rules: RULES,
        writing: WRITING,
        replaces: None,
        checkpoint: None,
        reason: String::new(),
    }
}
