use std::collections::BTreeMap;
use std::fs;

use super::*;
use crate::archive::bag::{BAGIT, INFO, SIGNATURE, TAGMANIFEST};
use crate::archive::fixture::shared::Dice;
use crate::archive::fixture::{NAME, School, contents, packages};
use crate::archive::package::{Package, Source};
use crate::archive::par2::create::{self, Input, Share, create, files_in};
use crate::archive::progress::Quiet;
use crate::archive::sum::Sum;

type Files = BTreeMap<PathBuf, Vec<u8>>;

/// A school with an archive of some hundred kilobytes on two carriers.
fn archived(dice: &mut Dice) -> (School, Files) {
    let school = School::new();
    let mut packages = packages();
    for (name, size) in [("class-8a", 90_000), ("class-9b", 50_000), ("registers", 7_000)] {
        let mut package = Package::new(name).unwrap();
        package.add("2025-0007.pdf", Source::Bytes(dice.bytes(size))).unwrap();
        packages.push(package);
    }
    school.create(NAME, &packages).unwrap();
    let intact = contents(school.bag(0).root());
    (school, intact)
}

fn heal(school: &School, from: Option<usize>) -> Result<Option<Repaired>> {
    let other = from.map(|carrier| school.bag(carrier));
    let bag = school.bag(0);
    let wish = Wish { bag: bag.root(), other: other.as_ref().map(Folder::root), to: None };
    repair(&wish, &Quiet)
}

fn is_as_it_was(school: &School, intact: &Files) {
    let now = contents(school.bag(0).root());
    assert_eq!(now.keys().collect::<Vec<_>>(), intact.keys().collect::<Vec<_>>());
    for (path, content) in intact {
        assert!(now[path] == *content, "{path:?}");
    }
    let beside: Vec<_> = fs::read_dir(school.carriers[0].folder()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(beside.iter().all(|name| !name.to_string_lossy().contains("repair")), "{beside:?}");
}

/// Zeros, other bytes, or nothing at all from a place on, at most `most` bytes of it. Gives how many.
fn spoil(path: &Path, dice: &mut Dice, most: usize) -> usize {
    let Ok(mut content) = fs::read(path) else { return 0 };
    if content.is_empty() {
        return 0;
    }
    let at = dice.roll(content.len());
    let end = content.len().min(at + 1 + dice.roll(most));
    match dice.roll(4) {
        0 => content[at..end].fill(0),
        1 => content[at] ^= 1 << dice.roll(8),
        2 if content.len() - at <= most => content.truncate(at),
        3 if content.len() <= most => {
            fs::remove_file(path).unwrap();
            return content.len();
        }
        _ => content[at..end].iter_mut().for_each(|byte| *byte ^= 0x5A),
    }
    fs::write(path, content).unwrap();
    end - at
}

#[test]
fn damage_up_to_the_recovery_share_is_healed_bit_for_bit() {
    let mut dice = Dice(0xD1CE);
    let (school, intact) = archived(&mut dice);
    let paths: Vec<PathBuf> = intact.keys().map(|path| school.bag(0).root().join(path)).collect();
    let total: usize = intact.iter().filter(|(path, _)| !path.starts_with(RECOVERY)).map(|(_, c)| c.len()).sum();
    for round in 0..40 {
        // Every hole may lose two slices more than it has bytes, and every file is a slice at least.
        let mut left = total / 10 - 5 * 2048;
        for _ in 0..1 + dice.roll(3) {
            let path = &paths[dice.roll(paths.len())];
            let most = if path.strip_prefix(school.bag(0).root()).unwrap().starts_with(RECOVERY) { 60 } else { left };
            left = left.saturating_sub(spoil(path, &mut dice, most.min(3000)) + 2 * 2048);
        }
        match heal(&school, None) {
            Ok(_) => is_as_it_was(&school, &intact),
            Err(error) => panic!("round {round}: {error}"),
        }
    }
}

#[test]
fn every_single_file_that_is_lost_comes_back_where_it_is_within_the_share() {
    let mut dice = Dice(7);
    let (school, intact) = archived(&mut dice);
    for path in intact.keys().filter(|path| !path.ends_with("class-8a.zip.age") && !path.ends_with("class-9b.zip.age"))
    {
        fs::remove_file(school.bag(0).root().join(path)).unwrap();
        let repaired = heal(&school, None).unwrap_or_else(|error| panic!("{path:?}: {error}")).unwrap();
        assert!(repaired.files.iter().any(|file| Path::new(file.as_str()) == path), "{path:?}: {:?}", repaired.files);
        is_as_it_was(&school, &intact);
    }
    assert!(heal(&school, None).unwrap().is_none());
}

#[test]
fn past_the_share_nothing_is_changed_and_it_is_said() {
    let mut dice = Dice(11);
    let (school, intact) = archived(&mut dice);
    let path = school.bag(0).root().join("data/class-8a.zip.age");
    fs::write(&path, vec![0; 90_000]).unwrap();
    let damaged = contents(school.carriers[0].folder());
    let error = heal(&school, None).unwrap_err();
    assert_eq!(error.exit_status(), 1);
    assert!(
        error.message().contains("утрачено частей")
            && error.next_step().unwrap().offers(&Action::Give(Detail::OtherCopy)),
        "{error}"
    );
    assert!(contents(school.carriers[0].folder()) == damaged);
    let repaired = heal(&school, Some(1)).unwrap().unwrap();
    assert_eq!(repaired.from, RepairedFrom::Copy);
    is_as_it_was(&school, &intact);
}

#[test]
fn two_copies_beyond_repair_each_heal_together() {
    let mut dice = Dice(13);
    let (school, intact) = archived(&mut dice);
    // In the first half of one file on one carrier, the second half of it on the other, with a little of both lost.
    for (carrier, holes) in [(0, [(2_000, 40_000), (60_000, 1_500)]), (1, [(45_000, 40_000), (60_500, 1_500)])] {
        let path = school.bag(carrier).root().join("data/class-8a.zip.age");
        let mut content = fs::read(&path).unwrap();
        holes.into_iter().for_each(|(at, length)| content[at..at + length].fill(0));
        fs::write(&path, content).unwrap();
        fs::remove_file(school.bag(carrier).root().join(if carrier == 0 { BAGIT } else { TAGMANIFEST })).unwrap();
    }
    let other = contents(school.carriers[1].folder());
    assert!(heal(&school, None).is_err());
    let repaired = heal(&school, Some(1)).unwrap().unwrap();
    assert_eq!(repaired.from, RepairedFrom::Both);
    is_as_it_was(&school, &intact);
    assert!(contents(school.carriers[1].folder()) == other, "the other copy was written to");
}

#[test]
fn without_recovery_data_files_come_from_the_other_copy() {
    let mut school = School::new();
    school.facts.recovery = 0;
    school.archive();
    let intact = contents(school.bag(0).root());
    for name in ["data/database.zip.age", SIGNATURE, "manifest-sha256.txt"] {
        fs::remove_file(school.bag(0).root().join(name)).unwrap();
    }
    assert!(heal(&school, None).is_err());
    assert_eq!(heal(&school, Some(1)).unwrap().unwrap().from, RepairedFrom::Copy);
    is_as_it_was(&school, &intact);
}

#[test]
fn recovery_data_that_are_all_lost_are_made_anew_byte_for_byte() {
    let mut dice = Dice(17);
    let (school, intact) = archived(&mut dice);
    fs::remove_dir_all(school.bag(0).root().join(RECOVERY)).unwrap();
    heal(&school, None).unwrap().unwrap();
    is_as_it_was(&school, &intact);
    // And a file of theirs that is no longer one.
    let volume = files_in(&school.bag(0).root().join(RECOVERY)).unwrap().pop().unwrap();
    fs::write(&volume, "rubbish").unwrap();
    heal(&school, None).unwrap().unwrap();
    is_as_it_was(&school, &intact);
}

#[test]
fn a_repaired_bag_is_written_elsewhere_and_the_carrier_stays_as_it_is() {
    let mut dice = Dice(19);
    let (school, intact) = archived(&mut dice);
    spoil(&school.bag(0).root().join("data/registers.zip.age"), &mut dice, 2000);
    fs::remove_file(school.bag(0).root().join(INFO)).unwrap();
    let before = contents(school.carriers[0].folder());
    let to = school.path("elsewhere");
    fs::create_dir(&to).unwrap();
    let (bag, other) = (school.bag(0), None);
    let repaired = repair(&Wish { bag: bag.root(), other, to: Some(&to) }, &Quiet).unwrap().unwrap();
    assert_eq!(repaired.bag, to.join(NAME));
    assert!(contents(&to.join(NAME)) == intact);
    assert!(contents(school.carriers[0].folder()) == before);
    assert!(repair(&Wish { bag: bag.root(), other, to: Some(&to) }, &Quiet).is_err());
    assert!(contents(&to.join(NAME)) == intact);
}

#[test]
fn a_repair_killed_while_it_moved_files_is_taken_up() {
    let mut dice = Dice(23);
    let (school, intact) = archived(&mut dice);
    let bag = school.bag(0);
    let paths = ["data/class-8a.zip.age", "data/class-9b.zip.age", INFO].map(|path| BagPath::new(path).unwrap());
    for moved in 0..=paths.len() {
        let workshop = Workshop::open(school.carriers[0].folder(), NAME).unwrap();
        for path in &paths {
            let good = path.under(workshop.new_files());
            fs::create_dir_all(good.parent().unwrap()).unwrap();
            fs::rename(path.under(bag.root()), good).unwrap();
            fs::write(path.under(bag.root()), "far beyond what recovery data heal").unwrap();
        }
        workshop.swap(&bag, &paths[..moved]).unwrap();
        heal(&school, None).unwrap();
        is_as_it_was(&school, &intact);
    }
}

#[test]
fn a_file_that_is_not_the_archives_is_put_aside() {
    let mut dice = Dice(29);
    let (school, intact) = archived(&mut dice);
    fs::write(school.bag(0).root().join("data/holiday.jpg"), "somebody's").unwrap();
    let repaired = heal(&school, None).unwrap().unwrap();
    assert_eq!(fs::read(repaired.strangers.unwrap().join("data/holiday.jpg")).unwrap(), b"somebody's");
    is_as_it_was(&school, &intact);
}

#[test]
fn another_archive_is_no_copy_and_a_forgery_is_not_repaired() {
    let mut dice = Dice(31);
    let (school, _) = archived(&mut dice);
    let (stranger, _) = archived(&mut dice);
    fs::remove_file(school.bag(0).root().join("data/class-8a.zip.age")).unwrap();
    let (bag, other) = (school.bag(0), stranger.bag(0));
    let wish = Wish { bag: bag.root(), other: Some(other.root()), to: None };
    assert!(repair(&wish, &Quiet).unwrap_err().message().contains("не копии одного архива"));
}

#[test]
fn a_hole_of_a_mebibyte_and_lost_clusters_are_healed() {
    let mut dice = Dice(37);
    let school = School::new();
    let mut database = Package::new("database").unwrap();
    database.add("journal.letopis", Source::Bytes(dice.bytes(13 << 20))).unwrap();
    school.create(NAME, &[database]).unwrap();
    let intact = contents(school.bag(0).root());
    let path = school.bag(0).root().join("data/database.zip.age");
    let mut damaged = fs::read(&path).unwrap();
    for (at, length) in [(3 << 20, 1 << 20), (40_960, 4096), (9 << 20, 4096), (12 << 20, 4096)] {
        damaged[at..at + length].fill(0);
    }
    fs::write(&path, &damaged).unwrap();
    assert!(heal(&school, None).unwrap().is_some());
    is_as_it_was(&school, &intact);
    // A half more than that is past the share.
    damaged[5 << 20..(5 << 20) + (1 << 19)].fill(0);
    fs::write(&path, &damaged).unwrap();
    assert!(heal(&school, None).unwrap_err().message().contains("утрачено частей"));
    assert!(fs::read(&path).unwrap() == damaged);
}

/// Files of other programs, wherever they may leave them: a name, and what is in it.
fn litter(intact: &Files) -> Vec<(String, Vec<u8>)> {
    let mut litter = Vec::new();
    for folder in ["", "data/", "recovery/", "data/sub/folder/", ".Trashes/", "recovery/x/"] {
        for name in
            [".DS_Store", "._class-8a.zip.age", "Thumbs.db", "desktop.ini", "00.par2", "~$a.docx", "Копия (2).pdf"]
        {
            litter.push((format!("{folder}{name}"), format!("of {folder}{name}").into_bytes()));
        }
    }
    litter.push(("recovery/0.vol000+001.par2".into(), intact[Path::new(&format!("{RECOVERY}/{NAME}.par2"))].clone()));
    litter.push((format!("{RECOVERY}/{NAME} (2).par2"), intact[Path::new(&format!("{RECOVERY}/{NAME}.par2"))].clone()));
    litter.push(("manifest-sha512.txt".into(), b"of bagit.py".to_vec()));
    litter
}

fn scatter(root: &Path, litter: &[(String, Vec<u8>)]) {
    for (name, content) in litter {
        fs::create_dir_all(root.join(name).parent().unwrap()).unwrap();
        fs::write(root.join(name), content).unwrap();
    }
}

fn is_whole(root: &Path) -> Report {
    let report = verify(root, &Request::default(), &Quiet).unwrap();
    assert!(matches!(report.verdict, Verdict::Whole { .. }), "{:?}", report.findings);
    report
}

#[test]
fn what_other_programs_left_anywhere_is_named_and_set_aside_and_hinders_no_repair() {
    let mut dice = Dice(41);
    let (school, intact) = archived(&mut dice);
    let root = school.bag(0).root().to_owned();
    let mut litter = litter(&intact);
    scatter(&root, &litter);
    let report = is_whole(&root);
    for place in
        [".DS_Store", "data/.DS_Store", "recovery/.DS_Store", "recovery/0.vol000+001.par2", "manifest-sha512.txt"]
    {
        assert!(report.strays().any(|finding| finding.path == place), "{place}: {:?}", report.findings);
    }
    for (round, damage) in [false, true, true].into_iter().enumerate() {
        scatter(&root, &litter);
        #[cfg(unix)]
        {
            let name: &std::ffi::OsStr = std::os::unix::ffi::OsStrExt::from_bytes(b"data/\xff.jpg");
            fs::write(root.join(name), "no UTF-8").unwrap();
            std::os::unix::fs::symlink("/etc/passwd", root.join("recovery/link.par2")).unwrap();
            fs::write(root.join("data/back\\slash"), "x").unwrap();
        }
        if damage {
            spoil(&root.join("data/class-8a.zip.age"), &mut dice, 3000);
        }
        let from = (round == 2).then_some(1);
        let repaired = heal(&school, from).unwrap().unwrap();
        assert_eq!((repaired.files.len(), repaired.left.len()), (usize::from(damage), 0));
        assert_eq!(repaired.report.strays().count(), 0);
        let aside = repaired.strangers.unwrap();
        for (name, content) in &litter {
            assert!(fs::read(aside.join(name)).unwrap() == *content, "{name}");
        }
        is_as_it_was(&school, &intact);
        assert_eq!(is_whole(&root).findings, []);
        litter.push((format!("round {round}"), b"another".to_vec()));
    }
    // Each lot has a folder of its own: nothing was moved over anything.
    let extra = school.carriers[0].folder().join(format!("{NAME}.extra"));
    assert_eq!(fs::read_dir(extra).unwrap().count(), 3);
    assert!(heal(&school, None).unwrap().is_none());
}

#[test]
fn recovery_data_of_another_set_hide_ours_neither_first_nor_truncated_nor_many() {
    let mut dice = Dice(43);
    let (school, intact) = archived(&mut dice);
    let (other, _) = archived(&mut dice);
    let root = school.bag(0).root().to_owned();
    let foreign = files_in(&other.bag(0).root().join(RECOVERY)).unwrap();
    for (number, file) in foreign.iter().enumerate() {
        let content = fs::read(file).unwrap();
        for (name, end) in [("00", content.len()), ("01", content.len() / 2), ("02", 90)] {
            fs::write(root.join(format!("recovery/{name}-{number}.par2")), &content[..end.min(content.len())]).unwrap();
        }
    }
    is_whole(&root);
    fs::write(root.join("data/class-9b.zip.age"), vec![7; 900]).unwrap();
    assert!(heal(&school, None).is_err(), "past the share");
    let before = contents(&root);
    fs::write(root.join("data/class-9b.zip.age"), &intact[Path::new("data/class-9b.zip.age")][..49_000]).unwrap();
    assert_eq!(heal(&school, None).unwrap().unwrap().from, RepairedFrom::Recovery);
    is_as_it_was(&school, &intact);
    assert!(before.len() > intact.len());
    // In the place of one of ours it is damage, and ours is made anew.
    let ours = root.join(format!("{RECOVERY}/{NAME}.vol001+002.par2"));
    fs::copy(&foreign[2], &ours).unwrap();
    let report = verify(&root, &Request::default(), &Quiet).unwrap();
    assert!(report.blames(&format!("{RECOVERY}/{NAME}.vol001+002.par2")), "{:?}", report.findings);
    assert_eq!(heal(&school, None).unwrap().unwrap().from, RepairedFrom::Itself);
    is_as_it_was(&school, &intact);
}

#[test]
fn a_payload_under_another_name_in_another_folder_or_another_case_is_put_back() {
    let mut dice = Dice(47);
    for recovery in [10, 0] {
        let mut school = School::new();
        school.facts.recovery = recovery;
        let mut packages = packages();
        for (name, size) in [("class-8a", 90_000), ("class-9b", 50_000)] {
            let mut package = Package::new(name).unwrap();
            package.add("2025-0007.pdf", Source::Bytes(dice.bytes(size))).unwrap();
            packages.push(package);
        }
        school.create(NAME, &packages).unwrap();
        let (root, intact) = (school.bag(0).root().to_owned(), contents(school.bag(0).root()));
        let moves: [&[(&str, &str)]; 6] = [
            &[("data/class-8a.zip.age", "data/class-8a.zip (1).age")],
            &[("data/class-8a.zip.age", "class-8a.zip.age"), ("data/database.zip.age", "recovery/new folder")],
            &[("data/class-8a.zip.age", "data/CLASS-8A.ZIP.AGE"), ("data/class-7a.zip.age", "DATA/CLASS-7A.ZIP.AGE")],
            &[
                ("data/class-8a.zip.age", "tmp"),
                ("data/class-9b.zip.age", "data/class-8a.zip.age"),
                ("tmp", "data/class-9b.zip.age"),
            ],
            &[
                ("data/class-8a.zip.age", "tmp"),
                ("data/class-9b.zip.age", "data/class-8a.zip.age"),
                ("data/class-7a.zip.age", "data/class-9b.zip.age"),
                ("tmp", "data/class-7a.zip.age"),
            ],
            &[("data", "Новая папка")],
        ];
        for renamed in moves {
            for (from, to) in renamed {
                fs::create_dir_all(root.join(to).parent().unwrap()).unwrap();
                fs::rename(root.join(from), root.join(to)).unwrap();
            }
            let report = verify(&root, &Request::default(), &Quiet).unwrap();
            assert_eq!(report.verdict, Verdict::Damaged);
            let named = report
                .findings
                .iter()
                .any(|f| f.what.contains("под другим именем") || f.what.contains("под этим именем"));
            assert!(named, "{renamed:?}: {:?}", report.findings);
            assert!(report.healing.is_none_or(|healing| healing.lost == 0), "{renamed:?}: {:?}", report.healing);
            let repaired = heal(&school, None).unwrap_or_else(|error| panic!("{renamed:?}: {error}")).unwrap();
            assert_eq!(repaired.from, RepairedFrom::Itself, "{renamed:?}");
            is_as_it_was(&school, &intact);
        }
    }
}

#[test]
fn a_payload_that_was_renamed_and_damaged_is_put_back_and_healed() {
    let mut dice = Dice(53);
    let (school, intact) = archived(&mut dice);
    let root = school.bag(0).root().to_owned();
    fs::rename(root.join("data/class-8a.zip.age"), root.join("data/x.tmp")).unwrap();
    let mut content = fs::read(root.join("data/x.tmp")).unwrap();
    content[40_000..41_000].fill(0);
    fs::write(root.join("data/x.tmp"), content).unwrap();
    assert_eq!(heal(&school, None).unwrap().unwrap().from, RepairedFrom::Recovery);
    is_as_it_was(&school, &intact);
}

#[test]
fn recovery_data_made_anew_are_said_to_be_from_the_copy_itself() {
    let mut dice = Dice(59);
    let (school, intact) = archived(&mut dice);
    fs::remove_dir_all(school.bag(0).root().join(RECOVERY)).unwrap();
    for from in [None, Some(1)] {
        let gone = school.bag(0).root().join(format!("{RECOVERY}/{NAME}.par2"));
        let _ = fs::remove_file(gone);
        assert_eq!(heal(&school, from).unwrap().unwrap().from, RepairedFrom::Itself);
        is_as_it_was(&school, &intact);
    }
}

#[test]
fn an_emptied_folder_is_not_repaired_and_says_how_the_copy_is_written_again() {
    let (school, root) = (School::new(), |school: &School| school.bag(0).root().to_owned());
    school.archive();
    let root = root(&school);
    let bagit = fs::read(root.join(BAGIT)).unwrap();
    fs::remove_dir_all(&root).unwrap();
    let next = Action::CompleteArchive { name: Some(NAME.to_owned()) };
    for file in [None, Some(BAGIT), Some(".DS_Store"), Some("data/Thumbs.db")] {
        fs::create_dir_all(root.join("data")).unwrap();
        file.iter().for_each(|file| fs::write(root.join(file), &bagit).unwrap());
        for from in [None, Some(1)] {
            let error = heal(&school, from).unwrap_err();
            assert!(error.exit_status() == 1 && error.next_step().unwrap().offers(&next), "{file:?} {from:?}: {error}");
        }
        fs::remove_dir_all(&root).unwrap();
    }
}

#[test]
fn recovery_data_that_name_a_file_no_signed_list_knows_bring_nothing_into_the_bag() {
    let mut dice = Dice(61);
    let (school, intact) = archived(&mut dice);
    let root = school.bag(0).root().to_owned();
    let planted = dice.bytes(900);
    // A set over the archive's own files and one more, or over one of them as somebody would like it to be.
    for (name, replaces) in [("data/secret.key", false), ("data/registers.zip.age", true), ("allowed_signers", true)] {
        fs::remove_dir_all(root.join(RECOVERY)).unwrap();
        fs::create_dir(root.join(RECOVERY)).unwrap();
        let standing = fs::read(root.join(name)).ok();
        fs::write(root.join(name), &planted).unwrap();
        let inputs: Vec<Input> = contents(&root)
            .iter()
            .map(|(path, content)| Input {
                source: create::Source::File(root.join(path)),
                name: BagPath::new(&path.to_string_lossy()).unwrap(),
                sum: Sum::of(content),
            })
            .collect();
        create(&inputs, Share::new(20).unwrap(), NAME, &root.join(RECOVERY), u64::MAX, &Quiet).unwrap();
        match standing {
            Some(content) if replaces => fs::write(root.join(name), content).unwrap(),
            _ => fs::remove_file(root.join(name)).unwrap(),
        }
        fs::write(root.join(INFO), "испорчено").unwrap();
        let before = contents(school.carriers[0].folder());
        let error = heal(&school, None).unwrap_err();
        assert!(error.message().contains(name), "{name}: {error}");
        assert_eq!(contents(school.carriers[0].folder()), before, "{name}");
        // The other copy heals the bag whatever lies in `recovery`.
        fs::remove_dir_all(root.join(RECOVERY)).unwrap();
        heal(&school, Some(1)).unwrap().unwrap();
        is_as_it_was(&school, &intact);
    }
}
