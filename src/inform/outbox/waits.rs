//! How long is waited after a passing fault: growing, so that a server that is busy or puts strangers off (a grey list) is
//! not pressed, and not for ever.

use chrono::TimeDelta;

/// The waits after the first, second … failed try, in minutes; then the last of them again and again.
const OF_MAIL: [i64; 7] = [1, 5, 15, 30, 60, 120, 240];

/// The same for a server that is not reached at all.
const OF_SERVER: [i64; 6] = [1, 2, 5, 10, 20, 30];

/// A mail that was not taken for so long is given up.
const PATIENCE: TimeDelta = TimeDelta::days(3);

fn wait(waits: &[i64], tries: u32) -> TimeDelta {
    let at = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
    TimeDelta::minutes(waits.get(at).or(waits.last()).copied().unwrap_or(60))
}

/// How long a mail waits after so many tries, which took `since` in all; nothing where it is given up.
pub(super) fn after(tries: u32, since: TimeDelta) -> Option<TimeDelta> {
    (since < PATIENCE).then(|| wait(&OF_MAIL, tries))
}

/// How long nothing is sent after so many vain tries to reach the server.
pub(super) fn of_server(tries: u32) -> TimeDelta {
    wait(&OF_SERVER, tries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end_after_three_days() {
        let minutes = |tries| after(tries, TimeDelta::zero()).unwrap().num_minutes();
        assert_eq!([1, 2, 3, 7, 8, 1000].map(minutes), [1, 5, 15, 240, 240, 240]);
        assert!((1..20).all(|tries| minutes(tries) <= minutes(tries + 1) && of_server(tries) <= of_server(tries + 1)));
        assert_eq!(after(3, TimeDelta::days(3)), None);
    }
}
