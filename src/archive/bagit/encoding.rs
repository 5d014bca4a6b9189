//! The encoding of tag files. `bagit.txt` names it; UTF-8 is the rule, others are found in old bags.

use encoding_rs::{REPLACEMENT, UTF_8, UTF_16BE, UTF_16LE};

/// How the tag files of a bag are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Encoding(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Ascii,
    /// Each byte is the character of its number, unlike what browsers read under this name.
    Latin1,
    /// Of the order that the mark says; without one, that which makes the first character a digit of a sum.
    Utf16,
    Other(&'static encoding_rs::Encoding),
}

/// Text, and whether it began with a byte order mark that its encoding has no need of.
pub type Decoded = (String, bool);

impl Encoding {
    /// The encoding of a name registered with IANA, in any case; nothing where it is not supported.
    pub fn of(name: &str) -> Option<Self> {
        Some(Self(match name.to_ascii_lowercase().as_str() {
            "us-ascii" | "ascii" => Kind::Ascii,
            "iso-8859-1" | "iso8859-1" | "iso_8859-1" | "latin1" | "l1" => Kind::Latin1,
            "utf-16" => Kind::Utf16,
            _ => match encoding_rs::Encoding::for_label_no_replacement(name.as_bytes())? {
                encoding if encoding == REPLACEMENT => return None,
                encoding => Kind::Other(encoding),
            },
        }))
    }

    /// The text of a tag file; nothing where its bytes are none in this encoding.
    pub fn decode(self, bytes: &[u8]) -> Option<Decoded> {
        let strict = |encoding: &'static encoding_rs::Encoding, bytes: &[u8]| {
            encoding.decode_without_bom_handling_and_without_replacement(bytes).map(std::borrow::Cow::into_owned)
        };
        let after = |mark: &[u8]| bytes.strip_prefix(mark).unwrap_or(bytes);
        match self.0 {
            Kind::Ascii if !bytes.is_ascii() => None,
            Kind::Ascii | Kind::Latin1 => Some((encoding_rs::mem::decode_latin1(bytes).into_owned(), false)),
            Kind::Utf16 => {
                let big = match bytes {
                    [0xFE, 0xFF, ..] => true,
                    [0xFF, 0xFE, ..] => false,
                    [first, ..] => *first == 0,
                    [] => true,
                };
                let (encoding, mark) = if big { (UTF_16BE, b"\xFE\xFF") } else { (UTF_16LE, b"\xFF\xFE") };
                strict(encoding, after(mark)).map(|text| (text, false))
            }
            Kind::Other(encoding) => {
                let mark: &[u8] = match encoding {
                    _ if encoding == UTF_8 => b"\xEF\xBB\xBF",
                    _ if encoding == UTF_16BE => b"\xFE\xFF",
                    _ if encoding == UTF_16LE => b"\xFF\xFE",
                    _ => b"",
                };
                let marked = !mark.is_empty() && bytes.starts_with(mark);
                strict(encoding, after(mark)).map(|text| (text, marked))
            }
        }
    }
}

/// Lines with their numbers, counted from 1. They end with LF, CR or CR LF; the end of the last may be missing.
pub fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = text;
    let pieces = std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let (line, tail) = rest.split_at(end);
        rest = tail.strip_prefix("\r\n").or_else(|| tail.strip_prefix(['\n', '\r'])).unwrap_or(tail);
        Some(line)
    });
    pieces.enumerate().map(|(index, line)| (index + 1, line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn encodings_of_old_bags_are_read() {
        let text = |name: &str, bytes: &[u8]| Encoding::of(name).unwrap().decode(bytes).map(|(text, _)| text);
        assert_eq!(text("ISO-8859-1", b"\xe9\x80").unwrap(), "é\u{80}");
        assert_eq!(text("windows-1251", b"\xe9").unwrap(), "й");
        for bytes in [&b"\xFE\xFF\x00a\x04\x39"[..], b"\xFF\xFEa\x00\x39\x04", b"\x00a\x04\x39", b"a\x00\x39\x04"] {
            assert_eq!(text("UTF-16", bytes).unwrap(), "aй");
        }
        assert_eq!(text("UTF-16BE", b"\x04\x39").unwrap(), "й");
        assert_eq!(text("US-ASCII", b"\xe9"), None);
        assert_eq!(text("UTF-8", b"\xe9"), None);
        assert_eq!(text("UTF-16LE", b"a"), None);
        assert_eq!(Encoding::of("utf-8").unwrap().decode(b"\xEF\xBB\xBFa"), Some(("a".to_owned(), true)));
        assert_eq!([Encoding::of("utf-32"), Encoding::of("iso-2022-kr"), Encoding::of("")], [None; 3]);
    }

    #[test]
    fn lines_are_counted_with_any_end() {
        let read: Vec<_> = lines("a\r\n\rb\n\nc").collect();
        assert_eq!(read, [(1, "a"), (2, ""), (3, "b"), (4, ""), (5, "c")]);
        assert_eq!(lines("a\n").count(), 1);
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(
            bytes in proptest::collection::vec(any::<u8>(), 0..80),
            name in "utf-8|utf-16|UTF-16LE|us-ascii|iso-8859-1|koi8-r|shift_jis|gb18030|\\PC{0,9}",
        ) {
            if let Some((text, _)) = Encoding::of(&name).and_then(|encoding| encoding.decode(&bytes)) {
                lines(&text).for_each(|(_, line)| assert!(!line.contains(['\n', '\r'])));
            }
        }
    }
}
