//! No history of such entries changes a mark, a name or a right unseen.

use super::*;

/// An entry of a random history: who asks for what, or decides on what.
#[derive(Debug, Clone)]
enum Step {
    Asks(usize, usize),
    Confirms(usize, usize),
    Refuses(usize, usize),
    Emergency(usize, usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..4usize, 0..17usize).prop_map(|(who, what)| Step::Asks(who, what)),
        3 => (0..8usize, 0..12usize).prop_map(|(who, which)| Step::Confirms(who, which)),
        1 => (0..8usize, 0..12usize).prop_map(|(who, which)| Step::Refuses(who, which)),
        1 => (0..8usize, 0..4usize).prop_map(|(who, whose)| Step::Emergency(who, whose)),
    ]
}

/// Keys by which somebody may try: those of people, and further ones that may have been enrolled for them.
pub(super) const KEYS: [&str; 8] =
    [ADMINISTRATOR, DEPUTY, DIRECTOR, TEACHER, "petrova-2", "semyonov-2", "kuznetsov-2", "ivanova-2"];

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 40, ..ProptestConfig::default() })]

    #[test]
    fn no_history_changes_a_mark_a_name_or_a_right_unseen(in_company: bool, steps in prop::collection::vec(step(), 1..14)) {
        let mut school = if in_company { company() } else { alone() };
        for step in steps {
            let (before, listed) = (world(&school), extraordinary::extraordinary(&school).unwrap());
            let was_alone = extraordinary::is_alone(&school).unwrap();
            let on = |school: &TestJournal, which: usize| {
                let waiting = extraordinary::waiting(school).unwrap();
                waiting.get(which % waiting.len().max(1)).map(|one| (one.entries.from, one.key.clone(), one.author.clone()))
            };
            let mut taken_over = false;
            let (key, body, decided) = match step {
                Step::Asks(who, what) => {
                    let (_, history, body) = kinds(&school).remove(what);
                    taken_over = history;
                    (KEYS[who * 7 % 8], body, None)
                }
                Step::Confirms(who, which) => match on(&school, which) {
                    Some(one) => (KEYS[who], confirmed(one.0), Some(one)),
                    None => continue,
                },
                Step::Refuses(who, which) => match on(&school, which) {
                    Some(one) => (KEYS[who], refused(one.0), None),
                    None => continue,
                },
                Step::Emergency(who, whose) => {
                    let new = ["ivanova-2", "petrova-2", "kuznetsov-2", "semyonov-2"][whose];
                    let of = new.trim_end_matches("-2").to_owned();
                    let _ = by_the_emergency_key(&mut school, &of, new, KEYS[who]);
                    prop_assert!(world(&school) == before || extraordinary::extraordinary(&school).unwrap() != listed);
                    continue;
                }
            };
            let signer = identity(key);
            let (journal, clock) = school.at_hand();
            let author = crate::journal::Author { signer: &signer, clock, taken_over };
            let confirms = decided.filter(|_| journal.record(author, body.clone()).is_ok());
            if !matches!(body, Body::EntriesConfirmed(_)) {
                let _ = journal.record(author, body);
            }
            let now = extraordinary::extraordinary(&school).unwrap();
            // Whatever changed is listed.
            prop_assert!(world(&school) == before || now != listed);
            // Whoever confirmed is not the author, nor did one of them enrol the other's key on his word.
            if let Some((_, theirs, author)) = confirms {
                let mine = super::super::behind(&school, &signer.public().fingerprint()).unwrap();
                prop_assert!(!mine.contains(author.as_str()), "{mine:?}");
                prop_assert!(mine.is_disjoint(&super::super::behind(&school, &theirs).unwrap()));
            }
            prop_assert!(was_alone || !extraordinary::is_alone(&school).unwrap(), "nobody is alone again");
        }
        let path = school.at_hand().0.path().to_owned();
        let audited = Journal::audit(&path, &mut |_| {}).unwrap();
        prop_assert!(audited.report.is_clean(), "{:?}", audited.report.findings);
    }
}
