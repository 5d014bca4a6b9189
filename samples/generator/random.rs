//! Chance that is the same on every machine: `SplitMix64`.
//!
//! Each part of the school draws from a stream of its own, named by what it is
//! for, so that a change in one part does not stir the others and the committed
//! sample changes only where the generator did.

pub struct Rng(u64);

impl Rng {
    /// The stream of one part: `purpose` and `index` tell it from the others.
    pub fn of(seed: u64, purpose: &str, index: usize) -> Rng {
        let mut hash = 0xcbf2_9ce4_8422_2325 ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        for byte in purpose.bytes().chain((index as u64).to_le_bytes()) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        let mut rng = Rng(hash);
        rng.next();
        rng
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to `limit - 1`.
    pub fn below(&mut self, limit: usize) -> usize {
        ((u128::from(self.next()) * limit as u128) >> 64) as usize
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i32, high: i32) -> i32 {
        low + self.below((high - low + 1) as usize) as i32
    }

    /// True `count` times in a thousand.
    pub fn permille(&mut self, count: usize) -> bool {
        self.below(1000) < count
    }

    /// About the middle of `-width..=width` more often than its ends.
    pub fn around_zero(&mut self, width: i32) -> i32 {
        i32::midpoint(self.between(-width, width), self.between(-width, width))
    }

    pub fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}
