//! The archives of a generated municipality verified by several processes at once, as a scheduler starts them.

use crate::common::archive::{Dice, facts};
use crate::common::school::LETOPIS;
use letopis::archive::carrier::{Card, Carrier};
use letopis::archive::create::{Plan, create};
use letopis::archive::package::{Package, Source};
use letopis::archive::par2::create::Share;
use letopis::archive::progress::Quiet;
use letopis::archive::signature::AllowedSigners;
use letopis::ledger::identity::Identity;
use letopis::ledger::keyfile;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// What a process may hold in memory at most, in KiB.
const MEMORY: u64 = 150 * 1024;

struct Municipality {
    dir: tempfile::TempDir,
    bags: BTreeSet<String>,
    /// The most that any process held in memory, in KiB.
    most: AtomicU64,
}

impl Municipality {
    /// So many schools with an archive each; these are the sizes of archives in KiB, in turn. Equal archives are the same files by
    /// hard links: what is read and summed up is as much as if they were not.
    fn new(schools: usize, sizes: &[usize]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let [signer, checker] = [Identity::generate(), Identity::generate()];
        keyfile::write_new(&dir.path().join("checker.key"), &checker, None).unwrap();
        let made: Vec<PathBuf> = sizes.iter().map(|size| archive(dir.path(), *size, &signer)).collect();
        let (mut bags, mut trust) = (BTreeSet::new(), "[schools]\n".to_owned());
        for school in 0..schools {
            let bag = format!("school-{school}/2025-2026/2025-2026-q1");
            linked(&made[school % made.len()], &dir.path().join("all").join(&bag));
            bags.insert(bag);
            trust += &format!("school-{school} = \"{}\"\n", signer.public().fingerprint());
        }
        std::fs::write(dir.path().join("trust.toml"), trust).unwrap();
        std::fs::write(dir.path().join("store.toml"), "school = \"school-0\"\nfolder = \"all\"\n").unwrap();
        Self { dir, bags, most: AtomicU64::new(0) }
    }

    /// Starts a process on a share.
    fn start(&self, run: &str, shard: &str) -> Child {
        let mut of = Command::new(LETOPIS);
        of.args([
            "store",
            "verify",
            "--trust",
            "trust.toml",
            "--identity",
            "checker.key",
            "--run",
            run,
            "--shard",
            shard,
        ]);
        of.current_dir(self.dir.path()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
    }

    /// Works on all shares at once; how long it took.
    fn work(&self, run: &str, shards: usize) -> Duration {
        let begun = Instant::now();
        let mut started: Vec<Child> = (0..shards).map(|index| self.start(run, &format!("{index}/{shards}"))).collect();
        while started.iter_mut().any(|child| child.try_wait().unwrap().is_none()) {
            started.iter().for_each(|child| self.look(child));
            std::thread::sleep(Duration::from_millis(2));
        }
        let took = begun.elapsed();
        for child in started {
            let output = child.wait_with_output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        took
    }

    /// Notes the most that a process has held in memory so far.
    fn look(&self, child: &Child) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok());
        self.most.fetch_max(most.unwrap_or_default(), Ordering::SeqCst);
    }

    /// The most that any process held in memory, in KiB.
    fn memory(&self) -> u64 {
        self.most.load(Ordering::SeqCst)
    }

    /// What a run has stated: the bags, and the bytes of each statement.
    fn stated(&self, run: &str) -> BTreeMap<String, Vec<u8>> {
        let root = self.dir.path().join("all/.verified").join(run);
        let files = walkdir::WalkDir::new(&root).into_iter().flatten().filter(|entry| entry.file_type().is_file());
        files
            .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "json"))
            .map(|entry| {
                let below = entry.path().strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                let bag = below.split_once('/').unwrap().1.trim_end_matches(".json").to_owned();
                (bag, std::fs::read(entry.path()).unwrap())
            })
            .collect()
    }

    fn all_are_stated(&self, run: &str) {
        let stated = self.stated(run);
        assert_eq!(stated.keys().cloned().collect::<BTreeSet<_>>(), self.bags);
        assert!(stated.values().all(|line| String::from_utf8_lossy(line).contains("цел и подлинен")));
    }
}

/// An archive of a school with so many KiB of payload.
fn archive(dir: &Path, size: usize, signer: &Identity) -> PathBuf {
    let mount = dir.join(format!("usb-{size}"));
    std::fs::create_dir(&mount).unwrap();
    let card = Card::new(&format!("a{size}"), "А-1", "Орлов Пётр Ильич", "сейф", "2025-09-01T09:00:00+03:00");
    let carrier = Carrier::register(&mount, &card).unwrap();
    let mut database = Package::new("database").unwrap();
    database.add("journal.letopis", Source::Bytes(Dice(size as u64 | 1).bytes(size * 1024))).unwrap();
    let plan = Plan {
        name: "2025-2026-q1",
        carriers: std::slice::from_ref(&carrier),
        recipients: &[signer.public().recipient().to_owned()],
        signer,
        signers: &AllowedSigners::new([("petrova".to_owned(), signer.public())]),
        facts: &facts(Share::default().percent()),
        packages: &[database],
        scratch: &dir.join("recovery-tmp"),
    };
    create(&plan, &Quiet).unwrap().copies[0].folder.clone()
}

fn linked(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from).into_iter().flatten() {
        let target = to.join(entry.path().strip_prefix(from).unwrap());
        match entry.file_type().is_dir() {
            true => std::fs::create_dir_all(&target).unwrap(),
            false => std::fs::hard_link(entry.path(), &target).unwrap(),
        }
    }
}

/// Four processes verify it; then again; and once more, one of them killed in the middle and started again.
fn four_processes(of: &Municipality) -> Duration {
    let took = of.work("first", 4);
    of.all_are_stated("first");
    let before = of.stated("first");
    of.work("first", 4);
    assert!(of.stated("first") == before, "twice the same");
    let mut killed = of.start("second", "0/4");
    while of.stated("second").len() < 3 && killed.try_wait().unwrap().is_none() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let _ = killed.kill();
    killed.wait().unwrap();
    let half = of.stated("second");
    of.work("second", 4);
    of.all_are_stated("second");
    let whole = of.stated("second");
    assert!(half.iter().all(|(bag, line)| whole.get(bag) == Some(line)), "what was stated stands");
    println!("killed after {} statements", half.len());
    took
}

#[test]
fn four_processes_verify_every_bag_once_twice_the_same_and_a_killed_one_loses_nothing() {
    let of = Municipality::new(24, &[8, 40, 160]);
    four_processes(&of);
    assert!(of.memory() > 0 && of.memory() < MEMORY, "{} KiB", of.memory());
}

/// By hand: `cargo test --test integration municipality -- --ignored --nocapture`.
#[test]
#[ignore = "two thousand archives take minutes"]
fn two_thousand_archives_take_time_in_proportion_to_their_bytes_and_little_memory() {
    let of = Municipality::new(2000, &[16, 64, 128, 256, 512, 1024]);
    println!("2,000 archives by four processes: {:?}, {} KiB at most", four_processes(&of), of.memory());
    assert!(of.memory() < MEMORY, "{} KiB", of.memory());
    let mut before: Option<(usize, f64)> = None;
    for size in [1024, 4096, 16_384] {
        let of = Municipality::new(16, &[size]);
        let seconds = of.work("one", 1).as_secs_f64();
        println!("16 archives of {size} KiB by one process: {seconds:.2} s, {} KiB at most", of.memory());
        if let Some((smaller, shorter)) = before {
            let (bytes, time) = (size as f64 / smaller as f64, seconds / shorter);
            assert!(time < bytes * 1.5, "{bytes} times the bytes take {time} times as long");
        }
        before = Some((size, seconds));
        assert!(of.memory() < MEMORY, "{} KiB", of.memory());
    }
}
