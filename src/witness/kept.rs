//! What witnesses have answered, kept in a file beside the journal: their newest signatures, and since when one does not sign.
//!
//! ```text
//! journal.witnessed    JSON; whoever loses it asks again
//! ```

use crate::error::{Error, Result};
use crate::files::{self, Readers};
use crate::journal::beside;
use crate::ledger::log::checkpoint::{Checkpoint, Origin};
use crate::ledger::log::note::{Note, Verifier};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::path::{Path, PathBuf};

/// The file is never longer.
const LARGEST: u64 = 1024 * 1024;

/// A witness that does not answer is asked again after so long, then twice as long, and so on,
const FIRST: TimeDelta = TimeDelta::minutes(1);
/// but at least as often as this.
const LAST: TimeDelta = TimeDelta::hours(2);

/// What witnesses have answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    witnesses: Vec<Heard>,
}

/// What one has answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// His key, as a vkey.
    pub key: String,
    /// The newest checkpoint that he signed, with the log's signature and his.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<Newest>,
    /// Since when he has not signed what he was asked to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failed: Option<Failed>,
}

/// The newest checkpoint that a witness signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Newest {
    /// The signed note.
    pub note: String,
    /// When he signed it.
    pub at: DateTime<Utc>,
}

/// A witness that does not sign.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failed {
    /// Why, in Russian.
    pub why: String,
    /// Whether he says that the ledger was changed or cut.
    pub contradicts: bool,
    /// Since when.
    pub since: DateTime<Utc>,
    /// When he was asked last.
    pub last: DateTime<Utc>,
    /// How often.
    pub times: u32,
}

impl Kept {
    /// The file beside a journal.
    pub fn path_for(journal: &Path) -> PathBuf {
        beside::path_for(journal, "witnessed")
    }

    /// What is kept beside a journal; nothing where nobody was ever asked.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn read(journal: &Path) -> Result<Self> {
        let path = real(&Self::path_for(journal))?;
        match files::read(&path, LARGEST) {
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(cause) => Err(Error::file("прочитать подписи свидетелей", &path, &cause)),
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|cause| {
                Error::damaged(format!("подписи свидетелей в «{}» не читаются", path.display()))
                    .next("уберите этот файл: журнала в нём нет, подписи будут получены снова")
                    .caused_by(cause)
            }),
        }
    }

    /// Keeps it.
    ///
    /// # Errors
    /// A folder that cannot be written to.
    pub fn write(&self, journal: &Path) -> Result<()> {
        let path = real(&Self::path_for(journal))?;
        let text = serde_json::to_vec_pretty(self).expect("texts and numbers always have a JSON form");
        files::replace(&path, &text, Readers::Folder)
            .map_err(|cause| Error::file("записать подписи свидетелей", &path, &cause))
    }

    /// The right to ask and keep, as long as it is held; nothing where another process has it.
    ///
    /// # Errors
    /// A lock that cannot be made.
    pub fn lock(journal: &Path) -> Result<Option<File>> {
        beside::try_lock(journal, &real(&beside::path_for(journal, "witnessed-lock"))?)
    }

    /// What a witness has answered.
    pub fn of(&self, key: &Verifier) -> Option<&Heard> {
        let key = key.to_string();
        self.witnesses.iter().find(|heard| heard.key == key)
    }

    fn entry(&mut self, key: &Verifier) -> &mut Heard {
        let key = key.to_string();
        let at = self.witnesses.iter().position(|heard| heard.key == key).unwrap_or_else(|| {
            self.witnesses.push(Heard { key, signed: None, failed: None });
            self.witnesses.len() - 1
        });
        &mut self.witnesses[at]
    }

    /// A witness has signed.
    pub fn has_signed(&mut self, key: &Verifier, note: &Note, at: DateTime<Utc>) {
        let heard = self.entry(key);
        (heard.signed, heard.failed) = (Some(Newest { note: note.to_string(), at }), None);
    }

    /// A witness has not.
    pub fn has_failed(&mut self, key: &Verifier, why: String, contradicts: bool, now: DateTime<Utc>) {
        let heard = self.entry(key);
        let (since, times) = heard.failed.as_ref().map_or((now, 0), |failed| (failed.since, failed.times));
        heard.failed = Some(Failed { why, contradicts, since, last: now, times: times.saturating_add(1) });
    }

    /// Forgets those that are named no longer.
    pub fn retain(&mut self, named: &[Verifier]) {
        let named: Vec<String> = named.iter().map(ToString::to_string).collect();
        self.witnesses.retain(|heard| named.contains(&heard.key));
    }

    /// The newest checkpoint of a log that anybody has signed, with all signatures on it.
    pub fn newest(&self, origin: Origin) -> Option<Note> {
        let mut newest: Option<(Checkpoint, Note)> = None;
        for note in self.witnesses.iter().filter_map(|heard| heard.note()) {
            let Ok(point) = Checkpoint::read(&note) else { continue };
            if point.origin != origin {
                continue;
            }
            match &mut newest {
                Some((known, all)) if *known == point => {
                    let _ = note.lines().map(|lines| all.add(&lines));
                }
                Some((known, _)) if known.size >= point.size => {}
                _ => newest = Some((point, note)),
            }
        }
        newest.map(|(_, note)| note)
    }
}

impl Heard {
    /// The newest checkpoint that he signed.
    pub fn note(&self) -> Option<Note> {
        Note::parse(&self.signed.as_ref()?.note).ok()
    }

    /// How many records there were in it, of this log.
    pub fn size(&self, origin: Origin) -> Option<u64> {
        let point = Checkpoint::read(&self.note()?).ok()?;
        (point.origin == origin).then_some(point.size)
    }

    /// Whether he may be asked again at a moment: less often, the longer he does not sign.
    pub fn is_due(&self, now: DateTime<Utc>) -> bool {
        let Some(failed) = &self.failed else { return true };
        let doubled = FIRST * (1 << failed.times.saturating_sub(1).min(10));
        // A clock that was set back does not make anybody wait for ever.
        now >= failed.last + doubled.min(LAST) || now < failed.last
    }
}

/// The way to the journal may go through links of one's own.
fn real(path: &Path) -> Result<PathBuf> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = files::real(folder).map_err(|cause| Error::file("открыть", path, &cause))?;
    Ok(folder.join(path.file_name().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::identity::Identity;

    const ORIGIN: Origin = Origin { journal: [7; 32], epoch: 1 };

    fn moment(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + 60 * minute, 0).unwrap()
    }

    fn signed(kept: &mut Kept, server: &Identity, name: &str, size: usize) -> Verifier {
        let mut note = Checkpoint::of(ORIGIN, &vec![[1; 32]; size]).signed(server).unwrap();
        let key = note.cosign(name, &Identity::generate(), 1_700_000_000);
        kept.has_signed(&key, &note, moment(0));
        key
    }

    #[test]
    fn the_newest_checkpoint_bears_all_signatures_on_it() {
        let (mut kept, server) = (Kept::default(), Identity::generate());
        let first = signed(&mut kept, &server, "a", 4);
        let second = signed(&mut kept, &server, "b", 6);
        let third = signed(&mut kept, &server, "c", 6);
        let note = kept.newest(ORIGIN).unwrap();
        assert_eq!(Checkpoint::read(&note).unwrap().size, 6);
        assert_eq!(note.names().collect::<Vec<_>>()[1..], ["b", "c"]);
        assert_eq!(kept.newest(Origin { epoch: 2, ..ORIGIN }), None);
        assert_eq!((kept.of(&first).unwrap().size(ORIGIN), kept.of(&second).unwrap().size(ORIGIN)), (Some(4), Some(6)));
        kept.retain(&[first]);
        assert_eq!((kept.of(&third), Checkpoint::read(&kept.newest(ORIGIN).unwrap()).unwrap().size), (None, 4));
    }

    #[test]
    fn it_is_kept_and_a_file_that_does_not_read_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("journal.letopis");
        std::fs::write(&journal, "").unwrap();
        let mut kept = Kept::read(&journal).unwrap();
        assert_eq!(kept, Kept::default());
        let key = signed(&mut kept, &Identity::generate(), "a", 4);
        kept.has_failed(&key, "нет связи".into(), false, moment(1));
        kept.write(&journal).unwrap();
        assert_eq!(Kept::read(&journal).unwrap(), kept);
        let held = Kept::lock(&journal).unwrap();
        assert!(held.is_some() && Kept::lock(&journal).unwrap().is_none());
        std::fs::write(Kept::path_for(&journal), "{").unwrap();
        assert!(Kept::read(&journal).unwrap_err().message().contains("не читаются"));
    }

    #[test]
    fn who_does_not_answer_is_asked_less_and_less_often() {
        let (mut kept, server) = (Kept::default(), Identity::generate());
        let key = signed(&mut kept, &server, "a", 4);
        assert!(kept.of(&key).unwrap().is_due(moment(0)));
        for (asked, wait) in [(0, 1), (1, 2), (3, 4), (7, 8)] {
            kept.has_failed(&key, "нет связи".into(), false, moment(asked));
            let heard = kept.of(&key).unwrap();
            assert!(!heard.is_due(moment(asked + wait - 1)) && heard.is_due(moment(asked + wait)), "{asked}");
        }
        for _ in 0..40 {
            kept.has_failed(&key, "нет связи".into(), false, moment(100));
        }
        let heard = kept.of(&key).unwrap();
        assert!(!heard.is_due(moment(219)) && heard.is_due(moment(220)) && heard.is_due(moment(99)));
        assert_eq!(heard.failed.as_ref().unwrap().since, moment(0));
        let note = heard.note().unwrap();
        kept.has_signed(&key, &note, moment(300));
        assert_eq!(kept.of(&key).unwrap().failed, None);
    }
}
