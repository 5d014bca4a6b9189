//! Witnesses next door: how a checkpoint is submitted to them (C2SP `tlog-witness`), and what of their answers is kept beside the
//! journal.
//!
//! A witness is asked to sign today's checkpoint, and is shown the proof that it only adds to what he signed before. What he
//! refuses says more than what he signs: whoever has seen a longer or another ledger says so. Nothing that is kept here is
//! truth: it can be lost, and is asked for again.

#[cfg(feature = "district")]
mod client;
pub mod kept;
pub mod protocol;

#[cfg(feature = "district")]
pub use client::Network;
