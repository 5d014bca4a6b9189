//! The bag protocol over S3: moto's server, or the one that `LETOPIS_S3` names (`.ci/district`), and between us and it a proxy that fails.

mod many;

use super::super::claim::Writer;
use super::super::protect::{Protection, protect};
use super::super::push::{Pushed, push};
use super::super::settings::Lock;
use super::super::testing::Hand;
use super::super::verify::verify;
use super::super::{Patience, Patient, Place, Settings, Shelf, check, fetch, list};
use crate::archive::carrier::Carrier;
use crate::archive::fixture::shared::Dice;
use crate::archive::fixture::{NAME, School, contents, packages};
use crate::archive::package::{Package, Source};
use crate::archive::progress::Quiet;
use crate::archive::report::Verdict;
use crate::archive::verify::Request;
use crate::error::Result;
use crate::print::peers;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How often and how soon a test asks again.
const PATIENCE: Patience = Patience { attempts: 12, first: Duration::from_millis(1) };

/// A server with an empty bucket that keeps versions and locks.
struct Server {
    child: Option<Child>,
    address: String,
}

impl Server {
    fn start() -> Option<Self> {
        if let Ok(address) = std::env::var("LETOPIS_S3") {
            return Some(Self { child: None, address });
        }
        let python = peers::require_file("python-moto")?;
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let child = Command::new(python)
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let address = format!("127.0.0.1:{port}");
        let server = Self { child: Some(child), address };
        let is_up = |_: &i32| {
            std::thread::sleep(Duration::from_millis(100));
            TcpStream::connect(&server.address).is_ok()
        };
        assert!((0..300).any(|number| is_up(&number)), "moto does not come up");
        Some(server)
    }

    /// A bucket of a test's own, made by Amazon's client.
    fn bucket(&self, name: &str, locks: bool) {
        let script = format!(
            "import boto3\ns = boto3.client('s3', endpoint_url='http://{}', region_name='us-east-1', aws_access_key_id='u', \
             aws_secret_access_key='s')\ns.create_bucket(Bucket='{name}', ObjectLockEnabledForBucket={})\n",
            self.address,
            if locks { "True" } else { "False" }
        );
        let python = peers::require_file("python-moto").unwrap();
        let made = Command::new(python).args(["-c", &script]).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }

    /// The place of this bucket at an address.
    fn place(address: &str, bucket: &str, folder: &Path) -> Box<dyn Place> {
        let key = folder.join("store.key");
        std::fs::write(&key, "key = \"u\"\nsecret = \"s\"\n").unwrap();
        std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
        let file = folder.join(format!("{}.toml", address.replace(':', "-")));
        let text = format!(
            "school = \"school-1\"\n[s3]\nendpoint = \"http://{address}\"\nbucket = \"{bucket}\"\nprefix = \"a/b\"\n\
             credentials_file = \"store.key\"\ntimeout_seconds = 10\n"
        );
        std::fs::write(&file, text).unwrap();
        Settings::read(&file).unwrap().open().unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The mirror of a journal over S3: two who bring it at once, through a proxy that fails; it is whole, locked, and comes back.
#[test]
fn a_journal_is_mirrored_over_a_proxy_that_fails_and_comes_back_whole() {
    use crate::journal::testing;
    use crate::work::mirror::{self, How, rebuild::Wish};
    let Some(server) = Server::start() else { return };
    let mut journal = testing::once("mirror".to_owned(), crate::work::mirror::tests::annals);
    let proven = journal.at_hand().0.prove(&mut |_| {}).unwrap();
    let (key, folder) = (testing::identity("server"), tempfile::tempdir().unwrap());
    for seed in 1..=3 {
        let (bucket, hand) = (format!("mirror-{seed}"), Hand::new());
        server.bucket(&bucket, true);
        let proxy = Proxy::start(server.address.clone(), seed * 7919);
        let store = |address: &str| {
            crate::work::stores::Store::of_place(
                Server::place(address, &bucket, folder.path()),
                "school-1",
                Lock::Governance,
            )
        };
        let how = How {
            server: &key,
            clock: &hand,
            patience: PATIENCE,
            longest: crate::store::mirror::bring::OVERHEAD + 2000,
        };
        for round in 0..20 {
            let done = mirror::bring(&store(&proxy.address), &proven, how);
            if done.is_ok_and(|brought| brought.waits_at.is_none()) {
                break;
            }
            assert!(round < 19, "seed {seed}: it is never brought");
            hand.turn(3);
        }
        assert!(proxy.failed.load(Ordering::SeqCst) > 0, "seed {seed}: nothing has failed");
        let straight = store(&server.address);
        let to = folder.path().canonicalize().unwrap().join(&bucket);
        let wish = Wish { store: &straight, journal: None, patience: PATIENCE };
        let remade = wish.rebuild(&testing::identity("recovery"), &to, &Quiet).unwrap();
        assert_eq!((remade.tip, remade.broken), (proven.tip(), None), "seed {seed}");
        // What is locked is not removed.
        let looked = wish.look(&Quiet).unwrap();
        assert!(looked[0].segments > 3 && looked[0].faults.is_empty());
    }
}

/// A bag with a package that goes up in parts.
fn school() -> School {
    let school = School::new();
    let mut long = packages();
    let mut more = Package::new("registers").unwrap();
    more.add("2025-0002.pdf", Source::Bytes(Dice(7).bytes(18 << 20))).unwrap();
    long.push(more);
    school.create(NAME, &long).unwrap();
    school
}

fn run(place: &dyn Place, school: &School, hand: &Hand) -> Result<Pushed> {
    let shelf = Shelf::of("school-1", NAME).unwrap();
    let writer = Writer { who: "петрова", clock: hand, take_over: true };
    push(Patient::new(place, PATIENCE), &school.bag(0), &shelf, writer, &Quiet)
}

/// Demands that the place holds the bag, to the last byte.
fn holds(place: &dyn Place, school: &School) {
    let shelf = Shelf::of("school-1", NAME).unwrap();
    let place = Patient::new(place, PATIENCE);
    let to = school.path("fetched");
    std::fs::create_dir(&to).unwrap();
    let fetched = fetch::fetch(place, &shelf, &Carrier::or_folder(&to).unwrap(), &Quiet).unwrap();
    assert!(contents(&fetched.folder) == contents(school.bag(0).root()));
    std::fs::remove_dir_all(&to).unwrap();
}

#[test]
fn a_bag_is_pushed_locked_verified_and_fetched_over_s3() {
    let Some(server) = Server::start() else { return };
    server.bucket("whole", true);
    let (school, hand) = (school(), Hand::new());
    let s3 = Server::place(&server.address, "whole", &school.path(""));
    let (place, shelf) = (Patient::new(&*s3, PATIENCE), Shelf::of("school-1", NAME).unwrap());
    let found = check::check(place, "school-1").unwrap();
    assert_eq!((found.unfit.len(), found.given_up.len()), (0, 0), "{found:?}");
    let pushed = run(&*s3, &school, &hand).unwrap();
    assert_eq!(pushed.sent, pushed.files);
    assert_eq!(run(&*s3, &school, &hand).unwrap().sent, 0);
    let protection = protect(place, &school.bag(0), &shelf, Lock::Governance).unwrap();
    assert!(matches!(protection, Protection::Until(_)), "{protection:?}");
    let report = verify(place, &shelf, &Request::default(), &school.path("scratch"), &Quiet).unwrap().unwrap();
    assert!(matches!(report.verdict, Verdict::Whole { .. }), "{:?}", report.findings);
    assert_eq!(list::list(place, Some("school-1")).unwrap().len(), 1);
    holds(&*s3, &school);
    // An empty file, and what lies beyond the end.
    assert!(s3.put_new("school-1/empty", b"").is_ok());
    assert_eq!(s3.get("school-1/empty", 0, 10).unwrap().unwrap().size, 0);
    assert!(s3.get("school-1/nothing", 0, 10).unwrap().is_none());
    // What was left in the middle is given up.
    let mut upload = s3.begin(&shelf.under("data/left")).unwrap();
    upload.part(0, b"x").unwrap();
    assert_eq!(s3.sweep(&shelf.to_string()).unwrap(), 1);
    assert_eq!(s3.sweep(&shelf.to_string()).unwrap(), 0);
}

#[test]
fn without_versions_and_locks_it_says_what_is_given_up() {
    let Some(server) = Server::start() else { return };
    server.bucket("plain", false);
    let school = School::new();
    let s3 = Server::place(&server.address, "plain", &school.path(""));
    let found = check::check(Patient::new(&*s3, PATIENCE), "school-1").unwrap();
    assert_eq!((found.unfit.len(), found.given_up.len()), (0, 2), "{found:?}");
    let s3 = Server::place(&server.address, "missing", &school.path(""));
    let error = check::check(Patient::new(&*s3, PATIENCE), "school-1").unwrap_err();
    assert!(error.message().contains("такой корзины нет"), "{error}");
}

#[test]
fn two_writers_at_once_leave_one_whole_bag_over_s3() {
    let Some(server) = Server::start() else { return };
    server.bucket("two", true);
    let (school, hand) = (school(), Hand::new());
    let [one, other] = [(); 2].map(|()| Server::place(&server.address, "two", &school.path("")));
    let done = std::thread::scope(|scope| {
        let one = scope.spawn(|| run(&*one, &school, &hand));
        let other = scope.spawn(|| run(&*other, &school, &hand));
        [one.join().unwrap(), other.join().unwrap()]
    });
    assert!(done.iter().any(Result::is_ok), "{done:?}");
    holds(&*one, &school);
}

/// A proxy whose connections end after so many bytes of answers, or are answered 503 by itself.
struct Proxy {
    address: String,
    honest: Arc<AtomicBool>,
    failed: Arc<AtomicUsize>,
}

impl Proxy {
    fn start(to: String, seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let (honest, failed) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let (fair, count) = (Arc::clone(&honest), Arc::clone(&failed));
        let dice = Mutex::new(Dice(seed | 1));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (kind, bytes) = {
                    let mut dice = dice.lock().unwrap();
                    (dice.roll(8), dice.roll(60_000) as u64)
                };
                let kind = if fair.load(Ordering::SeqCst) { 7 } else { kind };
                count.fetch_add(usize::from(kind < 4), Ordering::SeqCst);
                let to = to.clone();
                std::thread::spawn(move || serve(client, &to, kind, bytes));
            }
        });
        Self { address, honest, failed }
    }
}

/// Serves a connection: refused with 503, dropped with the request unread, cut off within the answer, or fair.
fn serve(mut client: TcpStream, to: &str, kind: usize, bytes: u64) {
    if kind == 0 {
        let mut some = [0; 65536];
        let _ = client.read(&mut some);
        let _ = client.write_all(b"HTTP/1.1 503 Slow Down\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        let _ = client.shutdown(Shutdown::Both);
        return;
    }
    let Ok(mut server) = TcpStream::connect(to) else { return };
    let (Ok(mut from_client), Ok(mut to_server)) = (client.try_clone(), server.try_clone()) else { return };
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut from_client, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Write);
    });
    let answered = match kind {
        1 => std::io::copy(&mut Read::by_ref(&mut server).take(0), &mut client),
        2 => std::io::copy(&mut Read::by_ref(&mut server).take(bytes % 200), &mut client),
        3 => std::io::copy(&mut Read::by_ref(&mut server).take(bytes), &mut client),
        _ => std::io::copy(&mut server, &mut client),
    };
    let _ = answered;
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
}

#[test]
fn over_a_proxy_that_fails_no_bag_is_lost_or_half_or_falsely_whole() {
    let Some(server) = Server::start() else { return };
    let school = school();
    let mut finished = 0;
    for seed in 1..=6 {
        let (bucket, hand) = (format!("faulty-{seed}"), Hand::new());
        server.bucket(&bucket, true);
        let proxy = Proxy::start(server.address.clone(), seed * 7919);
        let s3 = Server::place(&proxy.address, &bucket, &school.path(""));
        let straight = Server::place(&server.address, &bucket, &school.path(""));
        let mut done = false;
        for _ in 0..4 {
            done = run(&*s3, &school, &hand).is_ok();
            hand.turn(11);
            if done {
                break;
            }
        }
        let (place, shelf) = (Patient::new(&*s3, PATIENCE), Shelf::of("school-1", NAME).unwrap());
        if let Ok(Some(report)) = verify(place, &shelf, &Request::default(), &school.path("scratch"), &Quiet)
            && matches!(report.verdict, Verdict::Whole { .. })
        {
            holds(&*straight, &school);
        }
        if done {
            finished += 1;
            holds(&*straight, &school);
        }
        assert!(proxy.failed.load(Ordering::SeqCst) > 0, "seed {seed}: nothing has failed");
        proxy.honest.store(true, Ordering::SeqCst);
        run(&*s3, &school, &hand).unwrap();
        holds(&*straight, &school);
    }
    assert!(finished > 3, "{finished} of 6 are finished over the failing proxy");
}
