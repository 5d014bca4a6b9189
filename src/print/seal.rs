//! The seal of a page: what is hashed, the code that people and telephones read, and the page's text read back.
//!
//! # The page record
//! What is hashed is the page's text as bytes, and the same bytes are kept, so that years later anyone with a SHA-256
//! tool can check a kept page against the code on paper. All of it is UTF-8; numbers are decimal without leading
//! zeros; LF is the byte 0x0A and SP is 0x20:
//!
//! ```text
//! letopis-page-1 LF
//! document number LF                  for example 2025-0143
//! page LF                             counted from 1
//! row SP column SP length SP text LF  once for every run of text
//! ```
//!
//! The runs are ordered by row, then by column, and within a cell as they follow each other on paper. `length` is the
//! number of bytes of `text`, so no text can pass for the beginning of another run. Rows count from 0 down the page,
//! columns from 0 within a row. Left out is the seal itself: the check code and the QR code. The rest of the foot, the
//! document's number, page, leaf and number of pages, is covered.
//!
//! The check code is the SHA-256 of that record; people compare its first 64 bits, 16 hexadecimal digits in 4 groups.

use crate::error::{Error, Result};
use crate::print::page::TextRun;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write as _;

const MAGIC: &str = "letopis-page-1";

/// The record of a page: the bytes that are hashed and kept. `page` counts from 1.
pub fn page_record(number: &str, page: u32, runs: &[TextRun]) -> Vec<u8> {
    let mut covered: Vec<&TextRun> = runs.iter().filter(|run| !run.seal).collect();
    covered.sort_by_key(|run| run.place);
    let mut record = format!("{MAGIC}\n{number}\n{page}\n");
    for run in covered {
        let (place, text) = (run.place, run.text());
        // Writing to a String cannot fail.
        let _ = writeln!(record, "{} {} {} {text}", place.row, place.column, text.len());
    }
    record.into_bytes()
}

/// The SHA-256 of a record: the page's check code.
pub fn digest(record: &[u8]) -> [u8; 32] {
    Sha256::digest(record).into()
}

/// Whether a text can be a document's number: four digits of the school year, a hyphen, a running number.
pub fn is_number(text: &str) -> bool {
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    matches!(text.split_once('-'), Some((year, running))
        if year.len() == 4 && (4..=9).contains(&running.len()) && digits(year) && digits(running))
}

/// The QR code's text: `LETOPIS:<number>/<page>:<64 upper-case hex digits>`.
pub fn qr_text(number: &str, page: u32, digest: &[u8; 32]) -> String {
    format!("LETOPIS:{number}/{page}:{}", hex_upper(digest))
}

/// The check code as people read it: the first 64 bits in 4 groups of 4 upper-case hexadecimal digits.
pub fn groups(digest: &[u8; 32]) -> String {
    digest[..8].chunks(2).map(hex_upper).collect::<Vec<_>>().join(" ")
}

fn hex_upper(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02X}");
        out
    })
}

/// A check code that someone scanned or typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// The document's number, where it was given.
    pub number: Option<String>,
    /// The page, where it was given.
    pub page: Option<u32>,
    /// The beginning of the page's digest: 8 bytes as printed, or all 32 of the QR code.
    pub digest: Vec<u8>,
}

impl Code {
    /// Whether the code means a page of this digest.
    pub fn matches(&self, digest: &[u8; 32]) -> bool {
        digest.starts_with(&self.digest)
    }
}

/// Reads a QR code's text, or a code typed from the foot of a page: `2025-0143/13 1A2B 3C4D 5E6F 7081`, or the four
/// groups alone. Case and spaces do not matter, and a Cyrillic letter that looks like a digit's Latin one is taken for
/// it, as is the letter O for a zero.
///
/// # Errors
/// Any other text.
pub fn parse_code(text: &str) -> Result<Code> {
    let bad = || {
        Error::input(format!("«{}» не код сверки", text.trim()))
            .next("наберите номер документа, страницу и четыре группы знаков внизу страницы, например «2025-0143/13 1A2B 3C4D 5E6F 7081»")
    };
    let plain: String = text.to_uppercase().chars().map(latin_twin).collect();
    let plain = plain.trim();
    let rest = plain.strip_prefix("LET0PIS:").unwrap_or(plain);
    let (named, code) = match rest.split_once('/') {
        Some((number, after)) => {
            let number = number.trim();
            let after = after.trim_start();
            let digits = after.bytes().take_while(u8::is_ascii_digit).count();
            let page: u32 = after[..digits].parse().map_err(|_| bad())?;
            let code = &after[digits..];
            if page == 0 || !is_number(number) || !code.starts_with([' ', ':', '\t', '\u{a0}']) {
                return Err(bad());
            }
            (Some((number.to_owned(), page)), code)
        }
        None => (None, rest),
    };
    let hex: String = code.chars().filter(|c| !c.is_whitespace() && !matches!(c, ':' | '-')).collect();
    let digest = bytes_of_hex(&hex).filter(|bytes| matches!(bytes.len(), 8 | 32)).ok_or_else(bad)?;
    let (number, page) = named.unzip();
    Ok(Code { number, page, digest })
}

fn latin_twin(c: char) -> char {
    match c {
        'А' => 'A',
        'В' => 'B',
        'С' => 'C',
        'Е' => 'E',
        'О' | 'O' => '0',
        other => other,
    }
}

fn bytes_of_hex(hex: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> =
        hex.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect::<Option<_>>()?;
    digits.len().is_multiple_of(2).then(|| digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect())
}

/// A kept page record as text for a terminal: a heading, then a line a row, cells separated by `│`.
///
/// # Errors
/// Bytes that are no page record.
pub fn show_page_record(record: &[u8]) -> Result<String> {
    let (number, page, runs) = read_record(record).ok_or_else(|| {
        Error::damaged("запись текста страницы повреждена").next("сверьте страницу с архивной копией")
    })?;
    let mut rows: BTreeMap<u32, BTreeMap<u32, String>> = BTreeMap::new();
    for (row, column, text) in runs {
        let cell = rows.entry(row).or_default().entry(column).or_default();
        if !cell.is_empty() {
            cell.push(' ');
        }
        // What the terminal would take for a command is shown as what it is: no letter.
        cell.extend(text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }));
    }
    let mut out = format!("Документ № {number}, стр. {page}\n\n");
    for cells in rows.values() {
        out.push_str(&cells.values().map(String::as_str).collect::<Vec<_>>().join(" │ "));
        out.push('\n');
    }
    Ok(out)
}

/// A run of a page record: row, column, text.
pub(super) type Run<'a> = (u32, u32, &'a str);

/// A page record taken apart: number, page, runs. Nothing where it is none.
pub(super) fn read_record(record: &[u8]) -> Option<(&str, u32, Vec<Run<'_>>)> {
    let text = std::str::from_utf8(record).ok()?;
    let mut lines = text.splitn(4, '\n');
    let (magic, number, page, mut rest) = (lines.next()?, lines.next()?, lines.next()?, lines.next()?);
    if magic != MAGIC || number.chars().any(char::is_control) {
        return None;
    }
    let mut runs = Vec::new();
    while !rest.is_empty() {
        let mut fields = rest.splitn(4, ' ');
        let (row, column) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
        let length: usize = fields.next()?.parse().ok()?;
        let tail = fields.next()?;
        runs.push((row, column, tail.get(..length)?));
        rest = tail.get(length..)?.strip_prefix('\n')?;
    }
    Some((number, page.parse().ok()?, runs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::print::fonts::{Face, Shaper};
    use crate::print::page::{Area, Place};
    use proptest::prelude::*;

    fn run(text: &str, row: u32, column: u32, seal: bool) -> TextRun {
        let shaped = Shaper::new().unwrap().shape(Face::Sans, text);
        let cell = Area::new(0.0, 0.0, 1.0, 1.0);
        TextRun { shaped, size: 8.0, x: 0.0, y: 0.0, turned: false, place: Place { row, column }, cell, seal }
    }

    #[test]
    fn the_record_is_exactly_as_written_above() {
        let runs = [run("5", 1, 2, false), run("Ёж", 0, 0, false), run("КОД", 0, 1, true)];
        let record = page_record("2025-0143", 13, &runs);
        assert_eq!(String::from_utf8(record).unwrap(), "letopis-page-1\n2025-0143\n13\n0 0 4 Ёж\n1 2 1 5\n");
    }

    #[test]
    fn number_page_place_and_text_all_change_the_digest_and_the_seal_does_not() {
        let plain = digest(&page_record("2025-0143", 1, &[run("4", 1, 1, false)]));
        for other in [
            page_record("2025-0144", 1, &[run("4", 1, 1, false)]),
            page_record("2025-0143", 2, &[run("4", 1, 1, false)]),
            page_record("2025-0143", 1, &[run("5", 1, 1, false)]),
            page_record("2025-0143", 1, &[run("4", 2, 1, false)]),
            page_record("2025-0143", 1, &[run("4", 1, 2, false)]),
        ] {
            assert_ne!(digest(&other), plain);
        }
        let sealed = page_record("2025-0143", 1, &[run("4", 1, 1, false), run("1A2B", 9, 9, true)]);
        assert_eq!(digest(&sealed), plain);
    }

    #[test]
    fn a_text_cannot_pass_for_another_run() {
        let one = page_record("2025-0001", 1, &[run("а\n0 1 2 б", 0, 0, false)]);
        let two = page_record("2025-0001", 1, &[run("а", 0, 0, false), run("б", 0, 1, false)]);
        assert_ne!(one, two);
    }

    #[test]
    fn a_kept_record_reads_as_rows_and_cells() {
        let runs = [
            run("Иванов", 0, 0, false),
            run("Инна", 0, 0, false),
            run("5", 0, 3, false),
            run("\u{1b}[2J", 1, 0, false),
        ];
        let shown = show_page_record(&page_record("2025-0143", 7, &runs)).unwrap();
        assert_eq!(shown, "Документ № 2025-0143, стр. 7\n\nИванов Инна │ 5\n\u{fffd}[2J\n");
    }

    #[test]
    fn a_cut_or_foreign_record_is_refused() {
        let whole = page_record("2025-0143", 7, &[run("Иванов", 0, 0, false)]);
        for cut in [&whole[..whole.len() - 1], &whole[..20], b"", b"letopis-page-2\n1\n1\n", b"\xff\xfe"] {
            assert!(show_page_record(cut).is_err());
        }
    }

    #[test]
    fn typed_codes_are_read_in_any_usual_spelling() {
        let digest: Vec<u8> = vec![0x1A, 0x2B, 0x3C, 0x4D, 0x5E, 0x6F, 0x70, 0x81];
        for text in
            ["2025-0143/13 1A2B 3C4D 5E6F 7081", " 2025-0143/13  1a2b3c4d5e6f7081", "2025-0143/13:1А2В-3С4D 5Е6F 7О81"]
        {
            let code = parse_code(text).unwrap();
            assert_eq!(
                (code.number.as_deref(), code.page, &code.digest),
                (Some("2025-0143"), Some(13), &digest),
                "{text}"
            );
        }
        let bare = parse_code("1A2B 3C4D 5E6F 7081").unwrap();
        assert_eq!((bare.number, bare.page, bare.digest), (None, None, digest));
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for text in [
            "",
            "2025-0143",
            "2025-0143/13",
            "2025-0143/0 1A2B 3C4D 5E6F 7081",
            "25-0143/1 1A2B 3C4D 5E6F 7081",
            "1A2B 3C4D 5E6F",
            "1A2B 3C4D 5E6F 70812",
            "2025-0143 1A2B 3C4D 5E6F 7081",
            "привет",
            "2025-0143/1x1A2B3C4D5E6F7081",
        ] {
            assert!(parse_code(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_qr_text_reads_back(bytes in prop::array::uniform32(0u8..), page in 1u32.., running in 0u32..100_000) {
            let number = format!("2025-{running:04}");
            let code = parse_code(&qr_text(&number, page, &bytes)).unwrap();
            prop_assert_eq!(&code, &Code { number: Some(number.clone()), page: Some(page), digest: bytes.to_vec() });
            prop_assert!(code.matches(&bytes));
            let typed = parse_code(&format!("{number}/{page} {}", groups(&bytes)).to_lowercase()).unwrap();
            prop_assert!(typed.matches(&bytes));
        }

        #[test]
        fn no_text_and_no_record_makes_the_readers_panic(text in "\\PC{0,60}", bytes in prop::collection::vec(0u8.., 0..80)) {
            let _ = parse_code(&text);
            let _ = show_page_record(&bytes);
            let mut record = b"letopis-page-1\n1\n1\n".to_vec();
            record.extend(&bytes);
            let _ = show_page_record(&record);
        }
    }
}
