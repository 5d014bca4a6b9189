//! Recovery data against the public program `par2`, in both directions.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::archive::Dice;
use crate::common::peers;
use letopis::archive::bag::BagPath;
use letopis::archive::par2::create::{Input, Share, Source, create, files_in};
use letopis::archive::par2::locate::{State, locate};
use letopis::archive::par2::{Set, read, repair};
use letopis::archive::progress::Quiet;
use letopis::archive::sum::Sum;

/// Files of a bag: large and small, in folders.
fn write_files(root: &Path, dice: &mut Dice) -> Vec<(BagPath, Vec<u8>)> {
    let sizes = [("data/a.bin", 60_000), ("data/folder/b.bin", 9_000), ("c.txt", 54), ("d.bin", 512), ("e.bin", 4097)];
    let files = sizes.map(|(name, most)| (BagPath::new(name).unwrap(), dice.roll(most) + 1));
    files
        .map(|(name, size)| {
            let content = dice.bytes(size);
            fs::create_dir_all(name.under(root).parent().unwrap()).unwrap();
            fs::write(name.under(root), &content).unwrap();
            (name, content)
        })
        .into()
}

fn ours(root: &Path, files: &[(BagPath, Vec<u8>)], share: u8) -> PathBuf {
    let out = root.join("recovery");
    fs::create_dir_all(&out).unwrap();
    let inputs: Vec<Input> = files
        .iter()
        .map(|(name, content)| Input {
            name: name.clone(),
            source: Source::File(name.under(root)),
            sum: Sum::of(content),
        })
        .collect();
    create(&inputs, Share::new(share).unwrap(), "bag", &out, u64::from(u32::MAX), &Quiet).unwrap();
    out
}

fn theirs(root: &Path, files: &[(BagPath, Vec<u8>)], dice: &mut Dice) -> PathBuf {
    let out = root.join("recovery");
    fs::create_dir_all(&out).unwrap();
    let size = 4 * (8 + dice.roll(500));
    let mut command = Command::new("par2");
    command.current_dir(root).args(["create", "-q", "-q", "-B"]).arg(root).arg(format!("-s{size}"));
    command.arg(format!("-c{}", 1 + dice.roll(40))).arg(format!("-f{}", dice.roll(3) * 100)).arg("recovery/bag.par2");
    command.args(files.iter().map(|(name, _)| name.as_str()));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {output:?}");
    out
}

/// What `par2` says of the set: 0 whole, 1 can be repaired, 2 cannot.
fn par2(root: &Path, doing: &str) -> i32 {
    let volumes = files_in(&root.join("recovery")).unwrap();
    let Some(index) = volumes.first() else { return 2 };
    let index = index.strip_prefix(root).unwrap();
    let output = Command::new("par2").current_dir(root).args([doing, "-B", "."]).arg(index).output().unwrap();
    // 4 is said where too little is left of the descriptions to know the set at all.
    match output.status.code().unwrap() {
        4 => 2,
        code => code,
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Judged {
    Whole,
    Repairable,
    Beyond,
}

/// What we say of it, and where it can be repaired, the files as we repair them.
fn judge(root: &Path, out: &Path) -> (Judged, Option<Set>) {
    let recovery = read(&files_in(&root.join("recovery")).unwrap());
    let Some(set) = recovery.set.clone() else { return (Judged::Beyond, None) };
    let copies = [root.to_owned()];
    let located = locate(&set, &copies, &Quiet);
    let damaged: Vec<usize> = (0..set.files.len()).filter(|file| located.copies[0][*file] != State::Whole).collect();
    if damaged.is_empty() {
        return (Judged::Whole, Some(set));
    }
    if repair::repair(&recovery, &located, &copies, &damaged, out, &Quiet).is_err() {
        assert!(located.lost().count() > recovery.slices.len());
        return (Judged::Beyond, Some(set));
    }
    (Judged::Repairable, Some(set))
}

/// Damages some of the files, or of the recovery data.
fn damage(root: &Path, files: &[(BagPath, Vec<u8>)], dice: &mut Dice) {
    let volumes = files_in(&root.join("recovery")).unwrap();
    for _ in 0..=dice.roll(5) {
        let path = match dice.roll(4) {
            0 => volumes[dice.roll(volumes.len())].clone(),
            _ => files[dice.roll(files.len())].0.under(root),
        };
        let Ok(mut content) = fs::read(&path) else { continue };
        let at = dice.roll(content.len());
        match dice.roll(6) {
            0 if !content.is_empty() => content[at] ^= 1 << dice.roll(8),
            1 => {
                let end = content.len().min(at + dice.roll(4096));
                content[at..end].fill(0);
            }
            2 => content.truncate(at),
            3 => {
                fs::remove_file(&path).unwrap();
                continue;
            }
            4 => {
                let more = dice.roll(900);
                content.splice(at..at, dice.bytes(more));
            }
            _ => {
                let end = content.len().min(at + dice.roll(900));
                content.drain(at..end);
            }
        }
        fs::write(&path, content).unwrap();
    }
}

#[test]
fn par2_reads_what_we_make_and_agrees_on_200_damaged_sets() {
    if peers::require("par2").is_none() {
        return;
    }
    let mut dice = Dice(0x1E70_0915);
    let (mut seen, mut more) = ([0; 3], 0);
    for round in 0..200 {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().join("bag");
        let files = write_files(&root, &mut dice);
        if round % 2 == 0 {
            ours(&root, &files, 5 + dice.roll(40) as u8);
            assert_eq!(par2(&root, "verify"), 0, "round {round}");
        } else {
            theirs(&root, &files, &mut dice);
        }
        damage(&root, &files, &mut dice);
        let out = dir.path().join("out");
        let (judged, set) = judge(&root, &out);
        let theirs = par2(&root, "verify");
        seen[theirs as usize] += 1;
        match (&judged, theirs) {
            (Judged::Whole, 0) | (Judged::Beyond, 2) | (Judged::Repairable, 1) => {}
            // par2 passes over slices that stand close behind a hole; what we find there is held against the original below.
            (Judged::Repairable, 2) => more += 1,
            other => panic!("round {round}: {other:?} in {}", dir.keep().display()),
        }
        if judged == Judged::Repairable {
            for file in set.unwrap().files {
                let intact = &files.iter().find(|(name, _)| *name == file.name).unwrap().1;
                if let Ok(repaired) = fs::read(file.name.under(&out)) {
                    assert_eq!(repaired, *intact, "round {round}: {}", file.name);
                } else {
                    assert_eq!(fs::read(file.name.under(&root)).unwrap(), *intact, "round {round}: {}", file.name);
                }
            }
            if theirs == 2 {
                continue;
            }
            assert_eq!(par2(&root, "repair"), 0, "round {round}");
            assert!(files.iter().all(|(name, content)| fs::read(name.under(&root)).unwrap() == *content));
        }
    }
    // The damage is of all kinds: none that counts, some that can be repaired, some that cannot.
    assert!(seen.iter().all(|count| *count >= 10), "{seen:?}");
    assert!(more <= 4, "{more} sets that par2 gives up");
    println!("{seen:?}, {more} that par2 gives up");
}
