//! The left page: pupils by dates, their marks and absences, the final marks.

use super::notes::{NoteMark, NumberedNotes};
use super::{NoteOf, ROOM_FOR_NOTES, Spreads, Unit, short_date};
use crate::error::{Error, Result};
use crate::print::forms::class::Pupil;
use crate::print::forms::moves::{self, Words};
use crate::print::forms::{HEADING_GAP, sans, serif, serif_bold};
use crate::print::page::{Area, Page};
use crate::print::table::{Cell, Drawn, Row, Table};
use crate::print::typeset::Align;
use crate::school::counted;
use chrono::{Datelike, NaiveDate};

/// The smallest type that anything is set in, in points.
const SMALLEST: f32 = 6.5;
/// The least heights of the two rows of the heading, months and days, in mm.
const HEAD_ROWS: [f32; 2] = [5.2, 4.8];

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
        let (left, right) = (self.left_heading(&mut Page::new(1.0, 1.0), area), self.right_area(3));
        left.max(self.right_heading(&mut Page::new(1.0, 1.0), right)) - area.y + HEADING_GAP
    }

    /// Finds the narrowest column of names with which all pupils stand on one page, and how high their rows may be.
    /// Smaller type is the last resort, after the widest column.
    pub(super) fn fit_pupils(&mut self) -> Result<()> {
        let layout = &self.composer.layouts.book.spread;
        let area = self.left_area(2);
        let room = area.h - self.heading - HEAD_ROWS.iter().sum::<f32>();
        let share = (room - ROOM_FOR_NOTES) / self.pupils.len().max(1) as f32;
        // A mark stands on one line, which no row may be lower than.
        let mark = sans(layout.mark_size.0).leading() + 2.0 * self.composer.look.pad.y;
        let (least, highest) = (layout.pupil_height.0.max(mark), layout.pupil_highest.0);
        self.name_size = layout.size.0;
        while self.name_size >= SMALLEST {
            self.pupil_width = layout.pupil.width.0;
            while self.pupil_width <= layout.pupil_widest.0.max(layout.pupil.width.0) {
                for height in [share.min(highest).max(least), least] {
                    self.pupil_height = height;
                    self.pupils_height = self.names_height();
                    if self.pupils_height <= room {
                        let names = self.pupils.iter().enumerate().map(|(i, pupil)| self.name_cells(i + 1, pupil));
                        self.names = names.collect();
                        return Ok(());
                    }
                }
                self.pupil_width += 2.0;
            }
            self.name_size -= 0.5;
        }
        Err(Error::input(format!(
            "{}, {}: {} не помещаются на страницу",
            self.composer.data.class,
            self.course.subject,
            counted(self.pupils.len() as u64, ["ученик", "ученика", "учеников"])
        ))
        .next("уменьшите pupil_height и size в разделе [spread] макета class-book.toml"))
    }

    /// The height of all pupils' rows as they are set now, in mm.
    fn names_height(&self) -> f32 {
        let rows = self.pupils.iter().map(|pupil| self.row(self.name_cells(0, pupil), 0)).collect();
        let widths = vec![self.composer.layouts.book.spread.number.width.0, self.pupil_width];
        Table { widths, heads: 0, rows }.heights(self.composer.look).iter().sum()
    }

    /// The width left for dates and final marks, in mm.
    pub(super) fn left_room(&self) -> f32 {
        let area = self.left_area(2);
        area.w - self.composer.layouts.book.spread.number.width.0 - self.pupil_width
    }

    fn left_heading(&self, page: &mut Page, area: Area) -> f32 {
        let layout = &self.composer.layouts.book.spread;
        let owned = self.values();
        let values: Vec<(&str, &str)> = owned.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let subject = if self.course.group.is_empty() { &layout.subject } else { &layout.subject_of_group };
        let kind = serif_bold(layout.heading_size.0);
        let y = self.composer.paragraph(page, area, kind, Align::Left, &subject.fill(&values));
        let below = Area { y, ..area };
        self.composer.paragraph(page, below, serif(layout.size.0 + 1.0), Align::Left, &layout.about.fill(&values))
    }

    /// The lower edge of the left table, in mm, without setting its marks, which never make a row higher.
    pub(super) fn left_bottom(&self, units: &[Unit<'_>]) -> f32 {
        let area = self.left_area(2);
        let columns = columns(units);
        let widths = self.widths(&columns);
        let head = Table { rows: self.head_rows(&columns, &widths), widths, heads: 0 };
        area.y + self.heading + head.heights(self.composer.look).iter().sum::<f32>() + self.pupils_height
    }

    fn row(&self, cells: Vec<Cell>, number: usize) -> Row {
        Row { cells, least: self.pupil_height, fifth: number > 0 && number.is_multiple_of(5) }
    }

    /// Sets the marks; returns the lower edge of their table in mm.
    pub(super) fn set_marks(&self, page: &mut Page, area: Area, units: &[Unit<'_>], notes: &NumberedNotes) -> f32 {
        self.left_heading(page, area);
        let columns = columns(units);
        let widths = self.widths(&columns);
        let mut rows = self.head_rows(&columns, &widths);
        for (i, pupil) in self.pupils.iter().enumerate() {
            let mut cells = self.names[i].clone();
            cells.extend(columns.iter().map(|column| self.mark_cell(column, pupil, notes)));
            rows.push(self.row(cells, i + 1));
        }
        let table = Table { widths, heads: HEAD_ROWS.len(), rows };
        let drawn = table.draw(page, area.x, area.y + self.heading, self.composer.look);
        self.strike_out(page, &columns, &drawn);
        drawn.bottom()
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

    /// Widths of all columns. What is left over goes to the narrowest dates first, up to what still looks like a column
    /// of figures, so that dates come out equally wide wherever they can.
    fn widths(&self, columns: &[Column<'_, '_>]) -> Vec<f32> {
        let layout = &self.composer.layouts.book.spread;
        let natural = self.natural_widths(columns);
        let is_date = |column: &Column<'_, '_>| matches!(column, Column::Lesson(..));
        let (mut dates, mut finals) = (Vec::new(), 0.0);
        for (column, width) in columns.iter().zip(&natural) {
            if is_date(column) { dates.push(*width) } else { finals += width }
        }
        dates.sort_by(f32::total_cmp);
        let level = common_width(&dates, self.left_room() - finals).min(layout.date_widest.0);
        let widen = |(column, width): (&Column<'_, '_>, &f32)| if is_date(column) { width.max(level) } else { *width };
        let right = columns.iter().zip(&natural).map(widen);
        [layout.number.width.0, self.pupil_width].into_iter().chain(right).collect()
    }

    fn head_rows(&self, columns: &[Column<'_, '_>], widths: &[f32]) -> Vec<Row> {
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
                    months.push(cell(&unit.finals[*index].heading, widths[2 + i]).span(2, 1));
                    i += 1;
                }
                Column::Lesson(_, day, _) => {
                    let month = (day.year(), day.month0());
                    let count = columns[i..].iter().take_while(|c| month_of(c) == Some(month)).count();
                    let width: f32 = widths[2 + i..2 + i + count].iter().sum();
                    months.push(self.month_cell(month.1 as usize, width).span(1, count));
                    for (column, width) in columns[i..i + count].iter().zip(&widths[2 + i..]) {
                        if let Column::Lesson(_, day, _) = column {
                            days.push(cell(&day.day().to_string(), *width));
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

    fn name_cells(&self, number: usize, pupil: &Pupil) -> Vec<Cell> {
        let layout = &self.composer.layouts.book.spread;
        let kind = sans(self.name_size);
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
            text.push_str(&words.say(&what, &short_date(day)));
        }
        let number = self.composer.cell(kind, &number.to_string(), layout.number.width.0);
        vec![number, self.composer.cell(kind, &text, self.pupil_width).left()]
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
        let kind = sans(self.composer.layouts.book.spread.mark_size.0);
        let lesson = if let Column::Lesson(_, _, lesson) = column { Some(*lesson) } else { None };
        let mark = notes.mark_of(&self.composer.set, pupil.id, lesson, &of);
        match (text, mark) {
            (Some(text), mark) => {
                let cell = Cell::new(self.composer.set.line(kind, text)).noted(mark.block);
                if mark.corrected { cell.underlined() } else { cell }
            }
            // A correction took out what stood here.
            (None, NoteMark { block: Some(block), .. }) => Cell::new(block),
            (None, _) => Cell::empty(),
        }
    }

    /// A line through the dates on which a pupil was not in the class or the group, but not through what stands there all the same.
    fn strike_out(&self, page: &mut Page, columns: &[Column<'_, '_>], drawn: &Drawn) {
        for (i, pupil) in self.pupils.iter().enumerate() {
            let row = HEAD_ROWS.len() + i;
            let y = (drawn.ys[row] + drawn.ys[row + 1]) / 2.0;
            let stays = self.course.stays_of(pupil);
            let present = |day: NaiveDate| stays.iter().any(|stay| stay.covers(day));
            let mut begins: Option<usize> = None;
            for at in 0..=columns.len() {
                let away = matches!(columns.get(at), Some(Column::Lesson(_, day, lesson))
                    if !present(*day) && !self.year.cells.contains_key(&(*lesson, pupil.id)));
                match (away, begins) {
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
fn common_width(sorted: &[f32], room: f32) -> f32 {
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
