//! The seed's dice: every choice of a simulation, in the same order on every machine.

use std::time::Duration;

/// SplitMix64: small, well mixed, and the same everywhere.
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        // Seeds are counted 0, 1, 2 …: the first numbers of neighbours must not be alike.
        let mut dice = Self(seed ^ 0x5851_f42d_4c95_7f2d);
        dice.number();
        dice
    }

    pub(crate) fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`; 0 when that is 0.
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.number().checked_rem(end).unwrap_or_default()
    }

    /// Once in so many times; never for 0.
    pub(crate) fn one_in(&mut self, times: u64) -> bool {
        times > 0 && self.below(times) == 0
    }

    /// One of a list that is not empty.
    pub(crate) fn pick<T: Copy>(&mut self, list: &[T]) -> Option<T> {
        let place = self.below(list.len() as u64);
        usize::try_from(place).ok().and_then(|place| list.get(place)).copied()
    }

    /// A time from one span to another, to the second.
    pub(crate) fn time(&mut self, from: Duration, to: Duration) -> Duration {
        let seconds = to.saturating_sub(from).as_secs() + 1;
        from + Duration::from_secs(self.below(seconds))
    }
}
