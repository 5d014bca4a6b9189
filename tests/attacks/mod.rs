//! What comes from somebody who means harm, or from a disk that lost its mind.

mod falsehoods;
mod malformed;
mod tamper;
