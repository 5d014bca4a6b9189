//! Getting in: slips, sessions, guessing, forms of strangers, what a reader sets for himself.

use super::{HOST, NOON, Server, answer, school, settings};
use crate::common::peers;
use crate::common::school::School;
use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

const OWN: &str = "https://dnevnik.school.example";
const MOTHER: &str = "Иванова Анна Павловна";

/// A page that a browser of somebody's asks for.
#[derive(Clone)]
struct Browser<'a> {
    server: &'a Server,
    from: &'static str,
    token: Option<String>,
}

type Answer = (u16, String, String);

impl<'a> Browser<'a> {
    fn new(server: &'a Server, from: &'static str) -> Self {
        Self { server, from, token: None }
    }

    fn send(&mut self, method: &str, path: &str, heads: &[(&str, &str)], body: &str) -> Answer {
        let mut stream = TcpStream::connect(&self.server.diary).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let cookie = self.token.as_ref().map(|token| format!("Cookie: __Host-letopis={token}\r\n")).unwrap_or_default();
        let more: String = heads.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let form = "Content-Type: application/x-www-form-urlencoded";
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-For: {}\r\n{cookie}{more}{form}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}",
            self.from
        );
        stream.write_all(request.as_bytes()).unwrap();
        let answered = answer(&mut stream);
        if let Some(set) = answered.1.lines().find_map(|line| line.strip_prefix("set-cookie: __host-letopis=")) {
            let token = set.split(';').next().unwrap();
            self.token = (!token.is_empty()).then(|| token.to_owned());
        }
        answered
    }

    fn get(&mut self, path: &str) -> Answer {
        self.send("GET", path, &[], "")
    }

    fn post(&mut self, path: &str, body: &str) -> Answer {
        self.send("POST", path, &[("Origin", OWN), ("Sec-Fetch-Site", "same-origin")], body)
    }

    fn enter(&mut self, code: &str) -> Answer {
        self.post("/in", &format!("code={code}"))
    }
}

/// Where an answer leads.
fn leads_to((_, heads, _): &Answer) -> String {
    heads.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or_default().to_owned()
}

/// The small school with a mother of one pupil, and the codes of those who have slips, by name.
fn with_slip(again: bool) -> Option<(School, String)> {
    peers::require("pdftotext")?;
    let school = school()?;
    contact(&school, "И-01", MOTHER);
    let code = slip(&school, again);
    Some((school, code))
}

fn contact(school: &School, pupil: &str, name: &str) {
    let run = [
        "contact",
        "set",
        pupil,
        "--who",
        "мать",
        "--name",
        name,
        "--email",
        "anna@example.org",
        "--telephone",
        "+79001112233",
    ];
    let consent = ["--consent", "01.09.2025", "--document", "согласие"];
    school.run("2025-09-02 09:00:00", "semyonov", &[&run[..], &consent].concat()).ok();
}

/// Prints the slip, and reads the code from it.
fn slip(school: &School, again: bool) -> String {
    let run = ["print", "access", "7А", "--out", "print", "--address", OWN];
    let again: &[&str] = if again { &["--again", MOTHER] } else { &[] };
    school.run("2025-09-02 09:10:00", "semyonov", &[&run[..], again].concat()).ok();
    code_of(school, "access-7a.pdf")
}

fn code_of(school: &School, file: &str) -> String {
    let text = peers::run("pdftotext", ["-layout", file, "-"], &school.path("print")).stdout;
    let is_code = |line: &&str| {
        let groups: Vec<&str> = line.split_whitespace().collect();
        groups.len() == 4 && groups.iter().map(|group| group.len()).eq([4, 4, 4, 5])
    };
    let line = text.lines().find(is_code).unwrap_or_else(|| panic!("no code: {text}"));
    line.split_whitespace().collect()
}

fn state(school: &School) -> String {
    let listed = school.run("2025-09-15 13:00:00", "semyonov", &["access", "list", "7А", "--json"]).ok();
    let listed: serde_json::Value = serde_json::from_str(&listed.stdout).unwrap();
    let own = listed.as_array().unwrap().iter().find(|one| one["name"] == MOTHER).unwrap();
    own["state"].as_str().unwrap().to_owned()
}

#[test]
fn a_link_uses_nothing_up_a_button_lets_in_and_leaving_ends_it() {
    let Some((school, code)) = with_slip(false) else { return };
    let server = Server::start(&school, &settings());
    let mut browser = Browser::new(&server, "203.0.113.7");
    for path in [format!("/in/{code}"), format!("/in/{}", code.to_lowercase())] {
        let (status, heads, body) = browser.get(&path);
        assert_eq!(status, 200);
        assert!(body.contains("<button>Войти</button>") && !body.contains(MOTHER) && !heads.contains("set-cookie"));
        assert!(heads.contains("cache-control: no-store") && heads.contains("frame-ancestors 'none'"), "{heads}");
    }
    assert_eq!(state(&school), "выдан");
    let entered = browser.enter(&code);
    assert_eq!((entered.0, leads_to(&entered).as_str()), (303, "/settings/password"), "{}", entered.2);
    let cookie = entered.1.lines().find(|line| line.starts_with("set-cookie")).unwrap().to_owned();
    for flag in ["__host-letopis=", "path=/", "secure", "httponly", "samesite=lax", "max-age=2592000"] {
        assert!(cookie.contains(flag), "{flag} in {cookie}");
    }
    assert!(!cookie.contains("domain"));
    assert_eq!(state(&school), "вошёл");
    assert!(browser.get("/settings/password").2.contains(MOTHER));
    let begun = browser.get("/");
    assert_eq!((begun.0, leads_to(&begun).as_str()), (303, "/diary/0"));
    assert!(begun.1.contains("set-cookie: __host-letopis="), "a browser keeps it as long as the server does");

    let mut second = Browser::new(&server, "203.0.113.8");
    assert_eq!(leads_to(&second.enter(&code)), "/", "only the first time asks about a password");
    let before = browser.clone();
    assert!(browser.post("/out", "").1.contains("max-age=0"));
    assert_eq!(leads_to(&before.clone().get("/settings")), "/", "what was kept of it opens nothing");
    assert_eq!(second.get("/settings").0, 200, "another device stays");
    second.post("/out/everywhere", "");
    assert_eq!(leads_to(&Browser { token: before.token, ..second }.get("/settings")), "/");
}

#[test]
fn a_revoked_and_a_forgotten_reader_is_out_at_once() {
    let Some((school, code)) = with_slip(false) else { return };
    let server = Server::start(&school, &settings());
    let mut browser = Browser::new(&server, "203.0.113.7");
    browser.enter(&code);
    assert_eq!(browser.get("/settings").0, 200);
    school.run(NOON, "semyonov", &["access", "revoke", "7А", MOTHER]).ok();
    assert_eq!(leads_to(&browser.get("/settings")), "/");
    assert_eq!(browser.enter(&code).0, 403);
    let code = slip(&school, true);
    assert_eq!(browser.enter(&code).0, 303);
    assert_eq!(browser.get("/settings").0, 200);
    school.run(NOON, "semyonov", &["contact", "erase", "И-01"]).ok();
    assert_eq!(leads_to(&browser.get("/settings")), "/");
    for file in ["journal.contacts", "journal.contacts-wal"] {
        let bytes = std::fs::read(school.path(file)).unwrap_or_default();
        for text in [MOTHER, "anna@example.org"] {
            assert!(!bytes.windows(text.len()).any(|window| window == text.as_bytes()), "«{text}» is left in {file}");
        }
    }
}

/// A code whose check sign fits, and which nobody has.
fn guessed(n: usize) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let values: Vec<u8> = (0..16).map(|at| ((n >> at) & 1) as u8 + at as u8).collect();
    let times = |x: u8| ((x << 1) & 31) ^ if x & 16 == 0 { 0 } else { 5 };
    let check = times(values.iter().fold(0, |sum, value| times(sum) ^ value));
    values.iter().chain([&check]).map(|value| char::from(ALPHABET[usize::from(*value)])).collect()
}

#[test]
fn guessing_is_slowed_where_it_comes_from_and_tells_nothing() {
    let Some((school, code)) = with_slip(false) else { return };
    let server = Server::start(&school, &settings());
    let mut guesser = Browser::new(&server, "198.51.100.1");
    let mut refusals = Vec::new();
    let mut slowed = None;
    for n in 0..8 {
        let begun = Instant::now();
        let (status, heads, body) = guesser.enter(&guessed(n));
        match status {
            403 => refusals.push((body.replace(&guessed(n), "CODE"), begun.elapsed())),
            429 => slowed = Some(heads),
            other => panic!("{other}"),
        }
    }
    assert_eq!(refusals.len(), 5);
    assert!(refusals.iter().all(|(body, _)| *body == refusals[0].0), "one answer for all");
    assert!(slowed.unwrap().contains("retry-after: "));
    // A right code does not pass from there either, and a slip of the pen is no guess.
    assert_eq!(guesser.enter(&code).0, 429);
    let mut clumsy = Browser::new(&server, "198.51.100.2");
    // One sign that is wrong never passes for a code; a code that has slid by a sign does, once in thirty-two.
    let slip = format!("{}{}", if code.starts_with('0') { '1' } else { '0' }, &code[1..]);
    for _ in 0..20 {
        let (status, _, body) = clumsy.enter(&slip);
        assert!(status == 422 && body.contains("опечатка"), "{status} {body}");
    }
    assert_eq!(clumsy.enter(&code).0, 303);
    // Nobody is kept out by whoever guesses elsewhere, however he names himself.
    let mut parent = Browser::new(&server, "203.0.113.9");
    assert_eq!(parent.enter(&code).0, 303);
    let spoofed =
        guesser.send("POST", "/in", &[("Origin", OWN), ("X-Forwarded-For", "203.0.113.77")], &format!("code={code}"));
    assert!(spoofed.0 == 303 || spoofed.0 == 429);
    assert!(!server.log().contains(&code), "no code is written down");
}

#[test]
fn a_strangers_page_can_send_nothing() {
    let Some((school, code)) = with_slip(false) else { return };
    let server = Server::start(&school, &settings());
    let mut browser = Browser::new(&server, "203.0.113.7");
    browser.enter(&code);
    let body = "box=0";
    let posts = [
        "/in",
        "/out",
        "/out/everywhere",
        "/settings/mail",
        "/settings/calendar",
        "/settings/password",
        "/diary/0/week/2025-09-15/seen",
    ];
    let foreign: [&[(&str, &str)]; 6] = [
        &[],
        &[("Origin", "https://evil.example")],
        &[("Origin", "null")],
        &[("Sec-Fetch-Site", "cross-site")],
        &[("Origin", OWN), ("Sec-Fetch-Site", "same-site")],
        &[("Origin", "https://dnevnik.school.example.evil.example"), ("Sec-Fetch-Site", "same-origin")],
    ];
    for path in posts {
        for heads in foreign {
            let (status, _, _) = browser.clone().send("POST", path, heads, body);
            assert_eq!(status, 403, "{path} {heads:?}");
        }
    }
    for method in ["PUT", "DELETE", "PATCH"] {
        assert_eq!(browser.clone().send(method, "/settings/mail", &[], body).0, 403, "{method}");
    }
    assert_eq!(browser.get("/settings").0, 200, "nothing of it was done");
    assert!(browser.get("/settings").2.matches(" checked").count() == 4);
}

#[test]
fn a_token_that_somebody_has_planted_is_never_taken() {
    let Some((school, code)) = with_slip(false) else { return };
    let server = Server::start(&school, &settings());
    let planted = "a".repeat(64);
    let mut browser = Browser { token: Some(planted.clone()), ..Browser::new(&server, "203.0.113.7") };
    assert_eq!(browser.enter(&code).0, 303);
    assert!(browser.token.as_ref().is_some_and(|token| *token != planted));
    assert_eq!(leads_to(&Browser { token: Some(planted), ..browser.clone() }.get("/settings")), "/");
    // Entering again ends what the browser had, and gives another.
    let before = browser.clone();
    browser.enter(&code);
    assert_ne!(browser.token, before.token);
    assert_eq!(leads_to(&before.clone().get("/settings")), "/");
    let token = browser.token.clone().unwrap();
    for wrong in [
        "",
        "x",
        &token[..63],
        &format!("{token}0"),
        &token.replace(|c: char| c.is_ascii_digit(), "f"),
        "'; DROP TABLE sessions; --",
    ] {
        assert_eq!(
            leads_to(&Browser { token: Some(wrong.to_owned()), ..browser.clone() }.get("/settings")),
            "/",
            "{wrong}"
        );
    }
    assert_eq!(browser.get("/settings").0, 200);
}

#[test]
fn a_password_is_asked_for_besides_and_forgotten_with_a_new_slip() {
    let Some((school, code)) = with_slip(false) else { return };
    let server = Server::start(&school, &settings());
    let mut browser = Browser::new(&server, "203.0.113.7");
    browser.enter(&code);
    assert!(browser.post("/settings/password", "new=abc").2.contains("не меньше 6"));
    assert!(browser.post("/settings/password", "new=sova+na+vetke").2.contains("Пароль задан"));
    let mut other = Browser::new(&server, "203.0.113.8");
    let asked = other.enter(&code);
    assert!(asked.0 == 200 && asked.2.contains("type=\"password\"") && other.token.is_none(), "{}", asked.2);
    assert_eq!(other.post("/in", &format!("code={code}&password=sova")).0, 403);
    assert!(other.token.is_none());
    assert_eq!(other.post("/in", &format!("code={code}&password=sova+na+vetke")).0, 303);
    assert!(browser.post("/settings/password", "old=x&new=drugoj-parol").2.contains("Прежний пароль не подходит"));
    assert!(browser.post("/settings/password", "old=sova+na+vetke&none=1&new=").2.contains("Пароля больше нет"));
    assert!(browser.post("/settings/password", "new=sova+na+vetke").2.contains("Пароль задан"));
    let code = slip(&school, true);
    assert_eq!(Browser::new(&server, "203.0.113.9").enter(&code).0, 303, "the new slip asks for none");
}

#[test]
fn settings_are_ones_own_and_unsubscribing_takes_one_click() {
    let Some((school, code)) = with_slip(false) else { return };
    let nasty = "<script>alert(1)</script>\" onload=x";
    let run = ["contact", "set", "И-01", "--who", "дядя", "--name", "Другой Человек", "--address", nasty];
    school.run("2025-09-02 09:00:00", "semyonov", &run).ok();
    let run = [
        "contact",
        "set",
        "И-01",
        "--who",
        "мать",
        "--name",
        MOTHER,
        "--email",
        "anna@example.org",
        "--address",
        nasty,
    ];
    school.run("2025-09-02 09:00:00", "semyonov", &run).ok();
    let server = Server::start(&school, &settings());
    let mut browser = Browser::new(&server, "203.0.113.7");
    browser.enter(&code);
    let (_, _, page) = browser.get("/settings");
    assert!(page.contains("anna@example.org") && page.contains("согласие от 01.09.2025"), "{page}");
    assert!(!page.contains("Другой Человек"), "what is held of others is theirs");
    assert!(!page.contains("<script") && page.contains("&#60;script"), "{page}");
    browser.post("/settings/mail", "box=0&digest=1&finals=1");
    assert_eq!(browser.get("/settings").2.matches(" checked").count(), 2);
    browser.post("/settings/mail", "box=9&digest=1");
    assert_eq!(browser.get("/settings").2.matches(" checked").count(), 2);

    let made = browser.post("/settings/calendar", "n=0&make=1").2;
    let address = made.split(OWN).nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(address.starts_with("/calendar/") && address.ends_with(".ics"), "{address}");
    assert!(!browser.get("/settings").2.contains(&address), "it is shown once");
    browser.post("/settings/calendar", "n=0");
    assert!(browser.get("/settings").2.contains("Сделать адрес"));
    assert_eq!(browser.post("/settings/calendar", "n=7&make=1").0, 303, "there is no such child of hers");

    let mut file = rusqlite::Connection::open(school.path("journal.contacts")).unwrap();
    let token: String = file.transaction().unwrap().query_row("SELECT token FROM mail", [], |row| row.get(0)).unwrap();
    let mut robot = Browser::new(&server, "192.0.2.1");
    assert!(robot.get(&format!("/unsubscribe/{token}")).2.contains("Отказаться от писем"));
    assert_eq!(browser.get("/settings").2.matches(" checked").count(), 2, "opening the link does nothing yet");
    let wrong = robot.send("POST", "/unsubscribe/0123", &[], "List-Unsubscribe=One-Click");
    let right = robot.send("POST", &format!("/unsubscribe/{token}"), &[], "List-Unsubscribe=One-Click");
    assert_eq!((wrong.0, &wrong.2), (200, &right.2), "it does not tell which tokens there are");
    assert_eq!(browser.get("/settings").2.matches(" checked").count(), 0);
}

#[test]
fn without_a_session_every_page_leads_to_the_door() {
    let Some((school, _)) = with_slip(false) else { return };
    let server = Server::start(&school, &settings());
    let mut stranger = Browser::new(&server, "203.0.113.7");
    for path in ["/settings", "/settings/password"] {
        let answered = stranger.get(path);
        assert_eq!((answered.0, leads_to(&answered).as_str()), (303, "/"), "{path}");
    }
    let door = stranger.get("/").2;
    assert!(door.contains("name=\"code\"") && door.contains("lang=\"ru\""), "{door}");
    for path in ["/in/x", "/in/%3Cscript%3E", "/in/..%2F..", &format!("/in/{}", "9".repeat(3000))] {
        let (status, _, body) = stranger.get(path);
        assert!(
            status == 200 && !body.contains("<script") && !body.contains("hidden\" name=\"code\""),
            "{path}: {body}"
        );
    }
    for body in
        ["code=%00%00", "code=%E2%80%AE%D0%90", &format!("code={}", "A".repeat(100_000)), "code=%3Cb%3E&password=x"]
    {
        let (status, _, body) = stranger.post("/in", body);
        assert!(status == 422 && !body.contains("<b>"), "{status}");
    }
}

#[test]
fn who_reads_what_is_noted_a_few_seconds_later() {
    let Some((school, code)) = with_slip(false) else { return };
    let server = Server::start(&school, &settings());
    let mut browser = Browser::new(&server, "203.0.113.7");
    for path in ["/diary/0", "/diary/0/week/2025-09-15", "/diary/0/finals"] {
        let answered = browser.get(path);
        assert_eq!((answered.0, leads_to(&answered).as_str()), (303, "/"), "{path}");
    }
    browser.enter(&code);
    for _ in 0..5 {
        assert_eq!(browser.get("/diary/0/week/2025-09-15").0, 200);
    }
    assert_eq!(browser.get("/diary/1/week/2025-09-15").0, 404);
    let begun = Instant::now();
    loop {
        let shown = school.run(NOON, "semyonov", &["contact", "show", "И-01", "--json"]).ok();
        let shown: serde_json::Value = serde_json::from_str(&shown.stdout).unwrap();
        if let Some(reading) = shown["readings"].get(0) {
            assert_eq!(
                (&reading["name"], &reading["page"], &reading["times"]),
                (&MOTHER.into(), &"неделя".into(), &5.into())
            );
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{shown}");
        std::thread::sleep(Duration::from_millis(500));
    }
}
