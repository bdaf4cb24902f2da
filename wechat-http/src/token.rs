//! Where access tokens come from.

mod account;
mod cached;
mod forced;
mod memory;
mod platform;
#[cfg(feature = "redis")]
pub mod redis;
pub mod service;
mod shared;
mod store;

use std::error::Error as StdError;
use std::fmt::{self, Debug};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use wechat_types::codec::ApiError;
use wechat_types::id::AccessToken;

use crate::error::Error;

pub use memory::MemoryTokenStore;
pub use store::{FetchLease, SharedToken, TokenOwner, TokenStore, TokenStoreError, WithoutStore};

pub(crate) use account::AccountTokens;
pub(crate) use cached::CachedTokens;
pub(crate) use platform::Platform;
pub(crate) use shared::Shared;

/// Gives out access tokens: one cached and shared token, what a token service says
/// ([`ServiceTokens`](service::ServiceTokens)), or whatever else a team has (`examples/token_service.rs`). It is
/// asked before every attempt, so it keeps what it knows.
#[async_trait]
pub trait TokenSource: Debug + Send + Sync + 'static {
    /// A token that is believed to be good.
    ///
    /// # Errors
    ///
    /// [`TokenError`] when none can be had.
    async fn token(&self) -> Result<AccessToken, TokenError>;

    /// The same with the time that is left of it, for whoever passes it on. A source that does not know it need
    /// not write this.
    ///
    /// # Errors
    ///
    /// As [`token`](Self::token).
    async fn current(&self) -> Result<CurrentToken, TokenError> {
        Ok(CurrentToken { token: self.token().await?, left: None })
    }

    /// Tells that the platform refused `stale`. Drops the cached token only if it still is that
    /// one: another caller may have renewed it meanwhile.
    async fn invalidate(&self, stale: &AccessToken);
}

/// A token, and how long it is good.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CurrentToken {
    /// The token.
    pub token: AccessToken,
    /// Until the platform ends it by itself, if the source knows; somebody can end it sooner.
    pub left: Option<Duration>,
}

impl CurrentToken {
    /// For a source of one's own.
    pub fn new(token: AccessToken, left: Option<Duration>) -> Self {
        Self { token, left }
    }
}

/// The platform's two kinds of token, which live side by side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TokenKind {
    /// `/cgi-bin/stable_token`: the same token for all who ask. Several systems can share an
    /// account.
    #[default]
    Stable,
    /// `/cgi-bin/token`: each call retires the previous token for everybody.
    Plain,
}

/// No token could be had. Cheap to clone: all who waited for one fetch get the same error.
#[derive(Clone, Debug)]
pub struct TokenError(Arc<dyn StdError + Send + Sync>);

impl TokenError {
    /// Wraps a token source's own error. The caller has removed any secret from it.
    pub fn new(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(Arc::from(source.into()))
    }

    /// The platform's answer to the token call, if it is a return code: 40001, 40013 and 40125
    /// wrong credentials, 40164 this machine's IP is not in the white list, and others.
    pub fn api(&self) -> Option<&ApiError> {
        self.0.downcast_ref::<Error>().and_then(Error::api)
    }
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.api() {
            Some(_) => f.write_str("the platform refused to give a token"),
            None => f.write_str("the token call failed"),
        }
    }
}

impl StdError for TokenError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        // `Error` says no more than this error does: go on to what it wraps.
        match self.0.downcast_ref::<Error>() {
            Some(error) => error.source(),
            None => Some(self.0.as_ref()),
        }
    }
}
