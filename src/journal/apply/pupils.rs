//! Pupils, their stays in classes and groups, and what was recorded of them by mistake.

use super::Place;
use crate::error::{Action, Error, Result};
use crate::journal::entry::{
    EnrolmentCorrected, GroupAnnulled, GroupSet, PupilAnnulled, PupilEnrolled, PupilMoved, PupilRenumbered, PupilSet,
    StayIn,
};
use crate::journal::read::annulments::Annulled;
use crate::journal::read::{self, iso};
use crate::school::{ClassName, Sex, format_date};
use chrono::NaiveDate;
use rusqlite::params;

/// A membership ends on the day `?5`.
const CUT: &str = "UPDATE group_members SET until = ?5, entry = ?6
    WHERE class = ?1 AND grp = ?2 AND pupil = ?3 AND since = ?4";

/// A membership of which no day is left.
const DROP: &str = "DELETE FROM group_members WHERE class = ?1 AND grp = ?2 AND pupil = ?3 AND since = ?4";

impl Place<'_> {
    /// A new pupil, or what is said anew of one, whichever of his numbers he is named by.
    pub(super) fn pupil_set(&self, set: &PupilSet) -> Result<()> {
        let file = read::pupil(self.tables, &set.file)?.map_or(set.file.clone(), |known| known.file.into());
        let sql = "INSERT INTO pupils (file, surname, given, patronymic, born, sex, entry)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                   ON CONFLICT (file) DO UPDATE SET surname = excluded.surname, given = excluded.given,
                   patronymic = excluded.patronymic, born = excluded.born, sex = excluded.sex, entry = excluded.entry";
        let (name, sex) = (&set.name, set.sex.map_or("", Sex::as_str));
        self.run(sql, params![file, name.surname, name.given, name.patronymic, iso(set.born), sex, self.seq])
    }

    pub(super) fn renumbered(&self, renumbered: &PupilRenumbered) -> Result<()> {
        let PupilRenumbered { file, becomes, reason } = renumbered;
        let pupil = self.known_pupil(file)?;
        let sql = "UPDATE pupils SET file = ?2, entry = ?3 WHERE id = ?1";
        self.run(sql, params![pupil.id, becomes, self.seq])?;
        self.run("DELETE FROM pupil_aliases WHERE file = ?1", [becomes])?;
        let sql = "INSERT OR REPLACE INTO pupil_aliases (file, pupil, entry) VALUES (?1, ?2, ?3)";
        self.run(sql, params![pupil.file.as_str(), pupil.id, self.seq])?;
        let what = format!("{}: личное дело «{}», стало «{becomes}»", pupil.name.surname_given(), pupil.file);
        self.annulled(Annulled::FileNumber, becomes, &what, reason)
    }

    /// Nothing rests on him, so nothing of him stays but the list of what was annulled. Numbers that he had before are
    /// never given again; his last one may be, since an annulment is final and he may have to be recorded anew.
    pub(super) fn pupil_annulled(&self, annulled: &PupilAnnulled) -> Result<()> {
        let pupil = self.known_pupil(&annulled.file)?;
        let stays = read::stays_of(self.tables, pupil.id)?;
        let stays: Vec<String> = stays.into_iter().map(|(class, stay)| StayIn::of(class, stay).in_words()).collect();
        let born = read::born(self.tables, &pupil.file)?.map(format_date).unwrap_or_default();
        let what = format!("{} ({born}), {}", pupil.name.full(), stays.join("; "));
        self.run("DELETE FROM group_members WHERE pupil = ?1", [pupil.id])?;
        self.run("DELETE FROM enrolments WHERE pupil = ?1", [pupil.id])?;
        self.run("UPDATE pupil_aliases SET pupil = NULL, entry = ?2 WHERE pupil = ?1", params![pupil.id, self.seq])?;
        // The register goes on naming him by his number, which nobody else may have then.
        if self.tables.prepare_cached("SELECT 1 FROM correction_changes WHERE pupil = ?1")?.exists([pupil.id])? {
            self.run("UPDATE correction_changes SET pupil = NULL WHERE pupil = ?1", [pupil.id])?;
            let sql = "INSERT OR REPLACE INTO pupil_aliases (file, pupil, entry) VALUES (?1, NULL, ?2)";
            self.run(sql, params![pupil.file.as_str(), self.seq])?;
        }
        self.run("DELETE FROM pupils WHERE id = ?1", [pupil.id])?;
        let what = what.trim_end_matches([',', ' ']);
        self.annulled(Annulled::Pupil, &pupil.file, what, &annulled.reason)
    }

    pub(super) fn enrolled(&self, enrolled: &PupilEnrolled) -> Result<()> {
        self.enrol(&enrolled.file, &enrolled.class, enrolled.since)
    }

    fn enrol(&self, file: &str, class: &ClassName, since: NaiveDate) -> Result<()> {
        let sql = "INSERT INTO enrolments (pupil, class, since, until, entry) VALUES (?1, ?2, ?3, NULL, ?4)
                   ON CONFLICT (pupil, since) DO UPDATE SET class = excluded.class, until = NULL,
                   entry = excluded.entry";
        self.run(sql, params![self.pupil(file)?, class.to_string(), iso(since), self.seq])
    }

    pub(super) fn left(&self, file: &str, until: NaiveDate) -> Result<()> {
        let sql = "UPDATE enrolments SET until = ?2, entry = ?3 WHERE pupil = ?1 AND until IS NULL";
        self.run(sql, params![self.pupil(file)?, iso(until), self.seq])
    }

    pub(super) fn moved(&self, moved: &PupilMoved) -> Result<()> {
        self.left(&moved.file, moved.since)?;
        self.enrol(&moved.file, &moved.class, moved.since)
    }

    /// Puts a stay right. The one before it, which ended where this one began, still does; where both are in one class
    /// now, they are one.
    pub(super) fn enrolment_corrected(&self, corrected: &EnrolmentCorrected) -> Result<()> {
        let EnrolmentCorrected { file, was, becomes, reason, despite: _ } = corrected;
        let pupil = self.known_pupil(file)?;
        let id = pupil.id;
        let stays = read::stays_of(self.tables, id)?;
        let before = stays.iter().rev().find(|(_, stay)| stay.until == Some(was.since)).cloned();
        self.run("DELETE FROM enrolments WHERE pupil = ?1 AND since = ?2", params![id, iso(was.since)])?;
        let mut since = becomes.since;
        if let Some((class, stay)) = before {
            if class == becomes.class {
                since = stay.since;
            } else if becomes.since <= stay.since {
                self.run("DELETE FROM enrolments WHERE pupil = ?1 AND since = ?2", params![id, iso(stay.since)])?;
            } else {
                let sql = "UPDATE enrolments SET until = ?3, entry = ?4 WHERE pupil = ?1 AND since = ?2";
                self.run(sql, params![id, iso(stay.since), iso(becomes.since), self.seq])?;
            }
        }
        let sql = "INSERT OR REPLACE INTO enrolments (pupil, class, since, until, entry) VALUES (?1, ?2, ?3, ?4, ?5)";
        let (class, until) = (becomes.class.to_string(), becomes.until.map(iso));
        self.run(sql, params![id, class, iso(since), until, self.seq])?;
        let kind = match was.class == becomes.class && was.since == becomes.since {
            true => Annulled::Leaving,
            false => Annulled::Enrolment,
        };
        let what = format!("{}: {}; стало: {}", pupil.name.surname_given(), was.in_words(), becomes.in_words());
        self.annulled(kind, &pupil.file, &what, reason)
    }

    /// The members of a group for the whole year, or those who come to it and leave it on a day; what is said of other
    /// days stands.
    pub(super) fn group(&self, set: &GroupSet) -> Result<()> {
        let class = set.class.to_string();
        let members = set.members.iter().map(|file| self.pupil(file)).collect::<Result<Vec<_>>>()?;
        let add = |pupil: i64, first: &str| {
            let sql = "INSERT OR REPLACE INTO group_members (class, grp, pupil, since, until, entry)
                       VALUES (?1, ?2, ?3, ?4, NULL, ?5)";
            self.run(sql, params![class, set.group, pupil, first, self.seq])
        };
        let Some(since) = set.since else {
            self.run("DELETE FROM group_members WHERE class = ?1 AND grp = ?2", params![class, set.group])?;
            return members.into_iter().try_for_each(|pupil| add(pupil, ""));
        };
        let mut standing = read::memberships(self.tables, &set.class)?;
        standing.retain(|of| of.group == set.group);
        let is_first = since <= read::school(self.tables)?.year.begins;
        let (there, elsewhen): (Vec<_>, Vec<_>) = standing.into_iter().partition(|of| of.covers(since));
        for of in there.iter().filter(|of| !members.contains(&of.pupil)) {
            let goes_on = of.since.map_or(!is_first, |first| first < since);
            match goes_on {
                true => self.run(CUT, params![class, set.group, of.pupil, of.first(), iso(since), self.seq])?,
                false => self.run(DROP, params![class, set.group, of.pupil, of.first()])?,
            }
        }
        for pupil in members.into_iter().filter(|pupil| !there.iter().any(|of| of.pupil == *pupil)) {
            // Who was to come later comes now.
            match elsewhen.iter().find(|of| of.pupil == pupil && of.since.is_some_and(|first| first > since)) {
                Some(later) => {
                    let sql = "UPDATE group_members SET since = ?5, entry = ?6
                               WHERE class = ?1 AND grp = ?2 AND pupil = ?3 AND since = ?4";
                    self.run(sql, params![class, set.group, pupil, later.first(), iso(since), self.seq])?;
                }
                None => add(pupil, &iso(since))?,
            }
        }
        Ok(())
    }

    pub(super) fn group_annulled(&self, annulled: &GroupAnnulled) -> Result<()> {
        let GroupAnnulled { class, group, reason } = annulled;
        let members = read::memberships(self.tables, class)?;
        let mut members: Vec<i64> = members.iter().filter(|of| of.group == *group).map(|of| of.pupil).collect();
        members.dedup();
        let what = format!("{class}, группа «{group}»: учеников {}", members.len());
        let sql = "DELETE FROM group_members WHERE class = ?1 AND grp = ?2";
        self.run(sql, params![class.to_string(), group])?;
        self.annulled(Annulled::Group, &format!("{class}, группа «{group}»"), &what, reason)
    }

    fn known_pupil(&self, file: &str) -> Result<read::Pupil> {
        read::pupil(self.tables, file)?
            .ok_or_else(|| Error::damaged(format!("нет ученика «{file}»")).next_by("проверьте журнал", Action::Audit))
    }
}
