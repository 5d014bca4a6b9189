//! Names in lists against names on disk. They may differ in Unicode normalisation only, where a file system or a
//! program on the way changed it (RFC 8493, section 6), and in old bags in how line ends are written.

use std::collections::{BTreeMap, HashMap};

use unicode_normalization::UnicodeNormalization;

use super::declaration::Version;
use crate::archive::bag::{BagPath, fold};
use crate::archive::report::Finding;

/// The files of a bag, to be found by what a list calls them.
pub(super) struct Names<'f> {
    files: &'f BTreeMap<BagPath, u64>,
    /// Names beyond ASCII by their normal form; nothing where two files share it.
    normal: HashMap<String, Option<&'f BagPath>>,
}

impl<'f> Names<'f> {
    pub fn new(files: &'f BTreeMap<BagPath, u64>) -> Self {
        let mut normal = HashMap::new();
        for path in files.keys().filter(|path| !path.as_str().is_ascii()) {
            normal.entry(nfc(path)).and_modify(|found| *found = None).or_insert(Some(path));
        }
        Self { files, normal }
    }

    /// The file that a list means, and what is to be said where its name is not quite that.
    pub fn find(&self, listed: &BagPath, version: Version) -> Option<(&'f BagPath, Option<&'static str>)> {
        let exact = |path: &BagPath| self.files.get_key_value(path).map(|(path, _)| path);
        if let Some(path) = exact(listed) {
            return Some((path, None));
        }
        let encoded = (!version.is_of_rfc()).then(|| with_line_ends(listed)).flatten();
        if let Some(path) = encoded.as_ref().and_then(exact) {
            return Some((path, None));
        }
        let path = self.normal.get(&nfc(listed)).copied().flatten()?;
        Some((path, Some("имя на диске и имя в списке различаются нормализацией Юникода (NFC, NFD)")))
    }

    /// Files that another file system would take for one.
    pub fn clashes(&self) -> Vec<Finding> {
        let mut seen: HashMap<String, &BagPath> = HashMap::new();
        let mut findings = Vec::new();
        for path in self.files.keys() {
            if let Some(other) = seen.insert(fold(path.as_str()), path) {
                let what = format!("имя отличается от «{other}» только регистром букв или нормализацией Юникода");
                findings.push(Finding::warning(path, format!("{what}: не на всяком диске оба файла уместятся")));
            }
        }
        findings
    }
}

fn nfc(path: &BagPath) -> String {
    path.as_str().nfc().collect()
}

/// What a bag of the drafts may have meant by `%0A` and `%0D`.
fn with_line_ends(path: &BagPath) -> Option<BagPath> {
    let text = path.as_str();
    if !text.contains('%') {
        return None;
    }
    BagPath::of_this_system(&text.replace("%0A", "\n").replace("%0a", "\n").replace("%0D", "\r").replace("%0d", "\r"))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_across_normalisation_and_clashes_are_named() {
        let path = |name: &str| BagPath::new(name).unwrap();
        let (nfc, nfd) = (path("data/й"), path("data/и\u{306}"));
        let files: BTreeMap<_, _> =
            [nfd.clone(), path("data/a\nb"), path("data/A"), path("data/a")].map(|path| (path, 0)).into();
        let names = Names::new(&files);
        let (found, warning) = names.find(&nfc, Version::V1_0).unwrap();
        assert!(*found == nfd && warning.is_some());
        assert_eq!(names.find(&nfd, Version::V1_0), Some((&nfd, None)));
        assert_eq!(names.find(&path("data/a%0Ab"), Version::V1_0), None);
        assert_eq!(names.clashes().len(), 1);
        // Two files of one normal form: neither is meant by a third spelling.
        let files: BTreeMap<_, _> = [nfc, nfd].map(|path| (path, 0)).into();
        assert_eq!(Names::new(&files).clashes().len(), 1);
    }
}
