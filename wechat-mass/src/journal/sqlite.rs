//! A store in one SQLite file: durable before it counts, shared by the programs of one machine.

mod calls;
mod files;
mod group;
mod rows;
mod schema;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use rusqlite::{Connection, Transaction, TransactionBehavior};
use wechat_types::id::{AppId, MsgId, OpenId};
use wechat_types::mass::MassReport;

use super::open_calls::first_open;
use super::{
    Claim, Entry, Frozen, FrozenCall, JobOwner, Journal, JournalError, News, Reserved, Store,
};
use crate::campaign::Plan;
use crate::quota::{Budget, Spend};
use files::{failure, flush_names, hold};
use group::Group;
use schema::Unusable;

/// A database of campaigns. Clones are the same one; other programs may have it open too.
///
/// A record is on the disk when its method returns: in WAL mode and with full flushes. It is written in place, for the
/// next step must wait for it anyway. Campaigns that record at the same time share a transaction.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    database: Arc<Database>,
}

/// One campaign in a [`SqliteStore`], which nobody else can take up until this is dropped.
#[derive(Debug)]
pub struct SqliteJournal {
    database: Arc<Database>,
    campaign: i64,
    name: String,
    account: String,
    /// The operating system releases it when the process dies.
    _held: File,
}

#[derive(Debug)]
struct Database {
    path: PathBuf,
    connection: Mutex<Connection>,
    group: Group,
}

/// How long another program's transaction is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

impl SqliteStore {
    /// Opens a database, or begins it, with the folders it lies in.
    ///
    /// # Errors
    ///
    /// [`JournalError`]: it cannot be read or written, is no journal, or is of a newer version.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let failed = |what: &str| {
            let problem = format!("{}: the journal cannot be {what}", path.display());
            move |source| JournalError::new(problem).with_source(source)
        };
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        fs::create_dir_all(folder).map_err(failed("created"))?;
        let mut connection = connect(path).map_err(|error| failure(path, &error))?;
        match schema::migrate(&mut connection) {
            Ok(()) => {}
            Err(Unusable::Newer(version)) => {
                return Err(JournalError::new(format!(
                    "{}: the journal has version {version}, this program knows up to {}: use the \
                     newer program",
                    path.display(),
                    schema::NEWEST
                )));
            }
            Err(Unusable::Foreign) => {
                return Err(JournalError::new(format!(
                    "{}: an SQLite database, but no journal of campaigns: name another file",
                    path.display()
                )));
            }
            Err(Unusable::Failed(error)) => return Err(failure(path, &error)),
        }
        // Each time: the process may have died between making the file and this.
        flush_names(folder)?;
        let (path, connection) = (path.to_owned(), Mutex::new(connection));
        let database = Database { path, connection, group: Group::default() };
        Ok(Self { database: Arc::new(database) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.database.path
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

impl Database {
    fn connection(&self) -> MutexGuard<'_, Connection> {
        // An open transaction was rolled back when the panic dropped it.
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads in one consistent view.
    fn read<T>(
        &self,
        read: impl FnOnce(&Transaction<'_>, &Path) -> Result<T, Trouble>,
    ) -> Result<T, JournalError> {
        self.transact(TransactionBehavior::Deferred, read)
    }

    /// Writes all or nothing.
    fn write<T>(
        &self,
        write: impl FnOnce(&Transaction<'_>, &Path) -> Result<T, Trouble>,
    ) -> Result<T, JournalError> {
        // At once, for a read that becomes a write may find the database changed.
        self.transact(TransactionBehavior::Immediate, write)
    }

    fn transact<T>(
        &self,
        behavior: TransactionBehavior,
        work: impl FnOnce(&Transaction<'_>, &Path) -> Result<T, Trouble>,
    ) -> Result<T, JournalError> {
        let mut connection = self.connection();
        let done = connection.transaction_with_behavior(behavior).map_err(Trouble::from).and_then(
            |transaction| {
                let done = work(&transaction, &self.path)?;
                transaction.commit()?;
                Ok(done)
            },
        );
        done.map_err(|trouble| match trouble {
            Trouble::Sqlite(error) => failure(&self.path, &error),
            Trouble::Refused(error) => error,
        })
    }
}

/// What ends a transaction.
enum Trouble {
    Sqlite(rusqlite::Error),
    Refused(JournalError),
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<JournalError> for Trouble {
    fn from(error: JournalError) -> Self {
        Self::Refused(error)
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn open(&self, plan: &Plan, at: SystemTime) -> Result<Box<dyn Journal>, JournalError> {
        let held = hold(&self.database.path, plan)?;
        let campaign = self.database.write(|transaction, path| {
            match rows::campaign(transaction, path, plan.account(), plan.name())? {
                Some((id, frozen)) if frozen.is_of(plan) => Ok(id),
                Some((id, frozen)) => {
                    if rows::entries(transaction, path, id)?.iter().any(Entry::is_intent) {
                        let lists = calls::difference(transaction, path, id, plan)?;
                        return Err(JournalError::changed(&frozen, plan, lists).into());
                    }
                    let stopped = rows::stopped(transaction, id)?;
                    rows::forget(transaction, id)?;
                    let id = calls::freeze(transaction, plan, at)?;
                    if let Some(at) = stopped {
                        rows::stop(transaction, id, at)?;
                    }
                    Ok(id)
                }
                None => calls::freeze(transaction, plan, at),
            }
        })?;
        Ok(Box::new(SqliteJournal {
            database: Arc::clone(&self.database),
            campaign,
            name: plan.name().to_owned(),
            account: plan.account().as_str().to_owned(),
            _held: held,
        }))
    }

    async fn campaigns(&self, account: &AppId) -> Result<Vec<Frozen>, JournalError> {
        self.database.read(|transaction, path| rows::campaigns(transaction, path, account))
    }

    async fn entries(&self, account: &AppId, name: &str) -> Result<Vec<Entry>, JournalError> {
        self.database.read(|transaction, path| {
            match rows::campaign(transaction, path, account, name)? {
                Some((id, _)) => rows::entries(transaction, path, id),
                None => Ok(Vec::new()),
            }
        })
    }

    async fn calls(&self, account: &AppId, name: &str) -> Result<Vec<FrozenCall>, JournalError> {
        self.database.read(|transaction, path| {
            match rows::campaign(transaction, path, account, name)? {
                Some((id, _)) => rows::calls(transaction, path, id),
                None => Ok(Vec::new()),
            }
        })
    }

    async fn note(&self, account: &AppId, name: &str, entry: &Entry) -> Result<(), JournalError> {
        self.database.write(|transaction, path| {
            match rows::campaign(transaction, path, account, name)? {
                Some((id, _)) => rows::record(transaction, id, entry),
                None => Err(JournalError::no_campaign(name).into()),
            }
        })
    }

    async fn recipients(
        &self,
        account: &AppId,
        name: &str,
        chunk: usize,
    ) -> Result<Option<Vec<OpenId>>, JournalError> {
        self.database.read(|transaction, path| {
            match rows::campaign(transaction, path, account, name)? {
                Some((id, _)) => calls::recipients(transaction, path, id, chunk),
                None => Ok(None),
            }
        })
    }

    async fn spend(
        &self,
        account: &AppId,
        spend: Spend,
        at: SystemTime,
        budgets: &[Budget],
    ) -> Result<Reserved, JournalError> {
        self.database.write(|transaction, _| {
            rows::reserve(transaction, account.as_str(), spend, at, budgets)
        })
    }

    async fn spent(
        &self,
        account: &AppId,
        spends: &[Spend],
        since: SystemTime,
    ) -> Result<Vec<SystemTime>, JournalError> {
        self.database
            .read(|transaction, _| rows::spent(transaction, account.as_str(), spends, since))
    }

    async fn stop(
        &self,
        account: &AppId,
        name: &str,
        at: SystemTime,
    ) -> Result<bool, JournalError> {
        self.database.write(|transaction, path| {
            let Some((id, _)) = rows::campaign(transaction, path, account, name)? else {
                return Ok(false);
            };
            rows::stop(transaction, id, at)?;
            Ok(true)
        })
    }

    async fn keep_report(
        &self,
        account: &AppId,
        report: &MassReport,
        at: SystemTime,
    ) -> Result<(), JournalError> {
        let (account, report) = (account.clone(), report.clone());
        self.database.write_together(move |transaction| {
            rows::keep_report(transaction, account.as_str(), &report, at)
        })
    }

    async fn reports_after(
        &self,
        account: &AppId,
        number: u64,
    ) -> Result<Vec<(u64, MassReport)>, JournalError> {
        let kept = self
            .database
            .read(|transaction, path| rows::reports(transaction, path, account.as_str(), number))?;
        Ok(kept.into_iter().map(|(number, _, report)| (number, report)).collect())
    }
}

#[async_trait]
impl Journal for SqliteJournal {
    async fn load(&mut self) -> Result<Vec<Entry>, JournalError> {
        self.database.read(|transaction, path| rows::entries(transaction, path, self.campaign))
    }

    async fn recipients(&mut self, chunk: usize) -> Result<Option<Vec<OpenId>>, JournalError> {
        self.database
            .read(|transaction, path| calls::recipients(transaction, path, self.campaign, chunk))
    }

    async fn append(&mut self, entry: &Entry) -> Result<(), JournalError> {
        let (campaign, entry) = (self.campaign, entry.clone());
        let (account, name) = (self.account.clone(), self.name.clone());
        self.database.write_together(move |transaction| {
            if let Some((chunk, msg_id)) = entry.owner() {
                let owner = JobOwner::new(name, chunk);
                rows::own(transaction, &account, msg_id, campaign, &owner)?;
            }
            if matches!(entry, Entry::GoOn { .. }) {
                rows::release(transaction, campaign)?;
            }
            rows::record(transaction, campaign, &entry)
        })
    }

    async fn claim(&mut self, claim: &Claim<'_>) -> Result<Reserved, JournalError> {
        let Claim { at, spend, .. } = *claim;
        let (budgets, intent) = (claim.budgets.to_vec(), claim.intent());
        let (account, campaign) = (self.account.clone(), self.campaign);
        self.database.write_together(move |transaction| {
            if let Some(at) = rows::stopped(transaction, campaign)? {
                return Ok(Reserved::Stopped { at });
            }
            let reserved = rows::reserve(transaction, &account, spend, at, &budgets)?;
            if reserved == Reserved::Granted {
                rows::record(transaction, campaign, &intent)?;
            }
            Ok(reserved)
        })
    }

    async fn news(&mut self, number: u64) -> Result<News, JournalError> {
        self.database.read(|transaction, path| {
            Ok(News {
                stopped: rows::stopped(transaction, self.campaign)?,
                reports: rows::reports(transaction, path, &self.account, number)?,
                ..News::default()
            })
        })
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

    async fn other_open(&mut self, chunk: usize) -> Result<Option<JobOwner>, JournalError> {
        let this = JobOwner::new(self.name.as_str(), chunk);
        self.database.read(|transaction, path| {
            for (id, name) in rows::of_same_content(transaction, path, self.campaign)? {
                let entries = rows::entries(transaction, path, id)?;
                if let Some(open) = first_open(&name, &entries, &this) {
                    return Ok(Some(open));
                }
            }
            Ok(None)
        })
    }
}
