//! A stick as a whole.

mod cuts;
mod vectors;
mod wrong;
