//! What a page says of a fault and of the next step. The words of a step are whole without the program's help; what the
//! program itself can do about it, the page has as a link or a field beside it.

use crate::error::{Action, Error, Warning};
use crate::work::Done;
use serde::Serialize;

/// A fault as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// What is wrong, in a sentence.
    pub what: String,
    /// What to do, step by step.
    pub next: Vec<String>,
    /// Whether a correction can be asked for instead (§2.3.3), which is a page of its own.
    pub correctable: bool,
}

/// A fault, and those that were found with it.
pub fn error(error: &Error) -> Vec<Told> {
    let own = Told {
        what: sentence(error.message()),
        next: error.next_step().map(steps).unwrap_or_default(),
        correctable: error.next_step().is_some_and(is_correctable),
    };
    std::iter::once(own).chain(error.also().iter().flat_map(self::error)).collect()
}

/// What there is to look at and what to do about it, in one line.
pub fn warning(warning: &Warning) -> String {
    let next = warning.next.as_ref().map(steps).unwrap_or_default();
    std::iter::once(warning.message.clone()).chain(next).map(|part| sentence(&part)).collect::<Vec<_>>().join(" ")
}

/// What was done, in the past: «Урок записан»; whether it waits for a second person, and what there is to look at.
pub fn done(done: &Done, what: &str) -> String {
    let what = what.trim_end_matches('.');
    let mut said = match (&done.waiting[..], done.is_nothing()) {
        ([number, ..], _) => format!(
            "Записано и ждёт подтверждения второго лица, до него не в силе (№ {number}): {what}. Подтверждает директор, завуч \
             или администратор, кроме автора."
        ),
        (_, true) => "Так уже записано, изменений нет.".to_owned(),
        _ => format!("{what}."),
    };
    if !done.alone.is_empty() {
        said += " Внесено одним лицом: второго лица с подтверждённым ключом в журнале ещё не было.";
    }
    done.warnings.iter().fold(said, |said, one| format!("{said} Внимание: {}", warning(one)))
}

fn is_correctable(next: &crate::error::Next) -> bool {
    let asks = |action: &Action| {
        matches!(action, Action::RequestCorrection | Action::EmptyCell { .. } | Action::CorrectFinals { .. })
    };
    next.steps().iter().any(|step| step.action.as_ref().is_some_and(asks))
}

fn steps(next: &crate::error::Next) -> Vec<String> {
    next.steps().iter().map(|step| sentence(&step.words)).collect()
}

/// «урок записан» as «Урок записан.»
pub fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().map(|first| first.to_uppercase().collect()).unwrap_or_default();
    let whole = first + letters.as_str();
    if whole.ends_with(['.', '!', '?', '…']) { whole } else { whole + "." }
}
