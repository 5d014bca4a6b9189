//! Leaves of a class's book that replace others before it is bound: with them come a leaf behind which the replaced ones are
//! kept, the list and the certificate of the book as it is then.
//!
//! The whole book is laid out as it is today, and of its leaves those are taken that are named. So the document is made
//! again from the tables and its own entry alone.

use super::book::{self, Unsealed};
use super::certificate::{Certified, Counted};
use super::title::Volume;
use super::{Composer, Document, serif, serif_bold};
use crate::error::{Action, Error, Result};
use crate::journal::entry::{FrontPage, NewLeaf, OldLeaf, Replaces};
use crate::journal::read;
use crate::journal::read::folder::Folder;
use crate::ledger::chain::parse_hash;
use crate::print::page::{Area, Page};
use crate::print::pdf::Bookmark;
use crate::print::reprint::{self, Said};
use crate::print::seal::Run;
use crate::print::sheet::{FootText, LeafPlace, Orientation, PageSeal};
use crate::print::table::{Row, Table};
use crate::print::typeset::Align;
use crate::school::{LeafName, LeafNumber, leaves_listed};
use std::collections::BTreeMap;

/// A text run of a page as leaves are compared by: its place, and what it says.
pub type Spoken = (u32, u32, String);

/// What a kept page says, its foot left out, which has so many rows.
pub fn spoken(runs: Vec<Run<'_>>, foot: usize) -> Vec<Spoken> {
    let mut rows: Vec<u32> = runs.iter().map(|(row, ..)| *row).collect();
    rows.dedup();
    let end = rows.len().checked_sub(foot).and_then(|at| rows.get(at)).copied().unwrap_or(0);
    let above = runs.into_iter().filter(|(row, ..)| *row < end);
    above.map(|(row, column, text)| (row, column, text.to_owned())).collect()
}

/// What a page says before its foot is set.
fn said(page: &Page) -> Vec<Spoken> {
    let mut runs: Vec<_> = page.runs.iter().map(|run| (run.place.row, run.place.column, run.text())).collect();
    // Runs of a cell stay in their order.
    runs.sort_by_key(|(row, column, _)| (*row, *column));
    runs.into_iter().map(|(row, column, text)| (row, column, text.to_owned())).collect()
}

/// The book of today, whose leaves are held against a folder.
struct Today<'a, 'c> {
    composer: &'a Composer<'c>,
    whole: Unsealed,
    /// Pages of a leaf.
    sides: u32,
}

impl<'a, 'c> Today<'a, 'c> {
    fn of(composer: &'a Composer<'c>, sides: u32) -> Result<Self> {
        Ok(Self { composer, whole: book::unsealed(composer)?, sides })
    }

    /// The pages of the fronts of its counted leaves.
    fn fronts(&self) -> impl Iterator<Item = u32> + '_ {
        (self.whole.body..self.whole.certificate).step_by(self.sides as usize)
    }

    fn leaf(&self, front: u32) -> Vec<Page> {
        let page = |number| self.whole.page(number).cloned().unwrap_or_else(|| self.composer.blank_page(number));
        (front..front + self.sides).map(page).collect()
    }

    fn cover(&self, leaves: u32) -> Vec<Page> {
        let cover = self.composer.title_page(leaves, Volume { number: 1, of: 1 });
        [cover].into_iter().chain((2..=self.sides).map(|number| self.composer.blank_page(number))).collect()
    }

    /// The leaves of the list, where the counted leaves have these numbers.
    fn list(&self, numbers: &[LeafNumber]) -> Vec<Vec<Page>> {
        let (body, sides) = (self.whole.body, self.sides);
        let side = |page: u32| {
            let leaf = page.checked_sub(body).and_then(|at| numbers.get((at / sides) as usize));
            let back = if self.composer.sides.is_back(page) { " об." } else { "" };
            format!("{}{back}", leaf.map(ToString::to_string).unwrap_or_default())
        };
        let mut pages = self.composer.list_as(&self.whole.parts, self.whole.list, &side);
        while !(pages.len() as u32).is_multiple_of(sides) {
            pages.push(self.composer.blank_page(self.whole.list + pages.len() as u32));
        }
        pages.chunks(sides as usize).map(<[Page]>::to_vec).collect()
    }
}

/// What both sides of a leaf say.
fn sides_of(pages: &[Page]) -> Said {
    Said(pages.iter().map(said).collect())
}

/// Which leaves differ today from those in the folder, and what replaces them; nothing where none does. `kept` tells what a
/// page of an issued document says.
///
/// # Errors
/// As the book; one of several volumes; more leaves added than there are letters; a page that cannot be read.
pub fn differing(
    composer: &Composer<'_>,
    folder: &Folder,
    kept: &dyn Fn(&str, u32) -> Result<Vec<Spoken>>,
) -> Result<Option<Replaces>> {
    let today = Today::of(composer, folder.sides)?;
    let read = |at: &FrontPage| -> Result<Said> {
        let pages = (at.page..at.page + folder.sides).map(|page| kept(&at.number, page));
        Ok(Said(pages.collect::<Result<_>>()?))
    };
    let mut old: BTreeMap<LeafName, (FrontPage, Said)> = BTreeMap::new();
    for (leaf, at) in folder.leaves().filter(|(leaf, _)| *leaf != LeafName::Certificate) {
        old.insert(leaf, (at.clone(), read(at)?));
    }
    let counted: Vec<(LeafNumber, Said)> =
        old.iter().filter_map(|(leaf, (_, said))| Some((leaf.number()?, said.clone()))).collect();
    let new: Vec<Said> = today.fronts().map(|front| sides_of(&today.leaf(front))).collect();
    let plan = reprint::plan(&counted, &new)?;
    let same = |leaf: LeafName, pages: &[Page]| old.get(&leaf).is_some_and(|(_, said)| *said == sides_of(pages));
    let (cover, list) = (today.cover(plan.numbers.len() as u32), today.list(&plan.numbers));
    let listed = |leaf: &LeafName| matches!(leaf, LeafName::List(_));
    let same_list = list.len() == old.keys().filter(|leaf| listed(leaf)).count()
        && (1..).zip(&list).all(|(leaf, pages)| same(LeafName::List(leaf), pages));
    let same_cover = same(LeafName::Cover, &cover);
    if plan.leaves.is_empty() && plan.removed.is_empty() && same_list && same_cover {
        return Ok(None);
    }
    let names = (!same_cover).then_some(LeafName::Cover).into_iter();
    let names = names.chain((1..).zip(&list).map(|(leaf, _)| LeafName::List(leaf)));
    let names = names.chain(plan.leaves.iter().map(|planned| LeafName::Numbered(planned.leaf)));
    // Before them lies the leaf behind which the replaced ones are kept.
    let fronts = (1 + folder.sides..).step_by(folder.sides as usize);
    let leaves = names.chain([LeafName::Certificate]).zip(fronts);
    let leaves: Vec<NewLeaf> = leaves
        .map(|(leaf, page)| NewLeaf { leaf: leaf.to_string(), page, instead: folder.at(leaf).cloned() })
        .collect();
    let gone = plan.removed.iter().filter_map(|at| counted.get(*at)).map(|(leaf, _)| LeafName::Numbered(*leaf));
    let gone = gone.chain((list.len() as u32 + 1..).map(LeafName::List).take_while(|leaf| old.contains_key(leaf)));
    let removed =
        gone.filter_map(|leaf| Some(OldLeaf { leaf: leaf.to_string(), of: folder.at(leaf)?.clone() })).collect();
    Ok(Some(Replaces { book: folder.book.clone(), leaves, removed }))
}

/// Lays out the leaves that an entry names.
///
/// # Errors
/// As the book; an entry that names leaves which the book does not have.
pub(super) fn leaves(composer: &Composer<'_>) -> Result<Document> {
    let replaces = composer.context.replaces.as_ref().ok_or_else(|| {
        Error::input("не сказано, какие листы журнала заменяются").next("назовите номер выданного журнала")
    })?;
    let damaged = |why: String| Error::damaged(why).next_by("проверьте журнал", Action::Audit);
    let before = Folder::before(composer.tables, &replaces.book, &composer.context.number)?;
    let mut after = before.ok_or_else(|| damaged(format!("журнала № {} нет в реестре", replaces.book)))?;
    after.replace(&composer.context.number, replaces).map_err(damaged)?;
    let today = Today::of(composer, after.sides)?;
    let numbers = after.numbers();
    if numbers.len() != today.fronts().count() {
        return Err(other_leaves(composer));
    }
    let total = replaces.leaves.last().map_or(1, |last| last.page);
    let mut set =
        Set { composer, total, pages: Vec::new(), seals: Vec::new(), bookmarks: Vec::new(), names: Vec::new() };
    set.add(INSET, composer.inset(replaces, after.sides), LeafPlace { leaf: None, instead: None })?;
    let (list, fronts) = (today.list(&numbers), today.fronts().collect::<Vec<_>>());
    let (counted, list_leaves) = (numbers.len() as u32, list.len() as u32);
    let title = title(composer, replaces);
    for new in &replaces.leaves {
        let place = place(new);
        let (bookmark, pages) = match place.leaf {
            Some(LeafName::Cover) => ("Обложка".to_owned(), today.cover(counted)),
            Some(LeafName::List(leaf)) => {
                let pages = (leaf as usize).checked_sub(1).and_then(|at| list.get(at)).cloned();
                (if leaf == 1 { "Внутренняя опись".to_owned() } else { String::new() }, pages.unwrap_or_default())
            }
            Some(LeafName::Numbered(leaf)) => {
                let front = numbers.binary_search(&leaf).ok().and_then(|at| fronts.get(at));
                (format!("Лист {leaf}"), front.map(|front| today.leaf(*front)).unwrap_or_default())
            }
            Some(LeafName::Certificate) => {
                let digest = book::digest_of(digests(composer, &after, &set.seals)?);
                let (leaves, page) = (Counted::of(numbers.clone()), new.page);
                let certified = Certified { title: &title, digest, leaves, list_leaves, page };
                ("Лист-заверитель".to_owned(), vec![composer.certificate(&certified)?])
            }
            None => (String::new(), Vec::new()),
        };
        // A page elsewhere than its entry says would be found by nobody.
        if pages.is_empty() || set.pages.len() as u32 + 1 != new.page {
            return Err(other_leaves(composer));
        }
        set.add(&bookmark, pages, place)?;
    }
    let document = composer.document(title, set.pages, set.seals, set.bookmarks);
    Ok(Document { names: set.names, ..document })
}

/// Said where the book is not the one whose leaves an entry names.
fn other_leaves(composer: &Composer<'_>) -> Error {
    Error::input(format!("в классном журнале {} сегодня другие листы", composer.data.class.quoted()))
        .next("напечатайте листы, которые отличаются, снова")
}

/// The digests of all pages of the book but its certificate, in the order of its leaves; those of this document are given.
fn digests(composer: &Composer<'_>, book: &Folder, own: &[PageSeal]) -> Result<Vec<[u8; 32]>> {
    let mut issued: BTreeMap<&str, Vec<[u8; 32]>> =
        BTreeMap::from([(composer.context.number.as_str(), own.iter().map(|seal| seal.digest).collect())]);
    let mut digests = Vec::new();
    for (_, at) in book.leaves().filter(|(leaf, _)| *leaf != LeafName::Certificate) {
        if !issued.contains_key(at.number.as_str()) {
            let document = read::documents::document(composer.tables, &at.number)?;
            let pages = document.map(|document| document.pages).unwrap_or_default();
            issued.insert(&at.number, pages.iter().filter_map(|hex| parse_hash(hex)).collect());
        }
        let pages = issued.get(at.number.as_str()).map_or(&[][..], |pages| pages);
        let leaf = (at.page as usize).checked_sub(1).and_then(|first| pages.get(first..first + book.sides as usize));
        digests.extend(leaf.ok_or_else(|| other_leaves(composer))?);
    }
    Ok(digests)
}

const INSET: &str = "Вкладной лист";

fn title(composer: &Composer<'_>, replaces: &Replaces) -> String {
    format!(
        "Листы взамен прежних в классном журнале {} класса за {} учебный год (документ № {})",
        composer.data.class.quoted(),
        composer.year(),
        replaces.book
    )
}

fn place(new: &NewLeaf) -> LeafPlace {
    LeafPlace { leaf: LeafName::parse(&new.leaf), instead: new.instead.as_ref().map(|old| old.number.clone()) }
}

/// The pages of the document as they are put together.
struct Set<'a, 'c> {
    composer: &'a Composer<'c>,
    /// How many there will be.
    total: u32,
    pages: Vec<Page>,
    seals: Vec<PageSeal>,
    bookmarks: Vec<Bookmark>,
    /// The pages as viewers name them: «7а», «7а об.».
    names: Vec<String>,
}

impl Set<'_, '_> {
    /// Sets the foot of the pages of a leaf, and seals them.
    fn add(&mut self, bookmark: &str, mut pages: Vec<Page>, place: LeafPlace) -> Result<()> {
        if !bookmark.is_empty() {
            self.bookmarks.push(Bookmark { title: bookmark.to_owned(), page: self.pages.len(), under: Vec::new() });
        }
        let leaf = place.leaf.map_or_else(|| INSET.to_lowercase(), |leaf| leaf.to_string());
        let backs = pages.iter().skip(1).map(|_| format!("{leaf} об."));
        self.names.extend([leaf.clone()].into_iter().chain(backs));
        let foot = FootText { place: Some(place), ..self.composer.foot(self.total) };
        let seals = self.composer.close(&mut pages, &foot, self.pages.len() as u32 + 1)?;
        self.seals.extend(seals);
        self.pages.extend(pages);
        Ok(())
    }
}

impl Composer<'_> {
    /// The leaf behind which those are kept that were replaced or taken out.
    fn inset(&self, replaces: &Replaces, sides: u32) -> Vec<Page> {
        let layout = &self.layouts.book.inset;
        let (mut page, area) = self.new_page(Orientation::Portrait, 1);
        let date = self.issued_on();
        let added = replaces.leaves.iter().filter(|new| new.instead.is_none());
        let added = leaves_listed(added.filter_map(|new| LeafName::parse(&new.leaf)));
        let number = self.context.number.as_str();
        let values = [("book", replaces.book.as_str()), ("number", number), ("date", &date), ("leaves", &added)];
        let kind = serif(layout.size.0);
        let heading = serif_bold(layout.heading_size.0);
        let mut y = self.paragraph(&mut page, area, heading, Align::Centre, layout.heading.as_str()) + 1.0;
        y = self.paragraph(&mut page, Area { y, ..area }, kind, Align::Centre, &self.about_class()) + 5.0;
        y = self.paragraph(&mut page, Area { y, ..area }, kind, Align::Left, &layout.behind.fill(&values)) + 3.0;
        let widths = [0.36, 0.24, 0.40].map(|share| share * area.w);
        let row = |texts: [&str; 3], kind| {
            let cells = texts.iter().zip(widths).map(|(text, width)| self.cell(kind, text, width)).collect();
            Row { cells, least: 7.0, fifth: false }
        };
        let heads = [&layout.leaves, &layout.document, &layout.fate].map(|label| label.as_str());
        let mut rows = vec![row(heads, serif_bold(layout.small.0 + 0.5))];
        for (fate, leaves) in behind(replaces) {
            let fate = if fate { layout.replaced.fill(&values) } else { layout.removed.as_str().to_owned() };
            for (number, leaves) in leaves {
                rows.push(row([&leaves_listed(leaves), &format!("№ {number}"), &fate], kind));
            }
        }
        let table = Table { widths: widths.to_vec(), heads: 1, rows };
        y = table.draw(&mut page, area.x, y, self.look).bottom() + 4.0;
        if !added.is_empty() {
            y = self.paragraph(&mut page, Area { y, ..area }, kind, Align::Left, &layout.added.fill(&values)) + 3.0;
        }
        let small = serif(layout.small.0);
        y = self.paragraph(&mut page, Area { y, ..area }, small, Align::Left, layout.explanation.as_str()) + 8.0;
        y = self.paragraph(&mut page, Area { y, ..area }, kind, Align::Left, layout.by.as_str()) + 1.0;
        y = self.signed_by_binder(&mut page, Area { y, ..area }) + 3.0;
        self.close_rest(&mut page, area, y);
        [page].into_iter().chain((2..=sides).map(|number| self.blank_page(number))).collect()
    }
}

/// The leaves that are kept behind, by the document that they are of.
type Kept<'r> = BTreeMap<&'r str, Vec<LeafName>>;

/// What is kept behind: first what was replaced, then what was taken out with none in its place.
fn behind(replaces: &Replaces) -> [(bool, Kept<'_>); 2] {
    let (mut replaced, mut removed): (Kept<'_>, Kept<'_>) = Default::default();
    for new in &replaces.leaves {
        if let Some((old, leaf)) = new.instead.as_ref().zip(LeafName::parse(&new.leaf)) {
            replaced.entry(&old.number).or_default().push(leaf);
        }
    }
    for OldLeaf { leaf, of } in &replaces.removed {
        removed.entry(&of.number).or_default().extend(LeafName::parse(leaf));
    }
    [(true, replaced), (false, removed)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kept_page_says_what_stands_above_its_foot() {
        let runs = vec![(0, 0, "а"), (0, 1, "б"), (2, 0, "в"), (5, 0, "школа"), (6, 0, "№"), (7, 0, "стр.")];
        let own = |row, column, text: &str| (row, column, text.to_owned());
        assert_eq!(spoken(runs.clone(), 3), [own(0, 0, "а"), own(0, 1, "б"), own(2, 0, "в")]);
        assert_eq!(spoken(runs[3..].to_vec(), 3), []);
        assert_eq!(spoken(runs[4..].to_vec(), 3), []);
    }
}
