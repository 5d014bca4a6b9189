//! Final marks: when they may be set, and the count of marks that they rest on (§2.3.1).

use super::lesson::NO_MARKS;
use super::{Context, known_course};
use crate::error::{Action, Error, Result, Warning, every};
use crate::journal::entry::{Entry, FinalsSet, LessonRef};
use crate::journal::read::count::Counts;
use crate::journal::read::finals::{last_within, other_courses, span_of};
use crate::journal::read::{self, Course, Pupil};
use crate::journal::roles;
use crate::school::{Marks, Period, Role, format_date};
use chrono::{Duration, NaiveDate};
use rusqlite::{OptionalExtension, params};
use std::collections::HashMap;

/// The final marks that are no period's: for the year, of an exam, and the outcome of both.
pub const YEARLY: [&str; 3] = ["Год", "Экзамен", "Итог"];

/// From which rules on a pupil has one final mark for a subject and a period.
const ONE_MARK: u32 = 2;

/// Judges final marks; what §2.3.1 lacks goes into `warnings` where the marks are taken over.
pub fn check(
    context: &Context<'_>,
    entry: &Entry,
    set: &FinalsSet,
    today: NaiveDate,
    warnings: &mut Vec<Warning>,
) -> Result<()> {
    let course = known_course(context.tables, &set.course)?;
    let period = period(context, &course, &set.period)?;
    let ends = period.map_or(context.school.year.ends, |period| period.ends);
    let begins = period.map_or(context.school.year.begins, |period| period.begins);
    if !entry.taken_over {
        in_time(context, set, ends, today)?;
    }
    let overriding = overrides(context, entry, set)?;
    let pupils = pupils_of(context, &course, begins, ends)?;
    let counts = match period {
        Some(period) => {
            let (span, ids) = ((period.begins, period.ends), pupils.values().map(|pupil| pupil.id));
            Some(Counts::take(context.tables, context.school, &course, span, ids)?)
        }
        None => None,
    };
    let judged = every(set.marks.iter().map(|line| {
        let pupil = pupils.get(&line.pupil).ok_or_else(|| never_there(&course, &line.pupil, &set.period))?;
        let name = || read::name_of(context.tables, pupil);
        if let Err(error) = single(context, entry.rules, &course, &line.mark) {
            return Err(error.at(name()?));
        }
        standing(context, &course, pupil, set, entry, today, &line.mark)?;
        if entry.rules >= ONE_MARK {
            only_one(context, &course, pupil, &set.period)?;
            if !entry.taken_over {
                is_last_here(context, &course, pupil, &set.period)?;
            }
        }
        if line.mark.is_exempt() && !entry.taken_over {
            exempted(context, &course, pupil, begins, ends)?;
        }
        let counts = counts.as_ref().filter(|_| !overriding);
        let Some(lack) = counts.and_then(|counts| lack(counts, pupil, &line.mark, entry.taken_over)) else {
            return Ok(None);
        };
        let what = format!("§2.3.1: {}, {}, {}: {lack}", name()?, course.key, set.period);
        if entry.taken_over {
            return Ok(Some(Warning::from(what)));
        }
        let next = "поставьте «н/а», добавьте недостающие отметки или попросите завуча поставить с обоснованием";
        Err(Error::refused(what).next(next))
    }))?;
    warnings.extend(judged.into_iter().flatten());
    Ok(())
}

fn never_there(course: &Course, pupil: &str, period: &str) -> Error {
    Error::refused(format!("ученик «{pupil}» не учился на курсе «{}» в период «{period}»", course.key))
        .next("проверьте ученика и период")
}

/// What the mark lacks by §2.3.1. «н/а» and «осв» rest on nothing; «зач» that was taken over is not counted.
fn lack(counts: &Counts, pupil: &Pupil, mark: &Marks, taken_over: bool) -> Option<String> {
    if mark.grades().next().is_some() {
        counts.lack(pupil.id)
    } else if mark.credits() > 0 && !taken_over {
        counts.lack_of_credit(pupil.id)
    } else {
        None
    }
}

/// «осв» is for whom a document exempts from the subject (§3.3.4).
fn exempted(context: &Context<'_>, course: &Course, pupil: &Pupil, begins: NaiveDate, ends: NaiveDate) -> Result<()> {
    let sql = "SELECT 1 FROM exemptions WHERE pupil = ?1 AND subject = ?2 AND since <= ?4 AND until >= ?3";
    let span = params![pupil.id, course.key.subject, read::iso(begins), read::iso(ends)];
    if context.tables.prepare_cached(sql)?.exists(span)? {
        return Ok(());
    }
    Err(Error::refused(format!(
        "§3.3.4: {} {} от предмета «{}»",
        read::name_of(context.tables, pupil)?,
        pupil.agree("не освобождён"),
        course.key.subject
    ))
    .next_by("освобождение вносит классный руководитель", Action::Exempt))
}

/// §2.3.1 for a final mark that a correction sets: what it lacks, in words.
pub fn lack_of_corrected(
    context: &Context<'_>,
    course: &Course,
    pupil: &str,
    name: &str,
    mark: &Marks,
) -> Result<Option<String>> {
    let Some(period) = period(context, course, name)? else { return Ok(None) };
    let Some(pupil) = read::pupil(context.tables, pupil)? else { return Ok(None) };
    let span = (period.begins, period.ends);
    let counts = Counts::take(context.tables, context.school, course, span, [pupil.id])?;
    let lack = lack(&counts, &pupil, mark, false);
    let called = read::name_of(context.tables, &pupil)?;
    Ok(lack.map(|lack| format!("§2.3.1: {called}, {}, {name}: {lack}", course.key)))
}

/// The final marks that would rest on too few marks (§2.3.1) without those of a lesson: «Иванов Пётр, I четверть». One that
/// was set against the count rests on none.
pub fn resting_on(context: &Context<'_>, at: &LessonRef, lesson: i64) -> Result<Vec<String>> {
    let (tables, course) = (context.tables, known_course(context.tables, &at.course)?);
    let periods = context.school.periods_of(&at.course.class);
    let Some(period) = periods.into_iter().find(|period| (period.begins..=period.ends).contains(&at.date)) else {
        return Ok(Vec::new());
    };
    let sql = "SELECT file, mark FROM finals JOIN pupils ON pupils.id = finals.pupil
               JOIN marks ON marks.pupil = finals.pupil AND marks.lesson = ?3
               WHERE course = ?1 AND period = ?2 AND override = '' ORDER BY file";
    let mut statement = tables.prepare_cached(sql)?;
    let row = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
    let standing: Vec<(String, String)> =
        statement.query_map(params![course.id, period.name, lesson], row)?.collect::<rusqlite::Result<_>>()?;
    if standing.is_empty() {
        return Ok(Vec::new());
    }
    let lacking = || -> Result<Vec<String>> {
        let mut lacking = Vec::new();
        for (file, mark) in &standing {
            if lack_of_corrected(context, &course, file, &period.name, &Marks::parse(mark)?)?.is_some() {
                let name = read::name_of_file(tables, file)?;
                lacking.push(format!("{name}, {}", period.name));
            }
        }
        Ok(lacking)
    };
    let before = lacking()?;
    let mut after = tables.on_trial(|| {
        tables.prepare_cached("DELETE FROM marks WHERE lesson = ?1")?.execute([lesson])?;
        lacking()
    })?;
    after.retain(|one| !before.contains(one));
    Ok(after)
}

/// No final mark stands before it could be set: from some days before its period's end.
pub fn not_too_early(context: &Context<'_>, course: &Course, name: &str, today: NaiveDate) -> Result<()> {
    let ends = period(context, course, name)?.map_or(context.school.year.ends, |period| period.ends);
    let first = ends - Duration::days(context.school.policy.final_days.into());
    if today >= first {
        return Ok(());
    }
    Err(Error::refused(format!("отметки за «{name}» выставляются с {}", format_date(first)))
        .next("подождите до этого дня"))
}

fn period<'s>(context: &'s Context<'_>, course: &Course, name: &str) -> Result<Option<&'s Period>> {
    if YEARLY.contains(&name) {
        return Ok(None);
    }
    let periods = context.school.periods_of(&course.key.class);
    let known = periods.iter().map(|p| format!("«{}»", p.name)).collect::<Vec<_>>().join(", ");
    periods.into_iter().find(|p| p.name == name).map(Some).ok_or_else(|| {
        Error::input(format!("у {} класса нет периода «{name}»", course.key.class))
            .next(format!("укажите один из: {known}, «Год», «Экзамен», «Итог»"))
    })
}

fn by_request(set: &FinalsSet) -> Action {
    Action::CorrectFinals { course: set.course.clone(), period: set.period.clone(), file: None }
}

/// A final mark may be set from some days before the period's end to as many after it.
fn in_time(context: &Context<'_>, set: &FinalsSet, ends: NaiveDate, today: NaiveDate) -> Result<()> {
    let around = Duration::days(context.school.policy.final_days.into());
    if today >= ends - around && context.taken(today) <= ends + around {
        return Ok(());
    }
    // Exams are held in June: their marks, and what comes of them, are set until the year is closed.
    if YEARLY[1..].contains(&&*set.period) && today > ends {
        return Ok(());
    }
    let begins = format_date(ends - around);
    let error = Error::refused(format!(
        "отметки за «{}» выставляются с {begins} по {}",
        set.period,
        format_date(ends + around)
    ));
    Err(match today < ends - around {
        true => error.next(format!("выставьте её с {begins}")),
        false => error.next_by("вне этого срока подайте заявку на исправление (§2.3.3)", by_request(set)),
    })
}

/// An override carries a reason and is the deputy head's; without one the deputy head sets no final marks.
fn overrides(context: &Context<'_>, entry: &Entry, set: &FinalsSet) -> Result<bool> {
    let course = known_course(context.tables, &set.course)?;
    if set.override_reason.is_empty() {
        // Who taught the course on the day on which he set them, away from the ledger, set them for himself.
        let made = context.handed.map(|_| context.school.day_of(entry.time));
        if !entry.taken_over && !roles::taught(context.tables, &course.key, &entry.author, made)? {
            return Err(Error::refused("итоговую отметку за учителя завуч ставит только с обоснованием")
                .next("укажите обоснование"));
        }
        return Ok(false);
    }
    if !read::has_role(context.tables, &entry.author, Role::DeputyHead)? {
        return Err(Error::refused("§2.3.1: поставить отметку при недостатке отметок может только завуч")
            .next("поставьте «н/а», добавьте недостающие отметки или попросите завуча"));
    }
    Ok(true)
}

fn single(context: &Context<'_>, rules: u32, course: &Course, mark: &Marks) -> Result<()> {
    let policy = &context.school.policy;
    let grades: Vec<u8> = mark.grades().collect();
    if grades.len() > 1 {
        return Err(Error::input(format!("итоговая отметка одна, а указано «{mark}»")).next("оставьте одну"));
    }
    if policy.unmarked_grades.contains(&course.key.class.grade()) && (rules >= NO_MARKS || !grades.is_empty()) {
        return Err(Error::refused(format!("в {}-х классах отметки не ставятся", course.key.class.grade()))
            .next("в этой параллели итоговых отметок нет"));
    }
    if grades.iter().any(|grade| *grade < policy.lowest_mark) {
        return Err(Error::refused(format!("в школе ставятся отметки от {} до 5", policy.lowest_mark))
            .next("проверьте отметку"));
    }
    Ok(())
}

/// Overwritten on the day it was set, then only corrected.
fn standing(
    context: &Context<'_>,
    course: &Course,
    pupil: &Pupil,
    set: &FinalsSet,
    entry: &Entry,
    today: NaiveDate,
    new: &Marks,
) -> Result<()> {
    let sql = "SELECT mark, set_on, entry FROM finals WHERE course = ?1 AND pupil = ?2 AND period = ?3";
    let mut statement = context.tables.prepare_cached(sql)?;
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let standing: Option<(String, String, u64)> =
        statement.query_row(params![course.id, pupil.id, set.period], row).optional()?;
    // By the day of taking in; what came in the same hand-over, by the entries' own.
    let today_is = |set_on: &str, since: u64| {
        let counted = if context.is_of_hand_over(since) { today } else { context.taken(today) };
        set_on == read::iso(counted)
    };
    match standing {
        Some((old, set_on, since)) if old != new.to_string() && (entry.taken_over || !today_is(&set_on, since)) => Err(
            Error::refused(format!("{}: за «{}» уже стоит «{old}»", read::name_of(context.tables, pupil)?, set.period))
                .next_by("подайте заявку на исправление (§2.3.3)", by_request(set)),
        ),
        _ => Ok(()),
    }
}

/// A final mark that a correction sets: of a period that there is, for a pupil who was on the course.
pub fn corrected(
    context: &Context<'_>,
    entry: &Entry,
    course: &Course,
    pupil: &str,
    name: &str,
    mark: Option<&Marks>,
) -> Result<()> {
    let year = &context.school.year;
    let (begins, ends) = period(context, course, name)?.map_or((year.begins, year.ends), |p| (p.begins, p.ends));
    let pupils = pupils_of(context, course, begins, ends)?;
    let known = pupils.get(pupil).ok_or_else(|| never_there(course, pupil, name))?;
    let Some(mark) = mark else { return Ok(()) };
    if entry.rules >= ONE_MARK && !has_own(context, course, known, name)? {
        only_one(context, course, known, name)?;
        is_last_here(context, course, known, name)?;
    }
    single(context, entry.rules, course, mark)
}

fn has_own(context: &Context<'_>, course: &Course, pupil: &Pupil, name: &str) -> Result<bool> {
    let sql = "SELECT 1 FROM finals WHERE course = ?1 AND pupil = ?2 AND period = ?3";
    Ok(context.tables.prepare_cached(sql)?.exists(params![course.id, pupil.id, name])?)
}

/// A pupil has one mark for a subject and a period, wherever it was set. Who belongs to two courses of the subject to its
/// end has two teachers, and a mark of each.
fn only_one(context: &Context<'_>, course: &Course, pupil: &Pupil, name: &str) -> Result<()> {
    let here = last_day(context, course, pupil, name)?;
    for other in other_courses(context.tables, course, pupil.id)? {
        let standing = read::finals_of_period(context.tables, other.id, name)?;
        let Some((mark, _)) = standing.get(pupil.file.as_str()) else { continue };
        if last_day(context, &other, pupil, name)? == here {
            continue;
        }
        let who = read::name_of(context.tables, pupil)?;
        return Err(Error::refused(format!(
            "{who}: за «{name}» уже стоит «{mark}» ({}, {}), а отметка за период одна",
            other.key,
            teacher_of(context, &other)?
        ))
        .next_by(
            format!("она засчитана и здесь; если неверна, её исправляет заявкой {}", teacher_of(context, &other)?),
            Action::RequestCorrection,
        ));
    }
    Ok(())
}

/// The mark is set by whoever teaches the pupil at the period's end, or had him last in it.
fn is_last_here(context: &Context<'_>, course: &Course, pupil: &Pupil, name: &str) -> Result<()> {
    let here = last_day(context, course, pupil, name)?;
    for other in other_courses(context.tables, course, pupil.id)? {
        let there = last_day(context, &other, pupil, name)?;
        if there > here {
            let who = read::name_of(context.tables, pupil)?;
            let ends = there.map(format_date).unwrap_or_default();
            return Err(Error::refused(format!("{who}: {ends} на курсе «{}», а не «{}»", other.key, course.key))
                .next(format!("отметку за «{name}» ставит {}", teacher_of(context, &other)?)));
        }
    }
    Ok(())
}

/// The last day of a period on which a pupil was on a course.
fn last_day(context: &Context<'_>, course: &Course, pupil: &Pupil, name: &str) -> Result<Option<NaiveDate>> {
    let stays = read::stays_on_course(context.tables, &course.key)?;
    let span = span_of(context.school, &course.key.class, name);
    Ok(stays.get(&pupil.id).and_then(|stays| last_within(stays, span)))
}

fn teacher_of(context: &Context<'_>, course: &Course) -> Result<String> {
    let teacher = read::staff(context.tables, &course.teacher)?;
    Ok(teacher.map_or_else(|| course.teacher.to_string(), |person| person.name.initials()))
}

/// Those who were on the course on some day of the span, by personal file.
fn pupils_of(
    context: &Context<'_>,
    course: &Course,
    begins: NaiveDate,
    ends: NaiveDate,
) -> Result<HashMap<String, Pupil>> {
    let pupils = read::members_of_course(context.tables, &course.key, begins, ends)?;
    Ok(pupils.into_iter().map(|pupil| (pupil.file.to_string(), pupil)).collect())
}
