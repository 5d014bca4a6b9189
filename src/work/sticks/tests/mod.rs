//! Teachers with real sticks, and the journal at school: what is recorded on both sides, handed over, lost, copied and restored.

mod drawn;
mod hand;
mod histories;
mod lost;
mod restored;
mod sample;
mod steps;
mod witness;
mod year;

use crate::error::Result;
use crate::journal::testing::{TestJournal, identity};
use crate::journal::{Journal, Proven};
use crate::work::Workplace;
use chrono::{DateTime, FixedOffset};

/// The journal at school, and what was proven of it by now.
struct Desk {
    school: TestJournal,
    proven: Option<Proven>,
}

impl Desk {
    fn of(school: TestJournal) -> Self {
        Self { school, proven: None }
    }

    /// Asks for something at somebody's place, at a moment.
    fn ask<T>(&mut self, login: &str, now: DateTime<FixedOffset>, ask: impl FnOnce(&mut Workplace<'_>) -> T) -> T {
        self.school.wait_until(&now.to_rfc3339());
        let (key, (journal, clock)) = (identity(login), self.school.at_hand());
        ask(&mut Workplace::at(journal, &key, clock).unwrap())
    }

    /// What an audit finds.
    fn audit(&mut self) -> Vec<String> {
        let path = self.school.at_hand().0.path().to_owned();
        let report = Journal::audit(&path, &mut |_| {}).unwrap().report;
        report.findings.into_iter().map(|finding| format!("{:?}: {}", finding.seq, finding.what)).collect()
    }
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
