//! What parents and pupils get without asking (§4): what a diary says of one pupil, and mail that is composed of proven tables
//! and delivered through an outbox that loses nothing.
//!
//! Whatever is told is read of one pupil at a time, so that nothing of another can come in by mistake. It is worded for no
//! particular face: pages, mail and slips on paper set the same rows.

pub mod calendar;
pub mod call_list;
pub mod diary;
pub mod last_told;
pub mod mail;
pub mod outbox;
pub mod reached;
pub mod slips;
