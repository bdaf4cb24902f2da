//! A store in a PostgreSQL server: durable before it counts, shared by programs on many machines.

mod address;
mod append;
mod calls;
mod claim;
mod crew;
mod journal;
mod link;
mod pool;
mod rows;
mod schema;
mod spent;
mod statements;
mod take_up;
mod trouble;

use std::sync::Arc;
use std::time::SystemTime;

use async_trait::async_trait;
use wechat_types::id::AppId;
use wechat_types::mass::{MassReport, Recipients};

use super::{Entry, Frozen, FrozenCall, Journal, JournalError, Reserved, Store, WorkerStatus};
use crate::campaign::Plan;
use crate::quota::{Budget, Spend};
use crew::Member;
use link::Link;
use pool::Pool;
use take_up::{Share, hold, take_up};

pub use address::PostgresAddress;
pub use journal::PostgresJournal;

/// A database of campaigns in a PostgreSQL server (12 or later). Clones are the same one; other programs,
/// on other machines too, may use it at the same time.
///
/// A record is on the server's disk when its method returns, as its `synchronous_commit` says; where that
/// is `off`, it is `on` for this program. The tables stand in a schema of their own, made and brought up to
/// date when the store is connected; a user who may not make tables can use those that are there.
///
/// Each campaign that is held has a connection of its own, and a lock that ends with it: when the connection
/// is lost, the journal fails. So a pooler between program and server must keep sessions together (of
/// PgBouncer, `pool_mode=session`). A server that does not answer is waited for 25 seconds, 10 for a
/// connection. All this needs a tokio runtime with IO and time. A program that logs what `tokio_postgres` says at
/// its debug level logs the values of statements: facts, names, reports.
#[derive(Clone, Debug)]
pub struct PostgresStore {
    pool: Arc<Pool>,
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
        let link = pool.take().await?;
        schema::migrate(&link).await?;
        link.give_back();
        Ok(Self { pool })
    }
}

async fn take_part(
    link: &Link,
    plan: &Plan,
    worker: &str,
    at: SystemTime,
) -> Result<(i64, Member), JournalError> {
    crew::check_clock(link, at, crew::now(link).await?)?;
    let campaign = take_up(link, plan, at, Share::Others).await?;
    Ok((campaign, crew::join(link, campaign, worker).await?))
}

#[async_trait]
impl Store for PostgresStore {
    async fn open(&self, plan: &Plan, at: SystemTime) -> Result<Box<dyn Journal>, JournalError> {
        let link = Link::connect(&self.pool.address).await?;
        hold(&link, plan, Share::Alone).await?;
        link.begin().await?;
        let done = take_up(&link, plan, at, Share::Alone).await;
        let campaign = link.end(done).await?;
        Ok(Box::new(PostgresJournal::new(link, campaign, plan, None)))
    }

    async fn join(
        &self,
        plan: &Plan,
        worker: &str,
        at: SystemTime,
    ) -> Result<Box<dyn Journal>, JournalError> {
        let link = Link::connect(&self.pool.address).await?;
        hold(&link, plan, Share::Others).await?;
        link.begin().await?;
        let done = take_part(&link, plan, worker, at).await;
        let (campaign, member) = link.end(done).await?;
        Ok(Box::new(PostgresJournal::new(link, campaign, plan, Some(member))))
    }

    async fn workers(
        &self,
        account: &AppId,
        name: &str,
    ) -> Result<Vec<WorkerStatus>, JournalError> {
        let link = self.pool.take().await?;
        let found = crew::workers(&link, account, name).await?;
        link.give_back();
        Ok(found)
    }

    async fn campaigns(&self, account: &AppId) -> Result<Vec<Frozen>, JournalError> {
        let link = self.pool.take().await?;
        let found = rows::campaigns(&link, account).await?;
        link.give_back();
        Ok(found)
    }

    async fn entries(&self, account: &AppId, name: &str) -> Result<Vec<Entry>, JournalError> {
        let link = self.pool.take().await?;
        let found = rows::entries_by_name(&link, account, name).await?;
        link.give_back();
        Ok(found)
    }

    async fn calls(&self, account: &AppId, name: &str) -> Result<Vec<FrozenCall>, JournalError> {
        let link = self.pool.take().await?;
        let found = calls::calls(&link, account, name).await?;
        link.give_back();
        Ok(found)
    }

    async fn recipients(
        &self,
        account: &AppId,
        name: &str,
        chunk: usize,
    ) -> Result<Option<Recipients>, JournalError> {
        let link = self.pool.take().await?;
        let found = calls::recipients_by_name(&link, account, name, chunk).await?;
        link.give_back();
        Ok(found)
    }

    async fn note(&self, account: &AppId, name: &str, entry: &Entry) -> Result<(), JournalError> {
        let link = self.pool.take().await?;
        link.begin().await?;
        let done = match rows::campaign(&link, account, name).await {
            Ok(Some((campaign, _))) => {
                rows::record(&link, &campaign, None, entry).await.map(|_| ())
            }
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
        let link = self.pool.take().await?;
        link.begin().await?;
        let done = spent::reserve(&link, account.as_str(), spend, at, budgets).await;
        let reserved = link.end(done).await?;
        link.give_back();
        Ok(reserved)
    }

    async fn state_website_sends(
        &self,
        account: &AppId,
        sends: u8,
        at: SystemTime,
    ) -> Result<(), JournalError> {
        let link = self.pool.take().await?;
        link.begin().await?;
        let done = spent::state_website_sends(&link, account.as_str(), sends, at).await;
        link.end(done).await?;
        link.give_back();
        Ok(())
    }

    async fn spent(
        &self,
        account: &AppId,
        spends: &[Spend],
        since: SystemTime,
    ) -> Result<Vec<SystemTime>, JournalError> {
        let link = self.pool.take().await?;
        let spent = spent::spent(&link, account.as_str(), since).await?;
        link.give_back();
        Ok(spent::moments(&spent, spends, since))
    }

    async fn stop(
        &self,
        account: &AppId,
        name: &str,
        at: SystemTime,
    ) -> Result<bool, JournalError> {
        let link = self.pool.take().await?;
        link.begin().await?;
        let done = match rows::campaign(&link, account, name).await {
            Ok(Some((campaign, _))) => rows::stop(&link, &campaign, at).await.map(|()| true),
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
        let link = self.pool.take().await?;
        link.begin().await?;
        let done = rows::keep_report(&link, account.as_str(), report, at).await;
        link.end(done).await?;
        link.give_back();
        Ok(())
    }

    async fn reports_after(
        &self,
        account: &AppId,
        number: u64,
    ) -> Result<Vec<(u64, MassReport)>, JournalError> {
        let link = self.pool.take().await?;
        let kept = rows::reports(&link, account.as_str(), number).await?;
        link.give_back();
        Ok(kept.into_iter().map(|(number, _, report)| (number, report)).collect())
    }
}
