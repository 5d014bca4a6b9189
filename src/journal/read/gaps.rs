//! What is missing at the year's end: asked once, for whoever looks before closing the year, for the sheet that is kept for
//! 25 years, and for the rules that judge both.
//!
//! A mark of the year is due of everybody who is on a course on the year's last day; a period's of everybody who was on it
//! on the period's last day, where the course had lessons in the period. Grades without marks owe none. A decision of the
//! pedagogical council is due of everybody who was in a class on the year's last day.

use super::finals::finals_of_class;
use super::timetable::Timetable;
use super::year::reopenings;
use super::{Course, Pupil, Tables, extraordinary, iso};
use crate::error::Result;
use crate::journal::entry::ArchiveKind;
use crate::journal::read;
use crate::journal::rules::YEARLY;
use crate::school::{ClassName, CourseKey, Day, Login, Marks, PeriodName, School};
use chrono::Duration;
use rusqlite::params;
use std::collections::{BTreeMap, HashMap, HashSet};

/// The marks of the year, of an exam, and what both come to.
const YEAR: &str = YEARLY[0];
const EXAM: &str = YEARLY[1];
const OUTCOME: &str = YEARLY[2];

/// Everything that is missing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gaps {
    /// Final marks and decisions, class by class.
    pub classes: Vec<ClassGaps>,
    /// Numbers of requests for a correction that nobody has decided.
    pub corrections: Vec<u64>,
    /// Books that are not issued, or not bound.
    pub books: Vec<UnboundBook>,
    /// Classes whose sheet for 25 years is not issued.
    pub sheets: Vec<ClassName>,
    /// Whether there is no archive of the year.
    pub archive: bool,
    /// Teachers' sticks that were not handed in (§5.7).
    pub sticks: Vec<StickOut>,
    /// How many entries wait for a second person.
    pub waiting: u64,
}

/// A teacher's stick that was not handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StickOut {
    /// What is written on it.
    pub label: String,
    /// Login of who has it.
    pub login: Login,
    /// His name with initials.
    pub name: String,
}

/// What the pupils of a class lack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassGaps {
    /// The class.
    pub class: ClassName,
    /// Those who lack something, by name.
    pub pupils: Vec<PupilGaps>,
}

/// What a pupil lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PupilGaps {
    /// Who.
    pub pupil: Pupil,
    /// The final marks.
    pub marks: Vec<MissingMarks>,
    /// Whether the council has decided nothing.
    pub decision: bool,
}

/// The final marks of a period, or of the year, that a pupil lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingMarks {
    /// The period, «Год» or «Итог».
    pub period: PeriodName,
    /// In which subjects.
    pub subjects: Vec<String>,
    /// Whether these are all that he has.
    pub all: bool,
}

/// A book, or a volume of it, that is not bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnboundBook {
    /// Whose.
    pub class: ClassName,
    /// The number under which it was issued last; none where it was not.
    pub number: Option<String>,
}

impl Gaps {
    /// What is missing of what should be there on a day.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn on(tables: &Tables, school: &School, day: Day) -> Result<Self> {
        let over = day >= school.year.ends;
        let mut gaps = Self { waiting: waiting(tables)?, corrections: open_corrections(tables)?, ..Self::default() };
        for class in read::classes(tables)? {
            let of_class = ClassGaps::all(tables, school, &class, day)?;
            gaps.classes.extend((!of_class.pupils.is_empty()).then_some(of_class));
        }
        if over {
            let (books, sheets) = papers(tables, school)?;
            (gaps.books, gaps.sheets, gaps.archive) = (books, sheets, !has_archive(tables, school)?);
            gaps.sticks = sticks(tables)?;
        }
        Ok(gaps)
    }

    /// What is missing to close the year.
    ///
    /// # Errors
    /// As [`Gaps::on`].
    pub fn of_year(tables: &Tables, school: &School) -> Result<Self> {
        Self::on(tables, school, Day::MAX)
    }

    /// Whether nothing is missing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl ClassGaps {
    /// What is missing of the sheet that is kept for 25 years: marks of the year and decisions.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn of_sheet(tables: &Tables, school: &School, class: &ClassName) -> Result<Self> {
        Self::gather(tables, school, class, None)
    }

    /// What is missing of the marks of all periods that are over on a day too.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn all(tables: &Tables, school: &School, class: &ClassName, day: Day) -> Result<Self> {
        Self::gather(tables, school, class, Some(day))
    }

    fn gather(tables: &Tables, school: &School, class: &ClassName, periods_on: Option<Day>) -> Result<Self> {
        let mut owed = Owed::default();
        let year_is_over = periods_on.is_none_or(|day| day >= school.year.ends);
        if !school.policy.unmarked_grades.contains(&class.grade()) {
            let finals = finals_of_class(tables, school, class)?;
            for course in read::courses_of(tables, class)? {
                if let Some(day) = periods_on {
                    owed.of_periods(tables, school, &course, &finals, day)?;
                }
                if year_is_over {
                    owed.of_year(tables, school, &course, &finals)?;
                }
            }
        }
        if year_is_over {
            owed.decisions(tables, school, class)?;
        }
        Ok(Self { class: class.clone(), pupils: owed.into_pupils() })
    }

    /// Whether nothing is missing.
    pub fn is_empty(&self) -> bool {
        self.pupils.is_empty()
    }

    /// How many marks and how many decisions are missing.
    pub fn counts(&self) -> (usize, usize) {
        let marks = self.pupils.iter().flat_map(|pupil| &pupil.marks).map(|marks| marks.subjects.len()).sum();
        (marks, self.pupils.iter().filter(|pupil| pupil.decision).count())
    }
}

/// The final marks of a class, by pupil, subject and period.
type Finals = HashMap<(i64, String, PeriodName), Marks>;

/// What pupils owe, by their rows, and what they have to do with at all.
#[derive(Default)]
struct Owed {
    pupils: BTreeMap<i64, PupilGaps>,
    /// How many subjects a pupil has in a period.
    subjects: HashMap<(i64, PeriodName), HashSet<String>>,
}

impl Owed {
    fn of_periods(
        &mut self,
        tables: &Tables,
        school: &School,
        course: &Course,
        finals: &Finals,
        day: Day,
    ) -> Result<()> {
        for period in school.periods_of(&course.key.class).into_iter().filter(|period| period.ends <= day) {
            let name = PeriodName::from(&period.name);
            let is_marked = || finals.keys().any(|(_, subject, of)| *subject == course.key.subject && *of == name);
            if is_marked() || was_taught(tables, course, period.begins, period.ends)? {
                for pupil in read::roster(tables, &course.key, period.ends)? {
                    let has = finals.contains_key(&(pupil.id, course.key.subject.clone(), name.clone()));
                    self.mark(pupil, &course.key.subject, &name, has);
                }
            }
        }
        Ok(())
    }

    /// The mark that counts is the outcome where there was an exam, else the year's or an outcome.
    fn of_year(&mut self, tables: &Tables, school: &School, course: &Course, finals: &Finals) -> Result<()> {
        for pupil in read::roster(tables, &course.key, school.year.ends)? {
            let has = |of: &str| finals.contains_key(&(pupil.id, course.key.subject.clone(), of.into()));
            let (owed, has) = match has(EXAM) {
                true => (OUTCOME, has(OUTCOME)),
                false => (YEAR, has(YEAR) || has(OUTCOME)),
            };
            self.mark(pupil, &course.key.subject, &owed.into(), has);
        }
        Ok(())
    }

    fn mark(&mut self, pupil: Pupil, subject: &str, period: &PeriodName, has: bool) {
        self.subjects.entry((pupil.id, period.clone())).or_default().insert(subject.to_owned());
        if has {
            return;
        }
        let marks = &mut self.of(pupil).marks;
        match marks.iter_mut().find(|marks| marks.period == *period) {
            Some(marks) if marks.subjects.iter().any(|known| known == subject) => {}
            Some(marks) => marks.subjects.push(subject.to_owned()),
            None => {
                let subjects = vec![subject.to_owned()];
                marks.push(MissingMarks { period: period.clone(), subjects, all: false });
            }
        }
    }

    fn decisions(&mut self, tables: &Tables, school: &School, class: &ClassName) -> Result<()> {
        let decided = read::decisions(tables)?;
        for pupil in of_class_at_the_end(tables, school, class)? {
            if !decided.contains_key(&pupil.id) {
                self.of(pupil).decision = true;
            }
        }
        Ok(())
    }

    fn of(&mut self, pupil: Pupil) -> &mut PupilGaps {
        self.pupils.entry(pupil.id).or_insert_with(|| PupilGaps { pupil, marks: Vec::new(), decision: false })
    }

    fn into_pupils(self) -> Vec<PupilGaps> {
        let Self { pupils, subjects } = self;
        let mut pupils: Vec<PupilGaps> = pupils.into_values().collect();
        for PupilGaps { pupil, marks, .. } in &mut pupils {
            for marks in marks {
                let has = subjects.get(&(pupil.id, marks.period.clone())).map_or(0, HashSet::len);
                marks.all = marks.subjects.len() == has;
            }
        }
        pupils.sort_by_cached_key(|gaps| (gaps.pupil.name.sort_key(), gaps.pupil.file.clone()));
        pupils
    }
}

/// Whoever is in a class on the year's last day.
fn of_class_at_the_end(tables: &Tables, school: &School, class: &ClassName) -> Result<Vec<Pupil>> {
    let whole = CourseKey { class: class.clone(), group: String::new(), subject: String::new() };
    read::roster(tables, &whole, school.year.ends)
}

/// Whether a course had lessons from one day to another, recorded or by its timetable.
fn was_taught(tables: &Tables, course: &Course, first: Day, last: Day) -> Result<bool> {
    let sql = "SELECT 1 FROM lessons WHERE course = ?1 AND date BETWEEN ?2 AND ?3";
    if tables.any(sql, params![course.id, iso(first), iso(last)])? {
        return Ok(true);
    }
    let timetable = Timetable::of(tables, course.id)?;
    let begins_within = |(since, slots): &(Day, Vec<_>)| (first..=last).contains(since) && !slots.is_empty();
    Ok(!timetable.week(first).is_empty() || timetable.weeks().iter().any(begins_within))
}

/// The numbers of requests for a correction that are not decided, in order.
///
/// # Errors
/// Tables that do not read.
pub fn open_corrections(tables: &Tables) -> Result<Vec<u64>> {
    let sql = "SELECT number FROM corrections WHERE decision = '' ORDER BY number";
    tables.all("заявка на исправление", sql, [], |row| row.get("number"))
}

/// The sticks on which somebody records, or that he has kept since he did, by their labels.
fn sticks(tables: &Tables) -> Result<Vec<StickOut>> {
    let sql = "SELECT label, coalesce(issue.login, (SELECT login FROM strands WHERE strands.carrier = carriers.id
                                                    AND closed_entry IS NULL)) AS login
               FROM carriers LEFT JOIN carrier_issues AS issue
                    ON issue.carrier = carriers.id AND issue.returned_at IS NULL
               WHERE carriers.id NOT IN (SELECT carrier FROM carrier_losses) AND EXISTS (
                   SELECT 1 FROM strands WHERE strands.carrier = carriers.id
                   AND (closed_entry IS NULL OR opened_entry > issue.entry))
               ORDER BY label";
    let out: Vec<(String, Login)> =
        tables.all("носитель", sql, [], |row| Ok((row.get("label")?, row.get("login")?)))?;
    let named = |(label, login): (String, Login)| {
        let name = read::staff(tables, &login)?.map_or_else(|| login.to_string(), |person| person.name.initials());
        Ok(StickOut { label, login, name })
    };
    out.into_iter().map(named).collect()
}

fn waiting(tables: &Tables) -> Result<u64> {
    Ok(extraordinary::waiting(tables)?.iter().map(|one| one.count).sum())
}

/// A document of a class that holds.
struct Paper {
    number: String,
    is_book: bool,
    class: String,
    /// The word of its variant that says which volume it is.
    volume: String,
    is_bound: bool,
}

/// The books and the sheets for 25 years that were issued and hold, in order.
fn papers_of_classes(tables: &Tables) -> Result<Vec<Paper>> {
    let sql = "SELECT number, form = 'class-book' AS is_book, subject, variant,
                   EXISTS (SELECT 1 FROM bound WHERE bound.number = documents.number) AS is_bound FROM documents
               WHERE form IN ('class-book', 'summary-sheet') AND superseded IS NULL ORDER BY entry";
    tables.all("документ", sql, [], |row| {
        let variant: String = row.get("variant")?;
        let volume = variant.split(',').find(|word| word.starts_with("volume=")).unwrap_or_default().to_owned();
        let (number, is_book, class) = (row.get("number")?, row.get("is_book")?, row.get("subject")?);
        Ok(Paper { number, is_book, class, volume, is_bound: row.get("is_bound")? })
    })
}

/// Books that are not bound as they were issued last, and classes without a sheet for 25 years that holds.
fn papers(tables: &Tables, school: &School) -> Result<(Vec<UnboundBook>, Vec<ClassName>)> {
    let issued = papers_of_classes(tables)?;
    let (mut books, mut sheets) = (Vec::new(), Vec::new());
    for class in read::classes(tables)? {
        if read::members_of_class(tables, &class, school.year.begins, school.year.ends)?.is_empty() {
            continue;
        }
        let name = class.to_string();
        let (of_class, sheet): (Vec<&Paper>, Vec<&Paper>) =
            issued.iter().filter(|paper| paper.class == name).partition(|paper| paper.is_book);
        if sheet.is_empty() {
            sheets.push(class.clone());
        }
        // Of each volume the one that was issued last.
        let volumes: BTreeMap<&str, &Paper> = of_class.iter().map(|paper| (paper.volume.as_str(), *paper)).collect();
        if volumes.is_empty() {
            books.push(UnboundBook { class, number: None });
            continue;
        }
        let unbound = volumes.into_values().filter(|paper| !paper.is_bound);
        books.extend(unbound.map(|paper| UnboundBook { class: class.clone(), number: Some(paper.number.clone()) }));
    }
    Ok((books, sheets))
}

/// Whether there is an archive of the year with all its papers, made at its end and not before it was opened again.
///
/// # Errors
/// Tables that do not read.
pub fn has_archive(tables: &Tables, school: &School) -> Result<bool> {
    let from = school.year.ends - Duration::days(school.policy.final_days.into());
    let reopened = reopenings(tables)?.last().map_or(0, |reopened| reopened.entry);
    let archives = read::all_archives(tables)?;
    Ok(archives.iter().any(|archive| {
        archive.kind == ArchiveKind::Journal
            && &*archive.period == YEAR
            && archive.entry > reopened
            && school.day_of(archive.created_at) >= from
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::school::PersonName;

    fn pupil(id: i64, surname: &str) -> Pupil {
        let name = PersonName { surname: surname.into(), given: "А".into(), patronymic: String::new() };
        Pupil { id, file: format!("Л-{id}").into(), name, listed_sex: None, former: Vec::new() }
    }

    #[test]
    fn whoever_lacks_every_mark_of_a_period_is_told_apart_from_who_lacks_some() {
        let (first, second) = (PeriodName::from("I четверть"), PeriodName::from("II четверть"));
        let mut owed = Owed::default();
        for (period, chemistry) in [(&first, false), (&second, true)] {
            owed.mark(pupil(1, "Яров"), "Химия", period, chemistry);
            owed.mark(pupil(1, "Яров"), "Алгебра", period, false);
            // His other group of the subject owes nothing more.
            owed.mark(pupil(1, "Яров"), "Алгебра", period, false);
        }
        owed.mark(pupil(2, "Белов"), "Химия", &first, false);
        owed.mark(pupil(3, "Волков"), "Химия", &first, true);
        let pupils = owed.into_pupils();
        let told = |gaps: &PupilGaps| {
            let of = |marks: &MissingMarks| (marks.period.to_string(), marks.subjects.join(", "), marks.all);
            (gaps.pupil.name.surname.clone(), gaps.marks.iter().map(of).collect::<Vec<_>>())
        };
        let line = |period: &str, subjects: &str, all| (period.to_owned(), subjects.to_owned(), all);
        assert_eq!(
            pupils.iter().map(told).collect::<Vec<_>>(),
            [
                ("Белов".to_owned(), vec![line("I четверть", "Химия", true)]),
                (
                    "Яров".to_owned(),
                    vec![line("I четверть", "Химия, Алгебра", true), line("II четверть", "Алгебра", false)]
                ),
            ]
        );
    }
}
