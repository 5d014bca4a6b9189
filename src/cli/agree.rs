//! Asking whether something unusual is meant, where somebody sits at a terminal who can say so. Elsewhere the refusal
//! names the option that says it.

use super::{output, shown};
use crate::error::{Action, Detail, Error, Result};
use std::io::IsTerminal;

/// Does something that may be refused unless `detail` is given with it. Where it was not `given` and that is the reason,
/// whoever is at the terminal is asked, and if it is meant so it is done with the detail.
///
/// # Errors
/// As `work`.
pub fn if_meant<T>(detail: Detail, given: bool, question: &str, mut work: impl FnMut(bool) -> Result<T>) -> Result<T> {
    match work(given) {
        Err(error) if !given && offers(&error, detail) && is_asked() => {
            eprintln!("{}", error.message());
            if agrees(question) == Some(true) { work(true) } else { Err(error) }
        }
        done => done,
    }
}

fn offers(error: &Error, detail: Detail) -> bool {
    error.next_step().is_some_and(|next| next.offers(&Action::Give(detail)))
}

fn is_asked() -> bool {
    std::io::stdin().is_terminal() && output::is_watched()
}

/// Whether somebody at the terminal agrees; nothing where there is no terminal to ask at. Whatever is no plain yes is a no.
pub fn agrees(question: &str) -> Option<bool> {
    if !is_asked() {
        return None;
    }
    eprint!("{} [да/нет] ", shown::line(question));
    output::flush();
    let mut typed = String::new();
    let read = std::io::stdin().read_line(&mut typed);
    let word = crate::school::fold(typed.trim());
    Some(read.is_ok() && matches!(word.as_str(), "да" | "д" | "yes" | "y"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_given_or_refused_for_another_reason_is_asked_about_once() {
        let mut asked = Vec::new();
        let refused = || Error::refused("нельзя").next_by("подтвердите", Action::Give(Detail::Despite));
        let mut work = |given| {
            asked.push(given);
            if given { Ok(()) } else { Err(refused()) }
        };
        // No terminal is at a test.
        assert!(if_meant(Detail::Despite, false, "Остаются?", &mut work).is_err());
        assert!(if_meant(Detail::Despite, true, "Остаются?", &mut work).is_ok());
        assert_eq!(asked, [false, true]);
        assert!(offers(&refused(), Detail::Despite) && !offers(&refused(), Detail::Another));
    }
}
