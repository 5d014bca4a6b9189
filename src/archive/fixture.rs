//! Two carriers and an archive for the tests of this layer.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::bag::{Facts, Folder, Previous};
use super::carrier::{Card, Carrier};
use super::create::{Created, Plan, create};
use super::package::{Package, Source};
use super::progress::Quiet;
use super::signature::AllowedSigners;
use crate::error::Result;
use crate::ledger::identity::Identity;

#[path = "../../tests/common/archive.rs"]
pub mod shared;

/// The name of the archive that [`School::archive`] makes.
pub const NAME: &str = "2025-2026-q1";

/// A deputy head, a director, and two sticks.
pub struct School {
    dir: tempfile::TempDir,
    pub petrova: Identity,
    pub director: Identity,
    pub carriers: Vec<Carrier>,
    pub facts: Facts,
}

impl School {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let register = |label: &str| {
            let mount = dir.path().join(label);
            fs::create_dir(&mount).unwrap();
            let card = Card::new(label, label, "Орлов Пётр Ильич", "сейф", "2025-09-01T09:00:00+03:00");
            Carrier::register(&mount, &card).unwrap()
        };
        let carriers = vec![register("usb-1"), register("usb-2")];
        let facts = shared::facts(10);
        Self { dir, petrova: Identity::generate(), director: Identity::generate(), carriers, facts }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn signers(&self) -> AllowedSigners {
        AllowedSigners::new([
            ("petrova".to_owned(), self.petrova.public()),
            ("orlov".to_owned(), self.director.public()),
        ])
    }

    /// Makes an archive of these packages for the director and the deputy head.
    pub fn create(&self, name: &str, packages: &[Package]) -> Result<Created> {
        let recipients = [&self.petrova, &self.director].map(|person| person.public().recipient().to_owned());
        let plan = Plan {
            name,
            carriers: &self.carriers,
            recipients: &recipients,
            signer: &self.petrova,
            signers: &self.signers(),
            facts: &self.facts,
            packages,
            scratch: &self.path("recovery-tmp"),
        };
        create(&plan, &Quiet)
    }

    /// Makes a small archive named [`NAME`].
    pub fn archive(&self) -> Created {
        self.create(NAME, &packages()).unwrap()
    }

    pub fn bag(&self, carrier: usize) -> Folder {
        self.carriers[carrier].bag(NAME)
    }

    /// A bag named by the same facts after this one.
    pub fn previous(created: &Created) -> Option<Previous> {
        Some(Previous { name: created.name.clone(), code: created.code.clone() })
    }
}

/// A journal, its ledger and a printed class.
pub fn packages() -> Vec<Package> {
    let mut database = Package::new("database").unwrap();
    database.add("journal.letopis", Source::Bytes(b"SQLite format 3\0".repeat(500))).unwrap();
    database.add("ledger.jsonl", Source::Bytes(b"{\"seq\":1}\n".to_vec())).unwrap();
    let mut class = Package::new("class-7a").unwrap();
    class.add("2025-0001.pdf", Source::Bytes(b"%PDF-1.7".to_vec())).unwrap();
    vec![database, class]
}

/// Every file under a folder with its bytes.
pub fn contents(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let files = walkdir::WalkDir::new(root).into_iter().map(|entry| entry.unwrap());
    files
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| (entry.path().strip_prefix(root).unwrap().to_owned(), fs::read(entry.path()).unwrap()))
        .collect()
}
