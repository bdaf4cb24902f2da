//! Counters that start again with each minute, day or month, and the mass sends set by hand.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Counter of clear_quota in both forms.
pub(crate) const CLEARED: &str = "clear quota";
/// Counter of openapi/quota/clear.
pub(crate) const ONE_CLEARED: &str = "clear one quota";

/// What was taken, so that it can be given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Taken {
    /// One unit of a counter.
    Counted { name: Cow<'static, str>, period: u64 },
    /// One of the number set by hand for the `setting`-th time.
    ByHand { setting: u64 },
}

/// Counters by name, each for its current period.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Quotas {
    counters: BTreeMap<Cow<'static, str>, (u64, u32)>,
    /// Day and number of the calls of each path.
    calls: BTreeMap<String, (u64, u32)>,
    /// Mass sends left, when set by hand; then no rule about them counts.
    by_hand: Option<u32>,
    /// How often `by_hand` was set.
    setting: u64,
}

impl Quotas {
    /// Uses one unit of `period`, if fewer than `limit` are used.
    pub(crate) fn take(&mut self, name: &'static str, period: u64, limit: u32) -> Option<Taken> {
        let counter = self.counters.entry(Cow::Borrowed(name)).or_insert((period, 0));
        if counter.0 != period {
            *counter = (period, 0);
        }
        if counter.1 >= limit {
            return None;
        }
        counter.1 += 1;
        Some(Taken::Counted { name: Cow::Borrowed(name), period })
    }

    /// Units of `period` used.
    pub(crate) fn used(&self, name: &str, period: u64) -> u32 {
        self.counters.get(name).filter(|counter| counter.0 == period).map_or(0, |counter| counter.1)
    }

    /// Counts a call that may have no limit.
    pub(crate) fn note(&mut self, path: &str, day: u64) {
        let calls = self.noted(path, day).saturating_add(1);
        match self.calls.get_mut(path) {
            Some(noted) => *noted = (day, calls),
            None => {
                self.calls.insert(path.to_owned(), (day, calls));
            }
        }
    }

    /// Calls noted on that day.
    pub(crate) fn noted(&self, path: &str, day: u64) -> u32 {
        self.calls.get(path).filter(|calls| calls.0 == day).map_or(0, |calls| calls.1)
    }

    /// Calls a day start anew, as by clear_quota. What a follower or a month may have stays, and so
    /// does the minute.
    pub(crate) fn clear_calls(&mut self) {
        self.counters.retain(|name, _| {
            name.ends_with(", minute")
                || ["mass", "to all, day", "to all, month", CLEARED, ONE_CLEARED].contains(&&**name)
        });
        self.calls.clear();
    }

    /// The calls a day of one call start anew.
    pub(crate) fn clear_one(&mut self, name: Option<&'static str>, path: &str) {
        if let Some(name) = name {
            self.counters.remove(name);
        }
        self.calls.remove(path);
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
                if let Some(counter) = self.counters.get_mut(&name)
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
