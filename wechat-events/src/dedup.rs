//! Deduplication: a push counts as seen when its handler has finished, and not before.
//!
//! The platform sends a push up to three times. Handling it is therefore two steps: [`begin`] claims
//! it for a limited time (the lease), [`finish`] makes it seen; [`abandon`], or the end of the lease
//! after a crash, leaves it to the next try. The feature `axum` does all that by itself.
//!
//! [`begin`]: MemoryDedup::begin
//! [`finish`]: MemoryDedup::finish
//! [`abandon`]: MemoryDedup::abandon

mod key;
mod memory;
#[cfg(feature = "redis")]
pub mod redis;
#[cfg(feature = "axum")]
mod store;

pub use key::PushKey;
pub use memory::MemoryDedup;
#[cfg(feature = "axum")]
pub use store::{DedupStore, StoreError};

/// What became of asking for a push.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Claim {
    /// Handle it. Until the lease ends nobody else is told to.
    Granted(Lease),
    /// Somebody is handling it; the next try may find it finished.
    Running,
    /// It was handled to its end, with this reply (the XML before it was encrypted), if any.
    Finished(Option<String>),
}

/// Whose claim it is. A claim whose lease has ended may be another's meanwhile: the number tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lease(u64);

impl Lease {
    /// For a store of one's own: a number that no other claim of the same push has.
    pub fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub fn get(self) -> u64 {
        self.0
    }
}

/// The lease had ended, and the claim was given to another or forgotten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_structs, reason = "there is no more to say; stores make one too")]
pub struct LeaseLost;

impl std::fmt::Display for LeaseLost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(
            "the claim of this push had ended before its handler did: make the lease longer than \
             any handler may take",
        )
    }
}

impl std::error::Error for LeaseLost {}
