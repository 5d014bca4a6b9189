//! Archives: written, interrupted, and held against the public programs.

mod backup;
mod destroyed;
mod gone;
mod identity;
mod kill;
mod ledger_page;
#[cfg(target_os = "linux")]
mod municipality;
mod par2;
mod peers;
mod single;
mod stick;
