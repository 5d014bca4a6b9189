//! Paper: through the year, at full size, held against the public programs.

mod full_size;
mod peers;
mod signed;
mod slips;
mod through_the_year;
