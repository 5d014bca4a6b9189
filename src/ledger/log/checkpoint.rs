//! Checkpoints: how long the ledger was and which root its tree had, signed by the school (C2SP `tlog-checkpoint`).
//!
//! The text has three lines: the **origin** `letopis/<journal id>/<epoch>`, the number of records, the root in Base64. A journal
//! that goes on from a restored copy is another log from there on, for the lost part was signed too: its **epoch**, 1 at first,
//! is one more.

use super::note::{Note, Opinion, Verifier};
use super::tree;
use crate::error::{Error, Result};
use crate::ledger::chain::{Hash, hex, parse_hash};
use crate::ledger::identity::Identity;
use base64ct::{Base64, Encoding};
use std::fmt;

/// Which log: a journal, from one restoration to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Origin {
    /// The journal's id.
    pub journal: Hash,
    /// 1, and one more after each restoration.
    pub epoch: u32,
}

impl Origin {
    /// Reads an origin's line.
    pub fn parse(text: &str) -> Option<Self> {
        let (journal, epoch) = text.strip_prefix("letopis/")?.split_once('/')?;
        let origin = Self { journal: parse_hash(journal)?, epoch: epoch.parse().ok()? };
        // One origin has one form only: neither capitals nor zeros before it.
        (origin.epoch > 0 && origin.to_string() == text).then_some(origin)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "letopis/{}/{}", hex(&self.journal), self.epoch)
    }
}

/// A place of a log: its first records, and nothing of what comes after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Checkpoint {
    /// Of which log.
    pub origin: Origin,
    /// How many records.
    pub size: u64,
    /// The root of the tree over them.
    pub root: Hash,
}

impl Checkpoint {
    /// The checkpoint after these leaves.
    pub fn of(origin: Origin, leaves: &[Hash]) -> Self {
        Self { origin, size: leaves.len() as u64, root: tree::root(leaves) }
    }

    /// Reads the text of a note.
    ///
    /// # Errors
    /// Another text than a checkpoint of a journal of this program.
    pub fn read(note: &Note) -> Result<Self> {
        let refused = |why: &str| {
            Error::input(format!("это не контрольная точка журнала «Летописи»: {why}")).next(
                "возьмите файл контрольной точки, который хранится вне школы: у свидетеля, в архиве, у проверяющего",
            )
        };
        let mut lines = note.text().split_terminator('\n');
        let mut line = |why: &str| lines.next().ok_or_else(|| refused(why));
        let origin = line("она пустая")?;
        let origin =
            Origin::parse(origin).ok_or_else(|| refused(&format!("первая строка «{origin}» не называет журнал")))?;
        let written = line("в ней нет числа записей")?;
        let size = written.parse().ok().filter(|size: &u64| size.to_string() == written);
        let size = size.ok_or_else(|| refused(&format!("«{written}» — не число записей")))?;
        let root = line("в ней нет корня дерева")?;
        let root = Base64::decode_vec(root).ok().and_then(|root| Hash::try_from(root).ok());
        let root = root.ok_or_else(|| refused("корень дерева — не 32 байта в Base64"))?;
        if lines.next().is_some() {
            return Err(refused("в ней есть лишние строки"));
        }
        Ok(Self { origin, size, root })
    }

    /// The text that is signed.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root_in_base64())
    }

    /// The root as it is written.
    pub fn root_in_base64(&self) -> String {
        Base64::encode_string(&self.root)
    }

    /// The note of it, signed by the school's server, under the origin as the key's name.
    ///
    /// # Errors
    /// None: an origin is a key's name.
    pub fn signed(&self, server: &Identity) -> Result<Note> {
        let mut note = Note::unsigned(self.text());
        note.sign(&self.origin.to_string(), server)?;
        Ok(note)
    }

    /// Whether the note's text is this checkpoint and a key has signed it.
    pub fn is_signed(&self, note: &Note, by: &Verifier) -> bool {
        note.text() == self.text() && matches!(by.opinion(note), Opinion::Signed(_))
    }

    /// Whether a ledger of these leaves begins with it.
    pub fn begins(&self, leaves: &[Hash]) -> bool {
        let length = usize::try_from(self.size).ok();
        length.and_then(|length| leaves.get(..length)).is_some_and(|leaves| tree::root(leaves) == self.root)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::log::note::Kind;

    fn some() -> Checkpoint {
        Checkpoint::of(Origin { journal: [7; 32], epoch: 2 }, &[[1; 32], [2; 32], [3; 32]])
    }

    #[test]
    fn a_checkpoint_is_read_back_and_signed_by_its_server_alone() {
        let (server, stranger) = (Identity::generate(), Identity::generate());
        let checkpoint = some();
        let note = Note::parse(&checkpoint.signed(&server).unwrap().to_string()).unwrap();
        assert_eq!(Checkpoint::read(&note).unwrap(), checkpoint);
        let key = |of: &Identity, name: &str| Verifier::new(name, Kind::Log, *of.public().key()).unwrap();
        let origin = checkpoint.origin.to_string();
        assert!(checkpoint.is_signed(&note, &key(&server, &origin)));
        assert!(!checkpoint.is_signed(&note, &key(&stranger, &origin)));
        assert!(!checkpoint.is_signed(&note, &key(&server, "letopis/x/1")));
        assert!(!Checkpoint { size: 4, ..checkpoint }.is_signed(&note, &key(&server, &origin)));
    }

    /// `tests/vectors/checkpoint/`: what this program must sign, believe and prove for ever. The witness's line is of Go's library.
    #[test]
    fn the_vectors_are_made_and_read_the_same_for_ever() {
        use crate::ledger::log::{policy::Policy, proof::Proof};
        let server = Identity::parse(include_str!("../../../tests/vectors/identity/secret")).unwrap();
        let lines = include_str!("../../../tests/vectors/ledger/three.jsonl").lines();
        let records: Vec<_> = lines.map(|line| crate::ledger::line::read(line).unwrap()).collect();
        let leaves: Vec<Hash> = records.iter().map(tree::leaf).collect();
        let checkpoint = Checkpoint::of(Origin { journal: records[0].head, epoch: 1 }, &leaves);
        let note = checkpoint.signed(&server).unwrap();
        assert_eq!(note.to_string(), include_str!("../../../tests/vectors/checkpoint/checkpoint"));
        let cosigned = Note::parse(include_str!("../../../tests/vectors/checkpoint/cosigned")).unwrap();
        let policy = Policy::parse(include_str!("../../../tests/vectors/checkpoint/policy")).unwrap();
        assert!(policy.judge(&cosigned).accepts() && !policy.judge(&note).accepts());
        assert_eq!(Checkpoint::read(&cosigned).unwrap(), checkpoint);
        let proof = Proof::of(2, &leaves, cosigned).unwrap();
        assert_eq!(proof.to_string(), include_str!("../../../tests/vectors/checkpoint/proof"));
        assert_eq!(proof.shows(&leaves[1]).unwrap(), Some(checkpoint));
    }

    #[test]
    fn a_ledger_begins_with_its_checkpoints_only() {
        let leaves = [[1; 32], [2; 32], [3; 32], [4; 32]];
        assert!(some().begins(&leaves) && some().begins(&leaves[..3]));
        assert!(!some().begins(&leaves[..2]), "the ledger is shorter");
        assert!(!some().begins(&[[1; 32], [2; 32], [9; 32], [4; 32]]), "the ledger is another");
    }

    #[test]
    fn other_texts_are_no_checkpoints() {
        let text = some().text();
        let origin = some().origin.to_string();
        for bad in [
            text.replace("letopis", "Letopis"),
            text.replace("/2\n", "/02\n"),
            text.replace("/2\n", "/0\n"),
            text.replace("/2\n", "\n"),
            text.replace(&origin, &origin.replace("07", "0Z")),
            text.replace("\n3\n", "\n03\n"),
            text.replace("\n3\n", "\n-3\n"),
            text.replace("\n3\n", "\n18446744073709551616\n"),
            text.replace("=\n", "\n"),
            format!("{text}ещё\n"),
            "\n".into(),
            origin,
        ] {
            assert!(Checkpoint::read(&Note::unsigned(bad.clone())).is_err(), "{bad}");
        }
    }
}
