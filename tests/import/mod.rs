//! What a school brings: the sample school, workbooks, tables of marks.

mod cases;
mod grids;
mod hostile;
mod sample;
mod second_person;
mod weekly;
mod workbooks;
