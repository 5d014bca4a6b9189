//! The sheets of the recovery key (form 15) and of the emergency key: written once, when a journal is made, and put into
//! the director's safe.
//!
//! It holds a secret. The file's bytes and the key's text are wiped from memory after use; copies within the typesetter
//! and the PDF writer are not, and live until the program ends, which is at once.

use super::flow::Flow;
use super::{Canvas, Heading, sans, serif, serif_bold};
use crate::error::Result;
use crate::ledger::paper_key;
use crate::print::Layouts;
use crate::print::layout::RecoveryLayout;
use crate::print::page::Page;
use crate::print::pdf::{self, About, Bookmark};
use crate::print::qr::{QUIET, qr_code};
use crate::print::sheet::{Orientation, Sides};
use crate::print::typeset::Align;
use crate::school::School;
use chrono::{DateTime, FixedOffset};
use zeroize::Zeroizing;

/// What the sheet says.
pub struct Recovery<'a> {
    /// The school.
    pub school: &'a School,
    /// The secret, `AGE-SECRET-KEY-1…`.
    pub secret: &'a str,
    /// Its public half, `age1…`.
    pub recipient: &'a str,
    /// When it is made.
    pub at: DateTime<FixedOffset>,
    /// The version of Letopis.
    pub version: &'a str,
}

/// Between the paragraphs of the sheet, in mm.
const GAP: f32 = 2.5;
/// The height of a line to be signed by hand with the words above it, in mm.
const SIGNATURE: f32 = 17.0;

/// Writes the sheet as PDF/A.
///
/// # Errors
/// Fonts that cannot be read, or a secret that is no key.
pub fn recovery_sheet(layouts: &Layouts, recovery: &Recovery<'_>) -> Result<Zeroizing<Vec<u8>>> {
    sheet(layouts, &layouts.recovery, "recovery", recovery)
}

/// Writes the sheet of the emergency key, whose public half is told by its fingerprint.
///
/// # Errors
/// As [`recovery_sheet`].
pub fn emergency_sheet(layouts: &Layouts, emergency: &Recovery<'_>) -> Result<Zeroizing<Vec<u8>>> {
    sheet(layouts, &layouts.emergency, "emergency", emergency)
}

fn sheet(layouts: &Layouts, layout: &RecoveryLayout, id: &str, recovery: &Recovery<'_>) -> Result<Zeroizing<Vec<u8>>> {
    let title = layout.heading.as_str().to_owned();
    let bookmarks = [Bookmark { title: title.clone(), page: 0, under: Vec::new() }];
    let about = About {
        numbering: Sides::Both.into(),
        names: Vec::new(),
        tagged: false,
        title,
        author: recovery.school.school.short_name.clone(),
        producer: format!("Letopis {}", recovery.version),
        id: format!("{id}/{}", recovery.recipient),
        issued_at: recovery.at,
    };
    pdf::write_pdf(&pages(layouts, layout, recovery)?, &bookmarks, &about).map(Zeroizing::new)
}

/// The pages of the sheet.
pub(in crate::print) fn pages(
    layouts: &Layouts,
    layout: &RecoveryLayout,
    recovery: &Recovery<'_>,
) -> Result<Vec<Page>> {
    let school = &recovery.school.school;
    let date = crate::school::format_date(recovery.school.day_of(recovery.at));
    let values = [
        ("school", school.name.as_str()),
        ("short_school", &school.short_name),
        ("place", &school.place),
        ("year", &recovery.school.year.name),
        ("date", &date),
        ("recipient", recovery.recipient),
    ];
    let canvas = Canvas::new(&layouts.page, Sides::Both, false)?;
    let (text, bold) = (serif(layout.size.0), serif_bold(layout.size.0));
    let mut flow = Flow::new(&canvas, Orientation::Portrait);
    let about = layout.about.fill(&values);
    flow.heading(&Heading { text: layout.heading.as_str(), kind: serif_bold(layout.heading_size.0), about: &about });
    for paragraph in &layout.purpose {
        flow.gap(GAP);
        flow.paragraph(text, Align::Left, &paragraph.fill(&values));
    }
    flow.gap(2.0 * GAP);
    flow.paragraph(bold, Align::Left, layout.key.as_str());
    flow.gap(1.0);
    let key = sans(layout.key_size.0);
    for (number, line) in (1..).zip(paper_key::lines(recovery.secret)) {
        let line = Zeroizing::new(format!("{number}. {}", line.as_str()));
        flow.paragraph(key, Align::Left, &line);
    }
    flow.gap(GAP);
    flow.paragraph(text, Align::Left, layout.typing.as_str());
    // Keys are all of one length, and their codes have 37 modules a side: this much white is around them.
    let (side, white) = (layout.qr.0, QUIET * layout.qr.0 / 33.0);
    flow.need(side + 2.0 * white);
    let place = flow.rest();
    let qr = qr_code(recovery.secret, place.x + (place.w - side) / 2.0, place.y + white, side)?;
    flow.draw(|_, page| {
        page.qr = Some(qr);
        place.y + side + 2.0 * white
    });
    for paragraph in &layout.advice {
        flow.gap(GAP);
        flow.paragraph(text, Align::Left, &paragraph.fill(&values));
    }
    flow.gap(2.0 * GAP);
    for as_what in [&layout.made, &layout.kept] {
        flow.need(SIGNATURE);
        let area = flow.rest();
        flow.draw(|canvas, page| canvas.signature_by_hand(page, area, as_what.as_str()));
        flow.gap(GAP);
    }
    canvas.unsealed(flow.into_pages(), layout.foot.fill(&values))
}
