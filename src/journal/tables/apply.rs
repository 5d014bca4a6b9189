//! Writing what an entry says into the tables. Judges nothing; fails only where a name is unknown.

use crate::error::{Error, Result};
use crate::journal::entry::{
    ArchiveCreated, ArchiveVerified, AttendanceSet, Body, CarrierRegistered, ClassSet, CourseSet, DecisionSet,
    DocumentIssued, Entry, FinalsSet, GroupSet, JournalCreated, KeyRevoked, LessonRecorded, LessonRef, MarksSet,
    Person, PersonDismissed, PlanSet, PupilEnrolled, PupilLeft, PupilSet, ReasonSet, SubjectsSet, TimetableSet,
};
use crate::journal::find::iso;
use crate::ledger::identity::PublicIdentity;
use crate::school::{Attendance, CourseKey, Marks, School};
use rusqlite::{Connection, Params, params};

/// Applies entry number `seq`.
///
/// # Errors
/// A name that the tables do not know: the ledger was not made by this program's rules.
pub fn apply(tables: &Connection, seq: u64, entry: &Entry) -> Result<()> {
    let at = Place { tables, seq, entry };
    match &entry.body {
        Body::JournalCreated(created) => at.journal_created(created),
        Body::SchoolChanged(changed) => at.school(&changed.school),
        Body::ClockReset(_) => Ok(()),
        Body::Person(person) => at.person(person),
        Body::PersonDismissed(dismissed) => at.dismissed(dismissed),
        Body::KeyEnrolled(enrolled) => at.key(&enrolled.login, &enrolled.key),
        Body::KeyRevoked(revoked) => at.revoked(revoked),
        Body::SubjectsSet(set) => at.subjects(set),
        Body::ClassSet(set) => at.class(set),
        Body::PupilSet(set) => at.pupil_set(set),
        Body::PupilEnrolled(enrolled) => at.enrolled(enrolled),
        Body::PupilLeft(left) => at.left(left),
        Body::GroupSet(set) => at.group(set),
        Body::CourseSet(set) => at.course_set(set),
        Body::TimetableSet(set) => at.timetable(set),
        Body::PlanSet(set) => at.plan(set),
        Body::LessonRecorded(set) => at.lesson(set),
        Body::MarksSet(set) => at.marks(set),
        Body::AttendanceSet(set) => at.attendance(set),
        Body::ReasonSet(set) => at.reason(set),
        Body::FinalsSet(set) => at.finals(set),
        Body::DecisionSet(set) => at.decision(set),
        Body::DocumentIssued(issued) => at.document(issued),
        Body::CarrierRegistered(carrier) => at.carrier(carrier),
        Body::ArchiveCreated(archive) => at.archive(archive),
        Body::ArchiveVerified(verified) => at.verified(verified),
    }
}

/// The tables, and the entry that is being applied to them.
struct Place<'a> {
    tables: &'a Connection,
    seq: u64,
    entry: &'a Entry,
}

impl Place<'_> {
    fn run(&self, sql: &str, parameters: impl Params) -> Result<()> {
        self.tables.prepare_cached(sql)?.execute(parameters)?;
        Ok(())
    }

    fn time(&self) -> String {
        self.entry.time.to_rfc3339()
    }

    fn pupil(&self, file: &str) -> Result<i64> {
        let sql = "SELECT id FROM pupils WHERE file = ?1";
        self.id(sql, [file]).map_err(|_| Error::damaged(format!("нет ученика «{file}»")))
    }

    fn course(&self, key: &CourseKey) -> Result<i64> {
        let sql = "SELECT id FROM courses WHERE class = ?1 AND grp = ?2 AND subject = ?3";
        self.id(sql, params![key.class.to_string(), key.group, key.subject])
            .map_err(|_| Error::damaged(format!("нет курса «{key}»")))
    }

    fn lesson_id(&self, at: &LessonRef) -> Result<i64> {
        let sql = "SELECT id FROM lessons WHERE course = ?1 AND date = ?2 AND lesson = ?3";
        self.id(sql, params![self.course(&at.course)?, iso(at.date), at.lesson])
            .map_err(|_| Error::damaged(format!("нет урока {} «{}»", iso(at.date), at.course)))
    }

    fn id(&self, sql: &str, parameters: impl Params) -> Result<i64> {
        Ok(self.tables.prepare_cached(sql)?.query_row(parameters, |row| row.get(0))?)
    }

    fn journal_created(&self, created: &JournalCreated) -> Result<()> {
        self.school(&created.school)?;
        self.person(&created.administrator)?;
        self.key(&created.administrator.login, &created.key)?;
        let sql = "INSERT OR REPLACE INTO recovery_keys (recipient, entry) VALUES (?1, ?2)";
        self.run(sql, params![created.recovery, self.seq])
    }

    fn school(&self, school: &School) -> Result<()> {
        let json = serde_json::to_string(school).map_err(|e| Error::damaged(format!("сведения о школе: {e}")))?;
        self.run("INSERT OR REPLACE INTO school (id, config, entry) VALUES (1, ?1, ?2)", params![json, self.seq])
    }

    fn person(&self, person: &Person) -> Result<()> {
        let sql = "INSERT INTO people (login, surname, given, patronymic, position, association, dismissed, entry)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL, ?7) ON CONFLICT (login) DO UPDATE SET
                   surname = excluded.surname, given = excluded.given, patronymic = excluded.patronymic,
                   position = excluded.position, association = excluded.association, dismissed = NULL,
                   entry = excluded.entry";
        let Person { login, name, position, association, roles } = person;
        self.run(sql, params![login, name.surname, name.given, name.patronymic, position, association, self.seq])?;
        self.run("DELETE FROM roles WHERE login = ?1", [login])?;
        let sql = "INSERT OR REPLACE INTO roles (login, role) VALUES (?1, ?2)";
        roles.iter().try_for_each(|role| self.run(sql, params![login, role.word()]))
    }

    fn key(&self, login: &str, key: &PublicIdentity) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO keys (fingerprint, login, public, recipient, enrolled_at, enrolled_entry)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.run(sql, params![key.fingerprint(), login, &key.key()[..], key.recipient(), self.time(), self.seq])
    }

    fn subjects(&self, set: &SubjectsSet) -> Result<()> {
        let sql = "INSERT INTO subjects (name, short, association, written, place, entry)
                   VALUES (?1, ?2, ?3, ?4, (SELECT coalesce(max(place), 0) + 1 FROM subjects), ?5)
                   ON CONFLICT (name) DO UPDATE SET short = excluded.short, association = excluded.association,
                   written = excluded.written, entry = excluded.entry";
        set.subjects
            .iter()
            .try_for_each(|s| self.run(sql, params![s.name, s.short, s.association, s.written, self.seq]))
    }

    fn lesson(&self, set: &LessonRecorded) -> Result<()> {
        let sql = "INSERT INTO lessons (course, date, lesson, topic, work, homework, substitute, confirmed,
                   recorded_on, taken_over, author, entry) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
                   ON CONFLICT (course, date, lesson) DO UPDATE SET topic = excluded.topic, work = excluded.work,
                   homework = excluded.homework, substitute = excluded.substitute, confirmed = excluded.confirmed,
                   entry = excluded.entry RETURNING id";
        let confirmed = set.substitute.is_empty() || self.entry.taken_over;
        let parameters = params![
            self.course(&set.at.course)?,
            iso(set.at.date),
            set.at.lesson,
            set.topic,
            set.work,
            set.homework,
            set.substitute,
            confirmed,
            self.day()?,
            self.entry.taken_over,
            self.entry.author,
            self.seq
        ];
        let lesson: i64 = self.tables.prepare_cached(sql)?.query_row(parameters, |row| row.get(0))?;
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

    /// The day of the entry in the school's own time.
    fn day(&self) -> Result<String> {
        let sql = "SELECT config ->> '$.school.utc_offset' FROM school";
        let offset: String = self.tables.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        let offset: chrono::FixedOffset =
            offset.parse().map_err(|_| Error::damaged("смещение школы от UTC не читается"))?;
        Ok(iso(self.entry.time.with_timezone(&offset).date_naive()))
    }

    fn marks(&self, set: &MarksSet) -> Result<()> {
        let lesson = self.lesson_id(&set.at)?;
        set.marks.iter().try_for_each(|line| {
            self.mark(lesson, self.pupil(&line.pupil)?, line.marks.as_ref(), &set.work, &line.document)
        })
    }

    fn mark(&self, lesson: i64, pupil: i64, marks: Option<&Marks>, work: &str, document: &str) -> Result<()> {
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

    fn attendance(&self, set: &AttendanceSet) -> Result<()> {
        let lesson = self.lesson_id(&set.at)?;
        set.pupils.iter().try_for_each(|line| self.presence(lesson, self.pupil(&line.pupil)?, line.attendance))
    }

    fn presence(&self, lesson: i64, pupil: i64, attendance: Option<Attendance>) -> Result<()> {
        match attendance {
            None => self.run("DELETE FROM attendance WHERE lesson = ?1 AND pupil = ?2", params![lesson, pupil]),
            Some(kind) => {
                let sql = "INSERT OR REPLACE INTO attendance (lesson, pupil, kind, author, entry)
                           VALUES (?1, ?2, ?3, ?4, ?5)";
                self.run(sql, params![lesson, pupil, kind.as_str(), self.entry.author, self.seq])
            }
        }
    }

    fn finals(&self, set: &FinalsSet) -> Result<()> {
        let course = self.course(&set.course)?;
        let day = self.day()?;
        let sql = "INSERT OR REPLACE INTO finals (course, pupil, period, mark, override, set_on, entry)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        set.marks.iter().try_for_each(|line| {
            let (pupil, mark) = (self.pupil(&line.pupil)?, line.mark.to_string());
            self.run(sql, params![course, pupil, set.period, mark, set.override_reason, day, self.seq])
        })
    }

    fn document(&self, issued: &DocumentIssued) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO documents (number, form, subject, variant, title, leaves, at_entry,
                   issued_at, issued_by, pdf_sha256, version, entry)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
        let d = issued;
        let (issued_at, issued_by) = (d.issued_at.to_rfc3339(), &self.entry.author);
        self.run(
            sql,
            params![
                d.number,
                d.form,
                d.subject,
                d.variant,
                d.title,
                d.leaves,
                d.at_entry,
                issued_at,
                issued_by,
                d.pdf_sha256,
                d.version,
                self.seq
            ],
        )?;
        let sql = "INSERT OR REPLACE INTO document_pages (number, page, digest) VALUES (?1, ?2, ?3)";
        for (page, digest) in (1u32..).zip(&issued.pages) {
            self.run(sql, params![issued.number, page, digest.0])?;
        }
        let sql = "INSERT OR REPLACE INTO document_resources (number, name, sha256) VALUES (?1, ?2, ?3)";
        issued.resources.iter().try_for_each(|r| self.run(sql, params![issued.number, r.name, r.sha256]))
    }

    fn archive(&self, archive: &ArchiveCreated) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO archives (name, period, created_at, length, head, tagmanifest, bytes, files,
                   entry) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let a = archive;
        self.run(
            sql,
            params![a.name, a.period, self.time(), a.length, a.head, a.tagmanifest, a.bytes, a.files, self.seq],
        )?;
        let sql = "INSERT OR REPLACE INTO archive_copies (archive, carrier, entry) VALUES (?1, ?2, ?3)";
        archive.copies.iter().try_for_each(|copy| self.run(sql, params![archive.name, copy.carrier, self.seq]))
    }

    fn dismissed(&self, dismissed: &PersonDismissed) -> Result<()> {
        let sql = "UPDATE people SET dismissed = ?2, entry = ?3 WHERE login = ?1";
        self.run(sql, params![dismissed.login, self.time(), self.seq])?;
        let sql = "UPDATE keys SET revoked_at = ?2, revoked_entry = ?3 WHERE login = ?1 AND revoked_entry IS NULL";
        self.run(sql, params![dismissed.login, self.time(), self.seq])
    }

    fn revoked(&self, revoked: &KeyRevoked) -> Result<()> {
        let sql = "UPDATE keys SET revoked_at = ?2, revoked_entry = ?3 WHERE fingerprint = ?1";
        self.run(sql, params![revoked.fingerprint, self.time(), self.seq])
    }

    fn class(&self, set: &ClassSet) -> Result<()> {
        let sql = "INSERT INTO classes (name, grade, letter, teacher, entry) VALUES (?1, ?2, ?3, ?4, ?5)
                   ON CONFLICT (name) DO UPDATE SET teacher = excluded.teacher, entry = excluded.entry";
        let (class, letter) = (&set.class, set.class.letter().to_string());
        self.run(sql, params![class.to_string(), class.grade(), letter, set.teacher, self.seq])
    }

    fn pupil_set(&self, set: &PupilSet) -> Result<()> {
        let sql = "INSERT INTO pupils (file, surname, given, patronymic, born, entry) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                   ON CONFLICT (file) DO UPDATE SET surname = excluded.surname, given = excluded.given,
                   patronymic = excluded.patronymic, born = excluded.born, entry = excluded.entry";
        let name = &set.name;
        self.run(sql, params![set.file, name.surname, name.given, name.patronymic, iso(set.born), self.seq])
    }

    fn enrolled(&self, enrolled: &PupilEnrolled) -> Result<()> {
        let sql = "INSERT INTO enrolments (pupil, class, since, until, entry) VALUES (?1, ?2, ?3, NULL, ?4)
                   ON CONFLICT (pupil, since) DO UPDATE SET class = excluded.class, until = NULL,
                   entry = excluded.entry";
        let pupil = self.pupil(&enrolled.file)?;
        self.run(sql, params![pupil, enrolled.class.to_string(), iso(enrolled.since), self.seq])
    }

    fn left(&self, left: &PupilLeft) -> Result<()> {
        let sql = "UPDATE enrolments SET until = ?2, entry = ?3 WHERE pupil = ?1 AND until IS NULL";
        self.run(sql, params![self.pupil(&left.file)?, iso(left.until), self.seq])
    }

    fn group(&self, set: &GroupSet) -> Result<()> {
        let class = set.class.to_string();
        self.run("DELETE FROM group_members WHERE class = ?1 AND grp = ?2", params![class, set.group])?;
        let sql = "INSERT OR REPLACE INTO group_members (class, grp, pupil, entry) VALUES (?1, ?2, ?3, ?4)";
        let add = |file: &String| self.run(sql, params![class, set.group, self.pupil(file)?, self.seq]);
        set.members.iter().try_for_each(add)
    }

    fn course_set(&self, set: &CourseSet) -> Result<()> {
        let sql = "INSERT INTO courses (class, grp, subject, teacher, hours, entry) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                   ON CONFLICT (class, grp, subject) DO UPDATE SET teacher = excluded.teacher,
                   hours = excluded.hours, entry = excluded.entry";
        let key = &set.course;
        self.run(sql, params![key.class.to_string(), key.group, key.subject, set.teacher, set.hours, self.seq])
    }

    fn timetable(&self, set: &TimetableSet) -> Result<()> {
        let course = self.course(&set.course)?;
        self.run("DELETE FROM timetable WHERE course = ?1", params![course])?;
        let sql = "INSERT OR REPLACE INTO timetable (course, weekday, lesson, entry) VALUES (?1, ?2, ?3, ?4)";
        set.slots.iter().try_for_each(|slot| self.run(sql, params![course, slot.weekday, slot.lesson, self.seq]))
    }

    fn plan(&self, set: &PlanSet) -> Result<()> {
        let course = self.course(&set.course)?;
        self.run("DELETE FROM plans WHERE course = ?1", params![course])?;
        let sql = "INSERT OR REPLACE INTO plans (course, no, topic, work, homework, entry)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        set.lines.iter().try_for_each(|line| {
            self.run(sql, params![course, line.no, line.topic, line.work, line.homework, self.seq])
        })
    }

    fn reason(&self, set: &ReasonSet) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO reasons (pupil, since, until, reason, document, entry)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let (pupil, reason) = (self.pupil(&set.pupil)?, set.reason.word());
        self.run(sql, params![pupil, iso(set.since), iso(set.until), reason, set.document, self.seq])
    }

    fn decision(&self, set: &DecisionSet) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO decisions (pupil, date, number, decision, entry)
                   VALUES (?1, ?2, ?3, ?4, ?5)";
        self.run(sql, params![self.pupil(&set.pupil)?, iso(set.date), set.number, set.decision, self.seq])
    }

    fn carrier(&self, c: &CarrierRegistered) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO carriers (id, label, holder, place, device, registered_at, entry)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        self.run(sql, params![c.id, c.label, c.holder, c.place, c.device, self.time(), self.seq])
    }

    fn verified(&self, v: &ArchiveVerified) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO verifications (entry, archive, carrier, at, by, depth, result)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        self.run(sql, params![self.seq, v.archive, v.carrier, self.time(), self.entry.author, v.depth, v.result])
    }
}
