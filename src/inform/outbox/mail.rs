//! A mail, as it is put into the outbox.

use super::{Round, seconds};
use crate::error::{Error, Result};
use crate::journal::contacts::Topic;
use crate::ledger::chain::hex;
use crate::school::{Day, PersonalFile, fold};
use chrono::{DateTime, FixedOffset};
use rusqlite::params;
use sha2::{Digest, Sha256};

/// Where a mail is on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Nobody has tried to send it.
    Waiting,
    /// It was tried, and waits until it is tried again.
    PutOff,
    /// The server has been given its text and has not answered.
    InData,
    /// The server has taken it.
    Delivered,
    /// It will not be sent.
    GivenUp,
}

impl State {
    /// As `--json` prints it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::PutOff => "put off",
            Self::InData => "in data",
            Self::Delivered => "delivered",
            Self::GivenUp => "given up",
        }
    }

    /// «ждёт».
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Waiting => "ждёт",
            Self::PutOff => "отложено",
            Self::InData => "передаётся",
            Self::Delivered => "доставлено",
            Self::GivenUp => "не доставлено",
        }
    }

    /// From what the file keeps.
    pub(super) fn of(text: &str, tries: u32) -> Result<Self> {
        Ok(match text {
            "waiting" if tries == 0 => Self::Waiting,
            "waiting" => Self::PutOff,
            "in data" => Self::InData,
            "delivered" => Self::Delivered,
            "given up" => Self::GivenUp,
            _ => return Err(strange("состояние письма", text)),
        })
    }
}

pub(super) fn strange(what: &str, text: &str) -> Error {
    Error::damaged(format!("в файле исходящих писем {what} «{text}»"))
        .next("отложите этот файл в сторону: новый заведётся сам, но письма, которые ждали, пропадут")
}

/// What a mail tells, from what the file keeps.
pub(super) fn topic(word: &str) -> Result<Topic> {
    Topic::parse(word).ok_or_else(|| strange("вид письма", word))
}

/// Who reads at an address, so that he is known again when the address itself is forgotten.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReaderKey(String);

impl ReaderKey {
    /// The reader at an address; letters of either case are the same.
    pub fn of_address(address: &str) -> Self {
        let digest = Sha256::digest(fold(address.trim()).as_bytes());
        Self(hex(&digest[..16]))
    }

    /// As it is kept.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Of whom a mail tells, and to whom.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct About {
    /// The pupil.
    pub pupil: PersonalFile,
    /// «мать», «отец» …
    pub who: String,
}

/// Something that a mail tells of a pupil, and its value then: another one is told again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// The pupil.
    pub pupil: PersonalFile,
    /// What it is, by a key of its own.
    pub fact: String,
    /// What is said of it.
    pub value: String,
}

/// A mail before it is put into the outbox.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The Message-ID with its angle brackets, of which `text` has the same.
    pub id: String,
    /// What it tells.
    pub kind: Topic,
    /// Of which day.
    pub day: Day,
    /// The address.
    pub address: String,
    /// Of whom, and to whom there.
    pub about: Vec<About>,
    /// What is told by it.
    pub facts: Vec<Fact>,
    /// The whole text as it is given to the server (RFC 5322).
    pub text: Vec<u8>,
    /// Not before this moment.
    pub due: DateTime<FixedOffset>,
}

impl Mail {
    /// A Message-ID that the same news to the same reader has again, and nothing else.
    pub fn id(
        domain: &str,
        (kind, day): (Topic, Day),
        address: &str,
        facts: &[Fact],
        made: DateTime<FixedOffset>,
    ) -> String {
        let mut sum = Sha256::new();
        let mut add = |text: &str| {
            sum.update((text.len() as u64).to_be_bytes());
            sum.update(text);
        };
        for text in [kind.word(), &day.to_string(), ReaderKey::of_address(address).as_str(), &made.to_rfc3339()] {
            add(text);
        }
        for Fact { pupil, fact, value } in facts {
            [pupil.as_str(), fact, value].into_iter().for_each(&mut add);
        }
        let sum = sum.finalize();
        format!("<{}@{domain}>", hex(&sum[..20]))
    }
}

impl Round<'_> {
    /// Puts mails into the outbox, all or none, with what they tell; what of `composed` stands
    /// beside is composed till there then.
    /// A mail that is in it under its Message-ID is not put again. Gives how many were put.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn put(&mut self, mails: &[Mail], made: DateTime<FixedOffset>, composed: &[(&str, &str)]) -> Result<usize> {
        let transaction = self.outbox.file.transaction()?;
        let mut put = 0;
        for mail in mails {
            let reader = ReaderKey::of_address(&mail.address);
            let new = transaction
                .prepare_cached(
                    "INSERT OR IGNORE INTO mails (message, kind, day, reader, address, body, state, made, due)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'waiting', ?7, ?8)",
                )?
                .execute(params![
                    mail.id,
                    mail.kind.word(),
                    mail.day.to_string(),
                    reader.as_str(),
                    mail.address,
                    mail.text,
                    seconds(made),
                    seconds(mail.due)
                ])?;
            if new == 0 {
                continue;
            }
            put += 1;
            let number = transaction.last_insert_rowid();
            for About { pupil, who } in &mail.about {
                transaction
                    .prepare_cached("INSERT OR IGNORE INTO about (mail, pupil, who) VALUES (?1, ?2, ?3)")?
                    .execute(params![number, pupil.as_str(), who])?;
            }
            for Fact { pupil, fact, value } in &mail.facts {
                transaction
                    .prepare_cached(
                        "INSERT INTO told (reader, pupil, fact, value, mail) VALUES (?1, ?2, ?3, ?4, ?5)
                         ON CONFLICT DO UPDATE SET value = excluded.value, mail = excluded.mail",
                    )?
                    .execute(params![reader.as_str(), pupil.as_str(), fact, value, number])?;
            }
        }
        for (what, till) in composed {
            transaction.execute(
                "INSERT INTO composed (what, till) VALUES (?1, ?2) ON CONFLICT DO UPDATE SET till = excluded.till",
                [what, till],
            )?;
        }
        transaction.commit()?;
        Ok(put)
    }
}
