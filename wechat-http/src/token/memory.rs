//! Tokens shared by the clients of one process.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;

use super::forced::Forced;
use super::store::{FetchLease, SharedToken, TokenOwner, TokenStore, TokenStoreError};
use crate::clock::Clock;

/// A [`TokenStore`] for several clients of the same accounts in one process, such as one for each tenant's
/// worker. Clones share what they have.
#[derive(Clone)]
pub struct MemoryTokenStore {
    clock: Arc<dyn Clock>,
    owners: Arc<Mutex<BTreeMap<TokenOwner, Owned>>>,
}

#[derive(Default)]
struct Owned {
    /// The token, and its end.
    token: Option<(SharedToken, SystemTime)>,
    /// The lease that is given out, and its end.
    lease: Option<(FetchLease, SystemTime)>,
    leases: u64,
    forced: Forced,
}

impl MemoryTokenStore {
    /// An empty store that goes by this clock.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, owners: Arc::default() }
    }

    fn owners(&self) -> MutexGuard<'_, BTreeMap<TokenOwner, Owned>> {
        self.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemoryTokenStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryTokenStore")
            .field("owners", &self.owners().len())
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl TokenStore for MemoryTokenStore {
    async fn read(&self, owner: &TokenOwner) -> Result<Option<SharedToken>, TokenStoreError> {
        let now = self.clock.now();
        let owners = self.owners();
        let living = owners.get(owner).and_then(|owned| owned.token.as_ref());
        Ok(living.and_then(|(token, ends_at)| {
            let left = ends_at.duration_since(now).ok().filter(|left| !left.is_zero())?;
            Some(SharedToken { left, ..token.clone() })
        }))
    }

    async fn begin(
        &self,
        owner: &TokenOwner,
        lasts: Duration,
    ) -> Result<Option<FetchLease>, TokenStoreError> {
        let now = self.clock.now();
        let mut owners = self.owners();
        let owned = owners.entry(owner.clone()).or_default();
        if owned.lease.is_some_and(|(_, ends_at)| now < ends_at) {
            return Ok(None);
        }
        owned.leases += 1;
        let lease = FetchLease::new(owned.leases);
        owned.lease = Some((lease, now + lasts));
        Ok(Some(lease))
    }

    async fn finish(
        &self,
        owner: &TokenOwner,
        lease: FetchLease,
        token: &SharedToken,
    ) -> Result<bool, TokenStoreError> {
        let now = self.clock.now();
        let mut owners = self.owners();
        let Some(owned) = owners.get_mut(owner).filter(|owned| owned.holds(lease, now)) else {
            return Ok(false);
        };
        owned.lease = None;
        owned.token = Some((token.clone(), now + token.left));
        Ok(true)
    }

    async fn abandon(&self, owner: &TokenOwner, lease: FetchLease) -> Result<(), TokenStoreError> {
        let now = self.clock.now();
        if let Some(owned) = self.owners().get_mut(owner).filter(|owned| owned.holds(lease, now)) {
            owned.lease = None;
        }
        Ok(())
    }

    async fn may_force(&self, owner: &TokenOwner) -> Result<bool, TokenStoreError> {
        let now = self.clock.now();
        Ok(self.owners().entry(owner.clone()).or_default().forced.take(now))
    }
}

impl Owned {
    fn holds(&self, lease: FetchLease, now: SystemTime) -> bool {
        self.lease.is_some_and(|(held, ends_at)| held == lease && now < ends_at)
    }
}
