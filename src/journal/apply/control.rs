//! Substitutions, remarks, the «Блокнот», the clock, the year's close.

use super::Place;
use crate::error::Result;
use crate::journal::entry::{
    ClockReset, NoteAdded, NoteDone, RemarkAnswered, RemarkWritten, SubstitutionAssigned, SubstitutionConfirmed,
    YearContinued,
};
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

    pub(super) fn note_added(&self, note: &NoteAdded) -> Result<()> {
        let sql = "INSERT INTO notes (entry, author, written_at, sealed, done) VALUES (?1, ?2, ?3, ?4, 0)";
        self.run(sql, params![self.seq, self.entry.author, self.time(), note.sealed.join("\n")])
    }

    pub(super) fn note_done(&self, done: &NoteDone) -> Result<()> {
        self.run("UPDATE notes SET done = 1 WHERE entry = ?1", params![done.note])
    }

    pub(super) fn clock_reset(&self, reset: &ClockReset) -> Result<()> {
        let sql = "INSERT INTO clock_resets (entry, at, by, reason) VALUES (?1, ?2, ?3, ?4)";
        self.run(sql, params![self.seq, self.time(), self.entry.author, reset.reason])
    }

    pub(super) fn year_closed(&self) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO year_closed (id, at, by, entry) VALUES (1, ?1, ?2, ?3)";
        self.run(sql, params![self.time(), self.entry.author, self.seq])
    }

    pub(super) fn year_continued(&self, continued: &YearContinued) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO year_continued (id, token, at, by, entry) VALUES (1, ?1, ?2, ?3, ?4)";
        self.run(sql, params![continued.token, self.time(), self.entry.author, self.seq])
    }
}
