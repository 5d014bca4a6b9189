//! What a school brings: the sample school, workbooks.

mod cases;
mod sample;
mod workbooks;
