//! What a verifier states of one bag: put once, under `.verified/<run>/<key>/<school>/<year>/<bag>.json`, and never changed.
//!
//! The run is named by whoever starts it, and is the same for all its workers; the key's part of the name keeps what one
//! verifier states from being in another's way. So a worker that was killed and started again sees by reading one file
//! whether its run has stated a bag already.

use super::patient::Patient;
use super::place::Put;
use super::shelf::Shelf;
use super::signed;
use crate::archive::report::Report;
use crate::archive::sum::Sum;
use crate::error::{Error, Result};
use crate::ledger::signer::Signer;
use chrono::{DateTime, FixedOffset, SubsecRound};
use serde::{Deserialize, Serialize};

/// The folder of all statements.
pub const VERIFIED: &str = ".verified";

/// The SSHSIG namespace of statements.
pub const NAMESPACE: &str = "letopis-verified";

const FORMAT: &str = "letopis-verified-1";

/// So many faults are named at most.
const FAULTS: usize = 20;

/// A statement on one bag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    format: String,
    /// The run that it belongs to.
    pub run: String,
    /// The bag: `<school>/<year>/<bag>`.
    pub bag: String,
    /// When it was verified, RFC 3339.
    pub at: String,
    /// Who verified it, by his own word; the key is what counts.
    pub verifier: String,
    /// SHA-256 of the `tagmanifest-sha256.txt` that was read, hex.
    pub code: Option<String>,
    /// Fingerprint of the key that signed the bag, where the signature holds.
    pub signer: Option<String>,
    /// How deep it was verified: «подпись».
    pub depth: String,
    /// The verdict: «цел», «цел и подлинен», «повреждён» …
    pub verdict: String,
    /// Files of the payload.
    pub files: u64,
    /// Bytes of the payload.
    pub bytes: u64,
    /// The first faults that were found.
    pub faults: Vec<String>,
}

/// Who states, in which run.
#[derive(Clone, Copy)]
pub struct Verifier<'a> {
    /// The run.
    pub run: &'a str,
    /// The name.
    pub name: &'a str,
    /// The key.
    pub signer: &'a dyn Signer,
}

/// Whether it may be the name of a run.
pub fn is_run(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    (1..=100).contains(&name.len()) && name.bytes().all(fits) && !name.starts_with(['.', '-'])
}

impl Verifier<'_> {
    /// Where the statement on a bag stands.
    fn key(&self, shelf: &Shelf) -> String {
        let key = Sum::of(self.signer.public().fingerprint().as_bytes()).to_string();
        format!("{VERIFIED}/{}/{}/{shelf}.json", self.run, key.get(..16).unwrap_or(&key))
    }

    /// What this verifier has stated of a bag in this run already.
    ///
    /// # Errors
    /// A place that does not answer; something there that is no such statement.
    pub fn stated(&self, place: Patient<'_>, shelf: &Shelf) -> Result<Option<Statement>> {
        let key = self.key(shelf);
        let Some((bytes, _)) = place.get_whole(&key, signed::LARGEST)? else { return Ok(None) };
        match Statement::read(&bytes) {
            Some((there, by)) if there.is_of(&key) && by == self.signer.public().fingerprint() => Ok(Some(there)),
            _ => Err(Error::damaged(format!(
                "в хранилище ({}) на месте итога проверки «{key}» лежит не он",
                place.name()
            ))
            .next("дайте этому прогону другое имя; о файле скажите тому, кто ведёт хранилище")),
        }
    }

    /// States what was found, once; what this run has stated of the bag before stands.
    ///
    /// # Errors
    /// As [`Verifier::stated`]; a key that cannot be reached; a place that keeps something else than it was given.
    pub fn state(
        &self,
        place: Patient<'_>,
        shelf: &Shelf,
        report: &Report,
        at: DateTime<FixedOffset>,
    ) -> Result<Statement> {
        let statement = Statement::of(self, shelf, report, at);
        let line = signed::line(self.signer, NAMESPACE, &statement)?;
        match place.put_new(&self.key(shelf), &line)? {
            Put::Done(_) | Put::Taken => {}
        }
        self.stated(place, shelf)?.ok_or_else(|| {
            Error::environment(format!("хранилище ({}) не сохранило итог проверки архива «{shelf}»", place.name()))
                .next("повторите этот же прогон: проверенное второй раз не читается")
        })
    }
}

impl Statement {
    fn of(verifier: &Verifier<'_>, shelf: &Shelf, report: &Report, at: DateTime<FixedOffset>) -> Self {
        let depth = serde_json::to_value(report.depth).ok();
        Self {
            format: FORMAT.to_owned(),
            run: verifier.run.to_owned(),
            bag: shelf.to_string(),
            at: at.trunc_subsecs(0).to_rfc3339(),
            verifier: verifier.name.to_owned(),
            code: report.code.clone(),
            signer: report.signer.clone(),
            depth: depth.and_then(|depth| depth.as_str().map(str::to_owned)).unwrap_or_default(),
            verdict: report.verdict.word().to_owned(),
            files: report.payload.files,
            bytes: report.payload.bytes,
            faults: report.faults().take(FAULTS).map(ToString::to_string).collect(),
        }
    }

    /// Reads a line; the fingerprint of the key that states it.
    pub fn read(line: &[u8]) -> Option<(Self, String)> {
        signed::read::<Self>(line, NAMESPACE).filter(|(statement, _)| statement.format == FORMAT)
    }

    /// Whether it belongs where it stands: nobody passes one bag's or one run's off as another's.
    pub fn is_of(&self, key: &str) -> bool {
        let place = key.strip_prefix(&format!("{VERIFIED}/{}/", self.run)).and_then(|rest| rest.split_once('/'));
        place.is_some_and(|(_, rest)| rest.strip_suffix(".json") == Some(&self.bag))
    }

    /// Whether it calls the bag whole.
    pub fn is_whole(&self) -> bool {
        matches!(self.verdict.as_str(), "цел" | "цел и подлинен")
    }

    /// When.
    pub fn moment(&self) -> Option<DateTime<FixedOffset>> {
        DateTime::parse_from_rfc3339(&self.at).ok()
    }
}
