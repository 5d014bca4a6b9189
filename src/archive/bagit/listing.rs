//! Payload and tag manifests of any algorithm and version (RFC 8493, 2.1.3 and 2.2.1).

use std::collections::BTreeMap;

use super::algorithm::Algorithm;
use super::declaration::Version;
use super::encoding::lines;
use crate::archive::bag::BagPath;

/// What a manifest lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// What lies under `data/`: `manifest-….txt`.
    Payload,
    /// What lies beside it: `tagmanifest-….txt`.
    Tag,
}

/// Which manifest a file is by its name: what it lists, and the algorithm as the name writes it.
pub fn named(name: &str) -> Option<(Kind, &str)> {
    let stem = name.strip_suffix(".txt")?;
    let tag = stem.strip_prefix("tagmanifest-").map(|algorithm| (Kind::Tag, algorithm));
    let found = tag.or_else(|| stem.strip_prefix("manifest-").map(|algorithm| (Kind::Payload, algorithm)));
    found.filter(|(_, algorithm)| !algorithm.is_empty() && !algorithm.contains('/'))
}

/// A manifest, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// Sums in lower-case hex by path.
    pub entries: BTreeMap<BagPath, String>,
    /// Lines that cannot stand, with what is wrong.
    pub faults: Vec<(usize, String)>,
    /// Lines that this version lets stand, and a later one would not.
    pub warnings: Vec<(usize, String)>,
}

impl Listing {
    /// Reads a manifest; every faulty line is named, and the others hold. Without an algorithm that is known any hex
    /// digits are a sum.
    pub fn parse(text: &str, algorithm: Option<Algorithm>, version: Version) -> Self {
        let mut listing = Self::default();
        for (number, line) in lines(text).filter(|(_, line)| !line.is_empty()) {
            match entry(line, algorithm, version) {
                Ok((path, sum, warning)) => {
                    listing.warnings.extend(warning.map(|what| (number, what.to_owned())));
                    listing.insert(number, path, sum, version);
                }
                Err(why) => listing.faults.push((number, why)),
            }
        }
        listing
    }

    fn insert(&mut self, number: usize, path: BagPath, sum: String, version: Version) {
        let twice = format!("файл «{path}» назван дважды");
        match self.entries.insert(path, sum.clone()) {
            None => {}
            Some(before) if before == sum && !version.is_of_rfc() => self.warnings.push((number, twice)),
            Some(before) if before == sum => self.faults.push((number, twice)),
            Some(_) => self.faults.push((number, format!("{twice}, и суммы разные"))),
        }
    }
}

type Entry = (BagPath, String, Option<&'static str>);

fn entry(line: &str, algorithm: Option<Algorithm>, version: Version) -> Result<Entry, String> {
    let (sum, path) = line.split_once([' ', '\t']).ok_or("нет имени файла")?;
    let right = algorithm.is_none_or(|algorithm| sum.len() == algorithm.digits());
    if sum.is_empty() || !right || !sum.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(match algorithm {
            Some(algorithm) => format!("сумма — не {} шестнадцатеричных цифр ({algorithm})", algorithm.digits()),
            None => "сумма — не шестнадцатеричное число".to_owned(),
        });
    }
    let path = path.trim_start_matches([' ', '\t']);
    // md5sum marks binary files so. No payload file can have such a name.
    let (path, mut warning) = match path.strip_prefix('*') {
        Some(rest) => {
            (rest, version.is_of_rfc().then_some("знак «*» перед именем файла: так пишет md5sum, а не BagIt 1.0"))
        }
        None => (path, None),
    };
    let path = match path.strip_prefix("./") {
        Some(rest) if !version.is_of_rfc() => {
            warning = Some("имя файла начинается с «./»");
            rest
        }
        _ => path,
    };
    let path = path_of(path, version).map_err(|why| format!("имя файла «{}»: {why}", path.escape_debug()))?;
    Ok((path, sum.to_ascii_lowercase(), warning))
}

/// A path as this version writes it: percent-encoded since RFC 8493, as it is before.
pub(super) fn path_of(text: &str, version: Version) -> Result<BagPath, &'static str> {
    if version.is_of_rfc() { BagPath::decode_here(text) } else { BagPath::of_this_system(text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::bagit::declaration::Declaration;
    use proptest::prelude::*;

    const SUM: &str = "d41d8cd98f00b204e9800998ecf8427e";

    fn old() -> Version {
        Declaration::parse(b"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-8\n").unwrap().version
    }

    fn read(text: &str, version: Version) -> Listing {
        Listing::parse(text, Some(Algorithm::Md5), version)
    }

    #[test]
    fn manifests_are_known_by_their_names() {
        assert_eq!(named("manifest-md5.txt"), Some((Kind::Payload, "md5")));
        assert_eq!(named("tagmanifest-SHA-1.txt"), Some((Kind::Tag, "SHA-1")));
        for other in ["manifest.txt", "manifest-.txt", "manifest-md5.txt.sig", "x-manifest-md5.txt", "manifest-a/b.txt"]
        {
            assert_eq!(named(other), None, "{other}");
        }
    }

    #[test]
    fn the_forms_of_all_versions_are_read() {
        let text = format!("{SUM}  data/a\r\n{SUM}\tdata/b c \r{} *data/d", SUM.to_uppercase());
        for version in [old(), Version::V1_0] {
            let listing = read(&text, version);
            let paths: Vec<&str> = listing.entries.keys().map(BagPath::as_str).collect();
            assert_eq!((paths, listing.faults.len()), (vec!["data/a", "data/b c ", "data/d"], 0));
            assert_eq!(listing.warnings.len(), usize::from(version.is_of_rfc()));
            assert!(listing.entries.values().all(|sum| sum == SUM));
        }
    }

    #[test]
    fn percent_signs_mean_what_the_version_says() {
        let text = format!("{SUM}  data/a%0Ab%25\n");
        assert_eq!(read(&text, Version::V1_0).entries.keys().next().unwrap().as_str(), "data/a\nb%");
        assert_eq!(read(&text, old()).entries.keys().next().unwrap().as_str(), "data/a%0Ab%25");
        assert_eq!(read(&format!("{SUM}  data/100%\n"), Version::V1_0).faults.len(), 1);
        assert_eq!(read(&format!("{SUM}  data/100%\n"), old()).faults.len(), 0);
    }

    #[test]
    fn every_faulty_line_is_named() {
        for version in [old(), Version::V1_0] {
            for path in ["../x", "/etc/passwd", "data/../../x", "~/x", "C:\\x", "data//x", "", "c:/x"] {
                let listing = read(&format!("{SUM}  data/a\n{SUM}  {path}\n"), version);
                assert_eq!((listing.faults.len(), listing.entries.len()), (1, 1), "{path}");
                assert_eq!(listing.faults[0].0, 2);
            }
        }
        let bad = format!("{SUM}\nabc  data/x\n{SUM}0  data/y\n# comment\n");
        assert_eq!(read(&bad, Version::V1_0).faults.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 3, 4]);
    }

    #[test]
    fn a_file_named_twice_is_a_fault_of_a_bag_of_the_rfc_only_unless_the_sums_differ() {
        let twice = format!("{SUM}  data/a\n{SUM}  data/a\n");
        assert_eq!((read(&twice, old()).warnings.len(), read(&twice, old()).faults.len()), (1, 0));
        assert_eq!(read(&twice, Version::V1_0).faults.len(), 1);
        let other = twice.replacen("d4", "00", 1);
        assert_eq!(read(&other, old()).faults.len(), 1);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic_or_leaves_the_bag(text in "[\\PC\n\r\t%./*~\\\\:]{0,60}") {
            for version in [old(), Version::V1_0] {
                for text in [text.clone(), format!("{SUM}  {text}")] {
                    for path in read(&text, version).entries.keys() {
                        let under = path.under(std::path::Path::new("/bag"));
                        prop_assert!(under.starts_with("/bag"));
                        prop_assert!(!under.components().any(|part| part == std::path::Component::ParentDir));
                    }
                }
            }
        }
    }
}
