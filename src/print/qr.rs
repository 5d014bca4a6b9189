//! QR codes as black rectangles.
//!
//! The text of a seal is made of digits, capitals and `:/-`, which the alphanumeric mode packs best. It is asked for by
//! name: left to itself the encoder would switch modes wherever a digest has a run of digits, and symbols of one
//! document would differ in size.

use crate::error::{Error, Result};
use crate::print::page::Qr;
use qrcode::bits::Bits;
use qrcode::{Color, EcLevel, QrCode, Version};

/// Modules of white that a QR code needs on every side.
pub const QUIET: f32 = 4.0;

/// The text as a QR code of level M whose symbol is `side` mm wide without its quiet zone, at `x`, `y` mm.
///
/// # Errors
/// A text with characters outside the alphanumeric mode, or longer than any symbol holds.
pub fn qr_code(text: &str, x: f32, y: f32, side: f32) -> Result<Qr> {
    let code = encode(text)
        .ok_or_else(|| Error::input(format!("«{text}» нельзя записать QR-кодом")).next("проверьте номер документа"))?;
    Ok(placed(&code, x, y, side))
}

/// As [`qr_code`], of a link: its letters are small, and a reader of codes takes it for a link only as it is typed.
///
/// # Errors
/// A link that is longer than any symbol holds.
pub fn qr_link(link: &str, x: f32, y: f32, side: f32) -> Result<Qr> {
    let code = QrCode::with_error_correction_level(link.as_bytes(), EcLevel::M)
        .map_err(|_| Error::input("адрес слишком длинный для QR-кода").next("укажите адрес короче"))?;
    Ok(placed(&code, x, y, side))
}

fn placed(code: &QrCode, x: f32, y: f32, side: f32) -> Qr {
    let modules = code.width();
    let colors = code.to_colors();
    let mut runs = Vec::new();
    for (row, line) in colors.chunks(modules).enumerate() {
        let mut column = 0;
        while column < modules {
            let length = line[column..].iter().take_while(|color| **color == Color::Dark).count();
            if length > 0 {
                // A symbol has at most 177 modules a side.
                runs.push((column as u16, row as u16, length as u16));
            }
            column += length.max(1);
        }
    }
    Qr { x, y, module: side / modules as f32, side: modules as u16, runs }
}

impl Qr {
    /// The outlines of the black areas, in modules from the upper left corner: corners only, black on the right of who
    /// goes round, so that holes go the other way. They take two thirds of the bytes that a rectangle a run takes.
    pub fn outlines(&self) -> Vec<Vec<(u16, u16)>> {
        let side = usize::from(self.side);
        let mut black = vec![false; side * side];
        for (column, row, length) in &self.runs {
            let (row, from, to) = (usize::from(*row), usize::from(*column), usize::from(column + length));
            if let Some(line) = black.chunks_exact_mut(side.max(1)).nth(row) {
                line[from.min(side)..to.min(side)].fill(true);
            }
        }
        // The module above and to the left of a crossing has the crossing's own numbers.
        let is =
            |x: usize, y: usize| (1..=side).contains(&x) && (1..=side).contains(&y) && black[(y - 1) * side + x - 1];
        let width = side + 1;
        let ways = |at: usize| {
            let (x, y) = (at % width, at / width);
            let [nw, ne, sw, se] = [is(x, y), is(x + 1, y), is(x, y + 1), is(x + 1, y + 1)];
            [se && !ne, sw && !se, nw && !sw, ne && !nw]
        };
        let mut ways: Vec<[bool; 4]> = (0..width * width).map(ways).collect();
        let mut outlines = Vec::new();
        for start in 0..ways.len() {
            while ways[start].contains(&true) {
                outlines.push(outline(&mut ways, start, width));
            }
        }
        outlines
    }
}

/// Goes round one outline from a crossing, using up its edges. `ways` says for each crossing whether an edge leads right,
/// down, left and up from it; of two that lead on, the turn is taken.
fn outline(ways: &mut [[bool; 4]], start: usize, width: usize) -> Vec<(u16, u16)> {
    let (mut corners, mut at, mut came) = (Vec::new(), start, None);
    loop {
        let turns = came.map_or([0, 1, 2, 3], |way: usize| [(way + 1) % 4, (way + 3) % 4, way, (way + 2) % 4]);
        let Some(way) = turns.into_iter().find(|way| ways[at][*way]) else { return corners };
        ways[at][way] = false;
        if came != Some(way) {
            // A symbol has at most 177 modules a side.
            corners.push(((at % width) as u16, (at / width) as u16));
        }
        at = match way {
            0 => at + 1,
            1 => at + width,
            2 => at - 1,
            _ => at - width,
        };
        came = Some(way);
    }
}

fn encode(text: &str) -> Option<QrCode> {
    let fits = |c: &u8| c.is_ascii_digit() || c.is_ascii_uppercase() || b" $%*+-./:".contains(c);
    if !text.as_bytes().iter().all(fits) {
        return None;
    }
    (1..=40).find_map(|version| {
        let mut bits = Bits::new(Version::Normal(version));
        bits.push_alphanumeric_data(text.as_bytes()).ok()?;
        bits.push_terminator(EcLevel::M).ok()?;
        QrCode::with_bits(bits, EcLevel::M).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_fits_the_fourth_version_whatever_its_digest() {
        for fill in ["0", "A", "7F"] {
            let text = format!("LETOPIS:2025-0143/132:{}", fill.repeat(64 / fill.len()));
            let qr = qr_code(&text, 10.0, 20.0, 18.0).unwrap();
            assert_eq!(qr.side, 33);
            assert!((qr.module * 33.0 - 18.0).abs() < 1e-4);
        }
    }

    #[test]
    fn runs_are_the_dark_modules_joined() {
        let qr = qr_code("A", 0.0, 0.0, 21.0).unwrap();
        // The finder pattern's upper edge: seven dark modules, a light one, … and seven again.
        assert_eq!(qr.runs[0], (0, 0, 7));
        assert!(qr.runs.contains(&(14, 0, 7)));
        let dark: usize = qr.runs.iter().map(|run| usize::from(run.2)).sum();
        assert_eq!(dark, encode("A").unwrap().to_colors().iter().filter(|c| **c == Color::Dark).count());
    }

    /// Whether a module is inside outlines, by how often they go round its middle.
    fn inside(outlines: &[Vec<(u16, u16)>], column: u16, row: u16) -> bool {
        let mut round = 0;
        for corners in outlines {
            for (i, (x, y)) in corners.iter().enumerate() {
                let (next_x, next_y) = corners[(i + 1) % corners.len()];
                assert!((*x == next_x) != (*y == next_y), "outlines go straight");
                if *x == next_x && *x > column && (*y).min(next_y) <= row && row < (*y).max(next_y) {
                    round += if next_y > *y { 1 } else { -1 };
                }
            }
        }
        round != 0
    }

    proptest::proptest! {
        #[test]
        fn outlines_enclose_the_black_modules_and_no_others(text in "[0-9A-Z:/-]{1,120}") {
            let qr = qr_code(&text, 0.0, 0.0, 18.0).unwrap();
            let outlines = qr.outlines();
            for row in 0..qr.side {
                for column in 0..qr.side {
                    let black = qr.runs.iter().any(|(x, y, length)| *y == row && (*x..x + length).contains(&column));
                    proptest::prop_assert_eq!(inside(&outlines, column, row), black, "{} {}", column, row);
                }
            }
        }
    }

    #[test]
    fn small_letters_and_cyrillic_are_refused() {
        for text in ["letopis", "ЛЕТОПИСЬ"] {
            assert!(qr_code(text, 0.0, 0.0, 18.0).is_err());
        }
    }
}
