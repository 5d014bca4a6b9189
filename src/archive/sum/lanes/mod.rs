//! SHA-256 of sixteen messages side by side (multi-buffer hashing).
//!
//! Within a message every step needs the one before it, so even a processor with SHA instructions mostly waits for
//! itself. Vector instructions take the same step of sixteen messages at once, and do twice as much in the same time.
//!
//! The portable way, one message after another, is the definition; the other is held equal to it by tests.

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod x86;

use sha2::digest::generic_array::GenericArray;

use super::Sum;

/// How many messages go side by side.
pub(super) const LANES: usize = 16;

/// What is hashed at once of a message, in bytes (FIPS 180-4, 5.2.1).
pub(super) const BLOCK: usize = 64;

pub(super) type Block = [u8; BLOCK];

/// Word `i` of the hash of all messages.
type Words = [u32; LANES];

/// FIPS 180-4, 5.3.3.
const INITIAL: [u32; 8] =
    [0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19];

/// One way to do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kernel {
    /// One message after another, on any processor.
    Portable,
    /// All sixteen at once: x86-64 processors with AVX-512, for servers since about 2017.
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Kernel {
    /// Those that this processor can run, the fastest last.
    pub(super) fn available() -> Vec<Self> {
        #[cfg_attr(not(target_arch = "x86_64"), expect(unused_mut, reason = "only x86-64 has another"))]
        let mut available = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        available.extend(x86::runs_here().then_some(Self::Avx512));
        available
    }

    /// The one that is faster side by side than one message after another.
    pub(super) fn vectors() -> Option<Self> {
        Self::available().pop().filter(|kernel| *kernel != Self::Portable)
    }
}

/// The unfinished hashes of sixteen messages.
pub(super) struct Lanes {
    hashes: [Words; 8],
    kernel: Kernel,
}

impl Lanes {
    /// Sixteen messages of which nothing was hashed yet.
    pub(super) fn new(kernel: Kernel) -> Self {
        Self { hashes: INITIAL.map(|word| [word; LANES]), kernel }
    }

    /// Hashes the next blocks of each message, as many as the shortest slice has. Gives that number.
    pub(super) fn advance(&mut self, blocks: &[&[Block]; LANES]) -> usize {
        let count = blocks.iter().map(|blocks| blocks.len()).min().unwrap_or(0);
        match self.kernel {
            Kernel::Portable => {
                for (lane, blocks) in blocks.iter().enumerate() {
                    self.advance_one(lane, blocks.get(..count).unwrap_or_default());
                }
            }
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx512 => x86::compress(&mut self.hashes, blocks, count),
        }
        count
    }

    /// Hashes the next blocks of one message, all of them.
    pub(super) fn advance_one(&mut self, lane: usize, blocks: &[Block]) {
        let mut hash = self.hash(lane);
        for block in blocks {
            sha2::compress256(&mut hash, std::slice::from_ref(GenericArray::from_slice(block)));
        }
        for (words, word) in self.hashes.iter_mut().zip(hash) {
            words[lane] = word;
        }
    }

    /// The sum of a message of `length` bytes, of which all but `rest`, less than a block, was hashed.
    pub(super) fn finish(&mut self, lane: usize, rest: &[u8], length: u64) -> Sum {
        // FIPS 180-4, 5.1.1: a one bit, zeros, and the length in bits at the end of a block.
        let mut end = [0; 2 * BLOCK];
        let blocks = if rest.len() + 1 + 8 <= BLOCK { 1 } else { 2 };
        let padded = &mut end[..blocks * BLOCK];
        padded[..rest.len()].copy_from_slice(rest);
        padded[rest.len()] = 0x80;
        padded[blocks * BLOCK - 8..].copy_from_slice(&length.wrapping_mul(8).to_be_bytes());
        self.advance_one(lane, padded.as_chunks().0);
        let mut sum = [0; 32];
        for (bytes, word) in sum.as_chunks_mut().0.iter_mut().zip(self.hash(lane)) {
            *bytes = word.to_be_bytes();
        }
        Sum(sum)
    }

    fn hash(&self, lane: usize) -> [u32; 8] {
        self.hashes.map(|words| words[lane])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn messages() -> impl Strategy<Value = Vec<Vec<u8>>> {
        prop::collection::vec(prop::collection::vec(any::<u8>(), 0..700), LANES)
    }

    proptest! {
        #[test]
        fn every_kernel_gives_the_sums_of_the_messages(messages in messages()) {
            for kernel in Kernel::available() {
                let mut lanes = Lanes::new(kernel);
                let mut blocks: [&[Block]; LANES] = std::array::from_fn(|lane| messages[lane].as_chunks().0);
                let count = lanes.advance(&blocks);
                for (lane, blocks) in blocks.iter_mut().enumerate() {
                    lanes.advance_one(lane, &blocks[count..]);
                    let message = &messages[lane];
                    let sum = lanes.finish(lane, message.as_chunks::<BLOCK>().1, message.len() as u64);
                    prop_assert_eq!(sum, Sum::of(message), "{:?}, message {}", kernel, lane);
                }
            }
        }
    }

    #[test]
    fn a_message_is_padded_at_every_length_of_its_last_block() {
        for length in 0..=2 * BLOCK {
            let message = vec![0xA5; length];
            let mut lanes = Lanes::new(Kernel::Portable);
            let (blocks, rest) = message.as_chunks();
            lanes.advance_one(LANES - 1, blocks);
            assert_eq!(lanes.finish(LANES - 1, rest, length as u64), Sum::of(&message), "{length} bytes");
        }
    }
}
