//! The file in which an unlocked identity lies.
//!
//! One file a terminal session, `letopis-login-DEVICE-SESSION`, in `$XDG_RUNTIME_DIR`: that folder is the account's own, in
//! memory, and gone when the account logs out. Where the variable is not set, it is `/run/user/UID`, which is the same
//! folder; and where a machine has none, `login` below the account's state folder, on the disk, which `login` says: what is
//! written over there may still be read from the medium. Each is refused unless it belongs to the account and nobody else
//! may enter. The file is made anew (never opened over another), mode 0600, and its four lines are: a
//! heading, the moment of the last use in a fixed width, what it holds for as JSON, and the secret. A use rewrites the
//! second line only. Whatever does not read, does not fit this terminal or is over is treated as no login at all;
//! what is over is wiped: zeros are written over it before its name is removed.

use super::clock::Moment;
use super::terminal::Terminal;
use crate::cli::session;
use crate::error::{Error, Result};
use crate::files::{self, Readers};
use crate::ledger::identity::Identity;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const HEADING: &str = "letopis login 1\n";
const PREFIX: &str = "letopis-login-";
/// No such file is larger.
const MAX_SIZE: u64 = 16 * 1024;

/// The folder of logins.
pub struct Folder {
    path: PathBuf,
    on_disk: bool,
}

/// What to do where there is no place for a login.
const NEXT: &str = "войдите в систему под своей учётной записью обычным способом (не через sudo или su); \
                    или указывайте ключ в каждой команде: --identity ФАЙЛ";

/// `$XDG_RUNTIME_DIR`, where it is set.
fn runtime() -> Option<PathBuf> {
    std::env::var_os("XDG_RUNTIME_DIR").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// The folder in memory that most systems make for an account, also where the variable did not come along.
#[cfg(unix)]
fn run_user() -> Result<Folder> {
    Folder::at(PathBuf::from(format!("/run/user/{}", rustix::process::geteuid().as_raw())), "входов")
}

#[cfg(not(unix))]
fn run_user() -> Result<Folder> {
    Err(Error::environment("папки в памяти здесь нет").next(NEXT))
}

/// The account's own folder of logins on the disk.
fn on_disk() -> Option<PathBuf> {
    Some(session::account_folder("XDG_STATE_HOME", ".local/state")?.join("login"))
}

/// An identity that was unlocked before.
pub struct Unlocked {
    /// The identity.
    pub identity: Identity,
    /// The key file it came from.
    pub file: KeyFile,
}

/// A key file: its full path and the SHA-256 of what it held, so that a file of the same name is not taken for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyFile {
    /// The path without links and dots.
    pub path: PathBuf,
    /// In hex.
    pub sha256: String,
}

/// What a login holds for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Terms {
    terminal: Terminal,
    /// Minutes.
    idle: u16,
    file: KeyFile,
}

/// A login as its file has it.
struct Kept {
    used: Moment,
    terms: Terms,
    secret: Zeroizing<String>,
}

/// The name and digest of a key file.
pub fn name_and_digest(path: &Path) -> std::io::Result<KeyFile> {
    let path = path.canonicalize()?;
    let content = Zeroizing::new(files::read(&path, files::LARGEST_TEXT)?);
    Ok(KeyFile { path, sha256: crate::ledger::chain::hex(&Sha256::digest(&content)) })
}

impl Folder {
    /// Where a login of this account is kept: `$XDG_RUNTIME_DIR`; where that is not set, `/run/user/UID`, and where there
    /// is none either, a folder of the account's own on the disk, which is made.
    ///
    /// # Errors
    /// `$XDG_RUNTIME_DIR` is set and is no folder, or is not this account's alone; no folder can be made.
    pub fn of_account() -> Result<Self> {
        if let Some(path) = runtime() {
            return Self::at(path, "XDG_RUNTIME_DIR").map_err(|why| why.next(NEXT));
        }
        if let Ok(folder) = run_user() {
            return Ok(folder);
        }
        let path = on_disk().ok_or_else(|| {
            Error::environment("вход негде хранить: не заданы ни XDG_RUNTIME_DIR, ни HOME").next(NEXT)
        })?;
        files::make_folders(&path, Readers::Owner).map_err(|cause| Error::file("создать папку", &path, &cause))?;
        Ok(Self { on_disk: true, ..Self::at(path, "входов").map_err(|why| why.next(NEXT))? })
    }

    /// Every folder in which this account may have logins.
    pub fn all() -> Vec<Self> {
        let of = |path: Option<PathBuf>| path.and_then(|path| Self::at(path, "входов").ok());
        [of(runtime()), run_user().ok(), of(on_disk())].into_iter().flatten().collect()
    }

    /// Whether it lies on a disk, and not in memory.
    pub fn is_on_disk(&self) -> bool {
        self.on_disk
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn at(path: PathBuf, called: &str) -> Result<Self> {
        let bad = |why: &str| {
            Err(Error::environment(format!("папка {called} «{}» {why}", path.display())).next("проверьте её права"))
        };
        let Ok(path) = files::real(&path) else { return bad("не открывается") };
        let Ok(meta) = path.symlink_metadata() else { return bad("не открывается") };
        if !path.is_absolute() || !meta.is_dir() {
            return bad("не папка или указана не полным путём");
        }
        if !is_private(&meta, 0o700) {
            return bad("принадлежит не вам или доступна другим (нужны права 0700)");
        }
        Ok(Self { path, on_disk: false })
    }

    /// Keeps an identity for a terminal, in place of what was kept for it.
    ///
    /// # Errors
    /// The key file cannot be read again, or the folder cannot be written to.
    pub fn keep(&self, terminal: &Terminal, key: &Path, identity: &Identity, idle: u16, now: Moment) -> Result<()> {
        let file = name_and_digest(key).map_err(|cause| Error::file("прочитать файл ключа", key, &cause))?;
        let terms = Terms { terminal: terminal.clone(), idle, file };
        let terms = serde_json::to_string(&terms).map_err(|e| {
            Error::environment(format!("вход не записан: {e}"))
                .next("повторите; без входа пароль вводится для каждой команды")
        })?;
        let secret = identity.secret_text();
        let text = Zeroizing::new([HEADING, &stamp(now), &terms, "\n", secret.as_str(), "\n"].concat());
        self.end(terminal)?;
        let path = self.file_of(terminal);
        let written = files::create(&path, Readers::Owner).and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|cause| {
            let _ = wipe(&path);
            Error::file("записать", &path, &cause)
        })
    }

    /// The identity kept for a terminal, if its time is not over; its idle time begins anew.
    pub fn open(&self, terminal: &Terminal, now: Moment) -> Option<Unlocked> {
        let path = self.file_of(terminal);
        let (mut file, kept) = read(&path)?;
        if kept.terms.terminal != *terminal || !kept.used.lasts_until(now, kept.terms.idle) {
            let _ = wipe(&path);
            return None;
        }
        let identity = Identity::parse(&kept.secret).ok()?;
        let at = SeekFrom::Start(HEADING.len() as u64);
        file.seek(at).and_then(|_| file.write_all(stamp(now).as_bytes())).ok()?;
        Some(Unlocked { identity, file: kept.terms.file })
    }

    /// Wipes what is kept for a terminal; says whether there was anything.
    ///
    /// # Errors
    /// It cannot be removed.
    pub fn end(&self, terminal: &Terminal) -> Result<bool> {
        let path = self.file_of(terminal);
        match wipe(&path) {
            Ok(()) => Ok(true),
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => Ok(false),
            Err(cause) => Err(Error::file("удалить", &path, &cause)),
        }
    }

    /// Wipes every login that is over: its time, its terminal's session, its machine's start, or a file that was torn.
    pub fn sweep(&self, now: Moment) {
        for entry in files::list(&self.path).unwrap_or_default() {
            if !entry.name.to_string_lossy().starts_with(PREFIX) {
                continue;
            }
            let path = self.path.join(&entry.name);
            let lives = |kept: &Kept| kept.used.lasts_until(now, kept.terms.idle) && kept.terms.terminal.is_alive();
            if !read(&path).is_some_and(|(_, kept)| lives(&kept)) {
                let _ = wipe(&path);
            }
        }
    }

    fn file_of(&self, terminal: &Terminal) -> PathBuf {
        self.path.join(format!("{PREFIX}{}-{}", terminal.device, terminal.session))
    }
}

/// A moment in a line of fixed width.
fn stamp(moment: Moment) -> String {
    format!("{:020} {:020}\n", moment.running, moment.calendar)
}

/// A login's file, unless it is no private file of this account or does not read.
fn read(path: &Path) -> Option<(File, Kept)> {
    let mut file = open_private(path).ok()?;
    let mut content = Zeroizing::new(Vec::with_capacity(usize::try_from(MAX_SIZE).ok()?));
    (&mut file).take(MAX_SIZE).read_to_end(&mut content).ok()?;
    let text = std::str::from_utf8(&content).ok()?.strip_prefix(HEADING)?;
    let mut lines = text.lines();
    let (running, calendar) = lines.next()?.split_once(' ')?;
    let used = Moment { running: running.parse().ok()?, calendar: calendar.parse().ok()? };
    let terms = serde_json::from_str(lines.next()?).ok()?;
    let secret = Zeroizing::new(lines.next()?.to_owned());
    Some((file, Kept { used, terms, secret }))
}

fn open_private(path: &Path) -> std::io::Result<File> {
    let file = files::open_to_change(path)?;
    if is_private(&file.metadata()?, 0o600) {
        Ok(file)
    } else {
        Err(std::io::Error::new(std::io::ErrorKind::PermissionDenied, "не личный файл"))
    }
}

#[cfg(unix)]
fn is_private(meta: &std::fs::Metadata, mode: u32) -> bool {
    use std::os::unix::fs::MetadataExt;
    meta.uid() == rustix::process::geteuid().as_raw() && meta.mode() & 0o777 == mode
}

#[cfg(not(unix))]
fn is_private(_: &std::fs::Metadata, _: u32) -> bool {
    false
}

/// Writes zeros over a file and removes it; what is not our private file is removed without being written to.
fn wipe(path: &Path) -> std::io::Result<()> {
    if let Ok(mut file) = open_private(path) {
        let length = file.metadata()?.len().min(MAX_SIZE);
        let zeros = vec![0; usize::try_from(length).unwrap_or_default()];
        file.write_all(&zeros)?;
        file.sync_all()?;
    }
    files::remove(path)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    const NOW: Moment = Moment { running: 5_000, calendar: 1_758_000_000 };

    fn after(seconds: i64) -> Moment {
        Moment { running: NOW.running + seconds, calendar: NOW.calendar + seconds }
    }

    fn terminal(session: u32) -> Terminal {
        Terminal { boot: "b".into(), device: 34816, session, started: 77 }
    }

    fn folder(dir: &tempfile::TempDir) -> Folder {
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        Folder::at(dir.path().canonicalize().unwrap(), "входов").unwrap()
    }

    /// A folder with a login at terminal 1, and whose it is.
    fn logged_in(dir: &tempfile::TempDir) -> (Folder, PathBuf, Identity) {
        let folder = folder(dir);
        let key = dir.path().join("ivanova.key");
        let identity = Identity::generate();
        crate::ledger::keyfile::write_new(&key, &identity, None).unwrap();
        folder.keep(&terminal(1), &key, &identity, 45, NOW).unwrap();
        (folder, key, identity)
    }

    #[test]
    fn a_login_gives_its_identity_back_at_its_own_terminal_only() {
        let dir = tempfile::tempdir().unwrap();
        let (folder, key, identity) = logged_in(&dir);
        let unlocked = folder.open(&terminal(1), after(60)).unwrap();
        assert_eq!(unlocked.identity.public(), identity.public());
        assert_eq!(unlocked.file, name_and_digest(&key).unwrap());
        assert!(folder.open(&terminal(2), after(60)).is_none());
    }

    #[test]
    fn a_terminal_whose_number_was_given_out_again_gets_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let (folder, ..) = logged_in(&dir);
        assert!(folder.open(&Terminal { started: 78, ..terminal(1) }, after(60)).is_none());
        assert!(!folder.file_of(&terminal(1)).exists(), "what is over is wiped");
    }

    #[test]
    fn every_use_begins_the_idle_time_anew_and_then_it_is_over() {
        let dir = tempfile::tempdir().unwrap();
        let (folder, ..) = logged_in(&dir);
        for use_at in [40, 80, 120] {
            assert!(folder.open(&terminal(1), after(use_at * 60)).is_some(), "{use_at}");
        }
        assert!(folder.open(&terminal(1), after(166 * 60)).is_none());
        assert!(!folder.file_of(&terminal(1)).exists());
    }

    #[test]
    fn the_file_is_its_owners_alone_and_logout_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let (folder, ..) = logged_in(&dir);
        let path = folder.file_of(&terminal(1));
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let other_name = dir.path().join("beside");
        std::fs::hard_link(&path, &other_name).unwrap();
        assert!(folder.end(&terminal(1)).unwrap());
        assert!(!folder.end(&terminal(1)).unwrap());
        assert!(std::fs::read(other_name).unwrap().iter().all(|byte| *byte == 0), "the secret was written over");
    }

    #[test]
    fn a_file_that_others_may_read_or_that_is_a_link_is_no_login() {
        let dir = tempfile::tempdir().unwrap();
        let (folder, ..) = logged_in(&dir);
        let path = folder.file_of(&terminal(1));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(folder.open(&terminal(1), NOW).is_none());
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let moved = dir.path().join("moved");
        std::fs::rename(&path, &moved).unwrap();
        symlink(&moved, &path).unwrap();
        assert!(folder.open(&terminal(1), NOW).is_none());
    }

    #[test]
    fn sweeping_wipes_what_is_over_and_what_is_torn() {
        let dir = tempfile::tempdir().unwrap();
        let (folder, ..) = logged_in(&dir);
        let torn = dir.path().join(format!("{PREFIX}torn"));
        std::fs::write(&torn, "letopis login 1\n0000").unwrap();
        std::fs::write(dir.path().join("of another program"), "").unwrap();
        folder.sweep(after(1));
        assert!(!folder.file_of(&terminal(1)).exists(), "no such session runs here");
        assert!(!torn.exists());
        assert!(dir.path().join("of another program").exists());
    }

    #[test]
    fn a_key_file_of_the_same_name_is_not_taken_for_the_one_that_was_unlocked() {
        let dir = tempfile::tempdir().unwrap();
        let (folder, key, _) = logged_in(&dir);
        let unlocked = folder.open(&terminal(1), NOW).unwrap();
        assert!(super::super::is_of(&unlocked, &key));
        std::fs::remove_file(&key).unwrap();
        crate::ledger::keyfile::write_new(&key, &Identity::generate(), None).unwrap();
        assert!(!super::super::is_of(&unlocked, &key));
    }

    #[test]
    fn a_folder_that_others_may_enter_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        assert!(Folder::at(dir.path().to_owned(), "").is_err());
        assert!(Folder::at(dir.path().join("nothing"), "").is_err());
        assert!(Folder::at(PathBuf::from("."), "").is_err());
    }
}
