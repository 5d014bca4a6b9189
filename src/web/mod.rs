//! Pages in a browser: a face of [`work`](crate::work) beside the terminal. It decides nothing: what was clicked becomes a wish,
//! what comes back is worded for a page.

pub mod desk;
pub mod serve;
mod words;
