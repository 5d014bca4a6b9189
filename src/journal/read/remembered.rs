//! What judging and applying ask of every entry, remembered while it cannot change.
//!
//! The course, the author's role, the lesson, the list of the day: a teacher's marks ask for the same again and again. While
//! somebody writes, nobody else can, so what was asked holds until an entry changes it: lessons, marks, absences and their
//! reasons, final marks and decisions do not (but for the lesson itself), any other entry may, and then all is forgotten. Outside of a write transaction and of a
//! proof nothing is remembered, but of proven tables, which do not change.

use super::{Course, Lesson, Pupil, Tables};
use crate::error::Result;
use crate::school::{CourseKey, Day, Role, School, Stay};
use chrono::FixedOffset;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// So many answers to one question are kept: a day of a large school, and more.
const MOST: usize = 4096;

/// The lessons by course, day and number; nothing where none is recorded.
type Lessons = HashMap<(i64, Day, u8), Option<Arc<Lesson>>>;

/// Whoever was ever on a list, by personal file, with his stays there.
type Members = HashMap<String, (Arc<Pupil>, Vec<Stay>)>;

/// Answers that hold for the time being.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    on: Cell<bool>,
    offset: Cell<Option<FixedOffset>>,
    school: RefCell<Option<School>>,
    closed: Cell<Option<bool>>,
    alone: Cell<Option<bool>>,
    /// Once it is so, it stays so.
    knows: Cell<bool>,
    own_courses: RefCell<HashMap<i64, bool>>,
    pupils: RefCell<HashMap<String, i64>>,
    roles: RefCell<HashMap<(String, Role), bool>>,
    courses: RefCell<HashMap<CourseKey, Option<Arc<Course>>>>,
    lessons: RefCell<Lessons>,
    /// Of each list, which is a class or a group of it, whatever the subject.
    members: RefCell<HashMap<CourseKey, Members>>,
}

impl Remembered {
    /// What `answers` has for a question, else what `ask` gives.
    fn recall<K: Hash + Eq, V: Clone>(
        &self,
        answers: &RefCell<HashMap<K, V>>,
        question: K,
        ask: impl FnOnce() -> Result<V>,
    ) -> Result<V> {
        if !self.on.get() {
            return ask();
        }
        if let Some(answer) = answers.borrow().get(&question) {
            return Ok(answer.clone());
        }
        let answer = ask()?;
        let mut answers = answers.borrow_mut();
        if answers.len() >= MOST {
            answers.clear();
        }
        answers.insert(question, answer.clone());
        Ok(answer)
    }

    /// As [`Remembered::recall`], of a question that has one answer.
    fn recall_one<V: Copy>(&self, answer: &Cell<Option<V>>, ask: impl FnOnce() -> Result<V>) -> Result<V> {
        if !self.on.get() {
            return ask();
        }
        let known = answer.get().map_or_else(ask, Ok)?;
        answer.set(Some(known));
        Ok(known)
    }

    fn clear(&self) {
        self.offset.set(None);
        self.school.take();
        self.closed.set(None);
        self.alone.set(None);
        self.knows.set(false);
        self.own_courses.borrow_mut().clear();
        self.pupils.borrow_mut().clear();
        self.roles.borrow_mut().clear();
        self.courses.borrow_mut().clear();
        self.lessons.borrow_mut().clear();
        self.members.borrow_mut().clear();
    }
}

/// Remembers as long as it lives.
pub(in crate::journal) struct Remembering<'t>(&'t Tables);

impl Drop for Remembering<'_> {
    fn drop(&mut self) {
        self.0.remember(false);
    }
}

impl Tables {
    /// Begins or ends remembering. Nobody but the caller may write these tables meanwhile.
    pub(in crate::journal) fn remember(&self, on: bool) {
        self.remembered.clear();
        self.remembered.on.set(on);
    }

    /// Remembers as long as what it gives lives.
    pub(in crate::journal) fn remembering(&self) -> Remembering<'_> {
        self.remember(true);
        Remembering(self)
    }

    /// Does something that changes what was asked: until it is done nothing is remembered, and afterwards it is asked anew.
    pub(in crate::journal) fn changing<T>(&self, work: impl FnOnce() -> T) -> T {
        let on = self.remembered.on.get();
        self.remember(false);
        let done = work();
        self.remember(on);
        done
    }

    /// A lesson was recorded.
    pub(in crate::journal) fn forget_lesson(&self, course: i64, day: Day, number: u8) {
        self.remembered.lessons.borrow_mut().remove(&(course, day, number));
    }

    pub(in crate::journal) fn offset_or(&self, ask: impl FnOnce() -> Result<FixedOffset>) -> Result<FixedOffset> {
        self.remembered.recall_one(&self.remembered.offset, ask)
    }

    pub(super) fn school_or(&self, ask: impl FnOnce() -> Result<School>) -> Result<School> {
        if !self.remembered.on.get() {
            return ask();
        }
        if let Some(known) = &*self.remembered.school.borrow() {
            return Ok(known.clone());
        }
        let school = ask()?;
        *self.remembered.school.borrow_mut() = Some(school.clone());
        Ok(school)
    }

    pub(super) fn closed_or(&self, ask: impl FnOnce() -> Result<bool>) -> Result<bool> {
        self.remembered.recall_one(&self.remembered.closed, ask)
    }

    pub(super) fn alone_or(&self, ask: impl FnOnce() -> Result<bool>) -> Result<bool> {
        self.remembered.recall_one(&self.remembered.alone, ask)
    }

    pub(super) fn knows_or(&self, ask: impl FnOnce() -> Result<bool>) -> Result<bool> {
        if self.remembered.on.get() && self.remembered.knows.get() {
            return Ok(true);
        }
        let knows = ask()?;
        self.remembered.knows.set(knows && self.remembered.on.get());
        Ok(knows)
    }

    /// Whether a course has entries of its own, beside what was taken over.
    pub(in crate::journal) fn is_own_course(&self, course: i64) -> Result<bool> {
        let ask = || self.any("SELECT 1 FROM own_courses WHERE course = ?1", [course]);
        self.remembered.recall(&self.remembered.own_courses, course, ask)
    }

    /// A course has entries of its own from here on.
    pub(in crate::journal) fn make_own_course(&self, course: i64, entry: u64) -> Result<()> {
        if !self.is_own_course(course)? {
            let sql = "INSERT OR IGNORE INTO own_courses (course, entry) VALUES (?1, ?2)";
            self.prepare_cached(sql)?.execute([course, i64::try_from(entry).unwrap_or(i64::MAX)])?;
            self.remembered.own_courses.borrow_mut().remove(&course);
        }
        Ok(())
    }

    pub(in crate::journal) fn pupil_or(&self, file: &str, ask: impl FnOnce() -> Result<i64>) -> Result<i64> {
        self.remembered.recall(&self.remembered.pupils, file.to_owned(), ask)
    }

    pub(super) fn role_or(&self, login: &str, role: Role, ask: impl FnOnce() -> Result<bool>) -> Result<bool> {
        self.remembered.recall(&self.remembered.roles, (login.to_owned(), role), ask)
    }

    pub(super) fn course_or(
        &self,
        key: &CourseKey,
        ask: impl FnOnce() -> Result<Option<Course>>,
    ) -> Result<Option<Arc<Course>>> {
        self.remembered.recall(&self.remembered.courses, key.clone(), || Ok(ask()?.map(Arc::new)))
    }

    pub(super) fn lesson_or(
        &self,
        at: (i64, Day, u8),
        ask: impl FnOnce() -> Result<Option<Lesson>>,
    ) -> Result<Option<Arc<Lesson>>> {
        self.remembered.recall(&self.remembered.lessons, at, || Ok(ask()?.map(Arc::new)))
    }

    /// A pupil of a day's list: out of the whole list where lists are remembered, `all` of it, else as `one` gives him.
    pub(super) fn on_roster_or(
        &self,
        (key, day): (&CourseKey, Day),
        file: &str,
        all: impl FnOnce() -> Result<Vec<(Pupil, Stay)>>,
        one: impl FnOnce() -> Result<Option<Pupil>>,
    ) -> Result<Option<Arc<Pupil>>> {
        if !self.remembered.on.get() {
            return Ok(one()?.map(Arc::new));
        }
        let list = CourseKey { subject: String::new(), ..key.clone() };
        let mut lists = self.remembered.members.borrow_mut();
        let members = match lists.entry(list) {
            std::collections::hash_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::hash_map::Entry::Vacant(place) => place.insert(by_file(all()?)),
        };
        let there = members.get(file).filter(|(_, stays)| stays.iter().any(|stay| stay.covers(day)));
        Ok(there.map(|(pupil, _)| Arc::clone(pupil)))
    }
}

fn by_file(stays: Vec<(Pupil, Stay)>) -> Members {
    let mut members = Members::new();
    for (pupil, stay) in stays {
        members.entry(pupil.file.to_string()).or_insert_with(|| (Arc::new(pupil), Vec::new())).1.push(stay);
    }
    members
}

#[cfg(test)]
mod tests {
    use crate::journal::entry::{
        Body, CourseSet, LessonRecorded, LessonRef, MarkLine, MarksSet, Person, PupilEnrolled, PupilLeft, PupilSet,
        SubjectLine, SubjectsSet,
    };
    use crate::journal::{Author, founded, read};
    use crate::ledger::identity::Identity;
    use crate::school::{ClassName, CourseKey, Marks, PersonName, Role, parse_date};

    #[test]
    fn an_answer_holds_until_an_entry_changes_it() {
        let (dir, key) = (tempfile::tempdir().unwrap(), Identity::generate());
        let mut journal = founded::journal(&dir.path().join("journal.letopis"), &key);
        let now = chrono::DateTime::parse_from_rfc3339("2025-09-02T12:00:00+03:00").unwrap();
        let author = Author { signer: &key, clock: &now, taken_over: false };
        let history = Author { taken_over: true, ..author };
        let day = parse_date("01.09.2025").unwrap();
        let class = ClassName::parse("7А").unwrap();
        let course = CourseKey { class: class.clone(), group: String::new(), subject: "Химия".into() };
        let at = LessonRef { course: course.clone(), date: day, lesson: 1 };
        let mut batch = journal.batch().unwrap();
        let name = PersonName { surname: "Белов".into(), given: "Пётр".into(), patronymic: String::new() };

        let on_list = |tables: &read::Tables| read::pupil_on_roster(tables, &course, day, "И-1").unwrap().is_some();
        let topic = |tables: &read::Tables| read::lesson_at(tables, &at).unwrap().map(|lesson| lesson.topic.clone());
        let teacher =
            |tables: &read::Tables| read::course(tables, &course).unwrap().map(|course| course.teacher.clone());
        let asked = |tables: &read::Tables| (on_list(tables), topic(tables), teacher(tables).map(String::from));
        assert_eq!(asked(batch.tables()), (false, None, None));

        let pupil = PupilSet {
            file: "И-1".into(),
            name: name.clone(),
            born: parse_date("01.02.2012").unwrap(),
            sex: None,
            another: false,
        };
        let subject =
            SubjectLine {
                name: "Химия".into(), short: "Хим.".into(), association: String::new(), written: true
            };
        let teaches = |login: &str| CourseSet { course: course.clone(), teacher: login.into(), hours: 2.0 };
        let person = |login: &str, roles: Vec<Role>| Person {
            login: login.into(),
            name: name.clone(),
            position: "учитель".into(),
            association: String::new(),
            roles,
        };
        let lesson = |topic: &str| LessonRecorded {
            at: at.clone(),
            topic: topic.into(),
            work: String::new(),
            homework: String::new(),
            substitute: String::new(),
            cells: Vec::new(),
            despite: false,
        };
        let mark = MarkLine {
            pupil: "И-1".into(),
            marks: Some(Marks::parse("5").unwrap()),
            document: String::new(),
            earned: false,
        };
        let bodies: [Body; 6] = [
            person("belov", vec![Role::Teacher]).into(),
            person("gusev", vec![Role::Teacher]).into(),
            pupil.into(),
            PupilEnrolled { file: "И-1".into(), class, since: day }.into(),
            SubjectsSet { subjects: vec![subject] }.into(),
            teaches("belov").into(),
        ];
        for body in bodies {
            batch.record(author, body).unwrap();
        }
        assert_eq!(asked(batch.tables()), (true, None, Some("belov".into())));
        batch.record(history, lesson("Вода")).unwrap();
        assert_eq!(topic(batch.tables()).as_deref(), Some("Вода"));
        batch.record(history, MarksSet { at: at.clone(), work: String::new(), marks: vec![mark] }).unwrap();
        assert_eq!(asked(batch.tables()), (true, Some("Вода".into()), Some("belov".into())));
        batch.record(author, teaches("gusev")).unwrap();
        assert_eq!(teacher(batch.tables()).map(String::from).as_deref(), Some("gusev"));
        batch.record(author, PupilLeft { file: "И-1".into(), until: day.succ_opt().unwrap(), despite: false }).unwrap();
        assert!(on_list(batch.tables()), "on the day before he left he was there");
        let has = |tables: &read::Tables| read::has_role(tables, "belov", Role::Teacher).unwrap();
        assert!(has(batch.tables()));
        batch.record(author, person("belov", vec![Role::Secretary])).unwrap();
        assert!(!has(batch.tables()));
        drop(batch);
        assert_eq!(asked(journal.tables()), (false, None, None), "nothing is remembered of what was not kept");
    }
}
