//! Reasons for absence, and exemptions.

use super::Place;
use crate::error::Result;
use crate::journal::entry::{ExemptionSet, ExemptionWithdrawn, ReasonSet, ReasonWithdrawn};
use crate::journal::read::iso;
use rusqlite::params;

impl Place<'_> {
    pub(super) fn reason(&self, set: &ReasonSet) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO reasons (pupil, since, until, reason, document, entry)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let (pupil, reason) = (self.pupil(&set.pupil)?, set.reason.word());
        self.run(sql, params![pupil, iso(set.since), iso(set.until), reason, set.document, self.seq])
    }

    pub(super) fn reason_withdrawn(&self, withdrawn: &ReasonWithdrawn) -> Result<()> {
        let sql = "DELETE FROM reasons WHERE pupil = ?1 AND since = ?2 AND until = ?3";
        self.run(sql, params![self.pupil(&withdrawn.pupil)?, iso(withdrawn.since), iso(withdrawn.until)])
    }

    pub(super) fn exemption(&self, set: &ExemptionSet) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO exemptions (pupil, subject, since, until, document, entry)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let (pupil, since, until) = (self.pupil(&set.pupil)?, iso(set.since), iso(set.until));
        self.run(sql, params![pupil, set.subject, since, until, set.document, self.seq])
    }

    pub(super) fn exemption_withdrawn(&self, withdrawn: &ExemptionWithdrawn) -> Result<()> {
        let sql = "DELETE FROM exemptions WHERE pupil = ?1 AND subject = ?2 AND since = ?3";
        self.run(sql, params![self.pupil(&withdrawn.pupil)?, withdrawn.subject, iso(withdrawn.since)])
    }
}
