//! The audit of a journal, alone or against witnesses from outside.

use super::archive::witnesses::{Outside, Testimony, that_speak_of};
use crate::error::Result;
use crate::journal::{Finding, Journal, Report};
use std::path::Path;

/// What an audit found.
#[derive(Debug)]
pub struct Audit {
    /// What the journal itself shows, and what the witnesses contradict.
    pub report: Report,
    /// What each witness says.
    pub testimonies: Vec<Testimony>,
}

/// Audits the journal's file, whatever is in it, and asks the witnesses that speak of it. `progress` is told how many
/// entries were done.
///
/// # Errors
/// A file that does not read at all; a witness that is none.
pub fn audit(path: &Path, named: Vec<Outside>, progress: &mut dyn FnMut(u64)) -> Result<Audit> {
    let audited = Journal::audit(path, progress)?;
    let witnesses = that_speak_of(named, audited.report.tip);
    let testimonies = witnesses.iter().map(|witness| witness.ask(&audited)).collect::<Result<Vec<_>>>()?;
    let mut report = audited.report;
    for what in testimonies.iter().filter_map(|testimony| testimony.length.as_ref().err()) {
        report.count += 1;
        report.findings.push(Finding { seq: None, what: what.clone() });
    }
    Ok(Audit { report, testimonies })
}
