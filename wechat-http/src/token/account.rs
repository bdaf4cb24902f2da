//! An account's own tokens: from the platform, or from whoever of its store's processes fetched last.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use wechat_types::id::AccessToken;

use super::cached::{Cached, Origin};
use super::forced::{Budget, Forced};
use super::platform::{Fetched, Platform};
use super::shared::Shared;
use super::{TokenError, TokenKind};
use crate::clock::Clock;

/// The platform's token calls of one account.
pub(crate) struct AccountTokens {
    platform: Platform,
    kind: TokenKind,
    /// None: nobody else fetches for this account.
    shared: Option<Shared>,
    forced: Forced,
}

impl AccountTokens {
    pub(crate) fn new(platform: Platform, kind: TokenKind, shared: Option<Shared>) -> Self {
        Self { platform, kind, shared, forced: Forced::default() }
    }
}

impl fmt::Debug for AccountTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccountTokens")
            .field("app_id", &self.platform.app_id)
            .field("kind", &self.kind)
            .field("store", &self.shared.as_ref().map(|shared| &shared.store))
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl Origin for AccountTokens {
    async fn fetch(
        &self,
        refused: Option<&AccessToken>,
        alive: Option<Cached>,
    ) -> Result<Cached, TokenError> {
        match &self.shared {
            Some(shared) => shared.fetch(&self.platform, refused, alive).await,
            None => {
                let budget = Budget::Own(&self.forced);
                Ok(self.platform.fetch(self.kind, refused, budget).await?.into())
            }
        }
    }

    fn clock(&self) -> &Arc<dyn Clock> {
        &self.platform.wire.clock
    }
}

impl From<Fetched> for Cached {
    fn from(fetched: Fetched) -> Self {
        Self::new(fetched.token, fetched.life, fetched.asked_at + fetched.life)
    }
}
