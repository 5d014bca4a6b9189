//! What was typed, put into the command lines of next steps: whoever types a class, a subject and a day is told a command
//! with these in it, and not words in capitals. What nobody has said yet stays a word in capitals.

use super::called::is_russian;
use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};
use std::sync::OnceLock;

/// A value on a command line: by which option it was given, if by one, and what it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Given {
    option: Option<String>,
    of: String,
    values: Vec<String>,
}

/// The values of a command line.
#[derive(Debug, Default)]
pub struct Typed(Vec<Given>);

static TYPED: OnceLock<Typed> = OnceLock::new();

/// Options that say which of several is meant: they go along wherever a command has them.
const WHICH: [&str; 2] = ["group", "lesson"];
/// Options of a hint whose values are what the reader has typed by himself, in whatever command.
const MEANT: [&str; 3] = ["class", "left", "login"];
/// What a correction asks for is what was refused.
const CORRECTED: [&str; 6] = ["topic", "homework", "work", "mark", "absence", "document"];

/// Remembers what was typed.
pub fn remember(tree: &Command, found: &ArgMatches) {
    // It is told once, by `main`.
    let _ = TYPED.set(Typed::of(tree, found));
}

/// A command line of a next step, without the program's name, with what was typed.
pub fn complete(line: &str) -> String {
    static NOTHING: Typed = Typed(Vec::new());
    TYPED.get().unwrap_or(&NOTHING).complete(&super::commands(), line)
}

/// An argument as a shell takes it: those of Linux, and on Windows its two.
pub fn quoted(argument: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:,+@%=".contains(c) || (cfg!(windows) && c == '\\');
    if !argument.is_empty() && argument.chars().all(plain) {
        return argument.to_owned();
    }
    if cfg!(windows) {
        return format!("\"{}\"", argument.replace('"', "\\\""));
    }
    if argument.contains(['"', '$', '`', '!', '\\']) && !argument.contains('\'') {
        return format!("'{argument}'");
    }
    // Between double quotes a shell in which somebody types would look back for what comes after it.
    if argument.contains('!') {
        return format!("'{}'", argument.replace('\'', "'\\''"));
    }
    let escaped: Vec<String> =
        argument.chars().map(|c| if "\"$`\\".contains(c) { format!("\\{c}") } else { c.to_string() }).collect();
    format!("\"{}\"", escaped.concat())
}

fn name_of(arg: &Arg) -> String {
    arg.get_value_names().and_then(|names| names.first()).map(ToString::to_string).unwrap_or_default()
}

/// Whether a word of a hint stands for what its reader fills in.
fn is_to_fill(word: &str) -> bool {
    word.chars().any(is_capital) && !word.chars().any(|c| c.is_lowercase() || c.is_ascii_digit())
}

fn is_capital(c: char) -> bool {
    c.is_uppercase() && is_russian(c.encode_utf8(&mut [0; 4]))
}

impl Typed {
    fn of(tree: &Command, found: &ArgMatches) -> Self {
        let (mut at, mut matches, mut typed) = (tree, found, Self::default());
        loop {
            for arg in at.get_arguments().filter(|arg| arg.get_action().takes_values() && !arg.is_global_set()) {
                let id = arg.get_id().as_str();
                if matches.value_source(id) != Some(ValueSource::CommandLine) {
                    continue;
                }
                let values =
                    matches.get_raw(id).into_iter().flatten().map(|value| value.to_string_lossy().into_owned());
                let option = arg.get_long().map(str::to_owned);
                typed.0.push(Given { option, of: name_of(arg), values: values.collect() });
            }
            match matches.subcommand().and_then(|(name, inner)| Some((at.find_subcommand(name)?, inner))) {
                Some((command, inner)) => (at, matches) = (command, inner),
                None => return typed,
            }
        }
    }

    /// The one value of this kind that was typed without an option.
    fn positional(&self, of: &str) -> Option<&str> {
        let given = self.0.iter().find(|given| given.option.is_none() && given.of == of)?;
        given.values.first().filter(|_| given.values.len() == 1).map(String::as_str)
    }

    fn option(&self, name: &str) -> &[String] {
        self.0.iter().find(|given| given.option.as_deref() == Some(name)).map_or(&[], |given| &given.values)
    }

    fn complete(&self, tree: &Command, line: &str) -> String {
        let words = words(line);
        let (mut at, mut path) = (tree, 0);
        while let Some(inner) = words.get(path).and_then(|word| at.find_subcommand(word)) {
            (at, path) = (inner, path + 1);
        }
        let mut out: Vec<String> = words[..path].iter().map(|word| (*word).to_owned()).collect();
        // A lesson is corrected on a day, only final marks are not; so the day may be left out in general.
        let needs_day = corrects(at) && !words.contains(&"--period");
        let is_known = self.fill(at, &words[path..], needs_day, &mut out);
        if is_known {
            self.add_options(at, &mut out);
        }
        out.join(" ")
    }

    /// The words of a hint after the command's, and the positional arguments that it lacks; whether any is known.
    fn fill(&self, command: &Command, words: &[&str], needs_all: bool, out: &mut Vec<String>) -> bool {
        let (mut said, mut is_known, mut options) = (0, false, Vec::new());
        let mut words = words.iter().peekable();
        while let Some(word) = words.next() {
            let Some(name) = word.strip_prefix("--") else {
                said += 1;
                let value = self.positional(word).filter(|_| is_to_fill(word)).map(quoted);
                is_known |= value.is_some() || !is_to_fill(word);
                out.push(value.unwrap_or_else(|| (*word).to_owned()));
                continue;
            };
            options.push((*word).to_owned());
            if let Some(value) = words.next_if(|word| !word.starts_with("--")) {
                let typed = self.positional(value).filter(|_| MEANT.contains(&name) && is_to_fill(value));
                options.push(typed.map_or_else(|| (*value).to_owned(), quoted));
            }
        }
        let lacking = command.get_positionals().skip(said).map(|arg| {
            let value = self.positional(&name_of(arg));
            (value.map(quoted).or_else(|| (needs_all || arg.is_required_set()).then(|| name_of(arg))), value.is_some())
        });
        let lacking: Vec<_> = lacking.take_while(|(value, _)| value.is_some()).collect();
        is_known |= lacking.iter().any(|(_, is_typed)| *is_typed);
        if is_known {
            out.extend(lacking.into_iter().filter_map(|(value, _)| value));
        }
        out.extend(options);
        is_known
    }

    fn add_options(&self, command: &Command, out: &mut Vec<String>) {
        let corrects = corrects(command);
        let whole = ["--annul", "--period", "--mark", "--absence"];
        let annuls = out.iter().any(|word| whole.contains(&word.as_str()));
        let mut says_what = annuls;
        let mut add = |name: &str, values: &[String]| {
            values.iter().for_each(|value| out.extend([format!("--{name}"), quoted(value)]));
        };
        for arg in command.get_opts().filter(|arg| !arg.is_global_set()) {
            let Some(name) = arg.get_long() else { continue };
            let typed = self.option(name);
            if WHICH.contains(&name) {
                add(name, typed);
            } else if corrects && !annuls && CORRECTED.contains(&name) {
                let refused = self.refused(name);
                says_what |= !typed.is_empty() || !refused.is_empty();
                add(name, if typed.is_empty() { &refused } else { typed });
            }
        }
        if corrects && !says_what {
            out.push("--mark УЧЕНИК=ОТМЕТКА".to_owned());
        }
        for arg in command.get_opts().filter(|arg| arg.is_required_set()) {
            let name = format!("--{}", arg.get_long().unwrap_or_default());
            if !out.contains(&name) {
                out.extend([name, name_of(arg)]);
            }
        }
    }

    /// The one cell that was refused, as a correction names it.
    fn refused(&self, option: &str) -> Vec<String> {
        match option {
            "mark" => self.positional("УЧЕНИК=ОТМЕТКА").map(str::to_owned).into_iter().collect(),
            "absence" if self.positional("С").is_none() => {
                let one = self.positional("УЧЕНИК").map(|pupil| match pupil.contains('=') {
                    true => pupil.to_owned(),
                    false => format!("{pupil}=н"),
                });
                one.into_iter().collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Whether it is the command that asks for corrections.
fn corrects(command: &Command) -> bool {
    command.get_name() == "request" && command.get_arguments().any(|arg| arg.get_id() == "annul")
}

/// The words of a command line; what is in quotes is one, with them.
fn words(line: &str) -> Vec<&str> {
    let (mut words, mut start, mut quote) = (Vec::new(), 0, None);
    for (at, c) in line.char_indices() {
        match (c, quote) {
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            (' ', None) => {
                words.push(&line[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    words.push(&line[start..]);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hint(typed: &[&str], line: &str) -> String {
        let tree = crate::cli::commands();
        let found = tree.clone().try_get_matches_from([&["letopis"], typed].concat()).unwrap();
        Typed::of(&tree, &found).complete(&tree, line)
    }

    #[test]
    fn a_hint_has_what_was_typed_and_asks_for_the_rest() {
        let mark = ["mark", "set", "7А", "Русский язык", "15.09", "Иванов Пётр=5", "--lesson", "3"];
        let request =
            r#"correction request 7А "Русский язык" 15.09 --lesson 3 --mark "Иванов Пётр=5" --reason ПРИЧИНА"#;
        assert_eq!(hint(&mark, "correction request"), request);
        assert_eq!(hint(&mark, "mark list"), r#"mark list 7А "Русский язык" 15.09 --lesson 3"#);
        assert_eq!(
            hint(&["mark", "set", "7А", "ИЗО", "пн", "а=5", "б=4"], "correction request"),
            "correction request 7А ИЗО пн --mark УЧЕНИК=ОТМЕТКА --reason ПРИЧИНА"
        );
        assert_eq!(
            hint(&["урок", "аннулировать", "7А", "ИЗО", "пн", "--причина", "не было"], "correction request --annul"),
            "correction request 7А ИЗО пн --annul --reason ПРИЧИНА"
        );
        let excuse = ["absence", "excuse", "7А", "Ким", "01.09", "02.09", "--reason", "болезнь"];
        assert_eq!(hint(&excuse, "absence withdraw"), "absence withdraw 7А Ким 01.09 02.09");
        assert_eq!(hint(&excuse, "absence withdraw 7А П-1 03.09.2025"), "absence withdraw 7А П-1 03.09.2025 02.09");
        assert_eq!(hint(&["plan", "drop", "7А", "ИЗО", "50"], "plan show"), "plan show 7А ИЗО");
        assert_eq!(
            hint(&["ученик", "перевести", "П-1", "7Б", "01.09"], "pupil change ДЕЛО --class КЛАСС"),
            "pupil change П-1 --class 7Б"
        );
        assert_eq!(hint(&["staff", "list"], "correction request"), "correction request");
        assert_eq!(
            hint(&["confirm", "give", "12"], "confirm refuse НОМЕР --reason ПРИЧИНА"),
            "confirm refuse 12 --reason ПРИЧИНА"
        );
    }

    /// What the system's shell makes of a command line.
    #[cfg(unix)]
    fn taken_by_the_shell(line: &str) -> String {
        let run = std::process::Command::new("sh").arg("-c").arg(format!("printf '%s|' {line}")).output().unwrap();
        String::from_utf8(run.stdout).unwrap()
    }

    #[cfg(unix)]
    #[test]
    fn a_shell_reads_what_was_quoted_as_one_argument_and_unchanged() {
        for argument in [
            "/media/USB DISK",
            "У-7",
            "У 7",
            "«У-7»",
            "~",
            "~/usb",
            "$HOME",
            "`id`",
            "$(id)",
            "a\\b",
            "а\"б",
            "д'Арк",
            "д'Арк!",
            "!!",
            "*",
            "[ab]",
            "{a,b}",
            "a;b",
            "a&b",
            "a|b",
            "<a",
            "#a",
            "№ 5",
            "",
            " ",
            "'",
            "\"'\\$`!",
            "a\nb",
        ] {
            assert_eq!(taken_by_the_shell(&quoted(argument)), format!("{argument}|"), "{}", quoted(argument));
        }
    }

    #[cfg(unix)]
    #[test]
    fn the_place_of_a_stick_stands_in_a_hint_as_it_can_be_typed() {
        let line = hint(&["stick", "status", "/media/USB DISK"], "stick sync НОСИТЕЛЬ");
        assert_eq!(line, "stick sync \"/media/USB DISK\"");
        assert_eq!(taken_by_the_shell(&line), "stick|sync|/media/USB DISK|");
    }

    #[test]
    fn an_argument_is_quoted_where_a_shell_would_read_something_else() {
        for (argument, shown) in [
            ("7А", "7А"),
            ("Русский язык", "\"Русский язык\""),
            ("Труд (мальчики)", "\"Труд (мальчики)\""),
            ("цена $5", "'цена $5'"),
            ("д'Арк $", "\"д'Арк \\$\""),
            ("", "\"\""),
        ] {
            assert_eq!(quoted(argument), shown);
        }
    }
}
