//! Carriers: who has each, and what became of it (§5.5.4, §5.6–5.8).

use super::column::Columns;
use crate::error::Result;
use crate::journal::read::Tables;
use crate::school::{Day, Login};
use chrono::{DateTime, FixedOffset};

/// A registered carrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carrier {
    /// The id that is written on it.
    pub id: String,
    /// What is written on its case.
    pub label: String,
    /// Login of who keeps it.
    pub holder: Login,
    /// Where it is kept.
    pub place: String,
    /// What the system said of the device, may be empty.
    pub device: String,
    /// When it was registered last.
    pub registered_at: DateTime<FixedOffset>,
    /// Who was given it and has not handed it in.
    pub issue: Option<Holding>,
    /// Its loss, if it was reported.
    pub loss: Option<Loss>,
}

/// A carrier in somebody's hands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// Login.
    pub to: Login,
    /// Since when.
    pub at: DateTime<FixedOffset>,
    /// Login of who gave it.
    pub by: Login,
    /// Handing in, if it was handed in.
    pub returned: Option<Returned>,
}

/// A carrier handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// When.
    pub at: DateTime<FixedOffset>,
    /// Login of who took it.
    pub by: Login,
    /// Where it was put.
    pub place: String,
}

/// A carrier's loss, or that it was retired.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// The day on which it was reported, or on which it was retired.
    pub reported: Day,
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
    /// When.
    pub at: DateTime<FixedOffset>,
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
    pub fn in_hands_of(&self) -> &Login {
        self.issue.as_ref().map_or(&self.holder, |issue| &issue.to)
    }
}

const CARRIER: &str = "SELECT id, label, holder, carriers.place AS place, device, registered_at,
        login AS issued_to, issues.at AS issued_at, issues.by AS issued_by,
        reported, circumstances, by_fault, replacement, restored_at, retired FROM carriers
    LEFT JOIN carrier_issues AS issues ON issues.returned_at IS NULL
        AND issues.entry = (SELECT max(entry) FROM carrier_issues WHERE carrier = id)
    LEFT JOIN carrier_losses AS losses ON losses.carrier = id";

/// All carriers, in the order in which each was registered first.
///
/// # Errors
/// A day that does not read is damage.
pub fn carriers(tables: &Tables) -> Result<Vec<Carrier>> {
    let first = "coalesce((SELECT min(entry) FROM carrier_registrations WHERE carrier = id), carriers.entry)";
    tables.all("носитель", &format!("{CARRIER} ORDER BY {first}"), [], Carrier::of)
}

/// A carrier by its id.
///
/// # Errors
/// A day that does not read is damage.
pub fn carrier(tables: &Tables, id: &str) -> Result<Option<Carrier>> {
    tables.one("носитель", &format!("{CARRIER} WHERE id = ?1"), [id], Carrier::of)
}

/// The carriers that somebody has: given to him, or kept by him and given to nobody else; lost ones are nobody's.
///
/// # Errors
/// As [`carriers`].
pub fn carriers_of(tables: &Tables, login: &str) -> Result<Vec<Carrier>> {
    let mut all = carriers(tables)?;
    all.retain(|carrier| !carrier.is_lost() && *carrier.in_hands_of() == *login);
    Ok(all)
}

/// Every time a carrier was given out, in order.
///
/// # Errors
/// A time that does not read is damage.
pub fn holdings(tables: &Tables, id: &str) -> Result<Vec<Holding>> {
    let sql = "SELECT carrier, entry, login, at, by, returned_at, returned_to, place FROM carrier_issues
               WHERE carrier = ?1 ORDER BY entry";
    tables.all("выдача носителя", sql, [id], |row| {
        let returned = match (row.moment_or_none("returned_at")?, row.get("returned_to")?, row.get("place")?) {
            (Some(at), Some(by), Some(place)) => Some(Returned { at, by, place }),
            _ => None,
        };
        Ok(Holding { to: row.get("login")?, at: row.moment("at")?, by: row.get("by")?, returned })
    })
}

impl Carrier {
    fn of(row: &Columns<'_>) -> Result<Self> {
        let issued = (row.get("issued_to")?, row.moment_or_none("issued_at")?, row.get("issued_by")?);
        let issue = match issued {
            (Some(to), Some(at), Some(by)) => Some(Holding { to, at, by, returned: None }),
            _ => None,
        };
        let restored: (Option<String>, _) = (row.get("replacement")?, row.moment_or_none("restored_at")?);
        let loss = match row.day_or_none("reported")? {
            None => None,
            Some(reported) => Some(Loss {
                reported,
                circumstances: row.get("circumstances")?,
                by_fault: row.get("by_fault")?,
                retired: row.get("retired")?,
                restored: restored.0.zip(restored.1).map(|(on, at)| Restored { on, at }),
            }),
        };
        Ok(Self {
            id: row.get("id")?,
            label: row.get("label")?,
            holder: row.get("holder")?,
            place: row.get("place")?,
            device: row.get("device")?,
            registered_at: row.moment("registered_at")?,
            issue,
            loss,
        })
    }
}
