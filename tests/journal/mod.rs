//! The journal: its rules through the library, many writers, kills, upgrades.

mod august;
mod checkpoints;
mod from_a_copy;
mod kill;
#[cfg(all(unix, feature = "district"))]
mod litewitness;
mod resumed;
mod rules;
mod sixty_teachers;
mod upgrade;
mod year_end;
