//! Papers and archives that no longer show what the journal has: something of the class came after. The entries after the
//! oldest of them are read, up to the first that changes the last of them: at the year's end these are few.

use super::year::reopenings;
use super::{Tables, all_archives, ledger, stays_of};
use crate::error::Result;
use crate::journal::entry::{ArchiveKind, Body, Effect};
use crate::journal::read;
use crate::journal::rules::YEARLY;
use crate::school::ClassName;
use rusqlite::params;

/// What was made at the year's end before something changed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Outdated {
    /// Classes whose sheet for 25 years was issued before, with its number.
    pub sheets: Vec<(ClassName, String)>,
    /// The archive of the year that was made before.
    pub archive: Option<String>,
    /// Class books that were issued before.
    pub books: Vec<OutdatedBook>,
}

/// A class book, or a volume of it, that was issued before something of its class was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutdatedBook {
    /// The class.
    pub class: ClassName,
    /// The number of the book.
    pub number: String,
    /// Whether it is bound.
    pub is_bound: bool,
    /// The first entry that it does not show.
    pub since: u64,
}

impl Outdated {
    /// What is outdated.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn of(tables: &Tables) -> Result<Self> {
        let mut outdated = Self::default();
        for (class, number, at_entry) in sheets(tables)? {
            if is_changed_since(tables, &class, at_entry)? {
                outdated.sheets.push((class, number));
            }
        }
        let year = archive(tables)?;
        let mut changes = Changes { tables, of_archive: false };
        let mut held = books(tables)?;
        held.sort_by_key(|book| book.at_entry);
        let oldest = held.first().map(|book| book.at_entry);
        let oldest = oldest.into_iter().chain(year.as_ref().map(|archive| archive.length)).min();
        if let Some(oldest) = oldest {
            changes.read(oldest, &mut held, year.as_ref().map(|archive| archive.length))?;
        }
        outdated.archive = year.filter(|_| changes.of_archive).map(|archive| archive.name);
        outdated.books = held
            .into_iter()
            .filter_map(|Book { class, number, is_bound, since, .. }| {
                since.map(|since| OutdatedBook { class, number, is_bound, since })
            })
            .collect();
        outdated.books.sort_by(|one, other| (&one.class, &one.number).cmp(&(&other.class, &other.number)));
        Ok(outdated)
    }

    /// Whether a document of this number is one of them.
    pub fn names(&self, number: &str) -> bool {
        self.sheets
            .iter()
            .map(|(_, known)| known)
            .chain(self.books.iter().map(|book| &book.number))
            .any(|of| of == number)
    }

    /// Whether nothing is.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// Of each class the sheet that was issued last and holds: its number, and the entry whose state it shows.
fn sheets(tables: &Tables) -> Result<Vec<(ClassName, String, u64)>> {
    let sql = "SELECT subject, number, at_entry FROM documents AS one
               WHERE form = 'summary-sheet' AND superseded IS NULL AND entry = (SELECT MAX(entry) FROM documents
                   WHERE form = 'summary-sheet' AND superseded IS NULL AND subject = one.subject) ORDER BY subject";
    tables.all("сводная ведомость", sql, [], |row| {
        Ok((row.class("subject")?, row.get("number")?, row.get("at_entry")?))
    })
}

/// Whether marks of the year or decisions of a class came after an entry.
fn is_changed_since(tables: &Tables, class: &ClassName, entry: u64) -> Result<bool> {
    let [year, exam, outcome] = YEARLY;
    let finals = "SELECT 1 FROM finals JOIN courses ON courses.id = course
                  WHERE class = ?1 AND finals.entry > ?2 AND period IN (?3, ?4, ?5)";
    let class = class.to_string();
    if tables.any(finals, params![class, entry, year, exam, outcome])? {
        return Ok(true);
    }
    let decisions = "SELECT 1 FROM decisions JOIN enrolments ON enrolments.pupil = decisions.pupil
                     WHERE class = ?1 AND decisions.entry > ?2";
    tables.any(decisions, params![class, entry])
}

/// The last archive of the year that was made since the year was opened again.
fn archive(tables: &Tables) -> Result<Option<read::Archive>> {
    let reopened = reopenings(tables)?.last().map_or(0, |reopened| reopened.entry);
    let mut archives = all_archives(tables)?;
    archives.retain(|archive| {
        archive.kind == ArchiveKind::Journal && &*archive.period == YEARLY[0] && archive.entry > reopened
    });
    Ok(archives.into_iter().max_by_key(|archive| archive.length))
}

/// The book that was issued last of a class, or of a volume of it.
struct Book {
    class: ClassName,
    number: String,
    /// The entry whose state it shows, with the leaves that replaced others in it.
    at_entry: u64,
    is_bound: bool,
    since: Option<u64>,
}

fn books(tables: &Tables) -> Result<Vec<Book>> {
    let sql = "SELECT subject, number, (SELECT max(at_entry) FROM documents WHERE number = one.number OR number IN
                       (SELECT number FROM replaced_leaves WHERE book = one.number)) AS at_entry,
                   EXISTS (SELECT 1 FROM bound WHERE bound.number = one.number) AS is_bound FROM documents AS one
               WHERE form = 'class-book' AND superseded IS NULL AND entry = (SELECT MAX(entry) FROM documents
                   WHERE form = 'class-book' AND superseded IS NULL AND subject = one.subject AND variant = one.variant)
               ORDER BY subject, number";
    tables.all("журнал класса", sql, [], |row| {
        let (class, number) = (row.class("subject")?, row.get("number")?);
        Ok(Book { class, number, at_entry: row.get("at_entry")?, is_bound: row.get("is_bound")?, since: None })
    })
}

/// Every bound book that holds, by its number.
///
/// # Errors
/// Tables that do not read.
pub fn all_bound(tables: &Tables) -> Result<Vec<(ClassName, String)>> {
    let held = books(tables)?.into_iter().filter(|book| book.is_bound);
    Ok(held.map(|book| (book.class, book.number)).collect())
}

/// The bound books that show what a body says, by their numbers.
///
/// # Errors
/// Tables that do not read.
pub fn bound_books(tables: &Tables, body: &Body) -> Result<Vec<(ClassName, String)>> {
    if !tables.any("SELECT 1 FROM bound", [])? {
        return Ok(Vec::new());
    }
    let classes = Changes { tables, of_archive: false }.classes(body)?;
    let mut held = books(tables)?;
    held.retain(|book| book.is_bound && classes.contains(&book.class));
    Ok(held.into_iter().map(|book| (book.class, book.number)).collect())
}

struct Changes<'a> {
    tables: &'a Tables,
    of_archive: bool,
}

impl Changes<'_> {
    /// Reads on from an entry until each book, and the archive, is known to be outdated.
    fn read(&mut self, oldest: u64, held: &mut [Book], archive: Option<u64>) -> Result<()> {
        for seq in oldest + 1..=ledger::tip(self.tables)?.seq {
            let all = held.iter().all(|book| book.since.is_some());
            if all && (self.of_archive || archive.is_none()) {
                break;
            }
            let classes = self.of_entry(seq)?;
            self.of_archive |= !classes.is_empty() && archive.is_some_and(|length| seq > length);
            for book in held.iter_mut().filter(|book| book.since.is_none() && seq > book.at_entry) {
                if classes.contains(&book.class) {
                    book.since = Some(seq);
                }
            }
        }
        Ok(())
    }

    /// The classes of which an entry says something in force.
    fn of_entry(&self, seq: u64) -> Result<Vec<ClassName>> {
        let Some(entry) = ledger::entry(self.tables, seq)? else { return Ok(Vec::new()) };
        let Body::EntriesConfirmed(confirmed) = &entry.body else {
            return if entry.effect == Effect::Waits { Ok(Vec::new()) } else { self.classes(&entry.body) };
        };
        let mut classes = Vec::new();
        for seq in confirmed.entries.iter().flat_map(|span| span.from..=span.last()) {
            if let Some(held) = ledger::entry(self.tables, seq)?.filter(|held| held.effect == Effect::Waits) {
                classes.extend(self.classes(&held.body)?);
            }
        }
        Ok(classes)
    }

    /// The classes whose books show what a body says. Names of people and the school stand on a paper as they were.
    fn classes(&self, body: &Body) -> Result<Vec<ClassName>> {
        let one = |class: &ClassName| Ok(vec![class.clone()]);
        match body {
            Body::LessonRecorded(set) => one(&set.at.course.class),
            Body::MarksSet(set) => one(&set.at.course.class),
            Body::AttendanceSet(set) => one(&set.at.course.class),
            Body::LessonAnnulled(set) => one(&set.at.course.class),
            Body::SubstitutionConfirmed(set) => one(&set.at.course.class),
            Body::FinalsSet(set) => one(&set.course.class),
            Body::PlanSet(set) => one(&set.course.class),
            Body::CourseSet(set) => one(&set.course.class),
            Body::TimetableSet(set) => one(&set.course.class),
            Body::CourseAnnulled(set) => one(&set.course.class),
            Body::ClassSet(set) => one(&set.class),
            Body::GroupSet(set) => one(&set.class),
            Body::GroupAnnulled(set) => one(&set.class),
            Body::CorrectionDecided(decided) if decided.approved => self.of_correction(decided.number),
            Body::DecisionSet(set) => self.of_pupils([set.pupil.as_str()]),
            Body::PupilSet(set) => self.of_pupils([set.file.as_str()]),
            Body::PupilEnrolled(set) => self.of_pupils([set.file.as_str()]),
            Body::PupilLeft(set) => self.of_pupils([set.file.as_str()]),
            Body::PupilMoved(set) => self.of_pupils([set.file.as_str()]),
            Body::PupilRenumbered(set) => self.of_pupils([set.file.as_str()]),
            Body::EnrolmentCorrected(set) => {
                let mut classes = self.of_pupils([set.file.as_str()])?;
                classes.push(set.was.class.clone());
                Ok(classes)
            }
            Body::ReasonSet(set) => self.of_pupils([set.pupil.as_str()]),
            Body::ReasonWithdrawn(set) => self.of_pupils([set.pupil.as_str()]),
            Body::ExemptionSet(set) => self.of_pupils([set.pupil.as_str()]),
            Body::ExemptionWithdrawn(set) => self.of_pupils([set.pupil.as_str()]),
            _ => Ok(Vec::new()),
        }
    }

    fn of_correction(&self, number: u64) -> Result<Vec<ClassName>> {
        let sql = "SELECT class FROM corrections JOIN
                       (SELECT id, class FROM courses UNION ALL SELECT id, class FROM annulled_courses) AS of
                   ON of.id = course WHERE number = ?1";
        self.tables.all("заявка на исправление", sql, [number], |row| row.class("class"))
    }

    fn of_pupils<'p>(&self, files: impl IntoIterator<Item = &'p str>) -> Result<Vec<ClassName>> {
        let mut classes = Vec::new();
        for file in files {
            let Some(pupil) = read::pupil(self.tables, file)? else { continue };
            classes.extend(stays_of(self.tables, pupil.id)?.into_iter().map(|(class, _)| class));
        }
        Ok(classes)
    }
}
