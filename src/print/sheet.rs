//! The sheet that every form is printed on: margins mirrored for stitching, and the foot with the seal.
//!
//! Which way a printer turns a landscape page is not ours to say, so there both long edges keep the stitching margin.
//! The foot is set last, once it is known how many pages there are, and closes the page: its text is hashed with the
//! rest, then the check code and the QR code are put beside it.

use crate::error::Result;
use crate::print::fonts::Face;
use crate::print::layout::{Foot, FootLayout, PageLayout, Wording};
use crate::print::page::{Area, Page, Place};
use crate::print::qr::{QUIET, qr_code};
use crate::print::seal;
use crate::print::structure::Part;
use crate::print::typeset::{Align, Pad, Setting, Stand, Type, Typesetter};
use crate::school::LeafName;
use serde::Deserialize;

/// How a page lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Orientation {
    /// Upright.
    Portrait,
    /// Lying.
    Landscape,
}

/// On which sides of the paper a document is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sides {
    /// Odd pages are fronts of leaves, bound at their left edge, even pages their backs, bound at their right.
    Both,
    /// Every page is the front of a leaf.
    One,
}

impl Sides {
    /// The leaf that a page stands on; both count from 1.
    pub fn leaf_of(self, page: u32) -> u32 {
        match self {
            Self::Both => page.div_ceil(2),
            Self::One => page,
        }
    }

    /// Whether a page is the back of a leaf.
    pub fn is_back(self, page: u32) -> bool {
        self == Self::Both && page.is_multiple_of(2)
    }
}

/// How the leaves of a document are numbered: in order; but a book's cover and certificate have no number, and the leaves
/// of its list have numbers of their own, as archives count them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Numbering {
    /// The sides it is printed on.
    pub sides: Sides,
    book: Option<BookPages>,
}

/// Where the parts of a book begin, by page from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct BookPages {
    list: u32,
    body: u32,
    certificate: u32,
}

/// The leaf that a page stands on, as its number names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaf {
    /// A leaf that is counted.
    Numbered(u32),
    /// The cover of a book.
    Cover,
    /// A leaf of its list.
    List(u32),
    /// Its certificate.
    Certificate,
}

impl From<Sides> for Numbering {
    fn from(sides: Sides) -> Self {
        Self { sides, book: None }
    }
}

impl Numbering {
    /// Of a book: the first page of its list, the first of what follows it, which is the front of a leaf, and the certificate.
    pub fn of_book(sides: Sides, (list, body): (u32, u32), certificate: u32) -> Self {
        Self { sides, book: Some(BookPages { list, body, certificate }) }
    }

    /// The leaf that a page stands on.
    pub fn leaf(self, page: u32) -> Leaf {
        let leaf = self.sides.leaf_of(page);
        let Some(book) = self.book else { return Leaf::Numbered(leaf) };
        let since = |first: u32| leaf.saturating_sub(self.sides.leaf_of(first)) + 1;
        match page {
            page if page >= book.certificate => Leaf::Certificate,
            page if page >= book.body => Leaf::Numbered(since(book.body)),
            page if page >= book.list => Leaf::List(since(book.list)),
            _ => Leaf::Cover,
        }
    }

    /// How many leaves of a document of so many pages are counted.
    pub fn counted(self, pages: u32) -> u32 {
        match self.book {
            None => self.sides.leaf_of(pages),
            Some(book) => self.sides.leaf_of(book.certificate).saturating_sub(self.sides.leaf_of(book.body)),
        }
    }

    /// How many leaves the list of a book takes.
    pub fn of_list(self) -> u32 {
        self.book.map_or(0, |book| self.sides.leaf_of(book.body).saturating_sub(self.sides.leaf_of(book.list)))
    }

    /// A page as an archive names it, by its leaf: «2», and the back of it «2 об.».
    pub fn side_of(self, page: u32) -> String {
        let leaf = match self.leaf(page) {
            Leaf::Numbered(leaf) => leaf.to_string(),
            Leaf::Cover => "обложка".to_owned(),
            Leaf::List(leaf) => format!("опись {leaf}"),
            Leaf::Certificate => "лист-заверитель".to_owned(),
        };
        format!("{leaf}{}", if self.sides.is_back(page) { " об." } else { "" })
    }

    /// Whether every page is the leaf of its own number.
    pub fn is_plain(self) -> bool {
        self.sides == Sides::One && self.book.is_none()
    }
}

/// What the foot of a document's pages says.
#[derive(Debug, Clone)]
pub struct FootText {
    /// The document's number, empty for a draft.
    pub number: String,
    /// Whether it is a paper that is never numbered, so that it is no draft without a number.
    pub plain: bool,
    /// What the document is about: the school, the class, the year.
    pub about: String,
    /// How its leaves are numbered.
    pub numbering: Numbering,
    /// The place in a book of a leaf that is printed to replace another there; none of every other page.
    pub place: Option<LeafPlace>,
    /// How many pages the document has.
    pub pages: u32,
}

/// Where a leaf belongs that is printed to replace another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafPlace {
    /// Its name in the book; none of the leaf behind which the replaced ones are kept.
    pub leaf: Option<LeafName>,
    /// Register number of the document whose leaf of that name it replaces; none of one that is added.
    pub instead: Option<String>,
}

/// How many rows of a page's text its foot has, where the page is issued; one more of a leaf that replaces another.
pub const FOOT_ROWS: usize = 3;

/// A page's seal: its digest and the bytes that were hashed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageSeal {
    /// The SHA-256 of the record: the page's check code.
    pub digest: [u8; 32],
    /// The page's text as [`seal::page_record`] writes it.
    pub record: Vec<u8>,
}

/// The height of the foot in mm.
pub fn foot_height(layout: &PageLayout) -> f32 {
    layout.foot.qr.0 + layout.foot.gap.0
}

/// An empty page, and the area that the form may fill. `number` counts from 1.
pub fn new_page(layout: &PageLayout, orientation: Orientation, sides: Sides, number: u32) -> (Page, Area) {
    let paper = &layout.paper;
    let (short, long) = (paper.short.0, paper.long.0);
    let (page, x, y, right, bottom) = match orientation {
        Orientation::Portrait => {
            let (left, right) = margins(layout, sides.is_back(number));
            (Page::new(short, long), left, paper.top.0, short - right, long - paper.bottom.0)
        }
        Orientation::Landscape => {
            (Page::new(long, short), paper.outer.0, paper.inner.0, long - paper.outer.0, short - paper.inner.0)
        }
    };
    let area = Area::new(x, y, right - x, bottom - foot_height(layout) - y);
    (page, area)
}

/// Left and right margin of a portrait page in mm.
fn margins(layout: &PageLayout, back: bool) -> (f32, f32) {
    let (inner, outer) = (layout.paper.inner.0, layout.paper.outer.0);
    if back { (outer, inner) } else { (inner, outer) }
}

/// Sets the foot, and for an issued document seals the page. `number` counts from 1.
///
/// # Errors
/// A document number that no QR code holds.
pub fn close_page(
    page: &mut Page,
    set: &Typesetter,
    layout: &PageLayout,
    text: &FootText,
    number: u32,
) -> Result<PageSeal> {
    let foot = &layout.foot;
    let kind = Type { face: Face::Sans, size: foot.size.0 };
    let portrait = page.height > page.width;
    let bottom = page.height - if portrait { layout.paper.bottom.0 } else { layout.paper.inner.0 };
    let back = text.numbering.sides.is_back(number);
    let (left, right) = if portrait { margins(layout, back) } else { (layout.paper.outer.0, layout.paper.outer.0) };
    let (left, right) = (left, page.width - right);
    let at_right = !back;
    let beside = foot.qr.0 + foot.gap.0.max(QUIET * foot.qr.0 / 33.0);
    let (x, width) = if at_right { (left, right - left - beside) } else { (left + beside, right - left - beside) };
    let align = if at_right { Align::Right } else { Align::Left };
    let (page_wording, leaf_text) = page_wording(foot, text, number);
    let page_text = number.to_string();
    let pages_text = text.pages.to_string();
    let values = [("number", text.number.as_str()), ("page", &page_text), ("leaf", &leaf_text), ("pages", &pages_text)];
    let issued = !text.number.is_empty();
    let first = match issued {
        true => foot.number.fill(&values),
        false if text.plain => String::new(),
        false => foot.draft.as_str().to_owned(),
    };
    let line = |page: &mut Page, y: f32, wording: &str| {
        let block = set.wrap(kind, wording, width);
        let cell = Area::new(x, y, width, block.height());
        let setting = Setting { align, stand: Stand::Top, pad: Pad { x: 0.0, y: 0.0 } };
        let (place, begins) = (Place { row: page.new_row(), column: 0 }, page.runs.len());
        page.put(&block, cell, setting, place);
        (y + block.height() + 0.6, page.text_from(begins, &block))
    };
    let mut y = bottom - foot.qr.0;
    page.foot = Some(page.rows());
    let mut heard = Vec::new();
    let replaced = text.place.as_ref().map(|place| replaced(foot, place)).unwrap_or_default();
    for (i, wording) in [text.about.clone(), first, page_wording.fill(&values), replaced].iter().enumerate() {
        if wording.is_empty() {
            continue;
        }
        let (below, said) = line(page, y, wording);
        y = below;
        // That it is a draft is said in place of the number.
        heard.push(if i == 1 && !issued { Part::Paragraph(vec![said]) } else { Part::Running(said) });
    }
    let record = seal::page_record(&text.number, number, &page.runs);
    let digest = seal::digest(&record);
    if issued {
        let before = page.runs.len();
        let (_, code) = line(page, y, &foot.code.fill(&[("code", &seal::groups(&digest))]));
        page.runs[before..].iter_mut().for_each(|run| run.seal = true);
        let qr_x = if at_right { right - foot.qr.0 } else { left };
        page.qr = Some(qr_code(&seal::qr_text(&text.number, number, &digest), qr_x, bottom - foot.qr.0, foot.qr.0)?);
        let words = format!("QR-код сверки документа № {}, стр. {number}", text.number);
        heard.extend([Part::Figure(words), Part::Paragraph(vec![code])]);
    }
    if let Some(structure) = &mut page.structure {
        structure.foot = heard;
    }
    Ok(PageSeal { digest, record })
}

/// The wording of the line that names page and leaf, and the number of the leaf.
fn page_wording<'f>(foot: &'f FootLayout, text: &FootText, number: u32) -> (&'f Wording<Foot>, String) {
    if let Some(place) = &text.place {
        return match place.leaf {
            Some(LeafName::Numbered(leaf)) => (&foot.page, leaf.to_string()),
            Some(LeafName::Cover) => (&foot.page_cover, String::new()),
            Some(LeafName::List(leaf)) => (&foot.page_list, leaf.to_string()),
            Some(LeafName::Certificate) => (&foot.page_certificate, String::new()),
            None => (&foot.page_inset, String::new()),
        };
    }
    match text.numbering.leaf(number) {
        Leaf::Numbered(leaf) => (&foot.page, leaf.to_string()),
        Leaf::Cover => (&foot.page_cover, String::new()),
        Leaf::List(leaf) => (&foot.page_list, leaf.to_string()),
        Leaf::Certificate => (&foot.page_certificate, String::new()),
    }
}

/// «взамен л. 7 документа № 2025-0143», or that the leaf was added; nothing of the leaf behind which others are kept.
fn replaced(foot: &FootLayout, place: &LeafPlace) -> String {
    let Some(leaf) = place.leaf else { return String::new() };
    let leaf = leaf.of();
    match &place.instead {
        Some(number) => foot.instead.fill(&[("leaf", &leaf), ("number", number)]),
        None => foot.added.fill(&[("leaf", &leaf)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_book_counts_neither_its_cover_nor_its_certificate_and_its_list_apart() {
        let book = Numbering::of_book(Sides::Both, (3, 7), 21);
        let named: Vec<String> = [1, 2, 3, 6, 7, 8, 20, 21].map(|page| book.side_of(page)).into();
        let expected = ["обложка", "обложка об.", "опись 1", "опись 2 об.", "1", "1 об.", "7 об.", "лист-заверитель"];
        assert_eq!(named, expected);
        assert_eq!((book.counted(21), book.of_list()), (7, 2));
        let single = Numbering::of_book(Sides::One, (2, 3), 10);
        assert_eq!(
            [1, 2, 3, 9, 10].map(|page| single.leaf(page)),
            [Leaf::Cover, Leaf::List(1), Leaf::Numbered(1), Leaf::Numbered(7), Leaf::Certificate,]
        );
        assert_eq!((single.counted(10), single.of_list()), (7, 1));
    }

    #[test]
    fn other_documents_count_every_leaf() {
        let plain = Numbering::from(Sides::Both);
        assert_eq!([1, 2, 3].map(|page| plain.side_of(page)), ["1", "1 об.", "2"]);
        assert_eq!(plain.counted(5), 3);
        assert!(Numbering::from(Sides::One).is_plain() && !plain.is_plain());
    }
}
