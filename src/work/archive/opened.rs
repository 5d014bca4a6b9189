//! The journal and its documents taken out of an archive, for whoever has a key that opens it.

use super::judge;
use crate::archive::carrier::locate;
use crate::archive::progress::Progress;
use crate::archive::restore::{self, Restored, Wish};
use crate::error::{Error, Result};
use crate::files;
use crate::ledger::identity::Identity;
use std::path::{Path, PathBuf};

/// The one archive under a path: a bag, or a carrier with one.
///
/// # Errors
/// None, or several.
pub fn one_bag(path: &Path) -> Result<PathBuf> {
    let mut found = locate(&files::named(path)?)?.bags;
    let names = || found.iter().filter_map(|bag| bag.file_name()?.to_str()).collect::<Vec<_>>().join(", ");
    match found.len() {
        0 => {
            Err(Error::input(format!("в «{}» нет архива", path.display()))
                .next("укажите носитель или папку архива на нём"))
        }
        1 => Ok(found.remove(0)),
        _ => Err(Error::input(format!("в «{}» несколько архивов: {}", path.display(), names()))
            .next("укажите папку одного из них")),
    }
}

/// Takes an archive, or `only` what is named of it, out into a new folder, once the journal in it is proven.
///
/// # Errors
/// A key that does not open it; a journal in it that does not pass its audit; a folder that is there already.
pub fn restore(
    bag: &Path,
    identity: &Identity,
    only: &[String],
    to: &Path,
    progress: &dyn Progress,
) -> Result<Restored> {
    let to = &*files::named(to)?;
    restore::restore(&Wish { bag, identity, only, to, check: &judge::check }, progress)
}
