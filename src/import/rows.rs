//! The files that a school brings in, each with its columns, and the typed rows that are read from them.

use super::fault::{Faults, Source};
use super::files::{self, Found};
use super::pupils::{GroupRow, PupilRow};
use super::table::{Line, Shape, Table, date};
use crate::error::{Error, Result};
use crate::journal::contacts::{Consent, Contact};
use crate::journal::entry::Reason;
use crate::school::{
    Cell, ClassName, CourseKey, Marks, NamePart, PersonName, Role, WorkKind, format_date, in_cyrillic, strange_letter,
    weekday_from_short,
};
use chrono::NaiveDate;
use std::collections::{HashMap, HashSet};
use std::path::Path;

macro_rules! shapes {
    ($($name:ident = $file:literal, $required:literal, [$($column:literal),*];)*) => {
        $(static $name: Shape = Shape { file: $file, required: $required, columns: &[$($column),*] };)*
    };
}

shapes! {
    STAFF = "staff.csv", 5, ["Логин", "Фамилия", "Имя", "Должность", "Роли", "Отчество", "МО"];
    SUBJECTS = "subjects.csv", 2, ["Предмет", "Краткое название", "Методическое объединение", "Письменные работы"];
    CLASSES = "classes.csv", 2, ["Класс", "Классный руководитель"];
    PUPILS = "pupils.csv", 5,
        ["Личное дело", "Класс", "Фамилия", "Имя", "Дата рождения", "Отчество", "Зачислен", "Выбыл", "Пол"];
    GROUPS = "groups.csv", 3, ["Класс", "Группа", "Личное дело", "С", "По"];
    COURSES = "courses.csv", 4, ["Класс", "Предмет", "Учитель", "Часов в неделю", "Группа"];
    TIMETABLE = "timetable.csv", 4, ["Класс", "Предмет", "День", "Урок", "Группа"];
    PLANS = "plans.csv", 4, ["Класс", "Предмет", "№", "Тема", "Группа", "Вид работы", "Домашнее задание"];
    LESSONS = "lessons.csv", 5,
        ["Класс", "Предмет", "Дата", "Урок", "Тема", "Группа", "Вид работы", "Домашнее задание", "Замена"];
    MARKS = "marks.csv", 6, ["Класс", "Предмет", "Дата", "Урок", "Личное дело", "Отметка", "Группа"];
    REASONS = "reasons.csv", 4, ["Личное дело", "С", "По", "Причина", "Документ"];
    FINALS = "finals.csv", 5, ["Класс", "Предмет", "Личное дело", "Период", "Отметка", "Группа"];
    DECISIONS = "decisions.csv", 4, ["Личное дело", "Дата", "Номер", "Решение"];
    CONTACTS = "contacts.csv", 3, ["Личное дело", "Кто", "ФИО", "Телефон", "E-mail", "Адрес", "Согласие", "Документ"];
}

/// A thing that rows of other files refer to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Key {
    /// A member of staff, by login.
    Person(String),
    /// A subject, by name.
    Subject(String),
    /// A class.
    Class(ClassName),
    /// A pupil, by personal file.
    Pupil(String),
    /// A group of a class.
    Group(ClassName, String),
    /// A course.
    Course(CourseKey),
    /// A lesson of a course: day and number.
    Lesson(CourseKey, NaiveDate, u8),
    /// A lesson of a course of which it is not known when it was.
    SomeLesson(CourseKey),
}

impl Key {
    /// What it is, for a message that it is not there.
    pub fn describe(&self, faults: &Faults) -> String {
        let table = faults.name(self.file());
        match self {
            Self::Person(login) => format!("сотрудника «{login}» нет в {table}"),
            Self::Subject(name) => format!("предмета «{name}» нет в {table}"),
            Self::Class(class) => format!("класса {class} нет в {table}"),
            Self::Pupil(file) => format!("ученика с личным делом «{file}» нет в {table}"),
            Self::Group(class, group) => format!("группы «{group}» {class} нет в {table}"),
            Self::Course(key) => format!("курса «{key}» нет в {table}"),
            Self::Lesson(key, date, lesson) => {
                format!("урока {} (№ {lesson}) курса «{key}» нет в {table}", format_date(*date))
            }
            Self::SomeLesson(key) => format!("урока курса «{key}» нет в {table}"),
        }
    }

    /// The table that it stands in.
    pub fn file(&self) -> &'static str {
        match self {
            Self::Person(_) => STAFF.file,
            Self::Subject(_) => SUBJECTS.file,
            Self::Class(_) => CLASSES.file,
            Self::Pupil(_) => PUPILS.file,
            Self::Group(..) => GROUPS.file,
            Self::Course(_) => COURSES.file,
            Self::Lesson(..) | Self::SomeLesson(_) => LESSONS.file,
        }
    }
}

/// A row with its place.
pub type Rows<T> = Vec<(Source, T)>;

/// Everything that was read from a folder.
#[derive(Default)]
#[allow(missing_docs)] // a field a file
pub struct Files {
    pub staff: Rows<StaffRow>,
    pub subjects: Rows<SubjectRow>,
    pub classes: Rows<(ClassName, String)>,
    pub pupils: Rows<PupilRow>,
    pub groups: Rows<GroupRow>,
    pub courses: Rows<CourseRow>,
    pub timetable: Rows<(CourseKey, u8, u8)>,
    pub plans: Rows<PlanRow>,
    pub lessons: Rows<LessonRow>,
    pub marks: Rows<MarkRow>,
    pub reasons: Rows<ReasonRow>,
    pub finals: Rows<FinalRow>,
    pub decisions: Rows<DecisionRow>,
    pub contacts: Rows<Contact>,
    /// What rows that did not read were about: what refers to them is not at fault.
    pub broken: HashSet<Key>,
    /// The tables in which rows did not read of which not even that is known.
    pub unsure: HashSet<&'static str>,
}

impl Files {
    /// Gives personal files the spelling that the journal knows them by, `known` by how they look.
    pub fn spell(&mut self, known: &HashMap<String, String>) {
        for (_, row) in &mut self.pupils {
            row.typed = known.contains_key(&row.file).then(|| row.file.clone());
        }
        let files = self.pupils.iter_mut().map(|(_, row)| &mut row.file);
        let files = files.chain(self.groups.iter_mut().map(|(_, row)| &mut row.pupil));
        let files = files.chain(self.marks.iter_mut().map(|(_, row)| &mut row.pupil));
        let files = files.chain(self.reasons.iter_mut().map(|(_, row)| &mut row.pupil));
        let files = files.chain(self.finals.iter_mut().map(|(_, row)| &mut row.pupil));
        let files = files.chain(self.decisions.iter_mut().map(|(_, row)| &mut row.pupil));
        let files = files.chain(self.contacts.iter_mut().map(|(_, row)| &mut row.pupil));
        for file in files {
            if let Some(spelled) = known.get(file) {
                file.clone_from(spelled);
            }
        }
    }
}

/// staff.csv
#[allow(missing_docs)]
pub struct StaffRow {
    pub login: String,
    pub name: PersonName,
    pub position: String,
    pub association: String,
    pub roles: Vec<Role>,
}

/// subjects.csv
#[allow(missing_docs)]
pub struct SubjectRow {
    pub name: String,
    pub short: String,
    pub association: String,
    pub written: bool,
}

/// courses.csv
#[allow(missing_docs)]
pub struct CourseRow {
    pub key: CourseKey,
    pub teacher: String,
    pub hours: f64,
}

/// plans.csv
#[allow(missing_docs)]
pub struct PlanRow {
    pub key: CourseKey,
    pub no: u32,
    pub topic: String,
    pub work: String,
    pub homework: String,
}

/// lessons.csv
#[allow(missing_docs)]
pub struct LessonRow {
    pub key: CourseKey,
    pub date: NaiveDate,
    pub lesson: u8,
    pub topic: String,
    pub work: String,
    pub homework: String,
    pub substitute: String,
}

/// marks.csv
#[allow(missing_docs)]
pub struct MarkRow {
    pub key: CourseKey,
    pub date: NaiveDate,
    pub lesson: u8,
    pub pupil: String,
    pub cell: Cell,
}

/// reasons.csv
#[allow(missing_docs)]
pub struct ReasonRow {
    pub pupil: String,
    pub since: NaiveDate,
    pub until: NaiveDate,
    pub reason: Reason,
    pub document: String,
}

/// finals.csv
#[allow(missing_docs)]
pub struct FinalRow {
    pub key: CourseKey,
    pub pupil: String,
    pub period: String,
    pub mark: Marks,
}

/// decisions.csv
#[allow(missing_docs)]
pub struct DecisionRow {
    pub pupil: String,
    pub date: NaiveDate,
    pub number: String,
    pub decision: String,
}

/// Reads every table of a folder; faults of single fields are added to `faults`.
///
/// # Errors
/// A file that exists and cannot be read.
pub fn read(dir: &Path, faults: &mut Faults) -> Result<Files> {
    // Half of all that a school brings is marks: they are read beside the rest.
    let mut faults_of_marks = Faults::default();
    let (rest, marks) = rayon::join(
        || read_all_but_marks(dir, faults),
        || Reading::of(dir, &mut faults_of_marks).file(&MARKS, false, mark),
    );
    faults.take(faults_of_marks);
    Ok(Files { marks: marks?, ..rest? })
}

fn read_all_but_marks(dir: &Path, faults: &mut Faults) -> Result<Files> {
    let mut read = Reading::of(dir, faults);
    let mut files = Files {
        staff: read.file(&STAFF, true, staff)?,
        subjects: read.file(&SUBJECTS, true, subject)?,
        classes: read.file(&CLASSES, true, |line| Some((line.parse(0, ClassName::parse)?, line.text(1))))?,
        pupils: read.file(&PUPILS, true, PupilRow::of)?,
        groups: read.file(&GROUPS, false, |line| {
            let (class, group, pupil) = (line.parse(0, ClassName::parse), line.given(1), personal_file(line, 2));
            let (since, last) = (line.parse_optional(3, date), line.parse_optional(4, date));
            Some(GroupRow { class: class?, group: group?, pupil: pupil?, since: since?, last: last? })
        })?,
        courses: read.file(&COURSES, true, course)?,
        timetable: read.file(&TIMETABLE, false, |line| {
            let day = line.parse(2, |text| {
                weekday_from_short(text).ok_or_else(|| {
                    Error::input(format!("«{text}» не день недели")).next("укажите пн, вт, ср, чт, пт или сб")
                })
            });
            let (key, lesson) = (key(line, 4), line.parse(3, number_of_lesson));
            Some((key?, day?, lesson?))
        })?,
        plans: read.file(&PLANS, false, plan)?,
        lessons: read.file(&LESSONS, false, lesson)?,
        marks: Vec::new(),
        reasons: read.file(&REASONS, false, reason)?,
        finals: read.file(&FINALS, false, |line| {
            let (key, pupil, period) = (key(line, 5), personal_file(line, 2), line.given(3));
            Some(FinalRow { key: key?, pupil: pupil?, period: period?, mark: line.parse(4, Marks::parse)? })
        })?,
        decisions: read.file(&DECISIONS, false, |line| {
            let (pupil, date) = (personal_file(line, 0), line.parse(1, date));
            let decision = line.given(3);
            Some(DecisionRow { pupil: pupil?, date: date?, number: line.text(2), decision: decision? })
        })?,
        contacts: read.file(&CONTACTS, false, |line| {
            let (pupil, who, name) = (personal_file(line, 0), line.given(1), line.given(2));
            name.iter().for_each(|name| look_alike(line, 2, name));
            let (telephone, email, address) = (line.text(3), line.text(4), line.text(5));
            let (day, document) = (line.parse_optional(6, date), line.text(7));
            let consent = match (day, document.is_empty()) {
                (Some(Some(day)), false) => Some(Consent { day, document }),
                (Some(Some(_)), true) => {
                    line.fault(7, "не назван документ, которым дано согласие (§4.5)");
                    None
                }
                (Some(None), false) => {
                    line.fault(6, "не назван день согласия (§4.5)");
                    None
                }
                (None, _) | (Some(None), true) => None,
            };
            Some(Contact { pupil: pupil?, who: who?, name: name?, telephone, email, address, consent })
        })?,
        broken: HashSet::new(),
        unsure: HashSet::new(),
    };
    (files.broken, files.unsure) = (read.broken, read.unsure);
    Ok(files)
}

struct Reading<'a> {
    dir: &'a Path,
    faults: &'a mut Faults,
    broken: HashSet<Key>,
    unsure: HashSet<&'static str>,
}

/// What a line that did not read was about, as far as it can be told.
fn subject_of(shape: &Shape, line: &Line<'_>) -> Option<Key> {
    let named = |column| Some(line.text(column)).filter(|text| !text.is_empty());
    let class = || ClassName::parse(&line.text(0)).ok();
    let course = |group| Some(CourseKey { class: class()?, group: line.text(group), subject: line.text(1) });
    match shape.file {
        "staff.csv" => Some(Key::Person(named(0)?)),
        "subjects.csv" => Some(Key::Subject(named(0)?)),
        "classes.csv" => Some(Key::Class(class()?)),
        "pupils.csv" => Some(Key::Pupil(in_cyrillic(&named(0)?))),
        "groups.csv" => Some(Key::Group(class()?, line.text(1))),
        "courses.csv" => Some(Key::Course(course(4)?)),
        "lessons.csv" => {
            let course = course(5).filter(|course| !course.subject.is_empty())?;
            match (date(&line.text(2)).ok(), line.text(3).parse().ok()) {
                (Some(date), Some(lesson)) => Some(Key::Lesson(course, date, lesson)),
                _ => Some(Key::SomeLesson(course)),
            }
        }
        _ => None,
    }
}

impl<'a> Reading<'a> {
    fn of(dir: &'a Path, faults: &'a mut Faults) -> Self {
        Self { dir, faults, broken: HashSet::new(), unsure: HashSet::new() }
    }

    fn file<T>(
        &mut self,
        shape: &'static Shape,
        must_exist: bool,
        read: impl FnMut(&mut Line<'_>) -> Option<T>,
    ) -> Result<Rows<T>> {
        let before = self.faults.list.len();
        let Some(bytes) = files::read(self.dir, shape, must_exist, self.faults)? else {
            self.unsure.extend((self.faults.list.len() > before).then_some(shape.file));
            return Ok(Vec::new());
        };
        let table = match bytes {
            Found::Csv(bytes) => Table::parse(&bytes, shape, self.faults),
            Found::Workbook(bytes, format) => Table::of_workbook(&bytes, format, shape, self.faults),
        };
        let (broken, unsure) = (&mut self.broken, &mut self.unsure);
        let Some(table) = table else {
            unsure.insert(shape.file);
            return Ok(Vec::new());
        };
        unsure.extend(table.incomplete.then_some(shape.file));
        Ok(table.map(self.faults, read, |line| match subject_of(shape, line) {
            Some(key) => drop(broken.insert(key)),
            None => drop(unsure.insert(shape.file)),
        }))
    }
}

/// The staff of a folder, for `init`, which needs its administrator before there is a journal.
///
/// # Errors
/// As [`read`].
pub fn read_staff(dir: &Path, faults: &mut Faults) -> Result<Rows<StaffRow>> {
    Reading::of(dir, faults).file(&STAFF, false, staff)
}

fn staff(line: &mut Line<'_>) -> Option<StaffRow> {
    let (login, name, position) = (line.given(0), name(line, [1, 2, 5]), line.given(3));
    let roles = line.parse(4, |text| {
        text.split(',')
            .map(|word| {
                Role::parse(word).ok_or_else(|| {
                    let words = Role::ALL.map(Role::word).join(", ");
                    Error::input(format!("роли «{}» нет", word.trim())).next(format!("роли через запятую: {words}"))
                })
            })
            .collect::<Result<Vec<_>>>()
    });
    Some(StaffRow { login: login?, name: name?, position: position?, association: line.text(6), roles: roles? })
}

/// A personal file, whose letters are Cyrillic where they look so.
pub(super) fn personal_file(line: &mut Line<'_>, column: usize) -> Option<String> {
    line.given(column).map(|text| in_cyrillic(&text))
}

/// A person's name; a letter of another alphabet in it is named.
pub(super) fn name(line: &mut Line<'_>, [surname, given, patronymic]: [usize; 3]) -> Option<PersonName> {
    let mut part = |column: usize, part: NamePart| {
        let text = line.parse_optional(column, |text| part.is_of_letters(text).map(|()| text.to_owned()))?;
        match (text, part) {
            (Some(text), _) => {
                look_alike(line, column, &text);
                Some(text)
            }
            (None, NamePart::Patronymic) => Some(String::new()),
            (None, _) => line.given(column),
        }
    };
    let (surname, given) = (part(surname, NamePart::Surname), part(given, NamePart::Given));
    let patronymic = part(patronymic, NamePart::Patronymic);
    Some(PersonName { surname: surname?, given: given?, patronymic: patronymic? })
}

fn look_alike(line: &mut Line<'_>, column: usize, name: &str) {
    let Some(letter) = strange_letter(name) else { return };
    let which = if letter.is_ascii() { "латинская" } else { "русская" };
    line.warn(column, &format!("в «{name}» буква «{letter}» — {which}, она лишь похожа на нужную; проверьте"));
}

fn subject(line: &mut Line<'_>) -> Option<SubjectRow> {
    let (name, short) = (line.given(0), line.given(1));
    let written = line.parse_optional(3, |text| match crate::school::fold(text).as_str() {
        "да" => Ok(true),
        "нет" => Ok(false),
        _ => Err(Error::input(format!("«{text}» не ответ")).next("укажите да или нет")),
    });
    Some(SubjectRow { name: name?, short: short?, association: line.text(2), written: written?.unwrap_or(true) })
}

/// The course of a line: class in column 0, subject in column 1, group in the column that is named.
fn key(line: &mut Line<'_>, group: usize) -> Option<CourseKey> {
    let (class, subject) = (line.parse(0, ClassName::parse), line.given(1));
    Some(CourseKey { class: class?, group: line.text(group), subject: subject? })
}

fn course(line: &mut Line<'_>) -> Option<CourseRow> {
    let (key, teacher) = (key(line, 4), line.given(2));
    let hours = line.parse(3, |text| {
        let hours: Option<f64> = text.replace(',', ".").parse().ok();
        hours.filter(|hours| *hours > 0.0 && *hours <= 40.0).ok_or_else(|| {
            Error::input(format!("«{text}» не число часов в неделю")).next("укажите число, например 3 или 0,5")
        })
    });
    Some(CourseRow { key: key?, teacher: teacher?, hours: hours? })
}

fn number_of_lesson(text: &str) -> Result<u8> {
    let number: Option<u8> = text.parse().ok();
    number
        .filter(|number| (1..=15).contains(number))
        .ok_or_else(|| Error::input(format!("«{text}» не номер урока")).next("укажите число от 1 до 15"))
}

fn kind_of_work(line: &mut Line<'_>, column: usize) -> Option<String> {
    let work = line.parse_optional(column, |text| match WorkKind::written_out(text) {
        Some(_) => Ok(text.to_owned()),
        None => Err(WorkKind::unknown(text)),
    });
    Some(work?.unwrap_or_default())
}

fn plan(line: &mut Line<'_>) -> Option<PlanRow> {
    let key = key(line, 4);
    let no = line.parse(2, |text| {
        text.parse().map_err(|_| Error::input(format!("«{text}» не номер урока в плане")).next("укажите целое число"))
    });
    let (topic, work) = (line.given(3), kind_of_work(line, 5));
    Some(PlanRow { key: key?, no: no?, topic: topic?, work: work?, homework: line.text(6) })
}

fn lesson(line: &mut Line<'_>) -> Option<LessonRow> {
    let key = key(line, 5);
    let (date, lesson) = (line.parse(2, date), line.parse(3, number_of_lesson));
    let (topic, work) = (line.given(4), kind_of_work(line, 6));
    let (homework, substitute) = (line.text(7), line.text(8));
    Some(LessonRow { key: key?, date: date?, lesson: lesson?, topic: topic?, work: work?, homework, substitute })
}

fn mark(line: &mut Line<'_>) -> Option<MarkRow> {
    let key = key(line, 6);
    let (date, lesson) = (line.parse(2, date), line.parse(3, number_of_lesson));
    let (pupil, cell) = (personal_file(line, 4), line.parse(5, Cell::parse));
    Some(MarkRow { key: key?, date: date?, lesson: lesson?, pupil: pupil?, cell: cell? })
}

fn reason(line: &mut Line<'_>) -> Option<ReasonRow> {
    let pupil = personal_file(line, 0);
    let (since, until) = (line.parse(1, date), line.parse(2, date));
    let reason = line.parse(3, |text| {
        Reason::parse(text).ok_or_else(|| {
            Error::input(format!("«{text}» не причина")).next("укажите: болезнь, уважительная, неуважительная")
        })
    });
    Some(ReasonRow { pupil: pupil?, since: since?, until: until?, reason: reason?, document: line.text(4) })
}
