//! What the integration tests share: peers, and a small school to work on.

#![allow(dead_code)] // each integration test compiles this module and uses a part of it

pub mod archive;
pub mod founded;
pub mod peers;
pub mod school;
pub mod tmux;
