//! Links on a carrier, beside a bag, and where an archive is taken apart.

use super::{LATER, NOON, Theirs, make_archive, school, with_archive};
use crate::common::peers;
use crate::common::school::{Run, contents};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

#[test]
fn a_carrier_that_is_registered_is_written_to_through_no_link() {
    let Some(school) = school() else { return };
    let register = ["carrier", "register", "usb", "--label", "А-1", "--holder", "kuznetsov", "--place", "сейф"];
    let theirs = Theirs::new();
    let folder = school.path("usb/LETOPIS");
    fs::create_dir_all(&folder).unwrap();
    // Names that an earlier version wrote to first.
    for name in ["README.txt.new", "carrier.json.new", "SHA256SUMS.new"] {
        symlink(theirs.file(), folder.join(name)).unwrap();
    }
    school.run(NOON, "petrova", &register).ok();
    theirs.are_unharmed("*.new");
    for name in ["README.txt", "carrier.json", "SHA256SUMS"] {
        for target in [theirs.file(), theirs.absent()] {
            fs::remove_file(folder.join(name)).unwrap();
            symlink(target, folder.join(name)).unwrap();
            school.run(NOON, "petrova", &register).fails(2, &["ссылка"]);
            theirs.are_unharmed(name);
        }
        fs::remove_file(folder.join(name)).unwrap();
        fs::write(folder.join(name), "").unwrap();
    }
    fs::remove_dir_all(&folder).unwrap();
    symlink(theirs.folder(), &folder).unwrap();
    school.run(NOON, "petrova", &register).fails(2, &["ссылка"]);
    theirs.are_unharmed("LETOPIS");
}

#[test]
fn an_archive_is_not_made_or_cleared_up_through_a_linked_folder() {
    let Some(school) = with_archive() else { return };
    let theirs = Theirs::new();
    // What looks like a run that was interrupted is removed; here it would be somebody's folder.
    fs::create_dir(theirs.folder().join("data")).unwrap();
    let create =
        ["archive", "create", "--period", "I четверть", "--to", "usb-1", "--to", "usb-2", "--allow-same-device"];
    symlink(theirs.folder(), school.path("usb-1/LETOPIS/2025-2026-h1")).unwrap();
    school.run(LATER, "petrova", &create).fails(2, &["ссылка"]);
    fs::remove_dir(theirs.folder().join("data")).unwrap();
    theirs.are_unharmed("archive create");
    fs::remove_file(school.path("usb-1/LETOPIS/2025-2026-h1")).unwrap();
    make_archive(&school);
}

#[test]
fn a_repair_believes_no_folder_beside_the_bag_and_moves_only_what_the_signed_lists_name() {
    let Some(school) = with_archive() else { return };
    let bag = make_archive(&school);
    let whole = contents(&bag);
    let damage = || fs::write(bag.join("bag-info.txt"), "испорчено").unwrap();
    let repair = ["archive", "repair", "usb-1"];
    let beside = |name: &str| bag.with_file_name(format!("2025-2026-h1.repair{name}"));
    let theirs = Theirs::new();
    // Somebody's keys, marked as a repair that was interrupted while it moved files.
    for planted in ["data/keys.zip.age", "secret.key", "bag-info.txt"] {
        damage();
        let place = beside("/new").join(planted);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(&place, "AGE-SECRET-KEY-1…").unwrap();
        fs::write(beside("/ready"), "").unwrap();
        school.run(LATER, "petrova", &repair).ok();
        assert_eq!(contents(&bag), whole, "{planted}");
        assert!(!beside("").exists());
    }
    // The folder, or a part of it, leads elsewhere.
    for part in ["", "/new", "/old", "/ready", "/par2"] {
        for target in [theirs.folder(), theirs.file()] {
            damage();
            fs::create_dir_all(beside("")).unwrap();
            if part.is_empty() {
                fs::remove_dir_all(beside("")).unwrap();
            }
            symlink(target, beside(part)).unwrap();
            let run = school.run(LATER, "petrova", &repair);
            theirs.are_unharmed(&format!("NAME.repair{part}"));
            if part.is_empty() {
                run.fails(2, &["ссылка"]);
                fs::remove_file(beside("")).unwrap();
                school.run(LATER, "petrova", &repair).ok();
            } else {
                run.ok();
            }
            assert_eq!(contents(&bag), whole, "NAME.repair{part}");
        }
    }
    // A file of the bag that leads elsewhere is set aside itself.
    for target in [theirs.file(), theirs.absent(), theirs.folder()] {
        fs::remove_file(bag.join("bag-info.txt")).unwrap();
        symlink(target, bag.join("bag-info.txt")).unwrap();
        school.run(LATER, "petrova", &repair).ok();
        theirs.are_unharmed("bag-info.txt");
        assert_eq!(contents(&bag), whole);
    }
}

#[test]
fn a_folder_that_an_archive_is_taken_out_into_is_not_swapped_for_a_link() {
    let Some(school) = with_archive() else { return };
    make_archive(&school);
    let theirs = Theirs::new();
    fs::create_dir(school.path("shared")).unwrap();
    fs::set_permissions(school.path("shared"), fs::Permissions::from_mode(0o1777)).unwrap();
    let restore = ["archive", "restore", "usb-1", "--to", "shared/out"];
    for target in [theirs.file(), theirs.absent(), theirs.folder()] {
        symlink(target, school.path("shared/out")).unwrap();
        assert_ne!(school.run(LATER, "kuznetsov", &restore).0.code, Some(0));
        theirs.are_unharmed("restore");
        fs::remove_file(school.path("shared/out")).unwrap();
    }
    school.run(LATER, "kuznetsov", &restore).ok();
    for entry in walkdir::WalkDir::new(school.path("shared/out")) {
        let mode = entry.unwrap().metadata().unwrap().mode();
        assert_eq!(mode & 0o077, 0, "what was encrypted is its owner's alone");
    }
}

#[test]
fn what_a_killed_deep_check_left_in_the_clear_is_removed_by_the_next_command() {
    let Some(school) = with_archive() else { return };
    make_archive(&school);
    let temp = school.path("tmp");
    fs::create_dir(&temp).unwrap();
    let theirs = Theirs::new();
    // Links where the folder of an earlier version was, and its lock.
    symlink(theirs.folder(), temp.join("letopis-verify")).unwrap();
    let deep = ["archive", "verify", "usb-1", "--deep"];
    let line = school.shell_line(LATER, Some("kuznetsov"), &deep);
    let line = format!("export TMPDIR='{}'; exec {line}", temp.display());
    let left = || -> Vec<PathBuf> {
        let there = fs::read_dir(&temp).unwrap().map(|entry| entry.unwrap().path());
        there.filter(|path| path.is_dir() && !path.is_symlink()).collect()
    };
    let mut child = Command::new("sh").args(["-c", &line]).current_dir(school.path(".")).spawn().unwrap();
    let in_the_clear = (0..3000).any(|_| {
        std::thread::sleep(Duration::from_millis(2));
        left().iter().any(|folder| folder.join("journal.letopis").exists())
    });
    let _ = child.kill();
    child.wait().unwrap();
    crate::common::school::clear_after(child.id());
    if in_the_clear && !left().is_empty() {
        assert_eq!(left()[0].metadata().unwrap().mode() & 0o777, 0o700);
        let line = school.shell_line(LATER, Some("kuznetsov"), &["archive", "list"]);
        let line = format!("export TMPDIR='{}'; exec {line}", temp.display());
        Run(peers::run("sh", ["-c", &line], &school.path("."))).ok();
    }
    assert_eq!(left(), Vec::<PathBuf>::new());
    theirs.are_unharmed("letopis-verify");
}

#[test]
fn an_act_of_verification_is_not_written_through_a_link() {
    let Some(school) = with_archive() else { return };
    make_archive(&school);
    let theirs = Theirs::new();
    fs::create_dir(school.path("shared")).unwrap();
    let verify = ["archive", "verify", "usb-1", "--act", "shared/out"];
    for target in [theirs.file(), theirs.absent(), theirs.folder()] {
        symlink(target, school.path("shared/out")).unwrap();
        school.run(LATER, "kuznetsov", &verify).fails(2, &["shared/out"]);
        theirs.are_unharmed("--act");
        fs::remove_file(school.path("shared/out")).unwrap();
    }
    school.run(LATER, "kuznetsov", &verify).ok();
    assert_eq!(school.path("shared/out").metadata().unwrap().mode() & 0o777, 0o600);
}
