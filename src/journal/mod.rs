//! The journal of one school year: a SQLite file that holds the ledger and the tables made from it.
//!
//! [`Journal::create`] and [`Journal::open`] are the ways in; [`Journal::record`] and [`Journal::batch`] write entries,
//! [`Journal::tables`] is for quick reading, and [`Journal::prove`] proves that all of it belongs together and gives what is
//! certified from.

pub mod apply;
mod audit;
mod away;
pub(crate) mod beside;
pub mod cell;
pub mod contacts;
pub mod entry;
pub mod excerpt;
mod file;
#[cfg(test)]
#[path = "../../tests/common/founded.rs"]
pub(crate) mod founded;
mod proven;
pub mod read;
mod rebuilt;
mod record;
pub mod resolve;
mod roles;
pub mod rules;
mod seen;
#[cfg(test)]
pub(crate) mod testing;
mod turn;

pub use audit::{Finding, Report};
pub use away::{AwayBase, Strand};
pub use proven::{Audited, Keep, Proven};
pub use rebuilt::Rebuilt;
pub use record::{Author, Batch, Draft, Recorded, author_of};
pub use roles::{may, may_keep_contacts};
pub use seen::{Outrun, Seen};

use crate::error::{Action, Detail, Error, Result};
use crate::files::{self, Readers};
use crate::journal::read::Tables;
use crate::ledger::chain::{Tip, hex};
use crate::ledger::store;
use crate::school::Clock;
use entry::{Body, Effect, Entry, JournalCreated, RULES};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Marks a SQLite file as a journal: «LETP».
const APPLICATION_ID: i32 = 0x4c45_5450;

/// How long a command waits while others write: sixty teachers may press Enter at the same moment.
const PATIENCE: Duration = Duration::from_secs(120);

/// An open journal.
pub struct Journal {
    file: Tables,
    access: file::Access,
    path: PathBuf,
    /// Why nothing is recorded into it: somebody has seen more of it than it holds.
    outrun: Option<Outrun>,
    closing: Option<Closing>,
    /// What lies beneath it where it is away from the ledger.
    away: Option<away::Away>,
}

/// Told, when a journal is closed, how far it could be seen.
type Closing = Box<dyn FnOnce(Seen) + Send>;

impl Drop for Journal {
    fn drop(&mut self) {
        if let (None, None, Some(tell)) = (&self.away, self.outrun, self.closing.take())
            && let Ok(seen) = Seen::of(&self.file)
        {
            tell(seen);
        }
    }
}

impl Journal {
    /// Makes a new journal whose first entry, signed by `author`, is `created`.
    ///
    /// # Errors
    /// A file that exists already, a school that contradicts itself, a clock far from the school year.
    pub fn create(path: &Path, author: Author<'_>, created: JournalCreated) -> Result<Self> {
        Self::create_with(path, author, created, Vec::new())
    }

    /// As [`Journal::create`], with entries that follow the first; the journal has all of them or is not there.
    ///
    /// # Errors
    /// Also an entry that is refused.
    pub fn create_with(path: &Path, author: Author<'_>, created: JournalCreated, rest: Vec<Body>) -> Result<Self> {
        let path = &file::real(path)?;
        let failed = |cause: std::io::Error| Error::file("создать журнал", path, &cause);
        if files::is_there(path) {
            return Err(Error::input(format!("файл «{}» уже существует", path.display()))
                .next_by("укажите другой файл", Action::Give(Detail::Journal)));
        }
        let new = files::Draft::new(path, Readers::Folder).map_err(failed)?;
        let partial = new.beside().to_owned();
        let result = Self::fill(&partial, author, created).and_then(|()| Self::follow(&partial, author, rest));
        // Whose turn it is to write to it was asked too.
        let _ = files::remove_if_there(&turn::lock_of(&partial));
        result?;
        new.put_new().map_err(failed)?;
        Self::open(path)
    }

    /// Writes the empty ledger, the tables and the first entry in one transaction.
    fn fill(path: &Path, author: Author<'_>, created: JournalCreated) -> Result<()> {
        use chrono::SubsecRound;
        let file = Tables::new(file::open_made(path)?)?;
        file.db().pragma_update(None, "application_id", APPLICATION_ID)?;
        let transaction = file.db().unchecked_transaction()?;
        apply::structure::create(&transaction)?;
        let school = created.school.clone();
        let entry = Entry {
            time: author.now().trunc_subsecs(0),
            author: created.administrator.login.clone(),
            key: created.key.fingerprint(),
            rules: RULES,
            taken_over: false,
            effect: Effect::AtOnce,
            source: None,
            body: Body::from(created),
        };
        let payload = entry.to_json()?;
        apply::apply(&file, 1, &entry)?;
        let place = record::Ground { tables: &file, school: &school, places: &away::Nowhere };
        record::judge(&place, &Tip::EMPTY, None, &entry, rules::is_canonical(&payload))?;
        let signature = author.signer.sign(&Tip::EMPTY.message(&payload))?;
        let record = Tip::EMPTY.record(payload, signature);
        if !Tip::EMPTY.is_signed_by(&author.signer.public(), &record) {
            return Err(Error::refused("первая запись подписана не тем ключом, который в ней назван")
                .next("укажите ключ администратора, который назван в первой записи"));
        }
        store::append(&transaction, &record)?;
        transaction.commit()?;
        file.close()
    }

    /// Records what follows the first entry of a journal that has no name yet.
    fn follow(partial: &Path, author: Author<'_>, rest: Vec<Body>) -> Result<()> {
        if rest.is_empty() {
            return Ok(());
        }
        let mut file = Tables::new(file::open_made(partial)?)?;
        let mut batch = Batch::begin(&mut file, None)?;
        for body in rest {
            batch.record(author, body)?;
        }
        batch.commit()?;
        file.close()
    }

    /// Opens a journal for work. Tables that another version made are made anew from the ledger first. A journal that cannot
    /// be written opens for reading.
    ///
    /// # Errors
    /// A file that is missing, is no journal, or is not built as journals are.
    pub fn open(path: &Path) -> Result<Self> {
        let path = file::real(path)?;
        let (file, access) = file::open(&path)?;
        Ok(Self { file, access, path, outrun: None, closing: None, away: None })
    }

    /// Another reader of the journal's tables, which sees one state of them as long as it lives.
    ///
    /// # Errors
    /// As [`Journal::open`].
    pub fn reader(&self) -> Result<Tables> {
        if self.away.is_some() {
            return away::copy(&self.file);
        }
        let (file, _) = file::open(&self.path)?;
        file.hold()?;
        Ok(file)
    }

    /// Whether nothing can be recorded: the medium, the account or a full disk forbids it.
    pub fn is_read_only(&self) -> bool {
        self.access == file::Access::Read
    }

    /// What is missing of what somebody has seen of it.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn lacks(&self, seen: Seen) -> Result<Option<Outrun>> {
        if self.away.is_some() {
            return Ok(None);
        }
        let head = read::ledger::record(&self.file, seen.tip.seq)?.map(|record| record.head);
        seen.missing_in(self.tip()?, head, &self.file)
    }

    /// Records nothing into a journal that was outrun, or, told nothing, again.
    pub fn withhold(&mut self, outrun: Option<Outrun>) {
        self.outrun = outrun;
    }

    /// Why nothing is recorded.
    pub fn withheld(&self) -> Option<Outrun> {
        self.outrun
    }

    /// Tells, when the journal is closed and nothing of it is missing, how far it could be seen.
    pub fn on_closing(&mut self, tell: impl FnOnce(Seen) + Send + 'static) {
        self.closing = Some(Box::new(tell));
    }

    /// The journal's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The tables, for reading.
    pub fn tables(&self) -> &Tables {
        &self.file
    }

    /// Where the chain stands.
    pub fn tip(&self) -> Result<Tip> {
        self.away.as_ref().map_or_else(|| read::ledger::tip(&self.file), |away| Ok(away.tip))
    }

    /// Records one entry and makes it durable.
    ///
    /// # Errors
    /// See [`Batch::record`]; then the journal is as it was.
    pub fn record(&mut self, author: Author<'_>, body: impl Into<Body>) -> Result<Recorded> {
        let mut batch = self.batch()?;
        let recorded = batch.record(author, body)?;
        batch.commit()?;
        Ok(recorded)
    }

    /// Judges what the holder of an enrolled key would record, and gives what he signs; see [`Batch::draft`]. For a signer
    /// that is not at hand: others may go on recording until [`Journal::seal`].
    ///
    /// # Errors
    /// As [`Batch::draft`].
    pub fn draft(&mut self, key: &str, clock: &dyn Clock, body: impl Into<Body>) -> Result<Draft> {
        self.batch()?.draft(key, clock, false, body)
    }

    /// Records what was drafted and signed, and makes it durable; see [`Batch::seal`].
    ///
    /// # Errors
    /// As [`Batch::seal`]; then the journal is as it was.
    pub fn seal(&mut self, draft: Draft, clock: &dyn Clock, signature: &[u8; 64]) -> Result<Recorded> {
        let mut batch = self.batch()?;
        let recorded = batch.seal(draft, clock, signature)?;
        batch.commit()?;
        Ok(recorded)
    }

    /// Begins a transaction into which several entries are recorded, all or none.
    ///
    /// # Errors
    /// A journal that is open for reading only.
    pub fn batch(&mut self) -> Result<Batch<'_>> {
        if self.access == file::Access::Read {
            return Err(Error::environment(format!(
                "журнал «{}» открыт только для чтения: записать в него нельзя",
                self.path.display()
            ))
            .next("проверьте права на файл и папку, защиту носителя от записи, место на диске и квоту"));
        }
        if let Some(outrun) = self.outrun {
            return Err(outrun.refusal(&self.path));
        }
        Batch::begin(&mut self.file, self.away.as_mut())
    }

    /// Proves the journal from its first record on, and its file. Everything certified is read from what this gives.
    /// `progress` is told how many entries were done.
    ///
    /// # Errors
    /// What an audit finds first: nothing is certified of a journal that does not pass it.
    pub fn prove(&self, progress: &mut dyn FnMut(u64)) -> Result<Proven> {
        self.is_at_hand("проверить журнал, печатать и архивировать")?;
        Proven::from_the_start(&self.path, progress)
    }

    /// Audits a journal's file, whatever is in it, and changes nothing of it; see [`Report`]. `progress` is told how many
    /// entries were done.
    ///
    /// # Errors
    /// A file that is missing, is no journal, or does not read at all.
    pub fn audit(path: &Path, progress: &mut dyn FnMut(u64)) -> Result<Audited> {
        Audited::of(path, progress)
    }
}

/// Audits any open journal file.
///
/// # Errors
/// A file that does not read at all.
pub fn audit_file(file: &Tables, progress: &mut dyn FnMut(u64)) -> Result<Report> {
    Ok(audit::audit(file, audit::Walked::nothing(apply::in_memory()?), progress)?.0)
}

/// The head as people compare it: hex.
pub fn head_text(tip: &Tip) -> String {
    hex(&tip.head)
}
