//! The four faces that everything is printed in, and shaping with them.
//!
//! PT Serif sets text and PT Sans sets grids. The files are compiled in, so a document looks the same on every machine
//! and its digest does not depend on what is installed. Shaping a string costs far more than placing it, and a journal
//! repeats its strings endlessly («4», «н», the days of a month), so a [`Shaper`] shapes each distinct string once and
//! hands out shared results. One shaper serves one document on one thread.

use crate::error::{Error, Result};
use harfrust::{Script, ShapeOptions, ShapePlan, Shaper as Harf, ShaperData, UnicodeBuffer};
use krilla::text::{GlyphId, KrillaGlyph};
use read_fonts::{FontRef, TableProvider};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

/// Millimetres in one point.
pub const MM_PER_PT: f32 = 25.4 / 72.0;

/// A family of typefaces, regular and bold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// PT Serif.
    Serif,
    /// PT Sans.
    Sans,
}

/// A typeface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Face {
    /// PT Serif.
    Serif,
    /// PT Serif Bold.
    SerifBold,
    /// PT Sans.
    Sans,
    /// PT Sans Bold.
    SansBold,
}

impl Face {
    /// Every face, in the order of its discriminant.
    pub const ALL: [Self; 4] = [Self::Serif, Self::SerifBold, Self::Sans, Self::SansBold];

    /// The name of the file in `fonts/`.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Serif => "PTSerif-Regular.ttf",
            Self::SerifBold => "PTSerif-Bold.ttf",
            Self::Sans => "PTSans-Regular.ttf",
            Self::SansBold => "PTSans-Bold.ttf",
        }
    }

    /// The TrueType file.
    pub fn data(self) -> &'static [u8] {
        match self {
            Self::Serif => include_bytes!("../../fonts/PTSerif-Regular.ttf"),
            Self::SerifBold => include_bytes!("../../fonts/PTSerif-Bold.ttf"),
            Self::Sans => include_bytes!("../../fonts/PTSans-Regular.ttf"),
            Self::SansBold => include_bytes!("../../fonts/PTSans-Bold.ttf"),
        }
    }
}

/// The SHA-256 of every font file, by its name, for the record of what a document was made with.
pub fn digests() -> Vec<(String, [u8; 32])> {
    Face::ALL.iter().map(|face| (format!("fonts/{}", face.file_name()), Sha256::digest(face.data()).into())).collect()
}

/// A string as the glyphs of one face, at a size of 1.
#[derive(Debug)]
pub struct Shaped {
    /// The face.
    pub face: Face,
    /// The string.
    pub text: String,
    /// The glyphs, each with the bytes of `text` that it stands for; advances and offsets in em.
    pub glyphs: Vec<KrillaGlyph>,
    /// The advance of the whole string, in em.
    pub width: f32,
    /// How far its ink reaches above the baseline, in em.
    pub above: f32,
    /// How far its ink reaches below the baseline, in em.
    pub below: f32,
}

impl Shaped {
    /// The width at `size` points, in mm.
    pub fn width_mm(&self, size: f32) -> f32 {
        self.width * size * MM_PER_PT
    }
}

/// Shapes strings, each once.
pub struct Shaper {
    fonts: [Font; 4],
    cache: RefCell<[HashMap<String, Arc<Shaped>>; 4]>,
    /// How a face is shaped in a script, which costs more to find out than to shape a word.
    plans: RefCell<HashMap<(Face, Script), Rc<ShapePlan>>>,
    /// How far a glyph's ink reaches above and below the baseline, in em.
    inks: RefCell<HashMap<(Face, u32), (f32, f32)>>,
}

impl Shaper {
    /// Reads the compiled-in faces.
    ///
    /// # Errors
    /// Only where the program was built with a broken font file.
    pub fn new() -> Result<Self> {
        let [a, b, c, d] = Face::ALL;
        Ok(Self {
            fonts: [Font::read(a)?, Font::read(b)?, Font::read(c)?, Font::read(d)?],
            cache: RefCell::default(),
            plans: RefCell::default(),
            inks: RefCell::default(),
        })
    }

    /// The string as glyphs.
    pub fn shape(&self, face: Face, text: &str) -> Arc<Shaped> {
        if let Some(known) = self.cache.borrow()[face as usize].get(text) {
            return Arc::clone(known);
        }
        let shaped = Arc::new(self.shape_anew(face, text));
        self.cache.borrow_mut()[face as usize].insert(text.to_owned(), Arc::clone(&shaped));
        shaped
    }

    /// How many distinct strings were shaped.
    pub fn distinct(&self) -> usize {
        self.cache.borrow().iter().map(HashMap::len).sum()
    }

    fn plan(&self, face: Face, buffer: &UnicodeBuffer) -> Rc<ShapePlan> {
        let script = buffer.script();
        let mut plans = self.plans.borrow_mut();
        let harf = &self.fonts[face as usize].harf;
        let anew = || Rc::new(ShapePlan::new(harf, buffer.direction(), Some(script), None, &[]));
        Rc::clone(plans.entry((face, script)).or_insert_with(anew))
    }

    fn ink(&self, face: Face, glyph: u32) -> (f32, f32) {
        *self.inks.borrow_mut().entry((face, glyph)).or_insert_with(|| self.fonts[face as usize].ink(glyph))
    }

    fn shape_anew(&self, face: Face, text: &str) -> Shaped {
        let font = &self.fonts[face as usize];
        let em = font.em();
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(text);
        buffer.guess_segment_properties();
        let plan = self.plan(face, &buffer);
        let shaped = font.harf.shape(buffer, ShapeOptions::new().plan(Some(&plan)));
        let (infos, positions) = (shaped.glyph_infos(), shaped.glyph_positions());
        let mut out = Shaped { face, text: text.to_owned(), glyphs: Vec::new(), width: 0.0, above: 0.0, below: 0.0 };
        for (i, (info, at)) in infos.iter().zip(positions).enumerate() {
            let begins = info.cluster as usize;
            let ends = infos[i + 1..].iter().map(|next| next.cluster as usize).find(|next| *next != begins);
            let advance = at.x_advance as f32 / em;
            let rise = at.y_offset as f32 / em;
            let (above, below) = self.ink(face, info.glyph_id);
            out.above = out.above.max(above + rise);
            out.below = out.below.max(below - rise);
            out.width += advance;
            out.glyphs.push(KrillaGlyph::new(
                GlyphId::new(info.glyph_id),
                advance,
                at.x_offset as f32 / em,
                rise,
                at.y_advance as f32 / em,
                begins..ends.unwrap_or(text.len()),
                None,
            ));
        }
        out
    }
}

/// A face as it was read.
struct Font {
    tables: FontRef<'static>,
    harf: Harf<'static>,
}

impl Font {
    fn read(face: Face) -> Result<Self> {
        /// What shaping looks up in a face: gathered once a process, for all threads.
        static DATA: [OnceLock<ShaperData>; Face::ALL.len()] = [const { OnceLock::new() }; Face::ALL.len()];
        let tables = FontRef::new(face.data()).map_err(|_| {
            Error::environment(format!("шрифт {} не читается", face.file_name())).next("переустановите программу")
        })?;
        let data = DATA[face as usize].get_or_init(|| ShaperData::new(&tables));
        Ok(Self { harf: data.shaper(&tables).build(), tables })
    }

    /// Units of the face's design in an em.
    fn em(&self) -> f32 {
        f32::from(u16::try_from(self.harf.units_per_em()).unwrap_or(1000))
    }

    /// How far a glyph's ink reaches above and below the baseline, in em.
    fn ink(&self, glyph: u32) -> (f32, f32) {
        let outline = self.tables.loca(None).and_then(|loca| loca.get_glyf(glyph.into(), &self.tables.glyf()?));
        let Ok(Some(outline)) = outline else { return (0.0, 0.0) };
        (f32::from(outline.y_max()) / self.em(), -f32::from(outline.y_min()) / self.em())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::school::clean;

    #[test]
    fn every_character_that_entry_accepts_has_a_glyph_in_every_face() {
        let shaper = Shaper::new().unwrap();
        let mut missing = Vec::new();
        for c in ('\0'..=char::MAX).filter(|c| clean(&c.to_string()).is_ok_and(|kept| kept.chars().eq([*c]))) {
            for face in Face::ALL {
                if shaper.fonts[face as usize].tables.cmap().unwrap().map_codepoint(c).is_none() {
                    missing.push(format!("U+{:04X} {c} {face:?}", u32::from(c)));
                }
            }
        }
        assert!(missing.is_empty(), "{missing:#?}");
    }

    #[test]
    fn a_string_is_shaped_once_a_face() {
        let shaper = Shaper::new().unwrap();
        let first = shaper.shape(Face::Sans, "Ёлкина");
        assert!(Arc::ptr_eq(&first, &shaper.shape(Face::Sans, "Ёлкина")));
        assert!(!Arc::ptr_eq(&first, &shaper.shape(Face::Serif, "Ёлкина")));
        assert_eq!(shaper.distinct(), 2);
    }

    #[test]
    fn glyphs_cover_the_bytes_of_their_string_without_gaps() {
        let shaper = Shaper::new().unwrap();
        let shaped = shaper.shape(Face::Serif, "«Ёж», § 12 — fi");
        let mut at = 0;
        for glyph in &shaped.glyphs {
            assert_eq!(glyph.text_range.start, at);
            at = glyph.text_range.end;
        }
        assert_eq!(at, shaped.text.len());
    }

    #[test]
    fn ink_of_a_capital_with_a_mark_above_reaches_higher_than_of_a_small_letter() {
        let shaper = Shaper::new().unwrap();
        assert!(shaper.shape(Face::Sans, "Й").above > shaper.shape(Face::Sans, "а").above);
        assert!(shaper.shape(Face::Sans, "у").below > 0.1);
    }
}
