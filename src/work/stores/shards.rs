//! The archives of many schools: a share of them verified, and the catalogue of all.

use super::Store;
use crate::archive::anchor::Anchor;
use crate::archive::progress::Progress;
use crate::error::Result;
use crate::store::Shelf;
use crate::store::catalogue::{self, Catalogue};
use crate::store::shard::{self, Step, Work};
use crate::store::trust::Trust;

impl Store {
    /// Verifies a share of the archives of all schools, and states what was found.
    ///
    /// # Errors
    /// A place that does not list its archives.
    pub fn verify_share(&self, work: &Work<'_>, progress: &dyn Progress, each: &mut dyn FnMut(Step)) -> Result<()> {
        shard::work(self.patient(), work, progress, each)
    }

    /// What an archive of the school is held against.
    ///
    /// # Errors
    /// A place that does not answer.
    pub fn anchor(&self, trust: &Trust, bag: &str) -> Result<Option<Anchor<'static>>> {
        shard::anchor(self.patient(), trust, &Shelf::of(&self.school, bag)?)
    }

    /// What lies there, of all schools, and what is known of it.
    ///
    /// # Errors
    /// A place that does not answer.
    pub fn catalogue(&self, wish: &catalogue::Wish<'_>) -> Result<Catalogue> {
        catalogue::gather(self.patient(), wish)
    }
}
