//! A bag: a folder of files with lists of their sums (BagIt 1.0, RFC 8493).
//!
//! The payload lies under `data/` and is listed in `manifest-sha256.txt`. The other files of the bag are tag files,
//! listed in `tagmanifest-sha256.txt`; its SHA-256 stands for the whole bag and is the **code** that the printed act
//! carries. `bagit.txt` is written last: a folder without it is no bag yet.
//!
//! Bags come from strangers. Nothing named by a list is opened unless a walk that follows no link found it as a plain
//! file inside the folder ([`folder`]), and names that could mean another place are refused ([`path`]).

mod facts;
mod folder;
mod info;
mod manifest;
mod own;
mod path;

pub use facts::{Content, Facts, LABEL, Previous};
pub(crate) use folder::MAX_TAG_FILE;
pub use folder::{Folder, Listed};
pub use info::{Info, Oxum};
pub use manifest::{Manifest, ManifestError, fold};
pub use own::{MAX_INFO, TAGS, called, is_recovery_of};
pub use path::BagPath;

/// The sum of sizes in bytes that a carrier or a zip claims; the largest number where they are beyond counting.
pub fn total(sizes: impl IntoIterator<Item = u64>) -> u64 {
    sizes.into_iter().fold(0, u64::saturating_add)
}

/// The declaration that makes a folder a bag.
pub const BAGIT: &str = "bagit.txt";
/// What [`BAGIT`] holds.
pub const BAGIT_TEXT: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
/// What the bag is, for people and catalogues.
pub const INFO: &str = "bag-info.txt";
/// Sums of the payload.
pub const MANIFEST: &str = "manifest-sha256.txt";
/// Sums of the tag files; what is signed.
pub const TAGMANIFEST: &str = "tagmanifest-sha256.txt";
/// The signature of [`TAGMANIFEST`]. In no list, since it proves itself.
pub const SIGNATURE: &str = "tagmanifest-sha256.txt.sig";
/// Whose signature may stand under it, in OpenSSH's form.
pub const ALLOWED_SIGNERS: &str = "allowed_signers";
/// The payload's folder.
pub const DATA: &str = "data";
/// The folder of PAR2 recovery data. In no list, since its packets check themselves.
pub const RECOVERY: &str = "recovery";
