//! Keys as other programs see them: `age` opens with them, `ssh-keygen` checks what they signed.

use crate::common::peers;
use std::fs;
use std::path::Path;

use letopis::ledger::identity::Identity;
use letopis::ledger::keyfile;
use letopis::ledger::signer::Signer;

#[test]
fn age_keygen_derives_the_same_recipient_from_our_key_file() {
    let Some(age_keygen) = peers::require("age-keygen") else { return };
    let dir = tempfile::tempdir().unwrap();
    let identity = Identity::generate();
    keyfile::write_new(&dir.path().join("person.key"), &identity, None).unwrap();
    let output = age_keygen.run(["-y", "person.key"], dir.path());
    assert_eq!(output.code, Some(0), "{output}");
    assert_eq!(output.stdout.trim(), identity.public().recipient());
}

#[test]
fn a_key_file_of_age_keygen_is_ours_too() {
    let Some(age_keygen) = peers::require("age-keygen") else { return };
    let dir = tempfile::tempdir().unwrap();
    let output = age_keygen.run(["-o", "person.key"], dir.path());
    assert_eq!(output.code, Some(0), "{output}");
    let identity = keyfile::read(&dir.path().join("person.key"), || panic!("not encrypted")).unwrap();
    assert!(output.stderr.contains(identity.public().recipient()), "{output}");
}

#[test]
fn age_decrypts_with_the_key_file_what_was_encrypted_to_its_recipient() {
    let Some(age) = peers::require("age") else { return };
    let dir = tempfile::tempdir().unwrap();
    let identity = Identity::generate();
    keyfile::write_new(&dir.path().join("person.key"), &identity, None).unwrap();
    fs::write(dir.path().join("plain"), "журнал").unwrap();
    let sealed = age.run(["-r", identity.public().recipient(), "-o", "sealed", "plain"], dir.path());
    assert_eq!(sealed.code, Some(0), "{sealed}");
    let opened = age.run(["-d", "-i", "person.key", "sealed"], dir.path());
    assert_eq!(opened.stdout, "журнал", "{opened}");
}

/// `age` asks for a passphrase on a terminal only, so one is made for it with `script`.
#[test]
fn age_opens_a_key_file_under_a_passphrase() {
    let (Some(_), Some(script)) = (peers::require("age"), peers::require("script")) else { return };
    let dir = tempfile::tempdir().unwrap();
    let identity = Identity::generate();
    keyfile::write_new(&dir.path().join("person.key"), &identity, Some("весна 1946")).unwrap();
    fs::write(dir.path().join("typed"), "весна 1946\n").unwrap();
    let command = "age -d -o plain person.key";
    let output = script.run_reading(&dir.path().join("typed"), ["-qec", command, "/dev/null"], dir.path());
    assert_eq!(output.code, Some(0), "{output}");
    let plain = fs::read_to_string(dir.path().join("plain")).unwrap();
    assert!(plain.contains(identity.secret_text().as_str()));
}

#[test]
fn ssh_keygen_shows_the_same_fingerprint() {
    let Some(ssh_keygen) = peers::require("ssh-keygen") else { return };
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/identity");
    let identity = Identity::parse(&fs::read_to_string(vectors.join("secret")).unwrap()).unwrap();
    let output = ssh_keygen.run(["-l", "-f", "signing_key.pub"], &vectors);
    assert!(output.stdout.contains(&identity.public().fingerprint()), "{output}");
}

#[test]
fn ssh_keygen_accepts_an_sshsig_of_ours_and_no_other_message() {
    let Some(ssh_keygen) = peers::require("ssh-keygen") else { return };
    let dir = tempfile::tempdir().unwrap();
    let identity = Identity::generate();
    let key = identity.public().ssh_line("");
    fs::write(dir.path().join("allowed"), format!("petrova namespaces=\"test\" {key}\n")).unwrap();
    fs::write(dir.path().join("sig"), identity.ssh_sign("test", b"message").unwrap()).unwrap();
    for (message, code) in [("message", Some(0)), ("massage", Some(255))] {
        fs::write(dir.path().join("message"), message).unwrap();
        let args = ["-Y", "verify", "-f", "allowed", "-I", "petrova", "-n", "test", "-s", "sig"];
        let output = ssh_keygen.run_reading(&dir.path().join("message"), args, dir.path());
        assert_eq!(output.code, code, "{output}");
    }
}
