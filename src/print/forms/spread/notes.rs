//! The notes below a spread, numbered from 1 on each.
//!
//! They stand under the left table as far as there is room, then under the right one. What is still left goes on to a
//! spread of its own, so no note is ever cut for want of room.

use super::{NoteOf, Spreads, Unit, UnitNote};
use crate::print::forms::{sans, sans_bold};
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
    /// Which mark each note belongs to: pupil, lesson, and what of them.
    marks: Vec<(i64, Option<i64>, NoteOf)>,
    /// Whether each tells of a correction.
    corrected: Vec<bool>,
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
        let (mut numbers, mut corrected) = (String::new(), false);
        for (i, (of_pupil, of_lesson, what)) in self.marks.iter().enumerate() {
            if *of_pupil == pupil && *of_lesson == lesson && what == of {
                numbers.push_str(&format!("{})", i + 1));
                corrected |= self.corrected[i];
            }
        }
        NoteMark { block: (!numbers.is_empty()).then(|| set.line(sans(MARK_SIZE), &numbers)), corrected }
    }
}

impl Spreads<'_> {
    /// Numbers the notes of a run of lessons.
    pub(super) fn numbered_notes(&self, units: &[Unit<'_>]) -> NumberedNotes {
        let (kind, width) = (sans(self.composer.layouts.book.spread.note_size.0), self.notes_width());
        let (mut lines, mut marks, mut corrected) = (Vec::new(), Vec::new(), Vec::new());
        for unit in units {
            for note in &unit.notes {
                let text = format!("{}) {}", lines.len() + 1, note.text);
                lines.push(self.composer.set.wrap(kind, &text, width));
                let lesson = if note.of == NoteOf::Lesson { unit.lesson.map(|lesson| lesson.id) } else { None };
                marks.push((note.pupil, lesson, note.of.clone()));
                corrected.push(note.corrected);
            }
        }
        NumberedNotes { lines, marks, corrected }
    }

    /// Puts as many notes below `y` as fit; returns those that did not. `headed` asks for the heading.
    pub(super) fn put_notes<'n>(
        &self,
        page: &mut Page,
        notes: &'n [Block],
        y: f32,
        area: Area,
        headed: bool,
    ) -> &'n [Block] {
        let layout = &self.composer.layouts.book.spread;
        let heading = headed.then(|| self.composer.set.line(sans_bold(layout.note_size.0), layout.notes.as_str()));
        let heights: Vec<f32> = notes.iter().map(Block::height).collect();
        let count = fitting(&heights, area.bottom() - y - GAP - heading.as_ref().map_or(0.0, Block::height));
        let mut y = y + GAP;
        if count > 0 {
            for block in heading.iter().chain(&notes[..count]) {
                y = self.composer.lines(page, Area { y, ..area }, block, Align::Left);
            }
        }
        &notes[count..]
    }

    /// Whole spreads of notes that found no room under their tables, beginning with page `first`.
    pub(super) fn continued_notes(&self, notes: &[Block], first: u32) -> Vec<Page> {
        let layout = &self.composer.layouts.book.spread;
        let (mut rest, mut pages) = (notes, Vec::new());
        while !rest.is_empty() || pages.len() % self.pages_a_spread() != 0 {
            let number = first + pages.len() as u32;
            if rest.is_empty() {
                pages.push(self.composer.blank_page(number));
                continue;
            }
            let (mut page, area) = self.page(number);
            let kind = sans_bold(layout.heading_size.0);
            let y = self.composer.paragraph(&mut page, area, kind, Align::Left, layout.notes_continued.as_str());
            let before = rest.len();
            rest = self.put_notes(&mut page, rest, y, area, false);
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

    fn long_note(&self, note: &Block, first: u32) -> Vec<Page> {
        let mut pages = Vec::new();
        let mut lines = note.lines.as_slice();
        while !lines.is_empty() {
            let (mut page, area) = self.page(first + pages.len() as u32);
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
        let layout = &self.composer.layouts.book.spread;
        let area = self.left_area(2);
        let heading = sans(layout.note_size.0).leading();
        let beside = area.bottom() - self.left_bottom(units) - GAP - heading;
        let mut rest = &heights[fitting(&heights, beside)..];
        let heading = if rest.len() == heights.len() { heading } else { 0.0 };
        rest = &rest[fitting(rest, area.bottom() - self.right_bottom(units) - GAP - heading)..];
        let whole = area.h - sans(layout.heading_size.0).leading() - GAP;
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
