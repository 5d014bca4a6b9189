//! The house is as `docs/architecture.md` draws it: SQL and `unsafe` only where they belong, no use case in the command line,
//! and no layer uses one above it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Where SQL may stand: the questions, the one writer, the rules, the audit, the ledger's own table, and the contacts and
/// the outbox, which are files of their own.
const SQL: [&str; 8] = [
    "src/journal/read/",
    "src/journal/apply/",
    "src/journal/rules/",
    "src/journal/audit/",
    "src/journal/excerpt/",
    "src/journal/contacts/",
    "src/inform/outbox/",
    "src/ledger/store.rs",
];

/// The layers from the bottom; those of one line stand beside each other and do not use one another.
const LAYERS: [&[&str]; 9] = [
    &["error", "school"],
    &["files", "device"],
    &["ledger"],
    &["journal"],
    &["import"],
    &["print", "report", "archive", "away"],
    &["inform", "store", "witness"],
    &["work"],
    &["cli", "web"],
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
            || path.contains("/testing/")
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
            let shipped = shipped.split("\n#[cfg(all(test").next().unwrap_or_default();
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

/// Who opens, makes, replaces or removes files by himself, and why: what he reads is the system's own, by a path that is
/// written in the program.
const OPENED_ELSEWHERE: [(&str, &str); 4] = [
    ("src/device.rs", "/sys and /proc tell of devices"),
    ("src/cli/ask.rs", "the terminal, /dev/tty, is asked itself"),
    ("src/cli/login/terminal.rs", "/proc tells of a terminal's session"),
    ("src/journal/file.rs", "SQLite opens a journal by its name, and refuses links itself"),
];

#[test]
fn files_are_opened_made_replaced_and_removed_in_one_place() {
    let words = [
        "File::open(",
        "File::create",
        "File::options",
        "OpenOptions",
        "DirBuilder",
        "fs::read",
        "fs::write(",
        "fs::rename(",
        "fs::remove_",
        "fs::create_dir",
        "fs::copy(",
        "fs::hard_link(",
        "fs::set_permissions(",
        ".read_dir()",
        "temp_dir(",
        "Connection::open(",
        "Connection::open_with_flags(path",
        "Connection::open_with_flags(immutable",
    ];
    let (mut found, mut used) = (Vec::new(), Vec::new());
    for (path, lines) in sources().into_iter().filter(|(path, _)| !path.starts_with("src/files/")) {
        let mut here: Vec<String> = lines
            .iter()
            .filter(|line| words.iter().any(|word| line.replace("files::", "").contains(word)))
            .map(|line| format!("{path}: {}", line.trim()))
            .collect();
        match OPENED_ELSEWHERE.iter().find(|(known, _)| *known == path) {
            Some((known, _)) if !here.is_empty() => used.push(*known),
            _ => found.append(&mut here),
        }
    }
    assert!(found.is_empty(), "files are opened past src/files:\n{}", found.join("\n"));
    assert_eq!(used.len(), OPENED_ELSEWHERE.len(), "an exception that nobody needs any more: {used:?}");
}

/// What the program does about a fault is an `Action`, and only a face knows how that is called there. Documents that
/// stand on a carrier or on paper may name commands; none of them is a source file (`README.txt`, `layouts/`, `docs/`).
#[test]
fn no_message_below_the_command_line_names_a_command_or_an_option() {
    let commands = letopis::cli::commands();
    let words: Vec<&str> =
        commands.get_subcommands().flat_map(|command| command.get_all_aliases().chain([command.get_name()])).collect();
    let names_a_command = |text: &str| {
        text.split("letopis ").skip(1).any(|rest| {
            let word: String = rest.chars().take_while(|letter| letter.is_alphanumeric()).collect();
            words.contains(&word.as_str())
        })
    };
    let names_an_option =
        |text: &str| text.split("--").skip(1).any(|rest| rest.starts_with(|letter: char| letter.is_ascii_lowercase()));
    let mut found = Vec::new();
    for (path, lines) in sources() {
        if path.starts_with("src/cli/") {
            continue;
        }
        for line in &lines {
            let code = line.split(" // ").next().unwrap_or_default();
            if names_a_command(code) || names_an_option(code) {
                found.push(format!("{path}: {}", line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "a message that names a command or an option:\n{}", found.join("\n"));
}

/// Where a refusal gets its next step a little later: it is made first and told what to do after looking around.
const STEP_FOLLOWS: [&str; 3] = ["let error = ", "let own = ", "let fault = "];

/// The place after a call whose opening bracket is at `open`.
fn after_call(text: &str, open: usize) -> usize {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in text[open..].char_indices() {
        match (quoted, c) {
            (true, _) if escaped => escaped = false,
            (true, '\\') => escaped = true,
            (_, '"') => quoted = !quoted,
            (false, '(') => depth += 1,
            (false, ')') if depth == 1 => return open + at + 1,
            (false, ')') => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// Whoever is refused must be told what to do now.
#[test]
fn every_refusal_and_every_bad_input_has_its_next_step() {
    let mut found = Vec::new();
    for (path, lines) in sources() {
        let text = lines.join("\n");
        for made in ["Error::refused(", "Error::input(", "Error::damaged(", "Error::environment("] {
            for (at, _) in text.match_indices(made) {
                let mut end = after_call(&text, at + made.len() - 1);
                let told = loop {
                    let rest = text[end..].trim_start_matches([')', ' ', '\n', ';']);
                    if rest.starts_with(".next") || rest.starts_with(".then") {
                        break true;
                    }
                    let passed = [".at(", ".caused_by("].iter().find(|call| rest.starts_with(**call));
                    let Some(call) = passed else { break false };
                    end = after_call(&text, text.len() - rest.len() + call.len() - 1);
                };
                let later = STEP_FOLLOWS.iter().any(|word| text[..at].ends_with(word));
                if !told && !later {
                    let line = text[at..].lines().next().unwrap_or_default();
                    found.push(format!("{path}: {line}"));
                }
            }
        }
    }
    assert!(found.is_empty(), "refused without a next step:\n{}", found.join("\n"));
}

/// What builds an entry or opens a transaction: faces are left with what people type and read.
const RECORDING: [&str; 6] = ["Batch", "journal::entry", "entry::", "::make(", ".batch()", ".record("];

#[test]
fn no_use_case_is_left_in_the_command_line() {
    let mut found = Vec::new();
    for (path, lines) in sources() {
        if !path.starts_with("src/cli/") {
            continue;
        }
        let records = |line: &&String| RECORDING.iter().any(|word| line.contains(word));
        found.extend(lines.iter().filter(records).map(|line| format!("{path}: {}", line.trim())));
    }
    assert!(found.is_empty(), "a use case in the command line:\n{}", found.join("\n"));
}

/// A name that is said in one word is easier to see as a fault: the rooms above are the whole list.
#[test]
fn every_room_of_the_list_is_there() {
    for room in SQL {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(room).exists(), "{room} is gone");
    }
}

/// The compiler refuses `unsafe` wherever it is not let in.
#[test]
fn unsafe_is_let_into_the_kernel_of_the_recovery_data_alone() {
    let lets_in = |line: &String| ["allow(unsafe_code", "expect(unsafe_code"].iter().any(|word| line.contains(word));
    let rooms = sources().into_iter().filter(|(_, lines)| lines.iter().any(lets_in));
    assert_eq!(rooms.map(|(path, _)| path).collect::<Vec<_>>(), ["src/archive/par2/kernel/mod.rs"]);
}

/// Every file of tests that the program of tests is made of, by the path of its module.
fn listed() -> BTreeMap<String, PathBuf> {
    let mut listed = BTreeMap::new();
    let mut left = vec![(String::new(), Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/main.rs"))];
    while let Some((module, file)) = left.pop() {
        let text = std::fs::read_to_string(&file).unwrap_or_else(|fault| panic!("{}: {fault}", file.display()));
        let folder = file.parent().unwrap();
        let mut elsewhere = None;
        for line in text.lines() {
            if let Some(path) = line.strip_prefix("#[path = \"").and_then(|rest| rest.strip_suffix("\"]")) {
                elsewhere = Some(folder.join(path).canonicalize().unwrap());
            }
            let open = line.strip_prefix("pub ").or_else(|| line.strip_prefix("pub(crate) "));
            let name = open.unwrap_or(line).strip_prefix("mod ");
            let Some(name) = name.and_then(|rest| rest.strip_suffix(';')) else { continue };
            let lies = [folder.join(format!("{name}.rs")), folder.join(name).join("mod.rs")];
            let lies = elsewhere.take().or_else(|| lies.into_iter().find(|file| file.exists()));
            let path = if module.is_empty() { name.to_owned() } else { format!("{module}::{name}") };
            left.push((path, lies.unwrap_or_else(|| panic!("{name} of {}", file.display()))));
        }
        listed.insert(module, file);
    }
    listed
}

#[test]
fn every_file_of_tests_is_listed_in_a_mod() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let listed: Vec<PathBuf> = listed().into_values().map(|file| file.canonicalize().unwrap()).collect();
    // The fuzz targets are a crate of their own, which takes the parsers from here.
    let own = walkdir::WalkDir::new(&tests).into_iter().filter_entry(|entry| entry.path() != tests.join("fuzz"));
    let files = own.map(|entry| entry.unwrap().into_path()).filter(|path| path.extension().is_some_and(|e| e == "rs"));
    let lost: Vec<PathBuf> = files.filter(|file| !listed.contains(&file.canonicalize().unwrap())).collect();
    assert!(lost.is_empty(), "never compiled: {lost:?}");
}

#[test]
fn every_test_that_the_page_on_the_regulation_names_is_there() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/regulation.md");
    let page = std::fs::read_to_string(page).unwrap();
    let listed = listed();
    let named: Vec<(&str, &str)> =
        page.split('`').skip(1).step_by(2).filter_map(|code| code.rsplit_once("::")).collect();
    let is_there = |(module, name): &&(&str, &str)| {
        let Some(file) = listed.get(*module) else { return false };
        let text = std::fs::read_to_string(file).unwrap();
        text.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == *name)
    };
    let example = ("folder::file", "name");
    let clause = ("cli::cases", "clause_X");
    let lost: Vec<_> = named.iter().filter(|test| **test != example && **test != clause && !is_there(test)).collect();
    assert!(named.len() > 40 && lost.is_empty(), "named on the page and not there: {lost:?}");
}

#[test]
fn every_test_that_the_page_on_security_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/security.md")).unwrap();
    let sources: String = ["src", "tests"]
        .iter()
        .flat_map(|folder| walkdir::WalkDir::new(root.join(folder)))
        .map(|entry| entry.unwrap().into_path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    let known: std::collections::HashSet<&str> =
        sources.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect();
    let named = page.split('`').skip(1).step_by(2).filter_map(|code| code.rsplit_once("::"));
    let named: Vec<&str> = named.map(|(_, name)| name).collect();
    let lost: Vec<_> = named.iter().filter(|name| !known.contains(**name)).collect();
    assert!(named.len() > 40 && lost.is_empty(), "named on the page and not there: {lost:?}");
}

/// What a stranger wrote reaches the terminal through one function (`src/cli/output.rs`), which shows it as text; the grid
/// draws through its own (`src/cli/grid/terminal.rs`), the question for a passphrase through `src/cli/ask.rs`.
#[test]
fn nothing_is_printed_past_the_one_place_that_shows_what_is_hidden() {
    let mut found = Vec::new();
    for (path, lines) in sources() {
        let streams = !["src/cli/output.rs", "src/cli/grid/terminal.rs"].contains(&path.as_str());
        for line in &lines {
            let code = line.split(" // ").next().unwrap_or_default();
            let macros = ["println!", "print!", "dbg!"].iter().any(|word| code.contains(word));
            let own = path.starts_with("src/cli/") && !code.contains("std::print") && !code.contains("std::eprint");
            let raw = ["stdout()", "stderr()", ".print()", "\"/dev/tty\"", "\"/dev/std"];
            let raw =
                raw.iter().any(|word| code.contains(word)) && !(path == "src/cli/ask.rs" && code.contains("/dev/tty"));
            if (macros && !own) || (streams && raw) || code.contains("dbg!") {
                found.push(format!("{path}: {}", line.trim()));
            }
        }
    }
    assert!(found.is_empty(), "printed past `output`:\n{}", found.join("\n"));
}
