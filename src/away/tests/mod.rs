//! A stick as a whole.

mod cuts;
mod wrong;
