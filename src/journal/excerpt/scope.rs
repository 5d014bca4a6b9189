//! What somebody has to do with, worked out before anything is copied: each set is a temporary table of the reader's own
//! connection, made of those before it.

use crate::error::Result;
use rusqlite::{Connection, named_params};

/// The sets, in order: a name, its columns, and the question that fills it (`:login` is the owner).
const SETS: [(&str, &str, &str); 10] = [
    (
        // The classes whose teacher he is.
        "seen_classes",
        "name TEXT PRIMARY KEY",
        "SELECT name FROM classes WHERE teacher = :login AND :class_teacher",
    ),
    (
        // The courses that he teaches or ever taught, and those of his class.
        "seen_courses",
        "id INTEGER PRIMARY KEY",
        "SELECT id FROM courses WHERE teacher = :login OR class IN (SELECT name FROM seen_classes)
         UNION SELECT id FROM course_teachers JOIN courses ON courses.id = course_teachers.course
         WHERE course_teachers.teacher = :login",
    ),
    (
        // Lessons that he sees whole: of these courses, and those that he gave or recorded.
        "seen_lessons",
        "id INTEGER PRIMARY KEY",
        "SELECT id FROM lessons
         WHERE course IN (SELECT id FROM seen_courses) OR substitute = :login OR author = :login",
    ),
    (
        // The courses in which he only gave a lesson, or is to give one (§2.1).
        "seen_substituted",
        "id INTEGER PRIMARY KEY",
        "SELECT course FROM lessons WHERE id IN (SELECT id FROM seen_lessons)
         UNION SELECT course FROM substitutions WHERE substitute = :login
         EXCEPT SELECT id FROM seen_courses",
    ),
    (
        // Requests for corrections: in his courses, and his own.
        "seen_corrections",
        "number INTEGER PRIMARY KEY",
        "SELECT number FROM corrections WHERE requested_by = :login OR course IN (SELECT id FROM seen_courses)",
    ),
    (
        // Who is or was on the list of a course, or has a mark there.
        "seen_members",
        "course INTEGER NOT NULL, pupil INTEGER NOT NULL, PRIMARY KEY (course, pupil)",
        "WITH on_list (course, pupil) AS (
             SELECT courses.id, e.pupil FROM courses JOIN enrolments AS e ON e.class = courses.class
             LEFT JOIN group_members AS g ON g.class = courses.class AND g.grp = courses.grp AND g.pupil = e.pupil
             WHERE courses.id IN (SELECT id FROM seen_courses UNION SELECT id FROM seen_substituted)
             AND (courses.grp = '' OR g.pupil IS NOT NULL)
             AND max(e.since, coalesce(g.since, '')) < min(coalesce(e.until, '9999'), coalesce(g.until, '9999')))
         SELECT course, pupil FROM on_list
         UNION SELECT course, pupil FROM lessons JOIN marks ON marks.lesson = lessons.id
         WHERE lessons.id IN (SELECT id FROM seen_lessons)
         UNION SELECT course, pupil FROM lessons JOIN attendance ON attendance.lesson = lessons.id
         WHERE lessons.id IN (SELECT id FROM seen_lessons)
         UNION SELECT course, pupil FROM finals WHERE course IN (SELECT id FROM seen_courses)",
    ),
    (
        // Who is or was in his class.
        "seen_in_class",
        "pupil INTEGER PRIMARY KEY",
        "SELECT pupil FROM enrolments WHERE class IN (SELECT name FROM seen_classes)",
    ),
    (
        // Everybody whose name he sees.
        "seen_pupils",
        "id INTEGER PRIMARY KEY",
        "SELECT pupil FROM seen_members UNION SELECT pupil FROM seen_in_class
         UNION SELECT pupil FROM correction_changes
         WHERE number IN (SELECT number FROM seen_corrections) AND pupil IN (SELECT id FROM pupils)",
    ),
    (
        // Whose marks a rule counts when it judges what he records in a course (§2.3.1): of everybody in his courses; where
        // he gave a lesson instead of another, of those who have a mark on it.
        "seen_counted",
        "course INTEGER NOT NULL, pupil INTEGER NOT NULL, PRIMARY KEY (course, pupil)",
        "SELECT course, pupil FROM seen_members WHERE course IN (SELECT id FROM seen_courses)
         UNION SELECT course, pupil FROM lessons JOIN marks ON marks.lesson = lessons.id
         WHERE lessons.id IN (SELECT id FROM seen_lessons) AND course IN (SELECT id FROM seen_substituted)",
    ),
    (
        // The marks that it counts beside those on lessons that he sees: whoever moved keeps his marks of the subject.
        "seen_elsewhere",
        "lesson INTEGER NOT NULL, pupil INTEGER NOT NULL, PRIMARY KEY (lesson, pupil)",
        "SELECT DISTINCT marks.lesson, marks.pupil FROM seen_counted AS of
         CROSS JOIN courses AS own ON own.id = of.course
         CROSS JOIN enrolments AS e ON e.pupil = of.pupil
         CROSS JOIN courses AS other ON other.class = e.class AND other.subject = own.subject
             AND (other.id <> own.id OR own.id IN (SELECT id FROM seen_substituted))
         CROSS JOIN lessons ON lessons.course = other.id
         CROSS JOIN marks ON marks.lesson = lessons.id AND marks.pupil = of.pupil
         WHERE lessons.id NOT IN (SELECT id FROM seen_lessons)",
    ),
];

/// Fills the sets for somebody.
pub(super) fn work_out(db: &Connection, login: &str, class_teacher: bool) -> Result<()> {
    for (name, columns, question) in SETS {
        db.execute_batch(&format!("DROP TABLE IF EXISTS temp.{name}; CREATE TEMP TABLE {name} ({columns})"))?;
        let mut statement = db.prepare(&format!("INSERT INTO temp.{name} {question}"))?;
        for (parameter, value) in named_params! { ":login": login, ":class_teacher": class_teacher } {
            if let Some(index) = statement.parameter_index(parameter)? {
                statement.raw_bind_parameter(index, value)?;
            }
        }
        statement.raw_execute()?;
    }
    Ok(())
}
