//! A bag that is not ours: validated by the rules of BagIt, and never more than whole. What was asked of an archive of
//! ours (an anchor, its content) cannot be answered, and counts as not fitting.

use crate::archive::anchor::Anchor;
use crate::archive::bag::Folder;
use crate::archive::bagit;
use crate::archive::progress::Progress;
use crate::archive::report::{Depth, Finding, Report, Severity, Verdict};

use super::Request;

/// Validates the bag and says what it is.
pub(super) fn check(folder: &Folder, request: &Request<'_>, progress: &dyn Progress) -> Report {
    let validated = bagit::validate(folder, progress);
    let mut findings = validated.findings;
    let refuse = |what: &str| Finding::forgery("", format!("{what}: это не архив Летописи"));
    findings.extend(request.anchors.iter().map(|anchor| refuse(asked(anchor))));
    if request.content.is_some() {
        findings.push(refuse("содержание не проверить"));
    }
    findings.sort_by(|a, b| b.severity.cmp(&a.severity).then_with(|| a.path.cmp(&b.path)));
    findings.dedup();
    let version = validated.version.map(|version| version.to_string());
    let worst = findings.iter().map(|finding| finding.severity).max();
    let damaged = findings.iter().any(|finding| finding.severity == Severity::Damage);
    let verdict = match version {
        Some(bagit) if !damaged && worst != Some(Severity::Forgery) => Verdict::Bag { bagit },
        Some(_) if !damaged => Verdict::Forged,
        bagit => Verdict::BrokenBag { bagit },
    };
    Report {
        name: folder.name(),
        facts: None,
        code: None,
        signer: None,
        asked: Vec::new(),
        payload: validated.payload,
        depth: Depth::Sums,
        findings,
        verdict,
        healing: None,
    }
}

fn asked(anchor: &Anchor<'_>) -> &'static str {
    match anchor {
        Anchor::Signer(_) => "ключом из акта он не подписан",
        Anchor::Expect(_) => "код из акта не от него",
        Anchor::Journal(_) => "журнал за него не ручается",
        Anchor::Bag(_) => "доверенный архив за него не ручается",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::anchor::Code;
    use crate::archive::bag::{ALLOWED_SIGNERS, BAGIT, INFO, MANIFEST, RECOVERY, SIGNATURE, TAGMANIFEST};
    use crate::archive::fixture::School;
    use crate::archive::progress::Quiet;
    use crate::archive::sum::Sum;
    use crate::archive::verify::{Content, verify};
    use crate::ledger::identity::Identity;
    use proptest::prelude::*;
    use std::fs;
    use std::path::Path;

    fn bag(root: &Path) {
        fs::create_dir_all(root.join("data")).unwrap();
        fs::write(root.join("data/a"), "a").unwrap();
        fs::write(root.join("manifest-sha256.txt"), format!("{}  data/a\n", Sum::of(b"a"))).unwrap();
        fs::write(root.join(BAGIT), "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n").unwrap();
    }

    #[test]
    fn what_is_asked_of_an_archive_of_ours_is_never_answered_with_yes() {
        let dir = tempfile::tempdir().unwrap();
        bag(dir.path());
        let check = |request: &Request<'_>| verify(dir.path(), request, &Quiet).unwrap();
        let plain = check(&Request::default());
        assert_eq!(plain.verdict, Verdict::Bag { bagit: "1.0".to_owned() });
        assert_eq!((plain.verdict.exit_status(), plain.findings.len(), plain.depth), (0, 0, Depth::Sums));
        let code = Sum::of(b"a").to_string();
        let anchors =
            [Anchor::Signer(Identity::generate().public().fingerprint()), Anchor::Expect(Code::parse(&code).unwrap())];
        for anchor in &anchors {
            let report = check(&Request { anchors: std::slice::from_ref(anchor), ..Request::default() });
            assert_eq!((&report.verdict, report.verdict.exit_status()), (&Verdict::Forged, 1));
            assert!(report.findings[0].what.contains("не архив Летописи"), "{:?}", report.findings);
        }
        let (identity, scratch) = (Identity::generate(), dir.path().join("../never"));
        let content = Content { identity: &identity, scratch: &scratch, check: &|_| panic!("nothing is opened") };
        let report = check(&Request { content: Some(content), ..Request::default() });
        assert_eq!(report.verdict, Verdict::Forged);
        fs::write(dir.path().join("data/a"), "b").unwrap();
        let report = check(&Request { anchors: &anchors, ..Request::default() });
        assert_eq!(report.verdict, Verdict::BrokenBag { bagit: Some("1.0".to_owned()) });
    }

    #[test]
    fn no_archive_of_ours_passes_for_a_strangers_bag_whatever_it_lost() {
        let school = School::new();
        school.archive();
        let root = school.bag(0).root().to_owned();
        let parts = [
            SIGNATURE,
            ALLOWED_SIGNERS,
            TAGMANIFEST,
            INFO,
            MANIFEST,
            BAGIT,
            RECOVERY,
            "data/class-7a.zip.age",
            "data/database.zip.age",
        ];
        for lost in 1_u32..1 << parts.len() {
            let is_lost = |at: usize| lost >> at & 1 == 1;
            let aside = |name: &str| root.join("..").join(name.replace('/', "-"));
            let lost: Vec<&str> =
                parts.iter().enumerate().filter(|(at, _)| is_lost(*at)).map(|(_, name)| *name).collect();
            lost.iter().for_each(|name| fs::rename(root.join(name), aside(name)).unwrap());
            let report = verify(&root, &Request::default(), &Quiet).unwrap();
            assert_eq!(report.verdict.exit_status(), 1, "without {lost:?}: {report:?}");
            // Nothing of ours is left in bagit.txt alone.
            let only_bagit = lost.len() == parts.len() - 1 && !lost.contains(&BAGIT);
            assert_eq!(report.is_foreign(), only_bagit, "without {lost:?}: {report:?}");
            lost.iter().for_each(|name| fs::rename(aside(name), root.join(name)).unwrap());
        }
        assert_eq!(verify(&root, &Request::default(), &Quiet).unwrap().verdict.exit_status(), 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn garbage_in_any_tag_file_is_reported_without_panic(
            which in 0_usize..6,
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
            text in "[\\PC\n\r\t%:]{0,200}",
            version in "0.9[3-7]|1.0",
            encoding in "UTF-8|UTF-16|ISO-8859-1|koi8-r",
        ) {
            let dir = tempfile::tempdir().unwrap();
            bag(dir.path());
            let declared = format!("BagIt-Version: {version}\nTag-File-Character-Encoding: {encoding}\n");
            fs::write(dir.path().join(BAGIT), declared).unwrap();
            let names = [INFO, MANIFEST, "manifest-md5.txt", "tagmanifest-sha512.txt", "fetch.txt", "package-info.txt"];
            for (index, name) in names.iter().enumerate() {
                let content = if index == which { bytes.clone() } else { text.clone().into_bytes() };
                fs::write(dir.path().join(name), content).unwrap();
            }
            // Nothing lists data/a any more.
            prop_assert_eq!(verify(dir.path(), &Request::default(), &Quiet).unwrap().verdict.exit_status(), 1);
        }
    }
}
