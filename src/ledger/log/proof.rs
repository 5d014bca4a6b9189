//! The proof that one record was there: the way from its leaf to the root of a checkpoint (C2SP `tlog-proof`, version 1).
//!
//! It is a text of its own and is checked without the journal, by whoever has the record's payload and signature:
//! ```text
//! c2sp.org/tlog-proof@v1
//! index 1041
//! gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=
//!
//! letopis/5f0c…/1
//! 1042
//! …
//! ```

use super::checkpoint::Checkpoint;
use super::note::Note;
use super::tree;
use crate::error::{Error, Result};
use crate::ledger::chain::Hash;
use base64ct::{Base64, Encoding};
use std::fmt;

const FIRST: &str = "c2sp.org/tlog-proof@v1";
/// No tree of 64-bit places is higher.
const HIGHEST: usize = 64;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The leaf's place: the record's number less one.
    place: u64,
    hashes: Vec<Hash>,
    /// The checkpoint in whose tree it is.
    note: Note,
}

impl Proof {
    /// Proves a record of a ledger of these leaves, by a note of its checkpoint. Nothing where the checkpoint is of another
    /// ledger, or the record came after it.
    pub fn of(seq: u64, leaves: &[Hash], note: Note) -> Option<Self> {
        let checkpoint = Checkpoint::read(&note).ok()?;
        let leaves = checkpoint
            .begins(leaves)
            .then(|| usize::try_from(checkpoint.size).ok().and_then(|size| leaves.get(..size)))??;
        let place = seq.checked_sub(1)?;
        Some(Self { place, hashes: tree::inclusion(leaves, usize::try_from(place).ok()?)?, note })
    }

    /// Reads a proof.
    ///
    /// # Errors
    /// What is none.
    pub fn parse(text: &str) -> Result<Self> {
        let refused = |why: &str| {
            Error::input(format!("это не доказательство записи (tlog-proof): {why}"))
                .next("возьмите файл доказательства ещё раз")
        };
        let (head, note) = text.split_once("\n\n").ok_or_else(|| refused("в нём нет контрольной точки"))?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(FIRST) {
            return Err(refused(&format!("первая строка — не «{FIRST}»")));
        }
        // Words of whoever made it: nobody has signed them.
        lines.next_if(|line| line.starts_with("extra "));
        let place = lines.next().and_then(|line| line.strip_prefix("index "));
        let place = place.and_then(|place| place.parse().ok().filter(|number: &u64| number.to_string() == place));
        let place = place.ok_or_else(|| refused("в нём нет номера места (index)"))?;
        let hash = |line: &str| Base64::decode_vec(line).ok().and_then(|hash| Hash::try_from(hash).ok());
        let hashes: Option<Vec<Hash>> = lines.map(hash).collect();
        let hashes =
            hashes.filter(|hashes| hashes.len() <= HIGHEST).ok_or_else(|| refused("его строки — не суммы SHA-256"))?;
        Ok(Self { place, hashes, note: Note::parse(note)? })
    }

    /// The record's number.
    pub fn seq(&self) -> u64 {
        self.place.saturating_add(1)
    }

    /// The checkpoint's note, for a policy to judge.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// The checkpoint, if the record of this leaf is in its tree.
    ///
    /// # Errors
    /// A note of something else than a journal.
    pub fn shows(&self, leaf: &Hash) -> Result<Option<Checkpoint>> {
        let checkpoint = Checkpoint::read(&self.note)?;
        let shown = tree::includes(leaf, self.place, checkpoint.size, &self.hashes, &checkpoint.root);
        Ok(shown.then_some(checkpoint))
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{FIRST}\nindex {}", self.place)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{}", Base64::encode_string(hash)))?;
        write!(f, "\n{}", self.note)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::identity::Identity;
    use crate::ledger::log::checkpoint::Origin;

    fn ledger(length: u8) -> (Vec<Hash>, Note) {
        let leaves: Vec<Hash> = (0..length).map(|place| [place; 32]).collect();
        let checkpoint = Checkpoint::of(Origin { journal: [9; 32], epoch: 1 }, &leaves);
        let note = checkpoint.signed(&Identity::generate()).unwrap();
        (leaves, note)
    }

    #[test]
    fn a_record_is_shown_by_its_own_proof() {
        let (leaves, note) = ledger(13);
        for seq in 1..=13 {
            let proof = Proof::of(seq, &leaves, note.clone()).unwrap();
            let read = Proof::parse(&proof.to_string()).unwrap();
            assert_eq!((&read, read.seq()), (&proof, seq));
            assert_eq!(read.shows(&leaves[seq as usize - 1]).unwrap().map(|shown| shown.size), Some(13));
            assert_eq!(read.shows(&[77; 32]).unwrap(), None);
        }
        assert_eq!(Proof::of(0, &leaves, note.clone()), None);
        assert_eq!(Proof::of(14, &leaves, note.clone()), None);
        let longer: Vec<Hash> = leaves.iter().copied().chain([[50; 32]]).collect();
        assert!(Proof::of(3, &longer, note.clone()).is_some(), "by a checkpoint of an earlier day");
        assert_eq!(Proof::of(14, &longer, note.clone()), None, "it came after the checkpoint");
        assert_eq!(Proof::of(3, &leaves[..12], note), None, "the checkpoint knows more than this ledger");
    }

    #[test]
    fn what_is_no_proof_is_refused_and_extra_words_are_passed_over() {
        let (leaves, note) = ledger(5);
        let proof = Proof::of(2, &leaves, note).unwrap();
        let text = proof.to_string();
        assert_eq!(Proof::parse(&text.replace("\nindex", "\nextra AAAA\nindex")).unwrap(), proof);
        for bad in [
            text.replace("@v1", "@v2"),
            text.replace("index 1", "index 01"),
            text.replace("index 1", "index -1"),
            text.replace("index 1\n", "index 1\nAAAA\n"),
            text.replace("\n\n", "\n"),
            text.replace(
                "index 1\n",
                &format!("index 1\n{}", format!("{}\n", Base64::encode_string(&[0; 32])).repeat(65)),
            ),
            String::new(),
        ] {
            assert!(Proof::parse(&bad).is_err(), "{bad}");
        }
    }
}
