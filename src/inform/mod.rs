//! What parents get (§4): mail that is composed of proven tables and delivered through an outbox that loses nothing.

pub mod outbox;

pub use outbox::{Reached, Way};
