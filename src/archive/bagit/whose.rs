//! Whether a bag is somebody else's. An archive of ours that lost files must never pass for a whole bag of a stranger,
//! so one trace of ours is enough for it to be judged as ours.

use super::encoding::lines;
use super::listing;
use crate::archive::bag::{
    ALLOWED_SIGNERS, BAGIT, BagPath, DATA, Folder, INFO, MANIFEST, RECOVERY, SIGNATURE, TAGMANIFEST,
};
use crate::archive::carrier::CARD;

/// How the labels of ours in `bag-info.txt` begin.
const LABEL: &str = "Letopis-";
/// How the names of our packages end, or of their parts before the number.
const PACKAGE: &str = ".zip.age";

/// Whether the folder is a bag, or was one, and nothing in it is of an archive of ours.
pub fn is_foreign(folder: &Folder) -> bool {
    let listed = folder.list();
    let names = || listed.files.keys().map(BagPath::as_str).chain(listed.strange.iter().map(|(name, _)| name.as_str()));
    names().any(|name| name == BAGIT || listing::named(name).is_some())
        && !names().any(is_of_ours)
        && !has_line(folder, INFO, is_label_of_ours)
        && ![MANIFEST, TAGMANIFEST].iter().any(|name| has_line(folder, name, lists_ours))
}

/// Whether a name is one that hardly another program gives. A bag whose payload is a whole carrier of ours is not ours.
fn is_of_ours(name: &str) -> bool {
    match name.split_once('/') {
        None => [SIGNATURE, ALLOWED_SIGNERS, CARD].contains(&name),
        Some((DATA, package)) => {
            let whole = package.rsplit_once('.').filter(|(_, part)| part.bytes().all(|byte| byte.is_ascii_digit()));
            !package.contains('/') && whole.map_or(package, |(whole, _)| whole).ends_with(PACKAGE)
        }
        Some((RECOVERY, file)) => file.ends_with(".par2"),
        // A bag wrapped around a carrier.
        Some((_, inside)) => inside.rsplit('/').next() == Some(SIGNATURE),
    }
}

/// Whether a tag file has a line that is `of_ours`, however damaged it is otherwise.
fn has_line(folder: &Folder, name: &str, of_ours: fn(&str) -> bool) -> bool {
    let Ok(bytes) = super::read(folder, name) else { return false };
    lines(&String::from_utf8_lossy(&bytes)).any(|(_, line)| of_ours(line))
}

fn is_label_of_ours(line: &str) -> bool {
    line.get(..LABEL.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(LABEL))
}

fn lists_ours(line: &str) -> bool {
    line.split_once([' ', '\t']).is_some_and(|(_, path)| is_of_ours(path.trim_start()))
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
    fn names_of_ours_are_known_and_a_carrier_in_a_payload_is_not_ours() {
        for name in
            ["data/class-7a.zip.age", "data/database.zip.age.001", "q1/tagmanifest-sha256.txt.sig", "carrier.json"]
        {
            assert!(is_of_ours(name), "{name}");
        }
        for name in
            ["data/a.zip", "data/LETOPIS/q1/data/a.zip.age", "data/allowed_signers", "recovery/notes.txt", "data/1"]
        {
            assert!(!is_of_ours(name), "{name}");
        }
    }
}
