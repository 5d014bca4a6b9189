//! A bag removed from a place after its term, every version of it, by the act that the school recorded.
//!
//! First a signed note is put there, `.destroyed`, which says by which act; then everything else goes; then the note says that
//! it is done. Whoever comes in between finds the note and goes on, and the catalogue does not call the bag missing.

use super::patient::Patient;
use super::place::Put;
use super::shelf::Shelf;
use super::signed;
use crate::archive::bag::{MAX_TAG_FILE, TAGMANIFEST};
use crate::archive::sum::Sum;
use crate::error::{Error, Result};
use crate::ledger::signer::Signer;
use crate::school::format_date;
use chrono::{DateTime, FixedOffset, SubsecRound};
use serde::{Deserialize, Serialize};

/// The note in the bag's folder.
pub const DESTROYED: &str = ".destroyed";

/// The SSHSIG namespace of notes.
pub const NAMESPACE: &str = "letopis-destroyed";

const FORMAT: &str = "letopis-destroyed-1";

/// So often everything is listed and removed before the place is told to be at fault.
const ROUNDS: usize = 5;

/// By what a bag is removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The act's number in the register.
    pub act: String,
    /// The entry that records what was set apart, and
    pub entry: u64,
    /// the journal that it stands in, hex.
    pub journal: String,
    /// The code of the bag by that entry.
    pub code: String,
    /// Who removes it.
    pub by: String,
    /// When.
    pub at: DateTime<FixedOffset>,
}

/// The note on a bag that was removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    format: String,
    /// The bag: `<school>/<year>/<bag>`.
    pub bag: String,
    /// Its code.
    pub code: String,
    /// The act's number.
    pub act: String,
    /// The journal whose entry records what was set apart, hex.
    pub journal: String,
    /// That entry.
    pub entry: u64,
    /// Login of who removed it.
    pub by: String,
    /// When, RFC 3339.
    pub at: String,
    /// Whether everything is removed.
    pub done: bool,
}

/// What was removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// Files and their versions.
    pub versions: usize,
    /// The note that stays.
    pub note: Note,
}

/// Reads the note of a bag, and by which key it is signed; nothing where there is none.
///
/// # Errors
/// A place that does not answer; a note that is none.
pub fn note(place: Patient<'_>, shelf: &Shelf) -> Result<Option<(Note, String)>> {
    let Some((bytes, _)) = place.get_whole(&shelf.under(DESTROYED), signed::LARGEST)? else { return Ok(None) };
    let read = signed::read::<Note>(&bytes, NAMESPACE);
    match read.filter(|(note, _)| note.format == FORMAT && note.bag == shelf.to_string()) {
        Some(read) => Ok(Some(read)),
        None => Err(Error::damaged(format!("отметка об уничтожении архива «{shelf}» в хранилище не подлинна"))
            .next("сообщите тому, кто ведёт хранилище, и проверьте архив")),
    }
}

/// Refuses a bag that was removed by an act.
///
/// # Errors
/// Such a bag; as [`note`].
pub fn is_kept(place: Patient<'_>, shelf: &Shelf) -> Result<()> {
    match note(place, shelf)? {
        Some((note, _)) => Err(Error::refused(format!(
            "архив «{shelf}» уничтожен в хранилище по акту № {} и туда больше не передаётся",
            note.act
        ))
        .next("проверьте, тот ли это архив")),
        None => Ok(()),
    }
}

/// Removes a bag. The order was given after the term; what is still locked is refused before anything is touched.
///
/// # Errors
/// Another bag than the order's; a lock that holds; nothing of it there; a fault of the place. What was begun is gone on with by the
/// next run.
pub fn destroy(place: Patient<'_>, shelf: &Shelf, order: &Order, signer: &dyn Signer) -> Result<Removed> {
    let before = note(place, shelf)?;
    if let Some((note, _)) = &before
        && note.act != order.act
    {
        return Err(Error::refused(format!("архив «{shelf}» уже уничтожается в хранилище по акту № {}", note.act))
            .next("укажите этот акт"));
    }
    let keys = keys(place, shelf)?;
    if before.is_none() {
        is_it(place, shelf, order, &keys)?;
    }
    for key in &keys {
        let until = place.ask(|| place.at_once().locked(key))?;
        if let Some(until) = until.filter(|until| *until > order.at) {
            let day = format_date(until.date_naive());
            return Err(Error::refused(format!("архив «{shelf}» заперт в хранилище от удаления до {day}"))
                .next("дождитесь этого дня: ничего не удалено"));
        }
    }
    let begun = Note {
        format: FORMAT.to_owned(),
        bag: shelf.to_string(),
        code: order.code.clone(),
        act: order.act.clone(),
        journal: order.journal.clone(),
        entry: order.entry,
        by: order.by.clone(),
        at: order.at.trunc_subsecs(0).to_rfc3339(),
        done: false,
    };
    put(place, shelf, &begun, signer)?;
    let versions = erase(place, shelf)?;
    let note = Note { done: true, ..begun };
    put(place, shelf, &note, signer)?;
    Ok(Removed { versions, note })
}

/// The keys of the bag's files.
fn keys(place: Patient<'_>, shelf: &Shelf) -> Result<Vec<String>> {
    place.ask(|| {
        let mut keys = Vec::new();
        place.at_once().list(&shelf.to_string(), &mut |key, _| {
            if key != shelf.under(DESTROYED) {
                keys.push(key.to_owned());
            }
        })?;
        Ok(keys)
    })
}

/// What lies there is the bag of the order, as far as it says what it is.
fn is_it(place: Patient<'_>, shelf: &Shelf, order: &Order, keys: &[String]) -> Result<()> {
    if keys.is_empty() {
        return Err(Error::input(format!("в хранилище ({}) нет архива «{shelf}»", place.name()))
            .next("посмотрите список архивов в хранилище"));
    }
    let there = place.get_whole(&shelf.under(TAGMANIFEST), MAX_TAG_FILE)?.map(|(bytes, _)| Sum::of(&bytes).to_string());
    match there {
        Some(code) if code != order.code => Err(Error::refused(format!(
            "в хранилище под именем «{shelf}» лежит другой архив, чем назван в акте № {}: его код не тот",
            order.act
        ))
        .next("проверьте архив в хранилище и сверьте коды; ничего не удалено")),
        _ => Ok(()),
    }
}

/// Puts the note, over whatever of it stands there.
fn put(place: Patient<'_>, shelf: &Shelf, note: &Note, signer: &dyn Signer) -> Result<()> {
    let (key, line) = (shelf.under(DESTROYED), signed::line(signer, NAMESPACE, note)?);
    for _ in 0..ROUNDS {
        let put = match place.get_whole(&key, signed::LARGEST)? {
            Some((bytes, _)) if bytes == line => return Ok(()),
            Some((_, tag)) => place.put_over(&key, &line, &tag)?,
            None => place.put_new(&key, &line)?,
        };
        // Whether it stands there, the next look tells.
        drop::<Put>(put);
    }
    Err(Error::environment(format!("хранилище ({}) не сохраняет отметку об уничтожении", place.name()))
        .next("повторите; если не поможет, сообщите тому, кто его ведёт"))
}

/// Removes everything but the note, every version of it, and what was left of uploads.
fn erase(place: Patient<'_>, shelf: &Shelf) -> Result<usize> {
    let (folder, keep, mut versions) = (shelf.to_string(), shelf.under(DESTROYED), 0);
    place.ask(|| place.at_once().sweep(&folder))?;
    for _ in 0..ROUNDS {
        let removed = place.ask(|| place.at_once().erase(&folder, &keep))?;
        versions += removed;
        if removed == 0 {
            return Ok(versions);
        }
    }
    Err(Error::environment(format!("в хранилище ({}) архив «{shelf}» удаляется и появляется снова", place.name()))
        .next("убедитесь, что его никто не передаёт, и повторите"))
}
