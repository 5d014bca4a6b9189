//! Courses, timetable, plans, lessons, marks, absences, final marks.

use super::Place;
use crate::error::Result;
use crate::journal::entry::{
    AttendanceSet, ClassAnnulled, CourseAnnulled, CourseSet, DecisionSet, FinalsSet, LessonRecorded, LessonRef,
    LessonText, MarksSet, PlanSet, SubjectAnnulled, TimetableSet,
};
use crate::journal::read::annulments::{self, Annulled};
use crate::journal::read::{self, iso};
use crate::school::{Attendance, Marks};
use rusqlite::params;

impl Place<'_> {
    pub(super) fn course_set(&self, set: &CourseSet) -> Result<()> {
        let sql = "INSERT INTO courses (id, class, grp, subject, teacher, hours, entry)
                   VALUES (1 + max((SELECT coalesce(max(id), 0) FROM courses),
                   (SELECT coalesce(max(id), 0) FROM annulled_courses)), ?1, ?2, ?3, ?4, ?5, ?6)
                   ON CONFLICT (class, grp, subject) DO UPDATE SET teacher = excluded.teacher,
                   hours = excluded.hours, entry = excluded.entry";
        let key = &set.course;
        let before = read::course(self.tables, key)?.map(|course| course.teacher.clone());
        self.run(sql, params![key.class.to_string(), key.group, key.subject, set.teacher, set.hours, self.seq])?;
        if before.is_some_and(|before| before == set.teacher) {
            return Ok(());
        }
        let sql = "INSERT INTO course_teachers (course, since, teacher, entry) VALUES (?1, ?2, ?3, ?4)";
        self.run(sql, params![self.course(key)?, self.day()?, set.teacher, self.seq])
    }

    /// Takes a lesson back with all its cells; who wished it, and why.
    pub(super) fn lesson_annulled(&self, at: &LessonRef, login: &str, reason: &str) -> Result<()> {
        let what = annulments::lesson_in_words(self.tables, at)?;
        self.annulled_for(login, Annulled::Lesson, (&at.course.to_string(), &what, reason))?;
        self.lesson_gone(self.course(&at.course)?, self.lesson_id(at)?)?;
        self.tables.forget_lesson(self.course(&at.course)?, at.date, at.lesson);
        Ok(())
    }

    /// A lesson and its cells stand no more, but that there was one.
    fn lesson_gone(&self, course: i64, lesson: i64) -> Result<()> {
        let sql = "INSERT INTO annulled_lessons (entry, course, date, lesson)
                   SELECT ?1, course, date, lesson FROM lessons WHERE id = ?2 AND course = ?3";
        self.run(sql, params![self.seq, lesson, course])?;
        let sql = "DELETE FROM handed_lessons WHERE course = ?1
                   AND (date, lesson) = (SELECT date, lesson FROM lessons WHERE id = ?2)";
        self.run(sql, params![course, lesson])?;
        self.run("DELETE FROM handed_marks WHERE lesson = ?1", [lesson])?;
        self.run("DELETE FROM marks WHERE lesson = ?1", [lesson])?;
        self.run("DELETE FROM attendance WHERE lesson = ?1", [lesson])?;
        self.run("DELETE FROM lessons WHERE id = ?1", [lesson])
    }

    /// Takes a course back with its timetable and its lessons. What was asked for in «Замена сведений» stays there, and an
    /// answered remark stays in the book.
    pub(super) fn course_annulled(&self, annulled: &CourseAnnulled) -> Result<()> {
        let (key, id) = (&annulled.course, self.course(&annulled.course)?);
        let what = annulments::course_in_words(self.tables, key)?;
        self.annulled(Annulled::Course, &key.to_string(), &what, &annulled.reason)?;
        for lesson in read::lessons_of(self.tables, id)? {
            self.lesson_gone(id, lesson.id)?;
        }
        let sql = "INSERT INTO annulled_courses (id, class, grp, subject, entry) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.run(sql, params![id, key.class.to_string(), key.group, key.subject, self.seq])?;
        self.run("UPDATE remarks SET course = NULL, entry = ?2 WHERE course = ?1", params![id, self.seq])?;
        const OF_COURSE: [&str; 7] = [
            "DELETE FROM timetable WHERE course = ?1",
            "DELETE FROM timetables WHERE course = ?1",
            "DELETE FROM plans WHERE course = ?1",
            "DELETE FROM substitutions WHERE course = ?1",
            "DELETE FROM own_courses WHERE course = ?1",
            "DELETE FROM course_teachers WHERE course = ?1",
            "DELETE FROM courses WHERE id = ?1",
        ];
        OF_COURSE.iter().try_for_each(|sql| self.run(sql, [id]))
    }

    pub(super) fn class_annulled(&self, annulled: &ClassAnnulled) -> Result<()> {
        let name = annulled.class.to_string();
        let what = annulments::class_in_words(self.tables, &annulled.class)?;
        self.annulled(Annulled::Class, &name, &what, &annulled.reason)?;
        self.run("DELETE FROM classes WHERE name = ?1", [name])
    }

    /// Nothing rests on it, so nothing of it is left but its entries.
    pub(super) fn subject_annulled(&self, annulled: &SubjectAnnulled) -> Result<()> {
        self.run("DELETE FROM subjects WHERE name = ?1", [&annulled.subject])
    }

    pub(super) fn timetable(&self, set: &TimetableSet) -> Result<()> {
        let course = self.course(&set.course)?;
        let since = match set.since {
            Some(day) => iso(day),
            None => iso(read::school(self.tables)?.year.begins),
        };
        let sql = "INSERT OR REPLACE INTO timetables (course, since, entry) VALUES (?1, ?2, ?3)";
        self.run(sql, params![course, since, self.seq])?;
        self.run("DELETE FROM timetable WHERE course = ?1 AND since = ?2", params![course, since])?;
        let sql = "INSERT OR REPLACE INTO timetable (course, since, weekday, lesson, entry)
                   VALUES (?1, ?2, ?3, ?4, ?5)";
        set.slots.iter().try_for_each(|slot| self.run(sql, params![course, since, slot.weekday, slot.lesson, self.seq]))
    }

    pub(super) fn plan(&self, set: &PlanSet) -> Result<()> {
        let course = self.course(&set.course)?;
        self.run("DELETE FROM plans WHERE course = ?1", params![course])?;
        let sql = "INSERT OR REPLACE INTO plans (course, no, topic, work, homework, entry)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        set.lines.iter().try_for_each(|line| {
            self.run(sql, params![course, line.no, line.topic, line.work, line.homework, self.seq])
        })
    }

    pub(super) fn lesson(&self, set: &LessonRecorded) -> Result<()> {
        let (topic, work, homework) = (set.topic.clone(), set.work.clone(), set.homework.clone());
        let text = LessonText { topic, work, homework, substitute: set.substitute.clone() };
        let confirmed = set.substitute.is_empty() || self.entry.taken_over || self.is_assigned(set)?;
        let lesson = self.lesson_line(&set.at, &text, confirmed)?;
        for cell in &set.cells {
            let pupil = self.pupil(&cell.pupil)?;
            if let Some(attendance) = cell.attendance {
                self.presence(lesson, pupil, Some(attendance))?;
            }
            if let Some(marks) = &cell.marks {
                self.mark(lesson, pupil, Some(marks), "", "")?;
            }
        }
        Ok(())
    }

    /// Whether the deputy head assigned this substitute to the lesson (§2.1).
    fn is_assigned(&self, set: &LessonRecorded) -> Result<bool> {
        let course = self.course(&set.at.course)?;
        let assigned = read::assigned_substitute(self.tables, course, set.at.date, set.at.lesson)?;
        Ok(assigned.is_some_and(|login| login == set.substitute))
    }

    /// Writes a lesson's line; gives its id.
    pub(super) fn lesson_line(&self, at: &LessonRef, text: &LessonText, confirmed: bool) -> Result<i64> {
        let sql = "INSERT INTO lessons (course, date, lesson, topic, work, homework, substitute, confirmed,
                   recorded_on, taken_over, author, entry) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                   ON CONFLICT (course, date, lesson) DO UPDATE SET topic = excluded.topic, work = excluded.work,
                   homework = excluded.homework, substitute = excluded.substitute,
                   confirmed = max(excluded.confirmed, iif(substitute = excluded.substitute, confirmed, 0)),
                   entry = excluded.entry RETURNING id";
        let course = self.course(&at.course)?;
        self.tables.forget_lesson(course, at.date, at.lesson);
        let parameters = params![
            course,
            iso(at.date),
            at.lesson,
            text.topic,
            text.work,
            text.homework,
            text.substitute,
            confirmed,
            self.day()?,
            self.entry.taken_over,
            self.entry.author,
            self.seq
        ];
        Ok(self.tables.prepare_cached(sql)?.query_row(parameters, |row| row.get(0))?)
    }

    pub(super) fn marks(&self, set: &MarksSet) -> Result<()> {
        let lesson = self.lesson_id(&set.at)?;
        set.marks.iter().try_for_each(|line| {
            self.mark(lesson, self.pupil(&line.pupil)?, line.marks.as_ref(), &set.work, &line.document)
        })
    }

    pub(super) fn mark(
        &self,
        lesson: i64,
        pupil: i64,
        marks: Option<&Marks>,
        work: &str,
        document: &str,
    ) -> Result<()> {
        match marks {
            None => self.run("DELETE FROM marks WHERE lesson = ?1 AND pupil = ?2", params![lesson, pupil]),
            Some(marks) => {
                let sql = "INSERT OR REPLACE INTO marks (lesson, pupil, marks, work, document, author, entry)
                           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
                let author = &self.entry.author;
                self.run(sql, params![lesson, pupil, marks.to_string(), work, document, author, self.seq])
            }
        }
    }

    pub(super) fn attendance(&self, set: &AttendanceSet) -> Result<()> {
        let lesson = self.lesson_id(&set.at)?;
        set.pupils.iter().try_for_each(|line| self.presence(lesson, self.pupil(&line.pupil)?, line.attendance))
    }

    pub(super) fn presence(&self, lesson: i64, pupil: i64, attendance: Option<Attendance>) -> Result<()> {
        match attendance {
            None => self.run("DELETE FROM attendance WHERE lesson = ?1 AND pupil = ?2", params![lesson, pupil]),
            Some(kind) => {
                let sql = "INSERT OR REPLACE INTO attendance (lesson, pupil, kind, author, entry)
                           VALUES (?1, ?2, ?3, ?4, ?5)";
                self.run(sql, params![lesson, pupil, kind.as_str(), self.entry.author, self.seq])
            }
        }
    }

    pub(super) fn finals(&self, set: &FinalsSet) -> Result<()> {
        let course = self.course(&set.course)?;
        set.marks.iter().try_for_each(|line| {
            self.final_mark(course, self.pupil(&line.pupil)?, &set.period, Some(&line.mark), &set.override_reason)
        })
    }

    pub(super) fn final_mark(
        &self,
        course: i64,
        pupil: i64,
        period: &str,
        mark: Option<&Marks>,
        reason: &str,
    ) -> Result<()> {
        let Some(mark) = mark else {
            let sql = "DELETE FROM finals WHERE course = ?1 AND pupil = ?2 AND period = ?3";
            return self.run(sql, params![course, pupil, period]);
        };
        let sql = "INSERT OR REPLACE INTO finals (course, pupil, period, mark, override, set_on, entry)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        self.run(sql, params![course, pupil, period, mark.to_string(), reason, self.day()?, self.seq])
    }

    pub(super) fn decision(&self, set: &DecisionSet) -> Result<()> {
        if set.decision.is_empty() {
            return self.run("DELETE FROM decisions WHERE pupil = ?1", params![self.pupil(&set.pupil)?]);
        }
        let sql = "INSERT OR REPLACE INTO decisions (pupil, date, number, decision, entry)
                   VALUES (?1, ?2, ?3, ?4, ?5)";
        self.run(sql, params![self.pupil(&set.pupil)?, iso(set.date), set.number, set.decision, self.seq])
    }
}
