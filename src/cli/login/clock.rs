//! Two clocks by which a login ends.
//!
//! The machine's running time (`CLOCK_BOOTTIME`) counts while it is suspended and cannot be set, so neither setting the
//! calendar clock forwards nor back prolongs anything. But it stands still where a virtual machine is put back to a
//! snapshot, and starts anew with the machine; the calendar clock does not. A login lives only while both agree.

use crate::error::{Error, Result};

/// Seconds by which the calendar clock may run back, as time servers do.
const TOLERANCE: i64 = 60;

/// A moment by both clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Seconds since the machine started, suspension included.
    pub running: i64,
    /// Seconds of the calendar clock since 1970.
    pub calendar: i64,
}

impl Moment {
    /// Now.
    ///
    /// # Errors
    /// A system without such a clock.
    pub fn now() -> Result<Self> {
        let running = running().ok_or_else(|| {
            Error::environment("эта система не считает время с включения, вход в ней не запоминается")
                .next("указывайте ключ в каждой команде: --identity ФАЙЛ")
        })?;
        Ok(Self { running, calendar: super::session::now().timestamp() })
    }

    /// Whether `now` lies within `idle` minutes after this moment by both clocks.
    pub fn lasts_until(self, now: Self, idle: u16) -> bool {
        let idle = i64::from(idle) * 60;
        let (ran, passed) = (now.running.saturating_sub(self.running), now.calendar.saturating_sub(self.calendar));
        (0..=idle).contains(&ran) && (-TOLERANCE..=idle).contains(&passed)
    }
}

#[cfg(target_os = "linux")]
fn running() -> Option<i64> {
    Some(rustix::time::clock_gettime(rustix::time::ClockId::Boottime).tv_sec)
}

#[cfg(not(target_os = "linux"))]
fn running() -> Option<i64> {
    None
}

#[cfg(test)]
mod tests {
    use super::Moment;

    const GIVEN: Moment = Moment { running: 1_000, calendar: 1_700_000_000 };

    fn after(running: i64, calendar: i64) -> Moment {
        Moment { running: GIVEN.running + running, calendar: GIVEN.calendar + calendar }
    }

    #[test]
    fn a_login_lasts_its_idle_time_and_no_longer() {
        assert!(GIVEN.lasts_until(after(0, 0), 45));
        assert!(GIVEN.lasts_until(after(45 * 60, 45 * 60), 45));
        assert!(!GIVEN.lasts_until(after(45 * 60 + 1, 45 * 60 + 1), 45));
    }

    #[test]
    fn a_calendar_clock_that_is_set_prolongs_nothing() {
        assert!(!GIVEN.lasts_until(after(46 * 60, 0), 45), "set back by the time that ran");
        assert!(!GIVEN.lasts_until(after(10, -3_600), 45), "set back by an hour");
        assert!(!GIVEN.lasts_until(after(10, 3_600), 45), "set forwards by an hour");
        assert!(GIVEN.lasts_until(after(10, -30), 45), "a time server's correction");
    }

    #[test]
    fn a_machine_that_was_restarted_or_put_back_prolongs_nothing() {
        assert!(!GIVEN.lasts_until(after(-900, 300), 45), "restarted");
        assert!(!GIVEN.lasts_until(after(10, 86_400), 45), "put back to a snapshot of yesterday");
        assert!(!GIVEN.lasts_until(Moment { running: i64::MIN, calendar: i64::MAX }, 45));
    }
}
