//! Clap in Russian: its headings, and what it says of wrong usage.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, Command};
use std::process::ExitCode;

const TEMPLATE: &str = "{about-with-newline}
Использование: {usage}

{all-args}{after-help}";

/// Gives a command and all its subcommands Russian headings.
pub fn in_russian(command: Command) -> Command {
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
            let takes_value = arg.get_action().takes_values();
            arg.help_heading(heading).hide_default_value(takes_value).display_order(place)
        })
        .arg(
            Arg::new("help")
                .short('h')
                .long("help")
                .visible_alias("помощь")
                .action(ArgAction::Help)
                .help_heading("Параметры")
                .help("Показать эту справку"),
        )
        .mut_subcommands(in_russian);
    if command.get_name() == "letopis" {
        command = command.arg(
            Arg::new("version")
                .short('V')
                .long("version")
                .action(ArgAction::Version)
                .help_heading("Параметры")
                .help("Показать версию"),
        );
    }
    command
}

/// Prints what clap has to say: help and version as they are, faults in Russian with exit status 2.
pub fn report(error: &clap::Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            let _ = error.print();
            return ExitCode::SUCCESS;
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
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
            let why = std::error::Error::source(error).map(|cause| format!(": {cause}")).unwrap_or_default();
            format!("значение «{value}» не подходит для {argument}{why}")
        }
        ErrorKind::ArgumentConflict => format!("{argument} нельзя указать вместе с {}", word(ContextKind::PriorArg)),
        ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => format!("не хватает значений для {argument}"),
        ErrorKind::InvalidUtf8 => "аргумент не в кодировке UTF-8".to_owned(),
        _ => "аргументы указаны неверно".to_owned(),
    };
    let suggestion = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::ValidValue]
        .into_iter()
        .map(word)
        .find(|text| !text.is_empty());
    let next = match suggestion {
        Some(text) => format!("возможно, вы имели в виду: {text}; справка: letopis --help"),
        None => "справка: letopis --help или letopis КОМАНДА --help".to_owned(),
    };
    super::screen::error(&crate::Error::input(what).next(next));
    ExitCode::from(2)
}
