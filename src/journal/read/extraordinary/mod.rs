//! «Чрезвычайные записи»: what takes two pairs of eyes, what waits of it, and who was alone.

mod words;

pub(in crate::journal) use words::{about, in_words};

use super::Tables;
use super::column::Columns;
use crate::error::{Action, Error, Result};
use crate::journal::entry::{Body, Entry, Span};
use crate::ledger::chain::Hash;
use crate::ledger::identity::{fingerprint, ssh_blob};
use crate::school::Login;
use chrono::{DateTime, FixedOffset};
use rusqlite::params;

/// What became of an entry that takes two pairs of eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// It waits and is not in force.
    Waits,
    /// It came into force at once: there was no second person.
    Alone,
    /// A second person confirmed it.
    Confirmed,
    /// A second person refused it; it never was in force.
    Refused,
    /// The emergency key let it come into force.
    Emergency,
}

impl State {
    /// Its word in the tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Waits => "ждёт подтверждения",
            Self::Alone => "внесено одним лицом",
            Self::Confirmed => "подтверждено",
            Self::Refused => "отказано",
            Self::Emergency => "аварийным ключом",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Waits, Self::Alone, Self::Confirmed, Self::Refused, Self::Emergency]
            .into_iter()
            .find(|state| state.word() == word)
    }
}

/// An entry that takes two pairs of eyes, or several alike that follow one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extraordinary {
    /// The entry, or the first and the last of them.
    pub entries: Span,
    /// How many they are: between them others may stand.
    pub count: u64,
    /// The kind, as in the ledger.
    pub kind: String,
    /// Who recorded it.
    pub author: Login,
    /// With which key.
    pub key: String,
    /// When the first was recorded.
    pub at: DateTime<FixedOffset>,
    /// What it says, in Russian.
    pub what: String,
    /// What became of it.
    pub state: State,
    /// Who decided, when, and why he refused.
    pub decided: Option<Decided>,
}

/// A decision on what waited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The number of its entry.
    pub entry: u64,
    /// By whom.
    pub by: Login,
    /// When.
    pub at: DateTime<FixedOffset>,
    /// Why it was refused; empty otherwise.
    pub reason: String,
}

/// An entry that waits.
#[derive(Debug, Clone)]
pub struct Held {
    /// Its number.
    pub seq: u64,
    /// Who recorded it.
    pub author: String,
    /// The login, fingerprint, personal file or course that it is about; may be empty.
    pub about: String,
    /// The entry.
    pub entry: Entry,
}

impl Held {
    fn of(row: &Columns<'_>) -> Result<Self> {
        let entry = Entry::from_json(&row.get::<String>("payload")?)?;
        Ok(Self { seq: row.get("entry")?, author: row.get("author")?, about: row.get("about")?, entry })
    }
}

/// As many subjects of entries alike are named.
const NAMED: usize = 12;

impl Extraordinary {
    fn of(row: &Columns<'_>) -> Result<Self> {
        let decided = match row.get::<Option<u64>>("decided_entry")? {
            Some(entry) => {
                let (by, at) = (row.get("decided_by")?, row.moment("decided_at")?);
                Some(Decided { entry, by, at, reason: row.get("reason")? })
            }
            None => None,
        };
        Ok(Self {
            entries: Span::one(row.get("entry")?),
            count: 1,
            kind: row.get("kind")?,
            author: row.get("author")?,
            key: row.get("key")?,
            at: row.moment("at")?,
            what: row.get("what")?,
            state: row.read("state", State::parse)?,
            decided,
        })
    }

    /// What kind of thing it is, where what it says is not to be told.
    pub fn subject(&self) -> &'static str {
        match self.kind.as_str() {
            "person.set" => "сведения о сотруднике",
            "person.dismissed" => "увольнение сотрудника",
            "key.enrolled" | "emergency.enrolled" => "ключ сотрудника",
            "key.revoked" => "отзыв ключа",
            "school.changed" => "правила, год или периоды школы",
            "clock.reset" => "поправка часов",
            "pupil.set" => "сведения об ученике с отметками",
            "emergency.set" => "аварийный ключ",
            "year.reopened" => "открытие закрытого учебного года",
            "witness.added" | "witness.removed" => "свидетель журнала",
            "archive.destroyed" => "выделение журнала прошлых лет к уничтожению",
            "journal.restored" => "продолжение журнала из восстановленной копии",
            _ => "перенос в курс, где есть свои записи",
        }
    }

    /// What became of it, with who decided: «подтверждено: petrova, 02.09.2025, запись № 12».
    pub fn fate(&self) -> String {
        let word = self.state.word();
        match &self.decided {
            None => word.to_owned(),
            Some(Decided { entry, by, at, reason }) if self.state == State::Refused && *by == self.author => {
                format!("отозвано внёсшим: {}, запись № {entry} ({reason})", at.format("%d.%m.%Y"))
            }
            Some(Decided { entry, by, at, reason }) => {
                let reason = if reason.is_empty() { String::new() } else { format!(" ({reason})") };
                format!("{word}: {by}, {}, запись № {entry}{reason}", at.format("%d.%m.%Y"))
            }
        }
    }

    /// Whether another is of the same kind, author and fate.
    fn is_like(&self, other: &Self) -> bool {
        let same = self.kind == other.kind || (self.is_history() && other.is_history());
        same && self.key == other.key && self.state == other.state && self.decided == other.decided
    }

    /// Whether it was brought in from another program: a whole run of that is decided on at once.
    fn is_history(&self) -> bool {
        ["lesson.recorded", "marks.set", "attendance.set", "finals.set"].contains(&self.kind.as_str())
    }
}

/// All of them, in order; those alike that follow one another as one.
///
/// # Errors
/// Tables that do not read.
pub fn extraordinary(tables: &Tables) -> Result<Vec<Extraordinary>> {
    Ok(together(one_by_one(tables)?, Extraordinary::is_like))
}

fn one_by_one(tables: &Tables) -> Result<Vec<Extraordinary>> {
    let sql = "SELECT entry, kind, author, key, at, what, state, decided_entry, decided_by, decided_at, reason
               FROM extraordinary ORDER BY entry";
    tables.all("чрезвычайная запись", sql, [], Extraordinary::of)
}

/// Those alike that follow one another as one.
fn together(all: Vec<Extraordinary>, alike: impl Fn(&Extraordinary, &Extraordinary) -> bool) -> Vec<Extraordinary> {
    let mut out: Vec<(Extraordinary, Vec<String>)> = Vec::new();
    for one in all {
        match out.last_mut() {
            Some((last, more)) if alike(last, &one) => {
                last.entries.to = Some(one.entries.from);
                last.count += 1;
                more.push(one.what);
            }
            _ => out.push((one, Vec::new())),
        }
    }
    let whole = |(mut one, more): (Extraordinary, Vec<String>)| {
        for what in more.iter().take(NAMED) {
            one.what.push_str("; ");
            one.what.push_str(what);
        }
        if more.len() > NAMED {
            one.what.push_str(&format!("; и ещё {}", more.len() - NAMED));
        }
        one
    };
    out.into_iter().map(whole).collect()
}

/// What waits, in order: an entry each, but for a run of history, which is one.
///
/// # Errors
/// As [`extraordinary`].
pub fn waiting(tables: &Tables) -> Result<Vec<Extraordinary>> {
    // What was decided stands between runs, and parts them.
    let all = together(one_by_one(tables)?, |one, other| one.is_history() && one.is_like(other));
    Ok(all.into_iter().filter(|one| one.state == State::Waits).collect())
}

/// What waits between two numbers, both included.
///
/// # Errors
/// An entry that does not read.
pub fn waiting_between(tables: &Tables, from: u64, to: u64) -> Result<Vec<Held>> {
    let sql = "SELECT entry, author, about, payload FROM extraordinary
               WHERE state = ?3 AND entry BETWEEN ?1 AND ?2 ORDER BY entry";
    let to = to.min(i64::MAX.unsigned_abs());
    let from = from.min(to.saturating_add(1)).min(i64::MAX.unsigned_abs());
    tables.all("ждущая запись", sql, params![from, to, State::Waits.word()], Held::of)
}

/// What waits of a kind, in order.
///
/// # Errors
/// As [`waiting_between`].
pub fn waiting_of_kind(tables: &Tables, kind: &str) -> Result<Vec<Held>> {
    let sql = "SELECT entry, author, about, payload FROM extraordinary WHERE state = ?1 AND kind = ?2 ORDER BY entry";
    tables.all("ждущая запись", sql, params![State::Waits.word(), kind], Held::of)
}

/// The number of an entry that waits and says the same.
///
/// # Errors
/// As [`waiting_between`].
pub fn waits_already(tables: &Tables, body: &Body) -> Result<Option<u64>> {
    let sql = "SELECT entry, author, about, payload FROM extraordinary WHERE state = ?1 AND kind = ?2 AND about = ?3";
    let alike: Vec<(u64, Entry)> =
        tables.all("ждущая запись", sql, params![State::Waits.word(), body.kind(), about(body)], |row| {
            Ok((row.get("entry")?, Entry::from_json(&row.get::<String>("payload")?)?))
        })?;
    Ok(alike.into_iter().find(|(_, entry)| entry.body == *body).map(|(seq, _)| seq))
}

/// The waiting dismissal or revocation for which a key records nothing meanwhile. A key that was let in after it, which takes
/// two people or the emergency key, is not suspended by it.
///
/// # Errors
/// Tables that do not read.
pub fn suspended_by(tables: &Tables, login: &str, fingerprint: &str) -> Result<Option<u64>> {
    let sql = "SELECT entry FROM extraordinary WHERE state = ?1
               AND ((kind = 'person.dismissed' AND about = ?2) OR (kind = 'key.revoked' AND about = ?3))
               AND entry > coalesce((SELECT enrolled_entry FROM keys WHERE fingerprint = ?3), 0)
               ORDER BY entry LIMIT 1";
    tables
        .one("ждущая запись", sql, params![State::Waits.word(), login, fingerprint], |row| row.get("entry"))
}

/// When a waiting setting of the clock among these was recorded.
///
/// # Errors
/// Tables that do not read.
pub fn reset_among(tables: &Tables, spans: &[Span]) -> Result<Option<DateTime<FixedOffset>>> {
    for span in spans {
        for held in waiting_between(tables, span.from, span.last())? {
            if matches!(held.entry.body, Body::ClockReset(_)) {
                return Ok(Some(held.entry.time));
            }
        }
    }
    Ok(None)
}

/// Whether an entry decided on a setting of the clock.
///
/// # Errors
/// Tables that do not read.
pub fn decided_on_clock(tables: &Tables, seq: u64) -> Result<bool> {
    tables.any("SELECT 1 FROM extraordinary WHERE kind = 'clock.reset' AND decided_entry = ?1", [seq])
}

/// Whether there never has been a second person with a confirmed key.
///
/// # Errors
/// Tables that do not read.
pub fn is_alone(tables: &Tables) -> Result<bool> {
    tables.alone_or(|| Ok(!tables.any("SELECT 1 FROM company", [])?))
}

/// Whether any entry was recorded by rules that know of two people.
///
/// # Errors
/// Tables that do not read.
pub fn knows(tables: &Tables) -> Result<bool> {
    tables.knows_or(|| tables.any("SELECT 1 FROM two_eyes", []))
}

/// Whether somebody has a key or ever had one.
///
/// # Errors
/// Tables that do not read.
pub fn has_had_a_key(tables: &Tables, login: &str) -> Result<bool> {
    tables.any("SELECT 1 FROM keys WHERE login = ?1", [login])
}

/// Whether a pupil has marks.
///
/// # Errors
/// Tables that do not read.
pub fn has_marks(tables: &Tables, pupil: i64) -> Result<bool> {
    Ok(tables.any("SELECT 1 FROM marks WHERE pupil = ?1", [pupil])?
        || tables.any("SELECT 1 FROM finals WHERE pupil = ?1", [pupil])?)
}

/// Whose key it is, and the key of whoever enrolled it on his own word; empty where it is independent.
///
/// # Errors
/// Tables that do not read.
pub fn ground_of(tables: &Tables, fingerprint: &str) -> Result<Option<(String, String)>> {
    let sql = "SELECT fingerprint, login, rests_on FROM keys WHERE fingerprint = ?1";
    tables.one("ключ", sql, [fingerprint], |row| Ok((row.get("login")?, row.get("rests_on")?)))
}

/// The proof of possession of a key, and the journal it was given for where that is an earlier one.
///
/// # Errors
/// Tables that do not read.
pub fn possession_of(tables: &Tables, fingerprint: &str) -> Result<(String, String)> {
    let sql = "SELECT fingerprint, possession, proven_in FROM keys WHERE fingerprint = ?1";
    let found =
        tables.one("ключ", sql, [fingerprint], |row| Ok((row.get("possession")?, row.get("proven_in")?)))?;
    Ok(found.unwrap_or_default())
}

/// Whether a journal that continues another is still taking over its people.
///
/// # Errors
/// Tables that do not read.
pub fn takes_people_over(tables: &Tables) -> Result<bool> {
    Ok(tables.any("SELECT 1 FROM continues", [])? && !tables.any("SELECT 1 FROM subjects", [])?)
}

/// The emergency key in force.
///
/// # Errors
/// Tables that do not read.
pub fn emergency_key(tables: &Tables) -> Result<Option<Hash>> {
    let sql = "SELECT ed25519 FROM emergency_keys ORDER BY entry DESC LIMIT 1";
    let text: Option<String> = tables.one("аварийный ключ", sql, [], |row| row.get("ed25519"))?;
    text.map(|text| {
        let blob = text.strip_prefix("ssh-ed25519 ").unwrap_or(&text);
        ssh_blob(blob).map_err(|_| {
            Error::damaged("аварийный ключ журнала не читается").next_by("проверьте журнал", Action::Audit)
        })
    })
    .transpose()
}

/// The fingerprint of the emergency key, if there is one.
///
/// # Errors
/// Tables that do not read.
pub fn emergency_fingerprint(tables: &Tables) -> Result<Option<String>> {
    Ok(emergency_key(tables)?.map(|key| fingerprint(&key)))
}
