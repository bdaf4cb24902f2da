//! One campaign in a PostgreSQL server, of one program or of one of several workers.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use tokio::join;
use wechat_types::id::MsgId;
use wechat_types::mass::{MassReport, Recipients};

use super::calls;
use super::crew::{self, Member};
use super::link::Link;
use super::rows::{self, Campaign};
use super::spent;
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
        let (link, number) = (&self.link, self.campaign);
        let member = self.member.as_ref();
        let (campaign, is_his, is_behind) = join!(
            biased;
            rows::hold(link, number),
            async {
                match member.zip(entry.part()) {
                    Some((member, part)) => crew::has(link, number, member, part).await,
                    None => Ok(true),
                }
            },
            async {
                let matters = |other: &Entry| entry.comes_after(other);
                match member {
                    Some(member) => crew::is_behind(link, number, member, matters).await,
                    None => Ok(false),
                }
            },
        );
        let campaign = campaign?;
        if let Some(part) = entry.part()
            && !is_his?
        {
            return Err(JournalError::lease_lost(part));
        }
        if is_behind? {
            return Err(JournalError::behind());
        }
        if matches!(entry, Entry::GoOn { .. }) {
            if campaign.stopped.is_some_and(|at| self.stop_read != Some(at)) {
                return Err(JournalError::behind());
            }
            rows::release(link, &campaign).await?;
        }
        let (owned, recorded, let_go) = join!(
            biased;
            async {
                let Some((chunk, msg_id)) = entry.owner() else { return Ok(()) };
                let owner = JobOwner::new(self.name.as_str(), chunk);
                rows::own(link, &self.account, msg_id, &campaign, &owner).await
            },
            rows::record(link, &campaign, member.map(|member| member.id), entry),
            async {
                match member.and(entry.part()) {
                    Some(part) if matches!(entry, Entry::Answer { .. }) => {
                        crew::let_go(link, &campaign, part).await
                    }
                    _ => Ok(()),
                }
            },
        );
        owned?;
        recorded?;
        let_go
    }

    async fn reserve(&mut self, claim: &Claim<'_>) -> Result<Reserved, JournalError> {
        let (link, number, part) = (&self.link, self.campaign, Part::Call(claim.chunk));
        let Some(member) = &self.member else {
            let (campaign, clock, last) = join!(
                biased;
                rows::hold(link, number),
                crew::check_not_ahead(link, claim.at),
                spent::lock_spent(link, &self.account),
            );
            let campaign = campaign?;
            if let Some(at) = campaign.stopped {
                return Ok(Reserved::Stopped { at });
            }
            clock?;
            let Claim { at, spend, budgets, .. } = *claim;
            let reserved = spent::count(link, &self.account, last?, at, budgets).await?;
            if reserved == Reserved::Granted {
                let intent = claim.intent();
                let (spent, recorded) = join!(
                    biased;
                    spent::record_spent(link, &self.account, spend, at),
                    rows::record(link, &campaign, None, &intent),
                );
                spent?;
                recorded?;
            }
            return Ok(reserved);
        };
        let matters = |entry: &Entry| claim.alone || entry.concern().is_about(part);
        let (campaign, at, is_behind, left, last) = join!(
            biased;
            rows::hold(link, number),
            // The budgets of several machines are counted by one clock.
            crew::check_clock(link, claim.at),
            crew::is_behind(link, number, member, matters),
            crew::left_of_others(link, number, member, part),
            spent::lock_spent(link, &self.account),
        );
        let campaign = campaign?;
        if let Some(at) = campaign.stopped {
            return Ok(Reserved::Stopped { at });
        }
        let at = at?;
        if is_behind? {
            return Ok(Reserved::Behind);
        }
        if let Some(left) = left? {
            return Ok(Reserved::Held { left });
        }
        let Claim { spend, budgets, .. } = *claim;
        let reserved = spent::count(link, &self.account, last?, at, budgets).await?;
        if reserved == Reserved::Granted {
            let intent = claim.intent();
            let (spent, recorded, leased) = join!(
                biased;
                spent::record_spent(link, &self.account, spend, at),
                rows::record(link, &campaign, Some(member.id), &intent),
                crew::lease(link, &campaign, member, part, claim.lease),
            );
            spent?;
            recorded?;
            leased?;
        }
        Ok(reserved)
    }

    async fn take(&mut self, part: Part, span: Duration) -> Result<Hold, JournalError> {
        let (link, Some(member)) = (&self.link, &self.member) else { return Ok(Hold::Mine) };
        let (campaign, is_behind, left) = join!(
            biased;
            rows::hold(link, self.campaign),
            crew::is_behind(link, self.campaign, member, |entry| entry.concern().is_about(part)),
            crew::left_of_others(link, self.campaign, member, part),
        );
        let campaign = campaign?;
        if is_behind? {
            return Ok(Hold::Behind);
        }
        if let Some(left) = left? {
            return Ok(Hold::others(left));
        }
        crew::lease(link, &campaign, member, part, span).await?;
        Ok(Hold::Mine)
    }
}

/// What a worker has not read, with the calls that are given up now.
async fn look(
    link: &Link,
    campaign: i64,
    member: &Member,
) -> Result<(Campaign, Vec<rows::Recorded>), JournalError> {
    let campaign = rows::hold(link, campaign).await?;
    let mut unread = rows::entries(link, campaign.id, member.read()).await?;
    crew::give_up(link, &campaign, member, &mut unread).await?;
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
        let entries = rows::entries(&self.link, self.campaign, 0).await?;
        let all: Vec<_> = entries.iter().map(|recorded| recorded.entry.clone()).collect();
        self.stop_read = last_stop(&all);
        if let Some(member) = &mut self.member {
            member.has_read(entries);
        }
        Ok(all)
    }

    async fn recipients(&mut self, chunk: usize) -> Result<Option<Recipients>, JournalError> {
        calls::recipients(&self.link, self.campaign, chunk).await
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
        let (link, campaign) = (&self.link, self.campaign);
        link.tidy().await?;
        let Some(member) = &mut self.member else {
            let (reports, stopped) = join!(
                biased;
                rows::reports(link, &self.account, number),
                rows::stopped(link, campaign),
            );
            let (reports, stopped) = (reports?, stopped?);
            self.stop_read = stopped;
            return Ok(News { stopped, reports, entries: Vec::new() });
        };
        // Without the campaign's lock: entries are seen in the order in which they were recorded under it.
        let (reports, leased, unread, stopped, seen) = join!(
            biased;
            rows::reports(link, &self.account, number),
            crew::leased(link, campaign),
            rows::entries(link, campaign, member.read()),
            rows::stopped(link, campaign),
            crew::seen(link, member),
        );
        let (reports, mut unread, mut stopped) = (reports?, unread?, stopped?);
        seen?;
        if !member.left_alone(&unread, &leased?).is_empty() {
            link.begin().await?;
            let done = look(link, campaign, member).await;
            let (held, found) = link.end(done).await?;
            (unread, stopped) = (found, held.stopped);
        }
        self.stop_read = stopped;
        Ok(News { stopped, reports, entries: member.has_read(unread) })
    }

    async fn keep_report(
        &mut self,
        report: &MassReport,
        at: SystemTime,
    ) -> Result<(), JournalError> {
        self.link.begin().await?;
        let done = rows::keep_report(&self.link, &self.account, report, at).await;
        self.link.end(done).await
    }

    async fn other_owner(
        &mut self,
        msg_id: MsgId,
        chunk: usize,
    ) -> Result<Option<JobOwner>, JournalError> {
        let this = JobOwner::new(self.name.as_str(), chunk);
        self.link.tidy().await?;
        let owner = rows::owner_of(&self.link, &self.account, msg_id).await?;
        Ok(owner.filter(|owner| *owner != this))
    }

    async fn other_open(
        &mut self,
        chunk: usize,
        msg_id: MsgId,
    ) -> Result<Option<JobOwner>, JournalError> {
        let this = JobOwner::new(self.name.as_str(), chunk);
        let same = rows::entries_of_same_content(&self.link, self.campaign).await?;
        Ok(same.iter().find_map(|(name, entries)| first_open(name, entries, &this, msg_id)))
    }
}
