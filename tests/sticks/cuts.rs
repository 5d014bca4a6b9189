//! A stick in the hand of chance, on an exFAT through FUSE: the program is killed at any moment while it records, hands over and
//! renews, and the stick itself dies. Nothing that was acknowledged is lost, nothing is taken in twice, the stick opens.
//!
//! `LETOPIS_KILLS=300 cargo test --test integration sticks::cuts` kills oftener than the suite does. FAT is left to the simulated
//! carrier (`src/away/tests/cuts.rs`): fusefat loses the lengths of files that it made itself.

use super::{keep_passphrase, with_passphrase};
use crate::common::disk::Disk;
use crate::common::school::{Run, School};
use crate::common::tmux::Window;
use age::secrecy::SecretString;
use letopis::away::stick::Stick;
use letopis::ledger::keyfile;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

/// How often the program is killed where nothing else is said.
const KILLS: u32 = 60;

/// A stick of semyonov's on an exFAT, and all that was ever seen on it.
struct Real {
    school: School,
    disk: Disk,
    passphrase: SecretString,
    /// The texts of its entries, in order: each was acknowledged, or written by a run that was killed before it could say so.
    seen: Vec<String>,
    /// Half minutes that have passed since ten o'clock.
    time: u32,
}

/// What is on the stick and in the ledger.
#[derive(Debug, PartialEq, Eq)]
struct State {
    /// How many entries the stick's base knows as taken in.
    known: usize,
    /// How many it has besides.
    unsent: usize,
    /// How many the ledger has.
    carried: usize,
}

#[derive(Debug, Clone, Copy)]
enum Act {
    /// A mark.
    Record,
    /// All is handed over, and the stick renewed.
    Sync,
}

impl Real {
    fn new() -> Option<Self> {
        let (school, disk) = (School::small()?, Disk::exfat()?);
        let mount = disk.mount.to_str().unwrap().to_owned();
        let args = ["stick", "prepare", &mount, "--to", "semyonov", "--label", "У-7", "--json"];
        let given = ["--owner-key", "keys/semyonov.key", "--programs", "school"];
        let output = school.run("2025-09-08 08:00:00", "petrova", &[&args[..], &given].concat()).ok();
        keep_passphrase(&school, &mount, &output);
        let passphrase = SecretString::from(std::fs::read_to_string(format!("{mount}.pass")).unwrap());
        lock_easily(&disk.mount.join("key.age"), &passphrase);
        let real = Self { school, disk, passphrase, seen: Vec::new(), time: 0 };
        let lesson = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Дроби", "--journal", &mount];
        with_passphrase(&real.school, "2025-09-15 09:55:00", &mount, &lesson).ok();
        Some(real)
    }

    fn mount(&self) -> &str {
        self.disk.mount.to_str().unwrap()
    }

    /// The next moment of the day.
    fn clock(&mut self) -> String {
        self.time += 1;
        format!("2025-09-15 {}:{:02}:{:02}", 10 + self.time / 120, self.time / 2 % 60, self.time % 2 * 30)
    }

    /// The arguments of an act; a mark is another than the one that the pupil has.
    fn args(&self, act: Act) -> Vec<String> {
        let (mount, passphrase) = (self.mount().to_owned(), format!("{}.pass", self.mount()));
        let pupil = ["И-01", "И-02", "П-03", "Ё-04"][self.time as usize % 4];
        let mark = format!("{pupil}={}", 2 + self.time / 4 % 4);
        let args = match act {
            Act::Record => vec!["mark", "set", "7А", "Алгебра", "15.09.2025", &mark, "--journal", &mount],
            Act::Sync => vec!["stick", "sync", &mount, "--programs", "school"],
        };
        args.into_iter().chain(["--passphrase-file", &passphrase]).map(str::to_owned).collect()
    }

    fn run(&mut self, act: Act) -> Run {
        let clock = self.clock();
        let args = self.args(act);
        self.school.run(&clock, "nobody", &args.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// What the program said until it was killed.
    fn run_and_kill(&mut self, act: Act, delay: Duration) -> String {
        let clock = self.clock();
        let args = self.args(act);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        self.school.run_and_kill(&clock, "nobody", &args, delay)
    }

    /// How long an act takes that nothing interrupts.
    fn length(&mut self, act: Act) -> Duration {
        self.checked();
        let start = Instant::now();
        self.run(act).ok();
        start.elapsed()
    }

    /// Opens the stick, and holds it and the ledger against all that was seen.
    #[track_caller]
    fn checked(&mut self) -> State {
        let stick = Stick::open(&self.disk.mount).unwrap();
        let stick = stick.unlock(|| Ok(self.passphrase.clone())).unwrap();
        let known = usize::try_from(stick.base().taken.number).unwrap();
        let unsent = stick.unsent();
        assert!(known + unsent.len() >= self.seen.len(), "{} of {}", known + unsent.len(), self.seen.len());
        for (number, entry) in (known..).zip(unsent) {
            match self.seen.get(number) {
                Some(seen) => assert_eq!(*seen, entry.payload, "entry {number}"),
                None => self.seen.push(entry.payload.clone()),
            }
        }
        let carried = self.carried();
        assert!(known <= carried.len() && carried.len() <= self.seen.len(), "{known}, {carried:?}");
        assert_eq!(carried[..], self.seen[..carried.len()], "taken in once each, in order");
        State { known, unsent: unsent.len(), carried: carried.len() }
    }

    /// The texts of the stick's entries in the ledger, read by another program's library.
    fn carried(&self) -> Vec<String> {
        let file = self.school.file();
        let mut statement = file.prepare("SELECT payload FROM ledger ORDER BY seq").unwrap();
        let entries = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
        let entries = entries.map(|text| serde_json::from_str::<serde_json::Value>(&text.unwrap()).unwrap());
        let carried = entries.filter(|entry| entry["kind"] == "carried").map(|entry| entry["body"].clone());
        let carried = carried.inspect(|body| assert!(body["refused"].is_null(), "{body}"));
        carried.map(|body| body["payload"].as_str().unwrap().to_owned()).collect()
    }

    /// In the end all is in the ledger, and the stick knows it.
    fn ends_well(&mut self) {
        self.run(Act::Sync).fails(0, &["Носитель обновлён"]);
        let all = self.seen.len();
        assert_eq!(self.checked(), State { known: all, unsent: 0, carried: all });
        self.audited();
    }

    fn audited(&mut self) {
        let clock = self.clock();
        self.school.run(&clock, "ivanova", &["audit"]).ok();
    }
}

/// Locks a stick's key under the same passphrase so that opening it takes no time: most moments would fall into that.
fn lock_easily(path: &Path, passphrase: &SecretString) {
    let (owner, comments) = keyfile::unlock(&std::fs::read(path).unwrap(), || Ok(passphrase.clone())).unwrap();
    let plain = keyfile::lock(&owner, None, &comments).unwrap();
    let mut recipient = age::scrypt::Recipient::new(passphrase.clone());
    recipient.set_work_factor(2);
    let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient)).unwrap();
    let mut locked = encryptor.wrap_output(std::fs::File::create(path).unwrap()).unwrap();
    locked.write_all(&plain).unwrap();
    locked.finish().unwrap().sync_all().unwrap();
}

#[test]
fn killed_at_any_moment_it_loses_nothing_acknowledged_and_takes_nothing_in_twice() {
    let Some(mut real) = Real::new() else { return };
    let kills = std::env::var("LETOPIS_KILLS").map_or(KILLS, |told| told.parse().unwrap());
    let mut lengths = [Duration::ZERO; 2];
    let (mut acknowledged, mut unsaid, mut half_synced) = (0, 0, 0);
    for round in 0..kills {
        if round % 30 == 0 {
            // Others may share the processors, and not all the time.
            lengths = [real.length(Act::Record), real.length(Act::Sync)];
            real.audited();
        }
        // Two marks, then a hand-over of whatever there is by then.
        let act = if round % 3 == 2 { Act::Sync } else { Act::Record };
        // Spread evenly over the run's length but its beginning, which loads the program, in an order that no disk is in step with.
        let share = 0.4 + f64::from(round) * 0.618_034 % 1.0 * 0.8;
        let before = real.checked();
        let said = real.run_and_kill(act, lengths[usize::from(round % 3 == 2)].mul_f64(share));
        let after = real.checked();
        let told = format!("round {round}, {act:?} at {share:.2}: {before:?}, {after:?}, {said}");
        match act {
            Act::Record if said.contains("Отметок записано: 1") => {
                acknowledged += 1;
                assert_eq!(after.unsent, before.unsent + 1, "{told}");
            }
            Act::Record => {
                unsaid += after.unsent - before.unsent;
                assert!(after.unsent <= before.unsent + 1, "{told}");
            }
            Act::Sync if said.contains("Носитель обновлён") => {
                assert_eq!((after.known, after.unsent, after.carried), (real.seen.len(), 0, real.seen.len()), "{told}");
            }
            Act::Sync => half_synced += usize::from(after.carried > after.known),
        }
    }
    let _ = writeln!(
        std::io::stderr(),
        "{kills} kills: {acknowledged} marks acknowledged, {unsaid} written and not said, {half_synced} taken in and not renewed"
    );
    assert!(acknowledged > 0, "every run was killed too soon");
    real.ends_well();
    let names = std::fs::read_dir(&real.disk.mount).unwrap();
    let names: Vec<_> = names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(names.len(), 11, "nothing half written stays: {names:?}");
}

#[test]
fn a_stick_that_dies_is_told_in_words_and_opens_when_it_is_back() {
    let Some(mut real) = Real::new() else { return };
    let lengths = [real.length(Act::Record), real.length(Act::Sync)];
    let mut told = 0;
    for round in 0..16_u32 {
        let which = usize::from(round % 2 == 1);
        let act = [Act::Record, Act::Sync][which];
        let delay = lengths[which].mul_f64(f64::from(round) * 0.618_034 % 1.0);
        let clock = real.clock();
        let args = real.args(act);
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let run = std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(delay);
                real.disk.die();
            });
            real.school.run(&clock, "nobody", &args)
        });
        if run.0.code != Some(0) {
            told += 1;
            is_told(run);
        }
        for act in [Act::Record, Act::Sync] {
            is_told(real.run(act));
        }
        real.disk.bring_back();
        real.checked();
    }
    assert!(told > 0, "every run had ended before the stick died");
    real.ends_well();
}

/// That the stick is gone is told in words, with what to do.
#[track_caller]
fn is_told(run: Run) {
    let told = run.fails(2, &["носител", "Что делать: "]);
    assert!(!told.stderr.contains("os error"), "{told}");
}

#[test]
fn the_grid_tells_of_a_stick_that_dies_under_it_and_of_what_was_not_recorded() {
    let Some(mut real) = Real::new() else { return };
    let (mount, clock) = (real.mount().to_owned(), real.clock());
    let passphrase = format!("{mount}.pass");
    let open = ["open", "7А", "Алгебра", "--journal", &mount, "--passphrase-file", &passphrase];
    let line = real.school.shell_line(&clock, None, &open);
    let Some(window) = Window::shell(&real.school.path("."), 120, 40) else { return };
    window.line(&line);
    window.wait_for("Дроби");
    window.text("5");
    window.keys(&["Enter"]);
    window.wait_for("подписано: Семёнов С. С.");
    let before = real.checked();
    real.disk.die();
    window.text("4");
    window.keys(&["Enter"]);
    let screen = window.wait_for("носитель вынут");
    assert!(!screen.contains("panicked"), "{screen}");
    window.keys(&["F10"]);
    window.keys(&["F10"]);
    window.wait_until("the end", |_| window.ask("#{alternate_on}") == "0");
    real.disk.bring_back();
    assert_eq!(real.checked(), before);
    real.ends_well();
}
