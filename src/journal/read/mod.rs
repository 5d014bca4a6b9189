//! Finding things in the tables: the questions that rights, rules and commands all ask.

pub mod absences;
pub mod archives;
mod carriers;
mod control;
pub mod corrections;
pub mod count;
pub mod course_view;
pub mod documents;
pub mod explain;
pub mod ledger;
pub mod outcomes;
mod paper;
mod people;
mod pupils;
pub mod standing;
mod study;
mod tables;
pub mod timetable;

pub use carriers::{Carrier, Holding, Loss, Restored, Returned, carrier, carriers, carriers_of, holdings};
pub use control::{Final, Remark, Substitution, decided, finals_of, remarks, substitutions};
pub use paper::{Bound, Issue, bound, issued, later_issue};
pub use people::{
    Key, Staff, all_staff, continued, fingerprints_of, has_role, is_closed, is_dismissed, key, keys_in_force,
    recovery_recipients, roles_of, school, shares_association, staff,
};
pub(super) use pupils::pupil_row;
pub use pupils::{
    Pupil, all_pupils, born, class_of_pupil, groups_of_class, marked_pupils, pupil, pupil_on_roster, roster,
    roster_unsorted, stays_in,
};
pub use study::{
    Course, Lesson, assigned_substitute, class_teacher, classes, course, course_by_id, courses_of, courses_of_teacher,
    lesson, lesson_at, lessons_of_teacher, subject, teachers_of_course,
};
pub use tables::Tables;

use chrono::NaiveDate;

/// A date as the tables keep it.
pub fn iso(date: NaiveDate) -> String {
    date.to_string()
}
