//! Text as the journal keeps it: Unicode NFC, no control characters, no stray spaces.
//!
//! School files come from many programs: a «й» may be two characters, a line break may hide in a topic, a name may be
//! padded with spaces. One function makes all text canonical where it enters, so that equal names compare equal
//! everywhere, and so that everything entered can be printed.

use crate::error::{Error, Result};
use unicode_normalization::UnicodeNormalization;

/// Brings `text` to the form in which the journal keeps it: NFC, white space folded to single spaces and trimmed.
///
/// # Errors
/// A control or another unprintable character (other than tab and line breaks, which become spaces), and one that the
/// shipped fonts have no glyph for, are refused by name: PDF/A could not print them.
pub fn clean(text: &str) -> Result<String> {
    let mut out = String::with_capacity(text.len());
    for c in text.nfc() {
        if c.is_whitespace() || c == '\u{feff}' {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else if is_printable(c) {
            out.push(c);
        } else {
            return Err(Error::input(format!("символ U+{:04X} нельзя напечатать", u32::from(c)))
                .next("удалите его или замените обычной буквой"));
        }
    }
    if out.ends_with(' ') {
        out.pop();
    }
    Ok(out)
}

/// The characters that both shipped font families can print: Latin with its European extensions, Cyrillic, and the
/// punctuation, signs and fractions that a journal uses. Held against the fonts themselves by a test in `print`.
pub fn is_printable(c: char) -> bool {
    matches!(c,
        ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{17f}'
        | '\u{401}'..='\u{40c}' | '\u{40e}'..='\u{44f}' | '\u{451}'..='\u{45c}' | '\u{45e}'..='\u{45f}'
        | '\u{490}'..='\u{493}' | '\u{496}'..='\u{4a3}' | '\u{4ae}'..='\u{4bb}' | '\u{4d8}'..='\u{4d9}' | '\u{4e8}'..='\u{4e9}'
        | '–' | '—' | '‘' | '’' | '‚' | '“' | '”' | '„' | '†' | '•' | '…' | '‰' | '‹' | '›' | '€' | '№' | '™' | '−' | '≤' | '≥' | '≠' | '≈' | '√' | '∞')
}

/// A folded form for comparing what people type: lower case, «ё» as «е».
pub fn fold(text: &str) -> String {
    text.nfc().flat_map(char::to_lowercase).map(|c| if c == 'ё' { 'е' } else { c }).collect()
}

/// Whether two words are the same to a reader who minds neither case nor «ё».
pub fn same_word(a: &str, b: &str) -> bool {
    fold(a) == fold(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decomposed_letter_becomes_one_character() {
        assert_eq!(clean("Андреи\u{306}").unwrap(), "Андрей");
    }

    #[test]
    fn white_space_is_folded_and_trimmed() {
        assert_eq!(clean("  § 12,\n№\t3 ").unwrap(), "§ 12, № 3");
    }

    #[test]
    fn what_cannot_be_printed_is_named() {
        assert!(clean("а\u{7}б").unwrap_err().to_string().contains("U+0007"));
        assert!(clean("привет 🙂").unwrap_err().to_string().contains("U+1F642"));
    }

    #[test]
    fn comparing_minds_neither_case_nor_yo() {
        assert!(same_word("ЁЛКИНА", "Елкина"));
        assert!(!same_word("Иванов", "Иванова"));
    }
}
