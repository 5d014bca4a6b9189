//! The forms of a class: what rows they have, in the order of the book.
//!
//! A form takes its rows from the tables and its looks from the layout and gives pages without their foot. Whoever
//! assembles a document numbers the pages, sets the foot and seals them.

pub mod access;
mod analytics;
mod archive_act;
mod book;
mod certificate;
mod class;
pub mod consent;
pub mod contacts;
mod course;
pub mod diary_slips;
mod extract;
mod filing;
mod flow;
pub mod inspection;
pub mod leaves;
mod list;
mod listing;
mod lost_stick;
mod missed;
mod moves;
mod progress;
mod pupils;
pub mod recovery;
mod register;
mod remarks;
mod signatures;
mod slips;
pub mod spine;
mod spread;
mod summary_sheet;
mod title;
mod volumes;

use crate::error::{Error, Result};
use crate::journal::read;
use crate::journal::read::Tables;
use crate::journal::read::extraordinary::{self, State};
use crate::print::IssueContext;
use crate::print::document::{Form, Subject, Wanted};
use crate::print::fonts::{Face, Shaper};
use crate::print::layout::{CheckpointPlaces, Label, Layouts, PageLayout, Size, Wording};
use crate::print::page::{Area, Page, Place};
use crate::print::paginate::evenly;
use crate::print::pdf::Bookmark;
use crate::print::sheet::{self, FootText, Numbering, Orientation, PageSeal, Sides};
use crate::print::structure::Part;
use crate::print::table::{Cell, Drawn, Look, Row, Table};
use crate::print::typeset::{Align, Block, Pad, Setting, Stand, Type, Typesetter};
use crate::school::{ClassName, School, format_date};
use chrono::{DateTime, FixedOffset};
use class::ClassData;
pub use course::{FINAL, YEAR};
use flow::Flow;
use signatures::{CERTIFICATION_GAP, CERTIFICATION_HEIGHT};
pub(in crate::print) use spread::month_number;
use std::num::NonZeroU16;
use std::ops::Deref;

/// A document laid out and sealed.
#[derive(Debug)]
pub struct Document {
    /// The title.
    pub title: String,
    /// Краткое название школы.
    pub author: String,
    /// The pages.
    pub pages: Vec<Page>,
    /// The seal of each page.
    pub seals: Vec<PageSeal>,
    /// How its leaves are numbered.
    pub numbering: Numbering,
    /// The names of its pages, where they are of leaves of a book; else empty.
    pub names: Vec<String>,
    /// Leaves of paper that are counted.
    pub leaves: u32,
    /// Volumes of the book that this document is one of; 1 for every other document.
    pub volumes: u32,
    /// The outline.
    pub bookmarks: Vec<Bookmark>,
}

/// Lays out what is wanted.
///
/// # Errors
/// As [`crate::print::render`].
pub fn compose(composer: Composer<'_, ()>, wanted: &Wanted) -> Result<Document> {
    match (wanted.form, &wanted.subject) {
        (Form::ClassBook, Subject::Class(class)) => {
            book::class_book(&composer.of_class(class)?, wanted.variant.volume.max(1))
        }
        (Form::BookLeaves, Subject::Class(class)) => leaves::leaves(&composer.of_class(class)?),
        (Form::SubjectPages, Subject::Course(class, subject)) => {
            book::subject_pages(&composer.of_class(class)?, subject)
        }
        (Form::Progress, Subject::Class(class)) => progress::progress_sheet(&composer.of_class(class)?),
        (Form::SummarySheet, Subject::Class(class)) => summary_sheet::summary_sheet(&composer.of_class(class)?),
        (Form::Corrections, Subject::School) => register::corrections(&composer),
        (Form::Register, Subject::School) => register::documents(&composer),
        (Form::Carriers, Subject::School) => register::carriers(&composer),
        (Form::ArchiveAct, Subject::Archive(name)) => archive_act::archive_act(&composer, name),
        (Form::LostStick, Subject::Carrier(id)) => lost_stick::lost_stick(&composer, id),
        (Form::Extract, Subject::Pupil(file)) => extract::extract(&composer, file),
        (Form::Keys, Subject::School) => register::keys(&composer),
        (Form::CaseList, Subject::School) => filing::case_list(&composer),
        (Form::Nomenclature, Subject::School) => filing::nomenclature(&composer),
        (Form::DestructionAct, Subject::Entry(entry)) => filing::destruction(&composer, entry),
        (Form::Analytics, Subject::Period(period)) => analytics::analytics(&composer, period),
        (form, subject) => Err(Error::input(format!("документа «{}» о «{subject}» не бывает", form.title()))
            .next("проверьте класс и вид документа")),
    }
}

/// Everything that the forms of one document share.
///
/// `D` is what the document is about: a class by default, nothing for a register of the whole school.
pub struct Composer<'a, D = ClassData> {
    tables: &'a Tables,
    layouts: &'a Layouts,
    context: &'a IssueContext,
    canvas: Canvas<'a>,
    school: School,
    data: D,
    /// Whether the school year was over when the document was issued.
    over: bool,
}

/// What pages are drawn with: it knows the paper and the type, and nothing of a journal.
pub struct Canvas<'a> {
    layout: &'a PageLayout,
    set: Typesetter,
    sides: Sides,
    look: Look,
    /// Whether the document is tagged, so that its pages keep their structure.
    tagged: bool,
}

impl<'a> Canvas<'a> {
    /// Prepares the fonts.
    ///
    /// # Errors
    /// Fonts that cannot be read.
    pub fn new(layout: &'a PageLayout, sides: Sides, tagged: bool) -> Result<Self> {
        let set = Typesetter::new(Shaper::new()?, layout.fonts.text, layout.fonts.grid);
        Ok(Self { layout, set, sides, look: Look::of(layout), tagged })
    }
}

impl<'a> Composer<'a, ()> {
    /// Reads the school and prepares the fonts.
    ///
    /// # Errors
    /// Tables that cannot be read.
    pub fn new(tables: &'a Tables, layouts: &'a Layouts, wanted: &Wanted, context: &'a IssueContext) -> Result<Self> {
        let school = read::school(tables)?;
        let over = school.day_of(context.issued_at) >= school.year.ends || read::is_closed(tables)?;
        let sides = if wanted.variant.simplex { Sides::One } else { Sides::Both };
        let canvas = Canvas::new(&layouts.page, sides, wanted.form.is_tagged())?;
        Ok(Self { tables, layouts, context, canvas, school, data: (), over })
    }

    /// The composer of what is about a class.
    ///
    /// # Errors
    /// A class that is not in the tables, or tables that cannot be read.
    pub fn of_class(self, class: &ClassName) -> Result<Composer<'a>> {
        let data = ClassData::load(self.tables, &self.school, class)?.by_rules(self.context.rules);
        let Self { tables, layouts, context, canvas, school, over, .. } = self;
        Ok(Composer { tables, layouts, context, canvas, school, data, over })
    }
}

/// A composer draws as its canvas does.
impl<'a, D> Deref for Composer<'a, D> {
    type Target = Canvas<'a>;

    fn deref(&self) -> &Canvas<'a> {
        &self.canvas
    }
}

impl Composer<'_> {
    /// The foot of a document about the class that has so many pages.
    fn foot(&self, pages: u32) -> FootText {
        let class = self.data.class.quoted();
        let about = [("short_school", self.short_school()), ("class", &*class), ("year", self.year())];
        self.foot_about(self.layouts.page.foot.about.fill(&about), pages)
    }

    /// «7 «А» класс, 2025/2026 учебный год».
    fn about_class(&self) -> String {
        let class = self.data.class.quoted();
        self.layouts.book.about_class.fill(&[("class", &class), ("year", self.year())])
    }
}

impl<D> Composer<'_, D> {
    /// The school's short name.
    pub fn short_school(&self) -> &str {
        &self.school.school.short_name
    }

    /// The school year, `2025/2026`.
    pub fn year(&self) -> &str {
        &self.school.year.name
    }

    /// What headings and feet of documents about the whole school may name.
    fn school_values(&self) -> [(&'static str, &str); 4] {
        let school = &self.school.school;
        [
            ("school", &*school.name),
            ("short_school", &*school.short_name),
            ("place", &*school.place),
            ("year", &*self.school.year.name),
        ]
    }

    fn document(&self, title: String, pages: Vec<Page>, seals: Vec<PageSeal>, bookmarks: Vec<Bookmark>) -> Document {
        let (author, numbering) = (self.short_school().to_owned(), Numbering::from(self.sides));
        let leaves = numbering.counted(pages.len() as u32);
        let names = Vec::new();
        Document { title, author, pages, seals, numbering, names, leaves, volumes: 1, bookmarks }
    }

    fn foot_about(&self, about: String, pages: u32) -> FootText {
        FootText {
            number: self.context.number.clone(),
            plain: false,
            about,
            numbering: self.sides.into(),
            place: None,
            pages,
        }
    }

    /// The date on which the document is issued, in the school's time.
    fn issued_on(&self) -> String {
        format_date(self.school.day_of(self.context.issued_at))
    }

    /// The checkpoint of what is printed, where the school has witnesses; a draft has none.
    fn checkpoint(&self, wording: &Wording<CheckpointPlaces>) -> Option<String> {
        let point = self.context.checkpoint?;
        let (origin, entries) = (point.origin.to_string(), point.size.to_string());
        Some(wording.fill(&[("origin", &origin), ("entries", &entries), ("root", &point.root_in_base64())]))
    }

    /// «Чрезвычайные записи», a line each, below their heading: nothing where there are none, and of rules 1, which know of none.
    fn extraordinary(&self, heading: &str, alone: &str) -> Result<Vec<String>> {
        let all = extraordinary::extraordinary(self.tables)?;
        let is_alone = extraordinary::knows(self.tables)? && extraordinary::is_alone(self.tables)?;
        if all.is_empty() && !is_alone {
            return Ok(Vec::new());
        }
        let mut lines = vec![heading.to_owned()];
        lines.extend(is_alone.then(|| alone.to_owned()));
        for one in &all {
            let numbers = match one.entries.to {
                Some(to) => format!("{}–{to}", one.entries.from),
                None => one.entries.from.to_string(),
            };
            let (day, who) = (self.day(one.at), self.initials(&one.author)?);
            // What waits or was refused is told by its kind alone: it is on no paper.
            let what = match one.state {
                State::Waits | State::Refused => one.subject(),
                State::Alone | State::Confirmed | State::Emergency => one.what.as_str(),
            };
            let fate = match &one.decided {
                Some(decided) => format!(
                    "{}: {}, {}, запись № {}",
                    one.state.word(),
                    self.initials(&decided.by)?,
                    self.day(decided.at),
                    decided.entry
                ),
                None => one.state.word().to_owned(),
            };
            lines.push(format!("№ {numbers} от {day}, {who}: {what} — {fate}."));
        }
        Ok(lines)
    }

    /// Sets the certification below all else, or on a page of its own.
    fn certify_below(&self, flow: &mut Flow<'_, '_>) {
        flow.gap(CERTIFICATION_GAP);
        flow.need(CERTIFICATION_HEIGHT);
        let area = flow.rest();
        flow.draw(|_, page| self.certification(page, area));
    }

    /// Closes the pages of a document of the whole school, which has one heading.
    fn finish(&self, title: String, heading: &str, mut pages: Vec<Page>) -> Result<Document> {
        let about = self.layouts.page.foot.about_school.fill(&self.school_values());
        let foot = self.foot_about(about, pages.len() as u32);
        let seals = self.close(&mut pages, &foot, 1)?;
        let bookmarks = vec![Bookmark { title: heading.to_owned(), page: 0, under: Vec::new() }];
        Ok(self.document(title, pages, seals, bookmarks))
    }

    /// Somebody of the staff by surname and initials.
    fn initials(&self, login: &str) -> Result<String> {
        Ok(read::staff(self.tables, login)?.map_or(login.to_owned(), |person| person.name.initials()))
    }

    /// The day of a moment in the school's own time.
    fn day(&self, at: DateTime<FixedOffset>) -> String {
        format_date(self.school.day_of(at))
    }
}

/// Draws on the pages of one document, whatever they are about.
impl Canvas<'_> {
    /// The leaf that a page stands on; both count from 1.
    pub fn leaf_of(&self, page: u32) -> u32 {
        self.sides.leaf_of(page)
    }

    fn new_page(&self, orientation: Orientation, number: u32) -> (Page, Area) {
        let (mut page, area) = sheet::new_page(self.layout, orientation, self.sides, number);
        if self.tagged {
            page.keep_structure();
        }
        (page, area)
    }

    /// Sets the foot of pages, the first of which is `first`, and seals them.
    fn close(&self, pages: &mut [Page], foot: &FootText, first: u32) -> Result<Vec<PageSeal>> {
        let close = |(page, number): (&mut Page, u32)| sheet::close_page(page, &self.set, self.layout, foot, number);
        pages.iter_mut().zip(first..).map(close).collect()
    }

    /// Sets the foot of a paper that has neither number nor seal (forms 13 and 15).
    fn unsealed(&self, mut pages: Vec<Page>, about: String) -> Result<Vec<Page>> {
        let (number, numbering) = (String::new(), self.sides.into());
        let foot = FootText { number, plain: true, about, numbering, place: None, pages: pages.len() as u32 };
        self.close(&mut pages, &foot, 1)?;
        Ok(pages)
    }

    /// A page left empty, with the line that says so.
    fn blank_page(&self, number: u32) -> Page {
        let (mut page, body) = self.new_page(Orientation::Portrait, number);
        page.rule((body.x, body.bottom()), (body.right(), body.y), self.look.fifth);
        page
    }

    /// Sets a paragraph at the top of `area`; returns its lower edge in mm.
    fn paragraph(&self, page: &mut Page, area: Area, kind: Type, align: Align, text: &str) -> f32 {
        let block = self.set.wrap(kind, text, area.w);
        self.lines(page, area, &block, align)
    }

    /// As [`Self::paragraph`], in the same number of lines but as equally long as they can be: no word is left alone.
    fn balanced(&self, page: &mut Page, area: Area, kind: Type, text: &str) -> f32 {
        let mut block = self.set.wrap(kind, text, area.w);
        let (lines, mut width) = (block.lines.len(), area.w);
        while width > 2.0 && self.set.widest_word(kind, text) <= width - 1.0 {
            width -= 1.0;
            let narrower = self.set.wrap(kind, text, width);
            if narrower.lines.len() > lines {
                break;
            }
            block = narrower;
        }
        self.lines(page, area, &block, Align::Centre)
    }

    /// Sets lines that are broken already at the top of `area`; returns their lower edge in mm.
    fn lines(&self, page: &mut Page, area: Area, block: &Block, align: Align) -> f32 {
        let cell = Area { h: block.height(), ..area };
        let (place, begins) = (Place { row: page.new_row(), column: 0 }, page.runs.len());
        page.put(block, cell, Setting { align, stand: Stand::Top, pad: Pad { x: 0.0, y: 0.0 } }, place);
        page.add_paragraph(begins, block);
        cell.bottom()
    }

    /// A cell with text as wide as its column allows.
    fn cell(&self, kind: Type, text: &str, width: f32) -> Cell {
        Cell::new(self.set.wrap(kind, text, width - 2.0 * self.look.pad.x))
    }

    /// A cell reading upwards in a column of `width` mm. Its text goes on to further lines after `length` mm, or later
    /// where the column has no room for so many lines.
    fn turned_cell(&self, kind: Type, text: &str, length: f32, width: f32) -> Cell {
        let longest = self.set.width(kind, text);
        let lines = (((width - 2.0 * self.look.pad.y) / kind.leading()) as usize).max(1);
        let mut length = length;
        let mut block = self.set.wrap(kind, text, length);
        while block.lines.len() > lines && length < longest {
            length += 2.0;
            block = self.set.wrap(kind, text, length);
        }
        Cell::new(block).turned()
    }

    /// Lays a heading and a table over as many pages as it takes, the table's heading repeated on each below what says that
    /// the form goes on. `parts` are the rows that must stay together; `first` is the number of the first page.
    fn run_on(&self, heading: &Heading<'_>, run: &RunOn<'_>, first: u32) -> Vec<(Page, Drawn)> {
        let (mut page, area) = self.new_page(run.orientation, first);
        let begins = self.headed(&mut page, area, heading, run.large);
        let goes_on = self.headed_again(&mut self.new_page(run.orientation, first).0, area, heading);
        let table = |parts: &[Vec<Row>]| {
            let rows = run.heads.iter().chain(parts.iter().flatten()).cloned().collect();
            Table { widths: run.widths.to_vec(), heads: run.heads.len(), rows }
        };
        let heights = |parts: &[Vec<Row>]| table(parts).heights(self.look).iter().sum::<f32>();
        let head = heights(&[]);
        let part_heights: Vec<f32> = run.parts.iter().map(|part| heights(std::slice::from_ref(part)) - head).collect();
        let (room, other) = (area.bottom() - begins - head, area.bottom() - goes_on - head);
        let ranges = evenly(&part_heights, room, other, run.tail);
        let mut pages = Vec::new();
        for (i, range) in ranges.into_iter().enumerate() {
            let number = first + i as u32;
            let (fresh, area) = self.new_page(run.orientation, number);
            let mut top = begins;
            if i > 0 {
                page = fresh;
                top = self.headed_again(&mut page, area, heading);
            }
            let table = table(&run.parts[range]);
            let x = area.x + (area.w - table.width()).max(0.0) / 2.0;
            let drawn = table.draw(&mut page, x, top, self.look);
            if i > 0 {
                page.go_on_with_last();
            }
            pages.push((page.clone(), drawn));
        }
        pages
    }

    /// Sets a heading and the line below it at the top of `area`; returns where what they head begins, in mm.
    fn headed(&self, page: &mut Page, area: Area, heading: &Heading<'_>, large: Option<(&str, f32, &str)>) -> f32 {
        let mut below = self.paragraph(page, area, heading.kind, Align::Centre, heading.text);
        page.head_with_last(NonZeroU16::MIN);
        if let Some((text, size, beside)) = large {
            let half = Area { x: area.x + area.w * 0.25, y: below, w: area.w * 0.5, ..area };
            let quarter = Area { x: half.right(), w: area.w * 0.25, ..half };
            below = self.paragraph(page, half, serif_bold(size), Align::Centre, text);
            below = below.max(self.paragraph(page, quarter, heading.kind, Align::Right, beside));
        }
        if !heading.about.is_empty() {
            let (kind, rest) = (serif(heading.kind.size * ABOUT_SIZE), Area { y: below, ..area });
            below = self.paragraph(page, rest, kind, Align::Centre, heading.about);
        }
        below + HEADING_GAP
    }

    /// Sets what a page says that goes on with a form, smaller than its heading: whoever listens to the form as one hears
    /// it once.
    fn headed_again(&self, page: &mut Page, area: Area, heading: &Heading<'_>) -> f32 {
        let mut y = area.y;
        let (bold, plain) = (heading.kind.size * CONTINUED_SIZE, serif(heading.kind.size * CONTINUED_SIZE));
        let text = self.continued(heading.text);
        for (kind, text) in [(serif_bold(bold), text.as_str()), (plain, heading.about)] {
            if !text.is_empty() {
                y = self.running(page, Area { y, ..area }, kind, text);
            }
        }
        y + HEADING_GAP
    }

    /// Sets a centred line that repeats what another page says; returns its lower edge in mm.
    fn running(&self, page: &mut Page, area: Area, kind: Type, text: &str) -> f32 {
        let block = self.set.wrap(kind, text, area.w);
        let cell = Area { h: block.height(), ..area };
        let (place, begins) = (Place { row: page.new_row(), column: 0 }, page.runs.len());
        let setting = Setting { align: Align::Centre, stand: Stand::Top, pad: Pad { x: 0.0, y: 0.0 } };
        page.put(&block, cell, setting, place);
        let text = page.text_from(begins, &block);
        page.add(Part::Running(text));
        cell.bottom()
    }

    /// A heading as a page has it that goes on with what it heads.
    fn continued(&self, heading: &str) -> String {
        format!("{heading} {}", self.layout.continued.as_str())
    }

    /// What closes a place in which nothing stands and nothing may be written.
    fn dash(&self, kind: Type) -> Block {
        self.set.line(kind, NOTHING)
    }

    /// Draws a line through what is left of a page below `y` mm, where that is enough to write in.
    fn close_rest(&self, page: &mut Page, area: Area, y: f32) {
        if area.bottom() - y > LEAST_BLANK {
            page.rule((area.x, area.bottom()), (area.right(), y + HEADING_GAP), self.look.fifth);
        }
    }

    fn heading<'h>(&self, text: &'h Label, size: Size, about: &'h str) -> Heading<'h> {
        Heading { text: text.as_str(), kind: serif_bold(size.0), about }
    }
}

/// A form's heading and the line below it.
struct Heading<'a> {
    text: &'a str,
    kind: Type,
    about: &'a str,
}

/// A table to be laid over several pages.
struct RunOn<'a> {
    orientation: Orientation,
    widths: &'a [f32],
    heads: &'a [Row],
    parts: &'a [Vec<Row>],
    /// Room to keep below the last part, in mm.
    tail: f32,
    /// A line in large letters below the heading of the first page, its size in points, and what stands at its right.
    large: Option<(&'a str, f32, &'a str)>,
}

/// The size of the line below a heading, of the heading's.
const ABOUT_SIZE: f32 = 0.85;
/// The size of the line that says of which form a page is a continuation, of the form's heading.
const CONTINUED_SIZE: f32 = 0.75;
/// Room between a heading and what it heads, in mm.
const HEADING_GAP: f32 = 2.5;
/// The height of an empty part of a page that is struck out, in mm.
const LEAST_BLANK: f32 = 25.0;
/// What stands where nothing is to stand.
const NOTHING: &str = "–";

fn serif(size: f32) -> Type {
    Type { face: Face::Serif, size }
}

fn serif_bold(size: f32) -> Type {
    Type { face: Face::SerifBold, size }
}

fn sans(size: f32) -> Type {
    Type { face: Face::Sans, size }
}

fn sans_bold(size: f32) -> Type {
    Type { face: Face::SansBold, size }
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_school;
#[cfg(test)]
mod tests_of_sticks;
