//! What a school brings: the sample school, workbooks, tables of marks.

mod cases;
mod grids;
mod sample;
mod weekly;
mod workbooks;
