//! A seat: an open journal and somebody's key, for a face at which he works for a while.
//!
//! A command takes a [`Workplace`] for one errand. A page in the browser is worked at for hours: it is given a seat, asks a
//! workplace of it for each thing that is done there, and gives the key back when nobody has touched it for a while.

use super::Workplace;
use super::serving::Server;
use crate::error::Result;
use crate::journal::Journal;
use crate::ledger::identity::Identity;
use crate::school::Clock;
use crate::work::sticks::at_work::Hand;
use std::path::{Path, PathBuf};

/// An open journal, a key that is enrolled and in force, and a clock.
pub struct Seat {
    /// The journal, or the part of it that a stick holds.
    pub journal: Journal,
    /// The key that signs.
    pub identity: Identity,
    /// What tells the time.
    pub clock: &'static dyn Clock,
    /// Where a proof of the journal may be kept for the next time.
    pub cache: Option<PathBuf>,
    /// Where the stick is plugged in, if the journal is one.
    pub stick: Option<PathBuf>,
    /// That stick itself, for handing over.
    pub hand: Option<Hand>,
}

impl Seat {
    /// The place at which a use case is asked for.
    ///
    /// # Errors
    /// As [`Workplace::at`].
    pub fn place(&mut self) -> Result<Workplace<'_>> {
        Workplace::at(&mut self.journal, &self.identity, self.clock)
    }
}

/// The window from which a page is opened, where alone a passphrase is typed.
pub trait Console {
    /// The page can be opened now: a browser that opens this file is led to it, once.
    fn ready(&mut self, opening: &Path);

    /// What whoever sits at the window has asked for since this was asked last. It does not wait.
    fn wish(&mut self) -> Wish;

    /// Nobody has worked at the page for a while, and the key was put away: asks for it again.
    ///
    /// # Errors
    /// No passphrase, a journal that does not open: then the page is closed.
    fn unlock(&mut self) -> Result<Seat>;
}

/// What is asked for at the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Nothing.
    Nothing,
    /// Another way in: a second window, or in place of one that was closed.
    Another,
    /// To close the page.
    End,
}

/// The faces that the program hands in beside the one that starts it.
#[derive(Clone, Copy)]
pub struct Faces {
    /// A person's own page.
    pub desk: Face,
    /// The school's server.
    pub server: Server,
}

/// A face that somebody works at until he closes it.
pub type Face = fn(Seat, &mut dyn Console) -> Result<()>;
