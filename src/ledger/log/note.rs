//! Signed notes: a text, and lines of signatures over it (C2SP `signed-note`).
//!
//! ```text
//! letopis/5f0c…/1
//! 1042
//! CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=
//!
//! — letopis/5f0c…/1 Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
//! — rono.example/w jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
//! ```
//! Two kinds of signatures are known, both Ed25519: of a log over the text, and of a witness over the text and the time
//! (`tlog-cosignature`, version 1). Lines of other keys are kept as they are and say nothing.

use crate::error::{Error, Result};
use crate::ledger::chain::Hash;
use crate::ledger::identity::{Identity, verify};
use base64ct::{Base64, Encoding};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use std::fmt;

/// The longest note that is read, in bytes: a checkpoint with a hundred signatures has a tenth of it.
pub const LONGEST: usize = 256 * 1024;
/// How many signatures are read.
const MOST: usize = 100;

/// Whose signature it is, which is also what it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Type 0x01: Ed25519 over the text, by the log itself.
    Log,
    /// Type 0x04: a witness's cosignature with its time.
    Witness,
}

impl Kind {
    const fn byte(self) -> u8 {
        match self {
            Self::Log => 1,
            Self::Witness => 4,
        }
    }
}

/// A key that signs notes under a name. Its text is the «vkey» of `signed-note`: name, key id in hex and key in base64, with `+`
/// between.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Verifier {
    name: String,
    kind: Kind,
    key: [u8; 32],
}

impl Verifier {
    /// A key under a name.
    ///
    /// # Errors
    /// A name that a note cannot have: empty, or with a space or a plus.
    pub fn new(name: &str, kind: Kind, key: [u8; 32]) -> Result<Self> {
        if is_name(name) {
            return Ok(Self { name: name.to_owned(), kind, key });
        }
        Err(Error::input(format!("«{name}» — не имя ключа: в нём нет пробелов и знаков «+», и оно не пустое"))
            .next("скопируйте строку ключа свидетеля целиком"))
    }

    /// Reads a vkey.
    ///
    /// # Errors
    /// What is none, or is of another type than 0x01 and 0x04, or whose id is not that of its name and key.
    pub fn parse(text: &str) -> Result<Self> {
        let refused = |why: &str| {
            Error::input(format!("«{text}» — не открытый ключ журнала или свидетеля: {why}"))
                .next("нужна строка вида «имя+1a2b3c4d+BASE64», скопируйте её у того, чей это ключ, целиком")
        };
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(coded)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(refused("в нём нет трёх частей, разделённых знаком «+»"));
        };
        let bytes = Base64::decode_vec(coded).map_err(|_| refused("его последняя часть — не Base64"))?;
        let (kind, key) = match bytes.split_first() {
            Some((1, key)) => (Kind::Log, key),
            Some((4, key)) => (Kind::Witness, key),
            Some((byte, _)) => return Err(refused(&format!("вид подписи {byte:#04x} не Ed25519"))),
            None => return Err(refused("ключа в нём нет")),
        };
        let key = <[u8; 32]>::try_from(key).map_err(|_| refused("ключ Ed25519 занимает 32 байта"))?;
        let verifier = Self::new(name, kind, key).map_err(|_| refused("имя пустое или с пробелом"))?;
        let same = id.len() == 8 && u32::from_str_radix(id, 16).is_ok_and(|id| id.to_be_bytes() == verifier.id());
        if same {
            Ok(verifier)
        } else {
            Err(refused("его номер не подходит к имени и ключу, строка искажена"))
        }
    }

    /// The name under which it signs.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whose it is.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The Ed25519 public key.
    pub fn key(&self) -> &[u8; 32] {
        &self.key
    }

    /// The key's id: the first four bytes of SHA-256(name ‖ LF ‖ type ‖ key).
    pub fn id(&self) -> [u8; 4] {
        let digest: Hash = Sha256::new()
            .chain_update(&self.name)
            .chain_update([b'\n', self.kind.byte()])
            .chain_update(self.key)
            .finalize()
            .into();
        [digest[0], digest[1], digest[2], digest[3]]
    }

    /// What this key says of a note.
    pub fn opinion(&self, note: &Note) -> Opinion {
        let mine = |line: &&Line| line.name == self.name && line.id == self.id();
        let mut best = Opinion::Silent;
        for line in note.lines.iter().filter(mine) {
            match (self.holds(&note.text, &line.signature), best) {
                (None, _) => return Opinion::Wrong,
                (Some(time), Opinion::Signed(Some(before))) if time.is_some_and(|time| time <= before) => {}
                (Some(time), _) => best = Opinion::Signed(time),
            }
        }
        best
    }

    /// The time that a signature of this key bears, if it holds; a log's bears none.
    fn holds(&self, text: &str, signature: &[u8]) -> Option<Option<DateTime<Utc>>> {
        match self.kind {
            Kind::Log => verify(&self.key, text.as_bytes(), signature.try_into().ok()?).then_some(None),
            Kind::Witness => {
                let (time, signature) = signature.split_first_chunk::<8>()?;
                let seconds = i64::try_from(u64::from_be_bytes(*time)).ok()?;
                let time = DateTime::from_timestamp(seconds, 0)?;
                verify(&self.key, &cosigned(seconds, text), signature.try_into().ok()?).then_some(Some(time))
            }
        }
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = Base64::encode_string(&[&[self.kind.byte()], &self.key[..]].concat());
        write!(f, "{}+{:08x}+{key}", self.name, u32::from_be_bytes(self.id()))
    }
}

/// What a key says of a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opinion {
    /// It has not signed it.
    Silent,
    /// A signature bears its name and id and does not hold: the note is to be refused.
    Wrong,
    /// It has signed it; a witness says when.
    Signed(Option<DateTime<Utc>>),
}

/// A signature's line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    name: String,
    id: [u8; 4],
    signature: Vec<u8>,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "— {} {}", self.name, Base64::encode_string(&[&self.id[..], &self.signature].concat()))
    }
}

/// A text and its signatures. Its text is the note as it is kept and sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    lines: Vec<Line>,
}

impl Note {
    /// A text that nobody has signed yet: whole lines.
    pub(super) fn unsigned(text: String) -> Self {
        Self { text, lines: Vec::new() }
    }

    /// Reads a note.
    ///
    /// # Errors
    /// What is none.
    pub fn parse(text: &str) -> Result<Self> {
        if text.len() > LONGEST {
            return Err(refused("она слишком длинная"));
        }
        if text.chars().any(|c| c < ' ' && c != '\n') {
            return Err(refused("в ней есть управляющие знаки (возможно, файл сохранён с переводами строк Windows)"));
        }
        let (body, signatures) = text.rsplit_once("\n\n").ok_or_else(|| refused("в ней нет строк с подписями"))?;
        let mut note = Self::unsigned(format!("{body}\n"));
        note.add(signatures)?;
        if note.lines.is_empty() { Err(refused("в ней нет строк с подписями")) } else { Ok(note) }
    }

    /// Adds lines of signatures, as a witness answers them. Those that are there already are not added again.
    ///
    /// # Errors
    /// Lines that are none.
    pub fn add(&mut self, signatures: &str) -> Result<()> {
        let lines = signatures.strip_suffix('\n').ok_or_else(|| refused("её последняя строка оборвана"))?;
        for line in lines.split('\n') {
            let line = line_of(line).ok_or_else(|| refused(&format!("строка «{line}» — не подпись")))?;
            if self.lines.len() >= MOST {
                return Err(refused(&format!("подписей больше {MOST}")));
            }
            if !self.lines.contains(&line) {
                self.lines.push(line);
            }
        }
        Ok(())
    }

    /// What was signed, with its last line's end.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The names that are beside signatures. Whose they are is said by [`Verifier::opinion`] only.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(|line| line.name.as_str())
    }

    /// The lines of signatures as a witness answers them; nothing where there are none.
    pub fn lines(&self) -> Option<String> {
        (!self.lines.is_empty()).then(|| self.lines.iter().map(ToString::to_string).collect())
    }

    /// The lines that are of this key.
    pub fn lines_of(&self, key: &Verifier) -> String {
        let mine = self.lines.iter().filter(|line| line.name == key.name() && line.id == key.id());
        mine.map(ToString::to_string).collect()
    }

    /// The names beside signatures that are of none of these keys.
    pub fn signed_by_others<'a>(&'a self, known: &'a [Verifier]) -> impl Iterator<Item = &'a str> {
        let is_known = |line: &&Line| known.iter().any(|key| line.name == key.name && line.id == key.id());
        self.lines.iter().filter(move |line| !is_known(line)).map(|line| line.name.as_str())
    }

    /// Signs it as the log of this name.
    pub(super) fn sign(&mut self, name: &str, author: &Identity) -> Result<()> {
        let verifier = Verifier::new(name, Kind::Log, *author.public().key())?;
        let signature = author.sign(self.text.as_bytes()).to_vec();
        self.lines.push(Line { name: name.to_owned(), id: verifier.id(), signature });
        Ok(())
    }

    /// Signs it as a witness of this name, at a time in seconds since 1970.
    #[cfg(test)]
    pub fn cosign(&mut self, name: &str, author: &Identity, seconds: u32) -> Verifier {
        let verifier = Verifier::new(name, Kind::Witness, *author.public().key()).unwrap();
        let signature = author.sign(&cosigned(seconds.into(), &self.text));
        let signature = [&u64::from(seconds).to_be_bytes()[..], &signature].concat();
        self.lines.push(Line { name: name.to_owned(), id: verifier.id(), signature });
        verifier
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.lines.iter().try_for_each(|line| line.fmt(f))
    }
}

/// What a witness signs.
fn cosigned(seconds: i64, text: &str) -> Vec<u8> {
    format!("cosignature/v1\ntime {seconds}\n{text}").into_bytes()
}

fn line_of(line: &str) -> Option<Line> {
    let (name, coded) = line.strip_prefix("— ")?.split_once(' ')?;
    let bytes = Base64::decode_vec(coded).ok()?;
    let (id, signature) = bytes.split_first_chunk::<4>()?;
    (is_name(name) && !signature.is_empty()).then(|| Line {
        name: name.to_owned(),
        id: *id,
        signature: signature.to_vec(),
    })
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c.is_control() || c == '+')
}

fn refused(why: &str) -> Error {
    Error::input(format!("это не подписанная контрольная точка: {why}"))
        .next("возьмите файл ещё раз оттуда, где он хранится, и не открывайте его в текстовом редакторе")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed() -> (Note, Verifier, Verifier) {
        let (log, witness) = (Identity::generate(), Identity::generate());
        let mut note = Note::unsigned("letopis/00/1\n5\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n".into());
        note.sign("letopis/00/1", &log).unwrap();
        let witness = note.cosign("роно.example/w1", &witness, 1_700_000_000);
        (note, Verifier::new("letopis/00/1", Kind::Log, *log.public().key()).unwrap(), witness)
    }

    #[test]
    fn a_note_reads_back_and_its_keys_say_what_they_signed() {
        let (note, log, witness) = signed();
        let read = Note::parse(&note.to_string()).unwrap();
        assert_eq!(read, note);
        assert_eq!(log.opinion(&read), Opinion::Signed(None));
        assert_eq!(witness.opinion(&read), Opinion::Signed(DateTime::from_timestamp(1_700_000_000, 0)));
        let stranger = Verifier::new(witness.name(), Kind::Witness, *Identity::generate().public().key()).unwrap();
        assert_eq!(stranger.opinion(&read), Opinion::Silent);
        let as_log = Verifier::new(witness.name(), Kind::Log, *witness.key()).unwrap();
        assert_eq!(as_log.opinion(&read), Opinion::Silent, "a cosignature is no log's signature");
    }

    #[test]
    fn an_altered_note_is_wrong_to_those_who_signed_it() {
        let (note, log, witness) = signed();
        let altered = Note::parse(&note.to_string().replace("\n5\n", "\n6\n")).unwrap();
        assert_eq!((log.opinion(&altered), witness.opinion(&altered)), (Opinion::Wrong, Opinion::Wrong));
        // The time is signed too.
        let mut moved = note;
        moved.lines[1].signature[7] ^= 1;
        assert_eq!((log.opinion(&moved), witness.opinion(&moved)), (Opinion::Signed(None), Opinion::Wrong));
    }

    #[test]
    fn the_latest_of_a_witness_counts_and_one_wrong_line_spoils_all() {
        let witness = Identity::generate();
        let mut note = Note::unsigned("a\n1\nx\n".into());
        let verifier = note.cosign("w", &witness, 200);
        note.cosign("w", &witness, 100);
        assert_eq!(verifier.opinion(&note), Opinion::Signed(DateTime::from_timestamp(200, 0)));
        note.lines[1].signature[70] ^= 1;
        assert_eq!(verifier.opinion(&note), Opinion::Wrong);
    }

    #[test]
    fn keys_are_written_and_read() {
        let (_, log, witness) = signed();
        for key in [log, witness] {
            assert_eq!(Verifier::parse(&key.to_string()).unwrap(), key);
            for (at, _) in key.to_string().char_indices().filter(|(_, c)| c.is_ascii_alphanumeric()).take(20) {
                let mut spoiled = key.to_string().into_bytes();
                spoiled[at] = if spoiled[at] == b'7' { b'8' } else { b'7' };
                assert!(Verifier::parse(&String::from_utf8(spoiled).unwrap()).is_err(), "{key}: {at}");
            }
        }
        // From the documentation of Go's `sumdb/note`.
        let go = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        assert_eq!(Verifier::parse(go).unwrap().to_string(), go);
        for bad in [
            "",
            "a",
            "a+b",
            "a+b+c",
            "+00000000+AQ==",
            "a b+00000000+AQ==",
            &go.replace("+A", "+B"),
            &go.replace("c74", "C74x"),
        ] {
            assert!(Verifier::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_no_note_is_refused() {
        let (note, ..) = signed();
        let text = note.to_string();
        for bad in [
            String::new(),
            "\n\n".into(),
            text.replace("\n\n", "\n"),
            text.replace('\n', "\r\n"),
            text.trim_end().to_owned(),
            text.replace("— р", "- р"),
            text.replace("— р", "—  р"),
            format!("{text}— w AAAA\n"),
            format!("{text}\n"),
            format!("{}{}", "a\n".repeat(LONGEST), text),
            format!("{text}{}", (0..200).map(|i| format!("— w{i} AAAAAAAA\n")).collect::<String>()),
        ] {
            assert!(Note::parse(&bad).is_err(), "{}", bad.chars().take(300).collect::<String>());
        }
    }
}
