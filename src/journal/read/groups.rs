//! Groups of a class: who belongs to one, and when.

use super::{Pupil, iso};
use crate::error::Result;
use crate::journal::read::Tables;
use crate::school::{ClassName, CourseKey, Day};
use rusqlite::params;
use std::collections::{BTreeMap, BTreeSet};

/// A pupil's time in a group of a class. It counts while he is in the class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The group.
    pub group: String,
    /// The pupil's row.
    pub pupil: i64,
    /// The first day; nothing where he is in it from the beginning.
    pub since: Option<Day>,
    /// The first day on which he is not in it, if he left it.
    pub until: Option<Day>,
    /// The entry that wrote it.
    pub entry: u64,
}

impl Membership {
    /// Whether he is in the group on a day.
    pub fn covers(&self, day: Day) -> bool {
        self.since.is_none_or(|since| since <= day) && self.until.is_none_or(|until| day < until)
    }

    /// The first day as the tables keep it.
    pub fn first(&self) -> String {
        self.since.map(iso).unwrap_or_default()
    }
}

/// The groups of a class with all who ever belonged to them: by group, pupil and time.
pub fn memberships(tables: &Tables, class: &ClassName) -> Result<Vec<Membership>> {
    let sql = "SELECT grp, pupil, nullif(since, '') AS since, until, entry FROM group_members WHERE class = ?1
               ORDER BY grp, pupil, group_members.since";
    tables.all("группа", sql, [class.to_string()], |row| {
        let (since, until) = (row.day_or_none("since")?, row.day_or_none("until")?);
        Ok(Membership { group: row.get("grp")?, pupil: row.get("pupil")?, since, until, entry: row.get("entry")? })
    })
}

/// The groups of a class as they are since the last change: a group's name and the row of a member, in order.
pub fn groups_of_class(tables: &Tables, class: &ClassName) -> Result<Vec<(String, i64)>> {
    let sql = "SELECT grp, pupil FROM group_members WHERE class = ?1 AND until IS NULL ORDER BY grp, pupil";
    tables.all("группа", sql, [class.to_string()], |row| Ok((row.get("grp")?, row.get("pupil")?)))
}

/// The groups that a pupil is or was in, each with its class.
pub fn groups_of_pupil(tables: &Tables, pupil: i64) -> Result<BTreeSet<(ClassName, String)>> {
    let sql = "SELECT pupil, class, grp FROM group_members WHERE pupil = ?1";
    tables.all("группа", sql, [pupil], |row| Ok((row.class("class")?, row.get("grp")?)))
}

/// The courses of the groups of a class, by subject: the groups that have it.
fn taught_in_groups(tables: &Tables, class: &ClassName) -> Result<BTreeMap<String, BTreeSet<String>>> {
    let sql = "SELECT subject, grp FROM courses WHERE class = ?1 ORDER BY subject, grp";
    let rows: Vec<(String, String)> =
        tables.all("курс", sql, [class.to_string()], |row| Ok((row.get("subject")?, row.get("grp")?)))?;
    let mut subjects: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (subject, group) in rows {
        subjects.entry(subject).or_default().insert(group);
    }
    // What is taught to the whole class, or to one group of those who chose it, everybody has.
    subjects.retain(|_, groups| groups.len() > 1 && !groups.contains(""));
    Ok(subjects)
}

/// A pupil who is in no group of his class, and of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ungrouped {
    /// Who.
    pub pupil: Pupil,
    /// His class.
    pub class: ClassName,
    /// The subjects that the class has in groups and he in none of them; empty where he is in no group at all.
    pub subjects: Vec<String>,
}

/// Who is in a class on a day and in none of its groups, or in none of those that share a subject. Where a class has one
/// group only, being outside of it is not strange, unless whoever came after it was made.
///
/// # Errors
/// Tables that hold what they cannot hold.
pub fn ungrouped(tables: &Tables, class: &ClassName, day: Day) -> Result<Vec<Ungrouped>> {
    let members = memberships(tables, class)?;
    let groups: BTreeSet<&str> = members.iter().map(|of| of.group.as_str()).collect();
    if groups.is_empty() {
        return Ok(Vec::new());
    }
    let shared = taught_in_groups(tables, class)?;
    let key = CourseKey { class: class.clone(), group: String::new(), subject: String::new() };
    let sql = "SELECT coalesce(max(entry), 0) AS entry FROM enrolments WHERE pupil = ?1 AND class = ?2";
    let mut out = Vec::new();
    for pupil in super::roster(tables, &key, day)? {
        let own: BTreeSet<&str> =
            members.iter().filter(|of| of.pupil == pupil.id && of.covers(day)).map(|of| of.group.as_str()).collect();
        let lacks = |of: &BTreeSet<String>| of.iter().all(|group| !own.contains(group.as_str()));
        let subjects: Vec<String> =
            shared.iter().filter(|(_, groups)| lacks(groups)).map(|(subject, _)| subject.clone()).collect();
        if own.is_empty() && groups.len() == 1 {
            let came: Option<u64> =
                tables
                    .one("зачисление", sql, params![pupil.id, class.to_string()], |row| row.get("entry"))?;
            let made = members.iter().map(|of| of.entry).min();
            if came < made {
                continue;
            }
        }
        if own.is_empty() || !subjects.is_empty() {
            out.push(Ungrouped { pupil, class: class.clone(), subjects });
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::apply::in_memory;
    use crate::journal::read::{self, members_of_course, pupil_on_roster, roster, stays_on_course};
    use crate::school::{Stay, parse_date};

    /// Алиев in group 1 for the year, Белов in 1 until 10 November and in 2 since; Воронов in none, from October on;
    /// Гусев left the class in December.
    fn tables() -> Tables {
        let tables = in_memory().unwrap();
        tables
            .db()
            .execute_batch(
                "INSERT INTO pupils VALUES (1, 'А', 'Алиев', 'А', '', '2012-01-01', '', 1),
                     (2, 'Б', 'Белов', 'Б', '', '2012-01-01', '', 1), (3, 'В', 'Воронов', 'В', '', '2012-01-01', '', 1),
                     (4, 'Г', 'Гусев', 'Г', '', '2012-01-01', '', 1);
                 INSERT INTO pupil_aliases VALUES ('Б-0', 2, 9), ('Б-00', 2, 9), ('Х', NULL, 9);
                 INSERT INTO enrolments VALUES (1, '7А', '2025-09-01', NULL, 1), (2, '7А', '2025-09-01', NULL, 1),
                     (3, '7А', '2025-10-01', NULL, 7), (4, '7А', '2025-09-01', '2025-12-01', 1);
                 INSERT INTO group_members VALUES ('7А', '1', 1, '', NULL, 5), ('7А', '1', 2, '', '2025-11-10', 8),
                     ('7А', '2', 2, '2025-11-10', NULL, 8), ('7А', '2', 4, '', NULL, 5);",
            )
            .unwrap();
        tables
    }

    fn day(text: &str) -> Day {
        parse_date(text).unwrap()
    }

    fn list(group: &str) -> CourseKey {
        CourseKey { class: ClassName::parse("7А").unwrap(), group: group.into(), subject: "Химия".into() }
    }

    #[test]
    fn who_changes_groups_is_in_one_up_to_the_day_and_in_the_other_from_it_on() {
        let tables = tables();
        let names = |pupils: Vec<Pupil>| {
            let mut names: Vec<String> = pupils.into_iter().map(|pupil| pupil.name.surname).collect();
            names.sort();
            names
        };
        let on = |group: &str, date: &str| names(roster(&tables, &list(group), day(date)).unwrap());
        assert_eq!(on("1", "09.11.2025"), ["Алиев", "Белов"]);
        assert_eq!(on("1", "10.11.2025"), ["Алиев"]);
        assert_eq!(on("2", "09.11.2025"), ["Гусев"]);
        assert_eq!(on("2", "10.11.2025"), ["Белов", "Гусев"]);
        assert_eq!(on("2", "01.12.2025"), ["Белов"], "who left the class is in no group of it");
        assert_eq!(on("", "10.11.2025"), ["Алиев", "Белов", "Воронов", "Гусев"]);
        let within = |group: &str, first: &str, last: &str| {
            names(members_of_course(&tables, &list(group), day(first), day(last)).unwrap())
        };
        assert_eq!(within("1", "01.11.2025", "30.11.2025"), ["Алиев", "Белов"]);
        assert_eq!(within("1", "10.11.2025", "30.11.2025"), ["Алиев"]);
        let stays = stays_on_course(&tables, &list("1")).unwrap();
        let stay = Stay { since: day("01.09.2025"), until: Some(day("10.11.2025")) };
        assert_eq!(stays.get(&2), Some(&vec![stay]));
        // Remembered lists say the same, and by the numbers that a file had before.
        for remembers in [false, true] {
            tables.remember(remembers);
            let is_there = |group: &str, date: &str, file: &str| {
                pupil_on_roster(&tables, &list(group), day(date), file).unwrap().is_some()
            };
            assert!(is_there("1", "09.11.2025", "Б") && !is_there("1", "10.11.2025", "Б"));
            assert!(is_there("2", "10.11.2025", "Б-0") && !is_there("2", "09.11.2025", "Б-00"));
            assert!(!is_there("2", "10.11.2025", "Х") && !is_there("2", "01.12.2025", "Г"));
        }
    }

    #[test]
    fn a_pupil_is_found_by_every_number_that_his_file_had() {
        let tables = tables();
        let found = |file: &str| read::pupil(&tables, file).unwrap().map(|pupil| pupil.file.to_string());
        assert_eq!(["Б", "Б-0", "Б-00"].map(found), [Some("Б".into()), Some("Б".into()), Some("Б".into())]);
        assert_eq!(found("Х"), None);
        assert!(read::is_former_file(&tables, "Х").unwrap() && !read::is_former_file(&tables, "Б").unwrap());
        let pupil = read::pupil(&tables, "Б").unwrap().unwrap();
        assert!(["Б", "Б-0", "Б-00"].iter().all(|file| pupil.is_named(file)) && !pupil.is_named("А"));
        assert_eq!(read::class_of_pupil(&tables, "Б-0", day("01.10.2025")).unwrap(), Some(list("").class));
        assert_eq!(read::born(&tables, "Б-0").unwrap(), Some(day("01.01.2012")));
    }

    #[test]
    fn who_is_in_no_group_is_named_by_the_subjects_that_the_class_has_in_groups() {
        let tables = tables();
        let class = list("").class;
        let named = |date: &str| {
            let all = ungrouped(&tables, &class, day(date)).unwrap();
            all.into_iter()
                .map(|one| format!("{} {}", one.pupil.name.surname, one.subjects.join(",")))
                .collect::<Vec<_>>()
        };
        assert_eq!(named("15.10.2025"), ["Воронов "]);
        let courses =
            "INSERT INTO courses VALUES (1, '7А', '1', 'Химия', 't', 1.0, 1), (2, '7А', '2', 'Химия', 't', 1.0, 1),
            (3, '7А', '1', 'Пение', 't', 1.0, 1), (4, '7А', '', 'Алгебра', 't', 1.0, 1)";
        tables.db().execute_batch(courses).unwrap();
        assert_eq!(named("15.10.2025"), ["Воронов Химия"], "of singing there is one group, for those who chose it");
        tables.db().execute_batch("DELETE FROM group_members WHERE grp = '2'; DELETE FROM courses").unwrap();
        assert_eq!(named("15.10.2025"), ["Воронов "], "he came after the only group was made");
    }
}
