//! The clock, as it is handed in: nothing below the faces looks at the system's.

use chrono::{DateTime, FixedOffset};

/// What tells the time. It is asked at each record, so that work of an hour is not recorded at the minute it began.
pub trait Clock: Sync {
    /// The moment, with the offset from UTC that people at this clock live by.
    fn now(&self) -> DateTime<FixedOffset>;
}

/// A moment is a clock that stands still: for history, samples and tests.
impl Clock for DateTime<FixedOffset> {
    fn now(&self) -> DateTime<FixedOffset> {
        *self
    }
}
