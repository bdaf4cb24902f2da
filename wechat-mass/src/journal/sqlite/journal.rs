//! One campaign in an SQLite file.

use std::fs::File;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use wechat_types::id::MsgId;
use wechat_types::mass::MassReport;

use super::handle::Flush;
use super::{Database, rows};
use crate::campaign::Plan;
use crate::journal::entry::last_stop;
use crate::journal::open_calls::first_open;
use crate::journal::{
    Claim, Entry, Hold, JobOwner, Journal, JournalError, News, Part, Rebooked, Reserved,
};

/// One campaign in a [`SqliteStore`](super::SqliteStore), which nobody else can take up until this is dropped.
#[derive(Debug)]
pub struct SqliteJournal {
    database: Arc<Database>,
    campaign: i64,
    name: String,
    account: String,
    /// The stop that was read: a later one is not let go by an older "go on".
    stop_read: Option<SystemTime>,
    /// What was recorded last is on the disk.
    is_flushed: bool,
    /// The operating system releases it when the process dies.
    _held: File,
}

impl SqliteJournal {
    pub(super) fn new(database: Arc<Database>, campaign: i64, plan: &Plan, held: File) -> Self {
        let (name, account) = (plan.name().to_owned(), plan.account().as_str().to_owned());
        Self { database, campaign, name, account, stop_read: None, is_flushed: true, _held: held }
    }
}

/// The run may have ended by an error, or been given up where it stood.
impl Drop for SqliteJournal {
    fn drop(&mut self) {
        if !self.is_flushed {
            // Nobody is left to be told; what is lost is asked for again.
            _ = self.database.flush();
        }
    }
}

#[async_trait]
impl Journal for SqliteJournal {
    fn worker(&self) -> Option<&str> {
        None
    }

    async fn bind(&mut self, plan: &Plan, server: &str, moved: bool) -> Result<(), JournalError> {
        self.database.write(|transaction, path| {
            rows::bind(transaction, path, self.campaign, (plan, server, moved))
        })
    }

    async fn hold(&mut self, _: Part, _: Duration) -> Result<Hold, JournalError> {
        Ok(Hold::Mine)
    }

    async fn load(&mut self) -> Result<Vec<Entry>, JournalError> {
        let entries = self
            .database
            .read(|transaction, path| rows::entries(transaction, path, self.campaign))?;
        self.stop_read = last_stop(&entries);
        Ok(entries)
    }

    async fn record(&mut self, entry: &Entry, rebooked: &[Rebooked]) -> Result<(), JournalError> {
        let (campaign, entry, rebooked) = (self.campaign, entry.clone(), rebooked.to_vec());
        let (account, name) = (self.account.clone(), self.name.clone());
        let stop_read = self.stop_read;
        // Lost with the machine, it is asked for again with the call's key, as after a crash just before it.
        let flush =
            if matches!(entry, Entry::Answer { .. }) { Flush::WithTheNext } else { Flush::Now };
        self.is_flushed &= flush == Flush::Now;
        let recorded = self.database.write_together(flush, move |transaction| {
            if let Some((chunk, msg_id)) = entry.owner() {
                let owner = JobOwner::new(name, chunk);
                rows::own(transaction, &account, msg_id, campaign, &owner)?;
            }
            if matches!(entry, Entry::GoOn { .. }) {
                if rows::stopped(transaction, campaign)?.is_some_and(|at| stop_read != Some(at)) {
                    return Err(JournalError::behind().into());
                }
                rows::release(transaction, campaign)?;
            }
            for one in &rebooked {
                rows::rebook(transaction, &account, one)?;
            }
            rows::record(transaction, campaign, &entry)
        });
        self.is_flushed |= flush == Flush::Now && recorded.is_ok();
        recorded
    }

    async fn claim(&mut self, claim: &Claim<'_>) -> Result<Reserved, JournalError> {
        let Claim { at, spend, .. } = *claim;
        let (budgets, intent) = (claim.budgets.to_vec(), claim.intent());
        let (account, campaign) = (self.account.clone(), self.campaign);
        let reserved = self.database.write_together(Flush::Now, move |transaction| {
            if let Some(at) = rows::stopped(transaction, campaign)? {
                return Ok(Reserved::Stopped { at });
            }
            let reserved = rows::reserve(transaction, &account, spend, at, &budgets)?;
            if reserved == Reserved::Granted {
                rows::record(transaction, campaign, &intent)?;
            }
            Ok(reserved)
        })?;
        // Any other outcome wrote nothing, and flushed nothing.
        self.is_flushed |= reserved == Reserved::Granted;
        Ok(reserved)
    }

    async fn flush(&mut self) -> Result<(), JournalError> {
        if !self.is_flushed {
            self.database.flush()?;
            self.is_flushed = true;
        }
        Ok(())
    }

    async fn news(&mut self, number: u64) -> Result<News, JournalError> {
        let news = self.database.read(|transaction, path| {
            Ok(News {
                stopped: rows::stopped(transaction, self.campaign)?,
                reports: rows::reports(transaction, path, &self.account, number)?,
                ..News::default()
            })
        })?;
        self.stop_read = news.stopped;
        Ok(news)
    }

    async fn keep_report(
        &mut self,
        report: &MassReport,
        at: SystemTime,
    ) -> Result<(), JournalError> {
        self.database
            .write(|transaction, _| rows::keep_report(transaction, &self.account, report, at))
    }

    async fn other_owner(
        &mut self,
        msg_id: MsgId,
        chunk: usize,
    ) -> Result<Option<JobOwner>, JournalError> {
        let this = JobOwner::new(self.name.as_str(), chunk);
        let owner = self
            .database
            .read(|transaction, _| rows::owner_of(transaction, &self.account, msg_id))?;
        Ok(owner.filter(|owner| *owner != this))
    }

    async fn other_open(
        &mut self,
        chunk: usize,
        msg_id: MsgId,
    ) -> Result<Option<JobOwner>, JournalError> {
        let this = JobOwner::new(self.name.as_str(), chunk);
        self.database.read(|transaction, path| {
            for (id, name) in rows::of_same_content(transaction, path, self.campaign)? {
                let entries = rows::entries(transaction, path, id)?;
                if let Some(open) = first_open(&name, &entries, &this, msg_id) {
                    return Ok(Some(open));
                }
            }
            Ok(None)
        })
    }
}
