//! Away from the ledger: a teacher's stick, and what comes back from it (§5.6–5.8, `docs/formats/strand.md`).

pub mod base;
pub mod card;
pub mod closed;
pub mod exchange;
pub mod pins;
pub mod receipts;
pub mod sealed;
pub mod signed;
pub mod stick;
pub mod strand;
pub mod taking_in;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_taking_in;
#[cfg(test)]
mod tests_of_vectors;
pub mod wire;
mod written;

pub use written::Key;

use crate::error::{Error, Result};

/// The JSON text of something that is signed: one line.
fn json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|cause| Error::environment(format!("не удалось составить запись носителя ({cause})")).caused_by(cause))
}
