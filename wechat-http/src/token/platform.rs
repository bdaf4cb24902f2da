//! The platform's own token calls, until they give another token than the refused one.

use std::fmt;
use std::time::{Duration, SystemTime};

use wechat_types::id::{AccessToken, AppId, AppSecret};
use wechat_types::token::{GetStableToken, GetToken};

use super::forced::Budget;
use super::{TokenError, TokenKind};
use crate::error::Error;
use crate::execute::Wire;

/// A pause for the platform's nodes to agree on the current token.
const SETTLE: Duration = Duration::from_secs(2);
/// The platform never gives more than two hours; a larger number must not keep us from renewing, nor overflow.
pub(super) const LONGEST_LIFE: u64 = 7200;

/// The token calls of one account.
pub(crate) struct Platform {
    pub(crate) wire: Wire,
    pub(crate) app_id: AppId,
    pub(crate) app_secret: AppSecret,
}

/// A token as the platform gave it.
pub(super) struct Fetched {
    pub(super) token: AccessToken,
    pub(super) life: Duration,
    pub(super) asked_at: SystemTime,
}

impl Platform {
    /// Fetches until the token is another than the refused one.
    pub(super) async fn fetch(
        &self,
        kind: TokenKind,
        refused: Option<&AccessToken>,
        budget: Budget<'_>,
    ) -> Result<Fetched, TokenError> {
        let is_refused = |fetched: &Fetched| Some(&fetched.token) == refused;
        let mut fetched = self.call(kind, false).await?;
        if is_refused(&fetched) {
            self.wire.clock.sleep_until(self.wire.clock.now() + SETTLE).await;
            fetched = self.call(kind, false).await?;
        }
        if is_refused(&fetched)
            && kind == TokenKind::Stable
            && budget.take(self.wire.clock.now()).await?
        {
            tracing::warn!(app_id = %self.app_id, "renewing the stable token by force");
            fetched = self.call(kind, true).await?;
        }
        if is_refused(&fetched) {
            return Err(TokenError::new(StillRefused));
        }
        Ok(fetched)
    }

    async fn call(&self, kind: TokenKind, force: bool) -> Result<Fetched, TokenError> {
        let asked_at = self.wire.clock.now();
        let (token, seconds) = match kind {
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
        let life = Duration::from_secs(seconds.min(LONGEST_LIFE));
        Ok(Fetched { token, life, asked_at })
    }
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
