//! What was annulled by hand: a file that was left behind does not make it again unseen.

use super::fault::Source;
use super::record::Import;
use super::rows::Key;
use crate::error::Result;
use crate::journal::read::annulments::{Annulled, last_annulment};

impl Import<'_, '_> {
    /// Whether a class or a course is there, or was never annulled: what was annulled by hand is not made again unseen.
    pub(super) fn is_not_made_again(&mut self, at: Source, column: &'static str, key: &Key) -> Result<bool> {
        match key {
            _ if self.known.contains(key) => Ok(true),
            Key::Class(class) => self.was_not_annulled(at, column, Annulled::Class, &class.to_string()),
            Key::Course(course) => self.was_not_annulled(at, column, Annulled::Course, &course.to_string()),
            _ => Ok(true),
        }
    }

    /// Whether nothing of this name was annulled; otherwise that is a fault.
    pub(super) fn was_not_annulled(
        &mut self,
        at: Source,
        column: &'static str,
        kind: Annulled,
        name: &str,
    ) -> Result<bool> {
        let Some(seq) = last_annulment(self.batch.tables(), kind, name)? else { return Ok(true) };
        let what = format!(
            "{name}: аннулировано записью № {seq}; уберите строку, а если это всё же нужно, сначала заведите его вручную"
        );
        self.faults.column(at, column, what);
        Ok(false)
    }
}
