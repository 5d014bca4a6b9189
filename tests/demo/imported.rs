//! What was imported, read from `samples/school-1` by other code than the program's.

use super::demo;
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use unicode_normalization::UnicodeNormalization;

/// A school year as the files of the sample tell it.
pub struct Imported {
    pub pupils: Vec<Pupil>,
    pub courses: Vec<Course>,
    /// Final marks' columns: the heading in a book and the name in the files; and for a period its last day.
    pub finals: BTreeMap<String, (String, Option<NaiveDate>)>,
    /// Rows of `marks.csv` and of `finals.csv`.
    pub rows: (usize, usize),
}

pub struct Pupil {
    pub file: String,
    pub class: String,
    name: [String; 3],
    came: NaiveDate,
    left: Option<NaiveDate>,
    reasons: Vec<(NaiveDate, NaiveDate, String)>,
}

/// The day of a lesson and which of the day it is.
pub type Lesson = (NaiveDate, u32);

#[derive(Default)]
pub struct Course {
    pub class: String,
    pub group: String,
    pub subject: String,
    pub teacher: String,
    pub hours: String,
    pub lessons: BTreeSet<Lesson>,
    /// Personal files of those who are taught.
    pub members: BTreeSet<String>,
    /// By lesson and personal file what must stand in the book.
    pub cells: BTreeMap<(Lesson, String), String>,
    /// By period and personal file.
    pub finals: BTreeMap<(String, String), String>,
}

impl Imported {
    /// Reads the files.
    pub fn read() -> Self {
        let finals = final_columns();
        let pupils = pupils();
        let mut courses: Vec<Course> = rows("courses.csv")
            .into_iter()
            .map(|row| {
                let [class, group, subject, teacher, hours] = &row[..] else { panic!("{row:?}") };
                let (class, group) = (class_name(class), group.clone());
                let members = members(&pupils, &class, &group);
                let (subject, teacher, hours) = (subject.clone(), teacher.clone(), hours.clone());
                Course { class, group, subject, teacher, hours, members, ..Course::default() }
            })
            .collect();
        for row in rows("lessons.csv") {
            let course = course(&mut courses, &row);
            assert!(course.lessons.insert((date(&row[3]), row[4].parse().unwrap())), "twice: {row:?}");
        }
        let marks = rows("marks.csv");
        for row in &marks {
            let (lesson, file) = ((date(&row[3]), row[4].parse().unwrap()), &row[5]);
            let pupil = pupils.iter().find(|pupil| pupil.file == *file).unwrap();
            let text = match row[6].strip_prefix('н') {
                Some(rest) if rest.is_empty() || rest.starts_with(' ') => pupil.absence(lesson.0).to_owned() + rest,
                _ => row[6].clone(),
            };
            let course = course(&mut courses, row);
            assert!(course.cells.insert((lesson, file.clone()), text).is_none(), "twice: {row:?}");
        }
        let finals_rows = rows("finals.csv");
        for row in &finals_rows {
            let key = (row[4].clone(), row[3].clone());
            let course = course(&mut courses, row);
            assert!(course.finals.insert(key, row[5].clone()).is_none(), "twice: {row:?}");
        }
        Self { pupils, courses, finals, rows: (marks.len(), finals_rows.len()) }
    }

    /// Adds the mark that the demonstration's teacher sets: a five for the first pupil, by the alphabet, of whom nothing
    /// stands at his last lesson. Returns the words for class, course, day and pupil.
    pub fn add_the_teachers_mark(&mut self) -> String {
        let taught = self.courses.iter_mut().filter(|course| course.teacher == "semyonov");
        let course = taught.max_by_key(|course| course.lessons.last().copied()).unwrap();
        let lesson = *course.lessons.last().unwrap();
        let mut free: Vec<&Pupil> = self.pupils.iter().filter(|pupil| course.members.contains(&pupil.file)).collect();
        free.retain(|pupil| pupil.was_there(lesson.0) && !course.cells.contains_key(&(lesson, pupil.file.clone())));
        let pupil = free.into_iter().min_by_key(|pupil| pupil.sort_key()).unwrap();
        course.cells.insert((lesson, pupil.file.clone()), "5".to_owned());
        let day = lesson.0.format("%d.%m.%Y");
        format!("{}, {}, {day}, {} {}", course.class, course.subject, pupil.name[0], pupil.name[1])
    }

    /// The pupil whose row in a book of this class begins with these words, blanks aside.
    pub fn pupil_of_row(&self, class: &str, words: &str) -> Option<&Pupil> {
        self.pupils.iter().find(|pupil| pupil.class == class && squeeze(&self.row_of(pupil)) == squeeze(words))
    }

    /// What stands in a pupil's row: surname and name, the patronymic where two would be alike, coming and leaving.
    fn row_of(&self, pupil: &Pupil) -> String {
        let alike = |other: &&Pupil| other.class == pupil.class && other.name[..2] == pupil.name[..2];
        let parts = if self.pupils.iter().filter(alike).count() > 1 { 3 } else { 2 };
        let mut row = pupil.name[..parts].join(" ");
        if pupil.came != first_day() {
            row += &format!(", зачислен {}", pupil.came.format("%d.%m"));
        }
        if let Some(left) = pupil.left {
            row += &format!(", выбыл {}", left.format("%d.%m"));
        }
        row
    }
}

impl Pupil {
    /// By surname, name and patronymic, «ё» as «е».
    pub fn sort_key(&self) -> [String; 3] {
        self.name.clone().map(|part| part.to_lowercase().replace('ё', "е"))
    }

    fn was_there(&self, day: NaiveDate) -> bool {
        self.came <= day && self.left.is_none_or(|left| day <= left)
    }

    /// What «н» turns to once the reason is known: a reason that excuses holds before one that does not.
    fn absence(&self, day: NaiveDate) -> &'static str {
        let mut known: Vec<_> = self.reasons.iter().filter(|(from, to, _)| (*from..=*to).contains(&day)).collect();
        known.sort_by_key(|(from, _, reason)| (reason == "неуважительная", *from));
        match known.first().map(|(.., reason)| reason.as_str()) {
            Some("болезнь") => "б",
            Some("уважительная") => "у",
            _ => "н",
        }
    }
}

fn first_day() -> NaiveDate {
    date("01.09.2025")
}

fn pupils() -> Vec<Pupil> {
    let reasons = rows("reasons.csv");
    let pupils = rows("pupils.csv").into_iter().map(|row| {
        let [file, class, surname, given, patronymic, _, came, left] = &row[..] else { panic!("{row:?}") };
        let reasons = reasons.iter().filter(|reason| reason[0] == *file);
        Pupil {
            file: file.clone(),
            class: class_name(class),
            name: [surname, given, patronymic].map(|part| part.nfc().collect()),
            came: date(came),
            left: (!left.is_empty()).then(|| date(left)),
            reasons: reasons.map(|reason| (date(&reason[1]), date(&reason[2]), reason[3].clone())).collect(),
        }
    });
    pupils.collect()
}

fn members(pupils: &[Pupil], class: &str, group: &str) -> BTreeSet<String> {
    if group.is_empty() {
        return pupils.iter().filter(|pupil| pupil.class == class).map(|pupil| pupil.file.clone()).collect();
    }
    let rows = rows("groups.csv").into_iter().filter(|row| class_name(&row[0]) == class && row[1] == group);
    rows.map(|row| row[2].clone()).collect()
}

fn final_columns() -> BTreeMap<String, (String, Option<NaiveDate>)> {
    let school: toml::Table = std::fs::read_to_string(sample("school.toml")).unwrap().parse().unwrap();
    let text = |period: &toml::Value, key: &str| period[key].as_str().unwrap().to_owned();
    let periods = school["period"].as_array().unwrap().iter().map(|period| {
        let ends = period["ends"].as_datetime().unwrap().to_string().parse().unwrap();
        (text(period, "short"), (text(period, "name"), Some(ends)))
    });
    let others = [("Год", "Год"), ("Экз.", "Экзамен"), ("Итог", "Итог")];
    periods.chain(others.map(|(heading, name)| (heading.to_owned(), (name.to_owned(), None)))).collect()
}

/// The course of a row that begins with class, group and subject.
fn course<'a>(courses: &'a mut [Course], row: &[String]) -> &'a mut Course {
    let class = class_name(&row[0]);
    let found = courses.iter_mut().find(|c| c.class == class && c.group == row[1] && c.subject == row[2]);
    found.unwrap_or_else(|| panic!("no course: {row:?}"))
}

/// «5 «А»» and «5A» as «5А».
fn class_name(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).map(|c| if c == 'A' { 'А' } else { c }).collect()
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect()
}

fn date(text: &str) -> NaiveDate {
    NaiveDate::parse_from_str(text, "%d.%m.%Y").unwrap_or_else(|_| panic!("«{text}» is no date"))
}

fn sample(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("samples/school-1").join(name)
}

/// The rows of a file in UTF-8 with semicolons. What the demonstration carries is that file.
fn rows(name: &str) -> Vec<Vec<String>> {
    let bytes = std::fs::read(sample(name)).unwrap();
    assert_eq!(bytes, std::fs::read(demo().path("school").join(name)).unwrap(), "{name}");
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(&bytes[..]);
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}
