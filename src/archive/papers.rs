//! Issued documents taken out of an archive by their sums, into memory: nothing of them comes to lie on a disk.
//!
//! What vouches for such a file is the register of the proven journal, which has its SHA-256; the archive's seal is not
//! asked. A package that is damaged or not for this key is passed over as long as the others have what is wanted.

use super::bag::Folder;
use super::export::DATABASE;
use super::package::{OpenPackage, group};
use super::progress::Quiet;
use crate::ledger::identity::Identity;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The files of these sums (SHA-256, lower-case hex) that an archive holds, by sum; and why packages were passed over, in
/// Russian.
pub fn files_of(bag: &Path, identity: &Identity, sums: &BTreeSet<String>) -> (BTreeMap<String, Vec<u8>>, Vec<String>) {
    let folder = Folder::new(bag);
    let (mut found, mut passed_over) = (BTreeMap::new(), Vec::new());
    for (name, parts) in group(folder.own_files().keys()) {
        if name == DATABASE || sums.iter().all(|sum| found.contains_key(sum)) {
            continue;
        }
        let mut package = match OpenPackage::open(&folder, &parts, identity) {
            Ok(package) => package,
            Err(why) => {
                passed_over.push(format!("пакет «{name}»: {why}"));
                continue;
            }
        };
        let (members, faults) = package.check(&Quiet);
        passed_over.extend(faults.into_iter().map(|fault| format!("пакет «{name}»: {fault}")));
        for member in members {
            let sum = member.sum.to_string();
            if !sums.contains(&sum) {
                continue;
            }
            let mut bytes = Vec::new();
            match package.extract(member.path.as_str(), &mut bytes) {
                Ok(Ok(taken)) if taken == member.sum => drop(found.insert(sum, bytes)),
                _ => passed_over.push(format!("пакет «{name}»: «{}» не читается", member.path)),
            }
        }
    }
    (found, passed_over)
}
