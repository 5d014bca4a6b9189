//! The packets of PAR2 2.0: how they are written, and found again in a damaged file.
//!
//! A packet is a header of 64 bytes and a body; all numbers are little-endian. The header: magic, length of the whole
//! packet, MD5 of everything after itself, id of the recovery set, kind. A packet proves itself, so a file is searched
//! for packets from wherever the last one ended.

use crate::files;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use md5::{Digest, Md5};

/// An MD5, as PAR2 uses it: against accidents, not against forgery.
pub type Hash = [u8; 16];

pub const MAGIC: &[u8; 8] = b"PAR2\0PKT";
pub const HEADER: u64 = 64;

pub const MAIN: &[u8; 16] = b"PAR 2.0\0Main\0\0\0\0";
pub const FILE_DESCRIPTION: &[u8; 16] = b"PAR 2.0\0FileDesc";
pub const SLICE_CHECKSUMS: &[u8; 16] = b"PAR 2.0\0IFSC\0\0\0\0";
pub const RECOVERY_SLICE: &[u8; 16] = b"PAR 2.0\0RecvSlic";
pub const CREATOR: &[u8; 16] = b"PAR 2.0\0Creator\0";

/// No packet but a recovery slice comes near; a larger one is not read into memory.
const MAX_BODY: u64 = 16 * 1024 * 1024;

/// A file is read so many times over at most, whatever its headers pretend.
const MAX_EFFORT: u64 = 4;

/// The header of a packet whose MD5 over id, kind and body is `hash`, with `body` bytes after it.
pub fn header(body: u64, hash: &Hash, set: &Hash, kind: &[u8; 16]) -> Vec<u8> {
    [MAGIC.as_slice(), &(HEADER + body).to_le_bytes(), hash, set, kind].concat()
}

/// The hash that begins a packet's: over its set and kind. The body follows.
pub fn begin_hash(set: &Hash, kind: &[u8; 16]) -> Md5 {
    Md5::new().chain_update(set).chain_update(kind)
}

/// A whole packet. The body is padded with zeros to a multiple of four.
pub fn packet(set: &Hash, kind: &[u8; 16], mut body: Vec<u8>) -> Vec<u8> {
    body.resize(body.len().next_multiple_of(4), 0);
    let hash: Hash = begin_hash(set, kind).chain_update(&body).finalize().into();
    [header(body.len() as u64, &hash, set, kind), body].concat()
}

/// A packet that was found whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    pub set: Hash,
    pub kind: [u8; 16],
    /// Where its body begins in the file, and how long it is.
    pub at: u64,
    pub length: u64,
    /// The body; of a recovery slice only its exponent.
    pub body: Vec<u8>,
}

/// Finds every whole packet of a file, and gives how many bytes belong to none. Nothing is kept here: `found` is handed
/// one packet after another.
///
/// # Errors
/// The file cannot be read.
pub fn find(path: &Path, mut found: impl FnMut(Packet)) -> io::Result<u64> {
    let mut file = files::open(path)?;
    let length = file.metadata()?.len();
    let (mut at, mut covered, mut effort) = (0, 0, 0);
    while at + HEADER <= length && effort <= length.saturating_mul(MAX_EFFORT) {
        // Most often a packet follows the one before at once.
        let next = match read_packet(&mut file, at, length, &mut effort)? {
            Some(packet) => {
                let end = packet.at + packet.length;
                covered += end - at;
                found(packet);
                Some(end)
            }
            None => next_magic(&mut file, at + 1, length)?,
        };
        let Some(next) = next else { break };
        at = next;
    }
    Ok(length - covered)
}

/// The packet that begins at `start`, if it is whole.
fn read_packet(file: &mut File, start: u64, end: u64, effort: &mut u64) -> io::Result<Option<Packet>> {
    let mut header = [0; HEADER as usize];
    file.seek(SeekFrom::Start(start))?;
    file.read_exact(&mut header)?;
    if header[..8] != *MAGIC {
        return Ok(None);
    }
    let part = |from: usize| <Hash>::try_from(&header[from..from + 16]).unwrap_or_default();
    let (length, set, kind) = (number(&header[8..16]), part(32), part(48));
    let is_slice = kind == *RECOVERY_SLICE;
    let fits = length >= HEADER && length.is_multiple_of(4) && length <= end - start;
    if !fits || (!is_slice && length > MAX_BODY) || (is_slice && length < HEADER + 4) {
        return Ok(None);
    }
    *effort += length;
    let kept = usize::try_from(if is_slice { 4 } else { length - HEADER }).unwrap_or_default();
    let mut hash = begin_hash(&set, &kind);
    let mut body = Vec::new();
    let mut rest = file.take(length - HEADER);
    let mut block = vec![0; 128 * 1024];
    loop {
        let read = rest.read(&mut block)?;
        if read == 0 {
            break;
        }
        hash.update(&block[..read]);
        body.extend_from_slice(&block[..read.min(kept - body.len().min(kept))]);
    }
    let whole = part(16) == <Hash>::from(hash.finalize());
    Ok(whole.then_some(Packet { set, kind, at: start + HEADER, length: length - HEADER, body }))
}

/// The next place from `at` on where a packet may begin.
fn next_magic(file: &mut File, mut at: u64, end: u64) -> io::Result<Option<u64>> {
    let mut window = vec![0; 64 * 1024];
    while at + HEADER <= end {
        file.seek(SeekFrom::Start(at))?;
        let mut read = 0;
        while read < window.len() {
            match file.read(&mut window[read..])? {
                0 => break,
                more => read += more,
            }
        }
        if let Some(found) = window[..read].windows(MAGIC.len()).position(|bytes| bytes == MAGIC) {
            return Ok(Some(at + found as u64));
        }
        if read < window.len() {
            return Ok(None);
        }
        at += (read - MAGIC.len() + 1) as u64;
    }
    Ok(None)
}

/// A little-endian number of up to eight bytes.
pub fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What a file of packets holds.
    struct Packets {
        packets: Vec<Packet>,
        stray: u64,
    }

    fn in_file(bytes: &[u8]) -> Packets {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("packets.par2");
        std::fs::write(&path, bytes).unwrap();
        let mut packets = Vec::new();
        let stray = find(&path, |packet| packets.push(packet)).unwrap();
        Packets { packets, stray }
    }

    fn example(body: &[u8]) -> Vec<u8> {
        packet(&[7; 16], CREATOR, body.to_vec())
    }

    #[test]
    fn packets_are_found_between_rubbish_and_the_rubbish_is_counted() {
        let (one, two) = (example(b"one!"), example(b"two"));
        let bytes = [b"xx".as_slice(), &one, MAGIC, &[0xFF; 9], &two, b"end"].concat();
        let found = in_file(&bytes);
        assert_eq!(found.packets.iter().map(|packet| packet.body.as_slice()).collect::<Vec<_>>(), [b"one!", b"two\0"]);
        assert_eq!(found.stray, 2 + 8 + 9 + 3);
        assert_eq!(in_file(&[one, two].concat()).stray, 0);
    }

    #[test]
    fn any_flipped_bit_loses_the_packet_or_leaves_stray_bytes() {
        let bytes = example(b"twelve bytes");
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(in_file(&flipped).stray, bytes.len() as u64, "bit {bit}");
        }
    }

    #[test]
    fn a_file_that_is_all_headers_is_given_up_in_time() {
        // Every header claims all that follows it.
        let count = 20_000_u64;
        let bytes: Vec<u8> =
            (0..count).flat_map(|n| header((count - n - 1) * HEADER, &[0; 16], &[0; 16], RECOVERY_SLICE)).collect();
        assert_eq!(in_file(&bytes).packets, []);
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_search_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), at in 0_usize..200) {
            let mut bytes = bytes;
            let at = at.min(bytes.len());
            bytes.splice(at..at, MAGIC.iter().copied());
            let found = in_file(&bytes);
            prop_assert!(found.stray <= bytes.len() as u64);
        }
    }
}
