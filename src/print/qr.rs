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
    Ok(Qr { x, y, module: side / modules as f32, side: modules as u16, runs })
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

    #[test]
    fn small_letters_and_cyrillic_are_refused() {
        for text in ["letopis", "ЛЕТОПИСЬ"] {
            assert!(qr_code(text, 0.0, 0.0, 18.0).is_err());
        }
    }
}
