//! The pages of a mail: its text and its HTML, of the same words.

use super::told::Child;
use crate::error::{Error, Result};
use askama::Template;

/// What stands on both pages.
pub struct Words<'a> {
    /// The subject.
    pub subject: &'a str,
    /// What comes first; may be empty.
    pub intro: &'a str,
    /// What is said of each child.
    pub children: &'a [Child],
    /// What comes last.
    pub closing: &'a [String],
    /// Where the diary is.
    pub diary: &'a str,
    /// Why the reader gets this.
    pub why: &'a str,
    /// Where he can unsubscribe.
    pub unsubscribe: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "mail/pages/letter.html")]
struct Html<'a> {
    subject: &'a str,
    intro: &'a str,
    children: &'a [Child],
    closing: &'a [String],
    diary: &'a str,
    why: &'a str,
    unsubscribe: Option<&'a str>,
}

#[derive(Template)]
#[template(path = "mail/pages/letter.txt")]
struct Text<'a> {
    intro: &'a str,
    children: &'a [Child],
    closing: &'a [String],
    diary: &'a str,
    why: &'a str,
    unsubscribe: Option<&'a str>,
}

impl Words<'_> {
    /// The text and the HTML.
    ///
    /// # Errors
    /// A page that cannot be set.
    pub fn set(&self) -> Result<(String, String)> {
        let Words { subject, intro, children, closing, diary, why, unsubscribe } = *self;
        let failed = |cause: askama::Error| {
            Error::environment("письмо не составляется").next("сообщите администратору").caused_by(cause)
        };
        let text = Text { intro, children, closing, diary, why, unsubscribe }.render().map_err(failed)?;
        let html = Html { subject, intro, children, closing, diary, why, unsubscribe }.render().map_err(failed)?;
        Ok((text, html))
    }
}
