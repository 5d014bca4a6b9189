//! Issuing documents: proof of the journal, rendering, the entry in the register, the files (§5.1, §5.4).
//!
//! A document's number is used again while nothing on its pages has changed: it is rendered as it was issued last, from
//! the tables of today, and only if a page's code differs does it get a new number. Every document is rendered from one
//! snapshot of the tables, whose place in the ledger it names. Files appear under their names after the register has
//! them, so no certified paper exists that the ledger does not know.

use super::{Form, IssueContext, Layouts, Rendered, ready, render, resources};
use crate::error::{Error, Result};
use crate::journal::entry::{DocumentIssued, IssuedPage, IssuedResource};
use crate::journal::{Author, Journal, find, rules};
use crate::ledger::chain::hex;
use crate::ledger::store;
use crate::school::{ClassName, PersonName, Role};
use chrono::{DateTime, FixedOffset, SubsecRound};
use rayon::prelude::*;
use rusqlite::{Connection, OptionalExtension, params};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The version that documents name.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A form of a class: what a document is made of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// The form.
    pub form: Form,
    /// The class.
    pub class: ClassName,
}

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
    /// Whether it got its number now.
    pub new: bool,
}

/// A document as the register has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registered {
    /// Its number.
    pub number: String,
    /// Stable name of the form.
    pub form: String,
    /// The class, or empty.
    pub subject: String,
    /// Its title.
    pub title: String,
    /// The entry whose state it shows.
    pub at_entry: u64,
    /// When it was issued.
    pub issued_at: DateTime<FixedOffset>,
    /// Login of who issued it.
    pub issued_by: String,
    /// The version that made it.
    pub version: String,
    /// SHA-256 of its file, hex.
    pub pdf_sha256: String,
    /// Check codes of its pages, hex.
    pub pages: Vec<String>,
}

/// The forms of all classes, books before sheets.
pub fn everything(tables: &Connection) -> Result<Vec<Wanted>> {
    let classes = find::classes(tables)?;
    let of = |form: Form| classes.iter().map(move |class| Wanted { form, class: class.clone() });
    Ok(Form::ALL.into_iter().flat_map(of).collect())
}

/// Issues what is wanted and writes the files into `dir`. `progress` is told how many documents are done.
///
/// # Errors
/// Tables that are not what the ledger makes them: falsified tables are never certified. An author without the right.
/// A folder that cannot be written. Then nothing is issued.
pub fn issue(
    journal: &mut Journal,
    author: Author<'_>,
    layouts: &Layouts,
    wanted: &[Wanted],
    dir: &Path,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Vec<Issued>> {
    prove(journal)?;
    let issuer = Issuer::new(journal, author, layouts)?;
    let today = issuer.school.day_of(issuer.issued_at);
    for document in wanted {
        if let Some(why) = ready::not_yet(journal.tables(), document, today)? {
            return Err(why);
        }
    }
    std::fs::create_dir_all(dir).map_err(|e| Error::file("создать папку", dir, &e))?;
    let path = journal.path().to_owned();
    let mut first = rules::next_running(journal.tables())?;
    let last = last_issued(journal.tables(), wanted)?;
    let done = AtomicU64::new(0);
    let again: Vec<Option<Made>> = (wanted, last)
        .into_par_iter()
        .map(|(wanted, last)| {
            let made = last.map(|last| issuer.again(&path, wanted, &last, dir)).transpose()?.flatten();
            if made.is_some() {
                progress(done.fetch_add(1, Ordering::Relaxed) + 1);
            }
            Ok(made)
        })
        .collect::<Result<_>>()?;
    let numbers: Vec<Option<String>> = again
        .iter()
        .map(|made| {
            made.is_none().then(|| {
                first += 1;
                rules::register_number(&issuer.school, first - 1)
            })
        })
        .collect();
    let made: Vec<Made> = (wanted, again, numbers)
        .into_par_iter()
        .map(|(wanted, again, number)| {
            let Some(number) = number else {
                return again.ok_or_else(|| Error::refused("документ не составлен"));
            };
            let made = issuer.anew(&path, wanted, number, dir)?;
            progress(done.fetch_add(1, Ordering::Relaxed) + 1);
            Ok(made)
        })
        .collect::<Result<_>>()?;
    register(journal, author, &made)?;
    made.into_iter().map(Made::into_place).collect()
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
    std::fs::create_dir_all(dir).map_err(|e| Error::file("создать папку", dir, &e))?;
    let path = journal.path().to_owned();
    let nobody = PersonName { surname: String::new(), given: String::new(), patronymic: String::new() };
    wanted
        .par_iter()
        .map(|wanted| {
            let snapshot = Snapshot::take(&path)?;
            let context = snapshot.context(String::new(), now.trunc_subsecs(0), nobody.clone(), String::new());
            let rendered = render(&snapshot.tables, layouts, wanted.form, &wanted.class, &context)?;
            let file = dir.join(format!("{}-draft.pdf", wanted.form.file_stem(&wanted.class)));
            std::fs::write(&file, &rendered.pdf).map_err(|e| Error::file("записать", &file, &e))?;
            Ok(file)
        })
        .collect()
}

/// Demands that the ledger is whole and the tables are what it makes them.
///
/// # Errors
/// What an audit finds first.
pub fn prove(journal: &Journal) -> Result<()> {
    let report = journal.audit(&mut |_| {})?;
    let Some(first) = report.findings.first() else { return Ok(()) };
    let place = first.seq.map(|seq| format!("запись № {seq}: ")).unwrap_or_default();
    Err(Error::damaged(format!(
        "журнал не прошёл проверку, документы и архивы по нему не выдаются. Нарушений: {}. Первое: {place}{}",
        report.count, first.what
    ))
    .next("выполните «letopis audit», сообщите директору, сверьте журнал с архивной копией"))
}

struct Issuer<'a> {
    layouts: &'a Layouts,
    school: crate::school::School,
    issued_at: DateTime<FixedOffset>,
    name: PersonName,
    position: String,
}

/// A document rendered and written beside its place.
struct Made {
    issued: Issued,
    partial: PathBuf,
    entry: Option<(DocumentIssued, Vec<super::PageSeal>)>,
}

impl<'a> Issuer<'a> {
    fn new(journal: &Journal, author: Author<'_>, layouts: &'a Layouts) -> Result<Self> {
        let tables = journal.tables();
        let fingerprint = author.identity.public().fingerprint();
        let key = find::key(tables, &fingerprint)?.filter(|key| key.revoked_at.is_none());
        let login = key.map(|key| key.login).ok_or_else(|| {
            Error::refused(format!("ключ {fingerprint} не внесён в журнал или отозван"))
                .next("документы выдаёт завуч или директор своим ключом")
        })?;
        let may = [Role::DeputyHead, Role::Director].into_iter().map(|role| find::has_role(tables, &login, role));
        if !may.collect::<Result<Vec<_>>>()?.contains(&true) {
            return Err(Error::refused(format!(
                "у «{login}» нет права выдавать документы (§5.4): это делает завуч или директор"
            ))
            .next("для просмотра напечатайте проект: --draft"));
        }
        let person = find::staff(tables, &login)?.ok_or_else(|| Error::damaged(format!("нет сотрудника «{login}»")))?;
        let (school, issued_at) = (find::school(tables)?, author.now.trunc_subsecs(0));
        Ok(Self { layouts, school, issued_at, name: person.name, position: person.position })
    }

    /// How many periods, and the year, were over on the day of a time: papers say so, whatever was recorded since.
    fn periods_over(&self, at: DateTime<FixedOffset>) -> usize {
        let (today, year) = (self.school.day_of(at), self.school.year.ends);
        self.school.periods.iter().map(|period| period.ends).chain([year]).filter(|ends| *ends <= today).count()
    }

    /// The document as it was issued last, if its pages are still the same today.
    fn again(&self, journal: &Path, wanted: &Wanted, last: &Registered, dir: &Path) -> Result<Option<Made>> {
        if self.periods_over(last.issued_at) != self.periods_over(self.issued_at) {
            return Ok(None);
        }
        let snapshot = Snapshot::take(journal)?;
        let context = last_context(&snapshot.tables, last)?;
        let rendered = render(&snapshot.tables, self.layouts, wanted.form, &wanted.class, &context)?;
        let same = rendered.pages.iter().map(|page| hex(&page.digest)).eq(last.pages.iter().cloned());
        if !same || hex(&rendered.pdf_sha256) != last.pdf_sha256 {
            return Ok(None);
        }
        let made = write(wanted, &last.number, rendered, dir)?;
        Ok(Some(Made { issued: Issued { new: false, ..made.issued }, entry: None, ..made }))
    }

    fn anew(&self, journal: &Path, wanted: &Wanted, number: String, dir: &Path) -> Result<Made> {
        let snapshot = Snapshot::take(journal)?;
        let context = snapshot.context(number.clone(), self.issued_at, self.name.clone(), self.position.clone());
        let rendered = render(&snapshot.tables, self.layouts, wanted.form, &wanted.class, &context)?;
        let entry = DocumentIssued {
            number: number.clone(),
            form: wanted.form.id().to_owned(),
            subject: wanted.class.to_string(),
            variant: String::new(),
            title: rendered.title.clone(),
            leaves: rendered.leaves,
            at_entry: context.ledger_length,
            issued_at: self.issued_at,
            pages: rendered.pages.iter().map(|page| IssuedPage(hex(&page.digest))).collect(),
            pdf_sha256: hex(&rendered.pdf_sha256),
            version: VERSION.to_owned(),
            resources: issued_resources(self.layouts),
        };
        let seals = rendered.pages.clone();
        let made = write(wanted, &number, rendered, dir)?;
        Ok(Made { entry: Some((entry, seals)), ..made })
    }
}

/// Writes the file beside its place.
fn write(wanted: &Wanted, number: &str, rendered: Rendered, dir: &Path) -> Result<Made> {
    let file = dir.join(format!("{}.pdf", wanted.form.file_stem(&wanted.class)));
    let partial = file.with_extension("pdf.part");
    std::fs::write(&partial, &rendered.pdf).map_err(|e| Error::file("записать", &partial, &e))?;
    let (title, pages, leaves) = (rendered.title, rendered.pages.len(), rendered.leaves);
    let issued = Issued { wanted: wanted.clone(), number: number.to_owned(), title, pages, leaves, file, new: true };
    Ok(Made { issued, partial, entry: None })
}

impl Made {
    fn into_place(self) -> Result<Issued> {
        let file = &self.issued.file;
        std::fs::rename(&self.partial, file).map_err(|e| Error::file("записать", file, &e))?;
        Ok(self.issued)
    }
}

/// Enters the new documents into the register, with the texts of their pages, all or none.
fn register(journal: &mut Journal, author: Author<'_>, made: &[Made]) -> Result<()> {
    if made.iter().all(|made| made.entry.is_none()) {
        return Ok(());
    }
    let mut batch = journal.batch()?;
    for (entry, seals) in made.iter().filter_map(|made| made.entry.as_ref()) {
        for seal in seals {
            batch.keep_page_text(&hex(&seal.digest), &seal.record)?;
        }
        batch.record(author, entry.clone())?;
    }
    batch.commit()
}

/// The layouts and fonts in use, as entries name them.
pub fn issued_resources(layouts: &Layouts) -> Vec<IssuedResource> {
    let named = resources(layouts).into_iter();
    named.map(|(name, digest)| IssuedResource { name, sha256: hex(&digest) }).collect()
}

/// The tables at one place of the ledger, read in one transaction.
struct Snapshot {
    tables: Connection,
    tip: crate::ledger::chain::Tip,
}

impl Snapshot {
    fn take(journal: &Path) -> Result<Self> {
        let tables = Journal::open_reader(journal)?;
        tables.execute_batch("BEGIN")?;
        let tip = store::tip(&tables)?;
        Ok(Self { tables, tip })
    }

    fn context(
        &self,
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
            journal_id: hex(&self.tip.journal),
            ledger_length: self.tip.seq,
            ledger_head: hex(&self.tip.head),
            version: VERSION.to_owned(),
        }
    }
}

/// The context in which a document was issued, from the register, the ledger, and the people in `tables`.
pub fn last_context(tables: &Connection, last: &Registered) -> Result<IssueContext> {
    context_of(tables, tables, last)
}

/// As [`last_context`], with the ledger in `file` and the people as `tables` have them.
pub fn context_of(file: &Connection, tables: &Connection, document: &Registered) -> Result<IssueContext> {
    let damaged = |what: &str| {
        Error::damaged(format!("документ № {}: {what}", document.number)).next("выполните «letopis audit»")
    };
    let at = store::get(file, document.at_entry)?.ok_or_else(|| damaged("записи, по которой он составлен, нет"))?;
    let person = find::staff(tables, &document.issued_by)?.ok_or_else(|| damaged("нет сотрудника, выдавшего его"))?;
    Ok(IssueContext {
        number: document.number.clone(),
        issued_at: document.issued_at,
        issued_by: person.name,
        issued_position: person.position,
        journal_id: hex(&store::tip(file)?.journal),
        ledger_length: document.at_entry,
        ledger_head: hex(&at.head),
        version: document.version.clone(),
    })
}

/// For each thing wanted the document of it that was issued last.
fn last_issued(tables: &Connection, wanted: &[Wanted]) -> Result<Vec<Option<Registered>>> {
    let sql =
        "SELECT number FROM documents WHERE form = ?1 AND subject = ?2 AND variant = '' ORDER BY entry DESC LIMIT 1";
    wanted
        .iter()
        .map(|wanted| {
            let parameters = params![wanted.form.id(), wanted.class.to_string()];
            let number: Option<String> =
                tables.prepare_cached(sql)?.query_row(parameters, |row| row.get(0)).optional()?;
            number.map(|number| registered(tables, &number)).transpose().map(Option::flatten)
        })
        .collect()
}

/// A document of the register by its number.
///
/// # Errors
/// A row that does not read is damage.
pub fn registered(tables: &Connection, number: &str) -> Result<Option<Registered>> {
    let sql = "SELECT number, form, subject, title, at_entry, issued_at, issued_by, version, pdf_sha256
               FROM documents WHERE number = ?1";
    let mut time = String::new();
    let found = tables.prepare_cached(sql)?.query_row([number], |row| {
        time = row.get(5)?;
        Ok(Registered {
            number: row.get(0)?,
            form: row.get(1)?,
            subject: row.get(2)?,
            title: row.get(3)?,
            at_entry: row.get(4)?,
            issued_at: DateTime::UNIX_EPOCH.fixed_offset(),
            issued_by: row.get(6)?,
            version: row.get(7)?,
            pdf_sha256: row.get(8)?,
            pages: Vec::new(),
        })
    });
    let Some(mut document) = found.optional()? else { return Ok(None) };
    document.issued_at = DateTime::parse_from_rfc3339(&time)
        .map_err(|_| Error::damaged(format!("время выдачи документа № {number} не читается")))?;
    let mut statement = tables.prepare_cached("SELECT digest FROM document_pages WHERE number = ?1 ORDER BY page")?;
    document.pages = statement.query_map([number], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
    Ok(Some(document))
}
