//! What the integration tests share: peers, and a small school to work on.

pub mod archive;
pub mod browser;
#[cfg(target_os = "linux")]
pub mod disk;
pub mod founded;
pub mod grid;
pub mod issued;
pub mod legible;
pub mod office;
pub mod peers;
pub mod school;
pub mod tmux;
pub mod workbook;
