//! Handlers at work: each in its own task, claimed in the store, awaited by every try of its push.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::{Instant, timeout};

use crate::callback::Callback;
use crate::dedup::{Claim, DedupStore, Lease, MemoryDedup, PushKey, StoreError};
use crate::handler::{Handled, Handler, HandlerError};
use crate::reply::PassiveReply;

/// How a try of a push ended.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// Handled to the end, now or before, with the XML of the reply.
    Finished(Option<String>),
    /// Not handled; the next try is.
    Failed,
    /// Another machine is at it.
    Elsewhere,
}

type Pending = watch::Receiver<Option<Outcome>>;

/// A store that has not answered by then has failed.
const STORE_PATIENCE: Duration = Duration::from_secs(5);

pub(super) struct Running {
    handler: Arc<dyn Handler>,
    store: Arc<dyn DedupStore>,
    limit: Duration,
    places: Arc<Semaphore>,
    tasks: Mutex<BTreeMap<PushKey, Pending>>,
}

impl Running {
    pub(super) fn new(
        handler: Arc<dyn Handler>,
        store: Arc<dyn DedupStore>,
        limit: Duration,
        max: usize,
    ) -> Self {
        let places = Arc::new(Semaphore::new(max));
        Self { handler, store, limit, places, tasks: Mutex::default() }
    }

    /// Starts on a push, or joins those who wait for it already; `None` when all places are taken.
    ///
    /// Nothing is awaited between asking and starting, and the task is its own: who hangs up cuts
    /// nothing off.
    pub(super) fn enter(
        self: &Arc<Self>,
        key: &PushKey,
        callback: Callback,
        timestamp: u64,
    ) -> Option<Pending> {
        let (sender, result) = watch::channel(None);
        let place = {
            let mut tasks = self.tasks();
            if let Some(result) = tasks.get(key) {
                return Some(result.clone());
            }
            let place = Arc::clone(&self.places).try_acquire_owned().ok()?;
            tasks.insert(key.clone(), result.clone());
            place
        };
        // Outside the lock: a runtime that shuts down drops the task at once, and the entry with it, which
        // takes itself off the list.
        let entry = Entry { running: Arc::clone(self), key: key.clone(), _place: place };
        tokio::spawn(entry.run(callback, timestamp, sender));
        Some(result)
    }

    fn tasks(&self) -> MutexGuard<'_, BTreeMap<PushKey, Pending>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A push at work. Leaves the list when dropped, whatever the reason.
struct Entry {
    running: Arc<Running>,
    key: PushKey,
    _place: OwnedSemaphorePermit,
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.running.tasks().remove(&self.key);
    }
}

impl Entry {
    async fn run(self, callback: Callback, timestamp: u64, sender: watch::Sender<Option<Outcome>>) {
        let outcome = self.outcome(callback, timestamp).await;
        // Off the list first: a try that comes after a failure must begin anew, not join it.
        drop(self);
        sender.send_replace(Some(outcome));
    }

    async fn outcome(&self, callback: Callback, timestamp: u64) -> Outcome {
        let (store, key) = (&self.running.store, &self.key);
        // The handler is stopped in time, with room for two calls of the store.
        let lease = self.running.limit + 3 * STORE_PATIENCE;
        let lease = match patiently(store.begin(key, lease)).await {
            Ok(Claim::Granted(lease)) => lease,
            Ok(Claim::Finished(reply)) => return Outcome::Finished(reply),
            Ok(Claim::Running) => return Outcome::Elsewhere,
            Err(error) => {
                tracing::error!(%key, %error, "the store of seen pushes failed; nothing is handled");
                return Outcome::Failed;
            }
        };
        match self.handle(callback, timestamp).await {
            Ok(reply) => {
                // It is handled, and no error can undo that.
                if let Err(error) = patiently(store.finish(key, lease, reply.as_deref())).await {
                    tracing::error!(%key, %error, "a handled push may be handled again");
                }
                Outcome::Finished(reply)
            }
            Err(error) => {
                tracing::error!(%key, %error, "a push was not handled; the platform will try again");
                if let Err(error) = patiently(store.abandon(key, lease)).await {
                    tracing::error!(%key, %error, "the next tries of a push wait for its lease");
                }
                Outcome::Failed
            }
        }
    }

    /// Runs the handler, in a task so that a panic stays in it.
    async fn handle(
        &self,
        callback: Callback,
        timestamp: u64,
    ) -> Result<Option<String>, HandlerError> {
        let handler = Arc::clone(&self.running.handler);
        let mut task = tokio::spawn(async move {
            let handled: Handled = handler.handle(&callback).await;
            let to_xml = |reply| PassiveReply::to(&callback.header, timestamp, reply).to_xml();
            Ok(handled?.map(to_xml))
        });
        let joined = match timeout(self.running.limit, &mut task).await {
            Ok(joined) => joined,
            Err(_) => {
                task.abort();
                // It stops where it awaits next, or is just about to finish.
                task.await
            }
        };
        match joined {
            Ok(handled) => handled,
            Err(error) if error.is_panic() => Err("the handler panicked".into()),
            Err(_) => Err(format!("the handler was stopped after {:?}", self.running.limit).into()),
        }
    }
}

async fn patiently<T>(call: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    match timeout(STORE_PATIENCE, call).await {
        Ok(result) => result,
        Err(_) => Err("the store did not answer within five seconds".into()),
    }
}

pub(super) fn in_memory(seen: MemoryDedup) -> Arc<dyn DedupStore> {
    Arc::new(InMemory { seen, since: Instant::now() })
}

/// The memory of this process, timed by the runtime.
#[derive(Debug)]
struct InMemory {
    seen: MemoryDedup,
    since: Instant,
}

#[async_trait]
impl DedupStore for InMemory {
    async fn begin(&self, key: &PushKey, lease: Duration) -> Result<Claim, StoreError> {
        Ok(self.seen.begin(key, self.since.elapsed(), lease))
    }

    async fn finish(
        &self,
        key: &PushKey,
        lease: Lease,
        reply: Option<&str>,
    ) -> Result<(), StoreError> {
        Ok(self.seen.finish(key, lease, self.since.elapsed(), reply.map(str::to_owned))?)
    }

    async fn abandon(&self, key: &PushKey, lease: Lease) -> Result<(), StoreError> {
        Ok(self.seen.abandon(key, lease)?)
    }
}
