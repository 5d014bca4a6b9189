//! What the program was called by, so that every hint can be typed as it stands: «letopis», «./letopis» or a name that the
//! school has given it; and whether its commands are typed in Russian.

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
    // It is asked once, by `main`.
    let _ = CALLED.set(Called { name, words });
}

fn name_of(argument: &str) -> String {
    let name = argument.strip_suffix(".exe").unwrap_or(argument);
    match name {
        "" => "letopis".to_owned(),
        name if name.contains(char::is_whitespace) => format!("\"{name}\""),
        name => name.to_owned(),
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

/// A command line as the one who typed would type it: with the Russian names of commands where he uses these.
pub fn in_ones_words(line: &str) -> String {
    let russian = |word: &String| word.chars().any(|c| matches!(c, '\u{400}'..='\u{52f}'));
    match CALLED.get() {
        Some(called) if called.words.iter().any(russian) => in_russian(&super::commands(), line),
        _ => line.to_owned(),
    }
}

fn in_russian(commands: &clap::Command, line: &str) -> String {
    let (mut at, mut leading) = (commands, true);
    let words = line.split(' ').map(|word| match at.find_subcommand(word).filter(|_| leading) {
        Some(inner) => {
            at = inner;
            inner.get_visible_aliases().next().unwrap_or(word)
        }
        None => {
            leading = false;
            word
        }
    });
    words.collect::<Vec<_>>().join(" ")
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
        assert_eq!(name_of("C:\\Летопись 1\\letopis.exe"), "\"C:\\Летопись 1\\letopis\"");
    }

    #[test]
    fn who_types_in_russian_is_advised_in_russian() {
        let commands = crate::cli::commands();
        assert_eq!(in_russian(&commands, "lesson record"), "урок записать");
        assert_eq!(in_russian(&commands, "audit --against АРХИВ"), "проверка --against АРХИВ");
        assert_eq!(in_russian(&commands, "key new list"), "ключ создать list");
    }
}
