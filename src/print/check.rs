//! Checking paper and files against the journal: whose page is this code, what was on it, does it print the same again,
//! and what has changed since.
//!
//! The first proof of a page is the text that was kept when it was issued, which is its own witness: the code on the
//! paper is its digest. That of a file is its SHA-256 in the register. The second is rendering the document again from
//! the ledger as it stood. Where the second differs although the first holds, the program or a layout has changed since,
//! and the one that did is named.

use super::forms::Document;
use super::issue::{VERSION, issued_resources};
use super::page::TableRows;
use super::register::{Registered, context_of};
use super::seen::{Seen, seen};
use super::since::{Change, Content, page_like};
use super::{Code, IssueContext, Layouts, Wanted, lay_out, write};
use crate::error::{Action, Detail, Error, Kind, Result};
use crate::files;
use crate::journal::Proven;
use crate::journal::entry::{Body, DocumentIssued};
use crate::journal::read::documents::IssuedPage;
use crate::journal::read::{self, LeftOut, Tables};
use crate::journal::rules::register_number;
use crate::ledger::chain::hex;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
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
    /// The tables of the page, where it was laid out again with the same text.
    pub tables: Vec<TableRows>,
}

impl Page {
    /// The page as an eye compares it with paper; `tables` are those of [`Checked`].
    ///
    /// # Errors
    /// A kept text that does not read.
    pub fn seen(&self, tables: &[TableRows]) -> Result<Seen> {
        seen(&self.record, tables)
    }
}

/// Finds the page of a code among those that the proven journal has issued.
///
/// # Errors
/// No page has this code; several have; the kept text is lost or altered.
pub fn find(proven: &Proven, code: &Code) -> Result<Page> {
    let tables = proven.tables()?;
    let mut pages = read::documents::pages_of_code(&tables, &hex(&code.digest))?;
    pages.retain(|page| {
        code.number.as_ref().is_none_or(|named| *named == page.number)
            && code.page.is_none_or(|named| named == page.page)
    });
    let IssuedPage { number, page, digest } = match &pages[..] {
        [page] => page.clone(),
        [] => return Err(none_of(&tables, code)?),
        _ => return Err(Error::input("такой код у нескольких страниц").next("укажите номер документа и страницу")),
    };
    let record = proven.page_text(&digest).map_err(|error| error.at(format!("документ № {number}, стр. {page}")))?;
    let document = read::documents::document(&tables, &number)?.ok_or_else(|| {
        Error::damaged(format!("документа № {number} нет в реестре")).next_by("проверьте журнал", Action::Audit)
    })?;
    Ok(Page { document, page, digest, record })
}

/// Said of a code that no page has: a page with a number that was left out may be one of the part that was lost.
fn none_of(tables: &Tables, code: &Code) -> Result<Error> {
    let school = read::school(tables)?;
    let shown = |running: u64| register_number(&school, running);
    let left_out = read::numbers_left_out(tables)?;
    if let Some(number) = &code.number {
        let running: Option<u64> = number.split_once('-').and_then(|(_, running)| running.parse().ok());
        let is_in = |gap: &&LeftOut| {
            running.is_some_and(|running| (gap.first..=gap.last).contains(&running) && *number == shown(running))
        };
        if let Some(LeftOut { entry, first, last }) = left_out.iter().find(is_in) {
            return Ok(Error::damaged(format!(
                "№ {number} этим журналом не выдан: номера с {} по {} пропущены, когда журнал восстановили из старой копии (запись № {entry}). Документ мог быть выдан в утраченной части, проверить его по журналу нельзя",
                shown(*first),
                shown(*last)
            ))
            .next("поищите архив или файл документа из утраченной части; замену напечатайте заново и сообщите директору"));
        }
    }
    let error = Error::damaged("журнал не выдавал страницы с таким кодом")
        .next("проверьте, верно ли набран код; если верно, страница не из этого журнала или подделана");
    Ok(match left_out.as_slice() {
        [.., LeftOut { first, last, .. }] if code.number.is_none() => error.then(format!(
            "если на странице стоит номер с {} по {}, она могла быть выдана в утраченной части журнала",
            shown(*first),
            shown(*last)
        )),
        _ => error,
    })
}

/// Finds the document of a PDF file by its digest among those that the proven journal has issued.
///
/// # Errors
/// A file that cannot be read; no document has this digest.
pub fn find_file(proven: &Proven, path: &Path) -> Result<Registered> {
    let sha256 = digest_of(path)?;
    read::documents::document_of_file(&proven.tables()?, &sha256)?.ok_or_else(|| {
        Error::damaged(format!("файл «{}» этим журналом не выдан: документа с суммой {sha256} нет", path.display()))
            .next_by("файл изменён, повреждён, это проект или документ другого журнала", Action::Give(Detail::Journal))
            .then("возьмите его из архива или напечатайте снова, а бумагу проверьте по коду внизу страницы")
    })
}

/// The SHA-256 of a file, hex.
fn digest_of(path: &Path) -> Result<String> {
    let failed = |e| Error::file("прочитать", path, &e);
    let mut file = files::open(&files::named(path)?).map_err(failed)?;
    let mut sum = Sha256::new();
    std::io::copy(&mut file, &mut sum).map_err(failed)?;
    Ok(hex(&sum.finalize()))
}

/// The document that was issued of the same thing last, where that is a later one.
///
/// # Errors
/// A row that does not read is damage.
pub fn superseding(tables: &Tables, document: &Registered) -> Result<Option<Registered>> {
    let later = read::later_issue(tables, &document.number)?;
    Ok(later.map(|number| read::documents::document(tables, &number)).transpose()?.flatten())
}

/// The proven entry that issued a document.
fn issued(proven: &Proven, document: &Registered) -> Result<DocumentIssued> {
    match proven.entry(document.entry)?.body {
        Body::DocumentIssued(issued) => Ok(issued),
        _ => {
            Err(Error::damaged(format!("документ № {}: в реестре не то, что записано при его выдаче", document.number))
                .next_by("проверьте журнал", Action::Audit)
                .then("сообщите директору"))
        }
    }
}

/// Renders the page's document again from the ledger as it stood when it was issued, and compares the page with the
/// document of today.
///
/// # Errors
/// A ledger that cannot be replayed; a form that this version does not know.
pub fn page_again(proven: &Proven, layouts: &Layouts, page: &Page) -> Result<Checked> {
    let place = usize::try_from(page.page).unwrap_or(usize::MAX).saturating_sub(1);
    let then = Then::render(proven, layouts, &page.document)?;
    let same = then.document().seals.get(place).is_some_and(|seal| hex(&seal.digest) == page.digest);
    let again = then.again(proven, layouts, &page.document, same)?;
    let tables = then.document().pages.get(place).filter(|_| same).map(|page| page.tables.clone()).unwrap_or_default();
    // A changed layout may have moved what stood on the page to another.
    let at = if same { place } else { page_like(&then.document().seals, &page.record, place) };
    let since = then.since(proven, layouts, &again, at..at + 1)?;
    Ok(Checked { again, since: since.of_page(page.page), tables })
}

/// Renders a whole document again, and compares all its pages with the document of today.
///
/// # Errors
/// As [`page_again`].
pub fn file_again(proven: &Proven, layouts: &Layouts, document: &Registered) -> Result<Checked> {
    let then = Then::render(proven, layouts, document)?;
    let same = then.document().seals.iter().map(|seal| hex(&seal.digest)).eq(document.pages.iter().cloned());
    let again = then.again(proven, layouts, document, same)?;
    let pages = then.document().pages.len();
    let since = then.since(proven, layouts, &again, 0..pages)?;
    Ok(Checked { again, since, tables: Vec::new() })
}

/// Renders documents again, each from the ledger as it stood when it was issued, in one walk through the ledger.
///
/// # Errors
/// As [`page_again`].
pub fn print_again(proven: &Proven, layouts: &Layouts, documents: Vec<Registered>) -> Result<Vec<(Registered, Again)>> {
    let mut by_entry: BTreeMap<u64, Vec<Registered>> = BTreeMap::new();
    for document in documents {
        by_entry.entry(document.at_entry).or_default().push(document);
    }
    let mut printed = Vec::new();
    let places: Vec<u64> = by_entry.keys().copied().collect();
    proven.replay(&places, &mut |seq, tables| {
        for document in by_entry.remove(&seq).unwrap_or_default() {
            let (wanted, context) = (Wanted::of(&document)?, context_of(proven, tables, &document)?);
            let laid_out = lay_out(tables, layouts, &wanted, &context)?;
            let same = laid_out.seals.iter().map(|seal| hex(&seal.digest)).eq(document.pages.iter().cloned());
            let again = again(proven, layouts, &document, same, || write(&laid_out, &wanted, &context))?;
            printed.push((document, again));
        }
        Ok(())
    })?;
    Ok(printed)
}

/// A document's file rendered again from the ledger as it stood when it was issued; nothing where its text differs today.
///
/// # Errors
/// As [`page_again`].
pub fn file_as_issued(proven: &Proven, layouts: &Layouts, document: &Registered) -> Result<Option<Vec<u8>>> {
    let then = Then::render(proven, layouts, document)?;
    let same = then.document().seals.iter().map(|seal| hex(&seal.digest)).eq(document.pages.iter().cloned());
    same.then(|| write(then.document(), &then.wanted, &then.context)).transpose()
}

/// Whether a document's text is the same when it is laid out again from the ledger as it stood when it was issued.
///
/// # Errors
/// As [`page_again`].
pub(super) fn is_set_as_issued(proven: &Proven, layouts: &Layouts, document: &Registered) -> Result<bool> {
    let then = match Then::render(proven, layouts, document) {
        Err(error) if error.kind() == Kind::Input => return Ok(false),
        then => then?,
    };
    Ok(then.document().seals.iter().map(|seal| hex(&seal.digest)).eq(document.pages.iter().cloned()))
}

/// What rendering a document again came to, once it is known whether the text is the same.
fn again(
    proven: &Proven,
    layouts: &Layouts,
    document: &Registered,
    same: bool,
    pdf: impl FnOnce() -> Result<Vec<u8>>,
) -> Result<Again> {
    if same {
        let identical = hex(&Sha256::digest(&pdf()?)) == document.pdf_sha256;
        return Ok(if identical { Again::Identical } else { Again::SameText });
    }
    let differing = differing(proven, layouts, document)?;
    Ok(if differing.is_empty() { Again::Unexplained } else { Again::Differs(differing) })
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
    fn render(proven: &Proven, layouts: &Layouts, document: &Registered) -> Result<Self> {
        let wanted = Wanted::of(document)?;
        let tables = proven.as_of(document.at_entry)?;
        let context = context_of(proven, &tables, document)?;
        let laid_out = lay_out(&tables, layouts, &wanted, &context)?;
        Ok(Self { wanted, context, tables, volumes: vec![laid_out], volume: 0 })
    }

    fn document(&self) -> &Document {
        &self.volumes[self.volume]
    }

    fn again(&self, proven: &Proven, layouts: &Layouts, document: &Registered, same: bool) -> Result<Again> {
        again(proven, layouts, document, same, || write(self.document(), &self.wanted, &self.context))
    }

    /// What has changed on some of the document's pages, counted from 0.
    fn since(mut self, proven: &Proven, layouts: &Layouts, again: &Again, pages: Range<usize>) -> Result<Since> {
        if *again == Again::Unexplained {
            return Ok(Since::Unknown("повторная печать не подтвердила документ".to_owned()));
        }
        let volume = self.wanted.variant.volume.max(1);
        if self.document().volumes > 1 {
            self.volumes = self.whole(&self.tables, layouts, self.document().volumes)?;
            self.volume = volume as usize - 1;
        }
        let tables = proven.tables()?;
        let today = match self.first(&tables, layouts) {
            Ok(first) if first.volumes > 1 => self.whole(&tables, layouts, first.volumes)?,
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
pub(super) fn differing(proven: &Proven, layouts: &Layouts, document: &Registered) -> Result<Vec<String>> {
    let then = issued(proven, document)?;
    let mut out = Vec::new();
    if then.version != VERSION {
        out.push(format!("версия программы {} (сейчас {VERSION})", then.version));
    }
    let now = issued_resources(layouts);
    out.extend(then.resources.into_iter().filter(|resource| !now.contains(resource)).map(|resource| resource.name));
    Ok(out)
}
