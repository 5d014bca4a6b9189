//! A segment of a journal's mirror: what stands beside it in clear, and the lines that are in it.
//!
//! ```text
//! letopis-mirror-v1
//! letopis/5f0c…/1
//! 1043
//! 1101
//! head before record 1043, 64 hex digits; zeros before the first
//! head after record 1101
//! SHA-256 of the segment's file
//!
//! — letopis/5f0c…/1 Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
//! ```
//! Whoever keeps the place holds one such note against the next and the file against its note, and reads no record. What is
//! in the file, once it is decrypted, are lines: records as `ledger.jsonl` of an archive has them, and before each the texts that
//! it rests on. `docs/formats/mirror.md` tells the same for a stranger.

use super::checkpoint::Origin;
use super::note::{Kind, Note, Opinion, Verifier};
use crate::error::{Error, Result};
use crate::ledger::chain::{Hash, Record, Tip, ZERO, hex, parse_hash};
use crate::ledger::identity::{Identity, PublicIdentity};
use crate::ledger::line;
use base64ct::{Base64, Encoding};
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io::{Read, Write};

/// Begins every note, so that it is taken neither for a checkpoint nor for an entry.
const FIRST: &str = "letopis-mirror-v1";
/// The longest text that a record rests on, in bytes; a real one is some kilobytes.
const LARGEST_TEXT: u64 = 1 << 24;
/// Begins the line of such a text.
const TEXT: &str = "{\"digest\":";

/// What a segment holds, in clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Of which log.
    pub origin: Origin,
    /// The number of its first record,
    pub from: u64,
    /// and of its last.
    pub to: u64,
    /// The head before the first.
    pub previous: Hash,
    /// The head after the last.
    pub head: Hash,
    /// SHA-256 of its file.
    pub sha256: Hash,
}

impl Segment {
    /// Reads the text of a note. Says nothing of who signed it.
    pub fn read(note: &Note) -> Option<Self> {
        let mut lines = note.text().split_terminator('\n');
        let first = lines.next()?;
        let origin = Origin::parse(lines.next()?)?;
        let (from, to) = (number(lines.next()?)?, number(lines.next()?)?);
        let mut hash = || lines.next().and_then(parse_hash);
        let segment = Self { origin, from, to, previous: hash()?, head: hash()?, sha256: hash()? };
        // One segment has one text only: neither capitals nor a line more.
        let is_sound = first == FIRST && 0 < from && from <= to && (from == 1) == (segment.previous == ZERO);
        (is_sound && segment.text() == note.text()).then_some(segment)
    }

    /// The text that is signed.
    pub fn text(&self) -> String {
        let Self { origin, from, to, previous, head, sha256 } = self;
        format!("{FIRST}\n{origin}\n{from}\n{to}\n{}\n{}\n{}\n", hex(previous), hex(head), hex(sha256))
    }

    /// The note of it, signed by the school's server under the origin as the key's name.
    ///
    /// # Errors
    /// None: an origin is a key's name.
    pub fn signed(&self, server: &Identity) -> Result<Note> {
        let mut note = Note::unsigned(self.text());
        note.sign(&self.origin.to_string(), server)?;
        Ok(note)
    }

    /// Whether one of these keys has signed a note of it.
    pub fn is_signed(&self, note: &Note, by: &[PublicIdentity]) -> bool {
        let name = self.origin.to_string();
        let signed = |key: &PublicIdentity| {
            let key = Verifier::new(&name, Kind::Log, *key.key());
            key.is_ok_and(|key| matches!(key.opinion(note), Opinion::Signed(_)))
        };
        note.text() == self.text() && by.iter().any(signed)
    }

    /// Where the chain stands before its first record.
    pub fn before(&self) -> Tip {
        match self.from {
            1 => Tip::EMPTY,
            from => Tip { journal: self.origin.journal, seq: from - 1, head: self.previous },
        }
    }
}

/// A number as it is written: no sign, no zeros before it.
fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

/// A line of a segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A record. Whether it is sound is not said.
    Record(Record),
    /// A text that the record after it rests on: of an issued page, or a file of a document's signature.
    Text {
        /// SHA-256 of it, in lower-case hex.
        digest: String,
        /// The text, which is what its digest says.
        bytes: Vec<u8>,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    digest: String,
    /// Deflated (RFC 1951), in Base64.
    text: String,
}

/// The line of a text, without its end.
///
/// # Errors
/// None in practice: everything happens in memory.
pub fn write_text(digest: &str, bytes: &[u8]) -> Result<String> {
    let failed = |cause: std::io::Error| {
        Error::environment(format!("текст для зеркала журнала не сжимается: {cause}")).next("повторите")
    };
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    let deflated = encoder.write_all(bytes).and_then(|()| encoder.finish()).map_err(failed)?;
    let line = Text { digest: digest.to_owned(), text: Base64::encode_string(&deflated) };
    Ok(serde_json::to_string(&line).expect("texts always have a JSON form"))
}

/// Reads a line.
///
/// # Errors
/// What is neither a record nor a text; a text that is not what its digest says.
pub fn read_line(text: &str) -> Result<Line> {
    if !text.starts_with(TEXT) {
        return line::read(text).map(Line::Record);
    }
    let refused = |why: &str| {
        Error::damaged(format!("в зеркале журнала не строка: {why}"))
            .next("сообщите тому, кто ведёт хранилище, и возьмите архив с носителя")
    };
    let Text { digest, text } = serde_json::from_str(text).map_err(|error| refused(&error.to_string()))?;
    let deflated = Base64::decode_vec(&text).map_err(|_| refused("текст не в Base64"))?;
    let mut bytes = Vec::new();
    DeflateDecoder::new(&deflated[..])
        .take(LARGEST_TEXT)
        .read_to_end(&mut bytes)
        .map_err(|_| refused("текст не разжимается"))?;
    match hex(&Sha256::digest(&bytes)) == digest {
        true => Ok(Line::Text { digest, bytes }),
        false => Err(refused("текст не тот, что называет его сумма")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Segment {
        let origin = Origin { journal: [7; 32], epoch: 2 };
        Segment { origin, from: 11, to: 20, previous: [1; 32], head: [2; 32], sha256: [3; 32] }
    }

    #[test]
    fn a_note_is_read_back_and_signed_by_its_server_alone() {
        let (server, stranger) = (Identity::generate(), Identity::generate());
        let note = Note::parse(&some().signed(&server).unwrap().to_string()).unwrap();
        assert_eq!(Segment::read(&note), Some(some()));
        assert!(some().is_signed(&note, &[stranger.public(), server.public()]));
        assert!(!some().is_signed(&note, &[stranger.public()]));
        assert!(!Segment { to: 21, ..some() }.is_signed(&note, &[server.public()]));
        assert!(super::super::checkpoint::Checkpoint::read(&note).is_err(), "it is no checkpoint");
    }

    #[test]
    fn other_texts_are_no_notes_of_segments() {
        let text = some().text();
        let begins = Segment { from: 1, previous: ZERO, ..some() };
        assert_eq!(Segment::read(&Note::unsigned(begins.text())), Some(begins));
        for bad in [
            text.replace("-v1", "-v2"),
            text.replace("/2\n", "/0\n"),
            text.replace("\n11\n", "\n011\n"),
            text.replace("\n11\n", "\n21\n"),
            text.replace("\n11\n", "\n0\n"),
            text.replace("\n11\n", "\n1\n"),
            text.replace("\n20\n", "\n18446744073709551616\n"),
            text.replace("01", "0A"),
            text.replace("0303", "03"),
            format!("{text}ещё\n"),
            Segment { from: 1, ..some() }.text(),
            Segment { previous: ZERO, ..some() }.text(),
            "\n".into(),
        ] {
            assert_eq!(Segment::read(&Note::unsigned(bad.clone())), None, "{bad}");
        }
    }

    #[test]
    fn lines_are_read_back_and_a_text_is_what_its_digest_says() {
        let record = Tip::EMPTY.sign(&Identity::generate(), "{\"kind\":\"«ё»\"}".into());
        assert_eq!(read_line(&line::write(&record)).unwrap(), Line::Record(record));
        let (bytes, other) = ("страница".repeat(100).into_bytes(), hex(&Sha256::digest(b"other")));
        let digest = hex(&Sha256::digest(&bytes));
        let written = write_text(&digest, &bytes).unwrap();
        assert!(written.starts_with(TEXT) && !written.contains('\n') && written.len() < bytes.len());
        assert_eq!(read_line(&written).unwrap(), Line::Text { digest: digest.clone(), bytes });
        for bad in ["", "{\"digest\":\"\",\"text\":\"\"}", &written.replace(&digest, &other), &written[..90]] {
            assert!(read_line(bad).is_err(), "{bad}");
        }
    }
}
