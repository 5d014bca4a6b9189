//! The use cases that every face shares: record this lesson, ask for this correction, make this archive.
//!
//! A use case is given a [`Workplace`] (a journal to read and record in, somebody who signs, a clock) and what is wished
//! for, in the school's own types. It works out what that comes to, records it in one transaction and gives back what was
//! done, typed; what may not be done is an [`Error`](crate::Error). A face turns what people type, click or send into a
//! wish, and words what comes back. It builds no entry and opens no transaction.

pub mod archive;
pub mod audit;
pub mod carriers;
pub mod clock;
pub mod contacts;
pub mod courses;
pub mod demo;
pub mod founding;
pub mod import;
pub mod papers;
pub mod people;
pub mod pupils;
pub mod school;
pub mod year;

use crate::error::Result;
use crate::journal::entry::Body;
use crate::journal::read::{self, Tables};
use crate::journal::{Author, Journal, author_of};
use crate::ledger::signer::Signer;
use crate::school::{Clock, Day, Login, School};

/// Where somebody works: an open journal, and a key that is enrolled and in force.
pub struct Workplace<'a> {
    journal: &'a mut Journal,
    author: Author<'a>,
    login: Login,
}

impl<'a> Workplace<'a> {
    /// Takes a place at a journal.
    ///
    /// # Errors
    /// A key that is not enrolled, or was revoked.
    pub fn at(journal: &'a mut Journal, signer: &'a dyn Signer, clock: &'a dyn Clock) -> Result<Self> {
        let author = Author { signer, clock, taken_over: false };
        let login = author_of(journal.tables(), &author.fingerprint())?.into();
        Ok(Self { journal, author, login })
    }

    /// Whose place it is.
    pub fn login(&self) -> &Login {
        &self.login
    }

    /// The journal's tables, for quick reading.
    pub fn tables(&self) -> &Tables {
        self.journal.tables()
    }

    /// The school as it is set up now.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn school(&self) -> Result<School> {
        read::school(self.tables())
    }

    /// The day in the school's own time.
    ///
    /// # Errors
    /// As [`Workplace::school`].
    pub fn today(&self) -> Result<Day> {
        Ok(self.school()?.day_of(self.author.now()))
    }

    /// Records entries, all or none.
    ///
    /// # Errors
    /// What a right, the clock or a rule refuses; then nothing is recorded.
    pub(crate) fn record(&mut self, bodies: impl IntoIterator<Item = Body>) -> Result<Done> {
        let mut batch = self.journal.batch()?;
        let (mut numbers, mut warnings) = (Vec::new(), Vec::new());
        for body in bodies {
            let recorded = batch.record(self.author, body)?;
            numbers.push(recorded.seq);
            warnings.extend(recorded.warnings);
        }
        batch.commit()?;
        let signed_by = read::staff(self.tables(), &self.login)?.map(|person| person.name.initials());
        Ok(Done { numbers, warnings, signed_by: signed_by.unwrap_or_default() })
    }
}

/// What was recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Done {
    /// Numbers of the entries, in order; none where all of it stood already.
    pub numbers: Vec<u64>,
    /// Rules that only warn, in Russian.
    pub warnings: Vec<String>,
    /// «Иванова И. И.»
    pub signed_by: String,
}
