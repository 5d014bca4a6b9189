//! Whether columns hold what stands in them: a heading that is divided between syllables at most, a date or a number that is
//! not divided at all.

use super::Layouts;
use super::fit::Fits;
use super::kinds::{Columns, Fields, Label, Mm, Size};
use crate::print::fonts::{Face, Shaper};
use crate::print::typeset::{Type, Typesetter};

/// Rounding may let a text that just fits stick out by this, in mm.
const SLACK: f32 = 0.05;

/// What is not divided, by the field that it stands in: a specimen of it.
const SPECIMENS: [(&[&str], &str); 5] = [
    (&["born", "since", "until", "requested"], "00.00.0000"),
    // A lesson's date, and those that have a year, which goes on below.
    (&["date"], "00.00."),
    (&["name", "pupil", "teacher", "holder"], "Констан-"),
    (&["class"], "10А"),
    (&["code"], "0A0B"),
];
/// Of every other field.
const ANY: &str = "00";

/// Measures texts as forms set them.
pub(super) struct Ruler {
    set: Typesetter,
    pads: f32,
}

impl Fits<'_> {
    /// Columns that a layout orders, with the sizes of their texts and of their headings.
    pub(super) fn hold<F: Fields>(&mut self, file: &str, key: &[&str], columns: &Columns<F>, sizes: [Size; 2]) {
        for column in columns.iter() {
            let name = F::ALL.iter().find(|(_, field)| *field == column.field).map_or("", |(name, _)| name);
            let specimen = SPECIMENS.iter().find(|(names, _)| names.contains(&name)).map_or(ANY, |(_, text)| text);
            let narrow = |ruler: &Ruler| ruler.narrow(&column.heading, specimen, column.width, sizes);
            let fault = self.ruler.as_ref().and_then(narrow);
            fault.into_iter().for_each(|what| self.add(file, key, what));
        }
    }

    /// A column that always stands where it does.
    pub(super) fn holds(&mut self, file: &str, key: &[&str], of: (&Label, Mm), specimen: &str, sizes: [Size; 2]) {
        let fault = self.ruler.as_ref().and_then(|ruler| ruler.narrow(of.0, specimen, of.1, sizes));
        fault.into_iter().for_each(|what| self.add(file, key, what));
    }
}

impl Ruler {
    /// With the fonts and the room around texts that layouts name; nothing where the fonts do not read.
    pub(super) fn of(layouts: &Layouts) -> Option<Self> {
        let page = &layouts.page;
        let set = Typesetter::new(Shaper::new().ok()?, page.fonts.text, page.fonts.grid);
        Some(Self { set, pads: 2.0 * page.cells.pad_x.0 })
    }

    /// What is wrong with a column that is narrower than its text, with the width that it needs.
    fn narrow(&self, heading: &Label, specimen: &str, width: Mm, [size, head_size]: [Size; 2]) -> Option<String> {
        let (text, head) = (Type { face: Face::Sans, size: size.0 }, Type { face: Face::SansBold, size: head_size.0 });
        let holds = |width: f32| {
            let room = width - self.pads;
            room > 0.0
                && self.set.width(text, specimen) <= room + SLACK
                && self.holds_heading(head, heading.as_str(), room)
        };
        if holds(width.0) {
            return None;
        }
        let needed = (0..840u16).map(|half| f32::from(half) / 2.0).find(|width| holds(*width))?;
        let [width, needed] = [width.0, needed].map(|mm| mm.to_string().replace('.', ","));
        Some(format!(
            "столбец «{}» шириной {width} мм уже того, что в нём стоит: нужно не меньше {needed} мм",
            heading.as_str()
        ))
    }

    /// Whether the words of a heading are divided between syllables at most.
    fn holds_heading(&self, head: Type, heading: &str, room: f32) -> bool {
        let block = self.set.wrap(head, heading, room);
        let between_letters = block.divided.iter().any(|division| {
            let line = block.lines.get(division.line).map_or("", |line| &line.text);
            !division.hyphen && !line.ends_with(['-', '–', '/'])
        });
        block.width() <= room + SLACK && !between_letters
    }
}
