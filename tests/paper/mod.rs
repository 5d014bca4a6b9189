//! Paper: through the year, at full size, held against the public programs.

mod full_size;
mod grid_lines;
mod peers;
mod reprint;
mod seen;
mod signed;
mod slips;
mod through_the_year;
mod viewers;
