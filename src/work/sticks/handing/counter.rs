//! The counter: where the school's server takes in what a stick hands over, under its own key, and renews it.
//!
//! Whoever asks is known by his strand: the ledger says whose key signs it. A question is believed where that key has signed it, for
//! this server's certificate, this challenge and the bytes that came with it. Only then are those bytes looked at.

use super::super::base::Base;
use super::super::sync::{Standing, author, signed};
use crate::away::base::{Header, Taken, seal_to};
use crate::away::exchange::{
    Answer, Ask, Asked, Challenge, Code, Ended, Fault, Intake, Load, Met, Stop, StopWhy, What,
};
use crate::away::pins::Server;
use crate::away::taking_in::{self, HandOver, Outcome, Stopped, TakenIn};
use crate::error::{Error, Result};
use crate::journal::apply::schema_version;
use crate::journal::read::{self, Strand, Tables};
use crate::journal::{Journal, Proven};
use crate::ledger::chain::{Hash, hex};
use crate::ledger::identity::Identity;
use crate::ledger::strand::Base as Place;
use crate::school::Clock;
use chrono::SubsecRound;
use hkdf::Hkdf;
use sha2::{Digest, Sha256};

/// For how many seconds a challenge holds.
const HOLDS: i64 = 120;

/// Why nothing comes of a question.
#[derive(Debug)]
pub enum No {
    /// What the stick is answered.
    Fault(Fault),
    /// What keeps the server from it, which is nobody's business but the administrator's.
    Error(Error),
}

impl From<Fault> for No {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Error> for No {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl No {
    /// What the stick is answered.
    pub fn fault(&self) -> Fault {
        match self {
            Self::Fault(fault) => fault.clone(),
            Self::Error(error) => Fault::of(error, Code::Failed).next("повторите позже"),
        }
    }
}

/// Challenges that are given and known again, without being kept: nobody can have the server remember anything.
pub struct Challenges([u8; 32]);

impl Default for Challenges {
    fn default() -> Self {
        // An identity is the one source of system randomness that the program has.
        Self(*Identity::generate().public().key())
    }
}

impl Challenges {
    /// A challenge of this second.
    pub fn give(&self, clock: &dyn Clock) -> String {
        let now = clock.now().timestamp();
        hex(&now.to_be_bytes()) + &hex(&self.sum(now))
    }

    /// Whether it is one of the last two minutes.
    pub fn holds(&self, challenge: &str, clock: &dyn Clock) -> bool {
        let given = challenge.get(..16).and_then(|seconds| i64::from_str_radix(seconds, 16).ok());
        let Some(given) = given else { return false };
        let is_ours = Sha256::digest(hex(&given.to_be_bytes()) + &hex(&self.sum(given))) == Sha256::digest(challenge);
        is_ours && (0..=HOLDS).contains(&clock.now().timestamp().saturating_sub(given))
    }

    /// HMAC-SHA256 of a moment, which is what extracting with HKDF is.
    fn sum(&self, seconds: i64) -> [u8; 32] {
        Hkdf::<Sha256>::extract(Some(&self.0), &seconds.to_be_bytes()).0.into()
    }
}

/// Where sticks hand over.
pub struct Counter<'a> {
    /// Its challenges.
    pub challenges: &'a Challenges,
    /// The key of the service login `server`.
    pub service: &'a Identity,
    /// What tells the time.
    pub clock: &'a dyn Clock,
    /// How sticks find and know this server; without an address it tells them none.
    pub server: &'a Server,
}

/// A question that is believed.
pub struct Admitted {
    /// What is asked.
    pub ask: Ask,
    /// The strand, as it stands.
    strand: Strand,
    /// To whom a base is encrypted, `age1…`.
    recipient: String,
    is_revoked: bool,
}

impl Counter<'_> {
    /// A challenge, for what is asked next.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn challenge(&self, (journal, tables): (Hash, &Tables)) -> Result<Challenge> {
        let now = self.clock.now().with_timezone(&read::school(tables)?.offset()).trunc_subsecs(0);
        Ok(Challenge::new(journal, self.challenges.give(self.clock), now))
    }

    /// Looks who asks, by the journal of this id and its tables.
    ///
    /// # Errors
    /// Who is not the owner of a strand of this journal, or does not ask this server now.
    pub fn admitted(
        &self,
        (journal, tables): (Hash, &Tables),
        asked: &Asked,
        what: What,
    ) -> std::result::Result<Admitted, No> {
        let ask = asked.read().filter(|ask| ask.what == what).ok_or_else(malformed)?;
        let unknown = || Fault::new(Code::Unknown, "этого носителя журнал школы не знает");
        if journal != ask.journal {
            return Err(Fault::new(Code::Unknown, "носитель подготовлен для другого журнала").into());
        }
        let strand = read::strand(tables, &hex(&ask.strand))?.ok_or_else(unknown)?;
        let key = read::key(tables, &strand.key)?.ok_or_else(unknown)?;
        if ask.certificate != self.server.certificate || !asked.is_by(key.public.key()) {
            return Err(Fault::new(
                Code::NotYours,
                "запрос подписан не владельцем носителя или обращён к другому серверу",
            )
            .into());
        }
        if !self.challenges.holds(&ask.challenge, self.clock) {
            return Err(Fault::new(Code::Challenge, "запрос опоздал").next("повторите").into());
        }
        let is_revoked = key.revoked_at.is_some();
        Ok(Admitted { ask, strand, recipient: key.public.recipient().to_owned(), is_revoked })
    }

    /// Takes in what is handed over.
    ///
    /// # Errors
    /// See [`Code`]; a journal that cannot be written.
    pub fn hand_over(&self, journal: &mut Journal, asked: &Asked, load: &[u8]) -> std::result::Result<Answer, No> {
        let admitted = self.admitted((journal.tip()?.journal, journal.tables()), asked, What::HandOver)?;
        let Admitted { ask, strand, .. } = &admitted;
        let load = Some(load).filter(|load| ask.is_with(load)).and_then(Load::read).ok_or_else(malformed)?;
        let answer = Answer::of(journal.tip()?.seq, Taken { number: strand.number, head: strand.head });
        if let Some(end) = &strand.closed {
            let closed = Ended { why: end.why, time: end.at, entry: end.entry, number: strand.number };
            return Ok(Answer { closed: Some(closed), ..answer });
        }
        admitted.is_in_force()?;
        let base = Place { length: ask.base.number, head: ask.base.head };
        let stands = Standing::of(journal.tables(), strand, base, ask.taken)?.ok_or_else(|| outrun(ask, &answer))?;
        let answer = Answer { restored: stands.restored, ..answer };
        if stands.lacks && !ask.all {
            return Ok(Answer { lacks: true, ..answer });
        }
        if load.entries.is_empty() {
            return Ok(answer);
        }
        let taken = self.take_in(journal, strand, &load)?;
        let receipt = taken.receipt.as_ref().map(|receipt| signed(receipt, self.service)).transpose()?;
        let now = read::strand(journal.tables(), &hex(&strand.id))?.unwrap_or_else(|| strand.clone());
        Ok(Answer {
            length: journal.tip()?.seq,
            taken: Taken { number: now.number, head: now.head },
            results: taken.results.iter().map(met).collect(),
            receipt,
            stopped: taken.stopped.as_ref().map(stop),
            ..answer
        })
    }

    fn take_in(&self, journal: &mut Journal, strand: &Strand, load: &Load) -> std::result::Result<TakenIn, No> {
        let author = author(self.service, self.clock);
        let mut batch = journal.batch()?;
        batch.check_clock(author).map_err(|_| {
            Fault::new(Code::Clock, "часы школьного сервера отстают от журнала, он ничего не принимает")
                .next("сообщите администратору школы; записи ждут на носителе")
        })?;
        let hand_over = HandOver { strand: &strand.id, entries: &load.entries, receipts: &load.receipts };
        let taken = taking_in::take_in(&mut batch, author, hand_over)?;
        batch.commit()?;
        Ok(taken)
    }

    /// The newest base of a stick, encrypted to its owner; nothing where the one that he has shows as much.
    ///
    /// # Errors
    /// See [`Code`]; tables that do not read.
    pub fn base(&self, proven: &Proven, asked: &Asked) -> std::result::Result<Option<Vec<u8>>, No> {
        let tables = proven.tables()?;
        let admitted = self.admitted((proven.tip().journal, &tables), asked, What::Base)?;
        let Admitted { ask, strand, recipient, .. } = &admitted;
        if strand.closed.is_some() {
            return Err(Fault::new(Code::Closed, "носитель закрыт, основы для него нет").into());
        }
        admitted.is_in_force()?;
        if Ok(ask.schema) != u32::try_from(schema_version()) {
            let fault = Fault::new(Code::Program, "программа на носителе другой версии, чем на школьном сервере");
            return Err(fault.next("записи приняты; обновите носитель за компьютером школы").into());
        }
        let Base { header, image } = Base::of(proven, strand, self.clock.now())?;
        let shows_as_much = Sha256::digest(&image)[..] == ask.image && header.until == ask.until;
        if shows_as_much && header.taken == ask.taken {
            return Ok(None);
        }
        let server = Some(self.server).filter(|server| !server.address.is_empty()).cloned();
        let header = Header { server, ..header };
        Ok(Some(seal_to(&header, &image, self.service, recipient)?))
    }
}

impl Admitted {
    /// The bytes that come with the question.
    pub fn bytes(&self) -> u64 {
        self.ask.bytes
    }

    /// A key that was revoked hands nothing in, and sees nothing.
    fn is_in_force(&self) -> std::result::Result<(), Fault> {
        match self.is_revoked {
            false => Ok(()),
            true => Err(Fault::new(
                Code::Revoked,
                "ключ, которым подписывает носитель, отозван: владелец с него больше не передаёт и не записывает",
            )
            .next("сдайте носитель: записи с него примет завуч своим ключом")),
        }
    }
}

fn malformed() -> Fault {
    Fault::new(Code::Malformed, "школьный сервер не понял запроса").next("передайте записи за компьютером школы")
}

fn outrun(ask: &Ask, answer: &Answer) -> Fault {
    Fault::new(
        Code::Outrun,
        format!(
            "носитель обновляли, когда в журнале было записей: {}, а журнал школьного сервера другой или старше: в нём {}",
            ask.base.number, answer.length
        ),
    )
    .next("сообщите администратору школы; записи ждут на носителе")
}

fn met(taken: &taking_in::Taken) -> Met {
    let (number, entry) = (taken.number, taken.seq);
    let (refused, before, warnings) = match &taken.outcome {
        Outcome::Accepted(warnings) => {
            (String::new(), false, warnings.iter().map(|warning| warning.message.clone()).collect())
        }
        Outcome::Refused(why) => (why.clone(), false, Vec::new()),
        Outcome::Already { refused } => (refused.clone(), true, Vec::new()),
    };
    Met { number, entry, refused, before, warnings }
}

fn stop(stopped: &Stopped) -> Stop {
    match stopped {
        Stopped::Fork(fork) => Stop {
            number: fork.number,
            why: StopWhy::Fork,
            text: format!(
                "запись № {} уже принята с другим содержанием: копия носителя велась в другом месте",
                fork.number
            ),
            known: fork.known.clone(),
        },
        Stopped::Fault { number, why } => {
            Stop { number: *number, why: StopWhy::Fault, text: why.message().to_owned(), known: String::new() }
        }
    }
}

/// A journal at this machine as who takes in: the same counter without a network.
pub struct AtHand<'a> {
    /// The counter.
    pub counter: Counter<'a>,
    /// The journal.
    pub journal: &'a mut Journal,
    /// Proves it as it stands.
    pub prove: &'a mut dyn FnMut(&Journal) -> Result<Proven>,
}

impl AtHand<'_> {
    fn tip(&self) -> std::result::Result<Hash, No> {
        Ok(self.journal.tip()?.journal)
    }

    /// Nothing is taken into a ledger that cannot be proven.
    fn proven(&mut self) -> std::result::Result<Proven, No> {
        (self.prove)(self.journal).map_err(|_| stale().into())
    }
}

/// What is answered while a record of the ledger cannot be proven.
pub fn stale() -> Fault {
    Fault::new(Code::Stale, "школьный сервер ничего не принимает: журнал не доказан до конца")
        .next("сообщите администратору школы; записи ждут на носителе")
}

impl Intake for AtHand<'_> {
    fn challenge(&mut self) -> std::result::Result<Challenge, Fault> {
        let challenge = self.tip().and_then(|journal| Ok(self.counter.challenge((journal, self.journal.tables()))?));
        challenge.map_err(|no| no.fault())
    }

    fn hand_over(&mut self, asked: &Asked, load: &[u8]) -> std::result::Result<Answer, Fault> {
        let admitted = self.tip().and_then(|journal| {
            self.counter.admitted((journal, self.journal.tables()), asked, What::HandOver)?;
            self.proven()
        });
        admitted.map_err(|no| no.fault())?;
        self.counter.hand_over(self.journal, asked, load).map_err(|no| no.fault())
    }

    fn base(&mut self, asked: &Asked) -> std::result::Result<Option<Vec<u8>>, Fault> {
        let proven = self.proven().map_err(|no| no.fault())?;
        self.counter.base(&proven, asked).map_err(|no| no.fault())
    }
}
