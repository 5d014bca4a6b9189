//! Archive copies: packages on carriers, and the proof years later that nothing in them was changed.
//!
//! An archive is a BagIt bag (RFC 8493) in the folder `LETOPIS` of a carrier, whose payload are zip files encrypted
//! with age. Everything in it can be checked and opened with public programs; `docs/formats/archive.md` tells how, and
//! the tests hold us to it with those very programs.
//!
//! * [`sum`] and [`progress`]: SHA-256 as it is written down, and how long work tells how far it is;
//! * [`bag`]: the folder with its manifests and `bag-info.txt`, read without ever leaving it;
//! * [`bagit`]: any bag of BagIt 0.93 to 1.0 that is not ours, validated;
//! * [`signature`]: SSHSIG over the tag manifest, and who may sign;
//! * [`package`]: the encrypted zip files, written in one stream and read back member by member;
//! * `recovery`: an archive's recovery data, told from whatever else lies in its folder;
//! * [`carrier`]: what else lies on a stick; [`dated`]: what copies of any day are called;
//! * [`export`]: the journal as files for an archive; [`papers`]: issued documents taken out of one;
//! * [`plain`]: a bag of files that anybody may read, which is no archive;
//! * [`create`], with [`targets`] that write one stream to several carriers, and [`settle`], which clears up after a
//!   run that was killed;
//! * [`verify`], with [`anchor`] (what makes a whole archive a genuine one) and [`report`] (what was found).
//!
//! The layer knows of no run that makes or records an archive, and of entries and rules only in [`export`]: content, facts
//! and trust come in through [`package::Package`], [`bag::Facts`] and [`anchor::JournalFacts`]. What a school does with all
//! this is [`crate::work::archive`].

pub mod anchor;
pub mod bag;
pub mod bagit;
pub mod carrier;
pub mod create;
pub mod dated;
pub mod export;
pub mod package;
pub mod papers;
pub mod par2;
pub mod plain;
pub mod progress;
mod recovery;
pub mod repair;
pub mod report;
pub mod restore;
pub mod settle;
pub mod signature;
pub mod sum;
pub(crate) mod targets;
pub mod verify;

#[cfg(test)]
pub(crate) mod fixture;
