//! A pupil's stay in a class.

use super::Day;

/// From the first day on which a pupil is in a class to the day on which he is there no more.
///
/// The two ends are unlike: who leaves on 3 February («выбыл 03.02») was there last on the 2nd, and who moves that day is
/// in the other class from it on, so that on no day he is in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stay {
    /// The first day.
    pub since: Day,
    /// The first day on which he is not there, if he left.
    pub until: Option<Day>,
}

impl Stay {
    /// Whether he is there on a day.
    pub fn covers(self, day: Day) -> bool {
        self.overlaps(day, day)
    }

    /// Whether he is there on some day from one to another, both included.
    pub fn overlaps(self, first: Day, last: Day) -> bool {
        self.since <= last && self.until.is_none_or(|until| first < until)
    }

    /// The last day on which he is there, if he left.
    pub fn last_day(self) -> Option<Day> {
        self.until.and_then(|until| until.pred_opt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        crate::school::parse_date(text).unwrap()
    }

    #[test]
    fn who_leaves_on_a_day_was_there_on_the_day_before_it() {
        let stay = Stay { since: day("12.11.2025"), until: Some(day("03.02.2026")) };
        assert!(!stay.covers(day("11.11.2025")) && stay.covers(day("12.11.2025")));
        assert!(stay.covers(day("02.02.2026")) && !stay.covers(day("03.02.2026")));
        assert_eq!(stay.last_day(), Some(day("02.02.2026")));
        assert!(
            stay.overlaps(day("01.01.2026"), day("31.12.2026")) && stay.overlaps(day("01.01.2025"), day("12.11.2025"))
        );
        assert!(
            !stay.overlaps(day("03.02.2026"), day("31.12.2026"))
                && !stay.overlaps(day("01.01.2025"), day("11.11.2025"))
        );
        let goes_on = Stay { until: None, ..stay };
        assert!(goes_on.covers(day("31.05.2026")) && goes_on.last_day().is_none());
    }
}
