//! FIFOs, devices and holes in the place of a file.

use super::{LATER, fifo, make_archive, run_within, with_archive};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

/// Where a file is read: what is named by a person, what lies in a folder that he names, what lies on a carrier.
#[test]
fn a_fifo_or_a_device_in_the_place_of_a_file_is_refused_at_once() {
    let Some(school) = with_archive() else { return };
    let bag = make_archive(&school);
    let on_carrier: Vec<PathBuf> = ["bag-info.txt", "bagit.txt", "manifest-sha256.txt", "tagmanifest-sha256.txt"]
        .iter()
        .map(|name| bag.join(name))
        .chain([school.path("usb-1/LETOPIS/carrier.json"), bag.join("data/database.zip.age")])
        .chain(fs::read_dir(bag.join("recovery")).unwrap().map(|entry| entry.unwrap().path()).take(1))
        .collect();
    for file in on_carrier {
        let (kept, shown) = (fs::read(&file).unwrap(), file.display().to_string());
        fs::remove_file(&file).unwrap();
        fifo(&file);
        for args in [
            &["archive", "verify", "usb-1"][..],
            &["archive", "verify", "usb-1", "--deep"],
            &["audit", "--against", "usb-1"],
        ] {
            let run = run_within(&school, "kuznetsov", args);
            // A witness is asked for what he has signed, not for all that he holds.
            assert!(run.0.code != Some(0) || args[0] == "audit", "{shown}: {}", run.0);
        }
        fs::remove_file(&file).unwrap();
        fs::write(&file, kept).unwrap();
    }
    school.run(LATER, "kuznetsov", &["archive", "verify", "usb-1", "--deep"]).ok();
    fifo(&school.path("fifo"));
    for special in ["fifo", "/dev/zero"] {
        let cases: [&[&str]; 8] = [
            &["--journal", special, "audit"],
            &["--identity", special, "mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=5"],
            &["key", "show", special],
            &["--passphrase-file", special, "key", "new", "new.key"],
            &["key", "recover", "new.key", "--from", special],
            &["school", "set", special],
            &["print", "check", special],
            &["plan", "import", "7А", "Алгебра", special],
        ];
        for args in cases {
            assert_ne!(run_within(&school, "semyonov", args).0.code, Some(0), "{args:?}");
        }
    }
    let csv = school.path("school/marks.csv");
    let _ = fs::remove_file(&csv);
    fifo(&csv);
    run_within(&school, "ivanova", &["import", "school"]).fails(2, &["marks.csv", "канал"]);
    fs::remove_file(&csv).unwrap();
    symlink(school.path("keys/ivanova.key"), &csv).unwrap();
    run_within(&school, "ivanova", &["import", "school"]).fails(2, &["marks.csv", "ссылка"]);
}

#[test]
fn a_terabyte_of_holes_on_a_carrier_is_named_and_not_read() {
    let Some(school) = with_archive() else { return };
    let bag = make_archive(&school);
    let recovery = fs::read_dir(bag.join("recovery")).unwrap().map(|entry| entry.unwrap().path()).next().unwrap();
    for file in [bag.join("data/database.zip.age"), recovery, bag.join("bag-info.txt")] {
        let kept = fs::read(&file).unwrap();
        fs::OpenOptions::new().write(true).open(&file).unwrap().set_len(1 << 40).unwrap();
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        run_within(&school, "kuznetsov", &["archive", "verify", "usb-1", "--deep"]).fails(1, &[&name]);
        fs::remove_file(&file).unwrap();
        fs::write(&file, kept).unwrap();
    }
}
