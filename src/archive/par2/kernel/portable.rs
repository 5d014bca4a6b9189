//! The loop for any processor: two look-ups a word.

use super::{BLOCK, PLANE, bit_products};

/// The products of a factor with every low and every high byte.
pub struct ByteProducts {
    low: [u16; 256],
    high: [u16; 256],
}

impl ByteProducts {
    pub(super) fn of(factor: u16) -> Self {
        let bits = bit_products(factor);
        let mut products = Self { low: [0; 256], high: [0; 256] };
        for byte in 1..256_usize {
            // A byte's product is that of its lowest bit and that of the rest.
            let (rest, bit) = (byte & (byte - 1), byte.trailing_zeros() as usize);
            products.low[byte] = products.low[rest] ^ bits[bit];
            products.high[byte] = products.high[rest] ^ bits[bit + 8];
        }
        products
    }

    pub(super) fn multiply_add(&self, source: &[u8], target: &mut [u8]) {
        for (from, to) in source.chunks_exact(BLOCK).zip(target.chunks_exact_mut(BLOCK)) {
            let ((low, high), (to_low, to_high)) = (from.split_at(PLANE), to.split_at_mut(PLANE));
            for (at, (low, high)) in low.iter().zip(high).enumerate() {
                let product = self.low[usize::from(*low)] ^ self.high[usize::from(*high)];
                let [product_low, product_high] = product.to_le_bytes();
                to_low[at] ^= product_low;
                to_high[at] ^= product_high;
            }
        }
    }
}
