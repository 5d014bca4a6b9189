//! Who is not let in: other pages of the same browser, other ports, other accounts, other names of this machine.

use super::{Opened, is_elsewhere};
use crate::common::school::School;

const NOON: &str = "2025-09-15 12:00:00";

/// What a stranger must never read: a name of the small school.
const NAMES: [&str; 2] = ["Ёлкина", "Семёнов"];

fn desk() -> Option<(School, Opened)> {
    let school = School::small()?;
    let opened = Opened::of(&school, NOON, "semyonov", &[]);
    Some((school, opened))
}

#[test]
fn without_the_secret_there_is_only_an_empty_page() {
    let Some((_school, desk)) = desk() else { return };
    let secret = desk.enter();
    let course = "/course/1";
    let (status, _, body) = desk.ask("GET", course, &[("X-Letopis-Desk", &secret)], "");
    assert_eq!(status, 200);
    assert!(body.contains("Ёлкина"), "{body}");
    let guessed = "0".repeat(64);
    let others: [&[(&str, &str)]; 5] = [
        &[],
        &[("X-Letopis-Desk", "")],
        &[("X-Letopis-Desk", &guessed)],
        &[("X-Letopis-Desk", &desk.token)],
        &[("Cookie", &secret)],
    ];
    for heads in others {
        for path in ["/", course, "/tip", "/nothing"] {
            let (_, _, body) = desk.ask("GET", path, heads, "");
            assert!(NAMES.iter().all(|name| !body.contains(name)), "{heads:?} {path}: {body}");
        }
        let cells = r#"{"length":1,"cells":[{"place":"2025-09-15/2","file":"1","text":"5"}]}"#;
        let json = [heads, &[("Content-Type", "application/json")]].concat();
        assert_eq!(desk.ask("POST", "/course/1/cells", &json, cells).0, 403, "{heads:?}");
    }
}

#[test]
fn a_token_opens_once() {
    let Some((_school, desk)) = desk() else { return };
    assert_eq!(desk.enter().len(), 64);
    assert_eq!(desk.ask("POST", "/session", &[], &desk.token).0, 403);
    assert_eq!(desk.ask("POST", "/session", &[], "").0, 403);
}

#[test]
fn other_names_other_ports_and_other_pages_get_nothing_even_with_the_secret() {
    let Some((_school, desk)) = desk() else { return };
    let secret = desk.enter();
    let port = desk.authority.rsplit(':').next().unwrap();
    let (rebound, local) = (format!("evil.example:{port}"), format!("localhost:{port}"));
    let strangers: [&[(&str, &str)]; 6] = [
        &[("Host", &rebound)],
        &[("Host", &local)],
        &[("Origin", "http://127.0.0.1:1")],
        &[("Origin", "null")],
        &[("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "cors")],
        &[("Sec-Fetch-Site", "same-site"), ("Sec-Fetch-Mode", "no-cors")],
    ];
    for heads in strangers {
        let heads = [heads, &[("X-Letopis-Desk", secret.as_str())]].concat();
        for (method, path) in
            [("GET", "/course/1"), ("POST", "/course/1/lesson"), ("POST", "/session"), ("OPTIONS", "/course/1/cells")]
        {
            let (status, answered, body) = desk.ask(method, path, &heads, "");
            assert_eq!(status, 403, "{method} {path} {heads:?}");
            assert!(body.is_empty() && !answered.contains("access-control-allow"), "{answered}{body}");
        }
    }
}

#[test]
fn nothing_is_kept_framed_or_fetched_from_elsewhere() {
    let Some((_school, desk)) = desk() else { return };
    let secret = desk.enter();
    for (path, heads) in [
        ("/", vec![]),
        ("/desk.js", vec![]),
        ("/", vec![("X-Letopis-Desk", secret.as_str())]),
        ("/x", vec![("Host", "evil")]),
    ] {
        let (_, answered, _) = desk.ask("GET", path, &heads, "");
        for line in [
            "cache-control: no-store",
            "referrer-policy: no-referrer",
            "frame-ancestors 'none'",
            "x-content-type-options: nosniff",
        ] {
            assert!(answered.contains(line), "{path}: {line}: {answered}");
        }
        assert!(!answered.contains("unsafe-inline") && !answered.contains("set-cookie"), "{answered}");
    }
}

#[test]
fn what_is_malformed_is_answered_and_changes_nothing() {
    let Some((school, desk)) = desk() else { return };
    let (secret, before) = (desk.enter(), school.entries());
    let json = [("X-Letopis-Desk", secret.as_str()), ("Content-Type", "application/json")];
    let form = [("X-Letopis-Desk", secret.as_str()), ("Content-Type", "application/x-www-form-urlencoded")];
    let many =
        format!(r#"{{"length":1,"cells":[{}]}}"#, vec![r#"{"place":"a/1","file":"1","text":"5"}"#; 3000].join(","));
    for body in [
        "",
        "{",
        "[]",
        r#"{"length":-1,"cells":[]}"#,
        r#"{"length":1,"cells":[{"place":"\u0000","file":"","text":"5"}]}"#,
        &many,
    ] {
        let (status, _, _) = desk.ask("POST", "/course/1/cells", &json, body);
        assert!((400..500).contains(&status), "{status}: {body:.60}");
    }
    for body in
        ["", "date=&number=&topic=&work=&homework=&seen=1", "seen=1&date=31.02.2025&number=1&topic=%00&work=&homework="]
    {
        let (status, _, _) = desk.ask("POST", "/course/1/lesson", &form, body);
        assert!((400..500).contains(&status), "{status}: {body}");
    }
    for path in
        ["/course/999999", "/course/-1", "/course/x", "/course/1?at=%00&new=../..", "/%2e%2e/etc/passwd", "/plans/x"]
    {
        let (status, _, body) = desk.ask("GET", path, &json[..1], "");
        assert!(status < 500, "{status} {path}: {body}");
        assert!(status < 400 || body.contains("class=\"fault\""), "{path} is answered in words: {body}");
    }
    let (status, _, body) = desk.ask("POST", "/course/1/lesson", &form, "seen=1");
    assert!(status == 422 && body.contains("class=\"fault\""), "{body}");
    let large = "x".repeat(2 << 20);
    assert_eq!(desk.ask("POST", "/course/1/cells", &json, &large).0, 413);
    assert_eq!(school.entries(), before);
}

#[test]
fn the_file_that_leads_in_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let Some((_school, desk)) = desk() else { return };
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    // Wine shows of an access list the owner's and his group's rights alone.
    let kept = if is_elsewhere() { 0o007 } else { 0o777 };
    assert_eq!(mode(&desk.file) & kept, 0o600 & kept);
    assert_eq!(mode(desk.file.parent().unwrap()) & kept, 0o700 & kept);
    let page = std::fs::read_to_string(&desk.file).unwrap();
    assert!(NAMES.iter().all(|name| !page.contains(name)), "{page}");
    desk.enter();
    let begun = std::time::Instant::now();
    while desk.file.exists() || desk.file.parent().unwrap().exists() {
        assert!(begun.elapsed().as_secs() < 10, "the file that led in is still there");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

#[test]
fn markup_in_topics_names_and_notes_stays_text() {
    let Some(school) = School::small() else { return };
    let markup = "\"><script>alert(1)</script><img src=x onerror=alert(1)>";
    let lesson = ["lesson", "record", "7А", "Алгебра", "15.09.2025", "--topic", markup, "--homework", "</textarea><b>"];
    school.run("2025-09-15 11:00:00", "semyonov", &lesson).ok();
    school
        .run("2025-09-15 11:00:00", "semyonov", &["note", "add", markup, "--pupil", "<i>", "--due", "15.09.2025"])
        .ok();
    let desk = Opened::of(&school, NOON, "semyonov", &[]);
    let secret = [("X-Letopis-Desk", desk.enter())];
    let secret = [(secret[0].0, secret[0].1.as_str())];
    for path in ["/", "/course/1", "/notebook", "/course/1/lesson/2025-09-15/2"] {
        let (status, _, body) = desk.ask("GET", path, &secret, "");
        assert_eq!(status, 200, "{path}");
        assert!(body.contains("onerror=alert(1)"), "{path} shows it: {body}");
        for whole in ["<script>", "<img", "<b>", "<i>"] {
            assert!(!body.contains(whole), "{path}: {whole}: {body}");
        }
    }
}
