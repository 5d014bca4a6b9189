//! How parents can be reached: a line a person and pupil, with the consent to it (§4.5).

use super::Contacts;
use crate::error::Result;
use crate::school::{Day, fold};
use rusqlite::params;

/// The written consent to using a contact for informing (§4.5, 152-ФЗ).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// The day on which it was signed.
    pub day: Day,
    /// Where the paper lies: «заявление от 01.09.2025, личное дело».
    pub document: String,
}

/// How a pupil's parent or other representative, or the pupil himself, can be reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// Номер личного дела.
    pub pupil: String,
    /// «мать», «отец», «опекун», «ученик» …
    pub who: String,
    /// ФИО.
    pub name: String,
    /// May be empty.
    pub telephone: String,
    /// May be empty.
    pub email: String,
    /// May be empty.
    pub address: String,
    /// Mail is sent with it alone. A line that is written without it keeps what it had, unless its e-mail is another.
    pub consent: Option<Consent>,
}

impl Contact {
    /// Whether it is the pupil's own.
    pub fn is_own(&self) -> bool {
        ["ученик", "ученица", "сам", "сама", "обучающийся", "обучающаяся"].contains(&fold(self.who.trim()).as_str())
    }

    /// Whether two lines are one person's: one name and one telephone, e-mail or postal address. A name alone may be a
    /// stranger's.
    pub fn is_of_one_person_with(&self, other: &Self) -> bool {
        // «+7» and «8» begin the same number.
        let digits = |text: &str| {
            let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
            digits.iter().rev().take(10).collect::<String>()
        };
        let one = |a: String, b: String| !a.is_empty() && a == b;
        let telephone = digits(&self.telephone);
        fold(&self.name) == fold(&other.name)
            && ((telephone.len() > 4 && one(telephone, digits(&other.telephone)))
                || one(folded(&self.email), folded(&other.email))
                || one(fold(self.address.trim()), fold(other.address.trim())))
    }
}

/// An e-mail address as it is compared: mailboxes that differ in case alone are one.
pub(super) fn folded(email: &str) -> String {
    email.trim().to_lowercase()
}

/// What was erased.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Erased {
    /// Lines of contacts.
    pub contacts: usize,
    /// People who could read the diary of nobody else and are forgotten with their codes and sessions.
    pub readers: usize,
}

impl Contacts {
    /// All contacts, by pupil.
    ///
    /// # Errors
    /// A file that does not read.
    pub fn all(&self) -> Result<Vec<Contact>> {
        let sql = "SELECT pupil, who, name, telephone, email, address, consent_day, consent_document FROM contacts
                   ORDER BY pupil, who, name";
        let mut statement = self.0.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        let mut all = Vec::new();
        while let Some(row) = rows.next()? {
            let consent = match super::day(row, "consent_day")? {
                Some(day) => Some(Consent { day, document: row.get("consent_document")? }),
                None => None,
            };
            all.push(Contact {
                pupil: row.get("pupil")?,
                who: row.get("who")?,
                name: row.get("name")?,
                telephone: row.get("telephone")?,
                email: row.get("email")?,
                address: row.get("address")?,
                consent,
            });
        }
        Ok(all)
    }

    /// Writes contacts, replacing those of the same person; returns how many were new or changed. An e-mail that is written anew is
    /// tried again, if it was taken for dead.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn set(&self, contacts: &[Contact]) -> Result<usize> {
        let transaction = self.writing()?;
        let sql = "INSERT INTO contacts (pupil, who, name, telephone, email, address, consent_day, consent_document)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                   ON CONFLICT (pupil, who, name) DO UPDATE SET telephone = excluded.telephone,
                   email = excluded.email, address = excluded.address,
                   consent_day = CASE WHEN excluded.consent_day <> '' OR email <> excluded.email
                       THEN excluded.consent_day ELSE consent_day END,
                   consent_document = CASE WHEN excluded.consent_day <> '' OR email <> excluded.email
                       THEN excluded.consent_document ELSE consent_document END
                   WHERE telephone <> excluded.telephone OR email <> excluded.email OR address <> excluded.address
                       OR (excluded.consent_day <> '' AND (consent_day, consent_document)
                           <> (excluded.consent_day, excluded.consent_document))";
        let mut written = 0;
        for c in contacts {
            let (day, document) = match &c.consent {
                Some(consent) => (consent.day.to_string(), consent.document.as_str()),
                None => (String::new(), ""),
            };
            let parameters = params![c.pupil, c.who, c.name, c.telephone, c.email, c.address, day, document];
            let changed = transaction.prepare_cached(sql)?.execute(parameters)?;
            if changed > 0 {
                let alive = "UPDATE mail SET dead = NULL, why = '' WHERE email = ?1";
                transaction.prepare_cached(alive)?.execute([folded(&c.email)])?;
            }
            written += changed;
        }
        transaction.commit()?;
        self.forget_unused_mailboxes()?;
        Ok(written)
    }

    /// Brings what stands under a number that a personal file had before under the one that it has.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn renumber(&self, old: &str, new: &str) -> Result<()> {
        let transaction = self.writing()?;
        for table in ["contacts", "children", "calendars", "readings", "seen"] {
            transaction.execute(&format!("UPDATE OR REPLACE {table} SET pupil = ?2 WHERE pupil = ?1"), [old, new])?;
        }
        Ok(transaction.commit()?)
    }

    /// Erases all that is held about a pupil (§1.5): contacts, who has read of him, and whoever could read of nobody else, with
    /// codes, sessions and wishes. What is deleted is overwritten, in the file and in its log.
    ///
    /// # Errors
    /// A file that cannot be written; a log that others kept from being emptied.
    pub fn erase(&self, pupil: &str) -> Result<Erased> {
        let transaction = self.writing()?;
        let contacts = transaction.execute("DELETE FROM contacts WHERE pupil = ?1", [pupil])?;
        for table in ["readings", "seen", "calendars", "children"] {
            transaction.execute(&format!("DELETE FROM {table} WHERE pupil = ?1"), [pupil])?;
        }
        let readers = transaction.execute("DELETE FROM readers WHERE id NOT IN (SELECT reader FROM children)", [])?;
        for table in ["sessions", "readings", "seen", "calendars"] {
            transaction.execute(&format!("DELETE FROM {table} WHERE reader NOT IN (SELECT id FROM readers)"), [])?;
        }
        transaction.commit()?;
        self.forget_unused_mailboxes()?;
        self.write_anew()?;
        Ok(Erased { contacts, readers })
    }

    /// Erases one person's line of a pupil; says whether there was one.
    ///
    /// # Errors
    /// As [`Contacts::erase`].
    pub fn erase_line(&self, pupil: &str, name: &str) -> Result<bool> {
        let erased = self.0.execute("DELETE FROM contacts WHERE pupil = ?1 AND name = ?2", [pupil, name])?;
        self.forget_unused_mailboxes()?;
        self.write_anew()?;
        Ok(erased > 0)
    }
}
