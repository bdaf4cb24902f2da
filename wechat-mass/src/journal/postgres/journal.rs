//! One campaign in a PostgreSQL server, of one program or of one of several workers.

use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use tokio::join;
use wechat_types::id::MsgId;
use wechat_types::mass::MassReport;

use super::append::Recorder;
use super::claim::Claimant;
use super::crew::{self, Member};
use super::link::Link;
use super::rows::{self, Campaign};
use crate::campaign::Plan;
use crate::journal::entry::last_stop;
use crate::journal::open_calls::first_open;
use crate::journal::{
    Claim, Entry, Hold, JobOwner, Journal, JournalError, News, Part, Rebooked, Reserved,
};

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

    async fn bind(&mut self, plan: &Plan, server: &str, moved: bool) -> Result<(), JournalError> {
        self.link.begin().await?;
        let done = rows::bind(&self.link, self.campaign, (plan, server, moved)).await;
        self.link.end(done).await
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

    async fn record(&mut self, entry: &Entry, rebooked: &[Rebooked]) -> Result<(), JournalError> {
        let Self { link, campaign, name, account, member, stop_read } = &*self;
        let (member, stop_read) = (member.as_ref(), *stop_read);
        let recorder = Recorder { campaign: *campaign, name, account, member, stop_read };
        recorder.record(link, entry, rebooked).await
    }

    async fn claim(&mut self, claim: &Claim<'_>) -> Result<Reserved, JournalError> {
        let Self { link, campaign, account, member, .. } = &*self;
        let claimant = Claimant { campaign: *campaign, account, member: member.as_ref() };
        claimant.claim(link, claim).await
    }

    async fn flush(&mut self) -> Result<(), JournalError> {
        Ok(())
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
        let (reports, standing) = join!(
            biased;
            rows::reports(link, &self.account, number),
            crew::standing(link, campaign, member),
        );
        let (reports, crew::Standing { mut stopped, leased, mut unread }) = (reports?, standing?);
        if !member.left_alone(&unread, &leased).is_empty() {
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
