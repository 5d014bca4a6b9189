//! A pupil's week as a slip of paper (form 24, §4.5): what stands in the diary, in as few words as a quarter of a page holds.

use super::diary::{self, Shown, SubjectLine, Week};
use crate::error::Result;
use crate::journal::entry::Reason;
use crate::journal::read::{self, Event, Pupil, Tables};
use crate::print::{DiarySlip, SlipDay, SlipLesson};
use crate::school::{Attendance, Day, PeriodName, WorkKind};

/// The slip of a pupil's week, with the averages of a period and what they come to.
///
/// # Errors
/// Tables that do not read.
pub fn slip(
    tables: &Tables,
    (pupil, name): (&Pupil, &str),
    (monday, today): (Day, Day),
    period: Option<&PeriodName>,
) -> Result<DiarySlip> {
    let week = diary::week(tables, pupil, monday, today)?;
    let last = week.days.last().map_or(monday, |day| day.date);
    let events = read::events_between(tables, monday, last, week.class.as_ref())?;
    let subjects = read::subjects(tables)?;
    let short = |subject: &str| subjects.iter().find(|line| line.name == subject).map(|line| line.short.clone());
    let lines = period.map(|period| diary::period(tables, pupil, period)).transpose()?.unwrap_or_default();
    Ok(DiarySlip {
        name: name.to_owned(),
        days: days(&week, &events, &short),
        standing: lines.iter().filter_map(|line| standing(line, &short)).collect(),
        lacking: lines.iter().filter_map(|line| lacking(line, &short)).collect(),
    })
}

fn days(week: &Week, events: &[Event], short: &dyn Fn(&str) -> Option<String>) -> Vec<SlipDay> {
    let day = |day: &diary::WeekDay| {
        let on = events.iter().filter(|event| event.first <= day.date && day.date <= event.last);
        let told: Vec<String> = day.off.iter().cloned().chain(on.map(event)).collect();
        let lessons: Vec<SlipLesson> = day.lessons.iter().map(|shown| lesson(shown, short)).collect();
        (day.is_there && !(told.is_empty() && lessons.is_empty())).then_some(SlipDay { date: day.date, told, lessons })
    };
    week.days.iter().filter_map(day).collect()
}

fn event(event: &Event) -> String {
    let at = Some(&event.begins).filter(|at| !at.is_empty()).map(|at| format!(" в {at}")).unwrap_or_default();
    let place = Some(&event.place).filter(|place| !place.is_empty()).map(|place| format!(", {place}"));
    format!("{}{at}{}", event.title, place.unwrap_or_default())
}

fn lesson(shown: &Shown, short: &dyn Fn(&str) -> Option<String>) -> SlipLesson {
    let mark = shown.mark.as_ref().map(|mark| match WorkKind::of(&mark.work) {
        None => mark.marks.clone(),
        Some(kind) => format!("{} {}", mark.marks, kind.short()),
    });
    let absence = shown.absence.map(absence);
    let exempted = shown.exempted.then(|| "осв".to_owned());
    let corrected = shown.corrected.iter().filter(|one| one.was.is_some()).map(diary::Correction::in_words);
    let parts: Vec<String> = mark.into_iter().chain(absence).chain(exempted).chain(corrected).collect();
    SlipLesson {
        number: shown.number,
        subject: short(&shown.subject).unwrap_or_else(|| shown.subject.clone()),
        homework: shown.due.clone(),
        mark: parts.join("; "),
    }
}

/// «н», «б», «у», «оп»: where only «н» stands, its reason turns it to «б» or «у» once it is known.
fn absence(absence: diary::Absence) -> String {
    match (absence.kind, absence.reason) {
        (Attendance::Absent, Some(Reason::Illness)) => Attendance::Ill.as_str().to_owned(),
        (Attendance::Absent, Some(Reason::Valid)) => Attendance::Excused.as_str().to_owned(),
        (kind, _) => kind.as_str().to_owned(),
    }
}

/// «Алг. 4,33 (4)», or the final mark once it is set.
fn standing(line: &SubjectLine, short: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let name = short(&line.subject).unwrap_or_else(|| line.subject.clone());
    let subject = match line.group.is_empty() {
        true => name,
        false => format!("{name} ({})", line.group),
    };
    if let Some(set) = &line.final_mark {
        return Some(format!("{subject} – итог {set}"));
    }
    let outlook = line.outlook.as_ref()?;
    let average = outlook.average?;
    Some(format!("{subject} {} ({})", format!("{average:.2}").replace('.', ","), outlook.forecast))
}

fn lacking(line: &SubjectLine, short: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let outlook = line.outlook.as_ref().filter(|_| line.final_mark.is_none() && !line.exempted)?;
    let lack = diary::lack_in_words(outlook);
    (!lack.is_empty()).then(|| format!("{}: {lack}", short(&line.subject).unwrap_or_else(|| line.subject.clone())))
}
