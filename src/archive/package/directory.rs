//! The directory of a zip, held against its members before anything is unpacked (APPNOTE.TXT 6.3.10, 4.3 and 4.4).
//!
//! A zip says everything twice: in the directory at its end, and in a header before each member. Programs differ in what they
//! believe, and members that lie over one another make terabytes out of megabytes. So a package is believed only where both
//! agree, every member has bytes of its own, no name is given twice, and none is anything but a plain file.

use std::collections::HashSet;
use std::io::{self, Read, Seek, SeekFrom};

use crate::archive::bag::{BagPath, fold};
use crate::school::{BYTES, counted};

/// More members no package of ours has: a file a document.
pub const MAX_MEMBERS: u64 = 100_000;

/// A directory of that many members with names of ours takes less.
pub const MAX_DIRECTORY: u64 = 64 * 1024 * 1024;

/// Deflate makes at most so many bytes of one.
pub const MAX_RATIO: u64 = 1032;

/// A comment ends a zip; ours has none, and the search for the end goes no further.
const MAX_COMMENT: u64 = u16::MAX as u64;

const LOCAL: &[u8] = b"PK\x03\x04";
const CENTRAL: &[u8] = b"PK\x01\x02";
const END: &[u8] = b"PK\x05\x06";
const END_64: &[u8] = b"PK\x06\x06";
const LOCATOR_64: &[u8] = b"PK\x06\x07";
const DESCRIPTOR: &[u8] = b"PK\x07\x08";

const END_LENGTH: u64 = 22;
const END_64_LENGTH: u64 = 56;
const LOCATOR_LENGTH: u64 = 20;
const CENTRAL_LENGTH: usize = 46;
const LOCAL_LENGTH: u64 = 30;

/// The sizes stand behind the member's bytes, and not before them.
const SIZES_FOLLOW: u16 = 1 << 3;
const ENCRYPTED: u16 = 1;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// The extra field with sizes beyond 32 bits.
const ZIP_64: u16 = 1;

/// Who made the member and keeps a mode in its attributes, and the kinds of files in that mode.
const UNIX: u8 = 3;
const KIND: u32 = 0o170_000;
const PLAIN: u32 = 0o100_000;

/// A member, as directory and header agree on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its path in the package.
    pub path: BagPath,
    /// Where its header begins.
    pub at: u64,
    /// How many bytes it takes in the zip,
    pub packed: u64,
    /// and how many out of it.
    pub bytes: u64,
    flags: u16,
    method: u16,
    crc: u32,
}

/// Reads the directory and every header; the inner error says in Russian why they are not believed.
///
/// # Errors
/// The file cannot be read.
pub fn read(file: &mut (impl Read + Seek)) -> io::Result<Result<Vec<Entry>, String>> {
    let length = file.seek(SeekFrom::End(0))?;
    let Some(end) = find_end(file, length)? else { return Ok(Err("zip без конца".to_owned())) };
    let Place { at, bytes, members, until } = end;
    if members > MAX_MEMBERS || bytes > MAX_DIRECTORY {
        return Ok(Err(format!("членов zip — {members}, каталог — {}: столько не бывает", counted(bytes, BYTES))));
    }
    if at.checked_add(bytes) != Some(until) {
        return Ok(Err("каталог zip стоит не перед его концом".to_owned()));
    }
    let Some(directory) = bytes_at(file, at, bytes)? else {
        return Ok(Err("каталог zip обрывается".to_owned()));
    };
    let mut entries = match entries(&directory, members) {
        Ok(entries) => entries,
        Err(why) => return Ok(Err(why)),
    };
    entries.sort_by_key(|entry| entry.at);
    let mut free = 0;
    for (number, entry) in entries.iter().enumerate() {
        if entry.at < free {
            return Ok(Err(format!("«{}»: член zip лежит поверх другого", entry.path)));
        }
        let next = entries.get(number + 1).map_or(at, |next| next.at);
        match end_of(file, entry, next)? {
            Ok(end) => free = end,
            Err(why) => return Ok(Err(format!("«{}»: {why}", entry.path))),
        }
    }
    Ok(Ok(entries))
}

/// Where a directory stands, how many members it has, and where the records of the end begin.
struct Place {
    at: u64,
    bytes: u64,
    members: u64,
    until: u64,
}

fn find_end(file: &mut (impl Read + Seek), length: u64) -> io::Result<Option<Place>> {
    let begin = length.saturating_sub(END_LENGTH + MAX_COMMENT);
    let Some(tail) = bytes_at(file, begin, length - begin)? else { return Ok(None) };
    let least = usize::try_from(END_LENGTH).unwrap_or_default();
    // The comment must end where the file does: then there is one end, and no program sees another.
    let is_end = |at: &usize| {
        tail[*at..].starts_with(END) && u64::from(u16_at(&tail, at + 20)) + END_LENGTH == (tail.len() - at) as u64
    };
    let Some(at) = (0..=tail.len().saturating_sub(least)).rev().filter(|at| tail.len() - at >= least).find(is_end)
    else {
        return Ok(None);
    };
    let end = &tail[at..];
    let until = begin + at as u64;
    let (disks, here, members) = (u32_at(end, 4), u16_at(end, 8), u16_at(end, 10));
    let (bytes, place) = (u32_at(end, 12), u32_at(end, 16));
    if members == u16::MAX || bytes == u32::MAX || place == u32::MAX {
        return find_end_64(file, until);
    }
    if disks != 0 || here != members {
        return Ok(None);
    }
    Ok(Some(Place { at: place.into(), bytes: bytes.into(), members: members.into(), until }))
}

fn find_end_64(file: &mut (impl Read + Seek), end: u64) -> io::Result<Option<Place>> {
    let Some(at) = end.checked_sub(LOCATOR_LENGTH) else { return Ok(None) };
    let Some(locator) = bytes_at(file, at, LOCATOR_LENGTH)?.filter(|bytes| bytes.starts_with(LOCATOR_64)) else {
        return Ok(None);
    };
    let until = u64_at(&locator, 8);
    if until.checked_add(END_64_LENGTH) != Some(at) {
        return Ok(None);
    }
    let Some(end) = bytes_at(file, until, END_64_LENGTH)?.filter(|bytes| bytes.starts_with(END_64)) else {
        return Ok(None);
    };
    let (here, members) = (u64_at(&end, 24), u64_at(&end, 32));
    let one_disk = u32_at(&locator, 4) == 0 && u64_at(&end, 16) == 0 && here == members;
    Ok(one_disk.then(|| Place { at: u64_at(&end, 48), bytes: u64_at(&end, 40), members, until }))
}

fn entries(mut directory: &[u8], members: u64) -> Result<Vec<Entry>, String> {
    let (mut entries, mut names) = (Vec::new(), HashSet::new());
    while !directory.is_empty() {
        if entries.len() as u64 == members {
            return Err("в каталоге zip больше членов, чем в его конце".to_owned());
        }
        let (entry, rest) = entry(directory)?;
        if !names.insert(fold(entry.path.as_str())) {
            return Err(format!("«{}»: имя стоит в zip дважды", entry.path));
        }
        entries.push(entry);
        directory = rest;
    }
    if (entries.len() as u64) < members {
        return Err("в каталоге zip меньше членов, чем в его конце".to_owned());
    }
    Ok(entries)
}

fn entry(directory: &[u8]) -> Result<(Entry, &[u8]), String> {
    let broken = || "каталог zip испорчен".to_owned();
    let fixed = directory.get(..CENTRAL_LENGTH).filter(|bytes| bytes.starts_with(CENTRAL)).ok_or_else(broken)?;
    let [name, extra, comment] = [28, 30, 32].map(|at| usize::from(u16_at(fixed, at)));
    let rest = &directory[CENTRAL_LENGTH..];
    let (name, rest) = rest.split_at_checked(name).ok_or_else(broken)?;
    let (extra, rest) = rest.split_at_checked(extra).ok_or_else(broken)?;
    let rest = rest.get(comment..).ok_or_else(broken)?;
    let text = std::str::from_utf8(name).map_err(|_| format!("{:?}: имя не в UTF-8", String::from_utf8_lossy(name)))?;
    let path = BagPath::new(text).map_err(|why| format!("{text:?}: {why}"))?;
    let mut wide = Wide::of(extra);
    let mut size = |at: usize| match u32_at(fixed, at) {
        u32::MAX => wide.next().ok_or_else(broken),
        narrow => Ok(narrow.into()),
    };
    // In this order they stand in the extra field, each only where it does not fit.
    let (bytes, packed, at) = (size(24)?, size(20)?, size(42)?);
    let (flags, method, crc) = (u16_at(fixed, 8), u16_at(fixed, 10), u32_at(fixed, 16));
    let entry = Entry { path, at, packed, bytes, flags, method, crc };
    let (by, attributes) = (fixed[5], u32_at(fixed, 38));
    let why = if flags & ENCRYPTED != 0 {
        Some("зашифрован внутри zip")
    } else if by == UNIX && ![0, PLAIN].contains(&(attributes >> 16 & KIND)) {
        Some("ссылка или особый файл")
    } else if method == STORED && packed != bytes {
        Some("размеры не сходятся")
    } else if method == DEFLATED && bytes > packed.saturating_mul(MAX_RATIO) {
        Some("из стольких байтов столько не распаковать")
    } else if ![STORED, DEFLATED].contains(&method) {
        Some("неизвестный способ сжатия")
    } else {
        None
    };
    match why {
        Some(why) => Err(format!("«{}»: {why}", entry.path)),
        None => Ok((entry, rest)),
    }
}

/// Holds a member's header against the directory. Gives where the member ends, which must be at `next` or before it.
fn end_of(file: &mut (impl Read + Seek), entry: &Entry, next: u64) -> io::Result<Result<u64, String>> {
    let broken = || Ok(Err("заголовок члена zip не сходится с каталогом".to_owned()));
    let Some(fixed) = bytes_at(file, entry.at, LOCAL_LENGTH)?.filter(|bytes| bytes.starts_with(LOCAL)) else {
        return broken();
    };
    let (name, extra) = (u64::from(u16_at(&fixed, 26)), u64::from(u16_at(&fixed, 28)));
    let Some(names) = bytes_at(file, entry.at.saturating_add(LOCAL_LENGTH), name + extra)? else { return broken() };
    let (name, extra) = names.split_at(usize::try_from(name).unwrap_or_default());
    let same =
        name == entry.path.as_str().as_bytes() && u16_at(&fixed, 6) == entry.flags && u16_at(&fixed, 8) == entry.method;
    let mut wide = Wide::of(extra);
    let mut size = |at: usize| match u32_at(&fixed, at) {
        u32::MAX => wide.next(),
        narrow => Some(narrow.into()),
    };
    let (crc, bytes, packed) = (u32_at(&fixed, 14), size(22), size(18));
    let follow = entry.flags & SIZES_FOLLOW != 0;
    let agree = |here: Option<u64>, there: u64| here == Some(there) || (follow && matches!(here, Some(0) | None));
    if !same || !agree(bytes, entry.bytes) || !agree(packed, entry.packed) || !agree(Some(crc.into()), entry.crc.into())
    {
        return broken();
    }
    let data = entry.at.saturating_add(LOCAL_LENGTH).saturating_add(names.len() as u64);
    let end = data.saturating_add(entry.packed);
    if end > next {
        return Ok(Err("член zip лежит поверх другого".to_owned()));
    }
    if !follow {
        return Ok(Ok(end));
    }
    descriptor(file, entry, end, next)
}

/// Holds the sizes that follow a member against the directory. They may begin with a mark, and be of 32 or 64 bits.
fn descriptor(file: &mut (impl Read + Seek), entry: &Entry, at: u64, next: u64) -> io::Result<Result<u64, String>> {
    let bytes = bytes_at(file, at, (next - at).min(24))?.unwrap_or_default();
    let marked = if bytes.starts_with(DESCRIPTOR) { 4 } else { 0 };
    let sizes = bytes.get(marked..).unwrap_or_default();
    let crc = sizes.len() >= 4 && u32_at(sizes, 0) == entry.crc;
    let wide = sizes.len() >= 20 && (u64_at(sizes, 4), u64_at(sizes, 12)) == (entry.packed, entry.bytes);
    let narrow =
        sizes.len() >= 12 && (u64::from(u32_at(sizes, 4)), u64::from(u32_at(sizes, 8))) == (entry.packed, entry.bytes);
    let length = match (wide, narrow) {
        (true, _) => 20,
        (_, true) => 12,
        _ => 0,
    };
    if !crc || length == 0 {
        return Ok(Err("размеры за членом zip не сходятся с каталогом".to_owned()));
    }
    Ok(Ok(at + marked as u64 + length))
}

/// The numbers of the extra field for sizes beyond 32 bits.
struct Wide<'e>(&'e [u8]);

impl<'e> Wide<'e> {
    fn of(mut extra: &'e [u8]) -> Self {
        while let Some((head, rest)) = extra.split_at_checked(4) {
            let Some((field, rest)) = rest.split_at_checked(usize::from(u16_at(head, 2))) else { break };
            if u16_at(head, 0) == ZIP_64 {
                return Self(field);
            }
            extra = rest;
        }
        Self(&[])
    }

    fn next(&mut self) -> Option<u64> {
        let (number, rest) = self.0.split_at_checked(8)?;
        self.0 = rest;
        Some(u64_at(number, 0))
    }
}

/// So many bytes from a place on; nothing where the file does not hold them.
fn bytes_at(file: &mut (impl Read + Seek), at: u64, length: u64) -> io::Result<Option<Vec<u8>>> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 == length).then_some(bytes))
}

fn number_at(bytes: &[u8], at: usize, length: usize) -> u64 {
    let bytes = bytes.get(at..).unwrap_or_default();
    bytes.iter().take(length).rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    u16::try_from(number_at(bytes, at, 2)).unwrap_or_default()
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::try_from(number_at(bytes, at, 4)).unwrap_or_default()
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    number_at(bytes, at, 8)
}

#[cfg(test)]
#[path = "directory_tests.rs"]
mod tests;
