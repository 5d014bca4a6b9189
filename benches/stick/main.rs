//! Teachers' sticks: what a strand costs by itself, an entry to durable and opening one of 5,000 entries of which the last 50 are
//! unsent; then those of a school of 30 classes at its year's end ([`school`]).
//!
//! `cargo bench --bench stick [FOLDER]`: the folder is where sticks are made, the system's temporary one otherwise.

#[path = "../place/mod.rs"]
mod place;
mod school;

use letopis::away::Key;
use letopis::away::base::{Header, Taken};
use letopis::away::card::Card;
use letopis::away::pins::Pins;
use letopis::away::stick::{Pinned, Preparation, Stick};
use letopis::ledger::identity::Identity;
use letopis::ledger::strand::{Strand, StrandTip, Strung};
use std::path::Path;
use std::time::{Duration, Instant};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const ENTRIES: usize = 5_000;
const UNSENT: usize = 50;

fn main() {
    let at = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let folder = || at.as_ref().map_or_else(tempfile::tempdir, tempfile::tempdir_in).unwrap();
    strand(folder().path());
    school::sticks(folder().path());
}

fn strand(dir: &Path) {
    let [owner, server, deputy, recovery] = std::array::from_fn(|_| Identity::generate());
    let (journal, strand) = ([7; 32], [9; 16]);
    let card = Card::new("9f0c1d2e3f4a5b6c", "У-7", journal, strand);
    let recipients = vec![deputy.public().recipient().to_owned(), recovery.public().recipient().to_owned()];
    let may_prepare = vec![Key(*server.public().key())];
    let prepared = "2025-09-01T08:00:00+03:00".parse().unwrap();
    let pins = Pins {
        journal,
        strand,
        login: "semyonov".to_owned(),
        key: owner.public().fingerprint(),
        prepared,
        may_prepare: may_prepare.clone(),
        recipients: recipients.clone(),
        server: None,
    };
    let base = Header {
        journal,
        strand,
        login: "semyonov".to_owned(),
        generation: 0,
        length: 10,
        head: [1; 32],
        time: prepared,
        made: prepared,
        until: "2025-10-30".parse().unwrap(),
        taken: Taken { number: 0, head: [0; 32] },
        archived: 0,
        schema: 1,
        recipients,
        may_prepare,
        bytes: 0,
        sha256: [0; 32],
        server: None,
    };
    let (image, passphrase) = (vec![5; 1 << 20], "сурок кабина весло туман гребень бархат фонарь");
    let strand_size = 16 * 1024 * 1024;
    let preparation = Preparation {
        card: &card,
        owner: &owner,
        passphrase,
        pins: &pins,
        base: &base,
        image: &image,
        preparer: &server,
        strand_size,
    };
    Stick::make(dir, &preparation).unwrap();
    let pinned = Pinned { journal, strand, preparer: server.public().fingerprint() };
    let open = || Stick::open(dir).unwrap().unlock_by(Identity::parse(&owner.secret_text()).unwrap(), &pinned).unwrap();
    let mut stick = open();
    let (mut times, mut taken) = (Vec::new(), StrandTip::empty(journal, strand));
    for number in 1..=ENTRIES {
        let (tip, base) = (stick.tip(), base.base());
        let payload = format!("{{\"kind\":\"marks.set\",\"n\":{number},\"body\":\"{}\"}}", "x".repeat(300));
        let start = Instant::now();
        let signature = owner.sign(&tip.message(&base, &payload));
        stick.append(&[Strung { number: tip.number + 1, base, payload, signature }]).unwrap();
        times.push(start.elapsed());
        if number == ENTRIES - UNSENT {
            taken = stick.tip();
        }
    }
    println!("one entry to durable: {}", told(times));
    let header = Header { taken: Taken { number: taken.number, head: taken.head }, ..base };
    stick.renew(&header, &image, &[], &server).unwrap();
    drop(stick);
    let start = Instant::now();
    let stick = open();
    println!("{ENTRIES} entries, {} unsent: opened in {:?}", stick.unsent().len(), start.elapsed());
}

/// «median 1.2 ms, 99 of 100 within 3.4 ms».
fn told(mut times: Vec<Duration>) -> String {
    times.sort();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or(Duration::ZERO);
    format!("median {:?}, 99 of 100 within {:?}", at(50), at(99))
}
