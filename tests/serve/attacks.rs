//! What comes from somebody who means harm: nothing of it is answered with more than a refusal, and the server goes on.

use super::{HOST, Server, school, settings};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Demands that the server still answers whoever means no harm.
#[track_caller]
fn is_well(server: &Server) {
    assert_eq!(server.health().0, 200, "{}", server.log());
}

#[test]
fn a_request_that_is_meant_for_another_name_is_not_answered() {
    let Some(school) = school() else { return };
    let server = Server::start(&school, &settings());
    for (target, heads) in [
        ("/health", "Host: evil.example\r\n".to_owned()),
        ("/health", String::new()),
        ("/health", format!("Host: {HOST}\r\nHost: evil.example\r\n")),
        ("/health", format!("Host: {HOST}.evil.example\r\n")),
        ("/health", format!("Host: evil.example#{HOST}\r\n")),
        ("/health", format!("Host: {HOST}@evil.example\r\n")),
        ("/health", format!("Host: {HOST}:8443\r\n")),
        ("/health", "Host: \r\n".to_owned()),
        ("http://evil.example/health", format!("Host: {HOST}\r\n")),
        ("/health", format!("X-Forwarded-Host: {HOST}\r\nHost: evil.example\r\n")),
    ] {
        let request = format!("GET {target} HTTP/1.1\r\n{heads}Connection: close\r\n\r\n");
        let (status, _, body) = server.raw(request.as_bytes());
        assert!((400..500).contains(&status), "{request}: {status}");
        assert!(!body.contains("ok"), "{body}");
    }
    let whole = format!("GET http://{HOST}/health HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n");
    assert_eq!(server.raw(whole.as_bytes()).0, 200, "as proxies may ask");
}

#[test]
fn tricks_with_paths_and_heads_are_refused_and_harm_nobody() {
    let Some(school) = school() else { return };
    let server = Server::start(&school, &settings());
    let long = "a".repeat(100_000);
    let many: String = (0..1000).map(|n| format!("X-{n}: 1\r\n")).collect();
    let get =
        |path: &str, heads: &str| format!("GET {path} HTTP/1.1\r\nHost: {HOST}\r\n{heads}Connection: close\r\n\r\n");
    let requests: Vec<String> = vec![
        get("/../../etc/passwd", ""),
        get("/%2e%2e/%2e%2e/etc/passwd", ""),
        get("/..%2fjournal.letopis", ""),
        get("/..\\journal.letopis", ""),
        get("//etc/passwd", ""),
        get("/%00", ""),
        get("/%", ""),
        get("/%ff%fe", ""),
        get("/health/..", ""),
        get("/health%2f", ""),
        get("/журнал", ""),
        get(&format!("/{long}"), ""),
        get("/", &format!("X-Long: {long}\r\n")),
        get("/", &many),
        get("/", "X-Bad: a\0b\r\n"),
        get("/", "X Bad: a\r\n"),
        get("/", ": a\r\n"),
        get("/", "Content-Length: -1\r\n"),
        get("/", "Content-Length: 99999999999999999999\r\n"),
        // Whoever reads one as a body and another as the next request is told apart from nobody.
        get("/", "Content-Length: 5\r\nContent-Length: 6\r\n"),
        format!(
            "POST / HTTP/1.1\r\nHost: {HOST}\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\nGET /health HTTP/1.1\r\nHost: {HOST}\r\n\r\n"
        ),
        format!(
            "POST / HTTP/1.1\r\nHost: {HOST}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nFFFFFFFFFFFFFFFFF\r\n"
        ),
        format!("POST / HTTP/1.1\r\nHost: {HOST}\r\nTransfer-Encoding: xchunked\r\nConnection: close\r\n\r\n"),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        "\u{16}\u{3}\u{1}".to_owned(),
        format!("CONNECT evil.example:443 HTTP/1.1\r\nHost: {HOST}\r\n\r\n"),
        format!("TRACE / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"),
        format!("OPTIONS * HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"),
    ];
    for request in requests {
        let (status, _, body) = server.raw(request.as_bytes());
        let shown: String = request.chars().take(120).collect();
        // Nothing at all is an answer too, and the page of the entrance to whoever asks for «/».
        assert!(status == 0 || status < 500, "{shown}: {status}");
        for secret in ["root:", "letopis", "ok\""] {
            assert!(!body.contains(secret), "{shown}: {body}");
        }
    }
    is_well(&server);
    assert!(!server.log().contains("panicked"), "{}", server.log());
}

#[test]
fn whoever_sends_slowly_is_given_up() {
    let Some(school) = school() else { return };
    let limits = "[limits]\nfirst_request_seconds = 1\nidle_seconds = 2\n";
    let server = Server::start(&school, &(settings() + limits));
    let until_closed = |begin: &str| {
        let mut stream = TcpStream::connect(&server.diary).unwrap();
        stream.write_all(begin.as_bytes()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let begun = Instant::now();
        let _ = stream.read_to_end(&mut Vec::new());
        begun.elapsed()
    };
    let patience = Duration::from_secs(15);
    assert!(until_closed("") < patience, "nothing comes");
    assert!(until_closed("GET / HT") < patience, "a line is begun");
    assert!(until_closed(&format!("GET /health HTTP/1.1\r\nHost: {HOST}\r\nX-Slow: ")) < patience, "a head is begun");
    let idle = until_closed(&format!("GET /health HTTP/1.1\r\nHost: {HOST}\r\n\r\n"));
    assert!((Duration::from_secs(1)..patience).contains(&idle), "an idle connection is kept for a while: {idle:?}");
    // A letter a second does not keep it open.
    let mut stream = TcpStream::connect(&server.diary).unwrap();
    let begun = Instant::now();
    while stream.write_all(b"G").is_ok() && begun.elapsed() < patience {
        std::thread::sleep(Duration::from_millis(300));
    }
    assert!(begun.elapsed() < patience);
    is_well(&server);
}

#[test]
fn more_connections_than_there_is_room_for_are_sent_away_and_leave_room_when_they_go() {
    let Some(school) = school() else { return };
    let server = Server::start(&school, &(settings() + "[limits]\nconnections = 20\n"));
    let ask = |stream: &mut TcpStream| {
        let _ = write!(stream, "GET /health HTTP/1.1\r\nHost: {HOST}\r\n\r\n");
        let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
        matches!(stream.read(&mut [0; 16]), Ok(read) if read > 0)
    };
    let mut held: Vec<TcpStream> = (0..100).map(|_| TcpStream::connect(&server.diary).unwrap()).collect();
    let answered = held.iter_mut().filter_map(|stream| ask(stream).then_some(())).count();
    assert_eq!(answered, 20);
    drop(held);
    let begun = Instant::now();
    while !TcpStream::connect(&server.diary).is_ok_and(|mut stream| ask(&mut stream)) {
        assert!(begun.elapsed() < Duration::from_secs(10), "the room is not given back");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn thousands_of_connections_are_held_and_others_are_answered_meanwhile() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let Some(school) = school() else { return };
    let now = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: now.maximum, maximum: now.maximum });
    let server = Server::start(&school, &settings());
    let mut held = Vec::new();
    for _ in 0..3000 {
        let mut stream = TcpStream::connect(&server.diary).unwrap();
        write!(stream, "GET /health HTTP/1.1\r\nHost: {HOST}\r\n\r\n").unwrap();
        held.push(stream);
    }
    for stream in &mut held {
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let mut begins = [0; 12];
        stream.read_exact(&mut begins).unwrap();
        assert_eq!(&begins, b"HTTP/1.1 200");
    }
    is_well(&server);
}

#[test]
fn what_is_sent_in_floods_or_in_drops_is_given_up() {
    let Some(school) = school() else { return };
    let server = Server::start(&school, &(settings() + "[limits]\nbody_kib = 64\nrequest_seconds = 2\n"));
    let begin = |how: &str| {
        format!(
            "POST /in HTTP/1.1\r\nHost: {HOST}\r\nOrigin: https://{HOST}\r\nSec-Fetch-Site: same-origin\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n{how}\r\n\r\n"
        )
    };
    let large = "a".repeat(200_000);
    let flood = format!("{}code={large}", begin(&format!("Content-Length: {}", large.len() + 5)));
    let chunks = format!("{}{:x}\r\n{large}\r\n0\r\n\r\n", begin("Transfer-Encoding: chunked"), large.len());
    for request in [flood, chunks] {
        let (status, _, body) = server.raw(request.as_bytes());
        // Whoever goes on sending may not get to hear it.
        assert!([413, 0].contains(&status), "{status} {body}");
    }
    let (patience, begun) = (Duration::from_secs(20), Instant::now());
    let mut stream = TcpStream::connect(&server.diary).unwrap();
    stream.write_all(begin("Content-Length: 5000").as_bytes()).unwrap();
    stream.set_read_timeout(Some(Duration::from_millis(200))).unwrap();
    let mut answer = Vec::new();
    while answer.is_empty() && begun.elapsed() < patience {
        if stream.write_all(b"a").is_err() {
            break;
        }
        let mut part = [0; 512];
        let read = stream.read(&mut part).unwrap_or_default();
        answer.extend_from_slice(&part[..read]);
    }
    assert!(begun.elapsed() < patience);
    assert!(answer.starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&answer));
    is_well(&server);
}
