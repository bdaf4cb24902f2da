//! A store in one SQLite file: durable before it counts, shared by the programs of one machine.

mod calls;
mod files;
mod group;
mod handle;
mod journal;
mod rows;
mod schema;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, Transaction};
use wechat_types::id::AppId;
use wechat_types::mass::{MassReport, Recipients};

use super::{Entry, Frozen, FrozenCall, Journal, JournalError, JournalErrorKind, Reserved, Store};
use crate::campaign::Plan;
use crate::quota::{Budget, Spend};
use files::{failure, flush_log, flush_names, hold};
use group::Group;
use handle::{Flush, Handle};
use schema::Unusable;

pub use journal::SqliteJournal;

/// A database of campaigns. Clones are the same one; other programs may have it open too.
///
/// A record is on the disk when its method returns: in WAL mode and with full flushes. That of an answer is with
/// SQLite and the operating system then, and on the disk with the next record, such as the intent of the next call: SQLite
/// never loses a record and keeps a later one. It is written in place, for the next step must wait for it anyway.
/// Campaigns that record at the same time share a transaction.
///
/// Each method blocks its thread meanwhile: for a flush, and while another program holds the database, which
/// [`open_with_patience`](Self::open_with_patience) bounds. Where that matters, such as in a callback handler, put it on a
/// thread for such work:
///
/// ```
/// # use std::time::SystemTime;
/// # use wechat_mass::journal::{JournalError, SqliteStore, Store as _};
/// # use wechat_types::{id::AppId, mass::MassReport};
/// async fn keep(store: SqliteStore, account: AppId, report: MassReport) -> Result<(), JournalError> {
///     let (runtime, now) = (tokio::runtime::Handle::current(), SystemTime::now());
///     let work = move || runtime.block_on(store.keep_report(&account, &report, now));
///     let done = tokio::task::spawn_blocking(work).await;
///     done.map_err(|error| JournalError::new(error.to_string()))?
/// }
/// ```
#[derive(Clone, Debug)]
pub struct SqliteStore {
    database: Arc<Database>,
}

#[derive(Debug)]
struct Database {
    path: PathBuf,
    /// What SQLite opened: a path may be a link, and its log and our locks are beside what that leads to.
    file: PathBuf,
    handle: Mutex<Handle>,
    group: Group,
}

/// How long another program's transaction is waited for, unless said otherwise.
const PATIENCE: Duration = Duration::from_secs(10);

impl SqliteStore {
    /// Opens a database, or begins it, with the folders it lies in.
    ///
    /// # Errors
    ///
    /// [`JournalError`]: it cannot be read or written, is no journal, or is of a newer version. Also, here and at
    /// each later record, when another program holds it for longer than ten seconds.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        Self::open_with_patience(path, PATIENCE)
    }

    /// The same, waiting for so long for another program that holds the database, such as a backup. The
    /// thread waits with it; zero does not wait.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_with_patience(path: &Path, patience: Duration) -> Result<Self, JournalError> {
        let failed = |what: &str| {
            let problem = format!("{}: the journal cannot be {what}", path.display());
            move |source| JournalError::new(problem).with_source(source)
        };
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        fs::create_dir_all(folder).map_err(failed("created"))?;
        let mut connection = connect(path, patience).map_err(|error| failure(path, &error))?;
        match schema::migrate(&mut connection) {
            Ok(()) => {}
            Err(Unusable::Newer(version)) => {
                return Err(JournalError::new(format!(
                    "{}: the journal has version {version}, this program knows up to {}: use the \
                     newer program",
                    path.display(),
                    schema::NEWEST
                ))
                .with_kind(JournalErrorKind::Newer));
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
        let file = connection.path().filter(|file| !file.is_empty()).map_or(path, Path::new);
        let (path, file) = (path.to_owned(), file.to_owned());
        let handle = Handle::new(connection).map_err(|error| failure(&path, &error))?;
        let handle = Mutex::new(handle);
        let database = Database { path, file, handle, group: Group::default() };
        Ok(Self { database: Arc::new(database) })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.database.path
    }
}

fn connect(path: &Path, patience: Duration) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(patience)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", Flush::Now.as_level())?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // A statement keeps its plan: it is not made anew for each value that is bound to it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(connection)
}

impl Database {
    fn handle(&self) -> MutexGuard<'_, Handle> {
        // An open transaction was rolled back when the panic dropped it.
        self.handle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has what was recorded put on the disk, without a further record.
    fn flush(&self) -> Result<(), JournalError> {
        // Without a log, each record was.
        if self.handle().has_log() { flush_log(&self.file) } else { Ok(()) }
    }

    /// Reads in one consistent view.
    fn read<T>(
        &self,
        read: impl FnOnce(&Transaction<'_>, &Path) -> Result<T, Trouble>,
    ) -> Result<T, JournalError> {
        self.transact(Handle::read, read)
    }

    /// Writes all or nothing.
    fn write<T>(
        &self,
        write: impl FnOnce(&Transaction<'_>, &Path) -> Result<T, Trouble>,
    ) -> Result<T, JournalError> {
        self.transact(|handle| handle.write(Flush::Now), write)
    }

    fn transact<T>(
        &self,
        begin: impl FnOnce(&mut Handle) -> rusqlite::Result<Transaction<'_>>,
        work: impl FnOnce(&Transaction<'_>, &Path) -> Result<T, Trouble>,
    ) -> Result<T, JournalError> {
        let mut handle = self.handle();
        let done = begin(&mut handle).map_err(Trouble::from).and_then(|transaction| {
            let done = work(&transaction, &self.path)?;
            transaction.commit()?;
            Ok(done)
        });
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
        let held = hold(&self.database.file, plan)?;
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
        Ok(Box::new(SqliteJournal::new(Arc::clone(&self.database), campaign, plan, held)))
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
    ) -> Result<Option<Recipients>, JournalError> {
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

    async fn state_website_sends(
        &self,
        account: &AppId,
        sends: u8,
        at: SystemTime,
    ) -> Result<(), JournalError> {
        self.database.write(|transaction, _| {
            rows::state_website_sends(transaction, account.as_str(), sends, at)
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
        self.database.write_together(Flush::Now, move |transaction| {
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
