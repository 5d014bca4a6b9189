//! A round of the postman: each mail that is due is offered to the mail server, and what it answers is written down
//! before the next.

use super::mail::topic;
use super::{Outbox, Quiet, Round, moment, seconds, waits};
use crate::error::Result;
use crate::journal::contacts::Topic;
use crate::school::Clock;
use chrono::{DateTime, FixedOffset};
use rusqlite::params;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// What came of offering a mail to the server. What was said is a code and words of ours, and names nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It has taken the mail.
    Taken,
    /// It did not take it now (4xx): it is tried again.
    Later(String),
    /// The connection was lost before the server said whether it has taken the mail: it is tried again.
    Lost(String),
    /// It will not take it (5xx).
    Never(String),
    /// There is nobody at this address.
    Dead(String),
    /// There is no server that would hear any mail: nobody answers, or it does not let us in.
    NoServer(String),
}

/// Who hands a mail over to a mail server.
pub trait Post {
    /// Offers a mail to the server for an address. `before_data` is called when the server is about to be given the text,
    /// and before it; it writes down that from there on nobody knows whether the mail was taken until the server has said.
    ///
    /// # Errors
    /// What `before_data` fails with: then the text was not sent.
    fn offer(&mut self, address: &str, text: &[u8], before_data: &mut dyn FnMut() -> Result<()>) -> Result<Answer>;
}

/// Who reads at the addresses.
pub trait Readers {
    /// Whether mail of a kind is still wanted there: consent may have been withdrawn since it was written.
    ///
    /// # Errors
    /// Contacts that do not read.
    fn want(&mut self, address: &str, kind: Topic) -> Result<bool>;

    /// Remembers that there is nobody at an address.
    ///
    /// # Errors
    /// Contacts that cannot be written.
    fn are_gone(&mut self, address: &str, said: &str) -> Result<()>;
}

/// When and how fast mails are delivered.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    /// The time.
    pub clock: &'a dyn Clock,
    /// When nobody is written to.
    pub quiet: Quiet,
    /// At most so many mails a minute.
    pub per_minute: u32,
    /// Set when the round is to end.
    pub stop: &'a AtomicBool,
}

/// What a round came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Mails that the server has taken.
    pub taken: usize,
    /// Mails that wait for another try.
    pub put_off: usize,
    /// Mails that were given up, without those below.
    pub given_up: usize,
    /// Mails to addresses at which there is nobody.
    pub dead: usize,
    /// Mails to readers who want none any more.
    pub unwanted: usize,
    /// Why nothing more could be delivered.
    pub no_server: Option<String>,
}

/// So many connections in a row that are lost end a round: the server is in trouble.
const IN_A_ROW: usize = 3;

struct Next {
    number: i64,
    kind: Topic,
    address: String,
    text: Vec<u8>,
    tries: u32,
    made: DateTime<FixedOffset>,
}

impl Round<'_> {
    /// Delivers what is due, until nothing is, the quiet hours begin, the server is not to be reached, or it is told to stop.
    ///
    /// # Errors
    /// An outbox or contacts that cannot be written.
    pub fn deliver(&mut self, post: &mut dyn Post, readers: &mut dyn Readers, terms: Terms<'_>) -> Result<Delivered> {
        let (mut done, mut pace, mut failed) = (Delivered::default(), Pace::new(terms.per_minute), 0);
        let now = terms.clock.now();
        if self.outbox.no_server()?.is_some_and(|server| server.again > now) {
            return Ok(done);
        }
        while !terms.stop.load(Ordering::Relaxed) && !terms.quiet.holds(terms.clock.now()) && failed < IN_A_ROW {
            let Some(next) = self.outbox.next_due(terms.clock.now())? else { break };
            if !readers.want(&next.address, next.kind)? {
                self.give_up(&next, "от писем отказались", terms.clock.now())?;
                done.unwanted += 1;
                continue;
            }
            if !pace.wait(terms.stop) || terms.quiet.holds(terms.clock.now()) {
                break;
            }
            let outbox = &*self.outbox;
            let answer = post.offer(&next.address, &next.text, &mut || outbox.begin_data(next.number))?;
            let now = terms.clock.now();
            if !matches!(answer, Answer::NoServer(_)) {
                self.outbox.file.execute("DELETE FROM no_server", [])?;
            }
            failed = if matches!(answer, Answer::Lost(_)) { failed + 1 } else { 0 };
            match answer {
                Answer::Taken => {
                    self.outbox.end(next.number, "delivered", "", now)?;
                    done.taken += 1;
                }
                Answer::Later(said) | Answer::Lost(said) => match self.put_off(&next, &said, now)? {
                    true => done.put_off += 1,
                    false => done.given_up += 1,
                },
                Answer::Never(said) => {
                    self.give_up(&next, &said, now)?;
                    done.given_up += 1;
                }
                Answer::Dead(said) => {
                    // First those who keep contacts know it: a kill in between only asks the server once more.
                    readers.are_gone(&next.address, &said)?;
                    done.dead += self.give_up_address(&next.address, &said, now)?;
                }
                Answer::NoServer(said) => {
                    self.outbox.note_no_server(&said, now)?;
                    done.no_server = Some(said);
                    break;
                }
            }
        }
        Ok(done)
    }

    /// Lets a mail wait for its next try; says whether there is one.
    fn put_off(&mut self, mail: &Next, said: &str, now: DateTime<FixedOffset>) -> Result<bool> {
        let tries = mail.tries.saturating_add(1);
        let Some(wait) = waits::after(tries, now - mail.made) else {
            self.give_up(mail, said, now)?;
            return Ok(false);
        };
        let sql = "UPDATE mails SET state = 'waiting', due = ?2, tries = ?3, said = ?4 WHERE number = ?1";
        self.outbox.file.execute(sql, params![mail.number, seconds(now + wait), tries, said])?;
        Ok(true)
    }

    fn give_up(&mut self, mail: &Next, said: &str, now: DateTime<FixedOffset>) -> Result<()> {
        self.outbox.end(mail.number, "given up", said, now)
    }

    /// Gives up whatever waits for an address; gives how many mails that were.
    fn give_up_address(&mut self, address: &str, said: &str, now: DateTime<FixedOffset>) -> Result<usize> {
        let sql = "SELECT number FROM mails WHERE address = ?1 AND ended IS NULL";
        let mails: Vec<i64> = {
            let mut statement = self.outbox.file.prepare_cached(sql)?;
            statement.query_map([address], |row| row.get("number"))?.collect::<rusqlite::Result<_>>()?
        };
        for number in &mails {
            self.outbox.end(*number, "given up", said, now)?;
        }
        Ok(mails.len())
    }
}

impl Outbox {
    fn next_due(&self, now: DateTime<FixedOffset>) -> Result<Option<Next>> {
        let sql = "SELECT number, kind, address, body, tries, made FROM mails
                   WHERE state = 'waiting' AND ended IS NULL AND due <= ?1 ORDER BY due, number LIMIT 1";
        let mut statement = self.file.prepare_cached(sql)?;
        let mut rows = statement.query([seconds(now)])?;
        let next = |row: &rusqlite::Row<'_>| {
            Ok(Next {
                number: row.get("number")?,
                kind: topic(&row.get::<_, String>("kind")?)?,
                address: row.get("address")?,
                text: row.get::<_, Option<Vec<u8>>>("body")?.unwrap_or_default(),
                tries: row.get("tries")?,
                made: moment(row.get("made")?).fixed_offset(),
            })
        };
        rows.next()?.map(next).transpose()
    }

    /// Writes down that the server is about to be given a mail's text.
    pub(super) fn begin_data(&self, number: i64) -> Result<()> {
        self.file.prepare_cached("UPDATE mails SET state = 'in data' WHERE number = ?1")?.execute([number])?;
        Ok(())
    }

    /// Ends a mail's way. What was told by one that is given up was not told.
    fn end(&mut self, number: i64, state: &str, said: &str, now: DateTime<FixedOffset>) -> Result<()> {
        let transaction = self.file.transaction()?;
        transaction
            .prepare_cached(
                "UPDATE mails SET state = ?2, said = ?3, ended = ?4, tries = tries + 1, body = NULL, address = ''
                 WHERE number = ?1",
            )?
            .execute(params![number, state, said, seconds(now)])?;
        if state == "given up" {
            transaction.prepare_cached("DELETE FROM told WHERE mail = ?1")?.execute([number])?;
        }
        Ok(transaction.commit()?)
    }

    fn note_no_server(&self, said: &str, now: DateTime<FixedOffset>) -> Result<()> {
        let tries = self.no_server()?.map_or(1, |server| server.tries.saturating_add(1));
        let again = seconds(now + waits::of_server(tries));
        let sql = "INSERT INTO no_server (one, since, again, tries, said) VALUES (1, ?1, ?2, ?3, ?4)
                   ON CONFLICT DO UPDATE SET again = excluded.again, tries = excluded.tries, said = excluded.said";
        self.file.execute(sql, params![seconds(now), again, tries, said])?;
        Ok(())
    }
}

/// Keeps a limit of mails a minute.
struct Pace {
    per_minute: usize,
    sent: VecDeque<Instant>,
}

impl Pace {
    fn new(per_minute: u32) -> Self {
        Self { per_minute: usize::try_from(per_minute.max(1)).unwrap_or(usize::MAX), sent: VecDeque::new() }
    }

    /// Waits until one more may be sent; says whether it may, or nothing is to be sent any more.
    fn wait(&mut self, stop: &AtomicBool) -> bool {
        const MINUTE: Duration = Duration::from_secs(60);
        loop {
            while self.sent.front().is_some_and(|sent| sent.elapsed() >= MINUTE) {
                self.sent.pop_front();
            }
            if stop.load(Ordering::Relaxed) {
                return false;
            }
            if self.sent.len() < self.per_minute {
                self.sent.push_back(Instant::now());
                return true;
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }
}
