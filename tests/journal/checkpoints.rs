//! What a witness next door has signed, held against the journal: Go's own library of transparency logs signs and checks.

use crate::common::peers::{self, Peer};
use crate::common::school::School;
use std::path::Path;

const LESSON: [&str; 7] = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Линейные уравнения"];
const MARK: [&str; 6] = ["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=4"];
const OTHER: [&str; 6] = ["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=5"];
const AGAIN: [&str; 6] = ["mark", "set", "7А", "Алгебра", "15.09.2025", "Сизов=5"];
const DAY: &str = "2025-09-15 12:00:00";
/// 15 September 2025, 12:30 in Moscow.
const SIGNED: &str = "1757928600";

struct World {
    school: School,
    go: Peer,
}

impl World {
    /// A school with a lesson, a mark, a server, and a policy that believes one witness.
    fn new() -> Option<Self> {
        let go = peers::require("go-log")?;
        let world = Self { school: School::small()?, go };
        world.school.run(DAY, "ivanova", &["staff", "service", "server", "--key", "keys/server.key"]).ok();
        world.school.run(DAY, "semyonov", &LESSON).ok();
        world.school.run(DAY, "semyonov", &MARK).ok();
        let vkey = world.go.run(["vkey", "роно.example/w"], Path::new(".")).stdout;
        world.write(
            "policy",
            &format!("# от муниципалитета\nlog {}\nwitness роно {vkey}quorum роно\n", world.log_key()),
        );
        Some(world)
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.school.path(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.school.path(name)).unwrap()
    }

    fn log_key(&self) -> String {
        let told = self.school.run(DAY, "server", &["witness", "export", "--json"]).ok().stdout;
        serde_json::from_str::<serde_json::Value>(&told).unwrap()["key"].as_str().unwrap().to_owned()
    }

    /// Today's checkpoint, taken to the witness and back.
    fn cosigned(&self, name: &str) {
        self.school.run(DAY, "server", &["witness", "checkpoint", &format!("{name}.plain")]).ok();
        let plain = self.school.path(&format!("{name}.plain"));
        let signed = self.go.run_reading(&plain, ["cosign", "роно.example/w", SIGNED], Path::new("."));
        assert_eq!(signed.code, Some(0), "{signed}");
        self.write(name, &signed.stdout);
    }

    fn copy(&self, from: &str, to: &str) {
        for ending in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(self.school.path(&format!("{to}{ending}")));
        }
        std::fs::copy(self.school.path(from), self.school.path(to)).unwrap();
    }

    fn put_aside(&self, to: &str) {
        self.school.file().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        self.copy("journal.letopis", to);
    }

    fn audit<'a>(&self, workplace: &str, points: &[&'a str]) -> crate::common::school::Run {
        let named: Vec<&'a str> = points.iter().flat_map(|point| ["--witness", *point]).collect();
        let args = [&["audit", "--policy", "policy"][..], &named].concat();
        self.school.run_at(workplace, "2025-09-20 12:00:00", "petrova", &args)
    }
}

#[test]
fn a_rolled_back_a_forked_and_a_shortened_ledger_are_found_though_all_keys_of_the_school_made_them() {
    let Some(world) = World::new() else { return };
    world.put_aside("before");
    world.cosigned("first");
    world.audit("a", &["first"]).says(&[
        "Журнал цел",
        "подписали: роно 15.09.2025 12:30",
        "это последняя запись журнала",
    ]);
    world.school.run("2025-09-15 13:00:00", "semyonov", &AGAIN).ok();
    world.cosigned("second");
    world.put_aside("after");
    world.audit("a", &["first", "second"]).says(&["После этого внесено ещё 1", "это последняя запись журнала"]);

    // Rolled back: every signature and sum in it holds.
    world.copy("before", "journal.letopis");
    world.audit("b", &["first"]).ok();
    world.audit("b", &["second"]).fails(1, &["конец журнала отрезан"]);
    // Gone on with another way, as long and longer.
    world.school.run("2025-09-15 13:00:00", "semyonov", &OTHER).ok();
    world.audit("c", &["second"]).fails(1, &["журнал переписан"]);
    world.school.run("2025-09-15 13:01:00", "semyonov", &AGAIN).ok();
    world.audit("c", &["second"]).fails(1, &["журнал переписан"]);
    world.audit("c", &["first"]).says(&["После этого внесено ещё 2"]);

    // After a restoration that is owned up to, it is another log: the lost part is named, and the common one holds.
    world.copy("before", "journal.letopis");
    let resume = ["journal", "resume", "--reason", "сгорел компьютер"];
    world.school.run_at("d", "2025-09-15 14:00:00", "petrova", &resume).ok();
    world.school.run_at("d", "2025-09-15 14:01:00", "ivanova", &["confirm", "all"]);
    world.audit("d", &["first"]).says(&["то же"]);
    let said = world.audit("d", &["second"]).ok();
    assert!(said.stdout.contains("утраченная часть") || said.stdout.contains("утрачен"), "{said}");
    world.copy("after", "journal.letopis");
    world.audit("e", &["first", "second"]).ok();
}

#[test]
fn a_checkpoint_is_believed_only_as_the_auditors_own_policy_says() {
    let Some(world) = World::new() else { return };
    world.cosigned("point");
    let point = world.read("point");
    world.audit("a", &["point.plain"]).fails(1, &["ни один свидетель из файла доверия её не подписал"]);
    world.write("forged", &point.replacen('\n', "\n1", 1));
    world.audit("a", &["forged"]).fails(1, &["подпись не сходится", "роно"]);
    world.write("windows", &point.replace('\n', "\r\n"));
    world.audit("a", &["windows"]).fails(2, &["переводами строк Windows"]);
    world.audit("a", &["journal.letopis"]).fails(2, &[]);
    world.audit("a", &["нет"]).fails(2, &["нет"]);
    let policy = world.read("policy");
    for (broken, words) in [
        (policy.replace("quorum роно", ""), "quorum"),
        (policy.replace("quorum роно", "quorum вузы"), "строка 4"),
        (policy.replace("witness роно роно", "witness роно роно2"), "строка 3"),
    ] {
        world.write("policy", &broken);
        world.audit("a", &["point"]).fails(2, &[words]);
    }
    // Without a policy it is said that nobody was asked; the ledger is compared all the same.
    let alone = ["audit", "--witness", "point.plain"];
    world.school.run(DAY, "petrova", &alone).says(&[
        "файла доверия нет",
        "подписана службой приёма школы",
        "последняя запись",
    ]);
    world.school.run(DAY, "petrova", &["audit", "--policy", "policy"]).fails(2, &["--witness"]);
    let told = world.school.run(DAY, "petrova", &["witness", "checkpoint", "чужая"]).fails(2, &["ключ службы приёма"]);
    assert!(!world.school.path("чужая").exists(), "{told}");
}

#[test]
fn a_proof_of_a_record_is_checked_by_gos_own_library_and_by_ours_without_a_journal() {
    let Some(world) = World::new() else { return };
    let mark = world.school.entries().to_string();
    world.cosigned("point");
    let prove = ["witness", "prove", &mark, "proof.tlog-proof", "--checkpoint", "point"];
    world.school.run(DAY, "semyonov", &prove).fails(1, &["тот, кто видит весь журнал"]);
    assert!(!world.school.path("proof.json").exists());
    world.school.run(DAY, "petrova", &prove).ok();
    let key = world.log_key();
    let by_go = |record: &str| {
        let folder = world.school.path("");
        world.go.run(["check", &key, "proof.tlog-proof", record], &folder)
    };
    let checked = by_go("proof.json");
    assert!(checked.stdout.contains(&format!("record {mark} of {mark}")), "{checked}");
    let check = ["witness", "check", "proof.tlog-proof", "--policy", "policy"];
    world.school.run(DAY, "petrova", &check).says(&[&format!("Запись № {mark} была в журнале"), "свидетель роно"]);

    world.write("altered.json", &world.read("proof.json").replace(r#"\"4\""#, r#"\"5\""#));
    assert_ne!(by_go("altered.json").code, Some(0));
    std::fs::rename(world.school.path("altered.json"), world.school.path("proof.json")).unwrap();
    world.school.run(DAY, "petrova", &check).fails(1, &["не та, о которой доказательство"]);

    // A record that came later is in no tree of that day.
    world.school.run("2025-09-15 13:00:00", "semyonov", &AGAIN).ok();
    let later = (world.school.entries()).to_string();
    let prove = ["witness", "prove", &later, "later.tlog-proof", "--checkpoint", "point"];
    world.school.run("2025-09-15 14:00:00", "petrova", &prove).fails(2, &["внесена позже"]);
}
