//! What every store of tokens promises, checked on whichever there are.

use std::sync::Arc;
use std::time::Duration;

use wechat_http::TokenKind;
use wechat_http::token::{FetchLease, MemoryTokenStore, SharedToken, TokenOwner, TokenStore};
use wechat_mock::ManualClock;
use wechat_types::id::{AccessToken, AppId};

const LONG: Duration = Duration::from_secs(600);
const SHORT: Duration = Duration::from_millis(2);
const LIFE: Duration = Duration::from_secs(7200);

fn owner(app_id: &str, kind: TokenKind) -> TokenOwner {
    TokenOwner::new(AppId::new(app_id).unwrap(), kind)
}

fn shop() -> TokenOwner {
    owner("wx0000000000000001", TokenKind::Stable)
}

fn token(text: &str, left: Duration) -> SharedToken {
    SharedToken::new(AccessToken::new(text).unwrap(), LIFE, left)
}

async fn text(store: &dyn TokenStore, owner: &TokenOwner) -> Option<String> {
    store.read(owner).await.unwrap().map(|shared| shared.token.expose().to_owned())
}

async fn begin(store: &dyn TokenStore, owner: &TokenOwner, lasts: Duration) -> FetchLease {
    store.begin(owner, lasts).await.unwrap().unwrap()
}

/// A store that is empty, and how its time passes: a little at each call.
pub(super) struct Place<'a> {
    pub(super) store: &'a dyn TokenStore,
    pub(super) pass: &'a (dyn Fn() + Sync),
}

pub(super) async fn all(place: &Place<'_>) {
    what_was_finished_is_read(place).await;
    one_has_the_lease(place).await;
    a_lease_that_has_ended_cannot_finish(place).await;
    a_token_ends(place).await;
    owners_are_apart(place).await;
    forced_renewals_are_apart(place).await;
}

async fn what_was_finished_is_read(Place { store, .. }: &Place<'_>) {
    assert_eq!(store.read(&shop()).await.unwrap(), None);
    let lease = begin(*store, &shop(), LONG).await;
    assert!(store.finish(&shop(), lease, &token("75_a", LONG)).await.unwrap());
    let shared = store.read(&shop()).await.unwrap().unwrap();
    assert_eq!((shared.token.expose(), shared.life), ("75_a", LIFE));
    assert!(shared.left <= LONG && shared.left > LONG - Duration::from_secs(60), "{shared:?}");
    // The lease ended with it.
    assert!(!store.finish(&shop(), lease, &token("75_b", LONG)).await.unwrap());
    let next = begin(*store, &shop(), LONG).await;
    assert!(next > lease, "{next:?} after {lease:?}");
    store.abandon(&shop(), next).await.unwrap();
}

async fn one_has_the_lease(Place { store, .. }: &Place<'_>) {
    let lease = begin(*store, &shop(), LONG).await;
    assert_eq!(store.begin(&shop(), LONG).await.unwrap(), None);
    // Another's number ends nothing.
    let other = FetchLease::new(lease.get() + 1);
    store.abandon(&shop(), other).await.unwrap();
    assert!(!store.finish(&shop(), other, &token("75_c", LONG)).await.unwrap());
    assert_eq!(store.begin(&shop(), LONG).await.unwrap(), None);
    store.abandon(&shop(), lease).await.unwrap();
    let again = begin(*store, &shop(), LONG).await;
    store.abandon(&shop(), again).await.unwrap();
}

async fn a_lease_that_has_ended_cannot_finish(Place { store, pass }: &Place<'_>) {
    let late = begin(*store, &shop(), SHORT).await;
    let next = loop {
        pass();
        if let Some(next) = store.begin(&shop(), LONG).await.unwrap() {
            break next;
        }
    };
    assert!(!store.finish(&shop(), late, &token("75_late", LONG)).await.unwrap());
    store.abandon(&shop(), late).await.unwrap();
    assert_eq!(store.begin(&shop(), LONG).await.unwrap(), None, "it is still the next one's");
    assert!(store.finish(&shop(), next, &token("75_next", LONG)).await.unwrap());
    assert_eq!(text(*store, &shop()).await.as_deref(), Some("75_next"));
}

async fn a_token_ends(Place { store, pass }: &Place<'_>) {
    let lease = begin(*store, &shop(), LONG).await;
    assert!(store.finish(&shop(), lease, &token("75_short", SHORT)).await.unwrap());
    while text(*store, &shop()).await.is_some() {
        pass();
    }
}

async fn owners_are_apart(Place { store, .. }: &Place<'_>) {
    let others = [
        owner("wx0000000000000001", TokenKind::Plain),
        owner("wx0000000000000002", TokenKind::Stable),
    ];
    let lease = begin(*store, &shop(), LONG).await;
    for (number, other) in others.iter().enumerate() {
        let their = begin(*store, other, LONG).await;
        assert!(store.finish(other, their, &token(&format!("75_{number}"), LONG)).await.unwrap());
    }
    assert_eq!(text(*store, &shop()).await, None);
    assert_eq!(text(*store, &others[0]).await.as_deref(), Some("75_0"));
    assert_eq!(text(*store, &others[1]).await.as_deref(), Some("75_1"));
    store.abandon(&shop(), lease).await.unwrap();
}

async fn forced_renewals_are_apart(Place { store, .. }: &Place<'_>) {
    assert!(store.may_force(&shop()).await.unwrap());
    assert!(!store.may_force(&shop()).await.unwrap(), "30 seconds apart");
    assert!(store.may_force(&owner("wx0000000000000002", TokenKind::Stable)).await.unwrap());
}

#[tokio::test]
async fn the_memory_keeps_them() {
    let clock = ManualClock::default();
    let store = MemoryTokenStore::new(Arc::new(clock.clone()));
    all(&Place { store: &store, pass: &|| clock.advance(Duration::from_millis(1)) }).await;
}

#[tokio::test]
async fn twenty_are_forced_in_a_day() {
    let clock = ManualClock::default();
    let store = MemoryTokenStore::new(Arc::new(clock.clone()));
    for _ in 0..20 {
        assert!(store.may_force(&shop()).await.unwrap());
        clock.advance(Duration::from_secs(30));
    }
    assert!(!store.may_force(&shop()).await.unwrap());
    clock.advance(Duration::from_secs(24 * 60 * 60 - 20 * 30));
    assert!(store.may_force(&shop()).await.unwrap());
}
