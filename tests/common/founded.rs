//! A journal that was just founded, for tests of what becomes of journals; for the library's own tests too.

// Each test that names this module uses only a part of it.
#![allow(dead_code)]

use letopis::journal::entry::{ClassSet, JournalCreated, Person};
use letopis::journal::{Author, Journal};
use letopis::ledger::identity::Identity;
use letopis::school::{ClassName, PersonName, Role, School};
use std::path::Path;

/// A journal of two entries: it was founded by «ivanova», and has the class 7А.
pub fn journal(path: &Path, administrator: &Identity) -> Journal {
    let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/small/school.toml");
    let school = School::from_toml(&std::fs::read_to_string(config).expect("the small school")).expect("a school");
    let name = PersonName {
        surname: "Иванова".into(), given: "Инна".into(), patronymic: "Игоревна".into()
    };
    let created = JournalCreated {
        previous: None,
        school,
        administrator: Person {
            login: "ivanova".into(),
            name,
            position: "администратор".into(),
            association: String::new(),
            roles: vec![Role::Administrator],
        },
        key: administrator.public(),
        recovery: Identity::generate().public().recipient().to_owned(),
        second: Vec::new(),
        emergency: None,
    };
    let now = chrono::DateTime::parse_from_rfc3339("2025-09-01T08:00:00+03:00").expect("a time");
    let author = Author { signer: administrator, clock: &now, taken_over: false };
    let class = ClassSet { class: ClassName::parse("7А").expect("a class"), teacher: "".into() };
    Journal::create_with(path, author, created, vec![class.into()]).expect("a journal")
}
