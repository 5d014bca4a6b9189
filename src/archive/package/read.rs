//! Reading a package: parts joined, decrypted and unzipped as they are read, nothing written in the clear.
//!
//! age can be read from any place of a file, and so can a zip, so a member is reached without decrypting what stands
//! before it.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use zip::ZipArchive;

use super::{INNER_SUMS, SUFFIX, directory, header};
use crate::archive::bag::{BagPath, DATA, Folder, Manifest, total};
use crate::archive::progress::Progress;
use crate::archive::sum::{Sum, Summing};
use crate::ledger::identity::Identity;

/// Said of a package of which the key is no recipient.
pub const NOT_FOR_THIS_KEY: &str = "не зашифрован для этого ключа";

/// The list of sums of a package is not read beyond this.
const MAX_SUMS: u64 = 64 * 1024 * 1024;

/// The packages of a bag: the name of each, and its file or its parts in order.
pub fn group<'a>(files: impl Iterator<Item = &'a BagPath>) -> BTreeMap<String, Vec<BagPath>> {
    let mut packages: BTreeMap<String, Vec<BagPath>> = BTreeMap::new();
    for path in files.filter(|path| path.is_in(DATA)) {
        let name = &path.as_str()[DATA.len() + 1..];
        let Some((name, part)) = name.split_once(SUFFIX) else { continue };
        let is_part = part.len() >= 4 && part.starts_with('.') && part[1..].bytes().all(|byte| byte.is_ascii_digit());
        if part.is_empty() || is_part {
            packages.entry(name.to_owned()).or_default().push(path.clone());
        }
    }
    packages
}

/// The parts of a file, read as one.
pub struct Parts {
    parts: Vec<(File, u64)>,
    position: u64,
}

impl Parts {
    /// Opens the files in their order.
    pub fn open(folder: &Folder, paths: &[BagPath]) -> io::Result<Self> {
        let parts = paths.iter().map(|path| {
            let file = folder.open(path)?;
            let size = file.metadata()?.len();
            Ok((file, size))
        });
        Ok(Self { parts: parts.collect::<io::Result<_>>()?, position: 0 })
    }

    fn len(&self) -> u64 {
        total(self.parts.iter().map(|(_, size)| *size))
    }
}

impl Read for Parts {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut start = 0;
        for (file, size) in &mut self.parts {
            let end = start + *size;
            if self.position < end {
                file.seek(SeekFrom::Start(self.position - start))?;
                let read = file.take(end - self.position).read(buffer)?;
                self.position += read as u64;
                return Ok(read);
            }
            start = end;
        }
        Ok(0)
    }
}

impl Seek for Parts {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.position = target(to, self.position, self.len())?;
        Ok(self.position)
    }
}

/// A reader that never goes to a place it does not have: to the age crate, reading past the end of a file is a panic,
/// and a zip in which a few bytes were changed on purpose names any place it likes. Moves are made when they are read
/// from, since each costs the decryption of a chunk.
struct Bounded<R> {
    inner: R,
    length: u64,
    position: u64,
    moved: bool,
}

impl<R: Read + Seek> Bounded<R> {
    fn new(mut inner: R) -> io::Result<Self> {
        let length = inner.seek(SeekFrom::End(0))?;
        Ok(Self { inner, length, position: 0, moved: true })
    }
}

impl<R: Read + Seek> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.position >= self.length {
            return Ok(0);
        }
        if self.moved {
            self.inner.seek(SeekFrom::Start(self.position))?;
            self.moved = false;
        }
        let read = self.inner.read(buffer)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl<R: Read + Seek> Seek for Bounded<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = target(to, self.position, self.length)?;
        self.moved |= target != self.position;
        self.position = target;
        Ok(target)
    }
}

/// Where a move leads, from a position in a file of some length.
fn target(to: SeekFrom, position: u64, length: u64) -> io::Result<u64> {
    let target = match to {
        SeekFrom::Start(place) => Some(place),
        SeekFrom::Current(by) => position.checked_add_signed(by),
        SeekFrom::End(by) => length.checked_add_signed(by),
    };
    target.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))
}

/// A reader that must give so many bytes and no more: a member that unpacks to more than it says ends in an error.
struct Exactly<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Exactly<R> {
    fn new(inner: R, bytes: u64) -> Self {
        Self { inner, left: bytes }
    }
}

impl<R: Read> Read for Exactly<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.left = self.left.checked_sub(read as u64).ok_or(io::ErrorKind::InvalidData)?;
        Ok(read)
    }
}

/// A member that was read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its path in the package.
    pub path: BagPath,
    /// The sum of what was read.
    pub sum: Sum,
    /// How many bytes were read.
    pub bytes: u64,
}

type Decrypted = BufReader<Bounded<age::stream::StreamReader<BufReader<Parts>>>>;

/// A decrypted package.
pub struct OpenPackage {
    zip: ZipArchive<Decrypted>,
    /// How many bytes each member has, by the directory: no more are unpacked.
    bytes: BTreeMap<BagPath, u64>,
}

impl OpenPackage {
    /// Opens a package; the error says in Russian why it cannot be.
    pub fn open(folder: &Folder, parts: &[BagPath], identity: &Identity) -> Result<Self, String> {
        let unread = |cause: io::Error| format!("не читается ({cause})");
        let mut parts = Parts::open(folder, parts).map_err(unread)?;
        header::check(&mut parts).map_err(unread)??;
        parts.rewind().map_err(unread)?;
        let locked = |cause: age::DecryptError| match cause {
            age::DecryptError::NoMatchingKeys => NOT_FOR_THIS_KEY.to_owned(),
            cause => format!("не расшифровывается ({cause})"),
        };
        // 64 KiB and a tag are one chunk of age; a larger buffer would be read in vain after every jump.
        let decryptor =
            age::Decryptor::new_buffered(BufReader::with_capacity(64 * 1024 + 16, parts)).map_err(locked)?;
        let key = identity.age_identity();
        let plain = decryptor.decrypt(std::iter::once(&key as &dyn age::Identity)).map_err(locked)?;
        let unread = |cause: io::Error| format!("не расшифровывается ({cause})");
        let mut plain = BufReader::new(Bounded::new(plain).map_err(unread)?);
        let entries = directory::read(&mut plain).map_err(unread)?.map_err(|why| format!("zip повреждён ({why})"))?;
        plain.rewind().map_err(unread)?;
        let zip = ZipArchive::new(plain).map_err(|cause| format!("zip повреждён ({cause})"))?;
        if zip.len() != entries.len() {
            return Err("zip повреждён (его каталог читается по-разному)".to_owned());
        }
        let bytes = entries.into_iter().map(|entry| (entry.path, entry.bytes)).collect();
        Ok(Self { zip, bytes })
    }

    /// What its members take when they are unpacked, by the directory: on a disk each takes whole blocks of so many bytes.
    pub fn unpacked(&self, block: u64) -> u64 {
        total(self.bytes.values().map(|bytes| bytes.div_ceil(block).saturating_mul(block)))
    }

    /// Reads every member and compares it with the package's own `SHA256SUMS`. Gives the members, and in Russian
    /// what does not agree.
    pub fn check(&mut self, progress: &dyn Progress) -> (Vec<Member>, Vec<String>) {
        let mut faults = Vec::new();
        let sums = self.sums().unwrap_or_else(|why| {
            faults.push(format!("{INNER_SUMS}: {why}"));
            Manifest::default()
        });
        let mut members = Vec::new();
        for index in 0..self.zip.len() {
            match self.member(index, &sums, progress) {
                Ok(member) => members.push(member),
                Err(why) => faults.push(why),
            }
        }
        for member in members.iter().filter(|member| member.path.as_str() != INNER_SUMS) {
            match sums.get(&member.path) {
                Some(sum) if sum == member.sum => {}
                _ => faults.push(format!("«{}»: содержимое не соответствует {INNER_SUMS}", member.path)),
            }
        }
        let missing = sums.iter().filter(|(path, _)| !members.iter().any(|member| member.path == **path));
        faults.extend(missing.map(|(path, _)| format!("«{path}»: назван в {INNER_SUMS}, но отсутствует")));
        members.retain(|member| member.path.as_str() != INNER_SUMS);
        (members, faults)
    }

    /// Copies one member out. An error of `out` is the outer one; the inner says in Russian what is wrong with the
    /// package.
    pub fn extract(&mut self, path: &str, mut out: impl io::Write) -> io::Result<Result<Sum, String>> {
        let member = match self.zip.by_name(path) {
            Ok(member) => member,
            Err(cause) => return Ok(Err(format!("«{path}» не открывается ({cause})"))),
        };
        let most = BagPath::new(path).ok().and_then(|path| self.bytes.get(&path)).copied().unwrap_or_default();
        let mut reader = Summing::new(Exactly::new(member, most));
        let mut block = vec![0; 256 * 1024];
        loop {
            match reader.read(&mut block) {
                Ok(0) => return Ok(Ok(reader.finish().0)),
                Ok(read) => out.write_all(&block[..read])?,
                Err(cause) => return Ok(Err(format!("«{path}» не извлекается ({cause})"))),
            }
        }
    }

    fn sums(&mut self) -> Result<Manifest, String> {
        let member = self.zip.by_name(INNER_SUMS).map_err(|cause| format!("не открывается ({cause})"))?;
        let mut text = String::new();
        member.take(MAX_SUMS).read_to_string(&mut text).map_err(|cause| format!("не читается ({cause})"))?;
        Manifest::parse(&text).map_err(|error| error.to_string())
    }

    /// Reads a member that the package's own list names; any other is not even unpacked.
    fn member(&mut self, index: usize, sums: &Manifest, progress: &dyn Progress) -> Result<Member, String> {
        let member = self.zip.by_index(index).map_err(|cause| format!("член zip № {} ({cause})", index + 1))?;
        let name = member.name().map_err(|cause| format!("член zip № {}: имя ({cause})", index + 1))?;
        let path = BagPath::new(&name).map_err(|why| format!("{name:?}: {why}"))?;
        if path.as_str() != INNER_SUMS && sums.get(&path).is_none() {
            return Err(format!("«{path}»: нет в {INNER_SUMS}"));
        }
        let most = self.bytes.get(&path).copied().unwrap_or_default();
        let (sum, bytes) = Sum::of_reader(Exactly::new(member, most), progress)
            .map_err(|cause| format!("«{path}»: не читается ({cause})"))?;
        Ok(Member { path, sum, bytes })
    }
}
