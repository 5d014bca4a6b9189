//! Pupils, class lists, groups, and who belonged to what on which day.

use super::column::Columns;
use super::{Course, iso, lesson_at};
use crate::error::Result;
use crate::journal::entry::LessonRef;
use crate::journal::read::Tables;
use crate::school::{ClassName, CourseKey, Day, PersonName, PersonalFile, Sex, Stay, alike, decision};
use rusqlite::params;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// A pupil on a class list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pupil {
    /// The row's id.
    pub id: i64,
    /// Номер личного дела.
    pub file: PersonalFile,
    /// The name.
    pub name: PersonName,
    /// What the list says; [`Pupil::sex`] goes by the patronymic where it does not.
    pub listed_sex: Option<Sex>,
    /// Numbers that the file had before; he is found by them too.
    pub former: Vec<PersonalFile>,
}

/// The columns of a pupil, `id` being his row's.
pub(super) const PUPIL: &str = "SELECT DISTINCT pupils.id AS id, pupils.file AS file, surname, given, patronymic, sex,
    (SELECT group_concat(a.file, char(10)) FROM pupil_aliases AS a WHERE a.pupil = pupils.id) AS former FROM pupils";

/// The row of the pupil whose file has the number `?1`, or had it before.
const OF_FILE: &str = "pupils.id = (SELECT id FROM pupils WHERE file = ?1 UNION ALL
    SELECT pupil FROM pupil_aliases WHERE file = ?1 AND pupil IS NOT NULL)";

impl Pupil {
    /// From the columns of [`PUPIL`].
    pub(super) fn of(row: &Columns<'_>) -> Result<Self> {
        let former: Option<String> = row.get("former")?;
        let former = former.iter().flat_map(|all| all.split('\n')).map(PersonalFile::from).collect();
        let (id, file, name) = (row.get("id")?, row.get("file")?, row.name()?);
        Ok(Self { id, file, name, listed_sex: row.sex()?, former })
    }

    /// Whether this is a he or a she, where the list or the patronymic tells.
    pub fn sex(&self) -> Option<Sex> {
        Sex::of(self.listed_sex, &self.name)
    }

    /// A text in the masculine that tells of this pupil, in words that agree.
    pub fn agree(&self, text: &str) -> String {
        Sex::agree(self.sex(), text)
    }

    /// Whether his file has this number, or had it before.
    pub fn is_named(&self, file: &str) -> bool {
        self.file == file || self.former.iter().any(|former| *former == file)
    }
}

/// In the order of a class list.
pub(super) fn by_name(mut pupils: Vec<Pupil>) -> Vec<Pupil> {
    pupils.sort_by_cached_key(|pupil| (pupil.name.sort_key(), pupil.file.clone()));
    pupils
}

/// A pupil by the number of the personal file, or by one that it had before.
pub fn pupil(tables: &Tables, file: &str) -> Result<Option<Pupil>> {
    tables.one("ученик", &format!("{PUPIL} WHERE {OF_FILE}"), [file], Pupil::of)
}

/// A pupil by his row.
pub fn pupil_by_id(tables: &Tables, id: i64) -> Result<Option<Pupil>> {
    tables.one("ученик", &format!("{PUPIL} WHERE pupils.id = ?1"), [id], Pupil::of)
}

/// The one pupil whose number, now or before, only looks like this one: in letters of another alphabet, case or dashes.
pub fn pupil_alike(tables: &Tables, file: &str) -> Result<Option<Pupil>> {
    let looks = alike(file);
    let mut found: Vec<Pupil> = all_pupils(tables)?;
    found.retain(|pupil| std::iter::once(&pupil.file).chain(&pupil.former).any(|known| alike(known) == looks));
    Ok(if found.len() == 1 { found.pop() } else { None })
}

/// Whether a number was a personal file's before it got another: it is never given again.
pub fn is_former_file(tables: &Tables, file: &str) -> Result<bool> {
    tables.any("SELECT 1 FROM pupil_aliases WHERE file = ?1", [file])
}

/// The pupils of a birthday, by name.
pub fn pupils_born(tables: &Tables, born: Day) -> Result<Vec<Pupil>> {
    tables.all("ученик", &format!("{PUPIL} WHERE born = ?1"), [iso(born)], Pupil::of).map(by_name)
}

/// Every pupil of the school, by name.
pub fn all_pupils(tables: &Tables) -> Result<Vec<Pupil>> {
    tables.all("ученик", PUPIL, [], Pupil::of).map(by_name)
}

/// A pupil's date of birth.
pub fn born(tables: &Tables, file: &str) -> Result<Option<Day>> {
    let sql = format!("SELECT file, born FROM pupils WHERE {OF_FILE}");
    tables.one("ученик", &sql, [file], |row| row.day("born"))
}

/// The class that a pupil is in on a day.
pub fn class_of_pupil(tables: &Tables, file: &str, day: Day) -> Result<Option<ClassName>> {
    let sql = format!(
        "SELECT file, class FROM enrolments JOIN pupils ON pupils.id = pupil
         WHERE {OF_FILE} AND since <= ?2 AND (until IS NULL OR until > ?2)"
    );
    tables.one("зачисление", &sql, params![file, iso(day)], |row| row.class("class"))
}

/// The stays of everyone who was in a class, by the pupil's row, each pupil's in order of time.
pub fn stays_in(tables: &Tables, class: &ClassName) -> Result<BTreeMap<i64, Vec<Stay>>> {
    let sql = "SELECT pupil, class, since, until FROM enrolments WHERE class = ?1 ORDER BY pupil, since";
    let rows: Vec<(i64, Stay)> =
        tables.all("зачисление", sql, [class.to_string()], |row| Ok((row.get("pupil")?, row.stay()?)))?;
    let mut stays: BTreeMap<i64, Vec<Stay>> = BTreeMap::new();
    rows.into_iter().for_each(|(pupil, stay)| stays.entry(pupil).or_default().push(stay));
    Ok(stays)
}

/// The stays of a pupil in the classes of the school, in order of time.
pub fn stays_of(tables: &Tables, pupil: i64) -> Result<Vec<(ClassName, Stay)>> {
    let sql = "SELECT pupil, class, since, until FROM enrolments WHERE pupil = ?1 ORDER BY since";
    tables.all("зачисление", sql, [pupil], |row| Ok((row.class("class")?, row.stay()?)))
}

/// Everybody who was in a class on some day of a span, both ends included, by name.
pub fn members_of_class(tables: &Tables, class: &ClassName, first: Day, last: Day) -> Result<Vec<Pupil>> {
    let there = |stays: Vec<Stay>| stays.iter().any(|stay| stay.overlaps(first, last));
    let there: HashSet<i64> = stays_in(tables, class)?
        .into_iter()
        .filter(|(_, stays)| there(stays.clone()))
        .map(|(pupil, _)| pupil)
        .collect();
    let mut pupils = pupils_of_class(tables, class)?;
    pupils.retain(|pupil| there.contains(&pupil.id));
    Ok(pupils)
}

/// Everybody who was in a class this year, by name.
pub fn pupils_of_class(tables: &Tables, class: &ClassName) -> Result<Vec<Pupil>> {
    let sql = format!("{PUPIL} JOIN enrolments ON pupil = pupils.id WHERE class = ?1");
    tables.all("ученик", &sql, [class.to_string()], Pupil::of).map(by_name)
}

/// When each pupil was in a class, or in a group of it where `?2` names one.
macro_rules! on_list {
    () => {
        "(SELECT e.pupil AS pupil, max(e.since, coalesce(g.since, '')) AS since,
              nullif(min(coalesce(e.until, '9999'), coalesce(g.until, '9999')), '9999') AS until
          FROM enrolments AS e LEFT JOIN group_members AS g ON g.class = ?1 AND g.grp = ?2 AND g.pupil = e.pupil
          WHERE e.class = ?1 AND (?2 = '' OR g.pupil IS NOT NULL))"
    };
}

/// Of those who were ever on a list: his row, and the days.
const ON_LIST: &str = concat!(
    "SELECT pupil, since, until FROM ",
    on_list!(),
    " WHERE (until IS NULL OR since < until) ORDER BY pupil, since"
);

/// The same with who he is.
const MEMBERS: &str = concat!(
    "SELECT pupils.id AS id, pupils.file AS file, surname, given, patronymic, sex, since, until,
         (SELECT group_concat(a.file, char(10)) FROM pupil_aliases AS a WHERE a.pupil = pupils.id) AS former FROM ",
    on_list!(),
    " JOIN pupils ON pupils.id = pupil WHERE (until IS NULL OR since < until)"
);

/// Of those, who is there on a day: what [`Stay::covers`] says.
const ON_THE_DAY: &str = "since <= ?3 AND (until IS NULL OR until > ?3)";

/// When each pupil belonged to a course, by his row and in order of time: in its class, and in its group if it is a
/// group's.
pub fn stays_on_course(tables: &Tables, key: &CourseKey) -> Result<BTreeMap<i64, Vec<Stay>>> {
    let rows: Vec<(i64, Stay)> =
        tables.all("состав курса", ON_LIST, params![key.class.to_string(), key.group], |row| {
            Ok((row.get("pupil")?, row.stay()?))
        })?;
    let mut stays: BTreeMap<i64, Vec<Stay>> = BTreeMap::new();
    rows.into_iter().for_each(|(pupil, stay)| stays.entry(pupil).or_default().push(stay));
    Ok(stays)
}

/// Everybody who belonged to a course this year, by name: who was on its roster on some day, or has marks, absences or
/// final marks in it, from before he went to another group or another class.
pub fn pupils_of_course(tables: &Tables, course: &Course) -> Result<Vec<Pupil>> {
    let listed = on_list!();
    let sql = format!(
        "{PUPIL} WHERE id IN (
             SELECT pupil FROM {listed} WHERE until IS NULL OR since < until
             UNION SELECT pupil FROM marks JOIN lessons ON lessons.id = marks.lesson WHERE course = ?3
             UNION SELECT pupil FROM attendance JOIN lessons ON lessons.id = attendance.lesson WHERE course = ?3
             UNION SELECT pupil FROM finals WHERE course = ?3)"
    );
    let parameters = params![course.key.class.to_string(), course.key.group, course.id];
    tables.all("ученик", &sql, parameters, Pupil::of).map(by_name)
}

/// The pupils of a course on a day: those of the class, or of the group, who are enrolled on it; sorted by name.
pub fn roster(tables: &Tables, key: &CourseKey, day: Day) -> Result<Vec<Pupil>> {
    let sql = format!("{MEMBERS} AND {ON_THE_DAY}");
    tables.all("ученик", &sql, params![key.class.to_string(), key.group, iso(day)], Pupil::of).map(by_name)
}

/// Everybody who was on a course on some day of a span, both ends included, in no particular order.
pub fn members_of_course(tables: &Tables, key: &CourseKey, first: Day, last: Day) -> Result<Vec<Pupil>> {
    let sql = format!("{MEMBERS} AND since <= ?4 AND (until IS NULL OR until > ?3) GROUP BY id");
    tables.all("ученик", &sql, params![key.class.to_string(), key.group, iso(first), iso(last)], Pupil::of)
}

/// A pupil by the personal file, or a number that it had before, if [`roster`] has him.
pub fn pupil_on_roster(tables: &Tables, key: &CourseKey, day: Day, file: &str) -> Result<Option<Arc<Pupil>>> {
    if let Some(pupil) = on_roster(tables, key, day, file)? {
        return Ok(Some(pupil));
    }
    match is_former_file(tables, file)?.then(|| pupil(tables, file)).transpose()?.flatten() {
        Some(pupil) => on_roster(tables, key, day, &pupil.file),
        None => Ok(None),
    }
}

fn on_roster(tables: &Tables, key: &CourseKey, day: Day, file: &str) -> Result<Option<Arc<Pupil>>> {
    let class = key.class.to_string();
    let all =
        || tables.all("ученик", MEMBERS, params![class, key.group], |row| Ok((Pupil::of(row)?, row.stay()?)));
    let one = || {
        let sql = format!("{MEMBERS} AND {ON_THE_DAY} AND pupils.file = ?4");
        tables.one("ученик", &sql, params![class, key.group, iso(day), file], Pupil::of)
    };
    tables.on_roster_or((key, day), file, all, one)
}

/// Personal files of those who have a mark or an absence at a lesson.
pub fn marked_pupils(tables: &Tables, at: &LessonRef) -> Result<Vec<PersonalFile>> {
    let Some(lesson) = lesson_at(tables, at)? else { return Ok(Vec::new()) };
    let sql = "SELECT file FROM pupils WHERE id IN
               (SELECT pupil FROM marks WHERE lesson = ?1 UNION SELECT pupil FROM attendance WHERE lesson = ?1)";
    tables.all("ученик", sql, [lesson.id], |row| row.get("file"))
}

/// A decision of the pedagogical council about a pupil.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// The day.
    pub date: Day,
    /// The number of the protocol.
    pub number: String,
    /// «переведён», «оставлен», «выпущен» ….
    pub decision: String,
}

impl Decision {
    /// The same in words that agree with whom it is about ([`decision::said_of`]).
    #[must_use]
    pub fn said_of(self, of: Option<Sex>) -> Self {
        Self { decision: decision::said_of(&self.decision, of), ..self }
    }
}

/// The decisions of the pedagogical council, by the pupil's row.
pub fn decisions(tables: &Tables) -> Result<HashMap<i64, Decision>> {
    let sql = "SELECT pupil, date, number, decision FROM decisions";
    tables.all("решение педсовета", sql, [], |row| Ok((row.get("pupil")?, Decision::of(row)?)))
}

/// The decision of the pedagogical council about a pupil.
pub fn decision_of(tables: &Tables, pupil: i64) -> Result<Option<Decision>> {
    tables.one(
        "решение педсовета",
        "SELECT date, number, decision FROM decisions WHERE pupil = ?1",
        [pupil],
        Decision::of,
    )
}

impl Decision {
    fn of(row: &Columns<'_>) -> Result<Self> {
        Ok(Self { date: row.day("date")?, number: row.get("number")?, decision: row.get("decision")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::apply::in_memory;
    use crate::journal::read;

    #[test]
    fn who_has_marks_in_a_course_belonged_to_it_whatever_group_or_class_he_is_in_now() {
        let tables = in_memory().unwrap();
        tables
            .db()
            .execute_batch(
                "INSERT INTO pupils VALUES (1, 'А', 'Алиев', 'А', '', '2012-01-01', '', 1),
                     (2, 'Б', 'Белов', 'Б', '', '2012-01-01', '', 1), (3, 'В', 'Воронов', 'В', '', '2012-01-01', '', 1),
                     (4, 'Г', 'Гусев', 'Г', '', '2012-01-01', '', 1), (5, 'Д', 'Дуров', 'Д', '', '2012-01-01', '', 1);
                 INSERT INTO enrolments SELECT id, '7А', '2025-09-01', NULL, 1 FROM pupils WHERE id < 5;
                 INSERT INTO enrolments VALUES (5, '7Б', '2025-09-01', NULL, 1);
                 INSERT INTO group_members VALUES ('7А', '1', 1, '', NULL, 1), ('7А', '2', 2, '', NULL, 1),
                     ('7А', '2', 3, '', NULL, 1);
                 INSERT INTO courses VALUES (1, '7А', '1', 'Химия', 't', 1.0, 1), (2, '7А', '', 'Алгебра', 't', 1.0, 1);
                 INSERT INTO lessons VALUES (1, 1, '2025-09-02', 1, 'Т', '', '', '', 1, '2025-09-02', 0, 't', 1),
                     (2, 2, '2025-09-02', 1, 'Т', '', '', '', 1, '2025-09-02', 0, 't', 1);
                 INSERT INTO attendance VALUES (1, 2, 'н', 't', 1);
                 INSERT INTO finals VALUES (1, 3, 'Год', '4', '', '2026-05-29', 1);
                 INSERT INTO marks VALUES (2, 5, '5', '', '', 't', 1);",
            )
            .unwrap();
        let names = |course| {
            let course = read::course_by_id(&tables, course).unwrap().unwrap();
            let pupils = pupils_of_course(&tables, &course).unwrap();
            pupils.into_iter().map(|pupil| pupil.name.surname).collect::<Vec<_>>()
        };
        assert_eq!(names(1), ["Алиев", "Белов", "Воронов"], "Белов and Воронов went to the other group");
        assert_eq!(names(2), ["Алиев", "Белов", "Воронов", "Гусев", "Дуров"], "Дуров has a mark from 7А");
    }
}
