//! The sheet of the recovery key (form 15): written once, when a journal is made, and put into the director's safe.
//!
//! It holds a secret. The file's bytes and the key's text are wiped from memory after use; copies within the typesetter
//! and the PDF writer are not, and live until the program ends, which is at once.

use super::flow::Flow;
use super::{Canvas, Heading, sans, serif, serif_bold};
use crate::error::Result;
use crate::print::Layouts;
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

/// The end of what all keys begin with.
const PREFIX: char = '1';
/// Characters of a group of the key.
const GROUP: usize = 4;
/// Between the paragraphs of the sheet, in mm.
const GAP: f32 = 2.5;
/// The height of a line to be signed by hand with the words above it, in mm.
const SIGNATURE: f32 = 17.0;

/// Writes the sheet as PDF/A.
///
/// # Errors
/// Fonts that cannot be read, or a secret that is no key.
pub fn recovery_sheet(layouts: &Layouts, recovery: &Recovery<'_>) -> Result<Zeroizing<Vec<u8>>> {
    let title = layouts.recovery.heading.as_str().to_owned();
    let bookmarks = [Bookmark { title: title.clone(), page: 0, under: Vec::new() }];
    let about = About {
        sides: Sides::Both,
        tagged: false,
        title,
        author: recovery.school.school.short_name.clone(),
        producer: format!("Letopis {}", recovery.version),
        id: format!("recovery/{}", recovery.recipient),
        issued_at: recovery.at,
    };
    pdf::write_pdf(&pages(layouts, recovery)?, &bookmarks, &about).map(Zeroizing::new)
}

/// The pages of the sheet.
pub(in crate::print) fn pages(layouts: &Layouts, recovery: &Recovery<'_>) -> Result<Vec<Page>> {
    let layout = &layouts.recovery;
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
    let groups = Zeroizing::new(groups(recovery.secret));
    flow.paragraph(sans(layout.key_size.0), Align::Left, &groups);
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

/// The key as people type it: what all keys begin with, then groups.
fn groups(secret: &str) -> String {
    let (begin, rest) = secret.split_at(secret.find(PREFIX).map_or(0, |at| at + 1));
    let rest: Vec<char> = rest.chars().collect();
    rest.chunks(GROUP).fold(begin.to_owned(), |mut out, group| {
        out.push(' ');
        out.extend(group);
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_in_groups_is_the_key() {
        let secret = format!("AGE-SECRET-KEY-1{}", "QPZRY9X8".repeat(7) + "GF");
        let shown = groups(&secret);
        assert!(shown.starts_with("AGE-SECRET-KEY-1 QPZR Y9X8 "), "{shown}");
        assert!(shown.ends_with(" GF"), "{shown}");
        assert_eq!(shown.replace(' ', ""), secret);
    }
}
