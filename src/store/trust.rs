//! `trust.toml`: whose signature is a school's, and whose word on a verification counts.
//!
//! Fingerprints come from paper (the act, the register of keys). Without the file an archive is «цел» and never «подлинен».

use crate::archive::anchor::Anchor;
use crate::error::of_toml::{in_russian, line, line_of};
use crate::error::{Error, Result};
use crate::files;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Who is believed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    schools: BTreeMap<String, Vec<String>>,
    verifiers: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    schools: BTreeMap<String, Keys>,
    #[serde(default)]
    verifiers: BTreeMap<String, Keys>,
}

/// One fingerprint, or those of several keys over the years.
#[derive(Deserialize)]
#[serde(untagged)]
enum Keys {
    One(String),
    Several(Vec<String>),
}

impl Keys {
    fn all(self) -> Vec<String> {
        match self {
            Self::One(key) => vec![key],
            Self::Several(keys) => keys,
        }
    }
}

impl Trust {
    /// Reads the file.
    ///
    /// # Errors
    /// A file that does not read; what is no fingerprint, with its line.
    pub fn read(path: &Path) -> Result<Self> {
        let text = files::read_named_text(path, files::LARGEST_TEXT).map_err(|cause| {
            Error::file("прочитать отпечатки ключей школ", path, &cause)
                .next("укажите файл trust.toml; образец — в docs/district.md")
        })?;
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let fault = |line: usize, what: String| {
            Error::input(what).next("исправьте эту строку и повторите").at(format!("{name}:{line}"))
        };
        let written: Written = toml::from_str(&text).map_err(|cause| {
            let at = line(&text, cause.span().map_or(0, |span| span.start));
            fault(at, in_russian(cause.message())).caused_by(cause)
        })?;
        let read = |section: &str, keys: BTreeMap<String, Keys>| -> Result<BTreeMap<String, Vec<String>>> {
            let one = |(of, keys): (String, Keys)| {
                let keys = keys.all().iter().map(|key| Anchor::signer(key)).collect::<Result<Vec<_>>>();
                let keys = keys.map_err(|error| fault(line_of(&text, &[section, &of]), error.message().to_owned()))?;
                let texts = keys.into_iter().filter_map(|anchor| match anchor {
                    Anchor::Signer(key) => Some(key),
                    _ => None,
                });
                Ok((of, texts.collect()))
            };
            keys.into_iter().map(one).collect()
        };
        Ok(Self { schools: read("schools", written.schools)?, verifiers: read("verifiers", written.verifiers)? })
    }

    /// Whether it names a school.
    pub fn knows(&self, school: &str) -> bool {
        self.schools.contains_key(school)
    }

    /// Whether a key is one of a school's, where it names that school.
    pub fn is_of(&self, school: &str, fingerprint: &str) -> bool {
        self.schools.get(school).is_none_or(|keys| keys.iter().any(|key| key == fingerprint))
    }

    /// What a bag of a school is held against, that claims to be signed by a key; nothing of a school that is not named.
    pub fn anchor(&self, school: &str, signer: Option<&str>) -> Option<Anchor<'static>> {
        let keys = self.schools.get(school)?;
        let own = keys.iter().find(|key| Some(key.as_str()) == signer).or_else(|| keys.first());
        own.map(|key| Anchor::Signer(key.clone()))
    }

    /// Whether it says whose word on verifications counts.
    pub fn names_verifiers(&self) -> bool {
        !self.verifiers.is_empty()
    }

    /// Who verifies with the key of this fingerprint.
    pub fn verifier(&self, fingerprint: &str) -> Option<&str> {
        let has = |(_, keys): &(&String, &Vec<String>)| keys.iter().any(|key| key == fingerprint);
        self.verifiers.iter().find(has).map(|(name, _)| name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::identity::Identity;

    #[test]
    fn schools_and_verifiers_are_known_by_their_keys() {
        let [one, other] = [(); 2].map(|()| Identity::generate().public().fingerprint());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap().join("trust.toml");
        let read = |text: String| {
            std::fs::write(&path, text).unwrap();
            Trust::read(&path)
        };
        let trust = read(format!(
            "[schools]\na = \"{one}\"\nb = [\"{other}\", \"{one}\"]\n[verifiers]\n\"РОНО\" = \"{one}\"\n"
        ));
        let trust = trust.unwrap();
        let anchor = |school: &str, signer: &str| match trust.anchor(school, Some(signer)) {
            Some(Anchor::Signer(key)) => Some(key),
            _ => None,
        };
        assert_eq!(anchor("a", &other), Some(one.clone()), "another's signature is held against the school's key");
        assert_eq!((anchor("b", &one), anchor("b", &other)), (Some(one.clone()), Some(other.clone())));
        assert_eq!((anchor("c", &one), trust.knows("b"), trust.knows("c")), (None, true, false));
        assert_eq!((trust.verifier(&one), trust.verifier(&other)), (Some("РОНО"), None));
        for (text, word) in [("[schools]\n\na = \"SHA256:x\"\n", "trust.toml:3"), ("[school]\n", "trust.toml:1")] {
            let error = read(text.to_owned()).unwrap_err();
            assert!(error.message().contains(word), "{error}");
        }
    }
}
