//! When calls can be made, before the first one is: by an account's budgets, and what they have spent.

use std::time::{Duration, SystemTime};

use wechat_http::{Client, Error};
use wechat_types::endpoint::Endpoint as _;
use wechat_types::id::AppId;
use wechat_types::mass::{Send, SendAll};
use wechat_types::platform::{GetApiQuota, Quota};

use super::{Budget, Limits, Spend, Window};
use crate::journal::{JournalError, Store};

/// Nobody waits longer for a budget: it is taken for one that never opens.
const FAR: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// When the calls of a campaign can be made, if nothing else is sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Forecast {
    /// When each can be made, in their order.
    pub at: Vec<SystemTime>,
    /// Calls that no budget ever lets through.
    pub never: usize,
    /// Each budget with what was drawn on it before.
    pub budgets: Vec<(Budget, usize)>,
}

impl Forecast {
    /// Counts on from what was drawn on each budget in its window, oldest first.
    pub fn new(calls: usize, drawn: Vec<(Budget, Vec<SystemTime>)>, now: SystemTime) -> Self {
        let budgets = drawn.iter().map(|(budget, drawn)| (*budget, drawn.len())).collect();
        let (mut drawn, mut at, mut made) = (drawn, now, Vec::new());
        while made.len() < calls {
            let waits = drawn.iter().filter_map(|(budget, drawn)| {
                let began = budget.window.began(at);
                let old = drawn.partition_point(|moment| *moment < began);
                budget.wait(drawn.get(old..).unwrap_or_default())
            });
            match waits.max() {
                Some(until) if until > now + FAR => break,
                Some(until) => at = until,
                None => {
                    made.push(at);
                    drawn.iter_mut().for_each(|(_, drawn)| drawn.push(at));
                }
            }
        }
        Self { never: calls - made.len(), at: made, budgets }
    }

    /// Reads what was drawn from a store. `counted` is the platform's own count of the day, which knows
    /// of calls that other programs made, and of another limit.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the store cannot be read.
    pub async fn read(
        store: &dyn Store,
        account: &AppId,
        (spend, calls): (Spend, usize),
        limits: &Limits,
        counted: Option<&Quota>,
        now: SystemTime,
    ) -> Result<Self, JournalError> {
        let mut drawn = Vec::new();
        for mut budget in limits.budgets(spend) {
            let mut spent = store.spent(account, budget.spends, budget.window.began(now)).await?;
            // Its count is of all sends by one call: it tells nothing of those to everyone alone.
            let is_counted = budget.window == Window::Day && budget.spends != [Spend::ToEveryone];
            if let Some(quota) = counted.filter(|_| is_counted) {
                let limit = u32::try_from(quota.daily_limit).unwrap_or(u32::MAX);
                budget.limit = budget.limit.min(limit);
                let used = usize::try_from(quota.used).unwrap_or(usize::MAX).min(1_000_000);
                // When those were made is not told; today is all that counts.
                spent.extend((spent.len()..used).map(|_| now));
            }
            drawn.push((budget, spent));
        }
        Ok(Self::new(calls, drawn, now))
    }

    /// Calls by the day in Beijing on which they can be made: when that begins, and how many.
    pub fn days(&self) -> Vec<(SystemTime, usize)> {
        let mut days: Vec<(SystemTime, usize)> = Vec::new();
        for day in self.at.iter().map(|at| Window::Day.began(*at)) {
            match days.last_mut() {
                Some((known, calls)) if *known == day => *calls += 1,
                _ => days.push((day, 1)),
            }
        }
        days
    }

    /// How many of the calls can be made by then.
    pub fn made_by(&self, end: SystemTime) -> usize {
        self.at.partition_point(|at| *at <= end)
    }
}

/// Asks the platform how many calls of this kind were made today, and how many may be.
///
/// # Errors
///
/// As [`Client::send`]. 76022 and 48001: not for this account; a forecast goes by the journal then.
pub async fn platform_count(client: &Client, spend: Spend) -> Result<Quota, Error> {
    let path = match spend {
        Spend::ByOpenIds => Send::SPEC.path,
        _ => SendAll::SPEC.path,
    };
    Ok(client.send(&GetApiQuota::new(path)).await?.quota)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 2026-01-12 10:00 in Beijing.
    fn morning() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_768_183_200)
    }

    fn fresh(limits: &Limits, spend: Spend, calls: usize) -> Forecast {
        let drawn = limits.budgets(spend).into_iter().map(|budget| (budget, Vec::new()));
        Forecast::new(calls, drawn.collect(), morning())
    }

    #[test]
    fn a_thousand_calls_take_ten_days() {
        let forecast = fresh(&Limits::default(), Spend::ByOpenIds, 1000);
        let days = forecast.days();
        assert_eq!(days.iter().map(|(_, calls)| *calls).collect::<Vec<_>>(), [100; 10]);
        // The first 60 at once, 40 a minute later; then from midnight on.
        assert_eq!(forecast.made_by(morning()), 60);
        assert_eq!(forecast.made_by(morning() + Duration::from_secs(60)), 100);
        let last = forecast.at.last().copied().unwrap();
        assert_eq!(last, Window::Day.began(last) + Duration::from_secs(60));
        assert_eq!(forecast.never, 0);
    }

    #[test]
    fn what_was_spent_counts_and_what_never_opens_is_told() {
        let limits = Limits::default();
        let drawn = |budget: Budget| (budget, vec![morning(); 4]);
        let all = limits.budgets(Spend::ToEveryone).into_iter().map(drawn).collect();
        let forecast = Forecast::new(1, all, morning());
        // Four to everyone: the month is over.
        assert_eq!(forecast.at, [Window::Month.ends(morning())]);
        let none = fresh(&Limits::subscription(), Spend::ByOpenIds, 3);
        assert_eq!((none.at.len(), none.never), (0, 3));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        #[test]
        fn no_budget_is_exceeded(
            calls in 0_usize..90,
            minute in 1_u32..20,
            day in 1_u32..40,
            earlier in prop::collection::vec(0_u64..60_000, 0..40),
        ) {
            let limits = Limits {
                sends_per_minute: minute, by_open_ids_per_day: day, ..Limits::none()
            };
            let mut earlier: Vec<SystemTime> =
                earlier.iter().map(|ago| morning() - Duration::from_secs(*ago)).collect();
            earlier.sort_unstable();
            let drawn = limits.budgets(Spend::ByOpenIds).into_iter().map(|budget| {
                let began = budget.window.began(morning());
                (budget, earlier.iter().filter(|at| **at >= began).copied().collect())
            });
            let forecast = Forecast::new(calls, drawn.collect(), morning());
            prop_assert_eq!(forecast.at.len() + forecast.never, calls);
            let all: Vec<SystemTime> = earlier.iter().chain(&forecast.at).copied().collect();
            for at in &forecast.at {
                for (window, limit) in [(Window::Minute, minute), (Window::Day, day)] {
                    let began = window.began(*at);
                    let within = all.iter().filter(|other| **other >= began && *other <= at);
                    // What was spent before may have been more than allowed.
                    let ours = forecast.at.iter().filter(|o| **o >= began && *o <= at).count();
                    let within = within.count();
                    prop_assert!(within <= limit as usize || ours == 0, "{within} in {window:?}");
                }
            }
        }
    }
}
