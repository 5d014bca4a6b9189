//! What a teacher, a thief and bad luck may try with sticks and with the school's ledger.

use proptest::prelude::*;

/// What is tried.
#[derive(Debug, Clone)]
pub enum Step {
    Wait(u8),
    /// Records with the program on a stick, whose clock is some days off.
    OnStick {
        stick: usize,
        lesson: u8,
        mark: u8,
        skew: i64,
    },
    /// Signs past the program, over some base that was seen.
    Forged {
        stick: usize,
        lesson: u8,
        mark: u8,
        skew: i64,
        base: usize,
    },
    AtSchool {
        lesson: u8,
        mark: u8,
    },
    /// A correction that is approved.
    Correct {
        lesson: u8,
        mark: u8,
    },
    Sync {
        stick: usize,
        by: By,
    },
    /// A copy of a stick is made, which is a further one.
    Copy {
        stick: usize,
    },
    /// What lies on a stick is kept, or put back as it was kept last.
    Keep {
        stick: usize,
    },
    PutBack {
        stick: usize,
    },
    /// The journal is copied; the copy takes its place, and the school goes on with it.
    Backup,
    Restore {
        is_named: bool,
    },
    /// A stick is lost, and another takes its place.
    Lose {
        stick: usize,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Owner,
    Deputy,
    Server,
}

pub fn steps() -> impl Strategy<Value = Vec<Step>> {
    let (stick, lesson, mark) = (0..3usize, 0..10u8, super::drawn::DRAWN);
    let skew = prop_oneof![6 => Just(0), 2 => -3..4i64, 1 => Just(-366), 1 => Just(366)];
    let by = prop_oneof![3 => Just(By::Owner), 2 => Just(By::Deputy), 3 => Just(By::Server)];
    let of = |stick: std::ops::Range<usize>| stick;
    let step = prop_oneof![
        6 => (0..5u8).prop_map(Step::Wait),
        8 => (stick.clone(), lesson.clone(), mark.clone(), skew.clone())
            .prop_map(|(stick, lesson, mark, skew)| Step::OnStick { stick, lesson, mark, skew }),
        3 => (stick.clone(), lesson.clone(), mark.clone(), skew, 0..4usize)
            .prop_map(|(stick, lesson, mark, skew, base)| Step::Forged { stick, lesson, mark, skew, base }),
        4 => (lesson.clone(), mark.clone()).prop_map(|(lesson, mark)| Step::AtSchool { lesson, mark }),
        1 => (lesson, 2..6u8).prop_map(|(lesson, mark)| Step::Correct { lesson, mark }),
        8 => (stick.clone(), by).prop_map(|(stick, by)| Step::Sync { stick, by }),
        1 => of(stick.clone()).prop_map(|stick| Step::Copy { stick }),
        1 => of(stick.clone()).prop_map(|stick| Step::Keep { stick }),
        1 => of(stick.clone()).prop_map(|stick| Step::PutBack { stick }),
        2 => Just(Step::Backup),
        2 => any::<bool>().prop_map(|is_named| Step::Restore { is_named }),
        1 => stick.prop_map(|stick| Step::Lose { stick }),
    ];
    proptest::collection::vec(step, 5..45)
}
