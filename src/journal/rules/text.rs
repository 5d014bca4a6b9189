//! Text in entries is canonical: NFC, printable, so that equal names are equal and PDF/A can print them.

use crate::error::{Error, Result};
use crate::school::{counted, is_nfc, is_printable};

/// Whether the JSON text of an entry holds only canonical text. JSON escapes other than `\"` and `\\` stand for control
/// characters, which no text may have.
pub fn is_canonical(payload: &str) -> Result<()> {
    let bad = |what: String| Err(Error::input(what).next("наберите текст обычными буквами и знаками"));
    // What a school mostly types is seen at a glance: letters, digits, signs, and no escapes.
    if payload.chars().all(|c| matches!(c, ' '..='[' | ']'..='~' | '\u{410}'..='\u{44f}')) {
        return Ok(());
    }
    if !is_nfc(payload) {
        return bad("текст записи не в канонической форме Юникода (NFC)".into());
    }
    let mut chars = payload.chars();
    while let Some(c) = chars.next() {
        if !is_printable(c) {
            return bad(format!("символ U+{:04X} нельзя напечатать", u32::from(c)));
        }
        if c == '\\' && !matches!(chars.next(), Some('"' | '\\')) {
            return bad("в тексте есть управляющий символ".into());
        }
    }
    Ok(())
}

/// Whether a field that must be filled in is.
pub fn is_given(text: &str, what: &str) -> Result<()> {
    if text.trim().is_empty() {
        return Err(Error::input(format!("не указано: {what}")).next("укажите и повторите"));
    }
    Ok(())
}

/// The longest text of one cell of a form: longer ones would make a row that no page holds.
const LONGEST: usize = 1000;
const SIGNS: [&str; 3] = ["знак", "знака", "знаков"];

/// Whether a text fits a cell of the forms.
pub fn fits(text: &str, what: &str) -> Result<()> {
    let length = text.chars().count();
    if length > LONGEST {
        return Err(Error::input(format!(
            "{what}: {}, а на бумаге помещается {LONGEST}",
            counted(length as u64, SIGNS)
        ))
        .next("сократите текст"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_backslashes_pass_and_control_characters_do_not() {
        assert!(is_canonical(r#"{"a":"с \"кавычками\" и \\ чертой"}"#).is_ok());
        for text in [r#"{"a":"\n"}"#, r#"{"a":"\u0007"}"#, "{\"a\":\"и\u{306}\"}", "{\"a\":\"🙂\"}"] {
            assert!(is_canonical(text).is_err(), "{text}");
        }
    }
}
