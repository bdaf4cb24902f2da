//! One campaign in a PostgreSQL server, of one program or of one of several workers.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use wechat_types::id::MsgId;
use wechat_types::mass::{MassReport, Recipients};

use super::calls;
use super::crew::{self, Member};
use super::link::Link;
use super::rows::{self, Campaign};
use crate::campaign::Plan;
use crate::journal::entry::last_stop;
use crate::journal::open_calls::first_open;
use crate::journal::{Claim, Entry, Hold, JobOwner, Journal, JournalError, News, Part, Reserved};

/// One campaign in a [`PostgresStore`](super::PostgresStore), which nobody else can take up until this is
/// dropped, or which several workers share.
#[derive(Debug)]
pub struct PostgresJournal {
    /// Holds the campaign's lock: what comes over it comes from whoever has the campaign.
    link: Link,
    campaign: i64,
    name: String,
    account: String,
    /// Which of several workers this is.
    member: Option<Member>,
    /// The stop that was read: a later one is not let go by an older "go on".
    stop_read: Option<SystemTime>,
}

impl PostgresJournal {
    pub(super) fn new(link: Link, campaign: i64, plan: &Plan, member: Option<Member>) -> Self {
        let (name, account) = (plan.name().to_owned(), plan.account().as_str().to_owned());
        Self { link, campaign, name, account, member, stop_read: None }
    }

    async fn record(&mut self, entry: &Entry) -> Result<(), JournalError> {
        let (link, worker) = (&mut self.link, self.member.as_ref().map(|member| member.id));
        let campaign = rows::hold(link, self.campaign).await?;
        if let Some((member, part)) = self.member.as_ref().zip(entry.part())
            && !crew::has(link, &campaign, member, part).await?
        {
            return Err(JournalError::lease_lost(part));
        }
        if let Some(member) = &self.member
            && crew::is_behind(link, &campaign, member, |other| entry.comes_after(other)).await?
        {
            return Err(JournalError::behind());
        }
        if let Some((chunk, msg_id)) = entry.owner() {
            let owner = JobOwner::new(self.name.as_str(), chunk);
            rows::own(link, &self.account, msg_id, &campaign, &owner).await?;
        }
        if matches!(entry, Entry::GoOn { .. }) {
            if campaign.stopped.is_some_and(|at| self.stop_read != Some(at)) {
                return Err(JournalError::behind());
            }
            rows::release(link, &campaign).await?;
        }
        rows::record(link, &campaign, worker, entry).await?;
        match (worker, entry.part()) {
            (Some(_), Some(part)) if matches!(entry, Entry::Answer { .. }) => {
                crew::let_go(link, &campaign, part).await
            }
            _ => Ok(()),
        }
    }

    async fn reserve(&mut self, claim: &Claim<'_>) -> Result<Reserved, JournalError> {
        let link = &mut self.link;
        let campaign = rows::hold(link, self.campaign).await?;
        if let Some(at) = campaign.stopped {
            return Ok(Reserved::Stopped { at });
        }
        let part = Part::Call(claim.chunk);
        // The budgets of several machines are counted by one clock.
        let mut at = claim.at;
        if let Some(member) = &self.member {
            at = crew::check_clock(link, claim.at).await?;
            let matters = |entry: &Entry| claim.alone || entry.concern().is_about(part);
            if crew::is_behind(link, &campaign, member, matters).await? {
                return Ok(Reserved::Behind);
            }
            if let Some(left) = crew::left_of_others(link, &campaign, member, part).await? {
                return Ok(Reserved::Held { left });
            }
        } else {
            crew::check_not_ahead(link, at).await?;
        }
        let Claim { spend, budgets, .. } = *claim;
        let reserved = rows::reserve(link, &self.account, spend, at, budgets).await?;
        if reserved == Reserved::Granted {
            let worker = self.member.as_ref().map(|member| member.id);
            rows::record(link, &campaign, worker, &claim.intent()).await?;
            if let Some(member) = &self.member {
                crew::lease(link, &campaign, member, part, claim.lease).await?;
            }
        }
        Ok(reserved)
    }

    async fn take(&mut self, part: Part, span: Duration) -> Result<Hold, JournalError> {
        let (link, Some(member)) = (&mut self.link, &self.member) else { return Ok(Hold::Mine) };
        let campaign = rows::hold(link, self.campaign).await?;
        let matters = |entry: &Entry| entry.concern().is_about(part);
        if crew::is_behind(link, &campaign, member, matters).await? {
            return Ok(Hold::Behind);
        }
        if let Some(left) = crew::left_of_others(link, &campaign, member, part).await? {
            return Ok(Hold::others(left));
        }
        crew::lease(link, &campaign, member, part, span).await?;
        Ok(Hold::Mine)
    }
}

/// What a worker has not read, with the calls that are given up now.
async fn look(
    link: &mut Link,
    campaign: i64,
    member: &Member,
) -> Result<(Campaign, Vec<rows::Recorded>), JournalError> {
    let campaign = rows::hold(link, campaign).await?;
    let mut unread = rows::entries(link, campaign.id, member.read()).await?;
    crew::give_up(link, &campaign, member, &mut unread).await?;
    crew::seen(link, member).await?;
    Ok((campaign, unread))
}

#[async_trait]
impl Journal for PostgresJournal {
    fn worker(&self) -> Option<&str> {
        self.member.as_ref().map(|member| member.name.as_str())
    }

    async fn hold(&mut self, part: Part, span: Duration) -> Result<Hold, JournalError> {
        if self.member.is_none() {
            return Ok(Hold::Mine);
        }
        self.link.begin().await?;
        let done = self.take(part, span).await;
        self.link.end(done).await
    }

    async fn load(&mut self) -> Result<Vec<Entry>, JournalError> {
        self.link.tidy().await?;
        let entries = rows::entries(&mut self.link, self.campaign, 0).await?;
        let all: Vec<_> = entries.iter().map(|recorded| recorded.entry.clone()).collect();
        self.stop_read = last_stop(&all);
        if let Some(member) = &mut self.member {
            member.has_read(entries);
        }
        Ok(all)
    }

    async fn recipients(&mut self, chunk: usize) -> Result<Option<Recipients>, JournalError> {
        calls::recipients(&mut self.link, self.campaign, chunk).await
    }

    async fn append(&mut self, entry: &Entry) -> Result<(), JournalError> {
        self.link.begin().await?;
        let done = self.record(entry).await;
        self.link.end(done).await
    }

    async fn claim(&mut self, claim: &Claim<'_>) -> Result<Reserved, JournalError> {
        self.link.begin().await?;
        let done = self.reserve(claim).await;
        self.link.end(done).await
    }

    async fn news(&mut self, number: u64) -> Result<News, JournalError> {
        let reports = rows::reports(&mut self.link, &self.account, number).await?;
        let Some(member) = &mut self.member else {
            let stopped = rows::stopped(&mut self.link, self.campaign).await?;
            self.stop_read = stopped;
            return Ok(News { stopped, reports, entries: Vec::new() });
        };
        self.link.begin().await?;
        let done = look(&mut self.link, self.campaign, member).await;
        let (campaign, unread) = self.link.end(done).await?;
        self.stop_read = campaign.stopped;
        Ok(News { stopped: campaign.stopped, reports, entries: member.has_read(unread) })
    }

    async fn keep_report(
        &mut self,
        report: &MassReport,
        at: SystemTime,
    ) -> Result<(), JournalError> {
        self.link.begin().await?;
        let done = rows::keep_report(&mut self.link, &self.account, report, at).await;
        self.link.end(done).await
    }

    async fn other_owner(
        &mut self,
        msg_id: MsgId,
        chunk: usize,
    ) -> Result<Option<JobOwner>, JournalError> {
        let this = JobOwner::new(self.name.as_str(), chunk);
        self.link.tidy().await?;
        let owner = rows::owner_of(&mut self.link, &self.account, msg_id).await?;
        Ok(owner.filter(|owner| *owner != this))
    }

    async fn other_open(
        &mut self,
        chunk: usize,
        msg_id: MsgId,
    ) -> Result<Option<JobOwner>, JournalError> {
        let this = JobOwner::new(self.name.as_str(), chunk);
        let same = rows::entries_of_same_content(&mut self.link, self.campaign).await?;
        Ok(same.iter().find_map(|(name, entries)| first_open(name, entries, &this, msg_id)))
    }
}
