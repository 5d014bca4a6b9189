//! Entries that take two pairs of eyes: kept while they wait, applied once a second person has confirmed them, and listed
//! for ever.

use super::Place;
use crate::error::Result;
use crate::journal::entry::{
    Body, EmergencyEnrolment, EmergencyKeySet, EntriesConfirmed, EntriesRefused, Entry, Person, Span,
};
use crate::journal::read::extraordinary::{State, about, in_words, waiting_between};
use crate::journal::read::{self, Tables};
use crate::journal::rules::two_eyes::{self, OFFICES, SECOND};
use rusqlite::params;

impl Place<'_> {
    /// Keeps an entry that waits; nothing of it is in force.
    pub(super) fn wait(&self) -> Result<()> {
        let text = self.entry.to_json()?;
        self.list(State::Waits, &text)
    }

    /// Lists an entry that takes two pairs of eyes. It was not applied yet.
    pub(super) fn list(&self, state: State, payload: &str) -> Result<()> {
        let Entry { author, key, body, .. } = self.entry;
        let sql =
            "INSERT OR REPLACE INTO extraordinary (entry, kind, author, key, at, about, what, state, payload, reason)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, '')";
        let what = in_words(self.tables, self.seq, self.entry)?;
        let row = params![self.seq, body.kind(), author, key, self.time(), about(body), what, state.word(), payload];
        self.run(sql, row)
    }

    pub(super) fn entries_confirmed(&self, confirmed: &EntriesConfirmed) -> Result<()> {
        for span in &confirmed.entries {
            for held in waiting_between(self.tables, span.from, span.last())? {
                confirmed_entry(self.tables, self.seq, &held.entry)?;
            }
            self.decide(*span, State::Confirmed, "")?;
        }
        Ok(())
    }

    pub(super) fn entries_refused(&self, refused: &EntriesRefused) -> Result<()> {
        refused.entries.iter().try_for_each(|span| self.decide(*span, State::Refused, &refused.reason))
    }

    fn decide(&self, span: Span, state: State, reason: &str) -> Result<()> {
        let sql = "UPDATE extraordinary SET state = ?3, payload = '', decided_entry = ?4, decided_by = ?5,
                   decided_at = ?6, reason = ?7 WHERE entry BETWEEN ?1 AND ?2 AND state = ?8";
        let (author, at, waits) = (&self.entry.author, self.time(), State::Waits.word());
        self.run(sql, params![span.from, span.last(), state.word(), self.seq, author, at, reason, waits])
    }

    pub(super) fn emergency_key(&self, set: &EmergencyKeySet) -> Result<()> {
        self.emergency_text(&set.ed25519)
    }

    pub(super) fn emergency_text(&self, ed25519: &str) -> Result<()> {
        let sql = "INSERT OR REPLACE INTO emergency_keys (entry, ed25519) VALUES (?1, ?2)";
        self.run(sql, params![self.seq, ed25519])
    }

    pub(super) fn emergency_enrolment(&self, enrolled: &EmergencyEnrolment) -> Result<()> {
        self.list(State::Emergency, "")?;
        let fingerprint = enrolled.key.fingerprint();
        if read::key(self.tables, &fingerprint)?.is_some() {
            let sql = "UPDATE keys SET rests_on = '', enrolled_entry = ?2 WHERE fingerprint = ?1";
            return self.run(sql, params![fingerprint, self.seq]);
        }
        self.independent_key(&enrolled.login, &enrolled.key, (&enrolled.possession, ""))
    }

    /// What confirming or granting an office does to the keys of whoever holds it. The person was not applied yet.
    pub(super) fn ground_of_keys(&self, person: &Person) -> Result<()> {
        let mut roles = person.roles.clone();
        roles.sort_unstable();
        let standing = read::roles_of(self.tables, &person.login)?;
        let office = |roles: &[crate::school::Role]| roles.iter().any(|role| OFFICES.contains(role));
        if self.entry.rules < two_eyes::SINCE || standing == roles || !office(&roles) {
            return Ok(());
        }
        if self.confirmed {
            // Who confirms an office has seen the keys of its holder.
            return self.run("UPDATE keys SET rests_on = '' WHERE login = ?1", [&person.login]);
        }
        let sql = "UPDATE keys SET rests_on = ?2 WHERE login = ?1 AND rests_on = '' AND login <> ?3";
        if office(&standing) { Ok(()) } else { self.run(sql, params![person.login, self.entry.key, self.entry.author]) }
    }

    /// Nobody is alone any more once two people of those who may be the second have had an independent key.
    pub(super) fn company(&self) -> Result<()> {
        if self.tables.prepare_cached("SELECT 1 FROM company")?.exists([])? {
            return Ok(());
        }
        let sql = "SELECT count(DISTINCT login) FROM keys JOIN roles USING (login) JOIN people USING (login)
                   WHERE rests_on = '' AND revoked_entry IS NULL AND dismissed IS NULL AND role IN (?1, ?2, ?3)";
        let roles = SECOND.map(crate::school::Role::word);
        let count: i64 = self.tables.prepare_cached(sql)?.query_row(roles, |row| row.get(0))?;
        if count < 2 {
            return Ok(());
        }
        self.run("INSERT INTO company (id, entry) VALUES (1, ?1)", [self.seq])
    }

    /// Whether an entry may have given the journal a second person.
    pub(super) fn may_bring_company(&self) -> bool {
        matches!(
            self.entry.body,
            Body::JournalCreated(_)
                | Body::Person(_)
                | Body::KeyEnrolled(_)
                | Body::EntriesConfirmed(_)
                | Body::EmergencyEnrolment(_)
        )
    }
}

/// Applies an entry that a second person has confirmed by the entry of this number.
///
/// # Errors
/// As [`super::apply`].
pub fn confirmed_entry(tables: &Tables, seq: u64, entry: &Entry) -> Result<()> {
    Place { tables, seq, entry, confirmed: true }.apply()
}
