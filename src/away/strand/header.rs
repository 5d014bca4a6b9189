//! The first sector of a strand file.

use crate::files::medium::SECTOR;
use crate::ledger::chain::Hash;
use crate::ledger::strand::StrandId;

const MAGIC: &[u8; 16] = b"LETOPIS-STRAND-1";
/// The bytes that the sum is taken over.
const SUMMED: usize = 80;

/// Which strand it is, and where its frames begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub strand: StrandId,
    /// Of two files with a header that holds, the one with the greater is used.
    pub generation: u64,
    /// The number of the first frame.
    pub first: u64,
    /// The strand's head before it.
    pub before: Hash,
}

impl Header {
    fn summed(&self) -> [u8; SUMMED] {
        let mut bytes = [0; SUMMED];
        let parts = [&MAGIC[..], &self.strand, &self.generation.to_le_bytes(), &self.first.to_le_bytes(), &self.before];
        for (byte, part) in bytes.iter_mut().zip(parts.concat()) {
            *byte = part;
        }
        bytes
    }

    /// Its CRC-32, which the first frame's is taken over.
    pub fn sum(&self) -> u32 {
        crc32fast::hash(&self.summed())
    }

    pub fn to_sector(&self) -> [u8; SECTOR] {
        let mut sector = [0; SECTOR];
        let bytes = [&self.summed()[..], &self.sum().to_le_bytes()].concat();
        for (byte, part) in sector.iter_mut().zip(bytes) {
            *byte = part;
        }
        sector
    }

    pub fn parse(sector: &[u8; SECTOR]) -> Option<Self> {
        let (magic, rest) = sector.split_first_chunk::<16>()?;
        let (strand, rest) = rest.split_first_chunk::<16>()?;
        let (generation, rest) = rest.split_first_chunk::<8>()?;
        let (first, rest) = rest.split_first_chunk::<8>()?;
        let (before, _) = rest.split_first_chunk::<32>()?;
        let (generation, first) = (u64::from_le_bytes(*generation), u64::from_le_bytes(*first));
        let header = Self { strand: *strand, generation, first, before: *before };
        (magic == MAGIC && first > 0 && header.to_sector() == *sector).then_some(header)
    }
}
