//! Pupils, their stays in classes and groups, and what was recorded of them by mistake.

use super::Place;
use crate::error::{Error, Result};
use crate::journal::entry::{
    EnrolmentCorrected, GroupAnnulled, GroupSet, PupilAnnulled, PupilEnrolled, PupilMoved, PupilRenumbered, PupilSet,
    StayIn,
};
use crate::journal::read::annulments::Annulled;
use crate::journal::read::{self, iso};
use crate::school::{ClassName, format_date};
use chrono::NaiveDate;
use rusqlite::params;

impl Place<'_> {
    /// A new pupil, or what is said anew of one, whichever of his numbers he is named by.
    pub(super) fn pupil_set(&self, set: &PupilSet) -> Result<()> {
        let file = read::pupil(self.tables, &set.file)?.map_or(set.file.clone(), |known| known.file.into());
        let sql = "INSERT INTO pupils (file, surname, given, patronymic, born, entry) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                   ON CONFLICT (file) DO UPDATE SET surname = excluded.surname, given = excluded.given,
                   patronymic = excluded.patronymic, born = excluded.born, entry = excluded.entry";
        let name = &set.name;
        self.run(sql, params![file, name.surname, name.given, name.patronymic, iso(set.born), self.seq])
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
        let EnrolmentCorrected { file, was, becomes, reason } = corrected;
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

    /// The members of a group from a day on; without one, of the whole year.
    pub(super) fn group(&self, set: &GroupSet) -> Result<()> {
        let class = set.class.to_string();
        let sql = "INSERT OR REPLACE INTO group_members (class, grp, pupil, since, until, entry)
                   VALUES (?1, ?2, ?3, ?4, NULL, ?5)";
        let Some(since) = set.since else {
            self.run("DELETE FROM group_members WHERE class = ?1 AND grp = ?2", params![class, set.group])?;
            let add = |file: &String| self.run(sql, params![class, set.group, self.pupil(file)?, "", self.seq]);
            return set.members.iter().try_for_each(add);
        };
        let members = set.members.iter().map(|file| self.pupil(file)).collect::<Result<Vec<_>>>()?;
        for standing in read::memberships(self.tables, &set.class)? {
            let goes_on = standing.until.is_none_or(|until| until > since);
            if standing.group != set.group || !goes_on || members.contains(&standing.pupil) && standing.covers(since) {
                continue;
            }
            let row = params![class, set.group, standing.pupil, standing.first()];
            match standing.since.is_some_and(|first| first >= since) {
                true => {
                    let sql = "DELETE FROM group_members WHERE class = ?1 AND grp = ?2 AND pupil = ?3 AND since = ?4";
                    self.run(sql, row)?;
                }
                false => {
                    let sql = "UPDATE group_members SET until = ?5, entry = ?6
                               WHERE class = ?1 AND grp = ?2 AND pupil = ?3 AND since = ?4";
                    let row = params![class, set.group, standing.pupil, standing.first(), iso(since), self.seq];
                    self.run(sql, row)?;
                }
            }
        }
        for pupil in members {
            let of = "SELECT 1 FROM group_members WHERE class = ?1 AND grp = ?2 AND pupil = ?3 AND since <= ?4
                      AND (until IS NULL OR until > ?4)";
            let there = self.tables.prepare_cached(of)?.exists(params![class, set.group, pupil, iso(since)])?;
            match there {
                // Who was to leave later stays.
                true => {
                    let sql = "UPDATE group_members SET until = NULL, entry = ?5 WHERE class = ?1 AND grp = ?2
                               AND pupil = ?3 AND since <= ?4 AND until > ?4";
                    self.run(sql, params![class, set.group, pupil, iso(since), self.seq])?;
                }
                false => self.run(sql, params![class, set.group, pupil, iso(since), self.seq])?,
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
        read::pupil(self.tables, file)?.ok_or_else(|| Error::damaged(format!("нет ученика «{file}»")))
    }
}
