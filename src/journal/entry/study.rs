//! Entries about teaching: courses, timetable, plans, lessons, marks, absences, final marks (§2, §3.3.2, §3.3.3).

use crate::school::{Attendance, ClassName, CourseKey, Marks};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// A course: who teaches it, how many hours a week.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CourseSet {
    /// The course.
    pub course: CourseKey,
    /// Login of the teacher.
    pub teacher: String,
    /// Hours a week; less than two counts as one (§2.3.1).
    pub hours: f64,
}

/// A course's lessons in the week, all of them, from a day on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TimetableSet {
    /// The course.
    pub course: CourseKey,
    /// The first day on which they hold; nothing: the year's first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<NaiveDate>,
    /// Its lessons in the week.
    pub slots: Vec<Slot>,
    /// Whether it holds although class, group or teacher has another lesson then, or the school has none. Since version 2 of
    /// the rules.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub despite: bool,
}

/// A lesson in the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// 1 (Monday) to 7.
    pub weekday: u8,
    /// The lesson's number in the day.
    pub lesson: u8,
}

/// A course's plan for the year (КТП), the whole of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanSet {
    /// The course.
    pub course: CourseKey,
    /// Its lessons in order.
    pub lines: Vec<PlanLine>,
}

/// A planned lesson.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanLine {
    /// Its number in the plan.
    pub no: u32,
    /// Topic.
    pub topic: String,
    /// Kind of work in the plan's own words, may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub work: String,
    /// Homework, may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub homework: String,
}

/// Names a lesson that was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LessonRef {
    /// The course.
    pub course: CourseKey,
    /// The day.
    pub date: NaiveDate,
    /// The lesson's number in the day.
    pub lesson: u8,
}

/// A lesson was given (§2.1, §2.2): recorded, or recorded anew by its author on the same day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LessonRecorded {
    /// Which lesson.
    pub at: LessonRef,
    /// Что пройдено на уроке.
    pub topic: String,
    /// Kind of work in the teacher's words («контрольная работа № 2»), may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub work: String,
    /// Homework, may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub homework: String,
    /// Login of who gave it instead of the course's teacher (§2.1), else empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub substitute: String,
    /// Marks and absences that came with it in an import.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cells: Vec<LessonCell>,
    /// Whether it was given although the timetable has no lesson then. Since version 2 of the rules.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub despite: bool,
}

/// A pupil's cell of a lesson that was taken over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LessonCell {
    /// Номер личного дела.
    pub pupil: String,
    /// Absence or lateness.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attendance: Option<Attendance>,
    /// Marks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marks: Option<Marks>,
}

/// Marks of one lesson.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarksSet {
    /// Which lesson.
    pub at: LessonRef,
    /// Kind of work where it is another than the lesson's, else empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub work: String,
    /// A pupil a line.
    pub marks: Vec<MarkLine>,
}

/// The marks of one pupil.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MarkLine {
    /// Номер личного дела.
    pub pupil: String,
    /// What now stands in the cell; nothing takes out what stood there.
    pub marks: Option<Marks>,
    /// The document that marks from elsewhere rest on (§2.3.5), else empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub document: String,
    /// Whether the marks were earned later by a pupil who was absent («н/4»): they stand beside the absence. Since version 2
    /// of the rules.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub earned: bool,
}

/// Absences and latenesses of one lesson.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttendanceSet {
    /// Which lesson.
    pub at: LessonRef,
    /// A pupil a line.
    pub pupils: Vec<PresenceLine>,
}

/// Whether one pupil was there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PresenceLine {
    /// Номер личного дела.
    pub pupil: String,
    /// Absence or lateness; nothing says that the pupil was there after all.
    pub attendance: Option<Attendance>,
    /// Whether the marks that stand in the cell were earned later by the pupil who was absent («н/4»): the absence comes
    /// beside them. Since version 2 of the rules.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub earned: bool,
}

/// A lesson was recorded by mistake: it goes with all its cells. Since version 2 of the rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LessonAnnulled {
    /// Which lesson.
    pub at: LessonRef,
    /// Why.
    pub reason: String,
}

/// A course was made by mistake: it goes with its timetable and with lessons that have no marks. Since version 2 of the
/// rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CourseAnnulled {
    /// The course.
    pub course: CourseKey,
    /// Why.
    pub reason: String,
}

/// A class was made by mistake. Since version 2 of the rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassAnnulled {
    /// The class.
    pub class: ClassName,
    /// Why.
    pub reason: String,
}

/// A subject was entered by mistake. Since version 2 of the rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubjectAnnulled {
    /// The subject's name.
    pub subject: String,
    /// Why.
    pub reason: String,
}

/// Final marks of a course for a period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FinalsSet {
    /// The course.
    pub course: CourseKey,
    /// A period's name, «Год», «Экзамен» or «Итог».
    pub period: String,
    /// A pupil a line.
    pub marks: Vec<FinalLine>,
    /// The deputy head's reason for setting them against the mark count (§2.3.1), else empty.
    #[serde(default, rename = "override", skip_serializing_if = "String::is_empty")]
    pub override_reason: String,
}

/// The final mark of one pupil.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FinalLine {
    /// Номер личного дела.
    pub pupil: String,
    /// The mark: one, not several.
    pub mark: Marks,
}

/// A decision of the pedagogical council about a pupil.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DecisionSet {
    /// Номер личного дела.
    pub pupil: String,
    /// The day of the decision.
    pub date: NaiveDate,
    /// The protocol's number.
    pub number: String,
    /// «переведён», «оставлен», «выпущен» …; empty where the decision that stands is withdrawn.
    pub decision: String,
}
