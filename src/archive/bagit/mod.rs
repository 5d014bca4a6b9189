//! A bag that is not ours: any bag of BagIt 0.93 to 1.0 (RFC 8493 and the drafts before it), validated.
//!
//! Somebody brings a carrier with a bag of another program. Whether it is complete and its sums hold can be told, and
//! nothing else: nobody vouches for it. What is checked is written down in `docs/bagit.md`.
//!
//! 1. [`whose`]: no trace of an archive of ours, else it is judged as one;
//! 2. [`declaration`] gives version and encoding, [`encoding`] turns tag files into text;
//! 3. [`listing`] reads the manifests, [`fetch`] what is still to be fetched; nothing ever is;
//! 4. [`algorithm`] reads each file once for all sums;
//! 5. [`validate`] holds lists against files.
//!
//! Only what a walk that follows no link found as a plain file inside the folder is opened ([`Folder::list`]).

pub mod algorithm;
pub mod declaration;
pub mod encoding;
pub mod fetch;
pub mod listing;
mod names;
mod tags;
mod validate;
mod whose;

pub use declaration::Version;
pub use validate::{Validated, validate};
pub use whose::is_foreign;

use super::bag::Folder;
use crate::error::reason;

/// The largest tag file that is read into memory: a manifest of some four million files.
const MAX_TAG_FILE: u64 = 512 * 1024 * 1024;

/// A tag file as it lies there.
fn read(folder: &Folder, name: &str) -> Result<Vec<u8>, String> {
    folder
        .read_tag_within(name, MAX_TAG_FILE)
        .map_err(|cause| format!("не читается или отсутствует ({})", reason(&cause)))
}
