//! The school's server, as whoever starts it sees it: what it is given, and what it can be asked.

use crate::error::{Error, Result};
use crate::journal::Journal;
use crate::school::Clock;
use std::path::{Path, PathBuf};

/// What a server is started with beside its settings.
#[derive(Clone)]
pub struct Start {
    /// The file of its settings.
    pub settings: PathBuf,
    /// What tells the time.
    pub clock: &'static (dyn Clock + Sync),
    /// Where the account keeps what can be made again, if it has such a folder.
    pub cache: Option<PathBuf>,
    /// Opens the journal, holding it against what this account has seen of it.
    pub open: fn(&Path) -> Result<Journal>,
    /// Is told of each event, in a line of JSON.
    pub tell: fn(&str),
    /// Reads the key of the server, which has no passphrase.
    pub identity: fn(&Path) -> Result<crate::ledger::identity::Identity>,
}

/// A server that answers.
#[derive(Debug, Clone)]
pub struct Ready {
    /// The diary's address for parents.
    pub public_address: String,
    /// Where the diary answers.
    pub diary: String,
    /// Where sticks and desks hand over, if anywhere.
    pub taking_in: Option<String>,
    /// How many records were proven.
    pub proven: u64,
}

/// What was made for the doors that answer over TLS.
#[derive(Debug, Clone)]
pub struct Certified {
    /// The certificate.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
    /// SHA-256 of the certificate, in hex digits.
    pub fingerprint: String,
    /// For which names and addresses.
    pub names: Vec<String>,
}

/// What was looked at and what was found.
#[derive(Debug, Clone, Default)]
pub struct Checked {
    /// What is in order, in Russian.
    pub good: Vec<String>,
    /// What is not: the server does not start, or does not do what is wanted.
    pub faults: Vec<Error>,
    /// What to think about.
    pub remarks: Vec<Error>,
}

/// Serves by some settings; says when it answers.
pub type Run = fn(&Start, &mut dyn FnMut(&Ready)) -> Result<()>;

/// The server: another face, which the program hands in.
#[derive(Clone, Copy)]
pub struct Server {
    /// Serves until it is told to stop; says when it answers.
    pub run: Run,
    /// Looks at everything that a start needs, and starts nothing.
    pub check: fn(&Start) -> Result<Checked>,
    /// Makes a certificate and its key; in the place of those that are there only where that is wanted.
    pub certify: fn(&Path, bool) -> Result<Certified>,
}
