//! What lies in a place, of all schools: when each bag was verified and by whom, what is overdue, damaged, missing or unknown.
//!
//! What is there, a listing tells, and it may lag; so nothing is called missing before it was asked for by name. What is known
//! of a bag's bytes are statements ([`super::statement`]): the newest whose signature holds counts, and only for the bag of the
//! code that it names.

mod page;

use super::destroy;
use super::patient::Patient;
use super::shelf::{Shelf, is_school};
use super::statement::{Statement, VERIFIED};
use super::trust::Trust;
use super::verify::is_declared;
use super::{claim, list, signed};
use crate::archive::bag::Previous;
use crate::error::Result;
use crate::ledger::chain::parse_hash;
use crate::school::{Day, format_date, grouped};
use chrono::{DateTime, Days, FixedOffset, TimeDelta};
use std::collections::{BTreeMap, BTreeSet};

pub use page::page;

/// So many keys that are no bag's are named.
const STRANGERS: usize = 50;

/// A clock of a verifier may be wrong by so much.
const AHEAD: TimeDelta = TimeDelta::hours(24);

/// What is asked.
pub struct Wish<'a> {
    /// Now.
    pub now: DateTime<FixedOffset>,
    /// A verification is overdue after so many days.
    pub days: u32,
    /// Whose signatures are the schools', and whose word counts.
    pub trust: Option<&'a Trust>,
}

/// What was found.
#[derive(Debug)]
pub struct Catalogue {
    /// What people call the place.
    pub place: String,
    /// When it was looked at.
    pub at: DateTime<FixedOffset>,
    /// After how many days a verification is overdue.
    pub days: u32,
    /// Bag by bag, in the order of their shelves; those that are missing among them.
    pub rows: Vec<Row>,
    /// The first keys that are no bag's, nor anything else of ours.
    pub strangers: Vec<String>,
    /// How many there are.
    pub strange: usize,
    /// Statements that do not count, and why.
    pub doubtful: Vec<String>,
}

/// One bag.
#[derive(Debug)]
pub struct Row {
    /// Where it lies, or should.
    pub shelf: Shelf,
    /// What lies there, where something does.
    pub lying: Option<list::Lying>,
    /// The newest verification.
    pub verified: Option<Seen>,
    /// What is to be said of it.
    pub marks: Vec<Mark>,
}

/// A verification.
#[derive(Debug, Clone)]
pub struct Seen {
    /// When.
    pub at: DateTime<FixedOffset>,
    /// By whom: as `trust.toml` names the key, or else by his own word.
    pub by: String,
    /// Fingerprint of his key.
    pub key: String,
    /// Whether `trust.toml` names the key.
    pub known: bool,
    /// What he states.
    pub statement: Statement,
}

/// What is to be said of a bag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// It is not there; how it is known that it should be.
    Missing(String),
    /// It was not brought to its end.
    Unfinished,
    /// Its last verification found this: «повреждён», «не подлинен».
    Found(String),
    /// It is not what was verified: its code is another.
    Changed,
    /// Its verification is overdue since that day.
    Overdue(Day),
    /// `trust.toml` does not name its school.
    Unknown,
    /// Somebody is bringing it just now.
    Coming(String),
    /// Somebody began to bring it and never ended.
    ClaimLeft(String),
    /// It was removed by this act.
    Destroyed(String),
    /// Its removal by this act was begun and not ended.
    Destroying(String),
    /// The note on its removal is not genuine: nobody has signed it, or a key that `trust.toml` does not name for the school.
    BadNote,
}

impl Mark {
    /// Whether somebody should do something about it.
    pub fn is_due(&self) -> bool {
        !matches!(self, Self::Coming(_) | Self::Destroyed(_))
    }

    /// In Russian.
    pub fn words(&self) -> String {
        match self {
            Self::Missing(why) => format!("нет в хранилище: {why}"),
            Self::Unfinished => "передан не до конца".to_owned(),
            Self::Found(verdict) => verdict.clone(),
            Self::Changed => "не тот, что проверен: код другой".to_owned(),
            Self::Overdue(since) => format!("проверка просрочена с {}", format_date(*since)),
            Self::Unknown => "школы нет в trust.toml".to_owned(),
            Self::Coming(who) => format!("сейчас передаёт {who}"),
            Self::ClaimLeft(who) => format!("передачу начал и не закончил {who}"),
            Self::Destroyed(act) => format!("уничтожен по акту № {act}"),
            Self::Destroying(act) => format!("уничтожение по акту № {act} не доведено до конца"),
            Self::BadNote => "отметка об уничтожении не подлинна".to_owned(),
        }
    }
}

impl Row {
    /// Whether somebody should do something about it.
    pub fn is_due(&self) -> bool {
        self.marks.iter().any(Mark::is_due)
    }

    /// All that is said of it, in Russian; what is known of a bag of which nothing is.
    pub fn state(&self) -> String {
        if !self.marks.is_empty() {
            return self.marks.iter().map(Mark::words).collect::<Vec<_>>().join("; ");
        }
        self.verified.as_ref().map_or("не проверялся", |seen| seen.statement.verdict.as_str()).to_owned()
    }

    /// The cells of [`HEADINGS`].
    pub fn cells(&self) -> Vec<String> {
        let facts = self.lying.as_ref().and_then(|lying| lying.facts.as_ref());
        let (period, created) =
            facts.map_or_else(Default::default, |facts| (facts.period.clone(), day_of(&facts.created)));
        let code = self.lying.as_ref().and_then(|lying| lying.code.as_deref()).map(grouped_code).unwrap_or_default();
        let seen = self.verified.as_ref();
        vec![
            self.shelf.school().to_owned(),
            self.shelf.year().to_owned(),
            self.shelf.bag().to_owned(),
            period,
            created.map(format_date).unwrap_or_default(),
            self.lying.as_ref().map(|lying| lying.bytes.to_string()).unwrap_or_default(),
            code,
            seen.map(|seen| format_date(seen.at.date_naive())).unwrap_or_default(),
            seen.map(|seen| seen.by.clone()).unwrap_or_default(),
            seen.map(|seen| seen.statement.verdict.clone()).unwrap_or_default(),
            self.state(),
        ]
    }
}

/// What the table of a catalogue tells of each bag.
pub const HEADINGS: [&str; 11] =
    ["Школа", "Год", "Архив", "Период", "Создан", "Байт", "Код архива", "Проверен", "Кем", "Итог", "Состояние"];

fn grouped_code(code: &str) -> String {
    crate::ledger::chain::grouped(code)
}

fn day_of(created: &str) -> Option<Day> {
    DateTime::parse_from_rfc3339(created).ok().map(|at| at.date_naive())
}

impl Catalogue {
    /// Whether somebody should do something.
    pub fn is_due(&self) -> bool {
        self.strange > 0 || !self.doubtful.is_empty() || self.rows.iter().any(Row::is_due)
    }

    /// How many bags there are, of how many schools, and how many of them nothing is to be done about.
    pub fn in_words(&self) -> String {
        let there = self.rows.iter().filter(|row| row.lying.is_some());
        let schools: BTreeSet<&str> = there.clone().map(|row| row.shelf.school()).collect();
        let bytes: u64 =
            there.clone().filter_map(|row| row.lying.as_ref()).map(|lying| lying.bytes).fold(0, u64::saturating_add);
        let due = self.rows.iter().filter(|row| row.is_due()).count();
        format!(
            "Архивов: {}, школ: {}, байт: {}; требуют внимания: {due}",
            grouped(there.count() as u64),
            schools.len(),
            grouped(bytes)
        )
    }
}

/// Gathers what is known of a place.
///
/// # Errors
/// A place that does not answer.
pub fn gather(place: Patient<'_>, wish: &Wish<'_>) -> Result<Catalogue> {
    let mut found = Found::of(place)?;
    let mut doubtful = Vec::new();
    let mut verified = statements(place, wish, &std::mem::take(&mut found.statements), &mut doubtful)?;
    let mut rows = Vec::new();
    let mut named: BTreeMap<Shelf, String> = BTreeMap::new();
    for (shelf, there) in std::mem::take(&mut found.shelves) {
        let lying = (there.files > 0).then(|| list::look(place, shelf.clone(), there)).transpose()?;
        if let Some(Previous { name, .. }) = lying.as_ref().and_then(|lying| lying.facts.as_ref()?.previous.clone())
            && let Ok(previous) = Shelf::of(shelf.school(), &name)
        {
            named.entry(previous).or_insert_with(|| format!("его называет предыдущим «{}»", shelf.bag()));
        }
        let mut row = Row { verified: verified.remove(&shelf), lying, marks: Vec::new(), shelf };
        row.marks = marks(place, wish, &row, there)?;
        rows.push(row);
    }
    for (shelf, seen) in verified {
        let why = format!("проверен {}: {}", format_date(seen.at.date_naive()), seen.statement.verdict);
        named.insert(shelf, why);
    }
    let known: BTreeSet<Shelf> = rows.iter().map(|row| row.shelf.clone()).collect();
    for (shelf, why) in named.into_iter().filter(|(shelf, _)| !known.contains(shelf)) {
        // A listing may lag; the declaration itself is asked for.
        if !is_declared(place, &shelf)? {
            rows.push(Row { lying: None, verified: None, marks: vec![Mark::Missing(why)], shelf });
        }
    }
    rows.sort_by(|one, other| one.shelf.cmp(&other.shelf));
    let Found { strangers, strange, .. } = found;
    Ok(Catalogue { place: place.name(), at: wish.now, days: wish.days, rows, strangers, strange, doubtful })
}

/// What a listing of everything tells.
#[derive(Default)]
struct Found {
    shelves: BTreeMap<Shelf, list::There>,
    /// Keys of statements.
    statements: Vec<String>,
    strangers: Vec<String>,
    strange: usize,
}

impl Found {
    fn of(place: Patient<'_>) -> Result<Self> {
        place.ask(|| {
            let mut found = Self::default();
            place.at_once().list("", &mut |key, size| found.add(key, size))?;
            Ok(found)
        })
    }

    fn add(&mut self, key: &str, size: u64) {
        if let Some((shelf, file)) = Shelf::of_key(key) {
            self.shelves.entry(shelf).or_default().add(file, size);
        } else if key.starts_with(&format!("{VERIFIED}/")) {
            self.statements.push(key.to_owned());
        } else if !is_of_ours(key) {
            self.strange += 1;
            if self.strangers.len() < STRANGERS {
                self.strangers.push(key.escape_debug().to_string());
            }
        }
    }
}

/// Whether a key is of something else that the program itself puts: trials of the place, the mirror of a journal.
pub(super) fn is_of_ours(key: &str) -> bool {
    let mut parts = key.split('/');
    let (first, second) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    is_school(first) && (second.starts_with('.') || parse_hash(second).is_some())
}

/// The newest statement on each bag that counts.
fn statements(
    place: Patient<'_>,
    wish: &Wish<'_>,
    keys: &[String],
    doubtful: &mut Vec<String>,
) -> Result<BTreeMap<Shelf, Seen>> {
    let mut newest: BTreeMap<Shelf, Seen> = BTreeMap::new();
    for key in keys {
        let Some((bytes, _)) = place.get_whole(key, signed::LARGEST)? else { continue };
        match seen(wish, key, &bytes) {
            Ok((shelf, seen)) if newest.get(&shelf).is_none_or(|known| known.at < seen.at) => {
                newest.insert(shelf, seen);
            }
            Ok(_) => {}
            Err(why) => doubtful.push(format!("{}: {why}", key.escape_debug())),
        }
    }
    Ok(newest)
}

/// A statement that counts, or why it does not.
fn seen(wish: &Wish<'_>, key: &str, line: &[u8]) -> std::result::Result<(Shelf, Seen), &'static str> {
    let (statement, fingerprint) = Statement::read(line).ok_or("подпись под итогом не верна")?;
    if !statement.is_of(key) {
        return Err("итог лежит не на своём месте");
    }
    let (shelf, _) = Shelf::of_key(&format!("{}/x", statement.bag)).ok_or("итог не об архиве")?;
    let at = statement.moment().ok_or("время итога не читается")?;
    if at > wish.now + AHEAD {
        return Err("итог из будущего: часы проверявшего неверны");
    }
    let named = wish.trust.and_then(|trust| trust.verifier(&fingerprint)).map(str::to_owned);
    if wish.trust.is_some_and(Trust::names_verifiers) && named.is_none() {
        return Err("этого ключа нет среди проверяющих в trust.toml");
    }
    let known = named.is_some();
    let by = named.unwrap_or_else(|| statement.verifier.clone());
    Ok((shelf, Seen { at, by, key: fingerprint, known, statement }))
}

/// What is to be said of a bag that is there, or was.
fn marks(place: Patient<'_>, wish: &Wish<'_>, row: &Row, there: list::There) -> Result<Vec<Mark>> {
    let mut marks = Vec::new();
    if there.destroyed {
        match destroy::note(place, &row.shelf) {
            Ok(Some((_, key))) if wish.trust.is_some_and(|trust| !trust.is_of(row.shelf.school(), &key)) => {
                marks.push(Mark::BadNote);
            }
            Ok(Some((note, _))) if note.done && there.files == 0 => return Ok(vec![Mark::Destroyed(note.act)]),
            Ok(Some((note, _))) => return Ok(vec![Mark::Destroying(note.act)]),
            Ok(None) => {}
            Err(error) if error.exit_status() == 1 => marks.push(Mark::BadNote),
            Err(error) => return Err(error),
        }
    }
    if there.claimed {
        marks.extend(claim::left(place, &row.shelf, wish.now)?);
    }
    if wish.trust.is_some_and(|trust| !trust.knows(row.shelf.school())) {
        marks.push(Mark::Unknown);
    }
    let Some(lying) = &row.lying else { return Ok(marks) };
    if !lying.finished {
        if !marks.iter().any(|mark| matches!(mark, Mark::Coming(_))) {
            marks.push(Mark::Unfinished);
        }
        return Ok(marks);
    }
    let created = lying.facts.as_ref().and_then(|facts| day_of(&facts.created));
    let since = match &row.verified {
        Some(seen) if !seen.statement.is_whole() => {
            marks.push(Mark::Found(seen.statement.verdict.clone()));
            return Ok(marks);
        }
        Some(seen) if seen.statement.code != lying.code => {
            marks.push(Mark::Changed);
            return Ok(marks);
        }
        Some(seen) => Some(seen.at.date_naive()),
        None => created,
    };
    let due = since.and_then(|day| day.checked_add_days(Days::new(wish.days.into())));
    if let Some(due) = due.filter(|due| *due <= wish.now.date_naive()) {
        marks.push(Mark::Overdue(due));
    }
    Ok(marks)
}
