//! What will go through and what will not, said before the first call: by the journal, and by the
//! platform's own count where it tells that.

use std::time::SystemTime;

use serde_json::{Value, json};
use wechat_http::Client;
use wechat_mass::campaign::{Campaign, ChunkOutcome, Plan, Policy};
use wechat_mass::journal::{Entry, JournalError, Store};
use wechat_mass::quota::{BeijingTime, Budget, Forecast, Spend, Window, platform_count};
use wechat_mass::reachability::{Reach, Reachability};
use wechat_types::platform::Quota;

use crate::grouped::grouped;
use crate::moment::unix_seconds;

/// What a forecast is made of.
pub(super) struct Forecasting<'a> {
    pub(super) client: &'a Client,
    pub(super) store: &'a dyn Store,
    pub(super) plan: &'a Plan,
    pub(super) policy: Policy,
    pub(super) entries: &'a [Entry],
}

/// When the first call can be made, as far as the campaign says: what counts is that day and that month.
pub(super) fn first_call(policy: &Policy, now: SystemTime) -> SystemTime {
    policy.not_before.map_or(now, |begin| begin.max(now))
}

/// What is foreseen.
pub(super) struct Foreseen {
    /// The first call, where it has to wait until then.
    from: Option<SystemTime>,
    /// From when on calls are allowed; now, where nothing says otherwise.
    decided_for: SystemTime,
    calls: usize,
    by_list: bool,
    forecast: Forecast,
    /// The platform's count, or why there is none.
    counted: Result<Quota, String>,
    /// Of the recipients of the calls that are left; none for everyone and for a tag.
    reach: Option<Reach>,
    /// Those on the website are among them.
    to_everyone: u8,
    on_website: usize,
    to_tags: usize,
    not_after: Option<SystemTime>,
}

impl Forecasting<'_> {
    /// None when no call is left to be made.
    pub(super) async fn read(&self, now: SystemTime) -> Result<Option<Foreseen>, JournalError> {
        let mut campaign = Campaign::new(self.plan, self.policy);
        self.entries.iter().for_each(|entry| campaign.apply(entry));
        let outcomes: Vec<ChunkOutcome> =
            campaign.report().chunks.into_iter().map(|chunk| chunk.outcome).collect();
        let is_left = |outcome: &ChunkOutcome| {
            matches!(outcome, ChunkOutcome::NotSent | ChunkOutcome::Refused { .. })
        };
        let left = self.plan.chunks().iter().enumerate().zip(&outcomes).filter(|(_, o)| is_left(o));
        let left: Vec<_> = left.map(|(chunk, _)| chunk).collect();
        let Some((number, chunk)) = left.first() else { return Ok(None) };
        let spend = chunk.audience.spend();
        let counted = platform_count(self.client, spend).await.map_err(|error| {
            error.code().map_or_else(|| "no answer".to_owned(), |code| code.to_string())
        });
        let account = self.plan.account();
        let limits = &self.policy.limits;
        let first = first_call(&self.policy, now);
        // A call to everyone or to a tag is the only one.
        let calls = (campaign.spend_of(*number, spend), left.len());
        let mut quota = counted.as_ref().ok().cloned();
        if let Some(quota) = &mut quota
            && Window::Day.began(first) != Window::Day.began(now)
        {
            // The limit is that of each day, the count is today's.
            quota.used = 0;
        }
        let forecast =
            Forecast::read(self.store, account, calls, limits, quota.as_ref(), first).await?;
        let name = Some(self.plan.name());
        let month = Reachability::read(self.store, account, name, first).await?;
        let on_website = Window::Month.began(first);
        let on_website = self.store.spent(account, &[Spend::OnWebsite], on_website).await?.len();
        let by_list = spend == Spend::ByOpenIds;
        let mut reach = by_list.then(Reach::default);
        if let Some(reach) = &mut reach {
            for (_, chunk) in &left {
                let part = month.of(&self.plan.open_ids(chunk)?);
                reach.reachable += part.reachable;
                reach.had_all += part.had_all;
            }
        }
        Ok(Some(Foreseen {
            from: (first > now).then_some(first),
            decided_for: first,
            calls: left.len(),
            by_list,
            forecast,
            counted,
            reach,
            to_everyone: month.to_everyone(),
            on_website,
            to_tags: month.to_tags(),
            not_after: self.policy.not_after,
        }))
    }
}

/// What a budget is of.
fn counted_by(budget: &Budget) -> &'static str {
    let has = |spend| budget.spends.contains(&spend);
    match (has(Spend::ToTagAgain), has(Spend::ToTag), has(Spend::ToEveryone)) {
        (false, true, _) => "sends",
        (false, false, true) => "sends to everyone",
        _ => "calls",
    }
}

impl Foreseen {
    pub(super) fn json(&self, left_out: Option<usize>) -> Value {
        let days: Vec<Value> = self
            .forecast
            .days()
            .iter()
            .map(|(day, calls)| json!({ "day": unix_seconds(*day), "calls": calls }))
            .collect();
        let budgets: Vec<Value> = self
            .forecast
            .budgets
            .iter()
            .map(|(b, used)| json!({ "window": b.window, "counts": b.spends, "limit": b.limit, "used": used }))
            .collect();
        json!({
            "from": self.from.map(unix_seconds),
            "calls": self.calls,
            "never": self.forecast.never,
            "first": self.forecast.at.first().map(|at| unix_seconds(*at)),
            "last": self.forecast.at.last().map(|at| unix_seconds(*at)),
            "days": days,
            "budgets": budgets,
            "platform": self.counted.as_ref().ok().map(|quota| json!({
                "limit": quota.daily_limit, "used": quota.used, "remain": quota.remain,
            })),
            "reachable": self.reach.map(|reach| reach.reachable),
            "had_four": self.reach.map(|reach| reach.had_all),
            "left_out": left_out,
            "to_everyone_this_month": self.to_everyone,
            "on_website_this_month": self.on_website,
            "to_tags_this_month": self.to_tags,
            "too_late": self.too_late(),
        })
    }

    /// Calls that could be made only after the end.
    fn too_late(&self) -> usize {
        let made = self.forecast.at.len();
        self.not_after.map_or(0, |end| made - self.forecast.made_by(end))
    }

    pub(super) fn text(&self, left_out: Option<usize>) -> String {
        let mut lines = Vec::new();
        let this = if self.from.is_some() { "that" } else { "this" };
        if let Some(from) = self.from {
            lines.push(format!(
                "  from      {} (Beijing time): what is told here is of that day and month",
                BeijingTime::new(from)
            ));
        }
        for (budget, used) in &self.forecast.budgets {
            let window = match budget.window {
                Window::Minute => "minute",
                Window::Day => "day",
                _ => "month",
            };
            let (limit, what) = (budget.limit, counted_by(budget));
            lines.push(format!("  quota     {used} of {limit} {what} {this} {window}"));
        }
        lines.push(match &self.counted {
            Ok(quota) => format!(
                "  quota     by the platform's count {} of {} today",
                grouped(quota.used),
                grouped(quota.daily_limit)
            ),
            Err(why) => format!("  quota     the platform does not tell its count: {why}"),
        });
        lines.extend(self.schedule());
        if let Some(Reach { reachable, had_all, .. }) = self.reach {
            lines.push(match had_all {
                0 => format!("  reaches   {} followers", grouped(reachable as u64)),
                _ => format!(
                    "  reaches   {} followers; {} may have had their four messages of {this} month, and \
                     the platform leaves them out (本月已满 4 条)",
                    grouped(reachable as u64),
                    grouped(had_all as u64)
                ),
            });
        }
        if let Some(count) = left_out {
            lines.push(format!(
                "  left out  {} followers who may have had their four messages of {this} month",
                grouped(count as u64)
            ));
        }
        if self.to_everyone > 0 {
            lines.push(format!(
                "  month     {} sends to everyone count for each follower",
                self.to_everyone
            ));
        }
        if self.on_website > 0 {
            lines.push(format!(
                "  website   {} of them on mp.weixin.qq.com, as was last stated (--website-sends)",
                self.on_website
            ));
        }
        if self.to_tags > 0 {
            lines.push(format!(
                "  month     {} sends to a tag: their followers have had more than is told here",
                self.to_tags
            ));
        }
        lines.join("\n")
    }

    fn schedule(&self) -> Vec<String> {
        let mut lines = Vec::new();
        let days = self.forecast.days();
        if let Some(first) = self.forecast.at.first()
            && *first > self.decided_for
        {
            lines.push(format!(
                "  waits     until {} (Beijing time): a quota is used up before (额度已用完)",
                BeijingTime::new(*first)
            ));
        }
        if let (Some(first), Some(last)) = (self.forecast.at.first(), self.forecast.at.last())
            && first != last
        {
            lines.push(format!(
                "  schedule  {} calls on {} days, the last at {} (Beijing time)",
                self.calls - self.forecast.never,
                days.len(),
                BeijingTime::new(*last)
            ));
            if days.len() > 1 && self.by_list {
                lines.push("  faster    everyone, or a tag, is one call".to_owned());
            }
        }
        if self.forecast.never > 0 {
            lines.push(format!(
                "  never     {} calls: an account of this kind may not make them",
                self.forecast.never
            ));
        }
        if self.too_late() > 0 {
            lines.push(format!("  too late  {} calls, after not_after", self.too_late()));
        }
        lines
    }
}
