//! Submitting the journal's checkpoints to the witnesses that the school has named, and what they have signed.

use super::checkpoint::{is_of_server, origin};
use crate::error::{Error, Result};
use crate::journal::Proven;
use crate::journal::read::{self, Tables, Witness};
use crate::ledger::chain::{Hash, Tip};
use crate::ledger::identity::Identity;
use crate::ledger::log::checkpoint::Checkpoint;
use crate::ledger::log::note::{Note, Verifier};
use crate::witness::kept::{Failed, Kept};
use crate::witness::protocol::{Refusal, Submitted, Way, submit as ask};
use chrono::{DateTime, Utc};
use std::path::Path;

/// What came of asking a witness.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// He has signed today's checkpoint, now.
    Signed,
    /// He had signed it before.
    Had,
    /// Checkpoints are carried to him: the school names no address.
    Carried,
    /// He has not.
    Refused(Refusal),
}

/// Asks every witness that the school names to sign today's checkpoint, unless he has or, where nobody `insists`, is not to be
/// asked again yet. What each answers is kept beside the journal at once. Nothing where somebody else is asking them.
///
/// # Errors
/// A key that is not a server's of this journal; answers that cannot be kept.
pub fn submit(
    tables: &Tables,
    proven: &Proven,
    server: &Identity,
    way: &dyn Way,
    leaves: &mut Leaves,
    insists: bool,
    now: DateTime<Utc>,
) -> Result<Option<Vec<(Witness, Outcome)>>> {
    let (tip, journal) = (proven.tip(), proven.path());
    let named = read::witnesses_now(tables)?;
    if named.is_empty() {
        return Ok(Some(Vec::new()));
    }
    is_of_server(tables, server)?;
    let Some(_held) = Kept::lock(journal)? else { return Ok(None) };
    let origin = origin(tables, tip.journal)?;
    let mut kept = Kept::read(journal)?;
    let keys: Vec<Verifier> = named.iter().map(|witness| witness.key.clone()).collect();
    kept.retain(&keys);
    let (mut outcomes, mut today) = (Vec::new(), None);
    for witness in named {
        let heard = kept.of(&witness.key);
        let before = heard.and_then(|heard| heard.size(origin)).unwrap_or_default();
        let is_due = heard.is_none_or(|heard| heard.is_due(now));
        let Some(url) = witness.url.clone() else {
            outcomes.push((witness, Outcome::Carried));
            continue;
        };
        if before == tip.seq && heard.is_some_and(|heard| heard.failed.is_none()) {
            outcomes.push((witness, Outcome::Had));
            continue;
        }
        if !insists && !is_due {
            continue;
        }
        // Made once, and only where somebody is asked.
        let note = match &mut today {
            Some(note) => note,
            none => none.insert(Checkpoint::of(origin, leaves.of(proven)?).signed(server)?),
        };
        let answer = ask(way, (&witness.key, &url), Submitted { note, leaves: &leaves.leaves }, before);
        let outcome = match answer {
            Ok(signed) => {
                kept.has_signed(&witness.key, &signed.note, signed.at);
                Outcome::Signed
            }
            Err(refusal) => {
                kept.has_failed(&witness.key, refusal.words(), refusal.contradicts(), now);
                Outcome::Refused(refusal)
            }
        };
        kept.write(journal)?;
        outcomes.push((witness, outcome));
    }
    Ok(Some(outcomes))
}

/// The leaves of a ledger's tree, kept by whoever submits its checkpoints again and again: those of new records are added.
#[derive(Debug, Default)]
pub struct Leaves {
    leaves: Vec<Hash>,
    head: Option<Hash>,
}

impl Leaves {
    /// All leaves of a proven ledger.
    fn of(&mut self, proven: &Proven) -> Result<&[Hash]> {
        let (known, tip) = (self.leaves.len() as u64, proven.tip());
        if self.head.is_none() || proven.head_at(known) != self.head {
            self.leaves.clear();
        }
        let more = proven.leaves_between(self.leaves.len() as u64, tip.seq)?;
        self.leaves.extend(more);
        self.head = Some(tip.head);
        Ok(&self.leaves)
    }
}

/// Adds to what is kept a checkpoint that was carried to a witness: his signature comes back in a file.
///
/// # Errors
/// A checkpoint of another journal or of another ledger; one that no witness named by the school has signed.
pub fn brought(proven: &Proven, note: &Note) -> Result<Vec<String>> {
    let (tables, journal) = (proven.tables()?, proven.path());
    let point = Checkpoint::read(note)?;
    if point.origin != origin(&tables, proven.tip().journal)? || point.size > proven.tip().seq {
        return Err(Error::input("контрольная точка не этого журнала, или она сделана до его восстановления из копии")
            .next("возьмите точку, которую подписал этот журнал"));
    }
    if !point.begins(&proven.leaves(point.size)?) {
        return Err(Error::damaged("контрольная точка другого журнала с тем же именем: записи не те")
            .next("сообщите директору и тому, кто её подписал"));
    }
    let mut kept = Kept::read(journal)?;
    let mut signed = Vec::new();
    for witness in read::witnesses_now(&tables)? {
        let crate::ledger::log::note::Opinion::Signed(Some(at)) = witness.key.opinion(note) else { continue };
        let newer =
            kept.of(&witness.key).and_then(|heard| heard.size(point.origin)).is_none_or(|had| had <= point.size);
        if newer {
            kept.has_signed(&witness.key, note, at);
        }
        signed.push(witness.name);
    }
    if signed.is_empty() {
        return Err(Error::input("ни один свидетель, которого назвала школа, эту точку не подписал")
            .next("допишите в конец файла строку с подписью свидетеля, как он её прислал"));
    }
    kept.write(journal)?;
    Ok(signed)
}

/// The newest checkpoint that a witness has signed, as it is kept, if the ledger still begins with it; with all signatures.
///
/// # Errors
/// What is kept does not read; records that do not.
pub fn newest(proven: &Proven) -> Result<Option<Note>> {
    let origin = origin(&proven.tables()?, proven.tip().journal)?;
    let Some(note) = Kept::read(proven.path())?.newest(origin) else { return Ok(None) };
    let point = Checkpoint::read(&note)?;
    Ok((point.size <= proven.tip().seq && point.begins(&proven.leaves(point.size)?)).then_some(note))
}

/// How a witness stands to the journal as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Whom the school names.
    pub witness: Witness,
    /// How many records he has vouched for, and when.
    pub signed: Option<(u64, DateTime<Utc>)>,
    /// How many he has not.
    pub lacks: u64,
    /// Why he does not sign, and since when.
    pub failed: Option<Failed>,
}

/// How the witnesses stand that the school names now.
///
/// # Errors
/// Tables, or what is kept, that do not read.
pub fn standing(tables: &Tables, journal: &Path, tip: Tip) -> Result<Vec<Standing>> {
    let named = read::witnesses_now(tables)?;
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let (kept, origin) = (Kept::read(journal)?, origin(tables, tip.journal)?);
    let of = |witness: Witness| {
        let heard = kept.of(&witness.key);
        let size = heard.and_then(|heard| heard.size(origin));
        let signed = size.zip(heard.and_then(|heard| heard.signed.as_ref()).map(|newest| newest.at));
        let failed = heard.and_then(|heard| heard.failed.clone());
        Standing { lacks: tip.seq.saturating_sub(size.unwrap_or_default()), signed, failed, witness }
    };
    Ok(named.into_iter().map(of).collect())
}
