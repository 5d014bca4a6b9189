//! What an archive's signed lists name, and whether a file is that.

use std::collections::BTreeMap;
use std::path::Path;

use crate::archive::bag::{BagPath, Folder, MANIFEST, Manifest, SIGNATURE, TAGMANIFEST};
use crate::archive::progress::Quiet;
use crate::archive::signature::ArchiveSignature;
use crate::archive::sum::Sum;

/// Every file that the archive must have but its recovery data, and its sum, where its lists are whole and signed. Each list
/// is taken from the first of the folders that has one of that name.
pub(crate) fn signed(roots: &[&Path]) -> Option<BTreeMap<BagPath, Sum>> {
    let read = |name: &str| roots.iter().find_map(|root| Folder::new(root).read_tag(name).ok());
    let (tagmanifest, signature, manifest) = (read(TAGMANIFEST)?, read(SIGNATURE)?, read(MANIFEST)?);
    if !ArchiveSignature::parse(&signature).is_ok_and(|signature| signature.holds(&tagmanifest)) {
        return None;
    }
    let tags = Manifest::parse(&String::from_utf8_lossy(&tagmanifest)).ok()?;
    let is_it = |(path, sum): (&BagPath, Sum)| path.as_str() == MANIFEST && sum == Sum::of(&manifest);
    if !tags.iter().any(is_it) {
        return None;
    }
    let payload = Manifest::parse(&String::from_utf8_lossy(&manifest)).ok()?;
    let own = [(TAGMANIFEST, &tagmanifest), (SIGNATURE, &signature)];
    let own = own.into_iter().filter_map(|(name, bytes)| Some((BagPath::new(name).ok()?, Sum::of(bytes))));
    let all = tags.iter().chain(payload.iter()).map(|(path, sum)| (path.clone(), sum));
    Some(all.chain(own).collect())
}

/// Whether a plain file of this sum stands under a root.
pub(super) fn is_there(root: &Path, path: &BagPath, sum: Sum) -> bool {
    let read = Folder::new(root).open(path).and_then(|file| Sum::of_reader(file, &Quiet));
    read.is_ok_and(|(found, _)| found == sum)
}
