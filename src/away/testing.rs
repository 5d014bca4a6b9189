//! A teacher, a school and a stick for tests.

use super::base::{Header, Taken};
use super::card::Card;
use super::pins::Pins;
use super::receipts::{Receipt, Refused};
use super::stick::{Pinned, Preparation, Stick, Unlocked};
use super::written::Key;
use crate::error::Result;
use crate::files::medium::Medium;
use crate::files::simulated::SimulatedCarrier;
use crate::ledger::identity::Identity;
use crate::ledger::strand::{Base, Strand, StrandTip, Strung};
use std::sync::Arc;

/// The passphrase of sticks of tests.
pub const PASSPHRASE: &str = "весна лето осень зима";

/// Who has to do with a stick.
pub struct School {
    pub owner: Identity,
    pub server: Identity,
    pub deputy: Identity,
    pub journal: [u8; 32],
    pub strand: [u8; 16],
    pub strand_size: u64,
}

impl School {
    pub fn new() -> Self {
        let [owner, server, deputy] = std::array::from_fn(|_| Identity::generate());
        Self { owner, server, deputy, journal: [7; 32], strand: [9; 16], strand_size: 64 * 1024 }
    }

    pub fn card(&self) -> Card {
        Card::new("9f0c1d2e3f4a5b6c", "У-7", self.journal, self.strand)
    }

    pub fn pinned(&self) -> Pinned {
        Pinned { journal: self.journal, strand: self.strand, preparer: self.server.public().fingerprint() }
    }

    pub fn pins(&self) -> Pins {
        Pins {
            journal: self.journal,
            strand: self.strand,
            login: "semyonov".to_owned(),
            key: self.owner.public().fingerprint(),
            prepared: "2025-09-01T08:00:00+03:00".parse().unwrap(),
            may_prepare: vec![Key(*self.server.public().key()), Key(*self.deputy.public().key())],
            recipients: vec![self.deputy.public().recipient().to_owned()],
            server: None,
        }
    }

    /// A base of so many records, which knows of these entries.
    pub fn base(&self, length: u64, taken: &StrandTip, archived: u64) -> Header {
        Header {
            journal: self.journal,
            strand: self.strand,
            login: "semyonov".to_owned(),
            generation: 0,
            length,
            head: [length as u8; 32],
            time: "2025-09-01T08:00:00+03:00".parse().unwrap(),
            made: "2025-09-01T08:01:00+03:00".parse().unwrap(),
            until: "2025-10-30".parse().unwrap(),
            taken: Taken { number: taken.number, head: taken.head },
            archived,
            schema: 31,
            recipients: self.pins().recipients,
            may_prepare: self.pins().may_prepare,
            server: None,
            bytes: 0,
            sha256: [0; 32],
        }
    }

    pub fn empty(&self) -> StrandTip {
        StrandTip::empty(self.journal, self.strand)
    }

    pub fn make(&self, medium: Arc<dyn Medium>) -> Result<Stick> {
        let preparation = Preparation {
            card: &self.card(),
            owner: &self.owner,
            passphrase: PASSPHRASE,
            pins: &self.pins(),
            base: &self.base(10, &self.empty(), 0),
            image: &image(10),
            preparer: &self.server,
            strand_size: self.strand_size,
        };
        Stick::make_on(medium, &preparation)
    }

    pub fn made(&self) -> Arc<SimulatedCarrier> {
        let carrier = Arc::new(SimulatedCarrier::default());
        self.make(carrier.clone()).unwrap();
        carrier
    }

    pub fn open(&self, carrier: &Arc<SimulatedCarrier>) -> Result<Unlocked> {
        Stick::on(carrier.clone())?.unlock_by(again(&self.owner), &self.pinned())
    }

    /// The next entries of a strand.
    pub fn next(&self, tip: StrandTip, base: Base, count: usize) -> Vec<Strung> {
        let next = |tip: &mut StrandTip| {
            let payload = format!(
                "{{\"kind\":\"marks.set\",\"n\":{},\"of\":\"{}\"}}",
                tip.number + 1,
                "Дёмина ".repeat(tip.number as usize % 90)
            );
            let signature = self.owner.sign(&tip.message(&base, &payload));
            let strung = Strung { number: tip.number + 1, base, payload, signature };
            *tip = tip.after(&strung);
            strung
        };
        let mut tip = tip;
        (0..count).map(|_| next(&mut tip)).collect()
    }

    /// Records some entries on a stick.
    pub fn record(&self, stick: &mut Unlocked, count: usize) -> Result<Vec<Strung>> {
        let entries = self.next(stick.tip(), stick.base().base(), count);
        stick.append(&entries)?;
        Ok(entries)
    }

    pub fn receipt(&self, from: u64, to: &StrandTip) -> String {
        let receipt = Receipt {
            journal: self.journal,
            strand: self.strand,
            from,
            to: to.number,
            strand_head: to.head,
            length: 100 + to.number,
            head: [1; 32],
            time: "2025-09-15T12:00:00+03:00".parse().unwrap(),
            refused: vec![Refused { number: to.number, why: "§2.3.2: поздно".to_owned() }],
        };
        receipt.sign(&self.server).unwrap()
    }
}

/// The same key once more.
pub fn again(identity: &Identity) -> Identity {
    Identity::parse(&identity.secret_text()).unwrap()
}

/// What stands for the tables: names of pupils in it.
pub fn image(length: u64) -> Vec<u8> {
    format!("SQLite format 3\0 {length} Климова Дарья, Алиев Тимур, 5 4/5 н").repeat(20).into_bytes()
}
