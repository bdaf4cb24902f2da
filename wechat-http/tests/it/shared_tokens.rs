//! Several processes that share an account's token: each test's clients stand for processes.

mod promises;
#[cfg(feature = "redis")]
mod redis;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use tokio::task::JoinSet;
use wechat_http::token::{
    FetchLease, MemoryTokenStore, SharedToken, TokenOwner, TokenStore, TokenStoreError,
    WithoutStore,
};
use wechat_http::{Client, TokenKind};
use wechat_mock::{ManualClock, MockServer};
use wechat_types::id::AccessToken;

use crate::rig::{PLAIN, STABLE, UPLOAD, chain, count, picture};
use crate::tap::Tap;

/// Clients on one mock and one store, under a clock that goes on when all of them wait.
struct Team {
    mock: MockServer,
    clock: ManualClock,
    tap: Tap,
    store: Broken,
    clients: Vec<Client>,
}

impl Team {
    fn new(size: usize, kind: TokenKind, without: WithoutStore) -> Self {
        let clock = ManualClock::default();
        let mock = MockServer::builder().manual_clock(clock.clone()).build();
        let tap = Tap::new(mock.transport());
        let store = Broken::new(MemoryTokenStore::new(Arc::new(clock.clone())));
        let client = |_| {
            Client::builder(mock.app_id(), mock.app_secret())
                .transport(tap.clone())
                .clock(mock.clock())
                .token_kind(kind)
                .token_store(store.clone(), without)
                .build()
                .unwrap()
        };
        let clients = (0..size).map(client).collect();
        Self { mock, clock, tap, store, clients }
    }

    /// So many calls of each client at the same time; how many succeeded, and how the others failed.
    async fn call(&self, callers: usize) -> (usize, Vec<String>) {
        let mut tasks = JoinSet::new();
        for client in &self.clients {
            for _ in 0..callers {
                let client = client.clone();
                tasks.spawn(async move { client.send(&picture()).await });
            }
        }
        let (mut good, mut failed) = (0, Vec::new());
        while !tasks.is_empty() {
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            let mut some = false;
            while let Some(ended) = tasks.try_join_next() {
                some = true;
                match ended.unwrap() {
                    Ok(_) => good += 1,
                    Err(error) => failed.push(chain(&error)),
                }
            }
            // All wait: for the clock.
            if !some && let Some(next) = self.clock.next_wake() {
                self.clock.advance_to(next);
            }
        }
        (good, failed)
    }

    fn fetched(&self) -> (usize, usize) {
        (count(&self.mock, STABLE), count(&self.mock, PLAIN))
    }
}

/// A store that can be taken away.
#[derive(Clone, Debug)]
struct Broken {
    store: MemoryTokenStore,
    gone: Arc<AtomicBool>,
}

impl Broken {
    fn new(store: MemoryTokenStore) -> Self {
        Self { store, gone: Arc::default() }
    }

    fn set_gone(&self, gone: bool) {
        self.gone.store(gone, Ordering::SeqCst);
    }

    fn there(&self) -> Result<&MemoryTokenStore, TokenStoreError> {
        match self.gone.load(Ordering::SeqCst) {
            true => Err(TokenStoreError::new("connection refused")),
            false => Ok(&self.store),
        }
    }
}

#[async_trait]
impl TokenStore for Broken {
    async fn read(&self, owner: &TokenOwner) -> Result<Option<SharedToken>, TokenStoreError> {
        self.there()?.read(owner).await
    }

    async fn begin(
        &self,
        owner: &TokenOwner,
        lasts: Duration,
    ) -> Result<Option<FetchLease>, TokenStoreError> {
        self.there()?.begin(owner, lasts).await
    }

    async fn finish(
        &self,
        owner: &TokenOwner,
        lease: FetchLease,
        token: &SharedToken,
    ) -> Result<bool, TokenStoreError> {
        self.there()?.finish(owner, lease, token).await
    }

    async fn abandon(&self, owner: &TokenOwner, lease: FetchLease) -> Result<(), TokenStoreError> {
        self.there()?.abandon(owner, lease).await
    }

    async fn may_force(&self, owner: &TokenOwner) -> Result<bool, TokenStoreError> {
        self.there()?.may_force(owner).await
    }
}

#[tokio::test]
async fn one_fetches_for_all() {
    for (kind, fetched) in [(TokenKind::Stable, (1, 0)), (TokenKind::Plain, (0, 1))] {
        let team = Team::new(8, kind, WithoutStore::Refuse);
        assert_eq!(team.call(64).await, (8 * 64, vec![]));
        assert_eq!(team.fetched(), fetched);
    }
}

#[tokio::test]
async fn a_revoked_token_is_renewed_once_for_all() {
    for (kind, fetched) in [(TokenKind::Stable, (2, 0)), (TokenKind::Plain, (0, 2))] {
        let team = Team::new(8, kind, WithoutStore::Refuse);
        team.call(1).await;
        team.mock.revoke_tokens(team.clock.now());
        assert_eq!(team.call(64).await, (8 * 64, vec![]));
        assert_eq!(team.fetched(), fetched);
    }
}

#[tokio::test]
async fn a_token_is_renewed_ahead_once_for_all() {
    let team = Team::new(4, TokenKind::Plain, WithoutStore::Refuse);
    team.call(1).await;
    team.clock.advance(Duration::from_secs(7200 - 240));
    assert_eq!(team.call(16).await, (4 * 16, vec![]));
    assert_eq!(team.fetched(), (0, 2));
    assert_eq!(team.tap.tokens().len(), 2);
}

#[tokio::test]
async fn while_another_renews_ahead_the_old_token_is_used_on() {
    let team = Team::new(2, TokenKind::Plain, WithoutStore::Refuse);
    team.call(1).await;
    team.clock.advance(Duration::from_secs(7200 - 240));
    let owner = TokenOwner::new(team.mock.app_id(), TokenKind::Plain);
    team.store.begin(&owner, Duration::from_secs(20)).await.unwrap().unwrap();
    let before = team.clock.now();
    assert_eq!(team.call(4).await, (8, vec![]));
    assert_eq!((team.fetched(), team.clock.now()), ((0, 1), before));
}

#[tokio::test]
async fn one_that_died_while_fetching_holds_up_the_others_for_20_seconds() {
    let team = Team::new(4, TokenKind::Plain, WithoutStore::Refuse);
    let owner = TokenOwner::new(team.mock.app_id(), TokenKind::Plain);
    team.store.begin(&owner, Duration::from_secs(20)).await.unwrap().unwrap();
    let before = team.clock.now();
    assert_eq!(team.call(4).await, (16, vec![]));
    let waited = team.clock.now().duration_since(before).unwrap();
    assert!((20..=21).contains(&waited.as_secs()), "{waited:?}");
    assert_eq!(team.fetched(), (0, 1));
}

#[tokio::test]
async fn one_that_was_slow_takes_what_the_faster_one_fetched() {
    let team = Team::new(2, TokenKind::Plain, WithoutStore::Refuse);
    let owner = TokenOwner::new(team.mock.app_id(), TokenKind::Plain);
    let gate = team.tap.hold_next(PLAIN);
    let slow = team.clients[0].clone();
    let slow = tokio::spawn(async move { slow.send(&picture()).await });
    gate.arrived_from(&slow).await;
    // Its lease ends, and another fetches meanwhile.
    team.clock.advance(Duration::from_secs(21));
    let faster = Team { clients: vec![team.clients[1].clone()], ..team };
    assert_eq!(faster.call(1).await, (1, vec![]));
    let shared = faster.store.read(&owner).await.unwrap().unwrap();
    gate.open();
    while !slow.is_finished() {
        tokio::task::yield_now().await;
        faster.clock.advance(Duration::from_millis(100));
    }
    slow.await.unwrap().unwrap();
    assert_eq!(faster.store.read(&owner).await.unwrap().unwrap().token, shared.token);
    // Fetched twice, and the newer one used by both.
    assert_eq!(faster.fetched(), (0, 2));
    let used: Vec<String> = faster.tap.sent().iter().map(|sent| sent.uri.to_string()).collect();
    let uploads: Vec<&String> = used.iter().filter(|uri| uri.contains(UPLOAD)).collect();
    assert!(uploads.len() == 2 && uploads[0] == uploads[1], "{}", uploads.len());
}

#[tokio::test]
async fn without_the_store_calls_fail_if_told_so() {
    let team = Team::new(4, TokenKind::Stable, WithoutStore::Refuse);
    team.call(1).await;
    team.store.set_gone(true);
    assert_eq!(team.call(4).await, (16, vec![]), "what is cached is used on");
    team.mock.revoke_tokens(team.clock.now());
    let (good, failed) = team.call(4).await;
    assert_eq!((good, failed.len(), team.fetched()), (0, 16, (1, 0)));
    insta::assert_snapshot!(
        failed[0],
        @"no access token: the token call failed: the store of shared tokens cannot be asked: connection refused"
    );
    team.store.set_gone(false);
    assert_eq!(team.call(4).await, (16, vec![]));
    assert_eq!(team.fetched(), (2, 0));
}

#[tokio::test]
async fn without_the_store_each_fetches_a_stable_token_if_told_so() {
    let team = Team::new(4, TokenKind::Plain, WithoutStore::FetchStable);
    team.call(1).await;
    team.store.set_gone(true);
    team.clock.advance(Duration::from_secs(7200));
    for _ in 0..3 {
        assert_eq!(team.call(16).await, (64, vec![]));
    }
    assert_eq!(team.fetched(), (4, 1), "one for each process, and no more");
    team.store.set_gone(false);
    team.clock.advance(Duration::from_secs(7200));
    assert_eq!(team.call(16).await, (64, vec![]));
    assert_eq!(team.fetched(), (4, 2));
}

#[tokio::test]
async fn a_wrong_secret_costs_one_call_a_process() {
    let team = Team::new(4, TokenKind::Stable, WithoutStore::Refuse);
    team.mock.on(STABLE).always().errcode(40125);
    let (good, failed) = team.call(16).await;
    assert_eq!((good, failed.len()), (0, 64));
    assert!(failed[0].contains("40125"), "{}", failed[0]);
    assert_eq!(team.fetched(), (4, 0));
}

#[tokio::test]
async fn forced_renewals_are_counted_for_all() {
    let team = Team::new(4, TokenKind::Stable, WithoutStore::Refuse);
    team.call(1).await;
    // The platform refuses the token and hands it out again, to all of them.
    team.mock.on(UPLOAD).always().errcode(40001);
    for _ in 0..3 {
        team.call(2).await;
    }
    let forced = team.mock.received().iter().filter(|r| r.json()["force_refresh"] == true).count();
    assert_eq!(forced, 1, "less than 30 seconds have passed");
}

#[test]
fn no_token_shows_in_debug() {
    let token = AccessToken::new("75_verySecret").unwrap();
    let shared = SharedToken::new(token, Duration::from_secs(7200), Duration::from_secs(7));
    assert_eq!(
        format!("{shared:?}"),
        "SharedToken { token: AccessToken([redacted]), life: 7200s, left: 7s }"
    );
    let store = MemoryTokenStore::new(Arc::new(ManualClock::default()));
    assert_eq!(format!("{store:?}"), "MemoryTokenStore { owners: 0, .. }");
}
