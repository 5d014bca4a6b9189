//! The mail server under test, and what it has seen.

use crate::common::peers;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// A mail server that runs as long as this lives.
pub struct Server {
    process: Child,
    folder: PathBuf,
    pub port: u16,
}

/// What happened at the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A mail was taken: its Message-ID and number.
    Taken(String, u64),
    /// It was answered.
    Answered(u64),
    /// The client has said something after that, so it has heard the answer.
    Heard(u64),
}

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers/mail_server.py")
}

fn python() -> Option<Command> {
    let peer = peers::require_file("python-aiosmtpd")?;
    let mut command = Command::new(peer);
    command.arg(script());
    Some(command)
}

impl Server {
    /// Starts one that keeps what it takes in a folder; nothing where the peer is missing.
    pub fn start(folder: &Path, more: &[&str]) -> Option<Self> {
        let mut command = python()?;
        command.arg("serve").arg(folder).args(more).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap_or_else(|_| panic!("the mail server does not start: {line}"));
        Some(Self { process, folder: folder.to_owned(), port })
    }

    /// What happened, in order.
    pub fn events(&self) -> Vec<Event> {
        let log = std::fs::read_to_string(self.folder.join("log")).unwrap();
        let event = |line: &str| {
            let event: Value = serde_json::from_str(line).unwrap();
            let of = || (event["id"].as_str().unwrap().to_owned(), event["number"].as_u64().unwrap());
            match event["what"].as_str().unwrap() {
                "taken" => Some(Event::Taken(of().0, of().1)),
                "answered" => Some(Event::Answered(of().1)),
                "heard" => Some(Event::Heard(of().1)),
                _ => None,
            }
        };
        log.lines().filter_map(event).collect()
    }

    /// The Message-IDs of the mails that were taken, in order.
    pub fn taken(&self) -> Vec<String> {
        let taken = self.events().into_iter();
        taken.filter_map(|event| if let Event::Taken(id, _) = event { Some(id) } else { None }).collect()
    }

    /// The mails, as another program reads them.
    pub fn read(&self) -> Vec<Letter> {
        let output = python().unwrap().arg("read").arg(&self.folder).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let letters: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        letters.into_iter().map(Letter).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A mail as Python's `email` reads it.
pub struct Letter(Value);

impl Letter {
    /// The values of a header.
    pub fn header(&self, name: &str) -> Vec<&str> {
        let headers = self.0["headers"].as_array().unwrap().iter();
        let named = headers.filter(|header| header[0].as_str().unwrap().eq_ignore_ascii_case(name));
        named.map(|header| header[1].as_str().unwrap()).collect()
    }

    /// The names of all headers, in order.
    pub fn names(&self) -> Vec<&str> {
        self.0["headers"].as_array().unwrap().iter().map(|header| header[0].as_str().unwrap()).collect()
    }

    pub fn text(&self) -> &str {
        self.0["text/plain"].as_str().unwrap()
    }

    pub fn html(&self) -> &str {
        self.0["text/html"].as_str().unwrap()
    }

    /// Demands that it is built as mails are, without a defect.
    pub fn is_sound(&self) {
        assert_eq!(self.0["defects"].as_array().unwrap().len(), 0, "{}", self.0["defects"]);
        assert_eq!(self.0["parts"], serde_json::json!(["multipart/alternative", "text/plain", "text/html"]));
        assert!(self.0["longest"].as_u64().unwrap() <= 998, "RFC 5322, 2.1.1");
        assert_eq!(self.0["bare"], 0, "every line ends with CR LF");
    }
}
