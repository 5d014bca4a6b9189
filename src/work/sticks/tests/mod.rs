//! Teachers with real sticks, and the journal at school: what is recorded on both sides, handed over, lost, copied and restored.

mod burnt;
mod drawn;
mod hand;
mod handing;
mod histories;
mod lost;
mod restored;
mod sample;
mod steps;
mod witness;
mod year;

use crate::away::Key;
use crate::away::pins::Server;
use crate::error::Result;
use crate::journal::testing::{TestJournal, identity};
use crate::journal::{Journal, Proven};
use crate::work::Workplace;
use crate::work::sticks::handing::counter::{AtHand, Challenges, Counter};
use chrono::{DateTime, FixedOffset};
use std::sync::LazyLock;

/// The journal at school, and what was proven of it by now.
struct Desk {
    school: TestJournal,
    proven: Option<Proven>,
    /// Where sticks hand over over the network.
    server: Option<Server>,
}

impl Desk {
    fn of(school: TestJournal) -> Self {
        Self { school, proven: None, server: Some(server()) }
    }

    /// Asks for something at somebody's place, at a moment.
    fn ask<T>(&mut self, login: &str, now: DateTime<FixedOffset>, ask: impl FnOnce(&mut Workplace<'_>) -> T) -> T {
        self.school.wait_until(&now.to_rfc3339());
        let (key, (journal, clock)) = (identity(login), self.school.at_hand());
        ask(&mut Workplace::at(journal, &key, clock).unwrap())
    }

    /// The school's server at a moment, without a network between.
    fn with_server<T>(&mut self, now: DateTime<FixedOffset>, act: impl FnOnce(AtHand<'_>) -> T) -> T {
        static CHALLENGES: LazyLock<Challenges> = LazyLock::new(Challenges::default);
        self.school.wait_until(&now.to_rfc3339());
        let (service, server) = (identity("server"), server());
        let Self { school, proven, .. } = self;
        let (journal, clock) = school.at_hand();
        let counter = Counter { challenges: &CHALLENGES, service: &service, clock, server: &server };
        act(AtHand { counter, journal, prove: &mut |journal| prove(proven, journal) })
    }

    /// What an audit finds.
    fn audit(&mut self) -> Vec<String> {
        let path = self.school.at_hand().0.path().to_owned();
        let report = Journal::audit(&path, &mut |_| {}).unwrap().report;
        report.findings.into_iter().map(|finding| format!("{:?}: {}", finding.seq, finding.what)).collect()
    }
}

/// How sticks find and know the school's server.
fn server() -> Server {
    let key = Key(*identity("server").public().key());
    Server { address: "letopis.school.local:7443".to_owned(), certificate: [5; 32], key }
}

/// Proves a journal as a workplace does that keeps its proofs: what was proven before is not proven again.
fn prove(kept: &mut Option<Proven>, journal: &Journal) -> Result<Proven> {
    let now = match kept.take() {
        Some(before) => before.advance()?,
        None => journal.prove(&mut |_| {})?,
    };
    let given = now.advance()?;
    *kept = Some(now);
    Ok(given)
}
