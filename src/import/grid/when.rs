//! Which lesson or final mark a column is of: its day in the school year, and on that day the lessons of the course in the
//! order in which its columns stand.

use super::bare::{self, Known};
use super::cells::Place;
use super::doubts::{Doubts, Question, Section};
use super::headings::{DaySaid, FinalSaid, Said, day_of_year};
use super::map::{Answer, Map};
use super::meant::Ground;
use crate::error::Result;
use crate::journal::read::timetable::Timetable;
use crate::journal::read::{self, Course};
use crate::journal::resolve;
use crate::school::{ClassName, Day, PeriodName, School, fold, format_date, parse_date_or};
use chrono::Datelike;
use std::collections::{BTreeMap, HashMap};

/// What a column is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A lesson.
    Lesson {
        /// The day.
        date: Day,
        /// The lesson's number in the day.
        number: u8,
        /// Whether an answer says so though the timetable has none then.
        despite: bool,
    },
    /// Final marks.
    Final {
        /// Of what.
        period: PeriodName,
    },
    /// That is a doubt.
    Doubted,
}

/// When a course has lessons.
pub struct Lessons {
    class: ClassName,
    school: School,
    timetable: Timetable,
    recorded: BTreeMap<Day, Vec<u8>>,
    today: Day,
    /// Whether it was said that there is no timetable.
    without: bool,
}

/// A heading with its place, what it says, and whether anything stands below it.
type Heading<'h> = (&'h Place, &'h Said, bool);

/// The lessons by their number in the list of topics: the day, and which of the day's.
type Ordinals = HashMap<u32, (Day, u8)>;

/// What headings stand in.
#[derive(Debug, Clone, Copy)]
pub enum Within<'t> {
    /// A table of marks, over its columns: the period that it is of as a whole, and the lessons by their number in the list of
    /// topics.
    Table(Option<&'t PeriodName>, &'t Ordinals),
    /// A list of topics, before its rows.
    Topics,
}

impl<'t> Within<'t> {
    /// The period of the table, and the lessons by their number in the list of topics.
    fn told(self) -> (Option<&'t PeriodName>, Option<&'t Ordinals>) {
        match self {
            Self::Table(of, ordinals) => (of, Some(ordinals)),
            Self::Topics => (None, None),
        }
    }

    /// So many headings: «столбцов 2».
    fn count(self, headings: usize) -> String {
        match self {
            Self::Table(..) => format!("столбцов {headings}"),
            Self::Topics => format!("строк в списке тем {headings}"),
        }
    }

    /// That a heading says nothing.
    fn without_day(self) -> &'static str {
        match self {
            Self::Table(..) => "столбец с отметками без даты",
            Self::Topics => "тема без даты урока",
        }
    }

    /// What a heading is that is no day.
    fn unclear(self) -> &'static str {
        match self {
            Self::Table(..) => "что это за столбец?",
            Self::Topics => "в какой день был этот урок?",
        }
    }
}

/// What is known of a column before the lessons of its day are counted.
enum Found {
    Nothing,
    Target(Target),
    Day { date: Day, lesson: Option<u8>, answered: bool },
}

impl Lessons {
    /// Reads the timetable and the lessons that were recorded.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn of(ground: &Ground<'_>, course: &Course) -> Result<Self> {
        let mut recorded: BTreeMap<Day, Vec<u8>> = BTreeMap::new();
        for lesson in read::lessons_of(ground.tables, course.id)? {
            recorded.entry(lesson.date).or_default().push(lesson.number);
        }
        let (class, timetable) = (course.key.class.clone(), Timetable::of(ground.tables, course.id)?);
        let (school, today) = (ground.school.clone(), ground.today);
        Ok(Self { class, school, timetable, recorded, today, without: false })
    }

    /// The numbers of the course's lessons on a day: those recorded and those of the timetable.
    fn on(&self, date: Day) -> Vec<u8> {
        let mut numbers = self.recorded.get(&date).cloned().unwrap_or_default();
        if self.school.day_off(date).is_none() {
            numbers.extend(self.timetable.on(date));
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }

    /// The period of the class that is said.
    pub fn period(&self, said: &FinalSaid) -> Option<PeriodName> {
        match said {
            FinalSaid::Yearly(name) => Some(PeriodName::from(*name)),
            FinalSaid::This => None,
            FinalSaid::Period(kind, number) => {
                let periods = self.school.periods_of(&self.class);
                let period = periods.get(number.checked_sub(1)?)?;
                fold(&period.name).contains(kind).then(|| PeriodName::from(&period.name))
            }
        }
    }

    /// What each of the headings of one table is of; nothing where it is of none, or that is a doubt.
    pub fn allotted(
        &mut self,
        map: &Map,
        headings: &[Heading<'_>],
        within: Within<'_>,
        doubts: &mut Doubts,
    ) -> Vec<Option<Target>> {
        let (of, ordinals) = within.told();
        let may_be = self.bare_days(map, headings, of, ordinals);
        let found: Vec<Found> = headings
            .iter()
            .enumerate()
            .map(|(at, heading)| {
                let before = headings.get(..at).unwrap_or_default();
                let days = may_be.get(at).map(Vec::as_slice).unwrap_or_default();
                self.found(map, heading, (headings, before, days), within, doubts)
            })
            .collect();
        let mut on_day: HashMap<Day, Vec<usize>> = HashMap::new();
        for (at, found) in found.iter().enumerate() {
            if let Found::Day { date, lesson: None, .. } = found {
                on_day.entry(*date).or_default().push(at);
            }
        }
        let mut targets = Vec::with_capacity(found.len());
        for (at, (found, heading)) in found.into_iter().zip(headings).enumerate() {
            targets.push(match found {
                Found::Nothing => None,
                Found::Target(target) => Some(target),
                Found::Day { date, lesson: Some(number), answered } => {
                    self.numbered(date, number, answered, heading, headings, doubts)
                }
                Found::Day { date, lesson: None, .. } => {
                    let columns = on_day.get(&date).map(Vec::as_slice).unwrap_or_default();
                    self.counted(date, (at, columns), within, heading, headings, doubts)
                }
            });
        }
        targets
    }

    /// What a heading says by an answer or by itself.
    fn found(
        &self,
        map: &Map,
        heading: &Heading<'_>,
        (headings, before, days): (&[Heading<'_>], &[Heading<'_>], &[Day]),
        within: Within<'_>,
        doubts: &mut Doubts,
    ) -> Found {
        let (of, ordinals) = within.told();
        let (place, said, is_filled) = *heading;
        if let Some(answer) = map.answer(Section::Dates, &self.class.to_string(), &place.key(), &said.text) {
            return self.answered(answer, heading, headings, doubts);
        }
        if let Some(period) = self.called(&said.text) {
            return Found::Target(Target::Final { period });
        }
        if let Some(final_of) = &said.of {
            let this = || of.cloned().or_else(|| self.period_before(before));
            let period = if *final_of == FinalSaid::This { this() } else { self.period(final_of) };
            let yearly_of_period = matches!(final_of, FinalSaid::Yearly("Итог")) && of.is_some();
            if let Some(period) = period.filter(|_| !yearly_of_period) {
                return Found::Target(Target::Final { period });
            }
            if is_filled {
                let guess = of.map(ToString::to_string).unwrap_or_default();
                let what = format!("«{}»: за какой период эти отметки?", said.text);
                doubts.cell(place, what, self.question(heading, headings, guess));
                return Found::Target(Target::Doubted);
            }
            return Found::Nothing;
        }
        if said.is_aside || (!is_filled && said.day.is_none()) {
            return Found::Nothing;
        }
        if let Some((date, number)) = said.day.and_then(|day| ordinal(day, ordinals)) {
            return Found::Target(Target::Lesson { date, number, despite: false });
        }
        let day = said.day.and_then(|day| day_of_year(day, (self.school.year.begins, self.school.year.ends)));
        if !is_filled && (said.doubt.is_some() || day.is_none()) {
            return Found::Nothing;
        }
        if let (Some(DaySaid::Day(number)), None) = (said.day, said.doubt) {
            let key = self.question(heading, headings, String::new()).map(|question| question.key);
            let (what, guess) = match ordinals.is_some_and(|all| !all.is_empty()) {
                true => (format!("«{}»: в списке тем урока № {number} нет", said.text), String::new()),
                false => bare::doubt(number, days, &key.unwrap_or_default()),
            };
            doubts.cell(place, what, self.question(heading, headings, guess));
            return Found::Target(Target::Doubted);
        }
        let what = match (day, said.doubt) {
            (Some(date), None) => return Found::Day { date, lesson: said.lesson, answered: false },
            (_, Some(why)) => format!("«{}»: {why}", said.text),
            (None, None) if said.text.is_empty() => within.without_day().to_owned(),
            (None, None) if said.day.is_some() => {
                format!("«{}»: такого дня в учебном году {} нет", said.text, self.school.year.name)
            }
            (None, None) => format!("«{}»: {}", said.text, within.unclear()),
        };
        doubts.cell(place, what, self.question(heading, headings, self.guessed(said)));
        Found::Target(Target::Doubted)
    }

    /// Of each heading that is the number of a day alone the days that it may be: those with a lesson that have come, in the
    /// period that the table is of.
    fn bare_days(
        &self,
        map: &Map,
        headings: &[Heading<'_>],
        of: Option<&PeriodName>,
        ordinals: Option<&HashMap<u32, (Day, u8)>>,
    ) -> Vec<Vec<Day>> {
        let year = (self.school.year.begins, self.school.year.ends);
        let known = |(place, said, _): &Heading<'_>| {
            let answer = map.answer(Section::Dates, &self.class.to_string(), &place.key(), &said.text);
            let answered = match answer {
                Some(Answer::Is(answer)) => parse_date_or(answer.split('/').next().unwrap_or_default().trim()),
                _ => None,
            };
            match (answered, said.day) {
                (Some(day), _) => Known::Is(day),
                (None, _) if answer.is_some() || said.of.is_some() || said.is_aside => Known::Nothing,
                (None, Some(day)) if ordinal(day, ordinals).is_some() => Known::Nothing,
                (None, Some(DaySaid::Day(_))) if ordinals.is_some_and(|all| !all.is_empty()) => Known::Nothing,
                (None, Some(DaySaid::Day(number))) => Known::Bare(number),
                (None, said) => said.and_then(|day| day_of_year(day, year)).map_or(Known::Nothing, Known::Is),
            }
        };
        let known: Vec<Known> = headings.iter().map(known).collect();
        if !known.iter().any(|known| matches!(known, Known::Bare(_))) {
            return Vec::new();
        }
        let periods = self.school.periods_of(&self.class);
        let period = of.and_then(|name| periods.iter().find(|period| *name == period.name));
        let (begins, ends) = period.map_or(year, |period| (period.begins, period.ends));
        let has_lesson = |day: Day| match self.timetable.is_empty() {
            true => self.recorded.contains_key(&day) || self.school.day_off(day).is_none(),
            false => !self.on(day).is_empty(),
        };
        bare::days(&known, (begins, ends.min(self.today)), has_lesson)
    }

    /// The period that is called just so, or short so; a number alone is none.
    fn called(&self, text: &str) -> Option<PeriodName> {
        let periods = self.school.periods_of(&self.class);
        let is_called = |name: &str| text.chars().any(char::is_alphabetic) && fold(name) == fold(text);
        let period = periods.into_iter().find(|period| is_called(&period.name) || is_called(&period.short))?;
        Some(PeriodName::from(&period.name))
    }

    /// The day with a lesson that a heading in doubt may be.
    fn guessed(&self, said: &Said) -> String {
        let Some(DaySaid::OfMonth(day, month)) = said.day else { return String::new() };
        let year = (self.school.year.begins, self.school.year.ends);
        let months = [month, month * 10];
        let days = months.iter().filter_map(|month| day_of_year(DaySaid::OfMonth(day, *month), year));
        let days: Vec<Day> = days.filter(|day| !self.on(*day).is_empty()).collect();
        match days[..] {
            [day] => day.to_string(),
            _ => String::new(),
        }
    }

    /// The period in which the last day before a heading lies.
    fn period_before(&self, before: &[Heading<'_>]) -> Option<PeriodName> {
        let year = (self.school.year.begins, self.school.year.ends);
        let last = before.iter().rev().find_map(|(_, said, _)| day_of_year(said.day?, year))?;
        let periods = self.school.periods_of(&self.class);
        let period = periods.into_iter().find(|period| (period.begins..=period.ends).contains(&last))?;
        Some(PeriodName::from(&period.name))
    }

    fn answered(
        &self,
        answer: Answer<'_>,
        heading: &Heading<'_>,
        headings: &[Heading<'_>],
        doubts: &mut Doubts,
    ) -> Found {
        let Answer::Is(answer) = answer else { return Found::Nothing };
        let (day, lesson) = match answer.split_once('/') {
            Some((day, lesson)) => (day.trim(), lesson.trim().parse().ok()),
            None => (answer, None),
        };
        if let Some(date) = parse_date_or(day).filter(|_| lesson.is_some() || !answer.contains('/')) {
            let year = &self.school.year;
            if !(year.begins..=year.ends).contains(&date) {
                let what = format!("ответ «{answer}»: такого дня в учебном году {} нет", year.name);
                doubts.cell(heading.0, what, self.question(heading, headings, String::new()));
                return Found::Target(Target::Doubted);
            }
            return Found::Day { date, lesson, answered: true };
        }
        match resolve::period(&self.school, &self.class, answer) {
            Ok(period) => Found::Target(Target::Final { period }),
            Err(_) => {
                let what = format!("ответ «{answer}» не дата, не дата с номером урока и не период");
                doubts.cell(heading.0, what, self.question(heading, headings, String::new()));
                Found::Target(Target::Doubted)
            }
        }
    }

    /// A lesson whose number is said.
    fn numbered(
        &mut self,
        date: Day,
        number: u8,
        answered: bool,
        heading: &Heading<'_>,
        headings: &[Heading<'_>],
        doubts: &mut Doubts,
    ) -> Option<Target> {
        let is_known = self.on(date).contains(&number) || self.timetable.is_empty();
        if is_known || answered {
            return Some(Target::Lesson { date, number, despite: !is_known });
        }
        let what = format!("{}: урока {number} в этот день по расписанию нет", format_date(date));
        self.doubt(what, format!("{date}/{number}"), heading, headings, doubts)
    }

    /// The lesson of a column among those of its day.
    fn counted(
        &mut self,
        date: Day,
        (at, columns): (usize, &[usize]),
        within: Within<'_>,
        heading: &Heading<'_>,
        headings: &[Heading<'_>],
        doubts: &mut Doubts,
    ) -> Option<Target> {
        let numbers = self.on(date);
        let place = columns.iter().position(|column| *column == at)?;
        if numbers.len() == columns.len() {
            let number = numbers.get(place).copied()?;
            return Some(Target::Lesson { date, number, despite: false });
        }
        let day = format_date(date);
        let list = numbers.iter().map(ToString::to_string).collect::<Vec<_>>().join(" и ");
        let count = within.count(columns.len());
        let (what, guess) = match (self.school.day_off(date), &numbers[..]) {
            (Some(why), []) => (format!("{day} не учебный день: {why}"), String::new()),
            (None, []) if self.timetable.is_empty() => {
                if self.without {
                    return heading.2.then_some(Target::Doubted);
                }
                self.without = heading.2;
                let what = "у курса нет расписания, и номера уроков неизвестны: внесите расписание, строку «Урок» под датами \
                            или номера в файл ответов";
                (what.to_owned(), String::new())
            }
            (_, []) => (format!("{day} ({}): по расписанию урока нет", weekday(date)), String::new()),
            (_, [number]) => (format!("{day}: {count}, а урок один ({number})"), format!("{date}/{number}")),
            _ => (format!("{day}: {count}, а уроков {}: {list}; за какой урок этот?", numbers.len()), String::new()),
        };
        self.doubt(what, guess, heading, headings, doubts)
    }

    /// A doubt about a column, unless nothing stands in it.
    fn doubt(
        &self,
        what: String,
        guess: String,
        heading: &Heading<'_>,
        headings: &[Heading<'_>],
        doubts: &mut Doubts,
    ) -> Option<Target> {
        heading.2.then(|| {
            doubts.cell(heading.0, what, self.question(heading, headings, guess));
            Target::Doubted
        })
    }

    /// Asks of the heading's text, or of its cell where several have the same.
    fn question(&self, (place, said, _): &Heading<'_>, headings: &[Heading<'_>], guess: String) -> Option<Question> {
        let alike = headings.iter().filter(|(_, other, _)| other.text == said.text).count();
        let key = if alike == 1 && !said.text.is_empty() { said.text.clone() } else { place.key() };
        Some(Question { section: Section::Dates, class: self.class.to_string(), key, guess })
    }
}

fn ordinal(said: DaySaid, ordinals: Option<&HashMap<u32, (Day, u8)>>) -> Option<(Day, u8)> {
    match said {
        DaySaid::Day(number) => ordinals?.get(&number).copied(),
        _ => None,
    }
}

fn weekday(date: Day) -> &'static str {
    crate::school::WEEKDAYS_SHORT.get(date.weekday().num_days_from_monday() as usize).copied().unwrap_or_default()
}
