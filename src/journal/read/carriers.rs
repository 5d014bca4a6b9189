//! Carriers: who has each, and what became of it (§5.5.4, §5.6–5.8).

use crate::error::{Error, Result};
use crate::journal::read::Tables;
use chrono::NaiveDate;
use rusqlite::{Row, params};

/// A registered carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carrier {
    /// The id that is written on it.
    pub id: String,
    /// What is written on its case.
    pub label: String,
    /// Login of who keeps it.
    pub holder: String,
    /// Where it is kept.
    pub place: String,
    /// What the system said of the device, may be empty.
    pub device: String,
    /// When it was registered last (RFC 3339).
    pub registered_at: String,
    /// Who was given it and has not handed it in.
    pub issue: Option<Holding>,
    /// Its loss, if it was reported.
    pub loss: Option<Loss>,
}

/// A carrier in somebody's hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// Login.
    pub to: String,
    /// Since when (RFC 3339).
    pub at: String,
    /// Login of who gave it.
    pub by: String,
    /// Handing in, if it was handed in.
    pub returned: Option<Returned>,
}

/// A carrier handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// When (RFC 3339).
    pub at: String,
    /// Login of who took it.
    pub by: String,
    /// Where it was put.
    pub place: String,
}

/// A carrier's loss, or that it was retired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// The day on which it was reported, or on which it was retired.
    pub reported: NaiveDate,
    /// Whether it was not lost but is used no more.
    pub retired: bool,
    /// How it was lost, or why it was retired.
    pub circumstances: String,
    /// Whether by the fault of who had it.
    pub by_fault: bool,
    /// Where the data were restored, if they were.
    pub restored: Option<Restored>,
}

/// A carrier in place of a lost one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// Its id.
    pub on: String,
    /// When (RFC 3339).
    pub at: String,
}

impl Loss {
    /// What became of the carrier, in Russian: «утерян», «списан».
    pub fn word(&self) -> &'static str {
        if self.retired { "списан" } else { "утерян" }
    }
}

impl Carrier {
    /// Whether it was lost or retired: then it serves for nothing.
    pub fn is_lost(&self) -> bool {
        self.loss.is_some()
    }

    /// Login of who answers for it now: whom it was given to, else who keeps it.
    pub fn in_hands_of(&self) -> &str {
        self.issue.as_ref().map_or(&self.holder, |issue| &issue.to)
    }
}

const SELECT: &str = "SELECT id, label, holder, carriers.place, device, registered_at, login, issues.at,
        issues.by, reported, circumstances, by_fault, replacement, restored_at, retired FROM carriers
    LEFT JOIN carrier_issues AS issues ON issues.returned_at IS NULL
        AND issues.entry = (SELECT max(entry) FROM carrier_issues WHERE carrier = id)
    LEFT JOIN carrier_losses AS losses ON losses.carrier = id";

/// All carriers, in the order in which each was registered first.
///
/// # Errors
/// A day that does not read is damage.
pub fn carriers(tables: &Tables) -> Result<Vec<Carrier>> {
    let sql = format!(
        "{SELECT} ORDER BY coalesce((SELECT min(entry) FROM carrier_registrations WHERE carrier = id), carriers.entry)"
    );
    let mut statement = tables.prepare_cached(&sql)?;
    let mut rows = statement.query([])?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(row)?);
    }
    Ok(all)
}

/// A carrier by its id.
///
/// # Errors
/// A day that does not read is damage.
pub fn carrier(tables: &Tables, id: &str) -> Result<Option<Carrier>> {
    let mut statement = tables.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?;
    let mut rows = statement.query(params![id])?;
    rows.next()?.map(read).transpose()
}

/// The carriers that somebody has: given to him, or kept by him and given to nobody else; lost ones are nobody's.
///
/// # Errors
/// As [`carriers`].
pub fn carriers_of(tables: &Tables, login: &str) -> Result<Vec<Carrier>> {
    let mut all = carriers(tables)?;
    all.retain(|carrier| !carrier.is_lost() && carrier.in_hands_of() == login);
    Ok(all)
}

/// Every time a carrier was given out, in order.
pub fn holdings(tables: &Tables, id: &str) -> Result<Vec<Holding>> {
    let sql =
        "SELECT login, at, by, returned_at, returned_to, place FROM carrier_issues WHERE carrier = ?1 ORDER BY entry";
    let mut statement = tables.prepare_cached(sql)?;
    let rows = statement.query_map([id], |row| {
        let returned: (Option<String>, Option<String>, Option<String>) = (row.get(3)?, row.get(4)?, row.get(5)?);
        let returned = match returned {
            (Some(at), Some(by), Some(place)) => Some(Returned { at, by, place }),
            _ => None,
        };
        Ok(Holding { to: row.get(0)?, at: row.get(1)?, by: row.get(2)?, returned })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn read(row: &Row<'_>) -> Result<Carrier> {
    let issued: (Option<String>, Option<String>, Option<String>) = (row.get(6)?, row.get(7)?, row.get(8)?);
    let issue = match issued {
        (Some(to), Some(at), Some(by)) => Some(Holding { to, at, by, returned: None }),
        _ => None,
    };
    let id: String = row.get(0)?;
    let reported: Option<String> = row.get(9)?;
    let restored: (Option<String>, Option<String>) = (row.get(12)?, row.get(13)?);
    let loss = match reported {
        None => None,
        Some(day) => Some(Loss {
            reported: crate::school::parse_date_or(&day).ok_or_else(|| {
                Error::damaged(format!("день утери носителя {id} не читается: «{day}»"))
                    .next("выполните «letopis audit»")
            })?,
            circumstances: row.get(10)?,
            by_fault: row.get(11)?,
            retired: row.get(14)?,
            restored: restored.0.zip(restored.1).map(|(on, at)| Restored { on, at }),
        }),
    };
    Ok(Carrier {
        id,
        label: row.get(1)?,
        holder: row.get(2)?,
        place: row.get(3)?,
        device: row.get(4)?,
        registered_at: row.get(5)?,
        issue,
        loss,
    })
}
