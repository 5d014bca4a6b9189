//! Subject spreads: marks on the left page, lessons on the right page that faces it.
//!
//! Both pages of a spread show the same run of lessons, so a run must fit the width of the left page (a column a
//! lesson) and the height of the right one (a row a lesson). Everything is measured first; then the year is cut into as
//! few spreads as it takes, and among all such cuts the most even one is chosen, so that no spread is left with a
//! single lonely date.
//!
//! A group's few pupils leave most of a left page empty, and the width of its dates would let the right one end half-way
//! down. So the dates may go on in a second block of the same pupils below the first, and the right page then holds as
//! many lessons as its height takes. Blocks are used only where they save pages.

mod corrected;
mod halves;
mod handed;
mod left;
mod notes;
mod plan;
mod right;

pub(in crate::print) use left::month_number;

use super::class::{ClassData, Course, Pupil};
use super::course::{CourseYear, EXAM, Elsewhere, FINAL, FinalMark, Lesson, YEAR, marks_elsewhere};
use super::{Composer, sans, sans_bold};
use crate::error::{Error, Result};
use crate::print::layout::SpreadLayout;
use crate::print::page::Page;
use crate::print::table::Cell;
use crate::school::{PersonName, format_date};
use chrono::{Datelike, NaiveDate};
use std::ops::Range;

/// Least room between a mark, which is a figure or two, and the rules beside it, in mm.
const MARK_PAD: f32 = 0.5;
/// Room for notes that pupils' rows leave free before they grow higher than they must, in mm.
const ROOM_FOR_NOTES: f32 = 22.0;
/// The most blocks of dates below each other on a left page.
const MOST_BLOCKS: usize = 4;

/// A column for final marks: what the heading says and the name the marks are kept under.
struct FinalColumn {
    heading: String,
    period: String,
}

/// A lesson with what follows it before the next: final marks on the left page, closing lines on the right one.
struct Unit<'a> {
    lesson: Option<&'a Lesson>,
    finals: Vec<FinalColumn>,
    /// The periods that end here, and what is said of them.
    closing: Vec<(String, String)>,
    notes: Vec<UnitNote>,
    /// Heights of the notes in mm.
    note_heights: Vec<f32>,
    /// Width of the lesson's column in mm, 0 without a lesson.
    width: f32,
    /// Widths of the columns of final marks in mm.
    final_widths: Vec<f32>,
    /// The height of its rows on the right page in mm.
    height: f32,
}

/// A note, and the mark it belongs to.
struct UnitNote {
    /// The pupil, 0 where it is about the lesson.
    pupil: i64,
    of: NoteOf,
    text: String,
    /// Whether the mark stands there by a correction, and is underlined.
    corrected: bool,
}

/// What a note is about: the lesson's cell, what the lesson itself says, a final mark of a period, or something else.
#[derive(Clone, PartialEq, Eq)]
enum NoteOf {
    Lesson,
    LessonText,
    Final(String),
    Whole,
}

/// One course to be set: who is in it, what happened, how wide things came out.
struct Spreads<'a> {
    composer: &'a Composer<'a>,
    course: &'a Course,
    year: &'a CourseYear,
    pupils: Vec<&'a Pupil>,
    /// How the pupils' rows are set.
    fit: left::Fit,
    /// The cells with numbers and names.
    names: Vec<Vec<Cell>>,
    /// Height of the heading of both pages in mm.
    heading: f32,
}

/// The pages of a course, beginning with a left page whose number, even, is `first`.
///
/// # Errors
/// More pupils, or a longer topic, than any page holds; tables that cannot be read.
pub(super) fn spreads(composer: &Composer<'_>, course: &Course, first: u32) -> Result<Vec<Page>> {
    let year = CourseYear::load(composer.tables, &composer.school, &composer.data, course)?;
    let pupils = composer.data.pupils_of(course).collect();
    let mut spreads =
        Spreads { composer, course, year: &year, pupils, fit: left::Fit::default(), names: Vec::new(), heading: 0.0 };
    spreads.heading = spreads.heading_height();
    spreads.fit = spreads.fit_pupils(1).ok_or_else(|| spreads.too_many())?;
    let mut units = units(composer, course, &year)?;
    for unit in &mut units {
        spreads.measure(unit)?;
    }
    let runs = spreads.cut_into_spreads(&units);
    spreads.set_names();
    let mut pages = Vec::new();
    for run in runs {
        let number = first + pages.len() as u32;
        pages.extend(spreads.spread(&units[run], number, !pages.is_empty()));
    }
    Ok(pages)
}

impl<'a> Spreads<'a> {
    /// What the heading of the spread says of the course.
    fn values(&self) -> [(&'static str, String); 6] {
        let data: &ClassData = &self.composer.data;
        [
            ("subject", self.course.subject.clone()),
            ("group", self.course.group.clone()),
            ("class", data.class.quoted()),
            ("hours", format_hours(self.course.hours)),
            ("teacher", self.course.taught_by(PersonName::full)),
            ("year", self.composer.school.year.name.clone()),
        ]
    }

    /// Cuts the year into spreads with as many blocks of dates a page as save pages, and keeps how the rows are set then.
    fn cut_into_spreads(&mut self, units: &[Unit<'_>]) -> Vec<Range<usize>> {
        let mut best: Option<(usize, left::Fit, Vec<Range<usize>>)> = None;
        let fits: Vec<left::Fit> = (1..=MOST_BLOCKS).map_while(|blocks| self.fit_pupils(blocks)).collect();
        for fit in fits {
            self.fit = fit;
            let runs = plan::cut(self, units);
            let pages = runs.iter().map(|run| self.pages_a_spread() + self.pages_of_notes(&units[run.clone()])).sum();
            if best.as_ref().is_none_or(|(least, ..)| pages < *least) {
                best = Some((pages, fit, runs));
            }
        }
        let Some((_, fit, runs)) = best else { return Vec::new() };
        self.fit = fit;
        runs
    }

    /// Measures the columns and rows of a unit.
    fn measure(&self, unit: &mut Unit<'a>) -> Result<()> {
        let layout = &self.composer.layouts.book.spread;
        let set = &self.composer.set;
        let (pad, mark) = (2.0 * MARK_PAD, sans(layout.mark_size.0));
        let marker = |of: &NoteOf, pupil: i64| {
            let count = unit.notes.iter().filter(|note| note.of == *of && note.pupil == pupil).count();
            if count == 0 { 0.0 } else { set.width(sans(notes::MARK_SIZE), &"000)".repeat(count)) + MARK_PAD }
        };
        let widest = |text_of: &dyn Fn(&Pupil) -> (f32, f32)| {
            self.pupils.iter().map(|pupil| text_of(pupil)).map(|(text, note)| text + note + pad).fold(0.0, f32::max)
        };
        if let Some(lesson) = unit.lesson {
            let needed = widest(&|pupil| {
                let text = self.year.cells.get(&(lesson.id, pupil.id)).map_or("", |cell| &cell.text);
                (set.width(mark, text), marker(&NoteOf::Lesson, pupil.id))
            });
            let day = set.width(sans(layout.head_size.0), &lesson.date.day().to_string());
            let day = day + marker(&NoteOf::LessonText, 0) + pad;
            unit.width = layout.date_width.0.max(needed).max(day);
        }
        unit.final_widths = unit
            .finals
            .iter()
            .map(|column| {
                let needed = widest(&|pupil| {
                    let text = self.year.final_mark(pupil.id, &column.period).map_or("", |last| &last.mark);
                    let bold = sans_bold(layout.mark_size.0);
                    (set.width(bold, text), marker(&NoteOf::Final(column.period.clone()), pupil.id))
                });
                let heading = set.widest_word(sans_bold(layout.head_size.0), &column.heading);
                let heading = heading + 2.0 * self.composer.look.pad.x;
                layout.period_width.0.max(needed).max(heading)
            })
            .collect();
        unit.note_heights = self.note_heights(&unit.notes);
        unit.height = self.rows_height(&self.lesson_rows(unit, None));
        let room = self.right_room();
        if unit.height > room {
            let day = unit.lesson.map_or_else(String::new, |lesson| format_date(lesson.date));
            return Err(Error::input(format!(
                "{}, {}: тема или задание урока {day} не помещаются на страницу",
                self.composer.data.class, self.course.subject
            ))
            .next("сократите тему или задание урока"));
        }
        Ok(())
    }

    /// The pages of one run of lessons; `goes_on` where the course has pages before them.
    fn spread(&self, units: &[Unit<'_>], first: u32, goes_on: bool) -> Vec<Page> {
        let notes = self.numbered_notes(units);
        let last = first + self.pages_a_spread() as u32 - 1;
        let (left, right) = (self.left_area(first), self.right_area(last));
        let mut pages: Vec<Page> = (first..=last).map(|number| self.page(number).0).collect();
        let marks = &mut pages[0];
        let bottom = self.set_marks(marks, left, units, &notes, goes_on);
        let rest = self.put_notes(marks, &notes.lines, bottom, left, Some(&self.notes_heading(false)));
        let begun = rest.len() < notes.lines.len();
        // Lessons grow as high as the marks, but for the notes that must stand below them.
        let room = self.notes_that_fit(rest, right.h - self.right_bottom(units) + right.y);
        let lessons = &mut pages[(last - first) as usize];
        let bottom = self.set_lessons(lessons, right, units, &notes, (bottom, room), goes_on);
        let rest = self.put_notes(lessons, rest, bottom, right, Some(&self.notes_heading(begun)));
        pages.extend(self.continued_notes(rest, last + 1));
        pages
    }
}

/// The course's year as units: every lesson, with the final marks and closing lines that follow it.
fn units<'a>(composer: &Composer<'_>, course: &Course, year: &'a CourseYear) -> Result<Vec<Unit<'a>>> {
    let mut units: Vec<Unit<'a>> = year.lessons.iter().map(|lesson| Unit::new(Some(lesson))).collect();
    if units.is_empty() {
        units.push(Unit::new(None));
    }
    let last = units.len() - 1;
    let layout = &composer.layouts.book.spread;
    let today = composer.school.day_of(composer.context.issued_at);
    for (period, planned) in composer.data.periods.iter().zip(&year.planned) {
        if today < period.ends && !year.has_final(&period.name) {
            continue;
        }
        let at = year.lessons.iter().rposition(|lesson| lesson.date <= period.ends).unwrap_or(0);
        let taught = year.taught(period).to_string();
        let values = [("period", period.name.as_str()), ("planned", &planned.to_string()), ("taught", &taught)];
        units[at].closing.push((period.name.clone(), layout.taught.fill(&values)));
        units[at].finals.push(FinalColumn { heading: period.short.clone(), period: period.name.clone() });
    }
    let over = composer.data.periods.last().is_none_or(|period| today >= period.ends);
    if over || year.has_final(YEAR) {
        let taught = year.lessons.len().to_string();
        let values = [("period", YEAR), ("planned", &year.planned_year.to_string()), ("taught", &taught)];
        units[last].closing.push((YEAR.to_owned(), layout.taught_year.fill(&values)));
        units[last].finals.push(FinalColumn { heading: layout.year_mark.as_str().to_owned(), period: YEAR.to_owned() });
    }
    for (name, heading) in [(EXAM, &layout.exam_mark), (FINAL, &layout.final_mark)] {
        if year.has_final(name) {
            units[last].finals.push(FinalColumn { heading: heading.as_str().to_owned(), period: name.to_owned() });
        }
    }
    add_notes(composer, course, year, &mut units)?;
    corrected::add_notes(composer, course, year, &mut units)?;
    handed::add_notes(composer, course, year, &mut units);
    Ok(units)
}

/// The notes, each with the unit in which it is printed.
fn add_notes(composer: &Composer<'_>, course: &Course, year: &CourseYear, units: &mut [Unit<'_>]) -> Result<()> {
    let layout = &composer.layouts.book.spread;
    for pupil in composer.data.pupils_of(course) {
        let name = pupil.noted.clone();
        for unit in units.iter_mut() {
            if let Some(lesson) = unit.lesson
                && let Some(cell) = year.cells.get(&(lesson.id, pupil.id))
                && !cell.document.is_empty()
            {
                let day = format_date(lesson.date);
                let values = [("pupil", &*name), ("date", &day), ("mark", &cell.text), ("document", &cell.document)];
                let text = layout.note_document.fill(&values);
                unit.notes.push(UnitNote { pupil: pupil.id, of: NoteOf::Lesson, text, corrected: false });
            }
            for column in &unit.finals {
                let Some(last) = year.final_mark(pupil.id, &column.period) else { continue };
                for text in final_notes(layout, &name, &column.period, last) {
                    let of = NoteOf::Final(column.period.clone());
                    unit.notes.push(UnitNote { pupil: pupil.id, of, text, corrected: false });
                }
            }
        }
        let Some(came) = course.stays_of(pupil).iter().map(|stay| stay.since).max() else { continue };
        let first_here = units.iter().position(|unit| unit.lesson.is_some_and(|lesson| lesson.date >= came));
        let at = first_here.unwrap_or(units.len() - 1);
        for (place, marks) in marks_elsewhere(composer.tables, &composer.data, course, pupil, came)? {
            let class = place.trim_end_matches(" классе");
            let text =
                layout.note_transfer.fill(&[("pupil", &name), ("class", class), ("place", &place), ("marks", &marks)]);
            units[at].notes.push(UnitNote { pupil: pupil.id, of: NoteOf::Whole, text, corrected: false });
        }
    }
    Ok(())
}

/// What is to be said of a final mark below the page.
fn final_notes(layout: &SpreadLayout, pupil: &str, period: &str, last: &FinalMark) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(elsewhere) = &last.elsewhere {
        let (wording, place, mark) = match elsewhere {
            Elsewhere::SetIn { place } => (&layout.note_brought, place, &last.mark),
            Elsewhere::CountsIn { place, mark } => (&layout.note_instead, place, mark),
        };
        notes.push(wording.fill(&[("pupil", pupil), ("period", period), ("mark", mark), ("place", place)]));
    }
    if !last.overridden.is_empty() {
        let values = [("pupil", pupil), ("period", period), ("mark", &*last.mark), ("reason", &*last.overridden)];
        notes.push(layout.note_override.fill(&values));
    }
    notes
}

impl<'a> Unit<'a> {
    fn new(lesson: Option<&'a Lesson>) -> Self {
        Self {
            lesson,
            finals: Vec::new(),
            closing: Vec::new(),
            notes: Vec::new(),
            note_heights: Vec::new(),
            width: 0.0,
            final_widths: Vec::new(),
            height: 0.0,
        }
    }
}

/// «3», «0,5»: hours a week as they are written in Russian.
fn format_hours(hours: f64) -> String {
    hours.to_string().replace('.', ",")
}

/// «12.11»: a day of this school year.
fn short_date(day: NaiveDate) -> String {
    day.format("%d.%m").to_string()
}
