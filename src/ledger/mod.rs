//! Identities, signatures and the chain of signed entries.

pub mod identity;
pub mod keyfile;
