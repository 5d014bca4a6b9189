//! Papers and archives of the year's end that no longer show what the journal has: a final mark or a decision came after.

use super::year::reopenings;
use super::{Tables, all_archives};
use crate::error::Result;
use crate::journal::entry::ArchiveKind;
use crate::journal::rules::YEARLY;
use crate::school::ClassName;
use rusqlite::params;

/// What was made at the year's end before something changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outdated {
    /// Classes whose sheet for 25 years was issued before, with its number.
    pub sheets: Vec<(ClassName, String)>,
    /// The archive of the year that was made before.
    pub archive: Option<String>,
}

impl Outdated {
    /// What is outdated.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn of(tables: &Tables) -> Result<Self> {
        let mut outdated = Self::default();
        for (class, number, at_entry) in sheets(tables)? {
            if is_changed_since(tables, &class, at_entry)? {
                outdated.sheets.push((class, number));
            }
        }
        outdated.archive = archive(tables)?;
        Ok(outdated)
    }

    /// Whether nothing is.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Of each class the sheet that was issued last and holds: its number, and the entry whose state it shows.
fn sheets(tables: &Tables) -> Result<Vec<(ClassName, String, u64)>> {
    let sql = "SELECT subject, number, at_entry FROM documents AS one
               WHERE form = 'summary-sheet' AND superseded IS NULL AND entry = (SELECT MAX(entry) FROM documents
                   WHERE form = 'summary-sheet' AND superseded IS NULL AND subject = one.subject) ORDER BY subject";
    tables.all("сводная ведомость", sql, [], |row| {
        Ok((row.class("subject")?, row.get("number")?, row.get("at_entry")?))
    })
}

/// Whether marks of the year or decisions of a class came after an entry.
fn is_changed_since(tables: &Tables, class: &ClassName, entry: u64) -> Result<bool> {
    let [year, exam, outcome] = YEARLY;
    let finals = "SELECT 1 FROM finals JOIN courses ON courses.id = course
                  WHERE class = ?1 AND finals.entry > ?2 AND period IN (?3, ?4, ?5)";
    let class = class.to_string();
    if tables.any(finals, params![class, entry, year, exam, outcome])? {
        return Ok(true);
    }
    let decisions = "SELECT 1 FROM decisions JOIN enrolments ON enrolments.pupil = decisions.pupil
                     WHERE class = ?1 AND decisions.entry > ?2";
    tables.any(decisions, params![class, entry])
}

/// The last archive of the year, where final marks or decisions came after what it holds.
fn archive(tables: &Tables) -> Result<Option<String>> {
    let reopened = reopenings(tables)?.last().map_or(0, |reopened| reopened.entry);
    let mut archives = all_archives(tables)?;
    archives.retain(|archive| {
        archive.kind == ArchiveKind::Journal && &*archive.period == YEARLY[0] && archive.entry > reopened
    });
    let Some(last) = archives.into_iter().max_by_key(|archive| archive.length) else { return Ok(None) };
    let sql = "SELECT 1 FROM finals WHERE entry > ?1 UNION ALL SELECT 1 FROM decisions WHERE entry > ?1";
    Ok(tables.any(sql, params![last.length])?.then_some(last.name))
}
