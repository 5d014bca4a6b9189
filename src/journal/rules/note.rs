//! The «Блокнот» (§2.3.4).

use crate::error::{Action, Error, Result};
use crate::journal::entry::{Entry, NoteAdded, NoteDone};
use crate::journal::read::Tables;
use rusqlite::{OptionalExtension, params};

/// The longest note in lines of its armour (64 characters each).
const NOTE_LINES: usize = 120;

/// A note is an armoured age file and not larger than a note.
pub fn note(note: &NoteAdded) -> Result<()> {
    let lines = &note.sealed;
    let framed = lines.first().is_some_and(|line| line == "-----BEGIN AGE ENCRYPTED FILE-----")
        && lines.last().is_some_and(|line| line == "-----END AGE ENCRYPTED FILE-----");
    let plain = lines.iter().all(|line| line.len() <= 64 && line.is_ascii());
    if framed && plain && lines.len() <= NOTE_LINES {
        return Ok(());
    }
    Err(Error::input("запись «Блокнота» слишком длинная или не зашифрована").next("сократите текст"))
}

/// A note of one's own that is not done with.
pub fn note_done(tables: &Tables, entry: &Entry, done: &NoteDone) -> Result<()> {
    let sql = "SELECT done FROM notes WHERE entry = ?1 AND author = ?2";
    let standing: Option<bool> =
        tables.prepare_cached(sql)?.query_row(params![done.note, entry.author], |row| row.get(0)).optional()?;
    match standing {
        None => Err(Error::refused(format!("§2.3.4: в вашем «Блокноте» нет записи № {}", done.note))
            .next_by("посмотрите свои записи", Action::ListNotes)),
        Some(true) => Err(Error::refused(format!("запись № {} уже отмечена выполненной", done.note))
            .next("посмотрите невыполненные записи")),
        Some(false) => Ok(()),
    }
}
