//! The «Блокнот» (§2.3.4).

use super::Place;
use crate::error::Result;
use crate::journal::entry::{NoteAdded, NoteDone};
use rusqlite::params;

impl Place<'_> {
    pub(super) fn note_added(&self, note: &NoteAdded) -> Result<()> {
        let sql = "INSERT INTO notes (entry, author, written_at, sealed, done) VALUES (?1, ?2, ?3, ?4, 0)";
        self.run(sql, params![self.seq, self.entry.author, self.time(), note.sealed.join("\n")])
    }

    pub(super) fn note_done(&self, done: &NoteDone) -> Result<()> {
        self.run("UPDATE notes SET done = 1 WHERE entry = ?1", params![done.note])
    }
}
