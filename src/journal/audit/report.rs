//! What an audit found, and what follows from it.

use crate::error::{Action, Error};
use crate::ledger::chain::Tip;

/// How many findings are described; the rest are counted.
pub(super) const DESCRIBED: usize = 50;

/// What an audit found.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Where the chain ends.
    pub tip: Tip,
    /// The first findings, in order of place; the first is the one to look at.
    pub findings: Vec<Finding>,
    /// How many there are in all.
    pub count: usize,
    /// Whether the tables were compared with the ledger. Not so in an archived journal whose tables another version made:
    /// they are rebuilt when it is opened for work.
    pub tables_compared: bool,
}

/// A thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The entry at fault, if it is one.
    pub seq: Option<u64>,
    /// What is wrong with it, in Russian.
    pub what: String,
}

impl Report {
    /// Whether nothing was found.
    pub fn is_clean(&self) -> bool {
        self.count == 0
    }

    pub(super) fn empty(tip: Tip) -> Self {
        Self { tip, findings: Vec::new(), count: 0, tables_compared: false }
    }

    /// Why nothing is certified from this journal: what was found first. Nothing where all was well.
    pub fn refusal(&self) -> Option<Error> {
        let first = self.findings.first()?;
        let place = first.seq.map(|seq| format!("запись № {seq}: ")).unwrap_or_default();
        let what = format!(
            "журнал не прошёл проверку, документы и архивы по нему не выдаются. Нарушений: {}. Первое: {place}{}",
            self.count, first.what
        );
        Some(
            Error::damaged(what)
                .next_by("проверьте журнал", Action::Audit)
                .then("сообщите директору")
                .then_by("сверьте журнал с архивной копией", Action::AuditAgainstWitness),
        )
    }

    pub(super) fn add(&mut self, seq: Option<u64>, what: impl Into<String>) {
        self.count += 1;
        if self.findings.len() < DESCRIBED {
            self.findings.push(Finding { seq, what: what.into() });
        }
    }
}
