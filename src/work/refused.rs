//! Several entries of one wish, of which more than one is refused: whoever typed a whole lesson hears all of it at once.
//!
//! What follows a refused entry is judged all the same where it does not rest on it: marks and absences of other pupils,
//! exemptions from other subjects, decisions on others. Nothing of it is kept.

use crate::error::{Error, Kind, Result, every};
use crate::journal::entry::Body;
use std::collections::HashSet;

/// What was refused so far, and of whom or what it was.
#[derive(Default)]
pub(super) struct Refused {
    faults: Vec<Error>,
    about: HashSet<String>,
    /// That what follows rests on what was refused, whatever it is.
    is_last: bool,
}

impl Refused {
    /// What of the next entry does not rest on what was refused; nothing where all of it does.
    pub(super) fn rest_of(&self, body: Body) -> Option<Body> {
        if self.faults.is_empty() {
            return Some(body);
        }
        let is_free = |about: &str| !self.about.contains(about);
        let body = match body {
            Body::MarksSet(mut set) => {
                set.marks.retain(|line| is_free(&line.pupil));
                Body::MarksSet(set)
            }
            Body::AttendanceSet(mut set) => {
                set.pupils.retain(|line| is_free(&line.pupil));
                Body::AttendanceSet(set)
            }
            other => other,
        };
        let about = about(&body);
        (!self.is_last && !about.is_empty() && about.iter().all(|about| is_free(about))).then_some(body)
    }

    /// Keeps a refusal, while there may be others.
    ///
    /// # Errors
    /// The fault itself, where it is none of what was wished.
    pub(super) fn add(&mut self, error: Error, body: &Body) -> Result<()> {
        if !matches!(error.kind(), Kind::Refused | Kind::Input) {
            return Err(error);
        }
        let about = about(body);
        self.is_last |= about.is_empty();
        self.faults.push(error);
        self.about.extend(about);
        Ok(())
    }

    /// Refuses what was refused, all of it at once.
    ///
    /// # Errors
    /// The refusals.
    pub(super) fn all(self) -> Result<()> {
        every(self.faults.into_iter().map(Err::<(), _>)).map(drop)
    }
}

/// Of whom or what an entry is, where another of others does not rest on it.
fn about(body: &Body) -> Vec<String> {
    match body {
        Body::MarksSet(set) => set.marks.iter().map(|line| line.pupil.clone()).collect(),
        Body::AttendanceSet(set) => set.pupils.iter().map(|line| line.pupil.clone()).collect(),
        Body::ExemptionSet(set) => vec![format!("{} {}", set.pupil, set.subject)],
        Body::ExemptionWithdrawn(set) => vec![format!("{} {}", set.pupil, set.subject)],
        Body::DecisionSet(set) => vec![set.pupil.clone()],
        _ => Vec::new(),
    }
}
