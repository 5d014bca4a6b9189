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
use crate::journal::read::explain::{Exemption, Reasons, exempted, exemptions};
use crate::journal::read::finals::{OnPage, Other, finals_on_page};
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
    others: HashMap<(Place, usize), OnPage>,
    exemptions: Vec<Exemption>,
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

impl Outlook {
    /// Of what was counted of a pupil; nothing is demanded of who is exempted.
    pub fn of(counts: &Counts, pupil: i64, is_exempted: bool) -> Self {
        let count = counts.of(pupil);
        let forecast = match rounded(count.sum, count.grades) {
            _ if is_exempted => "осв".to_owned(),
            mark => mark.map(|mark| mark.to_string()).unwrap_or_default(),
        };
        let demand = if is_exempted { Demand { grades: 0, written: false } } else { counts.demand };
        Self {
            grades: count.grades,
            average: average(count.sum, count.grades),
            forecast,
            lacking: demand.grades.saturating_sub(count.grades),
            lacks_written: demand.written && count.written == 0,
        }
    }
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
    let finals = finals_on_page(tables, &school, course)?;
    let mut exemptions = exemptions(tables, school.year.begins, school.year.ends)?;
    exemptions.retain(|of| of.subject == course.key.subject);
    let teacher = read::staff(tables, &course.teacher)?.map(|person| person.name.initials());
    let mut view = CourseView {
        course: course.clone(),
        teacher: teacher.unwrap_or_else(|| course.teacher.to_string()),
        year: school.year.name.clone(),
        span: school.year.clone(),
        columns: columns(tables, course, &school, &stays, (&lessons, &finals))?,
        timetable: Timetable::of(tables, course.id)?,
        plan: read::plan_of(tables, course.id)?,
        length: super::ledger::tip(tables)?.seq,
        cells: HashMap::new(),
        others: HashMap::new(),
        exemptions,
        outlooks: outlooks(tables, course, &school, &pupils)?,
        names: read::names(tables, &pupils)?,
        pupils,
    };
    view.read_cells(tables, &lessons)?;
    view.fill_finals(finals);
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
        source: None,
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

    /// The final mark of a cell with which another course of the subject has to do: it was brought from there, or another
    /// counts in its place.
    pub fn elsewhere(&self, place: &Place, pupil: usize) -> Option<&OnPage> {
        self.others.get(&(place.clone(), pupil))
    }

    /// The pupil's exemption from the subject on a day (§3.3.4).
    pub fn exemption(&self, pupil: usize, day: Day) -> Option<&Exemption> {
        let file = &self.pupils.get(pupil)?.file;
        self.exemptions.iter().find(|of| of.pupil == *file && (of.since..=of.until).contains(&day))
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
        Ok(())
    }

    /// Final marks of the course itself stand in its cells; those of other courses are told beside.
    fn fill_finals(&mut self, finals: Vec<OnPage>) {
        for on in finals {
            let Some(row) = self.row(&on.of.pupil.file) else { continue };
            let at = (Place::Final { period: on.of.period.clone() }, row);
            if !matches!(on.other, Some(Other::SetIn(_))) {
                self.cells.entry(at.clone()).or_default().cell.marks = Some(on.of.mark.clone());
            }
            if on.other.is_some() {
                self.others.insert(at, on);
            }
        }
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
            let outlook = Outlook::of(&counts, pupil.id, exempted.contains(&pupil.id));
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
    (lessons, standing): (&[Lesson], &[OnPage]),
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
    for period in YEARLY {
        if period == "Год" || standing.iter().any(|on| on.of.period == period) {
            columns.push(finals(period, period, school.year.begins, school.year.ends));
        }
    }
    Ok(columns)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::apply::in_memory;
    use crate::journal::entry::{ExemptionSet, PupilMoved};
    use crate::journal::testing::{Annals, course, day, finals, moment, name, person};
    use crate::school::{ClassName, Role};

    /// Алиев moves from 7А to 7Б with his mark of the quarter; Белов is exempted in September.
    fn who_moves() -> Annals {
        let school = School::from_toml(include_str!("../../../tests/fixtures/small/school.toml")).unwrap();
        let administrator = person("ivanova", "Иванова Инна Игоревна", "администратор", &[Role::Administrator]);
        let mut annals = Annals::new(school, administrator, "2025-09-01T08:00");
        annals.person(person("semyonov", "Семёнов Савва Сергеевич", "учитель", &[Role::Teacher, Role::ClassTeacher]));
        annals.subject("Химия").class("7А", "semyonov").class("7Б", "semyonov");
        for (file, full) in [("А-1", "Алиев Али"), ("Б-2", "Белов Борис")] {
            annals.pupil(file, name(full), day("2012-01-01"), "7А", day("2025-09-01"));
        }
        for class in ["7А", "7Б"] {
            annals.course(&course(class, "Химия"), "semyonov", 1.0);
        }
        let (subject, document) = ("Химия".to_owned(), "справка".to_owned());
        let (since, until) = (day("2025-09-08"), day("2025-09-30"));
        let exempted = ExemptionSet { pupil: "Б-2".into(), subject, since, until, document };
        annals.by("semyonov", moment("2025-09-08"), exempted);
        let class = ClassName::parse("7Б").unwrap();
        let moved = PupilMoved { file: "А-1".into(), class, since: day("2025-10-22"), despite: true };
        annals.by("ivanova", moment("2025-10-22"), moved);
        annals
    }

    fn view(tables: &Tables, class: &str) -> CourseView {
        let course = read::course(tables, &course(class, "Химия")).unwrap().unwrap();
        course_view(tables, &course).unwrap()
    }

    #[test]
    fn a_final_mark_that_was_brought_stands_beside_the_cells_of_the_new_class() {
        let mut annals = who_moves();
        annals.by("semyonov", moment("2025-10-20"), finals(&course("7А", "Химия"), "I четверть", &[("А-1", "н/а")]));
        let tables = annals.record();
        let place = Place::Final { period: "I четверть".into() };
        let (new, old) = (view(&tables, "7Б"), view(&tables, "7А"));
        assert_eq!((new.text(&place, 0).as_str(), old.text(&place, 0).as_str()), ("", "н/а"));
        let brought = new.elsewhere(&place, 0).unwrap();
        assert_eq!((brought.counts().to_string(), brought.set_in()), ("н/а".into(), Some(&course("7А", "Химия"))));
        assert_eq!(old.elsewhere(&place, 0), None);
    }

    #[test]
    fn of_two_final_marks_the_one_that_counts_is_told_beside_the_other() {
        let mut annals = who_moves();
        annals.taken_over(moment("2025-10-24"), finals(&course("7Б", "Химия"), "I четверть", &[("А-1", "4")]));
        let tables = annals.record();
        // From before there was a rule against a second.
        tables.damage(
            "INSERT INTO finals SELECT courses.id, pupils.id, 'I четверть', '3', '', '2025-10-20', 1 FROM courses, pupils
             WHERE class = '7А' AND file = 'А-1'",
        );
        let place = Place::Final { period: "I четверть".into() };
        let (new, old) = (view(&tables, "7Б"), view(&tables, "7А"));
        assert_eq!((new.text(&place, 0).as_str(), old.text(&place, 0).as_str()), ("4", "3"));
        assert_eq!(new.elsewhere(&place, 0), None);
        let counts = old.elsewhere(&place, 0).unwrap();
        assert_eq!((counts.counts().to_string(), counts.set_in()), ("4".into(), Some(&course("7Б", "Химия"))));
    }

    #[test]
    fn an_exemption_is_its_pupils_and_of_its_days() {
        let tables = who_moves().record();
        let view = view(&tables, "7А");
        let on = |pupil, at| view.exemption(pupil, day(at)).map(|of| of.document.as_str());
        assert_eq!(view.pupils[1].file, "Б-2".to_owned());
        assert_eq!(
            ["2025-09-07", "2025-09-08", "2025-09-30", "2025-10-01"].map(|at| on(1, at)),
            [None, Some("справка"), Some("справка"), None]
        );
        assert_eq!(on(0, "2025-09-08"), None);
    }

    #[test]
    fn who_went_to_another_group_keeps_his_marks_in_the_grid_and_gets_no_more() {
        let tables = in_memory().unwrap();
        let school = School::from_toml(include_str!("../../../tests/fixtures/small/school.toml")).unwrap();
        tables.db().execute("INSERT INTO school VALUES (1, ?1, 1)", [serde_json::to_string(&school).unwrap()]).unwrap();
        crate::ledger::store::create(tables.db()).unwrap();
        tables
            .db()
            .execute_batch(
                "INSERT INTO pupils VALUES (1, 'А', 'Алиев', 'А', '', '2012-01-01', '', 1),
                     (2, 'Б', 'Белов', 'Б', '', '2012-01-01', '', 1);
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
