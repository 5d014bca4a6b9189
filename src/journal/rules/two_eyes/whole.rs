//! Entries that say the whole of a thing anew, as it was when they were recorded: such a one that waits must not undo, once it
//! is confirmed, what was recorded of the same thing meanwhile.
//!
//! So none is recorded of a thing while another of its kind waits, and none is confirmed after anything else of the thing came
//! into force. A pupil's number is a thing of its own beside his name: both may wait, and are confirmed in either order.

use crate::error::{Action, Error, Result};
use crate::journal::entry::{Body, Entry};
use crate::journal::read::extraordinary::{self, Held, about};
use crate::journal::read::{self, Tables};

/// From which rules on.
const SINCE: u32 = super::SINCE;

/// A thing of which an entry says the whole, in words; nothing where it says a part only.
fn thing(body: &Body) -> Option<String> {
    match body {
        Body::Person(person) => Some(format!("о сотруднике «{}»", person.login)),
        Body::PupilSet(set) => Some(format!("об ученике «{}»", set.file)),
        Body::PupilRenumbered(set) => Some(format!("о номере личного дела «{}»", set.file)),
        Body::SchoolChanged(_) => Some("о школе".to_owned()),
        Body::EmergencyKeySet(_) => Some("об аварийном ключе".to_owned()),
        _ => None,
    }
}

/// What an entry is about; a personal file by the number it has now.
fn subject(tables: &Tables, body: &Body) -> Result<String> {
    let about = about(body);
    Ok(match body {
        Body::PupilSet(_) | Body::PupilRenumbered(_) => {
            read::pupil(tables, &about)?.map_or(about, |pupil| pupil.file.to_string())
        }
        _ => about,
    })
}

/// An entry that says the whole of a thing is not recorded while another of its kind waits.
///
/// # Errors
/// The one that waits.
pub fn nothing_alike_waits(tables: &Tables, entry: &Entry) -> Result<()> {
    let body = &entry.body;
    let Some(thing) = thing(body).filter(|_| entry.rules >= SINCE) else { return Ok(()) };
    let waiting = extraordinary::waiting_of_kind(tables, body.kind())?;
    if waiting.is_empty() {
        return Ok(());
    }
    let subject_now = subject(tables, body)?;
    for held in waiting {
        if subject(tables, &held.entry.body)? == subject_now {
            return Err(Error::refused(format!(
                "{thing} ждёт подтверждения запись № {}, она заменила бы эту",
                held.seq
            ))
            .next_by("сначала подтвердите её или откажите в ней", Action::ListConfirmations));
        }
    }
    Ok(())
}

/// What waits is confirmed as long as nothing of the same thing came into force after it was recorded.
///
/// # Errors
/// What came after it.
pub(super) fn is_untouched_since(tables: &Tables, held: &Held) -> Result<()> {
    let last = match &held.entry.body {
        Body::Person(person) => last(tables, "SELECT entry FROM people WHERE login = ?1", &person.login)?,
        Body::PupilSet(_) => {
            // Another number says nothing of the name.
            let sql = "SELECT entry FROM pupils WHERE file = ?1
                       AND entry NOT IN (SELECT entry FROM pupil_aliases WHERE pupil = pupils.id)";
            last(tables, sql, &subject(tables, &held.entry.body)?)?
        }
        Body::SchoolChanged(_) => last(tables, "SELECT entry FROM school WHERE ?1 = ''", "")?,
        _ => None,
    };
    let Some(last) = last.filter(|last| *last > held.seq) else { return Ok(()) };
    Err(Error::refused(format!("запись № {}: после неё о том же записано № {last}", held.seq))
        .next_by("откажите в ней и внесите заново", Action::RefuseConfirmation))
}

fn last(tables: &Tables, sql: &str, of: &str) -> Result<Option<u64>> {
    tables.one("запись", sql, [of], |row| row.get("entry"))
}
