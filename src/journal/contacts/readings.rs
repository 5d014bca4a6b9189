//! Who has read what (152-ФЗ ст. 14): by person, child, page and day, and how often.

use super::readers::ReaderId;
use super::{Contacts, day};
use crate::error::Result;
use crate::school::{Day, PersonalFile};
use rusqlite::params;
use std::collections::BTreeMap;

/// What was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Page {
    /// A week of the diary.
    Week,
    /// A subject's marks.
    Subject,
    /// A period with averages and forecast.
    Period,
    /// Final results.
    Finals,
    /// Absences.
    Absences,
    /// The feed of lessons and homework for a calendar.
    Calendar,
    /// What is held about the child, and who has read it.
    Settings,
}

impl Page {
    const ALL: [Self; 7] =
        [Self::Week, Self::Subject, Self::Period, Self::Finals, Self::Absences, Self::Calendar, Self::Settings];

    /// What it is called, in the file and for people.
    pub fn word(self) -> &'static str {
        match self {
            Self::Week => "неделя",
            Self::Subject => "предмет",
            Self::Period => "период",
            Self::Finals => "итоги",
            Self::Absences => "пропуски",
            Self::Calendar => "календарь",
            Self::Settings => "настройки",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|page| page.word() == text)
    }
}

/// That somebody has read a page of a child on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// Who.
    pub who: ReaderId,
    /// His name.
    pub name: String,
    /// What.
    pub page: Page,
    /// When.
    pub day: Day,
    /// How often on that day.
    pub times: u64,
}

/// What somebody has read of a child last.
#[derive(Debug, Clone, PartialEq)]
pub struct LastRead {
    /// His name.
    pub name: String,
    /// What.
    pub page: Page,
    /// When.
    pub day: Day,
}

/// Readings that are not written yet, counted.
pub type Noted = BTreeMap<(ReaderId, PersonalFile, Page, Day), u64>;

impl Contacts {
    /// Notes that a page was read.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn note_reading(&self, who: ReaderId, child: &PersonalFile, page: Page, day: Day) -> Result<()> {
        self.note_readings(&Noted::from([((who, child.clone(), page, day), 1)]))
    }

    /// Notes many readings at once. Whoever is forgotten meanwhile, or reads this child no more, is not brought back by it.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn note_readings(&self, noted: &Noted) -> Result<()> {
        if noted.is_empty() {
            return Ok(());
        }
        let transaction = self.writing()?;
        let sql = "INSERT INTO readings SELECT ?1, ?2, ?3, ?4, ?5 WHERE EXISTS
                       (SELECT 1 FROM children WHERE reader = ?1 AND pupil = ?2)
                   ON CONFLICT (pupil, reader, day, page) DO UPDATE SET times = times + excluded.times";
        for ((who, child, page, day), times) in noted {
            let parameters = params![who.0, child.as_str(), page.word(), day.to_string(), times];
            transaction.prepare_cached(sql)?.execute(parameters)?;
        }
        Ok(transaction.commit()?)
    }

    /// Who has read of each pupil last, one line a reader.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn last_readings(&self) -> Result<BTreeMap<PersonalFile, Vec<LastRead>>> {
        // Of the columns beside the greatest day, SQLite gives those of its row.
        let sql = "SELECT pupil, name, page, max(day) AS day FROM readings JOIN readers ON id = reader
                   GROUP BY pupil, reader";
        let mut statement = self.0.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut last: BTreeMap<PersonalFile, Vec<LastRead>> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let (Some(page), Some(day)) = (super::read(row, "page", Page::parse)?, day(row, "day")?) else { continue };
            let of = last.entry(PersonalFile::from(row.get::<_, String>("pupil")?)).or_default();
            of.push(LastRead { name: row.get("name")?, page, day });
        }
        Ok(last)
    }

    /// Who has read of a pupil, by day and name.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn readings(&self, pupil: &str) -> Result<Vec<Reading>> {
        let sql = "SELECT reader, name, page, day, times FROM readings JOIN readers ON id = reader WHERE pupil = ?1
                   ORDER BY day, name, reader, page";
        let mut statement = self.0.prepare_cached(sql)?;
        let mut rows = statement.query([pupil])?;
        let mut readings = Vec::new();
        while let Some(row) = rows.next()? {
            let (Some(page), Some(day)) = (super::read(row, "page", Page::parse)?, day(row, "day")?) else { continue };
            let who = ReaderId(row.get("reader")?);
            readings.push(Reading { who, name: row.get("name")?, page, day, times: row.get("times")? });
        }
        Ok(readings)
    }
}
