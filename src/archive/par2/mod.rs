//! PAR2 2.0 recovery data: made, checked, and used to repair.
//!
//! Files are cut into **slices** of one size. A **recovery slice** is a sum of all slices over GF(2¹⁶), each times a
//! constant of its own raised to the recovery slice's exponent (Reed–Solomon). Any `n` recovery slices bring back any
//! `n` slices that were lost, whichever they are. Sums of every slice tell which those are.
//!
//! * [`galois`], [`kernel`], [`combine`]: the field, its inner loop, and sums of many slices in bounded memory;
//! * [`packet`], [`set`]: the format on disk; `gather`: what is kept of it in bounded memory;
//! * [`create`]: recovery data for files ([`input`]), in files of their own ([`volume`]);
//! * [`locate`]: which slices are where, in one or several copies of the files;
//! * [`repair`], with [`solve`]: the files as they were.
//!
//! It is the format of the public program `par2`, and the tests hold us to it in both directions. MD5 and CRC-32 stand
//! in it against accidents; against forgery stand the archive's own SHA-256 sums and signature.

mod combine;
pub mod create;
mod galois;
mod gather;
mod input;
mod kernel;
pub mod locate;
mod packet;
pub mod repair;
mod set;
mod solve;
mod volume;

pub use set::{BEGINNING, Described, PacketFile, Recovery, RecoverySlice, Set, covers, read, read_fitting};
