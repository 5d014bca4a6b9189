//! Text as a terminal may be given it: no character in it moves the cursor, turns the direction of writing, or stands there
//! unseen.
//!
//! Names of files and folders, lists of a bag, sheets of a workbook come from strangers, and a terminal obeys whatever it is
//! sent: an escape sequence in a name could wipe a verdict off the screen and draw another. Everything that is printed goes
//! through here ([`super::output`]), and such a character is shown as what it is: `⟨U+001B⟩`.
//!
//! A line break is ours only where the text that is printed has it itself: [`page`] is told how many of them there are,
//! and where there are more, a value brought one along, and none is kept but the last. A tab is ours in texts of
//! ours alone ([`lines`]).

use std::borrow::Cow;
use std::fmt::Write;

/// Whether a character does something to a terminal, or is not seen on it.
fn is_hidden(c: char) -> bool {
    matches!(c,
        // Control characters (Cc).
        '\0'..='\x1f' | '\x7f'..='\u{9f}'
        // Those that turn the direction of writing.
        | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        // Those without width: soft hyphen, joiners, fillers, separators of lines, byte order mark, annotations, tags.
        | '\u{ad}' | '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200d}' | '\u{2028}' | '\u{2029}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}'
        | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0d}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a character says that the one before it is a picture or a sign, and not a letter with something unseen on it.
fn is_variation(c: char, before: Option<char>) -> bool {
    let sign = |c: char| !c.is_alphanumeric() && c >= '\u{203c}' || matches!(c, '#' | '*' | '0'..='9' | '©' | '®');
    matches!(c, '\u{fe0e}' | '\u{fe0f}') && !before.is_some_and(sign)
}

/// A value within a line: every hidden character as what it is, line breaks too.
pub fn line(text: &str) -> Cow<'_, str> {
    shown(text, |_| false)
}

/// Lines of ours, with no value from elsewhere in them: their line breaks and tabs stay.
pub fn lines(text: &str) -> Cow<'_, str> {
    shown(text, |c| matches!(c, '\n' | '\t'))
}

/// What is printed at once, whose own words have so many line breaks.
pub fn page(text: &str, breaks: usize) -> Cow<'_, str> {
    if text.matches('\n').count() <= breaks {
        return shown(text, |c| c == '\n');
    }
    match text.strip_suffix('\n').filter(|_| breaks > 0) {
        Some(inside) => Cow::Owned(line(inside).into_owned() + "\n"),
        None => line(text),
    }
}

/// JSON in which hidden characters are written as JSON writes them.
pub fn json(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut before = None;
    for c in text.chars() {
        if c != '\n' && (is_hidden(c) || is_variation(c, before)) {
            let mut units = [0; 2];
            // Writing to a text does not fail.
            for unit in c.encode_utf16(&mut units) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
        before = Some(c);
    }
    out
}

/// A cell of the screen, which holds one character: nothing hidden is left in it.
pub fn cell(symbol: &str) -> Option<String> {
    symbol.chars().any(is_hidden).then(|| {
        let seen: String = symbol.chars().filter(|c| !is_hidden(*c)).collect();
        if seen.is_empty() { "\u{fffd}".to_owned() } else { seen }
    })
}

fn shown(text: &str, kept: impl Fn(char) -> bool) -> Cow<'_, str> {
    let mut before = None;
    let strange = |c: char| {
        let strange = !kept(c) && (is_hidden(c) || is_variation(c, before));
        before = Some(c);
        strange
    };
    if !text.chars().any(strange) {
        return Cow::Borrowed(text);
    }
    let (mut out, mut before) = (String::with_capacity(text.len() + 32), None);
    for c in text.chars() {
        if !kept(c) && (is_hidden(c) || is_variation(c, before)) {
            let _ = write!(out, "⟨U+{:04X}⟩", u32::from(c));
        } else {
            out.push(c);
        }
        before = Some(c);
    }
    Cow::Owned(out)
}

/// How many line breaks a text has, told while compiling.
pub const fn breaks(text: &str) -> usize {
    let (bytes, mut at, mut count) = (text.as_bytes(), 0, 0);
    while at < bytes.len() {
        if bytes[at] == b'\n' {
            count += 1;
        }
        at += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_moves_turns_or_hides_is_shown_as_what_it_is() {
        assert_eq!(line("a\u{1b}[2Kb\rc"), "a⟨U+001B⟩[2Kb⟨U+000D⟩c");
        assert_eq!(line("\u{9b}2J\u{7f}\t\n"), "⟨U+009B⟩2J⟨U+007F⟩⟨U+0009⟩⟨U+000A⟩");
        assert_eq!(line("x\u{202e}fdp.exe\u{ad}\u{feff}\u{e0041}"), "x⟨U+202E⟩fdp.exe⟨U+00AD⟩⟨U+FEFF⟩⟨U+E0041⟩");
        assert_eq!(line("ы\u{fe0f} ☎\u{fe0f} 1\u{fe0f}"), "ы⟨U+FE0F⟩ ☎\u{fe0f} 1\u{fe0f}");
        assert_eq!(lines("а\n\tб\r\n"), "а\n\tб⟨U+000D⟩\n");
        for plain in ["8Б, «Алгебра» № 5 — 4/5 …", "Ёлкина и\u{306}", "█▌─ ✓ 漢字 🙂"]
        {
            assert!(matches!(line(plain), Cow::Borrowed(_)), "{plain}");
        }
    }

    #[test]
    fn a_line_break_that_a_value_brings_along_draws_no_line() {
        assert_eq!(page("Архив x\n  цел и подлинен\n", 1), "Архив x⟨U+000A⟩  цел и подлинен\n");
        assert_eq!(page("Архив x\n  цел", 0), "Архив x⟨U+000A⟩  цел");
        assert_eq!(page("Архив x\n  код\n", breaks("{}\n  код\n")), "Архив x\n  код\n");
    }

    #[test]
    fn json_stays_the_same_value() {
        let value = serde_json::json!({ "a\u{202e}\u{7f}": ["\u{9b}2J\u{1b}", "\u{e0041}☎\u{fe0f}"], "б": 1 });
        let text = json(&format!("{value:#}"));
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
        assert!(text.contains("\\u202e") && text.contains("\\u009b") && text.contains("\\udb40\\udc41"), "{text}");
        assert!(!text.chars().any(|c| c != '\n' && is_hidden(c)));
    }

    proptest! {
        #[test]
        fn nothing_hidden_is_left(text in any::<String>(), count in 0usize..3) {
            let whole = [line(&text), lines(&text), page(&text, count)];
            prop_assert!(!whole[0].chars().any(is_hidden));
            prop_assert!(whole.iter().all(|shown| !shown.chars().any(|c| !matches!(c, '\n' | '\t') && is_hidden(c))));
            prop_assert!(!json(&text).chars().any(|c| c != '\n' && is_hidden(c)));
            prop_assert!(whole[2].matches('\n').count() <= count);
            prop_assert!(cell(&text).is_none_or(|cell| !cell.chars().any(is_hidden)));
        }
    }
}
