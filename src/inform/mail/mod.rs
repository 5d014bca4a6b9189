//! Mail to parents (§4): what is to be told, set as text and HTML, and how it gets to a mail server.
//!
//! [`Settings`] say where the server is and when mail is written, [`letter`] makes one mail, [`smtp`] hands it over. What
//! stands in a mail comes from proven tables; nothing personal stands in its subject or any other header but the address.

pub mod letter;
mod pages;
pub mod settings;
pub mod smtp;
pub mod told;

pub use pages::Words;
pub use settings::{Encryption, Settings, Written};
