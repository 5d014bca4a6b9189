//! Letopis keeps a Russian school's electronic class journal, prints it for binding, writes archive copies of it
//! and proves years later that nothing in it was changed.
//!
//! The layers, from the bottom up; each uses only what stands above it in this list:
//!
//! * [`error`]: what crosses the library's boundary when something is refused, damaged or badly put;
//! * [`files`]: the only way to open, make, replace and remove a file that others may reach too;
//! * [`device`]: what the system says of the device behind a path;
//! * [`school`]: the vocabulary of the field, without storage: marks, classes, periods, the calendar, the policy;
//! * [`ledger`]: identities, signatures and the chain of signed entries;
//! * [`journal`]: the kinds of entry, who may record them, the rules of the regulation, and the tables that the
//!   ledger projects into;
//! * [`import`]: the files a school brings, checked as a whole and recorded as entries;
//! * [`print`]: forms laid out into pages, and pages written as PDF/A;
//! * [`report`]: what the deputy head reads: progress, attendance, marks, discipline, plans;
//! * [`archive`]: packages on carriers, and their verification;
//! * [`away`]: a teacher's stick: its files, and what comes back from it;
//! * [`inform`]: what parents and pupils get: the diary, mail, and the outbox that it leaves through;
//! * [`store`]: a third place for archives, a folder of the network or an object store;
//! * [`work`]: the use cases that every face shares;
//! * [`cli`]: arguments, prompts and tables on the screen;
//! * [`web`]: pages in a browser.
//!
//! The clock and the signer are handed in everywhere: only [`cli`] reads the system's clock.

// What tests of the library share with those of the program names it as they do.
#[cfg(test)]
extern crate self as letopis;

pub mod archive;
pub mod away;
pub mod cli;
pub mod device;
pub mod error;
pub mod files;
pub mod import;
pub mod inform;
pub mod journal;
pub mod ledger;
pub mod print;
pub mod report;
pub mod school;
pub mod store;
pub mod web;
pub mod witness;
pub mod work;

pub use error::{Error, Result};
