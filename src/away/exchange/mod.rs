//! Handing over without the journal at hand (`docs/formats/sync.md`): what a stick asks, what it is answered, and their bounds.
//!
//! A stick comes with three questions: a **challenge**, which shows that what follows is asked now; a **hand-over**, entries of its
//! strand in order, again and again until all of them are taken in or refused; and its **base**, where the ledger has moved since.
//! Whoever takes in is a port ([`Intake`]): the journal at this machine, or the school's server behind the network. What is asked
//! is signed by the stick's owner and bound to one server, one challenge and the bytes that come with it, so it is worth nothing to
//! anybody who passes it on. All of it may be asked again: what was taken in is answered, and recorded no second time.

mod answer;
mod ask;
mod load;

pub use answer::{Answer, Challenge, Code, Ended, Fault, Met, Stop, StopWhy};
pub use ask::{Ask, Asked, What};
pub use load::{Load, batch};

/// The version of the exchange.
pub const VERSION: u32 = 1;
/// What begins a signed question.
pub const DOMAIN: &str = "letopis-sync-v1";
/// Bytes of the question itself, without what comes with it.
pub const LONGEST_ASK: usize = 8 * 1024;
/// Bytes that one hand-over brings at most.
pub const LARGEST_LOAD: usize = 4 * 1024 * 1024;
/// Lines that one hand-over brings at most.
pub const MOST_LINES: usize = 2000;
/// Bytes of an answer at most.
pub const LARGEST_ANSWER: usize = 16 * 1024 * 1024;
/// Bytes of a base at most.
pub const LARGEST_BASE: usize = 256 * 1024 * 1024;

/// Who takes in.
pub trait Intake {
    /// A challenge, for what is asked next.
    ///
    /// # Errors
    /// See [`Code`].
    fn challenge(&mut self) -> Result<Challenge, Fault>;

    /// Takes in what a stick hands over; of no entries, says how its strand stands.
    ///
    /// # Errors
    /// See [`Code`]. What was taken in stays taken in, also where the answer is lost.
    fn hand_over(&mut self, asked: &Asked, load: &[u8]) -> Result<Answer, Fault>;

    /// The stick's newest base, encrypted to its owner; nothing where the one that he has shows as much.
    ///
    /// # Errors
    /// See [`Code`].
    fn base(&mut self, asked: &Asked) -> Result<Option<Vec<u8>>, Fault>;
}

#[cfg(test)]
mod tests;
