//! Substitutions (§2.1).

use super::Place;
use crate::error::Result;
use crate::journal::entry::{SubstitutionAssigned, SubstitutionConfirmed};
use crate::journal::read::iso;
use rusqlite::params;

impl Place<'_> {
    pub(super) fn substitution_assigned(&self, assigned: &SubstitutionAssigned) -> Result<()> {
        let at = &assigned.at;
        let (course, date) = (self.course(&at.course)?, iso(at.date));
        if assigned.substitute.is_empty() {
            let sql = "DELETE FROM substitutions WHERE course = ?1 AND date = ?2 AND lesson = ?3";
            return self.run(sql, params![course, date, at.lesson]);
        }
        let sql = "INSERT OR REPLACE INTO substitutions (course, date, lesson, substitute, entry)
                   VALUES (?1, ?2, ?3, ?4, ?5)";
        self.run(sql, params![course, date, at.lesson, assigned.substitute, self.seq])
    }

    pub(super) fn substitution_confirmed(&self, confirmed: &SubstitutionConfirmed) -> Result<()> {
        let lesson = self.lesson_id(&confirmed.at)?;
        self.run("UPDATE lessons SET confirmed = 1, entry = ?2 WHERE id = ?1", params![lesson, self.seq])
    }
}
