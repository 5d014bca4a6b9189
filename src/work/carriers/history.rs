//! What a carrier went through, by the ledger: registered, given out, written to, verified, repaired, lost; and whether it
//! is failing.

use crate::error::Result;
use crate::journal::entry::VerifiedAs;
use crate::journal::read::{Tables, carrier_history};
use serde::Serialize;
use std::collections::HashMap;

pub use carrier_history::{Event, What};

/// How many failures make a carrier one to be replaced.
const TOO_MANY: u32 = 2;

/// A carrier's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct History {
    /// How often it was found damaged or was repaired; damage that is known already and did not grow counts once.
    pub failures: u32,
    /// What happened, in the order of the ledger.
    pub events: Vec<Event>,
}

impl History {
    /// The history of a carrier, by its id.
    ///
    /// # Errors
    /// Tables that cannot be read.
    pub fn of(tables: &Tables, id: &str) -> Result<Self> {
        let events = carrier_history::events(tables, id)?;
        Ok(Self { failures: failures(&events), events })
    }

    /// Whether the carrier should be replaced before it loses what it holds.
    pub fn is_failing(&self) -> bool {
        self.failures >= TOO_MANY
    }
}

/// Counts the failures. Damage stays known until a repair, a verification that finds nothing, or a copy written anew.
fn failures(events: &[Event]) -> u32 {
    let mut known: HashMap<&str, u64> = HashMap::new();
    let mut count = 0;
    for event in events {
        match &event.what {
            What::Verified { archive, result, damaged, .. } if *result == VerifiedAs::Damaged => {
                let damaged = damaged.unwrap_or(1);
                if known.insert(archive, damaged).is_none_or(|before| damaged > before) {
                    count += 1;
                }
            }
            What::Verified { archive, .. } | What::Archived { archive, .. } => {
                known.remove(archive.as_str());
            }
            What::Repaired { archive, .. } => {
                count += u32::from(known.remove(archive.as_str()).is_none());
            }
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::entry::VerifiedDepth;

    fn found(damaged: Option<u64>) -> What {
        let result = if damaged.is_some() { VerifiedAs::Damaged } else { VerifiedAs::Whole };
        let (archive, depth) = ("q1".to_owned(), VerifiedDepth::Signature);
        What::Verified { archive, depth, result, damaged, healable: None }
    }

    fn repaired() -> What {
        What::Repaired { archive: "q1".to_owned(), files: 1, bytes: 4096, from: "copy".to_owned() }
    }

    fn count(whats: Vec<What>) -> u32 {
        let at = chrono::DateTime::parse_from_rfc3339("2025-10-24T15:00:00+03:00").unwrap();
        let event = |(entry, what)| Event { entry, at, what };
        failures(&(1..).zip(whats).map(event).collect::<Vec<_>>())
    }

    #[test]
    fn damage_counts_when_it_is_new_or_has_grown() {
        assert_eq!(count(vec![found(None), found(None)]), 0);
        assert_eq!(count(vec![found(Some(1)), found(Some(1)), repaired()]), 1, "one failure, seen twice and repaired");
        assert_eq!(count(vec![found(Some(1)), found(Some(3))]), 2, "it grows");
        assert_eq!(count(vec![found(Some(1)), repaired(), found(Some(1))]), 2, "it came back");
        assert_eq!(count(vec![repaired(), repaired()]), 2, "repaired without a recorded verification");
        assert_eq!(count(vec![found(Some(1)), found(None), found(Some(1))]), 2, "a reader that comes and goes");
    }
}
