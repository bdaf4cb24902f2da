//! One token in memory: fetched once for all who wait, renewed ahead, dropped when refused.

use std::fmt;
use std::sync::{Mutex as StdMutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use tokio::sync::Mutex;
use wechat_types::id::{AccessToken, AppId, AppSecret};
use wechat_types::token::{GetStableToken, GetToken};

use super::{TokenError, TokenKind, TokenSource};
use crate::error::Error;
use crate::execute::Wire;

/// A token is renewed this long before its end. The platform renews a stable token when 5 minutes
/// remain, so asking within the last 4 gets the next one.
const AHEAD: Duration = Duration::from_secs(240);
/// A pause for the platform's nodes to agree on the current token.
const SETTLE: Duration = Duration::from_secs(2);
/// Forced renewals of a stable token: this many in a day, this far apart.
const FORCED_A_DAY: usize = 20;
const FORCED_APART: Duration = Duration::from_secs(30);
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The platform's own token calls behind a cache.
pub(crate) struct CachedTokens {
    wire: Wire,
    app_id: AppId,
    app_secret: AppSecret,
    kind: TokenKind,
    /// Held while a token is fetched; the state's own lock is never held across an await.
    fetching: Mutex<()>,
    state: StdMutex<State>,
}

#[derive(Default)]
struct State {
    current: Option<Cached>,
    /// The last token that the platform refused.
    refused: Option<AccessToken>,
    /// When stable tokens were renewed by force.
    forced: Vec<SystemTime>,
    /// Fetches finished, and how the last one failed: for those who waited for it.
    finished: u64,
    failure: Option<TokenError>,
}

struct Cached {
    token: AccessToken,
    renew_at: SystemTime,
    ends_at: SystemTime,
}

/// A stable token that the platform refuses, and still hands out.
#[derive(Debug)]
struct StillRefused;

impl fmt::Display for StillRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the platform keeps handing out a token that it refuses, and the forced renewals \
             (20 a day, 30 seconds apart) are used up: wait, or renew the AppSecret",
        )
    }
}

impl std::error::Error for StillRefused {}

impl fmt::Debug for CachedTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedTokens")
            .field("app_id", &self.app_id)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl CachedTokens {
    pub(crate) fn new(wire: Wire, app_id: AppId, app_secret: AppSecret, kind: TokenKind) -> Self {
        Self {
            wire,
            app_id,
            app_secret,
            kind,
            fetching: Mutex::new(()),
            state: StdMutex::default(),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The cached token, unless it is time to renew it.
    fn fresh(&self) -> Option<AccessToken> {
        let now = self.wire.clock.now();
        let state = self.state();
        state.current.as_ref().filter(|cached| now < cached.renew_at).map(|c| c.token.clone())
    }

    /// The cached token while it lives, even when it should have been renewed.
    fn alive(&self) -> Option<AccessToken> {
        let now = self.wire.clock.now();
        let state = self.state();
        state.current.as_ref().filter(|cached| now < cached.ends_at).map(|c| c.token.clone())
    }

    /// Fetches until the token is another than the refused one.
    async fn fetch(&self) -> Result<AccessToken, TokenError> {
        let refused = self.state().refused.clone();
        let is_refused = |token: &AccessToken| Some(token) == refused.as_ref();
        let mut token = self.call(false).await?;
        if is_refused(&token.token) {
            self.wire.clock.sleep_until(self.wire.clock.now() + SETTLE).await;
            token = self.call(false).await?;
        }
        if is_refused(&token.token) && self.kind == TokenKind::Stable && self.may_force() {
            tracing::warn!(app_id = %self.app_id, "renewing the stable token by force");
            token = self.call(true).await?;
        }
        if is_refused(&token.token) {
            return Err(TokenError::new(StillRefused));
        }
        let answer = token.token.clone();
        self.state().current = Some(token);
        Ok(answer)
    }

    /// Takes one forced renewal from the budget.
    fn may_force(&self) -> bool {
        let now = self.wire.clock.now();
        let mut state = self.state();
        let ago = |at: &SystemTime| now.duration_since(*at).unwrap_or_default();
        state.forced.retain(|at| ago(at) < DAY);
        let allowed = state.forced.len() < FORCED_A_DAY
            && state.forced.iter().all(|at| ago(at) >= FORCED_APART);
        if allowed {
            state.forced.push(now);
        }
        allowed
    }

    async fn call(&self, force: bool) -> Result<Cached, TokenError> {
        let asked_at = self.wire.clock.now();
        let (token, seconds) = match self.kind {
            TokenKind::Stable => {
                let mut request = GetStableToken::new(self.app_id.clone(), self.app_secret.clone());
                request.force_refresh = force;
                let answer = self.wire.send(&request, None).await;
                answer.map(|answer| (answer.access_token, answer.expires_in))
            }
            TokenKind::Plain => {
                let request = GetToken::new(self.app_id.clone(), self.app_secret.clone());
                let answer = self.wire.send(&request, None).await;
                answer.map(|answer| (answer.access_token, answer.expires_in))
            }
        }
        .map_err(|error: Error| TokenError::new(error))?;
        // The platform never gives more than two hours; a larger number must not keep us from
        // renewing, nor overflow.
        let life = Duration::from_secs(seconds.min(7200));
        Ok(Cached {
            token,
            renew_at: asked_at + (life - AHEAD.min(life / 2)),
            ends_at: asked_at + life,
        })
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
            return self.alive().ok_or(failure);
        }
        let fetched = self.fetch().await;
        {
            let mut state = self.state();
            state.finished += 1;
            state.failure = fetched.as_ref().err().cloned();
        }
        match (fetched, self.alive()) {
            (Err(error), Some(token)) => {
                tracing::warn!(app_id = %self.app_id, %error, "renewing ahead failed; the old token is used on");
                Ok(token)
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
