//! The tag files of a bag, read: its manifests, what it says of itself, what is to be fetched.

use super::algorithm::Algorithm;
use super::declaration::Declaration;
use super::fetch::{self, Item};
use super::listing::{self, Kind, Listing};
use crate::archive::bag::{DATA, Folder, Info, Listed, Oxum};
use crate::archive::report::Finding;

/// What is still to be fetched.
pub(super) const FETCH: &str = "fetch.txt";
/// The label of the payload's size.
const OXUM: &str = "Payload-Oxum";

/// A manifest and the file it was read from.
pub(super) struct Manifest {
    pub file: String,
    pub kind: Kind,
    /// Nothing where its sums cannot be made here.
    pub algorithm: Option<Algorithm>,
    pub listing: Listing,
}

/// The tag files of a bag.
pub(super) struct Tags {
    pub manifests: Vec<Manifest>,
    pub fetch: Vec<Item>,
    pub oxum: Option<Oxum>,
}

/// Reads tag files one after another and keeps what is wrong with them.
pub(super) struct Reader<'r> {
    pub folder: &'r Folder,
    pub listed: &'r Listed,
    pub declaration: &'r Declaration,
    pub findings: Vec<Finding>,
}

impl Reader<'_> {
    pub fn read(&mut self) -> Tags {
        let manifests = self.manifests();
        let fetch = if self.is_there(FETCH) { self.fetch() } else { Vec::new() };
        let names = self.declaration.version.info_names();
        let info = names.iter().find(|name| self.is_there(name));
        let oxum = info.and_then(|name| self.oxum(name));
        Tags { manifests, fetch, oxum }
    }

    fn is_there(&self, name: &str) -> bool {
        self.listed.files.keys().any(|path| path.as_str() == name)
    }

    fn damage(&mut self, file: &str, what: impl Into<String>) {
        self.findings.push(Finding::damage(file, what));
    }

    /// A fault of a bag of the RFC, worth a word in one of the drafts.
    fn strict(&mut self, file: &str, what: impl Into<String>) {
        let of_rfc = self.declaration.version.is_of_rfc();
        self.findings.push(if of_rfc { Finding::damage(file, what) } else { Finding::warning(file, what) });
    }

    fn text(&mut self, file: &str) -> Option<String> {
        let decoded = super::read(self.folder, file).and_then(|bytes| {
            let decoded = self.declaration.encoding.decode(&bytes);
            decoded.ok_or_else(|| "не в той кодировке, которую называет bagit.txt".to_owned())
        });
        match decoded {
            Ok((text, marked)) => {
                if marked {
                    self.findings.push(Finding::warning(file, "начинается с метки порядка байтов (BOM)"));
                }
                Some(text)
            }
            Err(why) => {
                self.damage(file, why);
                None
            }
        }
    }

    fn manifests(&mut self) -> Vec<Manifest> {
        let files: Vec<String> = self.listed.files.keys().map(|path| path.as_str().to_owned()).collect();
        let mut manifests = Vec::new();
        for file in files {
            let Some((kind, name)) = listing::named(&file) else { continue };
            let algorithm = Algorithm::parse(name);
            if algorithm.is_none() {
                let what = format!("алгоритм «{name}» здесь не поддерживается: суммы этого списка не проверены");
                self.findings.push(Finding::warning(&file, what));
            }
            let Some(text) = self.text(&file) else { continue };
            let listing = Listing::parse(&text, algorithm, self.declaration.version);
            self.lines(&file, &listing);
            manifests.push(Manifest { file, kind, algorithm, listing });
        }
        self.manifests_together(&manifests);
        manifests
    }

    fn lines(&mut self, file: &str, listing: &Listing) {
        for (line, what) in &listing.faults {
            self.damage(file, format!("строка {line}: {what}"));
        }
        for (line, what) in &listing.warnings {
            self.findings.push(Finding::warning(file, format!("строка {line}: {what}")));
        }
    }

    /// What manifests may list, and that there is one to check by.
    fn manifests_together(&mut self, manifests: &[Manifest]) {
        let payload = || manifests.iter().filter(|manifest| manifest.kind == Kind::Payload);
        if payload().next().is_none() {
            self.damage("", "нет ни одного списка файлов manifest-….txt, который читается");
        } else if payload().all(|manifest| manifest.algorithm.is_none()) {
            self.damage("", "ни один список файлов не проверить: их алгоритмы здесь не поддерживаются");
        }
        for manifest in manifests {
            for path in manifest.listing.entries.keys() {
                match manifest.kind {
                    Kind::Payload if !path.is_in(DATA) => {
                        self.strict(&manifest.file, format!("называет файл «{path}» вне папки {DATA}"));
                    }
                    Kind::Tag if path.is_in(DATA) => {
                        self.strict(&manifest.file, format!("называет файл «{path}» из папки {DATA}"));
                    }
                    Kind::Tag if matches!(listing::named(path.as_str()), Some((Kind::Tag, _))) => {
                        self.strict(&manifest.file, format!("называет «{path}», такой же список"));
                    }
                    _ => {}
                }
            }
            if manifest.kind == Kind::Tag {
                let lists = |file: &str| manifest.listing.entries.keys().any(|path| path.as_str() == file);
                for other in payload().filter(|other| !lists(&other.file)) {
                    self.strict(&manifest.file, format!("не называет списка {}", other.file));
                }
            }
        }
    }

    fn fetch(&mut self) -> Vec<Item> {
        let Some(text) = self.text(FETCH) else { return Vec::new() };
        let (items, faults) = fetch::parse(&text, self.declaration.version);
        for (line, what) in faults {
            self.damage(FETCH, format!("строка {line}: {what}"));
        }
        for item in items.iter().filter(|item| !item.path.is_in(DATA)) {
            self.damage(FETCH, format!("называет файл «{}» вне папки {DATA}", item.path));
        }
        items
    }

    fn oxum(&mut self, file: &str) -> Option<Oxum> {
        let text = self.text(file)?;
        let info = match Info::parse(&text) {
            Ok(info) => info,
            Err(why) => {
                self.damage(file, why);
                return None;
            }
        };
        let mut values = info.all(OXUM);
        let value = values.next()?;
        if values.next().is_some() {
            self.strict(file, format!("поле «{OXUM}» стоит дважды"));
        }
        let oxum = value.parse().ok();
        if oxum.is_none() {
            self.damage(file, format!("поле «{OXUM}» — не байты и файлы через точку"));
        }
        oxum
    }
}

/// What to say of a link, a special file or a name that cannot be written in a list: it is not opened, so nothing that
/// depends on it is checked. Beside the payload it matters only in the place of a tag file; all else there may be.
pub(super) fn strange(name: &str, why: &str) -> Finding {
    let root = name.split('/').next().unwrap_or(name);
    let matters = name.is_empty() || root == DATA || (root == name && name.ends_with(".txt"));
    if matters { Finding::damage(name, why) } else { Finding::warning(name, why) }
}
