//! A package: files for one reader's need, zipped and encrypted for the archive's recipients.
//!
//! `database` is the journal itself, `class-7a` the printed documents of a class, `registers` the school's own. One
//! package is one file of the bag, so that a class can be taken out without touching the rest. Inside it `SHA256SUMS`
//! lists the members; it is written last, since the sums are taken while the members are read.

mod deflate;
pub mod directory;
pub mod header;
mod read;
mod write;

use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::PathBuf;

use super::bag::{BagPath, DATA};
use crate::error::{Error, Result, copy_of};
use crate::files;

pub use read::{Member, NOT_FOR_THIS_KEY, OpenPackage, Parts, group};
pub(in crate::archive) use write::Packer;

/// The name of the list of sums inside a package.
pub const INNER_SUMS: &str = "SHA256SUMS";

/// The end of a package's file name.
pub const SUFFIX: &str = ".zip.age";

/// Where a member's bytes come from.
#[derive(Clone, Debug)]
pub enum Source {
    /// Bytes in memory.
    Bytes(Vec<u8>),
    /// A file on this machine.
    File(PathBuf),
}

impl Source {
    fn open(&self) -> Result<Box<dyn Read + '_>> {
        self.open_at(0)
    }

    /// From the byte `at` on.
    fn open_at(&self, at: u64) -> Result<Box<dyn Read + '_>> {
        match self {
            Self::Bytes(bytes) => {
                let rest = usize::try_from(at).ok().and_then(|at| bytes.get(at..));
                Ok(Box::new(Cursor::new(rest.unwrap_or_default())))
            }
            Self::File(path) => {
                let file = files::open(path).and_then(|mut file| file.seek(SeekFrom::Start(at)).map(|_| file));
                file.map(|file| -> Box<dyn Read> { Box::new(file) })
                    .map_err(|cause| Error::file("прочитать", path, &cause))
            }
        }
    }

    /// The number of bytes.
    fn size(&self) -> Result<u64> {
        match self {
            Self::Bytes(bytes) => Ok(bytes.len() as u64),
            Self::File(path) => files::length(path).map_err(|cause| Error::file("прочитать", path, &cause)),
        }
    }

    fn fault(&self, cause: &io::Error) -> Error {
        match self {
            Self::Bytes(_) => Error::environment(format!("не удалось сжать данные ({cause})"))
                .next("повторите")
                .caused_by(copy_of(cause)),
            Self::File(path) => Error::file("прочитать", path, cause),
        }
    }
}

/// The content of a package: a name and its members.
#[derive(Clone, Debug)]
pub struct Package {
    name: String,
    members: Vec<(BagPath, Source)>,
}

impl Package {
    /// A package without members yet. Its name becomes a file name on any file system: a–z, 0–9 and `-`.
    pub fn new(name: &str) -> Result<Self> {
        let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if name.is_empty() || name.len() > 60 || !name.bytes().all(plain) {
            return Err(Error::input(format!("недопустимое имя пакета «{name}»")).next("нужны латинские буквы и цифры"));
        }
        Ok(Self { name: name.to_owned(), members: Vec::new() })
    }

    /// Adds a member under a relative path with `/`. A second one of that path is refused.
    pub fn add(&mut self, path: &str, source: Source) -> Result<()> {
        let fault = |why: &str| {
            Error::input(format!("файл «{path}» нельзя положить в пакет «{}»: {why}", self.name)).next("измените имя")
        };
        let member = BagPath::new(path).map_err(fault)?;
        if path == INNER_SUMS || self.members.iter().any(|(other, _)| *other == member) {
            return Err(fault("такое имя уже занято"));
        }
        self.members.push((member, source));
        Ok(())
    }

    /// The package's name, `class-7a`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The most bytes the encrypted file can take. Deflate expands what it cannot shrink by less than a thousandth,
    /// age adds 16 bytes to every 64 KiB, and a member's headers take a few hundred bytes.
    pub fn size_bound(&self) -> Result<u64> {
        let mut bound = 64 * 1024;
        for (path, source) in &self.members {
            let size = source.size()?;
            bound += size + size / 500 + 1024 + 4 * path.as_str().len() as u64;
        }
        Ok(bound)
    }

    /// The sum of the members' sizes, for a progress bar.
    pub fn content_bytes(&self) -> Result<u64> {
        self.members.iter().map(|(_, source)| source.size()).sum()
    }

    /// Its file in the bag.
    pub fn path(&self) -> BagPath {
        BagPath::new(&format!("{DATA}/{}{SUFFIX}", self.name)).expect("a package's name is a plain file name")
    }
}

#[cfg(test)]
mod tests;
