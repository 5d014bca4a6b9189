//! Groups of a class: who belongs to one, and when.

use super::{Pupil, iso};
use crate::error::Result;
use crate::journal::read::Tables;
use crate::school::{ClassName, CourseKey, Day};
use rusqlite::params;
use std::collections::{BTreeMap, BTreeSet};

/// A pupil's time in a group of a class. It counts while he is in the class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The group.
    pub group: String,
    /// The pupil's row.
    pub pupil: i64,
    /// The first day; nothing where he is in it from the beginning.
    pub since: Option<Day>,
    /// The first day on which he is not in it, if he left it.
    pub until: Option<Day>,
    /// The entry that wrote it.
    pub entry: u64,
}

impl Membership {
    /// Whether he is in the group on a day.
    pub fn covers(&self, day: Day) -> bool {
        self.since.is_none_or(|since| since <= day) && self.until.is_none_or(|until| day < until)
    }

    /// The first day as the tables keep it.
    pub fn first(&self) -> String {
        self.since.map(iso).unwrap_or_default()
    }
}

/// The groups of a class with all who ever belonged to them: by group, pupil and time.
pub fn memberships(tables: &Tables, class: &ClassName) -> Result<Vec<Membership>> {
    let sql = "SELECT grp, pupil, nullif(since, '') AS since, until, entry FROM group_members WHERE class = ?1
               ORDER BY grp, pupil, group_members.since";
    tables.all("группа", sql, [class.to_string()], |row| {
        let (since, until) = (row.day_or_none("since")?, row.day_or_none("until")?);
        Ok(Membership { group: row.get("grp")?, pupil: row.get("pupil")?, since, until, entry: row.get("entry")? })
    })
}

/// The groups of a class as they are since the last change: a group's name and the row of a member, in order.
pub fn groups_of_class(tables: &Tables, class: &ClassName) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT grp, pupil FROM group_members WHERE class = ?1 AND until IS NULL ORDER BY grp, pupil";
    tables.all("группа", sql, [class.to_string()], |row| Ok((row.get("grp")?, row.get("pupil")?)))
}

/// The groups that a pupil is or was in, each with its class.
pub fn groups_of_pupil(tables: &Tables, pupil: i64) -> Result<BTreeSet<(ClassName, String)>> {
    let sql = "SELECT pupil, class, grp FROM group_members WHERE pupil = ?1";
    tables.all("группа", sql, [pupil], |row| Ok((row.class("class")?, row.get("grp")?)))
}

/// The courses of the groups of a class, by subject: the groups that have it.
fn taught_in_groups(tables: &Tables, class: &ClassName) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let sql = "SELECT subject, grp FROM courses WHERE class = ?1 ORDER BY subject, grp";
    let rows: Vec<(String, String)> =
        tables.all("курс", sql, [class.to_string()], |row| Ok((row.get("subject")?, row.get("grp")?)))?;
    let mut subjects: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (subject, group) in rows {
        subjects.entry(subject).or_default().insert(group);
    }
    // What is taught to the whole class, or to one group of those who chose it, everybody has.
    subjects.retain(|_, groups| groups.len() > 1 && !groups.contains(""));
    Ok(subjects)
}

/// A pupil who is in no group of his class, and of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ungrouped {
    /// Who.
    pub pupil: Pupil,
    /// The subjects that the class has in groups and he in none of them; empty where he is in no group at all.
    pub subjects: Vec<String>,
}

/// Who is in a class on a day and in none of its groups, or in none of those that share a subject. Where a class has one
/// group only, being outside of it is not strange, unless whoever came after it was made.
///
/// # Errors
/// Tables that hold what they cannot hold.
pub fn ungrouped(tables: &Tables, class: &ClassName, day: Day) -> Result<Vec<Ungrouped>> {
    let members = memberships(tables, class)?;
    let groups: BTreeSet<&str> = members.iter().map(|of| of.group.as_str()).collect();
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let shared = taught_in_groups(tables, class)?;
    let key = CourseKey { class: class.clone(), group: String::new(), subject: String::new() };
    let sql = "SELECT coalesce(max(entry), 0) AS entry FROM enrolments WHERE pupil = ?1 AND class = ?2";
    let mut out = Vec::new();
    for pupil in super::roster(tables, &key, day)? {
        let own: BTreeSet<&str> =
            members.iter().filter(|of| of.pupil == pupil.id && of.covers(day)).map(|of| of.group.as_str()).collect();
        let lacks = |of: &BTreeSet<String>| of.iter().all(|group| !own.contains(group.as_str()));
        let subjects: Vec<String> =
            shared.iter().filter(|(_, groups)| lacks(groups)).map(|(subject, _)| subject.clone()).collect();
        if own.is_empty() && groups.len() == 1 {
            let came: Option<u64> =
                tables
                    .one("зачисление", sql, params![pupil.id, class.to_string()], |row| row.get("entry"))?;
            let made = members.iter().map(|of| of.entry).max();
            if came < made {
                continue;
            }
        }
        if own.is_empty() || !subjects.is_empty() {
            out.push(Ungrouped { pupil, subjects });
        }
    }
    Ok(out)
}
