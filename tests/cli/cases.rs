//! The command line, a case a file: `tests/cmd/*.toml`.
//!
//! A case is a list of steps on a fresh copy of the small school (`tests/fixtures/small`). A step runs the program at a
//! moment, as somebody, and says which exit status and which words are expected and how many entries the ledger gains.
//! A step that is refused must leave the ledger as it was, which is checked without saying so.

use crate::common::school::School;
use rayon::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What the case shows.
    about: String,
    /// Files to write before the first step.
    #[serde(default)]
    file: Vec<File>,
    step: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    text: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// Moscow time.
    at: String,
    /// Login whose key is used.
    by: String,
    /// Arguments; `{last}` is the number of the last entry.
    run: Vec<String>,
    #[serde(default)]
    status: i32,
    /// Texts that the output must hold.
    #[serde(default)]
    says: Vec<String>,
    /// Texts that the output must not hold.
    #[serde(default)]
    says_not: Vec<String>,
    /// Entries that the ledger gains.
    #[serde(default)]
    records: u64,
}

fn run_case(path: &std::path::Path) {
    let name = path.file_stem().unwrap().to_string_lossy().into_owned();
    let text = std::fs::read_to_string(path).unwrap();
    let case: Case = toml::from_str(&text).unwrap_or_else(|fault| panic!("{name}: {fault}"));
    let Some(school) = School::small() else { return };
    for file in &case.file {
        std::fs::create_dir_all(school.path(&file.name).parent().unwrap()).unwrap();
        std::fs::write(school.path(&file.name), &file.text).unwrap();
    }
    for (number, step) in (1..).zip(&case.step) {
        let before = school.entries();
        let args: Vec<String> = step.run.iter().map(|arg| arg.replace("{last}", &before.to_string())).collect();
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let output = school.run(&step.at, &step.by, &args).0;
        let place = format!("{name} ({}), step {number}\n{output}", case.about);
        assert_eq!(output.code, Some(step.status), "{place}");
        for text in &step.says {
            assert!(output.stdout.contains(text) || output.stderr.contains(text), "«{text}» is missing: {place}");
        }
        for text in &step.says_not {
            assert!(!output.stdout.contains(text) && !output.stderr.contains(text), "«{text}» is there: {place}");
        }
        assert_eq!(school.entries() - before, step.records, "entries recorded: {place}");
    }
    let last = case.step.last().map_or("2025-09-01 09:00:00", |step| step.at.as_str());
    school.run(last, "ivanova", &["audit"]).ok();
}

fn folder() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cmd")
}

/// A test for each clause of sections 1 to 5 of the regulation that the program meets.
macro_rules! clauses {
    ($($name:ident)*) => {
        $(#[test] fn $name() { run_case(&folder().join(concat!(stringify!($name), ".toml"))); })*
        const CLAUSES: &[&str] = &[$(stringify!($name)),*];
    };
}

clauses! {
    clause_1_6
    clause_2_1 clause_2_2 clause_2_3_1 clause_2_3_2 clause_2_3_3 clause_2_3_4 clause_2_3_5 clause_2_5
    clause_3_1 clause_3_2 clause_3_3 clause_3_3_1 clause_3_3_2 clause_3_3_3 clause_3_3_4 clause_3_3_5
    clause_4_5
    clause_5_1 clause_5_4 clause_5_5_1 clause_5_6 clause_5_7 clause_5_8
}

#[test]
fn every_other_case_of_the_command_line_goes_as_its_file_says() {
    let mut cases: Vec<_> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    cases.sort();
    let stem = |case: &std::path::Path| case.file_stem().unwrap().to_string_lossy().into_owned();
    let (clauses, others): (Vec<_>, Vec<_>) = cases.iter().partition(|case| stem(case).starts_with("clause_"));
    assert_eq!(clauses.iter().map(|case| stem(case)).collect::<Vec<_>>(), CLAUSES, "each clause has its test");
    assert!(others.len() >= 10);
    // All of them are tried, whatever some say: each panic has named its case.
    let failed = others.par_iter().filter(|case| std::panic::catch_unwind(|| run_case(case)).is_err());
    let failed: Vec<_> = failed.map(|case| stem(case)).collect();
    assert_eq!(failed, Vec::<String>::new());
}
