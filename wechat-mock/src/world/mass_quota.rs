//! How many mass sends an account has: calls a minute and a day, sends by its kind.

use std::time::SystemTime;

use super::account::Account;
use super::quota::Taken;
use super::send::Audience;
use crate::beijing::{day, minute, month};
use crate::reply::Refusal;
use crate::rule::MASS_QUOTA;
use crate::settings::Settings;

/// Counter of both calls, when they have one limit.
pub(crate) const TOGETHER: &str = "sendall and send";

impl Account {
    /// Counts a call of sendall or send, both in one minute and each in one day. A call counts
    /// whatever becomes of it, and nothing gives it back.
    pub(crate) fn take_mass_call(
        &mut self,
        name: &'static str,
        settings: &Settings,
        now: SystemTime,
    ) -> Result<(), Refusal> {
        let limit = settings.mass_calls_per_minute;
        self.quotas.take("mass, minute", minute(now), limit).ok_or(45011)?;
        let name = if settings.mass_calls_counted_together { TOGETHER } else { name };
        self.quotas.take(name, day(now), settings.mass_calls_per_day).ok_or(45009)?;
        Ok(())
    }

    /// Uses the mass-send quota: what was set by hand, else the rules of the account's kind. Sends
    /// of the website use the same.
    pub(super) fn take_mass_quota(
        &mut self,
        audience: &Audience,
        settings: &Settings,
        now: SystemTime,
    ) -> Result<Vec<Taken>, Refusal> {
        let used_up = || Refusal::by(&MASS_QUOTA, settings.mass_quota_code);
        if self.quotas.is_set_by_hand() {
            return Ok(vec![self.quotas.take_by_hand().ok_or_else(used_up)?]);
        }
        let rules = if !settings.account_kind.is_service() {
            vec![("mass", day(now), settings.sends_per_day_of_subscription)]
        } else if matches!(audience, Audience::Everyone) {
            vec![
                ("to all, day", day(now), settings.to_all_per_day),
                ("to all, month", month(now), settings.to_all_per_month),
            ]
        } else {
            Vec::new()
        };
        let mut taken = Vec::new();
        for (name, period, limit) in rules {
            match self.quotas.take(name, period, limit) {
                Some(one) => taken.push(one),
                None => {
                    for one in taken {
                        self.quotas.give_back(one);
                    }
                    return Err(used_up());
                }
            }
        }
        Ok(taken)
    }
}
