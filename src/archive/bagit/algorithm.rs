//! The sums of BagIt, several at once: a file is read once, whatever number of manifests lists it.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read};

use rayon::prelude::*;
use sha2::digest::DynDigest;

use crate::archive::progress::Progress;
use crate::archive::sum::each_block;

/// Read at once, of a file that has so much. Larger than elsewhere, since several sums are made of it side by side.
const BLOCK: usize = 1024 * 1024;

/// An algorithm that manifests name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Algorithm {
    /// MD5 (RFC 1321).
    Md5,
    /// SHA-1 (FIPS 180-4).
    Sha1,
    /// SHA-224 (FIPS 180-4).
    Sha224,
    /// SHA-256 (FIPS 180-4).
    Sha256,
    /// SHA-384 (FIPS 180-4).
    Sha384,
    /// SHA-512 (FIPS 180-4).
    Sha512,
}

/// Sums of one file, lower-case hex.
pub type Sums = BTreeMap<Algorithm, String>;

const NAMES: [(Algorithm, &str, usize); 6] = [
    (Algorithm::Md5, "md5", 32),
    (Algorithm::Sha1, "sha1", 40),
    (Algorithm::Sha224, "sha224", 56),
    (Algorithm::Sha256, "sha256", 64),
    (Algorithm::Sha384, "sha384", 96),
    (Algorithm::Sha512, "sha512", 128),
];

impl Algorithm {
    /// The algorithm that a manifest's name holds; case and hyphens do not matter in old bags (`SHA-1`).
    pub fn parse(name: &str) -> Option<Self> {
        let plain = name.replace('-', "").to_ascii_lowercase();
        NAMES.iter().find(|(_, known, _)| *known == plain).map(|(algorithm, ..)| *algorithm)
    }

    /// How many hex digits its sums have.
    pub fn digits(self) -> usize {
        self.entry().2
    }

    fn entry(self) -> (Self, &'static str, usize) {
        NAMES[self as usize]
    }

    fn digest(self) -> Box<dyn DynDigest + Send> {
        match self {
            Self::Md5 => Box::new(md5::Md5::default()),
            Self::Sha1 => Box::new(sha1::Sha1::default()),
            Self::Sha224 => Box::new(sha2::Sha224::default()),
            Self::Sha256 => Box::new(sha2::Sha256::default()),
            Self::Sha384 => Box::new(sha2::Sha384::default()),
            Self::Sha512 => Box::new(sha2::Sha512::default()),
        }
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.entry().1)
    }
}

/// The sums of everything that a reader gives, which is about `size` bytes. `side_by_side` makes them on several
/// processors: for when there are fewer files than these, and never within work that is shared out already.
pub fn sums(
    reader: impl Read,
    size: u64,
    algorithms: impl IntoIterator<Item = Algorithm>,
    side_by_side: bool,
    progress: &dyn Progress,
) -> io::Result<Sums> {
    let mut digests: Vec<_> = algorithms.into_iter().map(|algorithm| (algorithm, algorithm.digest())).collect();
    let at_once = usize::try_from(size).unwrap_or(BLOCK).clamp(1, BLOCK);
    each_block(reader, at_once, progress, |bytes| {
        if side_by_side {
            digests.par_iter_mut().for_each(|(_, digest)| digest.update(bytes));
        } else {
            digests.iter_mut().for_each(|(_, digest)| digest.update(bytes));
        }
    })?;
    let hex = |bytes: Box<[u8]>| bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(digests.into_iter().map(|(algorithm, digest)| (algorithm, hex(digest.finalize()))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::progress::Quiet;

    #[test]
    fn all_sums_of_the_empty_file_are_those_of_the_standards() {
        let all = NAMES.map(|(algorithm, ..)| algorithm);
        let sums = sums(io::empty(), 0, all, false, &Quiet).unwrap();
        for (algorithm, begins) in
            all.into_iter().zip(["d41d8cd9", "da39a3ee", "d14a028c", "e3b0c442", "38b060a7", "cf83e135"])
        {
            assert!(sums[&algorithm].starts_with(begins), "{algorithm}: {}", sums[&algorithm]);
            assert_eq!(sums[&algorithm].len(), algorithm.digits());
            assert_eq!(Algorithm::parse(&algorithm.to_string()), Some(algorithm));
        }
        assert_eq!(Algorithm::parse("SHA-1"), Some(Algorithm::Sha1));
        assert_eq!(Algorithm::parse("blake2b"), None);
    }

    #[test]
    fn a_file_of_many_blocks_has_the_sum_of_its_whole() {
        let bytes = vec![7; 2 * BLOCK + 5];
        for (size, side_by_side) in [(BLOCK as u64 / 2, false), (u64::MAX, false), (u64::MAX, true)] {
            let sums = sums(&bytes[..], size, [Algorithm::Md5, Algorithm::Sha256], side_by_side, &Quiet).unwrap();
            assert_eq!(sums[&Algorithm::Sha256], crate::archive::sum::Sum::of(&bytes).to_string());
        }
    }
}
