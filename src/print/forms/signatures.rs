//! Lines to be signed by hand, and the copy's certification «Верно» (§5.1).

use super::{Canvas, Composer, sans, serif, serif_bold};
use crate::print::page::{Area, Page, Place};
use crate::print::sheet::Orientation;
use crate::print::structure::Part;
use crate::print::typeset::{Align, Pad, Setting, Stand, Type};
use crate::school::PersonName;

/// The height of one line to be signed, its caption with it, in mm.
const LINE: f32 = 11.0;
const NO_PAD: Pad = Pad { x: 0.0, y: 0.0 };

/// Between what is certified and the certification, in mm.
pub(super) const CERTIFICATION_GAP: f32 = 5.0;

/// The height of the certification in mm.
pub(super) const CERTIFICATION_HEIGHT: f32 = 6.0 + 2.0 * LINE;

/// The room that the certification takes below a table, in mm.
pub(super) const CERTIFICATION_BELOW: f32 = CERTIFICATION_GAP + CERTIFICATION_HEIGHT;

impl<D> Composer<'_, D> {
    /// «Верно», and the lines for position, signature, name, date and stamp, at the top of `area`. Position and name of
    /// who issues the document are printed where they are known; the rest is for the pen.
    pub(super) fn certification(&self, page: &mut Page, area: Area) -> f32 {
        let words = &self.layouts.page.certification;
        let context = self.context;
        // Nobody certifies a draft.
        if context.number.is_empty() {
            return area.y;
        }
        let y = self.paragraph(page, area, serif_bold(words.size.0 + 1.0), Align::Left, words.word.as_str());
        let below = Area { y, h: LINE, ..area };
        let name = context.issued_by.initials();
        let fields = [
            (0.40, words.position.as_str(), context.issued_position.as_str()),
            (0.28, words.signature.as_str(), ""),
            (0.32, words.name.as_str(), name.trim()),
        ];
        let y = self.fields(page, below, &fields);
        let date = self.issued_on();
        let below = Area { y, h: LINE, ..area };
        self.fields(page, below, &[(0.40, words.date.as_str(), &date), (0.60, "", words.stamp.as_str())])
    }

    /// Sets the certification below what ends at `bottom` on the last page, or on a page of its own.
    pub(super) fn certify_last(&self, pages: &mut Vec<Page>, orientation: Orientation, bottom: f32) {
        let (fresh, area) = self.new_page(orientation, pages.len() as u32 + 1);
        let mut y = bottom + CERTIFICATION_GAP;
        if y + CERTIFICATION_HEIGHT > area.bottom() {
            pages.push(fresh);
            y = area.y;
        }
        let (_, area) = self.new_page(orientation, pages.len() as u32);
        if let Some(last) = pages.last_mut() {
            self.certification(last, Area { y, ..area });
        }
    }
}

impl Canvas<'_> {
    /// A line to be signed: an office, room for the signature, and the name where it is known.
    pub(super) fn signature(&self, page: &mut Page, area: Area, office: &str, name: Option<&PersonName>) -> f32 {
        let words = &self.layout.certification;
        let name = name.map(PersonName::initials).unwrap_or_default();
        let fields = [(0.40, "", office), (0.28, words.signature.as_str(), ""), (0.32, words.name.as_str(), &*name)];
        self.fields(page, Area { h: LINE, ..area }, &fields)
    }

    /// A line for whoever signs: position, signature, name, all for the pen, under the words that say what as.
    pub(super) fn signature_by_hand(&self, page: &mut Page, area: Area, as_what: &str) -> f32 {
        let words = &self.layout.certification;
        let y = self.paragraph(page, area, serif(words.size.0), Align::Left, as_what);
        let captions = [(0.40, &words.position), (0.28, &words.signature), (0.32, &words.name)];
        let fields = captions.map(|(share, caption)| (share, caption.as_str(), ""));
        self.fields(page, Area { y, h: LINE, ..area }, &fields)
    }

    /// Who made a file up: position, signature, name, date and stamp, all for the pen.
    pub(super) fn signed_by_binder(&self, page: &mut Page, area: Area) -> f32 {
        let words = &self.layout.certification;
        let captions = [(0.40, &words.position), (0.28, &words.signature), (0.32, &words.name)];
        let fields = captions.map(|(share, caption)| (share, caption.as_str(), ""));
        let y = self.fields(page, Area { h: LINE, ..area }, &fields);
        let below = Area { y, h: LINE, ..area };
        self.fields(page, below, &[(0.40, words.date.as_str(), ""), (0.60, "", words.stamp.as_str())])
    }

    /// An approval: the word, the office, and below them date, signature and the name where it is known.
    pub(super) fn approved(
        &self,
        page: &mut Page,
        area: Area,
        kind: Type,
        (word, office): (&str, &str),
        name: Option<&PersonName>,
    ) -> f32 {
        let words = &self.layout.certification;
        let name = name.map(PersonName::initials).unwrap_or_default();
        let mut y = area.y;
        for text in [word, office] {
            y = self.paragraph(page, Area { y, ..area }, kind, Align::Left, text);
        }
        let fields = [
            (0.32, words.date.as_str(), ""),
            (0.30, words.signature.as_str(), ""),
            (0.38, words.name.as_str(), &*name),
        ];
        self.fields(page, Area { y, h: LINE, ..area }, &fields)
    }

    /// A line for whoever consents to something: date, signature, name, all for the pen.
    pub(super) fn signature_with_date(&self, page: &mut Page, area: Area) -> f32 {
        let words = &self.layout.certification;
        let captions = [(0.28, &words.date), (0.28, &words.signature), (0.44, &words.name)];
        let fields = captions.map(|(share, caption)| (share, caption.as_str(), ""));
        self.fields(page, Area { h: LINE, ..area }, &fields)
    }

    /// Fields side by side: what stands on the line, and below the line its caption. A field without a caption has no
    /// line. The fractions share out the width.
    fn fields(&self, page: &mut Page, area: Area, fields: &[(f32, &str, &str)]) -> f32 {
        let words = &self.layout.certification;
        let (filled, caption) = (serif(words.size.0), sans(words.small.0));
        let gap = 4.0;
        let captions = caption.leading();
        let needed = fields.iter().map(|(share, _, text)| self.set.wrap(filled, text, share * area.w - gap).height());
        let line = area.y + needed.fold(area.h - captions, f32::max);
        let (above, below) = (page.new_row(), page.new_row());
        let mut x = area.x;
        for (column, (share, under, text)) in fields.iter().enumerate() {
            let width = share * area.w - gap;
            let place = |row| Place { row, column: column as u32 };
            let block = self.set.wrap(filled, text, width);
            let cell = Area::new(x, area.y, width, line - area.y - 0.4);
            let begins = page.runs.len();
            page.put(&block, cell, Setting { align: Align::Left, stand: Stand::Bottom, pad: NO_PAD }, place(above));
            let filled = page.text_from(begins, &block);
            if !under.is_empty() {
                page.rule((x, line), (x + width, line), self.look.hair);
                let cell = Area::new(x, line + 0.3, width, captions);
                let setting = Setting { align: Align::Centre, stand: Stand::Top, pad: NO_PAD };
                let (label, begins) = (self.set.wrap(caption, under, width), page.runs.len());
                page.put(&label, cell, setting, place(below));
                page.add_field(begins, under, filled);
            } else if !filled.runs.is_empty() {
                page.add(Part::Paragraph(vec![filled]));
            }
            x += share * area.w;
        }
        line + captions + 0.3
    }
}
