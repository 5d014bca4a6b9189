//! A stick as a whole.

mod closed;
mod cuts;
mod vectors;
mod wrong;
