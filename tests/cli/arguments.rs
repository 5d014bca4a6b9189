//! The command line with arbitrary arguments: whatever is typed, the program does not panic, ends, and says what is wrong.
//!
//! The arguments are drawn from the tree of commands itself: a command, some of its options, texts that fit and texts that
//! do not. The program runs without a terminal on a school of its own.

use crate::common::peers;
use clap::{Arg, ArgAction, Command as Commands};
use letopis::import;
use letopis::journal::entry::{JournalCreated, Person};
use letopis::journal::{Author, Journal};
use letopis::ledger::identity::Identity;
use letopis::ledger::keyfile;
use letopis::school::School;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::path::Path;

/// Texts that a person may type, rightly or wrongly.
const TEXTS: &[&str] = &[
    "",
    " ",
    "7А",
    "7а",
    "99Я",
    "Алгебра",
    "алг",
    "15.09.2025",
    "31.02.2025",
    "2025-09-01",
    "0",
    "-1",
    "5",
    "4/5",
    "н",
    "Иванов=5",
    "=5",
    "Петров=",
    "все=зач",
    "I четверть",
    "Год",
    "ivanova",
    "никто",
    "school",
    "school/school.toml",
    "нет/такого/файла",
    ".",
    "journal.letopis",
    "ключ.key",
    "18446744073709551616",
    "🙂",
    "и\u{306}",
    "\u{1}",
    "\"",
    "'; DROP TABLE marks; --",
    "--",
    "-",
    "--нет",
    "SHA256:x",
    "e3b0c44298fc1c149afbf4c8996fb924",
    "уважительная",
    "bash",
    "пн",
    "08:30-09:15",
    "LETOPIS:2025-0143/7:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
];

/// How many command lines are tried.
const CASES: u32 = 250;

/// `demo` plays a whole school through and takes its time; the others answer at once.
const SLOW: &[&str] = &["demo"];

/// The small school with its administrator's key, in a folder.
fn school(dir: &Path) {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/small");
    crate::common::school::copy_folder(&fixture, &dir.join("school"));
    let text = std::fs::read_to_string(fixture.join("school.toml")).unwrap();
    let key = Identity::generate();
    let row = import::read_staff(&fixture, &mut import::Faults::default()).unwrap().remove(0).1;
    let import::StaffRow { login, name, position, association, roles } = row;
    let created = JournalCreated {
        previous: None,
        school: School::from_toml(&text).unwrap(),
        administrator: Person { login, name, position, association, roles },
        key: key.public(),
        recovery: Identity::generate().public().recipient().to_owned(),
        second: Vec::new(),
        emergency: None,
    };
    let now = chrono::DateTime::parse_from_rfc3339("2025-09-01T08:00:00+03:00").unwrap();
    let author = Author { signer: &key, clock: &now, taken_over: false };
    let mut journal = Journal::create(&dir.join("journal.letopis"), author, created).unwrap();
    import::import(&mut journal, author, &fixture, import::How::default(), &mut |_, _| {}).unwrap();
    keyfile::write_new(&dir.join("ключ.key"), &key, None).unwrap();
}

/// Paths to all commands that have none below them, each with its arguments.
fn leaves(command: &Commands, path: &[String], all: &mut Vec<(Vec<String>, Vec<Arg>)>) {
    let mut below = command.get_subcommands().filter(|sub| !SLOW.contains(&sub.get_name())).peekable();
    if below.peek().is_none() {
        all.push((path.to_vec(), command.get_arguments().cloned().collect()));
    }
    for sub in below {
        let names: Vec<&str> = std::iter::once(sub.get_name()).chain(sub.get_all_aliases()).collect();
        for name in names {
            leaves(sub, &[path, &[name.to_owned()]].concat(), all);
        }
    }
}

fn typed_text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(TEXTS).prop_map(str::to_owned),
        1 => "[^\\x00/]{0,12}",
    ]
}

/// A command line of one command: some of its options and texts, in their order or one text too many.
fn command_line(path: Vec<String>, args: Vec<Arg>) -> impl Strategy<Value = Vec<String>> {
    let each: Vec<_> = args.iter().map(|_| (prop::bool::weighted(0.6), typed_text())).collect();
    (each, prop::option::weighted(0.2, typed_text())).prop_map(move |(drawn, more)| {
        let mut line = path.clone();
        for (arg, (taken, text)) in args.iter().zip(drawn) {
            match arg.get_long() {
                _ if !taken => {}
                None => line.push(text),
                Some(long) if matches!(arg.get_action(), ArgAction::SetTrue | ArgAction::Help | ArgAction::Version) => {
                    line.push(format!("--{long}"));
                }
                Some(long) => line.extend([format!("--{long}"), text]),
            }
        }
        line.extend(more);
        line
    })
}

#[test]
fn no_command_line_makes_the_program_panic_and_each_fault_is_said() {
    let (Some(_), Some(_)) = (peers::require("setsid"), peers::require("timeout")) else { return };
    let dir = tempfile::tempdir().unwrap();
    school(dir.path());
    let mut all = Vec::new();
    leaves(&letopis::cli::commands(), &[], &mut all);
    assert!(all.len() > 100, "{} ways to name a command", all.len());
    let any = prop::sample::select(all).prop_flat_map(|(path, args)| command_line(path, args));
    let mut runner =
        TestRunner::new(Config { cases: CASES, max_shrink_iters: 20, failure_persistence: None, ..Config::default() });
    let result = runner.run(&any, |line| {
        // A session of its own has no terminal, so nothing is asked for and nothing is drawn.
        let before = ["--wait", "timeout", "30", "env", "HOME=.", crate::common::school::LETOPIS].map(str::to_owned);
        let output = peers::run("setsid", before.iter().chain(&line), dir.path());
        prop_assert!(matches!(output.code, Some(0..=2)), "{}", output);
        prop_assert!(!output.stderr.contains("panicked"), "{}", output);
        prop_assert!(output.code == Some(0) || !(output.stderr.is_empty() && output.stdout.is_empty()), "{}", output);
        Ok(())
    });
    result.unwrap_or_else(|fault| panic!("{fault}"));
}
