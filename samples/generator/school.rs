//! What a school is made of: classes with their pupils and groups, the staff,
//! and the courses that tie them together.
//!
//! Everything refers to everything else by its index, so an order once chosen
//! (of classes, of people, of subjects) is the order in every file.

use crate::calendar::Date;

pub const DAYS: usize = 5;
pub const LESSONS: usize = 7;

/// A place in the week's timetable: day 0 is Monday, lesson 0 is the first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Slot {
    pub day: usize,
    pub lesson: usize,
}

impl Slot {
    pub fn index(self) -> usize {
        self.day * LESSONS + self.lesson
    }
}

pub struct Teacher {
    pub login: String,
    pub surname: String,
    pub name: String,
    pub patronymic: String,
    pub post: String,
    pub association: String,
    pub roles: Vec<String>,
}

pub struct Pupil {
    pub file: String,
    pub surname: String,
    pub name: String,
    pub patronymic: String,
    pub female: bool,
    pub born: Date,
    pub enrolled: Date,
    pub left: Option<Date>,
    /// 0 to 100: what the pupil's marks lean to.
    pub ability: i32,
    /// A long illness, for the sample's sake.
    pub illness: Option<(Date, Date)>,
    /// Exempt from physical education.
    pub exempt: Option<(Date, Date)>,
    /// Written with «й» as «и» and a combining breve.
    pub decomposed: bool,
}

impl Pupil {
    /// Whether the pupil is in the class on that day; the day of leaving is no longer his.
    pub fn attends(&self, day: Date) -> bool {
        self.enrolled <= day && self.left.is_none_or(|left| day < left)
    }

    pub fn full_name(&self) -> String {
        [&*self.surname, &self.name, &self.patronymic].join(" ").trim_end().to_string()
    }
}

pub struct Group {
    pub name: &'static str,
    pub members: Vec<usize>,
}

pub struct Class {
    pub grade: u8,
    pub letter: char,
    pub pupils: Vec<Pupil>,
    pub groups: Vec<Group>,
    pub class_teacher: usize,
}

impl Class {
    pub fn name(&self) -> String {
        format!("{}{}", self.grade, self.letter)
    }

    /// The members of a course's group, or the whole class.
    pub fn members(&self, group: Option<usize>) -> Vec<usize> {
        group.map_or_else(|| (0..self.pupils.len()).collect(), |g| self.groups[g].members.clone())
    }
}

pub struct Course {
    pub class: usize,
    pub group: Option<usize>,
    pub subject: usize,
    pub teacher: usize,
    pub hours: usize,
    pub slots: Vec<Slot>,
}

pub struct School {
    pub classes: Vec<Class>,
    pub staff: Vec<Teacher>,
    pub courses: Vec<Course>,
    /// The committed sample, which also varies the files' spelling and encoding.
    pub is_sample: bool,
}

impl School {
    pub fn new(classes: Vec<Class>, staff: Vec<Teacher>, courses: Vec<Course>, is_sample: bool) -> School {
        School { classes, staff, courses, is_sample }
    }

    pub fn class_of(&self, course: &Course) -> &Class {
        &self.classes[course.class]
    }

    pub fn group_name(&self, course: &Course) -> &'static str {
        course.group.map_or("", |g| self.classes[course.class].groups[g].name)
    }
}
