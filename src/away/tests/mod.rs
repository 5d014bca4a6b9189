//! A stick as a whole.

mod cuts;
mod taken_in;
mod vectors;
mod wrong;
