//! The files that layouts are read from: the built-in ones, and those of a folder that stand in for them.

use super::faults::{Fault, diagnose};
use crate::error::of_toml::line_of;
use crate::error::{Error, Result};
use crate::files;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::path::Path;

/// The files of a set of layouts.
pub(super) struct Sources {
    files: Vec<Source>,
    /// Whether a folder was named.
    own: bool,
}

/// A layout's file.
struct Source {
    /// Its name in `layouts/`.
    name: &'static str,
    /// Where it is, for people.
    shown: String,
    text: String,
    built_in: &'static str,
}

impl Sources {
    /// The built-in files, each replaced by the one of its name in `folder` where there is one.
    ///
    /// # Errors
    /// A folder or a file that cannot be read, and a `.toml` file whose name is no layout's.
    pub(super) fn open(folder: Option<&Path>, built_in: &'static [(&'static str, &'static str)]) -> Result<Self> {
        let folder = folder.map(files::named).transpose()?;
        let folder = folder.as_deref();
        if let Some(folder) = folder {
            refuse_strangers(folder, built_in)?;
        }
        let open = |(name, built_in): &(&'static str, &'static str)| {
            let own = folder.map(|folder| folder.join(name)).filter(|path| files::is_there(path));
            let (shown, text) = match own {
                Some(path) => {
                    let bytes =
                        files::read(&path, files::LARGEST_TEXT).map_err(|e| Error::file("прочитать", &path, &e))?;
                    let text = String::from_utf8(bytes).map_err(|cause| {
                        Error::input(format!("{}: файл не в кодировке UTF-8", path.display()))
                            .next("сохраните его в UTF-8: редактор спросит кодировку в окне «Сохранить как»")
                            .caused_by(cause)
                    })?;
                    (path.display().to_string(), text)
                }
                None => (format!("layouts/{name}"), (*built_in).to_owned()),
            };
            Ok(Source { name, shown, text, built_in })
        };
        Ok(Self { files: built_in.iter().map(open).collect::<Result<_>>()?, own: folder.is_some() })
    }

    /// Whether some of them may be a school's own.
    pub(super) fn are_own(&self) -> bool {
        self.own
    }

    /// Reads a layout, or adds everything that is wrong with it to `faults`.
    pub(super) fn parse<T: DeserializeOwned>(&self, name: &str, faults: &mut Vec<Fault>) -> Option<T> {
        let source = self.files.iter().find(|source| source.name == name)?;
        match toml::from_str(&source.text) {
            Ok(layout) => Some(layout),
            Err(first) => {
                let found = diagnose::<T>(&source.text, source.built_in, &first);
                faults.extend(found.into_iter().map(|(line, what)| Fault { file: source.shown.clone(), line, what }));
                None
            }
        }
    }

    /// A fault at a key, which is named by the sections it is in.
    pub(super) fn fault(&self, name: &str, key: &[&str], what: String) -> Fault {
        let source = self.files.iter().find(|source| source.name == name);
        let (file, line) =
            source.map_or_else(Default::default, |source| (source.shown.clone(), line_of(&source.text, key)));
        Fault { file, line, what }
    }

    /// The SHA-256 of every file, by its name.
    pub(super) fn digests(&self) -> Vec<(String, [u8; 32])> {
        let digest =
            |source: &Source| (format!("layouts/{}", source.name), Sha256::digest(source.text.as_bytes()).into());
        self.files.iter().map(digest).collect()
    }
}

fn refuse_strangers(folder: &Path, built_in: &[(&str, &str)]) -> Result<()> {
    let entries = files::list(folder).map_err(|e| Error::file("прочитать", folder, &e))?;
    if !entries.iter().any(|entry| entry.name.to_string_lossy().ends_with(".toml")) {
        return Err(Error::input(format!("в папке «{}» нет ни одного макета", folder.display()))
            .next("положите в неё макеты, которые меняете: файлы .toml с именами встроенных"));
    }
    for entry in entries {
        let (path, name) = (folder.join(&entry.name), entry.name.to_string_lossy().into_owned());
        if name.ends_with(".toml") && built_in.iter().all(|(known, _)| *known != name) {
            let known = built_in.iter().map(|(known, _)| *known).collect::<Vec<_>>().join(", ");
            return Err(Error::input(format!("{}: нет такого макета", path.display()))
                .next(format!("макеты называются {known}")));
        }
    }
    Ok(())
}
