//! Forms laid out into pages, and pages written as PDF/A.
pub mod fonts;
pub mod layout;
pub mod page;
pub mod pdf;
pub mod qr;
pub mod seal;
pub mod sheet;
pub mod table;
pub mod typeset;
pub mod words;
