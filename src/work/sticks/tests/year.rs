//! The same school year twice: at the school's machine, and by twelve teachers on sticks which they hand over on days of their
//! own, while substitutes, the deputy head and they themselves record at the machine. The books are the same, but for the notes
//! on what was handed over later.
//!
//! The quarter is in the suite; the whole year: `cargo test --lib the_same_year_twice -- --ignored --nocapture`.

use super::Desk;
use super::hand::Hand;
use super::sample::{Act, Chance, Script, TEACHERS, What, founded};
use crate::away::taking_in::Outcome;
use crate::journal::testing::{TestJournal, moment, noon};
use crate::print::testing::context;
use crate::print::{Form, Layouts, Wanted, lay_out};
use crate::school::{ClassName, Day};
use crate::work::Workplace;
use crate::work::lesson::LessonRef;
use crate::work::sticks::Synced;
use crate::work::sticks::at_work::AtWork;
use chrono::{DateTime, Duration, FixedOffset};
use std::collections::{BTreeMap, BTreeSet};

/// What a refusal may say, on a stick or when it is handed over: later than the day, an exemption that nobody has, another reason
/// or final mark that stands.
const RULES: [&str; 4] = ["§2.3.2", "§3.3.4", "уже записана причина", "уже стоит"];

/// The rule that a refusal names.
fn rule(why: &str) -> &'static str {
    RULES
        .into_iter()
        .find(|rule| why.contains(rule))
        .unwrap_or_else(|| panic!("no rule that is known refuses so: {why}"))
}

/// The year at the machine: of each act why it was refused, if it was.
fn at_the_machine(script: &Script) -> (Desk, Vec<Option<String>>) {
    let mut desk = Desk::of(founded().copy());
    let mut refused = Vec::new();
    for act in &script.acts {
        let done = desk.ask(&act.by, act.at, |place| act.what.record(place));
        if let (Err(error), true) = (&done, act.clashes) {
            rule(error.message());
        }
        assert!(done.is_err() || !act.clashes, "it clashes with nothing: {act:?}");
        refused.push(done.err().map(|error| error.message().to_owned()));
    }
    (desk, refused)
}

/// A stick, and which act each of its entries was.
struct Held {
    hand: Hand,
    work: Option<AtWork>,
    /// The day of the next hand-over, and whether it is in the evening.
    due: (Day, bool),
    acts: BTreeMap<u64, usize>,
}

/// What became of it all.
#[derive(Debug, Default)]
struct Tally {
    hand_overs: usize,
    without_owner: usize,
    accepted: usize,
    /// Refused on the stick, and when they were handed over, by rule.
    on_stick: BTreeMap<&'static str, usize>,
    taken_in: BTreeMap<&'static str, usize>,
    /// How often a stick had to be renewed before something could be recorded.
    renewed_first: usize,
    /// Lessons of which the book says that they were handed over on another day.
    noted: BTreeSet<String>,
}

/// The year on sticks.
struct Sticks<'a> {
    desk: Desk,
    script: &'a Script,
    /// What was refused at the machine.
    refused: &'a [Option<String>],
    hands: BTreeMap<&'static str, Held>,
    chance: Chance,
    /// The lessons that were recorded at the machine.
    at_machine: BTreeSet<String>,
    tally: Tally,
    _folder: tempfile::TempDir,
}

impl<'a> Sticks<'a> {
    fn new(script: &'a Script, refused: &'a [Option<String>], seed: u64) -> Self {
        let (mut desk, folder) = (Desk::of(founded().copy()), tempfile::tempdir().unwrap());
        let mut chance = Chance(seed);
        let hands = TEACHERS.iter().zip(1..).map(|(login, number)| {
            let (mount, label) = (folder.path().join(login), format!("У-{number}"));
            let now = moment("2025-09-01T07:10") + Duration::minutes(number);
            let hand = Hand::new(&mut desk, mount, login, &label, now);
            let due = due(script, script.days[0], &mut chance);
            (*login, Held { hand, work: None, due, acts: BTreeMap::new() })
        });
        let hands = hands.collect();
        let lesson = |act: &Act| match &act.what {
            What::Lesson(wish) if act.at_machine => Some(named(&wish.at)),
            _ => None,
        };
        let at_machine = script.acts.iter().filter_map(lesson).collect();
        Self { desk, script, refused, hands, chance, at_machine, tally: Tally::default(), _folder: folder }
    }

    fn run(&mut self) {
        let script = self.script;
        let mut acts = script.acts.iter().enumerate().peekable();
        while let Some(today) = acts.peek().map(|(_, act)| act.at.date_naive()) {
            self.hand_over(today, false);
            while let Some((number, act)) = acts.next_if(|(_, act)| act.at.date_naive() == today) {
                match self.hands.contains_key(act.by.as_str()) && !act.at_machine {
                    true => self.on_stick(number, act),
                    false => self.at_machine(number, act),
                }
            }
            self.hand_over(today, true);
        }
        for login in TEACHERS {
            let now = *self.desk.school.at_hand().1;
            self.sync(login, now);
            let held = &self.hands[login];
            assert!(held.acts.is_empty(), "{login}: {:?} were never taken in", held.acts);
        }
    }

    /// Who is due hands over: before the lessons of a day, or after them.
    fn hand_over(&mut self, today: Day, evening: bool) {
        let next = self.script.days.iter().find(|day| **day > today);
        let holidays = evening && next.is_none_or(|next| *next - today > Duration::days(3));
        for (login, place) in TEACHERS.into_iter().zip(0..) {
            let due = self.hands[login].due;
            if !holidays && (due > (today, evening)) {
                continue;
            }
            let minutes = if evening { 20 * 60 } else { 7 * 60 + 15 };
            let now = noon(today) + Duration::minutes(minutes - 12 * 60 + place);
            if !holidays && self.chance.is(12) {
                self.sync_without_owner(login, now);
                // The days of adding run on: the owner comes soon.
                self.hands.get_mut(login).unwrap().due = (today + Duration::days(1), false);
                continue;
            }
            self.sync(login, now);
            let due = self::due(self.script, today, &mut self.chance);
            self.hands.get_mut(login).unwrap().due = due;
        }
    }

    fn at_machine(&mut self, number: usize, act: &Act) {
        let done = self.desk.ask(&act.by, act.at, |place| act.what.record(place));
        let said = done.err().map(|error| error.message().to_owned());
        assert_eq!(said.as_deref().map(rule), self.refused[number].as_deref().map(rule), "{act:?}: {said:?}");
    }

    fn on_stick(&mut self, number: usize, act: &Act) {
        if self.chance.is(10) {
            self.hands.get_mut(act.by.as_str()).unwrap().work = None;
        }
        let Err(why) = self.hands.get_mut(act.by.as_str()).unwrap().record(number, act) else { return };
        if self.refused[number].is_some() {
            *self.tally.on_stick.entry(rule(&why)).or_default() += 1;
            return;
        }
        // A base that does not know yet what came: a substitution, a pupil.
        self.tally.renewed_first += 1;
        self.sync(&act.by, act.at);
        let again = self.hands.get_mut(act.by.as_str()).unwrap().record(number, act);
        again.unwrap_or_else(|why| panic!("refused on a stick that is up to date: {why}\n{act:?}"));
    }

    fn sync(&mut self, login: &str, now: DateTime<FixedOffset>) {
        let held = self.hands.get_mut(login).unwrap();
        held.work = None;
        let synced = held.hand.sync(&mut self.desk, now).unwrap_or_else(|error| panic!("{login}, {now}: {error}"));
        assert!(synced.stopped.is_none() && synced.renewed.is_some(), "{:?}", synced.stopped);
        self.tally.hand_overs += 1;
        self.look(login, now, synced);
    }

    fn sync_without_owner(&mut self, login: &str, now: DateTime<FixedOffset>) {
        let held = self.hands.get_mut(login).unwrap();
        held.work = None;
        let synced = held.hand.sync_without_owner(&mut self.desk, now).unwrap();
        assert!(synced.stopped.is_none(), "{:?}", synced.stopped);
        self.tally.without_owner += 1;
        self.look(login, now, synced);
    }

    /// Each entry meets what its act met at the machine.
    fn look(&mut self, login: &str, now: DateTime<FixedOffset>, synced: Synced) {
        let held = self.hands.get_mut(login).unwrap();
        for one in synced.entries {
            if let Outcome::Already { .. } = one.outcome {
                continue;
            }
            let number = held.acts.remove(&one.number).expect("an entry of an act, once");
            let (act, at_machine) = (&self.script.acts[number], self.refused[number].as_deref());
            match one.outcome {
                Outcome::Refused(why) => {
                    let rule = rule(&why);
                    assert!(at_machine.is_some(), "at the machine it was not refused: {why}\n{act:?}");
                    *self.tally.taken_in.entry(rule).or_default() += 1;
                }
                _ => {
                    assert_eq!(at_machine, None, "at the machine it was refused: {act:?}");
                    self.tally.accepted += 1;
                    if let What::Lesson(wish) = &act.what
                        && act.at.date_naive() != now.date_naive()
                        && !self.at_machine.contains(&named(&wish.at))
                    {
                        self.tally.noted.insert(named(&wish.at));
                    }
                }
            }
        }
    }
}

/// A lesson by its course, day and number.
fn named(at: &LessonRef) -> String {
    format!("{} {} {}", at.course, at.date, at.lesson)
}

/// One to three school days later, in the morning or in the evening.
fn due(script: &Script, today: Day, chance: &mut Chance) -> (Day, bool) {
    let mut later = script.days.iter().filter(|day| **day > today);
    let skipped = usize::try_from(chance.below(3)).unwrap();
    let day = later.clone().nth(skipped).or_else(|| later.next()).copied();
    (day.unwrap_or(today), chance.is(50))
}

impl Held {
    /// Records an act on the stick, at work as it was left or opened anew; or says why it is refused.
    fn record(&mut self, number: usize, act: &Act) -> Result<(), String> {
        let work = self.work.get_or_insert_with(|| self.hand.open().unwrap());
        let end = |work: &AtWork| work.journal.strand_tip().unwrap().1.number;
        let before = end(work);
        let mut place = Workplace::at(&mut work.journal, &work.owner, &act.at).unwrap();
        let done = act.what.record(&mut place).map(|_| ()).map_err(|error| error.message().to_owned());
        let recorded = before + 1..=end(work);
        assert!(done.is_ok() || recorded.is_empty(), "refused, and recorded all the same: {act:?}");
        self.acts.extend(recorded.map(|entry| (entry, number)));
        done
    }
}

/// What stands in the tables, by the names of things.
fn standing(school: &TestJournal) -> Vec<Vec<String>> {
    let of = "class, grp, subject, date, lessons.lesson";
    let joined = "JOIN lessons ON lessons.id = t.lesson JOIN courses ON courses.id = lessons.course JOIN pupils ON pupils.id = t.pupil";
    [
        format!("SELECT {of}, topic, work, homework, substitute, confirmed, recorded_on, author FROM lessons JOIN courses ON courses.id = course"),
        format!("SELECT {of}, file, marks, t.work, document, t.author FROM marks AS t {joined}"),
        format!("SELECT {of}, file, kind, t.author FROM attendance AS t {joined}"),
        "SELECT class, grp, subject, file, period, mark, override, set_on FROM finals JOIN courses ON courses.id = course JOIN pupils ON pupils.id = pupil".to_owned(),
        "SELECT file, since, until, reason, document FROM reasons JOIN pupils ON pupils.id = pupil".to_owned(),
        "SELECT file, class, since, until FROM enrolments JOIN pupils ON pupils.id = pupil".to_owned(),
    ]
    .iter()
    .flat_map(|sql| {
        let mut rows = school.rows(sql);
        rows.sort();
        rows
    })
    .collect()
}

/// The texts of every document of the classes, page by page.
fn papers(school: &TestJournal) -> BTreeMap<String, Vec<Vec<String>>> {
    let layouts = Layouts::load(None).unwrap();
    let mut papers = BTreeMap::new();
    for class in ["5А", "8Б", "10А"] {
        for form in [Form::ClassBook, Form::Progress, Form::SummarySheet] {
            let wanted = Wanted::of_class(form, ClassName::parse(class).unwrap());
            let document = lay_out(school, &layouts, &wanted, &context("2025-0143")).unwrap();
            let page = |page: &crate::print::page::Page| page.runs.iter().map(|run| run.text().to_owned()).collect();
            papers.insert(format!("{class} {form:?}"), document.pages.iter().map(page).collect());
        }
    }
    papers
}

/// How often the pages say that something was handed over later.
fn notes(papers: &BTreeMap<String, Vec<Vec<String>>>) -> usize {
    let count = |page: &Vec<String>| page.join(" ").replace("- ", "").matches("внесено на носителе").count();
    papers.values().flatten().map(count).sum()
}

fn the_same_twice(since: &str, until: &str, seed: u64) {
    let started = std::time::Instant::now();
    let script = Script::of(since, until, seed);
    let (mut desk, refused) = at_the_machine(&script);
    let at_machine = started.elapsed();
    let mut sticks = Sticks::new(&script, &refused, seed);
    sticks.run();
    let Sticks { desk: mut other, tally, .. } = sticks;
    let on_sticks = started.elapsed() - at_machine;

    let (one, two) = (standing(&desk.school), standing(&other.school));
    for (one, two) in one.iter().zip(&two) {
        assert_eq!(one, two);
    }
    assert_eq!(one.len(), two.len());
    let with_notes = papers(&other.school);
    assert_eq!(notes(&with_notes), tally.noted.len());
    // Taken in on the day on which they were recorded, all of them.
    let unnoted = other.school.copy();
    unnoted.damage(
        "UPDATE carried SET taken = made WHERE made <> ''; DELETE FROM handed_lessons; DELETE FROM handed_marks",
    );
    let (one, two) = (papers(&desk.school), papers(&unnoted));
    for (name, pages) in &one {
        for (place, (page, other)) in pages.iter().zip(&two[name]).enumerate() {
            assert_eq!(page, other, "{name}, page {}", place + 1);
        }
        assert_eq!(pages.len(), two[name].len(), "{name}");
    }
    assert_eq!(desk.audit(), [""; 0]);
    assert_eq!(other.audit(), [""; 0]);
    let refusals = refused.iter().flatten().count();
    println!(
        "{} acts, {refusals} refused at the machine; at the machine {at_machine:?}, on sticks {on_sticks:?}, all {:?}; {tally:?}",
        script.acts.len(),
        started.elapsed()
    );
    assert!(tally.noted.len() > 20 && tally.without_owner > 0 && tally.accepted > 500, "{tally:?}");
    assert!(!tally.taken_in.is_empty() && !tally.on_stick.is_empty(), "{tally:?}");
}

#[test]
fn the_same_quarter_twice_gives_the_same_books() {
    the_same_twice("2025-09-01", "2025-10-24", 17);
}

#[test]
#[ignore = "the whole year takes minutes"]
fn the_same_year_twice_gives_the_same_books() {
    the_same_twice("2025-09-01", "2026-05-29", 17);
}
