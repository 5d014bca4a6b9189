//! A small school in a temporary folder, driven through the program itself.
//!
//! The clock is the real system's, moved by `faketime` (running, never frozen), so tests that drive the program need
//! that peer. Days are named in Moscow's offset, which is the small school's.

use super::peers::{self, Output};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The program under test.
pub const LETOPIS: &str = env!("CARGO_BIN_EXE_letopis");

/// Everyone in `tests/fixtures/small/staff.csv`.
pub const STAFF: [&str; 6] = ["ivanova", "petrova", "kuznetsov", "semyonov", "belova", "gusev"];

/// A school's folder: `journal.letopis`, `keys/*.key`.
pub struct School {
    dir: tempfile::TempDir,
}

impl School {
    /// A fresh copy of the small school as it stands on 1 September 2025 at 08:10; nothing where `faketime` is missing.
    pub fn small() -> Option<Self> {
        peers::require("faketime")?;
        static BUILT: OnceLock<tempfile::TempDir> = OnceLock::new();
        let built = BUILT.get_or_init(|| {
            let school = Self { dir: tempfile::tempdir().unwrap() };
            school.build();
            school.dir
        });
        let dir = tempfile::tempdir().unwrap();
        copy_folder(built.path(), dir.path());
        Some(Self { dir })
    }

    /// A school whose folder is there already.
    pub fn in_folder(dir: tempfile::TempDir) -> Self {
        Self { dir }
    }

    fn build(&self) {
        let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/small");
        copy_folder(&fixture, &self.path("school"));
        std::fs::create_dir(self.path("keys")).unwrap();
        let start = "2025-09-01 08:00:00";
        let init = ["init", "--school", "school/school.toml", "--admin", "ivanova", "--no-passphrase"];
        self.run(start, "ivanova", &[&init[..], &["--recovery-sheet", "recovery.txt"]].concat()).ok();
        self.run(start, "ivanova", &["import", "school"]).ok();
        for login in &STAFF[1..] {
            self.enroll(login);
        }
    }

    fn enroll(&self, login: &str) {
        let key = format!("keys/{login}.key");
        self.run("2025-09-01 08:05:00", login, &["key", "new", &key, "--no-passphrase"]).ok();
        self.run("2025-09-01 08:05:00", "ivanova", &["staff", "enroll", login, &key]).ok();
    }

    /// A path in the school's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Runs the program at a moment (`2025-09-15 12:00:00`, Moscow time) with the key of `login`.
    pub fn run(&self, clock: &str, login: &str, args: &[&str]) -> Run {
        let started = self.started(clock, login);
        let started: Vec<&str> = started.iter().map(String::as_str).collect();
        Run(peers::run("env", [&started[..], args].concat(), self.dir.path()))
    }

    /// What `env` is given to start the program as [`School::run`] does.
    pub fn started(&self, clock: &str, login: &str) -> Vec<String> {
        let environment = self.environment(clock, login).map(|(name, value)| format!("{name}={value}"));
        environment.into_iter().chain([LETOPIS.to_owned()]).collect()
    }

    /// As [`School::started`], of the program that is to serve pages: `tests/peers/windows_desk.sh` has these tests drive another
    /// system's.
    pub fn started_to_serve(&self, clock: &str, login: &str) -> Vec<String> {
        let mut started = self.started(clock, login);
        if let (Some(program), Some(last)) = (std::env::var("LETOPIS_DESK").ok(), started.last_mut()) {
            *last = program;
        }
        started
    }

    /// Starts the program as [`School::run`] does, and kills it (`kill -9`) after `delay` unless it has ended by then.
    /// Gives what it wrote to standard output.
    pub fn run_and_kill(&self, clock: &str, login: &str, args: &[&str], delay: Duration) -> String {
        self.run_and_kill_after(clock, login, args, || std::thread::sleep(delay))
    }

    /// As [`School::run_and_kill`], when `moment` returns.
    pub fn run_and_kill_after(&self, clock: &str, login: &str, args: &[&str], moment: impl FnOnce()) -> String {
        use std::io::Read;
        let mut child = Command::new(LETOPIS)
            .args(args)
            .envs(self.environment(clock, login))
            .current_dir(self.dir.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        moment();
        let _ = child.kill();
        child.wait().unwrap();
        clear_after(child.id());
        let mut stdout = String::new();
        child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
        stdout
    }

    /// The line of `sh` that runs the program as [`School::run`] does, for typing into a terminal. Without a login no
    /// key is named.
    pub fn shell_line(&self, clock: &str, login: Option<&str>, args: &[&str]) -> String {
        let quote = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
        let mut line = "env".to_owned();
        for (name, value) in self.environment(clock, login.unwrap_or_default()) {
            if name != "LETOPIS_IDENTITY" || login.is_some() {
                line += &format!(" {}", quote(&format!("{name}={value}")));
            }
        }
        [LETOPIS].iter().chain(args).fold(line, |line, arg| format!("{line} {}", quote(arg)))
    }

    /// The journal, the key, and a clock that runs on from `clock`. The library of `faketime` is loaded without its
    /// wrapper program, so that a kill meets the program itself.
    fn environment(&self, clock: &str, login: &str) -> [(&'static str, String); 7] {
        let shown = |name: &str| self.path(name).display().to_string();
        [
            ("TZ", "MSK-3".to_owned()),
            ("LD_PRELOAD", faketime_library().to_owned()),
            ("FAKETIME", format!("@{clock}")),
            ("LETOPIS_IDENTITY", shown(&format!("keys/{login}.key"))),
            ("LETOPIS_JOURNAL", shown("journal.letopis")),
            ("XDG_CACHE_HOME", shown("cache")),
            ("XDG_STATE_HOME", self.forgetful()),
        ]
    }

    /// A state folder that no other command has: tests falsify the journal under the program, which would remember.
    fn forgetful(&self) -> String {
        static COMMANDS: AtomicU64 = AtomicU64::new(0);
        let command = COMMANDS.fetch_add(1, Ordering::Relaxed);
        self.path(&format!("state/{command}")).display().to_string()
    }

    /// Runs the program as [`School::run`] does, at a workplace that remembers what it has seen.
    pub fn run_at(&self, workplace: &str, clock: &str, login: &str, args: &[&str]) -> Run {
        let environment = self.environment(clock, login).map(|(name, value)| match name {
            "XDG_STATE_HOME" => format!("{name}={}", self.path(&format!("state/{workplace}")).display()),
            _ => format!("{name}={value}"),
        });
        let environment: Vec<&str> = environment.iter().map(String::as_str).collect();
        Run(peers::run("env", [&environment, &[LETOPIS][..], args].concat(), self.dir.path()))
    }

    /// Adds pupils to 7А, so that it is as large as a class is.
    pub fn enlarge(&self, pupils: usize) {
        let file = self.path("school/pupils.csv");
        let mut text = std::fs::read_to_string(&file).unwrap();
        for n in 0..pupils {
            let surname = format!("{}ов", ["Абрам", "Борис", "Гром", "Данил", "Егор", "Жук", "Зубк"][n % 7]);
            let given = ["Артём", "Борис", "Вадим", "Глеб"][n / 7 % 4];
            text += &format!("Б-{n:02};7А;{surname};{given};;01.01.2012;;\n");
        }
        std::fs::write(file, text).unwrap();
        self.run("2025-09-01 08:06:00", "ivanova", &["import", "school"]).ok();
    }

    /// How many entries the ledger has, read by another program's library.
    pub fn entries(&self) -> u64 {
        let file = rusqlite::Connection::open(self.path("journal.letopis")).unwrap();
        file.query_row("SELECT count(*) FROM ledger", [], |row| row.get(0)).unwrap()
    }

    /// Keeps the journal's file as it is now under another name.
    pub fn put_aside(&self, to: &str) {
        self.file().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        self.copy_journal("journal.letopis", to);
    }

    /// Puts a journal that was kept in place of today's.
    pub fn put_back(&self, from: &str) {
        self.copy_journal(from, "journal.letopis");
    }

    fn copy_journal(&self, from: &str, to: &str) {
        for ending in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(self.path(&format!("{to}{ending}")));
        }
        std::fs::copy(self.path(from), self.path(to)).unwrap();
    }

    /// Opens the journal's file to falsify it.
    pub fn file(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.path("journal.letopis")).unwrap()
    }
}

/// A killed process leaves the semaphore of `faketime`'s library behind, and a later one of its id could not start.
pub fn clear_after(process: u32) {
    for name in [format!("sem.faketime_sem_{process}"), format!("faketime_shm_{process}")] {
        let _ = std::fs::remove_file(Path::new("/dev/shm").join(name));
    }
}

/// Where the library lies that `faketime` loads, as it tells itself. The wrapper, unlike its library, does not start where
/// a killed one of its id left a semaphore; another one has another id.
fn faketime_library() -> &'static str {
    static LIBRARY: OnceLock<String> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let told = || peers::run("faketime", ["2025-09-01 08:00:00", "env"], Path::new("."));
        let library = |told: &Output| {
            let line = told.stdout.lines().find_map(|line| line.strip_prefix("LD_PRELOAD="));
            line.map(str::to_owned)
        };
        let found = (0..5).find_map(|_| library(&told()));
        found.unwrap_or_else(|| panic!("faketime loads no library: {}", told()))
    })
}

/// What a run of the program came to.
pub struct Run(pub Output);

impl Run {
    /// Demands exit status 0 and these texts.
    #[track_caller]
    pub fn says(self, texts: &[&str]) -> Output {
        self.fails(0, texts)
    }

    /// Demands exit status 0.
    #[track_caller]
    pub fn ok(self) -> Output {
        assert_eq!(self.0.code, Some(0), "{}", self.0);
        self.0
    }

    /// Demands an exit status, and that the output holds each of the texts.
    #[track_caller]
    pub fn fails(self, status: i32, texts: &[&str]) -> Output {
        assert_eq!(self.0.code, Some(status), "{}", self.0);
        for text in texts {
            assert!(self.0.stderr.contains(text) || self.0.stdout.contains(text), "«{text}» is missing in\n{}", self.0);
        }
        self.0
    }
}

/// Copies a folder with all it holds.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in walkdir::WalkDir::new(from).min_depth(1) {
        let entry = entry.unwrap();
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        if entry.file_type().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
        } else {
            std::fs::copy(entry.path(), &target).unwrap();
        }
    }
}

/// Every file below a folder with its bytes.
pub fn contents(dir: &Path) -> HashMap<PathBuf, Vec<u8>> {
    walkdir::WalkDir::new(dir)
        .into_iter()
        .map(Result::unwrap)
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| (entry.path().strip_prefix(dir).unwrap().to_owned(), std::fs::read(entry.path()).unwrap()))
        .collect()
}
