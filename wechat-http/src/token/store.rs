//! What processes that share an account share about its tokens.

use std::error::Error as StdError;
use std::fmt::{self, Debug};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use wechat_types::id::{AccessToken, AppId};

use super::TokenKind;

/// Whose tokens they are.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct TokenOwner {
    /// The account.
    pub app_id: AppId,
    /// Its two kinds of token live side by side.
    pub kind: TokenKind,
}

impl TokenOwner {
    /// Takes both as they stand.
    pub fn new(app_id: AppId, kind: TokenKind) -> Self {
        Self { app_id, kind }
    }
}

/// A token as it stands in a store. Spans and no moments: the clocks of two machines differ.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SharedToken {
    /// The token.
    pub token: AccessToken,
    /// How long it lives, from when it was fetched.
    pub life: Duration,
    /// How much of that is left.
    pub left: Duration,
}

impl SharedToken {
    /// Takes all as they stand.
    pub fn new(token: AccessToken, life: Duration, left: Duration) -> Self {
        Self { token, life, left }
    }
}

/// The right to fetch a token. A lease that has ended may be another's meanwhile: the number tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FetchLease(u64);

impl FetchLease {
    /// For a store of one's own: a number that no other lease of the same owner has.
    pub fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number.
    pub fn get(self) -> u64 {
        self.0
    }
}

/// Where the processes of a team keep an account's tokens, so that one fetches for all.
///
/// One that fetches [`begin`](Self::begin)s, and [`finish`](Self::finish)es or
/// [`abandon`](Self::abandon)s. A process that dies in between holds up the others until its lease ends; one
/// that was merely slow finds that it can no longer finish, and takes what is there.
///
/// [`ClientBuilder::token_store`](crate::ClientBuilder::token_store) puts one behind a client's own cache, so that
/// it is asked when a token is needed, and not for each call.
#[async_trait]
pub trait TokenStore: Debug + Send + Sync + 'static {
    /// The token that was fetched last, while it lives.
    ///
    /// # Errors
    ///
    /// [`TokenStoreError`] when the store cannot be asked.
    async fn read(&self, owner: &TokenOwner) -> Result<Option<SharedToken>, TokenStoreError>;

    /// Takes the right to fetch, for so long; `None` while another has it.
    ///
    /// # Errors
    ///
    /// [`TokenStoreError`] when the store cannot be asked.
    async fn begin(
        &self,
        owner: &TokenOwner,
        lasts: Duration,
    ) -> Result<Option<FetchLease>, TokenStoreError>;

    /// Puts a fetched token in the place of the last one and ends the lease, both or neither. False: the lease
    /// had ended, and nothing was done.
    ///
    /// # Errors
    ///
    /// [`TokenStoreError`] when that is not certain.
    async fn finish(
        &self,
        owner: &TokenOwner,
        lease: FetchLease,
        token: &SharedToken,
    ) -> Result<bool, TokenStoreError>;

    /// Ends the lease without a token, if it has not ended.
    ///
    /// # Errors
    ///
    /// [`TokenStoreError`] when that is not certain; the lease ends by itself then.
    async fn abandon(&self, owner: &TokenOwner, lease: FetchLease) -> Result<(), TokenStoreError>;

    /// Takes a forced renewal of the stable token from the account's budget, of 20 in 24 hours that are 30
    /// seconds apart. False: there is none now.
    ///
    /// # Errors
    ///
    /// [`TokenStoreError`] when that is not certain; nothing is forced then.
    async fn may_force(&self, owner: &TokenOwner) -> Result<bool, TokenStoreError>;
}

/// What a client does while its [`TokenStore`] cannot be asked. A token that it has is used on in either case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum WithoutStore {
    /// Calls that need another token fail.
    #[default]
    Refuse,
    /// It fetches a *stable* token for itself, whatever kind it shares: the platform gives all who ask the
    /// same one, so that the processes go on without disturbing each other. None is renewed by force, for nobody
    /// knows what the others did.
    FetchStable,
}

/// The store cannot be read or written. Cheap to clone: all who waited get the same error.
#[derive(Clone, Debug)]
pub struct TokenStoreError(Arc<dyn StdError + Send + Sync>);

impl TokenStoreError {
    /// Wraps a store's own error. The caller has removed any secret from it.
    pub fn new(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self(Arc::from(source.into()))
    }
}

impl fmt::Display for TokenStoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the store of shared tokens cannot be asked")
    }
}

impl StdError for TokenStoreError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(self.0.as_ref())
    }
}
