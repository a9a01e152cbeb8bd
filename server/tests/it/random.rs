//! Numbers by seed, so that a run can be repeated.

/// SplitMix64.
pub struct Random(u64);

impl Random {
    /// By the seed in this environment variable, or 1.
    pub fn seeded(variable: &str) -> Random {
        let seed = std::env::var(variable).ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
        eprintln!("{variable}={seed}");
        Random(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end as u64).unwrap()
    }

    pub fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}
