//! Remarks on how the journal is kept (§3.3.5).

use super::Place;
use crate::error::Result;
use crate::journal::entry::{RemarkAnswered, RemarkWritten};
use rusqlite::params;

impl Place<'_> {
    pub(super) fn remark_written(&self, remark: &RemarkWritten) -> Result<()> {
        let sql = "INSERT INTO remarks (number, class, course, text, author, written_at, answer, answered_by,
                   answered_at, entry)
                   VALUES ((SELECT count(*) + 1 FROM remarks), ?1, ?2, ?3, ?4, ?5, '', '', '', ?6)";
        let course = remark.course.as_ref().map(|key| self.course(key)).transpose()?;
        let (class, time) = (remark.class.to_string(), self.time());
        self.run(sql, params![class, course, remark.text, self.entry.author, time, self.seq])
    }

    pub(super) fn remark_answered(&self, answer: &RemarkAnswered) -> Result<()> {
        let sql = "UPDATE remarks SET answer = ?2, answered_by = ?3, answered_at = ?4, entry = ?5 WHERE number = ?1";
        self.run(sql, params![answer.number, answer.text, self.entry.author, self.time(), self.seq])
    }
}
