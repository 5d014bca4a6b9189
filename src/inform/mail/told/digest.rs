//! The digest of a day (§4.2): marks with their kind of work, absences and their reasons, what was corrected, and what is set
//! for the next day of school.

use super::absence::monday;
use super::{Before, Child, Line, cell, standing, subject};
use crate::error::Result;
use crate::inform::diary::{self, NewlyCorrected, News, Shown};
use crate::journal::read::{Pupil, Tables};
use crate::school::{ClassName, Day, day_in_words, format_date};
use chrono::Days;
use std::ops::RangeInclusive;

/// What is new of a pupil, whoever reads it.
pub struct Gathered<'p> {
    pupil: &'p Pupil,
    class: ClassName,
    day: Day,
    news: News,
    /// The next day of school, and what is set for it.
    next: Option<(Day, Vec<Shown>)>,
    /// What stands in the day's cells of absence.
    away: Vec<String>,
}

/// Gathers what entries brought for a pupil up to the evening of a day.
///
/// # Errors
/// Tables that do not read.
pub fn gather<'p>(
    tables: &Tables,
    pupil: &'p Pupil,
    class: ClassName,
    entries: &RangeInclusive<u64>,
    day: Day,
) -> Result<Gathered<'p>> {
    let news = diary::news(tables, pupil, entries, day)?;
    let next = next_day(tables, pupil, day)?;
    let away = diary::absences(tables, pupil, (day, day))?.days;
    let away =
        away.iter().flat_map(|away| away.lessons.iter().map(|(number, subject, _)| place(day, *number, subject)));
    let away = away.collect();
    Ok(Gathered { pupil, class, day, news, next, away })
}

/// The beginning of the key of a lesson's cell.
fn place(day: Day, number: u8, subject: &str) -> String {
    format!("cell/{day}/{number}/{subject}/")
}

/// The next day with lessons, if it is near: what is set over the holidays is told at their end.
fn next_day(tables: &Tables, pupil: &Pupil, day: Day) -> Result<Option<(Day, Vec<Shown>)>> {
    const NEAR: Days = Days::new(4);
    let last = day + NEAR;
    let weeks = if monday(day) == monday(last) { vec![day] } else { vec![day, last] };
    for of_week in weeks {
        let week = diary::week(tables, pupil, of_week, day)?;
        let is_next = |date: Day| date > day && date <= last;
        let next = week.days.into_iter().find(|of| is_next(of.date) && !of.lessons.is_empty());
        if let Some(next) = next {
            return Ok(Some((next.date, next.lessons)));
        }
    }
    Ok(None)
}

impl Gathered<'_> {
    /// What is new of him to a reader who was told that before; nothing where nothing is.
    ///
    /// # Errors
    /// An outbox that does not read.
    pub fn told_after(&self, before: &dyn Before) -> Result<Option<Child>> {
        let mut child = Child::new(self.pupil, &self.class);
        let mut changed = Vec::new();
        let (mut marks, mut missed) = (Vec::new(), Vec::new());
        for lesson in &self.news.lessons {
            let (fact, value) = (cell(lesson), standing(lesson));
            let told = before.value(&fact)?;
            if told.as_deref() == Some(value.as_str()) {
                continue;
            }
            let about = subject(lesson, self.day);
            match told.as_deref().and_then(|told| change(told, &value)) {
                Some(said) => changed.push(Line::new(about, said)),
                None => self.say_cell(lesson, &about, told.as_deref(), (&mut marks, &mut missed)),
            }
            child.tell(self.pupil, fact, value);
        }
        for of in &self.news.corrected {
            self.say_corrected(of, before, &mut child, &mut changed)?;
        }
        self.take_back(before, &mut child, &mut changed)?;
        for reason in &self.news.reasons {
            let fact = format!("reason/{}/{}", reason.since, reason.until);
            if before.value(&fact)?.as_deref() != Some(reason.word) {
                let days = match reason.since == reason.until {
                    true => format_date(reason.since),
                    false => format!("{} – {}", format_date(reason.since), format_date(reason.until)),
                };
                missed.push(Line::new(format!("Причина пропуска, {days}"), reason.word));
                child.tell(self.pupil, fact, reason.word);
            }
        }
        child.say("Отметки", marks);
        child.say("Посещение", missed);
        child.say("Исправлено", changed);
        self.say_homework(before, &mut child)?;
        Ok(child.if_anything())
    }

    fn say_cell(&self, lesson: &Shown, about: &str, told: Option<&str>, into: (&mut Vec<Line>, &mut Vec<Line>)) {
        let (marks, missed) = into;
        let (told_marks, told_absence) = told.unwrap_or(";").split_once(';').unwrap_or_default();
        if let Some(mark) = &lesson.mark
            && mark.marks != told_marks
        {
            let work = if mark.work.is_empty() { String::new() } else { format!(" ({})", mark.work) };
            let brought = if mark.brought { ", по справке" } else { "" };
            marks.push(Line::new(about, format!("{}{work}{brought}", mark.marks)));
        }
        if let Some(absence) = lesson.absence
            && absence.kind.as_str() != told_absence
        {
            missed.push(Line::new(format!("{about}, {}-й урок", lesson.number), absence.in_words()));
        }
    }

    fn say_corrected(
        &self,
        of: &NewlyCorrected,
        before: &dyn Before,
        child: &mut Child,
        changed: &mut Vec<Line>,
    ) -> Result<()> {
        let fact = format!("corrected/{}/{}/{}", of.date, of.subject, of.period);
        let value = format!("{};{};{}", of.correction.on, of.correction.was.as_deref().unwrap_or_default(), of.becomes);
        if before.value(&fact)?.as_deref() == Some(value.as_str()) {
            return Ok(());
        }
        let when = if of.period.is_empty() { format_date(of.date) } else { of.period.clone() };
        let (was, becomes) = (of.correction.was.as_deref().unwrap_or_default(), of.becomes.as_str());
        changed.push(Line::new(format!("{}, {when}", of.subject), corrected(was, becomes)));
        child.tell(self.pupil, fact, value);
        Ok(())
    }

    /// Absences of the day that were told and do not stand any more.
    fn take_back(&self, before: &dyn Before, child: &mut Child, changed: &mut Vec<Line>) -> Result<()> {
        for (fact, value) in before.beginning(&format!("cell/{}/", self.day))? {
            let is_absence = value.split_once(';').is_some_and(|(_, absence)| !absence.is_empty());
            let stands = self.away.iter().any(|place| fact.starts_with(place.as_str()));
            let is_told = child.facts.iter().any(|told| told.fact == fact);
            if is_absence && !stands && !is_told {
                let mut parts = fact.split('/').skip(2);
                let (number, subject) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
                changed.push(Line::new(format!("{subject}, {number}-й урок"), "отметка об отсутствии снята"));
                child.tell(self.pupil, fact, ";");
            }
        }
        Ok(())
    }

    fn say_homework(&self, before: &dyn Before, child: &mut Child) -> Result<()> {
        let Some((next, lessons)) = &self.next else { return Ok(()) };
        let due: Vec<&Shown> = lessons.iter().filter(|lesson| !lesson.due.trim().is_empty()).collect();
        let fact = format!("homework/{next}");
        let value =
            due.iter().map(|lesson| format!("{}:{}", lesson.subject, lesson.due)).collect::<Vec<_>>().join("\n");
        if due.is_empty() || before.value(&fact)?.as_deref() == Some(value.as_str()) {
            return Ok(());
        }
        let lines = due.iter().map(|lesson| Line::new(&lesson.subject, &lesson.due)).collect();
        child.say(format!("Задано: {}", day_in_words(*next)), lines);
        child.tell(self.pupil, fact, value);
        Ok(())
    }
}

/// How a change of what was told is said; nothing where something only came to it.
fn change(told: &str, now: &str) -> Option<String> {
    let (told_marks, told_absence) = told.split_once(';')?;
    let (marks, absence) = now.split_once(';')?;
    let is_change = |told: &str, now: &str| !told.is_empty() && told != now;
    if is_change(told_marks, marks) {
        return Some(corrected(told_marks, marks));
    }
    is_change(told_absence, absence).then(|| corrected(told_absence, absence))
}

/// «исправлено: было 3, стало 4».
pub(super) fn corrected(was: &str, becomes: &str) -> String {
    let word = |text: &str| if text.is_empty() { "пусто".to_owned() } else { text.to_owned() };
    format!("исправлено: было {}, стало {}", word(was), word(becomes))
}
