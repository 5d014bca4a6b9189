//! A witness of somebody else's making: `litewitness` cosigns what this program submits, and refuses what it must.

use crate::common::peers;
use crate::common::school::School;
use crate::serve::Server;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const LESSON: [&str; 7] = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", "Линейные уравнения"];
const MARK: [&str; 6] = ["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=4"];
const OTHER: [&str; 6] = ["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=5"];
const THIRD: [&str; 6] = ["mark", "set", "7А", "Алгебра", "15.09.2025", "Петренко=3"];
const AGAIN: [&str; 6] = ["mark", "set", "7А", "Алгебра", "15.09.2025", "Сизов=5"];
const DAY: &str = "2025-09-15 12:00:00";

/// The witness with its key in an agent of its own.
struct Witness {
    agent: Child,
    program: Child,
    url: String,
    key: String,
}

impl Witness {
    fn start(folder: &Path) -> Option<Self> {
        peers::require("litewitness")?;
        let (agent, add) = (peers::require("ssh-agent")?, peers::require("ssh-add")?);
        drop((agent, add));
        let keygen = peers::require("ssh-keygen")?;
        std::fs::create_dir_all(folder).unwrap();
        keygen.run(["-q", "-t", "ed25519", "-N", "", "-C", "witness", "-f", "witness.key"], folder);
        let fingerprint = keygen.run(["-l", "-f", "witness.key.pub"], folder).stdout;
        let fingerprint = fingerprint.split(' ').nth(1).unwrap().to_owned();
        let agent = quiet("ssh-agent").args(["-D", "-a", "agent.sock"]).current_dir(folder).spawn().unwrap();
        until(|| folder.join("agent.sock").exists());
        let mut add = quiet("ssh-add");
        assert!(
            add.arg("witness.key").env("SSH_AUTH_SOCK", "agent.sock").current_dir(folder).status().unwrap().success()
        );
        database(folder);
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let (listen, log) = (format!("127.0.0.1:{port}"), folder.join("witness.log"));
        let program = Command::new("litewitness")
            .args(["-name", "rono.example/w", "-db", "witness.db", "-ssh-agent", "agent.sock"])
            .args(["-key", &fingerprint, "-listen", &listen])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut witness = Self { agent, program, url: format!("http://{listen}"), key: String::new() };
        until(|| TcpStream::connect(&listen).is_ok() || witness.program.try_wait().unwrap().is_some());
        let told = std::fs::read_to_string(&log).unwrap();
        let key = told.split("vkey=").nth(1).and_then(|rest| rest.split_whitespace().next());
        witness.key = key.unwrap_or_else(|| panic!("it names no key: {told}")).trim_matches('"').to_owned();
        Some(witness)
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        for child in [&mut self.program, &mut self.agent] {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn quiet(program: &str) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

#[track_caller]
fn until(mut is: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is() {
        assert!(begun.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The tables that its own `witnessctl` writes to.
fn database(folder: &Path) {
    let file = rusqlite::Connection::open(folder.join("witness.db")).unwrap();
    file.execute_batch(
        "CREATE TABLE log (origin TEXT PRIMARY KEY, tree_size INTEGER NOT NULL, tree_hash TEXT NOT NULL);
         CREATE TABLE key (origin TEXT NOT NULL, key TEXT NOT NULL, FOREIGN KEY(origin) REFERENCES log(origin));",
    )
    .unwrap();
}

struct World {
    school: School,
    witness: Witness,
}

impl World {
    /// A school with a lesson and a mark that has named the witness, and a witness who was told of it.
    fn new() -> Option<Self> {
        let school = School::small()?;
        let witness = Witness::start(&school.path("witness"))?;
        let world = Self { school, witness };
        world.school.run(DAY, "ivanova", &["staff", "service", "server", "--key", "keys/server.key"]).ok();
        world.school.run(DAY, "semyonov", &LESSON).ok();
        world.school.run(DAY, "semyonov", &MARK).ok();
        let add = ["witness", "add", "РОНО", &world.witness.key, "--url", &world.witness.url];
        world.school.run(DAY, "ivanova", &add).ok();
        world.introduce();
        Some(world)
    }

    /// What `witness export` prints is told to the witness, as its operator does, and written into the auditor's policy.
    fn introduce(&self) {
        let told = self.school.run_at("export", DAY, "server", &["witness", "export", "--json"]).ok().stdout;
        let told: serde_json::Value = serde_json::from_str(&told).unwrap();
        let (origin, key) = (told["origin"].as_str().unwrap(), told["key"].as_str().unwrap());
        let file = rusqlite::Connection::open(self.school.path("witness/witness.db")).unwrap();
        let nothing = format!("{}=", "A".repeat(43));
        file.execute("INSERT INTO log VALUES (?1, 0, ?2)", [origin, &nothing]).unwrap();
        file.execute("INSERT INTO key VALUES (?1, ?2)", [origin, key]).unwrap();
        let policy = format!("log {key}\nwitness роно {}\nquorum роно\n", self.witness.key);
        std::fs::write(self.school.path("policy"), policy).unwrap();
    }

    fn submit(&self) -> crate::common::school::Run {
        self.school.run("2025-09-16 12:00:00", "server", &["witness", "submit"])
    }

    fn cosigned(&self, name: &str) {
        self.school.run(DAY, "petrova", &["witness", "checkpoint", name, "--cosigned"]).ok();
    }

    fn audit(&self, point: &str) -> crate::common::school::Run {
        let args = ["audit", "--policy", "policy", "--witness", point];
        self.school.run("2025-09-20 12:00:00", "petrova", &args)
    }
}

#[test]
fn it_cosigns_and_refuses_a_rolled_back_a_forked_and_a_shortened_ledger_made_with_every_key() {
    let Some(world) = World::new() else { return };
    let later = |at: &str, args: &[&str]| world.school.run(&format!("2025-09-15 {at}"), "semyonov", args).ok();
    world.school.run(DAY, "petrova", &["witness", "checkpoint", "none", "--cosigned"]).fails(2, &["ещё нет"]);
    world.school.put_aside("begun");
    world.submit().says(&["«РОНО»: подписал, "]);
    world.submit().says(&["«РОНО»: уже подписал, "]);
    world.cosigned("first");
    world.audit("first").says(&["Журнал цел", "свидетель проверяющего, назван школой", "это последняя запись журнала"]);
    later("13:00:00", &AGAIN);
    world.school.put_aside("shorter");
    later("13:05:00", &OTHER);
    world.school.run(DAY, "petrova", &["archive", "status"]).says(&["Свидетель «РОНО»: подписал", "не подписано: 2"]);
    // What was signed before is forgotten: the witness names it himself.
    std::fs::remove_file(world.school.path("journal.witnessed")).unwrap();
    world.submit().says(&["«РОНО»: подписал, "]);
    world.cosigned("second");
    world.school.put_aside("whole");
    world.audit("second").says(&["это последняя запись журнала"]);

    for (ledger, signed) in [("shorter", "отрезан"), ("begun", "отрезан")] {
        world.school.put_back(ledger);
        world.submit().fails(1, &["не подписал", signed, "сообщите директору"]);
        world.audit("second").fails(1, &[signed]);
    }
    // Another way from the same place: as long, and longer.
    world.school.put_back("shorter");
    later("13:05:00", &THIRD);
    world.submit().fails(1, &["журнал переписан"]);
    world.audit("second").fails(1, &["журнал переписан"]);
    later("13:06:00", &OTHER);
    world.submit().fails(1, &["журнал переписан"]);
    world.audit("second").fails(1, &["журнал переписан"]);
    world.school.run(DAY, "petrova", &["witness", "list"]).says(&["не подписывает", "переписан"]);
    world.school.run(DAY, "petrova", &["archive", "status"]).fails(1, &["не подписывает", "переписан"]);
    // The true one goes on.
    world.school.put_back("whole");
    later("13:10:00", &THIRD);
    world.submit().says(&["«РОНО»: подписал, "]);
    world.cosigned("third");
    world.audit("third").says(&["это последняя запись журнала"]);
}

#[test]
fn it_takes_the_log_of_a_restored_journal_for_another_one() {
    let Some(world) = World::new() else { return };
    world.school.put_aside("before");
    world.school.run("2025-09-15 13:00:00", "semyonov", &AGAIN).ok();
    world.submit().says(&["подписал"]);
    world.cosigned("lost");
    world.school.put_back("before");
    let resume = ["journal", "resume", "--reason", "сгорел компьютер"];
    world.school.run("2025-09-15 14:00:00", "petrova", &resume).ok();
    world.submit().fails(2, &["не знает этого журнала"]);
    world.school.run(DAY, "petrova", &["witness", "checkpoint", "new", "--cosigned"]).fails(2, &["ещё нет"]);
    world.audit("lost").says(&["утраченная часть", "назван школой"]);
    world.introduce();
    world.submit().says(&["«РОНО»: подписал, "]);
    world.cosigned("new");
    world.audit("new").says(&["после восстановления № 1", "это последняя запись журнала"]);
}

#[test]
fn who_is_away_is_named_and_the_server_asks_by_itself() {
    let Some(mut world) = World::new() else { return };
    let mut server = Server::start(&world.school, &crate::serve::settings());
    until(|| server.log().contains("witness_signed"));
    let told = world.school.run(DAY, "petrova", &["witness", "list"]).ok().stdout;
    assert!(told.contains("подписал") && !told.contains("не подписано"), "{told}");
    server.signal("TERM");
    server.ended(Duration::from_secs(30));
    world.cosigned("point");
    world.audit("point").says(&["это последняя запись журнала"]);

    world.witness.program.kill().unwrap();
    world.witness.program.wait().unwrap();
    world.school.run("2025-09-15 13:00:00", "semyonov", &AGAIN).ok();
    world.submit().fails(2, &["«РОНО»: не подписал: нет связи"]);
    world.school.run(DAY, "petrova", &["archive", "status"]).says(&["не подписано: 1", "не подписывает: нет связи"]);
    // What was signed stays.
    world.audit("point").says(&["После этого внесено ещё 1"]);
}
