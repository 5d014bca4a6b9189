//! Which terminal this is, so that another one, or the same one at another time, is told apart.
//!
//! A terminal's device number alone is given out again as soon as its window is closed. With it goes the session that
//! runs in it: the number of its first process and the tick at which that process started. The next login at the same
//! device, a new window, a second connection all have another one, even if process numbers come round. The machine's
//! start has an id of its own. All of it comes from `/proc`; where there is none, nobody can log in.

use serde::{Deserialize, Serialize};

/// A terminal at one time of its life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terminal {
    /// The id of the machine's start.
    pub boot: String,
    /// The device number of the controlling terminal.
    pub device: i64,
    /// The session: the process id of its first process.
    pub session: u32,
    /// When that process started, in ticks since the machine did.
    pub started: u64,
}

impl Terminal {
    /// The controlling terminal of this process, if it has one.
    pub fn current() -> Option<Self> {
        let this = Stat::of("self")?;
        (this.device != 0).then_some(())?;
        let leader = Stat::of(&this.session.to_string()).filter(|leader| leader.session == this.session)?;
        Some(Self { boot: boot()?, device: this.device, session: this.session, started: leader.started })
    }

    /// Whether the session of this terminal still runs.
    pub fn is_alive(&self) -> bool {
        let leader = Stat::of(&self.session.to_string());
        boot().as_deref() == Some(&self.boot)
            && leader.is_some_and(|leader| leader.started == self.started && !leader.ended)
    }
}

fn boot() -> Option<String> {
    Some(std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?.trim().to_owned())
}

/// What `/proc/PID/stat` says (proc(5)): fields 3, 6, 7 and 22.
#[derive(Debug, PartialEq, Eq)]
struct Stat {
    /// Ended, and only not yet taken notice of by its parent.
    ended: bool,
    session: u32,
    device: i64,
    started: u64,
}

impl Stat {
    fn of(process: &str) -> Option<Self> {
        Self::parse(&std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?)
    }

    /// The second field is the program's name in brackets and may hold anything, brackets too.
    fn parse(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        let field = |number: usize| fields.get(number - 3).copied();
        Some(Self {
            ended: matches!(field(3)?, "Z" | "X"),
            session: field(6)?.parse().ok()?,
            device: field(7)?.parse().ok()?,
            started: field(22)?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Stat, Terminal};
    use proptest::prelude::*;

    #[test]
    fn a_programs_name_with_brackets_and_spaces_does_not_shift_the_fields() {
        let text = "812 (a) S 1) b) S 800 812 790 34817 812 4194304 1 0 0 0 1 1 0 0 20 0 1 0 55123 1 1";
        assert_eq!(Stat::parse(text), Some(Stat { ended: false, session: 790, device: 34817, started: 55123 }));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_session_that_is_over_or_of_another_start_of_the_machine_is_not_alive() {
        let leader =
            Stat::of("self").and_then(|this| Some((this.session, Stat::of(&this.session.to_string())?.started)));
        let Some((session, started)) = leader else { return };
        let boot = super::boot().unwrap();
        let alive = Terminal { boot, device: 1, session, started };
        assert!(alive.is_alive());
        assert!(!Terminal { started: started + 1, ..alive.clone() }.is_alive());
        assert!(!Terminal { boot: "another".into(), ..alive.clone() }.is_alive());
        assert!(!Terminal { session: u32::MAX, ..alive }.is_alive());
    }

    proptest! {
        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,80}") {
            let _ = Stat::parse(&text);
        }
    }
}
