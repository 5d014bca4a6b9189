//! `tests/vectors/strand/ledger/`: a ledger with a good strand, and one for each way to be wrong, with what the audit must say
//! (`expected.json`). Everything in them follows from the logins, so they are the same for ever; `LETOPIS_WRITE_VECTORS=1`
//! writes them anew.

use super::tests_of_taking_in::{ID, Stick, at, mark, school, take};
use crate::journal::entry::{Body, Carried, Effect, Entry, RULES, StrandClosed, StrandEnd};
use crate::journal::read;
use crate::journal::testing::{TestJournal, findings_in, identity, lesson, moment};
use crate::ledger::chain::{Record, Tip, hex};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/strand/ledger")
}

fn records(school: &mut TestJournal) -> Vec<Record> {
    let journal = school.at_hand().0;
    (1..=journal.tip().unwrap().seq).map(|seq| read::ledger::record(journal.tables(), seq).unwrap().unwrap()).collect()
}

fn tip_of(records: &[Record]) -> Tip {
    records.iter().fold(Tip::EMPTY, |tip, record| tip.after(record))
}

/// Records what no rule allows, with a key that is in force.
fn append(records: &mut Vec<Record>, login: &str, when: &str, body: Body) {
    let signer = identity(login);
    let entry = Entry {
        time: moment(when),
        author: login.into(),
        key: signer.public().fingerprint(),
        rules: RULES,
        taken_over: false,
        effect: Effect::AtOnce,
        source: None,
        body,
    };
    let record = tip_of(records).sign(&signer, entry.to_json().unwrap());
    records.push(record);
}

/// The ledgers, and what must be said of each; nothing of the good one.
fn ledgers() -> BTreeMap<&'static str, (Vec<Record>, &'static str)> {
    let mut office = school();
    let founded = records(&mut office);
    let mut stick = Stick::of(&mut office);
    stick.records("2025-09-15T10:00", lesson(&at("2025-09-15"), "Тема", "§ 1"));
    stick.records("2025-09-15T10:05", mark("2025-09-15", "А-1", "5"));
    stick.records("2025-09-15T10:06", mark("2025-09-10", "А-1", "5"));
    take(&mut office, "server", "2025-09-18", &stick).unwrap();
    let good = records(&mut office);
    let of = |number: usize| Carried::of(&ID, &stick.entries[number - 1]);
    let with = |bodies: Vec<Body>| {
        let mut made = founded.clone();
        bodies.into_iter().for_each(|body| append(&mut made, "server", "2025-09-18", body));
        made
    };
    let mut changed = of(1);
    changed.payload = changed.payload.replace("Тема", "Иное");
    let mut based = of(1);
    based.base.length -= 1;
    let mut closed = founded.clone();
    let end = StrandClosed { strand: hex(&ID), why: StrandEnd::Returned, abandoned: String::new() };
    append(&mut closed, "petrova", "2025-09-16", end.into());
    append(&mut closed, "server", "2025-09-18", of(1).into());
    let mut by_another = founded.clone();
    append(&mut by_another, "ivanova", "2025-09-18", of(1).into());
    let mut late = founded.clone();
    append(&mut late, "server", "2025-10-01", of(1).into());
    let mut early = founded.clone();
    append(&mut early, "server", "2025-09-15T09:00", of(1).into());
    let falsely = Carried { refused: "§2.3.2: поздно".into(), ..of(1) };
    BTreeMap::from([
        ("good", (good, "")),
        ("changed", (with(vec![changed.into()]), "подпись записи с носителя не подходит")),
        ("gap", (with(vec![of(1).into(), of(3).into()]), "не следующая")),
        ("twice", (with(vec![of(1).into(), of(1).into()]), "не следующая")),
        ("another_base", (with(vec![based.into()]), "основа — не этот журнал")),
        ("refused_falsely", (with(vec![falsely.into()]), "ни одно правило её не отвергает")),
        ("not_refused", (with(vec![of(1).into(), of(2).into(), of(3).into()]), "§2.3.2")),
        ("closed", (closed, "закрыта")),
        ("by_who_may_not", (by_another, "§3.3")),
        ("taken_in_late", (late, "§2.3.2")),
        ("ahead_of_the_clock", (early, "спешили")),
    ])
}

fn lines(records: &[Record]) -> String {
    let line = |record: &Record| {
        let payload = serde_json::to_string(&record.payload).unwrap();
        let (head, signature) = (hex(&record.head), hex(&record.signature));
        format!("{{\"seq\":{},\"head\":\"{head}\",\"signature\":\"{signature}\",\"payload\":{payload}}}\n", record.seq)
    };
    records.iter().map(line).collect()
}

#[test]
fn every_ledger_of_the_vectors_is_what_it_is_and_the_audit_says_so() {
    let made = ledgers();
    if std::env::var_os("LETOPIS_WRITE_VECTORS").is_some() {
        std::fs::create_dir_all(folder()).unwrap();
        let expected: BTreeMap<_, _> = made.iter().map(|(name, (_, words))| (name, words)).collect();
        let text = serde_json::to_string_pretty(&expected).unwrap() + "\n";
        std::fs::write(folder().join("expected.json"), text).unwrap();
        for (name, (records, _)) in &made {
            std::fs::write(folder().join(format!("{name}.jsonl")), lines(records)).unwrap();
        }
    }
    let text = std::fs::read_to_string(folder().join("expected.json")).unwrap();
    let expected: BTreeMap<String, String> = serde_json::from_str(&text).unwrap();
    assert_eq!(expected.keys().collect::<Vec<_>>(), made.keys().collect::<Vec<_>>());
    for (name, (records, _)) in &made {
        let kept = std::fs::read_to_string(folder().join(format!("{name}.jsonl"))).unwrap();
        assert_eq!(kept, lines(records), "{name} is signed and summed the same for ever");
        let found = findings_in(records);
        let words = &expected[*name];
        let said = found.iter().any(|(seq, what)| seq.is_some() && what.contains(words));
        assert!(if words.is_empty() { found.is_empty() } else { said }, "{name}: {found:?}");
    }
}
