//! The class's book: its parts in order, every page at its number, the list and the certificate that count them.
//!
//! The list stands before what it lists and the certificate's digest covers all other pages, so the book is put
//! together in this order: the list is laid out once to learn how long it is, then the parts at their final page
//! numbers, then the list in earnest, then everything is sealed but the certificate, and the certificate last.

use super::certificate::Certified;
use super::list::Part;
use super::{Composer, Document, spread};
use crate::error::Result;
use crate::journal::absences::Absences;
use crate::print::page::Page;
use crate::print::pdf::Bookmark;
use crate::print::sheet::{PageSeal, Sides};
use sha2::{Digest, Sha256};

/// The first page of the list: the front of the second leaf.
fn list_page(sides: Sides) -> u32 {
    match sides {
        Sides::Both => 3,
        Sides::One => 2,
    }
}

/// Lays out the class's book.
///
/// # Errors
/// Tables that cannot be read, and text that no page holds; see [`crate::print::render`].
pub fn class_book(composer: &Composer<'_>) -> Result<Document> {
    let title = format!("Классный журнал {} класса за {} учебный год", composer.data.class.quoted(), composer.year());
    let first = list_page(composer.sides);
    let list_pages = composer.list(&parts_of_list(composer), first).len() as u32;
    let mut body = Body { next: first + list_pages, ..Body::default() };
    body.add_courses(composer)?;
    body.add_forms(composer)?;
    if composer.sides.is_back(body.next) {
        body.fill_up_to(composer, body.next + 1);
    }
    let certificate_page = body.next;
    let heading = sentence(composer.layouts.book.certificate.heading.as_str());
    body.parts.push(Part { title: heading, teacher: String::new(), first: certificate_page, pages: 1 });

    let mut pages = vec![composer.title_page(composer.leaf_of(certificate_page))];
    pages.extend((2..first).map(|number| composer.blank_page(number)));
    pages.extend(composer.list(&body.parts, first));
    pages.append(&mut body.pages);
    let foot = composer.foot(certificate_page);
    let mut seals = composer.close(&mut pages, &foot, 1)?;
    let digest = book_digest(&seals);
    let list = (first, first + list_pages - 1);
    let certificate = composer.certificate(&Certified { title: &title, digest, list, page: certificate_page })?;
    pages.push(certificate);
    seals.extend(composer.close(&mut pages[certificate_page as usize - 1..], &foot, certificate_page)?);
    let bookmarks = bookmarks(composer, &body);
    Ok(composer.document(title, pages, seals, bookmarks))
}

/// The digest of a book: SHA-256 over the digests, 32 bytes each, of all its pages but the certificate, in their
/// order. Lower-case hexadecimal digits.
fn book_digest(seals: &[PageSeal]) -> String {
    let mut hash = Sha256::new();
    seals.iter().for_each(|seal| hash.update(seal.digest));
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The parts between the list and the certificate as they are laid out one after another.
#[derive(Default)]
struct Body {
    pages: Vec<Page>,
    parts: Vec<Part>,
    /// How many of the parts are subjects.
    courses: usize,
    /// The number of the next page.
    next: u32,
}

impl Body {
    fn add(&mut self, title: String, teacher: String, mut pages: Vec<Page>) {
        let count = pages.len() as u32;
        self.parts.push(Part { title, teacher, first: self.next, pages: count });
        self.next += count;
        self.pages.append(&mut pages);
    }

    /// Leaves pages empty until `number` is the next.
    fn fill_up_to(&mut self, composer: &Composer<'_>, number: u32) {
        while self.next < number {
            self.pages.push(composer.blank_page(self.next));
            self.next += 1;
        }
    }

    fn add_courses(&mut self, composer: &Composer<'_>) -> Result<()> {
        for course in &composer.data.courses {
            if composer.sides == Sides::Both {
                self.fill_up_to(composer, self.next.next_multiple_of(2));
            }
            let pages = spread::spreads(composer, course, self.next)?;
            self.add(course_title(&course.subject, &course.group), course.teacher.full(), pages);
            self.courses += 1;
        }
        Ok(())
    }

    fn add_forms(&mut self, composer: &Composer<'_>) -> Result<()> {
        let book = &composer.layouts.book;
        let absences = Absences::of_class(composer.tables, &composer.data.class, &composer.data.reasons)?;
        let finals = composer.finals()?;
        let missed = composer.missed(&absences, self.next);
        self.add(sentence(book.missed.heading.as_str()), String::new(), missed);
        let progress = composer.progress(&finals, &absences, self.next);
        self.add(sentence(book.progress.heading.as_str()), String::new(), progress);
        let pupils = composer.pupils_list(self.next)?;
        self.add(sentence(book.pupils.heading.as_str()), String::new(), pupils);
        let remarks = composer.remarks(self.next)?;
        self.add(sentence(book.remarks.heading.as_str()), String::new(), remarks);
        Ok(())
    }
}

/// The parts as the list names them, all on one page: enough to learn how many pages the list takes.
fn parts_of_list(composer: &Composer<'_>) -> Vec<Part> {
    let part = |title: String, teacher: String| Part { title, teacher, first: 996, pages: 3 };
    let book = &composer.layouts.book;
    let courses = composer.data.courses.iter();
    let mut parts: Vec<Part> =
        courses.map(|course| part(course_title(&course.subject, &course.group), course.teacher.full())).collect();
    let forms = [
        &book.missed.heading,
        &book.progress.heading,
        &book.pupils.heading,
        &book.remarks.heading,
        &book.certificate.heading,
    ];
    parts.extend(forms.iter().map(|heading| part(sentence(heading.as_str()), String::new())));
    parts
}

fn course_title(subject: &str, group: &str) -> String {
    if group.is_empty() { subject.to_owned() } else { format!("{subject} ({group})") }
}

/// A heading set in capitals as a sentence.
fn sentence(heading: &str) -> String {
    let mut letters = heading.chars();
    letters.next().into_iter().chain(letters.flat_map(char::to_lowercase)).collect()
}

fn bookmarks(composer: &Composer<'_>, body: &Body) -> Vec<Bookmark> {
    let book = &composer.layouts.book;
    let mark = |title: &str, first: u32, under| Bookmark { title: title.to_owned(), page: first as usize - 1, under };
    let of = |part: &Part| mark(&part.title, part.first, Vec::new());
    let mut out = vec![
        mark(book.title.bookmark.as_str(), 1, Vec::new()),
        mark(&sentence(book.list.heading.as_str()), list_page(composer.sides), Vec::new()),
    ];
    let (subjects, others) = body.parts.split_at(body.courses);
    if let Some(first) = subjects.first() {
        out.push(mark(book.spread.bookmark.as_str(), first.first, subjects.iter().map(of).collect()));
    }
    out.extend(others.iter().map(of));
    out
}
