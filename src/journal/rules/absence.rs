//! Reasons for absence and exemptions (§3.3.4). They are bound by no days: medical notes come late.

use super::{Context, known_pupil, text};
use crate::error::{Action, Error, Result};
use crate::journal::entry::{ExemptionSet, ExemptionWithdrawn, ReasonSet, ReasonWithdrawn};
use crate::journal::read::{self, Tables, iso};
use chrono::NaiveDate;
use rusqlite::params;

/// The reason of absences between two days; spans of one pupil do not overlap.
pub fn reason(tables: &Tables, set: &ReasonSet) -> Result<()> {
    let pupil = known_pupil(tables, &set.pupil)?;
    span(set.since, set.until)?;
    text::fits(&set.document, "документ")?;
    let (since, until) = (iso(set.since), iso(set.until));
    let sql = "SELECT 1 FROM reasons WHERE pupil = ?1 AND since <= ?3 AND until >= ?2
               AND NOT (since = ?2 AND until = ?3)";
    if tables.prepare_cached(sql)?.exists(params![pupil.id, since, until])? {
        return Err(Error::refused(format!("{}: на эти дни уже записана причина", read::name_of(tables, &pupil)?))
            .next_by("укажите другие дни или отмените прежнюю", Action::WithdrawReason));
    }
    Ok(())
}

/// A reason that stands.
pub fn withdrawal_of_reason(tables: &Tables, withdrawn: &ReasonWithdrawn) -> Result<()> {
    let pupil = known_pupil(tables, &withdrawn.pupil)?;
    let sql = "SELECT 1 FROM reasons WHERE pupil = ?1 AND since = ?2 AND until = ?3";
    let key = params![pupil.id, iso(withdrawn.since), iso(withdrawn.until)];
    stands(tables.prepare_cached(sql)?.exists(key)?, "причина", &read::name_of(tables, &pupil)?)
}

/// An exemption from a subject of the school, resting on a document; spans of one subject do not overlap.
pub fn exemption(context: &Context<'_>, set: &ExemptionSet) -> Result<()> {
    let tables = context.tables;
    let pupil = known_pupil(tables, &set.pupil)?;
    span(set.since, set.until)?;
    text::is_given(&set.document, "документ, освобождающий от занятий")?;
    text::fits(&set.document, "документ")?;
    if !tables.prepare_cached("SELECT 1 FROM subjects WHERE name = ?1")?.exists([&set.subject])? {
        return Err(Error::input(format!("предмета «{}» нет в журнале", set.subject)).next("проверьте предмет"));
    }
    let sql = "SELECT 1 FROM exemptions WHERE pupil = ?1 AND subject = ?2 AND since <= ?4 AND until >= ?3
               AND since <> ?3";
    if tables.prepare_cached(sql)?.exists(params![pupil.id, set.subject, iso(set.since), iso(set.until)])? {
        return Err(Error::refused(format!(
            "{}: на эти дни уже записано освобождение от предмета «{}»",
            read::name_of(tables, &pupil)?,
            set.subject
        ))
        .next_by("укажите другие дни или отмените прежнее", Action::WithdrawExemption));
    }
    Ok(())
}

/// An exemption that stands.
pub fn withdrawal_of_exemption(tables: &Tables, withdrawn: &ExemptionWithdrawn) -> Result<()> {
    let pupil = known_pupil(tables, &withdrawn.pupil)?;
    let sql = "SELECT 1 FROM exemptions WHERE pupil = ?1 AND subject = ?2 AND since = ?3";
    let key = params![pupil.id, withdrawn.subject, iso(withdrawn.since)];
    stands(tables.prepare_cached(sql)?.exists(key)?, "освобождение", &read::name_of(tables, &pupil)?)
}

fn span(since: NaiveDate, until: NaiveDate) -> Result<()> {
    if since > until {
        return Err(Error::input("срок заканчивается раньше, чем начинается").next("проверьте даты «с» и «по»"));
    }
    Ok(())
}

fn stands(stands: bool, what: &str, pupil: &str) -> Result<()> {
    if stands {
        return Ok(());
    }
    Err(Error::input(format!("{pupil}: {what} на эти дни не записана(о)"))
        .next_by("проверьте даты", Action::ListAbsences))
}
