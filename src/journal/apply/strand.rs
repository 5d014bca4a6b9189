//! Strands: begun, closed, taken in (§5.6–5.8).

use super::{Place, apply};
use crate::error::{Action, Error, Result};
use crate::journal::entry::{Body, Carried, Entry, LessonRef, StrandClosed, StrandEnd, StrandOpened};
use crate::journal::read::{self, iso};
use crate::journal::rules::carried::AHEAD;
use crate::ledger::chain::{ZERO, hex};
use crate::ledger::strand::StrandTip;
use crate::school::{CourseKey, Role};
use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

impl Place<'_> {
    pub(super) fn strand_opened(&self, opened: &StrandOpened) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO strands (id, carrier, login, key, opened_at, opened_by, opened_entry, number,
                   head, base, base_head, time, last_entry, handover)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8, ?7, '', NULL, 0, 0)";
        let StrandOpened { strand, carrier, login, key } = opened;
        self.run(sql, params![strand, carrier, login, key, self.time(), self.entry.author, self.seq, hex(&ZERO)])
    }

    pub(super) fn strand_closed(&self, closed: &StrandClosed) -> Result<()> {
        self.close_strands("id", &closed.strand, closed.why, &closed.abandoned)
    }

    /// Closes the strands that go on and have this value in this column.
    pub(super) fn close_strands(&self, column: &str, value: &str, why: StrandEnd, abandoned: &str) -> Result<()> {
        let sql = format!(
            "UPDATE strands SET closed_at = ?2, closed_by = ?3, why = ?4, abandoned = ?5, closed_entry = ?6
             WHERE {column} = ?1 AND closed_entry IS NULL"
        );
        self.run(&sql, params![value, self.time(), self.entry.author, why.word(), abandoned, self.seq])
    }

    /// With a lost carrier goes the strand on it and the strand's key, unless its revocation takes two people.
    pub(super) fn strand_lost(&self, carrier: &str) -> Result<()> {
        let Some(strand) = read::open_strand_on(self.tables, carrier)? else { return Ok(()) };
        self.close_strands("carrier", carrier, StrandEnd::Lost, "")?;
        let offices = crate::journal::rules::two_eyes::OFFICES.map(Role::word);
        let sql = "UPDATE keys SET revoked_at = ?2, revoked_entry = ?3 WHERE fingerprint = ?1 AND revoked_entry IS NULL
                   AND NOT EXISTS (SELECT 1 FROM roles WHERE roles.login = keys.login AND role IN (?4, ?5, ?6, ?7))";
        let [director, deputy, administrator, dispatcher] = offices;
        self.run(sql, params![strand.key, self.time(), self.seq, director, deputy, administrator, dispatcher])
    }

    /// Keeps how far the strand came, and applies the entry where it was not refused.
    pub(super) fn carried(&self, carried: &Carried) -> Result<()> {
        let inner = Entry::from_json(&carried.payload);
        let handover = self.strand_went_on(carried, inner.as_ref().ok())?;
        if !carried.refused.is_empty() {
            return Ok(());
        }
        let inner = inner?;
        let is_new = match &inner.body {
            Body::LessonRecorded(set) => read::lesson_at(self.tables, &set.at)?.is_none(),
            _ => false,
        };
        match &inner.body {
            // A record in a record: nothing makes one.
            Body::Carried(_) => {
                return Err(Error::damaged("запись с носителя не может нести другую такую же")
                    .next_by("проверьте журнал", Action::Audit));
            }
            Body::LessonRecorded(set) => self.lesson_as_it_stood(&carried.strand, handover, &set.at)?,
            Body::LessonAnnulled(annulled) => self.lesson_as_it_stood(&carried.strand, handover, &annulled.at)?,
            _ => {}
        }
        apply(self.tables, self.seq, &inner)?;
        match &inner.body {
            Body::LessonRecorded(set) => {
                if is_new {
                    self.lesson_handed_in(&inner, &set.at)?;
                }
                self.marks_handed_in(&inner, &set.at.course, Some(&set.at))
            }
            Body::MarksSet(set) => self.marks_handed_in(&inner, &set.at.course, Some(&set.at)),
            Body::AttendanceSet(set) => self.marks_handed_in(&inner, &set.at.course, Some(&set.at)),
            Body::FinalsSet(set) => self.marks_handed_in(&inner, &set.course, None),
            _ => Ok(()),
        }
    }

    /// Marks, absences and final marks that were recorded on a stick say so where the days differ, as long as they stand.
    fn marks_handed_in(&self, inner: &Entry, course: &CourseKey, at: Option<&LessonRef>) -> Result<()> {
        let (made, taken) = (self.day_of(inner.time)?, self.day()?);
        if made == taken {
            return Ok(());
        }
        let lesson = at.map(|at| self.lesson_id(at)).transpose()?;
        let sql = "INSERT OR REPLACE INTO handed_marks (entry, course, lesson, made, taken, author)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.run(sql, params![self.seq, self.course(course)?, lesson, made, taken, inner.author])
    }

    /// A lesson that was recorded first on a stick says so where the days differ.
    fn lesson_handed_in(&self, inner: &Entry, at: &LessonRef) -> Result<()> {
        let (made, taken) = (self.day_of(inner.time)?, self.day()?);
        if made == taken {
            return Ok(());
        }
        let sql = "INSERT OR REPLACE INTO handed_lessons (course, date, lesson, made, taken, entry)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        self.run(sql, params![self.course(&at.course)?, iso(at.date), at.lesson, made, taken, self.seq])
    }

    /// Gives the first record of the hand-over.
    fn strand_went_on(&self, carried: &Carried, inner: Option<&Entry>) -> Result<u64> {
        let Some((id, strung)) = carried.strung() else {
            return Err(Error::damaged("запись с носителя не читается").next_by("проверьте журнал", Action::Audit));
        };
        let strand = read::strand(self.tables, &carried.strand)?.ok_or_else(|| {
            Error::damaged(format!("нет цепочки {}", carried.strand)).next_by("проверьте журнал", Action::Audit)
        })?;
        let journal = self.tables.journal_id()?;
        let before = StrandTip { journal, strand: id, number: strung.number.saturating_sub(1), head: strand.head };
        let head = hex(&before.after(&strung).head);
        let base = (strung.base.length, &strung.base.head);
        let follows = strand.same_hand_over(self.tables, self.seq, base, &self.day()?)?;
        let handover = if follows { strand.handover } else { self.seq };
        // A clock that ran ahead is refused, and keeps back nothing that comes after it.
        let sane = inner.filter(|entry| entry.time <= self.entry.time + AHEAD);
        let time = sane.map(|entry| entry.time.to_rfc3339());
        let sql = "UPDATE strands SET number = ?2, head = ?3, base = ?4, base_head = ?5, time = coalesce(?6, time),
                   last_entry = ?7, handover = ?8 WHERE id = ?1";
        let (length, base_head) = (carried.base.length, &carried.base.head);
        self.run(sql, params![carried.strand, carried.number, head, length, base_head, time, self.seq, handover])?;
        let made = inner.map(|entry| self.day_of(entry.time)).transpose()?.unwrap_or_default();
        let kind = inner.map(|entry| entry.body.kind()).unwrap_or_default();
        let signature = hex(&Sha256::digest(strung.signature));
        let sql =
            "INSERT OR REPLACE INTO carried (entry, strand, number, kind, refused, signature, head, handover, made,
                   taken, by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
        let Carried { strand, number, refused, .. } = carried;
        let (taken, by) = (self.day()?, &self.entry.author);
        self.run(sql, params![self.seq, strand, number, kind, refused, signature, head, handover, made, taken, by])?;
        Ok(handover)
    }

    /// Keeps how a lesson stood before the hand-over, once in it.
    fn lesson_as_it_stood(&self, strand: &str, handover: u64, at: &LessonRef) -> Result<()> {
        let course = self.course(&at.course)?;
        let key = params![course, iso(at.date), at.lesson, handover];
        let known = "SELECT 1 FROM carried_lessons WHERE course = ?1 AND date = ?2 AND lesson = ?3 AND handover = ?4";
        if self.tables.prepare_cached(known)?.exists(key)? {
            return Ok(());
        }
        let standing = "SELECT topic, work, homework, substitute FROM lessons
                        WHERE course = ?1 AND date = ?2 AND lesson = ?3";
        type Texts = (String, String, String, String);
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?));
        let place = params![course, iso(at.date), at.lesson];
        let stood: Option<Texts> = self.tables.prepare_cached(standing)?.query_row(place, row).optional()?;
        let was = stood.is_some();
        let (topic, work, homework, substitute) = stood.unwrap_or_default();
        let sql = "INSERT OR REPLACE INTO carried_lessons (strand, handover, course, date, lesson, stood, topic, work,
                   homework, substitute, entry) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
        let (date, lesson) = (iso(at.date), at.lesson);
        self.run(sql, params![strand, handover, course, date, lesson, was, topic, work, homework, substitute, self.seq])
    }
}
