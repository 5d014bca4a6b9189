//! Forms laid out into pages, and pages written as PDF/A.
pub mod fonts;
pub mod page;
pub mod qr;
pub mod seal;
pub mod typeset;
pub mod words;
