//! Clap in Russian: its headings, its fixed words, and what it says of wrong usage.
//!
//! Clap's own words («[OPTIONS]», «[aliases: …]», «[default: …]») cannot be translated, so they are switched off and
//! written into the texts instead. That takes a while for a hundred commands and is done only where help is shown.

use super::called::{self, ME};
use super::columns::wrapped;
use super::output;
use crate::error::{Error, Result};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Args, Command};
use std::process::ExitCode;

const TEMPLATE: &str = "{about-with-newline}
Использование: {usage}

{all-args}{after-help}";

/// More than the options of any command.
const EACH: usize = 100;

#[derive(Args)]
pub struct Help {
    /// Команда, о которой справка: lesson record, «урок записать»
    #[arg(value_name = "КОМАНДА")]
    words: Vec<String>,
}

/// Who mostly uses what; every command has one place.
const GROUPS: &[(&str, &[&str])] = &[
    (
        "Учителю и классному руководителю",
        &[
            "login", "desk", "open", "lesson", "mark", "absence", "final", "note", "contact", "access", "inform",
            "logout",
        ],
    ),
    (
        "Методисту, завучу и директору",
        &[
            "plan",
            "report",
            "substitution",
            "correction",
            "remark",
            "confirm",
            "print",
            "archive",
            "store",
            "export",
            "carrier",
            "stick",
            "year",
        ],
    ),
    (
        "Администратору",
        &["init", "import", "key", "staff", "school", "pupil", "course", "layout", "clock", "journal", "serve"],
    ),
    ("Каждому", &["help", "audit", "witness", "demo", "completions", "man"]),
];

impl Help {
    pub fn run(self) -> Result<ExitCode> {
        if self.words.is_empty() {
            output::put_lines(&short(&in_names(super::commands(), called::in_russian_words()), width()));
            return Ok(ExitCode::SUCCESS);
        }
        let words: Vec<&str> = self.words.iter().flat_map(|words| words.split_whitespace()).collect();
        let russian = words.iter().any(|word| called::is_russian(word));
        let mut tree = spelled_out(in_names(super::commands(), russian), &ME.to_string());
        tree.build();
        output::put_lines(&of_command(&mut tree, &words)?);
        Ok(ExitCode::SUCCESS)
    }
}

/// The help of the command that words lead to from this one.
fn of_command(at: &mut Command, words: &[&str]) -> Result<String> {
    let Some((word, rest)) = words.split_first() else { return Ok(at.render_help().to_string()) };
    if at.find_subcommand(word).is_none() {
        return Err(no_command(at, word));
    }
    at.find_subcommand_mut(word).map_or_else(|| Ok(String::new()), |inner| of_command(inner, rest))
}

/// A word that is no command here: those that are, the most alike first.
fn no_command(at: &Command, word: &str) -> Error {
    let alike = |name: &str| strsim::jaro_winkler(word, name);
    let names = at.get_subcommands().flat_map(|sub| sub.get_all_aliases().chain([sub.get_name()]));
    let nearest = names.max_by(|a, b| alike(a).total_cmp(&alike(b))).filter(|name| alike(name) > 0.7);
    let error = Error::input(format!("нет команды «{word}»"));
    match nearest {
        Some(name) => error.next(format!("возможно, вы имели в виду: {name}; все команды: {ME} help")),
        None => error.next(format!("все команды: {ME} help")),
    }
}

/// What the program does, a line a command, by who uses it, in a window of this width.
fn short(tree: &Command, width: usize) -> String {
    let line = |command: &Command| {
        let names: Vec<&str> = [command.get_name()].into_iter().chain(command.get_visible_aliases()).collect();
        item(&names.join(", "), &command.get_about().map(ToString::to_string).unwrap_or_default(), width)
    };
    let about = tree.get_about().map(ToString::to_string).unwrap_or_default();
    let mut text = format!("{about}\nИспользование: {ME} КОМАНДА …; о команде: {ME} help КОМАНДА\n");
    for (who, names) in GROUPS {
        text += &format!("\n{who}:\n");
        names.iter().filter_map(|name| tree.find_subcommand(name)).for_each(|command| text += &line(command));
    }
    let grouped = |name: &str| GROUPS.iter().any(|(_, names)| names.contains(&name));
    tree.get_subcommands().filter(|sub| !grouped(sub.get_name())).for_each(|command| text += &line(command));
    text += "\nПонимает каждая команда:\n";
    for arg in tree.get_arguments().filter(|arg| arg.is_global_set() || arg.get_id() == "version") {
        let value = arg.get_value_names().filter(|_| arg.get_action().takes_values());
        let value = value.and_then(|names| names.first()).map(|name| format!(" {name}")).unwrap_or_default();
        let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
        text += &item(&format!("--{}{value}", arg.get_long().unwrap_or_default()), &help, width);
    }
    text
}

/// A name and what it is, which goes on below itself where the window is narrow.
fn item(name: &str, about: &str, width: usize) -> String {
    const NAMES: usize = 28;
    let about = wrapped(about, width.saturating_sub(NAMES + 2).max(24));
    let mut lines = about.iter();
    let first = format!("  {name:<width$}{}\n", lines.next().map_or("", String::as_str), width = NAMES);
    lines.fold(first, |text, line| text + &" ".repeat(NAMES + 2) + line + "\n")
}

/// How wide help is: as the window, or as a page where it goes elsewhere.
fn width() -> usize {
    output::width().unwrap_or(100).min(100)
}

/// A command and all its subcommands as help and manual pages show them.
pub fn in_russian(command: Command) -> Command {
    let name = command.get_name().to_owned();
    spelled_out(with_headings(command), &name)
}

/// The tree with its commands and options called by their Russian names, where these are wanted; the others stay theirs too.
fn in_names(command: Command, russian: bool) -> Command {
    if !russian {
        return command;
    }
    let (old, aliases) = (command.get_name().to_owned(), command.get_visible_aliases());
    let mut aliases: Vec<String> = aliases.map(str::to_owned).collect();
    let command = match aliases.iter().position(|name| called::is_russian(name)) {
        None => command,
        Some(at) => {
            let hidden: Vec<String> = command.get_all_aliases().map(str::to_owned).collect();
            let hidden: Vec<String> = hidden.into_iter().filter(|name| !aliases.contains(name)).collect();
            let name = std::mem::replace(&mut aliases[at], old);
            command.name(name).visible_alias(None).visible_aliases(aliases).aliases(hidden)
        }
    };
    command.mut_args(in_russian_names).mut_subcommands(|inner| in_names(inner, true))
}

fn in_russian_names(arg: Arg) -> Arg {
    let aliases = arg.get_visible_aliases().unwrap_or_default();
    let mut aliases: Vec<String> = aliases.into_iter().map(str::to_owned).collect();
    let (Some(old), Some(at)) = (arg.get_long(), aliases.iter().position(|name| called::is_russian(name))) else {
        return arg;
    };
    let name = std::mem::replace(&mut aliases[at], old.to_owned());
    arg.long(name).visible_alias(None).visible_aliases(aliases)
}

/// Writes usage, other names and defaults of a command into its texts; `path` is how the command is typed.
fn spelled_out(command: Command, path: &str) -> Command {
    let usage = command.clone().bin_name(path).render_usage().to_string();
    let usage = usage.split_once(": ").map_or("", |(_, usage)| usage).replace("[OPTIONS]", "[ПАРАМЕТРЫ]");
    let aliases: Vec<String> = command.get_all_aliases().map(str::to_owned).collect();
    let mut about = command.get_about().map(ToString::to_string).unwrap_or_default();
    other_names(&mut about, &command.get_visible_aliases().collect::<Vec<_>>());
    command
        .override_usage(usage)
        .about(about)
        .visible_alias(None)
        .aliases(aliases)
        .mut_args(spelled_out_arg)
        .mut_subcommands(|sub| {
            let path = format!("{path} {}", sub.get_name());
            spelled_out(sub, &path)
        })
}

fn spelled_out_arg(arg: Arg) -> Arg {
    let mut help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    let aliases: Vec<String> = arg.get_visible_aliases().unwrap_or_default().into_iter().map(str::to_owned).collect();
    other_names(&mut help, &aliases.iter().map(|name| format!("--{name}")).collect::<Vec<_>>());
    let list = |words: Vec<String>| words.join(", ");
    let takes_values = arg.get_action().takes_values();
    if takes_values {
        let values = arg.get_possible_values();
        if !values.is_empty() {
            let values = values.iter().map(|value| value.get_name().to_owned()).collect();
            help += &format!(" [возможные значения: {}]", list(values));
        }
        let defaults = arg.get_default_values().iter().map(|value| value.to_string_lossy().into_owned());
        let defaults: Vec<String> = defaults.filter(|value| !value.is_empty()).collect();
        if !defaults.is_empty() {
            help += &format!(" [по умолчанию: {}]", list(defaults));
        }
    }
    arg.help(help).hide_possible_values(takes_values).visible_alias(None).aliases(aliases)
}

fn other_names(text: &mut String, names: &[impl AsRef<str>]) {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    match names.len() {
        0 => {}
        1 => *text += &format!(" [другое имя: {}]", names[0]),
        _ => *text += &format!(" [другие имена: {}]", names.join(", ")),
    }
}

/// Gives a command and all its subcommands Russian headings and a Russian `--help`; enough for parsing.
pub fn with_headings(command: Command) -> Command {
    // Clap lists changed arguments by name; they are to stay in the order in which they are typed.
    let order: Vec<clap::Id> = command.get_arguments().map(|arg| arg.get_id().clone()).collect();
    let mut command = command
        .help_template(TEMPLATE)
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .subcommand_help_heading("Команды")
        .subcommand_value_name("КОМАНДА")
        .mut_args(|arg| {
            let heading = if arg.is_positional() { "Что указать" } else { "Параметры" };
            let place = order.iter().position(|id| id == arg.get_id()).unwrap_or_default();
            // What must be given first, what every command understands last.
            let rank = if arg.is_required_set() { 0 } else { 1 + usize::from(arg.is_global_set()) };
            let takes_value = arg.get_action().takes_values();
            arg.help_heading(heading).hide_default_value(takes_value).display_order(rank * EACH + place)
        })
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .visible_alias("помощь")
                .action(ArgAction::Help)
                .help_heading("Параметры")
                .display_order(3 * EACH)
                .help("Показать эту справку"),
        )
        .mut_subcommands(with_headings);
    if command.get_name() == "letopis" {
        command = command.arg(
            Arg::new("version")
                .short('V')
                .long("version")
                .visible_alias("версия")
                .action(ArgAction::Version)
                .help_heading("Параметры")
                .display_order(3 * EACH + 1)
                .help("Показать версию"),
        );
    }
    command
}

/// Prints what clap has to say: help and version as they are, faults in Russian with exit status 2.
pub fn report(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayVersion => {
            output::put_lines(&error.render().to_string());
            return ExitCode::SUCCESS;
        }
        ErrorKind::DisplayHelp | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let help = if called::names_a_command() {
                let tree = in_names(super::commands(), called::in_russian_words());
                let shown = spelled_out(tree, &ME.to_string()).try_get_matches();
                shown.as_ref().err().unwrap_or(error).render().to_string()
            } else {
                short(&super::commands(), width())
            };
            if error.kind() == ErrorKind::DisplayHelp {
                output::put_lines(&help);
                return ExitCode::SUCCESS;
            }
            output::put_lines_aside(&help);
            return ExitCode::from(2);
        }
        _ => {}
    }
    let word = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        _ => String::new(),
    };
    let (argument, value) = (word(ContextKind::InvalidArg), word(ContextKind::InvalidValue));
    let what = match error.kind() {
        ErrorKind::InvalidSubcommand => format!("нет команды «{}»", word(ContextKind::InvalidSubcommand)),
        ErrorKind::UnknownArgument => format!("лишний аргумент «{argument}»"),
        ErrorKind::MissingRequiredArgument => format!("не указано: {argument}"),
        ErrorKind::MissingSubcommand => "не указана команда".to_owned(),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation if value.is_empty() => {
            format!("не указано значение для {argument}")
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            let why = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            // What the parsers of numbers say is English.
            let why = match word(ContextKind::ValidValue) {
                values if !values.is_empty() => format!("есть только {values}"),
                _ if why.is_empty() || why.is_ascii() => "нужно целое число в допустимых пределах".into(),
                _ => why,
            };
            format!("значение «{value}» не подходит для {argument}: {why}")
        }
        ErrorKind::ArgumentConflict => format!("{argument} нельзя указать вместе с {}", word(ContextKind::PriorArg)),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => format!("не хватает значений для {argument}"),
        ErrorKind::InvalidUtf8 => "аргумент не в кодировке UTF-8".to_owned(),
        _ => "аргументы указаны неверно".to_owned(),
    };
    let suggestion = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue]
        .into_iter()
        .map(word)
        .find(|text| !text.is_empty());
    let next = match suggestion {
        Some(text) => format!("возможно, вы имели в виду: {text}; справка: {} --help", called::command()),
        None if called::names_a_command() => format!("справка: {} --help", called::command()),
        None => format!("справка: {ME} --help или {ME} help КОМАНДА"),
    };
    super::screen::error(&crate::Error::input(what).next(next));
    ExitCode::from(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;
    use std::collections::HashSet;

    /// Words of Latin letters that are no names of ours: formats, programs, standards, and what they are typed with.
    const KNOWN: &[&str] = &[
        "Linux",
        "Windows",
        "A",
        "AGE",
        "BagIt",
        "COM",
        "CSV",
        "Ctrl",
        "Ed25519",
        "FAT32",
        "Git",
        "I",
        "II",
        "III",
        "IV",
        "JSON",
        "LETOPIS",
        "LETOPIS_IDENTITY",
        "LETOPIS_JOURNAL",
        "Letopis",
        "ODS",
        "PDF",
        "QR",
        "S3",
        "SHA",
        "SSH",
        "TOML",
        "UTC",
        "XLSX",
        "SHA256",
        "Tab",
        "letopis-mark-set",
        "signature",
        "class-book",
        "media",
        "pupils",
        "marks",
        "dates",
        "usb",
        "age",
        "age1",
        "bash",
        "csv",
        "fish",
        "json",
        "key",
        "ledger",
        "letopis",
        "linux",
        "man",
        "ods",
        "pdf",
        "ssh",
        "ssh-ed25519",
        "toml",
        "xlsx",
        "zsh",
        "MSK",
        // Names in examples: a page of the manual, a layout, a carrier's folder, a file, a fingerprint, a key of the keyboard.
        "letopis-mark-set",
        "class-book",
        "media",
        "usb",
        "pupils",
        "SHA256",
        "Tab",
        "TLS",
        "https",
    ];

    fn every_help(command: &mut Command, texts: &mut Vec<String>, names: &mut HashSet<String>) {
        texts.push(command.render_help().to_string());
        texts.push(command.render_long_help().to_string());
        names.insert(command.get_name().to_owned());
        names.extend(command.get_arguments().filter_map(Arg::get_long).map(str::to_owned));
        command.get_subcommands_mut().for_each(|sub| every_help(sub, texts, names));
    }

    #[test]
    fn the_help_of_every_command_is_russian_but_for_names_and_formats() {
        let mut command = in_russian(super::super::Cli::command());
        command.build();
        let (mut texts, mut names) = (Vec::new(), HashSet::new());
        every_help(&mut command, &mut texts, &mut names);
        assert!(texts.len() > 150, "{}", texts.len());
        let mut strange: Vec<String> = Vec::new();
        for text in &texts {
            for word in text.split(|c: char| !(c.is_ascii_alphanumeric() || "_-".contains(c))) {
                let word = word.trim_matches('-');
                if word.starts_with(|c: char| c.is_ascii_alphabetic())
                    && word.len() > 1
                    && !names.contains(word)
                    && !KNOWN.contains(&word)
                {
                    strange.push(word.to_owned());
                }
            }
        }
        strange.sort();
        strange.dedup();
        assert!(strange.is_empty(), "{strange:?}");
        assert!(texts[0].contains("letopis [ПАРАМЕТРЫ] <КОМАНДА>") && texts[0].contains("[другое имя: отметка]"));
    }

    #[test]
    fn help_that_is_asked_for_by_russian_names_names_them_and_shows_what_must_be_given_first() {
        let help = |russian: bool, words: &[&str]| {
            let mut tree = spelled_out(in_names(super::super::commands(), russian), "letopis");
            tree.build();
            of_command(&mut tree, words).unwrap()
        };
        let text = help(true, &["исправление", "заявка"]);
        assert!(text.contains("letopis исправление заявка [ПАРАМЕТРЫ] --причина <ПРИЧИНА> <КЛАСС>"), "{text}");
        assert!(text.contains("[другое имя: request]") && text.contains("--topic]"), "{text}");
        let place = |name: &str| text.find(&format!("--{name} ")).or(text.find(&format!("--{name}\n"))).unwrap();
        assert!(place("причина") < place("урок") && place("аннулировать") < place("журнал"), "{text}");
        assert!(place("журнал") < place("помощь"), "{text}");
        let text = help(false, &["исправление", "заявка"]);
        assert!(text.contains("letopis correction request [ПАРАМЕТРЫ] --reason") && text.contains("--тема]"), "{text}");
    }

    #[test]
    fn the_short_help_has_a_line_for_every_command_under_who_uses_it() {
        let tree = super::super::commands();
        let mut grouped: Vec<&str> = GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let mut all: Vec<&str> = tree.get_subcommands().map(Command::get_name).collect();
        grouped.sort_unstable();
        all.sort_unstable();
        assert_eq!(grouped, all, "a command is in no group or in two");
        let text = short(&tree, 100);
        assert!(
            text.contains("\nМетодисту, завучу и директору:\n  plan, план ") && text.contains("  --journal ФАЙЛ "),
            "{text}"
        );
        assert!(text.lines().count() <= 60, "{text}");
        assert!(short(&tree, 60).lines().skip(2).all(|line| line.chars().count() <= 60));
    }

    #[test]
    fn a_command_that_is_not_there_is_named_with_the_nearest_one() {
        let tree = super::super::commands();
        let step = |word: &str| no_command(&tree, word).next_step().unwrap().to_string();
        assert!(step("отметки").contains("отметка") && step("lessn").contains("lesson"));
        assert_eq!(step("щщщ"), "все команды: letopis help");
    }
}
