//! The journal and its documents taken out of an archive, for whoever has a key that opens it.

use super::judge;
use super::trust::Witness;
use crate::archive::anchor::Anchor;
use crate::archive::carrier::locate;
use crate::archive::progress::Progress;
use crate::archive::restore::{self, Restored, Wish};
use crate::error::{Error, Result};
use crate::files;
use crate::journal::Proven;
use crate::ledger::identity::Identity;
use std::path::{Path, PathBuf};

/// The one archive under a path: a bag, or a carrier with one.
///
/// # Errors
/// None, or several.
pub fn one_bag(path: &Path) -> Result<PathBuf> {
    let located = locate(&files::named(path)?)?;
    // What is not finished is named by the reading of it, which says what to do.
    let mut found = if located.bags.is_empty() { located.unfinished } else { located.bags };
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

/// What is to be taken out, and by whom.
pub struct Opening<'a> {
    /// The archive's folder.
    pub bag: &'a Path,
    /// A key that opens it.
    pub opener: &'a Identity,
    /// Names of packages or of classes; all where there is none.
    pub only: &'a [String],
    /// A new folder.
    pub to: &'a Path,
    /// What the reader trusts, as said by him.
    pub anchors: Vec<Anchor<'a>>,
    /// The proven journal that the archive is held against.
    pub journal: Option<&'a Proven>,
    /// Whether it is taken out though its seal is broken or an anchor contradicts it.
    pub despite_seal: bool,
}

/// Takes an archive, or `only` what is named of it, out into a new folder, once the journal in it is proven.
///
/// # Errors
/// A key that does not open it; a broken seal, or an anchor that contradicts; a journal in it that does not pass its
/// audit; a folder that is there already.
pub fn restore(wish: &Opening<'_>, progress: &dyn Progress) -> Result<Restored> {
    let to = &*files::named(wish.to)?;
    let witness = wish.journal.map(Witness);
    let mut anchors: Vec<Anchor<'_>> = wish.anchors.to_vec();
    anchors.extend(witness.as_ref().map(|witness| Anchor::Journal(witness)));
    let Opening { bag, opener, only, despite_seal, .. } = *wish;
    let check = &judge::check;
    restore::restore(&Wish { bag, identity: opener, only, to, check, anchors: &anchors, despite_seal }, progress)
}
