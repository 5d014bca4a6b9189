//! §2.3.2 cannot be got round: random histories of a teacher with two sticks who sets clocks wrong, signs past the program, copies
//! his sticks and puts older copies back, loses one and gets another, while the school's ledger is put back to older copies too.
//!
//! What a cell says (a topic, a mark, an absence) changes on the lesson's day alone, or by an approved correction; it is filled up to
//! seven days after it. A final mark is set from some days before its period's end to as many after it, and changes on the day on
//! which it was set. All by the day of the school's clock on which it came into the ledger first. Nothing is taken in twice, and
//! nothing that was taken in is lost. `PROPTEST_CASES=500 cargo test --lib random_histories` runs long.

use super::Desk;
pub use super::drawn::record;
use super::drawn::{self, ABSENT, Cell, FIRST, PUPIL, Standing, TEACHER, algebra, at, is_of_a_rule, said, standing};
use super::hand::Hand;
use super::steps::{By, Step, steps};
use crate::away::stick::Unlocked;
use crate::away::taking_in::Outcome;
use crate::journal::entry::{Body, Effect, Entry, KeyEnrolled, RULES, SubjectLine, SubjectsSet};
use crate::journal::read;
use crate::journal::testing::{Annals, TestJournal, day, identity, made_once, moment, name, noon, person};
use crate::ledger::chain::{Hash, hex};
use crate::ledger::strand::{Base, Strand, Strung};
use crate::school::{Day, Marks, Role, School};
use crate::work::carriers::{self, Loss};
use crate::work::confirm::{self, Which};
use crate::work::correction::{self, CorrectionWish, LessonChanges, What};
use crate::work::resumption::{Resumption, resume};
use crate::work::{Done, Workplace};
use chrono::{DateTime, Duration, FixedOffset};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

fn school() -> TestJournal {
    let mut school = School::from_toml(include_str!("../../../../tests/fixtures/small/school.toml")).unwrap();
    // A period ends while the histories go on, its final marks are set for some days and rest on as many as there are.
    let ends = day(drawn::ENDS);
    (school.periods[0].ends, school.periods[1].begins) = (ends, ends + Duration::days(1));
    school.policy.final_days = drawn::FINAL_DAYS;
    (school.policy.min_marks_one_hour, school.policy.min_marks_more_hours) = (0, 0);
    let administrator = person("ivanova", "Иванова Инна Игоревна", "администратор", &[Role::Administrator]);
    let mut annals = Annals::new(school, administrator, "2025-09-01T08:00");
    annals
        .emergency()
        .person(person("petrova", "Петрова Елена Николаевна", "завуч", &[Role::DeputyHead]))
        .person(person("kuznetsov", "Кузнецов Кузьма Кузьмич", "директор", &[Role::Director]))
        .person(person(TEACHER, "Семёнов Савва Сергеевич", "учитель", &[Role::Teacher]))
        .person(person("server", "Служба Приёма", "программа", &[Role::ServerService]));
    let line = SubjectLine {
        name: "Алгебра".into(), short: "Алг.".into(), association: String::new(), written: false
    };
    annals.first(SubjectsSet { subjects: vec![line] }).class("7А", "");
    annals.pupil(PUPIL, name("Алиев Али"), day("2012-01-01"), "7А", day("2025-09-01"));
    annals.pupil(ABSENT, name("Белова Бэла"), day("2012-01-02"), "7А", day("2025-09-01"));
    annals.course(&algebra(), TEACHER, 2.0);
    annals.record()
}

/// The school with both sticks prepared, made once; each case works on copies.
pub fn prepared() -> (TestJournal, Vec<Hand>, tempfile::TempDir) {
    static HANDS: OnceLock<(tempfile::TempDir, Vec<Hand>)> = OnceLock::new();
    let school = made_once("histories".to_owned(), || {
        let (mut desk, folder) = (Desk::of(school()), tempfile::tempdir().unwrap());
        let hand = |number: i64| {
            let (mount, label) = (folder.path().join(format!("usb-{number}")), format!("У-{number}"));
            Hand::new(&mut desk, mount, TEACHER, &label, moment("2025-09-05T10:00") + Duration::minutes(number))
        };
        let hands = (1..=2).map(hand).collect();
        assert!(HANDS.set((folder, hands)).is_ok());
        desk.school
    });
    let (_, hands) = HANDS.get().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let hands = hands.iter().map(|hand| hand.copy(folder.path().join(&hand.label))).collect();
    (school, hands, folder)
}

/// A stick, and what is known of it.
struct Held {
    hand: Hand,
    /// What it was kept as.
    kept: Option<std::path::PathBuf>,
    /// The last number that was acknowledged on it.
    recorded: u64,
}

/// A copy of the journal, and what has stood in the journal since.
struct Backup {
    school: TestJournal,
    since: BTreeSet<(Cell, String)>,
}

/// The world, and what is known of it.
struct World {
    desk: Desk,
    sticks: Vec<Held>,
    now: DateTime<FixedOffset>,
    backup: Option<Backup>,
    /// What stood in parts of the ledger that were lost, and may come again.
    lost: BTreeSet<(Cell, String)>,
    /// What the service was handed in time, and gave a receipt for: after a loss that counts, though it was refused then.
    received: BTreeSet<(Cell, String)>,
    /// On which day a cell came to say what it says.
    changed: BTreeMap<Cell, Day>,
    /// Entries that were taken in or refused, by strand and number: the sum of the signature.
    acknowledged: BTreeMap<(String, u64), String>,
    /// Strands of which two sticks went on, an older copy was put back, or which were signed over another base or closed.
    spoilt: BTreeSet<String>,
    /// Every place of the ledger that a base was of.
    bases: Vec<Base>,
    folder: tempfile::TempDir,
    names: usize,
}

impl World {
    fn new() -> Self {
        let (school, hands, folder) = prepared();
        let sticks = hands.into_iter().map(|hand| Held { hand, kept: None, recorded: 0 }).collect();
        Self {
            desk: Desk::of(school),
            sticks,
            now: moment(&format!("{FIRST}T08:00")),
            backup: None,
            lost: BTreeSet::new(),
            received: BTreeSet::new(),
            changed: BTreeMap::new(),
            acknowledged: BTreeMap::new(),
            spoilt: BTreeSet::new(),
            bases: Vec::new(),
            folder,
            names: 0,
        }
    }

    fn today(&self) -> Day {
        self.now.date_naive()
    }

    fn new_folder(&mut self) -> std::path::PathBuf {
        self.names += 1;
        self.folder.path().join(format!("copy-{}", self.names))
    }

    fn place_of(&self, number: usize) -> usize {
        number % self.sticks.len()
    }

    fn strand_of(&self, stick: usize) -> String {
        let card = crate::away::stick::Stick::open(&self.sticks[stick].hand.mount).unwrap();
        hex(&card.card().strand)
    }

    /// Takes a step, and judges what it has changed.
    fn take(&mut self, step: &Step) -> Result<(), TestCaseError> {
        let before = standing(&self.desk.school);
        self.now += Duration::minutes(1);
        match step.clone() {
            Step::Wait(days) => {
                self.now = noon(self.today() + Duration::days(days.into())) - Duration::hours(4);
            }
            Step::OnStick { stick, lesson, mark, skew } => self.on_stick(stick, lesson, mark, skew),
            Step::Forged { stick, lesson, mark, skew, base } => self.forged(stick, (lesson, mark), skew, base),
            Step::AtSchool { lesson, mark } => {
                if let Some(key) = self.key_at_school() {
                    let _ = self.desk.ask(&key, self.now, |place| record(place, lesson, mark));
                }
            }
            Step::Correct { lesson, mark } => self.correct(lesson, mark),
            Step::Sync { stick, by } => self.sync(stick, by)?,
            Step::Copy { stick } if self.sticks.len() < 4 => {
                let (stick, folder) = (self.place_of(stick), self.new_folder());
                let Held { hand, recorded, .. } = &self.sticks[stick];
                let (hand, recorded) = (hand.copy(folder), *recorded);
                self.sticks.push(Held { hand, kept: None, recorded });
            }
            Step::Copy { .. } => {}
            Step::Keep { stick } => {
                let (stick, folder) = (self.place_of(stick), self.new_folder());
                self.sticks[stick].hand.copy(folder.clone());
                self.sticks[stick].kept = Some(folder);
            }
            Step::PutBack { stick } => self.put_back(stick),
            Step::Backup => self.backup = Some(Backup { school: self.desk.school.copy(), since: BTreeSet::new() }),
            Step::Restore { is_named } => return self.restore(is_named),
            Step::Lose { stick } => self.lose(stick),
        }
        self.judge(step, &before)
    }

    /// A key of the teacher that is in force at school.
    fn key_at_school(&self) -> Option<String> {
        let of_sticks = self.sticks.iter().map(|held| held.hand.key.clone());
        std::iter::once(TEACHER.to_owned()).chain(of_sticks).find(|key| self.is_in_force(key))
    }

    fn is_in_force(&self, key: &str) -> bool {
        let fingerprint = identity(key).public().fingerprint();
        read::fingerprints_of(&self.desk.school, TEACHER).unwrap().contains(&fingerprint)
    }

    /// What the step may have changed in the ledger's tables.
    fn judge(&mut self, step: &Step, before: &Standing) -> Result<(), TestCaseError> {
        let (after, today) = (standing(&self.desk.school), self.today());
        let corrected = matches!(step, Step::Correct { .. });
        for cell in before.keys().chain(after.keys()) {
            let (was, is) = (before.get(cell), after.get(cell));
            if was == is || corrected {
                continue;
            }
            let came_again = is.is_some_and(|is| self.lost.contains(&(cell.clone(), is.clone())));
            let (of_today, is_sync) = (self.changed.get(cell) == Some(&today), matches!(step, Step::Sync { .. }));
            let in_time = match was {
                Some(_) => drawn::may_replace(cell, today, (of_today, is_sync)),
                None => drawn::may_fill(cell, today),
            };
            prop_assert!(in_time || came_again, "{step:?} on {today}: {cell:?} was {was:?} and is {is:?}");
        }
        let changed = after.iter().filter(|(cell, is)| before.get(*cell) != Some(*is)).map(|(cell, _)| cell.clone());
        self.changed.extend(changed.map(|cell| (cell, today)));
        if let Some(backup) = &mut self.backup {
            backup.since.extend(after);
        }
        let twice = self.desk.school.rows("SELECT strand, number FROM carried GROUP BY 1, 2 HAVING count(*) > 1");
        prop_assert!(twice.is_empty(), "taken in twice: {twice:?}");
        Ok(())
    }

    fn on_stick(&mut self, stick: usize, lesson: u8, mark: u8, skew: i64) {
        let stick = self.place_of(stick);
        let clock = self.now + Duration::days(skew);
        let Ok(mut work) = self.sticks[stick].hand.open() else { return };
        let Ok(mut place) = Workplace::at(&mut work.journal, &work.owner, &clock) else { return };
        let _ = record(&mut place, lesson, mark);
        let end = work.journal.strand_tip().unwrap().1.number;
        drop(work);
        self.went_on(stick, end);
    }

    /// More was acknowledged on a stick: of copies only one may have gone on.
    fn went_on(&mut self, stick: usize, end: u64) {
        if end == self.sticks[stick].recorded {
            return;
        }
        self.sticks[stick].recorded = end;
        let strand = self.strand_of(stick);
        let others = (0..self.sticks.len()).filter(|other| *other != stick);
        if others.into_iter().any(|other| self.strand_of(other) == strand) {
            self.spoilt.insert(strand);
        }
    }

    /// Signs a mark with the owner's key, past the program: any time, over any base that was seen.
    fn forged(&mut self, stick: usize, (lesson, mark): (u8, u8), skew: i64, base: usize) {
        let stick = self.place_of(stick);
        let Ok(mut unlocked) = self.sticks[stick].hand.unlock() else { return };
        let own = unlocked.base().base();
        let base = match base {
            0 | 1 => own,
            number => *self.bases.get(number * 7 % self.bases.len().max(1)).unwrap_or(&own),
        };
        let (key, time) = (identity(&self.sticks[stick].hand.key), self.now + Duration::days(skew));
        let say = |unlocked: &mut Unlocked, body: Body| {
            let entry = Entry {
                time,
                author: TEACHER.into(),
                key: key.public().fingerprint(),
                rules: RULES,
                taken_over: false,
                effect: Effect::AtOnce,
                source: None,
                body,
            };
            let (tip, payload) = (unlocked.tip(), entry.to_json().unwrap());
            let signature = key.sign(&tip.message(&base, &payload));
            unlocked.append(&[Strung { number: tip.number + 1, base, payload, signature }])
        };
        for body in drawn::bodies(lesson, mark) {
            let _ = say(&mut unlocked, body);
        }
        let end = unlocked.tip().number;
        drop(unlocked);
        if base != own {
            let strand = self.strand_of(stick);
            self.spoilt.insert(strand);
        }
        self.went_on(stick, end);
    }

    fn correct(&mut self, lesson: u8, mark: u8) {
        let marks = vec![(PUPIL.into(), Some(Marks::parse(&mark.to_string()).unwrap()))];
        let what = What::Lesson(LessonChanges { marks, ..LessonChanges::of(at(lesson)) });
        let wish = CorrectionWish { what, reason: "описка".to_owned() };
        let Some(key) = self.key_at_school() else { return };
        if let Ok(asked) = self.desk.ask(&key, self.now, |place| correction::request(place, &wish)) {
            let _ = self.desk.ask("petrova", self.now, |place| correction::approve(place, asked.number, ""));
        }
    }

    fn sync(&mut self, stick: usize, by: By) -> Result<(), TestCaseError> {
        let stick = self.place_of(stick);
        let strand = self.strand_of(stick);
        let hand = self.sticks[stick].hand.clone();
        let synced = match by {
            By::Owner => hand.sync(&mut self.desk, self.now),
            By::Deputy => hand.sync_without_owner(&mut self.desk, self.now),
            By::Server => hand.sync_by_server(&mut self.desk, self.now),
        };
        let Ok(synced) = synced else { return Ok(()) };
        if synced.stopped.is_some() {
            prop_assert!(self.spoilt.contains(&strand), "stopped: {:?}", synced.stopped);
        }
        for one in &synced.entries {
            let known = read::carried_number(&self.desk.school, &strand, one.number).unwrap();
            let known = known.ok_or_else(|| TestCaseError::fail(format!("№ {} is in no table", one.number)))?;
            if let Outcome::Refused(why) = &one.outcome {
                prop_assert!(is_of_a_rule(why), "no rule that is known refuses so: {why}");
            }
            if by == By::Server {
                let in_time: Vec<_> =
                    said(one).into_iter().filter(|(cell, _)| drawn::may_fill(cell, self.today())).collect();
                self.received.extend(in_time);
            }
            self.acknowledged.insert((strand.clone(), one.number), known.signature);
        }
        if let Ok(unlocked) = hand.unlock() {
            self.bases.push(unlocked.base().base());
        }
        Ok(())
    }

    fn put_back(&mut self, stick: usize) {
        let stick = self.place_of(stick);
        let Some(kept) = self.sticks[stick].kept.clone() else { return };
        self.sticks[stick].hand.put_back(&kept);
        let strand = self.strand_of(stick);
        self.spoilt.insert(strand);
    }

    /// The older copy takes the journal's place, and the school goes on with it.
    fn restore(&mut self, is_named: bool) -> Result<(), TestCaseError> {
        let Some(backup) = self.backup.take() else { return Ok(()) };
        let end = self.desk.school.at_hand().0.tip().unwrap();
        self.desk = Desk::of(backup.school.copy());
        let kept = self.desk.school.at_hand().0.tip().unwrap();
        let lost: Vec<(u64, Hash)> = if is_named && end != kept { vec![(end.seq, end.head)] } else { Vec::new() };
        let wish = Resumption { reason: "сгорел диск", lost: &lost, witnesses: &[], numbers: None };
        let done = self.desk.ask("petrova", self.now, |place| resume(place, &wish)).unwrap().0;
        self.confirm(&done);
        self.lost.extend(backup.since);
        self.lost.extend(self.received.iter().cloned());
        // What the lost part had closed or stopped may be open again, and the other way round.
        self.backup = Some(Backup { school: backup.school, since: BTreeSet::new() });
        Ok(())
    }

    fn confirm(&mut self, done: &Done) {
        if !done.waiting.is_empty() {
            let which = Which::Numbers(done.waiting.clone());
            self.desk.ask("kuznetsov", self.now, |place| confirm::give(place, &which)).unwrap();
        }
    }

    /// A stick is lost; its owner gets a new key and another stick.
    fn lose(&mut self, stick: usize) {
        let stick = self.place_of(stick);
        let (strand, hand) = (self.strand_of(stick), self.sticks[stick].hand.clone());
        let circumstances = "забыт в автобусе".to_owned();
        let loss = Loss { carrier: hand.carrier.clone(), reported: None, circumstances, by_fault: true };
        if self.desk.ask("petrova", self.now, |place| carriers::lose(place, &loss)).is_err() {
            return;
        }
        // With the key goes every stick that has it.
        let of_key = |held: &&Held| held.hand.key == hand.key;
        let strands: Vec<usize> = (0..self.sticks.len()).filter(|at| of_key(&&self.sticks[*at])).collect();
        let gone: Vec<String> = strands.into_iter().map(|at| self.strand_of(at)).chain([strand]).collect();
        self.spoilt.extend(gone);
        self.names += 1;
        let key = format!("{TEACHER}-{}", self.names);
        let journal = self.desk.school.at_hand().0.tip().unwrap().journal;
        let enrolled = KeyEnrolled::of(&identity(&key), &journal, TEACHER).unwrap();
        let asked = self.desk.ask("ivanova", self.now, |place| place.record([enrolled.into()]));
        let Ok(asked) = asked else { return };
        self.confirm(&asked);
        let (label, folder) = (format!("У-{}", 10 + self.names), self.new_folder());
        let replaced = Some(hand.carrier.as_str());
        let hand = Hand::prepared(&mut self.desk, folder, (TEACHER, &key), (&label, replaced), self.now);
        self.sticks[stick] = Held { hand: hand.unwrap(), kept: None, recorded: 0 };
    }

    /// In the end whatever was acknowledged is there, and the audit finds nothing.
    fn end(&mut self) -> Result<(), TestCaseError> {
        self.now += Duration::days(1);
        for stick in 0..self.sticks.len() {
            let strand = self.strand_of(stick);
            let is_known =
                read::strand(&self.desk.school, &strand).unwrap().is_some_and(|known| known.closed.is_none());
            if self.spoilt.contains(&strand) || !is_known || !self.is_in_force(&self.sticks[stick].hand.key) {
                continue;
            }
            let synced = self.sticks[stick].hand.sync(&mut self.desk, self.now);
            let synced = synced.map_err(|error| TestCaseError::fail(format!("stick {stick}: {error}")))?;
            prop_assert!(synced.stopped.is_none() && synced.renewed.is_some(), "stick {stick}: {:?}", synced.stopped);
            let last = read::strand(&self.desk.school, &strand).unwrap().unwrap().number;
            prop_assert_eq!(last, self.sticks[stick].recorded, "stick {}: not all was taken in", stick);
            for ((_, number), signature) in self.acknowledged.iter().filter(|((of, _), _)| *of == strand) {
                let known = read::carried_number(&self.desk.school, &strand, *number).unwrap();
                prop_assert_eq!(known.map(|known| known.signature), Some(signature.clone()), "№ {} is lost", number);
            }
        }
        let found = self.desk.audit();
        prop_assert!(found.is_empty(), "{found:?}");
        Ok(())
    }
}

fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(12)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 400, ..ProptestConfig::default() })]

    #[test]
    fn random_histories_get_round_no_day_and_lose_nothing(steps in steps()) {
        let mut world = World::new();
        for step in &steps {
            world.take(step)?;
        }
        world.end()?;
    }
}
