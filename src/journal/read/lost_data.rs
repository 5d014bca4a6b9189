//! Whose data a lost stick held (§5.8, 152-ФЗ): what its owner's excerpt had of pupils when the loss was recorded.

use super::column::Columns;
use super::pupils::Pupil;
use super::{Tables, iso};
use crate::error::Result;
use crate::school::{ClassName, Day, Login};
use chrono::{DateTime, FixedOffset};
use rusqlite::params;

/// The personal journal that a stick held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostData {
    /// Login of whose it was.
    pub owner: Login,
    /// Fingerprint of the key that signed on it.
    pub key: String,
    /// When it was prepared.
    pub prepared_at: DateTime<FixedOffset>,
    /// The day on which something of it was taken in last.
    pub taken_on: Option<Day>,
    /// The last number that was taken in.
    pub number: u64,
    /// When the loss was recorded.
    pub recorded_at: DateTime<FixedOffset>,
}

/// A pupil of whom it held data, and his class: that of the day, else the last or the next one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// His class; nothing where he never was in any.
    pub class: Option<ClassName>,
    /// Who.
    pub pupil: Pupil,
}

/// The last personal journal that a lost carrier held, if it ever held one.
pub fn lost_data(tables: &Tables, carrier: &str) -> Result<Option<LostData>> {
    let sql = "SELECT login, key, opened_at, number, losses.at AS recorded_at,
                   (SELECT max(taken) FROM carried WHERE strand = strands.id) AS taken
               FROM strands JOIN carrier_losses AS losses USING (carrier) WHERE carrier = ?1 AND retired = 0
               ORDER BY opened_entry DESC LIMIT 1";
    tables.one("носитель", sql, [carrier], |row| {
        Ok(LostData {
            owner: row.get("login")?,
            key: row.get("key")?,
            prepared_at: row.moment("opened_at")?,
            taken_on: row.day_or_none("taken")?,
            number: row.get("number")?,
            recorded_at: row.moment("recorded_at")?,
        })
    })
}

/// The pupils of whom a lost carrier held data, by class on that day and by name.
pub fn pupils_on(tables: &Tables, carrier: &str, day: Day) -> Result<Vec<Held>> {
    let sql = "SELECT pupils.id AS id, pupils.file AS file, surname, given, patronymic, sex, NULL AS former,
                   (SELECT class FROM enrolments AS e WHERE e.pupil = pupils.id
                    ORDER BY since > ?2, iif(since <= ?2, -julianday(since), julianday(since)) LIMIT 1) AS class
               FROM loss_pupils JOIN pupils ON pupils.id = loss_pupils.pupil WHERE carrier = ?1";
    let held = |row: &Columns<'_>| {
        let class = row.get::<Option<String>>("class")?.map(|_| row.class("class")).transpose()?;
        Ok(Held { class, pupil: Pupil::of(row)? })
    };
    let mut all: Vec<Held> = tables.all("ученик", sql, params![carrier, iso(day)], held)?;
    all.sort_by_cached_key(|held| (held.class.clone(), held.pupil.name.sort_key(), held.pupil.file.clone()));
    Ok(all)
}
