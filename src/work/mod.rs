//! The use cases that every face shares: record this lesson, ask for this correction, make this archive.
//!
//! A use case is given a [`Workplace`] (a journal to read and record in, somebody who signs, a clock) and what is wished
//! for, in the school's own types. It works out what that comes to, records it in one transaction and gives back what was
//! done, typed; what may not be done is an [`Error`](crate::Error). A face turns what people type, click or send into a
//! wish, and words what comes back. It builds no entry and opens no transaction.

pub mod absence;
pub mod access;
pub mod archive;
pub mod audit;
pub mod brought;
pub mod carriers;
pub mod checkpoint;
pub mod clock;
pub mod confirm;
pub mod contacts;
pub mod correction;
pub mod cosigners;
pub mod courses;
pub mod demo;
pub mod event;
pub mod finals;
pub mod find;
pub mod founding;
pub mod grid;
pub mod groups;
pub mod import;
pub mod informed;
pub mod informing;
pub mod lesson;
pub mod marks;
pub mod memory;
pub mod mirror;
pub mod note;
pub mod papers;
pub mod people;
pub mod plan;
pub mod pupils;
mod refused;
pub mod remark;
pub mod resumption;
pub mod school;
pub mod seat;
pub mod serving;
pub mod statistics;
pub mod sticks;
pub mod stores;
pub mod submission;
pub mod substitution;
#[cfg(test)]
mod testing;
pub mod today;
pub mod year;

use crate::error::{Action, Error, Result, Warning};
use crate::journal::entry::{Body, Effect};
use crate::journal::read::{self, Tables, extraordinary, outdated};
use crate::journal::rules::known_pupil;
use crate::journal::{Author, Batch, Journal, Recorded, author_of, may};
use crate::ledger::identity::PublicIdentity;
use crate::ledger::signer::Signer;
use crate::school::{ClassName, Clock, Day, Login, PersonalFile, School};
use refused::Refused;
use std::collections::HashSet;

/// Where somebody works: an open journal, and a key that is enrolled and in force.
pub struct Workplace<'a> {
    journal: &'a mut Journal,
    author: Author<'a>,
    login: Login,
}

impl<'a> Workplace<'a> {
    /// Takes a place at a journal.
    ///
    /// # Errors
    /// A key that is not enrolled, or was revoked.
    pub fn at(journal: &'a mut Journal, signer: &'a dyn Signer, clock: &'a dyn Clock) -> Result<Self> {
        let author = Author { signer, clock, taken_over: false };
        let login = author_of(journal.tables(), &author.fingerprint())?.into();
        Ok(Self { journal, author, login })
    }

    /// Whose place it is.
    pub fn login(&self) -> &Login {
        &self.login
    }

    /// The public half of the key that signs.
    fn public(&self) -> PublicIdentity {
        self.author.signer.public()
    }

    /// The journal's tables, for quick reading.
    pub fn tables(&self) -> &Tables {
        self.journal.tables()
    }

    /// The school as it is set up now.
    ///
    /// # Errors
    /// Tables that do not read.
    pub fn school(&self) -> Result<School> {
        read::school(self.tables())
    }

    /// The day in the school's own time.
    ///
    /// # Errors
    /// As [`Workplace::school`].
    pub fn today(&self) -> Result<Day> {
        Ok(self.school()?.day_of(self.author.now()))
    }

    /// Records entries, all or none.
    ///
    /// # Errors
    /// What a right, the clock or a rule refuses; then nothing is recorded.
    pub(super) fn record(&mut self, bodies: impl IntoIterator<Item = Body>) -> Result<Done> {
        let bodies = bodies.into_iter().collect();
        Ok(self.decide(|_, _| Ok((bodies, ())))?.0)
    }

    /// Records the entries that `decide` makes of the tables for this login, all or none, and gives what it tells beside
    /// them. It is asked when it is this place's turn to write, so that nobody changes meanwhile what it has looked at.
    ///
    /// # Errors
    /// As [`Workplace::record`], and what `decide` refuses.
    pub(super) fn decide<T>(
        &mut self,
        decide: impl FnOnce(&Tables, &Login) -> Result<(Vec<Body>, T)>,
    ) -> Result<(Done, T)> {
        if !self.journal.is_read_only() {
            return self.write(decide);
        }
        // Where all of it stands already, it does no harm that nothing can be written.
        let (bodies, told) = decide(self.tables(), &self.login)?;
        if bodies.is_empty() {
            return Ok((self.done(Done::default())?, told));
        }
        self.write(|_, _| Ok((bodies, told)))
    }

    fn write<T>(&mut self, decide: impl FnOnce(&Tables, &Login) -> Result<(Vec<Body>, T)>) -> Result<(Done, T)> {
        let mut batch = self.journal.batch()?;
        let (bodies, told) = decide(batch.tables(), &self.login)?;
        let (mut done, mut refused) = (Done::default(), Refused::default());
        for body in bodies {
            let Some(body) = refused.rest_of(body) else { continue };
            let bound = outdated::bound_books(batch.tables(), &body)?;
            let recorded = match one(&mut batch, self.author, body.clone()) {
                Ok(recorded) => recorded,
                Err(error) => {
                    refused.add(error, &body)?;
                    continue;
                }
            };
            done.numbers.push(recorded.seq);
            if recorded.effect != Effect::Waits {
                done.name_bound(bound);
            }
            done.warnings.extend(recorded.warnings);
            match recorded.effect {
                Effect::AtOnce => {}
                Effect::Waits => done.waiting.push(recorded.seq),
                Effect::Alone => done.alone.push(recorded.seq),
            }
        }
        refused.all()?;
        batch.commit()?;
        Ok((self.done(done)?, told))
    }

    /// What is done where all of it stands already: nothing, by somebody who would have had the right to it.
    ///
    /// # Errors
    /// The refusal that the entry would have met.
    pub(super) fn stands(&self, body: impl Into<Body>) -> Result<Done> {
        may(self.tables(), &self.login, body.into())?;
        Ok(Done::default())
    }

    fn done(&self, done: Done) -> Result<Done> {
        let signed_by = read::staff(self.tables(), &self.login)?.map(|person| person.name.initials());
        let on_stick = done.numbers.iter().filter_map(|seq| self.journal.number_on_stick(*seq)).collect();
        Ok(Done { on_stick, signed_by: signed_by.unwrap_or_default(), ..done })
    }
}

/// Records one entry, unless it waits for a second person already.
fn one(batch: &mut Batch<'_>, author: Author<'_>, body: Body) -> Result<Recorded> {
    if let Some(seq) = extraordinary::waits_already(batch.tables(), &body)? {
        return Err(Error::refused(format!("такая же запись № {seq} уже ждёт подтверждения"))
            .next_by("посмотрите, что ждёт", Action::ListConfirmations));
    }
    batch.record(author, body)
}

/// What was recorded.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Done {
    /// Numbers of the entries, in order; none where all of it stood already.
    pub numbers: Vec<u64>,
    /// Of entries that were recorded on a stick, the numbers by which they are known there.
    pub on_stick: Vec<u64>,
    /// Those of them that wait for a second person and are not in force.
    pub waiting: Vec<u64>,
    /// Those of them that would wait, had there ever been a second person.
    pub alone: Vec<u64>,
    /// Rules that only warn.
    pub warnings: Vec<Warning>,
    /// «Иванова И. И.»
    pub signed_by: String,
}

impl Done {
    /// Warns of the bound books, each once, that do not show what was recorded.
    fn name_bound(&mut self, books: Vec<(ClassName, String)>) {
        for (class, number) in books {
            let what = format!("журнал {class} № {number} подшит, изменения в нём нет: допечатайте и подшейте");
            let warning = Warning::from(what).next_by("изменённое покажет печать", Action::PrintClass { class });
            if !self.warnings.contains(&warning) {
                self.warnings.push(warning);
            }
        }
    }

    /// The numbers by which the entries are known to who has recorded them.
    pub fn told_numbers(&self) -> &[u64] {
        if self.on_stick.is_empty() { &self.numbers } else { &self.on_stick }
    }

    /// Whether all of it stood already.
    pub fn is_nothing(&self) -> bool {
        self.numbers.is_empty()
    }
}

/// Nobody may be named twice in one wish: which of the two was meant?
fn nobody_twice<'p>(tables: &Tables, pupils: impl Iterator<Item = &'p PersonalFile>) -> Result<()> {
    let mut seen = HashSet::new();
    for pupil in pupils {
        if !seen.insert(pupil) {
            let name = read::name_of(tables, &known_pupil(tables, pupil)?)?;
            return Err(Error::input(format!("ученик указан дважды: {name}")).next("оставьте одно значение на ученика"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::lesson;
    use super::testing::{Office, about, at, refused};
    use crate::error::Kind;

    #[test]
    fn what_stands_already_is_said_so_also_where_nothing_can_be_written() {
        let mut office = Office::open();
        let monday = at("2025-09-01", 2);
        office.teach(&monday);
        office.protect();
        let mut ask = |topic: &str| {
            let wish = about(&monday, topic);
            office.ask("semyonov", "2025-09-01T13:00", |place| lesson::record(place, &wish))
        };
        assert!(ask("Тема").unwrap().done.is_nothing());
        refused(ask("Дроби"), Kind::Environment, "открыт только для чтения");
    }

    #[test]
    fn of_several_entries_all_are_recorded_or_none() {
        let mut office = Office::open();
        let before = office.entries();
        let good = crate::journal::testing::lesson(&at("2025-09-01", 2), "Тема", "");
        let bad = crate::journal::testing::lesson(&at("2025-09-02", 2), "Тема", "");
        let both = office.ask("semyonov", "2025-09-01T13:00", |place| place.record([good.into(), bad.into()]));
        refused(both, Kind::Refused, "ещё не наступило");
        assert_eq!(office.entries(), before);
    }
}
