//! The «Блокнот» (§2.3.4): notes about marks that need more work, readable by their author only.
//!
//! A note lies in the ledger like everything else, but sealed: an armoured age file, encrypted to its author's own key.
//! So it is in every archive and under every signature, and nobody but the author reads it; `age -d -i KEY` opens it
//! without Letopis. The deputy head sees that there are notes, and how many.

use super::{Done, Workplace};
use crate::error::{Error, Result};
use crate::journal::entry::{NoteAdded, NoteDone};
use crate::journal::read::{self, SealedNote, Tables};
use crate::ledger::identity::{Identity, PublicIdentity};
use crate::school::clean;
use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};
use std::io::{Read, Write};

/// What a note says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Note {
    /// The note.
    pub text: String,
    /// The pupil it is about, as people name him, or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub pupil: String,
    /// The course it is about, or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub course: String,
    /// Until when, if there is a term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<NaiveDate>,
}

/// A note of one's own, opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The number of the entry that added it.
    pub number: u64,
    /// When it was written.
    pub written_at: DateTime<FixedOffset>,
    /// Whether it is done with.
    pub done: bool,
    /// What it says, or nothing where this key does not open it (another key of the same person wrote it).
    pub note: Option<Note>,
}

/// Writes a note that only the key which signs it opens.
///
/// # Errors
/// A text that cannot be printed, and what a rule refuses.
pub fn add(place: &mut Workplace<'_>, note: &Note) -> Result<Done> {
    let (text, pupil, course) = (clean(&note.text)?, clean(&note.pupil)?, clean(&note.course)?);
    let sealed = seal(&place.public(), &Note { text, pupil, course, due: note.due })?;
    place.record([sealed.into()])
}

/// Records that a note is done with, by the number of the entry that added it.
///
/// # Errors
/// No such note, or somebody else's.
pub fn done(place: &mut Workplace<'_>, number: u64) -> Result<Done> {
    place.record([NoteDone { note: number }.into()])
}

/// Seals a note to its author.
///
/// # Errors
/// None in practice: everything happens in memory.
pub fn seal(author: &PublicIdentity, note: &Note) -> Result<NoteAdded> {
    let recipient: age::x25519::Recipient = author
        .recipient()
        .parse()
        .map_err(|why: &str| Error::environment(format!("запись «Блокнота» не шифруется: {why}")).next("повторите"))?;
    let encryptor =
        age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient)).map_err(unsealed)?;
    let json = serde_json::to_vec(note).map_err(unsealed)?;
    let mut sealed = Vec::new();
    let armored = age::armor::ArmoredWriter::wrap_output(&mut sealed, age::armor::Format::AsciiArmor);
    let written = armored.and_then(|armored| encryptor.wrap_output(armored)).and_then(|mut writer| {
        writer.write_all(&json)?;
        writer.finish()?.finish()?;
        Ok(())
    });
    written.map_err(unsealed)?;
    let text = String::from_utf8(sealed).map_err(unsealed)?;
    Ok(NoteAdded { sealed: text.lines().map(str::to_owned).collect() })
}

fn unsealed(cause: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::environment(format!("запись «Блокнота» не шифруется: {cause}")).next("повторите").caused_by(cause)
}

/// The largest note in bytes that is read, well over what a recorded one can hold.
const LARGEST: u64 = 1 << 16;

/// Opens a sealed note; nothing where the key does not fit or the note is damaged.
pub fn open(identity: &Identity, sealed: &str) -> Option<Note> {
    let armored = age::armor::ArmoredReader::new(sealed.as_bytes());
    let decryptor = age::Decryptor::new_buffered(armored).ok()?;
    let key = identity.age_identity();
    let reader = decryptor.decrypt(std::iter::once(&key as &dyn age::Identity)).ok()?;
    let mut json = Vec::new();
    reader.take(LARGEST).read_to_end(&mut json).ok()?;
    serde_json::from_slice(&json).ok()
}

/// The notes of an author, in order.
pub fn all(tables: &Tables, login: &str, identity: &Identity) -> Result<Vec<Opened>> {
    let opened = |note: SealedNote| {
        let SealedNote { number, written_at, done, sealed } = note;
        Opened { number, written_at, done, note: open(identity, &sealed) }
    };
    Ok(read::notes_of(tables, login)?.into_iter().map(opened).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::testing::identity;
    use crate::work::testing::Office;
    use proptest::prelude::*;

    #[test]
    fn a_note_is_opened_by_its_author_only() {
        let (author, other) = (Identity::generate(), Identity::generate());
        let note =
            Note { text: "пересдать § 12".into(), pupil: "Иванов П.".into(), ..Note::default() };
        let sealed = seal(&author.public(), &note).unwrap().sealed;
        assert_eq!(sealed.first().map(String::as_str), Some("-----BEGIN AGE ENCRYPTED FILE-----"));
        let text = sealed.join("\n");
        assert!(!text.contains("Иванов"));
        assert_eq!(open(&author, &text), Some(note));
        assert_eq!(open(&other, &text), None);
    }

    #[test]
    fn a_note_lies_sealed_in_the_journal_until_it_is_done_with() {
        let mut office = Office::open();
        let note = Note { text: " пересдать   § 12".into(), ..Note::default() };
        let number = office.ask("semyonov", "2025-09-02", |place| add(place, &note)).unwrap().numbers[0];
        assert!(office.ask("gusev", "2025-09-02", |place| done(place, number)).is_err(), "somebody else's");
        let own = all(&office, "semyonov", &identity("semyonov")).unwrap();
        assert_eq!(own[0].note.as_ref().map(|note| note.text.as_str()), Some("пересдать § 12"));
        assert_eq!(all(&office, "semyonov", &identity("gusev")).unwrap()[0].note, None);
        office.ask("semyonov", "2025-09-03", |place| done(place, number)).unwrap();
        assert!(all(&office, "semyonov", &identity("semyonov")).unwrap()[0].done);
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,200}", at in 0usize..300, with in "[ -~]{0,2}") {
            let author = Identity::parse("AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33")
                .unwrap_or_else(|_| Identity::generate());
            prop_assert_eq!(open(&author, &text), None);
            let mut sealed: Vec<char> = seal(&author.public(), &Note::default()).unwrap().sealed.join("\n").chars().collect();
            let at = at.min(sealed.len());
            sealed.splice(at..(at + 1).min(sealed.len()), with.chars());
            let _ = open(&author, &sealed.into_iter().collect::<String>());
        }
    }
}
