//! What a call, an upload or a draft is put off for, and how often before it is given up.

use std::collections::BTreeMap;

/// Why something cannot be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Obstacle {
    /// The platform is asked too often, in a minute or in a day.
    TooFast,
    /// The platform takes a call for another one of the same content.
    Mistaken,
    /// It is not reached, or does not answer; the client made several attempts each time where a repeat is harmless.
    Unreachable,
}

impl Obstacle {
    /// After so many times it is given up.
    const fn times(self) -> u32 {
        match self {
            Self::TooFast => 10,
            Self::Mistaken => 6,
            Self::Unreachable => 3,
        }
    }
}

/// How often each was met. Each counts for itself: one lost answer after two pauses that the platform asked for is
/// the first.
#[derive(Clone, Debug, Default)]
pub(super) struct Obstacles(BTreeMap<Obstacle, u32>);

impl Obstacles {
    /// One was met; false when that is often enough.
    pub(super) fn meet(&mut self, obstacle: Obstacle) -> bool {
        let times = self.0.entry(obstacle).or_default();
        *times += 1;
        *times < obstacle.times()
    }
}
