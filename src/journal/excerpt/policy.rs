//! Which rows of each table an excerpt holds: one condition a table, over the sets of [`super::scope`].

/// A table, and what of it is let through.
pub(super) struct Part {
    /// The table; in its conditions it is called `t`.
    pub table: &'static str,
    /// Which rows.
    pub rows: Rows,
    /// Columns that are emptied, and of which rows they are not.
    pub hidden: Option<(&'static [&'static str], &'static str)>,
    /// Columns that are emptied for everybody, since nothing on a stick needs them.
    pub withheld: &'static [&'static str],
}

/// Which rows of a table are let through.
pub(super) enum Rows {
    /// Every row, to everybody: what the school as a whole is.
    All,
    /// To who sees all every row; to others those of which this holds.
    Of(&'static str),
    /// To everybody those of which this holds, also to who sees all.
    Own(&'static str),
    /// To who sees all every row; to others none.
    Nobody,
}

use Rows::{All, Nobody, Of, Own};

const fn part(table: &'static str, rows: Rows) -> Part {
    Part { table, rows, hidden: None, withheld: &[] }
}

const fn hiding(table: &'static str, rows: Rows, hidden: (&'static [&'static str], &'static str)) -> Part {
    Part { table, rows, hidden: Some(hidden), withheld: &[] }
}

const fn withholding(table: &'static str, rows: Rows, withheld: &'static [&'static str]) -> Part {
    Part { table, rows, hidden: None, withheld }
}

const COURSE_OR_SUBSTITUTED: &str = "course IN (SELECT id FROM seen_courses UNION ALL SELECT id FROM seen_substituted)";
const PUPIL_SEEN: &str = "pupil IN (SELECT id FROM seen_pupils)";
const IN_CLASS: &str = "pupil IN (SELECT pupil FROM seen_in_class)";
const CORRECTION_SEEN: &str = "number IN (SELECT number FROM seen_corrections)";
/// Of the class of a course that he keeps.
const BOOK_SEEN: &str = "number IN (SELECT number FROM bound JOIN documents USING (number) WHERE subject IN
     (SELECT class FROM courses WHERE id IN (SELECT id FROM seen_courses UNION ALL SELECT id FROM seen_substituted)))";
/// Named in a row that was let through, or somebody to turn to.
const NAMED: &str = "login = :login OR login IN (
     SELECT login FROM main.roles WHERE role IN ('завуч', 'директор')
     UNION SELECT teacher FROM base.courses UNION SELECT teacher FROM base.course_teachers
     UNION SELECT teacher FROM base.classes
     UNION SELECT substitute FROM base.lessons UNION SELECT author FROM base.lessons
     UNION SELECT substitute FROM base.substitutions UNION SELECT author FROM base.marks
     UNION SELECT author FROM base.attendance UNION SELECT author FROM base.handed_marks
     UNION SELECT requested_by FROM base.corrections UNION SELECT decided_by FROM base.corrections
     UNION SELECT author FROM base.remarks UNION SELECT answered_by FROM base.remarks
     UNION SELECT by FROM base.annulments UNION SELECT by FROM base.year_turns
     UNION SELECT by FROM base.year_closed UNION SELECT by FROM base.year_continued)";

/// Every table of the journal, in the order in which they are filled: people come last, since those are named whom the rest
/// names.
pub(super) const POLICY: &[Part] = &[
    part("school", All),
    part("company", All),
    part("two_eyes", All),
    part("continues", All),
    part("subjects", All),
    part("year_closed", All),
    hiding("year_turns", All, (&["reason"], "0")),
    hiding("year_continued", All, (&["token"], "0")),
    part("keys", Of("login = :login")),
    part("recovery_keys", Nobody),
    part("emergency_keys", Nobody),
    part("extraordinary", Nobody),
    part("clock_resets", Nobody),
    part("restorations", Nobody),
    part("restorations_lost", Nobody),
    part("witnesses", Nobody),
    part(
        "classes",
        Of("name IN (SELECT name FROM seen_classes UNION ALL SELECT class FROM courses
            WHERE id IN (SELECT id FROM seen_courses UNION ALL SELECT id FROM seen_substituted))"),
    ),
    // There the patronymic is enough to say «освобождена».
    withholding("pupils", Of("id IN (SELECT id FROM seen_pupils)"), &["sex"]),
    part("enrolments", Of(PUPIL_SEEN)),
    part("pupil_aliases", Of(PUPIL_SEEN)),
    part("group_members", Of(PUPIL_SEEN)),
    // A course that is there for the sake of marks that a rule counts has no teacher here.
    hiding(
        "courses",
        Of("id IN (SELECT id FROM seen_courses UNION ALL SELECT id FROM seen_substituted UNION ALL
            SELECT course FROM lessons WHERE id IN (SELECT lesson FROM seen_elsewhere))"),
        (&["teacher"], "id IN (SELECT id FROM seen_courses UNION ALL SELECT id FROM seen_substituted)"),
    ),
    part("own_courses", Of(COURSE_OR_SUBSTITUTED)),
    part("course_teachers", Of(COURSE_OR_SUBSTITUTED)),
    part("timetables", Of(COURSE_OR_SUBSTITUTED)),
    part("timetable", Of(COURSE_OR_SUBSTITUTED)),
    part("plans", Of(COURSE_OR_SUBSTITUTED)),
    // Of a lesson that he neither keeps nor gave: that there was one, and for which kind of work its marks are.
    hiding(
        "lessons",
        Of("course IN (SELECT id FROM seen_courses UNION ALL SELECT id FROM seen_substituted UNION ALL
            SELECT course FROM lessons WHERE id IN (SELECT lesson FROM seen_elsewhere))"),
        (&["topic", "homework", "substitute", "author"], "id IN (SELECT id FROM seen_lessons)"),
    ),
    part("substitutions", Of("substitute = :login OR course IN (SELECT id FROM seen_courses)")),
    hiding(
        "marks",
        Of("lesson IN (SELECT id FROM seen_lessons) OR (lesson, pupil) IN (SELECT lesson, pupil FROM seen_elsewhere)"),
        (&["document", "author"], "lesson IN (SELECT id FROM seen_lessons)"),
    ),
    part("attendance", Of("lesson IN (SELECT id FROM seen_lessons)")),
    // Why somebody was absent stands in the book; the note that says so is the class teacher's (§3.3.4).
    hiding("reasons", Of(PUPIL_SEEN), (&["document"], IN_CLASS)),
    part(
        "exemptions",
        Of("pupil IN (SELECT pupil FROM seen_in_class) OR (pupil IN (SELECT id FROM seen_pupils) AND subject IN
            (SELECT subject FROM courses WHERE id IN
             (SELECT id FROM seen_courses UNION ALL SELECT id FROM seen_substituted)))"),
    ),
    // Those of another's course that rest on marks of a lesson that he gave: it may not be annulled under them.
    hiding(
        "finals",
        Of("course IN (SELECT id FROM seen_courses) OR (course, pupil) IN (SELECT course, pupil FROM seen_counted)"),
        (&["override"], "override = '' OR course IN (SELECT id FROM seen_courses)"),
    ),
    part("decisions", Of(IN_CLASS)),
    part("corrections", Of(CORRECTION_SEEN)),
    part("correction_changes", Of(CORRECTION_SEEN)),
    part(
        "annulments",
        Of("kind = 'урок' AND entry IN (SELECT entry FROM annulled_lessons WHERE course IN
            (SELECT id FROM seen_courses))"),
    ),
    part("annulled_lessons", Of(COURSE_OR_SUBSTITUTED)),
    part(
        "annulled_courses",
        Of("id IN (SELECT course FROM corrections WHERE number IN (SELECT number FROM seen_corrections))"),
    ),
    part(
        "remarks",
        Of("course IN (SELECT id FROM seen_courses)
            OR (course IS NULL AND class IN (SELECT name FROM seen_classes))"),
    ),
    part("events", All),
    part("event_classes", All),
    part("notes", Own("author = :login")),
    // A bound book lets nothing of it be annulled (§5.4).
    hiding("documents", Of(BOOK_SEEN), (&["issued_by", "reason", "pdf_sha256"], "0")),
    part("document_pages", Nobody),
    part("document_resources", Nobody),
    part("replaced_leaves", Nobody),
    part("signatures", Nobody),
    part("signature_files", Nobody),
    hiding("bound", Of(BOOK_SEEN), (&["shelf", "by"], "0")),
    part("carriers", Nobody),
    part("carrier_registrations", Nobody),
    part("carrier_issues", Nobody),
    part("carrier_losses", Nobody),
    // What lies on his own sticks, so that they go on from there.
    part("strands", Of("login = :login")),
    part("carried", Of("strand IN (SELECT id FROM strands WHERE login = :login)")),
    part("carried_lessons", Nobody),
    part("handed_lessons", Of(COURSE_OR_SUBSTITUTED)),
    part(
        "handed_marks",
        Of("lesson IN (SELECT id FROM seen_lessons) OR (lesson IS NULL AND course IN (SELECT id FROM seen_courses))"),
    ),
    part("loss_pupils", Nobody),
    part("archives", Nobody),
    part("archive_copies", Nobody),
    part("verifications", Nobody),
    part("repairs", Nobody),
    part("stored", Nobody),
    part("backups", Nobody),
    part("destroyed", Nobody),
    part("destroyed_archives", Nobody),
    part("destroyed_cases", Nobody),
    part("statistics_exports", Nobody),
    part("people", Of(NAMED)),
    part(
        "roles",
        Of("login = :login OR (role IN ('учитель', 'завуч', 'директор') AND login IN (SELECT login FROM base.people))"),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_table_of_the_journal_has_its_condition() {
        let tables = crate::journal::apply::in_memory().unwrap();
        let there: BTreeSet<String> = crate::journal::apply::names(tables.db()).unwrap().into_iter().collect();
        let named: BTreeSet<String> = POLICY.iter().map(|part| part.table.to_owned()).collect();
        assert_eq!(there, named);
        assert_eq!(POLICY.len(), named.len(), "none twice");
    }
}
