//! The pages for people name only commands and options that there are.

use clap::Command;
use std::path::Path;

/// Pages with commands to be typed.
const PAGES: [&str; 9] = [
    "README.md",
    "README.ru.md",
    "docs/first-day.md",
    "docs/through-the-year.md",
    "docs/backup.md",
    "docs/store.md",
    "docs/district.md",
    "docs/statistics.md",
    "docs/mirror.md",
];

/// The command lines of a page: lines of its code, and code within its lines, from `letopis` on.
fn lines(page: &str) -> Vec<&str> {
    let code = page.lines().flat_map(|line| {
        let within = line.split('`').skip(1).step_by(2);
        within.chain(std::iter::once(line).filter(|line| !line.contains('`')))
    });
    // Not the end of «journal.letopis».
    let typed = code.filter_map(|line| line.split_once("letopis ").filter(|(before, _)| !before.ends_with('.')));
    typed.map(|(_, typed)| typed).collect()
}

/// What is wrong with a command line: a command or an option that there is not.
fn fault(mut command: &Command, line: &str) -> Option<String> {
    let is = |sub: &Command, word: &str| sub.get_name() == word || sub.get_all_aliases().any(|alias| alias == word);
    let mut words = line.split_whitespace().map(|word| word.trim_end_matches([',', '.', ':', ')']));
    while command.has_subcommands() {
        let Some(word) = words.next() else { break };
        // «letopis КОМАНДА --help», «letopis отм<Tab>»
        if word.chars().all(char::is_uppercase) || word.contains('<') || word == "…" || word.starts_with("--") {
            return None;
        }
        match command.get_subcommands().find(|sub| is(sub, word)) {
            Some(sub) => command = sub,
            // «letopis import ПАПКА», though there is an «import grid».
            None if command.get_positionals().next().is_some() => break,
            None => return Some(format!("нет команды «{word}» в «letopis {line}»")),
        }
    }
    let named = words.filter_map(|word| word.strip_prefix("--"));
    let known = |option: &str| {
        option.is_empty() || option == "help" || command.get_arguments().any(|arg| arg.get_long() == Some(option))
    };
    named.filter(|option| !known(option)).map(|option| format!("нет параметра --{option} в «letopis {line}»")).next()
}

#[test]
fn every_command_and_option_that_the_pages_name_is_there() {
    let (mut commands, root) = (letopis::cli::commands(), Path::new(env!("CARGO_MANIFEST_DIR")));
    commands.build();
    for page in PAGES {
        let text = std::fs::read_to_string(root.join(page)).unwrap();
        let lines = lines(&text);
        assert!(lines.len() > 6, "{page} names {} commands", lines.len());
        let faults: Vec<_> = lines.iter().filter_map(|line| fault(&commands, line.split(" #").next()?)).collect();
        assert!(faults.is_empty(), "{page}: {faults:#?}");
    }
}
