//! What a stick is brought at school: the tables that its owner may see, as they were proven, and what is signed of them.

use crate::away::Key;
use crate::away::base::{Header, Taken};
use crate::error::Result;
use crate::journal::Proven;
use crate::journal::apply::schema_version;
use crate::journal::read::{self, Strand, Tables};
use crate::ledger::chain::hex;
use crate::school::Role;
use chrono::{DateTime, Days, FixedOffset, SubsecRound};

/// Who prepares sticks and takes them in, beside their owners.
const BELIEVED: [Role; 3] = [Role::Administrator, Role::DeputyHead, Role::ServerService];

/// A base as it is brought onto a stick.
pub(super) struct Base {
    /// What is signed.
    pub header: Header,
    /// The tables: an SQLite file.
    pub image: Vec<u8>,
}

impl Base {
    /// The base of a strand, out of the proven tables.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn of(proven: &Proven, strand: &Strand, now: DateTime<FixedOffset>) -> Result<Self> {
        let (tables, tip) = (proven.tables()?, proven.tip());
        let school = read::school(&tables)?;
        let until = school.day_of(now) + Days::new(school.policy.stick_days.into());
        let image = proven.excerpt(&strand.login)?;
        let header = Header {
            journal: tip.journal,
            strand: strand.id,
            login: strand.login.to_string(),
            generation: 1,
            length: tip.seq,
            head: tip.head,
            time: proven.entry(tip.seq)?.time,
            made: now.trunc_subsecs(0),
            until,
            taken: Taken { number: strand.number, head: strand.head },
            archived: archived(&tables, strand)?,
            schema: u32::try_from(schema_version()).unwrap_or_default(),
            recipients: recipients(&tables)?,
            may_prepare: may_prepare(&tables, strand)?,
            server: None,
            bytes: 0,
            sha256: [0; 32],
        };
        Ok(Self { header, image })
    }
}

/// To whom the owner's frames are encrypted beside himself: the deputy heads, and the recovery key in force.
pub(super) fn recipients(tables: &Tables) -> Result<Vec<String>> {
    let heads = read::keys_in_force(tables, Role::DeputyHead)?;
    let mut all: Vec<String> = heads.into_iter().map(|(_, key)| key.recipient().to_owned()).collect();
    all.extend(read::recovery_keys(tables)?.pop());
    all.dedup();
    Ok(all)
}

/// Whose bases and receipts the stick believes: also its owner's, who takes in by himself.
pub(super) fn may_prepare(tables: &Tables, strand: &Strand) -> Result<Vec<Key>> {
    let mut keys: Vec<[u8; 32]> = Vec::new();
    for role in BELIEVED {
        keys.extend(read::keys_in_force(tables, role)?.iter().map(|(_, key)| *key.key()));
    }
    keys.extend(read::key(tables, &strand.key)?.map(|key| *key.public.key()));
    keys.sort_unstable();
    keys.dedup();
    Ok(keys.into_iter().map(Key).collect())
}

/// Up to which entry of the strand everything is in an archive one copy of which was verified and found whole.
fn archived(tables: &Tables, strand: &Strand) -> Result<u64> {
    let mut length = 0;
    for archive in read::all_archives(tables)? {
        for carrier in read::carriers_of_archive(tables, &archive.name)? {
            let copy = read::copy_on(tables, &archive.name, &carrier)?;
            let verified = copy.and_then(|copy| copy.verified);
            if verified.is_some_and(|verified| verified.result.is_whole()) {
                length = length.max(archive.length);
            }
        }
    }
    let carried = read::carried_of(tables, &hex(&strand.id))?;
    let covered = carried.iter().filter(|carried| carried.entry <= length).map(|carried| carried.number);
    Ok(covered.max().unwrap_or_default())
}
