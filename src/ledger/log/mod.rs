//! The ledger as a transparency log: a tree over its records, whose root a few strangers can vouch for without reading one.
//!
//! The chain shows that nothing within was changed; it does not show that nothing was cut off at the end, or that the school did
//! not write another ledger with all its own keys. So the records are also the leaves of a Merkle tree ([`tree`]), whose size
//! and root stand in a [`checkpoint`]: a signed note ([`note`]) that a witness next door signs too, after he has seen the proof
//! that it only adds to the one he signed before. Whoever keeps a [`policy`], the list of witnesses that he himself believes,
//! holds today's ledger against it; and a [`proof`] shows of one record that it was there. All formats are others' (C2SP), so
//! that programs of others make and check them; `docs/formats/checkpoint.md` names what is ours.

pub mod checkpoint;
pub mod note;
pub mod policy;
pub mod proof;
pub mod segment;
pub mod tree;
