//! The compression function (FIPS 180-4, 6.2.2) with AVX-512: a register holds a word of each of sixteen messages.
//!
//! `unsafe` stands here, as in `par2/kernel/x86.rs`, for two things only: calling a function compiled for instructions
//! whose presence was just asked for, and moving a register's bytes from and to an array of that size.

use std::arch::x86_64::{
    __m512i, _mm_set_epi64x, _mm512_add_epi32, _mm512_broadcast_i32x4, _mm512_loadu_si512, _mm512_ror_epi32,
    _mm512_set1_epi32, _mm512_setzero_si512, _mm512_shuffle_epi8, _mm512_shuffle_i32x4, _mm512_srli_epi32,
    _mm512_storeu_si512, _mm512_ternarylogic_epi32, _mm512_unpackhi_epi32, _mm512_unpackhi_epi64,
    _mm512_unpacklo_epi32, _mm512_unpacklo_epi64,
};

use super::{Block, LANES, Words};

/// FIPS 180-4, 4.2.2.
#[rustfmt::skip]
const K: [u32; 64] = [
    0x428A_2F98, 0x7137_4491, 0xB5C0_FBCF, 0xE9B5_DBA5, 0x3956_C25B, 0x59F1_11F1, 0x923F_82A4, 0xAB1C_5ED5,
    0xD807_AA98, 0x1283_5B01, 0x2431_85BE, 0x550C_7DC3, 0x72BE_5D74, 0x80DE_B1FE, 0x9BDC_06A7, 0xC19B_F174,
    0xE49B_69C1, 0xEFBE_4786, 0x0FC1_9DC6, 0x240C_A1CC, 0x2DE9_2C6F, 0x4A74_84AA, 0x5CB0_A9DC, 0x76F9_88DA,
    0x983E_5152, 0xA831_C66D, 0xB003_27C8, 0xBF59_7FC7, 0xC6E0_0BF3, 0xD5A7_9147, 0x06CA_6351, 0x1429_2967,
    0x27B7_0A85, 0x2E1B_2138, 0x4D2C_6DFC, 0x5338_0D13, 0x650A_7354, 0x766A_0ABB, 0x81C2_C92E, 0x9272_2C85,
    0xA2BF_E8A1, 0xA81A_664B, 0xC24B_8B70, 0xC76C_51A3, 0xD192_E819, 0xD699_0624, 0xF40E_3585, 0x106A_A070,
    0x19A4_C116, 0x1E37_6C08, 0x2748_774C, 0x34B0_BCB5, 0x391C_0CB3, 0x4ED8_AA4A, 0x5B9C_CA4F, 0x682E_6FF3,
    0x748F_82EE, 0x78A5_636F, 0x84C8_7814, 0x8CC7_0208, 0x90BE_FFFA, 0xA450_6CEB, 0xBEF9_A3F7, 0xC671_78F2,
];

/// Truth tables of three inputs, for the instruction that looks them up.
const PARITY: i32 = 0x96;
const CHOOSE: i32 = 0xCA;
const MAJORITY: i32 = 0xE8;

pub(super) fn runs_here() -> bool {
    is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw")
}

/// Hashes the next `count` blocks of each message; of one that has fewer, none beyond those.
pub(super) fn compress(hashes: &mut [Words; 8], blocks: &[&[Block]; LANES], count: usize) {
    if runs_here() {
        // SAFETY: the processor has just been asked for AVX-512F and AVX-512BW.
        unsafe { avx512(hashes, blocks, count) }
    }
}

#[target_feature(enable = "avx512f,avx512bw")]
fn avx512(hashes: &mut [Words; 8], blocks: &[&[Block]; LANES], count: usize) {
    let mut hash = [_mm512_setzero_si512(); 8];
    for (word, words) in hash.iter_mut().zip(hashes.iter()) {
        *word = load_words(words);
    }
    for at in 0..count {
        let w = message_words(blocks, at);
        let after = rounds(hash, w);
        for (sum, word) in hash.iter_mut().zip(after) {
            *sum = add(*sum, word);
        }
    }
    for (words, word) in hashes.iter_mut().zip(hash) {
        store_words(word, words);
    }
}

/// The 64 rounds over one block of each message. The words of the message schedule take each other's places.
#[target_feature(enable = "avx512f,avx512bw")]
fn rounds(hash: [__m512i; 8], mut w: [__m512i; 16]) -> [__m512i; 8] {
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = hash;
    macro_rules! round {
        ($a:ident $b:ident $c:ident $d:ident $e:ident $f:ident $g:ident $h:ident, $w:expr, $k:expr) => {
            let choice = _mm512_ternarylogic_epi32::<CHOOSE>($e, $f, $g);
            let step = add(add($h, add($w, _mm512_set1_epi32($k.cast_signed()))), add(big_sigma_1($e), choice));
            $d = add($d, step);
            let majority = _mm512_ternarylogic_epi32::<MAJORITY>($a, $b, $c);
            $h = add(step, add(big_sigma_0($a), majority));
        };
    }
    for (number, k) in K.as_chunks::<16>().0.iter().enumerate() {
        // Each half is scheduled before its rounds: the second needs words of the first.
        macro_rules! half {
            ($($t:literal)*) => {
                if number > 0 {
                    $(
                        let (before_15, before_2) = (w[($t + 1) % 16], w[($t + 14) % 16]);
                        w[$t] = add(add(w[$t], small_sigma_0(before_15)), add(w[($t + 9) % 16], small_sigma_1(before_2)));
                    )*
                }
            };
        }
        half!(0 1 2 3 4 5 6 7);
        round!(a b c d e f g h, w[0], k[0]);
        round!(h a b c d e f g, w[1], k[1]);
        round!(g h a b c d e f, w[2], k[2]);
        round!(f g h a b c d e, w[3], k[3]);
        round!(e f g h a b c d, w[4], k[4]);
        round!(d e f g h a b c, w[5], k[5]);
        round!(c d e f g h a b, w[6], k[6]);
        round!(b c d e f g h a, w[7], k[7]);
        half!(8 9 10 11 12 13 14 15);
        round!(a b c d e f g h, w[8], k[8]);
        round!(h a b c d e f g, w[9], k[9]);
        round!(g h a b c d e f, w[10], k[10]);
        round!(f g h a b c d e, w[11], k[11]);
        round!(e f g h a b c d, w[12], k[12]);
        round!(d e f g h a b c, w[13], k[13]);
        round!(c d e f g h a b, w[14], k[14]);
        round!(b c d e f g h a, w[15], k[15]);
    }
    [a, b, c, d, e, f, g, h]
}

/// The sixteen words of a block of each message, a register a word: bytes into the processor's order, and the square of
/// messages by words turned over its diagonal, first by words, then by pairs of words, then by quarters.
#[target_feature(enable = "avx512f,avx512bw")]
fn message_words(blocks: &[&[Block]; LANES], at: usize) -> [__m512i; 16] {
    let big_endian = _mm512_broadcast_i32x4(_mm_set_epi64x(0x0C0D_0E0F_0809_0A0B, 0x0405_0607_0001_0203));
    let mut rows = [_mm512_setzero_si512(); LANES];
    for (row, block) in rows.iter_mut().zip(blocks) {
        if let Some(block) = block.get(at) {
            *row = _mm512_shuffle_epi8(load(block), big_endian);
        }
    }
    let (mut words, mut pairs, mut out) = (rows, rows, rows);
    for ([low, high], [one, other]) in words.as_chunks_mut().0.iter_mut().zip(rows.as_chunks().0) {
        *low = _mm512_unpacklo_epi32(*one, *other);
        *high = _mm512_unpackhi_epi32(*one, *other);
    }
    for (pairs, [low_1, high_1, low_2, high_2]) in pairs.as_chunks_mut::<4>().0.iter_mut().zip(words.as_chunks().0) {
        *pairs = [
            _mm512_unpacklo_epi64(*low_1, *low_2),
            _mm512_unpackhi_epi64(*low_1, *low_2),
            _mm512_unpacklo_epi64(*high_1, *high_2),
            _mm512_unpackhi_epi64(*high_1, *high_2),
        ];
    }
    for word in 0..4 {
        let of_messages = [pairs[word], pairs[4 + word], pairs[8 + word], pairs[12 + word]];
        let [first, second, third, fourth] = of_messages;
        let (evens, odds) = ((even(first, second), even(third, fourth)), (odd(first, second), odd(third, fourth)));
        out[word] = even(evens.0, evens.1);
        out[4 + word] = even(odds.0, odds.1);
        out[8 + word] = odd(evens.0, evens.1);
        out[12 + word] = odd(odds.0, odds.1);
    }
    out
}

/// Of both registers the quarters with an even number.
#[target_feature(enable = "avx512f")]
fn even(x: __m512i, y: __m512i) -> __m512i {
    _mm512_shuffle_i32x4::<0b10_00_10_00>(x, y)
}

/// Of both registers the quarters with an odd number.
#[target_feature(enable = "avx512f")]
fn odd(x: __m512i, y: __m512i) -> __m512i {
    _mm512_shuffle_i32x4::<0b11_01_11_01>(x, y)
}

#[target_feature(enable = "avx512f")]
fn add(x: __m512i, y: __m512i) -> __m512i {
    _mm512_add_epi32(x, y)
}

/// FIPS 180-4, (4.4).
#[target_feature(enable = "avx512f")]
fn big_sigma_0(x: __m512i) -> __m512i {
    parity(_mm512_ror_epi32::<2>(x), _mm512_ror_epi32::<13>(x), _mm512_ror_epi32::<22>(x))
}

/// FIPS 180-4, (4.5).
#[target_feature(enable = "avx512f")]
fn big_sigma_1(x: __m512i) -> __m512i {
    parity(_mm512_ror_epi32::<6>(x), _mm512_ror_epi32::<11>(x), _mm512_ror_epi32::<25>(x))
}

/// FIPS 180-4, (4.6).
#[target_feature(enable = "avx512f")]
fn small_sigma_0(x: __m512i) -> __m512i {
    parity(_mm512_ror_epi32::<7>(x), _mm512_ror_epi32::<18>(x), _mm512_srli_epi32::<3>(x))
}

/// FIPS 180-4, (4.7).
#[target_feature(enable = "avx512f")]
fn small_sigma_1(x: __m512i) -> __m512i {
    parity(_mm512_ror_epi32::<17>(x), _mm512_ror_epi32::<19>(x), _mm512_srli_epi32::<10>(x))
}

#[target_feature(enable = "avx512f")]
fn parity(x: __m512i, y: __m512i, z: __m512i) -> __m512i {
    _mm512_ternarylogic_epi32::<PARITY>(x, y, z)
}

#[target_feature(enable = "avx512f")]
fn load(block: &Block) -> __m512i {
    // SAFETY: 64 bytes may be read there; the instruction asks for no alignment.
    unsafe { _mm512_loadu_si512(block.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f")]
fn load_words(words: &Words) -> __m512i {
    // SAFETY: sixteen words of four bytes may be read there; the instruction asks for no alignment.
    unsafe { _mm512_loadu_si512(words.as_ptr().cast()) }
}

#[target_feature(enable = "avx512f")]
fn store_words(register: __m512i, words: &mut Words) {
    // SAFETY: sixteen words of four bytes may be written there; the instruction asks for no alignment.
    unsafe { _mm512_storeu_si512(words.as_mut_ptr().cast(), register) }
}
