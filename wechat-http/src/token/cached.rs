//! One token in memory: fetched once for all who wait, renewed ahead, dropped when refused.

use std::fmt::{self, Debug};
use std::sync::{Arc, Mutex as StdMutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use tokio::sync::Mutex;
use wechat_types::id::AccessToken;

use super::{CurrentToken, TokenError, TokenSource};
use crate::clock::Clock;

/// A token is renewed this long before its end. The platform renews a stable token when 5 minutes
/// remain, so asking within the last 4 gets the next one.
const AHEAD: Duration = Duration::from_secs(240);

/// After a renewal ahead that failed, the next attempt waits this long: each call would make one.
const AGAIN: Duration = Duration::from_secs(10);

/// Who gives a token when the cached one will not do. Its `Debug` is logged.
#[async_trait]
pub(crate) trait Origin: Debug + Send + Sync + 'static {
    /// Another token than the refused one; `alive` while somebody else fetches it.
    async fn fetch(
        &self,
        refused: Option<&AccessToken>,
        alive: Option<Cached>,
    ) -> Result<Cached, TokenError>;

    /// The clock that tokens end by.
    fn clock(&self) -> &Arc<dyn Clock>;
}

/// An origin behind a cache.
pub(crate) struct CachedTokens<O> {
    origin: O,
    /// Held while a token is fetched; the state's own lock is never held across an await.
    fetching: Mutex<()>,
    state: StdMutex<State>,
}

#[derive(Default)]
struct State {
    current: Option<Cached>,
    /// The last token that the platform refused.
    refused: Option<AccessToken>,
    /// Fetches finished, and how the last one failed: for those who waited for it.
    finished: u64,
    failure: Option<TokenError>,
}

/// A token with its times by this machine's clock.
#[derive(Clone)]
pub(crate) struct Cached {
    pub(super) token: AccessToken,
    renew_at: SystemTime,
    ends_at: SystemTime,
}

impl Cached {
    pub(super) fn new(token: AccessToken, life: Duration, ends_at: SystemTime) -> Self {
        Self { token, renew_at: ends_at - AHEAD.min(life / 2), ends_at }
    }

    pub(super) fn is_fresh(&self, now: SystemTime) -> bool {
        now < self.renew_at
    }
}

impl<O: Origin> Debug for CachedTokens<O> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.origin.fmt(f)
    }
}

impl<O: Origin> CachedTokens<O> {
    pub(crate) fn new(origin: O) -> Self {
        Self { origin, fetching: Mutex::new(()), state: StdMutex::default() }
    }

    /// The origin, as it was.
    pub(super) fn into_origin(self) -> O {
        self.origin
    }

    fn now(&self) -> SystemTime {
        self.origin.clock().now()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The cached token, unless it is time to renew it.
    fn fresh(&self) -> Option<Cached> {
        let now = self.now();
        self.state().current.clone().filter(|cached| cached.is_fresh(now))
    }

    /// What is cached while it lives, even when it should have been renewed.
    fn alive(&self) -> Option<Cached> {
        let now = self.now();
        self.state().current.clone().filter(|cached| now < cached.ends_at)
    }

    /// Another token than the refused one, from whoever fetches.
    async fn fetch(&self) -> Result<Cached, TokenError> {
        let refused = self.state().refused.clone();
        let fetched = self.origin.fetch(refused.as_ref(), self.alive()).await?;
        let mut state = self.state();
        // It may have been refused meanwhile.
        if state.refused.as_ref() != Some(&fetched.token) {
            state.current = Some(fetched.clone());
        }
        Ok(fetched)
    }

    async fn cached(&self) -> Result<Cached, TokenError> {
        if let Some(cached) = self.fresh() {
            return Ok(cached);
        }
        let seen = self.state().finished;
        let _fetching = self.fetching.lock().await;
        if let Some(cached) = self.fresh() {
            return Ok(cached);
        }
        let failed = {
            let state = self.state();
            state.failure.clone().filter(|_| state.finished != seen)
        };
        if let Some(failure) = failed {
            // The fetch that we waited for failed: another one at once would fail too.
            return self.alive().ok_or(failure);
        }
        let fetched = self.fetch().await;
        {
            let again = self.now() + AGAIN;
            let mut state = self.state();
            state.finished += 1;
            state.failure = fetched.as_ref().err().cloned();
            if let (Err(_), Some(current)) = (&fetched, &mut state.current) {
                // Until then the old token is used on without a question.
                current.renew_at = again.min(current.ends_at);
            }
        }
        match (fetched, self.alive()) {
            (Err(error), Some(cached)) => {
                tracing::warn!(origin = ?self.origin, %error, "renewing ahead failed; the old token is used on");
                Ok(cached)
            }
            (fetched, _) => fetched,
        }
    }
}

#[async_trait]
impl<O: Origin> TokenSource for CachedTokens<O> {
    async fn token(&self) -> Result<AccessToken, TokenError> {
        self.cached().await.map(|cached| cached.token)
    }

    async fn current(&self) -> Result<CurrentToken, TokenError> {
        let Cached { token, ends_at, .. } = self.cached().await?;
        Ok(CurrentToken { token, left: ends_at.duration_since(self.now()).ok() })
    }

    async fn invalidate(&self, stale: &AccessToken) {
        let mut state = self.state();
        let is_current = match &state.current {
            Some(cached) => cached.token == *stale,
            // A process that was restarted learns it from others that have the token still.
            None => state.refused.is_none(),
        };
        if is_current {
            state.current = None;
            state.refused = Some(stale.clone());
        }
    }
}
