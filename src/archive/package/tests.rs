use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use proptest::prelude::*;

use super::*;
use crate::archive::bag::Folder;
use crate::archive::progress::Quiet;
use crate::ledger::identity::Identity;

fn recipient(identity: &Identity) -> age::x25519::Recipient {
    identity.age_identity().to_public()
}

fn sealed(package: &Package, identity: &Identity) -> Vec<u8> {
    let noon = NaiveDate::from_ymd_opt(2026, 5, 29).unwrap().and_hms_opt(12, 0, 0).unwrap();
    let (packages, recipients) = (std::slice::from_ref(package), [recipient(identity)]);
    Packer::new(packages, &recipients, noon, &Quiet).write_next(|_| Ok(Vec::new())).unwrap().unwrap()
}

fn sample(noise: &[u8]) -> Package {
    let mut package = Package::new("class-7a").unwrap();
    package.add("journal.csv", Source::Bytes("а,б\n".repeat(1000).into_bytes())).unwrap();
    package.add("book/7А.pdf", Source::Bytes(noise.to_vec())).unwrap();
    package
}

fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..bytes).map(|_| next()).collect()
}

fn put(dir: &Path, bytes: &[u8], parts: usize) -> (Folder, Vec<BagPath>) {
    fs::create_dir_all(dir.join(DATA)).unwrap();
    let base = BagPath::new("data/class-7a.zip.age").unwrap();
    let paths: Vec<BagPath> = if parts == 1 { vec![base] } else { (1..=parts).map(|n| base.part(n as u32)).collect() };
    for (path, chunk) in paths.iter().zip(bytes.chunks(bytes.len().div_ceil(parts))) {
        fs::write(path.under(dir), chunk).unwrap();
    }
    (Folder::new(dir), paths)
}

#[test]
fn a_package_in_one_file_or_in_parts_is_read_back_member_by_member() {
    let identity = Identity::generate();
    // Over the limit of what is deflated in memory, so both ways of writing are taken.
    let large = noise(5 * 1024 * 1024);
    let bytes = sealed(&sample(&large), &identity);
    for parts in [1, 3] {
        let dir = tempfile::tempdir().unwrap();
        let (folder, paths) = put(dir.path(), &bytes, parts);
        assert_eq!(group(folder.list().files.keys()), BTreeMap::from([("class-7a".to_owned(), paths.clone())]));
        let mut package = OpenPackage::open(&folder, &paths, &identity).unwrap();
        let (members, faults) = package.check(&Quiet);
        assert_eq!(faults, Vec::<String>::new());
        assert_eq!(members.len(), 2);
        let mut out = Vec::new();
        package.extract("book/7А.pdf", &mut out).unwrap().unwrap();
        assert!(out == large);
    }
}

#[test]
fn members_made_ready_beside_each_other_go_into_their_own_packages_in_order() {
    let identity = Identity::generate();
    let text = |seed: usize, lines: usize| format!("{seed};{}\n", seed * 7).repeat(lines).into_bytes();
    // Larger and smaller ones in turn, some that pass through: the order of the work is not that of the packages.
    let contents = [
        vec![text(1, 10), noise(5 << 20), text(2, 900_000)],
        vec![],
        vec![text(3, 20_000)],
        vec![noise(300_000), text(4, 1_000_000), text(5, 1)],
    ];
    let packages: Vec<Package> = contents
        .iter()
        .enumerate()
        .map(|(number, members)| {
            let mut package = Package::new(&format!("class-{number}")).unwrap();
            for (member, content) in members.iter().enumerate() {
                package.add(&format!("{member}.csv"), Source::Bytes(content.clone())).unwrap();
            }
            package
        })
        .collect();
    let recipients = [recipient(&identity)];
    let noon = NaiveDate::from_ymd_opt(2026, 5, 29).unwrap().and_hms_opt(12, 0, 0).unwrap();
    let mut packer = Packer::new(&packages, &recipients, noon, &Quiet);
    for (number, members) in contents.iter().enumerate() {
        let open = |package: &Package| {
            assert_eq!(package.name(), format!("class-{number}"));
            Ok(Vec::new())
        };
        let bytes = packer.write_next(open).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let (folder, paths) = put(dir.path(), &bytes.unwrap(), 1);
        let mut package = OpenPackage::open(&folder, &paths, &identity).unwrap();
        let (found, faults) = package.check(&Quiet);
        assert!(faults.is_empty() && found.len() == members.len(), "{number}: {faults:?}");
        for (member, content) in members.iter().enumerate() {
            let mut out = Vec::new();
            package.extract(&format!("{member}.csv"), &mut out).unwrap().unwrap();
            assert!(out == *content, "{number}/{member}");
        }
    }
    assert!(packer.write_next(|_| Ok(Vec::new())).unwrap().is_none());
}

#[test]
fn what_does_not_shrink_is_stored() {
    let identity = Identity::generate();
    for size in [10_000, 5 * 1024 * 1024] {
        let content = noise(size);
        let bytes = sealed(&sample(&content), &identity);
        let plain = age::decrypt(&identity.age_identity(), &bytes).unwrap();
        let at = plain.windows(64).position(|window| window == &content[..64]);
        assert!(at.is_some_and(|at| plain[at..].starts_with(&content)), "{size}");
    }
}

/// As a PDF: lists of objects that shrink, and then pages that do not.
#[test]
fn what_shrinks_at_its_beginning_only_is_stored_and_what_shrinks_throughout_is_not() {
    let identity = Identity::generate();
    let holds = |content: &[u8]| {
        let plain = age::decrypt(&identity.age_identity(), &sealed(&sample(content), &identity)).unwrap();
        plain.windows(content.len()).any(|window| window == content)
    };
    assert!(holds(&[vec![b'0'; 20_000], noise(200_000)].concat()));
    assert!(!holds(&[noise(1_000), vec![b'0'; 20_000]].concat()));
}

#[test]
fn a_package_for_somebody_else_says_so() {
    let bytes = sealed(&sample(b"x"), &Identity::generate());
    let dir = tempfile::tempdir().unwrap();
    let (folder, paths) = put(dir.path(), &bytes, 1);
    let error = OpenPackage::open(&folder, &paths, &Identity::generate()).err().unwrap();
    assert!(error.contains("не зашифрован для этого ключа"), "{error}");
}

#[test]
fn names_that_cannot_be_are_refused() {
    for name in ["", "7А", "a/b", "A", &"a".repeat(61)] {
        assert!(Package::new(name).is_err(), "{name}");
    }
    let mut package = Package::new("registers").unwrap();
    package.add("a.pdf", Source::Bytes(Vec::new())).unwrap();
    for path in ["a.pdf", INNER_SUMS, "../a.pdf", "/a"] {
        assert!(package.add(path, Source::Bytes(Vec::new())).is_err(), "{path}");
    }
}

/// A package with this zip in it.
fn opened(dir: &Path, zip: &[u8]) -> std::result::Result<OpenPackage, String> {
    let identity = Identity::generate();
    let (folder, paths) = put(dir, &age::encrypt(&recipient(&identity), zip).unwrap(), 1);
    OpenPackage::open(&folder, &paths, &identity)
}

#[test]
fn a_member_that_no_list_names_is_not_unpacked_and_one_that_unpacks_to_more_than_it_says_is_refused() {
    use std::io::Write;
    let mut zip = zip::write::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in [("zeros", vec![0; 900_000]), (INNER_SUMS, Vec::new())] {
        zip.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&content).unwrap();
    }
    let mut zip = zip.finish().unwrap().into_inner();
    let dir = tempfile::tempdir().unwrap();
    let (members, faults) = opened(dir.path(), &zip).unwrap().check(&Quiet);
    assert!(members.is_empty() && faults.len() == 1 && faults[0].contains("нет в SHA256SUMS"), "{faults:?}");
    // Both say that it has ten bytes less.
    let size = 900_000_u32.to_le_bytes();
    let places: Vec<usize> = (0..zip.len() - 4).filter(|at| zip[*at..*at + 4] == size).collect();
    places.iter().for_each(|at| zip[*at..*at + 4].copy_from_slice(&899_990_u32.to_le_bytes()));
    assert_eq!(places.len(), 2);
    let mut out = Vec::new();
    let error = opened(dir.path(), &zip).unwrap().extract("zeros", &mut out).unwrap().unwrap_err();
    assert!(error.contains("не извлекается") && out.len() <= 899_990, "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// Whoever can encrypt for a school can send it any zip.
    #[test]
    fn a_garbled_zip_inside_a_good_envelope_makes_nothing_panic(
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6), cut in any::<prop::sample::Index>(),
    ) {
        let identity = Identity::generate();
        let mut plain = age::decrypt(&identity.age_identity(), &sealed(&sample(b"pdf"), &identity)).unwrap();
        for (at, value) in flips {
            let at = at.index(plain.len());
            plain[at] = value;
        }
        plain.truncate(plain.len() - cut.index(4));
        let dir = tempfile::tempdir().unwrap();
        let (folder, paths) = put(dir.path(), &age::encrypt(&recipient(&identity), &plain).unwrap(), 1);
        if let Ok(mut package) = OpenPackage::open(&folder, &paths, &identity) {
            let _ = package.check(&Quiet);
        }
    }
}
