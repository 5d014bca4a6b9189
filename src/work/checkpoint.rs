//! The journal as a log that strangers vouch for: its checkpoints, what witnesses have signed of it, and proofs of records.
//!
//! The formats are in [`crate::ledger::log`]. Here they meet a journal: which key is the school's server's, which part of the
//! ledger another epoch had, who may have a proof.

use super::archive::witnesses::{Ledger, Testimony, lost};
use super::cosigners::{self, Cosigner, Signatures};
use crate::error::{Action, Error, Result};
use crate::files;
use crate::journal::read::{self, Tables};
use crate::journal::{Proven, excerpt};
use crate::ledger::chain::{Hash, hex};
use crate::ledger::identity::Identity;
use crate::ledger::line;
use crate::ledger::log::checkpoint::{Checkpoint, Origin};
use crate::ledger::log::note::{Kind, LONGEST, Note, Opinion, Verifier};
use crate::ledger::log::policy::{Policy, Verdict};
use crate::ledger::log::proof::Proof;
use crate::ledger::log::tree;
use crate::school::{RECORDS, Role, counted};
use std::path::Path;

/// Today's checkpoint, signed by the server's key.
///
/// # Errors
/// A key that is not a server's of this journal.
pub fn checkpoint(proven: &Proven, server: &Identity) -> Result<Note> {
    let tables = proven.tables()?;
    let origin = origin(&tables, proven.tip().journal)?;
    is_of_server(&tables, server)?;
    Checkpoint::of(origin, &proven.leaves(proven.tip().seq)?).signed(server)
}

/// What a witness is told, so that he knows the school's checkpoints: the origin and the server's key, as a vkey.
///
/// # Errors
/// A key that is not a server's of this journal.
pub fn log_key(proven: &Proven, server: &Identity) -> Result<Verifier> {
    let tables = proven.tables()?;
    is_of_server(&tables, server)?;
    Verifier::new(&origin(&tables, proven.tip().journal)?.to_string(), Kind::Log, *server.public().key())
}

/// Which log the journal is now.
pub(super) fn origin(tables: &Tables, journal: Hash) -> Result<Origin> {
    read::origin(tables, journal, u64::MAX >> 1)
}

pub(super) fn is_of_server(tables: &Tables, key: &Identity) -> Result<()> {
    let servers = read::keys_in_force(tables, Role::ServerService)?;
    if servers.iter().any(|(_, server)| *server == key.public()) {
        return Ok(());
    }
    let what = "контрольную точку подписывает ключ службы приёма, а этот ключ не её";
    let next = "назовите ключ службы, а если её нет, заведите её";
    Err(Error::input(what).next_by(next, Action::AddServerService))
}

/// Whom a policy's file believes.
///
/// # Errors
/// A file that does not read, or is no policy.
pub fn policy(path: &Path) -> Result<Policy> {
    Policy::parse(&text(path)?).map_err(|error| error.at(path.display()))
}

/// A signed note in a file.
///
/// # Errors
/// A file that does not read, or is none.
pub fn note(path: &Path) -> Result<Note> {
    Note::parse(&text(path)?).map_err(|error| error.at(path.display()))
}

fn text(path: &Path) -> Result<String> {
    files::read_named_text(path, LONGEST as u64).map_err(|cause| Error::file("прочитать", path, &cause))
}

/// A checkpoint that was kept outside the school, as a witness of its ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    checkpoint: Checkpoint,
    note: Note,
    /// Whom the auditor himself believes; nothing where he has no policy.
    policy: Option<Policy>,
}

impl Cosigned {
    /// Reads a checkpoint's file, and has the policy judge it.
    ///
    /// # Errors
    /// What is none; one that the policy does not believe.
    pub fn read(path: &Path, policy: Option<&Policy>) -> Result<Self> {
        Self::kept(&text(path)?, policy).map_err(|error| error.at(path.display()))
    }

    /// The same of a note's text, as an archive keeps it.
    ///
    /// # Errors
    /// As [`Cosigned::read`].
    pub fn kept(text: &str, policy: Option<&Policy>) -> Result<Self> {
        let note = Note::parse(text)?;
        let verdict = policy.map(|policy| policy.judge(&note));
        if let Some(verdict) = verdict.as_ref().filter(|verdict| !verdict.accepts()) {
            return Err(unbelieved(verdict));
        }
        Ok(Self { checkpoint: Checkpoint::read(&note)?, note, policy: policy.cloned() })
    }

    /// Whether it is of this journal.
    pub fn speaks_of(&self, journal: &Hash) -> bool {
        self.checkpoint.origin.journal == *journal
    }

    /// Holds a ledger against it.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn ask(&self, ledger: &dyn Ledger) -> Result<Testimony> {
        let (tables, tip) = (ledger.tables()?, ledger.tip());
        let told = self.words(&tables)?;
        let said = |length, lost_in| Testimony { witness: told.clone(), length, lost_in, signer: None, recorded: None };
        let Checkpoint { origin: of, size, .. } = self.checkpoint;
        if of.journal != tip.journal {
            return Ok(said(Err(format!("{told}: она другого журнала ({})", hex(&of.journal))), None));
        }
        let restored = read::restorations(&tables)?;
        let now = origin(&tables, tip.journal)?;
        // What an earlier epoch had and this one has not.
        if let Some(ended) = restored.get(of.epoch as usize - 1)
            && size >= ended.asked
        {
            return Ok(said(Err(lost(ended.entry)), Some(ended.entry)));
        }
        let records = counted(size, RECORDS);
        let cut = |why: &str| Ok(said(Err(format!("{told}: {why}")), None));
        if let [name, ..] = &self.signatures(&tables)?.wrong[..] {
            return cut(&format!("подпись свидетеля «{name}», которого назвала школа, не сходится"));
        }
        if of.epoch > now.epoch {
            return cut(
                "её видели после восстановления, о котором этот журнал не знает: он старше или его конец отрезан",
            );
        }
        if size > tip.seq {
            return cut(&format!("тогда было {records}, сейчас {}: конец журнала отрезан", tip.seq));
        }
        match ledger.leaves(size) {
            Ok(leaves) if self.checkpoint.begins(&leaves) => Ok(said(Ok(size), None)),
            Ok(_) => cut("первые записи журнала не те, что были тогда: журнал переписан"),
            Err(error) => cut(&format!("с журналом не сверить, {}", error.message())),
        }
    }

    /// The checkpoint in words, with who vouches for it and by whose word he is a witness.
    fn words(&self, tables: &Tables) -> Result<String> {
        let Checkpoint { origin, size, .. } = self.checkpoint;
        let what = format!("контрольная точка, {}", counted(size, RECORDS));
        let (of, audited) = (self.signatures(tables)?, self.policy.is_some());
        let one = |one: &Cosigner| format!("{} {} ({})", one.name, moment(one.at, tables), one.standing(audited));
        let mut signed: Vec<String> = of.held.iter().map(one).collect();
        signed.extend(of.strange.iter().map(|name| {
            let who = if audited {
                "ни файл доверия, ни журнал его не знают"
            } else {
                "в журнале не назван"
            };
            format!("{name} ({who}: он чужой, или школа его скрыла)")
        }));
        if !audited {
            let who = match signed.is_empty() {
                true => "никто из названных школой свидетелей её не подписал".to_owned(),
                false => format!("подписали: {}; свидетели названы самой школой", signed.join(", ")),
            };
            return Ok(format!("{what} ({}; {who}; файла доверия нет)", self.by_server(tables)));
        }
        let who = if signed.is_empty() {
            "свидетелей файл доверия не требует".to_owned()
        } else {
            signed.join(", ")
        };
        let epoch = if origin.epoch > 1 {
            format!(", после восстановления № {}", origin.epoch - 1)
        } else {
            String::new()
        };
        Ok(format!("{what}{epoch} (подписали: {who})"))
    }

    fn signatures(&self, tables: &Tables) -> Result<Signatures> {
        cosigners::signatures(&self.note, &self.checkpoint.origin.to_string(), self.policy.as_ref(), tables)
    }

    fn by_server(&self, tables: &Tables) -> &'static str {
        let name = self.checkpoint.origin.to_string();
        let keys = read::keys_in_force(tables, Role::ServerService).unwrap_or_default();
        let mut keys = keys.iter().filter_map(|(_, key)| Verifier::new(&name, Kind::Log, *key.key()).ok());
        let signed = keys.any(|key| matches!(key.opinion(&self.note), Opinion::Signed(_)));
        if signed {
            "подписана службой приёма школы"
        } else {
            "служба приёма школы её не подписывала"
        }
    }
}

/// A witness's moment by the school's clock.
fn moment(at: chrono::DateTime<chrono::Utc>, tables: &Tables) -> String {
    let offset = read::school(tables).ok().map(|school| school.offset());
    match offset {
        Some(offset) => at.with_timezone(&offset).format("%d.%m.%Y %H:%M").to_string(),
        None => at.format("%d.%m.%Y %H:%M UTC").to_string(),
    }
}

fn unbelieved(verdict: &Verdict) -> Error {
    let why = match verdict {
        Verdict { wrong, .. } if !wrong.is_empty() => format!("подпись не сходится: {}", wrong.join(", ")),
        Verdict { logged: Some(false), .. } => {
            "ни один из журналов, названных в файле доверия, её не подписывал".to_owned()
        }
        Verdict { seen, .. } if seen.is_empty() => "ни один свидетель из файла доверия её не подписал".to_owned(),
        Verdict { seen, .. } => {
            let seen: Vec<&str> = seen.iter().map(|seen| seen.witness.as_str()).collect();
            format!("подписали только {}: этого файлу доверия мало", seen.join(", "))
        }
    };
    Error::damaged(format!("контрольной точке не верить: {why}")).next(
        "возьмите другую контрольную точку у свидетеля; если таких несколько, сообщите тому, кто вёл файл доверия",
    )
}

/// A proof that a record was there, and the record itself, without which it shows nothing.
#[derive(Debug)]
pub struct Shown {
    /// The proof.
    pub proof: Proof,
    /// The record, as a line of `ledger.jsonl`.
    pub record: String,
}

/// Proves that a record is in the tree of a checkpoint.
///
/// # Errors
/// Somebody who may not read the whole journal, since a record may name a whole class; a checkpoint of another journal, or
/// from before the record.
pub fn prove(proven: &Proven, asker: &Identity, seq: u64, checkpoint: &Path) -> Result<Shown> {
    let tables = proven.tables()?;
    let known = read::key(&tables, &asker.public().fingerprint())?.filter(|key| key.revoked_at.is_none());
    if !known.map(|key| excerpt::sees_all(&tables, &key.login)).transpose()?.unwrap_or_default() {
        return Err(Error::refused(
            "доказательство записи получает тот, кто видит весь журнал: запись может называть целый класс",
        )
        .next("попросите директора, завуча или администратора"));
    }
    let note = Note::parse(&text(checkpoint)?).map_err(|error| error.at(checkpoint.display()))?;
    let point = Checkpoint::read(&note).map_err(|error| error.at(checkpoint.display()))?;
    let record = proven.record(seq)?;
    let leaves = proven.leaves(proven.tip().seq)?;
    let proof = Proof::of(seq, &leaves, note).ok_or_else(|| {
        let why = match point.begins(&leaves) {
            true => format!("запись № {seq} внесена позже, в контрольной точке {}", counted(point.size, RECORDS)),
            false => "контрольная точка не этого журнала".to_owned(),
        };
        Error::input(why).next("возьмите контрольную точку этого журнала, сделанную после записи")
    })?;
    Ok(Shown { proof, record: line::write(&record) + "\n" })
}

/// Reads a record as it stands beside a proof, and asks the proof about it. Needs no journal.
///
/// # Errors
/// Files that do not read; a checkpoint that the policy does not believe; a record that the proof is not of.
pub fn check(proof: &Path, record: &Path, policy: Option<&Policy>) -> Result<(Checkpoint, Option<Verdict>, u64)> {
    let shown = Proof::parse(&text(proof)?).map_err(|error| error.at(proof.display()))?;
    let verdict = policy.map(|policy| policy.judge(shown.note()));
    if let Some(verdict) = verdict.as_ref().filter(|verdict| !verdict.accepts()) {
        return Err(unbelieved(verdict).at(proof.display()));
    }
    let leaf = tree::leaf(&line::read(&text(record)?).map_err(|error| error.at(record.display()))?);
    let checkpoint = shown.shows(&leaf).map_err(|error| error.at(proof.display()))?;
    let checkpoint = checkpoint.ok_or_else(|| {
        Error::damaged(format!(
            "запись «{}» не та, о которой доказательство: её изменили, или оно о другой",
            record.display()
        ))
        .next("возьмите запись и доказательство у школы ещё раз, вместе")
    })?;
    Ok((checkpoint, verdict, shown.seq()))
}
