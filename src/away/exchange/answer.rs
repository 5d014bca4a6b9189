//! What is answered: JSON texts.

use super::VERSION;
use crate::away::base::Taken;
use crate::away::written::hex;
use crate::error::{Error, Kind};
use crate::journal::entry::StrandEnd;
use crate::ledger::chain::Hash;
use chrono::{DateTime, FixedOffset};
use serde::{Deserialize, Serialize};

/// What shows that a question is asked now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// The version of the exchange.
    pub letopis_sync: u32,
    /// The id of the journal into which is taken in.
    #[serde(with = "hex")]
    pub journal: Hash,
    /// The challenge, of at most 128 letters and digits.
    pub challenge: String,
    /// What the clock of who takes in says.
    pub time: DateTime<FixedOffset>,
}

/// What became of a hand-over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The version of the exchange.
    pub letopis_sync: u32,
    /// The ledger's length.
    pub length: u64,
    /// The last entry of the strand that was taken in or refused, by now.
    pub taken: Taken,
    /// What became of each entry, in order, up to where it stopped.
    #[serde(default)]
    pub results: Vec<Met>,
    /// The receipt for them: two lines, signed by who takes in.
    #[serde(default)]
    pub receipt: Option<String>,
    /// Why it stopped before the last entry.
    #[serde(default)]
    pub stopped: Option<Stop>,
    /// That the strand goes on no more: nothing was taken in.
    #[serde(default)]
    pub closed: Option<Ended>,
    /// Whether the ledger goes on from an older copy, so that the next base may be shorter than the one that the stick has.
    #[serde(default)]
    pub restored: bool,
    /// Whether it lacks entries which the stick's base knows as taken in: nothing was taken in, all that the stick keeps is to be
    /// handed over.
    #[serde(default)]
    pub lacks: bool,
}

/// What became of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Met {
    /// Its number in the strand.
    pub number: u64,
    /// The record of the ledger that carries it.
    pub entry: u64,
    /// Why it was refused; empty where it was not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub refused: String,
    /// Whether it had been taken in, or refused, before.
    #[serde(default)]
    pub before: bool,
    /// What is to be looked at, of one that was taken in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// Where it stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    /// The entry's number.
    pub number: u64,
    /// Why.
    pub why: StopWhy,
    /// The same in words.
    pub text: String,
    /// Of a fork, the text of the entry that the ledger carries.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub known: String,
}

/// Why it stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StopWhy {
    /// The ledger has another entry under this number: a copy of the stick was gone on with elsewhere.
    Fork,
    /// It is not the next entry of the strand over a place of this ledger.
    Fault,
}

/// How a strand ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// Why.
    pub why: StrandEnd,
    /// When.
    pub time: DateTime<FixedOffset>,
    /// By which record of the ledger.
    pub entry: u64,
    /// The last entry of the strand that was taken in or refused.
    pub number: u64,
}

/// Why nothing came of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The version of the exchange.
    pub letopis_sync: u32,
    /// Which fault.
    pub fault: Code,
    /// The same in words.
    pub text: String,
    /// What can be done; empty where nothing can.
    #[serde(default)]
    pub next: String,
}

/// The faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Code {
    /// The server does not answer. Said by the stick's side only.
    Unreachable,
    /// Who answers is not the school's server. Said by the stick's side only.
    Stranger,
    /// What was asked is no question of this version.
    Malformed,
    /// More was sent than may be.
    TooLarge,
    /// The journal or the strand is not known here.
    Unknown,
    /// It is not signed by the strand's owner, or for another server.
    NotYours,
    /// It took too long since the challenge was given: ask for another.
    Challenge,
    /// The owner's key was revoked.
    Revoked,
    /// The strand goes on no more, so there is no base for it.
    Closed,
    /// A record of the ledger cannot be proven: nothing is taken in before that is settled.
    Stale,
    /// The clock of who takes in lies behind the ledger.
    Clock,
    /// The stick knows more of the ledger than there is.
    Outrun,
    /// The stick's program reads other tables than the server's: its base is renewed at the school's machine.
    Program,
    /// Too many ask at once.
    Busy,
    /// Something else keeps the server from it.
    Failed,
    /// A fault of a later version.
    #[serde(other)]
    Other,
}

impl Challenge {
    /// A challenge.
    pub fn new(journal: Hash, challenge: String, time: DateTime<FixedOffset>) -> Self {
        Self { letopis_sync: VERSION, journal, challenge, time }
    }
}

impl Answer {
    /// How a strand stands, nothing being taken in.
    pub fn of(length: u64, taken: Taken) -> Self {
        let (results, receipt, stopped, closed) = (Vec::new(), None, None, None);
        let (restored, lacks) = (false, false);
        Self { letopis_sync: VERSION, length, taken, results, receipt, stopped, closed, restored, lacks }
    }
}

impl Answer {
    /// Whether it tells of no more entries for a reason that it gives.
    pub fn stops(&self) -> bool {
        self.stopped.is_some() || self.closed.is_some() || self.lacks
    }
}

impl Fault {
    /// A fault in words.
    pub fn new(fault: Code, text: impl Into<String>) -> Self {
        Self { letopis_sync: VERSION, fault, text: text.into(), next: String::new() }
    }

    /// The same with what can be done.
    #[must_use]
    pub fn next(self, next: impl Into<String>) -> Self {
        Self { next: next.into(), ..self }
    }

    /// What an error of the journal is to who asks: of what is wrong with the machine, no more than that it is.
    pub fn of(error: &Error, code: Code) -> Self {
        let text = match error.kind() {
            Kind::Environment | Kind::Damaged => "школьный сервер сейчас не может этого: он сообщил администратору",
            Kind::Refused | Kind::Input => error.message(),
        };
        Self::new(code, text)
    }

    /// The same for whoever has asked for it.
    pub fn to_error(&self) -> Error {
        let next = match self.next.as_str() {
            "" => "передайте записи за компьютером школы",
            next => next,
        };
        match self.fault {
            Code::Unreachable | Code::Stranger | Code::Busy | Code::Failed | Code::Stale | Code::Clock => {
                Error::environment(self.text.as_str()).next(next)
            }
            _ => Error::refused(self.text.as_str()).next(next),
        }
    }
}

macro_rules! read {
    ($($of:ty),*) => {$(impl $of {
        /// Reads one; nothing where it is none of this version.
        pub fn read(text: &[u8]) -> Option<Self> {
            let read: Self = serde_json::from_slice(text).ok()?;
            (read.letopis_sync == VERSION).then_some(read)
        }
    })*};
}

read!(Challenge, Answer, Fault);
