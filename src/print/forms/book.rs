//! The class's book: its parts in order, every page at its number, the list and the certificate that count them.
//!
//! The list stands before what it lists and the certificate's digest covers all other pages, so a volume is put together
//! in this order: the list is laid out once to learn how long it is, then the parts at their final page numbers, then the
//! list in earnest, then everything is sealed but the certificate, and the certificate last. A book that is thicker than
//! a volume may be is shared out at the ends of its parts; each volume has its own title, list, numbers and certificate.

use super::certificate::{Certified, Counted};
use super::class::Course;
use super::list::Part;
use super::progress::Finals;
use super::title::Volume;
use super::volumes::share_out;
use super::{Composer, Document, spread};
use crate::error::{Error, Result};
use crate::journal::read::absences::Absences;
use crate::print::layout::Halves;
use crate::print::page::Page;
use crate::print::pdf::Bookmark;
use crate::print::sheet::{FootText, Numbering, Orientation, PageSeal, Sides};
use crate::school::PersonName;
use sha2::{Digest, Sha256};

/// The first page of the list: the front of the second leaf.
fn list_page(sides: Sides) -> u32 {
    match sides {
        Sides::Both => 3,
        Sides::One => 2,
    }
}

/// Lays out a volume of the class's book, from 1. A book has one volume unless it is thicker than one may be.
///
/// # Errors
/// Tables that cannot be read, and text that no page holds; see [`crate::print::render`]. A volume the book has not.
pub(super) fn class_book(composer: &Composer<'_>, number: u32) -> Result<Document> {
    let found = Found::read(composer)?;
    let pieces = pieces(composer);
    let whole = Body::of(composer, &found, &pieces)?;
    let most = composer.layouts.book.title.volume_leaves.0;
    if composer.leaf_of(whole.certificate) <= most && number == 1 {
        return whole.bind(composer, Volume { number, of: 1 });
    }
    let volumes = whole.volumes(composer.sides, most);
    drop(whole);
    let (index, of) = ((number as usize).wrapping_sub(1), volumes.len() as u32);
    let range = volumes.into_iter().nth(index).ok_or_else(|| {
        Error::input(format!("в классном журнале {} нет тома {number}", composer.data.class))
            .next(format!("томов в нём {of}"))
    })?;
    Body::of(composer, &found, &pieces[range])?.bind(composer, Volume { number, of })
}

/// A book's pages before their foot is set, and without its cover, list and certificate.
pub(super) struct Unsealed {
    /// The first page of the list.
    pub list: u32,
    /// The first page after it.
    pub body: u32,
    /// The parts that the list names.
    pub parts: Vec<Part>,
    /// The page of the certificate.
    pub certificate: u32,
    pages: Vec<Page>,
}

impl Unsealed {
    /// A page between list and certificate.
    pub fn page(&self, number: u32) -> Option<&Page> {
        let first = self.certificate.checked_sub(self.pages.len() as u32)?;
        self.pages.get(number.checked_sub(first)? as usize)
    }
}

/// The pages of a book of one volume.
///
/// # Errors
/// As [`class_book`]; a book of several volumes.
pub(super) fn unsealed(composer: &Composer<'_>) -> Result<Unsealed> {
    let (found, pieces) = (Found::read(composer)?, pieces(composer));
    let Body { list: (list, body), pages, mut parts, certificate, .. } = Body::of(composer, &found, &pieces)?;
    if composer.leaf_of(certificate) > composer.layouts.book.title.volume_leaves.0 {
        let class = composer.data.class.quoted();
        return Err(Error::input(format!("классный журнал {class} печатается сегодня томами"))
            .next("напечатайте его целиком: листы заменяются только в журнале из одного тома"));
    }
    // The last is the certificate.
    parts.pop();
    Ok(Unsealed { list, body, parts, certificate, pages })
}

/// Lays out the pages of one subject of the book, all its groups, between a cover and the certification.
///
/// # Errors
/// As [`class_book`]; a subject that the class does not have.
pub(super) fn subject_pages(composer: &Composer<'_>, subject: &str) -> Result<Document> {
    let courses: Vec<&Course> = composer.data.courses.iter().filter(|course| course.subject == subject).collect();
    if courses.is_empty() {
        return Err(Error::input(format!("предмета «{subject}» нет в {} классе", composer.data.class.quoted()))
            .next("посмотрите, какие предметы в нём есть"));
    }
    let bookmark = |title: String, page: usize| Bookmark { title, page, under: Vec::new() };
    let mut pages = vec![composer.subject_cover(subject, &courses)];
    let mut bookmarks = vec![bookmark(composer.layouts.book.title.bookmark.as_str().to_owned(), 0)];
    let facing = composer.sides == Sides::Both && composer.layouts.book.spread.halves == Halves::Facing;
    for course in courses {
        if facing && !composer.sides.is_back(pages.len() as u32 + 1) {
            pages.push(composer.blank_page(pages.len() as u32 + 1));
        }
        bookmarks.push(bookmark(course.title(), pages.len()));
        pages.append(&mut spread::spreads(composer, course, pages.len() as u32 + 1)?);
    }
    // The certification has a page of its own: nothing may be written in before it.
    composer.certify_last(&mut pages, Orientation::Portrait, f32::INFINITY);
    let title = format!(
        "Предметные страницы классного журнала {} класса за {} учебный год: {subject}",
        composer.data.class.quoted(),
        composer.year()
    );
    let foot = composer.foot(pages.len() as u32);
    let seals = composer.close(&mut pages, &foot, 1)?;
    Ok(composer.document(title, pages, seals, bookmarks))
}

/// A part of the book before it is laid out.
#[derive(Clone, Copy)]
enum Piece<'a> {
    Course(&'a Course),
    Missed,
    Progress,
    Pupils,
    Remarks,
}

/// What several parts are made of.
struct Found {
    absences: Absences,
    finals: Finals,
}

impl Found {
    fn read(composer: &Composer<'_>) -> Result<Self> {
        let absences = Absences::of_class(composer.tables, &composer.data.class, &composer.data.reasons)?;
        Ok(Self { absences, finals: composer.finals()? })
    }
}

/// The parts of the book in order.
fn pieces<'a>(composer: &'a Composer<'_>) -> Vec<Piece<'a>> {
    let courses = composer.data.courses.iter().map(Piece::Course);
    courses.chain([Piece::Missed, Piece::Progress, Piece::Pupils, Piece::Remarks]).collect()
}

impl Piece<'_> {
    /// What the list says of it; `first` and `pages` say where it stands.
    fn part(self, composer: &Composer<'_>, first: u32, pages: u32) -> Part {
        let book = &composer.layouts.book;
        let (title, teacher) = match self {
            Self::Course(course) => (course.title(), course.taught_by(PersonName::full)),
            Self::Missed => (sentence(book.missed.heading.as_str()), String::new()),
            Self::Progress => (sentence(book.progress.heading.as_str()), String::new()),
            Self::Pupils => (sentence(book.pupils.heading.as_str()), String::new()),
            Self::Remarks => (sentence(book.remarks.heading.as_str()), String::new()),
        };
        Part { title, teacher, first, pages }
    }

    fn pages(self, composer: &Composer<'_>, found: &Found, first: u32) -> Result<Vec<Page>> {
        match self {
            Self::Course(course) => spread::spreads(composer, course, first),
            Self::Missed => Ok(composer.missed(&found.absences, first)),
            Self::Progress => {
                let (mut pages, bottom) = composer.progress(&found.finals, &found.absences, first, 0.0);
                let number = first + pages.len() as u32 - 1;
                if let Some(last) = pages.last_mut() {
                    composer.close_rest(last, composer.new_page(Orientation::Landscape, number).1, bottom);
                }
                Ok(pages)
            }
            Self::Pupils => composer.pupils_list(first),
            Self::Remarks => composer.remarks(first),
        }
    }

    fn is_course(self) -> bool {
        matches!(self, Self::Course(_))
    }
}

/// A volume between its title and its certificate.
struct Body {
    /// The first page of the list, and the first of what follows it, on a leaf of its own.
    list: (u32, u32),
    /// The pages after the list.
    pages: Vec<Page>,
    /// The parts, and the certificate, which the list does not name.
    parts: Vec<Part>,
    /// How many of the parts are subjects.
    courses: usize,
    /// The page of the certificate.
    certificate: u32,
}

impl Body {
    /// Lays out the parts of a volume one after another.
    fn of(composer: &Composer<'_>, found: &Found, pieces: &[Piece<'_>]) -> Result<Self> {
        let certificate = |first| {
            let title = sentence(composer.layouts.book.certificate.heading.as_str());
            Part { title, teacher: String::new(), first, pages: 1 }
        };
        let first = list_page(composer.sides);
        let facing = composer.sides == Sides::Both && composer.layouts.book.spread.halves == Halves::Facing;
        // Page numbers as wide as they come: enough to learn how many pages the list takes.
        let parts: Vec<Part> = pieces.iter().map(|piece| piece.part(composer, 996, 3)).collect();
        let guessed = Numbering::of_book(composer.sides, (first, first), u32::MAX);
        let mut next = first + composer.list(&parts, first, guessed).len() as u32;
        let (mut pages, mut parts) = (Vec::new(), Vec::new());
        let fill = |pages: &mut Vec<Page>, next: &mut u32| {
            pages.push(composer.blank_page(*next));
            *next += 1;
        };
        // The leaves of the list are numbered apart.
        if composer.sides.is_back(next) {
            fill(&mut pages, &mut next);
        }
        let list = (first, next);
        for piece in pieces {
            // A subject's marks stand on the left page and its lessons face them.
            if piece.is_course() && facing && !composer.sides.is_back(next) {
                fill(&mut pages, &mut next);
            }
            let mut set = piece.pages(composer, found, next)?;
            parts.push(piece.part(composer, next, set.len() as u32));
            next += set.len() as u32;
            pages.append(&mut set);
        }
        // The certificate is the front of a leaf.
        if composer.sides.is_back(next) {
            fill(&mut pages, &mut next);
        }
        parts.push(certificate(next));
        let courses = pieces.iter().filter(|piece| piece.is_course()).count();
        Ok(Self { list, pages, parts, courses, certificate: next })
    }

    /// Which parts go into which volume of so many leaves at most.
    fn volumes(&self, sides: Sides, most: u32) -> Vec<std::ops::Range<usize>> {
        let (pages, filler) = if sides == Sides::Both { (2 * most, 1) } else { (most, 0) };
        let around = self.list.1 - 1 + 1 + filler;
        let sizes = self.parts[..self.parts.len() - 1].iter().zip(0..).map(|(part, i)| {
            // A page may be left empty before a subject.
            part.pages + if i < self.courses { filler } else { 0 }
        });
        share_out(&sizes.collect::<Vec<_>>(), pages.saturating_sub(around))
    }

    /// Puts title, list and certificate around the parts, and seals all pages.
    fn bind(mut self, composer: &Composer<'_>, volume: Volume) -> Result<Document> {
        let title = volume.title(&format!(
            "Классный журнал {} класса за {} учебный год",
            composer.data.class.quoted(),
            composer.year()
        ));
        let bookmarks = self.bookmarks(composer);
        let first = self.list.0;
        let numbering = Numbering::of_book(composer.sides, self.list, self.certificate);
        let (leaves, list_leaves) = (numbering.counted(self.certificate), numbering.of_list());
        let mut pages = vec![composer.title_page(leaves, volume)];
        pages.extend((2..first).map(|number| composer.blank_page(number)));
        let listed = self.parts.split_last().map_or(&[][..], |(_, listed)| listed);
        pages.extend(composer.list(listed, first, numbering));
        pages.append(&mut self.pages);
        let foot = FootText { numbering, ..composer.foot(self.certificate) };
        let mut seals = composer.close(&mut pages, &foot, 1)?;
        let page = self.certificate;
        let digest = book_digest(&seals);
        let counted = Counted::in_order(leaves);
        pages.push(composer.certificate(&Certified { title: &title, digest, leaves: counted, list_leaves, page })?);
        seals.extend(composer.close(&mut pages[page as usize - 1..], &foot, page)?);
        let document = composer.document(title, pages, seals, bookmarks);
        Ok(Document { volumes: volume.of, numbering, leaves, ..document })
    }

    fn bookmarks(&self, composer: &Composer<'_>) -> Vec<Bookmark> {
        let book = &composer.layouts.book;
        let mark =
            |title: &str, first: u32, under| Bookmark { title: title.to_owned(), page: first as usize - 1, under };
        let of = |part: &Part| mark(&part.title, part.first, Vec::new());
        let mut out = vec![
            mark(book.title.bookmark.as_str(), 1, Vec::new()),
            mark(&sentence(book.list.heading.as_str()), self.list.0, Vec::new()),
        ];
        let (subjects, others) = self.parts.split_at(self.courses);
        if let Some(first) = subjects.first() {
            out.push(mark(book.spread.bookmark.as_str(), first.first, subjects.iter().map(of).collect()));
        }
        out.extend(others.iter().map(of));
        out
    }
}

/// The digest of a book: SHA-256 over the digests, 32 bytes each, of all its pages but the certificate, in their
/// order. Lower-case hexadecimal digits.
fn book_digest(seals: &[PageSeal]) -> String {
    digest_of(seals.iter().map(|seal| seal.digest))
}

/// As [`book_digest`], of the digests themselves.
pub(super) fn digest_of(digests: impl IntoIterator<Item = [u8; 32]>) -> String {
    let mut hash = Sha256::new();
    digests.into_iter().for_each(|digest| hash.update(digest));
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A heading set in capitals as a sentence.
fn sentence(heading: &str) -> String {
    let mut letters = heading.chars();
    letters.next().into_iter().chain(letters.flat_map(char::to_lowercase)).collect()
}
