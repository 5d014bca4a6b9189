//! Text as the journal keeps it: Unicode NFC, no control characters, no stray spaces.
//!
//! School files come from many programs: a «й» may be two characters, a line break may hide in a topic, a name may be
//! padded with spaces. One function makes all text canonical where it enters, so that equal names compare equal
//! everywhere, and so that everything entered can be printed.

use crate::error::{Error, Result};
use unicode_normalization::UnicodeNormalization;

/// Whether a character is in its canonical form whatever stands beside it, as those are that a Russian school types:
/// nothing below U+0300 combines with anything, nor do the letters of Cyrillic and the common signs. Text of these alone is
/// NFC, which is told much faster so than by the tables of Unicode.
fn stands_alone(c: char) -> bool {
    matches!(c, '\0'..='\u{2ff}' | '\u{400}'..='\u{482}' | '\u{48a}'..='\u{52f}' | '\u{2010}'..='\u{2026}' | '№')
}

/// Whether text is in the canonical form of Unicode (NFC).
pub fn is_nfc(text: &str) -> bool {
    text.chars().all(stands_alone) || unicode_normalization::is_nfc(text)
}

/// Brings `text` to the form in which the journal keeps it: NFC, white space folded to single spaces and trimmed.
///
/// # Errors
/// A control or another unprintable character (other than tab and line breaks, which become spaces), and one that the
/// shipped fonts have no glyph for, are refused by name: PDF/A could not print them.
pub fn clean(text: &str) -> Result<String> {
    if is_clean(text) {
        return Ok(text.to_owned());
    }
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

/// Whether plain text is already as [`clean`] gives it.
fn is_clean(text: &str) -> bool {
    let mut before = ' ';
    let plain = |c: char| {
        let good = is_printable(c) && stands_alone(c) && (c == ' ' || !c.is_whitespace()) && (c, before) != (' ', ' ');
        before = c;
        good
    };
    text.chars().all(plain) && !text.ends_with(' ')
}

/// The text with every character that could not be printed written as its number: what is found on a carrier is named
/// in an act whatever it is called.
pub fn printable(text: &str) -> String {
    let mut out = String::new();
    for c in text.nfc() {
        match c {
            c if c.is_whitespace() => out.push(' '),
            c if is_printable(c) => out.push(c),
            c => out.push_str(&format!("<U+{:04X}>", u32::from(c))),
        }
    }
    out
}

/// The capital Latin letter that a capital Cyrillic one looks like; any other character is itself.
pub fn latin_alike(c: char) -> char {
    let at = "АВЕКМНОРСТХУ".chars().position(|cyrillic| cyrillic == c);
    at.and_then(|at| "ABEKMHOPCTXY".chars().nth(at)).unwrap_or(c)
}

/// Latin letters and the Cyrillic ones that they look like.
const TWINS: [(char, char); 19] = [
    ('A', 'А'),
    ('B', 'В'),
    ('C', 'С'),
    ('E', 'Е'),
    ('H', 'Н'),
    ('K', 'К'),
    ('M', 'М'),
    ('O', 'О'),
    ('P', 'Р'),
    ('T', 'Т'),
    ('X', 'Х'),
    ('Y', 'У'),
    ('a', 'а'),
    ('c', 'с'),
    ('e', 'е'),
    ('o', 'о'),
    ('p', 'р'),
    ('x', 'х'),
    ('y', 'у'),
];

/// The Cyrillic letter that a Latin one looks like.
pub fn cyrillic_alike(c: char) -> Option<char> {
    TWINS.iter().find(|(latin, _)| *latin == c).map(|(_, cyrillic)| *cyrillic)
}

/// The text with Latin letters that only look Cyrillic as Cyrillic ones; a text that has others too is itself: its letters
/// are meant.
pub fn in_cyrillic(text: &str) -> String {
    if text.chars().any(|c| c.is_ascii_alphabetic() && cyrillic_alike(c).is_none()) {
        return text.to_owned();
    }
    text.chars().map(|c| cyrillic_alike(c).unwrap_or(c)).collect()
}

/// The text with every Latin letter that looks like a Cyrillic one as that.
pub fn each_in_cyrillic(text: &str) -> String {
    text.chars().map(|c| cyrillic_alike(c).unwrap_or(c)).collect()
}

/// What two texts have in common that look alike: case, «ё», spaces, kinds of dashes and Latin letters that look Cyrillic do
/// not matter.
pub fn alike(text: &str) -> String {
    let dash = |c: char| if matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}') { '-' } else { c };
    let bare: String = text.chars().filter(|c| !c.is_whitespace()).map(dash).collect();
    fold(&each_in_cyrillic(&bare))
}

/// What a text comes to that was typed on the keys of Russian letters while the keyboard gave Latin ones: «Bdfyjd» is «Иванов».
pub fn on_russian_keys(text: &str) -> String {
    text.chars().map(russian_key).collect()
}

/// The Russian letter on the key of a Latin character.
fn russian_key(c: char) -> char {
    const LATIN: &str = "qwertyuiop[]asdfghjkl;'zxcvbnm,.`";
    const RUSSIAN: &str = "йцукенгшщзхъфывапролджэячсмитьбюё";
    let russian = |lower: char| LATIN.chars().position(|key| key == lower).and_then(|at| RUSSIAN.chars().nth(at));
    match russian(c.to_ascii_lowercase()) {
        Some(letter) if c.is_ascii_uppercase() => letter.to_uppercase().next().unwrap_or(letter),
        Some(letter) => letter,
        None => c,
    }
}

/// The first letter of a word that only looks Cyrillic: a Latin one among Cyrillic letters, or in a word of nothing but
/// such letters; or a Cyrillic one among Latin letters.
pub fn strange_letter(text: &str) -> Option<char> {
    text.split(|c: char| !c.is_alphabetic()).find_map(|word| {
        let latin = word.chars().find(char::is_ascii_alphabetic)?;
        let cyrillic = word.chars().find(|c| matches!(c, '\u{400}'..='\u{52f}'));
        let alike = word.chars().all(|c| !c.is_ascii_alphabetic() || cyrillic_alike(c).is_some());
        match cyrillic {
            Some(_) if alike => Some(latin),
            Some(cyrillic) => Some(cyrillic),
            None if word.chars().all(|c| cyrillic_alike(c).is_some()) => Some(latin),
            None => None,
        }
    })
}

/// The characters that both shipped font families can print: Latin with its European extensions, Cyrillic, and the
/// punctuation, signs and fractions that a journal uses. Held against the fonts themselves by a test in `print`.
pub fn is_printable(c: char) -> bool {
    // Most of what is asked about, seen first.
    if matches!(c, ' '..='~' | '\u{410}'..='\u{44f}') {
        return true;
    }
    matches!(c,
        // Latin
        ' '..='~' | '\u{a1}'..='\u{ac}' | '\u{ae}'..='\u{109}' | '\u{10c}'..='\u{113}' | '\u{116}'..='\u{11f}'
        | '\u{122}'..='\u{127}' | '\u{12a}'..='\u{12b}' | '\u{12e}'..='\u{131}' | '\u{134}'..='\u{137}'
        | '\u{139}'..='\u{13e}' | '\u{141}'..='\u{148}' | '\u{14c}'..='\u{14d}' | '\u{150}'..='\u{165}'
        | '\u{16a}'..='\u{173}' | '\u{178}'..='\u{17f}' | '\u{218}'..='\u{21b}'
        // Greek letters that formulas use
        | '\u{394}' | '\u{3a9}' | '\u{3bc}' | '\u{3c0}'
        // Cyrillic, with the letters of the languages of Russia
        | '\u{401}'..='\u{40c}' | '\u{40e}'..='\u{44f}' | '\u{451}'..='\u{45c}' | '\u{45e}'..='\u{45f}'
        | '\u{462}'..='\u{463}' | '\u{472}'..='\u{475}' | '\u{48a}'..='\u{4c0}' | '\u{4c3}'..='\u{4f9}'
        // Punctuation, currency, mathematics
        | '\u{2011}' | '\u{2013}'..='\u{2014}' | '\u{2018}'..='\u{201a}' | '\u{201c}'..='\u{201e}'
        | '\u{2020}'..='\u{2022}' | '\u{2026}' | '\u{2030}' | '\u{2039}'..='\u{203a}' | '\u{2044}'
        | '\u{2081}'..='\u{2084}' | '\u{20ac}' | '\u{20bd}' | '\u{2113}' | '\u{2116}' | '\u{2122}' | '\u{2126}'
        | '\u{2202}' | '\u{2206}' | '\u{220f}' | '\u{2211}'..='\u{2212}' | '\u{2215}' | '\u{221a}' | '\u{221e}'
        | '\u{222b}' | '\u{2248}' | '\u{2260}' | '\u{2264}'..='\u{2265}')
}

/// A folded form for comparing what people type: lower case, «ё» as «е».
pub fn fold(text: &str) -> String {
    let folded = |c: char| c.to_lowercase().map(|c| if c == 'ё' { 'е' } else { c });
    if text.chars().all(stands_alone) {
        return text.chars().flat_map(folded).collect();
    }
    text.nfc().flat_map(folded).collect()
}

/// Whether two words are the same to a reader who minds neither case nor «ё».
pub fn same_word(a: &str, b: &str) -> bool {
    fold(a) == fold(b)
}

/// The form of a noun after a number: for 1, for 2 to 4, and for 5 and more («лист», «листа», «листов»).
pub fn plural(number: u32, forms: [&str; 3]) -> &str {
    match (number % 100, number % 10) {
        (11..=14, _) => forms[2],
        (_, 1) => forms[0],
        (_, 2..=4) => forms[1],
        _ => forms[2],
    }
}

/// Records, for [`counted`].
pub const RECORDS: [&str; 3] = ["запись", "записи", "записей"];
/// «До» so many records.
pub const OF_RECORDS: [&str; 3] = ["записи", "записей", "записей"];
/// Bytes.
pub const BYTES: [&str; 3] = ["байт", "байта", "байт"];

/// A number and what is counted, which agrees with it: «4 121 запись». Thousands stand apart by a space that does not break.
pub fn counted(number: impl TryInto<u64>, forms: [&str; 3]) -> String {
    let number = number.try_into().unwrap_or(u64::MAX);
    // Within a hundred only the last digits matter.
    let small = u32::try_from(number % 100).unwrap_or_default();
    format!("{} {}", grouped(number), plural(small, forms))
}

/// A number with its thousands apart.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 2);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{a0}');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_decomposed_letter_becomes_one_character() {
        assert_eq!(clean("Андреи\u{306}").unwrap(), "Андрей");
    }

    #[test]
    fn a_latin_letter_that_looks_cyrillic_is_told() {
        assert_eq!(in_cyrillic("A-0315"), "А-0315");
        assert_eq!(in_cyrillic("ID-0315"), "ID-0315", "its letters are meant");
        assert_eq!(each_in_cyrillic("Ивaнoв"), "Иванов");
        assert_eq!(on_russian_keys("Bdfyjd"), "Иванов");
        assert_eq!(strange_letter("Ивaнoв"), Some('a'));
        assert_eq!(strange_letter("Coxa"), Some('C'));
        assert_eq!(strange_letter("Smiтh"), Some('т'));
        assert_eq!((strange_letter("Иванов-Smith"), strange_letter("Ёлкина"), strange_letter("")), (None, None, None));
    }

    proptest! {
        /// What is seen at a glance is what the tables of Unicode say.
        #[test]
        fn text_of_plain_characters_is_cleaned_as_any_other(
            text in prop_oneof![any::<String>(), "[ -~№а-яёй\u{300}-\u{310}\u{1f0}-\u{390}«» \u{a0}—]{0,20}"],
        ) {
            prop_assert_eq!(is_nfc(&text), unicode_normalization::is_nfc(&text));
            let folded = text.nfc().map(|c| if c.is_whitespace() || c == '\u{feff}' { ' ' } else { c }).collect::<String>();
            let expected = folded.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
            match clean(&text) {
                Ok(cleaned) => prop_assert_eq!(cleaned, expected),
                Err(_) => prop_assert!(!expected.chars().all(is_printable)),
            }
        }
    }

    #[test]
    fn every_plain_character_stands_alone() {
        for c in (0..=0x2_ffff).filter_map(char::from_u32).filter(|c| stands_alone(*c)) {
            assert_eq!(unicode_normalization::is_nfc_quick([c].into_iter()), unicode_normalization::IsNormalized::Yes);
            assert_eq!(unicode_normalization::char::canonical_combining_class(c), 0, "{c}");
        }
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

    #[test]
    fn nouns_agree_with_their_number() {
        const LEAF: [&str; 3] = ["лист", "листа", "листов"];
        for (number, form) in
            [(1, 0), (2, 1), (4, 1), (5, 2), (11, 2), (12, 2), (14, 2), (21, 0), (22, 1), (100, 2), (101, 0), (111, 2)]
        {
            assert_eq!(plural(number, LEAF), LEAF[form], "{number}");
        }
    }
    #[test]
    fn what_is_counted_agrees_with_its_number_and_thousands_stand_apart() {
        for (number, said) in [
            (0u64, "0 записей"),
            (1, "1 запись"),
            (12, "12 записей"),
            (999, "999 записей"),
            (4121, "4\u{a0}121 запись"),
            (400_002, "400\u{a0}002 записи"),
            (1_000_011, "1\u{a0}000\u{a0}011 записей"),
        ] {
            assert_eq!(counted(number, RECORDS), said);
        }
    }
}
