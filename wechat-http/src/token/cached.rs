//! One token in memory: fetched once for all who wait, renewed ahead, dropped when refused.

use std::fmt;
use std::sync::{Mutex as StdMutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use tokio::sync::Mutex;
use wechat_types::id::AccessToken;

use super::forced::{Budget, Forced};
use super::platform::{Fetched, Platform};
use super::shared::Shared;
use super::{TokenError, TokenKind, TokenSource};

/// A token is renewed this long before its end. The platform renews a stable token when 5 minutes
/// remain, so asking within the last 4 gets the next one.
const AHEAD: Duration = Duration::from_secs(240);

/// The platform's own token calls behind a cache.
pub(crate) struct CachedTokens {
    platform: Platform,
    kind: TokenKind,
    /// None: nobody else fetches for this account.
    shared: Option<Shared>,
    /// Held while a token is fetched; the state's own lock is never held across an await.
    fetching: Mutex<()>,
    forced: Forced,
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
pub(super) struct Cached {
    token: AccessToken,
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

impl From<Fetched> for Cached {
    fn from(fetched: Fetched) -> Self {
        Self::new(fetched.token, fetched.life, fetched.asked_at + fetched.life)
    }
}

impl fmt::Debug for CachedTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedTokens")
            .field("app_id", &self.platform.app_id)
            .field("kind", &self.kind)
            .field("store", &self.shared.as_ref().map(|shared| &shared.store))
            .finish_non_exhaustive()
    }
}

impl CachedTokens {
    pub(crate) fn new(platform: Platform, kind: TokenKind, shared: Option<Shared>) -> Self {
        Self {
            platform,
            kind,
            shared,
            fetching: Mutex::new(()),
            forced: Forced::default(),
            state: StdMutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The cached token, unless it is time to renew it.
    fn fresh(&self) -> Option<AccessToken> {
        let now = self.platform.wire.clock.now();
        let state = self.state();
        state.current.as_ref().filter(|cached| cached.is_fresh(now)).map(|c| c.token.clone())
    }

    /// What is cached while it lives, even when it should have been renewed.
    fn alive(&self) -> Option<Cached> {
        let now = self.platform.wire.clock.now();
        self.state().current.clone().filter(|cached| now < cached.ends_at)
    }

    /// Another token than the refused one, from whoever fetches.
    async fn fetch(&self) -> Result<AccessToken, TokenError> {
        let refused = self.state().refused.clone();
        let refused = refused.as_ref();
        let fetched = match &self.shared {
            Some(shared) => shared.fetch(&self.platform, refused, self.alive()).await?,
            None => {
                let budget = Budget::Own(&self.forced);
                self.platform.fetch(self.kind, refused, budget).await?.into()
            }
        };
        let token = fetched.token.clone();
        let mut state = self.state();
        // It may have been refused meanwhile.
        if state.refused.as_ref() != Some(&token) {
            state.current = Some(fetched);
        }
        Ok(token)
    }
}

#[async_trait]
impl TokenSource for CachedTokens {
    async fn token(&self) -> Result<AccessToken, TokenError> {
        if let Some(token) = self.fresh() {
            return Ok(token);
        }
        let seen = self.state().finished;
        let _fetching = self.fetching.lock().await;
        if let Some(token) = self.fresh() {
            return Ok(token);
        }
        let failed = {
            let state = self.state();
            state.failure.clone().filter(|_| state.finished != seen)
        };
        if let Some(failure) = failed {
            // The fetch that we waited for failed: another one at once would fail too.
            return self.alive().map(|cached| cached.token).ok_or(failure);
        }
        let fetched = self.fetch().await;
        {
            let mut state = self.state();
            state.finished += 1;
            state.failure = fetched.as_ref().err().cloned();
        }
        match (fetched, self.alive()) {
            (Err(error), Some(cached)) => {
                tracing::warn!(app_id = %self.platform.app_id, %error, "renewing ahead failed; the old token is used on");
                Ok(cached.token)
            }
            (fetched, _) => fetched,
        }
    }

    async fn invalidate(&self, stale: &AccessToken) {
        let mut state = self.state();
        if state.current.as_ref().is_some_and(|cached| cached.token == *stale) {
            state.current = None;
            state.refused = Some(stale.clone());
        }
    }
}
