//! Finding things in the tables: the questions that rights, rules and commands all ask.

pub mod absences;
pub mod annulments;
mod archives;
mod backups;
pub mod carrier_history;
mod carriers;
mod clock;
mod column;
pub mod corrections;
pub mod count;
pub mod course_view;
mod destroyed;
pub mod diary;
pub mod documents;
mod events;
pub mod explain;
mod exports;
pub mod extraordinary;
pub mod finals;
pub mod folder;
pub mod gaps;
mod groups;
pub mod informed;
pub mod ledger;
pub mod lost_data;
mod namesakes;
mod notes;
pub mod outcomes;
pub mod outdated;
mod paper;
mod people;
mod pupils;
mod remarks;
mod remembered;
mod restorations;
pub mod rows;
pub mod signatures;
pub mod standing;
mod stored;
mod strands;
mod study;
mod substitutions;
mod tables;
pub mod timetable;
mod witnesses;
mod year;

pub use archives::{
    Archive, ArchiveCopy, Verification, all_archives, archive, archives, carriers_of_archive, copy_on, is_on_carrier,
};
pub use backups::{Backup, backup_of_code, backups, is_service, newest_backups};
pub use carriers::{Carrier, Holding, Loss, Restored, Returned, carrier, carriers, carriers_of, holdings};
pub use clock::{ClockReset, clock_resets};
pub use destroyed::{Gone, destroyed, destroyed_cases};
pub use events::{Event, event, events, events_between};
pub use exports::{StatisticsExport, statistics_of};
pub use finals::{Final, finals_of, finals_of_period};
pub use groups::{Membership, Ungrouped, groups_of_class, groups_of_pupil, memberships, ungrouped};
pub use namesakes::{name_of, name_of_file, names, names_as, names_by_file};
pub use notes::{SealedNote, notes_of};
pub use paper::{Bound, Issue, bound, issued, later_issue};
pub use people::{
    Enrolled, Key, Staff, all_staff, enrolled_keys, fingerprints_of, has_role, holder_of, is_dismissed, key, keys_ever,
    keys_in_force, recovery_keys, roles_of, school, shares_association, staff,
};
pub use pupils::{
    Decision, Pupil, all_pupils, born, class_of_pupil, decision_of, decisions, is_former_file, marked_pupils,
    members_of_class, members_of_course, pupil, pupil_alike, pupil_by_id, pupil_on_roster, pupils_born,
    pupils_of_class, pupils_of_course, roster, stays_in, stays_of, stays_on_course,
};
pub use remarks::{Remark, addressee, remarks};
pub(in crate::journal) use remembered::Remembering;
pub use restorations::{
    LeftOut, LostRange, Restoration, given_up_by, is_given_up, lengths_kept, numbers_left_out, restorations,
};
pub use stored::{Stored, stored, third_place};
pub use strands::{
    CarriedEntry, Closed, HandedMark, LessonBefore, Strand, carried_by, carried_in_words, carried_number, carried_of,
    handed_lessons, handed_marks, lesson_before, marks_carried_in_words, open_strand_on, open_strands_of, strand,
    strands,
};
pub use study::{
    Course, Lesson, Teachers, assigned_substitute, class_teacher, classes, classes_of_teacher, course, course_by_id,
    courses_of, courses_of_teacher, has_substituted, lesson, lesson_at, lessons_between, lessons_of,
    lessons_of_teacher, plan_of, subject, subjects, teacher_on, teachers_of_course,
};
pub use substitutions::{Substitution, assigned_substitutes, substitutions};
pub use tables::Tables;
pub use witnesses::{Removal, Witness, had_witnesses, origin, witnesses, witnesses_now};
pub use year::{Turn, closed, closings, continued, is_closed, reopening_waits, reopenings};

use crate::school::Day;

/// A date as the tables keep it.
pub fn iso(date: Day) -> String {
    date.to_string()
}
