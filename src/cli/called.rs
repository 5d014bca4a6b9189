//! What the program was called by, so that every hint can be typed as it stands: «letopis», «./letopis» or a name that the
//! school has given it; and whether its commands are typed in Russian.

use clap::{Arg, Command};
use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt;
use std::sync::OnceLock;

/// The program's name in a hint.
pub const ME: Me = Me;

/// Shown as the program was called.
pub struct Me;

static CALLED: OnceLock<Called> = OnceLock::new();

struct Called {
    name: String,
    /// The words that name a command, as they were typed.
    words: Vec<String>,
    /// The tree of commands, where they are called by their Russian names.
    russian: Option<Command>,
}

impl fmt::Display for Me {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(CALLED.get().map_or("letopis", |called| &called.name))
    }
}

/// Remembers how the program was called.
pub fn remember(commands: &clap::Command, arguments: impl IntoIterator<Item = OsString>) {
    let mut arguments = arguments.into_iter().map(|argument| argument.to_string_lossy().into_owned());
    let name = name_of(&arguments.next().unwrap_or_default());
    let words = words_of(commands, arguments);
    let russian = words.iter().any(|word| is_russian(word)).then(|| commands.clone());
    // It is asked once, by `main`.
    let _ = CALLED.set(Called { name, words, russian });
}

fn name_of(argument: &str) -> String {
    let name = argument.strip_suffix(".exe").unwrap_or(argument);
    match name {
        "" => "letopis".to_owned(),
        name => super::typed::quoted(name),
    }
}

/// The words of a command line that lead down the tree of commands, whatever options stand between them.
fn words_of(commands: &clap::Command, arguments: impl Iterator<Item = String>) -> Vec<String> {
    let (mut at, mut words) = (commands, Vec::new());
    for argument in arguments {
        if let Some(inner) = at.find_subcommand(&argument) {
            (at, _) = (inner, words.push(argument));
        }
    }
    words
}

/// The command that was typed, with its program and as it was typed: «letopis урок записать».
pub fn command() -> String {
    let words = CALLED.get().map(|called| called.words.join(" ")).unwrap_or_default();
    format!("{ME} {words}").trim_end().to_owned()
}

/// Whether any command was typed.
pub fn names_a_command() -> bool {
    CALLED.get().is_some_and(|called| !called.words.is_empty())
}

/// Whether a word has Russian letters.
pub fn is_russian(word: &str) -> bool {
    word.chars().any(|c| matches!(c, '\u{400}'..='\u{52f}'))
}

/// Whether commands were typed by their Russian names.
pub fn in_russian_words() -> bool {
    CALLED.get().is_some_and(|called| called.russian.is_some())
}

/// A text as the one who typed would have it: where he calls commands by their Russian names, so do the command lines in
/// the text, each from the program's name on, and the options wherever they stand.
pub fn in_ones_words(text: &str) -> Cow<'_, str> {
    match CALLED.get() {
        Some(Called { name, words, russian: Some(tree) }) => Cow::Owned(in_russian(tree, (name, words), text)),
        _ => Cow::Borrowed(text),
    }
}

fn in_russian(tree: &Command, (name, typed): (&str, &[String]), text: &str) -> String {
    let typed = typed.iter().try_fold(tree, |at, word| at.find_subcommand(word)).unwrap_or(tree);
    // The command that the next word may be below, and the one whose options are named.
    let (mut above, mut of) = (None, typed);
    let mut out = String::with_capacity(text.len() * 2);
    for piece in text.split_inclusive([' ', '\n', '\u{a0}']) {
        let word = piece.trim_matches(|c: char| !c.is_alphanumeric() && !"-./\\_\"".contains(c));
        let word = word.trim_end_matches(['.', '"']);
        let start = piece.find(word).unwrap_or_default();
        let (before, after) = (&piece[..start], &piece[start + word.len()..]);
        let becomes = if word == name {
            (above, of) = (Some(tree), tree);
            None
        } else if let Some(inner) = above.and_then(|above: &Command| above.find_subcommand(word)) {
            (above, of) = (Some(inner), inner);
            inner.get_visible_aliases().next().map(str::to_owned)
        } else {
            above = None;
            word.strip_prefix("--").and_then(|option| russian_option(tree, [of, typed], option))
        };
        out.extend([before, becomes.as_deref().unwrap_or(word), after]);
        if after.contains([';', ':', '.', '»', '\n']) {
            (above, of) = (None, typed);
        }
    }
    out
}

/// The Russian name of an option of one of these commands, or else of the only kind there is.
fn russian_option(tree: &Command, of: [&Command; 2], option: &str) -> Option<String> {
    let (option, value) = option.split_once('=').map_or((option, None), |(option, value)| (option, Some(value)));
    let alias = of.into_iter().chain([tree]).find_map(|command| alias_in(command, option)).or_else(|| {
        let mut all: Vec<&str> = Vec::new();
        aliases(tree, option, &mut all);
        all.dedup();
        all.first().copied().filter(|_| all.len() == 1)
    })?;
    Some(value.map_or_else(|| format!("--{alias}"), |value| format!("--{alias}={value}")))
}

fn alias_in<'t>(command: &'t Command, option: &str) -> Option<&'t str> {
    let arg: &Arg = command.get_arguments().find(|arg| arg.get_long() == Some(option))?;
    arg.get_visible_aliases()?.first().copied()
}

fn aliases<'t>(command: &'t Command, option: &str, all: &mut Vec<&'t str>) {
    all.extend(alias_in(command, option));
    command.get_subcommands().for_each(|inner| aliases(inner, option, all));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_told_as_it_was_typed() {
        let commands = crate::cli::commands();
        let words = |line: &str| words_of(&commands, line.split(' ').map(str::to_owned)).join(" ");
        assert_eq!(words("урок записать 7А Алгебра"), "урок записать");
        assert_eq!(words("--json mark --journal x set 7А"), "mark set");
        assert_eq!(words("нет"), "");
        for (called, name) in
            [("letopis", "letopis"), ("./bin/letopis", "./bin/letopis"), ("letopis.exe", "letopis"), ("", "letopis")]
        {
            assert_eq!(name_of(called), name);
        }
        let quote = if cfg!(windows) { '"' } else { '\'' };
        assert_eq!(name_of("C:\\Летопись 1\\letopis.exe"), format!("{quote}C:\\Летопись 1\\letopis{quote}"));
    }

    #[test]
    fn who_types_in_russian_is_advised_in_russian() {
        let commands = crate::cli::commands();
        let typed = ["пропуск".to_owned(), "список".to_owned()];
        let told = |text: &str| in_russian(&commands, ("letopis", &typed), text);
        for (text, russian) in [
            ("letopis lesson record", "letopis урок записать"),
            ("проверьте: letopis audit --against АРХИВ.", "проверьте: letopis проверка --против АРХИВ."),
            ("letopis key new list", "letopis ключ создать list"),
            (
                "«letopis confirm list» и --reason: --to ДЕНЬ;\nlesson",
                "«letopis подтверждение список» и --причина: --по ДЕНЬ;\nlesson",
            ),
            ("letopis archive create --to А --to Б", "letopis архив создать --куда А --куда Б"),
            ("/a/letopis audit, --csv, --нет -", "/a/letopis audit, --csv, --нет -"),
        ] {
            assert_eq!(told(text), russian);
        }
    }

    fn without_russian(command: &Command, path: &str, found: &mut Vec<String>) {
        for arg in command.get_arguments().filter(|arg| !arg.is_positional()) {
            let names = arg.get_visible_aliases().unwrap_or_default();
            if !names.iter().any(|name| is_russian(name)) {
                found.push(format!("{path} --{}", arg.get_long().unwrap_or_default()));
            }
        }
        for inner in command.get_subcommands() {
            let path = format!("{path} {}", inner.get_name());
            if !inner.get_visible_aliases().any(is_russian) {
                found.push(path.clone());
            }
            without_russian(inner, &path, found);
        }
    }

    #[test]
    fn every_command_and_option_has_a_russian_name_but_the_names_of_formats() {
        let mut found = Vec::new();
        without_russian(&crate::cli::commands(), "", &mut found);
        let formats = [" --csv", " --json", " --xlsx"];
        found.retain(|found| !formats.iter().any(|format| found.ends_with(format)));
        assert!(found.is_empty(), "{found:#?}");
    }
}
