//! What the deputy head reads (§3.3.5, §4.3): how pupils do, who is absent, whether marks, lessons and plans are where
//! they should be.
//!
//! A report is a function of the tables and of a day, since nothing here looks at the clock. It gives rows of a type of
//! its own, whose field names are those of the JSON output (`docs/json.md`), and a [`table::Table`] of them, which is
//! what the screen, a CSV file and a workbook show. Nothing is recorded, so nobody needs a key.
//! [`statistics`] alone leaves the school.

pub mod attendance;
pub mod coverage;
mod csv;
pub mod discipline;
pub mod forecast;
pub mod journal;
mod marks;
pub mod missing;
pub mod plan;
pub mod progress;
pub mod pupil;
pub mod scope;
pub mod statistics;
pub mod table;
mod xlsx;

pub use csv::{csv, csv_of_texts};
pub use scope::{Filter, When};
pub use xlsx::xlsx;

#[cfg(test)]
pub(crate) mod testing;
