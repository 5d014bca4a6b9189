//! Slips of access to the diary (form 22): four a page, to be cut and handed out.
//!
//! A slip holds a secret, so it has no number, no seal and no text that is kept; nothing of marks stands on it. The address
//! stands there as a link in a QR code and in letters, the code in groups for whoever types it.

use super::slips::Four;
use super::{Canvas, sans, sans_bold, serif, serif_bold};
use crate::error::Result;
use crate::print::layout::AccessLayout;
use crate::print::page::{Area, Page};
use crate::print::pdf::{self, About, Bookmark};
use crate::print::qr::{QUIET, qr_link};
use crate::print::sheet::Sides;
use crate::print::typeset::{Align, Type};
use crate::print::{Layouts, issue};
use crate::school::{ClassName, School, format_date, printable};
use chrono::{DateTime, FixedOffset};

/// A slip.
#[derive(Debug, Clone)]
pub struct AccessSlip {
    /// For whom, ФИО.
    pub name: String,
    /// Whether it is the pupil's own.
    pub is_own: bool,
    /// Whose diary it opens, with the class: «Петренко Анна, 7 «А»».
    pub children: Vec<String>,
    /// The code in groups.
    pub code: String,
    /// The link with the code, `https://…/in/…`.
    pub link: String,
}

/// The slips of a class.
pub struct AccessSheet<'a> {
    /// The class.
    pub class: &'a ClassName,
    /// The address as people type it.
    pub address: &'a str,
    /// The class teacher, ФИО; may be empty.
    pub teacher: &'a str,
    /// When they are issued.
    pub at: DateTime<FixedOffset>,
    /// The slips.
    pub slips: &'a [AccessSlip],
}

/// From the edge of a slip to what stands on it, in mm.
const MARGIN: f32 = 9.0;
/// Between the parts of a slip, in mm.
const GAP: f32 = 2.2;
/// Type is made smaller by so many points at a time where a slip has more to say than usual.
const STEP: f32 = 0.5;
const SMALLEST: f32 = 6.5;
/// Modules a side of the link's QR code, at least.
const MODULES: f32 = 33.0;

/// Writes the slips as PDF/A.
///
/// # Errors
/// Fonts that cannot be read; an address that is longer than a QR code of this size holds.
pub fn access_slips(layouts: &Layouts, school: &School, sheet: &AccessSheet<'_>) -> Result<Vec<u8>> {
    let title = format!("Листки доступа к дневнику: {} класс, {} учебный год", sheet.class.quoted(), school.year.name);
    let bookmarks = [Bookmark { title: title.clone(), page: 0, under: Vec::new() }];
    let about = About {
        author: school.school.short_name.clone(),
        producer: format!("Letopis {}", issue::VERSION),
        id: format!("access/{}/{}", sheet.class, sheet.at.to_rfc3339()),
        issued_at: sheet.at,
        numbering: Sides::One.into(),
        names: Vec::new(),
        tagged: false,
        title,
    };
    pdf::write_pdf(&pages(layouts, school, sheet)?, &bookmarks, &about)
}

/// The pages of the slips.
pub(in crate::print) fn pages(layouts: &Layouts, school: &School, sheet: &AccessSheet<'_>) -> Result<Vec<Page>> {
    let canvas = Canvas::new(&layouts.page, Sides::One, false)?;
    let mut four = Four::new(&layouts.page, canvas.look, MARGIN);
    for slip in sheet.slips {
        let mut set = Ok(());
        four.next(|page, area| set = canvas.slip(page, area, &layouts.access, school, sheet, slip));
        set?;
    }
    Ok(four.into_pages())
}

impl Canvas<'_> {
    /// Sets a slip into its area, in smaller type where that does not hold it.
    fn slip(
        &self,
        page: &mut Page,
        area: Area,
        layout: &AccessLayout,
        school: &School,
        sheet: &AccessSheet<'_>,
        slip: &AccessSlip,
    ) -> Result<()> {
        let (name, children, date) =
            (printable(&slip.name), printable(&slip.children.join("; ")), self.date(school, sheet));
        let (class, teacher) = (sheet.class.quoted(), printable(sheet.teacher));
        let values = [
            ("school", school.school.name.as_str()),
            ("short_school", &school.school.short_name),
            ("year", &school.year.name),
            ("class", &class),
            ("name", &name),
            ("children", &children),
            ("address", sheet.address),
            ("teacher", &teacher),
            ("date", &date),
        ];
        let mut size = layout.size.0;
        loop {
            let mut tried = Page::new(page.width, page.height);
            let below = self.slip_parts(&mut tried, area, layout, size, &values, slip)?;
            if below <= area.bottom() || size <= SMALLEST {
                break;
            }
            size = (size - STEP).max(SMALLEST);
        }
        self.slip_parts(page, area, layout, size, &values, slip)?;
        Ok(())
    }

    fn date(&self, school: &School, sheet: &AccessSheet<'_>) -> String {
        format_date(school.day_of(sheet.at))
    }

    /// Sets the parts of a slip; gives the lower edge of the last, in mm.
    fn slip_parts(
        &self,
        page: &mut Page,
        area: Area,
        layout: &AccessLayout,
        size: f32,
        values: &[(&str, &str)],
        slip: &AccessSlip,
    ) -> Result<f32> {
        let (text, small) = (serif(size), sans((size - 1.0).max(SMALLEST)));
        let smaller = size / layout.size.0;
        let mut y = area.y;
        let mut put = |page: &mut Page, kind: Type, align: Align, words: &str, gap: f32| {
            y = self.paragraph(page, Area { y: y + gap, ..area }, kind, align, words);
            y
        };
        put(page, small, Align::Left, &layout.about.fill(values), 0.0);
        put(page, serif_bold(layout.heading_size.0), Align::Left, layout.heading.as_str(), 0.5);
        let (whom, whose) = match slip.is_own {
            true => (&layout.own, &layout.own_diary),
            false => (&layout.whom, &layout.diary),
        };
        put(page, serif_bold(layout.name_size.0 * smaller), Align::Left, &whom.fill(values), GAP);
        let top = put(page, text, Align::Left, &whose.fill(values), 0.6) + GAP;
        let side = layout.qr.0;
        let white = QUIET * side / MODULES;
        page.codes.push(qr_link(&slip.link, area.x + white, top + white, side)?);
        let beside = Area { x: area.x + side + 2.0 * white, y: top, w: area.w - side - 2.0 * white, h: side };
        let mut right = beside.y;
        for step in &layout.steps {
            right = self.paragraph(page, Area { y: right, ..beside }, text, Align::Left, &step.fill(values)) + 1.0;
        }
        y = right.max(top + side + 2.0 * white);
        let mut put = |page: &mut Page, kind: Type, align: Align, words: &str, gap: f32| {
            y = self.paragraph(page, Area { y: y + gap, ..area }, kind, align, words);
            y
        };
        put(page, text, Align::Left, layout.address.as_str(), 0.0);
        put(page, sans_bold(layout.address_size.0), Align::Left, &layout.address_shown.fill(values), 0.2);
        put(page, text, Align::Left, layout.code.as_str(), 1.0);
        put(page, sans_bold(layout.code_size.0), Align::Left, &slip.code, 0.2);
        for paragraph in &layout.advice {
            put(page, text, Align::Left, &paragraph.fill(values), GAP * 0.7);
        }
        Ok(put(page, small, Align::Left, &layout.foot.fill(values), GAP * 0.7))
    }
}
