//! Which files of a folder are the archive's own. All others are strangers': an operating system, a viewer or a person
//! left them there. They are in nobody's list, so they neither harm an archive nor count for it.

use std::collections::BTreeMap;

use super::path::BagPath;
use super::{ALLOWED_SIGNERS, BAGIT, Folder, INFO, Info, MANIFEST, Manifest, RECOVERY, SIGNATURE, TAGMANIFEST};

/// The files beside the payload and the recovery data.
pub const TAGS: [&str; 6] = [ALLOWED_SIGNERS, BAGIT, INFO, MANIFEST, SIGNATURE, TAGMANIFEST];

/// No `bag-info.txt` of ours comes near; a larger one is not read.
pub const MAX_INFO: u64 = 1024 * 1024;

/// The end of the name of a file of recovery data.
const PAR2: &str = ".par2";

impl Folder {
    /// The files of the archive that are there, with their sizes: tag files, what the manifest lists, and recovery data by
    /// their names. Where the manifest cannot be read, everything in `data/` is taken for the archive's.
    pub fn own_files(&self) -> BTreeMap<BagPath, u64> {
        let manifest = self.manifest();
        let name = self.called();
        let is_own = |path: &BagPath| {
            TAGS.contains(&path.as_str())
                || manifest.as_ref().map_or_else(|| path.is_in(super::DATA), |manifest| manifest.get(path).is_some())
                || is_recovery_of(&name, path.as_str())
        };
        self.list().files.into_iter().filter(|(path, _)| is_own(path)).collect()
    }

    /// The payload's list, where it can be read.
    pub fn manifest(&self) -> Option<Manifest> {
        let text = self.read_tag(MANIFEST).ok().and_then(|bytes| String::from_utf8(bytes).ok())?;
        Manifest::parse(&text).ok()
    }

    /// What `bag-info.txt` says, where it can be read.
    pub fn info(&self) -> Option<Info> {
        let text = self.read_tag_within(INFO, MAX_INFO).ok().and_then(|bytes| String::from_utf8(bytes).ok())?;
        Info::parse(&text).ok()
    }

    /// What the archive calls itself; its folder's name where it does not say.
    pub fn called(&self) -> String {
        let info = self.info();
        info.as_ref().and_then(called).map_or_else(|| self.name(), str::to_owned)
    }
}

/// What an archive calls itself. Files are called after it, so what is no plain file name is none.
pub fn called(info: &Info) -> Option<&str> {
    info.get("External-Identifier").filter(|name| BagPath::new(name).is_ok() && !name.contains('/'))
}

/// Whether a path is that of a file of recovery data of the archive `name`: `NAME.par2`, `NAME.vol000+001.par2`.
pub fn is_recovery_of(name: &str, path: &str) -> bool {
    let file = path.strip_prefix(RECOVERY).and_then(|path| path.strip_prefix('/'));
    let Some(rest) = file.and_then(|file| file.strip_prefix(name)) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_volume = |volume: &str| volume.split_once('+').is_some_and(|(from, count)| digits(from) && digits(count));
    match rest.strip_suffix(PAR2) {
        Some("") => true,
        Some(volume) => volume.strip_prefix(".vol").is_some_and(is_volume),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_leads_elsewhere_is_none() {
        let info = |name: &str| Info::parse(&format!("External-Identifier: {name}\n")).unwrap();
        assert_eq!(called(&info("2025-2026-q1")), Some("2025-2026-q1"));
        for name in ["../x", "/tmp/x", "a/b", "..", "a\\b", "C:x", "~root"] {
            assert_eq!(called(&info(name)), None, "{name}");
        }
    }

    #[test]
    fn a_copy_that_a_file_manager_named_is_no_recovery_data_of_ours() {
        for own in ["recovery/q1.par2", "recovery/q1.vol000+001.par2", "recovery/q1.vol0+1.par2"] {
            assert!(is_recovery_of("q1", own), "{own}");
        }
        for other in [
            "recovery/q1 (2).par2",
            "recovery/q1.vol000+001 (2).par2",
            "recovery/q1.PAR2",
            "recovery/q10.par2",
            "recovery/.DS_Store",
            "recovery/._q1.par2",
            "recovery/q1.vol.par2",
            "recovery/a/q1.par2",
            "data/q1.par2",
            "q1.par2",
        ] {
            assert!(!is_recovery_of("q1", other), "{other}");
        }
    }
}
