//! The register «Замена сведений»: requests, and decisions, which apply what was requested (§2.3.3).

use super::Place;
use crate::error::{Action, Error, Result};
use crate::journal::entry::{Change, CorrectionDecided, CorrectionRequested, LessonText};
use crate::journal::read::corrections;
use crate::journal::read::iso;
use rusqlite::params;

impl Place<'_> {
    pub(super) fn correction_requested(&self, request: &CorrectionRequested) -> Result<()> {
        let number = corrections::next_number(self.tables)?;
        let sql = "INSERT INTO corrections (number, requested_at, requested_by, course, date, lesson, reason, decision,
                   note, decided_at, decided_by, requested_entry, entry)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, '', '', '', '', ?8, ?8)";
        let course = self.course(&request.course)?;
        let (time, author, date) = (self.time(), &self.entry.author, iso(request.date));
        self.run(sql, params![number, time, author, course, date, request.lesson, request.reason, self.seq])?;
        let sql = "INSERT INTO correction_changes (number, place, kind, pupil, period, was, becomes, change)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        for (place, change) in (1u32..).zip(&request.changes) {
            let pupil = change.pupil().map(|file| self.pupil(file)).transpose()?;
            let (was, becomes) = change.texts();
            let json = serde_json::to_string(change).map_err(|e| {
                Error::damaged(format!("изменение: {e}")).next_by("проверьте журнал", Action::Audit).caused_by(e)
            })?;
            self.run(sql, params![number, place, change.kind(), pupil, change.period(), was, becomes, json])?;
        }
        Ok(())
    }

    pub(super) fn correction_decided(&self, decided: &CorrectionDecided) -> Result<()> {
        let request = corrections::by_number(self.tables, decided.number)?.ok_or_else(|| {
            Error::damaged(format!("нет заявки № {}", decided.number)).next_by("проверьте журнал", Action::Audit)
        })?;
        let decision = if decided.approved { corrections::APPROVED } else { corrections::REJECTED };
        let sql = "UPDATE corrections SET decision = ?2, note = ?3, decided_at = ?4, decided_by = ?5, entry = ?6
                   WHERE number = ?1";
        let (time, author) = (self.time(), &self.entry.author);
        self.run(sql, params![decided.number, decision, decided.note, time, author, self.seq])?;
        if !decided.approved {
            return Ok(());
        }
        request.changes.iter().try_for_each(|change| self.change(&request, change, &decided.note))
    }

    fn change(&self, request: &corrections::Correction, change: &Change, note: &str) -> Result<()> {
        let lesson = || self.lesson_id(&request.at());
        match change {
            Change::Mark { pupil, becomes, work, document, .. } => {
                self.mark(lesson()?, self.pupil(pupil)?, becomes.as_ref(), work, document)
            }
            Change::Attendance { pupil, becomes, .. } => self.presence(lesson()?, self.pupil(pupil)?, *becomes),
            Change::Lesson { becomes, .. } => self.corrected_lesson(request, becomes),
            Change::Annulment { .. } => self.lesson_annulled(&request.at(), &request.requested_by, &request.reason),
            Change::Final { pupil, period, becomes, .. } => {
                self.final_mark(self.course(&request.course)?, self.pupil(pupil)?, period, becomes.as_ref(), note)
            }
        }
    }

    fn corrected_lesson(&self, request: &corrections::Correction, text: &LessonText) -> Result<()> {
        self.lesson_line(&request.at(), text, true).map(|_| ())
    }
}
