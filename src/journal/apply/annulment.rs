//! What was recorded by mistake and is taken back: one list of it, whatever it was.

use super::Place;
use crate::error::Result;
use crate::journal::read::annulments::Annulled;
use rusqlite::params;

impl Place<'_> {
    /// Lists what this entry takes back: of which kind, what it is about (a class, a personal file, a course), how it
    /// stood, and why it is taken back.
    pub(super) fn annulled(&self, kind: Annulled, about: &str, what: &str, reason: &str) -> Result<()> {
        self.annulled_for(&self.entry.author, kind, (about, what, reason))
    }

    /// As [`Place::annulled`], at the request of somebody.
    pub(super) fn annulled_for(
        &self,
        login: &str,
        kind: Annulled,
        (about, what, reason): (&str, &str, &str),
    ) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO annulments (entry, kind, about, what, reason, by, at)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        self.run(sql, params![self.seq, kind.word(), about, what, reason, login, self.time()])
    }
}
