//! The field GF(2¹⁶) of PAR2: polynomials over bits, modulo x¹⁶ + x¹² + x³ + x + 1.
//!
//! Adding is XOR. Every element but zero is a power of 2, so multiplying adds logarithms.

use std::sync::LazyLock;

/// x¹⁶ + x¹² + x³ + x + 1.
const POLYNOMIAL: u32 = 0x1100B;

/// How many elements have a logarithm: all but zero.
pub const ORDER: u32 = 65_535;

struct Tables {
    log: Vec<u16>,
    exp: Vec<u16>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| {
    let mut tables = Tables { log: vec![0; 65_536], exp: vec![0; ORDER as usize] };
    let mut power = 1_u32;
    for log in 0..ORDER {
        let element = (power & 0xFFFF) as u16;
        tables.exp[log as usize] = element;
        tables.log[usize::from(element)] = (log & 0xFFFF) as u16;
        power <<= 1;
        if power > 0xFFFF {
            power ^= POLYNOMIAL;
        }
    }
    tables
});

/// The product of two elements.
pub fn multiply(a: u16, b: u16) -> u16 {
    if a == 0 || b == 0 {
        return 0;
    }
    let tables = &*TABLES;
    let log = u32::from(tables.log[usize::from(a)]) + u32::from(tables.log[usize::from(b)]);
    tables.exp[(log % ORDER) as usize]
}

/// The element that gives 1 with this one; zero has none and gives zero.
pub fn inverse(a: u16) -> u16 {
    if a == 0 {
        return 0;
    }
    let tables = &*TABLES;
    tables.exp[((ORDER - u32::from(tables.log[usize::from(a)])) % ORDER) as usize]
}

/// The element whose logarithm is `log`, a whole number of any size.
pub fn power_of_two(log: u64) -> u16 {
    TABLES.exp[usize::try_from(log % u64::from(ORDER)).unwrap_or_default()]
}

/// The logarithms of the constants that PAR2 gives to input slices, in their order: those prime to [`ORDER`], so that
/// all powers of a constant differ. There are 32,768 of them.
pub fn slice_constants() -> impl Iterator<Item = u16> {
    // ORDER = 3 · 5 · 17 · 257
    (1..=u16::MAX).filter(|log| [3, 5, 17, 257].iter().all(|prime| log % prime != 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Multiplication as the definition has it, bit by bit.
    fn by_definition(a: u16, b: u16) -> u16 {
        let mut product = 0_u32;
        for bit in (0..16).rev() {
            product <<= 1;
            if product > 0xFFFF {
                product ^= POLYNOMIAL;
            }
            if b >> bit & 1 == 1 {
                product ^= u32::from(a);
            }
        }
        u16::try_from(product).unwrap()
    }

    #[test]
    fn every_element_but_zero_has_an_inverse() {
        assert!((1..=u16::MAX).all(|a| multiply(a, inverse(a)) == 1));
        assert_eq!(inverse(0), 0);
    }

    #[test]
    fn the_constants_are_those_of_the_specification() {
        let logs: Vec<u16> = slice_constants().collect();
        assert_eq!(logs[..9], [1, 2, 4, 7, 8, 11, 13, 14, 16]);
        assert_eq!(logs.len(), 32_768);
        assert_eq!(logs[..4].iter().map(|log| power_of_two(u64::from(*log))).collect::<Vec<_>>(), [2, 4, 16, 128]);
    }

    proptest! {
        #[test]
        fn products_are_those_of_the_definition(a: u16, b: u16) {
            prop_assert_eq!(multiply(a, b), by_definition(a, b));
        }

        #[test]
        fn a_power_is_a_repeated_product(log in 0_u64..200_000) {
            prop_assert_eq!(multiply(power_of_two(log), 2), power_of_two(log + 1));
        }
    }
}
