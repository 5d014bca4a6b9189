//! A third place for archive bags: an object store, or a folder of another machine.
//!
//! A bag lies there file by file as on a carrier, under `<school>/<year>/<bag>/…`; whoever runs the place reads nothing of
//! pupils, since packages are encrypted for the school. What a place promises is little ([`place`]), what it may do wrong is
//! much, and the protocol above it lives with that:
//!
//! * a file is put where nothing stands, or over exactly what was looked at; what was put is read back and held against the
//!   manifest, so an answer that got lost and a file that somebody else has put are settled by the bytes alone ([`push`]);
//! * whoever writes a bag holds its [`claim`], and `bagit.txt` comes last: without it there is no bag;
//! * whether a bag is whole is told by its manifest and by reading every byte, never by a listing or a tag ([`verify`]);
//! * a bag that was verified is locked against removal for its term where the place can ([`protect`]);
//! * what a carrier lacks of a bag is lent from there to heal it ([`lend`]);
//! * after its term, and by a recorded act, it is removed with every version, and a note stays ([`destroy`]);
//! * many workers that know nothing of one another verify the bags of many schools and state what they found ([`shard`],
//!   [`statement`]), and a catalogue gathers it ([`catalogue`]);
//! * a fault that may pass is tried again ([`patient`]), and nothing that could not be read is called damaged or whole.
//!
//! Beside bags, the living journal's new records go there ([`mirror`]), so that a building that burns takes a minute of it.
//!
//! [`folder`] is a place in the default build; one over S3 needs the network, and with it the cargo feature `district`.

pub mod catalogue;
pub mod check;
pub mod claim;
pub mod destroy;
pub mod fetch;
pub mod folder;
pub mod lend;
pub mod list;
pub mod mirror;
pub mod patient;
pub mod place;
pub mod protect;
pub mod push;
#[cfg(feature = "district")]
mod s3;
pub mod settings;
pub mod shard;
pub mod shelf;
pub mod signed;
pub mod statement;
pub mod trust;
pub mod verify;

#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;

pub use patient::{Patience, Patient};
pub use place::Place;
pub use settings::Settings;
pub use shelf::Shelf;
