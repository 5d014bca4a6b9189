//! Checking paper and files against the journal: whose page is this code, what was on it, does it print the same again,
//! and what has changed since.
//!
//! The first proof of a page is the text that was kept when it was issued, which is its own witness: the code on the
//! paper is its digest. That of a file is its SHA-256 in the register. The second is rendering the document again from
//! the ledger as it stood. Where the second differs although the first holds, the program or a layout has changed since,
//! and the one that did is named.

use super::forms::Document;
use super::issue::{Snapshot, VERSION, issued_resources};
use super::register::{Registered, context_of, registered, superseded_by};
use super::since::{Change, Content, page_like};
use super::{Code, IssueContext, Layouts, Wanted, lay_out, write};
use crate::error::{Error, Kind, Result};
use crate::journal::entry::{Body, DocumentIssued, Entry};
use crate::journal::read::Tables;
use crate::journal::{Journal, apply, page_text};
use crate::ledger::chain::{hex, parse_hash};
use crate::ledger::store;
use rusqlite::OptionalExtension;
use sha2::{Digest, Sha256};
use std::ops::Range;
use std::path::Path;

/// What a code on paper stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The document.
    pub document: Registered,
    /// The page, from 1.
    pub page: u32,
    /// The page's whole check code, hex.
    pub digest: String,
    /// The kept record of its text.
    pub record: Vec<u8>,
}

/// What rendering again came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Again {
    /// The file is the same, byte for byte.
    Identical,
    /// The text of the page, or of all pages, is the same, the file is not: another version or font drew it.
    SameText,
    /// The text differs, and so do these versions or layouts.
    Differs(Vec<String>),
    /// The text differs and nothing explains it.
    Unexplained,
}

/// What has changed since a document was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Since {
    /// The changes of each page that was asked for; pages count from 1.
    Changes(Vec<(u32, Vec<Change>)>),
    /// Today's tables make no such document, or nothing vouches for the text to compare with: why, in Russian.
    Unknown(String),
}

/// A document checked beyond its digests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// Whether it prints the same again.
    pub again: Again,
    /// What has changed since.
    pub since: Since,
}

/// Finds the page of a code.
///
/// # Errors
/// No page has this code; several have; the kept text is lost or altered; the register is not what the ledger says.
pub fn find(file: &Tables, code: &Code) -> Result<Page> {
    let sql = "SELECT number, page, digest FROM document_pages WHERE digest >= ?1 AND digest < ?1 || 'g'";
    let mut statement = file.db().prepare(sql)?;
    let rows = statement.query_map([hex(&code.digest)], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut rows: Vec<(String, u32, String)> = rows.collect::<rusqlite::Result<_>>()?;
    rows.retain(|(number, page, _)| {
        code.number.as_ref().is_none_or(|named| named == number) && code.page.is_none_or(|named| named == *page)
    });
    let (number, page, digest) = match &rows[..] {
        [row] => row.clone(),
        [] => {
            return Err(Error::damaged("журнал не выдавал страницы с таким кодом")
                .next("проверьте, верно ли набран код; если верно, страница не из этого журнала или подделана"));
        }
        _ => return Err(Error::input("такой код у нескольких страниц").next("укажите номер документа и страницу")),
    };
    let damaged = |what: &str| {
        Error::damaged(format!("документ № {number}, стр. {page}: {what}")).next("выполните «letopis audit»")
    };
    let record = page_text(file, &digest)?.ok_or_else(|| damaged("сохранённый текст страницы утрачен"))?;
    if hex(&Sha256::digest(&record)) != digest || parse_hash(&digest).is_none() {
        return Err(damaged("сохранённый текст страницы изменён"));
    }
    let document = registered(file, &number)?.ok_or_else(|| damaged("документа нет в реестре"))?;
    vouched(file, &document)?;
    Ok(Page { document, page, digest, record })
}

/// Finds the document of a PDF file by its digest.
///
/// # Errors
/// A file that cannot be read; no document has this digest; the register is not what the ledger says.
pub fn find_file(file: &Tables, path: &Path) -> Result<Registered> {
    let sha256 = digest_of(path)?;
    let sql = "SELECT number FROM documents WHERE pdf_sha256 = ?1";
    let number: Option<String> = file.db().query_row(sql, [&sha256], |row| row.get(0)).optional()?;
    let found = number.map(|number| registered(file, &number)).transpose()?.flatten();
    let document = found.ok_or_else(|| {
        Error::damaged(format!("файл «{}» этим журналом не выдан: документа с суммой {sha256} нет", path.display()))
            .next(
                "файл изменён, повреждён, это проект или документ другого журнала (--journal); возьмите его из архива или \
                 напечатайте снова, а бумагу проверьте по коду внизу страницы",
            )
    })?;
    vouched(file, &document)?;
    Ok(document)
}

/// The SHA-256 of a file, hex.
fn digest_of(path: &Path) -> Result<String> {
    let failed = |e| Error::file("прочитать", path, &e);
    let mut file = std::fs::File::open(path).map_err(failed)?;
    let mut sum = Sha256::new();
    std::io::copy(&mut file, &mut sum).map_err(failed)?;
    Ok(hex(&sum.finalize()))
}

/// The document that was issued of the same thing last, where that is a later one.
///
/// # Errors
/// A row that does not read is damage.
pub fn superseding(file: &Tables, document: &Registered) -> Result<Option<Registered>> {
    let number = superseded_by(file, document)?;
    Ok(number.map(|number| registered(file, &number)).transpose()?.flatten())
}

/// Demands that the ledger has issued the document as the register has it.
fn vouched(file: &Tables, document: &Registered) -> Result<()> {
    let issued = issued(file, &document.number)?;
    let pages = issued.pages.iter().map(|page| &page.0);
    if issued.number == document.number
        && issued.pdf_sha256 == document.pdf_sha256
        && issued.at_entry == document.at_entry
        && issued.form == document.form
        && pages.eq(&document.pages)
    {
        return Ok(());
    }
    Err(not_vouched(&document.number))
}

/// The entry that issued a document.
fn issued(file: &Tables, number: &str) -> Result<DocumentIssued> {
    let sql = "SELECT entry FROM documents WHERE number = ?1";
    let seq: u64 = file.db().query_row(sql, [number], |row| row.get(0))?;
    let record = store::get(file.db(), seq)?.ok_or_else(|| not_vouched(number))?;
    match Entry::from_json(&record.payload)?.body {
        Body::DocumentIssued(issued) => Ok(issued),
        _ => Err(not_vouched(number)),
    }
}

fn not_vouched(number: &str) -> Error {
    Error::damaged(format!("документ № {number}: в реестре не то, что записано при его выдаче"))
        .next("выполните «letopis audit» и сообщите директору")
}

/// Renders the page's document again from the ledger as it stood when it was issued, and compares the page with the
/// document of today.
///
/// # Errors
/// A ledger that cannot be replayed; a form that this version does not know.
pub fn page_again(journal: &Journal, layouts: &Layouts, page: &Page) -> Result<Checked> {
    let place = usize::try_from(page.page).unwrap_or(usize::MAX).saturating_sub(1);
    let then = Then::render(journal, layouts, &page.document)?;
    let same = then.document().seals.get(place).is_some_and(|seal| hex(&seal.digest) == page.digest);
    let again = then.again(journal, layouts, &page.document, same)?;
    // A changed layout may have moved what stood on the page to another.
    let at = if same { place } else { page_like(&then.document().seals, &page.record, place) };
    let since = then.since(journal, layouts, &again, at..at + 1)?;
    Ok(Checked { again, since: since.of_page(page.page) })
}

/// Renders a whole document again, and compares all its pages with the document of today.
///
/// # Errors
/// As [`page_again`].
pub fn file_again(journal: &Journal, layouts: &Layouts, document: &Registered) -> Result<Checked> {
    let then = Then::render(journal, layouts, document)?;
    let same = then.document().seals.iter().map(|seal| hex(&seal.digest)).eq(document.pages.iter().cloned());
    let again = then.again(journal, layouts, document, same)?;
    let pages = then.document().pages.len();
    let since = then.since(journal, layouts, &again, 0..pages)?;
    Ok(Checked { again, since })
}

/// A document as the ledger has it at the entry whose state it shows.
struct Then {
    wanted: Wanted,
    context: IssueContext,
    tables: Tables,
    /// All volumes, and which of them it is.
    volumes: Vec<Document>,
    volume: usize,
}

impl Then {
    fn render(journal: &Journal, layouts: &Layouts, document: &Registered) -> Result<Self> {
        let wanted = document.wanted()?;
        let tables = apply::as_of(journal.tables(), Some(document.at_entry))?;
        let context = context_of(journal.tables(), &tables, document)?;
        let laid_out = lay_out(&tables, layouts, &wanted, &context)?;
        Ok(Self { wanted, context, tables, volumes: vec![laid_out], volume: 0 })
    }

    fn document(&self) -> &Document {
        &self.volumes[self.volume]
    }

    /// What it came to, once it is known whether the text is the same.
    fn again(&self, journal: &Journal, layouts: &Layouts, document: &Registered, same: bool) -> Result<Again> {
        if same {
            let pdf = write(self.document(), &self.wanted, &self.context)?;
            let identical = hex(&Sha256::digest(&pdf)) == document.pdf_sha256;
            return Ok(if identical { Again::Identical } else { Again::SameText });
        }
        let differing = differing(journal.tables(), layouts, document)?;
        Ok(if differing.is_empty() { Again::Unexplained } else { Again::Differs(differing) })
    }

    /// What has changed on some of the document's pages, counted from 0.
    fn since(mut self, journal: &Journal, layouts: &Layouts, again: &Again, pages: Range<usize>) -> Result<Since> {
        if *again == Again::Unexplained {
            return Ok(Since::Unknown("повторная печать не подтвердила документ".to_owned()));
        }
        let volume = self.wanted.variant.volume.max(1);
        if self.document().volumes > 1 {
            self.volumes = self.whole(&self.tables, layouts, self.document().volumes)?;
            self.volume = volume as usize - 1;
        }
        let snapshot = Snapshot::take(journal.path())?;
        let today = match self.first(&snapshot.tables, layouts) {
            Ok(first) if first.volumes > 1 => self.whole(&snapshot.tables, layouts, first.volumes)?,
            Ok(first) => vec![first],
            Err(error) if error.kind() == Kind::Input => return Ok(Since::Unknown(error.message().to_owned())),
            Err(error) => return Err(error),
        };
        let before: usize = self.volumes[..self.volume].iter().map(|volume| volume.pages.len()).sum();
        let (then, today) = (Content::of(&self.volumes), Content::of(&today));
        let number = |at: usize| u32::try_from(at + 1).unwrap_or(u32::MAX);
        Ok(Since::Changes(pages.map(|at| (number(at), then.changes(before + at, &today))).collect()))
    }

    /// The first volume of the document, which tells how many there are.
    fn first(&self, tables: &Tables, layouts: &Layouts) -> Result<Document> {
        lay_out(tables, layouts, &self.volume(1), &self.context)
    }

    fn whole(&self, tables: &Tables, layouts: &Layouts, volumes: u32) -> Result<Vec<Document>> {
        (1..=volumes).map(|number| lay_out(tables, layouts, &self.volume(number), &self.context)).collect()
    }

    /// The document of another volume: the first has no number.
    fn volume(&self, number: u32) -> Wanted {
        let mut wanted = self.wanted.clone();
        wanted.variant.volume = if number > 1 { number } else { 0 };
        wanted
    }
}

impl Since {
    /// The changes of one page, under the number that it has on paper.
    fn of_page(self, number: u32) -> Self {
        match self {
            Self::Changes(pages) => Self::Changes(pages.into_iter().map(|(_, changes)| (number, changes)).collect()),
            unknown => unknown,
        }
    }
}

/// Which of the things that a document was made with are others today.
fn differing(file: &Tables, layouts: &Layouts, document: &Registered) -> Result<Vec<String>> {
    let then = issued(file, &document.number)?;
    let mut out = Vec::new();
    if then.version != VERSION {
        out.push(format!("версия программы {} (сейчас {VERSION})", then.version));
    }
    let now = issued_resources(layouts);
    out.extend(then.resources.into_iter().filter(|resource| !now.contains(resource)).map(|resource| resource.name));
    Ok(out)
}
