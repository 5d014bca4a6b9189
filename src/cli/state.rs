//! Where a workplace remembers how far it has seen each journal: a file a journal in the account's own state folder,
//! `$XDG_STATE_HOME/letopis` or `~/.local/state/letopis`, on Windows `%LOCALAPPDATA%\Letopis\state`. It holds the journal's
//! id and two numbers and a sum, nothing personal, and only its owner may read it.
//!
//! Commands that run at once replace the file whole, so it is never torn; whichever comes last, what it says was true.

use super::{screen, session};
use crate::files::{self, Readers};
use crate::journal::Seen;
use crate::ledger::chain::{Hash, Tip, hex, parse_hash};
use crate::work::memory::Memory;
use serde::{Deserialize, Serialize};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Once;

/// More than such a file ever holds.
const BOUND: u64 = 1024;

/// The state folder of this account.
pub struct State {
    folder: Option<PathBuf>,
}

#[derive(Serialize, Deserialize)]
struct Remembered {
    journal: String,
    length: u64,
    head: String,
    restorations: u64,
}

impl State {
    /// The folder of the account that runs the program.
    pub fn of_account() -> Self {
        Self {
            folder: session::account_folder("XDG_STATE_HOME", ".local/state").map(|path| match cfg!(windows) {
                true => path.join("state"),
                false => path,
            }),
        }
    }

    fn file(&self, journal: &Hash) -> Option<PathBuf> {
        Some(self.folder.as_ref()?.join(format!("seen-{}", hex(journal))))
    }

    fn write(&self, seen: &Seen) -> std::io::Result<()> {
        let path = self.file(&seen.tip.journal).ok_or_else(|| std::io::Error::from(ErrorKind::NotFound))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        files::make_folders(folder, Readers::Owner)?;
        let remembered = Remembered {
            journal: hex(&seen.tip.journal),
            length: seen.tip.seq,
            head: hex(&seen.tip.head),
            restorations: seen.restorations,
        };
        // After a power cut it may be lost: then this workplace remembers what it saw before.
        let mut draft = files::Draft::new(&path, Readers::Owner)?;
        draft.write_all(&serde_json::to_vec(&remembered)?)?;
        draft.put_lightly()
    }
}

impl Memory for State {
    fn recall(&self, journal: &Hash) -> Option<Seen> {
        let text = files::read(&self.file(journal)?, BOUND).ok()?;
        let Remembered { journal: id, length, head, restorations } = serde_json::from_slice(&text).ok()?;
        let tip = Tip { journal: parse_hash(&id).filter(|id| id == journal)?, seq: length, head: parse_hash(&head)? };
        Some(Seen { tip, restorations })
    }

    fn keep(&self, seen: &Seen) {
        let reached = |seen: &Seen| (seen.restorations, seen.tip.seq);
        // Another command may have seen more meanwhile.
        if self.recall(&seen.tip.journal).is_some_and(|known| reached(&known) > reached(seen)) {
            return;
        }
        static SAID: Once = Once::new();
        if let Err(cause) = self.write(seen) {
            SAID.call_once(|| {
                screen::warning(&format!(
                    "не записано, до какого места вы видели журнал ({cause}): если его подменят старой копией, это рабочее место этого не заметит"
                ));
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(seq: u64, restorations: u64) -> Seen {
        Seen { tip: Tip { journal: [7; 32], seq, head: [u8::try_from(seq).unwrap(); 32] }, restorations }
    }

    #[test]
    fn what_was_seen_is_remembered_by_its_journal_and_never_less_than_before() {
        let dir = tempfile::tempdir().unwrap();
        let state = State { folder: Some(dir.path().join("deep/letopis")) };
        assert_eq!(state.recall(&[7; 32]), None);
        for (kept, known) in [((5, 0), (5, 0)), ((3, 0), (5, 0)), ((9, 0), (9, 0)), ((4, 1), (4, 1)), ((9, 0), (4, 1))]
        {
            state.keep(&seen(kept.0, kept.1));
            assert_eq!(state.recall(&[7; 32]), Some(seen(known.0, known.1)));
        }
        assert_eq!(state.recall(&[8; 32]), None);
        let file = state.file(&[7; 32]).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&file), mode(file.parent().unwrap())), (0o600, 0o700));
        }
        assert_eq!(file.parent().unwrap().read_dir().unwrap().count(), 1, "nothing is left beside it");
        for torn in ["", "{", "null", "{\"journal\":\"00\",\"length\":1,\"head\":\"\",\"restorations\":0}"] {
            std::fs::write(&file, torn).unwrap();
            assert_eq!(state.recall(&[7; 32]), None, "{torn}");
        }
    }
}
