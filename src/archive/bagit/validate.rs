//! Holding the lists of a bag against its files: complete, then valid (RFC 8493, section 3).

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::algorithm::{Algorithm, Sums, sums};
use super::declaration::{Declaration, Version};
use super::listing::Kind;
use super::names::Names;
use super::tags::{FETCH, Manifest, Reader, Tags, strange};
use crate::archive::bag::{BAGIT, BagPath, DATA, Folder, Listed, Oxum, SIGNATURE};
use crate::archive::progress::Progress;
use crate::archive::report::Finding;
use crate::error::reason;

/// What is known of a bag after its validation.
#[derive(Debug)]
pub struct Validated {
    /// The version it declares, where that can be read.
    pub version: Option<Version>,
    /// The payload as found.
    pub payload: Oxum,
    /// Damage makes it invalid; all else is worth knowing.
    pub findings: Vec<Finding>,
}

/// Validates a bag. Nothing outside its folder is read, nothing is written, nothing is fetched.
pub fn validate(folder: &Folder, progress: &dyn Progress) -> Validated {
    let listed = folder.list();
    let mut findings: Vec<Finding> = listed.strange.iter().map(|(name, why)| strange(name, why)).collect();
    let payload = payload_of(&listed);
    if !crate::files::is_folder(&folder.root().join(DATA)) {
        findings.push(Finding::damage(DATA, "папки нет"));
    }
    let declared = super::read(folder, BAGIT).and_then(|bytes| Declaration::parse(&bytes));
    let declaration = match declared {
        Ok(declaration) => declaration,
        Err(why) => {
            findings.push(Finding::damage(BAGIT, format!("{why}; остальное без него не проверить")));
            return Validated { version: None, payload, findings };
        }
    };
    findings.extend(declaration.warnings.iter().map(|what| Finding::warning(BAGIT, what.as_str())));
    let mut reader = Reader { folder, listed: &listed, declaration: &declaration, findings };
    let tags = reader.read();
    let mut findings = reader.findings;
    let lists = Lists::resolve(&tags, &listed, declaration.version, &mut findings);
    lists.completeness(&tags, &listed, &mut findings);
    if let Some(oxum) = tags.oxum.filter(|oxum| *oxum != payload) {
        findings.push(Finding::damage(DATA, format!("должно быть {oxum} (байты.файлы), а есть {payload}")));
    }
    let most = tags.oxum.map_or(u64::MAX, |oxum| oxum.bytes);
    lists.sums(folder, &listed, most, progress, &mut findings);
    let inside = listed.files.keys().filter(|path| path.as_str().ends_with(&format!("/{SIGNATURE}")));
    findings.extend(inside.map(|path| Finding::note(path, "внутри лежит архив Летописи: проверьте его отдельно")));
    Validated { version: Some(declaration.version), payload, findings }
}

fn payload_of(listed: &Listed) -> Oxum {
    let sizes = listed.files.iter().filter(|(path, _)| path.is_in(DATA)).map(|(_, size)| size);
    sizes.fold(Oxum::default(), |sum, size| Oxum { bytes: sum.bytes + size, files: sum.files + 1 })
}

/// The manifests, with the files that their lines mean.
struct Lists<'a> {
    version: Version,
    lists: Vec<List<'a>>,
}

struct List<'a> {
    manifest: &'a Manifest,
    /// Sums by file; several where several lines mean it.
    found: BTreeMap<&'a BagPath, Vec<&'a str>>,
}

impl<'a> Lists<'a> {
    fn resolve(tags: &'a Tags, listed: &'a Listed, version: Version, findings: &mut Vec<Finding>) -> Self {
        let names = Names::new(&listed.files);
        findings.extend(names.clashes());
        let to_fetch: BTreeMap<&BagPath, &str> =
            tags.fetch.iter().map(|item| (&item.path, item.url.as_str())).collect();
        let mut lists = Vec::new();
        for manifest in &tags.manifests {
            let mut found: BTreeMap<&BagPath, Vec<&str>> = BTreeMap::new();
            for (path, sum) in &manifest.listing.entries {
                match names.find(path, version) {
                    Some((file, warning)) => {
                        findings.extend(warning.map(|what| Finding::warning(file, what)));
                        found.entry(file).or_default().push(sum);
                    }
                    None => findings.push(missing(path, to_fetch.get(path).copied())),
                }
            }
            for (file, _) in found.iter().filter(|(_, sums)| sums.len() > 1) {
                let what = format!("файл «{file}» назван дважды, с разной нормализацией Юникода");
                findings.push(Finding::warning(&manifest.file, what));
            }
            lists.push(List { manifest, found });
        }
        Self { version, lists }
    }

    fn payload(&self) -> impl Iterator<Item = &List<'a>> {
        self.lists.iter().filter(|list| list.manifest.kind == Kind::Payload)
    }

    /// Whether every file of the payload is listed, and everything to be fetched.
    fn completeness(&self, tags: &Tags, listed: &Listed, findings: &mut Vec<Finding>) {
        for path in listed.files.keys().filter(|path| path.is_in(DATA)) {
            self.must_list(|list| list.found.contains_key(path), path, findings);
        }
        for item in &tags.fetch {
            let in_list = |list: &List<'_>| list.manifest.listing.entries.contains_key(&item.path);
            self.must_list(in_list, &item.path, findings);
            let size = listed.files.get(&item.path);
            if let (Some(size), Some(length)) = (size, item.length)
                && *size != length
            {
                let what = format!("длина файла «{}» должна быть {length}, а он занимает {size}", item.path);
                findings.push(Finding::warning(FETCH, what));
            }
        }
    }

    /// Every payload manifest lists every file of a bag of the RFC; in the drafts one is enough.
    fn must_list(&self, is_in: impl Fn(&List<'_>) -> bool, path: &BagPath, findings: &mut Vec<Finding>) {
        let without: Vec<&str> =
            self.payload().filter(|list| !is_in(list)).map(|list| list.manifest.file.as_str()).collect();
        let listed = self.payload().count() > without.len();
        if !listed {
            findings.push(Finding::damage(path, "лишний файл: его нет в списке"));
        } else if self.version.is_of_rfc() && !without.is_empty() {
            findings.push(Finding::damage(path, format!("его нет в списке {}", without.join(", "))));
        }
    }

    /// Reads every listed file once and compares its sums. A payload file of more than `most` bytes, which the bag says that
    /// all of them have together, is not what was listed, and need not be read to know that.
    fn sums(&self, folder: &Folder, listed: &Listed, most: u64, progress: &dyn Progress, findings: &mut Vec<Finding>) {
        let is_longer = |path: &BagPath| path.is_in(DATA) && listed.files.get(path).is_some_and(|size| *size > most);
        let mut wanted: BTreeMap<&BagPath, BTreeSet<Algorithm>> = BTreeMap::new();
        for list in &self.lists {
            let Some(algorithm) = list.manifest.algorithm else { continue };
            list.found.keys().filter(|path| !is_longer(path)).for_each(|path| {
                wanted.entry(path).or_default().insert(algorithm);
            });
        }
        let made = read(folder, listed, wanted, progress);
        for list in &self.lists {
            let Some(algorithm) = list.manifest.algorithm else { continue };
            for (path, expected) in &list.found {
                match made.get(path) {
                    Some(Ok(sums))
                        if expected.iter().all(|sum| sums.get(&algorithm).is_some_and(|made| made == sum)) => {}
                    None if is_longer(path) => {
                        findings.push(Finding::damage(
                            path,
                            "длиннее, чем вся полезная нагрузка по Payload-Oxum: не читается",
                        ));
                    }
                    Some(Err(why)) => findings.push(Finding::damage(path, why.as_str())),
                    _ => {
                        let what = format!("содержимое изменилось: сумма не сходится с {}", list.manifest.file);
                        findings.push(Finding::damage(path, what));
                    }
                }
            }
        }
    }
}

fn missing(path: &BagPath, url: Option<&str>) -> Finding {
    match url {
        Some(url) => Finding::damage(
            path,
            format!("пакет неполон: файл не получен; {FETCH} называет его адрес {}", url.escape_debug()),
        ),
        None => Finding::damage(path, "файл отсутствует"),
    }
}

type Made<'a> = BTreeMap<&'a BagPath, Result<Sums, String>>;

/// The sums of the files, the largest first: a processor that came to it last would have all others wait.
fn read<'a>(
    folder: &Folder,
    listed: &Listed,
    wanted: BTreeMap<&'a BagPath, BTreeSet<Algorithm>>,
    progress: &dyn Progress,
) -> Made<'a> {
    let size = |path: &BagPath| listed.files.get(path).copied().unwrap_or_default();
    progress.begin("контрольные суммы", crate::archive::bag::total(wanted.keys().map(|path| size(path))));
    let mut files: Vec<_> = wanted.into_iter().collect();
    files.sort_by_key(|(path, _)| std::cmp::Reverse(size(path)));
    let few = files.len() < rayon::current_num_threads();
    let make = |(path, algorithms): (&'a BagPath, BTreeSet<Algorithm>)| {
        let made = folder.open(path).and_then(|file| sums(file, size(path), algorithms, few, progress));
        (path, made.map_err(|cause| format!("не читается ({})", reason(&cause))))
    };
    if few {
        return files.into_iter().map(make).collect();
    }
    files.into_par_iter().with_max_len(1).map(make).collect()
}
