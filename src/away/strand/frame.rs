//! A frame: a header of 28 bytes, an encrypted entry, zeros to the end of the sector.

use super::Fault;
use crate::away::sealed;
use crate::away::written::hex;
use crate::error::{Error, Result};
use crate::files::medium::SECTOR;
use crate::ledger::chain::Hash;
use crate::ledger::identity::Identity;
use crate::ledger::strand::{Base, Strung};
use serde::{Deserialize, Serialize};

const MAGIC: &[u8; 4] = b"LSF1";
/// Bytes before the content.
pub(super) const HEADER: usize = 28;
/// No content is longer.
const LARGEST: usize = 1024 * 1024;
/// No frame takes more bytes.
pub(super) const LONGEST: u64 = (HEADER + LARGEST + SECTOR) as u64;

/// Bytes of a frame with so much content, in whole sectors.
pub(super) fn size(content: u32) -> u64 {
    (HEADER as u64 + u64::from(content)).div_ceil(SECTOR as u64) * SECTOR as u64
}

/// What a frame's header says.
pub(super) struct FrameHeader {
    pub length: u32,
    pub generation: u64,
    pub number: u64,
    pub sum: u32,
}

impl FrameHeader {
    /// Nothing where no frame begins.
    pub fn parse(sector: &[u8; SECTOR]) -> Option<Self> {
        let (magic, rest) = sector.split_first_chunk::<4>()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let (generation, rest) = rest.split_first_chunk::<8>()?;
        let (number, rest) = rest.split_first_chunk::<8>()?;
        let (sum, _) = rest.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length);
        (magic == MAGIC && length as usize <= LARGEST).then(|| Self {
            length,
            generation: u64::from_le_bytes(*generation),
            number: u64::from_le_bytes(*number),
            sum: u32::from_le_bytes(*sum),
        })
    }

    /// What its sum should be, after a frame whose sum was `before`.
    pub fn sum_of(&self, before: u32, content: &[u8]) -> u32 {
        sum(before, &summed(self.length, self.generation, self.number), content)
    }
}

fn summed(length: u32, generation: u64, number: u64) -> Vec<u8> {
    [&MAGIC[..], &length.to_le_bytes(), &generation.to_le_bytes(), &number.to_le_bytes()].concat()
}

fn sum(before: u32, header: &[u8], content: &[u8]) -> u32 {
    let mut sum = crc32fast::Hasher::new();
    sum.update(&before.to_le_bytes());
    sum.update(header);
    sum.update(content);
    sum.finalize()
}

/// A frame that is to be written.
pub(super) struct Frame {
    pub number: u64,
    pub generation: u64,
}

impl Frame {
    /// Its bytes in whole sectors, and its sum.
    pub fn to_bytes(&self, before: u32, content: &[u8]) -> (Vec<u8>, u32) {
        let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
        let header = summed(length, self.generation, self.number);
        let sum = sum(before, &header, content);
        let mut bytes = [&header[..], &sum.to_le_bytes(), content].concat();
        bytes.resize(bytes.len().next_multiple_of(SECTOR), 0);
        (bytes, sum)
    }
}

/// What is encrypted.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    base: Named,
    payload: String,
    #[serde(with = "hex")]
    signature: [u8; 64],
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    length: u64,
    #[serde(with = "hex")]
    head: Hash,
}

pub(super) fn seal(strung: &Strung, recipients: &[age::x25519::Recipient]) -> Result<Vec<u8>> {
    let base = Named { length: strung.base.length, head: strung.base.head };
    let content = Content { base, payload: strung.payload.clone(), signature: strung.signature };
    let sealed = sealed::seal(super::super::json(&content)?.as_bytes(), recipients)?;
    if sealed.len() > LARGEST {
        return Err(Error::refused("запись слишком длинна для носителя (больше 1 МиБ)")
            .next("сократите текст или сделайте запись в школе"));
    }
    Ok(sealed)
}

pub(super) fn open(number: u64, content: &[u8], reader: &Identity) -> std::result::Result<Strung, Fault> {
    let plain = sealed::open_whole(content, reader, LARGEST).map_err(|locked| Fault::from((number, locked)))?;
    let content: Content = serde_json::from_slice(&plain).map_err(|_| Fault::Malformed(number))?;
    let base = Base { length: content.base.length, head: content.base.head };
    Ok(Strung { number, base, payload: content.payload, signature: content.signature })
}
