//! The school's server, over real sockets.

mod attacks;
mod browsing;
mod diary;
mod doors;
mod entrance;
mod families;
mod follows;
mod looks;
mod mirrors;
mod settings;
mod tls;

use crate::common::peers;
use crate::common::school::{LETOPIS, School, clear_after};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The moment at which the server of these tests begins.
pub const NOON: &str = "2025-09-15 12:00:00";
/// The name under which browsers ask for the diary.
pub const HOST: &str = "dnevnik.school.example";

/// A server of the small school.
pub struct Server {
    program: Child,
    /// `127.0.0.1:41233`, where the diary answers.
    pub diary: String,
    /// Where sticks hand over.
    pub taking_in: String,
    /// What it tells of itself, a line an event.
    log: std::path::PathBuf,
}

/// What settings these tests begin with.
pub fn settings() -> String {
    format!(
        "journal = \"journal.letopis\"\nidentity = \"keys/server.key\"\npublic_address = \"https://{HOST}\"\n\
         [diary]\nlisten = \"127.0.0.1:0\"\ntrusted_proxy = [\"127.0.0.1\"]\n\
         [taking_in]\nlisten = \"127.0.0.1:0\"\n[certificate]\nnames = [\"localhost\", \"127.0.0.1\"]\n"
    )
}

/// Gives the small school the key of the server, its settings and its certificate.
pub fn prepared(school: &School, settings: &str) {
    if !school.path("keys/server.key").exists() {
        let service = ["staff", "service", "server", "--key", "keys/server.key"];
        school.run("2025-09-01 08:20:00", "ivanova", &service).ok();
    }
    std::fs::write(school.path("serve.toml"), settings).unwrap();
    if !school.path("server-cert.pem").exists() {
        school.run(NOON, "ivanova", &["serve", "certificate"]).ok();
    }
}

impl Server {
    /// Starts it at noon with these settings, and waits until it answers.
    pub fn start(school: &School, settings: &str) -> Self {
        Self::start_at(school, settings, NOON)
    }

    /// As [`Server::start`], at another moment.
    pub fn start_at(school: &School, settings: &str, clock: &str) -> Self {
        prepared(school, settings);
        let log = school.path("serve.log");
        // Waiting is measured by the clock that nothing moves.
        let mut program = Command::new("env")
            .arg("FAKETIME_DONT_FAKE_MONOTONIC=1")
            .args(school.started(clock, "server"))
            .arg("serve")
            .current_dir(school.path("."))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(std::fs::File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(program.stdout.take().unwrap());
        let (mut diary, mut taking_in) = (String::new(), String::new());
        loop {
            let mut line = String::new();
            if said.read_line(&mut line).unwrap() == 0 {
                panic!("it does not start: {}", std::fs::read_to_string(&log).unwrap());
            }
            if let Some((_, door)) = line.trim_end().split_once("(дверь ") {
                diary = door.trim_end_matches(')').to_owned();
            }
            if let Some(door) = line.trim_end().strip_prefix("Приём записей с носителей: ") {
                taking_in = door.to_owned();
            }
            if line.starts_with("Остановить") {
                break;
            }
        }
        Self { program, diary, taking_in, log }
    }

    /// The number of its process.
    pub fn process(&self) -> u32 {
        self.program.id()
    }

    /// Sends a signal to it.
    pub fn signal(&self, name: &str) {
        let number = self.process().to_string();
        assert!(Command::new("kill").args(["-s", name, &number]).status().unwrap().success());
    }

    /// Waits until it has ended.
    pub fn ended(&mut self, patience: Duration) -> std::process::ExitStatus {
        let begun = Instant::now();
        loop {
            match self.program.try_wait().unwrap() {
                Some(status) => return status,
                None => assert!(begun.elapsed() < patience, "it does not end: {}", self.log()),
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// What it has told of itself.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Sends a request to the diary's door as it is written, and gives status, heads and body.
    pub fn raw(&self, request: &[u8]) -> (u16, String, String) {
        let mut stream = TcpStream::connect(&self.diary).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let _ = stream.write_all(request);
        answer(&mut stream)
    }

    /// Asks for a page of the diary, with some heads beside those that every browser sends.
    pub fn get(&self, path: &str, heads: &[(&str, &str)]) -> (u16, String, String) {
        let host = [("Host", HOST)];
        let heads = host.iter().filter(|(name, _)| heads.iter().all(|(other, _)| other != name)).chain(heads);
        let heads: String = heads.map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        self.raw(format!("GET {path} HTTP/1.1\r\n{heads}Connection: close\r\n\r\n").as_bytes())
    }

    /// What it says of itself at `/health`.
    pub fn health(&self) -> (u16, serde_json::Value) {
        let (status, _, body) = self.get("/health", &[]);
        (status, serde_json::from_str(&body).unwrap_or_else(|_| panic!("no JSON: {body}")))
    }

    /// Waits until `/health` says what is expected.
    pub fn until(&self, patience: Duration, expected: impl Fn(u16, &serde_json::Value) -> bool) -> Duration {
        let begun = Instant::now();
        loop {
            let (status, health) = self.health();
            if expected(status, &health) {
                return begun.elapsed();
            }
            assert!(begun.elapsed() < patience, "after {patience:?}: {status} {health}\n{}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

/// Reads an answer to its end.
pub fn answer(stream: &mut impl Read) -> (u16, String, String) {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let (heads, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = heads.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    (status, heads.to_lowercase(), body.to_owned())
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
        clear_after(self.program.id());
    }
}

/// The small school, where its clock can be moved.
pub fn school() -> Option<School> {
    peers::require("faketime")?;
    let _ = LETOPIS;
    School::small()
}
