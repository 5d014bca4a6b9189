//! One mail as it goes out (RFC 5322): headers, and its text twice, plain and as HTML.
//!
//! Nothing that comes from the journal or from contacts gets into a header but the address and, of a forecast, the class
//! teacher's name; and whatever comes from there is brought to one line of printable characters first ([`one_line`]).

use super::Settings;
use crate::error::{Error, Result};
use crate::school::is_printable;
use chrono::{DateTime, FixedOffset};
use lettre::Address;
use lettre::address::Envelope;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, MultiPart};

/// A mail before it is set.
#[derive(Debug, Clone)]
pub struct Letter<'a> {
    /// The Message-ID, in angle brackets.
    pub id: &'a str,
    /// Whom it is for.
    pub to: &'a str,
    /// In whose name it is written, beside the school's address.
    pub in_name_of: Option<&'a str>,
    /// The subject, which says nothing of anybody.
    pub subject: &'a str,
    /// The text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// When it was written.
    pub made: DateTime<FixedOffset>,
    /// Where the reader can unsubscribe, in one step (RFC 8058).
    pub unsubscribe: Option<&'a str>,
}

impl Letter<'_> {
    /// The whole mail, as the server is given it.
    ///
    /// # Errors
    /// An address that is none.
    pub fn set(self, settings: &Settings) -> Result<Vec<u8>> {
        let to: Address = self.to.parse().map_err(|_| not_an_address(self.to))?;
        let envelope = Envelope::new(Some(settings.sender().clone()), vec![to.clone()])
            .map_err(|cause| not_an_address(self.to).caused_by(cause))?;
        let name = self.in_name_of.map(one_line).or_else(|| settings.from.name.clone());
        let mut message = Message::builder()
            .message_id(Some(self.id.to_owned()))
            .date(self.made.into())
            .from(Mailbox::new(name, settings.sender().clone()))
            .to(Mailbox::new(None, to))
            .subject(one_line(self.subject))
            .envelope(envelope);
        // Out-of-office programs answer people, not us (RFC 3834).
        message = message.raw_header(raw("Auto-Submitted", "auto-generated"));
        if let Some(address) = self.unsubscribe {
            message = message.raw_header(raw("List-Unsubscribe", &format!("<{}>", one_line(address))));
            message = message.raw_header(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
        }
        let message = message.multipart(MultiPart::alternative_plain_html(self.text, self.html)).map_err(|cause| {
            Error::environment("письмо не составляется").next("сообщите администратору").caused_by(cause)
        })?;
        Ok(message.formatted())
    }
}

/// Whether a text is an address that mail can be sent to.
pub fn is_address(text: &str) -> bool {
    text.parse::<Address>().is_ok()
}

/// A text on one line: line breaks, characters that turn the direction of writing and others that cannot be printed are spaces.
pub fn one_line(text: &str) -> String {
    let printed: String = text.chars().map(|c| if is_printable(c) { c } else { ' ' }).collect();
    printed.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn not_an_address(text: &str) -> Error {
    Error::input(format!("«{}» — не адрес почты", one_line(text))).next("проверьте адрес: нужен вида имя@узел")
}
