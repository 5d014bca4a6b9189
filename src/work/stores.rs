//! Bags brought to a third place, looked at there and fetched from it.
//!
//! Neither a journal nor a key is needed: who has a carrier and the settings of the place may do all of it.

mod destroyed;
mod lent;
mod recorded;
mod shards;

use crate::archive::bag::Folder;
use crate::archive::carrier::{Carrier, locate};
use crate::archive::dated;
use crate::archive::progress::Progress;
use crate::archive::report::Report;
use crate::archive::verify::Request;
use crate::error::{Error, Result};
use crate::school::Clock;
use crate::store::check::Abilities;
use crate::store::claim::Writer;
use crate::store::fetch::Fetched;
use crate::store::list::Lying;
use crate::store::protect::{Protection, protect};
use crate::store::push::Pushed;
use crate::store::settings::Lock;
use crate::store::{Patience, Patient, Place, Settings, Shelf, check, fetch, list, push, verify};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub use destroyed::{Destruction, order};
pub use lent::Lent;
pub use recorded::{Told, enter_gone, enter_put, enter_verified, known_there};

/// A place that is open, and the school whose bags are meant.
pub struct Store {
    pub(super) place: Box<dyn Place>,
    pub(super) school: String,
    pub(super) lock: Lock,
}

/// What is to be brought.
pub struct Wish<'a> {
    /// Carriers, or folders of archives.
    pub paths: &'a [PathBuf],
    /// Names of archives, where not all of the carriers are meant.
    pub only: &'a [String],
    /// Who brings them, for those who come at the same time.
    pub who: &'a str,
    /// The clock.
    pub clock: &'a dyn Clock,
    /// Whether a claim that still holds is taken over.
    pub take_over: bool,
}

impl Store {
    /// Opens the place of these settings.
    ///
    /// # Errors
    /// Settings that do not read; a place that is not there.
    pub fn open(settings: &Path) -> Result<Self> {
        Self::of(Settings::read(settings)?)
    }

    /// Opens the place of settings that were read.
    ///
    /// # Errors
    /// A place that is not there.
    pub fn of(settings: Settings) -> Result<Self> {
        Ok(Self { place: settings.open()?, lock: settings.lock(), school: settings.school })
    }

    /// A place that a test has made.
    #[cfg(test)]
    pub(crate) fn of_place(place: Box<dyn Place>, school: &str, lock: Lock) -> Self {
        Self { place, school: school.to_owned(), lock }
    }

    /// What people call the place.
    pub fn name(&self) -> String {
        self.place.name()
    }

    /// The folder of the school in it.
    pub fn school(&self) -> &str {
        &self.school
    }

    fn patient(&self) -> Patient<'_> {
        Patient::new(&*self.place, Patience::default())
    }

    /// Finds the archives that are to be brought.
    ///
    /// # Errors
    /// A path without an archive; a name that none of them bears.
    pub fn wanted(&self, wish: &Wish<'_>) -> Result<Vec<PathBuf>> {
        let mut bags = Vec::new();
        for path in wish.paths {
            let found = locate(&crate::files::named(path)?)?;
            let name =
                |bag: &PathBuf| bag.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            // Copies of any day serve a few weeks; they go only where they are named.
            let is_meant = |bag: &PathBuf| match wish.only {
                [] => found.bags.len() == 1 || dated::day_of(&name(bag)).is_none(),
                only => only.contains(&name(bag)),
            };
            bags.extend(found.bags.iter().filter(|bag| is_meant(bag)).cloned());
        }
        if bags.is_empty() {
            let paths: Vec<String> = wish.paths.iter().map(|path| format!("«{}»", path.display())).collect();
            return Err(Error::input(format!(
                "в {} нет законченного архива, который можно передать",
                paths.join(", ")
            ))
            .next("укажите носитель с архивами или папку архива; копии дня передают по имени"));
        }
        let mut seen = BTreeSet::new();
        bags.retain(|bag| seen.insert(bag.file_name().map(ToOwned::to_owned)));
        Ok(bags)
    }

    /// Brings one archive, and locks it there for its term once it is whole.
    ///
    /// # Errors
    /// As [`push::push`]; a place that does not lock though it says that it can.
    pub fn push(&self, bag: &Path, wish: &Wish<'_>, progress: &dyn Progress) -> Result<(Shelf, Pushed, Protection)> {
        let folder = Folder::new(bag);
        let shelf = Shelf::of(&self.school, &folder.name())?;
        let writer = Writer { who: wish.who, clock: wish.clock, take_over: wish.take_over };
        let pushed = push::push(self.patient(), &folder, &shelf, writer, progress)?;
        let protection = protect(self.patient(), &folder, &shelf, self.lock)
            .map_err(|error| error.at("архив передан и цел, но не заперт от удаления"))?;
        Ok((shelf, pushed, protection))
    }

    /// The archives of the school there.
    ///
    /// # Errors
    /// A place that does not answer.
    pub fn list(&self) -> Result<Vec<Lying>> {
        list::list(self.patient(), Some(self.school.as_str()))
    }

    /// Verifies one archive where it lies; nothing where there is none.
    ///
    /// # Errors
    /// A place that does not answer.
    pub fn verify(&self, bag: &str, request: &Request<'_>, progress: &dyn Progress) -> Result<(Shelf, Option<Report>)> {
        let shelf = Shelf::of(&self.school, bag)?;
        let scratch = crate::files::temporary("store");
        let report = verify::verify(self.patient(), &shelf, request, &scratch, progress)?;
        Ok((shelf, report))
    }

    /// Fetches one archive onto a carrier or into a folder.
    ///
    /// # Errors
    /// As [`fetch::fetch`].
    pub fn fetch(&self, bag: &str, to: &Path, progress: &dyn Progress) -> Result<Fetched> {
        let shelf = Shelf::of(&self.school, bag)?;
        fetch::fetch(self.patient(), &shelf, &Carrier::or_folder(to)?, progress)
    }

    /// Tries what the place can do.
    ///
    /// # Errors
    /// A place that cannot be reached or written to.
    pub fn check(&self) -> Result<Abilities> {
        check::check(self.patient(), &self.school)
    }
}

/// That an archive is not in a place.
pub fn not_there(place: &str, shelf: &Shelf) -> Error {
    Error::input(format!("в хранилище ({place}) нет архива «{shelf}»")).next("посмотрите список архивов в хранилище")
}
