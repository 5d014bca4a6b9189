//! The tag manifest, its signature, and who signed.
//!
//! Where a list, a file and a signature disagree, one of them is damaged and must be named. The signature decides: if
//! it fits the list that the files would make today, the list on the carrier is the damaged one; if the list agrees with
//! every file, the signature is.

use crate::archive::bag::{ALLOWED_SIGNERS, BAGIT, BagPath, Facts, Folder, INFO, Manifest, SIGNATURE, TAGMANIFEST};
use crate::archive::report::Finding;
use crate::archive::signature::{AllowedSigners, ArchiveSignature};
use crate::archive::sum::Sum;
use crate::error::reason;
use crate::ledger::chain::hex;
use crate::ledger::log::checkpoint::Checkpoint;
use crate::ledger::log::note::Note;

use super::files::{Files, LISTED_TAGS, SAME_SUM_DIGITS};

/// Whose signature a bag bears.
pub(super) struct Signer {
    pub key: [u8; 32],
    pub fingerprint: String,
    /// The login beside this key in `allowed_signers`.
    pub login: Option<String>,
}

/// What the seal tells.
pub(super) struct Seal {
    /// SHA-256 of the tag manifest, where it can be read.
    pub code: Option<Sum>,
    pub signer: Option<Signer>,
    pub findings: Vec<Finding>,
}

/// Whether the bag bears a signature over its tag manifest: it was finished once, whatever it lost since.
pub(super) fn holds(folder: &Folder) -> bool {
    let signature = folder.read_tag(SIGNATURE).ok().and_then(|file| ArchiveSignature::parse(&file).ok());
    let tagmanifest = folder.read_tag(TAGMANIFEST).ok();
    signature.zip(tagmanifest).is_some_and(|(signature, tagmanifest)| signature.holds(&tagmanifest))
}

/// Checks the tag files against the tag manifest, and that against its signature.
pub(super) fn check(folder: &Folder, files: &Files) -> Seal {
    let mut findings = Vec::new();
    let signature = folder
        .read_tag(SIGNATURE)
        .map_err(|cause| format!("не читается или отсутствует ({})", reason(&cause)))
        .and_then(|file| ArchiveSignature::parse(&file).map_err(str::to_owned));
    if let Err(why) = &signature {
        findings.push(Finding::damage(SIGNATURE, why.as_str()));
    }
    let signature = signature.ok();
    let tagmanifest = match folder.read_tag(TAGMANIFEST) {
        Ok(bytes) => bytes,
        Err(cause) => {
            findings.push(Finding::damage(TAGMANIFEST, format!("не читается или отсутствует ({})", reason(&cause))));
            return Seal { code: None, signer: None, findings };
        }
    };
    findings.extend(disagreements(&tagmanifest, signature.as_ref(), files));
    let signers = folder.read_tag(ALLOWED_SIGNERS).ok();
    let signers = signers.map(|text| AllowedSigners::parse(&String::from_utf8_lossy(&text)));
    if let Some(Err(why)) = &signers {
        findings.push(Finding::damage(ALLOWED_SIGNERS, why.as_str()));
    }
    let signer = signature.map(|signature| Signer {
        key: *signature.key(),
        fingerprint: signature.fingerprint(),
        login: signers.and_then(Result::ok).and_then(|signers| signers.login_of(signature.key()).map(str::to_owned)),
    });
    if findings.is_empty() && signer.as_ref().is_some_and(|signer| signer.login.is_none()) {
        findings.push(Finding::forgery(SIGNATURE, format!("подписан ключом, которого нет в {ALLOWED_SIGNERS}")));
    }
    Seal { code: Some(Sum::of(&tagmanifest)), signer, findings }
}

/// The signature's principal is the archive's author.
pub(super) fn check_login(signer: &Option<Signer>, facts: &Facts) -> Option<Finding> {
    let login = signer.as_ref()?.login.as_ref()?;
    (*login != facts.login).then(|| Finding::forgery(INFO, format!("архив создал {}, а подписал {login}", facts.login)))
}

/// The checkpoint is of the journal that the archive names, and of no more records than it holds.
pub(super) fn check_checkpoint(facts: &Facts) -> Option<Finding> {
    let note = facts.checkpoint.as_ref()?;
    match Note::parse(note).and_then(|note| Checkpoint::read(&note)) {
        Err(error) => Some(Finding::forgery(INFO, error.message())),
        Ok(point) if hex(&point.origin.journal) != facts.journal || point.size > facts.length => Some(
            Finding::forgery(INFO, "контрольная точка в нём другого журнала, или записей в ней больше, чем в архиве"),
        ),
        Ok(_) => None,
    }
}

fn disagreements(tagmanifest: &[u8], signature: Option<&ArchiveSignature>, files: &Files) -> Vec<Finding> {
    let today = listing_today(files);
    let holds = |text: &[u8]| signature.is_some_and(|signature| signature.holds(text));
    if holds(tagmanifest) {
        return match Manifest::parse(&String::from_utf8_lossy(tagmanifest)) {
            Ok(listed) => compare(&listed, files, false),
            Err(error) => vec![Finding::damage(TAGMANIFEST, error.to_string())],
        };
    }
    if holds(today.as_bytes()) {
        return vec![Finding::damage(TAGMANIFEST, "содержимое изменилось: подпись сходится с тем, каким он был")];
    }
    if tagmanifest == today.as_bytes() {
        // Without a readable signature its own finding is there already.
        let what = format!("подпись не сходится с {TAGMANIFEST}: повреждена она, или списки переделаны после неё");
        return signature.map(|_| Finding::damage(SIGNATURE, what)).into_iter().collect();
    }
    let mut findings = match Manifest::parse(&String::from_utf8_lossy(tagmanifest)) {
        Ok(listed) => compare(&listed, files, true),
        Err(error) => vec![Finding::damage(TAGMANIFEST, error.to_string())],
    };
    let blamed = findings.iter().any(|finding| finding.path == TAGMANIFEST);
    // A signature that cannot be read proves nothing against a list that only disagrees with a damaged file.
    if signature.is_some() && !blamed {
        findings.push(Finding::damage(TAGMANIFEST, "подпись с ним не сходится"));
    }
    findings
}

/// The tag manifest that the tag files would make as they are now.
fn listing_today(files: &Files) -> String {
    let mut listing = Manifest::default();
    for path in LISTED_TAGS.iter().filter_map(|name| BagPath::new(name).ok()) {
        if let Some(sum) = files.sum(&path) {
            listing.insert(path, sum);
        }
    }
    listing.to_string()
}

fn compare(listed: &Manifest, files: &Files, doubted: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, expected) in listed.iter() {
        match files.sum(path) {
            Some(sum) if sum == expected => {}
            Some(sum) if doubted && sum.differing_digits(&expected) <= SAME_SUM_DIGITS => {
                findings.push(Finding::damage(TAGMANIFEST, format!("сумма файла {path} записана с ошибкой")));
            }
            Some(_) => {
                findings.push(Finding::damage(path, "содержимое изменилось: контрольная сумма не сходится"));
            }
            None if path.as_str() == BAGIT => {
                findings.push(Finding::damage(path, "пропал, а архив был завершён: подпись сходится"));
            }
            None => findings.push(Finding::damage(path, "файл отсутствует или не читается")),
        }
    }
    let unlisted = LISTED_TAGS.iter().filter(|name| !listed.iter().any(|(path, _)| path.as_str() == **name));
    findings.extend(unlisted.map(|name| Finding::damage(TAGMANIFEST, format!("не называет файла {name}"))));
    findings
}
