//! A proof kept for the next command, so that it need not judge again what was judged a minute ago.
//!
//! The proven tables and heads lie in a file of the reader's own cache folder, encrypted and authenticated under a key that
//! is derived from his identity: nobody else can make one, and nobody else can read the pupils' data in it. It belongs to
//! one journal, one length and head of it, and one program; and it is only taken up where the whole chain of the file has
//! the same heads today. Then what has come since is proven, signatures, rights and rules, and the file itself as ever.
//! Where anything is amiss, the proof begins at the first record: a kept proof saves time and decides nothing.
//!
//! The file: `letopis-proof-v2`, a nonce of 24 bytes, and XChaCha20-Poly1305 of: the length of the ledger (8 bytes, little
//! end first), that many heads of 32 bytes and times of 8 (signed seconds since 1970, little end first), and the image of the tables as SQLite keeps them. The journal's id and what
//! tells the program are the additional data.

use super::{Proven, memory};
use crate::error::{Error, Result};
use crate::files::{self, Draft, Readers};
use crate::journal::audit::{self, Walked};
use crate::journal::entry::RULES;
use crate::journal::record::Last;
use crate::journal::{apply, file, read};
use crate::ledger::chain::{Hash, Tip, hex};
use crate::ledger::identity::Identity;
use chacha20poly1305::aead::{AeadCore, AeadInPlace, KeyInit, OsRng};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use rusqlite::{Connection, MAIN_DB};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Begins the file, and the additional data.
const MAGIC: &[u8; 16] = b"letopis-proof-v2";
/// Bytes of a nonce.
const NONCE: usize = 24;
/// No kept proof is larger, in bytes: a journal of a million entries makes less than a third of it.
const LARGEST: u64 = 1 << 30;
/// Proofs that nobody has taken up for so long are removed.
const FORGOTTEN: Duration = Duration::from_secs(60 * 24 * 3600);

/// Where a person's proofs are kept, and his key.
#[derive(Clone, Copy)]
pub struct Keep<'a> {
    /// A folder of his own; it is made, and used only where nobody else may enter it.
    pub folder: &'a Path,
    /// His identity.
    pub identity: &'a Identity,
}

impl Proven {
    /// Proves a journal, going on from the proof that was kept of it, if there is one that fits.
    ///
    /// # Errors
    /// What the audit found first.
    pub fn from_kept(path: &Path, keep: Keep<'_>, progress: &mut dyn FnMut(u64)) -> Result<Self> {
        let taken_up = || -> Result<Option<Self>> {
            let file = file::open_to_audit(path)?;
            file.keep_few_pages()?;
            let Some((name, before)) = keep.load(&file)? else { return Ok(None) };
            let (report, walked) = audit::audit(&file, before, &mut |_| {})?;
            if !report.is_clean() {
                return Ok(None);
            }
            Self::of_walk(file, path, name, walked).map(Some)
        };
        match taken_up() {
            Ok(Some(proven)) => Ok(proven),
            Ok(None) | Err(_) => Self::from_the_start(path, progress),
        }
    }

    /// Keeps the proof for the next command, in place of an earlier one of the same journal. That it cannot be kept is no
    /// fault: the next command begins at the first record.
    pub fn keep(&self, keep: Keep<'_>) {
        let _ = keep.store(self);
    }
}

impl Keep<'_> {
    /// The proof that was kept of a journal's file, where the file's whole chain is the one that was proven.
    fn load(&self, file: &read::Tables) -> Result<Option<(String, Walked)>> {
        let journal = read::ledger::tip(file)?.journal;
        let Some(mut plain) = self.decrypted(&journal) else { return Ok(None) };
        let Some((heads, times, at)) = heads(&plain) else { return Ok(None) };
        if !is_same_chain(file, &heads)? {
            return Ok(None);
        }
        let mut image = Connection::open_in_memory()?;
        image.deserialize_read_exact(MAIN_DB, &plain[at..], plain.len() - at, true)?;
        plain = Vec::new();
        drop(plain);
        let (name, tables) = memory::copy_of(&image)?;
        let tip = heads.last().map_or(Tip::EMPTY, |head| Tip { journal, seq: heads.len() as u64, head: *head });
        let last = Last::of(file, &tables, tip.seq)?;
        Ok(Some((name, Walked { tip, tables, heads, times, last })))
    }

    fn decrypted(&self, journal: &Hash) -> Option<Vec<u8>> {
        let path = self.path(journal);
        if !files::is_private(self.folder) {
            return None;
        }
        let bytes = files::read(&path, LARGEST).ok()?;
        let rest = bytes.strip_prefix(MAGIC)?;
        let (nonce, sealed) = rest.split_at_checked(NONCE)?;
        let nonce = *XNonce::from_slice(nonce);
        let mut plain = sealed.to_vec();
        drop(bytes);
        self.cipher().decrypt_in_place(&nonce, &bound_to(journal), &mut plain).ok()?;
        Some(plain)
    }

    fn store(&self, proven: &Proven) -> Result<()> {
        files::make_private(self.folder)?;
        let mut tables = proven.tables()?.into_db();
        let image = tables.serialize(MAIN_DB)?;
        let mut bytes = Vec::with_capacity(8 + proven.heads.len() * 40 + image.len() + 64);
        bytes.extend((proven.heads.len() as u64).to_le_bytes());
        proven.heads.iter().for_each(|head| bytes.extend(head));
        proven.times.iter().for_each(|time| bytes.extend(time.to_le_bytes()));
        bytes.extend(&image[..]);
        drop(image);
        let nonce = XChaCha20Poly1305::generate_nonce(&mut OsRng);
        let journal = proven.tip.journal;
        let failed = |_: chacha20poly1305::Error| {
            Error::environment("доказательство журнала не шифруется").next("повторите; журнал будет доказан заново")
        };
        self.cipher().encrypt_in_place(&nonce, &bound_to(&journal), &mut bytes).map_err(failed)?;
        self.forget_old();
        let path = self.path(&journal);
        let write = || {
            let mut draft = Draft::new(&path, Readers::Owner)?;
            [&MAGIC[..], nonce.as_slice(), &bytes].iter().try_for_each(|part| draft.write_all(part))?;
            draft.put_lightly()
        };
        write().map_err(|cause| Error::file("записать", &path, &cause))
    }

    /// Removes what nobody has taken up for long, and what a killed run left.
    fn forget_old(&self) {
        for entry in files::list(self.folder).unwrap_or_default() {
            let (path, name) = (self.folder.join(&entry.name), entry.name.to_string_lossy().into_owned());
            let ours = name.ends_with(".proof") || name.ends_with(".part");
            let changed = files::open(&path).and_then(|file| file.metadata()).and_then(|meta| meta.modified());
            let age = changed.ok().and_then(|at| at.elapsed().ok());
            if ours && age.is_some_and(|age| age > FORGOTTEN) {
                let _ = files::remove(&path);
            }
        }
    }

    fn path(&self, journal: &Hash) -> PathBuf {
        self.folder.join(format!("{}-{}.proof", hex(&journal[..8]), hex(&self.identity.public().key()[..8])))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.identity.proof_key()).into())
    }
}

/// The heads and times in a kept proof, and where the image of the tables begins.
fn heads(plain: &[u8]) -> Option<(Vec<Hash>, Vec<i64>, usize)> {
    let (count, rest) = plain.split_first_chunk::<8>()?;
    let count = usize::try_from(u64::from_le_bytes(*count)).ok()?;
    let length = count.checked_mul(40).filter(|length| count > 0 && *length <= rest.len())?;
    let (heads, times) = rest[..length].split_at(count * 32);
    let times = times.as_chunks::<8>().0.iter().map(|time| i64::from_le_bytes(*time));
    Some((heads.as_chunks::<32>().0.to_vec(), times.collect(), 8 + length))
}

/// Whether the file's records make the chain of these heads: each is hashed again.
fn is_same_chain(file: &read::Tables, heads: &[Hash]) -> Result<bool> {
    let mut tip = Tip::EMPTY;
    for (seq, head) in (1..).zip(heads) {
        let record = read::ledger::record(file, seq)?;
        let Some(record) = record.filter(|record| tip.is_next(record) && record.head == *head) else {
            return Ok(false);
        };
        tip = tip.after(&record);
    }
    Ok(!heads.is_empty())
}

/// What a kept proof belongs to: the journal, and the program that proved it, its rules and its tables.
fn bound_to(journal: &Hash) -> Vec<u8> {
    let executable = std::env::current_exe().and_then(|path| path.metadata()).ok();
    let made = executable.as_ref().and_then(|meta| meta.modified().ok());
    let made = made.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok()).unwrap_or_default();
    let program = format!(
        "{} {RULES} {} {} {}",
        env!("CARGO_PKG_VERSION"),
        apply::schema_version(),
        executable.map_or(0, |meta| meta.len()),
        made.as_nanos()
    );
    [&MAGIC[..], journal, program.as_bytes()].concat()
}
