//! The journal: its rules through the library, many writers, kills, upgrades.

mod kill;
mod resumed;
mod rules;
mod sixty_teachers;
mod upgrade;
mod year_end;
