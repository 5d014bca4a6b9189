//! Each way in which a mail server fails, and what becomes of the mail.

use super::server::Server;
use super::{EVENING, IN_THE_CLEAR, contact, run, school, settings, write_contacts};
use crate::common::school::School;
use serde_json::Value;
use std::path::Path;

/// A server that fails by the name of the reader, and a school that writes to these readers.
fn written_to(readers: &[&str]) -> Option<(School, tempfile::TempDir, Server)> {
    let school = school()?;
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), &[])?;
    settings(&school, &server, IN_THE_CLEAR);
    let line = |reader: &&str| contact("И-01", "мать", &format!("Мать {reader}"), &format!("{reader}.1@example.org"));
    write_contacts(&school, &readers.iter().map(line).collect::<Vec<_>>());
    Some((school, folder, server))
}

fn status(school: &School, clock: &str) -> Value {
    let output = school.run(clock, "ivanova", &["--json", "inform", "status"]).ok();
    serde_json::from_str(&output.stdout).unwrap()
}

/// The readers to whom something lies in the outbox, with its state and what was said.
fn lying(status: &Value) -> Vec<(&str, &str, &str)> {
    let text = |mail: &'_ Value, key: &str| mail[key].as_str().unwrap().to_owned().leak() as &str;
    let all = status["outbox"].as_array().unwrap().iter();
    all.map(|mail| (text(mail, "address").split('.').next().unwrap(), text(mail, "state"), text(mail, "said")))
        .collect()
}

#[test]
fn what_passes_is_tried_again_and_arrives_once() {
    let Some((school, _folder, server)) = written_to(&["grey", "busy", "cut", "good"]) else { return };
    let output = run(&school, EVENING);
    assert_eq!(output.code, Some(0), "{output}");
    assert_eq!(server.taken().len(), 1);
    let status = status(&school, "2025-09-01 18:00:30");
    let mut lying = lying(&status);
    lying.sort_unstable();
    assert_eq!(lying.len(), 3, "{lying:?}");
    assert_eq!(lying[0], ("busy", "put off", "421 4.3.2: сервер занят"));
    assert_eq!((lying[1].0, lying[1].1), ("cut", "put off"));
    assert_eq!(lying[2], ("grey", "put off", "451 4.7.1: отказано по правилам сервера"));
    assert_eq!(run(&school, "2025-09-01 18:00:40").code, Some(0));
    assert_eq!(server.taken().len(), 1, "not before a minute is over");
    run(&school, "2025-09-01 18:02:00");
    assert_eq!(server.taken().len(), 4);
    assert_eq!(self::status(&school, "2025-09-01 18:03:00")["outbox"], Value::Array(Vec::new()));
}

#[test]
fn what_is_final_ends_and_a_dead_address_is_told_to_the_class_teacher() {
    let Some((school, _folder, server)) = written_to(&["nobody", "spam", "full", "good"]) else { return };
    let output = run(&school, EVENING);
    assert!(output.stdout.contains("не доставлено: 2, на несуществующие адреса: 1"), "{output}");
    let taken = server.taken();
    assert_eq!(taken.len(), 1);
    let status = status(&school, "2025-09-01 18:10:00");
    let given_up: Vec<&str> =
        status["given_up"].as_array().unwrap().iter().map(|of| of["said"].as_str().unwrap()).collect();
    for said in
        ["550 5.1.1: такого адреса нет", "550 5.7.1: отказано по правилам сервера", "552 5.2.2: ящик переполнен"]
    {
        assert!(given_up.contains(&said), "{given_up:?}");
    }
    let of = status["pupils"].as_array().unwrap().iter().find(|of| of["pupil"] == "И-01").unwrap();
    assert_eq!(of["dead"][0]["address"], "nobody.1@example.org");
    assert_eq!(of["addresses"].as_array().unwrap().len(), 3);
    let shown = school.run("2025-09-01 18:10:00", "semyonov", &["inform", "status", "--class", "7А", "--wide"]).ok();
    assert!(
        shown.stdout.contains("nobody.1@example.org (мать): писем не принимает с 01.09.2025, 550 5.1.1"),
        "{shown}"
    );
    assert!(shown.stdout.contains("адреса почты нет; писем ещё не было"), "{shown}");
    run(&school, "2025-09-01 18:30:00");
    assert_eq!(server.taken(), taken, "nobody is written to again");
}

#[test]
fn a_mail_whose_answer_was_lost_is_repeated_word_for_word() {
    let Some((school, _folder, server)) = written_to(&["lost"]) else { return };
    run(&school, EVENING);
    assert_eq!(server.taken().len(), 1);
    run(&school, "2025-09-01 18:02:00");
    run(&school, "2025-09-01 18:30:00");
    let taken = server.taken();
    assert_eq!(taken.len(), 2);
    assert_eq!(taken[0], taken[1], "under the same Message-ID");
    let letters = server.read();
    assert_eq!(letters[0].text(), letters[1].text());
}

#[test]
fn a_server_that_does_not_answer_or_is_not_there_blames_no_mail() {
    let Some((school, _folder, server)) = written_to(&["slow", "good"]) else { return };
    let started = std::time::Instant::now();
    run(&school, EVENING);
    assert!(started.elapsed() < std::time::Duration::from_secs(20), "the time-out is two seconds");
    assert_eq!(server.taken().len(), 1, "the others do not wait for one");
    let port = server.port;
    drop(server);
    let output = run(&school, "2025-09-01 18:05:00");
    assert_eq!(output.code, Some(2), "{output}");
    let why = format!("сервер localhost:{port}: в соединении отказано");
    assert!(output.stderr.contains(&why), "{output}");
    assert!(output.stderr.contains("ничего не потеряно"), "{output}");
    let status = status(&school, "2025-09-01 18:06:00");
    assert_eq!(
        (&status["no_server"]["tries"], status["no_server"]["said"].as_str()),
        (&Value::from(1), Some(why.as_str()))
    );
}

/// A certificate of an authority of the school's own, and the authority's.
fn own_authority(folder: &Path) {
    use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
    let (key, mut params) = (KeyPair::generate().unwrap(), CertificateParams::new(Vec::new()).unwrap());
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.distinguished_name.push(DnType::CommonName, "School's own authority");
    let authority = params.self_signed(&key).unwrap();
    let issuer = Issuer::new(params, key);
    let of_server = KeyPair::generate().unwrap();
    let named = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = named.signed_by(&of_server, &issuer).unwrap();
    std::fs::write(folder.join("ca.pem"), authority.pem()).unwrap();
    std::fs::write(folder.join("cert.pem"), certificate.pem()).unwrap();
    std::fs::write(folder.join("cert.key"), of_server.serialize_pem()).unwrap();
}

#[test]
fn mail_goes_over_starttls_with_a_certificate_of_ones_own_and_a_password_and_never_without_them() {
    use std::os::unix::fs::PermissionsExt;
    let Some(school) = school() else { return };
    own_authority(&school.path(""));
    let folder = tempfile::tempdir().unwrap();
    let (cert, key) = (school.path("cert.pem"), school.path("cert.key"));
    let guarded = ["--starttls", cert.to_str().unwrap(), key.to_str().unwrap(), "--login", "journal", "letter-box"];
    let Some(server) = Server::start(folder.path(), &guarded) else { return };
    write_contacts(&school, &[contact("И-01", "мать", "Иванова Ирина", "good.1@example.org")]);
    let login = "tls = \"starttls\"\nca_file = \"ca.pem\"\nuser = \"journal\"\npassword_file = \"mail.password\"\n";
    let password = school.path("mail.password");
    let write = |text: &str, mode: u32| {
        std::fs::write(&password, text).unwrap();
        std::fs::set_permissions(&password, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    settings(&school, &server, login);
    write("letter-box\n", 0o644);
    school.run(EVENING, "ivanova", &["inform", "run", "--config", "serve.toml"]).fails(2, &["могут прочитать другие"]);
    write("wrong-word\n", 0o600);
    let refused = run(&school, "2025-09-01 18:01:00");
    assert!(refused.code == Some(2) && refused.stderr.contains("не принял имя и пароль: 535"), "{refused}");
    assert!(!format!("{refused}").contains("wrong-word"));
    settings(&school, &server, &login.replace("ca_file = \"ca.pem\"\n", ""));
    write("letter-box\n", 0o600);
    let stranger = run(&school, "2025-09-01 18:10:00");
    assert!(stranger.stderr.contains("сертификату сервера нельзя доверять"), "{stranger}");
    settings(&school, &server, login);
    let tested = school
        .run("2025-09-01 18:20:00", "ivanova", &["inform", "test", "good.2@example.org", "--config", "serve.toml"])
        .ok();
    for step in ["связь зашифрована", "имя и пароль приняты", "сервер принял письмо"]
    {
        assert!(tested.stdout.contains(step), "{tested}");
    }
    assert_eq!(run(&school, "2025-09-01 19:00:00").code, Some(0));
    assert_eq!(server.taken().len(), 2);
    let (trial, digest) = (&server.read()[0], &server.read()[1]);
    trial.is_sound();
    digest.is_sound();
    assert!(!trial.text().contains("Иванов"), "a trial names nobody");
    // A server that offers no STARTTLS, as one does between whom somebody has stepped.
    let clear = tempfile::tempdir().unwrap();
    let Some(clear) = Server::start(clear.path(), &[]) else { return };
    settings(&school, &clear, login);
    let refused =
        school.run("2025-09-01 19:10:00", "ivanova", &["inform", "test", "a@example.org", "--config", "serve.toml"]);
    refused.fails(2, &["не умеет STARTTLS: без TLS письма не передаются"]);
}
