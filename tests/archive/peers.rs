//! An archive in the hands of a stranger: every step from carrier to journal with public programs only, by the commands
//! of `docs/formats/archive.md` and of the carrier's README.

use crate::common::{archive, founded, peers};
use std::fs;
use std::path::{Path, PathBuf};

use letopis::archive::bag::Facts;
use letopis::archive::carrier::{Card, Carrier};
use letopis::archive::create::{Created, Plan, create};
use letopis::archive::export;
use letopis::archive::package::{Package, Source};
use letopis::archive::progress::Quiet;
use letopis::archive::signature::AllowedSigners;
use letopis::archive::verify::{Request, verify};
use letopis::ledger::identity::Identity;
use letopis::ledger::keyfile;

/// A carrier with an archive on it, and the director's key beside.
struct Archived {
    dir: tempfile::TempDir,
    carrier: Carrier,
    created: Created,
    director: Identity,
}

impl Archived {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (petrova, director) = (Identity::generate(), Identity::generate());
        keyfile::write_new(&dir.path().join("director.key"), &director, None).unwrap();
        let journal = founded::journal(&dir.path().join("journal.letopis"), &petrova);
        let (proven, tip) = (journal.prove(&mut |_| {}).unwrap(), journal.tip().unwrap());
        let exported = export::database(&proven, &dir.path().join("journal.letopis.archive-tmp")).unwrap();
        let mut class = Package::new("class-7a").unwrap();
        class.add("2025-0001.pdf", Source::Bytes(b"%PDF-1.7 not really".repeat(9))).unwrap();
        let mount = dir.path().join("usb-1");
        fs::create_dir(&mount).unwrap();
        let card = Card::new("a1", "А-1", "Орлов Пётр Ильич", "сейф", "2025-09-01T09:00:00+03:00");
        let carrier = Carrier::register(&mount, &card).unwrap();
        let facts = Facts {
            journal: letopis::ledger::chain::hex(&tip.journal),
            length: tip.seq,
            head: letopis::ledger::chain::hex(&tip.head),
            ..archive::facts(10)
        };
        let plan = Plan {
            name: "2025-2026-q1",
            carriers: std::slice::from_ref(&carrier),
            recipients: &[director.public().recipient().to_owned()],
            signer: &petrova,
            signers: &AllowedSigners::new([("petrova".to_owned(), petrova.public())]),
            facts: &facts,
            packages: &[exported.package.clone(), class],
            scratch: &dir.path().join("recovery-tmp"),
        };
        let created = create(&plan, &Quiet).unwrap();
        Self { dir, carrier, created, director }
    }

    fn bag(&self) -> &Path {
        &self.created.copies[0].folder
    }

    fn flip(&self, name: &str) -> PathBuf {
        let path = self.bag().join(name);
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&path, bytes).unwrap();
        path
    }
}

#[test]
fn sha256sum_checks_the_bag_and_the_carrier() {
    let Some(sha256sum) = peers::require("sha256sum") else { return };
    let archived = Archived::new();
    for manifest in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
        let output = sha256sum.run(["--strict", "-c", manifest], archived.bag());
        assert_eq!(output.code, Some(0), "{output}");
    }
    let output = sha256sum.run(["--strict", "-c", "SHA256SUMS"], archived.carrier.folder());
    assert_eq!(output.code, Some(0), "{output}");
    let code = sha256sum.run(["tagmanifest-sha256.txt"], archived.bag());
    assert!(code.stdout.starts_with(&archived.created.code), "{code}");
    archived.flip("data/database.zip.age");
    let output = sha256sum.run(["--quiet", "-c", "manifest-sha256.txt"], archived.bag());
    assert!(output.code == Some(1) && output.stdout.contains("data/database.zip.age"), "{output}");
}

#[test]
fn bagit_py_finds_a_valid_bag() {
    let Some(bagit) = peers::require("bagit.py") else { return };
    let archived = Archived::new();
    let output = bagit.run(["--validate", "."], archived.bag());
    assert_eq!(output.code, Some(0), "{output}");
    archived.flip("data/class-7a.zip.age");
    assert_ne!(bagit.run(["--validate", "."], archived.bag()).code, Some(0));
}

/// The commands of docs/formats/archive.md and of the carrier's README.txt, as a shell runs them.
#[test]
fn par2_finds_the_bag_whole_and_heals_a_copy_of_it() {
    let (Some(sh), Some(_)) = (peers::require("sh"), peers::require("par2")) else { return };
    let archived = Archived::new();
    let checked = sh.run(["-c", "par2 verify -B . recovery/*.par2"], archived.bag());
    assert!(checked.code == Some(0) && checked.stdout.contains("All files are correct"), "{checked}");
    let intact = fs::read(archived.bag().join("data/database.zip.age")).unwrap();
    // Two slices of so small an archive may be lost.
    archived.flip("data/database.zip.age");
    fs::remove_file(archived.bag().join("bagit.txt")).unwrap();
    let repair = sh.run(["-c", "par2 repair -B . recovery/*.par2"], archived.bag());
    assert_eq!(repair.code, Some(0), "{repair}");
    assert!(fs::read(archived.bag().join("data/database.zip.age")).unwrap() == intact);
    // par2 keeps the damaged file beside the healed one.
    fs::remove_file(archived.bag().join("data/database.zip.age.1")).unwrap();
    assert_eq!(verify(archived.bag(), &Request::default(), &Quiet).unwrap().findings, []);
}

#[test]
fn ssh_keygen_verifies_the_signature_and_names_the_signer() {
    let Some(ssh_keygen) = peers::require("ssh-keygen") else { return };
    let archived = Archived::new();
    let tagmanifest = archived.bag().join("tagmanifest-sha256.txt");
    let signature = "tagmanifest-sha256.txt.sig";
    let args = ["-Y", "verify", "-f", "allowed_signers", "-I", "petrova", "-n", "letopis-archive", "-s", signature];
    let output = ssh_keygen.run_reading(&tagmanifest, args, archived.bag());
    assert_eq!(output.code, Some(0), "{output}");
    let principals =
        ssh_keygen.run(["-Y", "find-principals", "-s", signature, "-f", "allowed_signers"], archived.bag());
    assert_eq!(principals.stdout.trim(), "petrova", "{principals}");
    archived.flip("tagmanifest-sha256.txt");
    assert_ne!(ssh_keygen.run_reading(&tagmanifest, args, archived.bag()).code, Some(0));
}

#[test]
fn age_unzip_and_sqlite_bring_the_journal_back() {
    let (Some(age), Some(unzip), Some(sha256sum)) =
        (peers::require("age"), peers::require("unzip"), peers::require("sha256sum"))
    else {
        return;
    };
    let archived = Archived::new();
    let work = archived.dir.path();
    for name in ["database", "class-7a"] {
        let package = archived.bag().join(format!("data/{name}.zip.age"));
        let zip = format!("{name}.zip");
        let output = age.run(["-d", "-i", "director.key", "-o", &zip, package.to_str().unwrap()], work);
        assert_eq!(output.code, Some(0), "{output}");
        let output = unzip.run(["-t", &zip], work);
        assert_eq!(output.code, Some(0), "{output}");
        let output = unzip.run(["-q", &zip, "-d", name], work);
        assert_eq!(output.code, Some(0), "{output}");
        let output = sha256sum.run(["--strict", "-c", "SHA256SUMS"], &work.join(name));
        assert_eq!(output.code, Some(0), "{output}");
    }
    let ledger = fs::read_to_string(work.join("database/ledger.jsonl")).unwrap();
    assert!(ledger.lines().count() == 2 && ledger.contains("Игоревна"));
    assert_eq!(
        fs::read_to_string(work.join("database/tables/classes.csv")).unwrap(),
        "name,grade,letter,teacher,entry\n7А,7,А,,2\n"
    );
    let Some(sqlite3) = peers::require("sqlite3") else { return };
    let output = sqlite3.run(["database/journal.letopis", "pragma integrity_check; select name from classes"], work);
    assert_eq!(output.stdout, "ok\n7А\n", "{output}");
}

/// The reading half: a bag made without Letopis's archive writer opens with ours.
#[test]
fn a_package_made_by_zip_and_age_is_read_by_the_deep_check() {
    let (Some(age), Some(zip), Some(sha256sum)) =
        (peers::require("age"), peers::require("zip"), peers::require("sha256sum"))
    else {
        return;
    };
    let archived = Archived::new();
    let work = archived.dir.path().join("made");
    fs::create_dir_all(work.join("data")).unwrap();
    fs::write(work.join("a.pdf"), "%PDF").unwrap();
    let sums = sha256sum.run(["a.pdf"], &work);
    fs::write(work.join("SHA256SUMS"), &sums.stdout).unwrap();
    assert_eq!(zip.run(["-q", "class-1a.zip", "a.pdf", "SHA256SUMS"], &work).code, Some(0));
    let public = archived.director.public();
    let args = ["-r", public.recipient(), "-o", "data/class-1a.zip.age", "class-1a.zip"];
    assert_eq!(age.run(args, &work).code, Some(0));

    let folder = letopis::archive::bag::Folder::new(&work);
    let packages = letopis::archive::package::group(folder.list().files.keys());
    let mut package =
        letopis::archive::package::OpenPackage::open(&folder, &packages["class-1a"], &archived.director).unwrap();
    let (members, faults) = package.check(&Quiet);
    assert!(faults.is_empty() && members.len() == 1, "{faults:?}");
}
