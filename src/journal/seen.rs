//! What somebody last saw of a journal, and whether a file still contains it.
//!
//! A ledger whose end was cut off, or which was put back to an older copy, is sound in itself: only who saw more of it can
//! tell. A file that no longer contains what was seen is read and not written to, until an entry
//! ([`JournalRestored`](super::entry::JournalRestored)) says openly what was lost.

use super::read::{self, Tables};
use crate::error::{Action, Detail, Error, Result};
use crate::ledger::chain::{Hash, Tip, hex};
use crate::school::{RECORDS, counted};
use std::path::Path;

/// How far somebody has seen a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// Where the chain stood.
    pub tip: Tip,
    /// How often the journal had been gone on with from a restored copy: only a later such entry may give up what was seen.
    pub restorations: u64,
}

impl Seen {
    /// What there is to see of a journal's file now.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn of(tables: &Tables) -> Result<Self> {
        Ok(Self { tip: read::ledger::tip(tables)?, restorations: read::restorations(tables)?.len() as u64 })
    }

    /// Why a ledger that ends at `tip`, makes these tables and has this head at the place that was seen is not the one
    /// that was seen; nothing where it is, or where what it lacks was given up.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn missing_in(self, tip: Tip, head: Option<Hash>, tables: &Tables) -> Result<Option<Outrun>> {
        let contained = head == Some(self.tip.head) && self.tip.seq <= tip.seq;
        if contained || self.tip.journal != tip.journal {
            return Ok(None);
        }
        let later =
            read::restorations(tables)?.into_iter().skip(usize::try_from(self.restorations).unwrap_or(usize::MAX));
        let given_up = later.into_iter().any(|restoration| restoration.gives_up(self.tip.seq, &hex(&self.tip.head)));
        Ok((!given_up).then_some(Outrun { seen: self.tip, tip, head }))
    }
}

/// A journal that does not contain what was seen of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outrun {
    /// What was seen.
    pub seen: Tip,
    /// Where it ends now.
    pub tip: Tip,
    /// Its head at the place that was seen, where it is that long.
    pub head: Option<Hash>,
}

impl Outrun {
    /// What differs, in Russian.
    pub fn what(&self, path: &Path) -> String {
        let (path, seen, sum_seen) = (path.display(), self.seen.seq, hex(&self.seen.head));
        let now = match self.head {
            _ if seen > self.tip.seq => {
                let (length, sum) = (self.tip.seq, hex(&self.tip.head));
                return format!(
                    "журнал «{path}» короче, чем вы его видели на этом рабочем месте: было {} (последняя сумма {sum_seen}), а в нём {length} (последняя сумма {sum})",
                    counted(seen, RECORDS)
                );
            }
            Some(head) => hex(&head),
            None => "другая".to_owned(),
        };
        format!(
            "журнал «{path}» не тот, который вы видели на этом рабочем месте: сумма записи № {seen} была {sum_seen}, а в нём {now}"
        )
    }

    /// The refusal to record into it.
    pub(super) fn refusal(&self, path: &Path) -> Error {
        Error::refused(self.what(path))
            .next_by("если это старая копия, откройте действующий журнал", Action::Give(Detail::Journal))
            .then_by(
                "если действующий погиб и восстановлен из копии, директор, завуч или администратор записывает это и продолжает его",
                Action::ResumeJournal,
            )
            .then_by("иначе у журнала отрезан конец: не записывайте в него, сообщите директору и проверьте его", Action::AuditAgainstWitness)
    }
}
