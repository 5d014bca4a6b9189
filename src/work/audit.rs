//! The audit of a journal, alone or against witnesses from outside.

use super::archive::witnesses::{Outside, Testimony, that_speak_of};
use super::memory::Memory;
use crate::error::Result;
use crate::journal::read::annulments::{self, Annulment};
use crate::journal::read::extraordinary::{self, Extraordinary};
use crate::journal::read::{self, Restoration, Witness};
use crate::journal::{Finding, Journal, Outrun, Report};
use std::path::Path;

/// What an audit found.
#[derive(Debug)]
pub struct Audit {
    /// What the journal itself shows, and what the witnesses contradict.
    pub report: Report,
    /// What each witness says.
    pub testimonies: Vec<Testimony>,
    /// «Чрезвычайные записи», in order.
    pub extraordinary: Vec<Extraordinary>,
    /// Whether there has been no second person.
    pub alone: bool,
    /// From rules 1 on, which know none of it, nothing is said.
    pub since_rules_2: bool,
    /// What was recorded by mistake and annulled, in order.
    pub annulled: Vec<Annulment>,
    /// Whom the school has named as witnesses of its ledger, in order.
    pub witnesses: Vec<Witness>,
    /// When the journal went on from a restored copy.
    pub restorations: Vec<Restoration>,
    /// What is missing of what this workplace has seen.
    pub outrun: Option<Outrun>,
}

/// Audits the journal's file, whatever is in it, and asks the witnesses that speak of it. `progress` is told how many
/// entries were done.
///
/// # Errors
/// A file that does not read at all; a witness that is none.
pub fn audit(
    path: &Path,
    named: Vec<Outside>,
    memory: Option<&dyn Memory>,
    progress: &mut dyn FnMut(u64),
) -> Result<Audit> {
    let audited = Journal::audit(path, progress)?;
    let outside = that_speak_of(named, audited.report.tip);
    let testimonies = outside.iter().map(|witness| witness.ask(&audited)).collect::<Result<Vec<_>>>()?;
    let (tables, tip) = (audited.tables()?, audited.report.tip);
    let (extraordinary, alone) = (extraordinary::extraordinary(&tables)?, extraordinary::is_alone(&tables)?);
    let since_rules_2 = extraordinary::knows(&tables)?;
    let (restorations, annulled) = (read::restorations(&tables)?, annulments::annulments(&tables)?);
    let witnesses = read::witnesses(&tables)?;
    let outrun = memory.and_then(|memory| memory.recall(&tip.journal)).map(|seen| {
        let contained = audited.position_of(&seen.tip.head) == Some(seen.tip.seq);
        seen.missing_in(tip, contained.then_some(seen.tip.head), &tables)
    });
    let outrun = outrun.transpose()?.flatten();
    let mut report = audited.report;
    let contradicting = testimonies.iter().filter(|testimony| testimony.lost_in.is_none());
    for what in contradicting.filter_map(|testimony| testimony.length.as_ref().err()) {
        report.count += 1;
        report.findings.push(Finding { seq: None, what: what.clone() });
    }
    Ok(Audit { report, testimonies, extraordinary, alone, since_rules_2, annulled, witnesses, restorations, outrun })
}
