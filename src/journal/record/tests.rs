//! A draft records nothing until its author has signed it, and only at its place and time.

use super::*;
use crate::journal::entry::ClassSet;
use crate::journal::{Journal, founded};
use crate::ledger::identity::{Identity, PublicIdentity};
use crate::school::ClassName;

fn at(time: &str) -> DateTime<FixedOffset> {
    DateTime::parse_from_rfc3339(&format!("2025-09-01T{time}+03:00")).unwrap()
}

fn class(name: &str) -> ClassSet {
    ClassSet { class: ClassName::parse(name).unwrap(), teacher: String::new() }
}

struct Place {
    author: Identity,
    journal: Journal,
    _dir: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let (dir, author) = (tempfile::tempdir().unwrap(), Identity::generate());
        let journal = founded::journal(&dir.path().join("journal.letopis"), &author);
        Self { author, journal, _dir: dir }
    }

    fn draft(&mut self, name: &str) -> Draft {
        self.journal.draft(&self.author.public().fingerprint(), &at("09:00:00"), class(name)).unwrap()
    }

    /// Nothing was recorded, whatever was tried, and nothing stands in the way of recording.
    fn is_as_it_was(&mut self) {
        assert_eq!(self.journal.tip().unwrap().seq, 2);
        assert_eq!(read::classes(self.journal.tables()).unwrap().len(), 1);
        let draft = self.draft("9В");
        let signature = self.author.sign(&draft.message());
        assert_eq!(self.journal.seal(draft, &at("09:00:01"), &signature).unwrap().seq, 3);
        assert!(Journal::audit(self.journal.path(), &mut |_| {}).unwrap().report.is_clean());
    }

    fn refuses(&mut self, draft: Draft, now: &str, signature: &[u8; 64], words: &str) {
        let error = self.journal.seal(draft, &at(now), signature).unwrap_err();
        assert_eq!(error.kind(), crate::error::Kind::Refused);
        assert!(error.message().contains(words), "{error}");
        assert!(error.next_step().is_some(), "{error}");
    }
}

#[test]
fn a_draft_records_nothing_until_its_author_has_signed_it() {
    let mut place = Place::new();
    let draft = place.draft("8Б");
    assert!(matches!(&draft.entry().body, Body::ClassSet(set) if set.class.to_string() == "8Б"));
    assert_eq!((draft.entry().author.as_str(), draft.entry().time), ("ivanova", at("09:00:00")));
    place.is_as_it_was();
}

#[test]
fn a_wrong_signature_records_nothing() {
    let mut place = Place::new();
    let (draft, other) = (place.draft("8Б"), place.draft("8В"));
    let mut flipped = place.author.sign(&draft.message());
    flipped[63] ^= 1;
    let another_key = Identity::generate().sign(&draft.message());
    let another_entry = place.author.sign(&other.message());
    for signature in [another_key, another_entry, flipped, [0; 64]] {
        place.refuses(draft.clone(), "09:00:02", &signature, "подпись не подходит");
    }
    place.is_as_it_was();
}

/// Signs in the name of one key with another.
struct Forger {
    named: Identity,
    signs: Identity,
    from: u64,
    asked: std::sync::atomic::AtomicU64,
}

impl Signer for Forger {
    fn public(&self) -> PublicIdentity {
        self.named.public()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64]> {
        let asked = self.asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        Ok(if asked < self.from { &self.named } else { &self.signs }.sign(message))
    }
}

#[test]
fn a_batch_in_which_one_signature_is_anothers_is_not_kept_however_long_it_is() {
    for (entries, from) in [(1, 1), (3, 3), (600, 1), (600, 300), (600, 600)] {
        let mut place = Place::new();
        let named = Identity::parse(&place.author.secret_text()).unwrap();
        let forger = Forger { named, signs: Identity::generate(), from, asked: Default::default() };
        let author = Author { signer: &forger, clock: &at("09:00:00"), taken_over: false };
        let mut batch = place.journal.batch().unwrap();
        for _ in 0..entries {
            batch.record(author, class("8Б")).unwrap();
        }
        let error = batch.commit().unwrap_err();
        assert!(error.message().contains("подпись не подходит"), "{error}");
        place.is_as_it_was();
    }
}

#[test]
fn a_signature_that_took_longer_than_five_minutes_records_nothing() {
    let mut place = Place::new();
    let draft = place.draft("8Б");
    let signature = place.author.sign(&draft.message());
    place.refuses(draft.clone(), "09:05:01", &signature, "больше пяти минут");
    place.refuses(draft.clone(), "08:54:59", &signature, "больше пяти минут");
    place.is_as_it_was();
    let mut place = Place::new();
    let draft = place.draft("8Б");
    let signature = place.author.sign(&draft.message());
    assert_eq!(place.journal.seal(draft, &at("09:05:00"), &signature).unwrap().seq, 3);
}

#[test]
fn a_ledger_that_moved_between_draft_and_seal_records_nothing_of_it() {
    let mut place = Place::new();
    let draft = place.draft("8Б");
    let signature = place.author.sign(&draft.message());
    let author = Author { signer: &place.author, clock: &at("09:00:01"), taken_over: false };
    place.journal.record(author, class("9В")).unwrap();
    place.refuses(draft, "09:00:02", &signature, "в журнал внесены другие: последняя теперь № 3");
    assert_eq!(read::classes(place.journal.tables()).unwrap().len(), 2);
    assert!(Journal::audit(place.journal.path(), &mut |_| {}).unwrap().report.is_clean());
}

#[test]
fn a_draft_of_another_journal_is_none_of_this_one() {
    let (mut place, mut other) = (Place::new(), Place::new());
    let draft = other.draft("8Б");
    let signature = other.author.sign(&draft.message());
    place.refuses(draft, "09:00:01", &signature, "внесены другие");
    place.is_as_it_was();
}

#[test]
fn what_the_rules_refuse_is_refused_before_anything_is_signed() {
    let mut place = Place::new();
    let stranger = Identity::generate().public().fingerprint();
    assert!(place.journal.draft(&stranger, &at("09:00:00"), class("8Б")).is_err(), "nobody's key");
    let key = place.author.public().fingerprint();
    assert!(place.journal.draft(&key, &at("07:54:00"), class("8Б")).is_err(), "the clock runs back");
    place.is_as_it_was();
}
