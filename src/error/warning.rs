//! What was done and should be looked at all the same.

use std::fmt;

use super::{Action, Next};

/// Something that did not stop the work, in Russian, and what to do about it where there is something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What there is to look at.
    pub message: String,
    /// What to do about it.
    pub next: Option<Next>,
}

impl Warning {
    /// Something that was not done, and that does not stop the rest.
    pub fn of(error: &super::Error) -> Self {
        Self { message: error.message().to_owned(), next: error.next_step().cloned() }
    }

    /// What to do about it.
    #[must_use]
    pub fn next(self, words: impl Into<Next>) -> Self {
        Self { next: Some(words.into()), ..self }
    }

    /// What the reader should do about it, and what of the program does it.
    #[must_use]
    pub fn next_by(self, words: impl Into<String>, action: Action) -> Self {
        Self { next: Some(Next::by(words, action)), ..self }
    }
}

impl<M: Into<String>> From<M> for Warning {
    fn from(message: M) -> Self {
        Self { message: message.into(), next: None }
    }
}

/// The message and the words of the next step; what of the program does it, a face words.
impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.next.iter().try_for_each(|next| write!(f, "; {next}"))
    }
}
