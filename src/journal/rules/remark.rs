//! Remarks on how the journal is kept (§3.3.5).

use super::{known_course, people, text};
use crate::error::{Action, Error, Result};
use crate::journal::entry::{RemarkAnswered, RemarkWritten};
use crate::journal::read::Tables;
use rusqlite::OptionalExtension;

/// A remark about a class, or about a course of it.
pub fn remark(tables: &Tables, remark: &RemarkWritten) -> Result<()> {
    people::known_class(tables, &remark.class)?;
    text::is_given(&remark.text, "замечание")?;
    text::fits(&remark.text, "замечание")?;
    match &remark.course {
        Some(key) if key.class != remark.class => {
            Err(Error::input(format!("курс «{key}» не класса {}", remark.class)).next("укажите курс этого класса"))
        }
        Some(key) => known_course(tables, key).map(|_| ()),
        None => Ok(()),
    }
}

/// A remark is answered once.
pub fn answer(tables: &Tables, answer: &RemarkAnswered) -> Result<()> {
    text::is_given(&answer.text, "отметка о выполнении")?;
    text::fits(&answer.text, "отметка о выполнении")?;
    let sql = "SELECT answer FROM remarks WHERE number = ?1";
    let standing: Option<String> =
        tables.prepare_cached(sql)?.query_row([answer.number], |row| row.get(0)).optional()?;
    match standing.as_deref() {
        None => Err(Error::input(format!("замечания № {} нет", answer.number))
            .next_by("посмотрите список замечаний", Action::ListRemarks)),
        Some("") => Ok(()),
        Some(_) => Err(Error::refused(format!("на замечание № {} уже есть отметка о выполнении", answer.number))
            .next("если нужно добавить, запишите новое замечание")),
    }
}
