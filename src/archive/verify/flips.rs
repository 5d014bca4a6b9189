//! Ten thousand flipped bits: anywhere on a carrier, each found and its file named.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::{Request, verify};
use crate::archive::carrier;
use crate::archive::fixture::{NAME, School, contents};
use crate::archive::progress::Quiet;

const FLIPS: usize = 10_000;
/// At least so many in each file, however short beside the others.
const A_FILE: usize = 100;
/// Carriers that are damaged at the same time.
const LANES: usize = 8;

/// Marsaglia's xorshift: the same bits in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }
}

/// Which bit of which file is flipped.
fn flips(files: &BTreeMap<PathBuf, Vec<u8>>) -> Vec<(&Path, usize)> {
    let mut random = Random(0x4c45_544f_5049_5321);
    let mut flips = Vec::new();
    for (name, content) in files {
        flips.extend((0..A_FILE).map(|_| (name.as_path(), random.below(content.len() * 8))));
    }
    let all: usize = files.values().map(|content| content.len() * 8).sum();
    while flips.len() < FLIPS {
        let mut bit = random.below(all);
        for (name, content) in files {
            if bit < content.len() * 8 {
                flips.push((name.as_path(), bit));
                break;
            }
            bit -= content.len() * 8;
        }
    }
    flips
}

/// What is found in a carrier's folder `LETOPIS`: the files that are blamed.
fn blamed(folder: &Path) -> Vec<PathBuf> {
    let report = verify(&folder.join(NAME), &Request::default(), &Quiet).unwrap();
    let of_bag = report.faults().map(|finding| Path::new(NAME).join(&finding.path));
    let own = carrier::check(folder);
    of_bag.chain(own.iter().filter(|finding| finding.is_fault()).map(|finding| finding.path.clone().into())).collect()
}

#[test]
fn ten_thousand_flipped_bits_of_a_carrier_are_found_and_their_files_named() {
    let school = School::new();
    school.archive();
    let files = contents(school.carriers[0].folder());
    assert!(files.keys().any(|name| name.extension().is_some_and(|suffix| suffix == "par2")), "{:?}", files.keys());
    for own in [carrier::README, carrier::CARD, carrier::SUMS] {
        assert!(files.contains_key(Path::new(own)));
    }
    let flips = flips(&files);
    assert_eq!(flips.len(), FLIPS);
    let found: usize = flips
        .par_chunks(FLIPS.div_ceil(LANES))
        .map(|flips| {
            let dir = tempfile::tempdir().unwrap();
            for (name, content) in &files {
                let path = dir.path().join(name);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, content).unwrap();
            }
            for (name, bit) in flips {
                let mut flipped = files[*name].clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                fs::write(dir.path().join(name), flipped).unwrap();
                let blamed = blamed(dir.path());
                assert_eq!(
                    blamed.iter().collect::<std::collections::BTreeSet<_>>(),
                    [&name.to_path_buf()].into(),
                    "bit {bit}"
                );
                fs::write(dir.path().join(name), &files[*name]).unwrap();
            }
            assert_eq!(blamed(dir.path()), [] as [PathBuf; 0], "all is whole again");
            flips.len()
        })
        .sum();
    assert_eq!(found, FLIPS);
}
