//! Time as an argument: the only door through which waiting code learns what time it is.

use std::fmt::Debug;
use std::time::SystemTime;

use async_trait::async_trait;

/// A source of time that can also be waited on.
///
/// Everything that waits (retry, token refresh, the campaign driver) takes one of these, so that a
/// test can move time by hand.
#[async_trait]
pub trait Clock: Debug + Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> SystemTime;

    /// Returns once `at` has come; at once when it has passed.
    async fn sleep_until(&self, at: SystemTime);
}

/// The machine's clock, with the timers of the tokio runtime.
#[cfg(feature = "reqwest")]
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct SystemClock;

#[cfg(feature = "reqwest")]
impl SystemClock {
    /// The machine's clock.
    pub const fn new() -> Self {
        Self
    }
}

#[cfg(feature = "reqwest")]
#[async_trait]
impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place where real time comes in")]
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    async fn sleep_until(&self, at: SystemTime) {
        // In slices, for the wall clock may be set while we wait.
        const SLICE: std::time::Duration = std::time::Duration::from_secs(30);
        while let Ok(rest) = at.duration_since(self.now())
            && !rest.is_zero()
        {
            tokio::time::sleep(rest.min(SLICE)).await;
        }
    }
}
