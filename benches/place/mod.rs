//! A generated school in a folder of its own, and the program run in it as a whole process.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

pub const LETOPIS: &str = env!("CARGO_BIN_EXE_letopis");

/// What a run took.
pub struct Took {
    pub time: Duration,
    /// Seconds of processor time, the system's for it included.
    processor: f64,
    peak_kib: u64,
}

impl std::fmt::Display for Took {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (time, peak) = (self.time.as_secs_f64(), self.peak_kib / 1024);
        write!(f, "{time:6.2} s ({:.2} s of processor time), peak {peak} MiB", self.processor)
    }
}

/// A school in a folder of its own.
pub struct Place(pub PathBuf);

impl Place {
    pub fn new(dir: &Path, name: &str, size: &[&str]) -> Self {
        let place = Self(dir.join(name));
        std::fs::create_dir_all(place.0.join("keys")).expect("a folder");
        let school = place.0.join("school");
        // As the benchmark was built itself: one that is only tried out waits for no second build.
        let profile = if cfg!(debug_assertions) { "dev" } else { "release" };
        let generator = ["run", "--quiet", "--profile", profile, "--example", "generate-school", "--"];
        let mut cargo = Command::new(env!("CARGO"));
        // What cargo has told this run of itself would have it build anew whatever asks for that.
        let told = std::env::vars_os().map(|(name, _)| name).filter(|name| {
            let name = name.to_string_lossy();
            name.starts_with("CARGO_") && !["CARGO_HOME", "CARGO_TARGET_DIR"].contains(&&*name)
        });
        told.for_each(|name| {
            cargo.env_remove(name);
        });
        let status = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).args(generator).arg(&school).args(size).status();
        assert!(status.is_ok_and(|status| status.success()), "the generator failed");
        let init = ["init", "--school", "school/school.toml", "--admin", "ivanova", "--no-passphrase"];
        place.run("2026-05-29 15:00:00", "ivanova", &[&init[..], &["--recovery-sheet", "recovery.txt"]].concat());
        place
    }

    /// Runs the program at a moment with somebody's key.
    pub fn run(&self, clock: &str, login: &str, args: &[&str]) -> Took {
        let log = self.0.join("time.txt");
        let start = Instant::now();
        let status = Command::new("/usr/bin/time")
            .args(["-f", "%M %U %S", "-o"])
            .arg(&log)
            .args(["faketime", clock, LETOPIS])
            .args(args)
            .env("TZ", "MSK-3")
            .env("LETOPIS_IDENTITY", self.0.join(format!("keys/{login}.key")))
            .env("LETOPIS_JOURNAL", self.0.join("journal.letopis"))
            .env("XDG_CACHE_HOME", self.0.join("cache"))
            .current_dir(&self.0)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status();
        let time = start.elapsed();
        assert!(status.is_ok_and(|status| status.success()), "letopis {args:?} failed");
        let told = std::fs::read_to_string(log).expect("GNU time's answer");
        let told: Vec<f64> = told.split_whitespace().map(|number| number.parse().expect("a number")).collect();
        let [peak, user, system] = told[..] else { panic!("{told:?}") };
        Took { time, processor: user + system, peak_kib: peak as u64 }
    }

    pub fn import(&self) -> Took {
        self.run("2026-05-29 15:10:00", "ivanova", &["import", "school", "--another"])
    }

    #[allow(dead_code)] // one of the benchmarks has no use for it
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}
