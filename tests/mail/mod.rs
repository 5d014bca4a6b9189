//! Mail to parents against a real mail server, which also fails in every way (`tests/peers/mail_server.py`).

mod faults;
mod kills;
mod letters;
mod serve;
pub mod server;

use crate::common::school::School;
use letopis::journal::contacts::{Consent, Contact, Contacts};
use letopis::school::parse_iso;
use server::Server;

/// The evening of the first day, when the digest is written.
const EVENING: &str = "2025-09-01 18:00:05";

/// A small school with a lesson of its first day: marks, an absence, homework.
fn school() -> Option<School> {
    let school = School::small()?;
    let by_day = |args: &[&str]| drop(school.run("2025-09-01 12:00:00", "semyonov", args).ok());
    by_day(&["lesson", "record", "7А", "Алгебра", "01.09.2025", "--topic", "Дроби", "--homework", "§ 1, № 2"]);
    by_day(&[
        "mark",
        "set",
        "7А",
        "Алгебра",
        "01.09.2025",
        "Иванов Павел=5",
        "Иванов Пётр=4",
        "Петренко=3",
        "--work",
        "контрольная",
    ]);
    Some(school)
}

/// A contact of a pupil, with consent.
pub fn contact(pupil: &str, who: &str, name: &str, email: &str) -> Contact {
    Contact {
        pupil: pupil.into(),
        who: who.into(),
        name: name.into(),
        telephone: String::new(),
        email: email.into(),
        address: String::new(),
        consent: Some(Consent { day: parse_iso("2025-09-01").unwrap(), document: "согласие".into() }),
    }
}

/// Writes contacts past the command that takes one at a time.
pub fn write_contacts(school: &School, lines: &[Contact]) {
    Contacts::open(&school.path("journal.letopis")).unwrap().set(lines).unwrap();
}

/// Writes the settings of a school's server with its mail going to this one.
fn settings(school: &School, server: &Server, more: &str) {
    let text = format!(
        "journal = \"journal.letopis\"\nidentity = \"keys/server.key\"\npublic_address = \"https://dnevnik.school.example\"\n\
         [diary]\nlisten = \"127.0.0.1:0\"\n[mail]\nhost = \"localhost\"\nport = {}\nfrom = \"Школа № 1 <journal@school.example>\"\n\
         per_minute = 100000\n{more}",
        server.port
    );
    std::fs::write(school.path("serve.toml"), text).unwrap();
}

/// To a server without TLS on this machine.
pub const IN_THE_CLEAR: &str = "tls = \"none-on-loopback\"\ntimeout_seconds = 2\n";

/// `letopis inform run` at a moment.
fn run(school: &School, clock: &str) -> crate::common::peers::Output {
    school.run(clock, "ivanova", &["inform", "run", "--config", "serve.toml"]).0
}
