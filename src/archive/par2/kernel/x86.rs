//! The loop with the vector instructions of x86-64.
//!
//! `unsafe` stands here and nowhere else in Letopis. It is there for two things: calling a function compiled for
//! instructions whose presence was just asked for, and moving a register's bytes from and to an array of that size.

use std::arch::x86_64::{
    __m128i, __m256i, __m512i, _mm_and_si128, _mm_loadu_si128, _mm_set1_epi8, _mm_shuffle_epi8, _mm_srli_epi16,
    _mm_storeu_si128, _mm_xor_si128, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_loadu_si256,
    _mm256_set1_epi8, _mm256_shuffle_epi8, _mm256_srli_epi16, _mm256_storeu_si256, _mm256_xor_si256,
    _mm512_gf2p8affine_epi64_epi8, _mm512_loadu_si512, _mm512_set_epi64, _mm512_shuffle_i64x2, _mm512_storeu_si512,
    _mm512_xor_si512,
};

use super::{BLOCK, Kernel, bit_products};

/// The kernels of this file that the processor can run, the slowest first.
pub(super) fn available() -> impl Iterator<Item = Kernel> {
    [Kernel::Ssse3, Kernel::Avx2, Kernel::Gfni].into_iter().filter(|kernel| runs_here(*kernel))
}

fn runs_here(kernel: Kernel) -> bool {
    match kernel {
        Kernel::Portable => true,
        Kernel::Ssse3 => is_x86_feature_detected!("ssse3"),
        Kernel::Avx2 => is_x86_feature_detected!("avx2"),
        Kernel::Gfni => is_x86_feature_detected!("gfni") && is_x86_feature_detected!("avx512f"),
    }
}

/// A factor for one of these kernels. Only [`factor`] makes one, and only for a kernel that the processor has.
pub struct Factor(Form);

enum Form {
    Ssse3(NibbleProducts),
    Avx2(NibbleProducts),
    Gfni(BitMatrices),
}

/// A factor for the kernel, or for the portable one where the processor does not have it.
pub(super) fn factor(kernel: Kernel, factor: u16) -> super::Factor {
    if !runs_here(kernel) {
        return Kernel::Portable.factor(factor);
    }
    super::Factor::Vectors(Factor(match kernel {
        Kernel::Portable => return kernel.factor(factor),
        Kernel::Ssse3 => Form::Ssse3(NibbleProducts::of(factor)),
        Kernel::Avx2 => Form::Avx2(NibbleProducts::of(factor)),
        Kernel::Gfni => Form::Gfni(BitMatrices::of(factor)),
    }))
}

impl Factor {
    pub(super) fn multiply_add(&self, source: &[u8], target: &mut [u8]) {
        let blocks = source.as_chunks::<BLOCK>().0.iter().zip(target.as_chunks_mut::<BLOCK>().0);
        match &self.0 {
            // SAFETY: the factor was made for this kernel, so the processor has SSSE3.
            Form::Ssse3(products) => unsafe { ssse3(products, blocks) },
            // SAFETY: so it has AVX2.
            Form::Avx2(products) => unsafe { avx2(products, blocks) },
            // SAFETY: so it has GFNI and AVX-512F.
            Form::Gfni(matrices) => unsafe { gfni(matrices, blocks) },
        }
    }
}

/// The products of a factor with the 16 values of each of the four nibbles of a word, low and high byte apart.
struct NibbleProducts {
    low: [[u8; 16]; 4],
    high: [[u8; 16]; 4],
}

impl NibbleProducts {
    fn of(factor: u16) -> Self {
        let bits = bit_products(factor);
        let mut products = Self { low: [[0; 16]; 4], high: [[0; 16]; 4] };
        for nibble in 0..4 {
            let mut of_value = [0_u16; 16];
            for value in 1..16_usize {
                let (rest, bit) = (value & (value - 1), value.trailing_zeros() as usize);
                of_value[value] = of_value[rest] ^ bits[4 * nibble + bit];
                [products.low[nibble][value], products.high[nibble][value]] = of_value[value].to_le_bytes();
            }
        }
        products
    }
}

#[target_feature(enable = "ssse3")]
fn ssse3<'a>(products: &NibbleProducts, blocks: impl Iterator<Item = (&'a [u8; BLOCK], &'a mut [u8; BLOCK])>) {
    let (low, high) =
        (products.low.each_ref().map(|table| load_128(table)), products.high.each_ref().map(|table| load_128(table)));
    let nibble = _mm_set1_epi8(0x0F);
    for (from, to) in blocks {
        let ([from_low, from_high], _) = from.as_chunks::<32>() else { continue };
        let ([to_low, to_high], _) = to.as_chunks_mut::<32>() else { continue };
        for half in 0..2 {
            let (Some(l), Some(h)) = (from_low.as_chunks().0.get(half), from_high.as_chunks().0.get(half)) else {
                break;
            };
            let (l, h) = (load_128(l), load_128(h));
            let nibbles = [
                _mm_and_si128(l, nibble),
                _mm_and_si128(_mm_srli_epi16::<4>(l), nibble),
                _mm_and_si128(h, nibble),
                _mm_and_si128(_mm_srli_epi16::<4>(h), nibble),
            ];
            for (tables, sum) in [(&low, &mut *to_low), (&high, &mut *to_high)] {
                let Some(sum) = sum.as_chunks_mut().0.get_mut(half) else { break };
                let mut product = load_128(sum);
                for (table, nibble) in tables.iter().zip(nibbles) {
                    product = _mm_xor_si128(product, _mm_shuffle_epi8(*table, nibble));
                }
                store_128(product, sum);
            }
        }
    }
}

#[target_feature(enable = "avx2")]
fn avx2<'a>(products: &NibbleProducts, blocks: impl Iterator<Item = (&'a [u8; BLOCK], &'a mut [u8; BLOCK])>) {
    let mut tables = [[_mm256_set1_epi8(0); 4]; 2];
    for (wide, narrow) in tables.iter_mut().zip([&products.low, &products.high]) {
        for (wide, narrow) in wide.iter_mut().zip(narrow) {
            *wide = _mm256_broadcastsi128_si256(load_128(narrow));
        }
    }
    let nibble = _mm256_set1_epi8(0x0F);
    for (from, to) in blocks {
        let ([low, high], _) = from.as_chunks::<32>() else { continue };
        let ([to_low, to_high], _) = to.as_chunks_mut::<32>() else { continue };
        let (low, high) = (load_256(low), load_256(high));
        let nibbles = [
            _mm256_and_si256(low, nibble),
            _mm256_and_si256(_mm256_srli_epi16::<4>(low), nibble),
            _mm256_and_si256(high, nibble),
            _mm256_and_si256(_mm256_srli_epi16::<4>(high), nibble),
        ];
        for (tables, sum) in tables.iter().zip([to_low, to_high]) {
            let mut product = load_256(sum);
            for (table, nibble) in tables.iter().zip(nibbles) {
                product = _mm256_xor_si256(product, _mm256_shuffle_epi8(*table, nibble));
            }
            store_256(product, sum);
        }
    }
}

/// Multiplying by a factor as four matrices of 8 × 8 bits: from which byte of the word to which.
struct BitMatrices {
    low_to_low: i64,
    high_to_low: i64,
    low_to_high: i64,
    high_to_high: i64,
}

impl BitMatrices {
    fn of(factor: u16) -> Self {
        let bits = bit_products(factor);
        let matrix = |input: usize, output: usize| {
            let mut rows = [0_u8; 8];
            for (row, mask) in rows.iter_mut().enumerate() {
                for bit in 0..8 {
                    *mask |= ((bits[input + bit] >> (output + row) & 1) as u8) << bit;
                }
            }
            // The instruction takes the row of the highest bit first.
            i64::from_be_bytes(rows)
        };
        Self {
            low_to_low: matrix(0, 0),
            high_to_low: matrix(8, 0),
            low_to_high: matrix(0, 8),
            high_to_high: matrix(8, 8),
        }
    }
}

#[target_feature(enable = "gfni,avx512f")]
fn gfni<'a>(matrices: &BitMatrices, blocks: impl Iterator<Item = (&'a [u8; BLOCK], &'a mut [u8; BLOCK])>) {
    let quarters = |high: i64, low: i64| _mm512_set_epi64(high, high, high, high, low, low, low, low);
    let straight = quarters(matrices.high_to_high, matrices.low_to_low);
    let crossed = quarters(matrices.low_to_high, matrices.high_to_low);
    for (from, to) in blocks {
        let word = load_512(from);
        // Low and high bytes change places.
        let swapped = _mm512_shuffle_i64x2::<0b01_00_11_10>(word, word);
        let product = _mm512_xor_si512(
            _mm512_gf2p8affine_epi64_epi8::<0>(word, straight),
            _mm512_gf2p8affine_epi64_epi8::<0>(swapped, crossed),
        );
        store_512(_mm512_xor_si512(load_512(to), product), to);
    }
}

#[target_feature(enable = "sse2")]
fn load_128(bytes: &[u8; 16]) -> __m128i {
    // SAFETY: 16 bytes may be read there; the instruction asks for no alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "sse2")]
fn store_128(register: __m128i, bytes: &mut [u8; 16]) {
    // SAFETY: 16 bytes may be written there; the instruction asks for no alignment.
    unsafe { _mm_storeu_si128(bytes.as_mut_ptr().cast(), register) }
}

#[target_feature(enable = "avx2")]
fn load_256(bytes: &[u8; 32]) -> __m256i {
    // SAFETY: 32 bytes may be read there; the instruction asks for no alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx2")]
fn store_256(register: __m256i, bytes: &mut [u8; 32]) {
    // SAFETY: 32 bytes may be written there; the instruction asks for no alignment.
    unsafe { _mm256_storeu_si256(bytes.as_mut_ptr().cast(), register) }
}

#[target_feature(enable = "avx512f")]
fn load_512(bytes: &[u8; BLOCK]) -> __m512i {
    // SAFETY: 64 bytes may be read there; the instruction asks for no alignment.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f")]
fn store_512(register: __m512i, bytes: &mut [u8; BLOCK]) {
    // SAFETY: 64 bytes may be written there; the instruction asks for no alignment.
    unsafe { _mm512_storeu_si512(bytes.as_mut_ptr().cast(), register) }
}
