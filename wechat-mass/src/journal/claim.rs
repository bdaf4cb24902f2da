//! A call about to be made: reserved within its budgets, or told to wait.

use std::time::{Duration, SystemTime};

use super::{Entry, JournalError, JournalErrorKind};
use crate::quota::{Budget, Spend, Window};

/// A call about to be made.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Claim<'a> {
    /// The call, from 0.
    pub chunk: usize,
    /// When.
    pub at: SystemTime,
    /// What it costs.
    pub spend: Spend,
    /// What it costs it from.
    pub budgets: &'a [Budget],
    /// How long the call is this worker's, where several share the campaign.
    pub lease: Duration,
    /// Only when nothing at all was recorded by others that this journal has not read: for a first
    /// call that is to go out alone.
    pub alone: bool,
}

/// Longer than a call with all its attempts takes.
pub(crate) const LEASE: Duration = Duration::from_secs(5 * 60);

impl<'a> Claim<'a> {
    /// A call that may go out beside others, and is this worker's for five minutes.
    pub fn new(chunk: usize, at: SystemTime, spend: Spend, budgets: &'a [Budget]) -> Self {
        Self { chunk, at, spend, budgets, lease: LEASE, alone: false }
    }

    /// The same with another lease.
    #[must_use]
    pub fn with_lease(self, lease: Duration) -> Self {
        Self { lease, ..self }
    }

    /// The same, to go out alone or not.
    #[must_use]
    pub fn with_alone(self, alone: bool) -> Self {
        Self { alone, ..self }
    }

    /// The fact that is recorded when it is granted.
    pub fn intent(&self) -> Entry {
        Entry::Intent { chunk: self.chunk, at: self.at }
    }
}

/// Whether a call may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reserved {
    /// It is reserved.
    Granted,
    /// It is not, and nothing was recorded.
    #[non_exhaustive]
    Wait {
        /// From when it may be tried again.
        until: SystemTime,
        /// The budget that is used up; with several, the one that opens last.
        budget: Budget,
    },
    /// It is not, and nothing was recorded: a human stopped the campaign, and nobody has said go on
    /// since.
    #[non_exhaustive]
    Stopped {
        /// When it was stopped.
        at: SystemTime,
    },
    /// It is not, and nothing was recorded: the call is another worker's.
    #[non_exhaustive]
    Held {
        /// For how long, by the store's clock, if he does not end it earlier.
        left: Duration,
    },
    /// It is not, and nothing was recorded: others have recorded something that matters to this call and
    /// was not read yet.
    Behind,
}

/// A reservation that turned out to be something else: a send that was not made, an attempt that was one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rebooked {
    /// When the call was claimed.
    pub at: SystemTime,
    /// What was reserved. Of several on that day the one nearest to that time is taken, for all of one kind and day
    /// are alike; where there is none, nothing changes.
    pub from: Spend,
    /// What it counts as from now on.
    pub to: Spend,
}

impl Rebooked {
    /// One reserved at this time as `from` counts as `to`.
    pub fn new(at: SystemTime, from: Spend, to: Spend) -> Self {
        Self { at, from, to }
    }

    /// Where it is to be found. A store's clock differs from that of who claims by less than this.
    pub(super) fn day(&self) -> std::ops::Range<SystemTime> {
        const CLOCKS_DIFFER: Duration = Duration::from_secs(31);
        let (began, ends) = (Window::Day.began(self.at), Window::Day.ends(self.at));
        began.min(self.at - CLOCKS_DIFFER)..ends.max(self.at + CLOCKS_DIFFER)
    }
}

impl Reserved {
    /// Asks each budget; `spent` gives the moments that a budget was drawn on in its window.
    pub(super) fn by<E>(
        budgets: &[Budget],
        mut spent: impl FnMut(&Budget) -> Result<Vec<SystemTime>, E>,
    ) -> Result<Self, E> {
        let mut reserved = Self::Granted;
        for budget in budgets {
            let Some(until) = budget.wait(&spent(budget)?) else { continue };
            if !matches!(reserved, Self::Wait { until: known, .. } if known >= until) {
                reserved = Self::Wait { until, budget: *budget };
            }
        }
        Ok(reserved)
    }
}

/// A clock that is back by more than this cannot count budgets, nor tell how old a key is.
const CLOCK_BACK: Duration = Duration::from_secs(60);

/// Refuses a call at a moment before the last one.
pub(super) fn check_clock(at: SystemTime, last: Option<SystemTime>) -> Result<(), JournalError> {
    match last.and_then(|last| last.duration_since(at).ok()) {
        Some(back) if back > CLOCK_BACK => Err(JournalError::new(format!(
            "the clock is {} seconds before the last recorded call: set it right; until then \
             nothing is sent, for neither budgets nor the age of keys can be told",
            back.as_secs()
        ))
        .with_kind(JournalErrorKind::WrongClock)),
        _ => Ok(()),
    }
}
