//! The program of `docs/formats/ledger.md`, which a stranger runs over `ledger.jsonl`: it passes what is whole, and stops at what
//! it says that it proves.

use crate::common::peers;
use std::collections::BTreeMap;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What the program cannot see, since it knows no rules of the regulation.
const ONLY_THE_AUDIT: [&str; 4] = ["refused_falsely", "not_refused", "taken_in_late", "ahead_of_the_clock"];

#[test]
fn the_program_of_the_page_proves_a_ledger_with_strands() {
    let Some(python) = peers::require("python3") else { return };
    let folder = tempfile::tempdir().unwrap();
    let page = std::fs::read_to_string(root().join("docs/formats/ledger.md")).unwrap();
    let program = page.split("```python\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    std::fs::write(folder.path().join("check_ledger.py"), program).unwrap();
    if python.run(["-c", "import cryptography"], folder.path()).code != Some(0) {
        eprintln!("no «cryptography» for Python: not tried");
        return;
    }
    let vectors = root().join("tests/vectors/strand/ledger");
    let expected = std::fs::read_to_string(vectors.join("expected.json")).unwrap();
    let expected: BTreeMap<String, String> = serde_json::from_str(&expected).unwrap();
    for (name, words) in expected {
        let ledger = vectors.join(format!("{name}.jsonl"));
        let output = python.run([Path::new("check_ledger.py"), &ledger], folder.path());
        let passes = words.is_empty() || ONLY_THE_AUDIT.contains(&name.as_str());
        assert_eq!(output.code == Some(0), passes, "{name}: {output}");
        let length = std::fs::read_to_string(&ledger).unwrap().lines().count();
        assert!(!passes || output.stdout.contains(&format!("records {length}")), "{name}: {output}");
    }
}
