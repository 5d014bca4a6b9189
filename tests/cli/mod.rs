//! The command line and the windows that it opens.

mod arguments;
mod asked;
mod cases;
mod district;
mod grid;
mod hostile;
mod json_fields;
mod login;
mod pages;
mod recover;
mod shell;
mod signals;
mod window;
