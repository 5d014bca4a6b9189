//! The two doors: each has its own addresses, one speaks TLS of today alone, and both close and open as they are told.

use super::{HOST, NOON, Server, school, settings, tls};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

#[test]
fn the_doors_do_not_answer_each_others_routes() {
    let Some(school) = school() else { return };
    let server = Server::start(&school, &settings());
    assert_eq!(server.get("/health", &[]).0, 200);
    assert_eq!(tls::get(&server.taking_in, HOST, "/health").0, 404);
    for path in ["/v1", "/v1/", "/v1/hello", "//v1/hello", "/v1/../v1/hello"] {
        assert_eq!(server.get(path, &[]).0, 404, "{path}");
    }
    for path in ["/", "/in/AAAA", "/settings", "/diary/0/finals", "/calendar/x.ics", "/unsubscribe/x", "/diary.css"] {
        assert_eq!(tls::get(&server.taking_in, HOST, path).0, 404, "{path}");
    }
}

#[test]
fn the_door_of_sticks_speaks_the_newest_tls_alone_and_nothing_else() {
    let Some(school) = school() else { return };
    let server = Server::start(&school, &settings());
    assert!(tls::connect(&server.taking_in, &[&rustls::version::TLS13]).is_ok());
    assert!(tls::connect(&server.taking_in, &[&rustls::version::TLS12]).is_err());
    let mut plain = TcpStream::connect(&server.taking_in).unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    let _ = plain.read_to_end(&mut answer);
    assert!(!answer.starts_with(b"HTTP"), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(server.health().0, 200);
}

#[test]
fn inside_the_school_alone_the_diary_speaks_tls_itself_to_browsers_of_some_years() {
    let Some(school) = school() else { return };
    let lan = format!("lan_only = true\n{}", settings()).replace("trusted_proxy = [\"127.0.0.1\"]\n", "");
    let server = Server::start(&school, &lan);
    let (status, heads, _) = tls::get(&server.diary, HOST, "/health");
    assert_eq!(status, 200);
    assert!(!heads.contains("strict-transport-security"), "nobody vouches for this certificate: {heads}");
    assert!(tls::connect(&server.diary, &[&rustls::version::TLS12]).is_ok());
    assert_eq!(server.get("/health", &[]).0, 0, "in the clear there is nothing");
}

#[test]
fn every_answer_forbids_what_no_page_needs() {
    let Some(school) = school() else { return };
    let server = Server::start(&school, &settings());
    for path in ["/health", "/", "/nothing"] {
        let (_, heads, _) = server.get(path, &[]);
        for expected in [
            "content-security-policy: default-src 'none'",
            "x-content-type-options: nosniff",
            "x-frame-options: deny",
            "referrer-policy: same-origin",
            "strict-transport-security: max-age=31536000",
        ] {
            assert!(heads.contains(expected), "{expected} of {path}: {heads}");
        }
    }
}

#[test]
fn told_to_stop_it_closes_what_is_idle_and_ends_in_time() {
    let Some(school) = school() else { return };
    let mut server = Server::start(&school, &settings());
    let mut idle: Vec<TcpStream> = (0..50).map(|_| TcpStream::connect(&server.diary).unwrap()).collect();
    for stream in &mut idle {
        write!(stream, "GET /health HTTP/1.1\r\nHost: {HOST}\r\n\r\n").unwrap();
    }
    assert_eq!(server.health().0, 200);
    let begun = Instant::now();
    server.signal("TERM");
    assert!(server.ended(Duration::from_secs(25)).success());
    assert!(begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
    for stream in &mut idle {
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 200"), "a request that had come was answered");
    }
}

#[test]
fn told_to_take_up_its_settings_it_does_and_where_they_are_at_fault_the_ones_before_go_on() {
    let Some(school) = school() else { return };
    let server = Server::start(&school, &settings());
    let (_, before) = tls::connect(&server.taking_in, rustls::ALL_VERSIONS).unwrap();
    let logged = |what: &str| {
        let begun = Instant::now();
        while !server.log().contains(what) {
            assert!(begun.elapsed() < Duration::from_secs(20), "{what}: {}", server.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    };
    std::fs::write(school.path("serve.toml"), settings().replace("[diary]", "[dairy]")).unwrap();
    server.signal("HUP");
    logged("\"not_reloaded\"");
    assert_eq!(server.get("/health", &[]).0, 200);
    std::fs::write(school.path("serve.toml"), settings() + "[log]\nrequests = true\n").unwrap();
    let said = school.run(NOON, "server", &["serve", "certificate", "--replace"]).ok().stdout;
    server.signal("HUP");
    logged("\"reloaded\"");
    let (_, after) = tls::connect(&server.taking_in, rustls::ALL_VERSIONS).unwrap();
    assert_ne!(after, before);
    assert!(said.contains(&after), "the certificate that was just made: {said}");
    server.get("/health?code=SECRET", &[("X-Forwarded-For", "203.0.113.77"), ("Cookie", "session=SECRET")]);
    server.get("/in/SECRET", &[]);
    logged("\"route\":\"/health\"");
    for secret in ["SECRET", "203.0.113.77", "127.0.0.1:5"] {
        assert!(!server.log().contains(secret), "{secret} in {}", server.log());
    }
}

#[test]
fn behind_a_proxy_health_says_no_more_than_yes_or_no() {
    let Some(school) = school() else { return };
    let server = Server::start(&school, &settings());
    let (status, _, body) = server.get("/health", &[("X-Forwarded-For", "203.0.113.77")]);
    assert_eq!((status, body.as_str()), (200, "{\"status\":\"ok\"}"));
    assert!(server.health().1["proven"].as_u64().is_some());
}
