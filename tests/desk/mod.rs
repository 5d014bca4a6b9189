//! The desk in a real browser, and attacked from beside it.

mod binding;
mod browser;
mod classroom;
mod control;
mod council;
mod elsewhere;
mod find;
mod forms;
mod guard;
#[cfg(unix)]
mod handing;
mod keeping;
mod office;
mod paper;
mod parents;
mod plans;
mod same;
mod stick;
mod tables;
mod teacher;
mod window;

use crate::common::school::School;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// Whether another system's program serves the pages (`tests/peers/windows_desk.sh`).
fn is_elsewhere() -> bool {
    std::env::var_os("LETOPIS_DESK").is_some()
}

/// A path as this system has it: Wine shows this system's root as its drive Z.
fn unix(path: &str) -> PathBuf {
    PathBuf::from(path.strip_prefix("Z:").map_or_else(|| path.to_owned(), |path| path.replace('\\', "/")))
}

/// The program that serves a desk of the small school.
pub struct Opened {
    program: Child,
    /// The file that leads a browser in.
    pub file: PathBuf,
    /// `127.0.0.1:41233`.
    pub authority: String,
    /// What opens the page once.
    pub token: String,
}

impl Opened {
    /// Opens a desk at a moment with somebody's key; of a stick, where one is named.
    pub fn of(school: &School, clock: &str, login: &str, args: &[&str]) -> Self {
        // What it leaves outside the stick or the journal would lie here.
        let temporary = school.path("tmp");
        std::fs::create_dir_all(&temporary).unwrap();
        std::fs::set_permissions(&temporary, std::fs::Permissions::from_mode(0o700)).unwrap();
        let mut program = Command::new("env")
            .arg(format!("TMPDIR={}", temporary.display()))
            .args(school.started_to_serve(clock, login))
            .args(["desk", "--no-browser"])
            .args(args)
            .current_dir(school.path("."))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(program.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let file = unix(line.trim().strip_prefix("Откройте в браузере файл ").expect("a file to open"));
        let page = std::fs::read_to_string(&file).unwrap();
        let address = page.split("http://").nth(1).unwrap().split('"').next().unwrap();
        let (authority, token) = address.split_once("/#").unwrap();
        Self { program, authority: authority.to_owned(), token: token.to_owned(), file }
    }

    /// The number of its process.
    pub fn process(&self) -> u32 {
        self.program.id()
    }

    /// Waits until it has ended.
    pub fn ended(&mut self, patience: std::time::Duration) -> std::process::ExitStatus {
        let begun = std::time::Instant::now();
        loop {
            match self.program.try_wait().unwrap() {
                Some(status) => return status,
                None => assert!(begun.elapsed() < patience, "it does not end"),
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    }

    /// Sends a request as it is written, and gives status, heads and body.
    pub fn raw(&self, request: &str) -> (u16, String, String) {
        let mut stream = TcpStream::connect(&self.authority).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (heads, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = heads.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        (status, heads.to_lowercase(), body.to_owned())
    }

    /// Sends a request with some heads beside those that every browser sends.
    pub fn ask(&self, method: &str, path: &str, heads: &[(&str, &str)], body: &str) -> (u16, String, String) {
        let host = [("Host", self.authority.as_str())];
        let heads = host.iter().filter(|(name, _)| heads.iter().all(|(other, _)| other != name)).chain(heads);
        let heads: String = heads.map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let length = body.len();
        self.raw(&format!(
            "{method} {path} HTTP/1.1\r\n{heads}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        ))
    }

    /// Hands the token in for the page's secret.
    pub fn enter(&self) -> String {
        let (status, _, secret) = self.ask("POST", "/session", &[], &self.token);
        assert_eq!(status, 200);
        secret
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}
