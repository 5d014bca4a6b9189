//! One course as its teacher looks at it: pupils down, lessons and final marks across, and what stands in each cell.
//!
//! The paper journal's left page is a table; so is this. [`course_view`] reads it in one snapshot, [`CourseView::change`]
//! says which entries would bring a cell to what was typed into it, and [`may_keep`] asks, before anything is typed,
//! whether the ledger would take such entries from a key at all. Nothing here decides a rule: recording does.

use crate::error::{Error, Result};
use crate::journal::entry::{
    AttendanceSet, Body, Entry, FinalLine, FinalsSet, LessonRecorded, LessonRef, MarkLine, MarksSet, PlanLine,
    PresenceLine, RULES, Reason,
};
use crate::journal::read::Tables;
use crate::journal::read::timetable::Timetable;
use crate::journal::read::{self, Course, Lesson, Pupil};
use crate::journal::rules::YEARLY;
use crate::journal::{plan, record, roles};
use crate::school::{Attendance, Cell, Marks, School, parse_date_or};
use chrono::{DateTime, NaiveDate};
use rusqlite::params;
use std::collections::HashMap;

/// A course with everything that its grid shows.
#[derive(Debug, Clone)]
pub struct CourseView {
    /// The course.
    pub course: Course,
    /// The teacher, «Семёнов С. С.».
    pub teacher: String,
    /// `2025/2026`.
    pub year: String,
    /// Everyone who was on the course this year, by name.
    pub pupils: Vec<Pupil>,
    /// Lessons in order of time, a final mark after the last lesson of its period.
    pub columns: Vec<Column>,
    /// The lessons of the week.
    pub timetable: Timetable,
    /// The lesson plan (КТП).
    pub plan: Vec<PlanLine>,
    /// How many entries the ledger had.
    pub length: u64,
    cells: HashMap<(Place, usize), Standing>,
}

/// What a column stands for; its name, which stays when other columns come and go.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A lesson that was recorded.
    Lesson {
        /// The day.
        date: NaiveDate,
        /// The lesson's number in the day.
        number: u8,
    },
    /// Final marks.
    Final {
        /// A period's name, «Год», «Экзамен» or «Итог».
        period: String,
    },
}

/// A column of the grid.
#[derive(Debug, Clone)]
pub struct Column {
    /// What it stands for.
    pub place: Place,
    /// A short heading of final marks: «I четв.»; empty for a lesson.
    pub short: String,
    /// The lesson, unless it is a column of final marks.
    pub lesson: Option<Lesson>,
    /// Who gave the lesson instead of the course's teacher, «Гусев Г. Г.»; or empty.
    pub substitute: String,
    /// For each pupil, whether he was on the course then.
    pub present: Vec<bool>,
}

/// What stands in a cell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Standing {
    /// Attendance and marks; of a final mark the marks only.
    pub cell: Cell,
    /// Kind of work where it is another than the lesson's.
    pub work: String,
    /// The document that the marks rest on (§2.3.5), or empty.
    pub document: String,
    /// Why the pupil was absent, where that is known (§3.3.4).
    pub reason: Option<Reason>,
}

/// As whom a key keeps a course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keeper {
    /// The login.
    pub login: String,
    /// Whether lessons are recorded as given instead of the course's teacher (§2.1).
    pub substitute: bool,
}

/// A stay of a pupil on the course: from the first day to the day he left.
type Stay = (NaiveDate, Option<NaiveDate>);

/// Reads the grid of a course in one snapshot of the tables: a transaction of its own, or the one that is open.
///
/// # Errors
/// Tables that hold what they cannot hold.
pub fn course_view(tables: &Tables, course: &Course) -> Result<CourseView> {
    let _snapshot = if tables.db().is_autocommit() { Some(tables.db().unchecked_transaction()?) } else { None };
    let school = read::school(tables)?;
    let (pupils, stays) = pupils(tables, course)?;
    let teacher = read::staff(tables, &course.teacher)?.map(|person| person.name.initials());
    let mut view = CourseView {
        course: course.clone(),
        teacher: teacher.unwrap_or_else(|| course.teacher.clone()),
        year: school.year.name.clone(),
        columns: columns(tables, course, &school, &stays)?,
        timetable: Timetable::of(tables, course.id)?,
        plan: plan::lines(tables, course.id)?,
        length: super::ledger::tip(tables)?.seq,
        cells: HashMap::new(),
        pupils,
    };
    view.read_cells(tables)?;
    Ok(view)
}

/// Whether the ledger would take lessons and marks of a course from a key, and as whose. `substitute` asks for lessons
/// given instead of the course's teacher; a lesson given so before is kept without asking.
///
/// # Errors
/// The refusal, with its reason: a key that is not enrolled or was revoked, a person without the right.
pub fn may_keep(tables: &Tables, fingerprint: &str, course: &Course, substitute: bool) -> Result<Keeper> {
    let login = record::author_of(tables, fingerprint)?;
    let substitute = substitute && course.teacher != login;
    let probe = Entry {
        time: DateTime::UNIX_EPOCH.fixed_offset(),
        author: login.clone(),
        key: fingerprint.to_owned(),
        rules: RULES,
        taken_over: false,
        body: LessonRecorded {
            at: LessonRef { course: course.key.clone(), date: NaiveDate::default(), lesson: 0 },
            topic: String::new(),
            work: String::new(),
            homework: String::new(),
            substitute: if substitute { login.clone() } else { String::new() },
            cells: Vec::new(),
        }
        .into(),
    };
    let sql = "SELECT 1 FROM lessons WHERE course = ?1 AND substitute = ?2";
    match roles::check(tables, &probe) {
        Err(_) if tables.prepare_cached(sql)?.exists(params![course.id, login])? => {}
        other => other?,
    }
    Ok(Keeper { login, substitute })
}

impl CourseView {
    /// The column of a name.
    pub fn column(&self, place: &Place) -> Option<usize> {
        self.columns.iter().position(|column| column.place == *place)
    }

    /// What stands in a cell.
    pub fn standing(&self, place: &Place, pupil: usize) -> Option<&Standing> {
        self.cells.get(&(place.clone(), pupil))
    }

    /// The row of a personal file.
    pub fn row(&self, file: &str) -> Option<usize> {
        self.pupils.iter().position(|pupil| pupil.file == file)
    }

    /// The text of a cell as the journal writes it.
    pub fn text(&self, place: &Place, pupil: usize) -> String {
        self.standing(place, pupil).map(|standing| standing.cell.to_string()).unwrap_or_default()
    }

    /// The entries that bring a cell to `new`, which may be empty: none where it stands so already, one for the
    /// attendance and one for the marks where both change.
    ///
    /// # Errors
    /// Attendance in a column of final marks, or emptying one: a final mark is only replaced.
    pub fn change(&self, place: &Place, pupil: usize, new: &Cell) -> Result<Vec<Body>> {
        let Some(file) = self.pupils.get(pupil).map(|pupil| pupil.file.clone()) else { return Ok(Vec::new()) };
        let old = self.standing(place, pupil).cloned().unwrap_or_default();
        match place {
            Place::Lesson { date, number } => {
                let at = LessonRef { course: self.course.key.clone(), date: *date, lesson: *number };
                Ok(lesson_change(&at, file, &old, new))
            }
            Place::Final { period } => self.final_change(period, file, &old, new),
        }
    }

    fn final_change(&self, period: &str, file: String, old: &Standing, new: &Cell) -> Result<Vec<Body>> {
        if new.attendance.is_some() {
            return Err(Error::input("в столбце итоговых отметок посещение не отмечается")
                .next("поставьте отметку: 2–5, «н/а», «осв», «зач»"));
        }
        let Some(mark) = new.marks.clone() else {
            return Err(Error::refused("итоговую отметку нельзя убрать, её можно только заменить в день выставления")
                .next("поставьте другую, например «н/а», или подайте заявку на исправление: letopis correction request (§2.3.3)"));
        };
        if old.cell.marks.as_ref() == Some(&mark) {
            return Ok(Vec::new());
        }
        let marks = vec![FinalLine { pupil: file, mark }];
        let (course, period) = (self.course.key.clone(), period.to_owned());
        Ok(vec![FinalsSet { course, period, marks, override_reason: String::new() }.into()])
    }

    /// The number that the timetable gives to the next lesson to record on a day: the first not recorded yet.
    pub fn next_number(&self, date: NaiveDate) -> Option<u8> {
        self.timetable.on(date).find(|number| self.column(&Place::Lesson { date, number: *number }).is_none())
    }

    /// The plan's line for the next lesson, if there is a plan and it is not done.
    pub fn next_planned(&self) -> Option<&PlanLine> {
        let given = self.columns.iter().filter(|column| column.lesson.is_some()).count();
        self.plan.iter().find(|line| usize::try_from(line.no).is_ok_and(|no| no == given + 1))
    }

    fn read_cells(&mut self, tables: &Tables) -> Result<()> {
        let rows: HashMap<i64, usize> = self.pupils.iter().zip(0..).map(|(pupil, row)| (pupil.id, row)).collect();
        let row = |pupil: i64| rows.get(&pupil).copied();
        let lesson = |date: &str, number: u8| parse_date_or(date).map(|date| Place::Lesson { date, number });
        let sql = "SELECT date, lessons.lesson, attendance.pupil, kind,
                   (SELECT reason FROM reasons WHERE reasons.pupil = attendance.pupil AND date BETWEEN since AND until)
                   FROM attendance JOIN lessons ON lessons.id = attendance.lesson WHERE course = ?1";
        let mut statement = tables.prepare_cached(sql)?;
        let mut found = statement.query([self.course.id])?;
        while let Some(read) = found.next()? {
            let (date, number, pupil): (String, u8, i64) = (read.get(0)?, read.get(1)?, read.get(2)?);
            let (Some(place), Some(pupil)) = (lesson(&date, number), row(pupil)) else { continue };
            let cell = self.cells.entry((place, pupil)).or_default();
            cell.cell.attendance = Attendance::parse(&read.get::<_, String>(3)?);
            cell.reason = read.get::<_, Option<String>>(4)?.and_then(|word| Reason::parse(&word));
        }
        let sql = "SELECT date, lessons.lesson, pupil, marks, marks.work, document
                   FROM marks JOIN lessons ON lessons.id = marks.lesson WHERE course = ?1";
        let mut statement = tables.prepare_cached(sql)?;
        let mut found = statement.query([self.course.id])?;
        while let Some(read) = found.next()? {
            let (date, number, pupil): (String, u8, i64) = (read.get(0)?, read.get(1)?, read.get(2)?);
            let (Some(place), Some(pupil)) = (lesson(&date, number), row(pupil)) else { continue };
            let cell = self.cells.entry((place, pupil)).or_default();
            cell.cell.marks = Some(Marks::parse(&read.get::<_, String>(3)?)?);
            (cell.work, cell.document) = (read.get(4)?, read.get(5)?);
        }
        let mut statement = tables.prepare_cached("SELECT period, pupil, mark FROM finals WHERE course = ?1")?;
        let mut found = statement.query([self.course.id])?;
        while let Some(read) = found.next()? {
            let Some(pupil) = row(read.get(1)?) else { continue };
            let cell = self.cells.entry((Place::Final { period: read.get(0)? }, pupil)).or_default();
            cell.cell.marks = Some(Marks::parse(&read.get::<_, String>(2)?)?);
        }
        Ok(())
    }
}

/// What changes in a lesson's cell. The kind of work and the document stay with the cell.
fn lesson_change(at: &LessonRef, pupil: String, old: &Standing, new: &Cell) -> Vec<Body> {
    let mut bodies = Vec::new();
    if new.attendance != old.cell.attendance {
        let pupils = vec![PresenceLine { pupil: pupil.clone(), attendance: new.attendance }];
        bodies.push(AttendanceSet { at: at.clone(), pupils }.into());
    }
    if new.marks != old.cell.marks {
        let document = if new.marks.is_some() { old.document.clone() } else { String::new() };
        let work = if new.marks.is_some() { old.work.clone() } else { String::new() };
        let marks = vec![MarkLine { pupil, marks: new.marks.clone(), document }];
        bodies.push(MarksSet { at: at.clone(), work, marks }.into());
    }
    bodies
}

fn pupils(tables: &Tables, course: &Course) -> Result<(Vec<Pupil>, Vec<Vec<Stay>>)> {
    let sql = "SELECT file, since, until FROM enrolments JOIN pupils ON pupils.id = pupil
               WHERE class = ?1 AND (?2 = '' OR EXISTS (SELECT 1 FROM group_members AS g
                    WHERE g.class = ?1 AND g.grp = ?2 AND g.pupil = enrolments.pupil)) ORDER BY since";
    let mut statement = tables.prepare_cached(sql)?;
    let mut rows = statement.query(params![course.key.class.to_string(), course.key.group])?;
    let mut stays: HashMap<String, Vec<Stay>> = HashMap::new();
    while let Some(row) = rows.next()? {
        let (since, until): (String, Option<String>) = (row.get(1)?, row.get(2)?);
        let until = until.as_deref().map(day).transpose()?;
        stays.entry(row.get(0)?).or_default().push((day(&since)?, until));
    }
    let mut pupils = Vec::new();
    for file in stays.keys() {
        pupils.extend(read::pupil(tables, file)?);
    }
    pupils.sort_by_cached_key(|pupil| (pupil.name.sort_key(), pupil.file.clone()));
    let stays = pupils.iter().map(|pupil| stays.remove(&pupil.file).unwrap_or_default()).collect();
    Ok((pupils, stays))
}

fn columns(tables: &Tables, course: &Course, school: &School, stays: &[Vec<Stay>]) -> Result<Vec<Column>> {
    let present = |first: NaiveDate, last: NaiveDate| {
        let was = |(since, until): &Stay| *since <= last && until.is_none_or(|until| until > first);
        stays.iter().map(|stays| stays.iter().any(was)).collect::<Vec<bool>>()
    };
    let finals = |period: &str, short: &str, first: NaiveDate, last: NaiveDate| Column {
        place: Place::Final { period: period.to_owned() },
        short: short.to_owned(),
        lesson: None,
        substitute: String::new(),
        present: present(first, last),
    };
    let mut columns = Vec::new();
    let mut statement =
        tables.prepare_cached("SELECT date, lesson FROM lessons WHERE course = ?1 ORDER BY date, lesson")?;
    let rows = statement.query_map([course.id], |row| Ok((row.get::<_, String>(0)?, row.get::<_, u8>(1)?)))?;
    for row in rows {
        let (date, number) = row?;
        let date = day(&date)?;
        let lesson = read::lesson(tables, course.id, date, number)?;
        let login = lesson.as_ref().map(|lesson| lesson.substitute.clone()).unwrap_or_default();
        let substitute = read::staff(tables, &login)?.map_or(login, |person| person.name.initials());
        let (place, present) = (Place::Lesson { date, number }, present(date, date));
        columns.push(Column { place, short: String::new(), lesson, substitute, present });
    }
    for period in school.periods_of(&course.key.class) {
        let later = |column: &Column| matches!(&column.place, Place::Lesson { date, .. } if *date > period.ends);
        let at = columns.iter().position(later).unwrap_or(columns.len());
        columns.insert(at, finals(&period.name, &period.short, period.begins, period.ends));
    }
    let sql = "SELECT 1 FROM finals WHERE course = ?1 AND period = ?2";
    for period in YEARLY {
        if period == "Год" || tables.prepare_cached(sql)?.exists(params![course.id, period])? {
            columns.push(finals(period, period, school.year.begins, school.year.ends));
        }
    }
    Ok(columns)
}

fn day(text: &str) -> Result<NaiveDate> {
    parse_date_or(text).ok_or_else(|| {
        Error::damaged(format!("дата «{text}» в таблицах не читается")).next("выполните «letopis audit»")
    })
}
