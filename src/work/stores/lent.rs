//! A damaged archive of a carrier healed from a third place.

use super::Store;
use crate::archive::bag::Folder;
use crate::archive::progress::Progress;
use crate::archive::report::Verdict;
use crate::archive::verify::{Request, verify};
use crate::error::Result;
use crate::files::{self, PrivateFolder, Readers};
use crate::store::{Shelf, lend};
use std::path::{Path, PathBuf};

/// What was fetched to heal an archive; it is gone when this is dropped.
pub struct Lent {
    _folder: PrivateFolder,
    /// The folder that is a second copy of the archive, as far as it is needed.
    pub copy: PathBuf,
    /// How many files were fetched.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
}

impl Store {
    /// Fetches what an archive of a carrier lacks; nothing where it lacks nothing, or the place does not have the archive.
    ///
    /// # Errors
    /// A place that does not answer; lists that are damaged in both; a disk that is full.
    pub fn lend(&self, bag: &Path, progress: &dyn Progress) -> Result<Option<Lent>> {
        let folder = Folder::new(bag);
        let before = verify(bag, &Request::default(), progress)?;
        if matches!(before.verdict, Verdict::Whole { .. } | Verdict::Forged) || before.is_foreign() {
            return Ok(None);
        }
        let shelf = Shelf::of(&self.school, &folder.name())?;
        let private = PrivateFolder::new(&files::temporary("store"))?;
        let copy = private.path().join(folder.name());
        files::make_folder(&copy, Readers::Owner)
            .map_err(|cause| crate::error::Error::file("создать временную папку", &copy, &cause))?;
        let came = lend::lend(self.patient(), &shelf, &folder, &before, &copy, progress)?;
        Ok(came.map(|(files, bytes)| Lent { _folder: private, copy, files, bytes }))
    }
}
