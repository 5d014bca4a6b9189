//! Identities, signatures, and the chain of signed records. Knows nothing of what an entry says.

pub mod chain;
pub mod identity;
pub mod keyfile;
pub mod line;
pub mod log;
pub mod paper_key;
pub mod passphrase;
pub mod possession;
pub mod signatures;
pub mod signer;
pub mod store;
pub mod strand;
