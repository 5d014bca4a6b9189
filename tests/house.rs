//! The house is as `docs/architecture.md` draws it: SQL only where it belongs, and no layer uses one above it.

use std::path::{Path, PathBuf};

/// Where SQL may stand: the questions, the one writer, the rules, the audit, the ledger's own table, and the contacts, which
/// are a file of their own.
const SQL: [&str; 6] = [
    "src/journal/read/",
    "src/journal/apply/",
    "src/journal/rules/",
    "src/journal/audit/",
    "src/journal/contacts.rs",
    "src/ledger/store.rs",
];

/// The layers from the bottom; those of one line stand beside each other and do not use one another.
const LAYERS: [&[&str]; 7] = [
    &["error", "device", "school"],
    &["ledger"],
    &["journal"],
    &["import"],
    &["print", "report", "archive"],
    &["work"],
    &["cli"],
];

/// Every source file of the program with its lines, tests left out.
fn sources() -> Vec<(String, Vec<String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = walkdir::WalkDir::new(root.join("src")).into_iter().map(Result::unwrap);
    let files = files.filter(|entry| entry.path().extension().is_some_and(|ending| ending == "rs"));
    let files: Vec<PathBuf> = files.map(walkdir::DirEntry::into_path).collect();
    let of_tests = |path: &str| {
        let name = path.rsplit('/').next().unwrap();
        path.contains("/tests/")
            || name.starts_with("tests")
            || ["testing.rs", "pictures.rs", "flips.rs", "fixture.rs"].contains(&name)
    };
    let shown = |path: &Path| path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
    let sources: Vec<_> = files
        .iter()
        .map(|path| (shown(path), std::fs::read_to_string(path).unwrap()))
        .filter(|(path, _)| !of_tests(path))
        .map(|(path, text)| {
            let shipped = text.split("\n#[cfg(test)]\nmod ").next().unwrap_or_default();
            let lines = shipped.lines().filter(|line| !line.trim_start().starts_with("//"));
            (path, lines.map(str::to_owned).collect())
        })
        .collect();
    assert!(sources.len() > 200, "the sources lie elsewhere");
    sources
}

#[test]
fn sql_stands_only_where_the_architecture_gives_it_a_room() {
    let words = [
        "prepare_cached(",
        ".prepare(",
        ".query_row(",
        ".query_map(",
        "execute_batch(",
        ".execute(",
        "SELECT ",
        "INSERT INTO",
        "UPDATE ",
        "DELETE FROM",
    ];
    let mut found = Vec::new();
    for (path, lines) in sources() {
        if SQL.iter().any(|room| path.starts_with(room)) {
            continue;
        }
        let has_sql = |line: &&String| words.iter().any(|word| line.contains(word));
        found.extend(lines.iter().filter(has_sql).map(|line| format!("{path}: {}", line.trim())));
    }
    assert!(found.is_empty(), "SQL outside its rooms:\n{}", found.join("\n"));
}

#[test]
fn no_layer_uses_one_above_it_or_beside_it() {
    let layer_of = |name: &str| LAYERS.iter().position(|layer| layer.contains(&name));
    let mut found = Vec::new();
    for (path, lines) in sources() {
        let own = path.trim_start_matches("src/").split(['/', '.']).next().unwrap().to_owned();
        let Some(here) = layer_of(&own) else { continue };
        for line in &lines {
            for used in line.split("crate::").skip(1) {
                let used = used.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
                if layer_of(used).is_some_and(|there| there > here || (there == here && used != own && here > 0)) {
                    found.push(format!("{path}: {}", line.trim()));
                }
            }
        }
    }
    assert!(found.is_empty(), "a layer that uses one above or beside it:\n{}", found.join("\n"));
}

/// A name that is said in one word is easier to see as a fault: the rooms above are the whole list.
#[test]
fn every_room_of_the_list_is_there() {
    for room in SQL {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(room).exists(), "{room} is gone");
    }
}
