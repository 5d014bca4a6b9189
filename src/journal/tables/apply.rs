//! Writing what an entry says into the tables. Judges nothing; fails only where a name is unknown.

use crate::error::{Error, Result};
use crate::journal::entry::{
    ArchiveCreated, AttendanceSet, Body, DocumentIssued, Entry, FinalsSet, JournalCreated, LessonRecorded, LessonRef,
    MarksSet, Person, SubjectsSet,
};
use crate::journal::find::iso;
use crate::ledger::identity::PublicIdentity;
use crate::school::{Attendance, ClassName, CourseKey, Marks, School};
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
        Body::PersonDismissed(dismissed) => {
            at.run(
                "UPDATE people SET dismissed = ?2, entry = ?3 WHERE login = ?1",
                params![dismissed.login, at.time(), seq],
            )?;
            let sql = "UPDATE keys SET revoked_at = ?2, revoked_entry = ?3 WHERE login = ?1 AND revoked_entry IS NULL";
            at.run(sql, params![dismissed.login, at.time(), seq])
        }
        Body::KeyEnrolled(enrolled) => at.key(&enrolled.login, &enrolled.key),
        Body::KeyRevoked(revoked) => {
            let sql = "UPDATE keys SET revoked_at = ?2, revoked_entry = ?3 WHERE fingerprint = ?1";
            at.run(sql, params![revoked.fingerprint, at.time(), seq])
        }
        Body::SubjectsSet(set) => at.subjects(set),
        Body::ClassSet(set) => {
            let sql = "INSERT INTO classes (name, grade, letter, teacher, entry) VALUES (?1, ?2, ?3, ?4, ?5)
                       ON CONFLICT (name) DO UPDATE SET teacher = excluded.teacher, entry = excluded.entry";
            let ClassKey(name, grade, letter) = ClassKey::of(&set.class);
            at.run(sql, params![name, grade, letter, set.teacher, seq])
        }
        Body::PupilSet(set) => {
            let sql =
                "INSERT INTO pupils (file, surname, given, patronymic, born, entry) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                       ON CONFLICT (file) DO UPDATE SET surname = excluded.surname, given = excluded.given,
                       patronymic = excluded.patronymic, born = excluded.born, entry = excluded.entry";
            let name = &set.name;
            at.run(sql, params![set.file, name.surname, name.given, name.patronymic, iso(set.born), seq])
        }
        Body::PupilEnrolled(enrolled) => {
            let sql = "INSERT INTO enrolments (pupil, class, since, until, entry) VALUES (?1, ?2, ?3, NULL, ?4)
                       ON CONFLICT (pupil, since) DO UPDATE SET class = excluded.class, until = NULL,
                       entry = excluded.entry";
            let pupil = at.pupil(&enrolled.file)?;
            at.run(sql, params![pupil, enrolled.class.to_string(), iso(enrolled.since), seq])
        }
        Body::PupilLeft(left) => {
            let sql = "UPDATE enrolments SET until = ?2, entry = ?3 WHERE pupil = ?1 AND until IS NULL";
            at.run(sql, params![at.pupil(&left.file)?, iso(left.until), seq])
        }
        Body::GroupSet(set) => {
            let class = set.class.to_string();
            at.run("DELETE FROM group_members WHERE class = ?1 AND grp = ?2", params![class, set.group])?;
            let sql = "INSERT OR REPLACE INTO group_members (class, grp, pupil, entry) VALUES (?1, ?2, ?3, ?4)";
            set.members.iter().try_for_each(|file| at.run(sql, params![class, set.group, at.pupil(file)?, seq]))
        }
        Body::CourseSet(set) => {
            let sql = "INSERT INTO courses (class, grp, subject, teacher, hours, entry) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                       ON CONFLICT (class, grp, subject) DO UPDATE SET teacher = excluded.teacher,
                       hours = excluded.hours, entry = excluded.entry";
            let key = &set.course;
            at.run(sql, params![key.class.to_string(), key.group, key.subject, set.teacher, set.hours, seq])
        }
        Body::TimetableSet(set) => {
            let course = at.course(&set.course)?;
            at.run("DELETE FROM timetable WHERE course = ?1", params![course])?;
            let sql = "INSERT OR REPLACE INTO timetable (course, weekday, lesson, entry) VALUES (?1, ?2, ?3, ?4)";
            set.slots.iter().try_for_each(|slot| at.run(sql, params![course, slot.weekday, slot.lesson, seq]))
        }
        Body::PlanSet(set) => {
            let course = at.course(&set.course)?;
            at.run("DELETE FROM plans WHERE course = ?1", params![course])?;
            let sql = "INSERT OR REPLACE INTO plans (course, no, topic, work, homework, entry)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            set.lines
                .iter()
                .try_for_each(|line| at.run(sql, params![course, line.no, line.topic, line.work, line.homework, seq]))
        }
        Body::LessonRecorded(set) => at.lesson(set),
        Body::MarksSet(set) => at.marks(set),
        Body::AttendanceSet(set) => at.attendance(set),
        Body::ReasonSet(set) => {
            let sql = "INSERT OR REPLACE INTO reasons (pupil, since, until, reason, document, entry)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            let pupil = at.pupil(&set.pupil)?;
            at.run(sql, params![pupil, iso(set.since), iso(set.until), set.reason.word(), set.document, seq])
        }
        Body::FinalsSet(set) => at.finals(set),
        Body::DecisionSet(set) => {
            let sql = "INSERT OR REPLACE INTO decisions (pupil, date, number, decision, entry)
                       VALUES (?1, ?2, ?3, ?4, ?5)";
            at.run(sql, params![at.pupil(&set.pupil)?, iso(set.date), set.number, set.decision, seq])
        }
        Body::DocumentIssued(issued) => at.document(issued),
        Body::CarrierRegistered(carrier) => {
            let sql = "INSERT OR REPLACE INTO carriers (id, label, holder, place, device, registered_at, entry)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
            let c = carrier;
            at.run(sql, params![c.id, c.label, c.holder, c.place, c.device, at.time(), seq])
        }
        Body::ArchiveCreated(archive) => at.archive(archive),
        Body::ArchiveVerified(verified) => {
            let sql = "INSERT OR REPLACE INTO verifications (entry, archive, carrier, at, by, depth, result)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
            let v = verified;
            at.run(sql, params![seq, v.archive, v.carrier, at.time(), entry.author, v.depth, v.result])
        }
    }
}

/// A class as the table keys it.
struct ClassKey(String, u8, String);

impl ClassKey {
    fn of(class: &ClassName) -> Self {
        Self(class.to_string(), class.grade(), class.letter().to_string())
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
}
