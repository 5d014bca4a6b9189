//! The notes below a spread, numbered from 1 on each.
//!
//! They stand under the left table as far as there is room, then under the right one. What is still left goes on to a
//! spread of its own, so no note is ever cut for want of room.

use super::{NoteOf, Spreads, Unit, UnitNote};
use crate::print::forms::{HEADING_GAP, sans, sans_bold};
use crate::print::page::{Area, Page};
use crate::print::typeset::{Align, Block, Typesetter};

/// The size of the raised mark of a note, in points.
pub(super) const MARK_SIZE: f32 = 6.5;
/// Room above the notes and between the table and the foot, in mm.
const GAP: f32 = 1.5;

/// The notes of a spread.
pub(super) struct NumberedNotes {
    /// The lines of each note, its number before it.
    pub lines: Vec<Block>,
    /// What each of them is about.
    about: Vec<About>,
}

/// What a note is about.
struct About {
    pupil: i64,
    /// The lesson of its unit.
    lesson: Option<i64>,
    of: NoteOf,
    /// Whether it tells of a correction.
    corrected: bool,
}

/// What a cell shows of the notes that belong to it.
pub(super) struct NoteMark {
    /// Their numbers, to be raised behind the mark.
    pub block: Option<Block>,
    /// Whether one of them tells of a correction.
    pub corrected: bool,
}

impl NumberedNotes {
    /// The numbers of the notes on a cell.
    pub fn mark_of(&self, set: &Typesetter, pupil: i64, lesson: Option<i64>, of: &NoteOf) -> NoteMark {
        let is_of = |about: &About| {
            about.pupil == pupil && about.of == *of && (*of != NoteOf::Lesson || about.lesson == lesson)
        };
        let numbers = self.numbers(is_of);
        let corrected = self.about.iter().any(|about| about.corrected && is_of(about));
        NoteMark { block: raised(set, &numbers), corrected }
    }

    /// The numbers of the notes on what was corrected in the topic or the homework of a lesson, to be raised.
    pub fn of_lesson_text(&self, set: &Typesetter, lesson: i64) -> Option<Block> {
        let is_of = |about: &About| about.of == NoteOf::LessonText && about.lesson == Some(lesson);
        raised(set, &self.numbers(|about| about.corrected && is_of(about)))
    }

    /// The numbers of the notes on whatever was corrected of a lesson.
    pub fn of_lesson(&self, lesson: i64) -> Vec<usize> {
        let is_of = |about: &About| matches!(about.of, NoteOf::Lesson | NoteOf::LessonText);
        self.numbers(|about| about.corrected && about.lesson == Some(lesson) && is_of(about))
    }

    /// The numbers of the notes on what was corrected of the final marks of a period, to be raised.
    pub fn of_finals(&self, set: &Typesetter, period: &str) -> Option<Block> {
        let is_of = |about: &About| matches!(&about.of, NoteOf::Final(of) if of == period);
        raised(set, &self.numbers(|about| about.corrected && is_of(about)))
    }

    fn numbers(&self, is_wanted: impl Fn(&About) -> bool) -> Vec<usize> {
        (1..).zip(&self.about).filter(|(_, about)| is_wanted(about)).map(|(number, _)| number).collect()
    }
}

fn raised(set: &Typesetter, numbers: &[usize]) -> Option<Block> {
    let text: String = numbers.iter().map(|number| format!("{number})")).collect();
    (!text.is_empty()).then(|| set.line(sans(MARK_SIZE), &text))
}

impl Spreads<'_> {
    /// Numbers the notes of a run of lessons.
    pub(super) fn numbered_notes(&self, units: &[Unit<'_>]) -> NumberedNotes {
        let (kind, width) = (sans(self.composer.layouts.book.spread.note_size.0), self.notes_width());
        let (mut lines, mut about) = (Vec::new(), Vec::new());
        for unit in units {
            for note in &unit.notes {
                let text = format!("{}) {}", lines.len() + 1, note.text);
                lines.push(self.composer.set.wrap(kind, &text, width));
                let lesson = unit.lesson.map(|lesson| lesson.id);
                about.push(About { pupil: note.pupil, lesson, of: note.of.clone(), corrected: note.corrected });
            }
        }
        NumberedNotes { lines, about }
    }

    /// The heading of notes; of those that began on another page it says that they go on.
    pub(super) fn notes_heading(&self, begun: bool) -> Block {
        let layout = &self.composer.layouts.book.spread;
        let text = if begun { &layout.notes_continued } else { &layout.notes };
        self.composer.set.line(sans_bold(layout.note_size.0), text.as_str())
    }

    /// The height of as many notes as fit into `room` mm below a table, with their heading and the room above it.
    pub(super) fn notes_that_fit(&self, notes: &[Block], room: f32) -> f32 {
        let heights: Vec<f32> = notes.iter().map(Block::height).collect();
        let around = GAP + self.notes_heading(false).height();
        let count = fitting(&heights, room - around);
        if count == 0 { 0.0 } else { around + heights[..count].iter().sum::<f32>() + 0.1 }
    }

    /// Puts as many notes below `y` as fit, under their heading; returns those that did not.
    pub(super) fn put_notes<'n>(
        &self,
        page: &mut Page,
        notes: &'n [Block],
        y: f32,
        area: Area,
        heading: Option<&Block>,
    ) -> &'n [Block] {
        let heights: Vec<f32> = notes.iter().map(Block::height).collect();
        let count = fitting(&heights, area.bottom() - y - GAP - heading.map_or(0.0, Block::height));
        let mut y = y + GAP;
        if count > 0 {
            for block in heading.into_iter().chain(&notes[..count]) {
                y = self.composer.lines(page, Area { y, ..area }, block, Align::Left);
            }
        }
        &notes[count..]
    }

    /// Whole spreads of notes that found no room under their tables, beginning with page `first`.
    pub(super) fn continued_notes(&self, notes: &[Block], first: u32) -> Vec<Page> {
        let (mut rest, mut pages) = (notes, Vec::new());
        while !rest.is_empty() || pages.len() % self.pages_a_spread() != 0 {
            let number = first + pages.len() as u32;
            if rest.is_empty() {
                pages.push(self.composer.blank_page(number));
                continue;
            }
            let (mut page, area, y) = self.page_of_notes(number);
            let before = rest.len();
            rest = self.put_notes(&mut page, rest, y, area, None);
            pages.push(page);
            if rest.len() == before {
                // A single note higher than a page: its lines go on over the next pages.
                let (long, others) = (&rest[0], &rest[1..]);
                pages.pop();
                pages.extend(self.long_note(long, number));
                rest = others;
            }
        }
        pages
    }

    /// A page for notes alone, which says of what they are, and where the notes begin on it in mm.
    fn page_of_notes(&self, number: u32) -> (Page, Area, f32) {
        let (mut page, area) = self.page(number);
        let y = self.left_heading(&mut page, area, true) + HEADING_GAP;
        let y = self.composer.lines(&mut page, Area { y, ..area }, &self.notes_heading(true), Align::Left);
        (page, area, y)
    }

    fn long_note(&self, note: &Block, first: u32) -> Vec<Page> {
        let mut pages = Vec::new();
        let mut lines = note.lines.as_slice();
        while !lines.is_empty() {
            let (mut page, area, y) = self.page_of_notes(first + pages.len() as u32);
            let area = Area { y: y + GAP, h: area.bottom() - y - GAP, ..area };
            let count = ((area.h / note.kind.leading()) as usize).clamp(1, lines.len());
            let part = Block::of_lines(note.kind, lines[..count].to_vec());
            self.composer.lines(&mut page, area, &part, Align::Left);
            lines = &lines[count..];
            pages.push(page);
        }
        pages
    }

    /// The heights of a unit's notes in mm, their numbers taken as wide as they may become.
    pub(super) fn note_heights(&self, notes: &[UnitNote]) -> Vec<f32> {
        let (kind, width) = (sans(self.composer.layouts.book.spread.note_size.0), self.notes_width());
        let height = |note: &UnitNote| self.composer.set.wrap(kind, &format!("000) {}", note.text), width).height();
        notes.iter().map(height).collect()
    }

    /// How many pages beyond its own two a run of lessons takes for its notes.
    pub(super) fn pages_of_notes(&self, units: &[Unit<'_>]) -> usize {
        let heights: Vec<f32> = units.iter().flat_map(|unit| unit.note_heights.iter().copied()).collect();
        if heights.is_empty() {
            return 0;
        }
        let area = self.left_area(2);
        let heading = self.notes_heading(false).height();
        let beside = area.bottom() - self.left_bottom(units) - GAP - heading;
        let mut rest = &heights[fitting(&heights, beside)..];
        rest = &rest[fitting(rest, area.bottom() - self.right_bottom(units) - GAP - heading)..];
        if rest.is_empty() {
            return 0;
        }
        let (_, area, begins) = self.page_of_notes(2);
        let whole = area.bottom() - begins - GAP;
        let mut pages = 0;
        while !rest.is_empty() {
            rest = &rest[fitting(rest, whole).max(1)..];
            pages += 1;
        }
        usize::next_multiple_of(pages, self.pages_a_spread())
    }
}

/// How many things of these heights fit into `room` mm one below the other.
fn fitting(heights: &[f32], room: f32) -> usize {
    let mut used = 0.0;
    heights
        .iter()
        .take_while(|height| {
            used += *height;
            used <= room
        })
        .count()
}
