//! A label for the spine of a bound book: what a shelf shows of it. It is glued on, so it has neither number nor seal.

use super::class::ClassData;
use super::{Canvas, serif, serif_bold};
use crate::error::Result;
use crate::journal::read;
use crate::journal::read::Tables;
use crate::print::page::{Area, Page, Place};
use crate::print::pdf::{self, About};
use crate::print::sheet::{Orientation, Sides};
use crate::print::typeset::{Align, Pad, Setting, Stand, Type};
use crate::print::{Layouts, issue};
use crate::school::ClassName;
use chrono::{DateTime, FixedOffset};

/// The labels of a sheet: how wide each is, for thin and for thick books, in mm.
const WIDTHS: [f32; 3] = [18.0, 28.0, 40.0];
/// How high each is, in mm: as a page between its margins.
const HEIGHT: f32 = 200.0;
/// Between two labels, in mm.
const APART: f32 = 12.0;

/// Writes the labels of a class's book as PDF/A: the same for three widths of the spine, to be cut along their frames.
///
/// # Errors
/// A class that is not in the tables, or tables that cannot be read.
pub fn spine_labels(
    tables: &Tables,
    layouts: &Layouts,
    class: &ClassName,
    at: DateTime<FixedOffset>,
) -> Result<Vec<u8>> {
    let school = read::school(tables)?;
    let about = About {
        title: format!("Корешок: {} класс, {} учебный год", class.quoted(), school.year.name),
        author: school.school.short_name.clone(),
        producer: format!("Letopis {}", issue::VERSION),
        id: format!("spine/{class}/{}", at.to_rfc3339()),
        issued_at: at,
        numbering: Sides::One.into(),
        names: Vec::new(),
        tagged: false,
    };
    pdf::write_pdf(&[page(tables, layouts, class)?], &[], &about)
}

/// The sheet with the labels.
pub(in crate::print) fn page(tables: &Tables, layouts: &Layouts, class: &ClassName) -> Result<Page> {
    let (layout, school) = (&layouts.book.title, read::school(tables)?);
    ClassData::load(tables, &school, class)?;
    let canvas = Canvas::new(&layouts.page, Sides::One, false)?;
    let (mut page, area) = canvas.new_page(Orientation::Portrait, 1);
    let (quoted, case_index) = (class.quoted(), &school.school.case_index);
    let values = [("class", &*quoted), ("year", &*school.year.name), ("case_index", case_index)];
    let index = if case_index.is_empty() { String::new() } else { layout.case_index.fill(&values) };
    let lower = [index, layout.keep.as_str().to_owned()].into_iter().filter(|text| !text.is_empty());
    let lower = lower.collect::<Vec<_>>().join(" · ");
    let mut x = area.x;
    for width in WIDTHS {
        let frame = Area::new(x, area.y, width, HEIGHT.min(area.h));
        page.frame(frame, canvas.look.hair);
        // Read from below, as spines of Russian books are: the class first, then the year, what else there is small.
        let size = width * 0.55;
        let third = frame.h / 3.0;
        let part = |from: f32, parts: f32| Area {
            y: frame.bottom() - from * third - parts * third,
            h: parts * third,
            ..frame
        };
        let mut put = |cell: Area, kind: Type, text: &str| {
            let block = canvas.set.wrap(kind, text, cell.h - 4.0);
            let setting = Setting { align: Align::Centre, stand: Stand::Middle, pad: Pad { x: 0.0, y: 0.0 } };
            let place = Place { row: page.new_row(), column: 0 };
            page.put_turned(&block, cell, setting, place);
        };
        put(part(0.0, 1.0), serif_bold(size * 1.4), &layout.class.fill(&values));
        put(part(1.0, 1.0), serif(size), &school.year.name);
        put(part(2.0, 1.0), serif((size * 0.5).max(7.0)), &format!("{} {lower}", school.school.short_name));
        x += width + APART;
    }
    Ok(page)
}
