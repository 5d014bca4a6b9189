//! What is new for a pupil: what a stretch of the ledger brought for him, and what a day's lessons set him.

use super::Diary;
use super::shown::{Around, Correction, Shown};
use crate::error::Result;
use crate::journal::read::diary::{OwnReason, reasons_of_pupil};
use crate::journal::read::finals::finals_of_pupil;
use crate::journal::read::{Pupil, Tables};
use crate::school::{Day, Marks, PeriodName};
use chrono::Days;
use std::ops::RangeInclusive;

/// What is new for a pupil.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct News {
    /// The lessons into whose cell of his something was written, in order of time: marks, absences.
    pub lessons: Vec<Shown>,
    /// What «Замена сведений» changed.
    pub corrected: Vec<NewlyCorrected>,
    /// The reasons that were given for absences.
    pub reasons: Vec<NewReason>,
    /// Final marks that were set.
    pub finals: Vec<NewFinal>,
    /// The lessons of the day that set homework.
    pub homework: Vec<Shown>,
}

/// A change that was made to what had been told before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewlyCorrected {
    /// The subject.
    pub subject: String,
    /// The day of the lesson; of a final mark the last day of its period.
    pub date: Day,
    /// The period of a final mark, or empty.
    pub period: String,
    /// What stood there and when it was changed.
    pub correction: Correction,
    /// What stands there now; may be empty.
    pub becomes: String,
}

/// A reason that was given for absences.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReason {
    /// First day.
    pub since: Day,
    /// Last day.
    pub until: Day,
    /// «болезнь», «уважительная», «неуважительная».
    pub word: &'static str,
}

/// A final mark that was set.
#[derive(Debug, Clone, PartialEq)]
pub struct NewFinal {
    /// The subject.
    pub subject: String,
    /// A period's name, «Год», «Экзамен» or «Итог».
    pub period: PeriodName,
    /// The mark.
    pub mark: Marks,
    /// The day on which it was set.
    pub set_on: Day,
}

impl News {
    /// Whether there is nothing to tell but homework.
    pub fn is_empty(&self) -> bool {
        self.lessons.is_empty() && self.corrected.is_empty() && self.reasons.is_empty() && self.finals.is_empty()
    }
}

/// What the entries of a stretch of the ledger brought for a pupil, and the homework of a day.
///
/// Told by entries, since nobody knows beforehand when a day's last entry comes: what was told up to an entry goes on after
/// it, and nothing is left out or told twice. [`Proven::first_entry_since`](crate::journal::Proven::first_entry_since) tells the
/// first entry of a day. Lessons are looked at as far back as a stick may bring them.
///
/// # Errors
/// Tables that do not read.
pub fn news(tables: &Tables, pupil: &Pupil, entries: &RangeInclusive<u64>, day: Day) -> Result<News> {
    let diary = Diary::open(tables, pupil)?;
    let policy = &diary.school.policy;
    let back = Days::new(u64::from(policy.edit_days) + u64::from(policy.stick_days));
    let first = day.checked_sub_days(back).unwrap_or(day).max(diary.school.year.begins);
    let year = Around::read(&diary, diary.school.year.begins, diary.school.year.ends)?;
    let mut out = News { corrected: corrected(&diary, &year, entries), ..News::default() };
    for (own, lesson) in diary.lessons(first.min(day), day)? {
        let place = (lesson.course, lesson.lesson.date, lesson.lesson.number);
        let written = [lesson.marks.as_ref().map(|of| of.entry), lesson.attendance.map(|(_, entry)| entry)];
        let by_decision = |entry: u64| {
            let decided = year.corrected.get(&place).into_iter().flatten();
            decided.into_iter().any(|(decision, _)| *decision == entry)
        };
        let is_new = written.into_iter().flatten().any(|entry| entries.contains(&entry) && !by_decision(entry));
        let sets = lesson.lesson.date == day && !lesson.lesson.homework.trim().is_empty();
        if is_new || sets {
            let shown = diary.shown(own, lesson, &year)?;
            out.homework.extend(sets.then(|| shown.clone()));
            out.lessons.extend(is_new.then_some(shown));
        }
    }
    let is_new = |of: &OwnReason| entries.contains(&of.entry);
    let reasons = reasons_of_pupil(tables, pupil.id)?.into_iter().filter(is_new);
    out.reasons = reasons.map(|of| NewReason { since: of.since, until: of.until, word: of.word }).collect();
    let decided: Vec<u64> = year.corrected.values().flatten().map(|(entry, _)| *entry).collect();
    let finals = finals_of_pupil(tables, &diary.school, pupil.id)?.into_iter();
    let finals = finals.filter(|of| entries.contains(&of.entry) && !decided.contains(&of.entry));
    out.finals = finals
        .map(|of| NewFinal { subject: of.course.subject, period: of.period, mark: of.mark, set_on: of.set_on })
        .collect();
    Ok(out)
}

fn corrected(diary: &Diary<'_>, year: &Around, entries: &RangeInclusive<u64>) -> Vec<NewlyCorrected> {
    let mut out: Vec<(u64, NewlyCorrected)> = Vec::new();
    for ((course, ..), made) in &year.corrected {
        let Some(own) = diary.course(*course) else { continue };
        for (entry, of) in made.iter().filter(|(entry, of)| entries.contains(entry) && of.pupil.is_some()) {
            let subject = own.course.key.subject.clone();
            let (date, period, becomes) = (of.date, of.period.clone(), of.becomes.clone());
            out.push((*entry, NewlyCorrected { subject, date, period, correction: diary.correction(of), becomes }));
        }
    }
    out.sort_by(|(one, a), (other, b)| (one, a.date, &a.subject).cmp(&(other, b.date, &b.subject)));
    out.into_iter().map(|(_, of)| of).collect()
}
