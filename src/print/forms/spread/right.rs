//! The right page: what was done at each lesson, the homework, and at a period's end the hours planned and taught.

use super::left::common_width;
use super::notes::NumberedNotes;
use super::{NoteOf, Spreads, Unit, short_date};
use crate::journal::read::carried_in_words;
use crate::print::forms::course::Lesson;
use crate::print::forms::{NOTHING, sans, sans_bold, serif, serif_bold};
use crate::print::layout::{Halves, LessonField};
use crate::print::page::{Area, Page};
use crate::print::table::{Cell, Row, Table};
use crate::print::typeset::{Align, Block};
use crate::school::{WorkKind, fold};

/// The least height of a lesson's row in mm.
const ROW: f32 = 4.4;
/// How high the row of a lesson grows where the page has room, in mm.
const HIGHEST: f32 = 12.0;
/// How far down its page the table of lessons reaches where its rows may grow, of the page's height, even where the marks
/// of few pupils end sooner.
const FULL: f32 = 0.86;

impl Spreads<'_> {
    /// What stands above the lessons; `goes_on` where the course began on a page before.
    pub(super) fn right_heading(&self, page: &mut Page, area: Area, goes_on: bool) -> f32 {
        let layout = &self.composer.layouts.book.spread;
        let owned = self.values();
        let values: Vec<(&str, &str)> = owned.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let kind = serif_bold(layout.heading_size.0);
        let y = self.composer.paragraph(page, area, kind, Align::Left, &layout.teacher.fill(&values));
        // Beside the marks, what the page is of is said once.
        if self.halves() == Halves::SideBySide {
            return y;
        }
        let subject = self.course.title();
        let named = values.iter().map(|(name, value)| (*name, if *name == "subject" { &subject } else { *value }));
        let about = layout.lessons_about.fill(&named.collect::<Vec<_>>());
        let about = if goes_on { self.composer.continued(&about) } else { about };
        self.composer.paragraph(page, Area { y, ..area }, serif(layout.size.0 + 1.0), Align::Left, &about)
    }

    /// Sets the lessons; returns the lower edge of their table in mm. Their rows grow until the table ends where the
    /// marks do, or further down where those of few pupils end soon, as long as `room` mm are left for notes.
    pub(super) fn set_lessons(
        &self,
        page: &mut Page,
        area: Area,
        units: &[Unit<'_>],
        notes: &NumberedNotes,
        (marks_end, room): (f32, f32),
        goes_on: bool,
    ) -> f32 {
        self.right_heading(page, area, goes_on);
        let rows = units.iter().flat_map(|unit| self.lesson_rows(unit, Some(notes)));
        let mut table = self.lessons_table(rows);
        let heights = table.heights(self.composer.look);
        let is_lesson = |row: &Row| row.cells.len() > 1;
        let mut lessons: Vec<f32> = (table.rows.iter().zip(&heights).skip(1))
            .filter_map(|(row, height)| is_lesson(row).then_some(*height))
            .collect();
        lessons.sort_by(f32::total_cmp);
        let others = heights.iter().sum::<f32>() - lessons.iter().sum::<f32>();
        let ends = marks_end.max(area.y + area.h * FULL).min(area.bottom() - room);
        let level = common_width(&lessons, ends - area.y - self.heading - others).min(HIGHEST);
        table.rows.iter_mut().skip(1).filter(|row| is_lesson(row)).for_each(|row| row.least = row.least.max(level));
        table.draw(page, area.x, area.y + self.heading, self.composer.look).bottom()
    }

    /// The height left for the rows of lessons, in mm.
    pub(super) fn right_room(&self) -> f32 {
        let area = self.right_area(3);
        area.h - self.heading - self.lessons_table(std::iter::empty()).heights(self.composer.look).iter().sum::<f32>()
    }

    /// The lower edge of the table of these lessons, in mm.
    pub(super) fn right_bottom(&self, units: &[Unit<'_>]) -> f32 {
        let area = self.right_area(3);
        area.bottom() - self.right_room() + units.iter().map(|unit| unit.height).sum::<f32>()
    }

    /// The height of some rows of lessons, in mm.
    pub(super) fn rows_height(&self, rows: &[Row]) -> f32 {
        self.lessons_table(rows.iter().cloned()).heights(self.composer.look)[1..].iter().sum()
    }

    fn lessons_table(&self, rows: impl Iterator<Item = Row>) -> Table {
        let layout = &self.composer.layouts.book.spread;
        let head = sans(layout.head_size.0);
        let heading = layout.lessons.iter().map(|c| self.composer.cell(head, c.heading.as_str(), c.width.0)).collect();
        let heading = Row { cells: heading, least: ROW, fifth: false };
        Table {
            widths: layout.lessons.iter().map(|column| column.width.0).collect(),
            heads: 1,
            rows: std::iter::once(heading).chain(rows).collect(),
        }
    }

    /// The rows of a unit: its lesson, then the closing lines. Without the notes, which are numbered only when it is known
    /// what stands on the page, room is left for their numbers.
    pub(super) fn lesson_rows(&self, unit: &Unit<'_>, notes: Option<&NumberedNotes>) -> Vec<Row> {
        let layout = &self.composer.layouts.book.spread;
        let kind = sans(layout.size.0);
        let row = |cells| Row { cells, least: ROW, fifth: false };
        let mut rows = Vec::new();
        if let Some(lesson) = unit.lesson {
            let cells = layout.lessons.iter().map(|column| {
                let room = column.width.0 - 2.0 * self.composer.look.pad.x;
                let text = match column.field {
                    LessonField::Date => return Cell::new(self.date(unit, lesson, notes, room)).top(),
                    LessonField::Number => lesson.number.to_string(),
                    LessonField::Homework if lesson.homework.is_empty() => NOTHING.to_owned(),
                    LessonField::Homework => lesson.homework.clone(),
                    LessonField::Topic => return Cell::new(self.topic(lesson, room)).left().top(),
                };
                self.composer.listed(kind, column, &text).top()
            });
            rows.push(row(cells.collect()));
        }
        let whole: f32 = layout.lessons.iter().map(|column| column.width.0).sum();
        let bold = sans_bold(layout.size.0);
        rows.extend(unit.closing.iter().map(|(period, text)| {
            let mark = notes.and_then(|notes| notes.of_finals(&self.composer.set, period));
            row(vec![self.composer.cell(bold, text, whole).left().span(1, 4).noted(mark)])
        }));
        rows
    }

    /// The day of a lesson, and below it the numbers of the notes on what was corrected of it (§2.3.3).
    fn date(&self, unit: &Unit<'_>, lesson: &Lesson, notes: Option<&NumberedNotes>, room: f32) -> Block {
        let layout = &self.composer.layouts.book.spread;
        let kind = sans(layout.size.0);
        let numbers = match notes {
            Some(notes) => notes.of_lesson(lesson.id),
            None => {
                let about_it = |note: &&super::UnitNote| matches!(note.of, NoteOf::Lesson | NoteOf::LessonText);
                let count = unit.notes.iter().filter(|note| note.corrected).filter(about_it).count();
                (0..count).map(|_| 100).collect()
            }
        };
        let numbers: Vec<String> = numbers.iter().map(|number| format!("{number})")).collect();
        let mut block = self.composer.set.wrap(kind, &short_date(lesson.date), room);
        block.lines.extend(self.composer.set.wrap(kind, &numbers.join(" "), room).lines);
        block
    }

    /// What was done, and below it who gave the lesson instead and when it was entered.
    fn topic(&self, lesson: &Lesson, width: f32) -> Block {
        let layout = &self.composer.layouts.book.spread;
        let topic = topic_with_work(lesson);
        let mut texts = vec![if topic.is_empty() { NOTHING.to_owned() } else { topic }];
        if let Some((name, confirmed)) = &lesson.substitute {
            let mut text = layout.substitute.fill(&[("name", name)]);
            if !confirmed {
                text = format!("{text} {}", layout.unconfirmed.as_str());
            }
            texts.push(text);
        }
        texts.extend(match lesson.handed_in {
            Some((made, taken)) => Some(carried_in_words(made, taken)),
            None => lesson.entered_late.map(|day| layout.entered.fill(&[("date", &short_date(day))])),
        });
        let kind = sans(layout.size.0);
        let lines = texts.iter().flat_map(|text| self.composer.set.hyphenate(kind, text, width).lines).collect();
        Block::of_lines(kind, lines)
    }
}

/// The topic, with the written work named before it unless the topic names it itself.
fn topic_with_work(lesson: &Lesson) -> String {
    let kind = WorkKind::of(&lesson.work);
    let silent = matches!(kind, None | Some(WorkKind::Answer | WorkKind::Homework));
    let stem = fold(kind.map_or("", WorkKind::word));
    if silent || fold(&lesson.topic).contains(stem.as_str()) {
        return lesson.topic.clone();
    }
    let mut work = lesson.work.clone();
    if stem.ends_with("ая") && fold(&work) == stem {
        work.push_str(" работа");
    }
    let mut letters = work.chars();
    let named: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    format!("{}. {}", named.trim_end_matches('.'), lesson.topic)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn named(topic: &str, work: &str) -> String {
        topic_with_work(&Lesson {
            id: 1,
            date: NaiveDate::default(),
            number: 1,
            topic: topic.to_owned(),
            work: work.to_owned(),
            homework: String::new(),
            substitute: None,
            entered_late: None,
            handed_in: None,
        })
    }

    #[test]
    fn written_work_is_named_before_the_topic_once() {
        assert_eq!(named("Дроби", "контрольная работа № 2"), "Контрольная работа № 2. Дроби");
        assert_eq!(named("Дроби", "контрольная"), "Контрольная работа. Дроби");
        assert_eq!(named("Дроби", "диктант"), "Диктант. Дроби");
        assert_eq!(named("Контрольная работа № 2 «Дроби»", "контрольная"), "Контрольная работа № 2 «Дроби»");
    }

    #[test]
    fn an_answer_homework_and_free_wording_are_not_named() {
        for work in ["", "ответ", "домашняя работа", "экскурсия"] {
            assert_eq!(named("Дроби", work), "Дроби");
        }
    }
}
