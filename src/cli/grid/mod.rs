//! `letopis open`: a course as a grid in the terminal, where a mark is recorded as soon as it is typed.
//!
//! [`model`] is the state and what keys do to it; [`draw`] and [`panel`] put it on the screen; [`terminal`] takes the
//! screen and gives it back. Here they meet the journal: what the model asks for is recorded one job a transaction, each
//! at the clock's time at that moment, and what other programs record in the meantime is shown within a second.

mod draw;
mod form;
mod keys;
mod lesson;
mod model;
mod panel;
mod terminal;
#[cfg(test)]
mod tests;

use super::{Common, session};
use crate::error::{Error, Result};
use crate::journal::read::course_view::{self, CourseView, Keeper};
use crate::journal::read::{self, Course};
use crate::journal::{Journal, resolve};
use crate::ledger::identity::Identity;
use crate::school::{ClassName, School};
use crate::work::{Done, Workplace, grid};
use clap::Args;
use model::{Access, Job, Model};
use std::process::ExitCode;
use std::time::Duration;
use terminal::{Input, Screen};

/// How often the ledger is looked at for what others recorded.
const LOOK: Duration = Duration::from_secs(1);

#[derive(Args)]
pub struct Open {
    /// Класс: 7А
    #[arg(value_name = "КЛАСС")]
    class: String,
    /// Предмет, можно кратко: Алгебра
    #[arg(value_name = "ПРЕДМЕТ")]
    subject: String,
    /// Группа, если класс делится на группы
    #[arg(long, visible_alias = "группа", value_name = "ГРУППА")]
    group: Option<String>,
    /// Записывать уроки как проведённые вместо основного учителя (§2.1)
    #[arg(long, visible_alias = "замена")]
    substitute: bool,
}

impl Open {
    pub fn run(self, common: &Common) -> Result<ExitCode> {
        terminal::require()?;
        let class = ClassName::parse(&self.class)?;
        let journal = session::journal(common)?;
        let identity = session::identity_if_named(common)?;
        let login = match &identity {
            Some(identity) => session::signer(&journal, identity)?.map(|(login, _)| login),
            None => None,
        };
        let course = resolve::course(journal.tables(), &class, &self.subject, self.group.as_deref(), login.as_deref())?;
        let access = access(&journal, identity.as_ref(), &course, self.substitute)?;
        let school = read::school(journal.tables())?;
        let view = course_view::course_view(journal.tables(), &course)?;
        let model = Model::new(view, access, school.day_of(session::now()));
        let mut sitting = Sitting { journal, identity, course, school, model, recorded: 0 };
        let mut screen = Screen::take()?;
        let ended = sitting.run(&mut screen);
        drop(screen);
        ended?;
        if matches!(sitting.model.access, Access::Keeps(..)) {
            println!("{}: записей сделано: {}", sitting.course.key, sitting.recorded);
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Whether the identity keeps the course, or the reason why it only looks.
fn access(journal: &Journal, identity: Option<&Identity>, course: &Course, substitute: bool) -> Result<Access> {
    let Some(identity) = identity else {
        let why = Error::input("ключ не указан");
        return Ok(Access::Looks(
            why.next("чтобы записывать, укажите --identity ФАЙЛ или войдите: letopis login ФАЙЛ"),
        ));
    };
    match course_view::may_keep(journal.tables(), &identity.public().fingerprint(), course, substitute) {
        Ok(keeper) => Ok(Access::Keeps(keeper.clone(), name(journal, &keeper)?)),
        Err(why) if why.kind() == crate::error::Kind::Refused => Ok(Access::Looks(why)),
        Err(fault) => Err(fault),
    }
}

fn name(journal: &Journal, keeper: &Keeper) -> Result<String> {
    let person = read::staff(journal.tables(), &keeper.login)?;
    Ok(person.map_or_else(|| keeper.login.clone(), |person| person.name.initials()))
}

/// A teacher at the grid.
struct Sitting {
    journal: Journal,
    identity: Option<Identity>,
    course: Course,
    school: School,
    model: Model,
    recorded: usize,
}

impl Sitting {
    fn run(&mut self, screen: &mut Screen) -> Result<()> {
        while !self.model.leaving {
            screen.draw(|frame| draw::draw(frame, &mut self.model))?;
            let job = match screen.wait(LOOK)? {
                Input::Key(key) => {
                    self.look()?;
                    self.model.press(key)
                }
                Input::Paste(text) => {
                    self.model.paste(&text);
                    None
                }
                Input::Other => None,
                Input::Nothing => {
                    self.look()?;
                    None
                }
                Input::End => return Ok(()),
            };
            if let Some(job) = job {
                self.take(&job)?;
            }
        }
        Ok(())
    }

    /// Has a job done, and shows the ledger as it stands then, whoever else has written.
    fn take(&mut self, job: &Job) -> Result<()> {
        let Some(identity) = &self.identity else { return Ok(()) };
        match done(&mut self.journal, identity, job, &self.model.view) {
            Ok(done) => {
                self.recorded += done.numbers.len();
                super::login::renew();
                let view = self.view()?;
                self.model.recorded(&job.target(), view, done.told_numbers(), &done.warnings);
            }
            Err(error) => {
                self.model.refused(&job.target(), error);
                self.look()?;
            }
        }
        Ok(())
    }

    /// Shows what others recorded, and what day it is.
    fn look(&mut self) -> Result<()> {
        self.model.today = self.school.day_of(session::now());
        if self.journal.tip()?.seq != self.model.view.length {
            let view = self.view()?;
            self.model.replace_view(view);
        }
        Ok(())
    }

    fn view(&self) -> Result<CourseView> {
        course_view::course_view(self.journal.tables(), &self.course)
    }
}

/// Does a job that was made from what is `seen`.
fn done(journal: &mut Journal, identity: &Identity, job: &Job, seen: &CourseView) -> Result<Done> {
    let mut place = Workplace::at(journal, identity, &session::SystemClock)?;
    match job {
        Job::Cell(change) => grid::bring(&mut place, seen, change),
        Job::Lesson(wish) => Ok(grid::record_lesson(&mut place, seen, wish)?.done),
    }
}
