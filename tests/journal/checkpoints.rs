//! What a witness next door has signed, held against the journal: Go's own library of transparency logs signs and checks.

use crate::common::peers::{self, Peer};
use crate::common::school::School;
use std::path::Path;

const LESSON: [&str; 7] = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Линейные уравнения"];
const MARK: [&str; 6] = ["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=4"];
const OTHER: [&str; 6] = ["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=5"];
const AGAIN: [&str; 6] = ["mark", "set", "7А", "Алгебра", "15.09.2025", "Сизов=5"];
/// A witness of whom nobody has the key.
const OWN: &str = "rono.example/w+d030defd+BNENh0xiCjqqM0fBHJEyLQfbtW+00HhHQBJkab6vpS4N";
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

    fn audit<'a>(&self, workplace: &str, points: &[&'a str]) -> crate::common::school::Run {
        let named: Vec<&'a str> = points.iter().flat_map(|point| ["--witness", *point]).collect();
        let args = [&["audit", "--policy", "policy"][..], &named].concat();
        self.school.run_at(workplace, "2025-09-20 12:00:00", "petrova", &args)
    }
}

#[test]
fn a_rolled_back_a_forked_and_a_shortened_ledger_are_found_though_all_keys_of_the_school_made_them() {
    let Some(world) = World::new() else { return };
    world.school.put_aside("before");
    world.cosigned("first");
    world.audit("a", &["first"]).says(&[
        "Журнал цел",
        "подписали: роно 15.09.2025 12:30",
        "это последняя запись журнала",
    ]);
    world.school.run("2025-09-15 13:00:00", "semyonov", &AGAIN).ok();
    world.cosigned("second");
    world.school.put_aside("after");
    world.audit("a", &["first", "second"]).says(&["После этого внесено ещё 1", "это последняя запись журнала"]);

    // Rolled back: every signature and sum in it holds.
    world.school.put_back("before");
    world.audit("b", &["first"]).ok();
    world.audit("b", &["second"]).fails(1, &["конец журнала отрезан"]);
    // Gone on with another way, as long and longer.
    world.school.run("2025-09-15 13:00:00", "semyonov", &OTHER).ok();
    world.audit("c", &["second"]).fails(1, &["журнал переписан"]);
    world.school.run("2025-09-15 13:01:00", "semyonov", &AGAIN).ok();
    world.audit("c", &["second"]).fails(1, &["журнал переписан"]);
    world.audit("c", &["first"]).says(&["После этого внесено ещё 2"]);

    // After a restoration that is owned up to, it is another log: the lost part is named, and the common one holds.
    world.school.put_back("before");
    let resume = ["journal", "resume", "--reason", "сгорел компьютер"];
    world.school.run_at("d", "2025-09-15 14:00:00", "petrova", &resume).ok();
    world.school.run_at("d", "2025-09-15 14:01:00", "ivanova", &["confirm", "all"]);
    world.audit("d", &["first"]).says(&["то же"]);
    let said = world.audit("d", &["second"]).ok();
    assert!(said.stdout.contains("утраченная часть") || said.stdout.contains("утрачен"), "{said}");
    world.school.put_back("after");
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
fn whom_the_school_named_and_hid_is_told_from_whom_the_auditor_believes() {
    let Some(world) = World::new() else { return };
    let rono = world.go.run(["vkey", "роно.example/w"], Path::new(".")).stdout.trim_end().to_owned();
    world.cosigned("before");
    world.school.put_aside("unnamed");
    let by = |at: &str, login: &str, args: &[&str]| world.school.run(&format!("2025-09-15 {at}"), login, args);
    by("13:00:00", "ivanova", &["witness", "add", "РОНО", &rono, "--url", "http://rono.example"]).fails(2, &["TLS"]);
    by("13:00:00", "semyonov", &["witness", "add", "РОНО", &rono]).fails(1, &["нет права"]);
    by("13:00:00", "ivanova", &["witness", "add", "РОНО", &rono, "--url", "https://роно.рф/"]).ok();
    let number = world.school.entries();
    by("13:00:30", "ivanova", &["witness", "add", "Своё", OWN]).ok();
    let list = by("13:01:00", "petrova", &["witness", "list"]).ok().stdout;
    assert!(list.contains("https://xn--m1abbf.xn--p1ai") && list.contains(&rono), "{list}");
    world.cosigned("point");
    world.school.put_aside("named");
    by("13:02:00", "petrova", &["witness", "remove", "роно.example/w", "--reason", "не отвечает"]).ok();

    // The auditor believes him: what the school says of him is told beside.
    world.audit("a", &["point"]).says(&[
        "Журнал цел",
        "свидетель проверяющего, школа назвала его записью",
        "и убрала записью",
        "не отвечает",
        "Свидетели, которых назвала сама школа:",
        "«Своё»",
    ]);
    world.school.put_back("named");
    let named = format!("свидетель проверяющего, назван школой, запись № {number} от 15.09.2025");
    world.audit("b", &["point"]).says(&[&named]);
    let alone =
        |point: &str| world.school.run_at("b", "2025-09-20 12:00:00", "petrova", &["audit", "--witness", point]);
    alone("point").says(&["свидетели названы самой школой", "файла доверия нет", "РОНО 15.09.2025 12:30"]);
    alone("point.plain").says(&["никто из названных школой свидетелей её не подписал", "файла доверия нет"]);
    // A ledger in which he was never named: he is the auditor's own, or a stranger to both.
    world.school.put_back("unnamed");
    world.audit("c", &["before"]).says(&["свидетель проверяющего, в журнале не назван"]);
    world.audit("c", &["point"]).fails(1, &["в журнале не назван", "конец журнала отрезан"]);
    let policy = world.read("policy");
    world.write("policy", &policy.replace(&rono, OWN));
    let strange = ["audit", "--policy", "policy", "--witness", "before"];
    let refused = world.school.run_at("d", "2025-09-20 12:00:00", "petrova", &strange);
    refused.fails(1, &["ни один свидетель из файла доверия её не подписал"]);
    world.write("policy", &policy.replace(&format!("witness роно {rono}\nquorum роно"), "quorum none"));
    world.audit("d", &["before"]).says(&["роно.example/w (ни файл доверия, ни журнал его не знают"]);
    // One whom the school named, under whose name somebody else signed.
    world.school.put_back("named");
    let point = world.read("point");
    let line = point.lines().last().unwrap();
    let (start, end) = line.split_at(line.len() - 9);
    let other = if end.starts_with('A') { "B" } else { "A" };
    world.write("spoilt", &point.replace(line, &format!("{start}{other}{}", &end[1..])));
    world.audit("b", &["spoilt"]).fails(1, &["подпись свидетеля «РОНО», которого назвала школа, не сходится"]);
    let told = world.school.run_at("b", "2025-09-20 12:00:00", "petrova", &["audit", "--json"]).ok().stdout;
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&told["witnesses"][0]["name"], &told["witnesses"][0]["entry"]), (&"РОНО".into(), &number.into()));
}

#[test]
fn an_archive_keeps_what_witnesses_signed_and_is_held_against_it() {
    let Some(world) = World::new() else { return };
    let rono = world.go.run(["vkey", "роно.example/w"], Path::new(".")).stdout.trim_end().to_owned();
    world.school.run(DAY, "ivanova", &["witness", "add", "РОНО", &rono]).ok();
    world.cosigned("point");
    world.school.run(DAY, "petrova", &["witness", "take", "point.plain"]).fails(2, &["ни один свидетель"]);
    world.school.run(DAY, "petrova", &["witness", "take", "point"]).says(&["РОНО"]);
    let status = world.school.run(DAY, "petrova", &["archive", "status"]).says(&["Свидетель «РОНО»: подписал"]);
    assert!(!status.stdout.contains("не подписано"), "{status}");
    for (mount, label, holder) in [("usb-1", "А-1", "kuznetsov"), ("usb-2", "А-2", "petrova")] {
        std::fs::create_dir(world.school.path(mount)).unwrap();
        let register = ["carrier", "register", mount, "--label", label, "--holder", holder, "--place", label];
        world.school.run("2025-10-24 12:00:00", "petrova", &register).ok();
    }
    let create =
        ["archive", "create", "--period", "I четверть", "--to", "usb-1", "--to", "usb-2", "--allow-same-device"];
    world.school.run("2025-10-24 13:00:00", "petrova", &create).ok();
    let bag = "usb-1/LETOPIS/2025-2026-h1";
    let info = world.read(&format!("{bag}/bag-info.txt"));
    let coded = info.lines().find_map(|line| line.strip_prefix("Letopis-Checkpoint: ")).unwrap();
    world.write("coded", coded);
    let decoded = peers::run("base64", ["-d", "coded"], &world.school.path(""));
    assert_eq!(decoded.stdout, world.read("point"), "public programs read it too");
    let deep = ["archive", "verify", bag, "--deep"];
    world.school.run("2025-10-24 14:00:00", "petrova", &deep).ok();
    // It is a witness of the ledger beside the archive's own facts, as far as the policy believes it.
    let against = ["audit", "--against", bag, "--policy", "policy"];
    world
        .school
        .run("2025-10-24 15:00:00", "petrova", &against)
        .says(&["Сверено: архив 2025-2026-h1", "свидетель проверяющего, назван школой"]);
    let policy = world.read("policy");
    world.write("policy", &policy.replace(&rono, OWN));
    world
        .school
        .run("2025-10-24 15:00:00", "petrova", &against)
        .says(&["архив 2025-2026-h1: контрольной точке не верить"]);
    let alone = ["audit", "--against", bag];
    world.school.run("2025-10-24 15:00:00", "petrova", &alone).says(&["свидетели названы самой школой"]);

    // Paper of a school that has witnesses says the same.
    let print = ["print", "act", "2025-2026-h1", "--out", "print"];
    world.school.run("2025-10-24 16:00:00", "petrova", &print).ok();
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
