//! Bags made for the cases: whole ones of every version, and what is changed in them, before or after they are listed.

use letopis::archive::bagit::algorithm::{Algorithm, sums};
use letopis::archive::progress::Quiet;
use letopis::archive::report::{Finding, Report, Severity, Verdict};
use letopis::archive::verify::{Request, verify as verify_bag};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

pub const VERSIONS: [&str; 6] = ["0.93", "0.94", "0.95", "0.96", "0.97", "1.0"];
const ALGORITHMS: [&str; 4] = ["md5", "sha1", "sha256", "sha512"];

/// Files of a bag by their paths in it.
pub type Files = BTreeMap<String, Vec<u8>>;
type Change = Box<dyn Fn(&mut Files) + Send + Sync>;
type OnDisk = Box<dyn Fn(&Path) + Send + Sync>;

/// Every set of algorithms that manifests may stand side by side in.
pub fn combinations() -> Vec<Vec<&'static str>> {
    let of =
        |bits: usize| ALGORITHMS.iter().enumerate().filter(move |(at, _)| bits >> at & 1 == 1).map(|(_, name)| *name);
    (1..1 << ALGORITHMS.len()).map(|bits| of(bits).collect()).collect()
}

/// Where a bag of this version says what it is.
pub fn info_name(version: &str) -> &'static str {
    if ["0.93", "0.94", "0.95"].contains(&version) { "package-info.txt" } else { "bag-info.txt" }
}

/// A case: a bag, the verdict it deserves, and what `bagit.py` says of it.
pub struct Case {
    pub name: String,
    pub bag: Bag,
    pub expected: Expected,
    pub peer: Peer,
}

/// What is to be found.
#[derive(Clone, Debug)]
pub enum Expected {
    Valid,
    /// Valid, with a warning or a note on this file that holds these words.
    Warned(&'static str, &'static str),
    /// Invalid, this file blamed in these words.
    Invalid(&'static str, &'static str),
}

/// How `bagit.py` 1.9.0 judges. Where it differs, the reason is for the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(dead_code)]
pub enum Peer {
    Agrees,
    /// It accepts what is refused here.
    Laxer(&'static str),
    /// It refuses what is accepted here.
    Stricter(&'static str),
}

pub use Expected::{Invalid, Valid, Warned};
pub use Peer::{Agrees, Laxer, Stricter};

impl Case {
    pub fn new(name: impl Into<String>, bag: Bag, expected: Expected, peer: Peer) -> Self {
        Self { name: name.into(), bag, expected, peer }
    }
}

impl Expected {
    pub fn is_valid(&self) -> bool {
        !matches!(self, Invalid(..))
    }

    pub fn holds(&self, report: &Report) -> Result<(), String> {
        let says = |path: &str, word: &str, of: &dyn Fn(Severity) -> bool| {
            let fits = |finding: &Finding| of(finding.severity) && finding.path == path && finding.what.contains(word);
            if report.findings.iter().any(fits) {
                Ok(())
            } else {
                Err(format!("nothing says «{word}» of «{path}»"))
            }
        };
        match (self, &report.verdict) {
            (Invalid(path, word), Verdict::BrokenBag { .. }) => {
                says(path, word, &|severity| severity == Severity::Damage)
            }
            (Warned(path, word), Verdict::Bag { .. }) => says(path, word, &|severity| severity < Severity::Damage),
            (Valid, Verdict::Bag { .. }) if report.findings.is_empty() => Ok(()),
            (expected, _) => Err(format!("{expected:?} was expected")),
        }
    }
}

/// A bag to be written.
pub struct Bag {
    version: String,
    encoding: String,
    bagit: Option<Vec<u8>>,
    algorithms: Vec<String>,
    tagged: bool,
    payload: Files,
    tags: Files,
    lists: Vec<Change>,
    changes: Vec<Change>,
    on_disk: Vec<OnDisk>,
}

impl Bag {
    /// Two files in the payload, all usual tag files, MD5.
    pub fn new(version: &str) -> Self {
        let info = "Source-Organization: Организация\nExternal-Description: a text\n  that goes on\nContact-Name: A\nContact-Name: B\n";
        let bag = Self {
            version: version.to_owned(),
            encoding: "UTF-8".to_owned(),
            bagit: None,
            algorithms: vec!["md5".to_owned()],
            tagged: true,
            payload: Files::new(),
            tags: Files::new(),
            lists: Vec::new(),
            changes: Vec::new(),
            on_disk: Vec::new(),
        };
        let bag = bag.payload("data/a.txt", b"a text\n").payload("data/folder/b.bin", &[0, 255, 10, 13, 37]);
        bag.tag(info_name(version), format!("{info}Payload-Oxum: 12.2\n").as_bytes())
    }

    /// The payload is emptied, and what the bag says of itself is left out.
    pub fn bare(version: &str) -> Self {
        let mut bag = Self::new(version);
        bag.payload.clear();
        bag.tags.clear();
        bag
    }

    pub fn listed_by(mut self, algorithms: &[&str]) -> Self {
        self.algorithms = algorithms.iter().map(|&name| name.to_owned()).collect();
        self
    }

    pub fn without_tagmanifest(mut self) -> Self {
        self.tagged = false;
        self
    }

    /// Another `bagit.txt`.
    pub fn bagit(mut self, bytes: &[u8]) -> Self {
        self.bagit = Some(bytes.to_vec());
        self
    }

    /// Tag files in another encoding; they are ASCII or what [`encode`] can write.
    pub fn encoded(mut self, encoding: &str) -> Self {
        self.encoding = encoding.to_owned();
        self
    }

    pub fn payload(mut self, path: &str, content: &[u8]) -> Self {
        self.payload.insert(path.to_owned(), content.to_vec());
        self
    }

    /// A tag file, listed in the tag manifests.
    pub fn tag(mut self, name: &str, content: &[u8]) -> Self {
        self.tags.insert(name.to_owned(), content.to_vec());
        self
    }

    pub fn without_tag(mut self, name: &str) -> Self {
        self.tags.remove(name);
        self
    }

    /// Changes a payload manifest before the tag manifests are made.
    pub fn manifest(mut self, file: &'static str, change: impl Fn(&str) -> String + Send + Sync + 'static) -> Self {
        self.lists.push(Box::new(move |files| {
            let text = String::from_utf8(files[file].clone()).unwrap();
            files.insert(file.to_owned(), change(&text).into_bytes());
        }));
        self
    }

    /// Adds a line to `manifest-md5.txt`, with the sum of this content.
    pub fn line(self, path: &'static str, content: &'static [u8]) -> Self {
        self.manifest("manifest-md5.txt", move |text| format!("{text}{}  {path}\n", sum("md5", content)))
    }

    /// Changes the files when everything is listed.
    pub fn after(mut self, change: impl Fn(&mut Files) + Send + Sync + 'static) -> Self {
        self.changes.push(Box::new(change));
        self
    }

    /// Changes what is on disk: links, folders.
    pub fn on_disk(mut self, change: impl Fn(&Path) + Send + Sync + 'static) -> Self {
        self.on_disk.push(Box::new(change));
        self
    }

    /// Writes the bag into a folder of `dir`, beside a file that it must not reach.
    pub fn write(&self, dir: &Path) -> PathBuf {
        fs::write(dir.join("outside.txt"), "outside\n").unwrap();
        let root = dir.join("bag");
        fs::create_dir_all(root.join("data")).unwrap();
        for (path, content) in self.files() {
            let path = root.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        self.on_disk.iter().for_each(|change| change(&root));
        root
    }

    fn files(&self) -> Files {
        let encoding = &self.encoding;
        let declared = format!("BagIt-Version: {}\nTag-File-Character-Encoding: {encoding}\n", self.version);
        let mut files = self.tags.clone();
        for content in files.values_mut() {
            if let Ok(text) = String::from_utf8(content.clone()) {
                *content = encode(&text, encoding);
            }
        }
        files.insert("bagit.txt".to_owned(), self.bagit.clone().unwrap_or(declared.into_bytes()));
        let of_rfc = self.version == "1.0";
        for algorithm in &self.algorithms {
            let listing = listing(algorithm, &self.payload, of_rfc);
            files.insert(format!("manifest-{algorithm}.txt"), listing.into_bytes());
        }
        self.lists.iter().for_each(|change| change(&mut files));
        for algorithm in &self.algorithms {
            let file = format!("manifest-{algorithm}.txt");
            let text = String::from_utf8(files[&file].clone()).unwrap();
            files.insert(file, encode(&text, encoding));
        }
        let tagged = files.clone();
        for algorithm in self.algorithms.iter().filter(|_| self.tagged) {
            let text = encode(&listing(algorithm, &tagged, of_rfc), encoding);
            files.insert(format!("tagmanifest-{algorithm}.txt"), text);
        }
        files.extend(self.payload.clone());
        self.changes.iter().for_each(|change| change(&mut files));
        files
    }
}

fn listing(algorithm: &str, files: &Files, of_rfc: bool) -> String {
    let encoded = |path: &str| path.replace('%', if of_rfc { "%25" } else { "%" }).replace('\n', "%0A");
    files.iter().map(|(path, content)| format!("{}  {}\n", sum(algorithm, content), encoded(path))).collect()
}

pub fn sum(algorithm: &str, content: &[u8]) -> String {
    let algorithm = Algorithm::parse(algorithm).unwrap();
    sums(content, content.len() as u64, [algorithm], false, &Quiet).unwrap().remove(&algorithm).unwrap()
}

pub fn encode(text: &str, encoding: &str) -> Vec<u8> {
    match encoding {
        "UTF-16" => [b"\xFE\xFF".to_vec(), text.encode_utf16().flat_map(u16::to_be_bytes).collect()].concat(),
        "UTF-16LE" => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        "ISO-8859-1" => text.chars().map(|character| u8::try_from(u32::from(character)).unwrap_or(b'?')).collect(),
        "windows-1251" => encoding_rs::WINDOWS_1251.encode(text).0.into_owned(),
        "US-ASCII" => {
            text.chars().map(|character| u8::try_from(character).ok().filter(u8::is_ascii).unwrap_or(b'?')).collect()
        }
        "UTF-32" => {
            let units = text.chars().flat_map(|character| u32::from(character).to_le_bytes());
            [0xFF, 0xFE, 0, 0].into_iter().chain(units).collect()
        }
        _ => text.as_bytes().to_vec(),
    }
}

pub fn verify(root: &Path) -> Report {
    verify_bag(root, &Request::default(), &Quiet).unwrap()
}

/// Everything under a folder: links with where they lead, files with their bytes and the time they were written.
pub fn snapshot(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let entries = walkdir::WalkDir::new(dir).into_iter().map(Result::unwrap);
    let content = |entry: &walkdir::DirEntry| match entry.file_type() {
        kind if kind.is_file() => {
            let written = entry.metadata().unwrap().modified().unwrap();
            format!("{written:?} {:?}", fs::read(entry.path()).unwrap()).into_bytes()
        }
        kind if kind.is_symlink() => format!("{:?}", fs::read_link(entry.path()).unwrap()).into_bytes(),
        _ => Vec::new(),
    };
    entries.map(|entry| (entry.path().to_owned(), content(&entry))).collect()
}
