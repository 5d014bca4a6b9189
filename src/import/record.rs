//! From rows to entries: every row is checked against what it refers to, then judged and recorded like any other entry,
//! all in one transaction that is kept only if no row is at fault.
//!
//! A row that refers to something whose own row was at fault is passed over: mending the one mends the other.

use super::fault::{Faults, Source};
use super::rows::{Files, Key};
use super::{How, present};
use crate::error::{Error, Result};
use crate::journal::entry::{
    Body, ClassSet, CourseSet, DecisionSet, Effect, FinalLine, FinalsSet, Person, PlanLine, PlanSet, ReasonSet,
    SchoolChanged, SubjectLine, SubjectsSet,
};
use crate::journal::rules::two_eyes;
use crate::journal::{Author, Batch, cell, read, resolve};
use crate::school::{CourseKey, School, in_cyrillic};
use chrono::NaiveDate;
use std::collections::{HashMap, HashSet};

/// An import under way.
pub struct Import<'a, 'j> {
    /// The transaction that all of it goes into.
    pub batch: Batch<'j>,
    /// The administrator, at the time of the import.
    pub author: Author<'a>,
    /// What is at fault so far.
    pub faults: Faults,
    /// How many entries were recorded.
    pub recorded: usize,
    /// How many of them wait for a second person.
    pub waiting: u64,
    /// What is taken although it is unusual.
    pub how: How,
    /// Told of every lesson that was done.
    pub progress: &'a mut dyn FnMut(u64, u64),
    pub(super) known: HashSet<Key>,
    pub(super) broken: HashSet<Key>,
    /// Tables in which rows did not read of which it is not known what they were about.
    pub(super) unsure: HashSet<&'static str>,
    /// Lessons that were refused, or stand twice: their dates may be wrong.
    pub(super) misdated: HashMap<(CourseKey, u8), Vec<NaiveDate>>,
    /// What is missing and said to be: where in the list of faults, and in how many other rows.
    missing: HashMap<(&'static str, Key), (usize, u64)>,
    /// Personal files that the journal spells otherwise than they look, or that have another number now.
    spelled: HashMap<String, String>,
}

/// What a row needs to be there, and the column that names it.
pub(super) type Need = (Key, &'static str);

impl<'a, 'j> Import<'a, 'j> {
    /// Begins with what the journal already knows.
    pub fn new(
        batch: Batch<'j>,
        author: Author<'a>,
        faults: Faults,
        how: How,
        progress: &'a mut dyn FnMut(u64, u64),
    ) -> Result<Self> {
        let tables = batch.tables();
        let mut known = HashSet::new();
        known.extend(read::all_staff(tables)?.into_iter().map(|person| Key::Person(person.login.into())));
        for class in read::classes(tables)? {
            known.extend(read::courses_of(tables, &class)?.into_iter().map(|course| Key::Course(course.key)));
            let groups = read::memberships(tables, &class)?;
            known.extend(groups.into_iter().map(|of| Key::Group(class.clone(), of.group)));
            known.insert(Key::Class(class));
        }
        known.extend(read::subjects(tables)?.into_iter().map(|subject| Key::Subject(subject.name)));
        let mut spelled = HashMap::new();
        for pupil in read::all_pupils(tables)? {
            let file = String::from(pupil.file);
            let looks = in_cyrillic(&file);
            if looks != file {
                spelled.insert(looks, file.clone());
            }
            for former in pupil.former {
                spelled.insert(in_cyrillic(&former), file.clone());
                spelled.insert(former.into(), file.clone());
            }
            known.insert(Key::Pupil(file));
        }
        let (broken, unsure, misdated, missing) = Default::default();
        Ok(Self {
            batch,
            author,
            faults,
            recorded: 0,
            waiting: 0,
            how,
            progress,
            known,
            broken,
            unsure,
            misdated,
            missing,
            spelled,
        })
    }

    /// Records everything that the files bring and the journal lacks.
    ///
    /// # Errors
    /// Only a failing database; faults of the files are collected.
    pub fn run(&mut self, school: Option<School>, mut files: Files) -> Result<()> {
        files.spell(&self.spelled);
        self.broken = std::mem::take(&mut files.broken);
        self.unsure = std::mem::take(&mut files.unsure);
        self.school(school)?;
        self.staff(&files)?;
        self.subjects(&files)?;
        self.classes(&files)?;
        self.pupils(&files)?;
        self.groups(&files)?;
        self.courses(&files)?;
        self.timetable(&files)?;
        self.plans(&files)?;
        self.lessons(std::mem::take(&mut files.lessons), std::mem::take(&mut files.marks))?;
        self.reasons(&files)?;
        self.finals(&files)?;
        self.decisions(&files)?;
        self.contacts(&files)?;
        for (place, others) in std::mem::take(&mut self.missing).into_values().filter(|(_, others)| *others > 0) {
            if let Some(fault) = self.faults.list.get_mut(place) {
                fault.what += &format!("; таких строк в этом файле ещё: {others}");
            }
        }
        Ok(())
    }

    /// Adds the fault that something is missing, once for all rows of a file; nothing where it may stand in a row that
    /// did not read.
    pub(super) fn is_missing(&mut self, at: Source, column: &'static str, key: &Key) {
        if self.unsure.contains(key.file()) {
            return;
        }
        if let Some((_, others)) = self.missing.get_mut(&(at.file, key.clone())) {
            *others += 1;
            return;
        }
        self.missing.insert((at.file, key.clone()), (self.faults.list.len(), 0));
        let what = key.describe(&self.faults);
        self.faults.column(at, column, what);
    }

    /// Whether everything that a row needs is there; if not, the fault is added unless the cause is another fault.
    pub(super) fn needs(&mut self, at: Source, needs: &[Need]) -> bool {
        if needs.iter().any(|(key, _)| self.broken.contains(key)) {
            return false;
        }
        let missing: Vec<&Need> = needs.iter().filter(|(key, _)| !self.known.contains(key)).collect();
        for (key, column) in &missing {
            self.is_missing(at, column, key);
        }
        missing.is_empty()
    }

    /// Takes a key for a row of its own file, refusing a second one.
    pub(super) fn claim(&mut self, seen: &mut HashSet<Key>, at: Source, column: &'static str, key: &Key) -> bool {
        let first = seen.insert(key.clone());
        if !first {
            self.faults.column(at, column, "указано дважды в этом файле");
        }
        first
    }

    /// Records an entry; a refusal becomes a fault of the row.
    pub(super) fn record(
        &mut self,
        at: Source,
        column: &'static str,
        body: impl Into<Body>,
        taken_over: bool,
    ) -> Result<bool> {
        match self.try_record(body, taken_over) {
            Ok(()) => Ok(true),
            Err(error) => {
                self.refused(at, column, error)?;
                Ok(false)
            }
        }
    }

    pub(super) fn try_record(&mut self, body: impl Into<Body>, taken_over: bool) -> Result<()> {
        let body = body.into();
        // What waits for a second person already is not recorded once more.
        if read::extraordinary::waits_already(self.batch.tables(), &body)?.is_some() {
            return Ok(());
        }
        let recorded = self.batch.record(Author { taken_over, ..self.author }, body)?;
        self.faults.warnings.extend(recorded.warnings);
        self.recorded += 1;
        self.waiting += u64::from(recorded.effect == Effect::Waits);
        Ok(())
    }

    pub(super) fn refused(&mut self, at: Source, column: &'static str, error: Error) -> Result<()> {
        use crate::error::Kind;
        if matches!(error.kind(), Kind::Damaged | Kind::Environment) {
            return Err(error);
        }
        self.faults.refused(at, column, &error);
        Ok(())
    }

    /// Says that an import replaces what the journal has: a file that was left behind must not undo the work of a year
    /// unseen.
    pub(super) fn replaces(&mut self, at: Source, what: &str) {
        let file = self.faults.name(at.file).to_owned();
        let line = if at.line > 0 { format!(", строка {}", at.line) } else { String::new() };
        self.faults.warnings.push(format!("{file}{line}: заменяется то, что уже есть в журнале: {what}").into());
    }

    pub(super) fn learn(&mut self, key: Key, good: bool) {
        if good {
            self.known.insert(key);
        } else {
            self.broken.insert(key);
        }
    }

    fn school(&mut self, school: Option<School>) -> Result<()> {
        let Some(school) = school else { return Ok(()) };
        let before = read::school(self.batch.tables())?;
        if before != school {
            let at = Source { file: "school.toml", line: 0 };
            for change in before.changes_to(&school) {
                self.replaces(at, &change);
            }
            self.record(at, "", SchoolChanged { school }, false)?;
        }
        Ok(())
    }

    fn staff(&mut self, files: &Files) -> Result<()> {
        let mut seen = HashSet::new();
        for (at, row) in &files.staff {
            let key = Key::Person(row.login.clone());
            if !self.claim(&mut seen, *at, "Логин", &key) {
                continue;
            }
            let (login, name, roles) = (row.login.clone(), row.name.clone(), row.roles.clone());
            let (position, association) = (row.position.clone(), row.association.clone());
            let person = Person { login, name, position, association, roles };
            let same = present::person(self.batch.tables(), &person)?;
            if !same && read::staff(self.batch.tables(), &person.login)?.is_some() {
                self.replaces(*at, &format!("сотрудник «{}»", person.login));
            }
            // Whose office waits for a second person works in his other roles meanwhile.
            let plain = Person { roles: two_eyes::plain(&person.roles), ..person.clone() };
            let meanwhile = !same && self.works_meanwhile(&person, &plain)?;
            let good = same
                || (!meanwhile || self.record(*at, "Логин", plain, false)?)
                    && self.record(*at, "Логин", person, false)?;
            self.learn(key, good);
        }
        Ok(())
    }

    /// Whether somebody new, whose office will wait, is to be recorded in his other roles first.
    fn works_meanwhile(&self, person: &Person, plain: &Person) -> Result<bool> {
        let tables = self.batch.tables();
        Ok(!plain.roles.is_empty()
            && plain.roles != person.roles
            && read::staff(tables, &person.login)?.is_none()
            && !read::extraordinary::is_alone(tables)?
            && !read::extraordinary::takes_people_over(tables)?
            && !two_eyes::is_taken_for_another(tables, plain)?
            && read::extraordinary::waits_already(tables, &Body::from(person.clone()))?.is_none())
    }

    fn subjects(&mut self, files: &Files) -> Result<()> {
        let (mut seen, mut lines, mut first) = (HashSet::new(), Vec::new(), None);
        for (at, row) in &files.subjects {
            let key = Key::Subject(row.name.clone());
            if !self.claim(&mut seen, *at, "Предмет", &key) {
                continue;
            }
            let (name, short, association) = (row.name.clone(), row.short.clone(), row.association.clone());
            let line = SubjectLine { name, short, association, written: row.written };
            if !present::subject(self.batch.tables(), &line)? {
                first.get_or_insert(*at);
                lines.push(line);
            }
            self.learn(key, true);
        }
        match first {
            Some(at) => self.record(at, "Предмет", SubjectsSet { subjects: lines }, false).map(|_| ()),
            None => Ok(()),
        }
    }

    fn classes(&mut self, files: &Files) -> Result<()> {
        let mut seen = HashSet::new();
        for (at, (class, teacher)) in &files.classes {
            let key = Key::Class(class.clone());
            let needs = [(Key::Person(teacher.clone()), "Классный руководитель")];
            let needs = if teacher.is_empty() { &[][..] } else { &needs[..] };
            if !self.claim(&mut seen, *at, "Класс", &key) {
                continue;
            }
            let set = ClassSet { class: class.clone(), teacher: teacher.clone() };
            let same = present::class(self.batch.tables(), &set)?;
            if !same && read::class_teacher(self.batch.tables(), class)?.is_some() {
                self.replaces(*at, &format!("классный руководитель {class}"));
            }
            let good = self.needs(*at, needs)
                && (same
                    || self.is_not_made_again(*at, "Класс", &key)?
                        && self.record(*at, "Классный руководитель", set, false)?);
            self.learn(key, good);
        }
        Ok(())
    }

    fn courses(&mut self, files: &Files) -> Result<()> {
        let mut seen = HashSet::new();
        for (at, row) in &files.courses {
            let key = Key::Course(row.key.clone());
            if !self.claim(&mut seen, *at, "Предмет", &key) {
                continue;
            }
            let mut needs = vec![
                (Key::Class(row.key.class.clone()), "Класс"),
                (Key::Subject(row.key.subject.clone()), "Предмет"),
                (Key::Person(row.teacher.clone()), "Учитель"),
            ];
            if !row.key.group.is_empty() {
                needs.push((Key::Group(row.key.class.clone(), row.key.group.clone()), "Группа"));
            }
            let set = CourseSet { course: row.key.clone(), teacher: row.teacher.clone(), hours: row.hours };
            let same = present::course(self.batch.tables(), &set)?;
            if !same && read::course(self.batch.tables(), &set.course)?.is_some() {
                self.replaces(*at, &format!("учитель и часы курса «{}»", set.course));
            }
            let good = self.needs(*at, &needs)
                && (same
                    || self.is_not_made_again(*at, "Предмет", &key)? && self.record(*at, "Учитель", set, false)?);
            self.learn(key, good);
        }
        Ok(())
    }

    /// Rows of one course together, those of unknown courses as faults.
    pub(super) fn by_course<T>(
        &mut self,
        rows: impl Iterator<Item = (Source, CourseKey, T)>,
    ) -> Vec<(Source, CourseKey, Vec<T>)> {
        let mut places: HashMap<CourseKey, usize> = HashMap::new();
        let mut out: Vec<(Source, CourseKey, Vec<T>)> = Vec::new();
        for (at, key, row) in rows {
            if !self.needs(at, &[(Key::Course(key.clone()), "Предмет")]) {
                continue;
            }
            let place = *places.entry(key.clone()).or_insert_with(|| {
                out.push((at, key, Vec::new()));
                out.len() - 1
            });
            out[place].2.push(row);
        }
        out
    }

    fn plans(&mut self, files: &Files) -> Result<()> {
        let rows = files.plans.iter().map(|(at, row)| {
            let (topic, work, homework) = (row.topic.clone(), row.work.clone(), row.homework.clone());
            (*at, row.key.clone(), PlanLine { no: row.no, topic, work, homework })
        });
        for (at, course, mut lines) in self.by_course(rows) {
            lines.sort_by_key(|line| line.no);
            if !present::plan(self.batch.tables(), &course, &lines)? {
                if let Some(known) = read::course(self.batch.tables(), &course)?
                    && !read::plan_of(self.batch.tables(), known.id)?.is_empty()
                {
                    self.replaces(at, &format!("план курса «{course}»"));
                }
                self.record(at, "№", PlanSet { course, lines }, true)?;
            }
        }
        Ok(())
    }

    fn reasons(&mut self, files: &Files) -> Result<()> {
        for (at, row) in &files.reasons {
            let (pupil, document) = (row.pupil.clone(), row.document.clone());
            let set = ReasonSet { pupil, since: row.since, until: row.until, reason: row.reason, document };
            if self.needs(*at, &[(Key::Pupil(row.pupil.clone()), "Личное дело")])
                && !present::reason(self.batch.tables(), &set)?
            {
                if present::other_reason(self.batch.tables(), &set)? {
                    self.replaces(*at, "причина отсутствия в эти дни");
                }
                self.record(*at, "С", set, true)?;
            }
        }
        Ok(())
    }

    fn finals(&mut self, files: &Files) -> Result<()> {
        let (mut sets, mut places): (Vec<(FinalsSet, Vec<Source>)>, HashMap<_, usize>) = Default::default();
        let (mut seen, mut periods) = (HashSet::new(), HashMap::new());
        let school = read::school(self.batch.tables())?;
        for (at, row) in &files.finals {
            let needs = [(Key::Course(row.key.clone()), "Предмет"), (Key::Pupil(row.pupil.clone()), "Личное дело")];
            if !self.needs(*at, &needs) {
                continue;
            }
            // A class has few periods and many marks.
            let known = periods.get(&(&row.key.class, row.period.as_str())).cloned();
            let period = match known.map_or_else(|| resolve::period(&school, &row.key.class, &row.period), Ok) {
                Ok(period) => {
                    periods.insert((&row.key.class, row.period.as_str()), period.clone());
                    period
                }
                Err(error) => {
                    self.refused(*at, "Период", error)?;
                    continue;
                }
            };
            if !seen.insert((&row.key, &row.pupil, period.clone())) {
                self.faults.column(*at, "Личное дело", "отметка этого ученика за этот период указана дважды");
                continue;
            }
            let place = *places.entry((row.key.clone(), period.clone())).or_insert_with(|| {
                let (course, period) = (row.key.clone(), period.into());
                sets.push((
                    FinalsSet { course, period, marks: Vec::new(), override_reason: String::new() },
                    Vec::new(),
                ));
                sets.len() - 1
            });
            sets[place].0.marks.push(FinalLine { pupil: row.pupil.clone(), mark: row.mark.clone() });
            sets[place].1.push(*at);
        }
        for (FinalsSet { course, period, marks, .. }, mut sources) in sets {
            let Some(course) = read::course(self.batch.tables(), &course)? else { continue };
            let typed = marks.clone();
            let Some(set) = cell::finals(self.batch.tables(), &course, &period, marks, "")? else { continue };
            let mut new = typed.iter().map(|line| set.marks.contains(line));
            sources.retain(|_| new.next().unwrap_or_default());
            let lines = set.clone();
            if self.try_record(set, true).is_ok() {
                continue;
            }
            for (line, at) in lines.marks.iter().zip(sources) {
                self.record(at, "Отметка", FinalsSet { marks: vec![line.clone()], ..lines.clone() }, true)?;
            }
        }
        Ok(())
    }

    fn decisions(&mut self, files: &Files) -> Result<()> {
        let mut seen = HashSet::new();
        for (at, row) in &files.decisions {
            let key = Key::Pupil(row.pupil.clone());
            if !self.claim(&mut seen, *at, "Личное дело", &key) || !self.needs(*at, &[(key, "Личное дело")])
            {
                continue;
            }
            let (pupil, number, decision) = (row.pupil.clone(), row.number.clone(), row.decision.clone());
            let set = DecisionSet { pupil, date: row.date, number, decision };
            if !present::decision(self.batch.tables(), &set)? {
                if present::is_decided(self.batch.tables(), &set.pupil)? {
                    self.replaces(*at, "решение педагогического совета");
                }
                self.record(*at, "Решение", set, true)?;
            }
        }
        Ok(())
    }

    /// Contacts go into a file of their own, later; here they are only checked.
    fn contacts(&mut self, files: &Files) -> Result<()> {
        for (at, row) in &files.contacts {
            self.needs(*at, &[(Key::Pupil(row.pupil.clone()), "Личное дело")]);
        }
        Ok(())
    }
}
