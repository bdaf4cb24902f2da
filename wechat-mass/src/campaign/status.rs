//! A campaign as its journal knows it, without its file: what was done, when, and what comes next.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use wechat_types::id::{AppId, MsgId};
use wechat_types::mass::MassReport;

use super::{Campaign, CampaignReport, Policy, Step, WaitReason};
use crate::journal::{Entry, Frozen, FrozenCall, JournalError, Store};
use crate::quota::{Budget, Window};

/// What a journal tells of one campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CampaignStatus {
    /// The plan as it was frozen.
    pub frozen: Frozen,
    /// What has become of every call.
    pub report: CampaignReport,
    /// When, call by call, in the same order.
    pub times: Vec<CallTimes>,
    /// What a running program does next, as far as the journal tells: uploads and drafts before a
    /// send are left out. [`Step::Done`] where nothing further happens by itself.
    pub next: Step,
    /// When the last fact was recorded.
    pub last_fact: Option<SystemTime>,
}

/// When things happened to one call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallTimes {
    /// The first attempt.
    pub first_attempt: Option<SystemTime>,
    /// How often it was made.
    pub attempts: usize,
    /// The last answer.
    pub answered: Option<SystemTime>,
    /// The job's end was learnt.
    pub ended: Option<SystemTime>,
    /// The message was taken back, whole.
    pub deleted: Option<SystemTime>,
    /// Articles that were taken back, from 1.
    pub deleted_articles: Vec<u64>,
}

impl CampaignStatus {
    /// Reads a campaign; none when there is none of this name.
    ///
    /// What is [`next`](Self::next) is by this policy: its limits, and when its calls may be made. The
    /// journal does not have it.
    ///
    /// # Errors
    ///
    /// [`JournalError`] when the store cannot be read.
    pub async fn read(
        store: &dyn Store,
        account: &AppId,
        name: &str,
        policy: Policy,
        now: SystemTime,
    ) -> Result<Option<Self>, JournalError> {
        let known = store.campaigns(account).await?;
        let Some(frozen) = known.into_iter().find(|frozen| frozen.name == name) else {
            return Ok(None);
        };
        let calls = store.calls(account, name).await?;
        let entries = store.entries(account, name).await?;
        let kept = store.reports_after(account, 0).await?.into_iter().map(|(_, report)| report);
        let (mut status, campaign) = Self::with(frozen, &calls, &entries, kept, policy, now);
        if let Step::Send { chunk, .. } = status.next {
            let spend = campaign.spend_of(chunk, status.frozen.spend());
            status.wait_for_budgets(store, &policy.limits.budgets(spend), now).await?;
        }
        Ok(Some(status))
    }

    /// What these facts tell. `kept` are reports of any jobs that came while nobody drove the
    /// campaign.
    pub fn of(
        frozen: Frozen,
        calls: &[FrozenCall],
        entries: &[Entry],
        kept: impl IntoIterator<Item = MassReport>,
        policy: Policy,
        now: SystemTime,
    ) -> Self {
        Self::with(frozen, calls, entries, kept, policy, now).0
    }

    /// The same, and the state that tells it.
    fn with<'c>(
        frozen: Frozen,
        calls: &'c [FrozenCall],
        entries: &[Entry],
        kept: impl IntoIterator<Item = MassReport>,
        policy: Policy,
        now: SystemTime,
    ) -> (Self, Campaign<'c>) {
        // Counters that come after a job's end are taken, and nobody here waits for them.
        let policy = Policy { wait_for_counters: Duration::ZERO, ..policy };
        let mut campaign = Campaign::of_calls(calls, policy);
        entries.iter().for_each(|entry| campaign.apply(entry));
        for report in kept {
            campaign.apply(&Entry::Report { at: now, report });
        }
        while let Step::Overdue { msg_id } = campaign.next(now) {
            campaign.overdue(msg_id);
        }
        let status = Self {
            frozen,
            report: campaign.report(),
            times: times(calls.len(), entries),
            next: campaign.next(now),
            last_fact: entries.iter().filter_map(Entry::at).max(),
        };
        (status, campaign)
    }

    /// A call that would be made now waits where its budgets are used up.
    async fn wait_for_budgets(
        &mut self,
        store: &dyn Store,
        budgets: &[Budget],
        now: SystemTime,
    ) -> Result<(), JournalError> {
        let account = &self.frozen.account;
        let mut latest: Option<(SystemTime, WaitReason)> = None;
        for budget in budgets {
            let spent = store.spent(account, budget.spends, budget.window.began(now)).await?;
            let Some(until) = budget.wait(&spent) else { continue };
            if latest.is_none_or(|(known, _)| known < until) {
                let minute = budget.window == Window::Minute;
                latest = Some((until, if minute { WaitReason::Pace } else { WaitReason::Quota }));
            }
        }
        if let Some((until, reason)) = latest {
            self.next = Step::Wait { until, reason };
        }
        Ok(())
    }

    /// The recipients by OpenID of all calls; none for everyone and for a tag.
    pub fn recipients(&self) -> Option<usize> {
        self.report.chunks.iter().map(|chunk| chunk.recipients).sum()
    }

    /// The jobs that the platform took, with their calls from 0.
    pub fn jobs(&self) -> impl Iterator<Item = (usize, MsgId)> {
        let chunks = self.report.chunks.iter().enumerate();
        chunks.filter_map(|(number, chunk)| Some((number, chunk.outcome.msg_id()?)))
    }
}

fn times(calls: usize, entries: &[Entry]) -> Vec<CallTimes> {
    let mut times = vec![CallTimes::default(); calls];
    let mut call_of: BTreeMap<MsgId, usize> = BTreeMap::new();
    // First, for a report may come before the answer that names its job.
    for entry in entries {
        if let Some((chunk, msg_id)) = entry.owner() {
            call_of.insert(msg_id, chunk);
        }
    }
    for entry in entries {
        let chunk = match entry {
            Entry::Intent { chunk, .. } | Entry::Answer { chunk, .. } => Some(chunk),
            Entry::Report { report, .. } if report.is_final() => call_of.get(&report.msg_id),
            Entry::Deleted { msg_id, .. } => call_of.get(msg_id),
            _ => None,
        };
        let Some(call) = chunk.and_then(|chunk| times.get_mut(*chunk)) else { continue };
        match entry {
            Entry::Intent { at, .. } => {
                call.first_attempt.get_or_insert(*at);
                call.attempts += 1;
            }
            Entry::Answer { at, .. } => call.answered = Some(*at),
            Entry::Report { at, .. } => _ = call.ended.get_or_insert(*at),
            Entry::Deleted { at, article: None, .. } => call.deleted = Some(*at),
            Entry::Deleted { article: Some(article), .. } => {
                call.deleted_articles.push(article.get());
            }
            _ => {}
        }
    }
    times
}
