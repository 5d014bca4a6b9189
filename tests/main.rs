//! The integration tests: one program, so that the library is linked once. A folder is a subject.
//!
//! They share a process: none changes the environment or the current folder.

mod common;

mod archive;
mod attacks;
mod bagit;
mod boundaries;
mod carriers;
mod cli;
mod demo;
mod desk;
mod house;
mod import;
mod journal;
mod mail;
mod paper;
mod second_face;
#[cfg(unix)]
mod serve;
mod statistics;
mod sticks;
