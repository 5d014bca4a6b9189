//! The good stick of `tests/vectors/strand/`, and what is wrong with the files beside it.

use crate::away::closed::Closing;
use crate::away::stick::Stick;
use crate::away::testing::{PASSPHRASE, School};
use crate::files::simulated::SimulatedCarrier;
use crate::journal::entry::StrandEnd;
use crate::ledger::identity::Identity;
use crate::ledger::strand::Strand;
use age::secrecy::SecretString;
use std::path::PathBuf;
use std::sync::Arc;

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/strand"))
}

fn secret() -> Identity {
    Identity::parse(include_str!("../../../tests/vectors/identity/secret")).unwrap()
}

/// `name` of the stick is `wrong-NAME.WHAT`; the words stand in `said`.
fn wrong() -> Vec<(String, String, String)> {
    let said = std::fs::read_to_string(folder().join("said")).unwrap();
    let split = |line: &str| {
        let (file, words) = line.split_once(": ").unwrap();
        let name = ["letopis-stick.json", "pins.age", "base-1.age", "strand-0", "closed.json", "key.age"]
            .iter()
            .find(|name| file.starts_with(**name))
            .unwrap();
        (file.to_owned(), (*name).to_owned(), words.to_owned())
    };
    said.lines().map(split).collect()
}

fn good() -> Arc<SimulatedCarrier> {
    let carrier = Arc::new(SimulatedCarrier::default());
    for name in [
        "letopis-stick.json",
        "key.age",
        "pins.age",
        "base-0.age",
        "base-1.age",
        "receipts-0.age",
        "receipts-1.age",
        "strand-0",
        "strand-1",
    ] {
        carrier.put(name, &std::fs::read(folder().join(name)).unwrap());
    }
    carrier
}

fn opened(carrier: Arc<SimulatedCarrier>) -> crate::error::Result<crate::away::stick::Unlocked> {
    Stick::on(carrier)?.unlock(|| Ok(SecretString::from(PASSPHRASE.to_owned())))
}

#[test]
fn the_good_stick_of_the_vectors_opens_with_its_passphrase_and_goes_on() {
    let mut stick = opened(good()).unwrap();
    assert_eq!(
        (stick.base().generation, stick.unsent().len(), stick.tip().number, stick.receipts().len()),
        (2, 3, 5, 1)
    );
    assert!(stick.image().starts_with(b"SQLite format 3\0"));
    stick.may_record().unwrap();
}

#[test]
fn of_every_wrong_file_of_the_vectors_is_said_what_must_be_said() {
    let all = wrong();
    assert!(all.len() >= 8);
    for (file, name, words) in all {
        let carrier = good();
        carrier.put(&name, &std::fs::read(folder().join(&file)).unwrap());
        let said = match opened(carrier) {
            Err(error) => error.to_string(),
            Ok(stick) => stick.warnings().iter().chain(&stick.goes_on().err()).map(ToString::to_string).collect(),
        };
        let is_right = if words.is_empty() { said.is_empty() } else { said.contains(&words) };
        assert!(is_right, "{file}: {said}");
    }
}

/// What says that the strand was closed, signed by the owner, and what is wrong with it. They go with any stick of these ids.
fn closed() {
    let School { journal, strand, .. } = School::new();
    let time = "2025-09-15T12:00:00+03:00".parse().unwrap();
    let closing = |strand| Closing { journal, strand, why: StrandEnd::Returned, time, entry: 120, number: 5 };
    let signed = |closing: Closing, by: &Identity| {
        let carrier = SimulatedCarrier::default();
        closing.leave(&carrier, by).unwrap();
        carrier.get("closed.json")
    };
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder().join(name), bytes).unwrap();
    let whole = signed(closing(strand), &secret());
    put("closed.json.returned", &whole);
    put("closed.json.cut", &whole[..100]);
    put("closed.json.another-signer", &signed(closing(strand), &Identity::generate()));
    put("closed.json.another-strand", &signed(closing([3; 16]), &secret()));
}

#[test]
#[ignore = "writes those of closed.json alone"]
fn write_what_closes_a_stick() {
    closed();
}

#[test]
#[ignore = "writes tests/vectors/strand/ anew"]
fn write_the_vectors() {
    let school = School { owner: secret(), strand_size: 16 * 1024, ..School::new() };
    let carrier = school.made();
    let mut stick = school.open(&carrier).unwrap();
    let entries = school.record(&mut stick, 2).unwrap();
    let taken = entries.iter().fold(school.empty(), |tip, strung| tip.after(strung));
    let image = std::fs::read(folder().join("tables.sqlite")).unwrap();
    stick.renew(&school.base(20, &taken, 0), &image, &[school.receipt(1, &taken)], &school.server).unwrap();
    school.record(&mut stick, 3).unwrap();
    for name in carrier.names() {
        std::fs::write(folder().join(&name), carrier.get(&name)).unwrap();
    }
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder().join(name), bytes).unwrap();
    let other = School { owner: secret(), journal: [8; 32], ..School::new() };
    let same = |journal, strand| School {
        owner: secret(),
        server: crate::away::testing::again(&school.server),
        journal,
        strand,
        strand_size: 16 * 1024,
        ..School::new()
    };
    put("letopis-stick.json.other", &other.made().get("letopis-stick.json"));
    put("pins.age.exchanged", &School { owner: secret(), ..School::new() }.made().get("pins.age"));
    put("pins.age.cut", &carrier.get("pins.age")[..100]);
    put("base-1.age.cut", &carrier.get("base-1.age")[..1000]);
    put("base-1.age.another-signer", &School { owner: secret(), ..School::new() }.made().get("base-0.age"));
    put("base-1.age.another-journal", &same([8; 32], school.strand).made().get("base-0.age"));
    put("strand-0.another-strand", &same(school.journal, [3; 16]).made().get("strand-0"));
    put("strand-0.zeros", &[0; 4096]);
    closed();
    put("strand-0.too-short", &same(school.journal, school.strand).made().get("strand-0"));
}
