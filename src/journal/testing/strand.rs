//! What somebody records on a stick and hands in later, entry by entry.

use super::{TestJournal, identity, moment};
use crate::journal::entry::{Body, Carried, Effect, Entry, RULES, StrandOpened};
use crate::ledger::chain::hex;
use crate::ledger::strand::{Base, StrandId, StrandTip, Strung};

/// A strand, as long as it is recorded on.
pub(crate) struct TestStrand {
    login: String,
    id: StrandId,
    tip: StrandTip,
    base: Base,
}

impl TestStrand {
    /// Begins a strand of somebody on a carrier that is registered.
    pub(crate) fn open(journal: &mut TestJournal, by: &str, at: &str, (carrier, login): (&str, &str)) -> Self {
        let id = [7; 16];
        let key = identity(login).public().fingerprint();
        journal.by(by, at, StrandOpened { strand: hex(&id), carrier: carrier.into(), login: login.into(), key });
        let tip = journal.at_hand().0.tip().unwrap();
        let base = Base { length: tip.seq, head: tip.head };
        Self { login: login.to_owned(), id, tip: StrandTip::empty(tip.journal, id), base }
    }

    /// Records something at one moment, and has it taken in by somebody at another; gives the record that carries it.
    pub(crate) fn carry(
        &mut self,
        journal: &mut TestJournal,
        made: &str,
        (by, taken): (&str, &str),
        body: impl Into<Body>,
    ) -> u64 {
        let identity = identity(&self.login);
        let entry = Entry {
            time: moment(made),
            author: self.login.as_str().into(),
            key: identity.public().fingerprint(),
            rules: RULES,
            taken_over: false,
            effect: Effect::AtOnce,
            source: None,
            body: body.into(),
        };
        let payload = entry.to_json().unwrap();
        let signature = identity.sign(&self.tip.message(&self.base, &payload));
        let strung = Strung { number: self.tip.number + 1, base: self.base, payload, signature };
        self.tip = self.tip.after(&strung);
        journal.by(by, taken, Carried::of(&self.id, &strung))
    }
}
