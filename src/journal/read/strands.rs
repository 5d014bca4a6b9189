//! Strands: what is recorded on sticks, how far each was taken in, and what was refused of it (§5.6–5.8).

use super::column::Columns;
use crate::error::Result;
use crate::journal::entry::{StrandEnd, bytes};
use crate::journal::read::Tables;
use crate::ledger::chain::Hash;
use crate::ledger::strand::{StrandId, StrandTip};
use crate::school::{CourseKey, Day, Login, format_date};
use chrono::{DateTime, FixedOffset};
use rusqlite::params;
use std::collections::HashMap;

/// A strand as the ledger knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strand {
    /// Its id.
    pub id: StrandId,
    /// The id of the carrier that it lies on.
    pub carrier: String,
    /// Who records on it.
    pub login: Login,
    /// Fingerprint of the key that signs it.
    pub key: String,
    /// The record that began it.
    pub opened: u64,
    /// When it was begun.
    pub opened_at: DateTime<FixedOffset>,
    /// The number of the last entry that was taken in or refused; zero before the first.
    pub number: u64,
    /// The strand's head after it.
    pub head: Hash,
    /// The length of the base that it was made over; before the first entry, the record that began the strand.
    pub base: u64,
    /// The head of that base; none before the first entry.
    pub base_head: Option<Hash>,
    /// The time of that entry.
    pub time: Option<DateTime<FixedOffset>>,
    /// The record that carries it; zero before the first.
    pub last: u64,
    /// The first record of the hand-over that it belongs to.
    pub handover: u64,
    /// Its end, if it was closed.
    pub closed: Option<Closed>,
}

/// The end of a strand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closed {
    /// Why.
    pub why: StrandEnd,
    /// When.
    pub at: DateTime<FixedOffset>,
    /// By whom.
    pub by: Login,
    /// By which record.
    pub entry: u64,
    /// Why what it still held was given up; empty where all of it was taken in.
    pub abandoned: String,
}

impl Strand {
    /// Where it stands.
    pub fn tip(&self, journal: Hash) -> StrandTip {
        StrandTip { journal, strand: self.id, number: self.number, head: self.head }
    }

    /// Whether an entry over `base` that the record `seq` carries on the day `taken` (ISO) came in the same hand-over as the one before:
    /// the records follow each other on one day, and the stick was not renewed between.
    ///
    /// # Errors
    /// A row that does not read is damage.
    pub fn same_hand_over(&self, tables: &Tables, seq: u64, base: (u64, &Hash), taken: &str) -> Result<bool> {
        if self.last == 0 || self.last + 1 != seq || (self.base, self.base_head.as_ref()) != (base.0, Some(base.1)) {
            return Ok(false);
        }
        Ok(carried_by(tables, self.last)?.is_some_and(|last| super::iso(last.taken) == taken))
    }

    fn of(row: &Columns<'_>) -> Result<Self> {
        let hex = |column| -> Result<String> { row.get(column) };
        let closed = match row.moment_or_none("closed_at")? {
            None => None,
            Some(at) => {
                let why = StrandEnd::parse(&row.get::<String>("why")?).ok_or_else(|| row.damaged("why"))?;
                let (by, entry, abandoned) = (row.get("closed_by")?, row.get("closed_entry")?, row.get("abandoned")?);
                Some(Closed { why, at, by, entry, abandoned })
            }
        };
        Ok(Self {
            id: bytes(&hex("id")?).ok_or_else(|| row.damaged("id"))?,
            carrier: row.get("carrier")?,
            login: row.get("login")?,
            key: row.get("key")?,
            opened: row.get("opened_entry")?,
            opened_at: row.moment("opened_at")?,
            number: row.get("number")?,
            head: bytes(&hex("head")?).ok_or_else(|| row.damaged("head"))?,
            base: row.get("base")?,
            base_head: bytes(&hex("base_head")?),
            time: row.moment_or_none("time")?,
            last: row.get("last_entry")?,
            handover: row.get("handover")?,
            closed,
        })
    }
}

const STRAND: &str = "SELECT * FROM strands";

/// A strand by its id, in lower-case hex.
///
/// # Errors
/// A row that does not read is damage.
pub fn strand(tables: &Tables, id: &str) -> Result<Option<Strand>> {
    tables.one("цепочка носителя", &format!("{STRAND} WHERE id = ?1"), [id], Strand::of)
}

/// Every strand, in the order in which they were begun.
///
/// # Errors
/// As [`strand`].
pub fn strands(tables: &Tables) -> Result<Vec<Strand>> {
    tables.all("цепочка носителя", &format!("{STRAND} ORDER BY opened_entry"), [], Strand::of)
}

/// The strands of somebody that go on.
///
/// # Errors
/// As [`strand`].
pub fn open_strands_of(tables: &Tables, login: &str) -> Result<Vec<Strand>> {
    let sql = format!("{STRAND} WHERE login = ?1 AND closed_entry IS NULL ORDER BY opened_entry");
    tables.all("цепочка носителя", &sql, [login], Strand::of)
}

/// The strand that goes on on a carrier.
///
/// # Errors
/// As [`strand`].
pub fn open_strand_on(tables: &Tables, carrier: &str) -> Result<Option<Strand>> {
    let sql = format!("{STRAND} WHERE carrier = ?1 AND closed_entry IS NULL ORDER BY opened_entry");
    tables.one("цепочка носителя", &sql, [carrier], Strand::of)
}

/// An entry of a strand that the ledger carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarriedEntry {
    /// The record that carries it.
    pub entry: u64,
    /// The strand's id, in hex.
    pub strand: String,
    /// Its number there.
    pub number: u64,
    /// Its kind; empty where it does not read.
    pub kind: String,
    /// Why it was refused; empty where it was taken in.
    pub refused: String,
    /// SHA-256 of the author's signature, in hex.
    pub signature: String,
    /// The strand's head after it.
    pub head: Hash,
    /// The day of its own time; none where it does not read.
    pub made: Option<Day>,
    /// The day on which it was taken in.
    pub taken: Day,
    /// Who took it in.
    pub by: Login,
}

impl CarriedEntry {
    fn of(row: &Columns<'_>) -> Result<Self> {
        let made: String = row.get("made")?;
        Ok(Self {
            entry: row.get("entry")?,
            strand: row.get("strand")?,
            number: row.get("number")?,
            kind: row.get("kind")?,
            refused: row.get("refused")?,
            signature: row.get("signature")?,
            head: bytes(&row.get::<String>("head")?).ok_or_else(|| row.damaged("head"))?,
            made: if made.is_empty() { None } else { Some(row.day("made")?) },
            taken: row.day("taken")?,
            by: row.get("by")?,
        })
    }

    /// «внесено на носителе 15.09, передано 18.09», where the days differ.
    pub fn in_words(&self) -> Option<String> {
        let made = self.made.filter(|made| *made != self.taken)?;
        Some(carried_in_words(made, self.taken))
    }
}

/// «внесено на носителе 15.09, передано 18.09».
pub fn carried_in_words(made: Day, taken: Day) -> String {
    format!("внесено на носителе {}, передано {}", short(made), short(taken))
}

/// «отметки внесены на носителе 15.09, переданы 18.09».
pub fn marks_carried_in_words((made, taken): (Day, Day)) -> String {
    format!("отметки внесены на носителе {}, переданы {}", short(made), short(taken))
}

fn short(day: Day) -> String {
    format_date(day).chars().take(5).collect()
}

const CARRIED: &str = "SELECT * FROM carried";

/// What a record carries, if it carries anything.
///
/// # Errors
/// A row that does not read is damage.
pub fn carried_by(tables: &Tables, entry: u64) -> Result<Option<CarriedEntry>> {
    tables.one("запись с носителя", &format!("{CARRIED} WHERE entry = ?1"), [entry], CarriedEntry::of)
}

/// An entry of a strand by its number, if it was taken in or refused.
///
/// # Errors
/// As [`carried_by`].
pub fn carried_number(tables: &Tables, strand: &str, number: u64) -> Result<Option<CarriedEntry>> {
    let sql = format!("{CARRIED} WHERE strand = ?1 AND number = ?2 ORDER BY entry");
    tables.one("запись с носителя", &sql, params![strand, number], CarriedEntry::of)
}

/// Every entry of a strand that was taken in or refused, in order.
///
/// # Errors
/// As [`carried_by`].
pub fn carried_of(tables: &Tables, strand: &str) -> Result<Vec<CarriedEntry>> {
    tables.all("запись с носителя", &format!("{CARRIED} WHERE strand = ?1 ORDER BY entry"), [strand], CarriedEntry::of)
}

/// A lesson as it stood before the hand-over that has touched it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonBefore {
    /// Что пройдено.
    pub topic: String,
    /// Kind of work.
    pub work: String,
    /// Homework.
    pub homework: String,
    /// Who gave it instead of the course's teacher.
    pub substitute: String,
}

/// How a lesson stood before a hand-over: nothing where the hand-over has not touched it; inside, nothing where there was none.
///
/// # Errors
/// A row that does not read is damage.
pub fn lesson_before(
    tables: &Tables,
    handover: u64,
    (course, date, lesson): (&CourseKey, Day, u8),
) -> Result<Option<Option<LessonBefore>>> {
    let Some(course) = super::course(tables, course)? else { return Ok(None) };
    let sql = "SELECT stood, topic, work, homework, substitute FROM carried_lessons
               WHERE course = ?1 AND date = ?2 AND lesson = ?3 AND handover = ?4";
    tables.one("урок с носителя", sql, params![course.id, super::iso(date), lesson, handover], |row| {
        let before = LessonBefore {
            topic: row.get("topic")?,
            work: row.get("work")?,
            homework: row.get("homework")?,
            substitute: row.get("substitute")?,
        };
        Ok(row.get::<bool>("stood")?.then_some(before))
    })
}

/// The lessons of a course that were recorded first on a stick and taken in on another day: by day and number, the day on
/// which they were recorded and that of taking in.
///
/// # Errors
/// A row that does not read is damage.
pub fn handed_lessons(tables: &Tables, course: i64) -> Result<HashMap<(Day, u8), (Day, Day)>> {
    let sql = "SELECT date, lesson, made, taken FROM handed_lessons WHERE course = ?1";
    tables.all("урок с носителя", sql, [course], |row| {
        Ok(((row.day("date")?, row.get("lesson")?), (row.day("made")?, row.day("taken")?)))
    })
}

/// A cell or a final mark as it stands, that was recorded on a stick and taken in on another day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedMark {
    /// The lesson's row; none of a final mark.
    pub lesson: Option<i64>,
    /// The pupil's row.
    pub pupil: i64,
    /// The period of a final mark, else empty.
    pub period: String,
    /// Who set it.
    pub author: Login,
    /// The day on which it was recorded, and that of taking in.
    pub days: (Day, Day),
}

/// The marks, absences and final marks of a course that were recorded on a stick and taken in on another day, in order.
/// What was replaced or corrected since is not among them.
///
/// # Errors
/// A row that does not read is damage.
pub fn handed_marks(tables: &Tables, course: i64) -> Result<Vec<HandedMark>> {
    let of = "handed_marks AS handed JOIN";
    let cell = |of_cells: &str| {
        format!(
            "SELECT handed.lesson AS lesson, pupil, '' AS period, handed.author AS author, made, taken
             FROM {of} {of_cells} AS cells ON cells.lesson = handed.lesson AND cells.entry = handed.entry
             WHERE handed.course = ?1"
        )
    };
    let sql = format!(
        "SELECT * FROM ({} UNION {} UNION
         SELECT NULL, pupil, period, handed.author, made, taken
         FROM {of} finals ON finals.course = handed.course AND finals.entry = handed.entry
         WHERE handed.course = ?1 AND handed.lesson IS NULL)
         ORDER BY lesson IS NULL, lesson, period, made, taken, pupil",
        cell("marks"),
        cell("attendance")
    );
    tables.all("отметка с носителя", &sql, [course], |row| {
        Ok(HandedMark {
            lesson: row.get("lesson")?,
            pupil: row.get("pupil")?,
            period: row.get("period")?,
            author: row.get("author")?,
            days: (row.day("made")?, row.day("taken")?),
        })
    })
}
