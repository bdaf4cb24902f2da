//! How much of the limits a day is used.

use std::time::SystemTime;

use super::quota::daily;
use crate::beijing::day;
use crate::inspection::QuotaUse;
use crate::settings::Settings;
use crate::world::account::Account;

/// The calls that have a limit, in the order of the routes.
pub(crate) fn quotas(account: &Account, settings: &Settings, now: SystemTime) -> Vec<QuotaUse> {
    let limited = super::list().into_iter().filter_map(|(_, path)| {
        let (name, limit) = daily(path, settings)?;
        Some(QuotaUse { path, limit, used: account.quotas.used(name, day(now)) })
    });
    limited.collect()
}
