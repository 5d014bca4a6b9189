//! Archives: creating, recovery data, verification. Run with `cargo bench --bench archive`.
//!
//! Each figure stands beside a public program that does the same in the same run, on the same bytes: the PDFs and the
//! journal of a generated school of 30 classes, and 256 MiB that look random. The two carriers are two folders of one
//! disk, for everybody. `par2`, `sha256sum`, `tar` and `age` must be there; `restic`, `borg` and `bagit.py` are passed
//! over where they are missing. `-- random`, `-- school` or `-- large` runs a part of it, and `-- DIR` takes the files of
//! a folder instead, such as a restored archive. Peak memory is what GNU time saw of a whole process.

mod place;
#[path = "../tests/common/archive.rs"]
mod shared;

use letopis::archive::bag::{ALLOWED_SIGNERS, DATA};
use letopis::archive::bag::{
    BAGIT, BAGIT_TEXT, BagPath, INFO, MANIFEST, Manifest, Oxum, RECOVERY, SIGNATURE, TAGMANIFEST,
};
use letopis::archive::carrier::{Card, Carrier};
use letopis::archive::create::{Plan, create};
use letopis::archive::package::{Package, Source};
use letopis::archive::par2;
use letopis::archive::progress::Quiet;
use letopis::archive::signature::{self, AllowedSigners};
use letopis::archive::sum::Sum;
use letopis::ledger::identity::Identity;
use place::{LETOPIS, Place};
use shared::facts;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How often a short run is repeated; the shortest counts.
const RUNS: usize = 3;

const NAME: &str = "2025-2026-year";

fn main() {
    let dir = tempfile::tempdir().expect("a temporary folder");
    let parts: Vec<String> = std::env::args().skip(1).filter(|arg| !arg.starts_with("--")).collect();
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|wanted| wanted == part);
    for files in parts.iter().map(Path::new).filter(|part| part.is_dir()) {
        beside_others(dir.path(), &files.display().to_string(), files);
    }
    if wanted("random") {
        beside_others(dir.path(), "256 MiB that look random", &random(dir.path()));
    }
    if wanted("school") {
        beside_others(dir.path(), "a school of 30 classes", &school(dir.path()));
    }
    if wanted("large") {
        large(dir.path());
    }
}

fn beside_others(dir: &Path, what: &str, files: &Path) {
    println!("{what}: {} bytes", sizes(files));
    creating(dir, files);
    let bag = bag_of(dir, files, 10);
    recovery(&bag);
    verifying(&bag);
    fs::remove_dir_all(bag.parent().expect("a carrier")).expect("the carrier");
}

/// 256 MiB that no program shrinks, in as many files as the packages of a school of 30 classes.
fn random(dir: &Path) -> PathBuf {
    let folder = dir.join("random");
    fs::create_dir(&folder).expect("a folder");
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    for number in 0..32 {
        let mut bytes = Vec::with_capacity(8 << 20);
        while bytes.len() < 8 << 20 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            bytes.extend_from_slice(&state.wrapping_mul(0x2545_F491_4F6C_DD1D).to_le_bytes());
        }
        let class = folder.join(format!("class-{number:02}"));
        fs::create_dir(&class).expect("a folder");
        fs::write(class.join("book.bin"), bytes).expect("a file");
    }
    folder
}

/// What the archive of a school of 30 classes holds.
fn school(dir: &Path) -> PathBuf {
    let school = Place::new(dir, "school", &["--classes", "30"]);
    school.import();
    for login in ["petrova", "kuznetsov"] {
        let key = format!("keys/{login}.key");
        school.run("2026-05-30 10:00:00", login, &["key", "new", &key, "--no-passphrase"]);
        school.run("2026-05-30 10:00:00", "ivanova", &["staff", "enroll", login, &key]);
    }
    for (mount, label, holder, place) in
        [("usb-1", "А-1", "kuznetsov", "сейф директора"), ("usb-2", "А-2", "petrova", "кабинет завуча")]
    {
        fs::create_dir_all(school.path(mount)).expect("a folder");
        let register = ["carrier", "register", mount, "--label", label, "--holder", holder, "--place", place];
        school.run("2026-05-30 13:00:00", "petrova", &register);
    }
    let to = ["--to", "usb-1", "--to", "usb-2", "--allow-same-device"];
    let create = [&["archive", "create", "--period", "Год"], &to[..]].concat();
    println!("archive create, all of it   {}", school.run("2026-05-30 13:10:00", "petrova", &create));
    println!(
        "archive restore             {}",
        school.run("2026-05-30 14:00:00", "petrova", &["archive", "restore", "usb-1", "--to", "out"])
    );
    school.path("out")
}

fn sizes(folder: &Path) -> u64 {
    let files = walkdir::WalkDir::new(folder).into_iter().flatten().filter(|entry| entry.file_type().is_file());
    files.filter_map(|entry| entry.metadata().ok()).map(|meta| meta.len()).sum()
}

/// Packages of the files: one a folder.
fn packages(files: &Path) -> Vec<Package> {
    let mut packages: Vec<Package> = Vec::new();
    for entry in walkdir::WalkDir::new(files).sort_by_file_name().into_iter().flatten() {
        let folder = entry.path().parent().expect("a folder").strip_prefix(files).unwrap_or(Path::new(""));
        let name = folder.to_string_lossy().replace(['/', '_'], "-").to_lowercase();
        let name = if name.is_empty() { "database".to_owned() } else { name };
        if entry.file_type().is_file() {
            if packages.last().is_none_or(|package| package.name() != name) {
                packages.push(Package::new(&name).expect("a name"));
            }
            let member = entry.file_name().to_string_lossy();
            packages
                .last_mut()
                .expect("a package")
                .add(&member, Source::File(entry.path().to_owned()))
                .expect("a file");
        }
    }
    packages
}

/// Makes an archive of the files on two carriers, anew; gives the first bag.
fn bag_of(dir: &Path, files: &Path, recovery: u8) -> PathBuf {
    let carriers = ["usb-1", "usb-2"].map(|label| {
        let mount = dir.join(label);
        let _ = fs::remove_dir_all(&mount);
        fs::create_dir(&mount).expect("a folder");
        let card = Card::new(label, label, "Орлов Пётр Ильич", label, "2025-09-01T09:00:00+03:00");
        Carrier::register(&mount, &card).expect("a carrier")
    });
    let signer = Identity::generate();
    let recipients = [0; 3].map(|_| Identity::generate().public().recipient().to_owned());
    let plan = Plan {
        name: NAME,
        carriers: &carriers,
        recipients: &recipients,
        signer: &signer,
        signers: &AllowedSigners::new([("petrova".to_owned(), signer.public())]),
        facts: &facts(recovery),
        packages: &packages(files),
        scratch: &dir.join("recovery-tmp"),
    };
    let created = create(&plan, &Quiet).expect("an archive");
    assert!(created.copies.iter().all(|copy| copy.outcome.is_ok()));
    created.copies[0].folder.clone()
}

fn creating(dir: &Path, files: &Path) {
    let shell = |script: &str| {
        let mut command = Command::new("sh");
        command.args(["-e", "-c", script]).current_dir(dir).stdout(Stdio::null()).stderr(Stdio::null());
        for (name, value) in [("RESTIC_PASSWORD", "x"), ("BORG_PASSPHRASE", "x"), ("RESTIC_CACHE_DIR", "cache")] {
            command.env(name, value);
        }
        command.env("FILES", files).env("BORG_BASE_DIR", dir.join("cache"));
        command
    };
    let ours = best(|| {
        bag_of(dir, files, 0);
        sync(dir);
    });
    let healing = best(|| {
        bag_of(dir, files, 10);
        sync(dir);
    });
    println!("  create                    {ours:7.2} s; with 10 % of recovery data {healing:.2} s");
    let key = Identity::generate().public().recipient().to_owned();
    let tar = format!(
        "mkdir -p a b; tar -C \"$FILES\" -cf - . | age -r {key} -r {key} -r {key} | tee a/x > b/x; sha256sum a/x b/x; sync"
    );
    let theirs = best(|| run(&mut shell(&tar)));
    println!("  tar | age | tee, sums     {theirs:7.2} s: we take {:.2} of it", ours / theirs);
    let restic = "rm -rf r1 r2 cache; for r in r1 r2; do restic init -q -r $r; done";
    let borg = "rm -rf b1 b2 cache; for r in b1 b2; do borg init -e repokey $r; done";
    let backup = "for r in r1 r2; do restic backup -q -r $r \"$FILES\"; done; sync";
    let archive = "for r in b1 b2; do borg create $r::x \"$FILES\"; done; sync";
    for (name, init, work) in [("restic", restic, backup), ("borg", borg, archive)] {
        if Command::new(name).arg("version").output().is_err() {
            println!("  {name} is not installed");
            continue;
        }
        run(&mut shell(init));
        let took = seconds(|| run(&mut shell(work)));
        println!(
            "  {name:6} to two repositories {took:5.2} s: we take {:.2} of it, {:.2} with recovery data",
            ours / took,
            healing / took
        );
    }
}

/// Recovery data of a bag: ours against `par2`'s, with the same slices and as many of recovery.
fn recovery(bag: &Path) {
    let folder = bag.join(RECOVERY);
    let set = par2::read(&par2::create::files_in(&folder).expect("the folder"));
    let (count, set) = (set.slices.len(), set.set.expect("a set"));
    let inputs: Vec<_> = set.files.iter().map(|file| input(bag, &file.name)).collect();
    let out = bag.join("out");
    let ours = best(|| {
        let _ = fs::remove_dir_all(&out);
        fs::create_dir(&out).expect("a folder");
        let share = par2::create::Share::default();
        par2::create::create(&inputs, share, NAME, &out, u64::from(u32::MAX), &Quiet).expect("recovery data");
    });
    let theirs = seconds(|| {
        let _ = fs::remove_dir_all(&out);
        fs::create_dir(&out).expect("a folder");
        let mut par2 = Command::new("par2");
        par2.args(["create", "-q", "-q", "-B"]).arg(bag).args([format!("-s{}", set.slice), format!("-c{count}")]);
        par2.arg(out.join("x.par2")).args(set.files.iter().map(|file| file.name.under(bag)));
        run(par2.stdout(Stdio::null()));
    });
    fs::remove_dir_all(&out).expect("the folder");
    let (slices, size) = (set.slices(), set.slice);
    println!(
        "  PAR2 {slices} + {count} of {size}: {ours:.2} s, par2 create {theirs:.2} s, {:.1} times as fast",
        theirs / ours
    );
}

fn input(bag: &Path, name: &BagPath) -> par2::create::Input {
    let path = name.under(bag);
    let sum = Sum::of_reader(File::open(&path).expect("a file"), &Quiet).expect("a file").0;
    par2::create::Input { name: name.clone(), source: par2::create::Source::File(path), sum }
}

/// Verification from the page cache. The recovery data, which no list names, are ours alone to check, so the ratios are
/// taken without them too.
fn verifying(bag: &Path) {
    let ours = || best(|| run(Command::new(LETOPIS).args(["archive", "verify"]).arg(bag).stdout(Stdio::null())));
    let sha256sum = best(|| {
        let sums = "sha256sum -c --quiet manifest-sha256.txt && sha256sum -c --quiet tagmanifest-sha256.txt";
        run(Command::new("sh").args(["-c", sums]).current_dir(bag).stdout(Stdio::null()));
    });
    let bagit = Path::new("target/peers/bagit.py").canonicalize().ok().map(|bagit| {
        best(|| {
            let quiet = ["--validate", "--processes", "2", "--quiet"];
            run(Command::new(&bagit).args(quiet).arg(bag).stdout(Stdio::null()).stderr(Stdio::null()));
        })
    });
    let all = ours();
    let aside = bag.with_extension("aside");
    fs::rename(bag.join(RECOVERY), &aside).expect("the recovery data");
    // Without the recovery data that bag-info.txt names the verdict is another, the work on the rest the same.
    let sums = best(|| drop(Command::new(LETOPIS).args(["archive", "verify"]).arg(bag).stdout(Stdio::null()).status()));
    fs::rename(&aside, bag.join(RECOVERY)).expect("the recovery data");
    println!("  verify                    {sums:7.3} s, with recovery data {all:.3} s");
    println!("  sha256sum -c              {sha256sum:7.3} s: {:.1} times as long as ours", sha256sum / sums);
    match bagit {
        Some(bagit) => println!("  bagit.py, 2 processes     {bagit:7.3} s: {:.1} times as long as ours", bagit / sums),
        None => println!("  bagit.py is not installed"),
    }
}

/// 20 GB in five files with nothing but zeros in them: memory must not grow with the archive.
fn large(dir: &Path) {
    let bag = dir.join("large");
    fs::create_dir_all(bag.join(DATA)).expect("a folder");
    let mut payload = Manifest::default();
    let size = 4_000_000_000;
    for part in 1..=5 {
        let path = BagPath::new(&format!("{DATA}/class-7a.zip.age.{part:03}")).expect("a name");
        File::create(path.under(&bag)).and_then(|file| file.set_len(size)).expect("a sparse file");
        payload.insert(
            path.clone(),
            Sum::of_reader(File::open(path.under(&bag)).expect("a file"), &Quiet).expect("a file").0,
        );
    }
    let signer = Identity::generate();
    let signers = AllowedSigners::new([("petrova".to_owned(), signer.public())]);
    let oxum = Oxum { bytes: 5 * size, files: 5 };
    let tags = [
        (BAGIT, BAGIT_TEXT.to_owned()),
        (INFO, facts(10).to_info(NAME, oxum).to_string()),
        (MANIFEST, payload.to_string()),
        (ALLOWED_SIGNERS, signers.to_string()),
    ];
    let mut list = Manifest::default();
    for (name, text) in tags {
        list.insert(BagPath::new(name).expect("a name"), Sum::of(text.as_bytes()));
        fs::write(bag.join(name), text).expect("a file");
    }
    fs::write(bag.join(TAGMANIFEST), list.to_string()).expect("a file");
    let signature = signature::sign(&signer, list.to_string().as_bytes()).expect("a signature");
    fs::write(bag.join(SIGNATURE), signature).expect("a file");
    println!("20 GB, five files of zeros");
    // The recovery data that it names are not there: repairing makes them.
    println!("  recovery data made        {}", measured(&["archive", "repair"], &bag));
    println!("  verify                    {}", measured(&["archive", "verify"], &bag));
}

/// The time and the peak memory of a whole run of the program.
fn measured(args: &[&str], path: &Path) -> String {
    let log = path.with_extension("time");
    let took = seconds(|| {
        let mut time = Command::new("/usr/bin/time");
        time.args(["-f", "%M", "-o"]).arg(&log).arg(LETOPIS).args(args).arg(path).stdout(Stdio::null());
        run(&mut time);
    });
    let peak: u64 = fs::read_to_string(&log).expect("GNU time's answer").trim().parse().expect("kibibytes");
    format!("{took:7.1} s, peak {} MiB", peak / 1024)
}

fn sync(dir: &Path) {
    run(Command::new("sync").arg("-f").arg(dir));
}

fn best(mut work: impl FnMut()) -> f64 {
    (0..RUNS).map(|_| seconds(&mut work)).fold(f64::INFINITY, f64::min)
}

fn seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    let took: Duration = start.elapsed();
    took.as_secs_f64()
}

fn run(command: &mut Command) {
    assert!(command.status().is_ok_and(|status| status.success()), "{command:?} failed");
}
