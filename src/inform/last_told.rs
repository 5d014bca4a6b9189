//! When, and by which way, the parents of each pupil were last told anything (§4.1–4.5), who never was, what lies unsent, and
//! whether final results were there within a day (§4.4).

use super::outbox::{Contents, Paper, Reached};
use crate::error::Result;
use crate::journal::contacts::{LastRead, Page};
use crate::journal::read::{self, Tables};
use crate::report::table::{Kind, Table, Total};
use crate::school::{ClassName, Day, PersonalFile, School, format_date};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// What is known beside the tables.
pub struct Beside<'a> {
    /// Who was reached by mail.
    pub mail: &'a Reached,
    /// What lies in the outbox, and what was given up of late.
    pub outbox: &'a Contents,
    /// Who has read a diary last.
    pub read: &'a BTreeMap<PersonalFile, Vec<LastRead>>,
    /// Slips of the diary that were printed last.
    pub paper: &'a BTreeMap<PersonalFile, Paper>,
}

/// By which way somebody was reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum By {
    /// A slip of paper was printed for his diary (§4.5).
    Paper,
    /// A mail was taken by his mail server.
    Mail,
    /// He has read the diary.
    Diary,
}

/// A pupil's parents.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// The class.
    pub class: String,
    /// № личного дела.
    pub file: String,
    /// The pupil, by a name that is unique in the list.
    pub pupil: String,
    /// When anybody was reached last.
    pub last: Option<Day>,
    /// How.
    pub by: Option<By>,
    /// Whom, as it is known: «мать», or the reader's name.
    pub whom: String,
    /// Days since, or since the pupil came.
    pub days: i64,
    /// Mails about him that wait.
    pub waiting: u32,
    /// Mails about him that were given up of late.
    pub given_up: u32,
    /// Final marks that stand in the journal.
    pub finals: u32,
    /// Those of them that came into it later than a day after they were set: from a stick that was handed in late (§4.4).
    pub finals_late: u32,
}

/// The pupils of some classes who are there on a day, whoever was told longest ago (or never) first in each class.
///
/// # Errors
/// Tables that do not read.
pub fn last_told(tables: &Tables, beside: &Beside<'_>, classes: &[ClassName], today: Day) -> Result<Vec<Row>> {
    let school = read::school(tables)?;
    let mails = Mails::of(beside.outbox);
    let mut rows = Vec::new();
    for class in classes {
        let pupils = read::members_of_class(tables, class, today, today)?;
        let names = read::names(tables, &pupils)?;
        let finals = Finals::of_class(tables, class)?;
        let mut own = Vec::new();
        for (pupil, name) in pupils.iter().zip(names) {
            let newest = newest(beside, &school, &pupil.file);
            let came = read::stays_of(tables, pupil.id)?.into_iter().map(|(_, stay)| stay.since).min();
            let since = newest.as_ref().map(|(day, ..)| *day).or(came).unwrap_or(today);
            let (finals, finals_late) = finals.of(pupil.id);
            own.push(Row {
                class: class.to_string(),
                file: pupil.file.to_string(),
                pupil: name,
                last: newest.as_ref().map(|(day, ..)| *day),
                by: newest.as_ref().map(|(_, by, _)| *by),
                whom: newest.map(|(.., whom)| whom).unwrap_or_default(),
                days: (today - since).num_days().max(0),
                waiting: mails.waiting(&pupil.file),
                given_up: mails.given_up(&pupil.file),
                finals,
                finals_late,
            });
        }
        own.sort_by_key(|row| row.last);
        rows.extend(own);
    }
    Ok(rows)
}

/// The day, the way and the person of the last time: of one day, whatever shows best that it has arrived.
fn newest(beside: &Beside<'_>, school: &School, file: &PersonalFile) -> Option<(Day, By, String)> {
    let mail = beside.mail.get(file).into_iter().flatten();
    let mail = mail.map(|way| (school.day_of(way.at.fixed_offset()), By::Mail, way.who.clone()));
    let read = beside.read.get(file).into_iter().flatten();
    let read = read.filter(|one| one.page != Page::Calendar).map(|one| (one.day, By::Diary, one.name.clone()));
    let paper = beside.paper.get(file).into_iter().map(|slip| (slip.printed, By::Paper, String::new()));
    mail.chain(read).chain(paper).max_by_key(|(day, by, _)| (*day, *by))
}

/// Mails by pupil.
struct Mails(HashMap<PersonalFile, (u32, u32)>);

impl Mails {
    fn of(contents: &Contents) -> Self {
        let mut of: HashMap<PersonalFile, (u32, u32)> = HashMap::new();
        for file in contents.lying.iter().flat_map(|mail| &mail.pupils) {
            of.entry(file.clone()).or_default().0 += 1;
        }
        for file in contents.given_up.iter().flat_map(|mail| &mail.pupils) {
            of.entry(file.clone()).or_default().1 += 1;
        }
        Self(of)
    }

    fn waiting(&self, file: &PersonalFile) -> u32 {
        self.0.get(file).map_or(0, |(waiting, _)| *waiting)
    }

    fn given_up(&self, file: &PersonalFile) -> u32 {
        self.0.get(file).map_or(0, |(_, given_up)| *given_up)
    }
}

/// Final marks by the row of the pupil: all, and those that were late.
struct Finals(HashMap<i64, (u32, u32)>);

impl Finals {
    fn of_class(tables: &Tables, class: &ClassName) -> Result<Self> {
        let mut of: HashMap<i64, (u32, u32)> = HashMap::new();
        for course in read::courses_of(tables, class)? {
            for set in read::finals_of(tables, course.id)? {
                of.entry(set.pupil.id).or_default().0 += 1;
            }
            for handed in read::handed_marks(tables, course.id)?.iter().filter(|handed| handed.lesson.is_none()) {
                let (made, taken) = handed.days;
                of.entry(handed.pupil).or_default().1 += u32::from((taken - made).num_days() > 1);
            }
        }
        Ok(Self(of))
    }

    fn of(&self, pupil: i64) -> (u32, u32) {
        self.0.get(&pupil).copied().unwrap_or_default()
    }
}

impl By {
    /// «дневник».
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Paper => "листок",
            Self::Mail => "письмо",
            Self::Diary => "дневник",
        }
    }
}

/// The rows as a table.
pub fn table(rows: &[Row]) -> Table {
    let columns = [
        ("Класс", Kind::Text, Total::None),
        ("Ученик", Kind::Text, Total::None),
        ("Сообщено", Kind::Text, Total::None),
        ("Как", Kind::Text, Total::None),
        ("Кому", Kind::Text, Total::None),
        ("Дней назад", Kind::Count, Total::None),
        ("Ждут отправки", Kind::Count, Total::Sum),
        ("Не доставлено", Kind::Count, Total::Sum),
        ("Итоговых", Kind::Count, Total::Sum),
        ("Позже суток", Kind::Count, Total::Sum),
    ];
    let mut table = Table::new("Информирование родителей", &columns);
    table.rows.extend(rows.iter().map(|row| {
        let last = row.last.map_or_else(|| "ни разу".to_owned(), format_date);
        let by = row.by.map(By::in_words).unwrap_or_default().to_owned();
        let days = u32::try_from(row.days).unwrap_or(u32::MAX);
        vec![
            (&row.class).into(),
            (&row.pupil).into(),
            (&last).into(),
            (&by).into(),
            (&row.whom).into(),
            days.into(),
            row.waiting.into(),
            row.given_up.into(),
            row.finals.into(),
            row.finals_late.into(),
        ]
    }));
    table
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inform::outbox;
    use crate::journal::contacts::Topic;
    use crate::report::testing::{self, ANNA, DARYA, PAVEL, PYOTR, algebra, day, final_mark};
    use chrono::DateTime;

    fn mail(pupil: &str, moment: &str) -> (PersonalFile, Vec<outbox::Way>) {
        let at = DateTime::parse_from_rfc3339(moment).unwrap().to_utc();
        let way = outbox::Way { who: "мать".into(), kind: Topic::Digest, day: day("2025-09-10"), at };
        (pupil.into(), vec![way])
    }

    fn read(pupil: &str, page: Page, on: &str) -> (PersonalFile, Vec<LastRead>) {
        (pupil.into(), vec![LastRead { name: "Петренко О. И.".into(), page, day: day(on) }])
    }

    #[test]
    fn the_last_way_is_told_and_whoever_was_never_told_comes_first() {
        let mut annals = testing::annals();
        final_mark(&mut annals, &algebra(), ANNA, "I четверть", "5");
        let tables = annals.record();
        // In Moscow it is the 11th already.
        let mail = Reached::from([mail(ANNA, "2025-09-10T22:30:00Z"), mail(PAVEL, "2025-09-12T09:00:00Z")]);
        let read = BTreeMap::from([
            read(ANNA, Page::Week, "2025-09-11"),
            read(PAVEL, Page::Week, "2025-09-02"),
            read(DARYA, Page::Calendar, "2025-09-12"),
        ]);
        let slip = Paper { monday: day("2025-09-01"), printed: day("2025-09-05") };
        let paper = BTreeMap::from([(PersonalFile::from(PYOTR), slip)]);
        let given_up = outbox::GivenUp {
            kind: Topic::Digest,
            day: day("2025-09-10"),
            pupils: vec![DARYA.into()],
            who: vec!["мать".into()],
            ended: DateTime::UNIX_EPOCH,
            said: String::new(),
        };
        let contents = Contents { given_up: vec![given_up], ..Contents::default() };
        let beside = Beside { mail: &mail, outbox: &contents, read: &read, paper: &paper };
        let classes = [ClassName::parse("7А").unwrap()];
        let rows = last_told(&tables, &beside, &classes, day("2025-09-15")).unwrap();
        let told: Vec<_> =
            rows.iter().map(|row| (row.file.as_str(), row.by, row.last.map(|day| day.to_string()))).collect();
        let on = |day: &str| Some(day.to_owned());
        let expected = [
            (DARYA, None, None),
            (PYOTR, Some(By::Paper), on("2025-09-05")),
            (ANNA, Some(By::Diary), on("2025-09-11")),
            (PAVEL, Some(By::Mail), on("2025-09-12")),
        ];
        assert_eq!(told, expected, "a calendar that fetches by itself tells nobody");
        let darya = &rows[0];
        assert_eq!((darya.days, darya.given_up, darya.waiting), (14, 1, 0), "counted from the day she came");
        assert_eq!(rows.iter().map(|row| (row.finals, row.finals_late)).max(), Some((1, 0)));
    }
}
