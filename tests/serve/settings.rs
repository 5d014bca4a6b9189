//! `serve check` and `serve certificate`.

use super::{NOON, Server, prepared, school, settings};
use crate::common::peers;
use std::os::unix::fs::PermissionsExt;

#[test]
fn a_server_whose_settings_are_right_can_be_started() {
    let Some(school) = school() else { return };
    // No proxy answers under a name that is nobody's.
    prepared(&school, &settings().replace("https://dnevnik.school.example", "http://127.0.0.1:0"));
    let run = school.run(NOON, "server", &["serve", "check"]);
    let said = run.ok().stdout;
    for expected in
        ["журнал «journal.letopis» открывается", "служба приёма", "дверь дневника", "сертификат, SHA-256 ", "часы идут"]
    {
        assert!(said.contains(expected), "«{expected}» in {said}");
    }
}

#[test]
fn a_certificate_is_for_its_owner_alone_and_is_not_replaced_by_accident() {
    let Some(school) = school() else { return };
    prepared(&school, &settings());
    let mode = |name: &str| school.path(name).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("server-cert.pem"), mode("server-cert.key")), (0o600, 0o600));
    let before = std::fs::read(school.path("server-cert.key")).unwrap();
    let again = school.run(NOON, "server", &["serve", "certificate"]);
    assert_eq!(again.0.code, Some(2), "{}", again.0);
    assert_eq!(std::fs::read(school.path("server-cert.key")).unwrap(), before);
    let said = school.run(NOON, "server", &["serve", "certificate", "--replace"]).ok().stdout;
    assert_ne!(std::fs::read(school.path("server-cert.key")).unwrap(), before);
    let fingerprint = said.lines().last().unwrap().to_owned();
    assert_eq!(fingerprint.len(), 64);
    if peers::require("openssl").is_none() {
        return;
    }
    let told = peers::run(
        "openssl",
        ["x509", "-in", "server-cert.pem", "-noout", "-fingerprint", "-sha256"],
        &school.path("."),
    );
    let theirs = told.stdout.trim().split('=').nth(1).unwrap_or_default().replace(':', "").to_lowercase();
    assert_eq!(theirs, fingerprint, "as another program tells it");
}

#[test]
fn each_fault_is_named_with_its_line() {
    let Some(school) = school() else { return };
    let server = Server::start(&school, &settings());
    let busy = settings()
        .replacen("127.0.0.1:0", &server.diary, 1)
        .replace("trusted_proxy = [\"127.0.0.1\"]\n", "")
        .replace("[\"localhost\", \"127.0.0.1\"]", "[\"letopis.school.lan\"]")
        .replace("keys/server.key", "keys/semyonov.key");
    prepared(&school, &busy);
    let run = school.run(NOON, "server", &["serve", "check"]);
    assert_eq!(run.0.code, Some(2), "{}", run.0);
    let said = format!("{}{}", run.0.stdout, run.0.stderr);
    for expected in [
        "serve.toml:2: это ключ «semyonov», а не службы приёма",
        "serve.toml:5: дверь",
        "адрес занят другой программой",
        "serve.toml:4: не указан trusted_proxy",
        "serve.toml:9: сертификат не для «letopis.school.lan»",
    ] {
        assert!(said.contains(expected), "«{expected}» in {said}");
    }
}

#[test]
fn rights_that_let_in_nobody_or_everybody_are_told() {
    let Some(school) = school() else { return };
    let folder = school.path(".");
    let mode = |path: &std::path::Path, mode: u32| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    prepared(&school, &settings().replace("https://dnevnik.school.example", "http://127.0.0.1:0"));
    let journal = school.path("journal.letopis");
    for (of_folder, of_journal, status, expected) in [
        (0o2770, 0o660, 0, None),
        (0o700, 0o600, 0, Some("писать в него не смогут")),
        (0o2770, 0o664, 2, Some("с ним может работать любой")),
        (0o2777, 0o660, 2, Some("с ним может работать любой")),
    ] {
        mode(&folder, of_folder);
        mode(&journal, of_journal);
        let run = school.run(NOON, "server", &["serve", "check"]);
        assert_eq!(run.0.code, Some(status), "{of_folder:o} {of_journal:o}: {}", run.0);
        let told = run.0.stderr.contains(expected.unwrap_or("папка журнала имеет права"));
        assert_eq!(told, expected.is_some(), "{of_folder:o} {of_journal:o}: {}", run.0);
    }
}
