//! Claims and seen pushes in the memory of one process: bounded, and forgotten after a time.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Claim, Lease, LeaseLost, PushKey};

/// What one process has seen.
///
/// Times are arguments, counted from any moment that stays the same. A restart forgets everything, and
/// another machine knows nothing of it: then two tries of one push can be handled twice, unless the
/// handlers have a common store (`DedupStore`, feature `axum`).
pub struct MemoryDedup {
    remember: Duration,
    max_bytes: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    entries: BTreeMap<PushKey, Entry>,
    /// Claims by the end of their lease.
    claimed: BTreeMap<(Duration, Lease), PushKey>,
    /// Finished pushes, the oldest first.
    finished: VecDeque<(Duration, PushKey)>,
    bytes: usize,
    last_lease: u64,
}

enum Entry {
    Running { lease: Lease, until: Duration },
    Finished { reply: Option<String> },
}

impl Entry {
    /// What it takes, about: the key twice, the tree's node.
    fn bytes(&self) -> usize {
        let reply = match self {
            Self::Finished { reply: Some(reply) } => reply.len(),
            _ => 0,
        };
        256 + reply
    }
}

impl MemoryDedup {
    /// How long a push is remembered: much longer than the platform's three tries take.
    pub const REMEMBER: Duration = Duration::from_secs(600);
    /// What all remembered pushes and replies together may take: about 100,000 pushes without reply.
    pub const MAX_BYTES: usize = 32 * 1024 * 1024;

    /// Remembers for [`REMEMBER`](Self::REMEMBER), up to [`MAX_BYTES`](Self::MAX_BYTES).
    pub fn new() -> Self {
        Self::with(Self::REMEMBER, Self::MAX_BYTES)
    }

    /// Remembers finished pushes for this long, and in this many bytes, about; beyond, the oldest is
    /// forgotten first. Claims are not forgotten before their lease ends.
    pub fn with(remember: Duration, max_bytes: usize) -> Self {
        Self { remember, max_bytes, state: Mutex::default() }
    }

    /// Claims a push at `now` for as long as `lease`.
    pub fn begin(&self, key: &PushKey, now: Duration, lease: Duration) -> Claim {
        let mut state = self.lock();
        state.end_leases(now);
        state.forget(now.checked_sub(self.remember), usize::MAX);
        match state.entries.get(key) {
            Some(Entry::Finished { reply }) => return Claim::Finished(reply.clone()),
            Some(Entry::Running { .. }) => return Claim::Running,
            None => {}
        }
        state.last_lease += 1;
        let (number, until) = (Lease(state.last_lease), now.saturating_add(lease));
        state.put(key, Entry::Running { lease: number, until });
        state.claimed.insert((until, number), key.clone());
        Claim::Granted(number)
    }

    /// Makes a claim last for as long as `lasts` from `now`.
    ///
    /// # Errors
    ///
    /// [`LeaseLost`] when the claim is another's by now. It stays as it is.
    pub fn renew(
        &self,
        key: &PushKey,
        lease: Lease,
        now: Duration,
        lasts: Duration,
    ) -> Result<(), LeaseLost> {
        let mut state = self.lock();
        state.end_leases(now);
        state.release(key, lease)?;
        let until = now.saturating_add(lasts);
        state.put(key, Entry::Running { lease, until });
        state.claimed.insert((until, lease), key.clone());
        Ok(())
    }

    /// Makes a claimed push seen, with the XML of its reply, if there was one.
    ///
    /// # Errors
    ///
    /// [`LeaseLost`] when the claim is another's by now. It stays as it is.
    pub fn finish(
        &self,
        key: &PushKey,
        lease: Lease,
        now: Duration,
        reply: Option<String>,
    ) -> Result<(), LeaseLost> {
        let mut state = self.lock();
        state.end_leases(now);
        state.release(key, lease)?;
        state.put(key, Entry::Finished { reply });
        state.finished.push_back((now, key.clone()));
        state.forget(None, self.max_bytes);
        Ok(())
    }

    /// Gives a claim back: the next try is handled.
    ///
    /// # Errors
    ///
    /// [`LeaseLost`] when the claim is another's by now. It stays as it is.
    pub fn abandon(&self, key: &PushKey, lease: Lease) -> Result<(), LeaseLost> {
        self.lock().release(key, lease)
    }

    /// How many pushes it holds, claimed and seen.
    pub fn len(&self) -> usize {
        self.lock().entries.len()
    }

    /// It holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Nothing panics while it is held, and its parts are changed together.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryDedup {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryDedup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryDedup")
            .field("remember", &self.remember)
            .field("max_bytes", &self.max_bytes)
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

impl State {
    /// Ends a claim by its holder.
    fn release(&mut self, key: &PushKey, lease: Lease) -> Result<(), LeaseLost> {
        match self.entries.get(key) {
            Some(Entry::Running { lease: held, until }) if *held == lease => {
                self.claimed.remove(&(*until, lease));
                self.remove(key);
                Ok(())
            }
            _ => Err(LeaseLost),
        }
    }

    /// Ends the claims whose time is over.
    fn end_leases(&mut self, now: Duration) {
        while let Some(first) = self.claimed.first_entry()
            && first.key().0 <= now
        {
            let key = first.remove();
            self.remove(&key);
        }
    }

    fn put(&mut self, key: &PushKey, entry: Entry) {
        self.bytes += entry.bytes();
        if let Some(old) = self.entries.insert(key.clone(), entry) {
            self.bytes -= old.bytes();
        }
    }

    fn remove(&mut self, key: &PushKey) {
        if let Some(old) = self.entries.remove(key) {
            self.bytes -= old.bytes();
        }
    }

    /// Forgets finished pushes from before a moment, and then the oldest until all fit.
    fn forget(&mut self, before: Option<Duration>, max_bytes: usize) {
        while let Some((at, _)) = self.finished.front() {
            let expired = before.is_some_and(|before| *at <= before);
            if !expired && self.bytes <= max_bytes {
                return;
            }
            if let Some((_, key)) = self.finished.pop_front() {
                self.remove(&key);
            }
        }
    }
}
