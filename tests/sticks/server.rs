//! A stick and the school's server, over real sockets: handed over, renewed, refused, and nobody between them.

use super::{OnStick, with_passphrase};
use crate::common::school::{Run, School};
use crate::serve::{NOON, Server, prepared};
use letopis::away::Key;
use letopis::away::base::Taken;
use letopis::away::exchange::{Ask, Asked, Code, Intake, What};
use letopis::away::wire::Wire;
use letopis::ledger::identity::Identity;
use rcgen::{CertificateParams, KeyPair};
use sha2::{Digest, Sha256};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{self, ServerConfig, ServerConnection, StreamOwned};

/// A port that nobody has now.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The settings of a server that sticks find at this port.
pub fn settings(port: u16) -> String {
    format!(
        "journal = \"journal.letopis\"\nidentity = \"keys/server.key\"\npublic_address = \"https://dnevnik.school.example\"\n\
         [diary]\nlisten = \"127.0.0.1:0\"\n[taking_in]\nlisten = \"127.0.0.1:{port}\"\n[certificate]\nnames = [\"127.0.0.1\"]\n"
    )
}

impl OnStick {
    /// The small school with a server, and a stick that knows it.
    pub fn with_server() -> Option<(Self, u16)> {
        let (school, port) = (School::small()?, free_port());
        prepared(&school, &settings(port));
        super::prepare(&school, "usb", "У-7", "semyonov");
        Some((Self { school, mount: "usb" }, port))
    }

    /// A stick that was prepared before there was a server, in a school that has the key of one.
    fn with_service() -> Option<Self> {
        let school = School::small()?;
        let service = ["staff", "service", "server", "--key", "keys/server.key"];
        school.run("2025-09-01 08:20:00", "ivanova", &service).ok();
        super::prepare(&school, "usb", "У-7", "semyonov");
        Some(Self { school, mount: "usb" })
    }

    /// Hands over where there is no journal: the stick is where the program is run from.
    pub fn hand_over(&self, clock: &str) -> Run {
        with_passphrase(&self.school, clock, self.mount, &["stick", "sync", self.mount, "--journal", self.mount])
    }
}

/// A little after the server's noon, so that what was recorded before lies in its past.
const BEFORE: &str = "10:00";

#[test]
fn a_stick_hands_over_and_is_renewed_without_a_journal() {
    let Some((stick, port)) = OnStick::with_server() else { return };
    stick.teach("2025-09-15", BEFORE, "Ёлкина=5");
    let server = Server::start(&stick.school, &settings(port));
    let before = stick.school.entries();
    stick.hand_over(NOON).fails(0, &["принято записей: 2, отклонено: 0", "Носитель обновлён"]);
    assert_eq!(stick.school.entries(), before + 2);
    stick.hand_over(NOON).fails(0, &["принято записей: 0"]);
    assert_eq!(stick.school.entries(), before + 2, "handing over again records nothing");
    stick.away("2025-09-15 12:05:00", &["stick", "status"]).fails(0, &["Всё передано"]);
    let list = stick.at_school("2025-09-15 12:10:00", "ivanova", &["mark", "list", "7А", "Алгебра", "15.09.2025"]).ok();
    assert!(list.stdout.contains('5'), "{list}");
    drop(server);
    let told = stick.hand_over("2025-09-15 12:20:00").fails(2, &["школьный сервер недоступен", "ждут на носителе"]);
    assert!(!told.stderr.contains("panicked"), "{told}");
    stick.at_school("2025-09-15 13:00:00", "ivanova", &["audit"]).ok();
    stick
        .at_school("2025-09-15 13:01:00", "ivanova", &["audit", "--against", "usb", "--passphrase-file", "usb.pass"])
        .ok();
}

#[test]
fn a_stick_that_knows_no_server_learns_of_it_when_it_is_handed_over_at_the_machine() {
    let (Some(stick), port) = (OnStick::with_service(), free_port()) else { return };
    stick.teach("2025-09-15", BEFORE, "Ёлкина=5");
    stick.hand_over(NOON).fails(2, &["школьного сервера этот носитель не знает"]);
    prepared(&stick.school, &settings(port));
    stick.sync("2025-09-15 11:00:00").fails(0, &["принято записей: 2"]);
    stick.teach("2025-09-15", "11:30", "Ёлкина=5/4");
    let _server = Server::start(&stick.school, &settings(port));
    stick.hand_over(NOON).fails(0, &["отклонено: 0", "Носитель обновлён"]);
    stick.at_school("2025-09-15 13:00:00", "ivanova", &["audit"]).ok();
}

#[test]
fn the_settings_are_found_beside_the_journal_or_named_and_their_faults_told() {
    let Some(stick) = OnStick::with_service() else { return };
    prepared(&stick.school, &settings(free_port()));
    std::fs::write(stick.school.path("other.toml"), "journal = \"journal.letopis\"\n").unwrap();
    let sync = |args: &[&str]| {
        let args = [&["stick", "sync", "usb", "--programs", "school"][..], args].concat();
        with_passphrase(&stick.school, "2025-09-15 12:00:00", "usb", &args)
    };
    sync(&["--server", "other.toml"]).fails(2, &["нет раздела [taking_in]"]);
    sync(&["--сервер", "none.toml"]).fails(2, &["none.toml"]);
    std::fs::remove_file(stick.school.path("server-cert.pem")).unwrap();
    sync(&["--server", "serve.toml"]).fails(2, &["server-cert.pem"]);
    // Settings that nobody named hinder nothing.
    let told = sync(&[]).fails(0, &["Носитель обновлён"]);
    assert!(told.stderr.contains("server-cert.pem"), "{told}");
}

#[test]
fn a_server_says_beside_the_journal_how_it_is_found_and_nobody_else_does() {
    let (Some(stick), port) = (OnStick::with_service(), free_port()) else { return };
    let server = Server::start(&stick.school, &settings(port));
    std::fs::remove_file(stick.school.path("serve.toml")).unwrap();
    let said = std::fs::read_to_string(stick.school.path("journal.server")).unwrap();
    let elsewhere = said.replace(&format!(":{port}"), ":1");
    assert_ne!(elsewhere, said);
    std::fs::write(stick.school.path("journal.server"), elsewhere).unwrap();
    stick.sync("2025-09-15 12:00:00").fails(0, &["Носитель обновлён"]);
    stick.hand_over(NOON).fails(2, &["школьного сервера этот носитель не знает"]);
    std::fs::write(stick.school.path("journal.server"), said).unwrap();
    stick.sync("2025-09-15 12:00:00").fails(0, &["Носитель обновлён"]);
    stick.hand_over(NOON).fails(0, &["принято записей: 0"]);
    assert!(!server.log().contains("not_announced"), "{}", server.log());
}

#[test]
fn a_refused_entry_is_told_with_the_request_to_make() {
    let Some((stick, port)) = OnStick::with_server() else { return };
    stick.teach("2025-09-08", BEFORE, "Ёлкина=4");
    let lesson = ["lesson", "record", "7А", "Алгебра", "08.09.2025", "--topic", "Дроби"];
    stick.at_school("2025-09-08 13:00:00", "semyonov", &lesson).ok();
    stick
        .at_school("2025-09-08 13:01:00", "semyonov", &["mark", "set", "7А", "Алгебра", "08.09.2025", "Ёлкина=2"])
        .ok();
    let _server = Server::start(&stick.school, &settings(port));
    let told = stick.hand_over(NOON).fails(1, &["отклонено: 1", "§2.3.2", "Носитель обновлён"]);
    assert!(told.stdout.contains("correction request 7А Алгебра 08.09.2025 --lesson 2 --mark Ё-04=4"), "{told}");
    stick.away("2025-09-15 12:05:00", &["stick", "status"]).fails(0, &["§2.3.2"]);
}

#[test]
fn a_server_that_cannot_prove_the_journal_takes_in_nothing_until_it_can() {
    let Some((stick, port)) = OnStick::with_server() else { return };
    stick.teach("2025-09-15", BEFORE, "Ёлкина=5");
    let server = Server::start(&stick.school, &settings(port));
    let good = stick.school.entries();
    let forged =
        "INSERT INTO ledger SELECT seq + 1, payload, signature, zeroblob(32) FROM ledger ORDER BY seq DESC LIMIT 1";
    stick.school.file().execute(forged, []).unwrap();
    let patience = std::time::Duration::from_secs(20);
    server.until(patience, |status, _| status == 503);
    stick.hand_over(NOON).fails(2, &["журнал не доказан до конца", "ждут на носителе"]);
    assert_eq!(stick.school.entries(), good + 1);
    stick.school.file().execute("DELETE FROM ledger WHERE seq > ?1", [i64::try_from(good).unwrap()]).unwrap();
    server.until(patience, |status, _| status == 200);
    stick.hand_over(NOON).fails(0, &["принято записей: 2", "Носитель обновлён"]);
    stick.at_school("2025-09-15 13:00:00", "ivanova", &["audit"]).ok();
}

#[test]
fn a_stick_whose_strand_was_closed_is_told_so() {
    let Some((stick, port)) = OnStick::with_server() else { return };
    stick.teach("2025-09-15", BEFORE, "Ёлкина=5");
    let lost = ["carrier", "return", "У-7", "--place", "шкаф", "--abandon", "не читается"];
    stick.at_school("2025-09-15 10:30:00", "petrova", &lost).ok();
    let _server = Server::start(&stick.school, &settings(port));
    stick.hand_over(NOON).fails(1, &["Носитель закрыт записью №", "только читать"]);
    stick.away("2025-09-15 12:05:00", &["stick", "status"]).fails(0, &["носитель сдан"]);
}

/// Somebody at the server's address, with a certificate of his own for the same name. Gives what he has read after the handshake.
fn man_in_the_middle(port: u16) -> std::thread::JoinHandle<Vec<u8>> {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap().self_signed(&key).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let mut secured = StreamOwned::new(ServerConnection::new(Arc::new(config)).unwrap(), stream);
        let mut read = Vec::new();
        let _ = secured.read_to_end(&mut read);
        read
    })
}

#[test]
fn whoever_answers_with_another_certificate_is_told_nothing() {
    let Some((stick, port)) = OnStick::with_server() else { return };
    stick.teach("2025-09-15", BEFORE, "Ёлкина=5");
    let between = man_in_the_middle(port);
    stick.hand_over(NOON).fails(2, &["отвечает не он: у него другой сертификат", "сообщите администратору"]);
    assert_eq!(between.join().unwrap(), b"");
    let before = stick.school.entries();
    stick.sync("2025-09-15 12:30:00").fails(0, &["принято записей: 2"]);
    assert_eq!(stick.school.entries(), before + 2, "nothing of it was lost");
}

#[test]
fn whoever_answers_with_garbage_or_not_at_all_is_waited_for_no_longer_than_said() {
    let Some((stick, port)) = OnStick::with_server() else { return };
    stick.teach("2025-09-15", BEFORE, "Ёлкина=5");
    let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
    let garbage = std::thread::spawn(move || {
        let mut held: Vec<TcpStream> = Vec::new();
        for number in 0..3 {
            let (mut stream, _) = listener.accept().unwrap();
            if number == 0 {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
            }
            // The second says nothing; the third hangs up at once.
            if number != 2 {
                held.push(stream);
            }
        }
    });
    for _ in 0..3 {
        let begun = std::time::Instant::now();
        let told = stick.hand_over(NOON);
        assert!(told.0.code == Some(2) && !told.0.stderr.contains("panicked"), "{}", told.0);
        assert!(begun.elapsed().as_secs() < 15, "{:?}", begun.elapsed());
    }
    garbage.join().unwrap();
    stick.away("2025-09-15 12:30:00", &["stick", "status"]).fails(0, &["Не передано записей: 2"]);
}

#[test]
fn what_no_stick_sends_is_answered_and_changes_nothing() {
    let Some((stick, port)) = OnStick::with_server() else { return };
    let server = Server::start(&stick.school, &settings(port));
    let before = stick.school.entries();
    // Without TLS there is nothing at this door.
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(std::time::Duration::from_secs(30))).unwrap();
    let _ = stream.write_all(b"POST /v1/challenge HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "{}", String::from_utf8_lossy(&answer));
    let pem = std::fs::read(stick.school.path("server-cert.pem")).unwrap();
    let certificate = CertificateDer::from_pem_slice(&pem).unwrap();
    let owner = Identity::generate();
    let known = letopis::away::pins::Server {
        address: format!("127.0.0.1:{port}"),
        certificate: Sha256::digest(&certificate).into(),
        key: Key(*owner.public().key()),
    };
    let mut wire = Wire::to(&known).unwrap();
    let challenge = wire.challenge().unwrap();
    let taken = Taken { number: 0, head: [0; 32] };
    let ask = Ask::of(What::HandOver, (challenge.journal, [9; 16]), taken, taken);
    let ask = Ask { certificate: known.certificate, challenge: challenge.challenge, ..ask };
    let stranger = ask.clone().with(&[b'x'; 100]).sign(&owner).unwrap();
    let large = Ask { bytes: u64::MAX, ..ask.clone() }.sign(&owner).unwrap();
    let garbage = Asked { text: "{".to_owned(), signature: "x".to_owned() };
    for (asked, load, expected) in [
        (&stranger, &[b'x'; 100][..], Code::Unknown),
        (&large, &[], Code::Unknown),
        (&garbage, &[], Code::Malformed),
        (&garbage, &[0; 1 << 20], Code::Malformed),
    ] {
        let fault = Wire::to(&known).unwrap().hand_over(asked, load).unwrap_err();
        // One whose bytes nobody reads may find the door shut while he still sends them.
        assert!(fault.fault == expected || (load.len() > 1000 && fault.fault == Code::Unreachable), "{fault:?}");
        assert_eq!(Wire::to(&known).unwrap().base(asked).unwrap_err().fault, Code::Malformed);
    }
    assert_eq!(stick.school.entries(), before);
    assert!(!server.log().contains("panicked"), "{}", server.log());
}
