//! The left page: pupils by dates, their marks and absences, the final marks.

use super::notes::{NoteMark, NumberedNotes};
use super::{NoteOf, ROOM_FOR_NOTES, Spreads, Unit, plan, short_date};
use crate::error::Error;
use crate::print::forms::class::Pupil;
use crate::print::forms::moves::{self, Words};
use crate::print::forms::{HEADING_GAP, sans, sans_bold, serif, serif_bold};
use crate::print::page::{Area, Page};
use crate::print::table::{Cell, Drawn, Row, Table};
use crate::print::typeset::Align;
use crate::school::counted;
use chrono::{Datelike, NaiveDate};

/// The smallest type that anything is set in, in points.
const SMALLEST: f32 = 6.5;
/// The least heights of the two rows of the heading, months and days, in mm.
const HEAD_ROWS: [f32; 2] = [5.2, 4.8];
/// Between two blocks of dates on a page, in mm.
const BLOCK_GAP: f32 = 3.0;
/// How much wider than in the layout the names may be where dates stand in several blocks, in mm.
const WIDER_NAMES: f32 = 16.0;
/// How much wider than dates would be the dates of one block may be, so that it ends where the others do.
const STRETCH: f32 = 1.25;
/// Of how many pupils one may have a name of more lines than the others before the column of names is widened.
const ONE_IN: usize = 8;

/// How the rows of pupils are set.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fit {
    /// How many blocks of dates stand below each other at most, all pupils in each.
    pub blocks: usize,
    /// Width of the column of names in mm.
    pupil_width: f32,
    /// The size of the pupils' names in points.
    name_size: f32,
    /// Least height of a pupil's row in mm.
    pupil_height: f32,
    /// Height of the pupils' rows of a block in mm.
    pupils_height: f32,
}

impl Default for Fit {
    fn default() -> Self {
        Self { blocks: 1, pupil_width: 0.0, name_size: 0.0, pupil_height: 0.0, pupils_height: 0.0 }
    }
}

/// Names of the months, in full and short. There are no shorter ones: Roman figures would be read as quarters.
const MONTHS: [[&str; 2]; 12] = [
    ["январь", "янв."],
    ["февраль", "февр."],
    ["март", "март"],
    ["апрель", "апр."],
    ["май", "май"],
    ["июнь", "июнь"],
    ["июль", "июль"],
    ["август", "авг."],
    ["сентябрь", "сент."],
    ["октябрь", "окт."],
    ["ноябрь", "нояб."],
    ["декабрь", "дек."],
];

/// The number of a month, from 1, by either of its names.
pub(in crate::print) fn month_number(name: &str) -> Option<usize> {
    MONTHS.iter().position(|names| names.contains(&name)).map(|at| at + 1)
}

/// A column right of the names.
enum Column<'a, 'u> {
    Lesson(&'u Unit<'a>, NaiveDate, i64),
    Final(&'u Unit<'a>, usize),
}

impl<'a> Spreads<'a> {
    /// The height of the heading of both pages, in mm.
    pub(super) fn heading_height(&self) -> f32 {
        let area = self.left_area(2);
        let (left, right) = (self.left_heading(&mut Page::new(1.0, 1.0), area, true), self.right_area(3));
        left.max(self.right_heading(&mut Page::new(1.0, 1.0), right, true)) - area.y + HEADING_GAP
    }

    /// Finds the narrowest column of names with which all pupils stand on one page in so many blocks, and how high their
    /// rows may be; nothing where they do not. Rows of like height come before a narrow column; smaller type is the last
    /// resort, after the widest column, and only of a single block.
    pub(super) fn fit_pupils(&self, blocks: usize) -> Option<Fit> {
        let layout = &self.composer.layouts.book.spread;
        let area = self.left_area(2);
        let apart = blocks.saturating_sub(1) as f32 * BLOCK_GAP;
        let room = (area.h - self.heading - apart) / blocks as f32 - HEAD_ROWS.iter().sum::<f32>();
        let count = self.pupils.len().max(1);
        let share = (room - ROOM_FOR_NOTES / blocks as f32) / count as f32;
        // A mark stands on one line, which no row may be lower than.
        let mark = sans(layout.mark_size.0).leading() + 2.0 * self.composer.look.pad.y;
        let (least, highest) = (layout.pupil_height.0.max(mark), layout.pupil_highest.0);
        let narrowest = layout.pupil.width.0;
        let widest = match blocks {
            1 => layout.pupil_widest.0.max(narrowest),
            _ => layout.pupil_widest.0.min(narrowest + WIDER_NAMES).max(narrowest),
        };
        let widths = || (0..).map(|step| narrowest + 2.0 * step as f32).take_while(move |width| *width <= widest);
        let sizes = (0..).map(|step| layout.size.0 - 0.5 * step as f32).take_while(|size| *size >= SMALLEST);
        let full = share.min(highest).max(least);
        let fits = |fit: &Fit| fit.pupils_height <= room;
        let even = widths().find_map(|width| {
            let (fit, higher) = self.fitted(blocks, width, layout.size.0, full);
            (fits(&fit) && higher * ONE_IN <= count).then_some(fit)
        });
        even.or_else(|| {
            sizes.take(if blocks == 1 { usize::MAX } else { 1 }).find_map(|size| {
                widths().find_map(|width| {
                    let heights = [full, least].into_iter();
                    heights.map(|height| self.fitted(blocks, width, size, height).0).find(fits)
                })
            })
        })
    }

    /// The rows set in this way, and how many of them are higher than they would have to be.
    fn fitted(&self, blocks: usize, pupil_width: f32, name_size: f32, pupil_height: f32) -> (Fit, usize) {
        let mut fit = Fit { blocks, pupil_width, name_size, pupil_height, pupils_height: 0.0 };
        let row = |pupil: &&Pupil| Row { cells: self.name_cells(&fit, 0, pupil), least: pupil_height, fifth: false };
        let rows = self.pupils.iter().map(row).collect();
        let widths = vec![self.composer.layouts.book.spread.number.width.0, pupil_width];
        let heights = Table { widths, heads: 0, rows }.heights(self.composer.look);
        let higher = heights.iter().filter(|height| **height > pupil_height + 0.1).count();
        fit.pupils_height = heights.iter().sum();
        (fit, higher)
    }

    /// Said where the pupils do not fit a page at all.
    pub(super) fn too_many(&self) -> Error {
        Error::input(format!(
            "{}, {}: {} не помещаются на страницу",
            self.composer.data.class,
            self.course.subject,
            counted(self.pupils.len() as u64, ["ученик", "ученика", "учеников"])
        ))
        .next("уменьшите pupil_height и size в разделе [spread] макета class-book.toml")
    }

    /// Sets the numbers and names as they fit.
    pub(super) fn set_names(&mut self) {
        let names = self.pupils.iter().enumerate();
        self.names = names.map(|(i, pupil)| self.name_cells(&self.fit, i + 1, pupil)).collect();
    }

    /// The width left for dates and final marks, in mm.
    pub(super) fn left_room(&self) -> f32 {
        let area = self.left_area(2);
        area.w - self.composer.layouts.book.spread.number.width.0 - self.fit.pupil_width
    }

    /// What stands above the marks; `goes_on` where the course began on a page before.
    pub(super) fn left_heading(&self, page: &mut Page, area: Area, goes_on: bool) -> f32 {
        let layout = &self.composer.layouts.book.spread;
        let owned = self.values();
        let values: Vec<(&str, &str)> = owned.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let subject = if self.course.group.is_empty() { &layout.subject } else { &layout.subject_of_group };
        let kind = serif_bold(layout.heading_size.0);
        let heading = subject.fill(&values);
        let heading = if goes_on { self.composer.continued(&heading) } else { heading };
        let y = self.composer.paragraph(page, area, kind, Align::Left, &heading);
        let below = Area { y, ..area };
        self.composer.paragraph(page, below, serif(layout.size.0 + 1.0), Align::Left, &layout.about.fill(&values))
    }

    /// The lower edge of the left tables, in mm, without setting their marks, which never make a row higher.
    pub(super) fn left_bottom(&self, units: &[Unit<'_>]) -> f32 {
        let blocks = self.blocks(units);
        let heights = blocks.iter().map(|(columns, widths)| {
            let head = Table { rows: self.head_rows(columns, widths, None), widths: widths.clone(), heads: 0 };
            head.heights(self.composer.look).iter().sum::<f32>() + self.fit.pupils_height
        });
        let area = self.left_area(2);
        area.y + self.heading + heights.sum::<f32>() + blocks.len().saturating_sub(1) as f32 * BLOCK_GAP
    }

    /// The columns of each block of dates, and their widths, the first two those of numbers and names. Blocks of one page
    /// end at one edge: the dates of one are a little wider for that, or those of the other narrower.
    fn blocks<'u>(&self, units: &'u [Unit<'a>]) -> Vec<(Vec<Column<'a, 'u>>, Vec<f32>)> {
        let blocks: Vec<_> = plan::blocks(self, units).into_iter().map(|run| columns(&units[run])).collect();
        let (widest, room) = (self.composer.layouts.book.spread.date_widest.0, self.left_room());
        let levels = blocks.iter().map(|columns| self.level(columns, room).min(widest));
        let level = levels.fold(f32::MAX, f32::min);
        let at = |level: f32| {
            let right = move |columns: &Vec<_>| self.widths(columns, level).iter().skip(2).sum::<f32>();
            blocks.iter().map(right).collect::<Vec<f32>>()
        };
        let most = |widths: Vec<f32>| widths.into_iter().fold(0.0, f32::max);
        let reached = at(level * STRETCH).into_iter().fold(f32::MAX, f32::min);
        let total = most(at(level)).min(reached).max(most(at(0.0)));
        let is_alone = blocks.len() < 2;
        let set = |columns: Vec<_>| {
            let own = self.level(&columns, total).min(widest.max(level * STRETCH));
            let widths = self.widths(&columns, if is_alone { level } else { own });
            (columns, widths)
        };
        blocks.into_iter().map(set).collect()
    }

    fn row(&self, cells: Vec<Cell>, number: usize) -> Row {
        Row { cells, least: self.fit.pupil_height, fifth: number > 0 && number.is_multiple_of(5) }
    }

    /// Sets the marks; returns the lower edge of their last table in mm.
    pub(super) fn set_marks(
        &self,
        page: &mut Page,
        area: Area,
        units: &[Unit<'_>],
        notes: &NumberedNotes,
        goes_on: bool,
    ) -> f32 {
        self.left_heading(page, area, goes_on);
        let mut y = area.y + self.heading;
        for (number, (columns, widths)) in self.blocks(units).into_iter().enumerate() {
            y += if number > 0 { BLOCK_GAP } else { 0.0 };
            let mut rows = self.head_rows(&columns, &widths, Some(notes));
            for (i, pupil) in self.pupils.iter().enumerate() {
                let mut cells = self.names.get(i).cloned().unwrap_or_default();
                cells.extend(columns.iter().map(|column| self.mark_cell(column, pupil, notes)));
                rows.push(self.row(cells, i + 1));
            }
            let drawn = Table { widths, heads: HEAD_ROWS.len(), rows }.draw(page, area.x, y, self.composer.look);
            self.set_off_finals(page, &columns, &drawn);
            self.strike_out(page, &columns, &drawn);
            y = drawn.bottom();
        }
        y
    }

    /// Firmer rules on both sides of final marks: they are another thing than the marks of a day.
    fn set_off_finals(&self, page: &mut Page, columns: &[Column<'_, '_>], drawn: &Drawn) {
        let is_final = |at: usize| matches!(columns.get(at), Some(Column::Final(..)));
        let Some(top) = drawn.ys.first() else { return };
        for at in 0..=columns.len() {
            // The frame of the table is firm enough.
            let inner = at < columns.len();
            if inner && (is_final(at) || (at > 0 && is_final(at - 1))) {
                let x = drawn.xs[2 + at];
                page.rule((x, *top), (x, drawn.bottom()), self.composer.look.fifth);
            }
        }
    }

    /// The widths that columns need: for what stands in them, and for the short name of the month above.
    fn natural_widths(&self, columns: &[Column<'_, '_>]) -> Vec<f32> {
        let head = sans(self.composer.layouts.book.spread.head_size.0);
        let mut widths: Vec<f32> = columns
            .iter()
            .map(|column| match column {
                Column::Lesson(unit, ..) => unit.width,
                Column::Final(unit, index) => unit.final_widths[*index],
            })
            .collect();
        let mut i = 0;
        while i < columns.len() {
            let Some((year, month)) = month_of(&columns[i]) else {
                i += 1;
                continue;
            };
            let count = columns[i..].iter().take_while(|column| month_of(column) == Some((year, month))).count();
            let [_, short] = MONTHS[month as usize];
            let needed = self.composer.set.width(head, short) + 2.0 * self.composer.look.pad.x;
            let missing = (needed - widths[i..i + count].iter().sum::<f32>()).max(0.0);
            widths[i..i + count].iter_mut().for_each(|width| *width += missing / count as f32);
            i += count;
        }
        widths
    }

    /// The width that a run of lessons needs right of the names, in mm.
    pub(super) fn needed_width(&self, units: &[Unit<'_>]) -> f32 {
        self.natural_widths(&columns(units)).iter().sum()
    }

    /// The width to which the dates of a block can be widened within `room` mm, in mm: what is left over goes to the
    /// narrowest first, so that dates come out equally wide wherever they can.
    fn level(&self, columns: &[Column<'_, '_>], room: f32) -> f32 {
        let (mut dates, mut finals) = (Vec::new(), 0.0);
        for (column, width) in columns.iter().zip(self.natural_widths(columns)) {
            if column.is_date() { dates.push(width) } else { finals += width }
        }
        dates.sort_by(f32::total_cmp);
        common_width(&dates, room - finals)
    }

    /// Widths of all columns, those of dates at least `level` mm.
    fn widths(&self, columns: &[Column<'_, '_>], level: f32) -> Vec<f32> {
        let number = self.composer.layouts.book.spread.number.width.0;
        let natural = columns.iter().zip(self.natural_widths(columns));
        let right = natural.map(|(column, width)| if column.is_date() { width.max(level) } else { width });
        [number, self.fit.pupil_width].into_iter().chain(right).collect()
    }

    fn head_rows(&self, columns: &[Column<'_, '_>], widths: &[f32], notes: Option<&NumberedNotes>) -> Vec<Row> {
        let layout = &self.composer.layouts.book.spread;
        let head = sans(layout.head_size.0);
        let cell = |text: &str, width: f32| self.composer.cell(head, text, width);
        let mut months = vec![
            cell(layout.number.heading.as_str(), widths[0]).span(2, 1),
            cell(layout.pupil.heading.as_str(), widths[1]).span(2, 1),
        ];
        let mut days = Vec::new();
        let mut i = 0;
        while i < columns.len() {
            match &columns[i] {
                Column::Final(unit, index) => {
                    let heading = &unit.finals[*index].heading;
                    months.push(self.composer.cell(sans_bold(head.size), heading, widths[2 + i]).span(2, 1));
                    i += 1;
                }
                Column::Lesson(_, day, _) => {
                    let month = (day.year(), day.month0());
                    let count = columns[i..].iter().take_while(|c| month_of(c) == Some(month)).count();
                    let width: f32 = widths[2 + i..2 + i + count].iter().sum();
                    months.push(self.month_cell(month.1 as usize, width).span(1, count));
                    for (column, width) in columns[i..i + count].iter().zip(&widths[2 + i..]) {
                        if let Column::Lesson(_, day, lesson) = column {
                            let mark = notes.and_then(|notes| notes.of_lesson_text(&self.composer.set, *lesson));
                            days.push(cell(&day.day().to_string(), *width).noted(mark));
                        }
                    }
                    i += count;
                }
            }
        }
        let row = |cells, least| Row { cells, least, fifth: false };
        vec![row(months, HEAD_ROWS[0]), row(days, HEAD_ROWS[1])]
    }

    /// The longer of a month's names that stands in `width` mm on one line.
    fn month_cell(&self, month: usize, width: f32) -> Cell {
        let head = sans(self.composer.layouts.book.spread.head_size.0);
        let room = width - 2.0 * self.composer.look.pad.x;
        let [full, short] = MONTHS[month];
        let name = if self.composer.set.width(head, full) <= room { full } else { short };
        self.composer.cell(head, name, width)
    }

    fn name_cells(&self, fit: &Fit, number: usize, pupil: &Pupil) -> Vec<Cell> {
        let layout = &self.composer.layouts.book.spread;
        let kind = sans(fit.name_size);
        let mut text = pupil.listed.clone();
        let groups = [&layout.from_group, &layout.to_group, &layout.into_group, &layout.out_of_group];
        let words = Words {
            enrolled: &layout.enrolled,
            left: &layout.left,
            from_class: &layout.from_class,
            to_class: &layout.to_class,
            groups: Some(groups),
        };
        for (what, day) in moves::of_course(&self.composer.data, self.course, pupil, &self.composer.school) {
            text.push_str(", ");
            text.push_str(&words.say(&what, &short_date(day), pupil.sex));
        }
        let number = self.composer.cell(kind, &number.to_string(), layout.number.width.0);
        vec![number, self.composer.cell(kind, &text, fit.pupil_width).left()]
    }

    fn mark_cell(&self, column: &Column<'_, '_>, pupil: &Pupil, notes: &NumberedNotes) -> Cell {
        let (text, of) = match column {
            Column::Lesson(_, _, lesson) => {
                (self.year.cells.get(&(*lesson, pupil.id)).map(|cell| cell.text.as_str()), NoteOf::Lesson)
            }
            Column::Final(unit, index) => {
                let period = &unit.finals[*index].period;
                (self.year.final_mark(pupil.id, period).map(|last| last.mark.as_str()), NoteOf::Final(period.clone()))
            }
        };
        let size = self.composer.layouts.book.spread.mark_size.0;
        let kind = if column.is_date() { sans(size) } else { sans_bold(size) };
        let lesson = if let Column::Lesson(_, _, lesson) = column { Some(*lesson) } else { None };
        let mark = notes.mark_of(&self.composer.set, pupil.id, lesson, &of);
        match (text, mark) {
            (Some(text), mark) => {
                let cell = Cell::new(self.composer.set.line(kind, text)).noted(mark.block);
                if mark.corrected { cell.underlined() } else { cell }
            }
            // A correction took out what stood here.
            (None, NoteMark { block: Some(block), .. }) => Cell::new(block),
            // Nobody may write a final mark in by hand later.
            (None, _) if !column.is_date() && !self.has_left(column, pupil) => Cell::new(self.composer.dash(kind)),
            (None, _) => Cell::empty(),
        }
    }

    /// Whether a pupil was no longer there, or not yet, when the final marks of a column were given.
    fn has_left(&self, column: &Column<'_, '_>, pupil: &Pupil) -> bool {
        let Column::Final(unit, index) = column else { return false };
        let period = unit.finals.get(*index).map_or("", |column| &column.period);
        let ends = self.composer.data.periods.iter().find(|known| known.name == period).map(|period| period.ends);
        let ends = ends.unwrap_or(self.composer.school.year.ends);
        !self.course.stays_of(pupil).iter().any(|stay| stay.covers(ends))
    }

    /// A line through the dates on which a pupil was not in the class or the group, and the final marks that he has not,
    /// but not through what stands there all the same.
    fn strike_out(&self, page: &mut Page, columns: &[Column<'_, '_>], drawn: &Drawn) {
        for (i, pupil) in self.pupils.iter().enumerate() {
            let row = HEAD_ROWS.len() + i;
            let y = (drawn.ys[row] + drawn.ys[row + 1]) / 2.0;
            let stays = self.course.stays_of(pupil);
            let present = |day: NaiveDate| stays.iter().any(|stay| stay.covers(day));
            let is_away = |column: &Column<'_, '_>| match column {
                Column::Lesson(_, day, lesson) => !present(*day) && !self.year.cells.contains_key(&(*lesson, pupil.id)),
                Column::Final(unit, index) => {
                    let period = unit.finals.get(*index).map_or("", |column| &column.period);
                    self.year.final_mark(pupil.id, period).is_none() && self.has_left(column, pupil)
                }
            };
            let mut begins: Option<usize> = None;
            for at in 0..=columns.len() {
                match (columns.get(at).is_some_and(is_away), begins) {
                    (true, None) => begins = Some(at),
                    (false, Some(from)) => {
                        page.rule((drawn.xs[2 + from], y), (drawn.xs[2 + at], y), self.composer.look.fifth);
                        begins = None;
                    }
                    _ => {}
                }
            }
        }
    }
}

impl Column<'_, '_> {
    fn is_date(&self) -> bool {
        matches!(self, Column::Lesson(..))
    }
}

fn columns<'a, 'u>(units: &'u [Unit<'a>]) -> Vec<Column<'a, 'u>> {
    let mut columns = Vec::new();
    for unit in units {
        columns.extend(unit.lesson.map(|lesson| Column::Lesson(unit, lesson.date, lesson.id)));
        columns.extend((0..unit.finals.len()).map(|index| Column::Final(unit, index)));
    }
    columns
}

fn month_of(column: &Column<'_, '_>) -> Option<(i32, u32)> {
    match column {
        Column::Lesson(_, day, _) => Some((day.year(), day.month0())),
        Column::Final(..) => None,
    }
}

/// The width to which columns, sorted by their natural widths, can all be widened within `room` mm, those that are wider
/// by nature staying as they are.
pub(super) fn common_width(sorted: &[f32], room: f32) -> f32 {
    let mut rest = room;
    for (count, width) in (1..=sorted.len()).rev().zip(sorted.iter().rev()) {
        let level = rest / count as f32;
        if level >= *width {
            return level;
        }
        rest -= width;
    }
    0.0
}

#[cfg(test)]
mod tests {
    use super::common_width;

    #[test]
    fn dates_are_equally_wide_where_they_can_be() {
        assert_eq!(common_width(&[5.0, 5.0, 5.0], 18.0), 6.0);
        // The wide column keeps its 8 mm, the others share the rest.
        assert_eq!(common_width(&[5.0, 5.0, 8.0], 20.0), 6.0);
        assert_eq!(common_width(&[5.0, 5.0, 8.0], 30.0), 10.0);
        assert_eq!(common_width(&[], 30.0), 0.0);
    }
}
