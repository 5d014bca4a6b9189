//! The inner loop of PAR2: `target ^= factor · source` over many words of GF(2¹⁶).
//!
//! Words are little-endian in a file. Here they lie **in planes**: of every 64 bytes the 32 low bytes of the words come
//! first and the 32 high bytes after them, so that one instruction looks up as many bytes as a register holds. What is
//! added up stays in planes from the first slice to the last.
//!
//! The portable loop is the definition; the others are held equal to it by tests, on whatever processor they run.

mod portable;
#[cfg(target_arch = "x86_64")]
#[expect(unsafe_code, reason = "vector instructions are called for processors that have them")]
mod x86;

/// The fewest bytes that are worked on: 32 words.
pub const BLOCK: usize = 64;
const PLANE: usize = BLOCK / 2;

/// One way to do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// Two table look-ups a word, on any processor.
    Portable,
    /// 16 look-ups at once: x86-64 processors since about 2006.
    #[cfg(target_arch = "x86_64")]
    Ssse3,
    /// 32 look-ups at once: since about 2013.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// Bit matrices times 64 bytes at once: since about 2019.
    #[cfg(target_arch = "x86_64")]
    Gfni,
}

impl Kernel {
    /// Those that this processor can run, the slowest first.
    pub fn available() -> Vec<Self> {
        #[cfg_attr(not(target_arch = "x86_64"), expect(unused_mut, reason = "only x86-64 has others"))]
        let mut available = vec![Self::Portable];
        #[cfg(target_arch = "x86_64")]
        available.extend(x86::available());
        available
    }

    /// The fastest that this processor can run.
    pub fn best() -> Self {
        Self::available().pop().unwrap_or(Self::Portable)
    }

    /// Makes multiplying by `factor` ready.
    pub fn factor(self, factor: u16) -> Factor {
        match self {
            Self::Portable => Factor::Bytes(Box::new(portable::ByteProducts::of(factor))),
            #[cfg(target_arch = "x86_64")]
            Self::Ssse3 | Self::Avx2 | Self::Gfni => x86::factor(self, factor),
        }
    }
}

/// A factor, in the form in which a kernel multiplies by it.
pub enum Factor {
    Bytes(Box<portable::ByteProducts>),
    #[cfg(target_arch = "x86_64")]
    Vectors(x86::Factor),
}

impl Factor {
    /// Adds the words of `source`, each times the factor, to those of `target`. Both are in planes; what goes beyond the
    /// shorter of them, or beyond its last whole block, is left alone.
    pub fn multiply_add(&self, source: &[u8], target: &mut [u8]) {
        match self {
            Self::Bytes(products) => products.multiply_add(source, target),
            #[cfg(target_arch = "x86_64")]
            Self::Vectors(factor) => factor.multiply_add(source, target),
        }
    }
}

/// The products of a factor with each of the 16 bits of a word; any other product is a sum of these.
fn bit_products(factor: u16) -> [u16; 16] {
    let mut products = [0; 16];
    for (bit, product) in products.iter_mut().enumerate() {
        *product = super::galois::multiply(factor, 1 << bit);
    }
    products
}

/// How many bytes so many bytes take in planes: whole blocks.
pub fn planar_len(bytes: usize) -> usize {
    bytes.next_multiple_of(BLOCK)
}

/// Puts the words of a file into planes. What is missing in the last block is zero.
pub fn to_planes(words: &[u8], planes: &mut [u8]) {
    for (block, out) in words.chunks(BLOCK).zip(planes.chunks_exact_mut(BLOCK)) {
        let mut padded = [0; BLOCK];
        let block = match <&[u8; BLOCK]>::try_from(block) {
            Ok(whole) => whole,
            Err(_) => {
                padded[..block.len()].copy_from_slice(block);
                &padded
            }
        };
        let (low, high) = out.split_at_mut(PLANE);
        for (word, (low, high)) in block.chunks_exact(2).zip(low.iter_mut().zip(high)) {
            (*low, *high) = (word[0], word[1]);
        }
    }
}

/// Takes words out of planes, as many as there is room for.
pub fn from_planes(planes: &[u8], words: &mut [u8]) {
    for (block, out) in planes.chunks_exact(BLOCK).zip(words.chunks_mut(BLOCK)) {
        let (low, high) = block.split_at(PLANE);
        for (word, (low, high)) in out.chunks_mut(2).zip(low.iter().zip(high)) {
            word[0] = *low;
            if let Some(second) = word.get_mut(1) {
                *second = *high;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::galois::multiply;
    use super::*;
    use proptest::prelude::*;

    fn by_definition(factor: u16, source: &[u8], target: &[u8]) -> Vec<u8> {
        let word = |pair: &[u8]| u16::from_le_bytes([pair[0], pair[1]]);
        let sums = source.chunks(2).zip(target.chunks(2)).map(|(s, t)| multiply(factor, word(s)) ^ word(t));
        sums.flat_map(u16::to_le_bytes).collect()
    }

    fn planes(words: &[u8]) -> Vec<u8> {
        let mut planes = vec![0; planar_len(words.len())];
        to_planes(words, &mut planes);
        planes
    }

    #[test]
    fn every_kernel_multiplies_every_bit_by_every_power_of_two() {
        for kernel in Kernel::available() {
            for (factor, bit) in (0..16).flat_map(|factor| (0..16).map(move |bit| (1_u16 << factor, 1_u16 << bit))) {
                let source = bit.to_le_bytes().repeat(BLOCK / 2);
                let mut target = vec![0; BLOCK];
                kernel.factor(factor).multiply_add(&planes(&source), &mut target);
                let mut words = vec![0; BLOCK];
                from_planes(&target, &mut words);
                assert_eq!(words, multiply(factor, bit).to_le_bytes().repeat(BLOCK / 2), "{kernel:?} {factor} {bit}");
            }
        }
    }

    proptest! {
        #[test]
        fn all_kernels_agree_with_the_definition(
            factor: u16,
            words in proptest::collection::vec(any::<[u8; 4]>(), 1..700),
        ) {
            let source: Vec<u8> = words.iter().flat_map(|w| [w[0], w[1]]).collect();
            let target: Vec<u8> = words.iter().flat_map(|w| [w[2], w[3]]).collect();
            let expected = by_definition(factor, &source, &target);
            for kernel in Kernel::available() {
                let mut sum = planes(&target);
                kernel.factor(factor).multiply_add(&planes(&source), &mut sum);
                let mut words = vec![0; target.len()];
                from_planes(&sum, &mut words);
                prop_assert_eq!(&words, &expected, "{:?}", kernel);
            }
        }

        #[test]
        fn planes_hold_the_same_words(words in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut again = vec![0; words.len()];
            from_planes(&planes(&words), &mut again);
            prop_assert_eq!(again, words);
        }
    }
}
