//! A stick as a program sees it that is not ours: `tests/peers/check_stick.py`, written from `docs/formats/strand.md`.

use crate::common::peers;
use age::secrecy::SecretString;
use letopis::away::stick::Stick;
use letopis::ledger::chain::hex;
use letopis::ledger::strand::Strand;
use std::path::Path;

#[test]
fn another_program_opens_the_base_of_a_stick_and_proves_its_strand() {
    let (Some(python), Some(_)) = (peers::require("python3"), peers::require("age")) else { return };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let of = |name: &str| root.join("tests").join(name).to_string_lossy().into_owned();
    let read = |name: &str| std::fs::read_to_string(of(name)).unwrap().trim().to_owned();
    let (stick, secret, key) =
        (of("vectors/strand"), of("vectors/identity/secret"), read("vectors/identity/signing_key.pub"));
    let output = python.run([&of("peers/check_stick.py"), &stick, &secret, &key], root);
    assert_eq!(output.code, Some(0), "{output}");
    let passphrase = SecretString::from(read("vectors/strand/passphrase"));
    let unlocked = Stick::open(Path::new(&stick)).unwrap().unlock(|| Ok(passphrase)).unwrap();
    let head = hex(&unlocked.tip().head);
    assert!(output.stdout.contains("tables pupils") && output.stdout.contains(&head), "{output}");
}
