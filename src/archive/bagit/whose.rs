//! Whether a bag is somebody else's. An archive of ours that lost files must never pass for a whole bag of a stranger, and a
//! whole bag of a stranger is judged by RFC 8493 alone, whatever its files are called. So what counts is what stands in
//! the files, and not their names:
//!
//! * a label `Letopis-…` in `bag-info.txt`, a signature or signers of our namespace, recovery data that cover our signature;
//! * a tag manifest that lists signers that are not there: no bag is valid so, ours are damaged so;
//! * packages for X25519 keys in what has neither `bag-info.txt` nor a tag manifest, and no manifest that fits them.

use std::collections::BTreeSet;
use std::io::Read;

use super::encoding::lines;
use super::listing::{self, Kind};
use crate::archive::bag::{
    ALLOWED_SIGNERS, BAGIT, BagPath, DATA, Folder, INFO, LABEL, MANIFEST, RECOVERY, SIGNATURE, TAGMANIFEST,
};
use crate::archive::export::{DATABASE, SUMMARIES};
use crate::archive::package::SUFFIX;
use crate::archive::par2;
use crate::archive::signature::{MAX_SIGNATURE, NAMESPACE, is_of_another_namespace};

/// How every file of age begins that is encrypted to a key of its own kind.
const AGE: &[u8] = b"age-encryption.org/v1\n-> X25519 ";

/// Whether the folder is a bag, or was one, and nothing in it is of an archive of ours.
pub fn is_foreign(folder: &Folder) -> bool {
    let listed = folder.list();
    let names: BTreeSet<&str> =
        listed.files.keys().map(BagPath::as_str).chain(listed.strange.iter().map(|(name, _)| name.as_str())).collect();
    let is_bag = names.iter().any(|name| *name == BAGIT || listing::named(name).is_some());
    is_bag
        && !has_line(folder, INFO, is_label_of_ours)
        && !is_signed(folder)
        && !has_line(folder, ALLOWED_SIGNERS, |line| line.contains(NAMESPACE))
        && !lacks_signers(folder, &names)
        && !is_remains(folder, &names)
        && !has_recovery_of_ours(folder, &names)
}

/// Whether a tag file has a line that is `of_ours`, however damaged it is otherwise.
fn has_line(folder: &Folder, name: &str, of_ours: impl Fn(&str) -> bool) -> bool {
    let Ok(bytes) = super::read(folder, name) else { return false };
    lines(&String::from_utf8_lossy(&bytes)).any(|(_, line)| of_ours(line))
}

fn is_label_of_ours(line: &str) -> bool {
    line.get(..LABEL.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(LABEL))
}

/// Whether it bears a signature that was given to an archive, or one too damaged to tell.
fn is_signed(folder: &Folder) -> bool {
    let Ok(bytes) = folder.read_tag_within(SIGNATURE, MAX_SIGNATURE as u64) else { return false };
    let is_armour = String::from_utf8_lossy(&bytes).contains("SSH SIGNATURE");
    is_armour && !is_of_another_namespace(&bytes)
}

/// Whether its tag manifest lists signers, and there are none.
fn lacks_signers(folder: &Folder, names: &BTreeSet<&str>) -> bool {
    let lists = |line: &str| path_in(line) == Some(ALLOWED_SIGNERS);
    !names.contains(ALLOWED_SIGNERS) && has_line(folder, TAGMANIFEST, lists)
}

/// Whether it is what is left of an archive that lost its tag files.
fn is_remains(folder: &Folder, names: &BTreeSet<&str>) -> bool {
    let of_kind = |kind: Kind| names.iter().any(|name| listing::named(name).is_some_and(|(found, _)| found == kind));
    if names.contains(INFO) || of_kind(Kind::Tag) {
        return false;
    }
    let lost = |line: &str| path_in(line).is_some_and(|path| is_main_package(path) && !names.contains(path));
    let mut packages =
        names.iter().filter(|name| is_package(name) && (is_main_package(name) || !of_kind(Kind::Payload)));
    has_line(folder, MANIFEST, lost) || packages.any(|name| is_encrypted(folder, name))
}

/// The path in a line of a manifest.
fn path_in(line: &str) -> Option<&str> {
    line.split_once([' ', '\t']).map(|(_, path)| path.trim_start())
}

/// The name of a package, without the end and the number of a part.
fn package(path: &str) -> Option<&str> {
    let file = path.strip_prefix(DATA)?.strip_prefix('/').filter(|file| !file.contains('/'))?;
    let whole = file.rsplit_once('.').filter(|(_, part)| part.bytes().all(|byte| byte.is_ascii_digit()));
    whole.map_or(file, |(whole, _)| whole).strip_suffix(SUFFIX)
}

fn is_package(path: &str) -> bool {
    package(path).is_some()
}

/// Every archive of ours has one of these.
fn is_main_package(path: &str) -> bool {
    package(path).is_some_and(|name| [DATABASE, SUMMARIES].contains(&name))
}

/// Whether it is encrypted as our packages are; a later part of one begins anyhow.
fn is_encrypted(folder: &Folder, name: &str) -> bool {
    let Ok(path) = BagPath::new(name) else { return false };
    let mut begin = Vec::new();
    let read = folder.open(&path).and_then(|file| file.take(AGE.len() as u64).read_to_end(&mut begin));
    read.is_ok() && begin == AGE
}

/// Whether there are recovery data that cover a signature of ours.
fn has_recovery_of_ours(folder: &Folder, names: &BTreeSet<&str>) -> bool {
    let files = names.iter().filter_map(|name| BagPath::new(name).ok());
    let files = files.filter(|path| path.is_in(RECOVERY) && path.as_str().ends_with(".par2"));
    par2::covers(files.map(|path| path.under(folder.root())), SIGNATURE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::fixture::{School, contents};
    use std::fs;

    #[test]
    fn any_file_that_is_left_of_ours_tells_that_it_is_ours() {
        let school = School::new();
        school.archive();
        let bag = school.bag(0);
        assert!(!is_foreign(&bag));
        for (name, content) in contents(bag.root()) {
            let dir = tempfile::tempdir().unwrap();
            fs::create_dir_all(dir.path().join("data")).unwrap();
            fs::create_dir_all(dir.path().join("recovery")).unwrap();
            fs::write(dir.path().join("bagit.txt"), "BagIt-Version: 1.0\n").unwrap();
            assert!(is_foreign(&Folder::new(dir.path())));
            fs::write(dir.path().join(&name), content).unwrap();
            assert_eq!(is_foreign(&Folder::new(dir.path())), name.to_str() == Some(BAGIT), "{name:?}");
        }
    }

    #[test]
    fn what_files_of_a_valid_bag_are_called_makes_it_nobodys_archive() {
        let names = [
            "data/class-7a.zip.age",
            "data/database.zip.age",
            "data/summaries.zip.age.001",
            "data/LETOPIS/q1/tagmanifest-sha256.txt.sig",
            "q1/tagmanifest-sha256.txt.sig",
            "tagmanifest-sha256.txt.sig",
            "allowed_signers",
            "carrier.json",
            "recovery/x.par2",
            "recovery/x.vol000+001.par2",
        ];
        for name in names {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "somebody's").unwrap();
            fs::write(dir.path().join(BAGIT), "BagIt-Version: 1.0\n").unwrap();
            fs::write(dir.path().join(MANIFEST), format!("{}  {name}\n", "0".repeat(64))).unwrap();
            assert!(is_foreign(&Folder::new(dir.path())), "{name}");
        }
    }

    #[test]
    fn only_packages_are_taken_for_packages() {
        for name in ["data/class-7a.zip.age", "data/database.zip.age.001"] {
            assert!(is_package(name), "{name}");
        }
        for name in ["data/a.zip", "data/LETOPIS/q1/data/a.zip.age", "a.zip.age", "data/allowed_signers", "data/1"] {
            assert!(!is_package(name), "{name}");
        }
        assert!(is_main_package("data/database.zip.age.002") && !is_main_package("data/class-7a.zip.age"));
    }
}
