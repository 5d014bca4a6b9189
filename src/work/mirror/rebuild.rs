//! A journal made anew from its mirror, after everything else has burnt.
//!
//! First the notes are followed, for which no key is needed. Then each segment is held against its note, decrypted, and its
//! records added where they follow the one before; the whole is audited as any journal is. What is missing is named, and what
//! comes before it is there.

use super::super::stores::Store;
use super::journals;
use crate::archive::progress::Progress;
use crate::archive::restore::make_folder;
use crate::error::{Action, Error, Result};
use crate::files;
use crate::journal::read;
use crate::journal::{Proven, Rebuilt};
use crate::ledger::chain::{Hash, Tip};
use crate::ledger::identity::Identity;
use crate::ledger::log::checkpoint::Origin;
use crate::ledger::log::segment::{self, Line, Segment};
use crate::school::Role;
use crate::store::mirror::chain::{Broken, Chain};
use crate::store::mirror::{Shelf, sealed};
use crate::store::{Patience, Patient};
use std::path::{Path, PathBuf};

/// The journal in the folder.
const JOURNAL: &str = "journal.letopis";

/// What is wanted.
pub struct Wish<'a> {
    /// Where the mirror is.
    pub store: &'a Store,
    /// The journal, by the first digits of its id, where there are several.
    pub journal: Option<&'a str>,
    /// How long the place is asked.
    pub patience: Patience,
}

/// A mirror as it was looked at without a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Looked {
    /// Its log.
    pub origin: Origin,
    /// How many records can be followed.
    pub length: u64,
    /// How many segments these are.
    pub segments: usize,
    /// What is wrong with it.
    pub faults: Vec<Broken>,
}

/// A journal that was made anew.
#[derive(Debug)]
pub struct Remade {
    /// The file.
    pub journal: PathBuf,
    /// Where its ledger ends.
    pub tip: Tip,
    /// Of which epoch it is.
    pub epoch: u32,
    /// Why there is no more of it; nothing where the mirror ends so.
    pub broken: Option<Broken>,
    /// The last place that the notes name, where that was not reached.
    pub beyond: Option<(u64, Hash)>,
    /// First records of the segments that the school's server has not signed.
    pub unsigned: Vec<u64>,
}

impl Wish<'_> {
    fn place(&self) -> Patient<'_> {
        Patient::new(&*self.store.place, self.patience)
    }

    /// The epochs of the one journal that is meant, in order.
    fn chains(&self, progress: &dyn Progress) -> Result<Vec<Chain>> {
        let (journal, listed) = journals(self.store, self.place(), self.journal)?;
        progress.begin("листки зеркала", 0);
        let mut chains = Vec::new();
        for ((_, epoch), from) in &listed {
            let shelf = Shelf::new(&self.store.school, Origin { journal, epoch: *epoch });
            chains.push(Chain::follow(self.place(), shelf, Some(from), &mut |_| progress.advance(1))?);
        }
        Ok(chains)
    }

    /// Looks at a mirror without a key: each note against the next, each segment against its note.
    ///
    /// # Errors
    /// No mirror, or several journals; a place that does not answer.
    pub fn look(&self, progress: &dyn Progress) -> Result<Vec<Looked>> {
        let mut looked = Vec::new();
        for chain in self.chains(progress)? {
            let mut faults = Vec::new();
            progress.begin("отрезки зеркала", 0);
            for linked in &chain.links {
                faults.extend(chain.file(self.place(), &linked.segment)?.err());
                progress.advance(1);
            }
            faults.extend(chain.broken.clone());
            let (origin, length, segments) = (chain.shelf.origin, chain.length(), chain.links.len());
            looked.push(Looked { origin, length, segments, faults });
        }
        Ok(looked)
    }

    /// Makes the journal anew in a folder, with the recovery key or another for which the mirror is encrypted.
    ///
    /// # Errors
    /// No mirror, or several journals; a key that opens nothing; a journal that does not pass its audit. Then nothing stays in
    /// the folder.
    pub fn rebuild(&self, opener: &Identity, to: &Path, progress: &dyn Progress) -> Result<Remade> {
        let to = &*files::named(to)?;
        let chains = self.chains(progress)?;
        make_folder(to)?;
        let done = self.remake(&chains, opener, &to.join(JOURNAL), progress);
        if done.is_err() {
            let _ = files::remove_folder(to);
        }
        done
    }

    fn remake(&self, chains: &[Chain], opener: &Identity, path: &Path, progress: &dyn Progress) -> Result<Remade> {
        let mut newest_first = chains.iter().rev().filter(|chain| !chain.links.is_empty());
        let Some(mut chain) = newest_first.next() else {
            return Err(nothing(chains.iter().find_map(|chain| chain.broken.as_ref())));
        };
        let mut taken = self.take(chain, opener, path, progress)?;
        // A new epoch that had not come past what an older one has too: the older one tells more.
        for older in newest_first {
            if older.length() > taken.0.seq && self.has(older, taken.0, opener)? {
                files::remove(path).map_err(|cause| Error::file("удалить", path, &cause))?;
                chain = older;
                taken = self.take(chain, opener, path, progress)?;
            }
        }
        let (tip, broken) = taken;
        progress.begin("проверка журнала", 0);
        let (report, proven) = Proven::of_copy(path)?;
        let Some(proven) = proven else {
            let found = report.findings.first();
            let first = found.map(|found| (found.seq.unwrap_or_default(), found.what.as_str())).unwrap_or_default();
            return Err(Error::damaged(format!(
                "журнал из зеркала не прошёл проверку, нарушений: {}; первое — запись № {}: {}",
                report.count, first.0, first.1
            ))
            .next("сообщите директору и сохраните хранилище как есть")
            .then_by("восстановите журнал с носителя", Action::RestoreArchive));
        };
        let servers = read::keys_ever(&proven.tables()?, Role::ServerService)?;
        let reached = chain.links.iter().filter(|linked| linked.segment.to <= tip.seq);
        let unsigned = reached.filter(|linked| !linked.segment.is_signed(&linked.note, &servers));
        let unsigned = unsigned.map(|linked| linked.segment.from).collect();
        let beyond = chain.head().filter(|_| chain.length() > tip.seq).map(|head| (chain.length(), head));
        let broken = broken.or_else(|| chain.broken.clone());
        Ok(Remade { journal: path.to_owned(), tip, epoch: chain.shelf.origin.epoch, broken, beyond, unsigned })
    }

    /// Makes the file of what an epoch has; tells where its ledger ends, and why not further.
    fn take(
        &self,
        chain: &Chain,
        opener: &Identity,
        path: &Path,
        progress: &dyn Progress,
    ) -> Result<(Tip, Option<Broken>)> {
        progress.begin("отрезки зеркала", 0);
        Rebuilt::make(path, |rebuilt| {
            for linked in &chain.links {
                let added = match self.lines(chain, &linked.segment, opener)? {
                    Ok(lines) => add(rebuilt, &linked.segment, &lines)?,
                    Err(broken) => Some(broken),
                };
                if added.is_some() && rebuilt.tip().seq == 0 {
                    return Err(nothing(added.as_ref()));
                }
                if added.is_some() {
                    return Ok((rebuilt.tip(), added));
                }
                progress.advance(1);
            }
            Ok((rebuilt.tip(), None))
        })
    }

    /// The lines of a segment.
    fn lines(
        &self,
        chain: &Chain,
        segment: &Segment,
        opener: &Identity,
    ) -> Result<std::result::Result<String, Broken>> {
        let unread = |why: String| Broken::Unread(segment.from, segment.to, why);
        Ok(chain.file(self.place(), segment)?.and_then(|file| sealed::open(&file, opener).map_err(unread)))
    }

    /// Whether an epoch has this place of a ledger.
    fn has(&self, chain: &Chain, tip: Tip, opener: &Identity) -> Result<bool> {
        let holds = |segment: &Segment| (segment.from..=segment.to).contains(&tip.seq);
        let Some(linked) = chain.links.iter().find(|linked| holds(&linked.segment)) else { return Ok(false) };
        let Ok(lines) = self.lines(chain, &linked.segment, opener)? else { return Ok(false) };
        let is_it =
            |line: &str| matches!(segment::read_line(line), Ok(Line::Record(record)) if record.head == tip.head);
        Ok(lines.lines().any(is_it))
    }
}

/// Adds the lines of a segment; tells why not all of them could be.
fn add(rebuilt: &mut Rebuilt<'_>, segment: &Segment, lines: &str) -> Result<Option<Broken>> {
    let unread = |why: &str| Some(Broken::Unread(segment.from, segment.to, why.to_owned()));
    if rebuilt.tip() != segment.before() {
        return Ok(unread("он продолжает другой журнал"));
    }
    for line in lines.lines() {
        match segment::read_line(line) {
            Ok(Line::Text { digest, bytes }) => rebuilt.keep_text(&digest, &bytes)?,
            Ok(Line::Record(record)) => {
                if record.seq > segment.to || !rebuilt.append(&record)? {
                    return Ok(unread("его записи не сходятся друг с другом"));
                }
            }
            Err(error) => return Ok(unread(error.message())),
        }
    }
    let tip = rebuilt.tip();
    Ok(if (tip.seq, tip.head) == (segment.to, segment.head) {
        None
    } else {
        unread("его записи не те, что называет листок")
    })
}

fn nothing(why: Option<&Broken>) -> Error {
    let next = match why {
        Some(Broken::Unread(..)) => "проверьте, тот ли это ключ: нужен ключ восстановления, директора или завуча",
        _ => "сообщите тому, кто ведёт хранилище",
    };
    let why = why.map(|why| format!(": {why}")).unwrap_or_default();
    Error::damaged(format!("из зеркала не взять ни одной записи{why}"))
        .next(next)
        .then_by("или восстановите журнал с носителя", Action::RestoreArchive)
}
