//! A feed of a pupil's lessons and homework for a calendar (RFC 5545), without marks and without a name.
//!
//! Whoever has its address reads it, and calendars lie on other people's machines: so it tells what any pupil of the class
//! is told aloud, and whose it is only by the class.

use super::diary::{Shown, Week, week};
use crate::error::Result;
use crate::journal::read::{Event as AtSchool, Pupil, Tables, events_between};
use crate::school::{Day, School};
use chrono::{DateTime, Days, FixedOffset, NaiveTime, Utc, Weekday};
use icalendar::{Calendar, Component, Event, EventLike, Property};
use sha2::{Digest, Sha256};

/// From the week before today's.
const BACK: Days = Days::new(7);
/// So many weeks.
const WEEKS: u32 = 6;

/// The lessons of the weeks around a day with their homework; `secret` is what tells this feed from others.
///
/// # Errors
/// Tables that do not read.
pub fn feed(tables: &Tables, pupil: &Pupil, now: DateTime<FixedOffset>, secret: &str) -> Result<String> {
    let school = crate::journal::read::school(tables)?;
    let today = school.day_of(now);
    let monday = today.week(Weekday::Mon).first_day() - BACK;
    let weeks: Vec<Week> = monday
        .iter_weeks()
        .take(WEEKS as usize)
        .map(|monday| week(tables, pupil, monday, today))
        .collect::<Result<_>>()?;
    let class = weeks.get(1).and_then(|week| week.class.as_ref());
    let name = class.map_or_else(|| "Уроки".to_owned(), |class| format!("Уроки {class}"));
    let mut calendar = Calendar::new();
    calendar.name(&name);
    calendar.append_property(Property::new("REFRESH-INTERVAL", "PT3H").add_parameter("VALUE", "DURATION").done());
    calendar.append_property(Property::new("X-PUBLISHED-TTL", "PT3H"));
    for lesson in weeks.iter().flat_map(|week| &week.days).flat_map(|day| &day.lessons) {
        calendar.push(event(&school, lesson, now, secret));
    }
    if let Some(class) = class {
        let last = monday + Days::new(u64::from(WEEKS) * 7);
        for of in events_between(tables, monday, last, Some(class))? {
            calendar.push(at_school(&school, &of, now, secret));
        }
    }
    Ok(calendar.done().to_string())
}

/// The same lesson is the same event whenever it is fetched.
fn event(school: &School, of: &Shown, now: DateTime<FixedOffset>, secret: &str) -> Event {
    let place = format!("{secret}\n{}\n{}\n{}\n{}", of.date, of.number, of.subject, of.group);
    let mut event = Event::with_uid(&uid(&place));
    event.timestamp(now.with_timezone(&Utc));
    event.summary(&format!("{}. {}", of.number, of.subject));
    let told = [("К уроку", &of.due), ("Тема", &of.topic), ("Задано", &of.homework)];
    let planned = of.planned.iter().map(|line| format!("По плану: {}", line.work));
    let told = told.iter().filter(|(_, says)| !says.is_empty()).map(|(what, says)| format!("{what}: {says}"));
    let description: Vec<String> = told.chain(planned).collect();
    if !description.is_empty() {
        event.description(&description.join("\n"));
    }
    match times(school, of.date, of.number) {
        Some((begins, ends)) => {
            event.starts(begins);
            event.ends(ends);
        }
        None => {
            event.all_day(of.date);
        }
    }
    event.append_property(("TRANSP", "TRANSPARENT"));
    event.done()
}

/// What takes place at school (§1.6).
fn at_school(school: &School, of: &AtSchool, now: DateTime<FixedOffset>, secret: &str) -> Event {
    let mut event = Event::with_uid(&uid(&format!("{secret}\nevent {}", of.number)));
    event.timestamp(now.with_timezone(&Utc));
    event.summary(&of.title);
    if !of.place.is_empty() {
        event.location(&of.place);
    }
    match moment(school, of.first, &of.begins) {
        Some(begins) => {
            event.starts(begins);
        }
        None => {
            event.starts(of.first);
            event.ends(of.last + Days::new(1));
        }
    }
    event.done()
}

fn uid(text: &str) -> String {
    let digest = Sha256::digest(text);
    let uid: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("{uid}@letopis")
}

/// A moment of a day in the school's own time, in UTC.
fn moment(school: &School, day: Day, time: &str) -> Option<DateTime<Utc>> {
    let time = NaiveTime::parse_from_str(time, "%H:%M").ok()?;
    Some(day.and_time(time).and_local_timezone(school.offset()).single()?.with_timezone(&Utc))
}

/// When a lesson begins and ends, in UTC, by the school's bells and its own offset.
fn times(school: &School, day: Day, number: u8) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let bell = school.bells.iter().find(|bell| bell.lesson == number)?;
    Some((moment(school, day, &bell.begins)?, moment(school, day, &bell.ends)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inform::diary::testing::{ALI, algebra, annals, pupil, teach};
    use crate::journal::testing::moment;
    use crate::print::peers;

    /// Day, number, and what stands in the description, as Python's parser reads them.
    const READS: &str = "
import icalendar, sys
calendar = icalendar.Calendar.from_ical(sys.stdin.buffer.read())
assert calendar.get('version') == '2.0' and calendar.get('prodid'), calendar
uids = set()
for event in calendar.walk('VEVENT'):
    assert not event.errors, event.errors
    uids.add(event['uid'])
    start, end = event.decoded('dtstart'), event.decoded('dtend') if 'dtend' in event else None
    print(start.isoformat(), end and end.isoformat(), str(event['summary']), repr(str(event.get('description', ''))), sep='|')
assert len(uids) == len(calendar.walk('VEVENT'))
print(calendar.get('x-wr-calname'))
";

    fn fed() -> String {
        let mut annals = annals();
        let homework =
            "§ 12, № 3; \\ повторить: все правила сложения, вычитания, умножения и деления обыкновенных дробей";
        teach(&mut annals, &algebra("7А"), "2025-09-08", 2, ("Дроби, сложение", homework), &[(ALI, "2")]);
        let tables = annals.record();
        feed(&tables, &pupil(&tables, ALI), moment("2025-09-09T09:00"), "secret").unwrap()
    }

    #[test]
    fn a_feed_tells_lessons_and_homework_and_nothing_of_who_or_how_well() {
        let text = fed();
        assert!(text.lines().all(|line| line.len() <= 75), "folded");
        let whole = text.replace("\r\n ", "");
        for absent in ["Алиев", "Али", ALI, "Семёнов", "secret"] {
            assert!(!whole.contains(absent), "{absent}");
        }
        assert!(!whole.contains("DESCRIPTION:2"));
        assert_eq!(text, fed(), "the same lesson is the same event");
    }

    #[test]
    fn another_programs_parser_reads_the_feed() {
        let Some(python) = peers::require("python-icalendar") else { return };
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("feed.ics");
        std::fs::write(&file, fed()).unwrap();
        let read = python.run_reading(&file, ["-c", READS], folder.path());
        assert_eq!(read.code, Some(0), "{read}");
        let lines: Vec<&str> = read.stdout.lines().collect();
        let monday = "2025-09-08T06:25:00+00:00|2025-09-08T07:10:00+00:00|2. Алгебра|'Тема: Дроби, сложение\\nЗадано: § 12, № 3; \\\\ \
                      повторить: все правила сложения, вычитания, умножения и деления обыкновенных дробей'";
        assert!(lines.contains(&monday), "{read}");
        assert!(lines.iter().any(|line| line.starts_with("2025-09-11|") && line.contains("|5. Химия|")), "{read}");
        assert!(lines.iter().any(|line| line.starts_with("2025-09-10T06:25") && line.contains("'К уроку: § 12, № 3")));
        assert_eq!(lines.last(), Some(&"Уроки 7А"));
    }
}
