//! The hours in which nobody is written to: from 22 to 7, in the school's own time.

use chrono::{DateTime, Days, FixedOffset, NaiveTime, Timelike};

/// The quiet hours of a school.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quiet {
    offset: FixedOffset,
}

impl Quiet {
    /// The hour at which they begin.
    pub const FROM: u32 = 22;
    /// The hour at which they are over.
    pub const TO: u32 = 7;

    /// Those of a school at this offset from UTC.
    pub fn at(offset: FixedOffset) -> Self {
        Self { offset }
    }

    /// Whether a moment lies in them.
    pub fn holds(self, moment: DateTime<FixedOffset>) -> bool {
        !(Self::TO..Self::FROM).contains(&moment.with_timezone(&self.offset).hour())
    }

    /// The moment itself, or when the quiet hours that it lies in are over.
    pub fn over(self, moment: DateTime<FixedOffset>) -> DateTime<FixedOffset> {
        if !self.holds(moment) {
            return moment;
        }
        let here = moment.with_timezone(&self.offset);
        let day = if here.hour() < Self::TO { here.date_naive() } else { here.date_naive() + Days::new(1) };
        let seven = NaiveTime::from_hms_opt(Self::TO, 0, 0).unwrap_or_default();
        day.and_time(seven).and_local_timezone(self.offset).single().unwrap_or(moment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_of_the_night_waits_until_seven_in_the_schools_own_time() {
        let moment = |text: &str| DateTime::parse_from_rfc3339(text).unwrap();
        // In Kamchatka it is nine hours later than in Moscow.
        let quiet = Quiet::at(FixedOffset::east_opt(12 * 3600).unwrap());
        for (now, over) in [
            ("2025-09-01T21:59:59+12:00", "2025-09-01T21:59:59+12:00"),
            ("2025-09-01T22:00:00+12:00", "2025-09-02T07:00:00+12:00"),
            ("2025-09-02T06:59:59+12:00", "2025-09-02T07:00:00+12:00"),
            ("2025-09-02T07:00:00+12:00", "2025-09-02T07:00:00+12:00"),
            ("2025-09-01T14:30:00+03:00", "2025-09-02T07:00:00+12:00"),
        ] {
            assert_eq!(quiet.over(moment(now)), moment(over), "{now}");
            assert_eq!(quiet.holds(moment(now)), moment(now) != moment(over), "{now}");
        }
    }
}
