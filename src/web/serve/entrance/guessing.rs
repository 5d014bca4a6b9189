//! Who guesses codes is slowed: by the address that he guesses from, and sooner while there is much guessing in all.
//!
//! Only a code that could be one counts: a slip of the pen is told by its check sign and is no guess. An address that has not
//! guessed is never made to wait for others, so nobody can lock parents out. Of an IPv6 address the network counts, which is what
//! one customer has.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

/// Wrong codes that an address may try before it waits.
const FREE: u32 = 5;
/// The same, while there is much guessing.
const FREE_AT_MOST: u32 = 1;
/// The first wait; each further one is twice as long.
const FIRST: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_secs(60 * 60);
/// After this an address has not guessed.
const FORGOTTEN: Duration = Duration::from_secs(24 * 60 * 60);
/// Wrong codes an hour, all addresses together, from which on it is much guessing.
const MUCH: u32 = 200;
const HOUR: Duration = Duration::from_secs(60 * 60);
/// Codes from one address that are looked at at once: a school's network is one address.
const AT_ONCE: u32 = 8;
/// What somebody waits who came ninth.
const SOON: Duration = Duration::from_secs(3);
/// Addresses that are remembered.
const MOST: usize = 50_000;

/// Who has guessed.
#[derive(Default)]
pub struct Guessing {
    from: HashMap<IpAddr, Tries>,
    /// When this hour of counting began, what was counted in it, and in the hour before.
    hour: Option<(Instant, u32, u32)>,
}

#[derive(Default, Clone, Copy)]
struct Tries {
    wrong: u32,
    last: Option<Instant>,
    looked_at: u32,
}

impl Guessing {
    /// Lets an address try a code; [`Guessing::tried`] must follow. Otherwise says how long it has to wait.
    ///
    /// # Errors
    /// The wait.
    pub fn try_from(&mut self, address: IpAddr, now: Instant) -> Result<(), Duration> {
        let free = if self.is_much(now) { FREE_AT_MOST } else { FREE };
        self.make_room(now);
        let tries = self.from.entry(network(address)).or_default();
        if tries.last.is_some_and(|last| now.duration_since(last) >= FORGOTTEN) {
            (tries.wrong, tries.last) = (0, None);
        }
        if let (Some(over), Some(last)) = (tries.wrong.checked_sub(free), tries.last) {
            let wait = FIRST.saturating_mul(1_u32.checked_shl(over).unwrap_or(u32::MAX)).min(LONGEST);
            let left = wait.saturating_sub(now.duration_since(last));
            if !left.is_zero() {
                return Err(left);
            }
        }
        if tries.looked_at >= AT_ONCE {
            return Err(SOON);
        }
        tries.looked_at += 1;
        Ok(())
    }

    /// Counts what became of a try. A right code takes no wrong one back: whoever guesses may have one himself. Says whether it has
    /// just become much.
    pub fn tried(&mut self, address: IpAddr, wrong: bool, now: Instant) -> bool {
        let was_much = self.is_much(now);
        let key = network(address);
        let tries = self.from.entry(key).or_default();
        tries.looked_at = tries.looked_at.saturating_sub(1);
        if wrong {
            (tries.wrong, tries.last) = (tries.wrong.saturating_add(1), Some(now));
            if let Some((_, count, _)) = &mut self.hour {
                *count = count.saturating_add(1);
            }
        } else if tries.wrong == 0 && tries.looked_at == 0 {
            self.from.remove(&key);
        }
        !was_much && self.is_much(now)
    }

    fn is_much(&mut self, now: Instant) -> bool {
        let (began, count, before) = self.hour.unwrap_or((now, 0, 0));
        let since = now.duration_since(began);
        let hour = match since {
            since if since >= 2 * HOUR => (now, 0, 0),
            since if since >= HOUR => (now, 0, count),
            _ => (began, count, before),
        };
        self.hour = Some(hour);
        hour.1.saturating_add(hour.2) > MUCH
    }

    fn make_room(&mut self, now: Instant) {
        if self.from.len() < MOST {
            return;
        }
        let recent = |tries: &Tries| tries.last.is_some_and(|last| now.duration_since(last) < LONGEST);
        self.from.retain(|_, tries| tries.looked_at > 0 || recent(tries));
        if self.from.len() >= MOST {
            self.from.retain(|_, tries| tries.looked_at > 0 || tries.wrong > 1);
        }
        if self.from.len() >= MOST {
            self.from.retain(|_, tries| tries.looked_at > 0);
        }
    }
}

/// What counts of an address.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from(u128::from(address) & !u128::from(u64::MAX)).into(),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "203.0.113.7";

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    /// Tries a wrong code, if it may be tried.
    fn wrong(guessing: &mut Guessing, from: &str, now: Instant) -> Result<bool, Duration> {
        guessing.try_from(address(from), now)?;
        Ok(guessing.tried(address(from), true, now))
    }

    #[test]
    fn an_address_that_guesses_waits_longer_each_time_and_others_do_not_wait() {
        let (mut guessing, mut now) = (Guessing::default(), Instant::now());
        for _ in 0..FREE {
            wrong(&mut guessing, HERE, now).unwrap();
        }
        let mut tries = 0;
        let begun = now;
        for expected in [30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600] {
            let wait = wrong(&mut guessing, HERE, now).unwrap_err();
            assert_eq!(wait, Duration::from_secs(expected));
            assert_eq!(guessing.try_from(address("203.0.113.8"), now), Ok(()), "a neighbour");
            guessing.tried(address("203.0.113.8"), false, now);
            now += wait;
            wrong(&mut guessing, HERE, now).unwrap();
            tries += 1;
        }
        assert!(tries == 10 && now.duration_since(begun) > 3 * HOUR);
        assert!(guessing.try_from(address(HERE), now).is_err());
        guessing.try_from(address(HERE), now + FORGOTTEN).unwrap();
    }

    #[test]
    fn a_right_code_takes_no_guess_back() {
        let (mut guessing, now) = (Guessing::default(), Instant::now());
        for _ in 0..FREE {
            wrong(&mut guessing, HERE, now).unwrap();
            if guessing.try_from(address(HERE), now).is_ok() {
                guessing.tried(address(HERE), false, now);
            }
        }
        assert!(guessing.try_from(address(HERE), now).is_err());
    }

    #[test]
    fn one_who_has_a_whole_network_of_addresses_has_one_address() {
        let (mut guessing, now) = (Guessing::default(), Instant::now());
        for n in 0..FREE {
            wrong(&mut guessing, &format!("2001:db8:1:2::{n}"), now).unwrap();
        }
        assert!(wrong(&mut guessing, "2001:db8:1:2:ffff::1", now).is_err());
        assert!(wrong(&mut guessing, "2001:db8:1:3::1", now).is_ok());
        for _ in 1..FREE {
            wrong(&mut guessing, "::ffff:203.0.113.7", now).unwrap();
        }
        wrong(&mut guessing, HERE, now).unwrap();
        assert!(wrong(&mut guessing, HERE, now).is_err(), "it is one address however it is written");
    }

    #[test]
    fn much_guessing_from_everywhere_is_told_once_and_locks_nobody_out_who_has_not_guessed() {
        let (mut guessing, mut now) = (Guessing::default(), Instant::now());
        let mut told = 0;
        for n in 0..5_000_u32 {
            now += Duration::from_millis(10);
            let from = format!("10.{}.{}.{}", n >> 16, (n >> 8) & 255, n & 255);
            told += u32::from(wrong(&mut guessing, &from, now).unwrap());
        }
        assert_eq!(told, 1);
        assert!(wrong(&mut guessing, "10.0.19.135", now).is_err(), "the last: one wrong code is enough now");
        guessing.try_from(address("198.51.100.1"), now).unwrap();
        guessing.tried(address("198.51.100.1"), false, now);
        // When it is over, it is forgotten.
        assert!(!guessing.is_much(now + 2 * HOUR));
    }

    #[test]
    fn what_is_remembered_of_addresses_is_bounded() {
        let (mut guessing, now) = (Guessing::default(), Instant::now());
        for n in 0..(MOST as u32 + 5_000) {
            wrong(&mut guessing, &IpAddr::from((0x0a00_0000 + n).to_be_bytes()).to_string(), now).unwrap();
        }
        assert!(guessing.from.len() <= MOST);
    }

    #[test]
    fn many_at_once_from_one_address_take_turns() {
        let (mut guessing, now) = (Guessing::default(), Instant::now());
        for _ in 0..AT_ONCE {
            guessing.try_from(address(HERE), now).unwrap();
        }
        assert_eq!(guessing.try_from(address(HERE), now), Err(SOON));
        guessing.tried(address(HERE), false, now);
        guessing.try_from(address(HERE), now).unwrap();
    }
}
