//! Reasons for absence and exemptions (§3.3.4). They are bound by no days: medical notes come late.

use super::{Context, known_pupil, text};
use crate::error::{Action, Detail, Error, OfPupil, Result};
use crate::journal::entry::{Entry, ExemptionSet, ExemptionWithdrawn, ReasonSet, ReasonWithdrawn};
use crate::journal::read::{self, Tables, iso};
use crate::school::{format_date, parse_date_or};
use chrono::NaiveDate;
use rusqlite::{OptionalExtension, Row, params};

/// The version of the rules since which another reason or exemption of the same days is not replaced in silence: the one
/// before is withdrawn first. An import says itself what it replaces.
const OPENLY: u32 = 2;

/// The reason of absences between two days; spans of one pupil do not overlap.
pub fn reason(tables: &Tables, entry: &Entry, set: &ReasonSet) -> Result<()> {
    let pupil = known_pupil(tables, &set.pupil)?;
    span(set.since, set.until)?;
    text::fits(&set.document, "документ")?;
    let (since, until) = (iso(set.since), iso(set.until));
    let sql = "SELECT since, until, reason FROM reasons WHERE pupil = ?1 AND since <= ?3 AND until >= ?2
               AND NOT (since = ?2 AND until = ?3 AND (?4 OR (reason = ?5 AND document = ?6))) LIMIT 1";
    let replaces = entry.rules < OPENLY || entry.taken_over;
    let key = params![pupil.id, since, until, replaces, set.reason.word(), set.document];
    let row = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?));
    let Some((first, last, word)) = tables.prepare_cached(sql)?.query_row(key, row).optional()? else {
        return Ok(());
    };
    let withdraws = Action::WithdrawReason(of_pupil(tables, &pupil, (&first, &last))?);
    Err(Error::refused(format!(
        "{}: на эти дни уже записана причина: «{word}», {}",
        read::name_of(tables, &pupil)?,
        days(&first, &last)
    ))
    .next_by("укажите другие дни, или замените прежнюю", Action::Give(Detail::Instead))
    .then_by("или отмените её", withdraws))
}

/// A reason that stands.
pub fn withdrawal_of_reason(tables: &Tables, withdrawn: &ReasonWithdrawn) -> Result<()> {
    let pupil = known_pupil(tables, &withdrawn.pupil)?;
    let sql = "SELECT 1 FROM reasons WHERE pupil = ?1 AND since = ?2 AND until = ?3";
    let key = params![pupil.id, iso(withdrawn.since), iso(withdrawn.until)];
    stands(tables.prepare_cached(sql)?.exists(key)?, "причина", &read::name_of(tables, &pupil)?)
}

/// An exemption from a subject of the school, resting on a document; spans of one subject do not overlap.
pub fn exemption(context: &Context<'_>, entry: &Entry, set: &ExemptionSet) -> Result<()> {
    let tables = context.tables;
    let pupil = known_pupil(tables, &set.pupil)?;
    span(set.since, set.until)?;
    text::is_given(&set.document, "документ, освобождающий от занятий")?;
    text::fits(&set.document, "документ")?;
    if !tables.prepare_cached("SELECT 1 FROM subjects WHERE name = ?1")?.exists([&set.subject])? {
        return Err(Error::input(format!("предмета «{}» нет в журнале", set.subject)).next("проверьте предмет"));
    }
    let sql = "SELECT since, until, document FROM exemptions WHERE pupil = ?1 AND subject = ?2 AND since <= ?4
               AND until >= ?3 AND NOT (since = ?3 AND (?5 OR (until = ?4 AND document = ?6))) LIMIT 1";
    let (since, until) = (iso(set.since), iso(set.until));
    let key = params![pupil.id, set.subject, since, until, entry.rules < OPENLY, set.document];
    let row = |row: &Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?));
    let Some((first, last, document)) = tables.prepare_cached(sql)?.query_row(key, row).optional()? else {
        return Ok(());
    };
    let days_of = of_pupil(tables, &pupil, (&first, &last))?;
    let withdraws = Action::WithdrawExemption { subject: set.subject.clone(), days: days_of };
    Err(Error::refused(format!(
        "{}: на эти дни уже записано освобождение от предмета «{}»: {}, «{document}»",
        read::name_of(tables, &pupil)?,
        set.subject,
        days(&first, &last)
    ))
    .next_by("укажите другие дни, или замените прежнее", Action::Give(Detail::Instead))
    .then_by("или отмените его", withdraws))
}

/// What of a pupil stands on days as the tables keep them.
fn of_pupil(tables: &Tables, pupil: &read::Pupil, (first, last): (&str, &str)) -> Result<OfPupil> {
    let day = |text: &str| parse_date_or(text).map_or_else(|| text.to_owned(), format_date);
    let class = parse_date_or(first).map(|day| read::class_of_pupil(tables, pupil.file.as_ref(), day));
    Ok(OfPupil::new(class.transpose()?.flatten(), &pupil.file, (day(first), day(last))))
}

/// «01.09.2025–05.09.2025», of dates as the tables keep them.
fn days(first: &str, last: &str) -> String {
    let day = |text: &str| parse_date_or(text).map_or_else(|| text.to_owned(), format_date);
    if first == last { day(first) } else { format!("{}–{}", day(first), day(last)) }
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
