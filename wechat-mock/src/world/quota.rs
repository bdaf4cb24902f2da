//! Counters that start again with each minute, day or month, and the mass sends set by hand.

use std::collections::BTreeMap;

/// What was taken, so that it can be given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Taken {
    /// One unit of a counter.
    Counted { name: &'static str, period: u64 },
    /// One of the number set by hand for the `setting`-th time.
    ByHand { setting: u64 },
}

/// Counters by name, each for its current period.
#[derive(Debug, Default)]
pub(crate) struct Quotas {
    counters: BTreeMap<&'static str, (u64, u32)>,
    /// Mass sends left, when set by hand; then no rule about them counts.
    by_hand: Option<u32>,
    /// How often `by_hand` was set.
    setting: u64,
}

impl Quotas {
    /// Uses one unit of `period`, if fewer than `limit` are used.
    pub(crate) fn take(&mut self, name: &'static str, period: u64, limit: u32) -> Option<Taken> {
        let counter = self.counters.entry(name).or_insert((period, 0));
        if counter.0 != period {
            *counter = (period, 0);
        }
        if counter.1 >= limit {
            return None;
        }
        counter.1 += 1;
        Some(Taken::Counted { name, period })
    }

    pub(crate) fn set_by_hand(&mut self, left: Option<u32>) {
        self.by_hand = left;
        self.setting += 1;
    }

    pub(crate) fn is_set_by_hand(&self) -> bool {
        self.by_hand.is_some()
    }

    /// Uses one of those set by hand, if one is left.
    pub(crate) fn take_by_hand(&mut self) -> Option<Taken> {
        let left = self.by_hand.as_mut()?;
        *left = left.checked_sub(1)?;
        Some(Taken::ByHand { setting: self.setting })
    }

    /// Gives one unit back, unless its period is over. A number set by hand since then stands: the
    /// test that set it counts on it.
    pub(crate) fn give_back(&mut self, taken: Taken) {
        match taken {
            Taken::Counted { name, period } => {
                if let Some(counter) = self.counters.get_mut(name)
                    && counter.0 == period
                {
                    counter.1 = counter.1.saturating_sub(1);
                }
            }
            Taken::ByHand { setting } => {
                if let Some(left) = &mut self.by_hand
                    && setting == self.setting
                {
                    *left = left.saturating_add(1);
                }
            }
        }
    }
}
