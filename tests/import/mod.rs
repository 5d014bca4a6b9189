//! What a school brings: the sample school, workbooks.

mod sample;
mod workbooks;
