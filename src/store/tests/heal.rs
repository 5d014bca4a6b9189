//! A carrier's bag healed from a place, and a fetch that goes on where it was cut off.

use super::*;
use crate::archive::repair::{RepairedFrom, Wish, repair};
use crate::store::lend::lend;

impl Try {
    /// Heals the carrier's bag from the place; how many files were lent, and from what it was healed.
    fn heal(&self) -> Result<(usize, RepairedFrom)> {
        let copy = self.school.path("lent").join(NAME);
        let _ = std::fs::remove_dir_all(&copy);
        std::fs::create_dir_all(&copy).unwrap();
        let before = crate::archive::verify::verify(self.bag.root(), &Request::default(), &Quiet).unwrap();
        let (files, _) = lend(self.place(), &self.shelf, &self.bag, &before, &copy, &Quiet)?.unwrap();
        let repaired = repair(&Wish { bag: self.bag.root(), other: Some(&copy), to: None }, &Quiet)?.unwrap();
        Ok((files, repaired.from))
    }

    fn spoil(&self, file: &str, from: usize, length: usize) {
        let path = self.bag.root().join(file);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[from..from + length].fill(0xAA);
        std::fs::write(&path, bytes).unwrap();
    }
}

#[test]
fn what_is_damaged_on_a_carrier_comes_from_the_place_and_nothing_else_does() {
    let of = Try::new();
    of.push().unwrap();
    let whole = contents(of.bag.root());
    of.spoil("data/registers.zip.age", 0, 5000);
    std::fs::remove_file(of.bag.root().join("data/class-7a.zip.age")).unwrap();
    of.memory.plan(|_, _| Trick::Fair);
    assert_eq!(of.heal().unwrap(), (2, RepairedFrom::Copy));
    assert!(contents(of.bag.root()) == whole);
    // The carrier's recovery data and lists are lost as well.
    std::fs::remove_dir_all(of.bag.root().join("recovery")).unwrap();
    std::fs::remove_file(of.bag.root().join("manifest-sha256.txt")).unwrap();
    of.spoil("data/database.zip.age", 300, 400);
    of.heal().unwrap();
    assert!(contents(of.bag.root()) == whole);
}

#[test]
fn a_place_that_is_damaged_itself_still_helps_and_never_makes_it_worse() {
    let of = Try::new();
    of.push().unwrap();
    let whole = contents(of.bag.root());
    let long = of.shelf.under("data/registers.zip.age");
    // Each has lost more than its recovery data can bring back, in another half of the file.
    let size = whole[std::path::Path::new("data/registers.zip.age")].len();
    of.memory.tamper(&long, |bytes| bytes[size / 2..].fill(0x55));
    of.spoil("data/registers.zip.age", 0, size / 2 - 100);
    let (files, from) = of.heal().unwrap();
    assert!(files > 1, "recovery data were asked for as well: {files}");
    assert!(matches!(from, RepairedFrom::Both | RepairedFrom::Copy), "{from:?}");
    assert!(contents(of.bag.root()) == whole);
    // Beyond what both have nothing is changed.
    of.spoil("data/registers.zip.age", 0, size);
    std::fs::remove_dir_all(of.bag.root().join("recovery")).unwrap();
    let spoilt = contents(of.bag.root());
    let lost: Vec<String> = of.memory.files().into_keys().filter(|key| key.contains("/recovery/")).collect();
    lost.iter().for_each(|key| of.memory.lose(key));
    assert!(of.heal().is_err());
    assert!(contents(of.bag.root()) == spoilt);
}

#[test]
fn a_fetch_that_was_cut_off_within_a_file_goes_on_there() {
    let of = Try::new();
    of.push().unwrap();
    let to = of.school.path("new");
    std::fs::create_dir(&to).unwrap();
    let carrier = Carrier::or_folder(&to).unwrap();
    let all = of.memory.requests();
    let mut bytes = Vec::new();
    for at in 0.. {
        of.memory.plan(move |request, _| if request == at { Trick::DieBefore } else { Trick::Fair });
        let done = fetch(of.place(), &of.shelf, &carrier, &Quiet);
        of.memory.heal();
        match done {
            Ok(fetched) => {
                bytes.push(fetched.bytes);
                assert!(contents(&fetched.folder) == contents(of.bag.root()), "no rest of a cut-off run stays");
                break;
            }
            Err(_) => assert!(at < all * 4, "it never ends"),
        }
    }
    // A rest of something else is no beginning of it.
    let folder = to.join("LETOPIS").join(NAME);
    let path = folder.join("data/registers.zip.age");
    std::fs::remove_file(&path).unwrap();
    of.memory.plan(|request, what| if what == "get" && request > 20 { Trick::DieBefore } else { Trick::Fair });
    let _ = fetch(of.place(), &of.shelf, &carrier, &Quiet);
    of.memory.heal();
    let rest = std::fs::read_dir(folder.join("data")).unwrap().map(|entry| entry.unwrap().path());
    for rest in rest.filter(|path| path.extension().is_some_and(|extension| extension == "part")) {
        std::fs::write(rest, [7; 1500]).unwrap();
    }
    let fetched = fetch(of.place(), &of.shelf, &carrier, &Quiet).unwrap();
    assert!(contents(&fetched.folder) == contents(of.bag.root()));
}
