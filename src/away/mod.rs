//! Away from the ledger: what a teacher records on his stick, and how it comes into the journal (§5.6–5.8,
//! `docs/formats/strand.md`).

pub mod taking_in;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod tests_of_vectors;
