//! Where the endpoint keeps what it has seen: in memory, or in a store that several machines share.

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;

use super::{Claim, Lease, PushKey};

/// Why a store did not answer. The text is logged, so no secrets in it.
pub type StoreError = Box<dyn std::error::Error + Send + Sync>;

/// Claims and seen pushes, in one process or for several machines.
///
/// `begin` must be one step: of two machines that claim a push at the same time one gets it, and `renew`, `finish`
/// and `abandon` compare the lease first. `RedisDedup` (feature `redis`) is one. A store has its own clock; it
/// forgets finished pushes when the platform's tries are long over (minutes).
#[async_trait]
pub trait DedupStore: Debug + Send + Sync + 'static {
    /// Claims a push for as long as `lease`.
    ///
    /// # Errors
    ///
    /// The store did not answer. The push is then not handled, the platform told to come again: it
    /// could be handled twice.
    async fn begin(&self, key: &PushKey, lease: Duration) -> Result<Claim, StoreError>;

    /// Makes a claim last as long as `lease` from now. The endpoint does so again and again while a handler
    /// runs, and stops the handler when its claim could be another's.
    ///
    /// # Errors
    ///
    /// The store did not answer; or [`LeaseLost`](super::LeaseLost): the claim is another's by now, or
    /// forgotten.
    async fn renew(&self, key: &PushKey, lease: Lease, lasts: Duration) -> Result<(), StoreError>;

    /// Makes a claimed push seen, with the XML of its reply, if there was one: a later try gets it too.
    ///
    /// # Errors
    ///
    /// The store did not answer, or the claim is another's by now. The handler has finished: the
    /// platform is answered all the same, and the error is logged.
    async fn finish(
        &self,
        key: &PushKey,
        lease: Lease,
        reply: Option<&str>,
    ) -> Result<(), StoreError>;

    /// Gives a claim back, so that the next try is handled.
    ///
    /// # Errors
    ///
    /// The store did not answer; the claim then ends with its lease. The error is logged.
    async fn abandon(&self, key: &PushKey, lease: Lease) -> Result<(), StoreError>;
}
