//! What lies in the folder of a class's book before it is bound: the leaves of the book as it was issued, but for those that
//! later documents replaced, added or took out.
//!
//! A leaf is known by the document and the page of its front. So a page that somebody holds in his hand can be followed
//! from document to document to the leaf that lies in its place today.

use super::Tables;
use crate::error::{Action, Error, Result};
use crate::journal::entry::{FrontPage, NewLeaf, OldLeaf, Replaces};
use crate::school::{LeafName, LeafNumber};
use std::collections::BTreeMap;

/// The stable name of the class's book among the forms.
pub const BOOK: &str = "class-book";
/// The stable name of leaves that replace others in it.
pub const LEAVES: &str = "book-leaves";

/// The leaves of a book in their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// Register number of the book.
    pub book: String,
    /// The documents that replaced leaves of it, in their order.
    pub by: Vec<String>,
    /// Pages of a leaf: 2 where both sides of the paper are printed.
    pub sides: u32,
    leaves: BTreeMap<LeafName, FrontPage>,
}

impl Folder {
    /// The folder of a book; nothing where no book has this number, or its leaves are numbered as they were by older
    /// versions, cover and list among them.
    ///
    /// # Errors
    /// Leaves that do not fit together are damage.
    pub fn of(tables: &Tables, book: &str) -> Result<Option<Self>> {
        Self::before(tables, book, "")
    }

    /// As [`Folder::of`], before a document that replaced leaves of it, and whatever came later.
    ///
    /// # Errors
    /// As [`Folder::of`].
    pub fn before(tables: &Tables, book: &str, number: &str) -> Result<Option<Self>> {
        let Some(mut folder) = Self::as_issued(tables, book)? else { return Ok(None) };
        for one in replacing(tables, book)?.into_iter().take_while(|one| one != number) {
            let replaces = replaces(tables, &one)?.unwrap_or_else(|| Replaces {
                book: book.to_owned(),
                leaves: Vec::new(),
                removed: Vec::new(),
            });
            folder.replace(&one, &replaces).map_err(|why| {
                Error::damaged(format!("документ № {one}: {why}")).next_by("проверьте журнал", Action::Audit)
            })?;
        }
        Ok(Some(folder))
    }

    /// The leaves of a book as it was issued.
    fn as_issued(tables: &Tables, book: &str) -> Result<Option<Self>> {
        let sql =
            "SELECT variant, leaves, (SELECT count(*) FROM document_pages AS of WHERE of.number = one.number) AS pages
                   FROM documents AS one WHERE number = ?1 AND form = ?2";
        let read = tables.one("документ", sql, [book, BOOK], |row| {
            Ok((row.get::<String>("variant")?, row.get::<u32>("leaves")?, row.get::<u32>("pages")?))
        })?;
        let Some((variant, counted, pages)) = read else { return Ok(None) };
        let sides = if variant.split(',').any(|word| word == "simplex") { 1 } else { 2 };
        // The cover is a leaf, the certificate the last page; between them the list, and what is counted.
        let (certificate, list) = (pages, 1 + sides);
        let body = counted.checked_mul(sides).and_then(|taken| certificate.checked_sub(taken));
        let Some(body) = body.filter(|body| *body > list && (body - 1) % sides == 0) else { return Ok(None) };
        let at = |page: u32| FrontPage { number: book.to_owned(), page };
        let mut leaves = BTreeMap::from([(LeafName::Cover, at(1)), (LeafName::Certificate, at(certificate))]);
        let fronts = |first: u32, after: u32| (1..).zip((first..after).step_by(sides as usize));
        leaves.extend(fronts(list, body).map(|(leaf, page)| (LeafName::List(leaf), at(page))));
        let numbered = |leaf| LeafName::Numbered(LeafNumber::plain(leaf));
        leaves.extend(fronts(body, certificate).map(|(leaf, page)| (numbered(leaf), at(page))));
        Ok(Some(Self { book: book.to_owned(), by: Vec::new(), sides, leaves }))
    }

    /// The leaves, in their order.
    pub fn leaves(&self) -> impl Iterator<Item = (LeafName, &FrontPage)> {
        self.leaves.iter().map(|(leaf, at)| (*leaf, at))
    }

    /// The numbers of those that are counted, in their order.
    pub fn numbers(&self) -> Vec<LeafNumber> {
        self.leaves.keys().filter_map(|leaf| leaf.number()).collect()
    }

    /// Where a leaf is from.
    pub fn at(&self, leaf: LeafName) -> Option<&FrontPage> {
        self.leaves.get(&leaf)
    }

    /// Puts the leaves of a document in; what does not fit is said in Russian.
    ///
    /// # Errors
    /// A leaf that replaces or takes out another than lies there, stands where one lies, or is none; no new list and
    /// certificate.
    pub fn replace(&mut self, number: &str, replaces: &Replaces) -> std::result::Result<(), String> {
        let name = |leaf: &str| LeafName::parse(leaf).ok_or_else(|| format!("«{leaf}» не лист журнала"));
        let gone = |leaf: &str| format!("лист «{leaf}» в журнале не тот, который заменяется");
        if replaces.book != self.book {
            return Err(format!("он заменяет листы другого журнала: № {}", replaces.book));
        }
        for OldLeaf { leaf, of } in &replaces.removed {
            if self.leaves.remove(&name(leaf)?).as_ref() != Some(of) {
                return Err(gone(leaf));
            }
        }
        let (mut brought, mut last) = (BTreeMap::new(), 0);
        for NewLeaf { leaf, page, instead } in &replaces.leaves {
            let at = name(leaf)?;
            if self.leaves.remove(&at) != *instead {
                return Err(gone(leaf));
            }
            if *page <= last || (page - 1) % self.sides != 0 {
                return Err(format!("лист «{leaf}» не может начинаться на странице {page}"));
            }
            last = *page;
            if brought.insert(at, FrontPage { number: number.to_owned(), page: *page }).is_some() {
                return Err(format!("лист «{leaf}» назван дважды"));
            }
        }
        let is_last = replaces.leaves.last().is_some_and(|last| name(&last.leaf) == Ok(LeafName::Certificate));
        let renewed = is_last && brought.contains_key(&LeafName::List(1));
        self.leaves.append(&mut brought);
        if !renewed || !self.leaves.contains_key(&LeafName::Cover) {
            return Err("к нему нет новой описи или нового листа-заверителя".to_owned());
        }
        self.by.push(number.to_owned());
        Ok(())
    }
}

/// The documents that replaced leaves of a book, in the order in which they were issued.
///
/// # Errors
/// Tables that do not read.
pub fn replacing(tables: &Tables, book: &str) -> Result<Vec<String>> {
    let sql = "SELECT DISTINCT number, entry FROM replaced_leaves JOIN documents USING (number) WHERE book = ?1
               ORDER BY entry, number";
    tables.all("документ", sql, [book], |row| row.get("number"))
}

/// What leaves a document replaces; nothing of any but such a document.
///
/// # Errors
/// Tables that do not read.
pub fn replaces(tables: &Tables, number: &str) -> Result<Option<Replaces>> {
    let sql = "SELECT book, leaf, page, old_number, old_page FROM replaced_leaves WHERE number = ?1 ORDER BY place";
    let mut all: Option<Replaces> = None;
    let rows: Vec<(String, String, Option<u32>, Option<FrontPage>)> =
        tables.all("заменённый лист", sql, [number], |row| {
            let old: (Option<String>, Option<u32>) = (row.get("old_number")?, row.get("old_page")?);
            let old = old.0.zip(old.1).map(|(number, page)| FrontPage { number, page });
            Ok((row.get("book")?, row.get("leaf")?, row.get("page")?, old))
        })?;
    for (book, leaf, page, old) in rows {
        let all = all.get_or_insert_with(|| Replaces { book, leaves: Vec::new(), removed: Vec::new() });
        match (page, old) {
            (Some(page), instead) => all.leaves.push(NewLeaf { leaf, page, instead }),
            (None, Some(of)) => all.removed.push(OldLeaf { leaf, of }),
            (None, None) => {}
        }
    }
    Ok(all)
}

/// How many leaves of a book are counted, as its certificate says that lies in it today.
///
/// # Errors
/// As [`Folder::of`].
pub fn counted(tables: &Tables, book: &str, as_issued: u32) -> Result<u32> {
    if replacing(tables, book)?.is_empty() {
        return Ok(as_issued);
    }
    Ok(Folder::of(tables, book)?.map_or(as_issued, |folder| folder.numbers().len() as u32))
}

/// What became of a leaf of a book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fate {
    /// Its name.
    pub leaf: LeafName,
    /// Register number of the book.
    pub book: String,
    /// What took its place, one after another, the last of which lies there now.
    pub replaced: Vec<FrontPage>,
    /// The document that took it, or the last in its place, out with none in its place.
    pub removed: Option<String>,
    /// All documents that replaced leaves of the book.
    pub by: Vec<String>,
}

/// What became of the leaf with a page of a document; nothing where it is no leaf of a book.
///
/// # Errors
/// As [`Folder::of`].
pub fn fate(tables: &Tables, number: &str, page: u32) -> Result<Option<Fate>> {
    let brought = replaces(tables, number)?;
    let book = brought.as_ref().map_or(number, |brought| &brought.book).to_owned();
    let folder = match brought {
        None => Folder::as_issued(tables, &book)?,
        Some(_) => Folder::before(tables, &book, number)?,
    };
    let Some(mut folder) = folder else { return Ok(None) };
    if let Some(brought) = &brought
        && folder.replace(number, brought).is_err()
    {
        return Ok(None);
    }
    let front = page.saturating_sub((page.saturating_sub(1)) % folder.sides);
    let mut at = FrontPage { number: number.to_owned(), page: front };
    let Some((leaf, _)) = folder.leaves().find(|(_, of)| **of == at) else { return Ok(None) };
    let by = replacing(tables, &book)?;
    let (mut replaced, mut removed) = (Vec::new(), None);
    for later in by.iter().skip_while(|one| brought.is_some() && *one != number) {
        let Some(replaces) = replaces(tables, later)? else { continue };
        if let Some(new) = replaces.leaves.iter().find(|new| new.instead.as_ref() == Some(&at)) {
            at = FrontPage { number: later.clone(), page: new.page };
            replaced.push(at.clone());
        } else if replaces.removed.iter().any(|old| old.of == at) {
            removed = Some(later.clone());
            break;
        }
    }
    Ok(Some(Fate { leaf, book, replaced, removed, by }))
}
