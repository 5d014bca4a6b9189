//! Where mail goes (§4.5): to addresses that were given in writing, one mail a family.
//!
//! A mailbox is an address, whoever is named with it: two parents who share one share its wishes. Its token stands in every mail
//! and only turns mails off, so it is kept as it is.

use super::lines::{Contact, folded};
use super::{Contacts, day, hash};
use crate::error::Result;
use crate::school::Day;
use rusqlite::{OptionalExtension, params};
use std::collections::{BTreeMap, BTreeSet};

/// What is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Topic {
    /// What is new of the day (§4.2).
    Digest,
    /// An absence, the same day.
    Absence,
    /// The forecast, once a week (§4.3).
    Forecast,
    /// Final results, at once (§4.4).
    Finals,
}

impl Topic {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Digest, Self::Absence, Self::Forecast, Self::Finals];

    /// The word for it in the file and in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Digest => "digest",
            Self::Absence => "absence",
            Self::Forecast => "forecast",
            Self::Finals => "finals",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.word() == word)
    }
}

/// An address and whom it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// As it was written.
    pub address: String,
    /// Who reads there.
    pub names: Vec<String>,
    /// Whose parents they are (or who they are), by the numbers of their files on the day on which those were written here.
    pub pupils: Vec<String>,
    /// Unsubscribes it.
    pub token: String,
    /// What is not sent there.
    pub silent: BTreeSet<Topic>,
}

/// An address that takes no mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dead {
    /// The address.
    pub address: String,
    /// Since when.
    pub since: Day,
    /// What its server said.
    pub why: String,
}

impl Contacts {
    /// The mailboxes to which mail may be sent, each once: with consent, not dead, and not without any topic left.
    ///
    /// # Errors
    /// A file that does not read or cannot be written.
    pub fn mailboxes(&self) -> Result<Vec<Mailbox>> {
        let mut families: BTreeMap<String, (String, Vec<Contact>)> = BTreeMap::new();
        for line in self.all()? {
            let address = line.email.trim().to_owned();
            if line.consent.is_some() && !address.is_empty() {
                families.entry(folded(&address)).or_insert_with(|| (address, Vec::new())).1.push(line);
            }
        }
        self.give_tokens(families.keys())?;
        let mut boxes = Vec::new();
        for (email, (address, lines)) in families {
            let sql = "SELECT token, silent FROM mail WHERE email = ?1 AND dead IS NULL";
            let found = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
            let found: Option<(String, String)> = self.0.prepare_cached(sql)?.query_row([&email], found).optional()?;
            let Some((token, silent)) = found else { continue };
            let silent = topics(&silent);
            if silent.len() < Topic::ALL.len() {
                let (names, pupils) = (distinct(&lines, |line| &line.name), distinct(&lines, |line| &line.pupil));
                boxes.push(Mailbox { address, names, pupils, token, silent });
            }
        }
        Ok(boxes)
    }

    fn give_tokens<'a>(&self, emails: impl Iterator<Item = &'a String>) -> Result<()> {
        let known = "SELECT 1 FROM mail WHERE email = ?1";
        let mut new = Vec::new();
        for email in emails {
            if !self.0.prepare_cached(known)?.exists([email])? {
                new.push(email);
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        let transaction = self.writing()?;
        for email in new {
            let sql = "INSERT OR IGNORE INTO mail (email, token) VALUES (?1, ?2)";
            transaction.prepare_cached(sql)?.execute([email, &hash::token::<16>()])?;
        }
        Ok(transaction.commit()?)
    }

    /// The address that a token of a mail belongs to.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn mailbox_of(&self, token: &str) -> Result<Option<String>> {
        let sql = "SELECT email FROM mail WHERE token = ?1";
        Ok(self.0.prepare_cached(sql)?.query_row([token], |row| row.get(0)).optional()?)
    }

    /// What is not sent to an address.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn silent(&self, address: &str) -> Result<BTreeSet<Topic>> {
        let sql = "SELECT silent FROM mail WHERE email = ?1";
        let silent: Option<String> =
            self.0.prepare_cached(sql)?.query_row([folded(address)], |row| row.get(0)).optional()?;
        Ok(silent.map(|silent| topics(&silent)).unwrap_or_default())
    }

    /// Sends these topics to an address no more, and the others again.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn set_silent(&self, address: &str, silent: &BTreeSet<Topic>) -> Result<()> {
        let email = folded(address);
        self.give_tokens(std::iter::once(&email))?;
        let words: Vec<_> = silent.iter().map(|topic| topic.word()).collect();
        self.0.execute("UPDATE mail SET silent = ?2 WHERE email = ?1", [email, words.join(" ")])?;
        Ok(())
    }

    /// Sends nothing to an address any more: its server has said for good that it takes none. A contact that is written anew with it
    /// tries it again.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn mark_dead(&self, address: &str, since: Day, why: &str) -> Result<()> {
        let email = folded(address);
        self.give_tokens(std::iter::once(&email))?;
        let sql = "UPDATE mail SET dead = ?2, why = ?3 WHERE email = ?1 AND dead IS NULL";
        self.0.execute(sql, params![email, since.to_string(), why])?;
        Ok(())
    }

    /// The addresses that take no mail.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn dead(&self) -> Result<Vec<Dead>> {
        let sql = "SELECT email, dead, why FROM mail WHERE dead IS NOT NULL ORDER BY email";
        let mut statement = self.0.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut dead = Vec::new();
        while let Some(row) = rows.next()? {
            let Some(since) = day(row, "dead")? else { continue };
            dead.push(Dead { address: row.get("email")?, since, why: row.get("why")? });
        }
        Ok(dead)
    }

    /// Forgets the wishes of addresses that stand in no line any more.
    pub(super) fn forget_unused_mailboxes(&self) -> Result<()> {
        let used: BTreeSet<String> = self.all()?.iter().map(|line| folded(&line.email)).collect();
        let mut statement = self.0.prepare_cached("SELECT email FROM mail")?;
        let known: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?;
        for email in known.iter().filter(|email| !used.contains(*email)) {
            self.0.execute("DELETE FROM mail WHERE email = ?1", [email])?;
        }
        Ok(())
    }

    /// Copies the wishes of the addresses that this file knows out of another year's.
    pub(super) fn copy_wishes(&self, old: &Self) -> Result<()> {
        super::readers::copy(&old.0, &self.0, "mail", 5)?;
        self.forget_unused_mailboxes()
    }
}

fn topics(words: &str) -> BTreeSet<Topic> {
    words.split(' ').filter_map(Topic::parse).collect()
}

fn distinct(lines: &[Contact], of: impl Fn(&Contact) -> &String) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for text in lines.iter().map(of) {
        if !all.contains(text) {
            all.push(text.clone());
        }
    }
    all
}
