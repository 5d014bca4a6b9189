//! One course as its teacher looks at it: pupils down, lessons and final marks across, and what stands in each cell.
//!
//! The paper journal's left page is a table; so is this. [`course_view`] reads it in one snapshot, and [`may_keep`] asks,
//! before anything is typed, whether the ledger would take lessons and marks of the course from a key at all. Nothing here
//! decides a rule: recording does.

use crate::error::Result;
use crate::journal::entry::{Effect, Entry, LessonRecorded, LessonRef, PlanLine, RULES, Reason};
use crate::journal::read::Tables;
use crate::journal::read::absences::attendance_of_course;
use crate::journal::read::count::{Counts, Demand};
use crate::journal::read::explain::{Reasons, exempted};
use crate::journal::read::standing::marks_of_course;
use crate::journal::read::timetable::Timetable;
use crate::journal::read::{self, Course, Lesson, Pupil};
use crate::journal::rules::YEARLY;
use crate::journal::{record, roles};
use crate::school::{Cell, Day, PeriodName, School, Stay, Year, average, rounded};
use chrono::DateTime;
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
    /// The school year.
    pub span: Year,
    /// Everyone who was on the course this year, by name.
    pub pupils: Vec<Pupil>,
    /// What each of them is called: a name that is unique among them.
    pub names: Vec<String>,
    /// Lessons in order of time, a final mark after the last lesson of its period.
    pub columns: Vec<Column>,
    /// The lessons of the week.
    pub timetable: Timetable,
    /// The lesson plan (КТП).
    pub plan: Vec<PlanLine>,
    /// How many entries the ledger had.
    pub length: u64,
    cells: HashMap<(Place, usize), Standing>,
    outlooks: HashMap<(PeriodName, usize), Outlook>,
}

/// What a pupil's marks of a period come to so far.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Outlook {
    /// Grades so far.
    pub grades: u32,
    /// Their average, in hundredths.
    pub average: Option<f64>,
    /// The final mark that the average comes to; «осв» where the pupil is exempted; empty where there are no grades.
    pub forecast: String,
    /// How many grades §2.3.1 still demands.
    pub lacking: u32,
    /// Whether it demands one for written work, and there is none.
    pub lacks_written: bool,
}

/// What a column stands for; its name, which stays when other columns come and go.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A lesson that was recorded.
    Lesson {
        /// The day.
        date: Day,
        /// The lesson's number in the day.
        number: u8,
    },
    /// Final marks.
    Final {
        /// A period's name, «Год», «Экзамен» or «Итог».
        period: PeriodName,
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

/// Reads the grid of a course in one snapshot of the tables: a transaction of its own, or the one that is open.
///
/// # Errors
/// Tables that hold what they cannot hold.
pub fn course_view(tables: &Tables, course: &Course) -> Result<CourseView> {
    let _snapshot = if tables.db().is_autocommit() { Some(tables.db().unchecked_transaction()?) } else { None };
    let school = read::school(tables)?;
    let pupils = read::pupils_of_course(tables, course)?;
    let stays = stays(tables, course, &pupils)?;
    let lessons = read::lessons_of(tables, course.id)?;
    let teacher = read::staff(tables, &course.teacher)?.map(|person| person.name.initials());
    let mut view = CourseView {
        course: course.clone(),
        teacher: teacher.unwrap_or_else(|| course.teacher.to_string()),
        year: school.year.name.clone(),
        span: school.year.clone(),
        columns: columns(tables, course, &school, &stays, &lessons)?,
        timetable: Timetable::of(tables, course.id)?,
        plan: read::plan_of(tables, course.id)?,
        length: super::ledger::tip(tables)?.seq,
        cells: HashMap::new(),
        outlooks: outlooks(tables, course, &school, &pupils)?,
        names: read::names(tables, &pupils)?,
        pupils,
    };
    view.read_cells(tables, &lessons)?;
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
        effect: Effect::AtOnce,
        body: LessonRecorded {
            at: LessonRef { course: course.key.clone(), date: Day::default(), lesson: 0 },
            topic: String::new(),
            work: String::new(),
            homework: String::new(),
            substitute: if substitute { login.clone() } else { String::new() },
            cells: Vec::new(),
            despite: false,
        }
        .into(),
    };
    match roles::check(tables, &probe) {
        Err(_) if read::has_substituted(tables, course.id, &login)? => {}
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

    /// What a pupil's marks of a period come to; nothing for the year and the exam.
    pub fn outlook(&self, place: &Place, pupil: usize) -> Option<&Outlook> {
        match place {
            Place::Final { period } => self.outlooks.get(&(period.clone(), pupil)),
            Place::Lesson { .. } => None,
        }
    }

    /// The row of a personal file.
    pub fn row(&self, file: &str) -> Option<usize> {
        self.pupils.iter().position(|pupil| pupil.file == file)
    }

    /// The text of a cell as the journal writes it.
    pub fn text(&self, place: &Place, pupil: usize) -> String {
        self.standing(place, pupil).map(|standing| standing.cell.to_string()).unwrap_or_default()
    }

    /// The number that the timetable gives to the next lesson to record on a day: the first not recorded yet.
    pub fn next_number(&self, date: Day) -> Option<u8> {
        self.timetable.on(date).find(|number| self.column(&Place::Lesson { date, number: *number }).is_none())
    }

    fn read_cells(&mut self, tables: &Tables, lessons: &[Lesson]) -> Result<()> {
        let rows: HashMap<i64, usize> = self.pupils.iter().zip(0..).map(|(pupil, row)| (pupil.id, row)).collect();
        let places: HashMap<i64, (Place, Day)> = lessons
            .iter()
            .map(|lesson| (lesson.id, (Place::Lesson { date: lesson.date, number: lesson.number }, lesson.date)))
            .collect();
        let reasons = Reasons::read(tables)?;
        for ((lesson, pupil), kind) in attendance_of_course(tables, self.course.id)? {
            let (Some((place, day)), Some(row)) = (places.get(&lesson), rows.get(&pupil)) else { continue };
            let standing = self.cells.entry((place.clone(), *row)).or_default();
            standing.cell.attendance = Some(kind);
            standing.reason = reasons.on(pupil, *day);
        }
        for ((lesson, pupil), marks) in marks_of_course(tables, self.course.id)? {
            let (Some((place, _)), Some(row)) = (places.get(&lesson), rows.get(&pupil)) else { continue };
            let standing = self.cells.entry((place.clone(), *row)).or_default();
            standing.cell.marks = Some(marks.marks);
            (standing.work, standing.document) = (marks.work, marks.document);
        }
        for of in read::finals_of(tables, self.course.id)? {
            let Some(row) = rows.get(&of.pupil.id) else { continue };
            self.cells.entry((Place::Final { period: of.period }, *row)).or_default().cell.marks = Some(of.mark);
        }
        Ok(())
    }
}

/// What the marks of each period come to for each of the pupils. A grade without marks has none.
fn outlooks(
    tables: &Tables,
    course: &Course,
    school: &School,
    pupils: &[Pupil],
) -> Result<HashMap<(PeriodName, usize), Outlook>> {
    let mut outlooks = HashMap::new();
    if school.policy.unmarked_grades.contains(&course.key.class.grade()) {
        return Ok(outlooks);
    }
    for period in school.periods_of(&course.key.class) {
        let span = (period.begins, period.ends);
        let counts = Counts::take(tables, school, course, span, pupils.iter().map(|pupil| pupil.id))?;
        let exempted = exempted(tables, &course.key.subject, period.ends)?;
        for (row, pupil) in pupils.iter().enumerate() {
            let count = counts.of(pupil.id);
            let is_exempted = exempted.contains(&pupil.id);
            let forecast = match rounded(count.sum, count.grades) {
                _ if is_exempted => "осв".to_owned(),
                mark => mark.map(|mark| mark.to_string()).unwrap_or_default(),
            };
            let demand = if is_exempted { Demand { grades: 0, written: false } } else { counts.demand };
            let outlook = Outlook {
                grades: count.grades,
                average: average(count.sum, count.grades),
                forecast,
                lacking: demand.grades.saturating_sub(count.grades),
                lacks_written: demand.written && count.written == 0,
            };
            outlooks.insert((PeriodName::from(&period.name), row), outlook);
        }
    }
    Ok(outlooks)
}

/// When each of the pupils was on the course: who never was on its list has only what he was given before.
fn stays(tables: &Tables, course: &Course, pupils: &[Pupil]) -> Result<Vec<Vec<Stay>>> {
    let mut stays = read::stays_on_course(tables, &course.key)?;
    Ok(pupils.iter().map(|pupil| stays.remove(&pupil.id).unwrap_or_default()).collect())
}

fn columns(
    tables: &Tables,
    course: &Course,
    school: &School,
    stays: &[Vec<Stay>],
    lessons: &[Lesson],
) -> Result<Vec<Column>> {
    let present = |first: Day, last: Day| {
        stays.iter().map(|stays| stays.iter().any(|stay| stay.overlaps(first, last))).collect::<Vec<bool>>()
    };
    let finals = |period: &str, short: &str, first: Day, last: Day| Column {
        place: Place::Final { period: period.into() },
        short: short.to_owned(),
        lesson: None,
        substitute: String::new(),
        present: present(first, last),
    };
    let mut columns = Vec::new();
    for lesson in lessons {
        let login = &lesson.substitute;
        let substitute = read::staff(tables, login)?.map_or(login.to_string(), |person| person.name.initials());
        let place = Place::Lesson { date: lesson.date, number: lesson.number };
        let (present, lesson) = (present(lesson.date, lesson.date), Some(lesson.clone()));
        columns.push(Column { place, short: String::new(), lesson, substitute, present });
    }
    for period in school.periods_of(&course.key.class) {
        let later = |column: &Column| matches!(&column.place, Place::Lesson { date, .. } if *date > period.ends);
        let at = columns.iter().position(later).unwrap_or(columns.len());
        columns.insert(at, finals(&period.name, &period.short, period.begins, period.ends));
    }
    let standing = read::finals_of(tables, course.id)?;
    for period in YEARLY {
        if period == "Год" || standing.iter().any(|of| of.period == period) {
            columns.push(finals(period, period, school.year.begins, school.year.ends));
        }
    }
    Ok(columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::apply::in_memory;

    #[test]
    fn who_went_to_another_group_keeps_his_marks_in_the_grid_and_gets_no_more() {
        let tables = in_memory().unwrap();
        let school = School::from_toml(include_str!("../../../tests/fixtures/small/school.toml")).unwrap();
        tables.db().execute("INSERT INTO school VALUES (1, ?1, 1)", [serde_json::to_string(&school).unwrap()]).unwrap();
        crate::ledger::store::create(tables.db()).unwrap();
        tables
            .db()
            .execute_batch(
                "INSERT INTO pupils VALUES (1, 'А', 'Алиев', 'А', '', '2012-01-01', 1),
                     (2, 'Б', 'Белов', 'Б', '', '2012-01-01', 1);
                 INSERT INTO enrolments SELECT id, '7А', '2025-09-01', NULL, 1 FROM pupils;
                 INSERT INTO group_members VALUES ('7А', '1', 1, '', NULL, 1), ('7А', '2', 2, '', NULL, 1);
                 INSERT INTO courses VALUES (1, '7А', '1', 'Химия', 't', 1.0, 1);
                 INSERT INTO lessons VALUES (1, 1, '2025-09-02', 1, 'Т', '', '', '', 1, '2025-09-02', 0, 't', 1);
                 INSERT INTO attendance VALUES (1, 2, 'н', 't', 1);
                 INSERT INTO reasons VALUES (2, '2025-09-01', '2025-09-30', 'неуважительная', '', 1),
                     (2, '2025-09-02', '2025-09-02', 'болезнь', '', 1);",
            )
            .unwrap();
        let course = read::course_by_id(&tables, 1).unwrap().unwrap();
        let view = course_view(&tables, &course).unwrap();
        let lesson = &view.columns[0];
        assert_eq!(view.pupils.iter().map(|pupil| pupil.name.surname.as_str()).collect::<Vec<_>>(), ["Алиев", "Белов"]);
        assert_eq!(lesson.present, [true, false]);
        assert_eq!(view.text(&lesson.place, 1), "н");
        let reason = view.standing(&lesson.place, 1).unwrap().reason;
        assert_eq!(reason, Some(Reason::Illness), "of reasons that overlap the one that excuses");
    }
}
