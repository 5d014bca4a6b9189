//! Going on with a journal that was restored from an older copy after a disaster.
//!
//! What was recorded after the copy is lost. That is said in an entry, so that nobody takes the shorter ledger for one whose
//! end was cut off: the workplaces that saw more go on, archives of the lost part are known for what they are, and the
//! numbers of documents that may have been issued in it are not given out again.

use super::archive::witnesses::{self, Outside};
use super::{Done, Workplace};
use crate::error::{Action, Error, Result};
use crate::journal::entry::{Body, JournalRestored, LostTail};
use crate::journal::read::{self, Tables};
use crate::ledger::chain::{Hash, hex, parse_hash};
use crate::school::clean;

/// Numbers of documents are left out by the hundred, so that a gap is seen as one.
const BY: u64 = 100;

/// What is known of the lost part, and why it was lost.
pub struct Resumption<'a> {
    /// What happened.
    pub reason: &'a str,
    /// Places of it, from paper.
    pub lost: &'a [(u64, Hash)],
    /// Archives or teachers' sticks that may have seen more than the journal.
    pub witnesses: &'a [Outside],
    /// How many numbers of documents to leave out, where somebody knows.
    pub numbers: Option<u64>,
}

/// Reads a place of a ledger: `1500:` and the 64 digits of the sum.
///
/// # Errors
/// Anything else.
pub fn place(text: &str) -> Result<(u64, Hash)> {
    let read = text.split_once(':').and_then(|(length, head)| {
        let digits: String = head.chars().filter(|sign| !sign.is_whitespace() && *sign != '-').collect();
        Some((length.trim().parse().ok().filter(|length| *length > 0)?, parse_hash(&digits)?))
    });
    read.ok_or_else(|| {
        Error::input(format!("«{text}» — не число записей и сумма журнала"))
            .next("укажите их через двоеточие, как в акте или на листе-заверителе: 1500:64 цифры суммы")
    })
}

/// Records that the journal goes on from a restored copy.
///
/// # Errors
/// Anybody but a director, deputy head or administrator; a place that is not lost; an archive that is no witness.
pub fn resume(place: &mut Workplace<'_>, wish: &Resumption<'_>) -> Result<(Done, JournalRestored)> {
    let outrun = place.journal.withheld();
    let tip = place.journal.tip()?;
    let mut lost: Vec<LostTail> = Vec::new();
    for (length, head) in wish.lost {
        if read::ledger::record(place.tables(), *length)?.is_some_and(|record| record.head == *head) {
            return Err(Error::input(format!("запись № {length} с этой суммой в журнале есть: она не утрачена"))
                .next("укажите последнее, что было в журнале и чего в нём больше нет"));
        }
        lost.push(LostTail { length: *length, head: hex(head) });
    }
    lost.extend(outrun.map(|outrun| LostTail { length: outrun.seen.seq, head: hex(&outrun.seen.head) }));
    lost.extend(seen_by(place, wish.witnesses)?);
    lost.sort_by(|a, b| (a.length, &a.head).cmp(&(b.length, &b.head)));
    lost.dedup();
    let longest = lost.iter().map(|lost| lost.length).max().unwrap_or_default();
    // A document is an entry: there cannot be more of them than entries are lost.
    let numbers = wish.numbers.unwrap_or_else(|| longest.saturating_sub(tip.seq).max(1).div_ceil(BY) * BY);
    let restored = JournalRestored { reason: clean(wish.reason)?, lost, numbers };
    if outrun.is_none() && says_nothing_new(place.tables(), tip.seq, wish, &restored)? {
        return Ok((place.record([])?, restored));
    }
    place.journal.withhold(None);
    let done = place.record([restored.clone().into()]);
    // While it waits, nothing else is recorded from here.
    if done.as_ref().map_or(true, |done| !done.waiting.is_empty()) {
        place.journal.withhold(outrun);
    }
    Ok((done?, restored))
}

/// Whether the journal was gone on with already, nothing was recorded since, and nothing more is known of what was lost.
fn says_nothing_new(tables: &Tables, end: u64, wish: &Resumption<'_>, restored: &JournalRestored) -> Result<bool> {
    let mut seq = end;
    while let Some(entry) = read::ledger::entry(tables, seq)? {
        match entry.body {
            Body::EntriesConfirmed(_) => seq -= 1,
            Body::JournalRestored(last) => {
                let known = restored.lost.iter().all(|lost| last.lost.contains(lost));
                return Ok(known && wish.numbers.is_none_or(|numbers| numbers == last.numbers));
            }
            _ => break,
        }
    }
    Ok(false)
}

/// What archives and sticks of this journal have seen of the lost part.
fn seen_by(place: &Workplace<'_>, witnesses: &[Outside]) -> Result<Vec<LostTail>> {
    if witnesses.is_empty() {
        return Ok(Vec::new());
    }
    let proven = place.journal.prove(&mut |_| {})?;
    let mut lost = Vec::new();
    for witness in witnesses::that_speak_of(witnesses.to_vec(), proven.tip()) {
        let archive = match &witness {
            Outside::Archive(archive) => archive,
            Outside::Stick(seen) if seen.journal != proven.tip().journal => {
                return Err(Error::input(format!("носитель «{}» подготовлен для другого журнала", seen.label))
                    .next("укажите носитель, который готовили в этом журнале"));
            }
            // One place is enough: whatever lies before it, and is not in the journal, was lost with it.
            Outside::Stick(seen) => {
                let beyond = seen.beyond(&proven)?;
                lost.extend(beyond.map(|(length, head)| LostTail { length, head: hex(&head) }));
                continue;
            }
            Outside::Head(..) | Outside::Checkpoint(_) => continue,
        };
        let facts = archive.facts.clone();
        if facts.journal != hex(&proven.tip().journal) {
            return Err(Error::input(format!("архив «{}» — другого журнала", archive.name))
                .next_by("укажите носитель с архивами этого журнала", Action::ListArchives));
        }
        let testimony = witness.ask(&proven)?;
        if testimony.length.is_err() && testimony.lost_in.is_none() {
            lost.push(LostTail { length: facts.length, head: facts.head });
        }
    }
    Ok(lost)
}
