//! The consent to the use of contacts for informing (form 23, §4.5, 152-ФЗ ст. 9): a document of its own, a page a pupil, to be
//! filled in and signed by hand.

use super::flow::Flow;
use super::{Canvas, Heading, serif, serif_bold};
use crate::error::Result;
use crate::print::layout::ConsentLayout;
use crate::print::page::Page;
use crate::print::pdf::{self, About, Bookmark};
use crate::print::sheet::{Orientation, Sides};
use crate::print::typeset::Align;
use crate::print::{Layouts, issue};
use crate::school::{ClassName, School, format_date, printable};
use chrono::{DateTime, FixedOffset};

/// Whose contacts the consent is about.
#[derive(Debug, Clone)]
pub struct ConsentOf {
    /// The pupil, ФИО.
    pub name: String,
    /// Whether he is of age, and consents himself.
    pub of_age: bool,
}

/// Between paragraphs, in mm.
const GAP: f32 = 2.0;
/// From line to line of what is filled in by hand, in mm.
const LINE: f32 = 9.0;
/// The height of a line to be signed by hand with the words above it, in mm.
const SIGNATURE: f32 = 17.0;

/// Writes the consents of a class as PDF/A.
///
/// # Errors
/// Fonts that cannot be read.
pub fn consents(
    layouts: &Layouts,
    school: &School,
    class: &ClassName,
    pupils: &[ConsentOf],
    at: DateTime<FixedOffset>,
) -> Result<Vec<u8>> {
    let title =
        format!("Согласия на использование контактов: {} класс, {} учебный год", class.quoted(), school.year.name);
    let mark = |(page, pupil): (usize, &ConsentOf)| Bookmark { title: printable(&pupil.name), page, under: Vec::new() };
    let bookmarks: Vec<Bookmark> = pupils.iter().enumerate().map(mark).collect();
    let about = About {
        author: school.school.short_name.clone(),
        producer: format!("Letopis {}", issue::VERSION),
        id: format!("consent/{class}/{}", at.to_rfc3339()),
        issued_at: at,
        numbering: Sides::One.into(),
        names: Vec::new(),
        tagged: false,
        title,
    };
    pdf::write_pdf(&pages(layouts, school, class, pupils, at)?, &bookmarks, &about)
}

/// The pages, one a pupil.
pub(in crate::print) fn pages(
    layouts: &Layouts,
    school: &School,
    class: &ClassName,
    pupils: &[ConsentOf],
    at: DateTime<FixedOffset>,
) -> Result<Vec<Page>> {
    let canvas = Canvas::new(&layouts.page, Sides::One, false)?;
    let layout = &layouts.consent;
    let (class, date) = (class.quoted(), format_date(school.day_of(at)));
    let mut pages = Vec::new();
    for pupil in pupils {
        let name = printable(&pupil.name);
        let values = [
            ("school", school.school.name.as_str()),
            ("short_school", &school.school.short_name),
            ("place", &school.school.place),
            ("year", &school.year.name),
            ("class", &class),
            ("name", &name),
            ("date", &date),
        ];
        let mut flow = Flow::new(&canvas, Orientation::Portrait);
        consent(&mut flow, layout, &values, pupil.of_age);
        pages.extend(canvas.unsealed(flow.into_pages(), layout.foot.fill(&values))?);
    }
    Ok(pages)
}

fn consent(flow: &mut Flow<'_, '_>, layout: &ConsentLayout, values: &[(&str, &str)], of_age: bool) {
    let text = serif(layout.size.0);
    let about = layout.about.fill(values);
    flow.heading(&Heading { text: layout.heading.as_str(), kind: serif_bold(layout.heading_size.0), about: &about });
    let (who, paragraphs) = if of_age { (&layout.own, &layout.own_text) } else { (&layout.who, &layout.text) };
    for words in who {
        flow.gap(GAP);
        flow.paragraph(text, Align::Left, &words.fill(values));
        flow.line_for_the_pen(LINE - 2.0);
    }
    for words in paragraphs {
        flow.gap(GAP);
        flow.paragraph(text, Align::Left, &words.fill(values));
    }
    flow.gap(GAP);
    flow.paragraph(serif_bold(layout.size.0), Align::Left, layout.contacts.as_str());
    for words in &layout.contact {
        flow.gap(GAP);
        flow.paragraph(text, Align::Left, words.as_str());
        flow.line_for_the_pen(LINE - 3.0);
    }
    for words in &layout.ways {
        flow.gap(GAP * 0.6);
        flow.paragraph(text, Align::Left, words.as_str());
    }
    for words in &layout.rights {
        flow.gap(GAP);
        flow.paragraph(text, Align::Left, &words.fill(values));
    }
    flow.gap(2.0 * GAP);
    flow.need(SIGNATURE);
    let area = flow.rest();
    flow.draw(|canvas, page| canvas.signature_with_date(page, area));
}
