//! The power goes in the middle of everything that is done to a stick: nothing acknowledged is lost, nothing is there twice, the
//! stick opens and goes on.

use crate::away::stick::{Stick, Unlocked};
use crate::away::testing::{PASSPHRASE, School, image};
use crate::error::Result;
use crate::files::simulated::{Dice, SimulatedCarrier};
use crate::ledger::strand::{StrandTip, Strung};
use age::secrecy::SecretString;
use std::sync::Arc;

/// What the school and the teacher know for certain.
#[derive(Clone)]
struct Known {
    /// Every entry that was acknowledged, or taken in.
    acknowledged: Vec<Strung>,
    /// How many of them the school has taken in.
    taken: u64,
    /// The length of the school's ledger.
    length: u64,
    archived: u64,
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Record(usize),
    /// The school takes in what there is, and renews the stick; what was taken in before is in an archive.
    Sync,
}

struct World {
    school: School,
    carrier: Arc<SimulatedCarrier>,
    known: Known,
}

impl World {
    fn twin(&self) -> Self {
        let school = School {
            owner: crate::away::testing::again(&self.school.owner),
            server: crate::away::testing::again(&self.school.server),
            deputy: crate::away::testing::again(&self.school.deputy),
            ..self.school
        };
        Self { school, carrier: Arc::new(self.carrier.twin()), known: self.known.clone() }
    }

    fn tip_at(&self, number: u64) -> StrandTip {
        let until = self.known.acknowledged.iter().take(usize::try_from(number).unwrap());
        until.fold(self.school.empty(), |tip, strung| tip.after(strung))
    }

    /// Opens the stick and holds it against what is known. What is on it beyond that was written and not acknowledged.
    fn checked(&self) -> Unlocked {
        let stick = self.school.open(&self.carrier).unwrap();
        let taken = stick.base().taken.number;
        assert!(taken <= self.known.taken, "a base that knows more than the school");
        let known: Vec<&Strung> = self.known.acknowledged.iter().skip(usize::try_from(taken).unwrap()).collect();
        assert!(stick.unsent().len() >= known.len(), "lost: {} of {}", stick.unsent().len(), known.len());
        for (on_stick, known) in stick.unsent().iter().zip(known) {
            assert_eq!(on_stick, known, "another entry under a number that was acknowledged");
        }
        stick
    }

    fn go(&mut self, stick: &mut Unlocked, step: Step) -> Result<()> {
        match step {
            Step::Record(count) => {
                let entries = self.school.record(stick, count)?;
                self.known.acknowledged = [self.all_on(stick, entries.len()), entries].concat();
            }
            Step::Sync => self.sync(stick)?,
        }
        Ok(())
    }

    /// All entries that there are by now but the last few.
    fn all_on(&self, stick: &Unlocked, but: usize) -> Vec<Strung> {
        let taken = usize::try_from(stick.base().taken.number).unwrap();
        let unsent = &stick.unsent()[..stick.unsent().len() - but];
        [&self.known.acknowledged[..taken], unsent].concat()
    }

    fn sync(&mut self, stick: &mut Unlocked) -> Result<()> {
        stick.to_hand_in()?;
        self.known.acknowledged = self.all_on(stick, 0);
        self.known.archived = self.known.taken;
        let before = self.known.taken;
        self.known.taken = self.known.acknowledged.len() as u64;
        self.known.length += 10;
        let taken = self.tip_at(self.known.taken);
        let header = self.school.base(self.known.length, &taken, self.known.archived);
        let receipts: Vec<String> =
            (before < taken.number).then(|| self.school.receipt(before + 1, &taken)).into_iter().collect();
        stick.renew(&header, &image(self.known.length), &receipts, &self.school.server)
    }
}

/// Tries a step with the power going in the middle of each of its acts, and goes on afterwards.
fn cut_everywhere(world: &World, step: Step, seeds: std::ops::Range<u64>) -> u64 {
    let mut cuts = 0;
    for acts in 0.. {
        let mut is_over = false;
        for seed in seeds.clone() {
            let mut twin = world.twin();
            let mut stick = twin.checked();
            twin.carrier.cut_after(acts);
            let done = twin.go(&mut stick, step);
            is_over = done.is_ok() && !twin.carrier.is_off();
            if is_over {
                break;
            }
            drop(stick);
            twin.carrier.power_on(&mut Dice::new(seed * 1_000_003 + acts));
            cuts += 1;
            let mut stick = twin.checked();
            for step in [Step::Record(2), Step::Sync, Step::Record(1)] {
                twin.go(&mut stick, step).unwrap();
                stick = twin.checked();
            }
        }
        if is_over {
            break;
        }
    }
    cuts
}

#[test]
fn the_power_goes_at_every_moment_of_a_long_run_and_nothing_acknowledged_is_lost() {
    let school = School::new();
    let carrier = school.made();
    let known = Known { acknowledged: Vec::new(), taken: 0, length: 10, archived: 0 };
    let mut world = World { school, carrier, known };
    let mut cuts = 0;
    let steps = [1, 3, 0, 2, 1, 0, 0, 5, 9, 0, 1, 1, 20, 0, 2, 0, 3, 0];
    for (number, count) in (0..).zip(steps) {
        let step = if count == 0 { Step::Sync } else { Step::Record(count) };
        cuts += cut_everywhere(&world, step, number * 2..number * 2 + 2);
        let mut stick = world.checked();
        world.go(&mut stick, step).unwrap();
    }
    assert!(cuts > 200, "{cuts}");
    world.checked();
}

#[test]
fn a_stick_is_made_to_its_end_or_known_not_to_be() {
    let school = School { strand_size: 8 * 1024, ..School::new() };
    for acts in 0.. {
        let mut is_made = false;
        for seed in 0..2 {
            let carrier = Arc::new(SimulatedCarrier::default());
            carrier.cut_after(acts);
            is_made = school.make(carrier.clone()).is_ok() && !carrier.is_off();
            if is_made {
                break;
            }
            carrier.power_on(&mut Dice::new(acts * 17 + seed));
            match Stick::on(carrier.clone()) {
                Ok(stick) => {
                    drop(stick.unlock_by(crate::away::testing::again(&school.owner), &school.pinned()).unwrap())
                }
                Err(fault) => {
                    let word = if carrier.names().is_empty() {
                        "не носитель учителя"
                    } else {
                        "не до конца"
                    };
                    assert!(fault.message().contains(word), "{fault}");
                    school.make(carrier.clone()).unwrap();
                }
            }
            school.open(&carrier).unwrap();
        }
        if is_made {
            assert!(acts > 20);
            break;
        }
    }
}

#[test]
fn a_run_that_was_killed_before_it_synced_is_gone_on_from_without_a_loss() {
    let school = School::new();
    let carrier = school.made();
    for seed in 0..200 {
        let carrier = Arc::new(carrier.twin());
        let mut stick = school.open(&carrier).unwrap();
        let first = school.record(&mut stick, 1).unwrap();
        // Killed between writing and syncing: the write is seen, and waits.
        let name = crate::away::strand::STRANDS[0];
        let before = carrier.twin();
        school.record(&mut stick, 2).unwrap();
        let written = carrier.get(name);
        let carrier = Arc::new(before);
        crate::files::medium::Medium::write_at(&*carrier, name, 0, &written).unwrap();
        let mut stick = school.open(&carrier).unwrap();
        assert_eq!(stick.unsent().len(), 3);
        let last = school.record(&mut stick, 1).unwrap();
        carrier.power_on(&mut Dice::new(seed));
        let stick = school.open(&carrier).unwrap();
        assert_eq!((&stick.unsent()[0], &stick.unsent()[3]), (&first[0], &last[0]));
    }
}

#[test]
fn what_a_cut_has_left_of_entries_never_acknowledged_is_no_continuation_of_what_is_written_over_it() {
    let school = School::new();
    let carrier = school.made();
    let mut seen = 0;
    for seed in 0..100 {
        let carrier = Arc::new(carrier.twin());
        let mut stick = school.open(&carrier).unwrap();
        stick.may_record().unwrap();
        carrier.cut_after(1);
        school.record(&mut stick, 4).unwrap_err();
        carrier.power_on(&mut Dice::new(seed));
        let mut stick = school.open(&carrier).unwrap();
        seen += usize::from(stick.unsent().len() < 4);
        while stick.unsent().len() < 6 {
            let number = stick.unsent().len();
            school.record(&mut stick, 1).unwrap();
            stick = school.open(&carrier).unwrap();
            assert_eq!(stick.unsent().len(), number + 1);
        }
    }
    assert!(seen > 30);
}

#[test]
fn a_passphrase_is_changed_so_that_one_opens_the_stick_at_every_cut() {
    let school = School::new();
    let made = school.made();
    let [first, second, third] =
        [PASSPHRASE, "семь зим восемь лет девять дней ночь", "лист клён дуб ясень вяз сосна ива ольха"];
    let typed = |text: &str| {
        let text = SecretString::from(text.to_owned());
        move || Ok(text.clone())
    };
    let opens = |carrier: &Arc<SimulatedCarrier>, text: &str| {
        Stick::on(Arc::new(carrier.twin())).unwrap().unlock(typed(text)).is_ok()
    };
    let change = |carrier: &Arc<SimulatedCarrier>, old: &str, new: &str| {
        Stick::on(carrier.clone()).unwrap().change_passphrase(typed(old), new)
    };
    let (mut new_alone, mut finished) = (0, 0);
    for acts in 0.. {
        let mut is_over = false;
        for seed in 0..5 {
            let carrier = Arc::new(made.twin());
            carrier.cut_after(acts);
            is_over = change(&carrier, first, second).is_ok() && !carrier.is_off();
            carrier.power_on(&mut Dice::new(seed * 7919 + acts));
            let (old, new) = (opens(&carrier, first), opens(&carrier, second));
            assert!(old || new, "act {acts}, seed {seed}: nothing opens the stick");
            assert!(!is_over || (new && !old), "what was said to be changed is");
            new_alone += usize::from(new && !old);
            // Whoever comes next may be cut off too, and has a key file all the same.
            let by = if new { second } else { first };
            for again in 0..6 {
                let carrier = Arc::new(carrier.twin());
                carrier.cut_after(again);
                let done = change(&carrier, by, third);
                carrier.power_on(&mut Dice::new(seed + again));
                assert!(opens(&carrier, by) || opens(&carrier, third), "act {acts}, then {again}: nothing opens it");
                assert!(done.is_err() || opens(&carrier, third));
            }
            Stick::on(carrier.clone()).unwrap().unlock(typed(by)).unwrap();
            finished += usize::from(!carrier.names().iter().any(|name| name == "key-new.age"));
            change(&carrier, by, third).unwrap();
            assert!(opens(&carrier, third) && !opens(&carrier, first) && !opens(&carrier, second));
            assert!(!carrier.names().iter().any(|name| name == "key-new.age"));
        }
        if is_over {
            assert!(acts > 8, "{acts}");
            break;
        }
    }
    assert!(new_alone > 0 && finished > 0);
}

#[test]
fn a_stick_that_is_prepared_anew_keeps_no_key_of_the_one_before() {
    let school = School { strand_size: 8 * 1024, ..School::new() };
    let carrier = school.made();
    let key = carrier.get("key.age");
    carrier.put("key-new.age", &key);
    crate::files::medium::Medium::remove(&*carrier, crate::away::card::CARD).unwrap();
    school.make(carrier.clone()).unwrap();
    assert!(!carrier.names().iter().any(|name| name == "key-new.age"));
}
