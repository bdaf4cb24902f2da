//! Counters that start again with each minute, day or month.

use std::collections::BTreeMap;

/// What was taken from a counter, so that it can be given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    name: &'static str,
    period: u64,
}

/// Counters by name, each for its current period.
#[derive(Debug, Default)]
pub(crate) struct Quotas(BTreeMap<&'static str, (u64, u32)>);

impl Quotas {
    /// Uses one unit of `period`, if fewer than `limit` are used.
    pub(crate) fn take(&mut self, name: &'static str, period: u64, limit: u32) -> Option<Taken> {
        let counter = self.0.entry(name).or_insert((period, 0));
        if counter.0 != period {
            *counter = (period, 0);
        }
        if counter.1 >= limit {
            return None;
        }
        counter.1 += 1;
        Some(Taken { name, period })
    }

    /// Gives one unit back, unless its period is over.
    pub(crate) fn give_back(&mut self, taken: Taken) {
        if let Some(counter) = self.0.get_mut(taken.name)
            && counter.0 == taken.period
        {
            counter.1 = counter.1.saturating_sub(1);
        }
    }
}
