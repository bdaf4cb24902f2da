//! A store in a PostgreSQL server: durable before it counts, shared by programs on many machines.

mod address;
mod calls;
mod link;
mod pool;
mod rows;
mod schema;
mod trouble;

use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::Type;
use wechat_types::id::{AppId, MsgId, OpenId};
use wechat_types::mass::MassReport;

use super::open_calls::first_open;
use super::{
    Claim, Entry, Frozen, FrozenCall, JobOwner, Journal, JournalError, News, Reserved, Store,
};
use crate::campaign::Plan;
use crate::quota::{Budget, Spend};
use link::Link;
use pool::Pool;

pub use address::PostgresAddress;

/// A database of campaigns in a PostgreSQL server (12 or later). Clones are the same one; other programs,
/// on other machines too, may use it at the same time.
///
/// A record is on the server's disk when its method returns, as its `synchronous_commit` says; where that
/// is `off`, it is `on` for this program. The tables stand in a schema of their own, made and brought up to
/// date when the store is connected; a user who may not make tables can use those that are there.
///
/// Each campaign that is held has a connection of its own, and a lock that ends with it: when the connection
/// is lost, the journal fails. So a pooler between program and server must keep sessions together (of
/// PgBouncer, `pool_mode=session`). A server that does not answer is waited for 15 seconds, 10 for a
/// connection. All this needs a tokio runtime with IO and time.
#[derive(Clone, Debug)]
pub struct PostgresStore {
    pool: Arc<Pool>,
}

/// One campaign in a [`PostgresStore`], which nobody else can take up until this is dropped.
#[derive(Debug)]
pub struct PostgresJournal {
    /// Holds the campaign's lock: what comes over it comes from whoever has the campaign.
    link: Link,
    campaign: i64,
    name: String,
    account: String,
}

impl PostgresStore {
    /// Connects to the database at `postgres://user:password@host:port/database`, and makes its tables
    /// or brings them up to date: see [`PostgresAddress`].
    ///
    /// # Errors
    ///
    /// [`JournalError`]: that is no address; the server cannot be reached, or refuses user, password or
    /// database; the tables are of a newer version, or no journal's. No password is in it.
    pub async fn connect(url: &str) -> Result<Self, JournalError> {
        Self::connect_to(PostgresAddress::new(url)?).await
    }

    /// The same with roots or a schema of one's own.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    pub async fn connect_to(address: PostgresAddress) -> Result<Self, JournalError> {
        let pool = Arc::new(Pool::new(address));
        let mut link = pool.take().await?;
        schema::migrate(&mut link).await?;
        link.give_back();
        Ok(Self { pool })
    }
}

/// Takes a campaign's lock, which ends with the connection. Whoever just let go, or died, may still have it
/// for a moment.
async fn hold(link: &mut Link, plan: &Plan) -> Result<(), JournalError> {
    let schema = link.address().schema.clone();
    let key = schema::key(&["campaign", &schema, plan.account().as_str(), plan.name()]);
    link.begin().await?;
    link.batch("SET LOCAL lock_timeout = '2s'").await?;
    let held = link.try_query("SELECT pg_advisory_lock($1)", &[(&key, Type::INT8)]).await;
    let done = match held {
        Ok(_) => Ok(()),
        Err(fault) if fault.is(&SqlState::LOCK_NOT_AVAILABLE) => {
            Err(JournalError::taken_up(plan.name()))
        }
        Err(fault) => Err(fault.of_statement(&link.address().place)),
    };
    link.end(done).await
}

/// Freezes a plan, or finds it frozen.
async fn take_up(link: &mut Link, plan: &Plan, at: SystemTime) -> Result<i64, JournalError> {
    match rows::campaign(link, plan.account(), plan.name()).await? {
        Some((campaign, frozen)) if frozen.is_of(plan) => Ok(campaign.id),
        Some((campaign, frozen)) => {
            if rows::entries(link, campaign.id).await?.iter().any(Entry::is_intent) {
                let lists = calls::difference(link, campaign.id, plan).await?;
                return Err(JournalError::changed(&frozen, plan, lists));
            }
            rows::forget(link, campaign.id).await?;
            let id = calls::freeze(link, plan, at).await?;
            if let Some(at) = campaign.stopped {
                rows::stop(link, &rows::Campaign { id, stopped: None }, at).await?;
            }
            Ok(id)
        }
        None => calls::freeze(link, plan, at).await,
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn open(&self, plan: &Plan, at: SystemTime) -> Result<Box<dyn Journal>, JournalError> {
        let mut link = Link::connect(&self.pool.address).await?;
        hold(&mut link, plan).await?;
        link.begin().await?;
        let done = take_up(&mut link, plan, at).await;
        let campaign = link.end(done).await?;
        Ok(Box::new(PostgresJournal {
            link,
            campaign,
            name: plan.name().to_owned(),
            account: plan.account().as_str().to_owned(),
        }))
    }

    async fn campaigns(&self, account: &AppId) -> Result<Vec<Frozen>, JournalError> {
        let mut link = self.pool.take().await?;
        let found = rows::campaigns(&mut link, account).await?;
        link.give_back();
        Ok(found)
    }

    async fn entries(&self, account: &AppId, name: &str) -> Result<Vec<Entry>, JournalError> {
        let mut link = self.pool.take().await?;
        let found = rows::entries_by_name(&mut link, account, name).await?;
        link.give_back();
        Ok(found)
    }

    async fn calls(&self, account: &AppId, name: &str) -> Result<Vec<FrozenCall>, JournalError> {
        let mut link = self.pool.take().await?;
        let found = calls::calls(&mut link, account, name).await?;
        link.give_back();
        Ok(found)
    }

    async fn recipients(
        &self,
        account: &AppId,
        name: &str,
        chunk: usize,
    ) -> Result<Option<Vec<OpenId>>, JournalError> {
        let mut link = self.pool.take().await?;
        let found = calls::recipients_by_name(&mut link, account, name, chunk).await?;
        link.give_back();
        Ok(found)
    }

    async fn note(&self, account: &AppId, name: &str, entry: &Entry) -> Result<(), JournalError> {
        let mut link = self.pool.take().await?;
        link.begin().await?;
        let done = match rows::campaign(&mut link, account, name).await {
            Ok(Some((campaign, _))) => rows::record(&mut link, &campaign, None, entry).await,
            Ok(None) => Err(JournalError::no_campaign(name)),
            Err(error) => Err(error),
        };
        link.end(done).await?;
        link.give_back();
        Ok(())
    }

    async fn spend(
        &self,
        account: &AppId,
        spend: Spend,
        at: SystemTime,
        budgets: &[Budget],
    ) -> Result<Reserved, JournalError> {
        let mut link = self.pool.take().await?;
        link.begin().await?;
        let done = rows::reserve(&mut link, account.as_str(), spend, at, budgets).await;
        let reserved = link.end(done).await?;
        link.give_back();
        Ok(reserved)
    }

    async fn spent(
        &self,
        account: &AppId,
        spends: &[Spend],
        since: SystemTime,
    ) -> Result<Vec<SystemTime>, JournalError> {
        let mut link = self.pool.take().await?;
        let spent = rows::spent(&mut link, account.as_str(), since).await?;
        link.give_back();
        Ok(rows::moments(&spent, spends, since))
    }

    async fn stop(
        &self,
        account: &AppId,
        name: &str,
        at: SystemTime,
    ) -> Result<bool, JournalError> {
        let mut link = self.pool.take().await?;
        link.begin().await?;
        let done = match rows::campaign(&mut link, account, name).await {
            Ok(Some((campaign, _))) => rows::stop(&mut link, &campaign, at).await.map(|()| true),
            Ok(None) => Ok(false),
            Err(error) => Err(error),
        };
        let stopped = link.end(done).await?;
        link.give_back();
        Ok(stopped)
    }

    async fn keep_report(
        &self,
        account: &AppId,
        report: &MassReport,
        at: SystemTime,
    ) -> Result<(), JournalError> {
        let mut link = self.pool.take().await?;
        link.begin().await?;
        let done = rows::keep_report(&mut link, account.as_str(), report, at).await;
        link.end(done).await?;
        link.give_back();
        Ok(())
    }

    async fn reports_after(
        &self,
        account: &AppId,
        number: u64,
    ) -> Result<Vec<(u64, MassReport)>, JournalError> {
        let mut link = self.pool.take().await?;
        let kept = rows::reports(&mut link, account.as_str(), number).await?;
        link.give_back();
        Ok(kept.into_iter().map(|(number, _, report)| (number, report)).collect())
    }
}

impl PostgresJournal {
    async fn record(&mut self, entry: &Entry) -> Result<(), JournalError> {
        let campaign = rows::hold(&mut self.link, self.campaign).await?;
        if let Some((chunk, msg_id)) = entry.owner() {
            let owner = JobOwner::new(self.name.as_str(), chunk);
            rows::own(&mut self.link, &self.account, msg_id, &campaign, &owner).await?;
        }
        if matches!(entry, Entry::GoOn { .. }) {
            rows::release(&mut self.link, &campaign).await?;
        }
        rows::record(&mut self.link, &campaign, None, entry).await
    }

    async fn reserve(&mut self, claim: &Claim<'_>) -> Result<Reserved, JournalError> {
        let campaign = rows::hold(&mut self.link, self.campaign).await?;
        if let Some(at) = campaign.stopped {
            return Ok(Reserved::Stopped { at });
        }
        let Claim { at, spend, budgets, .. } = *claim;
        let reserved = rows::reserve(&mut self.link, &self.account, spend, at, budgets).await?;
        if reserved == Reserved::Granted {
            rows::record(&mut self.link, &campaign, None, &claim.intent()).await?;
        }
        Ok(reserved)
    }
}

#[async_trait]
impl Journal for PostgresJournal {
    async fn load(&mut self) -> Result<Vec<Entry>, JournalError> {
        self.link.begin().await?;
        let done = rows::entries(&mut self.link, self.campaign).await;
        self.link.end(done).await
    }

    async fn recipients(&mut self, chunk: usize) -> Result<Option<Vec<OpenId>>, JournalError> {
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
        Ok(News {
            stopped: rows::stopped(&mut self.link, self.campaign).await?,
            reports: rows::reports(&mut self.link, &self.account, number).await?,
        })
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
        self.link.begin().await?;
        let done = rows::owner_of(&mut self.link, &self.account, msg_id).await;
        let owner = self.link.end(done).await?;
        Ok(owner.filter(|owner| *owner != this))
    }

    async fn other_open(&mut self, chunk: usize) -> Result<Option<JobOwner>, JournalError> {
        let this = JobOwner::new(self.name.as_str(), chunk);
        let same = rows::entries_of_same_content(&mut self.link, self.campaign).await?;
        Ok(same.iter().find_map(|(name, entries)| first_open(name, entries, &this)))
    }
}
