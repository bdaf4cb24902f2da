//! Handlers at work: each in its own task, claimed in the store, awaited by every try of its push.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinError;
use tokio::time::{Instant, sleep, timeout};

use crate::callback::Callback;
use crate::dedup::{Claim, DedupStore, Lease, LeaseLost, MemoryDedup, PushKey, StoreError};
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

/// Attempts to tell the store that a push was handled.
const FINISHES: u32 = 3;
/// Between two looks at a push that another machine has claimed.
const LOOK: Duration = Duration::from_millis(500);

/// How long claims last, and what follows from it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    lease: Duration,
    /// A claim is renewed that often while its handler runs.
    renew: Duration,
    /// When a renewal fails so long after the last one that went well, there is no time for another: the handler
    /// is stopped before its claim ends.
    hold: Duration,
    /// A store that has not answered by then has failed. After a renewal that went well: less than a half, one
    /// pause of a quarter and this are less than the lease.
    patience: Duration,
}

impl Pace {
    /// Another machine has to get a dead one's push while the platform still tries: within five seconds for each
    /// of three tries.
    pub(super) const LEASE: Duration = Duration::from_secs(6);

    pub(super) fn of(lease: Duration) -> Self {
        let patience = (lease / 6).min(Duration::from_secs(1));
        Self { lease, renew: lease / 4, hold: lease / 2, patience }
    }

    async fn patiently<T>(
        self,
        call: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        match timeout(self.patience, call).await {
            Ok(result) => result,
            Err(_) => Err(format!("the store did not answer within {:?}", self.patience).into()),
        }
    }
}

pub(super) struct Running {
    handler: Arc<dyn Handler>,
    store: Arc<dyn DedupStore>,
    pace: Pace,
    limit: Duration,
    places: Arc<Semaphore>,
    tasks: Mutex<BTreeMap<PushKey, Pending>>,
}

impl Running {
    pub(super) fn new(
        handler: Arc<dyn Handler>,
        store: Arc<dyn DedupStore>,
        pace: Pace,
        limit: Duration,
        max: usize,
    ) -> Self {
        let places = Arc::new(Semaphore::new(max));
        Self { handler, store, pace, limit, places, tasks: Mutex::default() }
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
        let (store, pace, key) = (&self.running.store, self.running.pace, &self.key);
        let began_at = Instant::now();
        let (lease, claimed_at) = loop {
            let asked_at = Instant::now();
            match pace.patiently(store.begin(key, pace.lease)).await {
                Ok(Claim::Granted(lease)) => break (lease, asked_at),
                Ok(Claim::Finished(reply)) => return Outcome::Finished(reply),
                // Its machine may have died: then the claim ends.
                Ok(Claim::Running) if began_at.elapsed() < pace.lease => {
                    sleep(LOOK).await;
                }
                Ok(Claim::Running) => return Outcome::Elsewhere,
                Err(error) => {
                    tracing::error!(%key, %error, "the store of seen pushes failed; nothing is handled");
                    return Outcome::Failed;
                }
            }
        };
        match self.handle(callback, timestamp, lease, claimed_at).await {
            Ok(reply) => {
                // It is handled, and no error can undo that.
                self.finish(lease, reply.as_deref()).await;
                Outcome::Finished(reply)
            }
            Err(error) => {
                tracing::error!(%key, %error, "a push was not handled; the platform will try again");
                if let Err(error) = pace.patiently(store.abandon(key, lease)).await {
                    tracing::error!(%key, %error, "the next tries of a push wait for its lease");
                }
                Outcome::Failed
            }
        }
    }

    /// Makes the push seen; a store that is gone for a moment must not let it be handled again.
    async fn finish(&self, lease: Lease, reply: Option<&str>) {
        let (store, pace, key) = (&self.running.store, self.running.pace, &self.key);
        for attempt in 1.. {
            let Err(error) = pace.patiently(store.finish(key, lease, reply)).await else { return };
            if attempt == FINISHES || error.is::<LeaseLost>() {
                tracing::error!(%key, %error, "a handled push may be handled again");
                return;
            }
            sleep(LOOK).await;
        }
    }

    /// Runs the handler, in a task so that a panic stays in it.
    async fn handle(
        &self,
        callback: Callback,
        timestamp: u64,
        lease: Lease,
        claimed_at: Instant,
    ) -> Result<Option<String>, HandlerError> {
        let handler = Arc::clone(&self.running.handler);
        let mut task = tokio::spawn(async move {
            let handled: Handled = handler.handle(&callback).await;
            let to_xml = |reply| PassiveReply::to(&callback.header, timestamp, reply).to_xml();
            Ok(handled?.map(to_xml))
        });
        let stopped = tokio::select! {
            biased;
            joined = &mut task => return joined_result(joined, ""),
            () = sleep(self.running.limit) => format!("after {:?}", self.running.limit),
            () = self.hold(lease, claimed_at) => "for its claim could not be renewed".to_owned(),
        };
        task.abort();
        // It stops where it awaits next, or is just about to finish.
        joined_result(task.await, &stopped)
    }

    /// Renews the claim again and again; ends when that cannot be done any more.
    async fn hold(&self, lease: Lease, claimed_at: Instant) {
        let (mut renewed_at, pace) = (claimed_at, self.running.pace);
        loop {
            sleep(pace.renew).await;
            let asked_at = Instant::now();
            let renewal = self.running.store.renew(&self.key, lease, pace.lease);
            match pace.patiently(renewal).await {
                Ok(()) => renewed_at = asked_at,
                Err(error) => {
                    tracing::warn!(key = %self.key, %error, "the claim of a push was not renewed");
                    if error.is::<LeaseLost>() || renewed_at.elapsed() >= pace.hold {
                        return;
                    }
                }
            }
        }
    }
}

fn joined_result(
    joined: Result<Result<Option<String>, HandlerError>, JoinError>,
    stopped: &str,
) -> Result<Option<String>, HandlerError> {
    match joined {
        Ok(handled) => handled,
        Err(error) if error.is_panic() => Err("the handler panicked".into()),
        Err(_) => Err(format!("the handler was stopped {stopped}").into()),
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

    async fn renew(&self, key: &PushKey, lease: Lease, lasts: Duration) -> Result<(), StoreError> {
        Ok(self.seen.renew(key, lease, self.since.elapsed(), lasts)?)
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
