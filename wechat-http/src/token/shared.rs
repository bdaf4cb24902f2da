//! A token that several processes share: one of them fetches, the others find it in the store.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use wechat_types::id::AccessToken;

use super::cached::Cached;
use super::forced::Budget;
use super::platform::Platform;
use super::store::{
    FetchLease, SharedToken, TokenOwner, TokenStore, TokenStoreError, WithoutStore,
};
use super::{TokenError, TokenKind};

/// One that has not fetched by then is taken for dead. One that was only slow does no harm: it cannot put its
/// token there any more.
const LEASE: Duration = Duration::from_secs(20);
/// Between two looks for the token that another fetches.
const LOOK: Duration = Duration::from_millis(100);
/// Three that died one after the other.
const PATIENCE: Duration = Duration::from_secs(65);

/// The store, and what to do without it.
pub(crate) struct Shared {
    pub(crate) store: Arc<dyn TokenStore>,
    pub(crate) owner: TokenOwner,
    pub(crate) without: WithoutStore,
}

impl Shared {
    /// Another token than the refused one; `alive` while somebody else fetches it.
    pub(super) async fn fetch(
        &self,
        platform: &Platform,
        refused: Option<&AccessToken>,
        alive: Option<Cached>,
    ) -> Result<Cached, TokenError> {
        match (self.through_store(platform, refused, alive).await, self.without) {
            (Ok(fetched), _) => fetched,
            (Err(error), WithoutStore::Refuse) => Err(TokenError::new(error)),
            (Err(error), WithoutStore::FetchStable) => {
                let app_id = &platform.app_id;
                tracing::warn!(%app_id, %error, "a stable token is fetched without the shared store");
                let fetched = platform.fetch(TokenKind::Stable, refused, Budget::None).await?;
                Ok(Cached::from(fetched))
            }
        }
    }

    /// The outer error is the store's, the inner one the platform's.
    async fn through_store(
        &self,
        platform: &Platform,
        refused: Option<&AccessToken>,
        alive: Option<Cached>,
    ) -> Result<Result<Cached, TokenError>, TokenStoreError> {
        let clock = &platform.wire.clock;
        let until = clock.now() + PATIENCE;
        loop {
            let known = self.known(platform, refused).await?;
            if let Some(known) = known.as_ref().filter(|known| known.is_fresh(clock.now())) {
                return Ok(Ok(known.clone()));
            }
            match (self.store.begin(&self.owner, LEASE).await?, known) {
                (Some(lease), _) => {
                    match self.fetch_for_all(platform, refused, lease).await? {
                        Ok(Some(fetched)) => return Ok(Ok(fetched)),
                        // Too slow: another has fetched meanwhile, or is about to.
                        Ok(None) => {}
                        Err(error) => return Ok(Err(error)),
                    }
                }
                // It lives, though it should be renewed.
                (None, known) => {
                    if let Some(old) = known.or_else(|| alive.clone()) {
                        return Ok(Ok(old));
                    }
                }
            }
            if clock.now() >= until {
                return Ok(Err(TokenError::new(NobodyFetches)));
            }
            clock.sleep_until(clock.now() + LOOK).await;
        }
    }

    /// What the store has, unless it is the refused one.
    async fn known(
        &self,
        platform: &Platform,
        refused: Option<&AccessToken>,
    ) -> Result<Option<Cached>, TokenStoreError> {
        let asked_at = platform.wire.clock.now();
        let shared = self.store.read(&self.owner).await?;
        let another = shared.filter(|shared| Some(&shared.token) != refused);
        Ok(another.map(|shared| Cached::new(shared.token, shared.life, asked_at + shared.left)))
    }

    /// Fetches with the right to do so; `None` when it was no longer there at the end.
    async fn fetch_for_all(
        &self,
        platform: &Platform,
        refused: Option<&AccessToken>,
        lease: FetchLease,
    ) -> Result<Result<Option<Cached>, TokenError>, TokenStoreError> {
        let clock = &platform.wire.clock;
        // Another may have finished just before.
        let known = self.known(platform, refused).await?;
        if let Some(known) = known.filter(|known| known.is_fresh(clock.now())) {
            self.store.abandon(&self.owner, lease).await?;
            return Ok(Ok(Some(known)));
        }
        let budget = Budget::Shared(self.store.as_ref(), &self.owner);
        let fetched = match platform.fetch(self.owner.kind, refused, budget).await {
            Ok(fetched) => fetched,
            Err(error) => {
                // The lease ends by itself if this fails; the platform's answer is what matters.
                let _ = self.store.abandon(&self.owner, lease).await;
                return Ok(Err(error));
            }
        };
        let gone = clock.now().duration_since(fetched.asked_at).unwrap_or_default();
        let left = fetched.life.saturating_sub(gone);
        let shared = SharedToken::new(fetched.token.clone(), fetched.life, left);
        match self.store.finish(&self.owner, lease, &shared).await {
            Ok(true) => Ok(Ok(Some(Cached::from(fetched)))),
            Ok(false) => Ok(Ok(None)),
            Err(error) => {
                // It is good all the same; whether the others find it, they will see.
                let app_id = &platform.app_id;
                tracing::warn!(%app_id, %error, "a fetched token could not be shared");
                Ok(Ok(Some(Cached::from(fetched))))
            }
        }
    }
}

/// The store grants no right to fetch, and has no token.
#[derive(Debug)]
struct NobodyFetches;

impl fmt::Display for NobodyFetches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "other programs that share this account's token took turns in fetching one, and none came: \
             see their logs",
        )
    }
}

impl std::error::Error for NobodyFetches {}
