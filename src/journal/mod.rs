//! The journal of one school year: a SQLite file that holds the ledger and the tables made from it.
//!
//! [`Journal::create`] and [`Journal::open`] are the ways in; [`Journal::record`] and [`Journal::batch`] write entries,
//! [`Journal::tables`] is what everything else reads, and [`Journal::audit`] proves that all of it belongs together.

pub mod apply;
mod audit;
pub mod cell;
pub mod contacts;
pub mod entry;
pub mod next_year;
pub mod note;
pub mod plan;
pub mod read;
mod record;
pub mod resolve;
mod roles;
pub mod rules;
mod turn;

pub use audit::{Finding, Report};
pub use record::{Author, Batch, Recorded, author_of};
pub use roles::may_keep_contacts;

use crate::error::{Error, Result};
use crate::journal::read::Tables;
use crate::ledger::chain::{Tip, hex};
use crate::ledger::store;
use entry::{Body, Entry, JournalCreated, RULES};
use rusqlite::{Connection, OpenFlags, OptionalExtension};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Marks a SQLite file as a journal: «LETP».
const APPLICATION_ID: i32 = 0x4c45_5450;

/// How long a command waits while others write: sixty teachers may press Enter at the same moment.
const PATIENCE: Duration = Duration::from_secs(120);

/// An open journal.
pub struct Journal {
    file: Tables,
    path: PathBuf,
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
        let partial = path.with_extension("letopis-new");
        if path.exists() {
            return Err(Error::input(format!("файл «{}» уже существует", path.display()))
                .next("укажите другой файл: --journal FILE"));
        }
        let _ = std::fs::remove_file(&partial);
        new_file(&partial)?;
        let result = Self::fill(&partial, author, created).and_then(|()| Self::follow(&partial, author, rest));
        match result.and_then(|()| {
            std::fs::hard_link(&partial, path)
                .or_else(|_| std::fs::rename(&partial, path))
                .map_err(|e| Error::file("создать журнал", path, &e))
        }) {
            Ok(()) => {
                let _ = std::fs::remove_file(&partial);
                Self::open(path)
            }
            Err(error) => {
                let _ = std::fs::remove_file(&partial);
                Err(error)
            }
        }
    }

    /// Writes the empty ledger, the tables and the first entry in one transaction.
    fn fill(path: &Path, author: Author<'_>, created: JournalCreated) -> Result<()> {
        use chrono::SubsecRound;
        let file = Tables::new(Connection::open(path)?);
        file.db().pragma_update(None, "application_id", APPLICATION_ID)?;
        let transaction = file.db().unchecked_transaction()?;
        store::create(&transaction)?;
        transaction.execute_batch(apply::PAGE_TEXTS)?;
        apply::create(&transaction)?;
        let school = created.school.clone();
        let entry = Entry {
            time: author.now.trunc_subsecs(0),
            author: created.administrator.login.clone(),
            key: created.key.fingerprint(),
            rules: RULES,
            taken_over: false,
            body: Body::from(created),
        };
        let payload = entry.to_json()?;
        apply::apply(&file, 1, &entry)?;
        record::judge(&file, &school, 1, None, &entry, rules::is_canonical(&payload))?;
        store::append(&transaction, &Tip::EMPTY.sign(author.identity, payload))?;
        transaction.commit()?;
        file.close()
    }

    /// Records what follows the first entry of a journal that has no name yet.
    fn follow(partial: &Path, author: Author<'_>, rest: Vec<Body>) -> Result<()> {
        if rest.is_empty() {
            return Ok(());
        }
        let mut file = Tables::new(Connection::open(partial)?);
        let mut batch = Batch::begin(&mut file)?;
        for body in rest {
            batch.record(author, body)?;
        }
        batch.commit()?;
        file.close()
    }

    /// Opens a journal. Tables made by another version are rebuilt from the ledger first.
    ///
    /// # Errors
    /// A file that is missing, is no journal, or that the account may not write.
    pub fn open(path: &Path) -> Result<Self> {
        match path.metadata() {
            Ok(meta) if meta.is_file() => {}
            Err(cause) if cause.kind() != std::io::ErrorKind::NotFound => {
                return Err(Error::file("открыть журнал", path, &cause));
            }
            _ => {
                return Err(Error::input(format!("нет журнала «{}»", path.display()))
                    .next("укажите его: --journal ФАЙЛ или переменная LETOPIS_JOURNAL; новый заводит letopis init"));
            }
        }
        crate::device::refuse_network_file(path)?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let file = Connection::open_with_flags(path, flags)?;
        prepare(&file)?;
        let journal = Self { file: Tables::new(file), path: path.to_owned() };
        journal.refresh_tables()?;
        Ok(journal)
    }

    /// Another connection to a journal, for reading beside others.
    pub fn open_reader(path: &Path) -> Result<Tables> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let file = Connection::open_with_flags(path, flags)?;
        prepare(&file)?;
        file.pragma_update(None, "query_only", true)?;
        Ok(Tables::new(file))
    }

    /// Opens a journal's copy for reading only, writing nothing beside it: what an archive holds.
    pub fn open_copy(path: &Path) -> Result<Tables> {
        let file =
            Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        is_journal(&file)?;
        file.set_prepared_statement_cache_capacity(256);
        Ok(Tables::new(file))
    }

    fn refresh_tables(&self) -> Result<()> {
        let version: i32 = self.file.db().pragma_query_value(None, "user_version", |row| row.get(0))?;
        if version == apply::schema_version() {
            return Ok(());
        }
        let transaction =
            rusqlite::Transaction::new_unchecked(self.file.db(), rusqlite::TransactionBehavior::Immediate)?;
        apply::rebuild(&self.file)?;
        Ok(transaction.commit()?)
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
        read::ledger::tip(&self.file)
    }

    /// The time of the last entry.
    pub fn last_time(&self) -> Result<Option<chrono::DateTime<chrono::FixedOffset>>> {
        let last = store::last(self.file.db())?;
        Ok(last.map(|record| Entry::from_json(&record.payload)).transpose()?.map(|entry| entry.time))
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

    /// Begins a transaction into which several entries are recorded, all or none.
    pub fn batch(&mut self) -> Result<Batch<'_>> {
        Batch::begin(&mut self.file)
    }

    /// Proves the ledger and the tables; see [`Report`]. `progress` is told how many entries were done.
    pub fn audit(&self, progress: &mut dyn FnMut(u64)) -> Result<Report> {
        audit::audit(&self.file, progress)
    }
}

/// Audits any open journal file, such as an archive's copy.
pub fn audit_file(file: &Tables, progress: &mut dyn FnMut(u64)) -> Result<Report> {
    audit::audit(file, progress)
}

/// The kept text of an issued page, by its digest in hex.
///
/// # Errors
/// A text that does not inflate is damage.
pub fn page_text(file: &Tables, digest: &str) -> Result<Option<Vec<u8>>> {
    use std::io::Read;
    let sql = "SELECT text FROM page_texts WHERE digest = ?1";
    let deflated: Option<Vec<u8>> = file.prepare_cached(sql)?.query_row([digest], |row| row.get(0)).optional()?;
    let Some(deflated) = deflated else { return Ok(None) };
    let mut text = Vec::new();
    // A page is some kilobytes; the limit keeps a forged row from filling the memory.
    let mut inflated = flate2::read::DeflateDecoder::new(&deflated[..]).take(1 << 24);
    match inflated.read_to_end(&mut text) {
        Ok(_) => Ok(Some(text)),
        Err(_) => Ok(Some(Vec::new())),
    }
}

/// The head as people compare it: hex.
pub fn head_text(tip: &Tip) -> String {
    hex(&tip.head)
}

fn prepare(file: &Connection) -> Result<()> {
    file.busy_timeout(PATIENCE)?;
    is_journal(file)?;
    file.pragma_update(None, "journal_mode", "WAL")?;
    file.pragma_update(None, "synchronous", "FULL")?;
    file.pragma_update(None, "trusted_schema", false)?;
    file.set_prepared_statement_cache_capacity(256);
    Ok(())
}

fn is_journal(file: &Connection) -> Result<()> {
    let id: rusqlite::Result<i32> = file.pragma_query_value(None, "application_id", |row| row.get(0));
    match id {
        Ok(APPLICATION_ID) => Ok(()),
        Ok(_) => Err(Error::input("этот файл не журнал Letopis").next("проверьте путь к журналу")),
        Err(error) => Err(error.into()),
    }
}

/// Makes an empty file that only its owner may read.
fn new_file(path: &Path) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(|_| ()).map_err(|e| Error::file("создать", path, &e))
}
