//! A forger replaces a package, makes every list right again and signs with a key of his own, all with public programs.
//! The archive is whole then, and no anchor takes it for genuine.

use super::{BAG, LATER, bag_on, bare, demo};
use crate::common::peers;
use crate::common::school::{Run, School};
use std::fs;
use std::path::{Path, PathBuf};

/// A copy of the demonstration whose first carrier was forged.
struct Forged {
    school: School,
    /// Of the forger's key.
    fingerprint: String,
}

impl Forged {
    fn new() -> Option<Self> {
        let school = demo().copy()?;
        let (work, bag) = (school.path("."), bag_on(&school.path("usb-1")));
        let (ssh_keygen, sha256sum) = (peers::require("ssh-keygen")?, peers::require("sha256sum")?);
        let (age, age_keygen) = (peers::require("age")?, peers::require("age-keygen")?);
        let ok = |output: peers::Output| {
            assert_eq!(output.code, Some(0), "{output}");
            output.stdout
        };

        // Anyone can encrypt for the director.
        fs::write(work.join("class-5a.zip"), "другие отметки").unwrap();
        let director = ok(age_keygen.run(["-y", "keys/director.key"], &work));
        let package = bag.join("data/class-5a.zip.age");
        ok(age.run(["-r", director.trim(), "-o", package.to_str().unwrap(), "class-5a.zip"], &work));

        let mut payload: Vec<String> = names(&bag.join("data")).iter().map(|name| format!("data/{name}")).collect();
        payload.sort();
        let bytes: u64 = payload.iter().map(|name| bag.join(name).metadata().unwrap().len()).sum();
        let oxum = format!("Payload-Oxum: {bytes}.{}", payload.len());
        let info = fs::read_to_string(bag.join("bag-info.txt")).unwrap();
        let info = info.lines().map(|line| if line.starts_with("Payload-Oxum") { &oxum } else { line });
        fs::write(bag.join("bag-info.txt"), info.map(|line| format!("{line}\n")).collect::<String>()).unwrap();
        fs::write(bag.join("manifest-sha256.txt"), ok(sha256sum.run(&payload, &bag))).unwrap();

        ok(ssh_keygen.run(["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", "forger"], &work));
        let public = fs::read_to_string(work.join("forger.pub")).unwrap();
        let signers = format!("petrova namespaces=\"letopis-archive\" {}\n", public.trim());
        fs::write(bag.join("allowed_signers"), signers).unwrap();
        let tags = ["allowed_signers", "bag-info.txt", "bagit.txt", "manifest-sha256.txt"];
        let tagmanifest = bag.join("tagmanifest-sha256.txt");
        fs::write(&tagmanifest, ok(sha256sum.run(tags, &bag))).unwrap();
        fs::remove_file(bag.join("tagmanifest-sha256.txt.sig")).unwrap();
        let sign = ["-Y", "sign", "-f", "forger", "-n", "letopis-archive", tagmanifest.to_str().unwrap()];
        ok(ssh_keygen.run(sign, &work));
        let listed = ok(ssh_keygen.run(["-lf", "forger.pub"], &work));
        let fingerprint = listed.split(' ').find(|word| word.starts_with("SHA256:")).unwrap().to_owned();
        Some(Self { school, fingerprint })
    }

    fn mount(&self) -> PathBuf {
        self.school.path("usb-1")
    }

    /// Verifies the forged carrier, with more arguments.
    fn verify(&self, more: &[&str]) -> Run {
        bare(&[&["archive", "verify", self.mount().to_str().unwrap()], more].concat(), &self.school.path("."))
    }

    /// Demands a refusal that names each of the texts.
    #[track_caller]
    fn refused(&self, anchor: &[&str], texts: &[&str]) {
        let output = self.verify(anchor).fails(1, &[texts, &["не подлинен"]].concat());
        assert!(!output.stdout.contains("цел и подлинен") && !output.stdout.contains("цел;"), "{output}");
    }
}

fn names(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_forged_archive_passes_every_public_check_and_ours_says_whole_but_never_genuine() {
    let Some(forged) = Forged::new() else { return };
    let bag = bag_on(&forged.mount());
    if let Some(bagit) = peers::require("bagit.py") {
        let output = bagit.run(["--validate", "."], &bag);
        assert_eq!(output.code, Some(0), "{output}");
    }
    let output = forged.verify(&[]).ok();
    let expected = format!("цел; подпись ключа {} — сверьте с актом", forged.fingerprint);
    assert!(output.stdout.contains(&expected), "{output}");
    assert!(!output.stdout.contains("подлинен"), "{output}");
    // The forger's own fingerprint is no anchor to him who holds the act.
    assert_ne!(forged.fingerprint, demo().act().1);
}

#[test]
fn a_forged_archive_is_refused_by_the_fingerprint_of_the_act() {
    let Some(forged) = Forged::new() else { return };
    let signer = demo().act().1;
    let why = format!("tagmanifest-sha256.txt.sig: подписан ключом {}, а в акте {signer}", forged.fingerprint);
    forged.refused(&["--signer", &signer], &[&why]);
}

#[test]
fn a_forged_archive_is_refused_by_the_code_of_the_act() {
    let Some(forged) = Forged::new() else { return };
    let (code, _) = demo().act();
    forged.refused(&["--expect", &code], &["это не тот архив, для которого составлен акт"]);
    // The first half of the code is enough to tell, and one anchor that fits does not outweigh it.
    forged.refused(&["--expect", &code[..39], "--signer", &forged.fingerprint], &["это не тот архив"]);
}

#[test]
fn a_forged_archive_is_refused_by_the_journal() {
    let Some(forged) = Forged::new() else { return };
    let journal = forged.school.path("journal.letopis");
    let why = format!("подписан ключом {}, который в журнале не был действующим ключом", forged.fingerprint);
    forged.refused(&["--journal", journal.to_str().unwrap()], &[&why]);
}

#[test]
fn a_forged_archive_is_refused_by_the_good_copy_and_the_good_copy_by_nobody() {
    let Some(forged) = Forged::new() else { return };
    let good = bag_on(&forged.school.path("usb-2"));
    let why = format!("подписан ключом {}, которого нет среди подписывающих архива {BAG}", forged.fingerprint);
    forged.refused(&["--trusted", good.to_str().unwrap()], &[&why]);

    let (code, signer) = demo().act();
    let journal = forged.school.path("journal.letopis");
    let trusted = demo().bag("usb-1");
    let anchors = ["--expect", &code, "--signer", &signer, "--trusted", trusted.to_str().unwrap()];
    let args =
        [&["archive", "verify", good.to_str().unwrap()], &anchors[..], &["--journal", journal.to_str().unwrap()]];
    bare(&args.concat(), &forged.school.path(".")).fails(0, &["цел и подлинен: "]);
}

#[test]
fn a_verification_that_found_a_forgery_is_recorded_as_that() {
    let Some(forged) = Forged::new() else { return };
    let before = forged.school.entries();
    forged
        .school
        .run(LATER, "petrova", &["archive", "verify", "usb-1"])
        .fails(1, &["не подлинен", "записана в журнал"]);
    assert_eq!(forged.school.entries(), before + 1);
    let sql = "SELECT payload FROM ledger ORDER BY seq DESC LIMIT 1";
    let payload: String = forged.school.file().query_row(sql, [], |row| row.get(0)).unwrap();
    assert!(payload.contains("archive.verified") && payload.contains("не подлинен"), "{payload}");
}
