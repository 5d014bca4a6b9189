//! SHA-256, as manifests write it and people compare it.

use std::fmt;
use std::io::{self, Read, Write};
use std::str::FromStr;

use sha2::{Digest, Sha256};

use super::progress::Progress;

/// Enough to keep the processor's SHA instructions busy; what was read is still in its nearest cache when it is summed up.
const BLOCK: usize = 64 * 1024;

/// A SHA-256 sum, written as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Sum([u8; 32]);

impl Sum {
    /// The sum of bytes in memory.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The sum and the length of everything a reader gives, telling `progress` of each block.
    pub fn of_reader(reader: impl Read, progress: &dyn Progress) -> io::Result<(Self, u64)> {
        let (mut hash, mut bytes) = (Sha256::new(), 0);
        each_block(reader, BLOCK, progress, |block| {
            hash.update(block);
            bytes += block.len() as u64;
        })?;
        Ok((Self(hash.finalize().into()), bytes))
    }

    /// In how many of the 64 hex digits two sums differ. Different content gives about 60; a sum that was itself
    /// damaged differs in one or two, which tells whether to blame the file or the list.
    pub fn differing_digits(&self, other: &Self) -> usize {
        let nibbles = |byte: u8| usize::from(byte >> 4 != 0) + usize::from(byte & 0x0F != 0);
        self.0.iter().zip(other.0).map(|(a, b)| nibbles(a ^ b)).sum()
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Sum {
    type Err = ();

    /// Reads exactly 64 hex digits of either case.
    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(());
        }
        let mut sum = [0; 32];
        for (byte, pair) in sum.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |digit: u8| char::from(digit).to_digit(16).ok_or(());
            *byte = u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).map_err(|_| ())?;
        }
        Ok(Self(sum))
    }
}

/// Hands on everything that a reader gives, no more than `at_once` bytes at a time, and tells `progress` of each block.
pub fn each_block(
    mut reader: impl Read,
    at_once: usize,
    progress: &dyn Progress,
    mut hand_on: impl FnMut(&[u8]),
) -> io::Result<()> {
    let mut block = vec![0; at_once];
    loop {
        match reader.read(&mut block) {
            Ok(0) => return Ok(()),
            Ok(read) => {
                hand_on(&block[..read]);
                progress.advance(read as u64);
            }
            Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(cause),
        }
    }
}

/// Passes bytes on and sums them up on the way.
pub struct Summing<W> {
    inner: W,
    hash: Sha256,
    bytes: u64,
}

impl<W> Summing<W> {
    /// Nothing has passed yet.
    pub fn new(inner: W) -> Self {
        Self { inner, hash: Sha256::new(), bytes: 0 }
    }

    /// The sum and the number of bytes that passed, and what they were passed on to.
    pub fn finish(self) -> (Sum, u64, W) {
        (Sum(self.hash.finalize().into()), self.bytes, self.inner)
    }
}

impl<W: Write> Write for Summing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<R: Read> Read for Summing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hash.update(&buffer[..read]);
        self.bytes += read as u64;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_is_written_and_read_as_sha256sum_does() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(Sum::of(b"").to_string(), empty);
        assert_eq!(empty.to_uppercase().parse(), Ok(Sum::of(b"")));
        assert!("e3b0".parse::<Sum>().is_err());
        assert!("я".repeat(32).parse::<Sum>().is_err());
    }

    #[test]
    fn a_damaged_sum_is_told_from_another_content() {
        let sum = Sum::of(b"one");
        let flipped: Sum = sum.to_string().replacen(sum.to_string().chars().next().unwrap(), "0", 1).parse().unwrap();
        assert!(sum.differing_digits(&flipped) <= 1);
        assert!(sum.differing_digits(&Sum::of(b"two")) > 40);
    }
}
