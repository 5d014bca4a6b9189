//! A bag on disk: what is in its folder, found by a walk that follows no link.
//!
//! Only a [`BagPath`] that the walk found as a plain file is ever opened, so no list of a bag, however it is written,
//! makes us read a file outside it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use super::path::BagPath;
use super::{BAGIT, BAGIT_TEXT, SIGNATURE, TAGMANIFEST};
use crate::archive::sum::Sum;
use crate::error::reason;
use crate::files;

/// No tag file of ours comes near; what is larger is not read into memory.
pub(crate) const MAX_TAG_FILE: u64 = 64 * 1024 * 1024;

/// The folder of a bag.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

/// What a walk found.
#[derive(Debug, Default)]
pub struct Listed {
    /// Plain files with their sizes.
    pub files: BTreeMap<BagPath, u64>,
    /// Links, devices, names that are no safe paths, folders that cannot be read: shown name and fault, in Russian.
    pub strange: Vec<(String, String)>,
}

impl Folder {
    /// A folder that may hold a bag; nothing is looked at yet.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder's own name, which is the archive's.
    pub fn name(&self) -> String {
        self.root.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }

    /// Whether its declaration is there. An empty or cut-off `bagit.txt` is what a run killed while writing it leaves.
    pub fn is_declared(&self) -> bool {
        let Ok(text) = self.read_tag(BAGIT) else { return false };
        !(text.len() < BAGIT_TEXT.len() && BAGIT_TEXT.as_bytes().starts_with(&text))
    }

    /// Whether everything but the declaration was written: the tag manifest is there and has its signature.
    pub fn is_sealed(&self) -> bool {
        [TAGMANIFEST, SIGNATURE].iter().all(|name| files::is_file(&self.root.join(name)))
    }

    /// Every file of the folder.
    pub fn list(&self) -> Listed {
        let mut listed = Listed::default();
        // The walk follows no link but the one that it begins with.
        if !files::is_folder(&self.root) {
            listed.strange.push((self.root.display().to_string(), "не папка или ссылка: не открывается".to_owned()));
            return listed;
        }
        for entry in WalkDir::new(&self.root).min_depth(1).follow_links(false) {
            let entry = match entry {
                Ok(entry) => entry,
                Err(cause) => {
                    let place = cause.path().and_then(|path| path.strip_prefix(&self.root).ok());
                    let place = place.unwrap_or(Path::new("")).display().to_string();
                    listed.strange.push((place, format!("папка не читается ({})", reason(&io::Error::from(cause)))));
                    continue;
                }
            };
            if entry.file_type().is_dir() {
                continue;
            }
            let relative = entry.path().strip_prefix(&self.root).unwrap_or(entry.path());
            let shown = relative.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
            let path = relative.to_str().ok_or("имя не в UTF-8").and_then(|_| BagPath::of_this_system(&shown));
            match (path, entry.metadata()) {
                (Ok(_), Ok(meta)) if !meta.is_file() => {
                    listed.strange.push((shown, "ссылка или особый файл: не открывается".to_owned()));
                }
                (Ok(path), Ok(meta)) => {
                    listed.files.insert(path, meta.len());
                }
                (Err(why), _) => listed.strange.push((shown.escape_debug().to_string(), why.to_owned())),
                (_, Err(cause)) => {
                    listed.strange.push((shown, format!("не читается ({})", reason(&io::Error::from(cause)))))
                }
            }
        }
        listed
    }

    /// Opens a file that a walk found.
    pub fn open(&self, path: &BagPath) -> io::Result<File> {
        files::open(&path.under(&self.root))
    }

    /// Reads a tag file into memory; one that is a link or beyond all measure is refused.
    pub fn read_tag(&self, name: &str) -> io::Result<Vec<u8>> {
        self.read_tag_within(name, MAX_TAG_FILE)
    }

    /// The same with another measure, in bytes.
    pub fn read_tag_within(&self, name: &str, limit: u64) -> io::Result<Vec<u8>> {
        files::read(&self.root.join(name), limit)
    }

    /// The archive's code: the SHA-256 of its tag manifest.
    pub fn code(&self) -> io::Result<Sum> {
        self.read_tag(TAGMANIFEST).map(|bytes| Sum::of(&bytes))
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn links_are_reported_and_never_followed() {
        let dir = tempfile::tempdir().unwrap();
        let bag = dir.path().join("bag");
        fs::create_dir_all(bag.join("data")).unwrap();
        fs::create_dir(dir.path().join("outside")).unwrap();
        fs::write(dir.path().join("outside/secret"), "x").unwrap();
        fs::write(bag.join("data/plain"), "12345").unwrap();
        std::os::unix::fs::symlink("../../outside", bag.join("data/folder")).unwrap();
        std::os::unix::fs::symlink("../outside/secret", bag.join("bag-info.txt")).unwrap();
        std::os::unix::fs::symlink("../outside/secret", bag.join(BAGIT)).unwrap();

        let folder = Folder::new(&bag);
        let listed = folder.list();
        assert_eq!(
            listed.files.iter().map(|(path, size)| (path.as_str(), *size)).collect::<Vec<_>>(),
            [("data/plain", 5)]
        );
        assert_eq!(listed.strange.len(), 3);
        assert!(folder.read_tag("bag-info.txt").is_err());
        assert!(!folder.is_declared());
    }

    #[test]
    fn a_declaration_cut_off_by_a_kill_is_none_and_a_damaged_one_is() {
        let dir = tempfile::tempdir().unwrap();
        let folder = Folder::new(dir.path());
        for (text, declared) in [("", false), ("BagIt-Ver", false), (BAGIT_TEXT, true), ("BagIt-Wer", true)] {
            fs::write(dir.path().join(BAGIT), text).unwrap();
            assert_eq!(folder.is_declared(), declared, "{text}");
        }
    }
}
