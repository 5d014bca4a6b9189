//! Slips of the diary (form 24, §4.5): a pupil's week, four a page, to be cut and glued in by who gets nothing else.
//!
//! What stands on a slip was proven; but it is no document: it has no number and no seal, and nothing of it is kept. A week
//! that is too long for a slip goes on on the next one.

use super::slips::Four;
use super::{Canvas, sans, sans_bold, serif, serif_bold};
use crate::error::Result;
use crate::print::layout::DiarySlipLayout;
use crate::print::page::{Area, Page};
use crate::print::pdf::{self, About, Bookmark};
use crate::print::sheet::Sides;
use crate::print::table::{Cell, Look, Row, Table};
use crate::print::typeset::{Align, Pad};
use crate::print::{Layouts, issue};
use crate::school::{ClassName, Day, School, day_in_words, format_date, printable};
use chrono::{DateTime, Datelike, Days, FixedOffset};

/// A pupil's week.
#[derive(Debug, Clone, Default)]
pub struct DiarySlip {
    /// Фамилия и имя.
    pub name: String,
    /// The days, those without anything left out.
    pub days: Vec<SlipDay>,
    /// What the period's marks come to so far, a subject a text: «Алгебра 4,33 (4)».
    pub standing: Vec<String>,
    /// What is lacking for final marks (§2.3.1), a subject a text.
    pub lacking: Vec<String>,
}

/// A day of it.
#[derive(Debug, Clone)]
pub struct SlipDay {
    /// The day.
    pub date: Day,
    /// Why there are no lessons, or what takes place: holidays, events.
    pub told: Vec<String>,
    /// The lessons, in order.
    pub lessons: Vec<SlipLesson>,
}

/// A lesson of it.
#[derive(Debug, Clone)]
pub struct SlipLesson {
    /// Its number in the day.
    pub number: u8,
    /// The subject, in short.
    pub subject: String,
    /// What was to be done for it.
    pub homework: String,
    /// Marks with their kind of work, absence, what was corrected.
    pub mark: String,
}

/// The slips of a class.
pub struct DiarySheet<'a> {
    /// The class.
    pub class: &'a ClassName,
    /// The Monday of the week.
    pub monday: Day,
    /// The period that averages and forecasts are of; empty where there is none.
    pub period: &'a str,
    /// The class teacher, «Белова О. И.»; may be empty.
    pub teacher: &'a str,
    /// When they are printed.
    pub at: DateTime<FixedOffset>,
    /// The slips.
    pub slips: &'a [DiarySlip],
}

/// From the edge of a slip to what stands on it, in mm.
const MARGIN: f32 = 6.0;
/// Between the parts of a slip, in mm.
const GAP: f32 = 0.8;
/// The least type in points, and by how much it is made smaller at a time.
const SMALLEST: f32 = 6.5;
const STEP: f32 = 0.5;
/// Between whose week it is and of which it is, on one line, in mm.
const BETWEEN: f32 = 4.0;
/// Room for signing by hand, in mm.
const SIGNING: f32 = 6.0;
/// Of a slip's width: the lesson's number, its subject, and its mark; homework has the rest.
const NUMBER: f32 = 0.045;
const SUBJECT: f32 = 0.155;
const MARK: f32 = 0.18;

/// Writes the slips as PDF/A.
///
/// # Errors
/// Fonts that cannot be read.
pub fn diary_slips(layouts: &Layouts, school: &School, sheet: &DiarySheet<'_>) -> Result<Vec<u8>> {
    let title = format!("Листки дневника: {} класс, неделя с {}", sheet.class.quoted(), format_date(sheet.monday));
    let bookmarks = [Bookmark { title: title.clone(), page: 0, under: Vec::new() }];
    let about = About {
        author: school.school.short_name.clone(),
        producer: format!("Letopis {}", issue::VERSION),
        id: format!("diary/{}/{}/{}", sheet.class, sheet.monday, sheet.at.to_rfc3339()),
        issued_at: sheet.at,
        numbering: Sides::One.into(),
        names: Vec::new(),
        tagged: false,
        title,
    };
    pdf::write_pdf(&pages(layouts, school, sheet)?, &bookmarks, &about)
}

/// The pages of the slips.
pub(in crate::print) fn pages(layouts: &Layouts, school: &School, sheet: &DiarySheet<'_>) -> Result<Vec<Page>> {
    let canvas = Canvas::new(&layouts.page, Sides::One, false)?;
    let mut four = Four::new(&layouts.page, canvas.look, MARGIN);
    for slip in sheet.slips {
        let setter = Setter { canvas: &canvas, layout: &layouts.diary, school, sheet, slip };
        setter.set(&mut four);
    }
    Ok(four.into_pages())
}

/// Sets one pupil's slip, or two.
struct Setter<'a> {
    canvas: &'a Canvas<'a>,
    layout: &'a DiarySlipLayout,
    school: &'a School,
    sheet: &'a DiarySheet<'a>,
    slip: &'a DiarySlip,
}

impl Setter<'_> {
    fn set(&self, four: &mut Four) {
        let mut size = self.layout.size.0;
        let room = four.area();
        while size > SMALLEST && self.height(size, room) > room.h {
            size = (size - STEP).max(SMALLEST);
        }
        let tables = self.tables(size, room);
        let last = tables.len().saturating_sub(1);
        for (at, table) in tables.iter().enumerate() {
            four.next(|page, area| {
                let below = self.heading(page, area, at > 0);
                let below = table.draw(page, area.x, below + GAP, self.look()).bottom();
                if at == last {
                    self.foot(page, Area { y: below + GAP, ..area }, size);
                }
            });
        }
    }

    /// What a whole slip takes in mm.
    fn height(&self, size: f32, area: Area) -> f32 {
        let mut page = Page::new(area.w, area.h);
        let below = self.heading(&mut page, area, false);
        let rows = self.rows(size, area.w);
        let table: f32 = self.table(rows, area.w).heights(self.look()).iter().sum();
        let y = below + GAP + table + GAP;
        self.foot(&mut page, Area { y, ..area }, size) - area.y
    }

    /// The table of the week, in as many parts as it takes slips to hold them.
    fn tables(&self, size: f32, area: Area) -> Vec<Table> {
        let mut page = Page::new(area.w, area.h);
        let top = self.heading(&mut page, area, true) + GAP;
        let foot = self.foot(&mut page, Area { y: 0.0, ..area }, size) + GAP;
        let rows = self.rows(size, area.w);
        let heights = self.table(rows.clone(), area.w).heights(self.look());
        let mut tables: Vec<Vec<Row>> = vec![Vec::new()];
        let mut y = top;
        let whole: f32 = heights.iter().sum();
        let splits = top + whole + foot > area.bottom();
        for (row, height) in rows.into_iter().zip(heights) {
            if splits && y + height > area.bottom() && tables.last().is_some_and(|rows| !rows.is_empty()) {
                tables.push(Vec::new());
                y = top;
            }
            y += height;
            if let Some(rows) = tables.last_mut() {
                rows.push(row);
            }
        }
        // The last part leaves room for what stands below it.
        if splits && y + foot > area.bottom() {
            tables.push(Vec::new());
        }
        tables.into_iter().map(|rows| self.table(rows, area.w)).collect()
    }

    fn look(&self) -> Look {
        let Look { hair, fifth, firm, .. } = self.canvas.look;
        Look { hair, fifth, firm, pad: Pad { x: 0.7, y: 0.14 } }
    }

    fn table(&self, rows: Vec<Row>, width: f32) -> Table {
        Table { widths: widths(width).to_vec(), heads: 0, rows }
    }

    fn rows(&self, size: f32, width: f32) -> Vec<Row> {
        let (text, bold) = (sans(size), sans_bold(size));
        let widths = widths(width);
        let cell = |kind, text: &str, width: f32| {
            let room = width - 2.0 * self.look().pad.x;
            Cell::new(self.canvas.set.hyphenate(kind, &printable(text), room)).left().top()
        };
        let mut rows = Vec::new();
        for day in &self.slip.days {
            let date = day_in_words(day.date);
            let date = date.trim_end_matches(&format!(" {} г.", day.date.year())).to_owned();
            let told = day.told.iter().fold(date, |all, one| format!("{all} · {one}"));
            let head = cell(bold, &told, width).span(1, widths.len());
            rows.push(Row { cells: vec![head], least: 0.0, fifth: false });
            for lesson in &day.lessons {
                let [number, subject, homework, mark] = widths;
                let cells = vec![
                    cell(text, &lesson.number.to_string(), number),
                    cell(text, &lesson.subject, subject),
                    cell(text, &lesson.homework, homework),
                    cell(bold, &lesson.mark, mark),
                ];
                rows.push(Row { cells, least: 0.0, fifth: false });
            }
        }
        rows
    }

    /// Sets whose week it is; gives the lower edge in mm.
    fn heading(&self, page: &mut Page, area: Area, goes_on: bool) -> f32 {
        let values = self.values();
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let about = if goes_on { &self.layout.goes_on } else { &self.layout.about };
        let name = serif_bold(self.layout.name_size.0);
        let (heading, about, small) = (self.layout.heading.fill(&values), about.fill(&values), sans(SMALLEST));
        let (long, rest) =
            (self.canvas.set.width(name, &heading) + BETWEEN / 2.0, self.canvas.set.width(small, &about));
        if long + BETWEEN / 2.0 + rest <= area.w {
            // On the line of the name, and on its foot.
            let below = self.canvas.paragraph(page, Area { w: long, ..area }, name, Align::Left, &heading);
            let beside =
                Area { x: area.x + long, y: area.y + name.above() - small.above(), w: area.w - long, h: area.h };
            self.canvas.paragraph(page, beside, small, Align::Right, &about);
            return below;
        }
        let below = self.canvas.paragraph(page, area, name, Align::Left, &heading);
        self.canvas.paragraph(page, Area { y: below, ..area }, small, Align::Left, &about)
    }

    /// Sets averages, what is lacking and the places for signing; gives the lower edge in mm.
    fn foot(&self, page: &mut Page, area: Area, size: f32) -> f32 {
        let values = self.values();
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut y = area.y;
        let lists = [(&self.layout.standing, &self.slip.standing), (&self.layout.lacking, &self.slip.lacking)];
        for (wording, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            let text = format!("{} {}", wording.fill(&values), printable(&list.join("; ")));
            y = self.canvas.paragraph(page, Area { y, ..area }, serif(size), Align::Left, &text) + GAP;
        }
        let (half, line) = (area.w / 2.0, y + SIGNING - serif(SMALLEST).leading());
        for (at, words) in [&self.layout.teacher, &self.layout.parent].into_iter().enumerate() {
            let x = area.x + at as f32 * half;
            page.rule((x, line), (x + half - 2.0, line), self.canvas.look.hair);
            let place = Area { x, y: line, w: half - 2.0, h: area.h };
            self.canvas.paragraph(page, place, serif(SMALLEST), Align::Left, &words.fill(&values));
        }
        y + SIGNING
    }

    fn values(&self) -> [(&'static str, String); 8] {
        let sheet = self.sheet;
        let last = sheet.monday + Days::new(5);
        [
            ("name", printable(&self.slip.name)),
            ("class", sheet.class.quoted()),
            ("short_school", self.school.school.short_name.clone()),
            ("first", format_date(sheet.monday)),
            ("last", format_date(last)),
            ("period", sheet.period.to_owned()),
            ("teacher", printable(sheet.teacher)),
            ("date", format_date(self.school.day_of(sheet.at))),
        ]
    }
}

fn widths(width: f32) -> [f32; 4] {
    let (number, subject, mark) = (NUMBER * width, SUBJECT * width, MARK * width);
    [number, subject, width - number - subject - mark, mark]
}
