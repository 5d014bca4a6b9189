//! Both carriers, in the hands of somebody who has public programs only.

use super::{bag_on, demo};
use crate::common::peers::{self, Output, Peer};
use crate::common::school::contents;
use std::fs;
use std::path::Path;

const CARRIERS: [&str; 2] = ["usb-1", "usb-2"];
const PACKAGES: [&str; 5] = ["class-10a", "class-5a", "class-8b", "registers", "database"];

#[test]
fn both_carriers_hold_the_same_bytes() {
    let one = contents(&demo().bag("usb-1"));
    assert_eq!(one.len(), 20, "{:?}", one.keys());
    assert!(one == contents(&demo().bag("usb-2")));
}

#[test]
fn sha256sum_checks_every_list_on_both_carriers() {
    let Some(sha256sum) = peers::require("sha256sum") else { return };
    for carrier in CARRIERS {
        for manifest in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
            let output = sha256sum.run(["--strict", "-c", manifest], &demo().bag(carrier));
            assert_eq!(output.code, Some(0), "{output}");
        }
        let output = sha256sum.run(["--strict", "-c", "SHA256SUMS"], &demo().path(carrier).join("LETOPIS"));
        assert_eq!(output.code, Some(0), "{output}");
        let code = sha256sum.run(["tagmanifest-sha256.txt"], &demo().bag(carrier)).stdout;
        let said = demo().act().0.replace(' ', "").to_lowercase();
        assert!(said.len() == 64 && code.starts_with(&said), "{said} is said for the act, but {code}");
    }
}

#[test]
fn bagit_py_finds_both_bags_valid() {
    let Some(bagit) = peers::require("bagit.py") else { return };
    for carrier in CARRIERS {
        let output = bagit.run(["--validate", "."], &demo().bag(carrier));
        assert_eq!(output.code, Some(0), "{output}");
    }
}

#[test]
fn ssh_keygen_verifies_the_deputy_heads_signature_on_both() {
    let Some(ssh_keygen) = peers::require("ssh-keygen") else { return };
    for carrier in CARRIERS {
        let bag = demo().bag(carrier);
        let verify = |login: &str, namespace: &str| {
            let args = ["-Y", "verify", "-f", "allowed_signers", "-I", login, "-n", namespace];
            let args = [&args[..], &["-s", "tagmanifest-sha256.txt.sig"]].concat();
            ssh_keygen.run_reading(&bag.join("tagmanifest-sha256.txt"), args, &bag)
        };
        let output = verify("petrova", "letopis-archive");
        assert_eq!(output.code, Some(0), "{output}");
        assert!(output.stdout.contains(&demo().act().1), "the fingerprint said for the act: {output}");
        assert_ne!(verify("kuznetsov", "letopis-archive").code, Some(0), "not the director's");
        assert_ne!(verify("petrova", "file").code, Some(0), "for archives only");
    }
}

/// The programs that open a package.
struct Tools {
    age: Peer,
    unzip: Peer,
    sha256sum: Peer,
    sqlite3: Peer,
}

impl Tools {
    fn find() -> Option<Self> {
        let (age, unzip) = (peers::require("age")?, peers::require("unzip")?);
        Some(Self { age, unzip, sha256sum: peers::require("sha256sum")?, sqlite3: peers::require("sqlite3")? })
    }

    /// Decrypts a package into the folder `work`.
    fn decrypt(&self, carrier: &str, package: &str, key: &Path, work: &Path) -> Output {
        let sealed = demo().bag(carrier).join(format!("data/{package}.zip.age"));
        let zip = format!("{package}.zip");
        self.age.run(["-d", "-i", key.to_str().unwrap(), "-o", &zip, sealed.to_str().unwrap()], work)
    }

    /// Unpacks a decrypted package into a folder of its name, with every check on the way.
    fn unpack(&self, package: &str, work: &Path) {
        let zip = format!("{package}.zip");
        for args in [vec!["-t", &zip], vec!["-q", &zip, "-d", package]] {
            let output = self.unzip.run(args, work);
            assert_eq!(output.code, Some(0), "{output}");
        }
        let folder = work.join(package);
        let output = self.sha256sum.run(["--strict", "-c", "SHA256SUMS"], &folder);
        assert_eq!(output.code, Some(0), "{output}");
        let listed = fs::read_to_string(folder.join("SHA256SUMS")).unwrap().lines().count();
        assert_eq!(listed + 1, contents(&folder).len(), "{package}: every member is listed");
    }
}

#[test]
fn age_unzip_sha256sum_and_sqlite3_open_everything_with_every_key_that_should() {
    let Some(tools) = Tools::find() else { return };
    for (carrier, key) in [
        ("usb-1", "keys/director.key"),
        ("usb-2", "keys/director.key"),
        ("usb-2", "keys/deputy.key"),
        ("usb-1", "recovery.txt"),
        ("usb-2", "recovery.txt"),
    ] {
        let work = tempfile::tempdir().unwrap();
        let work = work.path();
        for package in PACKAGES {
            let output = tools.decrypt(carrier, package, &demo().path(key), work);
            assert_eq!(output.code, Some(0), "{output}");
            tools.unpack(package, work);
        }
        let database = work.join("database");
        let output = tools.sqlite3.run(["journal.letopis", "pragma integrity_check"], &database);
        assert_eq!((output.code, output.stdout.as_str()), (Some(0), "ok\n"), "{output}");
        printed_files_are_inside(work);
    }
}

/// The printed files in the packages are those in `print/`, and there are no others; the act came after the archive.
fn printed_files_are_inside(work: &Path) {
    let mut archived: Vec<_> = PACKAGES[..4].iter().flat_map(|package| contents(&work.join(package))).collect();
    archived.retain(|(name, _)| name.to_str() != Some("SHA256SUMS"));
    archived.sort();
    let mut printed: Vec<_> = contents(&demo().path("print")).into_iter().collect();
    printed.retain(|(name, _)| !name.to_string_lossy().starts_with("archive-act"));
    printed.sort();
    assert!(archived == printed, "{:?}", archived.iter().map(|(name, _)| name).collect::<Vec<_>>());
}

#[test]
fn the_journal_in_the_archive_has_the_ledger_that_bag_info_names_and_passes_its_audit() {
    let Some(tools) = Tools::find() else { return };
    let work = tempfile::tempdir().unwrap();
    let output = tools.decrypt("usb-1", "database", &demo().path("keys/director.key"), work.path());
    assert_eq!(output.code, Some(0), "{output}");
    tools.unpack("database", work.path());
    let database = work.path().join("database");
    let info = fs::read_to_string(demo().bag("usb-1").join("bag-info.txt")).unwrap();
    let named = |label: &str| {
        let line = info.lines().find_map(|line| line.strip_prefix(label)).unwrap_or_else(|| panic!("{label}"));
        line.trim_start_matches(':').trim().to_owned()
    };
    let sql = "select count(*), lower(hex((select head from ledger order by seq desc limit 1))) from ledger";
    let in_file = tools.sqlite3.run(["journal.letopis", sql], &database).stdout;
    let (length, head) = (named("Letopis-Ledger-Length"), named("Letopis-Ledger-Head"));
    assert_eq!(in_file.trim(), format!("{length}|{head}"));
    let lines = fs::read_to_string(database.join("ledger.jsonl")).unwrap();
    assert_eq!(lines.lines().count().to_string(), length);
    assert!(lines.lines().last().unwrap().contains(&head));
    let audit = super::bare(&["audit", "--journal", "journal.letopis"], &database).ok();
    // It writes «4 121 запись».
    let told: String = audit.stdout.chars().filter(|c| !c.is_whitespace()).collect();
    assert!(told.contains(&format!("{length}запис")), "{audit}");
}

#[test]
fn the_archived_journal_and_its_tables_hold_nobodys_telephone_address_or_mail() {
    let Some(tools) = Tools::find() else { return };
    let work = tempfile::tempdir().unwrap();
    let contacts = fs::read_to_string(demo().path("school/contacts.csv")).unwrap();
    let mut secrets: Vec<&str> = Vec::new();
    for line in contacts.lines().skip(1) {
        let fields: Vec<&str> = line.splitn(6, ',').collect();
        secrets.extend(fields[2..].iter().map(|field| field.trim_matches('"')).filter(|field| !field.is_empty()));
    }
    assert!(secrets.len() > 100, "{}", secrets.len());
    // The printed files are compressed: what may be printed at all is in the tables of this package.
    let output = tools.decrypt("usb-1", "database", &demo().path("keys/director.key"), work.path());
    assert_eq!(output.code, Some(0), "{output}");
    tools.unpack("database", work.path());
    let files = contents(&work.path().join("database"));
    assert!(files.keys().any(|name| name.ends_with("journal.letopis")) && files.len() > 10);
    for (name, bytes) in &files {
        let text = String::from_utf8_lossy(bytes);
        for secret in &secrets {
            assert!(!text.contains(secret), "«{secret}» is in {}", name.display());
        }
        assert!(!text.contains("@example.com") && !text.contains("+7 (900)"), "{}", name.display());
    }
}

#[test]
fn a_strangers_key_opens_nothing() {
    let (Some(tools), Some(age_keygen)) = (Tools::find(), peers::require("age-keygen")) else { return };
    let work = tempfile::tempdir().unwrap();
    assert_eq!(age_keygen.run(["-o", "stranger.key"], work.path()).code, Some(0));
    // A teacher and the administrator are strangers to the archive as well.
    let staff = ["keys/semyonov.key", "keys/admin.key"].map(|key| demo().path(key));
    for key in staff.iter().chain([&work.path().join("stranger.key")]) {
        for package in PACKAGES {
            let output = tools.decrypt("usb-1", package, key, work.path());
            assert_ne!(output.code, Some(0), "{output}");
            assert!(output.stderr.contains("no identity matched"), "{output}");
            assert!(!work.path().join(format!("{package}.zip")).exists());
        }
    }
    let mount = demo().path("usb-1");
    let args = ["archive", "verify", mount.to_str().unwrap(), "--deep", "--identity", "stranger.key"];
    super::bare(&args, work.path()).fails(2, &["этот ключ архив не открывает"]);
}

#[test]
fn our_own_deep_check_agrees_with_every_key_on_both_carriers() {
    let work = tempfile::tempdir().unwrap();
    for (carrier, key) in [("usb-1", "keys/director.key"), ("usb-2", "recovery.txt")] {
        let (mount, key) = (demo().path(carrier), demo().path(key));
        let before = contents(&mount);
        let args = ["archive", "verify", mount.to_str().unwrap(), "--deep", "--identity", key.to_str().unwrap()];
        let output = super::bare(&args, work.path()).fails(0, &["проверено: содержание", "цел; подпись ключа"]);
        assert!(!output.stdout.contains("подлинен"), "nobody vouches for it: {output}");
        assert!(before == contents(&mount), "verifying writes nothing");
    }
    assert!(bag_on(&demo().path("usb-1")).join("bagit.txt").exists());
}
