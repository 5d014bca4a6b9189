//! A question with yes or no.

use super::{output, shown};
use std::io::IsTerminal;

/// Whether somebody at the terminal agrees; nothing where there is no terminal to ask at. Whatever is no plain yes is a no.
pub fn agrees(question: &str) -> Option<bool> {
    if !std::io::stdin().is_terminal() {
        return None;
    }
    print!("{} [да/нет] ", shown::line(question));
    output::flush();
    let mut typed = String::new();
    let read = std::io::stdin().read_line(&mut typed);
    let word = crate::school::fold(typed.trim());
    Some(read.is_ok() && matches!(word.as_str(), "да" | "д" | "yes" | "y"))
}
