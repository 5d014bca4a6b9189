//! Archives of this school's journal: how they are made, checked, healed and opened, and what the journal learns of it.
//!
//! The layer below ([`crate::archive`]) knows packages and carriers and no run; here it meets entries, rules and documents.
//!
//! * [`make`]: from a period's name to two recorded copies (§5.5); [`fit`]: whether carriers may take them; [`interrupted`]:
//!   what a run that was killed left;
//! * [`derive`]: archives made from archives: for new keys, and of what is kept for 25 years;
//! * [`complete`]: the second copy of an archive that has only one;
//! * [`due`]: which archive a period's name means, and whether it is time for it;
//! * [`trust`]: what the journal can say of an archive, and [`witnesses`]: what an archive can say of the journal;
//! * [`status`]: how the archives stand, and what is due;
//! * [`judge`]: what is inside an archive, judged; [`act`]: the act on a verification.

pub mod act;
pub mod complete;
pub mod derive;
mod due;
mod fit;
mod interrupted;
pub mod judge;
pub mod make;
pub mod status;
pub mod trust;
pub mod witnesses;

use std::collections::HashSet;
use std::path::Path;

use crate::archive::carrier::Carrier;
use crate::archive::report::{Depth, Report, Verdict};
use crate::error::Result;
use crate::journal::entry::{ArchiveRepaired, ArchiveVerified, RepairedFrom, VerifiedAs, VerifiedDepth};
use crate::journal::{Author, Journal, Recorded, read};

/// Records a verification of one of the journal's own archives; of another's there is nothing to record.
///
/// # Errors
/// An author who may not.
pub fn record_verification(
    journal: &mut Journal,
    author: Author<'_>,
    bag: &Path,
    report: &Report,
) -> Result<Option<Recorded>> {
    if read::archive(journal.tables(), &report.name)?.is_none() {
        return Ok(None);
    }
    let verified = ArchiveVerified {
        archive: report.name.clone(),
        carrier: carrier_of(bag),
        depth: depth_of(report.depth),
        result: verdict_of(&report.verdict),
        damaged: damaged_files(report),
        healable: report.healing.map(|healing| healing.suffices()),
    };
    journal.record(author, verified).map(Some)
}

/// How deep a verification went, as the ledger says it.
fn depth_of(depth: Depth) -> VerifiedDepth {
    match depth {
        Depth::List => VerifiedDepth::List,
        Depth::Sums => VerifiedDepth::Sums,
        Depth::Signature => VerifiedDepth::Signature,
        Depth::Content => VerifiedDepth::Content,
    }
}

/// A verdict, as the ledger says it.
fn verdict_of(verdict: &Verdict) -> VerifiedAs {
    match verdict {
        Verdict::Unfinished => VerifiedAs::Unfinished,
        Verdict::Damaged => VerifiedAs::Damaged,
        Verdict::Forged => VerifiedAs::Forged,
        Verdict::Complete { .. } => VerifiedAs::Complete,
        Verdict::Whole { .. } => VerifiedAs::Whole,
        Verdict::Genuine { .. } => VerifiedAs::Genuine,
        Verdict::Bag { .. } => VerifiedAs::Bag,
        Verdict::BrokenBag { .. } => VerifiedAs::BrokenBag,
    }
}

/// The id of the carrier that a bag lies on, in its folder LETOPIS; empty where it is on none.
pub fn carrier_of(bag: &Path) -> String {
    let carrier = bag.parent().and_then(Path::parent).and_then(|mount| Carrier::open(mount).ok());
    carrier.map(|carrier| carrier.card().id.clone()).unwrap_or_default()
}

/// How many files a report names as damaged or missing, where it names any.
fn damaged_files(report: &Report) -> Option<u64> {
    let paths: HashSet<&str> = report.faults().map(|finding| finding.path.as_str()).filter(|p| !p.is_empty()).collect();
    (!paths.is_empty()).then_some(paths.len() as u64)
}

/// Records that a copy of one of the journal's own archives was repaired; of another's there is nothing to record.
/// `carrier` is the id of its carrier, empty where it lay on none.
///
/// # Errors
/// An author who may not.
pub fn record_repair(
    journal: &mut Journal,
    author: Author<'_>,
    archive: &str,
    carrier: &str,
    files: u64,
    bytes: u64,
    from: RepairedFrom,
) -> Result<Option<Recorded>> {
    if read::archive(journal.tables(), archive)?.is_none() {
        return Ok(None);
    }
    let (archive, carrier) = (archive.to_owned(), carrier.to_owned());
    journal.record(author, ArchiveRepaired { archive, carrier, files, bytes, from }).map(Some)
}
