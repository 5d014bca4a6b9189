//! The school, its people and keys, its subjects and classes.

use super::Place;
use crate::error::{Error, Result};
use crate::journal::entry::{
    ClassSet, JournalCreated, KeyEnrolled, KeyRevoked, Person, PersonDismissed, StrandEnd, SubjectsSet,
};
use crate::journal::rules::two_eyes;
use crate::ledger::chain::{ZERO, hex};
use crate::ledger::identity::PublicIdentity;
use crate::school::School;
use rusqlite::params;

impl Place<'_> {
    pub(super) fn journal_created(&self, created: &JournalCreated) -> Result<()> {
        self.school(&created.school)?;
        self.person(&created.administrator)?;
        self.independent_key(&created.administrator.login, &created.key, ("", ""))?;
        for second in &created.second {
            self.person(&second.person)?;
            // Without a journal the proof was given for one without an id.
            let nowhere = hex(&ZERO);
            let proven_in = if second.proven_in.is_empty() { &nowhere } else { &second.proven_in };
            self.independent_key(&second.person.login, &second.key, (&second.possession, proven_in))?;
        }
        if let Some(emergency) = &created.emergency {
            self.emergency_text(emergency)?;
        }
        if let Some(previous) = &created.previous {
            let sql = "INSERT OR REPLACE INTO continues (id, journal, entry) VALUES (1, ?1, ?2)";
            self.run(sql, params![previous.journal, self.seq])?;
        }
        let sql = "INSERT OR REPLACE INTO recovery_keys (recipient, entry) VALUES (?1, ?2)";
        self.run(sql, params![created.recovery, self.seq])
    }

    pub(super) fn school(&self, school: &School) -> Result<()> {
        let json =
            serde_json::to_string(school).map_err(|e| Error::damaged(format!("сведения о школе: {e}")).caused_by(e))?;
        self.run("INSERT OR REPLACE INTO school (id, config, entry) VALUES (1, ?1, ?2)", params![json, self.seq])
    }

    pub(super) fn person(&self, person: &Person) -> Result<()> {
        self.ground_of_keys(person)?;
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

    /// A key rests on the word of whoever enrols it until somebody independent has confirmed it; from rules 2.
    pub(super) fn key_enrolled(&self, enrolled: &KeyEnrolled) -> Result<()> {
        let stands_alone = self.confirmed || self.entry.rules < two_eyes::SINCE;
        let rests_on = if stands_alone { "" } else { self.entry.key.as_str() };
        let KeyEnrolled { login, key, possession, proven_in } = enrolled;
        self.key(login, key, (possession, proven_in), rests_on)
    }

    /// A key that rests on nobody's word alone.
    pub(super) fn independent_key(&self, login: &str, key: &PublicIdentity, proof: (&str, &str)) -> Result<()> {
        self.key(login, key, proof, "")
    }

    fn key(&self, login: &str, key: &PublicIdentity, proof: (&str, &str), rests_on: &str) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO keys (fingerprint, login, public, recipient, enrolled_at, enrolled_entry,
                   rests_on, possession, proven_in) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
        let (public, (possession, proven_in)) = (&key.key()[..], proof);
        let (fingerprint, recipient, at) = (key.fingerprint(), key.recipient(), self.time());
        self.run(sql, params![fingerprint, login, public, recipient, at, self.seq, rests_on, possession, proven_in])
    }

    pub(super) fn subjects(&self, set: &SubjectsSet) -> Result<()> {
        let sql = "INSERT INTO subjects (name, short, association, written, place, entry)
                   VALUES (?1, ?2, ?3, ?4, (SELECT coalesce(max(place), 0) + 1 FROM subjects), ?5)
                   ON CONFLICT (name) DO UPDATE SET short = excluded.short, association = excluded.association,
                   written = excluded.written, entry = excluded.entry";
        set.subjects
            .iter()
            .try_for_each(|s| self.run(sql, params![s.name, s.short, s.association, s.written, self.seq]))
    }

    pub(super) fn dismissed(&self, dismissed: &PersonDismissed) -> Result<()> {
        let end = StrandEnd::Dismissed;
        self.close_strands("login", &dismissed.login, end, &dismissed.abandoned)?;
        let sql = "UPDATE people SET dismissed = ?2, entry = ?3 WHERE login = ?1";
        self.run(sql, params![dismissed.login, self.time(), self.seq])?;
        let sql = "UPDATE keys SET revoked_at = ?2, revoked_entry = ?3 WHERE login = ?1 AND revoked_entry IS NULL";
        self.run(sql, params![dismissed.login, self.time(), self.seq])
    }

    pub(super) fn revoked(&self, revoked: &KeyRevoked) -> Result<()> {
        let sql = "UPDATE keys SET revoked_at = ?2, revoked_entry = ?3 WHERE fingerprint = ?1";
        self.run(sql, params![revoked.fingerprint, self.time(), self.seq])
    }

    pub(super) fn class(&self, set: &ClassSet) -> Result<()> {
        let sql = "INSERT INTO classes (name, grade, letter, teacher, entry) VALUES (?1, ?2, ?3, ?4, ?5)
                   ON CONFLICT (name) DO UPDATE SET teacher = excluded.teacher, entry = excluded.entry";
        let (class, letter) = (&set.class, set.class.letter().to_string());
        self.run(sql, params![class.to_string(), class.grade(), letter, set.teacher, self.seq])
    }
}
