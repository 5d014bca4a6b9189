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
        findings.push(refuse("содержание (--deep) не проверить"));
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
        payload: validated.payload,
        depth: Depth::Sums,
        findings,
        verdict,
        healing: None,
    }
}

fn asked(anchor: &Anchor<'_>) -> &'static str {
    match anchor {
        Anchor::Signer(_) => "ключом из акта (--signer) он не подписан",
        Anchor::Expect(_) => "код из акта (--expect) не от него",
        Anchor::Journal(_) => "журнал (--journal) за него не ручается",
        Anchor::Bag(_) => "доверенный архив (--trusted) за него не ручается",
    }
}
