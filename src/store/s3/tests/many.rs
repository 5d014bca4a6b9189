//! Shares, statements, the catalogue, healing and destroying over S3.

use super::*;
use crate::archive::bag::Folder;
use crate::archive::repair::{Wish as Repair, repair};
use crate::ledger::identity::Identity;
use crate::school::Clock;
use crate::store::catalogue::{Mark, Wish, gather};
use crate::store::destroy::{self, Order};
use crate::store::lend::lend;
use crate::store::shard::{Step, Work, work};
use crate::store::statement::Verifier;
use chrono::DateTime;

fn shelf() -> Shelf {
    Shelf::of("school-1", NAME).unwrap()
}

fn order(code: &str, at: &str) -> Order {
    let [act, journal, by] = ["2031-0007", "ab", "kuznetsov"].map(str::to_owned);
    let at = DateTime::parse_from_rfc3339(at).unwrap();
    Order { act, entry: 7, journal, code: code.to_owned(), by, at }
}

/// Works on all shares over a place that may fail, until nothing fails; what was stated.
fn all_shares(place: &dyn Place, school: &School, hand: &Hand, run: &str, verifier: &Identity) -> Vec<String> {
    let (scratch, mut stated) = (school.path("scratch"), Vec::new());
    for shard in ["0/3", "1/3", "2/3"] {
        for _ in 0..20 {
            let mut failed = 0;
            let verifier = Verifier { run, name: "отдел", signer: verifier };
            let of = Work { shard: shard.parse().unwrap(), verifier, trust: None, clock: hand, scratch: &scratch };
            let done = work(Patient::new(place, PATIENCE), &of, &Quiet, &mut |step| match step {
                Step::Stated(statement) => stated.push(format!("{}: {}", statement.bag, statement.verdict)),
                Step::Before(_) => {}
                Step::Failed(..) => failed += 1,
            });
            if done.is_ok() && failed == 0 {
                break;
            }
        }
    }
    stated
}

#[test]
fn shares_are_stated_once_over_a_proxy_that_fails_and_the_catalogue_gathers_them() {
    let Some(server) = Server::start() else { return };
    server.bucket("shares", true);
    let (school, hand, verifier) = (school(), Hand::new(), Identity::generate());
    let straight = Server::place(&server.address, "shares", &school.path(""));
    run(&*straight, &school, &hand).unwrap();
    let proxy = Proxy::start(server.address.clone(), 7919);
    let faulty = Server::place(&proxy.address, "shares", &school.path(""));
    let stated = all_shares(&*faulty, &school, &hand, "2026-02", &verifier);
    assert!(stated.iter().all(|line| line.ends_with(": цел")), "{stated:?}");
    assert!(proxy.failed.load(Ordering::SeqCst) > 0, "nothing has failed");
    assert_eq!(all_shares(&*straight, &school, &hand, "2026-02", &verifier).len() + stated.len(), 1);
    let found = gather(Patient::new(&*straight, PATIENCE), &Wish { now: hand.now(), days: 365, trust: None }).unwrap();
    assert_eq!((found.rows.len(), found.doubtful.len(), found.strange), (1, 0, 0), "{found:?}");
    assert!(found.rows[0].marks.is_empty() && found.rows[0].verified.is_some(), "{found:?}");
}

#[test]
fn a_carrier_is_healed_from_s3_and_only_what_is_damaged_is_fetched() {
    let Some(server) = Server::start() else { return };
    server.bucket("heals", false);
    let (school, hand) = (school(), Hand::new());
    let s3 = Server::place(&server.address, "heals", &school.path(""));
    run(&*s3, &school, &hand).unwrap();
    let bag = school.bag(0);
    let whole = contents(bag.root());
    let long = bag.root().join("data/registers.zip.age");
    std::fs::remove_file(&long).unwrap();
    let copy = school.path("lent").join(NAME);
    std::fs::create_dir_all(&copy).unwrap();
    let before = crate::archive::verify::verify(bag.root(), &Request::default(), &Quiet).unwrap();
    let lent = lend(Patient::new(&*s3, PATIENCE), &shelf(), &bag, &before, &copy, &Quiet).unwrap().unwrap();
    assert_eq!(lent, (1, whole[Path::new("data/registers.zip.age")].len() as u64));
    repair(&Repair { bag: bag.root(), other: Some(&copy), to: None }, &Quiet).unwrap().unwrap();
    assert!(contents(bag.root()) == whole);
}

#[test]
fn every_version_is_destroyed_and_nothing_that_the_store_still_locks() {
    let Some(server) = Server::start() else { return };
    for (bucket, locked) in [("gone", false), ("held", true)] {
        server.bucket(bucket, true);
        let (school, hand, signer) = (school(), Hand::new(), Identity::generate());
        let s3 = Server::place(&server.address, bucket, &school.path(""));
        let place = Patient::new(&*s3, PATIENCE);
        run(&*s3, &school, &hand).unwrap();
        // One file has an older version.
        let key = shelf().under("data/class-7a.zip.age");
        let (_, tag) = place.get_whole(&key, 1 << 20).unwrap().unwrap();
        place.put_over(&key, b"damaged", &tag).unwrap();
        assert_eq!(run(&*s3, &school, &hand).unwrap().healed, ["data/class-7a.zip.age"]);
        let code = Folder::new(school.bag(0).root()).code().unwrap().to_string();
        let marks = || {
            let wish = Wish { now: hand.now(), days: 36_500, trust: None };
            gather(place, &wish).unwrap().rows.into_iter().flat_map(|row| row.marks).collect::<Vec<_>>()
        };
        if locked {
            protect(place, &school.bag(0), &shelf(), Lock::Governance).unwrap();
            let error = destroy::destroy(place, &shelf(), &order(&code, "2031-12-31T00:00:00Z"), &signer).unwrap_err();
            assert!(error.exit_status() == 1 && error.message().contains("до 01.01.2032"), "{error}");
            holds(&*s3, &school);
            assert_eq!(marks(), []);
            continue;
        }
        let removed = destroy::destroy(place, &shelf(), &order(&code, "2032-01-12T00:00:00Z"), &signer).unwrap();
        assert!(removed.versions > contents(school.bag(0).root()).len(), "{removed:?}");
        assert_eq!(
            s3.erase(&shelf().to_string(), &shelf().under(destroy::DESTROYED)).unwrap(),
            0,
            "no version is left"
        );
        assert_eq!(marks(), [Mark::Destroyed("2031-0007".to_owned())]);
        assert!(run(&*s3, &school, &hand).unwrap_err().message().contains("уничтожен"));
    }
}
